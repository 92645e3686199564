"""Pairing heaps of contacts: the first event is at hand, and any can be taken out at little cost.

``m[heap]`` is the contact that comes first, 0 if there is none. Each is before all of its children, which are chained
by ``SIBLING``; ``BEFORE`` is the sibling before, or the parent for a first child.
"""

from __future__ import annotations

from sim.engines.compiled.jit import Memory, compiled, inlined
from sim.engines.compiled.names import BEFORE, CHILD, SIBLING, STAMP, WHO


@inlined
def _meld(m: Memory, one: int, other: int) -> int:
    """Make one heap of two, of which each may be nobody; the first of it."""
    if one == 0:
        return other
    if other == 0:
        return one
    if m[other + STAMP] < m[one + STAMP] or (m[other + STAMP] == m[one + STAMP] and m[other + WHO] < m[one + WHO]):
        one, other = other, one
    child = m[one + CHILD]
    m[other + SIBLING] = child
    if child:
        m[child + BEFORE] = other
    m[other + BEFORE] = one
    m[one + CHILD] = other
    return one


@compiled
def _meld_all(m: Memory, first: int) -> int:
    """Make one heap of siblings: of pairs from the left, and then of all pairs from the right."""
    pairs = 0
    while first:
        second = m[first + SIBLING]
        following = m[second + SIBLING] if second else 0
        pair = _meld(m, first, second)
        m[pair + SIBLING] = pairs
        pairs, first = pair, following
    root = 0
    while pairs:
        following = m[pairs + SIBLING]
        root = _meld(m, pairs, root)
        pairs = following
    return root


@inlined
def _set_root(m: Memory, heap: int, root: int) -> None:
    m[heap] = root
    m[root + BEFORE] = 0
    m[root + SIBLING] = 0


@inlined
def drop(m: Memory, heap: int, contact: int) -> None:
    """Take a contact out of a heap, if it is there."""
    before = m[contact + BEFORE]
    if before < 0:
        return
    m[contact + BEFORE] = -1
    rest = _meld_all(m, m[contact + CHILD])
    if m[heap] == contact:
        _set_root(m, heap, rest)
        return
    sibling = m[contact + SIBLING]
    if m[before + CHILD] == contact:
        m[before + CHILD] = sibling
    else:
        m[before + SIBLING] = sibling
    if sibling:
        m[sibling + BEFORE] = before
    if rest:
        _set_root(m, heap, _meld(m, m[heap], rest))


@inlined
def put(m: Memory, heap: int, contact: int, stamp: int) -> None:
    """Set the event of a contact, which may have had another one in the same heap."""
    drop(m, heap, contact)
    m[contact + STAMP] = stamp
    m[contact + CHILD] = 0
    _set_root(m, heap, _meld(m, m[heap], contact))
