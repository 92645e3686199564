"""Rules of who serves whom: pools, what line groups say they serve, routing.

Everything that callers can wait in has somebody who may take them, and nobody is on duty for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.errors import Mistake
from sim.scenario.lines import OTHERS, OWN
from sim.scenario.routing import ALL, Entry, Queues
from sim.scenario.source import Located
from sim.scenario.tree import at, entries, plain, stated, texts, unknown
from sim.units import parse_duration


def service_rules(tree: Located) -> Iterator[Mistake]:
    """Every broken rule of pools, lines and routing."""
    yield from _pools(tree)
    service = Service.read(tree)
    if service is None:
        return
    lost = service.without_province_queues()
    if lost is not None:
        yield lost
        return
    yield from service.wrong_names()
    yield from service.wrong_routing()
    yield from service.unserved()
    yield from service.unused()


def _pools(tree: Located) -> Iterator[Mistake]:
    channels, provinces = entries(tree, "channels"), entries(tree, "demand", "by_province")
    for channel, block in channels.items():
        pools, path = at(block, "pools"), f"channels.{channel}.pools"
        if pools is None or not isinstance(pools.value, dict) or not pools.value or not provinces:
            continue
        if plain(block, "queue") != "per province":
            why = "joins queues of provinces, but this channel has one queue; write queue: per province"
            yield Mistake(pools.key, path, why)
            continue
        taken: dict[str, str] = {}
        for pool, members in pools.value.items():
            yield from _pool_name(pool, members, f"{path}.{pool}", channels, provinces)
            yield from _pool_members(pool, members, f"{path}.{pool}", taken, list(provinces))


def _pool_name(
    pool: str, members: Located, path: str, channels: Mapping[str, Located], provinces: Mapping[str, Located]
) -> Iterator[Mistake]:
    inside = {text for _, _, text in texts(members, path)}
    if "/" in pool or not pool.strip():
        yield Mistake(members.key, path, "a name must not be empty or contain '/'")
    elif pool in channels:
        yield Mistake(members.key, path, "is the name of a channel too; rename the pool")
    elif pool in provinces and not {pool, ALL} & inside:
        yield Mistake(members.key, path, "is the name of a province that is not in it; rename the pool, or add it")


def _pool_members(
    pool: str, members: Located, path: str, taken: dict[str, str], provinces: list[str]
) -> Iterator[Mistake]:
    for where, item, text in texts(members, path):
        if text != ALL and text not in provinces:
            yield Mistake(item.place, where, unknown("province", text, [*provinces, ALL]))
            continue
        for province in provinces if text == ALL else [text]:
            if province in taken:
                other = "twice in this pool" if taken[province] == pool else f"in the pool {taken[province]!r} too"
                yield Mistake(item.place, where, f"{province!r} is {other}; a province waits in one queue")
                break
            taken[province] = pool


@dataclass(frozen=True)
class Service:
    """What a tree says of queues, line groups and routing, as far as it is readable."""

    tree: Located
    queues: Queues
    lines: Mapping[str, Located]
    routing: Mapping[str, Located]

    @classmethod
    def read(cls, tree: Located) -> Service | None:
        """None where channels or provinces are missing."""
        channels, provinces = entries(tree, "channels"), entries(tree, "demand", "by_province")
        if not channels or not provinces:
            return None
        split = {name: (plain(item, "queue") == "per province", _members(item)) for name, item in channels.items()}
        lines, routing = at(tree, "lines"), at(tree, "routing")
        return cls(
            tree=tree,
            queues=Queues.build(split, provinces),
            lines=lines.value if lines is not None and isinstance(lines.value, dict) else {},
            routing=routing.value if routing is not None and isinstance(routing.value, dict) else {},
        )

    @cached_property
    def own(self) -> dict[str, tuple[str, ...]]:
        """The queues that each group says it serves."""
        return {name: self.queues.own(name, self.said(name)) for name in self.lines}

    @cached_property
    def written(self) -> dict[str, list[Entry]]:
        """The routing lists that are readable, by queue or channel."""
        lists: dict[str, list[Entry]] = {
            name: [(tuple(text for _, _, text in texts(_to(entry), "")), _after(entry)) for entry in _items(listed)]
            for name, listed in self.routing.items()
            if self.queues.find(name)
        }
        return {name: listed for name, listed in lists.items() if listed and all(to for to, _ in listed)}

    @cached_property
    def routes(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """By queue, the groups that may take from it."""
        found = {
            queue: self.queues.routes(queue, self.queues.entries(self.written, queue), self.own)
            for queue in self.queues.every()
        }
        return {queue: tuple(entry for entry in routes if entry[0] in self.lines) for queue, routes in found.items()}

    def said(self, group: str) -> tuple[str, ...] | None:
        """What a group says below ``serves``."""
        serves = at(self.lines[group], "serves")
        return None if serves is None else tuple(text for _, _, text in texts(serves, ""))

    def named(self) -> set[str]:
        """All names in the routing lists, also of queues that there are not."""
        return {text for listed in self.routing.values() for _, _, text in _all(listed)}

    def without_province_queues(self) -> Mistake | None:
        """A group with the name of a province where no channel has a queue in each."""
        for name, item in self.lines.items():
            silent = self.said(name) is None and name not in self.named()
            if name in self.queues.provinces and silent and not self.queues.split:
                why = "is a province, but no channel has a queue in each"
                cure = "write queue: per province below one, or serves: here"
                return Mistake(item.key, f"lines.{name}", f"{why}; {cure}")
        return None

    def wrong_names(self) -> Iterator[Mistake]:
        """Groups whose name or ``serves`` says nothing, or too much."""
        every = list(dict.fromkeys([*self.queues.of, *self.queues.every()]))
        for name, item in self.lines.items():
            path = f"lines.{name}"
            if name in (OWN, OTHERS):
                yield Mistake(item.key, path, f"{name!r} is a word of routing; give these lines another name")
                continue
            for where, written, text in texts(at(item, "serves"), f"{path}.serves"):
                if not self.queues.find(text):
                    yield Mistake(written.place, where, unknown("queue", text, every))
            if self.said(name) is not None or name in self.named():
                continue
            candidates = self.queues.named(name)
            if len(candidates) > 1:
                both = " or ".join(candidates)
                yield Mistake(item.key, path, f"could serve {both}; say which with serves:")
            elif not candidates:
                yield Mistake(item.key, path, unknown("province or shared channel", name, self.known_names()))

    def known_names(self) -> list[str]:
        """Names of groups that say whom they serve."""
        pools = [queue.partition("/")[2] for queue in self.queues.every() if "/" in queue]
        shared = [channel for channel in self.queues.of if channel not in self.queues.split]
        return list(dict.fromkeys([*self.queues.provinces, *pools, *shared]))

    def wrong_routing(self) -> Iterator[Mistake]:
        """Routing of queues or to groups that there are not, or to nobody."""
        groups = [OWN, OTHERS, *self.lines]
        every = list(dict.fromkeys([*self.queues.of, *self.queues.every()]))
        for name, listed in self.routing.items():
            path = f"routing.{name}"
            if name not in every:
                pooled = self.queues.find(name)
                message = f"waits in {pooled[0]} with others; name that queue" if pooled else ""
                yield Mistake(listed.key, path, message or unknown("queue", name, every))
            if isinstance(listed.value, list) and not listed.value:
                yield Mistake(listed.place, path, f"routes to nobody; name at least one of {', '.join(groups)}")
            for number, entry in enumerate(_items(listed)):
                here = f"{path}.{number}" if isinstance(entry.value, str) else f"{path}.{number}.to"
                for where, item, text in texts(_to(entry), here):
                    if text not in groups:
                        yield Mistake(item.place, where, unknown("line group", text, groups))

    def unserved(self) -> Iterator[Mistake]:
        """Queues from which no group takes."""
        lines = at(self.tree, "lines")
        empty = [queue for queue, routes in self.routes.items() if not routes and queue not in self.doubtful()]
        # Where these are no groups at all, that is the mistake.
        for queue in empty if lines is not None and isinstance(lines.value, dict) else []:
            if self.said_of(queue) is None and lines is not None:
                group = queue.partition("/")[2] or queue
                why = f"nobody serves the queue {queue}; add {group}: 1, or 0 for no line"
                yield Mistake(lines.key, "lines", why)
        for name, listed in self.written.items():
            queues = [queue for queue in empty if self.said_of(queue) == name]
            words = dict.fromkeys(text for to, _ in listed for text in to)
            # Where a name is unknown, that is the mistake.
            if queues and set(words) <= {OWN, OTHERS}:
                why = f"nobody serves {_queues(queues)}: {' and '.join(words)} stand for no line group here"
                yield Mistake(self.routing[name].place, f"routing.{name}", why)

    def doubtful(self) -> set[str]:
        """Queues of groups whose name does not say which of several they serve."""
        named = [self.queues.named(name) for name in self.lines if self.said(name) is None and not self.own[name]]
        return {queue for some in named for queue in some}

    def said_of(self, queue: str) -> str | None:
        """The name under which the routing of a queue is written."""
        names = (queue, self.queues.channel(queue))
        return next((name for name in names if name in self.written), None)

    def unused(self) -> Iterator[Mistake]:
        """Groups that the routing leaves out of a queue of their own, or of all queues."""
        said = [(group, queue) for group, own in self.own.items() for queue in own if self.routes[queue]]
        left_out = [(group, queue) for group, queue in said if not self.takes(group, queue)]
        for name, listed in self.routing.items():
            pairs = [(group, queue) for group, queue in left_out if self.said_of(queue) == name]
            if pairs:
                groups, queues = (list(dict.fromkeys(some)) for some in zip(*pairs, strict=True))
                why = f"leaves out {', '.join(groups)}, who say they serve {_queues(queues)}; add own, or their names"
                yield Mistake(listed.place, f"routing.{name}", why)
        for name, item in self.lines.items():
            used = self.own[name] or any(self.takes(name, queue) for queue in self.routes)
            if not used and name in self.named() and len(self.written) == len(self.routing):
                yield Mistake(item.key, f"lines.{name}", "is used by nobody: no queue that there is routes to it")

    def takes(self, group: str, queue: str) -> bool:
        """Whether a group may take from a queue."""
        return group in dict(self.routes[queue])


def _queues(names: list[str]) -> str:
    return f"the queue{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _members(channel: Located) -> dict[str, list[str]]:
    return {name: [text for _, _, text in texts(item, "")] for name, item in entries(channel, "pools").items()}


def _all(listed: Located) -> Iterator[tuple[str, Located, str]]:
    for entry in _items(listed):
        yield from texts(_to(entry), "")


def _items(listed: Located) -> list[Located]:
    return listed.value if isinstance(listed.value, list) else []


def _to(entry: Located) -> Located | None:
    return at(entry, "to") if isinstance(entry.value, dict) else entry


def _after(entry: Located) -> int:
    after = stated(entry, "after")
    try:
        return parse_duration(after.value) if after is not None else 0
    except ValueError:
        return 0
