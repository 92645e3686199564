"""Counts and sums of replications: what is kept of them. Ratios are formed once, over all replications.

A measure is a column of whole numbers; a cell says of whom (all, a channel, a queue, a province, a line group, a
cause, a topic, an age) and of when (the period, one day, one hour of the day). Cells add over replications.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.model.centre import Centre, Group
from sim.model.clock import HOUR, Calendar, WallClock
from sim.model.contacts import Contacts, ContactTables
from sim.model.targets import ServiceTargets
from sim.model.world import World, Worlds
from sim.statistics.cells import AT, CALLER_COLUMNS, COLUMNS, CONTACT_COLUMNS, Layout, layout_of
from sim.statistics.contact_values import MOST_PAIRS, caller_values, contact_values, wait_rows
from sim.statistics.timelines import duty_of, line_time, open_time, queue_time

Whole = NDArray[np.int64]
#: Columns that take the largest instead of the sum.
LARGEST = ("longest_wait", "longest_queue")


@dataclass(frozen=True)
class Measures:
    """Counts and sums of R replications.

    ``cells`` (R, cells, columns). ``waits`` (n, 4): queue, province, outcome, bin of the wait of each contact that
    waited to an end, and ``replication`` (n,) of each, counted from 0.
    """

    cells: Whole
    waits: Whole
    replication: Whole


def measure(
    worlds: Worlds,
    centre: Centre,
    tables: ContactTables,
    *,
    calendar: Calendar,
    promises: ServiceTargets,
    interval: int = 0,
) -> Measures:
    """Everything that is kept of these replications; ``interval`` of the week in ms, 0 for none."""
    joined = join(worlds, tables)
    layout = layout_of(worlds.callers.names, centre, interval=interval, weekday=calendar.first.weekday())
    cells = np.zeros((len(worlds), layout.size(), len(COLUMNS)), dtype=np.int64)
    counted = count(joined, centre, calendar, promises)
    for values, contacts, of in ((counted.contacts, joined.contacts, joined.replication), counted.callers):
        _add(cells, layout, centre.clock, of, who(joined.world, contacts, centre), contacts.dialled, values)
    for table, world, contacts in zip(cells, worlds, tables, strict=True):
        _add_time(table, layout, world, centre, contacts)
    return Measures(cells, counted.waits, counted.of_waits)


@dataclass(frozen=True)
class Joined:
    """Replications one after the other: their callers, their contacts with callers numbered through, whose they are."""

    world: World
    contacts: Contacts
    replication: Whole


def join(worlds: Worlds, tables: ContactTables) -> Joined:
    """All replications as one, with callers numbered through."""
    replication = np.repeat(np.arange(len(tables)), np.diff(tables.begins))
    contacts = replace(tables.rows, caller=tables.rows.caller + worlds.starts[replication])
    return Joined(worlds.callers, contacts, replication)


@dataclass(frozen=True)
class Counted:
    """What is added up: columns of contacts, columns of callers with their first contacts, and the waits."""

    contacts: Whole
    callers: tuple[Whole, Contacts, Whole]
    waits: Whole
    of_waits: Whole


def count(joined: Joined, centre: Centre, calendar: Calendar, promises: ServiceTargets) -> Counted:
    """Columns of contacts (n, ...) and callers in the order of CONTACT_COLUMNS and CALLER_COLUMNS."""
    world, contacts = joined.world, joined.contacts
    channel = channel_of(centre)[contacts.queue]
    values = contact_values(world, centre, contacts, channel, promises, calendar)
    persons, first = caller_values(world, centre, contacts, channel)
    starts = Contacts(**{name: column[first] for name, column in contacts.columns().items()})
    waits, waited = wait_rows(world, contacts, channel)
    return Counted(
        np.stack([values[name] for name in _OF_CONTACTS], axis=1),
        (np.stack([persons[name] for name in CALLER_COLUMNS], axis=1), starts, joined.replication[first]),
        waits,
        joined.replication[waited],
    )


#: Columns of contacts in the order in which they are stacked.
_OF_CONTACTS = (*CONTACT_COLUMNS, "longest_wait")


def positions(values: Whole) -> list[int]:
    """Positions among COLUMNS of what ``count`` has stacked."""
    names = _OF_CONTACTS if values.shape[1] == len(_OF_CONTACTS) else tuple(CALLER_COLUMNS)
    return [AT[name] for name in names]


def channel_of(centre: Centre) -> Whole:
    """Channel of each queue."""
    return np.array([queue.channel for queue in centre.queues], dtype=np.int64)


def queue_of(centre: Centre) -> Whole:
    """Queue by channel and province, (C, P); SimError where they are more than can be told apart."""
    pairs = len(centre.channels) * len(centre.provinces)
    if pairs > MOST_PAIRS:
        raise SimError(f"channels by provinces are {pairs:,}; at most {MOST_PAIRS:,} can be counted apart")
    return np.array(centre.queue_of, dtype=np.int64).reshape(len(centre.channels), len(centre.provinces))


def who(world: World, contacts: Contacts, centre: Centre) -> dict[str, Whole]:
    """Position of each contact among the names of every scope of persons."""
    whose = contacts.caller
    return {
        "all": np.zeros(len(whose), dtype=np.int64),
        "channel": channel_of(centre)[contacts.queue],
        "queue": contacts.queue,
        "province": world.province[whose],
        "cause": world.cause[whose],
        "topic": world.topic[whose],
        "age": world.age[whose],
    }


def _add(
    tables: Whole, layout: Layout, clock: WallClock, of: Whole, who: dict[str, Whole], when: Whole, values: Whole
) -> None:
    """Add ``values`` to the cells of every scope in the tables that they are ``of``."""
    slices = (np.zeros_like(when), *layout.slices_at(clock, when))
    split = {scope.kind: scope.split for scope in layout.scopes}
    cells = np.concatenate(
        [
            of * layout.size() + layout.first(kind) + (index * layout.slices + slice_ if split[kind] else index)
            for kind, index in who.items()
            for slice_ in (slices if split[kind] else slices[:1])
        ]
    )
    flat = tables.reshape(-1, tables.shape[2])
    times = len(cells) // max(len(when), 1)
    for column, at in zip(values.T, positions(values), strict=True):
        repeated = np.tile(column, times)
        if COLUMNS[at] in LARGEST:
            np.maximum.at(flat[:, at], cells, repeated)
        else:
            # Exact: a float holds whole numbers up to 2**53, some 285,000 years of waiting.
            flat[:, at] += np.bincount(cells, repeated, len(flat)).astype(np.int64)


def _add_time(table: Whole, layout: Layout, world: World, centre: Centre, contacts: Contacts) -> None:
    table += doors(layout, centre)
    edges = edges_of(layout, centre)
    lines = [
        line_time(duty_of(world.absence, world.groups, group), contacts, g, edges, until_of(group, centre))
        for g, group in enumerate(centre.groups)
    ]
    for number, values in enumerate(lines):
        _add_slots(table, layout, centre, ("lines", number), values)
        _add_slots(table, layout, centre, ("all", 0), values)
    for number, queue in enumerate(centre.queues):
        until = centre.until(queue.channel)
        mine = (contacts.queue == number) & (contacts.left_queue > contacts.dialled) & (contacts.dialled < until)
        values = queue_time(contacts.dialled[mine], np.minimum(contacts.left_queue[mine], until), edges)
        # Over several groups the longest duty of one: the time in which the queue is served.
        on_duty = [lines[route.group]["on_duty"] for route in queue.routes]
        values["on_duty"] = np.max(on_duty or [np.zeros(len(edges) - 1, dtype=np.int64)], axis=0)
        _add_slots(table, layout, centre, ("queue", number), values)


def edges_of(layout: Layout, centre: Centre) -> Whole:
    """Edges of the layout's steps, up to the end of the last hour.

    Of whole periods there is one step, unless a queue has several groups, which are compared hour by hour.
    """
    end = centre.hours * HOUR
    one = layout.whole and all(len(queue.routes) <= 1 for queue in centre.queues)
    return np.array([0, end]) if one else np.arange(0, end + 1, layout.step)


def until_of(group: Group, centre: Centre) -> Whole:
    """By line of a group, when the period is over for it."""
    return np.array(group.until_of(centre.hours * HOUR), dtype=np.int64)


@lru_cache(maxsize=64)
def slices_of(layout: Layout, centre: Centre) -> Whole:
    """Slices that each step up to the end is part of, shape (1 to 3, steps)."""
    return layout.slices_at(centre.clock, edges_of(layout, centre)[:-1])


@lru_cache(maxsize=64)
def doors(layout: Layout, centre: Centre) -> Whole:
    """The part of a table (cells, columns) that is the same in every replication: opening times."""
    table = np.zeros((layout.size(), len(COLUMNS)), dtype=np.int64)
    for number, queue in enumerate(centre.queues):
        until = centre.until(queue.channel)
        spans = tuple((min(a, until), min(b, until)) for a, b in centre.channels[queue.channel].open)
        values = {"open": open_time(spans, edges_of(layout, centre))}
        _add_slots(table, layout, centre, ("queue", number), values)
    return table


def _add_slots(table: Whole, layout: Layout, centre: Centre, whose: tuple[str, int], values: dict[str, Whole]) -> None:
    """Add values by step of the period to the cells of all slices that they are part of."""
    kind, number = whose
    start = layout.first(kind) + number * layout.slices
    cells, slices = table[start : start + layout.slices], slices_of(layout, centre)
    for name, value in values.items():
        fold = np.maximum if name in LARGEST else np.add
        for at in (np.zeros_like(slices[0]), *slices):
            fold.at(cells[:, AT[name]], at, value)
