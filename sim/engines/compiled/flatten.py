"""A centre and worlds as integers: the memory with which the engine begins, and where luck is to be found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import lt

import numpy as np

from sim.centre import UNANSWERED, UNLIMITED, Centre, Channel, Habits, Queue, Spans
from sim.contacts import NO_GROUP
from sim.engines.compiled import names as n
from sim.world import Whole, Worlds


@lru_cache(maxsize=64)
def memory_of(centre: Centre) -> Whole:
    """The memory at the beginning, with all that the centre says and without luck or contacts; nobody writes to it."""
    return np.array(_Memory(centre).words, np.int64)


class _Memory:
    """The words, in the order: what there is once, what changes in play, what does not."""

    def __init__(self, centre: Centre) -> None:
        classes = len(centre.priorities) + 1
        self.words = [0] * n.HEADER
        self.channels = [self.add([0] * (n.QUEUES + len(centre.provinces))) for _ in centre.channels]
        self.queues = [self.add([0] * (n.LISTS + n.LIST_SIZE * classes)) for _ in centre.queues]
        self.groups = [self.add([0] * n.GROUP_SIZE) for _ in centre.groups]
        self.lines = [[self.add([0] * n.LINE_SIZE) for _ in group.shifts] for group in centre.groups]
        state = len(self.words)
        self.own = {number: foreseen_group(centre, number) for number in range(len(centre.queues))}
        self._write_channels(centre)
        self._write_queues(centre)
        self._write_groups(centre)
        priorities = self.add(
            mark for p in centre.priorities for mark in (p.channel, p.province, p.cause, p.topic, p.age)
        )
        first_shift = len(self.words)
        changes = self._write_lines(centre)
        last_shift = len(self.words)
        self.write(
            0,
            {
                n.STAMP: n.NO_EVENT,
                n.ATTEMPTS: centre.attempts,
                n.ONCE: centre.attempts == 1 or not any(map(_goes_on, centre.habits)),
                n.DIAL_END: min(centre.end, centre.horizon),
                n.HORIZON: centre.horizon,
                n.FIRST_QUEUE: self.queues[0] if self.queues else 0,
                n.FIRST_GROUP: self.groups[0] if self.groups else 0,
                n.FIRST_CHANNEL: self.channels[0],
                n.CLASSES: classes,
                n.PRIORITIES: priorities,
                n.STATE: state,
                n.FIRST_SHIFT: first_shift,
                n.LAST_SHIFT: last_shift,
                n.PROVINCES: len(centre.provinces),
                n.NEXT_EVENT: self._add_calendar(centre, changes),
            },
        )
        self.write(0, {n.FIRST_CONTACT: len(self.words), n.FRESH: len(self.words)})
        self.write(n.NO_LINE, {n.NUMBER: NO_GROUP, n.GROUP: n.NO_LINE})

    def add(self, words: Iterable[int]) -> int:
        """Append words; the address of the first."""
        address = len(self.words)
        self.words += words
        return address

    def add_list(self, words: Iterable[int]) -> tuple[int, int]:
        """Append words; the addresses of the first and after the last."""
        return self.add(words), len(self.words)

    def write(self, record: int, fields: dict[int, int]) -> None:
        for field, value in fields.items():
            self.words[record + field] = value

    def _write_channels(self, centre: Centre) -> None:
        for number, record in enumerate(self.channels):
            first, last = self.add_list(instant for span in centre.channels[number].open for instant in span)
            until = min(centre.until(number), centre.horizon)
            self.write(record, {n.NUMBER: number, n.HOURS: first, n.LAST_HOURS: last, n.PERIOD_END: until})
            self.write(record, _habits(centre.habits[number], self.channels))
            self.write(record, {n.QUEUES + p: self.queues[q] for p, q in enumerate(centre.queue_of[number])})

    def _write_queues(self, centre: Centre) -> None:
        for number, (record, queue) in enumerate(zip(self.queues, centre.queues, strict=True)):
            at_once = dict.fromkeys(self.groups[route.group] for route in queue.routes if route.after == 0)
            later = ((after, self.groups[group]) for group, after in _entitled(queue).items() if after > 0)
            self.write(
                record,
                {
                    n.NUMBER: number,
                    n.CHANNEL: self.channels[queue.channel],
                    n.PLACES: queue.places,
                    n.SERVED_LATE: queue.serve_after_closing,
                    n.DESKWORK: queue.interruptible,
                    n.ANNOUNCE: queue.announce,
                    n.CALL_BACK: queue.call_back,
                    n.CALL_BACK_FROM: queue.call_back_from,
                    n.NEXT_QUEUE: self.queues[number + 1] if number + 1 < len(self.queues) else 0,
                    n.OWN: self.groups[own] if (own := self.own[number]) is not None else 0,
                },
            )
            for field, words in (
                (n.FIRST_AT_ONCE, at_once),
                (n.FIRST_LATER, _flat(later)),
                (n.FIRST_BALK, queue.balk),
                (n.FIRST_WAIT, _flat(queue.balk_at_wait)),
            ):
                first, last = self.add_list(words)
                self.write(record, {field: first, field + 1: last})

    def _write_groups(self, centre: Centre) -> None:
        entitled = [_entitled(queue) for queue in centre.queues]
        for number, (record, group) in enumerate(zip(self.groups, centre.groups, strict=True)):
            served = ((self.queues[q], entitled[q][number]) for q in group.serves if number in entitled[q])
            first, last = self.add_list(_flat(served))
            self.write(
                record,
                {
                    n.NUMBER: number,
                    n.FIRST_LINE: self.lines[number][0] if group.shifts else 0,
                    n.AT_ONCE: group.at_once,
                    n.LONGEST_WAIT: group.longest_wait,
                    n.ABSENT: group.absent,
                    n.FIRST_SERVED: first,
                    n.LAST_SERVED: last,
                    n.SPEEDS: self.add(group.speeds),
                    n.FACTOR: self.add(_flat(group.factor)) if group.factor else 0,
                },
            )

    def _write_lines(self, centre: Centre) -> dict[tuple[int, int], list[int]]:
        """Lines and their shifts; (instant, line) at which shifts end and begin, where that is an event."""
        changes: dict[tuple[int, int], list[int]] = {}
        for g, group in enumerate(centre.groups):
            for number, (line, spans) in enumerate(zip(self.lines[g], group.schedule(), strict=True)):
                duty = len(self.words)
                for start, stop, day in spans:
                    if start < stop:
                        shift = self.add((start, stop, line, 0, day))
                        if g not in self.own.values():
                            changes.setdefault((start, line), [0, 0])[1] = shift
                            changes.setdefault((stop, line), [0, 0])[0] = shift
                self.write(
                    line,
                    {
                        n.NUMBER: number,
                        n.GROUP: self.groups[g],
                        n.NEXT_LINE: self.lines[g][number + 1] if number + 1 < len(group.shifts) else 0,
                        n.FIRST_DUTY: duty,
                        n.LAST_DUTY: len(self.words),
                        n.DUTY: duty,
                    },
                )
        return changes

    def _add_calendar(self, centre: Centre, changes: dict[tuple[int, int], list[int]]) -> int:
        """Schedule and closings up to the horizon in order; a last row that never comes.

        Where one shift of a line touches the next, both are in one row: who is absent decides whether anything happens.
        """
        rows = [(at * n.KINDS + n.SCHEDULE, line, *shifts) for (at, line), shifts in changes.items()]
        rows += [
            (closes * n.KINDS + n.CLOSING, self.channels[number], 0, 0)
            for number, channel in enumerate(centre.channels)
            for _, closes in channel.open
        ]
        rows = sorted(row for row in rows if row[0] < centre.horizon * n.KINDS)
        return self.add(_flat([*rows, (n.NO_EVENT, 0, 0, 0)]))


def foreseen_group(centre: Centre, number: int) -> int | None:
    """The group of a queue whose future is known, None for other queues (see ``foreseen``)."""
    queue = centre.queues[number]
    channel, habits = centre.channels[queue.channel], centre.habits[queue.channel]
    others = {route.group for q in centre.queues if q is not queue for route in q.routes}
    if len(queue.routes) != 1 or queue.routes[0].after or queue.routes[0].group in others or centre.priorities:
        return None
    if queue.places < UNLIMITED or any(queue.balk) or queue.announce or queue.call_back:
        return None
    if habits.voicemail or habits.silent:
        return None
    group = centre.groups[queue.routes[0].group]
    if group.serves != (number,) or (group.at_once > 1 and not queue.interruptible):
        return None
    if queue.serve_after_closing and (
        group.absent or not group.shifts or not all(_there_at_closing(channel, line) for line in group.shifts)
    ):
        return None  # a line that may serve some late, but not all, could take a later contact first
    return queue.routes[0].group


def _there_at_closing(channel: Channel, shifts: Spans) -> bool:
    """Whether a line is on duty whenever a channel closes."""
    return all(any(start < closes <= stop for start, stop in shifts) for _, closes in channel.open)


def _entitled(queue: Queue) -> dict[int, int]:
    """From which wait on each group in the routes may be taken, those at once first, in the order of the routes."""
    after: dict[int, int] = {}
    for route in sorted(queue.routes, key=lambda route: route.after):
        after.setdefault(route.group, route.after)
    return after


def _goes_on(habits: Habits) -> bool:
    """Whether anybody may call again, or elsewhere."""
    return bool(any(habits.redial) or habits.forward or habits.again)


def _habits(habits: Habits, channels: Sequence[int]) -> dict[int, int]:
    fields = {
        n.FROM_OPENING: habits.closed_from_opening,
        n.VOICEMAIL: habits.voicemail,
        n.SILENTLY: habits.silent,
        n.FORWARD: habits.forward,
        n.FORWARD_TO: _channel(habits.forward_to, channels),
        n.AGAIN: habits.again,
    }
    for place, outcome in enumerate(UNANSWERED):
        fields[n.REDIAL + outcome] = habits.redial[place]
        fields[n.SWITCH + outcome] = habits.switch[place]
        fields[n.SWITCH_TO + outcome] = _channel(habits.switch_to[place], channels)
    return fields


def _channel(number: int, channels: Sequence[int]) -> int:
    return channels[number] if number >= 0 else 0


def _flat(rows: Iterable[Sequence[int]]) -> list[int]:
    return [word for row in rows for word in row]


class Luck:
    """Where the luck of worlds is, a row of ``table`` for each world; it holds the worlds' arrays while they are read.

    A row has the number of callers, the number of each of the centre's groups in the world's absence, and the words
    that stand in the memory from ``LUCK`` on.
    """

    def __init__(self, worlds: Worlds, centre: Centre) -> None:
        read = _read(centre)
        self.arrays = {name: np.asarray(getattr(worlds.callers, name), np.int64) for name in read}
        self.absence = np.asarray(worlds.absence, np.int64)
        self._check(centre, read, sound=worlds.sound)
        absent = [worlds.callers.groups.index(group.name) if group.absent else 0 for group in centre.groups]
        arrays = [self.arrays.get(name) for name in n.LUCK_FIELDS]
        words = [_NOWHERE if array is None else _where(array, array.strides) for array in arrays]
        words.append(_where(self.absence, self.absence.strides[1:]))
        self.table = np.empty((len(worlds), 1 + len(absent) + n.STRIDES * len(words)), np.int64)
        self.table[:] = [0, *absent, *_flat(words)]
        self.table[:, 0] = worlds.starts[1:] - worlds.starts[:-1]
        first = self.table[:, 1 + len(absent) :: n.STRIDES]
        first[:, :-1] += worlds.starts[:-1, None] * np.array([strides for _, strides, *_ in words[:-1]])
        first[:, -1] += np.arange(len(worlds)) * self.absence.strides[0]

    def _check(self, centre: Centre, read: dict[str, tuple[int, ...]], *, sound: bool) -> None:
        """Machine code reads unchecked: see that all it may read is there."""
        callers = len(self.arrays["channel"])
        for name, array in self.arrays.items():
            shape = (callers, *read[name])
            if array.ndim != len(shape) or any(map(lt, array.shape, shape)):
                raise ValueError(f"{name} of the world has shape {array.shape}, {shape} is needed")
        for name, most in (("channel", len(centre.channels)), ("province", len(centre.provinces))):
            # Where what is below 0 is far above.
            if not sound and callers and self.arrays[name].view(np.uint64).max() >= most:
                raise ValueError(f"a caller of the world has a {name} that the centre has not")


#: Luck that is read where other luck is used, and luck that few centres read.
_WITH = {"silent": "silence", "again": "again_delay"}
_SELDOM = {"voicemail", "call_back", "forward", *_WITH, *_WITH.values()}
#: In place of where luck is that is not read.
_NOWHERE = [0] * n.STRIDES


@lru_cache(maxsize=64)
def _read(centre: Centre) -> dict[str, tuple[int, ...]]:
    """The least size, beside callers, of each luck that a centre may read."""
    used = centre.luck_used()
    unread = _SELDOM - used - {more for name, more in _WITH.items() if name in used}
    unread |= set() if centre.priorities else {"cause", "topic", "age"}
    unread |= set() if any(any(habits.redial) for habits in centre.habits) else {"redial", "switch", "redial_delay"}
    unread |= set() if any(queue.balks for queue in centre.queues) else {"balk"}
    least = {"attempts": centre.attempts, "channels": len(centre.channels)}
    return {name: tuple(least[axis] for axis in axes[1:]) for name, axes in n.LUCK_FIELDS.items() if name not in unread}


def _where(array: Whole, strides: Sequence[int]) -> list[int]:
    """Address of the first number, and the bytes between numbers along the axes of one world."""
    return [array.__array_interface__["data"][0], *strides, *(0,) * (n.STRIDES - 1 - len(strides))]
