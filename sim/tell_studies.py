"""What studies answer, in plain words for the terminal: the answer, the table, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from sim.estimates import Estimate
from sim.language.shown import plain
from sim.studies.answers import Answer
from sim.studies.sweep import Sweep
from sim.tell import table_of

_MOST_ROWS = 60


def tell_answer(answer: Answer, out: Console, heading: str) -> None:
    """The title and the answer in sentences, the first the most important."""
    scenario = answer.scenario
    out.print(f"\n[bold]{escape(scenario.title or scenario.name)}: {escape(heading)}[/bold]")
    out.print(f"{scenario.period.first} to {scenario.period.last}; {'; '.join(answer.worlds)}; intervals are 95 %")
    for number, sentence in enumerate(answer.sentences):
        out.print(f"[bold]{escape(sentence)}.[/bold]" if number == 0 else f"{escape(sentence)}.")


def tell_definitions(answer: Answer, out: Console) -> None:
    """What each measure is."""
    for name, text in answer.definitions.items():
        out.print(f"{name}: {escape(text)}", style="dim")


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


def shown(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Cells of a row as text."""
    return [plain(row[c]) if isinstance(row[c], Estimate) else escape(str(row[c])) for c in columns]
