"""How fast it is, beside other ways to do the same: everything in one run on the same worlds.

    python benchmarks/run.py [--full] [--out FILE]

Two or three minutes, then ``benchmarks/results.md`` says what was measured and on which machine. ``--full`` also runs
the campaign with ten thousand replications.

Ciw takes part where it is installed. It brings a package called ``tests`` that hides ours from pytest, so it is best
kept apart: ``pip install --target FOLDER ciw`` and ``PYTHONPATH=FOLDER python benchmarks/run.py``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import limit
import sections
from timing import load, machine

HERE = Path(__file__).parent
TITLE = """# How fast it is

Written by `python benchmarks/run.py`. Contestants alternate, each for half a second at least, and medians of five
rounds are compared; "per core" is contacts by seconds of the processor, user and system, of whatever threads and
programs do the work, and "on the clock" is by seconds that passed. A contact is a call, first or again, whatever became
of it. Other work on the machine slows the clock most, and the processor too; ratios within a table hold better than the
rates themselves.
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--full", action="store_true", help="also ten thousand replications of the campaign")
    options.add_argument("--out", type=Path, default=HERE / "results.md")
    given = options.parse_args()
    began, before = time.perf_counter(), load()
    with tempfile.TemporaryDirectory(prefix="sim-benchmark-") as folder:
        program, ciw = limit.built(Path(folder)), find_spec("ciw") is not None
        steps = {
            "separate lines": lambda: sections.contest(program, overflow=False, ciw=ciw),
            "overflow and redials": lambda: sections.contest(program, overflow=True, ciw=False),
            "campaign": lambda: sections.campaign((1_000, 10_000) if given.full else (1_000,)),
            "growth": sections.growth,
            "workers": sections.workers,
            "memory": lambda: sections.memory(ciw=ciw),
            "starting": sections.starting,
        }
        pieces = []
        for name, step in steps.items():
            print(f"{time.perf_counter() - began:6.1f} s  {name} ...", flush=True)
            pieces.append(step())
    about = (
        f"Machine: {machine()}.\n"
        f"Load average at the start {before}; at the end {load()}. "
        f"{dt.date.today()}, {time.perf_counter() - began:.0f} s{', --full' if given.full else ''}.\n"
    )
    text = "\n".join([TITLE, about, *pieces])
    given.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
