"""What a campaign asks of the lines, and its answer as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.answers.answer import (
    Answer,
    Axis,
    Column,
    Curves,
    Mark,
    Message,
    Named,
    Part,
    Played,
    Point,
    Row,
    Rows,
    Section,
    Series,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answered import Answered
from sim.answers.phrases import played_on
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.asked import Try
from sim.studies.campaign_doubts import Shift
from sim.studies.campaign_size import Borne, Size, Sized
from sim.studies.campaign_start import Moved, Start, When
from sim.studies.costs import line_hours
from sim.studies.doubts import Doubt
from sim.studies.staffing_words import staffing_text
from sim.studies.target_answers import (
    at_end,
    certainty,
    doubtful,
    found_text,
    rests_parts,
    rests_table,
    target,
    target_chart,
    target_table,
    target_tiles,
    unmet,
)
from sim.studies.trial import Which
from sim.studies.unknowns import name_of, setting_of

#: Ranges, and days of starts that are left out, that a sentence names.
_NAMED = 4
_DAYS = 7
#: Targets that a chart has curves of.
_CURVES = 5


@dataclass(frozen=True)
class Extra:
    """Extra lines on fresh worlds: plans that these refused, whether the targets are met, and what undoes it."""

    tried: Try
    refused: tuple[Try, ...]
    meets: bool
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class CampaignStudy(Answered):
    """What was found of a campaign ``sized`` with the lines of ``base``; None of what was not asked.

    question: all that affects the answer.
    searched, doubted: the worlds of the searches, and those on which stated ranges went to their ends.
    """

    scenario: Scenario
    question: Mapping[str, Any]
    sized: Sized
    base: Scenario
    size: Size | None
    size_shifts: tuple[Shift, ...]
    extra: Extra | None
    start: When | None
    start_shifts: tuple[Shift, ...]
    searched: Which
    doubted: Which

    @property
    def lines(self) -> Try | None:
        """Extra lines on fresh worlds."""
        return self.extra.tried if self.extra else None

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return Answer(
            study="campaign",
            scenario=self.scenario,
            heading=message("campaign.heading"),
            question=self.question,
            sentences=tuple(_sentences(self)),
            played=tuple(_played(self)),
            measures=tuple(_measures(self)),
            tiles=tuple(_tiles(self)),
            sections=tuple(_sections(self)),
            tables=tuple(table for table in _tables(self) if table.rows),
        )


def _played(found: CampaignStudy) -> Iterator[Played]:
    """On which worlds each rests."""
    yield played_on("campaign.searched", found.searched)
    if found.size is not None:
        yield played_on("campaign.size_worlds", found.size.worlds)
    if found.extra is not None:
        yield played_on("campaign.lines_worlds", found.extra.tried.trial.worlds)
    if found.start is not None and found.start.tried_on and found.start.confirmed_on:
        yield played_on("campaign.starts_tried", found.start.tried_on)
        yield played_on("campaign.starts_confirmed", found.start.confirmed_on)
    yield played_on("campaign.doubted", found.doubted)


def _measures(found: CampaignStudy) -> list[str]:
    targets = [one.target for one in found.size.borne] if found.size is not None else []
    targets += found.extra.tried.way.targets if found.extra is not None else ()
    names = [one.of.name for one in targets]
    return list(dict.fromkeys([*names, *(("never_reached", "only_closed") if found.start is not None else ())]))


# ---- Sentences ---------------------------------------------------------------------------------------------------


def _sentences(found: CampaignStudy) -> Iterator[Message]:
    """What was asked, in its order."""
    if found.size is not None:
        yield from _size(found.size)
        yield from _size_rests(found.size_shifts)
    if found.extra is not None:
        yield from _lines(found.extra, found)
    if found.start is not None:
        yield from _start(found.start, found.start_shifts)


def _size(size: Size) -> Iterator[Message]:
    name = Term("name", size.of.name)
    if missed := [one for one in size.borne if one.always]:
        each = (
            message("campaign.always", target=one.target.words, found=found_text(one.target, one.without))
            for one in missed
        )
        what = Term("semicolons", tuple(each))
        if len(size.borne) == 1:
            yield message("campaign.always_one", targets=what)
        else:
            yield message("campaign.always_some", missed=len(missed), all=len(size.borne), targets=what)
        return
    if size.largest is None:
        yield message("campaign.any_size", name=name, top=Term("count", size.curve[-1][0]))
        return
    largest, first, brings = size.largest, size.first, size.of.extra
    assert first is not None
    verdict = "borne" if brings <= largest.low else "borne_not" if brings > largest.high else "borne_doubt"
    yield message(
        f"campaign.{verdict}",
        name=name,
        size=Term("about", largest),
        low=Term("about low", largest),
        high=Term("about high", largest),
        share=Term("share", largest.value / size.of.base),
        base=Term("count", size.of.base),
        extra=Term("count", brings),
        target=first.target.words,
    )


def _size_rests(shifts: Sequence[Shift]) -> Iterator[Message]:
    if not shifts:
        return
    ends = []
    for one in [one for one in shifts if one.clear][:_NAMED]:
        known = bool(np.isfinite(one.found.value))
        size = Term("count", one.found.value if known else one.tried)
        key = "campaign.size_end" if known else "campaign.size_end_over"
        ends.append(message(key, end=at_end(one.of, one.end), size=size))
    named = Term("semicolons", tuple(ends))
    yield message("campaign.size_rests", ends=named) if ends else message("campaign.size_steady")


def _lines(extra: Extra, found: CampaignStudy) -> Iterator[Message]:
    lines, before = extra.tried, line_hours(found.base)
    added = line_hours(lines.scenario) - before
    needed: dict[str, Value] = {
        "name": Term("name", found.sized.name), "extra": Term("count", found.sized.extra),
    }  # fmt: skip
    if extra.meets and not added:
        yield message("campaign.none_needed", **needed)
    else:
        some = {name: one for name, one in lines.way.staffing(lines.choice).items() if any(one[1])}
        hours, share = Term("count", added), Term("gain", added / before)
        how = "needs" if extra.meets else "not_enough"
        yield message(f"campaign.{how}", staffing=staffing_text(some), hours=hours, share=share, **needed)
    yield from unmet(lines)
    if (refused := len(extra.refused)) and extra.meets:
        several = message("campaign.refused_more", count=refused)
        yield message("campaign.refused_one") if refused == 1 else several
    yield certainty(found.searched.number, [lines.way.searched], meets=extra.meets)
    if extra.meets:
        yield from doubtful(extra.doubts, lines.way.targets, of="campaign")


def _start(start: When, shifts: Sequence[Shift]) -> Iterator[Message]:
    if start.best is None:
        yield message("campaign.no_room")
        return
    names: dict[str, Value] = {"best": _moment(start.best.start), "stated": _moment(start.stated)}
    gain = start.best.difference
    if gain.high < 0:
        less = gain.turned
        ends: dict[str, Value] = {"gain": Term("middle", less), "low": Term("low", less), "high": Term("high", less)}
        yield message("campaign.better", **ends, **names)
    else:
        kinds = {"change": "signed middle", "low": "signed low", "high": "signed high"}
        yield message("campaign.no_better", **names, **{name: Term(kind, gain) for name, kind in kinds.items()})
    worst = start.moved[-1]
    if worst.difference.low > 0:
        loss = Term("middle", worst.difference)
        yield message("campaign.worst", worst=_moment(worst.start), loss=loss, stated=names["stated"])
    yield message("campaign.alike")
    if start.left_out:
        yield _left_out(start)
    yield from _start_rests(start, shifts, names)


def _start_rests(start: When, shifts: Sequence[Shift], names: Mapping[str, Value]) -> Iterator[Message]:
    if not shifts or start.best is None:
        return
    clear = [one for one in shifts if one.clear][:_NAMED]
    if not clear:
        yield message("campaign.start_steady", best=names["best"])
        return
    ends = tuple(
        message("campaign.start_end", end=at_end(one.of, one.end), change=Term("change", one.change)) for one in clear
    )
    change = Term("change", start.best.difference)
    yield message("campaign.start_rests", ends=Term("semicolons", ends), change=change, **names)


def _moment(start: Start) -> Term:
    return Term("moment", start.moment.isoformat())


def _left_out(start: When) -> Message:
    """Days of which no start is left, and times of other days."""
    kept = {start.stated.moment.date(), *(one.start.moment.date() for one in start.moved)}
    by_day: dict[dt.date, list[str]] = {}
    for moment in start.left_out:
        by_day.setdefault(moment.date(), []).append(f"{moment.hour}:{moment:%M}")
    days: list[Value] = []
    for day, times in by_day.items():
        named = Term("short day", day.isoformat())
        days.append(message("campaign.left_out_day", day=named, times=tuple(times)) if day in kept else named)
    return message("campaign.left_out_more" if len(days) > _DAYS else "campaign.left_out", starts=tuple(days[:_DAYS]))


# ---- Tiles and sections ------------------------------------------------------------------------------------------


def _tiles(found: CampaignStudy) -> Iterator[Tile]:
    """The largest size, the extra lines, the best start."""
    if (size := found.size) is not None:
        largest: Value = message("told.over", what=Term("count", size.curve[-1][0]))
        if any(one.always for one in size.borne):
            largest = 0
        elif size.largest is not None:
            largest = Term("about", size.largest)
        stated = message("told.stated", what=Term("count", size.of.extra))
        yield Tile(message("told.largest"), largest, stated)
    if found.extra is not None:
        before = line_hours(found.base)
        more = line_hours(found.extra.tried.scenario) - before
        share = Term("gain", more / before if before else 0.0)
        on_top = message("told.on_top", hours=Term("count", before), share=share)
        yield Tile(message("told.extra_hours"), Term("count", more), on_top)
        yield from target_tiles(found.extra.tried, count=False)
    best = found.start.best if found.start else None
    if best is not None and best.difference.high < 0:
        saves = message("told.best_start_saves", difference=Term("change", best.difference))
        yield Tile(message("told.best_start"), _moment(best.start), saves)


def _sections(found: CampaignStudy) -> Iterator[Section]:
    """What was asked, in the order in which it is asked."""
    shown = {table.name for table in _tables(found) if table.rows}
    if found.size is not None:
        ends = (Show("size-assumptions"),) if "size-assumptions" in shown else ()
        charts = (_curves(found.size, unit) for unit in dict.fromkeys(one.target.of.unit for one in found.size.borne))
        parts: tuple[Part, ...] = (message("told.size_lead"), *charts, Show("size"), Show("sizes"), *ends)
        yield Section("size", message("told.size"), parts)
    if found.extra is not None:
        lead = message("told.extra_lead")
        added: Part = Show("extra-lines") if "extra-lines" in shown else message("told.no_extra")
        parts = (lead, added, *target_chart(found.extra.tried), Show("targets"))
        yield Section("lines", message("told.extra_lines"), parts)
    if found.start is not None and found.start.moved:
        ends = (Show("start-assumptions"),) if "start-assumptions" in shown else ()
        parts = (message("told.starts_lead"), _starts_chart(found.start), Show("starts"), *ends)
        yield Section("starts", message("told.starts"), parts)
    if found.extra is not None and found.extra.doubts:
        parts = tuple(rests_parts(found.extra.doubts, found.extra.tried.way.targets))
        yield Section("rests", message("told.rests"), parts)


def _curves(size: Size, unit: str) -> Curves:
    """Targets of one unit by the size of the campaign, with their limits."""
    some = [(number, one) for number, one in enumerate(size.borne) if one.target.of.unit == unit][:_CURVES]
    series = []
    for look, (number, one) in enumerate(some):
        points = tuple(_point(extra, values[number], one) for extra, values in size.curve)
        series.append(Series(one.target.words, points, look, band=True))
    names = dict.fromkeys(one.target.of.name for _, one in some)
    of = Term("semicolons", tuple(Term("measure of", (name, "all", "all")) for name in names))
    largest = size.largest if size.largest is not None and size.largest.value > 0 else None
    as_stated = message("told.as_stated", size=Term("count", size.of.extra))
    return Curves(
        title=message("told.size_picture"),
        across=Axis(message("told.extra_contacts"), zero=True),
        up=message("chart.unit", name=of, unit=Term("unit", unit)),
        series=tuple(series),
        caption=message("told.size_caption"),
        limits=tuple((one.target.limit, look) for look, (_, one) in enumerate(some)),
        span=(largest.low, largest.high, message("told.borne", size=largest)) if largest else None,
        uprights=((size.of.extra, as_stated),),
    )


def _point(extra: float, value: Estimate, one: Borne) -> Point:
    return Point(extra, value, message("chart.at", place=Term("count", extra), value=found_text(one.target, value)))


def _starts_chart(when: When) -> Rows:
    rows = []
    for one in _ordered(when):
        form, tone = ("circle", "better") if one.difference.high < 0 else ("diamond", "unclear")
        if one.difference.low > 0:
            form, tone = "square", "worse"
        rows.append(Row(_named(one, when), (Mark(one.difference, form, tone),)))
    title, axis, caption = (message(f"told.{key}") for key in ("starts", "starts_axis", "starts_caption"))
    return Rows(title, axis, tuple(rows), caption, signed=True)


# ---- Tables ------------------------------------------------------------------------------------------------------


def _tables(found: CampaignStudy) -> Iterator[Table]:
    """All that was found."""
    if found.size is not None:
        yield _sizes(found.size)
        yield _by_size(found.size)
        yield _size_ends(found.size_shifts)
    if found.extra is not None:
        yield _extra(found.extra.tried)
        yield target_table(found.extra.tried)
        targets = found.extra.tried.way.targets
        yield rests_table(found.extra.doubts, targets, "plantable.extra_assumptions")
    if found.start is not None:
        yield _starts(found.start)
        yield _start_ends(found.start_shifts)


def _sizes(size: Size) -> Table:
    """The largest campaign by target."""
    columns = (
        Column("target", "text", message("plancolumn.target")),
        Column("largest", "estimate", message("plancolumn.largest")),
        Column("without", "estimate", message("plancolumn.without")),
        Column("as_stated", "estimate", message("plancolumn.stated")),
        Column("unit", "unit", message("workbook.unit")),
    )
    rows = tuple(
        (target(one.target), one.largest or NOTHING, one.without, one.stated, one.target.of.unit) for one in size.borne
    )
    return Table("size", message("told.size_table"), columns, rows, short=message("studypage.sheet_size"))


def _by_size(size: Size) -> Table:
    """Each target's measure by the size of the campaign."""
    columns = (
        Column("extra_contacts", "number", message("plancolumn.extra_contacts")),
        *(Column(one.target.written, "estimate", one.target.words) for one in size.borne),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple((extra, *values) for extra, values in size.curve)
    return Table("sizes", message("told.sizes_table"), columns, rows, short=message("studypage.sheet_sizes"))


def _size_ends(shifts: Sequence[Shift]) -> Table:
    """The largest campaign with one range at one end; as large as tried, without an end, where all was borne."""
    rows = list[tuple[Value, ...]]()
    for one in shifts:
        largest = one.found if np.isfinite(one.found.value) else Estimate(one.tried, one.tried, np.inf)
        rows.append((*_end(one), largest, one.change))
    columns = (
        *_end_columns(),
        Column("largest", "size", message("plancolumn.largest")),
        Column("change", "change", message("head.change")),
    )
    title, short = message("told.size_ranges"), message("studypage.sheet_size_ranges")
    return Table("size-assumptions", title, columns, tuple(rows), short=short)


def _start_ends(shifts: Sequence[Shift]) -> Table:
    """People never reached with the best start, more or fewer than with the stated one, with one range at one end."""
    columns = (
        *_end_columns(),
        Column("difference", "change", message("plancolumn.difference"), good=-1),
        Column("change", "change", message("head.change")),
    )
    rows = tuple((*_end(one), one.found, one.change) for one in shifts)
    title, short = message("told.start_ranges"), message("studypage.sheet_start_ranges")
    return Table("start-assumptions", title, columns, rows, short=short)


def _end_columns() -> tuple[Column, ...]:
    return (
        Column("value_of", "path", message("plancolumn.assumption")),
        Column("stated", "setting", message("plancolumn.stated")),
        Column("set_to", "setting", message("head.set_to")),
    )


def _end(one: Shift) -> tuple[Value, ...]:
    return Named(one.of.name, name_of(one.of)), setting_of(one.of.value), setting_of(one.end)


def _extra(lines: Try) -> Table:
    """Extra lines of each group in each window of days that has some."""
    rows, tried = list[tuple[Value, ...]](), 0
    for name, (staff, levels) in lines.way.staffing(lines.choice).items():
        tried += len(staff.slots)
        every = zip(staff.slots, levels, strict=True)
        rows += [(name, slot.first, slot.last, slot.hours, count) for slot, count in every if count]
    columns = (
        Column("group", "name", message("column.lines_of")),
        Column("first", "short day", message("plancolumn.from")),
        Column("last", "short day", message("plancolumn.to")),
        Column("hours", "hours", message("column.hours")),
        Column("extra_lines", "count", message("plancolumn.extra_lines")),
    )
    note, short = message("told.extra_note", every=tried), message("studypage.sheet_extra")
    return Table("extra-lines", message("told.extra_table"), columns, tuple(rows), note, short=short)


def _ordered(when: When) -> list[Moved]:
    """Every start that was tried; first the best one, with what fresh replications confirm."""
    if when.best is None:
        return list(when.moved)
    return [when.best, *(one for one in when.moved if one.start != when.best.start)]


def _named(one: Moved, when: When) -> Named:
    """A start, and whether fresh replications confirm it."""
    start = _moment(one.start)
    return Named(str(start.value), message("campaign.fresh", start=start) if one is when.best else start)


def _starts(when: When) -> Table:
    columns = (
        Column("start", "moment", message("plancolumn.start")),
        Column("confirmed", "yes", message("campaign.confirmed"), filed=True),
        Column("never_reached", "estimate", message("plancolumn.never")),
        Column("difference", "change", message("plancolumn.difference"), good=-1),
        Column("only_closed", "estimate", message("plancolumn.only_closed")),
    )
    rows = tuple((_named(one, when), one is when.best, one.never, one.difference, one.closed) for one in _ordered(when))
    return Table("starts", message("told.starts_table"), columns, rows, short=message("studypage.sheet_starts"))
