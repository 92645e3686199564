"""What is counted in the replications of a system: one number for each replication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.model.centre import Centre
from sim.model.contacts import Contacts, ContactTables, Outcome
from sim.model.world import Worlds
from sim.scenario.scenario import Scenario
from sim.statistics.cells import AT, Layout, layout_of
from sim.statistics.measures import Joined, join, measure

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: What became of contacts that somebody answered.
ANSWERED = (Outcome.ANSWERED, Outcome.CALLED_BACK)


@dataclass(frozen=True)
class Seen:
    """Replications of a scenario and what became of them; only days ``first`` to ``last`` (included) count.

    ``cells`` (R, cells, columns) are the program's own measures, ``joined`` all contacts one after the other.
    """

    centre: Centre
    layout: Layout
    cells: Whole
    joined: Joined
    first: int
    last: int

    @property
    def replications(self) -> int:
        """How many there are."""
        return len(self.cells)

    @property
    def contacts(self) -> Contacts:
        """All contacts, replication by replication."""
        return self.joined.contacts

    @property
    def wait(self) -> Whole:
        """Time in the queue of each contact, ms."""
        waited: Whole = self.contacts.left_queue - self.contacts.dialled
        return waited

    @property
    def counted(self) -> Bools:
        """Contacts dialled on days that count."""
        day = self.centre.clock.day(self.contacts.dialled)
        counted: Bools = (day >= self.first) & (day <= self.last)
        return counted

    def cell(self, kind: str, name: str) -> int:
        """Cell of the whole period of a channel, queue, province, ..."""
        scope = next(scope for scope in self.layout.scopes if scope.kind == kind)
        return self.layout.first(kind) + scope.names.index(name) * self.layout.slices


Count = Callable[[Seen], Floats]
#: A value of each contact, or whether it counts.
Values = Callable[[Seen], NDArray[np.generic]]


def see(
    scenario: Scenario, worlds: Worlds, tables: ContactTables, days: tuple[int, int], *, compiled: bool = False
) -> Seen:
    """What became of these worlds, measured as a study measures it, ``compiled`` by the kernel."""
    model = scenario.model
    centre, calendar, targets = model.centre, model.calendar, model.targets
    layout = layout_of(model.names, centre)
    if compiled:
        cells = kernel.Counter(layout, centre, calendar, targets).count(worlds, tables, every=True).cells
    else:
        cells = measure(worlds, centre, tables, calendar=calendar, promises=targets).cells
    return Seen(centre, layout, cells, join(worlds, tables), *days)


def column(*names: str, kind: str = "queue", of: str = "phone") -> Count:
    """Sum of the program's own columns over the days that count; a name with a minus is taken off."""

    def count(seen: Seen) -> Floats:
        start = seen.cell(kind, of) + 1
        days = seen.cells[:, start + seen.first : start + seen.last + 1].sum(axis=1)
        return _added(days, names)

    return count


def hour(name: str, hours: Sequence[int], *, kind: str = "queue", of: str = "phone") -> Count:
    """The program's own column in these hours of the day, over all days."""

    def count(seen: Seen) -> Floats:
        start = seen.cell(kind, of) + 1 + seen.layout.days
        return _added(seen.cells[:, [start + h for h in hours]].sum(axis=1), (name,))

    return count


def _added(cells: Whole, names: Sequence[str]) -> Floats:
    total = np.zeros(len(cells))
    for name in names:
        total += cells[:, AT[name.removeprefix("-")]] * (-1.0 if name.startswith("-") else 1.0)
    return total


def tally(values: Values) -> Count:
    """Sum of ``values`` over the contacts dialled on days that count, read from the contacts themselves."""

    def count(seen: Seen) -> Floats:
        weights = np.asarray(values(seen), dtype=np.float64) * seen.counted
        return np.bincount(seen.joined.replication, weights, seen.replications).astype(np.float64)

    return count


def scaled(count: Count, factor: float) -> Count:
    """The same in another unit."""
    return lambda seen: count(seen) * factor


def days(seen: Seen) -> Floats:
    """Days that count."""
    return np.full(seen.replications, float(seen.last - seen.first + 1))


def answered(seen: Seen) -> Bools:
    """Contacts that a line answered."""
    return np.isin(seen.contacts.outcome, ANSWERED)


def ended(*outcomes: Outcome) -> Values:
    """Contacts that ended in one of these ways."""
    return lambda seen: np.isin(seen.contacts.outcome, outcomes)


def waited(seen: Seen) -> Bools:
    """Contacts that had to wait, or would have had to."""
    met_busy = np.isin(seen.contacts.outcome, (Outcome.BLOCKED, Outcome.BALKED))
    waiting: Bools = ~met_busy & ((seen.wait > 0) | (seen.contacts.outcome == Outcome.ABANDONED))
    return waiting


def at_once(seen: Seen) -> Bools:
    """Contacts that did not wait."""
    none: Bools = seen.wait == 0
    return none


def both(*conditions: Values) -> Values:
    """Contacts of which all of these hold, or the product of their values."""

    def values(seen: Seen) -> NDArray[np.generic]:
        product = np.ones(len(seen.contacts))
        for condition in conditions:
            product = product * np.asarray(condition(seen), dtype=np.float64)
        return product

    return values


def longer(seconds: float) -> Values:
    """Contacts that were in the queue for longer than this."""
    return lambda seen: seen.wait > seconds * 1000


def province(name: str) -> Values:
    """Contacts of callers who live there."""
    return lambda seen: seen.joined.world.province[seen.contacts.caller] == seen.joined.world.provinces.index(name)


def first_attempt(seen: Seen) -> Bools:
    """Contacts that are a caller's first."""
    first: Bools = seen.contacts.attempt == 0
    return first


def by_group(name: str) -> Values:
    """Contacts that a line of this group took."""
    return lambda seen: seen.contacts.group == [group.name for group in seen.centre.groups].index(name)


def in_queue(name: str) -> Values:
    """Contacts of this queue."""
    return lambda seen: seen.contacts.queue == [queue.name for queue in seen.centre.queues].index(name)
