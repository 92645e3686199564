"""The chain solver against closed forms, and models without a closed form against special cases that have one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import linalg

from sim.scenario.distributions import (
    Deterministic,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Mixture,
    Uniform,
    Weibull,
)
from sim.theory import (
    chat_line,
    erlang_a,
    erlang_b,
    erlang_c,
    limited_queue,
    overflow_lines,
    pollaczek_khinchine,
    retrial_queue,
    two_priorities,
)
from sim.theory.erlang import queue_states
from sim.theory.markov import (
    explore,
    gth,
    power_stationary,
    sparse_stationary,
    stationary_of,
    transient,
    transient_by_equations,
)
from sim.theory.single_line import moment

EXACT = 1e-9


def queue_chain(arrivals: float, handling: float, patience: float, lines: int, room: int):
    def moves(n: int):
        if n < room:
            yield n + 1, arrivals
        yield n - 1, min(n, lines) / handling + max(n - lines, 0) / patience

    return explore([0], moves)


# The solver


@pytest.mark.parametrize("solve", [lambda q: gth(q.toarray()), sparse_stationary], ids=["GTH", "sparse LU"])
@pytest.mark.parametrize(
    ("load", "lines", "patience"), [(0.3, 1, 0.2), (6, 5, 0.25), (40, 35, 1.0), (4, 5, math.inf), (200, 190, 0.05)]
)
def test_chains_of_queues_have_the_closed_form(solve, load, lines, patience) -> None:
    chain = queue_chain(load, 1.0, patience, lines, lines + 60)
    exact = queue_states(load, 1.0, patience, lines, 60)
    assert solve(chain.generator) == pytest.approx(exact, rel=EXACT, abs=1e-13)


def test_stepping_agrees_with_factors_where_it_is_chosen() -> None:
    def moves(state: tuple[int, ...]):
        for line, what in enumerate(state):
            for kind in range(1, 4):
                yield (*state[:line], kind, *state[line + 1 :]) if not what else state, 0.3 * kind
            yield (*state[:line], 0, *state[line + 1 :]), 1.0 / (1 + what)

    chain = explore([(0,) * 5], moves)
    assert len(chain.states) == 4**5
    found = power_stationary(chain.generator)
    assert found == pytest.approx(sparse_stationary(chain.generator), abs=1e-13)
    # The lines are independent of each other: probabilities are products.
    one = stationary_of(explore([(0,)], moves))
    assert found == pytest.approx([math.prod(one[w] for w in state) for state in chain.states], abs=1e-13)
    slow = queue_chain(90.0, 1.0, 1e5, 90, 600)
    assert power_stationary(slow.generator) is None


def test_reduction_keeps_the_digits_of_rare_states() -> None:
    chain = queue_chain(1e-6, 1.0, 2.0, 3, 12)
    assert gth(chain.generator.toarray()) == pytest.approx(queue_states(1e-6, 1.0, 2.0, 3, 9), rel=1e-13, abs=0)


@pytest.mark.parametrize("patience", ["10 min", None])
@pytest.mark.parametrize("places", [0, 1, 7])
def test_measures_of_a_limited_queue_are_those_of_its_chain(places, patience) -> None:
    queue = limited_queue(arrivals_per_hour=9, handling="25 min", lines=4, places=places, patience=patience)
    chain = queue_chain(9 / 3600, 1500, 600 if patience else math.inf, 4, 4 + places)
    share = stationary_of(chain)
    waiting = np.maximum(np.array(chain.states) - 4, 0)
    assert queue.blocked == pytest.approx(share[chain.index[4 + places]], rel=EXACT)
    assert queue.mean_queue == pytest.approx(share @ waiting, rel=EXACT, abs=1e-15)
    assert queue.waits == pytest.approx(share[np.array(chain.states) >= 4].sum() - queue.blocked, rel=EXACT, abs=1e-15)
    assert queue.occupancy == pytest.approx(share @ np.minimum(chain.states, 4) / 4, rel=EXACT)


@pytest.mark.parametrize("seconds", [1, 20, 300, 3000])
def test_waits_are_those_of_a_caller_followed_through_the_queue(seconds) -> None:
    queue = limited_queue(arrivals_per_hour=9, handling="25 min", lines=4, places=7, patience="10 min")

    def moves(ahead: int | str):
        if isinstance(ahead, int):
            yield "answered" if ahead == 0 else ahead - 1, 4 / 1500 + ahead / 600
            yield "gone", 1 / 600

    chain = explore(range(7), moves)
    start = np.append(queue_states(9 / 3600, 1500, 600, 4, 7)[4:-1], [0.0, 0.0])
    after, _ = transient(chain.generator, start, seconds)
    assert queue.waiting.answered_by(seconds) == pytest.approx(after[chain.index["answered"]], rel=EXACT)
    assert queue.waiting.abandoned_by(seconds) == pytest.approx(after[chain.index["gone"]], rel=EXACT)


@pytest.mark.parametrize("time", [0.0, 0.01, 3.0, 5000.0])
def test_transient_solutions_agree_with_the_matrix_exponential(time) -> None:
    chain = queue_chain(3.0, 0.7, 0.4, 2, 9)
    start = np.eye(10)[0]
    dense = chain.generator.toarray()
    exact = start @ linalg.expm(dense * time) if time < 100 else gth(dense)
    after, spent = transient(chain.generator, start, time)
    assert after == pytest.approx(exact, abs=1e-12)
    assert spent.sum() == pytest.approx(time, rel=1e-12)
    if 0 < time < 100:
        solved, spent_too = transient_by_equations(lambda _, p: p @ chain.generator, start, [0, time / 3, time])
        assert solved == pytest.approx(exact, abs=1e-10)
        assert spent_too == pytest.approx(spent, abs=1e-10)


def test_two_closed_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="several closed classes"):
        stationary_of(explore(["a", "b"], lambda _: ()))


# Lines that help each other


def test_provinces_that_all_help_each_other_lose_like_one_group() -> None:
    names = ("a", "b", "c", "d", "e")
    order = dict.fromkeys(names, names)
    uneven = dict(zip(names, (1.0, 0.5, 2.0, 0.2, 1.3), strict=True))
    found = overflow_lines(arrivals_per_hour=uneven, handling="40 min", order=order)
    pooled = erlang_b(arrivals_per_hour=5, handling="40 min", lines=5)
    assert found.blocked == pytest.approx(pooled.blocked, rel=EXACT)
    assert found.occupancy.sum() == pytest.approx(pooled.carried_load, rel=EXACT)


def test_provinces_on_their_own_are_single_lines() -> None:
    found = overflow_lines(arrivals_per_hour={"a": 2, "b": 0.5}, handling={"a": "30 min", "b": "1 h"}, order={})
    assert found.blocked == pytest.approx([1 / 2, 1 / 3], rel=1e-12)
    assert found.taken == pytest.approx(np.diag([1 / 2, 2 / 3]), rel=1e-12)


def test_a_province_with_a_helper_that_nobody_calls_has_two_lines() -> None:
    found = overflow_lines(arrivals_per_hour={"a": 2, "b": 0}, handling="1 h", order={"a": ["b"]})
    # Erlang B with two erlangs: 2/3 lost by one line, 2/5 by two.
    assert found.taken[0] == pytest.approx([1 / 3, 2 / 3 - 2 / 5], rel=1e-12)
    assert found.blocked_share == pytest.approx(2 / 5, rel=1e-12)


def test_help_in_one_direction_takes_from_the_helper() -> None:
    alone = overflow_lines(arrivals_per_hour={"a": 1, "b": 1}, handling="1 h", order={})
    helped = overflow_lines(arrivals_per_hour={"a": 1, "b": 1}, handling="1 h", order={"a": ["b"]})
    assert helped.blocked[0] < alone.blocked[0]
    assert helped.blocked[1] > alone.blocked[1]
    # Balance: what lines carry is what callers bring.
    assert helped.occupancy.sum() == pytest.approx((1 - helped.blocked).sum(), rel=1e-12)


def test_wrong_orders_are_named() -> None:
    with pytest.raises(ValueError, match=r"'limbrug' is not among the provinces\. Did you mean 'limburg'"):
        overflow_lines(arrivals_per_hour={"limburg": 1}, handling="1 h", order={"limburg": ["limbrug"]})


# Redials


@pytest.mark.parametrize(("load", "delay_h"), [(0.2, 1.0), (0.7, 0.25), (0.9, 2.0)])
def test_single_line_with_redials_has_falins_orbit(load, delay_h) -> None:
    found = retrial_queue(arrivals_per_hour=load, handling="1 h", lines=1, redial_after=f"{delay_h} h")
    assert found.occupancy == pytest.approx(load, rel=EXACT)
    # E[orbit] = rho (lambda + rho nu) / (nu (1 - rho)), Falin and Templeton 1997, section 1.2, with nu = 1 / delay.
    assert found.mean_orbit == pytest.approx(load * (load * delay_h + load) / (1 - load), rel=EXACT)
    assert found.reached == pytest.approx(1, rel=EXACT)


def test_without_redials_it_is_the_limited_queue() -> None:
    found = retrial_queue(
        arrivals_per_hour=8, handling="30 min", lines=3, places=2, patience="5 min", redial_after="20 min",
        redial_if_blocked=0, redial_if_abandoned=0,
    )  # fmt: skip
    queue = limited_queue(arrivals_per_hour=8, handling="30 min", lines=3, places=2, patience="5 min")
    for measure in ("blocked", "abandoned", "occupancy", "mean_queue"):
        assert getattr(found, measure) == pytest.approx(getattr(queue, measure), rel=EXACT)
    assert found.reached == pytest.approx(queue.answered, rel=EXACT)
    assert found.attempts_per_caller == pytest.approx(1)


def test_redials_at_once_are_a_queue() -> None:
    found = retrial_queue(arrivals_per_hour=2, handling="1 h", lines=3, redial_after="1 s")
    queue = erlang_c(arrivals_per_hour=2, handling="1 h", lines=3)
    assert found.first_blocked == pytest.approx(queue.waits, rel=2e-3)
    assert found.mean_orbit == pytest.approx(queue.mean_queue, rel=2e-3)


def test_people_with_redials_add_up() -> None:
    found = retrial_queue(
        arrivals_per_hour=10, handling="30 min", lines=3, places=2, patience="5 min", redial_after="20 min",
        redial_if_blocked=0.6, redial_if_abandoned=0.4,
    )  # fmt: skip
    lost = found.attempts_per_caller * (0.4 * found.blocked + 0.6 * found.abandoned)
    assert found.reached + lost == pytest.approx(1, rel=EXACT)
    assert found.attempts_per_caller * (1 - found.blocked - found.abandoned) == pytest.approx(found.reached, rel=EXACT)


def test_redials_that_pile_up_are_refused() -> None:
    with pytest.raises(ValueError, match="pile up for ever"):
        retrial_queue(arrivals_per_hour=3, handling="1 h", lines=3, redial_after="20 min")


# Chats


def test_chats_at_full_speed_are_lines_and_shared_ones_one_line() -> None:
    full = chat_line(arrivals_per_hour=3, handling="30 min", speeds=["100 %"] * 3)
    assert full.blocked == pytest.approx(erlang_b(arrivals_per_hour=3, handling="30 min", lines=3).blocked, rel=EXACT)
    assert full.mean_handling_s == pytest.approx(1800, rel=EXACT)
    # Processor sharing: the number present is geometric, cut at 2.
    shared = chat_line(arrivals_per_hour=1, handling="30 min", speeds=["100 %", "50 %"])
    assert shared.states == pytest.approx(np.array([4, 2, 1]) / 7, rel=1e-12)
    assert shared.mean_handling_s == pytest.approx((2 + 2) / 7 / (6 / 7) * 3600, rel=1e-12)


def test_chats_that_wait_agree_with_their_chain() -> None:
    found = chat_line(
        arrivals_per_hour=5, handling="20 min", speeds=["100 %", "60 %", "30 %"], places=4, patience="9 min"
    )
    rates = [0, 1 / 1200, 2 * 0.6 / 1200, 3 * 0.3 / 1200]

    def moves(n: int):
        if n < 7:
            yield n + 1, 5 / 3600
        yield n - 1, rates[min(n, 3)] + max(n - 3, 0) / 540

    share = stationary_of(explore([0], moves))
    assert found.states == pytest.approx(share, rel=EXACT)
    carried = sum(p * rates[min(n, 3)] for n, p in enumerate(share)) / (5 / 3600)
    assert found.answered == pytest.approx(carried, rel=EXACT)
    with pytest.raises(ValueError, match="speeds: 70 has no unit"):
        chat_line(arrivals_per_hour=5, handling="20 min", speeds=("100 %", 70))
    with pytest.raises(ValueError, match="more chats than the line can handle"):
        chat_line(arrivals_per_hour=5, handling="20 min", speeds=["100 %"], places=None)


# Priorities


def test_priorities_by_hand_and_together_erlang_c() -> None:
    single = two_priorities(arrivals_per_hour=(0.3, 0.5), handling="1 h", lines=1)
    # One line: residual work rho E[S^2] / 2 E[S] = 0.8 h; / 0.7, and / (0.7 x 0.2).
    assert single.urgent.mean_wait_s == pytest.approx(0.8 / 0.7 * 3600, rel=1e-12)
    assert single.other.mean_wait_s == pytest.approx(0.8 / 0.14 * 3600, rel=1e-12)
    several = two_priorities(arrivals_per_hour=(3, 5), handling="30 min", lines=5)
    together = erlang_c(arrivals_per_hour=8, handling="30 min", lines=5)
    assert several.urgent.mean_queue + several.other.mean_queue == pytest.approx(together.mean_queue, rel=1e-12)


def test_priorities_of_the_chain_tend_to_the_closed_form() -> None:
    closed = two_priorities(arrivals_per_hour=(1, 2), handling="30 min", lines=3)
    chain = two_priorities(arrivals_per_hour=(1, 2), handling="30 min", lines=3, patience=("30000 days", None))
    assert chain.urgent.mean_queue == pytest.approx(closed.urgent.mean_queue, rel=1e-6)
    assert chain.other.mean_queue == pytest.approx(closed.other.mean_queue, rel=1e-6)


def test_priorities_with_equal_patience_are_together_erlang_a() -> None:
    found = two_priorities(arrivals_per_hour=(4, 6), handling="30 min", lines=4, patience=("8 min", "8 min"))
    together = erlang_a(arrivals_per_hour=10, handling="30 min", lines=4, patience="8 min")
    assert found.urgent.mean_queue + found.other.mean_queue == pytest.approx(together.mean_queue, rel=EXACT)
    assert 0.4 * found.urgent.abandoned + 0.6 * found.other.abandoned == pytest.approx(together.abandoned, rel=EXACT)
    assert found.waits == pytest.approx(together.waits, rel=EXACT)
    assert found.urgent.abandoned < together.abandoned < found.other.abandoned


# One line with any handling time


def test_single_line_with_exponential_and_fixed_handling() -> None:
    line = erlang_c(arrivals_per_hour=1.5, handling="30 min", lines=1)
    found = pollaczek_khinchine(arrivals_per_hour=1.5, handling=Exponential(1_800_000))
    assert found.mean_wait_s == pytest.approx(line.mean_wait_s, rel=1e-12)
    assert found.waits == pytest.approx(line.waits)
    # Waits are 0 or exponential with the same mean m: the variance is rho (2 - rho) m^2.
    assert found.sd_wait_s == pytest.approx(math.sqrt(0.75 * 1.25) * line.mean_wait_of_waiting_s, rel=1e-12)
    fixed = pollaczek_khinchine(arrivals_per_hour=1.5, handling=Deterministic(1_800_000))
    assert fixed.mean_wait_s == pytest.approx(found.mean_wait_s / 2, rel=1e-12)
    by_cv = pollaczek_khinchine(arrivals_per_hour=1.5, handling="30 min", cv=0)
    assert by_cv.mean_queue == pytest.approx(fixed.mean_queue)
    assert math.isnan(by_cv.sd_wait_s)
    with pytest.raises(ValueError, match="grows for ever"):
        pollaczek_khinchine(arrivals_per_hour=2, handling="30 min", cv=1)


LAWS = [
    Exponential(3.0),
    Lognormal.from_mean_cv(3, 0.8),
    Gamma.from_mean_cv(3, 0.5),
    Weibull.from_mean_cv(3, 0.7),
    Deterministic(3.0),
    Uniform(1.0, 5.0),
    Empirical((1.0, 2.0, 6.0)),
    Mixture((0.25, 0.75), (Deterministic(0.0), Exponential(4.0))),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_moments_are_those_of_the_law(law) -> None:
    # E[X^k] is the integral of k x^(k-1) (1 - F): midpoints, so fine that steps in F cost little.
    x = (np.arange(2_000_000) + 0.5) * 1e-4
    for power in (1, 2, 3):
        area = 1e-4 * np.sum(power * x ** (power - 1) * (1 - law.cdf(x)))
        assert moment(law, power) == pytest.approx(area, rel=1e-4), power
    assert moment(law, 1) == pytest.approx(law.mean, rel=1e-12)
