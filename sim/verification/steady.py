"""Measures of one queue whose steady state is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.model.clock import HOUR, SECOND
from sim.model.contacts import Outcome
from sim.theory import SteadyState
from sim.verification import counts as c
from sim.verification.system import Measure

_IN_S = 1 / SECOND
_IN_H = 1 / HOUR


def of_queue(
    queue: SteadyState, *, group: str = "phone", beyond: Sequence[int] = (60, 180), forgetful: bool = False
) -> Iterator[Measure]:
    """Every measure of a queue called phone with lines of ``group``; the first ones say most.

    ``beyond``: seconds of points of the distributions of waits. ``forgetful``: patience is exponential.
    """
    offered, answered = c.column("offered"), c.column("answered")
    if queue.abandoned:
        yield Measure("gave up / offered", "share", queue.abandoned, c.column("abandoned"), offered)
    if queue.places is not None:
        yield Measure("busy tone / offered", "share", queue.blocked, c.column("blocked"), offered)
    if queue.places != 0:
        yield from _of_waits(queue, beyond)
    if forgetful:
        yield giving_up(queue.patience_s)
    yield Measure("occupancy", "share", queue.occupancy, *_ratio_of_lines("busy", "staffed", group))
    yield Measure("offered per hour", "per hour", queue.arrivals_per_hour, offered, c.scaled(c.column("open"), _IN_H))
    busy = c.scaled(c.column("all_busy", kind="lines", of=group), _IN_H)
    met_busy = c.tally(lambda seen: c.waited(seen) | (seen.contacts.outcome == Outcome.BLOCKED))
    yield Measure("offered per hour of all lines busy", "per hour", queue.arrivals_per_hour, met_busy, busy)
    yield Measure("mean handling", "s", queue.handling_s, c.scaled(c.column("handling"), _IN_S), answered)


def _of_waits(queue: SteadyState, beyond: Sequence[int]) -> Iterator[Measure]:
    offered, answered = c.column("offered"), c.column("answered")
    yield Measure("mean queue", "contacts", queue.mean_queue, c.column("queue_time"), c.column("open"))
    at_once = c.tally(lambda seen: c.answered(seen) & (seen.wait == 0))
    yield Measure("answered at once / offered", "share", 1 - queue.blocked - queue.waits, at_once, offered)
    yield Measure("mean wait of the answered", "s", queue.asa_s, c.scaled(c.column("wait_answered"), _IN_S), answered)
    for t in beyond:
        longer = c.tally(c.both(c.answered, c.longer(t)))
        yield Measure(f"answered after more than {t} s", "share", queue.survival(f"{t} s"), longer, answered)
    level = queue.answered_within("60 s", of="excluding short abandons")
    yield Measure(
        "service level in 60 s", "share", level, c.column("answered_within"), c.column("offered", "-abandoned_within")
    )
    if queue.abandoned:
        yield from _of_who_gave_up(queue, beyond[0])


def _of_who_gave_up(queue: SteadyState, beyond: int) -> Iterator[Measure]:
    waits = c.scaled(c.column("wait_answered", "wait_abandoned"), _IN_S)
    admitted, gave_up = c.column("offered", "-blocked"), c.column("abandoned")
    yield Measure("mean wait of all who get in", "s", queue.mean_wait_s, waits, admitted)
    share = queue.survival(f"{beyond} s", of="abandoned")
    if 0.01 < share < 0.99:  # patience that varies
        until = c.scaled(c.column("wait_abandoned"), _IN_S)
        yield Measure("mean wait of who gave up", "s", queue.mean_wait_abandoned_s, until, gave_up)
        longer = c.tally(c.both(c.ended(Outcome.ABANDONED), c.longer(beyond)))
        yield Measure(f"gave up after more than {beyond} s", "share", share, longer, gave_up)


def giving_up(patience_s: float, *, of: str = "phone") -> Measure:
    """Exponential patience ends at one rate whatever happens: nothing else need be known, not even a steady state."""
    waiting = c.scaled(c.column("queue_time", of=of), _IN_H)
    return Measure("gave up per hour of waiting", "per hour", 3600 / patience_s, c.column("abandoned", of=of), waiting)


def occupancy(exact: float, *, group: str = "phone", kind: str = "lines") -> Measure:
    """Busy line time / line time."""
    return Measure(f"occupancy of {group}", "share", exact, *_ratio_of_lines("busy", "staffed", group, kind))


def _ratio_of_lines(over: str, under: str, group: str, kind: str = "lines") -> tuple[c.Count, c.Count]:
    return c.column(over, kind=kind, of=group), c.column(under, kind=kind, of=group)
