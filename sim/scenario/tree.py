"""Looking around in a tree that may have mistakes: what is not readable is as if it were not there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sim.scenario.source import Located
from sim.units import nearest, parse_date


def at(tree: Located, *path: str) -> Located | None:
    """The value at ``path``."""
    here: Located | None = tree
    for step in path:
        here = here.value.get(step) if here is not None and isinstance(here.value, dict) else None
    return here


def stated(tree: Located, *path: str) -> Located | None:
    """The value at ``path``, seen through ``{value: ...}``."""
    here = at(tree, *path)
    if here is not None and isinstance(here.value, dict) and "value" in here.value:
        return at(here, "value")
    return here


def entries(tree: Located, *path: str) -> dict[str, Located]:
    """The mapping at ``path``, seen through ``{value: ...}``; empty where there is none."""
    here = stated(tree, *path)
    return here.value if here is not None and isinstance(here.value, dict) else {}


def items(tree: Located, *path: str) -> list[Located]:
    """The list at ``path``; empty where there is none."""
    here = at(tree, *path)
    return here.value if here is not None and isinstance(here.value, list) else []


def texts(item: Located | None, path: str) -> Iterator[tuple[str, Located, str]]:
    """(path, place, text) of one text or of each in a list."""
    if item is not None and isinstance(item.value, str):
        yield path, item, item.value
    elif item is not None and isinstance(item.value, list):
        for number, entry in enumerate(item.value):
            if isinstance(entry.value, str):
                yield f"{path}.{number}", entry, entry.value


def plain(item: Located, key: str) -> object:
    """What stands at ``key``, without places."""
    below = at(item, key)
    return below.plain() if below is not None else None


def date(item: Located | None) -> dt.date | None:
    """The date that is written there, if it is one."""
    try:
        return parse_date(item.value) if item is not None else None
    except ValueError:
        return None


def unknown(kind: str, name: object, allowed: Iterable[str]) -> str:
    """A message: there is no such thing, these there are, and the nearest."""
    known = list(allowed)
    if not known:
        return f"{name!r} is not {_a(kind)} of this scenario; there are none"
    return f"{name!r} is not {_a(kind)} of this scenario; they are {', '.join(known)}.{nearest(str(name), known)}"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
