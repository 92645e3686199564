"""Ranges: which values move, where to, and what cannot be set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sim
from sim.ranges import moves, ranged

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
    found = {one.name(): one for one in ranged(small())}
    assert list(found) == [
        "lines.north.count and 1 alike",
        "lines.south.at_once",
        "demand.by_province",
        "callers.phone.patience.mean",
        "handling.phone.conversation.mean",
    ]
    assert found["lines.north.count and 1 alike"].ends() == [2]
    assert found["lines.north.count and 1 alike"].settings(2) == ["lines.north.count=2", "lines.south.count=2"]
    assert found["callers.phone.patience.mean"].ends() == ["1 min", "20 min"]


def test_moves_are_paired_and_what_cannot_be_set_is_said(tmp_path: Path) -> None:
    found = moves(small(), replications=25, out=tmp_path, channel="phone")
    lost = {(moved.of.name(), str(moved.end)): moved.differences[0] for moved in found.moved}
    shorter = lost["handling.phone.conversation.mean", "10 min"]
    assert shorter is not None
    assert shorter.high < -10
    more_lines = lost["lines.north.count and 1 alike", "2"]
    assert more_lines is not None
    assert more_lines.high < -10
    assert [name for name, _ in found.refused] == ["lines.south.at_once at 2"]
    table = found.to_markdown().splitlines()
    assert table[0].startswith("| value of | change | lost % (contacts) | never reached % (people) |")
    assert table[2].startswith("| as stated |")
    assert table[-1].startswith("Not run: lines.south.at_once at 2: ")
    widths = {line.count("|") for line in table if line.startswith("|")}
    assert widths == {6}


def test_the_command_prints_the_table(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    done = subprocess.run(
        [sys.executable, "-m", "sim.ranges", str(file), "-n", "2"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "small: all contacts and people, 2 replications" in done.stdout
    wrong = subprocess.run(
        [sys.executable, "-m", "sim.ranges", str(file), "--channel", "fax"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert wrong.returncode == 2
    assert "'fax' is not a channel; they are phone" in wrong.stderr
