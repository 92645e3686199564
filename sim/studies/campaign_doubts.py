"""Which stated ranges move the answers about a campaign: each goes to its ends, one at a time, on common worlds.

The size that the lines bear, and what another start saves, are found anew at each end. All ends are glanced at on a
part of the worlds, and those that seem to move the answer furthest are looked at on all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS
from sim.studies.campaign_size import Size, Sized, interval_of, roots_of, slack_of, weights_of
from sim.studies.campaign_start import When, moved
from sim.studies.doubts import few_of, scenarios_at_ends
from sim.studies.means import Means
from sim.studies.paired import difference_of
from sim.studies.targets import Target
from sim.studies.trial import Counts, Trial
from sim.studies.unknowns import Unknown

Floats = NDArray[np.float64]

#: Ends of ranges that are looked at closely.
_MOST = 6
#: Sizes at which a range's end is tried, in parts of the largest one that a glance expects.
_AROUND = (0.0, 0.8, 1.25, 4.0)
#: The least and most that a glance expects, in parts of the largest size as everything is stated.
_EXPECTED = 0.1, 4.0


@dataclass(frozen=True)
class Shift:
    """One value at one end of its range: the answer that this gives, and the paired change against as stated.

    A size has no estimate where the lines bear all that was tried, up to ``tried``; nor has its change.
    """

    of: Unknown
    end: Any
    found: Estimate
    change: Estimate
    tried: float = np.inf

    @property
    def clear(self) -> bool:
        """Whether the interval of the change leaves no doubt of its direction."""
        return not np.isfinite(self.found.value) or self.change.low > 0 or self.change.high < 0

    @property
    def size(self) -> float:
        """How far the answer moves."""
        return abs(self.change.value) if np.isfinite(self.change.value) else np.inf


@dataclass(frozen=True)
class _End:
    """A campaign with one range at one end."""

    of: Unknown
    end: Any
    sized: Sized


def _ends(sized: Sized, decided: Sequence[str], means: Means) -> Iterator[_End]:
    """Every end of every range but of what the question decides."""
    for of, end, scenario in scenarios_at_ends(sized.scenario, means):
        if not of.paths[0].startswith(tuple(decided)):
            try:
                yield _End(of, end, Sized.of(scenario, sized.at))
            except SimError:
                continue


def size_shifts(
    size: Size, targets: Sequence[Target], *, replications: int, first: int, means: Means
) -> tuple[Shift, ...]:
    """How the largest campaign changes, the ends that move it furthest first."""
    sized = size.of
    decided = [f"campaigns.{sized.at}.{key}" for key in ("extra", "uplift", "peak")]
    ends = list(_ends(sized, decided, means))
    usual = sized.extra if size.largest is None or not size.largest.value else size.largest.value
    kinds = tuple(dict.fromkeys(target.kind for target in targets))
    glance = {"none": sized.scaled(0.0), "usual": _with(sized, usual)}
    trial = means.play(
        glance | {str(k): _with(end.sized, usual) for k, end in enumerate(ends)},
        few_of(replications),
        first=first,
        kinds=kinds,
    )
    expected = _expected(trial, targets, usual, len(ends))
    seen = sorted(range(len(ends)), key=lambda k: -abs(expected[k] - expected[-1]))[:_MOST]
    grids = {k: np.array(_AROUND) * np.clip(expected[k], *np.multiply(_EXPECTED, usual)) for k in seen}
    tried = {k: ends[k].sized for k in seen} | {-1: sized}
    grids[-1] = np.array(_AROUND) * usual
    plans = {f"{k} {n}": _with(tried[k], x) for k, grid in grids.items() for n, x in enumerate(grid)}
    trial = means.play(plans, replications, first=first, kinds=kinds)
    weights = weights_of(replications)
    roots = {k: _first_root(trial, k, grid, targets, weights) for k, grid in grids.items()}
    found = [_shift_of_size(ends[k], roots[k], roots[-1], float(grids[k][-1])) for k in seen]
    return _sorted(found)


def _with(sized: Sized, extra: float) -> Scenario:
    return sized.scaled(float(extra / sized.extra))


def _expected(trial: Trial, targets: Sequence[Target], usual: float, ends: int) -> list[float]:
    """Largest size at each end, and as stated, if targets' measures moved with size as they do as stated, straight."""
    found = np.full(ends + 1, np.inf)
    for target in targets:
        plans = ("none", *(str(k) for k in range(ends)), "usual")
        over = (1 if target.least else -1) * (
            np.array([target.estimate(trial, plan).value for plan in plans]) - target.limit
        )
        slope = max((over[0] - over[-1]) / usual, 1e-9)
        found = np.minimum(found, usual + np.nan_to_num(over[1:], nan=np.inf) / slope)
    return [float(size) for size in found]


def _first_root(trial: Trial, key: int, grid: Floats, targets: Sequence[Target], weights: Floats) -> Floats:
    """Size at which the first target is missed, for each row of weights."""
    slacks = [np.array([slack_of(trial, f"{key} {n}", target) for n in range(len(grid))]) for target in targets]
    found: Floats = np.min([roots_of(grid, slack, weights) for slack in slacks], axis=0)
    return found


def _shift_of_size(end: _End, roots: Floats, stated: Floats, tried: float) -> Shift:
    with np.errstate(invalid="ignore"):
        change = roots - stated
    change[np.isnan(change)] = 0.0  # both beyond all that was tried
    return Shift(end.of, end.end, interval_of(roots) or NOTHING, interval_of(change) or NOTHING, tried)


def start_shifts(sized: Sized, when: When, *, replications: int, first: int, means: Means) -> tuple[Shift, ...]:
    """How what the best start saves against the stated one changes, the ends that move it furthest first."""
    if when.best is None:
        return ()
    away = when.best.start.moment, when.stated.moment
    days = (away[0].date() - away[1].date()).days
    minutes = 60 * (away[0].hour - away[1].hour) + away[0].minute - away[1].minute
    waves = range(len(sized.scenario.campaigns[sized.at].surge))
    ends, built = list[_End](), list[tuple[Scenario, Scenario]]()
    for end in _ends(sized, [f"campaigns.{sized.at}.surge.{wave}.at." for wave in waves], means):
        stated, best = moved(end.sized, 0, 0), moved(end.sized, days, minutes)
        if stated is not None and best is not None:
            ends.append(end)
            built.append((stated, best))
    usual = {"stated": when.stated.scenario, "best": when.best.start.scenario}

    def played(some: Sequence[int], worlds: int) -> list[Shift]:
        plans = {f"{name} {k}": one for k in some for name, one in zip(usual, built[k], strict=True)}
        trial = means.play(usual | plans, worlds, first=first, kinds=("all",))
        return [_shift_of_start(ends[k], trial.counts, k) for k in some]

    glance = played(range(len(ends)), few_of(replications))
    seen = sorted(range(len(ends)), key=lambda k: -glance[k].size)[:_MOST]
    return _sorted(played(seen, replications))


def _shift_of_start(end: _End, counts: Mapping[str, Counts], key: int) -> Shift:
    of = DEFINITIONS["never_reached"]
    stated, best, stated_there, best_there = (
        counts[name].of() for name in ("stated", "best", f"stated {key}", f"best {key}")
    )
    found = difference_of(of, stated_there, best_there, level=0.95)
    # Of two differences of counts on the same worlds: (there - there as stated) - (best - stated).
    return Shift(end.of, end.end, found, difference_of(of, stated_there + best, best_there + stated, level=0.95))


def _sorted(found: Sequence[Shift]) -> tuple[Shift, ...]:
    return tuple(sorted(found, key=lambda one: -one.size))
