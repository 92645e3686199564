"""Numbers put in order in machine code, in about as many steps as there are numbers."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.machine_code import bare, compiled


@compiled
def in_order(times, count, room):
    """Indices of the first ``count`` ``times`` in order, those of one time as they stand, and the times.

    In the first two rows of ``room`` (4, n + 2). Times and indices must have 63 bits together, as ms of ten years and
    16 million indices have.
    """
    bits = 0
    while count >> bits:
        bits += 1
    order, times, sorted_times = bare(room[0]), bare(times), bare(room[1])
    least, most, disorder = times[0] if count else 0, times[0] if count else 0, 0
    for i in range(count):
        order[i] = (times[i] << bits) + i
        least, most = min(least, times[i]), max(most, times[i])
    for i in range(1, count):
        disorder += times[i - 1] > times[i]
    if disorder:
        in_place(room[0], count, least << bits, (most + 1) << bits, room[1], room[2:].reshape(-1))
    for i in range(count):
        sorted_times[i] = order[i] >> bits
        order[i] &= (1 << bits) - 1


@compiled
def in_place(codes, count, least, past, spare, place):
    """Put the first ``count`` whole numbers in order, where they are spread over their range or in order nearly.

    They are from ``least`` on, and below ``past``. They are put in as many boxes as there are or up to twice that, each
    for an equal stretch, and then looked through for those that stand the wrong way round. ``spare`` is room for as
    many, ``place`` for twice as many and one.
    """
    codes, spare, place, shift = bare(codes), bare(spare), bare(place), 0
    while (past - 1 - least) >> shift >= 2 * count:
        shift += 1
    boxes = ((past - 1 - least) >> shift) + 1
    for box in range(boxes + 1):
        place[box] = 0
    for i in range(count):
        place[((codes[i] - least) >> shift) + 1] += 1
    for box in range(boxes):
        place[box + 1] += place[box]
    for i in range(count):
        box = (codes[i] - least) >> shift
        spare[place[box]] = codes[i]
        place[box] += 1
    # Most that stand the wrong way round are neighbours; which ones is hard to foretell, so there is no branch.
    largest = spare[0]
    for i in range(1, count):
        codes[i - 1], largest = min(largest, spare[i]), max(largest, spare[i])
    codes[count - 1] = largest
    for i in range(1, count):
        one, j = codes[i], i
        while j and codes[j - 1] > one:
            codes[j] = codes[j - 1]
            j -= 1
        codes[j] = one


@compiled
def sorted_by_digits(numbers, most, room):
    """Whole numbers from 0 to ``most`` in order, in one of the rows of ``room`` (2, n).

    By their lowest bits, then the next, and so on; eleven at most.
    """
    bits = 0
    while most >> bits:
        bits += 1
    passes = max((bits + 10) // 11, 1)
    digit = (bits + passes - 1) // passes
    place, here, there = np.empty((1 << digit) + 1, np.int64), numbers, room[0]
    for number in range(passes):
        _sort_by_digit(here, there, len(numbers), number * digit, place, (1 << digit) - 1)
        here, there = there, room[(number + 1) % 2]
    return here


@compiled
def _sort_by_digit(here, there, count, shift, place, mask):
    here, there, place = bare(here), bare(there), bare(place)
    for digit in range(mask + 2):
        place[digit] = 0
    for i in range(count):
        place[((here[i] >> shift) & mask) + 1] += 1
    past = 0
    for digit in range(mask + 1):
        past += place[digit]
        place[digit] = past
    for i in range(count):
        digit = (here[i] >> shift) & mask
        there[place[digit]] = here[i]
        place[digit] += 1
