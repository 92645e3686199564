"""Contacts, waits and measures as they are stored: columns of one block of replications, indices with their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.centre import Centre
from sim.clock import Calendar
from sim.contacts import NO_GROUP, Contacts, Outcome
from sim.measures import COLUMNS, Layout, Measures
from sim.world import World

Table = dict[str, NDArray[Any]]


def stored_names(world: World, centre: Centre) -> dict[str, list[str]]:
    """What the indices of contacts and waits stand for, by column."""
    return {
        "channel": list(world.channels),
        "province": list(world.provinces),
        "cause": list(world.causes),
        "topic": list(world.topics),
        "age": list(world.ages),
        "queue": [queue.name for queue in centre.queues],
        "outcome": [outcome.name.lower() for outcome in Outcome],
        # The last one stands for no line.
        "line_group": [*(group.name for group in centre.groups), ""],
    }


def contact_columns(replication: int, world: World, centre: Centre, contacts: Contacts, calendar: Calendar) -> Table:
    """Contacts of a replication: whose, when by the clock on the wall, how long in ms, what became of them."""
    whose = contacts.caller
    answered_by = np.where(contacts.group == NO_GROUP, len(centre.groups), contacts.group)
    return {
        "replication": np.full(len(contacts), replication, dtype=np.int32),
        "caller": whose,
        "attempt": contacts.attempt,
        "province": world.province[whose],
        "cause": world.cause[whose],
        "topic": world.topic[whose],
        "age": world.age[whose],
        "channel": _channel_of(centre)[contacts.queue],
        "queue": contacts.queue,
        "dialled": np.datetime64(calendar.first, "ms") + contacts.dialled.astype("timedelta64[ms]"),
        "wait_ms": contacts.left_queue - contacts.dialled,
        "handling_ms": contacts.released - contacts.left_queue,
        "outcome": contacts.outcome,
        "line_group": answered_by,
        "line": contacts.line,
    }


def wait_columns(first: int, measures: Sequence[Measures], centre: Centre) -> Table:
    """How many answered, abandoned and called-back contacts waited how long, by replication, queue and province."""
    rows = np.concatenate([found.waits for found in measures])
    counts = [len(found.waits) for found in measures]
    queue, province, outcome, bins, count = rows.astype(np.int32).T
    return {
        "replication": np.repeat(np.arange(first, first + len(measures), dtype=np.int32), counts),
        "channel": _channel_of(centre)[queue],
        "queue": queue.copy(),
        "province": province.copy(),
        "outcome": outcome.copy(),
        "bin": bins.copy(),
        "count": count.copy(),
    }


def measure_columns(first: int, measures: Sequence[Measures], layout: Layout) -> tuple[Table, dict[str, list[str]]]:
    """Counts and sums by replication and cell, cells of zeros left out; and the names of the cells."""
    values = np.stack([found.cells for found in measures])
    replication, cell = np.nonzero(values.any(axis=2))
    kind, name, slice_, number = zip(*layout.cells(), strict=True)
    names = {"kind": list(dict.fromkeys(kind)), "name": list(dict.fromkeys(name)), "slice": ["period", "day", "hour"]}
    columns: Table = {
        "replication": (replication + first).astype(np.int32),
        "cell": cell.astype(np.int32),
        "number": np.array(number, dtype=np.int32)[cell],
    }
    for column, cells in (("kind", kind), ("name", name), ("slice", slice_)):
        position = {value: i for i, value in enumerate(names[column])}
        columns[column] = np.array([position[value] for value in cells], dtype=np.int32)[cell]
    for i, column in enumerate(COLUMNS):
        columns[column] = values[replication, cell, i]
    return columns, names


def _channel_of(centre: Centre) -> NDArray[np.int32]:
    """Channel of each queue."""
    return np.array([queue.channel for queue in centre.queues], dtype=np.int32)
