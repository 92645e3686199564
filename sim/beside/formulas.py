"""The formula that fits a queue, and its average over stretches of time that are each a steady state of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.beside.premises import Premises
from sim.beside.profile import Profile
from sim.distributions import Exponential, Law, Never
from sim.theory import SteadyState, chat_line, erlang_a, erlang_b, erlang_c, general_patience, limited_queue

Floats = NDArray[np.float64]
#: Loads at which a formula is evaluated where there are more of them; it is interpolated between these.
_GRID = 25
#: Stretches with less than this part of the highest load are taken for that load: next to nobody calls then.
_LEAST = 0.01

_POINTWISE = "; averaged over time: Green and Kolesar 1991, Management Science 37, 84-97"


@dataclass(frozen=True)
class Formula:
    """A queue in theory, but for its load. Equal queues share one."""

    handling_s: float
    patience: Law
    places: int | None
    lines: int
    speeds: tuple[int, ...]

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


@dataclass(frozen=True, eq=False)
class Averages:
    """The same over a period."""

    values: Floats
    model: str
    source: str

    def of(self, measure: str) -> tuple[float, str, str]:
        """Value in the measure's unit, model and source."""
        blocked, abandoned, waits, answered, waited, occupancy = self.values.tolist()
        value = {
            "loss": 100 * (blocked + abandoned),
            "abandonment": 100 * abandoned,
            "blocked_share": 100 * blocked,
            "waited_share": 100 * waits / (1 - blocked) if blocked < 1 else np.nan,
            "asa": waited / answered if answered else np.nan,
            "occupancy": 100 * occupancy,
        }[measure]
        return float(value), self.model, self.source


def averages(queues: Sequence[tuple[Premises, Profile | None]]) -> list[Averages | str]:
    """Of each queue, or the reason why there is none. A formula that several queues share is evaluated once."""
    loads: dict[Formula, list[Floats]] = {}
    for premises, profile in queues:
        for formula, chosen in _formulas(premises, profile):
            assert profile is not None
            loads.setdefault(formula, []).append(profile.loads(premises.handling_s)[chosen])
    tables = {formula: _Table.of(formula, np.concatenate(some)) for formula, some in loads.items()}
    return [_average(premises, profile, tables) for premises, profile in queues]


def _formulas(premises: Premises, profile: Profile | None) -> Iterable[tuple[Formula, NDArray[np.bool_]]]:
    """The formula for each number of lines, with the stretches in which it holds."""
    if profile is None or not profile.lines.all():
        return
    for lines in np.unique(profile.lines).tolist():
        formula = Formula(premises.handling_s, premises.patience, premises.places, lines, premises.speeds)
        yield formula, profile.lines == lines


def _average(premises: Premises, profile: Profile | None, tables: dict[Formula, _Table]) -> Averages | str:
    if profile is None:
        return premises.why_not
    if not profile.lines.all():
        return "open without a line on duty"
    loads, contacts = profile.loads(premises.handling_s), profile.contacts
    values, solved = np.zeros((len(loads), 6)), None
    for formula, chosen in _formulas(premises, profile):
        table = tables[formula]
        if table.solved is None:
            return "more load than lines, and nobody gives up"
        values[chosen], solved = table.at(loads[chosen]), table.solved
    assert solved is not None
    mean = (contacts @ values / contacts.sum()).tolist()
    mean[5] = float((profile.seconds * profile.lines) @ values[:, 5]) / profile.duty_s
    source = solved.source + (_POINTWISE if profile.breaks else "")
    return Averages(np.array(mean), solved.model, source)


@dataclass(frozen=True, eq=False)
class _Table:
    """A formula at some loads, ascending; ``solved`` is one of its solutions, None where it has none at the highest."""

    loads: Floats
    values: Floats
    solved: Solved | None

    @classmethod
    def of(cls, formula: Formula, loads: Floats) -> _Table:
        points = np.unique(loads)
        if points[-1] - points[0] < 1e-6 * points[-1]:
            points = points[-1:]
        elif len(points) > _GRID:
            points = np.geomspace(max(points[0], _LEAST * points[-1]), points[-1], _GRID)
        else:
            points = np.unique(np.maximum(points, _LEAST * points[-1]))
        try:
            solved = [formula.solve(float(load)) for load in points[::-1]][::-1]
        except ValueError:
            return cls(points, np.empty((0, 6)), None)
        return cls(points, np.stack([found.values for found in solved]), solved[-1])

    def at(self, loads: Floats) -> Floats:
        """Values at each load, shape (loads, 6)."""
        from scipy.interpolate import PchipInterpolator

        if len(self.loads) == 1:
            return np.broadcast_to(self.values, (len(loads), 6))
        within = np.clip(loads, self.loads[0], self.loads[-1])
        found: Floats = PchipInterpolator(np.log(self.loads), self.values)(np.log(within))
        return found
