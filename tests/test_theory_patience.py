"""M/M/c+G: laws of patience with a known answer, and the published integrals by another program."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.scenario.distributions import (
    Deterministic,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Mixture,
    Never,
    Uniform,
    Weibull,
)
from sim.theory import erlang_a, erlang_b, erlang_c, general_patience
from sim.theory.birth_death import erlang_b_recursion, stationary
from sim.theory.markov import explore, stationary_of

EXACT = 1e-9
MEASURES = ("waits", "abandoned", "asa_s", "mean_wait_s", "mean_wait_abandoned_s", "mean_queue", "occupancy")
MIN = 60_000.0


@pytest.mark.parametrize(
    ("load", "lines"), [(1e-6, 1), (0.5, 1), (5, 5), (12, 5), (300, 310), (1e4, 1e4), (1e5, 9e4), (1e5, 1e5)]
)
@pytest.mark.parametrize("patience", ["10 s", "5 min", "3 h"])
def test_exponential_patience_is_erlang_a(load, lines, patience) -> None:
    exact = erlang_a(arrivals_per_hour=load, handling="1 h", patience=patience, lines=int(lines))
    mean_s = exact.patience_s
    for law in (Exponential(mean_s * 1000), lambda t: np.exp(-t / mean_s)):
        found = general_patience(arrivals_per_hour=load, handling="1 h", patience=law, lines=int(lines))
        for measure in MEASURES:
            assert getattr(found, measure) == pytest.approx(getattr(exact, measure), rel=EXACT), measure
        for wait in ("0 s", "1 s", "30 s", "10 min"):
            assert found.answered_within(wait) == pytest.approx(exact.answered_within(wait), rel=EXACT, abs=1e-15)
            for of in ("answered", "abandoned", "all", "patient"):
                assert found.wait_cdf(wait, of=of) == pytest.approx(exact.wait_cdf(wait, of=of), rel=EXACT, abs=EXACT)


def test_nobody_who_gives_up_is_erlang_c_or_refused() -> None:
    found = general_patience(arrivals_per_hour=4.5, handling="1 h", patience=Never(), lines=5)
    exact = erlang_c(arrivals_per_hour=4.5, handling="1 h", lines=5)
    for measure in ("waits", "asa_s", "mean_queue"):
        assert getattr(found, measure) == pytest.approx(getattr(exact, measure), rel=EXACT)
    half = Mixture((0.5, 0.5), (Never(), Exponential(5 * MIN)))
    assert general_patience(arrivals_per_hour=9, handling="1 h", patience=half, lines=5).abandoned > 4 / 9
    with pytest.raises(ValueError, match="never give up"):
        general_patience(arrivals_per_hour=11, handling="1 h", patience=half, lines=5)


@pytest.mark.parametrize(("load", "lines", "limit"), [(0.7, 1, 1 / 6), (7, 5, 0.1), (90, 100, 0.02), (1000, 900, 1.0)])
def test_equal_patience_of_all_by_hand(load, lines, limit) -> None:
    law = Deterministic(limit * 60 * MIN)
    found = general_patience(arrivals_per_hour=load, handling="1 h", patience=law, lines=lines)
    # Hours: density exp((load - lines) t) up to the limit, then exp(-lines t); weights relative to that of its start.
    drift = load - lines
    grown = math.exp(drift * limit)
    before, after = (grown - 1) / drift, grown / lines
    blocked = erlang_b(arrivals_per_hour=load, handling="1 h", lines=lines).blocked
    room = lines * (before + after)
    waits = blocked * room / (1 - blocked + blocked * room)
    assert found.waits == pytest.approx(waits, rel=EXACT)
    assert found.abandoned == pytest.approx(waits * after / (before + after), rel=EXACT)
    assert found.mean_wait_abandoned_s == pytest.approx(3600 * limit, rel=EXACT)
    first = grown * limit / drift - (grown - 1) / drift**2
    assert found.asa_s * found.answered == pytest.approx(3600 * waits * first / (before + after), rel=EXACT)


def test_a_share_without_patience_balks() -> None:
    law = Mixture((0.3, 0.7), (Deterministic(0.0), Exponential(6 * MIN)))
    found = general_patience(arrivals_per_hour=9, handling="30 min", patience=law, lines=4)
    states = stationary(
        lambda n: np.where(n < 4, 9.0, 0.7 * 9.0), lambda n: np.minimum(n, 4) * 2 + np.maximum(n - 4, 0) * 10, None
    )
    queue = float(states[4:] @ np.arange(len(states) - 4))
    assert found.mean_queue == pytest.approx(queue, rel=EXACT)
    assert found.waits == pytest.approx(states[4:].sum(), rel=EXACT)
    assert found.abandoned == pytest.approx(0.3 * states[4:].sum() + queue * 10 / 9, rel=EXACT)
    assert found.wait_cdf("0 s", of="abandoned") == pytest.approx(0.3 * found.waits / found.abandoned, rel=EXACT)


def test_patience_of_two_phases_agrees_with_its_chain() -> None:
    """One line; the state is the phases of who waits, in order, cut at ten."""

    def moves(state: tuple[int, ...] | None):
        if state is None:
            yield (), 0.3
            return
        yield state[1:] if state else None, 1.0
        if len(state) < 10:
            yield (*state, 1), 0.3
        for place, phase in enumerate(state):
            rest = (2,) if phase == 1 else ()
            yield (*state[:place], *rest, *state[place + 1 :]), 4.0

    chain = explore([None], moves)
    share = stationary_of(chain)
    assert len(chain.states) > 2000
    assert max(p for s, p in zip(chain.states, share, strict=True) if s and len(s) == 10) < 1e-10
    found = general_patience(arrivals_per_hour=0.3, handling="1 h", patience=Gamma(2.0, 15 * MIN), lines=1)
    assert found.waits == pytest.approx(1 - share[0], rel=EXACT)
    assert found.mean_queue == pytest.approx(chain.values(lambda s: len(s or ())) @ share, rel=EXACT)
    leaving = chain.values(lambda s: 4.0 * (s or ()).count(2)) @ share
    assert found.abandoned == pytest.approx(leaving / 0.3, rel=EXACT)


LAWS = [
    Lognormal.from_mean_cv(6 * MIN, 1.5),
    Lognormal.from_mean_cv(6 * MIN, 0.02),
    Weibull.from_mean_cv(6 * MIN, 2.5),
    Weibull.from_mean_cv(6 * MIN, 0.4),
    Gamma.from_mean_cv(6 * MIN, 2.0),
    Uniform(1 * MIN, 9 * MIN),
    Empirical((1 * MIN, 2 * MIN, 2 * MIN, 30 * MIN)),
]


@pytest.mark.parametrize("lines", [1, 6])
@pytest.mark.parametrize("law", LAWS, ids=str)
def test_integrals_of_zeltyn_and_mandelbaum(law, lines) -> None:
    """Their building blocks by sums over four million points, in minutes."""
    arrivals, service, step = lines * 0.05, lines / 25, 1000 / 4_000_000
    t = (np.arange(4_000_000) + 0.5) * step
    gone = law.cdf(t * MIN)
    patient = np.cumsum(1 - gone) * step - (1 - gone) * step / 2
    density = np.exp(arrivals * patient - service * t)
    total = density.sum() * step
    found = general_patience(arrivals_per_hour=60 * arrivals, handling="25 min", patience=law, lines=lines)
    blocked = erlang_b(arrivals_per_hour=60 * arrivals, handling="25 min", lines=lines).blocked
    waits = 1 / (1 + (1 - blocked) / (blocked * service * total))
    assert found.waits == pytest.approx(waits, rel=2e-5)
    assert found.abandoned == pytest.approx(waits * (density @ gone) * step / total, rel=2e-5)
    assert found.asa_s * found.answered == pytest.approx(
        60 * waits * (density @ (t * (1 - gone))) * step / total, rel=2e-5
    )
    assert found.mean_wait_s == pytest.approx(60 * waits * (density @ patient) * step / total, rel=2e-5)
    early = t < 2.5
    assert found.waiting.answered_by(150) == pytest.approx(
        waits * (density[early] @ (1 - gone[early])) * step / total, rel=2e-5
    )
    # Balance of flows, which no quadrature knows of: lines with somebody waiting take one at each release.
    before = erlang_b_recursion(arrivals * 25, lines - 1)
    nobody_waits = arrivals / service * (1 - found.waits) * before
    flow = found.waiting.answered_by(math.inf)
    assert flow == pytest.approx(found.waits - found.abandoned, rel=1e-12)
    assert arrivals * flow == pytest.approx(service * (found.waits - nobody_waits), rel=1e-11)
