"""A scenario at many settings: every point is a run of its own, kept and gone on with like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from sim.answers.kinds import in_language
from sim.errors import ScenarioError
from sim.language import ENGLISH, Language
from sim.language.mistakes import told_refusal
from sim.language.shown import in_words, measured, plain, shown_value
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS
from sim.studies.answers import Answer
from sim.studies.bars import with_bar
from sim.studies.engine import AUTO, chosen
from sim.studies.levels import Axis, LevelsError, axis_of, grid, latin_hypercube
from sim.studies.matters import WORLDS, Matters, matters
from sim.studies.matters_words import rows, sentences
from sim.studies.outside_hours import left_out
from sim.studies.paired import difference_of
from sim.studies.precision import scope_of
from sim.studies.run import Progress, run
from sim.studies.trial import On, Which

Design = Literal["grid", "lhs"]
_MOST_POINTS = 100_000


@dataclass(frozen=True)
class Point:
    """One combination of levels: its results, or why it makes no scenario."""

    levels: Mapping[str, str]
    result: Result | None
    refused: str = ""

    @property
    def text(self) -> str:
        """Its levels, as a name."""
        return ", ".join(f"{path} {level}" for path, level in self.levels.items())

    def estimate(self, measure: tuple[str, str, str]) -> Estimate:
        """A measure (name, kind and name of the scope); nan where there is none."""
        name, kind, of = measure
        try:
            return self.result.estimate(name, kind=kind, name=of) if self.result else NOTHING
        except KeyError:
            return NOTHING


@dataclass(frozen=True)
class Sweep:
    """All points, on the same worlds: what differs between them is not chance but the settings (and their callers).

    ``matters`` says which assumptions matter most, where that was asked for.
    """

    scenario: Scenario
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    measures: Mapping[str, tuple[str, str, str]]
    replications: int
    seed: int
    design: Design
    matters: Matters | None = None

    @property
    def answer(self) -> Answer:
        """In words and tables, as it is told and kept."""
        return answer_of(self)

    @property
    def played(self) -> list[Point]:
        """The points that make a scenario."""
        return [point for point in self.points if point.result is not None]

    def rows(self) -> list[dict[str, Any]]:
        """A row for each point: its levels, every measure with its interval, why it was refused, its folder."""
        return [
            {
                **point.levels,
                **{text: point.estimate(measure) for text, measure in self.measures.items()},
                "refused": point.refused,
                "results": str(point.result.folder) if point.result else "",
            }
            for point in self.points
        ]

    def ends(self, measure: tuple[str, str, str]) -> tuple[tuple[str, str, str], Point, Point] | None:
        """The points where a count or ratio is lowest and highest; None for a quantile, or where it is the same."""
        found = [(point.estimate(measure).value, point) for point in self.played if measure[0] in DEFINITIONS]
        found = [(value, point) for value, point in found if isfinite(value)]
        if not found:
            return None
        (low, at_low), (high, at_high) = (f(found, key=lambda pair: pair[0]) for f in (min, max))
        return (measure, at_low, at_high) if low < high else None


def usual_measures(scenario: Scenario) -> list[str]:
    """What is shown of a scenario unless asked otherwise; all are of the first channel but people never reached."""
    first = next(iter(scenario.channels))
    level = SERVICE_LEVELS[scenario.targets.service_level]
    return ["never_reached_share", f"abandonment@{first}", f"asa@{first}", f"{level}@{first}"]


def _with_assumptions(found: Sweep, workers: int | None) -> Sweep:
    """With which assumptions matter most to how the highest point differs from the lowest, in the first measure."""
    ends = next((ends for measure in found.measures.values() if (ends := found.ends(measure))), None)
    if ends is None:
        return found
    measure, low, high = ends
    name, kind, of = measure
    counts = [point.result.values(kind=kind, name=of) for point in (low, high) if point.result]
    usual = difference_of(DEFINITIONS[name], *counts, level=0.95)
    plans = {point.text: point.result.scenario for point in (low, high) if point.result}
    return replace(found, matters=matters(plans, usual, measure, Which(WORLDS, 0, found.seed), workers=workers))


@with_bar
def sweep(
    scenario: Scenario,
    axes: Sequence[str],
    *,
    design: Design = "grid",
    points: int | None = None,
    measures: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = "results",
    assumptions: bool = True,
    progress: Progress | None = None,
    command: str = "",
) -> Sweep:
    """Run ``scenario`` at every point of a grid, or at ``points`` of a Latin hypercube, over ``axes``.

    ``axes`` are written ``lines.antwerpen=1..3``; see ``sim.studies.levels``. ``measures`` are written ``loss`` or
    ``loss@phone``. Points that are finished are read, not run again. ``assumptions`` plays the ends of every stated
    range too, to tell which of them matter most. LevelsError where an axis cannot be read, where a
    measure is unknown or where no point makes a scenario; Interrupted as in ``sim.run``.
    """
    read = tuple(axis_of(axis) for axis in axes)
    _sound(read, design, points)
    wanted = scenario.experiment.replications if replications is None else replications
    seed = scenario.experiment.seed if seed is None else seed
    measured = measures_of(scenario, measures or usual_measures(scenario))
    levels = grid(read) if design == "grid" else latin_hypercube(read, points or 0, seed=seed)
    drafts = [_draft(scenario, read, some) for some in levels]
    _some_scenario(drafts, levels)
    found, playable = [], sum(isinstance(draft, Scenario) for draft in drafts)
    # All points together may be worth the machine code where one is not.
    engine = chosen(AUTO)
    for some, draft in zip(levels, drafts, strict=True):
        at = {axis.path: level for axis, level in zip(read, some, strict=True)}
        if isinstance(draft, str):
            found.append(Point(at, None, draft))
            continue
        before = sum(point.result is not None for point in found)

        def tell(done: int, _wanted: int, before: int = before) -> None:
            if progress is not None:
                progress(before * wanted + done, playable * wanted)

        result = run(
            draft, replications=wanted, seed=seed, engine=engine, workers=workers, cluster=cluster, out=out,
            keep_contacts=0, progress=tell, command=command,
        )  # fmt: skip
        found.append(Point(at, result))
    done = Sweep(scenario, read, tuple(found), measured, wanted, seed, design)
    return _with_assumptions(done, workers) if assumptions else done


def _sound(axes: tuple[Axis, ...], design: str, points: int | None) -> None:
    if not axes:
        raise LevelsError("a sweep needs at least one setting with several levels, such as lines.antwerpen=1..3")
    paths = [axis.path for axis in axes]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise LevelsError(f"{twice} is varied twice")
    if design == "lhs" and (points is None or points < 2):
        raise LevelsError("a Latin hypercube needs a number of points, at least 2")
    if design == "grid" and points is not None:
        raise LevelsError("a grid has as many points as its levels make; a number of points goes with design lhs")
    if design == "grid" and (too_many := next((axis.too_many for axis in axes if axis.too_many), "")):
        raise LevelsError(too_many)
    size = 1
    for axis in axes:
        size *= len(axis.texts)
    if (size if design == "grid" else points or 0) > _MOST_POINTS:
        raise LevelsError(
            f"more than {_MOST_POINTS:,} points; take fewer levels, or design lhs with a number of points"
        )


def measures_of(scenario: Scenario, texts: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Measures as written, such as ``loss@phone``, with name, kind and name of scope; LevelsError if unknown."""
    try:
        return {text: scope_of(scenario, text) for text in texts}
    except ValueError as error:
        raise LevelsError(str(error)) from None


def _draft(scenario: Scenario, axes: tuple[Axis, ...], levels: tuple[str, ...]) -> Scenario | str:
    """The scenario at a point, or the first reason why there is none."""
    try:
        return scenario.with_settings([axis.settings(level) for axis, level in zip(axes, levels, strict=True)])
    except ScenarioError as error:
        return f"{error.mistakes[0].path}: {error.mistakes[0].message}"


def _some_scenario(drafts: Sequence[Scenario | str], levels: Sequence[tuple[str, ...]]) -> None:
    if not any(isinstance(draft, Scenario) for draft in drafts):
        raise LevelsError(f"no point makes a scenario; at {', '.join(levels[0])}: {drafts[0]}")


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
    plans = [found.scenario, *(point.result.scenario for point in found.played if point.result)]
    return [in_language(one, say) for one in left_out(plans)]


def _matters(found: Sweep, say: Language) -> list[str]:
    """What matters most to how far the first measure goes."""
    if found.matters is None:
        return []
    named = found.matters.named(say("sweep.lowest"), say("sweep.highest"))
    return [in_language(one, say) for one in sentences(named)]


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
