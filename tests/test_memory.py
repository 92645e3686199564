"""Memory of a run is bounded by what one replication and one part's contacts take, not by the size of the line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LARGE = ROOT / "tests" / "cases" / "large-line.yaml"
BOUND_MB = 600


#: Runs in a small process of its own: what a program took at most begins with what its parent held when it was started.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_mb(*arguments: str) -> float:
    """Peak resident memory of the largest process of a run."""
    command = [sys.executable, "-c", MEASURE, sys.executable, "-m", "sim.cli", "run", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout) / (1e6 if sys.platform == "darwin" else 1e3)


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not say how much memory a program took")
@pytest.mark.parametrize(
    "options",
    [
        (),  # as a user runs it: 100 replications whose contacts are all kept
        ("--engine", "simpy", "-n", "1"),
        ("--set", "demand.contacts=240000", "--set", "lines.phone=160", "--contacts", "none", "-n", "25"),
    ],
    ids=["defaults", "simpy", "four times as large"],
)
def test_a_large_line_takes_less_than_600_mb(options, tmp_path) -> None:
    assert peak_mb(str(LARGE), *options, "--out", str(tmp_path)) < BOUND_MB
