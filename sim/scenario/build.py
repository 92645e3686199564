"""From what an analyst wrote to what an engine reads: calendar, open hours, lines, queues, habits."""

from __future__ import annotations

from collections.abc import Iterable

from sim import centre as c
from sim.clock import DAY, Calendar
from sim.quantities import WeeklyHours
from sim.scenario.model import Callers, LineGroup, Scenario
from sim.scenario.rules import queue_names, served_queue

Spans = tuple[tuple[int, int], ...]


def build_calendar(scenario: Scenario) -> Calendar:
    """Days of the period and its follow-up, and which are working days."""
    period, block = scenario.period, scenario.calendar
    days = (period.last - period.first).days + 1
    calendar = Calendar(period.first, days, ())
    followed = days + -(-period.follow_up // DAY)
    holidays = _holidays(block.holidays, range(period.first.year, calendar.date(followed).year + 1))
    working = tuple(
        calendar.weekday(day) in block.working_days
        and calendar.date(day) not in holidays
        and calendar.date(day) not in block.closed
        for day in range(followed)
    )
    return Calendar(period.first, days, working)


def _holidays(country: str, years: range) -> frozenset[object]:
    if country == "none":
        return frozenset()
    import holidays

    return frozenset(holidays.country_holidays(country, years=years))


def open_spans(hours: WeeklyHours, calendar: Calendar) -> Spans:
    """Intervals [from, to) in which ``hours`` hold on working days, touching ones joined, up to the horizon."""
    if hours.always:
        return ((0, calendar.horizon),)
    spans = [
        (day * DAY + start, min(day * DAY + stop, calendar.horizon))
        for day, working in enumerate(calendar.working)
        if working
        for start, stop in hours.spans[calendar.weekday(day)]
    ]
    return tuple(_joined(sorted(spans)))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def build_centre(scenario: Scenario) -> c.Centre:
    """Everything management decides, as plain integers."""
    calendar, provinces = scenario.days, scenario.provinces
    names = queues_of(scenario)
    numbers = {queue: i for i, queue in enumerate(q for some in names.values() for q in some)}
    served = [served_queue(name, group.serves, names) for name, group in scenario.lines.items()]
    return c.Centre(
        channels=tuple(c.Channel(name, open_spans(ch.hours, calendar)) for name, ch in scenario.channels.items()),
        provinces=provinces,
        queues=tuple(_queue(scenario, queue, names, served) for queue in numbers),
        groups=tuple(
            _group(scenario, name, group, channel_of(queue or "", names), calendar)
            for (name, group), queue in zip(scenario.lines.items(), served, strict=True)
        ),
        queue_of=tuple(
            tuple(numbers[some[p if len(some) > 1 else 0]] for p in range(len(provinces)))
            for some in names.values()
        ),
        habits=tuple(_habits(scenario, name) for name in scenario.channels),
        attempts=scenario.attempts.value,
        end=calendar.end,
        horizon=calendar.horizon,
    )


def queues_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Names of the queues by channel."""
    split = ((name, channel.queue == "per province") for name, channel in scenario.channels.items())
    return queue_names(split, scenario.provinces)


def channel_of(queue: str, names: dict[str, tuple[str, ...]]) -> str:
    """The channel whose contacts wait in ``queue``."""
    return next(channel for channel, some in names.items() if queue in some)


def _queue(
    scenario: Scenario, name: str, names: dict[str, tuple[str, ...]], served: list[str | None]
) -> c.Queue:
    channel = channel_of(name, names)
    block = scenario.channels[channel]
    callers = scenario.callers.get(channel, Callers())
    return c.Queue(
        name=name,
        channel=list(names).index(channel),
        places=c.UNLIMITED if block.waiting_places == "unlimited" else block.waiting_places,
        serve_after_closing=block.closing == "serve",
        balk=tuple(c.threshold(share.value) for share in callers.balk) or (0,),
        routes=tuple(c.Route(group) for group, queue in enumerate(served) if queue == name),
    )


def _group(scenario: Scenario, name: str, group: LineGroup, channel: str, calendar: Calendar) -> c.Group:
    block = scenario.channels[channel]
    count = group.count.value
    changes = {0: 0}
    for start, stop in open_spans(group.staffed or block.staffed or block.hours, calendar):
        changes[start], changes[stop] = count, 0
    return c.Group(name, tuple(sorted(changes.items())))


def _habits(scenario: Scenario, channel: str) -> c.Habits:
    callers = scenario.callers.get(channel, Callers())
    switch, names = callers.switch, list(scenario.channels)
    outcomes = [outcome.name.lower() for outcome in c.UNANSWERED]

    def thresholds(shares: object) -> tuple[int, int, int, int]:
        abandoned, blocked, balked, closed = (c.threshold(getattr(shares, name).value) for name in outcomes)
        return abandoned, blocked, balked, closed

    target = names.index(switch.to) if switch else -1
    return c.Habits(
        redial=thresholds(callers.redial),
        switch=thresholds(switch) if switch else (0, 0, 0, 0),
        switch_to=(target,) * 4,
        closed_from_opening=callers.closed_redial == "after opening",
    )
