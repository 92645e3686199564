"""Every caller's contacts one after the other: first contacts, redials, forwards and calls again (rules 24 to 26)."""

from __future__ import annotations

from typing import NamedTuple

from sim.audit.findings import Findings, Who
from sim.audit.rows import SERVED, Row, falls
from sim.model.centre import UNANSWERED, WHILE_CLOSED, Centre
from sim.model.contacts import Outcome
from sim.model.world import World


class Due(NamedTuple):
    """A contact that must be in the table."""

    name: str
    instant: int
    channel: int


def check_chains(world: World, centre: Centre, rows: list[Row], findings: Findings) -> None:
    """Contacts are made when due, where due, and no others."""
    table = {row.who: row for row in rows}
    for caller, arrival in enumerate(world.arrival.tolist()):
        if arrival < centre.end or (caller, 0) in table:
            first = Due("first contact", arrival, int(world.channel[caller]))
            _check_due(world, centre, (caller, 0), first, table, findings)
    for row in rows:
        following = (row.caller, row.attempt + 1)
        due = _next(world, centre, row)
        if due is not None:
            _check_due(world, centre, following, due, table, findings)
        elif following in table:
            findings.tell(following, f"no contact was due after attempt {row.attempt} ({row.outcome.name})")
        if row.attempt >= centre.attempts:
            findings.tell(row.who, f"beyond the limit of {centre.attempts} attempts")
        before = (row.caller, row.attempt - 1)
        if row.attempt > 0 and before not in table and before not in findings.doubtful:
            findings.tell(row.who, f"made without attempt {row.attempt - 1}")


def _check_due(world: World, centre: Centre, who: Who, due: Due, table: dict[Who, Row], findings: Findings) -> None:
    """Hold a contact against the instant and channel it was due at."""
    row = table.get(who)
    if row is None:
        if who not in findings.doubtful:
            where = f"at {due.instant} on channel {centre.channels[due.channel].name}"
            findings.tell(who, f"missing: a {due.name} was due {where}")
        return
    if row.dialled != due.instant:
        findings.tell(who, f"dialled at {row.dialled}, but the {due.name} was due at {due.instant}")
    queue = centre.queue_of[due.channel][int(world.province[row.caller])]
    if row.queue != queue:
        findings.tell(who, f"in queue {row.queue}, but the {due.name} belongs in queue {queue}")


def _next(world: World, centre: Centre, row: Row) -> Due | None:
    """The contact that must follow this one, or None."""
    if row.attempt + 1 >= min(centre.attempts, world.patience.shape[1]):
        return None
    due = _after_answer(world, centre, row) if row.outcome in SERVED else _redial(world, centre, row)
    return due if due is not None and due.instant < centre.until(due.channel) else None


def _after_answer(world: World, centre: Centre, row: Row) -> Due | None:
    """A forward, or else a call again, from the end of handling (rule 25)."""
    habits = centre.habits[row.channel]
    if habits.forward_to >= 0 and falls(world.forward, row.caller, row.attempt, habits.forward):
        return Due("forward", row.released, habits.forward_to)
    if falls(world.again, row.caller, row.attempt, habits.again):
        delay = int(world.again_delay[row.caller, row.attempt, row.channel])
        return Due("repeat call", row.released + delay, row.channel)
    return None


def _redial(world: World, centre: Centre, row: Row) -> Due | None:
    """A redial after an outcome that leaves the caller unanswered (rule 24)."""
    silent = row.outcome == Outcome.SILENT
    outcome = Outcome.ABANDONED if silent else row.outcome
    if outcome not in UNANSWERED:
        return None
    habits, after = centre.habits[row.channel], UNANSWERED.index(outcome)
    if not falls(world.redial, row.caller, row.attempt, habits.redial[after]):
        return None
    channel = row.channel
    if habits.switch_to[after] >= 0 and falls(world.switch, row.caller, row.attempt, habits.switch[after]):
        channel = habits.switch_to[after]
    start: int | None = row.patient_until if silent else row.left
    if outcome in WHILE_CLOSED and habits.closed_from_opening and channel == row.channel:
        start = centre.next_opening(channel, row.left)
    if start is None:
        return None
    return Due("redial", start + int(world.redial_delay[row.caller, row.attempt, row.channel]), channel)
