"""The one exception for a user's mistakes: all of them at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.units import nearest


@dataclass(frozen=True, order=True)
class Place:
    """Where something was written; line and column count from 1, 0 where there is none."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: its place, its path in the scenario, and what was found and is allowed."""

    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.path}: {self.message}" if self.path else f"{self.place}: {self.message}"


class SimError(Exception):
    """Base of every error this program raises on purpose; its text is meant for the user."""


class QuestionError(SimError, ValueError):
    """What a study was asked cannot be asked so: a measure, target, part or value that is not there."""


class NoMeasureError(QuestionError, KeyError):
    """A measure that there is not, or not of whom it is asked."""

    __str__ = Exception.__str__  # KeyError would put its text in quotes

    @classmethod
    def among(cls, known: Iterable[tuple[str, str, str]], measure: str, kind: str, name: str) -> NoMeasureError:
        """Which of (measure, kind, name) is not among the ``known`` ones, and the nearest that is."""
        there = list(known)
        measures = list(dict.fromkeys(one for one, _, _ in there))
        if measure not in measures:
            return cls(f"{measure!r} is not a measure.{nearest(measure, measures)} There are {', '.join(measures)}")
        kinds = list(dict.fromkeys(of for _, of, _ in there))
        if kind not in kinds:
            return cls(f"{kind!r} is not a kind of scope.{nearest(kind, kinds)} There are {', '.join(kinds)}")
        names = list(dict.fromkeys(one for _, of, one in there if of == kind))
        if name not in names:
            return cls(f"there is no {kind} {name!r}.{nearest(name, names)} There are {', '.join(names)}")
        scopes = ", ".join(f"{of} {one}" for what, of, one in there if what == measure)
        return cls(f"{measure} is not measured of {kind} {name!r}; it is measured of {scopes}")


class ScenarioError(SimError):
    """Everything that is wrong with a scenario, in the order of the file."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        unique = dict.fromkeys(mistakes)
        self.mistakes = sorted(unique, key=lambda m: (m.place, m.path))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Mistake]]]:
        # So that it comes back whole from another process.
        return ScenarioError, (self.mistakes,)


class ResultsError(SimError):
    """A results folder that cannot be read or written."""
