"""Heaps of what is to happen, from which anything can be moved or taken out.

An entry has a stamp, a number that decides among equal stamps, and an item; ``items[item, PLACE]`` is its entry.
"""

from __future__ import annotations

import numpy as np

from sim.engines.compiled.jit import compiled
from sim.engines.compiled.names import ITEM, NO_EVENT, PLACE, STAMP, WHO
from sim.world import Whole


@compiled
def new_heap(most: int) -> Whole:
    """Make an empty heap for ``most`` entries."""
    heap = np.empty((most + 2, 3), np.int64)
    heap[0, 0] = 0
    heap[1, STAMP] = NO_EVENT
    return heap


@compiled
def _before(heap: Whole, entry: int, stamp: int, who: int) -> bool:
    return heap[entry, STAMP] < stamp or (heap[entry, STAMP] == stamp and heap[entry, WHO] < who)


@compiled
def _write(heap: Whole, items: Whole, entry: int, stamp: int, who: int, item: int) -> None:
    heap[entry, STAMP] = stamp
    heap[entry, WHO] = who
    heap[entry, ITEM] = item
    items[item, PLACE] = entry


@compiled
def _copy(heap: Whole, items: Whole, entry: int, source: int) -> None:
    _write(heap, items, entry, heap[source, STAMP], heap[source, WHO], heap[source, ITEM])


@compiled
def _settle(heap: Whole, items: Whole, hole: int, stamp: int, who: int, item: int) -> None:
    """Write an entry where it belongs, looking up and down from ``hole``."""
    size = heap[0, 0]
    while hole > 1 and not _before(heap, hole >> 1, stamp, who):
        _copy(heap, items, hole, hole >> 1)
        hole >>= 1
    while 2 * hole <= size:
        child = 2 * hole
        if child < size and _before(heap, child + 1, heap[child, STAMP], heap[child, WHO]):
            child += 1
        if not _before(heap, child, stamp, who):
            break
        _copy(heap, items, hole, child)
        hole = child
    _write(heap, items, hole, stamp, who, item)


@compiled
def put(heap: Whole, items: Whole, item: int, stamp: int, who: int) -> None:
    """Set the event of ``item``, which may have had another one."""
    hole = items[item, PLACE]
    if hole == 0:
        heap[0, 0] += 1
        hole = heap[0, 0]
    _settle(heap, items, hole, stamp, who, item)


@compiled
def drop(heap: Whole, items: Whole, item: int) -> None:
    """Forget the event of ``item``, if it has one."""
    hole = items[item, PLACE]
    if hole == 0:
        return
    items[item, PLACE] = 0
    last = heap[0, 0]
    heap[0, 0] = last - 1
    if hole != last:
        _settle(heap, items, hole, heap[last, STAMP], heap[last, WHO], heap[last, ITEM])
    elif last == 1:
        heap[1, STAMP] = NO_EVENT


@compiled
def grown(heap: Whole) -> Whole:
    """The same heap with room for twice as much."""
    more = np.empty((2 * heap.shape[0], heap.shape[1]), np.int64)
    more[: heap.shape[0]] = heap
    return more
