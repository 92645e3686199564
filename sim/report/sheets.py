"""The sheets of a workbook as plain tables: text, numbers and days, every estimate with its low and high in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite

from sim.answers.colours import OUTCOMES
from sim.answers.kinds import in_language
from sim.language import Language
from sim.language.shown import in_words
from sim.report.made import made
from sim.results.result import WAITS, Result
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.mixed import defined
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS, Row
from sim.studies.assumed import assumptions
from sim.studies.summaries import busiest_channel, service_level
from sim.units import parse_duration

Value = str | float | dt.date | None


@dataclass(frozen=True)
class Sheet:
    """A table with a title for its tab and a note that says what its numbers are; ``key`` tells sheets apart."""

    key: str
    title: str
    note: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]


def sheets_of(found: Result, say: Language) -> list[Sheet]:
    """The sheets of a run."""
    return list(_of_a_run(found, say))


def _of_a_run(result: Result, say: Language) -> Iterator[Sheet]:
    note = say("workbook.interval") + " " + in_language(service_level(result.scenario), say)
    rows = result.summary()
    level = SERVICE_LEVELS[result.scenario.targets.service_level]
    yield _sheet("summary", [_long(row, result.scenario, say) for row in rows], note, _long_heads(say), say)
    queues = {queue.name: say.name(queue.name) for queue in result.scenario.model.centre.queues}
    measures = ("offered", *OUTCOMES, "loss", "asa", "wait_p90_answered", level, "occupancy")
    by_queue = {(r.name, r.measure): _estimate(r) for r in rows if r.kind == "queue"}
    columns = [(m, _head(m, say)) for m in measures]
    yield _wide("queues", say("column.queue"), queues, columns, by_queue, note, say)
    dates = {str(day): date for day, date in enumerate(result.scenario.model.dates)}
    yield _by_time(result, "day", say("column.day"), dates, level, say)
    names = {str(hour): say("report.hour", hour=hour, next=hour + 1) for hour in range(24)}
    yield _by_time(result, "hour", say("report.hour_head"), names, level, say)
    yield assumption_sheet(result.scenario, say)
    yield made_sheet(made(result, say), say)


def assumption_sheet(scenario: Scenario, say: Language) -> Sheet:
    """Every value that says where it comes from."""
    heads = [say("column.value_of"), say("column.is"), say("report.low"), say("report.high"), say("workbook.unit")]
    heads += [say("column.status"), say("column.source"), say("workbook.setting")]
    return _sheet("assumptions", _stated(scenario, say), say("report.uncertain_note"), heads, say)


def made_sheet(rows: Sequence[tuple[str, str]], say: Language) -> Sheet:
    """How the numbers were made."""
    return _sheet("made", rows, say("report.made_lead"), ("", ""), say)


def _by_time(result: Result, slice_: str, head: str, names: Mapping[str, Value], level: str, say: Language) -> Sheet:
    """Contacts and people of all channels by day or hour, and how the busiest channel does then."""
    channel = busiest_channel(result)
    found, columns = {}, [(m, _head(m, say)) for m in ("offered", *OUTCOMES, "callers", "never_reached")]
    columns += [(f"{channel} {m}", f"{say.name(channel)}: {_head(m, say)}") for m in ("loss", "asa", level)]
    for row in result.summary((slice_,)):
        if row.kind == "all":
            found[str(row.number), row.measure] = _estimate(row)
        elif (row.kind, row.name) == ("channel", channel):
            found[str(row.number), f"{channel} {row.measure}"] = _estimate(row)
    note = say("workbook.interval") + " " + in_language(service_level(result.scenario), say)
    return _wide(f"{slice_}s", head, names, columns, found, note, say)


def _stated(scenario: Scenario, say: Language) -> Iterator[Sequence[Value]]:
    for found in assumptions(scenario):
        values, unit = _measured((found.value, found.low, found.high), say)
        status, source = say.known("status", found.status), found.source.told(say.code)
        yield in_words(found.path, say), *values, unit, status, source, found.path


def _measured(texts: Sequence[str], say: Language) -> tuple[Sequence[Value], str]:
    """Numbers in the unit of the first, where all are such (a range may be in another unit of time); else the texts."""
    unit = texts[0].rpartition(" ")[2] if " " in texts[0] else ""
    with suppress(ValueError):
        if unit in ("", "%"):
            return [float(text.removesuffix(unit)) if text else None for text in texts], unit
        size = parse_duration(f"1 {unit}")
        return [parse_duration(text) / size if text else None for text in texts], say.known("unit", unit)
    return [say.value(text) for text in texts], ""


def _estimate(row: Row) -> Estimate:
    return Estimate(row.estimate, row.low, row.high)


def _sheet(key: str, rows: Iterable[Sequence[Value]], note: str, heads: Sequence[str], say: Language) -> Sheet:
    return Sheet(key, say(f"workbook.{key}"), note, tuple(heads), tuple(tuple(row) for row in rows))


def _long_heads(say: Language) -> list[str]:
    return [
        "",
        *(say(f"workbook.{name}") for name in ("scope", "measure", "estimate", "low", "high", "unit", "definition")),
    ]


def _long(row: Row, scenario: Scenario, say: Language) -> list[Value]:
    kind, name = say(f"kind.{row.kind}"), say.name(row.name)
    unit = say.known("unit", row.unit)
    definition = defined(scenario, row.measure, row.kind, say(f"definition.{row.measure}"), say)
    return [kind, name, say(f"measure.{row.measure}"), *three(_estimate(row)), unit, definition]


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _wide(
    key: str,
    head: str,
    names: Mapping[str, Value],
    columns: Sequence[tuple[str, str]],
    found: Mapping[tuple[str, str], Estimate],
    note: str,
    say: Language,
) -> Sheet:
    """A row for each name, three columns (value, low, high) for each of ``columns`` that is ever other than 0."""
    seen = [(of, shown) for of, shown in columns if any(found[n, of].value for n in names if (n, of) in found)]
    heads = [head]
    for _, shown in seen:
        heads += [shown, say("workbook.low"), say("workbook.high")]
    cells: list[list[Value]] = [
        [name, *(v for of, _ in seen for v in three(found.get((n, of), NOTHING)))] for n, name in names.items()
    ]
    return _sheet(key, cells, note, heads, say)


def three(found: Estimate) -> list[Value]:
    """Value, low and high; what is not known is empty."""
    return [_finite(value) for value in (found.value, found.low, found.high)]


def _head(measure: str, say: Language) -> str:
    """A measure with its unit, where that does not go without saying."""
    unit = "s" if measure in WAITS else DEFINITIONS[measure].unit
    return say(f"measure.{measure}") + ("" if unit in ("%", "per period") else f" ({say.known('unit', unit)})")
