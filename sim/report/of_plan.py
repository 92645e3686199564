"""The sections of a plan: what it changes, what more or less would buy, its lines, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from sim.answers.answer import Axis, Curves, Point, Series
from sim.answers.colours import BETTER, MUTED
from sim.answers.curves import FIRST, HOLLOW, THREAD, draw_curves
from sim.answers.grids import Cell, Grid, Number, grid
from sim.answers.rows import Line, Mark, draw_rows
from sim.language.shown import plain
from sim.report.columns import read_text, table_of
from sim.report.duty import lines_at
from sim.report.duty import shown as duty_shown
from sim.report.of_targets import rests_section, target_parts, target_tiles
from sim.report.reading import Reader
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.studied import Row, Studied, estimate, text
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.costs import Costs, line_hours
from sim.studies.targets import WHILE_OPEN

_FRONTIER = ("cost", "line-hours", "never reached while open, %", "targets met", "organised", "plan of lines")
_PEOPLE = ("measure", "today", "plan", "difference")
#: Behind a hyphen: no new line after it.
_JOINER = "\N{WORD JOINER}"
_WHILE_OPEN = "never reached while open, %"


def tiles(found: Studied, reader: Reader) -> Iterator[Tile]:
    """Line-hours and cost against today's, targets that are met."""
    say = reader.say
    if found.plan is not None:
        before, after = line_hours(found.scenario), line_hours(found.plan)
        yield Tile(say("told.line_hours"), say.number(after), _against(before, after, reader))
        if (costs := _costs(found)).by_minute:
            cost, was = (sum(costs.of_groups(one).values()) for one in (found.plan, found.scenario))
            yield Tile(say("plancolumn.cost"), say.number(cost), _against(was, cost, reader))
    for row in _people(found, "never_reached"):
        today, planned = (plain(estimate(row, who), say) for who in ("today", "plan"))
        yield Tile(say("measure.never_reached"), planned, say("told.today", what=today))
    yield from target_tiles(found, reader, most=1)


def _people(found: Studied, measure: str) -> list[Row]:
    """The row of a measure among what becomes of people."""
    return [row for row in found.table("people") if text(row, "measure") == measure]


def _against(before: float, after: float, reader: Reader) -> str:
    say = reader.say
    share = f" ({say.percent(after / before - 1, sign=True)})" if before else ""
    return say("told.today", what=say.number(before)) + share.replace("-", "\N{MINUS SIGN}")


def _costs(found: Studied) -> Costs:
    return Costs.of(found.asked.get("costs", ()))


def sections(found: Studied, reader: Reader) -> Iterator[Section]:
    """All of them, the difference to today first."""
    say = reader.say
    people = table_of(say("plantable.people"), found.table("people"), _PEOPLE, reader, good={"difference": 0})
    today = [Words(say("told.plan_lead")), *([people] if found.table("people") else []), *target_parts(found, reader)]
    yield Section("difference", say("told.plan_difference"), [*today, *_hours(found, reader)])
    yield Section("lines", say("told.plan_lines"), list(_lines(found, reader)))
    if found.table("frontier"):
        yield Section("frontier", say("told.frontier"), list(_frontier(found, reader)))
    yield from rests_section(found, reader)
    if rows := found.table("refused"):
        table = table_of(say("told.refused_table"), rows, ("plan", "cost", "target", "came to"), reader)
        yield Section("refused", say("told.refused"), [Words(say("told.refused_lead")), table])


def _hours(found: Studied, reader: Reader) -> Iterator[Part]:
    """Line-hours of each group, today and in the plan."""
    rows, say = [row for row in found.table("lines") if isfinite(estimate(row, "line-hours").value)], reader.say
    if len(rows) < 2:
        return
    lines = []
    for row in rows:
        before, after = estimate(row, "today"), estimate(row, "line-hours")
        change = after.value - before.value
        lines.append(
            Line(
                read_text("lines of", text(row, "lines of"), reader),
                [
                    Mark(before, "ring", MUTED, say("plancolumn.today")),
                    Mark(after, "circle", BETTER, say("told.in_plan")),
                ],
                note=("+" if change > 0 else "") + say.number(change).replace("-", "\N{MINUS SIGN}") if change else "=",
                joined=True,
            )
        )
    picture = draw_rows(lines, title=say("told.hours_picture"), axis=say("column.line_hours"), say=say)
    yield Picture(picture, say("told.hours_caption"), say("told.hours_picture"))


def _lines(found: Studied, reader: Reader) -> Iterator[Part]:
    yield _line_table(found, reader)
    if rows := found.table("shifts"):
        note = reader.say("told.shifts_note")
        yield table_of(reader.say("told.shifts"), rows, ("lines of", "days", "hours", "people"), reader, note=note)


def _line_table(found: Studied, reader: Reader) -> Grid:
    """Lines today and in the plan by group and part of the week; hours and cost stand at the first part of a group."""
    say, priced = reader.say, any("cost" in row for row in found.table("lines"))
    heads = [say("column.lines_of"), say("plancolumn.when"), say("told.lines_today"), say("told.lines_plan")]
    heads += [say("told.hours_today"), say("told.hours_plan")]
    heads += [say("plancolumn.cost_today"), say("told.cost_plan")] if priced else []
    columns = ["today", "line-hours", *(["cost today", "cost"] if priced else [])]
    cells: list[list[Cell]] = []
    for row in found.table("lines"):
        group, when, count = text(row, "lines of"), text(row, "when"), estimate(row, "lines").value
        before = lines_at(found.scenario, group, when)
        tone = "" if before is None or before == (count, count) else "better"
        cells.append(
            [
                read_text("lines of", group, reader),
                read_text("when", when, reader).replace("-", f"-{_JOINER}"),
                Number(duty_shown(before)),
                Number(f"{count:.0f}", tone=tone),
                *(_whole(estimate(row, column), reader) for column in columns),
            ]
        )
    return grid(say("told.lines_table"), heads, cells, note=say("told.lines_note"))


def _whole(found: Estimate, reader: Reader) -> Cell:
    return Number(reader.say.number(found.value)) if isfinite(found.value) else ""


def _frontier(found: Studied, reader: Reader) -> Iterator[Part]:
    say, rows = reader.say, found.table("frontier")
    yield Words(say("told.frontier_lead"))
    priced = any("cost" in row for row in rows)
    across = "cost" if priced else "line-hours"
    points = [(_point(row, across, reader), text(row, "targets met")) for row in rows]
    met = [point for point, count in points if len(set(count.split(" of "))) == 1]
    missed = [point for point, count in points if len(set(count.split(" of "))) > 1]
    series = [
        Series("", tuple(point for point, _ in points), THREAD),
        Series(say("told.meets_all"), tuple(met), FIRST, line=False),
        Series(say("told.misses_some"), tuple(missed), HOLLOW, line=False),
    ]
    chart = Curves(
        say("told.frontier_picture"),
        Axis(say("plancolumn.cost") if priced else say("told.line_hours")),
        say("told.frontier_up"),
        tuple(one for one in series if one.points),
    )
    yield Picture(draw_curves(_marked(chart, found, across, reader), say), say("told.frontier_caption"))
    yield table_of(say("told.frontier_table"), rows, _FRONTIER, reader, note=say("told.frontier_note"))


def _point(row: Row, across: str, reader: Reader) -> Point:
    at, lost = estimate(row, across).value, estimate(row, _WHILE_OPEN)
    words = read_text("plan of lines", text(row, "plan of lines"), reader)
    said = f"{reader.say.number(at)}: {plain(lost, reader.say)} %; {words}"
    return Point(at, lost, said, text(row, "targets met").replace(" of ", "/"))


def _marked(chart: Curves, found: Studied, across: str, reader: Reader) -> Curves:
    """With where today is, and a ring around the plan."""
    say = reader.say
    known = _people(found, WHILE_OPEN.name)
    lost = next((plain(estimate(row, "today"), say) for row in known), "")
    words = say("told.today_lost", lost=lost) if lost else say("plancolumn.today")
    upright = (_price(found, found.scenario, across), words)
    if found.plan is None:
        return replace(chart, uprights=(upright,))
    at = _price(found, found.plan, across)
    near = [row for row in found.table("frontier") if abs(estimate(row, across).value - at) < 0.5]
    ring = (at, estimate(near[0], _WHILE_OPEN).value, say("told.the_plan")) if near else None
    return replace(chart, uprights=(upright,), ring=ring)


def _price(found: Studied, lines: Scenario, across: str) -> float:
    return sum(_costs(found).of_groups(lines).values()) if across == "cost" else line_hours(lines)
