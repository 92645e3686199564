"""A bounded part of the long fuzzing of scenarios: mutated ones give an answer or their mistakes."""

from __future__ import annotations

from tests.long.fuzz_scenarios import fuzz, fuzz_runs, loaded


def test_mutated_scenarios_load_or_are_refused() -> None:
    tally = fuzz(120, 1712, loaded, name="load")
    assert tally.failures == []
    assert min(tally.kinds["loaded"], tally.kinds["refused"]) > 5


def test_mutated_scenarios_run_or_are_refused() -> None:
    tally = fuzz_runs(4, 9)
    assert tally.failures == []
    assert tally.kinds["ran"] > 0
