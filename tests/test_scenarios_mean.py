"""What a scenario means: exact expected counts, calendars, shapes, schema, inheritance, settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from scipy.integrate import quad

import sim
from sim.clock import DAY, HOUR
from sim.demand import rates_of
from sim.distributions import Empirical, Exponential, Gamma, Law, Lognormal, Mixture, Uniform, Weibull
from sim.scenario import surges
from sim.scenario.load import dumps, json_schema
from sim.scenario.source import read_file

SHIPPED = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
CAMPAIGN = next(path for path in SHIPPED if "weet" in path.stem or "wist" in path.stem)


@pytest.fixture(scope="module")
def scenario() -> sim.Scenario:
    return sim.load(CAMPAIGN)


def open_counts(scenario: sim.Scenario) -> np.ndarray:
    return rates_of(scenario).expected(while_open=True)


def test_published_counts_come_out_exactly(scenario) -> None:
    counts = open_counts(scenario)
    assert counts.sum() == pytest.approx(429, rel=1e-12)
    assert counts[0].sum() == pytest.approx(244, rel=1e-12)
    assert open_counts(sim.load(SHIPPED[0])).sum() == pytest.approx(244, rel=1e-12)
    assert counts[:, 0].sum() / counts.sum() == pytest.approx(0.8, rel=1e-12)
    assert scenario.days.working_days == 14


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_resolved_scenario_loads_again(path) -> None:
    scenario = sim.load(path)
    assert sim.loads(dumps(scenario)) == scenario


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_schema_accepts_what_is_shipped(path) -> None:
    validator = Draft202012Validator(json_schema())
    plain = read_file(path).plain()
    assert [error.message for error in validator.iter_errors(plain)] == []
    assert not validator.is_valid({**plain, "periodd": {}})
    if "period" in plain:
        assert not validator.is_valid({**plain, "period": {**plain["period"], "follow_up": "20"}})


def test_settings_and_replace_do_the_same(scenario) -> None:
    assert scenario.replace(lines__antwerpen=2) == scenario.with_settings(["lines.antwerpen=2"])
    assert scenario.replace(lines__antwerpen=2).lines["antwerpen"].count.value == 2
    larger = scenario.with_settings(["campaigns.als-je-eens-wist.extra=300"])
    assert open_counts(larger).sum() == pytest.approx(544)
    assert scenario.lines["antwerpen"].count.value == 1


@pytest.mark.parametrize(("size", "expected"), [("uplift: 50 %", 122.0), ("extra: 10", 10.0)])
def test_sizes_of_campaigns(tmp_path, size, expected) -> None:
    surge = "[{shape: plateau, at: [2020-02-11 00:00], lasts: 4 days, rise: 1 day, fall: 12 h}]"
    path = tmp_path / "child.yaml"
    path.write_text(f"extends: {SHIPPED[0]}\ncampaigns: [{{name: c, {size}, surge: {surge}}}]\n")
    counts = open_counts(sim.load(path))
    assert counts[1].sum() == pytest.approx(expected, rel=1e-12)


def test_peak_is_in_times_the_base_rate(tmp_path) -> None:
    path = tmp_path / "child.yaml"
    surge = "[{shape: step, at: [2020-02-12 00:00], lasts: 1 day}]"
    path.write_text(f"extends: {SHIPPED[0]}\ncampaigns: [{{name: c, peak: 3, channels: [phone], surge: {surge}}}]\n")
    rates = rates_of(sim.load(path))
    by_day = rates.by_day(while_open=True).sum(axis=2)
    assert by_day[1, 0, 2] == pytest.approx(2 * by_day[0, 0, 2])
    assert by_day[1, 0].sum() == pytest.approx(by_day[1, 0, 2])
    assert by_day[1, 1:].sum() == 0


def test_per_working_day_and_holidays() -> None:
    text = dumps(sim.load(SHIPPED[0]).with_settings(["demand.per=working day", "demand.contacts=10"]))
    july = text.replace("2020-02-10", "2021-07-19").replace("2020-02-27", "2021-07-23")
    scenario = sim.loads(july)
    # The Belgian national holiday is a Wednesday in that week.
    assert scenario.days.working[:5] == (True, True, False, True, True)
    assert open_counts(scenario).sum() == pytest.approx(40)
    phone = scenario.centre.channels[0]
    assert phone.open[:3] == tuple((d * DAY + 9 * HOUR, d * DAY + 17 * HOUR) for d in (0, 1, 3))


SHAPES = (
    surges.Trapezoid(0.0, 5.0, 0.0),
    surges.Trapezoid(2.0, 3.0, 4.0),
    surges.Decay(3.0),
    surges.GammaPulse(2.0, 1.0),
    surges.GammaPulse(1.5, 4.0),
)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_integrals_of_surges(shape) -> None:
    for until in (0.5, 2.0, 4.5, 8.0, 30.0):
        numeric, _ = quad(
            lambda t: float(shape.value(np.array([t]))[0]), 0, until, points=sorted(shape.corners()), limit=200
        )
        assert float(shape.integral(np.array([until]))[0]) == pytest.approx(numeric, rel=1e-6, abs=1e-9)
    assert shape.value(np.array([-1.0]))[0] == 0
    assert shape.integral(np.array([-1.0]))[0] == 0


LAWS: tuple[Law, ...] = (
    Exponential(5.0),
    Lognormal.from_mean_cv(5.0, 0.9),
    Gamma.from_mean_cv(5.0, 0.5),
    Weibull.from_mean_cv(5.0, 1.5),
    Uniform(2.0, 8.0),
    Mixture((0.3, 0.7), (Exponential(1.0), Uniform(4.0, 9.0))),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_laws_invert_and_have_their_mean(law) -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    x = law.quantile(u)
    assert np.all(np.diff(x) >= -0.2 * isinstance(law, Mixture))
    assert x.mean() == pytest.approx(law.mean, rel=0.01)
    assert np.allclose(law.cdf(x), u, atol=0.02 if isinstance(law, Mixture) else 1e-9)


def test_empirical_law_is_the_data() -> None:
    law = Empirical((3.0, 1.0, 2.0))
    assert law.quantile(np.array([0.1, 0.4, 0.9])).tolist() == [1.0, 2.0, 3.0]
    assert law.mean == 2
    assert law.cdf(np.array([0.5, 2.0])).tolist() == [0.0, pytest.approx(2 / 3)]


def test_topics_and_ages_are_as_published(scenario) -> None:
    worlds = [sim.draw_world(scenario, seed=5, replication=r) for r in range(60)]
    chat = np.concatenate([w.age[w.channel == 1] == w.ages.index("minor") for w in worlds])
    phone = np.concatenate([w.age[w.channel == 0] == w.ages.index("minor") for w in worlds])
    assert chat.mean() == pytest.approx(0.25, abs=4 * (0.1875 / len(chat)) ** 0.5)
    assert phone.mean() == pytest.approx(0.04, abs=4 * (0.0384 / len(phone)) ** 0.5)
    campaign = np.concatenate([w.topic[w.cause == 1] for w in worlds])
    shares = np.bincount(campaign, minlength=3) / len(campaign)
    assert np.allclose(shares, np.array([95, 31, 59]) / 185, atol=4 * 0.5 / len(campaign) ** 0.5)


def test_arrivals_follow_the_rate(scenario) -> None:
    rates = rates_of(scenario)
    expected = rates.by_day(while_open=True) + rates.by_day(while_open=False)
    counted = np.zeros_like(expected)
    total = np.zeros(24)
    for r in range(150):
        w = sim.draw_world(scenario, seed=6, replication=r)
        np.add.at(counted, (w.cause, w.channel, w.province, w.day), 1)
        total += np.bincount(w.arrival[w.channel == 0] % DAY // HOUR, minlength=24)
    z = (counted / 150 - expected)[expected > 0.2] / np.sqrt(expected[expected > 0.2] * 1.4 / 150)
    assert abs(z).max() < 5.5
    assert 0.8 < z.std() < 1.2
    # Nine to ten on the phone is busier than nine at night, by the hour profile.
    assert total[9] > 2 * total[22]
