"""The compiled engine where its memory is filled to the last word, and its measures beside the readable ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from scipy import special

import sim
from sim import elementary, measures
from sim.clock import DAY, HOUR, Calendar
from sim.compiled import measures as compiled_measures
from sim.compiled import values as quick_values
from sim.compiled.laws import durations, row_of
from sim.compiled.order import in_order
from sim.contact_values import LEAST, Promises, bin_of
from sim.contacts import ContactTables
from sim.distributions import (
    Deterministic,
    Exponential,
    Law,
    Lognormal,
    Mixture,
    Never,
    Uniform,
    Weibull,
    whole_ms,
)
from sim.draw import draw_block
from sim.engines import simulate_all, simulate_block
from sim.engines.compiled.names import LUCK_FIELDS
from sim.estimates import Moments
from sim.luck import prepare
from sim.quick_draw import Quick
from sim.streams import Addresses, key_of
from sim.studies.parts import promises_of
from sim.summary import PAIRS
from sim.world import Worlds
from tests.handmade import ALWAYS, caller, centre_of, habits, queue, world_of
from tests.random_cases import random_case

SCENARIOS = Path(__file__).parent.parent / "scenarios"
LAWS: tuple[Law, ...] = (
    Exponential(420_000.0),
    Lognormal.from_mean_cv(2_100_000.0, 0.9),
    Weibull.from_mean_cv(300_000.0, 1.5),
    Uniform(2.0, 80_000.0),
    Deterministic(300_000.0),
    Never(),
    Mixture((0.05, 0.95), (Deterministic(0.0), Exponential(420_000.0))),
    Mixture((0.5, 0.5), (Deterministic(0.0), Deterministic(9.0))),
)


#: Above all uniform numbers, and longer than any period.
NOTICED = 1 << 41


@njit
def all_durations(law, u, found):
    durations(law, u, len(u), found, 0)


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


#: Days with 23 and 25 hours.
CHANGES = (dt.date(2020, 3, 29), dt.date(2020, 10, 25))


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_machine_code_measures_random_cases_alike(first) -> None:
    """Contacts out of order, silent, called back, sent away and unfinished, on lines that are late or absent."""
    for seed in range(first, first + 50):
        world, centre = random_case(seed, apart=seed % 2 == 1)
        days, channels = centre.end // DAY + 1, len(centre.channels)
        # Days of 24 hours, or the first one with 23 or 25, and mostly a night that ends on the day after the last.
        zone, first = [("", dt.date(2020, 2, 10)), *(("Europe/Brussels", day) for day in CHANGES)][seed // 2 % 3]
        calendar = Calendar(first, days, (True, False, True) * (days + 1), zone)
        end = calendar.end + 5 * HOUR * (seed % 3)
        centre = replace(centre, end=end, horizon=end + centre.horizon - centre.end, clock=calendar.clock)
        within = tuple(5 * (seed + number) % 20 for number in range(channels))
        promised = {
            "calendar": calendar,
            "promises": Promises(seed % 7, within, tuple((seed + number) % 3 - 1 for number in range(channels))),
        }
        tables = ContactTables.of([sim.simulate(world, centre)])
        readable = measures.measure(Worlds.of([world]), centre, tables, **promised)
        quick = compiled_measures.measure(Worlds.of([world]), centre, tables, **promised)
        assert np.array_equal(readable.cells, quick.cells), seed
        assert np.array_equal(readable.waits, quick.waits), seed


def test_streams_are_philox() -> None:
    """Known answers of Philox4x32-10 by its authors (Random123)."""

    def words(key: tuple[int, int], counter: tuple[int, int, int], *, compiled: bool) -> list[int]:
        row = [np.array([part], dtype=np.int64) for part in (0, *counter)]
        found = Addresses(np.array([[k] for k in key], dtype=np.uint64), *row, compiled=compiled).words()
        return found[0, 0].tolist()

    for compiled in (False, True):
        assert words((0, 0), (0, 0, 0), compiled=compiled) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


@pytest.mark.parametrize("name", ["caw-face-to-face", "als-je-eens-wist-2020", "lockdown-2020"])
def test_machine_code_draws_alike(name) -> None:
    luck = prepare(sim.load(SCENARIOS / f"{name}.yaml"))
    assert Quick.of(luck, seed=3) is not None
    slow, quick = (draw_block(luck, seed=3, replications=range(2, 7), compiled=compiled) for compiled in (False, True))
    for column, values in vars(slow.callers).items():
        if isinstance(values, np.ndarray):
            assert np.array_equal(values, getattr(quick.callers, column)), column
    assert np.array_equal(slow.absence, quick.absence)
    assert np.array_equal(slow.starts, quick.starts)
    assert key_of(1, "a", "bc") != key_of(1, "ab", "c")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_luck_that_a_centre_looks_at_is_enough(path) -> None:
    """What is not drawn is full of a number that would be noticed."""
    scenario = sim.load(path)
    luck, centre = prepare(scenario), scenario.centre
    quick = Quick.of(luck, seed=5, centre=centre)
    assert quick is not None
    little = _nothing_where_not_drawn(quick).block(np.arange(10, 14))
    assert any(np.any(getattr(little.callers, name) == NOTICED) for name in LUCK_FIELDS)
    whole = draw_block(luck, seed=5, replications=range(10, 14))
    tables = [simulate_block(worlds, centre, engine="compiled") for worlds in (little, whole)]
    assert tables[0].rows == tables[1].rows
    counted = [
        compiled_measures.measure(worlds, centre, tables[1], calendar=scenario.days, promises=promises_of(scenario))
        for worlds in (little, whole)
    ]
    assert np.array_equal(counted[0].cells, counted[1].cells)
    assert np.array_equal(counted[0].waits, counted[1].waits)


def _nothing_where_not_drawn(quick: Quick) -> Quick:
    """The same, whose room is full of large numbers with which most things would come out otherwise."""

    class Noticed(Quick):
        def room(self, callers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
            by_channel, choices, by_attempt, offers = (np.full_like(part, NOTICED) for part in super().room(callers))
            return by_channel, choices, by_attempt, offers

    return Noticed(**vars(quick))


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_laws_in_machine_code(law) -> None:
    u = (np.random.default_rng(7).integers(0, 1 << 52, 20_000) + 0.5) * 2.0**-52
    u[:4] = 2.0**-53, 1 - 2.0**-53, 0.05, 0.5
    row, found = row_of(law, least=1), np.empty(len(u), dtype=np.int64)
    assert row is not None
    all_durations(row, u.copy(), found)
    assert np.array_equal(found, np.maximum(whole_ms(law.quantile(u)), 1))


def test_waits_fall_into_the_same_bins() -> None:
    @njit
    def binned(waits, out):
        for i in range(len(waits)):
            out[i] = quick_values.bin_of(waits[i])

    rng = np.random.default_rng(8)
    some = [np.arange(-2, 20_000), LEAST - 1, LEAST, LEAST + 1, rng.integers(0, 4 * 10**11, 100_000), [1 << 45]]
    waits = np.concatenate(some).astype(np.int64)
    found = np.empty_like(waits)
    binned(waits, found)
    assert np.array_equal(found, bin_of(waits))


@pytest.mark.parametrize("most", [1, 3, 1000, 1 << 40])
def test_times_are_put_in_order(most) -> None:
    @njit
    def ordered(times, count, room):
        in_order(times, count, room)

    rng = np.random.default_rng(most)
    for count in (0, 1, 2, 7, 500):
        for times in (rng.integers(0, most, count + 3, endpoint=True), np.arange(count + 3)):
            room = np.empty((4, count + 2), np.int64)
            ordered(times, count, room)
            order = np.argsort(times[:count], kind="stable")
            assert np.array_equal(room[0, :count], order)
            assert np.array_equal(room[1, :count], times[:count][order])


def test_elementary_functions_are_as_the_librarys() -> None:
    u = (np.random.default_rng(7).integers(0, 1 << 52, 200_000) + 0.5) * 2.0**-52
    u[:2] = 2.0**-53, 1 - 2.0**-53
    for found, known in (
        (elementary.log(u), np.log(u)),
        (elementary.exp(40 * u - 30), np.exp(40 * u - 30)),
        (elementary.normal_quantile(u), special.ndtri(u)),
    ):
        assert np.allclose(found, known, rtol=3e-15, atol=1e-16)
    assert elementary.exp(np.array([-1e9, 0.0, 1e9])).tolist() == [np.exp(-708.0), 1.0, np.exp(709.0)]
