"""Pictures of a scenario and of a finished run. They read; they never simulate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import DayLocator, num2date
from matplotlib.figure import Figure

from sim.answers.colours import OUTCOMES
from sim.answers.plots import plot
from sim.answers.style import axes_of, figure_of, legend_below, sheet, titled
from sim.errors import ResultsError
from sim.figures.day import draw_busy_day
from sim.language import ENGLISH, Language
from sim.model.clock import HOUR, MINUTE
from sim.model.demand import Rates
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.studies.run_answer import by_day, by_hour


def _sub(result: Result, say: Language) -> str:
    title = result.scenario.titled(say.code)
    return say("figure.rests_on", title=title, replications=say.number(result.replications))


def draw_arrival_rates(scenario: Scenario, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Expected first contacts per hour over the period, with each campaign on top of the base demand."""
    rates, ax = scenario.model.rates, axes_of(ax)
    hours = np.diff(rates.edges) / HOUR
    share = rates.weight.sum(axis=1)
    while_open = np.where(rates.open, rates.mass, 0.0).sum(axis=1) * share[:, None] / hours
    closed = np.where(rates.open, 0.0, rates.mass).sum(axis=(0, 1)) / hours
    when = np.array([rates.calendar.moment(int(edge)) for edge in rates.edges])
    below = np.zeros(len(hours))
    fills = [("#BBBBBB", ""), ("#D55E00", "//"), ("#0072B2", "\\\\"), ("#E69F00", "xx")]
    for number, cause in enumerate(rates.causes):
        colour, hatch = fills[min(number, len(fills) - 1)]
        top = below + while_open[number]
        label = say("figure.campaign", cause=say.name(cause)) if number else say("figure.no_campaign")
        ax.fill_between(
            when, [*below, 0], [*top, 0], step="post", color=colour, hatch=hatch, ec="white", lw=0, label=label
        )
        below = top
    if closed.any():
        ax.step(when, [*closed, 0], where="post", color="black", lw=0.6, ls=":", label=say("figure.while_closed"))
    starts = [start.value for c in scenario.campaigns for wave in c.surge for start in wave.at if len(wave.at) > 1]
    if starts:
        tops = [-0.015 * max(below.max(), closed.max())] * len(starts)
        ax.plot(np.array(starts), tops, "k^", ms=4, clip_on=False, label=say("figure.broadcast"), ls="")
    ax.set_ylabel(say("figure.rate"))
    ax.set_xlim(when[0], when[-1])
    ax.set_ylim(0, None)
    _dates_below(ax, rates, say)
    legend_below(ax)
    titled(ax, say("figure.arrivals"), scenario.titled(say.code))
    return figure_of(ax)


def _dates_below(ax: Axes, rates: Rates, say: Language) -> None:
    ax.xaxis.set_major_locator(DayLocator(interval=-(-rates.calendar.days // _MOST_DATES)))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(lambda at, _: _two_lines(num2date(at).date(), say))  # type: ignore[no-untyped-call]
    ax.tick_params(axis="x", labelsize=8)
    ax.set_xlabel(say("figure.date"))


#: Days whose dates stand below one picture with their month.
_MOST_DATES = 18


def _two_lines(day: dt.date, say: Language, narrow: bool = False) -> str:
    """Weekday over date; where many stand beside each other, without the month."""
    weekday, date = say.short_date(day).split(" ", 1)
    return f"{weekday}\n{day.day if narrow else date}"


def draw_waits(result: Result, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Share of answered and of abandoned contacts that had left the queue after so many minutes."""
    ax = axes_of(ax)
    channels = [
        name
        for name in result.scenario.channels
        if result.waits(("abandoned",), kind="channel", name=name).counts.sum()
    ]
    channels = channels or list(result.scenario.channels)
    longest = 1.0
    for outcome, line in (("answered", "-"), ("abandoned", "--")):
        found = [result.waits((outcome,), kind="channel", name=name) for name in channels]
        waits = np.concatenate([d.values for d in found]) / 60
        counts = np.concatenate([d.counts for d in found])
        if not counts.sum():
            continue
        order = np.argsort(waits, kind="stable")
        upto = np.cumsum(counts[order]) / counts.sum()
        each, at_once = say.number(counts.sum() / result.replications), counts[waits == 0].sum() / counts.sum()
        text = say("figure.waits_of", outcome=say(f"outcome.{outcome}"), each=each, at_once=say.percent(at_once))
        colour = OUTCOMES[outcome][0]
        ax.step([0, *waits[order]], [0, *upto * 100], line, where="post", color=colour, lw=2, label=text)
        longest = max(longest, float(waits[order][np.searchsorted(upto, 0.99).clip(max=len(upto) - 1)]))
    for name in channels:
        target = result.scenario.targets.channels.get(name)
        if target is not None and target.within:
            ax.axvline(target.within / MINUTE, color="black", lw=0.8, ls=":")
            text = " " + say("figure.acceptable", channel=say.name(name))
            ax.text(target.within / MINUTE, 3, text, fontsize=8)
    ax.set_xlim(0, longest)
    ax.set_ylim(0, 101)
    ax.set_xlabel(say("figure.minutes"))
    ax.set_ylabel(say("figure.left"))
    ax.legend(frameon=False, loc="lower right")
    titled(ax, say("figure.waits", channels=", ".join(map(say.name, channels))), _sub(result, say))
    return figure_of(ax)


def draw_outcomes(result: Result, *, say: Language = ENGLISH) -> Figure:
    """Mean contacts by day and by hour of the day, by what happened to them."""
    figure = sheet(10, 7.2)
    upper, lower = figure.subplots(2, 1)
    draw_by_day(result, upper, say=say)
    draw_by_hour(result, lower, say=say)
    return figure


def draw_by_day(result: Result, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Mean contacts of each day of the period, by what happened to them."""
    ax = plot(by_day(result), axes_of(ax), say)
    ax.set_xlabel(say("column.day"))
    titled(ax, say("figure.by_day"), _sub(result, say))
    return figure_of(ax)


def draw_by_hour(result: Result, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """Mean contacts of each hour of the day in a period, by what happened to them."""
    ax = plot(by_hour(result), axes_of(ax), say)
    ax.set_xlabel(say("figure.hour"))
    titled(ax, say("figure.by_hour"), say("figure.all_channels"))
    return figure_of(ax)


def draw_all(result: Result, *, say: Language = ENGLISH) -> dict[str, Figure]:
    """Every picture of a result by its name; the busy day only where contacts were kept."""
    figures = {
        "arrival-rates": draw_arrival_rates(result.scenario, say=say),
        "waits": draw_waits(result, say=say),
        "outcomes": draw_outcomes(result, say=say),
    }
    if result.store.kept("contacts", result.replications):
        figures["busy-day"] = draw_busy_day(result, say=say)
    return figures


def save(figure: Figure, path: Path) -> Path:
    """Write a picture; the same picture gives the same bytes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.dpi = 150
        # ``savefig`` would draw everything twice where the layout is worked out.
        FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from None
    return path
