"""How many lines each interval of the week needs, so that targets are met in every one; and shifts that cover them.

Theory says where to begin (a steady state for the calls of each interval), simulation adds lines where a target is
missed and takes away what is not missed, and fresh replications confirm the result: where they refuse an interval it
gets a line more, and other fresh ones judge again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import (
    Answer,
    Axis,
    Column,
    Heat,
    Message,
    Named,
    Section,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answered import Answered
from sim.answers.phrases import played_on
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE, WEEK
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.statistics.estimates import Estimate
from sim.studies.guess import needed
from sim.studies.intervals import Judged, judge
from sim.studies.means import Means
from sim.studies.outside_hours import left_out
from sim.studies.roster import Rules, Shift, covering
from sim.studies.staffing import PlanError, hours_of, text_of
from sim.studies.structures import groups_about
from sim.studies.targets import Target, everywhere_of, targets_of, with_waits
from sim.studies.trial import Which
from sim.units import WEEKDAYS, format_duration, parse_duration, parse_percent

Grid = NDArray[np.int64]

_INTERVALS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE)
#: Measures of contacts: those of people are counted by their first call, whenever they are answered.
_OF_CONTACTS = ("service_level_of_offered", "service_level_excluding_short", "service_level_of_answered", "abandonment",
                "loss", "asa")  # fmt: skip
#: Times that simulation adds lines before a target is given up; lines of a group in an interval at most.
_ROUNDS, _MOST = 25, 200
#: Lines that are added to an interval in vain, one after the other, until it is given up.
_IN_VAIN = 12
#: Intervals between those from which a line is taken at the same time, so that they do not disturb each other.
_APART = 3
_VERDICTS = {"met": "requirement.met_cell", "in doubt": "requirement.in_doubt", "missed": "requirement.missed_cell"}
#: Times that fresh replications may refuse the requirement.
_CONFIRMATIONS = 4


@dataclass(frozen=True)
class Asked:
    """The question.

    targets: as ``sim plan`` reads them; none: those of the scenario that are about contacts.
    interval: 15, 30 or 60 min.
    lines: groups that are decided; none: all that the targets are about.
    least: lines of a group whenever it has hours.
    shortest, longest, pause: of shifts, and their break, as durations; '' where no shifts are asked for.
    shrinkage: share of paid time that is lost to sickness and training.
    replications, confirm, seed: of the search, and fresh ones of each confirmation.
    """

    targets: tuple[str, ...] = ()
    interval: str = "30 min"
    lines: tuple[str, ...] = ()
    least: int = 1
    shortest: str = ""
    longest: str = ""
    pause: str = ""
    shrinkage: str = "0 %"
    replications: int = 100
    confirm: int = 400
    seed: int = 1712


@dataclass(frozen=True)
class Required(Answered):
    """The requirement of each group, what is scheduled to cover it, and how targets fare with that.

    need, scheduled: lines of each group by interval of the week (Monday 0:00 first).
    shifts: of each group where they were asked for.
    judged: the scheduled lines on ``confirmed`` fresh replications.
    """

    scenario: Scenario
    plan: Scenario
    asked: Asked
    interval: int
    need: dict[str, Grid]
    scheduled: dict[str, Grid]
    today: dict[str, float]
    shifts: dict[str, tuple[Shift, ...]]
    judged: Judged
    searched: Which
    confirmed: Which

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)

    def hours(self, lines: dict[str, Grid]) -> float:
        """Line hours of a week."""
        return float(sum(grid.sum() for grid in lines.values())) * self.interval / HOUR

    @property
    def paid_hours(self) -> float:
        """Hours of a week to roster, so that the scheduled lines are there in spite of sickness and training."""
        return self.hours(self.scheduled) / (1 - parse_percent(self.asked.shrinkage))


def requirement(
    scenario: Scenario,
    *,
    workers: int | None = None,
    say: Callable[[str], None] | None = None,
    stop: Event | None = None,
    **question: Any,
) -> Required:
    """The fewest lines in each interval of the week with which every target is met in it, and shifts that cover them.

    question: the fields of ``Asked``, such as ``targets=["phone 80 % in 60 s"], interval="30 min", longest="8 h"``.
    PlanError, TargetError or ScenarioError say in one sentence what is wrong with the question; Stopped is raised soon
    after ``stop`` is set.
    """
    asked = Asked(**{"seed": scenario.experiment.seed, **question})
    asked = replace(asked, targets=tuple(asked.targets), lines=tuple(asked.lines))
    interval = _interval(asked)
    rules = _rules(asked, interval)
    means = Means.of(seed=asked.seed, workers=workers, say=say, stop=stop)
    base, targets = _targets(scenario, asked)
    search = _Search(base, targets, asked, interval, means)
    levels = search.settled(search.guess())
    first, tried = asked.replications, 0
    while True:
        need = {name: search.grids(levels)[k] for k, name in enumerate(search.groups)}
        shifts = {name: covering(need[name], interval, rules) for name in search.groups} if rules else {}
        scheduled = {name: _scheduled(shifts[name], interval) if rules else need[name] for name in search.groups}
        plan = search.plan(np.stack([scheduled[name] for name in search.groups]))
        confirmed = Which(asked.confirm, first, asked.seed)
        judged = judge(plan, targets, interval=interval, replications=asked.confirm, first=first, means=means)
        refused, tried = search.by_group(judged.surely_missed), tried + 1
        if not refused.any() or tried == _CONFIRMATIONS:
            break
        means.say(Said("progress.requirement_refused", intervals=int(refused.sum())))
        levels, first = np.minimum(levels + refused, _MOST), first + asked.confirm
    today = {name: _hours_now(base, name) for name in search.groups}
    where = Which(asked.replications, 0, asked.seed)
    return Required(scenario, plan, asked, interval, need, scheduled, today, shifts, judged, where, confirmed)


def _interval(asked: Asked) -> int:
    try:
        found = parse_duration(asked.interval)
    except ValueError:
        found = 0
    if found not in _INTERVALS:
        raise PlanError(f"interval: {asked.interval!r} is not 15 min, 30 min or 60 min")
    return found


def _rules(asked: Asked, interval: int) -> Rules | None:
    """What shifts may be; None where none are asked for."""
    try:
        share = parse_percent(asked.shrinkage)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise PlanError(f"shrinkage: {asked.shrinkage!r} is not a share from 0 % to less than 100 %")
    lengths = [_length(text, interval) for text in (asked.shortest, asked.longest, asked.pause)]
    shortest, longest, pause = lengths
    if not shortest and not longest:
        return None
    longest = longest or max(shortest, 8 * HOUR)
    if not max(shortest, interval) <= longest <= DAY:
        raise PlanError("shifts: the shortest may not be longer than the longest, and no shift is longer than a day")
    return Rules(max(shortest, interval), longest, pause)


def _length(text: str, interval: int) -> int:
    """A length of a shift or break, 0 where none is given."""
    try:
        found = parse_duration(text) if text else 0
    except ValueError:
        found = -1
    if found < 0 or found % interval:
        whole = format_duration(interval)
        raise PlanError(f"shifts: {text!r} is not a duration of whole intervals, such as '4 h'; an interval is {whole}")
    return found


def _targets(scenario: Scenario, asked: Asked) -> tuple[Scenario, tuple[Target, ...]]:
    """The scenario that counts what targets ask, and each target in every queue that it is about."""
    found = targets_of(scenario, asked.targets)
    base = with_waits(scenario, found)
    about = [one for one in found if one.of.name in _OF_CONTACTS and "working day" not in one.within]
    if not about or (asked.targets and len(about) < len(found)):
        wrong = next(one for one in found if one not in about)
        raise PlanError(
            f"target {wrong.written!r} cannot be asked of every interval: it counts people or working days; ask for a "
            "service level, abandonment, loss or mean wait, such as 'phone 80 % in 60 s'"
        )
    queues = [part for one in about for part in everywhere_of(base, one)]
    return base, tuple(one for number, one in enumerate(queues) if one not in queues[:number])


def _scheduled(shifts: Sequence[Shift], interval: int) -> Grid:
    found = np.zeros(WEEK // interval, dtype=np.int64)
    for shift in shifts:
        for start, stop in shift.spans:
            at = np.arange(start // interval, stop // interval) % len(found)
            found[at] += shift.lines
    return found


def _hours_now(scenario: Scenario, name: str) -> float:
    """Line hours of a group in a week, each weekday as it is on average in the period."""
    group = next(one for one in scenario.model.centre.groups if one.name == name)
    days = _weekdays(scenario)
    shifts = [(stop - start, day) for line in group.schedule() for start, stop, day in line]
    weekday, inside = scenario.model.calendar.weekday, scenario.model.calendar.days
    return float(sum(length / days[weekday(day)] for length, day in shifts if day < inside)) / HOUR


def _weekdays(scenario: Scenario) -> NDArray[np.int64]:
    """How often each weekday is in the period."""
    calendar = scenario.model.calendar
    return np.bincount([calendar.weekday(day) for day in range(calendar.days)], minlength=7)


class _Search:
    """Lines of every group (groups, intervals) with which targets are met on the replications of the search."""

    def __init__(self, base: Scenario, targets: tuple[Target, ...], asked: Asked, interval: int, means: Means) -> None:
        self.base, self.targets, self.asked, self.interval, self.means = base, targets, asked, interval, means
        centre = base.model.centre
        about = groups_about(base, targets)
        for name in asked.lines:
            if name not in about:
                raise PlanError(f"lines: no target is about {name!r}; targets are about {', '.join(about)}")
        self.groups = tuple(name for name in about if name in (asked.lines or about))
        first = {queue.name: centre.groups[queue.routes[0].group].name for queue in centre.queues if queue.routes}
        always = [name for name in self.groups if hours_of(base, name).always]
        if always and not all(base.model.calendar.working):
            raise PlanError(
                f"lines of {', '.join(always)} work round the clock, also on days on which the helpline is closed, and "
                "only the days of the week can have lines of their own: write 'calendar: {working_days: mon-sun, "
                "holidays: none}', or give these lines hours"
            )
        #: The group whose lines answer for each target.
        self.owner = [first.get(self._queues(target)[0], "") for target in targets]
        self.there = np.stack([_intervals(hours_of(base, name).spans, interval) for name in self.groups])
        self.floor = asked.least * self.there

    def _queues(self, target: Target) -> list[str]:
        if target.kind == "queue":
            return [target.name]
        channel = list(self.base.channels).index(target.name)
        return [queue.name for queue in self.base.model.centre.queues if queue.channel == channel]

    def by_group(self, marked: NDArray[np.bool_]) -> Grid:
        """Of marks (targets, intervals): 1 where a group may be there and any of its targets is marked."""
        found = np.zeros_like(self.floor)
        for owner, row in zip(self.owner, marked, strict=True):
            if owner in self.groups:
                found[self.groups.index(owner)] |= row
        return found * self.there

    def grids(self, levels: Grid) -> Grid:
        return levels * self.there

    def plan(self, levels: Grid) -> Scenario:
        """The scenario with these lines."""
        settings = []
        for name, row in zip(self.groups, levels, strict=True):
            settings.append(f"lines.{name}.shifts={json.dumps(_shifts(row, self.interval))}")
        return self.base.with_settings(settings)

    def judged(self, levels: Grid) -> Judged:
        return judge(
            self.plan(self.grids(levels)), self.targets,
            interval=self.interval, replications=self.asked.replications, first=0, means=self.means,
        )  # fmt: skip

    def guess(self) -> Grid:
        """What theory says, of the calls that come where lines are ample: few of them are redials."""
        today = judge(
            self.base, self.targets, interval=self.interval, replications=self.asked.replications, first=0,
            means=self.means,
        )  # fmt: skip
        ample = self._by_theory(today)
        ample = np.repeat(2 * ample.max(axis=1, keepdims=True) + 2, ample.shape[1], axis=1)
        return self._by_theory(self.judged(ample))

    def _by_theory(self, seen: Judged) -> Grid:
        found = np.zeros_like(self.floor)
        times = np.maximum(np.repeat(_weekdays(self.base), DAY // self.interval), 1)
        queues = [queue.name for queue in self.base.model.centre.queues]
        for target, owner, offered in zip(self.targets, self.owner, seen.offered, strict=True):
            if owner not in self.groups:
                continue
            at, number = self.groups.index(owner), queues.index(self._queues(target)[0])
            per_hour = offered / times * HOUR / self.interval
            lines = [needed(self.base, number, round(rate, 2), [target]) if rate else 0 for rate in per_hour.tolist()]
            found[at] += np.array(lines)
        return np.clip(found, self.floor, _MOST)

    def settled(self, levels: Grid) -> Grid:
        """Lines added until no target is missed, then taken away where none misses them."""
        levels = self._mended(levels)
        refused = np.zeros_like(levels, dtype=bool)
        turn = np.arange(levels.shape[1]) % _APART
        for offset in range(_APART):
            while (less := (levels > self.floor) & ~refused & (turn == offset) & (self.there > 0)).any():
                missed = self.by_group(self.judged(levels - less).missed) > 0
                hurt = less & np.logical_or.reduce([np.roll(missed, -k, axis=1) for k in range(_APART)])
                levels = levels - (less & ~hurt)
                refused |= hurt
        return self._mended(levels)

    def _mended(self, levels: Grid) -> Grid:
        """With a line more wherever a target is missed, as long as that helps."""
        first, vain = levels, np.zeros_like(levels)
        for _ in range(_ROUNDS):
            missed = self.by_group(self.judged(levels).missed)
            self.means.say(Said("progress.requirement", intervals=int(missed.sum())))
            missed &= vain < _IN_VAIN
            if not missed.any():
                break
            # After a line more in vain one before, too: those who wait have come earlier.
            earlier = np.roll(missed & (vain > 0), -1, axis=1) & self.there
            levels, vain = np.minimum(levels + np.maximum(missed, earlier), _MOST), (vain + 1) * missed
        return np.where(vain >= _IN_VAIN, first, levels)


def _intervals(spans: Sequence[Sequence[tuple[int, int]]], interval: int) -> Grid:
    """1 in the intervals of the week that hours touch."""
    found = np.zeros(WEEK // interval, dtype=np.int64)
    for day, some in enumerate(spans):
        for start, stop in some:
            at = np.arange((day * DAY + start) // interval, -(-(day * DAY + stop) // interval))
            found[at % len(found)] = 1
    return found


def _shifts(row: Grid, interval: int) -> dict[str, int]:
    """Lines by hours of the week, as a scenario writes them; days with equal hours and lines stand together."""
    days: dict[tuple[int, int, int], list[int]] = {}
    for day, levels in enumerate(row.reshape(7, -1).tolist()):
        edges = [k for k in range(len(levels)) if not k or levels[k] != levels[k - 1]]
        for start, stop in pairwise([*edges, len(levels)]):
            if levels[start]:
                days.setdefault((start * interval, stop * interval, levels[start]), []).append(day)
    return {
        text_of([[(start, stop)] if day in some else [] for day in range(7)]): lines
        for (start, stop, lines), some in days.items()
    }


# ---- The answer --------------------------------------------------------------------------------------------------


def _answer(found: Required) -> Answer:
    tables = [_grid_table(found, name) for name in found.need]
    shown = [
        part for name, table in zip(found.need, tables, strict=True) for part in (_heat(found, name), Show(table.name))
    ]
    sections = [Section("grid", message("requirement.grid"), (message("requirement.grid_lead"), *shown))]
    if found.shifts:
        tables.append(_shift_table(found))
        sections.append(Section("shifts", message("requirement.shifts"), (Show("shifts"),)))
    tables.append(_interval_table(found))
    sections.append(Section("intervals", message("requirement.intervals"), (Show("intervals"),)))
    return Answer(
        study="requirement",
        scenario=found.scenario,
        heading=message("requirement.heading"),
        question={name: getattr(found.asked, name) for name in found.asked.__dataclass_fields__},
        sentences=tuple(_sentences(found)),
        played=(
            played_on("requirement.searched_on", found.searched),
            played_on("requirement.confirmed_on", found.confirmed),
        ),
        measures=tuple(dict.fromkeys(target.of.name for target in found.judged.targets)),
        tiles=tuple(_tiles(found)),
        sections=tuple(sections),
        tables=tuple(tables),
        files={"plan.yaml": dumps(found.plan)},
    )


def _counts(found: Required) -> tuple[int, int, int]:
    """Intervals of queues with calls in which targets are met, in doubt, and missed."""
    there = np.isfinite(found.judged.value)
    doubt = int((found.judged.missed & ~found.judged.surely_missed).sum())
    missed = int(found.judged.surely_missed.sum())
    return int(there.sum()) - doubt - missed, doubt, missed


def _sentences(found: Required) -> Iterator[Message]:
    hours, today = found.hours(found.scheduled), sum(found.today.values())
    need = found.hours(found.need)
    targets = Term("semicolons", tuple(_wish(target) for target in _wishes(found)))
    yield message("requirement.needs", targets=targets, hours=need, today=today, length=found.asked.interval)
    if found.shifts:
        number = sum(shift.lines for some in found.shifts.values() for shift in some)
        yield message("requirement.covered", shifts=number, hours=hours)
    if parse_percent(found.asked.shrinkage):
        yield message("requirement.paid", paid=found.paid_hours, shrinkage=found.asked.shrinkage)
    name, at = _busiest(found)
    lines = int(found.need[name][at])
    yield message("requirement.busiest", group=Term("name", name), when=_when(at, found.interval), lines=lines)
    met, doubt, missed = _counts(found)
    key = "requirement.missed" if missed else "requirement.met"
    yield message(key, met=met, doubt=doubt, missed=missed, all=met + doubt + missed)
    yield from left_out([found.scenario])


def _wishes(found: Required) -> list[Target]:
    """The targets, those of several queues of a channel once."""
    return list({(one.of.name, one.limit, one.within): one for one in found.judged.targets}.values())


def _wish(target: Target) -> Message:
    share = Term("number", target.limit)
    if target.of.name == "asa":
        what = message("targettext.asa", wait=Term("duration", format_duration(round(1000 * target.limit))))
    elif target.within:
        what = message("targettext.answered", share=share, within=Term("duration", target.within))
    else:
        what = message(f"targettext.{target.of.name}", share=share)
    return message("targettext.of", who=Term("name", target.name.partition("/")[0]), what=what)


def _busiest(found: Required) -> tuple[str, int]:
    name = max(found.need, key=lambda one: int(found.need[one].max()))
    return name, int(found.need[name].argmax())


def _when(at: int, interval: int) -> Term:
    """An interval of the week as its hours."""
    day, start = divmod(at * interval, DAY)
    return Term("hours", f"{WEEKDAYS[day]} {_clock(start)}-{_clock(start + interval)}")


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours}:{minutes:02}"


def _tiles(found: Required) -> Iterator[Tile]:
    yield Tile(message("requirement.tile_hours"), found.hours(found.scheduled), message("requirement.a_week"))
    yield Tile(message("requirement.tile_today"), sum(found.today.values()), message("requirement.a_week"))
    yield Tile(message("requirement.tile_most"), int(max(grid.max() for grid in found.need.values())))
    met, doubt, missed = _counts(found)
    yield Tile(
        message("requirement.tile_met"),
        met / max(met + doubt + missed, 1) and Term("share", met / (met + doubt + missed)),
    )


def _used(found: Required, name: str) -> tuple[Grid, list[int], list[int]]:
    """Scheduled lines (weekday, time of the day) of a group, and the weekdays and times at which there are some."""
    grid = found.scheduled[name].reshape(7, -1)
    return grid, np.flatnonzero(grid.any(axis=1)).tolist(), np.flatnonzero(grid.any(axis=0)).tolist()


def _heat(found: Required, name: str) -> Heat:
    """The same as a picture, weekdays down and times across."""
    grid, days, times = _used(found, name)
    values = tuple(tuple(Estimate(n, n, n) for n in grid[day, times].tolist()) for day in days)
    down = Axis(message("requirement.weekday"), tuple(Term("hours", WEEKDAYS[day]) for day in days))
    clock = [_clock(k * found.interval) for k in times]
    across = Axis(message("requirement.from"), tuple(text if text.endswith(":00") else "" for text in clock))
    return Heat(message("requirement.lines_of", group=Term("name", name)), down, across, values)


def _grid_table(found: Required, name: str) -> Table:
    """Lines of a group: a row for each time of the day, a column for each weekday."""
    grid, days, times = _used(found, name)
    columns = [Column("from", "text", message("requirement.from"))]
    columns += [Column(WEEKDAYS[day], "count", Term("hours", WEEKDAYS[day])) for day in days]
    rows = [(_clock(k * found.interval), *(int(grid[day, k]) or None for day in days)) for k in times]
    title = message("requirement.lines_of", group=Term("name", name))
    return Table(f"lines-{name.replace('/', '-')}", title, tuple(columns), tuple(rows))


def _shift_table(found: Required) -> Table:
    columns = (
        Column("group", "name", message("column.lines_of")),
        Column("hours", "hours", message("column.hours")),
        Column("break", "hours", message("requirement.break")),
        Column("lines", "count", message("requirement.people")),
    )
    rows = tuple(
        (name, shift.hours, shift.pause or None, shift.lines) for name, some in found.shifts.items() for shift in some
    )
    return Table("shifts", message("requirement.shifts"), columns, rows)


def _interval_table(found: Required) -> Table:
    """Every interval of every queue with a target: lines, calls, and how the target fares."""
    columns = (
        Column("scope", "name", message("requirement.queue")),
        Column("interval", "hours", message("requirement.when")),
        Column("needed", "count", message("requirement.needed")),
        Column("scheduled", "count", message("requirement.scheduled")),
        Column("offered", "number", message("requirement.offered")),
        Column("measure", "measure", message("requirement.measure"), filed=True),
        Column("value", "estimate", message("requirement.value")),
        Column("limit", "number", message("requirement.limit")),
        Column("verdict", "text", message("requirement.verdict")),
    )
    return Table("intervals", message("requirement.table"), columns, tuple(_interval_rows(found)), most=40)


def _interval_rows(found: Required) -> Iterator[tuple[Value, ...]]:
    judged = found.judged
    owner = _owners(found)
    for t, target in enumerate(judged.targets):
        for at in np.flatnonzero(np.isfinite(judged.value[t])).tolist():
            missed, surely = judged.missed[t, at], judged.surely_missed[t, at]
            verdict = "missed" if surely else "in doubt" if missed else "met"
            name = owner[t]
            lines = [int(grid[name][at]) if name in grid else None for grid in (found.need, found.scheduled)]
            yield (
                target.name,
                str(_when(at, found.interval).value),
                *lines,
                float(judged.offered[t, at]),
                target.of.name,
                judged.estimate(t, at),
                target.limit,
                Named(verdict, message(_VERDICTS[verdict])),
            )


def _owners(found: Required) -> list[str]:
    centre = found.plan.model.centre
    first = {queue.name: centre.groups[queue.routes[0].group].name for queue in centre.queues if queue.routes}
    channels = list(found.plan.channels)
    names = {channels[queue.channel]: queue.name for queue in reversed(centre.queues)}
    return [first.get(names.get(target.name, target.name), "") for target in found.judged.targets]
