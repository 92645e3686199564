"""The sections of a campaign: how large a one the lines bear, which lines it needs, when to begin it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from sim.answers.answer import Axis, Curves, Point, Series
from sim.answers.colours import BETTER, UNCLEAR, WORSE
from sim.answers.curves import LOOKS, draw_curves
from sim.answers.grids import Grid
from sim.answers.rows import Line, Mark, draw_rows
from sim.language.shown import plain, signed
from sim.report.columns import table_of
from sim.report.duty import hours_between
from sim.report.of_targets import rests_section, target_parts, target_tiles
from sim.report.reading import Reader
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.studied import Row, Studied, estimate, text
from sim.statistics.estimates import Estimate
from sim.studies.costs import line_hours

_SIZE = ("target", "largest, extra contacts", "without the campaign", "as stated")
_EXTRA = ("lines of", "from", "to", "hours", "extra lines")
_STARTS = ("start", "never reached", "difference", "only called while closed")
#: Behind the name of the start that fresh worlds confirmed.
_FRESH = " (fresh worlds)"
_LARGEST = "largest, extra contacts"


def tiles(found: Studied, reader: Reader) -> Iterator[Tile]:
    """The largest size, the extra lines, the best start."""
    say = reader.say
    if (first := _first_missed(found)) is not None:
        largest, stated = estimate(first, _LARGEST), _stated(found)
        beside = say("told.stated", what=say.number(stated)) if stated else ""
        yield Tile(say("told.largest"), say.number(largest.value), beside)
    elif rows := found.table("sizes"):
        yield Tile(say("told.largest"), say("told.over", what=say.number(estimate(rows[-1], "extra contacts").value)))
    if rows := found.table("extra lines"):
        more, before = sum(_hours(row, found) for row in rows), line_hours(found.scenario)
        share = say.percent(more / before, sign=True) if before else ""
        yield Tile(say("told.extra_hours"), say.number(more), say("told.on_top", hours=say.number(before), share=share))
        yield from target_tiles(found, reader, most=1, count=False)
    if (best := _best_start(found)) is not None:
        change = signed(estimate(best, "difference"), say).replace("-", "\N{MINUS SIGN}")
        start = reader.moment(text(best, "start").removesuffix(_FRESH))
        yield Tile(say("told.best_start"), start, say("told.best_start_saves", difference=change))


def _hours(row: Row, found: Studied) -> float:
    """Line-hours of the extra lines of a row."""
    lines = estimate(row, "extra lines").value
    return (
        lines * hours_between(found.scenario, text(row, "from"), text(row, "to"), text(row, "hours")) if lines else 0.0
    )


def _first_missed(found: Studied) -> Row | None:
    """The target that is missed first as the campaign grows."""
    known = [row for row in found.table("size") if isfinite(estimate(row, _LARGEST).value)]
    return min(known, key=lambda row: estimate(row, _LARGEST).value, default=None)


def _best_start(found: Studied) -> Row | None:
    """The best start as fresh worlds confirm it; None where it is not clearly better."""
    fresh = next((row for row in found.table("starts") if text(row, "start").endswith(_FRESH)), None)
    return fresh if fresh is not None and estimate(fresh, "difference").high < 0 else None


def _stated(found: Studied) -> float:
    """Extra contacts as the scenario states them; 0 where it states something else."""
    name = found.asked.get("campaign")
    for one in found.scenario.campaigns:
        if name in (None, one.name) and one.extra is not None:
            return float(one.extra.value)
    return 0.0


def sections(found: Studied, reader: Reader) -> Iterator[Section]:
    """What was asked, in the order in which it is asked."""
    say = reader.say
    if found.table("size"):
        yield Section("size", say("told.size"), list(_size(found, reader)))
    if found.table("extra lines"):
        yield Section("lines", say("told.extra_lines"), list(_extra(found, reader)))
    if found.table("starts"):
        yield Section("starts", say("told.starts"), list(_starts(found, reader)))
    yield from rests_section(found, reader)


def _size(found: Studied, reader: Reader) -> Iterator[Part]:
    say = reader.say
    yield Words(say("told.size_lead"))
    targets = [text(row, "target") for row in found.table("size")]
    for unit in dict.fromkeys(text(row, "unit") for row in found.table("size")):
        some = [text(row, "target") for row in found.table("size") if text(row, "unit") == unit][: len(LOOKS) - 1]
        yield Picture(_curves(found, reader, some, unit), say("told.size_caption"))
    yield table_of(say("told.size_table"), found.table("size"), _SIZE, reader)
    yield table_of(say("told.sizes_table"), found.table("sizes"), ("extra contacts", *targets), reader)
    if rows := found.table("size assumptions"):
        yield _ends(rows, say("told.size_ranges"), _LARGEST, reader)


def _curves(found: Studied, reader: Reader, targets: list[str], unit: str) -> str:
    """Targets by the size of the campaign, with their limits."""
    say, rows = reader.say, found.table("sizes")
    series = [Series(reader.target(t), tuple(_point(row, t, unit, reader) for row in rows), n, band=True)
              for n, t in enumerate(targets)]  # fmt: skip
    limits = [(reader.targets[target].limit, n) for n, target in enumerate(targets) if target in reader.targets]
    first, stated = _first_missed(found), _stated(found)
    span = None
    if first is not None:
        largest = estimate(first, _LARGEST)
        span = (largest.low, largest.high, say("told.borne", size=plain(largest, say)))
    uprights = [(stated, say("told.as_stated", size=say.number(stated)))] if stated else []
    chart = Curves(
        say("told.size_picture"),
        Axis(say("told.extra_contacts"), zero=True),
        reader.axis(targets, unit),
        tuple(series),
        limits=tuple(limits),
        span=span,
        uprights=tuple(uprights),
    )
    return draw_curves(chart, say)


def _point(row: Row, target: str, unit: str, reader: Reader) -> Point:
    at, value = estimate(row, "extra contacts").value, estimate(row, target)
    return Point(at, value, f"{reader.say.number(at)}: {plain(value, reader.say)} {unit}")


def _extra(found: Studied, reader: Reader) -> Iterator[Part]:
    say = reader.say
    if found.table("targets"):
        yield Words(say("told.extra_lead"))
    note = say("told.extra_note", every=len(found.table("extra lines")))
    rows = [row for row in found.table("extra lines") if estimate(row, "extra lines").value > 0]
    if rows:
        yield table_of(say("told.extra_table"), rows, _EXTRA, reader, note=note)
    else:
        yield Words(say("told.no_extra"))
    yield from target_parts(found, reader)


def _starts(found: Studied, reader: Reader) -> Iterator[Part]:
    say = reader.say
    yield Words(say("told.starts_lead"))
    lines = [_start(row, reader) for row in found.table("starts")]
    if lines:
        axis = say("told.starts_axis")
        picture = draw_rows(lines, title=say("told.starts"), axis=axis, say=say, signed=True)
        yield Picture(picture, say("told.starts_caption"))
    yield table_of(say("told.starts_table"), found.table("starts"), _STARTS, reader, good={"difference": -1})
    if rows := found.table("start assumptions"):
        yield _ends(rows, say("told.start_ranges"), "difference", reader)


def _ends(rows: Sequence[Row], title: str, column: str, reader: Reader) -> Grid:
    """What an answer becomes with stated ranges at their ends."""
    say = reader.say
    heads = {"from": say("plancolumn.stated"), "to": say("head.set_to"), "change": say("head.change")}
    good = {"change": 0} | ({"difference": -1} if column == "difference" else {})
    return table_of(title, rows, ("assumption", "from", "to", column, "change"), reader, heads=heads, good=good)


def _start(row: Row, reader: Reader) -> Line:
    difference: Estimate = estimate(row, "difference")
    name = reader.moment(text(row, "start"))
    shape, colour = ("circle", BETTER) if difference.high < 0 else ("diamond", UNCLEAR)
    if difference.low > 0:
        shape, colour = "square", WORSE
    return Line(name, [Mark(difference, shape, colour, f"{name}: {signed(difference, reader.say)}")])
