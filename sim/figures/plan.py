"""Pictures of a plan and of a campaign: what service costs, and how much campaign the lines bear."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import axes_of, figure_of, sheet, titled, wrapped
from sim.language import ENGLISH, Language, key_of
from sim.language.shown import axis_of
from sim.statistics.estimates import Estimate
from sim.studies.campaign import Planned as Campaign
from sim.studies.campaign_size import Size
from sim.studies.campaign_start import When
from sim.studies.costs import Costs, line_hours
from sim.studies.frontier import Point, lost_while_open
from sim.studies.plan import Planned
from sim.studies.staffing_words import staffing_text

#: Ways to organise lines, each with a colour and a mark, so that they are told apart in greyscale.
_WAYS = {"as it is": ("#0072B2", "o"), "pooling": ("#D55E00", "s"), "overflow": ("#009E73", "^")}
_LINES = ("-", "--", "-.", ":")
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#000000", "#CC79A7", "#E69F00")


def draw_frontier(found: Planned, ax: Axes | None = None, say: Language = ENGLISH) -> Figure:
    """Share never reached of those who called while open, against cost: today, the frontier, the plan."""
    ax = axes_of(ax, height=5.0)
    costs = Costs.of(found.answer.asked["costs"])
    price = (lambda s: sum(costs.of_groups(s).values())) if costs.by_minute else line_hours
    for way, (colour, mark) in _WAYS.items():
        points = [point for point in found.frontier if point.way.structure.name == way]
        if points:
            at = [price(point.scenario) for point in points]
            _marks(
                ax,
                at,
                [point.lost for point in points],
                colour,
                mark,
                label=say("planfigure.best", way=say(f"plan.way_{key_of(way)}")),
            )
    every = sorted(found.frontier, key=lambda point: point.choice.cost)
    ax.plot([price(p.scenario) for p in every], [p.lost.value for p in every], color="#999999", lw=1, zorder=0)
    today = lost_while_open(found.chosen.trial, "today")
    _marks(ax, [price(found.scenario)], [today], "black", "X", label=say("planfigure.today"))
    plan = lost_while_open(found.chosen.trial, "plan")
    label = say("planfigure.plan_meets" if found.meets else "planfigure.plan_misses")
    ax.plot(price(found.plan), plan.value, "o", ms=17, mfc="none", mec="black", mew=1.8, ls="", label=label)
    _met(ax, every, price, say)
    ax.set_xlabel(say("planfigure.cost" if costs.by_minute else "planfigure.hours"))
    ax.set_ylabel(say("planfigure.lost"))
    _number_axes(ax, say)
    ax.set_ylim(0, None)
    ax.legend(frameon=False, fontsize=9)
    title = found.scenario.titled(say.code)
    titled(ax, say("planfigure.frontier"), say("planfigure.below", title=title))
    figure = figure_of(ax)
    text = staffing_text(found.chosen.way.staffing(found.chosen.choice), say)
    figure.supxlabel(wrapped(say("planfigure.the_plan", staffing=text), 145), fontsize=9, x=0.01, ha="left")
    return figure


def _met(ax: Axes, points: list[Point], price: Any, say: Language) -> None:
    """How many targets each point meets."""
    for point in points:
        ax.annotate(
            f"{point.met}/{len(point.way.targets)}",
            (price(point.scenario), point.lost.value),
            xytext=(9, 9),
            textcoords="offset points",
            fontsize=8,
            color="#444444",
        )
    if points:
        ax.plot([], [], " ", label=say("planfigure.met", count=len(points[0].way.targets)))


def _marks(ax: Axes, at: list[float], values: list[Estimate], colour: str, mark: str, *, label: str) -> None:
    low = [max(0.0, one.value - one.low) for one in values]
    high = [max(0.0, one.high - one.value) for one in values]
    ax.errorbar(
        at, [v.value for v in values], yerr=[low, high], fmt=mark, color=colour, ms=7, capsize=3, lw=1.5, label=label
    )


def draw_campaign(found: Campaign, say: Language = ENGLISH) -> Figure:
    """What was asked: targets by the size of the campaign, and callers lost by its start."""
    units = dict.fromkeys(one.target.of.unit for one in found.size.borne) if found.size is not None else ()
    parts: list[str | When] = [*units]
    heights = [4.6 for _ in parts]
    if found.start is not None and found.start.best is not None:
        parts.append(found.start)
        heights.append(1.4 + 0.32 * (len(found.start.moved) + 1))
    figure = sheet(10, sum(heights))
    axes = figure.subplots(len(parts), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    name = found.scenario.titled(say.code)
    for ax, one in zip(axes, parts, strict=True):
        if isinstance(one, When):
            _starts(ax, one, name, say)
        elif found.size is not None:
            _size(ax, found.size, one, name, say)
    return figure


def _size(ax: Axes, size: Size, unit: str, name: str, say: Language) -> None:
    """The targets of one unit by the size of the campaign."""
    for number, one in enumerate(size.borne[: len(_COLOURS)]):
        if one.target.of.unit != unit:
            continue
        colour, line = _COLOURS[number], _LINES[number % len(_LINES)]
        at = [extra for extra, _ in size.curve]
        values = [estimates[number] for _, estimates in size.curve]
        ax.plot(at, [v.value for v in values], line, color=colour, lw=2, label=one.target.told(say))
        ax.fill_between(at, [v.low for v in values], [v.high for v in values], color=colour, alpha=0.2, lw=0)
        ax.axhline(one.target.limit, color=colour, lw=0.8, ls=line)
    if size.largest is not None and size.largest.value > 0:
        borne = say("planfigure.borne")
        ax.axvspan(size.largest.low, size.largest.high, color="#BBBBBB", alpha=0.6, lw=0, label=borne)
    ax.axvline(size.of.extra, color="black", lw=1.2, ls=(0, (1, 2)), label=say("planfigure.stated"))
    ax.set_xlabel(say("planfigure.extra"))
    shown = [one.target.of.name for one in size.borne[: len(_COLOURS)] if one.target.of.unit == unit]
    ax.set_ylabel(wrapped(axis_of(shown, unit, say), 48))
    _number_axes(ax, say)
    ax.set_xlim(0, None)
    ax.legend(edgecolor="none", framealpha=0.9, fontsize=8)
    below = say("planfigure.size_below", title=name, worlds=say.number(size.worlds.number))
    titled(ax, say("planfigure.size", name=say.name(size.of.name)), below)


def _starts(ax: Axes, when: When, name: str, say: Language) -> None:
    rows = list(when.moved)[::-1]
    for y, one in enumerate(rows):
        d = one.difference
        colour, mark = ("#0072B2", "o") if d.high < 0 else ("#D55E00", "s") if d.low > 0 else ("#777777", "D")
        ax.plot([d.low, d.high], [y, y], color=colour, lw=3, solid_capstyle="butt")
        ax.plot(d.value, y, mark, color=colour, ms=7)
    ax.axvline(0, color="black", lw=0.8)
    ax.set_yticks(range(len(rows)), [one.start.told(say) for one in rows])
    ax.set_xlabel(say("planfigure.difference", stated=when.stated.told(say)))
    ax.xaxis.set_major_formatter(lambda value, _: say.significant(value, 6).replace("-", "\N{MINUS SIGN}"))
    worlds = say.number(when.tried_on.number) if when.tried_on else ""
    titled(ax, say("planfigure.starts"), say("planfigure.starts_below", title=name, worlds=worlds))


def _number_axes(ax: Axes, say: Language) -> None:
    """Numbers along both axes as the language writes them."""
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: say.number(value, 0 if float(value).is_integer() else 1))
