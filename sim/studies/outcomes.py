"""Outcomes of many variants of a scenario, each on the same few worlds, and nothing else kept of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Message, Term
from sim.answers.phrases import labelled
from sim.errors import QuestionError, ScenarioError
from sim.scenario.scenario import Scenario
from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import Estimate, vector
from sim.statistics.summary import (
    ANSWERED_SHARE,
    DEFINITIONS,
    REACHED_SHARE,
    REGISTER,
    UNANSWERED,
    Definition,
)
from sim.studies.engine import AUTO, chosen
from sim.studies.paired import difference_of
from sim.studies.precision import scope_of
from sim.studies.trial import Counts, Stopped, Which, try_plans

Floats = NDArray[np.float64]
#: Variants that are played at once: what is in memory of each is small, their worlds are not.
_TOGETHER = 32
#: By name, with a measure of the summary that is known of the same scopes.
OTHERS = {
    REGISTER.name: (REGISTER, "answered"),
    UNANSWERED.name: (UNANSWERED, "abandoned"),
    ANSWERED_SHARE.name: (ANSWERED_SHARE, "loss"),
    REACHED_SHARE.name: (REACHED_SHARE, "never_reached_share"),
}


class NoOutcome(QuestionError):
    """A measure that is not known, or not of what it is asked of."""


@dataclass(frozen=True)
class Outcome:
    """A measure of one scope, such as ``never_reached_share@phone``."""

    of: Definition = field(hash=False)
    kind: str = "all"
    name: str = "all"

    @property
    def text(self) -> str:
        """As it is asked for."""
        return self.of.name + (f"@{self.name}" if self.kind != "all" else "")

    @property
    def words(self) -> Term:
        """In words, without its unit."""
        return Term("measure of", (self.of.name, self.kind, self.name))

    @property
    def with_unit(self) -> Message:
        """In words, with its unit."""
        return labelled((self.of.name, self.kind, self.name))

    def amount(self, value: float | str | Estimate) -> Term:
        """A value in its unit, without its interval."""
        return Term("amount", (value, self.unit))

    def measured(self, found: Estimate) -> Term:
        """An estimate in its unit."""
        return Term("measured", (found, self.unit))

    @property
    def unit(self) -> str:
        """Of its values, as it stands behind a number."""
        return "" if self.of.unit == "per period" else self.of.unit


def outcome_of(scenario: Scenario, text: str) -> Outcome:
    """The outcome of text such as ``never_reached_share@phone``; NoOutcome says what there is."""
    asked, _, who = text.strip().partition("@")
    of, known = OTHERS.get(asked, (None, asked))
    try:
        measure, kind, name = scope_of(scenario, f"{known}@{who}" if who else known, besides=OTHERS)
    except ValueError as error:
        raise NoOutcome(str(error)) from None
    if of is not None:
        return Outcome(of, kind, name)
    if measure not in DEFINITIONS:
        raise NoOutcome(f"{measure!r} is a quantile; studied here are counts and ratios, such as loss or asa@phone")
    return Outcome(DEFINITIONS[measure], kind, name)


def outcomes_of(scenario: Scenario, texts: Sequence[str | Outcome]) -> tuple[Outcome, ...]:
    """Several of them, each once; outcomes that exist already are let through."""
    found = [text if isinstance(text, Outcome) else outcome_of(scenario, text) for text in texts]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Played:
    """Counts of every variant on the worlds ``first``, ``first + 1``, ... of a seed.

    ``counts`` by scope, shape (variants, worlds, columns), zeros of variants that make no scenario; ``refused`` says
    why these do not, by number.
    """

    outcomes: tuple[Outcome, ...]
    seed: int
    first: int
    counts: dict[tuple[str, str], NDArray[np.int64]]
    refused: dict[int, str]

    @property
    def worlds(self) -> int:
        """How many worlds every variant met."""
        return int(next(iter(self.counts.values())).shape[1])

    @property
    def where(self) -> Which:
        """Which worlds these are."""
        return Which(self.worlds, self.first, self.seed)

    def values(self, of: Outcome) -> Floats:
        """The outcome of each variant over all worlds, in its unit, nan where there is nothing; shape (variants,)."""
        over, under = self._sums(of)
        return _ratio(over.sum(axis=1), under.sum(axis=1)) * of.of.scale

    def by_world(self, of: Outcome) -> Floats:
        """The outcome of each variant in each world alone, shape (variants, worlds)."""
        return _ratio(*self._sums(of)) * of.of.scale

    def without_one(self, of: Outcome) -> Floats:
        """The same with each world left out in turn, shape (worlds, variants)."""
        over, under = self._sums(of)
        left = [(part.sum(axis=1)[:, None] - part).T for part in (over, under)]
        return _ratio(left[0], left[1]) * of.of.scale

    def estimate(self, variant: int, of: Outcome) -> Estimate:
        """The outcome of one variant with the 95 % interval that follows from its worlds."""
        return of.of.of_counts(self.counts[of.kind, of.name][variant])

    def difference(self, variant: int, base: int, of: Outcome) -> Estimate:
        """Paired difference of one variant to another, in the outcome's unit."""
        counts = self.counts[of.kind, of.name]
        return difference_of(of.of, counts[base], counts[variant], level=0.95)

    def _sums(self, of: Outcome) -> tuple[Floats, Floats]:
        """Numerator and denominator (1 where there is none) by variant and world."""
        counts = self.counts[of.kind, of.name]
        over: Floats = counts @ vector(COLUMNS, of.of.over).astype(float)
        under = counts @ vector(COLUMNS, of.of.under).astype(float) if of.of.under else np.ones_like(over)
        return over, under


def _ratio(over: Floats, under: Floats) -> Floats:
    found: Floats = np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)
    return found


def play_variants(
    scenario: Scenario,
    variants: Sequence[Sequence[str]],
    outcomes: Sequence[Outcome],
    *,
    worlds: int,
    seed: int,
    first: int = 0,
    engine: str = AUTO,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> Played:
    """Play ``scenario`` with each list of settings; those that make no scenario are counted and not played.

    ``progress`` is told (done, wanted) in replications; Stopped is raised soon after ``stop`` is set.
    """
    engine = chosen(engine)
    scopes = tuple(dict.fromkeys((of.kind, of.name) for of in outcomes))
    counts = {scope: np.zeros((len(variants), worlds, len(COLUMNS)), dtype=np.int64) for scope in scopes}
    refused: dict[int, str] = {}
    for start in range(0, len(variants), _TOGETHER):
        plans: dict[str, Scenario] = {}
        for number, settings in enumerate(variants[start : start + _TOGETHER], start):
            if stop is not None and stop.is_set():
                raise Stopped(f"stopped after {start:,} of {len(variants):,} variants")
            try:
                plans[str(number)] = scenario.with_settings(list(settings)) if settings else scenario
            except ScenarioError as error:
                refused[number] = error.mistakes[0].message
        if plans:
            kinds = tuple({kind for kind, _ in scopes})
            played = try_plans(
                plans,
                replications=worlds,
                seed=seed,
                first=first,
                kinds=kinds,
                engine=engine,
                workers=workers,
                stop=stop,
            )
            for name, found in played.counts.items():
                for scope in scopes:
                    counts[scope][int(name)] = _of(found, scope)
        if progress is not None:
            progress(min(start + _TOGETHER, len(variants)) * worlds, len(variants) * worlds)
    return Played(tuple(outcomes), seed, first, counts, refused)


def _of(counts: Counts, scope: tuple[str, str]) -> NDArray[np.int64]:
    """Counts of a scope; nothing happened in one that a variant does not have."""
    return counts.of(*scope) if scope in counts.scopes else np.zeros(counts.values[:, 0].shape, dtype=np.int64)
