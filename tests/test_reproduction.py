"""The same seed gives the same luck, whatever else is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from single import single

import sim
from sim.studies import parts

CAMPAIGN = Path(__file__).parent.parent / "scenarios" / "als-je-eens-wist-2020.yaml"
SMALL = Path(__file__).parent / "small.yaml"
MARKS = ("arrival", "conversation", "wrap_up", "patience", "redial", "switch", "balk", "redial_delay")


@pytest.fixture(scope="module")
def scenario() -> sim.Scenario:
    return sim.load(CAMPAIGN)


def people(world: sim.engines.draw.World, marks: tuple[str, ...] = MARKS) -> dict[tuple[object, ...], list[object]]:
    columns = [getattr(world, mark).tolist() for mark in marks]
    return dict(zip(world.identities(), (list(row) for row in zip(*columns, strict=True)), strict=True))


def columns_equal(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(np.ma.getdata(a[k]), np.ma.getdata(b[k])) for k in a)


def test_workers_and_adding_later_make_no_difference(scenario, tmp_path) -> None:
    one = sim.run(scenario, replications=30, workers=1, out=tmp_path / "one")
    two = sim.run(scenario, replications=30, workers=2, out=tmp_path / "two")
    sim.run(scenario, replications=7, workers=1, out=tmp_path / "later")
    later = sim.run(scenario, replications=30, workers=1, out=tmp_path / "later")
    assert one.folder.name == two.folder.name == later.folder.name
    for other in (two, later):
        assert columns_equal(one.contacts, other.contacts)
        assert columns_equal(one.measures, other.measures)
        assert [r.__dict__ for r in one.summary()] == [r.__dict__ for r in other.summary()]


def test_a_part_of_more_is_the_same_as_less(scenario, tmp_path) -> None:
    more = sim.run(scenario, replications=12, workers=1, out=tmp_path / "more")
    less = sim.run(scenario, replications=5, workers=1, out=tmp_path / "less")
    again = sim.run(scenario, replications=5, workers=1, out=tmp_path / "more")
    assert more.replications == 12
    assert columns_equal(less.measures, again.measures)
    assert [r.__dict__ for r in less.summary()] == [r.__dict__ for r in again.summary()]


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_blocks_of_any_size_make_the_same_part(engine, monkeypatch) -> None:
    """Sums are formed of 25 replications first, whatever is in memory together; 60 are two of those and some more."""
    job = parts.job_of(sim.load(SMALL), seed=3, engine=engine, keep_contacts=2)
    made = parts.make(job, (0, 59))
    for room in (1, 100_000, 10_000_000):
        monkeypatch.setattr("sim.studies.kit.ROOM", room)
        again = parts.make(replace(job), (0, 59))
        assert [piece.table for piece in made.pieces] == [piece.table for piece in again.pieces]
        assert all(columns_equal(a.columns, b.columns) for a, b in zip(made.pieces, again.pieces, strict=True))


@pytest.mark.parametrize("path", [SMALL, *sorted(CAMPAIGN.parent.glob("*.yaml"))], ids=lambda path: path.stem)
def test_counts_do_not_hang_on_whose_contacts_are_kept(path) -> None:
    """Replications whose contacts are not kept are drawn, played and counted in one call of the kernel."""
    made, kept = (
        {piece.table: piece.columns for piece in parts.make(job, (3, 9)).pieces}
        for job in (
            parts.job_of(sim.load(path), seed=3, engine="compiled", keep_contacts=keep_contacts)
            for keep_contacts in (0, 6)
        )
    )
    assert kept.keys() - made.keys() == {"contacts"}
    assert all(columns_equal(made[table], kept[table]) for table in made)


def test_replication_50_needs_no_others(scenario, tmp_path) -> None:
    world = sim.draw_world(scenario, seed=1712, replication=50)
    alone = sim.simulate(world, scenario.model.centre)
    kept = sim.run(scenario, replications=51, workers=2, out=tmp_path).contacts
    mine = kept["replication"] == 50
    assert np.array_equal(kept["caller"][mine], alone.caller)
    assert np.array_equal(kept["wait_ms"][mine], alone.left_queue - alone.dialled)
    assert np.array_equal(kept["handling_ms"][mine], alone.released - alone.left_queue)


def test_a_line_more_leaves_the_world_as_it_was(scenario) -> None:
    before = sim.draw_world(scenario, seed=1)
    after = sim.draw_world(scenario.replace(lines__antwerpen=2), seed=1)
    assert people(before) == people(after)


def test_a_campaign_more_adds_its_own_callers_only(scenario) -> None:
    baseline = sim.load(CAMPAIGN.parent / "1712-baseline-2019.yaml")
    before, after = people(sim.draw_world(baseline, seed=1)), people(sim.draw_world(scenario, seed=1))
    added = after.keys() - before.keys()
    assert before.items() <= after.items()
    assert {cause for _, _, cause, _, _ in added} == {"als-je-eens-wist"}


def test_a_province_more_moves_nobody_else() -> None:
    two = single(contacts=100, provinces="here: 50, there: 50")
    three = single(contacts=150, provinces="here: 50, there: 50, beyond: 50")
    before, after = people(sim.draw_world(two, seed=3)), people(sim.draw_world(three, seed=3))
    assert before.items() <= after.items()
    assert {province for _, province, _, _, _ in after.keys() - before.keys()} == {"beyond"}


def test_a_higher_rate_keeps_everybody(scenario) -> None:
    before = people(sim.draw_world(scenario, seed=1))
    raised = scenario.with_settings(["demand.change=+20 %"])
    after = people(sim.draw_world(raised, seed=1))
    # The campaign's size is stated apart, so its surge relative to the base changes; who calls and when does not.
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_more_attempts_leave_the_first_ones_as_they_are(scenario) -> None:
    few, many = (sim.draw_world(scenario.replace(attempts=k), seed=2) for k in (3, 12))
    assert np.array_equal(few.patience, many.patience[:, :3])
    assert np.array_equal(few.redial, many.redial[:, :3])


def test_minimally_different_world(scenario) -> None:
    """One caller more: everything that was over before is as it was."""
    world = sim.draw_world(scenario, seed=4)
    late = len(world) // 2
    of_callers = [name for name, value in vars(world).items() if isinstance(value, np.ndarray) and name != "absence"]
    fields = {name: getattr(world, name) for name in of_callers}
    fewer = type(world)(**{**vars(world), **{name: np.delete(value, late, axis=0) for name, value in fields.items()}})
    instant = int(world.arrival[late])
    sooner = [
        [row for row in sim.simulate(w, scenario.model.centre).rows() if row[4] < instant] for w in (world, fewer)
    ]
    assert sooner[0] == sooner[1]
    assert len(sooner[0]) > 100


def test_seeds_and_replications_differ(scenario) -> None:
    worlds = [sim.draw_world(scenario, seed=s, replication=r) for s, r in ((1, 0), (1, 1), (2, 0))]
    assert len({tuple(world.arrival[:5].tolist()) for world in worlds}) == 3
