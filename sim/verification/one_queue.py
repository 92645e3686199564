"""Systems of one queue in a steady state: Erlang's, limited places, laws of patience, laws of handling."""

from __future__ import annotations

import numpy as np

from sim.model.clock import SECOND
from sim.scenario.distributions import Law
from sim.theory import (
    erlang_a,
    erlang_b,
    erlang_c,
    general_patience,
    limited_queue,
    pollaczek_khinchine,
)
from sim.theory.birth_death import stationary
from sim.verification import counts as c
from sim.verification.steady import giving_up, occupancy, of_queue
from sim.verification.system import NEVER, Line, Measure, System, Tree, exponential, scenario, with_cv


def loss_one() -> System:
    """A single line, always a busy tone."""
    queue = erlang_b(arrivals_per_hour=20, handling="3 min", lines=1)
    line = Line(conversation=exponential("3 min"), channel={"waiting_places": 0})
    played = scenario({"phone": line}, contacts=480, lines={"phone": 1})
    return System("one line, busy tone", "Erlang B", played, tuple(of_queue(queue)))


def loss_any_handling() -> System:
    """Erlang B needs only the mean of conversation and wrap-up."""
    queue = erlang_b(arrivals_per_hour=20, handling="15 min", lines=5)
    line = Line(
        conversation=with_cv("lognormal", "12 min", 1.2),
        wrap_up=exponential("3 min"),
        channel={"waiting_places": 0},
    )
    played = scenario({"phone": line}, contacts=480, lines={"phone": 5})
    return System("five lines, busy tone, lognormal handling and wrap-up", "Erlang B", played, tuple(of_queue(queue)))


def patient_callers() -> System:
    """Nobody gives up."""
    queue = erlang_c(arrivals_per_hour=20, handling="5 min", lines=3)
    line = Line(NEVER, exponential("5 min"))
    played = scenario({"phone": line}, contacts=480, lines={"phone": 3})
    return System("three lines, nobody gives up", "Erlang C", played, tuple(of_queue(queue)))


def impatient_one() -> System:
    """A single line with more work than it can do."""
    queue = erlang_a(arrivals_per_hour=20, handling="4 min", patience="5 min", lines=1)
    line = Line(exponential("5 min"), exponential("4 min"))
    played = scenario({"phone": line}, contacts=480, lines={"phone": 1})
    return System("one line, too much work", "Erlang A", played, tuple(of_queue(queue, forgetful=True)))


def impatient_many() -> System:
    """Ten lines at full load."""
    queue = erlang_a(arrivals_per_hour=24, handling="25 min", patience="10 min", lines=10)
    line = Line(exponential("10 min"), exponential("25 min"))
    played = scenario({"phone": line}, contacts=576, lines={"phone": 10})
    return System("ten lines, full load", "Erlang A", played, tuple(of_queue(queue, forgetful=True)))


def elsewhere() -> System:
    """Callers whom a line of another province answers take half as long again."""
    queue = erlang_a(arrivals_per_hour=20, handling="3 min", patience="3 min", lines=1)
    line = Line(exponential("3 min"), exponential("2 min"), elsewhere="+50 %")
    lines = {"here": {"count": 1, "serves": "phone"}}
    played = scenario({"phone": line}, contacts=480, lines=lines, by_province={"here": "0 %", "there": "100 %"})
    return System(
        "a line of another province", "Erlang A", played, tuple(of_queue(queue, group="here", forgetful=True))
    )


def places_without_patience() -> System:
    """Three may wait, the fourth hears a busy tone."""
    queue = limited_queue(arrivals_per_hour=20, handling="6 min", lines=2, places=3)
    line = Line(NEVER, channel={"waiting_places": 3})
    played = scenario({"phone": line}, contacts=480, lines={"phone": 2})
    return System("two lines, three places, nobody gives up", "M/M/2/5", played, tuple(of_queue(queue)))


def places_with_patience() -> System:
    """Two may wait, and not for long."""
    queue = limited_queue(arrivals_per_hour=20, handling="9 min", patience="4 min", lines=3, places=2)
    line = Line(exponential("4 min"), exponential("9 min"), channel={"waiting_places": 2})
    played = scenario({"phone": line}, contacts=480, lines={"phone": 3})
    return System("three lines, two places", "M/M/3/5+M", played, tuple(of_queue(queue, forgetful=True)))


#: Laws of patience as scenarios state them.
PATIENCE: dict[str, Tree] = {
    "always 4 min": {"distribution": "deterministic", "always": "4 min"},
    "uniform": {"distribution": "uniform", "least": "0 s", "most": "9 min"},
    "lognormal": with_cv("lognormal", "6 min", 1.5),
    "Weibull": with_cv("weibull", "5 min", 0.6),
    "gamma": with_cv("gamma", "5 min", 2.0),
    "a fifth hangs up at once": {"distribution": "mixture", "at_once": "20 %", "rest": exponential("6 min")},
}


def any_patience(name: str) -> System:
    """Three lines and callers of this patience."""
    line = Line(PATIENCE[name], exponential("9 min"))
    played = scenario({"phone": line}, contacts=480, lines={"phone": 3})
    law: Law = played.callers["phone"].patience.law()
    queue = general_patience(arrivals_per_hour=20, handling="9 min", patience=law, lines=3)
    return System(f"patience: {name}", "M/M/3+G", played, tuple(of_queue(queue)))


def called_back() -> System:
    """Two in five who meet a queue are called back: they keep their place and never give up."""
    queue = general_patience(
        arrivals_per_hour=20, handling="7 min", patience=lambda t: 0.4 + 0.6 * np.exp(-t / 240), lines=3
    )
    line = Line(exponential("4 min"), exponential("7 min"), channel={"call_back": {"accepted": "40 %"}})
    played = scenario({"phone": line}, contacts=480, lines={"phone": 3})
    offered = c.column("offered")
    return System(
        "call-backs that keep their place",
        "M/M/3+G",
        played,
        (
            Measure("gave up / offered", "share", queue.abandoned, c.column("abandoned"), offered),
            Measure("called back / offered", "share", 0.4 * queue.waits, c.column("called_back"), offered),
            Measure("mean queue", "contacts", queue.mean_queue, c.column("queue_time"), c.column("open")),
            occupancy(queue.occupancy),
        ),
    )


def two_groups() -> System:
    """Two groups of lines without a delay between them are one."""
    queue = erlang_a(arrivals_per_hour=20, handling="15 min", patience="6 min", lines=5)
    line = Line(exponential("6 min"), exponential("15 min"))
    lines = {"day": {"count": 2, "serves": "phone"}, "help": {"count": 3, "serves": "phone"}}
    played = scenario({"phone": line}, contacts=480, lines=lines)
    shown = ("gave up / offered", "mean queue", "answered at once / offered", "mean wait of the answered")
    measures = [m for m in of_queue(queue) if m.name in shown]
    busy = occupancy(queue.occupancy, group="all", kind="all")
    return System("two groups that share a queue", "Erlang A", played, (*measures, giving_up(360), busy))


#: Shares that leave on meeting nobody, one, two and more waiting.
_BALK = (0.0, 0.3, 0.6)


def balking() -> System:
    """Callers who meet a queue may leave at once."""
    each = 1 / 420
    arrivals, lines = 20 / 3600, 2

    def leaves(n: c.Floats) -> c.Floats:
        share = np.array(_BALK)[np.clip(n - lines, 0, 2).astype(np.int64)]
        return np.where(n < lines, 0.0, share)

    states = stationary(lambda n: arrivals * (1 - leaves(n)), lambda n: each * np.minimum(n, lines), None, least=lines)
    n = np.arange(len(states), dtype=np.float64)
    queue = float(states @ np.maximum(n - lines, 0))
    balked = float(states @ leaves(n))
    line = Line(NEVER, exponential("7 min"), callers={"balk": [f"{share:.0%}" for share in _BALK]})
    played = scenario({"phone": line}, contacts=480, lines={"phone": lines})
    offered, answered = c.column("offered"), c.column("answered")
    return System(
        "callers who leave on meeting a queue",
        "birth-death process",
        played,
        (
            Measure("left / offered", "share", balked, c.column("balked"), offered),
            Measure("mean queue", "contacts", queue, c.column("queue_time"), c.column("open")),
            Measure(
                "mean wait of the answered",
                "s",
                queue / arrivals / (1 - balked),
                c.scaled(c.column("wait_answered"), 1 / SECOND),
                answered,
            ),
            occupancy(arrivals * (1 - balked) / each / lines),
        ),
    )


#: Laws of handling of a single line that nobody ever gives up.
HANDLING: dict[str, Tree] = {
    "lognormal": with_cv("lognormal", "1 min 30 s", 1.0),
    "always 90 s": {"distribution": "deterministic", "always": "90 s"},
    "uniform": {"distribution": "uniform", "least": "10 s", "most": "2 min 50 s"},
}


def any_handling(name: str) -> System:
    """M/G/1: the wait for handling times of this law (its square is too skewed for a z-score of few replications)."""
    played = scenario({"phone": Line(NEVER, HANDLING[name])}, contacts=480, lines={"phone": 1})
    exact = pollaczek_khinchine(arrivals_per_hour=20, handling=played.handling["phone"].conversation.law())
    offered, answered = c.column("offered"), c.column("answered")
    waits = c.scaled(c.column("wait_answered"), 1 / SECOND)
    return System(
        f"one line, handling: {name}",
        "M/G/1, Pollaczek and Khinchine",
        played,
        (
            Measure("mean wait", "s", exact.mean_wait_s, waits, answered),
            Measure("waited / offered", "share", exact.waits, c.tally(c.waited), offered),
            Measure("mean queue", "contacts", exact.mean_queue, c.column("queue_time"), c.column("open")),
            occupancy(exact.occupancy),
        ),
    )
