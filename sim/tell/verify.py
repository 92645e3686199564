"""A verification in plain words for the terminal: the verdict, then systems with what theory and simulation say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from sim.language import ENGLISH, Language
from sim.tell.runs import table_of
from sim.verification.scores import Score
from sim.verification.verdict import Verification

#: Sentences about what cannot be that are shown; all of them are in the JSON. They are the auditor's own, in English.
_MOST = 10


def tell_verification(found: Verification, out: Console, say: Language = ENGLISH) -> None:
    """The answer first."""
    first, *rest = found.verdict(say)
    out.print(f"\n[bold]{first}[/bold]")
    for sentence in rest:
        out.print(sentence, markup=False)
    if found.significant:
        title = say("verify.what_is_wrong")
        out.print(_scores(title, say("verify.measure"), found.significant, say))
    for text in (*found.balances, *found.audits)[:_MOST]:
        out.print(f"- {text}", markup=False)
    if (more := len(found.balances) + len(found.audits) - _MOST) > 0:
        out.print(say("verify.more", count=more))
    if found.scores:
        caption = say("verify.caption", limit=say.number(found.limit, 2), count=len(found.scores))
        farthest = list(_farthest(found.scores))
        out.print(_scores(say("verify.systems"), say("verify.farthest"), farthest, say, caption))


def _scores(title: str, measure: str, scores: Sequence[Score], say: Language, caption: str | None = None) -> Table:
    heads = [say(f"verify.{key}") for key in ("exact", "found", "error", "z")]
    table = table_of(title, say("verify.system"), measure, *heads, left=2, caption=caption)
    for score in scores:
        names = say.known("system", score.system), say.known("checked", score.measure)
        table.add_row(*names, *_numbers(score, say))
    return table


def _farthest(scores: tuple[Score, ...]) -> Iterator[Score]:
    for system in dict.fromkeys(score.system for score in scores):
        yield max((score for score in scores if score.system == system), key=lambda score: abs(score.z))


def _numbers(score: Score, say: Language) -> tuple[str, ...]:
    values = (_rounded(*pair, say) for pair in ((score.exact, 5), (score.found, 5), (score.error, 2)))
    return *values, ("+" if score.z >= 0 else "") + say.number(score.z, 2)


def _rounded(value: float, digits: int, say: Language) -> str:
    """With so many digits that count, and never fewer than those before the decimal sign."""
    return say.number(value) if abs(value) >= 10**digits else say.significant(value, digits)
