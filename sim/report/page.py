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
from sim.report import answer, appendix, bars, flow, tables, timeline
from sim.report.assumed import assumed_in
from sim.report.busy_day import busiest_day
from sim.report.made import made
from sim.report.sections import Decided, Picture, Words
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.studies.summaries import measures_of
from sim.tell.runs import verdicts

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


#: Sections of the page of a run; the ids are their keys in the catalogue too.
_SECTIONS = ("surge", "callers", "who", "when", "day", "assumed", "theory", "made", "appendix")
#: Sections that every page of a study ends with.
OF_STUDIES = ("assumed", "made", "appendix")


def run_page(result: Result, say: Language, *, sensitivity: Decided | None) -> str:
    """The page of a run."""
    words = _of_every_page(result, say, sensitivity) | _of_a_run(result, say)
    return rendered("run.html", words | {"answer": answer.answer_of(result, say)})


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


def _of_every_page(result: Result, say: Language, study: Decided | None) -> dict[str, Any]:
    rows = made(result, say)
    return frame(result.scenario, say) | {
        "result": result,
        "replications": say.number(result.replications),
        "study": study,
        "made": rows,
        "written": rows[-1][1],
        "definitions": tables.definitions(result.scenario, result.summary(), say),
        "stress": appendix.of_run(result, say),
        "sections": named(_SECTIONS, say),
    }


def named(ids: Sequence[str], say: Language, **values: object) -> list[tuple[str, str]]:
    """Ids of sections with their headings."""
    return [(id_, say("report.one_day" if id_ == "day" else f"report.{id_}", **values)) for id_ in ids]


def _of_a_run(result: Result, say: Language) -> dict[str, Any]:
    kept = bool(result.store.kept("contacts", result.replications))
    table, why = tables.theory_table(result, say)
    found = flow.flow_of(result)
    return {
        "verdicts": list(verdicts(result.scenario, measures_of(result.summary()), say)),
        "by_day": bars.by_day(result, say),
        "by_hour": bars.by_hour(result, say),
        "legend_items": [(f"fill-{name}", say(f"outcome.{name}")) for name in bars.shown_outcomes(result)],
        "flow": flow.draw_flow(found, say),
        "flow_returns": found.returns,
        "people": list(tables.people_tables(result, say)),
        "contacts": list(tables.contact_tables(result, say)),
        "lines": tables.lines_table(result, say),
        "day_table": tables.day_table(result, say),
        "hour_table": tables.hour_table(result, say),
        "day": timeline.draw_day(busiest_day(result), say) if kept else "",
        "day_legend": [("fill-answered", say("figure.with_a_line"))],
        "theory": table,
        "no_theory": why,
    }
