"""The command line with a terminal, a disk or a reader that does not take what it writes; Ctrl-C."""

from __future__ import annotations

import inspect
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
import sim.figures
from sim.cli.commands import cli

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "small.yaml"
ODD = ROOT / "tests" / "cases" / "title-not-latin1.yaml"
SHORT = ("--engine", "simpy", "--workers", "1", "-n", "3", "--no-figures")
PRINTING = [
    ("--help",),
    ("schema",),
    ("check", str(SMALL)),
    ("run", str(SMALL), *SHORT),
    ("run", str(SMALL), *SHORT, "--json"),
    ("run", str(SMALL), *SHORT, "--quiet"),
]


def command(*arguments: str, encoding: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PYTHONIOENCODING": encoding} if encoding else {})
    environment.pop("PYTHONUNBUFFERED", None)  # as on other machines: what cannot be written is kept until the end
    usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments],
        cwd=ROOT, env=environment, timeout=120, check=False, encoding=encoding or "utf-8", errors="replace", **usual,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437", "utf-8"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_cannot_be_shown_is_replaced(encoding, language, tmp_path) -> None:
    done = command("run", str(ODD), *SHORT, "--out", str(tmp_path), "--lang", language, encoding=encoding)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    title = "Zażółć ☎ hulplijn".encode(encoding, errors="replace").decode(encoding)
    assert title in done.stdout
    summary = next(tmp_path.glob("*/summary.json"))
    assert "Zażółć ☎ hulplijn" in summary.read_text(encoding="utf-8")
    page = command("report", str(summary.parent), "--lang", language, encoding=encoding)
    assert page.returncode == 0
    shown = command("check", str(ODD), "--lang", language, encoding=encoding)
    assert (shown.returncode, title in shown.stdout) == (0, True)


def test_a_mistake_that_cannot_be_shown_is_one_message(tmp_path) -> None:
    scenario = tmp_path / "zażółć.yaml"
    scenario.write_text(ODD.read_text(encoding="utf-8").replace("contacts: 60", "contacts: ☎"), encoding="utf-8")
    done = command("check", str(scenario), encoding="ascii")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "demand.contacts" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    PRINTING,
    ids=" ".join,
)  # fmt: skip
def test_a_full_disk_behind_the_output_is_one_message(arguments, tmp_path) -> None:
    out = ("--out", str(tmp_path)) if arguments[0] == "run" else ()
    with Path("/dev/full").open("w") as full:
        done = command(*arguments, *out, stdout=full)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Error: the output cannot be written (No space left on device)"
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    with Path("/dev/full").open("w") as full:
        both = command(*arguments, *out, stdout=full, stderr=full)
    assert both.returncode == 1


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="there are no such pipes")
@pytest.mark.parametrize(
    "arguments",
    PRINTING,
    ids=" ".join,
)
@pytest.mark.parametrize("errors", ["apart", "too"])
def test_a_reader_who_has_seen_enough_is_no_error(arguments, errors, tmp_path) -> None:
    out = ("--out", str(tmp_path)) if arguments[0] == "run" else ()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = command(*arguments, *out, stdout=nobody, stderr=nobody if errors == "too" else subprocess.PIPE)
    assert done.returncode == 0
    if errors == "apart":
        assert [line for line in done.stderr.splitlines() if "replications" not in line] == []


@pytest.mark.parametrize(
    "options", [("--cluster", "tcp://x:1", "--workers", "2"), ("--workers=2", "--cluster=tcp://x:1")]
)
@pytest.mark.parametrize("name", ["run", "compare", "sweep", "sensitivity"])
def test_workers_and_a_cluster_are_one_message_in_either_order(name, options, tmp_path) -> None:
    files = {"compare": [str(SMALL), "lines.phone=2"], "sweep": [str(SMALL), "--set", "lines.phone=1..2"]}
    arguments = [name, *files.get(name, [str(SMALL)]), "--out", str(tmp_path)]
    if "--cluster" not in {option for parameter in cli.commands[name].params for option in parameter.opts}:
        pytest.skip("runs on this machine only")
    found = CliRunner().invoke(cli, [*arguments, *options])
    assert found.exit_code == 2
    assert "--workers are cores of this machine" in " ".join(found.output.split())


@pytest.mark.parametrize("number", ["²", "٣", "-1", "1.5", "", " 3", "ten", "½"])
def test_contacts_that_are_no_number(number, tmp_path) -> None:
    found = CliRunner().invoke(cli, ["run", str(SMALL), "--out", str(tmp_path), "--contacts", number])
    assert found.exit_code == 2
    assert "is not a number, 'all' or 'none'" in " ".join(found.output.split())
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups")
@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_ctrl_c_at_any_moment_is_one_word(engine, tmp_path) -> None:
    luck = random.Random(len(engine))
    # A program in the background may have been told to ignore Ctrl-C, and hands that on.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    replications = {"simpy": "20000", "compiled": "1000000"}[engine]
    for number in range(4):
        arguments = [
            "run",
            str(SMALL),
            "-n",
            replications,
            "--engine",
            engine,
            "--workers",
            "2",
            "--out",
            str(tmp_path),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "sim.cli", *arguments], cwd=ROOT, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        # The first moments of Python itself are not ours.
        time.sleep(0.3 + 1.5 * number * luck.random())
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors
        assert "stopped" in errors
        # Python ends itself by the signal where it came within code made from text, such as a dataclass's.
        assert process.returncode in (130, -signal.SIGINT)
    signal.signal(signal.SIGINT, ignored)


def test_without_a_folder_nothing_is_kept_on_disk(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    scenario = sim.load(SMALL)
    kept = sim.run(scenario, replications=30, engine="simpy", workers=1, out=tmp_path / "kept")
    result = sim.run(scenario, replications=30, engine="simpy", workers=1, out=None)
    assert result.hash() == kept.hash()
    assert len(result.contacts["caller"]) == len(kept.contacts["caller"])
    assert result.df().equals(kept.df())
    precise = sim.run(scenario, precision={"loss": "50pp"}, max_replications=100, engine="simpy", workers=1, out=None)
    assert precise.replications == 100
    compared = sim.compare(
        {"a": scenario, "b": sim.load(SMALL, ["lines.phone=2"])},
        replications=3, workers=1, out=None, assumptions=False,
    )  # fmt: skip
    assert compared.difference("b", "never_reached").difference.value < 0
    del result, precise, compared
    assert not list((tmp_path / "scratch").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "scratch"]


def test_signatures_can_be_read() -> None:
    every = {**vars(sim.figures), **{name: getattr(sim, name) for name in sim.__all__}}
    shown = {name: str(inspect.signature(one)) for name, one in every.items() if inspect.isfunction(one)}
    assert len(shown) > 15
    assert max(map(len, shown.values())) < 1000, max(shown, key=lambda name: len(shown[name]))
