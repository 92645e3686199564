"""A part of a run: some replications drawn, simulated, measured and written. What a worker does, wherever it runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.cells import Layout, layout_of
from sim.centre import Centre
from sim.clock import Calendar
from sim.contact_values import Promises
from sim.contacts import ContactTables
from sim.draw import draw_block
from sim.engines import simulate_all
from sim.estimates import Moments
from sim.luck import Luck, prepare
from sim.measures import measure
from sim.scenario.load import loads
from sim.scenario.model import Scenario
from sim.store import LAST_WRITTEN, Part, Store, batch_size
from sim.summary import PAIRS
from sim.tables import Table, contact_columns, measure_columns, moment_columns, stored_names, wait_columns
from sim.world import Worlds

#: Replications that are in memory together; sums are formed over these first, whatever the part.
CHUNK = 25


@dataclass(frozen=True)
class Job:
    """All that a worker needs; plain text and numbers, so that it travels to another process or machine."""

    scenario: str
    seed: int
    engine: str
    folder: str
    keep_contacts: int


@dataclass(frozen=True)
class _Measured:
    """Measures of a chunk: by replication and scope over the period, summed by cell, and the waits row by row."""

    values: NDArray[np.int64]
    moments: Moments
    waits: list[NDArray[np.int64]]


@lru_cache(maxsize=2)
def _prepared(text: str) -> tuple[Luck, Centre, Calendar, Promises]:
    scenario = loads(text)
    return prepare(scenario), scenario.centre, scenario.days, promises_of(scenario)


def promises_of(scenario: Scenario) -> Promises:
    """The thresholds of a scenario's targets; a channel without one counts what is answered at once."""
    targets = [scenario.targets.channels.get(name) for name in scenario.channels]
    days = [target.within_working_days if target else None for target in targets]
    return Promises(
        short_abandon=scenario.targets.short_abandon,
        within=tuple(target.within or 0 if target else 0 for target in targets),
        working_days=tuple(-1 if promised is None else promised for promised in days),
    )


def simulate_part(job: Job, part: Part) -> Part:
    """Simulate and write the replications of ``part``."""
    luck, centre, calendar, promises = _prepared(job.scenario)
    values, moments, contacts = [], None, []
    waits: dict[int, list[NDArray[np.int64]]] = {}
    for first in range(part[0], part[1] + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, part[1] + 1))
        worlds = draw_block(luck, seed=job.seed, replications=numbers, compiled=job.engine == "compiled")
        tables = ContactTables.of(simulate_all(worlds, centre, engine=job.engine))
        layout = layout_of(worlds.callers, centre)
        found = _measured(worlds, centre, tables, calendar, promises, layout, compiled=job.engine == "compiled")
        values.append(found.values)
        moments = found.moments if moments is None else moments + found.moments
        for number, rows in zip(numbers, found.waits, strict=True):
            waits.setdefault(number - number % batch_size(part), []).append(rows)
        for number, world, table in zip(numbers, worlds, tables, strict=True):
            if number < job.keep_contacts:
                contacts.append(contact_columns(number, world, centre, table, calendar))
    assert moments is not None  # a part has at least one replication
    store, names = Store(Path(job.folder)), stored_names(worlds.callers, centre)
    if contacts:
        store.write_part("contacts", part, _joined(contacts), names=names)
    batches = [(first, np.concatenate(rows)) for first, rows in sorted(waits.items())]
    store.write_part("waits", part, wait_columns(batches, centre), names=names)
    store.write_part("moments", part, moment_columns(moments), names={})
    columns, cell_names = measure_columns(part[0], np.concatenate(values), layout)
    store.write_part(LAST_WRITTEN, part, columns, names=cell_names)
    return part


def rehearse(job: Job) -> None:
    """Do the work for one replication and keep nothing."""
    luck, centre, calendar, promises = _prepared(job.scenario)
    worlds = draw_block(luck, seed=job.seed, replications=range(1), compiled=job.engine == "compiled")
    tables = ContactTables.of(simulate_all(worlds, centre, engine=job.engine))
    layout = layout_of(worlds.callers, centre)
    _measured(worlds, centre, tables, calendar, promises, layout, compiled=job.engine == "compiled")


def _measured(
    worlds: Worlds,
    centre: Centre,
    tables: ContactTables,
    calendar: Calendar,
    promises: Promises,
    layout: Layout,
    *,
    compiled: bool,
) -> _Measured:
    if compiled:
        from sim import compiled_measures as kernel

        found = kernel.measure(worlds, centre, tables, calendar=calendar, promises=promises)
        moments = kernel.moments(PAIRS, found.cells)
    else:
        found = measure(worlds, centre, tables, calendar=calendar, promises=promises)
        moments = Moments.of(PAIRS, found.cells)
    of = np.searchsorted(found.replication, np.arange(len(tables) + 1))
    waits = [found.waits[start:stop] for start, stop in pairwise(of)]
    return _Measured(found.cells[:, layout.periods()], moments, waits)


def _joined(tables: list[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
