"""A scenario at many settings: every point is a run of its own, kept and gone on with like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from sim.errors import ScenarioError
from sim.estimates import NOTHING, Estimate
from sim.results import Result
from sim.scenario.scenario import Scenario
from sim.studies.answers import Answer
from sim.studies.bars import with_bar
from sim.studies.engine import AUTO, chosen
from sim.studies.levels import Axis, LevelsError, axis_of, grid, latin_hypercube
from sim.studies.matters import WORLDS, Matters, matters
from sim.studies.paired import difference_of
from sim.studies.precision import scope_of
from sim.studies.run import Progress, run
from sim.studies.trial import Which
from sim.summary import DEFINITIONS, SERVICE_LEVELS

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
        from sim.studies.sweep_words import answer_of

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
