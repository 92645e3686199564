"""Lines: when they are on duty, what they may take, and how the work in their hands goes on."""

from __future__ import annotations

from sim.centre import FULL_SPEED, PER_MILLE
from sim.engines.compiled.heap import drop, put
from sim.engines.compiled.jit import Memory, compiled, inlined
from sim.engines.compiled.memory import of_attempt_on, of_caller, of_caller_on
from sim.engines.compiled.names import (
    AT_ONCE,
    BEFORE,
    CALLED_BACK,
    CALLER,
    CALLS,
    CHANNEL,
    CLOSES,
    CONVERSATION,
    DESKWORK,
    END,
    ENDS,
    FACTOR,
    FIRST_AT_ONCE,
    FIRST_DUTY,
    FIRST_IN_HAND,
    FIRST_LATER,
    FIRST_LINE,
    GROUP,
    GROUP_THEN,
    HELD_BY,
    IDLE,
    IN_HAND,
    KINDS,
    LAST_AT_ONCE,
    LAST_DUTY,
    LAST_LATER,
    LEFT,
    LEFT_QUEUE,
    MISSED,
    NEXT,
    NEXT_LINE,
    NUMBER,
    ON_DUTY,
    OUTCOME,
    PAIR,
    PRESENT,
    PREVIOUS,
    PROVINCE,
    PROVINCES,
    QUEUE,
    RELEASED,
    SERVED_LATE,
    SHIFT,
    SILENCE,
    SILENT,
    SINCE,
    SPEEDS,
    STAMP,
    START,
    STOP,
    WITH_ROOM,
    WRAP_UP,
)

#: Work is kept in hundredths of a ms, of which a contact at full speed loses so many in a ms.
HUNDREDTHS = FULL_SPEED
#: More contacts than any line has in hand.
MANY = 1 << 30


@compiled
def was_on_duty(m: Memory, line: int, instant: int) -> bool:
    """Whether ``line`` was on duty in the ms that begins at ``instant``."""
    first, last = m[line + FIRST_DUTY], m[line + LAST_DUTY]
    low, high = 0, (last - first) // SHIFT
    while low < high:
        middle = (low + high) >> 1
        if m[first + middle * SHIFT + STOP] <= instant:
            low = middle + 1
        else:
            high = middle
    shift = first + low * SHIFT
    return shift < last and m[shift + START] <= instant and m[shift + MISSED] == 0


@compiled
def _some_on_duty(m: Memory, group: int, instant: int) -> bool:
    line = m[group + FIRST_LINE]
    while line:
        if was_on_duty(m, line, instant):
            return True
        line = m[line + NEXT_LINE]
    return False


@compiled
def serve_late(m: Memory, queue: int, closes: int) -> bool:
    """Whether there is a line to serve those who wait in a queue when its channel closes (rule 20)."""
    if m[queue + SERVED_LATE] == 0:
        return False
    for route in range(m[queue + FIRST_AT_ONCE], m[queue + LAST_AT_ONCE]):
        if _some_on_duty(m, m[route], closes - 1):
            return True
    for route in range(m[queue + FIRST_LATER], m[queue + LAST_LATER], PAIR):
        if _some_on_duty(m, m[route + GROUP_THEN], closes - 1):
            return True
    return False


@inlined
def _count(m: Memory, line: int, by: int) -> None:
    """Add a line to the numbers of its group, or take it away."""
    if m[line + ON_DUTY]:
        group = m[line + GROUP]
        m[group + PRESENT] += by
        if m[line + CALLS] < m[group + AT_ONCE]:
            m[group + WITH_ROOM] += by
        if m[line + IN_HAND] == 0:
            m[group + IDLE] += by


@compiled
def set_duty(m: Memory, line: int, on: int) -> None:
    """Let a line come on duty or leave."""
    _count(m, line, -1)
    m[line + ON_DUTY] = on
    _count(m, line, 1)


@inlined
def _has_room(m: Memory, line: int, deskwork: int) -> bool:
    """Whether a line has room for a call, or for deskwork (rule 2)."""
    if deskwork:
        return m[line + IN_HAND] == 0
    return m[line + CALLS] < m[m[line + GROUP] + AT_ONCE]


@inlined
def served_late(m: Memory, contact: int, now: int) -> bool:
    """Whether lines that were on duty at the end of its opening interval serve a contact late (rule 3)."""
    return (
        m[m[contact + QUEUE] + SERVED_LATE] != 0 and m[contact + OUTCOME] != CALLED_BACK and m[contact + CLOSES] <= now
    )


@inlined
def line_for(m: Memory, group: int, contact: int, now: int) -> int:
    """The line that a contact takes from a group (rules 3 and 4), 0 for none."""
    deskwork, late = m[m[contact + QUEUE] + DESKWORK], served_late(m, contact, now)
    if not late and m[group + (IDLE if deskwork else WITH_ROOM)] == 0:
        return 0
    best, fewest, line = 0, MANY, m[group + FIRST_LINE]
    while line and fewest > 0:
        if (
            m[line + IN_HAND] < fewest
            and _has_room(m, line, deskwork)
            and (m[line + ON_DUTY] or (late and was_on_duty(m, line, m[contact + CLOSES] - 1)))
        ):
            best, fewest = line, m[line + IN_HAND]
        line = m[line + NEXT_LINE]
    return best


@inlined
def work_of(m: Memory, contact: int, group: int) -> int:
    """Work of a contact for a line of a group, in ms (rule 6)."""
    channel = m[m[contact + QUEUE] + CHANNEL]
    if m[contact + OUTCOME] == SILENT:
        return of_attempt_on(m, SILENCE, contact, m[channel + NUMBER])
    return work_on(m, m[contact + CALLER], channel, group)


@inlined
def work_on(m: Memory, caller: int, channel: int, group: int) -> int:
    """Work of a caller on a channel for a line of a group, in ms."""
    on = m[channel + NUMBER]
    work = of_caller_on(m, CONVERSATION, caller, on) + of_caller_on(m, WRAP_UP, caller, on)
    if m[group + FACTOR]:
        factor = m[group + FACTOR] + on * m[PROVINCES] + of_caller(m, PROVINCE, caller)
        work = work * m[factor] // PER_MILLE
    return max(work, 1)


@inlined
def take(m: Memory, line: int, contact: int, now: int) -> None:
    """Put a contact into the hands of a line, which needs ``set_ends`` afterwards."""
    _go_on(m, line, now)
    _count(m, line, -1)
    first = m[line + FIRST_IN_HAND]
    m[line + FIRST_IN_HAND] = contact
    m[line + IN_HAND] += 1
    m[line + CALLS] += 1 - m[m[contact + QUEUE] + DESKWORK]
    m[contact + NEXT] = first
    m[contact + PREVIOUS] = 0
    if first:
        m[first + PREVIOUS] = contact
    m[contact + LEFT] = work_of(m, contact, m[line + GROUP]) * HUNDREDTHS
    m[contact + LEFT_QUEUE] = now
    m[contact + HELD_BY] = line
    _count(m, line, 1)


@inlined
def finish(m: Memory, contact: int, now: int) -> None:
    """Take a contact out of the hands of its line, which needs ``set_ends`` afterwards."""
    line, before, after = m[contact + HELD_BY], m[contact + PREVIOUS], m[contact + NEXT]
    _go_on(m, line, now)
    _count(m, line, -1)
    if before:
        m[before + NEXT] = after
    else:
        m[line + FIRST_IN_HAND] = after
    if after:
        m[after + PREVIOUS] = before
    m[line + IN_HAND] -= 1
    m[line + CALLS] -= 1 - m[m[contact + QUEUE] + DESKWORK]
    m[contact + RELEASED] = now
    drop(m, ENDS, contact)
    _count(m, line, 1)


@inlined
def _speed(m: Memory, line: int, contact: int) -> int:
    """Percent at which what a line has in hand goes on (rule 7)."""
    calls = m[line + CALLS]
    if m[m[contact + QUEUE] + DESKWORK]:
        return 0 if calls else FULL_SPEED
    return m[m[m[line + GROUP] + SPEEDS] + calls - 1]


@inlined
def _go_on(m: Memory, line: int, now: int) -> None:
    """Take off what has been done since what a line has in hand last changed."""
    elapsed, contact = now - m[line + SINCE], m[line + FIRST_IN_HAND]
    m[line + SINCE] = now
    while contact:
        m[contact + LEFT] -= elapsed * _speed(m, line, contact)
        contact = m[contact + NEXT]


@inlined
def set_ends(m: Memory, line: int, now: int) -> None:
    """Set when everything in the hands of a line ends."""
    _go_on(m, line, now)
    contact = m[line + FIRST_IN_HAND]
    while contact:
        left, speed, at = m[contact + LEFT], _speed(m, line, contact), now
        if left > 0 and speed > 0:
            at += (left + speed - 1) // speed
        stamp = at * KINDS + END
        if left > 0 and speed == 0:
            drop(m, ENDS, contact)
        elif m[contact + BEFORE] < 0 or m[contact + STAMP] != stamp:
            put(m, ENDS, contact, stamp)
        contact = m[contact + NEXT]
