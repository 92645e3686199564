"""Every kind of wrong scenario gives one clear message with its place, and never a traceback."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parent.parent
BASELINE = (ROOT / "scenarios" / "1712-baseline-2019.yaml").read_text(encoding="utf-8")
CAMPAIGN = """
campaigns:
  - name: test
    extra: 20
    surge: [{shape: decay, at: [2020-02-11 21:00], time_constant: 4 days}]
"""

#: What is replaced in the baseline by what, and words that the message must contain.
EDITS = {
    "unknown section": ("targets:", "tragets:", ["unknown key 'tragets'", "'targets'"]),
    "unknown key": ("    queue: per province", "    queu: per province", ["unknown key 'queu'", "'queue'"]),
    "missing section": ("handling:   ", "handlings:   ", ["unknown key 'handlings'", "handling: is missing"]),
    "missing unit": ("always: {value: 5 min,", "always: {value: 5,", ["5 has no unit", "25 min"]),
    "minutes or hours": ("always: {value: 5 min,", "always: {value: '5:00',", ["5:00", "hours or minutes"]),
    "unknown unit": ("always: {value: 5 min,", "always: {value: 5 mins.,", ["5 mins."]),
    "misspelt unit": ("always: {value: 5 min,", "always: {value: 5 minuts,", ["unknown unit 'minuts'", "'minute'"]),
    "negative duration": ("always: {value: 5 min,", "always: {value: -5 min,", ["negative", "0 s or more"]),
    "share over 100 %": ("closed: {value: 40 %,", "closed: {value: 140 %,", ["140 %", "between 0 % and 100 %"]),
    "share without sign": ("closed: {value: 40 %,", "closed: {value: 0.4,", ["0.4 has no unit", "'40 %'"]),
    "shares add up": ("{phone: 80 %,", "{phone: 70 %,", ["add up to 90 %", "100 %"]),
    "shares mixed": ("{phone: 80 %,", "{phone: 80,", ["mixes percentages and plain counts"]),
    "negative lines": ("limburg:         {count: {value: 1,", "limburg: {count: {value: -1,", ["-1 lines", "0 to"]),
    "3.5 lines": (
        "limburg:         {count: {value: 1,",
        "limburg: {count: {value: 3.5,",
        ["3.5 is not a whole number of lines"],
    ),
    "lines in words": (
        "limburg:         {count: {value: 1,",
        "limburg: {count: {value: one,",
        ["'one'", "whole number of lines"],
    ),
    "not a date": ("first: 2020-02-10", "first: 10/02/2020", ["'10/02/2020'", "2020-02-28"]),
    "impossible date": ("first: 2020-02-10", "first: 2020-02-30", ["2020-02-30", "not a date"]),
    "last before first": ("last: 2020-02-27", "last: 2020-01-27", ["before the first day"]),
    "too long": ("last: 2020-02-27", "last: 2050-02-27", ["ten years"]),
    "closed date outside": (
        "holidays: BE}",
        "holidays: BE, closed: [2021-01-01]}",
        ["2021-01-01 is outside the period"],
    ),
    "unknown country": ("holidays: BE}", "holidays: XX}", ["'XX'", "allowed are BE"]),
    "hours": ("hours: mon-fri 9:00-17:00", "hours: 9 to 5", ["hours"]),
    "misspelt weekday": ("hours: mon-fri 9:00-17:00", "hours: mon-fry 9:00-17:00", ["'fry' is not a day", "'fri'"]),
    "overlapping hours": ("hours: mon-fri 9:00-17:00", "hours: mon 9:00-12:00 11:00-17:00", ["overlap on mon"]),
    "empty hours": ("hours: mon-fri 9:00-17:00", "hours: mon 9:00-9:00", ["no length"]),
    "hour 25": ("hours: mon-fri 9:00-17:00", "hours: mon 9:00-25:00", ["'25:00'", "24:00"]),
    "misspelt law": ("distribution: mixture", "distribution: mixtur", ["'mixtur' is unknown", "'mixture'"]),
    "no law": ("      distribution: mixture\n", "", ["no 'distribution:'"]),
    "law as a number": ("patience: {distribution: never}", "patience: 5 min", ["is not a distribution", "exponential"]),
    "mean without cv": ("      cv: {value: 0.9,", "      #", ["mean and cv"]),
    "zero mean": ("mean: {value: 35 min,", "mean: 0 s #", ["0 s is not allowed here"]),
    "range missing": (", low: 25 min, high: 50 min}", "}", ["assumed", "low and a high"]),
    "range upside down": ("low: 25 min, high: 50 min", "low: 55 min, high: 50 min", ["ascending"]),
    "no source": ("    source: Statbel;", "    #", ["published", "source"]),
    "misspelt status": (
        "status: assumed, source: Mondays",
        "status: asumed, source: Mondays",
        ["'asumed'", "'assumed'"],
    ),
    "no value": ("topics:\n    value:", "topics:\n    valeu:", ["no 'value:'"]),
    "duplicate key": ("experiment:", "period: {}\nexperiment:", ["'period' is written twice"]),
    "merge key": ("experiment:", "<<: {}\nexperiment:", ["merge keys"]),
    "a tag": ("seed: 1712", "seed: !!python/object:os.system 1", ["tag"]),
    "not YAML": ("experiment: {", "experiment: {{", ["YAML"]),
    "tabs": ("  phone:     ", "\tphone:     ", ["tab"]),
    "unknown channel": (
        "handling:     ",
        "handling:\n  fax: {conversation: {distribution: never}}\n#",
        ["'fax' is not a channel", "phone"],
    ),
    "unknown province": (
        "  limburg:         {count",
        "  limbrug:         {count",
        ["'limbrug' is not a province", "'limburg'"],
    ),
    "queue nobody serves": (
        "  chat:            {count: {value: 1, status: published",
        "  #",
        ["nobody serves the queue chat"],
    ),
    "no handling time": ("  e-mail:\n    conversation:", "  post:\n    conversation:", ["'post' is not a channel"]),
    "redial without delay": (
        "    redial_delay:\n      distribution: exponential",
        "    x:\n      distribution: exponential",
        ["redial_delay"],
    ),
    "switch to itself": ("      to: e-mail", "      to: chat", ["channel itself"]),
    "switch to nowhere": ("      to: e-mail", "      to: email", ["'email' is not a channel", "'e-mail'"]),
    "never open": ("hours: mon-thu 17:00-19:00", "hours: sun 17:00-19:00", ["never open", "contacts"]),
    "attempts 0": ("attempts: {value: 5,", "attempts: {value: 0,", ["0 attempts", "1 to 50"]),
    "replications 0": ("replications: 1000", "replications: 0", ["0 replications"]),
    "hours of the day": ("{0-6: 0.15,", "{0-5: 0.15,", ["no weight for hour(s) 6"]),
    "infinite": ("value: 244", "value: .inf", ["inf"]),
    "not a number": ("value: 244", "value: .nan", ["nan"]),
    "text for a number": ("value: 244", "value: many", ["'many' is not a number"]),
    "yes for a number": ("value: 244", "value: true", ["not a number"]),
    "a list for a mapping": ("period: {first: 2020-02-10, last: 2020-02-27}", "period: [1, 2]", ["mapping"]),
    "waiting places": ("    waiting_places: 0\n", "    waiting_places: lots\n", ["'lots'", "waiting places"]),
    "closing rule": ("closing: serve", "closing: serv", ["'serv'", "'serve'"]),
    "two promises": ("within: 60 s}", "within: 60 s, within_working_days: 1}", ["exactly one"]),
    "a name with a slash": ("title:", "name: a/b\ntitle:", ["'a/b' is not a name"]),
}
CAMPAIGNS = {
    "outside the period": ("2020-02-11 21:00", "2021-02-11 21:00", ["outside the period"]),
    "no time of day": ("2020-02-11 21:00", "2020-02-11", ["date with a time"]),
    "two sizes": ("extra: 20", "extra: 20\n    peak: 3", ["exactly one of extra, uplift and peak"]),
    "no size": ("    extra: 20\n", "", ["exactly one of extra, uplift and peak"]),
    "fewer people": ("extra: 20", "uplift: -20 %", ["negative"]),
    "peak below one": ("extra: 20", "peak: 0.5", ["below 1"]),
    "unknown shape": ("shape: decay", "shape: decaying", ["'decaying' is unknown", "'decay'"]),
    "no start": ("at: [2020-02-11 21:00]", "at: []", ["empty"]),
    "start not a list": ("at: [2020-02-11 21:00]", "at: 2020-02-11 21:00", ["list"]),
    "another's parameter": ("time_constant: 4 days", "time_constant: 4 days, rise: 1 day", ["unknown key 'rise'"]),
    "unknown channel": ("extra: 20", "extra: 20\n    channels: [fone]", ["'fone' is not a channel", "'phone'"]),
    "unknown province": ("extra: 20", "extra: 20\n    provinces: [brussel]", ["'brussel' is not a province"]),
    "misses open hours": (
        "surge: [{shape: decay, at: [2020-02-11 21:00], time_constant: 4 days}]",
        "channels: [phone]\n    surge: [{shape: step, at: [2020-02-15 10:00], lasts: 2 h}]",
        ["misses every open hour"],
    ),
    "the base's name": ("name: test", "name: base", ["stands for the base demand"]),
}


def mistakes(path: Path, settings: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load(path, settings)
    return str(caught.value).splitlines()


def check(path: Path, words: list[str]) -> None:
    lines = mistakes(path)
    text = "\n".join(lines)
    for word in words:
        assert word in text, text
    assert all(line.startswith(str(path)) for line in lines), text
    assert len(lines) <= 6, text


@pytest.mark.parametrize("kind", EDITS)
def test_a_wrong_edit_of_the_baseline(kind, tmp_path) -> None:
    old, new, words = EDITS[kind]
    assert old in BASELINE
    path = tmp_path / "wrong.yaml"
    path.write_text(BASELINE.replace(old, new, 1), encoding="utf-8")
    check(path, words)


@pytest.mark.parametrize("kind", CAMPAIGNS)
def test_a_wrong_campaign(kind, tmp_path) -> None:
    old, new, words = CAMPAIGNS[kind]
    assert old in CAMPAIGN
    path = tmp_path / "wrong.yaml"
    path.write_text(BASELINE + CAMPAIGN.replace(old, new, 1), encoding="utf-8")
    check(path, words)


def test_the_campaign_itself_is_right(tmp_path) -> None:
    path = tmp_path / "right.yaml"
    path.write_text(BASELINE + CAMPAIGN, encoding="utf-8")
    assert sim.load(path).campaigns[0].name == "test"


FILES = {
    "empty": (b"", "is empty"),
    "latin-1": ("title: Belgi\u00eb".encode("latin-1"), "not UTF-8"),
    "list": (b"- a\n- b\n", "a scenario is a mapping"),
    "text": (b"hello", "a scenario is a mapping"),
    "alias bomb": (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((n, n) + (n - 1,) * 9) for n in range(98, 108)
        ),
        "aliases",
    ),
    "deep nesting": (b"a: " + b"[" * 500 + b"]" * 500, "nested deeper"),
    "control characters": (b"title: \x00\x01", "YAML"),
    "too large": (b"# " + b"x" * 2_100_000, "2 MB"),
    "extends itself": (b"extends: wrong.yaml", "in a circle"),
    "extends nothing": (b"extends: nowhere.yaml", "there is no file"),
    "extends a list": (b"extends: [a]", "names one scenario file"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_a_scenario(kind, tmp_path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_bytes(FILES[kind][0])
    assert FILES[kind][1] in "\n".join(mistakes(path))


def test_a_missing_file_and_a_directory(tmp_path) -> None:
    (tmp_path / "scenario.yaml").write_text("a: 1")
    assert "no such file" in mistakes(tmp_path / "scenari.yaml")[0]
    assert "'scenario.yaml'" in mistakes(tmp_path / "scenari.yaml")[0]
    assert "is a directory" in mistakes(tmp_path)[0]


SETTINGS = {
    "no equals sign": ("lines.antwerpen", "path=value"),
    "unknown path": ("lines.antwerp=2", "'antwerpen'"),
    "unknown campaign": ("campaigns.nobody.extra=3", "has nothing below it"),
    "wrong value": ("lines.antwerpen=2.5", "2.5 is not a whole number"),
    "too deep": ("title.x.y=3", "nothing below it"),
    "not YAML": ("title=[", "YAML"),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_wrong_setting(kind) -> None:
    setting, words = SETTINGS[kind]
    text = "\n".join(mistakes(ROOT / "scenarios" / "1712-baseline-2019.yaml", (setting,)))
    if kind != "unknown campaign":
        assert words in text, text
    assert "--set" in text


def test_place_and_all_at_once(tmp_path) -> None:
    path = tmp_path / "wrong.yaml"
    text = (
        BASELINE.replace("closing: serve", "closing: serv ")
        .replace("value: 244", "value: many")
        .replace("to: e-mail", "to: fax")
    )
    path.write_text(text, encoding="utf-8")
    lines = mistakes(path)
    assert len(lines) == 3
    wrong = ("closing: serv", "value: many", "to: fax")
    numbers = [i for i, line in enumerate(text.splitlines(), 1) if any(words in line for words in wrong)]
    assert [int(line.removeprefix(f"{path}:").split(":")[0]) for line in lines] == numbers
    column = text.splitlines()[numbers[0] - 1].index("serv") + 1
    assert lines[0].startswith(f"{path}:{numbers[0]}:{column}: channels.phone.closing: 'serv' is not allowed here")


def test_mutilated_files_never_end_in_a_traceback(tmp_path) -> None:
    luck = random.Random(1)
    path = tmp_path / "wrong.yaml"
    refused = 0
    for _ in range(150):
        text = list(BASELINE + CAMPAIGN)
        for _ in range(luck.randint(1, 4)):
            at = luck.randrange(len(text))
            text[at : at + luck.randint(0, 12)] = luck.choice(
                ["", "\n", ":", "{", "]", "%", "-1", "\t", "'", "1e999", "é", "&a ", "? "]
            )
        path.write_text("".join(text), encoding="utf-8")
        try:
            sim.load(path)
        except sim.ScenarioError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize("command", ["check", "run"])
def test_exit_code_3_without_a_traceback(command, tmp_path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(BASELINE.replace("value: 244", "value: many"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", command, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()
