"""Checks a table of contacts against the rules, without simulating.

An engine works forward from a rule to a row; the audit takes every row as a claim and asks whether the world, the
centre and the other rows allow it. First each row by itself, then each caller's chain of attempts, and last one
sweep over the events that the rows claim, which keeps count of lines, of who is busy and of who waits. The sweep
follows the claims and not the rules, so that one wrong row gives a few findings and not a thousand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from sim.centre import UNANSWERED, Centre
from sim.clock import FOREVER
from sim.contacts import NO_GROUP, Contacts, Outcome
from sim.world import World


def audit(world: World, centre: Centre, contacts: Contacts, *, most: int = 50) -> list[str]:
    """What is wrong with ``contacts``, in plain words, at most ``most`` findings; empty if nothing is.

    A table whose structure is broken (columns, ranges, order, numbering of attempts) is not looked at further.
    """
    notes = _Notes(most)
    if not _check_columns(contacts, notes):
        return notes.findings
    rows = [_Row(*values) for values in contacts.rows()]
    _check_structure(world, centre, rows, notes)
    if notes.findings:
        return notes.findings
    _check_callers(world, centre, rows, notes)
    for index, row in enumerate(rows):
        _check_row(world, centre, row, notes)
        follower = rows[index + 1] if index + 1 < len(rows) and rows[index + 1].attempt > 0 else None
        _check_redial(world, centre, row, follower, notes)
    _Sweep(world, centre, rows, notes).run()
    return notes.findings


class _Row(NamedTuple):
    """One contact as the table claims it went."""

    caller: int
    attempt: int
    queue: int
    dialled: int
    left_queue: int
    released: int
    outcome: int
    group: int

    @property
    def at_once(self) -> bool:
        """Whether it was decided on arrival what became of it, so that it never waited."""
        if self.outcome in (Outcome.BLOCKED, Outcome.BALKED):
            return True
        return self.outcome in (Outcome.ANSWERED, Outcome.CLOSED) and self.left_queue == self.dialled


class _Notes:
    """Findings so far, up to a number of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.findings: list[str] = []

    @property
    def full(self) -> bool:
        return len(self.findings) >= self.most

    def add(self, text: str, row: _Row | None = None) -> None:
        """Note ``text``, about ``row`` where it is about one."""
        if not self.full:
            about = "" if row is None else f"caller {row.caller}, attempt {row.attempt}: "
            self.findings.append(about + text)


# Structure


def _check_columns(contacts: Contacts, notes: _Notes) -> bool:
    """Whether the columns are whole numbers and of one length."""
    columns = {name: np.asarray(column) for name, column in contacts.columns().items()}
    for name, column in columns.items():
        if column.ndim != 1 or not np.issubdtype(column.dtype, np.integer):
            notes.add(f"column {name} is not a single column of whole numbers: {column.ndim} axes of {column.dtype}")
    lengths = {name: column.size for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        notes.add("the columns differ in length: " + ", ".join(f"{name} {size}" for name, size in lengths.items()))
    return not (notes.findings or len(set(lengths.values())) > 1)


def _check_structure(world: World, centre: Centre, rows: list[_Row], notes: _Notes) -> None:
    """Ranges, order and numbering, on which all later checks rely."""
    below = {
        "caller": len(world),
        "attempt": world.redial.shape[1],
        "queue": len(centre.queues),
        "outcome": len(Outcome),
        "group": len(centre.groups),
    }
    previous = (-1, -1)
    for row in rows:
        for name, limit in below.items():
            value, lowest = getattr(row, name), NO_GROUP if name == "group" else 0
            if not lowest <= value < limit:
                notes.add(f"{name} {value} is out of range, {lowest} to {limit - 1}", row)
        _check_times(row, notes)
        here = (row.caller, row.attempt)
        if here == previous:
            notes.add("this row is a duplicate", row)
        elif here < previous:
            notes.add(f"out of order, it comes after caller {previous[0]}, attempt {previous[1]}", row)
        elif row.attempt != (expected := previous[1] + 1 if row.caller == previous[0] else 0):
            notes.add(f"attempts are not contiguous, {row.attempt} stands where {expected} should", row)
        previous = here


def _check_times(row: _Row, notes: _Notes) -> None:
    if not 0 <= row.dialled < FOREVER:
        notes.add(f"dialled {row.dialled} is out of range, 0 to {FOREVER}", row)
    if row.left_queue < row.dialled:
        notes.add(f"left_queue {row.left_queue} comes before dialled {row.dialled}", row)
    if row.released < row.left_queue:
        notes.add(f"released {row.released} comes before left_queue {row.left_queue}", row)


# Rows by themselves


def _check_callers(world: World, centre: Centre, rows: list[_Row], notes: _Notes) -> None:
    """Who arrives in the period has a first contact at that instant, and nobody else has."""
    first = {row.caller: row for row in rows if row.attempt == 0}
    for caller, arrival in enumerate(world.arrival.tolist()):
        row = first.get(caller)
        if row is None:
            if arrival < centre.end:
                notes.add(f"caller {caller}, attempt 0: missing, though arrival {arrival} is before {centre.end}")
            continue
        if row.dialled != arrival:
            notes.add(f"first dialled at {row.dialled}, but the arrival is at {arrival}", row)
        _check_queue(world, centre, row, int(world.channel[caller]), notes)


def _check_queue(world: World, centre: Centre, row: _Row, channel: int, notes: _Notes) -> None:
    expected = centre.queue_of[channel][int(world.province[row.caller])]
    if row.queue != expected:
        notes.add(f"is in queue {row.queue}, but channel and province lead to queue {expected}", row)


def _channel(centre: Centre, row: _Row) -> int:
    return centre.queues[row.queue].channel


def _patience(world: World, centre: Centre, row: _Row) -> int:
    return int(world.patience[row.caller, row.attempt, _channel(centre, row)])


def _closes(centre: Centre, row: _Row) -> int | None:
    """End of the opening interval in which it was dialled, None outside all of them."""
    for opens, closes in centre.channels[_channel(centre, row)].open:
        if opens <= row.dialled < closes:
            return closes
    return None


def _check_row(world: World, centre: Centre, row: _Row, notes: _Notes) -> None:
    """What can be said of a row without looking at any other."""
    if row.dialled >= centre.end:
        notes.add(f"dialled at {row.dialled}, at or after the end of the period at {centre.end}", row)
    if row.outcome != Outcome.UNFINISHED and row.left_queue >= centre.horizon:
        notes.add(f"left_queue {row.left_queue} is not before the horizon at {centre.horizon}", row)
    _check_hours(centre, row, notes)
    if row.outcome == Outcome.ANSWERED:
        _check_answered(world, centre, row, notes)
        return
    if row.group != NO_GROUP:
        notes.add(f"was not answered and yet has line group {row.group} instead of {NO_GROUP}", row)
    if row.released != row.left_queue:
        notes.add(f"was not answered, yet released {row.released} is not left_queue {row.left_queue}", row)
    _check_departure(world, centre, row, notes)


def _check_hours(centre: Centre, row: _Row, notes: _Notes) -> None:
    """Closed if and only if dialled out of hours, or sent away at the closing of its own interval."""
    closes = _closes(centre, row)
    if closes is None:
        if row.outcome != Outcome.CLOSED:
            notes.add(f"dialled at {row.dialled} outside opening hours, but is {_name(row)} and not closed", row)
        elif row.left_queue != row.dialled:
            notes.add(f"closed on arrival at {row.dialled}, but left_queue is {row.left_queue}", row)
    elif row.outcome == Outcome.CLOSED:
        if row.left_queue != closes:
            notes.add(f"closed at {row.left_queue}, but its opening hours end at {closes}", row)
        elif centre.queues[row.queue].serve_after_closing:
            notes.add(f"closed at {closes}, though queue {row.queue} is served after closing", row)


def _check_answered(world: World, centre: Centre, row: _Row, notes: _Notes) -> None:
    wait, patience = row.left_queue - row.dialled, _patience(world, centre, row)
    if wait > patience:
        notes.add(f"answered after a wait of {wait}, longer than its patience of {patience}", row)
    delays = [route.after for route in centre.queues[row.queue].routes if route.group == row.group]
    if not delays:
        notes.add(f"answered by group {row.group}, which is not in the routing list of queue {row.queue}", row)
    elif wait < min(delays):
        notes.add(f"answered by group {row.group} after {wait}, which it may use only after {min(delays)}", row)
    whose = (row.caller, _channel(centre, row))
    expected = row.left_queue + int(world.conversation[whose]) + int(world.wrap_up[whose])
    if row.released != expected:
        notes.add(f"released at {row.released}, but conversation and wrap-up end at {expected}", row)


def _check_departure(world: World, centre: Centre, row: _Row, notes: _Notes) -> None:
    """Nobody leaves earlier or later than the reason for leaving allows."""
    gives_up = row.dialled + _patience(world, centre, row)
    if row.outcome == Outcome.ABANDONED and row.left_queue != gives_up:
        notes.add(f"abandoned at {row.left_queue}, but its patience ends at {gives_up}", row)
    if row.outcome in (Outcome.BLOCKED, Outcome.BALKED) and row.left_queue != row.dialled:
        notes.add(f"{_name(row)} on arrival at {row.dialled}, but left_queue is {row.left_queue}", row)
    if row.outcome == Outcome.CLOSED and row.left_queue > gives_up:
        notes.add(f"closed at {row.left_queue}, but its patience ends before, at {gives_up}", row)
    if row.outcome == Outcome.UNFINISHED:
        if row.left_queue != centre.horizon:
            notes.add(f"unfinished at {row.left_queue}, but the horizon is at {centre.horizon}", row)
        if gives_up < centre.horizon:
            notes.add(f"unfinished at {centre.horizon}, but its patience ends before, at {gives_up}", row)


def _name(row: _Row) -> str:
    return Outcome(row.outcome).name.lower()


# Chains of attempts


def _check_redial(world: World, centre: Centre, row: _Row, follower: _Row | None, notes: _Notes) -> None:
    """The next attempt was made if and only if this caller would, and then at the right instant and queue."""
    reason, at, channel = _next_attempt(world, centre, row)
    if follower is None:
        if not reason:
            notes.add(f"attempt {row.attempt + 1} is missing, a redial was due at {at}", row)
    elif reason:
        notes.add(f"is a redial at {follower.dialled} that should not be made: {reason}", follower)
    else:
        if follower.dialled != at:
            notes.add(f"is a redial at {follower.dialled}, but it was due at {at}", follower)
        _check_queue(world, centre, follower, channel, notes)


def _next_attempt(world: World, centre: Centre, row: _Row) -> tuple[str, int, int]:
    """Why there is no next attempt (empty if there is one), else its instant and channel."""
    channel, here = _channel(centre, row), (row.caller, row.attempt)
    habits = centre.habits[channel]
    if Outcome(row.outcome) not in UNANSWERED:
        return f"attempt {row.attempt} was {_name(row)}", 0, 0
    which = UNANSWERED.index(Outcome(row.outcome))
    if row.attempt + 1 >= centre.attempts:
        return f"the limit is {centre.attempts} attempts", 0, 0
    if world.redial[here] >= habits.redial[which]:
        return f"redial uniform {world.redial[here]} is not below {habits.redial[which]}", 0, 0
    target = channel
    if habits.switch_to[which] >= 0 and world.switch[here] < habits.switch[which]:
        target = habits.switch_to[which]
    start: int | None = row.left_queue
    if row.outcome == Outcome.CLOSED and habits.closed_from_opening and target == channel:
        start = centre.next_opening(channel, row.left_queue)
    if start is None:
        return "its channel does not open again", 0, 0
    at = start + int(world.redial_delay[row.caller, row.attempt, channel])
    return ("" if at < centre.end else f"it was due at {at}, not before {centre.end}"), at, target


# The sweep


class _Kind(IntEnum):
    """What comes first in one instant; DUE is for claims that nothing in the instant made true."""

    SCHEDULE = 1
    OPENING = 2
    CLOSING = 3
    END_OF_HANDLING = 4
    ENTITLEMENT = 5
    ABANDONMENT = 6
    ARRIVAL = 7
    DUE = 8


class _Sweep:
    """Goes through the events that the rows claim. A contact is known by the number of its row."""

    def __init__(self, world: World, centre: Centre, rows: list[_Row], notes: _Notes) -> None:
        self.world, self.centre, self.rows, self.notes = world, centre, rows, notes
        self.agenda: list[tuple[int, int, int, int, int, int, int]] = []
        self.now = self.planned = 0
        self.lines = [0] * len(centre.groups)
        self.busy = [0] * len(centre.groups)
        self.serves = [centre.served_by(group) for group in range(len(centre.groups))]
        self.waiting: list[dict[int, None]] = [{} for _ in centre.queues]
        self.passed_over: set[int] = set()
        self.claims: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            if row.outcome == Outcome.ANSWERED and not row.at_once:
                self.claims[row.group, row.left_queue].append(index)

    def plan(self, at: int, kind: _Kind, rank: tuple[int, int], about: int, number: int = 0) -> None:
        """Put an event on the agenda; those of one kind and rank come as they were put in."""
        if at < self.centre.horizon:
            self.planned += 1
            heappush(self.agenda, (at, kind, *rank, self.planned, about, number))

    def run(self) -> None:
        """All events before the horizon, in the written order."""
        for number, group in enumerate(self.centre.groups):
            for at, lines in group.changes:
                self.plan(at, _Kind.SCHEDULE, (number, 0), number, lines)
        for number, channel in enumerate(self.centre.channels):
            for _, closes in channel.open:
                self.plan(closes, _Kind.CLOSING, (number, 0), number)
        for index, row in enumerate(self.rows):
            self.plan(row.dialled, _Kind.ARRIVAL, row[:2], index)
        while self.agenda and not self.notes.full:
            at, kind, _, _, _, about, number = heappop(self.agenda)
            if at > self.now:
                self.check_idle()
            self.now = at
            self.happen(kind, about, number)
        self.check_idle()

    def happen(self, kind: int, about: int, number: int) -> None:
        """One event."""
        if kind == _Kind.SCHEDULE:
            self.lines[about] = number
            self.offer(about)
        elif kind == _Kind.CLOSING:
            self.close(about)
        elif kind == _Kind.END_OF_HANDLING:
            self.busy[about] -= 1
            self.offer(about)
        elif kind == _Kind.ENTITLEMENT:
            self.entitle(about, number)
        elif kind == _Kind.ABANDONMENT:
            self.waiting[self.rows[about].queue].pop(about, None)
        elif kind == _Kind.ARRIVAL:
            self.arrive(about)
        elif self.waits(about):
            self.overdue(about)

    # Lines

    def waits(self, index: int) -> bool:
        return index in self.waiting[self.rows[index].queue]

    def allowed(self, index: int, group: int) -> int:
        """How many lines of the group may be busy with this contact among them."""
        closes = _closes(self.centre, self.rows[index])
        if closes is None or closes > self.now:
            return self.lines[group]
        # Those who waited at closing are served by the lines that worked just before it.
        changes = self.centre.groups[group].changes
        last = bisect_left(changes, closes, key=lambda change: change[0]) - 1
        return max(self.lines[group], changes[last][1] if last >= 0 else 0)

    def has_room(self, index: int, group: int) -> bool:
        return self.busy[group] < self.allowed(index, group)

    def entitled(self, index: int, group: int) -> bool:
        row = self.rows[index]
        routes = self.centre.queues[row.queue].routes
        return any(route.group == group and route.after <= self.now - row.dialled for route in routes)

    def next_for(self, group: int) -> int | None:
        """Whom a free line of the group must take."""
        for queue in self.serves[group]:
            first = next(iter(self.waiting[queue]), None)
            if first is not None and self.entitled(first, group) and self.has_room(first, group):
                return first
        return None

    def take(self, index: int) -> None:
        """Its line, as claimed, takes the contact."""
        row = self.rows[index]
        self.waiting[row.queue].pop(index, None)
        if row.group == NO_GROUP:
            self.notes.add(f"answered at {self.now} by no line group, {NO_GROUP}", row)
            return
        if not self.has_room(index, row.group):
            self.notes.add(f"answered at {self.now} by group {row.group}, {self.load(index, row.group)}", row)
        self.busy[row.group] += 1
        self.plan(row.released, _Kind.END_OF_HANDLING, row[:2], row.group)

    def load(self, index: int, group: int) -> str:
        return f"which has {self.busy[group]} busy of {self.allowed(index, group)} lines"

    def offer(self, group: int) -> None:
        """After a line may have come free: those who claim it take it, if it is their turn."""
        while True:
            claims = [i for i in self.claimants(group) if self.waits(i) and self.has_room(i, group)]
            turn = self.next_for(group)
            if turn is None:
                return
            if turn in claims:
                self.take(turn)
            elif claims:
                other = self.rows[turn]
                text = f"answered at {self.now} by group {group} out of turn, before caller {other.caller}"
                self.notes.add(f"{text}, attempt {other.attempt}", self.rows[claims[0]])
                self.take(claims[0])
            else:
                self.pass_over(turn, group)
                return

    def claimants(self, group: int) -> Iterator[int]:
        return iter(self.claims.get((group, self.now), ()))

    def pass_over(self, index: int, group: int) -> None:
        """It waits and need not; said once of each contact."""
        if index not in self.passed_over:
            self.passed_over.add(index)
            row = self.rows[index]
            text = f"waits at {self.now} (until {row.left_queue}) though a line is free in group {group}"
            self.notes.add(f"{text}, {self.load(index, group)}", row)

    def check_idle(self) -> None:
        """At the end of an instant nobody waits for a line that is free."""
        if any(self.waiting):
            for group in range(len(self.lines)):
                if (index := self.next_for(group)) is not None:
                    self.pass_over(index, group)

    # Contacts

    def arrive(self, index: int) -> None:
        row = self.rows[index]
        if _closes(self.centre, row) is not None:
            self.check_arrival(index, row)
        if not row.at_once:
            self.wait(index, row)
        elif row.outcome == Outcome.ANSWERED:
            self.take(index)

    def check_arrival(self, index: int, row: _Row) -> None:
        """Answered at once if there is room, else blocked, else balked, else made to wait."""
        queue, ahead = self.centre.queues[row.queue], len(self.waiting[row.queue])
        rooms = (route.group for route in queue.routes if route.after == 0 and self.has_room(index, route.group))
        if (group := next(rooms, None)) is not None:
            if not (row.outcome == Outcome.ANSWERED and row.at_once):
                text = f"not answered at once at {self.now} though group {group} had room"
                self.passed_over.add(index)
                self.notes.add(f"{text}, {self.load(index, group)}", row)
            elif row.group != group:
                self.notes.add(f"answered by group {row.group}, but group {group} comes first and had room", row)
            return
        if (full := ahead >= queue.places) != (row.outcome == Outcome.BLOCKED):
            said = "blocked" if not full else f"{_name(row)} and not blocked"
            self.notes.add(f"{said}, with {ahead} waiting and {queue.places} places", row)
        uniform, below = int(self.world.balk[row.caller, row.attempt]), queue.balk_threshold(ahead)
        if (not full and uniform < below) != (row.outcome == Outcome.BALKED):
            said = "not balked" if row.outcome != Outcome.BALKED else "balked"
            self.notes.add(f"{said}, with balk uniform {uniform}, threshold {below} and {ahead} waiting", row)

    def wait(self, index: int, row: _Row) -> None:
        self.waiting[row.queue][index] = None
        for route in self.centre.queues[row.queue].routes:
            if route.after > 0:
                self.plan(row.dialled + route.after, _Kind.ENTITLEMENT, row[:2], index, route.group)
        if row.outcome == Outcome.ABANDONED:
            self.plan(row.left_queue, _Kind.ABANDONMENT, row[:2], index)
        self.plan(row.left_queue, _Kind.DUE, row[:2], index)

    def entitle(self, index: int, group: int) -> None:
        """A contact may use one more group from now on."""
        if not self.waits(index) or not self.has_room(index, group):
            return
        row, first = self.rows[index], next(iter(self.waiting[self.rows[index].queue]))
        if index not in self.claimants(group):
            self.pass_over(index, group)
            return
        if first != index:
            other = self.rows[first]
            text = f"answered at {self.now} by group {group} out of turn, before caller {other.caller}"
            self.notes.add(f"{text}, attempt {other.attempt}", row)
        self.take(index)

    def close(self, channel: int) -> None:
        """At closing, a queue that is not served any more is emptied."""
        for waiting, queue in zip(self.waiting, self.centre.queues, strict=True):
            if queue.channel != channel or queue.serve_after_closing:
                continue
            for index in list(waiting):
                row = self.rows[index]
                if row.outcome == Outcome.CLOSED and row.left_queue == self.now:
                    del waiting[index]
                else:
                    self.notes.add(f"{_name(row)} at {row.left_queue}, but it is sent away at closing, {self.now}", row)

    def overdue(self, index: int) -> None:
        """The row says it left in this instant, and nothing that happened let it."""
        row = self.rows[index]
        if row.outcome == Outcome.ANSWERED and row.group != NO_GROUP:
            text = f"answered at {self.now}, when no line of group {row.group} came free for it"
            self.notes.add(f"{text}, {self.load(index, row.group)}", row)
            self.busy[row.group] += 1
            self.plan(row.released, _Kind.END_OF_HANDLING, row[:2], row.group)
        else:
            self.notes.add(f"{_name(row)} at {self.now}, when nothing let it leave the queue", row)
        del self.waiting[row.queue][index]
