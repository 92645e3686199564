"""When lines are on duty, and when none is while a channel is open: as a week has it, and the dates that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sim.language import Language
from sim.language.shown import and_list
from sim.model.centre import Queue
from sim.model.clock import DAY, HOUR, MINUTE, Calendar
from sim.model.shifts import open_spans
from sim.scenario.scenario import Scenario
from sim.units import WEEKDAYS

#: Dates that are written out of those that differ from other weeks.
_DATES = 3
Spans = list[tuple[int, int]]
#: By day of the period, hours of that day as scenarios write them: ``9:00-12:00 13:00-17:00``.
Days = dict[int, str]


@dataclass(frozen=True)
class Weekly:
    """Hours of every week as scenarios write them, and the days with other hours."""

    hours: str
    others: Days

    def told(self, calendar: Calendar, say: Language) -> str:
        """In words: ``mon-fri 16:30-17:00; Wed 3 Mar 12:00-17:00``."""
        parts = [say.hours(self.hours)] if self.hours else []
        parts += [
            f"{say.short_date(calendar.date(day))} {hours or say('check.never')}"
            for day, hours in list(self.others.items())[:_DATES]
        ]
        if len(self.others) > _DATES:
            parts.append(say("check.other_days", days=len(self.others) - _DATES))
        return "; ".join(parts)


def lines_work(scenario: Scenario, channel: str, say: Language) -> str:
    """When any line of a channel is on duty: the hours as stated where they are kept, else those of most weeks."""
    block, calendar, end = scenario.channels[channel], scenario.model.calendar, scenario.model.centre.end
    stated, number = (block.staffed or block.hours).value, list(scenario.channels).index(channel)
    duty = [_duty(scenario, queue) for queue in scenario.model.centre.queues if queue.channel == number]
    found = _within(_joined(span for spans in duty for span in spans), end)
    if found == _within(open_spans(stated, calendar), end):
        return say.hours(stated.text)
    days = _by_day(found, calendar, nights=True)
    return say.hours(_weekly(days, days, calendar).hours) if days else say("check.never")


def unattended(scenario: Scenario, say: Language) -> Iterator[str]:
    """A sentence about each channel, or some of its queues, that is open while none of its lines is on duty."""
    calendar = scenario.model.calendar
    for number, channel in enumerate(scenario.model.centre.channels):
        opened = _within(channel.open, scenario.model.centre.end)
        queues: dict[tuple[str, bool], list[str]] = {}
        of_channel = [queue for queue in scenario.model.centre.queues if queue.channel == number]
        for queue in of_channel:
            duty = _duty(scenario, queue)
            if gaps := _minus(opened, duty):
                week = _weekly(_by_day(gaps, calendar), _by_day(opened, calendar), calendar)
                closings = (closes for _, closes in channel.open if closes < scenario.model.centre.horizon)
                served = all(any(start < closes <= stop for start, stop in duty) for closes in closings)
                told = week.told(calendar, say), queue.serve_after_closing and not served
                queues.setdefault(told, []).append(queue.name)
        for (hours, sends_away), names in queues.items():
            who = [channel.name] if len(names) == len(of_channel) else names
            sentence = say("check.unattended", who=and_list([say.name(name) for name in who], say), hours=hours)
            yield sentence + (" " + say("check.sent_away") if sends_away else "")


def _duty(scenario: Scenario, queue: Queue) -> Spans:
    """When a line of any group in a queue's routes is scheduled."""
    groups = (scenario.model.centre.groups[route.group] for route in queue.routes)
    # Lines with the same duty share it, so that a hundred thousand of them are looked at once.
    duties = {id(shifts): shifts for group in groups for shifts in group.shifts}
    return _joined(span for shifts in duties.values() for span in shifts)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    joined: Spans = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _within(spans: Iterable[tuple[int, int]], end: int) -> Spans:
    return [(start, min(stop, end)) for start, stop in spans if start < end]


def _minus(spans: Spans, others: Spans) -> Spans:
    """What is left of spans without others; both in order and apart."""
    left = []
    for start, stop in spans:
        at = start
        for begins, ends in others:
            if at < ends and begins < stop:
                left.append((at, begins))
                at = ends
        left.append((at, stop))
    return [(start, stop) for start, stop in left if start < stop]


def _by_day(spans: Spans, calendar: Calendar, *, nights: bool = False) -> Days:
    """Spans on the clock, cut at midnight; ``nights``: those shorter than a day are of the day on which they begin."""
    days: dict[int, list[str]] = {}
    for start, stop in ((calendar.clock.at(start), calendar.clock.at(stop - 1) + 1) for start, stop in spans):
        last = start // DAY if nights and stop - start < DAY else (stop - 1) // DAY
        for day in range(start // DAY, last + 1):
            begins, ends = max(start - day * DAY, 0), stop - day * DAY if day == last else DAY
            ends -= DAY if ends > DAY else 0
            days.setdefault(day, []).append(f"{_clock(begins)}-{_clock(ends)}")
    return {day: " ".join(days[day]) for day in sorted(days)}


def _clock(at: int) -> str:
    return f"{at // HOUR}:{at % HOUR // MINUTE:02d}"


def _weekly(days: Days, counted: Collection[int], calendar: Calendar) -> Weekly:
    """What most of the counted days of each weekday have, and those of them that have something else."""
    weekdays: dict[int, list[str]] = {}
    for day in counted:
        weekdays.setdefault(calendar.weekday(day), []).append(days.get(day, ""))
    usual = {weekday: Counter(found).most_common(1)[0][0] for weekday, found in sorted(weekdays.items())}
    alike = {hours: [weekday for weekday in usual if usual[weekday] == hours] for hours in usual.values() if hours}
    others = {day: days.get(day, "") for day in counted if days.get(day, "") != usual[calendar.weekday(day)]}
    return Weekly("; ".join(f"{_range(some)} {hours}" for hours, some in alike.items()), others)


def _range(weekdays: list[int]) -> str:
    """Weekdays as scenarios write them: ``mon-wed,fri``."""
    runs = [[weekday for _, weekday in run] for _, run in groupby(enumerate(weekdays), lambda at: at[1] - at[0])]
    return ",".join(WEEKDAYS[run[0]] + (f"-{WEEKDAYS[run[-1]]}" if len(run) > 1 else "") for run in runs)
