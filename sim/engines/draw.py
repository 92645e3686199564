"""Worlds drawn from a model: who calls, when, and with what random inputs.

A caller is a place in a grid: stratum (channel, province, cause), day, and slot within the day. Slot j of a day
has a height, the j-th point of a Poisson process of rate one, and its caller exists where that height is below
the day's expected count; when on that day is a number of its own. A higher rate therefore keeps everybody, at the
same instant, and adds others. All else is read from the caller's own addresses in streams named after their purpose.

Replications are drawn in blocks, since arrays are quicker than loops; each is the same as when drawn alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engines.streams import Addresses, days_of, key_of
from sim.model.clock import WallClock
from sim.model.demand import Rates
from sim.model.inputs import RandomInputs
from sim.model.world import Whole, World, Worlds
from sim.scenario import elementary
from sim.scenario.distributions import Deterministic, Law, whole_ms
from sim.scenario.scenario import Scenario
from sim.scenario.surges import Surge
from sim.scenario.trace import Trace

Floats = NDArray[np.float64]

#: Slots are looked at in runs of 8, 16, 32, ... a day, so that a quiet stratum costs little and none has a limit.
_FIRST_RUN = 8
#: Places of a log or of callers beyond what one address can hold.
_MOST_PLACES = 1 << 32


def draw_world(scenario: Scenario, *, seed: int, replication: int = 0) -> World:
    """The world number ``replication`` of ``scenario``; it depends on nothing but these three."""
    return draw_block(scenario.model.inputs, seed=seed, replications=range(replication, replication + 1))[0]


def draw_block(inputs: RandomInputs, *, seed: int, replications: Sequence[int]) -> Worlds:
    """The worlds of these replications."""
    numbers = np.array(replications, dtype=np.int64)
    streams = _Streams(inputs, seed)
    who = _logged(inputs, numbers) if inputs.trace else _drawn(inputs, streams, numbers)
    world = _with_luck(inputs, who, streams)
    if inputs.trace:
        world = _with_what_is_known(world, inputs.trace, inputs.rates.calendar.clock)
    starts = np.searchsorted(who.replication, np.append(numbers, numbers[-1] + 1))
    return Worlds(world, starts, absences_of(inputs, seed, numbers))


@dataclass(frozen=True)
class _Callers:
    """Who calls first when, by replication and in order of arrival: columns of equal length."""

    replication: Whole
    stratum: Whole
    channel: Whole
    province: Whole
    cause: Whole
    day: Whole
    slot: Whole
    arrival: Whole


@dataclass(frozen=True)
class _Streams:
    """Random numbers of callers by the stratum that they belong to (a log has one for all)."""

    inputs: RandomInputs
    seed: int

    def keys(self, purpose: str) -> NDArray[np.uint64]:
        """Key of each stratum's stream for a purpose, shape (2, S)."""
        return keys_of(self.inputs, self.seed, purpose)

    def at(self, purpose: str, who: _Callers) -> Addresses:
        """Where the callers' own numbers for a purpose are."""
        return Addresses(self.keys(purpose), who.stratum, who.replication, who.day, who.slot)

    def pairs(self, purpose: str, who: _Callers) -> tuple[Floats, Floats]:
        """Two uniforms for every caller, each of shape (n,)."""
        found = self.at(purpose, who).pairs()[:, 0]
        return found[:, 0], found[:, 1]

    def pairs_by_attempt(self, purpose: str, who: _Callers) -> tuple[Floats, Floats]:
        """Two uniforms for every attempt, each of shape (n, K); more attempts leave the first ones as they are."""
        found = self.at(purpose, who).pairs(self.inputs.attempts)
        return found[..., 0], found[..., 1]

    def choices(self, purpose: str, who: _Callers) -> tuple[Whole, Whole, Whole, Whole]:
        """Four uniforms in [0, 2**32) for every attempt, each of shape (n, K)."""
        found = self.at(purpose, who).words(self.inputs.attempts).astype(np.int64)
        return found[..., 0], found[..., 1], found[..., 2], found[..., 3]


def _drawn(inputs: RandomInputs, streams: _Streams, replications: Whole) -> _Callers:
    """Callers by the rates of the scenario."""
    row, stratum, day, slot, when = _existing(inputs, streams, replications)
    channel, province, cause = inputs.strata[stratum].T
    arrival = arrivals_of(inputs.rates, cause, channel, day, when)
    order = np.lexsort((stratum * _MOST_PLACES + slot, row * (inputs.rates.edges[-1] + 1) + arrival))
    columns = (replications[row], stratum, channel, province, cause, day, slot, arrival)
    return _Callers(*(column[order] for column in columns))


def keys_of(inputs: RandomInputs, seed: int, purpose: str) -> NDArray[np.uint64]:
    """Key of each stratum's stream for a purpose, shape (2, S)."""
    rates = inputs.rates
    names = [
        (rates.channels[channel], rates.provinces[province], rates.causes[cause])
        for channel, province, cause in inputs.strata.tolist()
    ]
    streams = [("trace",)] if inputs.trace else names
    return np.array([key_of(seed, *name, purpose) for name in streams], dtype=np.uint64).reshape(-1, 2).T


def expected_of(inputs: RandomInputs, seed: int, replications: Whole) -> Floats:
    """Expected callers on days as busy as they are, by replication, stratum and day."""
    days = inputs.count.shape[1]
    if isinstance(inputs.busyness, Deterministic):
        return np.repeat(inputs.count[None] * inputs.busyness.mean, len(replications), axis=0)
    at = days_of(seed, ("busyness",), replications, days)
    busyness = inputs.busyness.quantile(at.pairs()[:, 0, 0])
    expected: Floats = inputs.count * busyness.reshape(-1, 1, days)
    return expected


def _existing(
    inputs: RandomInputs, streams: _Streams, replications: Whole
) -> tuple[Whole, Whole, Whole, Whole, Floats]:
    """Row of the replication, stratum, day, slot and moment (a uniform) of everyone who exists."""
    limits = expected_of(inputs, streams.seed, replications)
    # Cells of replication, stratum and day in which somebody may still come, and the height reached in each.
    cells = np.nonzero(limits)
    limit, height, keys = limits[cells], np.zeros(len(cells[0])), streams.keys("exists")
    start, run, found = 0, _FIRST_RUN, []
    while len(limit):
        row, stratum, day = (np.repeat(part, run) for part in cells)
        slot = np.tile(np.arange(start, start + run), len(limit))
        drawn = Addresses(keys, stratum, replications[row], day, slot).pairs()[:, 0]
        exists, when = drawn[:, 0], drawn[:, 1]
        heights = height[:, None] + np.cumsum(-elementary.log(exists).reshape(-1, run), axis=1)
        inside = (heights < limit[:, None]).ravel()
        found.append((row[inside], stratum[inside], day[inside], slot[inside], when[inside]))
        more = heights[:, -1] < limit
        cells, limit, height = tuple(part[more] for part in cells), limit[more], heights[more, -1]
        start, run = start + run, 2 * run
    if not found:
        nobody = np.zeros(0, dtype=np.int64)
        return nobody, nobody, nobody, nobody, nobody.astype(float)
    row, stratum, day, slot, when = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, stratum, day, slot, when


def _logged(inputs: RandomInputs, replications: Whole) -> _Callers:
    """Callers of a log, the same in every replication; what it does not know is drawn by their place in it."""
    trace = inputs.trace
    assert trace is not None  # by the caller
    order = np.lexsort((np.arange(len(trace)), trace.arrival))
    nothing = np.zeros(len(trace), dtype=np.int64)
    columns = (nothing, trace.channel[order], trace.province[order], nothing)
    day, arrival = np.zeros_like(order), trace.arrival[order]
    again = [np.tile(column, len(replications)) for column in (*columns, day, order, arrival)]
    return _Callers(np.repeat(replications, len(trace)), *again)


def _with_luck(inputs: RandomInputs, who: _Callers, streams: _Streams) -> World:
    conversation, wrap_up = streams.pairs("work", who)
    topic, age = streams.pairs("marks", who)
    patience, redial_delay = streams.pairs_by_attempt("waiting", who)
    redial, switch, balk, voicemail = streams.choices("choices", who)
    nothing = np.zeros((len(who.slot), 0))
    none = nothing.astype(np.int64)
    call_back, silent, forward, again = streams.choices("offers", who) if inputs.used - {"voicemail"} else (none,) * 4
    long = inputs.used & {"silent", "again"}
    silence, again_delay = streams.pairs_by_attempt("delays", who) if long else (nothing, nothing)
    return World(
        channels=inputs.names.channels,
        provinces=inputs.names.provinces,
        causes=inputs.names.causes,
        topics=inputs.names.topics,
        ages=inputs.names.ages,
        channel=who.channel,
        province=who.province,
        cause=who.cause,
        topic=_category(inputs.topic[who.cause, who.channel], topic),
        age=_category(inputs.age[who.cause, who.channel], age),
        day=who.day,
        slot=who.slot,
        arrival=who.arrival,
        conversation=np.maximum(_by_channel(inputs.conversation, conversation), 1),
        wrap_up=_by_channel(inputs.wrap_up, wrap_up),
        patience=_by_channel(inputs.patience, patience),
        redial=redial,
        switch=switch,
        balk=balk,
        redial_delay=_by_channel(inputs.redial_delay, redial_delay),
        voicemail=voicemail,
        call_back=call_back if "call_back" in inputs.used else none,
        silent=silent if "silent" in inputs.used else none,
        silence=np.maximum(_by_channel(inputs.silence, silence if "silent" in inputs.used else nothing), 1),
        forward=forward if "forward" in inputs.used else none,
        again=again if "again" in inputs.used else none,
        again_delay=_by_channel(inputs.again_delay, again_delay if "again" in inputs.used else nothing),
        groups=tuple(name for name, _ in inputs.lines),
        absence=np.zeros((0, 0, 0), dtype=np.int64),
    )


def _with_what_is_known(world: World, trace: Trace, clock: WallClock) -> World:
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
        day=clock.day(world.arrival),
        topic=np.where(known["topic"] >= 0, known["topic"], world.topic),
        age=np.where(known["age"] >= 0, known["age"], world.age),
        conversation=conversation,
        wrap_up=wrap_up,
        patience=patience,
    )


def absences_of(inputs: RandomInputs, seed: int, replications: Whole) -> Whole:
    """Uniforms by replication, group, line and day: line 2 has its own stream, whichever plan has a line 2."""
    most = max((lines for _, lines in inputs.lines), default=0)
    absence = np.zeros((len(replications), len(inputs.lines), most, inputs.days), dtype=np.int64)
    for group, (name, lines) in enumerate(inputs.lines):
        for line in range(lines):
            drawn = days_of(seed, ("absence", name, str(line)), replications, inputs.days).words()[:, 0, 0]
            absence[:, group, line] = drawn.reshape(len(replications), inputs.days)
    return absence


def arrivals_of(rates: Rates, cause: Whole, channel: Whole, day: Whole, when: Floats) -> Whole:
    """Instants by which a share ``when`` of the day's expected count has come: exact inversion of the rate."""
    arrival = np.zeros(len(day), dtype=np.int64)
    first = rates.first
    for k, c in sorted({*zip(cause.tolist(), channel.tolist(), strict=True)}):
        mine = (cause == k) & (channel == c)
        upto = np.concatenate([[0.0], np.cumsum(rates.mass[k, c])])
        start, stop = first[c, day[mine]], first[c, day[mine] + 1]
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
    # Each channel's numbers stand together in memory, where they are written fastest.
    found = np.empty((len(laws), *u.shape), dtype=np.int64)
    for number, law in enumerate(laws):
        same = laws.index(law)
        found[number] = found[same] if same < number else whole_ms(law.quantile(u))
    return np.moveaxis(found, 0, -1)
