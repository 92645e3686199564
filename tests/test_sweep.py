"""Sweeps: levels as they are written, designs, points that are runs, and points that are no scenario."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from test_shipped import command

import sim
from sim.answers.answer import Answer
from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language, language
from sim.studies.levels import LevelsError, axis_of, latin_hypercube
from sim.studies.sweep import Sweep, sweep

SMALL_FILE = Path(__file__).parent / "small.yaml"
SMALL = sim.load(SMALL_FILE)


def sentences(found: Sweep, say: Language = ENGLISH) -> list[str]:
    """What it says."""
    return [in_language(sentence, say) for sentence in found.answer.sentences]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("lines.a=1..3", ["1", "2", "3"]),
        ("x=50%..200%/4", ["50%", "100%", "150%", "200%"]),
        ("x=2..20 min/3", ["2 min", "11 min", "20 min"]),
        ("x=-10%..+10%/3", ["-10%", "0%", "10%"]),
        ("x=0.5..1.5/3", ["0.5", "1", "1.5"]),
        ("x=0..100/5", ["0", "25", "50", "75", "100"]),
        ("x=1..99999999/3", ["1", "50000000", "99999999"]),
        ("x=2 min..20 min", ["2 min", "6.5 min", "11 min", "15.5 min", "20 min"]),
        ("x=own|{to: others, after: 60 s}", ["own", "{to: others, after: 60 s}"]),
        ("x=2020-02-10..2020-02-12", ["2020-02-10", "2020-02-11", "2020-02-12"]),
        ("x=2020-02-10 21:00..2020-02-14 21:00/3", ["2020-02-10 21:00", "2020-02-12 21:00", "2020-02-14 21:00"]),
    ],
)
def test_levels_are_read(text: str, levels: list[str]) -> None:
    assert list(axis_of(text).texts) == levels


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lines.a", "is not PATH=VALUES"),
        ("x=", "is not PATH=VALUES"),
        ("x=3..1", "the first end is not below the last"),
        ("x=2 min..20 s", "different units"),
        ("x=few..many", "'few' is not a number"),
        ("x=1..3/1", "'1' is not a number of levels"),
        ("x=a||b", "an empty level"),
        ("x=a|a", "a level twice"),
        ("x=2020-02-30..2020-03-02", "'2020-02-30' is not a date"),
        ("x=2020-03-02..2020-03-01", "the first before the last"),
        ("x=2020-02-10..2020-02-14/4", "4 levels would not be whole days apart; possible here are 2, 3, 5"),
    ],
)
def test_levels_that_cannot_be_read_are_told(text: str, says: str) -> None:
    with pytest.raises(LevelsError) as told:
        axis_of(text)
    assert says in str(told.value)


def test_a_range_of_many_whole_numbers_is_not_thinned_without_a_word(tmp_path) -> None:
    with pytest.raises(LevelsError) as told:
        sweep(SMALL, ["lines.phone=1..99999999"], replications=2, out=tmp_path)
    assert str(told.value) == (
        "'lines.phone=1..99999999': a range of 99,999,999 whole numbers is more than the 20 that are all taken; "
        "write how many, such as lines.phone=1..99999999/3, or name them with | between them"
    )
    # A hypercube needs no levels: it takes whole numbers anywhere in the range.
    points = latin_hypercube((axis_of("lines.phone=1..30"),), 10, seed=1)
    assert all(1 <= int(level) <= 30 for (level,) in points)


def test_levels_that_nobody_wrote_are_told(tmp_path) -> None:
    axes = ["demand.change=0%..50%", "lines.phone=1..2"]
    found = sweep(SMALL, axes, replications=2, measures=["abandoned"], out=tmp_path, assumptions=False)
    assert sentences(found)[-1] == (
        "Change of demand: 5 levels from 0% to 50%, as their number was not written; a range that ends in /9 has nine."
    )


def test_a_latin_hypercube_meets_every_part_of_every_range_once() -> None:
    axes = (axis_of("a=0.0..1.0"), axis_of("b=1..4"), axis_of("c=x|y"))
    points = latin_hypercube(axes, 8, seed=3)
    first = np.array([float(point[0]) for point in points])
    assert sorted(np.floor(first * 8).astype(int)) == list(range(8))
    assert sorted(point[1] for point in points) == sorted("11223344")
    assert sorted(point[2] for point in points) == sorted("xxxxyyyy")
    assert points == latin_hypercube(axes, 8, seed=3)


def test_a_measure_that_is_the_same_at_every_point_is_said_to_be(tmp_path) -> None:
    measures = ["callers", "abandoned"]
    found = sweep(SMALL, ["lines.phone=1..2"], replications=12, measures=measures, out=tmp_path, assumptions=False)
    same, goes = sentences(found)
    assert re.fullmatch(r"people who called \(per period\): [\d.,]+ ±[\d.]+ at every point\.", same)
    # Value and half interval have the same decimals.
    assert re.search(r": from \d+\.\d ±\d+\.\d with Lines", goes)


def test_points_are_runs_and_are_not_run_again(tmp_path) -> None:
    axes = ["lines.phone=1..2", "demand.change=0%..50%/2"]
    found = sweep(SMALL, axes, replications=12, seed=4, measures=["never_reached", "abandonment@phone"], out=tmp_path)
    last = found.points[-1]
    settings = [f"{path}={level}" for path, level in last.levels.items()]
    alone = sim.run(SMALL.with_settings(settings), replications=12, seed=4, keep_contacts=0, out=tmp_path / "alone")
    assert last.result is not None
    assert last.result.hash() == alone.hash()
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    again = sweep(SMALL, axes, replications=12, seed=4, out=tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == written
    assert [p.levels for p in again.points] == [p.levels for p in found.points]


def test_a_point_that_is_no_scenario_is_told_and_the_others_run(tmp_path) -> None:
    found = sweep(SMALL, ["attempts=0..1"], replications=3, out=tmp_path)
    refused, played = found.points
    assert refused.result is None
    assert "attempts" in refused.refused
    assert played.result is not None
    assert sentences(found)[-1].startswith("1 of 2 points make no scenario")


def test_the_command_writes_table_and_picture(tmp_path) -> None:
    line = "lines.phone"
    arguments = ("--set", f"{line}=1..2", "--set", "demand.change=0%|50%", "-n", "5", "--out", str(tmp_path))
    done = command("sweep", str(SMALL_FILE), *arguments)
    assert done.returncode == 0, done.stderr
    folder = next(tmp_path.glob("sweep-*"))
    with (folder / "sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row[line], row["demand.change"]) for row in rows] == [("1", "0%"), ("1", "50%"), ("2", "0%"), ("2", "50%")]
    assert {"never_reached_share", "never_reached_share_low", "never_reached_share_high"} <= set(rows[0])
    assert (folder / "sweep.png").stat().st_size > 10_000


RANGED = SMALL.with_settings(
    ["handling.phone.conversation.mean={value: 30 min, status: assumed, low: 15 min, high: 60 min}"]
)


def test_what_matters_is_tried_at_the_highest_and_the_lowest_point(tmp_path) -> None:
    found = sweep(RANGED, ["lines.phone=1..3"], replications=20, seed=4, measures=["asa@phone"], out=tmp_path)
    some = found.matters
    assert some is not None
    assert (some.base, some.first) == ("lines.phone 3", "lines.phone 1")  # who waits least, and most
    waits = [point.estimate(("asa", "channel", "phone")).value for point in found.points]
    assert some.usual.value == pytest.approx(waits[0] - waits[2])
    short = next(one for one in some.found if one.end == "15 min")
    assert short.change is not None
    assert short.change.high < 0  # shorter calls leave less to wait for, with one line as with three
    english, dutch = (sentences(found, language(code)) for code in ("en", "nl"))
    assert any("difference of the highest point to the lowest point" in sentence for sentence in english)
    assert any("het verschil van het hoogste punt met het laagste punt" in sentence for sentence in dutch)


def test_nothing_matters_where_there_is_nothing_to_compare(tmp_path) -> None:
    same = sweep(RANGED, ["targets.short_abandon=1..2 s/2"], replications=3, measures=["abandoned"], out=tmp_path)
    assert same.matters is None
    waits = sweep(RANGED, ["lines.phone=1..2"], replications=3, measures=["wait_p90_answered"], out=tmp_path)
    assert waits.matters is None
    plain = sweep(SMALL, ["lines.phone=1..2"], replications=3, measures=["abandoned"], out=tmp_path)
    assert sentences(plain)[-1].startswith("No value has a low and a high")


def test_dutch_and_json_on_the_command_line(tmp_path) -> None:
    arguments = ("--set", "lines.phone=1..2", "-n", "3", "--no-figures", "--out", str(tmp_path))
    done = command("sweep", str(SMALL_FILE), *arguments, "--lang", "nl")
    assert done.returncode == 0, done.stderr
    for words in ("met andere instellingen", ": van ", "2 punten", "Resultaten:", "op elk punt"):
        assert words in " ".join(done.stdout.split()), words
    done = command("sweep", str(SMALL_FILE), *arguments, "--json")
    answer = json.loads(done.stdout)
    assert [row[0] for row in Answer.from_json(done.stdout).table("sweep").rows] == ["1", "2"]
    assert answer["sentences"][0]["key"] == "sweep.goes"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "lines.nowhere=1..2"], "no point makes a scenario"),
        (["--set", "attempts=1..3", "--measure", "los"], "'los' is not a measure. Did you mean 'loss'"),
        (["--set", "attempts=1..3", "--design", "lhs"], "needs a number of points"),
        ([], "needs at least one setting"),
        (["--set", "attempts=1..3", "--set", "attempts=2..4"], "attempts is varied twice"),
    ],
)
def test_bad_sweeps_are_refused_in_words(tmp_path, arguments: list[str], says: str) -> None:
    done = command("sweep", str(SMALL_FILE), *arguments, "-n", "2", "--out", str(tmp_path))
    assert done.returncode == 2
    assert says in " ".join(done.stderr.replace("│", "").split())
    assert "Traceback" not in done.stderr
