"""Contacts of the months to come, from a history of counts: level, weekdays, season, holidays and known events.

The logarithm of a day's contacts is a level that wanders, a day's own memory (an autoregression of order 1), weekdays,
holidays, two waves a year and events (A. C. Harvey 1989, Forecasting, Structural Time Series Models and the Kalman
Filter; fitted by statsmodels). How good that is, is tried on the history itself: past stretches are foretold from the
days before them, and held against the same weekday of the week before (the seasonal naive forecast).
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import (
    Answer,
    Axis,
    Column,
    Curves,
    Heat,
    Message,
    Played,
    Point,
    Section,
    Series,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answered import Answered
from sim.errors import QuestionError, SimError
from sim.fit.day_counts import DailyCounts
from sim.fit.days_scenario import fit_days_of
from sim.fit.interval_counts import IntervalCounts
from sim.fit.interval_scenario import fit_intervals
from sim.fit.log import UNKNOWN, Log
from sim.fit.whole import fit_of
from sim.scenario.holidays import BELGIUM, holidays_of
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.units import WEEKDAYS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WEEK = 7
#: Days of history that a forecast needs, and that tell a season of the year from a trend.
_LEAST, _YEAR = 56, 540
#: A stretch that is tried on the history, in days, and how many of them at most.
_TRIED, _TRIES = 28, 6
#: Paths of the months to come.
_PATHS = 2000
#: A weekday or the holidays count as closed where so many of their days, or more, have no contacts.
_CLOSED = 0.9
#: Days of history that the picture shows.
_SHOWN = 84


@dataclass(frozen=True)
class Event:
    """Days on which something known happened or will; events of one name raise or lower contacts alike."""

    name: str
    first: dt.date
    last: dt.date

    @classmethod
    def parse(cls, text: str) -> Event:
        """From ``campaign=2024-02-10..2024-02-27`` or ``campaign=2024-02-10``."""
        name, equals, days = text.partition("=")
        first, _, last = days.partition("..")
        try:
            begins, ends = (dt.date.fromisoformat(day.strip()) for day in (first, last or first))
            found = cls(name.strip(), begins, ends)
        except ValueError:
            found = None
        if found is None or not equals or not found.name or found.last < found.first:
            raise QuestionError(f"event: {text!r} is not NAME=FIRST..LAST, such as 'campaign=2024-02-10..2024-02-27'")
        return found


@dataclass(frozen=True)
class History:
    """Contacts by day from ``start``, nan where a day is not known; ``shares`` (7, S) of a weekday's in each interval.

    ``scenario`` is what ``sim fit`` makes of the file.
    """

    source: str
    start: dt.date
    counts: Floats
    scenario: Scenario
    shares: Floats | None = None

    @property
    def end(self) -> dt.date:
        """The first day after it."""
        return self.start + dt.timedelta(days=len(self.counts))


@dataclass(frozen=True)
class Tried:
    """A stretch of the history, foretold from the days before it.

    inside: share of its days in their 95 % interval. error, naive: mean absolute error of the forecast, and of the same
    weekday of the week before.
    """

    first: dt.date
    days: int
    inside: float
    error: float
    naive: float


@dataclass(frozen=True)
class Forecasted(Answered):
    """Contacts of ``days`` days after a history: ``paths`` (2000, days) that may come, and how past stretches went."""

    history: History
    days: int
    paths: Floats
    tried: tuple[Tried, ...]
    events: tuple[Event, ...]
    scenario: Scenario
    seed: int

    @cached_property
    def dates(self) -> list[dt.date]:
        """The days that are foretold."""
        return [self.history.end + dt.timedelta(days=k) for k in range(self.days)]

    def of(self, chosen: Sequence[int] | Bools) -> Estimate:
        """Contacts of some days together: the mean, and the interval in which 95 of 100 paths lie."""
        return _estimate(self.paths[:, chosen].sum(axis=1))

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)


def history_of(read: Log | DailyCounts | IntervalCounts, *, name: str, country: str = BELGIUM) -> History:
    """The days of a file as ``sim.fit.read`` returns it, with the scenario that ``sim fit`` makes of it."""
    if isinstance(read, Log):
        counts = np.bincount(read.day, minlength=read.days).astype(float)
        return History(read.source, read.start, counts, fit_of(read, name=name, country=country).scenario)
    if isinstance(read, IntervalCounts):
        by_interval = np.where(read.present[:, None], read.offered, np.nan)
        scenario = fit_intervals(read, name=name, country=country).scenario
        return History(read.source, read.start, by_interval.sum(axis=1), scenario, _shares(read))
    counts = np.where(read.counts[0] == UNKNOWN, np.nan, read.counts[0]).astype(float)
    return History(read.source, read.start, counts, fit_days_of(read, name=name, country=country).scenario)


def _shares(read: IntervalCounts) -> Floats:
    """Of each weekday's contacts the share in each interval, (7, S)."""
    weekday = (read.start.weekday() + np.arange(read.days)) % _WEEK
    total = np.stack([read.offered[(weekday == day) & read.present].sum(axis=0) for day in range(_WEEK)]).astype(float)
    found: Floats = total / np.maximum(total.sum(axis=1, keepdims=True), 1.0)
    return found


def forecast(
    history: History, *, days: int = 91, events: Sequence[Event] = (), country: str = BELGIUM, seed: int = 1712
) -> Forecasted:
    """Contacts of the ``days`` after a history, tried on its own past.

    SimError where statsmodels is not installed or the history is shorter than eight weeks.
    """
    if not 1 <= days <= 366:
        raise QuestionError(f"days: {days} is out of range; 1 to 366 days are foretold")
    known = int(np.isfinite(history.counts).sum())
    if known < _LEAST:
        raise SimError(f"{history.source}: {known} days are too few to foretell months; {_LEAST} or more are needed")
    model = _Model(history, tuple(events), country)
    paths = model.paths(len(history.counts), days, seed)
    tried = tuple(model.tried(first) for first in _starts(len(history.counts), min(days, _TRIED)))
    return Forecasted(history, days, paths, tried, tuple(events), _scenario(history, paths), seed)


def _starts(length: int, stretch: int) -> list[tuple[int, int]]:
    """Beginnings and lengths of past stretches, the last at the end of the history."""
    firsts = [length - k * stretch for k in range(_TRIES, 0, -1)]
    return [(first, stretch) for first in firsts if first >= _LEAST]


class _Model:
    """The structural model of one history, fitted on as much of it as is asked for."""

    def __init__(self, history: History, events: tuple[Event, ...], country: str) -> None:
        self.history, self.events = history, events
        dates = [history.start + dt.timedelta(days=k) for k in range(len(history.counts) + 366)]
        free = holidays_of(history.start, len(dates), country)
        self.holiday = np.array([number in free for number in range(len(dates))])
        self.weekday = np.array([date.weekday() for date in dates])
        self.season = np.array([date.timetuple().tm_yday for date in dates]) / 365.25 * 2 * np.pi
        self.closed = self._closed()
        names = dict.fromkeys(event.name for event in events)
        self.happens = np.array(
            [[any(e.name == name and e.first <= date <= e.last for e in events) for name in names] for date in dates]
        ).reshape(len(dates), len(names))

    def _closed(self) -> Bools:
        """Days, to come as well, on which the helpline is closed: weekdays and holidays that never had contacts."""
        counts = self.history.counts
        size, closed = len(counts), np.zeros(len(self.weekday), dtype=bool)
        for day in range(_WEEK):
            mine = counts[(self.weekday[:size] == day) & np.isfinite(counts)]
            if len(mine) and np.mean(mine == 0) >= _CLOSED:
                closed |= self.weekday == day
        free = counts[self.holiday[:size] & ~closed[:size] & np.isfinite(counts)]
        if len(free) > 1 and np.mean(free == 0) >= _CLOSED:
            closed |= self.holiday
        return closed

    def _inputs(self, first: int, past: int) -> Floats:
        """What is known of each day, (days, columns); columns that never vary in the history are left out."""
        size = len(self.history.counts)
        columns = [self.weekday == day for day in range(1, _WEEK)] + [self.holiday, *self.happens.T]
        if size >= _YEAR:
            columns += [wave(times * self.season) for times in (1, 2) for wave in (np.sin, np.cos)]
        every = np.stack(columns, axis=1).astype(float)
        open_days = ~self.closed[:size]
        return every[first:past, every[:size][open_days].std(axis=0) > 0]

    def _fitted(self, upto: int) -> Any:
        try:
            from statsmodels.tsa.statespace.structural import UnobservedComponents
        except ImportError:
            raise SimError("a forecast needs statsmodels: pip install 'helpline-sim[forecast]'") from None
        logs = np.where(self.closed[:upto], np.nan, np.log(self.history.counts[:upto] + 0.5))
        inputs = self._inputs(0, upto)
        model = UnobservedComponents(logs, level="llevel", autoregressive=1, exog=inputs if inputs.size else None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a search that stops at an edge of what is allowed
            return model.fit(disp=0, maxiter=100)

    def paths(self, upto: int, days: int, seed: int) -> Floats:
        """Contacts that may come on the days after ``upto``, (paths, days)."""
        inputs = self._inputs(upto, upto + days)
        logs = self._fitted(upto).simulate(
            days, repetitions=_PATHS, anchor="end", exog=inputs if inputs.size else None,
            rng=seed,
        )  # fmt: skip
        found = np.maximum(np.exp(np.asarray(logs).reshape(days, _PATHS).T) - 0.5, 0.0)
        return np.where(self.closed[upto : upto + days], 0.0, found)

    def tried(self, stretch: tuple[int, int]) -> Tried:
        """A stretch of the history, foretold from the days before it."""
        first, days = stretch
        inputs = self._inputs(first, first + days)
        found = self._fitted(first).get_forecast(days, exog=inputs if inputs.size else None)
        logs, spread = np.asarray(found.predicted_mean), np.sqrt(np.asarray(found.var_pred_mean))
        there = self.history.counts[first : first + days]
        low, high = (np.exp(logs + side * spread) - 0.5 for side in (-1.96, 1.96))
        naive = np.array([self.history.counts[first - _WEEK + k % _WEEK] for k in range(days)])
        counts = np.isfinite(there) & ~self.closed[first : first + days]
        inside = (np.floor(low) <= there) & (there <= np.ceil(high))
        return Tried(
            self.history.start + dt.timedelta(days=first),
            days,
            float(inside[counts].mean()),
            float(np.abs(np.exp(logs) - 0.5 - there)[counts].mean()),
            float(np.nanmean(np.abs(naive - there)[counts])),
        )


def _scenario(history: History, paths: Floats) -> Scenario:
    """What was fitted, over the days to come with the contacts that are foretold."""
    total = _estimate(paths.sum(axis=1))
    first, last = history.end, history.end + dt.timedelta(days=paths.shape[1] - 1)
    source = (
        f"forecast from {history.source.rpartition('/')[2]}, {history.start} to {history.end - dt.timedelta(days=1)}"
    )
    stated = {"value": round(total.value, 1), "low": round(total.low, 1), "high": round(total.high, 1)}
    weekday = (first.weekday() + np.arange(paths.shape[1])) % _WEEK
    mean = {WEEKDAYS[day]: float(paths[:, weekday == day].mean()) for day in range(_WEEK) if (weekday == day).any()}
    highest = max(mean.values()) or 1.0
    settings = [
        f"period={json.dumps({'first': str(first), 'last': str(last)})}",
        f"demand.contacts={json.dumps({**stated, 'status': 'derived', 'source': source})}",
        "demand.per=period",
        f"title={json.dumps(history.source.rpartition('/')[2])}",
        f"about={json.dumps(source)}",
    ]
    if len(mean) == _WEEK:
        weights = {
            day: {"value": round(value / highest, 4), "status": "derived", "source": source}
            for day, value in mean.items()
            if value > 0
        }
        settings.append(f"demand.weekdays={json.dumps(weights)}")
    return history.scenario.with_settings(settings)


def _estimate(sums: Floats) -> Estimate:
    low, high = np.quantile(sums, (0.025, 0.975))
    return Estimate(float(sums.mean()), float(low), float(high))


# ---- The answer --------------------------------------------------------------------------------------------------


def _answer(found: Forecasted) -> Answer:
    tables = [_months(found), *([_intervals(found)] if found.history.shares is not None else []), _days(found)]
    sections = [Section("months", message("forecast.months"), (_curve(found), Show("months")))]
    if found.history.shares is not None:
        sections.append(Section("week", message("forecast.week"), (_heat(found),)))
    if found.tried:
        tables.append(_tries(found))
        sections.append(Section("past", message("forecast.past"), (message("forecast.past_lead"), Show("past"))))
    return Answer(
        study="forecast",
        scenario=found.scenario,
        heading=message("forecast.heading"),
        question={
            "source": found.history.source.rpartition("/")[2],
            "days": found.days,
            "events": tuple(f"{event.name}={event.first}..{event.last}" for event in found.events),
        },
        sentences=tuple(_sentences(found)),
        played=(Played("forecast.drawn", _PATHS, 0, found.seed),),
        tiles=tuple(_tiles(found)),
        sections=tuple(sections),
        tables=tuple(tables),
    )


def _sentences(found: Forecasted) -> Iterator[Message]:
    total, (first, last) = found.of(slice(None)), (found.dates[0], found.dates[-1])  # type: ignore[arg-type]
    yield message(
        "forecast.total", first=Term("day", str(first)), last=Term("day", str(last)), total=Term("estimate", total)
    )
    year_ago = _year_ago(found)
    if year_ago is not None:
        change = 100 * (total.value / year_ago - 1)
        key = "forecast.year_ago_more" if change >= 0 else "forecast.year_ago_less"
        yield message(key, percent=abs(round(change, 1)))
    if found.tried:
        inside = float(np.mean([one.inside for one in found.tried]))
        error, naive = (float(np.mean([getattr(one, name) for one in found.tried])) for name in ("error", "naive"))
        better = error < naive
        yield message(
            "forecast.better" if better else "forecast.worse", tried=len(found.tried), inside=Term("share", inside),
            error=Term("number", error), naive=Term("number", naive),
        )  # fmt: skip
    else:
        yield message("forecast.untried")


def _year_ago(found: Forecasted) -> float | None:
    """Contacts of the same weekdays 52 weeks before, None where they are not all known."""
    size = len(found.history.counts)
    start = size - 364
    past = found.history.counts[max(start, 0) : start + found.days] if found.days <= 364 and start >= 0 else None
    return float(past.sum()) if past is not None and len(past) == found.days and np.isfinite(past).all() else None


def _tiles(found: Forecasted) -> Iterator[Tile]:
    for month, chosen in list(_by_month(found).items())[:3]:
        yield Tile(message("forecast.month", month=Term("month", month)), found.of(chosen))
    if found.tried:
        inside = float(np.mean([one.inside for one in found.tried]))
        yield Tile(message("forecast.inside"), Term("share", inside), message("forecast.promised"))


def _by_month(found: Forecasted) -> Mapping[str, list[int]]:
    months: dict[str, list[int]] = {}
    for number, date in enumerate(found.dates):
        months.setdefault(f"{date:%Y-%m}", []).append(number)
    return months


def _months(found: Forecasted) -> Table:
    columns = (
        Column("month", "month", message("forecast.head_month")),
        Column("days", "count", message("forecast.head_days")),
        Column("contacts", "estimate", message("forecast.head_contacts")),
        Column("a_day", "estimate", message("forecast.head_a_day")),
    )
    rows = tuple(
        (month, len(chosen), found.of(chosen), found.of(chosen).scaled(1 / len(chosen)))
        for month, chosen in _by_month(found).items()
    )
    return Table("months", message("forecast.months"), columns, rows, message("forecast.note"))


def _days(found: Forecasted) -> Table:
    columns = (
        Column("date", "day", message("forecast.head_day")),
        Column("contacts", "estimate", message("forecast.head_contacts")),
    )
    rows = tuple((str(date), found.of([number])) for number, date in enumerate(found.dates))
    return Table("days", message("forecast.days"), columns, rows)


def _tries(found: Forecasted) -> Table:
    columns = (
        Column("first", "day", message("forecast.head_first")),
        Column("days", "count", message("forecast.head_days")),
        Column("inside", "share", message("forecast.head_inside")),
        Column("error", "number", message("forecast.head_error")),
        Column("naive", "number", message("forecast.head_naive")),
    )
    rows = tuple((str(one.first), one.days, one.inside, one.error, one.naive) for one in found.tried)
    return Table("past", message("forecast.past"), columns, rows)


def _of_week(found: Forecasted) -> tuple[Floats, int]:
    """Contacts expected in each interval of an average week, (7, S), and the minutes of an interval."""
    shares = found.history.shares
    assert shares is not None  # asked for where there are some
    weekday = np.array([date.weekday() for date in found.dates])
    mean = np.array([found.paths[:, weekday == day].mean() if (weekday == day).any() else 0.0 for day in range(_WEEK)])
    return mean[:, None] * shares, 24 * 60 // shares.shape[1]


def _intervals(found: Forecasted) -> Table:
    grid, minutes = _of_week(found)
    weekday = np.array([date.weekday() for date in found.dates])
    columns = (
        Column("weekday", "hours", message("forecast.head_weekday")),
        Column("from", "text", message("forecast.head_from")),
        Column("contacts", "estimate", message("forecast.head_contacts")),
    )
    rows: list[tuple[Value, ...]] = []
    for day in range(_WEEK):
        for k in np.flatnonzero(grid[day]).tolist():
            share = grid[day, k] / grid[day].sum()
            rows.append((WEEKDAYS[day], _clock(k * minutes), _estimate(found.paths[:, weekday == day].ravel() * share)))
    return Table("intervals", message("forecast.week"), columns, tuple(rows), message("forecast.interval_note"))


def _heat(found: Forecasted) -> Heat:
    grid, minutes = _of_week(found)
    days, times = np.flatnonzero(grid.any(axis=1)).tolist(), np.flatnonzero(grid.any(axis=0)).tolist()
    values = tuple(tuple(Estimate(x, x, x) for x in grid[day, times].tolist()) for day in days)
    down = Axis(message("forecast.head_weekday"), tuple(Term("hours", WEEKDAYS[day]) for day in days))
    clock = [_clock(k * minutes) for k in times]
    across = Axis(message("forecast.head_from"), tuple(text if text.endswith(":00") else "" for text in clock))
    return Heat(message("forecast.week"), down, across, values)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _curve(found: Forecasted) -> Curves:
    """The last weeks of the history, and the days to come with their intervals."""
    counts = found.history.counts
    first = max(len(counts) - _SHOWN, 0)
    known = [(k, y) for k, y in enumerate(counts.tolist()) if k >= first and isfinite(y)]
    past = tuple(Point(float(k - len(counts)), Estimate(y, y, y)) for k, y in known)
    coming = tuple(Point(float(k), found.of([k])) for k in range(found.days))
    return Curves(
        title=message("forecast.picture"),
        across=Axis(message("forecast.axis_days")),
        up=message("forecast.axis_contacts"),
        series=(
            Series(message("forecast.counted"), past),
            Series(message("forecast.foretold"), coming, look=1, band=True),
        ),
        caption=message("forecast.caption"),
        uprights=((0.0, message("forecast.today")),),
    )
