"""Some replications drawn, simulated and counted, by readable code or by machine code: the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.cells import Layout, layout_of
from sim.centre import Centre
from sim.clock import Calendar
from sim.contact_values import TALLY, Codes, Promises, tally, wait_codes
from sim.contacts import Contacts, ContactTables
from sim.draw import draw_block
from sim.engines import simulate_block
from sim.estimates import Moments
from sim.luck import Luck
from sim.measures import channel_of, measure, queue_of
from sim.products import Products
from sim.summary import PAIRS
from sim.tables import Table
from sim.world import World, Worlds

if TYPE_CHECKING:
    from sim.counting import Plan
    from sim.quick_draw import Quick

#: Replications that sums are formed over first, whatever the part.
CHUNK = 25
#: Callers that are in memory together with all that becomes of them, unless one replication has more.
TOGETHER = 80_000


@dataclass(frozen=True)
class Chunk:
    """What is kept of a chunk: values of whole periods by replication, sums by cell, and waits.

    ``values`` (R, periods, columns), ``codes`` of waits (see ``contact_values.wait_codes``), and of ``waits`` (R,) how
    many each replication has: arrays one after the other, to be joined once.
    """

    values: list[NDArray[np.int64]]
    sums: Moments | Products
    codes: list[Codes]
    waits: list[NDArray[np.int64]]
    kept: list[tuple[int, World, Contacts]]


@dataclass(frozen=True)
class Kit:
    """All that stays the same over the replications of a job."""

    luck: Luck
    centre: Centre
    calendar: Calendar
    promises: Promises
    seed: int
    compiled: bool

    @cached_property
    def callers(self) -> World:
        """Somebody's world, for the names in it."""
        return draw_block(self.luck, seed=self.seed, replications=range(1)).callers

    @cached_property
    def layout(self) -> Layout:
        """The cells."""
        return layout_of(self.callers, self.centre)

    @cached_property
    def _quick(self) -> Quick | None:
        from sim.quick_draw import Quick

        return Quick.of(self.luck, seed=self.seed, centre=self.centre)

    @cached_property
    def _plan(self) -> Plan:
        from sim.counting import Plan

        return Plan.of(self.layout, self.centre, self.calendar, self.promises)

    @cached_property
    def _products(self) -> Products:
        return Products.of(PAIRS, self.layout.size())

    def chunk(self, numbers: range, keep_contacts: int) -> Chunk:
        """These replications, with the contacts of those below ``keep_contacts``."""
        return self._by_machine(numbers, keep_contacts) if self.compiled else self._readable(numbers, keep_contacts)

    def tally(self, codes: Codes, begins: NDArray[np.int64], names: NDArray[np.int64]) -> Table:
        """How often each wait is there in each batch; see ``contact_values.tally``."""
        queues = queue_of(self.centre)
        if not self.compiled:
            return tally(codes, begins, names, queues)
        from sim.compiled.tally import tally as quick

        columns = {name: np.empty(len(codes), dtype=kind) for name, kind in TALLY.items()}
        count = quick(codes, begins, names, queues, *columns.values())
        return {name: column[:count] for name, column in columns.items()}

    def _readable(self, numbers: range, keep_contacts: int) -> Chunk:
        worlds = draw_block(self.luck, seed=self.seed, replications=numbers)
        tables = simulate_block(worlds, self.centre)
        found = measure(worlds, self.centre, tables, calendar=self.calendar, promises=self.promises)
        codes = wait_codes(found.waits, channel_of(self.centre), len(self.centre.provinces))
        waits = np.bincount(found.replication, minlength=len(numbers))
        kept = list(_kept(numbers, worlds, tables, keep_contacts))
        return Chunk([found.cells[:, self.layout.periods()]], Moments.of(PAIRS, found.cells), [codes], [waits], kept)

    def _by_machine(self, numbers: range, keep_contacts: int) -> Chunk:
        from sim.compiled.measures import counted

        keep_memory()
        sums, values, codes, waits = self._products.again(), [], [], []
        kept: list[tuple[int, World, Contacts]] = []
        for some in self._together(numbers):
            worlds = self._drawn(some)
            tables = simulate_block(worlds, self.centre, engine="compiled")
            found = counted(self._plan, worlds, tables, products=sums)
            values.append(found.values)
            codes.append(found.codes)
            waits.append(np.diff(found.begins))
            kept += _kept(some, worlds, tables, keep_contacts)
        return Chunk(values, sums, codes, waits, kept)

    def _drawn(self, numbers: range) -> Worlds:
        if self._quick is not None:
            return self._quick.block(np.array(numbers, dtype=np.int64))
        return draw_block(self.luck, seed=self.seed, replications=numbers, compiled=True)

    def _together(self, numbers: range) -> Iterator[range]:
        expected = len(self.luck.trace) if self.luck.trace else self.luck.count.sum()
        size = max(int(TOGETHER / max(float(expected), 1.0)), 1)
        return (numbers[first : first + size] for first in range(0, len(numbers), size))


@lru_cache(maxsize=1)
def keep_memory() -> None:
    """Have what is freed stay with this program: to fetch memory from the system anew takes longer than to count.

    The library of GNU returns less from now on, once it has seen so large a block come and go; others see nothing.
    """
    np.empty(31 << 20, dtype=np.uint8)


def _kept(
    numbers: range, worlds: Worlds, tables: ContactTables, keep_contacts: int
) -> Iterator[tuple[int, World, Contacts]]:
    """Number, world and contacts of the replications whose contacts are kept."""
    if numbers[0] < keep_contacts:
        both = zip(numbers, worlds, tables, strict=True)
        yield from ((number, world, table) for number, world, table in both if number < keep_contacts)
