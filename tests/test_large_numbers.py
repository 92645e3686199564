"""Counts stay exact in every output, however large they are."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import sim
from sim.answers.answer import Column, Table, message
from sim.answers.files import csv_of
from sim.answers.page import page_of
from sim.answers.sheets import sheets_of
from sim.answers.terminal import tell
from sim.language import CODES, ENGLISH, language
from sim.report.spreadsheets import write_spreadsheets
from sim.report.workbook import write_workbook
from sim.results.tables import decimal
from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS
from sim.studies.precision import Wish, _told
from sim.studies.run_answer import answer_of
from sim.tell.runs import console

SMALL = Path(__file__).parent / "small.yaml"
TIMES = 1_000_003
EXPONENT = re.compile(r"(?<![\w#.])\d+(?:[.,]\d+)?e\+?\d+(?!\w)")


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> sim.Result:
    """A result of three replications in which everything happened a million times as often."""
    result = sim.run(sim.load(SMALL), replications=3, engine="simpy", workers=1, out=tmp_path_factory.mktemp("large"))
    moments = result.moments
    sums = moments.sums.copy()
    sums[:2] *= TIMES
    sums[2:] *= TIMES**2
    result.__dict__["moments"] = replace(moments, total=moments.total * TIMES, sums=sums)
    result.write_summary()
    return result


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1_443_150.0, "1443150"),
        (1_443_150.25, "1443150.25"),
        (1_443_150 + 1 / 3, "1443150.333333"),
        (29_123.456, "29123.456"),
        (123_456_789_012.0, "123456789012"),
        (100.0, "100"),
        (863.712, "863.712"),
        (0.1 + 0.2, "0.3"),
        (0.0123456789, "0.0123457"),
        (-1_443_150.5, "-1443150.5"),
        (0.0, "0"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (1e20, "1e+20"),
    ],
)
def test_numbers_in_files(value, written) -> None:
    assert decimal(value) == written


def test_counts_of_the_summary_are_totals_over_replications(large) -> None:
    cells = {cell: number for number, cell in enumerate(large.layout.cells())}
    checked = 0
    for name, slice_ in (("summary", "period"), ("by_day", "day"), ("by_hour", "hour")):
        text = (large.folder / f"{name}.csv").read_text()
        assert not EXPONENT.search(text)
        for row in csv.DictReader(io.StringIO(text)):
            definition = DEFINITIONS.get(row["measure"])
            if definition is None or row["unit"] != "per period":
                continue
            cell = cells[row["kind"], row["name"], slice_, int(row["number"])]
            total = sum(
                int(large.moments.total[cell, COLUMNS.index(column)]) * weight
                for column, weight in definition.over.items()
            )
            assert round(float(row["estimate"]) * 3) == total
            checked += total > 1_000_000
    assert checked > 50


def test_no_output_has_exponents(large, tmp_path, capsys) -> None:
    texts = [large.to_json(), (large.folder / "theory.csv").read_text()]
    for code in CODES:
        say = language(code)
        tell(answer_of(large), console(), say, verbose=True)
        texts.append(capsys.readouterr().out)
        texts.append(re.sub(r"<(style|svg).*?</\1>", "", page_of(answer_of(large), say), flags=re.DOTALL))
        tables = write_spreadsheets(list(sheets_of(answer_of(large), say)), tmp_path / code)
        texts += [path.read_text(encoding="utf-8-sig") for path in tables]
    for text in texts:
        assert not EXPONENT.findall(text)
    people = large.estimate("callers").value
    assert people > 1_000_000
    assert f"{people:,.0f}"[:7] in texts[2]
    assert json.loads(texts[0])["measures"][0]["estimate"] == people


def test_the_workbook_has_the_whole_number(large, tmp_path) -> None:
    path = write_workbook(
        list(sheets_of(answer_of(large), ENGLISH)), tmp_path / "book.xlsx", title="x", written="", say=ENGLISH
    )
    found = {
        float(cell.value)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    for measure in ("callers", "offered", "answered"):
        assert any(value == pytest.approx(large.estimate(measure).value, rel=1e-12) for value in found)


def test_a_million_calls_a_day_on_fifty_thousand_lines_are_a_scenario() -> None:
    """Twenty provinces, two days and a long follow-up: some 1.5 million turns of duty are held, not refused."""
    scenario = sim.load(Path(__file__).parent / "cases" / "million-calls-a-day.yaml")
    assert sum(scenario.model.most_lines(f"p{number}") for number in range(20)) == 50_000
    assert scenario.demand.contacts.value == 1_000_000


def test_tables_of_studies_and_sentences_about_precision() -> None:
    head, rows = message("column.who"), ((Estimate(1_443_150.5, 1_443_149.25, 1_443_151.75),),)
    assert csv_of(Table("t", head, (Column("callers", "estimate", head),), rows)).splitlines()[1] == (
        "1443150.5,1443149.25,1443151.75"
    )
    wish = Wish("callers", "all", "all", 1.0, False, "per period", "callers=1")
    assert "1,443,150, between 1,443,149 and 1,443,152" in _told(wish, Estimate(1443150.4, 1443149.0, 1443151.8), 100)


def test_significant_digits_never_drop_digits_before_the_decimal_sign() -> None:
    assert ENGLISH.significant(1_443_150, 3) == "1,443,150"
    assert language("nl").significant(1_443_150, 3) == "1.443.150"
    assert ENGLISH.significant(99_999.7, 5) == "100,000"
    assert ENGLISH.significant(0.012345, 3) == "0.0123"
