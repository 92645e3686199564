"""Public holidays of any country that the package ``holidays`` knows, or of a part of it such as a state."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache

from sim.errors import QuestionError
from sim.units import nearest, shown

#: The country whose holidays are looked up unless another is named.
BELGIUM = "BE"
NONE = "none"
#: Countries as people call them and no code does.
_ALSO = {"uk": "GB", "england": "GB-ENG", "scotland": "GB-SCT", "wales": "GB-WLS", "holland": "NL", "usa": "US"}
HELP = "the code of a country such as BE, a part of one such as DE-BY, or none"


def country_of(written: object) -> str:
    """``BE``, ``DE-BY`` or ``none``; QuestionError with the nearest one where the holidays are not known.

    Countries have their ISO 3166-1 code of two letters (three are read as well), parts of a country the code or name
    by which ISO 3166-2 or the package has them: ``DE-BY``, which may be written ``DE-Bayern`` too.
    """
    if not isinstance(written, str):
        raise QuestionError(f"{shown(written)} is not {HELP}")
    code, dash, part = (text.strip() for text in written.partition("-"))
    if code.lower() == NONE and not dash:
        return NONE
    import holidays

    known = holidays.list_supported_countries()
    codes: dict[str, str] = {code: names[1] for names in holidays.registry.COUNTRIES.values() for code in names[1:3]}
    country = codes.get(code.upper(), "")
    if country not in known:
        raise QuestionError(f"{shown(written)} is not {HELP}.{_guess(written, code, codes)}")
    if not dash:
        return country
    parts = known[country]
    aliases = getattr(holidays.country_holidays(country), "subdivisions_aliases", {})
    alike = {_plain(name): name for name in parts} | {_plain(name): short for name, short in aliases.items()}
    if _plain(part) not in alike:
        there = f"there are {', '.join(parts)}" if parts else "there are none"
        raise QuestionError(f"{shown(part)} is not a part of {country}; {there}.{nearest(part, [*parts, *aliases])}")
    return f"{country}-{alike[_plain(part)]}"


def _guess(written: str, code: str, codes: dict[str, str]) -> str:
    """' Did you mean ...?' for a country written by its name or with a slip in its code."""
    import holidays

    # The package names its modules after countries: "netherlands" is guessed to be NL.
    names = {_plain(name): found[1] for name, found in holidays.registry.COUNTRIES.items()}
    names |= _ALSO
    for word in (_plain(written), _plain(re.split(r"\W", code)[0])):
        if close := get_close_matches(word, names, n=1, cutoff=0.75):
            return f" Did you mean {names[close[0]]!r}?"
    close = get_close_matches(code.upper(), codes, n=1)
    return f" Did you mean {codes[close[0]]!r}?" if close else ""


def _plain(name: str) -> str:
    """A name without accents, capitals and signs between its letters."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", letters)


@lru_cache(maxsize=256)
def _of_years(country: str, years: range) -> dict[dt.date, str]:
    import holidays

    code, _, part = country.partition("-")
    language = "nl" if code == BELGIUM else None
    return dict(holidays.country_holidays(code, subdiv=part or None, years=years, language=language))


def holidays_between(first: dt.date, last: dt.date, country: str = BELGIUM) -> dict[dt.date, str]:
    """Name of each public holiday from ``first`` to ``last``, both included; none for the country ``none``."""
    country = country_of(country)
    if country == NONE:
        return {}
    found = _of_years(country, range(first.year, last.year + 1))
    return {day: name for day, name in found.items() if first <= day <= last}


def holidays_of(start: dt.date, days: int, country: str = BELGIUM) -> dict[int, str]:
    """Name of each public holiday by its day since ``start``, in the order of the days."""
    found = holidays_between(start, start + dt.timedelta(days=days - 1), country)
    return {(day - start).days: found[day] for day in sorted(found)}
