"""How much assumptions matter: what a sensitivity study of the same scenario found, from its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from sim.answers.grids import Cell, Code, Grid, grid, number
from sim.errors import ResultsError, ScenarioError
from sim.language import Language
from sim.language.shown import digits_of
from sim.report.assumed import named
from sim.report.tornado import Move, draw_tornado
from sim.results.store import essence
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS

Row = Mapping[str, Any]
#: Studies that are shown, by the start of their folder's name.
_STUDIES = ("sensitivity", "one-at-a-time")
#: More assumptions than these move next to nothing.
_MOST = 10


@dataclass(frozen=True)
class Study:
    """What a study answered: on which worlds it rests, and its tables by name."""

    folder: Path
    worlds: Mapping[str, Sequence[str]]
    tables: Mapping[str, Sequence[Row]]
    command: str

    @property
    def outcomes(self) -> list[str]:
        """What is asked about, such as ``never_reached_share``."""
        return list(dict.fromkeys(row["outcome"] for row in self.tables["one_at_a_time"]))


@dataclass(frozen=True)
class Ranking:
    """What moves one outcome: a sentence, a picture of one assumption at a time, and a table of all together."""

    heading: str
    sentence: str
    picture: str
    table: Grid | None


def sensitivity_for(scenario: Scenario, results: Path, given: Path | None) -> Study | None:
    """The study in ``given``, or the newest one beside the results that is about the same scenario; None without."""
    if given is not None:
        study = read_sensitivity(given)
        if not _about(given, scenario):
            raise ResultsError(f"{given}: is about another scenario than these results")
        return study
    beside = [path for name in _STUDIES for path in results.resolve().parent.glob(f"{name}-*/answer.json")]
    # A study of everything together says more than one of one value at a time.
    beside.sort(key=lambda path: (path.parent.name.startswith(_STUDIES[0]), path.stat().st_mtime))
    fitting = [path.parent for path in beside if _about(path.parent, scenario)]
    return read_sensitivity(fitting[-1]) if fitting else None


def read_sensitivity(folder: Path) -> Study:
    """The study in a folder; ResultsError where it is another one."""
    try:
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        if answer["study"] not in _STUDIES:
            what = f"is the folder of another study ({answer['study']})"
            raise ResultsError(f"{folder}: {what}; name one that `sim sensitivity` wrote")
        study = Study(folder, answer["worlds"], answer["tables"], answer.get("command", ""))
        study.worlds["en"], study.outcomes  # a table that is needed must be there
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{folder}: is not the folder of a sensitivity study ({error})") from None
    return study


def _about(folder: Path, scenario: Scenario) -> bool:
    try:
        return essence(load(folder / "scenario.yaml")) == essence(scenario)
    except (OSError, ScenarioError):
        return False


def rankings(study: Study, say: Language) -> Iterator[Ranking]:
    """What moves each outcome, the most important assumption first."""
    spreads = {row["outcome"]: row for row in study.tables.get("outcomes", ())}
    for outcome in study.outcomes:
        ranked = [row for row in study.tables.get("indices", ()) if row["outcome"] == outcome]
        moves = [row for row in study.tables["one_at_a_time"] if row["outcome"] == outcome]
        sentence = _sentence(outcome, spreads[outcome], say) if outcome in spreads else ""
        name = outcome_name(outcome, say)
        picture = draw_tornado(list(_moves(moves, say)), say("ranking.moved", outcome=name), say)
        yield Ranking(say("ranking.heading", outcome=name), sentence, picture, _table(ranked, say) if ranked else None)


def outcome_name(outcome: str, say: Language) -> str:
    """A measure, and of whom: ``loss@phone`` -> ``lost %, phone``."""
    measure, _, whose = outcome.partition("@")
    shown = say(f"measure.{measure}") if measure in DEFINITIONS else measure
    return f"{shown}, {say.name(whose)}" if whose else shown


def _sentence(outcome: str, row: Row, say: Language) -> str:
    columns = {"low": "low_5_percent", "high": "high_95_percent", "stated": "as_stated", "simulation": "simulation"}
    digits = digits_of(row["simulation"])
    ends = {key: say.number(row[column], digits) for key, column in columns.items()}
    return say("ranking.spread", outcome=outcome_name(outcome, say), **ends)


def _moves(rows: Sequence[Row], say: Language) -> Iterator[Move]:
    """The assumptions that move most, each with its ends; rows come with the widest first."""
    for assumption in list(dict.fromkeys(row["assumption"] for row in rows))[:_MOST]:
        ends = [
            (say.value(str(row["to"])), _estimate(row, "difference")) for row in rows if row["assumption"] == assumption
        ]
        yield Move(_assumption(assumption, say).words, tuple(ends))


def _table(rows: Sequence[Row], say: Language) -> Grid:
    cells: list[list[Cell]] = []
    for row in rows[:_MOST]:
        stated = [say.value(str(row[key])) for key in ("stated", "low", "high")]
        total, alone = _estimate(row, "total"), _estimate(row, "first_order")
        cells.append([_assumption(row["assumption"], say), *stated, _percent(total, say), _percent(alone, say)])
    heads = [say("column.value_of"), say("column.is"), say("report.low"), say("report.high")]
    heads += [say("ranking.total"), say("ranking.alone")]
    note = say("ranking.note") + (" " + say("ranking.cut", shown=_MOST, rows=len(rows)) if len(rows) > _MOST else "")
    return grid(say("ranking.ranking"), heads, cells, note=note)


def _percent(found: Estimate, say: Language) -> Cell:
    """A share of variance; an estimate below zero is none."""
    ends = (min(max(100 * end, 0.0), 100.0) for end in (found.value, found.low, found.high))
    return number(Estimate(*ends), say)


def _assumption(name: str, say: Language) -> Code:
    """A path in words; equal statements about several lines are one."""
    path, _, alike = name.partition(" and ")
    found = named(path, say)
    count = alike.split(" ")[0]
    return Code(f"{found.words} {say('ranking.alike', count=count)}", name) if count.isdigit() else found


def _estimate(row: Row, key: str) -> Estimate:
    low, high = row.get(f"{key}_low"), row.get(f"{key}_high")
    return Estimate(row[key], -inf if low is None else low, inf if high is None else high)
