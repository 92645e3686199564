"""A sentence that is made in one place and told in another: English text that knows its key and its values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.language import ENGLISH, Language


@dataclass(frozen=True)
class Digits:
    """A number that is told with so many decimals."""

    value: float
    digits: int = 0


@dataclass(frozen=True)
class Name:
    """A name of a channel, queue or province, which the language may know."""

    name: str


class Said(str):
    """What it says in English, as text; ``told`` says it in any language.

    Values may be whole numbers, dates, ``Digits``, ``Name`` and other ``Said``, which are told in the language too, and
    text; several of them in a tuple are told with commas.
    """

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, object]

    def __new__(cls, key: str, /, **values: object) -> Said:
        """The sentence of a key of the catalogue; KeyError where there is none."""
        found = super().__new__(cls, _told(ENGLISH, key, values))
        found.key, found.values = key, values
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.key, self.values)

    def told(self, say: Language) -> str:
        """In the reader's language."""
        return _told(say, self.key, self.values)


def told(text: str, say: Language) -> str:
    """A text in the reader's language, if it is one that can be told; otherwise, as a user's own words, as it is."""
    return text.told(say) if isinstance(text, Said) else text


def _again(key: str, values: Mapping[str, object]) -> Said:
    return Said(key, **values)


def _told(say: Language, key: str, values: Mapping[str, object]) -> str:
    return say(key, **{name: _value(value, say) for name, value in values.items()})


def _value(value: object, say: Language) -> str:
    if isinstance(value, str):
        return told(value, say)
    if isinstance(value, Digits):
        return say.number(value.value, value.digits)
    if isinstance(value, Name):
        return say.name(value.name)
    if isinstance(value, tuple):
        return ", ".join(_value(one, say) for one in value)
    if isinstance(value, dt.date):
        return say.date(value)
    return say.number(value) if isinstance(value, int) else str(value)
