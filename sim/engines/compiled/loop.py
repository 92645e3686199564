"""The event loop: what happens, in its order, and what follows from it at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.engines.compiled.heap import drop, put
from sim.engines.compiled.jit import Memory, compiled, entry, inlined, sources
from sim.engines.compiled.lines import finish, line_for, set_duty, set_ends, take
from sim.engines.compiled.memory import (
    begin,
    grown,
    has_room,
    lengthened,
    new_contact,
    of_attempt,
    of_attempt_on,
    of_caller,
    sorted_to,
    words_of,
)
from sim.engines.compiled.names import (
    ABANDONED,
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
    CALENDAR,
    CALENDAR_ROW,
    CALL_BACK,
    CALL_BACK_FROM,
    CALLED_BACK,
    CALLER,
    CHANNEL,
    CLASSES,
    CLOSED,
    CLOSES,
    CLOSES_AT,
    CLOSING,
    COLUMNS,
    CONTACT,
    DIAL_END,
    ENDS,
    ENTITLEMENT,
    FIRST_ARRIVAL,
    FIRST_AT_ONCE,
    FIRST_BALK,
    FIRST_CHANNEL,
    FIRST_QUEUE,
    FIRST_WAIT,
    FORWARD,
    FORWARD_TO,
    FRESH,
    FROM_OPENING,
    GOES_SILENTLY,
    GROUP_THEN,
    HEAD,
    HELD_BY,
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
    LIST_SIZE,
    LISTS,
    LUCK_CHANNEL,
    MISSED,
    NEXT,
    NEXT_QUEUE,
    NO_EVENT,
    NUMBER,
    OPENS,
    OUTCOME,
    PAIR,
    PASSED_ON,
    PATIENCE,
    PLACES,
    PRESENT,
    PROVINCES,
    QUEUE,
    QUEUES,
    REDIAL,
    REDIAL_DELAY,
    REDIALS,
    RELEASED,
    SERVED_LATE,
    SHIFT_BEGINS,
    SHIFT_ENDS,
    SILENT,
    SILENTLY,
    STAMP,
    STEP,
    SUBJECT,
    SWITCH,
    SWITCH_TO,
    SWITCHES,
    THRESHOLD,
    TIMERS,
    TRIES_AGAIN,
    UNFINISHED,
    UNTIL,
    VOICEMAIL,
    WAIT,
    WHO,
)
from sim.engines.compiled.waiting import join, leave, next_for, set_timer
from sim.world import Whole


@inlined
def _channel(m: Memory, contact: int) -> int:
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
def _try_again(m: Memory, contact: int, now: int, outcome: int) -> None:
    """After a contact that was not answered (rule 24)."""
    channel = _channel(m, contact)
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
def _after_answer(m: Memory, contact: int, now: int) -> None:
    """Forwarding, or another question (rule 25)."""
    channel = _channel(m, contact)
    if m[contact + ATTEMPT] + 1 >= m[ATTEMPTS]:
        return
    if m[channel + FORWARD_TO] and m[channel + FORWARD] and of_attempt(m, PASSED_ON, contact) < m[channel + FORWARD]:
        _dial_next(m, contact, m[channel + FORWARD_TO], now)
    elif m[channel + AGAIN] and of_attempt(m, ASKS_AGAIN, contact) < m[channel + AGAIN]:
        _dial_next(m, contact, channel, now + of_attempt_on(m, AGAIN_DELAY, contact, m[channel + NUMBER]))


# --- arrivals ---


@inlined
def _gone(m: Memory, contact: int, now: int, outcome: int) -> None:
    """End a contact that no line took."""
    m[contact + LEFT_QUEUE] = now
    m[contact + RELEASED] = now
    m[contact + OUTCOME] = outcome


@compiled
def _turned_away(m: Memory, contact: int, now: int, outcome: int) -> None:
    _gone(m, contact, now, outcome)
    _try_again(m, contact, now, outcome)


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
    message = m[_channel(m, contact) + VOICEMAIL]
    if message and of_attempt(m, LEAVES_MESSAGE, contact) < message:
        m[contact + OUTCOME] = CALLED_BACK
        if not _taken_at_once(m, contact, now):
            join(m, contact, now, m[HORIZON])
    else:
        _turned_away(m, contact, now, CLOSED)


@inlined
def _arrive(m: Memory, contact: int, now: int) -> None:
    """A contact arrives (rules 9 to 15)."""
    queue, channel = m[contact + QUEUE], _channel(m, contact)
    hours = _hours(m, channel, now)
    if hours == 0 or m[hours + OPENS] > now:
        _at_closed_door(m, contact, now)
        return
    closes, inside = m[hours + CLOSES_AT], m[queue + INSIDE]
    m[contact + CLOSES] = closes
    if _taken_at_once(m, contact, now):
        return
    if inside >= m[queue + PLACES]:
        _turned_away(m, contact, now, BLOCKED)
    elif _balks(m, contact):
        _turned_away(m, contact, now, BALKED)
    elif (
        m[queue + CALL_BACK]
        and inside >= m[queue + CALL_BACK_FROM]
        and of_attempt(m, ACCEPTS, contact) < m[queue + CALL_BACK]
    ):
        m[contact + OUTCOME] = CALLED_BACK
        join(m, contact, closes, m[HORIZON])
    else:
        join(m, contact, closes, now + of_attempt_on(m, PATIENCE, contact, m[channel + NUMBER]))


# --- events of lines and of who waits ---


@inlined
def _take_all(m: Memory, line: int, now: int) -> None:
    """Let a line take contacts as long as there is one that it may take (rule 22)."""
    contact = next_for(m, line, now)
    while contact:
        leave(m, contact)
        take(m, line, contact, now)
        contact = next_for(m, line, now)
    set_ends(m, line, now)


@inlined
def _present(m: Memory, shift: int) -> bool:
    return shift != 0 and m[shift + MISSED] == 0


@compiled
def _change_of_duty(m: Memory, line: int, ends: int, begins: int, now: int) -> None:
    """Let a line come on duty or leave, unless it was absent or one shift touches the next (rule 1)."""
    comes = _present(m, begins)
    if comes != _present(m, ends):
        set_duty(m, line, 1 if comes else 0)
        if comes:
            _take_all(m, line, now)


@compiled
def _close(m: Memory, channel: int, now: int) -> None:
    """Send away who waits at a closing (rule 20)."""
    queue = m[FIRST_QUEUE]
    while queue:
        if m[queue + CHANNEL] == channel and not m[queue + SERVED_LATE]:
            for line_up in range(queue + LISTS, queue + LISTS + LIST_SIZE * m[CLASSES], LIST_SIZE):
                contact = m[line_up + HEAD]
                while contact:
                    following = m[contact + NEXT]
                    if m[contact + OUTCOME] != CALLED_BACK and m[contact + CLOSES] <= now:
                        leave(m, contact)
                        if m[contact + OUTCOME] == SILENT:
                            _gone(m, contact, now, SILENT)
                        else:
                            _turned_away(m, contact, now, CLOSED)
                    contact = following
        queue = m[queue + NEXT_QUEUE]


@inlined
def _entitle(m: Memory, contact: int, now: int) -> None:
    """A waiting contact may use another group from now on (rule 18)."""
    line = line_for(m, m[m[contact + STEP] + GROUP_THEN], contact, now)
    if line:
        leave(m, contact)
        take(m, line, contact, now)
        set_ends(m, line, now)
    else:
        m[contact + STEP] += PAIR
        set_timer(m, contact)


@inlined
def _lose_patience(m: Memory, contact: int, now: int) -> None:
    """The end of patience (rule 19)."""
    silently = m[_channel(m, contact) + SILENTLY]
    if silently and of_attempt(m, GOES_SILENTLY, contact) < silently:
        m[contact + OUTCOME] = SILENT
        m[contact + UNTIL] = m[HORIZON]
        set_timer(m, contact)
        _try_again(m, contact, now, ABANDONED)
    else:
        leave(m, contact)
        _turned_away(m, contact, now, ABANDONED)


@inlined
def _end(m: Memory, contact: int, now: int) -> None:
    """A contact is released; from the horizon on nothing follows."""
    line = m[contact + HELD_BY]
    finish(m, contact, now)
    if now >= m[HORIZON]:
        set_ends(m, line, now)
        return
    if m[contact + OUTCOME] != SILENT:
        _after_answer(m, contact, now)
    _take_all(m, line, now)


# --- a whole world ---


@compiled
def _finish_all(memory: Whole) -> None:
    """The horizon: nothing happens any more but the ends of what is in hand, and who waits is unfinished."""
    m = words_of(memory)
    while m[ENDS]:
        _end(m, m[ENDS], m[m[ENDS] + STAMP] // KINDS)
    queue = m[FIRST_QUEUE]
    while queue:
        for line_up in range(queue + LISTS, queue + LISTS + LIST_SIZE * m[CLASSES], LIST_SIZE):
            contact = m[line_up + HEAD]
            while contact:
                _gone(m, contact, m[HORIZON], SILENT if m[contact + OUTCOME] == SILENT else UNFINISHED)
                contact = m[contact + NEXT]
        queue = m[queue + NEXT_QUEUE]


@inlined
def _first_arrival(m: Memory, caller: int, callers: int) -> int:
    """Stamp of the first contact of a caller."""
    if caller < callers:
        at = of_caller(m, FIRST_ARRIVAL, caller)
        if at < m[DIAL_END]:
            return at * KINDS + ARRIVAL
    return NO_EVENT


@compiled
def _play(memory: Whole, callers: int) -> Whole:
    """All events in their order; the memory after them, which may have grown."""
    m = words_of(memory)
    event, caller, over = m[CALENDAR], 0, m[HORIZON] * KINDS
    arrival = _first_arrival(m, caller, callers)
    while True:
        sure, end, timer, redial = m[event], m[m[ENDS]], m[m[TIMERS]], m[m[REDIALS]]
        stamp = min(sure, end, timer, redial, arrival)
        if stamp >= over:
            return memory
        now = stamp // KINDS
        if not has_room(m):
            memory = grown(memory)
            m = words_of(memory)
        if stamp == end:
            _end(m, m[ENDS], now)
        elif stamp == timer:
            if stamp % KINDS == ENTITLEMENT:
                _entitle(m, m[TIMERS], now)
            else:
                contact = m[TIMERS]
                drop(m, TIMERS, contact)
                _lose_patience(m, contact, now)
        elif stamp == sure:
            if stamp % KINDS == CLOSING:
                _close(m, m[event + SUBJECT], now)
            else:
                _change_of_duty(m, m[event + SUBJECT], m[event + SHIFT_ENDS], m[event + SHIFT_BEGINS], now)
            event += CALENDAR_ROW
        elif stamp == redial and (arrival > stamp or m[m[REDIALS] + WHO] < caller * m[ATTEMPTS]):
            contact = m[REDIALS]
            drop(m, REDIALS, contact)
            _arrive(m, contact, now)
        else:
            channel = m[FIRST_CHANNEL] + of_caller(m, LUCK_CHANNEL, caller) * (QUEUES + m[PROVINCES])
            contact = new_contact(m, caller, 0, channel, now)
            _arrive(m, contact, now)
            caller += 1
            arrival = _first_arrival(m, caller, callers)


def _run(version: int) -> Callable[[Whole, Whole], tuple[Whole, Whole]]:
    @entry
    def run(start: Whole, worlds: Whole) -> tuple[Whole, Whole]:
        """Rows of all worlds, and where each world's begin and the last one's end."""
        _ = version
        callers, most = 0, 0
        for world in worlds:
            callers += world[0]
            most = max(most, world[0])
        memory = np.empty(len(start) + (most + most // 8 + 64) * CONTACT, np.int64)
        for word in range(len(start)):
            memory[word] = start[word]
        table = np.empty((COLUMNS, callers + callers // 8 + 64), np.int64)
        begins = np.zeros(len(worlds) + 1, np.int64)
        for number in range(len(worlds)):
            world, first = worlds[number], begins[number]
            begin(memory, start, world)
            memory = _play(memory, world[0])
            _finish_all(memory)
            last = first + (memory[FRESH] - start[FRESH]) // CONTACT
            if last > table.shape[1]:
                table = lengthened(table, first, 2 * last)
            sorted_to(memory, table, first, world[0])
            begins[number + 1] = last
        return table, begins

    return run


#: The whole engine as one compiled function.
run = _run(sources())
