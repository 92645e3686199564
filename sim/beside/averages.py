"""What a theory says of a queue over a whole period."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Averages:
    """Shares of the offered contacts; ``waits``: of these, who met no free line and was answered or gave up.

    ``answered_wait_s``: the wait of the answered, per offered contact. ``breaks``: assumptions of ``model`` that the
    queue does not meet.
    """

    blocked: float
    abandoned: float
    sent_away: float
    waits: float
    answered: float
    answered_wait_s: float
    occupancy: float
    model: str
    source: str
    breaks: tuple[str, ...]

    def of(self, measure: str) -> float:
        """Value in the measure's unit."""
        served = self.answered + self.abandoned
        return {
            "loss": 100 * (self.blocked + self.abandoned + self.sent_away),
            "abandonment": 100 * self.abandoned,
            "blocked_share": 100 * self.blocked,
            "waited_share": 100 * self.waits / served if served > 0 else nan,
            "asa": self.answered_wait_s / self.answered if self.answered > 0 else nan,
            "occupancy": 100 * self.occupancy,
        }[measure]
