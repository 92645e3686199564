"""Charts of a log or of counts beside what was fitted to them. They read; they fit nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Axis, Curves, Message, Point, Series, Term, Value, message
from sim.fit.answer_rows import law_words
from sim.fit.arrivals import Arrivals
from sim.fit.compared import Calls, abandonment, by_hour, wait_answered_s
from sim.fit.families import LOGNORMAL
from sim.fit.found import InDays, InLog
from sim.fit.handling import Handling
from sim.fit.patience import Patience
from sim.fit.redials import Redials
from sim.fit.trace_test import Replay
from sim.statistics.estimates import Estimate
from sim.units import WEEKDAYS

Floats = NDArray[np.float64]
#: An hour of the day with fewer calls is not drawn.
_FEWEST = 20
#: Points of a curve at most.
_POINTS = 160
#: Days of counts that are drawn, and marks of their axis.
_HALF_A_YEAR, _DAY_MARKS = 182, 6
#: Looks of series: data, model, and what is beside both.
_DATA, _MODEL, _OTHER = 0, 1, 3


def _curve(
    name: Value,
    at: Iterable[float],
    values: Iterable[float],
    look: int,
    *,
    ends: Sequence[Iterable[float]] = (),
    bare: bool = True,
    line: bool = True,
) -> Series:
    """Values along an axis; with ends, the band between them."""
    low, high = ends or (values, values)
    points = tuple(
        Point(float(x), Estimate(float(value), float(a), float(b)))
        for x, value, a, b in zip(at, values, low, high, strict=True)
        if np.isfinite(value)
    )
    return Series(name, points, look, line=line, band=bool(ends), bare=bare)


def _thinned(count: int) -> NDArray[np.int64]:
    """Numbers of at most so many points as a chart shows, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, _POINTS)).astype(np.int64))


def hours(arrivals: Arrivals, days: int) -> Curves:
    """Calls an hour by weekday: mean of the ``days`` of a log with its interval, and the fitted rate."""
    at = np.arange(7 * 24)
    value, low, high = arrivals.rates.reshape(7 * 24, 3).T
    seen = np.isfinite(value)
    value, low, high = (np.where(seen, end, 0.0) for end in (value, low, high))
    series = (
        _curve(message("picture.log_mean"), at, value, _DATA, ends=(low, high)),
        _curve(message("picture.model_product"), at, _rates(arrivals, days), _MODEL),
    )
    names = tuple(Term("hours", day) for day in WEEKDAYS)
    across = Axis(message("picture.hour_of_week"), names, tuple(24.0 * day + 12 for day in range(7)), zero=True)
    return _chart("hours", across, message("picture.calls_an_hour"), series)


def _chart(name: str, across: Axis, up: Message, series: Sequence[Series], **more: Value) -> Curves:
    return Curves(message(f"picture.page_{name}"), across, up, tuple(series), message(f"picture.said_{name}"), **more)  # type: ignore[arg-type]


def _rates(arrivals: Arrivals, calendar_days: int) -> Floats:
    """Contacts an hour while open as the model has them, (168,)."""
    weekday = np.array([weight.value if weight.known else 0.0 for weight in arrivals.weekdays])
    hour = np.array([weight.value if weight.known else 0.0 for weight in arrivals.hours])
    shape = np.where(arrivals.open, weekday[:, None] * hour, 0.0)
    calendar = (arrivals.start.weekday() + np.arange(calendar_days)) % 7
    closed = {(day - arrivals.start).days for day in arrivals.silent} | {
        (holiday.date - arrivals.start).days for holiday in arrivals.holidays
    }
    days = np.bincount([day for number, day in enumerate(calendar) if number not in closed], minlength=7)
    total = float((shape.sum(axis=1) * days).sum())
    return np.asarray((shape * arrivals.contacts.value / max(total, 1e-9)).ravel())


def durations(handling: Handling) -> Curves:
    """Share of calls that take longer than so many minutes: log and law."""
    assert handling.chosen is not None  # there is no chart without a law
    longest = float(np.quantile(handling.times_s, 0.99)) / 60
    grid = np.linspace(0, longest, _POINTS)
    logged = 100 * (1 - np.searchsorted(handling.times_s, 60 * grid, side="right") / len(handling.times_s))
    regular = 100 * (1 - handling.short / max(handling.calls, 1))
    beyond = 1 - handling.chosen.law.cdf(60_000 * np.maximum(grid, handling.short_s / 60))
    law = regular * beyond / max(float(beyond[0]), 1e-9)
    series = (
        _curve(message("picture.log"), grid, logged, _DATA),
        _curve(message("picture.model_law", law=law_words(handling.chosen)), grid, law, _MODEL),
    )
    across = Axis(message("picture.call_minutes"), zero=True)
    chart = _chart("handling", across, message("picture.takes_longer"), series)
    return Curves(chart.title, across, chart.up, series, message("picture.said_durations"))


def quantiles(handling: Handling) -> Curves:
    """Quantiles of the log against quantiles of the laws: on the diagonal where a law fits."""
    series = []
    for number, fit in enumerate(handling.candidates):
        data, law = fit.quantiles / 60
        chosen = fit is handling.chosen
        of: dict[str, Value] = {"law": law_words(fit), "distance": Term("decimals", (fit.distance, 1))}
        label = message("picture.law_chosen" if chosen else "picture.law", **of)
        series.append(_curve(label, law, data, number % 5, bare=False, line=False))
    high = float(max(fit.quantiles.max() for fit in handling.candidates)) / 60
    series.append(_curve(None, (0.0, high), (0.0, high), 5))
    across = Axis(message("picture.quantile_law"), zero=True)
    return Curves(
        message("picture.title_handling"), across, message("picture.quantile_log"), tuple(series),
        message("picture.said_handling"),
    )  # fmt: skip


def patience(found: Patience) -> Curves | None:
    """Share still waiting after so long: Kaplan and Meier with their band, the law, and the wrong mean."""
    curve = found.curve
    # Beyond the last thirty who waited so long, the curve is no fact any more.
    told = np.flatnonzero(curve.at_risk >= min(30, curve.at_risk.max(initial=0)))
    if not len(told):
        return None
    told = told[_thinned(len(told))]
    minutes = curve.times[told] / 60
    ends = (100 * curve.low[told], 100 * curve.high[told])
    series = [_curve(message("picture.kaplan_meier"), minutes, 100 * curve.share[told], _DATA, ends=ends)]
    grid = np.linspace(0, float(minutes[-1]), _POINTS)
    if found.chosen is not None:
        law = 100 * (1 - found.chosen.law.cdf(60_000 * grid))
        series.append(_curve(message("picture.model_law", law=law_words(found.chosen)), grid, law, _MODEL))
    naive = found.naive.value
    if np.isfinite(naive) and naive > 0:
        label = message("picture.wrong", seconds=round(naive))
        series.append(_curve(label, grid, 100 * np.exp(-60 * grid / naive), _OTHER))
    across = Axis(message("picture.wait_minutes"), zero=True)
    return _chart("patience", across, message("picture.would_wait"), series)


def redials(found: Redials) -> Curves:
    """Share that has called again after so long, by what happened, and the law above the background."""
    grid = np.geomspace(10, 86_400, _POINTS)
    looks = {"answered": 0, "abandoned": 1, "blocked": 2, "closed": 4}
    series = []
    for outcome, delays in found.delays.items():
        share = 100 * np.searchsorted(delays, grid, side="right") / max(found.calls[outcome], 1)
        label = message("picture.log_after", outcome=message(f"outcome.{outcome}"))
        series.append(_curve(label, grid / 60, share, looks[outcome]))
    if found.median is not None and found.sigma is not None:
        theta = np.log([found.median.value, found.sigma.value])
        gone = 1 - np.exp(LOGNORMAL.log_survival(theta, grid))
        served = np.searchsorted(found.delays.get("answered", np.zeros(0)), grid, side="right")
        anyway = served / max(found.calls.get("answered", 0), 1)
        name: Message | None = message("picture.model")
        for probability in found.probability.values():
            model = 100 * (1 - (1 - anyway) * (1 - probability.value * gone))
            series.append(_curve(name, grid / 60, model, _OTHER))
            name = None
    return _chart("redials", Axis(message("picture.since"), log=True), message("picture.called_again"), series)


def lines(fit: InLog) -> Curves:
    """Lines by quarter of an hour of the busiest day: what is known, and the most that talked at once."""
    busiest = int(np.argmax(np.bincount(fit.log.day, minlength=fit.log.days)))
    at = np.arange(96) / 4
    largest = sorted(fit.pieces.staffing, key=lambda found: -float(found.known.sum()))[:2]
    series = []
    for number, staffing in enumerate(largest):
        queues = tuple(Term("name", fit.log.queues[queue]) for queue in staffing.queues[:3])
        known, least = staffing.known[busiest], staffing.least[busiest]
        series.append(_curve(message("picture.lines_of", queues=queues), at, known, 2 * number))
        series.append(_curve(message("picture.at_once_of", queues=queues), at, least, 2 * number + 1))
    day = Term("day", fit.log.calendar.date(busiest).isoformat())
    across = Axis(message("picture.hour_of_day"), marks=tuple(map(float, range(0, 25, 3))), zero=True)
    chart = _chart("lines", across, message("picture.lines_axis"), series)
    return Curves(message("picture.lines_on", day=day), across, chart.up, chart.series, chart.caption)


def days(fit: InDays) -> Curves:
    """Counts of the last half year, their fitted mean, and the week to come with its interval."""
    counts, kept = fit.daily.counts, fit.daily.days
    first = max(0, counts.days - _HALF_A_YEAR)
    at = np.arange(first, counts.days)
    values = counts.counts[0, first:].astype(float)
    values[values < 0] = np.nan
    shown = kept.day >= first
    ahead = counts.days + np.arange(7)
    ends = tuple([getattr(day, end) for day in fit.week.days] for end in ("low", "high"))
    series = (
        _curve(message("picture.counts"), at, values, _DATA),
        _curve(message("picture.model_trend"), kept.day[shown], kept.fit.means[shown], _MODEL, bare=False, line=False),
        _curve(message("picture.forecast"), ahead, fit.week.expected, _OTHER, ends=ends),
    )
    marks = np.linspace(first, counts.days + 6, _DAY_MARKS).astype(int)
    names = tuple(Term("short day", (counts.start + dt.timedelta(days=int(day))).isoformat()) for day in marks)
    across = Axis(message("picture.date"), names, tuple(map(float, marks)))
    return _chart("days", across, message("picture.contacts_a_day"), series)


def replayed(replay: Replay) -> Iterator[Message | Curves]:
    """Abandonment and wait by hour of the day: log beside simulations, with the range of 95 % of them."""
    enough = _calls_by_hour(replay.logged)
    if enough.max() < _FEWEST:
        return  # a short log has no hour with enough calls
    yield message(f"picture.said_{replay.name}")
    for of, scale, up in ((abandonment, 100, "gave_up_share"), (wait_answered_s, 1, "mean_wait")):
        chart = _by_hour(replay, of, scale, up)
        if chart is not None:
            yield chart


def _by_hour(replay: Replay, of: Callable[[Calls], float], scale: float, up: str) -> Curves | None:
    logged = scale * by_hour(replay.logged, of)
    simulated = scale * np.stack([by_hour(calls, of) for calls in replay.simulated])
    told = np.isfinite(logged) & np.isfinite(simulated).any(axis=0) & (_calls_by_hour(replay.logged) >= _FEWEST)
    at = np.flatnonzero(told)
    if not len(at):
        return None
    low, middle, high = np.nanquantile(simulated[:, told], [0.025, 0.5, 0.975], axis=0)
    series = (
        _curve(message("picture.of_simulations"), at, middle, _MODEL, ends=(low, high)),
        _curve(message("picture.log"), at, logged[told], _DATA, bare=False),
    )
    title = message("picture.replayed", what=message(f"picture.title_{replay.name}"), of=message(f"picture.{up}"))
    caption = message(f"picture.below_{replay.name}", simulations=len(replay.simulated))
    return Curves(title, Axis(message("picture.hour_of_calling")), message(f"picture.{up}"), series, caption, half=True)


def _calls_by_hour(calls: Calls) -> NDArray[np.int64]:
    return np.bincount(calls.arrival % 86_400_000 // 3_600_000, minlength=24)
