"""What callers do next: after a contact that was not answered, and after an answer."""

from __future__ import annotations

from sim.engines.compiled.heap import put
from sim.engines.compiled.jit import Memory, compiled, inlined
from sim.engines.compiled.memory import new_contact, of_attempt, of_attempt_on
from sim.engines.compiled.names import (
    AGAIN,
    AGAIN_DELAY,
    ARRIVAL,
    ASKS_AGAIN,
    ATTEMPT,
    ATTEMPTS,
    CALLER,
    CHANNEL,
    CLOSED,
    CLOSES_AT,
    FORWARD,
    FORWARD_TO,
    FROM_OPENING,
    HOURS,
    INTERVAL,
    KINDS,
    LAST_HOURS,
    LEFT_QUEUE,
    NUMBER,
    OPENS,
    OUTCOME,
    PASSED_ON,
    PERIOD_END,
    QUEUE,
    REDIAL,
    REDIAL_DELAY,
    REDIALS,
    RELEASED,
    SENT_AWAY,
    SWITCH,
    SWITCH_TO,
    SWITCHES,
    TRIES_AGAIN,
)


@inlined
def channel_of(m: Memory, contact: int) -> int:
    """The channel on which a contact is dialled."""
    return m[m[contact + QUEUE] + CHANNEL]


@inlined
def hours_from(m: Memory, channel: int, instant: int) -> int:
    """The opening interval of a channel in which an instant from now on is or that comes next, 0 for none."""
    hours, last = m[channel + HOURS], m[channel + LAST_HOURS]
    while hours < last and m[hours + CLOSES_AT] <= instant:
        hours += INTERVAL
    return hours if hours < last else 0


@inlined
def open_until(m: Memory, channel: int, now: int) -> int:
    """When the opening hours of a channel end in which it is now, 0 where it is closed."""
    hours = hours_from(m, channel, now)
    if hours == 0 or m[hours + OPENS] > now:
        return 0
    m[channel + HOURS] = hours  # where to look from next time, since time never goes back
    return m[hours + CLOSES_AT]


@compiled
def _dial_next(m: Memory, contact: int, channel: int, at: int) -> None:
    """Have the caller of a contact dial again, unless it is too late for that (rule 26)."""
    if at < m[channel + PERIOD_END]:
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
    if outcome in (CLOSED, SENT_AWAY) and m[channel + FROM_OPENING] and on == channel:
        hours = hours_from(m, channel, now)
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
