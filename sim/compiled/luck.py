"""The luck of callers in machine code: all of it, or only what a centre may come to look at."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.addresses import (
    AGE,
    BLOCK,
    CAUSE,
    CHANNEL,
    TOPIC,
    room_in,
    scramble_rows,
    uniforms,
    who_in,
    workspace,
)
from sim.compiled.laws import ALWAYS, KIND, NOTHING, ZERO, durations
from sim.machine_code import bare, compiled, entry, inlined, sources

#: What luck is for, in the order of keys.
EXISTS, WORK, MARKS, WAITING, CHOICES, OFFERS, DELAYS = range(7)
PURPOSES = ("exists", "work", "marks", "waiting", "choices", "offers", "delays")


@inlined
def _pointers(work):
    return room_in(work), bare(work[2]), bare(work[3]), bare(work[4])


@compiled
def _laws(key, columns, replication, rows, count, chunk, half, law, to, work):
    """Durations of ``rows`` under a law, from the first or the second uniform of their addresses."""
    room, words, numbers, found = _pointers(work)
    if law[KIND] == NOTHING:
        return
    keys, who, rows, law, to = bare(key), who_in(columns, replication), bare(rows), bare(law), bare(to)
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        if law[KIND] > ALWAYS or law[ZERO] > 0.0:
            scramble_rows(keys, who, rows, first, size, chunk, room)
        _write(law, half, rows, first, size, to, words, numbers, found)


@compiled
def _work(key, columns, replication, rows, count, laws, to, work):
    """Conversation and wrap-up of ``rows`` on a channel, both of the same words."""
    room, words, numbers, found = _pointers(work)
    keys, who, rows = bare(key), who_in(columns, replication), bare(rows)
    two = (bare(laws[0]), bare(to[0])), (bare(laws[1]), bare(to[1]))
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        scramble_rows(keys, who, rows, first, size, 0, room)
        for half in range(2):
            _write(two[half][0], half, rows, first, size, two[half][1], words, numbers, found)


@inlined
def _write(law, half, rows, first, size, to, words, numbers, found):
    """Durations of a block of ``rows``."""
    uniforms(words, half, size, numbers)
    if rows[first + size - 1] - rows[first] == size - 1:  # as most are: written where they belong
        durations(law, numbers, size, to, rows[first])
        return
    durations(law, numbers, size, found, 0)
    for i in range(size):
        to[rows[first + i]] = found[i]


@compiled
def _choices(key, columns, replication, rows, count, chunk, out, work):
    """Four words of each of ``rows`` in ``out`` (4, n)."""
    room, words, _, _ = _pointers(work)
    keys, who, rows, out, many = bare(key), who_in(columns, replication), bare(rows), bare(out), out.shape[1]
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        scramble_rows(keys, who, rows, first, size, chunk, room)
        for word in range(4):
            for i in range(size):
                out[word * many + rows[first + i]] = np.int64(words[word * BLOCK + i])


@compiled
def _category(cumulative, first, count, uniform):
    """Index of the share in which a uniform falls, of ``count`` from a place on."""
    index = 0
    for share in range(first, first + count):
        index += uniform >= cumulative[share]
    return min(index, count - 1)


@compiled
def _marks(key, columns, replication, rows, topic, age, work):
    """Topics and age groups of everybody."""
    room, words, numbers, _ = _pointers(work)
    keys, who, count, rows = bare(key), who_in(columns, replication), len(rows), bare(rows)
    cause, channel, channels = bare(columns[CAUSE]), bare(columns[CHANNEL]), topic.shape[1]
    marks = (
        (bare(topic), topic.shape[2], bare(columns[TOPIC])),
        (bare(age), age.shape[2], bare(columns[AGE])),
    )
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        scramble_rows(keys, who, rows, first, size, 0, room)
        for half in range(2):
            upto, some, to = marks[half]
            uniforms(words, half, size, numbers)
            for i in range(size):
                row = rows[first + i]
                to[row] = _category(upto, (cause[row] * channels + channel[row]) * some, some, numbers[i])


@compiled
def _may_be_on(channel, reach, columns, rows, count, some):
    """Those of ``rows`` who may call on a channel, and how many; ``some`` is room for as many."""
    if reach[:, channel].all():
        return rows, count
    found, here, of, to = 0, bare(rows), bare(columns[CHANNEL]), bare(some)
    for i in range(count):
        to[found] = here[i]
        found += reach[of[here[i]], channel]
    return some, found


@compiled
def _may_go_on(thresholds, columns, choices, offers, rows, count):
    """Leave in ``rows`` who may dial once more after this attempt; how many."""
    going, asked, channel, rows, redial = 0, bare(thresholds), bare(columns[CHANNEL]), bare(rows), bare(choices[0])
    for i in range(count):
        row = rows[i]
        own = 3 * channel[row]
        on = redial[row] < asked[own]
        if asked[own + 1] or asked[own + 2]:
            on = on or offers[2, row] < asked[own + 1] or offers[3, row] < asked[own + 2]
        rows[going] = row
        going += on
    return going


@compiled
def _draw(columns, replication, rows, some, keys, laws, marks, needs, to, work):
    """Write the luck of ``rows``, all of one replication; they are used up, and so is ``some`` (see ``luck_of``)."""
    count, (topic, age), (reach, thresholds, wanted) = len(rows), marks, needs
    by_channel, choices, by_attempt, offers = to
    if topic.shape[2] > 1 or age.shape[2] > 1:
        _marks(keys[MARKS], columns, replication, rows, topic, age, work)
    for channel in range(laws.shape[1]):
        mine, n = _may_be_on(channel, reach[1 if len(choices) > 1 else 0], columns, rows, count, some)
        _work(keys[WORK], columns, replication, mine, n, laws[:2, channel], by_channel[:, channel], work)
    for attempt in range(len(choices)):
        if wanted[0]:
            _choices(keys[CHOICES], columns, replication, rows, count, attempt, choices[attempt], work)
        if wanted[1]:
            _choices(keys[OFFERS], columns, replication, rows, count, attempt, offers[attempt], work)
        where = reach[min(attempt, 1)]
        for two in range(2):  # patience and silence of these, delays of those who may go on
            if two and wanted[0]:
                last = attempt == len(choices) - 1 and not wanted[2]
                again = offers[attempt if wanted[1] else 0]
                count = 0 if last else _may_go_on(thresholds, columns, choices[attempt], again, rows, count)
            elif two:
                count = 0
            for channel in range(laws.shape[1]):
                mine, n = _may_be_on(channel, where, columns, rows, count, some)
                of, law = by_attempt[two, attempt, channel], laws[2 + two, channel]
                _laws(keys[WAITING], columns, replication, mine, n, attempt, two, law, of, work)
                of, law = by_attempt[2 + two, attempt, channel], laws[4 + two, channel]
                _laws(keys[DELAYS], columns, replication, mine, n, attempt, two, law, of, work)


def _luck(version):
    @entry(
        "void(int64[:,::1],int64[::1],int64[::1],uint64[:,::1],float64[:,:,::1],float64[:,:,::1],float64[:,:,::1],"
        "int64[:,:,::1],int64[:,::1],int64[::1],int64[:,:,::1],int64[:,:,::1],int64[:,:,:,::1],int64[:,:,::1])"
    )
    def luck_of(
        columns, replications, begins, keys, laws, topic, age, reach, thresholds, wanted, by_channel, choices,
        by_attempt, offers,
    ):  # fmt: skip
        """Write the luck of callers that may be looked at; other places stay as they are.

        ``columns`` and ``begins`` are those of ``callers_of``; the former get topics and age groups, unless there is
        one of each. ``laws`` (6, C,
        SIZE) of conversation, wrap-up, patience, redial delay, silence and the delay of calling again; ``reach``
        (2, C, C) on which channels who begins on a channel may call first and later; ``thresholds`` (C, 3) of going on;
        ``wanted`` whether choices and offers are looked at, and whether all there is, is. ``by_channel`` (2, C, n),
        ``choices`` and ``offers`` (K, 4, n), ``by_attempt`` (4, K, C, n).
        """
        _ = version
        work, rows, most = workspace(), np.arange(begins[-1]), 0
        for r in range(len(replications)):
            most = max(most, begins[r + 1] - begins[r])
        some, marks, needs = np.empty(most + 1, np.int64), (topic, age), (reach, thresholds, wanted)
        to = by_channel, choices, by_attempt, offers
        for r in range(len(replications)):
            mine = rows[begins[r] : begins[r + 1]]
            _draw(columns, replications[r], mine, some, keys, laws, marks, needs, to, work)

    return luck_of


#: Compiled anew after any change of the functions that it is made of.
luck_of = _luck(sources(__file__))
