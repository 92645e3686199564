"""How far results move when each stated range goes to its low and to its high, one at a time, on the same callers.

python -m sim.ranges scenarios/lockdown-2020.yaml --channel phone --replications 100
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.estimates import Estimate
from sim.language.shown import plain, signed
from sim.results import Result
from sim.scenario.load import load
from sim.scenario.model import Scenario
from sim.studies.compare import Comparison
from sim.studies.run import run

#: What is shown of every run.
MEASURES = {"lost % (contacts)": "loss", "never reached % (people)": "never_reached_share", "answered": "answered"}


@dataclass(frozen=True)
class Ranged:
    """A value with a low and a high, as it is written; the same statement of several line groups is one."""

    paths: tuple[str, ...]
    value: Any
    low: Any
    high: Any

    def name(self) -> str:
        """Where it stands."""
        more = f" and {len(self.paths) - 1} alike" if len(self.paths) > 1 else ""
        return self.paths[0] + more

    def ends(self) -> list[Any]:
        """Low and high, as far as they differ from the value."""
        return [end for end in (self.low, self.high) if end != self.value]

    def settings(self, end: Any) -> list[str]:
        """What sets all its places to ``end``."""
        return [f"{path}={json.dumps(end)}" for path in self.paths]


def ranged(scenario: Scenario) -> list[Ranged]:
    """Every stated range of a scenario, in the order of the file."""
    places: dict[str, list[str]] = {}
    stated: dict[str, dict[str, Any]] = {}
    for path, found in _stated(scenario.model_dump(mode="json", exclude_none=True), ()):
        same = json.dumps([_of_any_group(path), found])
        places.setdefault(same, []).append(".".join(path))
        stated[same] = found
    return [
        Ranged(tuple(paths), *(stated[same][key] for key in ("value", "low", "high"))) for same, paths in places.items()
    ]


def _of_any_group(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path that is the same for all line groups: five lines of which one thing is assumed are one assumption."""
    return ("lines", *path[2:]) if path[0] == "lines" else path


def _stated(dumped: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(dumped, dict) and {"value", "low", "high"} <= set(dumped):
        yield path, dumped
    elif isinstance(dumped, dict | list):
        items = dumped.items() if isinstance(dumped, dict) else enumerate(dumped)
        for name, item in items:
            yield from _stated(item, (*path, str(name)))


@dataclass(frozen=True)
class Moved:
    """One value at one end of its range: the difference in each of MEASURES, paired, None where there is none."""

    of: Ranged
    end: Any
    differences: tuple[Estimate | None, ...]

    def size(self) -> float:
        """The largest move of a percentage."""
        return max((abs(found.value) for found in self.differences[:2] if found is not None), default=0.0)


@dataclass(frozen=True)
class Moves:
    """All of them, and the settings that make no scenario, with the reason."""

    base: Result
    kind: str
    name: str
    moved: list[Moved]
    refused: list[tuple[str, str]]

    def to_markdown(self) -> str:
        """A table with the widest move first, and what is not in it."""
        widest: dict[str, float] = {}
        for found in self.moved:
            widest[found.of.name()] = max(widest.get(found.of.name(), 0.0), found.size())
        rows = [("as stated", "", *(plain(self._base(measure)) for measure in MEASURES.values()))]
        for found in sorted(self.moved, key=lambda moved: -widest[moved.of.name()]):
            if widest[found.of.name()] > 0:
                change = f"{_short(found.of.value)} → {_short(found.end)}"
                rows.append((found.of.name(), change, *("-" if d is None else signed(d) for d in found.differences)))
        lines = ["| value of | change | " + " | ".join(MEASURES) + " |", "|---|---|" + "---:|" * len(MEASURES)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        still = [name for name, size in widest.items() if size == 0]
        lines += ["", f"Moves no percentage: {', '.join(still)}."] if still else []
        lines += [f"\nNot run: {name}: {why}" for name, why in self.refused]
        return "\n".join(lines) + "\n"

    def _base(self, measure: str) -> Estimate:
        return self.base.estimate(measure, kind=self.kind, name=self.name)


def _short(value: Any) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def moves(scenario: Scenario, *, replications: int, out: Path, channel: str | None = None) -> Moves:
    """Run every end of every range against the scenario as it stands; measures are of ``channel``, or of all."""
    kind, name = ("channel", channel) if channel else ("all", "all")

    def result(of: Scenario) -> Result:
        return run(of, replications=replications, out=out, keep_contacts=0)

    found = Moves(result(scenario), kind, name, [], [])
    for one in ranged(scenario):
        for end in one.ends():
            try:
                changed = scenario.with_settings(one.settings(end))
            except ScenarioError as error:
                found.refused.append((f"{one.name()} at {_short(end)}", error.mistakes[0].message))
                continue
            both = Comparison({"stated": found.base, "changed": result(changed)})
            found.moved.append(Moved(one, end, tuple(_difference(both, m, kind, name) for m in MEASURES.values())))
    return found


def _difference(both: Comparison, measure: str, kind: str, name: str) -> Estimate | None:
    try:
        return both.difference("changed", measure, kind=kind, name=name).difference
    except KeyError:
        return None


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenario", type=Path)
    parser.add_argument("-n", "--replications", type=int, default=100)
    parser.add_argument("--channel", help="of which channel (default: of all)")
    parser.add_argument("--out", type=Path, help="keep the results there (default: nowhere)")
    asked = parser.parse_args()
    try:
        scenario = load(asked.scenario)
    except ScenarioError as error:
        sys.exit(str(error))
    if asked.channel and asked.channel not in scenario.channels:
        parser.error(f"{asked.channel!r} is not a channel; they are {', '.join(scenario.channels)}")
    whose = f"contacts and people of {asked.channel}" if asked.channel else "all contacts and people"
    pairs = "paired differences with ± half a 95 % interval"
    with tempfile.TemporaryDirectory() as scratch:
        out = asked.out or Path(scratch)
        found = moves(scenario, replications=asked.replications, out=out, channel=asked.channel)
        print(f"{scenario.name}: {whose}, {asked.replications} replications; {pairs}\n")
        print(found.to_markdown(), end="")


if __name__ == "__main__":
    main()
