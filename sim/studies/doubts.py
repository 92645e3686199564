"""Under which of the stated ranges a plan would miss its targets: each goes to its ends, one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import ScenarioError
from sim.estimates import NOTHING, Estimate
from sim.scenario.model import Scenario
from sim.studies.compare import difference_of
from sim.studies.targets import Target
from sim.studies.trial import Counts, Trial, try_plans

#: Ends of ranges that are looked at closely.
_MOST = 8


@dataclass(frozen=True)
class Ranged:
    """A value with a low and a high; equal statements about several line groups are one."""

    paths: tuple[str, ...]
    value: Any
    low: Any
    high: Any

    @property
    def name(self) -> str:
        """Where it stands."""
        return self.paths[0] + (f" and {len(self.paths) - 1} alike" if len(self.paths) > 1 else "")


@dataclass(frozen=True)
class Doubt:
    """One value at one end of its range: each target's measure under a plan, and the paired change."""

    of: Ranged
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


def ranged(scenario: Scenario) -> list[Ranged]:
    """Every stated range, in the order of the file, but for numbers of lines."""
    places: dict[str, list[str]] = {}
    stated: dict[str, dict[str, Any]] = {}
    for path, found in _stated(scenario.model_dump(mode="json", exclude_none=True), ()):
        if path[0] == "lines" and path[-1] in ("count", "extra", "shifts"):
            continue
        same = json.dumps([("lines", *path[2:]) if path[0] == "lines" else path, found])
        places.setdefault(same, []).append(".".join(path))
        stated[same] = found
    return [Ranged(tuple(p), *(stated[same][key] for key in ("value", "low", "high"))) for same, p in places.items()]


def _stated(dumped: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(dumped, dict) and {"value", "low", "high"} <= set(dumped):
        yield path, dumped
    elif isinstance(dumped, dict | list):
        for name, item in dumped.items() if isinstance(dumped, dict) else enumerate(dumped):
            yield from _stated(item, (*path, str(name)))


@dataclass(frozen=True)
class _End:
    """One end of a range and what it makes of the plan and of today."""

    of: Ranged
    end: Any
    plan: Scenario
    today: Scenario


def doubts(
    plan: Scenario,
    today: Scenario,
    targets: Sequence[Target],
    *,
    replications: int,
    seed: int,
    first: int,
    workers: int | None = None,
) -> list[Doubt]:
    """The ends that harm the plan most, tried on it and on today on the same worlds, the most harmful first.

    A quarter of the worlds tells which ends these are. Ends that make no scenario are left out. Targets are those of
    the plan; ``before`` is nothing where today has no such scope.
    """
    ends = list(_ends(plan, today))
    kinds = tuple(dict.fromkeys(target.kind for target in targets))
    if not ends or not targets:
        return []
    glance = {"plan": plan} | {f"plan {key}": one.plan for key, one in enumerate(ends)}
    few = max(10, replications // 4)
    trial = try_plans(glance, replications=few, seed=seed, first=first, kinds=kinds, workers=workers)
    seen = sorted(range(len(ends)), key=lambda key: -_doubt(trial, key, ends[key], targets).size(targets))[:_MOST]
    plans = {"plan": plan}
    for key in seen:
        plans |= {f"plan {key}": ends[key].plan, f"today {key}": ends[key].today}
    trial = try_plans(plans, replications=replications, seed=seed, first=first, kinds=kinds, workers=workers)
    return sorted((_doubt(trial, key, ends[key], targets) for key in seen), key=lambda one: -one.size(targets))


def _ends(plan: Scenario, today: Scenario) -> Iterator[_End]:
    for one in ranged(plan):
        for end in (one.low, one.high):
            settings = [f"{path}={json.dumps(end)}" for path in one.paths]
            try:
                if end != one.value:
                    yield _End(one, end, plan.with_settings(settings), today.with_settings(settings))
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
