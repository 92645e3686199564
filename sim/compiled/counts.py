"""What contacts and callers count for, added up by leaf, in machine code: rows of ``kinds``.

A leaf is a queue and a province, by day or by hour of the day, or a cause, a topic and an age over the period. All
cells of persons are sums of leaves.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

from sim.cells import AT, COLUMNS
from sim.compiled.kinds import (
    AT_LIMIT,
    CALLED_AGAIN,
    COUNTED,
    FIRST_COUNTED,
    FORWARD_LOST,
    FORWARDED,
    HELD_AT,
    KIND_OF_CALLER,
    KNOCKED,
    LONGEST_AT,
    MORE_ATTEMPTS,
    PENDING,
    REACHED,
    ROW,
    STRETCH,
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
def tell(columns, rows, at):
    """Write in ``columns`` what the row from a place on counts for, and empty it."""
    for column in range(WIDTH):
        columns[column] = 0
    for stretch in range(0, ROW, STRETCH):
        some = 0
        for number in range(stretch, stretch + STRETCH):
            some |= rows[at + number]
        if some:
            for number in range(stretch, stretch + STRETCH):
                value = rows[at + number]
                for k in range(FIRST_COUNTED[number], FIRST_COUNTED[number + 1] if value else 0):
                    columns[COUNTED[k]] += value
    columns[LONGEST_WAIT] = rows[at + LONGEST_AT]
    for number in range(ROW):
        rows[at + number] = 0


@inlined
def _add_contacts(rows, told, places, size):
    """Add what contacts count for to the rows that ``places`` in ``told`` tell of."""
    for k in range(size):
        outcome, at = told[OUTCOME_OF + k], told[places + k] * ROW
        rows[at + told[KIND + k]] += 1
        rows[at + WORK_AT] += told[WORK + k]
        rows[at + WAIT_AT[outcome]] += told[WAIT + k]
        rows[at + HELD_AT[outcome]] += told[HELD + k]
        rows[at + LONGEST_AT] = max(rows[at + LONGEST_AT], told[LONGEST + k])


@inlined
def _add(leaves, marks, at, number, value):
    """Add to the day, the hour and the mark of a contact; where all have one mark, it is what all have together."""
    leaves[at[0] * ROW + number] += value
    leaves[at[1] * ROW + number] += value
    if at[2] >= 0:
        marks[at[2] * ROW + number] += value


@compiled
def add_persons(
    leaves, met, marks, contacts, begin, end, world, luck, start, numbers, tables, codes, coded, room
):  # fmt: skip
    """Add contacts from row ``begin`` to ``end``, all of one replication, and their callers.

    ``leaves`` (rows ROW) by leaf and slice, ``met`` (rows,) which were added to; ``marks`` (rows ROW) by cause,
    topic and age. ``codes`` get those of the waits from ``coded`` on; returns how many there are then. ``room`` (TOLD,)
    is for work; for the rest see ``counting.Plan``.
    """
    marked, rows, told = len(marks) > ROW, bare(leaves), bare(room)
    met, of_marks, codes = bare(met), bare(marks), bare(codes)
    caller_of, attempt_of, outcome_of = bare(contacts[0]), bare(contacts[1]), bare(contacts[6])
    redial, forward, sizes, channel_of, forwarded = luck[0], luck[1], numbers[0], numbers[1], numbers[5]
    queue_of, channel_of, forwarded, redials = bare(contacts[2]), bare(channel_of), bare(forwarded), bare(tables[1])
    told_of = pointers(contacts, world, luck, numbers, tables)
    most, reached, knocked, first = sizes[1], False, False, (0, 0, 0)
    for block in range(begin, end, BLOCK):
        size = min(BLOCK, end - block)
        tell_contacts(told, block, size, end, start, told_of, marked)
        _add_contacts(rows, told, DAY_AT, size)
        _add_contacts(rows, told, HOUR_AT, size)
        if marked:
            _add_contacts(of_marks, told, MARK, size)
        several = 0
        for k in range(size):
            met[told[DAY_AT + k]], met[told[HOUR_AT + k]] = 1, 1
            outcome = told[OUTCOME_OF + k]
            codes[coded] = told[CODE + k]
            coded += outcome in (_ANSWERED, _ABANDONED, _CALLED_BACK, _SILENT)
            several |= told[ONLY_ONE + k] == 0
        for k in range(size if several else 0):
            if told[ONLY_ONE + k]:  # its kind counts the caller too
                continue
            i = block + k
            caller, attempt, outcome = caller_of[i], attempt_of[i], outcome_of[i]
            at = told[DAY_AT + k], told[HOUR_AT + k], told[MARK + k] if marked else -1
            if attempt == 0:
                reached, knocked, first = False, False, at
            got = outcome in (_ANSWERED, _CALLED_BACK)
            reached, knocked = reached or got, knocked or outcome != _CLOSED
            if i + 1 == end or caller_of[i + 1] != caller:
                asks = redials[channel_of[queue_of[i]] * OUTCOMES + outcome]
                would = asks > 0 and redial[start + caller, attempt] < asks
                bits = reached * REACHED + (outcome == _UNFINISHED) * PENDING + knocked * KNOCKED + would * WOULD
                _add(rows, of_marks, first, KIND_OF_CALLER[bits + (attempt + 1 == most) * AT_LIMIT], 1)
                if attempt:
                    _add(rows, of_marks, first, MORE_ATTEMPTS, attempt)
            elif got:
                to = forwarded[channel_of[queue_of[i]]]
                if to and forward[start + caller, attempt] < to:
                    _add(rows, of_marks, at, FORWARDED, 1)
                    if outcome_of[i + 1] not in (_ANSWERED, _CALLED_BACK):
                        _add(rows, of_marks, at, FORWARD_LOST, 1)
                else:
                    _add(rows, of_marks, at, CALLED_AGAIN, 1)
    return coded
