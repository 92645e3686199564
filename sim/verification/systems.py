"""The grid: every system with an exact solution that the engines are held to."""

from __future__ import annotations

from functools import lru_cache, partial

from sim.verification import days, one_queue, several
from sim.verification.system import Build, System

#: How each system is built, by a short name.
SYSTEMS: dict[str, Build] = {
    "loss": one_queue.loss_one,
    "loss-any-handling": one_queue.loss_any_handling,
    "patient": one_queue.patient_callers,
    "impatient-one": one_queue.impatient_one,
    "impatient-many": one_queue.impatient_many,
    "elsewhere": one_queue.elsewhere,
    "places": one_queue.places_without_patience,
    "places-patience": one_queue.places_with_patience,
    **{f"patience-{name}": partial(one_queue.any_patience, name) for name in one_queue.PATIENCE},
    "call-back": one_queue.called_back,
    "two-groups": one_queue.two_groups,
    "balking": one_queue.balking,
    **{f"handling-{name}": partial(one_queue.any_handling, name) for name in one_queue.HANDLING},
    "overflow": several.overflow,
    "switch": several.switched,
    "redials": several.redials,
    "chats": several.chats_any_work,
    "chats-wait": several.chats_that_wait,
    "priorities": several.priorities,
    "priorities-patience": several.impatient_priorities,
    "calls-again": several.callers_again,
    "passed-on": several.passed_on,
    "deskwork": several.deskwork,
    "day": days.changing_day,
    "send-away": days.send_away,
    "send-away-one": days.send_away_one,
    "stop-early": days.stop_early,
    "serve": days.serve,
    "absence": days.absent_lines,
}


@lru_cache(maxsize=64)
def system(name: str) -> System:
    """The system of this name, built once."""
    return SYSTEMS[name]()
