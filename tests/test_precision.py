"""Runs that stop at a wished precision, and intervals narrowed by what is known of a world."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from single import TEMPLATE, single

import sim
from sim.errors import SimError
from sim.results.store import Store, parts_of
from sim.statistics.cells import COLUMNS
from sim.statistics.controls import Controls, expected_of
from sim.statistics.estimates import Estimate, mean_of
from sim.statistics.summary import DEFINITIONS
from sim.studies.precision import LEAST, looks, scope_of, stop, wishes_of
from tests.long.pages import with_section

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"


def test_looks_grow_by_a_quarter_and_fall_on_ends_of_parts() -> None:
    found = list(looks(LEAST, 100_000))
    assert found[:4] == [100, 150, 200, 300]
    assert found[-1] == 100_000
    assert max(later / number for number, later in pairwise(found)) <= 1.5
    ends = {last + 1 for _, last in parts_of(100_000)}
    assert set(found) <= ends
    assert list(looks(10, 10)) == [10]


@pytest.mark.parametrize(("law", "needed"), [("gamma", 130), ("gamma", 400), ("normal", 130)])
def test_intervals_cover_after_stopping(law, needed) -> None:
    covered, took = 0, []
    for seed in range(500):
        luck = np.random.default_rng(seed)
        values = luck.gamma(1, 1, 2000) if law == "gamma" else luck.normal(1, 1, 2000)
        wish = 1.96 / math.sqrt(needed)

        def at(n: int, values=values) -> Estimate:
            return mean_of(values[:n], kind="positive")

        n = stop(lambda n, at=at, wish=wish: at(n).reach / wish, most=2000)
        covered += at(n).low <= 1 <= at(n).high
        took.append(n)
    assert covered / 500 == pytest.approx(0.95, abs=0.03)
    assert needed <= np.mean(took) < 1.6 * needed


def test_the_rule_skips_looks_that_find_too_little_and_ends_at_the_limit() -> None:
    looked = []

    def excess(n: int) -> float:
        looked.append(n)
        return 20 / math.sqrt(n)

    assert stop(excess, most=10_000) in range(400, 501)
    assert looked[:2] == [100, 400]
    assert stop(lambda _n: math.inf, most=150) == 150
    assert stop(lambda _n: 0.0, least=30) == 50


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"abandonement": "1pp"}, "'abandonement' is not a measure. Did you mean 'abandonment'?"),
        ({"abandonment": "1s"}, "abandonment is in %; write 0.5pp (percentage points), or 2% of its value"),
        ({"abandonment": "0.05"}, "abandonment is in %; write 0.5pp"),
        ({"abandonment": "-1pp"}, "write 0.5pp"),
        ({"abandonment": "0pp"}, "write 0.5pp"),
        ({"abandoned": "3pp"}, "abandoned is a number per period; write 0.5, or 2% of its value"),
        ({"asa": "5"}, "asa is in s; write 5 s"),
        ({"asa": "5 apples"}, "asa is in s; write 5 s"),
        ({"abandonment@phon": "1pp"}, "there is no 'phon' here. Did you mean 'phone'?"),
        ({"offered_load": "1%"}, "offered_load is known of queues only; write for example offered_load@phone"),
        ({"longest_queue@here": "1"}, "longest_queue is not known of province 'here'"),
        ({"called_back": "1"}, "'called_back' is not a measure"),
    ],
)
def test_a_wish_that_cannot_be_read_is_told_once(wish, message) -> None:
    with pytest.raises(ValueError, match=r"write|There|Did|known of|measure") as error:
        wishes_of(single(), wish)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("who", "instead"),
    [
        ("asa", "which are not alike; write asa@phone, asa@chat, asa@e-mail, or asa@all"),
        ("wait_p90_answered@limburg", "which are not alike; write wait_p90_answered@phone/limburg"),
        ("longest_wait@minor", "write longest_wait@phone, longest_wait@chat, longest_wait@e-mail"),
    ],
)
def test_waits_that_are_not_alike_are_not_mixed_unasked(who, instead) -> None:
    scenario = sim.load(CAMPAIGN)
    with pytest.raises(ValueError, match="mixes waits on phone and chat with those on e-mail") as error:
        scope_of(scenario, who)
    assert instead in str(error.value)
    # Nobody gives up an e-mail; and who wants the mixture names it.
    assert scope_of(scenario, "mean_wait_abandoned") == ("mean_wait_abandoned", "all", "all")
    assert scope_of(scenario, "asa@all") == ("asa", "all", "all")
    assert scope_of(single(), "asa") == ("asa", "all", "all")


def test_wishes_find_whom_they_mean() -> None:
    scenario = sim.load(CAMPAIGN)
    found = wishes_of(
        scenario,
        {"abandonment@phone": "0.5 pp", "asa@phone/limburg": "1 min", "offered@limburg": "2%", "busy@antwerpen": "2 h"},
    )
    assert [(w.kind, w.name, w.reach, w.relative) for w in found] == [
        ("channel", "phone", 0.5, False),
        ("queue", "phone/limburg", 60.0, False),
        ("province", "limburg", 0.02, True),
        ("lines", "antwerpen", 2.0, False),
    ]


def test_a_run_goes_on_until_its_intervals_are_short_enough(tmp_path) -> None:
    scenario, told = single(contacts=60, lines=2, last="2021-03-01"), []
    wish = {"abandonment": "2pp", "offered@phone": "2%"}
    result = sim.run(scenario, precision=wish, out=tmp_path, workers=1, say=told.append)
    assert result.estimate("abandonment").reach <= 2
    assert result.estimate("offered").reach <= 0.02 * result.estimate("offered").value
    assert all("reached with" in text for text in told)
    # It says the same as so many replications do, and stops there again, from nothing or from what is kept.
    again = sim.run(scenario, precision=wish, out=tmp_path, workers=1)
    plain = sim.run(scenario, replications=result.replications, out=tmp_path / "other", workers=1)
    assert again.replications == plain.replications == result.replications
    assert again.summary() == plain.summary()
    told.clear()
    limited = sim.run(
        scenario, precision={"asa": "1 s"}, max_replications=110, out=tmp_path, workers=1, say=told.append
    )
    assert limited.replications == 110
    assert "not reached with 110 replications, which is the limit" in told[0]
    assert Store(result.folder).missing(result.replications) == []


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_precision_on_the_command_line(tmp_path) -> None:
    file = tmp_path / "small.yaml"
    values = {"contacts": 60, "lines": 2, "places": "unlimited", "patience": "15 min", "last": "2021-03-01"}
    file.write_text(
        TEMPLATE.format(**values, handling="exponential, mean: 30 min", provinces="here: 1", busyness=0), "utf-8"
    )
    common = (str(file), "--out", str(tmp_path), "--quiet", "--no-figures", "--workers", "1")
    done = command(*common, "--precision", "abandonment=3pp", "--precision", "asa=20%", "--engine", "simpy")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("reached with") == 2
    for arguments, message in (
        (("--precision", "abandonment=1x"), "write 0.5pp (percentage points)"),
        (("--precision", "abandonment"), "is not MEASURE=WIDTH"),
        (("--precision", "asa=5s", "--precision", "asa=6s"), "wished for twice"),
        (("--max-replications", "50"), "--max-replications goes with --precision"),
    ):
        refused = command(*common, *arguments)
        assert refused.returncode == 2
        assert message in refused.stderr
        assert "Traceback" not in refused.stderr


def test_what_is_expected_of_a_world_is_exact(tmp_path) -> None:
    scenario = sim.load(CAMPAIGN)
    known = expected_of(scenario)
    assert known["all", "all"]["first_offered"] == pytest.approx(429)
    for kind in ("channel", "province", "cause", "queue"):
        parts = [columns["callers"] for (of, _), columns in known.items() if of == kind]
        assert sum(parts) == pytest.approx(known["all", "all"]["callers"])
    result = sim.run(scenario, replications=60, out=tmp_path, engine="simpy")
    for (kind, name), columns in known.items():
        for column, expected in columns.items():
            values = result.values(kind=kind, name=name)[:, COLUMNS.index(column)]
            assert abs(values.mean() - expected) < 5 * values.std() / math.sqrt(60), (kind, name, column)


def test_who_is_sent_away_at_closing_came_while_open(tmp_path) -> None:
    scenario = sim.load(CAMPAIGN).replace(channels__phone__closing="send away")
    known = expected_of(scenario)["channel", "phone"]
    assert known == expected_of(sim.load(CAMPAIGN))["channel", "phone"]
    result = sim.run(scenario, replications=60, out=tmp_path, engine="simpy")
    found = result.values(kind="channel", name="phone", columns=("first_offered", "sent_away"))
    assert found[:, 1].sum() > 0
    assert abs(found[:, 0].mean() - known["first_offered"]) < 5 * found[:, 0].std() / math.sqrt(60)


def test_controls_narrow_and_still_cover() -> None:
    definition, covered, widths = DEFINITIONS["abandonment"], 0, []
    for seed in range(400):
        luck = np.random.default_rng(seed)
        callers = luck.poisson(luck.gamma(25, 2, 60))
        values = np.zeros((60, len(COLUMNS)), dtype=np.int64)
        values[:, COLUMNS.index("callers")] = values[:, COLUMNS.index("first_offered")] = callers
        values[:, COLUMNS.index("offered")] = callers
        values[:, COLUMNS.index("abandoned")] = luck.binomial(callers, np.minimum(callers / 200, 1))
        controls = Controls.of(values, {"callers": 50.0, "first_offered": 50.0})
        assert controls.off.shape == (60, 1)
        found = controls.estimate(definition)
        assert found is not None
        # E(N^2) / E(N) / 200 of this mixed Poisson law.
        covered += found.low < 100 * (50 + 100 + 2500) / 50 / 200 < found.high
        widths.append(found.half)
    assert covered / 400 == pytest.approx(0.95, abs=0.035)
    rare = np.zeros((60, len(COLUMNS)), dtype=np.int64)
    rare[:, COLUMNS.index("callers")] = 10 + np.arange(60) % 7
    rare[0, COLUMNS.index("blocked")] = 1
    assert Controls.of(rare, {"callers": 13.0}).estimate(DEFINITIONS["blocked"]) is None


def test_a_scenario_asks_for_controls(tmp_path) -> None:
    scenario = single(contacts=60, lines=2, last="2021-03-01", busyness=0.3)
    plain = sim.run(scenario, replications=100, out=tmp_path, workers=1)
    before = {row.measure: row for row in plain.summary() if row.kind == "all"}
    narrow = sim.run(scenario.replace(experiment__control_variates="true"), replications=100, out=tmp_path, workers=1)
    after = {row.measure: row for row in narrow.summary() if row.kind == "all"}
    assert narrow.folder == plain.folder
    assert after["callers"].estimate == pytest.approx(60)
    assert after["callers"].high - after["callers"].low < 1e-6
    for measure in ("answered", "abandoned", "never_reached"):
        assert after[measure].high - after[measure].low < before[measure].high - before[measure].low
    assert after["answered"].estimate + after["abandoned"].estimate == pytest.approx(60)
    share = after["never_reached"].estimate / after["callers"].estimate
    assert after["never_reached_share"].estimate == pytest.approx(100 * share)
    assert after["asa"] == before["asa"]


def test_only_the_section_between_its_marks_is_written() -> None:
    page = "a\n<!-- coverage -->\nold\n<!-- end of coverage -->\nb\n"
    assert with_section(page, "coverage", "new") == "a\n<!-- coverage -->\nnew\n<!-- end of coverage -->\nb\n"
    with pytest.raises(SimError):
        with_section("a\n", "coverage", "new")
