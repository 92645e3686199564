"""What a scenario means, in tables for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language
from sim.model.centre import Spans
from sim.model.clock import DAY, HOUR
from sim.scenario.attributes import causes_of
from sim.scenario.routing import channel_of, queues_of
from sim.scenario.scenario import Scenario
from sim.studies.assumed import assumptions
from sim.studies.outside_hours import left_out
from sim.tell.hours import lines_work, unattended
from sim.tell.paths import Dotted
from sim.tell.runs import printed, table_of
from sim.units import format_duration

#: Values that have no part where callers come from a log; topics and ages are drawn where the log has none.
_NOT_OF_LOG = re.compile(r"demand\.(?!topics|ages)|campaigns\.")


def tell_scenario(scenario: Scenario, out: Console, say: Language = ENGLISH) -> None:
    """Everything one wants to know before anything runs."""
    by_day, by_day_closed = (_by_day(scenario, while_open=is_open) for is_open in (True, False))
    inside, outside = by_day.sum(axis=-1), by_day_closed.sum(axis=-1)
    out.print(f"[bold]{escape(scenario.titled(say.code))}[/bold]")
    for sentence in _sentences(scenario, inside, outside, say):
        out.print(escape(sentence))
    parts: list[Table | str] = [_channels(scenario, inside, outside, say)]
    parts += [escape(sentence) for sentence in unattended(scenario, say)]
    parts += [_groups(scenario, say), _queues(scenario, inside, say), _days(scenario, by_day, say)]
    for part in (*parts, _assumptions(scenario, say)):
        printed(part, out)


def _by_day(scenario: Scenario, *, while_open: bool) -> Any:
    """First contacts by cause, channel, province and day of the period: as expected, or those of the log."""
    log = scenario.model.trace
    if log is None:
        return scenario.model.rates.by_day(while_open=while_open)
    calendar, centre = scenario.model.calendar, scenario.model.centre
    found = np.zeros((len(causes_of(scenario)), len(centre.channels), len(scenario.provinces), calendar.days))
    is_open = np.zeros(len(log), dtype=bool)
    for number, channel in enumerate(centre.channels):
        mine = log.channel == number
        opens, closes = np.array([(0, 0), *channel.open]).T
        at = np.searchsorted(opens, log.arrival, side="right") - 1
        is_open |= mine & (log.arrival < closes[at])
    which = is_open == while_open
    np.add.at(found, (0, log.channel[which], log.province[which], log.arrival[which] // DAY), 1)
    return found


def _sentences(scenario: Scenario, inside: Any, outside: Any, say: Language) -> Iterator[str]:
    days, total = scenario.model.calendar, inside.sum()
    period = say.period(scenario.period.first, scenario.period.last)
    yield say("check.period", period=period, days=days.days, working=days.working_days)
    if scenario.trace is not None:
        counts = {"total": say.number(total), "closed": say.number(outside.sum())}
        yield say("check.log", file=Path(scenario.trace.file).name, **counts)
        return
    if days.working_days:
        each = say.number(total / days.working_days, 1)
        yield say("check.expected_each", total=say.number(total, 1), each=each)
    else:
        yield say("check.expected", total=say.number(total, 1))
    base, extra = inside[0].sum(), inside[1:].sum()
    if len(inside) > 1 and base:
        rise = say.percent(extra / base, 1, sign=True)
        yield say("check.campaigns", extra=say.number(extra, 1), rise=rise, base=say.number(base, 1))
    found = scenario.demand.found_from
    if found is not None:
        from sim.studies.demand_from_answered import where_found  # loads all that simulates

        people = scenario.demand.contacts
        span = ""
        if people.low is not None and people.high is not None:
            span = f" (95 %: {say.number(people.low, 1)} - {say.number(people.high, 1)})"
        yield say(
            "check.found",
            answered=f"{found.answered.value:g}",
            per=scenario.demand.per,
            contacts=say.number(people.value, 1),
            span=span,
            simulation=say.number(found.simulation, 1),
            worlds=where_found(found.worlds, say),
        )
    if outside.sum():
        yield say("check.outside", total=say.number(outside.sum(), 1))
    yield from (escape(in_language(one, say)) for one in left_out([scenario]))


def _channels(scenario: Scenario, inside: Any, outside: Any, say: Language) -> Table:
    expected, digits = _of_log(scenario)
    columns = ("channel", "open", "lines_work", expected, "share", "while_closed")
    table = table_of(say("check.channels"), *(say(f"column.{name}") for name in columns), left=3)
    for number, (name, channel) in enumerate(scenario.channels.items()):
        count = inside[:, number].sum()
        table.add_row(
            say.name(name),
            say.hours(channel.hours.text),
            lines_work(scenario, name, say),
            say.number(count, digits),
            say.percent(count / inside.sum(), 1) if inside.sum() else "-",
            say.number(outside[:, number].sum(), digits),
        )
    return table


def _of_log(scenario: Scenario) -> tuple[str, int]:
    """Head of a column of first contacts, and their decimals: a log has whole ones."""
    return ("expected", 1) if scenario.model.trace is None else ("in_log", 0)


def _queues(scenario: Scenario, inside: Any, say: Language) -> Table:
    """Load of each queue if everyone were served, redials left out: they depend on what happens."""
    head, digits = _of_log(scenario)
    columns = ("queue", "line_hours", head, "per_working_day", "offered_load", "utilisation")
    table = table_of(say("check.queues"), *(say(f"column.{name}") for name in columns))
    names, centre = queues_of(scenario), scenario.model.centre
    for number, queue in enumerate(centre.queues):
        channel = channel_of(queue.name, names)
        c = list(names).index(channel)
        provinces = [p for p in range(len(scenario.provinces)) if centre.queue_of[c][p] == number]
        expected = inside[:, c, provinces].sum()
        handling = scenario.handling[channel]
        mean = handling.conversation.law().mean + (handling.wrap_up.law().mean if handling.wrap_up else 0.0)
        own = [centre.groups[r.group] for r in queue.routes if centre.groups[r.group].serves[:1] == (number,)]
        staffed = sum(line_time(group.levels(of_period=True), centre.end) * group.at_once for group in own)
        on_duty = max(
            (line_time([(t, min(n, 1)) for t, n in g.levels(of_period=True)], centre.end) for g in own), default=0
        )
        used = expected * mean / staffed if staffed else 0.0
        load = say("check.erlang", load=say.number(expected * mean / on_duty, 2)) if on_duty else ""
        table.add_row(
            say.name(queue.name),
            say.number(staffed / HOUR) if own else say("check.shared"),
            say.number(expected, digits),
            say.number(expected / max(scenario.model.calendar.working_days, 1), 2),
            load or say("check.work", hours=say.number(expected * mean / HOUR)),
            (say.percent(used) + (" " + say("check.too_much") if used > 1 else "")) if staffed else "-",
        )
    return table


def line_time(levels: Any, end: int) -> int:
    """Integral of (instant, lines) up to ``end``, in line ms."""
    at = [min(t, end) for t, _ in levels] + [end]
    return sum(n * (later - start) for (_, n), start, later in zip(levels, at, at[1:], strict=False))


def _some(names: list[str], after: int, channel: str, say: Language) -> str:
    """Queues that are served after the same wait, the first by its name and many others by their number."""
    names, channel = [say.name(name) for name in names], say.name(channel)
    if len(names) < 4:
        told = ", ".join(names)
    elif after:
        told = say("check.others", count=len(names), channel=channel)
    else:
        told = say("check.and_others", first=names[0], count=len(names) - 1, channel=channel)
    return told + (" " + say("check.after", wait=say.duration(format_duration(after))) if after else "")


def _groups(scenario: Scenario, say: Language) -> Table:
    """Whom each group of lines serves, in which order and after which wait."""
    centre = scenario.model.centre
    columns = ("lines_of", "at_most", "hours", "at_once", "serve")
    table = table_of(say("check.lines"), *(say(f"column.{name}") for name in columns), left=1)
    table.columns[-1].justify = "left"
    for number, group in enumerate(centre.groups):
        helped: dict[tuple[int, int], list[str]] = {}
        for queue in group.serves:
            after = next(route.after for route in centre.queues[queue].routes if route.group == number)
            helped.setdefault((after, centre.queues[queue].channel), []).append(centre.queues[queue].name)
        served = [_some(names, after, centre.channels[c].name, say) for (after, c), names in helped.items()]
        table.add_row(
            say.name(group.name),
            str(len(group.shifts)),
            say.number(line_time(group.levels(of_period=True), centre.end) / HOUR),
            " / ".join([str(group.at_once), *(f"{speed} %" for speed in group.speeds if group.at_once > 1)]),
            ", ".join(served) + (" " + say("check.longest_first") if group.longest_wait else ""),
        )
    return table


def _days(scenario: Scenario, by_day: Any, say: Language) -> Table:
    calendar = scenario.model.calendar
    causes = causes_of(scenario)
    channels = list(scenario.channels)
    columns = (say("column.day"), *(say.name(name) for name in (*channels, *causes[1:])), say("column.in_all"))
    table = table_of(say("check.days" if scenario.model.trace is None else "check.log_days"), *columns)
    _, digits = _of_log(scenario)
    for day in range(calendar.days):
        counts = by_day[..., day]
        if not counts.sum():
            continue
        no_work = "" if calendar.working[day] else " " + say("check.closed")
        # A channel that is closed all day has no number.
        of_channels = [
            say.number(counts[:, c].sum(), digits) if _is_open(channel.open, day) else ""
            for c, channel in enumerate(scenario.model.centre.channels)
        ]
        of_causes = [say.number(counts[k].sum(), digits) for k in range(1, len(causes))]
        total = say.number(counts.sum(), digits)
        table.add_row(say.short_date(calendar.date(day)) + no_work, *of_channels, *of_causes, total)
    return table


def _is_open(spans: Spans, day: int) -> bool:
    """Whether a channel opens at any time of a day."""
    return any(opens < (day + 1) * DAY and closes > day * DAY for opens, closes in spans)


def _assumptions(scenario: Scenario, say: Language) -> Table:
    columns = ("value_of", "is", "status", "may_be", "source")
    table = table_of(say("check.assumptions"), *(say(f"column.{name}") for name in columns), left=5)
    for found in assumptions(scenario):
        if scenario.model.trace is not None and _NOT_OF_LOG.match(found.path):
            continue
        low, high = say.value(found.low), say.value(found.high)
        span = say("check.range", low=low, high=high) if low and high else ""
        status = say.known("status", found.status)
        cells = (say.value(found.value), status, span, found.source.told(say.code))
        table.add_row(Dotted(found.path), *map(escape, cells))
    return table
