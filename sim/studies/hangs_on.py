"""What fitted values hang on: the same observation explained under the low and the high of every other assumption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.studies.observed import Place, Sample, Simulator, samples_of
from sim.studies.unknowns import Unknown, unknowns_of

Floats = NDArray[np.float64]
#: Steps of Broyden's method from the slopes at the estimate on, all of them on the same worlds.
_STEPS = 5
_LONGEST_STEP = 0.7
#: Of a standard deviation of a period: what is left unexplained may not be more.
_EXPLAINED = 0.05


@dataclass(frozen=True)
class Shift:
    """What the fitted values are with one assumption at one end of its range; None where none were found."""

    unknown: Unknown
    end: Any
    values: tuple[float, ...] | None


def shifts_of(simulator: Simulator, place: Place, slopes: Floats) -> tuple[Shift, ...]:
    """The values at every end of every unknown but those that were fitted; ``slopes`` (m, parameters) at ``place``."""
    fitted = {path for parameter in simulator.parameters for path in parameter.paths}
    free = [unknown for unknown in unknowns_of(simulator.scenario) if not fitted & set(unknown.paths)]
    ends = [(unknown, end) for unknown in free for end in unknown.ends]
    if not ends:
        return ()
    # From what these few worlds give at the estimate, so that their own chance is no shift.
    (base,) = _played(simulator, [[]], [place])
    if base is None:
        raise AssertionError("the fitted values make a scenario")
    inverse = np.asarray(np.linalg.pinv(slopes), dtype=np.float64)
    searches = [_Search(unknown.settings(end), place, inverse) for unknown, end in ends]
    for _ in range(_STEPS):
        going = [search for search in searches if not search.done]
        samples = _played(simulator, [one.settings for one in going], [one.place for one in going]) if going else []
        for search, sample in zip(going, samples, strict=True):
            search.look(simulator, sample, base)
    return tuple(
        Shift(unknown, end, _values(simulator, search.place) if search.found else None)
        for (unknown, end), search in zip(ends, searches, strict=True)
    )


@dataclass
class _Search:
    """The place that explains the observations with some settings: Broyden's method, by the inverse of the slopes."""

    settings: list[str]
    place: Place
    turned: Floats
    off: Floats | None = None
    moved: Floats | None = None
    found: bool = False
    done: bool = False

    def look(self, simulator: Simulator, sample: Sample | None, base: Sample) -> None:
        """Take what was met at the place, and go on unless it explains the observations."""
        self.found = _explains(sample, base)
        self.done = sample is None or self.found
        if sample is None or self.found:
            return
        off = sample.means - base.means
        if self.moved is not None and self.off is not None:
            change = self.turned @ (off - self.off)
            size = float(self.moved @ change)
            if size:
                self.turned = self.turned + np.outer(self.moved - change, self.moved @ self.turned) / size
        new = _moved(simulator, self.place, self.turned @ off)
        self.off, self.moved, self.place = off, np.subtract(new, self.place), new


def _explains(sample: Sample | None, base: Sample) -> bool:
    """Whether the means are those at the estimate again."""
    if sample is None:
        return False
    off = np.abs(sample.means - base.means)
    return bool((off <= _EXPLAINED * np.array([base.spread(m) for m in range(len(off))])).all())


def _played(simulator: Simulator, extra: list[list[str]], places: Sequence[Place]) -> list[Sample | None]:
    variants = [[*settings, *simulator.settings(place)] for settings, place in zip(extra, places, strict=True)]
    return samples_of(simulator.play(simulator.scenario, variants), [one.outcome for one in simulator.observed])


def _moved(simulator: Simulator, place: Place, off: Floats) -> Place:
    return tuple(
        min(max(x - float(np.clip(dx, -_LONGEST_STEP, _LONGEST_STEP)), parameter.least), parameter.most)
        for x, dx, parameter in zip(place, off, simulator.parameters, strict=True)
    )


def _values(simulator: Simulator, place: Place) -> tuple[float, ...]:
    return tuple(parameter.value(x) for parameter, x in zip(simulator.parameters, place, strict=True))
