"""What stays the same while replications are counted: cells, thresholds, hours and duty, as machine code reads them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.cells import AT, Layout
from sim.centre import UNANSWERED, Centre, Group
from sim.clock import Calendar
from sim.contact_values import Promises, working_day_ends
from sim.contacts import Contacts, Outcome
from sim.measures import channel_of, doors, edges_of, queue_of, slices_of, until_of
from sim.timelines import line_time, shifts_of
from sim.world import World

Whole = NDArray[np.int64]
#: Place among the numbers of how many causes, topics and age groups there are.
_MARKS = 8
#: Columns of duty that no luck changes where nobody is absent.
_DUTY = ("staffed", "on_duty")


@dataclass(frozen=True)
class Plan:
    """The arrays that ``compiled.cells.add_up`` takes.

    ``leaves`` are all of their slices; ``fixed`` (columns, cells) of what is the same in every replication, by day and
    hour; ``periods`` cells of whole periods. ``numbers`` and ``tables`` are lists of arrays of one and two dimensions
    (see ``of``), ``shifts`` (m, 4) start, stop, line and day; ``on_duty`` (G, hours) of groups that are never absent.
    """

    leaves: int
    fixed: Whole
    periods: Whole
    numbers: tuple[Whole, ...]
    tables: tuple[Whole, ...]
    shifts: Whole
    on_duty: Whole
    groups: tuple[Group, ...]

    @classmethod
    @lru_cache(maxsize=64)  # as many plans as a study looks at in turn
    def of(cls, layout: Layout, centre: Centre, calendar: Calendar, promises: Promises) -> Plan:
        """The plan of a centre."""
        edges = [np.array([edge for span in rules.open for edge in span]) for rules in centre.channels]
        shifts = [
            [
                (min(start, until), min(stop, until), line, day)
                for line, until in enumerate(until_of(group, centre).tolist())
                for start, stop, day in group.schedule()[line]
            ]
            for group in centre.groups
        ]
        routes = [[route.group for route in queue.routes] for queue in centre.queues]
        size = {scope.kind: len(scope.names) for scope in layout.scopes}
        firsts = [layout.first(kind) for kind in ("all", "channel", "queue", "province", "lines", "cause")]
        persons = [layout.days, centre.attempts, promises.short_abandon, len(centre.provinces)]
        on_duty, fixed = _fixed(layout, centre)
        numbers = (
            [*firsts, layout.slices, layout.days, len(centre.queues), centre.hours],
            persons,
            channel_of(centre),
            queue_of(centre).ravel(),
            np.concatenate(edges),
            np.cumsum([0, *map(len, edges)]),
            [days >= 0 for days in promises.working_days],
            [habits.forward for habits in centre.habits],
            [size["cause"], size["topic"], size["age"]],
            np.cumsum([0, *map(len, shifts)]),
            [group for groups in routes for group in groups],
            np.cumsum([0, *map(len, routes)]),
            fixed.any(axis=0),
            *slices_of(centre),
            [centre.until(queue.channel) for queue in centre.queues],
            np.concatenate([until_of(group, centre) for group in centre.groups]),
            np.cumsum([0, *(len(group.shifts) for group in centre.groups)]),
        )
        tables = (
            np.array(
                [_bounds(calendar, layout.days, *of) for of in zip(promises.within, promises.working_days, strict=True)]
            ),
            _redials(centre),
            np.array([(len(group.shifts), group.absent, 0, _alone(group, centre)) for group in centre.groups]),
        )
        return cls(
            len(centre.channels) * len(centre.provinces) * (layout.slices - 1),
            np.ascontiguousarray(fixed.T),
            layout.periods(),
            tuple(np.array(part, dtype=np.int64) for part in numbers),
            tuple(
                np.array(part, dtype=np.int64).reshape(-1, width)
                for part, width in zip(tables, (layout.days, len(Outcome), 4), strict=True)
            ),
            np.array([row for rows in shifts for row in rows], dtype=np.int64).reshape(-1, 4),
            on_duty,
            centre.groups,
        )

    @cached_property
    def marked(self) -> bool:
        """Whether there are several causes, topics or age groups."""
        return bool(np.prod(self.numbers[_MARKS]) > 1)

    def absent_as(self, world: World) -> Whole:
        """Number of each group in the absences of a world, 0 where it does not matter."""
        return np.array([world.groups.index(g.name) if g.absent else 0 for g in self.groups], dtype=np.int64)


def _bounds(calendar: Calendar, some: int, within: int, days: int) -> Whole:
    """By day of the contact the end of the promised working day, or the longest wait that is within the promise."""
    return working_day_ends(calendar, days, some) if days >= 0 else np.full(some, max(within, 0))


def _redials(centre: Centre) -> Whole:
    """Thresholds to try again by channel and outcome."""
    thresholds = np.zeros((len(centre.channels), len(Outcome)), dtype=np.int64)
    thresholds[:, list(UNANSWERED)] = [habits.redial for habits in centre.habits]
    thresholds[:, Outcome.SILENT] = thresholds[:, Outcome.ABANDONED]
    return thresholds


def _alone(group: Group, centre: Centre) -> bool:
    """Whether a group is one line, always there when it should be, that has one thing in hand at a time."""
    if len(group.shifts) != 1 or group.at_once != 1 or group.absent or any(q.interruptible for q in centre.queues):
        return False
    shifts = sorted(group.shifts[0])
    return all(stop <= start for (_, stop), (start, _) in pairwise(shifts))


def _fixed(layout: Layout, centre: Centre) -> tuple[Whole, Whole]:
    """Time on duty by hour of groups that are never absent, and cells with that and with opening hours."""
    cells, edges = doors(layout, centre).copy(), edges_of(centre)
    on_duty = np.zeros((len(centre.groups), len(edges) - 1), dtype=np.int64)
    for number, group in enumerate(centre.groups):
        if not group.absent:
            found = line_time(shifts_of(group), Contacts.from_rows([]), number, edges, until_of(group, centre))
            on_duty[number] = found["on_duty"]
            for name in _DUTY:
                _add_hours(cells, layout, centre, ("lines", number), AT[name], found[name])
    for number, queue in enumerate(centre.queues):
        routes = [route.group for route in queue.routes]
        if not any(centre.groups[group].absent for group in routes):
            served = on_duty[routes].max(axis=0, initial=0)
            _add_hours(cells, layout, centre, ("queue", number), AT["on_duty"], served)
    return on_duty, cells


def _add_hours(cells: Whole, layout: Layout, centre: Centre, whose: tuple[str, int], column: int, hours: Whole) -> None:
    day, hour = slices_of(centre)
    start = layout.first(whose[0]) + whose[1] * layout.slices
    for at in (start + 1 + day, start + 1 + layout.days + hour):
        np.add.at(cells[:, column], at, hours)
