"""Differences of plans that met the same worlds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.cells import COLUMNS
from sim.estimates import NOTHING, Estimate, paired_difference, ratio_difference
from sim.summary import Definition


def difference_of(
    definition: Definition, before: NDArray[np.int64], after: NDArray[np.int64], *, level: float
) -> Estimate:
    """The paired difference of one measure, in its unit; ``before`` and ``after`` are (replications, columns)."""

    def total(values: NDArray[np.int64], weights: Mapping[str, float]) -> NDArray[np.float64]:
        weighted: NDArray[np.float64] = values @ np.array([weights.get(column, 0.0) for column in COLUMNS])
        return weighted

    if definition.under is None:
        found = paired_difference(total(after, definition.over), total(before, definition.over), level=level)
    else:
        after_, before_ = ((total(v, definition.over), total(v, definition.under)) for v in (after, before))
        found = ratio_difference(after_, before_, level=level)
    return found if found is NOTHING else found.scaled(definition.scale)
