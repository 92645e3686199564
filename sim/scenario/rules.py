"""What must be true between the parts of a scenario: names that refer to each other, dates within the period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import suppress

from sim.scenario.attributes import BASE, selectable
from sim.scenario.lines import Selector
from sim.scenario.mistakes import Broken, Path, unknown
from sim.scenario.sections import Callers, Handling, Sections
from sim.scenario.service import pool_rules, service_rules
from sim.scenario.timetables import break_rules, shift_rules
from sim.scenario.types import Block, Stated, UnreadableError


def broken_rules(scenario: Sections) -> Iterator[Broken]:
    """Every broken rule of a scenario, whole or as far as it is readable: a rule ends where it needs what is not."""
    names = (_channels_complete, _names_differ, _campaigns, _other_channels, _priorities)
    for rule in (channels_exist, *names, pool_rules, service_rules, shift_rules, break_rules, _dates):
        with suppress(UnreadableError):
            yield from rule(scenario)


def channels_exist(scenario: Sections) -> Iterator[Broken]:
    """Names that should be those of channels; of a word that belongs under one, this is said."""
    channels = _names(scenario, "channels")
    targets, demand = ("targets", "channels"), ("outside_hours", "counted_hours", "ages", "by_channel")
    for path in (("handling",), ("callers",), targets, *(("demand", name) for name in demand)) if channels else ():
        for name in _names(scenario, *path):
            if name in channels:
                continue
            message = unknown("channel", name, channels)
            if name in _OF_A_CHANNEL.get(path, ()):
                right = ".".join((*path, next(iter(channels)), name))
                message = f"{name!r} is a key of each channel and not a channel; write {right}"
            yield Broken((*path, name), message, key=True)


_OF_A_CHANNEL: dict[tuple[str, ...], Collection[str]] = {
    ("callers",): Callers.model_fields,
    ("handling",): Handling.model_fields,
}


def _names(block: Block, *path: str) -> Collection[str]:
    """The names in the mapping or the shares at a path; none where it is not readable."""
    found = block
    for step in path:
        found = getattr(found, step, None)  # type: ignore[assignment]  # blocks on the way, a mapping at its end
    return found.value.parts if isinstance(found, Stated) else found or ()  # type: ignore[return-value]


def _channels_complete(scenario: Sections) -> Iterator[Broken]:
    for section, what in ((("handling",), "handling time"), (("demand", "by_channel"), "share of the demand")):
        given = _names(scenario, *section)
        for name in scenario.channels if given else ():
            if name not in given:
                yield Broken(("channels", name), f"has no {what}; add {'.'.join(section)}.{name}", key=True)


def _names_differ(scenario: Sections) -> Iterator[Broken]:
    for name in scenario.provinces:
        if name in scenario.channels:
            yield Broken(("demand", "by_province", name), "is the name of a channel too; rename one", key=True)
    for section in ("channels", "lines"):
        if "value" in getattr(scenario, section):
            yield Broken((section, "value"), "'value' is a word of scenario files; use another name", key=True)
    for path, names in ((("channels",), scenario.channels), (("demand", "by_province"), scenario.provinces)):
        for name in names:
            if "/" in name or not name.strip():
                yield Broken((*path, name), "a name must not be empty or contain '/'", key=True)


def _campaigns(scenario: Sections) -> Iterator[Broken]:
    known: dict[str, Collection[str]] = {"channels": scenario.channels, "provinces": scenario.provinces}
    seen = {BASE}
    for number, campaign in enumerate(scenario.campaigns):
        path, name = ("campaigns", number), campaign.name
        if name in seen:
            why = "stands for the base demand" if name == BASE else "names two campaigns"
            yield Broken((*path, "name"), f"{name!r} {why}; give this one another name")
        seen.add(name)
        for key, allowed in known.items():
            for position, item in enumerate(getattr(campaign, key) or ()):
                if item not in allowed:
                    yield Broken((*path, key, position), unknown(key.removesuffix("s"), item, allowed))
        for channel in campaign.ages or ():
            if channel not in scenario.channels:
                yield Broken((*path, "ages", channel), unknown("channel", channel, scenario.channels), key=True)


def _other_channels(scenario: Sections) -> Iterator[Broken]:
    for name, callers in scenario.callers.items():
        for key, block in (("switch", callers.switch), ("forwarded", callers.forwarded)):
            path = ("callers", name, key, "to")
            if block is not None and block.to not in scenario.channels:
                yield Broken(path, unknown("channel", block.to, scenario.channels))
            elif block is not None and block.to == name:
                yield Broken(path, f"{name!r} is the channel itself; name another")


def _priorities(scenario: Sections) -> Iterator[Broken]:
    known = selectable(scenario)
    for number, selector in enumerate(scenario.priorities):
        for key in Selector.model_fields:
            name, allowed = getattr(selector, key), [name for name in known[key] if name]
            if name is not None and name not in allowed:
                kind = "age group" if key == "age" else key
                yield Broken(("priorities", number, key), unknown(kind, name, allowed))


def _dates(scenario: Sections) -> Iterator[Broken]:
    first, last = scenario.period.first, scenario.period.last
    for path, day, key in _all_dates(scenario):
        if day is not None and not first <= day <= last:
            yield Broken(path, f"{day} is outside the period; it runs from {first} to {last}", key=key)


def _all_dates(scenario: Sections) -> Iterator[tuple[Path, dt.date | None, bool]]:
    """(path, date, whether it is a key) of every date but those of the period."""
    for number, closed in enumerate(scenario.calendar.closed):
        yield ("calendar", "closed", number), closed, False
    for name, group in scenario.lines.items():
        for number, extra in enumerate(group.extra):
            for end in ("first", "last"):
                yield ("lines", name, "extra", number, end), getattr(extra, end), False
    for number, campaign in enumerate(scenario.campaigns):
        path = ("campaigns", number)
        for end in ("first", "last"):
            yield (*path, end), getattr(campaign, end), False
        for index, wave in enumerate(campaign.surge):
            for position, start in enumerate(wave.at):
                yield (*path, "surge", index, "at", position), start.value.date(), False
        for position, day in enumerate(campaign.by_day):
            yield (*path, "uplift", position), dt.date.fromisoformat(day), True
