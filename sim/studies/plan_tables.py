"""Tables of a plan: columns by their English names, cells that are words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from sim.language import ENGLISH, Language, key_of
from sim.language.said import Shown
from sim.language.shown import plain, shown_value
from sim.model.clock import MINUTE
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS
from sim.studies.asked import Today, Try
from sim.studies.costs import Costs, line_hours
from sim.studies.doubts import Doubt
from sim.studies.frontier import Point
from sim.studies.paired import difference_of
from sim.studies.shifts import shifts_of
from sim.studies.staffing_words import slot_text, staffing_text
from sim.studies.targets import WHILE_OPEN, Target
from sim.units import WEEKDAYS, parse_hours

#: Assumptions that are shown of those that do not make the plan miss.
_DOUBTS = 6
#: What is told of all people besides those never reached while open.
_OF_PEOPLE = ("never_reached", "only_closed", "reached", "abandoned", "sent_away")
#: Of these, what few plans know: left out where neither plan does.
_RARE = ("sent_away",)

Row = dict[str, Any]


def people_rows(chosen: Try, say: Language | None = None) -> Iterator[Row]:
    """What becomes of people and calls today and with the plan, on fresh worlds; measures by name without a language.

    Intervals of 95 % each; the difference is paired.
    """
    counts = chosen.trial.counts
    before, after = counts["today"].of(), counts["plan"].of()
    for of in (WHILE_OPEN, *(DEFINITIONS[name] for name in _OF_PEOPLE)):
        if of.name in _RARE and not any(of.of_counts(of_plan).value for of_plan in (before, after)):
            continue
        yield {
            "measure": of.name if say is None else say(f"measure.{of.name}"),
            "today": counts["today"].estimate(of),
            "plan": counts["plan"].estimate(of),
            "difference": difference_of(of, before, after, level=0.95),
            "unit": of.unit if say is None else say.known("unit", of.unit),
        }


def group_cell(name: str, say: Language) -> Shown:
    """The name of a line group as a scenario has it, with what readers of the language see."""
    return Shown(name, {say.code: say.name(name)})


def line_rows(base: Scenario, chosen: Try, costs: Costs, say: Language = ENGLISH) -> Iterator[Row]:
    """Lines of each group in each of its parts; hours and cost of the whole group once."""
    before, after = costs.duty(base), costs.duty(chosen.scenario)
    hours, was = ({name: h for name, (h, _) in Costs().duty(one).items()} for one in (chosen.scenario, base))
    for name, (staff, levels) in chosen.way.staffing(chosen.choice).items():
        for k, (slot, n) in enumerate(zip(staff.slots, levels, strict=True)):
            row: Row = {"lines of": group_cell(name, say), "when": slot_text(slot, say), "lines": n}
            if k == 0:
                row |= {"line-hours": hours[name], "today": was[name]}
                if costs.by_minute:
                    row |= {"cost": after[name][1], "cost today": before[name][1]}
            yield row


def target_rows(chosen: Try, say: Language = ENGLISH) -> Iterator[Row]:
    """Each target with what a plan makes of it on fresh worlds, and today."""
    counts = chosen.trial.counts["today"]
    for target, value in zip(chosen.way.targets, chosen.found, strict=True):
        there = (target.kind, target.name) in counts.scopes
        yield {
            "target": target.told(say),
            "verdict": say(f"plan.verdict_{key_of(target.verdict(value))}"),
            "plan": value,
            "today": target.estimate(chosen.trial, "today") if there else NOTHING,
            "unit": say.known("unit", target.of.unit),
            "definition": target.of.text,
        }


def frontier_rows(frontier: Sequence[Point], costs: Costs, say: Language = ENGLISH) -> Iterator[Row]:
    """What each cost buys."""
    for point in frontier:
        row: Row = {
            "line-hours": line_hours(point.scenario),
            "never reached while open, %": point.lost,
            "targets met": some_of(point.met, len(point.way.targets), say),
            "organised": say(f"plan.way_{key_of(point.way.structure.name)}"),
            "plan of lines": staffing_text(point.way.staffing(point.choice), say),
        }
        yield {"cost": sum(costs.of_groups(point.scenario).values()), **row} if costs.by_minute else row


def refused_rows(refused: Sequence[Try], today: Today | None, say: Language = ENGLISH) -> Iterator[Row]:
    """What plans missed on the replications that refused them, today's lines first, a row for each target."""
    if today is not None:
        yield from _missed_rows({"plan": say("plancolumn.today"), "cost": today.cost}, today.missed, say)
    for tried in refused:
        missed = [(t, value) for t, value in zip(tried.way.targets, tried.found, strict=True) if not t.met(value)]
        plan = staffing_text(tried.way.staffing(tried.choice), say)
        yield from _missed_rows({"plan": plan, "cost": tried.choice.cost}, missed, say)


def _missed_rows(row: Row, missed: Sequence[tuple[Target, Estimate]], say: Language) -> Iterator[Row]:
    for number, (target, value) in enumerate(missed):
        unit = say.known("unit", target.of.unit)
        yield (row if number == 0 else {}) | {"target": target.told(say), "came to": value, "unit": unit}


def missed_text(missed: Sequence[tuple[Target, Estimate]], say: Language = ENGLISH) -> str:
    """Targets that are missed, each with what it comes to."""
    named = [f"{target.told(say)} ({value_text(target, value, say)})" for target, value in missed]
    text = "; ".join(named[:2])
    return say("plan.and_more", targets=text, count=len(named) - 2) if len(named) > 2 else text


def value_text(target: Target, value: Estimate, say: Language = ENGLISH) -> str:
    """What a target comes to, with its unit."""
    return f"{plain(value, say)} {say.known('unit', target.of.unit)}"


def assumption_rows(found: Sequence[Doubt], targets: Sequence[Target], say: Language = ENGLISH) -> Iterator[Row]:
    """Ends of ranges: first those that make a plan miss, then the most harmful others."""
    missed = [doubt for doubt in found if doubt.missed(targets)]
    for doubt in [*missed, *[doubt for doubt in found if doubt not in missed][:_DOUBTS]]:
        if not targets:
            continue
        worst = _hardest(doubt, targets)
        yield {
            "assumption": doubt.of.told(say),
            "from": shown_value(doubt.of.value, say),
            "to": shown_value(doubt.end, say),
            "missed": some_of(len(doubt.missed(targets)), len(targets), say),
            "hit hardest": targets[worst].told(say),
            "plan": doubt.values[worst],
            "change": doubt.changes[worst],
            "today": doubt.before[worst],
        }


def _hardest(doubt: Doubt, targets: Sequence[Target]) -> int:
    """The target that suffers most, one that is missed before others."""
    missed = doubt.missed(targets)
    return max(range(len(targets)), key=lambda t: (targets[t] in missed, _harm(targets[t], doubt.changes[t])))


def _harm(target: Target, change: Estimate) -> float:
    return (-1 if target.least else 1) * change.value / target.limit if isfinite(change.value) else 0.0


def some_of(some: int, all_: int, say: Language) -> str:
    """``2 of 3``."""
    return say("plan.of", some=some, all=all_)


def shift_rows(chosen: Try, say: Language = ENGLISH) -> Iterator[Row]:
    """Shifts that cover the lines, where a shortest one was asked for."""
    for block, levels in zip(chosen.way.blocks, chosen.choice.levels, strict=True):
        if not any(staff.shortest for staff in block.team.staff):
            continue
        for name, shifts in shifts_of(block.team, levels).items():
            for shift in shifts:
                days = ",".join(WEEKDAYS[day] for day in shift.days)
                hours = parse_hours(f"{days} {_clock(shift.start)}-{_clock(shift.stop)}").text.partition(" ")[2]
                yield {
                    "lines of": group_cell(name, say),
                    "days": say.hours(days),
                    "hours": hours,
                    "people": shift.lines,
                }


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours if hours <= 24 else hours - 24}:{minutes:02}"
