"""Rows of tables with estimates as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from sim.results.tables import csv_text
from sim.statistics.estimates import Estimate

#: Rows of a table as they are written; an Estimate becomes three columns.
Rows = Sequence[Mapping[str, Any]]


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in which each Estimate is three columns: value, ``_low`` and ``_high``; infinite ends are None."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Estimate):
            ends = {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
            found |= {column: _finite(end) for column, end in ends.items()}
        else:
            found[name] = _finite(value)
    return found


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


def csv_of(rows: Rows) -> str:
    """Rows as CSV, with the columns of all of them."""
    flattened = [flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flattened for name in row))
    return csv_text(names, ([row.get(name) for name in names] for row in flattened))
