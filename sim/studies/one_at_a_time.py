"""One assumption at a time: how far outcomes move when each stated range goes to its low and to its high.

The study, and its answer as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any

from sim.answers.answer import (
    Answer,
    Column,
    Mark,
    Message,
    Named,
    Part,
    Row,
    Rows,
    Section,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answered import Answered
from sim.answers.phrases import played_on
from sim.errors import QuestionError
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.bars import with_bar
from sim.studies.outcomes import Outcome, Played, outcomes_of, play_variants
from sim.studies.trial import Which
from sim.studies.unknowns import Unknown, name_of, setting_of, unknowns_of

#: What is looked at unless asked otherwise.
MEASURES = ("never_reached_share", "loss", "answered")
#: Assumptions in a sentence, in a chart and in a table that people see; outcomes that have a tile.
NAMED, DRAWN, LISTED, TILES = 4, 12, 16, 4


@dataclass(frozen=True)
class Move:
    """One unknown at one end of its range, all else as stated: paired differences by outcome, with 95 % intervals."""

    unknown: Unknown
    end: Any
    differences: Mapping[str, Estimate]

    @property
    def is_low(self) -> bool:
        """Whether it is the low end."""
        return bool(self.end == self.unknown.low)


@dataclass(frozen=True)
class OneAtATime(Answered):
    """All moves, in the order of the file, of the outcomes as stated.

    ``refused`` are ends that make no scenario, and why; ``still`` are unknowns whose ends changed nothing in any world.
    """

    scenario: Scenario
    outcomes: tuple[Outcome, ...]
    where: Which
    stated: Mapping[str, Estimate]
    moves: tuple[Move, ...]
    refused: tuple[tuple[Unknown, Any, str], ...]

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)

    def of(self, unknown: Unknown) -> tuple[Move, ...]:
        """The moves of one unknown."""
        return tuple(move for move in self.moves if move.unknown == unknown)

    def span(self, unknown: Unknown, outcome: str) -> float:
        """How wide an outcome's range is while this unknown goes from low to high."""
        values = [0.0, *(move.differences[outcome].value for move in self.of(unknown) if outcome in move.differences)]
        return max(values) - min(values)

    def moved(self, of: Outcome) -> list[Unknown]:
        """Unknowns that move an outcome, the widest first."""
        return [unknown for unknown in self.widest(of.text) if self.span(unknown, of.text)]

    def widest(self, outcome: str) -> tuple[Unknown, ...]:
        """Unknowns by span of an outcome, widest first; of equal ones the first in the file."""
        return tuple(sorted(dict.fromkeys(move.unknown for move in self.moves), key=lambda u: -self.span(u, outcome)))

    @property
    def still(self) -> tuple[Unknown, ...]:
        """Unknowns whose ends moved no outcome at all."""
        unknowns = dict.fromkeys(move.unknown for move in self.moves)
        return tuple(u for u in unknowns if not any(self.span(u, of.text) for of in self.outcomes))


@with_bar
def one_at_a_time(
    scenario: Scenario,
    measures: Sequence[str | Outcome] = MEASURES,
    replications: int = 100,
    *,
    seed: int | None = None,
    first: int = 0,
    unknowns: Sequence[Unknown] | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> OneAtATime:
    """Each unknown of a scenario (default: all) at its low and at its high, all else as stated, on the same worlds.

    ``measures`` such as ``loss@phone``; the ``replications`` worlds have numbers ``first``, ``first + 1``, ... of
    ``seed`` (default: the scenario's). NoUnknowns where the scenario states no range; Stopped soon after ``stop`` is
    set.
    """
    chosen = list(unknowns_of(scenario) if unknowns is None else unknowns)
    if not chosen:
        raise NoUnknowns(scenario)
    outcomes = outcomes_of(scenario, measures)
    ends = [(unknown, end) for unknown in chosen for end in unknown.ends]
    played = play_variants(
        scenario,
        [[], *(unknown.settings(end) for unknown, end in ends)],
        outcomes,
        worlds=replications,
        seed=scenario.experiment.seed if seed is None else seed,
        first=first,
        workers=workers,
        progress=progress,
        stop=stop,
    )
    return _moves(scenario, played, ends)


def _moves(scenario: Scenario, played: Played, ends: Sequence[tuple[Unknown, Any]]) -> OneAtATime:
    """What the first variant, as stated, and those after it say."""
    numbered = list(enumerate(ends, 1))
    return OneAtATime(
        scenario=scenario,
        outcomes=played.outcomes,
        where=played.where,
        stated={of.text: played.estimate(0, of) for of in played.outcomes},
        moves=tuple(
            Move(unknown, end, {of.text: played.difference(number, 0, of) for of in played.outcomes})
            for number, (unknown, end) in numbered
            if number not in played.refused
        ),
        refused=tuple((*ends[number - 1], why) for number, why in played.refused.items()),
    )


class NoUnknowns(QuestionError):
    """A scenario without a range: nothing to vary."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(
            f"{scenario.name}: no value has a low and a high, so nothing is known to be unknown; write for example "
            "mean: {value: 35 min, status: assumed, source: ..., low: 25 min, high: 50 min}"
        )


def _answer(found: OneAtATime) -> Answer:
    names = names_of(found.outcomes)
    return Answer(
        study="one-at-a-time",
        scenario=found.scenario,
        heading=message("sensitivity.heading_apart"),
        question={"measures": tuple(of.text for of in found.outcomes)},
        sentences=tuple(_sentences(found)),
        played=(played_on("study.on", found.where),),
        measures=tuple(dict.fromkeys(of.of.name for of in found.outcomes)),
        tiles=tuple(map(partial(_tile, found), found.outcomes[:TILES])),
        sections=tuple(_sections(found, names)),
        tables=tuple(table_of(found, of, name) for of, name in zip(found.outcomes, names, strict=True)),
    )


def names_of(outcomes: Sequence[Outcome]) -> list[str]:
    """A name of the table of each outcome, of letters that any file system takes."""
    found: list[str] = []
    for of in outcomes:
        name = "assumptions-" + "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in of.text)
        found.append(f"{name}-{len(found)}" if name in found else name)
    return found


def _sentences(found: OneAtATime) -> Iterator[Message]:
    """What moves each outcome most, one at a time."""
    for of in found.outcomes:
        widest = found.moved(of)[:NAMED]
        named = tuple(
            message("sensitivity.by", assumption=name_of(unknown), span=of.amount(found.span(unknown, of.text)))
            for unknown in widest
        )
        said: dict[str, Value] = {
            "outcome": of.words,
            "stated": of.measured(found.stated[of.text]),
        }
        yield message("sensitivity.apart", named=named, **said) if named else message("sensitivity.apart_still", **said)
    if found.still:
        yield message("sensitivity.unmoved", named=tuple(name_of(unknown) for unknown in found.still))
    for unknown, end, why in found.refused:
        said = {"assumption": name_of(unknown), "end": Term("setting", end), "why": Term("refusal", why)}
        yield message("sensitivity.not_run", **said)


def _tile(found: OneAtATime, of: Outcome) -> Tile:
    """What moves an outcome most, and how far down and up."""
    first = found.widest(of.text)[0]
    ends = [0.0, *(move.differences[of.text].value for move in found.of(first))]
    low, high = (Term("change", Estimate(end, end, end)) for end in (min(ends), max(ends)))
    label = message("told.moves_most", outcome=of.with_unit)
    return Tile(label, message("told.from_to", low=low, high=high), name_of(first))


def _sections(found: OneAtATime, names: Sequence[str]) -> Iterator[Section]:
    for number, (of, name) in enumerate(zip(found.outcomes, names, strict=True)):
        parts: list[Part] = [tornado(found, of)] if found.moved(of) else []
        yield Section(f"decides-{number}", message("ranking.heading", outcome=of.words), (*parts, Show(name)))


def tornado(found: OneAtATime, of: Outcome, *before: Row) -> Rows:
    """How far an outcome goes with one assumption at its low or high, the widest first; after rows ``before``."""
    rows = [*before]
    for unknown in found.moved(of)[:DRAWN]:
        moves = sorted(found.of(unknown), key=lambda move: -abs(move.differences[of.text].value))
        marks = (
            Mark(move.differences[of.text], "bar", "low" if move.is_low else "high", setting_of(move.end))
            for move in moves
        )
        rows.append(Row(name_of(unknown), tuple(marks)))
    return Rows(
        title=message("ranking.moved", outcome=of.words),
        axis=message("matters.axis", measure=of.with_unit),
        rows=tuple(rows),
        caption=message("ranking.caption"),
        legend={"low": message("sensitivity.low"), "high": message("sensitivity.high")},
        signed=True,
    )


def table_of(
    found: OneAtATime, of: Outcome, name: str, indices: Mapping[Unknown, tuple[Estimate, Estimate]] | None = None
) -> Table:
    """A row for each assumption, the one that matters most first.

    indices: its first and total index, where all vary together.
    """
    indices = indices or {}
    order = [*indices, *(unknown for unknown in found.widest(of.text) if unknown not in indices)]
    columns = (
        Column("outcome", "text", message("workbook.measure"), filed=True),
        Column("unit", "unit", message("workbook.unit"), filed=True),
        Column("assumption", "path", message("column.value_of")),
        Column("stated", "setting", message("column.is")),
        Column("low", "setting", message("report.low")),
        Column("high", "setting", message("report.high")),
        Column("status", "text", message("column.status"), filed=True),
        Column("at_low", "change", message("sensitivity.low")),
        Column("at_high", "change", message("sensitivity.high")),
        Column("total", "percentage", message("ranking.total")),
        Column("first_order", "percentage", message("ranking.alone")),
    )
    rows = []
    for unknown in order:
        moves = {move.is_low: move.differences[of.text] for move in found.of(unknown)}
        first, total = indices.get(unknown, (None, None))
        rows.append((
            Named(of.text, of.words), of.of.unit, Named(unknown.name, name_of(unknown)),
            *(setting_of(value) for value in (unknown.value, unknown.low, unknown.high)),
            Named(unknown.status, message(f"status.{unknown.status}")) if unknown.status else None,
            moves.get(True), moves.get(False), total, first,
        ))  # fmt: skip
    title, short = message("ranking.heading", outcome=of.with_unit), message("ranking.heading", outcome=of.words)
    note = message("sensitivity.caption" if indices else "sensitivity.caption_apart")
    return Table(name, title, columns, tuple(rows), note, most=LISTED, short=short)
