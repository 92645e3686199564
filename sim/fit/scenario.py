"""A scenario file from a fitted log: every number with its interval, its status and the log that it comes from.

Each queue of the log becomes a channel of its own, so that each has its own law of handling and patience; where the log
has provinces, its channels are kept and each province has a queue. Lines that were seen to serve several queues serve
these. The file runs as it is.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from sim.fit.behaviour import forwarded_block, handling_block, patience_block, redial_blocks
from sim.fit.demand_block import campaign_of, demand_block, groups_block, priority_name
from sim.fit.hours import hours_text
from sim.fit.lines_block import lines_block
from sim.fit.log import ANSWERED, Log
from sim.fit.pieces import Pieces, counted, open_hours
from sim.fit.stated import Block
from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.scenario.source import write_text
from sim.scenario.zones import DEFAULT_ZONE

#: A day without any answer on which so many calls were to be expected was a holiday.
_HOLIDAY = 5.0
_NAMES = {
    "outcomes": "outcomes", "waits": "waits", "handling": "handling times", "lines": "lines", "patience": "patience",
}  # fmt: skip


def scenario_of(pieces: Pieces, *, name: str) -> tuple[str, Scenario]:
    """The scenario of a log as YAML, and loaded."""
    text = write_text(document(pieces, name=name))
    return text, loads(text, name=name)


def document(pieces: Pieces, *, name: str) -> Block:
    """The scenario as plain data, in the order in which it is read."""
    log = pieces.log
    first, last = log.start, log.start + dt.timedelta(days=log.days - 1)
    inside = counted(log)
    channels = {channel: pieces.laws_of(channel) for channel in pieces.channels}
    block: Block = {
        "name": name,
        "title": f"Fitted to {pieces.source}, {first} to {last}",
        "about": _about(pieces),
        "period": {"first": first.isoformat(), "last": last.isoformat(), **zone_block(pieces.zone)},
        "calendar": {"working_days": "mon-sun", "holidays": "none", "closed": _closed_days(log)},
        "channels": {channel: _channel(pieces, channel) for channel in channels},
        "lines": lines_block(pieces),
        "demand": demand_block(pieces, inside),
        "callers": {
            channel: {
                "patience": patience_block(laws.patience, pieces.source),
                **redial_blocks(pieces.redials, pieces.source),
                **forwarded_block(pieces, channel),
            }
            for channel, laws in channels.items()
        },
        "handling": {channel: handling_block(laws, pieces.source) for channel, laws in channels.items()},
        "experiment": {"replications": 200},
    }
    if (campaign := campaign_of(pieces, inside)) is not None:
        block["campaigns"] = [campaign]
    if pieces.redials.found:
        block["attempts"] = min(max(5, pieces.redials.longest), 50)
    if len(kinds := np.unique(log.priority)) > 1:
        block["priorities"] = [{"age": priority_name(int(kind))} for kind in kinds[:0:-1]]
        block["demand"]["ages"] = groups_block(pieces, inside)
    return block


def zone_block(zone: str) -> Block:
    """The time zone, where a scenario without holidays would have another."""
    return {} if zone == DEFAULT_ZONE else {"zone": zone}


def _channel(pieces: Pieces, channel: str) -> Block:
    queues = pieces.channels[channel]
    split = {"queue": "per province"} if pieces.places[queues[0]].province else {}
    return {"hours": _hours(pieces, queues[0]), **split}


def _hours(pieces: Pieces, queue: str) -> Block | str:
    text = hours_text(open_hours(pieces.stays, pieces.log.queues.index(queue)))
    if not text:
        return "always"
    when = "callers came" if "outcomes" in pieces.missing else "calls were answered"
    return {"value": text, "status": "derived", "source": f"{pieces.source}: hours in which {when}"}


def _closed_days(log: Log) -> list[str]:
    """Days without any answer on which many calls were to be expected; without any call where no outcome is known."""
    seen = log.outcome == ANSWERED
    answered = np.bincount(log.day[seen] if seen.any() else log.day, minlength=log.days)
    weekday = (log.start.weekday() + np.arange(log.days)) % 7
    closed = []
    for day in np.flatnonzero(answered == 0):
        alike = answered[(weekday == weekday[day]) & (answered > 0)]
        if len(alike) and alike.mean() >= _HOLIDAY:
            closed.append((log.start + dt.timedelta(days=int(day))).isoformat())
    return closed


def _about(pieces: Pieces) -> str:
    log = pieces.log
    said = [
        f"Fitted to {pieces.source}: {len(log):,} calls, {len(log.dropped):,} of {log.rows:,} rows left out.",
        "Each number has the 95 % interval of its own fit; what the log does not tell is marked assumed.",
        "Lines are a lower bound wherever nobody waited: a log shows who talked, not who was ready to.",
    ]
    if pieces.missing:
        names = ", ".join(_NAMES[what] for what in pieces.missing)
        said.append(f"Not in the file, and assumed here until you fill them in: {names}.")
    if pieces.redials.found:
        said.append(
            f"Redials are fitted to {pieces.redials.known:,} calls of known callers; "
            f"{pieces.redials.unknown:,} calls of unknown ones are left out of that."
        )
    return " ".join(said)
