"""Control variates: what is known exactly about a world's callers, used to narrow what is estimated from them.

Runs with more callers than expected have more of everything. How many were expected is known to the last digit, so
the part of every number that follows the number of callers can be taken off: the regression-adjusted estimator of
Lavenberg and Welch (1981, Management Science 27, 322-335). A ratio is the ratio of adjusted means, and its variance
that of the linearised one (Glynn and Whitt 1989, Operations Research 37, 82-103).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.scenario.scenario import Scenario
from sim.statistics.cells import AT, COLUMNS
from sim.statistics.estimates import Estimate, Weights, vector
from sim.statistics.intervals import bounded, interval
from sim.statistics.summary import DEFINITIONS, Definition, Row

Floats = NDArray[np.float64]
#: Replications below which the slopes are too uncertain to gain from.
LEAST = 50
#: Values closer to 0 than so many standard errors stay as they are: rare things have slopes of their own.
_CLEAR = 5.0
#: What follows the number of callers. Waits and handling times of those who are served hardly do.
UNITS = ("per period", "%", "contacts", "h per period")

#: Expected values of columns by kind and name of the scope.
Expected = Mapping[tuple[str, str], Mapping[str, float]]


def expected_of(scenario: Scenario) -> Expected:
    """What is known exactly of each scope: its callers, and how many of them first call while it is open.

    A log has no random demand.
    """
    if scenario.trace is not None:
        return {}
    rates = scenario.model.rates
    inside = rates.expected(while_open=True)
    both = inside + rates.expected(while_open=False)
    columns = {"callers": both, "first_offered": inside}
    where = {("all", "all"): np.ones(both.shape, dtype=bool)}
    axes = {"cause": rates.causes, "channel": rates.channels, "province": rates.provinces}
    for axis, (kind, names) in enumerate(axes.items()):
        where |= {(kind, name): np.indices(both.shape)[axis] == number for number, name in enumerate(names)}
    queue_of = np.broadcast_to(np.array(scenario.model.centre.queue_of), both.shape)
    where |= {("queue", queue.name): queue_of == number for number, queue in enumerate(scenario.model.centre.queues)}
    return {
        scope: {column: float(counts[mine].sum()) for column, counts in columns.items()}
        for scope, mine in where.items()
    }


@dataclass(frozen=True)
class Controls:
    """Columns of n replications with known means, made ready: deviations from them, shape (n, q)."""

    values: NDArray[np.int64]
    off: Floats

    @classmethod
    def of(cls, values: NDArray[np.int64], expected: Mapping[str, float]) -> Controls:
        """``values`` (n, columns) of a scope and the known means of some columns; columns alike count once."""
        off = np.stack([values[:, AT[column]] - mean for column, mean in expected.items()], axis=1)
        kept: list[int] = []
        for number in range(off.shape[1]):
            some = off[:, [*kept, number]]
            if np.linalg.matrix_rank(some - some.mean(axis=0)) == len(kept) + 1:
                kept.append(number)
        return cls(values, off[:, kept])

    def estimate(self, definition: Definition, *, level: float = 0.95) -> Estimate | None:
        """The measure with its adjusted interval in its unit; None where adjusting is not worth it or not safe."""
        n, q = self.off.shape
        if n < LEAST or q == 0 or definition.unit not in UNITS:
            return None
        y = self._sum(definition.over)
        x = self._sum(definition.under) if definition.under else np.ones(n)
        over, under = self._adjusted(y), self._adjusted(x)
        if over <= 0 or under <= 0:
            return None
        ratio = over / under
        centred = self.off - self.off.mean(axis=0)
        left = y - ratio * x
        slopes = np.linalg.lstsq(centred, left - left.mean(), rcond=None)[0]
        left = left - left.mean() - centred @ slopes
        mean = self.off.mean(axis=0)
        # How far the controls are off widens the interval: their slopes are estimates too.
        lever = float(mean @ np.linalg.solve(centred.T @ centred, mean))
        variance = float(left @ left) / (n - q - 1) * (1 / n + lever) / under**2
        if not isfinite(ratio) or ratio < _CLEAR * sqrt(variance) or (definition.kind == "share" and ratio >= 1):
            return None
        found = interval(ratio, variance, n - q, kind=definition.kind, level=level)
        return bounded(found.scaled(definition.scale), 0.0, definition.most)

    def row(self, row: Row) -> Row:
        """The same row of a summary with the adjusted interval, where there is one."""
        found = self.estimate(DEFINITIONS[row.measure])
        return row if found is None else replace(row, estimate=found.value, low=found.low, high=found.high)

    def _sum(self, weights: Weights) -> Floats:
        weighted: Floats = (self.values @ vector(COLUMNS, weights)).astype(float)
        return weighted

    def _adjusted(self, y: Floats) -> float:
        """Mean of ``y`` had the controls been as expected."""
        mean = self.off.mean(axis=0)
        slopes = np.linalg.lstsq(self.off - mean, y - y.mean(), rcond=None)[0]
        return float(y.mean() - mean @ slopes)
