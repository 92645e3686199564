"""Looking around in a tree that may have mistakes: what is not readable is as if it were not there."""

from __future__ import annotations

from sim.scenario.source import Located


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


def plain(item: Located, key: str) -> object:
    """What stands at ``key``, without places."""
    below = at(item, key)
    return below.plain() if below is not None else None
