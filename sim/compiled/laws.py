"""Laws of durations in machine code: those that one formula gives, told by a code and two numbers."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.clock import FOREVER
from sim.compiled.elementary import exp, log, normal_quantiles
from sim.distributions import Deterministic, Exponential, Law, Lognormal, Mixture, Never, Uniform, Weibull
from sim.machine_code import compiled, wide

#: Kinds of laws; those up to ``ALWAYS`` need no luck unless there is a share at zero.
NOTHING, ALWAYS, EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM = range(6)
#: Kind, its two numbers, the share at zero, and the least duration.
KIND, ONE, OTHER, ZERO, LEAST = range(5)
SIZE = 5
_FOREVER = float(FOREVER)


def row_of(law: Law, *, least: int = 0) -> NDArray[np.float64] | None:
    """A law as numbers, None where it takes more than a formula."""
    if isinstance(law, Mixture):
        rest = [part for part in law.parts if not (isinstance(part, Deterministic) and part.mean == 0)]
        inner = row_of(rest[0], least=least) if len(rest) == 1 and not isinstance(rest[0], Mixture) else None
        if inner is not None:
            inner[ZERO] = sum(share for share, part in zip(law.shares, law.parts, strict=True) if part is not rest[0])
        return inner
    match law:
        case Deterministic():
            told = (ALWAYS, law.mean, 0.0)
        case Never():
            told = (ALWAYS, _FOREVER, 0.0)
        case Exponential():
            told = (EXPONENTIAL, law.mean, 0.0)
        case Lognormal():
            told = (LOGNORMAL, law.mu, law.sigma)
        case Weibull():
            told = (WEIBULL, law.scale, law.shape)
        case Uniform():
            told = (UNIFORM, law.low, law.high)
        case _:
            return None
    return np.array([*told, 0.0, least])


@compiled
def durations(law, u, count, out, at):
    """Whole ms in ``out``, from a place on, under a law from the first ``count`` uniforms ``u``, which are used up."""
    wide()
    kind, one, other, zero, least = int(law[KIND]), law[ONE], law[OTHER], law[ZERO], int(law[LEAST])
    if zero > 0.0:
        for i in range(count):
            out[at + i] = 1 if u[i] > zero else 0
            u[i] = (u[i] - zero) / (1.0 - zero) if u[i] > zero else 0.5
    if kind == EXPONENTIAL:
        for i in range(count):
            u[i] = -one * log(1.0 - u[i])
    elif kind == LOGNORMAL:
        normal_quantiles(u, count)
        for i in range(count):
            u[i] = exp(one + other * u[i])
    elif kind == WEIBULL:
        for i in range(count):
            u[i] = one * exp(log(-log(1.0 - u[i])) / other)
    elif kind == UNIFORM:
        for i in range(count):
            u[i] = one + (other - one) * u[i]
    else:
        for i in range(count):
            u[i] = one
    for i in range(count):
        inside = zero == 0.0 or out[at + i] == 1
        out[at + i] = max(int(min(u[i], _FOREVER)) if inside else 0, least)
