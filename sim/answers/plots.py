"""Charts in matplotlib, from their specifications: PNG files, and axes in notebooks."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.answer import Answer, Mark, Rows
from sim.answers.colours import MUTED
from sim.answers.kinds import in_language
from sim.answers.looks import TONES
from sim.answers.phrases import played
from sim.figures.style import headed, numbers_in, sheet, wrapped
from sim.language import ENGLISH, Language
from sim.language.firm import firm

_FORMS = {"circle": "o", "ring": "o", "square": "s", "diamond": "D"}


def charts_of(answer: Answer) -> list[Rows]:
    """All charts of an answer, in the order of its sections."""
    return [part for section in answer.sections for part in section.parts if isinstance(part, Rows)]


def save_all(answer: Answer, folder: Path, say: Language = ENGLISH) -> list[Path]:
    """Each chart of an answer as a PNG file in its folder: ``next-line.png``, ``next-line-2.png`` and so on."""
    files, below = [], f"{answer.scenario.titled(say.code)}; {'; '.join(played(answer, say))}"
    for number, chart in enumerate(charts_of(answer), start=1):
        path = folder / f"{answer.study}{f'-{number}' if number > 1 else ''}.png"
        figure_of(chart, say, below=below).savefig(path, dpi=150)
        files.append(path)
    return files


def figure_of(chart: Rows, say: Language = ENGLISH, *, below: str = "") -> Figure:
    """A chart in a figure of its own; ``below`` stands under its title."""
    figure = sheet(10, 1.9 + 0.34 * len(chart.rows) + (0.3 if chart.legend else 0))
    plot(chart, figure.subplots(), say)
    headed(figure, in_language(chart.title, say), "\n".join(wrapped(below, 150).splitlines()[:1]))
    return figure


def plot(chart: Rows, ax: Axes, say: Language = ENGLISH) -> Axes:
    """A chart in given axes."""
    count = len(chart.rows)
    for number, row in enumerate(chart.rows):
        at = count - 1 - number
        shown = [mark for mark in row.marks if isfinite(mark.found.value)]
        if row.joined and len(shown) > 1:
            ax.plot([shown[0].found.value, shown[-1].found.value], [at, at], color=MUTED, lw=0.8)
        if isfinite(row.limit):
            ax.plot([row.limit] * 2, [at - 0.4, at + 0.4], color="black", lw=1.5, ls="--")
        for mark in shown:
            _draw(ax, at, mark)
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


def _draw(ax: Axes, at: float, mark: Mark) -> None:
    found, colour = mark.found, TONES[mark.tone].colour
    if mark.form == "bar":
        ax.barh(at, found.value, height=0.6, **_bar(mark.tone))
    ends = [end if isfinite(end) else found.value for end in (found.low, found.high)]
    ax.plot(ends, [at, at], color="black" if mark.form == "bar" else colour, lw=1.5)
    if mark.form != "bar":
        face = "white" if mark.form == "ring" else colour
        ax.plot([found.value], [at], _FORMS[mark.form], color=colour, markerfacecolor=face, ms=6)
