"""Interval reports in matrix form and in workbooks give the counts of the same report in long form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from sim.errors import SimError
from sim.fit.interval_counts import IntervalCounts
from sim.fit.interval_scenario import fit_intervals
from sim.fit.read import read

RNG = np.random.default_rng(4)
DAYS = [dt.date(2024, 3, 4) + dt.timedelta(days=k // 5 * 7 + k % 5) for k in range(20)]
OFFERED = RNG.poisson(6, size=(20, 20))
ANSWERED = RNG.binomial(OFFERED, 0.9)


def counts_of(path: Path, **options: object) -> IntervalCounts:
    found = read(path, **options)  # type: ignore[arg-type]
    assert isinstance(found, IntervalCounts)
    return found


def clock(slot: int) -> str:
    return f"{8 + slot // 2:02}:{slot % 2 * 30:02}"


HEADINGS: dict[str, Callable[[int], str]] = {
    "starts": clock,
    "ranges": lambda slot: f"{clock(slot)}-{clock(slot + 1)}",
    "digits": lambda slot: clock(slot).replace(":", ""),
    "dutch": lambda slot: clock(slot).replace(":", "u"),
}


@pytest.mark.parametrize("name", HEADINGS)
def test_a_row_for_each_day_and_a_column_for_each_half_hour(tmp_path, name: str) -> None:
    path = tmp_path / "matrix.csv"
    head = ["Datum", "Dag", *map(HEADINGS[name], range(20)), "Totaal"]
    rows = [
        [f"{day:%d-%m-%Y}", f"{day:%a}", *map(str, row), str(sum(row))]
        for day, row in zip(DAYS, OFFERED.tolist(), strict=True)
    ]
    path.write_text("\n".join(map(";".join, [head, *rows])), encoding="utf-16")
    counts = counts_of(path)
    assert (counts.width, counts.start, counts.days) == (30, DAYS[0], 26)
    assert counts.offered.sum() == OFFERED.sum()
    assert counts.offered[0, 16:36].tolist() == OFFERED[0].tolist()
    assert (counts.parts, counts.dropped) == ((), ())
    assert any("20 columns" in note for note in counts.notes)


def test_hours_as_whole_numbers_and_queues(tmp_path) -> None:
    path = tmp_path / "matrix.csv"
    rows = [f"{day},{queue},5,{k},7" for k, day in enumerate(DAYS) for queue in ("Hulp, nacht", "Raad")]
    path.write_text("date,queue,8,9,10\n" + "\n".join(rows).replace("Hulp, nacht", '"Hulp, nacht"'))
    counts = counts_of(path)
    assert counts.width == 60
    assert {part.name: part.offered for part in counts.parts} == dict.fromkeys(("Hulp, nacht", "Raad"), 20 * 12 + 190)


@pytest.mark.parametrize("title", ["Measure", "Kengetal"])
def test_a_measure_in_each_row(tmp_path, title: str) -> None:
    path = tmp_path / "matrix.tsv"
    lines = ["\t".join(["Date", title, *map(clock, range(20))])]
    for day, offered, answered in zip(DAYS, OFFERED.tolist(), ANSWERED.tolist(), strict=True):
        lines.append("\t".join([str(day), "Calls Offered", *map(str, offered)]))
        lines.append("\t".join([str(day), "Calls Answered", *map(str, answered)]))
        lines.append("\t".join([str(day), "AHT", *("05:00" if one else "" for one in answered)]))
        lines.append("\t".join([str(day), "Service level %", *("80" for _ in answered)]))
    path.write_text("\n".join(lines))
    counts = counts_of(path)
    assert counts.answered is not None
    assert (counts.offered.sum(), counts.answered.sum()) == (OFFERED.sum(), ANSWERED.sum())
    assert fit_intervals(counts, name="x").handling.value == pytest.approx(300)


def test_a_closed_day_is_empty_and_a_day_that_comes_twice_is_left_out(tmp_path) -> None:
    path = tmp_path / "matrix.csv"
    rows = [f"{day},{k},{k},{k}" for k, day in enumerate(DAYS)]
    path.write_text("\n".join(["date,8:00,9:00,10:00", *rows, "2024-03-30,,,", rows[3]]))
    counts = counts_of(path)
    assert counts.offered.sum() == 3 * 190
    assert [row.line for row in counts.dropped] == [23, 23, 23]


@pytest.mark.parametrize("title", [False, True])
def test_a_workbook_is_read_like_its_text(tmp_path, title: bool) -> None:
    book = openpyxl.Workbook()
    empty, sheet = book.active, book.create_sheet("Rapport é")
    assert empty is not None
    if title:
        sheet.append(["Rapport per half uur"])
        sheet.append([])
    sheet.append(["Datum", "Tijd", "Aangeboden", "Beantwoord", "AHT"])
    for day, offered, answered in zip(DAYS, OFFERED.tolist(), ANSWERED.tolist(), strict=True):
        for slot in range(20):
            at = dt.time(8 + slot // 2, slot % 2 * 30)
            sheet.append([day, at, offered[slot], answered[slot], dt.timedelta(minutes=5, seconds=7)])
    path = tmp_path / "report.xlsx"
    book.save(path)
    counts = counts_of(path)
    assert counts.answered is not None
    assert (counts.width, counts.offered.sum(), counts.answered.sum()) == (30, OFFERED.sum(), ANSWERED.sum())
    assert fit_intervals(counts, name="x").handling.value == pytest.approx(307)
    assert any("Rapport é" in note for note in counts.notes)


def test_a_broken_workbook_and_one_without_rows_are_refused(tmp_path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing of an archive")
    with pytest.raises(SimError, match="workbook or an archive that cannot be opened"):
        read(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(SimError, match="without a sheet that has rows"):
        read(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(SimError, match="workbook or an archive that cannot be opened"):
        read(path)
