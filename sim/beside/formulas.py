"""The formula that fits a queue, and its average over stretches of time that are each a steady state of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.beside.averages import Averages
from sim.beside.premises import Premises
from sim.beside.profile import Profile
from sim.scenario.distributions import Exponential, Law, Never
from sim.theory import SteadyState, chat_line, erlang_a, erlang_b, erlang_c, general_patience, limited_queue
from sim.theory.birth_death import TooManyStatesError

Floats = NDArray[np.float64]
#: Loads at which a formula is evaluated where there are more of them; it is interpolated between these.
_GRID = 25
#: Stretches with less than this part of the highest load are taken for that load: next to nobody calls then.
_LEAST = 0.01

_POINTWISE = "; averaged over time: Green and Kolesar 1991, Management Science 37, 84-97"
#: A queue that starts empty is in its steady state where the time is this many times its relaxation time: for a value
#: that is exact, and for one that is only averaged over time.
RELAXED, _ROUGHLY = 300, 10


@dataclass(frozen=True)
class Formula:
    """A queue in theory, but for its load. Equal queues share one."""

    handling_s: float
    patience: Law
    places: int | None
    lines: int
    speeds: tuple[int, ...]

    @property
    def capacity(self) -> float:
        """Most erlangs that are carried; a load as high as this has no steady state where ``endless``."""
        return self.lines * len(self.speeds) * self.speeds[-1] / 100

    @property
    def endless(self) -> bool:
        """Whether any number may wait for any time."""
        return self.places is None and isinstance(self.patience, Never)

    def relaxation_s(self, load: float) -> float:
        """Time in which the distance from the steady state falls to 1/e, about; infinite where there is none.

        That of M/M/c: P. M. Morse 1958, Queues, Inventories and Maintenance, Wiley, chapter 6. Patience and a limit on
        the places shorten it.
        """
        if self.endless and load >= self.capacity:
            return inf
        difference = sqrt(self.capacity) - sqrt(load)
        times = [1 / difference**2 if difference else inf]
        if self.places is not None:
            times.append((self.places + self.capacity) ** 2 / self.capacity)
        if not isinstance(self.patience, Never):
            times.append(self.patience.mean / 1000 / self.handling_s)
        return self.handling_s * max(1.0, min(times))

    def solve(self, load: float) -> Solved:
        """The steady state at a load in erlangs; ValueError where there is none."""
        rate, held = load / self.handling_s * 3600, f"{self.handling_s!r} s"
        if len(self.speeds) > 1:
            return self._chats(rate, held)
        state = self._state(rate, held)
        shares = (state.blocked, state.abandoned, state.waits, state.answered)
        return Solved(np.array([*shares, state.waiting.answered_wait_s, state.occupancy]), state.model, state.source)

    def _state(self, rate: float, held: str) -> SteadyState:
        lines, mean = self.lines, f"{self.patience.mean / 1000!r} s"
        if self.places == 0:
            return erlang_b(arrivals_per_hour=rate, handling=held, lines=lines)
        if self.places is not None:
            patience = None if isinstance(self.patience, Never) else mean
            places = self.places
            return limited_queue(arrivals_per_hour=rate, handling=held, lines=lines, places=places, patience=patience)
        if isinstance(self.patience, Never):
            return erlang_c(arrivals_per_hour=rate, handling=held, lines=lines)
        if isinstance(self.patience, Exponential):
            return erlang_a(arrivals_per_hour=rate, handling=held, lines=lines, patience=mean)
        return general_patience(arrivals_per_hour=rate, handling=held, lines=lines, patience=self.patience)

    def _chats(self, rate: float, held: str) -> Solved:
        patience = None if isinstance(self.patience, Never) else f"{self.patience.mean / 1000!r} s"
        speeds = tuple(f"{speed} %" for speed in self.speeds)
        found = chat_line(arrivals_per_hour=rate, handling=held, speeds=speeds, places=self.places, patience=patience)
        # Who gives up is not told from who is answered by the mean wait of both.
        waited = found.mean_wait_s * (1 - found.blocked) if patience is None else np.nan
        shares = [found.blocked, found.abandoned, found.waits, found.answered]
        return Solved(np.array([*shares, waited, found.busy]), "chats at once (birth-death)", found.source)


@dataclass(frozen=True, eq=False)
class Solved:
    """Shares blocked, abandoned, waiting and answered; mean wait if answered, 0 otherwise (s); occupancy."""

    values: Floats
    model: str
    source: str


def averages(queues: Sequence[tuple[Premises, Profile]]) -> list[Averages | str]:
    """Of each queue, or the reason why there is none. A formula that several queues share is evaluated once."""
    loads: dict[Formula, list[Floats]] = {}
    for premises, profile in queues:
        if not overload(premises, profile):
            for formula, chosen in formulas(premises, profile):
                loads.setdefault(formula, []).append(profile.loads(premises.handling_s)[chosen])
    tables = {formula: _table(formula, np.concatenate(some)) for formula, some in loads.items()}
    return [overload(*queue) or _average(*queue, tables) for queue in queues]


def formulas(premises: Premises, profile: Profile) -> Iterable[tuple[Formula, NDArray[np.bool_]]]:
    """The formula for each number of lines, with the stretches in which it holds."""
    for lines in np.unique(profile.lines).tolist():
        formula = Formula(premises.handling_s, premises.patience, premises.places, lines, premises.speeds)
        yield formula, profile.lines == lines


def overload(premises: Premises, profile: Profile) -> str:
    """The reason why stretches have no steady state, or ''."""
    if not profile.lines.all():
        return "open without a line on duty"
    loads, capacity = profile.loads(premises.handling_s), np.zeros(len(profile.lines))
    endless = False
    for formula, chosen in formulas(premises, profile):
        capacity[chosen], endless = formula.capacity, formula.endless
    if not endless or (loads < capacity).all():
        return ""
    if loads @ profile.seconds >= capacity @ profile.seconds:
        return "more load than lines, and nobody gives up"
    return "more load than lines at times, and nobody gives up"


def relaxed(premises: Premises, profile: Profile, times: float = RELAXED) -> bool:
    """Whether opening intervals are so many times as long as it takes to reach the steady state of their peak."""
    loads = profile.loads(premises.handling_s)
    found = [formula.relaxation_s(loads[chosen].max()) for formula, chosen in formulas(premises, profile)]
    return profile.interval_s >= times * max(found)


def _average(premises: Premises, profile: Profile, tables: dict[Formula, _Table | str]) -> Averages | str:
    loads, contacts = profile.loads(premises.handling_s), profile.contacts
    values, solved = np.zeros((len(loads), 6)), None
    for formula, chosen in formulas(premises, profile):
        table = tables[formula]
        if isinstance(table, str):
            return table
        values[chosen], solved = table.at(loads[chosen]), table.solved
    assert solved is not None
    mean = (contacts @ values / contacts.sum()).tolist()
    breaks = (*premises.breaks, *profile.breaks)
    if premises.sent_away:
        breaks = (*breaks, "callers sent away at closing")
    # Where something varies, the shares are rough already; where nothing does, they are taken for exact.
    if not relaxed(premises, profile, _ROUGHLY if profile.breaks else RELAXED):
        breaks = (*breaks, "steady state not reached")
    return Averages(
        blocked=mean[0],
        abandoned=mean[1],
        sent_away=0.0,
        waits=mean[2],
        answered=mean[3],
        answered_wait_s=mean[4],
        occupancy=float((profile.seconds * profile.lines) @ values[:, 5]) / profile.duty_s,
        model=solved.model,
        source=solved.source + (_POINTWISE if profile.breaks else ""),
        breaks=breaks,
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """A formula at some loads, ascending; ``solved`` is its solution at the highest."""

    loads: Floats
    values: Floats
    solved: Solved

    def at(self, loads: Floats) -> Floats:
        """Values at each load, shape (loads, 6)."""
        from scipy.interpolate import PchipInterpolator

        if len(self.loads) == 1:
            return np.broadcast_to(self.values, (len(loads), 6))
        within = np.clip(loads, self.loads[0], self.loads[-1])
        found: Floats = PchipInterpolator(np.log(self.loads), self.values)(np.log(within))
        return found


def _table(formula: Formula, loads: Floats) -> _Table | str:
    """The formula over these loads; the reason why it cannot be computed."""
    points = np.unique(loads)
    if points[-1] - points[0] < 1e-6 * points[-1]:
        points = points[-1:]
    elif len(points) > _GRID:
        points = np.geomspace(max(points[0], _LEAST * points[-1]), points[-1], _GRID)
    else:
        points = np.unique(np.maximum(points, _LEAST * points[-1]))
    try:
        solved = [formula.solve(float(load)) for load in points[::-1]][::-1]
    except TooManyStatesError:
        return "too many contacts may wait"
    return _Table(points, np.stack([found.values for found in solved]), solved[-1])
