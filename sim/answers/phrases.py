"""Sentences that several studies have, as messages; and what every face says of an answer."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from sim.answers.answer import Answer, Message, Played, Term, Value, message
from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language
from sim.language.said import Digits, Name, Said
from sim.statistics.estimates import Estimate
from sim.statistics.summary import EVERY


def as_message(text: str) -> Message | str:
    """What is said, as data; a user's own words are text as they are."""
    if not isinstance(text, Said):
        return text
    return Message(text.key, {name: _as_value(of) for name, of in text.values.items()})


def _as_value(value: object) -> Value:
    if isinstance(value, Digits):
        return Term("decimals", (value.value, value.digits))
    if isinstance(value, Name):
        return Term("name", value.name)
    if isinstance(value, tuple):
        return tuple(map(_as_value, value))
    if isinstance(value, dt.date):
        return Term("day", value.isoformat()[:10])
    return as_message(value) if isinstance(value, str) else value if isinstance(value, int) else str(value)


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
    if where.number == 1:
        return message("study.world", first=where.first, seed=str(where.seed))
    last = where.first + where.number - 1
    return message("study.worlds", number=where.number, first=where.first, last=last, seed=str(where.seed))


def played_on(key: str, where: Where) -> Played:
    """What was done on replications."""
    return Played(key, where.number, where.first, where.seed)


def title_of(answer: Answer, say: Language) -> str:
    """What it is about, and what was asked."""
    of = in_language(answer.title, say) or (answer.scenario.titled(say.code) if answer.scenario else "")
    return ": ".join(filter(None, (of, in_language(answer.heading, say))))


def rests_on(answer: Answer, say: Language) -> str:
    """The period, the replications, and the level of intervals, as far as there are such."""
    scenario, worlds = answer.scenario, "; ".join(played(answer, say))
    period = say.period(scenario.period.first, scenario.period.last) if scenario else ""
    # A single replication has no intervals, and says so.
    several = any(one.number > 1 for one in answer.played) or not answer.played
    level = say("study.intervals") if (period or worlds) and several else ""
    return "; ".join(filter(None, (period, worlds, level)))


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
