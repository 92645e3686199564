"""Random worlds at random centres on a coarse clock: what the engine says passes the auditor, ties and all."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import caller, world_of

from sim import simulate
from sim.audit import audit
from sim.centre import ONE, UNLIMITED, Centre, Channel, Group, Habits, Queue, Route
from sim.contacts import Outcome
from sim.world import World


def random_case(seed: int) -> tuple[World, Centre]:
    """Two channels, three queues, three groups, hours and shifts that change in the middle, everything in 0..100."""
    luck = np.random.default_rng(seed)

    def some(most: int, *shape: int) -> list[int]:
        return luck.integers(0, most, shape).tolist()

    arrivals = np.sort(luck.integers(0, 90, luck.integers(3, 25))).tolist()
    callers = [
        caller(
            at,
            talk=some(12, 2),
            wrap=some(4, 2),
            patience=luck.choice([0, 3, 8, 8, 15, 1000], (4, 2)).tolist(),
            redial=some(ONE, 4),
            switch=some(ONE, 4),
            balk=some(ONE, 4),
            delay=some(25, 4, 2),
            channel=int(luck.integers(2)),
            province=int(luck.integers(2)),
        )
        for at in arrivals
    ]
    edges = sorted({0, *some(100, 3)})
    hours = [[(0, 150)], [(edges[0], edges[1])] + [(edges[i], edges[i] + 20) for i in range(2, len(edges), 2)]]
    hours = [[span for span in spans if span[0] < span[1]] for spans in hours]
    hours[1] = [span for i, span in enumerate(hours[1]) if i == 0 or span[0] > hours[1][i - 1][1]]
    groups = [
        Group(f"g{number}", tuple((at, int(luck.integers(0, 3))) for at in sorted({0, *some(110, 2), *edges[1:]})))
        for number in range(3)
    ]
    routes = [(Route(0), Route(1, after=int(luck.integers(1, 15)))), (Route(1), Route(2)), (Route(2),)]
    queues = [
        Queue(
            name=f"q{number}",
            channel=0 if number < 2 else 1,
            places=int(luck.choice([0, 1, 2, UNLIMITED])),
            serve_after_closing=bool(luck.integers(2)),
            balk=tuple(some(ONE // 2, 2)),
            routes=routes[number],
        )
        for number in range(3)
    ]
    centre = Centre(
        channels=tuple(Channel(name, tuple(spans)) for name, spans in zip(("phone", "chat"), hours, strict=True)),
        provinces=("a", "b"),
        queues=tuple(queues),
        groups=tuple(groups),
        queue_of=((0, 1), (2, 2)),
        habits=tuple(
            Habits(tuple(some(ONE, 4)), tuple(some(ONE, 4)), (1 - number,) * 4, bool(luck.integers(2)))
            for number in range(2)
        ),
        attempts=3,
        end=100,
        horizon=150,
    )
    return world_of(callers, channels=("phone", "chat"), provinces=("a", "b")), centre


@pytest.mark.parametrize("block", range(6))
def test_the_auditor_finds_nothing_in_what_the_engine_did(block) -> None:
    met: set[int] = set()
    for seed in range(block * 250, (block + 1) * 250):
        world, centre = random_case(seed)
        contacts = simulate(world, centre)
        met |= set(contacts.outcome.tolist())
        assert audit(world, centre, contacts) == [], f"seed {seed}"
    assert met == set(Outcome)
