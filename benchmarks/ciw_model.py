"""The separate lines in Ciw, which draws luck of its own: rates can be compared, rows cannot.

See https://ciw.readthedocs.io.
"""

from __future__ import annotations

import ciw
from lines import BETWEEN, CONVERSATION, PATIENCE, QUEUES, WRAP_UP

DAY = 24 * 60.0


def run(*, days: int, seed: int) -> tuple[int, float]:
    """Contacts, and the share of them that gave up."""
    handling = [ciw.dists.Exponential(1 / CONVERSATION) + ciw.dists.Exponential(1 / WRAP_UP) for _ in range(QUEUES)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1 / BETWEEN) for _ in range(QUEUES)],
        service_distributions=handling,
        number_of_servers=[1] * QUEUES,
        routing=[[0.0] * QUEUES] * QUEUES,
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE) for _ in range(QUEUES)],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(days * DAY)
    kinds = [record.record_type for record in simulation.get_all_records()]
    return len(kinds), kinds.count("renege") / len(kinds)
