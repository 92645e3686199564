"""Who calls when, in machine code: the same callers as ``draw`` finds."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.addresses import (
    ARRIVAL,
    BLOCK,
    CHANNEL,
    DAY,
    SLOT,
    STRATUM,
    room_in,
    scramble,
    uniforms,
    workspace,
)
from sim.compiled.elementary import log
from sim.compiled.order import in_order
from sim.compiled.surges import within
from sim.machine_code import bare, compiled, entry, inlined, sources, wide

#: Slots are looked at in runs of 8, 16, 32, ... a day (see ``draw``).
FIRST_RUN = 8
#: So many of them at once.
AHEAD = 64
#: Columns of those of one replication as they are found: the cell of a stratum and a day, the slot, and the instant.
_CELL, _SLOT, _WHEN = range(3)


@compiled
def _longer(columns, count, most):
    """Columns with the first ``count`` rows of these and room for ``most``."""
    longer = np.empty((len(columns), most), columns.dtype)
    for column in range(len(columns)):
        longer[column, :count] = columns[column, :count]
    return longer


@inlined
def _numbers(known):
    """What is known of each cell (see ``callers_of``), without arrays."""
    whole, shares = known
    return (bare(whole[0]), bare(whole[1]), bare(whole[2]), bare(whole[3]), bare(whole[4])), (
        bare(shares[0]),
        bare(shares[1]),
    )


@compiled
def _find_segments(found, when, first, size, known, upto, edges, room):
    """Between which edges some of those who exist come, and which share of what comes between those has come by then.

    Segments, their edges and shares, in ``room``; the base rate is constant in a segment.
    """
    (_, _, rows, starts, lengths), (before, comes) = _numbers(known)
    cell_of, when, upto, edges = bare(found[_CELL]), bare(when), bare(upto), bare(edges)
    segments, opens, closes, come, share = room
    for k in range(size):
        cell, part = cell_of[first + k], when[first + k]
        row, start, most, target = rows[cell], starts[cell], lengths[cell] - 1, before[cell] + part * comes[cell]
        # As if all hours were alike, which is near enough to look on from there. What is seldom so is asked first.
        segment = start + min(int(part * (most + 1)), most)
        while upto[row + segment + 1] <= target and segment < start + most:
            segment += 1
        while upto[row + segment] > target and segment > start:
            segment -= 1
        at = row + segment
        segments[k], opens[k], closes[k] = segment, edges[segment], edges[segment + 1]
        come[k], share[k] = upto[at + 1] - upto[at], target - upto[at]
    for k in range(size):
        share[k] = min(max(share[k] / max(come[k], 1e-300), 0.0), 1.0)


@compiled
def _arrive(found, when, count, known, upto, edges, causes, terms, surged, room):
    """Put instants to those who exist. ``surged`` see ``surges.integrals``."""
    wide()
    (strata, _, _, _, _), _ = _numbers(known)
    causes, terms, some, surged, many = bare(causes), bare(terms), len(terms), bare(surged), len(edges)
    cell_of, arrival = bare(found[_CELL]), bare(found[_WHEN])
    whole, shares = room
    segments, opens, closes = bare(whole[0]), bare(whole[1]), bare(whole[2])
    offset, share = bare(shares[0]), bare(shares[1])
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        _find_segments(found, when, first, size, known, upto, edges, (segments, opens, closes, offset, share))
        for k in range(size):
            offset[k] = share[k] * np.float64(closes[k] - opens[k])
        for k in range(size if some else 0):
            cause = causes[strata[cell_of[first + k]]]
            if cause:
                at = (cause - 1) * many + segments[k]
                offset[k] = within(
                    terms, some, cause - 1, opens[k], closes[k], surged[at], surged[at + 1], share[k]
                )  # fmt: skip
        for k in range(size):
            arrival[first + k] = min(max(opens[k] + np.int64(offset[k]), opens[k]), closes[k] - 1)


@compiled
def _scramble_slots(keys, replication, names, cells, count, slot, size, room):
    """Words of ``size`` slots from ``slot`` on of each of ``count`` cells."""
    strata, days = names
    slots_of, keyed, words = room[1], room[2], room[3]
    for k in range(count):
        stratum, day = strata[cells[k]], days[cells[k]]
        for i in range(k * size, (k + 1) * size):
            room[0][i], slots_of[i] = day, slot + i - k * size
            keyed[i] = keys[stratum]
    scramble((replication, room[0], slots_of), 0, keyed, count * size, 0, words)


@compiled
def _take(to, count, slots, heights, cells, going):
    """Write who exists in the next slots of some cells; how many there are then, and how many cells go on."""
    cell_of, slot_of, when = to
    some, looked_at, steps, moments, slot, size = slots
    limit, height, risen = heights
    for k in range(looked_at):
        cell, i = some[k], 0
        up, most = risen[cell] + steps[k * size], limit[cell]
        while height[cell] + up < most:
            cell_of[count], slot_of[count], when[count] = cell, slot + i, moments[k * size + i]
            count, i = count + 1, i + 1
            if i == size:
                cells[going] = cell
                going += 1
                break
            up += steps[k * size + i]
        risen[cell] = up
    return count, going


@inlined
def _pointers(found, when):
    return bare(found[_CELL]), bare(found[_SLOT]), bare(when[0])


@compiled
def _existing(replication, limits, key, known, heights, found, when, room):
    """Who exists in a replication: columns, a share of the day for each, and how many there are.

    ``limits`` (S, days) expected counts, ``known`` see ``callers_of``; ``heights`` (3, cells), ``found`` and ``when``
    are work space, of which there is more where it does not do.
    """
    wide()
    (strata, days, _, _, _), _ = _numbers(known)
    limit, height, risen = bare(heights[0]), bare(heights[1]), bare(heights[2])
    work, steps, cells, some = room
    told, words, moments, steps = room_in(work), bare(work[2]), bare(work[3]), bare(steps)
    count_of_cells, cells, some, to, keys = len(cells), bare(cells), bare(some), _pointers(found, when), bare(key)
    # All cells go on together, from run to run: few callers in each are many in all.
    going, count = 0, 0
    for cell in range(count_of_cells):
        limit[cell], height[cell], risen[cell] = limits[strata[cell], days[cell]], 0.0, 0.0
        cells[going] = cell
        going += limit[cell] > 0
    slot, run, left = 0, FIRST_RUN, FIRST_RUN
    while going:
        size, all_of_them = min(left, AHEAD), going
        going = 0
        for start in range(0, all_of_them, BLOCK // size):
            looked_at = min(BLOCK // size, all_of_them - start)
            for k in range(looked_at):
                some[k] = cells[start + k]
            _scramble_slots(keys, replication, (strata, days), some, looked_at, slot, size, told)
            uniforms(words, 0, looked_at * size, steps)
            uniforms(words, 1, looked_at * size, moments)
            for i in range(looked_at * size):
                steps[i] = -log(steps[i])
            if count + looked_at * size > found.shape[1]:
                found, when = _longer(found, count, 2 * found.shape[1]), _longer(when, count, 2 * found.shape[1])
                to = _pointers(found, when)
            slots = some, looked_at, steps, moments, slot, size
            count, going = _take(to, count, slots, (limit, height, risen), cells, going)
        slot, left = slot + size, left - size
        if left == 0:
            for k in range(going):
                height[cells[k]] += risen[cells[k]]
                risen[cells[k]] = 0.0
            run = left = 2 * run
    return found, when, count


@compiled
def _in_order(found, count, room):
    """Order those of a replication by arrival, then stratum and slot, in the first of ``room`` (4, n).

    Arrivals in order are in the second.
    """
    order, arrival, together = bare(room[0]), bare(room[1]), 0
    in_order(found[_WHEN], count, room)
    for i in range(1, count):
        together += arrival[i] == arrival[i - 1]
    if together:  # which is hardly ever so
        for i in range(1, count):
            j = i
            while j and arrival[j] == arrival[j - 1] and _after(found, order[j - 1], order[j]):
                order[j - 1], order[j] = order[j], order[j - 1]
                j -= 1


@compiled
def _write(found, count, room, strata, one_of, cells, columns, begin):
    """Write those of a replication in order from the row ``begin`` on, but for topics and age groups.

    ``strata`` (S, 3) and ``one_of`` (3,) their only channel, province and cause, -1 where there are several.
    """
    (stratum_of, day_of, _, _, _), _ = _numbers(cells)
    order, strata, arrivals = bare(room[0]), bare(strata), bare(room[1])
    cell_of, slot_of = bare(found[_CELL]), bare(found[_SLOT])
    slot, arrival = bare(columns[SLOT, begin : begin + count]), bare(columns[ARRIVAL, begin : begin + count])
    stratum, day = bare(columns[STRATUM, begin : begin + count]), bare(columns[DAY, begin : begin + count])
    for i in range(count):
        slot[i], stratum[i] = slot_of[order[i]], stratum_of[cell_of[order[i]]]
    for i in range(count):
        arrival[i], day[i] = arrivals[i], day_of[cell_of[order[i]]]
    for axis in range(3):
        name, only = bare(columns[CHANNEL + axis, begin : begin + count]), one_of[axis]
        for i in range(count):
            name[i] = strata[3 * stratum[i] + axis] if only < 0 else only


@compiled
def _after(found, one, other):
    """Whether a caller comes after another of the same day by stratum and slot."""
    mine, theirs = found[_CELL, one], found[_CELL, other]
    return mine > theirs or (mine == theirs and found[_SLOT, one] > found[_SLOT, other])


def _callers(version):
    @entry(
        "Tuple((int64[:,::1],int64[::1]))(int64[::1],float64[:,:,::1],uint64[::1],int64[:,::1],int64[:,::1],"
        "float64[:,::1],float64[:,::1],int64[::1],int64[::1],float64[:,::1],float64[:,::1],int64[:,::1])"
    )
    def callers_of(
        replications, limits, key, names, whole, shares, upto, edges, causes, terms, surged, columns
    ):  # fmt: skip
        """Columns of who exists by replication and arrival, with room to spare, and where each replication begins.

        They are the ``columns`` (COLUMNS, m) that it is handed, or longer ones where those do not do. ``limits`` (R, S,
        days) expected counts; ``names`` (S, 3) channel, province and cause of each stratum; of each cell, a stratum on
        a day, ``whole`` (5, cells) stratum, day, where the stratum's row begins in ``upto``, and where the day begins
        in the row and how many segments it has, ``shares`` (2, cells) what of the stratum's rate has come before the
        day, and what comes on it; ``upto`` (S, m+1) what of its rate has come by each edge; ``causes`` (S,), of which
        all but 0 have a surge in ``terms``, and its integrals in ``surged``.
        """
        _ = version
        cells, known = whole.shape[1], (whole, shares)
        begins = np.zeros(len(replications) + 1, np.int64)
        found, when = np.empty((3, 2 * BLOCK), np.int64), np.empty((1, 2 * BLOCK))
        order = np.empty((4, 2 * BLOCK), np.int64)
        work = workspace(), np.empty(BLOCK), np.empty(cells, np.int64), np.empty(cells, np.int64)
        heights, one_of = np.empty((3, cells)), np.full(3, -1)
        of_arrivals = np.empty((3, BLOCK), np.int64), np.empty((2, BLOCK))
        for axis in range(3 if len(names) else 0):
            if (names[:, axis] == names[0, axis]).all():
                one_of[axis] = names[0, axis]
        for r in range(len(replications)):
            begin = begins[r]
            found, when, count = _existing(replications[r], limits[r], key, known, heights, found, when, work)
            _arrive(found, when[0], count, known, upto, edges, causes, terms, surged, of_arrivals)
            if count + 2 > order.shape[1]:
                order = np.empty((4, 2 * count), np.int64)
            _in_order(found, count, order)
            if begin + count > columns.shape[1]:
                columns = _longer(columns, begin, 2 * (begin + count))
            _write(found, count, order, names, one_of, known, columns, begin)
            begins[r + 1] = begin + count
        return columns, begins

    return callers_of


#: Compiled anew after any change of the functions that it is made of.
callers_of = _callers(sources(__file__))
