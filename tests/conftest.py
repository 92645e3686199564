"""Machine code is compiled once, before the tests are spread over the cores and each would wait for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_WARM = """
import tempfile
import sim
from sim.studies.trial import try_plans

scenario = sim.load({small!r})
try_plans({{"small": scenario}}, replications=1, seed=0, engine="compiled")
with tempfile.TemporaryDirectory() as folder:
    sim.run(scenario, replications=2, engine="compiled", workers=1, out=folder)
"""


def pytest_configure(config: pytest.Config) -> None:
    spread = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if spread and not config.option.collectonly:
        code = _WARM.format(small=str(Path(__file__).parent / "small.yaml"))
        subprocess.run([sys.executable, "-c", code], check=False)  # what is wrong is told by the tests
