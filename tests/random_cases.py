"""Random worlds at random centres on a coarse clock, so that every rule is met and many things happen at one instant.

All that is random comes from a function ``below(n)``, an integer from 0 to n - 1: from a seed, or from Hypothesis,
which then makes cases smaller.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any, TypeVar

import numpy as np

from sim.model.centre import ONE, UNANSWERED, UNLIMITED, Centre, Channel, Group, Habits, Priority, Queue, Route, Spans
from sim.model.clock import DAY, FOREVER
from sim.model.world import World

T = TypeVar("T")
Below = Callable[[int], int]

HALF = ONE // 2
ATTEMPTS = 4
#: Instants are below this on each day.
LATEST = 100
THRESHOLDS = (0, 0, HALF, HALF, ONE)
SELDOM = (0, 0, 0, 0, HALF)
UNIFORMS = (0, HALF - 1, HALF, ONE - 1)
PATIENCE = (0, 1, 3, 8, 15, 30, 30, FOREVER, FOREVER)
SPEEDS = ((100,), (100,), (100,), (60,), (100, 50), (100, 100), (100, 70, 50), (130, 80, 60))


class Chance:
    """Choices out of ``below``, over one day or two.

    Hours and shifts begin and end at a few ``edges``; many are the ``usual`` ones, so that lines leave at closing.
    """

    def __init__(self, below: Below) -> None:
        self.below = below
        self.days = 1 + self.one_in(5)
        self.edges = sorted({self.instant() for _ in range(6)})
        self.usual = self.spans(2) or ((0, LATEST // 2),)
        # A line that comes or leaves in the last millisecond before a closing is there at closing or not.
        self.edges = sorted({*self.edges, *(stop - 1 for _, stop in self.usual)})

    def one_in(self, n: int) -> bool:
        """True once in ``n`` times; the simpler False comes of 0."""
        return self.below(n) == n - 1

    def of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def some(self, most: int, options: Sequence[T]) -> list[T]:
        """Some of ``options``, at most so many, in any order, each at most once."""
        left, picked = list(options), list[T]()
        for _ in range(min(self.below(most + 1), len(left))):
            picked.append(left.pop(self.below(len(left))))
        return picked

    def array(self, options: Sequence[int], *shape: int) -> np.ndarray:
        return np.array([self.of(options) for _ in range(prod(shape))], dtype=np.int64).reshape(shape)

    def instant(self) -> int:
        """An instant of one of the days."""
        return self.below(LATEST) + (DAY if self.days == 2 and self.one_in(2) else 0)

    def hours(self, end: int) -> Spans:
        """Opening hours or shifts: always, the usual ones, or others."""
        which = self.below(5)
        return ((0, end),) if which < 2 else self.usual if which < 4 else self.spans(3)

    def spans(self, most: int) -> Spans:
        """Spans in order, one of them now and then touching the next."""
        edges = sorted(self.some(2 * most, [*self.edges, self.instant()]))
        spans = list(zip(edges[::2], edges[1::2], strict=False))
        spans = [(start, stop) for start, stop in spans if start < stop]
        if spans and self.one_in(3):
            start, stop = spans.pop(self.below(len(spans)))
            middle = start + (stop - start + 1) // 2
            spans += [(start, middle), (middle, stop)] if middle < stop else [(start, stop)]
        return tuple(sorted(spans))


def random_case(seed: int, *, apart: bool = False) -> tuple[World, Centre]:
    """A world and a centre from a seed."""
    return case_from(random.Random(seed).randrange, apart=apart)


def case_from(below: Below, *, callers: int = 24, apart: bool = False) -> tuple[World, Centre]:
    """A world of at most so many callers and a centre, out of the numbers that ``below`` gives.

    ``apart``: each queue has lines of its own and, mostly, no rules but redials, hours and shifts.
    """
    chance = Chance(below)
    channels, provinces = 1 + chance.below(3), 1 + chance.below(2)
    centre = _centre(chance, channels, provinces)
    if apart:
        centre = _with_lines_of_their_own(chance, centre)
    return _world(chance, 1 + chance.below(callers), centre), centre


def _centre(chance: Chance, channels: int, provinces: int) -> Centre:
    queue_of, owners = [], list[int]()
    for channel in range(channels):
        own = provinces if chance.one_in(2) else 1
        queue_of.append(tuple(len(owners) + province % own for province in range(provinces)))
        owners += [channel] * own
    groups = 1 + chance.of((0, 0, 1, 2, 3))
    queues = [_queue(chance, number, channel, groups) for number, channel in enumerate(owners)]
    end = LATEST - 2 * chance.below(10) + DAY * (chance.days - 1)
    return Centre(
        channels=tuple(
            Channel(f"channel {number}", chance.hours(end + 50), end - chance.below(60) if chance.one_in(4) else -1)
            for number in range(channels)
        ),
        provinces=("here", "there")[:provinces],
        queues=tuple(queues),
        groups=tuple(_group(chance, number, queues, (channels, provinces), end) for number in range(groups)),
        queue_of=tuple(queue_of),
        habits=tuple(_habits(chance, channels) for _ in range(channels)),
        attempts=1 + chance.below(ATTEMPTS),
        end=end,
        horizon=end + chance.of((0, 0, 10, 60)),
        priorities=tuple(
            Priority(
                channel=chance.below(channels) if chance.one_in(3) else -1,
                province=chance.below(provinces) if chance.one_in(3) else -1,
                cause=chance.below(2) if chance.one_in(3) else -1,
                topic=chance.below(2) if chance.one_in(3) else -1,
                age=chance.below(2) if chance.one_in(3) else -1,
            )
            for _ in range(chance.of((0, 0, 1, 2, 3)))
        ),
    )


def _with_lines_of_their_own(chance: Chance, centre: Centre) -> Centre:
    shape = len(centre.channels), len(centre.provinces)
    plain = {"places": UNLIMITED, "balk": (), "announce": 0, "balk_at_wait": (), "call_back": 0}
    queues = [
        replace(queue, routes=(Route(number, 0),), **({} if chance.one_in(6) else plain))
        for number, queue in enumerate(centre.queues)
    ]
    groups = [_group(chance, number, queues, shape, centre.end) for number in range(len(queues))]
    return replace(
        centre,
        queues=tuple(queues),
        groups=tuple(
            replace(group, serves=(number,), absent=0 if chance.below(3) else HALF, speeds=chance.of(SPEEDS[:5]))
            for number, group in enumerate(groups)
        ),
        habits=tuple(
            habits if chance.one_in(6) else replace(habits, voicemail=0, silent=0) for habits in centre.habits
        ),
        priorities=centre.priorities if chance.one_in(6) else (),
    )


def _queue(chance: Chance, number: int, channel: int, groups: int) -> Queue:
    announced = chance.one_in(4)
    return Queue(
        f"queue {number}",
        channel,
        places=chance.of((UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED, 4, 2, 1, 0)),
        serve_after_closing=bool(chance.below(2)),
        balk=tuple(chance.of(SELDOM) for _ in range(chance.of((0, 0, 1, 3)))),
        routes=tuple(Route(group, chance.of((0, 0, 0, 3, 5, 12))) for group in _routes(chance, groups)),
        announce=1 + chance.below(12) if announced else 0,
        balk_at_wait=tuple(
            (wait, chance.of(THRESHOLDS)) for wait in sorted({chance.below(20) for _ in range(chance.below(4))})
        )
        if announced
        else (),
        call_back=chance.of(THRESHOLDS) if chance.one_in(3) else 0,
        call_back_from=chance.below(3),
        interruptible=chance.one_in(4),
    )


def _routes(chance: Chance, groups: int) -> list[int]:
    """Most queues may use all groups, in any order."""
    return chance.some(groups, range(groups)) if chance.one_in(4) else _shuffled(chance, range(groups))


def _shuffled(chance: Chance, options: Sequence[T]) -> list[T]:
    left = list(options)
    return [left.pop(chance.below(len(left))) for _ in options]


def _group(chance: Chance, number: int, queues: Sequence[Queue], shape: tuple[int, int], end: int) -> Group:
    named = [q for q, queue in enumerate(queues) if any(route.group == number for route in queue.routes)]
    factors = (1000, 1000, 500, 1500, 1250, 0)
    shifts = tuple(chance.hours(end + 70) for _ in range(chance.of((1, 1, 2, 3, 0))))
    nights = chance.one_in(3)
    return Group(
        f"group {number}",
        shifts=shifts,
        # Shifts of a night belong to the day before, and some lines' period is over before that of others.
        days=tuple(tuple(chance.below(chance.days + 1) for _ in spans) for spans in shifts) if nights else (),
        until=tuple(end - chance.below(60) for _ in shifts) if nights else (),
        # A line may be asked for by a queue that it does not serve by itself.
        serves=tuple(chance.some(len(named), named) if chance.one_in(6) else _shuffled(chance, named)),
        longest_wait=bool(chance.below(2)),
        speeds=chance.of(SPEEDS),
        absent=HALF if chance.one_in(4) else 0,
        factor=tuple(map(tuple, chance.array(factors, *shape).tolist())) if chance.one_in(3) else (),
    )


def _habits(chance: Chance, channels: int) -> Habits:
    def thresholds() -> tuple[Any, ...]:
        return tuple(chance.of(THRESHOLDS[1:]) for _ in UNANSWERED)

    return Habits(
        redial=thresholds(),
        switch=thresholds(),
        switch_to=tuple(chance.below(channels + 1) - 1 for _ in UNANSWERED),  # type: ignore[arg-type]
        closed_from_opening=bool(chance.below(2)),
        voicemail=chance.of(THRESHOLDS) if chance.one_in(3) else 0,
        silent=chance.of(THRESHOLDS) if chance.one_in(3) else 0,
        forward=chance.of(THRESHOLDS) if chance.one_in(3) else 0,
        forward_to=chance.below(channels + 1) - 1,
        again=chance.of(THRESHOLDS) if chance.one_in(3) else 0,
    )


def _arrival(chance: Chance, crowded: bool) -> int:
    """An instant, in a crowd mostly shortly before the usual closing."""
    if crowded and not chance.one_in(3):
        return max(0, chance.of([stop for _, stop in chance.usual]) - chance.below(20))
    return chance.instant()


def _world(chance: Chance, callers: int, centre: Centre) -> World:
    n, k, c = callers, ATTEMPTS, len(centre.channels)
    groups = [group.name for group in centre.groups]
    crowded = chance.one_in(2)
    lines = max(len(group.shifts) for group in centre.groups)

    def number(most: int) -> np.ndarray:
        return chance.array(range(most), n)

    def uniform() -> np.ndarray:
        return chance.array(UNIFORMS, n, k)

    return World(
        channels=tuple(channel.name for channel in centre.channels),
        provinces=centre.provinces,
        causes=("base", "campaign"),
        topics=("any", "other"),
        ages=("any", "other"),
        channel=number(c),
        province=number(len(centre.provinces)),
        cause=number(2),
        topic=number(2),
        age=number(2),
        day=np.zeros(n, np.int64),
        slot=np.arange(n),
        arrival=np.sort(np.array([_arrival(chance, crowded) for _ in range(n)], np.int64)),
        conversation=chance.array(range(20), n, c),
        wrap_up=chance.array((0, 0, 1, 2, 3), n, c),
        patience=chance.array(PATIENCE, n, k, c),
        redial=uniform(),
        switch=uniform(),
        balk=uniform(),
        redial_delay=chance.array((0, 0, 1, 2, 5, 12, 25), n, k, c),
        voicemail=uniform(),
        call_back=uniform(),
        silent=uniform(),
        silence=chance.array((1, 2, 4, 9), n, k, c),
        forward=uniform(),
        again=uniform(),
        again_delay=chance.array((0, 1, 4, 20), n, k, c),
        groups=tuple(reversed(groups)),
        absence=chance.array(UNIFORMS, len(groups), lines, chance.days + 1),
    )
