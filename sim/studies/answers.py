"""What a study answers, kept: a folder with the answer as JSON, its tables as CSV and the scenario it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

from sim.language import CODES, ENGLISH, Language, language
from sim.language.said import Shown
from sim.results.store import write_atomically
from sim.results.tables import csv_text
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS, Definition
from sim.studies.trial import On

#: Rows of a table as they are written; an Estimate becomes three columns.
Rows = Sequence[Mapping[str, Any]]
#: Sentences in the language that is asked for.
Told = Callable[[Language], Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """The answer of a study in a form that every face can show.

    ``sentences`` say it in plain words, the most important first. ``on`` has the worlds on which it rests,
    ``measures`` which definitions it uses, ``asked`` what the study was asked (all that affects the answer).
    Sentences and worlds are told in the reader's language; names of tables and columns are for programs, in English.
    """

    study: str
    scenario: Scenario
    asked: Mapping[str, Any]
    on: Sequence[On]
    measures: Sequence[str | Definition]
    sentences: Told
    tables: Mapping[str, Rows]

    def __str__(self) -> str:
        """What it says, in English, and on which worlds it rests."""
        return "\n".join([*self.sentences(ENGLISH), "; ".join(self.worlds())])

    def worlds(self, say: Language = ENGLISH) -> list[str]:
        """On which worlds and how many it rests."""
        return [one.told(say) for one in self.on]

    def definitions(self, say: Language = ENGLISH) -> dict[str, str]:
        """Definition of each measure, with its unit."""
        found = [DEFINITIONS[one] if isinstance(one, str) else one for one in self.measures]
        return {one.name: f"{_text(one, say)} ({say.known('unit', one.unit)})" for one in found}

    def folder(self, out: Path) -> Path:
        """Where it is kept below ``out``: a name of its own for every question."""
        played = [asdict(one) for one in self.on]
        key = json.dumps([self.asked, played], sort_keys=True, default=str) + dumps(self.scenario)
        return out / f"{self.study}-{self.scenario.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def write(self, out: str | Path, *, command: str = "") -> Path:
        """``answer.json``, ``scenario.yaml`` and each table as CSV; returns the folder."""
        folder = self.folder(Path(out))
        write_atomically(folder / "scenario.yaml", dumps(self.scenario))
        for name, rows in self.tables.items():
            write_atomically(folder / f"{name}.csv", csv_of(rows))
        write_atomically(folder / "answer.json", self.to_json(command=command))
        return folder

    def to_json(self, *, command: str = "") -> str:
        """All of it; an interval without an end has null there."""
        content = {
            "study": self.study,
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "answer": _in_all(self.sentences),
            "worlds": _in_all(self.worlds),
            "played": [asdict(one) for one in self.on],
            "interval": "95 %",
            "definitions": {code: self.definitions(language(code)) for code in CODES},
            "asked": dict(self.asked),
            "tables": {name: [flat(row) for row in rows] for name, rows in self.tables.items()},
            "shown": {name: words for name, rows in self.tables.items() if any(words := [_shown(row) for row in rows])},
            "command": command,
            "version": version("helpline-sim"),
        }
        return json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n"


def _text(definition: Definition, say: Language) -> str:
    """In the reader's language where the catalogue has this definition."""
    key = f"definition.{definition.name}"
    return say(key) if ENGLISH.words.get(key) == definition.text else definition.text


def _in_all(told: Told) -> dict[str, list[str]]:
    return {code: list(told(language(code))) for code in CODES}


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in which each Estimate is three columns: value, ``_low`` and ``_high``; infinite ends are None."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Estimate):
            ends = {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
            found |= {column: _finite(end) for column, end in ends.items()}
        else:
            found[name] = _finite(value)
    return found


def _shown(row: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """What readers see instead of the texts of a row, by column and language."""
    return {name: cell.by for name, cell in row.items() if isinstance(cell, Shown)}


def in_all(tables: Callable[[Language], Mapping[str, Rows]]) -> dict[str, Rows]:
    """Tables with their texts in English, and what readers of each language see instead."""
    made = {code: tables(language(code)) for code in CODES}
    return {
        name: [_in_all_rows({code: of[name][number] for code, of in made.items()}) for number in range(len(rows))]
        for name, rows in made[ENGLISH.code].items()
    }


def _words(cell: Any, code: str) -> str:
    """A text as readers of a language see it."""
    return cell.by[code] if isinstance(cell, Shown) else str(cell)


def _in_all_rows(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A row with its texts in each language; its columns have the same order in all."""
    found = {}
    for name, cells in zip(rows[ENGLISH.code], zip(*(row.values() for row in rows.values()), strict=True), strict=True):
        found[name] = cells[0]
        if isinstance(cells[0], Shown) or (isinstance(cells[0], str) and len(set(cells)) > 1):
            found[name] = Shown(cells[0], dict(zip(rows, map(_words, cells, rows), strict=True)))
    return found


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


def csv_of(rows: Rows) -> str:
    """Rows as CSV, with the columns of all of them."""
    flattened = [flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flattened for name in row))
    return csv_text(names, ([row.get(name) for name in names] for row in flattened))
