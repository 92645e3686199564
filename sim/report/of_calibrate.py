"""The sections of a calibration: observed beside simulated, the value that was found, and under other assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, isfinite

from sim.answers.answer import Axis, Curves, Point, Series
from sim.answers.colours import BETTER, UNCLEAR, WORSE
from sim.answers.curves import draw_curves
from sim.answers.rows import Line, Mark, draw_rows
from sim.language.shown import plain
from sim.report.columns import read_text, table_of
from sim.report.reading import Reader
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.studied import Row, Studied, estimate, text
from sim.statistics.estimates import Estimate
from sim.studies.parameters import fit_digits

_VALUES = ("parameter", "unit", "value", "simulation", "stated")
_FRESH = ("measure", "observed", "mean", "agrees")
#: Assumptions that are drawn: those that move the value most.
_MOST = 16


def tiles(found: Studied, reader: Reader) -> Iterator[Tile]:
    """The values, and what is observed beside what is simulated."""
    say = reader.say
    for row in found.table("values"):
        value, unit = estimate(row, "value"), _unit(row, reader)
        digits = fit_digits(estimate(row, "simulation").value)
        low, high, shown = (_ended(end, digits, reader) for end in (value.low, value.high, value.value))
        ends = say("told.interval", low=low, high=high)
        yield Tile(reader.path(text(row, "parameter")), f"{shown} {unit}".rstrip(), ends)
    for row in found.table("fresh"):
        observed = say("told.observed", what=say.number(estimate(row, "observed").value, 1))
        tone = "" if row.get("agrees") is True else "worse"
        yield Tile(reader.outcome(text(row, "measure")), plain(estimate(row, "mean"), say), observed, tone)


def _unit(row: Row, reader: Reader) -> str:
    return reader.unit(text(row, "unit"))


def _ended(value: float, digits: int, reader: Reader) -> str:
    """A number with so many decimals; an end that is not known is open."""
    return reader.say.number(value, digits) if isfinite(value) else reader.say("told.open")


def sections(found: Studied, reader: Reader) -> Iterator[Section]:
    """What was found, whether it fits, and what it hangs on."""
    say = reader.say
    if rows := found.table("values"):
        parts: list[Part] = [Words(say("told.values_lead"))]
        parts += [_value(row, reader) for row in rows]
        columns = [c for c in _VALUES if c != "unit" or any(_unit(row, reader) for row in rows)]
        parts.append(table_of(say("told.values_table"), rows, columns, reader, note=say("told.values_note")))
        yield Section("values", say("told.values"), parts)
    if rows := found.table("fresh"):
        parts = [Words(say("told.fresh_lead")), *_fresh(found, reader)]
        parts.append(table_of(say("told.fresh_table"), rows, _FRESH, reader))
        yield Section("fresh", say("told.fresh"), parts)
    if found.table("edge"):
        yield Section("edge", say("told.edge"), list(_edge(found, reader)))
    if found.table("assumptions"):
        yield Section("rests", say("told.rests"), list(_rests(found, reader)))


def _value(row: Row, reader: Reader) -> Picture:
    """A value with its interval, and what the scenario states."""
    say = reader.say
    value, stated = estimate(row, "value"), estimate(row, "stated")
    name = reader.path(text(row, "parameter"))
    lines = [
        Line(say("told.found"), [Mark(value, "circle", BETTER, f"{name}: {plain(value, say)}")]),
        Line(say("plancolumn.stated"), [Mark(stated, "ring", UNCLEAR, say("plancolumn.stated"))]),
    ]
    axis = f"{name} ({unit})" if (unit := _unit(row, reader)) else name
    return Picture(draw_rows(lines, title=name, axis=axis, say=say), say("told.values_caption"))


def _fresh(found: Studied, reader: Reader) -> Iterator[Picture]:
    say = reader.say
    for row in found.table("fresh"):
        agrees = row.get("agrees") is True
        mean, observed = estimate(row, "mean"), estimate(row, "observed")
        lines = [
            Line(say("told.simulated"), [Mark(mean, *(("circle", BETTER) if agrees else ("square", WORSE)))]),
            Line(say("head.observed"), [Mark(observed, "diamond", "#000000")]),
        ]
        name = reader.outcome(text(row, "measure"))
        yield Picture(draw_rows(lines, title=name, axis=name, say=say), say("told.fresh_caption"))


def _edge(found: Studied, reader: Reader) -> Iterator[Part]:
    """Pairs of values that are compatible lie within a line."""
    rows, say = found.table("edge"), reader.say
    across, up = list(rows[0])[:2]
    pairs = [(estimate(row, across).value, estimate(row, up).value) for row in [*rows, rows[0]]]
    points = [Point(x, Estimate(y, y, y)) for x, y in pairs]
    names = {path: _named(path, found, reader) for path in (across, up)}
    chart = Curves(say("told.edge"), Axis(names[across]), names[up], (Series(None, tuple(points)),))
    picture = draw_curves(chart, say)
    yield Words(say("told.edge_lead"))
    yield Picture(picture, say("told.edge_caption"))
    yield table_of(say("told.edge_table"), rows, (across, up), reader, heads=names)


def _named(path: str, found: Studied, reader: Reader) -> str:
    """A number that was fitted, with its unit."""
    units = (_unit(row, reader) for row in found.table("values") if text(row, "parameter") == path)
    unit, name = next(units, ""), reader.path(path)
    return f"{name} ({unit})" if unit else name


def _rests(found: Studied, reader: Reader) -> Iterator[Part]:
    """The value that would be found with another assumption at an end of its range."""
    say, rows = reader.say, found.table("assumptions")
    yield Words(say("told.calibrate_rests"))
    for value in found.table("values"):
        path = text(value, "parameter")
        rows = _widest(rows, path, estimate(value, "value").value)
        lines = [Line(say("told.found"), [Mark(estimate(value, "value"), "circle", BETTER)])]
        lines += [_moved(row, path, reader) for row in rows[:_MOST]]
        axis = _named(path, found, reader)
        yield Picture(draw_rows(lines, title=reader.path(path), axis=axis, say=say), say("told.calibrate_caption"))
    fitted = [text(row, "parameter") for row in found.table("values")]
    columns = ("assumption", "stated", "to", *fitted)
    heads = {"to": say("head.set_to"), **{path: _named(path, found, reader) for path in fitted}}
    note = say("ranking.cut", shown=_MOST, rows=len(rows)) if len(rows) > _MOST else ""
    yield table_of(say("told.calibrate_table"), rows[:_MOST], columns, reader, heads=heads, note=note)


def _widest(rows: Sequence[Row], path: str, at: float) -> list[Row]:
    """Rows that move a value farthest first; before all others those that no value explains."""

    def away(row: Row) -> float:
        found = estimate(row, path).value
        return -abs(found - at) if isfinite(found) else -inf

    return sorted(rows, key=away)


def _moved(row: Row, path: str, reader: Reader) -> Line:
    found = estimate(row, path)
    name = f"{reader.path(text(row, 'assumption'))} = {read_text('to', text(row, 'to'), reader)}"
    return Line(name, [Mark(found, "diamond", UNCLEAR, f"{name}: {plain(found, reader.say)}")])
