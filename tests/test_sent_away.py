"""Callers who still wait at closing: sent away, offered and lost, beside the exact Markov chain of a day."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import sim
from sim.language import language
from sim.model.clock import DAY, HOUR
from sim.model.contacts import Outcome
from sim.results.result import Result
from sim.statistics.estimates import Estimate
from sim.tell.scenario import tell_scenario
from sim.theory import varying_day
from sim.theory.varying import Day

CASES = Path(__file__).parent / "cases"
#: Replications of a month, and standard errors within which a value is right.
MONTHS, SURE = 60, 4.0


def run(scenario: sim.Scenario, tmp_path: Path, replications: int = MONTHS) -> Result:
    return sim.run(scenario, replications=replications, engine="simpy", out=tmp_path, workers=1)


def close(found: Estimate, exact: float) -> bool:
    return abs(found.value - exact) < SURE / 1.96 * found.half


def sent_away(**changes: object) -> sim.Scenario:
    return sim.load(CASES / "sent-away.yaml").replace(**changes)


def day(contacts: float, **more: object) -> Day:
    return varying_day(arrivals_per_hour=contacts / 4, until="4 h", **{"handling": "40 min", "lines": 1, **more})


def agrees_with_the_chain(result: Result, exact: Day, days: int) -> None:
    offered, closing = float(exact.offered.sum()), float(exact.waiting_at_end[-1])
    lost = float(exact.abandoned.sum() + exact.blocked.sum()) + closing
    at_once = offered - float(exact.waited.sum() + exact.blocked.sum())
    assert close(result.estimate("offered"), days * offered)
    assert close(result.estimate("sent_away"), days * closing)
    assert close(result.estimate("loss"), 100 * lost / offered)
    # Without any promise an answer is in time that comes at once.
    assert close(result.estimate("service_level_of_offered", kind="channel", name="phone"), 100 * at_once / offered)
    assert result.estimate("closed").value == result.estimate("only_closed").value == 0
    assert result.estimate("never_reached").value == pytest.approx(
        result.estimate("offered").value * lost_share(result)
    )


def lost_share(result: Result) -> float:
    return result.estimate("loss").value / 100


@pytest.mark.parametrize("contacts", [2, 6, 12, 24])
def test_one_line_that_sends_away_is_as_the_chain(contacts: float, tmp_path: Path) -> None:
    result = run(sent_away(demand__contacts=contacts), tmp_path)
    agrees_with_the_chain(result, day(contacts), 20)
    if contacts == 12:
        assert 46 < result.estimate("loss").value < 53


@pytest.mark.parametrize(("places", "patience"), [("unlimited", "25 min"), (1, None), (3, "40 min")])
def test_callers_who_give_up_or_find_no_place_are_as_the_chain(places, patience, tmp_path: Path) -> None:
    law = {"distribution": "exponential", "mean": patience} if patience else {"distribution": "never"}
    scenario = sent_away(channels__phone__waiting_places=places, callers__phone__patience=law)
    exact = day(12, patience=patience, places=None if places == "unlimited" else places)
    agrees_with_the_chain(run(scenario, tmp_path), exact, 20)


def test_lines_that_stop_before_closing_are_as_the_chain(tmp_path: Path) -> None:
    result = run(sim.load(CASES / "lines-stop-before-closing.yaml"), tmp_path, 40)
    exact = varying_day(
        arrivals_per_hour=25, handling="5 min", lines=[("0 s", 5), ("450 min", 0)], until="8 h", every="30 min"
    )
    agrees_with_the_chain(result, exact, 5)
    assert result.estimate("longest_wait", kind="channel", name="phone").high < 3600
    contacts = sim.simulate(sim.draw_world(result.scenario, seed=5, replication=0), result.scenario.model.centre)
    late = contacts.dialled % DAY >= 16.5 * HOUR
    assert late.sum() > 20
    assert set(contacts.outcome[late].tolist()) == {Outcome.SENT_AWAY}


def test_a_line_of_ten_minutes_answers_nobody_a_week_later() -> None:
    scenario = sim.load(CASES / "lines-stop-before-closing.yaml").replace(
        period={"first": "2024-03-04", "last": "2024-03-15"},
        channels__phone__hours="mon 9:00-17:00",
        lines__phone={"shifts": {"mon 9:00-9:10": 1}},
    )
    contacts = sim.simulate(sim.draw_world(scenario, seed=5, replication=0), scenario.model.centre)
    waits = contacts.left_queue - contacts.dialled
    assert waits.max() <= 8 * HOUR
    assert set(contacts.outcome.tolist()) == {Outcome.ANSWERED, Outcome.SENT_AWAY}


def checked(scenario: sim.Scenario, which: str = "en") -> str:
    out = Console(record=True, width=200, file=StringIO())
    tell_scenario(scenario, out, language(which))
    return out.export_text()


def test_check_says_when_no_line_is_there() -> None:
    told = checked(sim.load(CASES / "lines-stop-before-closing.yaml"))
    assert re.search(r"phone +mon-fri 9:00-17:00 +mon-fri 9:00-16:30 ", told)
    sentence = "No line is on duty for phone while it is open: mon-fri 16:30-17:00."
    assert f"{sentence} Calls that still wait at closing are sent away then." in told
    assert "No line is on duty" not in checked(sent_away())


def test_check_names_dates_that_differ_and_queues_apart() -> None:
    scenario = sim.load(CASES / "lines-stop-before-closing.yaml").replace(
        period={"first": "2024-03-01", "last": "2024-03-31"},
        channels__phone__queue="per province",
        demand__by_province={"here": "50 %", "there": "50 %", "yonder": "0 %"},
        lines={
            "here": {"count": 1, "breaks": ["mon,wed 12:00-12:30"]},
            "there": {
                "shifts": {"mon-fri 9:00-16:30": 2},
                "extra": [{"hours": "mon-fri 9:00-17:00", "first": "2024-03-12", "last": "2024-03-12"}],
            },
            "yonder": 0,
        },
    )
    told = checked(scenario)
    assert "for phone/here while it is open: mon,wed 12:00-12:30.\n" in told
    assert "for phone/there while it is open: mon-fri 16:30-17:00; Tue 12 Mar never. Calls that still wait" in told
    assert "for phone/yonder while it is open: mon-fri 9:00-17:00. Calls that still wait" in told
    dutch = checked(scenario, "nl")
    assert "geen lijn bemand voor telefoon/there: ma-vr 16:30-17:00; di 12 mrt nooit. Wie bij sluiting" in dutch


def test_check_of_a_channel_that_never_closes() -> None:
    told = checked(sent_away(channels__phone={"hours": "always", "staffed": "mon-fri 9:00-17:00"}))
    assert "open: mon-fri 0:00-9:00 17:00-24:00; sat-sun 0:00-24:00.\n" in told


def test_check_of_nights() -> None:
    told = checked(
        sim.load(CASES / "lines-stop-before-closing.yaml").replace(
            channels__phone__hours="mon-fri 20:00-8:00", lines__phone={"shifts": {"mon-fri 20:00-6:00": 1}}
        )
    )
    assert re.search(r"phone +mon-fri 20:00-8:00 +mon-fri 20:00-6:00 ", told)
    assert "open: tue-sat 6:00-8:00. Calls that still wait at closing are sent away then." in told


def test_more_lines_are_asked_for_where_callers_are_sent_away() -> None:
    found = sim.plan(sent_away(), targets=["phone loss 5 %"], replications=50, confirm=100, workers=1)
    lost = {lines: day(12, lines=lines).waiting_at_end[-1] / 12 for lines in (1, 2, 3, 4)}
    assert lost[1] > 0.45
    assert found.plan.lines["phone"].count.value == min(lines for lines, share in lost.items() if share < 0.05)
    assert found.meets


def test_a_share_of_its_own_calls_again() -> None:
    delay = {"distribution": "deterministic", "always": "5 min"}
    scenario = sent_away(attempts=2, callers__phone__redial={"closed": "40 %"}, callers__phone__redial_delay=delay)
    same, own, none = (
        scenario.model.centre.habits[0].redial,
        scenario.replace(callers__phone__redial__sent_away="70 %").model.centre.habits[0].redial,
        scenario.replace(callers__phone__redial__sent_away="0 %").model.centre.habits[0].redial,
    )
    assert same[3] == same[4] > 0
    assert own[:4] == same[:4]
    assert own[4] > own[3]
    assert none[4] == 0
