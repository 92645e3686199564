"""From sums over replications to the numbers people read: each with its interval, its unit and its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import NOTHING, Estimate, Moments, Pairs, Weights, bounded
from sim.statistics.intervals import Kind

#: Units of measures that count events.
_COUNTED = ("per period", "%", "contacts")


@dataclass(frozen=True)
class Definition:
    """A measure as a ratio of weighted sums of columns, or as a mean per period where ``under`` is None.

    ``scale`` turns it into ``unit``; ``most`` is the largest value it can have.
    """

    name: str
    text: str
    unit: str
    over: Weights
    under: Weights | None = None
    scale: float = 1.0
    most: float = float("inf")

    @property
    def kind(self) -> Kind:
        """What it can be, which shapes its interval."""
        return "share" if self.unit == "%" else "positive"

    def of_counts(
        self, counts: NDArray[np.int64], *, level: float = 0.95, never: frozenset[str] = frozenset()
    ) -> Estimate:
        """The measure from the counts (replications, columns) of one scope; ``never`` as in ``estimate``."""
        pairs = Pairs(COLUMNS, ((self.over, self.under),))
        return self.estimate(Moments.of(pairs, counts[:, None, :]), 0, level=level, never=never)

    def estimate(
        self, moments: Moments, cell: int, *, level: float = 0.95, never: frozenset[str] = frozenset()
    ) -> Estimate:
        """The measure in one cell, in its unit; exactly zero where it counts only columns that ``never`` names."""
        if self.under is None:
            found = moments.mean(cell, self.over, kind=self.kind, level=level)
        else:
            found = moments.ratio(cell, self.over, self.under, kind=self.kind, level=level)
        if not isfinite(found.value):
            return NOTHING
        if found.value == 0 and (self.unit not in _COUNTED or never.issuperset(self.over)):
            # The bound of a count that stayed zero says nothing about a sum of times, or about what cannot happen.
            return Estimate(0.0, 0.0, 0.0)
        return bounded(found.scaled(self.scale), 0.0, self.most)


def _count(name: str, text: str) -> Definition:
    return Definition(name, text, "per period", {name: 1})


def _share(name: str, text: str, over: Weights, under: Weights) -> Definition:
    return Definition(name, text, "%", over, under, scale=100.0, most=100.0)


LOST = {"abandoned": 1, "blocked": 1, "balked": 1, "sent_away": 1}
_MS_PER_S, _MS_PER_MIN, _MS_PER_H = 1e-3, 1 / 60e3, 1 / 3600e3

#: Of whom: callers and contacts, in any scope of persons.
OF_PERSONS = (
    _count("callers", "people who called"),
    _count("reached", "people answered at least once"),
    _count("never_reached", "people not answered who are not waiting any more"),
    _share("never_reached_share", "never_reached / callers", {"never_reached": 1}, {"callers": 1}),
    _count("only_closed", "never reached, and called outside opening hours only"),
    _count("pending", "people still in a queue when the follow-up ended"),
    Definition("attempts_each", "contacts / callers", "contacts", {"attempts": 1}, {"callers": 1}),
    _count("at_limit", "never reached after the last attempt the scenario allows"),
    _count("cut_off", "people who would have called again after the period"),
    _count("first_offered", "first contacts while open: the demand as stated"),
    _count("offered", "contacts while open, redials included"),
    _count("answered", "contacts answered while the caller waited"),
    _count("called_back", "contacts answered by a call-back, accepted or after a message"),
    _count("abandoned", "contacts that gave up waiting"),
    _count("silent", "of those, contacts that gave up without a sign"),
    _count("blocked", "contacts that met a busy tone"),
    _count("balked", "contacts that left on meeting a queue"),
    _count("sent_away", "contacts that still waited at closing, and were sent away"),
    _count("closed", "contacts outside opening hours, without a message"),
    _count("messages", "contacts outside opening hours that left a message"),
    _count("forwarded", "contacts passed on to another channel after an answer"),
    _share("forward_lost_share", "passed on and not answered there / passed on", {"forward_lost": 1}, {"forwarded": 1}),
    _count("called_again", "answered contacts after which the caller called again"),
    _count("unfinished", "contacts still in a queue when the follow-up ended"),
    _share("abandonment", "abandoned / offered", {"abandoned": 1}, {"offered": 1}),
    _share(
        "abandonment_without_short",
        "(abandoned - short abandons) / (offered - short abandons)",
        {"abandoned": 1, "short_abandoned": -1},
        {"offered": 1, "short_abandoned": -1},
    ),
    _share("loss", "(abandoned + blocked + balked + sent away) / offered", LOST, {"offered": 1}),
    Definition("asa", "mean wait of the answered", "s", {"wait_answered": 1}, {"answered": 1}, _MS_PER_S),
    Definition(
        "mean_wait_abandoned", "mean wait of those who gave up", "s", {"wait_abandoned": 1}, {"abandoned": 1}, _MS_PER_S
    ),
    Definition(
        "mean_wait",
        "mean wait of answered and abandoned",
        "s",
        {"wait_answered": 1, "wait_abandoned": 1},
        {"answered": 1, "abandoned": 1},
        _MS_PER_S,
    ),
    Definition(
        "time_to_call_back",
        "mean time from the call or message to the call-back",
        "min",
        {"wait_called_back": 1},
        {"called_back": 1},
        _MS_PER_MIN,
    ),
    Definition(
        "longest_wait", "longest wait in a period, mean over periods", "s", {"longest_wait": 1}, None, _MS_PER_S
    ),
    _share("service_level_of_offered", "answered within AWT / offered", {"answered_within": 1}, {"offered": 1}),
    _share(
        "service_level_excluding_short",
        "answered within AWT / (offered - abandoned within AWT)",
        {"answered_within": 1},
        {"offered": 1, "abandoned_within": -1},
    ),
    _share("service_level_of_answered", "answered within AWT / answered", {"answered_within": 1}, {"answered": 1}),
    Definition(
        "handling_time",
        "mean time from answer to release, of the answered and called back",
        "min",
        {"handling": 1},
        {"answered": 1, "called_back": 1},
        _MS_PER_MIN,
    ),
)
#: Of queues besides.
OF_QUEUES = (
    Definition(
        "offered_load",
        "handling time of all offered / time with a line on duty",
        "erlang",
        {"offered_work": 1},
        {"on_duty": 1},
    ),
    Definition("carried_load", "handling time / time with a line on duty", "erlang", {"handling": 1}, {"on_duty": 1}),
    Definition(
        "held_in_vain", "line time held by who had silently left", "h per period", {"held_in_vain": 1}, None, _MS_PER_H
    ),
    Definition(
        "queue_length",
        "mean number waiting, call-backs and messages too / opening time",
        "contacts",
        {"queue_time": 1},
        {"open": 1},
    ),
    Definition("longest_queue", "most waiting at once, mean over periods", "contacts", {"longest_queue": 1}),
)
#: Of line groups.
OF_LINES = (
    _share("occupancy", "(busy - overtime) / staffed line time", {"busy": 1, "overtime": -1}, {"staffed": 1}),
    _share("all_lines_busy", "time with all lines busy / time with a line on duty", {"all_busy": 1}, {"on_duty": 1}),
    Definition("staffed", "line time on duty", "h per period", {"staffed": 1}, None, _MS_PER_H),
    Definition("busy", "line time spent on contacts", "h per period", {"busy": 1}, None, _MS_PER_H),
    Definition("overtime", "busy line time beyond the schedule", "h per period", {"overtime": 1}, None, _MS_PER_H),
)
DEFINITIONS = {d.name: d for d in (*OF_PERSONS, *OF_QUEUES, *OF_LINES)}
#: What is summed over replications for them.
PAIRS = Pairs(COLUMNS, tuple((d.over, d.under) for d in DEFINITIONS.values()))
#: What registers and reports count besides; no summary has it.
REGISTER = Definition(
    "in_register",
    "contacts answered, while the caller waited or by a call-back: what a register counts",
    "per period",
    {"answered": 1, "called_back": 1},
)
UNANSWERED = Definition("unanswered", "abandoned + blocked + balked + sent away", "per period", LOST)
ANSWERED_SHARE = _share("answered_share", "answered / offered", {"answered": 1}, {"offered": 1})
REACHED_SHARE = _share("reached_share", "reached / callers", {"reached": 1}, {"callers": 1})
#: Of those who called while open at least once: what lines can mend.
WHILE_OPEN = Definition(
    "never_reached_while_open",
    "(never_reached - only_closed) / (callers - only_closed): of the people who called while open at least once, those "
    "who were never answered",
    "%",
    {"never_reached": 1, "only_closed": -1},
    {"callers": 1, "only_closed": -1},
    100.0,
    100.0,
)
#: Every measure by its name.
EVERY = DEFINITIONS | {d.name: d for d in (REGISTER, UNANSWERED, ANSWERED_SHARE, REACHED_SHARE, WHILE_OPEN)}

#: Measures of what only some centres do, with the random inputs that it takes; elsewhere they are left out.
TAKES = {
    "called_back": {"call_back", "voicemail"},
    "time_to_call_back": {"call_back", "voicemail"},
    "messages": {"voicemail"},
    "silent": {"silent"},
    "held_in_vain": {"silent"},
    "forwarded": {"forward"},
    "forward_lost_share": {"forward"},
    "called_again": {"again"},
}

#: The setting of a scenario and the measure it means.
SERVICE_LEVELS = {
    "of offered": "service_level_of_offered",
    "excluding short abandons": "service_level_excluding_short",
    "of answered": "service_level_of_answered",
}

#: What is told of intervals of the week: there are hundreds, of every scope.
OF_INTERVALS = frozenset(
    ("offered", "answered", "abandoned", "loss", "asa", "staffed", "occupancy", *SERVICE_LEVELS.values())
)


def definitions_of(kind: str) -> tuple[Definition, ...]:
    """What is known of a scope of this kind."""
    if kind == "lines":
        return OF_LINES
    if kind == "queue":
        return (*OF_PERSONS, *OF_QUEUES)
    return OF_PERSONS if kind != "all" else (*OF_PERSONS, *OF_LINES)


@dataclass(frozen=True)
class Row:
    """One number of the summary: of whom, when, what, and its interval."""

    kind: str
    name: str
    slice: str
    number: int
    measure: str
    estimate: float
    low: float
    high: float
    unit: str
    definition: str


def rows_of(
    moments: Moments,
    cells: list[tuple[str, str, str, int]],
    *,
    slices: tuple[str, ...],
    used: frozenset[str],
    never: Mapping[tuple[str, str], frozenset[str]],
) -> Iterator[Row]:
    """Every measure of every cell whose slice is asked for, as far as the inputs ``used`` are in play (see TAKES).

    ``never`` has the columns of each scope that stay zero by the rules (``sim.structural``).
    Cells in which nothing happened are left out.
    """
    for cell, (kind, name, slice_, number) in enumerate(cells):
        if slice_ not in slices or not moments.total[cell].any():
            continue
        for definition in definitions_of(kind):
            if slice_ == "interval" and definition.name not in OF_INTERVALS:
                continue
            if definition.name in TAKES and not TAKES[definition.name] & used:
                continue
            found = definition.estimate(moments, cell, never=never.get((kind, name), frozenset()))
            if found is not NOTHING:
                yield Row(
                    kind,
                    name,
                    slice_,
                    number,
                    definition.name,
                    found.value,
                    found.low,
                    found.high,
                    definition.unit,
                    definition.text,
                )
