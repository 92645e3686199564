"""Measures of many replications added up in machine code: the same tables and sums as ``measures`` and ``Moments``."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

from dataclasses import dataclass
from threading import local
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.cells import layout_of
from sim.centre import Centre
from sim.clock import Calendar
from sim.compiled.cells import add_up
from sim.compiled.kinds import NUMBERS
from sim.contact_values import Codes, Promises, waits_of
from sim.contacts import ContactTables
from sim.counting import Plan
from sim.estimates import Moments, Pairs
from sim.measures import Measures, queue_of
from sim.products import Products
from sim.world import World, Worlds

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counted:
    """What was added up of some replications.

    ``cells`` (R, cells, columns), of nobody where they were not asked for; ``values`` (R, periods, columns)
    of whole periods; ``codes`` of the waits, those of replication r from ``begins[r]`` on (see ``waits_of``).
    """

    cells: Whole
    values: Whole
    codes: Codes
    begins: Whole


def measure(
    worlds: Worlds, centre: Centre, tables: ContactTables, *, calendar: Calendar, promises: Promises
) -> Measures:
    """See ``sim.measures.measure``."""
    plan = Plan.of(layout_of(worlds.callers, centre), centre, calendar, promises)
    found = counted(plan, worlds, tables, every=True)
    waits = waits_of(found.codes, queue_of(centre))
    return Measures(found.cells, waits, np.repeat(np.arange(len(worlds)), np.diff(found.begins)))


def counted(
    plan: Plan,
    worlds: Worlds,
    tables: ContactTables,
    *,
    every: bool = False,
    products: Products | None = None,
    values: Whole | None = None,
) -> Counted:
    """Counts of these replications; each is also added to ``products``. ``every`` keeps the cells of each.

    ``values`` (columns, R, periods) is where values go, if that matters.
    """
    some, world, size = len(worlds), worlds.callers, plan.fixed.shape
    columns = tuple(map(_row, tables.rows.columns().values()))
    cells, leaves = room_to_count(plan)
    if every:
        cells = np.zeros((some, *size), dtype=np.int64)
    if values is None:
        values = np.empty((size[0], some, len(plan.periods)), dtype=np.int64)
    codes, begins = np.empty(len(tables.rows), dtype=np.int32), np.zeros(some + 1, dtype=np.int64)
    sums = products or Products.none(size[0])
    add_up(
        cells, leaves, values, 0, codes, begins, *sums.arrays(), columns, _row(tables.begins),
        *world_arrays(plan, world), _row(worlds.starts), _ours(worlds.absence) if worlds.absence.size else _NOBODY_AWAY,
        *plan_arrays(plan, world),
    )  # fmt: skip
    kept = cells[: some if every else 0]
    return Counted(kept.transpose(0, 2, 1), values.transpose(1, 2, 0), codes[: begins[-1]], begins)


def world_arrays(plan: Plan, world: World) -> tuple[Any, ...]:
    """What is read of callers: marks of each, luck, and patience."""
    marks = ("cause", "topic", "age") if plan.marked else ("province",) * 3  # looked at only where there are several
    return (
        tuple(_row(getattr(world, name)) for name in ("province", *marks)),
        tuple(_ours(getattr(world, name)) for name in ("redial", "forward", "conversation", "wrap_up")),
        _ours(world.patience),
    )


def plan_arrays(plan: Plan, world: World) -> tuple[Any, ...]:
    """What is read of a plan."""
    absent_as = plan.absent_as(world)
    return absent_as, plan.fixed, plan.periods, plan.numbers, plan.tables, plan.shifts, plan.on_duty


def room_to_count(plan: Plan) -> tuple[Whole, Whole]:
    """This thread's cells and leaves for work."""
    room = _ROOM.of(plan)
    return room.cells, room.leaves


class _Room(local):
    """Leaves and cells for work, of each thread its own; to empty them anew would take as long as to count some calls.

    Leaves are empty whenever nothing is counted, but for what counts nowhere.
    """

    leaves, cells = np.zeros(0, dtype=np.int64), np.zeros((0, 0, 0), dtype=np.int64)

    def of(self, plan: Plan) -> Self:
        """The room, with as much as this plan needs."""
        if len(self.leaves) != (leaves := plan.leaves * NUMBERS):
            self.leaves = np.zeros(leaves, dtype=np.int64)
        if self.cells.shape[1:] != plan.fixed.shape:
            self.cells = np.zeros((1, *plan.fixed.shape), dtype=np.int64)
        return self


_ROOM = _Room()
_NOBODY_AWAY = np.zeros((1, 1, 1, 1), dtype=np.int64)


def _ours(array: NDArray[Any]) -> Whole:
    """Whole numbers that machine code takes, which does not ask whether it may write."""
    return array if array.dtype == np.int64 and array.flags.writeable else np.require(array, np.int64, ["W"])


def _row(array: NDArray[Any]) -> Whole:
    return array if array.dtype == np.int64 and array.flags.carray else np.require(array, np.int64, ["C", "W"])


def moments(pairs: Pairs, values: Whole) -> Moments:
    """See ``Moments.of``: the same sums, in the same order."""
    products = Products.of(pairs, values.shape[1])
    products.add(values)
    return products.moments(len(values))
