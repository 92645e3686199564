"""An answer in files: its folder with JSON and CSV; names of identifiers and numbers, for programs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from math import isfinite
from pathlib import Path

from sim.answers.answer import Answer, Message, Named, Table, Term, Value
from sim.answers.kinds import columns_of, in_language, parts_of
from sim.errors import ResultsError
from sim.language import ENGLISH
from sim.results.store import write_atomically
from sim.results.tables import cell
from sim.scenario.sections import dumps

ANSWER = "answer.json"


def write(answer: Answer, out: str | Path, *, command: str = "") -> Path:
    """Write ``answer.json``, ``scenario.yaml``, each table as CSV and the answer's further files; return the folder.

    out: the folder of results, in which the answer gets a folder of its own.
    command: the command that makes it again.
    """
    answer = replace(answer, command=command or answer.command)
    folder = Path(out) / answer.name
    if answer.scenario is not None:
        write_atomically(folder / "scenario.yaml", dumps(answer.scenario))
    for table in answer.tables:
        write_atomically(folder / f"{table.name}.csv", csv_of(table))
    for name, text in answer.files.items():
        write_atomically(folder / name, text)
    write_atomically(folder / ANSWER, answer.to_json())
    return folder


def read(folder: Path) -> Answer:
    """The answer in a folder; ResultsError where it cannot be read."""
    try:
        return Answer.from_json((folder / ANSWER).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{folder / ANSWER}: {error}") from None
    except ResultsError as error:
        raise ResultsError(f"{folder / ANSWER}: {error}") from None


def csv_of(table: Table) -> str:
    """A table as CSV: identifiers and numbers under the names of its columns, an estimate in three of them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = columns_of(table)
    writer.writerow([cell(column.name + ending) for column, endings in columns for ending in endings])
    for row in table.rows:
        parts = (parts_of(value, endings) for value, (_, endings) in zip(row, columns, strict=True))
        writer.writerow([cell(plain(value)) for some in parts for value in some])
    return text.getvalue()


def plain(value: Value) -> object:
    """A value as programs have it."""
    match value:
        case Named():
            return value.id
        case Message():
            return in_language(value, ENGLISH)
        case Term():
            return plain(value.value)
        case tuple():
            return " ".join(str(plain(of)) for of in value)
        case float():
            return value if isfinite(value) else None
    return value
