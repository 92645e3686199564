"""A scenario that differs from another in a few sections: only these, and what follows from them, are worked out."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from sim.scenario.sections import Sections
from sim.scenario.source import Located

S = TypeVar("S", bound=Sections)


def validated_like(like: S, tree: Located) -> S | None:
    """The scenario of ``tree``, which is the tree of ``like`` with some sections replaced; None if values are wrong.

    What a setting leaves alone is the same object in both trees, and is taken from ``like``.
    """
    before = like.tree.value
    changed = {name: item for name, item in tree.value.items() if item is not before.get(name)}
    if changed.keys() - Sections.model_fields.keys():
        return None
    try:
        new = {name: _reader(name).validate_python(item.plain()) for name, item in changed.items()}
    except ValidationError:
        return None
    values = {name: getattr(like, name) for name in Sections.model_fields} | new
    return cast("S", type(like).model_construct(**values))


@cache
def _reader(section: str) -> TypeAdapter[Any]:
    """What reads one section as the whole scenario would."""
    field = Sections.model_fields[section]
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(kind)
