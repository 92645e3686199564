"""M_t/M/c_t/K+M: a day from its empty beginning, with arrivals and lines that change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse

from sim.theory.arguments import Duration, patience_seconds, seconds, whole
from sim.theory.birth_death import Floats, TooManyStatesError
from sim.theory.markov import Chain, explore, transient, transient_by_equations
from sim.theory.steps import Profile, Smooth, Steps, edges_of, line_profile, rate_profile

#: Which lines leave first: those with nothing in hand, or any with equal chances.
Withdraw = Literal["idle first", "any"]

_BOUNDARY = 1e-13


class Present(NamedTuple):
    """Contacts in hand of lines on duty, of lines that were withdrawn and finish first, and contacts that wait."""

    busy: int
    finishing: int
    waiting: int


@dataclass(frozen=True, eq=False)
class Day:
    """What is expected to happen: arrays with one entry per interval; counts of contacts, times in seconds.

    ``ends_s`` has the end of each interval. ``offered`` = ``answered`` + ``abandoned`` + ``blocked`` + the change of
    those waiting.
    """

    model: str
    source: str
    ends_s: Floats
    offered: Floats
    #: Contacts that got a line in the interval.
    answered: Floats
    abandoned: Floats
    blocked: Floats
    #: Offered that met no free line and a waiting place.
    waited: Floats
    #: Time averages of contacts waiting and in hand (those of withdrawn lines included).
    mean_queue: Floats
    mean_busy: Floats
    #: Expected numbers at the end of each interval.
    waiting_at_end: Floats
    in_hand_at_end: Floats

    @property
    def mean_wait_s(self) -> float:
        """Mean time in the queue per offered contact that got in, over the day (those still waiting so far)."""
        widths = np.diff(np.concatenate([[0.0], self.ends_s]))
        return float((self.mean_queue * widths).sum() / (self.offered - self.blocked).sum())

    @property
    def abandoned_share(self) -> float:
        """Given up / offered, over the day."""
        return float(self.abandoned.sum() / self.offered.sum())

    @property
    def blocked_share(self) -> float:
        """Busy tones / offered, over the day."""
        return float(self.blocked.sum() / self.offered.sum())

    @property
    def waited_share(self) -> float:
        """Who met no free line and got a waiting place / offered, over the day."""
        return float(self.waited.sum() / self.offered.sum())


@dataclass(frozen=True)
class _Rules:
    """Rates per second of all that does not change; waiting places."""

    service: float
    leaving: float
    places: int

    def moves(self, state: Present, arrivals: float, lines: int) -> Iterator[tuple[Present, float]]:
        busy, finishing, waiting = state
        if busy < lines:
            yield Present(busy + 1, finishing, waiting), arrivals
        elif waiting < self.places:
            yield Present(busy, finishing, waiting + 1), arrivals
        if waiting:
            yield Present(busy, finishing, waiting - 1), busy * self.service + waiting * self.leaving
        elif busy:
            yield Present(busy - 1, finishing, 0), busy * self.service
        if finishing:
            yield Present(busy, finishing - 1, waiting), finishing * self.service


def varying_day(
    *,
    arrivals_per_hour: float | Steps | Smooth,
    handling: Duration,
    lines: int | Sequence[tuple[Duration, int]],
    until: Duration,
    patience: Duration | None = None,
    places: int | None = None,
    every: Duration = "30 min",
    withdraw: Withdraw = "idle first",
    breaks: Sequence[Duration] = (),
) -> Day:
    """Transient M_t/M/c_t/K+M from an empty start, in intervals of ``every`` up to ``until``.

    ``arrivals_per_hour`` is a number, steps ``[("0 s", 4), ("2 h", 9)]``, or a function of seconds that jumps or bends
    at ``breaks`` only; ``lines`` is a number or steps. Jumps are met exactly. A line withdrawn while busy finishes its
    contact first and takes no other; lines that come back are these first. ``withdraw`` says which lines leave: idle
    ones first, or any with equal chances. ``places`` None: as many as matter (less than 1e-13 is ever cut off).
    Kolmogorov's forward equations (A. Kolmogoroff 1931, Mathematische Annalen 104, 415-458), by uniformization between
    the jumps (A. Jensen 1953, Skandinavisk Aktuarietidskrift 36, 87-91) or, for functions, by integration.
    """
    length, interval = seconds(until, "until"), seconds(every, "every")
    held, patient = seconds(handling, "handling"), patience_seconds(patience)
    if withdraw not in ("idle first", "any"):
        raise ValueError(f"withdraw: {withdraw!r} is neither 'idle first' nor 'any'")
    coming, staff = rate_profile(arrivals_per_hour, breaks), line_profile(lines)
    room = 32 if places is None else whole(places, "places", least=0)
    while True:
        rules = _Rules(1 / held, 1 / patient, room)
        day, cut = _play(rules, coming, staff, edges_of(length, interval, coming, staff), withdraw)
        if places is not None or cut < _BOUNDARY:
            return day
        room *= 2
        if room > 5000:
            raise TooManyStatesError("more than 5000 contacts may wait; give a patience or limit the places")


def _play(
    rules: _Rules, coming: Profile, staff: Profile, edges: tuple[list[float], list[float]], withdraw: Withdraw
) -> tuple[Day, float]:
    """The day, and the largest probability met of all places being taken."""
    shown, instants = edges
    states: dict[Present, float] = {Present(0, 0, 0): 1.0}
    on_duty, rows, cut = int(staff.at(0.0)), [np.zeros(8) for _ in shown[1:]], 0.0
    for since, until in pairwise(instants):
        lines = int(staff.at(since))
        states, on_duty = _restaffed(states, on_duty, lines, withdraw), lines
        states, counts = _interval(rules, coming, lines, states, (since, until))
        cut = max(cut, sum(p for state, p in states.items() if state.waiting == rules.places))
        number = next(k for k, end in enumerate(shown[1:]) if until <= end)
        rows[number][:6] += counts
        rows[number][6] = sum(p * state.waiting for state, p in states.items())
        rows[number][7] = sum(p * (state.busy + state.finishing) for state, p in states.items())
    return _day(shown, np.array(rows)), cut


def _day(shown: list[float], rows: Floats) -> Day:
    widths = np.diff(shown)
    offered, blocked, waited, abandoned, queue, busy, waiting, in_hand = rows.T
    before = np.concatenate([[0.0], waiting[:-1]])
    return Day(
        model="M_t/M/c_t/K+M from empty",
        source="A. Kolmogoroff 1931, Mathematische Annalen 104; A. Jensen 1953, Skand. Aktuarietidskrift 36",
        ends_s=np.array(shown[1:]),
        offered=offered,
        answered=offered - blocked - abandoned - (waiting - before),
        abandoned=abandoned,
        blocked=blocked,
        waited=waited,
        mean_queue=queue / widths,
        mean_busy=busy / widths,
        waiting_at_end=waiting,
        in_hand_at_end=in_hand,
    )


def _interval(
    rules: _Rules, coming: Profile, lines: int, states: dict[Present, float], span: tuple[float, float]
) -> tuple[dict[Present, float], Floats]:
    """Probabilities at the end of a span without jumps, and what was counted in it."""
    since, until = span
    # Explored with a rate that is not 0, so that all spans have the same states.
    chain = explore(states, lambda state: rules.moves(state, 1.0, lines))
    start = np.zeros(len(chain.states))
    start[: len(states)] = list(states.values())
    nobody = explore(chain.states, lambda state: rules.moves(state, 0.0, lines)).generator
    full = np.array([s.busy >= lines and s.waiting >= rules.places for s in chain.states], dtype=np.float64)
    waits = np.array([s.busy >= lines and s.waiting < rules.places for s in chain.states], dtype=np.float64)
    if coming.smooth is None:
        speed = coming.at(since)
        generator = sparse.csr_array(nobody + speed * (chain.generator - nobody))
        after, spent = transient(generator, start, until - since)
        seen = np.array([1.0, full @ spent / (until - since), waits @ spent / (until - since)])
        arrived = seen * speed * (until - since)
    else:
        after, spent, arrived = _smooth_interval(chain, nobody, coming, start, span, np.stack([full, waits]))
    queue = float(chain.values(lambda s: s.waiting) @ spent)
    busy = float(chain.values(lambda s: s.busy + s.finishing) @ spent)
    left = {state: float(p) for state, p in zip(chain.states, after, strict=True) if p > 1e-18}
    return left, np.array([*arrived, queue * rules.leaving, queue, busy])


def _smooth_interval(
    chain: Chain[Present],
    nobody: sparse.csr_array,
    coming: Profile,
    start: Floats,
    span: tuple[float, float],
    seen: Floats,
) -> tuple[Floats, Floats, Floats]:
    """The same with a rate that is a function; three numbers more count everybody, the blocked and who waits."""
    size = len(start)
    still = sparse.csr_array(nobody.T)
    arriving = sparse.csr_array((chain.generator - nobody).T)
    counted = np.vstack([np.ones(size), seen])

    def flow(t: float, p: Floats) -> Floats:
        # A function may jump at the end of the span, which belongs to the next one.
        speed = coming.at(min(t, float(np.nextafter(span[1], 0))))
        states = p[:size]
        moved = np.asarray(still.dot(states) + speed * arriving.dot(states), dtype=np.float64)
        return np.concatenate([moved, speed * (counted @ states)])

    now, spent = transient_by_equations(flow, np.concatenate([start, np.zeros(3)]), span)
    return now[:size], spent[:size], now[size:]


def _restaffed(states: dict[Present, float], before: int, lines: int, withdraw: Withdraw) -> dict[Present, float]:
    """Probabilities after the number of lines has changed."""
    if before == lines:
        return states
    after: dict[Present, float] = {}
    for state, share in states.items():
        for following, chance in _changed(state, before, lines, withdraw):
            after[following] = after.get(following, 0.0) + share * chance
    return after


def _changed(state: Present, before: int, lines: int, withdraw: Withdraw) -> Iterator[tuple[Present, float]]:
    busy, finishing, waiting = state
    if lines > before:
        back = min(finishing, lines - before)
        taken = min(waiting, lines - busy - back)
        yield Present(busy + back + taken, finishing - back, waiting - taken), 1.0
    elif withdraw == "idle first":
        over = max(0, busy - lines)
        yield Present(busy - over, finishing + over, waiting), 1.0
    else:
        leaving = before - lines
        for over in range(max(0, leaving - (before - busy)), min(busy, leaving) + 1):
            chance = comb(busy, over) * comb(before - busy, leaving - over) / comb(before, leaving)
            yield Present(busy - over, finishing + over, waiting), chance
