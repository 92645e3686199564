"""A part of a run: some replications drawn, simulated and measured, wherever a worker runs; and written."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from sim.cells import Layout, layout_of
from sim.centre import Centre
from sim.clock import Calendar
from sim.contact_values import Promises
from sim.contacts import ContactTables
from sim.draw import draw_block
from sim.engines import simulate_block
from sim.errors import SimError
from sim.estimates import Moments
from sim.luck import Luck, prepare
from sim.measures import measure
from sim.scenario.load import dumps, loads
from sim.scenario.model import Scenario
from sim.store import LAST_WRITTEN, RESULTS_VERSION, Part, Store, batch_size
from sim.summary import PAIRS
from sim.tables import Table, contact_columns, measure_columns, moment_columns, stored_names, wait_columns
from sim.world import Worlds

#: Replications that are in memory together; sums are formed over these first, whatever the part.
CHUNK = 25


@dataclass(frozen=True)
class Job:
    """All that a worker needs; plain text and numbers, so that it travels to another process or machine.

    ``log`` is the call log, compressed, for a worker that may not find it under the name in the scenario.
    """

    scenario: str
    seed: int
    engine: str
    keep_contacts: int
    log: bytes = b""
    versions: str = ""


@dataclass(frozen=True)
class Piece:
    """A table of a part as it is stored: columns, and the names that indices in some of them stand for."""

    table: str
    columns: Table
    names: dict[str, list[str]]


@dataclass(frozen=True)
class Made:
    """What a worker made of a part, in the order in which it is written."""

    part: Part
    pieces: list[Piece]


@dataclass(frozen=True)
class _Measured:
    """Measures of a chunk: by replication and scope over the period, summed by cell, and the waits row by row."""

    values: NDArray[np.int64]
    moments: Moments
    waits: list[NDArray[np.int64]]


def versions() -> str:
    """What must be the same wherever parts of one result are made."""
    return f"helpline-sim {version('helpline-sim')} (results {RESULTS_VERSION})"


def job_of(scenario: Scenario, *, seed: int, engine: str, keep_contacts: int, far: bool = False) -> Job:
    """The job of a run; ``far`` for workers that do not see the files of this machine."""
    log = b""
    if far and scenario.trace is not None:
        log = zlib.compress(Path(scenario.trace.file).read_bytes())
        scenario = scenario.with_log_at("trace.csv")
    return Job(dumps(scenario), seed, engine, keep_contacts, log, versions())


@lru_cache(maxsize=2)
def _prepared(text: str, log: bytes) -> tuple[Luck, Centre, Calendar, Promises]:
    if log:
        with TemporaryDirectory(prefix="helpline-sim-") as folder:
            (Path(folder) / "trace.csv").write_bytes(zlib.decompress(log))
            scenario = loads(text, name=f"{folder}/scenario.yaml")
            return _prepared_of(scenario)
    return _prepared_of(loads(text))


def _prepared_of(scenario: Scenario) -> tuple[Luck, Centre, Calendar, Promises]:
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


def make(job: Job, part: Part) -> Made:
    """Simulate and measure the replications of ``part``; nothing is written."""
    if job.versions != versions():
        raise SimError(f"a worker has {versions()}, the run is of {job.versions}; install the same on all machines")
    luck, centre, calendar, promises = _prepared(job.scenario, job.log)
    values, moments, contacts = [], None, []
    waits: dict[int, list[NDArray[np.int64]]] = {}
    for first in range(part[0], part[1] + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, part[1] + 1))
        worlds = draw_block(luck, seed=job.seed, replications=numbers, compiled=job.engine == "compiled")
        tables = simulate_block(worlds, centre, engine=job.engine)
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
    names = stored_names(worlds.callers, centre)
    pieces = [Piece("contacts", _joined(contacts), names)] if contacts else []
    batches = [(first, np.concatenate(rows)) for first, rows in sorted(waits.items())]
    pieces.append(Piece("waits", wait_columns(batches, centre), names))
    pieces.append(Piece("moments", moment_columns(moments), {}))
    pieces.append(Piece(LAST_WRITTEN, *measure_columns(part[0], np.concatenate(values), layout)))
    return Made(part, pieces)


def write(store: Store, made: Made) -> Part:
    """Write what was made of a part, the table last that says that it is finished."""
    for piece in made.pieces:
        store.write_part(piece.table, made.part, piece.columns, names=piece.names)
    return made.part


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
