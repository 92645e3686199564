"""Work spread over threads, processes or a cluster, or one after the other: the same results in whatever order."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import islice
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, TypeVar

from sim.errors import SimError

J = TypeVar("J")
T = TypeVar("T")
R = TypeVar("R")
#: Pools of processes that may break one after the other with nothing finished in between.
_BREAKS = 3
#: How often a pool is asked whether it is still there.
_LOOK_S = 5.0


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def finished(
    work: Callable[[J, T], R],
    job: J,
    tasks: Sequence[T],
    *,
    workers: int | None = None,
    threads: bool = False,
    cluster: str | None = None,
) -> Iterator[R]:
    """What ``work(job, task)`` returned, of each task once it is done.

    ``threads`` for work that lets other threads run meanwhile; ``cluster`` is the address of a Dask scheduler.
    """
    count = min(workers or cores(), len(tasks))
    if cluster is not None and tasks:
        from sim.studies.cluster import connected

        with connected(cluster, job) as (pool, there, room):
            yield from _spread(pool, work, there, dict(enumerate(tasks)), room)
    elif count <= 1:
        yield from (work(job, task) for task in tasks)
    else:
        yield from _again_if_broken(work, job, dict(enumerate(tasks)), count, threads=threads)


def _again_if_broken(
    work: Callable[[J, T], R], job: J, left: dict[int, T], count: int, *, threads: bool
) -> Iterator[R]:
    """All that is ``left``; a pool that breaks is made anew as long as something is finished."""
    in_vain = 0
    if not threads:  # sent with every task, and read once by each process
        work, job = partial(_with_read, work), pickle.dumps(job)  # type: ignore[assignment]
    while left and in_vain < _BREAKS:
        before = len(left)
        try:
            with _local(count, threads=threads) as pool:
                yield from _spread(pool, work, job, left, lambda: 2 * count)
        except BrokenProcessPool:
            in_vain = in_vain + 1 if len(left) == before else 0
    if left:
        message = "a worker process died (out of memory?); finished replications are kept, run the same again"
        raise SimError(message)


@lru_cache(maxsize=2)
def _read(job: bytes) -> Any:
    return pickle.loads(job)


def _with_read(work: Callable[[Any, T], R], job: bytes, task: T) -> R:
    return work(_read(job), task)


def _spread(
    pool: Executor, work: Callable[[Any, T], R], job: object, left: dict[int, T], room: Callable[[], int]
) -> Iterator[R]:
    """Results as they come, at most ``room()`` under way; what has come is taken out of ``left``."""
    waiting = iter(list(left.items()))
    running: dict[Future[R], int] = {}

    def submit() -> None:
        for number, task in islice(waiting, max(room() - len(running), 0)):
            running[pool.submit(work, job, task)] = number

    try:
        submit()
        while running:
            ready = [(running.pop(future), future) for future in wait(running, _LOOK_S, FIRST_COMPLETED).done]
            submit()
            while ready:
                number, future = ready.pop()
                result = future.result()
                del left[number], future
                yield result
    except KeyboardInterrupt:
        yield from _begun(running)
        raise
    finally:
        for future in running:
            future.cancel()


def _begun(running: dict[Future[R], int]) -> Iterator[R]:
    """What workers had begun when the run was stopped; what has not begun is dropped."""
    begun = [future for future in running if not future.cancel()]
    running.clear()
    for future in wait(begun).done:
        if future.exception() is None:
            yield future.result()


@contextmanager
def _local(count: int, *, threads: bool) -> Iterator[Executor]:
    """A pool of threads, or of spawned processes that end with this one."""
    if threads:
        pool: Executor = ThreadPoolExecutor(count)
    else:
        pool = ProcessPoolExecutor(count, mp_context=_Spawned(), initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """Leave when the program that asked was killed; a worker would wait for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Process(SpawnProcess):
    """A worker, whenever the pool starts it: a pool starts one as it finds the others busy."""

    def start(self) -> None:
        with _unnoticed_start():
            super().start()


class _Spawned(SpawnContext):
    Process = _Process


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
