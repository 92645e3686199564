"""How long callers would wait: those who were answered would have waited longer, so their patience is censored.

The mean wait of those who gave up is no mean patience: only the impatient are seen giving up. It is told beside the
right number so that the difference is seen. Laws are held against each other by likelihood, with and without a share
that hangs up at once; the curve of Kaplan and Meier needs no law.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.fit.families import EXPONENTIAL, WEIBULL, Family, mean_s
from sim.fit.fitted import Fitted
from sim.fit.handling import sample_mean
from sim.fit.likelihood import NEVER, Peak, climb, error_of, exp_of, expit, grouped, interval
from sim.language.said import Said
from sim.scenario.distributions import Deterministic, Law, Mixture

Floats = NDArray[np.float64]
#: Who gives up by then may have meant to at once: below, logs are rounded and nobody knows.
AT_ONCE_S = 5.0
#: Fewer who gave up tell no shape: an exponential law alone.
FEWEST = 10
_NORMAL = 1.959964


@dataclass(frozen=True)
class Waits:
    """Waits in seconds, grouped: of those who gave up and of those who were answered, with how many waited so long."""

    left: Floats
    left_weight: Floats
    stayed: Floats
    stayed_weight: Floats

    @classmethod
    def of(cls, left_s: Floats, stayed_s: Floats) -> Waits:
        """From single waits."""
        return cls(*grouped(left_s), *grouped(stayed_s))


@dataclass(frozen=True)
class Curve:
    """Kaplan and Meier's share still waiting just after ``times`` (m,), with 95 % bands (log-log, Greenwood).

    ``at_risk``: how many had waited that long.
    """

    times: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: Floats

    def left_after(self, time: float) -> float:
        """How many had not been answered or given up by then."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.at_risk[place]) if place < len(self.times) else 0.0

    def at(self, time: float) -> tuple[float, float, float]:
        """Share, low and high after so many seconds; beyond the last wait, those of the last."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 1.0, 1.0, 1.0
        return float(self.share[place]), float(self.low[place]), float(self.high[place])


@dataclass(frozen=True)
class PatienceFit:
    """A family of laws of patience at its best; ``at_once``: perhaps with a share that hangs up at once."""

    family: Family
    at_once: bool
    peak: Peak

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.family.name}, some at once" if self.at_once else self.family.name

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return self.peak.aic

    @property
    def law(self) -> Law:
        """The law, in milliseconds."""
        rest = self.family.law(self.peak.at[: len(self.family.names)])
        if not self.at_once:
            return rest
        share = expit(self.peak.at[-1])
        return Mixture((share, 1 - share), (Deterministic(0.0), rest))

    @cached_property
    def parameters(self) -> dict[str, Fitted]:
        """By name, ``at once`` last; worked out when asked for, since intervals take longer than the fit."""
        names, units, links = self.family.names, self.family.units, self.family.links
        if self.at_once:
            names, units, links = (*names, "at once"), (*units, "%"), (*links, expit)
        found = {}
        for k, (name, unit, link) in enumerate(zip(names, units, links, strict=True)):
            low, high = interval(self.peak, k)
            found[name] = Fitted(link(self.peak.at[k]), link(low), link(high), unit, Said("how.profile"))
        return found

    @cached_property
    def mean(self) -> Fitted:
        """Mean patience, those who hang up at once included."""
        return _mean(self.family, self.peak, self.at_once)


@dataclass(frozen=True)
class Patience:
    """Patience of some callers: the wrong mean, the curve, laws from the best to the worst.

    ``naive`` is the mean wait of those who gave up. ``chosen`` is None where nobody did.
    ``waited_s`` is what all of them waited together. ``missing``: the log does not say how long most of those who gave
    up, or most of those who were answered, had waited, so that nothing of patience is known; they count in ``gave_up``.
    """

    gave_up: int
    answered: int
    naive: Fitted
    curve: Curve
    candidates: tuple[PatienceFit, ...]
    chosen: PatienceFit | None
    waited_s: float
    missing: bool = False

    def named(self, name: str) -> PatienceFit | None:
        """The candidate of this name."""
        return next((fit for fit in self.candidates if fit.name == name), None)


def fit_patience(
    left_ms: NDArray[np.int64], stayed_ms: NDArray[np.int64], *, unknown: int = 0, uncensored: int = 0
) -> Patience:
    """From waits, ms, of those who gave up and of those who were answered.

    ``unknown`` gave up and ``uncensored`` were answered after an unknown wait.

    Who was answered without waiting met no queue and says nothing of patience.
    """
    left, stayed = left_ms / 1000, stayed_ms[stayed_ms > 0] / 1000
    waits = Waits.of(left, stayed)
    candidates: tuple[PatienceFit, ...] = ()
    missing = unknown > len(left) or uncensored > len(stayed_ms) or not len(left) + len(stayed_ms)
    if len(left) and left.sum() > 0 and not missing:
        kinds = [(family, at_once) for family in (EXPONENTIAL, WEIBULL) for at_once in (False, True)]
        fits = [_fitted(family, waits, at_once) for family, at_once in (kinds if len(left) >= FEWEST else kinds[:1])]
        candidates = tuple(sorted(fits, key=lambda fit: fit.aic))
    return Patience(
        gave_up=len(left) + (unknown if missing else 0),
        answered=len(stayed),
        naive=sample_mean(np.asarray(left)),
        curve=kaplan_meier(waits),
        candidates=candidates,
        chosen=candidates[0] if candidates else None,
        waited_s=float(left.sum() + stayed.sum()),
        missing=missing,
    )


def kaplan_meier(waits: Waits) -> Curve:
    """The share still waiting, whatever the law (Kaplan and Meier 1958), with bands of the log of minus the log."""
    times = np.unique(np.concatenate([waits.left, waits.stayed]))
    if not len(times):
        return Curve(*(np.zeros(0) for _ in range(5)))
    gone = _counts(times, waits.left, waits.left_weight)
    everybody = gone + _counts(times, waits.stayed, waits.stayed_weight)
    at_risk = np.cumsum(everybody[::-1])[::-1]
    share = np.cumprod(1 - gone / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(at_risk > gone, gone / (at_risk * (at_risk - gone)), np.inf))
        reach = 1.959964 * np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(reach), share ** np.exp(-reach)
    inside = (share > 0) & (share < 1)
    low, high = np.where(inside, low, share), np.where(inside, high, share)
    return Curve(times, share, low, high, at_risk)


def _counts(times: Floats, values: Floats, weights: Floats) -> Floats:
    return np.bincount(np.searchsorted(times, values), weights=weights, minlength=len(times)).astype(float)


def log_likelihood(family: Family, waits: Waits, at_once: bool, theta: Floats) -> float:
    """Who gave up within AT_ONCE_S is known to no more than that; ``theta`` ends with the logit of who does at once."""
    share = expit(theta[-1]) if at_once else 0.0
    inner = theta[:-1] if at_once else theta
    early = waits.left <= AT_ONCE_S
    with np.errstate(all="ignore"):
        log_rest = float(np.log1p(-share)) if share < 1 else NEVER
        by_then = -float(np.expm1(family.log_survival(inner, np.array([AT_ONCE_S]))[0]))
        total = float(waits.left_weight[early].sum()) * float(np.log(share + (1 - share) * by_then))
        if not early.any():
            total = 0.0
        late = ~early
        total += float(waits.left_weight[late] @ (log_rest + family.log_density(inner, waits.left[late])))
        # Who is answered without waiting says nothing: also who would have hung up at once takes a free line.
        waited = waits.stayed > 0
        total += float(waits.stayed_weight[waited] @ (log_rest + family.log_survival(inner, waits.stayed[waited])))
    return total if np.isfinite(total) else NEVER


def _fitted(family: Family, waits: Waits, at_once: bool) -> PatienceFit:
    gave_up = float(waits.left_weight.sum())
    exposure = float(waits.left @ waits.left_weight + waits.stayed @ waits.stayed_weight)
    start = family.starts(np.array([max(exposure / gave_up, 1e-3)]), np.ones(1))[0]
    starts = [[*start, special.logit(share)] for share in (0.02, 0.2)] if at_once else [start]
    peak = climb(partial(log_likelihood, family, waits, at_once), starts)
    return PatienceFit(family, at_once, peak)


def _mean(family: Family, peak: Peak, at_once: bool) -> Fitted:
    """Mean patience, those who hang up at once included."""

    def log_mean(theta: Floats) -> float:
        rest = 1 - expit(theta[-1]) if at_once else 1.0
        return float(np.log(max(rest * mean_s(family.law(theta[: len(family.names)])), 1e-9)))

    if family is EXPONENTIAL and not at_once:
        low, high = interval(peak, 0)
        return Fitted(exp_of(peak.at[0]), exp_of(low), exp_of(high), "s", Said("how.profile"))
    middle, error = log_mean(peak.at), error_of(peak, log_mean)
    ends = (exp_of(middle - _NORMAL * error), exp_of(middle + _NORMAL * error))
    return Fitted(exp_of(middle), *ends, "s", Said("how.delta"))
