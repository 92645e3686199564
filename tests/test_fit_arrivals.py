"""Rates, busyness, surges and forecasts: found again in logs made with them, and on real data where it is there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, special, stats

from sim.errors import SimError
from sim.fit.arrivals import arrivals_of
from sim.fit.counts import LogLinear, fitted_counts, likelihood
from sim.fit.daily import daily_surge, fit_daily
from sim.fit.day_counts import DailyCounts
from sim.fit.days import fit_days
from sim.fit.fitted import Fitted
from sim.fit.forecast import forecast
from sim.fit.log import ANSWERED, UNKNOWN, Log
from sim.fit.memory import memory_of
from sim.fit.read import read
from sim.fit.surge import Campaign
from sim.scenario.holidays import holidays_of
from sim.scenario.surges import Decay
from tests.long.recovery.arrivals import drawn_counts, log_of
from tests.long.recovery.checks import least_inside, recovered
from tests.long.validation.bank import LOG, find_data

ROOT = Path(__file__).parent.parent


def counted(
    values: list[int] | np.ndarray, start: dt.date = dt.date(2024, 1, 1), source: str = "days.csv"
) -> DailyCounts:
    counts = np.array(values, dtype=np.int64)[None]
    missing = tuple(np.flatnonzero(counts[0] == UNKNOWN).tolist())
    return DailyCounts(source, start, counts, ("n",), missing, counts.size, ())


@pytest.mark.parametrize("check", ["arrivals", "poisson", "campaign", "small campaign", "no campaign", "daily"])
def test_what_logs_were_made_with_is_found(check) -> None:
    # One in a hundred times a check of good intervals would fail; the luck is fixed. The program does 200 logs.
    found = recovered(check, 20, first=1000)
    assert [f for f in found if not f.passed] == []
    assert all(f.least >= 14 for f in found)


def test_recovery_can_fail() -> None:
    assert least_inside(200, 20) in range(177, 185)
    assert least_inside(200, 1) > least_inside(200, 50)
    counts = drawn_counts("arrivals", 1, np.full((60, 24), 2.0), 0.3)
    found = arrivals_of(log_of("arrivals", 1, counts, np.ones((60, 24), dtype=bool)), country="none")
    assert found.busyness.covers(0.3)
    assert not found.busyness.covers(0.0)
    assert not found.busyness.covers(0.6)
    assert not found.per_day.covers(60.0)


def test_negative_binomial_likelihood_is_scipy_s_and_its_maximum_is_found() -> None:
    counts = drawn_counts("counts", 3, np.linspace(5, 40, 60)[:, None], 0.4)[:, 0].astype(float)
    x = np.stack([np.ones(60), np.linspace(-1, 1, 60)], axis=1)
    fit = fitted_counts(LogLinear(x, np.ones(60)), counts, np.array([3.0, 0.0]))
    n = 1 / fit.alpha
    expected = stats.nbinom.logpmf(counts, n, n / (n + fit.means)).sum()
    assert likelihood(counts, fit.means, fit.alpha) == pytest.approx(expected, abs=1e-8)
    assert likelihood(counts, fit.means, 0.0) == pytest.approx(stats.poisson.logpmf(counts, fit.means).sum(), abs=1e-8)

    def below(theta: np.ndarray) -> float:
        return -likelihood(counts, np.exp(x @ theta), fit.alpha)

    other = optimize.minimize(below, [3.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    assert fit.theta == pytest.approx(other.x, abs=1e-4)
    assert fit.p_value < 1e-6


def test_poisson_rate_has_the_exact_interval() -> None:
    # A quiet log: one hour of the day, 21 contacts in three weeks of every day; Garwood's interval, but for Student's.
    counts = np.zeros((21, 24), dtype=np.int64)
    counts[:, 9] = 1
    found = arrivals_of(log_of("quiet", 1, counts, counts > 0), country="none")
    assert found.hours_open == "daily 9:00-10:00" or "9:00-10:00" in found.hours_open
    rate = found.rate(0, 9)
    exact = special.gammaincinv(3, 0.025) / 3, special.gammaincinv(4, 0.975) / 3
    assert rate.low < exact[0]
    assert rate.low == pytest.approx(exact[0], abs=0.1)
    assert rate.high == pytest.approx(exact[1], rel=0.15)
    assert found.rate(0, 3) == Fitted(0.0, 0.0, pytest.approx(-np.log(0.025) / 3), "an hour", rate.method)
    assert found.busyness.value == 0.0


def test_holidays_are_kept_apart() -> None:
    # Christmas 2024 and the days around it: a Wednesday with a tenth of the calls.
    start, days = dt.date(2024, 12, 2), 42
    assert holidays_of(start, days)[23] == "Kerstmis"
    weekday = (start.weekday() + np.arange(days)) % 7
    counts = np.where(weekday < 5, 40, 0)
    counts[23], counts[30] = 4, 0
    fit = fit_daily(counted(counts, start))
    assert [(h.date, h.contacts, round(h.expected)) for h in fit.holidays[:2]] == [
        (dt.date(2024, 12, 25), 4, 40),
        (dt.date(2025, 1, 1), 0, 40),
    ]
    assert fit.holiday.value == pytest.approx(0.05)
    assert fit.holiday.covers(0.05)
    assert not fit.holiday.covers(0.5)
    assert fit.weekdays[2].value == pytest.approx(1.0)
    assert fit.weekdays[6].value == 0.0
    assert 0 < fit.weekdays[6].high < 0.05
    with pytest.raises(SimError, match="'BX' is not the code of a country"):
        fit_daily(counted(counts, start), country="BX")


def test_silent_and_missing_days_do_not_count_as_quiet() -> None:
    counts = np.full(60, 30)
    counts[10], counts[20] = 0, UNKNOWN
    fit = fit_daily(counted(counts), country="none")
    assert fit.silent == (dt.date(2024, 1, 11),)
    assert fit.per_day.value == pytest.approx(30)
    assert any("missing and were left out: 1" in warning for warning in fit.warnings)
    assert any("without a contact" in warning for warning in fit.warnings)


def test_memory_of_days_is_found_and_allowed_for() -> None:
    day = np.arange(200)
    luck = special.ndtri(drawn_uniforms(200))
    drift = np.zeros(200)
    for k in range(1, 200):
        drift[k] = 0.8 * drift[k - 1] + 0.6 * luck[k]
    counts = np.round(50 * np.exp(0.25 * drift)).astype(np.int64)
    weekday = day % 7
    fit = fit_days(counts, day, weekday)
    assert fit is not None
    assert fit.memory.rejected
    assert "Newey and West" in fit.per_day.method
    alike = fit_days(counts[np.argsort(drawn_uniforms(200, 2) + 0 * day)], day, weekday)
    assert alike is not None
    assert not alike.memory.rejected
    # The same numbers in another order: where days are not independent, their mean is known less well.
    assert fit.per_day.high - fit.per_day.low > 1.5 * (alike.per_day.high - alike.per_day.low)


def drawn_uniforms(days: int, number: int = 1) -> np.ndarray:
    from tests.long.recovery.arrivals import uniforms

    return uniforms("test", number, days, 1)[:, 0]


def test_memory_needs_days() -> None:
    assert memory_of(np.zeros(30), np.arange(30), np.arange(30) % 7).p_value == 1.0
    assert memory_of(np.ones(4), np.arange(4), np.arange(4)).p_value == 1.0


def test_a_surge_without_noise_comes_out_as_it_went_in() -> None:
    hours = np.arange(70 * 24 + 1) * 3_600_000.0
    since = 35 * 86_400_000.0 + 20 * 3_600_000.0
    extra = 1.5 * np.diff(Decay(5 * 86_400_000.0).integral(np.maximum(hours - since, 0))) / 3_600_000.0
    extra += 0.3 * (hours[:-1] >= since)
    means = 400 * (1 + extra.reshape(70, 24).mean(axis=1))
    found = daily_surge(counted(np.round(means)), Campaign((dt.datetime(2024, 2, 5, 20),)), country="none")
    assert found.jump.value == pytest.approx(1.5, rel=0.02)
    assert found.decay.value == pytest.approx(5, rel=0.03)
    assert found.plateau.value == pytest.approx(0.3, abs=0.01)
    assert found.extra.value == pytest.approx(means.sum() - 400 * 70, rel=0.01)
    assert found.by_jumps + found.by_plateau == pytest.approx(found.extra.value)
    assert found.weights == pytest.approx((1.5 * 5, 0.3 * (70 - 35 - 20 / 24)), rel=0.05)
    assert found.busyness.value == 0.0
    assert found.test.rejected


def test_a_campaign_needs_days_before_and_after() -> None:
    with pytest.raises(SimError, match="only 3 ordinary days come before it"):
        daily_surge(counted([20] * 60), Campaign((dt.datetime(2024, 1, 4, 20),)), country="none")
    with pytest.raises(SimError, match="only 1 days come after its start"):
        daily_surge(counted([20] * 60), Campaign((dt.datetime(2024, 2, 29, 20),)), country="none")


def test_a_log_without_days_is_said() -> None:
    counts = np.zeros((1, 24), dtype=np.int64)
    counts[0, 9] = 5
    with pytest.raises(SimError, match="only 1 ordinary open days"):
        arrivals_of(log_of("one day", 1, counts, counts > 0), country="none")
    with pytest.raises(SimError, match="only 3 ordinary days with contacts"):
        fit_daily(counted([0, 0, 0]), country="none")


def test_forecast_follows_the_recent_level_and_says_how_sure_it_is() -> None:
    counts = drawn_counts("forecast", 1, np.where(np.arange(210) < 105, 40.0, 80.0)[:, None], 0.1)[:, 0]
    week = forecast(fit_daily(counted(counts), country="none"), country="none")
    assert week.start == dt.date(2024, 7, 29)
    assert week.total.covers(7 * 80)
    assert not week.total.covers(7 * 40)  # that of the first half
    assert week.half_life < 16
    assert week.weeks > 10
    assert week.checked > 0.8
    assert sum(week.expected) == pytest.approx(week.total.value)
    short = forecast(fit_daily(counted(counts[:40]), country="none"), country="none")
    assert "too few past weeks" in short.total.method
    assert np.isnan(short.checked)


def bank() -> Path:
    found = find_data(ROOT)
    if found is None:
        pytest.skip(f"there is no {LOG} in shared/data beside the project")
    return found


def test_the_bank_s_arrivals() -> None:
    log = read(bank())
    assert isinstance(log, Log)
    found = arrivals_of(log, country="IL")
    assert found.hours_open.startswith("mon-thu 7:00-24:00; fri 7:00-14:00")
    assert found.overdispersion.rejected
    assert 0.05 < found.busyness.value < 0.15
    assert found.weekdays[4].high < found.weekdays[0].low  # Friday is quiet
    assert found.hours[10].low > found.hours[22].high
    assert int(np.sum(log.outcome == ANSWERED)) == 27_162


def test_the_shelter_s_overdispersion_weekdays_and_trend() -> None:
    path = bank().parent.parent / "toronto_central_intake" / "raw_central_intake_call.csv"
    if not path.is_file():
        pytest.skip("there are no daily counts in shared/data beside the project")
    counts = read(path)
    assert isinstance(counts, DailyCounts)
    fit = fit_daily(counts, country="CA")
    assert fit.overdispersion.p_value < 1e-6
    assert fit.busyness.low > 0.1
    assert fit.trend.low > 0
    assert fit.weekdays[1].low > fit.weekdays[6].high  # Tuesdays beside Sundays
    assert fit.memory.rejected
    assert any("days are not independent" in warning for warning in fit.warnings)
    assert fit.holiday.high < 1
    week = forecast(fit, country="CA")
    assert week.checked > 0.85
    assert week.total.low < week.total.value < week.total.high
