"""The busiest day of one replication, line by line and contact by contact: what pictures of a day are drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Day, DayContact, DutyLine, Term, message
from sim.engines.draw import absences_of
from sim.model.clock import DAY, HOUR
from sim.results.result import Result
from sim.statistics.timelines import duty_of

#: A line: the name of its group and its number.
Line = tuple[str, int]


def busiest_day(result: Result) -> Day:
    """The day of replication 0 on which most contacts came while open; ResultsError where no contacts were kept."""
    calendar, store = result.scenario.model.calendar, result.store
    often = "SELECT dialled::DATE AS date FROM {table} WHERE replication = 0 AND outcome <> 'closed' GROUP BY 1 "
    dates = store.read("contacts", result.replications, often + "ORDER BY count(*) DESC, 1 LIMIT 1")["date"]
    date = calendar.first if not len(dates) else dates[0].astype("datetime64[D]").item()
    # With those of the days around it, which may be in hand together with some of that day.
    query = (
        "SELECT * FROM {table} WHERE replication = 0 AND dialled < ?::DATE + 2 "
        "AND dialled + to_milliseconds(wait_ms + handling_ms) >= ?::DATE - 1 ORDER BY caller, attempt"
    )
    found = store.read("contacts", result.replications, query, [date, date])
    columns = {name: np.ma.getdata(column) for name, column in found.items()}
    shown = (columns["dialled"] - np.datetime64(calendar.first)).astype("timedelta64[ms]").astype(np.int64)
    start = calendar.clock.instant(shown)  # in the hour that occurs twice, as if all had been in the first
    day = (date - calendar.first).days
    duty, at = _duty_on(result, day), calendar.date(day)
    starts = [first for spans in duty.values() for first, _ in spans]
    stops = [last for spans in duty.values() for _, last in spans]
    return Day(
        title=message("report.day", date=Term("long day", at.isoformat())),
        date=at.isoformat(),
        # From an hour before the first line comes on duty to two hours after the last one leaves.
        opens=int(max(0, min(starts, default=9 * HOUR) - HOUR) // HOUR),
        shuts=int(min(24, max(stops, default=17 * HOUR) // HOUR + 2)),
        lines=tuple(DutyLine(group, number, spans) for (group, number), spans in duty.items()),
        contacts=_contacts_on(result, columns, start, day, list(duty)),
        caption=message("report.day_caption"),
    )


def _contacts_on(
    result: Result, columns: dict[str, Any], start: NDArray[np.int64], day: int, lines: list[Line]
) -> tuple[DayContact, ...]:
    centre, begins, clock = result.scenario.model.centre, day * DAY, result.scenario.model.calendar.clock
    left = start + columns["wait_ms"]
    released, lanes = left + columns["handling_ms"], _lanes(columns, start)
    shown = [clock.at(times) - begins for times in (start, left, released)]
    own = {queue.name: centre.groups[queue.routes[0].group].name for queue in centre.queues if queue.routes}
    numbers = {line: number for number, line in enumerate(lines)}
    found = []
    for i in np.flatnonzero((shown[0] < DAY) & (shown[2] >= 0)).tolist():
        group, queue = str(columns["line_group"][i]), str(columns["queue"][i])
        if not group and queue not in own:
            continue
        line = (group, int(columns["line"][i])) if group else (own[queue], 0)
        dialled, gone, over = (int(times[i]) for times in shown)
        if line in numbers:
            outcome, lane = str(columns["outcome"][i]), lanes[i] if group else 0
            found.append(DayContact(numbers[line], queue, outcome, dialled, gone, over, lane))
    return tuple(sorted(found, key=lambda contact: contact.dialled))


def _duty_on(result: Result, day: int) -> dict[Line, tuple[tuple[int, int], ...]]:
    """Every line with its stretches of duty on that day; lines that are absent have none."""
    clock, begins = result.scenario.model.calendar.clock, day * DAY
    inputs = result.scenario.model.inputs
    absence, groups = absences_of(inputs, result.seed, np.array([0]))[0], [name for name, _ in inputs.lines]
    duty: dict[Line, tuple[tuple[int, int], ...]] = {}
    for group in result.scenario.model.centre.groups:
        spans: dict[int, list[tuple[int, int]]] = {line: [] for line in range(max(len(group.shifts), 1))}
        for line, start, stop, _ in duty_of(absence, groups, group).tolist():
            comes, leaves = clock.at(start) - begins, clock.at(stop) - begins
            if comes < DAY and leaves > 0:
                spans[line].append((max(comes, 0), min(leaves, DAY)))
        duty |= {(group.name, line): tuple(found) for line, found in spans.items() if found or line == 0}
    return duty


def _lanes(columns: dict[str, Any], start: NDArray[np.int64]) -> list[int]:
    """For each contact the lowest place at its line that no other contact in hand has."""
    taken: dict[Line, list[tuple[int, int]]] = {}
    lanes = [0] * len(start)
    left = start + columns["wait_ms"]
    for i in np.lexsort((start, left)).tolist():
        line = (str(columns["line_group"][i]), int(columns["line"][i]))
        here = [(end, lane) for end, lane in taken.get(line, []) if end > left[i]]
        lanes[i] = min(set(range(len(here) + 1)) - {lane for _, lane in here})
        taken[line] = [*here, (int(left[i] + columns["handling_ms"][i]), lanes[i])]
    return lanes
