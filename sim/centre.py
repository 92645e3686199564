"""Everything that management decides, as an engine reads it: plain integers, no units, no probabilities.

A probability is a threshold out of ``ONE`` that the uniform integers of a world are compared with, so two
engines can only agree or differ by a bug.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.contacts import Outcome

#: Uniform numbers of a world are integers in ``[0, ONE)``; ``u < threshold`` happens with share threshold/ONE.
ONE = 1 << 32

#: Waiting places of a queue without a limit.
UNLIMITED = 1 << 40

#: The outcomes after which a caller may try again, in the order of the tables in ``Habits``.
UNANSWERED = (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED, Outcome.CLOSED)


def threshold(share: float) -> int:
    """Integer that a uniform integer is below with probability ``share``."""
    return round(share * ONE)


@dataclass(frozen=True)
class Channel:
    """A way to reach the helpline, with the intervals ``[opens, closes)`` in which contacts are let in."""

    name: str
    open: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Route:
    """An entry of a queue's routing list: a group it may use once a contact has waited ``after`` ms."""

    group: int
    after: int = 0


@dataclass(frozen=True)
class Queue:
    """Where contacts of one channel wait, first come first served.

    ``places``: waiting places, 0 for a busy tone. ``serve_after_closing``: at closing, whether those who wait
    are still served by the lines that were working, or sent away. ``balk``: threshold by the number already
    waiting; the last entry holds for longer queues too. ``routes``: ordered, the first free group is taken.
    """

    name: str
    channel: int
    places: int
    serve_after_closing: bool
    balk: tuple[int, ...]
    routes: tuple[Route, ...]

    def balk_threshold(self, waiting: int) -> int:
        """Threshold for a caller who finds ``waiting`` contacts in the queue."""
        return self.balk[min(waiting, len(self.balk) - 1)] if self.balk else 0


@dataclass(frozen=True)
class Group:
    """Identical lines with one schedule: ``changes`` are (instant, number of lines), the first at 0."""

    name: str
    changes: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Habits:
    """What callers of a channel do after a contact was not answered, by outcome in the order of UNANSWERED.

    ``redial``: threshold to try again. ``switch``: threshold to do so on channel ``switch_to`` (-1: none).
    ``closed_from_opening``: after a closed door the delay counts from the channel's next opening.
    """

    redial: tuple[int, int, int, int]
    switch: tuple[int, int, int, int]
    switch_to: tuple[int, int, int, int]
    closed_from_opening: bool


@dataclass(frozen=True)
class Centre:
    """Lines, schedules, hours, routing and waiting places over one period.

    ``queue_of[channel][province]`` is the queue of a contact. No contact is dialled at or after ``end``; what
    waits then is followed until ``horizon``.
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

    def served_by(self, group: int) -> tuple[int, ...]:
        """Queues whose routing names ``group``, the group's own queues (named first there) before others."""
        ranked = [
            (rank, number)
            for number, queue in enumerate(self.queues)
            for rank, route in enumerate(queue.routes)
            if route.group == group
        ]
        return tuple(number for _, number in sorted(ranked))

    def next_opening(self, channel: int, instant: int) -> int | None:
        """First instant from ``instant`` on at which ``channel`` is open, or None."""
        for opens, closes in self.channels[channel].open:
            if instant < closes:
                return max(opens, instant)
        return None
