"""Simple things said simply: one channel in one place, one share of redials, any holidays, triangular laws."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import sim
from sim.language import language
from sim.language.mistakes import told_mistake
from sim.scenario.distributions import Triangular
from sim.scenario.holidays import country_of, holidays_of
from sim.scenario.load import json_schema
from sim.scenario.sections import dumps
from sim.scenario.settings import merge
from sim.scenario.source import read_text, write_text
from sim.theory.single_line import moment, pollaczek_khinchine

ROOT = Path(__file__).parent.parent
(SMALLEST,) = re.findall(r"takes seven lines:\n\n```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
REDIAL = "{patience: {distribution: exponential, mean: 3 min}"
DELAY = "redial_delay: {distribution: exponential, mean: 20 min}"
WHOLE = SMALLEST.replace(
    "per: working day}", "per: working day, by_channel: {phone: 100 %}, by_province: {everywhere: 1}}"
)


def mistakes(text: str) -> list[str]:
    with pytest.raises(sim.ScenarioError) as found:
        sim.loads(text)
    dutch = language("nl")
    assert all(told_mistake(one.message, dutch) != one.message for one in found.value.mistakes)
    return [f"{one.path}: {one.message}" for one in found.value.mistakes]


def with_redial(redial: str) -> str:
    return SMALLEST.replace(REDIAL, f"{REDIAL}, redial: {redial}, {DELAY}")


def test_the_smallest_scenario_of_the_readme_runs(tmp_path) -> None:
    assert len(SMALLEST.splitlines()) < 10
    scenario = sim.loads(SMALLEST)
    first = [one.model.rates.expected(while_open=True).sum() for one in (scenario, sim.loads(WHOLE))]
    assert first[0] == first[1] == pytest.approx(20 * 40)
    result = sim.run(scenario, replications=40, engine="simpy", out=tmp_path)
    offered = result.estimate("offered")
    assert abs(offered.value - 800) < 4 * (800 / 40) ** 0.5  # 20 days of 40 calls, Poisson
    jsonschema.validate(read_text(SMALLEST, "smallest").plain(), json.loads(json.dumps(json_schema())))


def test_the_only_channel_and_place_can_be_written_and_kept() -> None:
    scenario = sim.loads(SMALLEST)
    assert scenario.provinces == ("everywhere",)
    assert sim.loads(dumps(scenario)) == scenario
    assert scenario.replace(lines__phone=3).model.most_lines("phone") == 3


def test_several_channels_or_places_must_be_divided() -> None:
    two = SMALLEST.replace("{phone: 2}", "{phone: 2, chat: 1}").replace(
        "channels: {", "channels: {chat: {hours: 'mon-fri 9:00-17:00'}, "
    )
    two = two.replace("handling: {", "handling: {chat: {conversation: {distribution: exponential, mean: 9 min}}, ")
    assert mistakes(two) == ["demand.by_channel: is missing"]
    assert sim.loads(two.replace("per: working day", "per: working day, by_channel: {phone: 3, chat: 1}"))
    apart = SMALLEST.replace("17:00'}", "17:00', queue: per province}")
    assert mistakes(apart) == ["demand.by_province: is missing"]


def test_a_file_laid_over_the_smallest_may_divide_it(tmp_path) -> None:
    (tmp_path / "small.yaml").write_text(SMALLEST)
    (tmp_path / "two.yaml").write_text("extends: small.yaml\ndemand: {by_province: {north: 1, south: 3}}\n")
    assert sim.load(tmp_path / "two.yaml").provinces == ("north", "south")


def test_a_log_of_one_channel_and_place_needs_neither(tmp_path) -> None:
    (tmp_path / "log.csv").write_text("arrival,caller\n2024-03-04 09:30:00,a\n")
    (tmp_path / "one.yaml").write_text(SMALLEST + "trace: {file: log.csv}\n")
    scenario = sim.load(tmp_path / "one.yaml")
    world = sim.draw_world(scenario, seed=1)
    assert (world.channel.tolist(), world.province.tolist()) == ([0], [0])
    assert world.arrival.tolist() == [(9 * 60 + 30) * 60_000]


# --- one share of redials


def shares(text: str) -> list[float]:
    redial = sim.loads(text).model.centre.habits[0].redial
    return [round(100 * share / (1 << 32), 6) for share in redial]


@pytest.mark.parametrize(
    ("redial", "abandoned", "closed"),
    [
        ("40 %", 40, 40),
        ("{value: 40 %, status: assumed, low: 20 %, high: 60 %}", 40, 40),
        ("{any: 40 %}", 40, 40),
        ("{any: 40 %, closed: 10 %}", 40, 10),
        ("{any: 40 %, abandoned: 0 %}", 0, 40),
        ("{abandoned: 54 %}", 54, 0),
    ],
)
def test_one_share_of_redials_for_all_outcomes(redial, abandoned, closed) -> None:
    found = shares(with_redial(redial))
    assert found[0] == abandoned
    assert found[3] == found[4] == closed  # who is sent away is as who met a closed door
    scenario = sim.loads(with_redial(redial))
    assert sim.loads(dumps(scenario)) == scenario
    jsonschema.validate(read_text(with_redial(redial), "x").plain(), json.loads(json.dumps(json_schema())))


def test_outcomes_over_one_share_leave_it_to_the_others() -> None:
    base = read_text(with_redial("40 %"), "base")
    over = read_text("callers: {phone: {redial: {abandoned: 70 %}}}", "over")
    assert shares(write_text(merge(base, over).plain())) == [70, 40, 40, 40, 40]
    scenario = sim.loads(with_redial("40 %"))
    for plan in (scenario, sim.loads(with_redial("{value: 40 %, status: assumed, low: 20 %, high: 60 %}"))):
        assert shares(dumps(plan.with_settings(["callers.phone.redial.closed=10 %"]))) == [40, 40, 40, 10, 10]


def test_one_share_over_outcomes_takes_the_place_of_all() -> None:
    scenario = sim.loads(with_redial("{abandoned: 54 %, closed: 10 %}"))
    assert shares(dumps(scenario.replace(callers__phone__redial="30 %"))) == [30] * 5


def test_settings_change_one_share_in_a_file_too(tmp_path) -> None:
    (tmp_path / "one.yaml").write_text(with_redial("40 %"))
    assert shares(dumps(sim.load(tmp_path / "one.yaml", ["callers.phone.redial.closed=10 %"]))) == [40, 40, 40, 10, 10]


def test_a_wrong_share_is_said_where_it_is_written() -> None:
    assert mistakes(with_redial("140 %")) == [
        "callers.phone.redial: 140 % is out of range; allowed is a share between 0 % and 100 %"
    ]
    (message,) = mistakes(with_redial("{abandonned: 4 %}"))
    assert "Did you mean 'abandoned'?" in message
    (message,) = mistakes(SMALLEST.replace(REDIAL, f"{REDIAL}, redial: 40 %"))
    assert message.startswith("callers.phone: has redials, so it needs a redial_delay")


# --- holidays of any country


@pytest.mark.parametrize(
    ("country", "day", "closed"),
    [
        ("BE", "2024-07-21", True),
        ("NL", "2024-07-22", False),
        ("NO", "2024-05-17", True),  # which YAML 1.1 would take for false
        ("DE-BY", "2024-05-30", True),  # Corpus Christi
        ("DE-BE", "2024-05-30", False),
        ("DE", "2024-05-30", False),
        ("de-Bayern", "2024-05-30", True),
        ("GB-SCT", "2024-12-02", True),  # Saint Andrew's Day, on Monday
        ("GB-ENG", "2024-12-02", False),
        ("US-CA", "2024-07-04", True),
        ("AUS", "2024-04-25", True),
        ("none", "2024-12-25", False),
    ],
)
def test_holidays_of_countries_and_their_parts(country, day, closed) -> None:
    date = dt.date.fromisoformat(day)
    text = SMALLEST.replace("2024-03-04, last: 2024-03-29", f"{day}, last: {day}")
    text += f"calendar: {{holidays: {country}, working_days: daily}}\n"
    assert sim.loads(text).model.calendar.working[0] is not closed
    assert bool(holidays_of(date, 1, country)) == closed


def test_a_part_of_a_country_has_its_clock() -> None:
    text = SMALLEST + "calendar: {holidays: GB-SCT}\n"
    assert (
        sim.loads(text).model.calendar.zone
        == sim.loads(text.replace("GB-SCT", "GB")).model.calendar.zone
        == "Europe/London"
    )


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Germany", "Did you mean 'DE'?"),
        ("Netherlands", "Did you mean 'NL'?"),
        ("UK", "Did you mean 'GB'?"),
        ("XX", "the code of a country such as BE, a part of one such as DE-BY, or none"),
        ("DE-BX", "'BX' is not a part of DE; there are BB, BE, BW, BY"),
        ("DE-Bayren", "Did you mean 'Bayern'?"),
        ("LU-LU", "'LU' is not a part of LU; there are none"),
        ("7", "7 is not the code of a country"),
        ("[BE, NL]", "is not the code of a country"),
    ],
)
def test_holidays_that_are_not_known(written, words) -> None:
    (message,) = mistakes(SMALLEST + f"calendar: {{holidays: {written}}}\n")
    assert message.startswith("calendar.holidays: ")
    assert words in message


def test_fit_and_scenarios_know_the_same_countries() -> None:
    assert country_of("nl") == "NL"
    assert country_of("DE-bayern") == "DE-BY"
    with pytest.raises(sim.SimError, match="Did you mean 'FR'"):
        country_of("France")


# --- the triangular distribution


def test_the_triangular_law_by_hand() -> None:
    law = Triangular(2.0, 8.0, 30.0)
    assert law.mean == pytest.approx(40 / 3)
    # Below the mode the area is (x - 2)^2 / (28 * 6), above it 1 - (30 - x)^2 / (28 * 22).
    assert law.cdf(np.array([2.0, 5.0, 8.0, 19.0, 30.0])) == pytest.approx([0, 9 / 168, 6 / 28, 1 - 121 / 616, 1])
    assert law.quantile(np.array([9 / 168, 6 / 28, 1 - 121 / 616])) == pytest.approx([5, 8, 19])
    assert moment(law, 2) == pytest.approx((4 + 64 + 900 + 16 + 60 + 240) / 6)
    x = law.quantile((np.arange(400_000) + 0.5) / 400_000)
    assert [moment(law, power) for power in (1, 2, 3)] == pytest.approx([(x**p).mean() for p in (1, 2, 3)], rel=1e-6)


@pytest.mark.parametrize("mode", [2.0, 30.0])
def test_a_mode_at_either_end(mode) -> None:
    law = Triangular(2.0, mode, 30.0)
    u = (np.arange(1000) + 0.5) / 1000
    assert law.cdf(law.quantile(u)) == pytest.approx(u)
    assert (law.quantile(u).min(), law.quantile(u).max()) == pytest.approx((2, 30), abs=1)


def test_one_line_with_triangular_handling_waits_as_exact_theory_says() -> None:
    law = sim.loads(SMALLEST).handling["phone"].conversation.law()
    found = pollaczek_khinchine(arrivals_per_hour=3, handling=law)
    # E[S^2] = (2^2 + 8^2 + 30^2 + 2*8 + 2*30 + 8*30) / 6 = 214 min^2; two thirds busy: (3/60) * 214 / (2 * (1 - 2/3)).
    assert found.mean_wait_s / 60 == pytest.approx(0.05 * 214 / (2 / 3))


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ("min: 9 min, mode: 9 min, max: 9 min", "min: must be less than max"),
        ("min: 9 min, mode: 9 min, max: 1 min", "min: must be less than max"),
        ("min: 2 min, mode: 1 min, max: 9 min", "mode: must lie from min to max, which are 2 min and 9 min"),
        ("min: 2 min, mode: 1 h, max: 9 min", "mode: must lie from min to max, which are 2 min and 9 min"),
        ("min: 2 min, max: 9 min", "mode: is missing"),
        ("least: 2 min, mode: 3 min, max: 9 min", "unknown key 'least'"),
    ],
)
def test_wrong_triangles(numbers, message) -> None:
    found = mistakes(SMALLEST.replace("min: 2 min, mode: 8 min, max: 30 min", numbers))
    assert any(f"handling.phone.conversation.{message}" in one or message in one for one in found)
