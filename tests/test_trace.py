"""Callers of a call log in place of drawn ones, and every way in which a log may be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.clock import DAY, HOUR, MINUTE
from sim.scenario.sections import dumps

BASELINE = Path(__file__).parent.parent / "scenarios" / "1712-baseline-2019.yaml"
HEADER = "caller,channel,province,arrival,handling_s,patience_s,topic,age\n"
ROWS = (
    "b,phone,limburg,2020-02-11 10:05:00,,60.5,,\n"
    "a,phone,antwerpen,2020-02-11 10:00:00,600,,child abuse,minor\n"
    "a,phone,antwerpen,2020-02-11 11:00:00,300,,,\n"
    ",e-mail,limburg,2020-02-12 22:00:00,120,,,\n"
    ",e-mail,limburg,2020-02-12 22:00:00,,,,\n"
)


def scenario_with(tmp_path: Path, log: str, *, more: str = "") -> sim.Scenario:
    (tmp_path / "calls.csv").write_text(log, encoding="utf-8")
    file = tmp_path / "traced.yaml"
    file.write_text(f"extends: {BASELINE}\ntrace: {{file: calls.csv}}\n{more}", encoding="utf-8")
    return sim.load(file)


def test_callers_are_those_of_the_log(tmp_path) -> None:
    scenario = scenario_with(tmp_path, HEADER + ROWS)
    world = sim.draw_world(scenario, seed=1)
    assert len(world) == 4  # a's second call is left to the simulation
    assert world.arrival.tolist() == [
        DAY + 10 * HOUR,
        DAY + 10 * HOUR + 5 * MINUTE,
        2 * DAY + 22 * HOUR,
        2 * DAY + 22 * HOUR,
    ]
    assert [world.provinces[p] for p in world.province] == ["antwerpen", "limburg", "limburg", "limburg"]
    assert [world.channels[c] for c in world.channel] == ["phone", "phone", "e-mail", "e-mail"]
    assert world.conversation[0, 0] + world.wrap_up[0, 0] == 10 * MINUTE
    assert world.patience[1, 0, 0] == 60_500
    assert world.topics[world.topic[0]] == "child abuse"
    assert world.ages[world.age[0]] == "minor"


def test_only_what_is_unknown_is_drawn(tmp_path) -> None:
    scenario = scenario_with(tmp_path, HEADER + ROWS)
    one, other = (sim.draw_world(scenario, seed=1, replication=r) for r in (0, 1))
    known = one.channel == np.arange(3)[:, None]
    assert known.any()
    assert np.array_equal(one.arrival, other.arrival)
    assert one.conversation[0, 0] == other.conversation[0, 0]
    assert one.conversation[1, 0] != other.conversation[1, 0]
    assert one.patience[1, 0, 0] == other.patience[1, 0, 0] != one.patience[1, 1, 0]


def test_a_row_more_leaves_the_others_as_they_are(tmp_path) -> None:
    less = sim.draw_world(scenario_with(tmp_path, HEADER + ROWS), seed=1)
    more = sim.draw_world(scenario_with(tmp_path, HEADER + ROWS + "c,chat,limburg,2020-02-13 18:00:00,,,,\n"), seed=1)
    assert np.array_equal(less.conversation, more.conversation[:-1])
    assert np.array_equal(less.redial, more.redial[:-1])


def test_rows_kept_are_callers_of_their_own(tmp_path) -> None:
    text = "trace: {file: calls.csv, repeats: keep}\nattempts: 1\n"
    (tmp_path / "calls.csv").write_text(HEADER + ROWS, encoding="utf-8")
    file = tmp_path / "traced.yaml"
    file.write_text(f"extends: {BASELINE}\n{text}", encoding="utf-8")
    assert len(sim.draw_world(sim.load(file), seed=1)) == 5
    file.write_text(f"extends: {BASELINE}\n{text.replace('attempts: 1', '')}", encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match=r"traced.yaml:2:\d+: trace.repeats: replays every row.*attempts: 1"):
        sim.load(file)


def test_results_keep_the_log_and_know_when_it_changes(tmp_path) -> None:
    scenario = scenario_with(tmp_path, HEADER + ROWS)
    result = sim.run(scenario, replications=3, workers=1, out=tmp_path / "out")
    assert (result.folder / "trace.csv").read_text() == HEADER + ROWS
    assert result.estimate("callers").value == 4
    assert sim.loads(dumps(scenario)) == scenario
    other = scenario_with(tmp_path, HEADER + ROWS.replace("600", "601"))
    assert sim.run(other, replications=3, workers=1, out=tmp_path / "out").folder != result.folder
    with pytest.raises(sim.ScenarioError, match="its content has changed"):
        sim.loads(dumps(scenario))


WRONG = {
    "channel": ("b,phone,limburg", "b,phon,limburg", ":2:1: channel: 'phon' is not a channel.*mean 'phone'"),
    "province": ("b,phone,limburg", "b,phone,limbrug", ":2:1: province: 'limbrug'.*mean 'limburg'"),
    "no province": ("b,phone,limburg", "b,phone,", ":2:1: province: '' is not a province"),
    "arrival": ("2020-02-11 10:05:00", "11/02/2020", ":2:1: arrival: '11/02/2020' is not a date with a time"),
    "outside": ("2020-02-11 10:05:00", "2020-01-11 10:05:00", ":2:1: arrival: .*outside the period"),
    "seconds": (",600,", ",ten,", ":3:1: handling_s: 'ten' is not a number of seconds"),
    "negative": (",600,", ",-1,", ":3:1: handling_s: -1 s is out of range"),
    "topic": ("child abuse", "child abus", ":3:1: topic: .*mean 'child abuse'"),
    "cells": ("60.5,,", "60.5,", ":2:1: has 7 cells where the header has 8"),
    "column": ("handling_s", "handling", ":1:1: unknown column 'handling'.*mean 'handling_s'"),
    "no column": ("arrival", "caller", ":1:1: has no column arrival"),
    "nobody": (ROWS, "", "has no rows; nobody calls"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_log_is_told_with_its_line(tmp_path, kind) -> None:
    old, new, message = WRONG[kind]
    log = HEADER + ROWS
    assert old in log
    with pytest.raises(sim.ScenarioError, match=message):
        scenario_with(tmp_path, log.replace(old, new, 1))


def test_a_missing_log_and_one_that_is_no_text(tmp_path) -> None:
    (tmp_path / "traced.yaml").write_text(f"extends: {BASELINE}\ntrace: {{file: cals.csv}}\n", encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match=r"traced.yaml:2:\d+: trace.file: there is no file"):
        sim.load(tmp_path / "traced.yaml")
    (tmp_path / "cals.csv").write_bytes(b"caller,\xff\n")
    with pytest.raises(sim.ScenarioError, match="is not UTF-8 text"):
        sim.load(tmp_path / "traced.yaml")
