"""What a campaign did: an interrupted time series of daily counts, with the surge as a scenario writes it.

A day's mean is its ordinary mean (weekday, trend) times 1 + jumps + plateau: after each broadcast a jump that decays
exponentially, and a plateau from the first broadcast on, each averaged over the day with the weights of its hours.
Its parameters are found together with the ordinary days', by maximum likelihood with the busyness of days included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.errors import SimError
from sim.fit.counts import CountFit, fitted_counts, likelihood, profile_interval, scored
from sim.fit.days import MONTH
from sim.fit.fitted import Fitted
from sim.fit.memory import Test, p_text
from sim.language.said import Said
from sim.model.clock import DAY, HOUR
from sim.scenario.surges import Trapezoid

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Time constants from which the likelihood is climbed, days.
_STARTS = (0.7, 2.0, 5.0, 12.0)
#: The shortest time constant, days: below it a jump is over within hours, and its size can be anything.
SHORTEST = 0.25
_SHORTEST = log(SHORTEST)
#: The longest: this part of the time since the first broadcast. What decays more slowly is a plateau.
_PART = 1 / 3
#: A campaign is clear enough for its decay to mean something where chance does as much less often than this.
_CLEAR = 0.01
#: Places beyond this are at a limit of the time constant.
_OPEN = 4.0
_PROFILE = Said("how.surge_profile")
_DELTA = Said("how.surge_delta")


@dataclass(frozen=True)
class Campaign:
    """When a campaign's broadcasts were, and until when its plateau lasts (None: to the end of the counts)."""

    starts: tuple[dt.datetime, ...]
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Days:
    """Counts (D,) of ordinary days: number of each, its weekday, size, and weights of its hours (D, 24), summing to 1.

    ``trend``: whether growth is fitted besides. Days before the campaign say what is ordinary.
    """

    start: dt.date
    counts: Whole
    day: Whole
    weekday: Whole
    size: Floats
    hours: Floats
    trend: bool = False


@dataclass(frozen=True)
class SurgeFit:
    """Size, decay and plateau of a campaign.

    ``jump`` is the extra rate right after a broadcast and ``plateau`` that which stays, both as shares of the ordinary
    rate; ``decay`` the time constant; ``extra`` the contacts that the campaign added over the counted days, of which
    ``by_jumps`` came with the jumps and ``by_plateau`` with the plateau; ``uplift`` the extra ones as a share of the
    ordinary ones since the first broadcast. ``test`` holds the campaign to no campaign at all: where it does not reject
    that, 0 is in the intervals of ``extra`` and ``uplift``. ``longest`` is the longest decay that was tried, days.
    """

    campaign: Campaign
    jump: Fitted
    decay: Fitted
    plateau: Fitted
    extra: Fitted
    by_jumps: float
    by_plateau: float
    uplift: Fitted
    busyness: Fitted
    test: Test
    fit: CountFit
    ordinary: Floats
    longest: float

    @property
    def clear(self) -> bool:
        """Whether so much is beyond chance that jump, decay and plateau are told."""
        return _clear(self.test)

    @property
    def weights(self) -> tuple[float, float]:
        """Weights of the jumps and of the plateau as a scenario's waves have them: areas under their shapes, days."""
        lasts = self.plateau_lasts.total_seconds() / 86_400
        jumps = self.jump.value * self.decay.value * len(self.campaign.starts)
        return max(jumps, 0.0), max(self.plateau.value * lasts, 0.0)

    @property
    def plateau_lasts(self) -> dt.timedelta:
        """How long the plateau lasts."""
        assert self.campaign.until is not None  # filled in by the fit
        return self.campaign.until - min(self.campaign.starts)


@dataclass(frozen=True)
class _Surged:
    """Parameters: weekdays (and growth), then jump, plateau, and where the time constant lies between its limits."""

    design: Floats
    size: Floats
    shape: Callable[[float], tuple[Floats, Floats]]
    stays: Floats
    longest: float

    def log_days(self, place: float) -> float:
        """Logarithm of the time constant in days, between the shortest and the longest, from any number."""
        return _SHORTEST + (self.longest - _SHORTEST) * float(special.expit(place))

    def place(self, days: float) -> float:
        """The number that stands for a time constant."""
        return float(special.logit((log(days) - _SHORTEST) / (self.longest - _SHORTEST)))

    def parts(self, theta: Floats) -> tuple[Floats, Floats]:
        """Ordinary means (D,) and what they are multiplied with."""
        decayed, _ = self.shape(self.log_days(float(theta[-1])))
        ordinary = np.exp(np.clip(self.design @ theta[:-3], -50, 50)) * self.size
        return ordinary, 1 + theta[-3] * decayed + theta[-2] * self.stays

    def mean(self, theta: Floats) -> tuple[Floats, Floats]:
        """See Curve."""
        decayed, slope = self.shape(self.log_days(float(theta[-1])))
        ordinary = np.exp(np.clip(self.design @ theta[:-3], -50, 50)) * self.size
        factor = 1 + theta[-3] * decayed + theta[-2] * self.stays
        means = ordinary * factor
        share = float(special.expit(theta[-1]))
        slope = slope * (self.longest - _SHORTEST) * share * (1 - share)
        slopes = [
            means[:, None] * self.design,
            (ordinary * decayed)[:, None],
            (ordinary * self.stays)[:, None],
            (ordinary * theta[-3] * slope)[:, None],
        ]
        return means, np.concatenate(slopes, axis=1)


def _clear(test: Test) -> bool:
    return test.p_value < _CLEAR


def fit_surge(days: Days, campaign: Campaign) -> SurgeFit:
    """The campaign's surge; SimError where no ordinary day comes before it, or no day after."""
    last = dt.datetime.combine(days.start, dt.time()) + dt.timedelta(days=int(days.day.max()) + 1)
    campaign = replace(campaign, starts=tuple(sorted(campaign.starts)), until=campaign.until or last)
    curve, plain = _curve(days, campaign)
    starts = [np.concatenate([plain, [0.5, 0.1, curve.place(tau)]]) for tau in _STARTS if log(tau) < curve.longest]
    fit = _best(curve, days.counts, starts)
    jump, plateau, decay = (len(fit.theta) - k for k in (3, 2, 1))
    test = _test(fit, curve)
    return SurgeFit(
        campaign=campaign,
        jump=_share(fit, curve, jump, test),
        decay=_days(fit, curve, decay, test),
        plateau=_share(fit, curve, plateau, test),
        extra=_extra(fit, curve, test, "contacts", lambda ordinary, factor: float((ordinary * (factor - 1)).sum())),
        by_jumps=float(
            (
                curve.parts(fit.theta)[0] * fit.theta[jump] * curve.shape(curve.log_days(float(fit.theta[decay])))[0]
            ).sum()
        ),
        by_plateau=float((curve.parts(fit.theta)[0] * fit.theta[plateau] * curve.stays).sum()),
        uplift=_extra(fit, curve, test, "%", lambda ordinary, factor: _over(ordinary, factor, curve.stays)),
        busyness=_busyness(fit),
        test=test,
        fit=fit,
        ordinary=curve.parts(fit.theta)[0],
        longest=exp(curve.longest),
    )


def _curve(days: Days, campaign: Campaign) -> tuple[_Surged, Floats]:
    """The curve of means, and ordinary days' parameters to start from: those of the days before."""
    first = _since(days.start, campaign.starts[0])
    before = days.day < first // DAY
    present = [w for w in range(7) if days.counts[days.weekday == w].sum()]
    used = np.isin(days.weekday, present)
    if before.sum() < 7 or not days.counts[before].sum():
        raise SimError(f"campaign: only {int(before.sum())} ordinary days come before it; a week or more is needed")
    if (~before & used).sum() < 3:
        raise SimError(
            f"campaign: only {int((~before & used).sum())} days come after its start; three or more are needed"
        )
    columns = [(days.weekday == w).astype(float) for w in present]
    level = days.counts[before].sum() / days.size[before].sum()
    start = [
        log(max((days.counts[before & (c > 0)].sum() + level) / (days.size[before & (c > 0)].sum() + 1), 1e-3))
        for c in columns
    ]
    if days.trend:
        columns.append((days.day - days.day.mean()) / MONTH)
        start.append(0.0)
    starts = np.array([_since(days.start, moment) for moment in campaign.starts], dtype=float)
    until = _since(days.start, campaign.until) if campaign.until else int(days.day.max() + 1) * DAY
    longest = log(max((days.day.max() + 1 - first / DAY) * _PART, 1.0))
    stays = _averaged(days, Trapezoid(0.0, float(until - first), 0.0).integral, float(first))

    shape = _jumps(days, starts)
    # A weekday without any contact has no ordinary mean; its days say nothing.
    design, size = np.stack(columns, axis=1), np.where(used, days.size, 1e-12)
    return _Surged(design, size, shape, stays, longest), np.array(start)


def _since(start: dt.date, moment: dt.datetime) -> int:
    return round((moment - dt.datetime.combine(start, dt.time())).total_seconds() * 1000)


def _edge_weights(days: Days) -> Floats:
    """Weights (D, 25) of an integral at the edges of a day's hours, so that their sum is its mean rate over the day."""
    mean: Floats = -np.diff(days.hours, axis=1, prepend=0.0, append=0.0) / HOUR
    return mean


def _averaged(days: Days, integral: Callable[[Floats], Floats], start: float) -> Floats:
    """Mean of a shape over each day (D,), its hours weighed by how many call in them."""
    since = days.day[:, None] * float(DAY) + np.arange(25) * float(HOUR) - start
    mean: Floats = (integral(np.maximum(since, 0.0)) * _edge_weights(days)).sum(axis=1)
    return mean


def _jumps(days: Days, starts: Floats) -> Callable[[float], tuple[Floats, Floats]]:
    """Means (D,) of jumps of 1 that decay, and their derivatives by the logarithm of the time constant.

    The shape is that of ``Decay`` in ``sim.scenario.surges``: its integral is tau (1 - exp(-t / tau)).
    """
    weights = _edge_weights(days)
    edges = np.flatnonzero((weights != 0).any(axis=0))
    since = days.day[:, None] * float(DAY) + edges * float(HOUR)
    touched = [np.flatnonzero(since[:, -1] > start) for start in starts]
    row = np.concatenate(touched)
    t = np.concatenate([np.maximum(since[rows] - start, 0.0) for rows, start in zip(touched, starts, strict=True)])
    weighed, n = weights[row][:, edges], len(days.day)

    def shape(log_days: float) -> tuple[Floats, Floats]:
        tau = exp(log_days) * DAY
        left = np.exp(-t / tau)
        area = tau * (1 - left)
        means, slopes = np.zeros(n), np.zeros(n)
        np.add.at(means, row, (area * weighed).sum(axis=1))
        np.add.at(slopes, row, ((area - t * left) * weighed).sum(axis=1))
        return means, slopes

    return shape


def _best(curve: _Surged, counts: Whole, starts: Sequence[Floats]) -> CountFit:
    """From the start that leads highest: the likelihood of a decay may have more than one peak."""
    values = counts.astype(float)
    reached = [scored(curve, values, 0.05, start) for start in starts]
    best = max(reached, key=lambda theta: likelihood(values, curve.mean(theta)[0], 0.05))
    return fitted_counts(curve, counts, best)


def _share(fit: CountFit, curve: _Surged, index: int, test: Test) -> Fitted:
    """Jump or plateau; where there may be no campaign its decay means nothing, and the interval holds for both."""
    # The likelihood may have a peak for short and one for long decays: both are tried at each step.
    others = tuple(curve.place(tau) for tau in _STARTS if log(tau) < curve.longest)
    low, high = profile_interval(fit, index, at_once=1 if _clear(test) else 2, others=others)
    return Fitted(float(fit.theta[index]), low, high, "%", _PROFILE)


def _days(fit: CountFit, curve: _Surged, index: int, test: Test) -> Fitted:
    value = exp(curve.log_days(float(fit.theta[index])))
    if not _clear(test):
        return Fitted(value, 0.0, inf, "days", Said("how.no_jump"))
    low, high = profile_interval(fit, index)
    # An end at the limit of what can be told is no end.
    ends = (exp(curve.log_days(low)) if low > -_OPEN else 0.0, exp(curve.log_days(high)) if high < _OPEN else inf)
    return Fitted(value, *ends, "days", _PROFILE)


def _over(ordinary: Floats, factor: Floats, stays: Floats) -> float:
    since = (stays > 0) | (factor != 1)
    return float((ordinary * (factor - 1))[since].sum() / max(ordinary[since].sum(), 1e-300))


def _extra(fit: CountFit, curve: _Surged, test: Test, unit: str, of: Callable[[Floats, Floats], float]) -> Fitted:
    """A number of the surge with the delta method's interval; 0 is in it where chance alone does as much."""
    value = of(*curve.parts(fit.theta))
    half = fit.t * fit.error(lambda theta: of(*curve.parts(theta)))
    low, high = value - half, value + half
    return Fitted(value, low if test.rejected else min(low, 0.0), high, unit, _DELTA)


def _busyness(fit: CountFit) -> Fitted:
    return Fitted(sqrt(fit.alpha), sqrt(fit.alpha_low), sqrt(fit.alpha_high), "", Said("how.surge_busyness"))


def _test(fit: CountFit, curve: _Surged) -> Test:
    """No campaign at all: F test of jump and plateau with the busyness as found (its decay then means nothing)."""
    free = np.ones(len(fit.theta), dtype=bool)
    free[-3:] = False
    without = fit.theta.copy()
    without[-3:-1] = 0.0
    theta = scored(curve, fit.counts, fit.alpha, without, free)
    gain = 2 * (likelihood(fit.counts, fit.means, fit.alpha) - likelihood(fit.counts, curve.mean(theta)[0], fit.alpha))
    # Three parameters more, one of which is not there without a jump: compared as three, which is on the safe side.
    p_value = float(special.fdtrc(3, fit.degrees, max(gain, 0.0) / 3))
    key = "test.campaign" if p_value < 0.05 else "test.no_campaign"
    return Test(gain, p_value, Said(key, p=p_text(p_value)))
