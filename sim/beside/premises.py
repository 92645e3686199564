"""What a queue of a scenario is to a theory: its lines, its laws, and the assumptions that it breaks by its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.model.centre import PER_MILLE, UNLIMITED, Centre
from sim.scenario.distributions import Deterministic, Exponential, Law, Never
from sim.scenario.scenario import Scenario
from sim.scenario.sections import Callers


@dataclass(frozen=True)
class Premises:
    """Queue ``number``, taken by ``groups`` only, whose lines take nothing else unless ``shared``.

    ``places`` is None where any number may wait. ``speeds``: percent with 1, 2, ... at once on a line. ``why_not`` is
    the reason why no formula fits, or ''.
    """

    number: int
    name: str
    groups: tuple[int, ...]
    shared: bool
    handling_s: float
    patience: Law
    places: int | None
    speeds: tuple[int, ...]
    follow_ups: bool
    #: Whether some of them were sent away at closing.
    sent_away: bool
    #: Whether handling times are exponential.
    exponential: bool
    breaks: tuple[str, ...]
    why_not: str

    @property
    def gives_up(self) -> bool:
        """Whether anybody who waits gives up some day."""
        return self.places != 0 and not isinstance(self.patience, Never)


def premises_of(scenario: Scenario, number: int, *, follow_ups: bool, sent_away: bool) -> Premises:
    """Of one queue; whether not all of its contacts were first contacts, and whether some were sent away at closing."""
    centre = scenario.model.centre
    queue = centre.queues[number]
    channel = list(scenario.channels)[queue.channel]
    handling = scenario.handling[channel]
    laws = [handling.conversation.law(), *([handling.wrap_up.law()] if handling.wrap_up else [])]
    groups = tuple(dict.fromkeys(route.group for route in queue.routes))
    places = None if queue.places >= UNLIMITED else queue.places
    speeds = {(100,) if queue.interruptible else centre.groups[group].speeds for group in groups}
    patience = scenario.callers.get(channel, Callers()).patience.law()
    # Any law of handling gives the same where nobody waits.
    exponential = _exponential(laws)
    breaks = [] if places == 0 or exponential else ["handling not exponential"]
    if places and not isinstance(patience, (Exponential, Never)):
        breaks.append("patience not exponential")
    return Premises(
        number=number,
        name=queue.name,
        groups=groups,
        shared=any(set(centre.groups[group].serves) != {number} for group in groups),
        handling_s=max(sum(law.mean for law in laws), 1.0) / 1000,  # a contact takes 1 ms or more
        patience=patience,
        places=places,
        speeds=max(speeds, key=len),
        follow_ups=follow_ups,
        sent_away=sent_away,
        exponential=exponential,
        breaks=(*breaks, *_broken_rules(scenario, number, follow_ups=follow_ups)),
        why_not=next(_reasons(scenario, number, groups, speeds), ""),
    )


def _exponential(laws: list[Law]) -> bool:
    timed = [law for law in laws if law != Deterministic(0.0)]
    return len(timed) == 1 and isinstance(timed[0], Exponential)


def _reasons(scenario: Scenario, number: int, groups: tuple[int, ...], speeds: set[tuple[int, ...]]) -> Iterator[str]:
    """Why no formula fits."""
    centre = scenario.model.centre
    queue = centre.queues[number]
    if any(set(centre.groups[group].serves) != {number} for group in groups):
        yield "lines shared with other queues"
    if any(route.after for route in queue.routes):
        yield "lines that help after a while"
    if queue.call_back or centre.habits[queue.channel].voicemail:
        yield "call-backs"
    if scenario.trace:
        yield "callers from a call log"
    several = sum(len(centre.groups[group].shifts) for group in groups) > 1
    if len(speeds) > 1 or (several and len(max(speeds, key=len)) > 1):
        yield "several at once on more than one line"
    if len(max(speeds, key=len)) > 1 and not isinstance(_patience(scenario, number), (Exponential, Never)):
        yield "several at once and patience not exponential"


def _patience(scenario: Scenario, number: int) -> Law:
    channel = list(scenario.channels)[scenario.model.centre.queues[number].channel]
    return scenario.callers.get(channel, Callers()).patience.law()


def _broken_rules(scenario: Scenario, number: int, *, follow_ups: bool) -> Iterator[str]:
    """What theory leaves out and this queue has."""
    centre = scenario.model.centre
    queue = centre.queues[number]
    habits = centre.habits[queue.channel]
    if follow_ups:
        yield "redials" if any(habits.redial) or habits.again else "contacts from other channels"
    if scenario.demand.busyness.value:
        yield "busier and quieter days"
    if any(centre.groups[route.group].absent for route in queue.routes):
        yield "lines absent on some days"
    if any(queue.balk) or queue.announce:
        yield "callers who leave on meeting a queue"
    if habits.silent:
        yield "lines held by who left silently"
    if queue.places and _ranked(centre, number):
        yield "priorities"
    if any(_stretched(centre, number, route.group) for route in queue.routes):
        yield "handling longer from elsewhere"


def _ranked(centre: Centre, number: int) -> bool:
    """Whether contacts of this queue have different priorities."""
    channel = centre.queues[number].channel
    provinces = {p for p, queue in enumerate(centre.queue_of[channel]) if queue == number}
    for rule in centre.priorities:
        if rule.channel not in (-1, channel) or rule.province not in (-1, *provinces):
            continue
        everybody = rule.province == -1 or provinces == {rule.province}
        return not (everybody and rule.cause == rule.topic == rule.age == -1)
    return False


def _stretched(centre: Centre, number: int, group: int) -> bool:
    """Whether its lines take longer for some of its provinces."""
    channel, factor = centre.queues[number].channel, centre.groups[group].factor
    mine = [p for p, queue in enumerate(centre.queue_of[channel]) if queue == number]
    return any(factor[channel][province] != PER_MILLE for province in mine) if factor else False
