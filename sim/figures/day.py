"""The picture of one simulated day: what each line did and who waited for it."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.colours import DUTY, OUTCOMES, WAITING
from sim.figures.style import axes_of, figure_of, legend_below, titled
from sim.language import ENGLISH, Language
from sim.model.clock import HOUR, SECOND
from sim.report.busy_day import BusyDay, Contact, busiest_day
from sim.results.result import Result

#: Rows beyond these make a picture that nobody reads.
_MOST_ROWS = 24


def draw_busy_day(result: Result, ax: Axes | None = None, *, say: Language = ENGLISH) -> Figure:
    """One day of replication 0: what each line did and who waited for it."""
    day = busiest_day(result)
    rows = {line: number for number, line in enumerate(reversed(list(day.lines)[:_MOST_ROWS]))}
    ax = axes_of(ax, height=1.6 + 0.62 * len(rows))
    # First, so that no limits are sought after every contact.
    ax.set_xlim(day.opens, day.shuts)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    for contact in day.contacts:
        if contact.line in rows:
            _contact(ax, rows[contact.line], contact)
    for line, row in rows.items():
        spans = [(a / HOUR, (b - a) / HOUR) for a, b in day.lines[line]]
        ax.broken_barh(spans, (row - 0.42, 0.8), fc=DUTY, ec="none", zorder=0)
    names = [say.name(name) if number == 0 else f"{say.name(name)} {number + 1}" for name, number in rows]
    ax.set_yticks(range(len(rows)), names)
    ax.set_xticks(range(day.opens, day.shuts + 1), [f"{hour}:00" for hour in range(day.opens, day.shuts + 1)])
    ax.set_xlabel(say("figure.time_of_day"))
    ax.set_ylabel(say("column.lines_of"))
    _legend(ax, day, say)
    title = result.scenario.titled(say.code)
    left_out = len(day.lines) - len(rows)
    below = say("figure.day_below", title=title) + ("; " + say("figure.not_shown", lines=left_out) if left_out else "")
    titled(ax, say("figure.day", date=f"{say.weekday(day.date)} {say.date(day.date)}"), below)
    return figure_of(ax)


def _contact(ax: Axes, row: int, contact: Contact) -> None:
    at, left, released = (time / HOUR for time in (contact.dialled, contact.left, contact.released))
    if contact.left - contact.dialled > SECOND:
        ax.plot([at, left], [row - 0.3] * 2, color=WAITING, lw=1.2, solid_capstyle="butt")
    if contact.held:
        colour, hatch = OUTCOMES.get(contact.outcome, OUTCOMES["abandoned"])
        # What is in hand together stands in steps of the same row.
        bottom, height = row - 0.18 + 0.14 * min(contact.lane, 2), 0.42 - 0.14 * min(contact.lane, 2)
        ax.broken_barh([(left, released - left)], (bottom, height), fc=colour, hatch=hatch, ec="white", lw=0.8)
    elif contact.outcome in ("abandoned", "silent"):
        ax.plot(left, row - 0.3, "x", color=OUTCOMES["abandoned"][0], ms=6, mew=1.8)
    elif contact.outcome == "blocked":
        ax.plot(at, row - 0.3, "o", color="black", mfc="white", ms=5)
    elif contact.outcome in ("closed", "balked", "sent_away"):
        ax.plot(left, row - 0.3, "|", color="black", ms=6)


def _legend(ax: Axes, day: BusyDay, say: Language) -> None:
    ax.bar([0], [0], color=OUTCOMES["answered"][0], label=say("figure.with_a_line"))
    if any(contact.outcome == "called_back" for contact in day.contacts):
        colour, hatch = OUTCOMES["called_back"]
        ax.bar([0], [0], color=colour, hatch=hatch, ec="white", label=say("outcome.called_back"))
    ax.plot([], [], color=WAITING, lw=1.2, label=say("figure.waiting"))
    ax.plot([], [], "x", color=OUTCOMES["abandoned"][0], mew=1.8, label=say("outcome.abandoned"))
    ax.plot([], [], "o", color="black", mfc="white", label=say("outcome.blocked"))
    ax.plot([], [], "|", color="black", label=say("figure.closed"))
    legend_below(ax)
