"""M/G/1: one line, any handling time, nobody gives up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import exp, gamma, nan, sqrt

import numpy as np
from scipy import special

from sim.scenario.distributions import (
    Deterministic,
    Empirical,
    Exponential,
    Gamma,
    Law,
    Lognormal,
    Mixture,
    Triangular,
    Uniform,
    Weibull,
)
from sim.theory.arguments import HOUR_S, Duration, rate, seconds
from sim.units import DURATION_HELP


@dataclass(frozen=True)
class SingleLine:
    """Steady state of M/G/1: shares of contacts, seconds."""

    model: str
    source: str
    arrivals_per_hour: float
    handling_s: float
    #: Standard deviation of the handling time over its mean.
    handling_cv: float
    #: Mean wait of all contacts.
    mean_wait_s: float
    #: Standard deviation of the wait; nan where only the handling time's mean and cv are known.
    sd_wait_s: float

    @property
    def occupancy(self) -> float:
        """Share of time that the line is busy, which is also the offered load in erlangs."""
        return self.arrivals_per_hour / HOUR_S * self.handling_s

    @property
    def waits(self) -> float:
        """Share that meets the line busy."""
        return self.occupancy

    @property
    def mean_wait_of_waiting_s(self) -> float:
        """Mean wait of those who meet the line busy."""
        return self.mean_wait_s / self.waits

    @property
    def mean_queue(self) -> float:
        """Expected number waiting (Little's law)."""
        return self.arrivals_per_hour / HOUR_S * self.mean_wait_s


def pollaczek_khinchine(*, arrivals_per_hour: float, handling: Law | Duration, cv: float | None = None) -> SingleLine:
    """M/G/1: mean wait = lambda E[S^2] / (2 (1 - rho)).

    ``handling`` is a distribution (milliseconds), or a mean with its coefficient of variation ``cv``.
    F. Pollaczek 1930, "Über eine Aufgabe der Wahrscheinlichkeitstheorie", Mathematische Zeitschrift 32, 64-100;
    A. Y. Khinchine 1932, Matematicheskii Sbornik 39, 73-84; the variance after L. Takács 1962, "A single-server queue
    with Poisson input", Operations Research 10, 388-394. ValueError where the line cannot keep up.
    """
    arrivals = rate(arrivals_per_hour)
    first, second, third = _three_moments(handling, cv)
    load = arrivals * first
    if load >= 1:
        raise ValueError(f"{load:.6g} erlangs on one line: without patience the queue grows for ever")
    wait = arrivals * second / (2 * (1 - load))
    spread = sqrt(wait**2 + arrivals * third / (3 * (1 - load)))
    source = "F. Pollaczek 1930, Mathematische Zeitschrift 32, 64-100; A. Y. Khinchine 1932, Mat. Sbornik 39, 73-84"
    spread_of_work = sqrt(max(0.0, second / first**2 - 1))
    return SingleLine("M/G/1", source, arrivals_per_hour, first, spread_of_work, wait, spread)


def _three_moments(handling: Law | Duration, cv: float | None) -> tuple[float, float, float]:
    """E[S], E[S^2], E[S^3] in seconds and their powers."""
    if not isinstance(handling, (str, dt.timedelta)):
        law = handling
        if not hasattr(law, "quantile"):
            raise ValueError(f"handling: {law!r} is neither a law of sim.scenario.distributions nor {DURATION_HELP}")
        if cv is not None:
            raise ValueError("cv: give it with a mean only, a law has its own")
        return moment(law, 1) / 1e3, moment(law, 2) / 1e6, moment(law, 3) / 1e9
    if cv is None or not 0 <= cv < 1e6:
        raise ValueError(f"cv: {cv!r} is not a coefficient of variation of 0 or more, which a mean needs beside it")
    mean = seconds(handling, "handling")
    return mean, mean**2 * (1 + cv**2), nan


def moment(law: Law, power: int) -> float:
    """E[X^power] of a law, in its unit to that power."""
    if isinstance(law, Exponential):
        return law.mean**power * gamma(1 + power)
    if isinstance(law, Lognormal):
        return exp(power * law.mu + (power * law.sigma) ** 2 / 2)
    if isinstance(law, Gamma):
        return law.scale**power * float(special.poch(law.shape, power))
    if isinstance(law, Weibull):
        return law.scale**power * gamma(1 + power / law.shape)
    if isinstance(law, Deterministic):
        return law.mean**power
    if isinstance(law, Uniform):
        return (law.high ** (power + 1) - law.low ** (power + 1)) / ((power + 1) * (law.high - law.low))
    if isinstance(law, Triangular):
        # The complete symmetric polynomial of its three numbers, from their divided differences.
        a, b, c = law.low, law.mode, law.high
        terms = (a**i * b**j * c ** (power - i - j) for i in range(power + 1) for j in range(power + 1 - i))
        return 2.0 * sum(terms) / ((power + 1) * (power + 2))
    if isinstance(law, Empirical):
        return float(np.mean(np.array(law.values, dtype=np.float64) ** power))
    if isinstance(law, Mixture):
        return sum(share * moment(part, power) for share, part in zip(law.shares, law.parts, strict=True))
    raise ValueError(f"handling: the moments of {law!r} are not known; give its mean and cv")
