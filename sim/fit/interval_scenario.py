"""A scenario from counts by interval: demand with its profile, handling time and patience; lines are assumptions.

Counts do not say who calls again, how handling times are spread or how many lines there were. Patience follows from
the rate at which waiting callers give up: those who gave up, by the time that all callers waited together, which is
exact for exponential patience.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Answer
from sim.fit.answer_counts import answer_of_intervals
from sim.fit.arrivals import Arrivals, arrivals_in, ratio_over_days
from sim.fit.demand_block import NOBODY
from sim.fit.fitted import Fitted, nothing
from sim.fit.found import FittedAnswer, InIntervals
from sim.fit.hours import hours_text, opening_of
from sim.fit.interval_counts import IntervalCounts
from sim.fit.partial_days import edge_of
from sim.fit.scenario import zone_block
from sim.fit.stated import Block, assumed, assumed_lines, duration, number, shares_block, stated
from sim.language.said import Said
from sim.model.clock import MINUTE
from sim.scenario.holidays import BELGIUM
from sim.scenario.load import loads
from sim.scenario.source import write_text
from sim.scenario.zones import DEFAULT_ZONE
from sim.statistics.intervals import interval
from sim.theory.erlang import erlang_a
from sim.units import WEEKDAYS

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

_MINUTES = 10.0
_HOUR_S = 3600.0
#: Mean patience where the file says nothing of it.
_PATIENCE_S = 420.0
#: Erlangs up to which lines are found from the lost share.
_MOST_LOAD = 300.0
_EVERYWHERE = "everywhere"
_PHONE = "phone"
#: Shorter files are left as they are.
_FEWEST_DAYS = 4


class IntervalFit(InIntervals, FittedAnswer):
    """What counts by interval say, on every face."""

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return answer_of_intervals(self)


def fit_intervals(
    counts: IntervalCounts, *, name: str, country: str = BELGIUM, zone: str = DEFAULT_ZONE
) -> IntervalFit:
    """Counts that were read, fitted, on the clock of ``zone``; SimError where there are too few days."""
    counts = _whole_days(counts)
    offered = counts.offered.sum(axis=1)
    hourly = _hourly(counts.offered)
    weekday = (counts.start.weekday() + np.arange(counts.days)) % 7
    served = counts.offered if counts.answered is None else counts.answered
    week = np.zeros((7, 24))
    np.add.at(week, weekday, _hourly(served))
    arrivals = arrivals_in(counts.source, counts.start, hourly, opening_of(week), country=country)
    lost = nothing("%", Said("how.not_in_file"))
    if counts.answered is not None:
        lost = ratio_over_days(offered - counts.answered.sum(axis=1), offered.astype(float), "%", share=True)
    found = IntervalFit(
        name=name,
        counts=counts,
        arrivals=arrivals,
        lost=lost,
        handling=_mean(counts.talked_s, counts.talked),
        asa=_mean(counts.waited_s, counts.waited),
        patience=_patience(counts),
        busiest=_busiest(counts, weekday, arrivals),
        text="",
        scenario=None,  # type: ignore[arg-type]
    )
    text = write_text(_document(found, zone))
    return replace(found, text=text, scenario=loads(text, name=name))


def _whole_days(counts: IntervalCounts) -> IntervalCounts:
    """Without a first or last day that is only partly in the file; a note names such a day."""
    for first in (False, True):
        if counts.days <= _FEWEST_DAYS:
            break
        day = 0 if first else counts.days - 1
        weekday = np.arange(counts.days) % 7 == day % 7
        weekday[[0, -1]] = False
        others = np.zeros(counts.days, dtype=bool)
        others[1:-1] = True
        starts = np.arange(counts.offered.shape[1]) * counts.width * MINUTE
        usual = np.repeat(starts, counts.offered[weekday if counts.offered[weekday].sum() else others].sum(axis=0))
        edge = edge_of(np.repeat(starts, counts.offered[day]), usual, first=first)
        if edge is not None:
            counts = _without(counts, day, edge, first=first)
    return counts


def _without(counts: IntervalCounts, day: int, edge: int, *, first: bool) -> IntervalCounts:
    at = edge // MINUTE + (0 if first else counts.width)
    key = "reading.partial_first" if first else "reading.partial_last"
    date = counts.start + dt.timedelta(days=day)
    note = Said(key, day=date, clock=_clock(at), calls=int(counts.offered[day].sum()))
    kept = np.arange(counts.days) != day
    names = ("offered", "answered", "abandoned", "talked_s", "talked", "waited_s", "waited", "left_s", "left")
    cut: dict[str, Any] = {name: None if (values := getattr(counts, name)) is None else values[kept] for name in names}
    start = counts.start + dt.timedelta(days=1 if first else 0)
    return replace(counts, start=start, notes=(*counts.notes, note), **cut)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _hourly(counts: Whole) -> Whole:
    days, slots = counts.shape
    hourly: Whole = counts.reshape(days, 24, slots // 24).sum(axis=2)
    return hourly


def _mean(sums: Floats | None, calls: Floats | None) -> Fitted:
    """A mean over calls, with the variance between days."""
    if sums is None or calls is None:
        return nothing("s", Said("how.not_in_file"))
    used = calls > 0
    return ratio_over_days(sums[used], calls[used], "s")  # type: ignore[arg-type]


def _patience(counts: IntervalCounts) -> Fitted:
    """Mean of exponential patience: time that all waited / those who gave up.

    Where the file does not say how long those who gave up had waited, they are taken to have waited as long as the
    answered; the interval allows for nothing to twice as long. How many gave up is Poisson's chance.
    """
    if counts.abandoned is None or counts.waited_s is None or counts.waited is None or counts.answered is None:
        return nothing("s", Said("how.not_in_file"))
    gave_up = float(counts.abandoned.sum())
    asa = float(counts.waited_s.sum() / counts.waited.sum())
    answered = asa * float(counts.answered.sum())
    if gave_up <= 0 or answered <= 0:
        return nothing("s", Said("how.not_in_file"))
    told = counts.left_s is not None and counts.left is not None
    of_each = float(counts.left_s.sum() / counts.left.sum()) if told else asa  # type: ignore[union-attr]
    waited, spread = answered + gave_up * of_each, 0.0 if told else gave_up * of_each
    ends = interval(gave_up, gave_up, 1e6, kind="positive")
    method = Said("how.abandoned_by_waiting" if told else "how.abandoned_by_waiting_assumed")
    return Fitted(waited / gave_up, (waited - spread) / ends.high, (waited + spread) / ends.low, "s", method)


def _busiest(counts: IntervalCounts, weekday: Whole, arrivals: Arrivals) -> tuple[str, Fitted]:
    days = arrivals.open[weekday].any(axis=1) & (counts.offered.sum(axis=1) > 0)
    slot = int(counts.offered[days].sum(axis=0).argmax())
    at = slot * counts.width
    values = counts.offered[days, slot]
    mean, n = float(values.mean()), len(values)
    # Not less than Poisson's variance.
    spread = max(float(values.var(ddof=1)) if n > 1 else 0.0, mean)
    ends = interval(mean, spread / n, n, kind="positive")
    found = Fitted(mean, max(ends.low, 0.0), ends.high, "contacts", Said("how.mean_over_days"))
    return f"{_clock(at)}-{_clock(at + counts.width)}", found


def _document(fit: IntervalFit, zone: str) -> Block:
    counts, arrivals = fit.counts, fit.arrivals
    source = re.split(r"[/\\]", counts.source)[-1]
    first, last = counts.start, counts.start + dt.timedelta(days=counts.days - 1)
    shares = {part.name: part.offered for part in counts.parts if part.offered > 0}
    provinces = shares if counts.of == "province" else {}
    channels = shares if shares and not provinces else {_PHONE: 1}
    names = {"handling": "handling times", "lines": "lines", "patience": "patience"}
    missing = ", ".join(names[what] for what in fit.missing)
    hours = _hours(arrivals, source)
    closed = [day.isoformat() for day in sorted({*arrivals.silent, *(one.date for one in _holidays_closed(arrivals))})]
    return {
        "name": fit.name,
        "title": f"Fitted to {source}, {first} to {last}",
        "about": (
            f"Fitted to {source}: counts of {counts.width} minutes, {int(counts.offered.sum()):,} contacts. Not in the "
            f"file, and assumed here until you fill them in: {missing}. Redials are among the contacts: counts do not "
            "tell them apart."
        ),
        "period": {"first": first.isoformat(), "last": last.isoformat(), **zone_block(zone)},
        "calendar": {"working_days": "mon-sun", "holidays": "none", "closed": closed},
        "channels": {name: {"hours": hours, **({"queue": "per province"} if provinces else {})} for name in channels},
        "lines": _lines(fit, channels, provinces, source),
        "demand": {
            "contacts": stated(arrivals.contacts, f"{source}: contacts while open", most=1e7),
            "per": "period",
            "by_channel": shares_block(channels, source),
            "by_province": shares_block(provinces, source) if provinces else {_EVERYWHERE: "100 %"},
            "weekdays": {
                WEEKDAYS[day]: stated(weight, f"{source}: rate by weekday", most=1e6) if weight.known else 0
                for day, weight in enumerate(arrivals.weekdays)
            },
            "hours": {
                "value": _profile(counts, arrivals),
                "status": "derived",
                "source": f"{source}: contacts by {counts.width} minutes",
            },
            "busyness": stated(arrivals.busyness, f"{source}: days vary beyond chance", most=10.0),
            **_outside(arrivals, channels, source),
        },
        "callers": {name: {"patience": _patience_block(fit, source)} for name in channels},
        "handling": {name: {"conversation": _handling_block(fit, source)} for name in channels},
        "experiment": {"replications": 200},
    }


def _holidays_closed(arrivals: Arrivals) -> list[Any]:
    """Holidays without a contact where some were to be expected."""
    return [one for one in arrivals.holidays if not one.contacts and one.expected > 1]


def _hours(arrivals: Arrivals, source: str) -> Block | str:
    text = hours_text(arrivals.open)
    if not text or text == "always":
        return "always"
    return {"value": text, "status": "derived", "source": f"{source}: hours with contacts"}


def _lines(fit: IntervalFit, channels: Mapping[str, int], provinces: Mapping[str, int], source: str) -> Block:
    """Assumed lines for the load of the busiest hour, by channel or by province."""
    groups = provinces or channels
    rate = float(np.nanmax(fit.arrivals.rates[:, :, 0], initial=0.0))
    minutes = fit.handling.value / 60 if fit.handling.known else _MINUTES
    why = f"{source} does not say; load of the busiest hour and its root"
    total = sum(groups.values())
    found = {}
    for name, share in groups.items():
        serves = f"{_PHONE}/{name}" if provinces else name
        count = _lines_by_loss(fit, share / total, source) or assumed_lines(rate * share / total, minutes, why)
        found[name] = {"count": count, "serves": [serves]}
    return found


def _lines_by_loss(fit: IntervalFit, share: float, source: str) -> Block | None:
    """Lines, the same all week, with which Erlang A loses the share that the file says; None where it says too little.

    ``share`` of the contacts come to these lines. The ends of the range are lines for the ends of the lost share.
    """
    rates = fit.arrivals.rates[:, :, 0][fit.arrivals.open] * share
    rates = rates[np.isfinite(rates) & (rates > 0)]
    held = fit.handling.value
    if not (fit.lost.known and fit.handling.known and held > 0 and 0 < fit.lost.value < 1 and len(rates)):
        return None
    if rates.max() * held / _HOUR_S > _MOST_LOAD:
        return None
    handling = dt.timedelta(seconds=max(held, 0.001))
    patience = dt.timedelta(seconds=max(fit.patience.value, 0.001) if fit.patience.known else _PATIENCE_S)

    def lost(lines: int) -> float:
        """Share of the week's contacts that is lost."""
        shares = [
            erlang_a(arrivals_per_hour=rate, handling=handling, patience=patience, lines=lines).abandoned
            for rate in rates.tolist()
        ]
        return float(np.dot(shares, rates) / rates.sum())

    most = int(4 * rates.max() * held / _HOUR_S) + 10
    low, value, high = (
        min(most, 1 + bisect_left(range(1, most), -wanted, key=lambda lines: -lost(lines)))
        for wanted in (fit.lost.high, fit.lost.value, fit.lost.low)
    )
    # The number of lines whose loss is nearest to the file's, not the first that loses less.
    if value > 1 and lost(value - 1) - fit.lost.value < fit.lost.value - lost(value):
        value -= 1
    why = f"{source} does not say; as many all week as lose {100 * fit.lost.value:.1f} % by Erlang A"
    return assumed(value, max(1, min(low, value) - 1), high + 1, why)


def _profile(counts: IntervalCounts, arrivals: Arrivals) -> Block:
    """Rates by interval of the day: the hour's, shared out as the intervals of an hour have contacts."""
    slots = 60 // counts.width
    totals = counts.offered.sum(axis=0).reshape(24, slots)
    found: Block = {}
    for hour, weight in enumerate(arrivals.hours):
        value = max(weight.value, 0.0) if weight.known else NOBODY.value
        if slots == 1 or not totals[hour].sum() or not arrivals.open[:, hour].any():
            found[str(hour)] = number(value)
            continue
        for slot, count in enumerate(totals[hour].tolist()):
            at = 60 * hour + slot * counts.width
            found[f"{_clock(at)}-{_clock(at + counts.width)}"] = number(value * slots * count / totals[hour].sum())
    return found


def _outside(arrivals: Arrivals, channels: Mapping[str, int], source: str) -> Block:
    share = arrivals.outside
    if not share.known or share.value <= 0:
        return {}
    stated_share = {"value": f"{number(100 * share.value)} %", "status": "derived", "source": f"{source}: while closed"}
    return {"outside_hours": dict.fromkeys(channels, stated_share)}


def _patience_block(fit: IntervalFit, source: str) -> Block:
    if not fit.patience.known:
        return {"distribution": "exponential", "mean": assumed("7 min", "2 min", "20 min", f"{source} does not say")}
    said = f"{source}: time that all waited / those who gave up, if patience is exponential"
    return {"distribution": "exponential", "mean": stated(fit.patience, said, write=duration, least=0.001)}


def _handling_block(fit: IntervalFit, source: str) -> Block:
    if not fit.handling.known or fit.handling.value <= 0:
        mean: Block = assumed(f"{_MINUTES:g} min", "2 min", "40 min", f"{source} has no handling times")
    else:
        mean = stated(fit.handling, f"{source}: mean weighted by answered contacts", write=duration, least=0.001)
    cv = assumed(0.9, 0.6, 1.2, f"{source} has means, which do not say how calls differ")
    return {"distribution": "lognormal", "mean": mean, "cv": cv}
