"""Fitted numbers as rows and tables of an answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, isfinite

from sim.answers.answer import Column, Message, Named, Table, Term, Value, message
from sim.answers.phrases import as_message
from sim.fit.checks import Check
from sim.fit.fitted import Fitted
from sim.fit.found import InDays, InIntervals, InLog
from sim.fit.memory import p_text
from sim.fit.patience import PatienceFit
from sim.fit.surge import SurgeFit
from sim.language.said import Said
from sim.units import WEEKDAYS

#: Which number, what it is in words, the number.
Numbered = tuple[str, Message, Fitted]


def fitted(found: Fitted) -> tuple[Value, ...]:
    """A number with its interval and unit, as a cell."""
    return (*map(_finite, (found.value, found.low, found.high)), found.unit)


def in_unit(value: float, unit: str) -> Term:
    """A number and its unit."""
    return Term("fitted", (_finite(value), None, None, unit))


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def plain_name(source: str) -> str:
    """The name of a file without its folder."""
    return re.split(r"[/\\]", source)[-1]


def missing_text(missing: Sequence[str]) -> Message:
    """That the scenario has assumptions for these."""
    return message("fit.not_in_file", names=tuple(message(f"missing.{what}") for what in missing))


def left_out(reasons: Sequence[tuple[str, int]]) -> Iterator[Message]:
    """How many rows were kept out, by reason."""
    for reason, count in reasons:
        yield message("fit.left_out", rows=count, reason=as_message(reason))


def unclear(surge: SurgeFit | None) -> Iterator[Message]:
    """That the data do not tell a campaign from none and how large it may have been, or that they do so barely."""
    if surge is None or surge.clear:
        return
    p, most = as_message(p_text(surge.test.p_value)), ceil(max(surge.extra.high, 0.0))
    if surge.test.rejected:
        ends = message("fit.range", low=round(max(surge.extra.low, 0.0)), high=most)
        yield message("fit.campaign_barely", p=p, contacts=round(surge.extra.value), range=ends)
    else:
        share = Term("share", max(surge.uplift.high, 0.0))
        yield message("fit.campaign_unclear", p=p, most=most, share=share)


def rows_of_log(fit: InLog) -> Iterator[Numbered]:
    """Every number that was fitted to a log."""
    arrivals, surge = fit.pieces.arrivals, fit.pieces.surge
    yield "per_day", message("number.per_day"), arrivals.per_day
    yield "busyness", message("number.busyness"), arrivals.busyness
    yield "outside", message("number.outside"), arrivals.outside
    yield from _campaign(surge)
    if arrivals.trend.known:
        yield "trend", message("number.trend"), arrivals.trend
    yield from _laws(fit)
    redials = fit.pieces.redials
    for outcome, probability in redials.probability.items():
        yield f"again {outcome}", message("number.again", outcome=message(f"outcome.{outcome}")), probability
    if redials.median is not None and redials.sigma is not None:
        yield "delay_median", message("number.delay_median"), redials.median
        yield "delay_sigma", message("number.delay_sigma"), redials.sigma
    for staffing in fit.pieces.staffing if "lines" not in fit.pieces.missing else ():
        names = [fit.log.queues[queue] for queue in staffing.queues]
        words = message("number.staffed", queues=tuple(Term("name", name) for name in names))
        how = Said("number.staffed_how", share=round(100 * staffing.sharp))
        hours = staffing.hours(fit.talked_h(staffing))
        yield f"staffed {' '.join(names)}", words, Fitted(hours.value, hours.low, hours.high, hours.unit, how)


def rows_of_days(fit: InDays) -> Iterator[Numbered]:
    """What daily counts say, what a campaign did, and the forecast of each day."""
    daily, week = fit.daily, fit.week
    yield "day_count", message("number.day_count"), daily.per_day
    yield from _weekdays([weight if weight.known else None for weight in daily.weekdays])
    for key, found in (("busyness", daily.busyness), ("trend", daily.trend), ("holiday", daily.holiday)):
        if found.known:
            yield key, message(f"number.{key}"), found
    yield from _campaign(fit.surge)
    for number, day in enumerate(week.days):
        date = (week.start + dt.timedelta(days=number)).isoformat()
        named = message("fit.weekday_and_day", weekday=Term("weekday", date), day=Term("day", date))
        yield f"forecast {date}", message("number.forecast", day=named), day
    yield "forecast_week", message("number.forecast_week"), week.total


def rows_of_intervals(fit: InIntervals) -> Iterator[Numbered]:
    """What counts by interval say."""
    arrivals = fit.arrivals
    yield "day_count", message("number.day_count"), arrivals.per_day
    yield from _weekdays([weight if weight.known and weight.value > 0 else None for weight in arrivals.weekdays])
    at, busiest = fit.busiest
    yield f"busiest {at}", message("number.busiest", at=at), busiest
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
            yield key, message(f"number.{key}"), found


def _weekdays(weights: Sequence[Fitted | None]) -> Iterator[Numbered]:
    for name, weight in zip(WEEKDAYS, weights, strict=True):
        if weight is not None:
            yield f"weekday {name}", message("number.weekday", day=Term("hours", name)), weight


def _campaign(surge: SurgeFit | None) -> Iterator[Numbered]:
    """What it added, and the shape of it where that is told."""
    if surge is not None:
        for key in ("extra", "jump", "decay", "plateau") if surge.clear else ("extra",):
            yield key, message(f"number.{key}"), getattr(surge, key)


def _laws(fit: InLog) -> Iterator[Numbered]:
    """Handling and patience, each law once: of its queue, or of its channel where all its queues have the same."""
    laws = fit.pieces.laws
    handling = laws.handling
    if handling.calls:
        yield "handling_mean", message("number.handling_mean"), handling.sample_mean
        words = message("number.short", seconds=Term("significant", handling.short_s))
        of, how = handling.short_share, Said("number.short_how", short=handling.short, calls=handling.calls)
        yield "short", words, Fitted(of.value, of.low, of.high, of.unit, how)
    several = len({*(used.queue for used in laws.queues)}) > 1
    seen: set[tuple[str, str]] = set()
    for used in laws.queues:
        for kind, own in (("handling", used.handling_own), ("patience", used.patience_own)):
            whose = used.queue if own else used.channel
            chosen = used.handling.chosen if kind == "handling" else used.patience.chosen
            if chosen is None or (kind, whose) in seen:
                continue
            seen.add((kind, whose))
            for name, value in chosen.parameters.items():
                said = {"law": law_words(chosen), "parameter": message(f"parameter.{name.replace(' ', '_')}")}
                if several:
                    words = message(f"number.law_of_{kind}", whose=Term("name", whose), **said)
                else:
                    words = message(f"number.law_{kind}", **said)
                yield f"{kind} {whose} {chosen.family.name} {name}", words, value


def law_words(chosen: object) -> Message:
    """The name of a law."""
    family = message(f"law.{chosen.family.name.replace(' ', '_')}")  # type: ignore[attr-defined]
    at_once = isinstance(chosen, PatienceFit) and chosen.at_once
    return message("law.some_at_once", law=family) if at_once else family


def numbers(rows: Iterable[Numbered]) -> Table:
    """Every fitted number, and how it came about."""
    columns = (
        Column("number", "text", message("fit.what")),
        Column("value", "fitted", message("fit.value")),
        Column("how", "text", message("fit.how"), filed=True),
    )
    cells = tuple((Named(name, words), fitted(found), _how(found.method)) for name, words, found in rows)
    return Table("numbers", message("fit.numbers"), columns, cells, most=200, short=message("fit.numbers_short"))


def _how(method: str) -> Value:
    words = as_message(method)
    return Named(words.key.partition(".")[2], words) if isinstance(words, Message) else words or None


def checks(found: Sequence[Check]) -> Table:
    """The log beside the model, the farthest first."""
    columns = (
        Column("check", "text", message("misfit.check")),
        Column("number", "text", message("misfit.number")),
        Column("logged", "fitted", message("misfit.log")),
        Column("model", "fitted", message("misfit.model_ends")),
        Column("beyond_chance", "yes", message("misfit.beyond")),
    )
    rows = []
    for one in sorted(found, key=lambda check: (not check.misses, -abs(check.off))):
        words = as_message(one.what)
        model = Fitted(one.model.value, one.model.low, one.model.high, one.unit)
        number = Named(_identified(words), words) if isinstance(words, Message) else words
        logged = (_finite(one.logged), None, None, one.unit)
        rows.append((Named(one.about, message(f"about.{one.about}")), number, logged, fitted(model), one.misses))
    missed = sum(check.misses for check in found)
    title = message("misfit.title", missed=missed, checks=len(found))
    note, short = message("fit.page_checks_text"), message("fit.page_checks")
    return Table("checks", title, columns, tuple(rows), note, most=200, short=short)


def _identified(words: Message) -> str:
    """The key of a text and its values, for programs."""
    values = (_identified(of) if isinstance(of, Message) else of.value if isinstance(of, Term) else of
              for of in words.values.values())  # fmt: skip
    return " ".join([words.key.partition(".")[2], *map(str, values)])
