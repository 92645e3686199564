"""What decides an answer: stated ranges varied together and one at a time, on the same callers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.estimates import Estimate
from sim.intervals import t_quantile
from sim.scenario.scenario import Scenario
from sim.studies.answers import Answer
from sim.studies.bars import with_bar
from sim.studies.one_at_a_time import MEASURES, NoUnknowns, OneAtATime, one_at_a_time
from sim.studies.outcomes import Outcome, Played, outcomes_of, play_variants
from sim.studies.sobol import Indices, designed, indices_of, uniforms
from sim.studies.unknowns import LAWS, Law, Unknown, short, unknowns_of

Floats = NDArray[np.float64]
#: Of the outcomes over the ranges, the share below the low end and above the high end of what is said.
_TAIL = 0.05
#: Worlds that every combination meets, unless asked otherwise.
WORLDS = 8
_RESAMPLES = 400


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
class Sensitivity:
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
        """In words and tables, as it is told and kept."""
        from sim.studies.sensitivity_words import answer_of

        return answer_of(self)

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
