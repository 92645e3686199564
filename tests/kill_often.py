"""Twenty times kill -9 of a run and all its processes, at random moments: python tests/kill_often.py [times]."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "small.yaml"
RUN = 500


def started(out: Path, *extra: str, engine: str = "compiled", replications: int = RUN) -> subprocess.Popen[bytes]:
    """A real run in a process group of its own."""
    command = [sys.executable, "-m", "sim.cli", "run", str(SMALL), "-n", str(replications), "--engine", engine]
    command += ["--workers", "2", "--out", str(out), "--no-figures", "--quiet", *extra]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)


def killed(out: Path, *, after_parts: int, luck: random.Random, engine: str = "compiled") -> None:
    """Start a run and kill all of it a moment after so many parts are there."""
    process = started(out, engine=engine)
    deadline = time.monotonic() + 120
    while len(list(out.glob("*/measures/*.parquet"))) < after_parts and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    time.sleep(luck.random() * 0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def result_hash(out: Path) -> str:
    """What the manifest of the only result there says."""
    return str(json.loads(next(out.glob("*/manifest.json")).read_text())["result_hash"])


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    luck = random.Random()
    with tempfile.TemporaryDirectory() as folder:
        assert started(Path(folder) / "whole").wait() == 0
        whole = result_hash(Path(folder) / "whole")
        for engine in ("compiled", "simpy"):
            out = Path(folder) / engine
            for number in range(times // 2):
                killed(out, after_parts=luck.randrange(2 * number, 2 * number + 2), luck=luck, engine=engine)
                there = len(list(out.glob("*/measures/*.parquet")))
                scratch = len(list(out.rglob(".*.scratch-*")))
                print(f"{engine}: killed with {there} parts finished, {scratch} half written", flush=True)
            assert started(out, engine=engine).wait() == 0
            same = result_hash(out) == whole and not list(out.rglob(".*.scratch-*"))
            print(f"{engine}: {'the same result' if same else 'ANOTHER RESULT'}")
            if not same:
                sys.exit(1)


if __name__ == "__main__":
    main()
