"""A world drawn from a scenario: who calls, when, and with what luck.

A caller is a place in a grid: stratum (channel, province, cause), day, and slot within the day. Slot j of a day
has a height, the j-th point of a Poisson process of rate one, and its caller exists where that height is below
the day's expected count; when on that day is a number of its own. A higher rate therefore keeps everybody, at the
same instant, and adds others. All else is read from the caller's own place in a stream named after its purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.centre import ONE
from sim.clock import DAY
from sim.demand import Rates, rates_of
from sim.distributions import Deterministic, Gamma, Law, Never, whole_ms
from sim.scenario.model import Callers, Scenario
from sim.scenario.surges import Surge
from sim.scenario.types import Shares, Stated
from sim.streams import uniforms
from sim.world import Whole, World

Floats = NDArray[np.float64]

#: Slots are drawn in blocks of 8, 16, 32, ... per day, so that a quiet stratum costs little and none has a limit.
_FIRST_BLOCK = 8
#: Luck of single attempts is drawn for so many attempts at a time.
_CHUNK = 8


@dataclass(frozen=True)
class Luck:
    """All that is needed to draw worlds of a scenario: rates, laws by channel, shares of topics and ages.

    ``strata`` (S, 3) channel, province, cause. ``count`` (S, days) expected callers. ``topic`` and ``age`` hold
    cumulative shares by (cause, channel). ``used`` names the luck that only some scenarios have a use for.
    ``lines`` (name, how many) of the groups whose lines may be absent, over ``days``.
    """

    rates: Rates
    strata: Whole
    count: Floats
    busyness: Law
    attempts: int
    conversation: tuple[Law, ...]
    wrap_up: tuple[Law, ...]
    patience: tuple[Law, ...]
    redial_delay: tuple[Law, ...]
    silence: tuple[Law, ...]
    again_delay: tuple[Law, ...]
    used: frozenset[str]
    lines: tuple[tuple[str, int], ...]
    days: int
    topics: tuple[str, ...]
    ages: tuple[str, ...]
    topic: Floats
    age: Floats


def prepare(scenario: Scenario) -> Luck:
    """What stays the same over all replications of ``scenario``."""
    rates = rates_of(scenario)
    shape = (len(rates.channels), len(rates.provinces), len(rates.causes))
    strata = np.stack([axis.ravel() for axis in np.indices(shape)], axis=1)
    channel, province, cause = strata.T
    count = sum(rates.by_day(while_open=is_open)[cause, channel, province] for is_open in (True, False))
    wanted = np.asarray(count).sum(axis=1) > 0
    callers = [scenario.callers.get(name, Callers()) for name in rates.channels]
    handling = [scenario.handling[name] for name in rates.channels]
    cv = scenario.demand.busyness.value
    topics, topic = _topics(scenario)
    ages, age = _ages(scenario)
    return Luck(
        rates=rates,
        strata=strata[wanted],
        count=np.asarray(count)[wanted],
        busyness=Gamma.from_mean_cv(1.0, cv) if cv else Deterministic(1.0),
        attempts=scenario.attempts.value,
        conversation=tuple(part.conversation.law() for part in handling),
        wrap_up=tuple(part.wrap_up.law() if part.wrap_up else Deterministic(0.0) for part in handling),
        patience=tuple(part.patience.law() for part in callers),
        redial_delay=tuple(part.redial_delay.law() if part.redial_delay else Never() for part in callers),
        silence=tuple(part.silent.holds.law() if part.silent else Deterministic(0.0) for part in callers),
        again_delay=tuple(part.calls_again.delay.law() if part.calls_again else Never() for part in callers),
        used=scenario.centre.luck_used(),
        lines=tuple((group.name, len(group.shifts)) for group in scenario.centre.groups if group.absent),
        days=len(scenario.days.working),
        topics=topics,
        ages=ages,
        topic=topic,
        age=age,
    )


def _topics(scenario: Scenario) -> tuple[tuple[str, ...], Floats]:
    base = scenario.demand.topics
    stated = [base, *(campaign.topics or base for campaign in scenario.campaigns)]
    return _cumulative([[shares] * len(scenario.channels) for shares in stated])


def _ages(scenario: Scenario) -> tuple[tuple[str, ...], Floats]:
    base = scenario.demand.ages
    stated = [base, *({**base, **(campaign.ages or {})} for campaign in scenario.campaigns)]
    return _cumulative([[ages.get(channel) for channel in scenario.channels] for ages in stated])


def _cumulative(stated: Sequence[Sequence[Stated[Shares] | None]]) -> tuple[tuple[str, ...], Floats]:
    """Names in the order in which they are first given, and cumulative shares (causes, C, names)."""
    given = [shares.value for row in stated for shares in row if shares is not None]
    names = tuple(dict.fromkeys(name for shares in given for name in shares.parts))
    # Those of whom nothing is stated have the name "".
    if not given or any(shares is None for row in stated for shares in row):
        names = (*names, "")
    share = [
        [[shares.value.fraction(name) if shares else float(name == "") for name in names] for shares in row]
        for row in stated
    ]
    return names, np.cumsum(np.array(share), axis=2)


def draw_world(scenario: Scenario, *, seed: int, replication: int = 0) -> World:
    """The world number ``replication`` of ``scenario``; it depends on nothing but these three."""
    return draw(prepare(scenario), seed=seed, replication=replication)


def draw(luck: Luck, *, seed: int, replication: int) -> World:
    """The same, for many replications of one scenario."""
    source = _Source(luck, seed, replication)
    stratum, day, slot = source.callers()
    channel, province, cause = luck.strata[stratum].T
    when = source.marks("when", _Places(stratum, day, slot))
    arrival = _arrivals(luck.rates, cause, channel, day, when)
    order = np.lexsort((slot, cause, province, channel, arrival))
    stratum, day, slot = stratum[order], day[order], slot[order]
    channel, province, cause = channel[order], province[order], cause[order]
    at = _Places(stratum, day, slot)
    once = {purpose: source.marks(purpose, at) for purpose in ("conversation", "wrap-up", "topic", "age")}
    each = {
        purpose: source.attempt_marks(purpose, at)
        for purpose in ("patience", "redial", "switch", "balk", "redial-delay")
    }
    nothing = np.zeros((len(slot), 0))

    def now_and_then(purpose: str, of: str) -> Floats:
        return source.attempt_marks(purpose, at) if of in luck.used else nothing

    return World(
        channels=luck.rates.channels,
        provinces=luck.rates.provinces,
        causes=luck.rates.causes,
        topics=luck.topics,
        ages=luck.ages,
        channel=channel,
        province=province,
        cause=cause,
        topic=_category(luck.topic[cause, channel], once["topic"]),
        age=_category(luck.age[cause, channel], once["age"]),
        day=day,
        slot=slot,
        arrival=arrival[order],
        conversation=np.maximum(_by_channel(luck.conversation, once["conversation"]), 1),
        wrap_up=_by_channel(luck.wrap_up, once["wrap-up"]),
        patience=_by_channel(luck.patience, each["patience"]),
        redial=_whole(each["redial"]),
        switch=_whole(each["switch"]),
        balk=_whole(each["balk"]),
        redial_delay=_by_channel(luck.redial_delay, each["redial-delay"]),
        voicemail=_whole(now_and_then("voicemail", "voicemail")),
        call_back=_whole(now_and_then("call-back", "call_back")),
        silent=_whole(now_and_then("silent", "silent")),
        silence=np.maximum(_by_channel(luck.silence, now_and_then("silence", "silent")), 1),
        forward=_whole(now_and_then("forward", "forward")),
        again=_whole(now_and_then("again", "again")),
        again_delay=_by_channel(luck.again_delay, now_and_then("again-delay", "again")),
        groups=tuple(name for name, _ in luck.lines),
        absence=_absences(luck, seed, replication),
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

    def attempt_marks(self, purpose: str, at: _Places) -> Floats:
        """The same for every attempt, shape (n, attempts); more attempts leave the first ones as they are."""
        chunks = range(0, self.luck.attempts, _CHUNK)
        parts = [self.marks(f"{purpose}@{first}" if first else purpose, at, _CHUNK) for first in chunks]
        return np.concatenate(parts, axis=1)[:, : self.luck.attempts]


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
