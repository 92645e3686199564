"""The appendix of every page: what a reader needs to judge the model and to build it again, item by item.

The order is that of the reporting guideline STRESS for discrete-event simulation (T. Monks and others 2019, Journal of
Simulation 13, 55-67).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from sim.answers.answer import Answer
from sim.answers.colours import OUTCOMES
from sim.answers.kinds import in_language
from sim.language import Language
from sim.scenario.scenario import Scenario
from sim.scenario.simple import EVERYWHERE
from sim.studies.summaries import service_level

#: Parts of the guideline with their items.
_STRESS = {
    "objectives": ("purpose", "outputs", "aims"),
    "logic": ("overview", "base_logic", "scenario_logic", "components"),
    "data": ("sources", "preparation", "inputs"),
    "experimentation": ("start", "runs", "estimation"),
    "implementation": ("software", "sampling", "execution"),
    "access": ("code",),
}
#: Items that are told otherwise of a study than of a run.
_OF_STUDIES = ("outputs", "runs", "estimation", "software", "code")
#: A heading, and its items with their texts.
Part = tuple[str, Sequence[tuple[str, str]]]


def of_answer(answer: Answer, played: Sequence[str], say: Language) -> list[Part]:
    """The appendix of an answer: of a study, on which replications it rests; of a run, how it was made."""
    if answer.scenario is None:
        return []
    facts = _facts(answer.scenario, say)
    if "engine" in answer.made:
        made = {name: answer.made.get(name, "") for name in ("replications", "seed", "engine", "versions")}
        return _parts(facts | made | {"version": version("helpline-sim")}, say, ())
    worlds = "; ".join(played).rstrip(".")
    facts |= {"worlds": worlds[:1].upper() + worlds[1:], "version": answer.version}
    return _parts(facts, say, _OF_STUDIES)


def _parts(facts: Mapping[str, str], say: Language, otherwise: Sequence[str]) -> list[Part]:
    def item(name: str) -> tuple[str, str]:
        text = f"ofstudy.{name}_text" if name in otherwise else f"stress.{name}_text"
        return say(f"stress.{name}"), say(text, **facts)

    return [(say(f"stress.{part}"), [item(name) for name in items]) for part, items in _STRESS.items()]


def _facts(scenario: Scenario, say: Language) -> dict[str, str]:
    """What the appendix says of a scenario."""
    queues, places = len(scenario.model.centre.queues), list(scenario.provinces)
    groups = ", ".join(f"{say.name(g.name)} ({len(g.shifts)})" for g in scenario.model.centre.groups)
    return {
        "period": say.period(scenario.period.first, scenario.period.last),
        "service": in_language(service_level(scenario), say),
        "channels": ", ".join(f"{say.name(name)} ({say.hours(c.hours.text)})" for name, c in scenario.channels.items()),
        "lines": groups,
        "queues": say("stress.some_queues", count=queues) if queues > 1 else say("stress.one_queue"),
        "provinces": ""
        if places == [EVERYWHERE]
        else say("stress.from_places", places=", ".join(map(say.name, places))),
        "campaigns": ", ".join(say.name(campaign.name) for campaign in scenario.campaigns) or say("report.no_campaign"),
        "attempts": say.number(scenario.attempts.value),
        "days": say.number(scenario.model.calendar.days),
        "follow_up": say.number(len(scenario.model.calendar.working) - scenario.model.calendar.days),
        "outcomes": ", ".join(say(f"outcome.{name}") for name in OUTCOMES),
    }
