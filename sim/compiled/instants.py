"""Hours of instants: products, of which the processor does several in a step, and no such division."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.machine_code import inlined

# Exact for instants up to 2 ** 50 ms: half a millisecond is more than a product can be wrong.


@inlined
def hour_of(instant):
    """Hour of an instant."""
    return np.int64((np.float64(instant) + 0.5) * (1.0 / HOUR))
