"""Answers: written and read without loss, and shown on every face in every language, whatever the scenario's names."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from math import isfinite
from pathlib import Path

import axe_pages
import openpyxl
import pytest
from click.testing import CliRunner
from plan_cases import SMALL, with_campaign
from rich.console import Console
from test_report import HOSTILE, Page

import sim
from sim.answers import files
from sim.answers.answer import (
    Answer,
    Axis,
    Bar,
    Bars,
    Column,
    Curves,
    Heat,
    Mark,
    Named,
    Played,
    Point,
    Row,
    Rows,
    Section,
    Series,
    Show,
    Table,
    Term,
    Tile,
    message,
)
from sim.answers.curves import LOOKS
from sim.answers.kinds import _ENDS, KINDS, cell_of, in_language, text_of
from sim.answers.looks import TONES
from sim.answers.notebook import html_of
from sim.answers.page import page_of
from sim.answers.plots import charts_of, figure_of
from sim.answers.sheets import sheets_of
from sim.answers.terminal import tell
from sim.cli.commands import cli
from sim.errors import ResultsError
from sim.fit.days_scenario import fit_days_of
from sim.fit.interval_scenario import fit_intervals
from sim.fit.read import read
from sim.fit.whole import fit_log
from sim.language import CODES, ENGLISH, Language, language
from sim.report.write import write_report
from sim.scenario.sections import dumps
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.calibrate import calibrate
from sim.studies.campaign_found import CampaignStudy
from sim.studies.duty import lines_at
from sim.studies.erlang import erlang
from sim.studies.next_line import next_line
from sim.studies.one_at_a_time import one_at_a_time
from sim.studies.planned import Planned
from sim.studies.run_answer import answer_of
from sim.studies.sensitivity import sensitivity
from sim.studies.staffing import Slot, Staff, staff_of
from sim.studies.staffing_words import staffing_cell
from sim.studies.sweep import at_point, sweep
from sim.verification import verify
from sim.verification.check import Size

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
NL = language("nl")
RANGES = SMALL.replace("contacts: 60", "contacts: {value: 60, low: 40, high: 100, status: assumed, source: a guess}")
#: Words that no page in Dutch has.
ENGLISH_WORDS = (
    r"\b(today|lines of|never reached|never|any province|change|difference|assumption|fewer|hours|people|best|yes|no|"
    r"stated|by the hour|where|replications)\b"
)
#: Names that people give: with "and", an accent, an apostrophe, a formula, another language's word for it.
NAMES = {"north": "tyne and wear", "south": "côte d'or"}


def _named(text: str) -> str:
    for old, new in NAMES.items():
        text = re.sub(rf"\b{old}\b", f'"{new}"' if "'" in new else new, text)
    return text


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    """An answer of each study."""
    scenario = sim.loads(_named(RANGES)).model_copy(update={"title": HOSTILE})
    few = {"replications": 4, "seed": 2, "workers": 1, "out": None}
    ranged = scenario.with_settings(["callers.phone.patience.mean={value: 4 min, low: 2 min, high: 9 min}"])
    fitted = {"replications": 100, "worlds_apart": 4, "seed": 2, "workers": 1}
    both = ["demand.contacts", "handling.phone.conversation.mean"]
    two = ["lines.tyne and wear=1..2", "attempts=0|5"]
    names = list(scenario.lines)
    plans = {
        "côte d'or": scenario,
        "tyne and wear": scenario.with_settings([f"lines.{names[0]}.count=2"]),
        "<b>chat</b> 'til late": scenario.with_settings(["lines.chat.count=2"]),
    }
    far = ["callers.phone.patience.mean=2..9 min", "channels.chat.waiting_places=0|unlimited"]
    return {
        "next-line": next_line(scenario, replications=8, seed=2).answer,
        "sweep": sweep(scenario, ["lines.chat=1..2"], assumptions=True, **few).answer,
        "heat": sweep(scenario, two, assumptions=False, **few).answer,
        "lhs": sweep(scenario, far, design="lhs", points=3, assumptions=False, **few).answer,
        "sensitivity": sensitivity(scenario, points=4, replications=2, worlds_apart=4, seed=2, workers=1).answer,
        "one-at-a-time": one_at_a_time(scenario, ["loss", "asa@phone"], 4, seed=2, workers=1).answer,
        "plan": planned(scenario).answer,
        "run": answer_of(sim.run(scenario, **few)),
        "compare": sim.compare(plans, assumptions=True, **few).answer,
        "compare-one": sim.compare(dict(list(plans.items())[:2]), assumptions=False, **few).answer,
        "campaign": campaigned().answer,
        "calibrate": calibrate(ranged, ["answered@phone=45"], **fitted).answer,
        "two": calibrate(ranged, ["answered@phone=45", "loss@phone=20 %"], fit=both, **fitted).answer,
        "unmet": calibrate(ranged, ["answered=900"], **fitted).answer,
        "log": fit_log(ROOT / "docs" / "examples" / "call-log.csv").answer,
        "days": fit_days_of(read(CASES / "daily-two-regions.csv"), name="days").answer,
        "intervals": fit_intervals(read(CASES / "interval-report-iso.csv"), name="intervals").answer,
        "erlang": erlang(arrivals_per_hour=6, handling="40 min", patience="7 min", target="80 % in 60 s").answer,
        "verify": verify(systems=["loss"], size=Size(16, 1), seed=3, workers=1).answer,
        "toy": toy(),
        "bare": replace(toy(), scenario=None, title="a queue"),
    }


STUDIES = (
    "next-line", "sweep", "heat", "lhs", "sensitivity", "one-at-a-time", "plan", "campaign", "calibrate", "two",
    "unmet", "run", "compare", "compare-one", "log", "days", "intervals", "erlang", "verify", "toy", "bare",
)  # fmt: skip


def planned(scenario: sim.Scenario) -> Planned:
    """A plan with parts of the day, shifts, a price for an hour, and ways to organise the lines."""
    return sim.plan(
        scenario, targets=["never reached while open 12 %", "phone 70 % in 60 s"], parts="9-11,11-13", costs=["1.5"],
        shortest_shift="2 h", allow=["overflow", "pooling"], replications=10, confirm=20, workers=1,
    )  # fmt: skip


def campaigned() -> CampaignStudy:
    """All that is asked of a campaign, with extra lines that it needs and ranges that are doubtful."""
    ranges = "handling.phone.conversation.mean={value: 18 min, low: 9 min, high: 40 min}"
    base = sim.loads(_named(dumps(with_campaign(ranges)))).model_copy(update={"title": HOSTILE})
    targets = ["never reached while open 27 %", "phone mean wait 3 min"]
    return sim.campaign(base, targets=targets, starts=["9:00"], replications=10, confirm=20, workers=1)


def toy() -> Answer:
    """A study that nobody wrote: every kind of cell and of mark."""
    found = Estimate(3.0, 2.0, 4.5)
    values = {
        "weekday": "2020-02-10", "decimals": (1.25, 1), "theory": (0.5, "%"), "p value": 0.25,
        "known": ("system", "a queue"), "fitted": (90.5, 80.0, None, "s"),
        "text": message("next.today"), "name": "phone", "duration": "90 s", "hours": "mon-fri 9:00-17:00",
        "path": "lines.phone.count",
        "setting": "20 %", "measure of": ("loss", "channel", "phone"), "measure": "loss", "unit": "per period",
        "refusal": "attempts: no such line", "yes": True, "kind": "channel", "titles": (("en", "today"), ("nl", "nu")),
        "during": ("2020-02-10", "2020-02-27"), "day name": "2020-02-10", "day number": "2020-02-10",
        "long day": "2020-02-10", "premise": "open without a line on duty",
        "commas": (Term("name", "phone"), Term("name", "chat")), "spaced": (message("next.today"),) * 2,
        "and": (Term("name", "phone"), Term("name", "chat")), "semicolons": (Term("count", 3), Term("name", "chat")),
        "sentence": message("next.today"), "moment": "2020-02-10T21:00:00",
        "short day": "2020-02-10", "dates": ("2020-02-10", "2020-02-14"), "day": "2020-02-10", "month": "2020-02",
        "count": 1234, "number": 0.25, "share": 0.5, "probability": 0.999, "middle": found,
        "significant": 2.5,
        "gain": -0.12, "difference": -3.5, "of": (2, 3), "range": (1, 2), "size": found, **dict.fromkeys(_ENDS, found),
        "amount": (found, "s"), "measured": (found, "min"), "percentage": Estimate(0.5, -0.2, 1.1),
        "in brackets": found, "estimate": found, "seconds": found, "change": found, "change in s": found,
    }  # fmt: skip
    assert values.keys() == KINDS.keys()
    columns = tuple(Column(kind.replace(" ", "_"), kind, message("column.channel")) for kind in values)
    rows = (tuple(values.values()), tuple(NOTHING if isinstance(of, Estimate) else of for of in values.values()))
    marks = tuple(
        Row(
            Named(form, message("next.today")),
            (Mark(found, form, "main", message("next.today")),),
            message("next.today"),
            limit=2.0,
        )
        for form in ("bar", "circle", "square", "diamond", "ring")
    )
    chart = Rows(message("next.today"), message("next.today"), marks, message("next.today"), signed=True, most=10.0)
    at = (Point(0, found, message("next.today")), Point(1, NOTHING), Point(2, found, note=message("next.today")))
    names = tuple(Named(name, message("next.today")) for name in "abc")
    curves = [
        Curves(message("next.today"), Axis("x"), "y", (Series(message("next.today"), at, look),), half=look % 2 == 1)
        for look in range(len(LOOKS))
    ]
    marked = {"span": (0.5, 1.0, message("next.today")), "uprights": ((1.5, message("next.today")),)}
    ring = (2.0, 3.0, message("next.today"))
    wide = Axis("x", log=True)
    curves.append(Curves("t", wide, "y", (Series(None, (Point(1, found), Point(200, found))),)))
    band = Series(None, at, line=False, band=True)
    curves.append(Curves("t", Axis("x", names), "y", (band,), limits=((2.0, 1),), ring=ring, **marked))
    bars = tuple(
        Bar(message("next.today"), tuple((tone, found) for tone in TONES), mark=mark) for mark in (found, NOTHING, None)
    )
    legend = dict.fromkeys(TONES, message("next.today"))
    stacked = [Bars("t", "y", bars, "c", legend, message("next.today"), across=across) for across in (True, False)]
    heat = Heat("t", Axis("x", names[:2]), Axis("y", names), ((found, NOTHING, found), (NOTHING, found, found)))
    parts = (message("next.today"), chart, *curves, *stacked, heat, Show("everything"))
    table = Table("everything", message("next.today"), columns, rows, message("next.today"), most=1)
    return Answer(
        study="toy",
        scenario=sim.loads(SMALL),
        heading=message("next.heading"),
        question={"of": "all", "numbers": (1, 2.5, None)},
        sentences=(message("next.surely", sure=Term("probability", 0.5)),),
        played=(Played("next.ranked_on", 5, 0, 7),),
        measures=("loss",),
        tiles=(Tile(message("next.today"), 0.25),),
        sections=(Section("all", message("next.today"), parts),),
        tables=(table,),
        files={"plan.yaml": "name: x\n"},
    )


@pytest.mark.parametrize("study", STUDIES)
def test_written_and_read_back_it_is_the_same(study, answers, tmp_path) -> None:
    answer = answers[study]
    again = Answer.from_json(answer.to_json())
    assert again.to_json() == answer.to_json()
    assert again.scenario == answer.scenario
    for one, other in ((again.sentences, answer.sentences), (again.tables, answer.tables)):
        assert repr(one) == repr(other)  # nan is not equal to itself
    folder = files.write(answer, tmp_path, command="sim x")
    read = files.read(folder)
    assert read.command == "sim x"
    assert read.name == answer.name == folder.name
    for name, text in answer.files.items():
        assert (folder / name).read_text() == text


def test_what_is_no_answer_is_refused_in_one_sentence(answers, tmp_path) -> None:
    text = answers["toy"].to_json()
    wrong = ("", "{}", "[]", "3", text[: len(text) // 2], text.replace('"is": "Answer"', '"is": "Nothing"'))
    for content in (*wrong, text.replace('"kind": "share"', '"sort": "share"')):
        with pytest.raises(ResultsError, match="not the answer of a study"):
            Answer.from_json(content)
    with pytest.raises(ResultsError, match="in the form 9, and this version reads the form 2"):
        Answer.from_json(text.replace('"format": 2', '"format": 9'))
    with pytest.raises(ResultsError, match=re.escape(str(tmp_path))):
        files.read(tmp_path)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("code", CODES)
def test_every_face_shows_it(study, code, answers, tmp_path) -> None:
    answer, say = answers[study], language(code)
    folder = files.write(answer, tmp_path)
    said = [in_language(sentence, say) for sentence in answer.sentences]
    page = write_report(folder, say=say, excel=True)
    html = page[0].read_text(encoding="utf-8")
    seen = Page(html)
    for sentence in said:
        assert " ".join(sentence.split()) in seen.text
    assert "script" not in seen.seen
    assert {link[1:] for link in seen.links} <= set(seen.ids)
    assert set(re.findall(r"url\(#([\w-]+)\)", html)) <= set(seen.ids)
    assert not re.search(r"\b(nan|inf|None)\b", seen.text)
    for width in (80, 120):
        out = Console(file=io.StringIO(), width=width)
        tell(answer, out, say, verbose=True)
        text = out.file.getvalue()
        assert " ".join(said[0].split()) in " ".join(text.split())
        assert not re.search(r"\b(nan|inf|None)\b", text)
        for table in answer.tables:
            assert table.filed or in_language(table.title, say).split()[0] in text
    book = openpyxl.load_workbook(page[1])
    assert len(book.sheetnames) == sum(bool(table.rows) for table in answer.tables) + (4 if answer.scenario else 3)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    notebook = html_of(answer, say)
    assert "<script" not in notebook
    for chart in charts_of(answer):
        figure_of(chart, say).savefig(tmp_path / "chart.png")


@pytest.mark.parametrize("study", STUDIES)
def test_a_third_language_needs_its_texts_alone(study, answers) -> None:
    """A catalogue whose texts are all marked: whatever is shown comes from it."""
    texts = {key: text if key.startswith("date.") else f"@@{text}" for key, text in ENGLISH.words.items()}
    third = Language("xx", texts)
    answer = answers[study]
    for sentence in answer.sentences:
        assert in_language(sentence, third).startswith("@@") or study == "plan"
    out = Console(file=io.StringIO(), width=120)
    tell(answer, out, third, verbose=True)
    assert "@@" in out.file.getvalue()
    html = page_of(answer, third)
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    assert titles
    assert all(title.startswith("@@") for title in titles)
    for sheet in sheets_of(answer, third):
        assert "@@" in sheet.title
    assert "@@" in html_of(answer, third)
    for chart in charts_of(answer):
        figure_of(chart, third)


@pytest.mark.parametrize("study", [study for study in STUDIES if study not in ("toy", "bare")])
def test_a_dutch_page_has_no_english_words(study, answers, tmp_path) -> None:
    page = write_report(files.write(answers[study], tmp_path), say=NL)[0].read_text(encoding="utf-8")
    if study in ("log", "days", "intervals"):
        # What follows is in the words of the scenario.
        page = page[: page.index('<h2 id="assumed">')] + "</main></body></html>"
    text = Page(re.sub(r"<code>.*?</code>|<style>.*?</style>", "", page, flags=re.DOTALL)).text
    for name in (HOSTILE, *NAMES.values(), "a guess", "helpline-sim"):
        text = text.replace(" ".join(name.split()), "")
    assert re.findall(ENGLISH_WORDS, text) == []


def test_axe_finds_no_fault_in_a_page(answers, tmp_path) -> None:
    folders = {study: files.write(answers[study], tmp_path) for study in STUDIES if study not in ("toy", "bare")}
    pages = {study: write_report(folder, say=NL)[0] for study, folder in folders.items()}
    axe_pages.check(pages, narrow=("heat", "plan"))


@pytest.mark.parametrize("study", STUDIES)
def test_files_have_identifiers_and_numbers(study, answers) -> None:
    for table in answers[study].tables:
        rows = list(csv.DictReader(io.StringIO(files.csv_of(table))))
        assert len(rows) == len(table.rows)
        for written, row in zip(rows, table.rows, strict=True):
            for column, value in zip(table.columns, row, strict=True):
                if isinstance(value, Estimate) and isfinite(value.value):
                    assert float(written[column.name]) == pytest.approx(value.value, rel=1e-5, abs=1e-6)
                    assert float(written[f"{column.name}_low"]) <= float(written[column.name])
                if isinstance(value, Named):
                    assert written[column.name] == value.id


def test_words_are_in_the_catalogue_and_numbers_as_the_language_has_them() -> None:
    sentence = message("changed.fewer", size=Estimate(1234.5, 1233.5, 1235.5), what=message("counted.never_reached"))
    assert in_language(sentence, ENGLISH).startswith("1,234.5 ±1.0 fewer")
    assert in_language(sentence, NL).startswith("1.234,5 ±1,0 minder")
    with pytest.raises(KeyError):
        in_language(message("no.such"), ENGLISH)
    column = Column("x", "change in s", message("next.today"), good=-1)
    assert text_of(column, Estimate(-600.0, -660.0, -540.0), NL) == "-10,0 ±1,0 min"
    assert cell_of(column, Estimate(-600.0, -660.0, -540.0), NL).tone == "better"


def test_in_python_it_is_printed_and_written_like_the_command(tmp_path) -> None:
    found = next_line(sim.loads(SMALL), replications=8, seed=2, assumptions=False)
    assert str(found).startswith(in_language(found.answer.sentences[0], ENGLISH))
    assert found._repr_html_() == html_of(found.answer)
    assert files.read(found.write(tmp_path)) == found.answer


def test_a_plan_says_the_difference_to_today_first(answers) -> None:
    answer = answers["plan"]
    tiles = [in_language(tile.value, ENGLISH) for tile in answer.tiles]
    names = [column.name for column in answer.table("lines").columns]
    rows = [dict(zip(names, row, strict=True)) for row in answer.table("lines").rows]
    hours, before = (sum(row[name] or 0 for row in rows) for name in ("line_hours", "line_hours_today"))
    assert tiles[:2] == [f"{hours:,.0f}", f"{1.5 * hours:,.0f}"]
    assert f"today {before:,.0f}" in in_language(answer.tiles[0].beside, ENGLISH)
    met = [row[-1].id.startswith("met") for row in answer.table("targets").rows]
    assert tiles[3] == f"{sum(met)} of 2"
    assert [section.id for section in answer.sections][:3] == ["difference", "lines", "frontier"]
    plan = sim.loads(answer.files["plan.yaml"])
    for name in {row["group"] for row in rows}:
        assert lines_at(plan, name, "mon-fri 9:00-11:00")[0] == next(r["lines"] for r in rows if r["group"] == name)


def test_a_plan_made_in_python_is_that_of_the_command(tmp_path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    asked = ["--target", "never reached while open 15 %", "-n", "10", "--confirm", "20", "--no-figures"]
    done = CliRunner().invoke(cli, ["plan", str(file), *asked, "--out", str(tmp_path / "command")])
    assert done.exit_code == 0, done.output
    found = sim.plan(sim.load(file), targets=["never reached while open 15 %"], replications=10, confirm=20)
    here, there = found.write(tmp_path / "python"), next((tmp_path / "command").iterdir())
    assert here.name == there.name
    assert {path.name for path in here.iterdir()} == {path.name for path in there.iterdir()}
    assert "plan.yaml" in {path.name for path in here.iterdir()}
    for path in here.iterdir():
        if path.name != "answer.json":  # which has the command
            assert path.read_bytes() == there.joinpath(path.name).read_bytes()
    assert files.read(here) == replace(files.read(there), command="")


@pytest.mark.parametrize("name", ["tyne and wear", "line 1 lines", "2 lines each", "Sint-Niklaas, noord; zuid", "mon"])
def test_names_of_any_kind_are_kept_in_plans(name) -> None:
    scenario = sim.loads(SMALL)
    one, two = (Staff(group, (Slot("mon-fri 9:00-13:00"),), 0, 5, whole=True) for group in (name, "limburg"))
    cell = staffing_cell({name: (one, (2,)), "limburg": (two, (2,))}, scenario)
    assert json.loads(cell.id) == [f"lines.{name}.count=2", "lines.limburg.count=2"]
    assert in_language(cell, NL) == f"{name} en Limburg elk 2 lijnen"


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.joinpath("scenarios").glob("*.yaml")), ROOT / "tests" / "cases" / "tyne-and-wear.yaml"],
    ids=lambda path: path.stem,
)
def test_lines_of_today_are_known_of_every_group(path) -> None:
    base = sim.load(path)
    for name in base.lines:
        staff = staff_of(base, name, parts=(), least=0, most=5)
        assert all(lines_at(base, name, slot.hours) is not None for slot in staff.slots), name


def test_lines_today_are_those_of_the_schedule() -> None:
    base = sim.loads(SMALL).with_settings(
        ['lines.north={"shifts": {"mon-fri 9:00-11:00": 2, "mon-wed 11:00-13:00": 1}}']
    )
    assert lines_at(base, "north", "mon-fri 9:00-11:00") == (2, 2)
    assert lines_at(base, "north", "mon-fri 9:00-13:00") == (1, 2)
    assert lines_at(base, "south", "mon 9:00-13:00") == (1, 1)
    assert lines_at(base, "nowhere", "mon 9:00-13:00") is None
    assert lines_at(base, "north", "sat 9:00-13:00") is None


def test_points_of_a_sweep_have_words() -> None:
    levels = {"lines.tyne and wear": "1", "handling.phone.wrap_up.mean": "2 min"}
    assert in_language(at_point(levels), NL) == "Lijnen (tyne and wear) 1, Gemiddeld nawerk (telefoon) 2 min"


def test_json_says_nothing_in_a_language(answers) -> None:
    content = json.loads(answers["next-line"].to_json())
    assert content["sentences"][0]["key"] == "next.helps"
    assert "helps most" not in json.dumps(content["sentences"])
    assert Path(content["study"]).name == "next-line"
