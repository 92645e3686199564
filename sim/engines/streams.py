"""Named streams of random numbers: every number has an address, and follows from it alone.

The address of four 32-bit words is (seed, name, replication, day, place, chunk). The name and the seed are hashed to
a key; the rest is the counter of Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, SC '11), which scrambles the two
into words. There is no state and no order: replication 50 is there without the 49 before it, and another name
leaves every other number as it was.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MULTIPLY = 0xD2511F53, 0xCD9E8D57
WEYL = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
_PIECE = 8192


@lru_cache(maxsize=4096)
def key_of(seed: int, *name: str) -> tuple[int, int]:
    """Key of the stream with this name: two 32-bit words of a BLAKE2 hash."""
    # Length-prefixed, so that ("a", "bc") and ("ab", "c") are different names.
    text = "".join([f"{seed},", *(f"{len(part)}:{part}" for part in name)])
    low, high = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=8).digest(), dtype="<u4")
    return int(low), int(high)


@dataclass(frozen=True)
class Addresses:
    """Where numbers are looked up: n rows, each in one of S streams.

    ``keys`` (2, S) as uint64; ``of`` (n,) stream of each row; ``replication``, ``day`` and ``place`` (n,), below 2**32.
    """

    keys: NDArray[np.uint64]
    of: Whole
    replication: Whole
    day: Whole
    place: Whole

    def words(self, chunks: int = 1) -> Words:
        """Four words for each row and chunk, shape (n, chunks, 4)."""
        rows = [part.astype(np.uint64) for part in (self.replication, self.day, self.place)]
        parts = [np.repeat(part, chunks) for part in (*rows, *self.keys[:, self.of])]
        parts.insert(3, np.tile(np.arange(chunks, dtype=np.uint64), len(self.of)))
        # Short pieces stay in the processor's cache.
        pieces = [_philox(*(part[i : i + _PIECE] for part in parts)) for i in range(0, len(parts[0]), _PIECE)]
        joined = np.concatenate(pieces) if pieces else np.zeros((0, 4), dtype=np.uint32)
        return joined.reshape(-1, chunks, 4)

    def pairs(self, chunks: int = 1) -> Floats:
        """Two uniform numbers in the open interval (0, 1) for each row and chunk, shape (n, chunks, 2)."""
        wide = self.words(chunks).astype(np.uint64)
        # 52 bits and a half, so that neither 0 nor 1 can come out: quantile functions are not finite there.
        bits = (wide[..., ::2] << np.uint64(20)) | (wide[..., 1::2] >> np.uint64(12))
        uniforms: Floats = (bits.astype(np.float64) + 0.5) * 2.0**-52
        return uniforms


def _philox(
    c0: NDArray[np.uint64],
    c1: NDArray[np.uint64],
    c2: NDArray[np.uint64],
    c3: NDArray[np.uint64],
    k0: NDArray[np.uint64],
    k1: NDArray[np.uint64],
) -> Words:
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    multiply, weyl = [np.uint64(m) for m in MULTIPLY], [np.uint64(w) for w in WEYL]
    for _ in range(ROUNDS):
        first, second = c0 * multiply[0], c2 * multiply[1]
        c0, c1 = (second >> shift) ^ c1 ^ k0, second & low
        c2, c3 = (first >> shift) ^ c3 ^ k1, first & low
        k0, k1 = (k0 + weyl[0]) & low, (k1 + weyl[1]) & low
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


def days_of(seed: int, name: tuple[str, ...], replications: Whole, days: int) -> Addresses:
    """An address for each replication and day of the stream called ``name``, replication by replication."""
    keys = np.array([key_of(seed, *name)], dtype=np.uint64).T
    nothing = np.zeros(len(replications) * days, dtype=np.int64)
    return Addresses(keys, nothing, np.repeat(replications, days), np.tile(np.arange(days), len(replications)), nothing)
