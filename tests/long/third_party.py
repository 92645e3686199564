"""A queue with patience, a busy tone and redials, built in Ciw and in a scenario: measures agree within intervals.

python -m tests.long.third_party --ciw FOLDER    rewrites the section between the marks of Ciw in docs/verification.md

Ciw is a simulator by others (https://ciw.readthedocs.io). It brings a package ``tests`` that would hide this one, so it
is installed apart: ``pip install --target FOLDER ciw``. Exit code 1 where a measure differs.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from math import log, sqrt
from pathlib import Path
from statistics import NormalDist
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim
from sim.language.shown import plain
from sim.statistics.estimates import Estimate
from tests.long.pages import with_section

PAGE = Path(__file__).parents[2] / "docs" / "verification.md"
DAYS, A_DAY, LINES, PLACES, ATTEMPTS = 10, 720, 3, 2, 4
PATIENCE, HANDLING, CV, DELAY, SIGMA = 4.0, 6.0, 0.7, 20.0, 1.0  # minutes
AGAIN = {"abandoned": 0.6, "blocked": 0.8}
END = DAYS * 24 * 60.0
SCENARIO = f"""
period: {{first: 2021-03-01, last: 2021-03-{DAYS}, follow_up: 1 day}}
calendar: {{working_days: daily, holidays: none}}
channels: {{phone: {{hours: always, waiting_places: {PLACES}}}}}
lines: {{phone: {LINES}}}
demand: {{contacts: {A_DAY}, per: working day}}
callers:
  phone:
    patience: {{distribution: exponential, mean: {PATIENCE} min}}
    redial: {{abandoned: {AGAIN["abandoned"]:.0%}, blocked: {AGAIN["blocked"]:.0%}}}
    redial_delay: {{distribution: lognormal, median: {DELAY} min, sigma: {SIGMA}}}
attempts: {ATTEMPTS}
handling: {{phone: {{conversation: {{distribution: gamma, mean: {HANDLING} min, cv: {CV}}}}}}}
targets: {{channels: {{phone: {{answered: 80 %, within: 60 s}}}}}}
"""
#: What is compared: over and under of the sums of a run of Ciw, and the scale to the measure's unit.
MEASURES = {
    "callers": ("callers", "one", 1),
    "attempts_each": ("offered", "callers", 1),
    "never_reached_share": ("never_reached", "callers", 100),
    "abandonment": ("abandoned", "offered", 100),
    "loss": ("lost", "offered", 100),
    "asa": ("wait_answered", "answered", 60),
    "mean_wait_abandoned": ("wait_abandoned", "abandoned", 60),
    "service_level_of_answered": ("in_time", "answered", 100),
    "occupancy": ("busy", "staffed", 100),
}
DOOR, QUEUE, ORBIT = 1, 2, 3
#: Chance that any measure is called different where none is.
ERROR = 0.01


def network(ciw: Any) -> Any:
    """The same queue: a door that lets callers in while there is room, lines, and those who will call again."""

    class Redials(ciw.routing.NodeRouting):  # type: ignore[misc]  # Ciw has no types
        def after(self, outcome: str, caller: Any) -> Any:
            again = caller.tries < ATTEMPTS and ciw.rng.random() < AGAIN[outcome]
            return self.simulation.nodes[ORBIT if again else -1]

    class AtTheDoor(Redials):
        def next_node(self, caller: Any) -> Any:
            caller.tries = getattr(caller, "tries", 0) + 1
            queue = self.simulation.nodes[QUEUE]
            return queue if queue.number_of_individuals < LINES + PLACES else self.after("blocked", caller)

    class AtTheLines(Redials):
        def next_node(self, caller: Any) -> Any:  # noqa: ARG002  # as Ciw calls it
            return self.simulation.nodes[-1]

        def next_node_for_jockeying(self, caller: Any) -> Any:
            return self.after("abandoned", caller)

    shape = CV**-2
    return ciw.create_network(
        arrival_distributions=[ciw.dists.PoissonIntervals([A_DAY / 1440], [END], END), None, None],
        service_distributions=[
            ciw.dists.Deterministic(0.0),
            ciw.dists.Gamma(shape, HANDLING / shape),
            ciw.dists.Lognormal(log(DELAY), SIGMA),
        ],
        reneging_time_distributions=[None, ciw.dists.Exponential(1 / PATIENCE), None],
        number_of_servers=[float("inf"), LINES, float("inf")],
        routing=ciw.routing.NetworkRouting([AtTheDoor(), AtTheLines(), ciw.routing.Direct(DOOR)]),
    )


def sums(ciw: Any, seed: int) -> dict[str, float]:
    """Sums of one run of Ciw over the contacts that begin within the period."""
    ciw.seed(seed)
    simulation = ciw.Simulation(network(ciw))
    simulation.simulate_until_max_time(END + 1440)
    # A caller who is called 4 has records at the door, at the lines and in orbit.
    records = [record for record in simulation.get_all_records() if record.arrival_date < END]
    door = [record for record in records if record.node == DOOR]
    lines = [record for record in records if record.node == QUEUE]
    answered = [record for record in lines if record.record_type == "service"]
    gave_up = [record.waiting_time for record in lines if record.record_type == "renege"]
    callers = {record.id_number for record in door}
    waits = [record.waiting_time for record in answered]
    return {
        "one": 1,
        "callers": len(callers),
        "offered": len(door),
        "answered": len(answered),
        "abandoned": len(gave_up),
        "lost": len(door) - len(answered),
        "never_reached": len(callers - {record.id_number for record in answered}),
        "wait_answered": sum(waits),
        "wait_abandoned": sum(gave_up),
        "in_time": sum(wait <= 1 for wait in waits),
        "busy": sum(min(record.service_end_date, END) - min(record.service_start_date, END) for record in answered),
        "staffed": LINES * END,
    }


def ratio(over: NDArray[np.float64], under: NDArray[np.float64], scale: float) -> tuple[float, float]:
    """A ratio of sums and its standard error (delta method)."""
    value = over.sum() / under.sum()
    spread = (over - value * under).std(ddof=1) / sqrt(len(over)) / under.mean()
    return float(scale * value), float(scale * spread)


def main() -> int:
    """Run both and write the section; 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ciw", type=Path, required=True, help="folder in which Ciw is installed")
    parser.add_argument("--runs", type=int, default=60, help="runs of Ciw (default: 60)")
    given = parser.parse_args()
    sys.path.append(str(given.ciw))
    ciw = import_module("ciw")
    runs = [sums(ciw, seed) for seed in range(given.runs)]
    columns = {name: np.array([run[name] for run in runs], dtype=float) for name in runs[0]}
    ours = sim.run(sim.loads(SCENARIO), replications=2000, out=None, keep_contacts=0)
    rows, differ = [], False
    limit = NormalDist().inv_cdf(1 - ERROR / 2 / len(MEASURES))
    for name, (over, under, scale) in MEASURES.items():
        theirs, error = ratio(columns[over], columns[under], scale)
        found = ours.estimate(name)
        z = (found.value - theirs) / sqrt(error**2 + ((found.high - found.low) / 3.92) ** 2)
        differ |= abs(z) > limit
        rows.append((name, found, Estimate(theirs, theirs - 1.96 * error, theirs + 1.96 * error), z))
    text = section(rows, runs=given.runs, version=ciw.__version__, contacts=int(columns["offered"].sum()), limit=limit)
    print(text)
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), "Ciw", text), encoding="utf-8")
    return int(differ)


def section(
    rows: list[tuple[str, Estimate, Estimate, float]], *, runs: int, version: str, contacts: int, limit: float
) -> str:
    """The table with what it is about."""
    again = f"{AGAIN['abandoned']:.0%} after giving up, {AGAIN['blocked']:.0%} after a busy tone"
    about = (
        f"A phone queue with {LINES} lines, {PLACES} waiting places and a busy tone, exponential patience "
        f"({PATIENCE:g} min), gamma handling times ({HANDLING:g} min, cv {CV:g}) and redials ({again}, lognormal "
        f"delay, at most {ATTEMPTS} attempts), {A_DAY} new callers a day for {DAYS} days, built in Ciw {version} and "
        f"in a scenario: {runs} runs of Ciw ({contacts:,} contacts) and 2,000 replications, 95 % intervals. z is the "
        f"difference in standard errors; {limit:.2f} is too much (1 % for all together). "
        "`python -m tests.long.third_party --ciw FOLDER` writes this section."
    )
    lines = [*wrap(about, 120), "", "| measure | Ciw | `sim run` | z |", "| --- | ---: | ---: | ---: |"]
    for name, ours, theirs, z in rows:
        lines.append(f"| {name} | {plain(theirs)} | {plain(ours)} | {z:+.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
