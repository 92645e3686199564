"""Rules of who serves whom: pools, what line groups say they serve, routing.

Every queue has a line group that may take from it, and every line group has a queue to take from.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.lines import OTHERS, OWN
from sim.scenario.mistakes import Broken, unknown
from sim.scenario.routing import ALL, Service
from sim.scenario.sections import Sections


def pool_rules(scenario: Sections) -> Iterator[Broken]:
    """Every broken rule of pools."""
    for channel, block in scenario.channels.items():
        path = ("channels", channel, "pools")
        if block.pools and block.queue != "per province":
            why = "joins queues of provinces, but this channel has one queue; write queue: per province"
            yield Broken(path, why, key=True)
            continue
        taken: dict[str, str] = {}
        for pool, members in block.pools.items():
            why = _pool_name(scenario, pool, members)
            if why:
                yield Broken((*path, pool), why, key=True)
            for number, member in enumerate(members):
                why = _pool_member(scenario.provinces, pool, member, taken)
                if why:
                    yield Broken((*path, pool, number), why)


def _pool_name(scenario: Sections, pool: str, members: tuple[str, ...]) -> str:
    if "/" in pool or not pool.strip():
        return "a name must not be empty or contain '/'"
    if pool in scenario.channels:
        return "is the name of a channel too; rename the pool"
    if pool in scenario.provinces and not {pool, ALL} & set(members):
        return "is the name of a province that is not in it; rename the pool, or add it"
    return ""


def _pool_member(provinces: tuple[str, ...], pool: str, member: str, taken: dict[str, str]) -> str:
    if member != ALL and member not in provinces:
        return unknown("province", member, [*provinces, ALL])
    for province in provinces if member == ALL else [member]:
        if province in taken:
            other = "twice in this pool" if taken[province] == pool else f"in the pool {taken[province]!r} too"
            return f"{province!r} is {other}; a province waits in one queue"
        taken[province] = pool
    return ""


def service_rules(scenario: Sections) -> Iterator[Broken]:
    """Every broken rule of lines and routing."""
    service = Service(scenario)
    unnamed = [name for name, group in scenario.lines.items() if group.serves is None and name not in _routed(scenario)]
    if not service.queues.split and (lost := [name for name in unnamed if name in scenario.provinces]):
        why = "is a province, but no channel has a queue in each"
        yield Broken(("lines", lost[0]), f"{why}; write queue: per province below one, or serves: here", key=True)
        return
    for rule in (_words_of_routing, _wrong_serves, _wrong_routing, _unserved, _left_out, _unused):
        yield from rule(service)
    for name in unnamed:
        yield from _wrong_name(service, name)


def _routed(scenario: Sections) -> set[str]:
    """All names in the routing lists, also of queues that there are not."""
    return {text for entries in scenario.routing.values() for entry in entries for text in entry.to}


def _words_of_routing(service: Service) -> Iterator[Broken]:
    for name in {OWN, OTHERS} & service.own.keys():
        yield Broken(("lines", name), f"{name!r} is a word of routing; give these lines another name", key=True)


def _wrong_serves(service: Service) -> Iterator[Broken]:
    for name, group in service.scenario.lines.items():
        for number, text in enumerate(group.serves or ()):
            if not service.queues.find(text):
                yield Broken(("lines", name, "serves", number), unknown("queue", text, _every(service)))


def _every(service: Service) -> list[str]:
    return list(dict.fromkeys([*service.queues.of, *service.numbers]))


def _wrong_name(service: Service, name: str) -> Iterator[Broken]:
    """A group whose name says nothing of whom it serves, or too much."""
    if name in (OWN, OTHERS):
        return
    candidates = service.queues.named(name)
    if len(candidates) > 1:
        yield Broken(("lines", name), f"could serve {' or '.join(candidates)}; say which with serves:", key=True)
    elif not candidates:
        pools = [queue.partition("/")[2] for queue in service.numbers if "/" in queue]
        shared = [channel for channel in service.queues.of if channel not in service.queues.split]
        known = dict.fromkeys([*service.queues.provinces, *pools, *shared])
        yield Broken(("lines", name), unknown("province or shared channel", name, known), key=True)


def _wrong_routing(service: Service) -> Iterator[Broken]:
    """Routing of queues or to groups that there are not, or to none."""
    groups = [OWN, OTHERS, *service.own]
    for name, entries in service.scenario.routing.items():
        if name not in _every(service):
            pooled = service.queues.find(name)
            message = f"waits in {pooled[0]} with others; name that queue" if pooled else ""
            yield Broken(("routing", name), message or unknown("queue", name, _every(service)), key=True)
        if not entries:
            yield Broken(("routing", name), f"routes to nobody; name at least one of {', '.join(groups)}")
        for number, entry in enumerate(entries):
            for position, text in enumerate(entry.to):
                if text not in groups:
                    path = ("routing", name, number, "to", position)
                    yield Broken(path, unknown("line group", text, groups))


def _unserved(service: Service) -> Iterator[Broken]:
    """Queues from which no group takes."""
    lines, named = service.scenario.lines, service.queues.named
    # Groups whose name does not say which of several queues they serve have a mistake of their own.
    doubtful = {q for name in lines if lines[name].serves is None and not service.own[name] for q in named(name)}
    empty = [queue for queue, routes in service.routes.items() if not routes and queue not in doubtful]
    for queue in empty:
        if service.routing_of(queue) is None:
            why = f"nobody serves the queue {queue}; add {queue.partition('/')[2] or queue}: 1, or 0 for no line"
            yield Broken(("lines",), why, key=True)
    for name, entries in service.scenario.routing.items():
        queues = [queue for queue in empty if service.routing_of(queue) == name]
        words = dict.fromkeys(text for entry in entries for text in entry.to)
        # Where a name is unknown, that is the mistake.
        if queues and set(words) <= {OWN, OTHERS}:
            why = f"nobody serves {_queues(queues)}: {' and '.join(words)} stand for no line group here"
            yield Broken(("routing", name), why)


def _left_out(service: Service) -> Iterator[Broken]:
    """Groups that the routing leaves out of a queue of their own."""
    own = [(group, queue) for group, some in service.own.items() for queue in some if service.routes[queue]]
    for name in service.scenario.routing:
        of_it = [(group, queue) for group, queue in own if service.routing_of(queue) == name]
        pairs = [(group, queue) for group, queue in of_it if not service.takes(group, queue)]
        if pairs:
            groups, queues = (list(dict.fromkeys(some)) for some in zip(*pairs, strict=True))
            why = f"leaves out {', '.join(groups)}, who say they serve {_queues(queues)}; add own, or their names"
            yield Broken(("routing", name), why)


def _unused(service: Service) -> Iterator[Broken]:
    """Groups that the routing names for no queue that there is."""
    routing = service.scenario.routing
    if all(entries and service.queues.find(name) for name, entries in routing.items()):
        for name in service.own:
            if not service.serves(name) and name in _routed(service.scenario):
                yield Broken(("lines", name), "is used by nobody: no queue that there is routes to it", key=True)


def _queues(names: list[str]) -> str:
    return f"the queue{'s' if len(names) > 1 else ''} {', '.join(names)}"
