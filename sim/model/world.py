"""The random inputs of a replication: who calls, when, how patient they are, how much work they bring.

A world knows nothing of lines, hours or routing, so one world serves every plan that is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.clock import Times

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Names:
    """Names of what callers have numbers of, in the order of these."""

    channels: tuple[str, ...]
    provinces: tuple[str, ...]
    causes: tuple[str, ...]
    topics: tuple[str, ...]
    ages: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """The callers of one replication with all their random inputs, sorted by first arrival.

    Shapes: n callers, K attempts, C channels. Times and durations in integer ms; uniforms in ``[0, 2**32)``. Inputs
    marked * are drawn only for scenarios that use them; elsewhere their K is 0.

    ===================  =========  ==================================================================
    channel, province    (n,)       what they try first, and where they live
    cause                (n,)       0 for the base demand, i for campaign number i
    topic, age           (n,)       index into ``topics`` and ``ages``
    day, slot            (n,)       with channel, province and cause: who this is, whatever else changes
    arrival              (n,)       instant of the first contact
    conversation         (n, C)     length of the conversation, were it on that channel (at least 1 ms)
    wrap_up              (n, C)     work after it that still holds the line
    patience             (n, K, C)  longest wait, from the instant of that contact
    redial, switch       (n, K)     uniforms: try again? on another channel?
    balk                 (n, K)     uniform: leave on meeting a queue?
    redial_delay         (n, K, C)  time until the next contact after one on that channel
    voicemail *          (n, K)     uniform: leave a message at a closed door?
    call_back *          (n, K)     uniform: accept a call-back instead of waiting?
    silent *             (n, K)     uniform: give up without a sign?
    silence *            (n, K, C)  how long a line is held by somebody who has silently left (at least 1 ms)
    forward *            (n, K)     uniform: passed on after the answer?
    again *              (n, K)     uniform: call again though answered?
    again_delay *        (n, K, C)  time until then, from the end of handling
    absence *            (G, L, D)  uniform by group, line and day: is that line absent on that day?
    ===================  =========  ==================================================================

    ``groups`` are the names of the G line groups that ``absence`` is about.
    """

    channels: tuple[str, ...]
    provinces: tuple[str, ...]
    causes: tuple[str, ...]
    topics: tuple[str, ...]
    ages: tuple[str, ...]
    channel: Whole
    province: Whole
    cause: Whole
    topic: Whole
    age: Whole
    day: Whole
    slot: Whole
    arrival: Times
    conversation: Times
    wrap_up: Times
    patience: Times
    redial: Whole
    switch: Whole
    balk: Whole
    redial_delay: Times
    voicemail: Whole
    call_back: Whole
    silent: Whole
    silence: Times
    forward: Whole
    again: Whole
    again_delay: Times
    groups: tuple[str, ...]
    absence: Whole

    def __len__(self) -> int:
        return len(self.arrival)

    @property
    def names(self) -> Names:
        """What its numbers stand for."""
        return Names(self.channels, self.provinces, self.causes, self.topics, self.ages)

    def identities(self) -> list[tuple[str, str, str, int, int]]:
        """Who each caller is, by names: equal in any two worlds that hold the same caller."""
        return [
            (self.channels[c], self.provinces[p], self.causes[k], int(d), int(s))
            for c, p, k, d, s in zip(self.channel, self.province, self.cause, self.day, self.slot, strict=True)
        ]


#: Columns of a world that have a row for each caller.
OF_CALLERS = tuple(
    field.name for field in fields(World) if field.type in ("Whole", "Times") and field.name != "absence"
)


@dataclass(frozen=True)
class Worlds:
    """Worlds of several replications: callers one after the other, those of world i from ``starts[i]`` on.

    ``callers`` has the columns of all; the absences are those of ``absence`` (replications, G, L, D). ``sound`` says
    that all channels and provinces are known to be some of the names that ``callers`` has of them.
    """

    callers: World
    starts: Whole
    absence: Whole
    sound: bool = False

    @classmethod
    def of(cls, worlds: Sequence[World]) -> Worlds:
        """Worlds drawn from one scenario, put together."""
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(world, name) for world in worlds]) for name in OF_CALLERS
        }
        starts = np.cumsum([0, *(len(world) for world in worlds)])
        return cls(replace(worlds[0], **columns), starts, np.stack([world.absence for world in worlds]))

    def __len__(self) -> int:
        return len(self.absence)

    def __iter__(self) -> Iterator[World]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> World:
        if not 0 <= number < len(self):
            raise IndexError(number)
        mine = slice(int(self.starts[number]), int(self.starts[number + 1]))
        rows: dict[str, Any] = {name: getattr(self.callers, name)[mine] for name in OF_CALLERS}
        return replace(self.callers, **rows, absence=self.absence[number])
