"""What studies answer, in plain words for the terminal: the answer, the table, what it rests on."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.markup import escape

from sim.language import ENGLISH, Language
from sim.language.mistakes import told_refusal
from sim.language.shown import plain, shown_value
from sim.studies.sweep import Sweep, label
from sim.tell.answer import tell_answer, tell_definitions
from sim.tell.matters import table_of_matters
from sim.tell.paths import Dotted
from sim.tell.runs import table_of

_MOST_ROWS = 60


def tell_sweep(found: Sweep, out: Console, say: Language = ENGLISH) -> None:
    """Every point with its measures; the whole table is in the file."""
    answer = found.answer
    tell_answer(answer, out, say("sweep.heading"), say)
    settings = [axis.path for axis in found.axes]
    heads: list[RenderableType] = [
        *map(Dotted, settings),
        *(label(measure, say) for measure in found.measures.values()),
    ]
    table = table_of(say("sweep.points", points=say.number(len(found.points))), *heads, left=len(settings))
    for point in found.points[:_MOST_ROWS]:
        levels = [escape(shown_value(point.levels[path], say)) for path in settings]
        shown = [plain(point.estimate(measure), say) for measure in found.measures.values()]
        table.add_row(
            *levels,
            *(shown if point.result else [escape(say("sweep.no_scenario", why=told_refusal(point.refused, say)))]),
        )
    out.print(table)
    if len(found.points) > _MOST_ROWS:
        out.print(say("sweep.more", points=say.number(len(found.points) - _MOST_ROWS)))
    if found.matters is not None and found.matters.most:
        out.print(table_of_matters(found.matters.named(say("sweep.lowest"), say("sweep.highest")), say))
    tell_definitions(answer, out, say)
