"""The picture of where the next line helps most. It never simulates."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.figures.style import headed, numbers_in, sheet, wrapped
from sim.language import ENGLISH, Language
from sim.statistics.estimates import Estimate
from sim.studies.next_line import NextLine, Saved, where

_ALL_DAY, _PART = "#0072B2", "#E69F00"


def draw_next_line(found: NextLine, *, say: Language = ENGLISH) -> Figure:
    """What a line saves at every place: in the period, and by 100 hours of the line; 95 % intervals."""
    places = [saved for saved in (*found.all_day, *found.parts) if saved.by(found.ranked_by).value]
    rows = sorted(places, key=lambda saved: -saved.by(found.ranked_by).value)
    figure = sheet(11, 1.7 + 0.32 * len(rows))
    left, right = figure.subplots(1, 2, sharey=True)
    what = say(f"counted.{found.ranked_by}")
    for at, saved in enumerate(rows):
        _bar(left, at, saved, saved.by(found.ranked_by))
        _bar(right, at, saved, saved.per_100_hours(found.ranked_by))
    left.set_yticks(range(len(rows)), [where(saved, say) for saved in rows], fontsize=9)
    left.set_xlabel(wrapped(say("changed.fewer_each", what=what), 40))
    right.set_xlabel(wrapped(say("changed.fewer_per_100", what=what), 40))
    left.set_ylim(-0.6, len(rows) - 0.4)
    for ax in (left, right):
        ax.axvline(0, color="black", lw=0.8)
        numbers_in(say, ax.xaxis)
        ax.spines[["top", "right"]].set_visible(False)
    if found.parts:
        bars = [left.barh([0], [0], color=_ALL_DAY), left.barh([0], [0], color=_PART, hatch="//", ec="white")]
        names = [say("next.legend_all"), say("next.legend_part")]
        right.legend(bars, names, frameon=False, loc="lower right", fontsize=9)
    title = found.scenario.titled(say.code)
    below = say("next.figure_rests_on", title=title, replications=say.number(found.trial.replications))
    headed(figure, say("next.figure", what=what), below)
    return figure


def _bar(ax: object, at: int, saved: Saved, change: Estimate) -> None:
    part = bool(saved.place.hours)
    ax.barh(at, -change.value, color=_PART if part else _ALL_DAY, hatch="//" if part else None, ec="white")  # type: ignore[attr-defined]
    ax.plot([-change.low, -change.high], [at, at], color="black", lw=1.5)  # type: ignore[attr-defined]
