"""What a plan is asked, a way to answer it, and a try of it on fresh worlds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.blocks import Block
from sim.studies.choose import Choice, Searched
from sim.studies.staffing import Levels, PlanError, Staff
from sim.studies.structures import Structure
from sim.studies.targets import Target, everywhere_of, targets_of
from sim.studies.trial import Trial, Which

#: From how many to how many lines the least and the most of a group may be.
LEAST, MOST = (0, 20), (1, 100)


@dataclass(frozen=True)
class Question:
    """What a plan is asked: targets, what may be decided within which limits, what it costs, and on which worlds."""

    targets: tuple[str, ...] = ()
    everywhere: bool = False
    parts: str | None = None
    allow: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    least: int = 1
    most: int | None = None
    costs: tuple[str, ...] = ()
    cost_never_reached: float = 0.0
    shortest_shift: str | None = None
    overflow_after: str = "60 s"
    replications: int = 100
    confirm: int = 400
    seed: int = 1712

    def __post_init__(self) -> None:
        for name, lines, (low, high) in (("least", self.least, LEAST), ("most", self.most, MOST)):
            if lines is not None and not low <= lines <= high:
                raise PlanError(f"{name}: {lines} lines is out of range; a search takes {low} to {high}")
        if self.most is not None and self.most < self.least:
            raise PlanError(f"most: {self.most} lines at most is less than the least, {self.least}")

    def targets_in(self, scenario: Scenario) -> tuple[Target, ...]:
        """The targets in one structure; there may be none where callers never reached have a price."""
        return targets_of(scenario, self.targets, everywhere=self.everywhere, some=not self.cost_never_reached)

    def asked(self) -> dict[str, Any]:
        """All that affects the answer."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Way:
    """A structure with its targets, its blocks and what the search found."""

    structure: Structure
    targets: tuple[Target, ...]
    blocks: tuple[Block, ...]
    searched: Searched

    def scenario(self, choice: Choice) -> Scenario:
        """The scenario of a choice."""
        return self.structure.scenario.with_settings(
            [
                text
                for block, levels in zip(self.blocks, choice.levels, strict=True)
                for text in block.team.settings(levels)
            ]
        )

    def staffing(self, choice: Choice) -> dict[str, tuple[Staff, Levels]]:
        """Levels of every group that is decided."""
        return {
            staff.group: (staff, block.team.of(levels)[staff.group])
            for block, levels in zip(self.blocks, choice.levels, strict=True)
            for staff in block.team.staff
        }


@dataclass(frozen=True)
class Today:
    """Today's lines, cheaper than the plan, on the replications by which they were refused: what they miss there."""

    cost: float
    missed: tuple[tuple[Target, Estimate], ...]
    worlds: Which


@dataclass(frozen=True)
class Try:
    """A choice on fresh worlds."""

    way: Way
    choice: Choice
    scenario: Scenario
    trial: Trial

    @property
    def found(self) -> tuple[Estimate, ...]:
        """Each target's measure."""
        return tuple(target.estimate(self.trial, "plan") for target in self.way.targets)

    def behind(self) -> list[tuple[Target, list[tuple[Target, Estimate]]]]:
        """Targets that all provinces meet together, each with the provinces or queues that alone do not."""
        found = []
        scopes = self.trial.counts["plan"].scopes
        for target, value in zip(self.way.targets, self.found, strict=True):
            parts = [one for one in everywhere_of(self.scenario, target) if (one.kind, one.name) in scopes]
            missed = [(one, of) for one in parts if not one.met(of := one.estimate(self.trial, "plan"))]
            if target.met(value) and target not in parts and missed:
                found.append((target, missed))
        return found

    @property
    def missed(self) -> list[Target]:
        """Targets that its estimates miss."""
        return [target for target, value in zip(self.way.targets, self.found, strict=True) if not target.met(value)]
