"""What random inputs of callers are drawn from: expected counts, distributions, shares of topics and ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import Centre
from sim.model.demand import Rates
from sim.model.world import Names, Whole
from sim.scenario.attributes import UNSTATED, stated_ages, stated_topics
from sim.scenario.distributions import Deterministic, Gamma, Law, Never
from sim.scenario.sections import Callers, Sections
from sim.scenario.trace import Trace
from sim.scenario.types import Shares, Stated

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RandomInputs:
    """All that is needed to draw callers: rates, distributions by channel, shares of topics and ages.

    ``strata`` (S, 3) channel, province, cause. ``count`` (S, days) expected callers. ``topic`` and ``age`` hold
    cumulative shares by (cause, channel). ``trace`` has the callers where they come from a log. ``used`` names the
    random inputs that only some scenarios have a use for.
    ``lines`` (name, how many) of the groups whose lines may be absent, over ``days``.
    """

    names: Names
    rates: Rates
    strata: Whole
    count: Floats
    busyness: Law
    attempts: int
    conversation: tuple[Law, ...]
    wrap_up: tuple[Law, ...]
    patience: tuple[Law, ...]
    redial_delay: tuple[Law, ...]
    silence: tuple[Law, ...]
    again_delay: tuple[Law, ...]
    used: frozenset[str]
    lines: tuple[tuple[str, int], ...]
    days: int
    topic: Floats
    age: Floats
    trace: Trace | None


def inputs_of(scenario: Sections, names: Names, rates: Rates, centre: Centre, trace: Trace | None) -> RandomInputs:
    """What callers of ``scenario`` are drawn from."""
    shape = (len(rates.channels), len(rates.provinces), len(rates.causes))
    strata = np.stack([axis.ravel() for axis in np.indices(shape)], axis=1)
    channel, province, cause = strata.T
    count = sum(rates.by_day(while_open=is_open)[cause, channel, province] for is_open in (True, False))
    wanted = np.asarray(count).sum(axis=1) > 0
    callers = [scenario.callers.get(name, Callers()) for name in rates.channels]
    handling = [scenario.handling[name] for name in rates.channels]
    cv = scenario.demand.busyness.value
    return RandomInputs(
        names=names,
        rates=rates,
        strata=strata[wanted],
        count=np.asarray(count)[wanted],
        busyness=Gamma.from_mean_cv(1.0, cv) if cv else Deterministic(1.0),
        attempts=scenario.attempts.value,
        conversation=tuple(part.conversation.law() for part in handling),
        wrap_up=tuple(part.wrap_up.law() if part.wrap_up else Deterministic(0.0) for part in handling),
        patience=tuple(part.patience.law() for part in callers),
        redial_delay=tuple(part.redial_delay.law() if part.redial_delay else Never() for part in callers),
        silence=tuple(part.silent.holds.law() if part.silent else Deterministic(0.0) for part in callers),
        again_delay=tuple(part.calls_again.delay.law() if part.calls_again else Never() for part in callers),
        used=centre.inputs_used(),
        lines=tuple((group.name, len(group.shifts)) for group in centre.groups if group.absent),
        days=len(rates.calendar.working),
        topic=_cumulative(names.topics, stated_topics(scenario)),
        age=_cumulative(names.ages, stated_ages(scenario)),
        trace=trace,
    )


def _cumulative(names: tuple[str, ...], stated: Sequence[Sequence[Stated[Shares] | None]]) -> Floats:
    """Cumulative shares of ``names`` (causes, C, names); those of whom nothing is stated have the last name."""
    share = [
        [[shares.value.fraction(name) if shares else float(name == UNSTATED) for name in names] for shares in row]
        for row in stated
    ]
    cumulative: Floats = np.cumsum(np.array(share), axis=2)
    return cumulative
