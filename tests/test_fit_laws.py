"""Handling, patience, redials and lines: against other software and closed forms, simulated logs, a real one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.fit.families import EXPONENTIAL, GAMMA, LOGNORMAL, TWO_LOGNORMALS, WEIBULL
from sim.fit.handling import fit_handling
from sim.fit.hours import hours_text, next_opening, opening
from sim.fit.law_checks import law_checks
from sim.fit.laws import fit_laws, handling_of, patience_of
from sim.fit.likelihood import climb, covariance, grouped, interval
from sim.fit.lines import served_together, staffing
from sim.fit.log import ABANDONED, ANSWERED, CLOSED, UNKNOWN, Log
from sim.fit.patience import Waits, fit_patience, kaplan_meier
from sim.fit.read import read
from sim.fit.redials import WINDOWS, fit_redials
from sim.model.clock import DAY, HOUR, MINUTE, SECOND
from tests.long.recovery import checks as recovery
from tests.long.recovery.checks import recovered
from tests.long.validation.bank import find_data

ROOT = Path(__file__).parent.parent


def sample(law: object, n: int) -> np.ndarray:
    """n quantiles of a law, evenly spaced: a sample without luck."""
    return law.ppf((np.arange(n) + 0.5) / n)  # type: ignore[attr-defined]


def log_of(rows: list[tuple], lines: tuple[str, ...] = ("a", "b"), days: int = 1) -> Log:
    """Rows of (arrival, caller, queue, wait, outcome, handling, line), times in seconds or UNKNOWN."""
    columns = np.array(sorted(rows), dtype=float).T if rows else np.zeros((7, 0))
    arrival, caller, queue, wait, outcome, handling, line = columns
    seconds = [np.where(c < 0, UNKNOWN, c * SECOND).astype(np.int64) for c in (arrival, wait, handling)]
    whole = [c.astype(np.int64) for c in (caller, queue, outcome, line)]
    zeros = np.zeros(len(arrival), dtype=np.int64)
    return Log(
        source="x.csv", start=dt.date(2024, 3, 4), days=days, arrival=seconds[0], caller=whole[0], channel=zeros,
        queue=whole[1], wait=seconds[1], outcome=whole[2], handling=seconds[2], line=whole[3], priority=zeros,
        channels=("phone",), queues=("p", "q"), lines=lines, rows=len(arrival), dropped=(),
    )  # fmt: skip


# Likelihood


def test_profile_interval_is_that_of_closed_forms() -> None:
    # A Poisson mean: 2 (log L(mu) - log L(n)) = -3.84 solved elsewhere for n = 10.
    peak = climb(lambda theta: 10 * theta[0] - np.exp(theta[0]), [[0.0]])
    low, high = np.exp(interval(peak, 0))
    assert np.exp(peak.at[0]) == pytest.approx(10, rel=1e-5)
    for end in (low, high):
        assert 2 * (10 * np.log(10 / end) - 10 + end) == pytest.approx(3.8415, abs=0.02)
    assert covariance(peak)[0, 0] == pytest.approx(0.1, rel=0.02)


def test_an_end_that_nothing_bounds_is_open() -> None:
    peak = climb(lambda theta: -np.log1p(np.exp(-theta[0])), [[0.0]])
    assert interval(peak, 0)[1] == np.inf


def test_grouping_keeps_sums_and_zeros() -> None:
    values = np.concatenate([np.zeros(7), np.random.default_rng(1).exponential(100, 20_000)])
    different, weights = grouped(values)
    assert len(different) < 6000
    assert weights.sum() == len(values)
    assert weights[0] == 7
    assert different[0] == 0
    assert weights @ different == pytest.approx(values.sum())


@pytest.mark.parametrize(
    ("family", "theta", "law"),
    [
        (EXPONENTIAL, [np.log(80)], stats.expon(0, 80)),
        (WEIBULL, [np.log(0.7), np.log(90)], stats.weibull_min(0.7, 0, 90)),
        (GAMMA, [np.log(1.8), np.log(50)], stats.gamma(1.8, 0, 50)),
        (LOGNORMAL, [np.log(60), np.log(0.8)], stats.lognorm(0.8, 0, 60)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_families_are_those_of_scipy(family, theta, law) -> None:
    x = np.array([0.5, 3.0, 60.0, 900.0])
    theta = np.array(theta)
    assert family.log_density(theta, x) == pytest.approx(law.logpdf(x), rel=1e-9)
    assert family.log_survival(theta, x) == pytest.approx(law.logsf(x), rel=1e-7)
    assert family.law(theta).cdf(1000 * x) == pytest.approx(law.cdf(x), rel=1e-9)


def test_a_mixture_is_the_sum_of_its_parts() -> None:
    theta = np.array([np.log(20), np.log(0.5), np.log(300), np.log(0.8), 0.4])
    share = 1 / (1 + np.exp(-0.4))
    x = np.array([25.0, 100.0, 1000.0])
    density = share * stats.lognorm(0.5, 0, 20).pdf(x) + (1 - share) * stats.lognorm(0.8, 0, 300).pdf(x)
    assert np.exp(TWO_LOGNORMALS.log_density(theta, np.concatenate([[1.0], x]))[1:]) == pytest.approx(density)


# Handling


def test_handling_of_a_known_law() -> None:
    found = fit_handling((1000 * sample(stats.lognorm(0.8, 0, 300), 3000)).astype(np.int64), short_s=10)
    assert found.chosen is not None
    assert found.chosen.family is LOGNORMAL
    assert found.chosen.parameters["median"].value == pytest.approx(300, rel=0.005)
    assert found.chosen.parameters["sigma"].value == pytest.approx(0.8, rel=0.005)
    # Standard error of the mean of the logarithms.
    low, high = found.chosen.parameters["median"].low, found.chosen.parameters["median"].high
    assert np.log(high / low) / 2 == pytest.approx(1.96 * 0.8 / np.sqrt(3000), rel=0.02)
    assert found.chosen.distance < 1
    assert found.short_share.value < 0.001


def test_the_part_below_the_cut_is_the_laws_own() -> None:
    # A law of which a fifth lies below the cut: cut off and fitted, it is found whole, and nobody counts as short.
    found = fit_handling((1000 * sample(stats.lognorm(1.2, 0, 30), 4000)).astype(np.int64), short_s=10)
    law = next(fit for fit in found.candidates if fit.family is LOGNORMAL)
    assert found.short > 600
    assert law.parameters["sigma"].covers(1.2)
    assert law.parameters["median"].covers(30)
    assert found.short_share.value == pytest.approx(0, abs=0.01)


def test_short_calls_are_set_apart() -> None:
    times = np.concatenate([np.full(400, 3.0), sample(stats.lognorm(0.8, 0, 300), 3600)])
    found = fit_handling((1000 * times).astype(np.int64), short_s=10)
    assert found.short_share.value == pytest.approx(0.1, abs=0.002)
    assert found.short_mean_s == pytest.approx(3, abs=0.1)
    assert found.chosen is not None
    assert found.chosen.parameters["median"].value == pytest.approx(300, rel=0.01)
    none = fit_handling((1000 * times).astype(np.int64), short_s=0)
    assert none.short == 0


def test_two_kinds_of_calls_are_a_mixture() -> None:
    times = np.concatenate([sample(stats.lognorm(0.4, 0, 60), 1500), sample(stats.lognorm(0.4, 0, 900), 1500)])
    found = fit_handling((1000 * times).astype(np.int64))
    assert found.chosen is not None
    assert found.chosen.family is TWO_LOGNORMALS
    medians = sorted(found.chosen.parameters[f"median of the {part}"].value for part in ("first", "second"))
    assert medians == pytest.approx([60, 900], rel=0.05)


@pytest.mark.parametrize("times", [[], [5_000], [60_000] * 50, [0] * 30], ids=["none", "one", "all alike", "all zero"])
def test_little_to_fit_is_no_law(times) -> None:
    found = fit_handling(np.array(times, dtype=np.int64))
    assert found.chosen is None
    assert found.calls == len(times)


# Patience


def test_exponential_patience_is_time_over_events() -> None:
    rng = np.random.default_rng(5)
    patience, offered = rng.exponential(300_000, 3000).astype(int), rng.exponential(120_000, 3000).astype(int)
    left = patience < offered
    found = fit_patience(patience[left], offered[~left])
    exponential = found.named("exponential")
    assert exponential is not None
    total = (patience[left].sum() + offered[~left].sum()) / left.sum() / 1000
    assert exponential.mean.value == pytest.approx(total, rel=2e-3)
    # Garwood's interval of the number of events, all but.
    n = left.sum()
    garwood = total * n / (stats.chi2.ppf([0.975, 0.025], [2 * n + 2, 2 * n]) / 2)
    assert [exponential.mean.low, exponential.mean.high] == pytest.approx(garwood, rel=0.01)
    assert found.naive.value < 100 < exponential.mean.low


def test_kaplan_meier_is_that_of_scipy() -> None:
    rng = np.random.default_rng(2)
    left, stayed = np.round(rng.exponential(100, 80)), np.round(rng.exponential(60, 120)) + 1
    curve = kaplan_meier(Waits.of(left, stayed))
    other = stats.ecdf(stats.CensoredData(uncensored=left, right=stayed)).sf
    with pytest.warns(RuntimeWarning, match="undefined at some"):  # before the first and after the last who left
        band = other.confidence_interval(method="log-log")
    for t in (10.0, 50.0, 120.0):
        share, low, high = curve.at(t)
        assert share == pytest.approx(float(other.evaluate(np.array([t]))[0]))
        assert low == pytest.approx(float(band.low.evaluate(np.array([t]))[0]), rel=1e-6)
        assert high == pytest.approx(float(band.high.evaluate(np.array([t]))[0]), rel=1e-6)


def test_who_hangs_up_at_once_is_a_share_of_its_own() -> None:
    left = np.concatenate([np.zeros(200), sample(stats.expon(0, 240), 1800)])
    found = fit_patience((1000 * left).astype(np.int64), np.zeros(500, dtype=np.int64))
    assert found.chosen is not None
    assert found.chosen.name == "exponential, some at once"
    assert found.chosen.parameters["at once"].value == pytest.approx(0.1, abs=0.005)
    assert found.chosen.parameters["mean"].value == pytest.approx(240, rel=0.01)
    assert found.answered == 0  # without a wait they say nothing


def test_few_who_gave_up_have_a_wide_interval_and_no_shape() -> None:
    found = fit_patience(np.array([30_000, 90_000]), np.full(50, 20_000))
    assert [fit.name for fit in found.candidates] == ["exponential"]
    assert found.chosen is not None
    assert found.chosen.mean.high > 5 * found.chosen.mean.value
    nobody = fit_patience(np.zeros(0, dtype=np.int64), np.full(50, 20_000))
    assert nobody.chosen is None
    assert nobody.waited_s == 1000


# Hours and lines


def test_opening_hours_forget_stray_calls_and_fill_quiet_hours() -> None:
    weekday = np.repeat(np.arange(5), 160)
    hour = np.tile(np.repeat(np.arange(9, 17), 20), 5)
    text = hours_text(opening(np.append(weekday, 5), np.append(hour, 3)))
    assert text == "mon-fri 9:00-17:00"
    seen = ~((weekday == 2) & (hour == 12))
    assert "wed 9:00-12:00 13:00-17:00" in hours_text(opening(weekday[seen], hour[seen]))
    few = np.arange(len(weekday)) % 13 == 0
    assert hours_text(opening(weekday[few], hour[few])) == "mon-fri 9:00-17:00"
    assert hours_text(opening(weekday[:0], hour[:0])) == ""


def test_next_opening() -> None:
    open_ = np.zeros((7, 24), dtype=bool)
    open_[:5, 9:17] = True
    found = next_opening(open_, 0, np.array([8 * HOUR, 10 * HOUR, 17 * HOUR, 4 * DAY + 18 * HOUR]))
    assert found.tolist() == [9 * HOUR, 10 * HOUR, DAY + 9 * HOUR, 7 * DAY + 9 * HOUR]


def test_lines_are_conversations_at_once_and_sharp_while_somebody_waits() -> None:
    ten = 10 * 3600
    rows = [
        (ten, 0, 0, 0, ANSWERED, 600, 0),
        (ten + 60, 1, 0, 0, ANSWERED, 600, 1),
        (ten + 120, 2, 0, 60, ABANDONED, UNKNOWN, UNKNOWN),
        (ten + 1800, 3, 0, 0, ANSWERED, 600, 0),
    ]
    (found,) = staffing(log_of(rows))
    quarter = 40
    assert found.least[0, quarter] == 2
    assert found.known[0, quarter] == pytest.approx(2)
    assert found.waited[0, quarter] == MINUTE
    # One conversation and nobody waits: one line is all that is known.
    assert found.known[0, quarter + 2] == pytest.approx(1)
    # Ends that overlap by a second of rounding are no second line.
    overlap = [(ten, 0, 0, 0, ANSWERED, 301, 0), (ten + 300, 1, 0, 0, ANSWERED, 300, 0)]
    assert staffing(log_of(overlap))[0].least.max() == 1


def test_queues_that_share_lines_are_one_group() -> None:
    rows = [(100 * k, k, k % 2, 0, ANSWERED, 60, k // 2 % 2) for k in range(40)]
    assert served_together(log_of(rows)) == [(0, 1)]
    rows = [(100 * k, k, k % 2, 0, ANSWERED, 60, k % 2) for k in range(40)]
    assert served_together(log_of(rows)) == [(0,), (1,)]
    rows = [(100 * k, k, 0, 0, ANSWERED, 60, UNKNOWN) for k in range(40)]
    assert served_together(log_of(rows)) == [(0,)]


# Redials


def test_redials_count_windows_and_leave_out_the_unknown() -> None:
    nine = 9 * 3600
    rows = [(nine + 600 * k, k, 0, 60, ABANDONED, UNKNOWN, UNKNOWN) for k in range(20)]
    rows += [(nine + 600 * k + 300, k, 0, 0, ANSWERED, 100, 0) for k in range(10)]
    rows += [(nine + 7, UNKNOWN, 0, 0, ANSWERED, 100, 0)]
    found = fit_redials(log_of(rows, days=3))
    assert (found.unknown, found.known) == (1, 30)
    five = WINDOWS.index(5 * MINUTE)
    assert found.again["abandoned"][five].value == 0.5
    assert found.again["answered"][five].value == 0
    assert found.probability["abandoned"].value == pytest.approx(0.5, abs=0.05)
    assert found.median is not None
    assert found.median.value == pytest.approx(240, rel=0.02)
    assert found.longest == 2
    assert found.landed == pytest.approx(0.5, abs=0.02)
    assert found.chance.sum() == pytest.approx(10, abs=0.2)


def test_without_callers_nothing_is_said_of_redials() -> None:
    found = fit_redials(log_of([(100, UNKNOWN, 0, 0, ANSWERED, 60, 0)]))
    assert not found.found
    assert (found.unknown, found.known) == (1, 0)
    assert found.probability == {}
    assert fit_redials(log_of([])).known == 0


def test_who_calls_again_before_opening_waits_for_it_no_more() -> None:
    early = [
        (8 * 3600, 1, 0, UNKNOWN, CLOSED, UNKNOWN, UNKNOWN),
        (8 * 3600 + 60, 1, 0, UNKNOWN, CLOSED, UNKNOWN, UNKNOWN),
    ]
    day = [(9 * 3600 + 60 * k, 100 + k, 0, 0, ANSWERED, 50, 0) for k in range(400)]
    found = fit_redials(log_of(early + day))
    assert found.calls["closed"] == 2


# Simulated logs and the real one


@pytest.mark.parametrize(
    "check", ["patience, some at once", "patience, Weibull", "short calls", "redials above background"]
)
def test_parameters_are_in_their_intervals(check) -> None:
    """Twenty logs; by chance it fails once in a hundred times (Bonferroni over a check's quantities)."""
    for found in recovered(check, 20, first=1000):
        assert found.passed, found


def test_lines_are_a_lower_bound_and_sharp_where_somebody_waited() -> None:
    checks = recovery.CHECKS["lines"]
    for number in range(5):
        assert checks(number) == {"never more than there were": True, "as many where somebody waited": True}


@lru_cache
def bank() -> Log:
    path = find_data(ROOT)
    if path is None:
        pytest.skip("no anonymous_bank/ in HELPLINE_DATA or in shared/data beside the project")
    found = read(path)
    assert isinstance(found, Log)
    return found


def test_patience_at_the_bank() -> None:
    patience = patience_of(bank())
    exponential = patience.named("exponential")
    assert exponential is not None
    # Whoever takes the waits of those who gave up for patience is wrong five-fold.
    assert patience.naive.value == pytest.approx(65.5, abs=0.5)
    assert exponential.mean.value == pytest.approx(345, abs=0.5)
    assert exponential.mean.low < 345 < exponential.mean.high
    assert exponential.mean.high - exponential.mean.low == pytest.approx(4 * 345 / np.sqrt(3963), rel=0.05)
    # It has a longer tail, and the checks say so of an exponential.
    assert patience.chosen is not None
    assert patience.chosen.family is WEIBULL
    assert patience.chosen.parameters["shape"].high < 1


def test_handling_at_the_bank() -> None:
    handling = handling_of(bank().picked(bank().queue == bank().queues.index("PS")), 10.0)
    by_name = {fit.family.name: fit for fit in handling.candidates}
    lognormal = by_name["lognormal"]
    assert lognormal.parameters["sigma"].value == pytest.approx(0.88, abs=0.015)
    assert lognormal.aic < by_name["gamma"].aic - 1000
    assert lognormal.aic < by_name["weibull"].aic - 1000
    assert lognormal.distance < 20 < 150 < by_name["gamma"].distance


def test_redials_at_the_bank() -> None:
    found = fit_redials(bank())
    ten = WINDOWS.index(10 * MINUTE)
    assert found.again["abandoned"][ten].value == pytest.approx(0.26, abs=0.005)
    assert found.again["answered"][ten].value == pytest.approx(0.057, abs=0.0005)
    assert found.unknown > 10_000
    assert 0.4 < found.probability["abandoned"].value < 0.6


def test_checks_of_laws_at_the_bank_name_what_does_not_fit() -> None:
    log = replace(bank(), queue=np.zeros(len(bank()), dtype=np.int64), queues=("bank",))
    checks = law_checks(fit_laws(log), fit_redials(log))
    assert {check.about for check in checks} == {"patience", "handling", "redials"}
    missed = [check for check in checks if check.misses]
    assert 0 < len(missed) < len(checks)
