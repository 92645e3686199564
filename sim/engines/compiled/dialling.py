"""Contacts as they are dialled: arrivals, and what callers do next."""

from __future__ import annotations

from sim.engines.compiled.heap import put
from sim.engines.compiled.jit import Memory, compiled, inlined
from sim.engines.compiled.lines import line_for, set_ends, take
from sim.engines.compiled.memory import new_contact, of_attempt, of_attempt_on
from sim.engines.compiled.names import (
    ACCEPTS,
    AGAIN,
    AGAIN_DELAY,
    ANNOUNCE,
    ARRIVAL,
    ASKS_AGAIN,
    AT_ONCE,
    ATTEMPT,
    ATTEMPTS,
    BALKED,
    BALKS,
    BLOCKED,
    CALL_BACK,
    CALL_BACK_FROM,
    CALLED_BACK,
    CALLER,
    CHANNEL,
    CLOSED,
    CLOSES,
    CLOSES_AT,
    DIAL_END,
    FIRST_AT_ONCE,
    FIRST_BALK,
    FIRST_WAIT,
    FORWARD,
    FORWARD_TO,
    FROM_OPENING,
    HORIZON,
    HOURS,
    INSIDE,
    INTERVAL,
    KINDS,
    LAST_AT_ONCE,
    LAST_BALK,
    LAST_HOURS,
    LAST_WAIT,
    LEAVES_MESSAGE,
    LEFT_QUEUE,
    NUMBER,
    OPENS,
    OUTCOME,
    PAIR,
    PASSED_ON,
    PATIENCE,
    PLACES,
    PRESENT,
    QUEUE,
    REDIAL,
    REDIAL_DELAY,
    REDIALS,
    RELEASED,
    SWITCH,
    SWITCH_TO,
    SWITCHES,
    THRESHOLD,
    TRIES_AGAIN,
    VOICEMAIL,
    WAIT,
)
from sim.engines.compiled.waiting import join


@inlined
def channel_of(m: Memory, contact: int) -> int:
    """The channel on which a contact is dialled."""
    return m[m[contact + QUEUE] + CHANNEL]


@inlined
def _hours(m: Memory, channel: int, now: int) -> int:
    """The opening interval of a channel that is now or comes next, 0 for none; time never goes back."""
    hours, last = m[channel + HOURS], m[channel + LAST_HOURS]
    while hours < last and m[hours + CLOSES_AT] <= now:
        hours += INTERVAL
    m[channel + HOURS] = hours
    return hours if hours < last else 0


# --- what callers do next ---


@compiled
def _dial_next(m: Memory, contact: int, channel: int, at: int) -> None:
    """Have the caller of a contact dial again, unless it is too late for that (rule 26)."""
    if at < m[DIAL_END]:
        another = new_contact(m, m[contact + CALLER], m[contact + ATTEMPT] + 1, channel, at)
        put(m, REDIALS, another, at * KINDS + ARRIVAL)


@compiled
def try_again(m: Memory, contact: int, now: int, outcome: int) -> None:
    """After a contact that was not answered (rule 24)."""
    channel = channel_of(m, contact)
    if (
        m[contact + ATTEMPT] + 1 >= m[ATTEMPTS]
        or m[channel + REDIAL + outcome] == 0
        or of_attempt(m, TRIES_AGAIN, contact) >= m[channel + REDIAL + outcome]
    ):
        return
    on, since, other = channel, now, m[channel + SWITCH_TO + outcome]
    if other and of_attempt(m, SWITCHES, contact) < m[channel + SWITCH + outcome]:
        on = other
    if outcome == CLOSED and m[channel + FROM_OPENING] and on == channel:
        hours = _hours(m, channel, now)
        if hours == 0:
            return
        since = max(now, m[hours + OPENS])
    _dial_next(m, contact, on, since + of_attempt_on(m, REDIAL_DELAY, contact, m[channel + NUMBER]))


@inlined
def after_answer(m: Memory, contact: int, now: int) -> None:
    """Forwarding, or another question (rule 25)."""
    channel = channel_of(m, contact)
    if m[contact + ATTEMPT] + 1 >= m[ATTEMPTS]:
        return
    if m[channel + FORWARD_TO] and m[channel + FORWARD] and of_attempt(m, PASSED_ON, contact) < m[channel + FORWARD]:
        _dial_next(m, contact, m[channel + FORWARD_TO], now)
    elif m[channel + AGAIN] and of_attempt(m, ASKS_AGAIN, contact) < m[channel + AGAIN]:
        _dial_next(m, contact, channel, now + of_attempt_on(m, AGAIN_DELAY, contact, m[channel + NUMBER]))


# --- arrivals ---


@inlined
def gone(m: Memory, contact: int, now: int, outcome: int) -> None:
    """End a contact that no line took."""
    m[contact + LEFT_QUEUE] = now
    m[contact + RELEASED] = now
    m[contact + OUTCOME] = outcome


@compiled
def turned_away(m: Memory, contact: int, now: int, outcome: int) -> None:
    """End a contact that no line took, and see whether the caller tries again."""
    gone(m, contact, now, outcome)
    try_again(m, contact, now, outcome)


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
    hours = _hours(m, channel, now)
    if hours == 0 or m[hours + OPENS] > now:
        _at_closed_door(m, contact, now)
        return
    closes, inside = m[hours + CLOSES_AT], m[queue + INSIDE]
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
