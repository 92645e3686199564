"""What a study of sensitivity says, in sentences and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.language import ENGLISH, Language
from sim.language.mistakes import told_mistake
from sim.language.shown import digits_of
from sim.scenario.scenario import Scenario
from sim.studies.answers import Answer
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.outcomes import Outcome
from sim.studies.sensitivity import Sensitivity, Spread
from sim.studies.trial import On
from sim.studies.unknowns import LAWS, shown_value, value_cell

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
