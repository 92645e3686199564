"""The answer of a plan in sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sim.clock import MINUTE
from sim.estimates import NOTHING, Estimate
from sim.language import ENGLISH, Language
from sim.language.shown import plain
from sim.quantities import WEEKDAYS, parse_hours
from sim.scenario.model import Scenario
from sim.studies.answers import Answer, Rows, untranslated
from sim.studies.asked import Question, Try
from sim.studies.choose import Searched
from sim.studies.costs import Costs, line_hours
from sim.studies.doubts import Doubt
from sim.studies.frontier import Point, lost_while_open
from sim.studies.shifts import shifts_of
from sim.studies.staffing_words import and_list, staffing_text
from sim.studies.targets import WHILE_OPEN, Target
from sim.studies.unknowns import short
from sim.summary import Definition

#: Assumptions that are shown of those that do not make the plan miss.
_DOUBTS = 6


@dataclass(frozen=True)
class PlanAnswer(Answer):
    """An answer whose measures are those of its targets."""

    of: Sequence[Definition] = ()

    def definitions(self, say: Language = ENGLISH) -> dict[str, str]:
        """Definition of each measure, with its unit."""
        del say
        return {one.name: f"{one.text} ({one.unit})" for one in self.of}


def answer_of(
    question: Question,
    scenario: Scenario,
    base: Scenario,
    chosen: Try,
    refused: Sequence[Try],
    frontier: Sequence[Point],
    found: Sequence[Doubt],
    *,
    meets: bool,
    doubts_on: tuple[int, int],
) -> PlanAnswer:
    """All of it in words and tables."""
    costs = Costs.of(question.costs)
    targets = chosen.way.targets
    definitions = {d.name: d for d in (*(target.of for target in targets), WHILE_OPEN)}
    few = f"{doubts_on[1]} worlds (numbers {doubts_on[0]:,} on)"
    n = question.replications
    worlds = [
        f"chosen on {n:,} worlds (numbers 0 to {n - 1:,} of seed {question.seed})",
        f"confirmed on {chosen.trial.worlds}, which took no part in choosing",
        f"the frontier confirmed on further worlds, the stated ranges tried on {few}",
    ]
    tables: dict[str, Rows] = {
        "lines": list(_lines(base, chosen, costs)),
        "targets": list(target_rows(chosen, targets)),
        "frontier": [_point(point, costs) for point in frontier],
        "assumptions": list(assumption_rows(found, targets)),
    }
    if shifts := list(_shifts(chosen)):
        tables["shifts"] = shifts
    if refused:
        tables["refused"] = [
            {"plan": staffing_text(t.way.staffing(t.choice)), "cost": t.choice.cost, "misses": _list(t.missed)}
            for t in refused
        ]
    return PlanAnswer(
        study="plan",
        scenario=scenario,
        asked=question.asked(),
        worlds=untranslated(worlds),
        measures=[],
        sentences=untranslated(
            [s for s in _sentences(question, base, chosen, refused, found, costs, meets=meets) if s]
        ),
        tables=tables,
        of=list(definitions.values()),
    )


def _sentences(
    question: Question,
    base: Scenario,
    chosen: Try,
    refused: Sequence[Try],
    found: Sequence[Doubt],
    costs: Costs,
    *,
    meets: bool,
) -> Iterator[str]:
    start = "" if meets else "No plan within these limits meets the targets; the nearest is: "
    yield start + _plan_text(base, chosen, costs)
    if chosen.way.structure.text:
        yield f"Organised otherwise than today: {chosen.way.structure.text}."
        yield from _as_quick(base)
    verdicts = list(zip(chosen.way.targets, chosen.found, strict=True))
    unsure = [(target, value) for target, value in verdicts if "doubt" in target.verdict(value)]
    missed = [(target, value) for target, value in verdicts if not target.met(value)]
    if meets:
        count = len(verdicts)
        yield f"On fresh worlds it meets {'the target' if count == 1 else f'all {count} targets'}." if count else ""
    for target, value in missed:
        yield f"Missed: {target.text}; it comes to {plain(value)} {_unit(target)}."
    for target, value in unsure:
        if target.met(value):
            yield (
                f"Met, but within its interval in doubt: {target.text}; it comes to {plain(value)} {_unit(target)}, "
                f"from {value.low:.1f} to {value.high:.1f}."
            )
    if refused and meets:
        some = "A cheaper plan" if len(refused) == 1 else f"{len(refused)} other plans, cheaper or as cheap,"
        yield f"{some} met the targets on the worlds of the search and missed on fresh ones, so the next one was tried."
    yield certainty(question.replications, chosen.way.searched, meets=meets)
    yield from doubtful(found, chosen.way.targets)


def _plan_text(base: Scenario, chosen: Try, costs: Costs) -> str:
    hours, before = line_hours(chosen.scenario), line_hours(base)
    change = hours / before - 1 if before else 0.0
    more = (
        "as many as today"
        if abs(change) < 0.005
        else f"{abs(change):.0%} {'more' if change > 0 else 'fewer'} than today"
    )
    price = ""
    if costs.by_minute:
        cost, was = (sum(costs.of_groups(one).values()) for one in (chosen.scenario, base))
        price = f", at a cost of {cost:,.0f} (today {was:,.0f})"
    lost, lost_today = (lost_while_open(chosen.trial, name) for name in ("plan", "today"))
    return (
        f"{staffing_text(chosen.way.staffing(chosen.choice))}: {hours:,.0f} line-hours in the period, {more}{price}; "
        f"{plain(lost)} % of those who called while open are never reached (today {plain(lost_today)} %)."
    )


def _as_quick(base: Scenario) -> Iterator[str]:
    quick = [name for name, handling in base.handling.items() if not handling.elsewhere.value]
    quick = [name for name in quick if base.channels[name].queue == "per province"]
    if quick:
        yield (
            f"Lines of another province are taken to be as quick as the own ({and_list(quick)}); to try otherwise, "
            f"--set 'handling.{quick[0]}.elsewhere=+10 %'."
        )


def certainty(worlds: int, searched: Searched, *, meets: bool) -> str:
    """What is known of plans that are not shown."""
    on, plans = f"on the {worlds} worlds of the search", f"{searched.simulated} plans simulated"
    if searched.proven:
        found = (
            "nothing within the limits is cheaper and meets them" if meets else "nothing within the limits meets them"
        )
        return f"Searched to the end {on}: {found} ({plans}; all others add up from these)."
    return (
        f"Not searched to the end ({plans} {on}): no plan with one line more, fewer or elsewhere does better; a "
        "quite different one might."
    )


def doubtful(found: Sequence[Doubt], targets: Sequence[Target]) -> Iterator[str]:
    """Which stated ranges would make a plan miss."""
    missed = [doubt for doubt in found if doubt.missed(targets)]
    if not found:
        return
    if not missed:
        yield "No stated range, taken to its end alone, would make the plan miss a target."
        return
    shown = [f"{doubt.of.name} at {short(doubt.end)}" for doubt in missed[:4]]
    more = f", and {len(missed) - 4} more (table assumptions)" if len(missed) > 4 else ""
    yield f"It rests most on: {'; '.join(shown)}{more}; with any of these alone, a target would be missed."


def _lines(base: Scenario, chosen: Try, costs: Costs) -> Iterator[dict[str, Any]]:
    before, after = costs.duty(base), costs.duty(chosen.scenario)
    hours, was = ({name: h for name, (h, _) in Costs().duty(one).items()} for one in (chosen.scenario, base))
    for name, (staff, levels) in chosen.way.staffing(chosen.choice).items():
        for k, (slot, n) in enumerate(zip(staff.slots, levels, strict=True)):
            row: dict[str, Any] = {"lines of": name, "when": slot.text, "lines": n}
            if k == 0:
                row |= {"line-hours": hours[name], "today": was[name]}
                if costs.by_minute:
                    row |= {"cost": after[name][1], "cost today": before[name][1]}
            yield row


def target_rows(chosen: Try, targets: Sequence[Target]) -> Iterator[dict[str, Any]]:
    """Each target with what a plan makes of it on fresh worlds, and today."""
    counts = chosen.trial.counts["today"]
    for target, value in zip(targets, chosen.found, strict=True):
        there = (target.kind, target.name) in counts.scopes
        yield {
            "target": target.text,
            "verdict": target.verdict(value),
            "plan": value,
            "today": target.estimate(chosen.trial, "today") if there else NOTHING,
            "unit": _unit(target),
            "definition": target.of.text,
        }


def _unit(target: Target) -> str:
    return target.of.unit


def _point(point: Point, costs: Costs) -> dict[str, Any]:
    row: dict[str, Any] = {
        "line-hours": line_hours(point.scenario),
        "never reached while open, %": point.lost,
        "targets met": f"{point.met} of {len(point.way.targets)}",
        "organised": point.way.structure.name,
        "plan of lines": staffing_text(point.way.staffing(point.choice)),
    }
    return {"cost": sum(costs.of_groups(point.scenario).values()), **row} if costs.by_minute else row


def assumption_rows(found: Sequence[Doubt], targets: Sequence[Target]) -> Iterator[dict[str, Any]]:
    """Ends of ranges: first those that make a plan miss, then the most harmful others."""
    missed = [doubt for doubt in found if doubt.missed(targets)]
    for doubt in [*missed, *[doubt for doubt in found if doubt not in missed][:_DOUBTS]]:
        worst = max(range(len(targets)), key=lambda t: _harm(targets[t], doubt.changes[t]), default=None)
        if worst is None:
            continue
        yield {
            "assumption": doubt.of.name,
            "from": short(doubt.of.value),
            "to": short(doubt.end),
            "missed": f"{len(doubt.missed(targets))} of {len(targets)}",
            "hit hardest": targets[worst].text,
            "plan": doubt.values[worst],
            "change": doubt.changes[worst],
            "today": doubt.before[worst],
        }


def _harm(target: Target, change: Estimate) -> float:
    return (-1 if target.least else 1) * change.value / target.limit if isfinite(change.value) else 0.0


def _list(targets: Sequence[Target]) -> str:
    shown = "; ".join(target.text for target in targets[:2])
    return f"{shown}; and {len(targets) - 2} more" if len(targets) > 2 else shown


def _shifts(chosen: Try) -> Iterator[dict[str, Any]]:
    for block, levels in zip(chosen.way.blocks, chosen.choice.levels, strict=True):
        if not any(staff.shortest for staff in block.team.staff):
            continue
        for name, shifts in shifts_of(block.team, levels).items():
            for shift in shifts:
                days = ",".join(WEEKDAYS[day] for day in shift.days)
                hours = f"{_clock(shift.start)}-{_clock(shift.stop)}"
                text = parse_hours(f"{days} {hours}").text
                yield {"lines of": name, "days": days, "hours": text.partition(" ")[2], "people": shift.lines}


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours if hours <= 24 else hours - 24}:{minutes:02}"
