"""Two parameters from two observations: where both means are what was observed, and the region of compatible pairs.

A pair is compatible where the observations lie within the central 95 % of simulated single periods, by Mahalanobis's
distance among these periods (so the law of the periods need not be normal). Its edge is followed along directions from
the estimate; where it is not met, the observations do not say more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, log, pi, sin

import numpy as np
from numpy.typing import NDArray

from sim.studies.observed import Place, Sample, Simulator

Floats = NDArray[np.float64]
_ITERATIONS = 14
_LONGEST_STEP = log(2)
_DIFFERENCE = 0.08
#: Close enough, in standard errors of the means; and so far that the means are not what was observed.
_NEAR_ERRORS, _FAR_ERRORS = 0.1, 4.0
_DIRECTIONS = 16
_LOOKS = 4
#: The edge in standard deviations of a period, were these normal: the root of chi-square's 95 % with two degrees.
_EDGE = 2.45
#: A doubling of the parameters, in the direction that matters least, must move the means by so many standard deviations
#: of a single period, or they do not tell.
SINGULAR = 0.25


@dataclass(frozen=True)
class FitTwo:
    """``nearest`` is the place whose means are nearest to what was observed; ``met`` whether they are it.

    ``distance`` of the observations from these means, in standard deviations of a period. ``strength``: by how many of
    them a doubling moves the means in the direction in which it moves them least, ``weak`` by parameter. ``edge`` are
    places on the edge of the compatible region; on ``open_`` of these rays none was met. ``jacobian`` (2, 2): slopes of
    the means along the lines of the parameters.
    """

    nearest: Place
    met: bool
    distance: float
    strength: float
    weak: tuple[float, float]
    edge: tuple[Place, ...]
    open_: int
    jacobian: Floats

    @property
    def singular(self) -> bool:
        """Whether the observations leave one direction open."""
        return self.strength < SINGULAR

    def holds(self, place: Place) -> bool:
        """Whether a place lies within the region, as the polygon of its edge."""
        inside, points = False, list(self.edge)
        for (x, y), (u, v) in zip(points, points[1:] + points[:1], strict=True):
            if (y > place[1]) != (v > place[1]) and place[0] < x + (place[1] - y) / (v - y) * (u - x):
                inside = not inside
        return inside


def fit_two(simulator: Simulator) -> FitTwo:
    """The parameters of a simulator that has two, from its two observations (Levenberg and Marquardt, then rays)."""
    place, sample, slopes = _nearest(simulator)
    whiten = _whitened(sample)
    _, strengths, directions = np.linalg.svd(whiten @ slopes)
    off = whiten @ (sample.means - simulator.values)
    met = bool(np.abs(off).max() < _FAR_ERRORS / simulator.worlds**0.5)
    strength = float(strengths[-1]) * log(2)
    edge: tuple[Place, ...] = ()
    open_ = 0
    if met and strength >= SINGULAR:
        edge, open_ = _followed(simulator, place, directions.T / strengths)
    weak = float(directions[-1][0]), float(directions[-1][1])
    return FitTwo(place, met, float(np.linalg.norm(off)), strength, weak, edge, open_, slopes)


def distance(sample: Sample, observed: Floats) -> tuple[float, float]:
    """Squared distance of what was observed among single periods, and that within which 95 % of further ones lie.

    Each period's own distance is from the others alone, as that of the observation is (the inverse of a covariance
    without one row, after Sherman and Morrison).
    """
    inverse = np.linalg.inv(covariance(sample))
    middle = np.nanmean(sample.values, axis=1)
    off = sample.values - middle[:, None]
    within = np.einsum("mw,mn,nw->w", off, inverse, off)
    within = within[np.isfinite(within)]
    n = len(within)
    part, ratio = within / (n - 1), n / (n - 1)
    own = (n - 2) * ratio**2 * part / (1 - ratio * part)
    here = observed - middle
    return float(here @ inverse @ here), float(np.quantile(own, 0.95, method="weibull"))


def covariance(sample: Sample) -> Floats:
    """Of the observed measures over single periods, shape (2, 2)."""
    found = np.cov(sample.values[:, np.isfinite(sample.values).all(axis=0)])
    # So that what never varies has a size too.
    return np.asarray(found + np.diag(1e-12 + 1e-9 * np.diag(found)))


def _whitened(sample: Sample) -> Floats:
    """Turns differences of means into standard deviations of a period."""
    return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance(sample))))


def _nearest(simulator: Simulator) -> tuple[Place, Sample, Floats]:
    """The place whose means are nearest to what was observed, its sample, and slopes of the means there."""
    place = tuple(parameter.start for parameter in simulator.parameters)
    sample, slopes = _with_slopes(simulator, place)
    damping = 0.01
    for _ in range(_ITERATIONS):
        whiten = _whitened(sample)
        off, moved = whiten @ (sample.means - simulator.values), whiten @ slopes
        if np.abs(off).max() < _NEAR_ERRORS / simulator.worlds**0.5:
            break
        step = -np.asarray(np.linalg.solve(moved.T @ moved + damping * np.eye(2), moved.T @ off), dtype=np.float64)
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        new = _within(simulator, place, step)
        if new == place or damping > 1e6:
            break
        (there,) = simulator.at([new])
        if there is not None and np.linalg.norm(whiten @ (there.means - simulator.values)) < np.linalg.norm(off):
            place, damping = new, damping / 10
            sample, slopes = _with_slopes(simulator, place)
        else:
            damping *= 10
    return place, sample, slopes


def _within(simulator: Simulator, place: Place, step: Floats) -> Place:
    return tuple(
        round(min(max(x + float(dx), parameter.least), parameter.most), 6)
        for x, dx, parameter in zip(place, step, simulator.parameters, strict=True)
    )


def _with_slopes(simulator: Simulator, place: Place) -> tuple[Sample, Floats]:
    """The sample of a place, and how the means move along both lines there, shape (m, parameters)."""
    moves = np.concatenate([np.eye(2), -np.eye(2)]) * _DIFFERENCE
    here, *around = simulator.at([place, *(tuple(float(x) for x in np.add(place, move)) for move in moves)])
    if here is None:
        raise AssertionError("it was played before")
    columns = []
    for up, down in zip(around[:2], around[2:], strict=True):
        size = _DIFFERENCE * ((up is not None) + (down is not None))
        columns.append(((up or here).means - (down or here).means) / max(size, _DIFFERENCE))
    return here, np.stack(columns, axis=1)


def _followed(simulator: Simulator, place: Place, shape: Floats) -> tuple[tuple[Place, ...], int]:
    """Places on the edge of the region, and how many of these are only the end of what was tried.

    ``shape`` turns a circle of one standard deviation of a period into the region of a linear model.
    """
    turns = [2 * pi * k / _DIRECTIONS for k in range(_DIRECTIONS)]
    rays = [shape @ np.array([cos(turn), sin(turn)]) for turn in turns]
    reach = [_reach(simulator, place, ray) for ray in rays]
    far = [min(_EDGE, most) for most in reach]
    ratio = [1.0] * _DIRECTIONS
    for _ in range(_LOOKS):
        samples = simulator.at([_within(simulator, place, ray * r) for ray, r in zip(rays, far, strict=True)])
        for k, sample in enumerate(samples):
            here, edge = distance(sample, simulator.values) if sample is not None else (1.0, 0.6)
            ratio[k] = (edge / here) ** 0.5 if here > 0 else 2.0
            far[k] = min(far[k] * min(max(ratio[k], 0.5), 2.0), reach[k])
    # The polygon around the edge, not the one within it, which would be smaller than what it stands for.
    around = 1 / cos(pi / _DIRECTIONS)
    edges = tuple(
        _within(simulator, place, ray * min(r * around, most)) for ray, r, most in zip(rays, far, reach, strict=True)
    )
    return edges, sum(r >= most and k > 1.0 for r, most, k in zip(far, reach, ratio, strict=True))


def _reach(simulator: Simulator, place: Place, ray: Floats) -> float:
    """How far one may go along a ray without leaving what is tried."""
    rooms = [
        ((parameter.most if dx > 0 else parameter.least) - x) / float(dx)
        for x, dx, parameter in zip(place, ray, simulator.parameters, strict=True)
        if dx
    ]
    return min(rooms)
