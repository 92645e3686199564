"""The sections of where the next line helps most: places ranked, by the hour, and under other assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from sim.language.shown import plain, signed
from sim.report.colours import UNCLEAR, WORSE
from sim.report.columns import exact, read_text, table_of, time_difference
from sim.report.grids import Cell, Grid, difference, grid
from sim.report.reading import Reader
from sim.report.rows import Line, Mark, draw_rows
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.studied import Row, Studied, estimate, text
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.columns import HEADS
from sim.studies.next_line import RANKED_BY

_ASSUMPTIONS = (
    "value_of", "stated", "set_to", "would_be", "change", "difference_to_second", "second_is_clearly_better",
)  # fmt: skip
_ALL_DAY, _PART = "answered", "blocked"
#: Ends of ranges that are drawn.
_MOST = 16


def _by(found: Studied) -> str:
    return str(found.asked.get("ranked_by", "never_reached"))


def _what(found: Studied, reader: Reader) -> str:
    """What is counted: people never reached, say."""
    return reader.say(f"counted.{_by(found)}")


def _split(found: Studied) -> tuple[list[Row], list[Row]]:
    """Places for all hours of their group, and for parts of the day; the best first."""
    rows = found.table("next-line")
    return [row for row in rows if row["hours"] == "all"], [row for row in rows if row["hours"] != "all"]


def _name(row: Row, reader: Reader) -> str:
    return read_text("place", text(row, "place"), reader)


def tiles(found: Studied, reader: Reader) -> Iterator[Tile]:
    """The best place, what it saves, and how sure that is."""
    say, (whole, _) = reader.say, _split(found)
    if not whole:
        return
    first = whole[0]
    saves = estimate(first, _by(found))
    yield Tile(say("told.best_place"), _name(first, reader), _next(whole, reader))
    size = plain(saves.size, say)
    label = say("changed.fewer_each" if saves.value < 0 else "changed.more_each", what=_what(found, reader))
    yield Tile(label, size, say("told.of_ranking"))
    best = estimate(first, "probability_best").value
    yield Tile(say("told.probability"), say("next.over") if best > 0.99 else say.percent(best))


def _next(whole: Sequence[Row], reader: Reader) -> str:
    return reader.say("told.next_is", place=_name(whole[1], reader)) if len(whole) > 1 else ""


def sections(found: Studied, reader: Reader) -> Iterator[Section]:
    """Places, then the same by the hour, then other assumptions."""
    say, (whole, some) = reader.say, _split(found)
    parts: list[Part] = [Words(say("told.places_lead"))]
    for rows, fill, title in ((whole, _ALL_DAY, "told.all_day"), (some, _PART, "told.parts")):
        if rows:
            axis = say("changed.fewer_each", what=_what(found, reader))
            lines = [_bar(row, change, fill, reader) for row in rows if (change := estimate(row, _by(found))).value]
            parts.append(Picture(draw_rows(lines, title=say(title), axis=axis, say=say), say("told.places_caption"),
                                 say(title)))  # fmt: skip
    parts += [
        _places(rows, title, found, reader) for rows, title in ((whole, "told.all_day"), (some, "told.parts")) if rows
    ]
    yield Section("places", say("told.places"), parts)
    yield Section("hour", say("told.by_hour"), [Words(say("told.by_hour_lead")), _per_hour(found, reader)])
    if found.table("assumptions"):
        yield Section("rests", say("told.rests"), list(_rests(found, reader)))


def _bar(row: Row, change: Estimate, fill: str, reader: Reader, *, best: bool = True) -> Line:
    """What a place saves, as a bar to the right."""
    saved = change.turned
    sure = estimate(row, "probability_best").value
    note = reader.say("told.best_note", share=reader.say.percent(sure)) if best and sure >= 0.005 else ""
    name = _name(row, reader)
    return Line(name, [Mark(saved, "bar", fill, f"{name}: {plain(saved, reader.say)}")], note=note)


def _per_hundred(row: Row, by: str) -> Estimate:
    hours = estimate(row, "line_hours").value
    return estimate(row, by).scaled(100 / hours) if hours > 0 else NOTHING


def _per_hour(found: Studied, reader: Reader) -> Picture:
    """Every place by what 100 hours of the line save."""
    by, say = _by(found), reader.say
    rows = [row for row in found.table("next-line") if abs(_per_hundred(row, by).value) > 0]
    rows.sort(key=lambda row: _per_hundred(row, by).value)
    fills = {True: _ALL_DAY, False: _PART}
    lines = [_bar(row, _per_hundred(row, by), fills[row["hours"] == "all"], reader, best=False) for row in rows]
    axis = say("changed.fewer_per_100", what=_what(found, reader))
    return Picture(draw_rows(lines, title=say("told.by_hour"), axis=axis, say=say), say("told.by_hour_caption"))


def _places(rows: Sequence[Row], title: str, found: Studied, reader: Reader) -> Grid:
    say = reader.say
    counted = [m for m in RANKED_BY if any(abs(estimate(row, m).value) > 0 for row in rows)]
    heads = [say("head.place"), *(say(HEADS[m]) for m in counted)]
    heads += [say("measure.asa"), say("head.hours_of_line"), say("head.per_100"), say("head.best")]
    cells: list[list[Cell]] = []
    for row in rows:
        wait = estimate(row, "asa_s")
        line: list[Cell] = [_name(row, reader), *(difference(estimate(row, m), say, good=-1) for m in counted)]
        line.append(time_difference(wait, reader, good=-1) if isfinite(wait.value) else "–")
        line += [
            exact(estimate(row, "line_hours").value, reader),
            difference(_per_hundred(row, _by(found)), say, good=-1),
        ]
        cells.append([*line, exact(round(100 * estimate(row, "probability_best").value), reader)])
    return grid(say(title), heads, cells, note=say("told.places_note", what=_what(found, reader)))


def _rests(found: Studied, reader: Reader) -> Iterator[Part]:
    say, rows = reader.say, found.table("assumptions")
    overturned = [row for row in rows if row.get("second_is_clearly_better") is True]
    yield Words(say("told.next_overturned" if overturned else "told.next_holds"))
    lines = [_end(row, reader) for row in rows[:_MOST]]
    axis = say("changed.fewer_each", what=_what(found, reader))
    yield Picture(draw_rows(lines, title=say("told.rests"), axis=axis, say=say), say("told.next_rests_caption"))
    shown = rows[:_MOST]
    note = say("ranking.cut", shown=len(shown), rows=len(rows)) if len(rows) > len(shown) else ""
    good = {"would_be": -1, "change": 0, "difference_to_second": 0}
    yield table_of(say("told.next_rests_table"), shown, _ASSUMPTIONS, reader, good=good, note=note)


def _end(row: Row, reader: Reader) -> Line:
    """What the first place saves with a value at one end."""
    change = estimate(row, "would_be")
    saved = change.turned
    over = row.get("second_is_clearly_better") is True
    name = (
        f"{read_text('value_of', text(row, 'value_of'), reader)} = {read_text('set_to', text(row, 'set_to'), reader)}"
    )
    said = f"{name}: {signed(change, reader.say)}"
    return Line(name, [Mark(saved, "square" if over else "circle", WORSE if over else UNCLEAR, said)])
