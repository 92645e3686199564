"""Cells of a study's tables in the reader's language: files have English names and notations, a reader has words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.errors import SimError
from sim.language import ENGLISH, Language, key_of
from sim.language.shown import axis_of, in_words
from sim.report.studied import Studied
from sim.results.result import WAITS
from sim.statistics.summary import DEFINITIONS
from sim.studies.targets import Target, targets_of
from sim.units import WEEKDAYS

_MOMENT = re.compile(r"([A-Z][a-z]{2}) (\d+) ([A-Z][a-z]{2}) (\d+:\d\d)")
#: So many days are named, more that follow each other are a span.
_FEW = 2
_ALIKE = re.compile(r"(.*) and (\d+) alike", re.DOTALL)


@dataclass(frozen=True)
class Reader:
    """A language, and what the notations of one study stand for."""

    say: Language
    targets: Mapping[str, Target]

    @classmethod
    def of(cls, found: Studied, say: Language) -> Reader:
        """The reader of a study; its targets are those that were asked for, by their text."""
        known: dict[str, Target] = {}
        for scenario in filter(None, (found.scenario, found.plan)):
            try:
                some = targets_of(
                    scenario,
                    found.asked.get("targets", ()),
                    everywhere=bool(found.asked.get("everywhere")),
                    some=False,
                )
            except SimError:
                continue  # a queue that only one way to organise the lines has
            known |= {target.text: target for target in some}
        return cls(say, known)

    def target(self, text: str) -> str:
        """A target in words."""
        known = self.targets.get(text)
        return text if known is None else known.told(self.say)

    def verdict(self, text: str) -> str:
        """Met or missed, with or without doubt."""
        return self.say.known("plan", f"verdict_{key_of(text)}")

    def way(self, text: str) -> str:
        """How lines are organised."""
        return self.say.known("plan", f"way_{key_of(text)}")

    def some_of(self, text: str) -> str:
        """``1 of 3``."""
        some, _, every = text.partition(" of ")
        return self.say("plan.of", some=some, all=every) if every else text

    def moment(self, text: str) -> str:
        """``Mon 10 Feb 9:00``, and whether it was on fresh worlds."""
        found = _MOMENT.match(text)
        if found is None:
            return text
        weekday, day, month, time = found.groups()
        shown = f"{_same(weekday, 'date.weekdays', self.say)} {day} {_same(month, 'date.short_months', self.say)}"
        shown = f"{shown} {time.removeprefix('0')}"
        return self.say("campaign.fresh", start=shown) if "fresh" in text else shown

    def day(self, text: str) -> str:
        """A date as files have it, or another value."""
        day = as_day(text)
        return self.say.short_date(day) if day else self.value(text)

    def days(self, text: str) -> str:
        """Days of the week: ``mon,tue,wed`` -> ``mon-wed``."""
        days = text.split(",")
        first = WEEKDAYS.index(days[0]) if days[0] in WEEKDAYS else 0
        follow = len(days) > _FEW and tuple(days) == tuple(WEEKDAYS[first : first + len(days)])
        return self.say.hours(f"{days[0]}-{days[-1]}" if follow else text)

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

    def axis(self, targets: Iterable[str], unit: str) -> str:
        """What an axis has on which these targets stand."""
        known = (self.targets[target].of.name for target in targets if target in self.targets)
        return axis_of(known, unit, self.say)

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


def _same(word: str, key: str, say: Language) -> str:
    """A word of one list in another language's."""
    words: Sequence[str] = ENGLISH(key).split()
    return say(key).split()[words.index(word)] if word in words else word
