"""Lines needed in every interval of the week: against theory, on fresh replications, and covered by shifts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.answers.answer import Answer
from sim.answers.kinds import in_language
from sim.fit.interval_scenario import fit_intervals
from sim.fit.read import read
from sim.language import language
from sim.model.clock import HOUR, MINUTE
from sim.studies.requirement import Required
from sim.studies.roster import Rules, covering
from sim.studies.staffing import PlanError
from sim.theory import lines_needed

STEADY = """
title: one queue, round the clock
period: {first: 2024-01-01, last: 2024-01-14}
channels: {phone: {hours: 24/7}}
lines: {team: {serves: [phone], count: 4}}
demand: {contacts: 40, per: hour}
callers: {phone: {patience: {distribution: exponential, mean: 3 min}, redial: 0 %}}
handling: {phone: {conversation: {distribution: exponential, mean: 6 min}}}
calendar: {working_days: mon-sun, holidays: none}
"""


@pytest.fixture(scope="module")
def campaign() -> Required:
    scenario = sim.load("scenarios/als-je-eens-wist-2020.yaml")
    return sim.requirement(
        scenario, targets=["phone 80 % in 60 s"], interval="30 min", shortest="4 h", longest="8 h", pause="30 min",
        replications=40, confirm=100,
    )  # fmt: skip


def test_a_steady_queue_needs_what_erlang_a_says() -> None:
    scenario = sim.loads(STEADY)
    found = sim.requirement(scenario, targets=["phone 80 % in 60 s"], interval="60 min", replications=100, confirm=100)
    needed = lines_needed(
        arrivals_per_hour=40, handling="6 min", patience="3 min", target="80 % in 60 s", of="excluding short abandons"
    )
    lines, often = np.unique(found.need["team"], return_counts=True)
    assert lines[often.argmax()] == needed
    assert often.max() > 0.9 * 168


def test_the_busiest_half_hours_have_the_most_lines(campaign: Required) -> None:
    for name, need in campaign.need.items():
        row = [target.name for target in campaign.judged.targets].index(f"phone/{name}")
        offered = campaign.judged.offered[row]
        busy = offered > np.quantile(offered[offered > 0], 0.9)
        quiet = (offered > 0) & (offered < np.quantile(offered[offered > 0], 0.5))
        assert need[busy].mean() > need[quiet].mean() + 0.5


def test_fresh_replications_hardly_refuse_it(campaign: Required) -> None:
    there = np.isfinite(campaign.judged.value)
    assert campaign.judged.surely_missed.sum() <= 0.02 * there.sum()
    assert campaign.confirmed.first >= campaign.searched.number


def test_shifts_cover_the_need(campaign: Required) -> None:
    for name, shifts in campaign.shifts.items():
        assert (campaign.scheduled[name] >= campaign.need[name]).all()
        for shift in shifts:
            assert 4 * HOUR <= shift.stop - shift.start <= 8 * HOUR
            assert shift.start < shift.rests < shift.stop - shift.length_of_rest
    lines = {name: group.shifts for name, group in campaign.plan.lines.items()}
    assert all(lines[name] for name in campaign.need)


def test_its_counts_are_those_of_a_run(campaign: Required) -> None:
    scenario = campaign.plan.with_settings(["experiment.interval=30 min"])
    where = campaign.confirmed
    upto, before = (
        sim.run(scenario, replications=number, out=None, keep_contacts=0)
        for number in (where.first + where.number, where.first)
    )
    row = [target.name for target in campaign.judged.targets].index("phone/antwerpen")

    def offered(result: sim.Result) -> dict[int, float]:
        rows = [one for one in result.summary(("interval",)) if (one.kind, one.name) == ("queue", "phone/antwerpen")]
        return {one.number: one.estimate * result.replications for one in rows if one.measure == "offered"}

    later, earlier = offered(upto), offered(before)
    assert len(later) > 80
    for at, count in later.items():
        assert campaign.judged.offered[row, at] * where.number == pytest.approx(count - earlier.get(at, 0.0))


def test_its_answer_is_data_in_both_languages(campaign: Required, tmp_path: Path) -> None:
    answer = campaign.answer
    assert Answer.from_json(answer.to_json()) == answer
    folder = campaign.write(tmp_path)
    assert sim.load(folder / "plan.yaml").lines == campaign.plan.lines
    dutch = [in_language(sentence, language("nl")) for sentence in answer.sentences]
    assert dutch[0].startswith("Voor telefoon: minstens 80 %")


def test_from_an_interval_report_to_lines_by_half_hour() -> None:
    counts = read(Path(__file__).parent / "cases" / "interval-report-nl.csv")
    scenario = fit_intervals(counts, name="export").scenario
    found = sim.requirement(scenario, targets=["phone 80 % in 20 s"], interval="30 min", replications=60, confirm=200)
    (need,) = found.need.values()
    busiest = slice(21, 24)  # 10:30 to 12:00, where the report has the most calls
    for day in need.reshape(7, 48)[:5]:
        assert day[busiest].max() == day.max()
        assert day[busiest].min() > day[16]  # 8:00
    assert not need.reshape(7, 48)[5:].any()


def test_shifts_are_as_few_hours_as_can_be() -> None:
    need = np.zeros(336, dtype=np.int64)
    need[18:34] = 1  # Monday 9:00-17:00
    need[20:24] = 2
    shifts = covering(need, 30 * MINUTE, Rules(2 * HOUR, 8 * HOUR))
    assert [(shift.hours, shift.lines) for shift in shifts] == [("mon 9:00-17:00", 1), ("mon 10:00-12:00", 1)]
    night = np.zeros(336, dtype=np.int64)
    night[44:60] = 1  # Monday 22:00 to Tuesday 6:00
    assert [shift.hours for shift in covering(night, 30 * MINUTE, Rules(8 * HOUR, 8 * HOUR))] == ["mon 22:00-6:00"]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"interval": "20 min"}, "not 15 min, 30 min or 60 min"),
        ({"targets": ["never reached 5 %"]}, "cannot be asked of every interval"),
        ({"targets": ["phone 80 % in 60 s"], "lines": ["nowhere"]}, "nowhere"),
        ({"targets": ["phone 80 % in 60 s"], "shortest": "45 min"}, "whole intervals"),
        ({"targets": ["phone 80 % in 60 s"], "shortest": "9 h", "longest": "8 h"}, "not be longer"),
        ({"targets": ["phone 80 % in 60 s"], "shrinkage": "100 %"}, "less than 100 %"),
    ],
)
def test_questions_that_cannot_be_answered(question: dict[str, object], says: str) -> None:
    with pytest.raises(PlanError, match=says):
        sim.requirement(sim.load("scenarios/als-je-eens-wist-2020.yaml"), **question)
