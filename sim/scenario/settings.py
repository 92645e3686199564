"""Trees combined: ``extends:`` and ``path=value`` settings, before anything is validated."""

from __future__ import annotations

from pathlib import Path

from sim.errors import Mistake, Place, ScenarioError
from sim.quantities import nearest
from sim.scenario.source import Located, read_file, read_text

_MOST_PARENTS = 20


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
    return merge(base, tree)


def merge(base: Located, over: Located) -> Located:
    """``over`` laid on ``base``: mappings merge, lists of named items merge by name, all else is replaced.

    A bare value over ``{value: ..., status: ...}`` replaces it whole: the old source does not vouch for it. So
    do two mappings that name different distributions, whose parameters would not go together.
    """
    if isinstance(base.value, dict) and isinstance(over.value, dict) and _same_kind(base, over):
        merged = dict(base.value)
        for name, item in over.value.items():
            merged[name] = merge(base.value[name], item) if name in base.value else item
        return Located(merged, over.place, over.key)
    if _named(base.value) and _named(over.value):
        items = {item.value["name"].value: item for item in base.value}
        for item in over.value:
            name = item.value["name"].value
            items[name] = merge(items[name], item) if name in items else item
        return Located(list(items.values()), over.place, over.key)
    return over


def _same_kind(base: Located, over: Located) -> bool:
    if "value" in over.value or "value" in base.value:
        return False
    kind = "distribution"
    return not (
        kind in base.value and kind in over.value and base.value[kind].plain() != over.value[kind].plain()
    )


def _named(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item.value, dict)
            and "name" in item.value
            and isinstance(item.value["name"].value, str)
            for item in value
        )
    )


def apply_settings(tree: Located, settings: list[str]) -> Located:
    """The tree with each ``path=value`` put in place; the value is read as YAML."""
    mistakes: list[Mistake] = []
    for setting in settings:
        place = Place(f"--set {setting}")
        path, equals, text = setting.partition("=")
        if not equals or not path.strip():
            mistakes.append(Mistake(place, "", "write it as path=value, for example lines.antwerpen=2"))
            continue
        try:
            # Read as the value of a key, so that "3 min", 2 and {distribution: ...} mean what they do in a file.
            value = _at(read_text(f"set: {text.strip() or 'null'}\n", str(place)).value["set"], place)
            tree = _put(tree, path.strip().split("."), value, place, path.strip())
        except ScenarioError as error:
            mistakes += [Mistake(place, m.path, m.message) for m in error.mistakes]
    if mistakes:
        raise ScenarioError(mistakes)
    return tree


def _at(tree: Located, place: Place) -> Located:
    value = tree.value
    if isinstance(value, dict):
        value = {name: _at(item, place) for name, item in value.items()}
    elif isinstance(value, list):
        value = [_at(item, place) for item in value]
    return Located(value, place, place)


def _put(tree: Located, keys: list[str], value: Located, place: Place, path: str) -> Located:
    if not keys:
        return value
    head, rest = keys[0], keys[1:]
    if isinstance(tree.value, list):
        position = _position(tree.value, head, place, path)
        items = list(tree.value)
        items[position] = _put(items[position], rest, value, place, path)
        return Located(items, tree.place, tree.key)
    if not isinstance(tree.value, dict):
        raise ScenarioError([Mistake(place, path, f"has nothing below it to set: {head!r} is too deep")])
    if rest and head not in tree.value:
        inside = Located({}, place, place)
        return Located({**tree.value, head: _put(inside, rest, value, place, path)}, tree.place, tree.key)
    below = tree.value.get(head, value)
    return Located({**tree.value, head: _put(below, rest, value, place, path)}, tree.place, tree.key)


def _position(items: list[Located], head: str, place: Place, path: str) -> int:
    names = [
        str(item.value["name"].value) if isinstance(item.value, dict) and "name" in item.value else ""
        for item in items
    ]
    if head in names:
        return names.index(head)
    if head.isdigit() and int(head) < len(items):
        return int(head)
    allowed = ", ".join([*(name for name in names if name), f"0 to {len(items) - 1}"])
    raise ScenarioError(
        [Mistake(place, path, f"no item {head!r} in the list; allowed are {allowed}.{nearest(head, names)}")]
    )
