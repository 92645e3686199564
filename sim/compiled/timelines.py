"""The integrals of ``timelines`` in machine code, hour by hour of the period."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.cells import AT
from sim.clock import DAY, HOUR
from sim.compiled.instants import day_of_hour, hour_of
from sim.compiled.order import in_order
from sim.compiled.values import GROUP, LEFT, LINE, RELEASED
from sim.machine_code import bare, compiled, inlined

#: Rows of what ``line_hours`` returns.
BUSY, STAFFED, ON_DUTY, OVERTIME, ALL_BUSY = range(5)
#: What a change is about: a line at work, on duty, or both.
_WORK, _DUTY, _BOTH = range(3)
#: Columns that these rows are added to.
COLUMN_OF = (AT["busy"], AT["staffed"], AT["on_duty"], AT["overtime"], AT["all_busy"])
_BUSY_TIME, _LATE_TIME, _ALL_BUSY_TIME = COLUMN_OF[BUSY], COLUMN_OF[OVERTIME], COLUMN_OF[ALL_BUSY]
#: A shift is a row of its start, its stop and its line.
STOP = 1
#: Places in the plan of a count: first cells, cells of a name, days and how many queues there are.
FIRST_ALL, FIRST_CHANNEL, FIRST_QUEUE, FIRST_PROVINCE, FIRST_LINES, FIRST_MARKS, SLICES, DAYS, QUEUES = range(9)
#: What is known of a group.
LINES, ABSENT, ABSENT_AS, ALONE = range(4)


@compiled
def line_hours(start, stop, line, shifts, absence, absent, lines, hours):
    """Line time of one group by hour, (5, hours).

    ``start``, ``stop``, ``line`` of what its lines had in hand, by ``start``; ``shifts`` (m, 3) start, stop and
    line, in order; ``absence`` (L, D) uniforms, compared with ``absent`` if that is above 0.
    """
    at, what, change, count = _room(2 * len(start) + 4 * len(shifts) + 2 * len(start))
    for k in range(lines):
        work = _joined_work(start, stop, line, k)
        duty = _joined_duty(shifts, absence, absent, k)
        at, what, change, count = _put(at, what, change, count, work, _WORK)
        at, what, change, count = _put(at, what, change, count, duty, _DUTY)
        at, what, change, count = _put(at, what, change, count, _common(work, duty), _BOTH)
    return _integrals(at[:count], what[:count], change[:count], hours)


@compiled
def _room(size):
    return np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64), 0


@compiled
def _put(at, what, change, count, spans, kind):
    if count + 2 * len(spans) > len(at):
        more = np.empty(len(at) + 4 * len(spans), np.int64)
        at, what, change = (
            np.concatenate((at, more)),
            np.concatenate((what, more)),
            np.concatenate((change, more)),
        )
    for i in range(len(spans)):
        at[count], what[count], change[count] = spans[i, 0], kind, 1
        at[count + 1], what[count + 1], change[count + 1] = spans[i, 1], kind, -1
        count += 2
    return at, what, change, count


@compiled
def _joined_work(start, stop, line, number):
    """Stretches in which a line has anything in hand."""
    spans, n = np.empty((len(start), 2), np.int64), 0
    for i in range(len(start)):
        if line[i] == number:
            n = _extended(spans, n, start[i], stop[i])
    return spans[:n]


@compiled
def _joined_duty(shifts, absence, absent, number):
    """Stretches of duty of a line, the shifts that it misses left out."""
    spans, n = np.empty((len(shifts), 2), np.int64), 0
    for i in range(len(shifts)):
        if shifts[i, 2] == number and not (absent > 0 and absence[number, shifts[i, 0] // DAY] < absent):
            n = _extended(spans, n, shifts[i, 0], shifts[i, 1])
    return spans[:n]


@compiled
def _extended(spans, n, start, stop):
    if n and start <= spans[n - 1, 1]:
        spans[n - 1, 1] = max(spans[n - 1, 1], stop)
        return n
    spans[n, 0], spans[n, 1] = start, stop
    return n + 1


@compiled
def _common(one, other):
    """Intersection of two sets of stretches."""
    spans, n, i, j = np.empty((len(one) + len(other), 2), np.int64), 0, 0, 0
    while i < len(one) and j < len(other):
        start, stop = max(one[i, 0], other[j, 0]), min(one[i, 1], other[j, 1])
        if start < stop:
            spans[n, 0], spans[n, 1] = start, stop
            n += 1
        if one[i, 1] < other[j, 1]:
            i += 1
        else:
            j += 1
    return spans[:n]


@compiled
def _integrals(at, what, change, hours):
    out, level = np.zeros((5, hours), np.int64), np.zeros(3, np.int64)
    # One number each, which sorts much faster than an order of them does; within an instant no time passes.
    codes = np.empty(len(at), np.int64)
    for i in range(len(at)):
        codes[i] = min(at[i], hours * HOUR) * 8 + what[i] * 2 + (change[i] > 0)
    codes.sort()
    now = 0
    for code in codes:
        now = _pass(out, level, now, code >> 3)
        level[(code >> 1) & 3] += 2 * (code & 1) - 1
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
def _add_alone(contacts, begin, end, groups, shifts, first_shift, hours, of_lines, until):
    """Add line time of groups of one line with one thing in hand to ``hours`` (2, G + 1, hours + 1): all, and overtime.

    A row for nobody comes after those of groups: to add nothing there is quicker than to ask who has a line.
    ``of_lines`` (3, G + 1) is for work.
    """
    nobody, width = len(groups), hours.shape[2]
    work, row_of, on_from, on_until = bare(hours[0]), bare(of_lines[0]), bare(of_lines[1]), bare(of_lines[2])
    for group in range(nobody + 1):
        alone = group < nobody and groups[group, ALONE]
        row_of[group], on_from[group], on_until[group] = group if alone else nobody, 0, 0
    on_until[nobody] = until + 1
    group_of, left_at, released_at = bare(contacts[GROUP]), bare(contacts[LEFT]), bare(contacts[RELEASED])
    next_shift = first_shift.copy()
    for row in range(begin, end):
        # Who had no line is of the group -1 and was released at once.
        line = row_of[group_of[row] if group_of[row] >= 0 else nobody]
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
def _add_alone_hours(cells, groups, where, hours):
    """Add the hours of such groups to days and to hours of the day, and empty them."""
    slices, days = where[SLICES], where[DAYS]
    for group in range(len(groups)):
        base = where[FIRST_LINES] + group * slices + 1
        for hour in range(24 * days):
            work, late = hours[0, group, hour], hours[1, group, hour]
            if work:
                hours[0, group, hour], hours[1, group, hour] = 0, 0
                day = day_of_hour(hour)
                for cell in (base + day, base + days + hour - 24 * day):
                    cells[_BUSY_TIME, cell] += work
                    cells[_LATE_TIME, cell] += late
                    cells[_ALL_BUSY_TIME, cell] += work - late


@compiled
def add_lines(cells, contacts, begin, end, groups, shifts, first_shift, absence, on_duty, where, hours, of_lines):
    """Add line time of every group; ``on_duty`` (G, hours) is told of groups whose lines may be absent.

    ``groups`` (G, 4): how many lines, threshold of absence, number in ``absence``, and whether it is one line with one
    thing in hand, whose time is the sum of its contacts'. ``hours`` (2, G + 1, hours + 1), empty before and after, and
    ``of_lines`` (3, G + 1) are for work.
    """
    _add_alone(contacts, begin, end, groups, shifts, first_shift, hours, of_lines, where[DAYS] * DAY)
    _add_alone_hours(cells, groups, where, hours)
    for group in range(len(groups)):
        if not groups[group, ALONE]:
            _add_group(cells, contacts, begin, end, group, groups, shifts, first_shift, absence, on_duty[group], where)


@compiled
def _add_group(cells, contacts, begin, end, group, groups, shifts, first_shift, absence, on_duty, where):
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
    of_group = shifts[first_shift[group] : first_shift[group + 1]]
    lines, absent = groups[group, LINES], groups[group, ABSENT]
    hours = line_hours(start, stop, line, of_group, absence[max(groups[group, ABSENT_AS], 0)], absent, lines, 24 * days)
    for what in range(len(COLUMN_OF)):
        # Duty without absence is the same in every replication and is there before.
        if absent or what not in (STAFFED, ON_DUTY):
            add_hours(cells[COLUMN_OF[what]], first + group * slices, days, hours[what])
    if absent:
        on_duty[:] = hours[ON_DUTY]


@inlined
def add_hours(column, base, days, hours):
    """Add hours of the period to the days and the hours of the day of a column of cells."""
    for hour in range(len(hours)):
        day = day_of_hour(hour)
        column[base + 1 + day] += hours[hour]
        column[base + 1 + days + hour - 24 * day] += hours[hour]
