"""The integrals of ``timelines`` in machine code, hour by hour of the period."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit

from sim.clock import DAY, HOUR

#: Rows of what ``line_hours`` returns.
BUSY, STAFFED, ON_DUTY, OVERTIME, ALL_BUSY = range(5)
#: What a change is about: a line at work, on duty, or both.
_WORK, _DUTY, _BOTH = range(3)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _room(size):
    return np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64), 0


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _joined_work(start, stop, line, number):
    """Stretches in which a line has anything in hand."""
    spans, n = np.empty((len(start), 2), np.int64), 0
    for i in range(len(start)):
        if line[i] == number:
            n = _extended(spans, n, start[i], stop[i])
    return spans[:n]


@njit(cache=True, nogil=True)
def _joined_duty(shifts, absence, absent, number):
    """Stretches of duty of a line, the shifts that it misses left out."""
    spans, n = np.empty((len(shifts), 2), np.int64), 0
    for i in range(len(shifts)):
        if shifts[i, 2] == number and not (absent > 0 and absence[number, shifts[i, 0] // DAY] < absent):
            n = _extended(spans, n, shifts[i, 0], shifts[i, 1])
    return spans[:n]


@njit(cache=True, nogil=True)
def _extended(spans, n, start, stop):
    if n and start <= spans[n - 1, 1]:
        spans[n - 1, 1] = max(spans[n - 1, 1], stop)
        return n
    spans[n, 0], spans[n, 1] = start, stop
    return n + 1


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _pass(out, level, now, until):
    """Let time pass with these levels; returns the instant reached."""
    while now < until:
        hour = now // HOUR
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


@njit(cache=True, nogil=True)
def queue_hours(dialled, left, hours):
    """Time integral of the number waiting and the most at once, by hour, (2, hours)."""
    out, n = np.zeros((2, hours), np.int64), len(dialled)
    comes, goes = np.sort(dialled), np.sort(left)
    waiting, now, i, j = 0, 0, 0, 0
    while j < n:
        coming = i < n and comes[i] <= goes[j]
        instant = min(comes[i] if coming else goes[j], hours * HOUR)
        while now < instant:
            hour = now // HOUR
            step = min(instant, (hour + 1) * HOUR) - now
            out[0, hour] += waiting * step
            out[1, hour] = max(out[1, hour], waiting)
            now += step
        if coming:
            waiting, i = waiting + 1, i + 1
        else:
            waiting, j = waiting - 1, j + 1
    while now < hours * HOUR and waiting:
        hour = now // HOUR
        step = (hour + 1) * HOUR - now
        out[0, hour] += waiting * step
        out[1, hour] = max(out[1, hour], waiting)
        now += step
    return out
