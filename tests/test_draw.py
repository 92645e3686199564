"""What is drawn follows what is stated: laws, topics and ages, arrivals by day and by hour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.clock import DAY, HOUR
from sim.scenario.distributions import (
    Empirical,
    Exponential,
    Gamma,
    Law,
    Lognormal,
    Mixture,
    Triangular,
    Uniform,
    Weibull,
)

CAMPAIGN = Path(__file__).parent.parent / "scenarios" / "als-je-eens-wist-2020.yaml"


@pytest.fixture(scope="module")
def scenario() -> sim.Scenario:
    return sim.load(CAMPAIGN)


LAWS: tuple[Law, ...] = (
    Exponential(5.0),
    Lognormal.from_mean_cv(5.0, 0.9),
    Gamma.from_mean_cv(5.0, 0.5),
    Weibull.from_mean_cv(5.0, 1.5),
    Uniform(2.0, 8.0),
    Triangular(2.0, 3.0, 8.0),
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
    rates = scenario.model.rates
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
