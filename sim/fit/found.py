"""What was found in a file: of a call log, of counts by day and of counts by interval."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.answers.answered import Answered
from sim.answers.kinds import in_language
from sim.fit.arrivals import Arrivals
from sim.fit.checks import Check, verdict
from sim.fit.daily import DailyFit
from sim.fit.fitted import Fitted
from sim.fit.forecast import Forecast
from sim.fit.interval_counts import IntervalCounts
from sim.fit.lines import Staffing, conversations
from sim.fit.log import Log
from sim.fit.pieces import Pieces
from sim.fit.surge import SurgeFit
from sim.fit.trace_test import Replay
from sim.language import ENGLISH
from sim.model.clock import HOUR
from sim.results.store import write_atomically
from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class InLog:
    """What a call log says: its parts, the scenario (``text`` is YAML), replays beside the log, and all checks."""

    name: str
    pieces: Pieces
    text: str
    scenario: Scenario
    replays: tuple[Replay, ...]
    checks: tuple[Check, ...]

    @property
    def log(self) -> Log:
        """The log that was fitted."""
        return self.pieces.log

    def talked_h(self, staffing: Staffing) -> float:
        """Hours of conversation in the queues of these lines."""
        stays = self.pieces.stays
        begins, ends = conversations(stays.picked(np.isin(stays.queue, staffing.queues)))
        return float((ends - begins).sum()) / HOUR


@dataclass(frozen=True)
class InDays:
    """What daily counts say: the fit, the week to come, a campaign's surge, the scenario (``text`` is YAML), checks."""

    name: str
    daily: DailyFit
    week: Forecast
    surge: SurgeFit | None
    text: str
    scenario: Scenario
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class InIntervals:
    """What counts by interval say; the scenario (``text`` is YAML) has assumptions for what is in ``missing``.

    ``lost`` is the share of offered contacts that was not answered, ``handling`` and ``asa`` are means weighted by
    answered contacts. ``busiest``: the busiest interval of an open day, and contacts in it.
    """

    name: str
    counts: IntervalCounts
    arrivals: Arrivals
    lost: Fitted
    handling: Fitted
    asa: Fitted
    patience: Fitted
    busiest: tuple[str, Fitted]
    text: str
    scenario: Scenario

    @property
    def missing(self) -> tuple[str, ...]:
        """What the counts do not say."""
        known = {"handling": self.handling.known, "lines": False, "patience": self.patience.known}
        return tuple(name for name, is_known in known.items() if not is_known)


class FittedAnswer(Answered):
    """What was found, written as a scenario of its name besides its folder."""

    name: str
    text: str
    checks: tuple[Check, ...] = ()

    @property
    def verdict(self) -> str:
        """The worst misfit in one sentence, in English."""
        return in_language(verdict(self.checks), ENGLISH)

    def write(self, out: str | Path) -> Path:
        """Write the folder of its answer in ``out``, and the scenario as a file of its name; return that file."""
        super().write(out)
        path = Path(out) / f"{self.name}.yaml"
        write_atomically(path, self.text)
        return path
