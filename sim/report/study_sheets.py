"""The sheets of a study's workbook: the answer in words, each table, definitions, assumptions, how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.language import Language
from sim.report.columns import PERCENT, TIMES, head_of, plain_of
from sim.report.of_study import definitions, made
from sim.report.reading import Reader
from sim.report.sheets import Sheet, Value, assumption_sheet, made_sheet, three
from sim.report.studied import Row, Studied
from sim.statistics.estimates import Estimate
from sim.studies.columns import LEFT_OUT

#: Key of each table's title.
_TITLES = {
    "assumptions": "studypage.sheet_ranges",
    "values": "studypage.sheet_values",
    "fresh": "studypage.sheet_fresh",
    "edge": "studypage.sheet_edge",
}
#: A title of a sheet is no longer, by the rules of spreadsheets.
_LONGEST = 31


def sheets_of_study(found: Studied, say: Language) -> Iterator[Sheet]:
    """The answer first, then the tables in their order."""
    reader, worlds = Reader(say), "; ".join(found.worlds(say))
    sentences = [[sentence] for sentence in found.sentences(say)]
    yield Sheet("answer", say("studypage.sheet"), worlds, (say("report.answer"),), sentences)
    for name, rows in found.tables.items():
        if rows:
            yield _table(name, rows, worlds, reader)
    heads = (say("workbook.measure"), say("workbook.definition"))
    yield Sheet("definitions", say("studypage.sheet_definitions"), "", heads, definitions(found, say))
    yield assumption_sheet(found.scenario, say)
    yield made_sheet(made(found, say), say)


def _table(name: str, rows: Sequence[Row], note: str, reader: Reader) -> Sheet:
    """A table with three columns for each estimate."""
    say = reader.say
    columns = [c for c in dict.fromkeys(c for row in rows for c in row) if c not in LEFT_OUT]
    estimates = {c for c in columns if any(isinstance(row.get(c), Estimate) for row in rows)}
    heads: list[str] = []
    for column in columns:
        heads.append(head_of(column, reader) + (f" ({say('unit.s')})" if column in TIMES else ""))
        heads += [say("workbook.low"), say("workbook.high")] if column in estimates else []
    cells = [[value for c in columns for value in _cells(c, row, reader, wide=c in estimates)] for row in rows]
    title = say(_TITLES[name]) if name in _TITLES else name[:_LONGEST]
    return Sheet(name, title, f"{say('workbook.interval')} {note}", tuple(heads), cells)


def _cells(column: str, row: Row, reader: Reader, *, wide: bool) -> list[Value]:
    found = row.get(column)
    if isinstance(found, Estimate):
        return three(found.scaled(100) if column in PERCENT else found)
    value = plain_of(column, found, reader)
    return [value, None, None] if wide else [value]
