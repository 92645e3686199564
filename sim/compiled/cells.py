"""Replications counted one after the other in machine code: leaves, cells, and sums of products over cells."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.cells import COLUMNS, TIME_COLUMNS
from sim.compiled.counts import LONGEST_WAIT, WIDTH, add_persons, tell
from sim.compiled.kinds import NUMBERS
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
    HOURS,
    ON_DUTY,
    QUEUES,
    SLICES,
    add_hours,
    add_lines,
)
from sim.compiled.values import TOLD
from sim.compiled.waiting import LONGEST_QUEUE, add_queues
from sim.machine_code import bare, compiled, entry, inlined, sources, wide
from sim.products import CHUNK

_V, _M, _CUBE, _FOUR = "int64[::1]", "int64[:,::1]", "int64[:,:,::1]", "int64[:,:,:,:]"
#: Cells whose products are formed at once: as many as stay in the processor's nearest memory.
TOGETHER = 64
_PRODUCTS = f"{_M},float64[:,::1],{_M},float64[:,::1],{_V},{_V},{_V},{_V},{_M}"


#: Columns that are not told of contacts.
_OF_TIME = np.array([name in TIME_COLUMNS for name in COLUMNS])


@inlined
def _put(cells, first, size, columns, at, longest):
    """Add numbers from a place on to as many cells, or where they are the longest, take the larger."""
    if longest:
        for i in range(size):
            cells[first + i] = max(cells[first + i], columns[at + i])
    else:
        for i in range(size):
            cells[first + i] += columns[at + i]


@compiled
def _fold_leaves(cells, leaves, met, ever, where, queue_of, provinces, room):
    """Add leaves to the days and hours of their queue, province, channel and all, and empty them.

    ``ever`` (NUMBERS,) gets which kinds were met, and ``room`` which columns are used from now on; until then it does
    not matter what is in them.
    """
    columns, there, used = room
    slices, flat, width, met, ever = where[SLICES], bare(cells), cells.shape[1], bare(met), bare(ever)
    leaves, columns, there, used, size = bare(leaves), bare(columns), bare(there), bare(used), slices - 1
    for leaf in range(len(queue_of)):
        some = False
        for number in range(NUMBERS):
            ever[number] |= met[leaf * NUMBERS + number]
            some |= met[leaf * NUMBERS + number] != 0
        if some:
            channel, province = leaf // provinces, leaf % provinces
            tell(columns, there, leaves, met, leaf, size)
            for column in range(WIDTH):
                if there[column]:
                    if not used[column]:
                        for cell in range(column * width, (column + 1) * width):
                            flat[cell] = 0
                    used[column] = 1
                    first, at, longest = column * width + 1, column * size, column == LONGEST_WAIT
                    _put(flat, first + where[FIRST_ALL], size, columns, at, longest)
                    _put(flat, first + where[FIRST_CHANNEL] + channel * slices, size, columns, at, longest)
                    _put(flat, first + where[FIRST_QUEUE] + queue_of[leaf] * slices, size, columns, at, longest)
                    _put(flat, first + where[FIRST_PROVINCE] + province * slices, size, columns, at, longest)


@compiled
def _fold_marks(cells, marks, ever, where, most, room):
    """Add up by cause, topic and age, and empty the marks; where there is one of each, days are added up instead.

    ``ever`` see ``_fold_leaves``; it is emptied.
    """
    columns, there, used = room
    flat, some, width, columns = bare(cells), len(marks) // NUMBERS, cells.shape[1], bare(columns)
    first, causes, topics, ages = where[FIRST_MARKS], most[0], most[1], most[2]
    if some == 1:
        for number in range(NUMBERS):
            ever[number] = 0
        for column in range(WIDTH):
            if used[column] and (column == LONGEST_WAIT or not _OF_TIME[column]):
                at = column * width + first
                _sum(flat, at, column * width + where[FIRST_ALL] + 1, where[DAYS], column == LONGEST_WAIT)
                flat[at + 1], flat[at + 2] = flat[at], flat[at]
        return
    tell(columns, bare(there), bare(marks), bare(ever), 0, some)
    for column in range(WIDTH):
        if there[column]:
            at, longest = column * width + first, column == LONGEST_WAIT
            for mark in range(some):
                cause, topic, age = mark // (topics * ages), mark // ages % topics, mark % ages
                _put(flat, at + cause, 1, columns, column * some + mark, longest)
                _put(flat, at + causes + topic, 1, columns, column * some + mark, longest)
                _put(flat, at + causes + topics + age, 1, columns, column * some + mark, longest)


@inlined
def _sum(cells, to, first, size, longest):
    """Put the sum of some cells, or the largest of them, in a cell."""
    cells[to] = 0
    for cell in range(first, first + size):
        cells[to] = max(cells[to], cells[cell]) if longest else cells[to] + cells[cell]


@compiled
def _fold_time(cells, where, clock, groups, on_duty, routes, first_route):
    """Time of lines into that of all, and when somebody was there for a queue whose lines may be absent."""
    slices, width, flat = where[SLICES], cells.shape[1], bare(cells)
    for column in COLUMN_OF:
        for group in range(len(groups)):
            first = column * width + where[FIRST_LINES] + group * slices
            _put(flat, column * width + where[FIRST_ALL] + 1, slices - 1, flat, first + 1, False)
    for queue in range(len(first_route) - 1):
        mine = routes[first_route[queue] : first_route[queue + 1]]
        seldom, duty = False, np.zeros(on_duty.shape[1], np.int64)
        for group in mine:
            seldom = seldom or groups[group, ABSENT] > 0
            for hour in range(len(duty)):
                duty[hour] = max(duty[hour], on_duty[group, hour])
        if seldom:
            add_hours(cells[COLUMN_OF[ON_DUTY]], where[FIRST_QUEUE] + queue * slices, where[DAYS], duty, clock)


@compiled
def _fold_days(cells, where, used):
    """Days into the period, of everything that is split."""
    flat, width = bare(cells), cells.shape[1]
    for column in range(WIDTH):
        if used[column]:
            longest = column in (LONGEST_QUEUE, LONGEST_WAIT)
            for first in range(column * width, column * width + where[FIRST_MARKS], where[SLICES]):
                _sum(flat, first, first + 1, where[DAYS], longest)


@compiled
def _room(columns, first):
    """Room for ``_multiply``: quantities of as many cells as are looked at together, and which of them are not 0."""
    quantities = columns + len(first) - 1
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
def _join(total, sums, late_total, late_sums, late):
    """Count one more replication in the chunk under way; where it is the last, add it to all before and empty it."""
    late[0] += 1
    if late[0] == CHUNK:
        for row in range(len(total)):
            for cell in range(total.shape[1]):
                total[row, cell] += late_total[row, cell]
                late_total[row, cell] = 0
        for row in range(len(sums)):
            for cell in range(sums.shape[1]):
                sums[row, cell] += late_sums[row, cell]
                late_sums[row, cell] = 0.0
        late[0] = 0


@compiled
def _multiply(cells, used, total, sums, columns, weights, first, two, room):
    """Add the columns of a replication to totals, and products of quantities to sums; see ``products``.

    Most columns of most cells are 0: nobody is called back, or it is night.
    """
    wide()
    width, composed, products, quantity, there = len(cells), len(first) - 1, len(two), bare(room[0]), bare(room[1])
    here, so_far, formed, columns, weights = bare(cells), bare(total), bare(sums), bare(columns), bare(weights)
    first, pairs, used, some = bare(first), bare(two), bare(used), total.shape[1]
    for begin in range(0, some, TOGETHER):
        size = min(TOGETHER, some - begin)
        for column in range(width):
            at, any_here = column * some + begin, 0
            if used[column]:
                for k in range(size):
                    any_here |= here[at + k]
            if any_here:
                for k in range(size):
                    so_far[at + k] += here[at + k]
                for k in range(size):
                    quantity[column * TOGETHER + k] = np.float64(here[at + k])
            there[column] = any_here
        for one in range(composed):
            _compose(quantity, there, columns, weights, first[one], first[one + 1], width + one, size)
        for product in range(products):
            one, other, to = pairs[2 * product], pairs[2 * product + 1], product * some + begin
            if there[one] and there[other]:
                for k in range(size):
                    formed[to + k] += quantity[one * TOGETHER + k] * quantity[other * TOGETHER + k]


def _add_products(version):
    @entry(f"void({_M},{_PRODUCTS})")
    def add_products(cells, total, sums, late_total, late_sums, late, columns, weights, first, two):
        """Add one replication (columns, cells)."""
        _ = version
        used = np.ones(len(cells), np.int64)
        _multiply(cells, used, late_total, late_sums, columns, weights, first, two, _room(len(cells), first))
        _join(total, sums, late_total, late_sums, late)

    return add_products


def _add_up(version):
    @entry(
        f"void({_CUBE},{_V},int64[:,:,:],int64,int32[::1],{_V},{_PRODUCTS},UniTuple({_V},9),{_V},UniTuple({_V},4),UniTuple(int64[:,:],4),"
        f"int64[:,:,:],{_V},{_FOUR},{_V},{_M},{_V},UniTuple({_V},18),UniTuple({_M},3),{_M},{_M})"
    )
    def add_up(
        every, leaves, values, valued, codes, coded, total, sums, late_total, late_sums, late, columns, weights, first,
        two, contacts, begins, world, luck, patience, starts, absence, absent_as, fixed, periods, numbers, tables,
        shifts, always_on_duty,
    ):  # fmt: skip
        """Count replications; see ``compiled.measures.counted`` and ``counting.Plan``.

        ``every`` (1 or R, columns, cells) is empty where it is kept, ``leaves`` (see ``add_persons``) before and after.
        Values go where those of the replication ``valued`` and the next ones are.
        """
        _ = version
        where, persons, channel_of, queue_of, edges, first_edge, by_day, forward, marked = numbers[:9]
        first_shift, routes, first_route, always, day_of, hour_of_day, queue_ends, line_ends, first_line = numbers[9:]
        clock, ends = (day_of, hour_of_day), (line_ends, first_line)
        bounds, redials, known = tables
        redial, passed_on, conversation, wrap_up = luck
        groups, on_duty = known.copy(), always_on_duty.copy()
        for group in range(len(groups)):
            groups[group, ABSENT_AS] = absent_as[group]
        slices, met = where[SLICES] - 1, np.zeros(len(queue_of) * NUMBERS, np.int8)
        some_marks = marked[0] * marked[1] * marked[2]
        marks, ever = np.zeros(some_marks * NUMBERS, np.int64), np.zeros(NUMBERS, np.int8)
        # A column that is not used counts as 0 everywhere, and is passed over.
        used = np.zeros(WIDTH, np.int64)
        for column in range(WIDTH):
            used[column] = always[column] or _OF_TIME[column]
        of_columns = np.empty(WIDTH * max(slices, some_marks), np.int64), np.empty(WIDTH, np.int64), used
        room, told = _room(WIDTH, first), np.empty(TOLD, np.int64)
        hours = np.zeros((4, where[QUEUES], where[HOURS] + 1), np.int64)
        line_hours = np.zeros((2, len(groups) + 1, where[HOURS] + 1), np.int64)
        of_lines = np.empty((4, len(groups) + 1), np.int64)
        of_persons = persons, channel_of, edges, first_edge, by_day, forward, marked[1:], day_of, hour_of_day
        of_callers = redial, passed_on, conversation, wrap_up, patience
        for r in range(len(starts) - 1):
            cells, begin, end = every[min(r, len(every) - 1)], begins[r], begins[r + 1]
            for column in range(WIDTH):
                if always[column]:
                    cells[column] = fixed[column]
                elif used[column]:
                    cells[column] = 0
            coded[r + 1] = add_persons(
                leaves, met, marks, contacts, begin, end, world, of_callers, starts[r], of_persons,
                (bounds, redials), codes, coded[r], told,
            )  # fmt: skip
            add_queues(cells, contacts, begin, end, where, clock, queue_ends, hours)
            add_lines(
                cells, contacts, begin, end, groups, shifts, first_shift, absence[r], on_duty, where, clock, ends,
                line_hours, of_lines,
            )  # fmt: skip
            _fold_leaves(cells, leaves, met, ever, where, queue_of, persons[3], of_columns)
            _fold_marks(cells, marks, ever, where, marked, of_columns)
            _fold_time(cells, where, clock, groups, on_duty, routes, first_route)
            _fold_days(cells, where, used)
            for column in range(WIDTH):
                for period in range(len(periods)):
                    values[column, valued + r, period] = cells[column, periods[period]] if used[column] else 0
            _multiply(cells, used, late_total, late_sums, columns, weights, first, two, room)
            _join(total, sums, late_total, late_sums, late)

    return add_up


#: Compiled anew after any change of the functions that they are made of.
add_products, add_up = _add_products(sources(__file__)), _add_up(sources(__file__))
