"""The log's own callers through the log's own lines, simulated and held against the log.

Who called when and how long each answered conversation took is taken from the log, and so are the lines, day by day.
Only patience is drawn, and how long those talk who were not answered. What still differs is a misfit of the lines (who
was ready, which a log does not say), of the law of patience, or of the rules by which calls and lines meet.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.engines import simulate_block
from sim.engines.draw import draw_block
from sim.fit.checks import Check
from sim.fit.compared import Calls, compare
from sim.fit.demand_block import priority_name
from sim.fit.lines import Staffing
from sim.fit.log import ANSWERED, NOT_SAID, UNKNOWN, Log
from sim.fit.pieces import Pieces, counted
from sim.fit.scenario import document
from sim.fit.stated import Block
from sim.model.clock import SECOND
from sim.scenario.scenario import Scenario
from sim.studies.engine import AUTO, chosen
from sim.units import WEEKDAYS

#: Contacts simulated in all: few replications of a long log, many of a short one.
_CONTACTS = 60_000
_REPLICATIONS = (8, 60)
#: Queues with fewer calls are not compared one by one.
LEAST = 300
_SEED = 1712
#: A queue of the scenario in which the log has nobody: its province calls on other channels.
_NO_QUEUE = -1


@dataclass(frozen=True)
class Replay:
    """Calls of the log beside simulated ones, and the checks of both; ``name`` says what was simulated."""

    name: str
    logged: Calls
    simulated: tuple[Calls, ...]
    checks: tuple[Check, ...]


def trace_test(pieces: Pieces) -> Replay | None:
    """The log replayed through its own lines; None where nobody was answered with a known wait."""
    log = _compared(pieces)
    if not ((log.outcome == ANSWERED) & (log.wait != UNKNOWN)).any():
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.csv"
        own = counted(pieces.log) & (pieces.log.outcome != NOT_SAID)
        file.write_text(trace_csv(pieces.log.picked(own), pieces), encoding="utf-8")
        return _simulated("trace", Scenario.model_validate(_replayed(pieces, file)), log, pieces)


def scenario_test(pieces: Pieces, scenario: Scenario) -> Replay | None:
    """The fitted scenario itself, with callers that are drawn, beside the log."""
    log = _compared(pieces)
    if not ((log.outcome == ANSWERED) & (log.wait != UNKNOWN)).any():
        return None
    return _simulated("scenario", scenario, log, pieces)


def _compared(pieces: Pieces) -> Log:
    """Contacts while open of which the log says what became of them."""
    return pieces.stays.picked(counted(pieces.stays) & (pieces.stays.outcome != NOT_SAID))


def _simulated(name: str, scenario: Scenario, log: Log, pieces: Pieces) -> Replay:
    replications = int(np.clip(_CONTACTS // max(len(log), 1), *_REPLICATIONS))
    engine = chosen(AUTO)
    inputs, centre = scenario.model.inputs, scenario.model.centre
    number = {place.queue: log.queues.index(queue) for queue, place in pieces.places.items()}
    queues = np.array([number.get(queue.name, _NO_QUEUE) for queue in centre.queues], dtype=np.int64)
    simulated: list[Calls] = []
    for one in range(replications):
        worlds = draw_block(inputs, seed=_SEED, replications=range(one, one + 1))
        tables = simulate_block(worlds, centre, engine=engine)
        simulated += [Calls.simulated(contacts, queues, centre.clock) for contacts in tables]
    logged = Calls.logged(log)
    checks = compare(name, logged, simulated, log.queues, LEAST)
    return Replay(name, logged, tuple(simulated), tuple(checks))


def trace_csv(log: Log, pieces: Pieces) -> str:
    """The calls of a log as a scenario's ``trace`` reads them."""
    buffer = StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    several = len(np.unique(pieces.log.priority)) > 1
    table.writerow(["channel", "province", "arrival", "handling_s", *(["age"] if several else [])])
    start = dt.datetime.combine(log.start, dt.time())
    places = [pieces.places[queue] for queue in log.queues]
    answered, some = log.outcome == ANSWERED, bool((log.handling != UNKNOWN).any())
    for row in range(len(log)):
        moment = start + dt.timedelta(milliseconds=int(log.arrival[row]))
        # Conversations of unknown length were not counted for the lines either, so they take none here.
        seconds = max(int(log.handling[row]), 0) / SECOND
        handling = f"{seconds:.3f}" if answered[row] and some else ""
        place = places[log.queue[row]]
        more = [priority_name(int(log.priority[row]))] if several else []
        table.writerow([place.channel, place.province or pieces.provinces[0], moment.isoformat(" "), handling, *more])
    return buffer.getvalue()


def _replayed(pieces: Pieces, file: Path) -> Block:
    """The scenario with the log's calls, its lines day by day, and nobody who calls again on top."""
    block = document(pieces, name="trace")
    block["trace"] = {"file": str(file), "repeats": "keep"}
    block["attempts"] = 1
    for callers in block["callers"].values():
        callers.pop("redial", None)
        callers.pop("redial_delay", None)
    block.pop("campaigns", None)
    for (name, group), staffing in zip(block["lines"].items(), pieces.staffing, strict=True):
        extra = list(_by_date(staffing, pieces.log.start))
        kept = {key: group[key] for key in ("serves", "takes") if key in group}
        block["lines"][name] = {"count": 0, **kept, **({"extra": extra} if extra else {})}
    return block


def _by_date(staffing: Staffing, first: dt.date) -> Iterator[Block]:
    """Lines of each day and stretch of hours with as many."""
    for number, day in enumerate(staffing.lines):
        date = (first + dt.timedelta(days=number)).isoformat()
        weekday = WEEKDAYS[(first.weekday() + number) % 7]
        edges = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), len(day)]
        for start, stop in pairwise(edges):
            if day[start]:
                hours = f"{weekday} {_clock(start)}-{_clock(stop)}"
                yield {"count": int(day[start]), "hours": hours, "first": date, "last": date}


def _clock(quarter: int) -> str:
    return f"{quarter // 4}:{quarter % 4 * 15:02d}"
