"""Queues whose future is known: what becomes of a contact is found out when it is dialled.

First come, first served by lines that serve nobody else and take one contact at a time: whoever came before is settled,
and whoever comes later changes nothing. So neither ends of conversations nor ends of patience are events, which would
take most of the time of the engine. ``flatten.foreseen_group`` says which queues these are; the rules are the same.
"""

from __future__ import annotations

from sim.centre import FULL_SPEED
from sim.engines.compiled.again import after_answer, open_until, try_again
from sim.engines.compiled.jit import Memory, either, inlined
from sim.engines.compiled.lines import work_on
from sim.engines.compiled.memory import luck_on
from sim.engines.compiled.names import (
    ABANDONED,
    ABANDONMENT,
    ANSWERED,
    ATTEMPTS,
    CLOSED,
    CLOSING,
    DESKWORK,
    DUTY,
    END,
    FIRST_LINE,
    FREE_AFTER,
    FREE_AT,
    HELD_BY,
    HORIZON,
    KINDS,
    LAST_DUTY,
    LEFT_QUEUE,
    MISSED,
    NEXT_LINE,
    NO_EVENT,
    NO_LINE,
    NUMBER,
    OUTCOME,
    OWN,
    PATIENCE,
    RELEASED,
    SCHEDULE,
    SENT_AWAY,
    SERVED_LATE,
    SHIFT,
    SPEEDS,
    START,
    STOP,
    UNFINISHED,
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
def _taken(m: Memory, queue: int, now: int, closes: int) -> tuple[int, int]:
    """Stamp at which a line takes who is dialled now, if nothing ends the wait before, and the line."""
    taken, line, late = NO_EVENT, NO_LINE, m[queue + SERVED_LATE]
    one, at_once = m[m[queue + OWN] + FIRST_LINE], now * KINDS
    while one and taken > at_once:
        free = m[one + FREE_AT]
        at = max(free, now)
        if at < closes or not late:
            at = _on_duty_from(m, one, at)
        # It takes the contact at once, at the end of what it has in hand, or when it comes on duty.
        event = at * KINDS + (END if at == free and at > now else SCHEDULE)
        if event < taken or (event == taken and at == free and m[one + FREE_AFTER] < m[line + FREE_AFTER]):
            taken, line = event, one
        one = m[one + NEXT_LINE]
    return taken, line


@inlined
def _work(m: Memory, caller: int, queue: int, channel: int) -> int:
    """How long a line of its group has a caller of a queue in hand."""
    group = m[queue + OWN]
    work, speed = work_on(m, caller, channel, group), m[m[group + SPEEDS]]
    if speed != FULL_SPEED and not m[queue + DESKWORK]:
        work = (work * FULL_SPEED + speed - 1) // speed
    return work


@inlined
def foresee(m: Memory, queue: int, channel: int, caller: int, attempt: int, now: int) -> tuple[int, int, int, int]:
    """When a contact that is dialled now leaves the queue and is released, its outcome, and the line that takes it."""
    closes, horizon = open_until(m, channel, now), m[HORIZON]
    if not closes:
        return now, now, CLOSED, NO_LINE
    taken, line = _taken(m, queue, now, closes)
    until = min(now + luck_on(m, PATIENCE, caller, attempt, m[channel + NUMBER]), horizon)
    gives_up, over = until * KINDS + ABANDONMENT, horizon * KINDS
    sent_away = NO_EVENT if m[queue + SERVED_LATE] else closes * KINDS + CLOSING
    ends = min(sent_away, gives_up, over)
    # No branch: whether a line comes in time is hard to foretell, and to guess wrong takes longer than all that is done
    # in vain here for whom it does not.
    served = taken < ends
    left, outcome = either(served, taken, ends) // KINDS, either(served, ANSWERED, ABANDONED)
    released = left + either(served, _work(m, caller, queue, channel), 0)
    m[line + FREE_AT] = either(served, released, m[line + FREE_AT])
    m[line + FREE_AFTER] = either(served, caller * m[ATTEMPTS] + attempt, m[line + FREE_AFTER])
    if ends != gives_up and not served:
        outcome = UNFINISHED if over < sent_away else SENT_AWAY
    return left, released, outcome, either(served, line, NO_LINE)


@inlined
def settle(m: Memory, contact: int, future: tuple[int, int, int, int]) -> None:
    """Write down what becomes of a contact, and see what its caller does afterwards."""
    left, released, outcome, line = future
    m[contact + LEFT_QUEUE] = left
    m[contact + RELEASED] = released
    m[contact + OUTCOME] = outcome
    m[contact + HELD_BY] = line
    if outcome == ANSWERED:
        if released < m[HORIZON]:
            after_answer(m, contact, released)
    elif outcome != UNFINISHED:
        try_again(m, contact, left, outcome)
