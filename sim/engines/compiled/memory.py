"""Reading luck, and adding contacts to the memory."""

from __future__ import annotations

import numpy as np

from sim.clock import DAY
from sim.contacts import NO_GROUP
from sim.engines.compiled.jit import compiled, number_at
from sim.engines.compiled.names import (
    ABSENCE,
    ABSENT,
    ABSENT_AS,
    ANSWERED,
    ATTEMPT,
    ATTEMPTS,
    BEFORE,
    CALLER,
    CONTACT,
    DIALLED,
    FIRST_CONTACT,
    FIRST_GROUP,
    FIRST_SHIFT,
    FRESH,
    GROUP,
    GROUP_SIZE,
    HEADER,
    HELD_BY,
    LAST_SHIFT,
    LEFT_QUEUE,
    LUCK,
    MISSED,
    NUMBER,
    OF_LINE,
    OUTCOME,
    PROVINCE,
    QUEUE,
    QUEUES,
    RELEASED,
    SHIFT,
    START,
    STATE,
    WAITING,
    WHO,
)
from sim.world import Whole


@compiled
def of_caller(m: Whole, luck: int, caller: int) -> int:
    """Luck with one number for each caller."""
    return number_at(m[luck] + caller * m[luck + 1])


@compiled
def of_caller_on(m: Whole, luck: int, caller: int, channel: int) -> int:
    """Luck with a number for each caller and channel."""
    return number_at(m[luck] + caller * m[luck + 1] + channel * m[luck + 2])


@compiled
def of_attempt(m: Whole, luck: int, contact: int) -> int:
    """Luck of a contact that is the same on any channel."""
    return of_caller_on(m, luck, m[contact + CALLER], m[contact + ATTEMPT])


@compiled
def of_attempt_on(m: Whole, luck: int, contact: int, channel: int) -> int:
    """Luck of a contact on one channel."""
    return number_at(
        m[luck] + m[contact + CALLER] * m[luck + 1] + m[contact + ATTEMPT] * m[luck + 2] + channel * m[luck + 3]
    )


@compiled
def begin(m: Whole, start: Whole, world: Whole) -> None:
    """Make the memory as it was at the start, with the luck of a world (a row of ``Luck.table``)."""
    m[: start[STATE]] = start[: start[STATE]]
    groups = len(world) - 1 - (HEADER - LUCK)
    for group in range(groups):
        m[start[FIRST_GROUP] + group * GROUP_SIZE + ABSENT_AS] = world[1 + group]
    m[LUCK:HEADER] = world[1 + groups :]
    for shift in range(m[FIRST_SHIFT], m[LAST_SHIFT], SHIFT):
        line = m[shift + OF_LINE]
        group = m[line + GROUP]
        if m[group + ABSENT]:
            share = number_at(
                m[ABSENCE]
                + m[group + ABSENT_AS] * m[ABSENCE + 1]
                + m[line + NUMBER] * m[ABSENCE + 2]
                + m[shift + START] // DAY * m[ABSENCE + 3]
            )
            m[shift + MISSED] = 1 if share < m[group + ABSENT] else 0


@compiled
def has_room(m: Whole) -> bool:
    """Whether the memory has room for the contacts that one event may add: at most one, and one for each that waits."""
    return m[FRESH] + (1 + m[WAITING]) * CONTACT <= len(m)


@compiled
def grown(m: Whole) -> Whole:
    """A longer memory with the same content."""
    longer = np.empty(2 * len(m) + m[WAITING] * CONTACT, np.int64)
    longer[: m[FRESH]] = m[: m[FRESH]]
    return longer


@compiled
def new_contact(m: Whole, caller: int, attempt: int, channel: int, dialled: int) -> int:
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
    m[contact + HELD_BY] = 0
    return contact


@compiled
def sorted_to(m: Whole, table: Whole, start: int, callers: int) -> None:
    """Write the rows of all contacts to ``table`` from row ``start`` on, by caller, then attempt."""
    place = np.zeros(callers + 1, np.int64)
    for contact in range(m[FIRST_CONTACT], m[FRESH], CONTACT):
        place[m[contact + CALLER] + 1] += 1
    for caller in range(callers):
        place[caller + 1] += place[caller]
    for contact in range(m[FIRST_CONTACT], m[FRESH], CONTACT):
        row = start + place[m[contact + CALLER]] + m[contact + ATTEMPT]
        line = m[contact + HELD_BY]
        table[0, row] = m[contact + CALLER]
        table[1, row] = m[contact + ATTEMPT]
        table[2, row] = m[m[contact + QUEUE] + NUMBER]
        table[3, row] = m[contact + DIALLED]
        table[4, row] = m[contact + LEFT_QUEUE]
        table[5, row] = m[contact + RELEASED]
        table[6, row] = m[contact + OUTCOME]
        table[7, row] = m[m[line + GROUP] + NUMBER] if line else NO_GROUP
        table[8, row] = m[line + NUMBER] if line else NO_GROUP
