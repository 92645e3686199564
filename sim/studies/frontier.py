"""What more or less would buy: for each cost the plan that loses fewest callers, on fresh worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.summary import WHILE_OPEN
from sim.studies.asked import Question, Try, Way
from sim.studies.choose import Choice
from sim.studies.means import Means
from sim.studies.trial import Trial, Which

#: Points that are shown.
_FRONTIER = 10


@dataclass(frozen=True)
class Point:
    """A plan of the frontier on fresh worlds."""

    way: Way
    choice: Choice
    scenario: Scenario
    lost: Estimate
    met: int


def frontier_of(
    ways: Sequence[Way], chosen: Try, base: Scenario, question: Question, first: int, means: Means
) -> list[Point]:
    """For rising cost the choice that loses fewest callers, and the plan itself, on fresh worlds."""
    every = sorted(
        ((choice.cost, choice.lost, way, choice) for way in ways for choice in way.searched.menu.frontier()),
        key=lambda point: point[:2],
    )
    means.go_on()
    front, fewest = [], np.inf
    for _, lost, way, choice in every:
        if lost < fewest - 1e-9:
            front.append((way, choice))
            fewest = lost
    picked = _spread(front, chosen)
    scenarios = [way.scenario(choice) for way, choice in picked]
    plans = {"today": base} | {str(n): found for n, found in enumerate(scenarios)}
    trial = means.play(plans, frontier_worlds(question, first).number, first=first)
    found = []
    for n, (way, choice) in enumerate(picked):
        # The plan itself has the numbers of the replications that confirmed it, as in the rest of the answer.
        is_chosen = way is chosen.way and choice.levels == chosen.choice.levels
        on, name = (chosen.trial, "plan") if is_chosen else (trial, str(n))
        met = sum(target.met(target.estimate(on, name)) for target in way.targets)
        found.append(Point(way, choice, scenarios[n], lost_while_open(on, name), met))
    return found


def frontier_worlds(question: Question, first: int) -> Which:
    """The fresh worlds of the frontier: a third of those that confirm the plan."""
    return Which(max(50, question.confirm // 3), first, question.seed)


def _spread(front: Sequence[tuple[Way, Choice]], chosen: Try) -> list[tuple[Way, Choice]]:
    """At most so many points at even steps of cost, up to half as much again as the plan; the plan among them."""
    costs = np.array([choice.cost for _, choice in front])
    top = min(costs.max(), max(1.5 * chosen.choice.cost, costs.min()))
    wanted = np.linspace(costs.min(), top, _FRONTIER)
    numbers = sorted({int(np.searchsorted(costs, cost + 1e-6, side="right")) - 1 for cost in wanted})
    picked = [front[n] for n in numbers]
    if not any(way is chosen.way and choice.levels == chosen.choice.levels for way, choice in picked):
        picked.append((chosen.way, chosen.choice))
    return sorted(picked, key=lambda point: point[1].cost)


def lost_while_open(trial: Trial, plan: str) -> Estimate:
    """Of those who called while open, the share never reached, in percent."""
    return trial.counts[plan].estimate(WHILE_OPEN)
