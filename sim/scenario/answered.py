"""Demand that is stated as answered contacts: the people behind it are found before the scenario is used.

Finding them takes simulation, which lives above the scenario: ``sim.studies.load`` passes a finder in. A loaded
scenario has people as its ``contacts``, and says what they were found from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sim.errors import Mistake, Place, ScenarioError
from sim.scenario.sections import Sections
from sim.scenario.source import Located
from sim.scenario.tree import at, stated

_KEYS = ("demand", "contacts"), ("demand", "counted")


S = TypeVar("S", bound=Sections)


class Unexplained(ValueError):
    """Answered contacts that no number of people explains, with the reason."""


@dataclass(frozen=True)
class People:
    """People behind answered contacts, as ``contacts`` counts them; ``low`` or ``high`` are None without an end.

    ``simulation`` is half the 95 % interval that the number of worlds leaves; ``worlds`` says which these are.
    """

    contacts: float
    low: float | None
    high: float | None
    simulation: float
    worlds: str


#: Finds the people behind the answered contacts of a scenario; Unexplained where there are none.
Finder = Callable[[S], People]


def not_searched(scenario: Sections) -> People:
    """The finder of what reads only scenarios whose demand is in people."""
    del scenario
    raise Unexplained(
        "are answered contacts; the people behind them are found when a file is loaded, so state them there"
    )


def counts_answered(tree: Located) -> bool:
    """Whether a tree states its demand as answered contacts."""
    counted = at(tree, "demand", "counted")
    return counted is not None and counted.value == "answered"


def restated(settings: Sequence[str]) -> bool:
    """Whether settings state the demand anew: then all of them were there when it was counted."""
    paths = {setting.partition("=")[0].strip() for setting in settings}
    return bool(paths & {"demand", "demand.counted"}) or any(path.startswith("demand.contacts") for path in paths)


def same_statement(one: Located, other: Located) -> bool:
    """Whether two trees have their demand from the same place."""
    return all(_place(one, keys) == _place(other, keys) for keys in _KEYS)


def _place(tree: Located, keys: tuple[str, ...]) -> Place | None:
    found = at(tree, *keys)
    return found.place if found is not None else None


def people_behind(scenario: S, tree: Located, find: Finder[S]) -> People:
    """The people behind the answered contacts of a scenario; ScenarioError, with the place, if there are none."""
    try:
        return find(scenario)
    except Unexplained as error:
        here = stated(tree, "demand", "contacts") or tree
        raise ScenarioError([Mistake(here.place, "demand.contacts", str(error))]) from None


def with_people(tree: Located, people: People) -> Located:
    """The tree with people as its demand, and what they were found from."""
    demand = at(tree, "demand")
    if demand is None or not isinstance(demand.value, dict):
        return tree
    written = demand.value["contacts"]
    answered = stated(tree, "demand", "contacts")
    count = answered.plain() if answered is not None else None
    contacts: dict[str, Any] = {
        "value": people.contacts,
        "status": "derived",
        "source": f"the people behind {count:.12g} answered contacts, ±{people.simulation:.2g} from simulation",
    }
    if people.low is not None and people.high is not None:
        contacts |= {"low": people.low, "high": people.high}
    new = {
        "contacts": _located(contacts, written.place),
        "counted": _located("offered", written.place),
        "found_from": Located(
            {
                "answered": written,
                "simulation": _located(people.simulation, written.place),
                "worlds": _located(people.worlds, written.place),
            },
            written.place,
            written.key,
        ),
    }
    filled = Located({**demand.value, **new}, demand.place, demand.key)
    return Located({**tree.value, "demand": filled}, tree.place, tree.key)


def without_finding(tree: Located) -> Located:
    """The tree without what its demand was found from, for a demand that is stated anew."""
    demand = at(tree, "demand")
    if demand is None or not isinstance(demand.value, dict):
        return tree
    rest = {key: item for key, item in demand.value.items() if key != "found_from"}
    return Located({**tree.value, "demand": Located(rest, demand.place, demand.key)}, tree.place, tree.key)


def _located(value: Any, place: Place) -> Located:
    if isinstance(value, dict):
        return Located({name: _located(item, place) for name, item in value.items()}, place, place)
    return Located(value, place, place)
