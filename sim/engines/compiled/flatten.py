"""Worlds and centres as plain arrays of integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.centre import PER_MILLE, UNANSWERED, Centre, Habits, Queue
from sim.clock import FOREVER
from sim.engines.compiled import names
from sim.world import Whole, World


class Plan(NamedTuple):
    """A centre. Columns of the two-dimensional arrays are in ``names``; lines are numbered through all groups.

    ``at_once``: groups of the routes that may be taken at once, ``later``: those that entitle later, ``served``: queues
    that groups serve, each as slices of one array. ``after[group, queue]``: wait from which on the group takes from the
    queue, ``FOREVER`` for never. ``of_line``: group by line. ``first_shift``, ``first_hours``: where those of a line
    or channel begin in ``shifts`` and ``hours``.
    """

    calendar: Whole
    shifts: Whole
    first_shift: Whole
    of_line: Whole
    groups: Whole
    speeds: Whole
    factor: Whole
    served: Whole
    queues: Whole
    queue_of: Whole
    at_once: Whole
    later: Whole
    after: Whole
    balk: Whole
    balk_at_wait: Whole
    hours: Whole
    first_hours: Whole
    habits: Whole
    priorities: Whole
    attempts: int
    end: int
    horizon: int


class Luck(NamedTuple):
    """Worlds one after the other; ``absence`` has the worlds as its first axis, and the centre's groups as second."""

    channel: Whole
    province: Whole
    cause: Whole
    topic: Whole
    age: Whole
    arrival: Whole
    conversation: Whole
    wrap_up: Whole
    patience: Whole
    redial: Whole
    switch: Whole
    balk: Whole
    redial_delay: Whole
    voicemail: Whole
    call_back: Whole
    silent: Whole
    silence: Whole
    forward: Whole
    again: Whole
    again_delay: Whole
    absence: Whole


def plan_of(centre: Centre) -> Plan:
    """Flatten a centre."""
    shifts = [
        [(*span, g, line) for span in spans if span[0] < span[1]]
        for g, group in enumerate(centre.groups)
        for line, spans in enumerate(group.shifts)
    ]
    first_line = _starts(group.shifts for group in centre.groups)
    served = _starts(group.serves for group in centre.groups)
    at_once = [_at_once(queue) for queue in centre.queues]
    later = [_later(queue) for queue in centre.queues]
    starts = [
        _starts(each)
        for each in (at_once, later, [q.balk for q in centre.queues], [q.balk_at_wait for q in centre.queues])
    ]
    groups = [
        (
            first_line[g],
            first_line[g + 1],
            group.at_once,
            group.longest_wait,
            group.absent,
            served[g],
            served[g + 1],
        )
        for g, group in enumerate(centre.groups)
    ]
    queues = [
        (
            queue.channel,
            queue.places,
            queue.serve_after_closing,
            queue.interruptible,
            queue.announce,
            queue.call_back,
            queue.call_back_from,
            *(start[q + more] for start in starts for more in (0, 1)),
        )
        for q, queue in enumerate(centre.queues)
    ]
    most = max((group.at_once for group in centre.groups), default=1)
    everywhere = (PER_MILLE,) * len(centre.provinces)
    return Plan(
        calendar=_calendar(centre, shifts),
        shifts=_table([span for spans in shifts for span in spans], 4),
        first_shift=_row(_starts(shifts)),
        of_line=_row([g for g, group in enumerate(centre.groups) for _ in group.shifts]),
        groups=_table(groups, 7),
        speeds=_table([group.speeds + (1,) * (most - group.at_once) for group in centre.groups], most),
        factor=np.array(
            [group.factor or (everywhere,) * len(centre.channels) for group in centre.groups], np.int64
        ).reshape(-1, len(centre.channels), len(centre.provinces)),
        served=_row([q for group in centre.groups for q in group.serves]),
        queues=_table(queues, 15),
        queue_of=_table(centre.queue_of, len(centre.provinces)),
        at_once=_row([g for each in at_once for g in each]),
        later=_table([route for each in later for route in each], 2),
        after=_table([_shortest(queue, len(centre.groups)) for queue in centre.queues], len(centre.groups)).T.copy(),
        balk=_row([threshold for queue in centre.queues for threshold in queue.balk]),
        balk_at_wait=_table([step for queue in centre.queues for step in queue.balk_at_wait], 2),
        hours=_table([span for channel in centre.channels for span in channel.open], 2),
        first_hours=_row(_starts(channel.open for channel in centre.channels)),
        habits=_table([_habits(habits) for habits in centre.habits], names.HABITS),
        priorities=_table([(p.channel, p.province, p.cause, p.topic, p.age) for p in centre.priorities], 5),
        attempts=centre.attempts,
        end=min(centre.end, centre.horizon),
        horizon=centre.horizon,
    )


def luck_of(worlds: Sequence[World], centre: Centre) -> tuple[Luck, Whole]:
    """Flatten worlds; also where each one begins among all callers, and where the last one ends."""
    columns = {
        name: _joined([getattr(world, name) for world in worlds]) for name in Luck._fields if name != "absence"
    }
    starts = _row(_starts(worlds))
    return Luck(**columns, absence=np.stack([_absence(world, centre) for world in worlds])), starts


def _joined(parts: list[Whole]) -> Whole:
    return np.ascontiguousarray(parts[0] if len(parts) == 1 else np.concatenate(parts), np.int64)


def _absence(world: World, centre: Centre) -> Whole:
    """Absence in the order of the centre's groups, nothing for the groups that do not ask for it."""
    if not any(group.absent for group in centre.groups):
        return np.zeros((0, 0, 0), np.int64)
    absence = np.zeros((len(centre.groups), *world.absence.shape[1:]), np.int64)
    for g, group in enumerate(centre.groups):
        if group.absent:
            absence[g] = world.absence[world.groups.index(group.name)]
    return absence


def _calendar(centre: Centre, shifts: list[list[tuple[int, int, int, int]]]) -> Whole:
    """Schedule and closings up to the horizon in order; a last row that never comes.

    Where one shift of a line touches the next, both are in one row: who was absent decides whether anything happens.
    """
    changes: dict[tuple[int, int], list[int]] = {}
    numbers = _starts(shifts)
    for line, spans in enumerate(shifts):
        for number, (start, stop, _, _) in enumerate(spans, start=numbers[line]):
            changes.setdefault((start, line), [-1, -1])[1] = number
            changes.setdefault((stop, line), [-1, -1])[0] = number
    rows = [(at * names.KINDS + names.SCHEDULE, line, *spans) for (at, line), spans in changes.items()]
    rows += [
        (closes * names.KINDS + names.CLOSING, number, -1, -1)
        for number, channel in enumerate(centre.channels)
        for _, closes in channel.open
    ]
    rows = sorted(row for row in rows if row[0] < centre.horizon * names.KINDS)
    return _table([*rows, (names.NO_EVENT, -1, -1, -1)], 4)


def _at_once(queue: Queue) -> list[int]:
    return list(dict.fromkeys(route.group for route in queue.routes if route.after == 0))


def _shortest(queue: Queue, groups: int) -> list[int]:
    after = [FOREVER] * groups
    for route in queue.routes:
        after[route.group] = min(after[route.group], route.after)
    return after


def _later(queue: Queue) -> list[tuple[int, int]]:
    """(after, group) of the routes that entitle after the contact was dialled, the earliest first."""
    first: dict[int, int] = {}
    for route in sorted(queue.routes, key=lambda route: route.after):
        first.setdefault(route.group, route.after)
    return [(after, group) for group, after in first.items() if after > 0]


def _habits(habits: Habits) -> list[int]:
    row = [0] * names.HABITS
    for place, outcome in enumerate(UNANSWERED):
        row[names.REDIAL + outcome] = habits.redial[place]
        row[names.SWITCH + outcome] = habits.switch[place]
        row[names.SWITCH_TO + outcome] = habits.switch_to[place]
    row[names.FROM_OPENING :] = (
        habits.closed_from_opening,
        habits.voicemail,
        habits.silent,
        habits.forward,
        habits.forward_to,
        habits.again,
    )
    return row


def _starts(parts: Iterable[Sequence[object] | World]) -> list[int]:
    """Where each part begins if they are put one after the other, and where the last one ends."""
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part))
    return starts


def _row(numbers: Sequence[int]) -> Whole:
    return np.array(numbers, np.int64)


def _table(rows: Sequence[Sequence[int]], columns: int) -> Whole:
    return np.array(rows, np.int64).reshape(-1, columns)
