"""What a sensitivity study found about the same scenario: its sentences and its ranking, from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from sim.errors import ResultsError, ScenarioError
from sim.estimates import Estimate
from sim.language import Language
from sim.report.assumed import named
from sim.report.grids import Cell, Grid, grid, number
from sim.scenario.load import load
from sim.scenario.model import Scenario
from sim.store import essence

#: More rows of a ranking than this say little.
_MOST_ROWS = 25


@dataclass(frozen=True)
class Study:
    """What a study answered: sentences, on which worlds they rest, and its tables by name."""

    folder: Path
    sentences: Sequence[str]
    worlds: Sequence[str]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    command: str


def sensitivity_for(scenario: Scenario, results: Path, given: Path | None) -> Study | None:
    """The study in ``given``, or the newest one beside the results that is about the same scenario; None without."""
    if given is not None:
        study = _read(given)
        if not _about(given, scenario):
            raise ResultsError(f"{given}: is about another scenario than these results")
        return study
    beside = sorted(results.resolve().parent.glob("sensitivity-*/answer.json"), key=lambda path: path.stat().st_mtime)
    fitting = [path.parent for path in beside if _about(path.parent, scenario)]
    return _read(fitting[-1]) if fitting else None


def _read(folder: Path) -> Study:
    try:
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        if not str(answer["study"]).startswith("sensitivity"):
            raise ResultsError(
                f"{folder}: is the folder of another study ({answer['study']}), not of a sensitivity study"
            )
        return Study(folder, answer["answer"], answer["worlds"], answer["tables"], answer.get("command", ""))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{folder}: is not the folder of a sensitivity study ({error})") from None


def _about(folder: Path, scenario: Scenario) -> bool:
    try:
        return essence(load(folder / "scenario.yaml")) == essence(scenario)
    except (OSError, ScenarioError):
        return False


def tables_of(study: Study, say: Language) -> list[Grid]:
    """Tables as they were kept, cut where they grow long; numbers with their intervals."""
    return [_table(name, rows, say) for name, rows in study.tables.items() if rows]


def _table(name: str, rows: Sequence[Mapping[str, Any]], say: Language) -> Grid:
    names = list(dict.fromkeys(key for row in rows for key in row))
    heads = [key for key in names if not _is_end(key, names)]
    cells = [[_cell(row, key, say) for key in heads] for row in rows[:_MOST_ROWS]]
    note = say("report.cut", shown=_MOST_ROWS, rows=len(rows)) if len(rows) > _MOST_ROWS else ""
    return grid(name.replace("_", " "), [key.replace("_", " ") for key in heads], cells, note=note)


def _is_end(key: str, names: list[str]) -> bool:
    stem, _, end = key.rpartition("_")
    return end in ("low", "high") and stem in names


def _cell(row: Mapping[str, Any], key: str, say: Language) -> Cell:
    value = row.get(key)
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return named(value, say) if key in ("path", "input", "value_of") and isinstance(value, str) else str(value)
    if f"{key}_low" not in row:
        return number(Estimate(value, value, value), say)
    low, high = row[f"{key}_low"], row[f"{key}_high"]
    return number(Estimate(value, -inf if low is None else low, inf if high is None else high), say)
