"""Sensitivity and calibration for the terminal: sentences first, then tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from sim.language.shown import plain, signed
from sim.studies.answers import Answer
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity
from sim.studies.unknowns import short
from sim.tell import table_of

#: Assumptions in a table; all of them are in the CSV files.
_MOST = 12


def tell_answer(answer: Answer, out: Console) -> None:
    """What it says, on which worlds, by which definitions."""
    first, *rest = answer.sentences
    out.print(f"\n[bold]{answer.scenario.title or answer.scenario.name}[/bold]\n")
    out.print(first, style="bold", markup=False)
    for sentence in rest:
        out.print(sentence, markup=False)
    out.print()
    for where in answer.worlds:
        out.print(f"Worlds: {where}.", markup=False)
    for name, text in answer.definitions.items():
        out.print(f"{name}: {text}.", markup=False)


def tell_sensitivity(found: Sensitivity, out: Console) -> None:
    """A table for each outcome: what is varied together, and one at a time."""
    for of in found.outcomes:
        out.print(_together(found, of))


def _together(found: Sensitivity, of: Outcome) -> Table:
    columns = ("assumption", "stated", "range", "total", "alone", "at its low", "at its high")
    unit = f" ({of.of.unit})"
    caption = (
        "total, alone: share of the variance that goes with it, with others or alone (Sobol, 95 % interval of a "
        "bootstrap); at its low and high: paired differences, all else as stated"
    )
    table = table_of(f"What decides {of.text}{unit}", *columns, left=3, caption=caption)
    for unknown, first, total in found.ranked(of.text)[:_MOST]:
        low, high = (
            next((signed(m.differences[of.text]) for m in found.apart.of(unknown) if m.is_low == is_low), "-")
            for is_low in (True, False)
        )
        shares = (f"{e.value:.2f} ({max(e.low, 0):.2f}-{e.high:.2f})" for e in (total, first))
        table.add_row(unknown.name, _cut(short(unknown.value)), _cut(unknown.range), *shares, low, high)
    return table


def tell_one_at_a_time(found: OneAtATime, out: Console) -> None:
    """One table of all outcomes, the widest assumption of the first one first."""
    texts = [of.text for of in found.outcomes]
    table = table_of("One assumption at a time", "assumption", "change", *texts, left=2)
    table.add_row("as stated", "", *(plain(found.stated[text]) for text in texts))
    for unknown in found.widest(texts[0]):
        if unknown in found.still:
            continue
        for move in found.of(unknown):
            change = f"{_cut(short(unknown.value))} → {_cut(short(move.end))}"
            table.add_row(unknown.name, change, *(signed(move.differences[text]) for text in texts))
    out.print(table)


def _cut(text: str, most: int = 34) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
