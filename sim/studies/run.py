"""Replications of one scenario on all cores, kept block by block."""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from sim.centre import Centre
from sim.clock import Calendar
from sim.draw import draw_block
from sim.engines import ENGINES, simulate
from sim.errors import SimError
from sim.luck import Luck, prepare
from sim.measures import Promises, layout_of, measure
from sim.results import Result
from sim.scenario.load import dumps, loads
from sim.scenario.model import Scenario
from sim.store import Store, blocks_of
from sim.tables import contact_columns, measure_columns, stored_names, wait_columns

#: Replications that are simulated, written and kept together; also what an interruption can cost.
BLOCK = 25
Progress = Callable[[int, int], None]


class Interrupted(SimError):
    """A run was stopped; ``result`` holds what had been finished, None if nothing."""

    def __init__(self, kept: int, wanted: int, result: Result | None) -> None:
        super().__init__(f"stopped: {kept:,} of {wanted:,} replications are finished and kept")
        self.result = result


@dataclass(frozen=True)
class _Job:
    """All that a worker needs; plain text and numbers, so that it travels to another process or machine."""

    scenario: str
    seed: int
    engine: str
    folder: str
    keep_contacts: int


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "simpy",
    workers: int | None = None,
    out: str | Path = "results",
    keep_contacts: int = 100,
    progress: Progress | None = None,
    command: str = "",
) -> Result:
    """Simulate what is missing of ``replications`` and return all of it.

    ``replications`` and ``seed`` default to the scenario's. Contacts are kept of the first ``keep_contacts``
    replications. ``progress`` is told (done, wanted). Interrupted on Ctrl-C; what is finished stays.
    """
    wanted = scenario.experiment.replications if replications is None else replications
    seed = scenario.experiment.seed if seed is None else seed
    if wanted < 1 or seed < 0 or (workers is not None and workers < 1) or keep_contacts < 0:
        raise ValueError("replications and workers must be at least 1, seed and keep_contacts at least 0")
    if engine not in ENGINES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(ENGINES)}")
    store = Store.for_scenario(scenario, seed=seed, out=Path(out))
    job = _Job(dumps(scenario), seed, engine, str(store.folder), keep_contacts)
    blocks = blocks_of(store.missing(wanted), BLOCK)
    done = wanted - sum(last - first + 1 for first, last in blocks)
    tell = progress or (lambda _done, _wanted: None)
    tell(done, wanted)
    try:
        for first, last in _finished(job, blocks, min(workers or _cores(), len(blocks))):
            done += last - first + 1
            tell(done, wanted)
    except KeyboardInterrupt:
        kept = store.replications()
        store.write_manifest(scenario, seed=seed, engine=engine, command=command)
        result = Result(store.folder, replications=min(kept, wanted)) if kept else None
        raise Interrupted(wanted - len(store.missing(wanted)), wanted, result) from None
    store.write_manifest(scenario, seed=seed, engine=engine, command=command)
    return Result(store.folder, replications=wanted)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _finished(job: _Job, blocks: list[tuple[int, int]], workers: int) -> Iterator[tuple[int, int]]:
    """Each block once it is on disk."""
    if workers <= 1:
        for block in blocks:
            yield _simulate_block(job, *block)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    waiting = iter(blocks)
    running: set[Future[tuple[int, int]]] = set()
    try:
        with _unnoticed_start():
            running |= {pool.submit(_simulate_block, job, *block) for block in _some(waiting, 2 * workers)}
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_simulate_block, job, *block) for block in _some(waiting, len(ready))}
            for future in ready:
                yield future.result()
    except BrokenProcessPool:
        message = "a worker process died (out of memory?); finished replications are kept, run the same again"
        raise SimError(message) from None
    finally:
        # What a worker has begun it finishes and writes; what has not begun is dropped.
        pool.shutdown(wait=True, cancel_futures=True)


def _some(blocks: Iterator[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    return [block for _, block in zip(range(most), blocks, strict=False)]


@contextmanager
def _unnoticed_start() -> Iterator[None]:
    """Start workers deaf to Ctrl-C and without importing the user's script, which needs no main guard then."""
    main = sys.modules["__main__"]
    in_main_thread = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if in_main_thread else None
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if in_main_thread:
            signal.signal(signal.SIGINT, handler)


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


def _simulate_block(job: _Job, first: int, last: int) -> tuple[int, int]:
    """Simulate and write the replications ``first`` to ``last``."""
    luck, centre, calendar, promises = _prepared(job.scenario)
    measures, contacts = [], []
    worlds = draw_block(luck, seed=job.seed, replications=range(first, last + 1))
    for replication, world in zip(range(first, last + 1), worlds, strict=True):
        table = simulate(world, centre, engine=job.engine)
        measures.append(measure(world, centre, table, calendar=calendar, promises=promises))
        if replication < job.keep_contacts:
            contacts.append(contact_columns(replication, world, centre, table, calendar))
    store, names = Store(Path(job.folder)), stored_names(worlds[0], centre)
    if contacts:
        joined = {name: np.concatenate([part[name] for part in contacts]) for name in contacts[0]}
        store.write_part("contacts", first, min(last, job.keep_contacts - 1), joined, names=names)
    store.write_part("waits", first, last, wait_columns(first, measures, centre), names=names)
    # Last, since the parts of the measures say which replications are there.
    columns, cell_names = measure_columns(first, measures, layout_of(worlds[0], centre))
    store.write_part("measures", first, last, columns, names=cell_names)
    return first, last
