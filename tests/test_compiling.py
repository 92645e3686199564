"""The machine code is compiled once, in two programs at once, and whoever waits is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.luck import prepare
from sim.studies import compiling

SMALL = sim.load(Path(__file__).parent / "small.yaml")


def loaded() -> list[str]:
    """What is said while the machine code is loaded."""
    said: list[str] = []
    compiling.load_machine_code(prepare(SMALL), SMALL.centre, said.append)
    return said


def test_nothing_is_said_of_what_was_compiled_before() -> None:
    loaded()
    assert compiling.machine_code_loaded()
    assert loaded() == []


@pytest.mark.parametrize("module", ["sim.cells", "sim.there_is_no_such_module"])
def test_whoever_waits_is_told(monkeypatch, module) -> None:
    """Compilation is made to seem new; the other program may fail, since what it leaves is compiled here."""
    started: list[list[str]] = []
    popen = subprocess.Popen

    def noted(command: list[str], **options: int) -> subprocess.Popen[bytes]:
        started.append(command)
        return popen(command, **options)

    monkeypatch.setattr(compiling, "_LOADED_S", -1.0)
    monkeypatch.setattr(compiling, "_COUNTS", module)
    monkeypatch.setattr(compiling, "cores", lambda: 2)
    monkeypatch.setattr(subprocess, "Popen", noted)
    said = loaded()
    assert said[0] == "compiling for this machine, once; some half a minute"
    assert said[1].startswith("compiled in ")
    assert [(one[0], one[-1].endswith(f"import {module}")) for one in started] == [(sys.executable, True)]


def test_one_core_compiles_alone(monkeypatch) -> None:
    monkeypatch.setattr(compiling, "_LOADED_S", -1.0)
    monkeypatch.setattr(compiling, "cores", lambda: 1)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert len(loaded()) == 2
