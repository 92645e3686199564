"""Numbers put in order in machine code, in about as many steps as there are numbers."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.machine_code import bare, compiled


@compiled
def in_order(times, ties, count, order):
    """Indices of the first ``count`` ``times`` in order, those of one time by ``ties``.

    Times are put in as many boxes as there are, each for an equal stretch, and then looked through for neighbours that
    stand the wrong way round. Quick where times are spread over the whole, or over some days of it.
    """
    if count == 0:
        return
    least, most, shift = times[0], times[0], 0
    for i in range(count):
        least, most = min(least, times[i]), max(most, times[i])
    while (most - least) >> shift >= 2 * count:
        shift += 1
    place = np.zeros(((most - least) >> shift) + 2, np.int64)
    for i in range(count):
        place[((times[i] - least) >> shift) + 1] += 1
    for box in range(len(place) - 1):
        place[box + 1] += place[box]
    for i in range(count):
        box = (times[i] - least) >> shift
        order[place[box]] = i
        place[box] += 1
    for i in range(1, count):
        one, j = order[i], i
        while j:
            other = order[j - 1]
            if times[other] < times[one] or (times[other] == times[one] and ties[other] <= ties[one]):
                break
            order[j] = other
            j -= 1
        order[j] = one


@compiled
def in_place(codes, count, spare, place):
    """Put the first ``count`` whole numbers in order, where they are spread over their range or in order nearly.

    As ``in_order``, of numbers that say all there is to know; ``spare`` and ``place`` are room for as many.
    """
    if count == 0:
        return
    codes, spare, place = bare(codes), bare(spare), bare(place)
    least, most, sorted_, shift = codes[0], codes[0], True, 0
    for i in range(1, count):
        sorted_ = sorted_ and codes[i - 1] <= codes[i]
        least, most = min(least, codes[i]), max(most, codes[i])
    if sorted_:
        return
    while (most - least) >> shift >= count:
        shift += 1
    boxes = ((most - least) >> shift) + 1
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
    codes[0] = spare[0]
    for i in range(1, count):
        one, j = spare[i], i
        while j and codes[j - 1] > one:
            codes[j] = codes[j - 1]
            j -= 1
        codes[j] = one


@compiled
def sorted_by_digits(numbers, most):
    """Whole numbers from 0 to ``most`` in order, by their lowest bits, then the next, and so on; eleven at most."""
    bits = 0
    while most >> bits:
        bits += 1
    passes = (bits + 10) // 11
    digit = (bits + passes - 1) // max(passes, 1)
    here, there = numbers.copy(), np.empty_like(numbers)
    for number in range(passes):
        _sort_by_digit(here, there, len(here), number * digit, np.zeros((1 << digit) + 1, np.int64), (1 << digit) - 1)
        here, there = there, here
    return here


@compiled
def _sort_by_digit(here, there, count, shift, place, mask):
    here, there, place = bare(here), bare(there), bare(place)
    for i in range(count):
        place[((here[i] >> shift) & mask) + 1] += 1
    for digit in range(mask):
        place[digit + 1] += place[digit]
    for i in range(count):
        digit = (here[i] >> shift) & mask
        there[place[digit]] = here[i]
        place[digit] += 1
