"""Contacts, waits and measures as they are stored: columns of one block of replications, indices with their names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import Centre
from sim.model.clock import Calendar
from sim.model.contacts import NO_GROUP, Contacts, Outcome
from sim.model.world import Names, World
from sim.statistics.cells import COLUMNS, Layout
from sim.statistics.estimates import Moments, Pairs
from sim.statistics.measures import channel_of

Table = dict[str, NDArray[Any]]
#: Sums of pairs in the order of Moments.
SUMS = ("y", "x", "yy", "xy", "xx")


def stored_names(names: Names, centre: Centre) -> dict[str, list[str]]:
    """What the indices of contacts and waits stand for, by column."""
    return {
        "channel": list(names.channels),
        "province": list(names.provinces),
        "cause": list(names.causes),
        "topic": list(names.topics),
        "age": list(names.ages),
        "queue": [queue.name for queue in centre.queues],
        "outcome": [outcome.name.lower() for outcome in Outcome],
        # The last one stands for no line.
        "line_group": [*(group.name for group in centre.groups), ""],
    }


def contact_columns(replication: int, world: World, centre: Centre, contacts: Contacts, calendar: Calendar) -> Table:
    """Contacts of a replication: whose, when by the clock on the wall, how long in ms, what became of them.

    Numbers are as narrow as they may be, since a part has the contacts of many replications.
    """
    whose = contacts.caller
    answered_by = np.where(contacts.group == NO_GROUP, len(centre.groups), contacts.group)
    return {
        "replication": np.full(len(contacts), replication, dtype=np.int32),
        "caller": whose.astype(np.int32),
        "attempt": contacts.attempt.astype(np.int32),
        "province": world.province[whose].astype(np.int32),
        "cause": world.cause[whose].astype(np.int16),
        "topic": world.topic[whose].astype(np.int16),
        "age": world.age[whose].astype(np.int16),
        "channel": channel_of(centre)[contacts.queue].astype(np.int16),
        "queue": contacts.queue.astype(np.int32),
        "dialled": np.datetime64(calendar.first, "ms") + calendar.clock.at(contacts.dialled).astype("timedelta64[ms]"),
        "wait_ms": contacts.left_queue - contacts.dialled,
        "handling_ms": contacts.released - contacts.left_queue,
        "outcome": contacts.outcome.astype(np.int16),
        "line_group": answered_by.astype(np.int32),
        "line": contacts.line.astype(np.int32),
    }


def measure_columns(first: int, values: NDArray[np.int64], layout: Layout) -> tuple[Table, dict[str, list[str]]]:
    """Counts and sums of the period by replication, of every scope; ``values`` (columns, replications, scopes)."""
    names = [(kind, name) for kind, name, slice_, _ in layout.cells() if slice_ == "period"]
    replication, scope = np.nonzero(np.bitwise_or.reduce(values))
    kinds, of = list(dict.fromkeys(kind for kind, _ in names)), list(dict.fromkeys(name for _, name in names))
    columns: Table = {
        "replication": (replication + first).astype(np.int32),
        "kind": np.array([kinds.index(kind) for kind, _ in names], dtype=np.int32)[scope],
        "name": np.array([of.index(name) for _, name in names], dtype=np.int32)[scope],
    }
    flat, rows = values.reshape(len(values), -1), replication * len(names) + scope
    some = flat if len(rows) == flat.shape[1] else flat[:, rows]
    columns |= dict(zip(COLUMNS, some, strict=True))
    return columns, {"kind": kinds, "name": of}


def moment_columns(moments: Moments) -> Table:
    """Sums over the replications of a part: a row for each number of a cell that is not 0, and one for each cell.

    ``what`` is the place of a number in ``_moment_names``. Sums of y and x follow from those of columns and are left
    out. Three long columns are written many times faster than some hundred short ones.
    """
    numbers = np.concatenate([moments.total.T.astype(float), *(part.T for part in moments.sums[2:])])
    there = numbers != 0
    there[0] = True
    which, cell = np.nonzero(there)
    derived = np.where(which < len(moments.total.T), 0, 2 * len(moments.pairs.pairs))
    what = (which + derived).astype(np.int32)
    return {"cell": cell.astype(np.int32), "what": what, "value": numbers[there]}


def _moment_names(pairs: Pairs) -> list[str]:
    """All numbers of a cell: each column, then the sums of y, of x, of yy, of xy and of xx of each pair."""
    return [*pairs.columns, *(f"{what}{d}" for what in SUMS for d in range(len(pairs.pairs)))]


def moments_from(table: Table, pairs: Pairs, replications: int) -> Moments:
    """What ``moment_columns`` wrote; or before, a column for each number."""
    if "what" not in table:
        order = np.argsort(table["cell"])
        numbers = np.stack([table[name][order].astype(float) for name in _moment_names(pairs)])
    else:
        numbers = np.zeros((len(_moment_names(pairs)), int(table["cell"].max()) + 1))
        numbers[table["what"], table["cell"]] = table["value"]
    total = numbers[: len(pairs.columns)].T.astype(np.int64)
    sums = numbers[len(pairs.columns) :].reshape(len(SUMS), -1, len(total)).transpose(0, 2, 1).copy()
    sums[0], sums[1] = total @ pairs.over.T, total @ pairs.under.T
    return Moments(pairs, replications, total, sums)


def moments_by_name(moments: Moments) -> Table:
    """A column for each number of a cell, a row for each cell."""
    columns: Table = {"cell": np.arange(len(moments.total), dtype=np.int32)}
    columns |= {name: moments.total[:, i] for i, name in enumerate(moments.pairs.columns)}
    for k, what in enumerate(SUMS):
        columns |= {f"{what}{d}": moments.sums[k, :, d] for d in range(moments.sums.shape[2])}
    return columns


#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = frozenset("=+-@\t\r")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in _FORMULA else text


def decimal(value: float) -> str:
    """A number as files have it: with six decimals at most, and six digits below 1.

    So a mean count over up to a million replications is exact, however large it is.
    """
    return f"{value:.6g}" if abs(value) < 1 or abs(value) >= 1e15 else f"{value:.6f}".rstrip("0").rstrip(".")


def cell(value: object) -> object:
    """A value as it stands in a CSV file: numbers see ``decimal``, names harmless."""
    if isinstance(value, float):
        return decimal(value)
    return harmless(value) if isinstance(value, str) else value


def csv_text(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A CSV file: every value of head and rows as ``cell`` writes it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(cell, head))
    writer.writerows(map(cell, row) for row in rows)
    return out.getvalue()
