"""Surges in machine code: told by numbers, and the moments at which a share of one has come."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.compiled.elementary import exp
from sim.machine_code import compiled
from sim.scenario.surges import Decay, Surge, Trapezoid

DECAY, TRAPEZOID = range(2)
#: Columns of a term: its surge, kind of shape, weight and start, and up to three numbers of the shape.
SURGE, KIND, WEIGHT, START, RISE, HOLD, FALL = range(7)
TIME_CONSTANT = RISE
SIZE = 7


def rows_of(surges: Sequence[Surge]) -> NDArray[np.float64] | None:
    """Terms of all surges one after the other, None where a shape takes more than an exponential."""
    rows = []
    for number, surge in enumerate(surges):
        for weight, start, shape in zip(surge.weights, surge.starts, surge.shapes, strict=True):
            match shape:
                case Decay():
                    rows.append((number, DECAY, weight, start, shape.time_constant, 0.0, 0.0))
                case Trapezoid():
                    rows.append((number, TRAPEZOID, weight, start, shape.rise, shape.hold, shape.fall))
                case _:
                    return None
    return np.array(rows, dtype=np.float64).reshape(-1, SIZE)


def integrals(surges: Sequence[Surge], edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """What of each surge has come by each edge, (surges, edges)."""
    return np.array([surge.integral(edges.astype(float)) for surge in surges]).reshape(-1, len(edges))


@compiled
def _decay(t, constant):
    """Value and integral (see ``scenario.surges.Decay``)."""
    left = exp(-max(t, 0.0) / constant)
    return left if t >= 0 else 0.0, constant * (1.0 - left)


@compiled
def _trapezoid(t, rise, hold, fall):
    """Value and integral (see ``scenario.surges.Trapezoid``)."""
    top_from, top_to, stop = rise, rise + hold, rise + hold + fall
    up = 1.0 if t >= top_from else t / rise if rise else 0.0
    down = 1.0 if t < top_to else (stop - t) / fall if fall else 0.0
    rising = min(max(t, 0.0), top_from)
    holding = min(max(t, top_from), top_to) - top_from
    falling = min(max(t, top_to), stop) - top_to
    risen = rising * rising / (2 * rise) if rise else 0.0
    fallen = falling - falling * falling / (2 * fall) if fall else 0.0
    return min(max(min(up, down), 0.0), 1.0), risen + holding + fallen


@compiled
def _at(terms, count, number, t):
    """Value and integral of a surge, of ``count`` terms of all."""
    value, integral = 0.0, 0.0
    for row in range(0, count * SIZE, SIZE):
        if terms[row + SURGE] == number:
            since, weight = t - terms[row + START], terms[row + WEIGHT]
            if terms[row + KIND] == DECAY:
                now, upto = _decay(since, terms[row + TIME_CONSTANT])
            else:
                now, upto = _trapezoid(since, terms[row + RISE], terms[row + HOLD], terms[row + FALL])
            value, integral = value + weight * now, integral + weight * upto
    return value, integral


@compiled
def within(terms, count, number, opens, closes, before, after, inside):
    """Milliseconds after ``opens`` at which a share of a surge until ``closes`` has come (see ``draw``).

    ``before`` and ``after`` are its integrals then.
    """
    low, high = np.float64(opens), np.float64(closes)
    target = before + inside * (after - before)
    guess = low + inside * (high - low)
    for _ in range(60):
        value, integral = _at(terms, count, number, guess)
        missing = target - integral
        if missing > 0:
            low = guess
        else:
            high = guess
        step = guess + missing / max(value, 1e-300)
        if not low <= step <= high:
            step = (low + high) / 2
        near = abs(step - guess) < 0.1
        guess = step
        if near:
            break
    return guess - opens
