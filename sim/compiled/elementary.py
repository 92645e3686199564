"""The functions of ``elementary`` for one number in machine code, made of the same formulas."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim import elementary
from sim.elementary import DIGITS, FAR, HALF_ROOT, LEAST, MIDDLE, MOST, ONE, PER_LN2, ROUNDER
from sim.machine_code import compiled, wide

_log_of, _exp_of = compiled(elementary.log_of), compiled(elementary.exp_of)
_middle, _tail, _far = (
    compiled(formula) for formula in (elementary.normal_middle, elementary.normal_tail, elementary.normal_far)
)


@compiled
def log(x):
    """See ``elementary.log``."""
    bits = np.float64(x).view(np.int64)
    k = (bits - HALF_ROOT) >> DIGITS
    return _log_of(np.int64(bits - (k << DIGITS)).view(np.float64) - 1.0, np.float64(k))


@compiled
def exp(x):
    """See ``elementary.exp``."""
    x = min(max(x, LEAST), MOST)
    k = (x * PER_LN2 + ROUNDER) - ROUNDER
    return _exp_of(x, k) * np.int64((np.int64(k) << DIGITS) + ONE).view(np.float64)


@compiled
def normal_quantiles(u, count):
    """The first ``count`` of ``u`` become their normal quantiles; see ``elementary.normal_quantile``."""
    wide()
    outside, where = 0, np.empty(count, np.int64)
    for i in range(count):
        where[outside] = i
        outside += abs(u[i] - 0.5) > MIDDLE
    share = np.empty(outside)
    for k in range(outside):
        share[k] = u[where[k]]
    for i in range(count):
        u[i] = _middle(u[i] - 0.5)
    for k in range(outside):
        root = np.sqrt(-log(min(share[k], 1.0 - share[k])))
        value = _far(root) if root > FAR else _tail(root)
        u[where[k]] = -value if share[k] < 0.5 else value
