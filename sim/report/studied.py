"""What a study found, read back from its folder: sentences, tables with their intervals, the scenario and the plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import Any

from sim.errors import ResultsError
from sim.language import CODES, Language
from sim.language.said import Shown
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate

#: What is in a cell: an estimate, a number, text, yes or no, or nothing.
Value = Estimate | float | str | bool | None
Row = Mapping[str, Value]
#: Studies whose folders are read.
STUDIES = ("calibrate",)
_ENDS = ("_low", "_high")


@dataclass(frozen=True)
class Studied:
    """The folder of a study. ``tables`` have one cell for each estimate."""

    folder: Path
    study: str
    scenario: Scenario
    asked: Mapping[str, Any]
    tables: Mapping[str, Sequence[Row]]
    command: str
    version: str
    told: Mapping[str, Mapping[str, Any]]

    def sentences(self, say: Language) -> Sequence[str]:
        """The answer, the most important first."""
        found: Sequence[str] = self.told["answer"][say.code]
        return found

    def worlds(self, say: Language) -> Sequence[str]:
        """On which worlds it rests."""
        found: Sequence[str] = self.told["worlds"][say.code]
        return found

    def definitions(self, say: Language) -> Mapping[str, str]:
        """Definition of each measure."""
        found: Mapping[str, str] = self.told["definitions"][say.code]
        return found

    def table(self, name: str) -> Sequence[Row]:
        """The rows of a table; none where the study has no such table."""
        return self.tables.get(name, ())


def is_study(folder: Path) -> bool:
    """Whether a folder is that of a study."""
    return folder.joinpath("answer.json").is_file()


def read(folder: Path) -> Studied:
    """The study in ``folder``; ResultsError where its answer cannot be read or is of another version."""
    try:
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        study, command = str(answer["study"]), str(answer.get("command", ""))
        told = {name: answer[name] for name in ("answer", "worlds", "definitions")}
        shown = answer.get("shown", {})
        tables = {
            str(name): rows_of(map(_with_words, rows, shown.get(name, [{}] * len(rows))))
            for name, rows in answer["tables"].items()
        }
        asked, version = dict(answer["asked"]), str(answer.get("version", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{folder}: answer.json is not the answer of a study ({error!r})") from None
    if study not in STUDIES or not all(isinstance(of, dict) and set(CODES) <= of.keys() for of in told.values()):
        again = f"; make it again: {command}" if command else "; run the study again"
        raise ResultsError(f"{folder}: was made by another version of this program{again}")
    if not (folder / "scenario.yaml").is_file():
        raise ResultsError(f"{folder}: the scenario of the study is gone (scenario.yaml); run the study again")
    return Studied(
        folder=folder,
        study=study,
        scenario=load(folder / "scenario.yaml"),
        asked=asked,
        tables=tables,
        command=command,
        version=version,
        told=told,
    )


def _with_words(row: Mapping[str, Any], shown: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A row in which texts know what readers see instead."""
    return {**row, **{name: Shown(str(row[name]), words) for name, words in shown.items()}}


def rows_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Value]]:
    """Rows as they were before they were written: value, ``_low`` and ``_high`` are one estimate again."""
    kept = list(rows)
    columns = list(dict.fromkeys(name for row in kept for name in row))
    estimates = {name for name in columns if all(f"{name}{end}" in columns for end in _ENDS)}
    ends = {f"{name}{end}" for name in estimates for end in _ENDS}
    return [
        {name: _estimate(row, name) if name in estimates else row[name] for name in row if name not in ends}
        for row in kept
    ]


def _estimate(row: Mapping[str, Any], name: str) -> Estimate | None:
    """An end that is not written is infinite; a value that is not is none."""
    value, low, high = (row.get(f"{name}{end}") for end in ("", *_ENDS))
    if value is None:
        return None
    return Estimate(float(value), -inf if low is None else float(low), inf if high is None else float(high))


def estimate(row: Row, name: str) -> Estimate:
    """A cell as an estimate; a number is one that is known exactly, what is missing has no value."""
    found = row.get(name)
    if isinstance(found, Estimate):
        return found
    if isinstance(found, bool) or not isinstance(found, int | float):
        return Estimate(nan, nan, nan)
    return Estimate(float(found), float(found), float(found))


def text(row: Row, name: str) -> str:
    """A cell as text; '' where there is none."""
    found = row.get(name)
    return found if isinstance(found, str) else "" if found is None else str(found)
