"""The lines of a scenario by hours of the week, as a log tells them: lower bounds, with no upper end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.fit.hours import spans
from sim.fit.lines import Staffing
from sim.fit.pieces import Pieces, open_hours
from sim.fit.places import Place
from sim.fit.stated import Block, assumed_lines
from sim.units import format_weekday_set

Bools = NDArray[np.bool_]
#: Minutes of a call where the log does not say.
_MINUTES = 10.0


def lines_block(pieces: Pieces) -> Block:
    """Lines by hours of the week; the low ends are lower bounds over its days, and no upper end is known."""
    groups: Block = {}
    for staffing in pieces.staffing:
        places = [pieces.places[pieces.log.queues[queue]] for queue in staffing.queues]
        served = np.zeros((7, 24), dtype=bool)
        for queue in staffing.queues:
            served |= open_hours(pieces.stays, queue)
        shifts = _shifts(staffing, pieces, served)
        lines = {"shifts": shifts} if shifts else {"count": _unseen(pieces, staffing)}
        # Of the provinces of one channel, whoever has waited longest comes first.
        takes = {"takes": "longest wait"} if _provinces(places) else {}
        groups[_name(places, groups)] = {**lines, "serves": [place.queue for place in places], **takes}
    _serve_the_rest(pieces, groups)
    return groups


def _serve_the_rest(pieces: Pieces, groups: Block) -> None:
    """Provinces from which nobody came on a channel: the scenario has some who do, and the busiest lines serve them."""
    there = {place.queue for place in pieces.places.values()}
    for channel in {place.channel for place in pieces.places.values() if place.province}:
        calls = [float(np.isin(pieces.log.queue, staffing.queues).sum()) for staffing in pieces.staffing]
        serving = [any(q.split("/")[0] == channel for q in group["serves"]) for group in groups.values()]
        busiest = list(groups.values())[int(np.argmax(np.where(serving, calls, -1.0)))]
        missing = [q for name in pieces.provinces if (q := f"{channel}/{name}") not in there]
        if missing:
            busiest |= {"serves": [*busiest["serves"], *missing], "takes": "longest wait"}


def _provinces(places: Sequence[Place]) -> bool:
    """Whether several of these queues are provinces of one channel."""
    channels = [place.channel for place in places if place.province]
    return len(channels) > len(set(channels))


def _name(places: Sequence[Place], taken: Mapping[str, object]) -> str:
    """A group's name: the province or the channel where it serves one queue, else a number."""
    if len(places) > 1:
        return f"team {len(taken) + 1}"
    (place,) = places
    name = place.province or place.channel
    return f"{place.channel} {place.province}" if name in taken else name


def _unseen(pieces: Pieces, staffing: Staffing) -> Block | int:
    """Lines of which no conversation is known: none where nobody was answered, else as many as the load suggests."""
    log = pieces.stays
    mine = np.isin(log.queue, staffing.queues)
    if "outcomes" not in pieces.missing and not (log.of("answered") & mine).any():
        return 0
    by_hour = np.bincount(log.day[mine] * 24 + log.hour[mine], minlength=24 * log.days).reshape(log.days, 24)
    weekday = (log.start.weekday() + np.arange(log.days)) % 7
    busiest = max(float(by_hour[weekday == day].mean(axis=0).max()) for day in np.unique(weekday))
    mean = pieces.laws.handling.sample_mean.value
    minutes = mean / 60 if mean > 0 else _MINUTES
    return assumed_lines(busiest, minutes, f"{pieces.source} does not say; load of the busiest hour and its root")


def _shifts(staffing: Staffing, pieces: Pieces, served: Bools) -> Block:
    table = {(day, hour): lines for day, hour, lines in staffing.by_hour(pieces.log.start.weekday())}
    worth = {cell: (max(1, round(lines.value)), int(lines.low)) for cell, lines in table.items() if served[cell]}
    shifts: Block = {}
    for count, days, start, stop in _blocks(worth):
        low = min(count, *(worth[day, hour][1] for day in days for hour in range(start, stop)))
        source = f"{pieces.source}: conversations at once, a lower bound where nobody waited"
        block = {"value": count, "status": "derived", "source": source, "low": low}
        shifts[f"{_day_names(days)} {start}:00-{stop}:00"] = block
    return shifts


def _blocks(worth: Mapping[tuple[int, int], tuple[int, int]]) -> list[tuple[int, tuple[int, ...], int, int]]:
    """(lines, weekdays, from, to): stretches of equal numbers, those of several weekdays together."""
    together: dict[tuple[int, int, int], list[int]] = {}
    for day in range(7):
        for count in sorted({worth[cell][0] for cell in worth if cell[0] == day}):
            same = np.array([worth.get((day, hour), (0, 0))[0] == count for hour in range(24)])
            for start, stop in spans(same):
                together.setdefault((start, stop, count), []).append(day)
    return [(count, tuple(days), start, stop) for (start, stop, count), days in sorted(together.items())]


def _day_names(days: Sequence[int]) -> str:
    return format_weekday_set(tuple(days))
