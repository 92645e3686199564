"""What became of callers as a flow: called, waited, gave up, called again, reached or never reached, from counts.

Every call but one of each person leads to a further call, so bands add up: what flows into a place flows out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.answers.svg import drawing, fill_of, hint, ribbon, tag, text
from sim.language import Language
from sim.language.shown import plain
from sim.results.result import Result
from sim.results.store import batch_size, parts_of
from sim.statistics.cells import CALLER_COLUMNS, CONTACT_COLUMNS
from sim.statistics.estimates import Estimate, Moments, Pairs, mean_of

#: Where things are: their column, from left to right, and their fill.
_PLACES = {
    "first": (0, "#56B4E9"),
    "again_in": (0, "#BBBBBB"),
    "calls": (1, "#666666"),
    "at_once": (2, "#0072B2"),
    "waited": (2, "#999999"),
    "blocked": (2, "blocked"),
    "balked": (2, "balked"),
    "closed": (2, "closed"),
    "gave_up": (3, "abandoned"),
    "sent_away": (3, "sent_away"),
    "answered": (4, "#0072B2"),
    "unanswered": (4, "#D55E00"),
    "reached": (5, "#0072B2"),
    "pending": (5, "#999999"),
    "again_out": (5, "#BBBBBB"),
    "never_open": (5, "#D55E00"),
    "never_closed": (5, "closed"),
}
_WIDTH, _TALL, _GAP, _THICK = 1000.0, 330.0, 26.0, 14.0
_X = (8.0, 160.0, 308.0, 486.0, 642.0, 796.0)
#: Less than this of all calls is not drawn.
_LEAST = 0.0005


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


def named(place: str, say: Language) -> list[str]:
    """The name of a place, and what tells it apart from another of that name."""
    return [say(f"flow.{place}"), *([say(f"flow.{place}_note")] if place in ("never_open", "never_closed") else [])]


def draw_flow(flow: Flow, say: Language) -> str:
    """The flow from left to right; the height of a band is how many calls or people it stands for."""
    most = flow.places["calls"].value
    if not most:
        return ""
    shown = [name for name in _PLACES if name in flow.places and flow.places[name].value > _LEAST * most]
    scale = _TALL / most
    tops = _tops(flow, shown, scale)
    parts = list(_bands(flow, tops, scale, say))
    for name in shown:
        parts += _place(name, tops[name], flow.places[name], scale, say)
    height = max(tops[name] + flow.places[name].value * scale for name in shown) + 20
    return drawing(_WIDTH, height, *parts, title=say("flow.title"), kind="wide")


def _tops(flow: Flow, names: list[str], scale: float) -> dict[str, float]:
    """Upper end of each place, so that places of a column stand below each other with room for their words."""
    tops: dict[str, float] = {}
    for column in range(len(_X)):
        y = 40.0
        if column == _PLACES["gave_up"][0] and "waited" in tops:
            # Below the band of those who waited and were answered.
            y = tops["waited"] + flow.bands["waited", "answered"].value * scale + 44
        for name in (name for name in names if _PLACES[name][0] == column):
            tops[name] = y
            y += max(flow.places[name].value * scale, 8.0) + _GAP + 14
    return tops


def _bands(flow: Flow, tops: dict[str, float], scale: float, say: Language) -> Iterator[str]:
    """Every band between two places; at each place they leave and enter in the order of where they go and come from."""
    thick = {band: found.value * scale for band, found in flow.bands.items() if found.value > 0}
    thick = {(source, target): t for (source, target), t in thick.items() if source in tops and target in tops}
    start, end = dict(tops), dict(tops)
    leaves, enters = {}, {}
    for source, target in sorted(thick, key=lambda band: (tops[band[1]], _PLACES[band[1]][0])):
        leaves[source, target] = start[source]
        start[source] += thick[source, target]
    for source, target in sorted(thick, key=lambda band: (tops[band[0]], _PLACES[band[0]][0])):
        enters[source, target] = end[target]
        end[target] += thick[source, target]
    for band, size in thick.items():
        source, target = band
        at, to = _X[_PLACES[source][0]] + _THICK, _X[_PLACES[target][0]]
        words = f"{say(f'flow.{source}')} → {say(f'flow.{target}')}: {plain(flow.bands[band], say)}"
        path = ribbon(at, leaves[band], to, enters[band], size)
        yield tag("path", hint(words), d=path, class_="band", fill=_band_fill(source, target))


def _band_fill(source: str, target: str) -> str:
    lasting = {"reached": "#0072B2", "answered": "#0072B2", "never_open": "#D55E00"} | dict.fromkeys(
        ("gave_up", "sent_away"), "#D55E00"
    )
    return lasting.get(target, "#D55E00" if source in ("gave_up", "sent_away") else "#888888")


def _place(name: str, top: float, found: Estimate, scale: float, say: Language) -> list[str]:
    column, fill = _PLACES[name]
    x, tall = _X[column], max(found.value * scale, 1.0)
    colour = fill if fill.startswith("#") else fill_of(fill)
    words, value = named(name, say)[0], " ".join([plain(found, say), *named(name, say)[1:]])
    return [
        tag("rect", hint(f"{words}: {value}"), x=x, y=top, width=_THICK, height=tall, fill=colour, class_="place"),
        text(x, top - 18, words, class_="label"),
        text(x, top - 5, value, class_="value"),
    ]
