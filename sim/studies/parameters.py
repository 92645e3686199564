"""Numbers of a scenario that can be fitted: where they stand, and a line on which they can be moved freely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log
from typing import Any

from sim.answers.answer import Message, Term, message
from sim.errors import QuestionError, ScenarioError
from sim.scenario.scenario import Scenario
from sim.scenario.settings import step
from sim.scenario.source import Located
from sim.statistics.estimates import Estimate
from sim.units import format_duration, format_percent, nearest, parse_duration, parse_percent

#: A number is looked for within this factor of what is stated, up and down; a share within odds of 1 to 1,000.
FACTOR = 32.0
_ODDS = 1000.0
#: Size of one unit, as it is shown, in the number's own size.
_SIZES = {"min": 60_000.0, "%": 0.01, "": 1.0}


DEMAND = "demand.contacts"


class NoParameter(QuestionError):
    """Something that cannot be fitted: not there, not a number, or a whole one."""


@dataclass(frozen=True)
class Parameter:
    """A number at ``path``. ``stated`` in its own size (ms of a duration, fraction of a percentage).

    ``together`` are the paths that it is written to where one number stands for several, else ().
    On its line it is a logarithm, or that of the odds for a share: there it may be anything between ``least`` and
    ``most``.
    """

    path: str
    stated: float
    unit: str
    share: bool
    write: Callable[[float], Any]
    together: tuple[str, ...] = ()

    @property
    def start(self) -> float:
        """What is stated, on the line."""
        return self.to_line(self.stated)

    @property
    def least(self) -> float:
        """The lowest place on the line that is tried."""
        return -log(_ODDS) if self.share else self.start - log(FACTOR)

    @property
    def most(self) -> float:
        """The highest place on the line that is tried."""
        return log(_ODDS) if self.share else self.start + log(FACTOR)

    def to_line(self, value: float) -> float:
        """Its place on the line."""
        return log(value / (1 - value)) if self.share else log(value)

    def value(self, place: float) -> float:
        """The number at a place on the line, in its own size."""
        return 1 / (1 + exp(-place)) if self.share else exp(place)

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it is written."""
        return self.together or (self.path,)

    def settings(self, place: float) -> list[str]:
        """What sets it to the number at a place."""
        written = self.write(self.value(place))
        return [f"{path}={written}" for path in self.paths]

    def in_unit(self, value: float) -> float:
        """A number in the unit in which it is shown."""
        return value / _SIZES.get(self.unit, 1.0)

    @property
    def words(self) -> Term:
        """What it is, in words."""
        return Term("path", self.path)

    @property
    def with_unit(self) -> Message | Term:
        """What it is, with its unit."""
        unit = Term("unit", self.unit)
        return message("chart.unit", name=self.words, unit=unit) if self.unit else self.words

    def amount(self, value: float, half: float = 0.0, *, bare: bool = False) -> Message | Term:
        """A number with the digits that an uncertainty of this size supports, and its unit unless it is ``bare``."""
        if value == inf:
            return message("calibrate.no_end")
        size, beside = self.in_unit(value), self.in_unit(half)
        return Term(
            "amount", (Estimate(size, size - beside, size + beside) if half else size, "" if bare else self.unit)
        )


def parameter_of(scenario: Scenario, path: str) -> Parameter:
    """The number at a path such as ``demand.contacts``; NoParameter says why there is none."""
    path = path.strip()
    found = _written(scenario.tree, path)
    if isinstance(found, dict) and path.endswith(".redial"):
        return _one_share(scenario, path, found)
    wrong = f"fit {path}: {{}}; fitted are numbers, durations and percentages above 0, such as demand.contacts"
    if isinstance(found, dict | list) or found is None:
        raise NoParameter(wrong.format("is not one value"))
    if isinstance(found, int):
        raise NoParameter(wrong.format(f"{found} is a whole number, which cannot move a little"))
    stated, unit, write = _number(found, wrong)
    if stated <= 0:
        raise NoParameter(wrong.format(f"{found} has no size to start from; set {path} to one"))
    share = unit == "%" and stated < 1 and not _takes(scenario, f"{path}=101 %")
    return Parameter(path, stated, _unit(scenario, path) or unit, share, write)


def _unit(scenario: Scenario, path: str) -> str:
    """What a number that has no unit of its own is counted by."""
    return f"per {scenario.demand.per}" if path == DEMAND else ""


def _one_share(scenario: Scenario, path: str, found: dict[str, Any]) -> Parameter:
    """One share of redials for all outcomes that have one; it starts from their mean."""
    shares = [parameter_of(scenario, f"{path}.{outcome}") for outcome in found if _share_of(found[outcome]) > 0]
    if not shares:
        raise NoParameter(f"fit {path}: has no share to start from; set {path}.abandoned to one")
    stated = sum(one.stated for one in shares) / len(shares)
    return Parameter(path, stated, "%", True, format_percent, tuple(one.path for one in shares))


def _share_of(found: Any) -> float:
    return parse_percent(found["value"] if isinstance(found, dict) else found)


def _number(found: Any, wrong: str) -> tuple[float, str, Callable[[float], Any]]:
    if isinstance(found, float):
        return found, "", repr
    if isinstance(found, str) and found.endswith("%"):
        return parse_percent(found, least=-1e9, most=1e9), "%", format_percent
    try:
        return float(parse_duration(found)), "min", lambda x: format_duration(max(round(x), 1))
    except ValueError:
        raise NoParameter(wrong.format(f"{found!r} is not a number")) from None


def _takes(scenario: Scenario, setting: str) -> bool:
    try:
        scenario.with_settings([setting])
    except ScenarioError:
        return False
    return True


def _written(tree: Located, path: str) -> Any:
    """What stands at a path, seen through ``{value: ...}``; list items by number or name."""
    here, steps = tree, path.split(".")
    while steps:
        first, steps = step(here, steps)
        if isinstance(here.value, list):
            inside = {str(number): item for number, item in enumerate(here.value)}
            inside |= {str(item.plain()["name"]): item for item in here.value if "name" in _keys(item)}
        else:
            inside = _keys(here)
        if first not in inside:
            known = ", ".join(inside) or "none below"
            raise NoParameter(f"fit {path}: there is no {first!r}.{nearest(first, inside)} There are {known}")
        here = inside[first]
    return here.value["value"].plain() if "value" in _keys(here) else here.plain()


def _keys(item: Located) -> dict[str, Located]:
    return item.value if isinstance(item.value, dict) else {}
