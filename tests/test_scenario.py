"""What a right scenario means: the numbers it states come out again, and a file, its text and its schema agree."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from scipy import integrate

import sim
from sim.model.clock import DAY, HOUR
from sim.scenario.load import json_schema
from sim.scenario.sections import dumps
from sim.scenario.source import read_file
from sim.scenario.surges import Decay, GammaPulse, Surge, Trapezoid

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "scenarios" / "1712-baseline-2019.yaml"
CAMPAIGN = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"
SHIPPED = [BASELINE, CAMPAIGN]
SURGE = "surge: [{shape: decay, at: [2020-02-11 21:00], time_constant: 4 days}]"


def with_campaign(size: str) -> sim.Scenario:
    text = BASELINE.read_text(encoding="utf-8")
    return sim.loads(f"{text}\ncampaigns:\n  - name: test\n    {size}\n    {SURGE}\n")


def expected(scenario: sim.Scenario) -> np.ndarray:
    return scenario.model.rates.expected(while_open=True)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_text_and_back_is_the_same_scenario(path) -> None:
    scenario = sim.load(path)
    again = sim.loads(dumps(scenario))
    assert again == scenario
    assert dumps(again) == dumps(scenario)


@pytest.mark.parametrize(("path", "contacts"), [(BASELINE, 244), (CAMPAIGN, 429)], ids=["2019", "2020"])
def test_expected_first_contacts_are_as_published(path, contacts) -> None:
    scenario = sim.load(path)
    found = expected(scenario)
    phone = list(scenario.channels).index("phone")
    assert found.sum() == pytest.approx(contacts, rel=1e-9)
    assert found[:, phone].sum() / found.sum() == pytest.approx(0.8, rel=1e-9)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_schema_accepts_what_is_shipped(path) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert not list(jsonschema.Draft202012Validator(schema).iter_errors(read_file(path).plain()))


@pytest.mark.parametrize("where", [(), ("channels", "phone"), ("demand",), ("callers", "chat"), ("experiment",)])
def test_the_schema_marks_a_misspelt_key(where) -> None:
    written = read_file(BASELINE).plain()
    block = written
    for step in where:
        block = block[step]
    block["misspelt"] = 1
    errors = list(jsonschema.Draft202012Validator(json_schema()).iter_errors(written))
    assert len(errors) == 1
    assert "misspelt" in errors[0].message
    assert tuple(errors[0].absolute_path) == where


def test_settings_change_one_value() -> None:
    scenario = sim.load(CAMPAIGN)
    more = scenario.replace(lines__antwerpen=2)
    assert more.lines["antwerpen"].count.value == 2
    assert more.lines["limburg"] == scenario.lines["limburg"]
    assert more.demand == scenario.demand
    assert more == scenario.with_settings(["lines.antwerpen=2"]) == sim.load(CAMPAIGN, ["lines.antwerpen=2"])
    assert scenario.lines["antwerpen"].count.value == 1


def test_a_campaign_has_the_size_that_was_set_last() -> None:
    campaign = sim.load(CAMPAIGN)
    uplifted = campaign.with_settings(["campaigns.0.uplift=50%"]).campaigns[0]
    assert uplifted.uplift is not None
    assert (uplifted.extra, uplifted.uplift.value) == (None, 0.5)
    peaked = campaign.with_settings(["campaigns.0.uplift=50%", "campaigns.0.peak=3"]).campaigns[0]
    assert (peaked.extra, peaked.uplift, peaked.peak is not None) == (None, None, True)


def test_settings_find_a_campaign_by_its_name() -> None:
    larger = sim.load(CAMPAIGN).with_settings(["campaigns.als-je-eens-wist.extra=300"])
    assert expected(larger).sum(axis=(1, 2)) == pytest.approx([244, 300], rel=1e-9)


@pytest.mark.parametrize(
    ("first", "last", "country", "closed"),
    [
        ("2020-07-20", "2020-07-24", "BE", "2020-07-21"),
        ("2020-12-21", "2020-12-27", "BE", "2020-12-25"),
        ("2020-12-28", "2021-01-03", "BE", "2021-01-01"),
        ("2020-04-27", "2020-05-03", "NL", "2020-04-27"),
    ],
)
def test_holidays_are_not_working_days(first, last, country, closed) -> None:
    settings = [f"period.first={first}", f"period.last={last}", f"calendar.holidays={country}"]
    scenario = sim.load(BASELINE, settings)
    days = scenario.model.calendar
    free = {days.date(day) for day in range(days.days) if not days.working[day] and days.weekday(day) < 5}
    assert free == {dt.date.fromisoformat(closed)}
    assert days.working_days == 4
    assert sim.load(BASELINE, [*settings[:2], "calendar.holidays=none"]).model.calendar.working_days == 5
    holiday = (dt.date.fromisoformat(closed) - days.first).days
    assert not scenario.model.rates.by_day(while_open=True)[0, 0, :, holiday].any()


def test_extends_lays_one_file_over_another(tmp_path) -> None:
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text(BASELINE.read_text(encoding="utf-8"), encoding="utf-8")
    child.write_text("extends: parent.yaml\nlines: {limburg: 3}\nexperiment: {seed: 5}\n", encoding="utf-8")
    scenario, base = sim.load(child), sim.load(parent)
    assert scenario.name == "child"
    assert scenario.lines["limburg"].count.value == 3
    assert scenario.lines["limburg"].count.source is None
    assert (scenario.experiment.seed, scenario.experiment.replications) == (5, base.experiment.replications)
    assert scenario.demand == base.demand


SHAPES = [
    Trapezoid(0.0, 3.0 * HOUR, 0.0),
    Trapezoid(2.0 * HOUR, 5.0 * HOUR, 0.0),
    Trapezoid(2.0 * HOUR, 5.0 * HOUR, 3.0 * HOUR),
    Trapezoid(2.0 * HOUR, 0.0, 3.0 * HOUR),
    Decay(7.0 * HOUR),
    GammaPulse(4.0 * HOUR, 1.0),
    GammaPulse(4.0 * HOUR, 0.3),
    GammaPulse(4.0 * HOUR, 30.0),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("hours", [-1.0, 0.0, 0.5, 2.0, 4.5, 9.0, 30.0])
def test_the_integral_of_a_shape_is_that_of_its_value(shape, hours) -> None:
    stop = hours * HOUR
    ends = [0.0, *(corner for corner in sorted(set(shape.corners())) if 0 < corner < stop), max(stop, 0.0)]
    # Between the ends the value is smooth; at them it may jump, so it is not evaluated there.
    area = sum(
        integrate.quad(lambda t: float(shape.value(np.array([t]))[0]), a, b, epsabs=1e-3, epsrel=1e-10)[0]
        for a, b in pairwise(ends)
    )
    assert float(shape.integral(np.array([stop]))[0]) == pytest.approx(area, rel=1e-8, abs=1e-2)
    assert float(shape.value(np.array([min(stop, -1.0)]))[0]) == 0


def test_the_integral_of_a_surge_is_the_sum_of_its_shapes() -> None:
    surge = Surge((2.0, 0.5), (HOUR, 6 * HOUR), (Decay(3.0 * HOUR), GammaPulse(2.0 * HOUR, 1.0)))
    area = integrate.quad(
        lambda t: float(surge.value(np.array([t]))[0]), HOUR, DAY, points=[6 * HOUR], epsabs=1e-3, limit=200
    )[0]
    assert float(surge.integral(np.array([float(DAY)]))[0]) == pytest.approx(area, rel=1e-8)


def test_a_campaign_brings_as_many_as_it_says() -> None:
    assert expected(with_campaign("extra: 37.5")).sum(axis=(1, 2)) == pytest.approx([244, 37.5], rel=1e-9)
    assert expected(with_campaign("uplift: 76 %")).sum(axis=(1, 2)) == pytest.approx([244, 0.76 * 244], rel=1e-9)


def test_an_uplift_holds_over_its_days() -> None:
    rates = with_campaign("uplift: 50 %\n    first: 2020-02-12\n    last: 2020-02-14").model.rates
    base, extra = rates.by_day(while_open=True).sum(axis=(1, 2))
    assert extra[2:5].sum() == pytest.approx(0.5 * base[2:5].sum(), rel=1e-9)
    assert extra[7:].sum() > 0


def test_a_peak_is_in_times_the_base_rate() -> None:
    rates = with_campaign("peak: 3").model.rates
    base, extra = rates.mass[:, list(rates.channels).index("e-mail")]
    after = rates.edges[:-1] >= DAY + 21 * HOUR
    assert not extra[~after].any()
    # e-mail is always open: in the hour after the start the rate is up by 2, less the decay within that hour.
    first = int(np.argmax(after))
    hour = (rates.edges[first + 1] - rates.edges[first]) / (4 * DAY)
    assert extra[first] / base[first] == pytest.approx(2 * -np.expm1(-hour) / hour, rel=1e-9)
    assert (extra / base)[first:].max() == extra[first] / base[first]


def test_a_campaign_may_reach_some_provinces_and_channels_only() -> None:
    scenario = with_campaign("extra: 40\n    channels: [chat]\n    provinces: [limburg, antwerpen]")
    extra = expected(scenario)[1]
    chat = list(scenario.channels).index("chat")
    assert extra.sum() == pytest.approx(40, rel=1e-9)
    assert extra[chat].sum() == pytest.approx(40, rel=1e-9)
    by_province = dict(zip(scenario.provinces, extra[chat], strict=True))
    assert by_province["limburg"] / by_province["antwerpen"] == pytest.approx(877370 / 1869730, rel=1e-9)
    assert by_province["vlaams-brabant"] == 0


def test_demand_per_working_day_and_its_change() -> None:
    scenario = sim.load(BASELINE, ["demand.contacts=10", "demand.per=working day"])
    assert scenario.model.calendar.working_days == 14
    assert expected(scenario).sum() == pytest.approx(140, rel=1e-9)
    fewer = scenario.with_settings(["demand.change=-25 %"])
    assert expected(fewer).sum() == pytest.approx(105, rel=1e-9)


def test_who_calls_outside_hours_comes_on_top() -> None:
    scenario = sim.load(BASELINE)
    outside = scenario.model.rates.expected(while_open=False)[0].sum(axis=1)
    by_channel = dict(zip(scenario.channels, outside, strict=True))
    assert by_channel == pytest.approx({"phone": 1.31 * 0.8 * 244, "chat": 4 * 0.076 * 244, "e-mail": 0}, rel=1e-9)


def test_titles_by_language() -> None:
    small = (ROOT / "tests" / "small.yaml").read_text()
    scenario = sim.loads("title: {en: A helpline, nl: Een hulplijn}\n" + small)
    assert (scenario.title, scenario.titled(), scenario.titled("nl")) == ("A helpline", "A helpline", "Een hulplijn")
    assert sim.loads(dumps(scenario)).titled("nl") == "Een hulplijn"
    assert scenario.replace(title="Both").titled("nl") == "Both"
    # Of a title in one language, the other one's is not that of what it extends.
    assert scenario.replace(title="{en: Mine}").titled("nl") == "Mine"
    for wrong, message in (("{fr: x}", "'fr' is not a language here; allowed are en and nl"), ("[1]", "is not a text")):
        with pytest.raises(sim.ScenarioError, match=message):
            sim.loads(f"title: {wrong}\n" + small)


def test_a_short_title_is_of_its_own_file_alone(tmp_path) -> None:
    small = (ROOT / "tests" / "small.yaml").read_text(encoding="utf-8")
    (tmp_path / "base.yaml").write_text("short_title: {en: as it is, nl: zoals nu}\n" + small, encoding="utf-8")
    (tmp_path / "more.yaml").write_text("extends: base.yaml\nlines: {phone: 4}\n", encoding="utf-8")
    base, more = (sim.load(tmp_path / f"{name}.yaml") for name in ("base", "more"))
    assert (base.short_titled(), base.short_titled("nl"), more.short_titled("nl")) == ("as it is", "zoals nu", "more")


def test_shipped_scenarios_have_titles_in_both_languages() -> None:
    for path in (ROOT / "scenarios").rglob("*.yaml"):
        scenario = sim.load(path)
        assert set(scenario.title.by) == {"en", "nl"}, path
        assert path.parent.name != "plans" or set(scenario.short_title.by) == {"en", "nl"}, path
