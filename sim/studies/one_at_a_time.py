"""One assumption at a time: how far outcomes move when each stated range goes to its low and to its high."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from sim.errors import QuestionError
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.bars import with_bar
from sim.studies.outcomes import Outcome, Played, outcomes_of, play_variants
from sim.studies.trial import Which
from sim.studies.unknowns import Unknown, unknowns_of

#: What is looked at unless asked otherwise.
MEASURES = ("never_reached_share", "loss", "answered")


@dataclass(frozen=True)
class Move:
    """One unknown at one end of its range, all else as stated: paired differences by outcome, with 95 % intervals."""

    unknown: Unknown
    end: Any
    differences: Mapping[str, Estimate]

    @property
    def is_low(self) -> bool:
        """Whether it is the low end."""
        return bool(self.end == self.unknown.low)


@dataclass(frozen=True)
class OneAtATime:
    """All moves, the widest first, of the outcomes as stated; ``refused`` are ends that make no scenario, and why.

    ``still`` are unknowns whose ends changed nothing in any world.
    """

    outcomes: tuple[Outcome, ...]
    where: Which
    stated: Mapping[str, Estimate]
    moves: tuple[Move, ...]
    refused: tuple[tuple[Unknown, Any, str], ...]

    def of(self, unknown: Unknown) -> tuple[Move, ...]:
        """The moves of one unknown."""
        return tuple(move for move in self.moves if move.unknown == unknown)

    def span(self, unknown: Unknown, outcome: str) -> float:
        """How wide an outcome's range is while this unknown goes from low to high."""
        values = [0.0, *(move.differences[outcome].value for move in self.of(unknown) if outcome in move.differences)]
        return max(values) - min(values)

    def widest(self, outcome: str) -> tuple[Unknown, ...]:
        """Unknowns by span of an outcome, widest first; of equal ones the first in the file."""
        return tuple(sorted(dict.fromkeys(move.unknown for move in self.moves), key=lambda u: -self.span(u, outcome)))

    @property
    def still(self) -> tuple[Unknown, ...]:
        """Unknowns whose ends moved no outcome at all."""
        unknowns = dict.fromkeys(move.unknown for move in self.moves)
        return tuple(u for u in unknowns if not any(self.span(u, of.text) for of in self.outcomes))


@with_bar
def one_at_a_time(
    scenario: Scenario,
    measures: Sequence[str | Outcome] = MEASURES,
    replications: int = 100,
    *,
    seed: int | None = None,
    first: int = 0,
    unknowns: Sequence[Unknown] | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> OneAtATime:
    """Each unknown of a scenario (default: all) at its low and at its high, all else as stated, on the same worlds.

    ``measures`` such as ``loss@phone``; the ``replications`` worlds have numbers ``first``, ``first + 1``, ... of
    ``seed`` (default: the scenario's). NoUnknowns where the scenario states no range; Stopped soon after ``stop`` is
    set.
    """
    chosen = list(unknowns_of(scenario) if unknowns is None else unknowns)
    if not chosen:
        raise NoUnknowns(scenario)
    outcomes = outcomes_of(scenario, measures)
    ends = [(unknown, end) for unknown in chosen for end in unknown.ends]
    played = play_variants(
        scenario,
        [[], *(unknown.settings(end) for unknown, end in ends)],
        outcomes,
        worlds=replications,
        seed=scenario.experiment.seed if seed is None else seed,
        first=first,
        workers=workers,
        progress=progress,
        stop=stop,
    )
    return _moves(played, ends)


def _moves(played: Played, ends: Sequence[tuple[Unknown, Any]]) -> OneAtATime:
    """What the first variant, as stated, and those after it say."""
    numbered = list(enumerate(ends, 1))
    return OneAtATime(
        outcomes=played.outcomes,
        where=played.where,
        stated={of.text: played.estimate(0, of) for of in played.outcomes},
        moves=tuple(
            Move(unknown, end, {of.text: played.difference(number, 0, of) for of in played.outcomes})
            for number, (unknown, end) in numbered
            if number not in played.refused
        ),
        refused=tuple((*ends[number - 1], why) for number, why in played.refused.items()),
    )


class NoUnknowns(QuestionError):
    """A scenario without a range: nothing to vary."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(
            f"{scenario.name}: no value has a low and a high, so nothing is known to be unknown; write for example "
            "mean: {value: 35 min, status: assumed, source: ..., low: 25 min, high: 50 min}"
        )
