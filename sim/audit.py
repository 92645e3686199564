"""A reading of the rules that simulates nothing: it checks whether a table of contacts is possible.

The table is believed, row by row, and every row is held against the world, the centre and all other rows. The
rows are checked one at a time (times, hours, patience, handling), then each caller's chain of attempts, then
everything that happened is walked through in the written order of events, counting lines in use and contacts
waiting as the table has them. A finding therefore does not bring down the rest of the table with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sim.centre import UNANSWERED, UNLIMITED, Centre
from sim.clock import FOREVER
from sim.contacts import NO_GROUP, Contacts, Outcome
from sim.world import World


class _Kind(IntEnum):
    """What may happen, in the order in which it happens within one instant."""

    SCHEDULE = 0
    CLOSING = 1
    END_OF_HANDLING = 2
    ENTITLEMENT = 3
    #: Not an event of the rules: whoever the table has answered now must have been given a line by here.
    LAST_CHANCE = 4
    ABANDONMENT = 5
    ARRIVAL = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A row of the table, with what the world and the centre say about this contact."""

    caller: int
    attempt: int
    queue: int
    dialled: int
    left: int
    released: int
    outcome: Outcome
    group: int
    channel: int
    #: End of the opening interval in which it was dialled, or None outside opening hours.
    closes: int | None
    #: Instant at which patience ends.
    patient_until: int
    handling: int

    @property
    def waited(self) -> bool:
        return self.left > self.dialled


Tell = Callable[[tuple[int, int], str], None]


def audit(world: World, centre: Centre, contacts: Contacts, *, most: int = 50) -> list[str]:
    """Every way in which ``contacts`` breaks the rules, at most ``most``, each in a sentence; empty if none.

    Never raises on a broken table, whatever numbers it holds: that is what it is there to report.
    """
    malformed = _malformed(contacts)
    if malformed:
        return malformed[:most]
    findings: list[str] = []

    def tell(who: tuple[int, int], what: str) -> None:
        findings.append(f"caller {who[0]}, attempt {who[1]}: {what}")

    rows = _readable_rows(world, centre, contacts, tell)
    for row in rows:
        _check_row(centre, row, tell)
    _check_chains(world, centre, rows, tell)
    sweep = _Sweep(world, centre, rows, tell)
    for event in _events(centre, rows):
        if len(findings) >= most:
            break
        sweep.happen(*event)
    return findings[:most]


def _malformed(contacts: Contacts) -> list[str]:
    """What makes the columns no table at all."""
    columns = contacts.columns()
    findings = [
        f"column {name}: not a plain column of integers but {np.asarray(column).dtype} {np.shape(column)}"
        for name, column in columns.items()
        if np.ndim(column) != 1 or not np.issubdtype(np.asarray(column).dtype, np.integer)
    ]
    lengths = {name: np.size(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        findings.append(f"columns of different lengths: {lengths}")
    return findings


def _readable_rows(world: World, centre: Centre, contacts: Contacts, tell: Tell) -> list[_Row]:
    """Rows whose numbers mean something, each attempt once; the others are told."""
    rows = []
    seen: set[tuple[int, int]] = set()
    before = (-1, -1)
    for numbers in contacts.rows():
        who = (numbers[0], numbers[1])
        nonsense = _nonsense(world, centre, numbers)
        if who in seen:
            nonsense = "is in the table twice"
        elif who < before:
            tell(who, f"out of order, comes after caller {before[0]}, attempt {before[1]}")
        before = who
        seen.add(who)
        if nonsense:
            tell(who, nonsense)
        else:
            rows.append(_row(world, centre, numbers))
    return rows


def _nonsense(world: World, centre: Centre, numbers: tuple[int, ...]) -> str | None:
    """Why a row cannot be read at all, if so."""
    caller, attempt, queue, dialled, left, released, outcome, group = numbers
    ranges = (
        ("caller", caller, len(world)),
        ("attempt", attempt, world.patience.shape[1]),
        ("queue", queue, len(centre.queues)),
        ("outcome", outcome, len(Outcome)),
    )
    for name, number, size in ranges:
        if not 0 <= number < size:
            return f"{name} {number} is unknown, there are {size} (from 0)"
    if not dialled <= left <= released:
        return f"dialled {dialled}, left the queue {left}, released {released}: not in this order"
    if outcome == Outcome.ANSWERED and not 0 <= group < len(centre.groups):
        return f"answered by group {group} is unknown, there are {len(centre.groups)} (from 0)"
    return None


def _row(world: World, centre: Centre, numbers: tuple[int, ...]) -> _Row:
    caller, attempt, queue, dialled, left, released, outcome, group = numbers
    channel = centre.queues[queue].channel
    intervals = centre.channels[channel].open
    return _Row(
        caller=caller,
        attempt=attempt,
        queue=queue,
        dialled=dialled,
        left=left,
        released=released,
        outcome=Outcome(outcome),
        group=group,
        channel=channel,
        closes=next((closes for opens, closes in intervals if opens <= dialled < closes), None),
        patient_until=dialled + int(world.patience[caller, attempt, channel]),
        handling=int(world.conversation[caller, channel] + world.wrap_up[caller, channel]),
    )


def _check_row(centre: Centre, row: _Row, tell: Tell) -> None:
    """Hold one row against hours, patience and handling time, without looking at any other row."""
    who = (row.caller, row.attempt)
    if row.dialled >= centre.end:
        tell(who, f"dialled at {row.dialled}, but nobody dials from the end {centre.end} on")
    if row.closes is None and row.outcome != Outcome.CLOSED:
        tell(who, f"{row.outcome.name} though dialled at {row.dialled}, outside opening hours")
    if row.left > row.patient_until and row.outcome != Outcome.ABANDONED:
        tell(who, f"{row.outcome.name} at {row.left}, after patience ended at {row.patient_until}")
    if row.left >= centre.horizon and row.outcome != Outcome.UNFINISHED:
        tell(who, f"{row.outcome.name} at {row.left}, at or after the horizon {centre.horizon}")
    if row.outcome == Outcome.ANSWERED:
        _check_answer(centre, row, tell)
        return
    if row.group != NO_GROUP:
        tell(who, f"{row.outcome.name}, yet with line group {row.group} instead of {NO_GROUP}")
    if row.released != row.left:
        tell(who, f"{row.outcome.name} at {row.left}, yet released at {row.released}")
    if row.outcome == Outcome.CLOSED and row.waited and centre.queues[row.queue].serve_after_closing:
        tell(who, f"CLOSED at {row.left} after waiting since {row.dialled}, but its queue is served after closing")
    due, why = _due_to_leave(centre, row)
    if row.left != due:
        tell(who, f"{row.outcome.name} at {row.left}, but {why} {due}")


def _due_to_leave(centre: Centre, row: _Row) -> tuple[int, str]:
    """Instant at which a contact with this outcome left the queue, and what happens at it."""
    if row.outcome == Outcome.ABANDONED:
        return row.patient_until, "patience ended at"
    if row.outcome == Outcome.UNFINISHED:
        return centre.horizon, "the horizon is"
    if row.outcome == Outcome.CLOSED and row.closes is not None:
        return row.closes, "dialled within opening hours, which ended at"
    return row.dialled, "that happens on dialling, at"


def _check_answer(centre: Centre, row: _Row, tell: Tell) -> None:
    who = (row.caller, row.attempt)
    queue = centre.queues[row.queue]
    after = _delays(centre, row.queue).get(row.group)
    if after is None:
        tell(who, f"answered by group {row.group}, which is not in the routing of queue {queue.name}")
    elif row.left - row.dialled < after:
        wait = row.left - row.dialled
        tell(who, f"answered by group {row.group} after a wait of {wait}, which may help after {after}")
    if row.released != row.left + row.handling:
        given = row.released - row.left
        tell(who, f"held the line for {given}, but conversation and wrap-up take {row.handling}")


def _delays(centre: Centre, queue: int) -> dict[int, int]:
    """How long a contact must have waited before each group of its routing may answer it."""
    delays: dict[int, int] = {}
    for route in centre.queues[queue].routes:
        delays[route.group] = min(max(route.after, 0), delays.get(route.group, FOREVER))
    return delays


def _check_chains(world: World, centre: Centre, rows: list[_Row], tell: Tell) -> None:
    """Every caller's first contact and redials: made when due, where due, and no others."""
    table = {(row.caller, row.attempt): row for row in rows}
    for caller, arrival in enumerate(world.arrival.tolist()):
        channel = int(world.channel[caller])
        if arrival < centre.end or (caller, 0) in table:
            _check_contact(world, centre, (caller, 0), (arrival, channel), table, tell)
    for row in rows:
        following = (row.caller, row.attempt + 1)
        due = _redial(world, centre, row)
        if due is not None:
            _check_contact(world, centre, following, due, table, tell)
        elif following in table:
            tell(following, f"no redial was due after attempt {row.attempt} ({row.outcome.name})")
        if row.attempt >= centre.attempts:
            tell((row.caller, row.attempt), f"beyond the limit of {centre.attempts} attempts")
        if row.attempt > 0 and (row.caller, row.attempt - 1) not in table:
            tell((row.caller, row.attempt), f"made without attempt {row.attempt - 1}")


def _check_contact(
    world: World,
    centre: Centre,
    who: tuple[int, int],
    due: tuple[int, int],
    table: dict[tuple[int, int], _Row],
    tell: Tell,
) -> None:
    """Hold a contact against the instant and channel it was due at."""
    instant, channel = due
    name = "redial" if who[1] else "first contact"
    row = table.get(who)
    if row is None:
        tell(who, f"missing: a {name} was due at {instant} on channel {centre.channels[channel].name}")
        return
    if row.dialled != instant:
        tell(who, f"dialled at {row.dialled}, but the {name} was due at {instant}")
    queue = centre.queue_of[channel][int(world.province[row.caller])]
    if row.queue != queue:
        tell(who, f"in queue {row.queue}, but the {name} belongs in queue {queue}")


def _redial(world: World, centre: Centre, row: _Row) -> tuple[int, int] | None:
    """Instant and channel of the contact that must follow this one, or None."""
    if row.outcome not in UNANSWERED or row.attempt + 1 >= centre.attempts:
        return None
    habits = centre.habits[row.channel]
    after = UNANSWERED.index(row.outcome)
    if world.redial[row.caller, row.attempt] >= habits.redial[after]:
        return None
    channel = row.channel
    if habits.switch_to[after] >= 0 and world.switch[row.caller, row.attempt] < habits.switch[after]:
        channel = habits.switch_to[after]
    start: int | None = row.left
    if row.outcome == Outcome.CLOSED and habits.closed_from_opening and channel == row.channel:
        start = centre.next_opening(channel, row.left)
    if start is None:
        return None
    instant = start + int(world.redial_delay[row.caller, row.attempt, row.channel])
    return (instant, channel) if instant < centre.end else None


#: When, what, two numbers that order events of one kind, and the row concerned (if it is about one).
_Event = tuple[int, _Kind, int, int, _Row | None]


def _events(centre: Centre, rows: list[_Row]) -> list[_Event]:
    """All that happened before the horizon, in the written order."""
    events: list[_Event] = [
        (instant, _Kind.SCHEDULE, number, lines, None)
        for number, group in enumerate(centre.groups)
        for instant, lines in group.changes
    ]
    events += [
        (closes, _Kind.CLOSING, number, 0, None)
        for number, channel in enumerate(centre.channels)
        for _, closes in channel.open
    ]
    delays = [sorted(set(_delays(centre, queue).values()) - {0}) for queue in range(len(centre.queues))]
    for row in rows:
        for instant, kind in _events_of(row, delays[row.queue]):
            events.append((instant, kind, row.caller, row.attempt, row))
    return sorted((event for event in events if event[0] < centre.horizon), key=lambda event: event[:4])


def _events_of(row: _Row, delays: list[int]) -> Iterator[tuple[int, _Kind]]:
    yield row.dialled, _Kind.ARRIVAL
    if row.waited:
        for delay in delays:
            if row.dialled + delay <= row.left:
                yield row.dialled + delay, _Kind.ENTITLEMENT
    if row.outcome == Outcome.ANSWERED:
        yield row.released, _Kind.END_OF_HANDLING
    if row.waited:
        if row.outcome == Outcome.ANSWERED:
            yield row.left, _Kind.LAST_CHANCE
        else:
            yield row.left, _Kind.CLOSING if row.outcome == Outcome.CLOSED else _Kind.ABANDONMENT


class _Sweep:
    """Lines in use and contacts waiting while the events of the table pass by."""

    def __init__(self, world: World, centre: Centre, rows: list[_Row], tell: Tell) -> None:
        self.world = world
        self.centre = centre
        self.tell = tell
        self.lines = [0 for _ in centre.groups]
        self.busy = [0 for _ in centre.groups]
        #: Per queue, in order of dialling.
        self.waiting: list[dict[_Row, None]] = [{} for _ in centre.queues]
        self.served_by = [tuple(dict.fromkeys(centre.served_by(g))) for g in range(len(centre.groups))]
        self.delays = [_delays(centre, queue) for queue in range(len(centre.queues))]
        #: Contacts that waited and that the table has answered, by instant and group.
        self.answers: dict[tuple[int, int], list[_Row]] = {}
        for row in sorted(rows, key=lambda row: (row.dialled, row.caller, row.attempt)):
            if row.outcome == Outcome.ANSWERED and row.waited:
                self.answers.setdefault((row.left, row.group), []).append(row)

    def happen(self, now: int, kind: _Kind, first: int, second: int, row: _Row | None) -> None:
        """Let one event pass: check what the table makes of it, then do as the table says."""
        if row is None and kind == _Kind.SCHEDULE:
            more = second > self.lines[first]
            self.lines[first] = second
            if more:
                self.hand_out(first, now)
        elif row is None:
            self.close(first, now)
        elif kind == _Kind.END_OF_HANDLING:
            self.busy[row.group] -= 1
            self.hand_out(row.group, now)
        elif kind == _Kind.ARRIVAL:
            self.arrive(row)
        elif row not in self.waiting[row.queue]:
            return
        elif kind == _Kind.ENTITLEMENT:
            self.entitle(row, now)
        elif kind == _Kind.LAST_CHANCE:
            self.say(row, f"{self.fate(row)}, but no line came free for it at that instant")
            self.take(row)
        else:
            del self.waiting[row.queue][row]

    def say(self, row: _Row, what: str) -> None:
        self.tell((row.caller, row.attempt), what)

    def use(self, group: int) -> str:
        return f"with {self.busy[group]} of {self.lines[group]} lines in use"

    def take(self, row: _Row) -> None:
        """Give a line of the group that the table names."""
        self.waiting[row.queue].pop(row, None)
        self.busy[row.group] += 1

    def free_for(self, row: _Row, group: int, now: int) -> bool:
        """Whether a line of ``group`` may take this contact: one in the schedule, or one that serves on."""
        if self.busy[group] < self.lines[group]:
            return True
        if row.closes is None or row.closes > now:
            return False
        return self.busy[group] < _lines_at(self.centre, group, row.closes - 1)

    def first_in_line(self, group: int, now: int) -> _Row | None:
        """The waiting contact that a line of ``group`` must take now, if it has a line for one."""
        for queue in self.served_by[group]:
            for row in self.waiting[queue]:
                if now - row.dialled < self.delays[queue][group]:
                    break
                if self.free_for(row, group, now):
                    return row
                if row.closes is None or row.closes > now:
                    break  # nor did the hours of those who dialled later end yet
        return None

    def hand_out(self, group: int, now: int) -> None:
        """Lines of ``group`` may have come free: they must take the first in line, and leave nobody waiting."""
        while (due := self.first_in_line(group, now)) is not None:
            claimed = [row for row in self.answers.get((now, group), []) if row in self.waiting[row.queue]]
            if due in claimed:
                self.take(due)
                continue
            self.say(due, f"first in line at {now}, when group {group} had a free line ({self.use(group)})")
            if not claimed:
                return
            turn = f"caller {due.caller}, attempt {due.attempt} (dialled {due.dialled}) was first in line"
            self.say(claimed[0], f"dialled {claimed[0].dialled}, answered at {now} out of turn: {turn}")
            self.take(claimed[0])

    def entitle(self, row: _Row, now: int) -> None:
        """A group becomes available to a waiting contact, which takes a free line of it."""
        for route in self.centre.queues[row.queue].routes:
            if row.dialled + route.after == now and self.free_for(row, route.group, now):
                if (row.outcome, row.left, row.group) == (Outcome.ANSWERED, now, route.group):
                    self.take(row)
                else:
                    free = f"group {route.group} had a free line for it ({self.use(route.group)})"
                    self.say(row, f"{self.fate(row)}, but from {now} on {free}")
                return

    def close(self, channel: int, now: int) -> None:
        """Contacts of ``channel`` that wait at closing are sent away where the queue says so."""
        for number, queue in enumerate(self.centre.queues):
            if queue.channel == channel and not queue.serve_after_closing:
                for row in self.waiting[number]:
                    if (row.outcome, row.left) != (Outcome.CLOSED, now):
                        self.say(row, f"{self.fate(row)}, but who waits at closing, {now}, is sent away")

    def arrive(self, row: _Row) -> None:
        """A contact is dialled: it is answered, turned away, leaves, or waits, by what it meets."""
        if row.closes is not None:
            due, group, why = self.welcome(row)
            claimed = None if row.waited else row.outcome
            if claimed != due or (due == Outcome.ANSWERED and row.group != group):
                self.say(row, f"{self.fate(row)}, but on dialling at {row.dialled} {why}")
        if row.waited:
            self.waiting[row.queue][row] = None
        elif row.outcome == Outcome.ANSWERED:
            self.take(row)

    def welcome(self, row: _Row) -> tuple[Outcome | None, int, str]:
        """What happens at once to a contact in opening hours (None: it waits), by which group, and why."""
        queue = self.centre.queues[row.queue]
        for route in queue.routes:
            if route.after <= 0 and self.busy[route.group] < self.lines[route.group]:
                why = f"group {route.group} had a free line ({self.use(route.group)})"
                return Outcome.ANSWERED, route.group, why
        waiting = len(self.waiting[row.queue])
        places = "unlimited" if queue.places >= UNLIMITED else str(queue.places)
        room = f"there was no free line, and {waiting} waited in {places} places"
        if waiting >= queue.places:
            return Outcome.BLOCKED, NO_GROUP, f"{room}: a busy tone"
        uniform = int(self.world.balk[row.caller, row.attempt])
        threshold = queue.balk_threshold(waiting) if queue.balk else 0
        if uniform < threshold:
            return Outcome.BALKED, NO_GROUP, f"{room}: balks, with uniform {uniform} below {threshold}"
        if row.patient_until == row.dialled:
            return Outcome.ABANDONED, NO_GROUP, f"{room}: abandons, with patience 0"
        return None, NO_GROUP, f"{room}: waits, with balking uniform {uniform} not below {threshold}"

    def fate(self, row: _Row) -> str:
        """What the table says became of a contact."""
        by = f" by group {row.group} ({self.use(row.group)})" if row.outcome == Outcome.ANSWERED else ""
        return f"{row.outcome.name} at {row.left}{by}"


def _lines_at(centre: Centre, group: int, instant: int) -> int:
    """Scheduled lines of ``group`` at ``instant``."""
    changes = centre.groups[group].changes
    number = bisect_right(changes, instant, key=lambda change: change[0])
    return changes[number - 1][1] if number else 0
