"""What decides an answer: stated ranges varied together and one at a time, on the same callers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from sim.estimates import Estimate
from sim.intervals import t_quantile
from sim.scenario.model import Scenario
from sim.studies.one_at_a_time import MEASURES, NoUnknowns, OneAtATime, one_at_a_time
from sim.studies.outcomes import Outcome, Played, outcomes_of, play_variants
from sim.studies.sobol import Indices, designed, indices_of, uniforms
from sim.studies.unknowns import LAWS, Law, Unknown, short, unknowns_of

Floats = NDArray[np.float64]
#: Of the outcomes over the ranges, the share below the low end and above the high end of what is said.
_TAIL = 0.05


@dataclass(frozen=True)
class Spread:
    """Where an outcome lies while nothing is known but the ranges: 5 and 95 % of the points, and half of them.

    Intervals of these are of simulation alone: of worlds (jackknife) and of points (bootstrap). ``stated`` is the
    outcome with everything as stated. ``noise`` is the share of the variance between points that is chance of the
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
        return {of.text: indices_of(self.played.values(of).reshape(shape)) for of in self.outcomes}

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        """Where outcomes lie, by outcome."""
        return {of.text: self._spread(of) for of in self.outcomes}

    def _spread(self, of: Outcome) -> Spread:
        free = slice(0, 2 * self.points)  # A and B: points that have nothing to do with each other
        values = self.played.values(of)[free]
        known = np.isfinite(values)
        without = self.played.without_one(of)[:, free][:, known]
        low, middle, high = (_quantile(values[known], without, share) for share in (_TAIL, 0.5, 1 - _TAIL))
        return Spread(low, middle, high, self.apart.stated[of.text], _noise(self.played, of, free))

    def ranked(self, outcome: str) -> list[tuple[Unknown, Estimate, Estimate]]:
        """Unknowns with their first and total index, the largest total first; empty where the outcome never moved."""
        found = self.indices[outcome]
        if found is None:
            return []
        rows = zip(self.unknowns, found.first, found.total, strict=True)
        return sorted(rows, key=lambda row: -row[2].value)


def sensitivity(
    scenario: Scenario,
    *,
    measures: Sequence[str | Outcome] = MEASURES,
    points: int = 128,
    worlds: int = 8,
    worlds_apart: int = 100,
    law: Law = "triangular",
    seed: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Vary all stated ranges together at ``points`` times (unknowns + 2) combinations, and each alone.

    ``points`` is a power of two. Every combination meets the same ``worlds``; one at a time, the same
    ``worlds_apart``, which have other numbers. ``law`` says how likely values within a range are (see LAWS).
    """
    if law not in LAWS:
        raise ValueError(f"{law!r} is not a law of ranges; there are {', '.join(LAWS)}")
    if worlds < 2 or worlds_apart < 2:
        raise ValueError("at least two worlds are needed to know what is chance of the worlds")
    every, outcomes = unknowns_of(scenario), outcomes_of(scenario, measures)
    if not every:
        raise NoUnknowns(scenario)
    seed = scenario.experiment.seed if seed is None else seed
    tell = progress or (lambda _done, _wanted: None)
    ahead = worlds_apart * (1 + sum(len(unknown.ends) for unknown in every))
    wanted = ahead + points * (len(every) + 2) * worlds
    apart = one_at_a_time(
        scenario, outcomes, worlds_apart, seed=seed, first=worlds, unknowns=every, workers=workers,
        progress=lambda done, _: tell(done, wanted),
    )  # fmt: skip
    held = {unknown: f"{short(end)} makes no scenario: {why}" for unknown, end, why in apart.refused}
    free = tuple(unknown for unknown in every if unknown not in held)
    shares = designed(len(free), points).reshape(-1, len(free))
    variants = [
        [text for unknown, share in zip(free, row, strict=True) for text in _setting(unknown, float(share), law)]
        for row in shares
    ]
    played = play_variants(
        scenario, variants, outcomes, worlds=worlds, seed=seed, workers=workers,
        progress=lambda done, _: tell(ahead + done, wanted),
    )  # fmt: skip
    return Sensitivity(scenario, law, points, free, tuple(held.items()), played, apart)


def _setting(unknown: Unknown, share: float, law: Law) -> list[str]:
    scale = unknown.scale
    return unknown.settings(scale.at(scale.draw(share, law)))


def _quantile(values: Floats, without: Floats, share: float) -> Estimate:
    """A quantile over points with what worlds and points leave open: ``without`` each world, (worlds, points)."""
    if not len(values):
        return Estimate(np.nan, np.nan, np.nan)
    found, worlds = float(np.quantile(values, share)), len(without)
    left = np.quantile(without, share, axis=1)
    of_worlds = t_quantile(worlds, 0.95) * sqrt((worlds - 1) * float(np.var(left)))
    picked = (uniforms("spread", 400, len(values)) * len(values)).astype(np.int64)
    of_points = 1.96 * float(np.std(np.quantile(values[picked], share, axis=1)))
    half = sqrt(of_worlds**2 + of_points**2)
    return Estimate(found, found - half, found + half)


def _noise(played: Played, of: Outcome, free: slice) -> float:
    """Share of the variance between points that the worlds make: what the points do not have in common between worlds.

    From the outcome without each world in turn: with W worlds, the jackknife's variance of the points' deviations.
    """
    values, without = played.values(of)[free], played.without_one(of)[:, free]
    known = np.isfinite(values) & np.isfinite(without).all(axis=0)
    values, without = values[known], without[:, known]
    if len(values) < 2 or np.var(values) == 0:
        return 0.0
    # A shift of all points alike is no difference between them.
    apart = without - without.mean(axis=1, keepdims=True)
    of_worlds = (len(without) - 1) * float(np.var(apart, axis=0).mean())
    return min(of_worlds / float(np.var(values)), 1.0)
