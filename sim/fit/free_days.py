"""Public holidays of the days of a log, by the name that people know them by."""

from __future__ import annotations

import datetime as dt

from sim.errors import QuestionError
from sim.quantities import nearest

#: The country whose holidays are looked up unless another is named.
BELGIUM = "BE"
NONE = "none"


def country_of(text: str) -> str:
    """The code of a country, or ``none``; QuestionError with the nearest one where there is no such country."""
    import holidays

    word = text.strip()
    known = holidays.list_supported_countries()
    if word.lower() == NONE or word.upper() in known:
        return NONE if word.lower() == NONE else word.upper()
    # Classes of the package are named after countries: "netherlands" is guessed to be NL.
    names = {name.replace("_", " "): codes[1] for name, codes in holidays.registry.COUNTRIES.items()}
    guess = names.get(word.lower().replace("_", " "))
    hint = f" Did you mean {guess!r}?" if guess else nearest(word.upper(), known)
    raise QuestionError(f"holidays: {text!r} is not a country's code such as BE or NL, nor 'none'.{hint}")


def holidays_of(start: dt.date, days: int, country: str = BELGIUM) -> dict[int, str]:
    """Name of each public holiday by its day since ``start``; none for the country ``none``."""
    country = country_of(country)
    if country == NONE:
        return {}
    import holidays

    language = "nl" if country == BELGIUM else None
    years = range(start.year, (start + dt.timedelta(days=days)).year + 1)
    found = holidays.country_holidays(country, years=years, language=language)
    named = ((day, found.get(start + dt.timedelta(days=day))) for day in range(days))
    return {day: str(name) for day, name in named if name}
