"""Real runs in process groups of their own, killed while they write the files of a part."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "small.yaml"
RUN = 500


def started(out: Path, *extra: str, engine: str = "compiled", replications: int = RUN) -> subprocess.Popen[bytes]:
    """A real run in a process group of its own."""
    command = [sys.executable, "-m", "sim.cli", "run", str(SMALL), "-n", str(replications), "--engine", engine]
    command += ["--workers", "2", "--out", str(out), "--no-figures", "--quiet", *extra]
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, stdout=nowhere, stderr=subprocess.PIPE, start_new_session=True)


def finished_parts(out: Path) -> int:
    """Number of parts whose last file is there."""
    return len(list(out.glob("*/measures/*.parquet")))


def half_written(out: Path) -> list[Path]:
    """Files that are being written, or were when their program was killed."""
    return list(out.glob("*/*/.*.parquet.scratch-*"))


def killed(out: Path, *, after_parts: int, luck: random.Random, engine: str = "compiled") -> bool:
    """Start a run, kill all of it while it writes a file after so many parts, and say whether one was half written."""
    before = set(half_written(out))
    process = started(out, engine=engine)
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline:
        if finished_parts(out) >= after_parts and set(half_written(out)) - before:
            break
        time.sleep(0.0005)
    time.sleep(luck.random() * 0.002)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return bool(set(half_written(out)) - before)


def killed_often(out: Path, *, times: int, luck: random.Random, engine: str) -> int:
    """Kill a run so often, each time some parts later, and finish it; in how many kills a file was half written.

    AssertionError where the last run does not end well, names a damaged file or leaves one half written.
    """
    halves = 0
    for number in range(times):
        after = RUN // 25 * number // times
        halves += killed(out, after_parts=after, luck=luck, engine=engine)
    process = started(out, engine=engine)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors.decode()
    assert b"made anew" not in errors, errors.decode()
    assert not half_written(out)
    return halves


def result_hash(out: Path) -> str:
    """What the manifest of the only result there says."""
    return str(json.loads(next(out.glob("*/manifest.json")).read_text())["result_hash"])
