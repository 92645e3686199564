"""What is held against each other of a log and of a simulation: numbers of calls, abandonment, waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.fit.checks import Check
from sim.fit.fitted import Fitted, nothing
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, NOT_SAID, UNKNOWN, Log
from sim.language.said import Name, Said
from sim.model.clock import DAY, HOUR, SECOND, WallClock
from sim.model.contacts import Contacts, Outcome

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Answered within so long counts as in time.
WITHIN_S = 60
_AS_LOGGED = np.full(len(Outcome), NOT_SAID)
_AS_LOGGED[[Outcome.ANSWERED, Outcome.CALLED_BACK]] = ANSWERED
_AS_LOGGED[[Outcome.ABANDONED, Outcome.SILENT, Outcome.BALKED]] = ABANDONED
_AS_LOGGED[Outcome.BLOCKED] = BLOCKED
_AS_LOGGED[Outcome.CLOSED] = CLOSED


@dataclass(frozen=True)
class Calls:
    """Calls while open, of a log or simulated: columns of equal length, ms; queue by number."""

    arrival: Whole
    queue: Whole
    wait: Whole
    outcome: Whole

    @classmethod
    def logged(cls, log: Log) -> Calls:
        """Of a log."""
        return cls(log.arrival, log.queue, log.wait, log.outcome)._open()

    @classmethod
    def simulated(cls, contacts: Contacts, queues: Whole, clock: WallClock) -> Calls:
        """Of a simulation, on the clock; ``queues`` has the log's queue of each of the engine's."""
        wait = contacts.left_queue - contacts.dialled
        return cls(clock.at(contacts.dialled), queues[contacts.queue], wait, _AS_LOGGED[contacts.outcome])._open()

    def _open(self) -> Calls:
        return self.where(np.isin(self.outcome, (ANSWERED, ABANDONED, BLOCKED)))

    def where(self, which: NDArray[np.bool_]) -> Calls:
        """Some of them."""
        return Calls(self.arrival[which], self.queue[which], self.wait[which], self.outcome[which])

    def __len__(self) -> int:
        return len(self.arrival)


def abandonment(calls: Calls) -> float:
    """Gave up / called while open."""
    return float((calls.outcome == ABANDONED).mean()) if len(calls) else np.nan


def wait_answered_s(calls: Calls) -> float:
    """Mean wait of the answered, those answered at once included."""
    return _mean_wait(calls, calls.outcome == ANSWERED)


def wait_abandoned_s(calls: Calls) -> float:
    """Mean wait of those who gave up."""
    return _mean_wait(calls, calls.outcome == ABANDONED)


def in_time(calls: Calls) -> float:
    """Answered within WITHIN_S / called while open."""
    known = (calls.outcome != ANSWERED) | (calls.wait != UNKNOWN)
    hit = (calls.outcome == ANSWERED) & (calls.wait <= WITHIN_S * SECOND) & (calls.wait != UNKNOWN)
    return float(hit.sum() / known.sum()) if known.any() else np.nan


def _mean_wait(calls: Calls, which: NDArray[np.bool_]) -> float:
    waits = calls.wait[which & (calls.wait != UNKNOWN)]
    return float(waits.mean()) / SECOND if len(waits) else np.nan


#: What is compared: key of its words, unit, how it is counted.
MEASURES: tuple[tuple[str, str, Callable[[Calls], float]], ...] = (
    ("abandonment", "%", abandonment),
    ("wait_answered", "s", wait_answered_s),
    ("wait_abandoned", "s", wait_abandoned_s),
    ("in_time", "%", in_time),
)


def predicted(values: Floats, unit: str) -> Fitted:
    """Where one more log of the model would lie: Student's prediction interval from n simulated ones (n,)."""
    values = values[np.isfinite(values)]
    n = len(values)
    if n < 3:
        return nothing(unit, Said("how.few_replications"))
    half = float(special.stdtrit(n - 1, 0.975) * values.std(ddof=1) * np.sqrt(1 + 1 / n))
    mean = float(values.mean())
    return Fitted(mean, max(mean - half, 0.0), mean + half, unit, Said("how.prediction", replications=n))


def compare(about: str, logged: Calls, simulated: Sequence[Calls], queues: Sequence[str], least: int) -> list[Check]:
    """Checks of all calls, and of each queue with at least so many."""
    checks = [_check(about, what, unit, of, logged, simulated) for what, unit, of in MEASURES]
    numbers = [number for number in range(len(queues)) if (logged.queue == number).sum() >= least]
    for number in numbers if len(numbers) > 1 else []:
        mine = logged.where(logged.queue == number)
        theirs = [calls.where(calls.queue == number) for calls in simulated]
        for what, unit, of in MEASURES[:2]:
            checks.append(_check(about, what, unit, of, mine, theirs, queues[number]))
    return checks


def _check(
    about: str,
    key: str,
    unit: str,
    of: Callable[[Calls], float],
    logged: Calls,
    simulated: Sequence[Calls],
    queue: str | None = None,
) -> Check:
    what = Said(f"misfit.{key}", seconds=WITHIN_S)
    if queue is not None:
        what = Said("misfit.of_queue", what=what, queue=Name(queue))
    return Check(about, what, of(logged), predicted(np.array([of(calls) for calls in simulated]), unit), unit)


def by_hour(calls: Calls, of: Callable[[Calls], float]) -> Floats:
    """A number by hour of the day of calling, (24,); nan where nobody called."""
    hour = calls.arrival % DAY // HOUR
    return np.array([of(calls.where(hour == number)) for number in range(24)])
