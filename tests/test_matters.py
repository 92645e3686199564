"""Which assumptions matter most: changes are those of runs, ends are set where they are stated, words say it all."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from single import single

import sim
from sim.answers import files
from sim.answers.kinds import in_language
from sim.language import ENGLISH, language
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS
from sim.studies.compare import Comparison
from sim.studies.matters import Assumption, Matters, matters
from sim.studies.matters_words import kept, read, sentences, table_of
from sim.studies.paired import change_of, difference_of
from sim.studies.trial import Which
from sim.studies.unknowns import Unknown

NEVER = ("never_reached", "all", "all")
RANGES = [
    "handling.phone.conversation.mean={value: 30 min, status: assumed, low: 20 min, high: 45 min}",
    "callers.phone.patience.mean={value: 15 min, status: assumed, low: 14 min, high: 16 min}",
    "attempts={value: 1, status: assumed, low: 1, high: 1}",
]
BASE = single(contacts=150, lines=3, last="2021-03-05").with_settings(RANGES)
PLANS = {"today": BASE, "one more": BASE.replace(lines__phone=4), "two more": BASE.replace(lines__phone=5)}
USUAL = Estimate(-40.0, -41.0, -39.0)


@pytest.fixture(scope="module")
def found() -> Matters:
    return matters({name: PLANS[name] for name in ("today", "two more", "one more")}, USUAL, NEVER, Which(12, 0, 5))


def test_what_an_end_does_is_what_runs_say(found: Matters, tmp_path) -> None:
    one = next(one for one in found.found if one.end == "20 min")
    there = {name: plan.replace(handling__phone__conversation__mean="20 min") for name, plan in PLANS.items()}
    stated, moved = (
        sim.compare(plans, replications=12, seed=5, out=tmp_path, assumptions=False) for plans in (PLANS, there)
    )
    differences = [of.difference("two more", "never_reached").difference.value for of in (moved, stated)]
    assert one.saves.value == pytest.approx(differences[0])
    assert one.change is not None
    assert one.change.value == pytest.approx(differences[0] - differences[1])
    assert one.second_better is not None
    values = [moved.difference(plan, "never_reached").value.value for plan in ("two more", "one more")]
    assert one.second_better.value == pytest.approx(values[0] - values[1])


def test_ends_are_ordered_by_what_they_move_and_what_cannot_move_is_not_tried(found: Matters) -> None:
    assert [one.of.paths[0] for one in found.found[:2]] == ["handling.phone.conversation.mean"] * 2
    assert len(found.found) == 4  # a range whose ends are the value has none
    moved = [abs(one.change.value) for one in found.found if one.change is not None]
    assert moved == sorted(moved, reverse=True)
    assert found.most[0] is found.found[0]
    assert len({one.of for one in found.most}) == len(found.most) <= 3


def test_a_range_is_set_only_in_plans_that_state_it() -> None:
    fixed = BASE.replace(handling__phone__conversation__mean="30 min")
    alike = matters({"stated": BASE, "fixed": fixed}, USUAL, NEVER, Which(4, 0, 5))
    one = next(one for one in alike.found if one.end == "45 min")
    assert one.change is not None
    assert one.change.value < 0  # fewer of the fixed one's callers are lost, since only the other's calls are longer
    nothing = next(one for one in alike.found if one.end == "14 min")
    assert (nothing.saves.value, nothing.second_better) == (0, None)


def test_the_change_of_a_ratio_is_that_of_its_differences() -> None:
    rng = np.random.Generator(np.random.Philox(3))
    of = DEFINITIONS["abandonment"]
    counts = rng.integers(20, 60, size=(4, 40, len(sim.statistics.cells.COLUMNS)))
    stated, there = (counts[0], counts[1]), (counts[2], counts[3])
    change = change_of(of, stated, there, level=0.95)
    parts = [difference_of(of, *pair, level=0.95) for pair in (there, stated)]
    assert change.value == pytest.approx(parts[0].value - parts[1].value)
    assert max(part.half for part in parts) < change.half < sum(part.half for part in parts)
    assert change_of(of, stated, stated, level=0.95).half == pytest.approx(0, abs=1e-9)


def one_end(change: Estimate, second: Estimate | None = None) -> Assumption:
    of = Unknown(("callers.phone.redial.abandoned",), "50 %", "30 %", "70 %", "assumed")
    return Assumption(of, "30 %", USUAL, second, change)


def told(*ends: Assumption, usual: Estimate = USUAL) -> str:
    some = Matters(NEVER, "today", "more", "other", usual, Which(16, 0, 5), ends)
    return " ".join(in_language(sentence, ENGLISH) for sentence in sentences(some))


def test_words_say_what_matters_and_what_turns() -> None:
    small = told(one_end(Estimate(6.0, 5.0, 7.0)))
    assert "more would save 34.0 (±1.4) with Calling again after giving up (phone) at its low (30 %)" in small
    assert "instead of 40.0" in small
    assert "At no end of a stated range does the difference clearly turn its sign." in small
    assert "on 16 worlds (numbers 0 to 15 of seed 5)" in small
    assert "clearly has the other sign with Calling again" in told(one_end(Estimate(60.0, 50.0, 70.0)))
    assert "No assumption clearly changes" in told(one_end(Estimate(1.0, -1.0, 3.0)))
    assert ", other is clearly better than more." in told(one_end(Estimate(6, 5, 7), Estimate(3.0, 2.0, 4.0)))
    assert "At none of the 1 ends" in told(one_end(Estimate(6, 5, 7), Estimate(3.0, -2.0, 8.0)))
    assert told() == "No value has a low and a high, so no assumption was tried."
    unclear = told(one_end(Estimate(6.0, 5.0, 7.0)), usual=Estimate(1.0, -1.0, 3.0))
    assert "sign" not in unclear  # a difference that is not clear has none to turn


def test_a_comparison_keeps_what_matters(tmp_path) -> None:
    compared = sim.compare(PLANS, replications=8, seed=5, out=tmp_path)
    assert compared.matters is not None
    assert (compared.matters.first, compared.matters.second) == ("two more", "one more")
    folder = compared.write(tmp_path)
    again = Comparison.read(folder)
    assert again.matters == compared.matters
    with (folder / "assumptions.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["set_to"] for row in table] == [str(one.end) for one in compared.matters.found]
    assert files.read(folder).table("assumptions").rows[0][0].id == "handling.phone.conversation.mean"
    # Asked without, it is another answer, in a folder of its own.
    other = sim.compare(PLANS, replications=8, seed=5, out=tmp_path, assumptions=False).write(tmp_path)
    assert other != folder
    assert not (other / "assumptions.csv").exists()
    assert Comparison.read(other).matters is None


def test_what_is_kept_is_read_back_also_without_ends(found: Matters) -> None:
    endless = one_end(Estimate(1.0, float("-inf"), float("inf")))
    odd = Matters(NEVER, "today", "more", "", USUAL, Which(2, 0, 5), (endless,))
    for one in (found, odd):
        assert read(json.loads(json.dumps(kept(one), allow_nan=False))) == one
        assert len(table_of(one, ("a", "b", "c")).rows) == len(one.found)


def test_both_languages_tell_it(found: Matters) -> None:
    for some in (found, Matters(NEVER, "today", "more", "", USUAL, Which(2, 0, 5), (one_end(Estimate(6, 5, 7)),))):
        english, dutch = ([in_language(one, language(code)) for one in sentences(some)] for code in ("en", "nl"))
        assert not set(english) & set(dutch)
    assert dutch[0].startswith(
        "Wat het meest uitmaakt: met more zouden er minder zijn (mensen nooit bereikt): 34,0 (±1,4)"
    )
