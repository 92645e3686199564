"""Reading a table of contacts: which rows mean something, and what world and centre say about them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from sim.audit.findings import Findings, Who
from sim.model.centre import Centre, Priority
from sim.model.clock import FOREVER
from sim.model.contacts import NO_GROUP, Contacts, Outcome
from sim.model.world import Whole, World

#: Outcomes of contacts that a line took for certain; SILENT may be either.
SERVED = (Outcome.ANSWERED, Outcome.CALLED_BACK)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of the table, with what the world and the centre say about this contact.

    ``closes``: end of the opening interval in which it was dialled, None outside opening hours. ``patient_until``:
    instant at which patience ends, were it no call-back; ``silent``: whether it would then leave without a sign.
    """

    caller: int
    attempt: int
    queue: int
    dialled: int
    left: int
    released: int
    outcome: Outcome
    group: int
    line: int
    channel: int
    province: int
    priority: int
    closes: int | None
    patient_until: int
    silent: bool
    deskwork: bool

    @property
    def who(self) -> Who:
        """Caller and attempt."""
        return (self.caller, self.attempt)

    @property
    def turn(self) -> tuple[int, int, int, int]:
        """Place in a queue: the lowest goes first (rule 16)."""
        return (self.priority, self.dialled, self.caller, self.attempt)

    @property
    def waited(self) -> bool:
        """Whether it left the queue later than it was dialled."""
        return self.left > self.dialled

    @property
    def taken(self) -> bool:
        """Whether a line took it."""
        return self.group != NO_GROUP


def falls(uniforms: Whole, caller: int, attempt: int, threshold: int) -> bool:
    """Whether a uniform falls under ``threshold``; where none was drawn it does not."""
    return uniforms.shape[1] > attempt and int(uniforms[caller, attempt]) < threshold


def say_falls(name: str, uniforms: Whole, caller: int, attempt: int, threshold: int) -> str:
    """The same in words."""
    if uniforms.shape[1] <= attempt:
        return f"no uniform for {name} was drawn"
    below = "below" if falls(uniforms, caller, attempt, threshold) else "not below"
    return f"{name} uniform {int(uniforms[caller, attempt])} {below} {threshold}"


def delays(centre: Centre, queue: int) -> dict[int, int]:
    """How long a contact must have waited before each group of its routing may take it."""
    shortest: dict[int, int] = {}
    for route in centre.queues[queue].routes:
        shortest[route.group] = min(max(route.after, 0), shortest.get(route.group, FOREVER))
    return shortest


def malformed(contacts: Contacts) -> list[str]:
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


def read(world: World, centre: Centre, contacts: Contacts, findings: Findings) -> list[Row]:
    """Rows whose numbers mean something, each attempt once; the others are told."""
    rows = []
    seen: set[Who] = set()
    before = (-1, -1)
    for numbers in contacts.rows():
        who = (numbers[0], numbers[1])
        if who < before:
            findings.tell(who, f"out of order, comes after caller {before[0]}, attempt {before[1]}")
        before = who
        nonsense = _nonsense(world, centre, numbers)
        if who in seen:
            findings.tell(who, "is in the table twice")
        elif nonsense:
            findings.doubt(who, nonsense)
        else:
            rows.append(_row(world, centre, numbers, findings))
        seen.add(who)
    return rows


def _nonsense(world: World, centre: Centre, numbers: tuple[int, ...]) -> str | None:
    """Why a row cannot be read at all, if so."""
    caller, attempt, queue, dialled, left, released, outcome = numbers[:7]
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
    return None


def _row(world: World, centre: Centre, numbers: tuple[int, ...], findings: Findings) -> Row:
    caller, attempt, number, dialled, left, released, what, group, line = numbers
    queue = centre.queues[number]
    outcome = Outcome(what)
    if not _line_is_known(centre, (caller, attempt), outcome, (group, line), findings):
        group = line = NO_GROUP
    province = int(world.province[caller])
    return Row(
        caller=caller,
        attempt=attempt,
        queue=number,
        dialled=dialled,
        left=left,
        released=released,
        outcome=outcome,
        group=group,
        line=line,
        channel=queue.channel,
        province=province,
        priority=_priority(world, centre, caller, queue.channel),
        closes=_closes(centre, queue.channel, dialled),
        patient_until=dialled + int(world.patience[caller, attempt, queue.channel]),
        silent=falls(world.silent, caller, attempt, centre.habits[queue.channel].silent),
        deskwork=queue.interruptible,
    )


def _line_is_known(centre: Centre, who: Who, outcome: Outcome, used: tuple[int, int], findings: Findings) -> bool:
    """Whether the row names a line that there is; what is wrong about group and line is told."""
    group, line = used
    none = used == (NO_GROUP, NO_GROUP)
    if outcome not in SERVED and (none or outcome != Outcome.SILENT):
        if not none:
            yet = f"yet with line group {group} and line {line} instead of {NO_GROUP}"
            findings.tell(who, f"{outcome.name}, {yet}")
        return False
    if not 0 <= group < len(centre.groups):
        known = f"there are {len(centre.groups)} (from 0)"
        findings.doubt(who, f"{outcome.name} by group {group}, which is unknown, {known}")
        return False
    lines = len(centre.groups[group].shifts)
    if not 0 <= line < lines:
        known = f"which has {lines} (from 0)"
        findings.doubt(who, f"{outcome.name} by line {line}, which is unknown in group {group}, {known}")
        return False
    return True


def _closes(centre: Centre, channel: int, instant: int) -> int | None:
    """End of the opening interval of ``channel`` that holds ``instant``, or None."""
    spans = centre.channels[channel].open
    number = bisect_right(spans, instant, key=lambda span: span[0]) - 1
    return spans[number][1] if number >= 0 and instant < spans[number][1] else None


def _priority(world: World, centre: Centre, caller: int, channel: int) -> int:
    """Position of the first rule of priority that means this contact (rule 9)."""
    marks = (channel, *(int(of[caller]) for of in (world.province, world.cause, world.topic, world.age)))
    for position, rule in enumerate(centre.priorities):
        if all(wanted in (-1, mark) for wanted, mark in zip(_wanted(rule), marks, strict=True)):
            return position
    return len(centre.priorities)


def _wanted(rule: Priority) -> tuple[int, ...]:
    return (rule.channel, rule.province, rule.cause, rule.topic, rule.age)
