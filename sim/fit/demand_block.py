"""The demand of a scenario: first contacts of a log by channel, province and hour, and who calls while it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.fit.arrivals import Arrivals
from sim.fit.campaign_block import campaign_block
from sim.fit.fitted import Fitted
from sim.fit.log import ABANDONED, BLOCKED, CLOSED, UNKNOWN
from sim.fit.pieces import LIKELY, Pieces, in_queue
from sim.fit.places import EVERYWHERE
from sim.fit.stated import Block, number, stated
from sim.units import WEEKDAYS

Bools = NDArray[np.bool_]
NOBODY = Fitted(0.0, 0.0, 0.0)


def demand_block(pieces: Pieces, inside: Bools) -> Block:
    """First contacts of the period, who they are and when they come; ``inside`` are the contacts that count."""
    arrivals, source = pieces.arrivals, pieces.source
    counts = {channel: _first(pieces, queues, inside) for channel, queues in pieces.channels.items()}
    calls = int(inside.sum())
    # Redials come back by themselves in a simulation, so that only first contacts are stated.
    again = 1 - sum(counts.values()) / max(calls, 1)
    note = f", less {100 * again:.1f} % that are redials" if again > 0.0005 else ""
    campaign = campaign_of(pieces, inside)
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
        "by_province": _by_province(pieces, inside),
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


def campaign_of(pieces: Pieces, inside: Bools) -> Block | None:
    """The campaign's block; its contacts are counted in calls that are likely to be first ones."""
    if pieces.surge is None:
        return None
    firsts = sum(_first(pieces, queues, inside) for queues in pieces.channels.values())
    told = float((inside & (pieces.redials.chance < LIKELY)).sum())
    return campaign_block(pieces.surge, pieces.source, scale=firsts / max(told, 1e-9))


def _by_province(pieces: Pieces, inside: Bools) -> Block:
    """Calls by province, over the channels that have a queue for each."""
    if pieces.provinces == (EVERYWHERE,):
        return {EVERYWHERE: "100 %"}
    of = {name: [q for q, place in pieces.places.items() if place.province == name] for name in pieces.provinces}
    counts = {name: number(_first(pieces, queues, inside)) for name, queues in of.items()}
    return {"value": counts, "status": "derived", "source": f"{pieces.source}: calls by province, less redials"}


def _first(pieces: Pieces, queues: Sequence[str], inside: Bools) -> float:
    """Calls of some queues that are no redials."""
    calls = float((inside & pieces.of(queues)).sum())
    if not calls and pieces.log.forwarded is not None:
        return 0.0  # a queue to which callers are only passed on
    return max(calls - pieces.redials.landed * _failures(pieces, queues), 0.01)


def _failures(pieces: Pieces, queues: Sequence[str]) -> float:
    """Calls of some queues after which people may redial: given up, busy, at a closed door."""
    log = pieces.log
    failed = (in_queue(log) | (log.outcome == CLOSED)) & np.isin(log.outcome, (ABANDONED, BLOCKED, CLOSED))
    return float((failed & pieces.of(queues)).sum())


def _outside(pieces: Pieces, inside: Bools) -> Block:
    shares: Block = {}
    for channel, queues in pieces.channels.items():
        met = pieces.of(queues) & (pieces.log.outcome == CLOSED)
        count = float(met.sum()) - pieces.redials.landed_closed * _failures(pieces, queues)
        if met.any() and count > 0:
            share = 100 * count / _first(pieces, queues, inside)
            source = f"{pieces.source}: {int(met.sum()):,} calls at a closed door, less redials"
            shares[channel] = {"value": f"{number(share)} %", "status": "derived", "source": source}
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


def groups_block(pieces: Pieces, inside: Bools) -> Block:
    """Shares of priorities by channel, the highest number first in line."""
    log, groups = pieces.log, {}
    for channel, queues in pieces.channels.items():
        mine = inside & pieces.of(queues)
        kinds, counts = np.unique(log.priority[mine if mine.any() else inside], return_counts=True)
        value: Any = {priority_name(int(kind)): int(count) for kind, count in zip(kinds, counts, strict=True)}
        source = f"{pieces.source}: calls by priority"
        groups[channel] = {"value": value, "status": "derived", "source": source}
    return groups
