"""Heads of the columns of studies' tables: what a reader sees, wherever a table is shown."""

from __future__ import annotations

from collections.abc import Mapping

#: Key in the catalogue of each column's head; a column that is named after a target or a measure has that as its head.
HEADS: Mapping[str, str] = {
    "plan": "column.plan",
    "base": "head.base",
    "second": "head.second",
    "clear_change": "head.clear_change",
    "unit": "workbook.unit",
    "assumption": "plancolumn.assumption",
    "value_of": "plancolumn.assumption",
    "change": "plancolumn.change",
    "from": "plancolumn.from",
    "to": "plancolumn.to",
    "difference": "plancolumn.difference",
    "stated": "plancolumn.stated",
    "set_to": "head.set_to",
    "difference_to_second": "head.difference_to_second",
    "would_be": "head.there",
    "second_is_clearly_better": "head.second_better",
    "refused": "head.refused",
    "results": "head.results",
    "parameter": "column.value_of",
    "value": "head.value",
    "simulation": "head.simulation",
    "measure": "workbook.measure",
    "observed": "head.observed",
    "mean": "head.mean",
    "agrees": "head.agrees",
    "low": "report.low",
    "high": "report.high",
}
#: Long columns that only files have: definitions stand below all tables.
LEFT_OUT = ("definition",)
