"""The machine code is compiled once, in two programs at once, and whoever waits is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.luck import prepare
from sim.studies import compiling
from sim.studies import engine as choice

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


def test_it_is_known_whether_machine_code_is_kept(monkeypatch, tmp_path) -> None:
    loaded()
    kept = any(Path(sim.__file__).parent.glob("compiled/__pycache__/*.nbi"))  # or Numba may not write there
    assert compiling.machine_code_kept() == kept
    folders = [tmp_path / "compiled", tmp_path / "engines"]
    monkeypatch.setattr(compiling, "_COMPILED", tuple(folders))
    monkeypatch.setattr(compiling, "_MARK", folders[0] / "__pycache__" / "kept")
    assert not compiling.machine_code_kept()
    loaded()  # there is no folder to write in, which is no mistake
    for folder in folders:
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "code.py").write_text("1")
    loaded()
    assert not compiling.machine_code_kept()
    for folder in folders:
        (folder / "__pycache__" / "code.nbi").touch()
    assert compiling.machine_code_kept()
    (folders[1] / "code.py").write_text("other")
    assert not compiling.machine_code_kept()


@pytest.mark.parametrize(
    ("kept", "replications", "engine"),
    [(True, 50, "simpy"), (True, 2000, "compiled"), (False, 2000, "simpy"), (False, 20000, "compiled")],
)
def test_the_engine_that_is_sooner_done(monkeypatch, kept, replications, engine) -> None:
    """Machine code that is there is loaded in half a second; for the same job it is not worth compiling."""
    monkeypatch.setattr(choice, "machine_code_loaded", lambda: False)
    monkeypatch.setattr(choice, "machine_code_kept", lambda: kept)
    assert choice.chosen("auto", SMALL, replications, workers=2) == engine
    assert choice.chosen("auto", SMALL, replications) == engine
    there = choice.chosen("auto", SMALL, replications, workers=1, here=False)
    assert there == ("compiled" if replications == 20000 else "simpy")
    assert choice.chosen("simpy", SMALL, replications) == "simpy"
