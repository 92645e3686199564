"""M_t/M/c_t/K+M: a day from its empty beginning, with arrivals and lines that change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import comb
from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from sim.theory.arguments import Duration, patience_seconds, seconds, whole
from sim.theory.birth_death import Floats, TooManyStatesError
from sim.theory.markov import explore, transient_by_equations, uniformized
from sim.theory.steps import Profile, Smooth, Steps, edges_of, line_profile, rate_profile

#: Which lines leave first: those with nothing in hand, or any with equal chances.
Withdraw = Literal["idle first", "any"]

_BOUNDARY = 1e-13
#: Probabilities and expected numbers below this are dropped.
_NEGLIGIBLE = 1e-18


class Present(NamedTuple):
    """Contacts in hand of lines on duty, of lines that were withdrawn and finish first, and contacts that wait."""

    busy: int
    finishing: int
    waiting: int


class Position(NamedTuple):
    """A contact that waits: the number waiting before it (-1 once it has a line), and withdrawn lines that finish."""

    ahead: int
    finishing: int


_ANSWERED = Position(-1, 0)


@dataclass(frozen=True, eq=False)
class Day:
    """What is expected to happen: arrays with one entry per interval; counts of contacts, times in seconds.

    ``ends_s`` has the end of each interval. ``offered`` = ``answered`` + ``abandoned`` + ``blocked`` + ``sent_away`` +
    the change of those waiting. ``cohort_...`` counts what becomes of the contacts that were offered in the interval,
    also after its end and after that of the day: then nothing arrives, and the last lines serve those who still wait
    (without lines and patience these are sent away).
    """

    model: str
    source: str
    ends_s: Floats
    offered: Floats
    #: Contacts that got a line in the interval.
    answered: Floats
    abandoned: Floats
    blocked: Floats
    #: Contacts that waited at an instant of ``send_away_at``.
    sent_away: Floats
    #: Offered that met no free line and a waiting place.
    waited: Floats
    #: Time averages of contacts waiting, in hand of all lines, and in hand of withdrawn lines alone.
    mean_queue: Floats
    mean_busy: Floats
    mean_finishing: Floats
    #: Expected numbers at the end of each interval.
    waiting_at_end: Floats
    in_hand_at_end: Floats
    cohort_answered: Floats
    cohort_sent_away: Floats
    #: Sums of waits: of all that got in, and of those that got a line.
    cohort_wait_s: Floats
    cohort_answered_wait_s: Floats

    @property
    def mean_wait_s(self) -> float:
        """Mean wait of all who got in, whatever ended it, over the day."""
        return float(self.cohort_wait_s.sum() / (self.offered - self.blocked).sum())

    @property
    def asa_s(self) -> float:
        """Mean wait of the answered, over the day."""
        return float(self.cohort_answered_wait_s.sum() / self.cohort_answered.sum())

    @property
    def asa_by_interval_s(self) -> Floats:
        """Mean wait of those of the contacts offered in each interval that are answered."""
        return np.asarray(self.cohort_answered_wait_s / self.cohort_answered, dtype=np.float64)

    @property
    def abandoned_share(self) -> float:
        """Given up / offered, over the day."""
        gone = self.offered - self.blocked - self.cohort_answered - self.cohort_sent_away
        return float(gone.sum() / self.offered.sum())

    @property
    def blocked_share(self) -> float:
        """Busy tones / offered, over the day."""
        return float(self.blocked.sum() / self.offered.sum())

    @property
    def waited_share(self) -> float:
        """Who met no free line and got a waiting place / offered, over the day."""
        return float(self.waited.sum() / self.offered.sum())


@dataclass(frozen=True)
class Rules:
    """Rates per second of all that does not change; waiting places."""

    service: float
    leaving: float
    places: int

    def moves(self, state: Present, arrivals: float, lines: int) -> Iterator[tuple[Present, float]]:
        """What may happen to the queue."""
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

    def advances(self, position: Position, lines: int) -> Iterator[tuple[Position, float]]:
        """What may happen to a contact that waits, but for giving up."""
        ahead, finishing = position
        following = Position(ahead - 1, finishing) if ahead else _ANSWERED
        yield following, lines * self.service + ahead * self.leaving
        if finishing:
            yield Position(ahead, finishing - 1), finishing * self.service


@dataclass(frozen=True, eq=False)
class _Space:
    """All states with so many lines on duty, and all positions of a contact that waits; the last one has a line.

    ``still`` and ``arriving`` are generators without arrivals and of one arrival per second alone. ``joining``: who
    arrives takes which position. ``moving``: rates between positions, less on the diagonal where contacts give up.
    """

    states: tuple[Present, ...]
    positions: tuple[Position, ...]
    still: sparse.csr_array
    arriving: sparse.csr_array
    joining: sparse.csr_array
    moving: sparse.csr_array
    growing: sparse.csr_array
    full: Floats
    busy: Floats
    finishing: Floats
    waiting: Floats

    def both(self, arrivals: float) -> sparse.csr_array:
        """Rates of states, of numbers of contacts by position, and of the time that these have waited."""
        states = self.still + arrivals * self.arriving
        rows = [[states, arrivals * self.joining, None], [None, self.moving, self.growing], [None, None, self.moving]]
        return sparse.csr_array(sparse.block_array(rows, format="csr"))

    def positions_only(self) -> sparse.csr_array:
        """The same of contacts that are there already."""
        return sparse.csr_array(sparse.block_array([[self.moving, self.growing], [None, self.moving]], format="csr"))


@lru_cache(maxsize=256)
def _space(rules: Rules, lines: int, finishing: int) -> _Space:
    """Every state that is reached where at most so many lines finish."""
    start = Present(0, finishing, 0)
    chain = explore([start], lambda state: rules.moves(state, 1.0, lines))
    still = explore(chain.states, lambda state: rules.moves(state, 0.0, lines)).generator
    waiting = [state for state in chain.states if state.busy >= lines and state.waiting < rules.places]
    places = [Position(state.waiting, state.finishing) for state in waiting]
    positions = explore(places, lambda position: _advances(rules, position, lines))
    assert positions.states[len(places) :] in ((), (_ANSWERED,))
    kept = (*places, _ANSWERED)
    size = len(kept)
    found = positions.generator
    ends = np.pad(found.indptr, (0, size - len(positions.states)), mode="edge")
    moving = sparse.csr_array((found.data, found.indices, ends), shape=(size, size))
    waits = np.arange(size) < len(places)
    giving_up = sparse.diags_array(np.where(waits, rules.leaving, 0.0))
    rows = [chain.index[state] for state in waiting]
    joining = sparse.csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(len(chain.states), size))
    return _Space(
        states=chain.states,
        positions=kept,
        still=still,
        arriving=sparse.csr_array(chain.generator - still),
        joining=joining,
        moving=sparse.csr_array(moving - giving_up),
        growing=sparse.csr_array(sparse.diags_array(waits.astype(np.float64))),
        full=chain.values(lambda s: s.busy >= lines and s.waiting >= rules.places),
        busy=chain.values(lambda s: s.busy + s.finishing),
        finishing=chain.values(lambda s: s.finishing),
        waiting=chain.values(lambda s: s.waiting),
    )


def _advances(rules: Rules, position: Position, lines: int) -> Iterator[tuple[Position, float]]:
    return iter(()) if position == _ANSWERED else rules.advances(position, lines)


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
    send_away_at: Sequence[Duration] = (),
) -> Day:
    """Transient M_t/M/c_t/K+M from an empty start, in intervals of ``every`` up to ``until``.

    ``arrivals_per_hour`` is a number, steps ``[("0 s", 4), ("2 h", 9)]``, or a function of seconds that jumps or bends
    at ``breaks`` only; ``lines`` is a number or steps. Jumps are met exactly. A line withdrawn while busy finishes its
    contact first and takes no other; lines that come back are these first. ``withdraw`` says which lines leave: idle
    ones first, or any with equal chances. ``places`` None: as many as matter (less than 1e-13 is ever cut off).
    ``send_away_at``: closing times at which those who wait must leave; without one at ``until``, the last lines serve
    those who wait then, and their waits count in full. Kolmogorov's forward equations (A. Kolmogoroff 1931,
    Mathematische Annalen 104, 415-458), by uniformization between the jumps (A. Jensen 1953, Skandinavisk
    Aktuarietidskrift 36, 87-91) or, for functions, by integration.
    """
    length, interval = seconds(until, "until"), seconds(every, "every")
    held, patient = seconds(handling, "handling"), patience_seconds(patience)
    if withdraw not in ("idle first", "any"):
        raise ValueError(f"withdraw: {withdraw!r} is neither 'idle first' nor 'any'")
    coming, staff = rate_profile(arrivals_per_hour, breaks), line_profile(lines)
    away = frozenset(seconds(at, "send_away_at") for at in send_away_at)
    shown, instants = edges_of(length, interval, coming, staff)
    instants = sorted({*instants, *(at for at in away if at < length)})
    rules = Rules(1 / held, 1 / patient, 32 if places is None else whole(places, "places", least=0))
    return played(rules, coming, staff, (shown, instants), withdraw=withdraw, away=away, endless=places is None)


class TooLongError(ValueError):
    """The day would take more work than was allowed."""


@dataclass
class Work:
    """How much may still be done, in steps of a chain with one state; what is not there is refused."""

    left: float = float("inf")

    def take(self, rates: sparse.csr_array, time: float) -> None:
        """Refuse a span that takes more than is left."""
        fastest = float(np.abs(rates.diagonal()).max()) if rates.nnz else 0.0
        self.left -= (fastest * time + 300) * (rates.nnz + 1000)
        if self.left < 0:
            raise TooLongError("the day takes too long to compute")


def played(
    rules: Rules,
    coming: Profile,
    staff: Profile,
    edges: tuple[list[float], list[float]],
    *,
    withdraw: Withdraw = "idle first",
    away: frozenset[float] = frozenset(),
    endless: bool = False,
    cut: float = _BOUNDARY,
    work: Work | None = None,
) -> Day:
    """A day in seconds; ``edges``: ends of the intervals that are reported, and all instants at which anything jumps.

    ``endless``: waiting places are doubled until less than ``cut`` finds none. TooLongError where ``work`` runs out.
    """
    return _play(rules, coming, staff, edges, withdraw, away, cut if endless else None, work or Work())


_COUNTS = 9
_LEAST_PLACES, _MOST_PLACES = 8, 5000


class _Course:
    """Probabilities of states, and expected numbers of contacts by position and cohort, as time goes on."""

    def __init__(self, rules: Rules, lines: int, cohorts: int) -> None:
        self.rules, self.lines = rules, lines
        self.space = _space(rules, lines, 0)
        self.states = np.zeros(len(self.space.states))
        self.states[0] = 1.0
        #: By position and cohort: contacts, and the time that these have waited.
        self.there = np.zeros((len(self.space.positions), cohorts))
        self.waited = np.zeros_like(self.there)
        #: By cohort: all time waited; contacts with a line, and the time that these had waited; sent away.
        self.wait, self.answered, self.answered_wait, self.sent_away = np.zeros((4, cohorts))

    def __copy__(self) -> _Course:
        other = object.__new__(_Course)
        values = self.__dict__.items()
        other.__dict__ = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in values}
        return other

    @property
    def full(self) -> float:
        """Probability that all waiting places are taken."""
        return float(self.states[self.space.waiting == self.rules.places].sum())

    def make_room(self, cut: float) -> None:
        """As many waiting places as are likely to matter, from those that do now."""
        used = self.space.waiting[self.states > cut / 10]
        self.resize(max(_LEAST_PLACES, 2 * int(used.max(initial=0))))

    def resize(self, places: int) -> None:
        """Change the number of waiting places that are counted with."""
        if places > _MOST_PLACES:
            raise TooManyStatesError(f"more than {_MOST_PLACES} contacts may wait; give a patience or limit the places")
        if places != self.rules.places:
            self.rules = Rules(self.rules.service, self.rules.leaving, places)
            known = dict(zip(self.space.states, self.states.tolist(), strict=True))
            kept = {state: share for state, share in known.items() if state.waiting <= places and share > 0}
            positions = {number: place for number, place in enumerate(self.space.positions) if place.ahead < places}
            self._move(kept, positions, self.lines)

    def _settle(self) -> None:
        """Count those with a line."""
        self.answered += self.there[-1]
        self.answered_wait += self.waited[-1]
        self.there[-1] = self.waited[-1] = 0.0

    def restaff(self, lines: int, withdraw: Withdraw) -> None:
        """Change the lines on duty."""
        if lines == self.lines:
            return
        known = {s: float(p) for s, p in zip(self.space.states, self.states, strict=True) if p > _NEGLIGIBLE}
        waiting = np.flatnonzero(self.there.sum(axis=1) > _NEGLIGIBLE).tolist()
        shifted = {number: _shifted(self.space.positions[number], self.lines, lines) for number in waiting}
        self._move(_restaffed(known, self.lines, lines, withdraw), shifted, lines)
        self._settle()

    def _move(self, states: dict[Present, float], positions: dict[int, Position], lines: int) -> None:
        """Go over to another space; ``positions``: where each of those kept of the present ones is there."""
        finishing = [*(state.finishing for state in states), *(place.finishing for place in positions.values())]
        space = _space(self.rules, lines, max(finishing))
        index = {state: number for number, state in enumerate(space.states)}
        places = {position: number for number, position in enumerate(space.positions)}
        there = np.zeros((len(places), self.there.shape[1]))
        waited = np.zeros_like(there)
        for number, position in positions.items():
            there[places[position]] += self.there[number]
            waited[places[position]] += self.waited[number]
        self.states = np.zeros(len(index))
        self.states[[index[state] for state in states]] = list(states.values())
        self.space, self.lines, self.there, self.waited = space, lines, there, waited

    def send_away(self) -> float:
        """All who wait leave; how many."""
        self.sent_away += self.there.sum(axis=0)
        self.there[:], self.waited[:] = 0.0, 0.0
        gone = float(self.states @ self.space.waiting)
        states = dict.fromkeys(self.space.states, 0.0)
        for state, share in zip(self.space.states, self.states.tolist(), strict=True):
            states[Present(state.busy, state.finishing, 0)] += share
        self.states = np.array(list(states.values()))
        return gone

    def span(self, coming: Profile, since: float, until: float, cohort: int, work: Work) -> Floats:
        """Go on without a jump; what is counted in the interval."""
        space, size, count = self.space, len(self.states), len(self.there)
        start = np.concatenate([self.states, self.there[:, cohort], self.waited[:, cohort]])
        seen = np.stack([np.ones(size), space.full, (np.asarray(space.joining.sum(axis=1)).ravel())])
        if coming.smooth is None:
            speed = coming.at(since)
            rates = space.both(speed)
            work.take(rates, until - since)
            now, spent = uniformized(rates, start, until - since)
            arrived = seen @ spent[:size] * speed
        else:
            now, spent, arrived = self._smooth(coming, start, (since, until), seen)
        # Rounding loses some 1e-17 at each jump, and there may be many.
        self.states = now[:size] * (self.states.sum() / now[:size].sum())
        self.wait[cohort] += spent[size : size + count - 1].sum()
        self._go_on(until - since, cohort, work)
        self.there[:, cohort], self.waited[:, cohort] = now[size : size + count], now[size + count :]
        self._settle()
        queue, in_hand = float(space.waiting @ spent[:size]), float(space.busy @ spent[:size])
        return np.array([*arrived, queue * self.rules.leaving, queue, in_hand, float(space.finishing @ spent[:size])])

    def _go_on(self, time: float, but: int, work: Work) -> None:
        """Those of other cohorts."""
        chosen = np.flatnonzero((self.there.sum(axis=0) > _NEGLIGIBLE) & (np.arange(self.there.shape[1]) != but))
        if not len(chosen):
            return
        rates, count = self.space.positions_only(), len(self.there)
        work.take(rates, time)
        now, spent = uniformized(rates, np.vstack([self.there[:, chosen], self.waited[:, chosen]]), time)
        self.wait[chosen] += spent[: count - 1].sum(axis=0)
        self.there[:, chosen], self.waited[:, chosen] = now[:count], now[count:]

    def _smooth(
        self, coming: Profile, start: Floats, span: tuple[float, float], seen: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """The same with a rate that is a function; three numbers more count all, the blocked and who waits."""
        size, whole_size = len(self.states), len(start)
        still = sparse.csr_array(self.space.both(0.0).T)
        arriving = sparse.csr_array((self.space.both(1.0) - self.space.both(0.0)).T)

        def flow(t: float, p: Floats) -> Floats:
            # A function may jump at the end of the span, which belongs to the next one.
            speed = coming.at(min(t, float(np.nextafter(span[1], 0))))
            there = p[:whole_size]
            moved = np.asarray(still.dot(there) + speed * arriving.dot(there), dtype=np.float64)
            return np.concatenate([moved, speed * (seen @ p[:size])])

        now, spent = transient_by_equations(flow, np.concatenate([start, np.zeros(3)]), span)
        return now[:whole_size], spent[:whole_size], now[whole_size:]

    def finish(self) -> None:
        """Nothing arrives any more: the lines on duty serve those who wait, without a limit."""
        if self.lines == 0 and self.rules.leaving == 0:
            self.send_away()
            return
        waiting = len(self.there) - 1
        inside = sparse.csc_array(-self.space.moving[:waiting, :waiting])
        found = np.asarray(self.space.moving[:waiting, [waiting]].toarray(), dtype=np.float64).ravel()
        solve = linalg.splu(inside).solve
        line, left = solve(found), solve(np.ones(waiting))
        there, waited = self.there[:waiting], self.waited[:waiting]
        self.wait += left @ there
        self.answered += line @ there
        self.answered_wait += line @ waited + solve(line) @ there


def _play(
    rules: Rules,
    coming: Profile,
    staff: Profile,
    edges: tuple[list[float], list[float]],
    withdraw: Withdraw,
    away: frozenset[float],
    cut: float | None,
    work: Work,
) -> Day:
    """The day; ``cut``: the probability that all places are taken from which on there are more, if any."""
    shown, instants = edges
    course = _Course(rules, int(staff.at(0.0)), len(shown) - 1)
    rows = np.zeros((len(shown) - 1, _COUNTS + 1))
    for since, until in pairwise(instants):
        course.restaff(int(staff.at(since)), withdraw)
        number = next(k for k, end in enumerate(shown[1:]) if until <= end)
        if cut is not None:
            course.make_room(cut)
        following = copy(course)
        counts = following.span(coming, since, until, number, work)
        while cut is not None and following.full > cut:
            course.resize(2 * course.rules.places)
            following = copy(course)
            counts = following.span(coming, since, until, number, work)
        course = following
        rows[number, :7] += counts
        if until in away:
            course.restaff(int(staff.at(until)), withdraw)
            rows[number, 7] += course.send_away()
        rows[number, 8] = course.states @ course.space.waiting
        rows[number, 9] = course.states @ course.space.busy
    course.finish()
    return _day(shown, rows, course)


def _day(shown: list[float], rows: Floats, course: _Course) -> Day:
    widths = np.diff(shown)
    offered, blocked, waited, abandoned, queue, busy, finishing, sent_away, waiting, in_hand = rows.T
    before = np.concatenate([[0.0], waiting[:-1]])
    return Day(
        model="M_t/M/c_t/K+M from empty",
        source="A. Kolmogoroff 1931, Mathematische Annalen 104; A. Jensen 1953, Skand. Aktuarietidskrift 36",
        ends_s=np.array(shown[1:]),
        offered=offered,
        answered=offered - blocked - abandoned - sent_away - (waiting - before),
        abandoned=abandoned,
        blocked=blocked,
        sent_away=sent_away,
        waited=waited,
        mean_queue=queue / widths,
        mean_busy=busy / widths,
        mean_finishing=finishing / widths,
        waiting_at_end=waiting,
        in_hand_at_end=in_hand,
        cohort_answered=offered - blocked - waited + course.answered,
        cohort_sent_away=course.sent_away,
        cohort_wait_s=course.wait,
        cohort_answered_wait_s=course.answered_wait,
    )


def _shifted(position: Position, before: int, lines: int) -> Position:
    """Where a contact waits after the number of lines has changed; all of those on duty are busy."""
    ahead, finishing = position
    if lines < before:
        return Position(ahead, finishing + before - lines)
    back = min(finishing, lines - before)
    taken = lines - before - back
    return Position(ahead - taken, finishing - back) if ahead >= taken else _ANSWERED


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
