"""Rates and staffing over a day, as steps or as a smooth function of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sim.theory.arguments import HOUR_S, Duration, rate, seconds, whole

#: (from, value): the value holds from then until the next one; the first is from ``0 s``.
Steps = Sequence[tuple[Duration, float]]
#: Arrivals per hour after so many seconds.
Smooth = Callable[[float], float]


@dataclass(frozen=True)
class Profile:
    """A step function, ``values[k]`` from ``starts[k]`` seconds on; or ``smooth``, per second, between ``starts``."""

    starts: tuple[float, ...]
    values: tuple[float, ...]
    smooth: Smooth | None = None

    def at(self, t: float) -> float:
        """Value at t, that after the jump where there is one."""
        if self.smooth is not None:
            return rate(float(self.smooth(t)), "arrivals_per_hour", zero=True)
        return self.values[bisect_right(self.starts, t) - 1]


def rate_profile(value: float | Steps | Smooth, breaks: Sequence[Duration] = ()) -> Profile:
    """Arrivals per second of a number, of steps, or of a function of seconds that jumps or bends at ``breaks`` only."""
    if callable(value):
        return Profile((0.0, *sorted(seconds(at, "breaks") for at in breaks)), (), value)
    if isinstance(value, (int, float)):
        return Profile((0.0,), (rate(value, zero=True),))
    return Profile(_starts(value, "arrivals_per_hour"), tuple(rate(level, zero=True) for _, level in value))


def line_profile(value: int | Sequence[tuple[Duration, int]]) -> Profile:
    """Lines on duty, of a number or of steps."""
    if isinstance(value, int):
        return Profile((0.0,), (whole(value, "lines", least=0),))
    return Profile(_starts(value, "lines"), tuple(whole(level, "lines", least=0) for _, level in value))


def _starts(steps: Steps, what: str) -> tuple[float, ...]:
    starts = tuple(seconds(start, what, zero=True) for start, _ in steps)
    if not starts or starts[0] != 0 or any(b <= a for a, b in pairwise(starts)):
        raise ValueError(f"{what}: the first step begins at '0 s', and each one later than the one before it")
    return starts


def edges_of(until: float, every: float, *profiles: Profile) -> tuple[list[float], list[float]]:
    """Ends of the intervals reported, and all instants at which something may jump; both from 0 to ``until``."""
    count = max(1, round(until / every))
    if abs(count * every - until) > 1e-9 * until:
        raise ValueError(f"every: {every:g} s does not divide {until:g} s")
    shown = [until * k / count for k in range(count + 1)]
    jumps = {start for profile in profiles for start in profile.starts if 0 < start < until}
    return shown, sorted({*shown, *jumps})


def per_hour(per_second: float) -> float:
    """A rate as it is shown."""
    return per_second * HOUR_S
