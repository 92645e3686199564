"""M/M/c+G: callers whose patience follows any law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import cast

import numpy as np

from sim.scenario.distributions import Deterministic, Empirical, Law, Mixture, Triangular, Uniform
from sim.theory.arguments import Duration, rate, seconds, whole
from sim.theory.birth_death import Floats
from sim.theory.density import Cdf, offered_wait
from sim.theory.steady import SteadyState

#: Share that is still patient after so many seconds; takes and returns an array.
Survival = Callable[[Floats], Floats]


def general_patience(
    *,
    arrivals_per_hour: float,
    handling: Duration,
    patience: Law | Survival,
    lines: int,
    breaks: Sequence[Duration] = (),
) -> SteadyState:
    """Delay system with generally distributed patience M/M/c+G.

    ``patience`` is a distribution (in milliseconds, as a scenario builds it), or a function that gives the
    share still patient after an array of seconds; then name the instants at which it jumps in ``breaks``. A share
    that is gone after 0 s leaves at once on meeting all lines busy (it balks) and counts as abandoned.
    S. Zeltyn and A. Mandelbaum 2005, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G
    queue", Queueing Systems 51, 361-402; F. Baccelli and G. Hebuterne 1981, "On queues with impatient customers",
    Performance '81, 159-179. ValueError where so many never give up that the queue grows for ever.
    """
    arrivals, held = rate(arrivals_per_hour), seconds(handling, "handling")
    whole(lines, "lines", least=1)
    cdf, known, mean = _in_seconds(patience)
    instants = [*known, *(seconds(at, "breaks") for at in breaks)]
    waiting = offered_wait(arrivals, held, lines, cdf, instants)
    source = "S. Zeltyn and A. Mandelbaum 2005, Queueing Systems 51, 361-402"
    return SteadyState("M/M/c+G", source, arrivals_per_hour, held, mean, lines, None, 0.0, waiting)


def _in_seconds(patience: Law | Survival) -> tuple[Cdf, list[float], float]:
    """Cdf of patience in seconds, where it jumps or bends, and its mean (nan for a function)."""
    if hasattr(patience, "cdf"):
        law = cast("Law", patience)
        return (
            lambda t: np.asarray(law.cdf(t * 1000), dtype=np.float64),
            [at / 1000 for at in _bends(law)],
            law.mean / 1000,
        )
    if not callable(patience):
        raise ValueError(
            f"patience: {patience!r} is neither a law of sim.scenario.distributions nor a function of seconds"
        )
    survival: Survival = patience
    return (lambda t: 1 - _checked(np.asarray(survival(t), dtype=np.float64), t)), [], nan


def _checked(patient: Floats, t: Floats) -> Floats:
    wrong = ~((patient >= -1e-12) & (patient <= 1 + 1e-12))
    if wrong.any():
        raise ValueError(
            f"patience: the function gives {patient[wrong][0]:g} after {t[wrong][0]:g} s, which is no share"
        )
    return patient


def _bends(law: Law) -> list[float]:
    if isinstance(law, Deterministic):
        return [law.mean]
    if isinstance(law, Uniform):
        return [law.low, law.high]
    if isinstance(law, Triangular):
        return [law.low, law.mode, law.high]
    if isinstance(law, Empirical):
        return sorted(set(law.values))
    if isinstance(law, Mixture):
        return [at for part in law.parts for at in _bends(part)]
    return []
