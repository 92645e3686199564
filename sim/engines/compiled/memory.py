"""Reading luck, and adding contacts to the memory."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.jit import Memory, compiled, inlined, words_at
from sim.engines.compiled.names import (
    ABSENCE,
    ABSENT,
    ABSENT_AS,
    ANSWERED,
    ATTEMPT,
    ATTEMPTS,
    BEFORE,
    CALLER,
    COLUMNS,
    CONTACT,
    DIALLED,
    FIRST_CONTACT,
    FIRST_GROUP,
    FIRST_SHIFT,
    FRESH,
    GROUP,
    GROUP_SIZE,
    HELD_BY,
    LAST_SHIFT,
    LEFT_QUEUE,
    LUCK,
    LUCK_END,
    MISSED,
    NEXT_CALLER,
    NO_LINE,
    NUMBER,
    OF_DAY,
    OF_LINE,
    ONCE,
    OUTCOME,
    PROVINCE,
    QUEUE,
    QUEUES,
    RELEASED,
    ROOM,
    SHIFT,
    STATE,
    WAITING,
    WHO,
)
from sim.world import Whole


@inlined
def column_of(m: Memory, luck: int) -> tuple[int, int]:
    """Luck with one number for each caller: address of the first, and the bytes between them."""
    return m[luck], m[luck + 1]


@inlined
def at(column: tuple[int, int], caller: int) -> int:
    """What there is of a caller in such a column."""
    return words_at(column[0] + caller * column[1])[0]


@inlined
def of_caller(m: Memory, luck: int, caller: int) -> int:
    """Luck with one number for each caller."""
    return at(column_of(m, luck), caller)


@inlined
def of_caller_on(m: Memory, luck: int, caller: int, channel: int) -> int:
    """Luck with a number for each caller and channel."""
    return words_at(m[luck] + caller * m[luck + 1] + channel * m[luck + 2])[0]


@inlined
def of_attempt(m: Memory, luck: int, contact: int) -> int:
    """Luck of a contact that is the same on any channel."""
    return of_caller_on(m, luck, m[contact + CALLER], m[contact + ATTEMPT])


@inlined
def luck_on(m: Memory, luck: int, caller: int, attempt: int, channel: int) -> int:
    """Luck of an attempt of a caller on one channel."""
    return words_at(m[luck] + caller * m[luck + 1] + attempt * m[luck + 2] + channel * m[luck + 3])[0]


@inlined
def of_attempt_on(m: Memory, luck: int, contact: int, channel: int) -> int:
    """Luck of a contact on one channel."""
    return luck_on(m, luck, m[contact + CALLER], m[contact + ATTEMPT], channel)


@inlined
def words_of(memory: Whole) -> Memory:
    """The words of an array, for as long as the array is there."""
    return words_at(memory.ctypes.data)


@compiled
def begin(memory: Whole, start: Whole, world: Whole) -> None:
    """Make the memory as it was at the start, with the luck of a world (a row of ``luck_of``)."""
    m = words_of(memory)
    for word in range(start[STATE]):
        m[word] = start[word]
    m[ROOM] = len(memory)
    groups = len(world) - 1 - (LUCK_END - LUCK)
    for group in range(groups):
        m[start[FIRST_GROUP] + group * GROUP_SIZE + ABSENT_AS] = world[1 + group]
    for word in range(LUCK_END - LUCK):
        m[LUCK + word] = world[1 + groups + word]
    for shift in range(m[FIRST_SHIFT], m[LAST_SHIFT], SHIFT):
        _set_missed(m, shift)


@compiled
def _set_missed(m: Memory, shift: int) -> None:
    """Find out whether a line is absent on the day of a shift."""
    line = m[shift + OF_LINE]
    group = m[line + GROUP]
    if m[group + ABSENT]:
        of_line = m[ABSENCE] + m[group + ABSENT_AS] * m[ABSENCE + 1] + m[line + NUMBER] * m[ABSENCE + 2]
        share = words_at(of_line + m[shift + OF_DAY] * m[ABSENCE + 3])[0]
        m[shift + MISSED] = 1 if share < m[group + ABSENT] else 0


@inlined
def has_room(m: Memory) -> bool:
    """Whether the memory has room for what one event may add: a caller and a redial, and one for each that waits."""
    return m[FRESH] + (2 + m[WAITING]) * CONTACT <= m[ROOM]


@compiled
def grown(memory: Whole) -> Whole:
    """A longer memory with the same content."""
    m = words_of(memory)
    longer = np.empty(2 * m[ROOM] + m[WAITING] * CONTACT, np.int64)
    for word in range(m[FRESH]):
        longer[word] = memory[word]
    longer[ROOM] = len(longer)
    return longer


@inlined
def new_contact(m: Memory, caller: int, attempt: int, channel: int, dialled: int) -> int:
    """A contact that is or will be dialled."""
    contact = m[FRESH]
    m[FRESH] = contact + CONTACT
    m[contact + WHO] = caller * m[ATTEMPTS] + attempt
    m[contact + BEFORE] = -1
    m[contact + CALLER] = caller
    m[contact + ATTEMPT] = attempt
    m[contact + QUEUE] = m[channel + QUEUES + of_caller(m, PROVINCE, caller)]
    m[contact + DIALLED] = dialled
    m[contact + OUTCOME] = ANSWERED
    m[contact + HELD_BY] = NO_LINE
    return contact


@inlined
def write_row(
    m: Memory, who: tuple[int, int, int, int], future: tuple[int, int, int, int], table: Memory, row: int, rows: int
) -> None:
    """Write what became of a contact to a row of a table of so many ``rows``.

    ``who``: caller, attempt, queue, when dialled; ``future``: when it left the queue and was released, outcome, line.
    """
    line = future[3]
    table[row], table[row + rows] = who[0], who[1]
    table[row + 2 * rows], table[row + 3 * rows] = m[who[2] + NUMBER], who[3]
    table[row + 4 * rows], table[row + 5 * rows], table[row + 6 * rows] = future[0], future[1], future[2]
    table[row + 7 * rows], table[row + 8 * rows] = m[m[line + GROUP] + NUMBER], m[line + NUMBER]


@inlined
def _write(m: Memory, contact: int, table: Memory, row: int, rows: int) -> None:
    who = m[contact + CALLER], m[contact + ATTEMPT], m[contact + QUEUE], m[contact + DIALLED]
    future = m[contact + LEFT_QUEUE], m[contact + RELEASED], m[contact + OUTCOME], m[contact + HELD_BY]
    write_row(m, who, future, table, row, rows)


@compiled
def sorted_to(memory: Whole, flat: Whole, rows: int, start: int) -> int:
    """Write all contacts but those already there to a table of so many ``rows``, by caller, then attempt.

    Rows begin at ``start``; returns where they end.
    """
    m, table = words_of(memory), words_of(flat)
    callers = m[NEXT_CALLER]
    if m[ONCE]:
        for contact in range(m[FIRST_CONTACT], m[FRESH], CONTACT):
            _write(m, contact, table, start + m[contact + CALLER], rows)
        return start + callers
    place = np.zeros(callers + 1, np.int64)
    for contact in range(m[FIRST_CONTACT], m[FRESH], CONTACT):
        place[m[contact + CALLER] + 1] += 1
    for caller in range(callers):
        place[caller + 1] += place[caller]
    for contact in range(m[FIRST_CONTACT], m[FRESH], CONTACT):
        _write(m, contact, table, start + place[m[contact + CALLER]] + m[contact + ATTEMPT], rows)
    return start + int(place[callers])


@compiled
def lengthened(table: Whole, rows: int, most: int) -> Whole:
    """A table with the same first rows and room for more."""
    longer = np.empty((COLUMNS, most), np.int64)
    for column in range(COLUMNS):
        for row in range(rows):
            longer[column, row] = table[column, row]
    return longer
