"""Writes ``call-log.csv``, a log of one simulated period: what ``sim fit`` finds can be held against what is behind it.

Run it from the checkout: ``python docs/examples/make_call_log.py``.
"""

from __future__ import annotations

from pathlib import Path

import sim
from sim.fit.simulated_log import simulated_log

HERE = Path(__file__).parent
#: Four weeks before the campaign, so that there are ordinary days to hold it against.
PERIOD = ["period.first=2021-02-08"]


def log() -> str:
    """The log; its queues are provinces, and are called so."""
    scenario = sim.load(HERE / "two-regions.yaml", PERIOD)
    return simulated_log(scenario, seed=1712).replace(",queue,", ",province,", 1)


if __name__ == "__main__":
    (HERE / "call-log.csv").write_text(log(), encoding="utf-8")
