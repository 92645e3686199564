"""The report is made from a folder alone, needs nothing else, escapes what it is told, and says what was found."""

from __future__ import annotations

import csv
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from single import single

import sim
from sim.answers.grids import difference, grid, number
from sim.cli.commands import cli
from sim.language import ENGLISH, language
from sim.language.shown import plain
from sim.report.folders import opened
from sim.report.write import write_report
from sim.results.result import Result
from sim.statistics.estimates import Estimate
from sim.studies.compare import Comparison
from sim.studies.flow import flow_of

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"
HOSTILE = "<script>alert('x')</script> =1+1 & {{ 7*7 }} \"quoted\""
NL = language("nl")
#: Everything that can become of a contact: messages, call-backs, silence, forwarding, calling again.
RICH = """
period: {first: 2021-03-01, last: 2021-03-03, follow_up: 2 days}
calendar: {working_days: daily, holidays: none}
channels:
  phone: {hours: daily 9:00-17:00, waiting_places: 3, voicemail: 30 %, call_back: {accepted: 40 %, from_waiting: 1},
          closing: send away}
  mail: {hours: always, staffed: daily 9:00-17:00}
lines: {phone: 2, mail: 1}
demand:
  contacts: 60
  per: working day
  by_channel: {phone: 90 %, mail: 10 %}
  by_province: {here: 1, there: 2}
  outside_hours: {phone: 50 %}
callers:
  phone:
    patience: {distribution: exponential, mean: 5 min}
    balk: [0 %, 20 %]
    redial: {abandoned: 50 %, closed: 40 %, blocked: 30 %, balked: 30 %}
    redial_delay: {distribution: exponential, mean: 1 h}
    forwarded: {to: mail, share: 20 %}
    calls_again: {share: 15 %, delay: {distribution: exponential, mean: 3 h}}
    silent: {share: 20 %, holds: {distribution: exponential, mean: 1 min}}
attempts: 5
handling:
  phone: {conversation: {distribution: exponential, mean: 30 min}}
  mail: {conversation: {distribution: exponential, mean: 20 min}}
"""


@pytest.fixture(scope="module")
def campaign(tmp_path_factory) -> Result:
    scenario = sim.load(CAMPAIGN).model_copy(update={"title": HOSTILE})
    return sim.run(scenario, replications=12, workers=1, out=tmp_path_factory.mktemp("run"), keep_contacts=3)


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("compared")
    base = single(contacts=150, lines=3, last="2021-03-05", provinces="here: 1, there: 2")
    plans = {"today": base, "<b>one more</b>": base.replace(lines__phone=4), "=one less": base.replace(lines__phone=2)}
    return sim.compare(plans, replications=12, workers=1, out=out).write(out)


class Page(HTMLParser):
    """Well-formed means: every element that is opened is closed in turn, and every id is there once."""

    EMPTY = frozenset({"meta", "br", "col", "link", "img", "input", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        values = dict(attributes)
        self.ids += [v for k, v in attributes if k == "id" and v]
        self.links += [str(values[k]) for k in ("href", "src", "xlink:href", "action") if k in values]
        assert not [k for k in values if k.startswith("on")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page_of(folder: Path, tmp_path: Path, say=ENGLISH) -> tuple[str, Page]:
    html = write_report(folder, say=say, to=tmp_path / "page.html")[0].read_text(encoding="utf-8")
    return html, Page(html)


@pytest.mark.parametrize("code", ["en", "nl"])
def test_a_page_needs_nothing_else_and_escapes(code, campaign, tmp_path) -> None:
    html, page = page_of(campaign.folder, tmp_path, language(code))
    assert "script" not in page.seen
    assert not {"link", "img", "iframe", "object"} & set(page.seen)
    assert {link for link in page.links if not link.startswith("#")} == set()
    assert {link[1:] for link in page.links} <= set(page.ids)
    # Fills are referred to within the page, and nothing is fetched by a style.
    assert set(re.findall(r"url\(#([\w-]+)\)", html)) <= set(page.ids)
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    assert HOSTILE in page.text
    assert "49" not in re.findall(r"<title>(.*?)</title>", html)[0]


def test_a_page_says_what_was_found(campaign, tmp_path) -> None:
    _, page = page_of(campaign.folder, tmp_path)
    for measure in ("callers", "reached", "only_closed"):
        assert plain(campaign.estimate(measure)) in page.text, measure
    loss = campaign.estimate("loss", kind="queue", name="phone/antwerpen")
    assert f"{loss.value:.1f} ±{loss.half:.1f}" in page.text
    for word in (
        "answered within AWT / (offered - abandoned within AWT)",
        "phone 1 min",
        "1712",
        "Philox",
        "2 min",
        "20 min",
    ):
        assert word in page.text, word
    assert campaign.store.manifest()["result_hash"] in page.text
    assert sum(tag == "svg" for tag in page.seen) > 5
    # Each of the tables that counts calls says which service level it shows.
    assert page.text.count("Service level:") >= 4


def test_pages_keep_numbers_in_one_piece_and_workbooks_have_plain_spaces(campaign, tmp_path) -> None:
    page, workbook, *tables = write_report(campaign.folder, say=language("nl"), excel=True, to=tmp_path / "p.html")
    told = re.sub(r"<(style|svg|code)\b.*?</\1>|<[^>]*>", " ", page.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"\d %", told) == []
    assert len(re.findall(r"\d\N{NO-BREAK SPACE}(?:%|±|min)", told)) > 20
    for path in tables:
        assert "\N{NO-BREAK SPACE}" not in path.read_text("utf-8-sig")
    texts = [str(cell) for sheet in openpyxl.load_workbook(workbook) for row in sheet.values for cell in row]
    assert not any("\N{NO-BREAK SPACE}" in text for text in texts)


def test_dutch_is_dutch_throughout(campaign, tmp_path) -> None:
    _, page = page_of(campaign.folder, tmp_path, NL)
    english = [
        text for key, text in ENGLISH.words.items() if len(text) > 24 and "{" not in text and text != NL.words[key]
    ]
    assert len(english) > 50
    assert [text for text in english if text in page.text] == []
    assert "10 tot en met 27 februari 2020" in page.text
    assert plain(campaign.estimate("callers"), NL) in page.text


def test_flow_adds_up_and_is_that_of_the_contacts(tmp_path) -> None:
    result = sim.run(sim.loads(RICH), replications=6, workers=1, out=tmp_path, keep_contacts=6)
    flow = flow_of(result)
    value = {band: found.value for band, found in flow.bands.items()}
    assert min(value.values()) >= 0
    assert flow.places["sent_away"].value > 0
    for place in ("calls", "waited", "gave_up", "sent_away", "answered", "unanswered"):
        into = sum(v for (_, target), v in value.items() if target == place)
        out = sum(v for (source, _), v in value.items() if source == place)
        assert into == pytest.approx(out), place
        assert flow.places[place].value == pytest.approx(into), place
    contacts = {name: np.ma.getdata(column) for name, column in result.contacts.items()}
    assert flow.places["calls"].value * 6 == pytest.approx(len(contacts["caller"]))
    at_once = (contacts["outcome"] == "answered") & (contacts["wait_ms"] == 0)
    assert value["calls", "at_once"] * 6 == pytest.approx(at_once.sum())
    assert value["again_in", "calls"] * 6 == pytest.approx((contacts["attempt"] > 0).sum())
    assert flow.returns


def test_numbers_stand_below_each_other() -> None:
    cells = [number(Estimate(v, v - h, v + h), NL) for v, h in ((1234.5, 2.5), (3.25, 0.01), (7.0, 0.0))]
    rows = grid("t", ("n",), [[cell] for cell in cells]).rows
    assert [row[0].whole for row in rows] == ["1.234", "3", "7"]
    assert {len(row[0].decimals + row[0].pad) for row in rows} == {3}
    assert number(Estimate(0.0, 0.0, 0.004), NL).half == "<0,004"
    assert difference(Estimate(-3, -4, -2), NL, good=-1).tone == "better"
    assert difference(Estimate(-3, -4, 2), NL, good=-1).tone == "unclear"


def test_a_comparison_is_read_back_and_told(compared, tmp_path) -> None:
    found = Comparison.read(compared)
    assert list(found.results) == ["today", "<b>one more</b>", "=one less"]
    html, page = page_of(compared, tmp_path)
    assert "<b>" not in html
    for plan in found.plans:
        d = found.difference(plan, "never_reached").difference
        assert f"±{d.half:.1f}" in page.text
    assert "<b>one more</b> reaches most people" in page.text
    assert "lines.phone.count" in page.text
    moved = shutil.copytree(compared.parent, tmp_path / "elsewhere") / compared.name
    assert Comparison.read(moved).replications == 12
    # As an older version wrote it.
    (moved / "answer.json").unlink()
    assert opened(moved).sentences == found.answer.sentences


def test_a_comparison_whose_plan_is_gone_says_so(compared, tmp_path) -> None:
    moved = shutil.copytree(compared.parent, tmp_path / "elsewhere") / compared.name
    plans = json.loads((moved / "comparison.json").read_text())["plans"]
    shutil.rmtree(moved / plans["=one less"] / "measures")
    with pytest.raises(sim.ResultsError, match=r"measures/[\d-]*\.parquet is missing\. Run the same command again"):
        Comparison.read(moved)
    # What was found is told all the same.
    assert opened(moved).study == "compare"


def test_what_a_sensitivity_study_found_is_told(campaign, tmp_path) -> None:
    found = sim.one_at_a_time(campaign.scenario, ["never_reached_share"], 4, workers=1)
    folder = found.write(tmp_path)
    page = write_report(campaign.folder, sensitivity=folder, to=tmp_path / "p.html")[0]
    html = page.read_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "What decides it: never reached" in Page(html).text
    assert "Patience of the others · mean (phone)" in html
    assert "4 worlds (numbers 0 to 3 of seed 1712)" in html
    one = single().with_settings(["lines.phone={count: {value: 1, low: 1, high: 2, status: assumed, source: x}}"])
    other = sim.one_at_a_time(one, ["loss"], 2, workers=1).write(tmp_path)
    another = tmp_path / "another" / "answer.json"
    another.parent.mkdir()
    another.write_text((folder / "answer.json").read_text().replace('"study": "one-at-a-time"', '"study": "sweep"'))
    wrong = {
        other: "about another scenario",
        another.parent: "is the folder of another study",
        tmp_path: "not the folder of a sensitivity study",
    }
    for folder, message in wrong.items():
        with pytest.raises(sim.ResultsError, match=message):
            write_report(campaign.folder, sensitivity=folder, to=tmp_path / "p.html")


def test_the_workbook_has_the_numbers_and_no_formula(campaign, compared, tmp_path) -> None:
    page, workbook, *tables = write_report(campaign.folder, to=tmp_path / "page.html", excel=True)
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames[:2] == ["Answer", "By queue"]
    assert {"Summary", "By day", "By hour", "Definitions", "Assumptions", "How made"} <= set(book.sheetnames)
    assert {name: len(book[name]._charts) for name in book.sheetnames if book[name]._charts} == {
        "By queue": 1,
        "By day": 1,
        "By hour": 1,
    }
    rows = {(r[1], r[2]): r[3:6] for r in book["Summary"].iter_rows(min_row=5, values_only=True)}
    assert rows["phone", "gave up"] == pytest.approx(
        astuple(campaign.estimate("abandoned", kind="channel", name="phone"))
    )
    again = write_report(campaign.folder, to=tmp_path / "again.html", excel=True)[1]
    assert again.read_bytes() == workbook.read_bytes()
    _, hostile, *spreadsheets = write_report(compared, to=tmp_path / "c.html", excel=True)
    for sheet in openpyxl.load_workbook(hostile):
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    assert any(
        "=one less" in {cell.value for cell in column}
        for column in openpyxl.load_workbook(hostile)["Differences"].columns
    )
    text = (tmp_path / "c-differences.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"\n'=one less;" in text
    assert len(tables) == len(book.sheetnames)
    assert {path.suffix for path in (page, workbook, *tables, *spreadsheets)} == {".html", ".xlsx", ".csv"}


def astuple(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def test_spreadsheets_have_belgian_numbers(campaign, tmp_path) -> None:
    write_report(campaign.folder, to=tmp_path / "p.html", excel=True)
    with (tmp_path / "p-by-queue.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    antwerp = next(row for row in rows if row["queue"] == "phone/Antwerpen")
    expected = campaign.estimate("offered", kind="queue", name="phone/antwerpen").value
    assert float(antwerp["offered"].replace(",", ".")) == pytest.approx(expected, rel=1e-5)
    assert "." not in antwerp["offered"]


def test_days_are_dates_of_a_spreadsheet_as_readers_write_them(campaign, tmp_path) -> None:
    first = campaign.scenario.model.calendar.date(0)
    for code, sheet, locale, file in (("en", "By day", "809", "p-by-day"), ("nl", "Per dag", "813", "p-per-dag")):
        _, workbook, *_ = write_report(campaign.folder, to=tmp_path / "p.html", excel=True, say=language(code))
        cell = openpyxl.load_workbook(workbook)[sheet]["A5"]
        assert cell.is_date
        assert cell.value.date() == first
        assert cell.number_format == f"[$-{locale}]ddd d mmm yyyy"
        assert f"{first:%d/%m/%Y};" in (tmp_path / f"{file}.csv").read_text(encoding="utf-8-sig")


def test_an_empty_cell_is_empty(campaign, tmp_path) -> None:
    write_report(campaign.folder, to=tmp_path / "p.html", excel=True)
    text = (tmp_path / "p-assumptions.csv").read_text(encoding="utf-8-sig")
    assert ";';" not in text
    assert "\n';" not in text


def test_wrong_folders_give_one_clear_message(campaign, tmp_path) -> None:
    def told(*arguments: object) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["report", *map(str, arguments)])
        return done.exit_code, str(done.exception)

    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for folder, message in {
        tmp_path / "none": "there is no such folder",
        tmp_path / "file": "is a file; name the folder",
        tmp_path / "empty": "is not the folder of a run, a comparison or a study",
        campaign.folder.parent: f"did you mean {campaign.folder}?",
    }.items():
        code, error = told(folder)
        assert code == 1
        assert message in error
        assert "\n" not in error
    code, error = told(campaign.folder, "--out", tmp_path / "none" / "p.html")
    assert (code, "there is no folder" in error) == (1, True)
    old = shutil.copytree(campaign.folder, tmp_path / "old")
    manifest = old / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"results_version": ', '"results_version": 1'))
    assert "was made by another version" in told(old)[1]


def test_the_command_writes_a_page_beside_the_results(campaign) -> None:
    done = CliRunner().invoke(cli, ["report", str(campaign.folder), "--lang", "nl", "--excel"])
    assert done.exit_code == 0, done.output
    assert (campaign.folder / "rapport.html").stat().st_size > 50_000
    assert (campaign.folder / "rapport-per-dag.csv").exists()
    assert "rapport.xlsx" in done.output


def test_a_run_without_contacts_has_a_page_too(tmp_path) -> None:
    result = sim.run(single(contacts=1, last="2021-03-01"), replications=2, workers=1, out=tmp_path, keep_contacts=0)
    _, page = page_of(result.folder, tmp_path)
    assert "No contacts were kept" in page.text


def test_one_replication_has_no_intervals_and_yet_a_page(tmp_path) -> None:
    base = single(contacts=60, lines=2, last="2021-03-02")
    plans = {"today": base, "more": base.replace(lines__phone=3), "other": single(contacts=0.001, last="2021-03-02")}
    folder = sim.compare(plans, replications=1, workers=1, out=tmp_path).write(tmp_path)
    html, page = page_of(folder, tmp_path)
    assert not re.search(r"±[\d?]", page.text)
    assert not re.search(r'="-?(inf|nan)', html)
    write_report(folder, to=tmp_path / "p.html", excel=True)


def test_results_show_themselves_in_notebooks(campaign, compared) -> None:
    for found in (campaign, Comparison.read(compared)):
        html = found._repr_html_()
        Page(html)
        assert "<script" not in html
        assert "<b>" not in html
    assert plain(campaign.estimate("never_reached")) in campaign._repr_html_()
