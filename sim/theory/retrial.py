"""Callers who try again: a queue with an orbit of people who were not answered and will redial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.theory.arguments import HOUR_S, Duration, patience_seconds, rate, seconds, share, whole
from sim.theory.birth_death import TooManyStatesError
from sim.theory.markov import explore, stationary_of

_BOUNDARY = 1e-13
_MOST = 150_000

#: Contacts present, and people in orbit.
_State = tuple[int, int]


@dataclass(frozen=True)
class RetrialQueue:
    """Steady state: callers are people, attempts are calls."""

    model: str
    source: str
    callers_per_hour: float
    #: Calls, first ones and redials.
    attempts_per_hour: float
    #: Share of callers who are answered in the end.
    reached: float
    #: Share of attempts that get a busy tone, and that give up.
    blocked: float
    abandoned: float
    #: Share of *first* attempts that get a busy tone, which a formula without redials would give.
    first_blocked: float
    occupancy: float
    mean_queue: float
    #: Expected number of people who will redial.
    mean_orbit: float
    #: Orbits larger than this were cut off.
    orbit: int

    @property
    def attempts_per_caller(self) -> float:
        """Calls per person."""
        return self.attempts_per_hour / self.callers_per_hour


@dataclass(frozen=True)
class _Rules:
    """Rates per second, counts, and chances of coming back."""

    arrivals: float
    service: float
    leaving: float
    again: float
    lines: int
    room: int
    after_busy: float
    after_leaving: float

    def moves(self, state: _State, orbit: int) -> Iterator[tuple[_State, float]]:
        n, r = state
        more = min(r + 1, orbit)
        if n < self.room:
            yield (n + 1, r), self.arrivals
            yield (n + 1, r - 1), r * self.again
        else:
            yield (n, more), self.arrivals * self.after_busy
            yield (n, r - 1), r * self.again * (1 - self.after_busy)
        yield (n - 1, r), min(n, self.lines) * self.service
        left = max(n - self.lines, 0) * self.leaving
        yield (n - 1, more), left * self.after_leaving
        yield (n - 1, r), left * (1 - self.after_leaving)


def retrial_queue(
    *,
    arrivals_per_hour: float,
    handling: Duration,
    lines: int,
    redial_after: Duration,
    places: int = 0,
    patience: Duration | None = None,
    redial_if_blocked: float = 1.0,
    redial_if_abandoned: float = 1.0,
) -> RetrialQueue:
    """M/M/c/K+M with an orbit: who gets a busy tone or gives up redials with the chance given, any number of times.

    ``places`` are waiting places; ``redial_after`` is the mean (exponential) delay of each redial; chances are
    fractions. The orbit is cut where less than 1e-13 of the time is left out. ValueError where redials pile up for
    ever.
    G. I. Falin and J. G. C. Templeton 1997, Retrial Queues, Chapman & Hall, for the chain; A. Mandelbaum, W. A. Massey,
    M. I. Reiman, A. Stolyar and B. Rider 2002, "Queue lengths and waiting times for multiserver queues with abandonment
    and retrials", Telecommunication Systems 21, 149-171.
    """
    rules = _Rules(
        arrivals=rate(arrivals_per_hour),
        service=1 / seconds(handling, "handling"),
        leaving=1 / patience_seconds(patience),
        again=1 / seconds(redial_after, "redial_after"),
        lines=whole(lines, "lines", least=1),
        room=lines + whole(places, "places", least=0),
        after_busy=share(redial_if_blocked, "redial_if_blocked"),
        after_leaving=share(redial_if_abandoned, "redial_if_abandoned"),
    )
    nobody_is_lost = rules.after_busy == 1 and (patience is None or rules.after_leaving == 1)
    if nobody_is_lost and rules.arrivals / rules.service >= lines:
        raise ValueError(
            "everybody redials until answered, and the lines cannot serve as many: redials pile up for ever"
        )
    return _solved(rules, arrivals_per_hour)


def _solved(rules: _Rules, arrivals_per_hour: float) -> RetrialQueue:
    """The steady state with an orbit that is large enough."""
    orbit = 16
    while True:
        if (rules.room + 1) * (orbit + 1) > _MOST:
            raise TooManyStatesError(f"more than {orbit // 2} people in orbit matter: too many to solve for")
        found = _measures(rules, orbit, arrivals_per_hour)
        if found is not None:
            return found
        orbit *= 2


def _measures(rules: _Rules, orbit: int, callers: float) -> RetrialQueue | None:
    """None where too much was cut off."""
    chain = explore([(0, 0)], lambda state: rules.moves(state, orbit))
    weight = stationary_of(chain)
    n, r = np.array(chain.states).T
    if float(weight[r == orbit].sum()) > _BOUNDARY:
        return None
    waiting = np.maximum(n - rules.lines, 0)
    busy, queue, in_orbit = (float(weight @ what) for what in (np.minimum(n, rules.lines), waiting, r))
    attempts = rules.arrivals + rules.again * in_orbit
    full = n == rules.room
    busy_tones = float(weight[full] @ (rules.arrivals + rules.again * r[full]))
    return RetrialQueue(
        model="M/M/c/K+M with redials",
        source="Falin and Templeton 1997, Retrial Queues; Mandelbaum et al. 2002, Telecommunication Systems 21",
        callers_per_hour=callers,
        attempts_per_hour=attempts * HOUR_S,
        reached=busy * rules.service / rules.arrivals,
        blocked=busy_tones / attempts,
        abandoned=queue * rules.leaving / attempts,
        first_blocked=float(weight[full].sum()),
        occupancy=busy / rules.lines,
        mean_queue=queue,
        mean_orbit=in_orbit,
        orbit=orbit,
    )
