"""The pages: what is found, laid into templates. Whatever a scenario says is escaped; no page needs a network."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.busy_day import busiest_day
from sim.clock import DAY
from sim.colours import OUTCOMES
from sim.language import Language
from sim.report import answer, bars, flow, plans, sensitivity, tables, timeline
from sim.report.assumed import assumed_in
from sim.report.grids import Code, Number
from sim.report.made import made
from sim.report.sensitivity import Study
from sim.report.svg import patterns
from sim.results import Result
from sim.studies.compare import Comparison
from sim.tell.runs import measures_of, service_level_of, verdicts

_ENVIRONMENT = Environment(
    loader=PackageLoader("sim.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.tests |= {"number": lambda cell: isinstance(cell, Number), "code": lambda cell: isinstance(cell, Code)}


#: Sections of every page, and of a comparison before these; the ids are their keys in the catalogue too.
_SECTIONS = ("surge", "callers", "who", "when", "day", "assumed", "theory", "made", "appendix")
_OF_COMPARISONS = ("difference", "levels", "plans", "base")
#: Items of the appendix by part, as the reporting guideline has them.
_STRESS = {
    "objectives": ("purpose", "outputs", "aims"),
    "logic": ("overview", "base_logic", "scenario_logic", "components"),
    "data": ("sources", "preparation", "inputs"),
    "experimentation": ("start", "runs", "estimation"),
    "implementation": ("software", "sampling", "execution"),
    "access": ("code",),
}


def run_page(result: Result, say: Language, *, sensitivity: Study | None) -> str:
    """The page of a run."""
    words = _of_every_page(result, say, sensitivity) | _of_a_run(result, say)
    return _ENVIRONMENT.get_template("run.html").render(words | {"answer": answer.answer_of(result, say)})


def comparison_page(found: Comparison, say: Language, *, sensitivity: Study | None) -> str:
    """The page of a comparison: the differences first, then the base as a run has it."""
    base = found.results[found.base]
    words = _of_every_page(base, say, sensitivity) | _of_a_run(base, say)
    words |= {
        "answer": answer.answer_of_comparison(found, say),
        "found": found,
        "told": plans.plan_sentences(found, say),
        "pictures": [(m, plans.draw_differences(found, m, say)) for m in ("never_reached", "abandoned")],
        "differences": plans.difference_table(found, say),
        "wait_differences": plans.wait_table(found, say),
        "by_province": plans.province_table(found, say),
        "levels": plans.level_table(found, say),
        "fates": plans.fate_table(found, say),
        "changes": plans.changes_table(found, say),
        "hundred": plans.draw_hundred(found, say),
        "hundred_legend": plans.hundred_legend(say),
        "folders": [(plan, r.folder.name, r.store.manifest()["hash"]) for plan, r in found.results.items()],
        "sections": [*_named(_OF_COMPARISONS, say, base=found.base), *_named(_SECTIONS, say)],
    }
    return _ENVIRONMENT.get_template("comparison.html").render(words)


def _of_every_page(result: Result, say: Language, study: Study | None) -> dict[str, Any]:
    scenario = result.scenario
    return {
        "say": say,
        "result": result,
        "scenario": scenario,
        "title": scenario.title or scenario.name,
        "period": say.period(scenario.period.first, scenario.period.last),
        "replications": say.number(result.replications),
        "style": files("sim.report").joinpath("templates/style.css").read_text(encoding="utf-8"),
        "patterns": patterns(),
        "assumed": assumed_in(scenario, say),
        "study": study,
        "rankings": list(sensitivity.rankings(study, say)) if study else [],
        "made": made(result, say),
        "definitions": tables.definitions(scenario, result.summary(), say),
        "version": version("helpline-sim"),
        "stress": _STRESS,
        "stress_facts": _facts(result, say),
        "sections": _named(_SECTIONS, say),
    }


def _named(ids: Sequence[str], say: Language, **values: object) -> list[tuple[str, str]]:
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


def _facts(result: Result, say: Language) -> dict[str, str]:
    """What the appendix says of this scenario."""
    scenario, manifest = result.scenario, result.store.manifest()
    groups = ", ".join(f"{say.name(g.name)} ({len(g.shifts)})" for g in scenario.centre.groups)
    return {
        "period": say.period(scenario.period.first, scenario.period.last),
        "service": service_level_of(scenario, say),
        "channels": ", ".join(f"{say.name(name)} ({say.hours(c.hours.text)})" for name, c in scenario.channels.items()),
        "lines": groups,
        "queues": say.number(len(scenario.centre.queues)),
        "provinces": ", ".join(map(say.name, scenario.provinces)),
        "campaigns": ", ".join(campaign.name for campaign in scenario.campaigns) or say("report.no_campaign"),
        "attempts": say.number(scenario.attempts.value),
        "replications": say.number(result.replications),
        "days": say.number(scenario.days.days),
        "seed": str(manifest["seed"]),
        "engine": str(manifest.get("engine", "")),
        "versions": ", ".join(f"{name} {number}" for name, number in manifest.get("versions", {}).items()),
        "version": version("helpline-sim"),
        "follow_up": say.number((scenario.days.horizon - scenario.days.end) / DAY),
        "outcomes": ", ".join(say(f"outcome.{name}") for name in OUTCOMES),
    }
