"""Everything that is written in a figure."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.text import Text


def texts_of(figure: Figure) -> str:
    """All texts of a figure as it is drawn, ticks too, in one line."""
    figure.draw_without_rendering()
    return " ".join(" ".join(text.get_text().split()) for text in figure.findobj(Text) if text.get_visible())


def room_beside(figure: Figure) -> float:
    """Inches that everything in a figure, as it is drawn, keeps from its left and right edges."""
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return float(min(box.x0, figure.get_figwidth() - box.x1))
