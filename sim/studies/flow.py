"""What became of callers as a flow: called, waited, gave up, called again, reached or never reached, from counts.

Every call but one of each person leads to a further call, so bands add up: what flows into a place flows out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Flow as FlowChart
from sim.answers.answer import FlowBand, FlowPlace, message
from sim.results.result import Result
from sim.results.store import batch_size, parts_of
from sim.statistics.cells import CALLER_COLUMNS, CONTACT_COLUMNS
from sim.statistics.estimates import Estimate, Moments, Pairs, mean_of

#: Where things are: their column, from left to right, and their tone.
_PLACES = {
    "first": (0, "first"), "again_in": (0, "again"),
    "calls": (1, "calls"),
    "at_once": (2, "helped"), "waited": (2, "waited"), "blocked": (2, "blocked"), "balked": (2, "balked"),
    "closed": (2, "closed"),
    "gave_up": (3, "abandoned"), "sent_away": (3, "sent_away"),
    "answered": (4, "helped"), "unanswered": (4, "unhelped"),
    "reached": (5, "helped"), "pending": (5, "waited"), "again_out": (5, "again"), "never_open": (5, "unhelped"),
    "never_closed": (5, "closed"),
}  # fmt: skip
_NOTED = ("never_open", "never_closed")
_LASTING = {"reached": "helped", "answered": "helped", "never_open": "unhelped", "gave_up": "unhelped",
            "sent_away": "unhelped"}  # fmt: skip


def flow_chart(flow: Flow) -> FlowChart:
    """The flow as a chart."""
    places = tuple(
        FlowPlace(
            name, column, tone, flow.places[name], message(f"flow.{name}"),
            message(f"flow.{name}_note") if name in _NOTED else None,
        )
        for name, (column, tone) in _PLACES.items()
        if name in flow.places
    )  # fmt: skip
    bands = tuple(FlowBand(*band, _tone(*band), found) for band, found in flow.bands.items())
    caption = message("flow.caption_returns" if flow.returns else "flow.caption")
    return FlowChart(message("flow.title"), places, bands, "calls", caption, under=(3, "waited", "answered"))


def _tone(source: str, target: str) -> str:
    return _LASTING.get(target, "unhelped" if source in ("gave_up", "sent_away") else "passing")


@dataclass(frozen=True)
class Flow:
    """Means per period with their intervals: of each place, and of each band between two places."""

    places: Mapping[str, Estimate]
    bands: Mapping[tuple[str, str], Estimate]
    returns: bool


def flow_of(result: Result) -> Flow:
    """The flow of all callers and contacts of a run."""
    columns = (*CONTACT_COLUMNS, *CALLER_COLUMNS)
    counts = result.values(columns=columns)
    n = {name: counts[:, i] for i, name in enumerate(columns)}
    ends = ("answered", "called_back", "abandoned", "blocked", "balked", "sent_away", "closed", "unfinished")
    calls = sum((n[end] for end in ends), start=np.zeros(len(counts), dtype=np.int64))
    helped = n["answered"] + n["called_back"]
    unanswered = n["abandoned"] + n["blocked"] + n["balked"] + n["sent_away"] + n["closed"]
    waited = calls - n["blocked"] - n["balked"] - n["closed"]
    found = {
        ("first", "calls"): n["callers"],
        ("again_in", "calls"): calls - n["callers"],
        **{("calls", name): n[name] for name in ("blocked", "balked", "closed")},
        **{(name, "unanswered"): n[name] for name in ("blocked", "balked", "closed")},
        ("waited", "gave_up"): n["abandoned"],
        ("gave_up", "unanswered"): n["abandoned"],
        ("waited", "sent_away"): n["sent_away"],
        ("sent_away", "unanswered"): n["sent_away"],
        ("answered", "reached"): n["reached"],
        ("answered", "again_out"): helped - n["reached"],
        ("waited", "pending"): n["pending"],
        ("waited", "again_out"): n["unfinished"] - n["pending"],
        ("unanswered", "again_out"): unanswered - n["never_reached"],
        ("unanswered", "never_open"): n["never_reached"] - n["only_closed"],
        ("unanswered", "never_closed"): n["only_closed"],
    }
    bands = {band: _mean(values) for band, values in found.items()}
    at_once = _answered_at_once(result)
    bands["calls", "at_once"] = bands["at_once", "answered"] = at_once
    bands["calls", "waited"] = _less(_mean(waited), at_once)
    bands["waited", "answered"] = _less(_mean(helped), at_once)
    places = {
        "calls": _mean(calls),
        "waited": bands["calls", "waited"],
        "answered": _mean(helped),
        "unanswered": _mean(unanswered),
        "again_out": bands["again_in", "calls"],
    }
    for source, target in bands:
        # All others have one band in or out.
        places.setdefault(source, bands[source, target])
        places.setdefault(target, bands[source, target])
    return Flow(places, bands, bool((n["called_again"] + n["forwarded"]).any()))


def _mean(values: NDArray[np.int64]) -> Estimate:
    return mean_of(values.astype(float), kind="positive")


def _less(whole: Estimate, part: Estimate) -> Estimate:
    """What is left; at most as uncertain as both together."""
    return Estimate(whole.value - part.value, max(whole.low - part.high, 0.0), whole.high - part.low)


def _answered_at_once(result: Result) -> Estimate:
    """Contacts answered without any wait, per replication; counted in batches of replications of a long run."""
    counted = "sum(count * (outcome = 'answered' AND bin = 0)::INT)::BIGINT AS at_once"
    query = f"SELECT batch, {counted} FROM {{table}} GROUP BY batch"
    rows = result.store.read("waits", result.replications, query)
    starts = np.union1d(_batches(result.replications), rows["batch"])
    counts = np.zeros((len(starts), 2), dtype=np.int64)
    counts[np.searchsorted(starts, np.ma.getdata(rows["batch"])), 0] = np.ma.getdata(rows["at_once"])
    counts[:, 1] = np.diff([*starts, result.replications])
    pairs = Pairs(("at_once", "size"), (({"at_once": 1}, {"size": 1}),))
    return Moments.of(pairs, counts[:, None, :]).ratio(0, {"at_once": 1}, {"size": 1})


def _batches(replications: int) -> NDArray[np.int64]:
    """First replication of every batch in which waits are counted."""
    starts = [
        first + k
        for first, last in parts_of(replications)
        for k in range(0, last - first + 1, batch_size((first, last)))
    ]
    return np.array(starts, dtype=np.int64)
