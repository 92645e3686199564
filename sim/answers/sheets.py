"""An answer as the sheets of a workbook: the answer first, then a sheet for each table, definitions, assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from math import isnan

from sim.answers.answer import Answer, Column, Message, Named, Table, Term, Value
from sim.answers.kinds import DAYS, KINDS, in_language, text_of
from sim.answers.page import made
from sim.answers.phrases import definitions, played
from sim.language import Language
from sim.report.sheets import Sheet, assumption_sheet, made_sheet, three
from sim.report.sheets import Value as Cell
from sim.statistics.estimates import Estimate

#: A title of a sheet is no longer, by the rules of spreadsheets, and has none of these signs.
_LONGEST, _NONE_OF = 31, str.maketrans(":/\\?*[]", "-------")


def sheets_of(answer: Answer, say: Language) -> Iterator[Sheet]:
    """The sheets in the order of reading."""
    worlds = "; ".join(played(answer, say))
    sentences = [[in_language(sentence, say)] for sentence in answer.sentences]
    yield Sheet("answer", say("studypage.sheet"), worlds, (say("report.answer"),), sentences)
    taken: set[str] = set()
    for table in answer.tables:
        if table.rows:
            yield _sheet(table, f"{say('workbook.interval')} {worlds}", taken, say)
    heads = (say("workbook.measure"), say("workbook.definition"))
    yield Sheet("definitions", say("studypage.sheet_definitions"), "", heads, definitions(answer, say))
    if answer.scenario is not None:
        yield assumption_sheet(answer.scenario, say)
    yield made_sheet(made(answer, say), say)


def _sheet(table: Table, note: str, taken: set[str], say: Language) -> Sheet:
    """A table; an estimate has three columns. Titles of sheets are short, and no two are the same."""
    title = in_language(table.short or table.title, say).translate(_NONE_OF)[:_LONGEST].strip()
    if title.lower() in taken:
        title = f"{title[: _LONGEST - 4]} ({len(taken) + 1})"
    taken.add(title.lower())
    heads: list[str] = []
    wide = [any(isinstance(row[number], Estimate) for row in table.rows) for number in range(len(table.columns))]
    for column, estimates in zip(table.columns, wide, strict=True):
        unit = KINDS[column.kind].unit
        heads.append(in_language(column.head, say) + (f" ({say.known('unit', unit)})" if unit else ""))
        heads += [say("workbook.low"), say("workbook.high")] if estimates else []
    rows = []
    for row in table.rows:
        cells = (_cells(*one, say) for one in zip(table.columns, row, wide, strict=True))
        rows.append([value for some in cells for value in some])
    return Sheet(table.name, title, note, tuple(heads), rows)


def _cells(column: Column, value: Value, wide: bool, say: Language) -> list[Cell]:
    scale = KINDS[column.kind].sheet
    if isinstance(value, Estimate):
        return three(value.scaled(scale))
    if column.kind in DAYS and isinstance(value, str):
        return [dt.date.fromisoformat(value)]
    words = isinstance(value, Named | Message | Term | str | bool | tuple)
    if value is None:
        shown: Cell = None
    elif words or isnan(scale):
        shown = text_of(column, value, say)
    else:
        shown = float(value) * scale  # type: ignore[arg-type]
    return [shown, None, None] if wide else [shown]
