"""The cheapest combination of what was simulated, exactly; and which levels to simulate until nothing is cheaper.

Costs, slacks and people lost add over blocks, so the best choice of one option for each block is an integer programme
(a multiple-choice knapsack). A small block has all its levels simulated. In a large one the search follows the best
choice: it simulates the neighbours of what is chosen until none is better, and then, where these are not too many,
everything that costs no more, which proves that nothing cheaper meets the targets on these worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.studies.blocks import Book
from sim.studies.costs import Team
from sim.studies.shifts import covered, levels_within, number_within
from sim.studies.staffing import Levels

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

Floats = NDArray[np.float64]

#: Blocks of at most so many levels are simulated whole.
SMALL = 30
#: At most so many levels of a large block, the cheapest, are simulated to prove that nothing is cheaper.
PROOF = 300
#: Steps up from the choice in a large block, for the frontier.
_STEPS_UP = 4
_TINY = 1e-9
#: Of an interval of costs, until it holds one cost only.
_HALVINGS = 40


@dataclass(frozen=True)
class Option:
    """Levels of one block, their cost, and sums over worlds of slack (targets,) and people lost."""

    levels: Levels
    cost: float
    slack: Floats
    lost: float


@dataclass(frozen=True)
class Choice:
    """Levels of every block; ``slack`` and ``lost`` are means per period over the worlds of the search."""

    levels: tuple[Levels, ...]
    cost: float
    slack: Floats
    lost: float

    def meets(self, margin: Floats) -> bool:
        """Whether every target is met, with a margin in slack per period."""
        return bool(np.all(self.slack >= margin - _TINY))


@dataclass(frozen=True, eq=False)
class Menu:
    """What was simulated of each block; ``rest`` is the part of each target that nothing decided changes."""

    options: tuple[tuple[Option, ...], ...]
    rest: Floats
    worlds: int
    penalty: float

    @classmethod
    def of(cls, book: Book, *, penalty: float) -> Menu:
        """Everything that a book knows, without what is worse in all respects than another option of its block."""
        found: list[list[Option]] = [[] for _ in book.blocks]
        for (block, levels), measured in book.known.items():
            cost = book.blocks[block].team.cost(levels)
            found[block].append(Option(levels, cost, measured.slack.sum(axis=0), float(measured.lost.sum())))
        assert book.rest is not None
        kept = tuple(tuple(_undominated(some)) for some in found)
        return cls(kept, book.rest.sum(axis=0), book.replications, penalty)

    def objective(self, choice: Choice) -> float:
        """What is made least: cost, and what callers lost are said to cost."""
        return choice.cost + self.penalty * choice.lost

    def choice(self, picked: Sequence[int]) -> Choice:
        """The options with these numbers."""
        chosen = [some[k] for some, k in zip(self.options, picked, strict=True)]
        slack = (self.rest + np.sum([option.slack for option in chosen], axis=0)) / self.worlds
        lost = sum(option.lost for option in chosen) / self.worlds
        return Choice(tuple(option.levels for option in chosen), sum(option.cost for option in chosen), slack, lost)

    def best(self, margin: Floats, *, without: Sequence[tuple[Levels, ...]] = ()) -> Choice | None:
        """The cheapest that meets every target, of equal ones that which loses fewest; None where there is none."""
        banned = list(without)
        while True:
            problem = _Problem(self, margin, banned)
            picked = problem.solve(problem.cost)
            if picked is None:
                return None
            first = self.choice(picked)
            limit = self.objective(first)
            again = problem.solve(problem.lost, at_most=limit + 1e-6 * max(1.0, limit))
            found = self.choice(again) if again is not None else first
            for choice in (found, first):
                if choice.meets(margin):
                    return choice
            # Beyond the solver's tolerance: not a plan.
            banned.append(first.levels)

    def nearest(self, margin: Floats) -> Choice:
        """The choice whose targets are missed by least together, each in parts of its widest miss."""
        picked = _Problem(self, margin, []).least_missed()
        return self.choice(picked)

    def frontier(self) -> list[Choice]:
        """For every cost the choice that loses fewest callers: all that no other beats in both, cheapest first."""
        front: list[tuple[float, float, tuple[int, ...]]] = [(0.0, 0.0, ())]
        for some in self.options:
            joined = [
                (cost + option.cost, lost + option.lost, (*picked, k))
                for cost, lost, picked in front
                for k, option in enumerate(some)
            ]
            front, fewest = [], np.inf
            for cost, lost, picked in sorted(joined):
                if lost < fewest - _TINY:
                    front.append((cost, lost, picked))
                    fewest = lost
        return [self.choice(picked) for _, _, picked in front]


def _undominated(options: list[Option]) -> Iterator[Option]:
    """Options to which no other one is at least equal in everything."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda option: (option.cost, option.lost, option.levels)):
        if not any(o.lost <= option.lost and np.all(o.slack >= option.slack) for o in kept):
            kept.append(option)
    yield from kept


class _Problem:
    """The integer programme: one option of each block, slacks not below the margin."""

    def __init__(self, menu: Menu, margin: Floats, banned: Sequence[tuple[Levels, ...]]) -> None:
        every = [(block, option) for block, some in enumerate(menu.options) for option in some]
        self.sizes = [len(some) for some in menu.options]
        self.cost = np.array([option.cost + menu.penalty * option.lost / menu.worlds for _, option in every])
        self.lost = np.array([option.lost / menu.worlds for _, option in every])
        self.one = np.array([[float(block == b) for block, _ in every] for b in range(len(self.sizes))])
        slack = np.array([option.slack for _, option in every]).T
        wanted = margin * menu.worlds - menu.rest
        # Scaled, since the solver's tolerance is absolute.
        scale = np.maximum(np.abs(slack).max(axis=1, initial=1.0), 1.0)
        self.slack, self.wanted = slack / scale[:, None], wanted / scale
        self.banned = [
            np.array([float(option.levels == levels[block]) for block, option in every]) for levels in banned
        ]

    def _constraints(self) -> list[LinearConstraint]:
        from scipy.optimize import LinearConstraint

        found = [LinearConstraint(self.one, 1, 1)]
        if len(self.wanted):
            found.append(LinearConstraint(self.slack, self.wanted, np.inf))
        found += [LinearConstraint(row[None], -np.inf, len(self.sizes) - 1) for row in self.banned]
        return found

    def solve(self, objective: Floats, *, at_most: float | None = None) -> list[int] | None:
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = self._constraints()
        if at_most is not None:
            constraints.append(LinearConstraint(self.cost[None], -np.inf, at_most))
        whole = np.ones(len(objective), dtype=np.int64)
        solved = milp(
            objective, constraints=constraints, integrality=whole, bounds=Bounds(0, 1), options={"mip_rel_gap": 0.0}
        )
        return None if solved.x is None else self._picked(solved.x)

    def least_missed(self) -> list[int]:
        from scipy.optimize import Bounds, LinearConstraint, milp

        size, targets = len(self.cost), len(self.wanted)
        one = np.hstack([self.one, np.zeros((len(self.sizes), targets))])
        slack = np.hstack([self.slack, np.eye(targets)])
        widest = np.maximum(self.wanted - self.slack.sum(axis=1), 1e-6)
        widest = np.maximum(widest, np.abs(self.wanted))
        price = np.concatenate([1e-7 * self.cost / max(self.cost.max(), 1e-9), 1 / widest])
        solved = milp(
            price,
            constraints=[LinearConstraint(one, 1, 1), LinearConstraint(slack, self.wanted, np.inf)],
            integrality=np.concatenate([np.ones(size), np.zeros(targets)]).astype(np.int64),
            bounds=Bounds(0, np.concatenate([np.ones(size), np.full(targets, np.inf)])),
        )
        assert solved.x is not None  # slack makes room for everything
        return self._picked(solved.x[:size])

    def _picked(self, x: Floats) -> list[int]:
        starts = np.cumsum([0, *self.sizes])
        return [int(np.argmax(x[a:b])) for a, b in pairwise(starts.tolist())]


@dataclass(frozen=True)
class Searched:
    """What a search ended with. ``floor``: nothing that costs less and was not simulated is within the limits."""

    menu: Menu
    best: Choice | None
    nearest: Choice
    floor: float
    simulated: int

    @property
    def proven(self) -> bool:
        """Whether nothing within the limits is cheaper on these worlds, or none meets the targets."""
        return self.floor == np.inf

    @property
    def objective(self) -> float:
        """What the best choice comes to; infinite where no choice meets the targets."""
        return np.inf if self.best is None else self.menu.objective(self.best)


def search(book: Book, *, penalty: float = 0.0, small: int = SMALL, proof: int = PROOF) -> Searched:
    """Simulate levels until the cheapest choice among them is the best there is, or has no better neighbour."""
    margin = np.zeros(len(book.targets))
    sizes = [number_within(block.team, np.inf, enough=small + 1) for block in book.blocks]
    large = [n for n, size in enumerate(sizes) if size > small]
    every = {n: list(levels_within(block.team, np.inf)) for n, block in enumerate(book.blocks) if n not in large}
    book.need(every)
    menu = _settled(book, large, margin, penalty)
    best = menu.best(margin)
    floor = np.inf
    if large:
        floor = _prove(book, large, menu, np.inf if best is None else menu.objective(best), proof)
        menu = Menu.of(book, penalty=penalty)
        best = menu.best(margin)
    if large:
        _upwards(book, large, best or menu.nearest(margin))
        menu = Menu.of(book, penalty=penalty)
        best = menu.best(margin)
    return Searched(menu, best, best or menu.nearest(margin), floor, book.simulated)


def _settled(book: Book, large: Sequence[int], margin: Floats, penalty: float) -> Menu:
    """Follow the best choice to one none of whose neighbours is better."""
    while True:
        book.means.go_on()
        menu = Menu.of(book, penalty=penalty)
        if not large:
            return menu
        chosen = menu.best(margin) or menu.nearest(margin)
        for near in (_one_apart, _moved):
            wanted = {n: [x for x in near(book.blocks[n].team, chosen.levels[n]) if _new(book, n, x)] for n in large}
            if any(wanted.values()):
                book.need(wanted)
                break
        else:
            return menu


def _upwards(book: Book, large: Sequence[int], chosen: Choice) -> None:
    """A few steps up from what is chosen, each with the line that loses fewest: what more would buy."""
    at = {n: chosen.levels[n] for n in large}
    for _ in range(_STEPS_UP):
        higher = {}
        for n, levels in at.items():
            units = book.blocks[n].team.units
            raised = [tuple(v + (k == up) for k, v in enumerate(levels)) for up in range(len(levels))]
            found = [covered(book.blocks[n].team, one) for k, one in enumerate(raised) if one[k] <= units[k][0].most]
            higher[n] = [one for one in found if one is not None]
        book.need(higher)
        known = {n: [one for one in some if (n, one) in book.known] for n, some in higher.items()}
        at = {n: min(some, key=_lost_in(book, n)) for n, some in known.items() if some}


def _lost_in(book: Book, block: int) -> Callable[[Levels], float]:
    return lambda levels: float(book.known[block, levels].lost.sum())


def _new(book: Book, block: int, levels: Levels) -> bool:
    return (block, levels) not in book.known and (block, levels) not in book.refused


def _one_apart(team: Team, levels: Levels) -> Iterator[Levels]:
    """One line more or less in one slot, with what shifts add."""
    for at, (staff, _) in enumerate(team.units):
        for step in (1, -1):
            if staff.least <= levels[at] + step <= staff.most:
                found = covered(team, tuple(level + step * (k == at) for k, level in enumerate(levels)))
                if found is not None:
                    yield found


def _moved(team: Team, levels: Levels) -> Iterator[Levels]:
    """One line moved to the same hours of another group, or to other hours of the same."""
    for away, (from_, hours) in enumerate(team.units):
        for to, (into, others) in enumerate(team.units):
            same = from_.group == into.group or hours == others
            if away == to or not same or levels[away] <= from_.least or levels[to] >= into.most:
                continue
            found = covered(team, tuple(level + (k == to) - (k == away) for k, level in enumerate(levels)))
            if found is not None:
                yield found


def _prove(book: Book, large: Sequence[int], menu: Menu, objective: float, most: int) -> float:
    """Simulate what could be part of a cheaper choice, in each large block the cheapest first and ``most`` at most.

    Returns what a choice that was not simulated costs at least; infinite where that is more than ``objective``.
    """
    cheapest = [
        block.team.cost(tuple(staff.least for staff, _ in block.team.units)) if block.team.units else 0.0
        for block in book.blocks
    ]
    for n in set(range(len(book.blocks))) - set(large):
        cheapest[n] = min(option.cost for option in menu.options[n])
    floor = np.inf
    for n in large:
        others = sum(cheapest) - cheapest[n]
        within, beyond = _affordable(book.blocks[n].team, cheapest[n], objective - others, most)
        book.need({n: list(levels_within(book.blocks[n].team, within))})
        floor = min(floor, others + beyond)
    return floor


def _affordable(team: Team, least: float, most_cost: float, most: int) -> tuple[float, float]:
    """A cost within which a team has at most ``most`` levels, and that of the next; infinite where all are within."""

    def few(cost: float) -> bool:
        return number_within(team, cost, enough=most + 1) <= most

    if few(most_cost):
        return most_cost, np.inf
    within, beyond = least - 1.0, least
    while few(beyond):
        within, beyond = beyond, beyond + 2 * max(beyond - within, 1.0)
    for _ in range(_HALVINGS):
        middle = (within + beyond) / 2
        within, beyond = (middle, beyond) if few(middle) else (within, middle)
    return within, beyond
