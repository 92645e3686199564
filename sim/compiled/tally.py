"""How often each wait is there, in machine code: the same columns as ``contact_values.tally``."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.order import sorted_by_digits
from sim.contact_values import BIN_BITS
from sim.contacts import Outcome
from sim.machine_code import bare, compiled, entry, sources

_OUTCOMES, _BIN = len(Outcome), (1 << BIN_BITS) - 1


@compiled
def _runs(codes, count, values, ends):
    """Which values there are among ``count`` codes in order, and where each ends; returns how many there are."""
    codes, values, ends, row = bare(codes), bare(values), bare(ends), 0
    before = codes[0]
    for i in range(count):  # without a branch: whether a wait is like the last one is hard to foretell
        row += codes[i] != before
        before = codes[i]
        values[row], ends[row] = before, i + 1
    return row + 1


@compiled
def _tell(values, ends, count, name, queue_of, out, row):
    """Write the rows of a batch with so many values, from ``row`` on."""
    batches, channels, queues, provinces, outcomes, waits, counts = out
    values, ends = bare(values), bare(ends)
    counts[row] = ends[0]
    for i in range(1, count):
        counts[row + i] = ends[i] - ends[i - 1]
    for i in range(count):
        waits[row + i] = values[i] & _BIN
    for i in range(count):
        batches[row + i] = name
    first = 0
    while first < count:
        group, past = values[first] >> BIN_BITS, first
        while past < count and values[past] >> BIN_BITS == group:
            past += 1
        leaf = group // _OUTCOMES
        channel, province = leaf // queue_of.shape[1], leaf % queue_of.shape[1]
        for column, number in (
            (channels, channel),
            (queues, queue_of[channel, province]),
            (provinces, province),
            (outcomes, group - leaf * _OUTCOMES),
        ):
            for i in range(first, past):
                column[row + i] = number
        first = past


def _tally(version):
    vector, short = "int64[::1]", "int16[::1]"

    @entry(
        f"int64(int32[::1],{vector},{vector},int64[:,::1],int32[::1],{short},{short},{short},{short},{short},int32[::1])"
    )
    def tally(codes, begins, names, queue_of, batches, channels, queues, provinces, outcomes, waits, counts):
        """Write the rows of all batches; how many there are."""
        _ = version
        out = bare(batches), bare(channels), bare(queues), bare(provinces), bare(outcomes), bare(waits), bare(counts)
        row, most, largest = 0, 0, 0
        for code in codes:
            most = max(most, code)
        for batch in range(len(begins) - 1):
            largest = max(largest, begins[batch + 1] - begins[batch])
        room, runs = np.empty((2, largest), np.int32), np.empty((2, largest), np.int32)
        for batch in range(len(begins) - 1):
            some = codes[begins[batch] : begins[batch + 1]]
            if len(some):
                count = _runs(sorted_by_digits(some, most, room), len(some), runs[0], runs[1])
                _tell(runs[0], runs[1], count, names[batch], queue_of, out, row)
                row += count
        return row

    return tally


#: Compiled anew after any change of the functions that it is made of.
tally = _tally(sources(__file__))
