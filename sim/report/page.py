"""The pages: what is found, laid into templates. Whatever a scenario says is escaped; no page needs a network."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.answers.grids import Code, Number
from sim.answers.svg import patterns
from sim.language import Language
from sim.language.firm import finalized
from sim.report.assumed import assumed_in
from sim.report.sections import Picture, Words
from sim.scenario.scenario import Scenario

_ENVIRONMENT = Environment(
    loader=PackageLoader("sim.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=finalized,
)
_ENVIRONMENT.tests |= {
    name: lambda part, kind=kind: isinstance(part, kind)
    for name, kind in {"number": Number, "code": Code, "picture": Picture, "words": Words}.items()
}


#: Sections that every page of a study ends with.
OF_STUDIES = ("assumed", "made", "appendix")


def rendered(template: str, words: dict[str, Any]) -> str:
    """A page from its template."""
    return _ENVIRONMENT.get_template(template).render(words)


def frame(scenario: Scenario | None, say: Language) -> dict[str, Any]:
    """What every page says of its scenario, where it has one."""
    return {
        "say": say,
        "scenario": scenario,
        "title": scenario.titled(say.code) if scenario else "",
        "period": say.period(scenario.period.first, scenario.period.last) if scenario else "",
        "style": files("sim.report").joinpath("templates/style.css").read_text(encoding="utf-8"),
        "patterns": patterns(),
        "assumed": assumed_in(scenario, say) if scenario else None,
        "version": version("helpline-sim"),
    }


def named(ids: Sequence[str], say: Language) -> list[tuple[str, str]]:
    """Ids of sections with their headings."""
    return [(id_, say(f"report.{id_}")) for id_ in ids]
