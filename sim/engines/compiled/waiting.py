"""Queues: joining and leaving them, and whom a line takes next."""

from __future__ import annotations

from sim.engines.compiled.heap import drop, put
from sim.engines.compiled.jit import Memory, compiled, inlined
from sim.engines.compiled.lines import served_late, was_on_duty
from sim.engines.compiled.memory import of_caller
from sim.engines.compiled.names import (
    ABANDONMENT,
    AFTER,
    AGE,
    AT_ONCE,
    BY_AGE,
    BY_CAUSE,
    BY_CHANNEL,
    BY_PROVINCE,
    BY_TOPIC,
    CALLER,
    CALLS,
    CAUSE,
    CHANNEL,
    CLASSES,
    CLOSES,
    DESKWORK,
    DIALLED,
    ENTITLEMENT,
    FIRST_LATER,
    FIRST_SERVED,
    GROUP,
    HEAD,
    HORIZON,
    IN_HAND,
    INSIDE,
    KINDS,
    LAST_LATER,
    LAST_SERVED,
    LIST,
    LIST_SIZE,
    LISTS,
    LONGEST_WAIT,
    NEXT,
    NUMBER,
    ON_DUTY,
    PAIR,
    PREVIOUS,
    PRIORITIES,
    PRIORITY,
    PROVINCE,
    QUEUE,
    SERVED_AFTER,
    SERVED_LATE,
    SERVED_QUEUE,
    STEP,
    TAIL,
    TIMERS,
    TOPIC,
    UNTIL,
    WAITING,
    WHO,
)


@inlined
def _matches(mark: int, value: int) -> bool:
    return mark in (-1, value)


@inlined
def _priority(m: Memory, contact: int) -> int:
    caller, channel = m[contact + CALLER], m[m[m[contact + QUEUE] + CHANNEL] + NUMBER]
    for place in range(m[CLASSES] - 1):
        rule = m[PRIORITIES] + place * PRIORITY
        if (
            _matches(m[rule + BY_CHANNEL], channel)
            and _matches(m[rule + BY_PROVINCE], of_caller(m, PROVINCE, caller))
            and _matches(m[rule + BY_CAUSE], of_caller(m, CAUSE, caller))
            and _matches(m[rule + BY_TOPIC], of_caller(m, TOPIC, caller))
            and _matches(m[rule + BY_AGE], of_caller(m, AGE, caller))
        ):
            return place
    return m[CLASSES] - 1


@inlined
def join(m: Memory, contact: int, closes: int, until: int) -> None:
    """Let a contact wait; contacts are dialled in order, so its place is the last of its priority."""
    queue = m[contact + QUEUE]
    line_up = queue + LISTS + LIST_SIZE * _priority(m, contact)
    last = m[line_up + TAIL]
    m[contact + CLOSES] = closes
    m[contact + UNTIL] = until
    m[contact + STEP] = m[queue + FIRST_LATER]
    m[contact + LIST] = line_up
    m[contact + NEXT] = 0
    m[contact + PREVIOUS] = last
    if last:
        m[last + NEXT] = contact
    else:
        m[line_up + HEAD] = contact
    m[line_up + TAIL] = contact
    m[queue + INSIDE] += 1
    m[WAITING] += 1
    set_timer(m, contact)


@inlined
def leave(m: Memory, contact: int) -> None:
    """Take a contact out of its queue."""
    before, after, line_up = m[contact + PREVIOUS], m[contact + NEXT], m[contact + LIST]
    if before:
        m[before + NEXT] = after
    else:
        m[line_up + HEAD] = after
    if after:
        m[after + PREVIOUS] = before
    else:
        m[line_up + TAIL] = before
    m[m[contact + QUEUE] + INSIDE] -= 1
    m[WAITING] -= 1
    drop(m, TIMERS, contact)


@inlined
def set_timer(m: Memory, contact: int) -> None:
    """Set what happens next to a waiting contact by itself: its next entitlement, or the end of its patience."""
    at, kind, step = m[contact + UNTIL], ABANDONMENT, m[contact + STEP]
    if step < m[m[contact + QUEUE] + LAST_LATER] and m[contact + DIALLED] + m[step + AFTER] <= at:
        at, kind = m[contact + DIALLED] + m[step + AFTER], ENTITLEMENT
    if at < m[HORIZON]:
        put(m, TIMERS, contact, at * KINDS + kind)
    else:
        drop(m, TIMERS, contact)


@inlined
def next_for(m: Memory, line: int, now: int) -> int:
    """Whom a line takes next (rule 22), 0 for nobody."""
    group, on_duty, classes = m[line + GROUP], m[line + ON_DUTY], m[CLASSES]
    if m[WAITING] == 0 or m[line + CALLS] >= m[group + AT_ONCE]:
        return 0
    best, best_class = 0, classes
    for served in range(m[group + FIRST_SERVED], m[group + LAST_SERVED], PAIR):
        queue, dialled_by = m[served + SERVED_QUEUE], now - m[served + SERVED_AFTER]
        if (
            m[queue + INSIDE] == 0
            or (m[queue + DESKWORK] and m[line + IN_HAND])
            or not (on_duty or m[queue + SERVED_LATE])
        ):
            continue
        for priority in range(min(best_class + m[group + LONGEST_WAIT], classes)):
            contact = m[queue + LISTS + LIST_SIZE * priority + HEAD]
            if not on_duty:
                contact = _first_served_late(m, line, contact, dialled_by, now)
            if contact and m[contact + DIALLED] <= dialled_by:
                if priority < best_class or _dialled_before(m, contact, best):
                    best, best_class = contact, priority
                break
    return best


@inlined
def _dialled_before(m: Memory, contact: int, other: int) -> bool:
    mine, theirs = m[contact + DIALLED], m[other + DIALLED]
    return mine < theirs or (mine == theirs and m[contact + WHO] < m[other + WHO])


@compiled
def _first_served_late(m: Memory, line: int, contact: int, dialled_by: int, now: int) -> int:
    """The first in a list, from ``contact`` on, that a line serves which has left; 0 for nobody."""
    while contact and m[contact + DIALLED] <= dialled_by:
        if served_late(m, contact, now) and was_on_duty(m, line, m[contact + CLOSES] - 1):
            return contact
        contact = m[contact + NEXT]
    return 0
