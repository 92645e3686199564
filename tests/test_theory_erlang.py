"""Erlang B, C and A: published values, limits, extremes of load against another arithmetic, and what is refused."""

from __future__ import annotations

import datetime as dt
import math

import mpmath as mp
import numpy as np
import pytest

from sim.theory import (
    erlang_a,
    erlang_b,
    erlang_c,
    general_patience,
    limited_queue,
    lines_needed,
    parse_target,
    queue_of,
)
from sim.theory.birth_death import TooManyStatesError
from sim.theory.erlang import palm_integral

MEASURES = ("waits", "blocked", "abandoned", "asa_s", "mean_wait_s", "mean_queue", "occupancy")
WAITS = ("0 s", "1 s", "20 s", "5 min", "1 h", "1 day")


def loaded(model, load: float, lines: int, **others):
    """A queue with so many erlangs, at an hour's handling time."""
    return model(arrivals_per_hour=load, handling="1 h", lines=lines, **others)


def agree(one, other, *, rel: float = 1e-9, whose=("answered", "abandoned", "all", "patient")) -> None:
    for measure in MEASURES:
        assert getattr(one, measure) == pytest.approx(getattr(other, measure), rel=rel, abs=1e-300), measure
    for wait in WAITS:
        assert one.answered_within(wait) == pytest.approx(other.answered_within(wait), rel=rel)
        for of in whose:
            assert one.wait_cdf(wait, of=of) == pytest.approx(other.wait_cdf(wait, of=of), rel=rel, abs=rel), (wait, of)


# Published values


@pytest.mark.parametrize(
    ("load", "lines", "blocked"),
    # By hand: a / (1 + a), and (a^2 / 2) / (1 + a + a^2 / 2) and so on.
    [(1, 1, 1 / 2), (2, 2, 2 / 5), (1, 2, 1 / 5), (3, 3, 4.5 / 13)],
)
def test_erlang_b_by_hand(load, lines, blocked) -> None:
    assert loaded(erlang_b, load, lines).blocked == pytest.approx(blocked, rel=1e-14)


@pytest.mark.parametrize(("lines", "load"), [(5, 1.36), (10, 4.46), (20, 12.0), (50, 37.9), (100, 84.1)])
def test_erlang_b_of_the_classic_table(lines, load) -> None:
    # The loads at which 1 % is lost, as printed with three digits.
    half = 0.005 if load < 10 else 0.05
    assert loaded(erlang_b, load - half, lines).blocked < 0.01 < loaded(erlang_b, load + half, lines).blocked


@pytest.mark.parametrize(
    ("load", "lines", "waits"),
    # M/M/1: rho. M/M/2: 2 rho^2 / (1 + rho). M/M/3 with 2 erlangs: 4/9.
    [(0.25, 1, 0.25), (1, 2, 1 / 3), (1.5, 2, 2 * 0.75**2 / 1.75), (2, 3, 4 / 9)],
)
def test_erlang_c_by_hand(load, lines, waits) -> None:
    queue = loaded(erlang_c, load, lines)
    assert queue.waits == pytest.approx(waits, rel=1e-14)
    assert queue.asa_s == pytest.approx(waits * 3600 / (lines - load), rel=1e-14)
    assert queue.survival("1 h", of="all") == pytest.approx(waits * math.exp(load - lines), rel=1e-12)


@pytest.mark.parametrize("load", [0.5, 2, 7])
def test_erlang_a_with_patience_like_handling_is_m_m_infinity(load) -> None:
    poisson = [math.exp(-load) * load**n / math.factorial(n) for n in range(4)]
    queue = loaded(erlang_a, load, 4, patience="1 h")
    assert queue.waits == pytest.approx(1 - sum(poisson), rel=1e-12)
    assert queue.mean_queue == pytest.approx(load - 4 + sum((4 - n) * p for n, p in enumerate(poisson)), rel=1e-11)


def test_little_and_balance_of_flows() -> None:
    queue = limited_queue(arrivals_per_hour=12, handling="35 min", patience="4 min", lines=5, places=3)
    assert queue.abandoned == pytest.approx(queue.mean_queue / 240 / (12 / 3600), rel=1e-12)
    mixed = queue.answered * queue.asa_s + queue.abandoned * queue.mean_wait_abandoned_s
    assert mixed == pytest.approx((1 - queue.blocked) * queue.mean_wait_s, rel=1e-12)
    assert queue.answered + queue.lost == pytest.approx(1)
    assert queue.mean_wait_of_waiting_s * queue.waits == pytest.approx(mixed, rel=1e-12)


# Limits


@pytest.mark.parametrize(("load", "lines"), [(1e-6, 1), (0.8, 1), (4.5, 5), (90, 100), (100, 500)])
def test_endless_patience_is_erlang_c(load, lines) -> None:
    patient = loaded(erlang_a, load, lines, patience=dt.timedelta(days=900_000_000))
    endless = loaded(erlang_c, load, lines)
    for measure in ("waits", "asa_s", "mean_queue", "occupancy"):
        assert getattr(patient, measure) == pytest.approx(getattr(endless, measure), rel=1e-8)
    assert patient.answered_within("5 min") == pytest.approx(endless.answered_within("5 min"), rel=1e-9)
    many = loaded(limited_queue, load, lines, places=2000)
    agree(many, endless, whose=("answered", "all", "patient"))


@pytest.mark.parametrize("load", [1e-6, 0.5, 5, 300])
def test_no_places_is_erlang_b_and_no_patience_nearly(load) -> None:
    lines = 4
    lost = loaded(erlang_b, load, lines)
    assert loaded(limited_queue, load, lines, places=0).blocked == pytest.approx(lost.blocked, rel=1e-12)
    assert loaded(erlang_a, load, lines, patience="1 ms").abandoned == pytest.approx(lost.blocked, rel=1e-3)


def test_many_places_are_no_limit() -> None:
    agree(
        loaded(limited_queue, 6, 5, places=400, patience="20 min"),
        loaded(erlang_a, 6, 5, patience="20 min"),
        rel=1e-12,
    )


# Extremes, against forty digits


def exact_erlang_a(load: float, lines: int, patience_h: float) -> tuple[float, float]:
    """P(wait) and P(abandon) from Palm's confluent hypergeometric function."""
    with mp.workdps(50):
        a, x, y = mp.mpf(load), lines * mp.mpf(patience_h), mp.mpf(load) * mp.mpf(patience_h)
        blocked = mp.exp(lines * mp.log(a) - a - mp.loggamma(lines + 1)) / mp.gammainc(lines + 1, a, regularized=True)
        palm = mp.hyp1f1(1, x + 1, y, maxterms=10**7)
        waits = palm * blocked / (1 - blocked + palm * blocked)
        return float(waits), float(waits * (x / (y * palm) + 1 - x / y))


@pytest.mark.parametrize(
    ("load", "lines", "patience"),
    [
        (1e-6, 1, "1 h"),
        (1e-6, 3, "1 min"),
        (0.01, 1, "1 s"),
        (5, 5, "10 min"),
        (50, 5, "10 h"),
        (1e3, 1100, "5 min"),
        (1e5, 1e5, "5 min"),
        (1e5, 9e4, "5 min"),
        (1e5, 1.01e5, "5 min"),
        (1e5, 1e5, "1 h"),
    ],
)
def test_erlang_a_at_extreme_loads(load, lines, patience) -> None:
    queue = loaded(erlang_a, load, int(lines), patience=patience)
    waits, abandoned = exact_erlang_a(load, int(lines), queue.patience_s / 3600)
    assert queue.waits == pytest.approx(waits, rel=1e-12)
    assert queue.abandoned == pytest.approx(abandoned, rel=1e-12)


@pytest.mark.parametrize(
    ("load", "lines"), [(1e-6, 1), (1e-6, 40), (1e-3, 5), (1e3, 900), (1e5, 100_000), (1e5, 101_000)]
)
def test_erlang_b_and_c_at_extreme_loads(load, lines) -> None:
    with mp.workdps(50):
        a = mp.mpf(load)
        pmf = mp.exp(lines * mp.log(a) - a - mp.loggamma(lines + 1))
        blocked = pmf / mp.gammainc(lines + 1, a, regularized=True)
        waits = blocked / (1 - a / lines * (1 - blocked)) if load < lines else None
    assert loaded(erlang_b, load, lines).blocked == pytest.approx(float(blocked), rel=1e-12)
    if waits is not None:
        assert loaded(erlang_c, load, lines).waits == pytest.approx(float(waits), rel=1e-12)


def test_probabilities_too_small_for_a_float_are_zero() -> None:
    assert loaded(erlang_b, 1e-6, 100).blocked == 0
    assert loaded(erlang_c, 1e-6, 100).asa_s == 0
    assert loaded(erlang_a, 1e-6, 100, patience="1 min").abandoned == 0
    assert math.isnan(loaded(erlang_b, 1, 1).mean_wait_abandoned_s)


@pytest.mark.parametrize(
    ("load", "lines", "patience"),
    [(1e-6, 1, "1 h"), (5, 5, "10 min"), (50, 5, "2 h"), (1e5, 1e5, "5 min"), (90, 100, "5 days")],
)
def test_waits_by_sums_over_states_and_by_integrals(load, lines, patience) -> None:
    queue = loaded(erlang_a, load, int(lines), patience=patience)
    integral = palm_integral(load / 3600, 3600, queue.patience_s, int(lines))
    for t in (0.0, 0.5, 20, 300, 3600, 1e5, math.inf):
        for measure in ("answered_by", "abandoned_by", "beyond"):
            one, other = (getattr(waiting, measure)(t) for waiting in (queue.waiting, integral))
            assert one == pytest.approx(other, rel=1e-9, abs=1e-13 * queue.waits), (measure, t)
    for measure in ("waits", "abandoned", "answered_wait_s", "abandoned_wait_s"):
        assert getattr(integral, measure) == pytest.approx(getattr(queue.waiting, measure), rel=1e-9)


def test_where_states_are_too_many_the_integral_goes_on() -> None:
    # 150,000 erlangs' worth of callers at 100,000 lines, who wait two months: a queue of seventy million.
    queue = erlang_a(arrivals_per_hour=1.5e5, handling="1 h", patience="60 days", lines=100_000)
    assert queue.abandoned == pytest.approx(1 / 3, rel=1e-9)
    assert queue.mean_queue == pytest.approx(5e4 * 1440, rel=1e-9)
    with pytest.raises(TooManyStatesError, match="shorten patience or limit the places"):
        limited_queue(arrivals_per_hour=2, handling="1 h", lines=1, places=10**8)


def test_mean_waits_are_the_integrals_of_their_distributions() -> None:
    queue = erlang_a(arrivals_per_hour=6, handling="40 min", patience="7 min", lines=4)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    for of, mean in (("answered", queue.asa_s), ("abandoned", queue.mean_wait_abandoned_s), ("all", queue.mean_wait_s)):
        tail = [queue.survival(dt.timedelta(seconds=float(t)), of=of) for t in 6000 * (nodes + 1)]
        assert 6000 * (weights @ tail) == pytest.approx(mean, rel=1e-7)


# Service levels, targets, staffing


def test_three_service_levels() -> None:
    queue = erlang_a(arrivals_per_hour=6, handling="40 min", patience="7 min", lines=4)
    of_offered = queue.answered_within("1 min")
    short = queue.abandoned * queue.wait_cdf("1 min", of="abandoned")
    assert queue.answered_within("1 min", of="of answered") == pytest.approx(of_offered / queue.answered)
    assert queue.answered_within("1 min", of="excluding short abandons") == pytest.approx(of_offered / (1 - short))
    assert queue.answered_within("0 s") == pytest.approx(1 - queue.waits)
    assert queue.answered_within("9 days") == pytest.approx(queue.answered)
    with pytest.raises(ValueError, match="of: 'of all' is not one of of offered"):
        queue.answered_within("1 min", of="of all")


@pytest.mark.parametrize("load", [1e-6, 0.3, 4, 60, 2000])
@pytest.mark.parametrize(
    ("target", "others"),
    [
        ("80 % in 60 s", {}),
        ("99.9 % in 20 s", {"patience": "5 min"}),
        ("5 % abandoned", {"patience": "5 min"}),
        ("1% blocked", {"places": 0}),
        ("2 % lost", {"places": 3, "patience": "2 min"}),
    ],
)
def test_lines_needed_is_the_smallest_number(load, target, others) -> None:
    lines = loaded(
        lambda **k: lines_needed(**{n: v for n, v in k.items() if n != "lines"}), load, 1, target=target, **others
    )
    met = parse_target(target).met
    assert met(loaded(queue_of, load, lines, **others))
    if lines > 1 and not (others == {} and lines - 1 <= load):
        assert not met(loaded(queue_of, load, lines - 1, **others))


def test_one_percent_lost_of_the_table() -> None:
    assert lines_needed(arrivals_per_hour=4.46, handling="1 h", target="1 % blocked", places=0) == 10
    assert lines_needed(arrivals_per_hour=4.47, handling="1 h", target="1 % blocked", places=0) == 11


# What is refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: erlang_a(arrivals_per_hour=6, handling=25, patience="5 min", lines=5), "handling: 25 has no unit"),
        (lambda: erlang_b(arrivals_per_hour=6, handling="25", lines=5), "handling: '25' has no unit"),
        (lambda: erlang_b(arrivals_per_hour=6, handling="0 s", lines=5), "handling: 0 s is too short"),
        (lambda: erlang_b(arrivals_per_hour=6, handling=dt.timedelta(-1), lines=5), "too short"),
        (lambda: erlang_b(arrivals_per_hour=0, handling="1 h", lines=5), "arrivals_per_hour: 0 is not allowed"),
        (lambda: erlang_b(arrivals_per_hour="6", handling="1 h", lines=5), "'6' is not a number per hour"),
        (lambda: erlang_b(arrivals_per_hour=math.nan, handling="1 h", lines=5), "nan is not a number per hour"),
        (lambda: erlang_b(arrivals_per_hour=6, handling="1 h", lines=2.5), "2.5 is not a whole number of at least 1"),
        (lambda: erlang_c(arrivals_per_hour=6, handling="1 h", lines=6), "6 erlangs on 6 lines.*grows for ever"),
        (lambda: limited_queue(arrivals_per_hour=6, handling="1 h", lines=6, places=-1), "places: -1"),
        (lambda: general_patience(arrivals_per_hour=6, handling="1 h", lines=6, patience="5 min"), "neither a law"),
        (
            lambda: general_patience(arrivals_per_hour=6, handling="1 h", lines=6, patience=lambda t: 2 - t),
            "patience: the function gives 2 after .* s, which is no share",
        ),
        (lambda: parse_target("80 in 20"), "target: '80 in 20' is not a target such as"),
        (lambda: parse_target("80 % in 20"), "target: '20' has no unit"),
        (lambda: parse_target("180 % in 20 s"), "target: 180 % is out of range"),
        (lambda: parse_target("100 % in 20 s"), "met by no number of lines"),
        (lambda: lines_needed(arrivals_per_hour=6, handling="1 h", target="5 % abandoned"), "give a patience"),
        (lambda: lines_needed(arrivals_per_hour=6, handling="1 h", target="5 % blocked"), "give places"),
    ],
)
def test_refused(call, words) -> None:
    with pytest.raises(ValueError, match=words):
        call()
