"""Plans tried in memory on the same worlds: what a search needs of each, without a results folder.

A world is drawn once for all plans with the same callers. The numbers are those of ``sim.run`` with the same seed and
replications; only the counts of the period are kept, and only of the scopes that are asked for.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Event

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.engines import simulate_block
from sim.engines.draw import draw_block
from sim.errors import SimError
from sim.language import ENGLISH, Language
from sim.model.compile import Model
from sim.model.impossible import Columns, impossible
from sim.scenario.scenario import Scenario
from sim.statistics.cells import COLUMNS, Layout
from sim.statistics.estimates import Estimate
from sim.statistics.measures import measure
from sim.statistics.products import CHUNK
from sim.statistics.summary import DEFINITIONS, Definition
from sim.studies.engine import AUTO, chosen
from sim.studies.paired import difference_of
from sim.studies.workers import cores, finished

Whole = NDArray[np.int64]
Scope = tuple[str, str]
#: Of whom counts are kept unless asked otherwise.
KINDS = ("all", "channel", "queue", "province", "lines")
#: Kinds of parts of all contacts by time: their names are numbers of days of the period, and of hours of the day.
SLICES = ("day", "hour")


class Stopped(SimError):
    """A trial was stopped before it was finished."""


@dataclass(frozen=True)
class Which:
    """Which worlds something was played on: consecutive ones of a seed."""

    number: int
    first: int
    seed: int

    def told(self, say: Language = ENGLISH) -> str:
        """``200 worlds (numbers 0 to 199 of seed 1712)``."""
        ends = {"first": say.number(self.first), "last": say.number(self.first + self.number - 1)}
        return say("study.worlds", number=say.number(self.number), seed=self.seed, **ends)

    def __str__(self) -> str:
        return self.told()


@dataclass(frozen=True)
class On:
    """What was played on which worlds: a text of the catalogue has them in it."""

    key: str
    worlds: Which

    def told(self, say: Language = ENGLISH) -> str:
        """``confirmed on 200 worlds (numbers 200 to 399 of seed 1712)``."""
        return say(self.key, worlds=self.worlds.told(say))


@dataclass(frozen=True)
class Counts:
    """Counts and sums of the period of one plan: ``values`` (replications, scopes, ``COLUMNS``)."""

    scopes: tuple[Scope, ...]
    values: Whole
    scenario: Scenario

    def estimate(self, of: Definition, kind: str = "all", name: str = "all") -> Estimate:
        """A measure of one scope with its 95 % interval, in its unit; KeyError where there is no such scope."""
        return of.of_counts(self.of(kind, name), never=self._never.get((kind, name), frozenset()))

    @cached_property
    def _never(self) -> Columns:
        return impossible(self.scenario, self.scenario.model)

    def of(self, kind: str = "all", name: str = "all") -> Whole:
        """Those of one scope, shape (replications, columns); KeyError where there is none.

        On a day after the last one of a plan, which has a night of another plan on it, there is nothing.
        """
        if (kind, name) not in self.scopes:
            if kind == "day" and any(one == "day" for one, _ in self.scopes):
                return np.zeros_like(self.values[:, 0])
            known = ", ".join(" ".join(scope) for scope in self.scopes)
            raise KeyError(f"no counts of {kind} {name!r}; there are those of {known}")
        found: Whole = self.values[:, self.scopes.index((kind, name))]
        return found


@dataclass(frozen=True)
class Trial:
    """Counts of several plans, the first of them the base, on consecutive worlds of a seed from number ``first`` on."""

    seed: int
    first: int
    counts: Mapping[str, Counts]

    @property
    def plans(self) -> list[str]:
        """Names of the plans, the base first."""
        return list(self.counts)

    @property
    def replications(self) -> int:
        """Worlds that every plan met."""
        return len(next(iter(self.counts.values())).values)

    @property
    def worlds(self) -> Which:
        """Which worlds these are."""
        return Which(self.replications, self.first, self.seed)

    def estimate(self, plan: str, measure: str, *, kind: str = "all", name: str = "all") -> Estimate:
        """A measure of one plan with its 95 % interval, in its unit."""
        return self.counts[plan].estimate(DEFINITIONS[measure], kind, name)

    def difference(
        self,
        plan: str,
        measure: str,
        *,
        base: str | None = None,
        kind: str = "all",
        name: str = "all",
        level: float = 0.95,
    ) -> Estimate:
        """Paired difference of ``plan`` to ``base`` (default: the first plan) in a measure, in its unit."""
        before, after = (self.counts[who].of(kind, name) for who in (base or self.plans[0], plan))
        return difference_of(DEFINITIONS[measure], before, after, level=level)

    def by_world(self, plan: str, measure: str, *, kind: str = "all", name: str = "all") -> NDArray[np.float64]:
        """A count or sum of each world, in the measure's unit, shape (replications,); ValueError for a ratio."""
        of = DEFINITIONS[measure]
        if of.under is not None:
            raise ValueError(f"{measure!r} is a ratio; over worlds it is a ratio of sums")
        weights = np.array([of.over.get(column, 0) for column in COLUMNS]) * of.scale
        found: NDArray[np.float64] = self.counts[plan].of(kind, name) @ weights
        return found


@dataclass(frozen=True)
class _Plan:
    """What is worked out once for a plan."""

    name: str
    model: Model

    def callers(self) -> bytes:
        """Equal for plans whose worlds are the same; absent lines are added to a world where a plan has more."""
        return hashlib.sha256(pickle.dumps(self.model.inputs)).digest()


@dataclass(frozen=True)
class _Job:
    """All plans, and how they are played."""

    plans: tuple[tuple[_Plan, ...], ...]
    seed: int
    compiled: bool
    kinds: tuple[str, ...]
    stop: Event | None = None

    @cached_property
    def drawings(self) -> tuple[kernel.Drawing | None, ...]:
        """What the kernel draws the callers of each group of plans from; None where it cannot."""
        return tuple(kernel.Drawing.of(group[0].model.inputs, seed=self.seed) for group in self.plans)


#: Plans with the same callers, by number, and some worlds.
_Task = tuple[int, range]


def try_plans(
    plans: Mapping[str, Scenario],
    *,
    replications: int,
    seed: int,
    first: int = 0,
    kinds: Sequence[str] = KINDS,
    engine: str = AUTO,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> Trial:
    """Play every plan on the worlds ``first``, ``first + 1``, ... of ``seed``.

    Other worlds of the same seed are fresh ones: a plan that was chosen on some is confirmed on others. ``kinds`` may
    have ``day`` and ``hour`` too. ``engine`` compiled is sooner for few worlds as well, once it is warm. ``progress``
    is told (done, wanted) in worlds over all plans; Stopped is raised soon after ``stop`` is set.
    """
    if not plans or replications < 1 or first < 0 or seed < 0:
        raise ValueError("a trial needs a plan and a world; numbers of worlds and seed are at least 0")
    compiled = chosen(engine) == "compiled"
    job = _Job(_by_callers(plans), seed, compiled, tuple(kinds), stop)
    numbers = range(first, first + replications)
    # Equal shares for all workers where there is little to do.
    step = min(CHUNK, max(1, -(-replications * len(job.plans) // (workers or cores()))))
    tasks = [(group, numbers[at : at + step]) for at in range(0, replications, step) for group in range(len(job.plans))]
    found: dict[tuple[str, int], tuple[tuple[Scope, ...], Whole]] = {}
    wanted, done = replications * len(plans), 0
    played = finished(_play, job, tasks, workers=workers if compiled else 1, threads=True)
    try:
        for part in played:
            found |= part
            done += sum(len(values) for _, values in part.values())
            if progress is not None:
                progress(done, wanted)
            if stop is not None and stop.is_set():
                raise Stopped(f"stopped after {done:,} of {wanted:,} replications")
    finally:
        played.close()  # type: ignore[attr-defined]  # a generator, whose pool ends with it
    return Trial(seed, first, {name: _joined(found, name, numbers, plan) for name, plan in plans.items()})


def _by_callers(plans: Mapping[str, Scenario]) -> tuple[tuple[_Plan, ...], ...]:
    """Plans that meet the same worlds are played one after the other on each of them."""
    together: dict[bytes, list[_Plan]] = {}
    for name, scenario in plans.items():
        plan = _Plan(name, scenario.model)
        together.setdefault(plan.callers(), []).append(plan)
    return tuple(tuple(group) for group in together.values())


def _play(job: _Job, task: _Task) -> dict[tuple[str, int], tuple[tuple[Scope, ...], Whole]]:
    """Scopes and counts by plan and first world."""
    group, numbers = task
    plans, drawing = job.plans[group], job.drawings[group] if job.compiled else None
    kept = [_kept(_layout(plan, job), job.kinds) for plan in plans]
    counts = _run(job, plans, drawing, numbers, kept) if drawing else _values(job, plans, numbers, kept)
    return {
        (plan.name, numbers[0]): (scopes.scopes, values)
        for plan, scopes, values in zip(plans, kept, counts, strict=True)
    }


def _layout(plan: _Plan, job: _Job) -> Layout:
    """Whole periods alone where nothing else is asked for; the readable path counts by day and hour too."""
    return Layout.of(plan.model, whole=job.compiled and not set(SLICES) & set(job.kinds))


def _counter(plan: _Plan, job: _Job) -> kernel.Counter:
    return kernel.Counter(_layout(plan, job), plan.model.centre, plan.model.calendar, plan.model.targets)


def _run(
    job: _Job, plans: Sequence[_Plan], drawing: kernel.Drawing, numbers: range, kept: Sequence[_Kept]
) -> Iterator[Whole]:
    """Of each plan what is counted of the kept scopes, shape (replications, scopes, columns), without any world."""
    every = any(scopes.periods is None for scopes in kept)
    counters = [_counter(plan, job) for plan in plans]
    found = kernel.run_plans(counters, drawing, np.array(numbers, dtype=np.int64), every=every)
    for counts, scopes in zip(found, kept, strict=True):
        yield counts.cells[:, scopes.cells] if every else counts.values[:, scopes.periods]


def _values(job: _Job, plans: Sequence[_Plan], numbers: range, kept: Sequence[_Kept]) -> Iterator[Whole]:
    """The same of worlds that are drawn once for all plans."""
    worlds = draw_block(plans[0].model.inputs, seed=job.seed, replications=numbers)
    for plan, scopes in zip(plans, kept, strict=True):
        if job.stop is not None and job.stop.is_set():
            raise Stopped(f"stopped in the middle of {len(plans):,} plans")
        model = plan.model
        tables = simulate_block(worlds, model.centre, engine="compiled" if job.compiled else "simpy")
        if job.compiled:
            yield _counter(plan, job).count(worlds, tables, every=True).cells[:, scopes.cells]
        else:
            found = measure(
                worlds, model.centre, tables, calendar=model.calendar, promises=model.targets, interval=model.interval
            )
            yield found.cells[:, scopes.cells]


@dataclass(frozen=True)
class _Kept:
    """Scopes whose counts are kept, their cells, and their places among whole periods if all of them are such."""

    scopes: tuple[Scope, ...]
    cells: list[int]
    periods: list[int] | None


@lru_cache(maxsize=256)
def _kept(layout: Layout, kinds: tuple[str, ...]) -> _Kept:
    """What is kept of these kinds; the same for every block of a plan, and for plans alike."""
    kept = [(scope, at) for at, cell in enumerate(layout.cells()) if (scope := _scope(*cell))[0] in kinds]
    scopes, cells = tuple(scope for scope, _ in kept), [at for _, at in kept]
    if any(kind in SLICES for kind, _ in scopes):
        return _Kept(scopes, cells, None)
    places = {int(cell): place for place, cell in enumerate(layout.periods())}
    return _Kept(scopes, cells, [places[cell] for cell in cells])


def _scope(kind: str, name: str, slice_: str, number: int) -> Scope:
    """How counts name a cell; ("", "") for one that they leave out."""
    if slice_ == "period":
        return kind, name
    return (slice_, str(number)) if kind == "all" else ("", "")


def _joined(
    found: Mapping[tuple[str, int], tuple[tuple[Scope, ...], Whole]], name: str, numbers: range, plan: Scenario
) -> Counts:
    parts = [found[name, number] for number in numbers if (name, number) in found]
    return Counts(parts[0][0], np.concatenate([values for _, values in parts]), plan)
