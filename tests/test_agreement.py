"""Two engines and an auditor, written apart from one page of rules, agree on random worlds at random centres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import simulate
from sim.audit import audit
from sim.engines import ENGINES, simulate_block
from sim.model.contacts import Contacts, Outcome
from sim.model.world import World, Worlds
from tests.handmade import answered, caller, centre_of, habits, queue, world_of
from tests.random_cases import case_from, random_case

OTHERS = [engine for engine in ENGINES if engine != "simpy"]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("block", range(8))
def test_engines_agree_and_the_auditor_finds_nothing(block: int, apart: bool) -> None:
    met: set[int] = set()
    for seed in range(block * 250, (block + 1) * 250):
        world, centre = random_case(seed, apart=apart)
        contacts = simulate(world, centre)
        met |= set(contacts.outcome.tolist())
        for engine in OTHERS:
            assert simulate(world, centre, engine=engine) == contacts, f"seed {seed}, {engine}"
        assert audit(world, centre, contacts) == [], f"seed {seed}"
    assert met == set(Outcome)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_engines_agree_on_a_small_case(data: st.DataObject, apart: bool) -> None:
    world, centre = case_from(lambda n: data.draw(st.integers(0, n - 1)) if n > 1 else 0, callers=3, apart=apart)
    contacts = simulate(world, centre)
    for engine in OTHERS:
        assert simulate(world, centre, engine=engine) == contacts
    assert audit(world, centre, contacts) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_worlds_together_and_apart(engine: str) -> None:
    world, centre = random_case(3)
    longer = _beginning_at(world, len(world) // 2), world, _beginning_at(world, len(world)), world
    together = simulate_block(Worlds.of(longer), centre, engine=engine)
    assert list(together) == [simulate(each, centre, engine=engine) for each in longer]
    assert together.begins[-1] == len(together.rows)


def _beginning_at(world: World, caller: int) -> World:
    rest = slice(caller, len(world))
    return Worlds(world, np.array([0, rest.start, rest.stop]), np.stack([world.absence] * 2))[1]


@pytest.mark.parametrize("engine", OTHERS)
def test_arrays_of_any_layout_are_read(engine: str) -> None:
    world, centre = random_case(5)
    wide = {name: np.repeat(getattr(world, name), 2, axis=0) for name in ("patience", "conversation", "arrival")}
    apart = Worlds.of([world])[0].__class__(**{**vars(world), **{name: array[::2] for name, array in wide.items()}})
    assert not apart.patience.flags["C_CONTIGUOUS"]
    assert simulate(apart, centre, engine=engine) == simulate(world, centre)


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_calls(engine: str) -> None:
    world, centre = random_case(7)
    assert simulate(_beginning_at(world, len(world)), centre, engine=engine) == Contacts.from_rows([])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("deskwork", [True, False])
def test_finished_in_the_instant_of_an_interruption(engine: str, deskwork: bool) -> None:
    """The line is back at 10, as what it has in hand ends, and takes the call that waits before it is released."""
    world = world_of([caller(0, talk=10), caller(7, talk=5, channel=1), caller(8, talk=2)], channels=("mail", "phone"))
    centre = centre_of(
        hours={"mail": [(0, 200)], "phone": [(0, 200)]},
        queues=[queue("mail", interruptible=deskwork), queue("phone", channel=1)],
        lines=[[(0, 1), (5, 0), (10, 1)]],
        groups=[{"serves": (1, 0), "speeds": (100, 50)}],
        habits=[habits(), habits()],
    )
    third = answered(2, 8, 15, 17) if deskwork else answered(2, 8, 10, 14)
    second = answered(1, 7, 10, 15 if deskwork else 17, queue=1)
    expected = Contacts.from_rows([answered(0, 0, 0, 10), second, third])
    assert simulate(world, centre, engine=engine).rows() == expected.rows()
    assert audit(world, centre, expected) == []
