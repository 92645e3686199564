"""What contacts and callers count for, added up by leaf, in machine code: the numbers of ``kinds``.

A leaf is a channel and a province, which are always of one queue; each of its numbers stands for all days and hours of
the day in turn, so that those are added up together. All cells of persons are sums of leaves. Of causes, topics and
ages there are numbers over the period, a leaf of its own with marks in place of days.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

from sim.cells import AT, COLUMNS
from sim.compiled.kinds import (
    AT_LIMIT,
    CALLED_AGAIN,
    COUNTED,
    FIRST_COUNTED,
    FIRST_SUM,
    FORWARD_LOST,
    FORWARDED,
    HELD_AT,
    KIND_OF_CALLER,
    KNOCKED,
    LONGEST_AT,
    MORE_ATTEMPTS,
    NOWHERE,
    NUMBERS,
    PENDING,
    REACHED,
    WAIT_AT,
    WORK_AT,
    WOULD,
)
from sim.compiled.values import (
    BLOCK,
    CODE,
    DAY_AT,
    HELD,
    HOUR_AT,
    KIND,
    LEAF,
    LONGEST,
    MARK,
    ONLY_ONE,
    OUTCOME_OF,
    OUTCOMES,
    WAIT,
    WORK,
    pointers,
    tell_contacts,
)
from sim.contacts import Outcome
from sim.machine_code import bare, compiled, inlined

WIDTH = len(COLUMNS)
LONGEST_WAIT = AT["longest_wait"]
_ANSWERED, _ABANDONED, _CLOSED, _UNFINISHED, _CALLED_BACK, _SILENT = (
    int(Outcome.ANSWERED),
    int(Outcome.ABANDONED),
    int(Outcome.CLOSED),
    int(Outcome.UNFINISHED),
    int(Outcome.CALLED_BACK),
    int(Outcome.SILENT),
)


@compiled
def tell(columns, there, leaves, met, leaf, size):
    """Write in ``columns`` (WIDTH size) what the numbers of a leaf count for, and empty them.

    ``leaves`` (L, NUMBERS, size); ``met`` (L, NUMBERS) which kinds were added to; ``there`` (WIDTH,) which columns
    were written. Others stay as they are.
    """
    for column in range(WIDTH):
        there[column] = 0
    for number in range(NOWHERE):
        at, some = (leaf * NUMBERS + number) * size, met[leaf * NUMBERS + number] != 0
        if number >= FIRST_SUM:
            for i in range(size):
                some |= leaves[at + i] != 0
        if some:
            met[leaf * NUMBERS + number] = 0
            for k in range(FIRST_COUNTED[number], FIRST_COUNTED[number + 1]):
                to = COUNTED[k] * size
                if there[COUNTED[k]]:
                    for i in range(size):
                        columns[to + i] += leaves[at + i]
                else:
                    for i in range(size):
                        columns[to + i] = leaves[at + i]
                there[COUNTED[k]] = 1
            for i in range(size):
                leaves[at + i] = 0


@inlined
def _add_contacts(leaves, told, places, size, width):
    """Add what contacts count for to the numbers, ``width`` apart, that each of the ``places`` in ``told`` tells of."""
    for k in range(size):
        outcome, longest = told[OUTCOME_OF + k], told[LONGEST + k]
        kind, wait_at, held_at = told[KIND + k] * width, WAIT_AT[outcome] * width, HELD_AT[outcome] * width
        work, wait, held = told[WORK + k], told[WAIT + k], told[HELD + k]
        for place in places:
            at = told[place + k]
            leaves[at + kind] += 1
            leaves[at + WORK_AT * width] += work
            leaves[at + wait_at] += wait
            leaves[at + held_at] += held
            leaves[at + LONGEST_AT * width] = max(leaves[at + LONGEST_AT * width], longest)


@inlined
def _add(leaves, met, marks, at, number, value):
    """Add to the day, the hour and the mark of a contact; where all have one mark, it is what all have together."""
    leaf, day, hour, mark, width, some_marks = at
    met[leaf * NUMBERS + number] = 1
    leaves[day + number * width] += value
    leaves[hour + number * width] += value
    if mark >= 0:
        marks[mark + number * some_marks] += value


@compiled
def add_persons(
    leaves, met, marks, contacts, begin, end, world, luck, start, numbers, tables, codes, coded, room
):  # fmt: skip
    """Add contacts from row ``begin`` to ``end``, all of one replication, and their callers.

    ``leaves`` (L, NUMBERS, slices), ``met`` (L, NUMBERS) which kinds were added to; ``marks`` (NUMBERS, marks) by
    cause, topic and age. ``codes`` get those of the waits from ``coded`` on; returns how many there are then. ``room``
    (TOLD,) is for work; for the rest see ``counting.Plan``.
    """
    some_marks, rows, told = len(marks) // NUMBERS, bare(leaves), bare(room)
    marked, width = some_marks > 1, numbers[0][0] + 24
    met, of_marks, codes = bare(met), bare(marks), bare(codes)
    caller_of, attempt_of, outcome_of = bare(contacts[0]), bare(contacts[1]), bare(contacts[6])
    redial, forward, sizes, channel_of, forwarded = luck[0], luck[1], numbers[0], numbers[1], numbers[5]
    queue_of, channel_of, forwarded, redials = bare(contacts[2]), bare(channel_of), bare(forwarded), bare(tables[1])
    told_of = pointers(contacts, world, luck, numbers, tables)
    most, reached, knocked, first = sizes[1], False, False, (0, 0, 0, 0, 0, 0)
    for block in range(begin, end, BLOCK):
        size = min(BLOCK, end - block)
        tell_contacts(told, block, size, end, start, told_of, marked)
        _add_contacts(rows, told, (DAY_AT, HOUR_AT), size, width)
        if marked:
            _add_contacts(of_marks, told, (MARK,), size, some_marks)
        several = 0
        for k in range(size):
            met[told[LEAF + k] * NUMBERS + told[KIND + k]] = 1
            outcome = told[OUTCOME_OF + k]
            codes[coded] = told[CODE + k]
            coded += outcome in (_ANSWERED, _ABANDONED, _CALLED_BACK, _SILENT)
            several |= told[ONLY_ONE + k] == 0
        for k in range(size if several else 0):
            if told[ONLY_ONE + k]:  # its kind counts the caller too
                continue
            i = block + k
            caller, attempt, outcome = caller_of[i], attempt_of[i], outcome_of[i]
            mark = told[MARK + k] if marked else -1
            at = told[LEAF + k], told[DAY_AT + k], told[HOUR_AT + k], mark, width, some_marks
            if attempt == 0:
                reached, knocked, first = False, False, at
            got = outcome in (_ANSWERED, _CALLED_BACK)
            reached, knocked = reached or got, knocked or outcome != _CLOSED
            if i + 1 == end or caller_of[i + 1] != caller:
                asks = redials[channel_of[queue_of[i]] * OUTCOMES + outcome]
                would = asks > 0 and redial[start + caller, attempt] < asks
                bits = reached * REACHED + (outcome == _UNFINISHED) * PENDING + knocked * KNOCKED + would * WOULD
                _add(rows, met, of_marks, first, KIND_OF_CALLER[bits + (attempt + 1 == most) * AT_LIMIT], 1)
                if attempt:
                    _add(rows, met, of_marks, first, MORE_ATTEMPTS, attempt)
            elif got:
                to = forwarded[channel_of[queue_of[i]]]
                if to and forward[start + caller, attempt] < to:
                    _add(rows, met, of_marks, at, FORWARDED, 1)
                    if outcome_of[i + 1] not in (_ANSWERED, _CALLED_BACK):
                        _add(rows, met, of_marks, at, FORWARD_LOST, 1)
                else:
                    _add(rows, met, of_marks, at, CALLED_AGAIN, 1)
    return coded
