"""A link holds the whole state of a page: language, scenario, and every control that is not as today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sim.app.controls import Refused, Values, values_from
from sim.app.limits import MOST_LINK
from sim.app.shelf import Entry, Shelf


@dataclass(frozen=True)
class Asked:
    """What a page is about."""

    entry: Entry
    values: Values

    def query(self) -> str:
        """The part of a link behind the question mark."""
        return urlencode({"scenario": self.entry.name, **{key: str(value) for key, value in self.values.items()}})

    def link(self, language: str) -> str:
        """The link within this program."""
        return f"/{language}?{self.query()}"


def asked(shelf: Shelf, query: Mapping[str, str]) -> Asked:
    """What a link asks for; Refused where it is not understood, ScenarioError where its file has mistakes."""
    if sum(len(key) + len(value) for key, value in query.items()) > MOST_LINK:
        raise Refused("app.refused_long", most=MOST_LINK)
    written = dict(query)
    name = written.pop("scenario", "")
    name = name or next(iter(shelf.titles()), "")
    if not name:
        raise Refused("app.refused_empty")
    entry = shelf.entry(name)
    return Asked(entry, values_from(entry.parts, written))
