"""What was observed, and what simulated single periods say of it at values of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Message, Term, message
from sim.errors import QuestionError
from sim.model.clock import HOUR, MINUTE, SECOND
from sim.scenario.scenario import Scenario
from sim.studies.engine import AUTO
from sim.studies.outcomes import Outcome, Played, outcome_of, play_variants
from sim.studies.parameters import Parameter
from sim.studies.trial import Which
from sim.units import parse_duration, parse_number, parse_percent

Floats = NDArray[np.float64]
#: Outside the central 95 %: so much on either side.
TAIL = 0.025
_TIMES = {"s": SECOND, "min": MINUTE, "h per period": HOUR}
#: Places of parameters on their lines.
Place = tuple[float, ...]


class NoObservation(QuestionError):
    """An observation that cannot be read."""


@dataclass(frozen=True)
class Observation:
    """A measure and the value that one period had, in the measure's unit."""

    outcome: Outcome
    value: float

    @property
    def text(self) -> str:
        """As it is asked for."""
        return f"{self.outcome.text}={self.value:g}{f' {self.outcome.unit}' if self.outcome.unit else ''}"

    @property
    def words(self) -> Message:
        """``lost, phone = 50 %``; a count is one of the period."""
        value = Term("amount", (f"{self.value:.10g}", self.outcome.of.unit))
        return message("calibrate.observation", measure=self.outcome.words, value=value)


def observation_of(scenario: Scenario, text: str) -> Observation:
    """The observation in text such as ``answered@phone=429`` or ``loss@phone=50 %``."""
    who, equals, value = text.partition("=")
    if not equals:
        wanted = "MEASURE=VALUE, such as answered@phone=429 or 'loss@phone=50 %'"
        raise NoObservation(f"observed {text!r} is not {wanted}")
    outcome = outcome_of(scenario, who)
    unit = outcome.of.unit
    try:
        if unit == "%":
            number = 100 * parse_percent(value.strip())
        elif unit in _TIMES:
            number = parse_duration(value.strip()) / _TIMES[unit]
        else:
            number = parse_number(_plain(value), what=f"a number ({unit})")
    except ValueError as error:
        raise NoObservation(f"observed {text}: {error}") from None
    return Observation(outcome, number)


def _plain(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip()


@dataclass(frozen=True)
class Sample:
    """Simulated periods at one place: ``means`` of the observed measures (m,), and each period's (m, worlds)."""

    means: Floats
    values: Floats

    def quantile(self, share: float, of: int = 0) -> float:
        """Value below which a further period falls with this chance."""
        row = self.values[of][np.isfinite(self.values[of])]
        return float(np.quantile(row, share, method="weibull")) if len(row) else np.nan

    def spread(self, of: int = 0) -> float:
        """Standard deviation of single periods."""
        return float(np.nanstd(self.values[of], ddof=1))


@dataclass
class Simulator:
    """Samples of single periods on the same worlds wherever the parameters are; each place is played once."""

    scenario: Scenario
    parameters: tuple[Parameter, ...]
    observed: tuple[Observation, ...]
    worlds: int
    seed: int
    first: int = 0
    engine: str = AUTO
    workers: int | None = None
    tell: Callable[[int], None] = lambda _done: None
    samples: dict[Place, Sample | None] = field(default_factory=dict)
    done: int = 0

    @property
    def where(self) -> Which:
        """Which worlds these are."""
        return Which(self.worlds, self.first, self.seed)

    @property
    def values(self) -> Floats:
        """What was observed, shape (m,)."""
        return np.array([one.value for one in self.observed])

    def at(self, places: Sequence[Place]) -> list[Sample | None]:
        """Samples at several places; None where the parameters make no scenario."""
        new = [place for place in dict.fromkeys(places) if place not in self.samples]
        if new:
            played = self.play(self.scenario, [self.settings(place) for place in new])
            self.samples |= dict(zip(new, samples_of(played, [one.outcome for one in self.observed]), strict=True))
        return [self.samples[place] for place in places]

    def settings(self, place: Place) -> list[str]:
        """What puts the parameters there."""
        return [text for parameter, x in zip(self.parameters, place, strict=True) for text in parameter.settings(x)]

    def play(self, scenario: Scenario, variants: Sequence[list[str]]) -> Played:
        """Variants on this simulator's worlds."""
        outcomes = [one.outcome for one in self.observed]
        played = play_variants(
            scenario, variants, outcomes, worlds=self.worlds, seed=self.seed, first=self.first, engine=self.engine,
            workers=self.workers,
        )  # fmt: skip
        self.done += len(variants) * self.worlds
        self.tell(self.done)
        return played


def samples_of(played: Played, outcomes: Sequence[Outcome]) -> list[Sample | None]:
    """The sample of every variant."""
    means = np.stack([played.values(of) for of in outcomes])
    values = np.stack([played.by_world(of) for of in outcomes])
    count = means.shape[1]
    return [None if n in played.refused else Sample(means[:, n], values[:, n]) for n in range(count)]
