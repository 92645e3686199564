"""A week's scenario from daily counts: the forecast with its interval; all else is assumed and says so.

Counts by day say how many called, not when, how long a call took or how many lines there were. The scenario runs as it
is, and whoever knows more puts it in place of what is assumed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from scipy import stats

from sim.answers.answer import Answer
from sim.fit.answer_counts import answer_of_days
from sim.fit.checks import Check
from sim.fit.daily import DailyFit, daily_surge, fit_daily
from sim.fit.day_counts import DailyCounts
from sim.fit.fitted import Fitted
from sim.fit.forecast import Forecast, forecast
from sim.fit.found import FittedAnswer, InDays
from sim.fit.stated import Block, assumed, assumed_lines, shares_block, stated
from sim.fit.surge import Campaign
from sim.language.said import Said
from sim.scenario.holidays import BELGIUM
from sim.scenario.load import loads
from sim.scenario.source import write_text
from sim.units import WEEKDAYS, format_weekday_set

#: What is assumed where counts say nothing: hours, minutes of a call.
_OPEN, _HOURS, _MINUTES = "9:00-17:00", 8, 10
_WHY = "daily counts do not say"


class DaysFit(InDays, FittedAnswer):
    """What counts by day say, on every face."""

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return answer_of_days(self)


def fit_days_of(
    counts: DailyCounts, *, name: str, campaigns: Sequence[dt.datetime] = (), country: str = BELGIUM
) -> DaysFit:
    """Daily counts that were read, fitted; ``campaigns`` are moments of broadcasts, ``country`` has the holidays."""
    daily = fit_daily(counts, country=country)
    week = forecast(daily, country=country)
    surge = daily_surge(counts, Campaign(tuple(campaigns)), country=country) if campaigns else None
    text = write_text(_document(daily, week, name))
    return DaysFit(name, daily, week, surge, text, loads(text, name=name), tuple(_checks(week)))


def _checks(week: Forecast) -> list[Check]:
    """Whether past weeks fell into the intervals that would have been foretold for them."""
    if not week.weeks:
        return []
    low, high = (float(stats.binom.ppf(tail, week.weeks, 0.95)) / week.weeks for tail in (0.025, 0.975))
    held = Fitted(0.95, low, high, "%", Said("how.promised"))
    what = Said("misfit.past_weeks", weeks=week.weeks)
    return [Check("forecast", what, week.checked, held, "%")]


def _document(daily: DailyFit, week: Forecast, name: str) -> Block:
    source = re.split(r"[/\\]", daily.counts.source)[-1]
    dates = [week.start + dt.timedelta(days=day) for day in range(7)]
    open_days = [date for date, mean in zip(dates, week.expected, strict=True) if mean > 0]
    names = format_weekday_set(tuple(sorted(date.weekday() for date in open_days)))
    busiest = max(week.expected)
    shares = {part.name: part.offered for part in daily.counts.parts if part.offered > 0}
    provinces = shares if daily.counts.of == "province" else {}
    channels = shares if shares and not provinces else {"phone": 1}
    said = f"{source}: forecast of {week.weeks} tried weeks" if week.weeks else f"{source}: forecast"
    return {
        "name": name,
        "title": f"The week from {week.start}, foretold from {source}",
        "about": (
            f"{daily.counts.days} days of counts say how many will call; hours, lines, patience and handling times are "
            "assumed, since counts by day do not say them."
        ),
        "period": {"first": dates[0].isoformat(), "last": dates[-1].isoformat()},
        "calendar": {"working_days": "mon-sun", "holidays": "none"},
        "channels": {
            name: {"hours": _hours(names), **({"queue": "per province"} if provinces else {})} for name in channels
        },
        "lines": {
            name: {
                "count": assumed_lines(
                    busiest / _HOURS * share / sum((provinces or channels).values()),
                    _MINUTES,
                    f"{_WHY}; load and its root",
                ),
                "serves": [f"phone/{name}" if provinces else name],
            }
            for name, share in (provinces or channels).items()
        },
        "demand": {
            "contacts": stated(week.total, said, most=1e7),
            "per": "period",
            "by_channel": shares_block(channels, source),
            "by_province": shares_block(provinces, source) if provinces else {"everywhere": "100 %"},
            "weekdays": {
                WEEKDAYS[date.weekday()]: stated(_relative(day, busiest), said, most=1e6)
                for date, day in zip(dates, week.days, strict=True)
            },
            "busyness": stated(week.busyness, f"{source}: days vary beyond chance", most=10.0),
        },
        "callers": {
            name: {"patience": {"distribution": "exponential", "mean": assumed("7 min", "2 min", "20 min", _WHY)}}
            for name in channels
        },
        "handling": {
            name: {
                "conversation": {
                    "distribution": "lognormal",
                    "mean": assumed(f"{_MINUTES} min", "3 min", "40 min", _WHY),
                    "cv": assumed(0.9, 0.6, 1.2, _WHY),
                }
            }
            for name in channels
        },
        "experiment": {"replications": 200},
    }


def _hours(names: str) -> Block:
    low, high = f"{names} 10:00-16:00", f"{names} 8:00-22:00"
    return assumed(f"{names} {_OPEN}", low, high, f"{_WHY}; the days are those with contacts")


def _relative(day: Fitted, busiest: float) -> Fitted:
    """A day's weight: how it was foretold beside the busiest one."""
    scaled = day.scaled(1 / max(busiest, 1e-9), "")
    return Fitted(max(scaled.value, 0.0), max(scaled.low, 0.0), scaled.high)
