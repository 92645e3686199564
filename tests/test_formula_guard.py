"""No cell of any CSV file is a formula to a spreadsheet, whatever plans and provinces are called."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.cli.commands import cli

NAMES = ("=1+1", "+north", "-south", "@sum")
SCENARIO = """
name: guarded
period: {first: 2021-03-01, last: 2021-03-02}
calendar: {working_days: daily, holidays: none}
channels: {phone: {hours: 9:00-17:00, queue: per province}}
lines: {"=1+1": 1, "+north": 1, "-south": {low: 1, value: 1, high: 2}, "@sum": 1}
demand:
  contacts: {value: 40, low: 30, high: 50}
  per: working day
  by_channel: {phone: 100 %}
  by_province: {"=1+1": 1, "+north": 1, "-south": 1, "@sum": 1}
callers: {phone: {patience: {distribution: exponential, mean: {value: 5 min, low: 2 min, high: 9 min}}}}
handling: {phone: {conversation: {distribution: exponential, mean: 10 min}}}
"""


def formulas(folder: Path) -> list[str]:
    """Cells of the CSV files below a folder that are no numbers and begin like a formula."""
    found = []
    for path in folder.rglob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        for row in csv.reader(text.splitlines(), delimiter=";" if path.name.startswith("report") else ","):
            found += [f"{path.name}: {cell}" for cell in row if cell.startswith(tuple("=+-@")) and not _number(cell)]
    return found


def _number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Results of studies of the scenario, and of plans with such names."""
    out = tmp_path_factory.mktemp("guarded")
    scenario = sim.loads(SCENARIO)
    plans = {"=plan": scenario, "-plan": scenario.replace(**{"lines.+north": 2})}
    sim.run(scenario, replications=4, out=out, workers=1).write_summary()
    sim.compare(plans, replications=4, out=out, workers=1).write(out)
    sim.next_line(scenario, replications=4).write(out)
    sim.sensitivity(scenario, points=4, replications=2, worlds_apart=4).write(out)
    for kept in [path for path in out.iterdir() if path.is_dir()]:
        done = CliRunner().invoke(cli, ["report", str(kept), "--excel"])
        assert done.exit_code == 0, done.output
    return out


def test_no_cell_is_a_formula(folder) -> None:
    assert formulas(folder) == []


@pytest.mark.parametrize("name", ["summary", "comparison", "places", "report"])
def test_names_are_there_all_the_same(folder, name) -> None:
    text = "".join(path.read_text(encoding="utf-8-sig") for path in folder.rglob(f"{name}*.csv"))
    assert any(f"'{start}" in text for start in NAMES), name
