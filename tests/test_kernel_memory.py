"""The kernel built with address and undefined-behaviour sanitizers plays stories, random cases and a scenario."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.kernel import ENVIRONMENT, build

ROOT = Path(__file__).parent.parent
PROGRAM = """
import numpy as np
import sim
from sim import kernel
from sim.statistics.cells import layout_of
from sim.model.clock import DAY
from sim.statistics.products import Products
from sim.statistics.summary import PAIRS
from sim.model.world import Worlds
from tests.handmade import CASES
from tests.handmade_more import MORE
from tests.random_cases import random_case

for story in [*CASES, *MORE]:
    kernel.play(Worlds.of([story.world]), story.centre)
for seed in range(400):
    world, centre = random_case(seed, apart=seed % 2 == 1)
    tables = kernel.play(Worlds.of([world]), centre)
    assert tables.rows == sim.simulate(world, centre), seed
for path in ("tests/small.yaml", "scenarios/als-je-eens-wist-2020.yaml"):
    scenario = sim.load(path)
    model, centre = scenario.model, scenario.model.centre
    counter = kernel.Counter(layout_of(model.names, centre), centre, model.calendar, model.targets)
    drawing = kernel.Drawing.of(model.inputs, seed=1)
    found = counter.run(drawing, np.arange(30), products=Products.of(PAIRS, counter.layout.size()), every=True)
    worlds = drawing.draw(np.arange(30))
    again = counter.count(worlds, kernel.play(worlds, centre), every=True)
    assert np.array_equal(found.cells, again.cells)
print("no fault")
"""


def _sanitizer() -> str | None:
    """The library that has to be loaded before a program that is not built with sanitizers."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    found = subprocess.run([gcc, "-print-file-name=libasan.so"], capture_output=True, text=True, check=False)
    path = Path(found.stdout.strip())
    return str(path) if path.is_absolute() and path.exists() else None


def test_the_kernel_reads_and_writes_only_what_is_its_own(tmp_path, monkeypatch) -> None:
    asan = _sanitizer()
    if asan is None:
        pytest.skip("there is no gcc with the address sanitizer")
    monkeypatch.setenv("CC", "gcc")
    library = build.build(tmp_path / build.library_name(), extra=build.SANITIZERS)
    assert library is not None
    settings = {
        ENVIRONMENT: str(library),
        "LD_PRELOAD": asan,
        "ASAN_OPTIONS": "detect_leaks=0",  # the interpreter's own memory is none of its business
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | settings,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.strip() == "no fault"
