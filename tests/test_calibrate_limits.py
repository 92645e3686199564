"""What keeps an observation out of reach is named, shares move together, and numbers have their unit."""

from __future__ import annotations

import pytest

import sim
from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language, language
from sim.studies.calibrate import Calibration, calibrate
from sim.studies.outcomes import NoOutcome, outcome_of, play_variants
from sim.studies.parameters import parameter_of

#: Three lines for 8 h a day and calls of 12 min: at most 120 answered, where 200 call.
FULL = """
period: {first: 2020-02-10, last: 2020-02-14}
calendar: {holidays: none}
channels: {phone: {hours: mon-fri 9:00-17:00, closing: send away}}
lines: {desk: 3}
routing: {phone: [desk]}
demand:
  contacts: 200
  per: working day
  by_channel: {phone: 100 %}
  by_province: {everywhere: 1}
attempts: 1
callers:
  phone:
    patience: {distribution: exponential, mean: 20 min}
    redial: {abandoned: 50 %, sent_away: 30 %}
    redial_delay: {distribution: exponential, mean: 10 min}
handling: {phone: {conversation: {distribution: exponential, mean: 12 min}}}
"""


def asked(scenario: sim.Scenario, observed: str, fit: str) -> list[str]:
    found = calibrate(scenario, [observed], fit=[fit], replications=100, worlds_apart=0, engine="simpy", seed=2)
    return sentences(found)


def sentences(found: Calibration, say: Language = ENGLISH) -> list[str]:
    return [in_language(sentence, say) for sentence in found.answer.sentences]


def test_a_share_that_the_lines_cannot_reach_is_called_impossible_with_the_least_that_is_lost() -> None:
    """Lines that are always busy answer 3 x 8 h / 12 min = 120 a day of 200: 40 % is lost whatever the patience."""
    said = asked(sim.loads(FULL), "loss@phone=20 %", "callers.phone.patience.mean")
    (told,) = [sentence for sentence in said if "impossible" in sentence]
    assert "of the 200 who call" in told
    least = int(told.rpartition("at least ")[2].split(" %")[0])
    assert 37 <= least <= 42  # a call in progress at closing is finished: up to one more a line


def test_a_cap_on_attempts_is_named() -> None:
    """Of one attempt each, no share of redials makes one in two callers call again."""
    scenario = sim.loads(FULL.replace("contacts: 200", "contacts: 150"))
    said = asked(scenario, "attempts_each@phone=1.4", "callers.phone.redial.abandoned")
    (told,) = [sentence for sentence in said if "attempts raised from 1 to 50" in sentence]
    assert "A cap of the scenario" in told


def test_one_share_of_redials_stands_for_all_outcomes() -> None:
    scenario = sim.loads(FULL)
    one = parameter_of(scenario, "callers.phone.redial")
    assert one.stated == pytest.approx(0.4)  # the mean of both
    assert one.settings(one.to_line(0.35)) == [
        "callers.phone.redial.abandoned=35 %",
        "callers.phone.redial.sent_away=35 %",
    ]
    moved = scenario.with_settings(one.settings(one.to_line(0.35))).callers["phone"].redial
    assert (moved.abandoned.value, moved.sent_away.value, moved.closed) == (
        0.35,
        0.35,
        scenario.callers["phone"].redial.closed,
    )


def test_a_share_that_is_written_once_for_all_outcomes_is_moved_as_it_is_written() -> None:
    scenario = sim.loads(FULL.replace("{abandoned: 50 %, sent_away: 30 %}", "45 %"))
    one = parameter_of(scenario, "callers.phone.redial")
    assert one.stated == pytest.approx(0.45)
    moved = scenario.with_settings(one.settings(one.to_line(0.35))).model.centre.habits[0].redial
    assert set(moved) == {round(0.35 * 2**32)}


def test_the_unit_of_the_demand_is_given() -> None:
    scenario = sim.loads(FULL.replace("contacts: 200", "contacts: 60"))
    found = calibrate(scenario, ["answered=260"], replications=100, worlds_apart=0, engine="simpy", seed=2)
    assert " per working day (95 %: " in sentences(found)[0]
    assert " per werkdag (95 %: " in sentences(found, language("nl"))[0]
    assert "answered = 260 per period" in sentences(found)[1]
    period = parameter_of(sim.loads(FULL.replace("  per: working day\n", "")), "demand.contacts")
    assert period.unit == "per period"


def test_what_reports_count_is_known() -> None:
    scenario = sim.loads(FULL)
    names = ["unanswered", "answered_share", "reached_share@phone", "loss", "offered", "never_reached_share"]
    outcomes = [outcome_of(scenario, name) for name in names]
    played = play_variants(scenario, [[]], outcomes, worlds=20, seed=1, engine="simpy")
    unanswered, answered, reached, loss, offered, never = (played.values(of)[0] for of in outcomes)
    assert unanswered == pytest.approx(offered * loss / 100)
    assert answered + loss == pytest.approx(100)
    assert reached + never == pytest.approx(100)
    with pytest.raises(NoOutcome, match=r"Did you mean 'unanswered'\?"):
        outcome_of(scenario, "unansered")
