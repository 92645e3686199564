"""What is counted, of whom and of when: the columns and the cells of the measures of a scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import Centre
from sim.model.clock import DAY, HOUR, WEEK, WallClock
from sim.model.compile import Model
from sim.model.world import Names

Whole = NDArray[np.int64]

#: Counted or summed over contacts, by the date and the hour on the clock at which they were dialled.
CONTACT_COLUMNS = {
    "offered": "contacts while the channel was open, redials included",
    "answered": "contacts that got a line while the caller waited",
    "called_back": "contacts answered by a call-back, accepted or after a message",
    "abandoned": "contacts that gave up waiting",
    "silent": "of those, contacts that gave up without a sign",
    "blocked": "contacts that met a busy tone",
    "balked": "contacts that left on meeting a queue",
    "sent_away": "contacts that came while open, and still waited at closing with no line to serve them",
    "closed": "contacts outside opening hours without a message",
    "messages": "contacts outside opening hours that left a message",
    "unfinished": "contacts still in the queue when the follow-up ended",
    "first_offered": "first contacts of callers while the channel was open",
    "short_abandoned": "abandoned within the time that counts as a short abandon",
    "answered_within": "answered within the channel's acceptable waiting time or promise",
    "abandoned_within": "abandoned within it",
    "wait_answered": "waiting time of the answered, ms",
    "wait_abandoned": "waiting time of those who gave up, ms",
    "wait_called_back": "time from the call or message to the call-back, ms",
    "handling": "time from answer to release of the answered and called back, ms",
    "held_in_vain": "line time held by contacts that had silently left, ms",
    "forwarded": "answered contacts that were passed on to another channel",
    "forward_lost": "of those, contacts that were not answered there",
    "called_again": "answered contacts after which the caller called again",
    "offered_work": "conversation and wrap-up that all offered contacts would have taken, ms",
}
#: Counted over persons, by their first contact.
CALLER_COLUMNS = {
    "callers": "persons who called",
    "reached": "persons who were answered at least once",
    "never_reached": "persons who were not answered, and are not waiting any more",
    "only_closed": "of those, persons who only ever called outside opening hours",
    "pending": "persons whose last contact was still in the queue when the follow-up ended",
    "attempts": "contacts of these persons",
    "at_limit": "persons never reached who made the last attempt the scenario allows",
    "cut_off": "persons who would have called again after the period's end",
}
#: Integrals over time within the period, and the largest values met.
TIME_COLUMNS = {
    "staffed": "line time on duty, ms",
    "busy": "line time spent on contacts, ms",
    "overtime": "busy line time beyond the schedule, ms",
    "on_duty": "time with at least one line on duty, ms",
    "all_busy": "of that, time with every line busy, ms",
    "queue_time": "time integral of the number waiting, ms",
    "open": "opening time, ms",
    "longest_queue": "largest number waiting at once (a maximum, not a sum)",
    "longest_wait": "longest wait of a contact dialled then, ms (a maximum, not a sum)",
}
COLUMNS = (*CONTACT_COLUMNS, *CALLER_COLUMNS, *TIME_COLUMNS)
AT = {name: number for number, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Scope:
    """Of whom: ``kind`` such as queue, ``names``, and whether it is split by day and hour too."""

    kind: str
    names: tuple[str, ...]
    split: bool


@dataclass(frozen=True)
class Layout:
    """The cells of a scenario, in order: for each scope's name the period, its days, its hours, the week's intervals.

    interval: length in ms of the intervals of the week, 0 where they are not counted.
    since_monday: ms from the midnight with which the first day's week begins to that day.
    whole: whether only whole periods are asked for; days are then one slice, and hours none.
    """

    scopes: tuple[Scope, ...]
    days: int
    interval: int = 0
    since_monday: int = 0
    whole: bool = False

    @classmethod
    def of(cls, model: Model, *, whole: bool = False) -> Layout:
        """The cells of a model, or those of ``whole`` periods only."""
        if whole:
            return replace(layout_of(model.names, model.centre), whole=True)
        weekday = model.calendar.first.weekday()
        return layout_of(model.names, model.centre, interval=model.interval, weekday=weekday)

    @property
    def day_slices(self) -> int:
        """Slices by day."""
        return 1 if self.whole else self.days

    @property
    def hours(self) -> int:
        """Slices by hour of the day."""
        return 0 if self.whole else 24

    @property
    def step(self) -> int:
        """Longest stretch in ms of which every slice is made."""
        return self.interval or HOUR

    @property
    def intervals(self) -> int:
        """Intervals of a week."""
        return WEEK // self.interval if self.interval else 0

    @property
    def slices(self) -> int:
        """Cells of one name of a scope that is split."""
        return 1 + self.day_slices + self.hours + self.intervals

    def slices_at(self, clock: WallClock, instant: Whole) -> Whole:
        """Slices that each instant is part of: its day, its hour, its interval of the week; (1 to 3, n)."""
        shown = clock.at(instant)
        if self.whole:
            return np.ones((1, len(shown)), dtype=np.int64)
        found = [1 + shown // DAY, 1 + self.days + shown % DAY // HOUR]
        if self.interval:
            found.append(1 + self.days + 24 + (shown + self.since_monday) % WEEK // self.interval)
        return np.stack(found)

    def first(self, kind: str) -> int:
        """First cell of a scope."""
        start = 0
        for scope in self.scopes:
            if scope.kind == kind:
                return start
            start += len(scope.names) * (self.slices if scope.split else 1)
        raise KeyError(kind)

    def periods(self) -> Whole:
        """The cell of the whole period of every scope's name, in order."""
        return np.array([cell for cell, (_, _, slice_, _) in enumerate(self.cells()) if slice_ == "period"])

    def size(self) -> int:
        """Number of cells."""
        return sum(len(scope.names) * (self.slices if scope.split else 1) for scope in self.scopes)

    def cells(self) -> list[tuple[str, str, str, int]]:
        """Kind, name, slice (period, day, hour or interval) and its number, of every cell."""
        parts = {"period": 1, "day": self.day_slices, "hour": self.hours, "interval": self.intervals}
        split = [(slice_, number) for slice_, count in parts.items() for number in range(count)]
        return [
            (scope.kind, name, slice_, number)
            for scope in self.scopes
            for name in scope.names
            for slice_, number in (split if scope.split else split[:1])
        ]


def layout_of(names: Names, centre: Centre, *, interval: int = 0, weekday: int = 0) -> Layout:
    """The cells of all replications of a model; ``interval`` of the week in ms, ``weekday`` of the first day."""
    persons = {"cause": names.causes, "topic": names.topics, "age": names.ages}
    return Layout(
        scopes=(
            Scope("all", ("all",), split=True),
            Scope("channel", names.channels, split=True),
            Scope("queue", tuple(queue.name for queue in centre.queues), split=True),
            Scope("province", names.provinces, split=True),
            Scope("lines", tuple(group.name for group in centre.groups), split=True),
            *(Scope(kind, some, split=False) for kind, some in persons.items()),
        ),
        days=centre.days,
        interval=interval,
        since_monday=weekday * DAY,
    )
