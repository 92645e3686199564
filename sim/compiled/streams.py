"""The words and uniforms of ``streams`` in machine code, for many addresses at once."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit

from sim.streams import MULTIPLY, ROUNDS, WEYL

M0, M1 = (np.uint64(m) for m in MULTIPLY)
W0, W1 = (np.uint64(w) for w in WEYL)
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@njit(cache=True, nogil=True)
def _scramble(a, b, c, d, x, y):
    """Four words of one address; all numbers are uint64 below 2**32."""
    for _ in range(ROUNDS):
        first, second = a * M0, c * M1
        a, b = (second >> HALF) ^ b ^ x, second & LOW
        c, d = (first >> HALF) ^ d ^ y, first & LOW
        x, y = (x + W0) & LOW, (y + W1) & LOW
    return a, b, c, d


@njit(cache=True, nogil=True)
def words(keys, of, replication, day, place, chunks):
    """Four words for each row and chunk, uint32 (n, chunks, 4); ``keys`` (2, S) uint64, the rest int64 (n,)."""
    out = np.empty((len(of), chunks, 4), dtype=np.uint32)
    for i in range(len(of)):
        x, y = keys[0, of[i]], keys[1, of[i]]
        r, d, p = np.uint64(replication[i]), np.uint64(day[i]), np.uint64(place[i])
        for k in range(chunks):
            out[i, k, 0], out[i, k, 1], out[i, k, 2], out[i, k, 3] = _scramble(r, d, p, np.uint64(k), x, y)
    return out


@njit(cache=True, nogil=True)
def pairs(keys, of, replication, day, place, chunks):
    """Two uniform numbers for each row and chunk, float64 (n, chunks, 2)."""
    out = np.empty((len(of), chunks, 2))
    for i in range(len(of)):
        x, y = keys[0, of[i]], keys[1, of[i]]
        r, d, p = np.uint64(replication[i]), np.uint64(day[i]), np.uint64(place[i])
        for k in range(chunks):
            w0, w1, w2, w3 = _scramble(r, d, p, np.uint64(k), x, y)
            out[i, k, 0] = (np.float64((w0 << np.uint64(20)) | (w1 >> np.uint64(12))) + 0.5) * 2.0**-52
            out[i, k, 1] = (np.float64((w2 << np.uint64(20)) | (w3 >> np.uint64(12))) + 0.5) * 2.0**-52
    return out
