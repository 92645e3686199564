"""Lines: when they are on duty, what they may take, and how the work in their hands goes on."""

from __future__ import annotations

from sim.centre import FULL_SPEED, PER_MILLE
from sim.engines.compiled import heap
from sim.engines.compiled.flatten import Luck, Plan
from sim.engines.compiled.floor import Floor
from sim.engines.compiled.jit import compiled
from sim.engines.compiled.names import (
    AT_DESK,
    AT_ONCE,
    ATTEMPT,
    CALLER,
    CALLS,
    CHANNEL_OF,
    CLOSES,
    DESKWORK,
    END,
    FIRST_END,
    FIRST_LINE,
    GROUP,
    IDLE,
    IN_HAND,
    IN_QUEUE,
    KINDS,
    LAST_LINE,
    LEFT,
    LEFT_QUEUE,
    LINE,
    NO_EVENT,
    ON_DUTY,
    OUTCOME,
    PRESENT,
    QUEUE,
    ROW,
    SERVED_LATE,
    SILENT,
    SINCE,
    START,
    STOP,
    TO_BE_CALLED,
    WAITS_AS,
    WITH_ROOM,
)

#: Work is kept in hundredths of a ms, of which a contact at full speed loses so many in a ms.
HUNDREDTHS = FULL_SPEED


@compiled
def was_on_duty(plan: Plan, floor: Floor, line: int, instant: int) -> bool:
    """Whether ``line`` was on duty in the ms that begins at ``instant``."""
    low, high = plan.first_shift[line], plan.first_shift[line + 1]
    while low < high:
        middle = (low + high) >> 1
        if plan.shifts[middle, STOP] <= instant:
            low = middle + 1
        else:
            high = middle
    return bool(low < plan.first_shift[line + 1] and plan.shifts[low, START] <= instant and not floor.missed[low])


@compiled
def _count(plan: Plan, floor: Floor, line: int, by: int) -> None:
    """Add a line to the numbers of its group, or take it away."""
    state, crew, group = floor.lines, floor.crew, plan.of_line[line]
    if state[line, ON_DUTY]:
        crew[group, PRESENT] += by
        if state[line, CALLS] < plan.groups[group, AT_ONCE]:
            crew[group, WITH_ROOM] += by
        if state[line, IN_HAND] == 0:
            crew[group, IDLE] += by


@compiled
def set_duty(plan: Plan, floor: Floor, line: int, on: int) -> None:
    """Let a line come on duty or leave."""
    _count(plan, floor, line, -1)
    floor.lines[line, ON_DUTY] = on
    _count(plan, floor, line, 1)


@compiled
def has_room(plan: Plan, floor: Floor, line: int, deskwork: int) -> bool:
    """Whether a line has room for a call, or for deskwork (rule 2)."""
    if deskwork:
        return bool(floor.lines[line, IN_HAND] == 0)
    return bool(floor.lines[line, CALLS] < plan.groups[plan.of_line[line], AT_ONCE])


@compiled
def serves_late(plan: Plan, floor: Floor, contact: int, now: int) -> bool:
    """Whether a line that was on duty at the end of its opening interval serves a contact late (rule 3)."""
    contacts = floor.contacts
    return bool(
        contacts[contact, WAITS_AS] != TO_BE_CALLED
        and contacts[contact, CLOSES] <= now
        and plan.queues[contacts[contact, IN_QUEUE], SERVED_LATE]
    )


@compiled
def line_on_duty(plan: Plan, floor: Floor, group: int, deskwork: int) -> int:
    """The line on duty that a contact takes from a group (rule 4), -1 for none."""
    if floor.crew[group, IDLE if deskwork else WITH_ROOM] == 0:
        return -1
    best, fewest = -1, 1 << 30
    for line in range(plan.groups[group, FIRST_LINE], plan.groups[group, LAST_LINE]):
        in_hand = floor.lines[line, IN_HAND]
        if in_hand < fewest and floor.lines[line, ON_DUTY] and has_room(plan, floor, line, deskwork):
            best, fewest = line, in_hand
            if fewest == 0:
                break
    return best


@compiled
def line_for(plan: Plan, floor: Floor, group: int, contact: int, now: int) -> int:
    """The line, on duty or serving late, that a waiting contact takes from a group, -1 for none."""
    deskwork = plan.queues[floor.contacts[contact, IN_QUEUE], DESKWORK]
    if not serves_late(plan, floor, contact, now):
        return line_on_duty(plan, floor, group, deskwork)
    worked_at = floor.contacts[contact, CLOSES] - 1
    best, fewest = -1, 1 << 30
    for line in range(plan.groups[group, FIRST_LINE], plan.groups[group, LAST_LINE]):
        in_hand = floor.lines[line, IN_HAND]
        if (
            in_hand < fewest
            and has_room(plan, floor, line, deskwork)
            and (floor.lines[line, ON_DUTY] or was_on_duty(plan, floor, line, worked_at))
        ):
            best, fewest = line, in_hand
    return best


@compiled
def take(plan: Plan, luck: Luck, floor: Floor, line: int, row: int, now: int, outcome: int) -> None:
    """Put a contact into the hands of a line, which is to be ``set_end`` afterwards."""
    table, queue, group = floor.table, floor.table[QUEUE, row], plan.of_line[line]
    table[LEFT_QUEUE, row] = now
    table[OUTCOME, row] = outcome
    table[GROUP, row] = group
    table[LINE, row] = line - plan.groups[group, FIRST_LINE]
    deskwork = plan.queues[queue, DESKWORK]
    caller, channel = table[CALLER, row], plan.queues[queue, CHANNEL_OF]
    if outcome == SILENT:
        work = luck.silence[caller, table[ATTEMPT, row], channel]
    else:
        work = luck.conversation[caller, channel] + luck.wrap_up[caller, channel]
        factor = plan.factor[group, channel, luck.province[caller]]
        if factor != PER_MILLE:
            work = work * factor // PER_MILLE
        work = max(work, 1)
    _go_on(plan, floor, line, now)
    _count(plan, floor, line, -1)
    place = floor.lines[line, IN_HAND]
    floor.hand[line, place, ROW] = row
    floor.hand[line, place, LEFT] = work * HUNDREDTHS
    floor.hand[line, place, AT_DESK] = deskwork
    floor.lines[line, IN_HAND] += 1
    floor.lines[line, CALLS] += 1 - deskwork
    _count(plan, floor, line, 1)


@compiled
def finish(plan: Plan, floor: Floor, line: int, now: int) -> int:
    """Take what ends out of the hands of a line; its row. The line is to be ``set_end`` afterwards."""
    _go_on(plan, floor, line, now)
    _count(plan, floor, line, -1)
    hand, place, last = floor.hand, floor.lines[line, FIRST_END], floor.lines[line, IN_HAND] - 1
    row = hand[line, place, ROW]
    floor.lines[line, IN_HAND] = last
    floor.lines[line, CALLS] -= 1 - hand[line, place, AT_DESK]
    for column in range(3):
        hand[line, place, column] = hand[line, last, column]
    _count(plan, floor, line, 1)
    return int(row)


@compiled
def _speed(plan: Plan, floor: Floor, line: int, deskwork: int) -> int:
    """Percent at which calls, or deskwork, in the hands of a line go on (rule 7)."""
    calls = floor.lines[line, CALLS]
    if deskwork:
        return FULL_SPEED if calls == 0 else 0
    return int(plan.speeds[plan.of_line[line], calls - 1])


@compiled
def _go_on(plan: Plan, floor: Floor, line: int, now: int) -> None:
    """Take off what has been done since the hands of a line last changed."""
    elapsed = now - floor.lines[line, SINCE]
    floor.lines[line, SINCE] = now
    for place in range(floor.lines[line, IN_HAND]):
        floor.hand[line, place, LEFT] -= elapsed * _speed(plan, floor, line, floor.hand[line, place, AT_DESK])


@compiled
def set_end(plan: Plan, floor: Floor, line: int, now: int) -> None:
    """Find out what ends first in the hands of a line, and when; of several the lowest caller and attempt."""
    first, ends, first_who = -1, NO_EVENT, 0
    for place in range(floor.lines[line, IN_HAND]):
        left, row = floor.hand[line, place, LEFT], floor.hand[line, place, ROW]
        at = now
        if left > 0:
            speed = _speed(plan, floor, line, floor.hand[line, place, AT_DESK])
            if speed == 0:
                continue
            at += (left + speed - 1) // speed
        who = floor.table[CALLER, row] * plan.attempts + floor.table[ATTEMPT, row]
        if at < ends or (at == ends and who < first_who):
            first, ends, first_who = place, at, who
    if first < 0:
        heap.drop(floor.ends, floor.lines, line)
    else:
        floor.lines[line, FIRST_END] = first
        heap.put(floor.ends, floor.lines, line, ends * KINDS + END, first_who)
