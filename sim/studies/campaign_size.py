"""How large a campaign the lines bear: the size at which a target is just met, with its interval.

Demand is nested: a larger campaign keeps every caller of a smaller one. So on common worlds the slack of a target falls
smoothly with size, its root is found by halving, and worlds drawn anew with replacement (Efron 1979, Annals of
Statistics 7, 1-26) say how far chance moves the root.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.scenario import Scenario
from sim.scenario.types import Stated
from sim.statistics.estimates import Estimate
from sim.studies.means import Means
from sim.studies.sobol import uniforms
from sim.studies.staffing import PlanError
from sim.studies.targets import Target
from sim.studies.trial import Trial, Which

Floats = NDArray[np.float64]

#: Sizes on fresh worlds, in parts of the one that was found.
_AROUND = (0.0, 0.5, 0.7, 0.85, 1.0, 1.15, 1.35, 1.7, 2.4)
_SAMPLES = 1000
#: A campaign of so many times the base demand is as good as any.
_LARGEST = 20.0
#: Halving stops when the size is known to this part of it.
_FINE = 0.02


@dataclass(frozen=True)
class Sized:
    """A campaign whose size can be set: number ``at`` of the scenario, as stated of so many ``extra`` first contacts.

    ``base`` are the first contacts without a campaign; all while open.
    """

    scenario: Scenario
    at: int
    extra: float
    base: float

    @classmethod
    def of(cls, scenario: Scenario, at: int) -> Sized:
        """PlanError where the campaign brings nobody, so that its shape has no size to scale."""
        expected = scenario.model.rates.expected(while_open=True).sum(axis=(1, 2))
        extra = float(expected[1 + at])
        if extra <= 0:
            name = scenario.campaigns[at].name
            raise PlanError(f"campaign {name!r}: brings nobody while open as it stands; give it a size above 0")
        return cls(scenario, at, extra, float(expected[0]))

    @property
    def name(self) -> str:
        """Of the campaign."""
        return self.scenario.campaigns[self.at].name

    def settings(self, times: float) -> list[str]:
        """What makes the campaign so many times as large."""
        campaign, path = self.scenario.campaigns[self.at], f"campaigns.{self.at}"
        if campaign.extra is not None:
            return [f"{path}.extra={times * campaign.extra.value!r}"]
        if campaign.by_day:
            return [f"{path}.uplift.{day}={times * size.value * 100!r} %" for day, size in campaign.by_day.items()]
        if isinstance(campaign.uplift, Stated):
            return [f"{path}.uplift={times * campaign.uplift.value * 100!r} %"]
        assert campaign.peak is not None
        return [f"{path}.peak={1 + times * (campaign.peak.value - 1)!r}"]

    def scaled(self, times: float) -> Scenario:
        """The scenario with a campaign so many times as large."""
        return self.scenario.with_settings(self.settings(times))


@dataclass(frozen=True)
class Borne:
    """The largest size of a target in extra first contacts while open, with its 95 % interval; None without a root.

    ``without`` is the target's measure without the campaign, ``stated`` with it as stated.
    """

    target: Target
    largest: Estimate | None
    without: Estimate
    stated: Estimate

    @property
    def always(self) -> bool:
        """Whether the target is missed without any campaign."""
        return not self.target.met(self.without)


@dataclass(frozen=True)
class Size:
    """The answer: by target, and of all together; ``curve`` has each target's measure by extra contacts."""

    of: Sized
    largest: Estimate | None
    borne: tuple[Borne, ...]
    curve: tuple[tuple[float, tuple[Estimate, ...]], ...]
    worlds: Which

    @property
    def first(self) -> Borne | None:
        """The target that is missed first."""
        found = [one for one in self.borne if one.largest is not None]
        return min(found, key=lambda one: one.largest.value if one.largest else np.inf, default=None)


def size_borne(sized: Sized, targets: Sequence[Target], *, replications: int, confirm: int, means: Means) -> Size:
    """The largest campaign: halved on the first worlds, then read off on fresh ones with its interval."""
    kinds = tuple(dict.fromkeys(target.kind for target in targets))
    top = _LARGEST * sized.base / sized.extra
    low, high = _bracket(sized, targets, replications, kinds, top, means)
    middle = min((low + high) / 2, top) or 1.0
    around = sorted({min(middle * part, top) for part in _AROUND} | {1.0})
    trial = means.play({str(x): sized.scaled(x) for x in around}, confirm, first=replications, kinds=kinds)
    slacks = [np.array([slack_of(trial, str(x), target) for x in around]) for target in targets]
    sizes = np.array(around) * sized.extra
    weights = weights_of(confirm)
    roots = [roots_of(sizes, slack, weights) for slack in slacks]
    borne = tuple(
        Borne(target, interval_of(root), target.estimate(trial, str(around[0])), target.estimate(trial, "1.0"))
        for target, root in zip(targets, roots, strict=True)
    )
    curve = tuple((float(x * sized.extra), tuple(t.estimate(trial, str(x)) for t in targets)) for x in around)
    return Size(sized, interval_of(np.min(roots, axis=0)), borne, curve, trial.worlds)


def slack_of(trial: Trial, plan: str, target: Target) -> Floats:
    """A target's slack in each world."""
    found: Floats = trial.counts[plan].of(target.kind, target.name) @ target.weights
    return found


def _bracket(
    sized: Sized, targets: Sequence[Target], worlds: int, kinds: Sequence[str], top: float, means: Means
) -> tuple[float, float]:
    """Sizes between which the first target begins to be missed, in times the stated one."""

    def met(sizes: Sequence[float]) -> Mapping[float, bool]:
        trial = means.play({str(x): sized.scaled(x) for x in sizes}, worlds, kinds=kinds)
        return {x: all(slack_of(trial, str(x), t).mean() >= 0 for t in targets) for x in sizes}

    low, high = 0.0, 1.0
    found = met([0.0, 1.0])
    if not found[0.0]:
        return 0.0, 0.0
    while found[high] and high < top:
        low, high = high, min(2 * high, top)
        found = met([high])
    if found[high]:
        return high, high
    while high - low > max(_FINE * high, 1 / sized.extra):
        middle = (low + high) / 2
        low, high = (middle, high) if met([middle])[middle] else (low, middle)
    return low, high


def weights_of(worlds: int) -> Floats:
    """How often each world is drawn, shape (samples + 1, worlds); the first row draws each once."""
    picked = (uniforms("campaign size", _SAMPLES, worlds) * worlds).astype(np.int64)
    drawn = [np.bincount(row, minlength=worlds) for row in picked]
    return np.vstack([np.ones(worlds), *drawn])


def roots_of(sizes: Floats, slack: Floats, weights: Floats) -> Floats:
    """Size at which the mean slack (sizes, worlds) turns negative, for each row of weights.

    Straight lines between sizes; 0 where it is negative without a campaign, infinite where it never is.
    """
    means = weights @ slack.T / weights.sum(axis=1, keepdims=True)
    below = means < 0
    at = np.where(below.any(axis=1), below.argmax(axis=1), len(sizes))
    found = np.full(len(weights), np.inf)
    found[at == 0] = 0.0
    inside = np.flatnonzero((at > 0) & (at < len(sizes)))
    right = at[inside]
    upper, lower = means[inside, right - 1], means[inside, right]
    found[inside] = sizes[right - 1] + (sizes[right] - sizes[right - 1]) * upper / (upper - lower)
    return found


def interval_of(roots: Floats) -> Estimate | None:
    """The first value with the middle 95 % of the others (percentile interval); None where it is not finite."""
    if not np.isfinite(roots[0]):
        return None
    low, high = np.quantile(roots[1:], [0.025, 0.975], method="nearest")
    return Estimate(float(roots[0]), float(min(low, roots[0])), float(max(high, roots[0])))
