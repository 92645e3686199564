"""The queue that fits what is known, and the smallest number of lines that meets a target."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from typing import Any

from sim.theory.arguments import Duration, rate, seconds
from sim.theory.erlang import erlang_a, erlang_b, erlang_c, limited_queue
from sim.theory.steady import ServiceLevel, SteadyState
from sim.units import parse_duration, parse_percent

#: The formula that scenarios use where they name none.
DEFAULT_LEVEL: ServiceLevel = "excluding short abandons"
TARGET_HELP = "a target such as '80 % in 60 s', 'ASA 30 s', '5 % abandoned', '1 % blocked' or '5 % lost'"
#: Erlangs for which lines are counted: more take too long.
_MOST_LOAD = 1e6


@dataclass(frozen=True)
class Target:
    """At least ``share`` answered ``within`` (text of a duration), or at most ``share`` of ``what``.

    For ``what`` = "asa" the mean wait of the answered is at most ``within``.
    """

    text: str
    what: str
    share: float
    within: str = ""
    of: ServiceLevel = DEFAULT_LEVEL

    @property
    def limit(self) -> float:
        """What ``reached`` is compared with."""
        return seconds(self.within, "target") if self.what == "asa" else self.share

    def reached(self, queue: SteadyState) -> float:
        """The share that the target speaks of, in this queue; the mean wait in seconds."""
        if self.what == "answered":
            return queue.answered_within(self.within, of=self.of)
        return queue.asa_s if self.what == "asa" else float(getattr(queue, self.what))

    def met(self, queue: SteadyState) -> bool:
        """Whether the queue does at least as well."""
        return self.reached(queue) >= self.limit if self.what == "answered" else self.reached(queue) <= self.limit


def parse_target(text: str, *, of: ServiceLevel = DEFAULT_LEVEL) -> Target:
    """Read ``80 % in 60 s`` (service level by the formula ``of``), ``ASA 30 s``, ``5 % abandoned``, ``1 % blocked``."""
    asa = re.fullmatch(r"\s*(?:ASA\s+(.+?)|(.+?)\s+ASA)\s*", text, re.IGNORECASE) if isinstance(text, str) else None
    if asa is not None:
        within = asa[1] or asa[2]
        seconds(within, "target")
        return Target(text, "asa", 0.0, within, of)
    found = (
        re.fullmatch(r"\s*(.+?%)\s*(?:in\s+(.+?)|(abandoned|blocked|lost))\s*", text) if isinstance(text, str) else None
    )
    if found is None:
        raise ValueError(f"target: {text!r} is not {TARGET_HELP}")
    try:
        share = parse_percent(found[1])
        if found[2] is not None:
            parse_duration(found[2])
    except ValueError as error:
        raise ValueError(f"target: {error}") from None
    target = Target(text, "answered", share, found[2], of) if found[2] else Target(text, found[3], share, of=of)
    if share == (1 if target.what == "answered" else 0):
        raise ValueError(f"target: {text!r} is met by no number of lines; write for example 99.9 % instead of 100 %")
    return target


def queue_of(
    *,
    arrivals_per_hour: float,
    handling: Duration,
    lines: int,
    patience: Duration | None = None,
    places: int | None = None,
) -> SteadyState:
    """Erlang C, or A with patience, B with 0 waiting ``places``, M/M/c/K(+M) where there are some."""
    if places == 0:
        return erlang_b(arrivals_per_hour=arrivals_per_hour, handling=handling, lines=lines)
    if places is not None:
        return limited_queue(
            arrivals_per_hour=arrivals_per_hour, handling=handling, lines=lines, places=places, patience=patience
        )
    if patience is None:
        return erlang_c(arrivals_per_hour=arrivals_per_hour, handling=handling, lines=lines)
    return erlang_a(arrivals_per_hour=arrivals_per_hour, handling=handling, patience=patience, lines=lines)


def lines_needed(
    *,
    arrivals_per_hour: float,
    handling: Duration,
    target: str,
    patience: Duration | None = None,
    places: int | None = None,
    of: ServiceLevel = DEFAULT_LEVEL,
) -> int:
    """Smallest number of lines with which the steady state meets ``target``.

    ``target``: ``80 % in 60 s`` (at least so many answered within that time; ``of`` chooses the formula), ``ASA 30 s``
    (mean wait of the answered), ``5 % abandoned``, ``1 % blocked`` or ``5 % lost`` (at most so many of the offered).
    The model is that of ``queue_of``. More lines never do worse, so the number is found by halving.
    """
    wanted = parse_target(target, of=of)
    if wanted.what == "abandoned" and patience is None:
        raise ValueError(f"target: nobody gives up without patience, so {target!r} says nothing; give a patience")
    if wanted.what == "blocked" and places is None:
        raise ValueError(
            f"target: there is no busy tone with unlimited places, so {target!r} says nothing; give places"
        )
    if wanted.what == "asa" and places == 0:
        raise ValueError(f"target: nobody waits without waiting places, so {target!r} says nothing; give places")
    load = rate(arrivals_per_hour) * seconds(handling, "handling")
    if load > _MOST_LOAD:
        raise ValueError(f"{load:.6g} erlangs are more than the {_MOST_LOAD:,.0f} for which lines are counted")
    endless = patience is None and places is None

    def enough(lines: int) -> bool:
        if endless and lines <= load:
            return False
        return wanted.met(
            queue_of(
                arrivals_per_hour=arrivals_per_hour, handling=handling, lines=lines, patience=patience, places=places
            )
        )

    return _smallest(enough, guess=floor(load) + 1)


def fractional_lines_needed(
    *,
    arrivals_per_hour: float,
    handling: Duration,
    target: str,
    patience: Duration | None = None,
    places: int | None = None,
    of: ServiceLevel = DEFAULT_LEVEL,
) -> float | None:
    """Lines at which the target is met exactly, by linear interpolation between the last two whole numbers.

    None where one line fewer than ``lines_needed`` is no line, or has no steady state.
    """
    goal = parse_target(target, of=of)
    queue: dict[str, Any] = {
        "arrivals_per_hour": arrivals_per_hour,
        "handling": handling,
        "patience": patience,
        "places": places,
    }
    enough = lines_needed(**queue, target=target, of=of)
    load = rate(arrivals_per_hour) * seconds(handling, "handling")
    if enough == 1 or (patience is None and places is None and enough - 1 <= load):
        return None
    fewer, more = (goal.reached(queue_of(**queue, lines=lines)) for lines in (enough - 1, enough))
    return enough - (goal.limit - more) / (fewer - more)


def _smallest(enough: Callable[[int], bool], *, guess: int) -> int:
    """Smallest whole number of at least 1 that is enough, near a guess."""
    low, high, step = 0, guess, 1
    if enough(guess):
        while high - step > 0 and enough(high - step):
            high, step = high - step, 2 * step
        low = max(0, high - step)
    else:
        while not enough(high):
            low, high, step = high, high + step, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
