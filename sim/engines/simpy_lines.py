"""Lines at work in the SimPy engine: who is on duty, what each has in hand, and when that will be finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.model.centre import FULL_SPEED, PER_MILLE, Centre
from sim.model.centre import Group as Rules
from sim.model.world import World


class Contact:
    """A contact on its way.

    ``closes``: end of the opening interval in which it was dialled, -1 outside. ``ends``: instant planned for the end
    of handling. ``left``: hundredths of a ms of work that are left.
    """

    __slots__ = (
        "attempt",
        "call_back",
        "caller",
        "channel",
        "closes",
        "deskwork",
        "dialled",
        "ends",
        "left",
        "left_queue",
        "line",
        "priority",
        "queue",
        "rank",
        "served_late",
        "silent",
    )

    def __init__(self, caller: int, attempt: int, channel: int, queue: int, priority: int, dialled: int) -> None:
        self.caller, self.attempt, self.channel, self.queue = caller, attempt, channel, queue
        self.priority, self.dialled = priority, dialled
        self.rank = caller << 8 | attempt
        self.closes = self.ends = -1
        self.left = self.left_queue = 0
        self.deskwork = self.served_late = self.call_back = self.silent = False
        self.line: Line | None = None


class Line:
    """One staffed position."""

    def __init__(self, group: Group, number: int, duty: list[tuple[int, int]]) -> None:
        self.group, self.number, self.duty = group, number, duty
        self.on_duty = False
        self.in_hand: list[Contact] = []
        self.since = 0

    def calls(self) -> int:
        """Contacts in hand other than deskwork."""
        return sum(not contact.deskwork for contact in self.in_hand)

    def may_take(self, contact: Contact, now: int) -> bool:
        """Whether there is room, and the line is on duty or serves on after the contact's closing time."""
        room = not self.in_hand if contact.deskwork else self.calls() < self.group.at_once
        return room and (self.on_duty or (contact.served_late and self._serves_late(contact, now)))

    def _serves_late(self, contact: Contact, now: int) -> bool:
        return contact.closes <= now and self.was_there_at(contact.closes)

    def was_there_at(self, closes: int) -> bool:
        """Whether the line was on duty until a closing, or longer."""
        return any(start < closes <= stop for start, stop in self.duty)

    def speed(self, contact: Contact, calls: int) -> int:
        """Percent of full speed with so many calls in hand."""
        if contact.deskwork:
            return 0 if calls else FULL_SPEED
        return self.group.speeds[calls - 1]

    def add(self, contact: Contact, work: int, now: int) -> None:
        """Take a contact in hand that brings so many ms of work."""
        self._work_until(now)
        contact.left = work * FULL_SPEED
        self.in_hand.append(contact)

    def remove(self, contact: Contact, now: int) -> None:
        """Have done with a contact."""
        self._work_until(now)
        self.in_hand.remove(contact)

    def _work_until(self, now: int) -> None:
        elapsed, calls = now - self.since, self.calls()
        for contact in self.in_hand:
            contact.left -= elapsed * self.speed(contact, calls)
        self.since = now

    def new_ends(self, now: int) -> Iterator[tuple[Contact, int]]:
        """Contacts in hand whose end is another than planned, each with its new one."""
        calls = self.calls()
        for contact in self.in_hand:
            speed = self.speed(contact, calls)
            # What is finished is finished, even if its line has been given a call in this very instant.
            ends = now if contact.left <= 0 else now - (-contact.left // speed) if speed else -1
            if ends != contact.ends:
                contact.ends = ends
                if ends >= 0:
                    yield contact, ends


class Group:
    """Lines of a group with their rules."""

    def __init__(self, number: int, rules: Rules, duty: Iterable[list[tuple[int, int]]]) -> None:
        self.number, self.serves, self.longest_wait = number, rules.serves, rules.longest_wait
        self.speeds, self.at_once, self.factor = rules.speeds, rules.at_once, rules.factor
        self.lines = [Line(self, k, spans) for k, spans in enumerate(duty)]

    def line_for(self, contact: Contact, now: int) -> Line | None:
        """The line with the least in hand that may take the contact, the first of these."""
        best: Line | None = None
        for line in self.lines:
            if (best is None or len(line.in_hand) < len(best.in_hand)) and line.may_take(contact, now):
                best = line
                if not line.in_hand:
                    break
        return best

    def scaled(self, work: int, contact: Contact, province: int) -> int:
        """Handling time of this work, at least 1 ms."""
        factor = self.factor[contact.channel][province] if self.factor else PER_MILLE
        return max(1, work * factor // PER_MILLE)


def groups_of(world: World, centre: Centre) -> list[Group]:
    """All groups with the lines that this world lets come to work."""
    return [
        Group(number, rules, [_duty(world, rules, k, spans) for k, spans in enumerate(rules.schedule())])
        for number, rules in enumerate(centre.groups)
    ]


def _duty(world: World, rules: Rules, line: int, shifts: Iterable[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Stretches of duty of a line: its shifts without those of days that it misses, touching ones joined."""
    missed = world.absence[world.groups.index(rules.name), line] < rules.absent if rules.absent else None
    duty: list[tuple[int, int]] = []
    for start, stop, day in shifts:
        if missed is not None and missed[day]:
            continue
        if duty and duty[-1][1] == start:
            duty[-1] = (duty[-1][0], stop)
        else:
            duty.append((start, stop))
    return duty
