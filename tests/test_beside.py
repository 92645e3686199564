"""Theory beside simulation: exact where the theory holds, else its breaks are named, and no value where none fits."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from single import single

import sim
from sim.beside import Beside, transient
from sim.theory import chat_line, erlang_a, general_patience, varying_day

ROOT = Path(__file__).parent.parent
NEVER = {"distribution": "never"}


def run(scenario: sim.Scenario, folder: Path, replications: int = 2) -> sim.Result:
    return sim.run(scenario, replications=replications, workers=1, out=folder, keep_contacts=0)


def of(rows: list[Beside], measure: str = "loss", queue: str = "phone") -> Beside:
    return next(row for row in rows if (row.queue, row.measure) == (queue, measure))


CHATS = {"count": 1, "at_once": 2, "speeds": ["100 %", "70 %"]}
EXACT = {
    "M/M/c+M (Erlang A)": single(),
    "M/M/c+G": single().replace(callers__phone__patience={"distribution": "lognormal", "mean": "15 min", "cv": 1.5}),
    "M/M/c (Erlang C)": single(contacts=60).replace(callers__phone__patience=NEVER),
    "M/M/c/c (Erlang B)": single(places="0", handling="lognormal, mean: 30 min, cv: 1.2"),
    "M/M/c/K+M (K = lines + waiting places)": single(places="2"),
    "chats at once (birth-death)": single(contacts=60, places="0").replace(lines__phone=CHATS),
}
WEEK = single(last="2021-03-07")
OFFICE = {"hours": "mon-fri 9:00-17:00"}
LUNCH = {"shifts": {"mon-fri 9:00-12:00": 2, "mon-fri 13:00-17:00": 3}}
TRANSIENT = {
    "M(t)/M/c+M": WEEK.replace(demand__hours={"0-11": 1, "12-23": 2}),
    "M/M/c+M": WEEK.replace(channels__phone=OFFICE, demand__contacts=40),
    "M/M/c/K+M": WEEK.replace(channels__phone=OFFICE | {"waiting_places": 4}, demand__contacts=40),
    "M/M/c/c": WEEK.replace(channels__phone=OFFICE | {"waiting_places": 0}, demand__contacts=40),
    # A lunch without lines, and a line more after it.
    "M/M/c(t)+M": WEEK.replace(channels__phone=OFFICE, demand__contacts=40, lines__phone=LUNCH),
    # A day that ends long before the steady state is there.
    "M/M/c": single(contacts=138, last="2021-03-01").replace(callers__phone__patience=NEVER),
}


@pytest.mark.parametrize("model", [*EXACT, *TRANSIENT])
def test_a_queue_as_in_theory_is_exact_and_agrees(model, tmp_path) -> None:
    scenario, name = (EXACT[model], model) if model in EXACT else (TRANSIENT[model], f"{model} (transient, from empty)")
    rows = run(scenario, tmp_path, replications=200 if model in TRANSIENT else 30).theory
    assert {row.model for row in rows} == {name}
    assert len(rows) >= (2 if model.endswith("/c") else 3)
    for row in rows:
        assert row.exact, row
        assert row.source
        # 99.9 % instead of the 95 % that is shown: hardly ever wrong by chance.
        assert abs(row.theory - row.simulated.value) < 1.8 * row.simulated.half, row
        assert row.simulated.half < 0.15 * row.simulated.value, row


def test_a_day_with_an_overloaded_hour() -> None:
    """Four lines, 30 calls an hour and 90 in the third of five: mean waits as computed by others."""
    day = varying_day(
        arrivals_per_hour=[("0 s", 30), ("2 h", 90), ("3 h", 30)], handling="5 min", lines=4, until="5 h", every="1 h"
    )
    assert day.asa_s == pytest.approx(1268.9, abs=0.05)
    assert day.asa_by_interval_s == pytest.approx([45.7, 63.4, 1638, 2544, 1314], abs=0.5)


def test_a_scenario_with_an_overloaded_hour(tmp_path) -> None:
    scenario = sim.load(Path(__file__).parent / "cases" / "overload-middle.yaml")
    rows = run(scenario, tmp_path, replications=200).theory
    asa = of(rows, "asa")
    assert asa.exact
    assert asa.theory == pytest.approx(1268.9, abs=0.1)
    assert abs(asa.theory - asa.simulated.value) < 1.8 * asa.simulated.half


LINES = {"count": 3, "absence": "20 %"}
PRIORITY = [{"topic": "urgent"}]
TOPICS = {"urgent": "20 %", "other": "80 %"}
BROKEN = {
    "handling not exponential": {"handling__phone__wrap_up": {"distribution": "exponential", "mean": "5 min"}},
    "redials": {
        "attempts": 2,
        "callers__phone__redial": {"abandoned": "50 %"},
        "callers__phone__redial_delay": {"distribution": "exponential", "mean": "1 h"},
    },
    "busier and quieter days": {"demand__busyness": 0.3},
    "lines absent on some days": {"lines__phone": LINES},
    "callers who leave on meeting a queue": {"callers__phone__balk": ["10 %"]},
    "lines held by who left silently": {
        "callers__phone__silent": {"share": "20 %", "holds": {"distribution": "exponential", "mean": "1 min"}}
    },
    "priorities": {"priorities": PRIORITY, "demand__topics": TOPICS},
    "lines withdrawn while open": {
        "lines__phone": {"shifts": {"mon-sun 0:00-12:00": 2, "mon-sun 12:00-24:00": 3}},
    },
}
#: The Markov chain of a day knows patience that is exponential only.
GENERAL = {"distribution": "lognormal", "mean": "15 min", "cv": 1.5}
VARYING = {
    "rate varies": {"demand__hours": {"0-11": 1, "12-23": 2}},
    "lines vary": {"lines__phone": {"shifts": {"mon-sun 0:00-12:00": 2, "mon-sun 12:00-24:00": 3}}},
    "opens empty and closes busy": {"channels__phone": OFFICE},
}


@pytest.mark.parametrize("assumption", [*BROKEN, *VARYING])
def test_each_broken_assumption_is_named(assumption, tmp_path) -> None:
    changed = VARYING.get(assumption, {})
    settings = {**changed, "callers__phone__patience": GENERAL} if changed else BROKEN[assumption]
    row = of(run(WEEK.replace(**settings), tmp_path).theory)
    assert row.breaks == (assumption,)
    assert not row.exact
    assert 0 < row.theory < 100


def test_patience_of_a_limited_queue_is_taken_for_exponential(tmp_path) -> None:
    uniform = {"distribution": "uniform", "least": "0 s", "most": "20 min"}
    scenario = single(places="2", last="2021-03-07").replace(callers__phone__patience=uniform)
    assert of(run(scenario, tmp_path).theory).breaks == ("patience not exponential",)


BOTH = {"phone": {"count": 2, "serves": ["phone", "chat"]}}
CHAT = {
    "channels__chat": {"hours": "always"},
    "demand__by_channel": {"phone": "50 %", "chat": "50 %"},
    "handling__chat": {"conversation": {"distribution": "exponential", "mean": "30 min"}},
}
NONE = {
    "lines shared with other queues": {"lines": BOTH, **CHAT},
    "open without a line on duty": {
        "lines__phone": {"count": 3, "staffed": "mon-sun 9:00-17:00"},
        "callers__phone__patience": GENERAL,
    },
    "more load than lines, and nobody gives up": {"lines__phone": CHATS, "callers__phone__patience": NEVER},
    "more load than lines at times, and nobody gives up": {
        "lines__phone": CHATS,
        "callers__phone__patience": NEVER,
        "demand__contacts": 40,
        "demand__hours": {"0-21": 1, "22-23": 4},
    },
    "call-backs": {"channels__phone__call_back": {"accepted": "50 %"}},
    "several at once on more than one line": {"lines__phone": {**CHATS, "count": 2}},
}


@pytest.mark.parametrize("reason", NONE)
def test_where_no_formula_fits_the_reason_is_said(reason, tmp_path) -> None:
    rows = run(single(last="2021-03-07").replace(**NONE[reason]), tmp_path).theory
    assert {row.why_not for row in rows if row.queue == "phone"} == {reason}
    assert all(row.theory != row.theory and not row.exact for row in rows)
    assert rows[0].row()["theory"] is None


def test_callers_sent_away_at_closing_are_lost(tmp_path) -> None:
    # Forty a day of the week, all of them on five days: seven an hour.
    office = {"hours": "mon-fri 9:00-17:00", "closing": "send away"}
    scenario = WEEK.replace(channels__phone=office, demand__contacts=40, lines__phone=1)
    exact = varying_day(
        arrivals_per_hour=7, handling="30 min", patience="15 min", lines=1, until="8 h", send_away_at=["8 h"]
    )
    lost = 1 - exact.cohort_answered.sum() / exact.offered.sum()
    rows = run(scenario, tmp_path, replications=200).theory
    loss = of(rows)
    assert loss.exact
    assert loss.theory == pytest.approx(100 * lost, rel=1e-6)
    assert loss.theory - of(rows, "abandonment").theory > 1
    assert all(abs(row.theory - row.simulated.value) < 1.8 * row.simulated.half for row in rows)


def test_chats_without_patience_have_a_steady_state(tmp_path) -> None:
    """Two at once at 70 %: 1.4 erlangs are carried."""
    scenario = single(contacts=24).replace(lines__phone=CHATS, callers__phone__patience=NEVER)
    row = of(run(scenario, tmp_path, replications=50).theory, "asa")
    assert row.exact
    assert abs(row.theory - row.simulated.value) < 1.8 * row.simulated.half
    # Birth-death by hand: with n present, chats end at 2, 2.8, 2.8, ... an hour, and 1 comes.
    weights = [1.0, 1 / 2]
    for _ in range(200):
        weights.append(weights[-1] / 2.8)
    queue = sum(max(0, n - 2) * weight for n, weight in enumerate(weights)) / sum(weights)
    assert row.theory == pytest.approx(queue * 3600, rel=1e-9)


def test_without_any_line_all_give_up(tmp_path) -> None:
    rows = run(WEEK.replace(lines__phone=0), tmp_path).theory
    assert of(rows).theory == pytest.approx(100)
    assert of(rows, "occupancy").row()["theory"] is None
    assert of(rows, "asa").row()["theory"] is None


def test_a_steady_state_that_is_not_reached_is_named(tmp_path, monkeypatch) -> None:
    """One day at 96 % load: the mean wait of the steady state is about eleven hours."""
    monkeypatch.setattr(transient, "BUDGET", 0)
    row = of(run(TRANSIENT["M/M/c"], tmp_path).theory, "asa")
    assert row.theory > 3 * 3600
    assert row.breaks == ("steady state not reached",)


def test_a_rate_that_varies_is_averaged_over_its_stretches(tmp_path) -> None:
    scenario = WEEK.replace(demand__hours={"0-11": 1, "12-23": 2}, callers__phone__patience=GENERAL)
    rows = run(scenario, tmp_path).theory
    # 120 a day: 40 in the first half and 80 in the second.
    law = scenario.callers["phone"].patience.law()
    halves = [general_patience(arrivals_per_hour=n / 12, handling="30 min", patience=law, lines=3) for n in (40, 80)]
    expected = {
        "loss": 100 * (halves[0].abandoned + 2 * halves[1].abandoned) / 3,
        "occupancy": 100 * (halves[0].occupancy + halves[1].occupancy) / 2,
        "asa": sum(n * h.waiting.answered_wait_s for n, h in zip((1, 2), halves, strict=True))
        / sum(n * h.answered for n, h in zip((1, 2), halves, strict=True)),
    }
    assert {name: of(rows, name).theory for name in expected} == pytest.approx(expected, rel=1e-6)


def test_many_rates_are_interpolated_closely(tmp_path, monkeypatch) -> None:
    weights = {str(hour): 1 + hour / 5 for hour in range(24)}
    scenario = single(last="2021-03-14").replace(demand__hours=weights, demand__weekdays__mon=1.5)
    # Hour by hour, days of a fortnight take longer than this.
    monkeypatch.setattr(transient, "BUDGET", 0)
    row = of(run(scenario, tmp_path).theory)
    total = sum(weights.values())
    days = [1.5 if day % 7 == 0 else 1 for day in range(14)]
    rates = [120 * 14 * d / sum(days) * w / total for d in days for w in weights.values()]
    exact = [erlang_a(arrivals_per_hour=r, handling="30 min", patience="15 min", lines=3).abandoned for r in rates]
    expected = 100 * sum(r * a for r, a in zip(rates, exact, strict=True)) / sum(rates)
    assert row.theory == pytest.approx(expected, abs=0.01)


def test_chats_at_once_are_those_of_theory(tmp_path) -> None:
    rows = run(single(contacts=60, places="0", last="2021-03-07").replace(lines__phone=CHATS), tmp_path).theory
    exact = chat_line(arrivals_per_hour=2.5, handling="30 min", speeds=("100 %", "70 %"))
    assert of(rows, "blocked_share").theory == pytest.approx(100 * exact.blocked)
    assert of(rows, "occupancy").theory == pytest.approx(100 * exact.busy)


def test_redials_count_as_they_were_simulated(tmp_path) -> None:
    scenario = single(last="2021-03-07").replace(**BROKEN["redials"])
    result = run(scenario, tmp_path, replications=10)
    offered = result.estimate("offered").value / 7
    assert offered > 130
    again = of(result.theory).theory
    fewer, more = (
        100 * erlang_a(arrivals_per_hour=n / 24, handling="30 min", patience="15 min", lines=3).abandoned
        for n in (offered - 2, offered + 12)
    )
    assert fewer < again < more


def test_results_and_files_show_it(tmp_path) -> None:
    result = sim.run(
        sim.load(ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"), replications=10, workers=1, out=tmp_path
    )
    result.write_summary()
    with (result.folder / "theory.csv").open() as file:
        rows = {(row["queue"], row["measure"]): row for row in csv.DictReader(file)}
    antwerp = rows["phone/antwerpen", "loss"]
    assert float(antwerp["theory"]) == pytest.approx(float(antwerp["simulated"]), abs=5)
    assert "redials" in antwerp["breaks"].split("; ")
    assert rows["e-mail", "asa"]["why_not"] == "open without a line on duty"
    known = json.loads(result.to_json())["theory"]
    assert len(known) == len(rows)
    assert known[0]["breaks"] == antwerp["breaks"].split("; ")
    from rich.console import Console

    from sim.answers.terminal import tell
    from sim.studies.run_answer import answer_of

    out = Console(width=120, record=True, file=io.StringIO())
    tell(answer_of(result), out, verbose=True)
    told = out.export_text()
    assert "Theory beside simulation" in told
    assert "No theory for e-mail: open without a line on duty." in told
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 120


def test_contacts_that_take_no_time_have_a_theory(tmp_path) -> None:
    at_once = {"distribution": "deterministic", "always": "0 s"}
    scenario = single(last="2021-03-07").replace(handling__phone__conversation=at_once)
    assert of(run(scenario.replace(channels__phone=OFFICE), tmp_path).theory).theory == pytest.approx(0, abs=1e-6)
