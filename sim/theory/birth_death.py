"""Loss probabilities and birth-death processes, without overflow at any load."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: A chain with more states than this is not built.
MOST_STATES = 4_000_000
_NEGLIGIBLE = 1e-25


class TooManyStatesError(ValueError):
    """The chain would not fit into memory; the text says which and what may be changed."""


def erlang_b_recursion(load: float, lines: int) -> float:
    """Erlang's loss probability: B(n) = a B(n-1) / (n + a B(n-1)), B(0) = 1, for ``load`` a in erlangs.

    Errors contract from step to step, so every digit but the last few is right at any load (A. K. Erlang 1917,
    Elektroteknikeren 13; D. L. Jagerman 1974, Bell System Technical Journal 53, 525-551).
    """
    blocked = 1.0
    for n in range(1, lines + 1):
        carried = load * blocked
        if carried == 0:
            return 0.0
        blocked = carried / (n + carried)
    return blocked


def wait_probability(load: float, lines: int, room: float) -> float:
    """Share that meets all lines busy, where ``room`` is the sum over queue lengths of their weight relative to none.

    ``room`` is 1 for a loss system, 1 / (1 - a/c) for Erlang C, Palm's function for Erlang A.
    """
    blocked = erlang_b_recursion(load, lines)
    return 1 / (1 + (1 - blocked) / blocked / room) if blocked else 0.0


def stationary(
    birth: Callable[[Floats], Floats], death: Callable[[Floats], Floats], most: int | None, least: int = 0
) -> Floats:
    """Stationary probabilities of states 0, 1, ... of a birth-death process.

    ``birth(n)`` is the rate from n to n + 1, ``death(n)`` that from n to n - 1 (n an array). Their ratio must fall with
    n. Weights are multiplied up and down from the most likely state, where they are 1: nothing overflows, and every
    probability has a small relative error. ``most`` is the last state; with None states are added until what is left
    out weighs less than 1e-25 of the state ``least`` (or of the most likely one, if that comes later).
    """
    mode = _mode(birth, death, most)
    beyond = 64 + int(16 * mode**0.5) + max(0, least - mode)
    while True:
        last = mode + beyond if most is None else min(most, mode + beyond)
        if last > MOST_STATES:
            raise TooManyStatesError(f"more than {MOST_STATES:,} states matter; shorten patience or limit the places")
        n = np.arange(1, last + 1, dtype=np.float64)
        ratio = birth(n - 1) / death(n)
        up = np.cumprod(ratio[mode:])
        tail = up[-1] / max(1e-300, 1 - ratio[-1]) if len(up) and ratio[-1] < 1 else float(len(up) > 0)
        base = up[least - mode - 1] if least > mode and last >= least else 1.0
        if last == most or tail <= _NEGLIGIBLE * base:
            break
        beyond *= 2
    down = np.cumprod(1 / ratio[:mode][::-1])[::-1]
    weight = np.concatenate([down, [1.0], up])
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def _mode(birth: Callable[[Floats], Floats], death: Callable[[Floats], Floats], most: int | None) -> int:
    """Largest n that is at least as likely as n - 1."""

    def rises(n: int) -> bool:
        at = np.array([float(n)])
        return bool(birth(at - 1)[0] >= death(at)[0])

    high = 1
    limit = MOST_STATES if most is None else most
    while high <= limit and rises(high):
        high *= 2
    low, high = high // 2, min(high, limit + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rises(middle) else (low, middle)
    return low
