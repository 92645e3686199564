"""Who calls again: probability and delay by what happened to the call before, above what the served do anyway.

Also people who were helped call again, with something new; that is the background. Somebody who was not helped calls
again for that reason with probability p after a delay of law G, or for another reason as the served do, whichever
comes first: the share that has not called again within t is B(t) (1 - p G(t)), with B that of the served. Calls after
which the log ends, or a line that logs nobody at a closed door closes, are known only to have no call until then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fit.fitted import Fitted, nothing
from sim.fit.handling import binomial
from sim.fit.log import ANSWERED, CLOSED, OUTCOMES, UNKNOWN, Log
from sim.fit.redial_law import background, redial_law
from sim.fit.redial_steps import TRIED, Steps, steps_of
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: Windows of the table, ms.
WINDOWS = (5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, DAY)
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


def fit_redials(log: Log) -> Redials:
    """From the callers that the log knows."""
    steps = steps_of(log)
    probability, median, sigma, chance = redial_law(steps, *background(steps))
    tried = np.isin(steps.outcome, TRIED)
    at_door = steps.next_outcome == CLOSED
    outcomes = [code for code in (ANSWERED, *TRIED) if (steps.outcome == code).any()]
    redialled = np.isin(steps.outcome, TRIED) & (steps.delay != UNKNOWN) & (steps.delay <= HOUR)
    told = steps.delay != UNKNOWN
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
        delays={OUTCOMES[code]: np.sort(steps.delay[told & (steps.outcome == code)]) / 1000 for code in outcomes},
        landed=float(chance[~at_door].sum() / max(tried.sum(), 1)),
        landed_closed=float(chance[at_door].sum() / max(tried.sum(), 1)),
        chance=_by_row(log, steps, chance),
    )


def _by_row(log: Log, steps: Steps, chance: Floats) -> Floats:
    """The chance of being a redial, moved from a contact to the next one of the same caller."""
    found = np.zeros(len(log))
    found[steps.row[1:]] = chance[:-1]
    return found


def _table(steps: Steps, code: int) -> tuple[Fitted, ...]:
    gaps = steps.gap[steps.outcome == code]
    found = []
    for window in WINDOWS:
        hits = int(((gaps != UNKNOWN) & (gaps <= window)).sum())
        share = Fitted(hits / len(gaps), *binomial(hits, len(gaps)), "%", Said("how.binomial_calls"))
        found.append(share)
    return tuple(found)


def _within(steps: Steps, code: int, window: int) -> Fitted:
    """Share that had called again so long after the end of the call, of those whom the log shows so long."""
    whole = (steps.outcome == code) & (steps.seen >= window)
    n, hits = int(whole.sum()), int((whole & (steps.delay != UNKNOWN) & (steps.delay <= window)).sum())
    return Fitted(hits / n, *binomial(hits, n), "%", Said("how.binomial_end")) if n else _NOBODY


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
