"""A verification in plain words for the terminal: the verdict, then systems with what theory and simulation say."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from sim.tell.runs import table_of
from sim.verify.scores import Score
from sim.verify.verdict import Verification

#: Sentences about what cannot be that are shown; all of them are in the JSON.
_MOST = 10


def tell_verification(found: Verification, out: Console) -> None:
    """The answer first."""
    first, *rest = found.verdict()
    out.print(f"\n[bold]{first}[/bold]")
    for sentence in rest:
        out.print(sentence, markup=False)
    if found.significant:
        out.print(_wrong(found.significant))
    for text in (*found.balances, *found.audits)[:_MOST]:
        out.print(f"- {text}", markup=False)
    if (more := len(found.balances) + len(found.audits) - _MOST) > 0:
        out.print(f"- and {more} more")
    if found.scores:
        out.print(_systems(found))


def _wrong(scores: list[Score]) -> Table:
    table = table_of("What is wrong", "system", "measure", "theory", "simulation", "± (1 se)", "z", left=2)
    for score in scores:
        table.add_row(score.system, score.measure, *_numbers(score))
    return table


def _systems(found: Verification) -> Table:
    caption = (
        "The measure farthest from theory of each system. z: difference in standard errors of replications; "
        f"{found.limit:.2f} is too much among {len(found.scores)} (Holm, 1 % for all together)."
    )
    title = "Systems with an exact solution"
    table = table_of(
        title, "system", "farthest measure", "theory", "simulation", "± (1 se)", "z", left=2, caption=caption
    )
    for score in _farthest(found.scores):
        table.add_row(score.system, score.measure, *_numbers(score))
    return table


def _farthest(scores: tuple[Score, ...]) -> Iterator[Score]:
    for system in dict.fromkeys(score.system for score in scores):
        yield max((score for score in scores if score.system == system), key=lambda score: abs(score.z))


def _numbers(score: Score) -> tuple[str, ...]:
    return f"{score.exact:.5g}", f"{score.found:.5g}", f"{score.error:.2g}", f"{score.z:+.2f}"
