"""The whole verification: systems against theory, balances to the last contact, the auditor, engines on each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sim import kernel
from sim.audit import audit
from sim.engines import ENGINES, simulate_all
from sim.engines.draw import draw_block
from sim.engines.streams import key_of
from sim.kernel import KernelError
from sim.model.centre import Centre
from sim.model.contacts import Contacts, ContactTables
from sim.model.inputs import RandomInputs
from sim.model.world import Worlds
from sim.studies.workers import finished
from sim.verification.counts import Floats, see
from sim.verification.exactly import broken
from sim.verification.possible import coarse, random_scenario
from sim.verification.scores import Score, student_z, two_sided
from sim.verification.systems import SYSTEMS, system
from sim.verification.verdict import FAMILY_ERROR, Verification, judged

__all__ = ["FAMILY_ERROR", "Play", "Size", "Verification", "usable_engines", "verify"]

#: What plays worlds at a centre: an engine, or something that only pretends to be one. It travels to other processes.
Play = Callable[[Worlds, Centre], ContactTables]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Size:
    """How much is looked at: replications of each system, and random scenarios for the auditor."""

    replications: int
    scenarios: int
    block: int = 16


QUICK, THOROUGH = Size(32, 6), Size(640, 120, block=32)

#: Replications at least behind each z-score that the tests of normality look at.
_BEHIND_ONE = 8


def usable_engines() -> tuple[str, ...]:
    """Engines that are there, and whose packages are installed."""
    scenario = random_scenario(0, 0)
    worlds = draw_block(scenario.model.inputs, seed=0, replications=range(1))

    def works(engine: str) -> bool:
        try:
            simulate_all(worlds, scenario.model.centre, engine=engine)
        except (ImportError, KernelError):
            return False
        return True

    return tuple(engine for engine in ENGINES if works(engine))


def _engines(engine: str) -> dict[str, Play]:
    """The engine wanted, then the others that are there."""
    usable = usable_engines()
    main = usable[-1] if engine == "auto" else engine
    if main not in usable:
        raise ValueError(f"{main!r} is not an engine that works here; there are {', '.join(usable)}")
    return {name: partial(play, name) for name in (main, *(name for name in usable if name != main))}


def play(engine: str, worlds: Worlds, centre: Centre) -> ContactTables:
    """What an engine makes of the worlds."""
    return ContactTables.of(simulate_all(worlds, centre, engine=engine))


@dataclass(frozen=True)
class Job:
    """The seed, and by name what plays; the first of them is held against theory."""

    seed: int
    plays: Mapping[str, Play]
    compiled: bool = False

    def draw(self, inputs: RandomInputs, *, seed: int, replications: Sequence[int]) -> Worlds:
        """Worlds, drawn by the kernel where it plays."""
        return (kernel.draw if self.compiled else draw_block)(inputs, seed=seed, replications=replications)


@dataclass(frozen=True)
class Found:
    """Of a task: counts by replication and measure, sentences about what cannot be, and how much was looked at."""

    over: Floats
    under: Floats
    impossible: tuple[str, ...]
    contacts: int


@dataclass(frozen=True)
class Task:
    """Replications of a system (from ``first`` on), or a random scenario where ``system`` is empty."""

    system: str
    first: int
    count: int
    found: Found | None = None


def verify(
    *,
    engine: str = "auto",
    thorough: bool = False,
    seed: int = 1712,
    systems: Sequence[str] | None = None,
    size: Size | None = None,
    plays: Mapping[str, Play] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Hold an engine against theory, and all engines against the auditor and each other.

    ``auto`` is the fastest engine there is. ``systems`` and ``size`` narrow the grid down; ``plays`` takes the place of
    the engines. The same arguments give the same numbers with any number of ``workers``.
    """
    began = time.monotonic()
    chosen, of = tuple(systems or SYSTEMS), size or (THOROUGH if thorough else QUICK)
    plays = plays or _engines(engine)
    main = next(iter(plays))
    job = Job(seed, plays, compiled=main == "compiled")
    tasks = [*_blocks(chosen, of), *(Task("", number, 1) for number in range(of.scenarios))]
    done = []
    for task in finished(_work, job, tasks, workers=workers, threads=main == "compiled"):
        done.append(task)
        if progress:
            progress(len(done), len(tasks))
    done.sort(key=lambda task: (task.system, task.first))
    of_systems, of_scenarios = ([t.found for t in done if bool(t.system) == kind and t.found] for kind in (True, False))
    scores: list[Score] = []
    independent: list[float] = []
    for name in chosen:
        mine = [task.found for task in done if task.system == name and task.found]
        over, under = (np.concatenate([getattr(found, part) for found in mine]) for part in ("over", "under"))
        differences = over - np.array([measure.exact for measure in system(name).measures]) * under
        scores += _scores(name, over, under, differences)
        independent += _independent(differences, np.abs(over).mean(axis=0))
    return judged(
        scores,
        independent,
        engines=tuple(plays),
        seed=seed,
        thorough=thorough,
        replications=of.replications,
        balances=tuple(text for found in of_systems for text in found.impossible),
        audits=tuple(text for found in of_scenarios for text in found.impossible),
        contacts=sum(found.contacts for found in of_systems),
        audited=sum(found.contacts for found in of_scenarios),
        scenarios=of.scenarios,
        seconds=time.monotonic() - began,
    )


def _blocks(systems: Sequence[str], size: Size) -> Iterator[Task]:
    for name in systems:
        for first in range(0, size.replications, size.block):
            yield Task(name, first, min(size.block, size.replications - first))


def _work(job: Job, task: Task) -> Task:
    return replace(task, found=_of_system(job, task) if task.system else _of_scenario(job, task.first))


# Systems


def _of_system(job: Job, task: Task) -> Found:
    one = system(task.system)
    # Systems share no callers: each has a seed of its own.
    seed = key_of(job.seed, "verify", task.system)[0]
    numbers = range(task.first, task.first + task.count)
    worlds = job.draw(one.scenario.model.inputs, seed=seed, replications=numbers)
    main = next(iter(job.plays.values()))
    tables, days = main(worlds, one.scenario.model.centre), (one.first, one.last)
    seen = see(one.scenario, worlds, tables, days, compiled=job.compiled)
    over, under = (
        np.stack([count(seen) for count in counts], axis=1)
        for counts in ([m.over for m in one.measures], [m.under for m in one.measures])
    )
    return Found(over, under, tuple(broken(f"{one.name}, block {task.first}", seen)), len(seen.contacts))


def _scores(name: str, over: Floats, under: Floats, differences: Floats) -> Iterator[Score]:
    one, n = system(name), len(over)
    for j, measure in enumerate(one.measures):
        total = float(under[:, j].sum())
        z = student_z(differences[:, j], float(np.abs(over[:, j]).mean()))
        spread = float(np.std(differences[:, j], ddof=1)) * n**0.5 / total if total else float("nan")
        found = float(over[:, j].sum()) / total if total else float("nan")
        yield Score(one.name, measure.name, measure.unit, measure.exact, found, spread, z, two_sided(z))


def _independent(differences: Floats, scale: Floats) -> Iterator[float]:
    """z-scores of the first measures, each from replications of its own, so that none depends on another."""
    many = min(differences.shape[1], len(differences) // _BEHIND_ONE)
    return (student_z(differences[j::many, j], float(scale[j])) for j in range(many))


# Random scenarios


def _of_scenario(job: Job, number: int) -> Found:
    """One world as drawn and one on a coarse clock, past the auditor and through every engine."""
    scenario = random_scenario(job.seed, number)
    drawn = job.draw(scenario.model.inputs, seed=job.seed, replications=range(2))
    worlds = Worlds.of([drawn[0], coarse(drawn[1])])
    impossible, looked = [], 0
    first: list[Contacts] | None = None
    for name, engine in job.plays.items():
        tables = list(engine(worlds, scenario.model.centre))
        for kind, world, table in zip(("", ", coarse clock"), worlds, tables, strict=True):
            told = audit(world, scenario.model.centre, table, most=5)
            impossible += [f"{scenario.name}{kind}, {name}: {text}" for text in told]
            looked += len(table)
        if first is not None and first != tables:
            impossible.append(f"{scenario.name}: {name} and {next(iter(job.plays))} do not give the same contacts")
        first = first or tables
    nothing = np.zeros((0, 0))
    return Found(nothing, nothing, tuple(impossible), looked)
