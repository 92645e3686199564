"""What became of a scenario's callers, in tables and plain words for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

if TYPE_CHECKING:  # what a table is of takes long to load, and other tables need none of it
    pass


class _Output(Console):
    """Standard output, which leaves it to the command line what becomes of a reader who has seen enough."""

    def on_broken_pipe(self) -> None:
        """Pass on the error that is being handled."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output; wide enough for the tables where it is not a terminal."""
    found = _Output(highlight=False)
    return found if found.is_terminal else _Output(highlight=False, width=120)


def table_of(title: str, *columns: RenderableType, left: int = 1, caption: str | None = None) -> Table:
    """A plain table whose first ``left`` columns hold text and the others numbers."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption=caption,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for number, column in enumerate(columns):
        table.add_column(
            column, justify="left" if number < left else "right", overflow="fold", no_wrap=number < left == 1
        )
    return table


def printed(part: Table | str, out: Console) -> None:
    """Print a sentence, or a table that has anything in it."""
    if not isinstance(part, Table) or part.row_count:
        out.print(part)
