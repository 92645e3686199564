"""How many first contacts are expected when: demand as people state it, solved for rates that add up to it.

The rate of a channel is ``base(t) * (1 + surges(t))``, with ``base`` constant between the edges of hours and
opening times. Every expected count is an exact integral, so what was stated comes out again to the last digit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.build import build_calendar
from sim.model.centre import Spans
from sim.model.clock import DAY, HOUR, MINUTE, Calendar
from sim.model.shifts import days_of, open_spans, period_of, spans_within
from sim.scenario.attributes import causes_of
from sim.scenario.campaigns import Campaign
from sim.scenario.profile import clock_times
from sim.scenario.sections import Sections
from sim.scenario.surges import Surge
from sim.scenario.types import Stated
from sim.units import WEEKDAYS, WeeklyHours

Floats = NDArray[np.float64]
NO_CALLERS = "brings nobody within the period: it has no weight, takes no time or comes too late"


class InfeasibleDemandError(ValueError):
    """Demand that is stated for hours that do not exist; ``path`` says where it is stated."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, eq=False)
class Rates:
    """Expected first contacts by cause, channel, province and time; cause 0 is the base demand.

    ``edges`` (m+1,) ms, hours and opening times; ``open`` (C, m) truth values; ``day`` (C, m) day of each segment: the
    one on which its opening hours begin, else the date, and none of the period's outside the channel's period; ``mass``
    (causes, C, m) expected contacts of all provinces together within each segment; ``weight`` (causes, P) each
    province's share of it; ``surges`` one per campaign: the shape of its rate, relative to the base rate, up to a
    factor.
    """

    calendar: Calendar
    channels: tuple[str, ...]
    provinces: tuple[str, ...]
    causes: tuple[str, ...]
    edges: NDArray[np.int64]
    open: NDArray[np.bool_]
    day: NDArray[np.int64]
    mass: Floats
    weight: Floats
    surges: tuple[Surge, ...]

    @property
    def date(self) -> NDArray[np.int64]:
        """Date of each segment, as the number of its day: shape (m,)."""
        return self.calendar.clock.day(self.edges[:-1])

    @property
    def hour(self) -> NDArray[np.int64]:
        """Hour of the day of each segment, shape (m,)."""
        return self.calendar.clock.hour(self.edges[:-1])

    @property
    def first(self) -> NDArray[np.int64]:
        """First segment of each day of the period, and the one after the last, by channel: shape (C, days+1)."""
        days = np.arange(self.calendar.days + 1)
        return np.array([np.searchsorted(day, days) for day in self.day])

    def expected(self, *, while_open: bool) -> Floats:
        """Expected first contacts of the period, shape (causes, C, P)."""
        inside = np.where(self.open == while_open, self.mass, 0.0).sum(axis=2)
        expected: Floats = inside[:, :, None] * self.weight[:, None, :]
        return expected

    def by_day(self, *, while_open: bool) -> Floats:
        """Expected first contacts of each day, shape (causes, C, P, days)."""
        chosen = np.where(self.open == while_open, self.mass, 0.0)
        days = np.zeros((*chosen.shape[:2], self.calendar.days))
        for channel, first in enumerate(self.first):
            there = np.flatnonzero(np.diff(first))  # a day that a zone left out has no segment
            days[:, channel, there] = np.add.reduceat(chosen[:, channel], first[there], axis=1)
        return days[:, :, None, :] * self.weight[:, None, :, None]


def solved(scenario: Sections, calendar: Calendar) -> Rates:
    """Rates under which expected counts equal what the scenario states; InfeasibleDemandError where none can."""
    surges = [campaign.surge_from(calendar.instant) for campaign in scenario.campaigns]
    edges = _edges(scenario, calendar, surges)
    when_counted = _inside(_counted_spans(scenario, calendar), edges)
    day = np.array([days_of(hours, calendar, edges) for hours in _hours(scenario)])
    within = (day >= 0) & (day < calendar.days)
    is_open = _inside([open_spans(hours, calendar) for hours in _hours(scenario)], edges) & within
    _all_weights_stated(scenario, calendar, edges, when_counted | is_open, within)
    base = _base(scenario, calendar, edges, day, when_counted)
    share = scenario.demand.by_province.value
    province = np.array([share.fraction(name) for name in scenario.provinces])
    masses, weights = [base], [province]
    for number, (campaign, surge) in enumerate(zip(scenario.campaigns, surges, strict=True)):
        chosen = np.where(_chosen(scenario.provinces, campaign.provinces), province, 0.0)
        reached = np.where(_chosen(tuple(scenario.channels), campaign.channels)[:, None], base, 0.0)
        grown = reached * (_uplift(campaign, day, calendar) if campaign.by_day else _mean_surge(surge, edges))
        if campaign.by_day:
            factors = _as_stated(campaign, number, np.where(when_counted, reached, 0.0), day, calendar)
        elif campaign.peak is not None:
            highest = _highest(surge, edges)
            if highest <= 0:
                raise InfeasibleDemandError(f"campaigns.{number}.surge", NO_CALLERS)
            factors = np.full(len(grown), (campaign.peak.value - 1) / highest)
        else:
            counted = when_counted & _counted(campaign, day, calendar)
            factors = _factors(campaign, number, reached, grown, counted, chosen.sum())
        masses.append(grown * factors[:, None])
        weights.append(chosen)
    return Rates(
        calendar=calendar,
        channels=tuple(scenario.channels),
        provinces=scenario.provinces,
        causes=causes_of(scenario),
        edges=edges,
        open=is_open,
        day=day,
        mass=np.stack(masses),
        weight=np.stack(weights),
        surges=tuple(surges),
    )


def _hours(scenario: Sections) -> list[WeeklyHours]:
    """Opening hours by channel."""
    return [channel.hours.value for channel in scenario.channels.values()]


def _edges(scenario: Sections, calendar: Calendar, surges: list[Surge]) -> NDArray[np.int64]:
    clock, periods = calendar.clock, [period_of(hours, calendar) for hours in _hours(scenario)]
    end = max(until for _, until in periods)
    opened = [open_spans(hours, calendar) for hours in _hours(scenario)]
    hours = [*opened, *_counted_spans(scenario, calendar), periods]
    opening = [edge for spans in hours for span in spans for edge in span]
    corners = [corner for surge in surges for corner in surge.corners()]
    begins = np.arange(0, end, HOUR)
    hour = clock.hour(begins)
    profile = [
        at + minute % 60 * MINUTE
        for minute in scenario.demand.hours.value.boundaries
        for at in begins[hour == minute // 60].tolist()
    ]
    every = {*range(0, end + 1, HOUR), *profile, *opening, *corners}
    return np.array(sorted(edge for edge in every if 0 <= edge <= end), dtype=np.int64)


def _counted_spans(scenario: Sections, calendar: Calendar) -> list[Spans]:
    """Opening hours by channel in which the stated contacts were counted, within the channel's period."""
    counted = scenario.demand.counted_hours
    return [
        spans_within(counted[name].value if name in counted else hours, calendar, period_of(hours, calendar))
        for name, hours in zip(scenario.channels, _hours(scenario), strict=True)
    ]


def _inside(hours: list[Spans], edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which segments between edges lie in the spans of each channel, shape (C, m)."""
    inside = np.zeros((len(hours), len(edges) - 1), dtype=bool)
    for row, spans in zip(inside, hours, strict=True):
        for opens, closes in spans:
            row |= (edges[:-1] >= opens) & (edges[1:] <= closes)
    return inside


def _base(
    scenario: Sections,
    calendar: Calendar,
    edges: NDArray[np.int64],
    day: NDArray[np.int64],
    is_open: NDArray[np.bool_],
) -> Floats:
    """Expected first contacts of the base demand by channel and segment, shape (C, m)."""
    demand = scenario.demand
    weekday, minute = _wall_clock(calendar, edges)
    of_day = np.array(demand.weekdays.weights())[(scenario.period.first.weekday() + day) % 7]
    of_day = np.where((day >= 0) & (day < calendar.days), of_day, 0.0)
    total = demand.contacts.value * (1 + demand.change.value)
    units = _units(scenario, calendar, edges, is_open)
    result = np.zeros(is_open.shape)
    for row, name, factor, inside, times in zip(result, scenario.channels, of_day, is_open, units, strict=True):
        shape = factor * _weights(scenario, name)[weekday, minute] * np.diff(edges)
        contacts = total * times * demand.by_channel.value.fraction(name)
        row += _spread(shape * inside, contacts, f"demand.by_channel.{name}", f"{name} is never open")
        outside = demand.outside_hours.get(name)
        if outside is not None:
            path = f"demand.outside_hours.{name}"
            row += _spread(shape * ~inside, contacts * outside.value, path, f"{name} is never closed")
    return result


def units_of(scenario: Sections, calendar: Calendar) -> float:
    """How many times the stated ``contacts`` the period has, ``demand.change`` left out."""
    edges = _edges(scenario, calendar, [])
    units = _units(scenario, calendar, edges, _inside(_counted_spans(scenario, calendar), edges))
    parts = [scenario.demand.by_channel.value.fraction(name) for name in scenario.channels]
    return float(units[0] if len(set(units)) == 1 else np.dot(units, parts))


def _units(scenario: Sections, calendar: Calendar, edges: NDArray[np.int64], counted: NDArray[np.bool_]) -> list[float]:
    """How many of the hours, days, weeks or years of which contacts are stated the period has, by channel.

    A week or year is there as far as its counted hours are, weighted as the arrival rate is: a period from Monday to
    Friday is all of the week of a line that is closed at weekends. A week has no holidays, a calendar year has its own.
    """
    demand = scenario.demand
    match demand.per:
        case "week":
            week = [sum(_week_of(scenario, name)) for name in scenario.channels]
            return [
                part / whole if whole else 1.0 for part, whole in zip(_in_days(scenario, calendar), week, strict=True)
            ]
        case "year":
            return _years(scenario)
        case "hour":
            hours = (np.diff(edges) * counted).sum(axis=1) / HOUR
            used = [c for c, name in enumerate(scenario.channels) if demand.by_channel.value.fraction(name)]
            other = next((c for c in used if (counted[c] != counted[used[0]]).any()), None)
            if other is not None:
                names = [list(scenario.channels)[c] for c in (used[0], other)]
                why = f"{names[0]} and {names[1]} are open in different hours; state contacts per day, week or period"
                raise InfeasibleDemandError("demand.per", why)
            return [float(found) for found in hours]
    units = {"period": 1.0, "day": float(calendar.days), "working day": float(calendar.working_days)}[demand.per]
    return [units] * len(scenario.channels)


def _week_of(scenario: Sections, channel: str) -> list[float]:
    """Weight of a channel's counted hours that begin on each weekday, 0 on days of the week that are not worked."""
    upto = np.concatenate([[0.0], np.cumsum(_weights(scenario, channel).ravel())])
    week, hours = len(upto) - 1, _counted_hours(scenario, channel)

    def before(at: int) -> float:
        return float(upto[-1] * (at // week) + upto[at % week])

    working = scenario.calendar.working_days
    ends = [
        [((day * DAY + start) // MINUTE, (day * DAY + stop) // MINUTE) for start, stop in spans]
        for day, spans in enumerate(hours.spans)
    ]
    return [
        factor * sum(before(stop) - before(start) for start, stop in spans) if hours.always or day in working else 0.0
        for day, (factor, spans) in enumerate(zip(scenario.demand.weekdays.weights(), ends, strict=True))
    ]


def _in_days(scenario: Sections, calendar: Calendar) -> list[float]:
    """Weight of each channel's counted hours in the period."""
    found = []
    for name in scenario.channels:
        week, always = _week_of(scenario, name), _counted_hours(scenario, name).always
        days = [week[calendar.weekday(day)] for day in range(calendar.days) if always or calendar.working[day]]
        found.append(sum(days))
    return found


def _years(scenario: Sections) -> list[float]:
    """Parts of calendar years in the period, by channel."""
    first, last = scenario.period.first, scenario.period.last
    total = [0.0] * len(scenario.channels)
    for year in range(first.year, last.year + 1):
        whole = dt.date(year, 1, 1), dt.date(year, 12, 31)
        here = max(first, whole[0]), min(last, whole[1])
        parts, wholes = (_in_days(scenario, _calendar_of(scenario, *days)) for days in (here, whole))
        total = [
            done + (part / all_of_it if all_of_it else 1.0)
            for done, part, all_of_it in zip(total, parts, wholes, strict=True)
        ]
    return total


def _calendar_of(scenario: Sections, first: dt.date, last: dt.date) -> Calendar:
    """The days of another period with the same holidays."""
    period = scenario.period.model_copy(update={"first": first, "last": last, "follow_up": 0})
    return build_calendar(period, scenario.calendar)


def _counted_hours(scenario: Sections, channel: str) -> WeeklyHours:
    return scenario.demand.counted_hours.get(channel, scenario.channels[channel].hours).value


def _all_weights_stated(
    scenario: Sections,
    calendar: Calendar,
    edges: NDArray[np.int64],
    used: NDArray[np.bool_],
    within: NDArray[np.bool_],
) -> None:
    """InfeasibleDemandError where a profile, or an end of its range, has no weight for a time at which callers call.

    ``used`` (C, m) segments in which a channel is open or its calls are counted, ``within`` those of its period.
    """
    demand = scenario.demand
    weekday, minute = _wall_clock(calendar, edges)
    for end, profile in (("value", demand.hours.value), ("low", demand.hours.low), ("high", demand.hours.high)):
        if profile is None or not np.isnan(profile.minutes).any():
            continue
        missing = np.isnan(np.broadcast_to(profile.minutes, (7, 24 * 60))[weekday, minute])
        for name, mine, there in zip(scenario.channels, used, within, strict=True):
            outside = demand.outside_hours.get(name)
            called = missing & there & (mine | (outside is not None and outside.value > 0))
            if demand.by_channel.value.fraction(name) and called.any():
                first = last = int(called.argmax())
                while last + 1 < len(called) and called[last + 1] and minute[last + 1]:
                    last += 1
                times = clock_times(int(minute[first]), int(minute[last] + (edges[last + 1] - edges[last]) // MINUTE))
                day = f"{WEEKDAYS[weekday[first]]} " if len(profile.days) > 1 else ""
                when = f"{name} is open" if mine[first] else f"callers of {name} find it closed"
                why = f"no weight for {day}{times}, when {when}; add these times, with weight 0 if no calls come then"
                raise InfeasibleDemandError(f"demand.hours.{end}", why)


def _wall_clock(calendar: Calendar, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Weekday (0 for Monday) and minute of the day at which each segment begins."""
    shown = calendar.clock.at(edges[:-1])
    return (calendar.first.weekday() + shown // DAY) % 7, shown % DAY // MINUTE


def _weights(scenario: Sections, channel: str) -> Floats:
    """Weight of each minute of the seven days, shape (7, 1440).

    Where weekdays have profiles of their own, these say when callers call and not how many do: each day is scaled to a
    mean of one over the hours that are counted, those of that day or, where it has none, of all days.
    """
    weights = np.nan_to_num(scenario.demand.hours.value.minutes)
    if len(weights) == 1:
        return np.broadcast_to(weights, (7, weights.shape[1]))
    hours = _counted_hours(scenario, channel)
    counted = np.zeros(weights.size, dtype=bool)
    for day, spans in enumerate(hours.spans):
        for start, stop in spans:
            counted[np.arange((day * DAY + start) // MINUTE, (day * DAY + stop) // MINUTE) % weights.size] = True
    own = counted.reshape(weights.shape)
    window = np.where(own.any(axis=1, keepdims=True), own, own.any(axis=0))
    mean = (weights * window).sum(axis=1) / window.sum(axis=1)
    mean = np.where(mean > 0, mean, weights.mean(axis=1))
    scaled: Floats = weights / mean[:, None]
    return scaled


def _spread(shape: Floats, contacts: float, path: str, why: str) -> Floats:
    if contacts == 0:
        return np.zeros_like(shape)
    if shape.sum() == 0:
        raise InfeasibleDemandError(path, f"{contacts:g} contacts have no moment to come: {why} while callers call")
    spread: Floats = shape * (contacts / shape.sum())
    return spread


def _chosen(names: tuple[str, ...], only: tuple[str, ...] | None) -> NDArray[np.bool_]:
    return np.array([only is None or name in only for name in names])


def _mean_surge(surge: Surge, edges: NDArray[np.int64]) -> Floats:
    return np.diff(surge.integral(edges.astype(float))) / np.diff(edges)


def _factors(
    campaign: Campaign,
    number: int,
    reached: Floats,
    grown: Floats,
    counted: NDArray[np.bool_],
    province_share: float,
) -> Floats:
    """Factor on the surge by channel, shape (C,), under which the campaign is as large as it says.

    Extra contacts come by the channels in the proportion of the base demand, as far as these are open during the
    surge. Sizes count who calls while somebody could answer, as the base demand does.
    """
    base = np.where(counted, reached, 0.0).sum(axis=1) * province_share
    possible = np.where(counted, grown, 0.0).sum(axis=1) * province_share
    if isinstance(campaign.uplift, Stated):
        wanted, key = campaign.uplift.value * float(base.sum()), "uplift"
    else:
        wanted, key = campaign.extra.value if campaign.extra is not None else 0.0, "extra"
    served = np.where(possible > 0, base, 0.0)
    if wanted > 0 and not served.any():
        message = f"{wanted:g} contacts have no moment to come: the surge misses every open hour of its channels"
        raise InfeasibleDemandError(f"campaigns.{number}.{key}", message)
    parts = served / served.sum() if wanted > 0 else served
    factors: Floats = np.divide(wanted * parts, possible, out=np.zeros_like(possible), where=possible > 0)
    return factors


def _uplift(campaign: Campaign, day: NDArray[np.int64], calendar: Calendar) -> Floats:
    """Uplift of each segment by the day to which it belongs, shape (C, m)."""
    found = np.zeros(day.shape)
    for text, size in campaign.by_day.items():
        found[day == (dt.date.fromisoformat(text) - calendar.first).days] = size.value
    return found


def _as_stated(campaign: Campaign, number: int, counted: Floats, day: NDArray[np.int64], calendar: Calendar) -> Floats:
    """Factors of one, shape (C,), for an uplift by day.

    InfeasibleDemandError where a day has no contacts that it could raise.
    """
    for text, size in campaign.by_day.items():
        mine = day == (dt.date.fromisoformat(text) - calendar.first).days
        if size.value > 0 and not counted[mine].any():
            why = "no contacts are counted on this day, so there is nothing to take a percentage of"
            raise InfeasibleDemandError(f"campaigns.{number}.uplift.{text}", why)
    return np.ones(len(counted))


def _counted(campaign: Campaign, day: NDArray[np.int64], calendar: Calendar) -> NDArray[np.bool_]:
    """Segments over whose days the size of the campaign is stated."""
    first = (campaign.first - calendar.first).days if campaign.first else 0
    last = (campaign.last - calendar.first).days if campaign.last else calendar.days - 1
    return (day >= first) & (day <= last)


def _highest(surge: Surge, edges: NDArray[np.int64]) -> float:
    """Largest value of the surge within the period, by edges and every minute between them."""
    high = float(surge.value(edges[:-1].astype(float)).max())
    # Only between edges where the surge may be higher still; a campaign of 365 broadcasts has 8760 hours to look at.
    higher = surge.bound(edges[:-1].astype(float), edges[1:].astype(float)) > high * (1 - 1e-12)
    fine = [np.arange(a, b, MINUTE) for a, b in zip(edges[:-1][higher], edges[1:][higher], strict=True)]
    return max(high, float(surge.value(np.concatenate(fine).astype(float)).max())) if fine else high
