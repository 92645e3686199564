"""Queues with Poisson arrivals and exponential handling times: Erlang B, C and A, and A with limited waiting places."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.theory.arguments import Duration, patience_seconds, rate, seconds, whole
from sim.theory.birth_death import (
    Floats,
    TooManyStatesError,
    erlang_b_recursion,
    stationary,
    wait_probability,
)
from sim.theory.density import OfferedWait, offered_wait
from sim.theory.steady import SteadyState
from sim.theory.waiting import ExponentialWait, NoWait, StagesWait, Waiting

ERLANG_B = "M/M/c/c (Erlang B)"
ERLANG_C = "M/M/c (Erlang C)"
ERLANG_A = "M/M/c+M (Erlang A)"


def erlang_b(*, arrivals_per_hour: float, handling: Duration, lines: int) -> SteadyState:
    """Loss system M/G/c/c: who meets all lines busy gets a busy tone. Holds for any handling time with this mean.

    A. K. Erlang 1917, "Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de automatiske
    Telefoncentraler", Elektroteknikeren 13, 5-13; by the recursion over lines.
    """
    arrivals, held = rate(arrivals_per_hour), seconds(handling, "handling")
    whole(lines, "lines", least=1)
    blocked = erlang_b_recursion(arrivals * held, lines)
    source = "A. K. Erlang 1917, Elektroteknikeren 13, 5-13"
    return SteadyState(ERLANG_B, source, arrivals_per_hour, held, inf, lines, 0, blocked, NoWait())


def erlang_c(*, arrivals_per_hour: float, handling: Duration, lines: int) -> SteadyState:
    """Delay system M/M/c: everybody waits as long as it takes. ValueError where the load is not below the lines.

    A. K. Erlang 1917, Elektroteknikeren 13, 5-13: P(wait) = B / (1 - rho (1 - B)), with B Erlang's loss probability
    and rho the load per line; who waits does so exponentially with mean handling / (lines (1 - rho)).
    """
    arrivals, held = rate(arrivals_per_hour), seconds(handling, "handling")
    whole(lines, "lines", least=1)
    load = arrivals * held
    if load >= lines:
        raise ValueError(
            f"{load:.6g} erlangs on {lines} lines: without patience the queue grows for ever; "
            "give a patience, limit the waiting places, or add lines"
        )
    # 1 - load / lines in this form keeps its digits where the two are close.
    waits = wait_probability(load, lines, lines / (lines - load))
    waiting = ExponentialWait(waits, (lines - load) / held)
    source = "A. K. Erlang 1917, Elektroteknikeren 13, 5-13"
    return SteadyState(ERLANG_C, source, arrivals_per_hour, held, inf, lines, None, 0.0, waiting)


def erlang_a(*, arrivals_per_hour: float, handling: Duration, patience: Duration, lines: int) -> SteadyState:
    """Delay system with exponential patience M/M/c+M: who waits gives up after an exponential time of this mean.

    C. Palm 1957, "Research on telephone traffic carried by full availability groups", Tele 1, 1-107; O. Garnett,
    A. Mandelbaum and M. Reiman 2002, "Designing a call center with impatient customers", Manufacturing & Service
    Operations Management 4, 208-227. Sums over the stationary states; where more than four million of them matter,
    Palm's integral instead.
    """
    arrivals, held = rate(arrivals_per_hour), seconds(handling, "handling")
    whole(lines, "lines", least=1)
    patient = patience_seconds(patience)
    source = "C. Palm 1957, Tele 1, 1-107; Garnett, Mandelbaum and Reiman 2002, M&SOM 4, 208-227"
    waiting: Waiting
    try:
        waiting, _ = _stages(arrivals, held, patient, lines, None)
    except TooManyStatesError:
        waiting = palm_integral(arrivals, held, patient, lines)
    return SteadyState(ERLANG_A, source, arrivals_per_hour, held, patient, lines, None, 0.0, waiting)


def limited_queue(
    *, arrivals_per_hour: float, handling: Duration, lines: int, places: int, patience: Duration | None = None
) -> SteadyState:
    """Delay system with limited room M/M/c/K+M; ``places`` is the number of *waiting* places (K = lines + places).

    Who meets all lines busy and all places taken gets a busy tone. No patience (None) means that nobody gives up, 0
    places Erlang B. J. Riordan 1962, Stochastic Service Systems, Wiley; the stationary birth-death
    process, summed from its most likely state.
    """
    arrivals, held = rate(arrivals_per_hour), seconds(handling, "handling")
    whole(lines, "lines", least=1)
    whole(places, "places", least=0)
    patient = patience_seconds(patience)
    waiting, blocked = _stages(arrivals, held, patient, lines, places)
    model = f"M/M/c/K{'+M' if patience is not None else ''} (K = lines + waiting places)"
    source = "J. Riordan 1962, Stochastic Service Systems, Wiley"
    return SteadyState(model, source, arrivals_per_hour, held, patient, lines, places, blocked, waiting)


def queue_states(arrivals: float, handling: float, patience: float, lines: int, places: int | None) -> Floats:
    """Stationary probabilities of 0, 1, ... contacts present in M/M/c/K+M; times in seconds, rates per second."""

    def birth(n: Floats) -> Floats:
        return np.full_like(n, arrivals)

    def death(n: Floats) -> Floats:
        return np.asarray(np.minimum(n, lines) / handling + np.maximum(n - lines, 0) / patience, dtype=np.float64)

    return stationary(birth, death, None if places is None else lines + places, least=lines)


def _stages(
    arrivals: float, handling: float, patience: float, lines: int, places: int | None
) -> tuple[StagesWait, float]:
    """Waits, and the share that gets a busy tone. Who arrives sees the stationary state (R. W. Wolff 1982)."""
    states = queue_states(arrivals, handling, patience, lines, places)
    full = places is not None and len(states) == lines + places + 1
    ahead = states[lines:-1] if full else states[lines:]
    return StagesWait(ahead, lines / handling, 1 / patience), float(states[-1]) if full else 0.0


def palm_integral(arrivals: float, handling: float, patience: float, lines: int) -> OfferedWait:
    """The same as the sums over states of Erlang A, from the density of the offered wait; seconds, per second."""
    return offered_wait(arrivals, handling, lines, lambda t: -np.expm1(-t / patience))
