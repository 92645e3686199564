"""Where the numbers of a scenario come from: every value that says so, with its range and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from sim.scenario.scenario import Scenario
from sim.scenario.types import Stated, Words


@dataclass(frozen=True)
class Assumption:
    """A value whose origin is stated; ``low`` and ``high`` are '' where no range is."""

    path: str
    value: str
    status: str
    low: str
    high: str
    source: Words


def assumptions(scenario: Scenario) -> Iterator[Assumption]:
    """Every value of a scenario that says where it comes from, in the order of the file."""
    written = scenario.model_dump(mode="json", exclude_none=True)

    def walk(value: object, dumped: Any, path: str) -> Iterator[Assumption]:
        if isinstance(value, Stated) and value.status:
            shown = [_short(dumped.get(key)) for key in ("value", "low", "high")]
            yield Assumption(path, shown[0], value.status, shown[1], shown[2], value.source or Words())
        elif isinstance(value, Stated):
            # Without an origin it is written as its bare value.
            yield from walk(value.value, dumped, path)
        elif isinstance(value, BaseModel):
            for name in type(value).model_fields:
                below = dumped.get(name) if isinstance(dumped, dict) else None
                yield from walk(getattr(value, name), below, f"{path}.{name}" if path else name)
        elif isinstance(value, dict) and isinstance(dumped, dict):
            for name, item in value.items():
                yield from walk(item, dumped[name], f"{path}.{name}")
        elif isinstance(value, tuple) and isinstance(dumped, list):
            for number, item in enumerate(value):
                yield from walk(item, dumped[number], f"{path}.{number}")

    return walk(scenario, written, "")


def _short(value: object) -> str:
    if isinstance(value, dict):
        parts = ((name, f"({_short(part)})" if isinstance(part, dict) else part) for name, part in value.items())
        return ", ".join(f"{name} {part}" for name, part in parts)
    return "" if value is None else str(value)
