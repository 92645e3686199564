"""A run that was killed, met a full disk or shared its folder ends with the same result."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killing import RUN, SMALL, killed_often, result_hash, started

import sim
from sim.errors import ResultsError, SimError
from sim.results.damage import require_sound
from sim.results.store import Store
from sim.studies import parts
from sim.studies.workers import finished

CAMPAIGN = Path(__file__).parent.parent / "scenarios" / "als-je-eens-wist-2020.yaml"


@pytest.fixture(scope="module")
def small() -> sim.Scenario:
    return sim.load(SMALL)


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
def test_killed_while_writing_and_resumed(engine, small, tmp_path) -> None:
    halves = killed_often(tmp_path / "often", times=3, luck=random.Random(1), engine=engine)
    assert halves >= 1
    whole = sim.run(small, replications=RUN, workers=1, engine="compiled", out=tmp_path / "whole")
    assert result_hash(tmp_path / "often") == whole.hash()
    assert require_sound(Store(next((tmp_path / "often").iterdir()))) == RUN


def test_cores_engines_and_history_make_no_difference(tmp_path) -> None:
    scenario = sim.load(CAMPAIGN)
    ways = {
        "compiled": {"workers": 1, "engine": "compiled"},
        "threads": {"workers": 2, "engine": "compiled"},
        "simpy": {"workers": 1, "engine": "simpy"},
        "processes": {"workers": 2, "engine": "simpy"},
    }
    found = {name: sim.run(scenario, replications=30, out=tmp_path / name, **way).hash() for name, way in ways.items()}
    for replications, contacts in ((3, 100), (26, 0), (60, 100)):
        sim.run(scenario, replications=replications, keep_contacts=contacts, engine="compiled", out=tmp_path / "later")
    later = sim.run(scenario, replications=30, engine="compiled", out=tmp_path / "later")
    assert set(found.values()) == {later.hash()}
    other = sim.run(scenario, replications=30, seed=3, engine="compiled", out=tmp_path / "other")
    assert other.hash() != later.hash()
    assert sim.results.result.Result(later.folder, replications=29).store.manifest()["replications"] == 60


def test_scratch_files_of_the_dead_are_removed_and_those_of_the_living_stay(small, tmp_path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    result = sim.run(small, replications=25, engine="compiled", out=tmp_path)
    ours = sim.results.store._scratch_of(result.store.part("measures", (25, 49)))
    dead = ours.with_name(ours.name.replace(f"-{os.getpid()}-", f"-{gone.pid}-"))
    for path in (ours, dead):
        path.write_bytes(b"half a file")
    again = sim.run(small, replications=25, engine="compiled", out=tmp_path)
    assert again.hash() == result.hash()
    assert ours.exists()
    assert not dead.exists()


def test_two_runs_into_one_folder(small, tmp_path) -> None:
    both = [started(tmp_path / "both") for _ in range(2)]
    assert [process.communicate(timeout=300) and process.returncode for process in both] == [0, 0]
    whole = sim.run(small, replications=RUN, workers=1, engine="compiled", out=tmp_path / "whole")
    assert result_hash(tmp_path / "both") == whole.hash()


def test_a_full_disk_is_one_message_and_keeps_what_is_finished(small, tmp_path, monkeypatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    whole = sim.run(small, replications=100, engine="compiled", out=tmp_path / "whole")
    normal = sim.results.store._scratch_of

    def full(path: Path) -> Path:
        scratch = normal(path)
        if path.name.startswith("000000050"):
            scratch.symlink_to("/dev/full")
        return scratch

    with monkeypatch.context() as patched:
        patched.setattr(sim.results.store, "_scratch_of", full)
        with pytest.raises(ResultsError, match="no space left on the disk; finished replications are kept"):
            sim.run(small, replications=100, workers=1, engine="compiled", out=tmp_path / "full")
    folder = next((tmp_path / "full").iterdir())
    assert Store(folder).replications() == 50
    assert not list(folder.rglob(".*.scratch-*"))
    with monkeypatch.context() as patched:
        patched.setattr(sim.results.store, "_scratch_of", lambda path: _to_full(normal(path)))
        with pytest.raises(ResultsError, match="no space left"):
            sim.results.store.write_atomically(tmp_path / "manifest.json", "{}")
    assert sim.run(small, replications=100, engine="compiled", out=tmp_path / "full").hash() == whole.hash()


def _to_full(scratch: Path) -> Path:
    scratch.symlink_to("/dev/full")
    return scratch


def test_a_pool_that_breaks_is_made_anew(tmp_path) -> None:
    assert sorted(finished(_dies_once, str(tmp_path), range(6), workers=2)) == list(range(6))
    with pytest.raises(SimError, match="a worker process died"):
        list(finished(_dies, str(tmp_path), range(3), workers=2))


def _dies_once(folder: str, task: int) -> int:
    if task == 3 and not (Path(folder) / "died").exists():
        (Path(folder) / "died").touch()
        os._exit(1)
    return task


def _dies(_folder: str, task: int) -> int:
    os._exit(task + 1)


def test_processes_end_with_the_program_that_was_killed(tmp_path) -> None:
    process = started(tmp_path, engine="simpy")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        process.communicate()
        pytest.skip("there is no /proc that knows children")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(children.read_text().split()) < 3:  # two workers and a tracker
        time.sleep(0.05)
    theirs = children.read_text().split()
    time.sleep(2)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(_runs(pid) for pid in theirs):
        time.sleep(0.1)
    assert not [pid for pid in theirs if _runs(pid)]


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_call_log_travels_in_the_job(tmp_path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "channel,province,arrival,caller\nphone,here,2021-03-01 10:00:00,a\nphone,there,2021-03-02 09:30:00,b\n"
    )
    text = SMALL.read_text().replace("demand:\n", "trace: {file: log.csv}\ndemand:\n", 1)
    (tmp_path / "logged.yaml").write_text(text)
    scenario = sim.load(tmp_path / "logged.yaml")
    here = parts.job_of(scenario, seed=1, engine="simpy", keep_contacts=9)
    far = parts.job_of(scenario, seed=1, engine="simpy", keep_contacts=9, far=True)
    made = parts.make(here, (0, 3))
    log.unlink()
    again = parts.make(far, (0, 3))
    for one, other in zip(made.pieces, again.pieces, strict=True):
        assert one.names == other.names
        assert all((one.columns[name] == other.columns[name]).all() for name in one.columns)


def test_ctrl_c_within_a_query_is_one_like_any_other(tmp_path) -> None:
    program = """
import os, signal, sys, threading
from pathlib import Path
from sim.results.store import Store
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    Store(Path(sys.argv[1])).sql("SELECT sum(sqrt(a.range + b.range)) FROM range(1000000) a, range(100000) b")
except KeyboardInterrupt:
    print("stopped")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.stderr) == ("stopped\n", "")


@pytest.mark.parametrize("command", ["run", "next-line", "plan", "campaign", "sensitivity"])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_simulated(command, tmp_path, monkeypatch) -> None:
    from click.testing import CliRunner

    from sim.cli.commands import cli

    (tmp_path / "file").write_text("x")
    found = CliRunner().invoke(cli, [command, str(SMALL), "--out", str(tmp_path / "file" / "below")])
    assert found.exit_code == 2
    assert "is a file, and no folder can be in it" in " ".join(found.output.split())
    monkeypatch.setattr("os.access", lambda *_: False)
    found = CliRunner().invoke(cli, [command, str(SMALL), "--out", str(tmp_path / "new")])
    assert found.exit_code == 2
    assert "nothing can be written in" in " ".join(found.output.split())
