"""What can never happen in a scenario: a count of it is zero by the rules, not by chance."""

from __future__ import annotations

from collections.abc import Mapping

from sim.model.centre import UNLIMITED, Queue
from sim.model.compile import Model
from sim.scenario.distributions import Never
from sim.scenario.sections import Callers, Sections

#: Columns by the kind and name of a scope.
Columns = Mapping[tuple[str, str], frozenset[str]]
_OF_ABANDONED = ("abandoned", "silent", "short_abandoned", "abandoned_within", "wait_abandoned", "held_in_vain")
_OF_CLOSED = ("closed", "only_closed", "messages")
#: Columns that count callers who were not answered: of a scope in which no contact can be lost.
_OF_LOST = ("never_reached", "only_closed", "at_limit")


def impossible(scenario: Sections, model: Model) -> Columns:
    """By kind and name of a scope of persons or queues, the columns that stay zero in every replication.

    Parameters: a scenario and its model. Returns the columns that no caller can add to: busy tones where waiting
    places are unlimited, abandonment where patience has no end, closed doors where a channel never closes.
    """
    centre = model.centre
    queues = [_of_queue(scenario, model, queue) for queue in centre.queues]
    found = {("queue", queue.name): never for queue, never in zip(centre.queues, queues, strict=True)}
    rows = [[queues[number] for number in row] for row in centre.queue_of]  # by channel and province
    found |= {("channel", name): _common(row) for name, row in zip(scenario.channels, rows, strict=True)}
    columns = zip(scenario.provinces, zip(*rows, strict=True), strict=True)
    found |= {("province", name): _common(column) for name, column in columns}
    every = _common([never for row in rows for never in row])
    kinds = {"cause": model.names.causes, "topic": model.names.topics, "age": model.names.ages, "all": ("all",)}
    return found | {(kind, name): every for kind, names in kinds.items() for name in names}


def _of_queue(scenario: Sections, model: Model, queue: Queue) -> frozenset[str]:
    centre = model.centre
    channel = centre.channels[queue.channel]
    patience = scenario.callers.get(channel.name, Callers()).patience.law()
    waits = queue.places > 0
    never: list[str] = []
    if queue.places >= UNLIMITED:
        never.append("blocked")
    if not (waits and queue.balks):
        never.append("balked")
    if not waits or (isinstance(patience, Never) and model.trace is None):
        never += _OF_ABANDONED
    if _open_until(channel.open) >= centre.end:
        never += _OF_CLOSED
    if not waits or _open_until(channel.open) >= centre.horizon:
        never.append("sent_away")
    if {"abandoned", "blocked", "balked", "sent_away", "closed"} <= set(never):
        never += _OF_LOST
    return frozenset(never)


def _open_until(spans: tuple[tuple[int, int], ...]) -> int:
    """The first closing, counted from the start."""
    until = 0
    for opens, closes in spans:
        if opens > until:
            break
        until = max(until, closes)
    return until


def _common(some: list[frozenset[str]] | tuple[frozenset[str], ...]) -> frozenset[str]:
    return frozenset.intersection(*some) if some else frozenset()
