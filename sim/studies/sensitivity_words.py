"""What a study of sensitivity says, in sentences and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.model import Scenario
from sim.studies.answers import Answer, untranslated
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity, Spread
from sim.studies.unknowns import LAWS, short

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
        worlds=untranslated([f"together: {found.played.where}", f"one at a time: {found.apart.where}"]),
        measures=list(dict.fromkeys(of.of.name for of in found.outcomes)),
        sentences=untranslated(sentences(found)),
        tables=tables(found),
    )


def answer_apart(scenario: Scenario, found: OneAtATime) -> Answer:
    """The answer of assumptions moved one at a time alone."""
    return Answer(
        study="one-at-a-time",
        scenario=scenario,
        asked={"measures": [of.text for of in found.outcomes]},
        worlds=untranslated([str(found.where)]),
        measures=list(dict.fromkeys(of.of.name for of in found.outcomes)),
        sentences=untranslated(sentences_apart(found)),
        tables={"one_at_a_time": rows_apart(found)},
    )


def sentences(found: Sensitivity) -> list[str]:
    """The answer of each outcome and what decides it, and what it rests on."""
    said = [sentence for of in found.outcomes for sentence in _of_outcome(found, of)]
    said.append(
        f"{len(found.unknowns)} assumptions varied together in {found.combinations:,} combinations; within each range "
        f"{LAWS[found.law]}."
    )
    said += [f"Held as stated: {unknown.name}; {why}." for unknown, why in found.held]
    if found.refused:
        why = next(iter(found.played.refused.values()))
        said.append(f"{found.refused:,} combinations make no scenario and are left out, the first since it {why}.")
    return said


def _of_outcome(found: Sensitivity, of: Outcome) -> Iterator[str]:
    spread, ranked = found.spreads[of.text], found.ranked(of.text)
    yield f"{of.text}: {said(spread, of)}."
    if not ranked:
        yield f"Nothing that is varied moves {of.text}."
        return
    deciding = [(unknown, total) for unknown, _, total in ranked if total.value >= LITTLE][:_MOST_NAMED]
    named = ", ".join(f"{unknown.name} ({total.value:.0%})" for unknown, total in deciding)
    rest = len(ranked) - len(deciding)
    yield (
        f"What decides {of.text}, by the share of its variance that goes with it: {named or 'no single assumption'}; "
        f"{rest} others less."
    )
    if spread.noise > _NOISY:
        yield (
            f"{spread.noise:.0%} of the variance of {of.text} between combinations is chance of the few worlds, which "
            "makes totals too large: take more worlds."
        )


def said(spread: Spread, of: Outcome) -> str:
    """An outcome with both of its uncertainties apart."""
    unit = f" {of.unit}" if of.unit else ""
    digits = 1 if spread.simulation >= 0.05 else 2
    ends = [f"{end.value:,.{digits}f}{unit}" for end in (spread.low, spread.high)]
    stated = f"{spread.stated.value:,.{digits}f}{unit}"
    return (
        f"{ends[0]} to {ends[1]} (5 to 95 %) from what is not known, ±{spread.simulation:,.{digits}f} from simulation; "
        f"{stated} with everything as stated"
    )


def tables(found: Sensitivity) -> dict[str, list[Row]]:
    """Where outcomes lie, indices, and moves one at a time."""
    return {
        "outcomes": [_outcome_row(found, of) for of in found.outcomes],
        "indices": [
            {"outcome": of.text, "assumption": unknown.name, "stated": short(unknown.value), "low": short(unknown.low),
             "high": short(unknown.high), "status": unknown.status, "first_order": first, "total": total}
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
            "stated": short(unknown.value),
            "to": short(move.end),
            "difference": move.differences[of.text],
        }
        for of in found.outcomes
        for unknown in found.widest(of.text)
        for move in found.of(unknown)
    ]


def sentences_apart(found: OneAtATime) -> list[str]:
    """What moves each outcome most, one at a time."""
    said = []
    for of in found.outcomes:
        stated, unit = found.stated[of.text], f" {of.unit}" if of.unit else ""
        widest = [unknown for unknown in found.widest(of.text) if found.span(unknown, of.text)][:_MOST_NAMED]
        named = ", ".join(f"{unknown.name} (by {found.span(unknown, of.text):,.1f}{unit})" for unknown in widest)
        said.append(
            f"{of.text}: {stated.value:,.1f}{unit} ±{stated.half:,.1f} with everything as stated; moved most, one "
            f"assumption at a time, by {named or 'nothing'}."
        )
    if found.still:
        said.append(f"Nothing is moved by {', '.join(unknown.name for unknown in found.still)}.")
    said += [f"Not run: {unknown.name} at {short(end)}: {why}." for unknown, end, why in found.refused]
    return said
