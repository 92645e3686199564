"""Waits by priority, from the contacts that a run kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.results.result import Result
from sim.scenario.lines import Selector
from sim.statistics.estimates import Estimate, Moments, Pairs

#: Columns of a contact in tables of kept contacts, by the key of a selector.
_COLUMNS = {"channel": "channel", "province": "province", "campaign": "cause", "topic": "topic", "age": "age"}
_COUNTED = ("answered", "answered_ms", "abandoned", "abandoned_ms")
_ANSWERED, _ANSWERED_MS, _ABANDONED, _ABANDONED_MS = ({name: 1} for name in _COUNTED)
_PAIRS = Pairs(
    _COUNTED,
    ((_ANSWERED, None), (_ANSWERED_MS, _ANSWERED), (_ABANDONED, None), (_ABANDONED_MS, _ABANDONED)),
)


@dataclass(frozen=True)
class PriorityWaits:
    """Contacts of one priority per period: ``selector`` says which, None for all that no priority means."""

    selector: Selector | None
    answered: Estimate
    asa_s: Estimate
    abandoned: Estimate
    mean_wait_abandoned_s: Estimate


def waits_by_priority(result: Result) -> tuple[int, list[PriorityWaits]]:
    """Waits by priority, the first to be taken first, and on how many replications they rest.

    Of a scenario without priorities, or a run that kept no contacts: (0, []).
    """
    selectors = result.scenario.priorities
    if not selectors:
        return 0, []
    cases, values = _cases(selectors)
    query = (
        f"SELECT replication, CASE {cases} ELSE {len(selectors)} END AS priority, "
        "count(*) FILTER (outcome = 'answered')::BIGINT AS answered, "
        "coalesce(sum(wait_ms) FILTER (outcome = 'answered'), 0)::BIGINT AS answered_ms, "
        "count(*) FILTER (outcome IN ('abandoned', 'silent'))::BIGINT AS abandoned, "
        "coalesce(sum(wait_ms) FILTER (outcome IN ('abandoned', 'silent')), 0)::BIGINT AS abandoned_ms "
        "FROM {table} GROUP BY ALL"
    )
    found = {name: np.ma.getdata(column) for name, column in _read(result, query, values).items()}
    if not len(found["replication"]):
        return 0, []
    kept = int(found["replication"].max()) + 1
    counts = np.zeros((kept, len(selectors) + 1, len(_COUNTED)), dtype=np.int64)
    for number, column in enumerate(_COUNTED):
        counts[found["replication"], found["priority"], number] = found[column]
    moments = Moments.of(_PAIRS, counts)
    return kept, list(_waits(moments, (*selectors, None)))


def _read(result: Result, query: str, values: list[str]) -> dict[str, np.ndarray]:
    return result.store.read("contacts", result.replications, query, values)


def _cases(selectors: tuple[Selector, ...]) -> tuple[str, list[str]]:
    """The branches of an SQL CASE that numbers priorities, the first that means a contact counts, and its values."""
    cases, values = [], []
    for number, selector in enumerate(selectors):
        given = {key: value for key, value in selector.model_dump().items() if value is not None}
        cases.append("WHEN " + " AND ".join(f"{_COLUMNS[key]} = ?" for key in given) + f" THEN {number}")
        values += list(given.values())
    return " ".join(cases), values


def _waits(moments: Moments, selectors: tuple[Selector | None, ...]) -> Iterator[PriorityWaits]:
    for cell, selector in enumerate(selectors):
        yield PriorityWaits(
            selector,
            moments.mean(cell, _ANSWERED),
            moments.ratio(cell, _ANSWERED_MS, _ANSWERED).scaled(1e-3),
            moments.mean(cell, _ABANDONED),
            moments.ratio(cell, _ABANDONED_MS, _ABANDONED).scaled(1e-3),
        )
