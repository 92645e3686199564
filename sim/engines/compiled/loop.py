"""The event loop: what happens, in its order, and what follows from it at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.engines.compiled.again import after_answer, channel_of, gone, try_again, turned_away
from sim.engines.compiled.dialling import arrive
from sim.engines.compiled.foreseen import foresee
from sim.engines.compiled.heap import drop
from sim.engines.compiled.jit import Memory, compiled, entry, inlined
from sim.engines.compiled.lines import finish, line_for, serve_late, set_duty, set_ends, take
from sim.engines.compiled.memory import (
    at,
    begin,
    column_of,
    grown,
    has_room,
    lengthened,
    new_contact,
    of_attempt,
    of_caller,
    sorted_to,
    words_of,
    write_row,
)
from sim.engines.compiled.names import (
    ABANDONED,
    ARRIVAL,
    CALENDAR_ROW,
    CALLED_BACK,
    CHANNEL,
    CLASSES,
    CLOSES,
    CLOSING,
    COLUMNS,
    CONTACT,
    DIAL_END,
    ENDS,
    ENTITLEMENT,
    FIRST_ARRIVAL,
    FIRST_CHANNEL,
    FIRST_QUEUE,
    FRESH,
    GOES_SILENTLY,
    GROUP_THEN,
    HEAD,
    HELD_BY,
    HORIZON,
    INSIDE,
    KINDS,
    LIST_SIZE,
    LISTS,
    LUCK_CHANNEL,
    MISSED,
    NEXT,
    NEXT_CALLER,
    NEXT_EVENT,
    NEXT_QUEUE,
    NO_EVENT,
    ONCE,
    OUTCOME,
    OWN,
    PAIR,
    PROVINCE,
    PROVINCES,
    QUEUE,
    QUEUES,
    REDIALS,
    SENT_AWAY,
    SHIFT_BEGINS,
    SHIFT_ENDS,
    SILENT,
    SILENTLY,
    STAMP,
    STEP,
    SUBJECT,
    TIMERS,
    UNFINISHED,
    UNTIL,
)
from sim.engines.compiled.waiting import leave, next_for, set_timer
from sim.machine_code import sources
from sim.world import Whole

#: Contacts for which there is room from the beginning, beyond an eighth of the callers.
SPARE = 64


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
    """Send away who waits at a closing, where no line serves them after it (rule 20)."""
    queue = m[FIRST_QUEUE]
    while queue:
        if m[queue + CHANNEL] == channel and m[queue + INSIDE] and not serve_late(m, queue, now):
            for line_up in range(queue + LISTS, queue + LISTS + LIST_SIZE * m[CLASSES], LIST_SIZE):
                contact = m[line_up + HEAD]
                while contact:
                    following = m[contact + NEXT]
                    if m[contact + OUTCOME] != CALLED_BACK and m[contact + CLOSES] == now:
                        leave(m, contact)
                        if m[contact + OUTCOME] == SILENT:
                            gone(m, contact, now, SILENT)
                        else:
                            turned_away(m, contact, now, SENT_AWAY)
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
    silently = m[channel_of(m, contact) + SILENTLY]
    if silently and of_attempt(m, GOES_SILENTLY, contact) < silently:
        m[contact + OUTCOME] = SILENT
        m[contact + UNTIL] = m[HORIZON]
        set_timer(m, contact)
        try_again(m, contact, now, ABANDONED)
    else:
        leave(m, contact)
        turned_away(m, contact, now, ABANDONED)


@inlined
def _end(m: Memory, contact: int, now: int) -> None:
    """A contact is released; from the horizon on nothing follows."""
    line = m[contact + HELD_BY]
    finish(m, contact, now)
    if now >= m[HORIZON]:
        set_ends(m, line, now)
        return
    if m[contact + OUTCOME] != SILENT:
        after_answer(m, contact, now)
    _take_all(m, line, now)


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
                gone(m, contact, m[HORIZON], SILENT if m[contact + OUTCOME] == SILENT else UNFINISHED)
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


@inlined
def _stamps(m: Memory, event: int) -> tuple[int, int, int, int]:
    """What comes next of each kind of events but first contacts."""
    return m[event], m[m[ENDS]], m[m[TIMERS]], m[m[REDIALS]]


@inlined
def _foresee_all(m: Memory, caller: int, callers: int, before: int, table: Memory, rows: int, first: int) -> int:
    """Tell of those who call next what becomes of them, where each calls once and nothing else comes ``before``.

    They are written to a table of so many ``rows``, from ``first`` on, and are no records in the memory. Returns who
    calls after them.
    """
    arrivals, channels, provinces = column_of(m, FIRST_ARRIVAL), column_of(m, LUCK_CHANNEL), column_of(m, PROVINCE)
    first_channel, size, last = m[FIRST_CHANNEL], QUEUES + m[PROVINCES], m[DIAL_END]
    while caller < callers:
        now, channel = at(arrivals, caller), first_channel + at(channels, caller) * size
        queue = m[channel + QUEUES + at(provinces, caller)]
        if now >= last or now * KINDS + ARRIVAL >= before or not m[queue + OWN]:
            break
        future = foresee(m, queue, channel, caller, 0, now)
        write_row(m, (caller, 0, queue, now), future, table, first + caller, rows)
        caller += 1
    return caller


@compiled
def _play(memory: Whole, callers: int, flat: Whole, rows: int, first: int) -> bool:
    """Events in their order, until all is over or there is no room for the next one; whether there was.

    See ``_foresee_all`` for the last three.
    """
    m, table = words_of(memory), words_of(flat)
    event, caller, over, once = m[NEXT_EVENT], m[NEXT_CALLER], m[HORIZON] * KINDS, m[ONCE]
    arrival = _first_arrival(m, caller, callers)
    sure, end, timer, redial = _stamps(m, event)
    while True:
        other = min(sure, end, timer, redial)
        if once and arrival < other:
            caller = _foresee_all(m, caller, callers, min(other, over), table, rows, first)
            arrival = _first_arrival(m, caller, callers)
        stamp = min(arrival, other)
        if stamp >= over or not has_room(m):
            m[NEXT_EVENT], m[NEXT_CALLER] = event, caller
            return stamp >= over
        now = stamp // KINDS
        if arrival < other:
            channel = m[FIRST_CHANNEL] + of_caller(m, LUCK_CHANNEL, caller) * (QUEUES + m[PROVINCES])
            contact = new_contact(m, caller, 0, channel, now)
            arrive(m, contact, now)
            caller += 1
            arrival = _first_arrival(m, caller, callers)
            if m[m[contact + QUEUE] + OWN]:  # where all that may follow is another call
                redial = m[m[REDIALS]]
                continue
        elif stamp == end:
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
        else:  # before the first contact of an instant, since callers are numbered by those
            contact = m[REDIALS]
            drop(m, REDIALS, contact)
            arrive(m, contact, now)
        sure, end, timer, redial = _stamps(m, event)


def _run(version: int) -> Callable[[Whole, Whole], tuple[Whole, Whole]]:
    @entry("Tuple((int64[:,::1],int64[::1]))(int64[::1],int64[:,::1])")
    def run(start: Whole, worlds: Whole) -> tuple[Whole, Whole]:
        """Rows of all worlds, and where each world's begin and the last one's end."""
        _ = version
        callers, most, told = 0, 0, 0
        for world in worlds:
            callers += world[0]
            most = max(most, world[0])
        memory = np.empty(len(start) + (most + most // 8 + SPARE) * CONTACT, np.int64)
        for word in range(len(start)):
            memory[word] = start[word]
        table = np.empty((COLUMNS, callers + callers // 8 + SPARE), np.int64)
        begins = np.zeros(len(worlds) + 1, np.int64)
        for number in range(len(worlds)):
            world, first = worlds[number], begins[number]
            begin(memory, start, world)
            told += world[0]
            if first + world[0] > table.shape[1]:
                table = lengthened(table, first, first + world[0] + SPARE)
            while not _play(memory, world[0], table.reshape(-1), table.shape[1], first):
                memory = grown(memory)  # not within, where each event would count a reference to it
            _finish_all(memory)
            last = first + (memory[FRESH] - start[FRESH]) // CONTACT
            likely = last + last * (callers - told) // max(told, 1)
            if max(last, likely) > table.shape[1]:  # known early, when there is little to copy yet
                table = lengthened(table, first, max(last, likely) + likely // 8 + SPARE)
            begins[number + 1] = sorted_to(memory, table.reshape(-1), table.shape[1], first)
        return table, begins

    return run


#: The whole engine as one compiled function.
run = _run(sources(__file__))
