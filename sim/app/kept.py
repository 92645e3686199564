"""Plans of one's own side by side: today's lines, plans that are kept and the one that is set, on the same worlds.

What is kept of a plan are its settings, which stand in the link. Its numbers follow from these for whatever callers are
set, so they never are of other callers than those beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.app.controls import Refused, Value, plans_of
from sim.app.link import Asked
from sim.app.looks import PLAN, TODAY, Look
from sim.app.work import Seats, Task
from sim.errors import ScenarioError
from sim.statistics.estimates import Estimate
from sim.studies.trial import Counts, Trial, try_plans

#: Of whom counts are kept: more would be large.
_KINDS = ("all", "channel")
#: Answers that a window remembers.
_REMEMBERED = 24

Remembered = dict[tuple[object, ...], Counts]


@dataclass(frozen=True)
class Beside:
    """A look, and with it the plans beside it: ``trial`` has today's, those kept by letter, and PLAN if it is set.

    ``failed`` are kept plans that do not go with the callers that are set, and why.
    """

    asked: Asked
    look: Look
    trial: Trial
    failed: Mapping[str, Exception]

    @property
    def own(self) -> list[str]:
        """The plans besides today's lines, those that leave fewest people unreached first."""
        plans = [name for name in self.trial.plans if name != TODAY]
        return sorted(plans, key=lambda name: self.trial.estimate(name, "never_reached").value)

    def best_two(self) -> tuple[str, str, Estimate] | None:
        """The best and the next of one's own plans, and how many fewer people the best leaves unreached.

        The interval holds for the best against all others together (Bonferroni). None with less than two plans.
        """
        if len(self.own) < 2:
            return None
        first, second = self.own[:2]
        level = 1 - 0.05 / (len(self.own) - 1)
        return first, second, self.trial.difference(first, "never_reached", base=second, level=level)


def beside(asked: Asked, look: Look, task: Task, seats: Seats, known: Remembered) -> Beside:
    """Every plan on the worlds of ``look``; what is ``known`` already is not played again. Stopped with ``task``."""
    counts = {TODAY: _small(look.trial.counts[TODAY])}
    failed: dict[str, Exception] = {}
    callers, mine = asked.callers, asked.plan
    if look.plans.differ:
        known[_key(callers, mine, look)] = _small(look.trial.counts[PLAN])
    for letter, values in asked.kept.items():
        if (key := _key(callers, values, look)) not in known:
            try:
                known[key] = _played(asked, {**callers, **values}, look, task, seats)
            except (Refused, ScenarioError) as error:
                failed[letter] = error
                continue
        counts[letter] = known[key]
    if look.plans.differ and mine not in asked.kept.values():
        counts[PLAN] = _small(look.trial.counts[PLAN])
    for old in list(known)[:-_REMEMBERED]:
        del known[old]
    return Beside(asked, look, Trial(look.trial.seed, look.trial.first, counts), failed)


def _played(asked: Asked, values: Mapping[str, Value], look: Look, task: Task, seats: Seats) -> Counts:
    plan = plans_of(asked.entry.scenario, asked.entry.parts, values).plan
    with seats.taken(task):
        trial = try_plans(
            {PLAN: plan},
            replications=look.trial.replications,
            seed=look.trial.seed,
            first=look.trial.first,
            kinds=_KINDS,
            progress=task.tell,
            stop=task.stop,
        )
    return trial.counts[PLAN]


def _key(callers: Mapping[str, Value], plan: Mapping[str, Value], look: Look) -> tuple[object, ...]:
    return look.trial.replications, frozenset(callers.items()), frozenset(plan.items())


def _small(counts: Counts) -> Counts:
    """Those of the period, of all and by channel."""
    chosen = [at for at, (kind, _) in enumerate(counts.scopes) if kind in _KINDS]
    return replace(counts, scopes=tuple(counts.scopes[at] for at in chosen), values=counts.values[:, chosen])
