"""Pictures of a sweep: lines over one setting, heat maps over two, points over more. They never simulate."""

from __future__ import annotations

from math import floor, log10
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures.style import headed, numbers_in, sheet, wrapped
from sim.language import ENGLISH, Language
from sim.language.shown import in_words, shown_value
from sim.studies.levels import Axis
from sim.studies.sweep import Sweep, label

_BLUE = "#0072B2"
_MOST_WRITTEN = 120
_MOST_NAMES = 60


def draw_sweep(found: Sweep, *, say: Language = ENGLISH) -> Figure:
    """The picture that suits the number of settings; intervals are 95 %."""
    if len(found.axes) == 1:
        figure = _panels(found, 1, _draw_line, say)
    elif len(found.axes) == 2 and found.design == "grid":
        figure = _panels(found, 1, _draw_heat, say)
    else:
        figure = _panels(found, len(found.axes), _draw_points, say)
    title = found.scenario.titled(say.code)
    worlds = say("sweep.figure_rests_on", title=title, replications=say.number(found.replications))
    names = ", ".join(in_words(axis.path, say) for axis in found.axes)
    what = names if len(names) < _MOST_NAMES else say("sweep.settings", count=len(found.axes))
    headed(figure, say("sweep.figure", what=what), worlds)
    return figure


def _panels(found: Sweep, across: int, draw: Any, say: Language) -> Figure:
    """A panel for every measure, ``across`` of each."""
    measures = list(found.measures.values())
    columns = across if across > 1 else min(len(measures), 2)
    rows = -(-len(measures) * across // columns)
    width = 10.0 if columns < 4 else 3.0 * columns
    figure = sheet(width, 0.7 + 3.4 * rows)
    axes = np.atleast_1d(np.array(figure.subplots(rows, columns))).ravel()
    for number, measure in enumerate(measures):
        for part in range(across):
            draw(axes[number * across + part], found, measure, part, say)
    for ax in axes[len(measures) * across :]:
        ax.set_visible(False)
    return figure


def _places(axis: Axis, levels: list[str]) -> list[float]:
    """Where levels stand on an axis: numbers where they are some, else their order."""
    if axis.numbers is None:
        return [float(axis.texts.index(level)) for level in levels]
    return [float(level.removesuffix(axis.unit)) for level in levels]


def _ticks(ax: Axes, axis: Axis, say: Language) -> None:
    if axis.numbers is None:
        ax.set_xticks(range(len(axis.texts)), _levels(axis, say), rotation=30 if len(axis.texts) > 4 else 0)
    elif len(axis.numbers) <= 12:
        ax.set_xticks(axis.numbers)
    numbers_in(say, ax.yaxis, *([ax.xaxis] if axis.numbers is not None else []))
    ax.set_xlabel(in_words(axis.path, say) + (f" ({say.known('unit', axis.unit.strip())})" if axis.unit else ""))
    ax.spines[["top", "right"]].set_visible(False)


def _levels(axis: Axis, say: Language) -> list[str]:
    return [shown_value(text, say) for text in axis.texts]


def _draw_line(ax: Axes, found: Sweep, measure: tuple[str, str, str], _part: int, say: Language) -> None:
    axis, points = found.axes[0], found.played
    at = np.array(_places(axis, [point.levels[axis.path] for point in points]))
    order = np.argsort(at)
    estimates = [points[i].estimate(measure) for i in order]
    value, low, high = (np.array([getattr(e, end) for e in estimates]) for end in ("value", "low", "high"))
    ax.fill_between(at[order], low, high, color=_BLUE, alpha=0.25, lw=0)
    ax.plot(at[order], value, "o-" if axis.numbers else "o", color=_BLUE)
    ax.set_ylabel(wrapped(label(measure, say), 32))
    ax.set_ylim(min(0.0, float(np.nanmin(low))), None)
    _ticks(ax, axis, say)


def _draw_points(ax: Axes, found: Sweep, measure: tuple[str, str, str], part: int, say: Language) -> None:
    axis, points = found.axes[part], found.played
    at = _places(axis, [point.levels[axis.path] for point in points])
    for x, point in zip(at, points, strict=True):
        e = point.estimate(measure)
        ax.plot([x, x], [e.low, e.high], color=_BLUE, lw=1, alpha=0.6)
        ax.plot(x, e.value, "o", color=_BLUE, ms=4)
    if part == 0:
        ax.set_ylabel(wrapped(label(measure, say), 32))
    _ticks(ax, axis, say)


def _draw_heat(ax: Axes, found: Sweep, measure: tuple[str, str, str], _part: int, say: Language) -> None:
    down, across = found.axes
    values = np.full((len(down.texts), len(across.texts)), np.nan)
    for point in found.played:
        row, column = (axis.texts.index(point.levels[axis.path]) for axis in (down, across))
        values[row, column] = point.estimate(measure).value
    image = ax.imshow(values, cmap="Blues", aspect="auto", origin="lower")
    middle = (np.nanmin(values) + np.nanmax(values)) / 2 if np.isfinite(values).any() else 0.0
    digits = _digits(values)
    for (row, column), value in np.ndenumerate(values):
        if values.size <= _MOST_WRITTEN:
            shown = say.number(value, digits) if np.isfinite(value) else "-"
            ax.text(column, row, shown, ha="center", va="center", color="white" if value > middle else "black")
    ax.set_xticks(range(len(across.texts)), _levels(across, say), rotation=30 if len(across.texts) > 5 else 0)
    ax.set_yticks(range(len(down.texts)), _levels(down, say))
    ax.set_xlabel(in_words(across.path, say))
    ax.set_ylabel(in_words(down.path, say))
    ax.set_title(label(measure, say), loc="left", fontsize=10)
    numbers_in(say, ax.figure.colorbar(image, ax=ax).ax.yaxis)


def _digits(values: NDArray[np.float64]) -> int:
    """Decimals that leave three digits of the largest value, and at least its whole part."""
    largest = np.abs(values[np.isfinite(values)]).max(initial=0.0)
    return max(0, 2 - floor(log10(largest))) if largest else 0
