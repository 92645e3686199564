"""From a log to a scenario that runs, to replays of the log and a page; the command, and what wrong files come to."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from sim.answers.kinds import in_language
from sim.cli.commands import cli
from sim.errors import SimError
from sim.fit.checks import Check, verdict, worst
from sim.fit.compared import Calls, predicted
from sim.fit.day_counts import DailyCounts
from sim.fit.days_scenario import fit_days_of
from sim.fit.fitted import Fitted
from sim.fit.laws import fit_laws
from sim.fit.log import UNKNOWN, Log
from sim.fit.places import channel_names
from sim.fit.read import read
from sim.fit.simulated_log import simulated_log
from sim.fit.stated import duration, number, stated
from sim.fit.whole import Fit, fit_log, fit_of, name_of
from sim.language import ENGLISH
from sim.language.shown import in_unit
from sim.scenario.load import load, loads
from tests.long.validation.bank import find_data

ROOT = Path(__file__).parent.parent
CENTRE = """
period: {first: 2024-03-04, last: 2024-03-31}
calendar: {working_days: mon-fri, holidays: none}
channels:
  phone: {hours: mon-fri 9:00-17:00, queue: per province}
lines: {north: 2, south: 1}
demand:
  contacts: 80
  per: working day
  by_channel: {phone: 100 %}
  by_province: {north: 70 %, south: 30 %}
  outside_hours: {phone: 20 %}
callers:
  phone:
    patience: {distribution: exponential, mean: 4 min}
    redial: {abandoned: 50 %, closed: 30 %}
    redial_delay: {distribution: lognormal, median: 20 min, sigma: 1.2}
handling: {phone: {conversation: {distribution: lognormal, median: 7 min, sigma: 0.8}}}
"""


@lru_cache
def centre_csv() -> str:
    return simulated_log(loads(CENTRE), seed=4)


@lru_cache
def fitted() -> Fit:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.csv"
        path.write_text(centre_csv(), encoding="utf-8")
        return fit_log(path)


# The scenario


def test_the_scenario_has_the_centre_of_the_log() -> None:
    scenario = fitted().scenario
    assert set(scenario.channels) == {"north", "south"}
    assert {name: channel.hours.text for name, channel in scenario.channels.items()} == {
        "north": "mon-fri 9:00-17:00",
        "south": "mon-fri 9:00-17:00",
    }
    assert {group: scenario.model.most_lines(group) for group in scenario.lines} == {"north": 2, "south": 1}
    parts = scenario.demand.by_channel.value
    assert parts.fraction("north") == pytest.approx(0.7, abs=0.04)


def test_first_contacts_are_told_from_redials() -> None:
    contacts = fitted().scenario.demand.contacts
    # 80 a day on twenty days; the log has a third more calls.
    assert contacts.low is not None
    assert contacts.high is not None
    assert contacts.low < 1600 < contacts.high
    assert contacts.status == "derived"
    assert "redials" in str(contacts.source)
    assert len(fitted().log) > 1.2 * contacts.value
    assert fitted().scenario.demand.outside_hours["north"].value == pytest.approx(0.2, abs=0.06)


def test_every_number_is_derived_with_its_interval_or_assumed() -> None:
    text = fitted().text
    assert "status: assumed" not in text  # this log tells everything
    for law in (fitted().scenario.callers["north"].patience, fitted().scenario.handling["north"].conversation):
        for name in ("mean", "median", "sigma", "shape", "scale"):
            value = getattr(law, name, None)
            if value is not None:
                assert value.low < value.value < value.high
                assert value.status == "derived"
                assert "calls.csv" in value.source


def test_it_runs_as_it_is_and_gives_the_logs_numbers(tmp_path) -> None:
    path = fitted().write(tmp_path)
    assert path.name == "calls-fitted.yaml"
    result = sim.run(load(path), replications=40, workers=1, out=tmp_path / "out", keep_contacts=0)
    log = fitted().log
    offered = (log.of("answered") | log.of("abandoned")).sum()
    assert result.estimate("offered").value == pytest.approx(offered, rel=0.12)
    assert result.estimate("abandonment").value == pytest.approx(100 * log.of("abandoned").sum() / offered, abs=6)


def test_a_log_of_its_own_model_is_replayed_as_it_was() -> None:
    trace = [check for check in fitted().checks if check.about == "trace"]
    assert len(trace) >= 4
    # Eight checks of 95 % intervals: three misses happen once in 150 logs; redials are replayed as they were.
    assert sum(check.misses for check in trace) <= 2
    scenario = [check for check in fitted().checks if check.about == "scenario"]
    assert sum(check.misses for check in scenario) <= 2


def test_a_wrong_model_is_told() -> None:
    """The same calls, but every wait three times as long as the lines can have made it."""
    log = fitted().log
    slower = replace(log, wait=np.where(log.of("answered") & (log.wait > 0), 3 * log.wait, log.wait))
    found = fit_of(slower, name="slower")
    wrong = worst(found.checks)
    assert wrong is not None
    assert wrong.about in ("trace", "scenario")
    assert "Worst misfit" in found.verdict


@lru_cache
def by_province() -> Fit:
    """The same log, its queues named as provinces, and one chat that has none."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.csv"
        text = centre_csv().replace("queue", "provincie", 1)
        chats = "".join(f"d{day},chat,,2024-03-{day:02} 10:00,5,answered,300,chat-1\n" for day in range(4, 9))
        path.write_text(text + chats, encoding="utf-8")
        return fit_log(path)


def test_provinces_are_queues_of_one_channel() -> None:
    found = by_province()
    scenario = found.scenario
    assert set(scenario.channels) == {"phone", "chat"}
    assert scenario.channels["phone"].queue == "per province"
    assert scenario.channels["chat"].queue == "shared"
    assert scenario.provinces == ("north", "south")
    assert scenario.demand.by_province.value.fraction("north") == pytest.approx(0.7, abs=0.04)
    assert {group: scenario.model.most_lines(group) for group in scenario.lines} == {"north": 2, "south": 1, "chat": 1}
    assert {queue.name for queue in scenario.model.centre.queues} == {"phone/north", "phone/south", "chat"}
    # Laws and redials of the channel, of which the log knows as much as before.
    assert scenario.handling["phone"].conversation == fitted().scenario.handling["north"].conversation
    assert {check.about for check in found.checks} >= {"trace", "scenario"}
    assert sum(check.misses for check in found.checks if check.about == "trace") <= 2


def test_provinces_that_differ_are_told() -> None:
    log = by_province().log
    slow = np.where(log.of("answered") & (log.queue == log.queues.index("phone/north")), 3 * log.handling, log.handling)
    laws = fit_laws(replace(log, handling=slow))
    assert ("phone", "handling") in laws.lumped
    assert not any(used.handling_own for used in laws.queues if used.channel == "phone")
    assert ("phone", "handling") not in fit_laws(log).lumped


def test_lines_that_serve_provinces_take_who_has_waited_longest() -> None:
    """One pool for both provinces; and where nobody of the south came on the chat, its queue there is served too."""
    log = by_province().log
    phone = log.queue != log.queues.index("chat")
    pooled = replace(log, line=np.where(phone & (log.line != UNKNOWN), 0, log.line))
    groups = fit_of(pooled, name="pooled").scenario.lines.values()
    (team,) = [group for group in groups if "phone/north" in group.serves]
    assert set(team.serves) == {"phone/north", "phone/south"}
    assert team.takes == "longest wait"
    names = tuple("chat/north" if queue == "chat" else queue for queue in log.queues)
    groups = fit_of(replace(log, queues=names), name="missing").scenario.lines.values()
    assert [set(group.serves) for group in groups if "chat/north" in group.serves] == [{"chat/north", "chat/south"}]


def test_a_campaign_comes_out_as_a_campaign(tmp_path) -> None:
    text = CENTRE + (
        "campaigns:\n  - name: spot\n    extra: 500\n    surge:\n"
        "      - {shape: decay, at: [2024-03-18 08:00], time_constant: 4 days}\n"
    )
    file = tmp_path / "calls.csv"
    file.write_text(simulated_log(loads(text), seed=2), encoding="utf-8")
    found = fit_log(file, campaigns=[dt.datetime(2024, 3, 18, 8)])
    (campaign,) = found.scenario.campaigns
    assert campaign.extra is not None
    assert campaign.extra.low < 500 < campaign.extra.high
    assert found.scenario.demand.contacts.value == pytest.approx(1600, rel=0.2)
    for day, words in ((dt.datetime(2025, 1, 1), "is not in the log"), (dt.datetime(2024, 3, 6), "only 2 days")):
        with pytest.raises(SimError, match=words):
            fit_log(file, campaigns=[day])


def test_who_is_unknown_and_what_is_missing_is_assumed_or_counted(tmp_path) -> None:
    rows = [line.split(",") for line in centre_csv().splitlines()]
    keep = [rows[0].index(name) for name in ("queue", "arrival", "outcome")]
    file = tmp_path / "poor.csv"
    file.write_text("\n".join(",".join(row[k] for k in keep) for row in rows), encoding="utf-8")
    found = fit_log(file)
    assert found.pieces.redials.known == 0
    assert found.pieces.redials.unknown == len(found.log)
    assert "status: assumed" in found.text
    assert not found.scenario.callers["north"].redial.after("abandoned")
    assert found.replays == ()


def test_names_numbers_and_durations() -> None:
    assert channel_names(["a/b", "a-b", "", "c"]) == {"a/b": "a-b", "a-b": "a-b 2", "": "queue", "c": "c"}
    assert name_of("/x/Oproepen maart (2).csv") == "Oproepen-maart-2-fitted"
    assert name_of("...csv") == "log-fitted" or name_of("...csv").endswith("-fitted")
    assert number(1234567.0) == 1235000
    assert duration(65.4321) == "1 min 5 s 430 ms"
    block = stated(Fitted(0.5, -np.inf, np.inf), "x")
    assert block == {"value": 0.5, "status": "derived", "source": "x"}
    assert stated(Fitted(0.01, 0.001, 2.0), "x", least=0.05, most=1.0) == {
        "value": 0.05, "status": "derived", "source": "x", "low": 0.05, "high": 1.0,
    }  # fmt: skip


# Checks


def test_the_worst_is_the_farthest_beyond_chance() -> None:
    near = Check("a", "wait", 10.0, Fitted(11.0, 10.5, 11.5), "s")
    far = Check("trace", "share", 0.1, Fitted(0.4, 0.3, 0.5), "%")
    chance = Check("c", "wait", 10.0, Fitted(90.0, 5.0, 200.0), "s")
    assert worst([near, far, chance]) is far
    assert worst([chance]) is None
    assert in_language(verdict([near, far, chance]), ENGLISH) == (
        "Worst misfit of 2 in 3 checks (trace): the share is 10.0 % in the log and 40.0 % (30.0 % to 50.0 %) in the "
        "model."
    )
    assert "No misfit beyond chance in the one check" in in_language(verdict([chance]), ENGLISH)
    assert in_unit(np.inf, "s") == "no limit"
    # A wait of half a second against one of two is of no account.
    assert abs(Check("", "", 0.5, Fitted(2.0, 1.0, 3.0), "s").off) < 0.8


def test_a_prediction_interval_is_students() -> None:
    found = predicted(np.arange(10.0), "s")
    half = 2.262157 * np.arange(10.0).std(ddof=1) * np.sqrt(1.1)
    assert [found.value, found.high] == pytest.approx([4.5, 4.5 + half], rel=1e-5)
    assert found.low == 0
    assert not predicted(np.array([1.0, np.nan]), "s").known


def test_calls_while_closed_are_compared_with_nothing() -> None:
    calls = Calls.logged(fitted().log)
    assert len(calls) == (fitted().log.of("answered") | fitted().log.of("abandoned")).sum()


# Daily counts


def test_daily_counts_become_a_week() -> None:
    rng = np.random.default_rng(3)
    means = np.tile([120, 100, 100, 100, 90, 0, 0], 26)
    counts = DailyCounts("days.csv", dt.date(2024, 1, 1), rng.poisson(means)[None], ("n",), (), 182, ())
    found = fit_days_of(counts, name="week")
    week = found.scenario
    assert week.period.first == dt.date(2024, 7, 1)
    contacts = week.demand.contacts
    assert contacts.low is not None
    assert contacts.high is not None
    assert contacts.low < 510 < contacts.high
    assert week.demand.weekdays.mon.value == pytest.approx(1)
    assert week.demand.weekdays.sat.value == 0
    assert week.channels["phone"].hours.status == "assumed"
    assert len([check for check in found.checks if check.misses]) == 0


# The command and the page


def run(*arguments: str) -> tuple[int, str]:
    """The command in this process, wide enough for its tables."""
    done = CliRunner().invoke(cli, ["fit", *arguments], env={"COLUMNS": "200"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        if isinstance(done.exception, SimError):
            return 1, str(done.exception)
        raise done.exception
    return done.exit_code, done.output


def test_the_command_tells_and_writes(tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        centre_csv().replace("arrival", "Moment") + "c1,phone,north,nonsense,,answered,,\n", encoding="utf-8"
    )
    code, told = run(str(file), "--column", "arrival=Moment", "--name", "mine", "--out", str(tmp_path / "out"), "-v")
    assert code == 0, told
    for words in ("1 of ", "nonsense", "isfit", "wrong: mean", "Calls again", "mine.yaml", "mine.html"):
        assert words in told, words
    assert load(tmp_path / "out" / "mine.yaml").name == "mine"
    page = (tmp_path / "out" / "mine.html").read_text(encoding="utf-8")
    assert len(re.findall("<figure>", page)) >= 6
    # Self-contained, and nobody's call is on it.
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "nonsense" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_a_log_says_is_escaped(tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(centre_csv().replace("north", "<script>alert(1)</script>"), encoding="utf-8")
    code, told = run(str(file), "--out", str(tmp_path))
    assert code == 0, told
    assert "<script>" not in (tmp_path / "calls-fitted.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--short", "10"), "needs its unit|needs a unit|without a unit|unit"),
        (("--campaign", "soon"), "is not a date"),
        (("--column", "arrival"), "has no '='"),
        (("--name", "a b"), "is no name"),
    ],
)
def test_mistakes_of_the_command_line(tmp_path, arguments, words) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(centre_csv(), encoding="utf-8")
    code, told = run(str(file), *arguments)
    assert code == 2
    assert re.search(words, told), told


def test_holidays_of_other_countries(tmp_path) -> None:
    """On 27 April the Dutch have a holiday, on 1 May the Belgians; a wrong code is told with the nearest one."""
    rng = np.random.default_rng(1)
    file = tmp_path / "days.csv"
    start = dt.date(2023, 3, 1)
    days = (start + dt.timedelta(days=day) for day in range(90))
    file.write_text("date,count\n" + "".join(f"{day},{rng.poisson(80)}\n" for day in days), encoding="utf-8")
    counts = read(file)
    assert isinstance(counts, DailyCounts)
    names = {
        country: {holiday.date for holiday in fit_days_of(counts, name="x", country=country).daily.holidays}
        for country in ("BE", "NL", "none")
    }
    assert dt.date(2023, 4, 27) in names["NL"] - names["BE"]
    assert dt.date(2023, 5, 1) in names["BE"] - names["NL"]
    assert names["none"] == set()
    code, told = run(str(file), "--holidays", "nl", "--no-page", "--out", str(tmp_path))
    assert code == 0, told
    for wrong, guess in (("BEL1", "BE"), ("netherlands", "NL")):
        code, told = run(str(file), "--holidays", wrong)
        assert code == 1
        assert f"{wrong!r} is not the code of a country such as BE" in told
        assert f"Did you mean {guess!r}?" in told


def test_channel_and_province_columns_on_the_command_line(tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(centre_csv().replace("queue", "plaats", 1).replace("channel", "soort", 1), encoding="utf-8")
    out = ("--no-page", "--out", str(tmp_path), "--name", "mine")
    code, told = run(
        str(file), "--province-column", "plaats", "--channel-column", "soort", "--dates", "day-first", *out
    )
    assert code == 0, told
    assert "line hours staffed, phone/north" in told
    assert load(tmp_path / "mine.yaml").channels["phone"].queue == "per province"


def ninety(header: str, hour: str, rest: str) -> bytes:
    """Calls on five days, all alike."""
    rows = (f"2024-03-{4 + k % 5:02} {hour}:{k % 60:02},{rest}" for k in range(90))
    return "\n".join([header, *rows]).encode()


WRECKS = {
    "empty": b"",
    "header": b"arrival,outcome,wait\n",
    "one": b"arrival,outcome,wait,handling\n2024-03-04 10:00,answered,3,60\n",
    "binary": bytes(range(256)) * 40,
    "words": b"once upon a time\nthere was a call\n" * 50,
    "all abandoned": ninety("arrival,outcome,wait", "10", "abandoned,30"),
    "all closed": ninety("arrival,outcome", "20", "closed"),
    "no waits": ninety("arrival,outcome,wait,handling", "10", "answered,0,0"),
    "huge": ninety("arrival,outcome,wait,handling", "10", "answered,86399,86399"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRECKS)
def test_wrecks_never_end_in_a_traceback(tmp_path, name) -> None:
    file = tmp_path / "calls.csv"
    file.write_bytes(WRECKS[name])
    code, told = run(str(file), "--out", str(tmp_path), "--no-page")
    assert code in (0, 1), told


@pytest.mark.parametrize("seed", range(6))
def test_mutilated_files_never_end_in_a_traceback(tmp_path, seed) -> None:
    """Bytes deleted, doubled and overwritten, lines shuffled: a fit or one clear message."""
    rng = np.random.default_rng(seed)
    content = bytearray(centre_csv().encode()[: 30_000 if seed % 2 else 12_000])
    for _ in range(int(rng.integers(1, 200))):
        at = int(rng.integers(len(content)))
        match rng.integers(4):
            case 0:
                content[at] = int(rng.integers(256))
            case 1:
                del content[at : at + int(rng.integers(1, 40))]
            case 2:
                content[at:at] = content[at : at + 30]
            case _:
                content[at:at] = rng.choice([b"\n", b",", b'"', b"-1", b"1e400", b"\x00"])
    file = tmp_path / "calls.csv"
    file.write_bytes(bytes(content))
    code, told = run(str(file), "--out", str(tmp_path), "--no-page")
    assert code in (0, 1), told
    assert told.strip()


def test_help_imports_nothing_heavy() -> None:
    heavy = ("scipy", "jinja2", "matplotlib")
    code = f"import sys; from sim.cli.commands import cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


# The real log


def test_a_monday_at_the_bank_comes_near() -> None:
    path = find_data(ROOT)
    if path is None:
        pytest.skip("no anonymous_bank/ in HELPLINE_DATA or in shared/data beside the project")
    log = read(path)
    assert isinstance(log, Log)
    mondays = replace(log, queue=np.zeros(len(log), dtype=np.int64), queues=("bank",)).picked(log.weekday == 0)
    found = fit_of(mondays, name="monday")
    checks = {(check.about, check.what.split(" (")[0]): check for check in found.checks}
    # What remains, and why, stands in docs/fit.md.
    for about, apart in (("trace", 0.04), ("scenario", 0.05)):
        gave_up, wait = checks[about, "abandonment"], checks[about, "mean wait of the answered"]
        assert abs(gave_up.model.value - gave_up.logged) < apart
        assert abs(wait.model.value / wait.logged - 1) < 0.35
        assert not checks["scenario", "mean wait of the answered"].misses


def test_a_log_without_times_has_a_line_that_is_assumed(tmp_path) -> None:
    file = tmp_path / "calls.csv"
    days = [f"2024-01-{day:02}T{hour:02}:00:00,beantwoord" for day in range(8, 20) for hour in range(9, 17)]
    file.write_text("\n".join(["Tijdstip,resultaat", *days]) + "\n")
    scenario = loads(fit_log(file).text)
    count = next(iter(scenario.lines.values())).count
    assert count is not None
    assert (count.value, count.status) == (1, "assumed")
