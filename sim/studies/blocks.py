"""A helpline taken apart: blocks of queues and lines that have nothing to do with each other, counted each on its own.

On the same worlds the counts of a whole plan are the exact sums of those of its blocks. So each block is simulated for
each of its own levels, several blocks at once in one simulation, and never for all combinations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError
from sim.scenario.scenario import Scenario
from sim.statistics.cells import AT
from sim.studies.costs import Team
from sim.studies.means import Means
from sim.studies.staffing import Levels
from sim.studies.targets import Target
from sim.studies.trial import Counts

Floats = NDArray[np.float64]


def blocks_of(scenario: Scenario) -> list[frozenset[int]]:
    """Queues that share a line group, or whose callers may go on to the other: the numbers of each such set."""
    centre = scenario.model.centre
    joined = [frozenset({number}) for number in range(len(centre.queues))]

    def join(some: Iterable[int]) -> None:
        nonlocal joined
        chosen = frozenset(some)
        touching = [block for block in joined if block & chosen]
        joined = [block for block in joined if not block & chosen] + [frozenset().union(*touching)]

    for group in range(len(centre.groups)):
        some = [n for n, queue in enumerate(centre.queues) if any(route.group == group for route in queue.routes)]
        if some:
            join(some)
    for channel, habits in enumerate(centre.habits):
        tried = zip(habits.redial, habits.switch, habits.switch_to, strict=True)
        onward = {to for redial, switch, to in tried if redial and switch} | (
            {habits.forward_to} if habits.forward else set()
        )
        for to in onward:
            for here, there in zip(centre.queue_of[channel], centre.queue_of[to], strict=True):
                join((here, there))
    return sorted(joined, key=min)


@dataclass(frozen=True)
class Block:
    """Queues by name, the provinces whose callers wait there, and what is decided of its lines."""

    queues: tuple[str, ...]
    provinces: frozenset[int]
    team: Team
    mixed: bool

    @property
    def groups(self) -> tuple[str, ...]:
        """Its line groups that are decided."""
        return tuple(staff.group for staff in self.team.staff)


@dataclass(frozen=True)
class Measured:
    """What is added up over blocks, of each world: ``slack`` (worlds, targets) and ``lost`` (worlds,).

    ``lost`` are people who called while open and were never reached.
    """

    slack: Floats
    lost: Floats


@dataclass
class Book:
    """Every block's numbers at every level that was asked for, on the first ``replications`` worlds.

    The only state of a search: it grows, and what is in it never changes.
    """

    scenario: Scenario
    blocks: tuple[Block, ...]
    targets: tuple[Target, ...]
    start: tuple[Levels, ...]
    replications: int
    means: Means
    simulated: int = 0
    known: dict[tuple[int, Levels], Measured] = field(default_factory=dict)
    refused: dict[tuple[int, Levels], str] = field(default_factory=dict)
    rest: Floats | None = None

    @cached_property
    def _by_province(self) -> bool:
        return any(target.kind == "province" for target in self.targets)

    def need(self, wanted: Mapping[int, Iterable[Levels]]) -> None:
        """Have these levels of these blocks simulated, as many blocks at once as have nothing in common."""
        if self.rest is None:
            self._simulate([self.start])
        pending = {
            block: [
                levels
                for levels in dict.fromkeys(some)
                if (block, levels) not in self.known and (block, levels) not in self.refused
            ]
            for block, some in wanted.items()
        }
        mixed = [block for block in pending if self.blocks[block].mixed and self._by_province]
        rows: list[dict[int, Levels]] = []
        # Of blocks with callers of several provinces one at a time, so that each one's part of a province is known.
        for block in mixed:
            rows += [{block: levels} for levels in pending[block]]
        for block in pending:
            if block in mixed:
                continue
            for at, levels in enumerate(pending[block]):
                if at == len(rows):
                    rows.append({})
                rows[at][block] = levels
        plans = [tuple(row.get(block, start) for block, start in enumerate(self.start)) for row in rows]
        for at in range(0, len(plans), 40):
            self._simulate(plans[at : at + 40])

    def _simulate(self, plans: Sequence[tuple[Levels, ...]]) -> None:
        built: dict[str, Scenario] = {}
        for number, plan in enumerate(plans):
            self.means.go_on()
            scenario = self._built(plan)
            if scenario is not None:
                built[str(number)] = scenario
        if not built:
            return
        trial = self.means.play(built, self.replications, kinds=("queue", "province"))
        self.simulated += len(built)
        for name in built:
            self._enter(plans[int(name)], trial.counts[name])

    def _built(self, plan: tuple[Levels, ...]) -> Scenario | None:
        """The scenario of a plan; None where it cannot be, such as callers who would wait for ever."""
        settings = [
            text for block, levels in zip(self.blocks, plan, strict=True) for text in block.team.settings(levels)
        ]
        try:
            return self.scenario.with_settings(settings)
        except ScenarioError as error:
            changed = [(n, levels) for n, levels in enumerate(plan) if levels != self.start[n]]
            if not changed:
                raise
            if len(changed) == 1:
                self.refused[changed[0]] = error.mistakes[0].message
                return None
            for n, levels in changed:
                alone = tuple(levels if k == n else start for k, start in enumerate(self.start))
                self._simulate([alone])
            return None

    def _enter(self, plan: tuple[Levels, ...], counts: Counts) -> None:
        own = [self._own(block, counts) for block in self.blocks]
        provinces = np.zeros((self.replications, len(self.targets)))
        for t, target in enumerate(self.targets):
            if target.kind == "province":
                pure = sum(part.slack[:, t] for part, block in zip(own, self.blocks, strict=True) if not block.mixed)
                provinces[:, t] = counts.of("province", target.name) @ target.weights - pure
        if self.rest is None:
            self.rest = provinces
        for n, (block, levels) in enumerate(zip(self.blocks, plan, strict=True)):
            if (n, levels) in self.known:
                continue
            slack = own[n].slack
            if block.mixed:
                # The others are at the start, so that the difference is this block's.
                slack = slack + (provinces - self.rest)
            self.known[n, levels] = Measured(slack, own[n].lost)

    def _own(self, block: Block, counts: Counts) -> Measured:
        """A block's part of each target, but for provinces whose callers wait in queues of several of them."""
        of = {name: counts.of("queue", name) for name in block.queues}
        slack = np.zeros((self.replications, len(self.targets)))
        for t, target in enumerate(self.targets):
            if target.kind == "province" and block.mixed:
                continue
            chosen = [values for name, values in of.items() if self._counts(target, block, name)]
            slack[:, t] = sum((values @ target.weights for values in chosen), np.zeros(self.replications))
        lost = sum(values[:, AT["never_reached"]] - values[:, AT["only_closed"]] for values in of.values())
        return Measured(slack, np.asarray(lost, dtype=float))

    def _counts(self, target: Target, block: Block, queue: str) -> bool:
        if target.kind == "province":
            return block.provinces == {self.scenario.provinces.index(target.name)}
        if target.kind == "channel":
            numbers = {q.name: q.channel for q in self.scenario.model.centre.queues}
            return list(self.scenario.channels)[numbers[queue]] == target.name
        return target.kind == "all" or target.name == queue

    def total(self, plan: Sequence[Levels]) -> Measured:
        """A whole plan's numbers as the sum of its blocks'."""
        assert self.rest is not None
        parts = [self.known[n, levels] for n, levels in enumerate(plan)]
        slack = self.rest + np.sum([part.slack for part in parts], axis=0)
        return Measured(slack, np.sum([part.lost for part in parts], axis=0))
