"""Workers on other machines, by Dask: a pool like any other. The only module that knows Dask."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sim.errors import SimError
from sim.studies.parts import versions

#: So long a scheduler may take to answer.
_ANSWER_S = 6
#: So long a cluster may be without any worker before a run gives up.
_ALONE_S = 60.0
_KEPT = "finished replications are kept, run the same again"


@contextmanager
def connected(address: str, job: object) -> Iterator[tuple[Executor, object, Callable[[], int]]]:
    """A pool of the cluster's workers, what stands there for ``job``, and how many tasks to have under way."""
    client = _client(address)
    try:
        _agree(client, address)
        # Sent once; a task of its own, so that it is sent again where the worker that had it is lost.
        there = client.submit(_as_it_is, job, pure=False)
        with _explained(address):
            yield _Pool(client), there, _Room(client, address)
    finally:
        client.close(timeout=2)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise SimError("a cluster needs Dask: pip install 'helpline-sim[dask]'") from None
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
    try:
        # A client that found nobody cannot be got rid of quickly. In a thread, since a notebook has a loop of its own.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, _answered(address)).result()
        return Client(address, timeout=_ANSWER_S, set_as_default=False)
    except Exception as error:  # whatever else may listen there, it is no scheduler
        why = " ".join(str(error).split())[:150]
        raise SimError(f"{address}: no Dask scheduler answers there ({why}); see docs/cluster.md") from None


async def _answered(address: str) -> None:
    from distributed.core import connect, rpc

    (await connect(address, timeout=_ANSWER_S)).abort()
    async with rpc(address) as scheduler:
        kind = (await asyncio.wait_for(scheduler.identity(n_workers=0), _ANSWER_S)).get("type")
    if kind != "Scheduler":
        raise OSError(f"it is a {kind}")


def _agree(client: Any, address: str) -> None:
    """All workers have this version; those that come later say so themselves."""
    found = client.run(versions, on_error="return")
    if not found:
        raise SimError(f"{address}: the cluster has no workers; start some with: dask worker --nthreads 1 {address}")
    for worker, theirs in found.items():
        if isinstance(theirs, ImportError):
            raise SimError(f"the worker {worker} has no helpline-sim; this is {versions()} ({theirs})")
        if theirs != versions():
            raise SimError(f"the worker {worker} has {theirs}, this is {versions()}; install the same on all machines")


def _as_it_is(job: object) -> object:
    return job


class _Pool(Executor):
    """The workers of a cluster. Dask's own pool fails where a worker is lost just as its result has arrived."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future of ``fn(*args)`` on some worker; cancelled, it is dropped there too."""
        task, found = self.client.submit(fn, *args, **kwargs, pure=False), Future[Any]()
        found.add_done_callback(lambda done: task.cancel() if done.cancelled() else None)
        self.client.loop.add_callback(_pass_on, self.client, task, found)
        return found


async def _pass_on(client: Any, task: Any, found: Future[Any]) -> None:
    """What a task comes to, to who waits for it."""
    try:
        result = await client.gather(task, asynchronous=True)
    except BaseException as error:  # whatever it is, it is raised where it is waited for
        if found.set_running_or_notify_cancel():
            found.set_exception(error)
    else:
        if found.set_running_or_notify_cancel():
            found.set_result(result)


class _Room:
    """Twice as many tasks as there are threads now; workers may come and go."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address
        self.seen = time.monotonic()

    def __call__(self) -> int:
        threads = sum(self.client.nthreads().values())
        if threads:
            self.seen = time.monotonic()
        elif time.monotonic() - self.seen > _ALONE_S:
            raise SimError(f"{self.address}: all workers have left the cluster; {_KEPT}")
        return 2 * int(threads)


@contextmanager
def _explained(address: str) -> Iterator[None]:
    from distributed import KilledWorker

    try:
        yield
    except KilledWorker:
        raise SimError(f"{address}: several workers died of the same part (out of memory?); {_KEPT}") from None
    except (CancelledError, OSError):
        raise SimError(f"{address}: the scheduler does not answer any more; {_KEPT}") from None
