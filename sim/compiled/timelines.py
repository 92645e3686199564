"""The integrals of ``timelines`` in machine code, hour by hour of the period."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.cells import AT
from sim.clock import HOUR
from sim.compiled.instants import hour_of
from sim.compiled.order import in_order, in_place
from sim.compiled.values import GROUP, LEFT, LINE, RELEASED
from sim.machine_code import bare, compiled, inlined

#: Rows of what ``line_hours`` returns.
BUSY, STAFFED, ON_DUTY, OVERTIME, ALL_BUSY = range(5)
#: Of how many lines it is told: at work, on duty, or both.
_WORK, _DUTY, _BOTH = range(3)
#: Columns that these rows are added to.
COLUMN_OF = (AT["busy"], AT["staffed"], AT["on_duty"], AT["overtime"], AT["all_busy"])
_BUSY_TIME, _LATE_TIME, _ALL_BUSY_TIME = COLUMN_OF[BUSY], COLUMN_OF[OVERTIME], COLUMN_OF[ALL_BUSY]
#: A shift is a row of its start, its stop, its line and its day.
STOP, _OF_LINE, _OF_DAY = 1, 2, 3
#: Places in the plan of a count: first cells, cells of a name, days, number of queues, and hours of the period.
FIRST_ALL, FIRST_CHANNEL, FIRST_QUEUE, FIRST_PROVINCE, FIRST_LINES, FIRST_MARKS, SLICES, DAYS, QUEUES, HOURS = range(10)
#: What is known of a group.
LINES, ABSENT, ABSENT_AS, ALONE = range(4)


@compiled
def line_hours(start, stop, line, shifts, absence, absent, until, hours):
    """Line time of one group by hour, (5, hours).

    ``start``, ``stop``, ``line`` of what its lines had in hand, by ``start``; ``shifts`` (m, 4) start, stop, line and
    day, by line and start; ``absence`` (L, D) uniforms, compared with ``absent`` if that is above 0; ``until`` (L,)
    when the period is over for each line.
    """
    lines = len(until)
    changes, count, shift = np.empty(2 * (len(start) + len(shifts)), np.int64), 0, 0
    work, first, past = _work(start, stop, line, lines)
    duty = np.empty(2 * len(shifts), np.int64)
    for k in range(lines):
        edges = 0
        while shift < len(shifts) and shifts[shift, _OF_LINE] == k:
            begin, end = shifts[shift, 0], shifts[shift, STOP]
            if not (absent > 0 and absence[k, shifts[shift, _OF_DAY]] < absent):
                edges = _extended(duty, 0, edges, begin, end)
            shift += 1
        count = _put_changes(changes, count, work[first[k] : past[k]], duty[:edges], until[k])
    return _integrals(changes, count, hours)


@compiled
def _work(start, stop, line, lines):
    """Stretches in which each line has anything in hand: their edges, and where those of each begin and are over."""
    edges, first = np.empty(2 * len(start), np.int64), np.zeros(lines + 1, np.int64)
    for i in range(len(start)):
        first[line[i] + 1] += 2
    for k in range(lines):
        first[k + 1] += first[k]
    past = first[:lines].copy()
    for i in range(len(start)):
        past[line[i]] = _extended(edges, first[line[i]], past[line[i]], start[i], stop[i])
    return edges, first, past


@inlined
def _extended(edges, first, past, start, stop):
    """Add a stretch to those whose edges stand from ``first`` to ``past``, or to the last where it touches that."""
    if past > first and start <= edges[past - 1]:
        edges[past - 1] = max(edges[past - 1], stop)
        return past
    edges[past], edges[past + 1] = start, stop
    return past + 2


@compiled
def _put_changes(changes, count, work, duty, end):
    """Add what happens to one line, each change a number that holds its time; see ``_integrals``.

    Whether the line is at work while on duty changes with either, as long as the other holds. Within an instant no time
    passes, so the order of its changes does not matter.
    """
    i, j = 0, 0
    while i < len(work) or j < len(duty):
        if j == len(duty) or (i < len(work) and work[i] <= duty[j]):
            changes[count] = min(work[i], end) * 8 + (j & 1) * 2 + 1 - (i & 1)
            i += 1
        else:
            changes[count] = min(duty[j], end) * 8 + 4 + (i & 1) * 2 + 1 - (j & 1)
            j += 1
        count += 1
    return count


@compiled
def _integrals(changes, count, hours):
    """Line time by hour; the last three bits of a change say whether of duty, of both, and whether it begins."""
    out, level, now = np.zeros((5, hours), np.int64), np.zeros(3, np.int64), 0
    if count:
        least, spare, place = changes[:count].min(), np.empty(count, np.int64), np.empty(2 * count + 1, np.int64)
        in_place(changes, count, least, (hours * HOUR + 1) * 8, spare, place)
    for i in range(count):
        now, step = _pass(out, level, now, changes[i] >> 3), 2 * (changes[i] & 1) - 1
        level[(changes[i] >> 2) & 1] += step
        level[_BOTH] += step * ((changes[i] >> 1) & 1)
    _pass(out, level, now, hours * HOUR)
    return out


@compiled
def _pass(out, level, now, until):
    """Let time pass with these levels; returns the instant reached."""
    while now < until:
        hour = hour_of(now)
        step = min(until, (hour + 1) * HOUR) - now
        out[BUSY, hour] += level[_WORK] * step
        out[STAFFED, hour] += level[_DUTY] * step
        out[OVERTIME, hour] += (level[_WORK] - level[_BOTH]) * step
        if level[_DUTY] > 0:
            out[ON_DUTY, hour] += step
            if level[_BOTH] == level[_DUTY]:
                out[ALL_BUSY, hour] += step
        now += step
    return now


@compiled
def _add_alone(contacts, begin, end, groups, shifts, first_shift, hours, of_lines, ends):
    """Add line time of groups of one line with one thing in hand to ``hours`` (2, G + 1, hours + 1): all, and overtime.

    A row for nobody comes after those of groups: to add nothing there is quicker than to ask who has a line.
    ``of_lines`` (4, G + 1) is for work; ``ends``: when the period is over for each line, and where those of each group
    begin.
    """
    nobody, width = len(groups), hours.shape[2]
    work, row_of, on_from, on_until = bare(hours[0]), bare(of_lines[0]), bare(of_lines[1]), bare(of_lines[2])
    over_at, until_of, first_line = bare(of_lines[3]), bare(ends[0]), bare(ends[1])
    for group in range(nobody + 1):
        alone = group < nobody and groups[group, ALONE]
        row_of[group], on_from[group], on_until[group] = group if alone else nobody, 0, 0
        over_at[group] = until_of[first_line[group]] if alone else 0
    on_until[nobody] = 1
    group_of, left_at, released_at = bare(contacts[GROUP]), bare(contacts[LEFT]), bare(contacts[RELEASED])
    next_shift = first_shift.copy()
    for row in range(begin, end):
        # Who had no line is of the group -1 and was released at once.
        line = row_of[group_of[row] if group_of[row] >= 0 else nobody]
        until = over_at[line]
        now, stop = min(left_at[row], until), min(released_at[row], until)
        hour = hour_of(now)
        over = min(stop, (hour + 1) * HOUR)
        if on_from[line] <= now and stop <= min((hour + 2) * HOUR, on_until[line]):
            at, some = line * width + hour, line < nobody
            work[at] += (over - now) * some
            work[at + 1] += (stop - over) * some
        elif line < nobody:
            _add_by_shift(now, stop, line, shifts, first_shift, next_shift, hours)
            shift = next_shift[line]
            if shift < first_shift[line + 1]:
                on_from[line], on_until[line] = shifts[shift, 0], shifts[shift, STOP]


@compiled
def _add_by_shift(now, stop, line, shifts, first_shift, next_shift, hours):
    """Add a stretch of work hour by hour, in and out of shifts; see ``_add_alone``.

    ``next_shift`` is where to look for the shift that an instant is in, or the next.
    """
    shift, last = next_shift[line], first_shift[line + 1]
    while shift > first_shift[line] and shifts[shift - 1, STOP] > now:
        shift -= 1
    while shift < last and shifts[shift, STOP] <= now:
        shift += 1
    next_shift[line] = shift
    while now < stop:
        hour = hour_of(now)
        step = min(stop, (hour + 1) * HOUR)
        starts = shifts[shift, 0] if shift < last else stop
        if now < starts:
            step = min(step, starts)
            hours[1, line, hour] += step - now
        else:
            step = min(step, shifts[shift, STOP])
            shift += step == shifts[shift, STOP]
        hours[0, line, hour] += step - now
        now = step


@compiled
def _add_alone_hours(cells, groups, where, hours, clock):
    """Add the hours of such groups to days and to hours of the day, and empty them."""
    slices, days, (day_of, hour_of_day) = where[SLICES], where[DAYS], clock
    for group in range(len(groups)):
        base = where[FIRST_LINES] + group * slices + 1
        for hour in range(where[HOURS]):
            work, late = hours[0, group, hour], hours[1, group, hour]
            if work:
                hours[0, group, hour], hours[1, group, hour] = 0, 0
                for cell in (base + day_of[hour], base + days + hour_of_day[hour]):
                    cells[_BUSY_TIME, cell] += work
                    cells[_LATE_TIME, cell] += late
                    cells[_ALL_BUSY_TIME, cell] += work - late


@compiled
def add_lines(
    cells, contacts, begin, end, groups, shifts, first_shift, absence, on_duty, where, clock, ends, hours, of_lines
):  # fmt: skip
    """Add line time of every group; ``on_duty`` (G, hours) is told of groups whose lines may be absent.

    ``groups`` (G, 4): how many lines, threshold of absence, number in ``absence``, and whether it is one line with one
    thing in hand, whose time is the sum of its contacts'. ``hours`` (2, G + 1, hours + 1), empty before and after, and
    ``of_lines`` (4, G + 1) are for work. ``clock``: day and hour of the day of each hour; ``ends``: when the period is
    over for each line, and where the lines of each group begin.
    """
    _add_alone(contacts, begin, end, groups, shifts, first_shift, hours, of_lines, ends)
    _add_alone_hours(cells, groups, where, hours, clock)
    for group in range(len(groups)):
        if not groups[group, ALONE]:
            of_group = shifts[first_shift[group] : first_shift[group + 1]]
            until = ends[0][ends[1][group] : ends[1][group + 1]]
            _add_group(
                cells, contacts, begin, end, group, groups, of_group, until, absence, on_duty[group], where, clock
            )  # fmt: skip


@compiled
def _add_group(cells, contacts, begin, end, group, groups, shifts, until, absence, on_duty, where, clock):
    """Add line time of a group of several lines, or of lines with several things in hand, or absent at times."""
    first, slices, days = where[FIRST_LINES], where[SLICES], where[DAYS]
    rows, count = np.empty(end - begin, np.int64), 0
    for row in range(begin, end):
        rows[count] = row
        count += contacts[GROUP][row] == group
    start, room = np.empty(count, np.int64), np.empty((4, count + 2), np.int64)
    for i in range(count):
        start[i] = contacts[LEFT][rows[i]]
    in_order(start, count, room)
    stop, line = np.empty(count, np.int64), np.empty(count, np.int64)
    for i in range(count):
        row = rows[room[0, i]]
        start[i], stop[i], line[i] = contacts[LEFT][row], contacts[RELEASED][row], contacts[LINE][row]
    absent = groups[group, ABSENT]
    missing = absence[max(groups[group, ABSENT_AS], 0)]
    hours = line_hours(start, stop, line, shifts, missing, absent, until, where[HOURS])
    for what in range(len(COLUMN_OF)):
        # Duty without absence is the same in every replication and is there before.
        if absent or what not in (STAFFED, ON_DUTY):
            add_hours(cells[COLUMN_OF[what]], first + group * slices, days, hours[what], clock)
    if absent:
        on_duty[:] = hours[ON_DUTY]


@inlined
def add_hours(column, base, days, hours, clock):
    """Add hours of the period to the days and the hours of the day of a column of cells."""
    for hour in range(len(hours)):
        column[base + 1 + clock[0][hour]] += hours[hour]
        column[base + 1 + days + clock[1][hour]] += hours[hour]
