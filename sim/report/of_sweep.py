"""The sections of a sweep: every measure along one setting, over two, or at the points of more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isfinite

from sim.language.shown import plain
from sim.report.columns import table_of
from sim.report.curves import HALF, Axis, Point, Series, draw_curves
from sim.report.heat import draw_heat
from sim.report.reading import Reader
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.studied import Row, Studied, estimate, text
from sim.statistics.estimates import Estimate

_RANGES = ("value_of", "stated", "set_to", "would_be", "change", "second_is_clearly_better")
_MOST_RANGES = 16
#: Levels that are written below an axis.
_MOST_MARKS = 8
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?) ?(\D*)")


def tiles(found: Studied, reader: Reader) -> Iterator[Tile]:
    """Between which values each of the first measures lies."""
    for measure in found.asked.get("measures", ())[:4]:
        known = [estimate(row, measure).value for row in found.table("sweep")]
        known = [value for value in known if isfinite(value)]
        if known:
            low, high = (plain(Estimate(end, end, end), reader.say) for end in (min(known), max(known)))
            ends = low if low == high else reader.say("told.from_to", low=low, high=high)
            yield Tile(reader.with_unit(measure), ends)


def sections(found: Studied, reader: Reader) -> Iterator[Section]:
    """A picture of each measure, then all points."""
    say = reader.say
    axes = {path: list(levels) for path, levels in found.asked.get("axes", {}).items()}
    measures = list(found.asked.get("measures", ()))
    rows = found.table("sweep")
    parts: list[Part] = [Words(say("told.sweep_lead"))]
    for measure in measures:
        parts += _pictures(measure, axes, found, reader)
    yield Section("sweep", say("told.sweep"), parts)
    columns = [*axes, *measures, "refused"]
    yield Section("points", say("told.points"), [table_of(say("told.points_table"), rows, columns, reader)])
    if ranges := found.table("assumptions"):
        heads = {"change": say("head.change")}
        good = {"would_be": 0, "change": 0}
        table = table_of(say("told.sweep_ranges"), ranges[:_MOST_RANGES], _RANGES, reader, heads=heads, good=good)
        yield Section("rests", say("told.rests"), [table])


def _pictures(measure: str, axes: dict[str, list[str]], found: Studied, reader: Reader) -> Iterator[Picture]:
    """One picture over one or two settings, one for each of more."""
    name, say = reader.with_unit(measure), reader.say
    if len(axes) == 2 and found.asked.get("design") == "grid":
        (down, levels), (across, others) = axes.items()
        values = {(text(row, down), text(row, across)): estimate(row, measure) for row in found.table("sweep")}
        named = {(reader.value(a), reader.value(b)): found for (a, b), found in values.items()}
        picture = draw_heat(
            named,
            down=[reader.value(level) for level in levels],
            across=[reader.value(level) for level in others],
            names=(reader.path(down), reader.path(across)),
            title=name,
            say=say,
        )
        yield Picture(picture, say("told.heat_caption"), name, half=True)
        return
    for path, levels in axes.items():
        caption = say("told.line_caption") if len(axes) == 1 else say("told.points_caption")
        yield Picture(_along(measure, path, levels, found, reader, line=len(axes) == 1), caption, name, half=True)


def _along(measure: str, path: str, levels: Sequence[str], found: Studied, reader: Reader, *, line: bool) -> str:
    """A measure along a setting: at its place where levels are numbers of one unit, else in their order."""
    places, unit = _places(levels, [text(row, path) for row in found.table("sweep")])
    points = [_point(row, path, measure, places, reader) for row in found.table("sweep")]
    points = sorted((point for point in points if isfinite(point.found.value)), key=lambda point: point.x)
    name = reader.path(path) + (f" ({reader.say.known('unit', unit)})" if unit else "")
    names = () if unit is not None else [reader.value(level) for level in levels]
    marks = sorted({point.x for point in points}) if line and not names else []
    return draw_curves(
        [Series("", points, line=line, band=line)],
        title=f"{reader.outcome(measure)}, {name}",
        across=Axis(name, names, marks if len(marks) <= _MOST_MARKS else ()),
        up="",
        say=reader.say,
        size=HALF,
    )


def _places(levels: Sequence[str], met: Sequence[str]) -> tuple[dict[str, float], str | None]:
    """Place of each level on an axis and their unit; None as the unit where they are names."""
    every = list(dict.fromkeys([*levels, *met]))
    read = [_NUMBER.fullmatch(level) for level in every]
    units = {found[2] for found in read if found}
    if all(read) and len(units) == 1:
        return {level: float(found[1]) for level, found in zip(every, read, strict=True) if found}, units.pop()
    return {level: float(number) for number, level in enumerate(every)}, None


def _point(row: Row, path: str, measure: str, places: dict[str, float], reader: Reader) -> Point:
    level, value = text(row, path), estimate(row, measure)
    return Point(places[level], value, f"{reader.value(level)}: {plain(value, reader.say)}")
