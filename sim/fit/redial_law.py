"""The law of redials above the background of those who would have called anyway, by maximum likelihood."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.fit.families import LOGNORMAL
from sim.fit.fitted import Fitted
from sim.fit.likelihood import NEVER, climb, exp_of, expit, interval
from sim.fit.log import ANSWERED, OUTCOMES, UNKNOWN
from sim.fit.redial_steps import TRIED, Steps
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Edges of the background's rate, ms since the end of the call before.
_EDGES = np.array([0, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY])
#: The least sigma of a delay: logs tell seconds, and delays all alike would be the likelier the narrower their law.
_LEAST_SIGMA = 0.01
#: Fewer who called again tell no law of the delay.
FEWEST = 10


def background(steps: Steps) -> tuple[Floats, int]:
    """Rate at which the served call again, by time since the end of their call (between _EDGES), and how many did.

    Per second of the usual activity: people call by day, whatever they call for. Of fresh calls alone: after others, a
    next call may be a redial that is still to come.
    """
    served = (steps.outcome == ANSWERED) & steps.fresh
    delay, seen = steps.delay[served], steps.seen[served]
    called = (delay != UNKNOWN) & (delay <= seen)
    upto = np.where(called, delay, seen)
    events, _ = np.histogram(upto[called], _EDGES)
    exposure = _exposure(steps, served, upto)
    return np.where(exposure > 0, events / np.maximum(exposure, 1e-9), 0.0), int(events.sum())


def _exposure(steps: Steps, which: Bools, upto: Whole) -> Floats:
    """Seconds of usual activity between _EDGES after the end of these calls, until ``upto``, of all together."""
    until = steps.end[which][:, None] + np.minimum(upto[:, None], _EDGES)
    return np.asarray(np.diff(steps.activity.upto(until), axis=1).sum(axis=0))


def redial_law(
    steps: Steps, rates: Floats, known_by: int
) -> tuple[dict[str, Fitted], Fitted | None, Fitted | None, Floats]:
    """Probability by outcome and the lognormal delay that all outcomes share, by maximum likelihood.

    Last comes, for each step, the chance that the next call was a redial and not one that would have come anyway.
    """
    chance = np.zeros(len(steps.outcome))
    codes = [code for code in TRIED if (steps.outcome == code).any()]
    tried = np.isin(steps.outcome, codes) & (steps.seen != UNKNOWN)
    delay, seen = steps.delay[tried], steps.seen[tried]
    which = np.searchsorted(codes, steps.outcome[tried])
    called = (delay != UNKNOWN) & (delay <= seen)
    if called.sum() < FEWEST:
        return {}, None, None, chance
    among = float(_exposure(steps, tried, np.where(called, delay, seen)) @ rates)
    # A delay below a second is a rounding of one.
    upto = np.maximum(np.where(called, delay, seen), 1000) / 1000
    rate = rates[np.clip(np.searchsorted(_EDGES / 1000, upto, side="right") - 1, 0, len(rates) - 1)]
    rate *= steps.activity.at(steps.end[tried] + (1000 * upto).astype(np.int64))
    of = partial(_log_likelihood, upto, called, which, rate, (known_by, among))
    logs = np.log(upto[called])
    shares = [np.clip(called[which == k].mean(), 0.02, 0.95) for k in range(len(codes))]
    # The background is known no better than by the calls it was counted from: its level is a parameter too.
    level = [0.0] if known_by else []
    start = [float(logs.mean()), float(np.log(logs.std() + 0.1)), *special.logit(shares), *level]
    sooner = [start[0] - 1.0, start[1], *(x - 0.5 for x in special.logit(shares)), *level]
    peak = climb(of, [start, sooner])
    ends = [interval(peak, k) for k in range(2 + len(codes))]

    def fitted(k: int, link: object, unit: str) -> Fitted:
        low, high = ends[k]
        return Fitted(link(peak.at[k]), link(low), link(high), unit, Said("how.profile"))  # type: ignore[operator]

    probability = {OUTCOMES[code]: fitted(k + 2, expit, "%") for k, code in enumerate(codes)}
    again, anyway = _rates(upto, which, rate, peak.at, known_by)
    chance[np.flatnonzero(tried)[called]] = (again / np.maximum(again + anyway, 1e-300))[called]
    return probability, fitted(0, exp_of, "s"), fitted(1, _sigma, ""), chance


def _log_likelihood(
    upto: Floats, called: Bools, which: Whole, rate: Floats, counted: tuple[int, float], theta: Floats
) -> float:
    """Of calls that were (or were not) followed by another, and of the calls of the background.

    ``counted`` are the calls from which the background is known, and how many it says come after the calls that were
    not answered. ``theta``: log median, log sigma, logits by outcome, and the log of the background's level where there
    is one.
    """
    known_by, among = counted
    with np.errstate(all="ignore"):
        again, anyway = _rates(upto, which, rate, theta, known_by)
        left = _left(upto, which, theta)
        total = float(np.log(np.where(called, again + anyway, left)).sum())
        if known_by:
            more = float(np.expm1(theta[-1]))
            total += known_by * (theta[-1] - more) - among * more
    return total if np.isfinite(total) else NEVER


def _sigma(x: float) -> float:
    """Sigma from the parameter behind it."""
    return max(exp_of(x), _LEAST_SIGMA)


def _law(theta: Floats) -> Floats:
    """The parameters of the lognormal delay."""
    return np.array([theta[0], np.log(_sigma(theta[1]))])


def _rates(upto: Floats, which: Whole, rate: Floats, theta: Floats, known_by: int) -> tuple[Floats, Floats]:
    """How fast redials and other calls come after so long, of those who began; the common factor B(t) is left out."""
    share = np.array([expit(x) for x in theta[2:]])[which]
    density = np.exp(LOGNORMAL.log_density(_law(theta), upto))
    level = exp_of(theta[-1]) if known_by else 1.0
    return share * density, level * rate * _left(upto, which, theta)


def _left(upto: Floats, which: Whole, theta: Floats) -> Floats:
    """Share that has not redialled within so long."""
    share = np.array([expit(x) for x in theta[2:]])[which]
    gone = -np.expm1(LOGNORMAL.log_survival(_law(theta), upto))
    return np.asarray(1 - share * gone)
