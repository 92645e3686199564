"""The rules of the centre, played out on SimPy's clock: the readable statement of what happens.

SimPy keeps the time and the agenda. What is decided is decided in the callback of the event that causes it, and
events of one instant come in the order of ``Kind``, then by caller, then by attempt, and not as they were put in.
Nothing is drawn here: an engine compares the world's numbers with the centre's thresholds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import simpy

from sim.centre import UNANSWERED, Centre
from sim.clock import FOREVER
from sim.contacts import NO_GROUP, Contacts, Outcome
from sim.world import World


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
    return _Day(world, centre).play()


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


class _Contact:
    """A contact on its way.

    ``closes``: end of the opening interval in which it was dialled. ``served_late``: whether its queue is served
    after that.
    """

    __slots__ = ("attempt", "caller", "channel", "closes", "dialled", "group", "queue", "rank", "served_late")

    def __init__(self, caller: int, attempt: int, channel: int, queue: int) -> None:
        self.caller, self.attempt, self.channel, self.queue = caller, attempt, channel, queue
        self.rank = caller << 8 | attempt
        self.dialled = self.closes = 0
        self.served_late = False
        self.group = NO_GROUP


class _Group:
    """Lines of a group: how many are scheduled now, how many are busy."""

    def __init__(self, number: int, changes: tuple[tuple[int, int], ...], serves: tuple[int, ...]) -> None:
        self.number, self.serves = number, serves
        self.lines = self.busy = 0
        self.instants, self.levels = zip(*changes, strict=True)

    def has_room(self, contact: _Contact, now: int) -> bool:
        """Whether a line may take the contact; after its closing time, also one that ought to have left then."""
        if self.busy < self.lines:
            return True
        return contact.served_late and contact.closes <= now and self.busy < self.lines_before(contact.closes)

    def lines_before(self, instant: int) -> int:
        """Lines scheduled in the millisecond before ``instant``."""
        position = bisect_left(self.instants, instant)
        return self.levels[position - 1] if position else 0


class _Day:
    """One run: the agenda, the lines and those who wait. Its verbs are the rules, in the order of the model."""

    def __init__(self, world: World, centre: Centre) -> None:
        self.world, self.centre = world, centre
        self.env = simpy.Environment()
        self.closes = [-1] * len(centre.channels)
        self.waiting: list[OrderedDict[int, _Contact]] = [OrderedDict() for _ in centre.queues]
        self.groups = [
            _Group(number, group.changes, centre.served_by(number)) for number, group in enumerate(centre.groups)
        ]
        self.rows: list[tuple[int, ...]] = []
        self.callers = list(zip(world.arrival.tolist(), world.channel.tolist(), world.province.tolist(), strict=True))

    @property
    def now(self) -> int:
        """The instant, a whole number because the agenda holds nothing else."""
        return self.env.now  # type: ignore[return-value]

    def play(self) -> Contacts:
        """Every contact until the horizon."""
        for number, group in enumerate(self.centre.groups):
            for at, lines in group.changes:
                self.plan(at, Kind.SCHEDULE, number, self.change_lines, (self.groups[number], lines))
        for number, channel in enumerate(self.centre.channels):
            for opens, closes in channel.open:
                self.plan(opens, Kind.OPENING, number, self.open, (number, closes))
                self.plan(closes, Kind.CLOSING, number, self.close, number)
        self.plan_caller(0)
        self.env.run(until=self.centre.horizon)
        for waiting in self.waiting:
            for contact in waiting.values():
                self.note(contact, self.centre.horizon, self.centre.horizon, Outcome.UNFINISHED)
        return Contacts.from_rows(self.rows)

    def plan(self, at: int, kind: Kind, rank: int, action: Callable[[_Moment], None], about: Any) -> None:
        """Put an event on the agenda, unless nobody will be there to see it."""
        if at < self.centre.horizon:
            _Moment(self.env, at, kind << 60 | rank, action, about)

    # Schedules and doors

    def change_lines(self, moment: _Moment) -> None:
        group, lines = moment.about
        more, group.lines = lines > group.lines, lines
        if more:
            self.offer_lines(group)

    def open(self, moment: _Moment) -> None:
        channel, closes = moment.about
        self.closes[channel] = closes

    def close(self, moment: _Moment) -> None:
        channel: int = moment.about
        # Where hours touch, the next opening has come before this closing.
        if self.closes[channel] == self.now:
            self.closes[channel] = -1
        for number, queue in enumerate(self.centre.queues):
            if queue.channel == channel and not queue.serve_after_closing:
                for contact in list(self.waiting[number].values()):
                    if contact.closes <= self.now:
                        self.give_up(contact, Outcome.CLOSED)

    # Contacts

    def plan_caller(self, caller: int) -> None:
        """The first contact of a caller; each puts the next on the agenda, so that it stays short."""
        if caller < len(self.callers) and self.callers[caller][0] < self.centre.end:
            at, channel, _ = self.callers[caller]
            self.plan_contact(at, caller, 0, channel)

    def plan_contact(self, at: int, caller: int, attempt: int, channel: int) -> None:
        queue = self.centre.queue_of[channel][self.callers[caller][2]]
        contact = _Contact(caller, attempt, channel, queue)
        self.plan(at, Kind.ARRIVAL, contact.rank, self.arrive, contact)

    def arrive(self, moment: _Moment) -> None:
        contact: _Contact = moment.about
        if contact.attempt == 0:
            self.plan_caller(contact.caller + 1)
        now = contact.dialled = self.now
        contact.closes = self.closes[contact.channel]
        if contact.closes < 0:
            self.fail(contact, Outcome.CLOSED)
            return
        queue, waiting = self.centre.queues[contact.queue], self.waiting[contact.queue]
        contact.served_late = queue.serve_after_closing
        for route in queue.routes:
            if route.after == 0 and self.groups[route.group].has_room(contact, now):
                self.answer(contact, route.group)
                return
        if len(waiting) >= queue.places:
            self.fail(contact, Outcome.BLOCKED)
        elif self.world.balk.item(contact.caller, contact.attempt) < queue.balk_threshold(len(waiting)):
            self.fail(contact, Outcome.BALKED)
        else:
            self.wait(contact, now)

    def wait(self, contact: _Contact, now: int) -> None:
        self.waiting[contact.queue][contact.rank] = contact
        patience = self.world.patience.item(contact.caller, contact.attempt, contact.channel)
        self.plan(now + patience, Kind.ABANDONMENT, contact.rank, self.abandon, contact)
        for route in self.centre.queues[contact.queue].routes:
            if 0 < route.after <= patience:
                about = (contact, route.group)
                self.plan(now + route.after, Kind.ENTITLEMENT, contact.rank, self.entitle, about)

    def entitle(self, moment: _Moment) -> None:
        contact, number = moment.about
        if self.waits(contact) and self.groups[number].has_room(contact, self.now):
            del self.waiting[contact.queue][contact.rank]
            self.answer(contact, number)

    def abandon(self, moment: _Moment) -> None:
        contact: _Contact = moment.about
        if self.waits(contact):
            self.give_up(contact, Outcome.ABANDONED)

    def waits(self, contact: _Contact) -> bool:
        return contact.rank in self.waiting[contact.queue]

    # Lines

    def answer(self, contact: _Contact, number: int) -> None:
        group, now = self.groups[number], self.now
        group.busy += 1
        contact.group = number
        whose = (contact.caller, contact.channel)
        released = now + self.world.conversation.item(whose) + self.world.wrap_up.item(whose)
        self.note(contact, now, released, Outcome.ANSWERED)
        self.plan(released, Kind.END_OF_HANDLING, contact.rank, self.finish, group)

    def finish(self, moment: _Moment) -> None:
        group: _Group = moment.about
        group.busy -= 1
        self.offer_lines(group)

    def offer_lines(self, group: _Group) -> None:
        """Lines that came free take who is next, as long as there are both."""
        while (contact := self.next_for(group)) is not None:
            del self.waiting[contact.queue][contact.rank]
            self.answer(contact, group.number)

    def next_for(self, group: _Group) -> _Contact | None:
        now = self.now
        for queue in group.serves:
            first = next(iter(self.waiting[queue].values()), None)
            if first is not None and group.has_room(first, now) and self.entitled(first, group, now):
                return first
        return None

    def entitled(self, contact: _Contact, group: _Group, now: int) -> bool:
        waited = now - contact.dialled
        routes = self.centre.queues[contact.queue].routes
        return any(route.group == group.number and route.after <= waited for route in routes)

    # Those who were not answered

    def give_up(self, contact: _Contact, outcome: Outcome) -> None:
        del self.waiting[contact.queue][contact.rank]
        self.fail(contact, outcome)

    def fail(self, contact: _Contact, outcome: Outcome) -> None:
        """Note it, and call again where the caller is one who would."""
        now = self.now
        self.note(contact, now, now, outcome)
        caller, attempt, channel = contact.caller, contact.attempt, contact.channel
        habits, which = self.centre.habits[channel], UNANSWERED.index(outcome)
        if attempt + 1 >= self.centre.attempts or self.world.redial.item(caller, attempt) >= habits.redial[which]:
            return
        target = channel
        if habits.switch_to[which] >= 0 and self.world.switch.item(caller, attempt) < habits.switch[which]:
            target = habits.switch_to[which]
        start: int | None = now
        if outcome is Outcome.CLOSED and habits.closed_from_opening and target == channel:
            start = self.centre.next_opening(channel, now)
        at = FOREVER if start is None else start + self.world.redial_delay.item(caller, attempt, channel)
        if at < self.centre.end:
            self.plan_contact(at, caller, attempt + 1, target)

    def note(self, contact: _Contact, left_queue: int, released: int, outcome: Outcome) -> None:
        self.rows.append(
            (
                contact.caller,
                contact.attempt,
                contact.queue,
                contact.dialled,
                left_queue,
                released,
                outcome,
                contact.group,
            )
        )
