"""Trees combined: ``extends:`` and ``path=value`` settings, before anything is validated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import Mistake, Place, ScenarioError
from sim.scenario.lines import is_bare
from sim.scenario.source import Located, located, read_file, read_text
from sim.scenario.types import Stated
from sim.units import nearest

_MOST_PARENTS = 20
#: Names from the top of a scenario down to a value.
Path_ = tuple[str, ...]
#: The place at which a setting was written.
Written = Callable[[str], Place]
#: Mappings that are replaced whole, by section and key: their keys are no names.
_WHOLE = {("channels", "pools"), ("lines", "shifts"), ("callers", "balk_at_wait")}
#: By section: what a key of one of its items stands instead of.
_INSTEAD = {
    "lines": {"count": ("shifts",), "shifts": ("count", "staffed")},
    "campaigns": {
        "extra": ("uplift", "peak", "first", "last"),
        "uplift": ("extra", "peak"),
        "peak": ("extra", "uplift", "first", "last"),
    },
}


def read_with_parents(path: Path) -> Located:
    """The tree of a file laid over the files it extends, parents first; every value keeps its own place."""
    return _read(path, (), Place(str(path)))


def _read(path: Path, children: tuple[Path, ...], asked: Place) -> Located:
    here = path.resolve()
    if here in children:
        chain = " -> ".join(child.name for child in (*children, here))
        raise ScenarioError([Mistake(asked, "extends", f"files extend each other in a circle: {chain}")])
    if len(children) >= _MOST_PARENTS:
        raise ScenarioError([Mistake(asked, "extends", f"more than {_MOST_PARENTS} files extend each other")])
    if children and path.is_dir():
        raise ScenarioError(
            [Mistake(asked, "extends", f"{str(path)!r} is a directory; name the scenario file inside it")]
        )
    if children and not path.exists():
        found = nearest(path.name, [p.name for p in path.parent.glob("*.y*ml")])
        raise ScenarioError([Mistake(asked, "extends", f"there is no file {str(path)!r}.{found}")])
    tree = read_file(path)
    parent = tree.value.pop("extends", None)
    if parent is None:
        return tree
    if not isinstance(parent.value, str) or not parent.value:
        raise ScenarioError([Mistake(parent.place, "extends", "names one scenario file, relative to this one")])
    base = _read(path.parent / parent.value, (*children, here), parent.place)
    base.value.pop("short_title", None)  # of that file alone, as what it changes is
    return merge(base, tree)


def merge(base: Located, over: Located, path: Path_ = ()) -> Located:
    """``over`` laid on ``base``: mappings merge, lists of named items merge by name, all else is replaced.

    A bare value over ``{value: ..., status: ...}`` replaces it whole: the old source does not vouch for it. So
    do two mappings that name different distributions, whose parameters would not go together, and mappings by
    hours, waits or languages, whose entries only make sense together. A bare number over a line group is its count;
    outcomes over a bare share of redials leave that share to the others.
    """
    if _is_redial(path) and is_bare(base.plain()) and not is_bare(over.plain()):
        base = _any(base)
    if _is_group(path):
        base, over = _same_level(base, over)
    elif len(path) == 2 and isinstance(base.value, dict) and isinstance(over.value, dict):
        base = _without(base, path[0], over.value)
    if isinstance(base.value, dict) and isinstance(over.value, dict) and _same_kind(base, over, path):
        merged = dict(base.value)
        for name, item in over.value.items():
            merged[name] = merge(base.value[name], item, (*path, name)) if name in base.value else item
        return Located(merged, over.place, over.key)
    if _named(base.value) and _named(over.value):
        items = {item.value["name"].value: item for item in base.value}
        for item in over.value:
            name = item.value["name"].value
            items[name] = merge(items[name], item, (*path, name)) if name in items else item
        return Located(list(items.values()), over.place, over.key)
    return over


def _is_group(path: Path_) -> bool:
    return len(path) == 2 and path[0] == "lines"


def _is_redial(path: Path_) -> bool:
    return len(path) == 3 and path[0] == "callers" and path[2] == "redial"


def _any(share: Located) -> Located:
    """One share of callers who try again, as that of every outcome that is not listed."""
    return Located({"any": share}, share.place, share.key)


def _same_level(base: Located, over: Located) -> tuple[Located, Located]:
    """Two line groups so that they merge: what is new decides whether their number is a count or shifts."""
    bare, over_bare = is_bare(base.plain()), is_bare(over.plain())
    if bare and over_bare:
        return base, over
    base, over = (_count(item) if is_bare(item.plain()) else item for item in (base, over))
    return _without(base, "lines", over.value), over


def _count(item: Located) -> Located:
    return Located({"count": item}, item.place, item.key)


def _without(group: Located, section: str, keys: Iterable[str]) -> Located:
    """An item of a section without what the new ``keys`` stand instead of."""
    instead = _INSTEAD.get(section, {})
    dropped = {old for key in keys for old in instead.get(key, ())} - set(keys)
    return Located({key: item for key, item in group.value.items() if key not in dropped}, group.place, group.key)


def _same_kind(base: Located, over: Located, path: Path_) -> bool:
    if "value" in over.value or "value" in base.value:
        return False
    if (*path[:1], *path[2:]) in _WHOLE or path in (("demand", "hours"), ("title",), ("about",)):
        return False
    kind = "distribution"
    return not (kind in base.value and kind in over.value and base.value[kind].plain() != over.value[kind].plain())


def _named(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item.value, dict) and "name" in item.value and isinstance(item.value["name"].value, str)
            for item in value
        )
    )


def apply_settings(tree: Located, settings: list[str], written: Written | None = None) -> Located:
    """The tree with each ``path=value`` put in place; the value is read as YAML.

    ``written`` gives the place of a setting in mistakes (default: ``place_of``).
    """
    mistakes: list[Mistake] = []
    for setting in settings:
        place = (written or place_of)(setting)
        path, equals, text = setting.partition("=")
        if not equals or not path.strip():
            mistakes.append(Mistake(place, "", "write it as path=value, for example lines.antwerpen=2"))
            continue
        if len(setting.strip().splitlines()) > 1:
            mistakes.append(Mistake(place, path.strip(), "has a line break; a setting is one line, one value"))
            continue
        try:
            tree = _put(tree, path.strip().split("."), _value(text, place), place)
        except ScenarioError as error:
            mistakes += [Mistake(place, m.path, m.message) for m in error.mistakes]
    if mistakes:
        raise ScenarioError(mistakes)
    return tree


#: Text of a value that is not nested too deeply.
_SHORT = 2_000


@lru_cache(maxsize=4096)  # searches put the same few values in place over and over
def _value(text: str, place: Place) -> Located:
    """What is set, read as the value of a key: "3 min", 2 and {distribution: ...} mean what they do in a file."""
    with suppress(ValueError):  # studies set values as JSON, which YAML has within it and is read in far less time
        if len(text) < _SHORT and "\\" not in text:
            return located(json.loads(text, object_pairs_hook=_apart, parse_constant=_no_json), place)
    return _at(read_text(f"set: {text.strip() or 'null'}\n", str(place)).value["set"], place)


def _apart(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is written twice")
    return dict(pairs)


def _no_json(name: str) -> object:
    raise ValueError(f"{name} is text in YAML")


def from_keywords(tree: Located, keywords: Mapping[str, object]) -> dict[str, Place]:
    """Settings for keywords such as ``lines__oost_vlaanderen=2``, with how each was written."""
    found = {}
    for keyword, value in keywords.items():
        text = value if isinstance(value, str) and value.isprintable() else json.dumps(value, default=_plain)
        path = ".".join(_named_by(tree, keyword.split("__")))
        found[f"{path}={text}"] = Place(f"replace({keyword}={value!r})")
    return found


def _plain(value: Any) -> object:
    """A number of NumPy as Python's, and anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


def _named_by(tree: Located, words: list[str]) -> Iterator[str]:
    """The names of a tree that identifiers stand for, which have ``_`` where a name may have another sign."""
    here: Located | None = tree
    for word in words:
        inside = here.value if here is not None and isinstance(here.value, dict) else {}
        alike = [name for name in inside if re.sub(r"\W", "_", name) == word]
        name = alike[0] if word not in inside and len(alike) == 1 else word
        here = inside.get(name)
        yield name


def place_of(setting: str) -> Place:
    """A setting as its own place."""
    return Place(" ".join(setting.split()))


def option_of(setting: str) -> Place:
    """Where a setting is written on the command line."""
    return Place(f"--set {' '.join(setting.split())}")


def _at(tree: Located, place: Place) -> Located:
    value = tree.value
    if isinstance(value, dict):
        value = {name: _at(item, place) for name, item in value.items()}
    elif isinstance(value, list):
        value = [_at(item, place) for item in value]
    return Located(value, place, place)


def _put(tree: Located, keys: list[str], value: Located, place: Place, done: Path_ = ()) -> Located:
    """``tree``, found at ``done``, with ``value`` at ``keys`` below it."""
    if _is_group(done):
        tree, keys = _put_in_group(tree, keys, value)
    if not keys:
        return value
    if _is_redial(done) and is_bare(tree.plain()) and keys[0] not in Stated.model_fields:
        tree = _any(tree)
    head, rest = step(tree, keys)
    below = (*done, head)
    if isinstance(tree.value, list):
        position = _position(tree.value, head, place, ".".join((*done, *keys)))
        items = list(tree.value)
        items[position] = _put(items[position], rest, value, place, below)
        return Located(items, tree.place, tree.key)
    if not isinstance(tree.value, dict):
        raise ScenarioError(
            [Mistake(place, ".".join((*done, *keys)), f"has nothing below it to set: {head!r} is too deep")]
        )
    if len(done) == 2:
        tree = _without(tree, done[0], [head])
    missing = Located({}, place, place) if rest else value
    inside = _put(tree.value.get(head, missing), rest, value, place, below)
    return Located({**tree.value, head: inside}, tree.place, tree.key)


def step(tree: Located, keys: list[str]) -> tuple[str, list[str]]:
    """The first name of a path and the rest of it; a name may have dots, such as St. Gallen."""
    inside = tree.value if isinstance(tree.value, dict) else {}
    sizes = (size for size in range(len(keys), 1, -1) if ".".join(keys[:size]) in inside)
    size = next(sizes, 1)
    return ".".join(keys[:size]), keys[size:]


def _put_in_group(group: Located, keys: list[str], value: Located) -> tuple[Located, list[str]]:
    """The group and the keys below it such that a number is its count, and the rest of the group stays."""
    bare = is_bare(group.plain())
    if not keys and (bare or not is_bare(value.plain())):
        return group, keys
    keys = keys or ["count"]
    if bare and keys[0] in Stated.model_fields:
        return group, keys
    return _without(_count(group) if bare else group, "lines", keys[:1]), keys


def _position(items: list[Located], head: str, place: Place, path: str) -> int:
    names = [
        str(item.value["name"].value) if isinstance(item.value, dict) and "name" in item.value else "" for item in items
    ]
    if head in names:
        return names.index(head)
    if head.isdigit() and int(head) < len(items):
        return int(head)
    allowed = ", ".join([*(name for name in names if name), f"0 to {len(items) - 1}"])
    raise ScenarioError(
        [Mistake(place, path, f"no item {head!r} in the list; allowed are {allowed}.{nearest(head, names)}")]
    )
