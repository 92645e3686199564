"""Blocks of worlds by machine code, where every law and surge is a formula: the same numbers as ``draw`` gives.

For a centre that is known, only luck that it may look at is drawn, and whatever else such worlds hold is undefined.
They are for simulating this centre and counting what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.centre import Centre, Habits
from sim.compiled.addresses import BLOCK, COLUMNS, STRATUM
from sim.compiled.callers import callers_of
from sim.compiled.laws import NOTHING, SIZE, row_of
from sim.compiled.luck import EXISTS, PURPOSES, luck_of
from sim.compiled.surges import integrals, rows_of
from sim.draw import absences_of, expected_of, keys_of
from sim.luck import Luck
from sim.world import Whole, World, Worlds

Floats = NDArray[np.float64]
#: Above every uniform number of a world.
_EVERYBODY = 1 << 40


@dataclass(frozen=True)
class Needs:
    """What of the luck is looked at; see ``compiled.luck.luck_of`` for the first three."""

    reach: Whole
    thresholds: Whole
    wanted: Whole
    redial_delay: bool

    @classmethod
    def everything(cls, luck: Luck) -> Needs:
        """All that worlds hold."""
        channels = len(luck.rates.channels)
        all_of_them = np.ones((2, channels, channels), dtype=np.int64)
        offers = bool(luck.used - {"voicemail"})
        return cls(all_of_them, np.full((channels, 3), _EVERYBODY), np.array([1, offers, 1]), redial_delay=True)

    @classmethod
    def of(cls, centre: Centre, luck: Luck) -> Needs:
        """What this centre can come to compare or to use."""
        reach = _reach(centre)
        own = np.array([[max(h.redial), h.forward, h.again] for h in centre.habits], dtype=np.int64)
        again = bool(own.any()) and luck.attempts > 1
        balks = any(queue.balks for queue in centre.queues)
        choices = again or balks or "voicemail" in luck.used
        offers = bool(luck.used - {"voicemail"})
        thresholds = np.array([own[here.astype(bool)].max(axis=0) for here in reach[1]])
        return cls(reach, thresholds, np.array([choices, offers, 0]), redial_delay=again)


def _reach(centre: Centre) -> Whole:
    """(2, C, C) on which channels those may call who begin on a channel: at first, and ever."""
    first = np.eye(len(centre.channels), dtype=bool)
    ever = first.copy()
    for channel, habits in enumerate(centre.habits):
        ever[channel, list(_next_channels(habits))] = True
    for through in range(len(first)):
        ever |= ever[:, through : through + 1] & ever[through]
    return np.stack([first, ever]).astype(np.int64)


def _next_channels(habits: Habits) -> set[int]:
    """Other channels to which callers of a channel may go on."""
    going = [*zip(habits.switch_to, habits.switch, strict=True), (habits.forward_to, habits.forward)]
    return {to for to, share in going if share and to >= 0}


@dataclass(frozen=True)
class Quick:
    """All that stays the same over the blocks of a run."""

    luck: Luck
    seed: int
    needs: Needs
    keys: NDArray[np.uint64]
    laws: Floats
    whole: Whole
    shares: Floats
    upto: Floats
    causes: Whole
    surges: Floats
    surged: Floats

    @classmethod
    def of(cls, luck: Luck, *, seed: int, centre: Centre | None = None) -> Quick | None:
        """For all luck, or for what ``centre`` may look at; None where a law or surge takes more than a formula."""
        needs = Needs.everything(luck) if centre is None else Needs.of(centre, luck)
        laws, surges = _laws(luck, needs), rows_of(luck.rates.surges)
        if luck.trace is not None or laws is None or surges is None:
            return None
        rates = luck.rates
        mass = rates.mass[luck.strata[:, 2], luck.strata[:, 0]]
        upto = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)
        first = rates.first[luck.strata[:, 0]]
        words = np.array([keys_of(luck, seed, purpose) for purpose in PURPOSES])
        keys = words[:, 0] | words[:, 1] << np.uint64(32)
        causes = np.ascontiguousarray(luck.strata[:, 2])
        surged = integrals(rates.surges, rates.edges)
        return cls(luck, seed, needs, keys, laws, *_cells(upto, first), upto, causes, surges, surged)

    def block(self, numbers: Whole) -> Worlds:
        """Worlds of these replications."""
        limits = self.expected(numbers)
        columns, begins = callers_of(numbers, limits, *self.of_callers(), self.columns(float(limits.sum())))
        callers = int(begins[-1])
        room = self.room(callers)
        luck_of(columns, numbers, begins, *self.of_luck(), *room)
        return Worlds(self.world(columns[:, :callers], *room), begins, self.absences(numbers), sound=True)

    def expected(self, numbers: Whole) -> Floats:
        """Expected callers by replication, stratum and day."""
        return expected_of(self.luck, self.seed, numbers, compiled=True)

    def absences(self, numbers: Whole) -> Whole:
        """See ``draw.absences_of``."""
        return absences_of(self.luck, self.seed, numbers)

    def of_callers(self) -> tuple[NDArray[Any], ...]:
        """What ``callers_of`` takes between expected callers and columns."""
        return (
            self.keys[EXISTS], self.luck.strata, self.whole, self.shares, self.upto, self.luck.rates.edges, self.causes,
            self.surges, self.surged,
        )  # fmt: skip

    def of_luck(self) -> tuple[NDArray[Any], ...]:
        """What ``luck_of`` takes between callers and room."""
        luck, needs = self.luck, self.needs
        return self.keys, self.laws, luck.topic, luck.age, needs.reach, needs.thresholds, needs.wanted

    @staticmethod
    def columns(expected: float) -> Whole:
        """Room for the columns of as many callers as are expected, and for some that are not."""
        return np.empty((COLUMNS, int(expected + 6 * expected**0.5) + BLOCK), dtype=np.int64)

    def room(self, callers: int) -> tuple[Whole, Whole, Whole, Whole]:
        """Room for luck by channel, of choices, by attempt and of offers; most of it is never touched."""
        attempts, channels = self.luck.attempts, len(self.luck.rates.channels)
        return (
            np.empty((2, channels, callers), dtype=np.int64),
            np.empty((attempts, 4, callers), dtype=np.int64),
            np.empty((4, attempts, channels, callers), dtype=np.int64),
            np.empty((attempts if self.needs.wanted[1] else 1, 4, callers), dtype=np.int64),
        )

    def world(self, columns: Whole, by_channel: Whole, choices: Whole, by_attempt: Whole, offers: Whole) -> World:
        """The callers in these columns with the luck in these rooms."""
        luck = self.luck
        nothing = np.zeros((columns.shape[1], 0), dtype=np.int64)
        channel, province, cause, topic, age, day, slot, arrival = columns[:STRATUM]
        if len(luck.topics) == len(luck.ages) == 1:  # nobody wrote them: one number for all
            topic = age = np.ndarray(arrival.shape, np.int64, np.zeros(1, dtype=np.int64), strides=(0,))
        redial, switch, balk, voicemail = choices.transpose(1, 2, 0)
        told = dict(zip(("call_back", "silent", "forward", "again"), offers.transpose(1, 2, 0), strict=True))
        patience, redial_delay, silence, again_delay = by_attempt.transpose(0, 3, 1, 2)
        without = np.zeros((*nothing.shape, by_channel.shape[1]), dtype=np.int64)
        return World(
            channels=luck.rates.channels,
            provinces=luck.rates.provinces,
            causes=luck.rates.causes,
            topics=luck.topics,
            ages=luck.ages,
            channel=channel,
            province=province,
            cause=cause,
            topic=topic,
            age=age,
            day=day,
            slot=slot,
            arrival=arrival,
            conversation=by_channel[0].T,
            wrap_up=by_channel[1].T,
            patience=patience,
            redial=redial,
            switch=switch,
            balk=balk,
            redial_delay=redial_delay,
            voicemail=voicemail,
            **{name: values if name in luck.used else nothing for name, values in told.items()},
            silence=silence if "silent" in luck.used else without,
            again_delay=again_delay if "again" in luck.used else without,
            groups=tuple(name for name, _ in luck.lines),
            absence=np.zeros((0, 0, 0), dtype=np.int64),
        )


def _cells(upto: Floats, first: Whole) -> tuple[Whole, Floats]:
    """What is known of each stratum on each day; see ``compiled.callers.callers_of``. ``first`` (S, days+1)."""
    strata, days, edges = len(upto), first.shape[1] - 1, upto.shape[1]
    stratum, day = np.divmod(np.arange(strata * days), days)
    start, stop = first[stratum, day], first[stratum, day + 1]
    before = upto[stratum, start]
    whole = np.array([stratum, day, stratum * edges, start, stop - start], dtype=np.int64)
    return whole, np.array([before, upto[stratum, stop] - before])


def _laws(luck: Luck, needs: Needs) -> Floats | None:
    """Rows of laws by purpose and channel, (6, C, SIZE); None where one of them is not a formula."""
    used = {
        "conversation": True,
        "wrap_up": True,
        "patience": True,
        "redial_delay": needs.redial_delay,
        "silence": "silent" in luck.used,
        "again_delay": "again" in luck.used,
    }
    nothing = np.array([NOTHING, *[0.0] * (SIZE - 1)])
    least = {"conversation": 1, "silence": 1}
    rows = [
        row_of(law, least=least.get(name, 0)) if wanted else nothing
        for name, wanted in used.items()
        for law in getattr(luck, name)
    ]
    told = [row for row in rows if row is not None]
    return np.array(told).reshape(len(used), -1, SIZE) if len(told) == len(rows) else None
