"""Expected contacts of demand as people state it, against sums by hand; both ways of drawing against exact rates."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import kernel
from sim.engines.draw import draw_block
from sim.model.clock import HOUR, MINUTE
from sim.model.demand import _highest as highest_of
from sim.model.demand import units_of
from sim.model.world import Worlds
from sim.scenario.sections import dumps
from sim.scenario.surges import Decay, GammaPulse, Surge, Trapezoid
from sim.studies.unknowns import unknowns_of

CASES = Path(__file__).parent / "cases"
TEXT = """
period: {{first: {first}, last: {last}}}
calendar: {{holidays: {holidays}}}
channels: {{phone: {{hours: {hours}}}{channels}}}
lines: {{phone: 1{lines}}}
demand: {demand}
campaigns: {campaigns}
callers: {{phone: {{patience: {{distribution: exponential, mean: 3 min}}}}}}
handling: {{phone: {{conversation: {{distribution: exponential, mean: 5 min}}}}{handling}}}
"""
DEMAND = "{{contacts: {contacts}, per: {per}, by_channel: {{phone: 100 %}}, by_province: {{all: 1}}{more}}}"


def line(
    *, contacts: float = 100, per: str = "working day", more: str = "", campaigns: str = "[]",
    hours: str = "mon-fri 8:00-18:00",
    first: str = "2024-03-04", last: str = "2024-03-08", holidays: str = "none",
) -> sim.Scenario:  # fmt: skip
    """A phone line on working days, 4 to 8 March 2024 (Monday to Friday)."""
    demand = DEMAND.format(contacts=contacts, per=per, more=more)
    values = {"first": first, "last": last, "holidays": holidays, "hours": hours, "demand": demand}
    return sim.loads(TEXT.format(**values, campaigns=campaigns, channels="", handling="", lines=""))


def between(scenario: sim.Scenario, start: str, stop: str, day: int = 0, cause: int = 0) -> float:
    """Expected contacts of a day between two clock times."""
    rates = scenario.model.rates
    ends = [int(h) * HOUR + int(m) * MINUTE for h, m in (text.split(":") for text in (start, stop))]
    low, high = rates.edges[:-1] - day * 24 * HOUR, rates.edges[1:] - day * 24 * HOUR
    overlap = np.clip(np.minimum(high, ends[1]) - np.maximum(low, ends[0]), 0, None) / (high - low)
    return float((rates.mass[cause] * overlap).sum())


def test_a_profile_in_half_hours_is_a_rate() -> None:
    scenario = sim.load(CASES / "halfhour.yaml")
    # Weights by half-hour: 4, 6, and 11 in each of the 18 half-hours from 9:00 to 18:00, 208 in all for 209 contacts.
    for day in (0, 4, 25):
        assert between(scenario, "8:00", "8:30", day) == pytest.approx(209 * 4 / 208)
        assert between(scenario, "8:30", "9:00", day) == pytest.approx(209 * 6 / 208)
        assert between(scenario, "17:30", "18:00", day) == pytest.approx(209 * 11 / 208)
        assert between(scenario, "0:00", "24:00", day) == pytest.approx(209)


def test_another_profile_on_some_weekdays_leaves_the_days_as_busy_as_they_are() -> None:
    scenario = sim.load(CASES / "wdprofile.yaml")
    # Monday 4 hours of 3 and 6 of 1, Friday the other way round; days without a profile are flat.
    assert [between(scenario, "8:00", "12:00", day) for day in range(5)] == pytest.approx(
        [100 * 12 / 18, 40, 40, 40, 100 * 4 / 22]
    )
    assert [between(scenario, "0:00", "24:00", day) for day in range(5)] == pytest.approx([100] * 5)


def test_weekday_profiles_and_weights_of_weekdays_with_shorter_hours() -> None:
    more = ", weekdays: {mon: 2}, outside_hours: {phone: 50 %}, hours: {mon-thu: {0-11: 3, 12-23: 1}, fri: {0-23: 7}}"
    scenario = line(contacts=500, per="period", more=more, hours="mon-thu 8:00-18:00; fri 9:00-14:00")
    open_by_day = scenario.model.rates.by_day(while_open=True)[0, 0, 0]
    # Rates average one over the hours of each day: 20, 10, 10, 10 and 5 hours' worth.
    assert open_by_day == pytest.approx(np.array([20, 10, 10, 10, 5]) * 500 / 55)
    assert between(scenario, "8:00", "12:00", 1) == pytest.approx(500 * 10 / 55 * 12 / 18)
    assert scenario.model.rates.expected(while_open=False).sum() == pytest.approx(250)
    # Outside opening hours the same weights hold: on Tuesday 3 before noon and 1 after it, of a mean of 1.8.
    before, after = between(scenario, "0:00", "8:00", 1), between(scenario, "18:00", "24:00", 1)
    assert before / after == pytest.approx(24 / 6)


@pytest.mark.parametrize("drawing", [draw_block, kernel.draw], ids=["readable", "kernel"])
def test_both_ways_of_drawing_follow_the_profile(drawing: Callable[..., Worlds]) -> None:
    scenario = sim.load(CASES / "wdprofile.yaml")
    runs = 400
    world = drawing(scenario.model.inputs, seed=5, replications=range(runs)).callers
    half_hours = np.bincount(world.arrival // (30 * MINUTE), minlength=5 * 48)
    rates = [between(scenario, f"{h}:{m:02}", f"{h + m // 30}:{(m + 30) % 60:02}", day)
             for day in range(5) for h in range(24) for m in (0, 30)]  # fmt: skip
    expected = runs * np.array(rates)
    assert (half_hours[expected == 0] == 0).all()
    z = (half_hours - expected)[expected > 0] / np.sqrt(expected[expected > 0])
    assert len(z) == 100
    assert abs(z).max() < 4.5
    assert (z**2).sum() == pytest.approx(100, abs=5 * np.sqrt(200))  # chi-square with 100 degrees of freedom


def test_profiles_are_written_back() -> None:
    for profile, written in (
        ("{0-8: 1, 9:00-17:30: 2, 17:30-24:00: 1}", {"0-8": 1, "9:00-17:30": 2, "17:30-24:00": 1}),
        ("{0:00-8:00: 1, 8-23: 2}", {"0-7": 1, "8-23": 2}),
        ("{8:15-8:30: 1, 8:30-8:45: 1, 8-8: 3}", None),
        ("{0-23: 3}", {"0-23": 3}),
        ("{0-23: 1}", "flat"),
        ("{mon: {0-23: 1}, 'tue-wed,sat': {0-11: 1, 12-23: 2}}",
         {day: {"0-11": 1, "12-23": 2} for day in ("tue", "wed", "sat")}),
        ("{daily: flat}", "flat"),
    ):  # fmt: skip
        if written is None:
            with pytest.raises(sim.ScenarioError, match=r"8:15-8:30 is given twice"):
                line(more=f", hours: {profile}")
            continue
        scenario = line(more=f", hours: {profile}")
        assert scenario.demand.model_dump(mode="json")["hours"] == written
        again = sim.loads(dumps(scenario))
        assert again == scenario
        assert (again.model.rates.mass == scenario.model.rates.mass).all()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("{9-16: 1}", "no weight for 8:00-9:00, when phone is open; add these times"),
        ("{8-17: 1, 7:00-8:30: 2}", "8:00-8:30 is given twice"),
        ("{22:00-6:00: 1, 6-21: 2}", "'22:00-6:00' does not run forward from 0:00 to 24:00; write 0-5 and 22-23"),
        ("{8:00-8:00: 1}", "does not run forward"),
        ("{8:00-24:30: 1}", "does not run forward"),
        ("{8:70-9:00: 1}", "is not an hour, a range of hours or clock times"),
        ("{'8:00': 1}", "is not an hour, a range of hours or clock times"),
        ("{mon: {8-17: 1}, mon-tue: {8-17: 2}}", "mon is given twice"),
        ("{mno: {8-17: 1}}", "'mno' is not a day; .* Did you mean 'mon'?"),
        ("{tue: {9-17: 1}}", "no weight for tue 8:00-9:00"),
        ("{mon: {8-17: -1}}", r"hours\.mon\.8-17: -1 is out of range"),
        ("{value: {8-17: 1}, status: assumed, low: {8-17: 1}, high: {9-17: 1}}", "hours.high: no weight for 8:00-9:00"),
    ],
)
def test_profiles_that_cannot_be(hours: str, words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=words):
        line(more=f", hours: {hours}")


def test_only_hours_of_opening_need_a_weight_unless_callers_find_the_line_closed() -> None:
    assert between(line(more=", hours: {8-17: 3}"), "8:00", "9:00") == pytest.approx(10)
    with pytest.raises(sim.ScenarioError, match=r"no weight for 0:00-8:00, when callers of phone find it closed"):
        line(more=", hours: {8-17: 3}, outside_hours: {phone: 10 %}")


def test_a_range_of_profiles_moves_in_straight_lines() -> None:
    ends = "value: {8:00-8:30: 1, 8:30-18:00: 1}, low: {8-17: 1}, high: {8:00-8:30: 20, 8:30-18:00: 1}"
    scenario = line(more=f", hours: {{{ends}, status: assumed}}")
    (unknown,) = unknowns_of(scenario)
    halfway = scenario.with_settings(unknown.settings(unknown.scale.at(0.5)))
    # Of 20 half-hours the first has 1/20 as stated and 20/39 at the high end.
    assert between(halfway, "8:00", "8:30") == pytest.approx(100 * (1 / 20 + 20 / 39) / 2)
    days = line(more=", hours: {value: {mon: {8-17: 1}}, low: flat, high: {mon: {8-8: 9, 9-17: 1}}, status: assumed}")
    (unknown,) = unknowns_of(days)
    halfway = days.with_settings(unknown.settings(unknown.scale.at(0.5)))
    assert between(halfway, "8:00", "9:00") == pytest.approx(100 * (1 / 10 + 9 / 18) / 2)
    assert between(halfway, "8:00", "9:00", 1) == pytest.approx(10)


def units(scenario) -> float:
    return units_of(scenario, scenario.model.calendar)


def test_contacts_per_hour_day_week_and_year() -> None:
    assert units(line(per="hour")) == 50  # five days of ten hours
    assert units(line(per="day", last="2024-03-10")) == 7
    assert units(line(per="working day", last="2024-03-10")) == 5
    assert units(line(per="week")) == 1  # Monday to Friday is all that there is of a week
    assert units(line(per="week", last="2024-03-22")) == 3
    assert units(line(per="week", last="2024-03-06", more=", weekdays: {mon: 2}")) == pytest.approx(4 / 6)
    # 2024 has 262 weekdays; Belgium closes on ten public holidays, of which nine fall on weekdays.
    assert units(line(per="year")) == pytest.approx(5 / 262)
    assert units(line(per="year", holidays="BE")) == pytest.approx(5 / (262 - weekday_holidays(2024)))
    assert units(line(per="year", first="2024-01-01", last="2024-12-31")) == pytest.approx(1)
    two = line(per="year", first="2023-12-25", last="2024-01-05", hours="always")
    assert units(two) == pytest.approx(7 / 365 + 5 / 366)
    assert line(contacts=7, per="hour", more=", change: +10 %").model.rates.expected(while_open=True).sum() == (
        pytest.approx(385)
    )


def weekday_holidays(year: int) -> int:
    import holidays

    return sum(day.weekday() < 5 for day in holidays.country_holidays("BE", years=year))


def test_a_week_with_a_holiday_has_fewer_contacts() -> None:
    # Easter Monday 2024 is 1 April: four of the five days are open.
    easter = line(per="week", first="2024-04-01", last="2024-04-07", holidays="BE")
    assert easter.model.rates.expected(while_open=True).sum() == pytest.approx(80)


def test_per_hour_needs_the_same_hours() -> None:
    text = TEXT.format(
        first="2024-03-04", last="2024-03-08", holidays="none", hours="mon-fri 9:00-17:00", campaigns="[]",
        lines=", chat: 1",
        demand="{contacts: 5, per: hour, by_channel: {phone: 1, chat: 1}, by_province: {all: 1}}",
        channels=", chat: {hours: 'mon-fri 9:00-12:00'}",
        handling=", chat: {conversation: {distribution: exponential, mean: 5 min}}",
    )  # fmt: skip
    with pytest.raises(sim.ScenarioError, match=r"demand\.per: phone and chat are open in different hours"):
        sim.loads(text)


def test_an_uplift_by_day() -> None:
    wednesday = "{value: +738 %, status: assumed, low: +500 %, high: +800 %}"
    campaign = f"[{{name: c, uplift: {{2024-03-05: +174 %, 2024-03-06: {wednesday}}}}}]"
    scenario = line(campaigns=campaign, more=", hours: {8:00-8:30: 2, 8:30-18:00: 1}")
    extra = scenario.model.rates.by_day(while_open=True)[1, 0, 0]
    assert extra == pytest.approx([0, 174, 738, 0, 0])
    assert between(scenario, "8:00", "8:30", 2, cause=1) == pytest.approx(738 * 2 / 21)
    assert sim.loads(dumps(scenario)) == scenario
    (high,) = (unknown for unknown in unknowns_of(scenario) if "uplift" in unknown.paths[0])
    most = scenario.with_settings(high.settings(high.high))
    assert most.model.rates.by_day(while_open=True)[1, 0, 0] == pytest.approx([0, 174, 800, 0, 0])
    assert scenario.with_settings(["campaigns.c.uplift.2024-03-05=0 %"]).model.rates.by_day(while_open=True)[
        1, 0, 0
    ] == (pytest.approx([0, 0, 738, 0, 0]))


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        ("uplift: {2024-03-10: +50 %}", r"campaigns\.0\.uplift\.2024-03-10: no contacts are counted on this day"),
        ("uplift: {2024-04-10: +50 %}", r"campaigns\.0\.uplift\.2024-04-10: 2024-04-10 is outside the period"),
        ("uplift: {2024-03-32: +50 %}", r"'2024-03-32' is not a date"),
        ("uplift: {2024-03-05: 50}", r"campaigns\.0\.uplift\.2024-03-05: 50 has no unit"),
        ("uplift: {2024-03-05: -50 %}", r"campaigns\.0\.uplift\.2024-03-05: is negative"),
        ("uplift: {2024-03-05: +5 %}, first: 2024-03-05", r"first and last go with uplift only"),
        ("uplift: {2024-03-05: +5 %}, surge: [{shape: step, at: 2024-03-05, lasts: 1 h}]", r"surge: does not go with"),
        ("uplift: +5 %", r"campaigns\.0: has no 'surge:'"),
    ],
)
def test_uplifts_by_day_that_cannot_be(campaign: str, words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=words):
        line(campaigns=f"[{{name: c, {campaign}}}]", last="2024-03-10")


def test_a_start_is_one_moment_a_date_or_a_list() -> None:
    def with_start(at: str) -> sim.Scenario:
        return line(campaigns=f"[{{name: c, extra: 50, surge: [{{shape: step, at: {at}, lasts: 11 h}}]}}]")

    several, one, day = (with_start(at) for at in ("[2024-03-05 0:00]", "2024-03-05 0:00", "2024-03-05"))
    assert several == one == day
    assert day.model.rates.by_day(while_open=True)[1, 0, 0] == pytest.approx([0, 50, 0, 0, 0])
    ranged = with_start("{value: 2024-03-05 9:00, status: assumed, low: 2024-03-05, high: 2024-03-06 9:00}")
    assert [unknown.paths[0] for unknown in unknowns_of(ranged)] == ["campaigns.0.surge.0.at.0"]
    with pytest.raises(sim.ScenarioError, match=r"surge\.0\.at: 2024-04-05 is outside the period"):
        with_start("2024-04-05 9:00")
    with pytest.raises(sim.ScenarioError, match=r"surge\.0\.at: 'soon' is not a date with a time"):
        with_start("soon")


def test_the_peak_of_a_surge_is_that_of_every_minute() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        shapes = [
            (
                Decay(float(rng.integers(1, 40)) * 6 * MINUTE),
                Trapezoid(*(rng.integers(1, 300, 3) * rng.integers(0, 2, 3) * float(MINUTE)).tolist()),
                GammaPulse(float(rng.integers(1, 500)) * MINUTE, float(rng.choice([0.3, 1, 3, 20]))),
            )[rng.integers(3)]
            for _ in range(rng.integers(1, 6))
        ]
        starts = tuple(int(second) * 1000 for second in rng.integers(-100, 2 * 86_400, len(shapes)))
        surge = Surge(tuple(rng.random(len(shapes)).tolist()), starts, tuple(shapes))
        corners = (corner for corner in surge.corners() if 0 <= corner <= 48 * HOUR)
        edges = np.array(sorted({*range(0, 48 * HOUR + 1, HOUR), *corners}))
        every = np.concatenate([np.arange(a, b, MINUTE) for a, b in pairwise(edges.tolist())])
        assert highest_of(surge, edges) == surge.value(every.astype(float)).max()


@pytest.mark.parametrize("shape", ["shape: decay, time_constant: 4 days", "shape: gamma pulse, peak_after: 2 h"])
@pytest.mark.parametrize("size", ["peak: 3", "extra: 5000"])
def test_a_campaign_of_365_moments_loads_quickly(shape: str, size: str) -> None:
    days = [f"{dt.date(2024, 1, 1) + dt.timedelta(days=day)} 12:00" for day in range(365)]
    campaign = f"[{{name: c, {size}, surge: [{{{shape}, at: [{', '.join(days)}]}}]}}]"
    began = time.process_time()
    scenario = line(campaigns=campaign, first="2024-01-01", last="2024-12-30")
    assert time.process_time() - began < 2
    assert len(scenario.campaigns[0].surge[0].at) == 365
