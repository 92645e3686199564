"""Two priorities at the same lines: the urgent go first, nobody is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.theory.arguments import HOUR_S, Duration, patience_seconds, rate, same_length, seconds, whole
from sim.theory.birth_death import TooManyStatesError, wait_probability
from sim.theory.markov import explore, stationary_of

_BOUNDARY = 1e-13
_MOST = 150_000

#: Lines busy, urgent waiting, others waiting.
_State = tuple[int, int, int]


@dataclass(frozen=True)
class Priority:
    """What becomes of one priority: shares of its contacts; mean wait of all of them, answered or not."""

    arrivals_per_hour: float
    abandoned: float
    mean_queue: float

    @property
    def mean_wait_s(self) -> float:
        """Seconds (Little's law)."""
        return self.mean_queue / (self.arrivals_per_hour / HOUR_S)


@dataclass(frozen=True)
class TwoPriorities:
    """Steady state; ``waits`` is the share of all contacts that meets all lines busy."""

    model: str
    source: str
    waits: float
    occupancy: float
    urgent: Priority
    other: Priority


def two_priorities(
    *,
    arrivals_per_hour: tuple[float, float],
    handling: Duration,
    lines: int,
    patience: tuple[Duration | None, Duration | None] = (None, None),
) -> TwoPriorities:
    """Two non-preemptive priorities M/M/c(+M), first come first served within each; the first of each pair is urgent.

    Both have the same exponential handling time. Without any patience the closed form of A. Cobham 1954, "Priority
    assignment in waiting line problems", Operations Research 2, 70-76, and O. Kella and U. Yechiali 1985, "Waiting
    times in the non-preemptive priority M/M/c queue", Stochastic Models 1, 257-262: with P Erlang C's P(wait) and s_k
    the load per line of priorities 1..k, W_k = P handling / (c (1 - s_{k-1}) (1 - s_k)). With patience (None: never
    gives up) a chain on the numbers waiting, cut where less than 1e-13 of the time is left out. ValueError where a
    queue grows for ever.
    """
    same_length("arrivals_per_hour", arrivals_per_hour, 2)
    same_length("patience", patience, 2)
    whole(lines, "lines", least=1)
    held = seconds(handling, "handling")
    arrivals = [rate(value) for value in arrivals_per_hour]
    if patience[0] is None and patience[1] is None:
        return _closed(arrivals, held, lines)
    patient = [patience_seconds(value) for value in patience]
    return _chain(arrivals, held, lines, [1 / p for p in patient])


def _closed(arrivals: list[float], held: float, lines: int) -> TwoPriorities:
    load = sum(arrivals) * held
    if load >= lines:
        raise ValueError(f"{load:.6g} erlangs on {lines} lines: without patience the queue grows for ever")
    waits = wait_probability(load, lines, lines / (lines - load))
    first = lines - arrivals[0] * held
    wait = [waits * held / first, waits * held * lines / (first * (lines - load))]
    urgent, other = (Priority(a * HOUR_S, 0.0, a * w) for a, w in zip(arrivals, wait, strict=True))
    source = "A. Cobham 1954, Operations Research 2, 70-76; Kella and Yechiali 1985, Stochastic Models 1, 257-262"
    return TwoPriorities("two priorities M/M/c", source, waits, load / lines, urgent, other)


def _chain(arrivals: list[float], held: float, lines: int, leaving: list[float]) -> TwoPriorities:
    rooms = [16, 16]
    while True:
        if lines + (rooms[0] + 1) * (rooms[1] + 1) > _MOST:
            raise TooManyStatesError(
                f"more than {rooms[0]} urgent or {rooms[1]} others may wait: too many to solve for"
            )
        found = _solved(_Rules(arrivals, leaving, 1 / held, lines, (rooms[0], rooms[1])))
        if isinstance(found, TwoPriorities):
            return found
        rooms = [2 * room if cut > _BOUNDARY else room for room, cut in zip(rooms, found, strict=True)]


@dataclass(frozen=True)
class _Rules:
    """Rates per second of the urgent and the others; places after which the queues are cut."""

    arrivals: list[float]
    leaving: list[float]
    service: float
    lines: int
    rooms: tuple[int, int]

    def moves(self, state: _State) -> Iterator[tuple[_State, float]]:
        busy, first, second = state
        if busy < self.lines:
            yield (busy + 1, 0, 0), sum(self.arrivals)
        if busy and not first and not second:
            yield (busy - 1, 0, 0), busy * self.service
        if busy == self.lines:
            yield (busy, min(first + 1, self.rooms[0]), second), self.arrivals[0]
            yield (busy, first, min(second + 1, self.rooms[1])), self.arrivals[1]
        if first:
            yield (busy, first - 1, second), busy * self.service + first * self.leaving[0]
        if second:
            yield (busy, first, second - 1), (0 if first else busy * self.service) + second * self.leaving[1]


def _solved(rules: _Rules) -> TwoPriorities | tuple[float, float]:
    """The steady state, or how much of each queue was cut off where that is too much."""
    chain = explore([(0, 0, 0)], rules.moves)
    share = stationary_of(chain)
    busy, first, second = np.array(chain.states).T
    cut = float(share[first == rules.rooms[0]].sum()), float(share[second == rules.rooms[1]].sum())
    if max(cut) > _BOUNDARY:
        return cut
    urgent, other = (
        Priority(a * HOUR_S, float(share @ queue) * gone / a, float(share @ queue))
        for a, gone, queue in zip(rules.arrivals, rules.leaving, (first, second), strict=True)
    )
    waits, occupancy = float(share[busy == rules.lines].sum()), float(share @ busy) / rules.lines
    source = "A. Cobham 1954, Operations Research 2, 70-76, with patience (exact chain)"
    return TwoPriorities("two priorities M/M/c+M", source, waits, occupancy, urgent, other)
