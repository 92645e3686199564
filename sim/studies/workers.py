"""Work spread over threads, processes or one after the other: the same results in whatever order they come."""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from sim.errors import SimError

J = TypeVar("J")
T = TypeVar("T")


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def finished(
    work: Callable[[J, T], T], job: J, tasks: Sequence[T], *, workers: int | None = None, threads: bool = False
) -> Iterator[T]:
    """Each task once ``work(job, task)`` is done. ``threads`` for work that lets other threads run meanwhile."""
    count = min(workers or cores(), len(tasks))
    if count <= 1:
        yield from (work(job, task) for task in tasks)
        return
    if threads:
        pool: Executor = ThreadPoolExecutor(count)
    else:
        pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    waiting = iter(tasks)
    running: set[Future[T]] = set()
    try:
        with nullcontext() if threads else _unnoticed_start():
            running |= {pool.submit(work, job, task) for task in islice(waiting, 2 * count)}
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(work, job, task) for task in islice(waiting, len(ready))}
            for future in ready:
                yield future.result()
    except BrokenProcessPool:
        message = "a worker process died (out of memory?); finished replications are kept, run the same again"
        raise SimError(message) from None
    finally:
        # What a worker has begun it finishes and writes; what has not begun is dropped.
        pool.shutdown(wait=True, cancel_futures=True)


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
