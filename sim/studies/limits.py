"""Why an observation cannot be met: a cap of the scenario, or lines that cannot answer so many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from sim.scenario.routing import Service
from sim.scenario.scenario import Scenario
from sim.statistics.summary import DEFINITIONS
from sim.studies.observed import Observation, Place, Simulator
from sim.studies.outcomes import Outcome

#: Contacts of one caller that a scenario allows at most.
_MOST_ATTEMPTS = 50
#: A raised cap is named where it closes this part of the gap between observation and mean.
_CLOSES = 0.1
#: Lines as busy as this are full.
_FULL = 0.9
#: Observations that ask lines for more than they may have: whether they ask for few (lost) or for many (answered), what
#: is answered, and whether of all who call or of those who call while open.
_ASKS = {
    "loss": (-1, "answered", False),
    "unanswered": (-1, "answered", False),
    "answered_share": (1, "answered", False),
    "never_reached": (-1, "reached", True),
    "never_reached_share": (-1, "reached", True),
    "reached_share": (1, "reached", True),
}
#: Line time, of which a group's occupancy is made.
_TIMES = ("busy", "overtime", "staffed")


@dataclass(frozen=True)
class Cap:
    """A cap at ``path``: raised from ``stated`` to ``raised`` it would give ``mean`` instead of ``before``.

    ``observed`` is the number of the observation whose mean it is.
    """

    path: str
    stated: int
    raised: int | str
    observed: int
    before: float
    mean: float


@dataclass(frozen=True)
class Full:
    """Lines that are busy nearly all the time: of ``volume`` who call in a period they answer ``answered``."""

    name: str
    occupancy: float
    answered: float
    volume: float

    @property
    def lost(self) -> float:
        """Share of the contacts that is lost at least, as redials only add to them."""
        return 1 - self.answered / self.volume


@dataclass(frozen=True)
class Limits:
    """What keeps observations out of reach."""

    caps: tuple[Cap, ...]
    full: Full | None


def limits_of(simulator: Simulator, place: Place) -> Limits:
    """What keeps the observations of a simulator out of reach where its means come nearest to them, at ``place``."""
    return Limits(tuple(_caps(simulator, place)), _full(simulator, place))


def _caps(simulator: Simulator, place: Place) -> Iterator[Cap]:
    settings, raised = simulator.settings(place), list(_raised(simulator.scenario))
    played = simulator.play(simulator.scenario, [settings, *([*settings, f"{path}={to}"] for path, _, to in raised)])
    for number, one in enumerate(simulator.observed):
        before, *means = (float(mean) for mean in played.values(one.outcome))
        for (path, stated, to), mean in zip(raised, means, strict=True):
            gap = one.value - before
            if isfinite(mean) and gap and (mean - before) / gap >= _CLOSES:
                yield Cap(path, stated, to, number, before, mean)


def _raised(scenario: Scenario) -> Iterator[tuple[str, int, int | str]]:
    """Caps as stated, and what they can be raised to."""
    if scenario.attempts.value < _MOST_ATTEMPTS:
        yield "attempts", scenario.attempts.value, _MOST_ATTEMPTS
    for name, channel in scenario.channels.items():
        if channel.waiting_places != "unlimited":
            yield f"channels.{name}.waiting_places", channel.waiting_places, "unlimited"


def _full(simulator: Simulator, place: Place) -> Full | None:
    """The lines of the first observation that asks more of them than they can answer."""
    asked = next((one for one in simulator.observed if one.outcome.of.name in _ASKS), None)
    if asked is None or asked.outcome.kind not in ("all", "channel", "queue", "province"):
        return None
    scenario, kind, name = simulator.scenario.with_settings(simulator.settings(place)), *_scope(asked)
    _, counted, while_closed = _ASKS[asked.outcome.of.name]
    times = [Outcome(DEFINITIONS[measure], "lines", group) for group in _groups(scenario, asked) for measure in _TIMES]
    outcomes = (Outcome(DEFINITIONS[counted], kind, name), *times)
    looking = replace(simulator, observed=tuple(Observation(of, 0.0) for of in outcomes), samples={})
    played = looking.play(scenario, [[]])
    answered, *of_lines = (float(played.values(of)[0]) for of in outcomes)
    busy, overtime, staffed = (sum(of_lines[at :: len(_TIMES)]) for at in range(len(_TIMES)))
    volume = _volume(scenario, asked, while_closed=while_closed)
    if not staffed or (busy - overtime) / staffed < _FULL or not answered < volume:
        return None
    full = Full(name, (busy - overtime) / staffed, answered, volume)
    return full if _beyond(asked, full) else None


def _scope(asked: Observation) -> tuple[str, str]:
    return asked.outcome.kind, asked.outcome.name


def _volume(scenario: Scenario, asked: Observation, *, while_closed: bool) -> float:
    """First contacts of a period, as the scenario states them, of whom an observation is."""
    rates, queues = scenario.model.rates, Service(scenario).queues.of
    kind, name = _scope(asked)
    mine = [
        [kind == "all" or name == {"channel": channel, "province": province, "queue": queue}[kind]
         for province, queue in zip(scenario.provinces, row, strict=True)]
        for channel, row in queues.items()
    ]  # fmt: skip
    when = (True, False) if while_closed else (True,)
    return sum(float(rates.expected(while_open=is_open)[:, np.array(mine)].sum()) for is_open in when)


def _beyond(asked: Observation, full: Full) -> bool:
    """Whether the observation asks for more answered, or fewer lost, than full lines allow."""
    measure, value = asked.outcome.of, asked.value
    if _ASKS[measure.name][0] > 0:
        return value > 100 * (1 - full.lost)
    return value < (100 * full.lost if measure.unit == "%" else full.volume - full.answered)


def _groups(scenario: Scenario, asked: Observation) -> list[str]:
    """Line groups that serve the contacts of an observation."""
    service, (kind, name) = Service(scenario), _scope(asked)
    found: list[str] = []
    for channel, row in service.queues.of.items():
        for province, queue in zip(scenario.provinces, row, strict=True):
            if kind == "all" or name == {"channel": channel, "province": province, "queue": queue}[kind]:
                found += [group for group, _ in service.routes[queue]]
    return list(dict.fromkeys(found))
