"""From what an analyst wrote to what an engine reads: calendar, open hours, lines, queues, habits."""

from __future__ import annotations

from sim.model import centre as c
from sim.model.clock import DAY, Calendar
from sim.model.shifts import duty, open_spans, period_of
from sim.scenario.attributes import selectable
from sim.scenario.holidays import holidays_between
from sim.scenario.lines import LineGroup, Selector
from sim.scenario.routing import Service
from sim.scenario.sections import ByOutcome, CalendarBlock, Callers, Period, Sections
from sim.scenario.zones import zone_of
from sim.units import parse_duration


def build_calendar(period: Period, block: CalendarBlock) -> Calendar:
    """Days of the period and its follow-up, which are working days, and the time zone."""
    days = (period.last - period.first).days + 1
    calendar = Calendar(period.first, days, ())
    followed = days + -(-period.follow_up // DAY)
    holidays = holidays_between(calendar.date(-1), calendar.date(followed), block.holidays)
    eve, *working = (
        calendar.weekday(day) in block.working_days
        and calendar.date(day) not in holidays
        and calendar.date(day) not in block.closed
        for day in range(-1, followed)
    )
    zone = period.zone or zone_of(block.holidays)
    return Calendar(period.first, days, tuple(working), zone, eve)


def build_centre(scenario: Sections, calendar: Calendar) -> c.Centre:
    """Everything management decides, as plain integers."""
    service = Service(scenario)
    channels = _channels(scenario, calendar)
    groups = tuple(_group(service, name, calendar) for name in scenario.lines)
    end = max([calendar.end, *(channel.until for channel in channels), *(t for group in groups for t in group.until)])
    return c.Centre(
        channels=channels,
        provinces=scenario.provinces,
        queues=tuple(_queue(service, queue) for queue in service.numbers),
        groups=groups,
        queue_of=tuple(tuple(service.numbers[queue] for queue in some) for some in service.queues.of.values()),
        habits=tuple(_habits(scenario, name) for name in scenario.channels),
        attempts=scenario.attempts.value,
        end=end,
        horizon=max(calendar.horizon, end),
        priorities=_priorities(scenario),
        clock=calendar.clock,
    )


def _channels(scenario: Sections, calendar: Calendar) -> tuple[c.Channel, ...]:
    hours = ((name, channel.hours.value) for name, channel in scenario.channels.items())
    return tuple(c.Channel(name, open_spans(of, calendar), period_of(of, calendar)[1]) for name, of in hours)


def _queue(service: Service, name: str) -> c.Queue:
    scenario, channel = service.scenario, service.queues.channel(name)
    block, groups = scenario.channels[channel], list(scenario.lines)
    callers, offer = scenario.callers.get(channel, Callers()), block.call_back
    waits = ((parse_duration(wait), c.threshold(share.value)) for wait, share in callers.balk_at_wait.items())
    return c.Queue(
        name=name,
        channel=list(scenario.channels).index(channel),
        places=c.UNLIMITED if block.waiting_places == "unlimited" else block.waiting_places,
        serve_after_closing=block.closing == "serve",
        balk=tuple(c.threshold(share.value) for share in callers.balk) or (0,),
        routes=tuple(c.Route(groups.index(group), after) for group, after in service.routes[name]),
        announce=_mean_handling(scenario, channel) if block.announce_wait else 0,
        balk_at_wait=tuple(sorted(waits)),
        call_back=c.threshold(offer.accepted.value) if offer else 0,
        call_back_from=offer.from_waiting if offer else 0,
        interruptible=block.interruptible,
    )


def _mean_handling(scenario: Sections, channel: str) -> int:
    """Conversation and wrap-up in whole ms, at least 1."""
    handling = scenario.handling[channel]
    wrap_up = handling.wrap_up.law().mean if handling.wrap_up else 0.0
    return max(1, round(handling.conversation.law().mean + wrap_up))


def _group(service: Service, name: str, calendar: Calendar) -> c.Group:
    group = service.scenario.lines[name]
    on_duty = duty(group, service.hours(name), calendar)
    return c.Group(
        name=name,
        shifts=on_duty.shifts,
        days=on_duty.days,
        until=on_duty.until,
        serves=tuple(service.numbers[queue] for queue in service.serves(name)),
        longest_wait=group.takes == "longest wait",
        speeds=_speeds(group),
        absent=c.threshold(group.absence.value),
        factor=_factor(service.scenario, service.home(name)),
    )


def _speeds(group: LineGroup) -> tuple[int, ...]:
    """Percent with 1, 2, ... in hand; more are stated than hold, so that one number turns juggling on."""
    stated = tuple(speed.value for speed in group.speeds) or (c.FULL_SPEED,)
    return stated[: group.at_once.value]


def _factor(scenario: Sections, home: str | None) -> tuple[tuple[int, ...], ...]:
    table = tuple(
        tuple(
            c.PER_MILLE if home in (None, province) else round(c.PER_MILLE * (1 + handling.elsewhere.value))
            for province in scenario.provinces
        )
        for handling in (scenario.handling[channel] for channel in scenario.channels)
    )
    return table if any(factor != c.PER_MILLE for row in table for factor in row) else ()


def _habits(scenario: Sections, channel: str) -> c.Habits:
    callers, names = scenario.callers.get(channel, Callers()), list(scenario.channels)
    switch, silent, forwarded, again = callers.switch, callers.silent, callers.forwarded, callers.calls_again
    target = names.index(switch.to) if switch else -1
    return c.Habits(
        redial=_by_outcome(callers.redial),
        switch=_by_outcome(switch) if switch else _by_outcome(ByOutcome()),
        switch_to=(target, target, target, target, target),
        closed_from_opening=callers.closed_redial == "after opening",
        voicemail=c.threshold(scenario.channels[channel].voicemail.value),
        silent=c.threshold(silent.share.value) if silent else 0,
        forward=c.threshold(forwarded.share.value) if forwarded else 0,
        forward_to=names.index(forwarded.to) if forwarded else -1,
        again=c.threshold(again.share.value) if again else 0,
    )


def _by_outcome(shares: ByOutcome) -> c.ByOutcome:
    """Thresholds in the order of UNANSWERED."""
    abandoned, blocked, balked, closed, away = (c.threshold(shares.after(of.name.lower())) for of in c.UNANSWERED)
    return abandoned, blocked, balked, closed, away


def _priorities(scenario: Sections) -> tuple[c.Priority, ...]:
    known = selectable(scenario)

    def number(selector: Selector, key: str) -> int:
        name = getattr(selector, key)
        return -1 if name is None else known[key].index(name)

    return tuple(
        c.Priority(
            channel=number(selector, "channel"),
            province=number(selector, "province"),
            cause=number(selector, "campaign"),
            topic=number(selector, "topic"),
            age=number(selector, "age"),
        )
        for selector in scenario.priorities
    )
