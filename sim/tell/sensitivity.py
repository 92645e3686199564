"""Sensitivity and calibration for the terminal: sentences first, then tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from sim.language.shown import plain, signed
from sim.studies.calibrate import Calibration
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity
from sim.studies.unknowns import short
from sim.tell.runs import table_of

#: Assumptions in a table; all of them are in the CSV files.
_MOST = 12


def tell_sensitivity(found: Sensitivity, out: Console) -> None:
    """A table for each outcome: what is varied together, and one at a time."""
    for of in found.outcomes:
        out.print(_together(found, of))


def _together(found: Sensitivity, of: Outcome) -> Table:
    columns = ("assumption", "range", "total", "alone", "at its low", "at its high")
    unit = f" ({of.of.unit})"
    caption = (
        "total, alone: share of the variance that goes with it, with others or alone (Sobol, 95 % interval of a "
        "bootstrap); at its low and high: paired differences, all else as stated"
    )
    table = table_of(f"What decides {of.text}{unit}", *columns, left=2, caption=caption)
    for column in table.columns:
        column.no_wrap = True
    for unknown, first, total in found.ranked(of.text)[:_MOST]:
        low, high = (
            next((signed(m.differences[of.text]) for m in found.apart.of(unknown) if m.is_low == is_low), "-")
            for is_low in (True, False)
        )
        shares = (f"{max(e.value, 0):.2f} ({max(e.low, 0):.2f}-{max(e.high, 0):.2f})" for e in (total, first))
        table.add_row(unknown.name, _cut(unknown.range, 18), *shares, low, high)
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


def tell_calibration(found: Calibration, out: Console) -> None:
    """The values under other assumptions, the farthest first."""
    if not found.shifts:
        return
    paths = [of.path for of in found.parameters]
    table = table_of("The same observation under other assumptions", "assumption", "change", *paths, left=2)
    table.columns[0].no_wrap = True
    table.add_row("as stated", "", *(one.parameter.shown(one.value, one.simulation) for one in found.found))
    first = found.found[0].value
    far = sorted(found.shifts, key=lambda shift: -abs(shift.values[0] - first) if shift.values else -first)
    for shift in far[: 2 * _MOST]:
        change = f"{_cut(short(shift.unknown.value), 20)} → {_cut(short(shift.end), 20)}"
        values = ["cannot be met"] * len(paths)
        if shift.values is not None:
            values = [
                one.parameter.shown(value, one.simulation) for one, value in zip(found.found, shift.values, strict=True)
            ]
        table.add_row(shift.unknown.name, change, *values)
    out.print(table)
