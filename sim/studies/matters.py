"""Which assumptions matter most to how two plans differ: each stated range at its ends, all else as stated.

The plans meet the same few worlds at every end. The ends that move the difference most are tried with another plan too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot
from threading import Event
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS
from sim.studies.paired import change_of, difference_of
from sim.studies.trial import Trial, Which, try_plans
from sim.studies.unknowns import Unknown, unknowns_of

#: Measure, kind and name of the scope that it is of.
Measure = tuple[str, str, str]
Play = Callable[[dict[str, Scenario]], Trial]
#: Ends of ranges that are tried with the second plan too.
CLOSE = 8
WORLDS = 16
#: Counts of which a plan saves some where it has fewer.
FEWER_ARE_BETTER = ("never_reached", "abandoned", "blocked", "sent_away")
_MOST = 3
_BASE, _FIRST, _SECOND = "base", "first", "second"


@dataclass(frozen=True)
class Assumption:
    """One stated value at one end of its range: what the first plan then changes, and how it does beside the second.

    ``saves`` is the first plan's paired difference to the base. ``change`` is by how much that is larger than as
    stated, with an interval for all ends together; None where it was not asked for. ``second_better`` is the first
    plan's difference to the second, None where the end matters too little to have been tried with it.
    """

    of: Unknown
    end: Any
    saves: Estimate
    second_better: Estimate | None = None
    change: Estimate | None = None

    @property
    def overturns(self) -> bool:
        """Whether the second plan has clearly less there."""
        return self.second_better is not None and self.second_better.low > 0

    @property
    def clear(self) -> bool:
        """Whether the end clearly changes the difference."""
        return self.change is not None and (self.change.low > 0 or self.change.high < 0)


@dataclass(frozen=True)
class Matters:
    """What stated ranges do to the difference of ``first`` to ``base``, which is ``usual`` as everything is stated.

    ``found`` has every end that makes a scenario, the one that moves the difference most first; ``second`` is "" where
    there is no further plan.
    """

    measure: Measure
    base: str
    first: str
    second: str
    usual: Estimate
    where: Which
    found: tuple[Assumption, ...]

    @property
    def plans(self) -> list[str]:
        """Names of its two or three plans."""
        return [name for name in (self.base, self.first, self.second) if name]

    def named(self, base: str, first: str, second: str = "") -> Matters:
        """The same with other names of its plans, such as those of a reader's language."""
        return replace(self, base=base, first=first, second=second)

    @property
    def most(self) -> list[Assumption]:
        """The farther end of up to three assumptions that clearly change the difference, the farthest first."""
        farthest: dict[Unknown, Assumption] = {}
        for one in self.found:
            if one.clear:
                farthest.setdefault(one.of, one)
        return list(farthest.values())[:_MOST]

    def there(self, one: Assumption) -> Estimate:
        """The difference at an end: as stated, on all worlds, and the change on the few."""
        change = one.change or NOTHING
        value, half = self.usual.value + change.value, hypot(self.usual.half, change.half)
        return Estimate(value, value - half, value + half)

    @property
    def turned(self) -> list[Assumption]:
        """Ends at which the difference clearly has the other sign."""
        sign = 1 if self.usual.low > 0 else -1 if self.usual.high < 0 else 0
        ends = ((one, self.there(one)) for one in self.found if one.clear)
        return [one for one, there in ends if (sign > 0 and there.high < 0) or (sign < 0 and there.low > 0)]

    @property
    def overtaken(self) -> list[Assumption]:
        """Ends at which the second plan is clearly better than the first."""
        return [one for one in self.found if one.overturns]

    @property
    def tried_with_second(self) -> int:
        """Ends that were tried with the second plan."""
        return sum(one.second_better is not None for one in self.found)


def matters(
    plans: Mapping[str, Scenario],
    usual: Estimate,
    measure: Measure,
    where: Which,
    *,
    known: Sequence[Unknown] | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> Matters:
    """What stated ranges (``known``; default: all) do to the difference of the second of ``plans`` to the first.

    The first is the base; a third plan is held against the second. Ends are set in every plan that states this range.
    """
    base, first, second = [*plans, ""][:3]

    def play(some: dict[str, Scenario]) -> Trial:
        return try_plans(
            some, replications=where.number, seed=where.seed, first=where.first, kinds=("all", measure[1]),
            workers=workers, progress=progress, stop=stop,
        )  # fmt: skip

    if known is None:
        known = list(dict.fromkeys(one for plan in plans.values() for one in unknowns_of(plan)))
    found = _at_ends(list(plans.values()), [(one, end) for one in known for end in one.ends], measure, play)
    return Matters(measure, base, first, second, usual, where, found)


def _at_ends(
    plans: Sequence[Scenario], ends: Sequence[tuple[Unknown, Any]], measure: Measure, play: Play
) -> tuple[Assumption, ...]:
    """Ends by how far they move the difference of the first plan to the base, farthest first.

    ``plans`` are base, first, and second if there is one, which is tried at the farthest ends. An end that makes no
    scenario is left out.
    """
    states = [set(unknowns_of(plan)) for plan in plans]
    drafts = {number: some for number, end in enumerate(ends) if (some := _drafts(plans[:2], end, states))}
    if not drafts:
        return ()
    stated = {_BASE: plans[0], _FIRST: plans[1]}
    trial = play(stated | {f"{number} {role}": plan for number, some in drafts.items() for role, plan in some.items()})
    name, kind, of = measure
    level = 1 - 0.05 / len(drafts)

    def at(number: int) -> Assumption:
        saves = trial.difference(f"{number} {_FIRST}", name, base=f"{number} {_BASE}", kind=kind, name=of)
        return Assumption(*ends[number], saves, change=_change(trial, number, measure, level))

    found = {number: at(number) for number in drafts}
    order = sorted(found, key=lambda number: -_moved(found[number]))
    if len(plans) > 2:
        second = _with_second(plans[2], {number: ends[number] for number in order[:CLOSE]}, states[2])
        again = play(second) if second else trial
        for number in (number for number in order if f"{number} {_SECOND}" in second):
            counts = (again.counts[f"{number} {_SECOND}"], trial.counts[f"{number} {_FIRST}"])
            better = difference_of(DEFINITIONS[name], *(some.of(kind, of) for some in counts), level=0.95)
            found[number] = replace(found[number], second_better=better)
    return tuple(found[number] for number in order)


def _moved(one: Assumption) -> float:
    """How far the difference moves; 0 where that is not known."""
    change = (one.change or NOTHING).value
    return abs(change) if change == change else 0.0


def _change(trial: Trial, number: int, measure: Measure, level: float) -> Estimate:
    name, *scope = measure
    stated, there = (
        tuple(trial.counts[f"{prefix}{role}"].of(*scope) for role in (_BASE, _FIRST)) for prefix in ("", f"{number} ")
    )
    return change_of(DEFINITIONS[name], (stated[0], stated[1]), (there[0], there[1]), level=level)


def _drafts(
    plans: Iterable[Scenario], end: tuple[Unknown, Any], states: Sequence[set[Unknown]]
) -> dict[str, Scenario] | None:
    """Base and first at an end; None where it makes no scenario of one of them."""
    try:
        drafts = [_at(plan, *end, known) for plan, known in zip(plans, states, strict=False)]
    except ScenarioError:
        return None
    return dict(zip((_BASE, _FIRST), drafts, strict=True))


def _with_second(
    second: Scenario, close: Mapping[int, tuple[Unknown, Any]], states: set[Unknown]
) -> dict[str, Scenario]:
    """The second plan at each of these ends where it makes a scenario."""
    found = {}
    for number, end in close.items():
        try:
            found[f"{number} {_SECOND}"] = _at(second, *end, states)
        except ScenarioError:
            continue
    return found


def _at(plan: Scenario, of: Unknown, end: Any, states: set[Unknown]) -> Scenario:
    """A plan with one value at an end, if it states this range."""
    return plan.with_settings(of.settings(end)) if of in states else plan
