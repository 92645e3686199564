"""Where a line could be added: every line group, one for all provinces, all day or a part of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import QuestionError, ScenarioError
from sim.model.clock import HOUR, MINUTE
from sim.scenario.routing import Service, queues_of
from sim.scenario.scenario import Scenario
from sim.units import WEEKDAYS, WeeklyHours, parse_hours

#: Hours that are worth a half day of their own.
_HALVED = 4 * HOUR
Spans = tuple[tuple[int, int], ...]


#: A group that answers for every province.
ANYWHERE = "anywhere"


@dataclass(frozen=True)
class Place:
    """A line that could be added: to a group (or ``ANYWHERE``), at ``hours`` ("" for all hours of the group)."""

    group: str
    channel: str
    hours: str
    scenario: Scenario

    @property
    def key(self) -> str:
        """A name of its own."""
        return f"{self.group} {self.hours}".strip()


def places_of(scenario: Scenario, parts: Sequence[str] | None = None) -> list[Place]:
    """All places that make a scenario; ``parts`` are hours (default: the halves of the group's hours).

    QuestionError where a part is not hours, ScenarioError where no place makes a scenario.
    """
    for part in parts or ():
        try:
            parse_hours(part)
        except ValueError as error:
            raise QuestionError(f"part {part!r}: {error}") from None
    found: list[Place] = []
    refused: list[ScenarioError] = []
    for group, channel, hours, settings in _drafts(scenario, parts):
        try:
            found.append(Place(group, channel, hours, scenario.with_settings([settings])))
        except ScenarioError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return found


def _drafts(scenario: Scenario, parts: Sequence[str] | None) -> Iterator[tuple[str, str, str, str]]:
    """Group, channel, hours and the setting that adds the line."""
    service, written = Service(scenario), scenario.model_dump(mode="json", exclude_none=True)["lines"]
    for group in scenario.lines:
        channel = _channel(service, group)
        yield group, channel, "", _all_day(group, written[group])
        for hours in _parts(service, group, parts):
            extra = [*written[group].get("extra", []), {"count": 1, "hours": hours}]
            yield group, channel, hours, f"lines.{group}.extra={json.dumps(extra)}"
    for channel, queues in queues_of(scenario).items():
        if len(queues) > 1:
            name = next(n for n in (ANYWHERE, f"{ANYWHERE}-{channel}", f"{ANYWHERE}-more") if n not in scenario.lines)
            shown = json.dumps({"count": 1, "serves": [channel]})
            yield name, channel, "", f"lines.{name}={shown}"
            for hours in parts if parts is not None else halves(_hours_of(scenario, channel)):
                part = json.dumps({"shifts": {hours: 1}, "serves": [channel]})
                yield name, channel, hours, f"lines.{name}={part}"


def _channel(service: Service, group: str) -> str:
    served = service.serves(group)
    return service.queues.channel(served[0]) if served else next(iter(service.scenario.channels))


def _hours_of(scenario: Scenario, channel: str) -> WeeklyHours:
    block = scenario.channels[channel]
    return (block.staffed or block.hours).value


def _all_day(group: str, written: dict[str, Any]) -> str:
    if "shifts" in written:
        more = {hours: _value(count) + 1 for hours, count in written["shifts"].items()}
        return f"lines.{group}.shifts={json.dumps(more)}"
    return f"lines.{group}.count={_value(written['count']) + 1}"


def _value(count: Any) -> int:
    return int(count["value"] if isinstance(count, dict) else count)


def _parts(service: Service, group: str, parts: Sequence[str] | None) -> Sequence[str]:
    if parts is not None:
        return parts
    block = service.scenario.lines[group]
    return halves(block.staffed.value if block.staffed else service.hours(group)) if block.shifts is None else ()


def halves(hours: WeeklyHours) -> list[str]:
    """The first and the second half of each day's hours, cut at a whole hour; none where days are short."""
    if hours.always or any(0 < sum(b - a for a, b in spans) < _HALVED for spans in hours.spans):
        return []
    cut = [_cut(spans) for spans in hours.spans]
    return [text for half in (0, 1) if (text := hours_text([spans[half] for spans in cut]))]


def _cut(spans: Spans) -> tuple[Spans, Spans]:
    """Spans of a day up to the whole hour at which half of their time is over, and from then on."""
    left = sum(stop - start for start, stop in spans) / 2
    at = 0
    for start, stop in spans:
        at = start + round(min(left, stop - start) / HOUR) * HOUR
        left -= stop - start
        if left <= 0:
            break
    first = tuple((start, min(stop, at)) for start, stop in spans if start < at)
    return first, tuple((max(start, at), stop) for start, stop in spans if stop > at)


def hours_text(by_day: Sequence[Spans]) -> str:
    """Spans by weekday as they are written: ``mon-thu 9:00-13:00; fri 9:00-12:00``."""
    days: dict[Spans, list[int]] = {}
    for day, spans in enumerate(by_day):
        if spans:
            days.setdefault(spans, []).append(day)
    entries = (
        f"{_days(some)} {' '.join(f'{_time(start)}-{_time(stop)}' for start, stop in spans)}"
        for spans, some in days.items()
    )
    return "; ".join(entries)


def _days(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ",".join(WEEKDAYS[day] for day in days)


def _time(at: int) -> str:
    at = at if at <= 24 * HOUR else at - 24 * HOUR
    return f"{at // HOUR}:{at % HOUR // MINUTE:02}"
