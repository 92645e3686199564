"""A system whose exact solution is known: the scenario that plays it, and what theory says of its measures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.verification.counts import Count

#: A part of a scenario, as YAML or JSON would have it.
Tree = dict[str, Any]


@dataclass(frozen=True)
class Measure:
    """A ratio of two counts whose exact value is known.

    The expectation of ``over - exact * under`` in one replication is zero where the engine is right, so that no ratio
    is ever averaged. ``unit`` is share, s, per hour, or what is counted.
    """

    name: str
    unit: str
    exact: float
    over: Count
    under: Count


@dataclass(frozen=True)
class System:
    """A scenario with an exact solution.

    Only days ``first`` to ``last`` (included) count: the days before are long against the time in which an empty
    start is forgotten, and the days after let those who wait meet the arrivals they would have met.
    """

    name: str
    about: str
    scenario: Scenario
    measures: Sequence[Measure]
    first: int = 1
    last: int = 2


Build = Callable[[], System]

#: The days that most systems play: one to forget the empty start, two that count.
DAYS = 3
_MONDAY = dt.date(2021, 3, 1)


def exponential(mean: str) -> Tree:
    """The law as a scenario states it."""
    return {"distribution": "exponential", "mean": mean}


def with_cv(law: str, mean: str, cv: float) -> Tree:
    """Lognormal, gamma or Weibull as a scenario states it."""
    return {"distribution": law, "mean": mean, "cv": cv}


NEVER: Tree = {"distribution": "never"}


@dataclass(frozen=True)
class Line:
    """One way to reach the helpline in a system: how patient its callers are, how long they take, and the rest."""

    patience: Tree = field(default_factory=lambda: NEVER)
    conversation: Tree = field(default_factory=lambda: exponential("6 min"))
    wrap_up: Tree | None = None
    elsewhere: str = "0 %"
    channel: Tree = field(default_factory=dict)
    callers: Tree = field(default_factory=dict)


def scenario(
    channels: Mapping[str, Line],
    *,
    contacts: float,
    lines: Tree,
    by_channel: Tree | None = None,
    by_province: Tree | None = None,
    last: int = DAYS,
    **more: Any,
) -> Scenario:
    """A scenario of ``last`` days, every day alike, with ``contacts`` a day; ``more`` are further keys of it.

    Acceptable waiting time is 60 s in every channel.
    """
    tree: Tree = {
        "period": {
            "first": str(_MONDAY),
            "last": str(_MONDAY + dt.timedelta(days=last - 1)),
            "follow_up": "2 days",
            "zone": "UTC",  # every day has 24 hours
        },
        "calendar": {"working_days": "daily", "holidays": "none"},
        "channels": {name: {"hours": "always", **line.channel} for name, line in channels.items()},
        "lines": lines,
        "demand": {
            "contacts": contacts,
            "per": "working day",
            "by_channel": by_channel or dict.fromkeys(channels, "100 %"),
            "by_province": by_province or {"here": 1},
        },
        "callers": {name: {"patience": line.patience, **line.callers} for name, line in channels.items()},
        "attempts": 1,
        "handling": {name: _handling(line) for name, line in channels.items()},
        "targets": {"channels": {name: {"answered": "80 %", "within": "60 s"} for name in channels}},
    }
    for key, value in more.items():
        known = tree.get(key)
        tree[key] = {**known, **value} if isinstance(known, dict) else value
    return loads(json.dumps(tree))


def _handling(line: Line) -> Tree:
    wrap_up = {"wrap_up": line.wrap_up} if line.wrap_up else {}
    return {"conversation": line.conversation, "elsewhere": line.elsewhere, **wrap_up}
