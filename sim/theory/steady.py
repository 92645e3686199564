"""The measures of a queue in its steady state, the same for every model."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan
from typing import Literal

from sim.theory.arguments import HOUR_S, Duration, seconds
from sim.theory.waiting import Waiting

#: The service level's three formulas, named as in a scenario's targets.
ServiceLevel = Literal["of offered", "excluding short abandons", "of answered"]
SERVICE_LEVELS: tuple[ServiceLevel, ...] = ("of offered", "excluding short abandons", "of answered")

#: Whose wait: that of contacts answered, given up, either of the two, or of a caller who never gives up.
Whose = Literal["answered", "abandoned", "all", "patient"]


@dataclass(frozen=True)
class SteadyState:
    """A queue that has run for ever: shares are fractions of all offered contacts, times are seconds.

    ``model`` and ``source`` say which formula this is. ``patience_s`` is infinite where nobody gives up, ``places``
    None where any number may wait. ``waiting`` holds the distribution of waits.
    """

    model: str
    source: str
    arrivals_per_hour: float
    handling_s: float
    patience_s: float
    lines: int
    places: int | None
    blocked: float
    waiting: Waiting = field(repr=False, compare=False)

    @property
    def offered_load(self) -> float:
        """Arrival rate times mean handling time, erlangs."""
        return self.arrivals_per_hour / HOUR_S * self.handling_s

    @property
    def carried_load(self) -> float:
        """Expected number of busy lines, erlangs."""
        return self.offered_load * self.answered

    @property
    def occupancy(self) -> float:
        """Share of line time that is busy."""
        return self.carried_load / self.lines

    @property
    def waits(self) -> float:
        """Share that meets all lines busy and does not get a busy tone (``P(wait)``)."""
        return self.waiting.waits

    @property
    def abandoned(self) -> float:
        """Share that gives up."""
        return self.waiting.abandoned

    @property
    def answered(self) -> float:
        """Share that gets a line."""
        return 1 - self.blocked - self.abandoned

    @property
    def lost(self) -> float:
        """Share that gives up or gets a busy tone."""
        return self.blocked + self.abandoned

    @property
    def asa_s(self) -> float:
        """Mean wait of the answered, those answered at once included."""
        return self.waiting.answered_wait_s / self.answered if self.answered else nan

    @property
    def mean_wait_s(self) -> float:
        """Mean wait of all who get in, answered or not."""
        admitted = 1 - self.blocked
        return (self.waiting.answered_wait_s + self.waiting.abandoned_wait_s) / admitted if admitted else nan

    @property
    def mean_wait_abandoned_s(self) -> float:
        """Mean wait of those who give up; nan where nobody does."""
        return self.waiting.abandoned_wait_s / self.abandoned if self.abandoned else nan

    @property
    def mean_wait_of_waiting_s(self) -> float:
        """Mean wait of those who meet all lines busy and wait, answered or not; nan where nobody does."""
        return self.mean_wait_s * (1 - self.blocked) / self.waits if self.waits else nan

    @property
    def mean_queue(self) -> float:
        """Expected number waiting (Little's law)."""
        return self.arrivals_per_hour / HOUR_S * (1 - self.blocked) * self.mean_wait_s if self.blocked < 1 else 0.0

    def answered_within(self, within: Duration, *, of: ServiceLevel = "of offered") -> float:
        """Service level: contacts answered within this time, as a share.

        ``of offered``: / offered; ``excluding short abandons``: / (offered - given up within this time);
        ``of answered``: / answered. Busy tones count as offered.
        """
        t = seconds(within, "within", zero=True)
        in_time = self._at_once + self.waiting.answered_by(t)
        if of == "of offered":
            return in_time
        if of == "excluding short abandons":
            return in_time / (1 - self.waiting.abandoned_by(t))
        if of == "of answered":
            return in_time / self.answered
        raise ValueError(f"of: {of!r} is not one of {', '.join(SERVICE_LEVELS)}")

    @property
    def _at_once(self) -> float:
        return 1 - self.blocked - self.waits

    def wait_cdf(self, wait: Duration, *, of: Whose = "answered") -> float:
        """Share of waits up to this long, among the contacts named by ``of``.

        ``answered``: contacts that get a line; ``abandoned``: contacts that give up (nan where none does); ``all``:
        both; ``patient``: the offered wait, of somebody who gets in and never gives up among callers who do.
        """
        t = seconds(wait, "wait", zero=True)
        if of == "answered":
            return (self._at_once + self.waiting.answered_by(t)) / self.answered
        if of == "abandoned":
            return self.waiting.abandoned_by(t) / self.abandoned if self.abandoned else nan
        if of == "all":
            gone = self._at_once + self.waiting.answered_by(t) + self.waiting.abandoned_by(t)
            return gone / (1 - self.blocked)
        if of == "patient":
            return 1 - self.waiting.beyond(t) / (1 - self.blocked)
        raise ValueError(f"of: {of!r} is not one of answered, abandoned, all, patient")

    def survival(self, wait: Duration, *, of: Whose = "answered") -> float:
        """Share of waits longer than this: 1 - ``wait_cdf``."""
        if of == "patient":
            return self.waiting.beyond(seconds(wait, "wait", zero=True)) / (1 - self.blocked)
        return 1 - self.wait_cdf(wait, of=of)
