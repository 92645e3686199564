"""What decides an answer: stated ranges varied together and one at a time, on the same callers.

The study, and its answer as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

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
from sim.language.shown import short
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.intervals import t_quantile
from sim.studies.bars import with_bar
from sim.studies.one_at_a_time import (
    DRAWN,
    MEASURES,
    NAMED,
    TILES,
    NoUnknowns,
    OneAtATime,
    names_of,
    one_at_a_time,
    table_of,
    tornado,
)
from sim.studies.outcomes import Outcome, Played, outcomes_of, play_variants
from sim.studies.sobol import Indices, designed, indices_of, uniforms
from sim.studies.unknowns import LAWS, Law, Unknown, name_of, unknowns_of

Floats = NDArray[np.float64]
#: Of the outcomes over the ranges, the share below the low end and above the high end of what is said.
_TAIL = 0.05
#: Worlds that every combination meets, unless asked otherwise.
WORLDS = 8
_RESAMPLES = 400
#: Unknowns with a total index below are said to matter little.
LITTLE = 0.05
#: So much of the variance between points may be chance of the worlds without a word.
_NOISY = 0.1


@dataclass(frozen=True)
class Spread:
    """Where an outcome lies while nothing is known but the ranges: 5 and 95 % of the points, and half of them.

    ``stated`` is the outcome with everything as stated, on the many worlds; points are paired differences to it, on the
    few worlds of all combinations. Intervals are of simulation alone: of both kinds of worlds (the few by jackknife)
    and of points (bootstrap). ``noise`` is the share of the variance between points that is chance of the
    worlds and not of the unknowns.
    """

    low: Estimate
    middle: Estimate
    high: Estimate
    stated: Estimate
    noise: float

    @property
    def simulation(self) -> float:
        """How far simulation may have moved an end: the larger half interval of the two."""
        return max(self.low.half, self.high.half)


@dataclass(frozen=True)
class Sensitivity(Answered):
    """What decides outcomes. ``indices`` of an outcome are None where it never moved.

    ``unknowns`` are varied together; ``held`` are not, since an end of theirs makes no scenario. ``refused`` of
    ``points`` combinations make no scenario either.
    """

    scenario: Scenario
    law: Law
    points: int
    unknowns: tuple[Unknown, ...]
    held: tuple[tuple[Unknown, str], ...]
    played: Played
    apart: OneAtATime

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was looked at."""
        return self.apart.outcomes

    @property
    def refused(self) -> int:
        """Combinations that make no scenario."""
        return len(self.played.refused)

    @property
    def combinations(self) -> int:
        """Combinations that were tried."""
        return self.points * (len(self.unknowns) + 2)

    @cached_property
    def indices(self) -> dict[str, Indices | None]:
        """Indices by outcome."""
        shape = (len(self.unknowns) + 2, self.points)
        return {of.text: indices_of(self.played.values(of)[:-1].reshape(shape)) for of in self.outcomes}

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        """Where outcomes lie, by outcome."""
        return {of.text: self._spread(of) for of in self.outcomes}

    def _spread(self, of: Outcome) -> Spread:
        stated, every, left = self.apart.stated[of.text], self.played.values(of), self.played.without_one(of)
        # Against everything as stated, the last variant.
        moved, without = every[:-1] - every[-1], left[:, :-1] - left[:, -1:]
        moved[~np.isfinite(without).all(axis=0)] = np.nan
        moved = moved.reshape(-1, self.points)
        low, middle, high = (_quantile(moved, without, stated, share) for share in (_TAIL, 0.5, 1 - _TAIL))
        return Spread(low, middle, high, stated, _noise(moved, without))

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)

    def ranked(self, outcome: str) -> list[tuple[Unknown, Estimate, Estimate]]:
        """Unknowns with their first and total index, the largest total first; empty where the outcome never moved."""
        found = self.indices[outcome]
        if found is None:
            return []
        rows = zip(self.unknowns, found.first, found.total, strict=True)
        return sorted(rows, key=lambda row: -row[2].value)


@with_bar
def sensitivity(
    scenario: Scenario,
    *,
    measures: Sequence[str | Outcome] = MEASURES,
    points: int = 128,
    replications: int = WORLDS,
    worlds_apart: int = 100,
    law: Law = "triangular",
    seed: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Vary all stated ranges together at ``points`` times (unknowns + 2) combinations, and each alone.

    ``points`` is a power of two. Every combination meets the same worlds, ``replications`` of them; one at a time, the
    same ``worlds_apart``, which have other numbers. ``law`` says how likely values within a range are (see LAWS).
    """
    if law not in LAWS:
        raise ValueError(f"{law!r} is not a law of ranges; there are {', '.join(LAWS)}")
    if replications < 2 or worlds_apart < 2:
        raise ValueError("at least two worlds are needed to know what is chance of the worlds")
    every, outcomes = unknowns_of(scenario), outcomes_of(scenario, measures)
    if not every:
        raise NoUnknowns(scenario)
    seed = scenario.experiment.seed if seed is None else seed
    tell = progress or (lambda _done, _wanted: None)
    ahead = worlds_apart * (1 + sum(len(unknown.ends) for unknown in every))
    wanted = ahead + (points * (len(every) + 2) + 1) * replications
    apart = one_at_a_time(
        scenario, outcomes, worlds_apart, seed=seed, first=replications, unknowns=every, workers=workers,
        progress=lambda done, _: tell(done, wanted),
    )  # fmt: skip
    held = {unknown: f"{short(end)} makes no scenario: {why}" for unknown, end, why in apart.refused}
    free = tuple(unknown for unknown in every if unknown not in held)
    shares = designed(len(free), points).reshape(-1, len(free))
    variants = [
        [text for unknown, share in zip(free, row, strict=True) for text in _setting(unknown, float(share), law)]
        for row in shares
    ]
    variants.append([])  # everything as stated, on these worlds
    played = play_variants(
        scenario, variants, outcomes, worlds=replications, seed=seed, workers=workers,
        progress=lambda done, _: tell(ahead + done, wanted),
    )  # fmt: skip
    return Sensitivity(scenario, law, points, free, tuple(held.items()), played, apart)


def _setting(unknown: Unknown, share: float, law: Law) -> list[str]:
    scale = unknown.scale
    return unknown.settings(scale.at(scale.draw(share, law)))


def _quantile(moved: Floats, without: Floats, stated: Estimate, share: float) -> Estimate:
    """A quantile over combinations, ``stated`` plus differences to it, with what worlds and points leave open.

    ``moved`` (matrices, points) are the differences, nan where there is none; combinations of one point have values in
    common, so the bootstrap takes points. ``without`` (worlds, combinations): with each world left out.
    """
    if not np.isfinite(moved).any():
        return Estimate(np.nan, np.nan, np.nan)
    worlds, points = len(without), moved.shape[1]
    left = np.nanquantile(without, share, axis=1)
    of_worlds = t_quantile(worlds, 0.95) * sqrt((worlds - 1) * float(np.var(left)))
    picked = (uniforms("spread", _RESAMPLES, points) * points).astype(np.int64)
    of_points = 1.96 * float(np.nanstd([np.nanquantile(moved[:, some], share) for some in picked]))
    found, half = stated.value + float(np.nanquantile(moved, share)), hypot(stated.half, of_worlds, of_points)
    return Estimate(found, found - half, found + half)


def _noise(moved: Floats, without: Floats) -> float:
    """Share of the variance between points that the worlds make, by the jackknife: what changes as worlds do."""
    known = np.isfinite(moved.ravel())
    variance = float(np.var(moved.ravel()[known])) if known.sum() > 1 else 0.0
    if variance == 0:
        return 0.0
    # A shift of all points alike is no difference between them.
    apart = without[:, known] - without[:, known].mean(axis=1, keepdims=True)
    return min((len(without) - 1) * float(np.var(apart, axis=0).mean()) / variance, 1.0)


def _answer(found: Sensitivity) -> Answer:
    outcomes, names = found.outcomes, names_of(found.outcomes)
    tables = []
    for of, name in zip(outcomes, names, strict=True):
        indices = {one: (first, total) for one, first, total in found.ranked(of.text)}
        tables.append(table_of(found.apart, of, name, indices))
    return Answer(
        study="sensitivity",
        scenario=found.scenario,
        heading=message("sensitivity.heading"),
        question={
            "measures": tuple(of.text for of in outcomes),
            "points": found.points,
            "law": LAWS[found.law],
            "assumptions": tuple(unknown.name for unknown in found.unknowns),
            "held": {unknown.name: why for unknown, why in found.held},
        },
        sentences=tuple(_sentences(found)),
        played=(
            played_on("sensitivity.together_on", found.played.where),
            played_on("sensitivity.apart_on", found.apart.where),
        ),
        measures=tuple(dict.fromkeys(of.of.name for of in outcomes)),
        tiles=tuple(_tile(found.spreads[of.text], of) for of in outcomes[:TILES]),
        sections=tuple(_sections(found, names)),
        tables=(*tables, _table(found)),
    )


def _sentences(found: Sensitivity) -> Iterator[Message]:
    """The answer of each outcome and what decides it, and what it rests on."""
    for of in found.outcomes:
        yield from _of_outcome(found, of)
    many, combinations = len(found.unknowns), found.combinations
    if many == 1:
        yield message("sensitivity.varied_one", combinations=combinations)
    else:
        yield message("sensitivity.varied", unknowns=many, combinations=combinations)
    yield message(f"sensitivity.{found.law}")
    held = {unknown for unknown, _ in found.held}
    for unknown, end, why in found.apart.refused:
        if unknown in held:
            said: dict[str, Value] = {"end": Term("setting", end), "why": Term("refusal", why)}
            yield message("sensitivity.held", assumption=name_of(unknown), **said)
    if found.refused:
        first = Term("refusal", next(iter(found.played.refused.values())))
        some = "refused_one" if found.refused == 1 else "refused"
        yield message(f"sensitivity.{some}", count=found.refused, why=first)


def _of_outcome(found: Sensitivity, of: Outcome) -> Iterator[Message]:
    spread, ranked, outcome = found.spreads[of.text], found.ranked(of.text), of.words
    ends = {"low": spread.low, "high": spread.high, "stated": spread.stated}
    # All with the decimals that simulation supports.
    half = spread.simulation
    shown = {name: of.amount(Estimate(end.value, end.value - half, end.value + half)) for name, end in ends.items()}
    simulation = Term("amount", (Estimate(half, 0.0, 2 * half), ""))
    yield message("sensitivity.spread", outcome=outcome, simulation=simulation, **shown)
    if not ranked:
        yield message("sensitivity.still", outcome=outcome)
        return
    deciding = [(unknown, total) for unknown, _, total in ranked if total.value >= LITTLE][:NAMED]
    named = tuple(
        message("sensitivity.with_share", assumption=name_of(unknown), share=Term("share", min(total.value, 1.0)))
        for unknown, total in deciding
    )
    rest = len(ranked) - len(deciding)
    if not deciding:
        yield message("sensitivity.decided_none", outcome=outcome, little=Term("share", LITTLE))
    elif rest == 0:
        yield message("sensitivity.decided_all", outcome=outcome, named=named)
    elif rest == 1:
        yield message("sensitivity.decided_one_less", outcome=outcome, named=named)
    else:
        yield message("sensitivity.decided", outcome=outcome, named=named, rest=rest)
    if spread.noise > _NOISY:
        yield message("sensitivity.noise", outcome=outcome, share=Term("share", spread.noise))


def _tile(spread: Spread, of: Outcome) -> Tile:
    """Between which values an outcome lies while all is varied together."""
    low, high, stated = (of.amount(end.value) for end in (spread.low, spread.high, spread.stated))
    return Tile(of.with_unit, message("told.from_to", low=low, high=high), message("told.stated", what=stated))


def _sections(found: Sensitivity, names: Sequence[str]) -> Iterator[Section]:
    """Where outcomes lie, then what decides each of them."""
    yield Section("spreads", message("told.spreads"), (Show("outcomes"),))
    for number, (of, name) in enumerate(zip(found.outcomes, names, strict=True)):
        parts: list[Part] = [next(_of_outcome(found, of))]
        if found.apart.moved(of):
            parts.append(tornado(found.apart, of, _together(found.spreads[of.text])))
        if found.ranked(of.text):
            parts.append(_shares(found, of))
        yield Section(f"decides-{number}", message("ranking.heading", outcome=of.words), (*parts, Show(name)))


def _together(spread: Spread) -> Row:
    """How far an outcome goes from everything as stated while all varies."""
    stated = spread.stated.value
    moved = Estimate(spread.middle.value - stated, spread.low.value - stated, spread.high.value - stated)
    return Row(message("sensitivity.all_vary"), (Mark(moved, "diamond", "stated"),))


def _shares(found: Sensitivity, of: Outcome) -> Rows:
    """The share of the variance that goes with each assumption, alone and with others."""
    rows = []
    for unknown, first, total in found.ranked(of.text)[:DRAWN]:
        marks = (Mark(_percent(total), "circle", "main"), Mark(_percent(first), "ring", "unclear"))
        rows.append(Row(name_of(unknown), marks))
    return Rows(
        title=message("ranking.ranking"),
        axis=message("sensitivity.share"),
        rows=tuple(rows),
        caption=message("ranking.note"),
        legend={"main": message("sensitivity.total"), "unclear": message("sensitivity.alone")},
        most=100.0,
    )


def _percent(share: Estimate) -> Estimate:
    """A share of variance; an estimate below zero is none, and none is more than all of it."""
    return Estimate(*(100 * min(max(end, 0.0), 1.0) for end in (share.value, share.low, share.high)))


def _table(found: Sensitivity) -> Table:
    """Where outcomes lie while all is varied together."""
    columns = (
        Column("outcome", "text", message("workbook.measure")),
        Column("unit", "unit", message("workbook.unit"), filed=True),
        Column("as_stated", "estimate", message("plancolumn.stated")),
        Column("low_5_percent", "estimate", message("head.low_5")),
        Column("middle", "estimate", message("head.middle")),
        Column("high_95_percent", "estimate", message("head.high_95")),
        Column("simulation", "number", message("head.simulation")),
        Column("variance_by_chance", "share", message("head.by_chance")),
    )
    rows = []
    for of in found.outcomes:
        spread = found.spreads[of.text]
        ends = (spread.stated, spread.low, spread.middle, spread.high)
        rows.append((Named(of.text, of.with_unit), of.of.unit, *ends, spread.simulation, spread.noise))
    note = message("told.spreads_note")
    short = message("studypage.sheet_outcomes")
    return Table("outcomes", message("told.spreads_table"), columns, tuple(rows), note, short=short)
