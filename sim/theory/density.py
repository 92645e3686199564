"""The density of the offered wait in a queue whose callers have any law of patience, integrated to nearly all digits.

Zeltyn and Mandelbaum 2005: given that one must wait, the wait V of somebody who never gives up has the density
f(t) = exp(integral over (0, t) of lambda (1 - G(u)) - c mu du) / J, with G the cdf of patience. The exponent is
concave, so f has one peak, from which everything is summed outwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, inf

import numpy as np

from sim.theory.birth_death import Floats, wait_probability

Cdf = Callable[[Floats], Floats]

_NODES = 16
#: Exponent below the peak's at which the density is nil.
_NIL = 60.0
#: Longest wait considered, seconds (some thirty million years).
_FOREVER = 1e15


@cache
def _gauss() -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on (0, 1), and the matrix that integrates from 0 to each node."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    p = np.polynomial.legendre.legvander(x, _NODES)
    k = np.arange(1, _NODES)
    steps = np.column_stack([x + 1, (p[:, k + 1] - p[:, k - 1]) / (2 * k + 1)])
    parts = (2 * np.arange(_NODES)[:, None] + 1) / 2 * w * p[:, :_NODES].T
    return (x + 1) / 2, w / 2, steps @ parts / 2


@dataclass(frozen=True, eq=False)
class _Panels:
    """Integrands at the nodes of panels: one row per panel."""

    t: Floats
    cdf: Floats
    #: Integral of the cdf from 0.
    area: Floats
    #: f times the quadrature weight, not normed.
    mass: Floats


@dataclass(frozen=True, eq=False)
class OfferedWait:
    """The wait of M/M/c+G: see ``sim.theory.waiting.Waiting``. ``edges`` seconds; ``exponents`` and ``areas`` there.

    ``sums[k]`` holds, up to edge k, the integrals of f, f (1 - G) and f G.
    """

    waits: float
    abandoned: float
    answered_wait_s: float
    abandoned_wait_s: float
    arrivals: float
    service: float
    cdf: Cdf
    edges: Floats
    exponents: Floats
    areas: Floats
    sums: Floats

    def _up_to(self, t: float) -> Floats:
        """Integrals of f, f (1 - G) and f G from 0 to t, as shares of the offered."""
        if t >= self.edges[-1]:
            return np.asarray(self.waits * self.sums[-1] / self.sums[-1, 0], dtype=np.float64)
        k = int(np.searchsorted(self.edges, t, side="right")) - 1
        found = self.sums[k].copy()
        if t > self.edges[k]:
            ends = np.array([self.edges[k], t])
            part = _panels(
                self.cdf, self.arrivals, self.service, ends, self.exponents[k : k + 1], self.areas[k : k + 1]
            )
            found += _sums(part)[0]
        return np.asarray(self.waits * found / self.sums[-1, 0], dtype=np.float64)

    def answered_by(self, t: float) -> float:
        """See Waiting."""
        return float(self._up_to(t)[1])

    def abandoned_by(self, t: float) -> float:
        """See Waiting."""
        if t == inf:
            return self.abandoned
        return float(self._up_to(t)[2] + self.cdf(np.array([t]))[0] * self.beyond(t))

    def beyond(self, t: float) -> float:
        """See Waiting."""
        return max(0.0, float(self.waits - self._up_to(t)[0]))


def offered_wait(arrivals: float, handling: float, lines: int, cdf: Cdf, breaks: Sequence[float] = ()) -> OfferedWait:
    """Waits in M/M/c+G: ``arrivals`` per second, mean ``handling`` in seconds, ``cdf`` of patience in seconds.

    ``breaks`` are instants at which the cdf jumps or bends; others are found by halving. ValueError where so many never
    give up that the queue grows for ever.
    """
    service = lines / handling
    peak = _peak(arrivals, service, cdf)
    edges = _refined(arrivals, service, cdf, _first_edges(arrivals, service, cdf, peak, breaks), peak)
    exponents, areas = _at_edges(arrivals, service, cdf, edges, peak)
    panels = _panels(cdf, arrivals, service, edges, exponents[:-1], areas[:-1])
    sums = np.vstack([np.zeros(3), np.cumsum(_sums(panels), axis=0)])
    total = float(sums[-1, 0])
    # The exponent at 0 is minus that of the peak.
    room = service * total * exp(min(-exponents[0], 700.0))
    waits = wait_probability(arrivals * handling, lines, room)
    answered = (panels.mass * panels.t * (1 - panels.cdf)).sum()
    abandoned = (panels.mass * (panels.t * panels.cdf - panels.area)).sum()
    return OfferedWait(
        waits=waits,
        abandoned=waits * float(sums[-1, 2]) / total,
        answered_wait_s=waits * float(answered) / total,
        abandoned_wait_s=waits * float(abandoned) / total,
        arrivals=arrivals,
        service=service,
        cdf=cdf,
        edges=edges,
        exponents=exponents,
        areas=areas,
        sums=sums,
    )


def _sums(panels: _Panels) -> Floats:
    mass = panels.mass
    return np.stack([mass.sum(1), (mass * (1 - panels.cdf)).sum(1), (mass * panels.cdf).sum(1)], axis=1)


def _panels(cdf: Cdf, arrivals: float, service: float, edges: Floats, exponents: Floats, areas: Floats) -> _Panels:
    """Integrands between ``edges``, given exponent and area at the left end of each panel."""
    x, w, matrix = _gauss()
    width = np.diff(edges)[:, None]
    t = edges[:-1, None] + width * x
    gone = cdf(t)
    drift = arrivals * (1 - gone) - service
    exponent = exponents[:, None] + width * (drift @ matrix.T)
    return _Panels(t, gone, areas[:, None] + width * (gone @ matrix.T), np.exp(exponent) * width * w)


def _peak(arrivals: float, service: float, cdf: Cdf) -> float:
    """Where the density is highest: as many are served as still arrive patient."""

    def rises(t: float) -> bool:
        return bool(arrivals * (1 - cdf(np.array([t]))[0]) > service)

    if not rises(1e-300):
        return 0.0
    high = 1.0
    while rises(high):
        high *= 2
        if high > _FOREVER:
            raise ValueError("more callers never give up than the lines can serve: the queue grows for ever")
    low = 0.0
    for _ in range(1100):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rises(middle) else (low, middle)
    return high


def _first_edges(arrivals: float, service: float, cdf: Cdf, peak: float, breaks: Sequence[float]) -> Floats:
    """0, the peak, the breaks, and as far beyond as the density reaches."""
    last = max(peak, 1 / service)
    while True:
        edges = np.unique([0.0, peak, last, *(b for b in breaks if 0 < b < last)])
        edges = _refined(arrivals, service, cdf, edges, peak)
        exponents, _ = _at_edges(arrivals, service, cdf, edges, peak)
        if exponents[-1] < -_NIL:
            return edges
        last *= 2
        if last > _FOREVER:
            raise ValueError("as many callers never give up as the lines can serve: the queue grows for ever")


def _at_edges(arrivals: float, service: float, cdf: Cdf, edges: Floats, peak: float) -> tuple[Floats, Floats]:
    """Exponent of the density relative to its peak, and integral of the cdf, at each edge."""
    x, w, _ = _gauss()
    width = np.diff(edges)
    gone = cdf(edges[:-1, None] + width[:, None] * x)
    steps = width * ((arrivals * (1 - gone) - service) @ w)
    top = int(np.searchsorted(edges, peak))
    below = -np.cumsum(steps[:top][::-1])[::-1]
    exponents = np.concatenate([below, [0.0], np.cumsum(steps[top:])])
    return exponents, np.concatenate([[0.0], np.cumsum(width * (gone @ w))])


def _refined(arrivals: float, service: float, cdf: Cdf, edges: Floats, peak: float) -> Floats:
    """Edges so close that the cdf is a polynomial between them, and that the density changes by a factor e at most."""
    x, w, _ = _gauss()
    for _ in range(80):
        left, width = edges[:-1, None], np.diff(edges)[:, None]
        once = (width * cdf(left + width * x)) @ w
        halves = width / 2 * (cdf(left + width / 2 * x) + cdf(left + width / 2 * (1 + x)))
        rough = np.abs(once - halves @ w) > np.maximum(4e-15 * width[:, 0], 1e-14 / (arrivals + service))
        exponents, _ = _at_edges(arrivals, service, cdf, edges, peak)
        matters = np.maximum(exponents[1:], exponents[:-1]) > -_NIL
        steep = np.abs(np.diff(exponents)) > 1
        middles = (edges[:-1] + edges[1:]) / 2
        new = middles[(rough | steep) & matters & (middles > edges[:-1]) & (middles < edges[1:])]
        if not len(new):
            break
        edges = np.unique(np.concatenate([edges, new]))
    return edges
