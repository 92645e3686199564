"""What `check` and `run` say: of a log, of days that are closed, of priorities, and no tables without rows."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from rich.console import Console
from single import single

import sim
from sim.answers.terminal import tell
from sim.language import language
from sim.studies.by_priority import waits_by_priority
from sim.studies.run_answer import answer_of
from sim.tell.scenario import tell_scenario

#: Phone on weekdays, e-mail always; Saturday 15 February is in the period.
HELPLINE = """
period: {first: 2020-02-13, last: 2020-02-15}
calendar: {holidays: none}
channels: {phone: {hours: mon-fri 9:00-17:00}, e-mail: {hours: always, staffed: mon-fri 9:00-17:00}}
lines: {phone: 1, e-mail: 1}
demand:
  contacts: 500
  by_channel: {phone: 80 %, e-mail: 20 %}
  by_province: {here: 1}
  topics: {urgent: 20 %, other: 80 %}
callers: {phone: {patience: {distribution: exponential, mean: 30 min}}}
priorities: [{channel: phone, topic: urgent}]
attempts: 1
handling:
  phone: {conversation: {distribution: exponential, mean: 3 min}}
  e-mail: {conversation: {distribution: exponential, mean: 5 min}}
"""
LOG = (
    "caller,channel,province,arrival\n"
    "a,phone,here,2020-02-13 10:00:00\n"
    "b,phone,here,2020-02-13 17:00:00\n"
    "c,phone,here,2020-02-14 16:59:59\n"
    "d,e-mail,here,2020-02-15 03:00:00\n"
    "a,phone,here,2020-02-13 11:00:00\n"
)


def told(scenario: sim.Scenario, code: str = "en") -> str:
    out = Console(record=True, width=160)
    tell_scenario(scenario, out, language(code))
    return out.export_text()


def rows_of(text: str) -> dict[str, list[str]]:
    """Cells of every row of all tables by what their row begins with."""
    found = {}
    for line in text.splitlines():
        name, *cells = re.split(r"\s{2,}", line.strip())
        found.setdefault(name, cells)
    return found


@pytest.fixture
def traced(tmp_path) -> sim.Scenario:
    (tmp_path / "calls.csv").write_text(LOG)
    file = tmp_path / "traced.yaml"
    file.write_text(HELPLINE + "trace: {file: calls.csv}\n")
    return sim.load(file)


@pytest.mark.parametrize("code", ["en", "nl"])
def test_a_log_is_counted_and_the_stated_demand_left_out(traced, code) -> None:
    text = told(traced, code)
    assert "500" not in text
    assert "demand.contacts" not in text
    # Of five rows one is a second call; b calls as the phone closes.
    said = {
        "en": "The callers are those of calls.csv: 3 first contacts while open, 1 while closed.",
        "nl": "De bellers zijn die van calls.csv: 3 eerste oproepen tijdens de openingsuren, 1 daarbuiten.",
    }
    assert said[code] in " ".join(text.split())
    days = rows_of(
        text[text.index({"en": "First contacts in the log", "nl": "Eerste oproepen in het logboek"}[code]) :]
    )
    assert days[{"en": "Thu 13 Feb", "nl": "do 13 feb"}[code]] == ["1", "0", "1"]
    assert days[{"en": "Fri 14 Feb", "nl": "vr 14 feb"}[code]] == ["1", "0", "1"]


def test_days_on_which_a_channel_is_closed_have_no_number_of_it() -> None:
    text = told(sim.loads(HELPLINE))
    days = rows_of(text[text.index("Expected first contacts") :])
    phone, mail, both = days["Thu 13 Feb"]
    assert float(phone) > 0
    assert float(both) == pytest.approx(float(phone) + float(mail), abs=0.11)
    mail, both = days["Sat 15 Feb (no working day)"]
    assert mail == both


def test_tables_without_rows_are_not_printed(tmp_path) -> None:
    out = Console(record=True, width=140)
    result = sim.run(single(contacts=30, last="2021-03-01"), replications=3, engine="simpy", out=tmp_path)
    tell(answer_of(result), out, verbose=True)
    text = out.export_text()
    assert "What happened to contacts" in text
    assert "What happened to people" not in text  # one channel, one province, one cause
    assert "by priority" not in text


def test_waits_by_priority_are_those_of_the_kept_contacts(tmp_path) -> None:
    result = sim.run(sim.loads(HELPLINE), replications=6, engine="simpy", out=tmp_path)
    contacts = result.contacts
    urgent = (contacts["channel"] == "phone") & (contacts["topic"] == "urgent")
    kept, (first, others) = waits_by_priority(result)
    assert kept == 6
    for found, mine in ((first, urgent), (others, ~urgent)):
        answered, gave_up = (mine & (contacts["outcome"] == outcome) for outcome in ("answered", "abandoned"))
        assert found.answered.value == pytest.approx(answered.sum() / 6)
        assert found.asa_s.value == pytest.approx(np.mean(contacts["wait_ms"][answered]) / 1000)
        assert found.abandoned.value == pytest.approx(gave_up.sum() / 6)
    phone = (contacts["channel"] == "phone") & (contacts["outcome"] == "answered")
    assert first.asa_s.value < np.mean(contacts["wait_ms"][phone & ~urgent]) / 1000
    out = Console(record=True, width=140)
    tell(answer_of(result), out, verbose=True)
    assert "phone, urgent" in out.export_text()


def test_names_in_priorities_may_have_quotes(tmp_path) -> None:
    name = 'd\'urgence "x"'
    text = HELPLINE.replace("{urgent: 20 %, other: 80 %}", json.dumps({name: "20 %", "other": "80 %"}))
    text = text.replace("topic: urgent", f"topic: {json.dumps(name)}")
    result = sim.run(sim.loads(text), replications=2, engine="simpy", out=tmp_path)
    assert waits_by_priority(result)[1][0].answered.value > 0
