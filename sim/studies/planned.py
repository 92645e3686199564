"""A plan and what was found on the way to it, and its answer as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.answers.answer import (
    Answer,
    Axis,
    Chart,
    Column,
    Curves,
    Mark,
    Message,
    Named,
    Point,
    Row,
    Rows,
    Section,
    Series,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answered import Answered
from sim.answers.phrases import played_on, replications
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS, WHILE_OPEN
from sim.studies.asked import Question, Today, Try
from sim.studies.choose import Searched
from sim.studies.costs import Costs, line_hours
from sim.studies.doubts import Doubt
from sim.studies.duty import lines_at
from sim.studies.frontier import Point as FrontierPoint
from sim.studies.frontier import lost_while_open
from sim.studies.outside_hours import left_out
from sim.studies.paired import difference_of
from sim.studies.shifts import shifts_of
from sim.studies.staffing import text_of
from sim.studies.staffing_words import staffing_cell, staffing_text
from sim.studies.target_answers import (
    behind,
    certainty,
    doubtful,
    missed_text,
    rests_parts,
    rests_table,
    target,
    target_chart,
    target_table,
    target_tiles,
    unmet,
)
from sim.studies.targets import Target
from sim.studies.trial import Which

#: What is told of all people besides those never reached while open.
_OF_PEOPLE = ("never_reached", "only_closed", "reached", "abandoned", "sent_away")
#: Of these, what few plans know: left out where neither plan does.
_RARE = ("sent_away",)
#: Looks of the frontier: one of many, hollow, and a line alone.
_FIRST, _HOLLOW, _THREAD = 0, 4, 5


@dataclass(frozen=True)
class Planned(Answered):
    """The plan as a scenario, whether it meets the targets, and all that is shown.

    base: the scenario with the acceptable waits that the targets count.
    chosen: the plan on the replications that confirmed it; ``refused``: those that these refused before.
    today: today's lines, where they are cheaper and were refused.
    searches: of all ways to organise the lines.
    """

    scenario: Scenario
    question: Question
    base: Scenario
    meets: bool
    chosen: Try
    refused: tuple[Try, ...]
    today: Today | None
    frontier: tuple[FrontierPoint, ...]
    doubts: tuple[Doubt, ...]
    searches: tuple[Searched, ...]
    frontier_on: Which
    doubts_on: Which

    @property
    def plan(self) -> Scenario:
        """The scenario with the lines of the plan."""
        return self.chosen.scenario

    @property
    def costs(self) -> Costs:
        """What lines cost."""
        return Costs.of(self.question.costs)

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it is to meet."""
        return self.chosen.way.targets

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)

    def price(self, scenario: Scenario) -> float:
        """Cost of the lines of a scenario in the period; their hours where nothing has a price."""
        costs = self.costs
        return sum(costs.of_groups(scenario).values()) if costs.by_minute else line_hours(scenario)


def _answer(found: Planned) -> Answer:
    tables = [
        _lines(found),
        target_table(found.chosen),
        _people(found),
        _frontier(found),
        _shifts(found),
        _refused(found),
        rests_table(found.doubts, found.targets),
    ]
    chosen = Which(found.question.replications, 0, found.question.seed)
    return Answer(
        study="plan",
        scenario=found.scenario,
        heading=message("plan.heading"),
        question=found.question.asked(),
        sentences=tuple(_sentences(found)),
        played=(
            played_on("plan.chosen", chosen),
            played_on("plan.confirmed", found.chosen.trial.worlds),
            played_on("plan.frontier_on", found.frontier_on),
            played_on("plan.doubted", found.doubts_on),
        ),
        measures=tuple(dict.fromkeys([*(of.of.name for of in found.targets), WHILE_OPEN.name])),
        tiles=tuple(_tiles(found)),
        sections=tuple(_sections(found)),
        tables=tuple(table for table in tables if table.rows),
        files={"plan.yaml": dumps(found.plan)},
    )


# ---- Sentences and tiles -----------------------------------------------------------------------------------------


def _sentences(found: Planned) -> Iterator[Message]:
    chosen, meets = found.chosen, found.meets
    plan = _plan_text(found)
    yield message("plan.is", plan=Term("sentence", plan)) if meets else message("plan.nearest_is", plan=plan)
    if how := chosen.way.structure.words:
        yield message("plan.organised", how=how)
        yield from _as_quick(found.base)
    if meets and (count := len(found.targets)):
        several = message("plan.meets_both") if count == 2 else message("plan.meets_all", count=count)
        yield message("plan.meets_one") if count == 1 else several
    yield from behind(chosen)
    yield from unmet(chosen)
    if found.today is not None:
        on = replications(found.today.worlds)
        yield message("plan.today_missed", missed=missed_text(found.today.missed), worlds=on)
    if found.refused and meets:
        several = message("plan.refused_more", count=len(found.refused))
        yield message("plan.refused_one") if len(found.refused) == 1 else several
    yield certainty(found.question.replications, found.searches, meets=meets)
    yield from left_out([found.base])
    if meets:
        yield from doubtful(found.doubts, found.targets)


def _plan_text(found: Planned) -> Message:
    hours, before = line_hours(found.plan), line_hours(found.base)
    change = hours / before - 1 if before else 0.0
    more = message("plan.more" if change > 0 else "plan.fewer", share=Term("share", abs(change)))
    said: dict[str, Value] = {
        "staffing": staffing_text(found.chosen.way.staffing(found.chosen.choice)),
        "hours": Term("count", hours),
        "change": message("plan.as_many") if abs(change) < 0.005 else more,
        "lost": lost_while_open(found.chosen.trial, "plan"),
        "today": lost_while_open(found.chosen.trial, "today"),
    }
    if not found.costs.by_minute:
        return message("plan.what", **said)
    cost, was = (Term("count", found.price(one)) for one in (found.plan, found.base))
    return message("plan.what_cost", cost=cost, was=was, **said)


def _as_quick(base: Scenario) -> Iterator[Message]:
    quick = [name for name, handling in base.handling.items() if not handling.elsewhere.value]
    quick = [name for name in quick if base.channels[name].queue == "per province"]
    if quick:
        yield message(
            "plan.as_quick", channels=Term("and", tuple(Term("name", name) for name in quick)), channel=quick[0]
        )


def _tiles(found: Planned) -> Iterator[Tile]:
    """Line-hours and cost against today's, people never reached, targets that are met."""
    before, after = line_hours(found.base), line_hours(found.plan)
    yield Tile(message("told.line_hours"), Term("count", after), _against(before, after))
    if found.costs.by_minute:
        was, cost = found.price(found.base), found.price(found.plan)
        yield Tile(message("plancolumn.cost"), Term("count", cost), _against(was, cost))
    today, planned = (found.chosen.trial.counts[plan].estimate(_NEVER) for plan in ("today", "plan"))
    yield Tile(message("measure.never_reached"), planned, message("told.today", what=today))
    yield from target_tiles(found.chosen)


def _against(before: float, after: float) -> Message:
    was = Term("count", before)
    if not before:
        return message("told.today", what=was)
    return message("told.today", what=message("told.and_change", what=was, share=Term("gain", after / before - 1)))


# ---- Sections ----------------------------------------------------------------------------------------------------


def _sections(found: Planned) -> Iterator[Section]:
    """All of them, the difference to today first."""
    targets = (Show("targets"),) if found.targets else ()
    today = (message("told.plan_lead"), Show("people"), *target_chart(found.chosen), *targets)
    yield Section("difference", message("told.plan_difference"), (*today, *_hours(found)))
    shifts = (Show("shifts"),) if _shifts(found).rows else ()
    yield Section("lines", message("told.plan_lines"), (Show("lines"), *shifts))
    if found.frontier:
        parts = (message("told.frontier_lead"), _frontier_chart(found), Show("frontier"))
        yield Section("frontier", message("told.frontier"), parts)
    if found.doubts and found.targets:
        yield Section("rests", message("told.rests"), tuple(rests_parts(found.doubts, found.targets)))
    if found.refused or found.today:
        yield Section("refused", message("told.refused"), (message("told.refused_lead"), Show("refused")))


def _hours(found: Planned) -> Iterator[Chart]:
    """Line-hours of each group, today and in the plan."""
    before, after = ({name: h for name, (h, _) in Costs().duty(one).items()} for one in (found.base, found.plan))
    groups = found.chosen.way.staffing(found.chosen.choice)
    if len(groups) < 2:
        return
    rows = []
    for name in groups:
        marks = (Mark(_exactly(before[name]), "ring", "muted"), Mark(_exactly(after[name]), "circle", "better"))
        change = after[name] - before[name]
        note = message("told.change", change=Term("difference", change)) if change else message("told.unchanged")
        rows.append(Row(Term("name", name), marks, note, joined=True))
    axis, caption = message("column.line_hours"), message("told.hours_caption")
    yield Rows(message("told.hours_picture"), axis, tuple(rows), caption)


def _exactly(value: float) -> Estimate:
    return Estimate(value, value, value)


def _frontier_chart(found: Planned) -> Curves:
    """Callers never reached against cost: the frontier, where today is, and a ring around the plan."""
    points = [(_point(found, one), one.met == len(one.way.targets)) for one in found.frontier]
    met, missed = (tuple(point for point, all_met in points if all_met == which) for which in (True, False))
    series = [
        Series(None, tuple(point for point, _ in points), _THREAD),
        Series(message("told.meets_all"), met, _FIRST, line=False),
        Series(message("told.misses_some"), missed, _HOLLOW, line=False),
    ]
    today = lost_while_open(found.chosen.trial, "today")
    at = found.price(found.plan)
    near = [one for one in found.frontier if abs(found.price(one.scenario) - at) < 0.5]
    return Curves(
        title=message("told.frontier_picture"),
        across=Axis(message("plancolumn.cost" if found.costs.by_minute else "told.line_hours")),
        up=message("told.frontier_up"),
        series=tuple(one for one in series if one.points),
        caption=message("told.frontier_caption"),
        uprights=((found.price(found.base), message("told.today_lost", lost=today)),),
        ring=(at, near[0].lost.value, message("told.the_plan")) if near else None,
    )


def _point(found: Planned, one: FrontierPoint) -> Point:
    at, lines = found.price(one.scenario), staffing_text(one.way.staffing(one.choice))
    said = message("told.frontier_point", at=Term("count", at), lost=one.lost, lines=lines)
    return Point(at, one.lost, said, message("told.some_of", some=one.met, all=len(one.way.targets)))


# ---- Tables ------------------------------------------------------------------------------------------------------

_NEVER = DEFINITIONS["never_reached"]


def _people(found: Planned) -> Table:
    """What becomes of people and calls today and with the plan, on fresh worlds; the difference is paired."""
    counts, rows = found.chosen.trial.counts, list[tuple[Value, ...]]()
    before, after = counts["today"].of(), counts["plan"].of()
    for of in (WHILE_OPEN, *(DEFINITIONS[name] for name in _OF_PEOPLE)):
        today, plan = (counts[name].estimate(of) for name in ("today", "plan"))
        if of.name not in _RARE or today.value or plan.value:
            rows.append((of.name, today, plan, difference_of(of, before, after, level=0.95), of.unit))
    columns = (
        Column("measure", "measure", message("workbook.measure")),
        Column("today", "estimate", message("plancolumn.today")),
        Column("plan", "estimate", message("column.plan")),
        Column("difference", "change", message("plancolumn.difference")),
        Column("unit", "unit", message("workbook.unit"), filed=True),
    )
    return Table("people", message("plantable.people"), columns, tuple(rows), short=message("studypage.sheet_people"))


def _lines(found: Planned) -> Table:
    """Lines today and in the plan by group and part of the week; hours and cost of a whole group once."""
    costs = found.costs
    before, after = costs.duty(found.base), costs.duty(found.plan)
    hours, was = ({name: h for name, (h, _) in Costs().duty(one).items()} for one in (found.plan, found.base))
    rows = []
    for name, (staff, levels) in found.chosen.way.staffing(found.chosen.choice).items():
        for number, (slot, lines) in enumerate(zip(staff.slots, levels, strict=True)):
            money = (before[name][1], after[name][1]) if costs.by_minute else (None, None)
            of_group = (was[name], hours[name], *money) if number == 0 else (None,) * 4
            rows.append((name, slot.hours, lines_at(found.base, name, slot.hours), lines, *of_group))
    columns = (
        Column("group", "name", message("column.lines_of")),
        Column("hours", "hours", message("plancolumn.when")),
        Column("lines_today", "range", message("told.lines_today")),
        Column("lines", "count", message("told.lines_plan")),
        Column("line_hours_today", "count", message("told.hours_today")),
        Column("line_hours", "count", message("told.hours_plan")),
        Column("cost_today", "count", message("plancolumn.cost_today")),
        Column("cost", "count", message("told.cost_plan")),
    )
    note, short = message("told.lines_note"), message("studypage.sheet_lines")
    return Table("lines", message("told.lines_table"), columns, tuple(rows), note, short=short)


def _frontier(found: Planned) -> Table:
    """What each cost buys."""
    columns = (
        Column("cost", "count", message("plancolumn.cost")),
        Column("line_hours", "count", message("column.line_hours")),
        Column("never_reached_while_open", "estimate", message("plancolumn.lost")),
        Column("targets_met", "of", message("plancolumn.met")),
        Column("organised", "text", message("plancolumn.organised")),
        Column("lines", "text", message("plancolumn.staffing")),
    )
    rows = []
    for point in found.frontier:
        cost = found.price(point.scenario) if found.costs.by_minute else None
        way = point.way.structure.name.replace(" ", "_")
        organised = Named(way, message(f"plan.way_{way}"))
        lines = staffing_cell(point.way.staffing(point.choice), point.way.structure.scenario)
        met = (point.met, len(point.way.targets)) if point.way.targets else None
        rows.append((cost, line_hours(point.scenario), point.lost, met, organised, lines))
    note, short = message("told.frontier_note"), message("studypage.sheet_frontier")
    return Table("frontier", message("told.frontier_table"), columns, tuple(rows), note, short=short)


def _refused(found: Planned) -> Table:
    """What plans missed on the replications that refused them, today's lines first, a row for each target."""
    columns = (
        Column("plan", "text", message("column.plan")),
        Column("cost", "count", message("plancolumn.cost" if found.costs.by_minute else "column.line_hours")),
        Column("target", "text", message("plancolumn.target")),
        Column("came_to", "estimate", message("plancolumn.came_to")),
        Column("unit", "unit", message("workbook.unit")),
    )
    rows = list[tuple[Value, ...]]()
    if found.today is not None:
        today = Named("today", message("plancolumn.today"))
        rows += _missed(today, found.today.cost, found.today.missed)
    for tried in found.refused:
        every = zip(tried.way.targets, tried.found, strict=True)
        plan = staffing_cell(tried.way.staffing(tried.choice), tried.way.structure.scenario)
        rows += _missed(plan, tried.choice.cost, [(of, value) for of, value in every if not of.met(value)])
    short = message("studypage.sheet_refused")
    return Table("refused", message("told.refused_table"), columns, tuple(rows), short=short)


def _missed(plan: Named, cost: float, missed: Sequence[tuple[Target, Estimate]]) -> Iterator[tuple[Value, ...]]:
    for of, value in missed:
        yield plan, cost, target(of), value, of.of.unit


def _shifts(found: Planned) -> Table:
    """Shifts that cover the lines, where a shortest one was asked for."""
    rows = []
    for block, levels in zip(found.chosen.way.blocks, found.chosen.choice.levels, strict=True):
        if any(staff.shortest for staff in block.team.staff):
            for name, shifts in shifts_of(block.team, levels).items():
                for shift in shifts:
                    spans = [[(shift.start, shift.stop)] if day in shift.days else [] for day in range(7)]
                    rows.append((name, text_of(spans), shift.lines))
    columns = (
        Column("group", "name", message("column.lines_of")),
        Column("hours", "hours", message("plancolumn.when")),
        Column("people", "count", message("plancolumn.people")),
    )
    note, short = message("told.shifts_note"), message("studypage.sheet_shifts")
    return Table("shifts", message("told.shifts"), columns, tuple(rows), note, short=short)
