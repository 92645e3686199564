"""Months ahead: known histories are foretold within their intervals, and what cannot be foretold is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.answers.answer import Answer
from sim.answers.kinds import in_language
from sim.errors import QuestionError, SimError
from sim.fit.read import read
from sim.language import language
from sim.studies.forecast import Event, Forecasted, History, forecast, history_of

START = dt.date(2022, 1, 3)
TORONTO = Path(__file__).parents[2] / "shared/data/toronto_central_intake/raw_central_intake_call.csv"


def history(days: int, seed: int = 1, closed_on_sundays: bool = False) -> History:
    """Counts with weekdays, a level that wanders and a memory of days."""
    luck = np.random.default_rng(seed)
    weekday = np.array([(START + dt.timedelta(days=k)).weekday() for k in range(days)])
    level = np.log(80) + np.cumsum(luck.normal(0, 0.01, days))
    memory = np.zeros(days)
    for k in range(1, days):
        memory[k] = 0.5 * memory[k - 1] + luck.normal(0, 0.08)
    weights = np.array([0.2, 0.1, 0.0, 0.0, -0.1, -0.6, -0.8])
    counts = luck.poisson(np.exp(level + memory + weights[weekday])).astype(float)
    if closed_on_sundays:
        counts[weekday == 6] = 0
    return History("made", START, counts, sim.load("scenarios/1712-baseline-2019.yaml"))


@pytest.fixture(scope="module")
def year() -> Forecasted:
    return forecast(history(400), days=35, country="none")


def test_days_to_come_are_within_their_intervals() -> None:
    inside, total = [], []
    for seed in range(12):
        every = history(330, seed)
        cut = History(every.source, every.start, every.counts[:300], every.scenario)
        found = forecast(cut, days=30, country="none")
        low, high = np.quantile(found.paths, (0.025, 0.975), axis=0)
        # Whole numbers lie within the interval that counts can have.
        inside.append(((np.floor(low) <= every.counts[300:]) & (every.counts[300:] <= np.ceil(high))).mean())
        sums = found.of(range(30))
        total.append(sums.low <= every.counts[300:].sum() <= sums.high)
    assert 0.85 < np.mean(inside) <= 1
    assert np.sum(total) >= 9


def test_weekdays_that_are_closed_stay_closed() -> None:
    found = forecast(history(120, closed_on_sundays=True), days=14, country="none")
    sundays = [number for number, date in enumerate(found.dates) if date.weekday() == 6]
    assert found.paths[:, sundays].max() == 0
    assert found.paths.mean() > 20
    assert found.scenario.period.last == found.dates[-1]


def test_an_event_that_comes_again_has_its_effect() -> None:
    every = history(200)
    counts = every.counts.copy()
    counts[60:74] *= 2
    counts[120:134] *= 2
    days = lambda first: (START + dt.timedelta(days=first), START + dt.timedelta(days=first + 13))  # noqa: E731
    events = [Event("campaign", *days(first)) for first in (60, 120, 200)]
    doubled = History(every.source, every.start, counts, every.scenario)
    with_campaign = forecast(doubled, days=14, events=events, country="none").of(range(14)).value
    without = forecast(doubled, days=14, events=events[:2], country="none").of(range(14)).value
    assert 1.6 < with_campaign / without < 2.5


def test_its_scenario_has_the_contacts_that_are_foretold(year: Forecasted) -> None:
    contacts = year.scenario.demand.contacts
    total = year.of(range(35))
    assert contacts.value == pytest.approx(total.value, abs=0.1)
    assert (contacts.low, contacts.high) == pytest.approx((total.low, total.high), abs=0.1)
    assert contacts.status == "derived"
    assert year.scenario.period.first == year.history.end


def test_its_answer_is_data_in_both_languages(year: Forecasted, tmp_path: Path) -> None:
    assert Answer.from_json(year.answer.to_json()) == year.answer
    assert (year.write(tmp_path) / "days.csv").read_text(encoding="utf-8").count("\n") == 36
    dutch = " ".join(in_language(sentence, language("nl")) for sentence in year.answer.sentences)
    assert "oproepen verwacht" in dutch


@pytest.mark.skipif(not TORONTO.exists(), reason="the shelter helpline's counts are not beside the project")
def test_the_shelter_helpline_is_foretold_as_promised() -> None:
    found = forecast(history_of(read(TORONTO), name="shelter", country="CA-ON"), days=28, country="CA-ON")
    assert len(found.tried) == 6
    assert 0.9 <= np.mean([one.inside for one in found.tried]) <= 0.97
    assert np.mean([one.error for one in found.tried]) < np.mean([one.naive for one in found.tried])


def test_what_cannot_be_foretold_is_refused() -> None:
    with pytest.raises(SimError, match="30 days are too few"):
        forecast(history(30), country="none")
    with pytest.raises(QuestionError, match="1 to 366 days"):
        forecast(history(100), days=400, country="none")
    for text in ("campaign", "campaign=yesterday", "=2024-01-01", "x=2024-02-02..2024-02-01"):
        with pytest.raises(QuestionError, match=r"is not NAME=FIRST\.\.LAST"):
            Event.parse(text)
