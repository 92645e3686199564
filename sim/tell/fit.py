"""A fitted call log in plain words for the terminal: the answer first, then every number with its interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from sim.fit.checks import Check, shown
from sim.fit.days_scenario import DaysFit
from sim.fit.fitted import Fitted
from sim.fit.log import OUTCOMES, Log
from sim.fit.patience import Patience
from sim.fit.redials import WINDOWS
from sim.fit.whole import Fit
from sim.quantities import WEEKDAYS
from sim.tell.runs import table_of

#: Dropped rows that are shown one by one.
_ROWS = 5
Row = tuple[str, Fitted, str]


def tell_fit(fit: Fit, out: Console) -> None:
    """What was read, what was fitted, where it does not fit."""
    tell_log(fit.log, out)
    out.print(f"\n[bold]{_escaped(fit.verdict)}[/bold]")
    out.print(numbers(fit))
    out.print(patience_table(fit))
    if fit.pieces.redials.known:
        out.print(redial_table(fit))
    if any(check.misses for check in fit.checks):
        out.print(check_table(fit))


def tell_log(log: Log, out: Console) -> None:
    """Rows read and kept out, and how the file was understood."""
    kept = f"{len(log):,} calls from {log.start}, {log.days} days; {len(log.dropped):,} of {log.rows:,} rows left out"
    out.print(f"{log.source}: {kept}", markup=False)
    out.print(", ".join(f"{int(log.of(name).sum()):,} {name}" for name in OUTCOMES if log.of(name).any()))
    for note in log.notes:
        out.print(f"  {note}", markup=False)
    for reason, count in log.reasons:
        out.print(f"  left out, {count:,} times: {reason}", markup=False)
    for row in log.dropped[:_ROWS]:
        out.print(f"    line {row.line}: {row.reason}: {row.text[:60]!r}", markup=False)
    if len(log.dropped) > _ROWS:
        out.print(f"    and {len(log.dropped) - _ROWS:,} more, all in the file of rows left out")


def tell_days(fit: DaysFit, out: Console) -> None:
    """Daily counts: what they say, and the week to come."""
    counts = fit.daily.counts
    read = f"{counts.days} days from {counts.start}; {len(counts.dropped):,} of {counts.rows:,} rows left out"
    out.print(f"{counts.source}: {read}", markup=False)
    for text in (*counts.notes, *fit.daily.warnings):
        out.print(f"  {text}", markup=False)
    out.print(f"\n[bold]{_escaped(fit.verdict)}[/bold]")
    table = table_of("Fitted numbers, with 95 % intervals", "what", "value", "low", "high")
    for what, fitted, _ in day_rows(fit):
        table.add_row(what, *(shown(x, fitted.unit) for x in (fitted.value, fitted.low, fitted.high)))
    out.print(table)
    out.print(fit.daily.overdispersion.says, markup=False)


def day_rows(fit: DaysFit) -> Iterator[Row]:
    """What daily counts say, what a campaign did, and the forecast of each day."""
    daily, week = fit.daily, fit.week
    yield "contacts on an ordinary day", daily.per_day, daily.per_day.method
    for name, weight in zip(WEEKDAYS, daily.weekdays, strict=True):
        if weight.known:
            yield f"weight of {name}", weight, weight.method
    for what, found in (
        ("busyness of days (coefficient of variation)", daily.busyness),
        ("growth per 30 days", daily.trend),
        ("a holiday, share of an ordinary day", daily.holiday),
    ):
        if found.known:
            yield what, found, found.method
    if fit.surge is not None:
        for what, found in (
            ("campaign: contacts that it added", fit.surge.extra),
            ("campaign: jump after a broadcast", fit.surge.jump),
            ("campaign: time constant", fit.surge.decay),
            ("campaign: plateau", fit.surge.plateau),
        ):
            yield what, found, found.method
    for number, day in enumerate(week.days):
        date = week.start + dt.timedelta(days=number)
        yield f"forecast of {WEEKDAYS[date.weekday()]} {date}", day, day.method
    yield "forecast of the week", week.total, week.total.method


def numbers(fit: Fit) -> Table:
    """Every fitted number."""
    table = table_of("Fitted numbers, with 95 % intervals", "what", "value", "low", "high")
    for what, fitted, _ in rows_of(fit):
        table.add_row(what, *(shown(x, fitted.unit) for x in (fitted.value, fitted.low, fitted.high)))
    return table


def rows_of(fit: Fit) -> Iterator[Row]:
    """What, the number, and how it came about."""
    arrivals, redials, laws = fit.pieces.arrivals, fit.pieces.redials, fit.pieces.laws
    yield "first contacts while open on an ordinary day", arrivals.per_day, arrivals.per_day.method
    yield "busyness of days (coefficient of variation)", arrivals.busyness, arrivals.busyness.method
    yield "calls while closed, share of those while open", arrivals.outside, arrivals.outside.method
    if fit.pieces.surge is not None:
        yield "campaign: contacts that it added", fit.pieces.surge.extra, fit.pieces.surge.extra.method
        yield "campaign: jump after a broadcast", fit.pieces.surge.jump, fit.pieces.surge.jump.method
        yield "campaign: time constant", fit.pieces.surge.decay, fit.pieces.surge.decay.method
        yield "campaign: plateau", fit.pieces.surge.plateau, fit.pieces.surge.plateau.method
    if arrivals.trend.known:
        yield "growth per 30 days", arrivals.trend, arrivals.trend.method
    handling = laws.handling
    yield "handling time, plain mean", handling.sample_mean, handling.sample_mean.method
    yield (
        f"short calls (under {handling.short_s:g} s)",
        handling.short_share,
        f"{handling.short:,} of {handling.calls:,}",
    )
    for used in laws.queues:
        of = f", {used.queue}" if len(laws.queues) > 1 else ""
        if used.handling.chosen is not None and (used.handling_own or used is laws.queues[0]):
            law = used.handling.chosen
            for name, value in law.parameters.items():
                yield f"handling{of}: {law.family.name}, {name}", value, value.method
        if used.patience.chosen is not None and (used.patience_own or used is laws.queues[0]):
            patience = used.patience.chosen
            for name, value in patience.parameters.items():
                yield f"patience{of}: {patience.name}, {name}", value, value.method
    for outcome, probability in redials.probability.items():
        yield f"calls again after: {outcome}", probability, probability.method
    if redials.median is not None and redials.sigma is not None:
        yield "delay until then, lognormal: median", redials.median, redials.median.method
        yield "delay until then, lognormal: sigma", redials.sigma, redials.sigma.method
    for staffing in fit.pieces.staffing:
        queues = ", ".join(fit.log.queues[queue] for queue in staffing.queues)
        talked = fit.talked_h(staffing)
        yield (
            f"line hours staffed, {queues}",
            staffing.hours(talked),
            f"{100 * staffing.sharp:.0f} % of quarters with a wait",
        )


def patience_table(fit: Fit) -> Table:
    """The wrong mean beside the right one, of everybody, by queue and by priority."""
    table = table_of(
        "Patience: the mean wait of those who gave up is not it",
        "of", "gave up", "answered after a wait", "wrong: mean wait of those who gave up",
        "exponential, censored", "chosen law", "its mean",
        caption="Who was answered would have waited longer: such waits count as at least so long (censored).",
    )  # fmt: skip
    for row in patience_rows(fit):
        table.add_row(*row)
    return table


def patience_rows(fit: Fit) -> Iterator[tuple[str, ...]]:
    """Of everybody, each queue and each priority."""
    laws = fit.pieces.laws
    yield ("everybody", *_patience_cells(laws.patience))
    for queue, found in laws.patience_by_queue.items():
        yield (queue, *_patience_cells(found))
    for kind, found in laws.patience_by_priority.items():
        yield (f"priority {kind}", *_patience_cells(found))


def _patience_cells(patience: Patience) -> Iterator[str]:
    exponential = patience.named("exponential")
    yield f"{patience.gave_up:,}"
    yield f"{patience.answered:,}"
    yield shown(patience.naive.value, "s")
    yield with_ends(exponential.mean) if exponential else "-"
    yield patience.chosen.name if patience.chosen else "nobody gave up"
    yield with_ends(patience.chosen.mean) if patience.chosen else "-"


def redial_table(fit: Fit) -> Table:
    """Who called again within so long, by what happened."""
    redials = fit.pieces.redials
    heads = [f"within {window_text(window)}" for window in WINDOWS]
    caption = (
        f"From call to call, of {redials.known:,} calls of known callers; "
        f"{redials.unknown:,} of unknown ones are left out. The served say how many would have called anyway."
    )
    table = table_of("Calls again", "after", "calls", *heads, caption=caption)
    for outcome, shares in redials.again.items():
        table.add_row(outcome, f"{redials.calls[outcome]:,}", *(with_ends(share) for share in shares))
    return table


def check_table(fit: Fit) -> Table:
    """Checks that miss, farthest first, and how many there are."""
    missed = sorted((check for check in fit.checks if check.misses), key=lambda check: -abs(check.off))
    title = f"Where the log is not as the model would have it: {len(missed)} of {len(fit.checks)} checks"
    table = table_of(title, "check", "number", "log", "model", "95 % of such logs", left=2)
    for check in missed[:12]:
        table.add_row(check.about, check.what, *check_cells(check))
    return table


def check_cells(check: Check) -> tuple[str, str, str]:
    """Log, model, and its interval."""
    ends = f"{shown(check.model.low, check.unit)} to {shown(check.model.high, check.unit)}"
    return shown(check.logged, check.unit), shown(check.model.value, check.unit), ends


def with_ends(fitted: Fitted) -> str:
    """Value (low to high)."""
    if not fitted.known:
        return "-"
    value, low, high = (shown(x, fitted.unit) for x in (fitted.value, fitted.low, fitted.high))
    return f"{value} ({low} to {high})"


def window_text(ms: int) -> str:
    """A window of the table of redials."""
    return f"{ms // 60_000} min" if ms < 3_600_000 else f"{ms // 3_600_000} h"


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
