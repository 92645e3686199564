"""A part of a run: some replications drawn, simulated and measured, wherever a worker runs; and written."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from sim.centre import Centre
from sim.clock import Calendar
from sim.contact_values import Promises
from sim.errors import SimError
from sim.hashes import values_hash
from sim.integrity import Mark, Part
from sim.luck import Luck, prepare
from sim.products import Products
from sim.scenario.load import dumps, loads
from sim.scenario.model import Scenario
from sim.store import CONTACTS, LAST_WRITTEN, RESULTS_VERSION, Store, batch_size
from sim.studies.kit import Kit
from sim.tables import Table, measure_columns, moment_columns, stored_names

#: Of a contact and some redials, in narrow columns.
_BYTES_OF_A_CONTACT = 80


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
    """What a worker made of a part, in the order in which it is written; contacts up to a replication."""

    part: Part
    pieces: list[Piece]
    contacts_upto: int


_program = lru_cache(maxsize=1)(version)


def versions() -> str:
    """What must be the same wherever parts of one result are made."""
    return f"helpline-sim {_program('helpline-sim')} (results {RESULTS_VERSION})"


def job_of(scenario: Scenario, *, seed: int, engine: str, keep_contacts: int, far: bool = False) -> Job:
    """The job of a run; ``far`` for workers that do not see the files of this machine."""
    log = b""
    if far and scenario.trace is not None:
        log = zlib.compress(Path(scenario.trace.file).read_bytes())
        scenario = scenario.with_log_at("trace.csv")
    return Job(dumps(scenario), seed, engine, keep_contacts, log, versions())


@lru_cache(maxsize=8)
def _prepared(text: str, log: bytes) -> tuple[Luck, Centre, Calendar, Promises]:
    if log:
        with TemporaryDirectory(prefix="helpline-sim-") as folder:
            (Path(folder) / "trace.csv").write_bytes(zlib.decompress(log))
            scenario = loads(text, name=f"{folder}/scenario.yaml")
            return _prepared_of(scenario)
    return _prepared_of(loads(text))


def _prepared_of(scenario: Scenario) -> tuple[Luck, Centre, Calendar, Promises]:
    return prepare(scenario), scenario.centre, scenario.days, promises_of(scenario)


@lru_cache(maxsize=8)
def _kit(text: str, log: bytes, seed: int, compiled: bool) -> Kit:
    return Kit(*_prepared(text, log), seed, compiled)


def promises_of(scenario: Scenario) -> Promises:
    """The thresholds of a scenario's targets; a channel without one counts what is answered at once."""
    targets = [scenario.targets.channels.get(name) for name in scenario.channels]
    days = [target.within_working_days if target else None for target in targets]
    return Promises(
        short_abandon=scenario.targets.short_abandon,
        within=tuple(target.within or 0 if target else 0 for target in targets),
        working_days=tuple(-1 if promised is None else promised for promised in days),
    )


def contact_bytes(job: Job, part: Part) -> float:
    """About how much memory the contacts take that are kept of ``part``."""
    kept = min(job.keep_contacts, part[1] + 1) - part[0]
    kit = _kit(job.scenario, job.log, job.seed, job.engine == "compiled")
    return _BYTES_OF_A_CONTACT * kit.expected() * max(kept, 0)


def make(job: Job, part: Part) -> Made:
    """Simulate and measure the replications of ``part``; nothing is written."""
    if job.versions != versions():
        raise SimError(f"a worker has {versions()}, the run is of {job.versions}; install the same on all machines")
    kit = _kit(job.scenario, job.log, job.seed, job.engine == "compiled")
    sums, values = kit.nothing(), kit.values(part[1] - part[0] + 1)
    contacts: list[Table] = []
    waits: list[Table] = []
    for numbers in kit.blocks(part, job.keep_contacts):
        mine = values[:, numbers.start - part[0] : numbers.stop - part[0]]
        block, sums = kit.block(numbers, job.keep_contacts, sums, mine)
        waits.append(kit.tally(block.codes, *_batches(numbers, batch_size(part), block.waits)))
        contacts += block.kept
    names = stored_names(kit.callers, kit.centre)
    moments = sums.moments(part[1] - part[0] + 1) if isinstance(sums, Products) else sums
    pieces = [Piece(CONTACTS, _joined(contacts), names)] if contacts else []
    pieces.append(Piece("waits", _joined(waits), names))
    pieces.append(Piece("moments", moment_columns(moments), {}))
    pieces.append(Piece(LAST_WRITTEN, *measure_columns(part[0], values, kit.layout)))
    return Made(part, pieces, min(job.keep_contacts - 1, part[1]))


def write(store: Store, made: Made) -> Part:
    """Write what was made of a part, the table last that says that it is finished."""
    for piece in made.pieces:
        upto = made.contacts_upto if piece.table == CONTACTS else made.part[1]
        values = values_hash(piece.table, made.part, piece.columns, piece.names)
        mark = Mark(store.run, piece.table, *made.part, upto, values)
        store.write_part(mark, piece.columns, names=piece.names)
    return made.part


def _batches(numbers: range, size: int, waits: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the waits of each batch of replications begin and the last ones end, and the batches' names."""
    every = np.array(numbers)
    names, first = np.unique(every - every % size, return_index=True)
    return np.cumsum([0, *np.add.reduceat(waits, first)]), names


def _joined(tables: list[Table]) -> Table:
    """Tables one after the other; what was joined is let go, column by column."""
    return {name: np.concatenate([table.pop(name) for table in tables]) for name in list(tables[0])}
