"""Who calls again: probability and delay by what happened to the call before, above what the served do anyway.

Also people who were helped call again, with something new; that is the background. Somebody who was not helped calls
again for that reason with probability p after a delay of law G, or for another reason as the served do, whichever
comes first: the share that has not called again within t is B(t) (1 - p G(t)), with B that of the served. Calls after
which the log ends, or a line that logs nobody at a closed door closes, are known only to have no call until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.clock import DAY, HOUR, MINUTE
from sim.fit.families import LOGNORMAL
from sim.fit.fitted import Fitted, nothing
from sim.fit.handling import binomial
from sim.fit.hours import next_opening, opening
from sim.fit.likelihood import NEVER, climb, exp_of, expit, interval
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, OUTCOMES, UNKNOWN, Log
from sim.language.said import Said

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: Delays beyond a day are no redials any more.
HORIZON = DAY
#: Windows of the table, ms.
WINDOWS = (5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, DAY)
#: Edges of the background's rate, ms since the end of the call before.
_EDGES = np.array([0, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY])
#: Fewer who called again tell no law of the delay.
FEWEST = 10
_TRIED = (ABANDONED, BLOCKED, CLOSED)
_NOBODY = nothing("%", Said("how.nobody"))


@dataclass(frozen=True)
class Redials:
    """Who called again within each of WINDOWS after calling, by outcome, and what that says of redialling.

    ``within``: share that had called again ten minutes after the end. ``again``: shares of all with a known caller,
    ``calls`` how many; ``probability`` by outcome of those not helped;
    ``median`` and ``sigma`` of a lognormal delay, None where too few called again. ``unknown`` contacts are of callers
    whom the log does not know and are left out. ``elsewhere``: share of the redials that came on another channel.
    ``landed``: redials per call not answered, as far as the next call is one; ``landed_closed`` those at a closed door.
    ``chance`` (n rows of the log): that this contact is a redial; 0 for unknown callers.
    """

    unknown: int
    known: int
    calls: dict[str, int]
    again: dict[str, tuple[Fitted, ...]]
    within: dict[str, Fitted]
    probability: dict[str, Fitted]
    median: Fitted | None
    sigma: Fitted | None
    elsewhere: Fitted | None
    longest: int
    delays: dict[str, Floats]
    landed: float
    landed_closed: float
    chance: Floats

    @property
    def found(self) -> bool:
        """Whether the log tells of redials at all."""
        return self.median is not None


@dataclass(frozen=True)
class _Activity:
    """How busy each hour of a log is beside its mean, from how many call in this hour of the week: (hours,)."""

    relative: Floats

    @classmethod
    def of(cls, log: Log) -> _Activity:
        """From all contacts of a log; the next days after it are as its weeks are."""
        counts, days = np.zeros((7, 24)), np.zeros((7, 1))
        np.add.at(counts, (log.weekday, log.hour), 1)
        weekdays = (log.start.weekday() + np.arange(log.days + 2)) % 7
        np.add.at(days, weekdays[: log.days], 1)
        hourly = np.divide(counts, days, out=np.zeros_like(counts), where=days > 0)[weekdays].ravel()
        return cls(hourly / max(float(hourly.mean()), 1e-12))

    def at(self, instants: Whole) -> Floats:
        """At these instants."""
        return self.relative[np.clip(instants // HOUR, 0, len(self.relative) - 1)]

    def upto(self, instants: Whole) -> Floats:
        """Seconds of mean activity from the beginning to these instants."""
        grid = HOUR * np.arange(len(self.relative) + 1)
        return np.asarray(np.interp(instants, grid, np.concatenate([[0], np.cumsum(self.relative)]) * HOUR / 1000))


@dataclass(frozen=True)
class _Steps:
    """Contacts of known callers in the order of their caller: what came next. Columns of equal length, ms.

    ``gap`` from call to call, ``delay`` from the end of the first to the next; UNKNOWN where nothing came. ``seen``
    is how long after its end a next call would have been in the log.
    """

    outcome: Whole
    next_outcome: Whole
    gap: Whole
    delay: Whole
    seen: Whole
    end: Whole
    row: Whole
    elsewhere: NDArray[np.bool_]
    activity: _Activity


def fit_redials(log: Log) -> Redials:
    """From the callers that the log knows."""
    steps = _steps(log)
    probability, median, sigma, chance = _law(steps, *_background(steps))
    tried = np.isin(steps.outcome, _TRIED)
    at_door = steps.next_outcome == CLOSED
    outcomes = [code for code in (ANSWERED, *_TRIED) if (steps.outcome == code).any()]
    redialled = np.isin(steps.outcome, _TRIED) & (steps.delay != UNKNOWN) & (steps.delay <= HOUR)
    n = int(redialled.sum())
    moved = int(steps.elsewhere[redialled].sum())
    return Redials(
        unknown=int((log.caller == UNKNOWN).sum()),
        known=len(steps.outcome),
        calls={OUTCOMES[code]: int((steps.outcome == code).sum()) for code in outcomes},
        again={OUTCOMES[code]: _table(steps, code) for code in outcomes},
        within={OUTCOMES[code]: _within(steps, code, 10 * MINUTE) for code in outcomes},
        probability=probability,
        median=median,
        sigma=sigma,
        elsewhere=Fitted(moved / n, *binomial(moved, n), "%", Said("how.binomial_hour")) if n else None,
        longest=_longest_chain(log),
        delays={
            OUTCOMES[code]: np.sort(steps.delay[(steps.outcome == code) & (steps.delay != UNKNOWN)]) / 1000
            for code in outcomes
        },
        landed=float(chance[~at_door].sum() / max(tried.sum(), 1)),
        landed_closed=float(chance[at_door].sum() / max(tried.sum(), 1)),
        chance=_by_row(log, steps, chance),
    )


def _steps(log: Log) -> _Steps:
    known_rows = (log.caller != UNKNOWN) & (log.outcome < len(OUTCOMES) - 1)
    known = log.picked(known_rows)
    order = np.lexsort((known.arrival, known.caller))
    caller, arrival = known.caller[order], known.arrival[order]
    channel, outcome = known.channel[order], known.outcome[order]
    end = arrival + np.maximum(known.wait[order], 0) + np.maximum(known.handling[order], 0)
    end = np.where(outcome == CLOSED, _opened_next(known, log)[order], end)
    same = np.append(caller[1:] == caller[:-1], False) if len(caller) else np.zeros(0, dtype=bool)
    following = np.append(arrival[1:], 0) if len(caller) else arrival
    # Who calls again before the call before has ended (another telephone) did so at once.
    delay = np.where(same, np.maximum(following - end, 0), UNKNOWN)
    seen = np.clip(_last_seen(log, end) - end, 0, HORIZON)
    # Who calls again before it opens at last is not waiting for that any more.
    seen[(outcome == CLOSED) & same & (following < end)] = UNKNOWN
    return _Steps(
        outcome=outcome,
        next_outcome=np.where(same, np.append(outcome[1:], UNKNOWN), UNKNOWN) if len(caller) else outcome,
        gap=np.where(same, following - arrival, UNKNOWN),
        delay=delay,
        seen=seen,
        end=end,
        row=np.flatnonzero(known_rows)[order],
        elsewhere=np.append(channel[1:] != channel[:-1], False) & same if len(caller) else same,
        activity=_Activity.of(log),
    )


def _by_row(log: Log, steps: _Steps, chance: Floats) -> Floats:
    """The chance of being a redial, moved from a contact to the next one of the same caller."""
    found = np.zeros(len(log))
    found[steps.row[1:]] = chance[:-1]
    return found


def _opened_next(known: Log, log: Log) -> Whole:
    """From when on the delay after a closed door counts: the next opening of its channel."""
    since = known.arrival.copy()
    for channel in range(len(log.channels)):
        inside = (log.channel == channel) & (log.outcome == ANSWERED)
        mine = known.channel == channel
        open_ = opening(log.weekday[inside], log.hour[inside])
        # An hour is the finest that is known; who met a closed door in it called before or after it was open.
        at = known.arrival[mine]
        then = next_opening(open_, log.start.weekday(), at)
        since[mine] = np.where(then > at, then, at)
    return since


def _last_seen(log: Log, end: Whole) -> Whole:
    """Until when the log would have shown another call of who was done at ``end``."""
    whole = np.full(len(end), log.days * DAY)
    if (log.outcome == CLOSED).any() or not len(log):
        return whole
    last = np.zeros(log.days, dtype=np.int64)
    np.maximum.at(last, log.day, log.arrival)
    return np.where(end < whole, np.maximum(last[np.minimum(end // DAY, log.days - 1)], end), end)


def _table(steps: _Steps, code: int) -> tuple[Fitted, ...]:
    gaps = steps.gap[steps.outcome == code]
    found = []
    for window in WINDOWS:
        hits = int(((gaps != UNKNOWN) & (gaps <= window)).sum())
        share = Fitted(hits / len(gaps), *binomial(hits, len(gaps)), "%", Said("how.binomial_calls"))
        found.append(share)
    return tuple(found)


def _within(steps: _Steps, code: int, window: int) -> Fitted:
    """Share that had called again so long after the end of the call, of those whom the log shows so long."""
    whole = (steps.outcome == code) & (steps.seen >= window)
    n, hits = int(whole.sum()), int((whole & (steps.delay != UNKNOWN) & (steps.delay <= window)).sum())
    return Fitted(hits / n, *binomial(hits, n), "%", Said("how.binomial_end")) if n else _NOBODY


def _background(steps: _Steps) -> tuple[Floats, int]:
    """Rate at which the served call again, by time since the end of their call (between _EDGES), and how many did.

    Per second of the usual activity: people call by day, whatever they call for.
    """
    served = steps.outcome == ANSWERED
    delay, seen = steps.delay[served], steps.seen[served]
    called = (delay != UNKNOWN) & (delay <= seen)
    upto = np.where(called, delay, seen)
    events, _ = np.histogram(upto[called], _EDGES)
    until = steps.end[served][:, None] + np.minimum(upto[:, None], _EDGES)
    exposure = np.diff(steps.activity.upto(until), axis=1).sum(axis=0)
    return np.where(exposure > 0, events / np.maximum(exposure, 1e-9), 0.0), int(events.sum())


def _law(
    steps: _Steps, background: Floats, known_by: int
) -> tuple[dict[str, Fitted], Fitted | None, Fitted | None, Floats]:
    """Probability by outcome and the lognormal delay that all outcomes share, by maximum likelihood.

    Last comes, for each step, the chance that the next call was a redial and not one that would have come anyway.
    """
    chance = np.zeros(len(steps.outcome))
    codes = [code for code in _TRIED if (steps.outcome == code).any()]
    tried = np.isin(steps.outcome, codes) & (steps.seen != UNKNOWN)
    delay, seen = steps.delay[tried], steps.seen[tried]
    which = np.searchsorted(codes, steps.outcome[tried])
    called = (delay != UNKNOWN) & (delay <= seen)
    if called.sum() < FEWEST:
        return {}, None, None, chance
    # A delay below a second is a rounding of one.
    upto = np.maximum(np.where(called, delay, seen), 1000) / 1000
    rate = background[np.clip(np.searchsorted(_EDGES / 1000, upto, side="right") - 1, 0, len(background) - 1)]
    rate *= steps.activity.at(steps.end[tried] + (1000 * upto).astype(np.int64))
    of = partial(_log_likelihood, upto, called, which, rate, known_by)
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
    return probability, fitted(0, exp_of, "s"), fitted(1, exp_of, ""), chance


def _log_likelihood(
    upto: Floats, called: NDArray[np.bool_], which: Whole, rate: Floats, known_by: int, theta: Floats
) -> float:
    """Of calls that were (or were not) followed by another, and of the ``known_by`` calls of the background.

    ``theta``: log median, log sigma, logits by outcome, and the log of the background's level where there is one.
    """
    with np.errstate(all="ignore"):
        again, anyway = _rates(upto, which, rate, theta, known_by)
        left = _left(upto, which, theta)
        total = float(np.log(np.where(called, again + anyway, left)).sum())
        if known_by:
            total += known_by * (theta[-1] - float(np.expm1(theta[-1])))
    return total if np.isfinite(total) else NEVER


def _rates(upto: Floats, which: Whole, rate: Floats, theta: Floats, known_by: int) -> tuple[Floats, Floats]:
    """How fast redials and other calls come after so long, of those who began; the common factor B(t) is left out."""
    share = np.array([expit(x) for x in theta[2:]])[which]
    density = np.exp(LOGNORMAL.log_density(theta[:2], upto))
    level = exp_of(theta[-1]) if known_by else 1.0
    return share * density, level * rate * _left(upto, which, theta)


def _left(upto: Floats, which: Whole, theta: Floats) -> Floats:
    """Share that has not redialled within so long."""
    share = np.array([expit(x) for x in theta[2:]])[which]
    gone = -np.expm1(LOGNORMAL.log_survival(theta[:2], upto))
    return np.asarray(1 - share * gone)


def _longest_chain(log: Log) -> int:
    """The most contacts of one known caller of which each but the last was not answered."""
    known = log.picked(log.caller != UNKNOWN)
    order = np.lexsort((known.arrival, known.caller))
    caller, tried = known.caller[order], known.outcome[order] != ANSWERED
    longest = run = 0
    last = -2
    for who, failed in zip(caller.tolist(), tried.tolist(), strict=True):
        run = run + 1 if who == last else 1
        longest = max(longest, run)
        last = who if failed else -2
    return longest
