"""Which assumptions matter to the difference that a comparison found: sentences, a picture and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.answers.colours import BETTER, UNCLEAR
from sim.answers.grids import Cell, Code, Grid, difference, grid
from sim.answers.kinds import in_language
from sim.answers.rows import Line, Mark, draw_rows
from sim.language import Language
from sim.language.shown import measured, shown_value, signed
from sim.report.assumed import named
from sim.studies.matters import Assumption, Matters
from sim.studies.matters_words import sentences

#: Assumptions that are drawn, and ends that the table has; the file has all.
_DRAWN, _MOST = 12, 16


@dataclass(frozen=True)
class Mattering:
    """What is shown of it; ``picture`` is '' where nothing moves the difference."""

    sentences: Sequence[str]
    picture: str
    caption: str
    table: Grid | None


def mattering(found: Matters, say: Language) -> Mattering:
    """All of it; ends are ordered by how far they move the difference."""
    whose = {"first": found.first, "base": found.base}
    title = say("told.matters_picture", measure=measured(*found.measure, say), **whose)
    shown = found.found[:_MOST]
    cells: list[list[Cell]] = [
        [
            _name(one, say),
            shown_value(one.of.value, say),
            shown_value(one.end, say),
            difference(found.there(one), say, good=-1),
            say("told.yes" if one.overturns else "told.no") if found.second else "",
        ]
        for one in shown
    ]
    heads = [say("column.value_of"), say("column.is"), say("head.set_to"), say("head.would_be", **whose)]
    heads += [say("told.second_better", second=found.second)] if found.second else []
    rows = cells if found.second else [row[:-1] for row in cells]
    note = say("ranking.cut", shown=len(shown), rows=len(found.found)) if len(found.found) > len(shown) else ""
    table = grid(say("told.matters_table"), heads, rows, note=note) if rows else None
    said = [in_language(one, say) for one in sentences(found)]
    return Mattering(said, _picture(found, title, say), say("told.matters_caption", **whose), table)


def _picture(found: Matters, title: str, say: Language) -> str:
    """The difference as everything is stated, then with each end that moves it most; '' where none was tried."""
    if not found.found:
        return ""
    lines = [Line(say("plancolumn.stated"), [Mark(found.usual, "diamond", "#000000")])]
    for one in found.found[:_DRAWN]:
        name = f"{one.of.words(say)} = {shown_value(one.end, say)}"
        there = found.there(one)
        mark = Mark(there, *(("circle", BETTER) if one.clear else ("ring", UNCLEAR)), f"{name}: {signed(there, say)}")
        lines.append(Line(name, [mark]))
    axis = say("figure.difference", what=say("counted.never_reached"))
    return draw_rows(lines, title=title, axis=axis, say=say, signed=True)


def _name(one: Assumption, say: Language) -> Code:
    words = one.of.words(say)
    return Code(words, named(one.of.paths[0], say).typed)
