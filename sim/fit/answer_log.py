"""A fitted call log as data: what a helpline wants to know first, then the statistics behind it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.answers.answer import (
    Answer,
    Column,
    Message,
    Named,
    Part,
    Section,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.phrases import as_message
from sim.fit import answer_charts as charts
from sim.fit.answer_rows import (
    checks,
    fitted,
    law_words,
    left_out,
    missing_text,
    numbers,
    rows_of_log,
    unclear,
)
from sim.fit.arrivals import Arrivals
from sim.fit.checks import verdict
from sim.fit.fitted import Fitted
from sim.fit.found import InLog
from sim.fit.log import OUTCOMES, UNKNOWN, Log
from sim.fit.patience import Patience
from sim.fit.redials import WINDOWS
from sim.theory import lines_needed
from sim.units import WEEKDAYS, format_duration

#: What lines are counted for where a page names a number of them.
TARGET, SHARE, WITHIN = "80 % in 60 s", 0.8, "60 s"


def answer_of_log(fit: InLog) -> Answer:
    """All that a call log says."""
    tables = [table for table in _tables(fit) if table.rows]
    return Answer(
        study="fit",
        scenario=fit.scenario,
        heading=message("fit.heading"),
        question={"source": fit.pieces.source, "scenario": fit.text},
        sentences=tuple(_sentences(fit)),
        played=(),
        tiles=tuple(_tiles(fit)),
        sections=tuple(_sections(fit, {table.name for table in tables})),
        tables=tuple(tables),
        files={f"{fit.name}.yaml": fit.text},
        title=fit.pieces.source,
    )


def _sentences(fit: InLog) -> Iterator[Message]:
    """What a helpline wants first, then whether the model fits."""
    yield from _first(fit)
    yield verdict(fit.checks)
    if fit.pieces.missing:
        yield missing_text(fit.pieces.missing)
    yield from unclear(fit.pieces.surge)
    for channel, what in fit.pieces.laws.lumped if fit.log.by_province else ():
        yield message(f"fit.lumped_{what}", channel=Term("name", channel))


def _first(fit: InLog) -> Iterator[Message]:
    """Calls a day, when, how long, how patient, who calls again, and lines for that."""
    arrivals, laws, redials = fit.pieces.arrivals, fit.pieces.laws, fit.pieces.redials
    yield per_day(arrivals.per_day)
    if (busiest := busiest_hour(arrivals)) is not None:
        yield when(busiest)
    if laws.handling.calls:
        half = float(np.median(laws.handling.times_s))
        yield message("found.handling", mean=_time(laws.handling.sample_mean.value), median=_time(half))
    if (half_gone := _half_gone(laws.patience)) is not None:
        yield message("found.patience", median=_time(half_gone))
    if "abandoned" in redials.probability and redials.median is not None:
        share = Term("share", redials.probability["abandoned"].value)
        yield message("found.again", share=share, median=_time(_in_s(redials.median)))
    if busiest is not None and (lines := _lines(fit, busiest[2].value)) is not None:
        yield message(
            "found.lines",
            lines=lines,
            rate=_about(busiest[2].value),
            share=Term("share", SHARE),
            within=Term("duration", WITHIN),
        )


def per_day(found: Fitted, *, of: str = "per_day") -> Message:
    """Contacts on an ordinary day; ``of``: key of the text that says what was counted."""
    return message(f"found.{of}", calls=_about(found.value), low=_about(found.low), high=_about(found.high))


def when(busiest: tuple[int, int, Fitted]) -> Message:
    """The busiest hour of the week."""
    day, hour, rate = busiest
    return message("found.when", day=Term("hours", WEEKDAYS[day]), hour=f"{hour}:00", rate=_about(rate.value))


def _about(value: float) -> Term:
    """A number of calls, without decimals where there are many."""
    return Term("decimals", (float(value), 0 if value >= 10 else 1))


def _time(seconds: float) -> Term:
    """A time in the unit that suits it."""
    return Term("amount", (seconds / 60, "min") if seconds >= 120 else (seconds, "s"))


def _in_s(found: Fitted) -> float:
    return found.value * {"min": 60.0, "h": 3600.0}.get(found.unit, 1.0)


def busiest_hour(arrivals: Arrivals) -> tuple[int, int, Fitted] | None:
    """Weekday, hour and contacts an hour where most come while open; None where nothing is known."""
    rates = np.where(arrivals.open, arrivals.rates[:, :, 0], np.nan)
    if not np.isfinite(rates).any():
        return None
    day, hour = np.unravel_index(int(np.nanargmax(rates)), rates.shape)
    value, low, high = (float(end) for end in arrivals.rates[day, hour])
    return int(day), int(hour), Fitted(value, low, high)


def _half_gone(patience: Patience) -> float | None:
    """Seconds after which half of all would have hung up; None where that is not known."""
    if patience.chosen is None:
        return None
    return float(patience.chosen.law.quantile(np.array([0.5]))[0]) / 1000


def _lines(fit: InLog, rate: float) -> int | None:
    """Lines that theory asks for in the busiest hour; None where the log does not say enough."""
    handling, patience = fit.pieces.laws.handling, fit.pieces.laws.patience
    if not handling.calls or not rate > 0 or not handling.sample_mean.value > 0 or patience.missing:
        return None
    mean = None
    if patience.chosen is not None and patience.chosen.mean.known:
        mean = format_duration(max(round(1000 * _in_s(patience.chosen.mean)), 1))
    served = format_duration(max(round(1000 * _in_s(handling.sample_mean)), 1))
    try:
        return lines_needed(arrivals_per_hour=rate, handling=served, patience=mean, target=TARGET)
    except ValueError:
        return None


def _read(log: Log) -> Iterator[Message]:
    """How many calls were read, and what became of them; how the file was understood."""
    counts = {"calls": len(log), "days": log.days, "left_out": len(log.dropped), "rows": log.rows}
    yield message("fit.read", source=log.source, first=Term("day", log.start.isoformat()), **counts)
    ended = []
    for name in OUTCOMES:
        if count := int(log.of(name).sum()):
            word = message("fit.outcome_unknown") if name == "unknown" else message(f"outcome.{name}")
            ended.append(message("fit.outcome_count", calls=count, outcome=word))
    yield message("fit.outcomes", outcomes=tuple(ended))
    for note in log.notes:
        yield message("fit.note", note=Term("sentence", as_message(note)))
    yield from left_out(log.reasons)


def _tiles(fit: InLog) -> Iterator[Tile]:
    arrivals, laws, redials = fit.pieces.arrivals, fit.pieces.laws, fit.pieces.redials
    yield tile_per_day(arrivals.per_day)
    busiest = busiest_hour(arrivals)
    if busiest is not None:
        yield tile_when(busiest)
    if laws.handling.calls:
        half = message("found.half_shorter", median=_time(float(np.median(laws.handling.times_s))))
        yield Tile(message("found.tile_handling"), _time(laws.handling.sample_mean.value), half)
    if (half_gone := _half_gone(laws.patience)) is not None:
        yield Tile(message("found.tile_patience"), _time(half_gone), message("found.half_gone"))
    if "abandoned" in redials.probability and redials.median is not None:
        beside = message("found.half_within", median=_time(_in_s(redials.median)))
        yield Tile(message("found.tile_again"), Term("share", redials.probability["abandoned"].value), beside)
    if busiest is not None and (lines := _lines(fit, busiest[2].value)) is not None:
        beside = message("found.for_target", share=Term("share", SHARE), within=Term("duration", WITHIN))
        yield Tile(message("found.tile_lines"), lines, beside)


def tile_per_day(found: Fitted) -> Tile:
    """Contacts on an ordinary day."""
    low, high = _about(found.low), _about(found.high)
    return Tile(message("found.tile_per_day"), _about(found.value), message("told.interval", low=low, high=high))


def tile_when(busiest: tuple[int, int, Fitted]) -> Tile:
    """The busiest hour of the week."""
    day, hour, rate = busiest
    shown = message("found.day_and_hour", day=Term("hours", WEEKDAYS[day]), hour=f"{hour}:00")
    return Tile(message("found.tile_when"), shown, message("found.calls_then", rate=_about(rate.value)))


def _sections(fit: InLog, tables: set[str]) -> Iterator[Section]:
    """When, how long, how patient, who again, which lines; then all the statistics."""
    laws, redials = fit.pieces.laws, fit.pieces.redials
    yield Section("hours", message("picture.page_hours"), (charts.hours(fit.pieces.arrivals, fit.log.days),))
    if laws.handling.chosen is not None:
        handling = laws.handling
        seconds = Term("significant", handling.short_s)
        lead = message("picture.handling_below", regular=handling.regular, seconds=seconds, short=handling.short)
        yield Section("handling", message("picture.page_handling"), (lead, charts.durations(handling)))
    if not laws.patience.missing and (curve := charts.patience(laws.patience)) is not None:
        lead = message("picture.patience_below", gave_up=laws.patience.gave_up, answered=laws.patience.answered)
        yield Section("patience", message("picture.page_patience"), (lead, curve, Show("patience")))
    if redials.found:
        shown = [Show("redials")] if "redials" in tables else []
        yield Section("redials", message("picture.page_redials"), (charts.redials(redials), *shown))
    if "lines" not in fit.pieces.missing:
        yield Section("lines", message("picture.page_lines"), (charts.lines(fit),))
    statistics: list[Part] = [verdict(fit.checks), Show("numbers")]
    if laws.handling.chosen is not None:
        statistics.append(charts.quantiles(laws.handling))
    statistics += [Show(name) for name in ("laws",) if name in tables]
    for replay in fit.replays:
        statistics += charts.replayed(replay)
    statistics += [Show("checks")] if "checks" in tables else []
    yield Section("statistics", message("found.statistics"), tuple(statistics), folded=True)
    made = message("fit.page_made", source=fit.pieces.source)
    yield Section("file", message("found.file"), (*_read(fit.log), made), folded=True)


def _tables(fit: InLog) -> Iterator[Table]:
    yield numbers(rows_of_log(fit))
    if not fit.pieces.laws.patience.missing:
        yield _patience(fit)
    yield _redials(fit)
    yield _laws(fit)
    yield checks(fit.checks)
    columns = (Column("rows", "count", message("fit.rows")), Column("reason", "text", message("fit.reason")))
    rows: list[tuple[Value, ...]] = []
    for reason, count in fit.log.reasons:
        words = as_message(reason)
        rows.append((count, Named(words.key.partition(".")[2], words) if isinstance(words, Message) else words))
    yield Table("left-out", message("fit.left_out_rows"), columns, tuple(rows))


def _patience(fit: InLog) -> Table:
    """The wrong mean beside the right one, of everybody, by queue and by priority."""
    columns = (
        Column("of", "text", message("patience.of")),
        Column("gave_up", "count", message("patience.gave_up")),
        Column("answered", "count", message("patience.answered")),
        Column("wrong", "fitted", message("patience.wrong")),
        Column("exponential", "fitted", message("patience.exponential")),
        Column("chosen", "text", message("patience.chosen")),
        Column("mean", "fitted", message("patience.mean")),
    )
    laws = fit.pieces.laws
    named: list[tuple[Named, Patience]] = [(Named("all", message("patience.everybody")), laws.patience)]
    named += [(Named(queue, Term("name", queue)), found) for queue, found in laws.patience_by_queue.items()]
    for kind, found in laws.patience_by_priority.items():
        words = message("patience.no_priority") if kind == UNKNOWN else message("patience.priority", priority=kind)
        named.append((Named(f"priority {kind}", words), found))
    rows = tuple((of, *_patience_cells(found)) for of, found in named)
    return Table(
        "patience",
        message("patience.title"),
        columns,
        rows,
        message("patience.caption"),
        short=message("patience.page_title"),
    )


def _patience_cells(patience: Patience) -> Iterator[Value]:
    exponential, chosen = patience.named("exponential"), patience.chosen
    yield patience.gave_up
    yield patience.answered
    yield fitted(Fitted(patience.naive.value, np.nan, np.nan, "s"))
    yield fitted(exponential.mean) if exponential else None
    nothing = "not_in_file" if patience.missing else "nobody_gave_up"
    yield Named(chosen.name, law_words(chosen)) if chosen else Named(nothing, message(f"law.{nothing}"))
    yield fitted(chosen.mean) if chosen else None


def _redials(fit: InLog) -> Table:
    """Who called again within so long, by what happened."""
    redials = fit.pieces.redials
    windows = [f"{ms // 60_000} min" if ms < 3_600_000 else f"{ms // 3_600_000} h" for ms in WINDOWS]
    columns = (
        Column("after", "text", message("redials.after")),
        Column("calls", "count", message("redials.calls")),
        *(
            Column(f"within {window}", "fitted", message("redials.within", time=Term("duration", window)))
            for window in windows
        ),
    )
    rows: list[tuple[Value, ...]] = [
        (Named(outcome, message(f"outcome.{outcome}")), redials.calls[outcome], *map(fitted, shares))
        for outcome, shares in (redials.again.items() if redials.known else ())
    ]
    note = message("redials.caption", known=redials.known, unknown=redials.unknown)
    return Table("redials", message("redials.page_title"), columns, tuple(rows), note, short=message("redials.title"))


def _laws(fit: InLog) -> Table:
    """Laws of handling times against each other."""
    columns = (
        Column("law", "text", message("laws.law")),
        Column("aic", "decimals", message("laws.aic")),
        Column("distance", "decimals", message("laws.distance")),
        Column("mean", "fitted", message("laws.mean")),
    )
    rows: list[tuple[Value, ...]] = [
        (Named(law.family.name, law_words(law)), (float(law.aic), 1), (float(law.distance), 2), fitted(law.mean))
        for law in fit.pieces.laws.handling.candidates
    ]
    return Table("laws", message("laws.title"), columns, tuple(rows))
