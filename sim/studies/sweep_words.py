"""A sweep in words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sim.estimates import NOTHING
from sim.language import ENGLISH, Language
from sim.language.mistakes import told_refusal
from sim.language.shown import in_words, measured, plain
from sim.studies.answers import Answer
from sim.studies.matters import Matters
from sim.studies.matters_words import rows, sentences
from sim.studies.outside_hours import left_out
from sim.studies.sweep import Point, Sweep
from sim.studies.trial import On, Which
from sim.studies.unknowns import shown_value
from sim.summary import DEFINITIONS


def answer_of(found: Sweep) -> Answer:
    """What is kept and told."""
    return Answer(
        study="sweep",
        scenario=found.scenario,
        asked={
            "axes": {axis.path: list(axis.texts) for axis in found.axes},
            "design": found.design,
            "points": [list(point.levels.values()) for point in found.points],
            "measures": list(found.measures),
        },
        on=_played(found),
        measures=list(dict.fromkeys(name for name, _, _ in found.measures.values())),
        sentences=lambda say: [*_sentences(found, say), *_left_out(found, say), *_matters(found, say)],
        tables={"sweep": found.rows()}
        | ({"assumptions": rows(found.matters, partial(_in_words, found, found.matters))} if found.matters else {}),
    )


def _in_words(found: Sweep, matters: Matters, say: Language) -> Matters:
    """What matters with its points as readers of a language have them."""
    names = {point.text: at_point(point, say) for point in found.points}
    return matters.named(names[matters.base], names[matters.first])


def _left_out(found: Sweep, say: Language) -> list[str]:
    return left_out([found.scenario, *(point.result.scenario for point in found.played if point.result)], say)


def _matters(found: Sweep, say: Language) -> list[str]:
    """What matters most to how far the first measure goes."""
    if found.matters is None:
        return []
    return sentences(found.matters.named(say("sweep.lowest"), say("sweep.highest")), say)


def _played(found: Sweep) -> list[On]:
    played = [On("sweep.worlds", Which(found.replications, 0, found.seed))]
    if found.matters is not None and found.matters.found:
        played.append(On("sweep.matter_on", found.matters.where))
    return played


def label(measure: tuple[str, str, str], say: Language = ENGLISH) -> str:
    """A measure in words, of whom, and its unit."""
    definition = DEFINITIONS.get(measure[0])
    unit = say.known("unit", definition.unit if definition else "s")
    return f"{measured(*measure, say)} ({unit})"


def _sentences(found: Sweep, say: Language) -> Iterator[str]:
    for measure in found.measures.values():
        there = [(point.estimate(measure), point) for point in found.played]
        there = [(estimate, point) for estimate, point in there if estimate is not NOTHING]
        if there:
            if len(found.played) == 1 < len(found.points):
                [(value, at_only)] = there
                yield say("sweep.only", measure=label(measure, say), value=plain(value, say), at=at_point(at_only, say))
                continue
            (low, at_low), (high, at_high) = (f(there, key=lambda pair: pair[0].value) for f in (min, max))
            if low.value == high.value:
                yield say("sweep.same", measure=label(measure, say), value=plain(low, say))
                continue
            ends = {"low": plain(low, say), "high": plain(high, say)}
            at = {"at_low": at_point(at_low, say), "at_high": at_point(at_high, say)}
            yield say("sweep.goes", measure=label(measure, say), **ends, **at)
    for axis in found.axes if found.design == "grid" else ():
        if axis.usual:
            ends = {"low": shown_value(axis.texts[0], say), "high": shown_value(axis.texts[-1], say)}
            yield say("sweep.usual", levels=say.number(len(axis.texts)), of=in_words(axis.path, say), **ends)
    if refused := [point for point in found.points if point.refused]:
        first = {"at": at_point(refused[0], say), "why": told_refusal(refused[0].refused, say).rstrip(".")}
        yield say("sweep.refused", refused=say.number(len(refused)), points=say.number(len(found.points)), **first)


def at_point(point: Point, say: Language) -> str:
    """The levels of a point."""
    return ", ".join(f"{in_words(path, say)} {shown_value(level, say)}" for path, level in point.levels.items())
