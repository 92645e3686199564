"""What each contact counts for, in machine code: the columns of ``contact_values``, for some contacts at once.

Loops are short and without branches, so that the processor does several contacts in each step.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.elementary import log
from sim.compiled.instants import hour_of
from sim.compiled.kinds import (
    CONTACT_BITS,
    FIRST,
    KIND_OF_CONTACT,
    MESSAGE,
    NUMBERS,
    ONLY,
    ONLY_AT_LIMIT,
    ONLY_WOULD,
    SHORT,
    WITHIN,
)
from sim.contact_values import BIN, BIN_BITS, LEAST
from sim.contacts import Outcome
from sim.machine_code import bare, compiled, inlined

#: As many contacts at once as stay in the processor's nearest memory with all that is told of them.
BLOCK = 128
#: What is told of a contact: a row of ``BLOCK`` numbers each. ``DAY_AT`` and ``HOUR_AT`` are where the first number
#: of the leaf stands for the day and the hour, ``ONLY_ONE`` is not 0 where the caller has no other contact.
(
    WAIT,
    HELD,
    WORK,
    LONGEST,
    OUTCOME_OF,
    KIND,
    LEAF,
    DAY_AT,
    HOUR_AT,
    MARK,
    CODE,
    ONLY_ONE,
    _HOUR,
    _DAY,
    _CHANNEL,
    _BITS,
) = (BLOCK * number for number in range(16))
TOLD = 16 * BLOCK
#: Columns of contacts in the order of ``Contacts``.
CALLER, ATTEMPT, QUEUE, DIALLED, LEFT, RELEASED, OUTCOME, GROUP, LINE = range(9)
OUTCOMES = len(Outcome)
#: By how much the logarithm of a wait grows from bin to bin.
_GROWTH = float(np.log(BIN))
#: More than the logarithm can be wrong, and less than the last wait of any bin falls short of the next (a test looks).
_NEARLY = 5e-12
_CALLED_BACK, _UNFINISHED, _SILENT, _ABANDONED = (
    int(Outcome.CALLED_BACK),
    int(Outcome.UNFINISHED),
    int(Outcome.SILENT),
    int(Outcome.ABANDONED),
)


@inlined
def bin_of(wait):
    """Bin of a wait (see ``contact_values.bin_of``)."""
    below = int(log(float(max(wait, 1))) * (1.0 / _GROWTH) + _NEARLY)
    return min(below + 1, len(LEAST)) * (wait > 0)


@inlined
def _open(edges, first, last, instant):
    """Whether an instant lies between an odd and an even edge."""
    low, high = first, last
    while low < high:
        middle = (low + high) >> 1
        if edges[middle] <= instant:
            low = middle + 1
        else:
            high = middle
    return (low - first) % 2 == 1


@inlined
def _tell_times(told, dialled, left, released, outcome, first, size, clock):
    day_of, hour_of_day = clock
    for k in range(size):
        called, gone = dialled[first + k], left[first + k]
        hour = hour_of(called)
        told[_HOUR + k], told[_DAY + k] = hour_of_day[hour], day_of[hour]
        told[WAIT + k], told[HELD + k] = gone - called, released[first + k] - gone
        told[OUTCOME_OF + k] = outcome[first + k]


@inlined
def _tell_what_is_looked_up(told, columns, people, of_people, strides, plan, first, size, start, sizes):
    """All that is looked up in tables, in one loop: the processor does so one by one, in whatever way it is written.

    Bits are told but for what ``_tell_kinds`` adds. ``by_day`` (C,) is 1 where a promise is an instant, and 0 where it
    is a wait; ``bounds`` (C, days).
    """
    caller, attempt, queue, dialled = columns[:4]
    talk, wrap, patience = of_people[:3]
    province, (channel_of, edges, first_edge, by_day, bounds), (days, provinces) = people[0], plan, sizes
    for k in range(size):
        row = first + k
        who, channel, outcome, bits = start + caller[row], channel_of[queue[row]], told[OUTCOME_OF + k], 0
        if outcome >= _UNFINISHED:  # nothing else has luck or a door to look at
            if outcome == _SILENT:
                told[WAIT + k] = patience[who * strides[4] + attempt[row] * strides[5] + channel * strides[6]]
            elif not _open(edges, first_edge[channel], first_edge[channel + 1], dialled[row]):
                bits = MESSAGE
        over = dialled[row] * by_day[channel] + told[WAIT + k] - bounds[channel * days + told[_DAY + k]]
        told[_BITS + k] = bits | (over <= 0) * WITHIN
        told[_CHANNEL + k], told[LEAF + k] = channel, channel * provinces + province[who]
        told[WORK + k] = talk[who * strides[0] + channel * strides[1]] + wrap[who * strides[2] + channel * strides[3]]


@inlined
def _tell_places(told, size, days):
    for k in range(size):
        first_number = told[LEAF + k] * NUMBERS * (days + 24)
        told[DAY_AT + k] = first_number + told[_DAY + k]
        told[HOUR_AT + k] = first_number + days + told[_HOUR + k]


@inlined
def _tell_marks(told, caller, marks, first, size, start, most_topics, most_ages):
    causes, topics, ages = marks
    for k in range(size):
        told[MARK + k] = causes[start + caller[first + k]]
    for k in range(size):
        told[MARK + k] = told[MARK + k] * most_topics + topics[start + caller[first + k]]
    for k in range(size):
        told[MARK + k] = told[MARK + k] * most_ages + ages[start + caller[first + k]]


@inlined
def _tell_kinds(told, attempt, first, size, short):
    """Bits and kinds, where it is known whether a contact is a message and within what is promised."""
    for k in range(size):
        told[_BITS + k] |= (attempt[first + k] == 0) * FIRST + (told[WAIT + k] <= short) * SHORT
    for k in range(size):
        told[KIND + k] = KIND_OF_CONTACT[told[ONLY_ONE + k] + (told[OUTCOME_OF + k] << CONTACT_BITS) + told[_BITS + k]]
    for k in range(size):
        offered = told[KIND + k] & 1
        told[KIND + k] >>= 1
        told[WORK + k] *= offered
        told[LONGEST + k] = told[WAIT + k] * offered * (told[OUTCOME_OF + k] != _CALLED_BACK)


@inlined
def _tell_only(told, caller, attempt, redial, redials, first, size, end, start, attempts):
    """Which contacts are their callers' only ones, as the place of their kinds."""
    only = ONLY if attempts > 1 else ONLY_AT_LIMIT
    for k in range(min(size, end - 1 - first)):
        told[ONLY_ONE + k] = only * (attempt[first + k] == 0) * (caller[first + k + 1] != caller[first + k])
    if first + size == end:
        told[ONLY_ONE + size - 1] = only * (attempt[end - 1] == 0)
    if redials[0] and attempts > 1:
        for k in range(size):
            asks = redials[1][told[_CHANNEL + k] * OUTCOMES + told[OUTCOME_OF + k]]
            if asks and told[ONLY_ONE + k] and redial[(start + caller[first + k]) * redials[2]] < asks:
                told[ONLY_ONE + k] = ONLY_WOULD


@inlined
def _tell_codes(told, size):
    for k in range(size):
        told[CODE + k] = bin_of(told[WAIT + k])
    for k in range(size):
        outcome = told[OUTCOME_OF + k]
        ended = _ABANDONED if outcome == _SILENT else outcome
        told[CODE + k] += (told[LEAF + k] * OUTCOMES + ended) << BIN_BITS


@inlined
def pointers(contacts, world, luck, numbers, tables):
    """What ``tell_contacts`` reads, without arrays, whose references would be counted for every few contacts."""
    redial, conversation, wrap_up, patience = luck[0], luck[2], luck[3], luck[4]
    sizes, channel_of, edges, first_edge, by_day, _, most_of_marks, day_of, hour_of_day = numbers
    columns = (
        bare(contacts[0]), bare(contacts[1]), bare(contacts[2]), bare(contacts[3]), bare(contacts[4]),
        bare(contacts[5]), bare(contacts[6]),
    )  # fmt: skip
    people = bare(world[0]), bare(world[1]), bare(world[2]), bare(world[3])
    # Luck stands in memory in some order of its own.
    of_people = bare(conversation), bare(wrap_up), bare(patience), bare(redial)
    strides = (
        conversation.strides[0] // 8, conversation.strides[1] // 8, wrap_up.strides[0] // 8, wrap_up.strides[1] // 8,
        patience.strides[0] // 8, patience.strides[1] // 8, patience.strides[2] // 8,
    )  # fmt: skip
    plan = bare(channel_of), bare(edges), bare(first_edge), bare(by_day), bare(tables[0])
    redials = tables[1].any(), bare(tables[1]), redial.strides[0] // 8
    numbers = sizes[0], sizes[1], sizes[2], sizes[3], most_of_marks[0], most_of_marks[1]
    return columns, people, of_people, strides, plan, redials, numbers, (bare(day_of), bare(hour_of_day))


@compiled
def tell_contacts(told, first, size, end, start, told_of, marked):
    """Write what ``size`` contacts from the row ``first`` on count for in ``told`` (TOLD,), of what ``pointers`` gives.

    ``end`` is the row after the last of the replication, ``start`` its first caller; ``marked``: whether causes, topics
    and ages differ.
    """
    columns, people, of_people, strides, plan, redials, sizes, clock = told_of
    caller, attempt, _, dialled, left, released, outcome = columns
    days, attempts, short, provinces, most_topics, most_ages = sizes
    _tell_times(told, dialled, left, released, outcome, first, size, clock)
    _tell_what_is_looked_up(told, columns, people, of_people, strides, plan, first, size, start, (days, provinces))
    _tell_places(told, size, days)
    _tell_only(told, caller, attempt, of_people[3], redials, first, size, end, start, attempts)
    _tell_kinds(told, attempt, first, size, short)
    _tell_codes(told, size)
    if marked:
        _tell_marks(told, caller, people[1:], first, size, start, most_topics, most_ages)
