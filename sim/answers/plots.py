"""Charts in matplotlib, from their specifications: PNG files, and axes in notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.answer import Answer, Bars, Chart, Curves, Day, DayContact, Flow, Heat, Mark, Rows, Series
from sim.answers.colours import DUTY, MUTED, OUTCOMES, WAITING
from sim.answers.curves import LOOKS, round_between
from sim.answers.kinds import MISSING, in_language
from sim.answers.looks import TONES
from sim.answers.phrases import played, title_of
from sim.answers.rows import LONGEST_NOTE
from sim.answers.style import headed, legend_below, numbers_in, sheet, wrapped
from sim.language import ENGLISH, Language
from sim.language.firm import firm
from sim.model.clock import HOUR, SECOND

_FORMS = {"circle": "o", "ring": "o", "square": "s", "diamond": "D", "triangle": "^"}
#: Cells of a heat map that have their number, and levels whose names are level.
_MOST_WRITTEN, _MOST_LEVEL = 120, 5
#: Bars that have their names; rows beyond these make a picture that nobody reads.
_MOST_BARS, _MOST_LINES = 31, 24


def charts_of(answer: Answer) -> list[Chart]:
    """Charts of an answer that are drawn in axes, in the order of its sections: all but flows."""
    return [
        part
        for section in answer.sections
        for part in section.parts
        if isinstance(part, Chart) and not isinstance(part, Flow)
    ]


def save_all(answer: Answer, folder: Path, say: Language = ENGLISH) -> list[Path]:
    """Each chart of an answer as a PNG file in its folder: ``next-line.png``, ``next-line-2.png`` and so on."""
    files, below = [], "; ".join([title_of(answer, say), *played(answer, say)])
    for number, chart in enumerate(charts_of(answer), start=1):
        path = folder / f"{answer.study}{f'-{number}' if number > 1 else ''}.png"
        figure_of(chart, say, below=below).savefig(path, dpi=150)
        files.append(path)
    return files


def figure_of(chart: Chart, say: Language = ENGLISH, *, below: str = "") -> Figure:
    """A chart in a figure of its own; ``below`` stands under its title."""
    figure = sheet(10, height_of(chart))
    plot(chart, figure.subplots(), say)
    headed(figure, in_language(chart.title, say), "\n".join(wrapped(below, 150).splitlines()[:1]))
    return figure


def height_of(chart: Chart) -> float:
    """Inches of a figure of its own."""
    if isinstance(chart, Day):
        return 1.6 + 0.62 * min(len(chart.lines), _MOST_LINES)
    if isinstance(chart, Rows):
        return 1.9 + 0.34 * len(chart.rows) + (0.3 if chart.legend else 0)
    if isinstance(chart, Bars) and chart.across:
        return 1.9 + 0.5 * len(chart.bars)
    return 1.9 + 0.4 * len(chart.down.names) if isinstance(chart, Heat) else 5.0


def plot(chart: Chart, ax: Axes, say: Language = ENGLISH) -> Axes:
    """A chart in given axes."""
    if isinstance(chart, Curves):
        return _curves(chart, ax, say)
    if isinstance(chart, Bars):
        return _bars(chart, ax, say)
    if isinstance(chart, Day):
        return _day(chart, ax, say)
    if isinstance(chart, Flow):
        raise TypeError("a flow is drawn as SVG alone")
    return _heat(chart, ax, say) if isinstance(chart, Heat) else _rows(chart, ax, say)


def _curves(chart: Curves, ax: Axes, say: Language) -> Axes:
    for one in chart.series:
        _series(one, ax, say)
    for value, look in chart.limits:
        ax.axhline(value, color=LOOKS[look][0], lw=1, ls="--")
    if chart.span is not None:
        ax.axvspan(*chart.span[:2], color=MUTED, alpha=0.2, lw=0, label=in_language(chart.span[2], say))
    for value, name in chart.uprights:
        ax.axvline(value, color="black", lw=1, ls=":", label=in_language(name, say))
    if chart.ring is not None:
        at, value, name = chart.ring
        ring: dict[str, Any] = {"ms": 16, "mfc": "none", "color": "black", "ls": "", "label": in_language(name, say)}
        ax.plot([at], [value], "o", **ring)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    across = chart.across
    if across.zero:
        ax.set_xlim(left=0)
    if across.log:
        ax.set_xscale("log")
        ax.set_xticks(round_between(*ax.get_xlim()))
        ax.set_xticks([], minor=True)
    if across.names:
        names = [in_language(name, say) for name in across.names]
        turned = 30 if len(names) > _MOST_LEVEL and not across.marks else 0
        ax.set_xticks(across.marks or range(len(names)), names, rotation=turned)
    elif across.marks:
        ax.set_xticks(across.marks)
    numbers_in(say, ax.yaxis, *([] if across.names else [ax.xaxis]))
    ax.set_xlabel(firm(in_language(across.name, say)))
    ax.set_ylabel(wrapped(in_language(chart.up, say), 40))
    ax.spines[["top", "right"]].set_visible(False)
    legend_below(ax)
    return ax


def _series(one: Series, ax: Axes, say: Language) -> None:
    colour, shape, dash = LOOKS[one.look]
    points = [point for point in one.points if isfinite(point.found.value)]
    at, values = [point.x for point in points], [point.found.value for point in points]
    low, high = (
        [end if isfinite(end) else point.found.value for point in points for end in [getattr(point.found, name)]]
        for name in ("low", "high")
    )
    if one.band:
        ax.fill_between(at, low, high, color=colour, alpha=0.25, lw=0)
    elif not one.bare:
        ax.vlines(at, low, high, color=colour, lw=1)
    face = "white" if shape == "ring" else colour
    look: dict[str, Any] = {"marker": None if one.bare else _FORMS.get(shape), "mfc": face, "color": colour, "ms": 5}
    style = ("-" if not dash else "--") if one.line else ""
    ax.plot(at, values, ls=style, label=in_language(one.name, say) or None, **look)
    for point in points:
        if point.note is not None:
            note = in_language(point.note, say)
            ax.annotate(note, (point.x, point.found.value), (6, 6), textcoords="offset points", fontsize=8)


def _bars(chart: Bars, ax: Axes, say: Language) -> Axes:
    places = list(range(len(chart.bars)))
    ends = [0.0] * len(places)
    for tone in dict.fromkeys(tone for bar in chart.bars for tone, _ in bar.parts):
        sizes = [dict(bar.parts)[tone].value if tone in dict(bar.parts) else 0.0 for bar in chart.bars]
        look = _bar(tone) | {"lw": 0.3, "label": in_language(chart.legend.get(tone), say) or None}
        if chart.across:
            ax.barh(places, sizes, left=ends, **look)
        else:
            ax.bar(places, sizes, bottom=ends, **look)
        ends = [end + size for end, size in zip(ends, sizes, strict=True)]
    marked = [(at, bar.mark) for at, bar in zip(places, chart.bars, strict=True) if bar.mark is not None]
    if marked:
        values, name = [mark.value for _, mark in marked], in_language(chart.mark, say)
        ax.plot([at for at, _ in marked], values, "kD", ms=4, ls="", label=name)
    names = [f"{in_language(bar.label, say)}\n{in_language(bar.below, say)}".strip() for bar in chart.bars]
    numbers_in(say, ax.xaxis if chart.across else ax.yaxis)
    if chart.across:
        ax.set_yticks(places, names)
        ax.invert_yaxis()
        ax.set_xlabel(firm(in_language(chart.axis, say)))
    else:
        every = -(-len(names) // _MOST_BARS)
        ax.set_xticks(places[::every], names[::every], fontsize=8)
        ax.set_ylabel(wrapped(in_language(chart.axis, say), 30))
    ax.spines[["top", "right"]].set_visible(False)
    legend_below(ax)
    return ax


def _day(day: Day, ax: Axes, say: Language) -> Axes:
    lines = day.lines[:_MOST_LINES]
    rows = {number: len(lines) - 1 - number for number in range(len(lines))}
    # First, so that no limits are sought after every contact.
    ax.set_xlim(day.opens, day.shuts)
    ax.set_ylim(-0.7, len(lines) - 0.3)
    for contact in day.contacts:
        if contact.line in rows:
            _contact(ax, rows[contact.line], contact)
    for number, line in enumerate(lines):
        spans = [(a / HOUR, (b - a) / HOUR) for a, b in line.duty]
        ax.broken_barh(spans, (rows[number] - 0.42, 0.8), fc=DUTY, ec="none", zorder=0)
    names = [f"{say.name(one.group)}{f' {one.number + 1}' if one.number else ''}" for one in reversed(lines)]
    ax.set_yticks(range(len(lines)), names)
    hours = range(day.opens, day.shuts + 1)
    ax.set_xticks(hours, [f"{hour}:00" for hour in hours])
    ax.set_xlabel(say("figure.time_of_day"))
    ax.set_ylabel(say("column.lines_of"))
    _day_legend(ax, day, say)
    return ax


def _contact(ax: Axes, row: int, contact: DayContact) -> None:
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


def _day_legend(ax: Axes, day: Day, say: Language) -> None:
    ax.bar([0], [0], color=OUTCOMES["answered"][0], label=say("figure.with_a_line"))
    if any(contact.outcome == "called_back" for contact in day.contacts):
        colour, hatch = OUTCOMES["called_back"]
        ax.bar([0], [0], color=colour, hatch=hatch, ec="white", label=say("outcome.called_back"))
    ax.plot([], [], color=WAITING, lw=1.2, label=say("figure.waiting"))
    ax.plot([], [], "x", color=OUTCOMES["abandoned"][0], mew=1.8, label=say("outcome.abandoned"))
    ax.plot([], [], "o", color="black", mfc="white", label=say("outcome.blocked"))
    ax.plot([], [], "|", color="black", label=say("figure.closed"))
    legend_below(ax)


def _heat(chart: Heat, ax: Axes, say: Language) -> Axes:
    values = np.array([[found.value for found in row] for row in chart.values])
    image = ax.imshow(values, cmap="Blues", aspect="auto")
    known = values[np.isfinite(values)]
    middle, digits = (known.min() + known.max()) / 2 if known.size else 0.0, digits_of(known)
    for (row, column), value in np.ndenumerate(values) if values.size <= _MOST_WRITTEN else ():
        shown = say.number(value, digits) if isfinite(value) else MISSING
        ax.text(column, row, shown, ha="center", va="center", color="white" if value > middle else "black")
    for axis, to, turned in ((chart.across, ax.set_xticks, 30), (chart.down, ax.set_yticks, 0)):
        names = [in_language(name, say) for name in axis.names]
        to(range(len(names)), names, rotation=turned if len(names) > _MOST_LEVEL else 0)
    ax.set_xlabel(firm(in_language(chart.across.name, say)))
    ax.set_ylabel(wrapped(in_language(chart.down.name, say), 40))
    numbers_in(say, ax.figure.colorbar(image, ax=ax).ax.yaxis)
    return ax


def digits_of(values: Sequence[float]) -> int:
    """Decimals that leave three digits of the largest value, and at least its whole part."""
    largest = max(map(abs, values), default=0.0)
    return max(0, 2 - floor(log10(largest))) if largest else 0


def _rows(chart: Rows, ax: Axes, say: Language) -> Axes:
    count = len(chart.rows)
    for number, row in enumerate(chart.rows):
        at = count - 1 - number
        shown = [mark for mark in row.marks if isfinite(mark.found.value)]
        if row.joined and len(shown) > 1:
            ax.plot([shown[0].found.value, shown[-1].found.value], [at, at], color=MUTED, lw=0.8)
        if isfinite(row.limit):
            ax.plot([row.limit] * 2, [at - 0.4, at + 0.4], color="black", lw=1.5, ls="--")
        for mark in shown:
            _draw(ax, at, mark, say)
        if row.note is not None:
            ax.text(
                1.0,
                at,
                in_language(row.note, say),
                transform=ax.get_yaxis_transform(),
                fontsize=8,
                va="center",
                ha="left",
            )
    labels = [wrapped(in_language(row.label, say), 44) for row in reversed(chart.rows)]
    ax.set_yticks(range(count), labels, fontsize=9)
    ax.set_ylim(-0.6, count - 0.4)
    ax.axvline(0, color="black", lw=0.8)
    if isfinite(chart.most):
        ax.set_xlim(right=chart.most)
    ax.set_xlabel(firm(in_language(chart.axis, say)))
    numbers_in(say, ax.xaxis)
    ax.spines[["top", "right"]].set_visible(False)
    if chart.legend:
        bars = [ax.barh([0], [0], **_bar(tone)) for tone in chart.legend]
        ax.legend(
            bars, [in_language(words, say) for words in chart.legend.values()], frameon=False, fontsize=9, loc="best"
        )
    return ax


def _bar(tone: str) -> dict[str, Any]:
    look = TONES[tone]
    return {"color": look.colour, "hatch": look.hatch or None, "edgecolor": "white"}


def _draw(ax: Axes, at: float, mark: Mark, say: Language) -> None:
    found, colour = mark.found, TONES[mark.tone].colour
    if mark.form == "bar":
        ax.barh(at, found.value, height=0.6, **_bar(mark.tone))
    ends = [end if isfinite(end) else found.value for end in (found.low, found.high)]
    ax.plot(ends, [at, at], color="black" if mark.form == "bar" else colour, lw=1.5)
    if mark.form != "bar":
        face = "white" if mark.form == "ring" else colour
        ax.plot([found.value], [at], _FORMS[mark.form], color=colour, markerfacecolor=face, ms=6)
    note = in_language(mark.note, say)
    if note and found.value and len(note) <= LONGEST_NOTE:
        more = found.value > 0
        place: dict[str, Any] = {"va": "center", "ha": "left" if more else "right", "fontsize": 8}
        ax.annotate(note, (ends[more], at), (5 if more else -5, 0), textcoords="offset points", **place)
