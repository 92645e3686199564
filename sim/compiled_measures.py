"""Measures of many replications added up in machine code: the same tables and sums as ``measures`` and ``Moments``."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.cells import AT, COLUMNS, Layout, layout_of
from sim.centre import Centre
from sim.clock import DAY, HOUR, Calendar
from sim.compiled_timelines import ALL_BUSY, BUSY, ON_DUTY, OVERTIME, STAFFED, line_hours, queue_hours
from sim.contact_values import Promises
from sim.contacts import ContactTables
from sim.estimates import Moments, Pairs
from sim.measures import LARGEST, Measures, count, doors, join, positions, who
from sim.world import Worlds

Whole = NDArray[np.int64]
_IN_ROWS = {BUSY: "busy", STAFFED: "staffed", ON_DUTY: "on_duty", OVERTIME: "overtime", ALL_BUSY: "all_busy"}
_LINE_COLUMNS = np.array([AT[_IN_ROWS[row]] for row in range(len(_IN_ROWS))])
_ON_DUTY, _QUEUE_TIME, _LONGEST_QUEUE = AT["on_duty"], AT["queue_time"], AT["longest_queue"]


def measure(
    worlds: Worlds, centre: Centre, tables: ContactTables, *, calendar: Calendar, promises: Promises
) -> Measures:
    """See ``sim.measures.measure``."""
    joined, layout = join(worlds, tables), layout_of(worlds.callers, centre)
    cells = np.repeat(doors(layout, centre)[None], len(worlds), axis=0)
    counted = count(joined, centre, calendar, promises)
    for values, contacts, of in ((counted.contacts, joined.contacts, joined.replication), counted.callers):
        at = np.array(positions(values))
        largest = np.array([COLUMNS[column] in LARGEST for column in at])
        scopes = who(joined.world, contacts, centre)
        split = {scope.kind: scope.split for scope in layout.scopes}
        first = np.array([[layout.first(kind), layout.slices if split[kind] else 1, split[kind]] for kind in scopes])
        _add(cells, of, np.stack(list(scopes.values())), first, contacts.dialled, values, at, largest, layout.days)
    _add_time(cells, tables, worlds, centre, layout)
    return Measures(cells, counted.waits, counted.of_waits)


def _add_time(cells: Whole, tables: ContactTables, worlds: Worlds, centre: Centre, layout: Layout) -> None:
    contacts = tables.rows
    groups = np.array(
        [
            (len(g.shifts), g.absent, worlds.callers.groups.index(g.name) if g.absent else -1)
            for g in centre.groups
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    shifts = [[(*span, line) for line, spans in enumerate(group.shifts) for span in spans] for group in centre.groups]
    first_shift = np.cumsum([0, *map(len, shifts)])
    routes = [[route.group for route in queue.routes] for queue in centre.queues]
    first_route = np.cumsum([0, *map(len, routes)])
    lines_at, queues_at = layout.first("lines"), layout.first("queue")
    columns = (contacts.queue, contacts.dialled, contacts.left_queue, contacts.released, contacts.group, contacts.line)
    _times(
        cells,
        tables.begins,
        *columns,
        groups,
        np.array([row for rows in shifts for row in rows], dtype=np.int64).reshape(-1, 3),
        first_shift,
        worlds.absence,
        np.array([group for each in routes for group in each], dtype=np.int64),
        first_route,
        np.array([lines_at, queues_at, layout.slices, layout.days, layout.first("all")]),
    )


@njit(cache=True, nogil=True)
def _add(cells, of, scopes, first, dialled, values, at, largest, days):
    """Add the values of each row to the cells of every scope: the period, the day, the hour of the day."""
    columns, width = values.shape[1], np.uint64(cells.shape[2])
    # Places in one row of numbers, unsigned: Numba looks whether an index is below 0 unless it cannot be.
    flat, at = cells.reshape(-1), at.astype(np.uint64)
    to, what, to_largest, the_largest = (
        np.empty(columns, np.uint64),
        np.empty(columns, np.int64),
        np.empty(columns, np.uint64),
        np.empty(columns, np.int64),
    )
    for i in range(len(of)):
        n, m = 0, 0
        for column in range(columns):
            value = values[i, column]
            if value and largest[column]:
                to_largest[m], the_largest[m] = at[column], value
                m += 1
            elif value:
                to[n], what[n] = at[column], value
                n += 1
        slices = (0, 1 + dialled[i] // DAY, 1 + days + dialled[i] % DAY // HOUR)
        for scope in range(len(scopes)):
            base = first[scope, 0] + scopes[scope, i] * first[scope, 1]
            for slice_ in range(3 if first[scope, 2] else 1):
                row = np.uint64(of[i] * cells.shape[1] + base + slices[slice_]) * width
                for k in range(n):
                    flat[row + to[k]] += what[k]
                for k in range(m):
                    flat[row + to_largest[k]] = max(flat[row + to_largest[k]], the_largest[k])


@njit(cache=True, nogil=True)
def _times(
    cells,
    begins,
    queue,
    dialled,
    left,
    released,
    group,
    line,
    groups,
    shifts,
    first_shift,
    absence,
    routes,
    first_route,
    where,
):
    """Add the integrals over time of every replication."""
    days = where[3]
    for r in range(len(begins) - 1):
        mine = slice(begins[r], begins[r + 1])
        on_duty = np.zeros((len(groups), 24 * days), np.int64)
        order = begins[r] + np.argsort(left[mine], kind="mergesort")
        for g in range(len(groups)):
            held = order[group[order] == g]
            away = absence[r, max(groups[g, 2], 0)] if groups[g, 1] > 0 else np.zeros((1, 1), np.int64)
            of_group = shifts[first_shift[g] : first_shift[g + 1]]
            hours = line_hours(
                left[held], released[held], line[held], of_group, away, groups[g, 1], groups[g, 0], 24 * days
            )
            on_duty[g] = hours[ON_DUTY]
            for k in range(len(hours)):
                _fold(cells[r], where[0] + g * where[2], _LINE_COLUMNS[k], hours[k], days)
                _fold(cells[r], where[4], _LINE_COLUMNS[k], hours[k], days)
        for q in range(len(first_route) - 1):
            waits = order[(queue[order] == q) & (left[order] > dialled[order])]
            hours = queue_hours(dialled[waits], left[waits], 24 * days)
            base = where[1] + q * where[2]
            _fold(cells[r], base, _QUEUE_TIME, hours[0], days)
            _fold_largest(cells[r], base, _LONGEST_QUEUE, hours[1], days)
            duty = np.zeros(24 * days, np.int64)
            for k in range(first_route[q], first_route[q + 1]):
                duty = np.maximum(duty, on_duty[routes[k]])
            _fold(cells[r], base, _ON_DUTY, duty, days)


@njit(cache=True, nogil=True)
def _fold(table, base, column, hours, days):
    for h in range(len(hours)):
        if hours[h]:
            table[base, column] += hours[h]
            table[base + 1 + h // 24, column] += hours[h]
            table[base + 1 + days + h % 24, column] += hours[h]


@njit(cache=True, nogil=True)
def _fold_largest(table, base, column, hours, days):
    for h in range(len(hours)):
        for cell in (base, base + 1 + h // 24, base + 1 + days + h % 24):
            table[cell, column] = max(table[cell, column], hours[h])


def moments(pairs: Pairs, values: Whole) -> Moments:
    """See ``Moments.of``: the same sums, in the same order."""
    over, under = _sparse(pairs.over), _sparse(pairs.under)
    total, sums = _sums(values, *over, *under)
    return Moments(pairs, len(values), total, sums)


def _sparse(weights: Whole) -> tuple[Whole, Whole, Whole]:
    """Columns and weights of each row one after the other, and where each row begins."""
    rows, columns = np.nonzero(weights)
    return columns, weights[rows, columns], np.searchsorted(rows, np.arange(len(weights) + 1))


@njit(cache=True, nogil=True)
def _sums(values, y_columns, y_weights, y_first, x_columns, x_weights, x_first):
    replications, cells, columns = values.shape
    pairs = len(y_first) - 1
    total, sums = np.zeros((cells, columns), np.int64), np.zeros((5, cells, pairs))
    for r in range(replications):
        for cell in range(cells):
            row, some = values[r, cell], False
            for column in range(columns):
                if row[column]:
                    total[cell, column] += row[column]
                    some = True
            if not some:
                continue
            for d in range(pairs):
                y, x = 0, 0
                for k in range(y_first[d], y_first[d + 1]):
                    y += row[y_columns[k]] * y_weights[k]
                for k in range(x_first[d], x_first[d + 1]):
                    x += row[x_columns[k]] * x_weights[k]
                b, a = float(y), float(x)
                sums[0, cell, d] += b
                sums[1, cell, d] += a
                sums[2, cell, d] += b * b
                sums[3, cell, d] += a * b
                sums[4, cell, d] += a * a
    return total, sums
