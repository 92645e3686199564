"""Time and peak memory of large lines, each a fresh process: python benchmarks/large.py [replications]."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CASES = ("large-line", "national-year")


def main() -> None:
    replications = sys.argv[1] if len(sys.argv) > 1 else "1"
    print("| line | engine | replications | processor | peak |\n| --- | --- | ---: | ---: | ---: |")
    for case in CASES:
        for engine in ("compiled", "simpy"):
            seconds, megabytes = measured(case, engine, replications)
            print(f"| {case} | {engine} | {replications} | {seconds:.0f} s | {megabytes:,.0f} MB |", flush=True)


def measured(case: str, engine: str, replications: str) -> tuple[float, float]:
    """Processor time in s and peak memory in MB of a run by one worker, without pictures."""
    path = ROOT / "tests" / "cases" / f"{case}.yaml"
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "sim.cli", "run", str(path), "-n", replications, "--engine", engine]
        command += ["--workers", "1", "--no-figures", "--quiet", "--out", out]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{case} with {engine} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
