"""How many wait: the time integral and the most at once, by queue and hour of the period."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.cells import AT
from sim.clock import DAY, HOUR
from sim.compiled.counts import DIALLED, LEFT, QUEUE, WIDTH
from sim.compiled.order import in_place
from sim.compiled.timelines import DAYS, FIRST_QUEUE, QUEUES, SLICES
from sim.machine_code import bare, compiled, inlined

QUEUE_TIME, LONGEST_QUEUE = AT["queue_time"], AT["longest_queue"]


@compiled
def _waiting_rows(dialled_at, left_at, begin, end, room):
    """Rows of those who wait in the order in which they come, in the first of ``room`` (4, n); how many."""
    rows, codes, waits, ordered, before = room[0], room[1], 0, True, 0
    for row in range(begin, end):
        if left_at[row] > dialled_at[row]:
            rows[waits] = row
            waits += 1
            ordered = ordered and before <= dialled_at[row]
            before = dialled_at[row]
    if not ordered:
        bits = 0
        while (end - begin) >> bits:
            bits += 1
        for i in range(waits):
            codes[i] = (dialled_at[rows[i]] << bits) + rows[i] - begin
        in_place(codes, waits, room[2], room[3])
        for i in range(waits):
            rows[i] = begin + (codes[i] & ((1 << bits) - 1))
    return waits


@inlined
def _add(cells, day, hour, time, level):
    """Add time to the cells of a day and an hour of the day, where so many wait at once."""
    for at in (day, hour):
        cells[at + QUEUE_TIME] += time
        cells[at + LONGEST_QUEUE] = max(cells[at + LONGEST_QUEUE], level)


@compiled
def add_queues(cells, contacts, begin, end, where, over):
    """Add the time integral of the number waiting in every queue, and the most at once.

    Each contact adds the time that it waits; of how many wait with it tell those who came before and have not left.
    Within an instant no time passes. ``over`` (2, queues, hours + 1) is empty, and is left so: it gets the changes of
    the number who wait from one hour into the next, and how many of them leave in an hour.
    """
    room = np.empty((4, end - begin + 2), np.int64)
    waits = _waiting_rows(contacts[DIALLED], contacts[LEFT], begin, end, room)
    _add_waits(cells, contacts, waits, where, over, room)


@compiled
def _add_waits(cells, contacts, waits, where, over, room):
    first, slices, days, queues = where[FIRST_QUEUE], where[SLICES], where[DAYS], where[QUEUES]
    dialled_at, left_at, queue_of = bare(contacts[DIALLED]), bare(contacts[LEFT]), bare(contacts[QUEUE])
    rows, leaves, flat = bare(room[0]), bare(room[1]), bare(cells)
    # When those in a queue will leave, in order, from ``head`` to ``tail``; all queues in one row.
    head, tail = np.zeros(queues, np.int64), np.zeros(queues + 1, np.int64)
    for i in range(waits):
        tail[queue_of[rows[i]] + 1] += 1
    for queue in range(queues):
        tail[queue + 1] += tail[queue]
        head[queue] = tail[queue]
    for i in range(waits):
        row = rows[i]
        queue, now, left = queue_of[row], dialled_at[row], left_at[row]
        here, place = head[queue], tail[queue]
        while here < place and leaves[here] <= now:
            here += 1
        head[queue], tail[queue] = here, place + 1
        level = place + 1 - here
        while place > here and leaves[place - 1] > left:
            leaves[place] = leaves[place - 1]
            place -= 1
        leaves[place] = left
        left = min(left, days * DAY)
        hour, last = now // HOUR, (left - 1) // HOUR
        base, day = (first + queue * slices + 1) * WIDTH, hour // 24
        at_day, at_hour = base + day * WIDTH, base + (days + hour - 24 * day) * WIDTH
        _add(flat, at_day, at_hour, min(left, (hour + 1) * HOUR) - now, level)
        if last > hour:
            day = last // 24
            at_day, at_hour = base + day * WIDTH, base + (days + last - 24 * day) * WIDTH
            _add(flat, at_day, at_hour, left - last * HOUR, 0)
            over[0, queue, hour + 1] += 1
            over[0, queue, last + 1] -= 1
            over[1, queue, last] += 1
    for queue in range(queues):
        base, level = (first + queue * slices + 1) * WIDTH, 0
        for hour in range(24 * days + 1):
            level += over[0, queue, hour]
            if level:
                at_day, at_hour = base + hour // 24 * WIDTH, base + (days + hour % 24) * WIDTH
                _add(flat, at_day, at_hour, (level - over[1, queue, hour]) * HOUR, level)
            over[0, queue, hour], over[1, queue, hour] = 0, 0
