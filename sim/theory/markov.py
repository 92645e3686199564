"""Finite Markov chains in continuous time, solved exactly: one solver for every model without a closed form.

A chain is its states, found by walking from a first one, and a sparse generator. Stationary probabilities come from
state reduction (GTH) where the chain is small and from sparse LU with a check where it is not; transient ones from
uniformization, or from the differential equations where rates change continuously.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Generic, TypeVar

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from sim.theory.birth_death import Floats, TooManyStatesError, stationary

State = TypeVar("State", bound=Hashable)
Transitions = Callable[[State], Iterable[tuple[State, float]]]

_SMALL = 400
_LARGEST = 500_000
#: Largest rate out of balance, relative to the fastest rate, that a solution may leave.
_TOLERANCE = 1e-12
#: Blocks of fifty steps that are tried, and the error at which they end.
_BLOCKS, _LEFT = 60, 1e-14
#: Expected jumps in one step of uniformization.
_STEP = 2000.0
#: States up to which uniformization takes dense powers of its step, and steps that are added up together.
_DENSE, _BLOCK = 100, 32


@dataclass(frozen=True, eq=False)
class Chain(Generic[State]):
    """States and generator: ``generator[i, j]`` is the rate from state i to j, rows add up to 0."""

    states: tuple[State, ...]
    index: Mapping[State, int]
    generator: sparse.csr_array

    def values(self, of: Callable[[State], float]) -> Floats:
        """A number for each state, in the order of the states."""
        return np.fromiter((of(state) for state in self.states), dtype=np.float64, count=len(self.states))


def explore(starts: Iterable[State], transitions: Transitions[State]) -> Chain[State]:
    """The chain on all states that can be reached from ``starts`` (which come first, in their order).

    ``transitions(state)`` gives pairs of a next state and a rate; rates of 0 are left out, several to one state add up.
    """
    states: dict[State, int] = {}
    for state in starts:
        states.setdefault(state, len(states))
    order = list(states)
    rows, columns, rates = [], [], []
    for number, state in enumerate(order):
        for following, speed in transitions(state):
            if speed == 0 or following == state:
                continue
            if following not in states:
                states[following] = len(order)
                order.append(following)
            rows.append(number)
            columns.append(states[following])
            rates.append(speed)
        if len(order) > _LARGEST:
            raise TooManyStatesError(f"more than {_LARGEST:,} states; limit the places or the truncation")
    return Chain(tuple(order), states, _generator(len(order), rows, columns, rates))


def _generator(size: int, rows: list[int], columns: list[int], rates: list[float]) -> sparse.csr_array:
    jumps = sparse.csr_array((rates, (rows, columns)), shape=(size, size), dtype=np.float64)
    out = np.asarray(jumps.sum(axis=1), dtype=np.float64).ravel()
    return sparse.csr_array(jumps - sparse.diags_array(out))


def stationary_of(chain: Chain[State]) -> Floats:
    """Stationary probabilities, in the order of the states; the chain must be irreducible but for transient states."""
    if len(chain.states) <= _SMALL:
        return gth(chain.generator.toarray())
    found = power_stationary(chain.generator)
    return sparse_stationary(chain.generator) if found is None else found


def gth(generator: Floats) -> Floats:
    """Stationary probabilities of a small chain with a dense generator, by state reduction.

    No subtraction is ever made, so even the smallest probability has a small relative error. W. K. Grassmann,
    M. I. Taksar and D. P. Heyman 1985, "Regenerative analysis and steady state distributions for Markov chains",
    Operations Research 33, 1107-1116. Transient states must not be numbered below all recurrent ones.
    """
    rates = np.array(generator, dtype=np.float64)
    np.fill_diagonal(rates, 0.0)
    size = len(rates)
    for n in range(size - 1, 0, -1):
        out = rates[n, :n].sum()
        if out == 0:
            raise ValueError("the chain has several closed classes of states: no unique stationary distribution")
        rates[:n, n] /= out
        rates[:n, :n] += np.outer(rates[:n, n], rates[n, :n])
    share = np.zeros(size)
    share[0] = 1.0
    for n in range(1, size):
        share[n] = share[:n] @ rates[:n, n]
    return np.asarray(share / share.sum(), dtype=np.float64)


def power_stationary(generator: sparse.csr_array) -> Floats | None:
    """Stationary probabilities by stepping the uniformized chain; None where that would take long.

    For chains that forget fast and whose LU factors would fill up. Distances between every fiftieth step fall
    geometrically, so what is left is known: less than 1e-14 in all (W. J. Stewart 1994, chapter 3).
    """
    size = generator.shape[0]
    fastest = 1.01 * float(np.abs(generator.diagonal()).max())
    step = sparse.csr_array((generator / fastest).T + sparse.eye_array(size))
    share: Floats = np.full(size, 1 / size)
    before = 2.0
    for _ in range(_BLOCKS):
        last = share
        for _ in range(50):
            share = np.asarray(step @ share, dtype=np.float64)
        share /= share.sum()
        moved = float(np.abs(share - last).sum())
        fall = moved / before
        if fall < 1 and moved * fall / (1 - fall) < _LEFT:
            return share
        before = moved
    return None


def sparse_stationary(generator: sparse.csr_array) -> Floats:
    """Stationary probabilities of a large chain by sparse LU, refined once and checked.

    One balance equation is replaced by a fixed probability of one state, which is chosen again if it turns out to be
    unlikely. W. J. Stewart 1994, Introduction to the Numerical Solution of Markov Chains, Princeton, chapter 2.
    ArithmeticError where the check fails.
    """
    anchor = 0
    for _ in range(3):
        share = _anchored(generator, anchor)
        likely = int(np.argmax(share))
        if share[anchor] > 1e-6 * share[likely]:
            break
        anchor = likely
    worst = float(np.abs(generator.T.dot(share)).max() / np.abs(generator.diagonal()).max())
    if not worst < _TOLERANCE or share.min() < -_TOLERANCE:
        raise ArithmeticError(f"the stationary distribution leaves a balance of {worst:.1e}: rates differ too much")
    share = np.maximum(share, 0)
    return np.asarray(share / share.sum(), dtype=np.float64)


def _anchored(generator: sparse.csr_array, anchor: int) -> Floats:
    size = generator.shape[0]
    others = np.delete(np.arange(size), anchor)
    balance = sparse.csc_array(generator.T)
    matrix = sparse.csc_array(balance[others][:, others])
    right = -np.asarray(balance[:, [anchor]].toarray(), dtype=np.float64).ravel()[others]
    factors = linalg.splu(matrix)
    found: Floats = np.asarray(factors.solve(right), dtype=np.float64)
    found += factors.solve(np.asarray(right - matrix.dot(found), dtype=np.float64))
    share = np.insert(found, anchor, 1.0)
    return np.asarray(share / share.sum(), dtype=np.float64)


def transient(generator: sparse.csr_array, start: Floats, time: float) -> tuple[Floats, Floats]:
    """Probabilities after ``time``, and the expected time spent in each state until then, by uniformization.

    A. Jensen 1953, "Markoff chains as an aid in the study of Markoff processes", Skandinavisk Aktuarietidskrift 36,
    87-91; D. Gross and D. R. Miller 1984, Operations Research 32, 343-361. Errors are of the order of 1e-14.
    """
    now, spent = uniformized(generator, start, time)
    # Rounding loses some 1e-17 at each jump, and there may be many.
    return now * (start.sum() / now.sum()), spent


def uniformized(rates: sparse.csr_array, start: Floats, time: float) -> tuple[Floats, Floats]:
    """``start @ expm(rates * time)`` and its integral over the time; ``rates`` are negative on the diagonal only.

    Rows of ``rates`` need not add up to 0: expected numbers may grow. ``start`` has one entry, or one row, per state.
    """
    fastest = float(np.abs(rates.diagonal()).max()) if rates.nnz else 0.0
    if fastest == 0 and rates.nnz:
        fastest = float(rates.max())
    if fastest == 0 or time == 0:
        return start.copy(), start * time
    steps = ceil(fastest * time / _STEP)
    jumps = fastest * time / steps
    weights = stationary(lambda n: np.full_like(n, jumps), lambda n: n, None)
    later = np.append(np.cumsum(weights[::-1])[::-1][1:], 0.0) / fastest
    sparse_step = sparse.csr_array((rates / fastest).T + sparse.eye_array(rates.shape[0]))
    step = sparse_step.toarray() if len(start) <= _DENSE else sparse_step
    terms = np.stack([weights, later])
    terms = np.pad(terms, ((0, 0), (0, -len(weights) % _BLOCK))).reshape(2, -1, _BLOCK)
    now, spent = np.array(start, dtype=np.float64), np.zeros_like(start)
    for _ in range(steps):
        after, more = np.zeros((2, len(now), now.size // len(now)))
        for block, weight, still in zip(_powers(step, now.reshape(after.shape), terms.shape[1]), *terms, strict=True):
            after += np.tensordot(weight, block, (0, 1))
            more += np.tensordot(still, block, (0, 1))
        now = after.reshape(start.shape)
        spent += more.reshape(start.shape)
    return now, spent


def _powers(step: Any, columns: Floats, blocks: int) -> Iterator[Floats]:
    """``step^k @ columns`` for k = 0, 1, ..., in blocks with axes (rows, k, columns).

    A block is found from the one before it with a power of a dense step, and one by one with a sparse step.
    """
    rows, wide = columns.shape
    if isinstance(step, np.ndarray):
        while columns.shape[1] < _BLOCK * wide:
            columns = np.hstack([columns, step @ columns])
            step = step @ step
        for _ in range(blocks):
            yield columns.reshape(rows, _BLOCK, wide)
            columns = step @ columns
        return
    block = np.empty((rows, _BLOCK, wide))
    for _ in range(blocks):
        for k in range(_BLOCK):
            block[:, k] = columns
            columns = np.asarray(step @ columns, dtype=np.float64)
        yield block


def transient_by_equations(
    flow: Callable[[float, Floats], Floats], start: Floats, times: Sequence[float]
) -> tuple[Floats, Floats]:
    """Probabilities and expected times in each state at the last of ``times``, where rates change continuously.

    ``flow(t, p)`` is p Q(t), smooth in t between neighbouring ``times``. Kolmogorov's forward equations p' = p Q(t) by
    an explicit Runge-Kutta method of order 8 (A. Kolmogoroff 1931, Mathematische Annalen 104, 415-458; E. Hairer,
    S. P. Nørsett and G. Wanner 1993, Solving Ordinary Differential Equations I, Springer), tolerance 1e-11.
    """
    from scipy.integrate import solve_ivp  # takes longer to load than all of the theory around it

    size = len(start)
    now = np.concatenate([start, np.zeros(size)])

    def slope(t: float, y: Floats) -> Floats:
        return np.concatenate([flow(t, y[:size]), y[:size]])

    for since, until in pairwise(times):
        # Times spent are in seconds and may be large; probabilities carry the absolute tolerance.
        found = solve_ivp(slope, (since, until), now, method="DOP853", rtol=1e-11, atol=1e-14)
        if not found.success:
            raise ArithmeticError(f"the forward equations could not be solved: {found.message}")
        now = found.y[:, -1]
    return now[:size], now[size:]
