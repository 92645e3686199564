"""Two languages from one catalogue: whatever a reader sees has a key, and numbers and dates look as the reader's do.

The folders ``en`` and ``nl`` have the same files, keys and placeholders. Names that a scenario gives are shown as they
are, but for those that everybody uses (``phone``) or that the shipped scenarios give (``names.toml``).
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

#: Codes of the languages that there are, the default first.
CODES = ("en", "nl")
_SWAPPED = str.maketrans(",.", ".,")
#: A day, or a moment of it, as files have it.
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d\b( \d\d:\d\d\b)?")


@dataclass(frozen=True)
class Language:
    """Words by key, such as ``calls.title``, and how numbers and dates are written."""

    code: str
    words: Mapping[str, str] = field(repr=False)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with ``values`` in its placeholders; KeyError where there is none."""
        return self.words[key].format(**values)

    def known(self, section: str, word: str) -> str:
        """The translation of a word in a section, such as a status; the word itself where there is none."""
        return self.known_if(section, word) or word

    def known_if(self, section: str, word: str) -> str:
        """The translation of a word in a section; '' where there is none."""
        return self.words.get(f"{section}.{key_of(word)}", "")

    def name(self, name: str) -> str:
        """A channel, queue, province or line group as readers know it: ``phone/limburg`` -> ``telefoon/limburg``."""
        return "/".join(self.known("name", part) for part in name.split("/"))

    @property
    def decimal(self) -> str:
        """The decimal sign."""
        return "." if self.code == "en" else ","

    def number(self, value: float, digits: int = 0) -> str:
        """With separators: 1,234.5 or 1.234,5."""
        text = f"{value:z,.{digits}f}"  # z: no "-0.0"
        return text if self.code == "en" else text.translate(_SWAPPED)

    def significant(self, value: float, digits: int) -> str:
        """With so many digits that count, and all of those before the decimal sign."""
        text = f"{value:.{digits}g}"
        if "e+" in text:
            return self.number(value)
        return text if self.code == "en" else text.translate(_SWAPPED)

    def percent(self, share: float, digits: int = 0, *, sign: bool = False) -> str:
        """A fraction in percent: 46 %."""
        plus = "+" if sign and share >= 0 else ""
        return f"{plus}{self.number(100 * share, digits)} %"

    def date(self, day: dt.date) -> str:
        """10 February 2020."""
        return f"{day.day} {self._months[day.month - 1]} {day.year}"

    def month(self, day: dt.date) -> str:
        """February 2020."""
        return f"{self._months[day.month - 1]} {day.year}"

    def short_date(self, day: dt.date) -> str:
        """Mon 10 Feb."""
        return f"{self.weekday(day)} {day.day} {self('date.short_months').split()[day.month - 1]}"

    def moment(self, at: dt.datetime) -> str:
        """10 February 2020 9:00."""
        return f"{self.date(at.date())} {clock(at)}"

    def short_moment(self, at: dt.datetime) -> str:
        """Mon 10 Feb 9:00."""
        return f"{self.short_date(at.date())} {clock(at)}"

    def weekday(self, day: dt.date) -> str:
        """Mon."""
        return self("date.weekdays").split()[day.weekday()]

    def period(self, first: dt.date, last: dt.date) -> str:
        """Both days included, without saying a month or a year twice."""
        return self.date(first) if first == last else self("date.period", **self._ends(first, last))

    def during(self, first: dt.date, last: dt.date) -> str:
        """The same at the start of a sentence about what happened then."""
        if first == last:
            return self("date.on", day=self.date(first))
        return self("date.during", **self._ends(first, last))

    def _ends(self, first: dt.date, last: dt.date) -> dict[str, str]:
        start = self.date(first)
        if first.year == last.year:
            start = start.rpartition(" ")[0]
            if first.month == last.month:
                start = str(first.day)
        return {"first": start, "last": self.date(last)}

    def duration(self, written: str) -> str:
        """A duration as scenarios write it, in the words of the language: ``1 h 30 min`` -> ``1 u 30 min``."""
        return re.sub(r"[a-z]+", lambda word: self.known("unit", word[0]), written)

    def hours(self, written: str) -> str:
        """Opening hours as scenarios write them: ``mon-fri 9:00-17:00`` -> ``ma-vr 9:00-17:00``."""
        return re.sub(r"[a-z]+", lambda word: self.known("hours", word[0]), written)

    def value(self, written: str) -> str:
        """A value of a scenario file as the language writes it: ``minor 12.4 %`` -> ``minderjarig 12,4 %``.

        Names, hours, units, numbers, moments, days and words of the format are told.
        """
        if told := self.known_if("written", written):
            return told
        named = re.sub(r"(?<![^,] )\b[a-z][^,\d]*(?= \d)", lambda name: self.name(name[0]), self.hours(written))
        units = re.sub(r"(?<=\d )(?:days?|h|min|s)\b", lambda word: self.known("unit", word[0]), named)
        # Between numbers that have a decimal comma, a comma would not be seen.
        apart = units.replace(", ", "; ") if self.decimal == "," and re.search(r"\d\.\d", units) else units
        numbers = re.sub(r"(?<![\w.:-])\d+(?:\.\d+)?(?![\w.:-])", self._number_in, apart)
        return _MOMENT.sub(self._moment_in, numbers)

    def _number_in(self, found: re.Match[str]) -> str:
        whole, _, decimals = found[0].partition(".")
        return (
            self.number(float(found[0]), len(decimals) if decimals.strip("0") else 0) if len(whole) < 16 else found[0]
        )

    def _moment_in(self, found: re.Match[str]) -> str:
        try:
            at = dt.datetime.fromisoformat(found[0])
        except ValueError:
            return found[0]
        return self.moment(at) if found[1] else self.date(at.date())

    @property
    def _months(self) -> list[str]:
        return self("date.months").split()


def clock(at: dt.datetime) -> str:
    """A time of day: 9:00."""
    return f"{at.hour}:{at:%M}"


def key_of(text: str) -> str:
    """A text as the last part of a key: ``handling not exponential`` -> ``handling_not_exponential``."""
    return re.sub(r"\W+", "_", text.lower()).strip("_")


@cache
def language(code: str) -> Language:
    """The language with this code; ValueError where there is none."""
    if code not in CODES:
        raise ValueError(f"{code!r} is not a language; allowed are {' and '.join(CODES)}")
    parts = sorted(files(__package__).joinpath(code).iterdir(), key=lambda part: part.name)
    contents = [tomllib.loads(part.read_text(encoding="utf-8")) for part in parts if part.name.endswith(".toml")]
    return Language(
        code,
        {
            f"{section}.{key}": text
            for content in contents
            for section, words in content.items()
            for key, text in words.items()
        },
    )


ENGLISH = language("en")
