"""Controls of the lines: how many, chats at once, who helps whom, opening hours."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sim.app.controls import ANYWHERE, Control, Known, Part, Refused, Setter, Value, Values
from sim.app.limits import MOST_GROUPS, MOST_LINES
from sim.model.clock import HOUR, MINUTE
from sim.scenario.lines import OTHERS, OWN, LineGroup
from sim.scenario.routing import queues_of
from sim.scenario.scenario import Scenario
from sim.scenario.types import Words
from sim.units import WEEKDAYS, WeeklyHours, format_percent

#: Speed of each chat with 1, 2, ... in hand where nothing is stated, and the range in which it may lie.
_SPEEDS = ((100, 100, 100), (70, 50, 90), (50, 35, 70), (40, 25, 55))
_SOURCE = Words(
    by={
        "en": "chats have pauses; nothing is published",
        "nl": "chats hebben pauzes; hierover is niets gepubliceerd",
    }
)
_POOL = "all-provinces"
#: How much longer a line of another province takes, in percent, where nothing is stated, and its range.
_ELSEWHERE = (10, 0, 25)
_ELSEWHERE_SOURCE = Words(
    by={
        "en": "less local knowledge; nothing is published",
        "nl": "minder kennis van de streek; hierover is niets gepubliceerd",
    }
)


def lines(scenario: Scenario) -> Iterator[Part]:
    """A number of lines for every group that has one all the time."""
    groups = [(name, group.count) for name, group in scenario.lines.items() if group.count is not None]
    for name, count in groups[:MOST_GROUPS]:
        key, most = f"lines.{name}", min(max(10, 3 * count.value), max(MOST_LINES, count.value))
        control = Control(key, "app.lines_of", name, count.value, 0, most, unit="lines", known=Known.of(count, str))
        yield Part("lines", (control,), _count_setter(key))


def _count_setter(key: str) -> Setter:
    return lambda values: [f"{key}={values[key]}"]


def shared(scenario: Scenario) -> Iterator[Part]:
    """A number of lines for callers of any province, on channels whose provinces have queues of their own."""
    split = [name for name, queues in queues_of(scenario).items() if len(queues) > 1]
    for channel in split:
        group = ANYWHERE if channel == split[0] else f"{ANYWHERE}-{channel}"
        if group in scenario.lines or any(tuple(one.serves or ()) == (channel,) for one in scenario.lines.values()):
            continue
        key = f"lines.{group}"
        label = "app.lines_shared" if len(split) == 1 else "app.lines_shared_of"
        yield Part("lines", (Control(key, label, channel, 0, 0, 10, unit="lines"),), _shared_setter(key, channel))


def _shared_setter(key: str, channel: str) -> Setter:
    return lambda values: [f"{key}={{count: {values[key]}, serves: [{channel}]}}"] if values[key] else []


def chats(scenario: Scenario) -> Iterator[Part]:
    """Chats at once, of groups that serve nothing but a channel where callers are in conversation at a distance."""
    shared = [name for name, queues in queues_of(scenario).items() if len(queues) == 1]
    for name, group in scenario.lines.items():
        channel = _only_channel(scenario, name, group)
        if channel not in shared or scenario.channels[channel].hours.value.always:
            continue
        key = f"chats.{name}"
        control = Control(
            key, "app.chats_at_once", name, group.at_once.value, 1, max(4, group.at_once.value), unit="chats"
        )
        yield Part("lines", (control,), _at_once(key, name, group))


def _only_channel(scenario: Scenario, name: str, group: LineGroup) -> str:
    serves = group.serves or (name,)
    return serves[0] if len(serves) == 1 and serves[0] in scenario.channels else ""


def _at_once(key: str, name: str, group: LineGroup) -> Setter:
    def settings(values: Values) -> list[str]:
        wanted = int(values[key])
        known = [format_percent(speed.value / 100) for speed in group.speeds]
        source = json.dumps(_SOURCE.written())
        more = [
            f"{{value: {speed} %, status: assumed, source: {source}, low: {low} %, high: {high} %}}"
            for speed, low, high in _SPEEDS[len(known) : wanted]
        ]
        speeds = [] if wanted <= len(known) else [f"lines.{name}.speeds=[{', '.join([*known, *more])}]"]
        return [f"lines.{name}.at_once={wanted}", *speeds]

    return settings


def helping(scenario: Scenario) -> Iterator[Part]:
    """How the provinces of a channel help each other: not, after a while, or with one queue."""
    for name, channel in scenario.channels.items():
        if channel.queue != "per province" or len(scenario.provinces) < 2:
            continue
        way, after = _way(scenario, name)
        key, when, longer = f"help.{name}", f"help.{name}.after", f"help.{name}.longer"
        more, least, most, known = _elsewhere(scenario, name, way)
        ways = (*(("as it is",) if way == "as it is" else ()), "own", "others", "pool")
        yield Part(
            "help",
            (
                Control(key, "app.help", name, way, options=ways),
                Control(when, "app.help_after", name, after, 0, 900, step=15, unit="s", needs=(key, ("others",))),
                Control(
                    longer,
                    "app.help_longer",
                    name,
                    more,
                    least,
                    most,
                    step=5,
                    unit="%",
                    known=known,
                    needs=(key, ("others", "pool")),
                ),
            ),
            _help_setter(name, key, today=way, pooled=bool(channel.pools), known=known),
        )


def _elsewhere(scenario: Scenario, channel: str, way: str) -> tuple[int, int, int, Known]:
    """By how much lines of another province take longer, in percent: as stated, or as assumed where none helps yet."""
    handling = scenario.handling.get(channel)
    if handling is not None and (handling.elsewhere.status or handling.elsewhere.value or way in ("others", "pool")):
        found = handling.elsewhere
        ends = (found.value, 0.0 if found.low is None else found.low, 0.5 if found.high is None else found.high)
        today, least, most = (round(100 * end) for end in ends)
        return today, min(today, least), max(today, most), Known.of(found, format_percent)
    today, least, most = _ELSEWHERE
    return today, least, most, Known("assumed", _ELSEWHERE_SOURCE, f"{least} %", f"{most} %")


def _way(scenario: Scenario, channel: str) -> tuple[str, int]:
    """The way of today, and after how many seconds others help (60 where they do not)."""
    pools = scenario.channels[channel].pools
    entries = scenario.routing.get(channel)
    if any(name.startswith(f"{channel}/") for name in scenario.routing):
        return "as it is", 60
    words = [(tuple(entry.to), entry.after) for entry in entries or ()]
    if pools:
        return ("pool" if len(pools) == 1 and words in ([], [((OWN,), 0)]) else "as it is"), 60
    if words in ([], [((OWN,), 0)]):
        return "own", 60
    if len(words) == 2 and words[0] == ((OWN,), 0) and words[1][0] == (OTHERS,) and words[1][1] <= 900_000:
        return "others", words[1][1] // 1000
    return "as it is", 60


def _help_setter(channel: str, key: str, *, today: str, pooled: bool, known: Known) -> Setter:
    def settings(values: Values) -> list[str]:
        way, when, more = values[key], values[f"{key}.after"], values[f"{key}.longer"]
        elsewhere = [_longer(channel, more, known)] if way in ("others", "pool") else []
        if way == today != "others":
            return elsewhere  # who helps whom stays as it is
        pools = f"{{{_POOL}: all}}" if way == "pool" else "{}"
        entries = f"[own, {{to: others, after: {when} s}}]" if way == "others" else "[own]"
        changed = [f"channels.{channel}.pools={pools}"] if pooled or way == "pool" else []
        return [*changed, f"routing.{channel}={entries}", *elsewhere]

    return settings


def _longer(channel: str, more: Value, known: Known) -> str:
    stated = {
        "value": f"+{more} %",
        "status": known.status,
        "source": known.source.written(),
        "low": known.low,
        "high": known.high,
    }
    return f"handling.{channel}.elsewhere={json.dumps({name: text for name, text in stated.items() if text})}"


def with_elsewhere(scenario: Scenario) -> Scenario:
    """The same, where provinces could help each other with how much longer their lines would then take."""
    found = {control.name: control for part in helping(scenario) for control in part.controls if control.unit == "%"}
    settings = [_longer(name, control.today, control.known) for name, control in found.items()]
    return scenario.with_settings(settings) if settings else scenario


def hours(scenario: Scenario) -> Iterator[Part]:
    """From when and until when a channel is open, where that is the same on all its days."""
    for name, channel in scenario.channels.items():
        span = _same_every_day(channel.hours.value)
        if span is None:
            continue
        start, stop = (_clock(edge) for edge in span)
        of = (("from", start, 0, 48), ("until", stop, 1, 49))
        controls = tuple(
            Control(
                f"hours.{name}.{end}",
                f"app.hours_{end}",
                name,
                today,
                options=tuple(
                    sorted({today, *(_clock(half * 30 * MINUTE) for half in range(first, last))}, key=_minutes)
                ),
                known=Known.of(channel.hours, lambda hours: hours.text) if end == "from" else Known(),
            )
            for end, today, first, last in of
        )
        yield Part("hours", controls, _hours_setter(scenario, name))


def _same_every_day(weekly: WeeklyHours) -> tuple[int, int] | None:
    spans = {span for day in weekly.spans for span in day}
    once = all(len(day) <= 1 for day in weekly.spans)
    if weekly.always or not once or len(spans) != 1:
        return None
    start, stop = next(iter(spans))
    return (start, stop) if stop <= 24 * HOUR else None


def _clock(instant: int) -> str:
    return f"{instant // HOUR}:{instant % HOUR // MINUTE:02d}"


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def _hours_setter(scenario: Scenario, channel: str) -> Setter:
    before = scenario.channels[channel].hours
    days = ",".join(day for day, spans in zip(WEEKDAYS, before.value.spans, strict=True) if spans)

    def settings(values: Values) -> list[str]:
        start, stop = str(values[f"hours.{channel}.from"]), str(values[f"hours.{channel}.until"])
        if _minutes(start) >= _minutes(stop):
            raise Refused("app.refused_hours", channel=channel, start=start, stop=stop)
        # The same people call at the same moments, whenever the door is open.
        counted = [] if channel in scenario.demand.counted_hours else [f"demand.counted_hours.{channel}={before.text}"]
        return [f"channels.{channel}.hours={days} {start}-{stop}", *counted]

    return settings
