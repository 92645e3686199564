"""Shares of runs whose interval holds the true value, for every kind of estimate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.statistics.cells import COLUMNS
from sim.statistics.controls import Controls, Expected
from sim.statistics.estimates import Estimate, Moments, Pairs, vector
from sim.statistics.intervals import t_quantile
from sim.statistics.summary import Definition
from sim.studies.paired import difference_of
from sim.studies.precision import MOST, stop
from tests.long.coverage.pools import Waits, drawn

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Covered:
    """The share of runs whose interval holds the true value, the same of Student's interval, mean squared width."""

    share: float
    student: float
    width: float = 0.0


def _shares(found: Iterator[tuple[Estimate, Estimate]], true: float) -> Covered:
    hits, others, widths, runs = 0, 0, 0.0, 0
    for now, student in found:
        if not isfinite(now.value):
            continue  # nothing was seen, and nothing is claimed
        # A hair, since true values and estimates are rounded in different order.
        hair = 1e-9 * abs(true)
        hits += now.low - hair <= true <= now.high + hair
        others += student.low - hair <= true <= student.high + hair
        widths += min(now.half, 1e100) ** 2
        runs += 1
    return Covered(hits / runs, others / runs, widths / runs)


def sums(values: Whole, definition: Definition) -> tuple[Floats, Floats]:
    """Numerator and denominator by replication; ``values`` (..., columns)."""
    over = values @ vector(COLUMNS, definition.over)
    under = values @ vector(COLUMNS, definition.under) if definition.under else np.ones(over.shape)
    return over.astype(float), under.astype(float)


def true_value(values: Whole, definition: Definition) -> float:
    """The measure of all replications together, in its unit."""
    over, under = sums(values, definition)
    return float(over.sum() / under.sum()) * definition.scale


def student(y: Floats, x: Floats, scale: float = 1.0) -> Estimate:
    """A ratio of sums with the symmetric interval of the delta method: what is better is held against it."""
    if x.sum() == 0:
        return Estimate(0.0, -inf, inf)
    n, ratio = len(y), float(y.sum() / x.sum())
    half = t_quantile(n, 0.95) * sqrt(float(((y - ratio * x) ** 2).sum()) / n / (n - 1)) / float(x.mean())
    return Estimate(ratio, ratio - half, ratio + half).scaled(scale)


def of_measure(values: Whole, definition: Definition, *, n: int, runs: int, true: float | None = None) -> Covered:
    """A mean or a ratio of the period."""

    def found() -> Iterator[tuple[Estimate, Estimate]]:
        for chosen in drawn(definition.name, len(values), runs=runs, n=n):
            some = values[chosen]
            yield definition.of_counts(some), student(*sums(some, definition), definition.scale)

    return _shares(found(), true_value(values, definition) if true is None else true)


def of_blocks(values: Whole, definition: Definition, *, n: int, true: float) -> Covered:
    """The same over runs that have no replication in common."""
    blocks = [values[first : first + n] for first in range(0, len(values) - n + 1, n)]
    found = ((definition.of_counts(b), student(*sums(b, definition), definition.scale)) for b in blocks)
    return _shares(found, true)


def of_quantile(waits: Waits, share: float, *, n: int, runs: int) -> Covered:
    """A quantile of waits; beside it Woodruff's interval with Student's quantile and whole bins."""
    true = waits.distribution(slice(None)).at(share)

    def found() -> Iterator[tuple[Estimate, Estimate]]:
        for chosen in drawn(f"wait {share}", len(waits.counts), runs=runs, n=n):
            some = waits.distribution(chosen)
            if not len(some.counts):
                yield (Estimate(0.0, 0.0, inf),) * 2
                continue
            limit = float(some.values[some.position(share)])
            bb, be, ee = waits.products(chosen, limit)
            reached = float(some.upto[some.position(share)])
            spread = max(bb - 2 * reached * be + reached**2 * ee, 0.0) * n / (n - 1)
            half = t_quantile(n, 0.95) * sqrt(spread) / float(some.counts.sum())
            ends = [float(some.values[some.position(min(max(share + h, 0.0), 1.0))]) for h in (-half, half)]
            bin_ = sqrt(some.bin)
            yield some.quantile(share, (bb, be, ee)), Estimate(limit, ends[0] / bin_, ends[1] * bin_)

    return _shares(found(), true)


def of_difference(before: Whole, after: Whole, definition: Definition, *, n: int, runs: int) -> Covered:
    """A paired difference of two plans."""
    true = true_value(after, definition) - true_value(before, definition)

    def found() -> Iterator[tuple[Estimate, Estimate]]:
        for chosen in drawn(f"difference {definition.name}", len(before), runs=runs, n=n):
            now = difference_of(definition, before[chosen], after[chosen], level=0.95)
            terms, value = np.zeros(n), 0.0
            for sign, values in ((1, after), (-1, before)):
                y, x = sums(values[chosen], definition)
                ratio = float(y.sum() / x.sum()) if x.sum() else 0.0
                terms, value = terms + sign * (y - ratio * x) / max(float(x.mean()), 1e-9), value + sign * ratio
            half = t_quantile(n, 0.95) * sqrt(float(terms @ terms) / n / (n - 1))
            yield now, Estimate(value, value - half, value + half).scaled(definition.scale)

    return _shares(found(), true)


def of_controls(values: Whole, definition: Definition, known: Expected, *, n: int, runs: int) -> tuple[Covered, float]:
    """With control variates, and the ratio of mean squared widths to those without."""
    expected = {column: float(values[:, COLUMNS.index(column)].mean()) for column in known["all", "all"]}
    plain: list[float] = []

    def found() -> Iterator[tuple[Estimate, Estimate]]:
        for chosen in drawn(f"controls {definition.name}", len(values), runs=runs, n=n):
            without = definition.of_counts(values[chosen])
            plain.append(without.half**2)
            yield Controls.of(values[chosen], expected).estimate(definition) or without, without

    covered = _shares(found(), true_value(values, definition))
    return covered, covered.width / float(np.mean(plain))


def of_counts(mean: float, clump: float, *, n: int, runs: int) -> Covered:
    """Events that come in clumps: a Poisson number of them, each of a geometric number of events (1: one by one)."""
    pairs = Pairs(("y",), (({"y": 1}, None),))
    most = 200
    whole = np.arange(most)
    poisson = special.pdtr(whole, mean / clump)

    def found() -> Iterator[tuple[Estimate, Estimate]]:
        for number, chosen in enumerate(drawn(f"clumps {mean} {clump}", 1 << 40, runs=runs, n=n)):
            clumps = np.searchsorted(poisson, (chosen + 0.5) / (1 << 40))
            sizes = _geometric(clump, int(clumps.sum()), number)
            y = np.bincount(np.repeat(np.arange(n), clumps), sizes, n).astype(np.int64)
            now = Moments.of(pairs, y[:, None, None]).mean(0, {"y": 1})
            yield now, student(y.astype(float), np.ones(n))

    return _shares(found(), mean)


def _geometric(mean: float, size: int, number: int) -> Floats:
    if mean == 1 or not size:
        return np.ones(size)
    uniform = (next(drawn(f"sizes {mean} {number}", 1 << 40, runs=1, n=size)) + 0.5) / (1 << 40)
    sizes: Floats = np.ceil(np.log(uniform) / np.log(1 - 1 / mean))
    return sizes


def _excess(values: Whole, definition: Definition, wish: float, n: int) -> float:
    return definition.of_counts(values[:n]).reach / wish


@dataclass(frozen=True)
class Stopped:
    """Coverage after stopping, mean number of replications, and how many a known spread would take."""

    covered: Covered
    replications: float
    needed: float


def after_stopping(values: Whole, definition: Definition, *, needed: int, runs: int) -> Stopped:
    """Runs that stop when the interval reaches no further than one of ``needed`` replications would."""
    over, under = sums(values, definition)
    ratio = float(over.sum() / under.sum())
    spread = float(np.std(over - ratio * under) / under.mean()) * definition.scale
    wish, most, scale = 1.96 * spread / sqrt(needed), min(8 * needed, MOST), definition.scale
    took: list[int] = []

    def found() -> Iterator[tuple[Estimate, Estimate]]:
        for chosen in drawn(f"stop {definition.name} {needed}", len(values), runs=runs, n=most):
            excess = partial(_excess, values[chosen], definition, wish)
            n = stop(excess, most=most)
            took.append(n)
            yield definition.of_counts(values[chosen[:n]]), student(over[chosen[:n]], under[chosen[:n]], scale)

    covered = _shares(found(), true_value(values, definition))
    return Stopped(covered, float(np.mean(took)), needed)
