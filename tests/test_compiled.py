"""The compiled engine where its memory is filled to the last word, and its measures beside the readable ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import compiled_measures, measures
from sim.contacts import ContactTables
from sim.draw import draw_block
from sim.engines import simulate_all
from sim.estimates import Moments
from sim.luck import prepare
from sim.streams import Addresses, key_of
from sim.studies.parts import promises_of
from sim.summary import PAIRS
from tests.handmade import ALWAYS, caller, centre_of, habits, queue, world_of

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@pytest.mark.parametrize("callers", [*range(1, 40), 150, 151, 152, 153])
def test_redials_beyond_all_room(callers) -> None:
    """Everybody is blocked or sent away, and redials at once as often as may be: far more contacts than callers."""
    crowd = [caller(min(i, 40), redial=0, delay=1, patience=3) for i in range(callers)]
    once = world_of(crowd)
    columns = ("patience", "redial", "switch", "balk", "redial_delay", "voicemail", "call_back", "silent", "silence")
    many = {name: np.repeat(getattr(once, name)[:, :1], 60, axis=1) for name in (*columns, "forward", "again")}
    world = replace(once, **many, again_delay=np.repeat(once.again_delay[:, :1], 60, axis=1))
    for places in (0, 1, 1000):
        centre = centre_of(
            lines=[[(0, 0), (90, 1)]],
            queues=[queue(places=places)],
            hours={"phone": [(0, 20), (20, 95)]},
            habits=[habits(redial=(ALWAYS,) * 4)],
            attempts=50,
            end=100,
        )
        tables = [sim.simulate(world, centre, engine=engine).rows() for engine in ("simpy", "compiled")]
        assert tables[0] == tables[1]
        assert len(tables[0]) > 10 * callers


@pytest.mark.parametrize("name", ["als-je-eens-wist-2020", "caw-face-to-face", "chat-until-22-2021"])
def test_machine_code_measures_alike(name) -> None:
    scenario = sim.load(SCENARIOS / f"{name}.yaml")
    worlds = draw_block(prepare(scenario), seed=3, replications=range(4))
    tables = ContactTables.of(list(simulate_all(worlds, scenario.centre, engine="compiled")))
    promised = {"calendar": scenario.days, "promises": promises_of(scenario)}
    readable = measures.measure(worlds, scenario.centre, tables, **promised)
    quick = compiled_measures.measure(worlds, scenario.centre, tables, **promised)
    assert np.array_equal(readable.cells, quick.cells)
    assert np.array_equal(readable.waits, quick.waits)
    sums, same = Moments.of(PAIRS, readable.cells), compiled_measures.moments(PAIRS, quick.cells)
    assert np.array_equal(sums.total, same.total)
    assert np.array_equal(sums.sums, same.sums)


def test_streams_are_philox() -> None:
    """Known answers of Philox4x32-10 by its authors (Random123)."""

    def words(key: tuple[int, int], counter: tuple[int, int, int], *, compiled: bool) -> list[int]:
        row = [np.array([part], dtype=np.int64) for part in (0, *counter)]
        found = Addresses(np.array([[k] for k in key], dtype=np.uint64), *row, compiled=compiled).words()
        return found[0, 0].tolist()

    for compiled in (False, True):
        assert words((0, 0), (0, 0, 0), compiled=compiled) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def test_machine_code_draws_alike() -> None:
    luck = prepare(sim.load(SCENARIOS / "caw-face-to-face.yaml"))
    slow, quick = (draw_block(luck, seed=3, replications=range(5), compiled=compiled) for compiled in (False, True))
    for name, column in vars(slow.callers).items():
        if isinstance(column, np.ndarray):
            assert np.array_equal(column, getattr(quick.callers, name)), name
    assert np.array_equal(slow.absence, quick.absence)
    assert key_of(1, "a", "bc") != key_of(1, "ab", "c")
