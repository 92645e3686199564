"""Some replications drawn, simulated and counted, by the readable path or by the kernel: the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.engines import simulate_block
from sim.engines.draw import draw_block
from sim.model.compile import Model
from sim.model.contacts import ContactTables
from sim.model.world import Worlds
from sim.results.integrity import Part
from sim.results.store import batch_size
from sim.results.tables import Table, contact_columns
from sim.statistics.cells import COLUMNS, Layout
from sim.statistics.contact_values import Codes, tally, wait_codes
from sim.statistics.estimates import Moments
from sim.statistics.measures import channel_of, measure, queue_of
from sim.statistics.products import CHUNK, Products
from sim.statistics.summary import PAIRS

#: Whole periods of replications: (columns, replications, periods).
Values = NDArray[np.int64]
#: Sums over replications, by cell: of the readable path or of the kernel.
Sums = Moments | Products

#: Bytes for what is in memory together of a block: callers with all random inputs, or expected callers by day.
ROOM = 24_000_000


@dataclass(frozen=True)
class Block:
    """What is kept of some replications beside their sums.

    ``codes`` of waits (see ``contact_values.wait_codes``), ``waits`` (R,) how many each replication has, and the
    columns of contacts of each replication whose contacts are kept.
    """

    codes: Codes
    waits: NDArray[np.int64]
    kept: list[Table]


@dataclass(frozen=True)
class Kit:
    """All that stays the same over the replications of a job."""

    model: Model
    seed: int
    compiled: bool

    @cached_property
    def layout(self) -> Layout:
        """The cells."""
        return Layout.of(self.model)

    @cached_property
    def _drawing(self) -> kernel.Drawing | None:
        return kernel.Drawing.of(self.model.inputs, seed=self.seed)

    @cached_property
    def _counter(self) -> kernel.Counter:
        return kernel.Counter(self.layout, self.model.centre, self.model.calendar, self.model.targets)

    @cached_property
    def _products(self) -> Products:
        return Products.of(PAIRS, self.layout.size())

    def nothing(self) -> Sums:
        """Sums by cell of no replications yet."""
        return self._products.again() if self.compiled else Moments.nothing(PAIRS, self.layout.size())

    def blocks(self, part: Part, keep_contacts: int) -> Iterator[range]:
        """Replications of a part that are drawn, simulated and counted together: whole batches of waits."""
        first, past, batch = part[0], part[1] + 1, batch_size(part)
        while first < past:
            stop = first + self._size(kept=first < keep_contacts)
            stop = max(stop // batch, first // batch + 1) * batch
            yield range(first, min(stop, past))
            first = stop

    def _size(self, *, kept: bool) -> int:
        """Replications of a block; whose contacts are ``kept`` are in memory together."""
        if not self.compiled:
            return CHUNK
        if self._drawing is not None and not kept:
            return max(int(ROOM / (8 * (self.model.inputs.count.size + self.expected()))), 1)
        return self._at_once()

    def _at_once(self) -> int:
        """Replications whose callers may be in memory together with all their random inputs."""
        return max(int(ROOM / max(self.expected() * self._bytes_of_a_caller(), 1.0)), 1)

    def expected(self) -> float:
        """Expected callers of a replication."""
        return len(self.model.inputs.trace) if self.model.inputs.trace else float(self.model.inputs.count.sum())

    def _bytes_of_a_caller(self) -> int:
        attempts, channels = self.model.inputs.attempts, len(self.model.names.channels)
        return 8 * (20 + 2 * channels + 8 * attempts + 4 * attempts * channels)

    def values(self, replications: int) -> Values:
        """Room for the values of so many."""
        return np.empty((len(COLUMNS), replications, len(self.layout.periods())), dtype=np.int64)

    def block(self, numbers: range, keep_contacts: int, sums: Sums, values: Values) -> tuple[Block, Sums]:
        """These replications, with the contacts of those below ``keep_contacts``, and ``sums`` with theirs.

        ``values`` (columns, R, periods) gets those of whole periods.
        """
        if isinstance(sums, Products):
            return self._by_kernel(numbers, keep_contacts, sums, values), sums
        kept: list[Table] = []
        cells, codes, waits = [], [], []
        for start in range(numbers.start, numbers.stop, some := self._at_once()):
            few = range(start, min(start + some, numbers.stop))
            worlds = draw_block(self.model.inputs, seed=self.seed, replications=few)
            tables = simulate_block(worlds, self.model.centre)
            model = self.model
            found = measure(
                worlds, model.centre, tables,
                calendar=model.calendar, promises=model.targets, interval=model.interval,
            )  # fmt: skip
            cells.append(found.cells)
            codes.append(wait_codes(found.waits, channel_of(self.model.centre), len(self.model.centre.provinces)))
            waits.append(np.bincount(found.replication, minlength=len(few)))
            kept += self._kept(few, worlds, tables, keep_contacts)
        every = np.concatenate(cells)
        values[:] = every[:, self.layout.periods()].transpose(2, 0, 1)
        return Block(np.concatenate(codes), np.concatenate(waits), kept), sums + Moments.of(PAIRS, every)

    def tally(self, codes: Codes, begins: NDArray[np.int64], names: NDArray[np.int64]) -> Table:
        """How often each wait is there in each batch; see ``contact_values.tally``."""
        return tally(codes, begins, names, queue_of(self.model.centre))

    def _by_kernel(self, numbers: range, keep_contacts: int, sums: Products, values: Values) -> Block:
        """The contacts of replications below ``keep_contacts`` are kept, so these are drawn and played apart."""
        some = np.array(numbers, dtype=np.int64)
        if self._drawing is not None and numbers.start >= keep_contacts:
            found, kept = self._counter.run(self._drawing, some, products=sums), []
        else:
            worlds = kernel.draw(self.model.inputs, seed=self.seed, replications=numbers)
            tables = simulate_block(worlds, self.model.centre, engine="compiled")
            found = self._counter.count(worlds, tables, products=sums)
            kept = list(self._kept(numbers, worlds, tables, keep_contacts))
        values[:] = found.values.transpose(2, 0, 1)
        return Block(found.codes, np.diff(found.begins), kept)

    def _kept(self, numbers: range, worlds: Worlds, tables: ContactTables, keep_contacts: int) -> Iterator[Table]:
        """Contacts of the replications whose contacts are kept, as they are stored."""
        if numbers[0] < keep_contacts:
            for number, world, table in zip(numbers, worlds, tables, strict=True):
                if number < keep_contacts:
                    yield contact_columns(number, world, self.model.centre, table, self.model.calendar)
