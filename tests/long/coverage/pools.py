"""Replications to draw runs from: the campaign and a plan beside it, and single days of one queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.engines.streams import days_of
from sim.results.result import Result
from sim.scenario.load import load, loads
from sim.scenario.scenario import Scenario
from sim.statistics.contact_values import BIN, wait_of
from sim.statistics.estimates import Distribution
from sim.studies.run import run

Whole = NDArray[np.int64]
ROOT = Path(__file__).parents[3]
#: Waits are counted by replication up to here.
_SINGLY = 1000

DAY = """
name: {name}
period: {{first: 2021-03-01, last: 2021-03-01, follow_up: 2 days}}
calendar: {{working_days: daily, holidays: none}}
channels:
  phone: {{hours: always, waiting_places: {places}}}
lines: {{phone: {lines}}}
demand:
  contacts: 24
  per: working day
  by_channel: {{phone: 100 %}}
  by_province: {{here: 1}}
  busyness: {busyness}
callers:
  phone: {{patience: {{distribution: exponential, mean: 15 min}}}}
attempts: 1
handling:
  phone: {{conversation: {{distribution: exponential, mean: 30 min}}}}
"""


def a_day(*, lines: int, places: str = "unlimited", busyness: float = 0.3) -> Scenario:
    """One day of one queue: 24 contacts, of whom two lines lose one and three lines hardly any."""
    return loads(DAY.format(name=f"day-{lines}", lines=lines, places=places, busyness=busyness))


def campaign() -> Scenario:
    """The campaign of February 2020."""
    return load(ROOT / "scenarios" / "als-je-eens-wist-2020.yaml")


def second_line() -> Scenario:
    """The same with another line in Antwerpen."""
    return load(ROOT / "scenarios" / "plans" / "second-line-antwerpen.yaml")


def simulated(scenario: Scenario, replications: int, out: Path) -> Result:
    """Kept in ``out`` like any run, so that the next measurement starts at once."""
    return run(scenario, replications=replications, seed=5, out=out, keep_contacts=0)


def drawn(purpose: str, size: int, *, runs: int, n: int) -> Iterator[NDArray[np.int64]]:
    """Positions of ``n`` of ``size`` replications for each run, with replacement."""
    for number in range(runs):
        uniform = days_of(1712, ("coverage", purpose, str(n)), np.array([number]), n).pairs()[:, 0, 0]
        yield np.minimum((uniform * size).astype(np.int64), size - 1)


@dataclass(frozen=True)
class Waits:
    """Waits by replication and bin, shape (replications, bins), and what the bins stand for in s."""

    counts: Whole
    values: NDArray[np.float64]

    def distribution(self, chosen: NDArray[np.int64] | slice) -> Distribution:
        """Of these replications together."""
        counts = self.counts[chosen].sum(axis=0)
        return Distribution(self.values[counts > 0], counts[counts > 0], bin=BIN)

    def products(self, chosen: NDArray[np.int64], limit: float) -> tuple[float, float, float]:
        """Sums of b*b, b*e and e*e: how many waited up to ``limit``, how many at all."""
        rows = self.counts[chosen]
        below = rows[:, self.values <= limit].sum(axis=1).astype(float)
        every = rows.sum(axis=1).astype(float)
        return float(below @ below), float(below @ every), float(every @ every)


def waits_of(result: Result, *, queue: str, outcome: str) -> Waits:
    """Waits of contacts of a queue that had this outcome, in the replications in which they are counted singly."""
    first = min(result.replications, _SINGLY)
    query = (
        "SELECT batch, bin, sum(count)::BIGINT AS n FROM {table} WHERE queue = ? AND outcome = ? GROUP BY batch, bin"
    )
    table = {name: np.ma.getdata(c) for name, c in result.store.read("waits", first, query, [queue, outcome]).items()}
    bins, position = np.unique(table["bin"], return_inverse=True)
    counts = np.zeros((first, len(bins)), dtype=np.int64)
    counts[table["batch"], position] = table["n"]
    return Waits(counts, wait_of(bins) / 1000)
