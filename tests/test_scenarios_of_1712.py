"""Every shipped scenario loads, says where its numbers come from, runs by the rules, and means what it states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

import sim
from sim.audit import audit
from sim.cli.commands import cli
from sim.results.result import Result
from sim.scenario.types import Stated

FOLDER = Path(__file__).parent.parent / "scenarios"
FILES = sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("plans/*.yaml")])
every = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every
def test_it_checks_and_tells_of_itself(path: Path) -> None:
    scenario = sim.load(path)
    assert scenario.title
    assert path.parent.name == "plans" or scenario.about
    told = CliRunner().invoke(cli, ["check", str(path)])
    assert told.exit_code == 0, told.output
    assert "Where the numbers come from" in told.output


def stated(value: object, path: str, default: object = None) -> Iterator[tuple[str, Stated]]:
    """Every stated value that is not left at its default."""
    if isinstance(value, Stated):
        if value != default:
            yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from stated(getattr(value, name), f"{path}.{name}", field.default)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from stated(item, f"{path}.{name}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from stated(item, f"{path}.{number}")


@every
def test_every_number_says_where_it_comes_from(path: Path) -> None:
    scenario = sim.load(path)
    found = list(stated(scenario, ""))
    assert len(found) > 20
    for where, value in found:
        if value.status is not None:
            assert value.source, f"{where} has no source"
        if value.status == "assumed":
            assert value.low is not None, where
            assert value.low != value.high, f"{where}: a range of no width"
    # What is decided (lines, hours) may be bare, and when was counted; what is believed of callers and campaigns not.
    for section in ("demand", "campaigns", "callers", "attempts", "handling"):
        bare = [where for where, value in stated(getattr(scenario, section), section) if value.status is None]
        assert all(where.startswith("demand.counted_hours") for where in bare), bare


@every
def test_expected_demand_is_the_stated(path: Path) -> None:
    scenario = sim.load(path)
    demand, rates = scenario.demand, scenario.model.rates
    wanted = demand.contacts.value * (scenario.model.calendar.working_days if demand.per == "working day" else 1)
    hours = {name: counted.text for name, counted in demand.counted_hours.items()}
    found = rates.expected(while_open=True)[0].sum()
    if all(scenario.channels[name].hours.text == text for name, text in hours.items()):
        assert found == pytest.approx(wanted)
    else:
        # Other hours than those in which demand was counted meet more or fewer of the same people.
        everybody = rates.expected(while_open=True)[0].sum() + rates.expected(while_open=False)[0].sum()
        assert everybody > wanted != pytest.approx(found)


@every
def test_it_runs_by_the_rules(path: Path, tmp_path: Path) -> None:
    scenario = sim.load(path)
    result = sim.run(scenario, replications=2, out=tmp_path, workers=1)
    assert result.estimate("answered").value > 0
    world = sim.draw_world(scenario, seed=1712, replication=0)
    assert audit(world, scenario.model.centre, sim.simulate(world, scenario.model.centre)) == []


def run(name: str, tmp_path: Path, *settings: str, replications: int = 100) -> Result:
    return sim.run(
        sim.load(FOLDER / f"{name}.yaml", settings), replications=replications, out=tmp_path, keep_contacts=0
    )


def test_the_lockdown_loses_half_of_the_calls_and_answers_what_was_counted(tmp_path: Path) -> None:
    scenario = sim.load(FOLDER / "lockdown-2020.yaml")
    handling = scenario.handling["phone"]
    assert handling.wrap_up is not None
    assert 31 <= (handling.conversation.law().mean + handling.wrap_up.law().mean) / 60_000 <= 53
    result = run("lockdown-2020", tmp_path)
    loss = result.estimate("loss", kind="channel", name="phone")
    never = result.estimate("never_reached_share", kind="channel", name="phone")
    print(f"lost {loss.value:.1f} % of calls ({loss.low:.1f} to {loss.high:.1f})")
    assert 40 < loss.low < loss.high < 60, loss
    assert 47 < loss.value < 53, loss
    assert never.value > 30, never
    # Counted in April 2020: 952, about 45 a working day; by channel as in the year.
    assert result.estimate("answered").value == pytest.approx(952, rel=0.03)
    for channel, share in (("phone", 0.71), ("e-mail", 0.18), ("chat", 0.11)):
        found = result.estimate("answered", kind="channel", name=channel)
        assert found.value == pytest.approx(952 * share, rel=0.06), (channel, found)


def test_what_came_after_answers_what_was_counted(tmp_path: Path) -> None:
    forwarding = run("forwarding-2021", tmp_path)
    assert forwarding.estimate("answered", kind="channel", name="phone").value == pytest.approx(20 * 22.8, rel=0.05)
    assert forwarding.estimate("answered", kind="channel", name="chat").value == pytest.approx(1227 / 204 * 16, rel=0.1)
    alone = run("forwarding-2021", tmp_path, "routing.phone=[own]")
    lost, without = (r.estimate("loss", kind="channel", name="phone") for r in (forwarding, alone))
    assert lost.high < without.low
    chats = run("chat-until-22-2021", tmp_path).estimate("answered", kind="channel", name="chat")
    assert chats.value == pytest.approx(2155 / 202 * 18, rel=0.07), chats


def test_campaigns_reach_whom_they_are_for(tmp_path: Path) -> None:
    men = run("partnergeweld-op-mannen-2018", tmp_path, replications=25)
    topic = "partner violence against men"
    # 3 % of some 400 first contacts, and 80 % of those whom the campaign brings.
    assert 40 < men.estimate("first_offered", kind="topic", name=topic).value < 80
    children = run("kids-campagne-2016", tmp_path, replications=25)
    usual = run("1712-usual-2018", tmp_path, replications=25)
    minors = [r.estimate("first_offered", kind="age", name="minor").value for r in (children, usual)]
    assert minors[0] > 2 * minors[1]


def test_reports_to_the_child_abuse_centres_rise_where_they_rose() -> None:
    scenario = sim.load(FOLDER / "vk-intake-2020.yaml")
    base, more = scenario.model.rates.expected(while_open=True).sum(axis=1)
    for province, before, added in zip(scenario.provinces, base, more, strict=True):
        assert added / before == pytest.approx(0.25 if province in ("antwerpen", "limburg") else 0)


def test_the_page_on_the_lockdown_says_what_is_simulated(tmp_path: Path) -> None:
    page = (FOLDER.parent / "docs" / "lockdown.md").read_text(encoding="utf-8")
    result = run("lockdown-2020", tmp_path)
    words = {
        "offered: calls while open": "offered",
        "answered": "answered",
        "gave up": "abandoned",
        "lost, % of offered": "loss",
        "calls at a closed door": "closed",
        "people who called": "callers",
        "reached": "reached",
        "never reached": "never_reached",
        "never reached, % of people": "never_reached_share",
        "of these only ever at a closed door": "only_closed",
    }
    section = page[page.index("| per attempt") : page.index("That both shares")].replace("**", "").replace(",", "")
    for word, measure in words.items():
        told = re.search(rf"\| {word.replace(',', '')} \| ([\d.]+) ±([\d.]+) \|", section)
        assert told, word
        found = result.estimate(measure, kind="channel", name="phone")
        spread = found.half + float(told[2])
        assert abs(found.value - float(told[1])) < 2 * spread, (word, told[0], found)
