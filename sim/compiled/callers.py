"""Who calls when, in machine code: the same callers as ``draw`` finds."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.elementary import log
from sim.compiled.instants import day_of
from sim.compiled.order import in_order
from sim.compiled.streams import HALF, LOW, M0, M1, W0, W1
from sim.compiled.surges import within
from sim.machine_code import bare, compiled, entry, inlined, sources
from sim.streams import ROUNDS

#: As many numbers at once as stay in the processor's nearest memory.
BLOCK = 256
#: Slots are looked at in runs of 8, 16, 32, ... a day (see ``draw``).
FIRST_RUN = 8
#: So many of them at once.
AHEAD = 64
#: Columns of callers as they are found.
REPLICATION, STRATUM, SLOT, ARRIVAL = range(4)


@compiled
def scramble(address, count, chunk, words):
    """Words of the first ``count`` addresses, ten rounds of Philox for many numbers at once (see ``streams``).

    ``address`` (5 BLOCK) replications, then days, slots and both words of keys; ``words`` (4 BLOCK).
    """
    # The rounds stand here, since a function of its own is not put together with the loop around it.
    for i in range(count):
        a, b, c, d = address[i], address[BLOCK + i], address[2 * BLOCK + i], np.uint64(chunk)
        x, y = address[3 * BLOCK + i], address[4 * BLOCK + i]
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


@compiled
def point_at(address, key, callers, rows, first, count):
    """Addresses of ``count`` of the callers in ``rows``, from the place ``first`` on."""
    address, rows, keys, strata = bare(address), bare(rows), bare(key), key.shape[1]
    replication, stratum_of = bare(callers[REPLICATION]), bare(callers[STRATUM])
    slot, arrival = bare(callers[SLOT]), bare(callers[ARRIVAL])
    for i in range(count):
        row = rows[first + i]
        address[i] = np.uint64(replication[row])
        address[BLOCK + i] = np.uint64(day_of(arrival[row]))
        address[2 * BLOCK + i] = np.uint64(slot[row])
        stratum = stratum_of[row]
        address[3 * BLOCK + i], address[4 * BLOCK + i] = keys[stratum], keys[strata + stratum]


@compiled
def workspace():
    """Work space: addresses, words, uniforms and durations of a block."""
    return (
        np.empty(5 * BLOCK, np.uint64), np.empty(4 * BLOCK, np.uint64), np.empty(BLOCK), np.empty(BLOCK, np.int64)
    )  # fmt: skip


# --- who calls, and when ---


@compiled
def _longer(callers, when):
    """The same columns with twice the room."""
    many, moments = np.empty((len(callers), 2 * len(when)), np.int64), np.empty(2 * len(when))
    for i in range(len(when)):
        moments[i] = when[i]
        for column in range(len(callers)):
            many[column, i] = callers[column, i]
    return many, moments


@inlined
def _segment(when, upto, start, stop):
    """Segment between edges in which a share ``when`` of a day's count has come, and the share within it."""
    target = upto[start] + when * (upto[stop] - upto[start])
    # As if all hours were alike, which is near enough to look on from there.
    segment = min(start + int(when * (stop - start)), stop - 1)
    while segment + 1 < stop and upto[segment + 1] <= target:
        segment += 1
    while segment > start and upto[segment] > target:
        segment -= 1
    inside = (target - upto[segment]) / max(upto[segment + 1] - upto[segment], 1e-300)
    return segment, min(max(inside, 0.0), 1.0)


@compiled
def _arrive(callers, when, begin, end, upto, edges, first, causes, terms, surged):
    """Put instants in place of days; the base rate is constant between edges. ``surged`` see ``surges.integrals``."""
    terms, count, surged, many = bare(terms), len(terms), bare(surged), len(edges)
    strata, arrival, all_upto = bare(callers[STRATUM]), bare(callers[ARRIVAL]), bare(upto)
    when, edges, first, causes, width = bare(when), bare(edges), bare(first), bare(causes), upto.shape[1]
    for row in range(begin, end):
        stratum, day = strata[row], arrival[row]
        before = stratum * width
        segment, inside = _segment(when[row], all_upto, before + first[day], before + first[day + 1])
        segment -= before
        opens, closes = edges[segment], edges[segment + 1]
        offset = inside * np.float64(closes - opens)
        if causes[stratum]:
            number = causes[stratum] - 1
            at = number * many + segment
            offset = within(terms, count, number, opens, closes, surged[at], surged[at + 1], inside)
        arrival[row] = min(max(opens + np.int64(offset), opens), closes - 1)


@compiled
def _point_at_slots(address, replication, strata, days, key, cells, slot, size):
    """Addresses of ``size`` slots from ``slot`` on of each of the ``cells``."""
    address = bare(address)
    for k in range(len(cells)):
        stratum, day = strata[cells[k]], days[cells[k]]
        for i in range(k * size, (k + 1) * size):
            address[i], address[BLOCK + i] = np.uint64(replication), np.uint64(day)
            address[2 * BLOCK + i] = np.uint64(slot + i - k * size)
            address[3 * BLOCK + i], address[4 * BLOCK + i] = key[0, stratum], key[1, stratum]


@inlined
def _take(callers, when, count, slots, names, heights, cells, going):
    """Write who exists in the next slots of some cells; how many there are then, and how many cells go on."""
    replication_of, stratum_of = bare(callers[REPLICATION]), bare(callers[STRATUM])
    slot_of, day_of_caller, when = bare(callers[SLOT]), bare(callers[ARRIVAL]), bare(when)
    some, steps, moments, replication, slot, size = slots
    strata, days, steps, moments = bare(names[0]), bare(names[1]), bare(steps), bare(moments)
    limit, height, risen, cells = bare(heights[0]), bare(heights[1]), bare(heights[2]), bare(cells)
    for k in range(len(some)):
        cell, i = some[k], 0
        stratum, day, up, most = strata[cell], days[cell], risen[cell] + steps[k * size], limit[cell]
        while height[cell] + up < most:
            replication_of[count], stratum_of[count], slot_of[count] = replication, stratum, slot + i
            day_of_caller[count], when[count] = day, moments[k * size + i]
            count, i = count + 1, i + 1
            if i == size:
                cells[going] = cell
                going += 1
                break
            up += steps[k * size + i]
        risen[cell] = up
    return count, going


@compiled
def _existing(replications, limits, key, upto, edges, first, causes, terms, surged):
    """Who exists, replication by replication: columns, and where each replication begins.

    ``limits`` (R, S, days) expected counts; ``upto`` (S, m+1) what of a stratum's rate has come by each edge; ``first``
    the first edge of each day; ``causes`` (S,), of which all but 0 have a surge in ``terms``, and its integrals in
    ``surged``.
    """
    expected = 0.0
    for limit_of in limits.flat:
        expected += limit_of
    most = int(expected + 6 * np.sqrt(expected)) + BLOCK
    callers, when, count = np.empty((4, most), np.int64), np.empty(most), 0
    begins = np.zeros(len(replications) + 1, np.int64)
    address, words, moments, _ = workspace()
    heights = np.empty(BLOCK)
    strata, days = (
        np.empty(limits.shape[1] * limits.shape[2], np.int64),
        np.empty(limits.shape[1] * limits.shape[2], np.int64),
    )
    limit, height, risen = np.empty(len(strata)), np.empty(len(strata)), np.empty(len(strata))
    for stratum in range(limits.shape[1]):
        for day in range(limits.shape[2]):
            cell = stratum * limits.shape[2] + day
            strata[cell], days[cell] = stratum, day
    cells = np.empty(len(strata), np.int64)
    for r in range(len(replications)):
        # All cells go on together, from run to run: few callers in each are many in all.
        going = 0
        for cell in range(len(strata)):
            limit[cell], height[cell], risen[cell] = limits[r, strata[cell], days[cell]], 0.0, 0.0
            cells[going] = cell
            going += limit[cell] > 0
        slot, run, left = 0, FIRST_RUN, FIRST_RUN
        while going:
            size, looked_at = min(left, AHEAD), going
            going = 0
            for start in range(0, looked_at, BLOCK // size):
                some = cells[start : min(start + BLOCK // size, looked_at)].copy()
                _point_at_slots(address, replications[r], strata, days, key, some, slot, size)
                scramble(address, len(some) * size, 0, words)
                uniforms(words, 0, len(some) * size, heights)
                uniforms(words, 1, len(some) * size, moments)
                for i in range(len(some) * size):
                    heights[i] = -log(heights[i])
                if count + len(some) * size > len(when):
                    callers, when = _longer(callers, when)
                slots = some, heights, moments, replications[r], slot, size
                count, going = _take(callers, when, count, slots, (strata, days), (limit, height, risen), cells, going)
            slot, left = slot + size, left - size
            if left == 0:
                for k in range(going):
                    height[cells[k]] += risen[cells[k]]
                    risen[cells[k]] = 0.0
                run = left = 2 * run
        begins[r + 1] = count
        _arrive(callers, when, begins[r], count, upto, edges, first, causes, terms, surged)
    return callers, begins


@compiled
def _by_arrival(callers, begin, end, room, out):
    """Write the columns of a replication by arrival, then stratum and slot; ``room`` (3, n) is for work."""
    count, order, together = end - begin, bare(room[0]), 0
    found, arrival = bare(callers[ARRIVAL, begin:end]), bare(out[ARRIVAL, begin:end])
    in_order(callers[ARRIVAL, begin:end], count, room)
    for i in range(count):
        arrival[i] = found[order[i]]
    for i in range(1, count):
        together += arrival[i] == arrival[i - 1]
    if together:  # which is hardly ever so
        for i in range(1, count):
            j = i
            while j and arrival[j] == arrival[j - 1] and _after(callers, begin + order[j - 1], begin + order[j]):
                order[j - 1], order[j] = order[j], order[j - 1]
                j -= 1
    for column in range(ARRIVAL):
        found, ordered = bare(callers[column, begin:end]), bare(out[column, begin:end])
        for i in range(count):
            ordered[i] = found[order[i]]


@compiled
def _after(callers, one, other):
    """Whether a caller comes after another by stratum and slot."""
    mine, theirs = callers[STRATUM, one], callers[STRATUM, other]
    return mine > theirs or (mine == theirs and callers[SLOT, one] > callers[SLOT, other])


def _callers(version):
    @entry(
        "Tuple((int64[:,::1],int64[::1]))(int64[::1],float64[:,:,::1],uint64[:,::1],float64[:,::1],int64[::1],"
        "int64[::1],int64[::1],float64[:,::1],float64[:,::1])"
    )
    def callers_of(replications, limits, key, upto, edges, first, causes, terms, surged):
        """Columns of who exists by replication and arrival, and where each replication begins (see ``_existing``)."""
        _ = version
        found, begins = _existing(replications, limits, key, upto, edges, first, causes, terms, surged)
        callers, most = np.empty((4, begins[-1]), np.int64), 0
        for r in range(len(replications)):
            most = max(most, begins[r + 1] - begins[r])
        room = np.empty((3, most + 2), np.int64)
        for r in range(len(replications)):
            _by_arrival(found, begins[r], begins[r + 1], room, callers)
        return callers, begins

    return callers_of


#: Compiled anew after any change of the functions that it is made of.
callers_of = _callers(sources())
