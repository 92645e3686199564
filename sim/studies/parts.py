"""A part of a run: some replications drawn, simulated and measured, wherever a worker runs; and written."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.model.compile import Model
from sim.results.hashes import values_hash
from sim.results.integrity import Mark, Part
from sim.results.store import CONTACTS, LAST_WRITTEN, RESULTS_VERSION, Store, batch_size
from sim.results.tables import Table, measure_columns, moment_columns, stored_names
from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.statistics.products import Products
from sim.studies.kit import Kit

#: Of a contact and some redials, in narrow columns.
_BYTES_OF_A_CONTACT = 80


@dataclass(frozen=True)
class Written:
    """A scenario as YAML, for another machine; ``log`` is its call log, compressed, which is not found there."""

    scenario: str
    log: bytes

    def compiled(self) -> Model:
        """Its model."""
        if not self.log:
            return loads(self.scenario).model
        with TemporaryDirectory(prefix="helpline-sim-") as folder:
            (Path(folder) / "trace.csv").write_bytes(zlib.decompress(self.log))
            return loads(self.scenario, name=f"{folder}/scenario.yaml").model


@dataclass(frozen=True)
class Job:
    """All that a worker needs: the model, for another machine the scenario as text."""

    model: Model | Written
    seed: int
    engine: str
    keep_contacts: int
    versions: str = ""

    @cached_property
    def kit(self) -> Kit:
        """What draws, plays and counts, made once in each process."""
        model = self.model if isinstance(self.model, Model) else self.model.compiled()
        return Kit(model, self.seed, self.engine == "compiled")

    def __getstate__(self) -> dict[str, Any]:
        # Without the kit, which points to memory of this process.
        return {field.name: getattr(self, field.name) for field in fields(self)}


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
    model = _written(scenario) if far else scenario.model
    return Job(model, seed, engine, keep_contacts, versions())


def _written(scenario: Scenario) -> Written:
    if scenario.trace is None:
        return Written(dumps(scenario), b"")
    log = zlib.compress(Path(scenario.trace.file).read_bytes())
    return Written(dumps(scenario.with_log_at("trace.csv")), log)


def contact_bytes(job: Job, part: Part) -> float:
    """About how much memory the contacts take that are kept of ``part``."""
    kept = min(job.keep_contacts, part[1] + 1) - part[0]
    return _BYTES_OF_A_CONTACT * job.kit.expected() * max(kept, 0)


def make(job: Job, part: Part) -> Made:
    """Simulate and measure the replications of ``part``; nothing is written."""
    if job.versions != versions():
        raise SimError(f"a worker has {versions()}, the run is of {job.versions}; install the same on all machines")
    kit = job.kit
    sums, values = kit.nothing(), kit.values(part[1] - part[0] + 1)
    contacts: list[Table] = []
    waits: list[Table] = []
    for numbers in kit.blocks(part, job.keep_contacts):
        mine = values[:, numbers.start - part[0] : numbers.stop - part[0]]
        block, sums = kit.block(numbers, job.keep_contacts, sums, mine)
        waits.append(kit.tally(block.codes, *_batches(numbers, batch_size(part), block.waits)))
        contacts += block.kept
    names = stored_names(kit.model.names, kit.model.centre)
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
