"""The picture of one simulated day: what each line did and who waited for it."""

from __future__ import annotations

import datetime as dt

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.plots import height_of, plot
from sim.answers.style import axes_of, figure_of, titled
from sim.language import ENGLISH, Language
from sim.results.result import Result
from sim.studies.busy_day import busiest_day


def draw_busy_day(result: Result, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """One day of replication 0: what each line did and who waited for it."""
    day = busiest_day(result)
    at = dt.date.fromisoformat(day.date)
    ax = plot(day, axes_of(ax, height=height_of(day)), say)
    title = say("figure.day", date=f"{say.weekday(at)} {say.date(at)}")
    titled(ax, title, say("figure.day_below", title=result.scenario.titled(say.code)))
    return figure_of(ax)
