"""A link holds the whole state of a page: language, scenario, every control that was moved, plans that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from sim.app.controls import Part, Refused, Value, Values, values_from
from sim.app.limits import MOST_KEPT, MOST_LINK
from sim.app.shelf import Entry, Shelf

#: Names of plans that are kept, and what stands before them in a link: ``kept.A=lines.antwerpen%3D2``.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:MOST_KEPT]
_KEPT = "kept."


@dataclass(frozen=True)
class Asked:
    """What a page is about: ``values`` of its controls, and by letter those of plans that are kept, of lines only."""

    entry: Entry
    values: Values
    kept: Mapping[str, Values] = field(default_factory=dict)

    def query(self) -> str:
        """The part of a link behind the question mark."""
        kept = {f"{_KEPT}{letter}": _written(values) for letter, values in self.kept.items()}
        return f"{urlencode({'scenario': self.entry.name, **{k: str(v) for k, v in self.values.items()}, **kept})}"

    def link(self, language: str) -> str:
        """The link within this program."""
        return f"/{language}?{self.query()}"

    def at(self, values: Values) -> Asked:
        """The same with other settings."""
        return replace(self, values=values)

    @property
    def plan(self) -> dict[str, Value]:
        """What is set of the lines."""
        return _moved(self.entry.parts, self.values, of_callers=False)

    @property
    def callers(self) -> dict[str, Value]:
        """What is set of the callers."""
        return _moved(self.entry.parts, self.values, of_callers=True)

    def with_kept(self) -> Asked | None:
        """The same with the plan that is set among those that are kept; None where it is, or where no room is left."""
        free = [letter for letter in LETTERS if letter not in self.kept]
        if not self.plan or self.plan in self.kept.values() or not free:
            return None
        return replace(self, kept=dict(sorted({**self.kept, free[0]: self.plan}.items())))

    def without(self, letter: str) -> Asked:
        """The same without one of the plans that are kept."""
        return replace(self, kept={name: values for name, values in self.kept.items() if name != letter})


def _written(values: Values) -> str:
    return urlencode({key: str(value) for key, value in values.items()})


def _read(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, strict_parsing=True))
    except ValueError:
        raise Refused("app.refused_key", key=text[:60], hint="") from None


def _moved(parts: tuple[Part, ...], values: Values, *, of_callers: bool) -> dict[str, Value]:
    chosen = (part.moved(values) for part in parts if part.of_callers == of_callers)
    return {key: value for moved in chosen for key, value in moved.items()}


def asked(shelf: Shelf, query: Mapping[str, str]) -> Asked:
    """What a link asks for; Refused where it is not understood, ScenarioError where its file has mistakes."""
    if sum(len(key) + len(value) for key, value in query.items()) > MOST_LINK:
        raise Refused("app.refused_long", most=MOST_LINK)
    written = dict(query)
    name = written.pop("scenario", "")
    name = name or next(iter(shelf.names()), "")
    if not name:
        raise Refused("app.refused_empty")
    entry = shelf.entry(name)
    kept = {letter: text for letter in LETTERS if (text := written.pop(f"{_KEPT}{letter}", ""))}
    lines = tuple(part for part in entry.parts if not part.of_callers)
    plans = {letter: values_from(lines, _read(text)) for letter, text in kept.items()}
    values = values_from(entry.parts, written)
    return Asked(entry, values, {letter: plan for letter, plan in plans.items() if plan})
