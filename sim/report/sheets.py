"""The sheets of a workbook as plain tables: text, numbers and days, every estimate with its low and high in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite

from sim.language import Language
from sim.language.shown import in_words
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.assumed import assumptions
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


def assumption_sheet(scenario: Scenario, say: Language) -> Sheet:
    """Every value that says where it comes from."""
    heads = [say("column.value_of"), say("column.is"), say("report.low"), say("report.high"), say("workbook.unit")]
    heads += [say("column.status"), say("column.source"), say("workbook.setting")]
    return _sheet("assumptions", _stated(scenario, say), say("report.uncertain_note"), heads, say)


def made_sheet(rows: Sequence[tuple[str, str]], say: Language) -> Sheet:
    """How the numbers were made."""
    return _sheet("made", rows, say("report.made_lead"), ("", ""), say)


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


def _sheet(key: str, rows: Iterable[Sequence[Value]], note: str, heads: Sequence[str], say: Language) -> Sheet:
    return Sheet(key, say(f"workbook.{key}"), note, tuple(heads), tuple(tuple(row) for row in rows))


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def three(found: Estimate) -> list[Value]:
    """Value, low and high; what is not known is empty."""
    return [_finite(value) for value in (found.value, found.low, found.high)]
