"""The verification: right engines pass, wrong ones do not, and its statistics are what they say."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner
from pictures import texts_of
from scipy import stats

import sim.verification.check as check
from sim.answers.answer import Answer
from sim.answers.kinds import in_language
from sim.answers.plots import charts_of, figure_of
from sim.audit import audit
from sim.cli.commands import cli
from sim.engines import simulate_all
from sim.engines.draw import draw_block
from sim.language import key_of, language
from sim.verification import verify
from sim.verification.check import Size, play
from sim.verification.possible import coarse, random_scenario
from sim.verification.scores import Score, anderson_darling, holm, kolmogorov_smirnov, student_z
from sim.verification.systems import SYSTEMS, system
from sim.verification.verdict import judged
from tests.long.faults import FAULTS, plays, with_table

SMALL = Size(replications=16, scenarios=2)
SIMPY = {"simpy": partial(play, "simpy")}


def normal(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def test_holm_steps_down() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert holm(np.array([1e-9, *[0.5] * 999]))[0] == pytest.approx(1e-6)


def test_holm_keeps_the_error_of_the_family() -> None:
    p = np.random.default_rng(7).random((4000, 30))
    wrong = sum(holm(row).min() < 0.05 for row in p)
    assert stats.binomtest(wrong, 4000, 0.05).pvalue > 1e-3


def test_students_t_is_carried_to_the_normal_distribution() -> None:
    drawn = np.random.default_rng(3).standard_normal((4000, 5))
    z = np.array([student_z(row, 1.0) for row in drawn])
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert student_z(np.array([1.0, 2.0, 3.0]), 1.0) == pytest.approx(-student_z(np.array([-1.0, -2.0, -3.0]), 1.0))
    assert student_z(np.array([1.0, 2.0, 3.0]), 1.0) > 0
    assert student_z(np.zeros(5), 1.0) == 0
    assert student_z(np.full(5, 0.1), 1.0) == np.inf
    assert student_z(np.full(5, -0.1), 1.0) == -np.inf


def test_tests_of_normality_have_the_error_they_say() -> None:
    p = np.array([anderson_darling(normal(40, seed)) for seed in range(2000)])
    assert stats.kstest(p, "uniform").pvalue > 1e-3
    # The percentage points of Anderson and Darling's own table.
    for square, upto in ((1.933, 0.90), (2.492, 0.95), (3.857, 0.99)):
        assert check_limit(square) == pytest.approx(upto, abs=5e-4)
    shifted, wide = normal(200) + 0.5, normal(200) * 1.6
    assert max(anderson_darling(shifted), kolmogorov_smirnov(shifted)) < 1e-3
    assert anderson_darling(wide) < 1e-3
    assert anderson_darling(np.array([np.inf, *normal(50)])) < 1e-6


def check_limit(square: float) -> float:
    from sim.verification.scores import _limit

    return _limit(square)


def test_normality_is_one_of_the_family() -> None:
    score = Score("s", "m", "share", 0.5, 0.5, 0.1, 0.0, 1.0)
    looked = {
        "engines": ("simpy",),
        "seed": 1,
        "thorough": False,
        "replications": 16,
        "balances": (),
        "audits": (),
        "contacts": 1,
        "audited": 1,
        "scenarios": 1,
        "seconds": 1.0,
    }
    assert judged([score], normal(200).tolist(), **looked).passed
    found = judged([score], (normal(200) * 2).tolist(), **looked)
    assert not found.passed
    assert not found.significant
    assert "do not look standard normal" in str(found)
    assert not judged([score], [0.1], **{**looked, "audits": ("a row that cannot be",)}).passed


@pytest.mark.parametrize("name", ["impatient-one", "overflow", "absence"])
def test_right_engine_passes(name) -> None:
    found = verify(systems=[name], size=SMALL, plays=SIMPY, workers=1)
    assert found.passed, str(found)
    assert {score.system for score in found.scores} == {system(name).name}
    assert len(found.scores) == len(system(name).measures)
    assert len(found.independent) == 2
    assert found.contacts > 5000
    assert found.audited > 300


def test_every_system_has_measures_with_names_of_their_own() -> None:
    named = [system(name).name for name in SYSTEMS]
    assert len(set(named)) == len(named) > 30
    for name in SYSTEMS:
        one = system(name)
        assert len({measure.name for measure in one.measures}) == len(one.measures) >= 3, name
        assert all(np.isfinite(measure.exact) and measure.exact > 0 for measure in one.measures), name
        assert one.scenario.model.calendar.days > one.last >= one.first


def test_luck_of_systems_and_seeds_is_their_own() -> None:
    one, other = (verify(systems=["loss", "places"], size=SMALL, plays=SIMPY, workers=1, seed=s) for s in (1, 2))
    offered = [score.found for score in one.scores + other.scores if score.measure == "offered per hour"]
    assert len(set(offered)) == 4
    again = verify(systems=["loss", "places"], size=SMALL, plays=SIMPY, workers=2, seed=1)
    assert again.scores == one.scores


def test_planted_fault_is_found_in_theory_and_by_the_auditor() -> None:
    found = verify(systems=["loss-any-handling"], size=SMALL, plays=plays("no-wrap-up"), workers=1)
    assert not found.passed
    assert found.significant[0].z < -6
    assert any("did what its contacts brought" in text for text in found.balances)
    assert found.audits


def test_planted_fault_of_a_millisecond_is_found_by_the_auditor() -> None:
    found = verify(systems=["overflow"], size=Size(16, 8), plays=plays("early-overflow"), workers=1)
    assert not found.significant
    assert any("may help after" in text for text in found.audits)


def test_an_engine_that_differs_is_found() -> None:
    both = {**SIMPY, **plays("last-first")}
    found = verify(systems=["loss"], size=SMALL, plays=both, workers=1)
    assert any("do not give the same contacts" in text for text in found.audits)


def test_random_scenarios_load_and_differ() -> None:
    scenarios = [random_scenario(5, number) for number in range(25)]
    assert len({scenario.model_dump_json() for scenario in scenarios}) == 25
    world = draw_block(scenarios[0].model.inputs, seed=1, replications=range(1))[0]
    rounded = coarse(world)
    assert set((rounded.arrival % 30_000).tolist()) == {0}
    assert rounded.conversation.min() >= 30_000
    table = simulate_all([rounded], scenarios[0].model.centre)[0]
    assert audit(rounded, scenarios[0].model.centre, table) == []


@pytest.fixture
def few_systems(monkeypatch) -> None:
    monkeypatch.setattr(check, "SYSTEMS", {"loss": SYSTEMS["loss"]})
    monkeypatch.setattr(check, "QUICK", SMALL)


@pytest.mark.usefixtures("few_systems")
def test_command_says_passed_and_writes_numbers_and_picture(tmp_path) -> None:
    done = CliRunner().invoke(cli, ["verify", "--engine", "simpy", "--workers", "1", "--out", str(tmp_path / "here")])
    assert done.exit_code == 0, done.output
    told = " ".join(done.output.split())
    expected = "Passed:", "exact solution", "standard normal", "to the millisecond", "auditor read", "one line, busy"
    for words in expected:
        assert words in told
    (folder,) = (tmp_path / "here").iterdir()
    assert Answer.from_json((folder / "answer.json").read_text()).question["passed"] is True
    assert (folder / "verify.png").stat().st_size > 10_000


@pytest.mark.usefixtures("few_systems")
def test_command_speaks_dutch_and_so_does_its_picture() -> None:
    done = CliRunner().invoke(cli, ["verify", "--engine", "simpy", "--workers", "1", "--lang", "nl"])
    assert done.exit_code == 0, done.output
    told = " ".join(done.stdout.split())
    for words in ("Geslaagd:", "exacte oplossing", "standaardnormaal", "de controleur las", "één lijn, bezettoon"):
        assert words in told
    assert not re.search(r"\b(the|and|with|passed|offered|theory|busy|line|seed|found|nothing)\b", told)
    assert not re.search(r"\d\.\d{1,2}\b", told)
    found = verify(systems=["loss"], size=SMALL, plays=SIMPY, workers=1)
    drawn = texts_of(figure_of(charts_of(found.answer)[0], language("nl")))
    assert "Simulatie naast exacte theorie" in drawn
    assert not re.search(r"\b(the|and|with|passed|theory|each|separate)\b", drawn)


def test_systems_and_measures_have_dutch_names() -> None:
    known = language("nl").words
    for name in SYSTEMS:
        one = system(name)
        assert f"system.{key_of(one.name)}" in known
        assert {f"checked.{key_of(measure.name)}" for measure in one.measures} <= known.keys()


@pytest.mark.usefixtures("few_systems")
def test_command_fails_and_says_what_is_wrong(monkeypatch) -> None:
    monkeypatch.setattr(check, "_engines", lambda _: plays("no-wrap-up"))
    monkeypatch.setattr(check, "SYSTEMS", {"loss-any-handling": SYSTEMS["loss-any-handling"]})
    done = CliRunner().invoke(cli, ["verify", "--workers", "1"])
    assert done.exit_code == 1
    for words in ("Not passed:", "What is wrong", "do not add up", "brought"):
        assert words in " ".join(done.output.split())


@pytest.mark.usefixtures("few_systems")
def test_json_is_for_programs() -> None:
    done = CliRunner().invoke(cli, ["verify", "--engine", "simpy", "--seed", "5", "--workers", "1", "--json"])
    assert done.exit_code == 0, done.output
    answer = Answer.from_json(done.output)
    assert answer.question["seed"] == 5
    assert answer.question["engines"][0] == "simpy"
    for code, word in (("en", "Passed:"), ("nl", "Geslaagd:")):
        assert in_language(answer.sentences[0], language(code)).startswith(word)
    columns = {column.name for column in answer.table("scores").columns}
    assert {"system", "measure", "exact", "found", "error", "z", "p", "adjusted"} <= columns
    assert len(answer.table("scores").rows) > len(answer.table("systems").rows)


def test_table_of_faults_takes_the_place_of_the_old_one() -> None:
    page = "above\n<!-- planted faults -->\nold\n<!-- end of planted faults -->\nbelow\n"
    once = with_table(page, ["| one |"])
    assert "old" not in once
    assert once.startswith("above\n")
    assert once.endswith("below\n")
    assert with_table(once, ["| one |"]) == once
    assert len(FAULTS) >= 10
