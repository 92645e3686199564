"""Kinds of contacts and of callers: alike in all columns that count them, so that one number counts them all.

Of a leaf there is how many there are of each kind of contact, then of each kind of caller, then sums of whole numbers,
and the longest wait. ``COUNTED`` says what a kind counts for; see ``contact_values`` for the meaning of columns.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from sim.cells import AT
from sim.contacts import Outcome

Whole = NDArray[np.int64]

#: What is told of a contact beside its outcome, as bits: whether it is the caller's first, within what its channel
#: promises, of a wait that counts as short, or a message.
FIRST, WITHIN, SHORT, MESSAGE = 1, 2, 4, 8
CONTACT_BITS = 4
#: What is told of a caller: reached, still waiting, ever at an open door, after the last attempt, about to call again.
REACHED, PENDING, KNOCKED, AT_LIMIT, WOULD = 1, 2, 4, 8, 16
CALLER_BITS = 5
#: Sums beside counts; ``NOWHERE`` takes what is not counted. Attempts are those beyond the first.
SUMS = (
    "wait_answered",
    "wait_abandoned",
    "wait_called_back",
    "handling",
    "held_in_vain",
    "offered_work",
    "attempts",
    "forwarded",
    "forward_lost",
    "called_again",
)
_COLUMN_OF_OUTCOME = {
    Outcome.ANSWERED: ("answered",),
    Outcome.ABANDONED: ("abandoned",),
    Outcome.SILENT: ("abandoned", "silent"),
    Outcome.CALLED_BACK: ("called_back",),
    Outcome.BLOCKED: ("blocked",),
    Outcome.BALKED: ("balked",),
    Outcome.SENT_AWAY: ("sent_away",),
    Outcome.CLOSED: ("closed",),
    Outcome.UNFINISHED: ("unfinished",),
}
_GAVE_UP = (Outcome.ABANDONED, Outcome.SILENT)
_WAIT_OF = {
    Outcome.ANSWERED: "wait_answered",
    Outcome.ABANDONED: "wait_abandoned",
    Outcome.SILENT: "wait_abandoned",
    Outcome.CALLED_BACK: "wait_called_back",
}
_HELD_OF = {Outcome.ANSWERED: "handling", Outcome.CALLED_BACK: "handling", Outcome.SILENT: "held_in_vain"}


def _of_contact(outcome: Outcome, bits: int) -> frozenset[str]:
    """Columns in which a contact counts as one."""
    door = outcome in (Outcome.CALLED_BACK, Outcome.UNFINISHED)
    message = bool(bits & MESSAGE) and door
    columns = list(_COLUMN_OF_OUTCOME[outcome])
    if message:
        columns.append("messages")
    elif outcome != Outcome.CLOSED:
        columns += ["offered", "first_offered"] if bits & FIRST else ["offered"]
    if bits & WITHIN and outcome == Outcome.ANSWERED:
        columns.append("answered_within")
    if bits & WITHIN and outcome in _GAVE_UP:
        columns.append("abandoned_within")
    if bits & SHORT and outcome in _GAVE_UP:
        columns.append("short_abandoned")
    return frozenset(columns)


def _of_caller(bits: int) -> frozenset[str]:
    """Columns in which a caller counts as one; attempts as the first of them."""
    columns = ["callers", "attempts"]
    if bits & REACHED:
        columns.append("reached")
    elif bits & PENDING:
        columns.append("pending")
    else:
        columns.append("never_reached")
        if not bits & KNOCKED:
            columns.append("only_closed")
        if bits & AT_LIMIT:
            columns.append("at_limit")
        elif bits & WOULD:
            columns.append("cut_off")
    return frozenset(columns)


def _of_only_contact(outcome: Outcome, bits: int, of_caller: int) -> frozenset[str]:
    """The same with the caller, who has no other contact."""
    reached = outcome in (Outcome.ANSWERED, Outcome.CALLED_BACK)
    told = reached * REACHED | (outcome == Outcome.UNFINISHED) * PENDING | (outcome != Outcome.CLOSED) * KNOCKED
    return _of_contact(outcome, bits | FIRST) | _of_caller(told | of_caller)


_contacts = [_of_contact(outcome, bits) for outcome, bits in product(Outcome, range(1 << CONTACT_BITS))]
_callers = [_of_caller(bits) for bits in range(1 << CALLER_BITS)]
_only = [
    _of_only_contact(outcome, bits, of_caller)
    for of_caller, outcome, bits in product((0, AT_LIMIT, WOULD), Outcome, range(1 << CONTACT_BITS))
]
_kinds = list(dict.fromkeys([*_only, *_contacts, *_callers]))
FIRST_SUM = len(_kinds)
LONGEST_AT = FIRST_SUM + len(SUMS)
NOWHERE = LONGEST_AT + 1
#: How many numbers there are of a leaf.
NUMBERS = NOWHERE + 1


def _place(name: str | None) -> int:
    return NOWHERE if name is None else FIRST_SUM + SUMS.index(name)


#: Twice the kind of a contact by outcome and bits, and 1 if it is offered; and kind of a caller by bits. After those of
#: contacts of callers who have others too stand those of only ones: of callers who might call again and would not, who
#: may not, and who would.
KIND_OF_CONTACT: Whole = np.array(
    [2 * _kinds.index(columns) + ("offered" in columns) for columns in [*_contacts, *_only]]
)
ONLY = len(_contacts)
ONLY_AT_LIMIT, ONLY_WOULD = 2 * ONLY, 3 * ONLY
KIND_OF_CALLER: Whole = np.array([_kinds.index(columns) for columns in _callers])
#: Where the wait and the time in hand of an outcome are summed.
WAIT_AT: Whole = np.array([_place(_WAIT_OF.get(outcome)) for outcome in Outcome])
HELD_AT: Whole = np.array([_place(_HELD_OF.get(outcome)) for outcome in Outcome])
WORK_AT, MORE_ATTEMPTS = _place("offered_work"), _place("attempts")
FORWARDED, FORWARD_LOST, CALLED_AGAIN = _place("forwarded"), _place("forward_lost"), _place("called_again")
#: Columns that the numbers of a leaf count in: those of number n from ``FIRST_COUNTED[n]`` on.
_counted = [*(sorted(AT[name] for name in columns) for columns in _kinds), *([AT[name]] for name in SUMS)]
_counted += [[AT["longest_wait"]], []]
COUNTED: Whole = np.array([column for columns in _counted for column in columns])
FIRST_COUNTED: Whole = np.cumsum([0, *map(len, _counted)])
