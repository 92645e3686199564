"""A number of the log beside what the model says of it; the worst of all such checks in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log

from sim.fit.fitted import Fitted

#: Differences of so little are of no account, by unit: they are added to both before the ratio is taken.
_OF_NO_ACCOUNT = {"%": 0.01, "s": 1.0}


@dataclass(frozen=True)
class Check:
    """``logged`` beside ``model``, whose interval holds 95 % of what a log of that model would show.

    ``about`` says which check it is, such as "trace"; ``what`` the number, in words that fit after "the".
    """

    about: str
    what: str
    logged: float
    model: Fitted
    unit: str

    @property
    def misses(self) -> bool:
        """Whether the log shows what the model would not."""
        return isfinite(self.logged) and self.model.known and not self.model.covers(self.logged)

    @property
    def off(self) -> float:
        """How far apart they are: logarithm of their ratio, a difference of no account left aside."""
        small = _OF_NO_ACCOUNT.get(self.unit, 1e-9)
        if not (isfinite(self.logged) and self.model.known):
            return 0.0
        return log(max(self.logged + small, 1e-12) / max(self.model.value + small, 1e-12))

    def sentence(self) -> str:
        """What is seen, for a planner."""
        said = shown(self.model.value, self.unit)
        ends = f"{shown(self.model.low, self.unit)} to {shown(self.model.high, self.unit)}"
        return f"the {self.what} is {shown(self.logged, self.unit)} in the log and {said} ({ends}) in the model"


def shown(value: float, unit: str) -> str:
    """A number with its unit; shares in percent."""
    if not isfinite(value):
        return "no limit" if value > 0 else "not known"
    if unit == "%":
        return f"{100 * value:.1f} %"
    if not unit:
        return f"{value:.3g}"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f} {unit}"


def worst(checks: Iterable[Check]) -> Check | None:
    """The check in which log and model are farthest apart, of those beyond chance."""
    return max((check for check in checks if check.misses), key=lambda check: abs(check.off), default=None)


def verdict(checks: Iterable[Check]) -> str:
    """The worst misfit in one sentence."""
    checks = list(checks)
    found = worst(checks)
    if found is None:
        return f"No misfit beyond chance in {len(checks)} checks."
    many = sum(check.misses for check in checks)
    return f"Worst misfit of {many} in {len(checks)} checks ({found.about}): {found.sentence()}."
