"""Public holidays of the days of a log, by the name that people know them by."""

from __future__ import annotations

import datetime as dt

from sim.errors import SimError
from sim.quantities import nearest

#: The country whose holidays are looked up unless another is named.
BELGIUM = "BE"


def holidays_of(start: dt.date, days: int, country: str = BELGIUM) -> dict[int, str]:
    """Name of each public holiday by its day since ``start``; none for the country ``none``."""
    if country == "none":
        return {}
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        hint = nearest(country, known)
        raise SimError(f"holidays: {country!r} is not a country's code such as BE or NL, nor 'none'.{hint}")
    language = "nl" if country == BELGIUM else None
    years = range(start.year, (start + dt.timedelta(days=days)).year + 1)
    found = holidays.country_holidays(country, years=years, language=language)
    named = ((day, found.get(start + dt.timedelta(days=day))) for day in range(days))
    return {day: str(name) for day, name in named if name}
