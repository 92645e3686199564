"""Queues whose future is known: what becomes of a contact is found out when it is dialled.

First come, first served by lines that serve nobody else and take one contact at a time: whoever came before is settled,
and whoever comes later changes nothing. So neither ends of conversations nor ends of patience are events, which would
take most of the time of the engine. ``flatten.foreseen_group`` says which queues these are; the rules are the same.
"""

from __future__ import annotations

from sim.centre import FULL_SPEED
from sim.engines.compiled.again import after_answer, channel_of, gone, turned_away
from sim.engines.compiled.jit import Memory, inlined
from sim.engines.compiled.lines import work_of
from sim.engines.compiled.memory import of_attempt_on
from sim.engines.compiled.names import (
    ABANDONED,
    ABANDONMENT,
    CLOSED,
    CLOSES,
    CLOSING,
    DESKWORK,
    DUTY,
    END,
    FIRST_LINE,
    FREE_AFTER,
    FREE_AT,
    GROUP,
    HELD_BY,
    HORIZON,
    KINDS,
    LAST_DUTY,
    LEFT_QUEUE,
    MISSED,
    NEXT_LINE,
    NO_EVENT,
    NUMBER,
    OWN,
    PATIENCE,
    QUEUE,
    RELEASED,
    SCHEDULE,
    SERVED_LATE,
    SHIFT,
    SPEEDS,
    START,
    STOP,
    UNFINISHED,
    WHO,
)

#: When a line is on duty that has no shift left.
NEVER = NO_EVENT // KINDS


@inlined
def _on_duty_from(m: Memory, line: int, instant: int) -> int:
    """When a line is on duty from an instant on, which is never before the one of the last time."""
    shift, last = m[line + DUTY], m[line + LAST_DUTY]
    while shift < last and (m[shift + STOP] <= instant or m[shift + MISSED]):
        shift += SHIFT
    m[line + DUTY] = shift
    return max(instant, m[shift + START]) if shift < last else NEVER


@inlined
def _serve(m: Memory, contact: int, line: int, start: int) -> None:
    """Let a line take a contact at ``start``, and see what its caller does afterwards."""
    group = m[line + GROUP]
    work, speed = work_of(m, contact, group), m[m[group + SPEEDS]]
    if speed != FULL_SPEED and not m[m[contact + QUEUE] + DESKWORK]:
        work = (work * FULL_SPEED + speed - 1) // speed
    released = start + work
    m[contact + LEFT_QUEUE] = start
    m[contact + RELEASED] = released
    m[contact + HELD_BY] = line
    m[line + FREE_AT] = released
    m[line + FREE_AFTER] = m[contact + WHO]
    if released < m[HORIZON]:
        after_answer(m, contact, released)


@inlined
def foresee(m: Memory, contact: int, now: int) -> None:
    """Find out what becomes of a contact that is dialled now, while its channel is open."""
    queue, closes, taken, line = m[contact + QUEUE], m[contact + CLOSES], NO_EVENT, 0
    one = m[m[queue + OWN] + FIRST_LINE]
    at_once = now * KINDS
    while one and taken > at_once:
        free = m[one + FREE_AT]
        at = max(free, now)
        if at < closes or not m[queue + SERVED_LATE]:
            at = _on_duty_from(m, one, at)
        # It takes the contact at once, at the end of what it has in hand, or when it comes on duty.
        event = at * KINDS + (END if at == free and at > now else SCHEDULE)
        if event < taken or (event == taken and at == free and m[one + FREE_AFTER] < m[line + FREE_AFTER]):
            taken, line = event, one
        one = m[one + NEXT_LINE]
    until = min(now + of_attempt_on(m, PATIENCE, contact, m[channel_of(m, contact) + NUMBER]), m[HORIZON])
    gives_up, over = until * KINDS + ABANDONMENT, m[HORIZON] * KINDS
    sent_away = NO_EVENT if m[queue + SERVED_LATE] else closes * KINDS + CLOSING
    if taken < min(sent_away, gives_up, over):
        _serve(m, contact, line, taken // KINDS)
    elif over < min(sent_away, gives_up):
        gone(m, contact, m[HORIZON], UNFINISHED)
    elif sent_away < gives_up:
        turned_away(m, contact, closes, CLOSED)
    else:
        turned_away(m, contact, until, ABANDONED)
