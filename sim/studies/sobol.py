"""Sobol's indices: how much of the variance of an outcome each unknown explains, alone and with all it does together.

Points are Sobol's sequence, turned by a shift of its own (Cranley and Patterson 1976), so that they are the same with
every version of SciPy. The estimators are those of ``scipy.stats.sobol_indices``: first order after Saltelli and others
(2010, Computer Physics Communications 181, 259-270, table 2b), total after Jansen (2f); but rows of points that could
not be played are left out, and intervals are percentiles of a bootstrap over rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.engines.streams import Addresses, key_of
from sim.statistics.estimates import Estimate

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: Resamples of the bootstrap.
_RESAMPLES = 1000


@dataclass(frozen=True)
class Indices:
    """First-order and total index of each unknown, with 95 % intervals."""

    first: tuple[Estimate, ...]
    total: tuple[Estimate, ...]


def uniforms(name: str, rows: int, columns: int) -> Floats:
    """Uniform numbers in (0, 1) of a stream with this name, the same always, shape (rows, columns)."""
    keys = np.array([key_of(0, name)], dtype=np.uint64).T
    none = np.zeros(rows, dtype=np.int64)
    found = Addresses(keys, none, np.arange(rows), none, none).pairs(-(-columns // 2))
    return found.reshape(rows, -1)[:, :columns]


def designed(unknowns: int, points: int) -> Floats:
    """Shares to be drawn at: matrices A and B, and A with each column of B, shape (2 + unknowns, points, unknowns).

    ``points`` is a power of two; ValueError otherwise.
    """
    if points < 2 or points & (points - 1):
        raise ValueError(f"points: {points} is not a power of two, such as 64, 128 or 256")
    sequence = qmc.Sobol(2 * unknowns, scramble=False).random_base2(points.bit_length() - 1)
    # Away from 0, which a quantile function may not take.
    turned = np.clip((sequence + uniforms("sobol", 1, 2 * unknowns)) % 1, 1e-12, 1 - 1e-12)
    a, b = turned[:, :unknowns], turned[:, unknowns:]
    mixed = [np.where(np.arange(unknowns) == one, b, a) for one in range(unknowns)]
    return np.stack([a, b, *mixed])


def indices_of(outcome: Floats) -> Indices | None:
    """Indices from an outcome at the points of ``designed``, (2 + unknowns, points); None where it never moves."""
    values = outcome[:, np.isfinite(outcome).all(axis=0)]
    if values.shape[1] < 2:
        return None
    a, b, mixed = values[0], values[1], values[2:]
    middle = np.concatenate([a, b]).mean()
    a, b, mixed = a - middle, b - middle, mixed - middle
    rows = len(a)
    picked = (uniforms("bootstrap", _RESAMPLES, rows) * rows).astype(np.int64)
    weights = np.stack([np.bincount(row, minlength=rows) for row in picked], axis=1) / rows
    weights = np.column_stack([np.full(rows, 1 / rows), weights])
    variance = (a**2 + b**2) @ weights / 2 - ((a + b) @ weights / 2) ** 2
    if variance[0] <= 1e-12 * max(middle**2, 1e-300):
        return None
    first = (b * (mixed - a)) @ weights / variance
    total = (mixed - a) ** 2 @ weights / (2 * variance)
    return Indices(*(tuple(_estimate(row) for row in part) for part in (first, total)))


def _estimate(found: Floats) -> Estimate:
    """The index, first of all, and the interval of what the bootstrap made of it."""
    low, high = np.quantile(found[1:][np.isfinite(found[1:])], (0.025, 0.975))
    return Estimate(float(found[0]), float(low), float(high))
