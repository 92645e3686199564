"""A number of the log beside what the model says of it; the worst of all such checks in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log

from sim.fit.fitted import Fitted
from sim.language import ENGLISH, Language
from sim.language.said import told

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

    def cells(self, say: Language = ENGLISH) -> tuple[str, str, str]:
        """Log, model, and its interval."""
        logged, model = (shown(value, self.unit, say) for value in (self.logged, self.model.value))
        return logged, model, ends_of(self.model, self.unit, say)


def _rounded(value: float, unit: str) -> float:
    if not isfinite(value):
        return value
    if unit == "%":
        return round(100 * value, 1)
    return round(value, _digits(value)) if unit else float(f"{value:.3g}")


def _digits(value: float) -> int:
    """Decimals with which a number of a unit is shown."""
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def shown(value: float, unit: str, say: Language = ENGLISH) -> str:
    """A number with its unit; shares in percent."""
    if not isfinite(value):
        return say("fit.no_limit") if value > 0 else say("fit.not_known")
    if unit == "%":
        return f"{say.number(100 * value, 1)} %"
    if not unit:
        return say.significant(value, 3)
    return f"{say.number(value, _digits(value))} {say.known('unit', unit)}"


def ends_of(fitted: Fitted, unit: str, say: Language = ENGLISH) -> str:
    """Both ends of the interval."""
    low, high = (shown(end, unit, say) for end in (fitted.low, fitted.high))
    return say("fit.range", low=low, high=high)


def worst(checks: Iterable[Check]) -> Check | None:
    """The check in which log and model are farthest apart, of those beyond chance."""
    return max((check for check in checks if check.misses), key=lambda check: abs(check.off), default=None)


def verdict(checks: Iterable[Check], say: Language = ENGLISH) -> str:
    """The worst misfit in one sentence."""
    checks = list(checks)
    found = worst(checks)
    if not checks:
        return say("misfit.unchecked")
    if found is None:
        return say("misfit.none_of_one") if len(checks) == 1 else say("misfit.none", checks=say.number(len(checks)))
    many = say.number(sum(check.misses for check in checks))
    logged, model, ends = found.cells(say)
    where = {"about": say.known("about", found.about), "what": told(found.what, say)}
    return say(
        "misfit.worst", many=many, checks=say.number(len(checks)), logged=logged, model=model, ends=ends, **where
    )
