"""Single queues agree with exact theory: intervals at 99.9 %, so that a right program hardly ever fails."""

from __future__ import annotations

import math

import pytest
from single import single

import sim
from sim.estimates import Estimate
from sim.measures import COLUMNS
from sim.results import Result
from sim.theory import erlang_a, erlang_b


def ratio(result: Result, over: str, under: str) -> Estimate:
    cell = result.layout.first("queue")
    return result.moments.ratio(cell, {over: 1}, {under: 1}, level=0.999)


def test_erlang_b_known_values() -> None:
    assert erlang_b(1, 1) == 0.5
    assert erlang_b(2, 2) == pytest.approx(0.4)
    # Erlang's table: 10 erlangs on 10 lines.
    assert erlang_b(10, 10) == pytest.approx(0.2146, abs=5e-5)
    assert erlang_b(0, 3) == 0
    assert erlang_b(1e5, 100_000) == pytest.approx(math.sqrt(2 / math.pi / 1e5), rel=0.01)


def test_erlang_a_tends_to_erlang_b_and_m_m_infinity() -> None:
    impatient = erlang_a(arrivals=2, handling=1, patience=1e-6, lines=2)
    assert impatient.abandons == pytest.approx(erlang_b(2, 2), rel=1e-5)
    # Patience as long as handling: the number present is Poisson (M/M/infinity).
    equal = erlang_a(arrivals=2, handling=1, patience=1, lines=2)
    assert equal.waits == pytest.approx(1 - 3 * math.exp(-2))


@pytest.mark.parametrize(("contacts", "lines", "patience"), [(40, 1, "10 min"), (120, 3, "15 min"), (60, 1, "1 h")])
def test_simulation_agrees_with_erlang_a(tmp_path, contacts, lines, patience) -> None:
    scenario = single(contacts=contacts, lines=lines, patience=patience)
    result = sim.run(scenario, replications=40, workers=1, out=tmp_path)
    minutes = scenario.callers["phone"].patience.law().mean / 60_000
    exact = erlang_a(arrivals=contacts / 1440, handling=30, patience=minutes, lines=lines)
    abandoned = ratio(result, "abandoned", "offered")
    # The period starts empty; over thirty days that is within the interval.
    assert abandoned.low < exact.abandons < abandoned.high
    assert abandoned.half < 0.02
    queue = result.moments.ratio(result.layout.first("queue"), {"queue_time": 1}, {"open": 1}, level=0.999)
    assert queue.low < exact.mean_queue < queue.high


@pytest.mark.parametrize("handling", ["exponential, mean: 30 min", "lognormal, mean: 30 min, cv: 1.2"])
def test_simulation_agrees_with_erlang_b_for_any_handling_time(tmp_path, handling) -> None:
    result = sim.run(
        single(contacts=100, lines=2, places="0", handling=handling), replications=40, workers=1, out=tmp_path
    )
    blocked = ratio(result, "blocked", "offered")
    assert blocked.low < erlang_b(100 * 30 / 1440, 2) < blocked.high
    assert blocked.half < 0.02


def test_busyness_is_overdispersion(tmp_path) -> None:
    result = sim.run(single(busyness=0.3, last="2021-03-01"), replications=400, workers=1, out=tmp_path)
    counts = result.df("measures").query("kind == 'all' and slice == 'period'")["first_offered"]
    expected = 120 + (0.3 * 120) ** 2
    assert counts.mean() == pytest.approx(120, abs=4 * math.sqrt(expected / 400))
    assert counts.var() == pytest.approx(expected, rel=0.35)
    assert "first_offered" in COLUMNS
