"""An answer where a notebook shows it: sentences, the first table, what it rests on."""

from __future__ import annotations

from html import escape

from sim.answers.answer import Answer
from sim.answers.kinds import in_language, is_number, seen, text_of
from sim.answers.phrases import played, title_of
from sim.language import ENGLISH, Language

_MOST_ROWS = 20


def html_of(answer: Answer, say: Language = ENGLISH) -> str:
    """As HTML; whatever the scenario says is escaped."""
    title = title_of(answer, say)
    sentences = "".join(f"<p>{escape(in_language(sentence, say))}</p>" for sentence in answer.sentences)
    below = escape("; ".join(played(answer, say)))
    head = f"<p><strong>{escape(title)}</strong></p>{sentences}"
    return f"<div>{head}{_table(answer, say)}<p><small>{below}</small></p></div>"


def _table(answer: Answer, say: Language) -> str:
    table = next((table for table in answer.tables if table.rows and not table.filed), None)
    if table is None:
        return ""
    kept = seen(table)
    columns = [(at, table.columns[at], "right" if is_number(table.columns[at]) else "left") for at in kept]
    heads = "".join(_cell("th", in_language(column.head, say), side) for _, column, side in columns)
    rows = "".join(
        f"<tr>{''.join(_cell('td', text_of(column, row[at], say), side) for at, column, side in columns)}</tr>"
        for row in table.rows[:_MOST_ROWS]
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(tag: str, text: str, side: str) -> str:
    return f'<{tag} style="text-align: {side}">{escape(text)}</{tag}>'
