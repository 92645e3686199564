"""Calibration for the terminal: sentences first, then tables."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.markup import escape

from sim.language import ENGLISH, Language
from sim.language.shown import shown_value
from sim.studies.calibrate import Calibration
from sim.tell.paths import Dotted
from sim.tell.runs import table_of


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
    for shift in far[:24]:
        change = f"{_cut(shown_value(shift.unknown.value, say), 20)} → {_cut(shown_value(shift.end, say), 20)}"
        cells = [say("calibrate.never")] * len(found.parameters)
        if shift.values is not None:
            cells = [
                one.parameter.shown(value, one.simulation, say)
                for one, value in zip(found.found, shift.values, strict=True)
            ]
        table.add_row(Dotted(shift.unknown.told(say)), escape(change), *cells)
    out.print(table)
