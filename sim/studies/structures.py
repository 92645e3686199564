"""Ways to organise the lines that a plan may choose from: as they are, helping each other, or with one queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.answers.answer import Message, Term, message
from sim.errors import ScenarioError
from sim.scenario.routing import queues_of
from sim.scenario.scenario import Scenario
from sim.studies.blocks import Block, blocks_of
from sim.studies.costs import Costs, Team
from sim.studies.guess import guesses
from sim.studies.staffing import Levels, PlanError, Staff
from sim.studies.targets import Target
from sim.units import nearest

AS_IS = "as it is"
ALLOWED = ("overflow", "pooling")
_POOL = "pool"


@dataclass(frozen=True)
class Structure:
    """A scenario with one way to organise its lines, in these ``channels``; lines of other provinces help ``after``."""

    name: str
    scenario: Scenario
    channels: tuple[str, ...] = ()
    after: str = ""

    @property
    def words(self) -> Message | None:
        """What it does otherwise than the scenario as it is, where it does."""
        if self.name == AS_IS:
            return None
        channels = Term("and", tuple(Term("name", name) for name in self.channels))
        return message(f"plan.{self.name}", channels=channels, after=Term("duration", self.after))


def structures_of(scenario: Scenario, allow: Sequence[str], *, after: str) -> list[Structure]:
    """The scenario as it is, and what is allowed besides, for every channel with a queue in each province."""
    for name in allow:
        if name not in ALLOWED:
            raise PlanError(f"allow: {name!r} is unknown; allowed are {' and '.join(ALLOWED)}.{nearest(name, ALLOWED)}")
    channels = [name for name, queues in queues_of(scenario).items() if len(queues) > 1]
    if allow and not channels:
        raise PlanError(f"allow: there is nothing to join by {' or '.join(allow)}: no channel has a queue per province")
    return [
        Structure(AS_IS, scenario),
        *(_joined(scenario, name, channels, after) for name in dict.fromkeys(allow)),
    ]


def _joined(scenario: Scenario, name: str, channels: Sequence[str], after: str) -> Structure:
    settings = []
    for channel in channels:
        if name == "pooling":
            pool = _POOL if _POOL not in scenario.channels else f"{_POOL}ed"
            settings += [f"channels.{channel}.pools={{{pool}: all}}", f"routing.{channel}=[own]"]
        else:
            settings.append(f"routing.{channel}=[own, {{to: others, after: {after}}}]")
    try:
        changed = scenario.with_settings(settings)
    except ScenarioError as error:
        raise PlanError(f"allow {name}: {error.mistakes[0].path}: {error.mistakes[0].message}") from None
    return Structure(name, changed, tuple(channels), after)


def blocks_with(structure: Structure, staff: Sequence[Staff], costs: Costs) -> tuple[Block, ...]:
    """Blocks of a structure, each with those of its groups that are decided."""
    scenario, found = structure.scenario, []
    centre = scenario.model.centre
    for numbers in blocks_of(scenario):
        served = {centre.groups[r.group].name for n in numbers for r in centre.queues[n].routes}
        provinces = frozenset(p for queues in centre.queue_of for p, queue in enumerate(queues) if queue in numbers)
        team = Team(scenario, tuple(one for one in staff if one.group in served), costs)
        queues = tuple(centre.queues[n].name for n in sorted(numbers))
        found.append(Block(queues, provinces, team, mixed=len(provinces) > 1))
    return tuple(found)


def groups_about(scenario: Scenario, targets: Sequence[Target]) -> tuple[str, ...]:
    """Line groups that the targets are about: of blocks with a queue that one of them counts; all without targets."""
    centre, channels = scenario.model.centre, list(scenario.channels)
    found: list[str] = []
    for numbers in blocks_of(scenario):
        queues = [centre.queues[n] for n in sorted(numbers)]
        names = {queue.name for queue in queues} | {channels[queue.channel] for queue in queues}
        if not targets or any(target.kind in ("all", "province") or target.name in names for target in targets):
            found += [centre.groups[route.group].name for queue in queues for route in queue.routes]
    return tuple(name for name in scenario.lines if name in found)


def starts(blocks: Sequence[Block], scenario: Scenario, targets: Sequence[Target]) -> tuple[Levels, ...]:
    """Levels of each block at which a search begins: what theory says of first calls, within the limits."""
    wanted = guesses(scenario, [one for block in blocks for one in block.team.staff], targets)

    def start(one: Staff) -> Levels:
        there = _lines_now(scenario, one.group) if one.extra else 0
        return one.clipped([lines - there for lines in wanted[one.group]])

    return tuple(tuple(level for one in block.team.staff for level in start(one)) for block in blocks)


def _lines_now(scenario: Scenario, group: str) -> int:
    """Lines that a group has at its busiest, those on top left out."""
    block = scenario.lines[group]
    return block.count.value if block.count else max((n.value for n in (block.shifts or {}).values()), default=0)


def limits(staff: Sequence[Staff], wanted: Mapping[str, Sequence[int]], more: int) -> Iterator[Staff]:
    """Groups whose most lines are so many more than theory says of their busiest slot."""
    for one in staff:
        yield replace(one, most=max(one.least, *wanted[one.group]) + more)
