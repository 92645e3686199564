"""A fitted call log in plain words for the terminal: the answer first, then every number with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.fit.days_scenario import DaysFit
from sim.fit.interval_counts import Part
from sim.fit.interval_scenario import IntervalFit
from sim.fit.log import OUTCOMES, UNKNOWN, Dropped, Log
from sim.fit.memory import p_text
from sim.fit.surge import SurgeFit
from sim.fit.whole import Fit
from sim.language import ENGLISH, Language
from sim.language.said import told
from sim.tell.fit_rows import (
    Row,
    check_cells,
    check_heads,
    day_rows,
    interval_rows,
    number_cells,
    patience_heads,
    patience_rows,
    redial_heads,
    redial_rows,
    rows_of,
)
from sim.tell.runs import table_of

#: Dropped rows that are shown one by one.
_ROWS = 5
#: What counts by day do not say.
NOT_IN_DAYS = ("hours", "handling", "lines", "patience")
#: Checks that miss and are shown.
_CHECKS = 12


def tell_fit(fit: Fit, out: Console, say: Language = ENGLISH) -> None:
    """What was read, what was fitted, where it does not fit."""
    tell_log(fit.log, out, say)
    out.print(f"\n[bold]{escape(fit.verdict_in(say))}[/bold]")
    for sentence in (*not_in_file(fit, say), *unclear(fit.pieces.surge, say), *lumped(fit, say)):
        out.print(sentence, markup=False)
    out.print(numbers(rows_of(fit, say), say))
    if not fit.pieces.laws.patience.missing:
        out.print(patience_table(fit, say))
    if fit.pieces.redials.known:
        out.print(redial_table(fit, say))
    if any(check.misses for check in fit.checks):
        out.print(check_table(fit, say))


def tell_log(log: Log, out: Console, say: Language = ENGLISH) -> None:
    """Rows read and kept out, and how the file was understood."""
    out.print(read_text(log, say), markup=False)
    out.print(", ".join(_outcomes(log, say)))
    for note in log.notes:
        out.print(f"  {told(note, say)}", markup=False)
    for text in left_out(log.reasons, say):
        out.print(f"  {text}", markup=False)
    for row in log.dropped[:_ROWS]:
        out.print(f"    {_dropped(row, say)}", markup=False)
    if len(log.dropped) > _ROWS:
        out.print(f"    {say('fit.left_out_more', rows=say.number(len(log.dropped) - _ROWS))}", markup=False)


def tell_days(fit: DaysFit, out: Console, say: Language = ENGLISH) -> None:
    """Daily counts: what they say, and the week to come."""
    out.print(read_days_text(fit, say), markup=False)
    for text in (*day_totals(fit, say), *fit.daily.counts.notes, *fit.daily.warnings):
        out.print(f"  {told(text, say)}", markup=False)
    out.print(f"\n[bold]{escape(fit.verdict_in(say))}[/bold]")
    out.print(missing_text(NOT_IN_DAYS, say), markup=False)
    for sentence in unclear(fit.surge, say):
        out.print(sentence, markup=False)
    out.print(numbers(day_rows(fit, say), say))
    out.print(told(fit.daily.overdispersion.says, say), markup=False)


def tell_intervals(fit: IntervalFit, out: Console, say: Language = ENGLISH) -> None:
    """Counts by interval: what they say, and what is assumed."""
    out.print(read_intervals_text(fit, say), markup=False)
    for text in (*totals(fit.counts.parts, fit.counts.offered, fit.counts.answered, say), *fit.counts.notes):
        out.print(f"  {told(text, say)}", markup=False)
    for text in left_out(Counter(row.reason for row in fit.counts.dropped).most_common(), say):
        out.print(f"  {text}", markup=False)
    out.print()
    out.print(missing_text(fit.missing, say))
    out.print(numbers(interval_rows(fit, say), say))


def read_intervals_text(fit: IntervalFit, say: Language = ENGLISH) -> str:
    """How many counts were read, of which width."""
    counts = fit.counts
    of = {"days": counts.days, "left_out": len(counts.dropped), "rows": counts.rows, "minutes": counts.width}
    numbers_of = {name: say.number(count) for name, count in of.items()}
    return say("fit.read_intervals", source=counts.source, first=say.date(counts.start), **numbers_of)


def day_totals(fit: DaysFit, say: Language = ENGLISH) -> list[str]:
    """Offered and not answered contacts of counts by day, where these say more than one number a day."""
    counts = fit.daily.counts
    known = counts.counts[0] != UNKNOWN
    if counts.answered is None and not counts.parts:
        return []
    answered = None if counts.answered is None else counts.answered[known]
    return totals(counts.parts, counts.counts[0][known], answered, say)


def totals(
    parts: Sequence[Part], offered: NDArray[np.int64], answered: NDArray[np.int64] | None, say: Language
) -> list[str]:
    """Offered and not answered contacts, in all and of each part."""
    found = [_total("", int(offered.sum()), UNKNOWN if answered is None else int(answered.sum()), say)]
    return found + [_total(part.name, part.offered, part.answered, say) for part in parts if len(parts) > 1]


def _total(name: str, offered: int, answered: int, say: Language) -> str:
    of = {"name": f"{say.name(name)}: " if name else "", "offered": say.number(offered)}
    if answered == UNKNOWN or not offered:
        return say("fit.total", **of)
    share = say.percent(max(offered - answered, 0) / offered, 1)
    return say("fit.total_answered", answered=say.number(answered), lost=share, **of)


def read_text(log: Log, say: Language = ENGLISH) -> str:
    """How many calls were read, over which days."""
    counts = {"calls": len(log), "days": log.days, "left_out": len(log.dropped), "rows": log.rows}
    of = {name: say.number(count) for name, count in counts.items()}
    return say("fit.read", source=log.source, first=say.date(log.start), **of)


def read_days_text(fit: DaysFit, say: Language = ENGLISH) -> str:
    """How many days were read."""
    counts = fit.daily.counts
    of = {"days": counts.days, "left_out": len(counts.dropped), "rows": counts.rows}
    numbers_of = {name: say.number(count) for name, count in of.items()}
    return say("fit.read_days", source=counts.source, first=say.date(counts.start), **numbers_of)


def left_out(reasons: Sequence[tuple[str, int]], say: Language = ENGLISH) -> list[str]:
    """How many rows were kept out, by reason."""
    return [say("fit.left_out", rows=say.number(count), reason=told(reason, say)) for reason, count in reasons]


def lumped(fit: Fit, say: Language = ENGLISH) -> list[str]:
    """Channels whose provinces differ although the scenario has one law for them."""
    found = fit.pieces.laws.lumped if fit.log.by_province else ()
    return [say(f"fit.lumped_{what}", channel=say.name(channel)) for channel, what in found]


def not_in_file(fit: Fit, say: Language = ENGLISH) -> list[str]:
    """What the log does not say, so that the scenario has assumptions in its place."""
    return [missing_text(fit.pieces.missing, say)] if fit.pieces.missing else []


def missing_text(missing: Sequence[str], say: Language = ENGLISH) -> str:
    """That the scenario has assumptions for these."""
    return say("fit.not_in_file", names=", ".join(say(f"missing.{what}") for what in missing))


def unclear(surge: SurgeFit | None, say: Language = ENGLISH) -> list[str]:
    """That the log does not tell a campaign from none and how large it may have been, or that it does so barely."""
    if surge is None or surge.clear:
        return []
    p, extra, most = told(p_text(surge.test.p_value), say), surge.extra, say.number(ceil(max(surge.extra.high, 0.0)))
    if surge.test.rejected:
        ends = say("fit.range", low=say.number(max(extra.low, 0.0)), high=most)
        return [say("fit.campaign_barely", p=p, contacts=say.number(extra.value), range=ends)]
    return [say("fit.campaign_unclear", p=p, most=most, share=say.percent(max(surge.uplift.high, 0.0)))]


def numbers(rows: Iterable[Row], say: Language = ENGLISH) -> Table:
    """Every fitted number."""
    heads = (say("fit.what"), say("fit.value"), say("fit.low"), say("fit.high"))
    table = table_of(say("fit.numbers"), *heads)
    for row in rows:
        table.add_row(*number_cells(row, say))
    return table


def patience_table(fit: Fit, say: Language = ENGLISH) -> Table:
    """The wrong mean beside the right one, of everybody, by queue and by priority."""
    table = table_of(say("patience.title"), *patience_heads(say), caption=say("patience.caption"))
    for row in patience_rows(fit, say):
        table.add_row(*row)
    return table


def redial_table(fit: Fit, say: Language = ENGLISH) -> Table:
    """Who called again within so long, by what happened."""
    redials = fit.pieces.redials
    caption = say("redials.caption", known=say.number(redials.known), unknown=say.number(redials.unknown))
    table = table_of(say("redials.title"), *redial_heads(say), caption=caption)
    for row in redial_rows(fit, say):
        table.add_row(*row)
    return table


def check_table(fit: Fit, say: Language = ENGLISH) -> Table:
    """Checks that miss, farthest first, and how many there are."""
    missed = sorted((check for check in fit.checks if check.misses), key=lambda check: -abs(check.off))
    title = say("misfit.title", missed=say.number(len(missed)), checks=say.number(len(fit.checks)))
    table = table_of(title, *check_heads(say), left=2)
    for check in missed[:_CHECKS]:
        table.add_row(*check_cells(check, say))
    return table


def _outcomes(log: Log, say: Language) -> Iterator[str]:
    for name in OUTCOMES:
        if count := int(log.of(name).sum()):
            word = say("fit.outcome_unknown") if name == "unknown" else say.known("outcome", name)
            yield say("fit.outcome_count", calls=say.number(count), outcome=word)


def _dropped(row: Dropped, say: Language) -> str:
    return say("fit.left_out_row", line=row.line, reason=told(row.reason, say), text=repr(row.text[:60]))
