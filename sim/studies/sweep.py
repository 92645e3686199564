"""A scenario at many settings: every point is a run of its own, kept and gone on with like any other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Literal

from sim.answers.answer import (
    Answer,
    Axis,
    Chart,
    Column,
    Curves,
    Heat,
    Message,
    Section,
    Series,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answer import Point as ChartPoint
from sim.answers.answered import Answered
from sim.answers.phrases import labelled, played_on
from sim.errors import ScenarioError
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS
from sim.studies import matters_words
from sim.studies.bars import with_bar
from sim.studies.engine import AUTO, chosen
from sim.studies.levels import Axis as LevelAxis
from sim.studies.levels import LevelsError, axis_of, grid, latin_hypercube
from sim.studies.matters import WORLDS, Matters, matters
from sim.studies.outside_hours import left_out
from sim.studies.paired import difference_of
from sim.studies.precision import scope_of
from sim.studies.run import Progress, run
from sim.studies.trial import Which

Design = Literal["grid", "lhs"]
#: Name of a measure, kind and name of its scope.
Measure = tuple[str, str, str]
_MOST_POINTS = 100_000
#: Levels that are written below an axis.
_MOST_MARKS = 8
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?) ?(\D*)")


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

    def estimate(self, measure: Measure) -> Estimate:
        """A measure (name, kind and name of the scope); nan where there is none."""
        name, kind, of = measure
        try:
            return self.result.estimate(name, kind=kind, name=of) if self.result else NOTHING
        except KeyError:
            return NOTHING


@dataclass(frozen=True)
class Sweep(Answered):
    """All points, on the same worlds: what differs between them is not chance but the settings (and their callers).

    ``matters`` says which assumptions matter most, where that was asked for.
    """

    scenario: Scenario
    axes: tuple[LevelAxis, ...]
    points: tuple[Point, ...]
    measures: Mapping[str, Measure]
    replications: int
    seed: int
    design: Design
    matters: Matters | None = None

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)

    @property
    def worlds(self) -> Which:
        """Replications of each point."""
        return Which(self.replications, 0, self.seed)

    @property
    def played(self) -> list[Point]:
        """The points that make a scenario."""
        return [point for point in self.points if point.result is not None]

    def ends(self, measure: Measure) -> tuple[Measure, Point, Point] | None:
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


def _sound(axes: tuple[LevelAxis, ...], design: str, points: int | None) -> None:
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


def measures_of(scenario: Scenario, texts: Sequence[str]) -> dict[str, Measure]:
    """Measures as written, such as ``loss@phone``, with name, kind and name of scope; LevelsError if unknown."""
    try:
        return {text: scope_of(scenario, text) for text in texts}
    except ValueError as error:
        raise LevelsError(str(error)) from None


def _draft(scenario: Scenario, axes: tuple[LevelAxis, ...], levels: tuple[str, ...]) -> Scenario | str:
    """The scenario at a point, or the first reason why there is none."""
    try:
        return scenario.with_settings([axis.settings(level) for axis, level in zip(axes, levels, strict=True)])
    except ScenarioError as error:
        return f"{error.mistakes[0].path}: {error.mistakes[0].message}"


def _some_scenario(drafts: Sequence[Scenario | str], levels: Sequence[tuple[str, ...]]) -> None:
    if not any(isinstance(draft, Scenario) for draft in drafts):
        raise LevelsError(f"no point makes a scenario; at {', '.join(levels[0])}: {drafts[0]}")


# ---- The answer --------------------------------------------------------------------------------------------------


def _answer(found: Sweep) -> Answer:
    played, sections, tables = [played_on("sweep.worlds", found.worlds)], list(_sections(found)), [_table(found)]
    plans = (message("sweep.lowest"), message("sweep.highest"), "")
    if found.matters is not None:
        tables.append(matters_words.table_of(found.matters, plans))
    if found.matters is not None and found.matters.found:
        played.append(played_on("sweep.matter_on", found.matters.where))
        rests = (matters_words.chart_of(found.matters, plans), Show("assumptions"))
        sections.append(Section("rests", message("told.rests"), rests))
    scenarios = [found.scenario, *(point.result.scenario for point in found.played if point.result)]
    mattering = matters_words.sentences(found.matters, plans) if found.matters else []
    return Answer(
        study="sweep",
        scenario=found.scenario,
        heading=message("sweep.heading"),
        question={
            "axes": {axis.path: axis.texts for axis in found.axes},
            "design": found.design,
            "points": tuple(tuple(point.levels.values()) for point in found.points),
            "measures": tuple(found.measures),
        },
        sentences=(*_sentences(found), *left_out(scenarios), *mattering),
        played=tuple(played),
        measures=tuple(dict.fromkeys(name for name, _, _ in found.measures.values() if name in DEFINITIONS)),
        tiles=tuple(_tiles(found)),
        sections=tuple(sections),
        tables=tuple(tables),
    )


def at_point(levels: Mapping[str, str]) -> tuple[Message, ...]:
    """The levels of a point in words."""
    return tuple(
        message("sweep.level", path=Term("path", path), level=Term("setting", level)) for path, level in levels.items()
    )


def _known(found: Sweep, measure: Measure) -> list[tuple[Estimate, Point]]:
    """Points at which a measure is known, from the lowest value to the highest."""
    there = ((point.estimate(measure), point) for point in found.played)
    return sorted((pair for pair in there if isfinite(pair[0].value)), key=lambda pair: pair[0].value)


def _sentences(found: Sweep) -> Iterator[Message]:
    for measure in found.measures.values():
        known, what = _known(found, measure), labelled(measure)
        if known:
            (low, at_low), (high, at_high) = known[0], known[-1]
            if len(found.played) == 1 < len(found.points):
                yield message("sweep.only", measure=what, value=low, at=at_point(at_low.levels))
            elif low.value == high.value:
                yield message("sweep.same", measure=what, value=low)
            else:
                at: dict[str, Value] = {"at_low": at_point(at_low.levels), "at_high": at_point(at_high.levels)}
                yield message("sweep.goes", measure=what, low=low, high=high, **at)
    for axis in found.axes if found.design == "grid" else ():
        if axis.usual:
            ends: dict[str, Value] = {"low": Term("setting", axis.texts[0]), "high": Term("setting", axis.texts[-1])}
            yield message("sweep.usual", levels=len(axis.texts), of=Term("path", axis.path), **ends)
    if refused := [point for point in found.points if point.refused]:
        first: dict[str, Value] = {"at": at_point(refused[0].levels), "why": Term("refusal", refused[0].refused)}
        yield message("sweep.refused", refused=len(refused), points=len(found.points), **first)


def _tiles(found: Sweep) -> Iterator[Tile]:
    """Between which values each of the first measures lies."""
    for measure in list(found.measures.values())[:4]:
        if known := _known(found, measure):
            low, high = (Term("middle", end) for end in (known[0][0], known[-1][0]))
            same = low.value == high.value
            yield Tile(labelled(measure), low if same else message("told.from_to", low=low, high=high))


def _table(found: Sweep) -> Table:
    """Every point with its measures, why it is no scenario, and its folder."""
    columns = [
        *(Column(axis.path, "setting", Term("path", axis.path)) for axis in found.axes),
        *(Column(text, "estimate", labelled(measure)) for text, measure in found.measures.items()),
        Column("refused", "refusal", message("head.refused")),
        Column("results", "text", message("head.results"), filed=True),
    ]
    rows = [
        (
            *point.levels.values(),
            *(point.estimate(measure) if point.result else None for measure in found.measures.values()),
            point.refused or None,
            str(point.result.folder) if point.result else None,
        )
        for point in found.points
    ]
    title, short = message("sweep.points", points=len(found.points)), message("studypage.sheet_points")
    return Table("sweep", title, tuple(columns), tuple(rows), message("sweep.note"), short=short)


def _sections(found: Sweep) -> Iterator[Section]:
    """Charts of each measure, then all points."""
    charts = (chart for measure in found.measures.values() for chart in _charts(found, measure))
    yield Section("sweep", message("told.sweep"), (message("told.sweep_lead"), *charts))
    yield Section("points", message("told.points"), (Show("sweep"),))


def _charts(found: Sweep, measure: Measure) -> Iterator[Chart]:
    """One chart over one or two settings, one for each of more."""
    if len(found.axes) == 2 and found.design == "grid":
        yield _heat(found, measure)
        return
    for axis in found.axes:
        yield _curve(found, measure, axis, alone=len(found.axes) == 1)


def _levels(axis: LevelAxis) -> Axis:
    return Axis(Term("path", axis.path), tuple(Term("setting", level) for level in axis.texts))


def _heat(found: Sweep, measure: Measure) -> Heat:
    down, across = found.axes
    values = {tuple(point.levels.values()): point.estimate(measure) for point in found.points}
    grid = tuple(tuple(values[one, other] for other in across.texts) for one in down.texts)
    return Heat(labelled(measure), _levels(down), _levels(across), grid, message("told.heat_caption"))


def _curve(found: Sweep, measure: Measure, axis: LevelAxis, *, alone: bool) -> Curves:
    """A measure along a setting: at its place where levels are numbers of one unit, else in their order."""
    levels = list(dict.fromkeys([*axis.texts, *(point.levels[axis.path] for point in found.points)]))
    places, unit = _places(levels)
    points = sorted(
        (_point(places, point.levels[axis.path], value) for value, point in _known(found, measure)),
        key=lambda point: point.x,
    )
    name: Value = Term("path", axis.path)
    if unit:
        name = message("chart.unit", name=name, unit=Term("unit", unit))
    marks = sorted({point.x for point in points}) if alone and unit is not None else []
    return Curves(
        title=labelled(measure),
        across=Axis(
            name,
            names=tuple(Term("setting", level) for level in levels) if unit is None else (),
            marks=tuple(marks) if len(marks) <= _MOST_MARKS else (),
        ),
        up="",
        series=(Series(None, tuple(points), line=alone, band=alone),),
        caption=message("told.line_caption" if alone else "told.points_caption"),
        half=True,
    )


def _point(places: Mapping[str, float], level: str, value: Estimate) -> ChartPoint:
    return ChartPoint(places[level], value, message("chart.at", place=Term("setting", level), value=value))


def _places(levels: Sequence[str]) -> tuple[dict[str, float], str | None]:
    """Place of each level on an axis and their unit; None as the unit where they are names."""
    read = [_NUMBER.fullmatch(level) for level in levels]
    units = {found[2] for found in read if found}
    if all(read) and len(units) == 1:
        return {level: float(found[1]) for level, found in zip(levels, read, strict=True) if found}, units.pop()
    return {level: float(number) for number, level in enumerate(levels)}, None
