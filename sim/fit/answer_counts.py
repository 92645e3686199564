"""Fitted counts, by day or by interval, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Answer, Message, Section, Show, Table, Term, Tile, Value, message
from sim.answers.phrases import as_message
from sim.fit import answer_charts as charts
from sim.fit.answer_log import busiest_hour, per_day, tile_per_day, tile_when, when
from sim.fit.answer_rows import (
    checks,
    in_unit,
    left_out,
    missing_text,
    numbers,
    plain_name,
    rows_of_days,
    rows_of_intervals,
    unclear,
)
from sim.fit.checks import verdict
from sim.fit.found import InDays, InIntervals
from sim.fit.interval_counts import Part
from sim.fit.log import UNKNOWN
from sim.units import WEEKDAYS

#: What counts by day do not say.
_NOT_IN_DAYS = ("hours", "handling", "lines", "patience")


def answer_of_days(fit: InDays) -> Answer:
    """All that counts by day say."""
    tables = [table for table in (numbers(rows_of_days(fit)), checks(fit.checks)) if table.rows]
    chart = charts.days(fit)
    statistics = (verdict(fit.checks), as_message(fit.daily.overdispersion.says), Show("numbers"))
    shown = [Show("checks")] if len(tables) > 1 else []
    return _answer(
        fit,
        sentences=list(_of_days(fit)),
        tiles=list(_day_tiles(fit)),
        sections=[
            Section("days", message("picture.page_days"), (chart,)),
            Section("statistics", message("found.statistics"), (*map(_part, statistics), *shown), folded=True),
            Section("file", message("found.file"), tuple(_read_days(fit)), folded=True),
        ],
        tables=tables,
    )


def _part(part: Message | str | Show) -> Message | Show:
    return message("fit.note", note=part) if isinstance(part, str) else part


def _of_days(fit: InDays) -> Iterator[Message]:
    """Contacts a day, the busiest weekday, the week to come; then the model."""
    total = fit.week.total
    yield per_day(fit.daily.per_day, of="count_per_day")
    yield message(
        "found.week", calls=round(total.value), low=round(total.low), high=round(total.high),
        start=Term("day", fit.week.start.isoformat()),
    )  # fmt: skip
    yield verdict(fit.checks)
    yield missing_text(_NOT_IN_DAYS)
    yield from unclear(fit.surge)
    says = as_message(fit.daily.overdispersion.says)
    yield says if isinstance(says, Message) else message("fit.note", note=says)


def _read_days(fit: InDays) -> Iterator[Message]:
    """How many days were read, and how the file was understood."""
    counts = fit.daily.counts
    of = {"days": counts.days, "left_out": len(counts.dropped), "rows": counts.rows}
    yield message("fit.read_days", source=counts.source, first=Term("day", counts.start.isoformat()), **of)
    known = counts.counts[0] != UNKNOWN
    if counts.answered is not None or counts.parts:
        answered = None if counts.answered is None else counts.answered[known]
        yield from _totals(counts.parts, counts.counts[0][known], answered)
    yield from _notes((*counts.notes, *fit.daily.warnings))
    yield from left_out(Counter(row.reason for row in counts.dropped).most_common())


def _day_tiles(fit: InDays) -> Iterator[Tile]:
    yield tile_per_day(fit.daily.per_day)
    weights = {name: weight.value for name, weight in zip(WEEKDAYS, fit.daily.weekdays, strict=True) if weight.known}
    if weights:
        yield Tile(message("found.tile_weekday"), Term("hours", max(weights, key=lambda name: weights[name])))
    total = fit.week.total
    beside = message("told.interval", low=round(total.low), high=round(total.high))
    yield Tile(message("number.forecast_week"), round(total.value), beside)


def answer_of_intervals(fit: InIntervals) -> Answer:
    """All that counts by interval say."""
    return _answer(
        fit,
        sentences=list(_of_intervals(fit)),
        tiles=list(_interval_tiles(fit)),
        sections=[
            Section("hours", message("picture.page_hours"), (charts.hours(fit.arrivals, fit.counts.days),)),
            Section("statistics", message("found.statistics"), (Show("numbers"),), folded=True),
            Section("file", message("found.file"), tuple(_read_intervals(fit)), folded=True),
        ],
        tables=[numbers(rows_of_intervals(fit))],
    )


def _of_intervals(fit: InIntervals) -> Iterator[Message]:
    """Contacts a day, when, what is lost, how long; then what is assumed."""
    yield per_day(fit.arrivals.per_day, of="count_per_day")
    if (busiest := busiest_hour(fit.arrivals)) is not None:
        yield when(busiest)
    known = {"lost": fit.lost, "handling_mean": fit.handling, "asa": fit.asa, "patience_mean": fit.patience}
    for key, found in known.items():
        if found.known:
            yield message(f"found.{key}", value=in_unit(found.value, found.unit))
    yield missing_text(fit.missing)


def _read_intervals(fit: InIntervals) -> Iterator[Message]:
    """How many counts were read, of which width, and how the file was understood."""
    counts = fit.counts
    of = {"days": counts.days, "left_out": len(counts.dropped), "rows": counts.rows, "minutes": counts.width}
    yield message("fit.read_intervals", source=counts.source, first=Term("day", counts.start.isoformat()), **of)
    yield from _totals(counts.parts, counts.offered, counts.answered)
    yield from _notes(counts.notes)
    yield from left_out(Counter(row.reason for row in counts.dropped).most_common())


def _interval_tiles(fit: InIntervals) -> Iterator[Tile]:
    yield tile_per_day(fit.arrivals.per_day)
    if (busiest := busiest_hour(fit.arrivals)) is not None:
        yield tile_when(busiest)
    for key, found in (("lost", fit.lost), ("handling", fit.handling), ("asa", fit.asa)):
        if found.known:
            yield Tile(message(f"found.tile_{key}"), in_unit(found.value, found.unit))


def _notes(notes: Sequence[str]) -> Iterator[Message]:
    for note in notes:
        yield message("fit.note", note=Term("sentence", as_message(note)))


def _totals(parts: Sequence[Part], offered: NDArray[np.int64], answered: NDArray[np.int64] | None) -> Iterator[Message]:
    """Offered and not answered contacts, in all and of each part."""
    yield _total(None, int(offered.sum()), UNKNOWN if answered is None else int(answered.sum()))
    for part in parts if len(parts) > 1 else ():
        yield _total(message("fit.part", name=Term("name", part.name)), part.offered, part.answered)


def _total(name: Message | None, offered: int, answered: int) -> Message:
    if answered == UNKNOWN or not offered:
        return message("fit.total", name=name, offered=offered)
    lost = in_unit(max(offered - answered, 0) / offered, "%")
    return message("fit.total_answered", name=name, offered=offered, answered=answered, lost=lost)


def _answer(
    fit: InDays | InIntervals,
    *,
    sentences: Sequence[Message],
    tiles: Sequence[Tile],
    sections: Sequence[Section],
    tables: Sequence[Table],
) -> Answer:
    counts = fit.daily.counts if isinstance(fit, InDays) else fit.counts
    question: dict[str, Value] = {"source": counts.source, "scenario": fit.text}
    return Answer(
        study="fit",
        scenario=fit.scenario,
        heading=message("fit.heading"),
        question=question,
        sentences=tuple(sentences),
        played=(),
        tiles=tuple(tiles),
        sections=tuple(sections),
        tables=tuple(tables),
        files={f"{fit.name}.yaml": fit.text},
        title=plain_name(counts.source),
    )
