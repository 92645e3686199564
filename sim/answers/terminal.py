"""An answer on the terminal: sentences and the first table; all tables where more is asked for."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Drawn

from sim.answers.answer import Answer, Table
from sim.answers.kinds import below, in_language, is_number, seen, text_of
from sim.answers.phrases import definitions, rests_on, title_of
from sim.language import ENGLISH, Language

#: Letters of a word that is not broken to make room for other columns.
_LONGEST_WORD = 16


def tell(answer: Answer, out: Console, say: Language = ENGLISH, *, verbose: bool = False) -> None:
    """Print an answer: title, sentences, what it rests on, then a table.

    verbose: whether all tables are printed, and the definitions of their measures.
    """
    out.print(f"\n[bold]{escape(title_of(answer, say))}[/bold]")
    for number, sentence in enumerate(answer.sentences):
        out.print(escape(in_language(sentence, say)), style="bold" if number == 0 else "")
    if rests := rests_on(answer, say):
        out.print(rests, style="dim", markup=False)
    shown = [table for table in answer.tables if table.rows and not table.filed]
    for table in shown if verbose else shown[:1]:
        out.print(drawn(table, say))
    if not verbose and len(shown) > 1:
        more = ", ".join(in_language(table.short or table.title, say) for table in shown[1:])
        out.print(say("study.more_tables", tables=more), style="dim", markup=False)
    for name, text in definitions(answer, say) if verbose else ():
        out.print(f"{name}: {text}", style="dim", markup=False)


def drawn(table: Table, say: Language) -> Drawn:
    """A table as the terminal draws it."""
    kept = seen(table)
    found = Drawn(
        title=escape(in_language(table.title, say)),
        title_justify="left",
        title_style="bold",
        caption=escape(below(table, say)),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for number in kept:
        column = table.columns[number]
        head = in_language(column.head, say)
        words = " ".join([head, *(text_of(column, row[number], say) for row in table.rows[: table.most])]).split()
        found.add_column(
            escape(head),
            justify="right" if is_number(column) else "left",
            overflow="fold",
            min_width=min(max(map(len, words), default=1), _LONGEST_WORD),
        )
    for row in table.rows[: table.most]:
        found.add_row(*(escape(text_of(table.columns[number], row[number], say)) for number in kept))
    return found
