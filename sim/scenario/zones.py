"""Time zones: which one a country's helpline lives by, and whether one can be simulated."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sim.model.clock import HOUR, Calendar
from sim.units import nearest, shown

#: Zone of scenarios without a country.
DEFAULT_ZONE = "Europe/Brussels"
#: Countries whose first zone in the list of zones is not the one where most people live.
_LARGEST = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "RU": "Europe/Moscow",
    "US": "America/New_York",
}


@cache
def zone_of(country: str) -> str:
    """IANA zone of a country, or of the country of ``DE-BY``; where it has several, the one with most people."""
    country = country.partition("-")[0]
    if country in _LARGEST:
        return _LARGEST[country]
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[2] for row in rows if row[0] == country), DEFAULT_ZONE)


def parse_zone(value: object) -> str:
    """The name of a time zone; ValueError where there is none of this name."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a time zone; write its name, such as Europe/Brussels or UTC")
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = nearest(value, available_timezones())
        raise ValueError(f"{shown(value)} is not a time zone; write its name, such as Europe/Brussels.{hint}") from None
    return value


def odd_change(zone: str, first: dt.date, days: int) -> str | None:
    """Why the clock changes of a zone within some days cannot be simulated, None where they can."""
    calendar = Calendar(first, days, (), zone)
    for change, ahead in calendar.clock.changes:
        if change % HOUR or ahead % HOUR:
            when = calendar.moment(change).date()
            return f"clocks in {zone} change on {when} by less or more than whole hours; only whole hours are simulated"
    return None
