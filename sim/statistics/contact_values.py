"""What each contact and each caller counts for: columns of whole numbers, before they are added up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import UNANSWERED, Centre
from sim.model.clock import DAY, Calendar
from sim.model.contacts import Contacts, Outcome
from sim.model.targets import ServiceTargets
from sim.model.world import World
from sim.statistics.cells import CALLER_COLUMNS

Whole = NDArray[np.int64]


def contact_values(
    world: World, centre: Centre, contacts: Contacts, channel: Whole, promises: ServiceTargets, calendar: Calendar
) -> dict[str, Whole]:
    """Columns of contacts, each (n,); ``channel`` (n,) is the channel of each contact's queue."""
    outcome, wait = contacts.outcome, wait_of_contacts(world, contacts, channel)
    is_ = {kind: (outcome == kind).astype(np.int64) for kind in Outcome}
    answered, called_back = is_[Outcome.ANSWERED], is_[Outcome.CALLED_BACK]
    abandoned = is_[Outcome.ABANDONED] + is_[Outcome.SILENT]
    messages = (called_back + is_[Outcome.UNFINISHED]) * ~_while_open(centre, contacts.dialled, channel)
    offered = 1 - is_[Outcome.CLOSED] - messages
    within = contacts.dialled + wait <= _deadline(contacts.dialled, channel, promises, calendar, centre)
    whose, held = contacts.caller, contacts.released - contacts.left_queue
    work = world.conversation[whose, channel] + world.wrap_up[whose, channel]
    return {
        "offered": offered,
        "answered": answered,
        "called_back": called_back,
        "abandoned": abandoned,
        "silent": is_[Outcome.SILENT],
        "blocked": is_[Outcome.BLOCKED],
        "balked": is_[Outcome.BALKED],
        "sent_away": is_[Outcome.SENT_AWAY],
        "closed": is_[Outcome.CLOSED],
        "messages": messages,
        "unfinished": is_[Outcome.UNFINISHED],
        "first_offered": offered * (contacts.attempt == 0),
        "short_abandoned": abandoned * (wait <= promises.short_abandon),
        "answered_within": answered * within,
        "abandoned_within": abandoned * within,
        "wait_answered": answered * wait,
        "wait_abandoned": abandoned * wait,
        "wait_called_back": called_back * wait,
        "handling": (answered + called_back) * held,
        "held_in_vain": is_[Outcome.SILENT] * held,
        "offered_work": offered * work,
        "longest_wait": offered * (1 - called_back) * wait,
        **_follow_ups(world, centre, contacts, channel),
    }


def wait_of_contacts(world: World, contacts: Contacts, channel: Whole) -> Whole:
    """Wait of each contact; who left silently waited until patience ended, whatever the queue made of it."""
    wait: Whole = contacts.left_queue - contacts.dialled
    silent = contacts.outcome == Outcome.SILENT
    if silent.any():
        wait = wait.copy()
        wait[silent] = world.patience[contacts.caller[silent], contacts.attempt[silent], channel[silent]]
    return wait


def _while_open(centre: Centre, instant: Whole, channel: Whole) -> NDArray[np.bool_]:
    """Whether each instant lies in opening hours of its channel."""
    inside = np.zeros(len(instant), dtype=bool)
    for number, rules in enumerate(centre.channels):
        mine = channel == number
        # Between an odd number of edges; where hours touch, two edges cancel out.
        edges = np.array([edge for span in rules.open for edge in span], dtype=np.int64)
        inside[mine] = np.searchsorted(edges, instant[mine], side="right") % 2 == 1
    return inside


def _follow_ups(world: World, centre: Centre, contacts: Contacts, channel: Whole) -> dict[str, Whole]:
    """Answered contacts after which the caller was passed on or called again, by the contact that follows."""
    answered = np.isin(contacts.outcome, (Outcome.ANSWERED, Outcome.CALLED_BACK))
    followed = np.zeros(len(contacts), dtype=bool)
    followed[:-1] = answered[:-1] & (contacts.caller[1:] == contacts.caller[:-1])
    passed_on = np.zeros(len(contacts), dtype=bool)
    if any(habits.forward for habits in centre.habits):
        thresholds = np.array([habits.forward for habits in centre.habits])[channel]
        passed_on = followed & (world.forward[contacts.caller, contacts.attempt] < thresholds)
    lost = np.zeros(len(contacts), dtype=bool)
    lost[:-1] = passed_on[:-1] & ~answered[1:]
    columns = {"forwarded": passed_on, "forward_lost": lost, "called_again": followed & ~passed_on}
    return {name: values.astype(np.int64) for name, values in columns.items()}


def _deadline(dialled: Whole, channel: Whole, promises: ServiceTargets, calendar: Calendar, centre: Centre) -> Whole:
    """Last instant at which a contact is answered within what its channel promises."""
    within = np.array(promises.within)[channel]
    deadline: Whole = dialled + np.maximum(within, 0)
    for number, days in enumerate(promises.working_days):
        if days >= 0:
            mine = channel == number
            deadline[mine] = working_day_ends(calendar, days, centre.days)[centre.clock.day(dialled[mine])]
    return deadline


def working_day_ends(calendar: Calendar, days: int, some: int) -> Whole:
    """By day, of the first ``some``: end of the ``days``-th working day after it.

    For 0 that of the day itself, or of the next working one.
    """
    working = np.flatnonzero(calendar.working)
    every = np.arange(some)
    rank = np.searchsorted(working, every, side="right") + days - 1
    rank += (days == 0) & ~np.isin(every, working)
    beyond = np.append(working, len(calendar.working))
    midnights = np.array([calendar.midnight(day) for day in range(len(calendar.working) + 2)], dtype=np.int64)
    ends: Whole = midnights[beyond[np.minimum(rank, len(working))] + 1]
    return ends


def caller_values(world: World, centre: Centre, contacts: Contacts, channel: Whole) -> tuple[dict[str, Whole], Whole]:
    """Counts of persons, and the row of each person's first contact."""
    first = np.flatnonzero(contacts.attempt == 0)
    if not len(first):
        return {name: np.zeros(0, dtype=np.int64) for name in CALLER_COLUMNS}, first
    last = np.append(first[1:], len(contacts)) - 1
    outcome = contacts.outcome
    answered = (outcome == Outcome.ANSWERED) | (outcome == Outcome.CALLED_BACK)
    reached = np.add.reduceat(answered, first) > 0
    open_door = np.add.reduceat(outcome != Outcome.CLOSED, first) > 0
    pending = ~reached & (outcome[last] == Outcome.UNFINISHED)
    never = ~reached & ~pending
    at_limit = never & (contacts.attempt[last] + 1 == centre.attempts)
    thresholds = np.zeros((len(centre.channels), len(Outcome)), dtype=np.int64)
    thresholds[:, list(UNANSWERED)] = [habits.redial for habits in centre.habits]
    thresholds[:, Outcome.SILENT] = thresholds[:, Outcome.ABANDONED]
    would = world.redial[contacts.caller[last], contacts.attempt[last]] < thresholds[channel[last], outcome[last]]
    return {
        "callers": np.ones(len(first), dtype=np.int64),
        "reached": reached.astype(np.int64),
        "never_reached": never.astype(np.int64),
        "only_closed": (never & ~open_door).astype(np.int64),
        "pending": pending.astype(np.int64),
        "attempts": last - first + 1,
        "at_limit": at_limit.astype(np.int64),
        "cut_off": (never & ~at_limit & would).astype(np.int64),
    }, first


#: Bins of waits grow by half a percent, so that a quantile is known to a quarter of a percent.
BIN = 1.005
#: The least wait in ms of each bin but 0, up to ten years: whole numbers, so that every engine bins alike.
LEAST = np.ceil(BIN ** np.arange(0, np.log(3660 * DAY) / np.log(BIN))).astype(np.int64)
#: Bits of the number of a bin.
BIN_BITS = len(LEAST).bit_length()
#: Waits as numbers (see ``wait_codes``), which there are as many of as contacts, and how many pairs of a channel and a
#: province they can tell apart.
Codes = NDArray[np.int32]
MOST_PAIRS = (1 << 31 - BIN_BITS) // len(Outcome)


def bin_of(wait: Whole) -> Whole:
    """Bin of each wait in ms; bin 0 is no wait at all."""
    return np.searchsorted(LEAST, wait, side="right").astype(np.int64)


def wait_of(bins: NDArray[Any]) -> NDArray[np.float64]:
    """Middle of each bin in ms, in the geometric sense."""
    return np.where(bins > 0, BIN ** (np.asarray(bins, dtype=float) - 0.5), 0.0)


def wait_rows(world: World, contacts: Contacts, channel: Whole) -> tuple[Whole, Whole]:
    """Queue, province, outcome and bin of whoever waited to an answer, a call-back or in vain; and which they are."""
    kind = np.where(contacts.outcome == Outcome.SILENT, Outcome.ABANDONED, contacts.outcome)
    waited = np.flatnonzero(np.isin(kind, (Outcome.ANSWERED, Outcome.ABANDONED, Outcome.CALLED_BACK)))
    bins = bin_of(wait_of_contacts(world, contacts, channel)[waited])
    columns = (contacts.queue[waited], world.province[contacts.caller[waited]], kind[waited], bins)
    return np.stack(columns, axis=1), waited


def wait_codes(rows: Whole, channel_of: Whole, provinces: int) -> Codes:
    """One number for each row of ``wait_rows``, by channel, province, outcome and bin; ``channel_of`` (Q,) each queue.

    Who calls on a channel from a province is always in the same queue, so there are few of these numbers.
    """
    queue, province, outcome, bins = rows.T
    codes = ((channel_of[queue] * provinces + province) * len(Outcome) + outcome << BIN_BITS) + bins
    return np.asarray(codes, dtype=np.int32)


def waits_of(codes: Codes, queue_of: Whole) -> Whole:
    """The rows of ``wait_rows`` that these numbers stand for; ``queue_of`` (C, P) by channel and province."""
    rest, bins = codes >> BIN_BITS, codes & ((1 << BIN_BITS) - 1)
    leaf, outcome = np.divmod(rest, len(Outcome))
    return np.stack([queue_of.ravel()[leaf], leaf % queue_of.shape[1], outcome, bins], axis=1)


#: Columns of a tally: numbers as short as may be, since hardly two contacts of one replication wait alike.
TALLY = {
    "batch": np.int32,
    "channel": np.int16,
    "queue": np.int16,
    "province": np.int16,
    "outcome": np.int16,
    "bin": np.int16,
    "count": np.int32,
}


def tally(codes: Codes, begins: Whole, names: Whole, queue_of: Whole) -> dict[str, NDArray[Any]]:
    """How often each wait is there in each batch, a row each, in order: the columns of ``TALLY``.

    The waits of batch b are ``codes`` from ``begins[b]`` to ``begins[b + 1]``, and it is called ``names[b]``;
    ``queue_of`` (C, P) by channel and province.
    """
    rows = []
    for name, start, stop in zip(names, begins[:-1], begins[1:], strict=True):
        distinct, count = np.unique(codes[start:stop], return_counts=True)
        queue, province, outcome, bins = waits_of(distinct, queue_of).T
        channel = (distinct >> BIN_BITS) // (len(Outcome) * queue_of.shape[1])
        rows.append([np.full(len(distinct), name), channel, queue, province, outcome, bins, count])
    columns = zip(TALLY.items(), zip(*rows, strict=True), strict=True)
    return {name: np.concatenate(parts).astype(kind) for (name, kind), parts in columns}
