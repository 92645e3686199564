"""What was fitted as rows of words and numbers in the reader's language, for the terminal and the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.fit.checks import Check, ends_of, shown
from sim.fit.days_scenario import DaysFit
from sim.fit.fitted import Fitted
from sim.fit.interval_scenario import IntervalFit
from sim.fit.log import UNKNOWN
from sim.fit.patience import Patience, PatienceFit
from sim.fit.redials import WINDOWS
from sim.fit.surge import SurgeFit
from sim.fit.whole import Fit
from sim.language import ENGLISH, Language
from sim.language.said import told
from sim.units import WEEKDAYS

#: What, the number, and how it came about.
Row = tuple[str, Fitted, str]
Cells = tuple[str, ...]


def number_cells(row: Row, say: Language = ENGLISH) -> Cells:
    """What, value, low and high of a row."""
    what, fitted, _ = row
    return (what, *(shown(x, fitted.unit, say) for x in (fitted.value, fitted.low, fitted.high)))


def rows_of(fit: Fit, say: Language = ENGLISH) -> Iterator[Row]:
    """Every number that was fitted to a log."""
    arrivals, surge = fit.pieces.arrivals, fit.pieces.surge
    yield _row(say("number.per_day"), arrivals.per_day, say)
    yield _row(say("number.busyness"), arrivals.busyness, say)
    yield _row(say("number.outside"), arrivals.outside, say)
    yield from _campaign(surge, say)
    if arrivals.trend.known:
        yield _row(say("number.trend"), arrivals.trend, say)
    yield from _laws(fit, say)
    yield from _redials(fit, say)
    for staffing in fit.pieces.staffing if "lines" not in fit.pieces.missing else ():
        queues = ", ".join(say.name(fit.log.queues[queue]) for queue in staffing.queues)
        how = say("number.staffed_how", share=say.number(100 * staffing.sharp))
        yield say("number.staffed", queues=queues), staffing.hours(fit.talked_h(staffing)), how


def day_rows(fit: DaysFit, say: Language = ENGLISH) -> Iterator[Row]:
    """What daily counts say, what a campaign did, and the forecast of each day."""
    daily, week = fit.daily, fit.week
    yield _row(say("number.day_count"), daily.per_day, say)
    for name, weight in zip(WEEKDAYS, daily.weekdays, strict=True):
        if weight.known:
            yield _row(say("number.weekday", day=say.hours(name)), weight, say)
    for key, found in (("busyness", daily.busyness), ("trend", daily.trend), ("holiday", daily.holiday)):
        if found.known:
            yield _row(say(f"number.{key}"), found, say)
    yield from _campaign(fit.surge, say)
    for number, day in enumerate(week.days):
        date = week.start + dt.timedelta(days=number)
        yield _row(say("number.forecast", day=f"{say.weekday(date)} {say.date(date)}"), day, say)
    yield _row(say("number.forecast_week"), week.total, say)


def interval_rows(fit: IntervalFit, say: Language = ENGLISH) -> Iterator[Row]:
    """What counts by interval say."""
    arrivals = fit.arrivals
    yield _row(say("number.day_count"), arrivals.per_day, say)
    for name, weight in zip(WEEKDAYS, arrivals.weekdays, strict=True):
        if weight.known and weight.value > 0:
            yield _row(say("number.weekday", day=say.hours(name)), weight, say)
    at, busiest = fit.busiest
    yield _row(say("number.busiest", at=at), busiest, say)
    rows = {
        "busyness": arrivals.busyness,
        "trend": arrivals.trend,
        "holiday": arrivals.holiday,
        "outside": arrivals.outside,
        "lost": fit.lost,
        "handling_weighted": fit.handling,
        "asa": fit.asa,
        "patience_mean": fit.patience,
    }
    for key, found in rows.items():
        if found.known:
            yield _row(say(f"number.{key}"), found, say)


def _row(what: str, found: Fitted, say: Language) -> Row:
    return what, found, told(found.method, say)


def _campaign(surge: SurgeFit | None, say: Language) -> Iterator[Row]:
    """What it added, and the shape of it where that is told."""
    if surge is not None:
        for key in ("extra", "jump", "decay", "plateau") if surge.clear else ("extra",):
            yield _row(say(f"number.{key}"), getattr(surge, key), say)


def _laws(fit: Fit, say: Language) -> Iterator[Row]:
    """Handling and patience, each law once: of its queue, or of its channel where all its queues have the same."""
    laws = fit.pieces.laws
    handling = laws.handling
    if handling.calls:
        yield _row(say("number.handling_mean"), handling.sample_mean, say)
        counts = {"short": say.number(handling.short), "calls": say.number(handling.calls)}
        yield (
            say("number.short", seconds=say.significant(handling.short_s, 6)),
            handling.short_share,
            say("number.short_how", **counts),
        )
    several = len({*(used.queue for used in laws.queues)}) > 1
    seen: set[tuple[str, str]] = set()
    for used in laws.queues:
        for kind, own in (("handling", used.handling_own), ("patience", used.patience_own)):
            whose = used.queue if own else used.channel
            chosen = used.handling.chosen if kind == "handling" else used.patience.chosen
            if chosen is None or (kind, whose) in seen:
                continue
            seen.add((kind, whose))
            law = patience_law(chosen, say) if isinstance(chosen, PatienceFit) else say.known("law", chosen.family.name)
            for name, value in chosen.parameters.items():
                of = {"whose": say.name(whose), "law": law, "parameter": say.known("parameter", name)}
                yield _row(say(f"number.law_of_{kind}" if several else f"number.law_{kind}", **of), value, say)


def _redials(fit: Fit, say: Language) -> Iterator[Row]:
    redials = fit.pieces.redials
    for outcome, probability in redials.probability.items():
        yield _row(say("number.again", outcome=say.known("outcome", outcome)), probability, say)
    if redials.median is not None and redials.sigma is not None:
        yield _row(say("number.delay_median"), redials.median, say)
        yield _row(say("number.delay_sigma"), redials.sigma, say)


def patience_law(fit: PatienceFit, say: Language = ENGLISH) -> str:
    """The name of a law of patience."""
    family = say.known("law", fit.family.name)
    return say("law.some_at_once", law=family) if fit.at_once else family


def patience_heads(say: Language = ENGLISH) -> Cells:
    """Heads of the table of patience."""
    return (
        say("patience.of"), say("patience.gave_up"), say("patience.answered"), say("patience.wrong"),
        say("patience.exponential"), say("patience.chosen"), say("patience.mean"),
    )  # fmt: skip


def patience_rows(fit: Fit, say: Language = ENGLISH) -> Iterator[Cells]:
    """Of everybody, each queue and each priority."""
    laws = fit.pieces.laws
    yield (say("patience.everybody"), *_patience_cells(laws.patience, say))
    for queue, found in laws.patience_by_queue.items():
        yield (say.name(queue), *_patience_cells(found, say))
    for kind, found in laws.patience_by_priority.items():
        none = kind == UNKNOWN
        name = say("patience.no_priority") if none else say("patience.priority", priority=kind)
        yield (name, *_patience_cells(found, say))


def _patience_cells(patience: Patience, say: Language) -> Iterator[str]:
    exponential = patience.named("exponential")
    yield say.number(patience.gave_up)
    yield say.number(patience.answered)
    yield shown(patience.naive.value, "s", say)
    yield with_ends(exponential.mean, say) if exponential else "-"
    nothing = say("law.not_in_file" if patience.missing else "law.nobody_gave_up")
    yield patience_law(patience.chosen, say) if patience.chosen else nothing
    yield with_ends(patience.chosen.mean, say) if patience.chosen else "-"


def redial_heads(say: Language = ENGLISH) -> Cells:
    """Heads of the table of redials."""
    within = (say("redials.within", time=window_text(window, say)) for window in WINDOWS)
    return (say("redials.after"), say("redials.calls"), *within)


def redial_rows(fit: Fit, say: Language = ENGLISH) -> Iterator[Cells]:
    """Who called again within so long, by what happened."""
    redials = fit.pieces.redials
    for outcome, shares in redials.again.items():
        calls = say.number(redials.calls[outcome])
        yield (say.known("outcome", outcome), calls, *(with_ends(share, say) for share in shares))


def check_heads(say: Language = ENGLISH) -> Cells:
    """Heads of the table of checks."""
    return say("misfit.check"), say("misfit.number"), say("misfit.log"), say("misfit.model"), say("misfit.ends")


def check_cells(check: Check, say: Language = ENGLISH) -> Cells:
    """Which check, of what; log, model, and its interval."""
    return say.known("about", check.about), told(check.what, say), *check.cells(say)


def with_ends(fitted: Fitted, say: Language = ENGLISH) -> str:
    """Value (low to high)."""
    if not fitted.known:
        return "-"
    return say("fit.with_range", value=shown(fitted.value, fitted.unit, say), range=ends_of(fitted, fitted.unit, say))


def window_text(ms: int, say: Language = ENGLISH) -> str:
    """A window of the table of redials."""
    return say.duration(f"{ms // 60_000} min" if ms < 3_600_000 else f"{ms // 3_600_000} h")
