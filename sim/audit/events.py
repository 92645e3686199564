"""Everything that happened by a table of contacts, in the written order of events."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from sim.audit.duty import Duty
from sim.audit.rows import Row, delays
from sim.model.centre import Centre
from sim.model.contacts import Outcome


class Kind(IntEnum):
    """What may happen, in the order in which it happens within one instant (an opening brings nothing about)."""

    SCHEDULE = 0
    CLOSING = 1
    #: Not an event of the rules but a part of closing: whoever the table has sent away is gone by here.
    SENT_AWAY = 2
    END_OF_HANDLING = 3
    ENTITLEMENT = 4
    #: Not an event of the rules: whoever waited and is taken now must have been given a line by here.
    LAST_CHANCE = 5
    ABANDONMENT = 6
    ARRIVAL = 7


class Event(NamedTuple):
    """An event; ``first``, ``second`` and ``third`` are group and line, channel, or caller, attempt and route."""

    instant: int
    kind: Kind
    first: int
    second: int = 0
    third: int = 0
    row: Row | None = None


def events(centre: Centre, duty: Duty, rows: list[Row], finished: dict[Row, int]) -> list[Event]:
    """All that happened before the horizon, in order; lines are done with a contact when it is ``finished``."""
    happened = [
        Event(start, Kind.SCHEDULE, group, line)
        for group, lines in enumerate(duty.stretches)
        for line, stretches in enumerate(lines)
        for start, _ in stretches
    ]
    happened += [
        Event(closes, Kind.CLOSING, number)
        for number, channel in enumerate(centre.channels)
        for _, closes in channel.open
    ]
    entitling = [_entitling(centre, queue) for queue in range(len(centre.queues))]
    for row in rows:
        for instant, kind, route in _of_row(row, entitling[row.queue], finished):
            happened.append(Event(instant, kind, row.caller, row.attempt, route, row))
    return sorted((event for event in happened if event.instant < centre.horizon), key=lambda event: event[:5])


def _entitling(centre: Centre, queue: int) -> list[tuple[int, int]]:
    """Route and delay of each later entitlement of a contact, a group once."""
    shortest = delays(centre, queue)
    found: dict[int, tuple[int, int]] = {}
    for number, route in enumerate(centre.queues[queue].routes):
        if route.after > 0 and route.after == shortest[route.group]:
            found.setdefault(route.group, (number, route.after))
    return list(found.values())


def _of_row(row: Row, entitling: list[tuple[int, int]], finished: dict[Row, int]) -> Iterator[tuple[int, Kind, int]]:
    """Instant, kind and route of the events of one contact."""
    yield row.dialled, Kind.ARRIVAL, 0
    if row in finished:
        yield finished[row], Kind.END_OF_HANDLING, 0
    if not row.waited:
        return
    for route, delay in entitling:
        if row.dialled + delay <= row.left:
            yield row.dialled + delay, Kind.ENTITLEMENT, route
    if row.taken:
        yield row.left, Kind.LAST_CHANCE, 0
    elif row.outcome in (Outcome.SENT_AWAY, Outcome.SILENT):
        yield row.left, Kind.SENT_AWAY, 0
    else:
        yield row.left, Kind.ABANDONMENT, 0
    if row.outcome == Outcome.UNFINISHED and row.dialled < row.patient_until < row.left:
        yield row.patient_until, Kind.ABANDONMENT, 0
