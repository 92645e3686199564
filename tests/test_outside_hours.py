"""Hours beyond those in which contacts were counted: said wherever the answer leaves callers out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from said import sentences

import sim
from sim.answers.kinds import in_language
from sim.app.controls import Plans
from sim.app.looks import looks
from sim.app.words import answer
from sim.app.work import Seats, Task
from sim.cli.commands import cli
from sim.language import Language, language
from sim.report.write import write_report
from sim.studies.outside_hours import left_out
from sim.studies.run_answer import answer_of

SMALL = """
period: {first: 2024-03-04, last: 2024-03-08, follow_up: 1 day}
calendar: {holidays: none}
channels:
  phone: {hours: mon-fri 9:00-17:00}
  chat: {hours: mon-thu 17:00-19:00}
lines: {phone: 1, chat: 1}
demand:
  contacts: 20
  per: working day
  by_channel: {phone: 80 %, chat: 20 %}
  by_province: {all: 1}
  outside_hours: {phone: 100 %}
callers:
  phone: {patience: {distribution: exponential, mean: 5 min}}
  chat: {patience: {distribution: exponential, mean: 5 min}}
handling:
  phone: {conversation: {distribution: exponential, mean: 20 min}}
  chat: {conversation: {distribution: exponential, mean: 20 min}}
targets: {channels: {phone: {answered: 10 %, within: 60 s}}}
"""
LONGER = ["channels.chat.hours=mon-thu 17:00-22:00"]
COUNTED = "demand.counted_hours.chat=mon-thu 17:00-19:00"
STATED = "demand.outside_hours.chat=800 %"
EN, NL = language("en"), language("nl")


def told(plans: Sequence[sim.Scenario], say: Language) -> list[str]:
    """Sentences for those who are left out."""
    return [in_language(sentence, say) for sentence in left_out(plans)]


@pytest.fixture
def base() -> sim.Scenario:
    return sim.loads(SMALL)


def test_one_sentence_where_callers_are_left_out(base) -> None:
    longer = base.with_settings([*LONGER, COUNTED])
    assert told([base], EN) == []
    (sentence,) = told([longer], EN)
    assert sentence.startswith(
        "For chat the scenario does not state how many contacts come outside mon-thu 17:00-19:00"
    )
    assert "State demand.outside_hours.chat" in sentence
    (dutch,) = told([base, longer], NL)
    assert "ma-do 17:00-19:00" in dutch
    assert told([longer.with_settings([STATED])], EN) == []


def test_a_plan_with_longer_hours_of_the_same_contacts(base) -> None:
    (sentence,) = told([base, base.with_settings(LONGER)], EN)
    assert "demand.counted_hours.chat: mon-thu 17:00-19:00, and demand.outside_hours.chat" in sentence
    (sentence,) = told([base, base.with_settings([*LONGER, STATED])], EN)
    assert sentence.endswith("State demand.counted_hours.chat: mon-thu 17:00-19:00.")
    # Other contacts may well have been counted in the longer hours, and shorter hours add nobody.
    assert told([base, base.with_settings([*LONGER, "demand.contacts=25"])], EN) == []
    assert told([base, base.with_settings(["channels.chat.hours=mon-thu 17:00-18:00"])], EN) == []
    assert told([base, base.with_settings([*LONGER, "demand.by_channel={phone: 1, chat: 0}"])], EN) == []


def test_stated_callers_come_in_the_longer_hours(base) -> None:
    longer = base.with_settings([*LONGER, COUNTED, STATED])

    chat = longer.model.rates.expected(while_open=True)[0, 1, 0]
    # 20 in 8 hours, and 160 spread evenly over the other 112 hours of the five days, 12 of which are open now.
    assert chat == pytest.approx(20 + 160 * 12 / 112)


COMMANDS = {
    "check": [],
    "run": ["-n", "3", "--engine", "simpy"],
    "compare": ["--plan", f"later: {LONGER[0]}; {COUNTED}", "-n", "3", "--no-assumptions"],
    "sweep": ["--set", "channels.chat.hours=mon-thu 17:00-19:00|mon-thu 17:00-22:00", "-n", "3", "--no-assumptions"],
    "next-line": ["-n", "3", "--no-assumptions"],
    "plan": ["-n", "10", "--confirm", "20"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_so(command: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    own = command not in ("compare", "sweep")  # these open hours beyond those of the file
    settings = ["--set", LONGER[0], "--set", COUNTED] if own else []
    file.write_text(SMALL, encoding="utf-8")
    out = [] if command == "check" else ["--out", str(tmp_path / "out")]
    for lang, words in (("en", "leaves"), ("nl", "niet mee")):
        found = CliRunner().invoke(cli, [command, str(file), *settings, *COMMANDS[command], *out, "--lang", lang])
        assert found.exit_code == 0, found.output
        text = " ".join(found.output.split())
        assert words in text
        assert "demand.outside_hours.chat" in text


@pytest.mark.parametrize("say", [EN, NL])
def test_pages_of_a_run_and_a_comparison_say_so(say, base, tmp_path) -> None:
    longer = base.with_settings([*LONGER, COUNTED])
    how = {"replications": 3, "workers": 1, "out": tmp_path}
    compared = sim.compare({"now": base, "later": longer}, assumptions=False, **how)
    quiet = sim.compare({"now": base, "stated": longer.with_settings([STATED])}, assumptions=False, **how)
    assert sentences(answer_of(sim.run(longer, **how)), say)[-1] == told([longer], say)[0]
    assert sentences(compared.answer, say)[-1] == told([longer], say)[0]
    for said in (sentences(answer_of(sim.run(base, **how)), say), sentences(quiet.answer, say)):
        assert not any("demand.outside_hours" in sentence for sentence in said)
    page = write_report(compared.write(tmp_path), say=say)[0].read_text(encoding="utf-8")
    assert told([longer], say)[0] in unescape(re.sub(r"</?code>", "", page))


@pytest.mark.parametrize("say", [EN, NL])
def test_the_planners_page_says_so(say, base, monkeypatch) -> None:
    monkeypatch.setattr("sim.app.looks.worlds", lambda _: 3)
    longer = base.with_settings([*LONGER, COUNTED])
    *_, last = looks(Plans(base, longer), Task(), Seats())
    assert answer(last, say)[-1] == told([longer], say)[0]
    *_, last = looks(Plans(base, longer.with_settings([STATED])), Task(), Seats())
    assert not any("demand.outside_hours" in sentence for sentence in answer(last, say))
