"""A plan, or what a campaign asks, in plain words for the terminal: the answer, the numbers, what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import isinf
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from sim.language import ENGLISH, Language
from sim.language.said import Shown
from sim.language.shown import plain, signed
from sim.statistics.estimates import Estimate
from sim.studies.answers import Rows
from sim.studies.columns import HEADS, LEFT_OUT
from sim.studies.plan_words import PlanAnswer
from sim.tell.answer import tell_answer, tell_definitions
from sim.tell.paths import Dotted
from sim.tell.runs import table_of

#: Title of each table, and how many columns are text.
_TITLES = {
    "people": ("plantable.people", 1),
    "lines": ("plantable.lines", 2),
    "shifts": ("plantable.shifts", 3),
    "targets": ("plantable.targets", 2),
    "frontier": ("plantable.frontier", 0),
    "refused": ("plantable.refused", 1),
    "assumptions": ("plantable.assumptions", 4),
    "size": ("plantable.size", 1),
    "sizes": ("plantable.sizes", 0),
    "size assumptions": ("plantable.size_assumptions", 3),
    "extra lines": ("plantable.extra", 4),
    "starts": ("plantable.starts", 1),
    "start assumptions": ("plantable.start_assumptions", 3),
}
_DIFFERENCES = ("difference", "change")
#: Columns of text after numbers.
_TEXTS = ("organised", "plan of lines", "hit hardest", "unit", "target")
_MOST_ROWS = 30


def tell_plan(answer: PlanAnswer, out: Console, heading: str, say: Language = ENGLISH) -> None:
    """Everything of an answer; definitions last."""
    tell_answer(answer, out, heading, say)
    # Of one target there is no telling which is hit hardest.
    unsaid = LEFT_OUT if len(answer.tables.get("targets", ())) > 1 else (*LEFT_OUT, "hit hardest")
    for name, rows in answer.shown(say).items():
        if shown := _shown(name, rows, unsaid):
            title, left = _title(name, answer)
            out.print(_table(say(title), shown, left, say))
            if len(rows) > len(shown) and name != "extra lines":
                out.print(say("plan.rows_left", count=len(rows) - len(shown)))
    tell_definitions(answer, out, say)


def _title(name: str, answer: PlanAnswer) -> tuple[str, int]:
    title, left = _TITLES[name]
    return ("plantable.extra_assumptions" if name == "assumptions" and answer.study == "campaign" else title), left


def _shown(name: str, rows: Rows, unsaid: Collection[str]) -> list[Mapping[str, Any]]:
    """Rows that are printed, without what stays unsaid: extra lines only where there are some."""
    found = [row for row in rows if row["extra lines"]] if name == "extra lines" else list(rows)
    return [{column: cell for column, cell in row.items() if column not in unsaid} for row in found[:_MOST_ROWS]]


def _table(title: str, rows: list[Mapping[str, Any]], left: int, say: Language) -> Table:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    heads = [say(HEADS[name]) if name in HEADS else escape(name) for name in columns]
    table = table_of(title, *heads, left=left)
    for column, name in zip(table.columns, columns, strict=True):
        if name in _TEXTS:
            column.justify = "left"
    for row in rows:
        table.add_row(*(_cell(name, row.get(name, ""), say) for name in columns))
    return table


def _cell(column: str, value: Any, say: Language) -> RenderableType:
    if isinstance(value, Shown):
        value = value.in_words(say)
    if column == "assumption":
        return Dotted(str(value))
    if isinstance(value, Estimate):
        if isinf(value.high) and value.value == value.low:
            return f">{say.number(value.value, 1)}"
        return signed(value, say) if column in _DIFFERENCES else plain(value, say)
    return say.number(value) if isinstance(value, float) else escape(str(value))
