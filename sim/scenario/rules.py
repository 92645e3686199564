"""What must be true between the parts of a scenario: names that refer to each other, dates within the period.

The rules read the tree and skip what is not readable, so that they report beside mistakes in single values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from sim.errors import Mistake
from sim.scenario.attributes import BASE
from sim.scenario.lines import Selector
from sim.scenario.sections import Callers, Handling
from sim.scenario.service import service_rules
from sim.scenario.source import Located
from sim.scenario.timetables import timetable_rules
from sim.scenario.tree import at, date, entries, items, stated, unknown
from sim.units import parse_moment


def broken_rules(tree: Located) -> list[Mistake]:
    """Every broken rule, each at the place of the offending key or value."""
    names = (channels_exist, _channels_complete, _names_differ, _campaigns, _other_channels, _priorities)
    rules = (*names, service_rules, timetable_rules, _dates)
    return [mistake for rule in rules for mistake in rule(tree)]


def channels_exist(tree: Located) -> Iterator[Mistake]:
    """Names that should be those of channels; of a word that belongs under one, this is said."""
    channels = entries(tree, "channels")
    if not channels:
        return
    sections = ("handling",), ("callers",), ("targets", "channels"), ("demand", "by_channel")
    for path in (*sections, ("demand", "outside_hours"), ("demand", "counted_hours"), ("demand", "ages")):
        for name, item in entries(tree, *path).items():
            if name in channels:
                continue
            message = unknown("channel", name, channels)
            if name in _OF_A_CHANNEL.get(path, ()):
                right = ".".join((*path, next(iter(channels)), name))
                message = f"{name!r} is a key of each channel and not a channel; write {right}"
            yield Mistake(item.key, ".".join((*path, name)), message)


_OF_A_CHANNEL: dict[tuple[str, ...], Collection[str]] = {
    ("callers",): Callers.model_fields,
    ("handling",): Handling.model_fields,
}


def _channels_complete(tree: Located) -> Iterator[Mistake]:
    for section, what in ((("handling",), "handling time"), (("demand", "by_channel"), "share of the demand")):
        given = stated(tree, *section)
        for name, item in entries(tree, "channels").items():
            if given is not None and isinstance(given.value, dict) and name not in given.value:
                yield Mistake(item.key, f"channels.{name}", f"has no {what}; add {'.'.join(section)}.{name}")


def _names_differ(tree: Located) -> Iterator[Mistake]:
    channels, provinces = entries(tree, "channels"), entries(tree, "demand", "by_province")
    for name, item in provinces.items():
        if name in channels:
            yield Mistake(item.key, f"demand.by_province.{name}", "is the name of a channel too; rename one")
    for section in ("channels", "lines"):
        word = at(tree, section, "value")
        if word is not None:
            yield Mistake(word.key, f"{section}.value", "'value' is a word of scenario files; use another name")
    for section, names in (("channels", channels), ("demand.by_province", provinces)):
        for name, item in names.items():
            if "/" in name or not name.strip():
                yield Mistake(item.key, f"{section}.{name}", "a name must not be empty or contain '/'")


def _campaigns(tree: Located) -> Iterator[Mistake]:
    channels, provinces = entries(tree, "channels"), entries(tree, "demand", "by_province")
    seen: set[object] = {BASE}
    for number, campaign in enumerate(items(tree, "campaigns")):
        path = f"campaigns.{number}"
        name = at(campaign, "name")
        if name is not None and not isinstance(name.value, str):
            name = None
        if name is not None and name.value in seen:
            why = "stands for the base demand" if name.value == BASE else "names two campaigns"
            yield Mistake(name.place, f"{path}.name", f"{name.value!r} {why}; give this one another name")
        seen.add(name.value if name is not None else None)
        for kind, known in (("channel", channels), ("province", provinces)):
            for position, item in enumerate(items(campaign, f"{kind}s")):
                if known and isinstance(item.value, str) and item.value not in known:
                    yield Mistake(item.place, f"{path}.{kind}s.{position}", unknown(kind, item.value, known))
        for channel, item in entries(campaign, "ages").items():
            if channels and channel not in channels:
                yield Mistake(item.key, f"{path}.ages.{channel}", unknown("channel", channel, channels))


def _other_channels(tree: Located) -> Iterator[Mistake]:
    channels = entries(tree, "channels")
    for name, callers in entries(tree, "callers").items() if channels else ():
        for key in ("switch", "forwarded"):
            to, path = at(callers, key, "to"), f"callers.{name}.{key}.to"
            if to is None or not isinstance(to.value, str):
                continue
            if to.value not in channels:
                yield Mistake(to.place, path, unknown("channel", to.value, channels))
            elif to.value == name:
                yield Mistake(to.place, path, f"{name!r} is the channel itself; name another")


def _priorities(tree: Located) -> Iterator[Mistake]:
    known = _selectable(tree)
    for number, selector in enumerate(items(tree, "priorities")):
        for key in Selector.model_fields:
            item = at(selector, key)
            if item is not None and isinstance(item.value, str) and item.value not in known[key]:
                yield Mistake(item.place, f"priorities.{number}.{key}", unknown(_KINDS[key], item.value, known[key]))


_KINDS = {"channel": "channel", "province": "province", "campaign": "campaign", "topic": "topic", "age": "age group"}


def _selectable(tree: Located) -> dict[str, list[str]]:
    """By key of a selector, the names that it may have."""
    campaigns = items(tree, "campaigns")
    named = [name.value for name in (at(campaign, "name") for campaign in campaigns) if name is not None]
    stated = [entries(part, "topics") for part in (at(tree, "demand"), *campaigns) if part is not None]
    aged = [entries(part, "ages") for part in (at(tree, "demand"), *campaigns) if part is not None]
    return {
        "channel": list(entries(tree, "channels")),
        "province": list(entries(tree, "demand", "by_province")),
        "campaign": [BASE, *(name for name in named if isinstance(name, str))],
        "topic": list(dict.fromkeys(name for topics in stated for name in topics)),
        "age": list(dict.fromkeys(name for ages in aged for shares in ages.values() for name in entries(shares))),
    }


def _dates(tree: Located) -> Iterator[Mistake]:
    first, last = (date(at(tree, "period", end)) for end in ("first", "last"))
    if first is None or last is None or last < first:
        return
    for path, item, found in _all_dates(tree):
        if not first <= found <= last:
            yield Mistake(item.place, path, f"{found} is outside the period; it runs from {first} to {last}")


def _all_dates(tree: Located) -> Iterator[tuple[str, Located, dt.date]]:
    for number, item in enumerate(items(tree, "calendar", "closed")):
        if (closed := date(item)) is not None:
            yield f"calendar.closed.{number}", item, closed
    for name, group in entries(tree, "lines").items():
        for number, extra in enumerate(items(group, "extra")):
            yield from _ends(extra, f"lines.{name}.extra.{number}")
    for number, campaign in enumerate(items(tree, "campaigns")):
        yield from _ends(campaign, f"campaigns.{number}")
        for index, wave in enumerate(items(campaign, "surge")):
            path, one = f"campaigns.{number}.surge.{index}.at", at(wave, "at")
            several = {f"{path}.{position}": start for position, start in enumerate(items(wave, "at"))}
            for place, start in (several or ({path: one} if one is not None else {})).items():
                written = at(start, "value") or start
                if (moment := _moment(written)) is not None:
                    yield place, written, moment
        for name, item in entries(campaign, "uplift").items():
            named = Located(name, item.key, item.key)
            if (day := date(named)) is not None:
                yield f"campaigns.{number}.uplift.{name}", named, day


def _ends(block: Located, path: str) -> Iterator[tuple[str, Located, dt.date]]:
    for key in ("first", "last"):
        entry = at(block, key)
        if entry is not None and (day := date(entry)) is not None:
            yield f"{path}.{key}", entry, day


def _moment(item: Located) -> dt.date | None:
    try:
        return parse_moment(item.value).date()
    except ValueError:
        return None
