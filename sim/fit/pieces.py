"""All that was fitted of a log, and which of its contacts count: what the parts of a scenario are written from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.fit.arrivals import Arrivals
from sim.fit.hours import opening
from sim.fit.laws import Laws, QueueLaws
from sim.fit.lines import Staffing
from sim.fit.log import ABANDONED, ANSWERED, CLOSED, NOT_SAID, UNKNOWN, Log
from sim.fit.places import EVERYWHERE, Place, places_of
from sim.fit.redials import Redials
from sim.fit.surge import SurgeFit
from sim.scenario.zones import DEFAULT_ZONE

Bools = NDArray[np.bool_]
#: More likely than not a redial, and then no first contact.
LIKELY = 0.5


@dataclass(frozen=True)
class Pieces:
    """All that was fitted of a log and goes into its scenario."""

    log: Log
    arrivals: Arrivals
    surge: SurgeFit | None
    laws: Laws
    redials: Redials
    staffing: tuple[Staffing, ...]
    #: Time zone of the clock on which the log's times are.
    zone: str = DEFAULT_ZONE
    places: Mapping[str, Place] = field(init=False)
    #: Contacts and the conversations to which callers were passed on.
    stays: Log = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", places_of(self.log))
        object.__setattr__(self, "stays", self.log.with_forwarded)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the log does not say: ``outcomes``, ``waits``, ``handling``, ``lines``, ``patience``."""
        log, answered = self.log, self.log.outcome == ANSWERED
        outcomes = bool((log.outcome == NOT_SAID).all())
        waits = not ((log.wait != UNKNOWN) & answered).any()
        handling = not ((log.handling != UNKNOWN) & answered).any()
        found = {
            "outcomes": outcomes,
            "waits": waits,
            "handling": handling,
            "lines": waits or handling,
            "patience": self.laws.patience.missing or outcomes,
        }
        return tuple(name for name, missing in found.items() if missing)

    @property
    def channels(self) -> dict[str, tuple[str, ...]]:
        """The log's queues of each channel of the scenario."""
        found: dict[str, tuple[str, ...]] = {}
        for queue, place in self.places.items():
            found[place.channel] = (*found.get(place.channel, ()), queue)
        return found

    @property
    def provinces(self) -> tuple[str, ...]:
        """Provinces of the scenario, in the order of the log's queues."""
        named = (place.province for place in self.places.values() if place.province)
        return tuple(dict.fromkeys(named)) or (EVERYWHERE,)

    def laws_of(self, channel: str) -> QueueLaws:
        """The laws of a channel: those of its first queue, as all of a channel have the same."""
        return next(laws for laws in self.laws.queues if laws.queue == self.channels[channel][0])

    def of(self, queues: Sequence[str]) -> Bools:
        """Whether each contact of the log is in one of these queues."""
        mine: Bools = np.isin(self.log.queue, [self.log.queues.index(queue) for queue in queues])
        return mine

    @property
    def source(self) -> str:
        """The log as sources name it."""
        return re.split(r"[/\\]", self.log.source)[-1] or "the log"


def in_queue(log: Log) -> Bools:
    """Contacts that came to a queue: not those that hung up before, of whom a log with waits gives none."""
    left = log.outcome == ABANDONED
    waits_known = bool((log.wait[left] != UNKNOWN).sum() > 0.5 * left.sum())
    came: Bools = (log.outcome != CLOSED) & ~(left & (log.wait == UNKNOWN) & waits_known)
    return came


def counted(log: Log) -> Bools:
    """Contacts that came to a queue within the opening hours of their queue, as the scenario has them."""
    inside = in_queue(log)
    for queue in range(len(log.queues)):
        mine = log.queue == queue
        inside[mine] &= open_hours(log, queue)[log.weekday[mine], log.hour[mine]]
    return inside


def open_hours(log: Log, queue: int) -> Bools:
    """Opening hours (7, 24) of a queue: those of its channel, as far as it was answered at all."""
    channels = np.unique(log.channel[log.queue == queue])
    mine = (log.outcome == ANSWERED) & np.isin(log.channel, channels)
    if not mine.any():
        mine = np.isin(log.channel, channels) & (log.outcome != CLOSED)
    return opening(log.weekday[mine], log.hour[mine])
