"""The rules of ``docs/rules.md`` played out on SimPy's clock: the readable statement of what happens.

SimPy keeps the time and the agenda. What is decided is decided in the callback of the event that causes it, and
events of one instant come in the order of ``Kind``, then by caller, then by attempt, and not as they were put in.
Nothing is drawn here: an engine compares the world's numbers with the centre's thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any

import simpy

from sim.engines.simpy_lines import Contact, Group, Line, groups_of
from sim.model.centre import UNANSWERED, WHILE_CLOSED, Centre, Queue
from sim.model.clock import FOREVER
from sim.model.contacts import Contacts, Outcome
from sim.model.world import World


class Kind(IntEnum):
    """What happens first when several things happen in one instant."""

    SCHEDULE = 1
    OPENING = 2
    CLOSING = 3
    END_OF_HANDLING = 4
    ENTITLEMENT = 5
    ABANDONMENT = 6
    ARRIVAL = 7


def simulate(world: World, centre: Centre) -> Contacts:
    """What becomes of the callers of ``world`` at ``centre``."""
    return _Play(world, centre).play()


class _Moment(simpy.Event):
    """An entry of the agenda: at ``at``, in its place among the events of that instant, call ``action``."""

    def __init__(
        self, env: simpy.Environment, at: int, order: int, action: Callable[[_Moment], None], about: Any
    ) -> None:
        self.env = env
        self.callbacks = [action]
        self.about = about
        self._ok = True
        self._value = None
        env.schedule(self, order, at - env.now)  # type: ignore[arg-type]  # any integer is a priority


class _Waiting:
    """A queue: its rules, and who waits in it by priority, then in the order of dialling."""

    def __init__(self, rules: Queue, priorities: int) -> None:
        self.rules = rules
        self.by_priority: list[dict[int, Contact]] = [{} for _ in range(priorities)]
        self.after = {route.group: route.after for route in rules.routes}

    def __len__(self) -> int:
        return sum(map(len, self.by_priority))

    def __contains__(self, contact: Contact) -> bool:
        return contact.rank in self.by_priority[contact.priority]

    def __iter__(self) -> Iterator[Contact]:
        for waiting in self.by_priority:
            yield from waiting.values()

    def add(self, contact: Contact) -> None:
        self.by_priority[contact.priority][contact.rank] = contact

    def remove(self, contact: Contact) -> None:
        del self.by_priority[contact.priority][contact.rank]

    def first_for(self, line: Line, now: int) -> Contact | None:
        """The contact that ``line`` would take from this queue, if any."""
        after = self.after[line.group.number]
        for waiting in self.by_priority:
            for contact in waiting.values():
                if now - contact.dialled < after:
                    break
                if line.may_take(contact, now):
                    return contact
                if line.on_duty or contact.closes > now:
                    break  # nor may it take anybody who dialled later
        return None


class _Play:
    """One run: the agenda, the lines and those who wait. Its verbs are the rules, in their order."""

    def __init__(self, world: World, centre: Centre) -> None:
        self.world, self.centre = world, centre
        self.env = simpy.Environment()
        self.closes = [-1] * len(centre.channels)
        self.queues = [_Waiting(queue, len(centre.priorities) + 1) for queue in centre.queues]
        self.groups = groups_of(world, centre)
        self.rows: list[tuple[int, ...]] = []
        self.arrivals = world.arrival.tolist()
        self.marks = (world.province, world.cause, world.topic, world.age)

    @property
    def now(self) -> int:
        """The instant, a whole number because the agenda holds nothing else."""
        return self.env.now  # type: ignore[return-value]

    def play(self) -> Contacts:
        """Every contact until the horizon, and the work in hand then until it is finished."""
        for group in self.groups:
            for line in group.lines:
                for start, stop in line.duty:
                    self.plan(start, Kind.SCHEDULE, group.number << 20 | line.number, self.come, line)
                    self.plan(stop, Kind.SCHEDULE, group.number << 20 | line.number, self.leave, line)
        for number, channel in enumerate(self.centre.channels):
            for opens, closes in channel.open:
                self.plan(opens, Kind.OPENING, number, self.open, (number, closes))
                self.plan(closes, Kind.CLOSING, number, self.close, number)
        self.plan_caller(0)
        self.env.run(until=self.centre.horizon)
        for queue in self.queues:
            for contact in list(queue):
                self.lose(contact, Outcome.UNFINISHED)
        self.env.run()
        return Contacts.from_rows(self.rows)

    def plan(self, at: int, kind: Kind, rank: int, action: Callable[[_Moment], None], about: Any) -> None:
        """Put an event on the agenda; after the horizon there is only work to finish."""
        if at < self.centre.horizon or kind is Kind.END_OF_HANDLING:
            _Moment(self.env, at, kind << 60 | rank, action, about)

    # Schedules and doors

    def come(self, moment: _Moment) -> None:
        line: Line = moment.about
        line.on_duty = True
        self.take_next(line)

    def leave(self, moment: _Moment) -> None:
        moment.about.on_duty = False

    def open(self, moment: _Moment) -> None:
        channel, closes = moment.about
        self.closes[channel] = closes

    def close(self, moment: _Moment) -> None:
        channel: int = moment.about
        # Where hours touch, the next opening has come before this closing.
        if self.closes[channel] == self.now:
            self.closes[channel] = -1
        for queue in self.queues:
            if queue.rules.channel == channel and not self.served_late(queue):
                for contact in [c for c in queue if not c.call_back and c.closes == self.now]:
                    self.lose(contact, Outcome.SENT_AWAY)

    def served_late(self, queue: _Waiting) -> bool:
        """Whether there is a line to serve those who wait at a closing that is now."""
        lines = (line for number in queue.after for line in self.groups[number].lines)
        return queue.rules.serve_after_closing and any(line.was_there_at(self.now) for line in lines)

    # A contact arrives

    def plan_caller(self, caller: int) -> None:
        """The first contact of a caller; each puts the next on the agenda, so that it stays short."""
        if caller < len(self.arrivals):
            self.plan_contact(self.arrivals[caller], caller, 0, self.world.channel.item(caller))

    def plan_contact(self, at: int, caller: int, attempt: int, channel: int) -> None:
        end = self.centre.until(channel) if attempt else self.centre.end
        if at < end and attempt < self.centre.attempts:
            queue = self.centre.queue_of[channel][self.world.province.item(caller)]
            contact = Contact(caller, attempt, channel, queue, self.priority(caller, channel), at)
            self.plan(at, Kind.ARRIVAL, contact.rank, self.arrive, contact)

    def priority(self, caller: int, channel: int) -> int:
        """Position of the first rule that means this contact."""
        for position, rule in enumerate(self.centre.priorities):
            wanted = (rule.channel, rule.province, rule.cause, rule.topic, rule.age)
            found = (channel, *(marks.item(caller) for marks in self.marks))
            if all(want in (-1, find) for want, find in zip(wanted, found, strict=True)):
                return position
        return len(self.centre.priorities)

    def arrive(self, moment: _Moment) -> None:
        contact: Contact = moment.about
        if contact.attempt == 0:
            self.plan_caller(contact.caller + 1)
        contact.closes = self.closes[contact.channel]
        if contact.closes < 0:
            self.meet_closed_door(contact)
            return
        queue = self.queues[contact.queue]
        contact.deskwork = queue.rules.interruptible
        contact.served_late = queue.rules.serve_after_closing
        if self.take_at_once(contact):
            return
        waiting, address = len(queue), (contact.caller, contact.attempt)
        if waiting >= queue.rules.places:
            self.lose(contact, Outcome.BLOCKED)
        elif self.world.balk.item(address) < self.balk_threshold(queue.rules, waiting):
            self.lose(contact, Outcome.BALKED)
        elif waiting >= queue.rules.call_back_from and self.falls("call_back", address, queue.rules.call_back):
            self.await_call_back(contact)
        else:
            self.wait(contact)

    def meet_closed_door(self, contact: Contact) -> None:
        """Leave a message or go."""
        address = (contact.caller, contact.attempt)
        if self.falls("voicemail", address, self.centre.habits[contact.channel].voicemail):
            contact.deskwork = self.centre.queues[contact.queue].interruptible
            contact.call_back = True
            if not self.take_at_once(contact):
                self.await_call_back(contact)
        else:
            self.lose(contact, Outcome.CLOSED)

    def balk_threshold(self, queue: Queue, waiting: int) -> int:
        """By the number waiting or the wait announced, whichever deters more."""
        by_number = queue.balk_threshold(waiting)
        if not queue.announce:
            return by_number
        ready = {route.group for route in queue.routes if route.after == 0}
        slots = sum(line.on_duty * line.group.at_once for number in ready for line in self.groups[number].lines)
        announced = (waiting + 1) * queue.announce // slots if slots else FOREVER
        return max([by_number, *[share for wait, share in queue.balk_at_wait if wait <= announced][-1:]])

    def falls(self, name: str, whose: tuple[int, int], threshold: int) -> bool:
        """Whether a uniform falls under a threshold; a uniform that no threshold needs may not be drawn."""
        return threshold > 0 and getattr(self.world, name).item(whose) < threshold

    # Waiting

    def wait(self, contact: Contact) -> None:
        patience = self.world.patience.item(contact.caller, contact.attempt, contact.channel)
        self.queues[contact.queue].add(contact)
        self.plan(contact.dialled + patience, Kind.ABANDONMENT, contact.rank, self.abandon, contact)
        self.plan_entitlements(contact)

    def await_call_back(self, contact: Contact) -> None:
        contact.call_back, contact.served_late = True, False
        self.queues[contact.queue].add(contact)
        self.plan_entitlements(contact)

    def plan_entitlements(self, contact: Contact) -> None:
        for group, after in self.queues[contact.queue].after.items():
            if after > 0:
                about = (contact, self.groups[group])
                self.plan(contact.dialled + after, Kind.ENTITLEMENT, contact.rank, self.entitle, about)

    def entitle(self, moment: _Moment) -> None:
        contact, group = moment.about
        if contact in self.queues[contact.queue]:
            self.take_from(group, contact)

    def abandon(self, moment: _Moment) -> None:
        contact: Contact = moment.about
        if contact not in self.queues[contact.queue]:
            return
        address = (contact.caller, contact.attempt)
        if self.falls("silent", address, self.centre.habits[contact.channel].silent):
            contact.silent = True
            self.try_again(contact, Outcome.ABANDONED)
        else:
            self.lose(contact, Outcome.ABANDONED)

    # Lines

    def take_at_once(self, contact: Contact) -> bool:
        """Let the contact take a line of the first group that has one for it without a wait."""
        ready = (route.group for route in self.queues[contact.queue].rules.routes if route.after == 0)
        return any(self.take_from(self.groups[number], contact) for number in ready)

    def take_from(self, group: Group, contact: Contact) -> bool:
        """Let the contact take a line of ``group``, if one may take it."""
        line = group.line_for(contact, self.now)
        if line is not None:
            self.take(contact, line)
        return line is not None

    def take_next(self, line: Line) -> None:
        """Let the line take who is next, as long as there is one it may take."""
        while (contact := self.next_for(line)) is not None:
            self.take(contact, line)

    def next_for(self, line: Line) -> Contact | None:
        best, least = None, (0, 0, 0, 0)
        for place, number in enumerate(line.group.serves):
            contact = self.queues[number].first_for(line, self.now)
            if contact is not None:
                order = 0 if line.group.longest_wait else place
                key = (contact.priority, order, contact.dialled, contact.rank)
                if best is None or key < least:
                    best, least = contact, key
        return best

    def take(self, contact: Contact, line: Line) -> None:
        queue = self.queues[contact.queue]
        if contact in queue:
            queue.remove(contact)
        contact.left_queue = self.now
        contact.line = line
        line.add(contact, self.work(contact, line.group), self.now)
        self.plan_ends(line)

    def work(self, contact: Contact, group: Group) -> int:
        """What the contact brings, were it alone with its line."""
        whose = (contact.caller, contact.channel)
        if contact.silent:
            return self.world.silence.item(contact.caller, contact.attempt, contact.channel)
        province = self.world.province.item(contact.caller)
        return group.scaled(self.world.conversation.item(whose) + self.world.wrap_up.item(whose), contact, province)

    def plan_ends(self, line: Line) -> None:
        for contact, ends in line.new_ends(self.now):
            self.plan(ends, Kind.END_OF_HANDLING, contact.rank, self.finish, (contact, line))

    def finish(self, moment: _Moment) -> None:
        contact, line = moment.about
        if contact.ends != self.now or contact not in line.in_hand:
            return  # its end has been put off meanwhile, or brought forward
        line.remove(contact, self.now)
        self.plan_ends(line)
        outcome = Outcome.SILENT if contact.silent else Outcome.CALLED_BACK if contact.call_back else Outcome.ANSWERED
        self.note(contact, outcome)
        if not contact.silent:
            self.follow_up(contact)
        if self.now < self.centre.horizon:
            self.take_next(line)

    # What callers do next

    def lose(self, contact: Contact, outcome: Outcome) -> None:
        """The contact leaves without an answer; who has left silently before, has left."""
        queue = self.queues[contact.queue]
        if contact in queue:
            queue.remove(contact)
        contact.left_queue = self.now
        self.note(contact, Outcome.SILENT if contact.silent else outcome)
        if not contact.silent and outcome in UNANSWERED:
            self.try_again(contact, outcome)

    def try_again(self, contact: Contact, outcome: Outcome) -> None:
        caller, attempt, channel = contact.caller, contact.attempt, contact.channel
        habits, which = self.centre.habits[channel], UNANSWERED.index(outcome)
        if self.world.redial.item(caller, attempt) >= habits.redial[which]:
            return
        target = channel
        if habits.switch_to[which] >= 0 and self.world.switch.item(caller, attempt) < habits.switch[which]:
            target = habits.switch_to[which]
        start: int | None = self.now
        if outcome in WHILE_CLOSED and habits.closed_from_opening and target == channel:
            start = self.centre.next_opening(channel, self.now)
        if start is not None:
            delay = self.world.redial_delay.item(caller, attempt, channel)
            self.plan_contact(start + delay, caller, attempt + 1, target)

    def follow_up(self, contact: Contact) -> None:
        """Passed on to another channel, or calls again though answered."""
        habits, address = self.centre.habits[contact.channel], (contact.caller, contact.attempt)
        if habits.forward_to >= 0 and self.falls("forward", address, habits.forward):
            self.plan_contact(self.now, contact.caller, contact.attempt + 1, habits.forward_to)
        elif self.falls("again", address, habits.again):
            delay = self.world.again_delay.item(contact.caller, contact.attempt, contact.channel)
            self.plan_contact(self.now + delay, contact.caller, contact.attempt + 1, contact.channel)

    def note(self, contact: Contact, outcome: Outcome) -> None:
        by = contact.line
        where = (by.group.number, by.number) if by else (-1, -1)
        times = (contact.dialled, contact.left_queue, self.now)
        self.rows.append((contact.caller, contact.attempt, contact.queue, *times, outcome, *where))
