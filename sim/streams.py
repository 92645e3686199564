"""Named streams of luck: the only door to ``numpy.random``.

A stream's numbers follow from its seed, its replication and its name alone. Another province, campaign or
purpose is another name, so it leaves every other stream as it was.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=65536)
def _words(name: tuple[str, ...]) -> tuple[int, ...]:
    # Length-prefixed, so that ("a", "bc") and ("ab", "c") are different names.
    text = "".join(f"{len(part)}:{part}" for part in name)
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


def uniforms(seed: int, replication: int, name: tuple[str, ...], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Uniform numbers in the open interval (0, 1) of the stream called ``name``; a longer shape keeps the start."""
    sequence = np.random.SeedSequence(seed, spawn_key=(replication, *_words(name)))
    numbers = np.random.Generator(np.random.SFC64(sequence)).random(shape)
    # random() is in [0, 1) in steps of 2**-53; half a step keeps quantile functions finite at both ends.
    return numbers + 2.0**-54
