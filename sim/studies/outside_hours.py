"""Hours that a plan opens beyond those in which contacts were counted, where nothing states who calls then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.answers.answer import Message, Term, Value, message
from sim.model.centre import Spans
from sim.model.shifts import open_spans
from sim.scenario.scenario import Scenario
from sim.scenario.types import StatedHours


def left_out(plans: Sequence[Scenario]) -> list[Message]:
    """A sentence for each channel of which the answer leaves callers out, and how to state them.

    Contacts were counted in a plan's ``counted_hours``, else in those of the first plan where both state the same
    contacts.
    """
    found: dict[str, Message] = {}
    for plan in plans if plans and plans[0].trace is None else ():
        for name, sentence in _of_plan(plan, plans[0]):
            found.setdefault(name, sentence)
    return list(found.values())


def _of_plan(plan: Scenario, base: Scenario) -> Iterator[tuple[str, Message]]:
    demand = plan.demand
    for number, name in enumerate(plan.channels):
        counted = demand.counted_hours.get(name) or _counted(base, plan, name)
        if not demand.by_channel.value.fraction(name) or counted is None:
            continue
        if not _beyond(plan.model.centre.channels[number].open, open_spans(counted.value, plan.model.calendar)):
            continue
        channel, hours = Term("name", name), Term("hours", counted.text)
        said: dict[str, Value] = {"channel": channel, "hours": hours, "written": counted.text, "key": name}
        outside = "stated" if name in demand.outside_hours else "unstated"
        if name not in demand.counted_hours:
            yield name, message(f"outside.spread_{outside}", **said)
        elif outside == "unstated":
            yield name, message("outside.left_out", **said)


def _counted(base: Scenario, plan: Scenario, name: str) -> StatedHours | None:
    """Hours in which the first plan counted the contacts of a channel; None where a plan states other contacts."""
    statements = [(one.demand.contacts.value, one.demand.per, one.demand.by_channel.value) for one in (base, plan)]
    if name not in base.channels or statements[0] != statements[1]:
        return None
    return base.demand.counted_hours.get(name, base.channels[name].hours)


def _beyond(opened: Spans, counted: Spans) -> bool:
    """Whether any of the opening hours lie outside those that were counted."""
    return any(not any(a <= start and stop <= b for a, b in counted) for start, stop in opened)
