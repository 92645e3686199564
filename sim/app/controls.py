"""What a planner may change in a scenario: each control with its bounds, where its value comes from, what it sets.

A control belongs to callers (campaigns, handling, patience) or to the lines; only the latter are a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.app.limits import MOST_CHANNELS, MOST_CONTACTS, MOST_DAYS, MOST_PROVINCES, MOST_STAFF
from sim.errors import SimError
from sim.scenario.scenario import Scenario
from sim.scenario.types import Stated, Words
from sim.units import nearest

#: The line group that a line for any province is, as studies name it.
ANYWHERE = "anywhere"
Value = int | str
Values = Mapping[str, Value]
#: ``path=value`` settings of a scenario for values of controls.
Setter = Callable[[Values], list[str]]


class Refused(SimError):
    """A value that no control allows, in one sentence; ``key`` and ``values`` are of the catalogue of words."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(f"{key}: {values}")
        self.key, self.values = key, values


@dataclass(frozen=True)
class Known:
    """What a scenario states of a value: its origin, and the range in which it may lie ('' where none is)."""

    status: str = ""
    source: Words = field(default_factory=Words)
    low: str = ""
    high: str = ""

    @classmethod
    def of(cls, found: Stated[Any], write: Callable[[Any], str]) -> Known:
        """Of a stated value; ``write`` turns an end of its range into text."""
        low, high = ("" if end is None else write(end) for end in (found.low, found.high))
        return cls(found.status or "", found.source or Words(), low, high)


@dataclass(frozen=True)
class Control:
    """One thing that may be changed: a whole number from ``least`` to ``most`` in ``unit``, or one of ``options``.

    ``label`` is a key of the catalogue with the ``name`` of a province, channel or campaign.
    """

    key: str
    label: str
    name: str
    today: Value
    least: int = 0
    most: int = 0
    step: int = 1
    unit: str = ""
    options: tuple[str, ...] = ()
    known: Known = Known()
    #: Another control and the values of it with which this one means anything; None where it always does.
    needs: tuple[str, tuple[str, ...]] | None = None

    def counts(self, values: Values) -> bool:
        """Whether it means anything with these values of all controls."""
        return self.needs is None or values[self.needs[0]] in self.needs[1]

    def parsed(self, written: object) -> Value:
        """The value that was written, if it is allowed; Refused if not."""
        text = str(written)[:40]
        if self.options:
            if text not in self.options:
                raise Refused("app.refused_option", key=self.key, value=text, allowed=", ".join(self.options))
            return text
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or not self.least <= int(text) <= self.most:
            raise Refused("app.refused_number", key=self.key, value=text, least=self.least, most=self.most)
        return int(text)


@dataclass(frozen=True)
class Part:
    """Controls that are set together: ``settings`` are those of a scenario for values of all of them."""

    section: str
    controls: tuple[Control, ...]
    settings: Setter = field(repr=False)
    of_callers: bool = False

    def changed(self, values: Values) -> bool:
        """Whether any control that means something is not as today."""
        return bool(self.moved(values))

    def moved(self, values: Values) -> dict[str, Value]:
        """What is not as today, of controls that mean something."""
        full = self.full(values)
        return {c.key: full[c.key] for c in self.controls if full[c.key] != c.today and c.counts(full)}

    def full(self, values: Values) -> dict[str, Value]:
        """Values of all controls."""
        return {control.key: values.get(control.key, control.today) for control in self.controls}


def check_size(scenario: Scenario) -> None:
    """Refused where it is too large for this page; the message names the limit."""
    staff = sum(len(group.shifts) for group in scenario.model.centre.groups)
    sizes = {
        "days": (scenario.model.calendar.days, MOST_DAYS),
        "lines": (staff, MOST_STAFF),
        "provinces": (len(scenario.provinces), MOST_PROVINCES),
        "channels": (len(scenario.channels), MOST_CHANNELS),
    }
    for name, (found, most) in sizes.items():
        if found > most:
            raise Refused(f"app.refused_{name}", found=found, most=most)
    if scenario.model.trace is not None:
        contacts = float(len(scenario.model.trace))
    else:
        rates = scenario.model.rates
        contacts = sum(float(rates.expected(while_open=is_open).sum()) for is_open in (True, False))
    if contacts > MOST_CONTACTS:
        raise Refused("app.refused_size", contacts=round(contacts), most=MOST_CONTACTS)


def values_from(parts: tuple[Part, ...], written: Mapping[str, str]) -> dict[str, Value]:
    """Values other than today's as they stand in a link; Refused names the first that is not allowed."""
    controls = {control.key: control for part in parts for control in part.controls}
    found = {}
    for key, text in written.items():
        if key not in controls:
            raise Refused("app.refused_key", key=key[:60], hint=nearest(key[:60], controls))
        value = controls[key].parsed(text)
        if value != controls[key].today:
            found[key] = value
    return found


@dataclass(frozen=True)
class Plans:
    """``today``: today's lines, with callers as they were set; ``plan``: the lines that were set, for those callers."""

    today: Scenario
    plan: Scenario

    @property
    def differ(self) -> bool:
        """Whether a plan was set at all."""
        return self.plan is not self.today


def plans_of(scenario: Scenario, parts: tuple[Part, ...], values: Values) -> Plans:
    """Both scenarios; ScenarioError or Refused where values do not go together or ask for too much."""

    def laid(base: Scenario, of_callers: bool) -> Scenario:
        chosen = [part for part in parts if part.of_callers == of_callers and part.changed(values)]
        settings = [text for part in chosen for text in part.settings(part.full(values))]
        if not settings:
            return base
        found = base.with_settings(settings)
        check_size(found)
        return found

    today = laid(scenario, True)
    return Plans(today, laid(today, False))
