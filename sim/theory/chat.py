"""One line with several chats in hand: each goes slower, the more there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.theory.arguments import HOUR_S, Duration, patience_seconds, rate, seconds, whole
from sim.theory.birth_death import Floats, stationary
from sim.units import parse_percent


@dataclass(frozen=True, eq=False)
class ChatLine:
    """Steady state: shares of offered chats, seconds. ``states[n]`` is the share of time with n chats present."""

    model: str
    source: str
    arrivals_per_hour: float
    handling_s: float
    at_once: int
    states: Floats
    blocked: float
    abandoned: float
    mean_queue: float
    mean_in_hand: float

    @property
    def answered(self) -> float:
        """Share of chats that the line takes."""
        return 1 - self.blocked - self.abandoned

    @property
    def busy(self) -> float:
        """Share of time with at least one chat in hand."""
        return float(1 - self.states[0])

    @property
    def waits(self) -> float:
        """Share of chats that must wait."""
        return float(self.states[self.at_once :].sum()) - self.blocked

    @property
    def mean_handling_s(self) -> float:
        """Mean time in hand, stretched by chats at the same time (Little's law)."""
        return self.mean_in_hand / (self.arrivals_per_hour / HOUR_S * self.answered)

    @property
    def mean_wait_s(self) -> float:
        """Mean wait of all who get in, answered or not."""
        return self.mean_queue / (self.arrivals_per_hour / HOUR_S * (1 - self.blocked))


def chat_line(
    *,
    arrivals_per_hour: float,
    handling: Duration,
    speeds: Sequence[str],
    places: int | None = 0,
    patience: Duration | None = None,
) -> ChatLine:
    """One line with up to ``len(speeds)`` chats at once, each at ``speeds[n - 1]`` of full speed with n in hand.

    ``handling`` is the mean at full speed, ``speeds`` are texts such as ``("100 %", "70 %")``, ``places`` are waiting
    places (None: any number). Birth-death process; without waiting places it holds for any
    handling time (J. W. Cohen 1979, "The multiple phase service network with generalized processor sharing", Acta
    Informatica 12, 245-284), else for exponential ones (W. Feller 1950, An Introduction to Probability Theory, XVII.5).
    """
    arrivals, held = rate(arrivals_per_hour), seconds(handling, "handling")
    patient, pace = patience_seconds(patience), _paces(speeds)
    if places is None and patience is None and arrivals * held >= len(pace) * pace[-1]:
        raise ValueError("more chats than the line can handle, and nobody gives up; give a patience or places")
    most = None if places is None else len(pace) + whole(places, "places", least=0)
    states = _states(arrivals, pace / held, 1 / patient, most)
    n = np.arange(len(states))
    queue = float(states @ np.maximum(n - len(pace), 0))
    return ChatLine(
        model="one line, several chats at once (state-dependent service)",
        source="J. W. Cohen 1979, Acta Informatica 12, 245-284; birth-death process",
        arrivals_per_hour=arrivals_per_hour,
        handling_s=held,
        at_once=len(pace),
        states=states,
        blocked=float(states[-1]) if most is not None and len(states) == most + 1 else 0.0,
        abandoned=queue / patient / arrivals,
        mean_queue=queue,
        mean_in_hand=float(states @ np.minimum(n, len(pace))),
    )


def _paces(speeds: Sequence[str]) -> Floats:
    try:
        pace = [parse_percent(speed, least=1e-6, what="a speed") for speed in speeds]
    except ValueError as error:
        raise ValueError(f"speeds: {error}") from None
    if not pace:
        raise ValueError("speeds: name at least that of a chat alone, '100 %'")
    return np.array(pace)


def _states(arrivals: float, each: Floats, leaving: float, most: int | None) -> Floats:
    at_once = len(each)

    def death(n: Floats) -> Floats:
        in_hand = np.minimum(n, at_once)
        return np.asarray(in_hand * each[in_hand.astype(np.int64) - 1] + (n - in_hand) * leaving, dtype=np.float64)

    return stationary(lambda n: np.full_like(n, arrivals), death, most, least=at_once)
