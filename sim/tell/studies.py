"""What studies answer, in plain words for the terminal: the answer, the table, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.language.shown import plain, seconds, signed
from sim.studies.next_line import NextLine, Saved
from sim.studies.next_line_words import answer_of, where
from sim.studies.sweep import Sweep
from sim.tell.answer import tell_answer, tell_definitions
from sim.tell.runs import table_of

_MOST_ROWS = 60
_MOST_PARTS = 8


def tell_sweep(found: Sweep, out: Console) -> None:
    """Every point with its measures; the whole table is in the file."""
    answer = found.answer()
    tell_answer(answer, out, "a sweep")
    settings, measures = [axis.path for axis in found.axes], list(found.measures)
    table = table_of(f"{len(found.points):,} points", *settings, *measures, left=len(settings))
    for row in found.rows()[:_MOST_ROWS]:
        levels = [escape(row[path]) for path in settings]
        shown = [plain(row[text]) for text in measures]
        table.add_row(*levels, *(shown if not row["refused"] else [f"no scenario: {escape(row['refused'])}"]))
    out.print(table)
    if len(found.points) > _MOST_ROWS:
        out.print(f"... and {len(found.points) - _MOST_ROWS:,} more, in the file")
    tell_definitions(answer, out)


def tell_next_line(found: NextLine, out: Console) -> None:
    """Places for all hours of their group, then parts of the day."""
    answer = answer_of(found)
    tell_answer(answer, out, "where does the next line help most?")
    caption = "changes per period against today, same callers; ±: 95 % for all places of a table together"
    out.print(_places(found, "One more line, all hours of its group", found.all_day, caption))
    if found.parts:
        title = "A line for a part of the day, the best first"
        out.print(_places(found, title, found.parts[:_MOST_PARTS], caption))
    of = found.ranked_by
    out.print(f"hours: of the line; per 100 h: change in {of} by 100 of them; best: probability of saving most {of}")
    tell_definitions(answer, out)


def _places(found: NextLine, title: str, rows: Sequence[Saved], caption: str) -> Table:
    busy = any(saved.blocked.value for saved in rows)
    columns = ("never reached", "gave up", *(["busy tones"] if busy else []), "mean wait", "hours", "per 100 h", "best")
    table = table_of(title, "place", *columns, caption=caption)
    for saved in rows:
        changes = [saved.never_reached, saved.abandoned, *([saved.blocked] if busy else [])]
        per = signed(saved.per_100_hours(found.ranked_by))
        wait = seconds(saved.waiting_s) if saved.waiting_s.value else "0"
        numbers = (*map(signed, changes), wait, f"{saved.line_hours:,.0f}", per, f"{100 * saved.best:.0f}%")
        table.add_row(escape(where(saved)), *numbers)
    return table
