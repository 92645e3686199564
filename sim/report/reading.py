"""Cells of a study's tables in the reader's language: files have English names and notations, a reader has words."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sim.language import Language
from sim.language.shown import in_words
from sim.results.result import WAITS
from sim.statistics.summary import DEFINITIONS

_ALIKE = re.compile(r"(.*) and (\d+) alike", re.DOTALL)


@dataclass(frozen=True)
class Reader:
    """A language, in which notations are read."""

    say: Language

    def day(self, text: str) -> str:
        """A date as files have it, or another value."""
        day = as_day(text)
        return self.say.short_date(day) if day else self.value(text)

    def outcome(self, text: str) -> str:
        """A measure, and of whom: ``loss@phone`` -> ``lost %, phone``."""
        measure, _, whose = text.partition("@")
        shown = self.say.known("measure", measure)
        return f"{shown}, {self.say.name(whose)}" if whose else shown

    def unit_of(self, text: str) -> str:
        """The unit of a measure; '' where its name has it, or where it is a number per period."""
        measure = text.partition("@")[0]
        if measure in WAITS:
            return self.say("unit.s")
        known = DEFINITIONS.get(measure)
        return self.say.known("unit", known.unit) if known and known.unit not in ("%", "per period") else ""

    def unit(self, text: str) -> str:
        """A unit; a mere number has none."""
        return "" if text == "number" else self.say.known("unit", text)

    def with_unit(self, text: str) -> str:
        """A measure, of whom, and its unit."""
        unit = self.unit_of(text)
        return f"{self.outcome(text)} ({unit})" if unit else self.outcome(text)

    def path(self, text: str) -> str:
        """The path of a value; equal statements about several lines are one."""
        alike = _ALIKE.fullmatch(text)
        words = in_words(alike[1] if alike else text, self.say)
        return f"{words} {self.say('ranking.alike', count=alike[2])}" if alike else words

    def value(self, text: str) -> str:
        """A value as a scenario writes it."""
        return self.say.value(text)

    def yes(self, found: bool) -> str:
        """Yes or no."""
        return self.say("told.yes" if found else "told.no")


def as_day(text: str) -> dt.date | None:
    """A date as files have it; None for other text."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
