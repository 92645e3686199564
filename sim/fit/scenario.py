"""A scenario file from a fitted log: every number with its interval, its status and the log that it comes from.

Each queue of the log becomes a channel of its own, so that each has its own law of handling and patience, and the lines
that were seen to serve several queues serve these channels. The file runs as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.fit.arrivals import Arrivals
from sim.fit.behaviour import handling_block, patience_block, redial_blocks
from sim.fit.campaign_block import campaign_block
from sim.fit.fitted import Fitted
from sim.fit.hours import hours_text, opening, spans
from sim.fit.laws import Laws
from sim.fit.lines import Staffing
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, UNKNOWN, Log
from sim.fit.redials import Redials
from sim.fit.stated import Block, number, stated
from sim.fit.surge import SurgeFit
from sim.quantities import WEEKDAYS, format_weekday_set
from sim.scenario.load import loads
from sim.scenario.model import Scenario
from sim.scenario.source import write_text

Bools = NDArray[np.bool_]
#: Queues are told apart by name; where people live the log does not say.
EVERYWHERE = "everywhere"
#: More likely than not a redial, and then no first contact.
LIKELY = 0.5
NOBODY = Fitted(0.0, 0.0, 0.0)
#: A day without any answer on which so many calls were to be expected was a holiday.
_HOLIDAY = 5.0


@dataclass(frozen=True)
class Pieces:
    """All that was fitted of a log and goes into its scenario."""

    log: Log
    arrivals: Arrivals
    surge: SurgeFit | None
    laws: Laws
    redials: Redials
    staffing: tuple[Staffing, ...]
    names: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", channel_names(self.log.queues))

    @property
    def source(self) -> str:
        """The log as sources name it."""
        return re.split(r"[/\\]", self.log.source)[-1] or "the log"


def scenario_of(pieces: Pieces, *, name: str) -> tuple[str, Scenario]:
    """The scenario of a log as YAML, and loaded."""
    text = write_text(document(pieces, name=name))
    return text, loads(text, name=name)


def document(pieces: Pieces, *, name: str) -> Block:
    """The scenario as plain data, in the order in which it is read."""
    log = pieces.log
    first, last = log.start, log.start + dt.timedelta(days=log.days - 1)
    inside = counted(log)
    channels = {pieces.names[laws.queue]: {"hours": _hours(pieces, laws.queue)} for laws in pieces.laws.queues}
    block: Block = {
        "name": name,
        "title": f"Fitted to {pieces.source}, {first} to {last}",
        "about": _about(pieces),
        "period": {"first": first.isoformat(), "last": last.isoformat()},
        "calendar": {"working_days": "mon-sun", "holidays": "none", "closed": _closed_days(log)},
        "channels": channels,
        "lines": lines_block(pieces),
        "demand": _demand(pieces, inside),
        "callers": {
            pieces.names[laws.queue]: {
                "patience": patience_block(laws.patience, pieces.source),
                **redial_blocks(pieces.redials, pieces.source),
            }
            for laws in pieces.laws.queues
        },
        "handling": {pieces.names[laws.queue]: handling_block(laws, pieces.source) for laws in pieces.laws.queues},
        "experiment": {"replications": 200},
    }
    if (campaign := _campaign(pieces, inside)) is not None:
        block["campaigns"] = [campaign]
    if pieces.redials.found:
        block["attempts"] = min(max(5, pieces.redials.longest), 50)
    if len(kinds := np.unique(log.priority)) > 1:
        block["priorities"] = [{"age": priority_name(int(kind))} for kind in kinds[:0:-1]]
        block["demand"]["ages"] = _groups(pieces, inside)
    return block


def channel_names(queues: Sequence[str]) -> dict[str, str]:
    """A channel's name for each queue: no slash, nothing empty, no two alike."""
    names: dict[str, str] = {}
    for queue in queues:
        plain = base = re.sub(r"\s*/\s*", "-", queue.strip()) or "queue"
        number = 2
        while plain in names.values():
            plain, number = f"{base} {number}", number + 1
        names[queue] = plain
    return names


def in_queue(log: Log) -> Bools:
    """Contacts that came to a queue: not those that hung up before, of whom a log with waits gives none."""
    left = log.outcome == ABANDONED
    waits_known = bool((log.wait[left] != UNKNOWN).any())
    came: Bools = (log.outcome != CLOSED) & ~(left & (log.wait == UNKNOWN) & waits_known)
    return came


def counted(log: Log) -> Bools:
    """Contacts that came to a queue within the opening hours of their queue, as the scenario has them."""
    inside = in_queue(log) & np.isin(log.outcome, (ANSWERED, ABANDONED, BLOCKED))
    for queue in range(len(log.queues)):
        mine = log.queue == queue
        inside[mine] &= open_hours(log, queue)[log.weekday[mine], log.hour[mine]]
    return inside


def open_hours(log: Log, queue: int) -> Bools:
    """Opening hours (7, 24) of a queue: those of its channel, as far as it was answered at all."""
    channels = np.unique(log.channel[log.queue == queue])
    mine = (log.outcome == ANSWERED) & np.isin(log.channel, channels)
    if not mine.any():
        mine = np.isin(log.channel, channels) & (log.outcome != CLOSED)
    return opening(log.weekday[mine], log.hour[mine])


def lines_block(pieces: Pieces) -> Block:
    """Lines by hours of the week; the low ends are lower bounds over its days, and no upper end is known."""
    groups: Block = {}
    for staffing in pieces.staffing:
        serves = [pieces.names[pieces.log.queues[queue]] for queue in staffing.queues]
        served = np.zeros((7, 24), dtype=bool)
        for queue in staffing.queues:
            served |= open_hours(pieces.log, queue)
        shifts = _shifts(staffing, pieces, served)
        name = serves[0] if len(serves) == 1 else f"team {len(groups) + 1}"
        groups[name] = {**({"shifts": shifts} if shifts else {"count": _unseen(pieces, staffing)}), "serves": serves}
    return groups


def _unseen(pieces: Pieces, staffing: Staffing) -> Block | int:
    """Lines of which no conversation is known: none where nobody was answered, else one, for want of knowledge."""
    log = pieces.log
    if not (log.of("answered") & np.isin(log.queue, staffing.queues)).any():
        return 0
    source = f"{pieces.source} does not say how long calls took, so nothing of how many lines there were"
    return {"value": 1, "status": "assumed", "source": source, "low": 1, "high": 10}


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


def _hours(pieces: Pieces, queue: str) -> Block | str:
    text = hours_text(open_hours(pieces.log, pieces.log.queues.index(queue)))
    if not text:
        return "always"
    return {"value": text, "status": "derived", "source": f"{pieces.source}: hours in which calls were answered"}


def _closed_days(log: Log) -> list[str]:
    """Days without any answer on which many calls were to be expected."""
    answered = np.bincount(log.day[log.outcome == ANSWERED], minlength=log.days)
    weekday = (log.start.weekday() + np.arange(log.days)) % 7
    closed = []
    for day in np.flatnonzero(answered == 0):
        alike = answered[(weekday == weekday[day]) & (answered > 0)]
        if len(alike) and alike.mean() >= _HOLIDAY:
            closed.append((log.start + dt.timedelta(days=int(day))).isoformat())
    return closed


def _demand(pieces: Pieces, inside: Bools) -> Block:
    arrivals, source = pieces.arrivals, pieces.source
    counts = {pieces.names[laws.queue]: _first(pieces, laws.queue, inside) for laws in pieces.laws.queues}
    calls = int(inside.sum())
    # Redials come back by themselves in a simulation, so that only first contacts are stated.
    again = 1 - sum(counts.values()) / max(calls, 1)
    note = f", less {100 * again:.1f} % that are redials" if again > 0.0005 else ""
    campaign = _campaign(pieces, inside)
    extra = campaign["extra"]["value"] if campaign is not None else 0.0
    contacts = arrivals.contacts.scaled((sum(counts.values()) - extra) / max(arrivals.contacts.value, 1e-9), "")
    busyness = pieces.surge.busyness if pieces.surge is not None else arrivals.busyness
    block: Block = {
        "contacts": stated(contacts, f"{source}: {calls:,} calls while open{note}", most=1e7),
        "per": "period",
        "by_channel": {
            "value": {name: number(count) for name, count in counts.items()},
            "status": "derived",
            "source": f"{source}: calls by queue, less redials",
        },
        "by_province": {EVERYWHERE: "100 %"},
        "weekdays": {
            WEEKDAYS[day]: stated(weight, f"{source}: rate by weekday", most=1e6) if weight.known else 0
            for day, weight in enumerate(arrivals.weekdays)
        },
        "hours": _profile(arrivals, source),
        "busyness": stated(busyness, f"{source}: days vary beyond chance", most=10.0),
    }
    closed = _outside(pieces, inside)
    if closed:
        block["outside_hours"] = closed
    return block


def _campaign(pieces: Pieces, inside: Bools) -> Block | None:
    """The campaign's block; its contacts are counted in calls that are likely to be first ones."""
    if pieces.surge is None:
        return None
    firsts = sum(_first(pieces, laws.queue, inside) for laws in pieces.laws.queues)
    told = float((inside & (pieces.redials.chance < LIKELY)).sum())
    return campaign_block(pieces.surge, pieces.source, scale=firsts / max(told, 1e-9))


def _first(pieces: Pieces, queue: str, inside: Bools) -> float:
    """Calls of a queue that are no redials."""
    log = pieces.log
    mine = inside & (log.queue == log.queues.index(queue))
    return max(float(mine.sum()) - pieces.redials.landed * _failures(log, queue), 0.01)


def _failures(log: Log, queue: str) -> float:
    """Calls of a queue after which people may redial: given up, busy, at a closed door."""
    failed = (in_queue(log) | (log.outcome == CLOSED)) & np.isin(log.outcome, (ABANDONED, BLOCKED, CLOSED))
    return float((failed & (log.queue == log.queues.index(queue))).sum())


def _outside(pieces: Pieces, inside: Bools) -> Block:
    log, shares = pieces.log, {}
    for laws in pieces.laws.queues:
        mine = log.queue == log.queues.index(laws.queue)
        met = mine & (log.outcome == CLOSED)
        count = float(met.sum()) - pieces.redials.landed_closed * _failures(log, laws.queue)
        if met.any() and count > 0:
            share = 100 * count / _first(pieces, laws.queue, inside)
            source = f"{pieces.source}: {int(met.sum()):,} calls at a closed door, less redials"
            shares[pieces.names[laws.queue]] = {"value": f"{number(share)} %", "status": "derived", "source": source}
    return shares


def _profile(arrivals: Arrivals, source: str) -> Block:
    def weights(values: list[float]) -> Block:
        return {str(hour): number(max(value, 0.0)) for hour, value in enumerate(values)}

    hours = [hour if hour.known else NOBODY for hour in arrivals.hours]
    block: Block = {"value": weights([hour.value for hour in hours]), "status": "derived"}
    block["source"] = f"{source}: calls by hour of the day"
    low, high = [hour.low for hour in hours], [hour.high for hour in hours]
    if np.isfinite(low).all() and np.isfinite(high).all() and max(low) > 0:
        block |= {"low": weights(low), "high": weights(high)}
    return block


def priority_name(kind: int) -> str:
    """The name under which a priority goes: an age group, since these have shares by channel."""
    return f"priority {kind}" if kind != UNKNOWN else "no priority"


def _groups(pieces: Pieces, inside: Bools) -> Block:
    """Shares of priorities by channel, the highest number first in line."""
    log, groups = pieces.log, {}
    for laws in pieces.laws.queues:
        mine = inside & (log.queue == log.queues.index(laws.queue))
        kinds, counts = np.unique(log.priority[mine if mine.any() else inside], return_counts=True)
        value: Any = {priority_name(int(kind)): int(count) for kind, count in zip(kinds, counts, strict=True)}
        source = f"{pieces.source}: calls by priority"
        groups[pieces.names[laws.queue]] = {"value": value, "status": "derived", "source": source}
    return groups


def _about(pieces: Pieces) -> str:
    log = pieces.log
    said = [
        f"Fitted to {pieces.source}: {len(log):,} calls, {len(log.dropped):,} of {log.rows:,} rows left out.",
        "Each number has the 95 % interval of its own fit; what the log does not tell is marked assumed.",
        "Lines are a lower bound wherever nobody waited: a log shows who talked, not who was ready to.",
    ]
    if pieces.redials.found:
        said.append(
            f"Redials are fitted to {pieces.redials.known:,} calls of known callers; "
            f"{pieces.redials.unknown:,} calls of unknown ones are left out of that."
        )
    return " ".join(said)
