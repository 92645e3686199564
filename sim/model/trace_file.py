"""The call log of a scenario: found beside its file, checked against it, unchanged since it was first read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.errors import Mistake
from sim.model.clock import Calendar
from sim.model.shifts import period_of
from sim.scenario.attributes import ages_of, topics_of
from sim.scenario.sections import Sections
from sim.scenario.source import Located
from sim.scenario.trace import Known, Trace, TraceFile, fingerprint, read_trace
from sim.units import nearest


def anchored(tree: Located) -> Located:
    """The tree with the log's path made absolute, from the folder of the file that names it, and its fingerprint."""
    block = tree.value.get("trace")
    file = block.value.get("file") if block is not None and isinstance(block.value, dict) else None
    if block is None or file is None or not isinstance(file.value, str) or not file.value:
        return tree
    # What --set says is relative to where the command is given.
    folder = Path(file.place.source).parent if file.place.line else Path()
    path = (folder / file.value).resolve()
    inside = {**block.value, "file": replace(file, value=str(path))}
    if "sha256" not in inside and path.is_file():
        inside["sha256"] = replace(file, value=fingerprint(path))
    return replace(tree, value={**tree.value, "trace": replace(block, value=inside)})


def _trace_of(scenario: Sections, block: TraceFile, calendar: Calendar) -> tuple[Trace, list[Mistake]]:
    """The callers of the scenario's log, and every mistake in it."""
    names = {
        "channel": tuple(scenario.channels),
        "province": scenario.provinces,
        "topic": topics_of(scenario),
        "age": ages_of(scenario),
    }
    periods = [period_of(channel.hours.value, calendar) for channel in scenario.channels.values()]
    known = Known(names, calendar, periods)
    return read_trace(Path(block.file), known, repeats=block.repeats)


def checked_trace(scenario: Sections, calendar: Calendar, tree: Located) -> tuple[Trace | None, list[Mistake]]:
    """The callers of the log, if the scenario has one, and what is wrong with it or with what is said of it."""
    if scenario.trace is None:
        return None, []
    block = tree.value["trace"].value
    file, path = block["file"], Path(scenario.trace.file)
    if not path.is_file():
        similar = nearest(path.name, [p.name for p in path.parent.glob("*.csv")]) if path.parent.is_dir() else ""
        return None, [Mistake(file.place, "trace.file", f"there is no file {str(path)!r}.{similar}")]
    if scenario.trace.sha256 not in (None, fingerprint(path)):
        return None, [Mistake(file.place, "trace.file", f"{path} is not the file it was: its content has changed")]
    if scenario.trace.repeats == "keep" and scenario.attempts.value > 1:
        why = "replays every row, so nobody may redial on top of that; write attempts: 1, or repeats: drop"
        return None, [Mistake(block["repeats"].place, "trace.repeats", why)]
    return _trace_of(scenario, scenario.trace, calendar)
