"""Named streams of luck: the only door to ``numpy.random``.

A stream's numbers follow from its seed, its replication and its name alone. Another province, campaign or
purpose is another name, so it leaves every other stream as it was.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray


class _Address(ISeedSequence):
    """Start of a generator from a hash of the stream's address.

    NumPy's own SeedSequence mixes as well but takes five times as long, and a replication needs hundreds of streams.
    """

    def __init__(self, seed: int, replication: int, name: tuple[str, ...]) -> None:
        # Length-prefixed, so that ("a", "bc") and ("ab", "c") are different names.
        text = "".join([f"{seed},{replication},", *[f"{len(part)}:{part}" for part in name]])
        self.digest = hashlib.blake2b(text.encode(), digest_size=64).digest()

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """The first words of the hash."""
        return np.frombuffer(self.digest, dtype=dtype, count=n_words)


def uniforms(seed: int, replication: int, name: tuple[str, ...], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Uniform numbers in the open interval (0, 1) of the stream called ``name``; a longer shape keeps the start."""
    address: Any = _Address(seed, replication, name)  # SFC64 takes any ISeedSequence, though its stub does not say so
    numbers = np.random.Generator(np.random.SFC64(address)).random(shape)
    # random() may be 0 exactly, where quantile functions are not finite.
    return np.maximum(numbers, 2.0**-54, out=numbers)
