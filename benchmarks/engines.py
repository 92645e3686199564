"""Contacts per second of the engine beside the straightforward SimPy model, in one run on the same worlds.

    python benchmarks/engines.py

Rounds alternate between the two, so that a slow moment of the machine hits both; medians are compared. Only first
contacts are simulated in both (attempts: 1), in the campaign's hours, so that both see the same contacts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import textbook_simpy

import sim
from sim.centre import Centre
from sim.draw import draw
from sim.luck import prepare
from sim.measures import measure
from sim.studies.parts import promises_of
from sim.world import World

SCENARIO = Path(__file__).parent.parent / "scenarios" / "als-je-eens-wist-2020.yaml"
WORLDS, ROUNDS = 40, 7


def seconds(function: Callable[[World, Centre], object], worlds: list[World], centre: Centre) -> float:
    start = time.perf_counter()
    for world in worlds:
        function(world, centre)
    return time.perf_counter() - start


def main() -> None:
    # Open day and night, so that no contact is spared the lines.
    once = ["attempts=1", "channels.phone.hours=always", "channels.chat.hours=always", "channels.e-mail.staffed=always"]
    scenario = sim.load(SCENARIO, [*once, "demand.outside_hours={}", "demand.contacts=1000"])
    luck, centre = prepare(scenario), scenario.centre
    worlds = [draw(luck, seed=1, replication=r) for r in range(WORLDS)]
    contacts = sum(len(world) for world in worlds)
    ours, textbook = [], []
    for _ in range(ROUNDS):
        ours.append(contacts / seconds(sim.simulate, worlds, centre))
        textbook.append(contacts / seconds(textbook_simpy.simulate, worlds, centre))
    mine, theirs = statistics.median(ours), statistics.median(textbook)
    print(f"{contacts:,} first contacts in {WORLDS} worlds, median of {ROUNDS} alternating rounds")
    print(f"engine          {mine:>10,.0f} contacts/s")
    print(f"textbook SimPy  {theirs:>10,.0f} contacts/s")
    print(f"ratio           {mine / theirs:>10.2f}")
    whole(scenario=sim.load(SCENARIO))


def whole(*, scenario: sim.Scenario) -> None:
    """Where the time of a replication of the shipped campaign goes."""
    luck, centre, promises = prepare(scenario), scenario.centre, promises_of(scenario)
    start = time.perf_counter()
    worlds = [draw(luck, seed=1, replication=r) for r in range(WORLDS)]
    drawn = time.perf_counter()
    tables = [sim.simulate(world, centre) for world in worlds]
    simulated = time.perf_counter()
    for world, table in zip(worlds, tables, strict=True):
        measure(world, centre, table, calendar=scenario.days, promises=promises)
    measured = time.perf_counter()
    parts = {"draw": drawn - start, "simulate": simulated - drawn, "measure": measured - simulated}
    total = sum(parts.values())
    shares = ", ".join(f"{name} {part / total:.0%}" for name, part in parts.items())
    print(f"campaign scenario: {total / WORLDS * 1e3:.1f} ms a replication on one core ({shares})")


if __name__ == "__main__":
    main()
