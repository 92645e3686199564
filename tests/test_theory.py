"""Single queues agree with exact theory: intervals at 99.9 %, so that a right program hardly ever fails."""

from __future__ import annotations

import math

import pytest
from single import single

import sim
from sim.results.result import Result
from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import Estimate
from sim.theory import erlang_a, erlang_b, general_patience, varying_day


def ratio(result: Result, over: str, under: str) -> Estimate:
    return result.ratio({over: 1}, {under: 1}, kind="queue", name="phone", level=0.999)


@pytest.mark.parametrize(("contacts", "lines", "patience"), [(40, 1, "10 min"), (120, 3, "15 min"), (60, 1, "1 h")])
def test_simulation_agrees_with_erlang_a(tmp_path, contacts, lines, patience) -> None:
    scenario = single(contacts=contacts, lines=lines, patience=patience)
    result = sim.run(scenario, replications=40, workers=1, out=tmp_path)
    exact = erlang_a(arrivals_per_hour=contacts / 24, handling="30 min", patience=patience, lines=lines)
    abandoned = ratio(result, "abandoned", "offered")
    # The period starts empty; over thirty days that is within the interval.
    assert abandoned.low < exact.abandoned < abandoned.high
    assert abandoned.half < 0.02
    queue = ratio(result, "queue_time", "open")
    assert queue.low < exact.mean_queue < queue.high


def test_simulation_agrees_with_any_law_of_patience(tmp_path) -> None:
    lognormal = {"distribution": "lognormal", "mean": "15 min", "cv": 1.5}
    scenario = single(contacts=120, lines=3).replace(callers__phone__patience=lognormal)
    result = sim.run(scenario, replications=40, workers=1, out=tmp_path)
    law = scenario.callers["phone"].patience.law()
    exact = general_patience(arrivals_per_hour=5, handling="30 min", patience=law, lines=3)
    memoryless = erlang_a(arrivals_per_hour=5, handling="30 min", patience="15 min", lines=3)
    abandoned = ratio(result, "abandoned", "offered")
    assert abandoned.low < exact.abandoned < abandoned.high
    assert not abandoned.low < memoryless.abandoned < abandoned.high
    queue = result.moments.ratio(result.layout.first("queue"), {"queue_time": 1}, {"open": 1}, level=0.999)
    assert queue.low < exact.mean_queue < queue.high


def test_simulation_of_one_day_agrees_with_the_transient_solution(tmp_path) -> None:
    result = sim.run(single(contacts=40, lines=1, last="2021-03-01"), replications=1500, workers=1, out=tmp_path)
    day = [("0 s", 40 / 24), ("24 h", 0)]
    exact = varying_day(
        arrivals_per_hour=day, handling="30 min", patience="15 min", lines=1, until="36 h", every="12 h"
    )
    abandoned = result.moments.mean(result.layout.first("queue"), {"abandoned": 1}, level=0.999)
    assert abandoned.low < exact.abandoned.sum() < abandoned.high
    assert abandoned.half < 0.03 * exact.abandoned.sum()


@pytest.mark.parametrize("handling", ["exponential, mean: 30 min", "lognormal, mean: 30 min, cv: 1.2"])
def test_simulation_agrees_with_erlang_b_for_any_handling_time(tmp_path, handling) -> None:
    result = sim.run(
        single(contacts=100, lines=2, places="0", handling=handling), replications=40, workers=1, out=tmp_path
    )
    blocked = ratio(result, "blocked", "offered")
    exact = erlang_b(arrivals_per_hour=100 / 24, handling="30 min", lines=2)
    assert blocked.low < exact.blocked < blocked.high
    assert blocked.half < 0.02


def test_busyness_is_overdispersion(tmp_path) -> None:
    result = sim.run(single(busyness=0.3, last="2021-03-01"), replications=400, workers=1, out=tmp_path)
    counts = result.df("measures").query("kind == 'all'")["first_offered"]
    expected = 120 + (0.3 * 120) ** 2
    assert counts.mean() == pytest.approx(120, abs=4 * math.sqrt(expected / 400))
    assert counts.var() == pytest.approx(expected, rel=0.35)
    assert "first_offered" in COLUMNS
