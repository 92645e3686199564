"""Queues: joining and leaving them, and whom a line takes next."""

from __future__ import annotations

from sim.engines.compiled import heap
from sim.engines.compiled.flatten import Luck, Plan
from sim.engines.compiled.floor import Floor, claim, release
from sim.engines.compiled.jit import compiled
from sim.engines.compiled.lines import serves_late, was_on_duty
from sim.engines.compiled.names import (
    ABANDONMENT,
    AFTER,
    AT_ONCE,
    ATTEMPT,
    BY,
    BY_AGE,
    BY_CAUSE,
    BY_CHANNEL,
    BY_PROVINCE,
    BY_TOPIC,
    CALLER,
    CALLS,
    CHANNEL_OF,
    CLOSES,
    DESKWORK,
    DIALLED,
    ENTITLEMENT,
    FIRST_LATER,
    FIRST_SERVED,
    HEAD,
    IN_HAND,
    IN_QUEUE,
    IN_ROW,
    KINDS,
    LAST_LATER,
    LAST_SERVED,
    LIST,
    LONGEST_WAIT,
    NEXT,
    ON_CHANNEL,
    ON_DUTY,
    PREVIOUS,
    QUEUE,
    SERVED_LATE,
    SINCE_DIALLED,
    STEP,
    TAIL,
    TRY,
    UNTIL,
    WAITS_AS,
)


@compiled
def _priority(plan: Plan, luck: Luck, caller: int, channel: int) -> int:
    for place in range(len(plan.priorities)):
        rule = plan.priorities[place]
        if (
            (rule[BY_CHANNEL] == -1 or rule[BY_CHANNEL] == channel)
            and (rule[BY_PROVINCE] == -1 or rule[BY_PROVINCE] == luck.province[caller])
            and (rule[BY_CAUSE] == -1 or rule[BY_CAUSE] == luck.cause[caller])
            and (rule[BY_TOPIC] == -1 or rule[BY_TOPIC] == luck.topic[caller])
            and (rule[BY_AGE] == -1 or rule[BY_AGE] == luck.age[caller])
        ):
            return place
    return len(plan.priorities)


@compiled
def who(plan: Plan, floor: Floor, contact: int) -> int:
    """Number that orders contacts by caller, then attempt."""
    return int(floor.contacts[contact, BY] * plan.attempts + floor.contacts[contact, TRY])


@compiled
def join(plan: Plan, luck: Luck, floor: Floor, row: int, waits_as: int, closes: int, until: int) -> None:
    """Let a contact wait; contacts are dialled in order, so its place is the last of its priority."""
    contacts, table, contact = floor.contacts, floor.table, claim(floor)
    caller, queue = table[CALLER, row], table[QUEUE, row]
    channel = plan.queues[queue, CHANNEL_OF]
    of_list = queue * (len(plan.priorities) + 1) + _priority(plan, luck, caller, channel)
    last = floor.lists[of_list, TAIL]
    contacts[contact, BY] = caller
    contacts[contact, TRY] = table[ATTEMPT, row]
    contacts[contact, ON_CHANNEL] = channel
    contacts[contact, IN_ROW] = row
    contacts[contact, SINCE_DIALLED] = table[DIALLED, row]
    contacts[contact, CLOSES] = closes
    contacts[contact, UNTIL] = until
    contacts[contact, WAITS_AS] = waits_as
    contacts[contact, IN_QUEUE] = queue
    contacts[contact, LIST] = of_list
    contacts[contact, NEXT] = 0
    contacts[contact, PREVIOUS] = last
    contacts[contact, STEP] = plan.queues[queue, FIRST_LATER]
    if last:
        contacts[last, NEXT] = contact
    else:
        floor.lists[of_list, HEAD] = contact
    floor.lists[of_list, TAIL] = contact
    floor.inside[queue] += 1
    set_timer(plan, floor, contact)


@compiled
def leave(floor: Floor, contact: int) -> None:
    """Take a contact out of its queue."""
    contacts = floor.contacts
    before, after, of_list = contacts[contact, PREVIOUS], contacts[contact, NEXT], contacts[contact, LIST]
    if before:
        contacts[before, NEXT] = after
    else:
        floor.lists[of_list, HEAD] = after
    if after:
        contacts[after, PREVIOUS] = before
    else:
        floor.lists[of_list, TAIL] = before
    floor.inside[contacts[contact, IN_QUEUE]] -= 1
    heap.drop(floor.timers, contacts, contact)
    release(floor, contact)


@compiled
def set_timer(plan: Plan, floor: Floor, contact: int) -> None:
    """Set what happens next to a waiting contact by itself: its next entitlement, or the end of its patience."""
    contacts = floor.contacts
    at, kind, step = contacts[contact, UNTIL], ABANDONMENT, contacts[contact, STEP]
    if step < plan.queues[contacts[contact, IN_QUEUE], LAST_LATER]:
        entitled = contacts[contact, SINCE_DIALLED] + plan.later[step, AFTER]
        if entitled <= at:
            at, kind = entitled, ENTITLEMENT
    if at < plan.horizon:
        heap.put(floor.timers, contacts, contact, at * KINDS + kind, who(plan, floor, contact))
    else:
        heap.drop(floor.timers, contacts, contact)


@compiled
def next_for(plan: Plan, floor: Floor, line: int, now: int) -> int:
    """Whom a line takes next (rule 22), 0 for nobody."""
    group, on_duty = plan.of_line[line], floor.lines[line, ON_DUTY]
    if floor.lines[line, CALLS] >= plan.groups[group, AT_ONCE]:
        return 0
    at_desk, classes = floor.lines[line, IN_HAND] > 0, len(plan.priorities) + 1
    best, best_class = 0, classes
    for place in range(plan.groups[group, FIRST_SERVED], plan.groups[group, LAST_SERVED]):
        queue = plan.served[place]
        if floor.inside[queue] == 0 or (at_desk and plan.queues[queue, DESKWORK]):
            continue
        if not (on_duty or plan.queues[queue, SERVED_LATE]):
            continue
        dialled_by = now - plan.after[group, queue]
        for priority in range(min(best_class + plan.groups[group, LONGEST_WAIT], classes)):
            contact = floor.lists[queue * classes + priority, HEAD]
            if contact and not on_duty:
                contact = _served_late(plan, floor, line, contact, dialled_by, now)
            if contact and floor.contacts[contact, SINCE_DIALLED] <= dialled_by:
                if best == 0 or priority < best_class or _goes_before(plan, floor, contact, best):
                    best, best_class = contact, priority
                break
    return int(best)


@compiled
def _goes_before(plan: Plan, floor: Floor, contact: int, other: int) -> bool:
    mine, theirs = floor.contacts[contact, SINCE_DIALLED], floor.contacts[other, SINCE_DIALLED]
    return bool(mine < theirs or (mine == theirs and who(plan, floor, contact) < who(plan, floor, other)))


@compiled
def _served_late(plan: Plan, floor: Floor, line: int, contact: int, dialled_by: int, now: int) -> int:
    """The first in a list, from ``contact`` on, that a line serves which has left; 0 for none."""
    while contact and floor.contacts[contact, SINCE_DIALLED] <= dialled_by:
        if serves_late(plan, floor, contact, now) and was_on_duty(
            plan, floor, line, floor.contacts[contact, CLOSES] - 1
        ):
            return contact
        contact = floor.contacts[contact, NEXT]
    return 0
