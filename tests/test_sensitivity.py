"""Sensitivity: what is varied and where to, indices against exact ones, paired moves, and what is told."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from math import pi
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pictures import texts_of
from rich.console import Console
from scipy.stats import sobol_indices

import sim
from sim.answers.kinds import in_language
from sim.answers.plots import charts_of, figure_of
from sim.answers.terminal import tell
from sim.cli.commands import cli
from sim.language import language
from sim.studies.one_at_a_time import NoUnknowns, one_at_a_time
from sim.studies.outcomes import NoOutcome
from sim.studies.sensitivity import sensitivity
from sim.studies.sobol import designed, indices_of
from sim.studies.unknowns import scale_of, unknowns_of

ROOT = Path(__file__).parent.parent
SMALL = """
period: {first: 2020-02-10, last: 2020-02-11}
channels: {phone: {hours: mon-fri 9:00-17:00, queue: per province}}
lines:
  north: {count: {value: 1, status: assumed, source: x, low: 1, high: 2}}
  south:
    count: {value: 1, status: assumed, source: x, low: 1, high: 2}
    at_once: {value: 1, status: assumed, source: x, low: 1, high: 2}
demand:
  contacts: 60
  by_channel: {phone: 100 %}
  by_province:
    value: {north: 1, south: 1}
    status: assumed
    source: x
    low: {north: 1, south: 1}
    high: {north: 1, south: 3}
callers:
  phone:
    patience: {distribution: exponential, mean: {value: 5 min, status: assumed, source: x, low: 1 min, high: 20 min}}
handling:
  phone:
    conversation:
      distribution: exponential
      mean: {value: 30 min, status: derived, source: x, low: 10 min, high: 40 min}
"""


def small() -> sim.Scenario:
    return sim.loads(SMALL)


def test_equal_statements_of_lines_move_together_and_derived_ranges_too() -> None:
    found = {one.name: one for one in unknowns_of(small())}
    assert list(found) == [
        "lines.north.count and 1 alike",
        "lines.south.at_once",
        "demand.by_province",
        "callers.phone.patience.mean",
        "handling.phone.conversation.mean",
    ]
    assert found["lines.north.count and 1 alike"].ends == [2]
    assert found["lines.north.count and 1 alike"].settings(2) == ["lines.north.count=2", "lines.south.count=2"]
    assert found["callers.phone.patience.mean"].ends == ["1 min", "20 min"]
    assert found["handling.phone.conversation.mean"].status == "derived"


@pytest.mark.parametrize(
    ("low", "value", "high", "low_third", "middle"),
    [
        (2, 2, 4, 2, 3),
        (0.0, 0.2, 0.4, 0.1, 0.2),
        ("20 %", "40 %", "60 %", "30 %", "40 %"),
        ("2 min", "4 min", "20 min", "6 min 30 s", "11 min"),
        ("2020-02-10 20:00", "2020-02-10 21:00", "2020-02-10 22:00", "2020-02-10 20:30", "2020-02-10 21:00"),
        ("2020-02-10", "2020-02-12", "2020-02-14", "2020-02-11", "2020-02-12"),
        ({"a": "0 %", "b": "100 %"}, {"a": 1, "b": 1}, {"b": "0 %", "a": "100 %"}, {"a": "25 %", "b": "75 %"}, None),
        ("mon-fri 9:00-17:00", "mon-fri 9:00-21:00", "mon-fri 9:00-23:00", "mon-fri 9:00-17:00", "mon-fri 9:00-21:00"),
    ],
)
def test_values_between_low_and_high(low, value, high, low_third, middle) -> None:
    scale = scale_of(low, value, high)
    assert scale.at(scale.low) == low
    assert scale.at(scale.high) == high
    for law in ("uniform", "triangular"):
        assert scale.draw(1e-12, law) == pytest.approx(scale.low, abs=1e-4 * (scale.high - scale.low))
        assert scale.draw(1 - 1e-12, law) == pytest.approx(scale.high, abs=1e-4 * (scale.high - scale.low))
    assert scale.at(scale.draw(0.25, "uniform")) == low_third
    assert scale.at(scale.draw(0.5, "uniform")) == (value if middle is None else middle)


def test_profiles_of_the_day_are_mixed_hour_by_hour() -> None:
    scale = scale_of({"0-11": 0, "12-23": 1}, "flat", {"0-11": 1, "12-23": 0})
    half = scale.at(-0.5)
    assert half["3"] == pytest.approx(1 / 48)
    assert half["15"] == pytest.approx(3 / 48)
    assert scale.at(0.0) == "flat"


def test_triangular_shares_are_those_of_the_triangle() -> None:
    scale = scale_of(0.0, 0.25, 1.0)
    assert scale.draw(0.25, "triangular") == pytest.approx(0.25)
    assert scale.draw(1 - 0.75 / 4, "triangular") == pytest.approx(1 - 0.75 / 2)


def test_every_shipped_range_makes_scenarios_in_between() -> None:
    scenario = sim.load(ROOT / "scenarios" / "lockdown-2020.yaml")
    for unknown in unknowns_of(scenario):
        for share in (0.1, 0.6):
            value = unknown.scale.at(unknown.scale.draw(share, "uniform"))
            assert scenario.with_settings(unknown.settings(value)).period == scenario.period


def test_indices_are_those_of_scipy_and_of_theory() -> None:
    design = designed(3, 2048)
    x = design * 2 * pi - pi
    outcome = np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])
    found = indices_of(outcome)
    assert found is not None
    theirs = sobol_indices(func={"f_A": outcome[:1], "f_B": outcome[1:2], "f_AB": outcome[2:, None]}, n=2048)
    assert [one.value for one in found.first] == pytest.approx(theirs.first_order.tolist())
    assert [one.value for one in found.total] == pytest.approx(theirs.total_order.tolist())
    # Ishigami's function: Saltelli and others 2008, Global Sensitivity Analysis, example 4.
    for one, exact in zip((*found.first, *found.total), (0.314, 0.442, 0.0, 0.558, 0.442, 0.244), strict=True):
        assert one.low - 0.02 < exact < one.high + 0.02


def test_indices_without_rows_that_could_not_be_played() -> None:
    outcome = designed(2, 256) @ np.array([1.0, 2.0])
    outcome[3, 7] = np.nan
    found = indices_of(outcome)
    assert found is not None
    assert [one.value for one in found.total] == pytest.approx([0.2, 0.8], abs=0.03)
    assert indices_of(np.ones((4, 64))) is None
    with pytest.raises(ValueError, match="not a power of two"):
        designed(2, 100)


def test_moves_are_paired_and_what_cannot_be_set_is_said() -> None:
    found = one_at_a_time(small(), ["loss@phone", "answered"], 25, seed=1712)
    lost = {(move.unknown.name, str(move.end)): move.differences["loss@phone"] for move in found.moves}
    assert lost["handling.phone.conversation.mean", "10 min"].high < -10
    assert lost["lines.north.count and 1 alike", "2"].high < -10
    assert [unknown.name for unknown, _, _ in found.refused] == ["lines.south.at_once"]
    assert found.widest("loss@phone")[0].name == "handling.phone.conversation.mean"
    assert str(found.where) == "25 worlds (numbers 0 to 24 of seed 1712)"


def test_the_same_numbers_as_a_comparison(tmp_path) -> None:
    scenario = small()
    found = one_at_a_time(scenario, ["loss@phone"], 25, seed=3)
    other = scenario.with_settings(["handling.phone.conversation.mean=10 min"])
    both = sim.compare({"stated": scenario, "short": other}, replications=25, seed=3, out=tmp_path, keep_contacts=0)
    expected = both.difference("short", "loss", kind="channel", name="phone").difference
    (move,) = [move for move in found.moves if move.end == "10 min"]
    assert move.differences["loss@phone"].value == pytest.approx(expected.value)


def test_together_the_longest_range_decides_and_both_uncertainties_are_said(tmp_path) -> None:
    found = sensitivity(small(), measures=["loss@phone"], points=16, replications=4, worlds_apart=25)
    spread = found.spreads["loss@phone"]
    assert spread.low.value < spread.stated.value < spread.high.value
    assert 0 < spread.simulation < (spread.high.value - spread.low.value) / 2
    assert [unknown.name for unknown, _ in found.held] == ["lines.south.at_once"]
    assert {unknown.name for unknown, _, _ in found.ranked("loss@phone")[:2]} == {
        "handling.phone.conversation.mean",
        "lines.north.count and 1 alike",
    }
    said = str(found)
    for words in (
        "from what is not known, ±",
        "from simulation",
        "triangular",
        "Held as stated: Chats at once (south)",
    ):
        assert words in said
    folder = found.write(tmp_path)
    assert len(found.answer.played) == 2
    with (folder / "assumptions-loss-phone.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len([row for row in rows if row["total"]]) == len(found.unknowns)
    # What is held stands there too, with the end that could be played.
    assert {row["assumption"] for row in rows} >= {unknown.name for unknown in found.unknowns}


def test_what_cannot_be_asked() -> None:
    bare = small().with_settings(["demand.by_province={north: 1, south: 1}", "callers.phone.patience.mean=5 min"])
    bare = bare.with_settings(["handling.phone.conversation.mean=9 min", "lines={north: 1, south: 1}"])
    with pytest.raises(NoUnknowns, match="no value has a low and a high"):
        one_at_a_time(bare, ["loss"], 5)
    with pytest.raises(NoOutcome, match="Did you mean 'loss'"):
        one_at_a_time(small(), ["los"], 5)
    with pytest.raises(NoOutcome, match="is a quantile"):
        one_at_a_time(small(), ["wait_p90_all"], 5)


#: Words of English sentences that no Dutch page has; names of assumptions are paths and stay.
ENGLISH_WORDS = re.compile(r"\b(the|and|with|to|from|stated|lost|phone|varied|assumption|high|alone|worlds|mean)\b")


def in_dutch(told: str) -> None:
    """Paths, and what a scenario's own mistake says, aside: no English word, no decimal point."""
    told = re.sub(r"\w+(\.[\w-]+)+|/\S+|\(2 needs.*?none\)", "", " ".join(told.split()))
    assert not ENGLISH_WORDS.search(told), ENGLISH_WORDS.search(told)
    assert not re.search(r"\d\.\d{1,2}\b", told)


def test_both_studies_speak_dutch() -> None:
    say = language("nl")
    found = sensitivity(small(), measures=["loss@phone"], points=8, replications=4, worlds_apart=8)
    for one in (found, found.apart):
        out = Console(width=200, record=True, file=io.StringIO())
        tell(one.answer, out, say, verbose=True)
        told = " ".join(out.export_text().split())
        assert "verloren, telefoon: " in told
        assert "met alles zoals opgegeven" in told
        in_dutch(told)
        tornado = charts_of(one.answer)[0]
        texts = texts_of(figure_of(tornado, say))
        assert "Gemiddelde gespreksduur" in texts
        assert "verschil: verloren, telefoon (%)" in texts
        in_dutch(texts)
        # All together has a row of its own.
        assert len(tornado.rows) == 4 + (one is found)


def test_a_tornado_has_both_ends_of_each_range_and_all_together() -> None:
    found = sensitivity(small(), measures=["loss@phone"], points=8, replications=4, worlds_apart=8)
    together, longest, *_ = charts_of(found.answer)[0].rows
    spread = found.spreads["loss@phone"]
    (mark,) = together.marks
    assert mark.found.low == pytest.approx(spread.low.value - spread.stated.value)
    assert mark.found.high == pytest.approx(spread.high.value - spread.stated.value)
    assert in_language(longest.label, language("en")).startswith("Mean length of conversations")
    assert {(one.note, one.tone) for one in longest.marks} == {("10 min", "low"), ("40 min", "high")}
    assert min(one.found.value for one in longest.marks) < 0


def test_the_command_tells_draws_and_keeps(tmp_path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    base = [
        sys.executable,
        "-m",
        "sim.cli",
        "sensitivity",
        str(file),
        "--measure",
        "loss@phone",
        "--out",
        str(tmp_path),
    ]
    options = ["--points", "4", "--worlds", "2", "--worlds-apart", "4"]
    done = subprocess.run([*base, *options], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "What decides it: lost, phone (%)" in done.stdout
    assert list(tmp_path.glob("sensitivity-small-*/sensitivity.png"))
    apart = subprocess.run(
        [*base, "--one-at-a-time", "--worlds-apart", "4"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert apart.returncode == 0, apart.stderr
    assert "one assumption at a time" in apart.stdout
    assert list(tmp_path.glob("one-at-a-time-small-*/one-at-a-time.png"))
    wrong = CliRunner().invoke(cli, ["sensitivity", str(file), "--points", "100"])
    assert wrong.exit_code == 2
    assert "100 is not a power of two" in wrong.output
