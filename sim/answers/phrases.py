"""Sentences that several studies have, as messages; and what every face says of an answer."""

from __future__ import annotations

from typing import Protocol

from sim.answers.answer import Answer, Message, Played, Term, message
from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language
from sim.statistics.estimates import Estimate
from sim.statistics.summary import EVERY


def labelled(measure: tuple[str, str, str]) -> Message:
    """A measure (name, kind and name of its scope) in words, with its unit."""
    definition = EVERY.get(measure[0])
    unit = Term("unit", definition.unit if definition else "s")
    return message("chart.unit", name=Term("measure of", measure), unit=unit)


def working_days(days: int) -> Message:
    """So many working days, as a promise has them."""
    return message("target.working_day") if days == 1 else message("target.working_days", days=days)


class Where(Protocol):
    """Consecutive replications of a seed."""

    @property
    def number(self) -> int:
        """How many."""

    @property
    def first(self) -> int:
        """Number of the first."""

    @property
    def seed(self) -> int:
        """Of which seed."""


def more_or_fewer(change: Estimate, counted: str) -> Message:
    """So many more or fewer of what is counted, or that no change is clear: ``34.1 ±0.9 fewer busy tones``."""
    what = message(f"counted.{counted}")
    if change.low == 0 == change.high:
        return message("changed.same", what=what)
    if change.low <= 0 <= change.high:
        return message("changed.unclear", change=Term("change", change), what=what)
    return message("changed.more" if change.value > 0 else "changed.fewer", size=change.size, what=what)


def replications(where: Where) -> Message:
    """``200 replications (numbers 0 to 199 of seed 1712)``."""
    last = where.first + where.number - 1
    return message("study.worlds", number=where.number, first=where.first, last=last, seed=str(where.seed))


def played_on(key: str, where: Where) -> Played:
    """What was done on replications."""
    return Played(key, where.number, where.first, where.seed)


def played(answer: Answer, say: Language) -> list[str]:
    """On which replications an answer rests."""
    return [in_language(message(one.key, worlds=replications(one)), say) for one in answer.played]


def definitions(answer: Answer, say: Language) -> list[tuple[str, str]]:
    """Name and definition of each measure of an answer, with its unit."""
    found = [(name, EVERY[name]) for name in answer.measures]
    return [(say.known("measure", name), f"{_text(name, say)} ({say.known('unit', of.unit)})") for name, of in found]


def _text(name: str, say: Language) -> str:
    """In the reader's language where the catalogue has this definition."""
    key = f"definition.{name}"
    return say(key) if ENGLISH.words.get(key) == EVERY[name].text else EVERY[name].text
