"""Work in threads: one piece for each page, so many in all, stopped by an event, told of as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Lock, Thread

from sim.app.limits import MOST_AT_ONCE
from sim.studies.trial import Stopped

#: How often a thread that waits for a seat looks whether it was stopped.
_LOOK_S = 0.1
_LEAVE_S = 5.0


@dataclass
class Task:
    """One piece of work. The thread writes, the page reads: ``found`` is replaced as a whole, never changed."""

    stop: Event = field(default_factory=Event)
    done: int = 0
    wanted: int = 0
    told: str = ""
    found: object = None
    waits: bool = False
    finished: bool = False
    error: Exception | None = None

    def seen(self) -> tuple[object, bool]:
        """What is found, and whether that is all; in this order, since the thread may find more and end in between."""
        finished = self.finished
        return self.found, finished

    def tell(self, done: int, wanted: int) -> None:
        """So much is done of what is wanted; Stopped where no more should be."""
        self.done, self.wanted = done, wanted
        if self.stop.is_set():
            raise Stopped(f"stopped after {done:,} of {wanted:,}")

    def say(self, text: str) -> None:
        """What is being done; Stopped where it should not be any more."""
        self.told = text
        if self.stop.is_set():
            raise Stopped(f"stopped at: {text}")


class Seats:
    """So many pieces of work of all pages run at the same time; the others wait for a seat."""

    def __init__(self, count: int = MOST_AT_ONCE) -> None:
        self._free = BoundedSemaphore(count)

    @contextmanager
    def taken(self, task: Task) -> Iterator[None]:
        """A seat; Stopped where the task was stopped while it waited."""
        while not self._free.acquire(timeout=_LOOK_S):
            task.waits = True
            if task.stop.is_set():
                raise Stopped("stopped before it began")
        task.waits = False
        try:
            yield
        finally:
            self._free.release()


class Worker:
    """The piece of work of one page: a new one stops the one before."""

    def __init__(self) -> None:
        self.task: Task | None = None
        self._thread: Thread | None = None
        self._lock = Lock()

    @property
    def busy(self) -> bool:
        """Whether a piece of work is under way."""
        return self.task is not None and not self.task.finished

    def start(self, job: Callable[[Task], None]) -> Task:
        """Stop what is under way, and begin ``job``."""
        with self._lock:
            self.stop()
            task = Task()
            self.task = task
            self._thread = Thread(target=_done, args=(job, task), daemon=True)
            self._thread.start()
            return task

    def stop(self) -> None:
        """Ask what is under way to stop, which it soon does."""
        if self.task is not None:
            self.task.stop.set()

    def leave(self) -> None:
        """Stop and wait for the end."""
        self.stop()
        if self._thread is not None:
            self._thread.join(_LEAVE_S)


def _done(job: Callable[[Task], None], task: Task) -> None:
    try:
        job(task)
    except Stopped:
        pass
    except Exception as error:  # whatever it is, the page says that there is no answer
        task.error = error
    finally:
        task.finished = True
