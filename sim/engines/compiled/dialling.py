"""Contacts as they are dialled."""

from __future__ import annotations

from sim.engines.compiled.again import channel_of, open_until, turned_away
from sim.engines.compiled.foreseen import foresee, settle
from sim.engines.compiled.jit import Memory, compiled, inlined
from sim.engines.compiled.lines import line_for, set_ends, take
from sim.engines.compiled.memory import of_attempt, of_attempt_on
from sim.engines.compiled.names import (
    ACCEPTS,
    ANNOUNCE,
    AT_ONCE,
    ATTEMPT,
    BALKED,
    BALKS,
    BLOCKED,
    CALL_BACK,
    CALL_BACK_FROM,
    CALLED_BACK,
    CALLER,
    CLOSED,
    CLOSES,
    FIRST_AT_ONCE,
    FIRST_BALK,
    FIRST_WAIT,
    HORIZON,
    INSIDE,
    LAST_AT_ONCE,
    LAST_BALK,
    LAST_WAIT,
    LEAVES_MESSAGE,
    NUMBER,
    OUTCOME,
    OWN,
    PAIR,
    PATIENCE,
    PLACES,
    PRESENT,
    QUEUE,
    THRESHOLD,
    VOICEMAIL,
    WAIT,
)
from sim.engines.compiled.waiting import join


@inlined
def _taken_at_once(m: Memory, contact: int, now: int) -> bool:
    """Whether a line of a group in the routes takes a contact without delay (rule 11)."""
    queue = m[contact + QUEUE]
    for route in range(m[queue + FIRST_AT_ONCE], m[queue + LAST_AT_ONCE]):
        line = line_for(m, m[route], contact, now)
        if line:
            take(m, line, contact, now)
            set_ends(m, line, now)
            return True
    return False


@compiled
def _balk_at_announcement(m: Memory, queue: int) -> int:
    """Threshold to balk at the announced wait (rule 13)."""
    slots, threshold = 0, 0
    for route in range(m[queue + FIRST_AT_ONCE], m[queue + LAST_AT_ONCE]):
        slots += m[m[route] + PRESENT] * m[m[route] + AT_ONCE]
    for step in range(m[queue + FIRST_WAIT], m[queue + LAST_WAIT], PAIR):
        if slots == 0 or m[step + WAIT] <= (m[queue + INSIDE] + 1) * m[queue + ANNOUNCE] // slots:
            threshold = m[step + THRESHOLD]
    return threshold


@compiled
def _balks(m: Memory, contact: int) -> bool:
    queue, threshold = m[contact + QUEUE], 0
    if m[queue + FIRST_BALK] < m[queue + LAST_BALK]:
        threshold = m[min(m[queue + FIRST_BALK] + m[queue + INSIDE], m[queue + LAST_BALK] - 1)]
    if m[queue + ANNOUNCE]:
        threshold = max(threshold, _balk_at_announcement(m, queue))
    return threshold > 0 and of_attempt(m, BALKS, contact) < threshold


@compiled
def _at_closed_door(m: Memory, contact: int, now: int) -> None:
    """A contact outside opening hours (rule 10)."""
    message = m[channel_of(m, contact) + VOICEMAIL]
    if message and of_attempt(m, LEAVES_MESSAGE, contact) < message:
        m[contact + OUTCOME] = CALLED_BACK
        if not _taken_at_once(m, contact, now):
            join(m, contact, now, m[HORIZON])
    else:
        turned_away(m, contact, now, CLOSED)


@inlined
def arrive(m: Memory, contact: int, now: int) -> None:
    """A contact arrives (rules 9 to 15)."""
    queue, channel = m[contact + QUEUE], channel_of(m, contact)
    if m[queue + OWN]:
        settle(m, contact, foresee(m, queue, channel, m[contact + CALLER], m[contact + ATTEMPT], now))
        return
    closes, inside = open_until(m, channel, now), m[queue + INSIDE]
    if not closes:
        _at_closed_door(m, contact, now)
        return
    m[contact + CLOSES] = closes
    if _taken_at_once(m, contact, now):
        return
    if inside >= m[queue + PLACES]:
        turned_away(m, contact, now, BLOCKED)
    elif _balks(m, contact):
        turned_away(m, contact, now, BALKED)
    elif (
        m[queue + CALL_BACK]
        and inside >= m[queue + CALL_BACK_FROM]
        and of_attempt(m, ACCEPTS, contact) < m[queue + CALL_BACK]
    ):
        m[contact + OUTCOME] = CALLED_BACK
        join(m, contact, closes, m[HORIZON])
    else:
        join(m, contact, closes, now + of_attempt_on(m, PATIENCE, contact, m[channel + NUMBER]))
