"""A plan, or what a campaign asks, in plain words for the terminal: the answer, the numbers, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.estimates import Estimate
from sim.language.shown import plain, signed
from sim.studies.answers import Answer, Rows
from sim.tell.answer import tell_answer, tell_definitions
from sim.tell.runs import table_of

#: Title of each table, columns that are text, and columns that are differences.
_TITLES = {
    "lines": ("Lines", 2),
    "shifts": ("Shifts that cover them", 3),
    "targets": ("Targets on fresh worlds", 2),
    "frontier": ("What more or less would buy: for each cost the plan simulated that reaches most", 0),
    "refused": ("Plans that fresh worlds refused", 1),
    "assumptions": ("Stated ranges, each at one end, that harm the plan most", 4),
    "size": ("The largest campaign by target", 1),
    "sizes": ("Targets by size of the campaign, on fresh worlds", 0),
    "extra lines": ("Extra lines", 4),
    "starts": ("Starts, fewest lost first: people in the period, differences to the start as stated", 1),
}
_DIFFERENCES = ("difference", "change")
#: Long columns that only the files have.
_LEFT_OUT = ("definition",)
#: Columns of text after numbers.
_TEXTS = ("organised", "plan of lines", "hit hardest", "unit")
_MOST_ROWS = 30


def tell_plan(answer: Answer, out: Console, heading: str) -> None:
    """Everything of an answer; definitions last."""
    tell_answer(answer, out, heading)
    for name, rows in answer.tables.items():
        if shown := _shown(name, rows):
            title, left = _TITLES[name]
            out.print(_table(title, shown, left))
            if len(rows) > len(shown) and name != "extra lines":
                out.print(f"... and {len(rows) - len(shown)} more, in the file")
    tell_definitions(answer, out)


def _shown(name: str, rows: Rows) -> list[Mapping[str, Any]]:
    """Rows that are printed: extra lines only where there are some."""
    found = [row for row in rows if row["extra lines"]] if name == "extra lines" else list(rows)
    return found[:_MOST_ROWS]


def _table(title: str, rows: list[Mapping[str, Any]], left: int) -> Table:
    columns = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in _LEFT_OUT]
    table = table_of(title, *columns, left=left)
    for column, name in zip(table.columns, columns, strict=True):
        if name in _TEXTS:
            column.justify = "left"
    for row in rows:
        table.add_row(*(_cell(name, row.get(name, "")) for name in columns))
    return table


def _cell(column: str, value: Any) -> str:
    if isinstance(value, Estimate):
        return signed(value) if column in _DIFFERENCES else plain(value)
    return f"{value:,.0f}" if isinstance(value, float) else escape(str(value))
