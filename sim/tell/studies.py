"""What studies answer, in plain words for the terminal: the answer, the table, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from sim.language import ENGLISH, Language
from sim.language.mistakes import told_refusal
from sim.language.shown import plain, seconds, signed
from sim.studies.next_line import RANKED_BY, NextLine, Saved, matters_of, where
from sim.studies.sweep import Sweep, label
from sim.studies.unknowns import shown_value
from sim.tell.answer import tell_answer, tell_definitions
from sim.tell.matters import table_of_matters
from sim.tell.paths import Dotted
from sim.tell.runs import table_of

_MOST_ROWS = 60
_MOST_PARTS = 8


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


def tell_next_line(found: NextLine, out: Console, say: Language = ENGLISH) -> None:
    """Places for all hours of their group, then parts of the day."""
    answer = found.answer
    tell_answer(answer, out, say("next.heading"), say)
    out.print(_places(found, say("next.all_day"), found.all_day, say))
    if found.parts:
        out.print(_places(found, say("next.parts"), found.parts[:_MOST_PARTS], say))
    out.print(say("next.note", what=say(f"counted.{found.ranked_by}")))
    if (matters := matters_of(found, say)) and matters.most:
        out.print(table_of_matters(matters, say))
    tell_definitions(answer, out, say)


def _places(found: NextLine, title: str, rows: Sequence[Saved], say: Language) -> Table:
    measures = [*RANKED_BY[:2], *(m for m in RANKED_BY[2:] if any(saved.by(m).value for saved in rows))]
    heads = (*measures, "asa", "hours", "per_100", "best")
    table = table_of(title, say("next.place"), *(say(f"next.{head}") for head in heads), caption=say("next.caption"))
    for saved in rows:
        changes = [signed(saved.by(measure), say) for measure in measures]
        per = signed(saved.per_100_hours(found.ranked_by), say)
        wait = seconds(saved.asa_s, say) if saved.asa_s.value else "0"
        table.add_row(
            escape(where(saved, say)), *changes, wait, say.number(saved.line_hours), per, say.percent(saved.best)
        )
    return table
