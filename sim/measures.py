"""Counts and sums of one replication: what is kept of it. Ratios are formed once, over all replications.

A measure is a column of whole numbers; a cell says of whom (all, a channel, a queue, a province, a line group, a
cause, a topic, an age) and of when (the period, one day, one hour of the day). Cells add over replications.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.centre import UNANSWERED, Centre
from sim.clock import DAY, HOUR, Calendar
from sim.contacts import Contacts, Outcome
from sim.timelines import duty_of, line_time, open_time, queue_time
from sim.world import World

Whole = NDArray[np.int64]

#: Counted or summed over contacts, by the day and hour in which they were dialled.
CONTACT_COLUMNS = {
    "offered": "contacts while the channel was open, redials included",
    "answered": "contacts that got a line while the caller waited",
    "called_back": "contacts answered by a call-back, accepted or after a message",
    "abandoned": "contacts that gave up waiting",
    "silent": "of those, contacts that gave up without a sign",
    "blocked": "contacts that met a busy tone",
    "balked": "contacts that left on meeting a queue",
    "closed": "contacts outside opening hours without a message, or sent away at closing",
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
_AT = {name: number for number, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Promises:
    """Thresholds that are counted. ``within`` by channel: ms of waiting, or -1 where working days are promised.

    ``working_days`` by channel: promised working days after the day of the contact, -1 where ms are.
    """

    short_abandon: int
    within: tuple[int, ...]
    working_days: tuple[int, ...]


@dataclass(frozen=True)
class Scope:
    """Of whom: ``kind`` such as queue, ``names``, and whether it is split by day and hour too."""

    kind: str
    names: tuple[str, ...]
    split: bool


@dataclass(frozen=True)
class Layout:
    """The cells of a scenario, in order: for each scope's name the period, then its days, then its hours."""

    scopes: tuple[Scope, ...]
    days: int

    @property
    def slices(self) -> int:
        """Cells of one name of a scope that is split."""
        return 1 + self.days + 24

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
        """Kind, name, slice (period, day or hour) and its number, of every cell."""
        split = [("period", 0), *(("day", d) for d in range(self.days)), *(("hour", h) for h in range(24))]
        return [
            (scope.kind, name, slice_, number)
            for scope in self.scopes
            for name in scope.names
            for slice_, number in (split if scope.split else split[:1])
        ]


def layout_of(world: World, centre: Centre) -> Layout:
    """The cells of every world and centre of one scenario."""
    persons = {"cause": world.causes, "topic": world.topics, "age": world.ages}
    return Layout(
        scopes=(
            Scope("all", ("all",), split=True),
            Scope("channel", world.channels, split=True),
            Scope("queue", tuple(queue.name for queue in centre.queues), split=True),
            Scope("province", world.provinces, split=True),
            Scope("lines", tuple(group.name for group in centre.groups), split=True),
            *(Scope(kind, names, split=False) for kind, names in persons.items()),
        ),
        days=centre.end // DAY,
    )


@dataclass(frozen=True)
class Measures:
    """Counts and sums of one replication.

    ``cells`` (cells, columns). ``waits`` (rows, 5): queue, province, outcome, bin of the wait, how many.
    """

    cells: Whole
    waits: Whole


def measure(world: World, centre: Centre, contacts: Contacts, *, calendar: Calendar, promises: Promises) -> Measures:
    """Everything that is kept of a replication."""
    layout = layout_of(world, centre)
    table = np.zeros((layout.size(), len(COLUMNS)), dtype=np.int64)
    channel = np.array([queue.channel for queue in centre.queues])[contacts.queue]
    values = _contact_values(world, centre, contacts, channel, promises, calendar)
    _add(table, layout, _who(world, contacts, channel), contacts.dialled, values)
    persons, first = _caller_values(world, centre, contacts, channel)
    starts = Contacts(**{name: column[first] for name, column in contacts.columns().items()})
    _add(table, layout, _who(world, starts, channel[first]), starts.dialled, persons)
    _add_time(table, layout, world, centre, contacts)
    return Measures(table, _wait_counts(world, contacts, channel))


def _who(world: World, contacts: Contacts, channel: Whole) -> dict[str, Whole]:
    """Position of each contact among the names of every scope of persons."""
    whose = contacts.caller
    return {
        "all": np.zeros(len(whose), dtype=np.int64),
        "channel": channel,
        "queue": contacts.queue,
        "province": world.province[whose],
        "cause": world.cause[whose],
        "topic": world.topic[whose],
        "age": world.age[whose],
    }


def _add(table: Whole, layout: Layout, who: dict[str, Whole], when: Whole, values: dict[str, Whole]) -> None:
    """Add ``values`` to the cells of every scope; maxima take the largest."""
    slices = (np.zeros_like(when), 1 + when // DAY, 1 + layout.days + when % DAY // HOUR)
    split = {scope.kind: scope.split for scope in layout.scopes}
    cells = np.concatenate(
        [
            layout.first(kind) + (index * layout.slices + slice_ if split[kind] else index)
            for kind, index in who.items()
            for slice_ in (slices if split[kind] else slices[:1])
        ]
    )
    times = len(cells) // max(len(when), 1)
    for name, value in values.items():
        repeated = np.tile(value, times)
        if name == "longest_wait":
            np.maximum.at(table[:, _AT[name]], cells, repeated)
        else:
            # Exact: a float holds whole numbers up to 2**53, some 285,000 years of waiting.
            table[:, _AT[name]] += np.bincount(cells, repeated, len(table)).astype(np.int64)


def _contact_values(
    world: World, centre: Centre, contacts: Contacts, channel: Whole, promises: Promises, calendar: Calendar
) -> dict[str, Whole]:
    outcome, wait = contacts.outcome, _wait(world, contacts, channel)
    is_ = {kind: (outcome == kind).astype(np.int64) for kind in Outcome}
    answered, called_back = is_[Outcome.ANSWERED], is_[Outcome.CALLED_BACK]
    abandoned = is_[Outcome.ABANDONED] + is_[Outcome.SILENT]
    messages = (called_back + is_[Outcome.UNFINISHED]) * ~_while_open(centre, contacts.dialled, channel)
    offered = 1 - is_[Outcome.CLOSED] - messages
    within = contacts.dialled + wait <= _deadline(contacts.dialled, channel, promises, calendar)
    whose, held = contacts.caller, contacts.released - contacts.left_queue
    work = world.conversation[whose, channel] + world.wrap_up[whose, channel]
    return {
        "offered": offered,
        "answered": answered,
        "called_back": called_back,
        "abandoned": abandoned,
        "silent": is_[Outcome.SILENT],
        "blocked": is_[Outcome.BLOCKED],
        "balked": is_[Outcome.BALKED],
        "closed": is_[Outcome.CLOSED],
        "messages": messages,
        "unfinished": is_[Outcome.UNFINISHED],
        "first_offered": offered * (contacts.attempt == 0),
        "short_abandoned": abandoned * (wait <= promises.short_abandon),
        "answered_within": answered * within,
        "abandoned_within": abandoned * within,
        "wait_answered": answered * wait,
        "wait_abandoned": abandoned * wait,
        "wait_called_back": called_back * wait,
        "handling": (answered + called_back) * held,
        "held_in_vain": is_[Outcome.SILENT] * held,
        "offered_work": offered * work,
        "longest_wait": offered * (1 - called_back) * wait,
        **_follow_ups(world, centre, contacts, channel),
    }


def _wait(world: World, contacts: Contacts, channel: Whole) -> Whole:
    """Wait of each contact; who left silently waited until patience ended, whatever the queue made of it."""
    wait: Whole = contacts.left_queue - contacts.dialled
    silent = contacts.outcome == Outcome.SILENT
    if silent.any():
        wait = wait.copy()
        wait[silent] = world.patience[contacts.caller[silent], contacts.attempt[silent], channel[silent]]
    return wait


def _while_open(centre: Centre, instant: Whole, channel: Whole) -> NDArray[np.bool_]:
    """Whether each instant lies in opening hours of its channel."""
    inside = np.zeros(len(instant), dtype=bool)
    for number, rules in enumerate(centre.channels):
        mine = channel == number
        # Between an odd number of edges; where hours touch, two edges cancel out.
        edges = np.array([edge for span in rules.open for edge in span], dtype=np.int64)
        inside[mine] = np.searchsorted(edges, instant[mine], side="right") % 2 == 1
    return inside


def _follow_ups(world: World, centre: Centre, contacts: Contacts, channel: Whole) -> dict[str, Whole]:
    """Answered contacts after which the caller was passed on or called again, by the contact that follows."""
    answered = np.isin(contacts.outcome, (Outcome.ANSWERED, Outcome.CALLED_BACK))
    followed = np.zeros(len(contacts), dtype=bool)
    followed[:-1] = answered[:-1] & (contacts.caller[1:] == contacts.caller[:-1])
    passed_on = np.zeros(len(contacts), dtype=bool)
    if any(habits.forward for habits in centre.habits):
        thresholds = np.array([habits.forward for habits in centre.habits])[channel]
        passed_on = followed & (world.forward[contacts.caller, contacts.attempt] < thresholds)
    lost = np.zeros(len(contacts), dtype=bool)
    lost[:-1] = passed_on[:-1] & ~answered[1:]
    columns = {"forwarded": passed_on, "forward_lost": lost, "called_again": followed & ~passed_on}
    return {name: values.astype(np.int64) for name, values in columns.items()}


def _deadline(dialled: Whole, channel: Whole, promises: Promises, calendar: Calendar) -> Whole:
    """Last instant at which a contact is answered within what its channel promises."""
    within = np.array(promises.within)[channel]
    deadline: Whole = dialled + np.maximum(within, 0)
    for number, days in enumerate(promises.working_days):
        if days >= 0:
            mine = channel == number
            deadline[mine] = _working_day_ends(calendar, days)[dialled[mine] // DAY]
    return deadline


def _working_day_ends(calendar: Calendar, days: int) -> Whole:
    """By day: end of the ``days``-th working day after it (of the day itself or the next working one for 0)."""
    working = np.flatnonzero(calendar.working)
    every = np.arange(calendar.days)
    rank = np.searchsorted(working, every, side="right") + days - 1
    rank += (days == 0) & ~np.array(calendar.working[: calendar.days])
    beyond = np.append(working, len(calendar.working))
    return (beyond[np.minimum(rank, len(working))] + 1) * DAY


def _caller_values(world: World, centre: Centre, contacts: Contacts, channel: Whole) -> tuple[dict[str, Whole], Whole]:
    """Counts of persons, and the row of each person's first contact."""
    first = np.flatnonzero(contacts.attempt == 0)
    if not len(first):
        return {name: np.zeros(0, dtype=np.int64) for name in CALLER_COLUMNS}, first
    last = np.append(first[1:], len(contacts)) - 1
    outcome = contacts.outcome
    answered = (outcome == Outcome.ANSWERED) | (outcome == Outcome.CALLED_BACK)
    reached = np.add.reduceat(answered, first) > 0
    open_door = np.add.reduceat(outcome != Outcome.CLOSED, first) > 0
    pending = ~reached & (outcome[last] == Outcome.UNFINISHED)
    never = ~reached & ~pending
    at_limit = never & (contacts.attempt[last] + 1 == centre.attempts)
    thresholds = np.zeros((len(centre.channels), len(Outcome)), dtype=np.int64)
    thresholds[:, list(UNANSWERED)] = [habits.redial for habits in centre.habits]
    thresholds[:, Outcome.SILENT] = thresholds[:, Outcome.ABANDONED]
    would = world.redial[contacts.caller[last], contacts.attempt[last]] < thresholds[channel[last], outcome[last]]
    return {
        "callers": np.ones(len(first), dtype=np.int64),
        "reached": reached.astype(np.int64),
        "never_reached": never.astype(np.int64),
        "only_closed": (never & ~open_door).astype(np.int64),
        "pending": pending.astype(np.int64),
        "attempts": last - first + 1,
        "at_limit": at_limit.astype(np.int64),
        "cut_off": (never & ~at_limit & would).astype(np.int64),
    }, first


def _add_time(table: Whole, layout: Layout, world: World, centre: Centre, contacts: Contacts) -> None:
    table += _doors(layout, centre)
    edges = np.arange(0, centre.end + 1, HOUR)
    lines = [line_time(duty_of(world, group), contacts, g, edges) for g, group in enumerate(centre.groups)]
    for number, values in enumerate(lines):
        _add_hours(table, layout, "lines", number, values)
        _add_hours(table, layout, "all", 0, values)
    for number, queue in enumerate(centre.queues):
        mine = (contacts.queue == number) & (contacts.left_queue > contacts.dialled)
        values = queue_time(contacts.dialled[mine], contacts.left_queue[mine], edges)
        # Over several groups the longest duty of one: the time in which the queue is served.
        values["on_duty"] = np.max([lines[route.group]["on_duty"] for route in queue.routes], axis=0)
        _add_hours(table, layout, "queue", number, values)


@lru_cache(maxsize=16)
def _doors(layout: Layout, centre: Centre) -> Whole:
    """The part of the table that no luck changes: opening times."""
    table = np.zeros((layout.size(), len(COLUMNS)), dtype=np.int64)
    edges = np.arange(0, centre.end + 1, HOUR)
    for number, queue in enumerate(centre.queues):
        values = {"open": open_time(centre.channels[queue.channel].open, edges)}
        _add_hours(table, layout, "queue", number, values)
    return table


def _add_hours(table: Whole, layout: Layout, kind: str, number: int, values: dict[str, Whole]) -> None:
    """Add values by hour of the period to the cells of the period, the days and the hours of the day."""
    start = layout.first(kind) + number * layout.slices
    cells = table[start : start + layout.slices]
    for name, value in values.items():
        hours = value.reshape(-1, 24)
        fold = np.max if name == "longest_queue" else np.sum
        parts = np.concatenate([[fold(hours)], fold(hours, axis=1), fold(hours, axis=0)])
        if name == "longest_queue":
            cells[:, _AT[name]] = np.maximum(cells[:, _AT[name]], parts)
        else:
            cells[:, _AT[name]] += parts


# Distribution of waits

#: Bins of waits grow by half a percent, so that a quantile is known to a quarter of a percent.
BIN = 1.005


def bin_of(wait: Whole) -> Whole:
    """Bin of each wait in ms; bin 0 is no wait at all."""
    return np.where(wait > 0, 1 + np.floor(np.log(np.maximum(wait, 1)) / np.log(BIN)).astype(np.int64), 0)


def wait_of(bins: NDArray[Any]) -> NDArray[np.float64]:
    """Middle of each bin in ms, in the geometric sense."""
    return np.where(bins > 0, BIN ** (np.asarray(bins, dtype=float) - 0.5), 0.0)


def _wait_counts(world: World, contacts: Contacts, channel: Whole) -> Whole:
    kind = np.where(contacts.outcome == Outcome.SILENT, Outcome.ABANDONED, contacts.outcome)
    waited = np.isin(kind, (Outcome.ANSWERED, Outcome.ABANDONED, Outcome.CALLED_BACK))
    bins = bin_of(_wait(world, contacts, channel))
    columns = (contacts.queue, world.province[contacts.caller], kind, bins)
    rows, counts = np.unique(np.stack([column[waited] for column in columns], axis=1), axis=0, return_counts=True)
    return np.column_stack([rows, counts]).astype(np.int64)
