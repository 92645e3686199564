"""A number that was fitted to data: its value, its 95 % interval, its unit and how both came about."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, nan

#: All intervals of a fit are at this level.
LEVEL = 0.95


@dataclass(frozen=True)
class Fitted:
    """A value with its 95 % interval; ``method`` says how both were found.

    The ends may be infinite where the data set no limit; all three are nan where there is nothing to fit.
    """

    value: float
    low: float
    high: float
    unit: str = ""
    method: str = ""

    def scaled(self, scale: float, unit: str) -> Fitted:
        """The same in another unit."""
        return Fitted(self.value * scale, self.low * scale, self.high * scale, unit, self.method)

    def covers(self, truth: float) -> bool:
        """Whether ``truth`` lies within the interval."""
        return self.low <= truth <= self.high

    @property
    def known(self) -> bool:
        """Whether there was something to fit."""
        return isfinite(self.value)


def nothing(unit: str, why: str) -> Fitted:
    """Stands for a number that the data cannot give; ``why`` is a sentence."""
    return Fitted(nan, -inf, inf, unit, why)
