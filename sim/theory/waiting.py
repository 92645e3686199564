"""Waiting times: how many of the offered are answered, or give up, within a time; and how long the patient would wait.

Every kind gives the same seven numbers, as shares of all offered contacts (those met by a busy tone included) and in
seconds, so that one set of measures serves all queues.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf
from typing import Protocol

import numpy as np
from scipy import special

from sim.theory.birth_death import Floats


class Waiting(Protocol):
    """What became of the offered, and after how long."""

    @property
    def waits(self) -> float:
        """Share that meets all lines busy and a waiting place."""

    @property
    def abandoned(self) -> float:
        """Share that gives up."""

    @property
    def answered_wait_s(self) -> float:
        """Expected wait if answered, zero otherwise."""

    @property
    def abandoned_wait_s(self) -> float:
        """Expected wait if given up, zero otherwise."""

    def answered_by(self, t: float) -> float:
        """Share answered after a wait of more than 0 and at most ``t`` seconds."""

    def abandoned_by(self, t: float) -> float:
        """Share that has given up after at most ``t`` seconds."""

    def beyond(self, t: float) -> float:
        """Share that would not yet be answered after ``t`` seconds if nobody's patience ended but the others'."""


@dataclass(frozen=True)
class NoWait:
    """A loss system: nobody waits."""

    waits: float = 0.0
    abandoned: float = 0.0
    answered_wait_s: float = 0.0
    abandoned_wait_s: float = 0.0

    def answered_by(self, t: float) -> float:
        """See Waiting."""
        return 0.0 * t

    def abandoned_by(self, t: float) -> float:
        """See Waiting."""
        return 0.0 * t

    def beyond(self, t: float) -> float:
        """See Waiting."""
        return 0.0 * t


@dataclass(frozen=True)
class ExponentialWait:
    """Erlang C: who waits does so exponentially, at ``rate`` a second."""

    waits: float
    rate: float
    abandoned: float = 0.0
    abandoned_wait_s: float = 0.0

    @property
    def answered_wait_s(self) -> float:
        """See Waiting."""
        return self.waits / self.rate

    def answered_by(self, t: float) -> float:
        """See Waiting."""
        return self.waits - self.beyond(t)

    def abandoned_by(self, t: float) -> float:
        """See Waiting."""
        return 0.0 * t

    def beyond(self, t: float) -> float:
        """See Waiting."""
        return self.waits * exp(-self.rate * t)


@dataclass(frozen=True, eq=False)
class StagesWait:
    """Exponential patience: who meets j waiting passes j + 1 stages at rates s + j theta, ..., s + theta, s.

    ``ahead[j]`` is the share of the offered that meets j waiting; ``service`` is s = lines / handling and ``leaving``
    theta = 1 / patience (0 where nobody gives up), per second. The stages' sum V has exp(-theta V) beta distributed
    with parameters s / theta and j + 1, like an order statistic (A. Rényi 1953, Acta Mathematica Hungarica 4, 191-231),
    which gives all measures as sums of positive terms.
    """

    ahead: Floats
    service: float
    leaving: float

    @property
    def _rates(self) -> Floats:
        return np.asarray(self.service + self.leaving * np.arange(1, len(self.ahead) + 1), dtype=np.float64)

    @property
    def waits(self) -> float:
        """See Waiting."""
        return float(self.ahead.sum())

    @property
    def abandoned(self) -> float:
        """See Waiting."""
        own = self.leaving * np.arange(1, len(self.ahead) + 1)
        return float((self.ahead * own / self._rates).sum())

    @property
    def answered_wait_s(self) -> float:
        """See Waiting."""
        return float((self.ahead * self.service / self._rates * np.cumsum(1 / self._rates)).sum())

    @property
    def abandoned_wait_s(self) -> float:
        """See Waiting. A caller gives up in each of the stages that are left with equal probability."""
        left = np.cumsum(np.arange(1, len(self.ahead) + 1) / self._rates)
        return float((self.ahead * self.leaving / self._rates * left).sum())

    def _passed(self, t: float, *, staying: bool) -> Floats:
        """For each j: chance that the stages take at most t, weighted with exp(-theta V) if ``staying``."""
        stages = np.arange(1, len(self.ahead) + 1, dtype=np.float64)
        if t == inf:
            return self.service / self._rates if staying else np.ones_like(stages)
        if self.leaving == 0:
            return np.asarray(special.gammainc(stages, self.service * t), dtype=np.float64)
        first = self.service / self.leaving + staying
        passed = _beta_above(first, stages, self.leaving * t)
        return np.asarray(passed * self.service / self._rates if staying else passed, dtype=np.float64)

    def answered_by(self, t: float) -> float:
        """See Waiting."""
        return float((self.ahead * self._passed(t, staying=True)).sum())

    def abandoned_by(self, t: float) -> float:
        """See Waiting."""
        if t == inf:
            return self.abandoned
        left = -np.expm1(-self.leaving * t) * self.beyond(t)
        passed = self._passed(t, staying=False) - self._passed(t, staying=True)
        return float((self.ahead * passed).sum() + left)

    def beyond(self, t: float) -> float:
        """See Waiting."""
        if t == inf:
            return 0.0
        stages = np.arange(1, len(self.ahead) + 1, dtype=np.float64)
        if self.leaving == 0:
            late = special.gammaincc(stages, self.service * t)
        else:
            late = _beta_below(self.service / self.leaving, stages, self.leaving * t)
        return float((self.ahead * late).sum())


def _beta_above(first: float, second: Floats, x: float) -> Floats:
    """Chance that a beta variable is above exp(-x); near 1 and near 0 its distance from the end keeps all digits."""
    near = special.betainc(second, first, -np.expm1(-x)) if x < 1 else special.betaincc(first, second, exp(-x))
    return np.asarray(near, dtype=np.float64)


def _beta_below(first: float, second: Floats, x: float) -> Floats:
    """Chance that it is below."""
    near = special.betaincc(second, first, -np.expm1(-x)) if x < 1 else special.betainc(first, second, exp(-x))
    return np.asarray(near, dtype=np.float64)
