"""Under which of the stated ranges a plan would miss its targets: each goes to its ends, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import ScenarioError
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.means import Means
from sim.studies.paired import difference_of
from sim.studies.targets import Target
from sim.studies.trial import Counts, Trial
from sim.studies.unknowns import Unknown, unknowns_of

#: Ends of ranges that are looked at closely.
_MOST = 8


@dataclass(frozen=True)
class Doubt:
    """One value at one end of its range: each target's measure under a plan, and the paired change."""

    of: Unknown
    end: Any
    values: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]
    before: tuple[Estimate, ...]

    def missed(self, targets: Sequence[Target]) -> list[Target]:
        """Targets that the plan would miss."""
        return [target for target, value in zip(targets, self.values, strict=True) if not target.met(value)]

    def size(self, targets: Sequence[Target]) -> float:
        """The largest harm to a target, in parts of its limit."""
        harms = [
            (-1 if target.least else 1) * change.value / target.limit
            for target, change in zip(targets, self.changes, strict=True)
            if np.isfinite(change.value)
        ]
        return max(harms, default=0.0)


def few_of(worlds: int) -> int:
    """Worlds of a glance at every end, of those on which the most harmful ones are looked at."""
    return max(10, worlds // 6)


def scenarios_at_ends(scenario: Scenario, means: Means) -> Iterator[tuple[Unknown, Any, Scenario]]:
    """The scenario with each range at each of its ends; ends that make none are left out."""
    for one in unknowns_of(scenario):
        for end in one.ends:
            means.go_on()
            try:
                yield one, end, scenario.with_settings(one.settings(end))
            except ScenarioError:
                continue


@dataclass(frozen=True)
class _End:
    """One end of a range and what it makes of the plan and of today."""

    of: Unknown
    end: Any
    plan: Scenario
    today: Scenario


def doubts(
    plan: Scenario,
    today: Scenario,
    targets: Sequence[Target],
    *,
    replications: int,
    first: int,
    means: Means,
) -> list[Doubt]:
    """The ends that harm the plan most, tried on it and on today on the same worlds, the most harmful first.

    A sixth of the worlds tells which ends these are. Ends that make no scenario are left out. Targets are those of
    the plan; ``before`` is nothing where today has no such scope.
    """
    ends = list(_ends(plan, today, means))
    kinds = tuple(dict.fromkeys(target.kind for target in targets))
    if not ends or not targets:
        return []
    glance = {"plan": plan} | {f"plan {key}": one.plan for key, one in enumerate(ends)}
    trial = means.play(glance, few_of(replications), first=first, kinds=kinds)
    seen = sorted(range(len(ends)), key=lambda key: -_doubt(trial, key, ends[key], targets).size(targets))[:_MOST]
    plans = {"plan": plan}
    for key in seen:
        plans |= {f"plan {key}": ends[key].plan, f"today {key}": ends[key].today}
    trial = means.play(plans, replications, first=first, kinds=kinds)
    return sorted((_doubt(trial, key, ends[key], targets) for key in seen), key=lambda one: -one.size(targets))


def _ends(plan: Scenario, today: Scenario, means: Means) -> Iterator[_End]:
    for one, end, changed in scenarios_at_ends(plan, means):
        if one.paths[0].startswith("lines.") and one.paths[0].rpartition(".")[2] in ("count", "shifts", "extra"):
            continue  # a number of lines is what a plan decides
        try:
            yield _End(one, end, changed, today.with_settings(one.settings(end)))
        except ScenarioError:
            continue


def _doubt(trial: Trial, key: int, one: _End, targets: Sequence[Target]) -> Doubt:
    counts: Mapping[str, Counts] = trial.counts
    values, changes, before = [], [], []
    for target in targets:
        after, stated = (counts[name].of(target.kind, target.name) for name in (f"plan {key}", "plan"))
        values.append(target.estimate(trial, f"plan {key}"))
        changes.append(difference_of(target.of, stated, after, level=0.95))
        today = counts.get(f"today {key}")
        there = today is not None and (target.kind, target.name) in today.scopes
        before.append(target.estimate(trial, f"today {key}") if there else NOTHING)
    return Doubt(one.of, one.end, tuple(values), tuple(changes), tuple(before))
