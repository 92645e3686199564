"""What must hold to the last contact and millisecond in any system: nobody is lost, and times are counted once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.model.centre import FULL_SPEED, PER_MILLE
from sim.model.contacts import Contacts, Outcome
from sim.statistics.cells import AT
from sim.verification.counts import ANSWERED, Bools, Floats, Seen, Whole

_LEFT = ("answered", "called_back", "abandoned", "blocked", "balked", "sent_away", "closed", "unfinished")
#: What is told of one system at most.
_MOST = 5


def exact_checks(seen: Seen) -> dict[str, tuple[Whole, Whole]]:
    """By name, two whole numbers of each replication that are the same in any right program."""
    found: dict[str, tuple[Whole, Whole]] = {}
    contacts, end = seen.contacts, seen.centre.end
    every = np.ones(len(contacts), dtype=bool)
    count = sum((_cell(seen, name) for name in _LEFT), np.zeros(seen.replications, dtype=np.int64))
    found["flow: every contact ended in one way"] = (count, _sum(seen, every, every))
    callers = sum((_cell(seen, name) for name in ("reached", "never_reached", "pending")), 0 * count)
    found["flow: callers are reached, never reached or waiting"] = (callers, _cell(seen, "callers"))
    found["flow: attempts of callers are contacts"] = (_cell(seen, "attempts"), count)
    for number, queue in enumerate(seen.centre.queues):
        mine = contacts.queue == number
        spent = np.minimum(contacts.left_queue, end) - np.minimum(contacts.dialled, end)
        name = f"Little: number waiting in {queue.name} over time is the sum of waits"
        found[name] = (_cell(seen, "queue_time", "queue", queue.name), _sum(seen, mine, spent))
    for number, group in enumerate(seen.centre.groups):
        if len(group.speeds) == 1 and not _lays_aside(seen, number):
            mine = contacts.group == number
            spent = np.minimum(contacts.released, end) - np.minimum(contacts.left_queue, end)
            name = f"Little: busy lines of {group.name} over time are the sum of times in hand"
            found[name] = (_cell(seen, "busy", "lines", group.name), _sum(seen, mine, spent))
            if group.speeds[0] == FULL_SPEED:
                held = _sum(seen, mine, contacts.released - contacts.left_queue)
                found[f"work: {group.name} did what its contacts brought"] = (held, _sum(seen, mine, _work(seen)))
    waits = _cell(seen, "wait_answered") + _cell(seen, "wait_abandoned") + _cell(seen, "wait_called_back")
    gone = np.isin(contacts.outcome, (*ANSWERED, Outcome.ABANDONED))
    found["waits: counted is what the contacts say"] = (waits, _sum(seen, gone, seen.wait))
    return found


def broken(name: str, seen: Seen) -> Iterator[str]:
    """A sentence for each check that does not hold, at most a few."""
    told = 0
    for what, (one, other) in exact_checks(seen).items():
        for replication in np.flatnonzero(one != other)[: _MOST - told].tolist():
            told += 1
            yield f"{name}, replication {replication}: {what}; {one[replication]} is not {other[replication]}"


def _lays_aside(seen: Seen, group: int) -> bool:
    return any(seen.centre.queues[queue].interruptible for queue in seen.centre.groups[group].serves)


def _cell(seen: Seen, name: str, kind: str = "all", of: str = "all") -> Whole:
    values: Whole = seen.cells[:, seen.cell(kind, of), AT[name]]
    return values


def _sum(seen: Seen, which: Bools, values: Whole | Bools) -> Whole:
    # Exact: a float holds whole numbers up to 2**53.
    weights: Floats = np.where(which, values, 0).astype(np.float64)
    return np.bincount(seen.joined.replication, weights, seen.replications).astype(np.int64)


def _work(seen: Seen) -> Whole:
    """What each contact brings to a line that does one thing at a time, ms."""
    world, contacts = seen.joined.world, seen.contacts
    channel = np.array([queue.channel for queue in seen.centre.queues])[contacts.queue]
    whose = (contacts.caller, channel)
    work: Whole = (world.conversation[whose] + world.wrap_up[whose]) * _factor(seen, contacts, channel) // PER_MILLE
    return np.maximum(work, 1)


def _factor(seen: Seen, contacts: Contacts, channel: Whole) -> Whole:
    factor = np.full(len(contacts), PER_MILLE)
    province = seen.joined.world.province[contacts.caller]
    for number, group in enumerate(seen.centre.groups):
        mine = contacts.group == number
        if group.factor:
            factor[mine] = np.array(group.factor)[channel[mine], province[mine]]
    return factor
