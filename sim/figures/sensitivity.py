"""The picture of what decides an answer: one assumption at a time, and its part when all vary together."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.colours import MUTED
from sim.figures.style import titled
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity
from sim.studies.unknowns import Unknown, short

#: Assumptions that are drawn.
_MOST = 14
_LONGEST = 30
#: Light and plain for the low end, dark and hatched for the high one, so that they differ in greyscale.
_ENDS = {True: ("#9ECAE9", "", "at its low"), False: ("#0072B2", "///", "at its high")}


def draw_tornado(found: Sensitivity, of: Outcome) -> Figure:
    """Left: how far the outcome goes when one assumption goes to its low or high; right: Sobol's indices."""
    shown = [unknown for unknown, *_ in found.ranked(of.text)] or list(found.apart.widest(of.text))
    shown = [unknown for unknown in shown if found.apart.span(unknown, of.text)][:_MOST]
    figure = Figure(figsize=(12, 2.6 + 0.42 * len(shown)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1.4))
    _bars(left, found, of, shown)
    _indices(right, found, of, shown)
    left.set_yticks(range(len(shown)), [_label(unknown) for unknown in shown], fontsize=8)
    left.invert_yaxis()
    titled(left, f"What decides {of.text}", f"{found.scenario.title or found.scenario.name}")
    where = f"left: {found.apart.where}; right: {found.combinations:,} combinations on {found.played.where}"
    figure.supxlabel(f"{of.of.name}: {of.of.text}; {where}", fontsize=8, color=MUTED, x=0.01, ha="left")
    return figure


def _bars(ax: Axes, found: Sensitivity, of: Outcome, shown: list[Unknown]) -> None:
    spread = found.spreads[of.text]
    stated = spread.stated.value
    ax.axvspan(spread.low.value, spread.high.value, color="#DDDDDD", lw=0, label="5 to 95 % when all vary together")
    ax.axvline(stated, color="black", lw=1)
    labelled: set[bool] = set()
    for row, unknown in enumerate(shown):
        for move in found.apart.of(unknown):
            colour, hatch, text = _ENDS[move.is_low]
            difference = move.differences[of.text]
            label = None if move.is_low in labelled else text
            labelled.add(move.is_low)
            ax.barh(
                row, difference.value, left=stated, height=0.62, color=colour, hatch=hatch, edgecolor="white",
                xerr=[[difference.value - difference.low], [difference.high - difference.value]],
                error_kw={"lw": 0.9, "ecolor": "black"}, label=label,
            )  # fmt: skip
    ax.set_xlabel(f"{of.text}{f' ({of.unit})' if of.unit else ' (per period)'}, one assumption at a time")
    ax.legend(facecolor="white", edgecolor="none", framealpha=1, fontsize=8, loc="lower right")


def _indices(ax: Axes, found: Sensitivity, of: Outcome, shown: list[Unknown]) -> None:
    indices = {unknown: (first, total) for unknown, first, total in found.ranked(of.text)}
    for row, unknown in enumerate(shown):
        if unknown not in indices:
            continue
        first, total = indices[unknown]
        ax.plot([max(total.low, 0), total.high], [row, row], color="black", lw=1)
        ax.plot(total.value, row, "o", color="black", ms=6, label="total" if row == 0 else None)
        ax.plot(first.value, row, "D", mfc="white", color="black", ms=5, label="alone" if row == 0 else None)
    ax.axvline(0, color="#999999", lw=0.8)
    ax.set_xlabel("share of the variance, all vary together")
    ax.spines[["top", "right"]].set_visible(False)
    if indices:
        ax.legend(frameon=False, fontsize=8, loc="lower right")


def _label(unknown: Unknown) -> str:
    """Name and range; what does not fit is in the table."""
    ends = [short(end) for end in (unknown.low, unknown.high)]
    span = " to ".join(end if len(end) <= _LONGEST // 2 else end[: _LONGEST // 2 - 1] + "…" for end in ends)
    return f"{unknown.name}\n{span}"
