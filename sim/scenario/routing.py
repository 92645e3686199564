"""Queues and routing of a scenario by name: who waits where and who serves whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sim.scenario.lines import OTHERS, OWN, RouteEntry
from sim.scenario.sections import Channel, Sections
from sim.units import WeeklyHours

#: All provinces, as the members of a pool.
ALL = "all"


@dataclass(frozen=True)
class Queues:
    """The queues of a scenario: ``of[channel]`` has a queue for each of ``provinces``."""

    provinces: tuple[str, ...]
    of: Mapping[str, tuple[str, ...]]
    split: frozenset[str]

    @classmethod
    def build(cls, channels: Mapping[str, Channel], provinces: tuple[str, ...]) -> Queues:
        """The queues of ``channels`` for callers from ``provinces``."""
        split = {name: block.pools for name, block in channels.items() if block.queue == "per province"}
        return cls(
            provinces=provinces,
            of={
                name: tuple(
                    f"{name}/{_pool_of(province, split[name])}" if name in split else name for province in provinces
                )
                for name in channels
            },
            split=frozenset(split),
        )

    def names(self) -> dict[str, tuple[str, ...]]:
        """Names of the queues by channel, in the order of their numbers."""
        return {channel: tuple(dict.fromkeys(some)) for channel, some in self.of.items()}

    def every(self) -> tuple[str, ...]:
        """Names of all queues in the order of their numbers."""
        return tuple(queue for some in self.names().values() for queue in some)

    def channel(self, queue: str) -> str:
        """The channel whose contacts wait in ``queue``."""
        return next(channel for channel, some in self.of.items() if queue in some)

    def home(self, queue: str) -> str | None:
        """The one province whose contacts wait in ``queue``, None where it is shared."""
        channel = self.channel(queue)
        found = [name for name, its in zip(self.provinces, self.of[channel], strict=True) if its == queue]
        return found[0] if channel in self.split and len(found) == 1 else None

    def find(self, text: str) -> tuple[str, ...]:
        """The queues that ``text`` names: a queue, a channel for all of its own, a pooled province for its pool."""
        names = self.names()
        if text in names:
            return names[text]
        if text in self.every():
            return (text,)
        channel, _, province = text.partition("/")
        if channel in self.split and province in self.provinces:
            return (self.of[channel][self.provinces.index(province)],)
        return ()

    def named(self, group: str) -> tuple[str, ...]:
        """The queues that the name of a line group stands for: of a province, of a pool, of a shared channel."""
        if group in self.provinces:
            where = self.provinces.index(group)
            return tuple(some[where] for channel, some in self.of.items() if channel in self.split)
        return tuple(queue for queue in self.every() if group in (queue, queue.partition("/")[2]))

    def own(self, group: str, serves: Iterable[str] | None) -> tuple[str, ...]:
        """The queues that a line group says it serves, in that order; none where its name does not say."""
        if serves is not None:
            return tuple(dict.fromkeys(queue for text in serves for queue in self.find(text)))
        found = self.named(group)
        return found if len(found) == 1 else ()

    def routes(
        self, queue: str, entries: Iterable[RouteEntry], own: Mapping[str, Sequence[str]]
    ) -> tuple[tuple[str, int], ...]:
        """(group, after) in order, each group once; ``own`` holds the queues that each group says it serves."""
        siblings = {other for other in self.of[self.channel(queue)] if other != queue}
        words = {
            OWN: [group for group, some in own.items() if queue in some],
            OTHERS: [group for group, some in own.items() if siblings & set(some)],
        }
        found: dict[str, int] = {}
        for entry in entries:
            for text in entry.to:
                for group in words.get(text, [text]):
                    found.setdefault(group, entry.after)
        return tuple((group, after) for group, after in found.items() if group in own)


@dataclass(frozen=True)
class Service:
    """Who waits where and who serves whom in a scenario."""

    scenario: Sections

    @cached_property
    def queues(self) -> Queues:
        """The queues by channel and province."""
        return Queues.build(self.scenario.channels, self.scenario.provinces)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number of each queue."""
        return {queue: number for number, queue in enumerate(self.queues.every())}

    @cached_property
    def own(self) -> dict[str, tuple[str, ...]]:
        """The queues that each group says it serves."""
        return {name: self.queues.own(name, group.serves) for name, group in self.scenario.lines.items()}

    @cached_property
    def routes(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """By queue, its groups in order, each with the waiting time from which it may take."""
        routing, usual = self.scenario.routing, (RouteEntry(to=(OWN,)),)
        written = {queue: self.routing_of(queue) for queue in self.numbers}
        return {
            queue: self.queues.routes(queue, routing[name] if name else usual, self.own)
            for queue, name in written.items()
        }

    def routing_of(self, queue: str) -> str | None:
        """The name under which the routing of a queue is written: its own, else its channel's, else None."""
        return next((name for name in (queue, self.queues.channel(queue)) if self.scenario.routing.get(name)), None)

    def takes(self, group: str, queue: str) -> bool:
        """Whether a group may take from a queue."""
        return group in dict(self.routes[queue])

    def serves(self, group: str) -> tuple[str, ...]:
        """The queues that a group takes from: its own first, then the others that it helps."""
        helps = [queue for queue in self.routes if self.takes(group, queue)]
        return tuple(dict.fromkeys([*self.own[group], *helps]))

    def hours(self, group: str) -> WeeklyHours:
        """The hours of a group that states none: those of the first channel it serves."""
        served = self.serves(group)
        channel = self.queues.channel(served[0]) if served else next(iter(self.scenario.channels))
        block = self.scenario.channels[channel]
        return (block.staffed or block.hours).value

    def home(self, group: str) -> str | None:
        """The province that a group is of: that of its name, else that of the queue it serves first.

        Who serves a whole channel, or a pool of several provinces, is of none.
        """
        if group in self.scenario.provinces:
            return group
        serves, own = self.scenario.lines[group].serves, self.own[group]
        return self.queues.home(own[0]) if own and not (serves and serves[0] in self.scenario.channels) else None


def queues_of(scenario: Sections) -> dict[str, tuple[str, ...]]:
    """Names of the queues by channel."""
    return Service(scenario).queues.names()


def channel_of(queue: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """The channel whose contacts wait in ``queue``."""
    return next(channel for channel, some in names.items() if queue in some)


def _pool_of(province: str, pools: Mapping[str, Sequence[str]]) -> str:
    return next((pool for pool, members in pools.items() if province in members or ALL in members), province)
