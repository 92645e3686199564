"""Reading part of a scenario: the sections that a setting changes, or what is readable of a file with mistakes."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeGuard, TypeVar, Union, cast, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from sim.scenario.sections import Sections
from sim.scenario.source import Located
from sim.scenario.types import Block, Stated

S = TypeVar("S", bound=Sections)
B = TypeVar("B", bound=Block)


def validated_like(like: S, tree: Located) -> S | None:
    """The scenario of ``tree``, which is the tree of ``like`` with some sections replaced; None if values are wrong.

    What a setting leaves alone is the same object in both trees, and is taken from ``like``.
    """
    before = like.tree.value
    changed = {name: item for name, item in tree.value.items() if item is not before.get(name)}
    if changed.keys() - Sections.model_fields.keys():
        return None
    try:
        new = {name: _reader(Sections, name).validate_python(item.plain()) for name, item in changed.items()}
    except ValidationError:
        return None
    values = {name: getattr(like, name) for name in Sections.model_fields} | new
    return cast("S", type(like).model_construct(**values))


def readable(kind: type[B], value: object) -> B:
    """A block as far as a file has it right; using a field that is wrong or missing raises UnreadableError."""
    given = value if isinstance(value, dict) else {}  # what is written bare has no other field
    fields = {name: _part(kind, name, given[name]) for name in kind.model_fields if name in given}
    right: dict[str, Any] = {name: part for name, part in fields.items() if part is not _UNREADABLE}
    found = cast("B", kind.model_construct(None, **right))
    for name in [name for name, part in fields.items() if part is _UNREADABLE]:
        vars(found).pop(name, None)  # not its default, of which the rules would say what is not true
    return found


_UNREADABLE = object()


def _part(block: type[Block], name: str, value: object) -> Any:
    """A field of a block, or what is readable of the blocks in it."""
    with suppress(ValidationError):
        return _reader(block, name).validate_python(value)
    annotation = block.model_fields[name].annotation
    for kind in get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,):
        origin, inside = get_origin(kind), [one for one in get_args(kind) if _is_block(one)]
        if _is_block(kind):
            return readable(kind, value)
        if origin is dict and inside and isinstance(value, dict):
            return {key: readable(inside[0], one) for key, one in value.items()}
        if origin is tuple and inside and isinstance(value, list):
            return tuple(readable(inside[0], one) for one in value)
    return _UNREADABLE


def _is_block(kind: object) -> TypeGuard[type[Block]]:
    return isinstance(kind, type) and issubclass(kind, Block) and not issubclass(kind, Stated)


@cache
def _reader(block: type[Block], name: str) -> TypeAdapter[Any]:
    """What reads one field as the whole block would."""
    field = block.model_fields[name]
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(kind)
