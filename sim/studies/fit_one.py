"""One parameter from one observation: the value under which the mean is what was observed, and all compatible ones.

A value is compatible where the observation lies within the central 95 % of simulated single periods: the confidence
set that inverts this test holds the true value in 95 % of periods, whatever the law of the periods. On common worlds
quantiles and mean move nearly smoothly with the parameter, so that roots are found as of any function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log

from sim.studies.observed import TAIL, Sample, Simulator

#: From place to place while looking for the ends: a factor of two, in the number or its odds.
_STEP = log(2)
_ITERATIONS = 8
#: Close enough: in the parameter, relative, and in standard errors of what the worlds say.
_NEAR, _NEAR_ERRORS = 2e-4, 0.05
#: Where a doubling moves the mean by less than this part of it, and of what is missing, it has come to its end.
_HOPELESS = 0.02
Score = Callable[[Sample], float]
#: A score, and two places between which it changes sign.
_Bracket = tuple[Score, float, float]


@dataclass(frozen=True)
class FitOne:
    """``estimate`` None where no mean is what was observed; the ends of ``compatible`` infinite where it has none.

    ``compatible`` is None where no value is. ``crossings`` counts estimates, of which the nearest to what is stated is
    taken. ``slope``: by how much the mean moves along the line at the estimate. ``least`` and ``most`` are the smallest
    and largest mean that was met, with their places; ``tried`` the first and last place.
    """

    estimate: float | None
    compatible: tuple[float, float] | None
    crossings: int
    slope: float
    least: tuple[float, float]
    most: tuple[float, float]
    tried: tuple[float, float]


def fit_one(simulator: Simulator) -> FitOne:
    """The parameter of a simulator that has one, from its one observation."""
    samples = _bracketed(simulator)
    value = simulator.observed[0].value
    scores: tuple[Score, ...] = (
        lambda sample: float(sample.means[0]) - value,
        lambda sample: sample.quantile(1 - TAIL) - value,
        lambda sample: sample.quantile(TAIL) - value,
    )
    brackets = [bracket for score in scores for bracket in _changes(samples, score)]
    roots = _roots(simulator, brackets)
    means = [root for (score, *_), root in zip(brackets, roots, strict=True) if score is scores[0]]
    ends = [root for (score, *_), root in zip(brackets, roots, strict=True) if score is not scores[0]]
    samples = {place[0]: sample for place, sample in simulator.samples.items() if sample is not None}
    start = simulator.parameters[0].start
    estimate = min(means, key=lambda place: abs(place - start)) if means else None
    by_mean = sorted((float(sample.means[0]), place) for place, sample in samples.items())
    return FitOne(
        estimate=estimate,
        compatible=_compatible(samples, ends, value),
        crossings=len(means),
        slope=_slope(samples, estimate) if estimate is not None else 0.0,
        least=by_mean[0],
        most=by_mean[-1],
        tried=(min(samples), max(samples)),
    )


def accepted(sample: Sample, value: float) -> bool:
    """Whether an observation is within the central 95 % of single periods."""
    return sample.quantile(TAIL) <= value <= sample.quantile(1 - TAIL)


def _bracketed(simulator: Simulator) -> dict[float, Sample]:
    """Samples from the start on to both sides, until both are too far and the observation is in between."""
    parameter, value = simulator.parameters[0], simulator.observed[0].value
    found = _sampled(simulator, [parameter.start])
    grow = {-1, 1}
    while grow:
        ends = {-1: min(found), 1: max(found)}
        limits = {-1: parameter.least, 1: parameter.most}
        wanted = {side: ends[side] + side * min(_STEP, abs(limits[side] - ends[side])) for side in grow}
        found |= _sampled(simulator, list(wanted.values()))
        # What makes no scenario is an end too.
        grow = {side for side in grow if wanted[side] in found and wanted[side] != limits[side]}
        means = {side: float(found[extreme(found)].means[0]) for side, extreme in ((-1, min), (1, max))}
        crossed = (means[-1] > value) != (means[1] > value)
        nearer = min(means, key=lambda side: abs(means[side] - value))
        grow = {
            side
            for side in grow
            if accepted(found[wanted[side]], value)
            or (not crossed and side == nearer and not _hopeless(found[ends[side]], found[wanted[side]], value))
        }
    return dict(sorted(found.items()))


def _sampled(simulator: Simulator, places: list[float]) -> dict[float, Sample]:
    samples = simulator.at([(place,) for place in places])
    return {place: sample for place, sample in zip(places, samples, strict=True) if sample is not None}


def _hopeless(before: Sample, now: Sample, value: float) -> bool:
    """Whether the mean has stopped moving, far from what was observed."""
    mean = float(now.means[0])
    return abs(mean - float(before.means[0])) < _HOPELESS * min(abs(mean), abs(value - mean))


def _changes(samples: dict[float, Sample], score: Score) -> list[_Bracket]:
    places = list(samples)
    signs = [score(samples[place]) > 0 for place in places]
    return [
        (score, low, high)
        for low, high, before, after in zip(places, places[1:], signs, signs[1:], strict=False)
        if before != after
    ]


def _roots(simulator: Simulator, brackets: list[_Bracket]) -> list[float]:
    """The root in every bracket by the Illinois variant of false position, all of them in step."""
    states = [_Root(score, low, high, simulator) for score, low, high in brackets]
    for _ in range(_ITERATIONS):
        going = [state for state in states if not state.done]
        samples = simulator.at([(state.next(),) for state in going]) if going else []
        for state, sample in zip(going, samples, strict=True):
            state.take(sample)
    return [state.best for state in states]


class _Root:
    """A root on its way: two places with values of opposite sign, and the last one tried."""

    def __init__(self, score: Score, low: float, high: float, simulator: Simulator) -> None:
        self.score, self.worlds = score, simulator.worlds
        ends = simulator.at([(low,), (high,)])
        self.ends = [[place, score(sample)] for place, sample in zip((low, high), ends, strict=True) if sample]
        self.best, self.side, self.done = low, -1, len(self.ends) < 2

    def next(self) -> float:
        (a, at_a), (b, at_b) = self.ends
        # Rounded, so that two roots that meet are one place.
        self.best = round(a - at_a * (b - a) / (at_b - at_a), 7)
        return self.best

    def take(self, sample: Sample | None) -> None:
        if sample is None:
            self.done = True
            return
        found = self.score(sample)
        side = int((found > 0) == (self.ends[1][1] > 0))
        near = abs(self.ends[0][0] - self.ends[1][0]) < _NEAR or abs(self.ends[side][0] - self.best) < _NEAR
        self.ends[side] = [self.best, found]
        if side == self.side:
            self.ends[1 - side][1] /= 2
        self.side = side
        self.done = near or abs(found) < _NEAR_ERRORS * sample.spread() / self.worlds**0.5


def _compatible(samples: dict[float, Sample], ends: list[float], value: float) -> tuple[float, float] | None:
    """From the first to the last value that is accepted; without an end where what was tried ends before."""
    inside = [place for place in sorted(samples) if accepted(samples[place], value)]
    if not inside:
        # A set so short that no place fell into it is told by its ends.
        return (min(ends), max(ends)) if len(ends) > 1 else None
    below = any(place < inside[0] for place in samples)
    above = any(place > inside[-1] for place in samples)
    low = min([inside[0], *(end for end in ends if end <= inside[0])]) if below else -inf
    high = max([inside[-1], *(end for end in ends if end >= inside[-1])]) if above else inf
    return low, high


def _slope(samples: dict[float, Sample], at: float) -> float:
    """Change of the mean along the line, between the nearest places on both sides."""
    low = max((place for place in samples if place < at - 0.02), default=at)
    high = min((place for place in samples if place > at + 0.02), default=at)
    return float((samples[high].means[0] - samples[low].means[0]) / (high - low)) if low < high else 0.0
