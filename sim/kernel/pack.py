"""Random inputs, centres and counting plans as the kernel's structs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.draw import keys_of
from sim.kernel.structs import (
    HABITS,
    Centre,
    Channel,
    Counting,
    Demand,
    Distribution,
    Group,
    Population,
    Queue,
    SurgeTerm,
    real,
    whole,
)
from sim.model import centre as c
from sim.model.clock import Calendar
from sim.model.contacts import Outcome
from sim.model.inputs import RandomInputs
from sim.model.targets import ServiceTargets
from sim.model.world import Worlds
from sim.scenario.distributions import Law
from sim.scenario.surges import Surge
from sim.statistics.cells import Layout
from sim.statistics.contact_values import BIN_BITS, LEAST, working_day_ends
from sim.statistics.measures import doors, edges_of, slices_of, until_of
from sim.statistics.products import Products

PURPOSES = ("exists", "work", "marks", "waiting", "choices", "offers", "delays")


def distribution(law: Law) -> Distribution | None:
    """A distribution as a struct; None where the kernel has no formula for it."""
    form = law.kernel()
    return None if form is None else Distribution(**form)


def surge_terms(surge: Surge) -> list[SurgeTerm] | None:
    """The terms of a surge; None where the kernel has no formula for a shape."""
    terms = []
    for weight, start, shape in zip(surge.weights, surge.starts, surge.shapes, strict=True):
        form = shape.kernel()
        if form is None:
            return None
        terms.append(SurgeTerm(weight=weight, start=start, **form))
    return terms


def demand_of(inputs: RandomInputs, *, seed: int) -> Demand | None:
    """Demand and random inputs; None where callers come from a log or a distribution has no formula."""
    rates = inputs.rates
    names = ("conversation", "wrap_up", "patience", "redial_delay", "silence", "again_delay")
    laws = {name: [distribution(law) for law in getattr(inputs, name)] for name in names}
    surges = [surge_terms(surge) for surge in rates.surges]
    if inputs.trace is not None or None in surges or any(None in of for of in laws.values()):
        return None
    mass = rates.mass[inputs.strata[:, 2], inputs.strata[:, 0]]
    words = np.array([keys_of(inputs, seed, purpose) for purpose in PURPOSES]).reshape(len(PURPOSES), 2, -1)
    integrals = [surge.integral(rates.edges.astype(float)) for surge in rates.surges]
    return Demand(
        strata=len(inputs.strata),
        days=rates.calendar.days,
        segments=len(rates.edges) - 1,
        channels=len(rates.channels),
        campaigns=len(surges),
        attempts=inputs.attempts,
        topics=len(inputs.names.topics),
        ages=len(inputs.names.ages),
        stratum=whole(inputs.strata),
        first_segment=whole(rates.first[inputs.strata[:, 0]]),
        edge=whole(rates.edges),
        cumulative=real(np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)),
        keys=np.ascontiguousarray(words[:, 0] | words[:, 1] << np.uint64(32)),
        terms=[term for terms in surges for term in terms or ()],
        first_term=whole(np.cumsum([0, *(len(terms or ()) for terms in surges)])),
        surge_integral=real(integrals),
        topic=real(inputs.topic),
        age=real(inputs.age),
        **laws,
    )


def _by_outcome(values: Sequence[int], otherwise: int = 0) -> tuple[int, ...]:
    """A table by outcome of values in the order of UNANSWERED."""
    known = dict(zip(c.UNANSWERED, values, strict=True))
    return tuple(known.get(outcome, otherwise) for outcome in Outcome)


def _channel(centre: c.Centre, number: int) -> Channel:
    channel, habits = centre.channels[number], centre.habits[number]
    spans = whole(channel.open).reshape(-1, 2)
    struct = Channel(
        spans=len(spans),
        open=spans[:, 0].copy(),
        close=spans[:, 1].copy(),
        redial_from_opening=habits.closed_from_opening,
        until=centre.until(number),
        **{name: getattr(habits, name) for name in HABITS},
    )
    struct.redial[:] = _by_outcome(habits.redial)
    struct.switching[:] = _by_outcome(habits.switch)
    struct.switch_to[:] = _by_outcome(habits.switch_to, otherwise=-1)
    return struct


def _queue(queue: c.Queue) -> Queue:
    waits = whole(queue.balk_at_wait).reshape(-1, 2)
    routes = whole([(route.group, route.after) for route in queue.routes]).reshape(-1, 2)
    return Queue(
        channel=queue.channel,
        places=queue.places,
        serve_after_closing=queue.serve_after_closing,
        interruptible=queue.interruptible,
        announce=queue.announce,
        call_back=queue.call_back,
        call_back_from=queue.call_back_from,
        balks=len(queue.balk),
        balk=whole(queue.balk),
        announced=len(waits),
        announced_wait=waits[:, 0].copy(),
        announced_balk=waits[:, 1].copy(),
        routes=len(routes),
        route_group=routes[:, 0].copy(),
        route_after=routes[:, 1].copy(),
    )


def _queues_of(centre: c.Centre, group: int) -> list[int]:
    """Queues whose contacts a group's lines may get: those it serves, and those that are routed to it."""
    routed = [queue for queue, rules in enumerate(centre.queues) if group in {route.group for route in rules.routes}]
    return sorted({*centre.groups[group].serves, *routed})


def _group(centre: c.Centre, number: int, first_line: int, absence_groups: tuple[str, ...], component: int) -> Group:
    group = centre.groups[number]
    interruptible = any(centre.queues[queue].interruptible for queue in _queues_of(centre, number))
    after = [{route.group: route.after for route in centre.queues[queue].routes}[number] for queue in group.serves]
    return Group(
        lines=len(group.shifts),
        first_line=first_line,
        serves=len(group.serves),
        serve=whole(group.serves),
        serve_after=whole(after),
        longest_wait=group.longest_wait,
        at_once=group.at_once,
        one_at_a_time=group.speeds == (c.FULL_SPEED,) and not interruptible,
        component=component,
        speed=whole(group.speeds),
        absent=group.absent,
        absence_group=absence_groups.index(group.name) if group.absent else 0,
        factor=whole(group.factor) if group.factor else None,
    )


def components_of(centre: c.Centre) -> list[int]:
    """Component of each queue: queues of different components share neither lines nor callers."""
    component = list(range(len(centre.queues)))

    def join(queues: Sequence[int]) -> None:
        numbers = {component[queue] for queue in queues}
        component[:] = [min(numbers) if number in numbers else number for number in component]

    for group in range(len(centre.groups)):
        join(_queues_of(centre, group))
    for channel, habits in enumerate(centre.habits):
        for to in {*habits.switch_to, habits.forward_to} - {-1}:
            for queues in zip(centre.queue_of[channel], centre.queue_of[to], strict=True):
                join(queues)
    numbers = sorted(set(component))
    return [numbers.index(number) for number in component]


def _component(centre: c.Centre, group: int, components: Sequence[int]) -> int:
    queues = _queues_of(centre, group)
    return components[queues[0]] if queues else 0


@lru_cache(maxsize=64)
def centre_of(centre: c.Centre, absence_groups: tuple[str, ...], *, together: bool = False) -> Centre:
    """A centre; ``absence_groups`` are the names of the groups of which absences are drawn.

    together: whether all of it is played as one component.
    """
    lines = [shifts for group in centre.groups for shifts in group.schedule()]
    first = np.cumsum([0, *(len(group.shifts) for group in centre.groups)])
    shifts = [shift for shifts in lines for shift in shifts]
    components = [0] * len(centre.queues) if together else components_of(centre)
    rules = [(rule.channel, rule.province, rule.cause, rule.topic, rule.age) for rule in centre.priorities]
    return Centre(
        channels=len(centre.channels),
        provinces=len(centre.provinces),
        queues=len(centre.queues),
        groups=len(centre.groups),
        lines=len(lines),
        attempts=centre.attempts,
        end=centre.end,
        horizon=centre.horizon,
        priorities=len(rules),
        components=max(components, default=0) + 1,
        channel=[_channel(centre, number) for number in range(len(centre.channels))],
        queue=[_queue(queue) for queue in centre.queues],
        group=[
            _group(centre, number, int(first[number]), absence_groups, _component(centre, number, components))
            for number in range(len(centre.groups))
        ],
        queue_of=whole(centre.queue_of),
        component=whole(components),
        priority=whole(rules),
        first_shift=whole(np.cumsum([0, *map(len, lines)])),
        shift=whole(shifts),
    )


def _bins() -> dict[str, Any]:
    return {"bin_least": whole(LEAST), "bins": len(LEAST), "bin_bits": BIN_BITS}


def bins() -> Counting:
    """Only what bins of waits need."""
    return Counting(**_bins())


@lru_cache(maxsize=64)
def counting_of(layout: Layout, centre: c.Centre, calendar: Calendar, promises: ServiceTargets) -> Counting:
    """What is counted at a centre, without products."""
    size = {scope.kind: len(scope.names) for scope in layout.scopes}
    periods, slices = layout.periods(), slices_of(layout, centre)
    changes = whole(centre.clock.changes).reshape(-1, 2)
    first = {f"first_{kind}": layout.first(kind) for kind in ("all", "channel", "queue", "province", "lines")}
    deadlines = [
        working_day_ends(calendar, days, layout.days) if days >= 0 else np.full(layout.days, max(within, 0))
        for within, days in zip(promises.within, promises.working_days, strict=True)
    ]
    return Counting(
        **first,
        **_bins(),
        first_source=layout.first("cause"),
        days=layout.days,
        day_slices=layout.day_slices,
        hours=layout.hours,
        slots=slices.shape[1],
        step=int(edges_of(layout, centre)[1]),
        kinds=len(slices),
        slice=whole(slices.T),
        interval=layout.interval,
        since_monday=layout.since_monday,
        clock_changes=len(changes),
        changes_at=changes[:, 0].copy(),
        clock_ahead=changes[:, 1].copy(),
        line_until=whole([until for group in centre.groups for until in until_of(group, centre)]),
        cells=layout.size(),
        slices=layout.slices,
        sources=size["cause"],
        topics=size["topic"],
        ages=size["age"],
        short_abandon=promises.short_abandon,
        deadline=whole(deadlines),
        by_wait=whole([days < 0 for days in promises.working_days]),
        fixed=whole(doors(layout, centre)),
        periods=len(periods),
        period=whole(periods),
    )


def with_products(counting: Counting, products: Products | None) -> Counting:
    """The same with the products that are summed over replications."""
    members = {name: getattr(counting, name) for name, _ in Counting._fields_}
    struct = Counting(**members)
    struct.kept.append(counting)
    if products is not None:
        column, weight, first, factors = map(whole, products.which)
        struct.kept += [column, weight, first, factors]
        struct.composed, struct.products = len(first) - 1, len(factors)
        struct.term_column, struct.term_weight = column.ctypes.data, weight.ctypes.data
        struct.first_term, struct.factors = first.ctypes.data, factors.ctypes.data
    return struct


def population_of(worlds: Worlds) -> Population:
    """The callers of a block of worlds with their random inputs as tables."""
    world = worlds.callers
    attempts = world.redial.shape[1]
    columns: dict[str, NDArray[np.int64]] = {
        "source": whole(world.cause),
        "switching": whole(world.switch),
        "absence": whole(worlds.absence),
    }
    for name in ("channel", "province", "topic", "age", "arrival", "conversation", "wrap_up", "redial", "balk"):
        columns[name] = whole(getattr(world, name))
    for name in ("voicemail", "call_back", "silent", "forward", "again", "patience", "redial_delay", "silence"):
        columns[name] = whole(getattr(world, name))
    columns["again_delay"] = whole(world.again_delay)
    used = {name: column for name, column in columns.items() if column.size}
    groups, lines, days = worlds.absence.shape[1:]
    return Population(
        count=len(world),
        channels=len(world.channels),
        attempts=attempts,
        absence_groups=groups,
        absence_lines=lines,
        absence_days=days,
        **used,
    )
