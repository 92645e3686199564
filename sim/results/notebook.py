"""Small tables where a notebook shows a result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def titled(title: str, below: str, content: str) -> str:
    """A title, a line below it, and what follows."""
    return f"<div><p><strong>{escape(title)}</strong><br><small>{escape(below)}</small></p>{content}</div>"


def table_html(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of text, the first column to the left."""
    top = "".join(f"<th{_side(i)}>{escape(head)}</th>" for i, head in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{_side(i)}>{escape(cell)}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<table>{f'<thead><tr>{top}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>"


def _side(column: int) -> str:
    return ' style="text-align: left"' if column == 0 else ' style="text-align: right"'
