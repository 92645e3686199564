"""A scenario that differs from another in a few sections: only these, and what follows from them, are worked out."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.model import Scenario
from sim.scenario.source import Located

_DAYS = ("period", "calendar")
_CALLS = (*_DAYS, "channels", "demand", "campaigns")
#: What is worked out of a scenario, and the sections that it is worked out of.
WORKED_OUT_OF = {"days": _DAYS, "rates": _CALLS, "traced": (*_CALLS, "trace")}


def validated_like(like: Scenario, tree: Located) -> Scenario | None:
    """The scenario of ``tree``, which is the tree of ``like`` with some sections replaced; None if values are wrong.

    What a setting leaves alone is the same object in both trees, and is taken from ``like``.
    """
    before = like.tree.value
    changed = {name: item for name, item in tree.value.items() if item is not before.get(name)}
    if changed.keys() - Scenario.model_fields.keys():
        return None
    try:
        new = {name: _reader(name).validate_python(item.plain()) for name, item in changed.items()}
    except ValidationError:
        return None
    found = Scenario.model_construct(**{name: getattr(like, name) for name in Scenario.model_fields} | new)
    for name, sections in WORKED_OUT_OF.items():
        if name in vars(like) and not new.keys() & set(sections):
            vars(found)[name] = vars(like)[name]
    return found


@cache
def _reader(section: str) -> TypeAdapter[Any]:
    """What reads one section as the whole scenario would."""
    field = Scenario.model_fields[section]
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(kind)
