"""The compiled engine as plain Python, in which every address is checked: machine code reads and writes unchecked."""

from __future__ import annotations

import ctypes
import importlib
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sim import simulate
from sim.centre import Centre
from sim.engines.compiled.flatten import Luck, memory_of
from sim.world import World, Worlds
from tests.handmade import CASES
from tests.handmade_more import MORE
from tests.random_cases import random_case

PACKAGE = "sim.engines.compiled"
NEVER_WRITTEN = -12345678901234567


class Checked:
    """Words of an array: none is read that is outside or was never written, none is too large."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __getitem__(self, address: int) -> int:
        assert 0 <= address < len(self.array), address
        word = int(self.array[address])
        assert word != NEVER_WRITTEN, address
        return word

    def __setitem__(self, address: int, word: int) -> None:
        assert 0 <= address < len(self.array), address
        assert abs(word) <= 1 << 62, word
        self.array[address] = word


def _either(condition: bool, one: int, other: int) -> int:
    return one if condition else other


class FullOfNothing:
    """NumPy whose empty arrays are full of a word that nobody may read."""

    int64 = np.int64
    zeros = staticmethod(np.zeros)

    @staticmethod
    def empty(shape: Any, dtype: Any) -> np.ndarray:
        return np.full(shape, NEVER_WRITTEN, dtype)


class Plain:
    """The loop with functions that were not compiled; memory and luck are checked."""

    def __init__(self) -> None:
        self.readable: list[tuple[int, int]] = []
        kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(PACKAGE)}
        jit = ModuleType(f"{PACKAGE}.jit")
        as_it_is = {name: lambda function: function for name in ("compiled", "inlined")}
        vars(jit).update(Memory=Checked, sources=lambda: 0, words_at=self.luck_at, either=_either, **as_it_is)
        vars(jit).update(entry=lambda _signature: lambda function: function)
        sys.modules[jit.__name__] = jit
        try:
            memory = importlib.import_module(f"{PACKAGE}.memory")
            vars(memory).update(words_of=Checked, np=FullOfNothing)
            self.loop = importlib.import_module(f"{PACKAGE}.loop")
            vars(self.loop).update(np=FullOfNothing, SPARE=0)  # so that memory has to grow
        finally:
            for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
                del sys.modules[name]
            sys.modules.update(kept)

    def luck_at(self, address: int) -> list[int]:
        assert any(first <= address <= last - 8 for first, last in self.readable), address
        return [ctypes.c_int64.from_address(address).value]

    def rows(self, world: World, centre: Centre) -> list[tuple[int, ...]]:
        luck = Luck(Worlds(world, np.array([0, len(world)]), world.absence[None]), centre)
        arrays = (*luck.arrays.values(), luck.absence)
        bounds = (np.lib.array_utils.byte_bounds(array) for array in arrays if array.size)
        self.readable = list(bounds)
        table, begins = self.loop.run(memory_of(centre), luck.table)
        return [tuple(row) for row in table[:, : begins[-1]].T.tolist()]


@pytest.fixture(scope="module")
def plain() -> Plain:
    return Plain()


@pytest.mark.parametrize("case", [*CASES, *MORE], ids=lambda case: case.name)
def test_stories_stay_within_memory(case, plain) -> None:
    assert plain.rows(case.world, case.centre) == case.contacts.rows()


def test_random_cases_stay_within_memory(plain) -> None:
    for seed in range(5000, 5150):
        world, centre = random_case(seed, apart=seed % 2 == 1)
        assert plain.rows(world, centre) == simulate(world, centre).rows(), f"seed {seed}"
