"""The stages of a replication with either engine, each as a work of its own: draw, simulate, measure, all, write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from timing import Work

from sim import kernel
from sim.engines import simulate_block
from sim.engines.draw import draw_block
from sim.model.world import Worlds
from sim.results.store import Store
from sim.scenario.scenario import Scenario
from sim.statistics import measures
from sim.statistics.cells import layout_of
from sim.statistics.estimates import Moments
from sim.statistics.products import CHUNK, Products
from sim.statistics.summary import PAIRS
from sim.studies import parts

SEED = 1
STAGES = ("draw", "simulate", "measure", "end to end", "with writing")


@dataclass(frozen=True)
class Staged:
    """A scenario, its first replications drawn, and where parts are written."""

    scenario: Scenario
    worlds: Worlds
    store: Store


@contextmanager
def staged(scenario: Scenario, replications: int) -> Iterator[Staged]:
    """All that the stages need, in a folder that is removed afterwards."""
    worlds = draw_block(scenario.model.inputs, seed=SEED, replications=range(replications))
    with tempfile.TemporaryDirectory(prefix="sim-benchmark-") as folder:
        yield Staged(scenario, worlds, Store.for_scenario(scenario, seed=SEED, out=Path(folder)))


def works(there: Staged, engine: str, replications: int, part_of: int | None = None) -> dict[str, Work]:
    """Each stage of the first ``replications``; all together of a part of ``part_of`` (default: as many)."""
    scenario, centre, quick = there.scenario, there.scenario.model.centre, engine == "compiled"
    worlds = there.worlds if replications == len(there.worlds) else Worlds.of(list(there.worlds)[:replications])
    luck, promises = scenario.model.inputs, scenario.model.targets
    counter = kernel.Counter(layout_of(worlds.callers.names, centre), centre, scenario.model.calendar, promises)
    products = Products.of(PAIRS, counter.layout.size())
    drawing = kernel.Drawing.of(luck, seed=SEED)
    tables = simulate_block(worlds, centre, engine="compiled")
    contacts = len(tables.rows)
    job = parts.job_of(scenario, seed=SEED, engine=engine, keep_contacts=0)
    part = (0, (part_of or replications) - 1)
    in_part = contacts if part_of in (None, replications) else _contacts_in(scenario, part)

    def draw() -> int:
        if quick and drawing is not None:
            drawing.draw(np.arange(replications))
        else:
            draw_block(luck, seed=SEED, replications=range(replications))
        return contacts

    def simulate() -> int:
        return len(simulate_block(worlds, centre, engine=engine).rows)

    def measure() -> int:
        if quick:
            counter.count(worlds, tables, products=products)
        else:
            found = measures.measure(worlds, centre, tables, calendar=scenario.model.calendar, promises=promises)
            Moments.of(PAIRS, found.cells)
        return contacts

    def end_to_end() -> int:
        parts.make(job, part)
        return in_part

    def with_writing() -> int:
        parts.write(there.store, parts.make(job, part))
        return in_part

    return dict(zip(STAGES, (draw, simulate, measure, end_to_end, with_writing), strict=True))


def _contacts_in(scenario: Scenario, part: tuple[int, int]) -> int:
    """Contacts of a part, from blocks of the size in which it is made."""
    luck, centre = scenario.model.inputs, scenario.model.centre
    blocks = [range(first, min(first + CHUNK, part[1] + 1)) for first in range(part[0], part[1] + 1, CHUNK)]
    drawn = (draw_block(luck, seed=SEED, replications=numbers) for numbers in blocks)
    return sum(len(simulate_block(worlds, centre, engine="compiled").rows) for worlds in drawn)
