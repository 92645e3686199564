"""What is wrong in a scenario, in the words of the file: place, path, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.errors import Mistake
from sim.scenario import campaigns, distributions, surges
from sim.scenario.sections import Sections
from sim.scenario.source import Located
from sim.scenario.types import Block
from sim.units import nearest, one_of, shown

S = TypeVar("S", bound=Sections)
_EXPECTED = {
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "tuple_type": "a list, such as [a, b]",
    "list_type": "a list, such as [a, b]",
    "string_type": "text; put it in quotes",
    "bool_type": "true or false",
}
#: What pydantic adds to its locations though no file contains it.
_INVISIBLE = {"value", "count", "hours", "to", "any", "[key]", *distributions.TAGS, *surges.TAGS, *campaigns.TAGS}


#: Steps to a value in a scenario: keys, and positions in a list or mapping.
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Broken:
    """A broken rule of a typed scenario: where, and what is wrong; ``key`` where that is the key and not its value."""

    path: Path
    message: str
    key: bool = False


def placed(broken: Broken, tree: Located) -> Mistake:
    """The mistake of a broken rule, where it is written. What the file need not write out is left out of the path."""
    here, path = tree, []
    for step in broken.path:
        bare = here.value.get("value") if isinstance(here.value, dict) and step not in here.value else None
        here = bare or here
        if isinstance(here.value, dict) and isinstance(step, int):
            step = list(here.value)[step]
        inside = _inside(here)
        if step in inside:
            here = inside[step]
        elif not isinstance(here.value, dict) or step == "value":
            continue
        path.append(str(step))
    return Mistake(here.key if broken.key else here.place, ".".join(path), broken.message)


def _inside(item: Located) -> dict[int | str, Located]:
    if isinstance(item.value, list):
        return {key: one for number, one in enumerate(item.value) for key in (number, str(number))}
    return item.value if isinstance(item.value, dict) else {}


def unknown(kind: str, name: object, allowed: Iterable[str]) -> str:
    """A message: there is no such thing, these there are, and the nearest."""
    known = list(allowed)
    a_kind = f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
    if not known:
        return f"{name!r} is not {a_kind} of this scenario; there are none"
    return f"{name!r} is not {a_kind} of this scenario; they are {', '.join(known)}.{nearest(str(name), known)}"


def without_followers(mistakes: list[Mistake], misplaced: list[Mistake]) -> list[Mistake]:
    """The mistakes but those inside what is ``misplaced``, where nothing is as it should be."""
    inside = tuple(f"{one.path}." for one in misplaced)
    return [one for one in mistakes if not one.path.startswith(inside)]


def type_mistakes(tree: Located, kind: type[S]) -> tuple[S | None, list[Mistake]]:
    """The scenario if every value is of the right kind, and all mistakes."""
    try:
        return kind.model_validate(tree.plain()), []
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if not _follows(detail)]
        return None, [_mistake(tree, detail) for detail in details]


def _follows(detail: ErrorDetails) -> bool:
    """Whether a list only counts as too short because its wrong items, reported themselves, were left out."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _mistake(tree: Located, detail: ErrorDetails) -> Mistake:
    kind = detail["type"]
    where, path, rest = _follow(tree, detail["loc"])
    if kind == "extra_forbidden":
        parent, key = detail["loc"][:-1], str(detail["loc"][-1])
        allowed = _keys_at(parent)
        message = f"unknown key {key!r}.{nearest(key, allowed)}"
        return Mistake(where.key, path, message + (f" Allowed are {', '.join(allowed)}" if allowed else ""))
    if kind == "missing":
        return Mistake(where.key, ".".join([*filter(None, [path]), *(rest or [str(detail["loc"][-1])])]), "is missing")
    if kind == "same_key":
        key = detail["ctx"]["key"]
        return Mistake(where.value[key].key, f"{path}.{key}", detail["msg"])
    if detail["loc"][-1] == "[key]":
        return Mistake(where.key, path, _message(kind, detail, detail["input"]))
    where, path, message = _name_first(where, path, _message(kind, detail, where.plain()))
    # The YAML reader puts an empty value where the next one begins.
    return Mistake(where.key if where.value is None else where.place, path, message)


def _follow(tree: Located, loc: tuple[int | str, ...]) -> tuple[Located, str, list[str]]:
    """The deepest written value on the way to ``loc``, its path, and the visible rest of the way."""
    here, path, rest = tree, [], []
    for step in loc:
        inside = _inside(here)
        if step in inside:
            here = inside[step]
        elif step in _INVISIBLE:
            continue
        else:
            rest.append(str(step))
            continue
        path.append(str(step))
    return here, ".".join(path), rest


def _name_first(where: Located, path: str, message: str) -> tuple[Located, str, str]:
    """A message of a whole section that begins with one of its keys belongs to that key."""
    key, colon, rest = message.partition(": ")
    if colon and isinstance(where.value, dict) and key in where.value:
        return _name_first(where.value[key], f"{path}.{key}" if path else key, rest)
    return where, path, message


def _message(kind: str, detail: ErrorDetails, found: Any) -> str:
    context: dict[str, Any] = dict(detail.get("ctx") or {})
    if kind == "value_error":
        return " ".join(str(context["error"]).split())
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return one_of(found, allowed)
    if kind == "too_short":
        return "is empty; at least one entry is needed"
    if kind == "string_pattern_mismatch":
        return f"{shown(found)} is not a name; use letters, digits, '.', '_' and '-', at most 80"
    if kind in _EXPECTED:
        return f"{shown(found)} is not {_EXPECTED[kind]}"
    return f"{shown(found)}: {detail['msg']}"


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the model allows at ``loc``."""
    kinds: list[Any] = [Sections]
    for step in map(str, loc):
        kinds = list(_within(kinds, step)) or kinds
    return list(dict.fromkeys(name for kind in kinds if not get_origin(kind) for name in kind.model_fields))


def _within(kinds: Iterable[Any], step: str) -> Iterator[Any]:
    """What may stand at a step of a way: behind a key of a block, or any name or number of a mapping or list."""
    for kind in kinds:
        if get_origin(kind):
            yield from _kinds(get_args(kind)[1 if get_origin(kind) is dict else 0])
        elif step in kind.model_fields:
            yield from _kinds(kind.model_fields[step].annotation)
        elif step in _tags(kind):
            yield kind


def _kinds(annotation: Any) -> Iterator[Any]:
    """The blocks, mappings and lists of an annotation."""
    if (isinstance(annotation, type) and issubclass(annotation, Block)) or get_origin(annotation) in (
        dict,
        tuple,
        list,
    ):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _kinds(part)


def _tags(block: type[Block]) -> tuple[str, ...]:
    named = [block.model_fields[key] for key in ("distribution", "shape") if key in block.model_fields]
    return tuple(tag for field in named for tag in get_args(field.annotation))
