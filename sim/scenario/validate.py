"""A scenario of a tree, validated whole or in the sections that settings change, and compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sim.errors import ScenarioError
from sim.model.compile import Model, compile_model
from sim.model.trace_file import anchored
from sim.scenario.answered import Finder, not_searched, people_behind, restated, with_people, without_finding
from sim.scenario.incremental import readable, validated_like
from sim.scenario.mistakes import placed, type_mistakes, without_followers
from sim.scenario.rules import broken_rules, channels_exist
from sim.scenario.sections import Sections, dumps
from sim.scenario.settings import Written, apply_settings, place_of
from sim.scenario.simple import with_the_only_ones
from sim.scenario.source import Located, read_text

S = TypeVar("S", bound=Sections)


def model_of(scenario: Sections) -> Model:
    """The model of a scenario, compiled the first time that it is asked for."""
    if "model" not in vars(scenario):
        compiled(scenario, scenario.tree)
    model: Model = vars(scenario)["model"]
    return model


def compiled(scenario: S, tree: Located, like: S | None = None) -> S:
    """The scenario with its model, which has the parts of the model of ``like`` that their differences leave alone."""
    model = compile_model(scenario, tree, (like, model_of(like)) if like is not None else None)
    vars(scenario)["model"] = model
    return scenario


def with_settings(scenario: S, settings: Iterable[str], *, written: Written = place_of) -> S:
    """``scenario`` with settings such as ``lines.antwerpen=2``; ``written`` says where a setting was written."""
    settings = list(settings)
    found = _quickly(scenario, settings)
    if found is None:  # read again from text, so that mistakes have lines and columns
        found = validated(_set(read_text(dumps(scenario), scenario.name), settings, written), type(scenario))
    return found


def _quickly(scenario: S, settings: list[str]) -> S | None:
    """The same where nothing is wrong, from the sections that the settings leave alone; else None."""
    try:
        tree = anchored(_set(scenario.tree, settings))
        found = validated_like(scenario, tree)
        if found is None or found.demand.counted == "answered" or any(broken_rules(found)):
            return None
        return compiled(found, tree, like=scenario)
    except ScenarioError:
        return None


def _set(tree: Located, settings: list[str], written: Written = place_of) -> Located:
    return apply_settings(without_finding(tree) if restated(settings) else tree, settings, written)


def validated(tree: Located, kind: type[S], find: Finder[S] = not_searched) -> S:
    """The scenario of a tree, its demand in people; ScenarioError with everything that is wrong."""
    scenario = checked(tree, kind)
    if scenario.demand.counted == "answered":
        return checked(with_people(tree, people_behind(scenario, tree, find)), kind)
    return scenario


def checked(tree: Located, kind: type[S]) -> S:
    """The same with its demand as it is stated."""
    tree = anchored(with_the_only_ones(tree))
    scenario, mistakes = type_mistakes(tree, kind)
    # Beside mistakes in single values, the rules say what else is wrong.
    read = scenario or readable(kind, tree.plain())
    misplaced, broken = ([placed(one, tree) for one in some] for some in (channels_exist(read), broken_rules(read)))
    mistakes = without_followers(mistakes, misplaced) + broken
    if mistakes or scenario is None:
        raise ScenarioError(mistakes)
    return compiled(scenario, tree)
