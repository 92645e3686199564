"""Pictures of a scenario and of a finished run. They read; they never simulate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.clock import DAY, HOUR, MINUTE, SECOND
from sim.demand import rates_of
from sim.draw import draw_world
from sim.errors import ResultsError
from sim.quantities import WEEKDAYS
from sim.results import Result
from sim.scenario.model import Scenario
from sim.studies.compare import Comparison
from sim.timelines import duty_of

#: Okabe and Ito's colours in an order of falling darkness, each with a hatch, so that pictures read in greyscale.
_STYLE = {
    "answered": ("#0072B2", "", "answered"),
    "abandoned": ("#D55E00", "///", "gave up"),
    "blocked": ("#E69F00", "xx", "busy"),
    "balked": ("#CC79A7", "..", "left on meeting a queue"),
    "called_back": ("#56B4E9", "\\\\", "called back"),
    "closed": ("#DDDDDD", "", "outside opening hours"),
}


def _axes(ax: Axes | None, *, height: float = 4.0) -> Axes:
    return Figure(figsize=(10, height), layout="constrained").subplots() if ax is None else ax


def _figure(ax: Axes) -> Figure:
    figure: Any = ax.figure
    return figure  # type: ignore[no-any-return]


def _title(ax: Axes, what: str, below: str) -> None:
    ax.set_title(f"{what}\n", loc="left", fontweight="bold")
    ax.text(0, 1.015, below, transform=ax.transAxes, fontsize=9, color="#444444", va="bottom")
    ax.spines[["top", "right"]].set_visible(False)


def _legend_below(ax: Axes) -> None:
    ax.legend(frameon=False, ncols=5, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.2))


def _sub(result: Result) -> str:
    return f"{result.scenario.title or result.scenario.name}; {result.replications:,} replications"


def draw_arrival_rates(scenario: Scenario, ax: Axes | None = None) -> Figure:
    """Expected first contacts per hour over the period, with each campaign on top of the base demand."""
    rates, ax = rates_of(scenario), _axes(ax)
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
        label = "without a campaign" if number == 0 else f"campaign {cause}"
        ax.fill_between(
            when, [*below, 0], [*top, 0], step="post", color=colour, hatch=hatch, ec="white", lw=0, label=label
        )
        below = top
    if closed.any():
        ax.step(
            when, [*closed, 0], where="post", color="black", lw=0.6, ls=":", label="while closed (nobody can answer)"
        )
    starts = [start.value for c in scenario.campaigns for wave in c.surge for start in wave.at if len(wave.at) > 1]
    if starts:
        tops = [-0.02 * max(below.max(), closed.max())] * len(starts)
        ax.plot(np.array(starts), tops, "k^", clip_on=False, label="broadcast", ls="")
    ax.set_ylabel("first contacts per hour")
    ax.set_xlim(when[0], when[-1])
    ax.set_ylim(0, None)
    ax.xaxis.set_major_locator(DayLocator(interval=max(1, rates.calendar.days // 18)))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%a\n%-d %b"))  # type: ignore[no-untyped-call]
    ax.tick_params(axis="x", labelsize=8)
    ax.set_xlabel("date")
    _legend_below(ax)
    _title(ax, "When people are expected to call: first contacts on all channels", scenario.title or scenario.name)
    return _figure(ax)


def draw_waits(result: Result, ax: Axes | None = None) -> Figure:
    """Share of answered and of abandoned contacts that had left the queue after so many minutes."""
    ax = _axes(ax)
    channels = [
        name
        for name in result.scenario.channels
        if result.waits(("abandoned",), kind="channel", name=name).counts.sum()
    ]
    channels = channels or list(result.scenario.channels)
    longest = 1.0
    for outcome, label, line in (("answered", "answered", "-"), ("abandoned", "gave up", "--")):
        found = [result.waits((outcome,), kind="channel", name=name) for name in channels]
        waits = np.concatenate([d.values for d in found]) / 60
        counts = np.concatenate([d.counts for d in found])
        if not counts.sum():
            continue
        order = np.argsort(waits, kind="stable")
        upto = np.cumsum(counts[order]) / counts.sum()
        at_once, each = counts[waits == 0].sum() / counts.sum(), counts.sum() / result.replications
        text = f"{label}: {each:,.0f} a period, {at_once:.0%} at once"
        ax.step([0, *waits[order]], [0, *upto * 100], line, where="post", color=_STYLE[outcome][0], lw=2, label=text)
        longest = max(longest, float(waits[order][np.searchsorted(upto, 0.99).clip(max=len(upto) - 1)]))
    for name in channels:
        target = result.scenario.targets.channels.get(name)
        if target is not None and target.within:
            ax.axvline(target.within / MINUTE, color="black", lw=0.8, ls=":")
            ax.text(target.within / MINUTE, 3, f" acceptable wait, {name}", fontsize=8)
    ax.set_xlim(0, longest)
    ax.set_ylim(0, 101)
    ax.set_xlabel("minutes after the call began")
    ax.set_ylabel("% that had left the queue")
    ax.legend(frameon=False, loc="lower right")
    _title(ax, f"How long contacts waited: {', '.join(channels)}", _sub(result))
    return _figure(ax)


def draw_outcomes(result: Result) -> Figure:
    """Mean contacts by day and by hour of the day, by what happened to them."""
    figure = Figure(figsize=(10, 7.2), layout="constrained")
    upper, lower = figure.subplots(2, 1)
    days, split = result.scenario.days, result.layout
    names = [
        f"{WEEKDAYS[days.weekday(d)]}\n{days.date(d).day} {days.date(d):%b}" if days.days <= 31 else str(days.date(d))
        for d in range(days.days)
    ]
    _stack(upper, result, slice(1, 1 + days.days), names)
    upper.set_xlabel("day")
    upper.set_ylabel("contacts a day (mean)")
    _legend_below(upper)
    _title(upper, "What happened to contacts, by day", _sub(result))
    _stack(lower, result, slice(1 + days.days, split.slices), [str(hour) for hour in range(24)])
    lower.set_xlabel("hour of the day in which they called (9 is 9:00 to 10:00)")
    lower.set_ylabel("contacts in that hour of a period (mean)")
    _title(lower, "By hour of the day", "all channels, redials included")
    return figure


def _stack(ax: Axes, result: Result, cells: slice, names: list[str]) -> None:
    moments = result.moments
    below = np.zeros(len(names))
    for outcome, (colour, hatch, label) in _STYLE.items():
        heights = moments.total[cells, moments.pairs.columns.index(outcome)] / result.replications
        if heights.any():
            ax.bar(names, heights, bottom=below, color=colour, hatch=hatch, ec="white", lw=0.3, label=label)
        below += heights
    ax.tick_params(axis="x", labelsize=8)


#: Rows beyond these make a picture that nobody reads.
_MOST_ROWS = 24


def draw_busy_day(result: Result) -> Figure:
    """One day of replication 0: what each line did and who waited for it."""
    contacts = {name: np.ma.getdata(column) for name, column in result.contacts.items()}
    first = contacts["replication"] == 0
    contacts = {name: column[first] for name, column in contacts.items()}
    calendar, centre = result.scenario.days, result.scenario.centre
    start = (contacts["dialled"] - np.datetime64(calendar.first)).astype("timedelta64[ms]").astype(np.int64)
    day = int(np.bincount(start[contacts["outcome"] != "closed"] // DAY).argmax())
    duty = _duty_on(result, day)
    rows = {line: number for number, line in enumerate(reversed(list(duty)[:_MOST_ROWS]))}
    waits_for = {queue.name: (centre.groups[queue.routes[0].group].name, 0) for queue in centre.queues if queue.routes}
    ax = _axes(None, height=1.6 + 0.62 * len(rows))
    today = (start < (day + 1) * DAY) & (start + contacts["wait_ms"] + contacts["handling_ms"] >= day * DAY)
    lanes = _lanes(contacts, start)
    for i in np.flatnonzero(today):
        group, line = str(contacts["line_group"][i]), int(contacts["line"][i])
        row = rows.get((group, line) if group else waits_for[contacts["queue"][i]])
        if row is not None:
            times = (start[i] - day * DAY, contacts["wait_ms"][i], contacts["handling_ms"][i])
            at, wait, held = (time / HOUR for time in times)
            _contact(ax, row, at, wait, held, str(contacts["outcome"][i]), lane=lanes[i])
    for whose, row in rows.items():
        spans = [(a / HOUR, (b - a) / HOUR) for a, b in duty[whose]]
        ax.broken_barh(spans, (row - 0.42, 0.8), fc="#F0F0F0", ec="none", zorder=0)
    names = [name if number == 0 else f"{name} {number + 1}" for name, number in rows]
    ax.set_yticks(range(len(rows)), names)
    ends = [end / HOUR for whose in rows for span in duty[whose] for end in span]
    opens, shuts = int(max(0, min(ends, default=9) - 1)), int(min(24, max(ends, default=17) + 2))
    ax.set_xlim(opens, shuts)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xticks(range(opens, shuts + 1), [f"{hour}:00" for hour in range(opens, shuts + 1)])
    ax.set_xlabel("time of day")
    ax.set_ylabel("lines of")
    _day_legend(ax, called_back=bool((contacts["outcome"][today] == "called_back").any()))
    date: dt.date = calendar.date(day)
    what = f"The busiest day of replication 0, {WEEKDAYS[calendar.weekday(day)]} {date}: every line and caller"
    left_out = f"; {len(duty) - len(rows)} more lines not shown" if len(duty) > len(rows) else ""
    _title(ax, what, f"{result.scenario.title or result.scenario.name}; shaded: lines on duty{left_out}")
    return _figure(ax)


def _duty_on(result: Result, day: int) -> dict[tuple[str, int], list[tuple[int, int]]]:
    """Every line with its stretches of duty on that day, in ms of the day; lines that are absent have none."""
    world = draw_world(result.scenario, seed=result.store.manifest()["seed"])
    duty: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for group in result.scenario.centre.groups:
        spans: dict[int, list[tuple[int, int]]] = {line: [] for line in range(max(len(group.shifts), 1))}
        for line, start, stop in duty_of(world, group).tolist():
            if start < (day + 1) * DAY and stop > day * DAY:
                spans[line].append((max(start - day * DAY, 0), min(stop - day * DAY, DAY)))
        shown = {line: found for line, found in spans.items() if found or line == 0}
        duty |= {(group.name, line): found for line, found in shown.items()}
    return duty


def _lanes(contacts: dict[str, Any], start: NDArray[np.int64]) -> list[int]:
    """For each contact the lowest place at its line that no other contact in hand has."""
    taken: dict[tuple[str, int], list[tuple[int, int]]] = {}
    lanes = [0] * len(start)
    left = start + contacts["wait_ms"]
    for i in np.lexsort((start, left)):
        line = (str(contacts["line_group"][i]), int(contacts["line"][i]))
        here = [(end, lane) for end, lane in taken.get(line, []) if end > left[i]]
        lanes[i] = min(set(range(len(here) + 1)) - {lane for _, lane in here})
        taken[line] = [*here, (int(left[i] + contacts["handling_ms"][i]), lanes[i])]
    return lanes


def _contact(ax: Axes, row: int, at: float, wait: float, held: float, outcome: str, *, lane: int) -> None:
    if wait > SECOND / HOUR:
        ax.plot([at, at + wait], [row - 0.3] * 2, color="#555555", lw=1.2, solid_capstyle="butt")
    if held:
        colour, hatch, _ = _STYLE.get(outcome, ("#D55E00", "///", ""))
        # What is in hand together stands in steps of the same row.
        bottom, height = row - 0.18 + 0.14 * min(lane, 2), 0.42 - 0.14 * min(lane, 2)
        ax.broken_barh([(at + wait, held)], (bottom, height), fc=colour, hatch=hatch, ec="white", lw=0.8)
    elif outcome in ("abandoned", "silent"):
        ax.plot(at + wait, row - 0.3, "x", color=_STYLE["abandoned"][0], ms=6, mew=1.8)
    elif outcome == "blocked":
        ax.plot(at, row - 0.3, "o", color="black", mfc="white", ms=5)
    elif outcome in ("closed", "balked"):
        ax.plot(at, row - 0.3, "|", color="black", ms=6)


def _day_legend(ax: Axes, *, called_back: bool) -> None:
    ax.bar([0], [0], color=_STYLE["answered"][0], label="with a line")
    if called_back:
        colour, hatch, label = _STYLE["called_back"]
        ax.bar([0], [0], color=colour, hatch=hatch, ec="white", label=label)
    ax.plot([], [], color="#555555", lw=1.2, label="waiting")
    ax.plot([], [], "x", color=_STYLE["abandoned"][0], mew=1.8, label="gave up")
    ax.plot([], [], "o", color="black", mfc="white", label="busy")
    ax.plot([], [], "|", color="black", label="closed")
    _legend_below(ax)


#: What a comparison shows, with its heading.
_COMPARED = {"abandoned": "calls abandoned", "never_reached": "people never reached"}


def draw_comparison(found: Comparison) -> Figure:
    """Differences of each plan to the base, with the intervals that hold for all plans together."""
    plans = found.plans[::-1]
    figure = Figure(figsize=(10, 1.9 + 0.5 * len(plans)), layout="constrained")
    axes = figure.subplots(1, len(_COMPARED), sharey=True)
    for ax, (measure, heading) in zip(axes, _COMPARED.items(), strict=True):
        differences = [found.difference(plan, measure).difference for plan in plans]
        for row, d in enumerate(differences):
            colour = "#0072B2" if d.high < 0 else "#D55E00" if d.low > 0 else "#777777"
            ax.plot([d.low, d.high], [row, row], color=colour, lw=3, solid_capstyle="butt")
            ax.plot(d.value, row, "o" if d.high < 0 else "s" if d.low > 0 else "D", color=colour, ms=7)
            ax.annotate(f"{d.value:+,.1f}", (d.value, row), xytext=(0, 8), textcoords="offset points", ha="center")
        ax.axvline(0, color="black", lw=0.8)
        ax.margins(x=0.15)
        ax.set_ylim(-0.6, len(plans) - 0.2)
        ax.set_xlabel(f"{heading}, more or fewer per period")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(range(len(plans)), plans)
    scenario = found.results[found.base].scenario
    figure.suptitle(f"What each plan changes against {found.base}", x=0.01, ha="left", fontweight="bold")
    text = f"{scenario.title or scenario.name}; the same callers in {found.replications:,} worlds; bars: 95 % for all"
    axes[0].set_title(text, loc="left", fontsize=9, color="#444444")
    return figure


def draw_all(result: Result) -> dict[str, Figure]:
    """Every picture of a result by its name; the busy day only where contacts were kept."""
    figures = {
        "arrival-rates": draw_arrival_rates(result.scenario),
        "waits": draw_waits(result),
        "outcomes": draw_outcomes(result),
    }
    if result.store.kept("contacts", result.replications):
        figures["busy-day"] = draw_busy_day(result)
    return figures


def save(figure: Figure, path: Path) -> Path:
    """Write a picture; the same picture gives the same bytes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=150, metadata={"Software": None})
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from None
    return path
