"""Pictures of a call log beside what was fitted to it. They read; they fit nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zlib import crc32

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.answers.colours import OUTCOMES, WORSE
from sim.figures.style import axes_of, figure_of, legend_below, numbers_in, sheet, titled
from sim.fit.arrivals import Arrivals
from sim.fit.compared import Calls, abandonment, by_hour, wait_answered_s
from sim.fit.days_scenario import DaysFit
from sim.fit.families import LOGNORMAL
from sim.fit.handling import Handling
from sim.fit.patience import Patience
from sim.fit.redials import Redials
from sim.fit.trace_test import Replay
from sim.fit.whole import Fit
from sim.language import ENGLISH, Language
from sim.tell.fit_rows import patience_law
from sim.units import WEEKDAYS

_DATA, _MODEL = OUTCOMES["answered"][0], WORSE
_BAND = "#BBBBBB"
#: An hour of the day with fewer calls is not drawn.
_FEWEST = 20
#: Hours of the day along an axis.
_HOURS = range(0, 25, 3)
#: A line needs more contrast than an area: a closed door is darker here.
_OF = {outcome: colour for outcome, (colour, _) in OUTCOMES.items()} | {"closed": "#777777"}


def draw_fit(fit: Fit, say: Language = ENGLISH) -> dict[str, Figure]:
    """Every picture of a fit, by name, in the order of the page."""
    laws = fit.pieces.laws
    pictures = {"hours": draw_hours(fit.pieces.arrivals, fit.log.days, say=say)}
    if not laws.patience.missing:
        pictures["patience"] = draw_patience(laws.patience, say=say)
    if laws.handling.chosen is not None:
        pictures["handling"] = draw_handling(laws.handling, say=say)
    if fit.pieces.redials.found:
        pictures["redials"] = draw_redials(fit.pieces.redials, say=say)
    if "lines" not in fit.pieces.missing:
        pictures["lines"] = draw_lines(fit, say=say)
    for replay in fit.replays:
        if _calls_by_hour(replay.logged).max() < _FEWEST:
            continue  # a short log has no hour with enough calls
        pictures[replay.name] = draw_replay(replay, say)
    return pictures


def draw_hours(arrivals: Arrivals, days: int, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Calls an hour by weekday: mean of the ``days`` of a log with its interval, and the fitted rate."""
    ax = axes_of(ax)
    at = np.arange(7 * 24)
    value, low, high = arrivals.rates.reshape(7 * 24, 3).T
    seen = np.isfinite(value)
    ax.fill_between(
        at, np.where(seen, low, 0), np.where(seen, high, 0), step="mid", color=_BAND, label=say("picture.interval")
    )
    ax.step(at, np.where(seen, value, 0), where="mid", color=_DATA, lw=1.2, label=say("picture.log_mean"))
    model = _rates(arrivals, days)
    ax.step(at, model, where="mid", color=_MODEL, lw=1.2, ls="--", label=say("picture.model_product"))
    ax.set_xticks([24 * day + 12 for day in range(7)], [say.hours(day) for day in WEEKDAYS])
    ax.set_xlim(0, 7 * 24)
    ax.set_ylim(0, None)
    numbers_in(say, ax.yaxis)
    ax.set_xlabel(say("picture.hour_of_week"))
    ax.set_ylabel(say("picture.calls_an_hour"))
    legend_below(ax)
    titled(ax, say("picture.page_hours"), say("picture.hours_below"))
    return figure_of(ax)


def _rates(arrivals: Arrivals, calendar_days: int) -> NDArray[np.float64]:
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


def draw_patience(patience: Patience, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Share still waiting after so long: Kaplan and Meier with their band, the law, and the wrong mean."""
    ax = axes_of(ax)
    curve = patience.curve
    # Beyond the last thirty who waited so long, the curve is no fact any more.
    told = curve.at_risk >= min(30, curve.at_risk.max(initial=0))
    minutes = curve.times[told] / 60
    if len(minutes):
        ax.fill_between(
            minutes, 100 * curve.low[told], 100 * curve.high[told], step="post", color=_BAND, label=say("picture.band")
        )
        ax.step(minutes, 100 * curve.share[told], where="post", color=_DATA, lw=1.6, label=say("picture.kaplan_meier"))
        grid = np.linspace(0, float(minutes[-1]), 400)
        naive = patience.naive.value
        if patience.chosen is not None:
            label = say("picture.model_law", law=patience_law(patience.chosen, say))
            law = 100 * (1 - patience.chosen.law.cdf(60_000 * grid))
            ax.plot(grid, law, color=_MODEL, ls="--", lw=1.6, label=label)
        if np.isfinite(naive) and naive > 0:
            wrong = 100 * np.exp(-60 * grid / naive)
            ax.plot(grid, wrong, color="black", ls=":", lw=1.2, label=say("picture.wrong", seconds=say.number(naive)))
        ax.set_xlim(0, float(minutes[-1]))
    ax.set_ylim(0, 100)
    ax.set_xlabel(say("picture.wait_minutes"))
    ax.set_ylabel(say("picture.would_wait"))
    legend_below(ax)
    counts = {"gave_up": say.number(patience.gave_up), "answered": say.number(patience.answered)}
    titled(ax, say("picture.page_patience"), say("picture.patience_below", **counts))
    return figure_of(ax)


def draw_handling(handling: Handling, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Quantiles of the log against quantiles of the laws: on the diagonal where a law fits."""
    ax = axes_of(ax, height=5.0)
    marks = ("o", "s", "^", "x")
    for number, fit in enumerate(handling.candidates):
        data, law = fit.quantiles / 60
        chosen = fit is handling.chosen
        colour = _MODEL if chosen else ("#555555", "#888888", "#AAAAAA", "#CCCCCC")[number]
        of = {"law": say.known("law", fit.family.name), "distance": say.number(fit.distance, 1)}
        label = say("picture.law_chosen" if chosen else "picture.law", **of)
        ax.plot(law, data, marks[number], ms=4, color=colour, label=label, zorder=3 if chosen else 2, mfc="none")
    low = max(float(min(fit.quantiles.min() for fit in handling.candidates)) / 60, 1e-3)
    high = float(max(fit.quantiles.max() for fit in handling.candidates)) / 60
    ax.plot([low, high], [low, high], color="black", lw=0.8)
    ax.set_xscale("log")
    ax.set_yscale("log")
    numbers_in(say, ax.xaxis, ax.yaxis)
    ax.set_xlabel(say("picture.quantile_law"))
    ax.set_ylabel(say("picture.quantile_log"))
    legend_below(ax)
    counts = {"regular": say.number(handling.regular), "short": say.number(handling.short)}
    below = say("picture.handling_below", seconds=say.significant(handling.short_s, 6), **counts)
    titled(ax, say("picture.title_handling"), below)
    return figure_of(ax)


def draw_redials(redials: Redials, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Share that has called again after so long, by what happened, and the law above the background."""
    ax = axes_of(ax)
    grid = np.geomspace(10, 86_400, 300)
    lines: dict[str, Any] = {"answered": (0, (8, 2)), "abandoned": "-", "blocked": "-.", "closed": ":"}
    for outcome, delays in redials.delays.items():
        share = 100 * np.searchsorted(delays, grid, side="right") / max(redials.calls[outcome], 1)
        label = say("picture.log_after", outcome=say.known("outcome", outcome))
        ax.plot(grid / 60, share, ls=lines[outcome], color=_OF[outcome], lw=1.6, label=label)
    if redials.median is not None and redials.sigma is not None:
        theta = np.log([redials.median.value, redials.sigma.value])
        gone = 1 - np.exp(LOGNORMAL.log_survival(theta, grid))
        served = np.searchsorted(redials.delays.get("answered", np.zeros(0)), grid, side="right")
        anyway = served / max(redials.calls.get("answered", 0), 1)
        name: str | None = say("picture.model")
        for probability in redials.probability.values():
            model = 100 * (1 - (1 - anyway) * (1 - probability.value * gone))
            ax.plot(grid / 60, model, "--", color="black", lw=1.0, label=name)
            name = None
    ax.set_xscale("log")
    numbers_in(say, ax.xaxis)
    ax.set_ylim(0, None)
    numbers_in(say, ax.yaxis)
    ax.set_xlabel(say("picture.since"))
    ax.set_ylabel(say("picture.called_again"))
    _legend(ax, columns=3)
    counts = {"known": say.number(redials.known), "unknown": say.number(redials.unknown)}
    titled(ax, say("picture.page_redials"), say("picture.redials_below", **counts))
    return figure_of(ax)


def draw_lines(fit: Fit, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Lines by quarter of an hour of the busiest day: what is known, and the most that talked at once."""
    ax = axes_of(ax)
    busiest = int(np.argmax(np.bincount(fit.log.day, minlength=fit.log.days)))
    hours = np.arange(96) / 4
    largest = sorted(fit.pieces.staffing, key=lambda found: -float(found.known.sum()))[:3]
    for style, staffing in zip(("-", "--", ":"), largest, strict=False):
        names = ", ".join(say.name(fit.log.queues[queue]) for queue in staffing.queues)
        names = names if len(names) <= 20 else f"{names[:18]}…"
        ax.step(
            hours,
            staffing.known[busiest],
            style,
            where="post",
            color=_MODEL,
            label=say("picture.lines_of", queues=names),
        )
        label = say("picture.at_once_of", queues=names)
        ax.step(hours, staffing.least[busiest], style, where="post", color=_DATA, lw=0.9, label=label)
    ax.set_xlim(0, 24)
    ax.set_xticks(_HOURS)
    ax.set_ylim(0, None)
    numbers_in(say, ax.yaxis)
    ax.set_xlabel(say("picture.hour_of_day"))
    ax.set_ylabel(say("picture.lines_axis"))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(ax, columns=2)
    day = fit.log.calendar.date(busiest)
    titled(ax, say("picture.page_lines"), say("picture.lines_below", day=say.date(day)))
    return figure_of(ax)


def draw_days(fit: DaysFit, say: Language = ENGLISH, ax: Axes | None = None) -> Figure:
    """Counts of the last half year, their fitted mean, and the week to come with its interval."""
    ax = axes_of(ax)
    counts, days = fit.daily.counts, fit.daily.days
    first = max(0, counts.days - 182)
    at = np.arange(first, counts.days)
    values = counts.counts[0, first:].astype(float)
    values[values < 0] = np.nan
    ax.plot(at, values, ".-", color=_DATA, ms=3, lw=0.6, label=say("picture.counts"))
    shown = days.day >= first
    ax.plot(days.day[shown], days.fit.means[shown], "_", color=_MODEL, ms=5, label=say("picture.model_trend"))
    ahead = counts.days + np.arange(7)
    low, high = (np.array([getattr(day, end) for day in fit.week.days]) for end in ("low", "high"))
    ax.bar(ahead, high - low, bottom=low, width=1.0, color=_BAND, label=say("picture.such_days"))
    ax.plot(ahead, fit.week.expected, "k_", ms=6, label=say("picture.forecast"))
    ticks = np.linspace(first, counts.days + 6, 7).astype(int)
    ax.set_xticks(ticks, [_tick(counts.start + dt.timedelta(days=int(day)), say) for day in ticks])
    ax.set_ylim(0, None)
    numbers_in(say, ax.yaxis)
    ax.set_ylabel(say("picture.contacts_a_day"))
    ax.set_xlabel(say("picture.date"))
    legend_below(ax)
    titled(ax, say("picture.page_days"), say("picture.days_below", name=fit.daily.name, day=say.date(fit.week.start)))
    return figure_of(ax)


def draw_replay(replay: Replay, say: Language = ENGLISH) -> Figure:
    """Abandonment and wait by hour of the day: log beside simulations, with the range of 95 % of them."""
    figure = sheet(10, 5.6)
    top, bottom = figure.subplots(2, 1, sharex=True)
    _by_hour(top, replay, abandonment, scale=100, label=say("picture.gave_up_share"), say=say)
    _by_hour(bottom, replay, wait_answered_s, scale=1, label=say("picture.mean_wait"), say=say)
    bottom.set_xlabel(say("picture.hour_of_calling"))
    bottom.set_xlim(-0.5, 23.5)
    bottom.set_xticks(_HOURS)
    bottom.legend(frameon=False, ncols=3, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.3))
    below = say(f"picture.below_{replay.name}", simulations=len(replay.simulated))
    titled(top, say(f"picture.title_{replay.name}"), below)
    return figure


def _by_hour(
    ax: Axes, replay: Replay, of: Callable[[Calls], float], *, scale: float, label: str, say: Language
) -> None:
    logged = scale * by_hour(replay.logged, of)
    simulated = scale * np.stack([by_hour(calls, of) for calls in replay.simulated])
    told = np.isfinite(logged) & np.isfinite(simulated).any(axis=0) & (_calls_by_hour(replay.logged) >= _FEWEST)
    at = np.flatnonzero(told)
    if len(at):
        low, middle, high = np.nanquantile(simulated[:, told], [0.025, 0.5, 0.975], axis=0)
        ax.fill_between(at, low, high, color=_BAND, label=say("picture.of_simulations"))
        ax.plot(at, middle, "--", color=_MODEL, lw=1.4, label=say("picture.simulated"))
        ax.plot(at, logged[told], "o-", color=_DATA, ms=4, lw=1.2, label=say("picture.log"))
    ax.set_ylim(0, None)
    numbers_in(say, ax.yaxis)
    ax.set_ylabel(label)
    ax.spines[["top", "right"]].set_visible(False)


def _calls_by_hour(calls: Calls) -> NDArray[np.int64]:
    return np.bincount(calls.arrival % 86_400_000 // 3_600_000, minlength=24)


def _tick(day: dt.date, say: Language) -> str:
    return f"{say.short_date(day)} {day.year}"


def _legend(ax: Axes, *, columns: int) -> None:
    """A legend below the axes whose names are long."""
    ax.legend(frameon=False, ncols=columns, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.2))


def svg_of(figure: Figure) -> str:
    """A figure as SVG that stands within a page: the same bytes for the same figure, no date, no header."""
    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": "helpline-sim", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue().decode("utf-8")
    # Ids are counted anew in every figure, so that those of two would clash on one page.
    mark = crc32(text.encode())
    return re.sub(r'(id="|href="#|url\(#)', rf"\g<1>f{mark}-", text[text.index("<svg") :])
