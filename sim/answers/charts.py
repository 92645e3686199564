"""Charts as SVG, from their specifications."""

from __future__ import annotations

from math import isfinite

from sim.answers import rows
from sim.answers.answer import Bars, Chart, Curves, Day, Flow, Heat, Mark, Rows
from sim.answers.bars import draw_bars
from sim.answers.curves import draw_curves
from sim.answers.flow import draw_flow
from sim.answers.heat import draw_heat
from sim.answers.kinds import in_language
from sim.answers.looks import TONES
from sim.answers.timeline import draw_day
from sim.language import Language
from sim.language.shown import plain, signed


def svg_of(chart: Chart, say: Language) -> str:
    """A chart as SVG."""
    if isinstance(chart, Curves):
        return draw_curves(chart, say)
    if isinstance(chart, Flow):
        return draw_flow(chart, say)
    if isinstance(chart, Day):
        return draw_day(chart, say)
    if isinstance(chart, Bars):
        return draw_bars(chart, say)
    return draw_heat(chart, say) if isinstance(chart, Heat) else _rows(chart, say)


def _rows(chart: Rows, say: Language) -> str:
    lines = [
        rows.Line(
            label := in_language(row.label, say),
            [_mark(mark, label, chart.signed, say) for mark in row.marks],
            note="" if row.note is None else in_language(row.note, say),
            limit=row.limit,
            joined=row.joined,
        )
        for row in chart.rows
    ]
    most = chart.most if isfinite(chart.most) else None
    title, axis = in_language(chart.title, say), in_language(chart.axis, say)
    return rows.draw_rows(lines, title=title, axis=axis, say=say, signed=chart.signed, most=most)


def _mark(mark: Mark, label: str, change: bool, say: Language) -> rows.Mark:
    shown = (signed if change else plain)(mark.found, say)
    tone, note = TONES[mark.tone], in_language(mark.note, say)
    said = f"{label}{f' = {note}' if note else ''}: {shown}"
    return rows.Mark(mark.found, mark.form, tone.fill if mark.form == "bar" else tone.colour, said, note)
