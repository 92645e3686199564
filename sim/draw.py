"""A world drawn from a scenario: who calls, when, and with what luck.

A caller is a place in a grid: stratum (channel, province, cause), day, and slot within the day. Slot j of a day
has a height, the j-th point of a Poisson process of rate one, and its caller exists where that height is below
the day's expected count; when on that day is a number of its own. A higher rate therefore keeps everybody, at the
same instant, and adds others. All else is read from the caller's own place in a stream named after its purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.centre import ONE
from sim.clock import DAY
from sim.demand import Rates
from sim.distributions import Law, whole_ms
from sim.luck import Luck, prepare
from sim.scenario.model import Scenario
from sim.scenario.surges import Surge
from sim.scenario.trace import Trace
from sim.streams import uniforms
from sim.world import Whole, World

Floats = NDArray[np.float64]

#: Slots are drawn in blocks of 8, 16, 32, ... per day, so that a quiet stratum costs little and none has a limit.
_FIRST_BLOCK = 8
#: Luck of single attempts is drawn for so many attempts at a time.
_CHUNK = 8


def draw_world(scenario: Scenario, *, seed: int, replication: int = 0) -> World:
    """The world number ``replication`` of ``scenario``; it depends on nothing but these three."""
    return draw(prepare(scenario), seed=seed, replication=replication)


def draw(luck: Luck, *, seed: int, replication: int) -> World:
    """The same, for many replications of one scenario."""
    callers, marks = (_logged if luck.trace else _drawn)(luck, seed, replication)
    world = _with_luck(luck, callers, marks, _absences(luck, seed, replication))
    return _with_what_is_known(world, luck.trace) if luck.trace else world


@dataclass(frozen=True)
class _Callers:
    """Who calls first when, in order of arrival: columns of equal length."""

    channel: Whole
    province: Whole
    cause: Whole
    day: Whole
    slot: Whole
    arrival: Whole


class _Marks(Protocol):
    """The callers' own uniform numbers for a purpose, shape (n, *inner)."""

    def __call__(self, purpose: str, *inner: int) -> Floats: ...


def _drawn(luck: Luck, seed: int, replication: int) -> tuple[_Callers, _Marks]:
    """Callers by the rates of the scenario."""
    source = _Source(luck, seed, replication)
    stratum, day, slot = source.callers()
    channel, province, cause = luck.strata[stratum].T
    when = source.marks("when", _Places(stratum, day, slot))
    arrival = _arrivals(luck.rates, cause, channel, day, when)
    order = np.lexsort((slot, cause, province, channel, arrival))
    at = _Places(stratum[order], day[order], slot[order])
    columns = (column[order] for column in (channel, province, cause, day, slot, arrival))

    def marks(purpose: str, *inner: int) -> Floats:
        return source.marks(purpose, at, *inner)

    return _Callers(*columns), marks


def _logged(luck: Luck, seed: int, replication: int) -> tuple[_Callers, _Marks]:
    """Callers of a log; what it does not know is drawn, by their place in it."""
    trace = luck.trace
    assert trace is not None  # by the caller
    order = np.lexsort((np.arange(len(trace)), trace.arrival))
    nobody = np.zeros(len(trace), dtype=np.int64)
    arrival = trace.arrival[order]

    def marks(purpose: str, *inner: int) -> Floats:
        return uniforms(seed, replication, ("trace", purpose), (len(trace), *inner))[order]

    return _Callers(trace.channel[order], trace.province[order], nobody, arrival // DAY, order, arrival), marks


def _with_luck(luck: Luck, who: _Callers, marks: _Marks, absence: Whole) -> World:
    attempts = _by_attempt(marks, luck.attempts)
    nothing = np.zeros((len(who.arrival), 0))

    def now_and_then(purpose: str, of: str) -> Floats:
        return attempts(purpose) if of in luck.used else nothing

    return World(
        channels=luck.rates.channels,
        provinces=luck.rates.provinces,
        causes=luck.rates.causes,
        topics=luck.topics,
        ages=luck.ages,
        channel=who.channel,
        province=who.province,
        cause=who.cause,
        topic=_category(luck.topic[who.cause, who.channel], marks("topic")),
        age=_category(luck.age[who.cause, who.channel], marks("age")),
        day=who.day,
        slot=who.slot,
        arrival=who.arrival,
        conversation=np.maximum(_by_channel(luck.conversation, marks("conversation")), 1),
        wrap_up=_by_channel(luck.wrap_up, marks("wrap-up")),
        patience=_by_channel(luck.patience, attempts("patience")),
        redial=_whole(attempts("redial")),
        switch=_whole(attempts("switch")),
        balk=_whole(attempts("balk")),
        redial_delay=_by_channel(luck.redial_delay, attempts("redial-delay")),
        voicemail=_whole(now_and_then("voicemail", "voicemail")),
        call_back=_whole(now_and_then("call-back", "call_back")),
        silent=_whole(now_and_then("silent", "silent")),
        silence=np.maximum(_by_channel(luck.silence, now_and_then("silence", "silent")), 1),
        forward=_whole(now_and_then("forward", "forward")),
        again=_whole(now_and_then("again", "again")),
        again_delay=_by_channel(luck.again_delay, now_and_then("again-delay", "again")),
        groups=tuple(name for name, _ in luck.lines),
        absence=absence,
    )


def _by_attempt(marks: _Marks, attempts: int) -> Callable[[str], Floats]:
    """Marks for every attempt, shape (n, attempts); more attempts leave the first ones as they are."""

    def drawn(purpose: str) -> Floats:
        chunks = range(0, attempts, _CHUNK)
        parts = [marks(f"{purpose}@{first}" if first else purpose, _CHUNK) for first in chunks]
        return np.concatenate(parts, axis=1)[:, :attempts]

    return drawn


def _with_what_is_known(world: World, trace: Trace) -> World:
    """The log's own topics, ages, handling times and patience in place of drawn ones."""
    rows, own = np.arange(len(world)), world.channel
    known = {name: getattr(trace, name)[world.slot] for name in ("topic", "age", "handling", "patience")}
    conversation, wrap_up, patience = world.conversation.copy(), world.wrap_up.copy(), world.patience.copy()
    timed, limited = known["handling"] >= 0, known["patience"] >= 0
    conversation[rows[timed], own[timed]] = np.maximum(known["handling"][timed], 1)
    wrap_up[rows[timed], own[timed]] = 0
    patience[rows[limited], 0, own[limited]] = known["patience"][limited]
    return replace(
        world,
        topic=np.where(known["topic"] >= 0, known["topic"], world.topic),
        age=np.where(known["age"] >= 0, known["age"], world.age),
        conversation=conversation,
        wrap_up=wrap_up,
        patience=patience,
    )


def _absences(luck: Luck, seed: int, replication: int) -> Whole:
    """Uniforms by group, line and day: line 2 has its own stream, whichever plan has a line 2."""
    most = max((lines for _, lines in luck.lines), default=0)
    absence = np.zeros((len(luck.lines), most, luck.days), dtype=np.int64)
    for row, (name, lines) in zip(absence, luck.lines, strict=True):
        for line in range(lines):
            row[line] = _whole(uniforms(seed, replication, ("absence", name, str(line)), (luck.days,)))
    return absence


@dataclass(frozen=True)
class _Places:
    """Where callers stand in the grid of strata, days and slots."""

    stratum: Whole
    day: Whole
    slot: Whole

    def blocks(self) -> list[tuple[int, NDArray[np.bool_], Whole]]:
        """Number of each block in use, who stands in it, and their slot within it."""
        number = np.frexp((self.slot + _FIRST_BLOCK) / _FIRST_BLOCK)[1] - 1
        return [
            (block, inside, self.slot[inside] - _start(block))
            for block in range(int(number.max(initial=-1)) + 1)
            if (inside := number == block).any()
        ]


def _start(block: int) -> int:
    """First slot of a block."""
    return _FIRST_BLOCK * ((1 << block) - 1)


@dataclass(frozen=True)
class _Source:
    """The streams of one replication."""

    luck: Luck
    seed: int
    replication: int

    def stream(self, stratum: int, purpose: str, block: int, shape: tuple[int, ...]) -> Floats:
        channel, province, cause = self.luck.strata[stratum]
        rates = self.luck.rates
        name = (rates.channels[channel], rates.provinces[province], rates.causes[cause], purpose, str(block))
        return uniforms(self.seed, self.replication, name, shape)

    def stack(self, strata: list[int], purpose: str, block: int, *inner: int) -> Floats:
        """Numbers of a block for several strata, shape (strata, days, slots of the block, *inner)."""
        shape = (self.luck.count.shape[1], _FIRST_BLOCK << block, *inner)
        return np.stack([self.stream(stratum, purpose, block, shape) for stratum in strata])

    def callers(self) -> tuple[Whole, Whole, Whole]:
        """Stratum, day and slot of everyone who exists."""
        luck = self.luck
        days = luck.count.shape[1]
        busyness = luck.busyness.quantile(uniforms(self.seed, self.replication, ("busyness",), (days,)))
        limit = luck.count * busyness
        carry, block, found = np.zeros_like(limit), 0, []
        open_strata = list(range(len(limit)))
        while open_strata:
            heights = -np.log(self.stack(open_strata, "exists", block))
            heights = np.cumsum(heights, axis=2) + carry[open_strata][:, :, None]
            row, day, place = np.nonzero(heights < limit[open_strata][:, :, None])
            stratum = np.array(open_strata)[row]
            found.append((stratum, day, place + _start(block)))
            carry[open_strata] = heights[:, :, -1]
            open_strata = [s for s in open_strata if (carry[s] < limit[s]).any()]
            block += 1
        if not found:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, empty
        stratum, day, slot = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return stratum, day, slot

    def marks(self, purpose: str, at: _Places, *inner: int) -> Floats:
        """The callers' own numbers for a purpose, shape (n, *inner)."""
        result = np.empty((len(at.slot), *inner))
        for block, inside, slot in at.blocks():
            strata, row = np.unique(at.stratum[inside], return_inverse=True)
            result[inside] = self.stack(strata.tolist(), purpose, block, *inner)[row, at.day[inside], slot]
        return result


def _arrivals(rates: Rates, cause: Whole, channel: Whole, day: Whole, when: Floats) -> Whole:
    """Instants by which a share ``when`` of the day's expected count has come: exact inversion of the rate."""
    arrival = np.zeros(len(day), dtype=np.int64)
    first = np.searchsorted(rates.edges, np.arange(rates.calendar.days + 1) * DAY)
    for k, c in sorted({*zip(cause.tolist(), channel.tolist(), strict=True)}):
        mine = (cause == k) & (channel == c)
        upto = np.concatenate([[0.0], np.cumsum(rates.mass[k, c])])
        start, stop = first[day[mine]], first[day[mine] + 1]
        target = upto[start] + when[mine] * (upto[stop] - upto[start])
        # Rounding may push a target past its day by a hair; a segment without mass holds nobody.
        segment = np.clip(np.searchsorted(upto, target, side="right") - 1, start, stop - 1)
        inside = (target - upto[segment]) / np.maximum(upto[segment + 1] - upto[segment], 1e-300)
        opens, closes = rates.edges[segment], rates.edges[segment + 1]
        inside = np.clip(inside, 0.0, 1.0)
        offset = _within(rates.surges[k - 1], opens, closes, inside) if k else inside * (closes - opens)
        arrival[mine] = np.clip(opens + offset.astype(np.int64), opens, closes - 1)
    return arrival


def _within(surge: Surge, opens: Whole, closes: Whole, inside: Floats) -> Floats:
    """Milliseconds after ``opens`` at which a share ``inside`` of the surge until ``closes`` has come.

    Newton's steps, halved into the bracket where they leave it. Each caller stops at the first step under a tenth
    of a millisecond, however many steps others take: nobody's arrival depends on who else is drawn.
    """
    low, high = opens.astype(float), closes.astype(float)
    before = surge.integral(low)
    target = before + inside * (surge.integral(high) - before)
    guess, done = low + inside * (high - low), np.zeros(len(low), dtype=bool)
    for _ in range(60):
        missing = target - surge.integral(guess)
        low, high = np.where(missing > 0, guess, low), np.where(missing > 0, high, guess)
        step = guess + missing / np.maximum(surge.value(guess), 1e-300)
        step = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        step = np.where(done, guess, step)
        done |= np.abs(step - guess) < 0.1
        guess = step
        if done.all():
            break
    offset: Floats = guess - opens
    return offset


def _category(cumulative: Floats, u: Floats) -> Whole:
    """Index of the share in which each uniform falls."""
    index = (u[:, None] >= cumulative).sum(axis=1)
    category: Whole = np.minimum(index, cumulative.shape[1] - 1)
    return category


def _by_channel(laws: tuple[Law, ...], u: Floats) -> Whole:
    """Durations under each channel's law from the same uniforms, shape (*u.shape, C)."""
    under = {law: whole_ms(law.quantile(u)) for law in set(laws)}
    return np.stack([under[law] for law in laws], axis=-1)


def _whole(u: Floats) -> Whole:
    return (u * ONE).astype(np.int64)
