"""Replications counted one after the other in machine code: leaves, cells, and sums of products over cells."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.counts import LONGEST_WAIT, WIDTH, add_persons, tell
from sim.compiled.kinds import ROW
from sim.compiled.timelines import (
    ABSENT,
    ABSENT_AS,
    COLUMN_OF,
    DAYS,
    FIRST_ALL,
    FIRST_CHANNEL,
    FIRST_LINES,
    FIRST_MARKS,
    FIRST_PROVINCE,
    FIRST_QUEUE,
    ON_DUTY,
    QUEUES,
    SLICES,
    add_hours,
    add_lines,
)
from sim.compiled.values import TOLD
from sim.compiled.waiting import LONGEST_QUEUE, add_queues
from sim.machine_code import bare, compiled, entry, inlined, sources

_V, _M, _CUBE, _FOUR = "int64[::1]", "int64[:,::1]", "int64[:,:,::1]", "int64[:,:,:,:]"
#: Cells whose products are formed at once: as many as stay in the processor's nearest memory.
TOGETHER = 32
_PRODUCTS = f"{_M},float64[:,::1],{_V},{_V},{_V},{_M}"


@inlined
def _put(cells, cell, columns, at):
    """Add columns that begin at a place to a cell."""
    to = cell * WIDTH
    most = max(cells[to + LONGEST_WAIT], columns[at + LONGEST_WAIT])
    for column in range(WIDTH):
        cells[to + column] += columns[at + column]
    cells[to + LONGEST_WAIT] = most


@compiled
def _fold_leaves(cells, leaves, met, where, channel_of, provinces, columns):
    """Add leaves to the days and hours of their queue, province, channel and all, and empty them."""
    slices, flat, leaves, met, columns = where[SLICES], bare(cells), bare(leaves), bare(met), bare(columns)
    for leaf in range(len(channel_of) * provinces):
        queue, province = leaf // provinces, leaf % provinces
        for slice_ in range(slices - 1):
            row = leaf * (slices - 1) + slice_
            if met[row]:
                met[row] = 0
                tell(columns, leaves, row * ROW)
                _put(flat, where[FIRST_ALL] + 1 + slice_, columns, 0)
                _put(flat, where[FIRST_CHANNEL] + channel_of[queue] * slices + 1 + slice_, columns, 0)
                _put(flat, where[FIRST_QUEUE] + queue * slices + 1 + slice_, columns, 0)
                _put(flat, where[FIRST_PROVINCE] + province * slices + 1 + slice_, columns, 0)


@compiled
def _fold_marks(cells, marks, where, most, columns):
    """Add up by cause, topic and age, and empty the marks; where there is one of each, days are added up instead."""
    flat, some, columns = bare(cells), len(marks) // ROW, bare(columns)
    first, causes, topics, ages = where[FIRST_MARKS], most[0], most[1], most[2]
    if some == 1:
        for day in range(where[DAYS]):
            _put(flat, first, flat, (where[FIRST_ALL] + 1 + day) * WIDTH)
        for cell in range(first + 1, first + 3):
            _put(flat, cell, flat, first * WIDTH)
        return
    marks = bare(marks)
    for mark in range(some):
        cause, topic, age = mark // (topics * ages), mark // ages % topics, mark % ages
        tell(columns, marks, mark * ROW)
        _put(flat, first + cause, columns, 0)
        _put(flat, first + causes + topic, columns, 0)
        _put(flat, first + causes + topics + age, columns, 0)


@compiled
def _fold_time(cells, where, groups, on_duty, routes, first_route):
    """Time of lines into that of all, and when somebody was there for a queue whose lines may be absent."""
    slices = where[SLICES]
    for group in range(len(groups)):
        for slice_ in range(1, slices):
            for column in COLUMN_OF:
                cells[where[FIRST_ALL] + slice_, column] += cells[where[FIRST_LINES] + group * slices + slice_, column]
    for queue in range(len(first_route) - 1):
        mine = routes[first_route[queue] : first_route[queue + 1]]
        seldom, duty = False, np.zeros(on_duty.shape[1], np.int64)
        for group in mine:
            seldom = seldom or groups[group, ABSENT] > 0
            for hour in range(len(duty)):
                duty[hour] = max(duty[hour], on_duty[group, hour])
        if seldom:
            add_hours(cells, where[FIRST_QUEUE] + queue * slices, where[DAYS], COLUMN_OF[ON_DUTY], duty)


@compiled
def _fold_days(cells, where):
    """Days into the period, of everything that is split."""
    for first in range(0, where[FIRST_MARKS], where[SLICES]):
        for column in range(WIDTH):
            cells[first, column] = 0
        for cell in range(first + 1, first + 1 + where[DAYS]):
            most = max(cells[first, LONGEST_QUEUE], cells[cell, LONGEST_QUEUE])
            waited = max(cells[first, LONGEST_WAIT], cells[cell, LONGEST_WAIT])
            for column in range(WIDTH):
                cells[first, column] += cells[cell, column]
            cells[first, LONGEST_QUEUE], cells[first, LONGEST_WAIT] = most, waited


@compiled
def _room(cells, first):
    """Room for ``_multiply``: quantities of as many cells as are looked at together, and which of them are not 0."""
    quantities = cells.shape[1] + len(first) - 1
    return np.empty(quantities * TOGETHER), np.empty(quantities, np.int64)


@inlined
def _compose(quantity, there, columns, weights, begin, end, to, size):
    """Make a quantity of cells as the weighted sum of columns; nothing where all of these are 0."""
    there[to] = 0
    for term in range(begin, end):
        of, weight = columns[term], np.float64(weights[term])
        if there[of] and there[to]:
            for k in range(size):
                quantity[to * TOGETHER + k] += quantity[of * TOGETHER + k] * weight
        elif there[of]:
            for k in range(size):
                quantity[to * TOGETHER + k] = quantity[of * TOGETHER + k] * weight
        there[to] |= there[of]


@compiled
def _multiply(cells, total, sums, columns, weights, first, two, room):
    """Add the columns of a replication to totals, and products of quantities to sums; see ``products``.

    Most columns of most cells are 0: nobody is called back, or it is night.
    """
    width, composed, products, quantity, there = cells.shape[1], len(first) - 1, len(two), bare(room[0]), bare(room[1])
    here, so_far, formed, columns, weights = bare(cells), bare(total), bare(sums), bare(columns), bare(weights)
    first, pairs = bare(first), bare(two)
    for begin in range(0, len(total), TOGETHER):
        size = min(TOGETHER, len(total) - begin)
        for column in range(width):
            there[column] = 0
        for k in range(size):
            at = (begin + k) * width
            for column in range(width):
                so_far[at + column] += here[at + column]
                there[column] |= here[at + column]
        for column in range(width):
            if there[column]:
                for k in range(size):
                    quantity[column * TOGETHER + k] = np.float64(here[(begin + k) * width + column])
        for one in range(composed):
            _compose(quantity, there, columns, weights, first[one], first[one + 1], width + one, size)
        for product in range(products):
            one, other, to = pairs[2 * product], pairs[2 * product + 1], product * len(total) + begin
            if there[one] and there[other]:
                for k in range(size):
                    formed[to + k] += quantity[one * TOGETHER + k] * quantity[other * TOGETHER + k]


def _add_products(version):
    @entry(f"void({_M},{_PRODUCTS})")
    def add_products(cells, total, sums, columns, weights, first, two):
        """Add one replication (cells, columns)."""
        _ = version
        _multiply(cells, total, sums, columns, weights, first, two, _room(cells, first))

    return add_products


def _add_up(version):
    @entry(
        f"void({_CUBE},{_CUBE},{_V},{_V},{_PRODUCTS},UniTuple({_V},9),{_V},UniTuple({_V},4),UniTuple(int64[:,:],4),"
        f"int64[:,:,:],{_V},{_FOUR},{_V},{_M},{_V},UniTuple({_V},11),UniTuple({_M},3),{_M},{_M})"
    )
    def add_up(
        every, values, codes, coded, total, sums, columns, weights, first, two, contacts, begins, world, luck, patience,
        starts, absence, absent_as, fixed, periods, numbers, tables, shifts, always_on_duty,
    ):  # fmt: skip
        """Count replications; see ``compiled.measures.counted`` and ``counting.Plan``."""
        _ = version
        where, persons, channel_of, edges, first_edge, within, forward, marked, first_shift, routes, first_route = (
            numbers
        )
        deadlines, redials, known = tables
        redial, passed_on, conversation, wrap_up = luck
        groups, on_duty = known.copy(), always_on_duty.copy()
        for group in range(len(groups)):
            groups[group, ABSENT_AS] = absent_as[group]
        rows = len(channel_of) * persons[3] * (where[SLICES] - 1)
        leaves, met = np.zeros(rows * ROW, np.int64), np.zeros(rows, np.int64)
        room = _room(every[0], first)
        hours = np.zeros((4, where[QUEUES], 24 * where[DAYS] + 1), np.int64)
        line_hours = np.zeros((2, len(groups) + 1, 24 * where[DAYS] + 1), np.int64)
        marks = np.zeros(marked[0] * marked[1] * marked[2] * ROW, np.int64)
        columns_of_row, told = np.empty(WIDTH, np.int64), np.empty(TOLD, np.int64)
        of_persons = persons, channel_of, edges, first_edge, within, forward, marked[1:]
        of_callers = redial, passed_on, conversation, wrap_up, patience
        for r in range(len(starts) - 1):
            cells, begin, end = every[min(r, len(every) - 1)], begins[r], begins[r + 1]
            for cell in range(len(fixed)):
                for column in range(WIDTH):
                    cells[cell, column] = fixed[cell, column]
            coded[r + 1] = add_persons(
                leaves, met, marks, contacts, begin, end, world, of_callers, starts[r], of_persons,
                (deadlines, redials), codes, coded[r], told,
            )  # fmt: skip
            add_queues(cells, contacts, begin, end, where, hours)
            add_lines(cells, contacts, begin, end, groups, shifts, first_shift, absence[r], on_duty, where, line_hours)
            _fold_leaves(cells, leaves, met, where, channel_of, persons[3], columns_of_row)
            _fold_marks(cells, marks, where, marked, columns_of_row)
            _fold_time(cells, where, groups, on_duty, routes, first_route)
            _fold_days(cells, where)
            for period in range(len(periods)):
                for column in range(WIDTH):
                    values[r, period, column] = cells[periods[period], column]
            _multiply(cells, total, sums, columns, weights, first, two, room)

    return add_up


#: Compiled anew after any change of the functions that they are made of.
add_products, add_up = _add_products(sources()), _add_up(sources())
