"""A day without its memory: two approximations that take each instant for a steady state of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf

import numpy as np

from sim.theory.arguments import HOUR_S, Duration, patience_seconds, seconds
from sim.theory.birth_death import Floats
from sim.theory.erlang import queue_states
from sim.theory.steps import Profile, Smooth, Steps, edges_of, line_profile, rate_profile


@dataclass(frozen=True, eq=False)
class Approximation:
    """Arrays with one entry per instant ``at_s`` (the middles of the intervals)."""

    model: str
    source: str
    at_s: Floats
    arrivals_per_hour: Floats
    #: The load that the steady state at each instant was given, erlangs.
    load: Floats
    waits: Floats
    abandoned: Floats
    mean_queue: Floats

    @property
    def abandoned_share(self) -> float:
        """Given up / offered over the day: instants weighted with their arrivals."""
        return float((self.abandoned * self.arrivals_per_hour).sum() / self.arrivals_per_hour.sum())

    @property
    def waited_share(self) -> float:
        """Who meets all lines busy / offered over the day."""
        return float((self.waits * self.arrivals_per_hour).sum() / self.arrivals_per_hour.sum())


def pointwise_stationary(
    *,
    arrivals_per_hour: float | Steps | Smooth,
    handling: Duration,
    patience: Duration,
    lines: int | Sequence[tuple[Duration, int]],
    until: Duration,
    every: Duration = "5 min",
    breaks: Sequence[Duration] = (),
) -> Approximation:
    """PSA: at each instant the steady state (Erlang A) with the rate and the lines of that instant.

    L. Green and P. Kolesar 1991, "The pointwise stationary approximation for queues with nonstationary arrivals",
    Management Science 37, 84-97. Good where handling times are short against the changes.
    """
    coming, staff = rate_profile(arrivals_per_hour, breaks), line_profile(lines)
    held, source = seconds(handling, "handling"), "L. Green and P. Kolesar 1991, Management Science 37, 84-97"
    at = _middles(seconds(until, "until"), seconds(every, "every"), coming, staff)
    loads = np.array([coming.at(t) * held for t in at])
    return _approximation("pointwise stationary (PSA)", source, at, loads, (coming, staff), held, patience)


def modified_offered_load(
    *,
    arrivals_per_hour: float | Steps | Smooth,
    handling: Duration,
    patience: Duration,
    lines: int | Sequence[tuple[Duration, int]],
    until: Duration,
    every: Duration = "5 min",
    breaks: Sequence[Duration] = (),
) -> Approximation:
    """MOL: the steady state (Erlang A) with the load that infinitely many lines would carry at that instant.

    That load starts at 0 and lags behind the arrivals: m' = lambda(t) - m / handling. D. L. Jagerman 1975,
    "Nonstationary blocking in telephone traffic", Bell System Technical Journal 54, 625-661; O. B. Jennings,
    A. Mandelbaum, W. A. Massey and W. Whitt 1996, "Server staffing to meet time-varying demand", Management Science 42,
    1383-1394.
    """
    coming, staff = rate_profile(arrivals_per_hour, breaks), line_profile(lines)
    held = seconds(handling, "handling")
    source = "Jennings, Mandelbaum, Massey and Whitt 1996, Management Science 42, 1383-1394"
    at = _middles(seconds(until, "until"), seconds(every, "every"), coming, staff)
    loads = infinite_lines_load(coming, held, at)
    return _approximation("modified offered load (MOL)", source, at, loads, (coming, staff), held, patience)


def _middles(until: float, every: float, *profiles: Profile) -> Floats:
    shown, _ = edges_of(until, every, *profiles)
    return np.asarray((np.array(shown[:-1]) + np.array(shown[1:])) / 2, dtype=np.float64)


def infinite_lines_load(coming: Profile, handling: float, at: Floats) -> Floats:
    """Expected number of busy lines of M_t/M/infinity from empty, at ascending instants (seconds).

    Exact for steps; for functions five-point Gauss-Legendre integration between instants and breaks.
    """
    instants = sorted({0.0, *at.tolist(), *(start for start in coming.starts if start < at[-1])})
    load, found = 0.0, {0.0: 0.0}
    for since, until in pairwise(instants):
        fade = exp(-(until - since) / handling)
        if coming.smooth is None:
            brought = coming.at(since) * handling * (1 - fade)
        else:
            brought = _brought(coming, handling, since, until)
        load = load * fade + brought
        found[until] = load
    return np.array([found[t] for t in at.tolist()])


def _brought(coming: Profile, handling: float, since: float, until: float) -> float:
    """Contacts expected to arrive in a span and to be in hand at its end."""
    x, w = np.polynomial.legendre.leggauss(5)
    points = since + (until - since) * (x + 1) / 2
    still = [coming.at(float(t)) * exp(-(until - float(t)) / handling) for t in points]
    return float(w @ still) * (until - since) / 2


def _approximation(
    model: str,
    source: str,
    at: Floats,
    loads: Floats,
    profiles: tuple[Profile, Profile],
    handling: float,
    patience: Duration,
) -> Approximation:
    coming, staff = profiles
    patient = patience_seconds(patience)
    rows = [
        _steady(float(load) / handling, handling, patient, int(staff.at(t))) for t, load in zip(at, loads, strict=True)
    ]
    waits, abandoned, queue = np.array(rows).T
    arrivals = np.array([coming.at(t) * HOUR_S for t in at])
    return Approximation(model, source, at, arrivals, loads, waits, abandoned, queue)


def _steady(arrivals: float, handling: float, patience: float, lines: int) -> tuple[float, float, float]:
    """P(wait), share given up, mean queue of Erlang A; without any line everybody waits and gives up."""
    if arrivals == 0:
        return (0.0 if lines else 1.0), 0.0, 0.0
    states = queue_states(arrivals, handling, patience, lines, None)
    queue = float((states[lines:] * np.arange(len(states) - lines)).sum())
    return float(states[lines:].sum()), queue / patience / arrivals if patience < inf else 0.0, queue
