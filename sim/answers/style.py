"""What all pictures have in common: axes, titles, legends."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.answers.colours import MUTED
from sim.language import Language
from sim.language.firm import firm

#: Letters of a note in an inch.
_LETTERS_PER_INCH = 13.7
#: Inches between what is written and the edges of a picture, and between panels.
_ROOM = 0.1


def axes_of(ax: Axes | None, *, height: float = 4.0) -> Axes:
    """The given axes, or those of a figure of their own."""
    return sheet(10, height).subplots() if ax is None else ax


def sheet(width: float, height: float) -> Figure:
    """An empty figure of so many inches, in which nothing that is written touches an edge."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=_ROOM, h_pad=_ROOM))


def figure_of(ax: Axes) -> Figure:
    """The figure in which these axes stand."""
    figure: Any = ax.figure
    return figure  # type: ignore[no-any-return]


def titled(ax: Axes, what: str, below: str) -> None:
    """A title that says what is shown, and of what."""
    ax.set_title(f"{what}\n", loc="left", fontweight="bold")
    ax.text(0, 1.015, below.replace("$", r"\$"), transform=ax.transAxes, fontsize=9, color=MUTED, va="bottom")
    ax.spines[["top", "right"]].set_visible(False)


def headed(figure: Figure, title: str, below: str) -> None:
    """A title and a line below it over all panels, which the layout leaves room for."""
    height = figure.get_figheight()
    room = {"w_pad": _ROOM, "h_pad": _ROOM}
    figure.set_layout_engine("constrained", rect=(0, 0, 1, 1 - 0.62 / height), **room)
    figure.text(0.01, 1 - 0.1 / height, title, va="top", fontsize=12, fontweight="bold")
    figure.text(0.01, 1 - 0.36 / height, below, va="top", fontsize=9, color=MUTED)


def legend_below(ax: Axes) -> None:
    """A legend below the axes, where anything in them has a name."""
    if not ax.get_legend_handles_labels()[0]:
        return
    figure = figure_of(ax)
    height = figure.get_figheight() / len(figure.axes)
    ax.legend(frameon=False, ncols=5, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.7 / height))


def wrapped(text: str, letters: int) -> str:
    """A long label on more lines."""
    return "\n".join(wrap(firm(text), letters))


def numbers_in(say: Language, *axes: Axis) -> None:
    """Numbers along axes as the reader's language writes them, with the decimals that they have."""
    for axis in axes:
        axis.set_major_formatter(lambda value, _: _number(value, say))


def _number(value: float, say: Language) -> str:
    _, _, decimals = f"{value:.6f}".rstrip("0").partition(".")
    return say.number(value, len(decimals))


def spread_note(figure: Figure, text: str) -> None:
    """What a picture rests on, in small letters over its whole width."""
    lines = wrap(firm(text), int(_LETTERS_PER_INCH * figure.get_figwidth()))
    figure.supxlabel("\n".join(lines), fontsize=8, color=MUTED, x=0.01, ha="left")
