"""A scenario: the sections of its file, with settings on top where they are wished for, and the model of it all."""

from __future__ import annotations

from typing import Any, Self

from sim.model.compile import Model
from sim.scenario.sections import Sections
from sim.scenario.settings import from_keywords
from sim.scenario.validate import model_of, with_settings


class Scenario(Sections):
    """A helpline, its callers and a period: everything a run needs."""

    @property
    def model(self) -> Model:
        """What it is compiled to, once: names, calendar, rates, random inputs, centre and targets."""
        return model_of(self)

    def replace(self, **settings: Any) -> Self:
        """This scenario with ``path=value`` settings, dots written as double underscores: ``lines__limburg=2``.

        A single underscore stands for what a name has instead, such as a hyphen or a space:
        ``lines__oost_vlaanderen=2``. Values are text as in a file, numbers, or lists and mappings of these.
        ScenarioError names every mistake.
        """
        written = from_keywords(self.tree, settings)
        return with_settings(self, written, written=written.__getitem__)

    def with_settings(self, settings: list[str]) -> Self:
        """This scenario with settings such as ``lines.antwerpen=2``."""
        return with_settings(self, settings)
