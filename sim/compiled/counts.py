"""What contacts and callers count for, in machine code: the columns of ``contact_values`` added up by leaf.

A leaf is a queue and a province, by day or by hour of the day, or a cause, a topic and an age over the period. All
cells of persons are sums of leaves.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.cells import AT, COLUMNS
from sim.clock import HOUR
from sim.contact_values import BINS, LEAST
from sim.contacts import Outcome
from sim.machine_code import bare, compiled, inlined

WIDTH = len(COLUMNS)
_OUTCOMES = len(Outcome)
#: Bits of a number's digits that with its exponent tell the bin nearly, and the first of these numbers, that of 1 ms.
_DIGITS, _FIRST = 8, 1023 << 8
#: The bin of the least wait with the same exponent and first digits.
_NEARLY = np.searchsorted(
    LEAST,
    (np.arange(_FIRST, _FIRST + (int(LEAST[-1]).bit_length() << _DIGITS)) << (52 - _DIGITS)).view(np.float64),
    side="right",
).astype(np.int16)
#: The least wait of each bin, and of one after the last that nobody reaches.
_LEAST = np.append(LEAST, np.iinfo(np.int64).max)
#: Columns of contacts in the order of ``Contacts``.
CALLER, ATTEMPT, QUEUE, DIALLED, LEFT, RELEASED, OUTCOME, GROUP, LINE = range(9)

_ANSWERED, _ABANDONED, _BLOCKED, _BALKED = (
    int(Outcome.ANSWERED),
    int(Outcome.ABANDONED),
    int(Outcome.BLOCKED),
    int(Outcome.BALKED),
)
_CLOSED, _UNFINISHED, _CALLED_BACK, _SILENT = (
    int(Outcome.CLOSED),
    int(Outcome.UNFINISHED),
    int(Outcome.CALLED_BACK),
    int(Outcome.SILENT),
)
_OFFERED, _ANSWERED_ONES, _FIRST_OFFERED, _WORK = AT["offered"], AT["answered"], AT["first_offered"], AT["offered_work"]
_GIVEN_UP, _SILENT_ONES, _IN_VAIN = AT["abandoned"], AT["silent"], AT["held_in_vain"]
_BLOCKED_ONES, _BALKED_ONES, _CLOSED_ONES, _MESSAGES = AT["blocked"], AT["balked"], AT["closed"], AT["messages"]
_UNFINISHED_ONES, _CALLED_BACKS, _SHORT = AT["unfinished"], AT["called_back"], AT["short_abandoned"]
_WITHIN, _GIVEN_UP_WITHIN = AT["answered_within"], AT["abandoned_within"]
_WAIT, _WAIT_IN_VAIN, _WAIT_FOR_CALL = AT["wait_answered"], AT["wait_abandoned"], AT["wait_called_back"]
_HANDLING, LONGEST_WAIT = AT["handling"], AT["longest_wait"]
_FORWARDED, _FORWARD_LOST, _CALLED_AGAIN = AT["forwarded"], AT["forward_lost"], AT["called_again"]
_CALLERS, _REACHED, _NEVER, _ONLY_CLOSED = AT["callers"], AT["reached"], AT["never_reached"], AT["only_closed"]
_PENDING, _ATTEMPTS, _AT_LIMIT, _CUT_OFF = AT["pending"], AT["attempts"], AT["at_limit"], AT["cut_off"]


@inlined
def _bin(wait):
    """Bin of a wait (see ``contact_values.bin_of``)."""
    if wait <= 0:
        return 0
    first_digits = int(np.float64(wait).view(np.int64) >> (52 - _DIGITS))
    found = int(_NEARLY[min(first_digits - _FIRST, len(_NEARLY) - 1)])
    # Numbers alike in exponent and first digits are in two bins at most.
    return found + (_LEAST[found] <= wait)


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
def _add(leaves, marks, at, column, value):
    """Add to the day, the hour and the mark of a contact; where all have one mark, it is what all have together."""
    leaves[at[0] + column] += value
    leaves[at[1] + column] += value
    if at[2] >= 0:
        marks[at[2] + column] += value


@inlined
def _add_contact(leaves, marks, at, outcome, first, offered, message, wait, within, short, held, work):
    """Add what one contact counts for, but for what follows."""
    if offered:
        _add(leaves, marks, at, _OFFERED, 1)
        _add(leaves, marks, at, _WORK, work)
        if first:
            _add(leaves, marks, at, _FIRST_OFFERED, 1)
        if outcome != _CALLED_BACK:
            for k in range(2):
                leaves[at[k] + LONGEST_WAIT] = max(leaves[at[k] + LONGEST_WAIT], wait)
            if at[2] >= 0:
                marks[at[2] + LONGEST_WAIT] = max(marks[at[2] + LONGEST_WAIT], wait)
    if message:
        _add(leaves, marks, at, _MESSAGES, 1)
    if outcome == _ANSWERED:
        _add(leaves, marks, at, _ANSWERED_ONES, 1)
        _add(leaves, marks, at, _HANDLING, held)
        _add(leaves, marks, at, _WAIT, wait)
        _add(leaves, marks, at, _WITHIN, within)
    elif outcome in (_ABANDONED, _SILENT):
        _add(leaves, marks, at, _GIVEN_UP, 1)
        _add(leaves, marks, at, _WAIT_IN_VAIN, wait)
        _add(leaves, marks, at, _GIVEN_UP_WITHIN, within)
        _add(leaves, marks, at, _SHORT, wait <= short)
        if outcome == _SILENT:
            _add(leaves, marks, at, _SILENT_ONES, 1)
            _add(leaves, marks, at, _IN_VAIN, held)
    elif outcome == _CALLED_BACK:
        _add(leaves, marks, at, _CALLED_BACKS, 1)
        _add(leaves, marks, at, _WAIT_FOR_CALL, wait)
        _add(leaves, marks, at, _HANDLING, held)
    elif outcome == _BLOCKED:
        _add(leaves, marks, at, _BLOCKED_ONES, 1)
    elif outcome == _BALKED:
        _add(leaves, marks, at, _BALKED_ONES, 1)
    elif outcome == _CLOSED:
        _add(leaves, marks, at, _CLOSED_ONES, 1)
    else:
        _add(leaves, marks, at, _UNFINISHED_ONES, 1)


@inlined
def _add_caller(leaves, marks, at, attempts, reached, knocked, outcome, most, would):
    """Add one person to the cells of the first contact; ``outcome`` of the last one."""
    _add(leaves, marks, at, _CALLERS, 1)
    _add(leaves, marks, at, _ATTEMPTS, attempts)
    if reached:
        _add(leaves, marks, at, _REACHED, 1)
    elif outcome == _UNFINISHED:
        _add(leaves, marks, at, _PENDING, 1)
    else:
        _add(leaves, marks, at, _NEVER, 1)
        if not knocked:
            _add(leaves, marks, at, _ONLY_CLOSED, 1)
        if attempts == most:
            _add(leaves, marks, at, _AT_LIMIT, 1)
        elif would:
            _add(leaves, marks, at, _CUT_OFF, 1)


@compiled
def add_persons(leaves, met, marks, contacts, begin, end, world, luck, start, numbers, tables, codes, coded):
    """Add contacts from row ``begin`` to ``end``, all of one replication, and their callers.

    ``leaves`` (rows WIDTH) by leaf and slice, ``met`` (rows,) which were added to; ``marks`` (rows WIDTH) by cause,
    topic and age. ``codes`` get those of the waits from ``coded`` on; returns how many there are then. For the rest see
    ``counting.Plan``.
    """
    alike = len(marks) == WIDTH
    leaves, met, marks, codes = bare(leaves), bare(met), bare(marks), bare(codes)
    caller_of, attempt_of, queue_of, dialled_at, left_at, released_at, outcome_of, _, _ = contacts
    caller_of, attempt_of, queue_of, dialled_at = bare(caller_of), bare(attempt_of), bare(queue_of), bare(dialled_at)
    left_at, released_at, outcome_of = bare(left_at), bare(released_at), bare(outcome_of)
    provinces, causes, topics, ages = bare(world[0]), bare(world[1]), bare(world[2]), bare(world[3])
    redial, forward, conversation, wrap_up, patience = luck
    # Luck stands in memory in some order of its own.
    talk, talk_row, talk_column = bare(conversation), conversation.strides[0] // 8, conversation.strides[1] // 8
    wrap, wrap_row, wrap_column = bare(wrap_up), wrap_up.strides[0] // 8, wrap_up.strides[1] // 8
    sizes, channel_of, edges, first_edge, promised, forwarded, most_of_marks = numbers
    ends, redials = bare(tables[0]), bare(tables[1])
    channel_of, first_edge, promised, forwarded = bare(channel_of), bare(first_edge), bare(promised), bare(forwarded)
    days, most, short, many = sizes[0], sizes[1], sizes[2], sizes[3]
    most_topics, most_ages = most_of_marks[0], most_of_marks[1]
    reached, knocked, first = False, False, (0, 0, 0)
    for i in range(begin, end):
        caller, attempt, queue, dialled = caller_of[i], attempt_of[i], queue_of[i], dialled_at[i]
        outcome, person, channel = outcome_of[i], start + caller, channel_of[queue]
        wait = left_at[i] - dialled if outcome != _SILENT else patience[person, attempt, channel]
        hour = dialled // HOUR
        leaf, day = queue * many + provinces[person], hour // 24
        row = leaf * (days + 24)
        mark = (causes[person] * most_topics + topics[person]) * most_ages + ages[person]
        at = (row + day) * WIDTH, (row + days + hour - 24 * day) * WIDTH, -1 if alike else mark * WIDTH
        met[row + day], met[row + days + hour - 24 * day] = 1, 1
        door = outcome in (_CALLED_BACK, _UNFINISHED)
        message = door and not _open(edges, first_edge[channel], first_edge[channel + 1], dialled)
        until = dialled + promised[channel] if promised[channel] >= 0 else ends[channel * days + day]
        work = talk[person * talk_row + channel * talk_column] + wrap[person * wrap_row + channel * wrap_column]
        offered = outcome != _CLOSED and not message
        within, held = dialled + wait <= until, released_at[i] - left_at[i]
        _add_contact(leaves, marks, at, outcome, attempt == 0, offered, message, wait, within, short, held, work)
        # --- the caller ---
        if attempt == 0:
            reached, knocked, first = False, False, at
        got = outcome in (_ANSWERED, _CALLED_BACK)
        reached, knocked = reached or got, knocked or outcome != _CLOSED
        followed = i + 1 < end and caller_of[i + 1] == caller
        if not followed:
            asks = redials[channel * _OUTCOMES + outcome]
            would = asks > 0 and redial[person, attempt] < asks
            _add_caller(leaves, marks, first, attempt + 1, reached, knocked, outcome, most, would)
        elif got and forwarded[channel] and forward[person, attempt] < forwarded[channel]:
            _add(leaves, marks, at, _FORWARDED, 1)
            if outcome_of[i + 1] not in (_ANSWERED, _CALLED_BACK):
                _add(leaves, marks, at, _FORWARD_LOST, 1)
        elif got:
            _add(leaves, marks, at, _CALLED_AGAIN, 1)
        if got or outcome in (_ABANDONED, _SILENT):
            kind = _ABANDONED if outcome == _SILENT else outcome
            codes[coded] = (leaf * _OUTCOMES + kind) * BINS + _bin(wait)
            coded += 1
    return coded
