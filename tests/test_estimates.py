"""Intervals cover what they should, and estimates of skewed and rare things are what they say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import special
from single import single

import sim
from sim.results.result import Result
from sim.results.store import batch_size, parts_of
from sim.statistics.estimates import (
    Distribution,
    Moments,
    Pairs,
    mean_of,
    paired_difference,
    ratio_difference,
    zero_count_bound,
)
from sim.statistics.intervals import interval

PAIRS = Pairs(("y", "x"), (({"y": 1}, {"x": 1}), ({"x": 1}, None)))


def draws(seed: int, replications: int = 20) -> np.ndarray:
    """Counts of abandoned and offered contacts in days that are busy or not."""
    luck = np.random.default_rng(seed)
    x = luck.poisson(luck.gamma(10, 5, replications))
    return np.stack([luck.binomial(x, 0.3), x], axis=1)[:, None, :]


def test_intervals_of_ratios_and_means_cover() -> None:
    ratios = means = 0
    for seed in range(600):
        moments = Moments.of(PAIRS, draws(seed))
        ratio, mean = moments.ratio(0, {"y": 1}, {"x": 1}), moments.mean(0, {"x": 1})
        ratios += ratio.low < 0.3 < ratio.high
        means += mean.low < 50 < mean.high
    # 95 % of 600, less or more four standard errors.
    assert ratios / 600 == pytest.approx(0.95, abs=0.036)
    assert means / 600 == pytest.approx(0.95, abs=0.036)


def test_few_counts_have_the_exact_intervals_of_poisson_and_binomial() -> None:
    # Garwood's of 5 events; Clopper and Pearson's of 5 of 50, from their quantiles of chi-squared and F.
    found = interval(5.0, 5.0, 1e9, kind="positive")
    assert (found.low, found.high) == pytest.approx((special.chdtri(10, 0.975) / 2, special.chdtri(12, 0.025) / 2))
    found = interval(0.1, 0.1 * 0.9 / 50, 1e9, kind="share")
    assert special.bdtrc(4, 50, found.low) == pytest.approx(0.025)
    assert special.bdtr(5, 50, found.high) == pytest.approx(0.025)
    # Far from the limits both are Student's.
    student = interval(0.5, 1e-10, 30)
    for kind in ("positive", "share"):
        assert interval(0.5, 1e-10, 30, kind=kind).half == pytest.approx(student.half, rel=1e-3)
    assert student.half == pytest.approx(2.0452 * 1e-5, rel=1e-4)


def test_skewed_and_rare_things_are_covered() -> None:
    pairs = Pairs(("y", "x"), (({"y": 1}, None), ({"y": 1}, {"x": 1})))
    covered = {"skewed": 0, "rare": 0, "share": 0}
    for seed in range(600):
        luck = np.random.default_rng(seed)
        skewed = luck.poisson(luck.gamma(0.5, 4, 20))
        rare = luck.poisson(0.1, 20)
        lost = luck.binomial(30, luck.beta(0.3, 5.7, 20))
        for name, y, true in (("skewed", skewed, 2.0), ("rare", rare, 0.1)):
            found = Moments.of(pairs, np.stack([y, y], axis=1)[:, None, :]).mean(0, {"y": 1})
            covered[name] += found.low <= true <= found.high
        values = np.stack([lost, np.full(20, 30)], axis=1)[:, None, :]
        found = Moments.of(pairs, values).ratio(0, {"y": 1}, {"x": 1}, kind="share")
        covered["share"] += found.low <= 0.05 <= found.high
    # Student's interval holds 90 %, 87 % and 90 % of them.
    assert 0.92 < covered["skewed"] / 600 < 0.98
    assert covered["rare"] / 600 > 0.95
    assert 0.92 < covered["share"] / 600 < 0.98


def test_a_ratio_knows_how_many_replications_it_rests_on() -> None:
    """Only four of twenty replications have anything to divide by."""
    pairs, x = Pairs(("y", "x"), (({"y": 1}, {"x": 1}),)), np.repeat([1, 0], [4, 16])
    y = np.concatenate([[10, 12, 9, 13], np.zeros(16, int)])
    found = Moments.of(pairs, np.stack([y, x], axis=1)[:, None, :]).ratio(0, {"y": 1}, {"x": 1}, kind="any")
    assert found.half == pytest.approx(3.1824 * np.std(y[:4], ddof=1) / 2, rel=1e-3)
    one = np.stack([y * (y == 10), x * (y == 10)], axis=1)[:, None, :]
    alone = Moments.of(pairs, one).ratio(0, {"y": 1}, {"x": 1})
    assert (alone.low, alone.high) == (-math.inf, math.inf)


def test_what_always_happened_may_fail_too() -> None:
    pairs = Pairs(("y", "x"), (({"y": 1}, {"x": 1}),))
    found = Moments.of(pairs, np.full((30, 1, 2), 10)).ratio(0, {"y": 1}, {"x": 1}, kind="share")
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(1 - zero_count_bound() / 300)


def test_moments_add_up() -> None:
    values = draws(1, 40)
    whole, parts = Moments.of(PAIRS, values), Moments.of(PAIRS, values[:13]) + Moments.of(PAIRS, values[13:])
    assert whole.ratio(0, {"y": 1}, {"x": 1}) == parts.ratio(0, {"y": 1}, {"x": 1})
    assert whole.mean(0, {"x": 1}).value == pytest.approx(values[:, 0, 1].mean())
    spread = values[:, 0, 1].std(ddof=1) / math.sqrt(40) * 2.0227
    # The gamma interval reaches a little further up, and is nearly as wide.
    assert whole.mean(0, {"x": 1}).half == pytest.approx(spread, rel=0.03)


def test_what_never_happened_has_an_upper_bound() -> None:
    moments = Moments.of(PAIRS, np.stack([np.zeros(30, int), np.full(30, 10)], axis=1)[:, None, :])
    found = moments.ratio(0, {"y": 1}, {"x": 1})
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(zero_count_bound() / 300)
    # The chance of seeing nothing with that share: the upper half of 5 %.
    assert (1 - found.high) ** 300 == pytest.approx(0.025, abs=0.001)


def test_one_replication_has_no_interval() -> None:
    one = Moments.of(PAIRS, draws(1, 1))
    nothing = Moments.of(PAIRS, np.array([[[0, 40]]]))
    for kind in ("any", "positive", "share"):
        for moments in (one, nothing):
            found = moments.ratio(0, {"y": 1}, {"x": 1}, kind=kind)
            assert (found.low, found.high) == (-math.inf, math.inf)
    assert nothing.mean(0, {"x": 1}).half == math.inf


def test_paired_differences_are_narrower_than_independent_ones() -> None:
    before = draws(3, 50)[:, 0, :].astype(float)
    after = before - np.array([1.0, 0.0])
    change = paired_difference(after[:, 0], before[:, 0])
    assert change.value == pytest.approx(-1)
    assert change.half < 1e-9 < mean_of(before[:, 0]).half
    shares = ratio_difference((after[:, 0], after[:, 1]), (before[:, 0], before[:, 1]))
    assert shares.value == pytest.approx(-1 / before[:, 1].mean())
    assert shares.low < shares.value < shares.high < 0


def test_intervals_of_quantiles_cover() -> None:
    values, covered = np.arange(1.0, 200.0), 0
    for seed in range(400):
        luck = np.random.default_rng(seed)
        waits = [luck.geometric(0.05, luck.poisson(30)).clip(max=199) for _ in range(20)]
        counts = np.stack([np.bincount(w, minlength=200)[1:200] for w in waits])
        distribution = Distribution(values, counts.sum(axis=0))
        b, e = counts[:, : distribution.position(0.9) + 1].sum(axis=1), counts.sum(axis=1)
        found = distribution.quantile(0.9, (float(b @ b), float(b @ e), float(e @ e)))
        # The 90 % quantile of this geometric law.
        covered += found.low <= 45 <= found.high
    assert covered / 400 > 0.92


def test_a_quantile_of_few_waits_has_no_upper_end() -> None:
    waits = np.array([[3, 5], [2, 9], [1, 4]])
    found = Distribution(np.arange(1.0, 10.0), np.bincount(waits.ravel(), minlength=10)[1:])
    per = waits.shape[1]
    top = found.quantile(0.95, (3.0 * per**2,) * 3)
    assert (top.value, top.high) == (9, math.inf)
    assert top.low < 9
    # Of a thousand equal waits it is known.
    sure = Distribution(np.array([0.0]), np.array([1000])).quantile(0.95, (100_000.0,) * 3)
    assert (sure.value, sure.low, sure.high) == (0, 0, 0)


def test_quantiles_are_interpolated_within_their_bins() -> None:
    found = Distribution(np.array([10.0]), np.array([4]), bin=1.2)
    assert [found.at(share) for share in (0.0, 0.5, 1.0)] == pytest.approx([10 / 1.2**0.5, 10, 10 * 1.2**0.5])


def test_rare_gains_of_a_plan_are_not_below_nothing() -> None:
    before, after = np.zeros(20), np.repeat([2.0, 1.0, 0.0], [1, 1, 18])
    gain, loss = paired_difference(after, before), paired_difference(before, after)
    assert 0 < gain.low < gain.value < gain.high
    assert (loss.low, loss.high) == (-gain.high, -gain.low)
    mixed = paired_difference(after - np.roll(after, 3), before)
    assert mixed.low < 0 < mixed.high


def test_quantiles_of_a_run_are_those_of_its_contacts(tmp_path) -> None:
    result = sim.run(single(contacts=200, last="2021-03-02"), replications=30, workers=1, out=tmp_path)
    contacts = result.contacts
    waits = contacts["wait_ms"][contacts["outcome"] == "answered"] / 1000
    found = result.estimate("wait_p90_answered", kind="queue", name="phone")
    assert found.value == pytest.approx(np.quantile(waits, 0.9), rel=0.006)
    assert found.low < found.value < found.high
    assert result.estimate("asa", kind="queue", name="phone").value == pytest.approx(waits.mean())
    offered = (contacts["outcome"] != "closed").sum() / 30
    assert result.estimate("offered").value == pytest.approx(offered)
    lines = result.estimate("busy", kind="lines", name="phone").value
    inside = contacts["handling_ms"].sum() / 3.6e6 / 30
    assert lines == pytest.approx(inside, rel=0.05)
    assert isinstance(result, Result)


def test_parts_are_few_and_always_the_same() -> None:
    assert parts_of(60) == [(0, 24), (25, 49), (50, 59)]
    assert parts_of(0) == []
    assert parts_of(120)[3:] == [(75, 99), (100, 119)]
    assert parts_of(1001)[-2:] == [(900, 999), (1000, 1000)]
    many = parts_of(123_456)
    assert len(many) < 600
    assert [first for first, _ in many] == [0, *(last + 1 for _, last in many[:-1])]
    assert many[-1][1] == 123_455
    assert set(parts_of(1000)) < set(many)
    assert [batch_size(part) for part in ((900, 999), (1000, 1249), (10_000, 12_499))] == [1, 10, 100]


DAY = Path(__file__).parents[1] / "scenarios" / "1712-day-2019.yaml"
SMALL = Path(__file__).parent / "small.yaml"


def test_waits_that_are_not_alike_are_told_to_be_together(tmp_path) -> None:
    result = sim.run(sim.load(DAY), replications=12, out=tmp_path, workers=1, keep_contacts=0)
    told = {(row.kind, row.measure): row.definition for row in result.summary()}
    assert told["all", "asa"] == "mean wait of the answered; phone, chat and e-mail together"
    assert told["province", "wait_p90_answered"].endswith("; phone, chat and e-mail together")
    # Nobody gives up an e-mail, and a queue has one channel.
    together = {key for key, text in told.items() if text.endswith("together")}
    assert {measure for _, measure in together if "abandoned" in measure or measure == "loss"} == set()
    assert {kind for kind, _ in together} == {"all", "province", "cause", "topic", "age"}
    alike = sim.run(sim.load(SMALL), replications=3, out=tmp_path, workers=1, keep_contacts=0)
    assert not any(row.definition.endswith("together") for row in alike.summary())


@pytest.mark.parametrize("kind", ["any", "positive", "share"])
@pytest.mark.parametrize("n", [1 + 1e-15, 1 + 1e-8, 1 + 1e-5, 1.001, 1.01, 1.1])
def test_hardly_more_than_one_effective_replication_has_an_interval_without_ends(kind, n) -> None:
    found = interval(0.4, 0.01, n, kind=kind)
    lowest, highest = {"any": (-math.inf, math.inf), "positive": (0.0, math.inf), "share": (0.0, 1.0)}[kind]
    assert found.low <= 1e-6
    assert found.high >= min(highest, 1e9)
    # What is not known has no ends; else it is within what the quantity can be.
    assert (found.low, found.high) == (-math.inf, math.inf) or (lowest <= found.low and found.high <= highest)
