"""Targets judged in every interval of the week: what each interval's counts say, over replications of one plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.engines import simulate_block
from sim.engines.draw import draw_block
from sim.scenario.scenario import Scenario
from sim.statistics.cells import COLUMNS, Layout, layout_of
from sim.statistics.estimates import Estimate, bounded
from sim.statistics.measures import measure
from sim.studies.means import Means
from sim.studies.targets import Target

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: Replications that are counted together.
_BLOCK = 25


@dataclass(frozen=True)
class Judged:
    """Targets in every interval of the week, each array (targets, intervals).

    interval: length of an interval in ms.
    value, half: the target's measure and half its 95 % interval (delta method), nan where nobody came.
    slack, error: mean slack of a period and its standard error; below 0 the target is missed.
    offered, work: contacts of the target's scope in a period, and their handling time in ms.
    """

    interval: int
    targets: tuple[Target, ...]
    value: Floats
    half: Floats
    slack: Floats
    error: Floats
    offered: Floats
    work: Floats

    @property
    def missed(self) -> NDArray[np.bool_]:
        """Where the measure is on the wrong side of its limit; never where nobody came."""
        return np.isfinite(self.value) & (self.slack < -1e-9)

    @property
    def surely_missed(self) -> NDArray[np.bool_]:
        """The same where chance explains it in fewer than one of forty cases."""
        return self.missed & (self.slack + 1.96 * self.error < 0)

    def estimate(self, target: int, interval: int) -> Estimate:
        """The measure of a target in an interval, in its unit."""
        value, half, of = self.value[target, interval], self.half[target, interval], self.targets[target].of
        return bounded(Estimate(value, value - half, value + half).scaled(of.scale), 0.0, of.most)


def judge(
    plan: Scenario, targets: Sequence[Target], *, interval: int, replications: int, first: int, means: Means
) -> Judged:
    """Play a plan on the replications ``first``, ``first + 1``, ... and judge targets in every interval of the week."""
    model = plan.model
    layout = layout_of(model.names, model.centre, interval=interval, weekday=model.calendar.first.weekday())
    cells = np.stack([_cells(layout, target.kind, target.name) for target in targets])
    weights = [_weights(target) for target in targets]
    drawing = kernel.Drawing.of(model.inputs, seed=means.seed) if means.compiled else None
    parts: list[Floats] = []
    for start in range(first, first + replications, _BLOCK):
        means.go_on()
        numbers = range(start, min(start + _BLOCK, first + replications))
        found = _counted(plan, layout, drawing, numbers, means)
        parts.append(np.stack([found[:, mine] @ each for mine, each in zip(cells, weights, strict=True)], axis=1))
    over, under, slack, offered, work = np.moveaxis(np.concatenate(parts), -1, 0)
    total = under.sum(axis=0)
    value = over.sum(axis=0) / np.where(total > 0, total, np.nan)
    return Judged(
        interval,
        tuple(targets),
        value,
        half=1.96 * (over - value * under).std(axis=0, ddof=1) * np.sqrt(replications) / np.where(total > 0, total, 1),
        slack=slack.mean(axis=0),
        error=slack.std(axis=0, ddof=1) / np.sqrt(replications),
        offered=offered.mean(axis=0),
        work=work.mean(axis=0),
    )


def _cells(layout: Layout, kind: str, name: str) -> Whole:
    """Cells of the intervals of a scope."""
    names = next(scope.names for scope in layout.scopes if scope.kind == kind)
    begin = layout.first(kind) + (names.index(name) + 1) * layout.slices - layout.intervals
    return np.arange(begin, begin + layout.intervals)


def _weights(target: Target) -> Floats:
    """Over COLUMNS: what is divided, by what, the slack, contacts offered and their work; (columns, 5)."""
    rows = (target.of.over, target.of.under or {}, None, {"offered": 1}, {"offered_work": 1})
    found = [target.weights if row is None else np.array([row.get(column, 0.0) for column in COLUMNS]) for row in rows]
    return np.stack(found, axis=1)


def _counted(
    plan: Scenario, layout: Layout, drawing: kernel.Drawing | None, numbers: range, means: Means
) -> NDArray[np.int64]:
    """Counts (replications, cells, columns)."""
    model = plan.model
    if drawing is not None:
        counter = kernel.Counter(layout, model.centre, model.calendar, model.targets)
        return counter.run(drawing, np.array(numbers, dtype=np.int64), every=True).cells
    worlds = draw_block(model.inputs, seed=means.seed, replications=numbers)
    tables = simulate_block(worlds, model.centre, engine="compiled" if means.compiled else "simpy")
    return measure(
        worlds, model.centre, tables, calendar=model.calendar, promises=model.targets, interval=layout.interval
    ).cells
