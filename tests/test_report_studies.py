"""Charts that any answer may have, and folders that are no answers."""

from __future__ import annotations

import json
import re
import shutil
from math import inf, nan
from pathlib import Path

from click.testing import CliRunner
from plan_cases import SMALL

import sim
from sim.answers.answer import Axis, Curves, Heat, Point, Series
from sim.answers.curves import draw_curves
from sim.answers.heat import draw_heat
from sim.answers.rows import Line, Mark, draw_rows, label_lines
from sim.cli.commands import cli
from sim.language import language
from sim.report.folders import opened
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.changes import changed

ROOT = Path(__file__).parent.parent
NL = language("nl")


def about(value: float, half: float = 1.0) -> Estimate:
    return Estimate(value, value - half, value + half)


def test_names_of_plans_are_nothing_that_plans_write_differently() -> None:
    plans = [sim.load(ROOT / "scenarios" / "plans" / f"{name}.yaml") for name in ("second-line-antwerpen", "two-chats")]
    paths = [path for path, *_ in changed(*plans)]
    assert "lines.antwerpen" in " ".join(paths)
    assert not [path for path in paths if "title" in path]


def test_charts_place_values_in_order_and_survive_what_is_not_known() -> None:
    values = [about(3), about(-2), Estimate(1.0, -inf, inf), about(nan)]
    lines = [Line(f"{k}", [Mark(found, shape, "#000000")]) for k, (found, shape) in
             enumerate(zip(values, ("circle", "bar", "ring", "square"), strict=True))]  # fmt: skip
    drawn = draw_rows(lines, title="t", axis="a", say=NL, signed=True)
    assert not re.search(r"\b(nan|inf)\b", drawn)
    circle, ring = (float(x) for x in re.findall(r'cx="([\d.]+)"', drawn))
    assert circle > ring
    series = Series("s", tuple(Point(x, about(x, 0.5)) for x in (1.0, 2.0, 4.0)), band=True)
    marked = {"span": (1.0, 2.0, "span"), "uprights": ((3.0, "now"),), "ring": (2.0, 2.0, "ring")}
    curve = draw_curves(Curves("t", Axis("x"), "y", (series,), limits=((2.0, 0),), **marked), NL)
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="5.5"', curve)
    marks = [(float(x), float(y)) for x, y in found if float(x) > 58 + 8]  # the one at the left is the key's
    assert marks == sorted(marks)
    assert [y for _, y in marks] == sorted((y for _, y in marks), reverse=True)
    values = ((about(1), NOTHING), (about(3), NOTHING))
    heat = draw_heat(Heat("t", Axis("d", ("1", "2")), Axis("e", ("a", "b")), values), NL)
    assert heat.count("<rect") == 2
    assert label_lines("short") == ["short"]
    assert max(map(len, label_lines("a rather long name of a value · " * 5))) <= 46


def test_what_is_no_study_gets_one_message(tmp_path) -> None:
    def told(folder: Path, *more: str) -> str:
        done = CliRunner().invoke(cli, ["report", str(folder), *more])
        assert done.exit_code == 1
        assert "\n" not in str(done.exception)
        return str(done.exception)

    kept = sim.next_line(sim.loads(SMALL), replications=4, assumptions=False, workers=1).write(tmp_path / "out")
    broken = shutil.copytree(kept, tmp_path / "broken")
    old = {"study": "plan", "answer": {}, "worlds": {}, "tables": {}, "asked": {}, "version": "0.1.0"}
    for content, message in {
        "{": "not the answer of a study",
        "[]": "not the answer of a study",
        json.dumps(old): "was made by another version of this program; run the study again",
        json.dumps(
            old | {"command": "sim plan x.yaml"}
        ): "another version of this program; make it again: sim plan x.yaml",
    }.items():
        (broken / "answer.json").write_text(content)
        assert message in told(broken)
    assert "a sensitivity goes with a run" in told(kept, "--sensitivity", str(kept))
    assert f"did you mean {kept}" in told(kept.parent)
    assert opened(kept).study == "next-line"
