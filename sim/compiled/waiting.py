"""How many wait: the time integral and the most at once, by queue and hour of the period."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.cells import AT
from sim.clock import HOUR
from sim.compiled.instants import hour_of
from sim.compiled.order import in_order
from sim.compiled.timelines import DAYS, FIRST_QUEUE, HOURS, QUEUES, SLICES
from sim.compiled.values import DIALLED, LEFT, QUEUE
from sim.machine_code import bare, compiled

QUEUE_TIME, LONGEST_QUEUE = AT["queue_time"], AT["longest_queue"]


#: By queue and hour: how many more wait at its beginning than an hour before, how many of those leave in it, and of who
#: comes in it the time that it waits until the hour is over and how many wait at once.
MORE, LEAVING, TIME, MOST = range(4)
#: Those that came last before somebody, of whom each is asked whether it waits yet; further back is hardly anybody.
_LAST = 4


@compiled
def add_queues(cells, contacts, begin, end, where, clock, ends, hours):
    """Add the time integral of the number waiting in every queue, and the most at once.

    Each contact adds the time that it waits; of how many wait with it tell those who came before and have not left.
    Within an instant no time passes. ``hours`` (4, queues, hours + 1) is for work, and empty before and after.
    ``clock``: day and hour of the day of each hour; ``ends`` (queues,) when the period is over for each.
    """
    queues = where[QUEUES]
    waits, first = np.empty((2, end - begin + (_LAST + 1) * queues), np.int64), np.empty(queues, np.int64)
    past = np.zeros(queues, np.int64)
    _part(contacts, begin, end, ends, waits, first, past)
    for queue in range(queues):
        _put_in_order(waits[:, first[queue] : past[queue]])
        _add_waits(waits, first[queue], past[queue], ends[queue], hours[:, queue])
    _add_hours(cells, where, clock, hours)


@compiled
def _part(contacts, begin, end, ends, waits, first, past):
    """When those who wait come and leave, queue by queue, in ``waits``, and where each queue begins and is over.

    Only who comes before the end of the queue's period counts. After each queue is a place for whoever does not wait:
    they are written too, and then written over. Before it are ``_LAST`` of nobody, who have left. ``past`` is empty
    before.
    """
    dialled_at, left_at, queue_of = bare(contacts[DIALLED]), bare(contacts[LEFT]), bare(contacts[QUEUE])
    came, leave, place, at = bare(waits[0]), bare(waits[1]), bare(past), 0
    for row in range(begin, end):
        place[queue_of[row]] += (left_at[row] > dialled_at[row]) & (dialled_at[row] < ends[queue_of[row]])
    for queue in range(len(past)):
        for nobody in range(at, at + _LAST):
            leave[nobody] = 0
        first[queue] = at + _LAST
        at += _LAST + place[queue] + 1
        place[queue] = first[queue]
    for row in range(begin, end):
        queue, at = queue_of[row], place[queue_of[row]]
        came[at], leave[at] = dialled_at[row], left_at[row]
        place[queue] = at + ((left_at[row] > dialled_at[row]) & (dialled_at[row] < ends[queue]))


@compiled
def _put_in_order(waits):
    """Put those of one queue in the order in which they come."""
    count, disorder = waits.shape[1], 0
    for i in range(1, count):
        disorder += waits[0, i] < waits[0, i - 1]
    if disorder:
        room, before = np.empty((4, count + 2), np.int64), waits.copy()
        in_order(waits[0], count, room)
        for i in range(count):
            waits[0, i], waits[1, i] = before[0, room[0, i]], before[1, room[0, i]]


@compiled
def _add_waits(waits, first, last, end, hours):
    """Add those of one queue to its ``hours`` (4, hours + 1).

    How many wait is told without a branch as long as those further back have all left.
    """
    came, leave = bare(waits[0]), bare(waits[1])
    more, leaving, time, most = bare(hours[MORE]), bare(hours[LEAVING]), bare(hours[TIME]), bare(hours[MOST])
    here, hour, over, time_here, most_here, back = first, 0, HOUR, 0, 0, 0
    for i in range(first, last):
        now, left = came[i], min(leave[i], end)
        if now >= over:
            time[hour] += time_here
            most[hour] = most_here
            hour, time_here, most_here = hour_of(now), 0, 0
            over = (hour + 1) * HOUR
        if back <= now:
            level = 1
            for other in range(i - _LAST, i):
                level += leave[other] > now
            most_here = max(most_here, level)
        elif i + 1 - here > most_here:  # or else there is no need to know how many
            while leave[here] <= now:
                here += 1
            level = 0
            for other in range(here, i + 1):
                level += leave[other] > now
            most_here = max(most_here, level)
        back = max(back, leave[i - _LAST])
        time_here += min(left, over) - now
        if left > over:
            until = hour_of(left - 1)
            time[until] += left - until * HOUR
            more[hour + 1] += 1
            more[until + 1] -= 1
            leaving[until] += 1
    time[hour] += time_here
    most[hour] = max(most[hour], most_here)


@compiled
def _add_hours(cells, where, clock, hours):
    """Add the hours to days and to hours of the day, and empty them."""
    first, slices, days, (day_of, hour_of_day) = where[FIRST_QUEUE], where[SLICES], where[DAYS], clock
    for queue in range(where[QUEUES]):
        base, level = first + queue * slices + 1, 0
        for hour in range(where[HOURS] + 1):
            level += hours[MORE, queue, hour]
            most = max(hours[MOST, queue, hour], level)
            if most:
                time = hours[TIME, queue, hour] + (level - hours[LEAVING, queue, hour]) * HOUR
                for cell in (base + day_of[hour], base + days + hour_of_day[hour]):
                    cells[QUEUE_TIME, cell] += time
                    cells[LONGEST_QUEUE, cell] = max(cells[LONGEST_QUEUE, cell], most)
            for what in range(len(hours)):
                hours[what, queue, hour] = 0
