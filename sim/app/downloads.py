"""Files that a link's settings make at once: the scenario as YAML, a day as a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.app import day
from sim.app.controls import Plans, plans_of
from sim.app.link import Asked
from sim.language import Language
from sim.scenario.sections import dumps


@dataclass(frozen=True)
class File:
    """A file to be kept, or to be shown within the page."""

    name: str
    kind: str
    content: str
    inline: bool = False


Make = Callable[[Asked, Language], File]


def plans_asked(asked: Asked) -> Plans:
    """Both scenarios of a link."""
    return plans_of(asked.entry.scenario, asked.entry.parts, asked.values)


def scenario_name(asked: Asked) -> str:
    """The name of the file: that of the scenario, with a mark where anything was changed."""
    return asked.entry.scenario.name + ("-plan" if asked.values else "")


def scenario_file(asked: Asked, say: Language) -> File:
    """The whole scenario with all settings; ``sim run`` and this page read it."""
    del say
    name = scenario_name(asked)
    plan = plans_asked(asked).plan.model_copy(update={"name": name})
    return File(f"{name}.yaml", "application/yaml; charset=utf-8", dumps(plan))


def day_file(asked: Asked, say: Language) -> File:
    """A day played back, to be kept."""
    name = f"{scenario_name(asked)}-{say('app.day').lower()}.html"
    return File(name, "text/html; charset=utf-8", day.page(plans_asked(asked), say))


def day_inside(asked: Asked, say: Language) -> File:
    """The same, to be shown within the page."""
    return File("day.html", "text/html; charset=utf-8", day.page(plans_asked(asked), say), inline=True)


#: By the last part of their address.
FILES: dict[str, Make] = {"scenario.yaml": scenario_file, "day.html": day_file, "day": day_inside}
