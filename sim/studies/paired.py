"""Differences of plans that met the same worlds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import NOTHING, Estimate, paired_difference, ratio_difference, ratios_added
from sim.statistics.summary import Definition

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def difference_of(definition: Definition, before: Whole, after: Whole, *, level: float) -> Estimate:
    """The paired difference of one measure, in its unit; ``before`` and ``after`` are (replications, columns)."""
    if definition.under is None:
        found = paired_difference(_total(after, definition.over), _total(before, definition.over), level=level)
    else:
        after_, before_ = (_pair(definition, values) for values in (after, before))
        found = ratio_difference(after_, before_, level=level)
    return found if found is NOTHING else found.scaled(definition.scale)


def change_of(
    definition: Definition, stated: tuple[Whole, Whole], there: tuple[Whole, Whole], *, level: float
) -> Estimate:
    """How much larger a difference, (before, after), is there than as stated, all on the same worlds."""
    if definition.under is None:
        gaps = (_total(after, definition.over) - _total(before, definition.over) for before, after in (there, stated))
        found = paired_difference(*gaps, level=level)
    else:
        signed = ((1, there[1]), (-1, there[0]), (-1, stated[1]), (1, stated[0]))
        found = ratios_added([(sign, _pair(definition, values)) for sign, values in signed], level=level)
    return found if found is NOTHING else found.scaled(definition.scale)


def _pair(definition: Definition, values: Whole) -> tuple[Floats, Floats]:
    return _total(values, definition.over), _total(values, definition.under or {})


def _total(values: Whole, weights: Mapping[str, float]) -> Floats:
    weighted: Floats = values @ np.array([weights.get(column, 0.0) for column in COLUMNS])
    return weighted
