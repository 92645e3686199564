"""A number of the log beside what the model says of it; the worst of all such checks in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log

from sim.answers.answer import Message, Term, message
from sim.answers.phrases import as_message
from sim.fit.fitted import Fitted
from sim.language.shown import unit_digits

#: Differences of so little are of no account, by unit: they are added to both before the ratio is taken.
_OF_NO_ACCOUNT = {"%": 0.01, "s": 1.0}


@dataclass(frozen=True)
class Check:
    """``logged`` beside ``model``, whose interval holds 95 % of what a log of that model would show.

    ``about`` says which check it is, such as "trace"; ``what`` the number, in English words that fit after "the".
    """

    about: str
    what: str
    logged: float
    model: Fitted
    unit: str

    @property
    def misses(self) -> bool:
        """Whether the log shows what the model would not."""
        if not (isfinite(self.logged) and self.model.known):
            return False
        # Rounded as they are shown, so that a reader sees every misfit as one.
        logged, low, high = (_rounded(value, self.unit) for value in (self.logged, self.model.low, self.model.high))
        return not low <= logged <= high

    @property
    def off(self) -> float:
        """How far apart they are: logarithm of their ratio, a difference of no account left aside."""
        small = _OF_NO_ACCOUNT.get(self.unit, 1e-9)
        if not (isfinite(self.logged) and self.model.known):
            return 0.0
        return log(max(self.logged + small, 1e-12) / max(self.model.value + small, 1e-12))


def _rounded(value: float, unit: str) -> float:
    if not isfinite(value):
        return value
    if unit == "%":
        return round(100 * value, 1)
    return round(value, unit_digits(value)) if unit else float(f"{value:.3g}")


def worst(checks: Iterable[Check]) -> Check | None:
    """The check in which log and model are farthest apart, of those beyond chance."""
    return max((check for check in checks if check.misses), key=lambda check: abs(check.off), default=None)


def verdict(checks: Iterable[Check]) -> Message:
    """The worst misfit in one sentence."""
    checks = list(checks)
    found = worst(checks)
    if not checks:
        return message("misfit.unchecked")
    if found is None:
        return message("misfit.none_of_one") if len(checks) == 1 else message("misfit.none", checks=len(checks))
    logged, model = (
        Term("fitted", (float(value), None, None, found.unit)) for value in (found.logged, found.model.value)
    )
    low, high = (Term("fitted", (float(end), None, None, found.unit)) for end in (found.model.low, found.model.high))
    return message(
        "misfit.worst",
        many=sum(check.misses for check in checks),
        checks=len(checks),
        about=message(f"about.{found.about}"),
        what=as_message(found.what),
        logged=logged,
        model=model,
        ends=message("fit.range", low=low, high=high),
    )
