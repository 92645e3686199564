"""What decides an answer: stated ranges varied together and one at a time, on the same callers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.language import ENGLISH, Language
from sim.language.mistakes import told_mistake
from sim.language.shown import digits_of, short, shown_value
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.intervals import t_quantile
from sim.studies.answers import Answer
from sim.studies.bars import with_bar
from sim.studies.one_at_a_time import MEASURES, NoUnknowns, OneAtATime, one_at_a_time
from sim.studies.outcomes import Outcome, Played, outcomes_of, play_variants
from sim.studies.sobol import Indices, designed, indices_of, uniforms
from sim.studies.trial import On
from sim.studies.unknowns import LAWS, Law, Unknown, unknowns_of, value_cell

Floats = NDArray[np.float64]
#: Of the outcomes over the ranges, the share below the low end and above the high end of what is said.
_TAIL = 0.05
#: Worlds that every combination meets, unless asked otherwise.
WORLDS = 8
_RESAMPLES = 400


@dataclass(frozen=True)
class Spread:
    """Where an outcome lies while nothing is known but the ranges: 5 and 95 % of the points, and half of them.

    ``stated`` is the outcome with everything as stated, on the many worlds; points are paired differences to it, on the
    few worlds of all combinations. Intervals are of simulation alone: of both kinds of worlds (the few by jackknife)
    and of points (bootstrap). ``noise`` is the share of the variance between points that is chance of the
    worlds and not of the unknowns.
    """

    low: Estimate
    middle: Estimate
    high: Estimate
    stated: Estimate
    noise: float

    @property
    def simulation(self) -> float:
        """How far simulation may have moved an end: the larger half interval of the two."""
        return max(self.low.half, self.high.half)


@dataclass(frozen=True)
class Sensitivity:
    """What decides outcomes. ``indices`` of an outcome are None where it never moved.

    ``unknowns`` are varied together; ``held`` are not, since an end of theirs makes no scenario. ``refused`` of
    ``points`` combinations make no scenario either.
    """

    scenario: Scenario
    law: Law
    points: int
    unknowns: tuple[Unknown, ...]
    held: tuple[tuple[Unknown, str], ...]
    played: Played
    apart: OneAtATime

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was looked at."""
        return self.apart.outcomes

    @property
    def refused(self) -> int:
        """Combinations that make no scenario."""
        return len(self.played.refused)

    @property
    def combinations(self) -> int:
        """Combinations that were tried."""
        return self.points * (len(self.unknowns) + 2)

    @cached_property
    def indices(self) -> dict[str, Indices | None]:
        """Indices by outcome."""
        shape = (len(self.unknowns) + 2, self.points)
        return {of.text: indices_of(self.played.values(of)[:-1].reshape(shape)) for of in self.outcomes}

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        """Where outcomes lie, by outcome."""
        return {of.text: self._spread(of) for of in self.outcomes}

    def _spread(self, of: Outcome) -> Spread:
        stated, every, left = self.apart.stated[of.text], self.played.values(of), self.played.without_one(of)
        # Against everything as stated, the last variant.
        moved, without = every[:-1] - every[-1], left[:, :-1] - left[:, -1:]
        moved[~np.isfinite(without).all(axis=0)] = np.nan
        moved = moved.reshape(-1, self.points)
        low, middle, high = (_quantile(moved, without, stated, share) for share in (_TAIL, 0.5, 1 - _TAIL))
        return Spread(low, middle, high, stated, _noise(moved, without))

    @property
    def answer(self) -> Answer:
        """In words and tables, as it is told and kept."""
        return answer_of(self)

    def ranked(self, outcome: str) -> list[tuple[Unknown, Estimate, Estimate]]:
        """Unknowns with their first and total index, the largest total first; empty where the outcome never moved."""
        found = self.indices[outcome]
        if found is None:
            return []
        rows = zip(self.unknowns, found.first, found.total, strict=True)
        return sorted(rows, key=lambda row: -row[2].value)


@with_bar
def sensitivity(
    scenario: Scenario,
    *,
    measures: Sequence[str | Outcome] = MEASURES,
    points: int = 128,
    replications: int = WORLDS,
    worlds_apart: int = 100,
    law: Law = "triangular",
    seed: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Vary all stated ranges together at ``points`` times (unknowns + 2) combinations, and each alone.

    ``points`` is a power of two. Every combination meets the same worlds, ``replications`` of them; one at a time, the
    same ``worlds_apart``, which have other numbers. ``law`` says how likely values within a range are (see LAWS).
    """
    if law not in LAWS:
        raise ValueError(f"{law!r} is not a law of ranges; there are {', '.join(LAWS)}")
    if replications < 2 or worlds_apart < 2:
        raise ValueError("at least two worlds are needed to know what is chance of the worlds")
    every, outcomes = unknowns_of(scenario), outcomes_of(scenario, measures)
    if not every:
        raise NoUnknowns(scenario)
    seed = scenario.experiment.seed if seed is None else seed
    tell = progress or (lambda _done, _wanted: None)
    ahead = worlds_apart * (1 + sum(len(unknown.ends) for unknown in every))
    wanted = ahead + (points * (len(every) + 2) + 1) * replications
    apart = one_at_a_time(
        scenario, outcomes, worlds_apart, seed=seed, first=replications, unknowns=every, workers=workers,
        progress=lambda done, _: tell(done, wanted),
    )  # fmt: skip
    held = {unknown: f"{short(end)} makes no scenario: {why}" for unknown, end, why in apart.refused}
    free = tuple(unknown for unknown in every if unknown not in held)
    shares = designed(len(free), points).reshape(-1, len(free))
    variants = [
        [text for unknown, share in zip(free, row, strict=True) for text in _setting(unknown, float(share), law)]
        for row in shares
    ]
    variants.append([])  # everything as stated, on these worlds
    played = play_variants(
        scenario, variants, outcomes, worlds=replications, seed=seed, workers=workers,
        progress=lambda done, _: tell(ahead + done, wanted),
    )  # fmt: skip
    return Sensitivity(scenario, law, points, free, tuple(held.items()), played, apart)


def _setting(unknown: Unknown, share: float, law: Law) -> list[str]:
    scale = unknown.scale
    return unknown.settings(scale.at(scale.draw(share, law)))


def _quantile(moved: Floats, without: Floats, stated: Estimate, share: float) -> Estimate:
    """A quantile over combinations, ``stated`` plus differences to it, with what worlds and points leave open.

    ``moved`` (matrices, points) are the differences, nan where there is none; combinations of one point have values in
    common, so the bootstrap takes points. ``without`` (worlds, combinations): with each world left out.
    """
    if not np.isfinite(moved).any():
        return Estimate(np.nan, np.nan, np.nan)
    worlds, points = len(without), moved.shape[1]
    left = np.nanquantile(without, share, axis=1)
    of_worlds = t_quantile(worlds, 0.95) * sqrt((worlds - 1) * float(np.var(left)))
    picked = (uniforms("spread", _RESAMPLES, points) * points).astype(np.int64)
    of_points = 1.96 * float(np.nanstd([np.nanquantile(moved[:, some], share) for some in picked]))
    found, half = stated.value + float(np.nanquantile(moved, share)), hypot(stated.half, of_worlds, of_points)
    return Estimate(found, found - half, found + half)


def _noise(moved: Floats, without: Floats) -> float:
    """Share of the variance between points that the worlds make, by the jackknife: what changes as worlds do."""
    known = np.isfinite(moved.ravel())
    variance = float(np.var(moved.ravel()[known])) if known.sum() > 1 else 0.0
    if variance == 0:
        return 0.0
    # A shift of all points alike is no difference between them.
    apart = without[:, known] - without[:, known].mean(axis=1, keepdims=True)
    return min((len(without) - 1) * float(np.var(apart, axis=0).mean()) / variance, 1.0)


Row = dict[str, Any]
#: Unknowns with a total index below are said to matter little.
LITTLE = 0.05
#: So much of the variance between points may be chance of the worlds without a word.
_NOISY = 0.1
_MOST_NAMED = 4


def answer_of(found: Sensitivity) -> Answer:
    """The answer in a form that is kept and shown."""
    return Answer(
        study="sensitivity",
        scenario=found.scenario,
        asked={
            "measures": [of.text for of in found.outcomes],
            "points": found.points,
            "law": LAWS[found.law],
            "assumptions": [unknown.name for unknown in found.unknowns],
            "held": {unknown.name: why for unknown, why in found.held},
        },
        on=[On("sensitivity.together_on", found.played.where), On("sensitivity.apart_on", found.apart.where)],
        measures=_definitions(found.outcomes),
        sentences=lambda say: sentences(found, say),
        tables=tables(found),
    )


def answer_apart(scenario: Scenario, found: OneAtATime) -> Answer:
    """The answer of assumptions moved one at a time alone."""
    return Answer(
        study="one-at-a-time",
        scenario=scenario,
        asked={"measures": [of.text for of in found.outcomes]},
        on=[On("study.on", found.where)],
        measures=_definitions(found.outcomes),
        sentences=lambda say: sentences_apart(found, say),
        tables={"one_at_a_time": rows_apart(found)},
    )


def _definitions(outcomes: tuple[Outcome, ...]) -> list[Any]:
    return list({of.of.name: of.of for of in outcomes}.values())


def sentences(found: Sensitivity, say: Language = ENGLISH) -> list[str]:
    """The answer of each outcome and what decides it, and what it rests on."""
    said = [sentence for of in found.outcomes for sentence in _of_outcome(found, of, say)]
    many, combinations = len(found.unknowns), say.number(found.combinations)
    if many == 1:
        said.append(say("sensitivity.varied_one", combinations=combinations))
    else:
        said.append(say("sensitivity.varied", unknowns=many, combinations=combinations))
    said.append(say(f"sensitivity.{found.law}"))
    held = {unknown for unknown, _ in found.held}
    said += [
        say("sensitivity.held", assumption=unknown.words(say), end=shown_value(end, say), why=told_mistake(why, say))
        for unknown, end, why in found.apart.refused
        if unknown in held
    ]
    if found.refused:
        why = next(iter(found.played.refused.values()))
        one = found.refused == 1
        said.append(
            say("sensitivity.refused_one", why=told_mistake(why, say))
            if one
            else say("sensitivity.refused", count=say.number(found.refused), why=told_mistake(why, say))
        )
    return said


def _of_outcome(found: Sensitivity, of: Outcome, say: Language) -> Iterator[str]:
    spread, ranked, outcome = found.spreads[of.text], found.ranked(of.text), of.told(say)
    yield _spread(spread, of, say)
    if not ranked:
        yield say("sensitivity.still", outcome=outcome)
        return
    deciding = [(unknown, total) for unknown, _, total in ranked if total.value >= LITTLE][:_MOST_NAMED]
    named = ", ".join(f"{unknown.words(say)} ({say.percent(min(total.value, 1))})" for unknown, total in deciding)
    rest = len(ranked) - len(deciding)
    if not deciding:
        yield say("sensitivity.decided_none", outcome=outcome, little=say.percent(LITTLE))
    elif rest == 0:
        yield say("sensitivity.decided_all", outcome=outcome, named=named)
    elif rest == 1:
        yield say("sensitivity.decided_one_less", outcome=outcome, named=named)
    else:
        yield say("sensitivity.decided", outcome=outcome, named=named, rest=rest)
    if spread.noise > _NOISY:
        yield say("sensitivity.noise", outcome=outcome, share=say.percent(spread.noise))


def _spread(spread: Spread, of: Outcome, say: Language) -> str:
    """An outcome with both of its uncertainties apart."""
    digits = digits_of(spread.simulation)
    ends = {"low": spread.low.value, "high": spread.high.value, "stated": spread.stated.value}
    return say(
        "sensitivity.spread",
        outcome=of.told(say),
        simulation=say.number(spread.simulation, digits),
        **{name: of.shown(end, say, digits) for name, end in ends.items()},
    )


def tables(found: Sensitivity) -> dict[str, list[Row]]:
    """Where outcomes lie, indices, and moves one at a time."""
    return {
        "outcomes": [_outcome_row(found, of) for of in found.outcomes],
        "indices": [
            {"outcome": of.text, "assumption": unknown.name, "stated": value_cell(unknown.value),
             "low": value_cell(unknown.low), "high": value_cell(unknown.high), "status": unknown.status,
             "first_order": first, "total": total}
            for of in found.outcomes
            for unknown, first, total in found.ranked(of.text)
        ],
        "one_at_a_time": rows_apart(found.apart),
    }  # fmt: skip


def _outcome_row(found: Sensitivity, of: Outcome) -> Row:
    spread = found.spreads[of.text]
    return {
        "outcome": of.text,
        "unit": of.of.unit,
        "as_stated": spread.stated,
        "low_5_percent": spread.low,
        "middle": spread.middle,
        "high_95_percent": spread.high,
        "simulation": spread.simulation,
        "variance_by_chance": spread.noise,
    }


def rows_apart(found: OneAtATime) -> list[Row]:
    """A row for each end of each assumption and outcome, the widest assumption first."""
    return [
        {
            "outcome": of.text,
            "unit": of.of.unit,
            "assumption": unknown.name,
            "stated": value_cell(unknown.value),
            "to": value_cell(move.end),
            "difference": move.differences[of.text],
        }
        for of in found.outcomes
        for unknown in found.widest(of.text)
        for move in found.of(unknown)
    ]


def sentences_apart(found: OneAtATime, say: Language = ENGLISH) -> list[str]:
    """What moves each outcome most, one at a time."""
    said = [_apart(found, of, say) for of in found.outcomes]
    if found.still:
        said.append(say("sensitivity.unmoved", named=", ".join(unknown.words(say) for unknown in found.still)))
    said += [
        say("sensitivity.not_run", assumption=unknown.words(say), end=shown_value(end, say), why=told_mistake(why, say))
        for unknown, end, why in found.refused
    ]
    return said


def _apart(found: OneAtATime, of: Outcome, say: Language) -> str:
    widest = [unknown for unknown in found.widest(of.text) if found.span(unknown, of.text)][:_MOST_NAMED]
    named = ", ".join(
        say("sensitivity.by", assumption=unknown.words(say), span=of.shown(found.span(unknown, of.text), say))
        for unknown in widest
    )
    stated = of.estimated(found.stated[of.text], say)
    if not named:
        return say("sensitivity.apart_still", outcome=of.told(say), stated=stated)
    return say("sensitivity.apart", outcome=of.told(say), stated=stated, named=named)
