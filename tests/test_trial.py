"""Plans tried in memory give the numbers of runs, on the worlds that were asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import sim
from sim.statistics.cells import AT
from sim.studies.trial import Stopped, try_plans

ROOT = Path(__file__).parent.parent
SCENARIO = sim.load(ROOT / "scenarios" / "1712-baseline-2019.yaml")
PLANS = {
    "today": SCENARIO,
    "second line": SCENARIO.with_settings(["lines.antwerpen=2"]),
    "more calls": SCENARIO.with_settings(["demand.change=+50 %"]),
}


def test_a_trial_counts_what_a_run_counts(tmp_path) -> None:
    trial = try_plans(PLANS, replications=30, seed=5)
    for name, scenario in PLANS.items():
        result = sim.run(scenario, replications=30, seed=5, out=tmp_path)
        for kind, of in (("all", "all"), ("queue", "phone/antwerpen"), ("channel", "chat"), ("lines", "limburg")):
            assert np.array_equal(trial.counts[name].of(kind, of), result.values(kind=kind, name=of)), (name, kind)
        assert trial.estimate(name, "never_reached") == result.estimate("never_reached")
    found = sim.compare({n: PLANS[n] for n in ("today", "second line")}, replications=30, seed=5, out=tmp_path)
    assert trial.difference("second line", "abandoned") == found.difference("second line", "abandoned").difference


def test_fresh_worlds_are_those_with_other_numbers() -> None:
    whole = try_plans({"today": SCENARIO}, replications=12, seed=5)
    late = try_plans({"today": SCENARIO}, replications=5, seed=5, first=7, workers=1)
    assert np.array_equal(whole.counts["today"].values[7:], late.counts["today"].values)
    assert str(late.worlds) == "5 worlds (numbers 7 to 11 of seed 5)"


def test_a_trial_stops_when_asked_to() -> None:
    stop = Event()
    stop.set()
    with pytest.raises(Stopped, match="stopped after"):
        try_plans(PLANS, replications=60, seed=5, stop=stop)


def test_unknown_scopes_and_ratios_by_world_are_refused() -> None:
    trial = try_plans({"today": SCENARIO}, replications=2, seed=5, kinds=("all",))
    with pytest.raises(KeyError, match="no counts of queue 'chat'"):
        trial.estimate("today", "abandoned", kind="queue", name="chat")
    with pytest.raises(ValueError, match="is a ratio"):
        trial.by_world("today", "loss")
    assert trial.by_world("today", "never_reached").shape == (2,)


def test_a_script_without_a_main_guard_may_use_processes(tmp_path) -> None:
    script = tmp_path / "plain.py"
    script.write_text(
        "import sim\n"
        f"scenario = sim.load({str(ROOT / 'scenarios' / '1712-baseline-2019.yaml')!r})\n"
        f"print(sim.run(scenario, replications=60, engine='simpy', workers=2, out={str(tmp_path)!r}).replications)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("60\n", "")


def test_days_and_hours_add_up_to_the_whole_and_engines_agree() -> None:
    found = {
        engine: try_plans({"today": SCENARIO}, replications=3, seed=5, kinds=("all", "day", "hour"), engine=engine)
        for engine in ("simpy", "compiled")
    }
    assert np.array_equal(found["simpy"].counts["today"].values, found["compiled"].counts["today"].values)
    counts = found["compiled"].counts["today"]
    offered = AT["offered"]
    for kind in ("day", "hour"):
        parts = [counts.of(kind, name)[:, offered] for known, name in counts.scopes if known == kind]
        assert np.array_equal(np.sum(parts, axis=0), counts.of("all", "all")[:, offered])
