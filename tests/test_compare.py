"""Plans on the same callers: differences are those of the runs, and fates those of the contacts."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from said import sentences
from single import single

import sim
from sim.answers.kinds import in_language
from sim.answers.phrases import played
from sim.answers.plots import charts_of, figure_of
from sim.answers.terminal import tell
from sim.cli.commands import cli
from sim.language import ENGLISH, language
from sim.studies.comparison_answer import name_of

ROOT = Path(__file__).parent.parent
NL = language("nl")
CAMPAIGN = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> sim.Comparison:
    base = single(contacts=150, lines=3, last="2021-03-05")
    plans = {"today": base, "one more": base.replace(lines__phone=4), "one less": base.replace(lines__phone=2)}
    return sim.compare(plans, replications=30, workers=1, out=tmp_path_factory.mktemp("compared"), keep_contacts=20)


def test_differences_are_those_of_the_runs(found) -> None:
    more = found.difference("one more", "abandoned")
    base, other = (result.estimate("abandoned").value for result in list(found.results.values())[:2])
    assert (more.base.value, more.value.value) == (base, other)
    assert more.difference.value == pytest.approx(other - base)
    assert more.difference.high < 0 < found.difference("one less", "abandoned").difference.low
    shares = found.difference("one more", "abandonment")
    assert shares.difference.value == pytest.approx(shares.value.value - shares.base.value)


def test_pairing_narrows_the_interval(found) -> None:
    more = found.difference("one more", "never_reached")
    assert more.difference.half < (more.base.half**2 + more.value.half**2) ** 0.5


def test_fates_add_up(found) -> None:
    fates = found.fates("one more")
    parts = [fates.gained, fates.lost, fates.both, fates.neither]
    assert sum(part.value for part in parts) == pytest.approx(100)
    assert fates.replications == 20
    assert fates.gained.value > fates.lost.value
    reached = []
    for result in list(found.results.values())[:2]:
        contacts = result.contacts
        answered = contacts["outcome"] == "answered"
        calls = np.unique(np.stack([contacts["replication"], contacts["caller"]], axis=1)[answered], axis=0)
        reached.append(len(calls))
    callers = len(np.unique(np.stack([contacts["replication"], contacts["caller"]], axis=1), axis=0))
    assert fates.gained.value - fates.lost.value == pytest.approx(100 * (reached[1] - reached[0]) / callers)


def test_other_demand_has_no_fates(tmp_path) -> None:
    plans = {"few": single(last="2021-03-03"), "many": single(contacts=240, last="2021-03-03")}
    found = sim.compare(plans, replications=4, workers=1, out=tmp_path)
    assert found.fates("many") is None
    assert found.difference("many", "offered").difference.low > 0


def test_plans_in_one_command(tmp_path) -> None:
    plans = sorted((ROOT / "scenarios" / "plans").glob("*.yaml"))
    arguments = ["compare", str(CAMPAIGN), *map(str, plans), "--plan", "third: lines.antwerpen=3", "-n", "6"]
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments, "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    for word in ("forwarding", "second line in Antwerpen", "longer hours", "calls are abandoned", "never reached"):
        assert word in " ".join(done.stdout.split())
    folder = next(tmp_path.glob("compare-*"))
    with (folder / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["plan"] for row in rows} == {path.stem for path in plans} | {"third"}
    assert {row["kind"] for row in rows if row["measure"] == "asa"} == {"channel"}
    assert (folder / "compare.png").stat().st_size > 10_000
    assert "the same 6 worlds (numbers 0 to 5 of seed 1712)" in " ".join(done.stdout.split())


def test_only_a_file_that_says_how_it_is_called_is_called_otherwise_than_typed(tmp_path) -> None:
    base, shipped = CAMPAIGN, ROOT / "scenarios" / "plans" / "two-chats.yaml"
    own = tmp_path / "pooling.yaml"
    own.write_text(f"extends: {shipped}\n", encoding="utf-8")
    plans = {path.stem: sim.load(path) for path in (base, shipped, own)}
    plans |= {"two chats": plans["two-chats"], "phone": sim.load(base, ["lines.antwerpen=2"])}
    found = sim.compare(plans, replications=2, workers=1, out=tmp_path, assumptions=False)
    shown = [base.stem, "twee chats tegelijk", "pooling", "two chats", "phone"]
    assert [in_language(name_of(found, plan), NL) for plan in found.results] == shown
    axes = figure_of(charts_of(found.answer)[0], NL).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == shown[:0:-1]
    out = Console(width=200, record=True, file=io.StringIO())
    tell(found.answer, out, NL, verbose=True)
    told = out.export_text()
    assert all(name in told for name in shown[1:])


def test_worlds_and_intervals_are_named_for_one_plan_and_for_several(found) -> None:
    n, seed = found.replications, found.worlds.seed
    one = sim.Comparison({name: found.results[name] for name in (found.base, found.plans[0])})
    two = sim.Comparison({**one.results, "again": found.results[found.plans[0]]})
    notes = [in_language(some.answer.table("differences").note, ENGLISH) for some in (one, two)]
    assert "± is half a 95 % interval; " in notes[0]
    assert "± is half an interval that holds at 95 % for all 2 plans together" in notes[1]
    told = played(one.answer, ENGLISH)[0]
    assert told == f"every plan on the same {n} worlds (numbers 0 to {n - 1} of seed {seed})"
    for say in (ENGLISH, NL):
        said = " ".join(
            [*sentences(one.answer, say), *(in_language(chart.caption, say) for chart in charts_of(one.answer))]
        )
        assert not re.search(r"\b(1 plans|1 plannen|these plans|deze plannen)\b", said)


def test_what_is_wrong_with_plans_is_told_of_them_all_at_once() -> None:
    plans = ["second: lines.antwrpen=2; lines.limburg=2", "half: lines.limburg=1.5", "odd: lines.limburg=2; nothing"]
    arguments = ["compare", str(CAMPAIGN), "--set", "attempts=none", *(f"--plan={plan}" for plan in plans)]
    with pytest.raises(sim.ScenarioError) as wrong:
        cli.main(arguments, standalone_mode=False)
    half, odd, second, of_all = str(wrong.value).splitlines()
    assert half == "--plan 'half: lines.limburg=1.5': lines.limburg.count: 1.5 is not a whole number of lines"
    assert odd == "--plan 'odd: nothing': write it as path=value, for example lines.antwerpen=2"
    assert second.startswith("--plan 'second: lines.antwrpen=2': lines.antwrpen: 'antwrpen' is not a province")
    assert second.endswith("limburg, chat, e-mail. Did you mean 'antwerpen'?")
    assert of_all.startswith("--set attempts=none: attempts: 'none' is not")


def test_a_plan_that_makes_a_mistake_elsewhere_in_the_file_is_named() -> None:
    fax = "channels.fax.hours=mon-fri 9:00-17:00; demand.by_channel.fax=1 %; handling.fax=5 min"
    with pytest.raises(sim.ScenarioError, match=r"^--plan 'by fax': .*nobody serves the queue fax"):
        cli.main(["compare", str(CAMPAIGN), "--plan", f"by fax: {fax}"], standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([str(CAMPAIGN)], "needs two plans"),
        ([str(CAMPAIGN), "--plan", "nonsense"], "is not NAME:PATH=VALUE"),
        ([str(CAMPAIGN), str(CAMPAIGN)], "two plans are called"),
    ],
)
def test_wrong_comparisons_are_usage_errors(arguments, message) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "compare", *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 2
    assert message in done.stderr
