"""The answer of a plan in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language
from sim.language.shown import and_list, plain, rounded, shown_value
from sim.scenario.scenario import Scenario
from sim.studies.answers import Answer, Rows, in_all
from sim.studies.asked import Question, Today, Try
from sim.studies.choose import Searched
from sim.studies.costs import Costs, line_hours
from sim.studies.doubts import Doubt
from sim.studies.frontier import Point, lost_while_open
from sim.studies.outside_hours import left_out
from sim.studies.plan_tables import (
    assumption_rows,
    frontier_rows,
    line_rows,
    missed_text,
    people_rows,
    refused_rows,
    shift_rows,
    target_rows,
    value_text,
)
from sim.studies.staffing_words import staffing_text
from sim.studies.targets import WHILE_OPEN, Target
from sim.studies.trial import On, Which
from sim.studies.unknowns import Unknown

#: Tables whose cells that are words are in the reader's language; names of tables and columns are English.
Tables = Callable[[Language], Mapping[str, Rows]]
#: Ranges that a sentence names.
_NAMED = 4
#: Values that a sentence writes out.
_LONGEST = 40


@dataclass(frozen=True)
class PlanAnswer(Answer):
    """An answer whose tables are told in the reader's language as well: ``tables`` are those in English."""

    shown: Tables


def answer_of(
    question: Question,
    scenario: Scenario,
    base: Scenario,
    chosen: Try,
    refused: Sequence[Try],
    frontier: Sequence[Point],
    found: Sequence[Doubt],
    *,
    today: Today | None,
    meets: bool,
    searches: Sequence[Searched],
    frontier_on: Which,
    doubts_on: Which,
) -> PlanAnswer:
    """All of it in words and tables; ``searches`` are those of all ways to organise the lines."""
    costs = Costs.of(question.costs)
    targets = chosen.way.targets

    def tables(say: Language) -> dict[str, Rows]:
        every: dict[str, Rows] = {
            "people": list(people_rows(chosen, say)),
            "lines": list(line_rows(base, chosen, costs, say)),
            "targets": list(target_rows(chosen, say)),
            "frontier": list(frontier_rows(frontier, costs, say)),
            "assumptions": list(assumption_rows(found, targets, say)),
        }
        some: dict[str, Rows] = {
            "shifts": list(shift_rows(chosen, say)),
            "refused": list(refused_rows(refused, today, say)),
        }
        return every | {name: rows for name, rows in some.items() if rows}

    return PlanAnswer(
        study="plan",
        scenario=scenario,
        asked=question.asked(),
        on=[
            On("plan.chosen", Which(question.replications, 0, question.seed)),
            On("plan.confirmed", chosen.trial.worlds),
            On("plan.frontier_on", frontier_on),
            On("plan.doubted", doubts_on),
        ],
        measures=list({one.name: one for one in (*(target.of for target in targets), WHILE_OPEN)}.values()),
        sentences=lambda say: list(
            _sentences(question, base, chosen, refused, found, costs, say, today=today, searches=searches, meets=meets)
        ),
        tables=in_all(tables) | {"people": list(people_rows(chosen))},
        shown=tables,
    )


def _sentences(
    question: Question,
    base: Scenario,
    chosen: Try,
    refused: Sequence[Try],
    found: Sequence[Doubt],
    costs: Costs,
    say: Language,
    *,
    today: Today | None,
    searches: Sequence[Searched],
    meets: bool,
) -> Iterator[str]:
    plan = _plan_text(base, chosen, costs, say)
    yield plan[:1].upper() + plan[1:] if meets else say("plan.nearest_is", plan=plan)
    if how := chosen.way.structure.told(say):
        yield say("plan.organised", how=how)
        yield from _as_quick(base, say)
    if meets and (count := len(chosen.way.targets)):
        several = say("plan.meets_both") if count == 2 else say("plan.meets_all", count=count)
        yield say("plan.meets_one") if count == 1 else several
    yield from behind(chosen, say)
    yield from unmet(chosen, say)
    if today is not None:
        yield say("plan.today_missed", missed=missed_text(today.missed, say), worlds=today.worlds.told(say))
    if refused and meets:
        yield say("plan.refused_one") if len(refused) == 1 else say("plan.refused_more", count=len(refused))
    yield certainty(question.replications, searches, say, meets=meets)
    yield from (in_language(one, say) for one in left_out([base]))
    if meets:
        yield from doubtful(found, chosen.way.targets, say)


def _plan_text(base: Scenario, chosen: Try, costs: Costs, say: Language) -> str:
    hours, before = line_hours(chosen.scenario), line_hours(base)
    change = hours / before - 1 if before else 0.0
    more = say("plan.more" if change > 0 else "plan.fewer", share=say.percent(abs(change)))
    lost, lost_today = (lost_while_open(chosen.trial, name) for name in ("plan", "today"))
    said: dict[str, Any] = {
        "staffing": staffing_text(chosen.way.staffing(chosen.choice), say),
        "hours": say.number(hours),
        "change": say("plan.as_many") if abs(change) < 0.005 else more,
        "lost": plain(lost, say),
        "today": plain(lost_today, say),
    }
    if not costs.by_minute:
        return say("plan.what", **said)
    cost, was = (say.number(sum(costs.of_groups(one).values())) for one in (chosen.scenario, base))
    return say("plan.what_cost", cost=cost, was=was, **said)


def _as_quick(base: Scenario, say: Language) -> Iterator[str]:
    quick = [name for name, handling in base.handling.items() if not handling.elsewhere.value]
    quick = [name for name in quick if base.channels[name].queue == "per province"]
    if quick:
        yield say("plan.as_quick", channels=and_list([say.name(name) for name in quick], say), channel=quick[0])


def behind(chosen: Try, say: Language = ENGLISH) -> Iterator[str]:
    """Provinces that miss a target which all of them meet together."""
    for target, missed in chosen.behind():
        named = [f"{say.name(one.name)} {value_text(one, value, say)}" for one, value in missed]
        yield say("plan.behind", target=target.told(say), named=and_list(named, say))


def unmet(chosen: Try, say: Language = ENGLISH) -> Iterator[str]:
    """Targets that fresh worlds miss, then those that they meet in doubt."""
    every = list(zip(chosen.way.targets, chosen.found, strict=True))
    doubtful = [target for target, value in every if "doubt" in target.verdict(value)]
    for target, value in sorted(every, key=lambda one: one[0].met(one[1])):
        said = {"target": target.told(say), "found": plain(value, say), "unit": say.known("unit", target.of.unit)}
        shown = rounded(value, say)
        ends = {"low": shown.low, "high": shown.high}
        if target in doubtful:
            yield say("plan.doubt" if target.met(value) else "plan.doubt_missed", **said, **ends)
        elif not target.met(value):
            yield say("plan.missed", **said)


def certainty(worlds: int, searches: Sequence[Searched], say: Language = ENGLISH, *, meets: bool) -> str:
    """What is known of plans that are not shown, and how much cheaper they may be at most."""
    played = {"worlds": say.number(worlds), "plans": say.number(sum(one.simulated for one in searches))}
    floor, best = min(one.floor for one in searches), min(one.objective for one in searches)
    if floor >= best:
        return say("plan.proven" if meets else "plan.proven_none", **played)
    if not meets:
        return say("plan.local_none", **played)
    return say("plan.local", gap=say.percent(1 - floor / best), **played)


def doubtful(
    found: Sequence[Doubt], targets: Sequence[Target], say: Language = ENGLISH, *, of: str = "plan"
) -> Iterator[str]:
    """Which stated ranges would make a plan miss; ``of`` is the section of the catalogue that says it."""
    missed = [doubt for doubt in found if doubt.missed(targets)]
    if not found:
        return
    if not missed:
        yield say(f"{of}.robust")
        return
    ends = "; ".join(at_end(doubt.of, doubt.end, say) for doubt in missed[:_NAMED])
    more = len(missed) - _NAMED
    yield say(f"{of}.rests_on_more", ends=ends, count=more) if more > 0 else say(f"{of}.rests_on", ends=ends)


def at_end(of: Unknown, end: Any, say: Language = ENGLISH) -> str:
    """A range at one of its ends, in words; long values by which end it is."""
    values = {"end": shown_value(end, say), "stated": shown_value(of.value, say)}
    if max(map(len, values.values())) > _LONGEST:
        return say("plan.end_low" if end == of.low else "plan.end_high", what=of.words(say))
    return say("plan.end", what=of.words(say), **values)
