"""The state of play: what changes while the engine runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.compiled import heap
from sim.engines.compiled.flatten import Plan
from sim.engines.compiled.jit import compiled
from sim.engines.compiled.names import COLUMNS, HEAD, NEXT, UNDER_WAY
from sim.world import Whole


class Floor(NamedTuple):
    """State of play; columns of the two-dimensional arrays are in ``names``.

    ``table``: rows so far, in order of dialling, and ``rows[0]`` how many. ``contacts``: those under way in places that
    are used again; place 0 is nobody, and its ``NEXT`` begins the chain of free places. ``timers``: entitlements and
    ends of patience of who waits, ``redials``: who is to dial, ``ends``: of lines. ``lists``: who waits by queue, then
    priority; ``inside``: how many by queue. ``hand``: by line, what it has in hand. ``crew``: lines by group.
    ``interval``: by channel, the opening interval that is or comes next. ``missed``: by shift, through absence.
    """

    table: Whole
    rows: Whole
    contacts: Whole
    timers: Whole
    redials: Whole
    ends: Whole
    lists: Whole
    inside: Whole
    lines: Whole
    hand: Whole
    crew: Whole
    interval: Whole
    missed: Whole


@compiled
def new_floor(plan: Plan, rows: int, places: int) -> Floor:
    """Make a floor with room for so many rows and contacts under way."""
    lines, queues = len(plan.of_line), len(plan.queues)
    floor = Floor(
        table=np.empty((COLUMNS, rows), np.int64),
        rows=np.zeros(1, np.int64),
        contacts=np.zeros((places, UNDER_WAY), np.int64),
        timers=heap.new_heap(places),
        redials=heap.new_heap(places),
        ends=heap.new_heap(lines),
        lists=np.zeros((queues * (len(plan.priorities) + 1), 2), np.int64),
        inside=np.zeros(queues, np.int64),
        lines=np.zeros((lines, 6), np.int64),
        hand=np.zeros((lines, plan.speeds.shape[1] + 1, 3), np.int64),
        crew=np.zeros((len(plan.groups), 3), np.int64),
        interval=np.zeros(len(plan.first_hours) - 1, np.int64),
        missed=np.zeros(len(plan.shifts), np.int64),
    )
    _chain(floor.contacts, 1)
    return floor


@compiled
def _chain(contacts: Whole, first: int) -> None:
    """Put the places from ``first`` on into the chain of free ones."""
    for place in range(first, len(contacts) - 1):
        contacts[place, NEXT] = place + 1
    contacts[-1, NEXT] = contacts[0, NEXT]
    contacts[0, NEXT] = first


@compiled
def has_room(floor: Floor) -> bool:
    """Whether any event may happen: none adds more than one row and one contact under way."""
    return floor.rows[0] < floor.table.shape[1] and floor.contacts[0, NEXT] != 0


@compiled
def grown(floor: Floor) -> Floor:
    """The same floor with twice as much room where there was none."""
    table, contacts, timers, redials = floor.table, floor.contacts, floor.timers, floor.redials
    if floor.rows[0] == table.shape[1]:
        table = np.empty((COLUMNS, 2 * floor.table.shape[1]), np.int64)
        table[:, : floor.table.shape[1]] = floor.table
    if contacts[0, NEXT] == 0:
        contacts = np.zeros((2 * len(floor.contacts), UNDER_WAY), np.int64)
        contacts[: len(floor.contacts)] = floor.contacts
        _chain(contacts, len(floor.contacts))
        timers, redials = heap.grown(timers), heap.grown(redials)
    return Floor(
        table,
        floor.rows,
        contacts,
        timers,
        redials,
        floor.ends,
        floor.lists,
        floor.inside,
        floor.lines,
        floor.hand,
        floor.crew,
        floor.interval,
        floor.missed,
    )


@compiled
def claim(floor: Floor) -> int:
    """A free place for a contact under way."""
    contacts = floor.contacts
    place = contacts[0, NEXT]
    contacts[0, NEXT] = contacts[place, NEXT]
    return int(place)


@compiled
def release(floor: Floor, place: int) -> None:
    """Give a place back."""
    floor.contacts[place, NEXT] = floor.contacts[0, NEXT]
    floor.contacts[0, NEXT] = place


@compiled
def first_of(floor: Floor, of_list: int) -> int:
    """First contact of a list, 0 for none."""
    return int(floor.lists[of_list, HEAD])
