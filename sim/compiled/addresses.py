"""Words and uniforms of many addresses at once, in machine code: the same numbers as those of ``streams``."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.streams import HALF, LOW, M0, M1, W0, W1
from sim.machine_code import bare, compiled, inlined, wide
from sim.streams import ROUNDS

#: As many numbers at once as stay in the processor's nearest memory.
BLOCK = 256
#: Columns of callers; the first eight are those of a world.
CHANNEL, PROVINCE, CAUSE, TOPIC, AGE, DAY, SLOT, ARRIVAL, STRATUM = range(9)
COLUMNS = 9


@compiled
def scramble(who, at, keys, count, chunk, words):
    """Words of ``count`` addresses, ten rounds of Philox for many numbers at once (see ``streams``).

    ``who`` has the replication of all, and days and slots from the place ``at`` on; ``keys`` (BLOCK,) of theirs,
    the second word above the first, and ``words`` (4 BLOCK) gets four for each.
    """
    wide()
    replication, day, slot = who
    # The rounds stand here, since a function of its own is not put together with the loop around it.
    for i in range(count):
        a, b = np.uint64(replication), np.uint64(day[at + i])
        c, d = np.uint64(slot[at + i]), np.uint64(chunk)
        x, y = keys[i] & LOW, keys[i] >> HALF
        for _ in range(ROUNDS):
            first, second = (a & LOW) * M0, (c & LOW) * M1
            a, b = (second >> HALF) ^ b ^ x, second & LOW
            c, d = (first >> HALF) ^ d ^ y, first & LOW
            x, y = (x + W0) & LOW, (y + W1) & LOW
        words[i], words[BLOCK + i], words[2 * BLOCK + i], words[3 * BLOCK + i] = a, b, c, d


@inlined
def uniforms(words, half, count, out):
    """Numbers in (0, 1) of the first or the last two words (see ``streams.Addresses.pairs``)."""
    at = 2 * BLOCK * half
    for i in range(count):
        high, low = words[at + i], words[at + BLOCK + i]
        out[i] = (np.float64((high << np.uint64(20)) | (low >> np.uint64(12))) + 0.5) * 2.0**-52


@inlined
def who_in(columns, replication):
    """What callers' addresses are of: the replication, days, slots and strata.

    Numbers without arrays, like all that is handed to what follows: to count a reference takes as long as some draws.
    """
    return replication, bare(columns[DAY]), bare(columns[SLOT]), bare(columns[STRATUM])


@compiled
def scramble_rows(keys, who, rows, first, count, chunk, room):
    """Words of ``count`` of the callers in ``rows``, which are in order, from the place ``first`` on."""
    replication, day, slot, stratum = who
    days, slots, keyed, words, begin = room[0], room[1], room[2], room[3], rows[first]
    if rows[first + count - 1] - begin == count - 1:  # as most are: read where they stand
        for i in range(count):
            keyed[i] = keys[stratum[begin + i]]
        scramble((replication, day, slot), begin, keyed, count, chunk, words)
        return
    for i in range(count):
        row = rows[first + i]
        days[i], slots[i], keyed[i] = day[row], slot[row], keys[stratum[row]]
    scramble((replication, days, slots), 0, keyed, count, chunk, words)


@compiled
def workspace():
    """Work space of a block: days and slots, keys, words, uniforms and durations."""
    return (
        np.empty((2, BLOCK), np.int64), np.empty(BLOCK, np.uint64), np.empty(4 * BLOCK, np.uint64),
        np.empty(BLOCK), np.empty(BLOCK, np.int64),
    )  # fmt: skip


@inlined
def room_in(work):
    """The first three of these without arrays."""
    return bare(work[0][0]), bare(work[0][1]), bare(work[1]), bare(work[2])
