"""Who waits where and who serves whom, by name.

Plain names and no model, so that the rules can ask the same of a file that has mistakes elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.scenario.lines import OTHERS, OWN

#: All provinces, as the members of a pool.
ALL = "all"
#: (whether a channel has queues per province, members of its pools)
Split = tuple[bool, Mapping[str, Sequence[str]]]
#: (groups, own or others; from how many ms of waiting on)
Entry = tuple[Sequence[str], int]


@dataclass(frozen=True)
class Queues:
    """The queues of a scenario: ``of[channel]`` has a queue for each of ``provinces``."""

    provinces: tuple[str, ...]
    of: Mapping[str, tuple[str, ...]]
    split: frozenset[str]

    @classmethod
    def build(cls, channels: Mapping[str, Split], provinces: Iterable[str]) -> Queues:
        """The queues of ``channels`` for callers from ``provinces``."""
        names = tuple(provinces)
        return cls(
            provinces=names,
            of={
                channel: tuple(f"{channel}/{_pool_of(province, pools)}" if split else channel for province in names)
                for channel, (split, pools) in channels.items()
            },
            split=frozenset(channel for channel, (split, _) in channels.items() if split),
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

    def entries(self, routing: Mapping[str, Sequence[Entry]], queue: str) -> Sequence[Entry]:
        """What ``routing`` says of a queue: by its own name, else by its channel's, else its own groups."""
        return routing.get(queue, routing.get(self.channel(queue), [((OWN,), 0)]))

    def routes(
        self, queue: str, entries: Iterable[Entry], own: Mapping[str, Sequence[str]]
    ) -> tuple[tuple[str, int], ...]:
        """(group, after) in order, each group once; ``own`` holds the queues that each group says it serves."""
        siblings = {other for other in self.of[self.channel(queue)] if other != queue}
        words = {
            OWN: [group for group, some in own.items() if queue in some],
            OTHERS: [group for group, some in own.items() if siblings & set(some)],
        }
        found: dict[str, int] = {}
        for to, after in entries:
            for text in to:
                for group in words.get(text, [text]):
                    found.setdefault(group, after)
        return tuple(found.items())


def _pool_of(province: str, pools: Mapping[str, Sequence[str]]) -> str:
    return next((pool for pool, members in pools.items() if province in members or ALL in members), province)
