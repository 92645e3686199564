"""Contacts per second of both engines beside the straightforward SimPy model, in one run on the same worlds.

    python benchmarks/engines.py

Six queues with a line each, Poisson arrivals, everything drawn beforehand. Rounds alternate between the models, so that
a slow moment of the machine hits all, and seconds are those of the processor; medians are compared. The straightforward
model knows separate lines only.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import textbook_simpy

import sim
from sim import compiled_measures, measures
from sim.centre import ONE, UNLIMITED, Centre, Channel, Group, Habits, Queue, Route
from sim.clock import MINUTE
from sim.draw import draw_block
from sim.engines import ENGINES, simulate_block
from sim.luck import prepare
from sim.studies.parts import promises_of
from sim.world import World, Worlds

SCENARIO = Path(__file__).parent.parent / "scenarios" / "als-je-eens-wist-2020.yaml"
REPLICATIONS, ROUNDS = 25, 5
CALLERS, QUEUES, ATTEMPTS = 2000, 6, 4
#: Mean handling time and patience; the lines could just do nine tenths of the work that comes.
HANDLING, PATIENCE, LOAD = 5 * MINUTE, 10 * MINUTE, 0.9


def drawn(seed: int) -> World:
    """Callers of six provinces with all their luck."""
    luck = np.random.default_rng(seed)

    def uniform() -> np.ndarray:
        return luck.integers(0, ONE, (CALLERS, ATTEMPTS))

    def exponential(mean: float, *more: int) -> np.ndarray:
        return 1 + luck.exponential(mean, (CALLERS, *more)).astype(np.int64)

    none, any_of = np.zeros(CALLERS, np.int64), np.zeros((CALLERS, 0), np.int64)
    return World(
        channels=("phone",),
        provinces=tuple(f"province {number}" for number in range(QUEUES)),
        causes=("base",),
        topics=("any",),
        ages=("any",),
        **dict.fromkeys(("channel", "cause", "topic", "age", "day"), none),
        province=luck.integers(0, QUEUES, CALLERS),
        slot=np.arange(CALLERS),
        arrival=np.cumsum(exponential(HANDLING / QUEUES / LOAD)),
        conversation=exponential(0.8 * HANDLING, 1),
        wrap_up=exponential(0.2 * HANDLING, 1),
        patience=exponential(PATIENCE, ATTEMPTS, 1),
        redial=uniform(),
        switch=uniform(),
        balk=uniform(),
        redial_delay=exponential(15 * MINUTE, ATTEMPTS, 1),
        **dict.fromkeys(("voicemail", "call_back", "silent", "forward", "again"), any_of),
        **dict.fromkeys(("silence", "again_delay"), any_of[:, :, None]),
        groups=(),
        absence=np.zeros((0, 0, 0), np.int64),
    )


def centre_of(worlds: Worlds, *, together: bool) -> Centre:
    """A line for each province; ``together`` they help each other after a minute, and half of the callers redial."""
    over = 2 * int(worlds.callers.arrival.max())
    order = [[q, *((q + k) % QUEUES for k in range(1, QUEUES * together))] for q in range(QUEUES)]
    half, never = (ONE // 2,) * 4, (0,) * 4
    return Centre(
        channels=(Channel("phone", ((0, over),)),),
        provinces=worlds.callers.provinces,
        queues=tuple(
            Queue(f"queue {q}", 0, UNLIMITED, False, (), tuple(Route(g, MINUTE * (g != q)) for g in order[q]))
            for q in range(QUEUES)
        ),
        groups=tuple(Group(f"group {g}", (((0, over),),), tuple(order[g])) for g in range(QUEUES)),
        queue_of=(tuple(range(QUEUES)),),
        habits=(Habits(half if together else never, never, (-1,) * 4, False),),
        attempts=ATTEMPTS if together else 1,
        end=over,
        horizon=over,
    )


def main() -> None:
    worlds = Worlds.of([drawn(seed) for seed in range(REPLICATIONS)])
    start = time.perf_counter()
    simulate_block(worlds, centre_of(worlds, together=False), engine="compiled")
    print(f"first call of the compiled engine: {time.perf_counter() - start:.1f} s (compiled, or read from disk)")
    for together, title in ((False, "separate lines"), (True, "overflow after a minute, and redials")):
        centre = centre_of(worlds, together=together)
        models: dict[str, Callable[[], object]] = {
            f"{engine} engine": lambda centre=centre, engine=engine: simulate_block(worlds, centre, engine=engine)
            for engine in ENGINES
        }
        if not together:
            models["textbook SimPy"] = lambda centre=centre: [textbook_simpy.simulate(w, centre) for w in worlds]
        compare(title, len(simulate_block(worlds, centre, engine="compiled").rows), models)
    for engine in ENGINES:
        whole(engine)


def compare(title: str, contacts: int, models: dict[str, Callable[[], object]]) -> None:
    """Contacts per second of each model, and how many times as fast as the first it is."""
    took: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            start = time.process_time()
            model()
            took[name].append(time.process_time() - start)
    print(f"\n{title}: {contacts:,} contacts in {REPLICATIONS} worlds, median of {ROUNDS} alternating rounds")
    speeds = {name: contacts / statistics.median(times) for name, times in took.items()}
    for name, speed in speeds.items():
        print(f"{name:<16}{speed:>12,.0f} contacts/s{speed / next(iter(speeds.values())):>8.2f} x")


def whole(engine: str) -> None:
    """Where the time of a replication of the shipped campaign goes."""
    scenario = sim.load(SCENARIO)
    luck, centre, quick = prepare(scenario), scenario.centre, engine == "compiled"
    measure = compiled_measures.measure if quick else measures.measure
    for _ in range(1 + quick):  # the machine code of drawing and measuring is compiled in the first round
        start = time.perf_counter()
        worlds = draw_block(luck, seed=1, replications=range(REPLICATIONS), compiled=quick)
        drawn = time.perf_counter()
        tables = simulate_block(worlds, centre, engine=engine)
        simulated = time.perf_counter()
        measure(worlds, centre, tables, calendar=scenario.days, promises=promises_of(scenario))
        measured = time.perf_counter()
    parts = {"draw": drawn - start, "simulate": simulated - drawn, "measure": measured - simulated}
    total = sum(parts.values())
    shares = ", ".join(f"{name} {part / total:.0%}" for name, part in parts.items())
    print(f"\ncampaign scenario, {engine}: {total / REPLICATIONS * 1e3:.2f} ms a replication on one core ({shares})")


if __name__ == "__main__":
    main()
