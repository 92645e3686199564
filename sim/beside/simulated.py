"""The simulated side: what a run says of the measures that theory knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.beside.premises import Premises
from sim.results.store import Store
from sim.scenario.scenario import Scenario
from sim.statistics.cells import AT, COLUMNS, Layout
from sim.statistics.estimates import NOTHING, Estimate, Moments, Pairs, Weights
from sim.statistics.summary import DEFINITIONS, Row

Floats = NDArray[np.float64]


class Run(Protocol):
    """What is read of a finished run."""

    @property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""

    @property
    def replications(self) -> int:
        """How many there are."""

    @property
    def layout(self) -> Layout:
        """The cells of the measures."""

    @property
    def moments(self) -> Moments:
        """Sums of all measures."""

    @property
    def store(self) -> Store:
        """The folder's tables."""

    def ratio(self, over: Weights, under: Weights, *, kind: str, name: str) -> Estimate:
        """Any sum of columns over any other."""

    def summary(self) -> list[Row]:
        """Every measure of the period."""

    def values(self, *, kind: str, name: str, columns: Sequence[str]) -> NDArray[np.int64]:
        """Counts and sums by replication."""


class Simulated:
    """Counts and estimates of the queues of a result."""

    def __init__(self, result: Run) -> None:
        self.result = result

    def _counts(self, queue: int) -> tuple[Floats, float, float]:
        """Offered per period by cell of the queue (period, days, hours); first contacts and those sent away."""
        layout, moments = self.result.layout, self.result.moments
        first = layout.first("queue") + queue * layout.slices
        cells = moments.total[first : first + layout.slices] / moments.replications
        return cells[:, AT["offered"]], float(cells[0, AT["first_offered"]]), float(cells[0, AT["sent_away"]])

    def offered(self, queue: int) -> float:
        """Contacts while open, per period."""
        return float(self._counts(queue)[0][0])

    def follow_ups(self, queue: int) -> bool:
        """Whether some of them were not first contacts."""
        offered, first, _ = self._counts(queue)
        return bool(offered[0] > first)

    def sent_away(self, queue: int) -> bool:
        """Whether some of them were sent away at closing."""
        return self._counts(queue)[2] > 0

    def by_day(self, queue: int) -> Floats:
        """Offered per period by day."""
        return self._counts(queue)[0][1 : 1 + self.result.layout.days]

    def by_hour(self, queue: int) -> Floats:
        """Offered per period by hour of the day."""
        return self._counts(queue)[0][1 + self.result.layout.days :]

    def estimate(self, premises: Premises, measure: str) -> Estimate:
        """A measure of ``sim.beside`` in its unit."""
        if measure == "occupancy":
            return self._occupancy(premises.groups)
        if measure == "waited_share":
            return self._waited(premises.name)
        if measure == "blocked_share":
            found = self.result.ratio({"blocked": 1}, {"offered": 1}, kind="queue", name=premises.name)
            return _scaled(found, 100)
        return self._shown.get(("queue", premises.name, measure), NOTHING)

    @cached_property
    def _shown(self) -> dict[tuple[str, str, str], Estimate]:
        """The summary's estimates, so that both tables say the same."""
        rows = self.result.summary()
        return {(row.kind, row.name, row.measure): Estimate(row.estimate, row.low, row.high) for row in rows}

    def _occupancy(self, groups: tuple[int, ...]) -> Estimate:
        """Of all lines of these groups together."""
        definition = DEFINITIONS["occupancy"]
        names = [self.result.scenario.model.centre.groups[group].name for group in groups]
        if len(names) == 1:
            return self._shown.get(("lines", names[0], "occupancy"), NOTHING)
        assert definition.under is not None
        columns = tuple(column for column in COLUMNS if column in {*definition.over, *definition.under})
        values = sum(self.result.values(kind="lines", name=name, columns=columns) for name in names)
        return _scaled(_ratio(np.asarray(values), columns, definition.over, definition.under), definition.scale)

    def _waited(self, queue: str) -> Estimate:
        """Share that did not get a line at once, of all who were answered or gave up."""
        batches = self._batches
        mine = batches["queue"] == queue
        if not mine.any():
            return NOTHING
        values = np.zeros((int(batches["units"]), 1, 2), dtype=np.int64)
        values[: mine.sum(), 0] = np.stack([batches["late"][mine], batches["all"][mine]], axis=1)
        return _scaled(_ratio(values[:, 0], ("late", "all"), {"late": 1}, {"all": 1}), 100)

    @cached_property
    def _batches(self) -> dict[str, NDArray[np.int64]]:
        """Contacts of each queue that waited, and all of them, by batch of replications in which any came."""
        query = """
            SELECT queue, batch, sum(count)::BIGINT AS "all",
                coalesce(sum(count) FILTER (bin > 0 OR outcome = 'abandoned'), 0)::BIGINT AS late
            FROM {table} WHERE outcome <> 'called_back' GROUP BY queue, batch ORDER BY queue, batch"""
        found = self.result.store.read("waits", self.result.replications, query)
        units = np.array(len(np.unique(found["batch"])))
        return {name: np.ma.getdata(column) for name, column in found.items()} | {"units": units}


def _ratio(values: NDArray[np.int64], columns: tuple[str, ...], over: Weights, under: Weights) -> Estimate:
    """Sum over sum of ``values`` (units, columns), with its interval."""
    return Moments.of(Pairs(columns, ((over, under),)), values[:, None, :]).ratio(0, over, under)


def _scaled(found: Estimate, scale: float) -> Estimate:
    return Estimate(found.value * scale, found.low * scale, found.high * scale)
