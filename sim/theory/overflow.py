"""Single lines that help each other: who finds the own one busy tries others in a stated order, then is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.theory.arguments import HOUR_S, Duration, rate, seconds
from sim.theory.birth_death import Floats
from sim.theory.markov import explore, stationary_of
from sim.units import nearest

#: For each line 0 if it is free, else 1 + the number of the handling time of what it has in hand.
_Lines = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class OverflowLines:
    """Steady state: shares of each province's contacts.

    ``taken[i, j]`` is the share of contacts of ``provinces[i]`` that the line of ``provinces[j]`` takes.
    """

    model: str
    source: str
    provinces: tuple[str, ...]
    arrivals_per_hour: Floats
    taken: Floats
    #: Share of time that each line is busy.
    occupancy: Floats

    @property
    def blocked(self) -> Floats:
        """Share of each province's contacts that gets a busy tone."""
        return np.asarray(1 - self.taken.sum(axis=1), dtype=np.float64)

    @property
    def blocked_share(self) -> float:
        """The same for all contacts together."""
        return float(self.blocked @ self.arrivals_per_hour / self.arrivals_per_hour.sum())


def overflow_lines(
    *,
    arrivals_per_hour: Mapping[str, float],
    handling: Duration | Mapping[str, Duration],
    order: Mapping[str, Sequence[str]],
) -> OverflowLines:
    """One line per province, no waiting: a contact takes its own line, else the first free one of ``order``.

    ``order[p]`` names the lines that p's contacts try after their own; a province left out helps itself only. Mean
    handling (exponential) may depend on the province a contact comes from. The exact chain has (1 + different handling
    times) to the power of provinces states, which is small for helplines. R. I. Wilkinson 1956, "Theories for toll
    traffic engineering in the U.S.A.", Bell System Technical Journal 35, 421-514, for overflow; the balance equations
    are those of A. K. Erlang 1917 for a graded group.
    """
    provinces = tuple(arrivals_per_hour)
    if not provinces:
        raise ValueError("arrivals_per_hour: name at least one province")
    arrivals = [rate(arrivals_per_hour[name], f"arrivals_per_hour of {name}", zero=True) for name in provinces]
    held = [seconds(_of(handling, name), f"handling of {name}") for name in provinces]
    taken, busy = _taken(arrivals, held, _tried(provinces, order))
    source = "A. K. Erlang 1917; R. I. Wilkinson 1956, Bell System Technical Journal 35, 421-514 (exact chain)"
    return OverflowLines("single lines with overflow", source, provinces, np.array(arrivals) * HOUR_S, taken, busy)


def _taken(arrivals: list[float], held: list[float], tried: list[list[int]]) -> tuple[Floats, Floats]:
    """Share of each province's contacts that each line takes, and share of time that it is busy."""
    times = sorted(set(held))
    kind = [1 + times.index(time) for time in held]

    def moves(state: _Lines) -> Iterator[tuple[_Lines, float]]:
        for origin, speed in enumerate(arrivals):
            line = _first_free(state, tried[origin])
            if line is not None:
                yield (*state[:line], kind[origin], *state[line + 1 :]), speed
        for line, what in enumerate(state):
            if what:
                yield (*state[:line], 0, *state[line + 1 :]), 1 / times[what - 1]

    chain = explore([(0,) * len(held)], moves)
    share = stationary_of(chain)
    taken = np.zeros((len(held), len(held)))
    for state, probability in zip(chain.states, share, strict=True):
        for origin, lines in enumerate(tried):
            line = _first_free(state, lines)
            if line is not None:
                taken[origin, line] += probability
    return taken, np.asarray(share @ (np.array(chain.states) > 0), dtype=np.float64)


def _of(handling: Duration | Mapping[str, Duration], name: str) -> Duration:
    if not isinstance(handling, Mapping):
        return handling
    if name not in handling:
        raise ValueError(f"handling: nothing is said of {name!r}")
    return handling[name]


def _tried(provinces: tuple[str, ...], order: Mapping[str, Sequence[str]]) -> list[list[int]]:
    """For each province the numbers of the lines it tries, its own first."""
    for name in [*order, *(other for others in order.values() for other in others)]:
        if name not in provinces:
            raise ValueError(f"order: {name!r} is not among the provinces.{nearest(name, provinces)}")
    return [
        list(dict.fromkeys([number, *(provinces.index(other) for other in order.get(name, ()))]))
        for number, name in enumerate(provinces)
    ]


def _first_free(state: _Lines, tried: list[int]) -> int | None:
    return next((line for line in tried if not state[line]), None)
