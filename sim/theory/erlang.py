"""Steady states of a queue with Poisson arrivals and exponential handling times."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from scipy import special


def erlang_b(load: float, lines: int) -> float:
    """Share of contacts that find all ``lines`` busy when nobody can wait; ``load`` in erlangs.

    Recursion B(n) = a B(n-1) / (n + a B(n-1)); A. K. Erlang 1917. Holds for any handling-time distribution.
    """
    if load < 0 or lines < 0:
        raise ValueError("load and lines must not be negative")
    blocked = 1.0
    for n in range(1, lines + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


@dataclass(frozen=True)
class ErlangA:
    """Steady state of M/M/c+M: shares of contacts, mean wait in the unit of the arguments' times."""

    waits: float
    abandons: float
    mean_wait: float
    mean_queue: float
    occupancy: float


def erlang_a(*, arrivals: float, handling: float, patience: float, lines: int) -> ErlangA:
    """M/M/c+M: ``arrivals`` per unit of time, mean ``handling`` and mean ``patience`` in that unit.

    State probabilities of the birth-death process, summed in logarithms until what is left is negligible (Palm 1957;
    Garnett, Mandelbaum and Reiman 2002, Manufacturing & Service Operations Management 4, 208-227).
    """
    if min(arrivals, handling, patience) <= 0 or lines < 1:
        raise ValueError("arrivals, handling and patience must be positive, and lines at least 1")
    most = int(lines + 50 + 20 * (arrivals * (handling + patience) + 1))
    n = np.arange(most + 1)
    death = np.minimum(n, lines) / handling + np.maximum(n - lines, 0) / patience
    weight = np.concatenate([[0.0], np.cumsum(log(arrivals) - np.log(death[1:]))])
    share = np.exp(weight - special.logsumexp(weight))
    queue = float((np.maximum(n - lines, 0) * share).sum())
    return ErlangA(
        waits=float(share[lines:].sum()),
        abandons=queue / patience / arrivals,
        mean_wait=queue / arrivals,
        mean_queue=queue,
        occupancy=float((np.minimum(n, lines) * share).sum()) / lines,
    )


