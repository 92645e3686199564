"""Peak memory of runs of growing length: python benchmarks/memory.py [replications ...] [--campaign]."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMALL = """
period: {first: 2021-03-01, last: 2021-03-02, follow_up: 1 day}
calendar: {working_days: daily, holidays: none}
channels:
  phone: {hours: always, waiting_places: 9}
lines: {phone: 1}
demand:
  contacts: 10
  per: working day
  by_channel: {phone: 100 %}
  by_province: {here: 5, there: 5}
callers:
  phone: {patience: {distribution: exponential, mean: 5 min}}
attempts: 1
handling:
  phone: {conversation: {distribution: exponential, mean: 30 min}}
"""
#: Runs, reads all numbers of the result, and prints the most memory that the process had in MB.
ONE = """
import sys
import sim
from timing import peak_mb
path, replications, workers, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
result = sim.run(sim.load(path), replications=replications, engine="compiled", workers=workers, out=out)
result.write_summary()
print(peak_mb())
"""


def peak_mb(scenario: Path, replications: int, *, workers: int = 2) -> float:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-c", ONE, str(scenario.resolve()), str(replications), str(workers), out]
        return float(
            subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT / "benchmarks").stdout
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("replications", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--campaign", action="store_true", help="the campaign in place of a single line of two days")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.yaml"
        path.write_text(SMALL)
        path = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml" if asked.campaign else path
        for replications in asked.replications:
            start = time.monotonic()
            peak = peak_mb(path, replications, workers=asked.workers)
            print(f"{replications:>9,} replications  {peak:5.0f} MB  {time.monotonic() - start:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
