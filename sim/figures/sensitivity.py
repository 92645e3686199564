"""The picture of what decides an answer: one assumption at a time, and its part when all vary together."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import headed, numbers_in, sheet, spread_note, wrapped
from sim.language import ENGLISH, Language
from sim.language.shown import shown_value
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity
from sim.studies.unknowns import Unknown

#: Assumptions that are drawn.
_MOST = 14
#: Letters of either end of a range.
_LONGEST = 19
#: Letters in a line of a name.
_NAME = 42
#: Light and plain for the low end, dark and hatched for the high one, so that they differ in greyscale.
_ENDS = {True: ("#9ECAE9", "", "sensitivity.low"), False: ("#0072B2", "///", "sensitivity.high")}


def draw_tornado(found: Sensitivity, of: Outcome, *, say: Language = ENGLISH) -> Figure:
    """Left: how far the outcome goes when one assumption goes to its low or high; right: Sobol's indices."""
    shown = [unknown for unknown, *_ in found.ranked(of.text)] or list(found.apart.widest(of.text))
    shown = [unknown for unknown in shown if found.apart.span(unknown, of.text)][:_MOST]
    figure = sheet(12, 3.0 + 0.5 * len(shown))
    headed(figure, say("ranking.heading", outcome=of.told(say)), found.scenario.titled(say.code))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1.4))
    spread = found.spreads[of.text]
    left.axvspan(spread.low.value, spread.high.value, color="#DDDDDD", lw=0, label=say("sensitivity.all_vary"))
    _bars(left, found.apart, of, shown, say)
    _indices(right, found, of, shown, say)
    spread_note(
        figure,
        say(
            "sensitivity.rests_on",
            measure=of.told(say),
            definition=_definition(of, say),
            apart=found.apart.where.told(say),
            combinations=say.number(found.combinations),
            together=found.played.where.told(say),
        ),
    )
    return figure


def draw_one_at_a_time(found: OneAtATime, of: Outcome, title: str, *, say: Language = ENGLISH) -> Figure:
    """How far the outcome goes when one assumption goes to its low or high, the widest first."""
    shown = [unknown for unknown in found.widest(of.text) if found.span(unknown, of.text)][:_MOST]
    figure = sheet(10, 2.8 + 0.5 * len(shown))
    headed(figure, say("sensitivity.moved", outcome=of.told(say)), title)
    _bars(figure.subplots(), found, of, shown, say)
    note = {"measure": of.told(say), "definition": _definition(of, say), "apart": found.where.told(say)}
    spread_note(figure, say("sensitivity.rests_on_apart", **note))
    return figure


def _definition(of: Outcome, say: Language) -> str:
    return say.known("definition", of.of.name)


def _bars(ax: Axes, found: OneAtATime, of: Outcome, shown: list[Unknown], say: Language) -> None:
    stated = found.stated[of.text].value
    ax.axvline(stated, color="black", lw=1)
    labelled: set[bool] = set()
    for row, unknown in enumerate(shown):
        for move in found.of(unknown):
            colour, hatch, key = _ENDS[move.is_low]
            difference = move.differences[of.text]
            label = None if move.is_low in labelled else say(key)
            labelled.add(move.is_low)
            ax.barh(
                row, difference.value, left=stated, height=0.62, color=colour, hatch=hatch, edgecolor="white",
                xerr=[[difference.value - difference.low], [difference.high - difference.value]],
                error_kw={"lw": 0.9, "ecolor": "black"}, label=label,
            )  # fmt: skip
    ax.set_yticks(range(len(shown)), [label_of(unknown, say) for unknown in shown], fontsize=8)
    ax.invert_yaxis()
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(say("sensitivity.one_each", outcome=of.told(say), unit=say.known("unit", of.of.unit)))
    numbers_in(say, ax.xaxis)
    if labelled:
        handles, labels = ax.get_legend_handles_labels()
        order = sorted(range(len(labels)), key=lambda n: labels[n] == say("sensitivity.high"))
        ax.legend(
            [handles[n] for n in order], [labels[n] for n in order], frameon=False, fontsize=8, ncols=3,
            loc="lower left", bbox_to_anchor=(0, 1),
        )  # fmt: skip


def _indices(ax: Axes, found: Sensitivity, of: Outcome, shown: list[Unknown], say: Language) -> None:
    indices = {unknown: (first, total) for unknown, first, total in found.ranked(of.text)}
    labels = {"total": say("sensitivity.total"), "alone": say("sensitivity.alone")}
    for row, unknown in enumerate(shown):
        if unknown not in indices:
            continue
        first, total = indices[unknown]
        ax.plot([max(total.low, 0), total.high], [row, row], color="black", lw=1)
        ax.plot(total.value, row, "o", color="black", ms=6, label=labels.pop("total", None))
        ax.plot(first.value, row, "D", mfc="white", color="black", ms=5, label=labels.pop("alone", None))
    ax.axvline(0, color="#999999", lw=0.8)
    ax.set_xlabel(say("sensitivity.share"))
    ax.spines[["top", "right"]].set_visible(False)
    numbers_in(say, ax.xaxis)
    if indices:
        ax.legend(frameon=False, fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))


def label_of(unknown: Unknown, say: Language) -> str:
    """Name and range; what does not fit is in the table."""
    low, high = (_short(shown_value(end, say)) for end in (unknown.low, unknown.high))
    return "\n".join([wrapped(unknown.words(say), _NAME), say("sensitivity.to", low=low, high=high)])


def _short(text: str) -> str:
    """As many of its parts as fit, or letters where it has none."""
    if len(text) <= _LONGEST:
        return text
    parts = text[: _LONGEST + 1].rpartition(", ")[0]
    return f"{parts}, …" if parts else text[: _LONGEST - 1] + "…"
