"""Every study has a page and a workbook, made from its folder alone, in both languages, that say what it found."""

from __future__ import annotations

import ast
import json
import re
import shutil
from math import inf, nan
from pathlib import Path
from types import SimpleNamespace

import axe_pages
import openpyxl
import pytest
from click.testing import CliRunner
from plan_cases import SMALL
from test_report import HOSTILE, Page

import sim
from sim.answers.answer import Axis, Curves, Heat, Point, Series
from sim.answers.curves import draw_curves
from sim.answers.heat import draw_heat
from sim.answers.rows import Line, Mark, draw_rows, label_lines
from sim.cli.commands import cli
from sim.language import ENGLISH, language
from sim.report.assumed import changed
from sim.report.folders import opened
from sim.report.of_calibrate import _edge
from sim.report.of_study import tiles_of
from sim.report.reading import Reader
from sim.report.studied import read, rows_of
from sim.report.write import write_report
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.answers import Answer
from sim.studies.columns import HEADS, LEFT_OUT
from sim.studies.trial import On, Which

ROOT = Path(__file__).parent.parent
NL = language("nl")
RANGES = SMALL.replace("contacts: 60", "contacts: {value: 60, low: 40, high: 100, status: assumed, source: a guess}")
#: Words of tables, pictures and headings that a page in Dutch has none of.
ENGLISH_WORDS = (
    r"\b(today|the plan|lines of|line-hours|missed|never reached|never|while open|everywhere|any province|"
    r"first|found|observed|stated|change|difference|assumption|cost|verdict|fewer|shifts|hours|people|best|yes|no)\b"
)


def about(value: float, half: float = 1.0) -> Estimate:
    return Estimate(value, value - half, value + half)


def kept(study: str, scenario: sim.Scenario, out: Path, asked: dict, tables: dict) -> Path:
    """The folder of a study with these tables, as studies write them; its sentences are in both languages."""
    said = {"en": ["The answer in words.", "And more."], "nl": ["Het antwoord in woorden.", "En meer."]}
    on = [On("plan.chosen", Which(12, 0, 5))]
    answer = Answer(study, scenario, asked, on, ["never_reached"], lambda say: said[say.code], tables)
    return answer.write(out, command=f"sim {study} small.yaml")


def calibrate(scenario: sim.Scenario, out: Path) -> Path:
    path = "demand.contacts"
    value = {"parameter": path, "unit": "number", "value": Estimate(58.4, 40, inf), "simulation": 2.5, "stated": 60.0}
    fresh = {"measure": "answered@phone", "observed": 45.0, "mean": about(44.7), "agrees": True}
    ends = [{"assumption": "attempts", "stated": "5", "to": to, path: at} for to, at in (("3", 66.0), ("8", None))]
    edge = [{path: x, "attempts": y} for x, y in ((50.0, 3.0), (60.0, 5.0), (70.0, 3.0))]
    tables = {"values": [value], "fresh": [fresh], "assumptions": ends, "edge": edge}
    return kept("calibrate", scenario, out, {"observed": ["answered@phone=45"], "fit": [path]}, tables)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """A folder of each kind."""
    out = tmp_path_factory.mktemp("studies")
    small = sim.loads(RANGES).model_copy(update={"title": HOSTILE})
    return {
        "calibrate": calibrate(small, out),
    }


KINDS = ("calibrate",)


def page_of(folder: Path, tmp_path: Path, say=ENGLISH) -> tuple[str, Page]:
    html = write_report(folder, say=say, to=tmp_path / f"{say.code}.html")[0].read_text(encoding="utf-8")
    return html, Page(html)


@pytest.mark.parametrize("kind", KINDS)
def test_every_study_has_a_page_that_needs_nothing_else(kind, folders, tmp_path) -> None:
    found = read(folders[kind])
    for say in (ENGLISH, NL):
        html, page = page_of(folders[kind], tmp_path, say)
        assert "script" not in page.seen
        assert {link[1:] for link in page.links} <= set(page.ids)
        assert set(re.findall(r"url\(#([\w-]+)\)", html)) <= set(page.ids)
        assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", html)
        assert not re.search(r'="[^"]*\b(inf|nan)\b', html)
        assert not re.search(r"\b(nan|inf|None)\b", page.text)
        for sentence in (*found.sentences(say), *found.worlds(say)):
            assert " ".join(sentence.split()) in page.text
        assert found.command in page.text
        assert sum(tag == "svg" for tag in page.seen) >= 2, "patterns, and a picture"
        assert tiles_of(found, say)
        assert "Monks" in page.text


@pytest.mark.parametrize("kind", KINDS)
def test_dutch_pages_have_no_english_words(kind, folders, tmp_path) -> None:
    html, page = page_of(folders[kind], tmp_path, NL)
    said = read(folders[kind])
    text = re.sub(r"<code>.*?</code>|<style>.*?</style>", "", html, flags=re.DOTALL)
    text = Page(text).text.replace(HOSTILE, "")
    for word in (*said.sentences(NL), said.command, "no such line", "a guess", "helpline-sim"):
        text = text.replace(" ".join(word.split()), "")
    assert re.findall(ENGLISH_WORDS, text) == []
    assert not re.search(r"\d\.\d ±", page.text)


def test_a_table_that_no_section_knows_is_shown_too(folders, tmp_path) -> None:
    folder = shutil.copytree(folders["calibrate"], tmp_path / "more")
    answer = json.loads((folder / "answer.json").read_text())
    answer["tables"]["elsewhere"] = [{"measure": "answered", "value": 3.25, "value_low": 3.0, "value_high": 3.5}]
    (folder / "answer.json").write_text(json.dumps(answer))
    _, page = page_of(folder, tmp_path)
    assert "Other tables" in page.text
    assert "3.2 ±0.2" in page.text


def test_notations_are_read() -> None:
    reader = Reader(NL)
    path = "lines.tyne and wear.count"
    assert reader.path(f"{path} and 4 alike") == f"{reader.path(path)} {NL('ranking.alike', count=4)}"
    assert "tyne and wear" in reader.path(path)
    assert reader.day("2024-03-04") == "ma 4 mrt"


def test_rows_are_as_they_were_before_they_were_written() -> None:
    flat = [{"a": 1.0, "a_low": None, "a_high": 2.0, "b": "x"}, {"a": None, "a_low": None, "a_high": None}]
    assert rows_of(flat) == [{"a": Estimate(1.0, -inf, 2.0), "b": "x"}, {"a": None}]


def test_every_column_that_studies_write_has_a_head() -> None:
    """Names of columns stand in the sources as keys of literal dictionaries."""
    written: set[str] = set()
    sources = (
        "calibrate",
        "matters_words",
    )
    for name in sources:
        tree = ast.parse((ROOT / "sim" / "studies" / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and re.search(r"row|tables|_assumed|_end", node.name):
                dicts = (n for n in ast.walk(node) if isinstance(n, ast.Dict))
                written |= {k.value for d in dicts for k in d.keys if isinstance(k, ast.Constant)}
    tables = {"values", "fresh", "assumptions", "edge", "others"}
    assert len(written) > 20
    assert written - tables - HEADS.keys() - {*LEFT_OUT} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_workbooks_have_a_sheet_for_each_table(kind, folders, tmp_path) -> None:
    found = read(folders[kind])
    _, workbook, *spreadsheets = write_report(folders[kind], say=NL, to=tmp_path / "p.html", excel=True)
    book = openpyxl.load_workbook(workbook)
    assert len(book.sheetnames) == len(found.tables) + 4 == len(spreadsheets)
    assert book.sheetnames[0] == "Antwoord"
    assert [row[0] for row in book["Antwoord"].iter_rows(min_row=5, values_only=True)] == list(found.sentences(NL))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)


def test_pairs_of_fitted_numbers_have_their_units() -> None:
    mean, contacts = "handling.phone.conversation.mean", "demand.contacts"
    values = [{"parameter": path, "unit": unit} for path, unit in ((mean, "min"), (contacts, "number"))]
    found = SimpleNamespace(table=lambda name: values if name == "values" else [{mean: 40.0, contacts: 9.0}] * 2)
    _, picture, table = _edge(found, Reader(NL))
    assert "Gemiddelde gespreksduur (telefoon) (min)" in picture.drawing
    assert list(table.heads) == ["Gemiddelde gespreksduur (telefoon) (min)", "Vraag in oproepen"]


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


def test_what_is_no_study_gets_one_message(folders, tmp_path) -> None:
    def told(folder: Path, *more: str) -> str:
        done = CliRunner().invoke(cli, ["report", str(folder), *more])
        assert done.exit_code == 1
        assert "\n" not in str(done.exception)
        return str(done.exception)

    broken = shutil.copytree(folders["calibrate"], tmp_path / "broken")
    for content, message in {
        "{": "answer.json is not the answer of a study",
        "[]": "answer.json is not the answer of a study",
        json.dumps({"study": "plan", "answer": {}, "worlds": {}, "definitions": {}, "tables": {}, "asked": {}}): (
            "was made by another version of this program; run the study again"
        ),
    }.items():
        (broken / "answer.json").write_text(content)
        assert message in told(broken)
    old = shutil.copytree(folders["calibrate"], tmp_path / "old")
    answer = json.loads((old / "answer.json").read_text())
    (old / "answer.json").write_text(json.dumps(answer | {"answer": ["one language"]}))
    assert "was made by another version of this program; make it again: sim calibrate small.yaml" in told(old)
    gone = shutil.copytree(folders["calibrate"], tmp_path / "gone")
    (gone / "scenario.yaml").unlink()
    assert "the scenario of the study is gone" in told(gone)
    assert "a sensitivity goes with a run" in told(folders["calibrate"], "--sensitivity", str(folders["calibrate"]))
    assert f"did you mean {folders['calibrate']}" in told(folders["calibrate"].parent)
    assert opened(folders["calibrate"]).study == "calibrate"


def test_axe_finds_no_fault_in_a_page(folders, tmp_path) -> None:
    pages = {kind: write_report(folders[kind], say=NL, to=tmp_path / f"{kind}.html")[0] for kind in KINDS}
    axe_pages.check(pages)
