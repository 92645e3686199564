"""Everything that management decides, as an engine reads it: plain integers, no units, no probabilities.

A probability is a threshold out of ``ONE`` that the uniform integers of a world are compared with, so two
engines can only agree or differ by a bug. What the numbers mean in play is in ``docs/rules.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from sim.model.clock import DAY, FOREVER, HOUR, WallClock
from sim.model.contacts import Outcome

#: Uniform numbers of a world are integers in ``[0, ONE)``; ``u < threshold`` happens with share threshold/ONE.
ONE = 1 << 32

#: Waiting places of a queue without a limit.
UNLIMITED = 1 << 40

#: The outcomes after which a caller may try again, in the order of the tables in ``Habits``.
UNANSWERED = (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED, Outcome.CLOSED, Outcome.SENT_AWAY)
#: A number for each of these.
ByOutcome = tuple[int, int, int, int, int]

#: Of these, the outcomes of contacts that the closed line ends: a redial may wait for the next opening.
WHILE_CLOSED = (Outcome.CLOSED, Outcome.SENT_AWAY)

#: Handling times are scaled in thousandths, speeds of work are in percent.
PER_MILLE = 1000
FULL_SPEED = 100

#: ``[from, to)`` in ms, in order of time.
Spans = tuple[tuple[int, int], ...]


def threshold(share: float) -> int:
    """Integer that a uniform integer is below with probability ``share``."""
    return round(share * ONE)


@dataclass(frozen=True)
class Channel:
    """A way to reach the helpline, with the intervals ``[opens, closes)`` in which contacts are let in.

    ``until``: end of the period on this channel, with which its last opening hours end; -1 for the end of the centre's.
    """

    name: str
    open: Spans
    until: int = -1


@dataclass(frozen=True)
class Route:
    """An entry of a queue's routing list: a group it may use once a contact has waited ``after`` ms."""

    group: int
    after: int = 0


@dataclass(frozen=True)
class Queue:
    """Where contacts of one channel wait, by priority, then first come first served.

    ``places``: waiting places, 0 for a busy tone. ``serve_after_closing``: at closing, whether those who wait are
    still served by the lines that were working, if there were any, or sent away. ``balk``: threshold by the number
    already waiting; the last entry holds for longer queues too. ``routes``: ordered, the first group with a line for
    it is taken.

    ``announce``: mean handling time in ms from which the announced wait is computed, 0 where none is announced;
    ``balk_at_wait``: (announced wait from which on, threshold), ascending. ``call_back``: threshold to accept one
    instead of waiting, where at least ``call_back_from`` contacts wait already. ``interruptible``: whether a line
    lays this work aside for a contact of another kind.
    """

    name: str
    channel: int
    places: int
    serve_after_closing: bool
    balk: tuple[int, ...]
    routes: tuple[Route, ...]
    announce: int = 0
    balk_at_wait: tuple[tuple[int, int], ...] = ()
    call_back: int = 0
    call_back_from: int = 0
    interruptible: bool = False

    @property
    def balks(self) -> bool:
        """Whether anybody may leave on meeting it."""
        return any(self.balk) or any(share for _, share in self.balk_at_wait)

    def balk_threshold(self, waiting: int) -> int:
        """Threshold for a caller who finds ``waiting`` contacts in the queue."""
        return self.balk[min(waiting, len(self.balk) - 1)] if self.balk else 0


@dataclass(frozen=True)
class Group:
    """Identical lines with one rule.

    ``shifts``: by line, when it is on duty; shifts that touch are one stretch of duty. ``serves``: queues from which
    its lines take, its own first; ``longest_wait``: whether, among contacts of equal priority, the longest waiting
    of all these queues goes first instead of the queues' order. ``speeds``: percent at which each contact progresses
    with 1, 2, ... in hand; as many as there are may be in hand at once. ``absent``: threshold for a line to miss the
    shifts of a day. ``factor``: per mille on handling time by channel and caller's province; () is 1000. ``days``: by
    line, the day that each shift belongs to; () for days of 24 hours on which they begin. ``until``: by line, end of
    what belongs to the period; () for the end of the centre's.
    """

    name: str
    shifts: tuple[Spans, ...]
    serves: tuple[int, ...]
    longest_wait: bool = False
    speeds: tuple[int, ...] = (FULL_SPEED,)
    absent: int = 0
    factor: tuple[tuple[int, ...], ...] = ()
    days: tuple[tuple[int, ...], ...] = ()
    until: tuple[int, ...] = ()

    def schedule(self) -> tuple[tuple[tuple[int, int, int], ...], ...]:
        """By line, when each shift begins and ends and the day that it belongs to."""
        days = self.days or tuple(tuple(start // DAY for start, _ in spans) for spans in self.shifts)
        return tuple(
            tuple((start, stop, day) for (start, stop), day in zip(spans, of, strict=True))
            for spans, of in zip(self.shifts, days, strict=True)
        )

    def until_of(self, end: int) -> tuple[int, ...]:
        """By line, end of what belongs to the period, where it is ``end`` for who has none of their own."""
        return self.until or (end,) * len(self.shifts)

    @property
    def at_once(self) -> int:
        """Contacts that one line may have in hand."""
        return len(self.speeds)

    def levels(self, *, of_period: bool = False) -> tuple[tuple[int, int], ...]:
        """(instant, lines scheduled from then on), the first at 0; absences are not known here.

        ``of_period``: only what belongs to the period.
        """
        changes, ends = {0: 0}, self.until_of(FOREVER) if of_period else (FOREVER,) * len(self.shifts)
        for spans, until in zip(self.shifts, ends, strict=True):
            for start, stop in spans:
                if start < until:
                    changes[start] = changes.get(start, 0) + 1
                    changes[min(stop, until)] = changes.get(min(stop, until), 0) - 1
        level, levels = 0, list[tuple[int, int]]()
        for instant, change in sorted(changes.items()):
            level += change
            if not levels or change:
                levels.append((instant, level))
        return tuple(levels)


@dataclass(frozen=True)
class Habits:
    """What callers of a channel do, as thresholds; tables by outcome are in the order of UNANSWERED.

    ``redial``: try again. ``switch``: and do so on channel ``switch_to`` (-1: none). ``closed_from_opening``: after a
    closed door, or being sent away at closing, the delay counts from the channel's next opening. ``voicemail``: leave
    a message at a closed door. ``silent``: give up without a sign. ``forward``: passed on to channel ``forward_to``
    after an answer. ``again``: call again though answered (and not passed on).
    """

    redial: ByOutcome
    switch: ByOutcome
    switch_to: ByOutcome
    closed_from_opening: bool
    voicemail: int = 0
    silent: int = 0
    forward: int = 0
    forward_to: int = -1
    again: int = 0


@dataclass(frozen=True)
class Priority:
    """Whom a rule of priority means: each number must match, -1 matches all."""

    channel: int = -1
    province: int = -1
    cause: int = -1
    topic: int = -1
    age: int = -1


@dataclass(frozen=True)
class Centre:
    """Lines, schedules, hours, routing and waiting places over one period.

    ``queue_of[channel][province]`` is the queue of a contact. A contact's priority is the position of the first of
    ``priorities`` that means it, their number where none does; a lower one goes first. No contact is dialled at or
    after ``end``, and none but a caller's first at or after the end of its channel; what waits at the end is followed
    until ``horizon``. ``clock`` is the one on the wall.
    """

    channels: tuple[Channel, ...]
    provinces: tuple[str, ...]
    queues: tuple[Queue, ...]
    groups: tuple[Group, ...]
    queue_of: tuple[tuple[int, ...], ...]
    habits: tuple[Habits, ...]
    attempts: int
    end: int
    horizon: int
    priorities: tuple[Priority, ...] = ()
    clock: WallClock = field(default_factory=WallClock)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Of all shifts and hours; what was prepared for a centre is looked up for every block of worlds.
        return hash(tuple(self.__getstate__().values()))

    def __getstate__(self) -> dict[str, Any]:
        # Without the hash, which is another one in another process.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def days(self) -> int:
        """Days of the period, and the one after them where its last night ends on it."""
        return self.clock.at(self.end - 1) // DAY + 1

    @property
    def hours(self) -> int:
        """Hours from the start to the end, the last one as if it were whole."""
        return -(-self.end // HOUR)

    def until(self, channel: int) -> int:
        """End of the period on a channel."""
        until = self.channels[channel].until
        return self.end if until < 0 else min(until, self.end)

    def next_opening(self, channel: int, instant: int) -> int | None:
        """First instant from ``instant`` on at which ``channel`` is open, or None."""
        for opens, closes in self.channels[channel].open:
            if instant < closes:
                return max(opens, instant)
        return None

    def inputs_used(self) -> frozenset[str]:
        """Names of random inputs that only some centres compare with a threshold, of those that this one does."""
        of_habits = ("voicemail", "silent", "forward", "again")
        used = {name for name in of_habits for habits in self.habits if getattr(habits, name)}
        return frozenset(used | {"call_back" for queue in self.queues if queue.call_back})
