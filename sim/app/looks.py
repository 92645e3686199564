"""First answers within a second, better ones while one looks: today's lines and the plan on more and more worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.app.controls import Plans
from sim.app.limits import FIRST_WORLDS, MOST_COUNTED, MOST_WORLDS
from sim.app.work import Seats, Task
from sim.scenario.scenario import Scenario
from sim.statistics.cells import COLUMNS
from sim.studies.trial import Trial, try_plans

TODAY, PLAN = "today", "plan"
KINDS = ("all", "channel", "province", "day", "hour")
#: Worlds after which an answer is shown, in times of those before.
_GROWTH = 2.5


@dataclass(frozen=True)
class Look:
    """What so many worlds say of ``plans``; ``whole`` once it is as narrow as this page makes it."""

    plans: Plans
    trial: Trial
    wanted: int

    @property
    def whole(self) -> bool:
        """Whether nothing more comes."""
        return self.trial.replications >= self.wanted

    @property
    def last(self) -> str:
        """The plan that the answer is about: the one that was set, else today's lines."""
        return PLAN if self.plans.differ else TODAY


def looks(plans: Plans, task: Task, seats: Seats) -> Iterator[Look]:
    """Better and better answers; Stopped once ``task`` is to stop."""
    scenarios: Mapping[str, Scenario] = {TODAY: plans.today, **({PLAN: plans.plan} if plans.differ else {})}
    wanted = worlds(plans.today)
    seed, found = plans.today.experiment.seed, None
    ends = _ends(wanted)
    for done, until in zip([0, *ends], ends, strict=False):

        def tell(now: int, _all: int, done: int = done) -> None:
            task.tell(done + now // len(scenarios), wanted)

        with seats.taken(task):
            more = try_plans(
                scenarios,
                replications=until - done,
                seed=seed,
                first=done,
                kinds=KINDS,
                progress=tell,
                stop=task.stop,
            )
        found = more if found is None else together(found, more)
        yield Look(plans, found, wanted)


def worlds(scenario: Scenario) -> int:
    """Worlds of a whole answer: the scenario's own number, within limits."""
    scopes = 1 + len(scenario.channels) + len(scenario.provinces) + scenario.model.calendar.days + 24
    room = MOST_COUNTED // (8 * len(COLUMNS) * scopes)
    return max(FIRST_WORLDS, min(max(scenario.experiment.replications, 5 * FIRST_WORLDS), MOST_WORLDS, room))


def _ends(wanted: int) -> list[int]:
    ends = [FIRST_WORLDS]
    while ends[-1] < wanted:
        ends.append(min(round(ends[-1] * _GROWTH), wanted))
    return ends


def together(first: Trial, then: Trial) -> Trial:
    """Both as one; ``then`` has the worlds that follow."""
    joined = {
        name: replace(counts, values=np.concatenate([counts.values, then.counts[name].values]))
        for name, counts in first.counts.items()
    }
    return Trial(first.seed, first.first, joined)
