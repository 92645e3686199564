"""What must be true between the parts of a scenario: names that refer to each other, dates within the period.

The rules read the tree and skip what is not readable, so that they report beside mistakes in single values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import numpy as np

from sim.clock import MINUTE, Calendar
from sim.errors import Mistake
from sim.quantities import nearest, parse_date, parse_moment
from sim.scenario.campaigns import Campaign
from sim.scenario.model import Scenario
from sim.scenario.source import Located


def broken_rules(tree: Located) -> list[Mistake]:
    """Every broken rule, each at the place of the offending key or value."""
    rules = (_channels_exist, _channels_complete, _names_differ, _lines_serve, _campaigns, _switches, _dates)
    return [mistake for rule in rules for mistake in rule(tree)]


def _at(tree: Located, *path: str) -> Located | None:
    here: Located | None = tree
    for step in path:
        here = here.value.get(step) if here is not None and isinstance(here.value, dict) else None
    return here


def _entries(tree: Located, *path: str) -> dict[str, Located]:
    """The mapping at ``path``, seen through ``{value: ...}``; empty where there is none."""
    here = _at(tree, *path)
    if here is not None and isinstance(here.value, dict) and "value" in here.value:
        here = here.value["value"]
    return here.value if here is not None and isinstance(here.value, dict) else {}


def _items(tree: Located, *path: str) -> list[Located]:
    here = _at(tree, *path)
    return here.value if here is not None and isinstance(here.value, list) else []


def _unknown(kind: str, name: object, allowed: Iterable[str]) -> str:
    known = list(allowed)
    return f"{name!r} is not a {kind} of this scenario; they are {', '.join(known)}.{nearest(str(name), known)}"


def _channels_exist(tree: Located) -> Iterator[Mistake]:
    channels = _entries(tree, "channels")
    if not channels:
        return
    sections = ("handling",), ("callers",), ("targets", "channels"), ("demand", "by_channel")
    for path in (*sections, ("demand", "outside_hours"), ("demand", "ages")):
        for name, item in _entries(tree, *path).items():
            if name not in channels:
                yield Mistake(item.key, ".".join((*path, name)), _unknown("channel", name, channels))


def _channels_complete(tree: Located) -> Iterator[Mistake]:
    for section, what in ((("handling",), "handling time"), (("demand", "by_channel"), "share of the demand")):
        given = _entries(tree, *section)
        for name, item in _entries(tree, "channels").items():
            if given and name not in given:
                yield Mistake(item.key, f"channels.{name}", f"has no {what}; add {'.'.join(section)}.{name}")


def _names_differ(tree: Located) -> Iterator[Mistake]:
    channels, provinces = _entries(tree, "channels"), _entries(tree, "demand", "by_province")
    for name, item in provinces.items():
        if name in channels:
            yield Mistake(item.key, f"demand.by_province.{name}", "is the name of a channel too; rename one")
    for section, names in (("channels", channels), ("demand.by_province", provinces)):
        for name, item in names.items():
            if "/" in name or not name.strip():
                yield Mistake(item.key, f"{section}.{name}", "a name must not be empty or contain '/'")


def queue_names(channels: Iterable[tuple[str, bool]], provinces: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Queues by channel: one per province where the channel has them, else one with the channel's own name."""
    names = tuple(provinces)
    return {
        channel: tuple(f"{channel}/{province}" for province in names) if split else (channel,)
        for channel, split in channels
    }


def served_queue(name: str, serves: str | None, queues: dict[str, tuple[str, ...]]) -> str | None:
    """The queue that the line group called ``name`` serves; None where its name does not say."""
    every = [queue for some in queues.values() for queue in some]
    if serves is not None:
        return serves if serves in every else None
    found = [queue for queue in every if name in (queue, queue.partition("/")[2])]
    return found[0] if len(found) == 1 else None


def _lines_serve(tree: Located) -> Iterator[Mistake]:
    channels, provinces = _entries(tree, "channels"), _entries(tree, "demand", "by_province")
    if not channels or not provinces:
        return
    split = [(name, _plain(item, "queue") == "per province") for name, item in channels.items()]
    queues = queue_names(split, provinces)
    every = [queue for some in queues.values() for queue in some]
    served = set()
    lost = [
        (name, item)
        for name, item in _entries(tree, "lines").items()
        if name in provinces and not any(dict(split).values())
    ]
    if lost:
        name, item = lost[0]
        why = "is a province, but no channel has a queue in each; write queue: per province below one, or serves: here"
        yield Mistake(item.key, f"lines.{name}", why)
        return
    for name, item in _entries(tree, "lines").items():
        serves = _at(item, "serves")
        if serves is not None and not isinstance(serves.value, str):
            continue
        named = serves.value if serves is not None else None
        queue = served_queue(name, named, queues)
        if queue is None and serves is not None:
            yield Mistake(serves.place, f"lines.{name}.serves", _unknown("queue", named, every))
        elif queue is None:
            known = list(dict.fromkeys([*provinces, *(c for c, per in split if not per)]))
            yield Mistake(item.key, f"lines.{name}", _unknown("province or shared channel", name, known))
        else:
            served.add(queue)
    lines = _at(tree, "lines")
    for queue in every if lines is not None else []:
        if queue not in served and lines is not None:
            group = queue.partition("/")[2] or queue
            yield Mistake(lines.key, "lines", f"nobody serves the queue {queue}; add {group}: 1, or 0 for no line")


def _plain(item: Located, key: str) -> object:
    below = _at(item, key)
    return below.plain() if below is not None else None


def _campaigns(tree: Located) -> Iterator[Mistake]:
    channels, provinces = _entries(tree, "channels"), _entries(tree, "demand", "by_province")
    seen: set[object] = {"base"}
    for number, campaign in enumerate(_items(tree, "campaigns")):
        path = f"campaigns.{number}"
        name = _at(campaign, "name")
        if name is not None and not isinstance(name.value, str):
            name = None
        if name is not None and name.value in seen:
            why = "stands for the base demand" if name.value == "base" else "names two campaigns"
            yield Mistake(name.place, f"{path}.name", f"{name.value!r} {why}; give this one another name")
        seen.add(name.value if name is not None else None)
        for kind, known in (("channel", channels), ("province", provinces)):
            for position, item in enumerate(_items(campaign, f"{kind}s")):
                if known and isinstance(item.value, str) and item.value not in known:
                    yield Mistake(item.place, f"{path}.{kind}s.{position}", _unknown(kind, item.value, known))
        for channel, item in _entries(campaign, "ages").items():
            if channels and channel not in channels:
                yield Mistake(item.key, f"{path}.ages.{channel}", _unknown("channel", channel, channels))


def _switches(tree: Located) -> Iterator[Mistake]:
    channels = _entries(tree, "channels")
    for name, item in _entries(tree, "callers").items():
        to = _at(item, "switch", "to")
        if to is None or not isinstance(to.value, str) or not channels:
            continue
        if to.value not in channels:
            yield Mistake(to.place, f"callers.{name}.switch.to", _unknown("channel", to.value, channels))
        elif to.value == name:
            yield Mistake(to.place, f"callers.{name}.switch.to", f"{name!r} is the channel itself; name another")


def _dates(tree: Located) -> Iterator[Mistake]:
    first, last = (_date(_at(tree, "period", end)) for end in ("first", "last"))
    if first is None or last is None or last < first:
        return
    for path, item, found in _all_dates(tree):
        if not first <= found <= last:
            yield Mistake(item.place, path, f"{found} is outside the period; it runs from {first} to {last}")


def _all_dates(tree: Located) -> Iterator[tuple[str, Located, dt.date]]:
    for number, item in enumerate(_items(tree, "calendar", "closed")):
        if (closed := _date(item)) is not None:
            yield f"calendar.closed.{number}", item, closed
    for number, campaign in enumerate(_items(tree, "campaigns")):
        for key in ("first", "last"):
            entry = _at(campaign, key)
            if entry is not None and (day := _date(entry)) is not None:
                yield f"campaigns.{number}.{key}", entry, day
        for index, wave in enumerate(_items(campaign, "surge")):
            for position, start in enumerate(_items(wave, "at")):
                written = _at(start, "value") or start
                if (moment := _moment(written)) is not None:
                    yield f"campaigns.{number}.surge.{index}.at.{position}", written, moment


def _date(item: Located | None) -> dt.date | None:
    try:
        return parse_date(item.value) if item is not None else None
    except ValueError:
        return None


def _moment(item: Located) -> dt.date | None:
    try:
        return parse_moment(item.value).date()
    except ValueError:
        return None


def unreachable_demand(scenario: Scenario, tree: Located) -> list[Mistake]:
    """Demand that is stated for hours that do not exist: a channel never open, a campaign that misses them."""
    from sim.demand import Unreachable, rates_of

    nobody_calls = scenario.demand.contacts.value * (1 + scenario.demand.change.value) == 0
    try:
        for number, campaign in enumerate(scenario.campaigns):
            if _brings_nobody(campaign, scenario.days):
                why = "brings nobody within the period: it has no weight, takes no time or comes too late"
                raise Unreachable(f"campaigns.{number}.surge", why)
            if campaign.extra is not None and campaign.extra.value > 0 and nobody_calls:
                why = "needs a base demand above 0: a campaign's callers come in proportion to it"
                raise Unreachable(f"campaigns.{number}.extra", why)
        rates_of(scenario)
    except Unreachable as error:
        here = tree
        for step in error.path.split("."):
            inside = _entries(here) or {str(number): item for number, item in enumerate(_items(here))}
            here = inside.get(step, here)
        return [Mistake(here.place, error.path, str(error))]
    return []


def _brings_nobody(campaign: Campaign, calendar: Calendar) -> bool:
    surge = campaign.surge_from(calendar.instant)
    before, after = surge.integral(np.array([0.0, calendar.end]))
    if campaign.peak is None:
        return bool(after <= before)
    corners = [corner for corner in surge.corners() if 0 <= corner < calendar.end]
    moments = np.concatenate([np.arange(0, calendar.end, MINUTE), corners]).astype(float)
    return bool(surge.value(moments).max() <= 0)
