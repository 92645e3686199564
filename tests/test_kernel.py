"""The kernel gives what the readable path gives: callers, contacts, counts and sums, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import special

import sim
from sim import kernel
from sim.engines import simulate_all, simulate_block
from sim.engines.draw import draw_block
from sim.engines.streams import Addresses, key_of
from sim.kernel import build, structs
from sim.model.contacts import ContactTables
from sim.model.world import Worlds
from sim.scenario import elementary
from sim.scenario.distributions import (
    Deterministic,
    Empirical,
    Exponential,
    Law,
    Lognormal,
    Mixture,
    Never,
    Triangular,
    Uniform,
    Weibull,
    whole_ms,
)
from sim.statistics import measures
from sim.statistics.cells import layout_of
from sim.statistics.contact_values import LEAST, bin_of
from sim.statistics.estimates import Moments
from sim.statistics.products import Products
from sim.statistics.summary import PAIRS
from tests.handmade import ALWAYS, caller, centre_of, habits, queue, world_of
from tests.random_counts import Case, count_differences

SCENARIOS = Path(__file__).parent.parent / "scenarios"
LAWS: tuple[Law, ...] = (
    Exponential(420_000.0),
    Lognormal.from_mean_cv(2_100_000.0, 0.9),
    Weibull.from_mean_cv(300_000.0, 1.5),
    Uniform(2.0, 80_000.0),
    Triangular(120_000.0, 480_000.0, 1_800_000.0),
    Triangular(7.0, 7.0, 80_001.0),
    Triangular(7.0, 80_001.0, 80_001.0),
    Deterministic(300_000.0),
    Never(),
    Empirical((5.0, 1.0, 80.0, 80.0)),
    Mixture((0.05, 0.95), (Deterministic(0.0), Exponential(420_000.0))),
    Mixture((0.5, 0.5), (Deterministic(0.0), Deterministic(9.0))),
)


pytestmark = pytest.mark.skipif(not kernel.available(), reason="the kernel is not built")


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


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_scenario_is_drawn_played_and_counted_alike(path) -> None:
    scenario = sim.load(path)
    luck, centre, promises = scenario.model.inputs, scenario.model.centre, scenario.model.targets
    worlds = draw_block(luck, seed=3, replications=range(2, 6))
    tables = ContactTables.of(simulate_all(worlds, centre, engine="simpy"))
    assert count_differences(worlds, centre, tables, scenario.model.calendar, promises) == []
    assert simulate_block(worlds, centre, engine="compiled").rows == tables.rows
    drawing, layout = kernel.Drawing.of(luck, seed=3), layout_of(worlds.callers.names, centre)
    assert drawing is not None
    products = Products.of(PAIRS, layout.size())
    counter = kernel.Counter(layout, centre, scenario.model.calendar, promises)
    at_once = counter.run(drawing, np.arange(2, 6), products=products, every=True)
    readable = measures.measure(worlds, centre, tables, calendar=scenario.model.calendar, promises=promises)
    assert np.array_equal(readable.cells, at_once.cells)
    sums, same = Moments.of(PAIRS, readable.cells), products.moments(4)
    assert np.array_equal(sums.total, same.total)
    assert np.array_equal(sums.sums, same.sums)


@pytest.mark.parametrize("first", range(0, 4000, 250))
def test_random_cases_are_counted_alike(first) -> None:
    """Contacts out of order, silent, called back, sent away and unfinished, on lines that are late or absent."""
    for seed in range(first, first + 250):
        case = Case.of(seed)
        tables = ContactTables.of([sim.simulate(case.world, case.centre)])
        worlds = Worlds.of([case.world])
        assert count_differences(worlds, case.centre, tables, case.calendar, case.promises) == [], seed


def test_streams_are_philox() -> None:
    """Known answers of Philox4x32-10 by its authors (Random123)."""

    row = [np.zeros(1, dtype=np.int64) for _ in range(4)]
    found = Addresses(np.zeros((2, 1), dtype=np.uint64), *row).words()
    assert found[0, 0].tolist() == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


@pytest.mark.parametrize("name", ["caw-face-to-face", "als-je-eens-wist-2020", "lockdown-2020"])
def test_callers_are_drawn_alike(name) -> None:
    luck = sim.load(SCENARIOS / f"{name}.yaml").model.inputs
    assert kernel.Drawing.of(luck, seed=3) is not None
    readable, drawn = (draw(luck, seed=3, replications=range(2, 7)) for draw in (draw_block, kernel.draw))
    for column, values in vars(readable.callers).items():
        if isinstance(values, np.ndarray):
            assert np.array_equal(values, getattr(drawn.callers, column)), column
    assert np.array_equal(readable.absence, drawn.absence)
    assert np.array_equal(readable.starts, drawn.starts)
    assert key_of(1, "a", "bc") != key_of(1, "ab", "c")


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_quantiles_are_the_same(law) -> None:
    """Many at once go through vectors, one at a time does not."""
    u = (np.random.default_rng(7).integers(0, 1 << 52, 20_000) + 0.5) * 2.0**-52
    u[:4] = 2.0**-53, 1 - 2.0**-53, 0.05, 0.5
    known = whole_ms(law.quantile(u))
    assert np.array_equal(kernel.quantiles(law, u), known)
    assert np.array_equal([kernel.quantiles(law, u[i : i + 1])[0] for i in range(200)], known[:200])


def test_a_distribution_without_a_formula_is_drawn_by_the_readable_path() -> None:
    two = Mixture((0.5, 0.5), (Exponential(9.0), Exponential(90.0)))
    luck = replace(sim.load(SCENARIOS.parent / "tests" / "small.yaml").model.inputs, patience=(two, two))
    assert kernel.Drawing.of(luck, seed=3) is None
    drawn = kernel.draw(luck, seed=3, replications=range(2))
    assert np.array_equal(drawn.callers.patience, draw_block(luck, seed=3, replications=range(2)).callers.patience)


def test_waits_fall_into_the_same_bins() -> None:
    rng = np.random.default_rng(8)
    some = [np.arange(-2, 20_000), LEAST - 1, LEAST, LEAST + 1, rng.integers(0, 4 * 10**11, 100_000), [1 << 45]]
    waits = np.concatenate(some).astype(np.int64)
    assert np.array_equal(kernel.bins(waits), bin_of(waits))


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


@pytest.fixture
def other_library(monkeypatch) -> Iterator[pytest.MonkeyPatch]:
    """The kernel is loaded anew, within the test and after it."""
    kernel._library.cache_clear()
    with monkeypatch.context() as patched:
        yield patched
    kernel._library.cache_clear()


def test_a_kernel_of_other_sources_is_not_used(other_library, tmp_path) -> None:
    for path in (*build.HERE.glob("*.c"), *build.HERE.glob("*.h")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    there = build.sources_key()
    other_library.setattr(build, "HERE", tmp_path)
    assert build.sources_key() == there
    with (tmp_path / "count.c").open("a") as file:
        file.write("/* another line */")
    with pytest.raises(
        kernel.KernelError, match=r"built from other sources; build it again: python -m sim\.kernel\.build"
    ):
        kernel.available()


def test_a_changed_constant_is_noticed(other_library, tmp_path) -> None:
    """Work would be scaled by it in C alone, and both engines would disagree."""
    for path in (*build.HERE.glob("*.c"), *build.HERE.glob("*.h")):
        text = path.read_text("utf-8")
        (tmp_path / path.name).write_text(text.replace("#define PER_MILLE 1000", "#define PER_MILLE 500"), "utf-8")
    other_library.setattr(build, "HERE", tmp_path)
    library = build.build(tmp_path / build.library_name(), extra=("-O0",))
    other_library.setenv(kernel.ENVIRONMENT, str(library))
    with pytest.raises(kernel.KernelError, match="has other constants than the Python code"):
        kernel.available()
    other_library.setitem(structs.CONSTANTS, "PER_MILLE", 500)
    assert kernel.available()


@pytest.mark.parametrize("name", ["DAY", "FULL_SPEED", "SENT_AWAY"])
def test_a_constant_that_changes_in_python_is_noticed(other_library, name) -> None:
    other_library.setitem(structs.CONSTANTS, name, structs.CONSTANTS[name] + 1)
    with pytest.raises(kernel.KernelError, match="has other constants than the Python code"):
        kernel.available()


def test_nobody_calls() -> None:
    luck = sim.load(SCENARIOS.parent / "tests" / "small.yaml").model.inputs
    quiet = replace(luck, count=np.zeros_like(luck.count))
    drawn = kernel.draw(quiet, seed=3, replications=range(3))
    assert len(drawn.callers) == 0
    assert len(drawn) == 3
