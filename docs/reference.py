"""Write ``results/reference/``: the summary of each shipped scenario, which the tests hold fresh runs against.

python docs/reference.py [scenarios] [results/reference]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from sim.scenario.load import load
from sim.studies.run import run


def write_reference(scenarios: Path, folder: Path) -> None:
    """The summary of every scenario in ``scenarios``, with as many replications as it says."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(scenarios.glob("*.yaml")):
        with tempfile.TemporaryDirectory() as scratch:
            result = run(load(path), out=scratch, keep_contacts=0, engine="compiled")
            result.write_summary()
            shutil.copy(result.folder / "summary.csv", folder / f"{path.stem}.csv")


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    write_reference(*(arguments or [Path("scenarios"), Path("results/reference")]))
