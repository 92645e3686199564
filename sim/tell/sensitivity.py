"""Sensitivity and calibration for the terminal: sentences first, then tables."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from sim.language import ENGLISH, Language
from sim.language.shown import plain, rounded, shown_value, signed
from sim.statistics.estimates import Estimate
from sim.studies.calibrate import Calibration
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity
from sim.tell.paths import Dotted
from sim.tell.runs import table_of

#: Assumptions in a table; all of them are in the CSV files.
_MOST = 12


def tell_sensitivity(found: Sensitivity, out: Console, say: Language = ENGLISH) -> None:
    """A table for each outcome: what is varied together, and one at a time."""
    for of in found.outcomes:
        out.print(_together(found, of, say))


def _together(found: Sensitivity, of: Outcome, say: Language) -> Table:
    columns = [say(f"sensitivity.{key}") for key in ("assumption", "range", "total", "alone", "low", "high")]
    title = say("ranking.heading", outcome=of.headed(say))
    table = table_of(title, *columns, left=2, caption=say("sensitivity.caption"))
    for column in table.columns[1:]:
        column.no_wrap = True
    for unknown, first, total in found.ranked(of.text)[:_MOST]:
        low, high = (
            next((signed(m.differences[of.text], say) for m in found.apart.of(unknown) if m.is_low == is_low), "-")
            for is_low in (True, False)
        )
        shares = [_share(of_variance, say) for of_variance in (total, first)]
        span = say("sensitivity.to", low=shown_value(unknown.low, say), high=shown_value(unknown.high, say))
        table.add_row(Dotted(unknown.told(say)), escape(_cut(span, 18)), *shares, low, high)
    return table


def _share(found: Estimate, say: Language) -> str:
    """A share of variance; an estimate below 0 is none, and none is more than all of it."""
    shown = rounded(Estimate(*(min(max(end, 0.0), 1.0) for end in (found.value, found.low, found.high))), say)
    return f"{shown.value} ({shown.low}-{shown.high})"


def tell_one_at_a_time(found: OneAtATime, out: Console, say: Language = ENGLISH) -> None:
    """One table of all outcomes, the widest assumption of the first one first."""
    texts = [of.text for of in found.outcomes]
    heads = [say("sensitivity.assumption"), say("sensitivity.change"), *(of.headed(say) for of in found.outcomes)]
    table = table_of(say("sensitivity.title_apart"), *heads, left=2)
    table.add_row(say("sensitivity.as_stated"), "", *(plain(found.stated[text], say) for text in texts))
    for unknown in found.widest(texts[0]):
        if unknown in found.still:
            continue
        for move in found.of(unknown):
            change = f"{_cut(shown_value(unknown.value, say))} → {_cut(shown_value(move.end, say))}"
            differences = (signed(move.differences[text], say) for text in texts)
            table.add_row(Dotted(unknown.told(say)), escape(change), *differences)
    out.print(table)


def _cut(text: str, most: int = 34) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def tell_calibration(found: Calibration, out: Console, say: Language = ENGLISH) -> None:
    """The values under other assumptions, the farthest first."""
    if not found.shifts:
        return
    heads: list[RenderableType] = [say("sensitivity.assumption"), say("sensitivity.change")]
    heads += (Dotted(of.path) for of in found.parameters)
    table = table_of(say("calibrate.others"), *heads, left=2)
    values = (one.parameter.shown(one.value, one.simulation, say) for one in found.found)
    table.add_row(say("sensitivity.as_stated"), "", *values)
    first = found.found[0].value
    far = sorted(found.shifts, key=lambda shift: -abs(shift.values[0] - first) if shift.values else -first)
    for shift in far[: 2 * _MOST]:
        change = f"{_cut(shown_value(shift.unknown.value, say), 20)} → {_cut(shown_value(shift.end, say), 20)}"
        cells = [say("calibrate.never")] * len(found.parameters)
        if shift.values is not None:
            cells = [
                one.parameter.shown(value, one.simulation, say)
                for one, value in zip(found.found, shift.values, strict=True)
            ]
        table.add_row(Dotted(shift.unknown.told(say)), escape(change), *cells)
    out.print(table)
