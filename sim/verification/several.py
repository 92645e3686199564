"""Systems of several queues, lines or tries: overflow, redials, chats at once, priorities, callers passed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.model.clock import HOUR, SECOND
from sim.model.contacts import Outcome
from sim.theory import TwoPriorities, chat_line, erlang_c, overflow_lines, retrial_queue, two_priorities
from sim.verification import counts as c
from sim.verification.steady import giving_up, occupancy
from sim.verification.system import NEVER, Line, Measure, System, Tree, exponential, scenario, with_cv

_IN_S = 1 / SECOND
_BUSY_TONE: Tree = {"waiting_places": 0}


def overflow() -> System:
    """Single lines of three provinces that help each other at once, in a stated order."""
    order = {"east": ["north", "west"], "north": ["west", "east"], "west": ["north"]}
    arrivals = {"east": 10.0, "north": 6.0, "west": 4.0}
    exact = overflow_lines(arrivals_per_hour=arrivals, handling="9 min", order=order)
    line = Line(NEVER, exponential("9 min"), channel={**_BUSY_TONE, "queue": "per province"})
    played = scenario(
        {"phone": line},
        contacts=480,
        lines=dict.fromkeys(arrivals, 1),
        by_province={name: int(rate) for name, rate in arrivals.items()},
        routing={f"phone/{name}": ["own", {"to": others}] for name, others in order.items()},
    )

    def measures() -> Iterator[Measure]:
        for row, name in enumerate(arrivals):
            offered = c.column("offered", of=f"phone/{name}")
            blocked = c.column("blocked", of=f"phone/{name}")
            yield Measure(f"busy tone / offered of {name}", "share", float(exact.blocked[row]), blocked, offered)
        for row, name in enumerate(arrivals):
            offered = c.column("offered", of=f"phone/{name}")
            for helper in order[name]:
                share = float(exact.taken[row, list(arrivals).index(helper)])
                helped = c.tally(c.both(c.in_queue(f"phone/{name}"), c.by_group(helper)))
                yield Measure(f"helped by {helper} / offered of {name}", "share", share, helped, offered)
            yield occupancy(float(exact.occupancy[row]), group=name)

    return System("three lines that help each other", "single lines with overflow", played, tuple(measures()))


def switched() -> System:
    """Who finds the chat busy calls the phone at once: two single lines, one of which helps the other."""
    exact = overflow_lines(arrivals_per_hour={"chat": 12.0, "phone": 8.0}, handling="4 min", order={"chat": ["phone"]})
    at_once = {"distribution": "deterministic", "always": "0 s"}
    calls = {"redial": {"blocked": "100 %"}, "redial_delay": at_once, "switch": {"to": "phone", "blocked": "100 %"}}
    chat = Line(NEVER, exponential("4 min"), channel=_BUSY_TONE, callers=calls)
    phone = Line(NEVER, exponential("4 min"), channel=_BUSY_TONE)
    played = scenario(
        {"chat": chat, "phone": phone},
        contacts=480,
        lines={"chat": 1, "phone": 1},
        by_channel={"chat": "60 %", "phone": "40 %"},
        attempts=2,
    )
    reached = c.ended(Outcome.ANSWERED)
    chats = c.tally(c.both(c.in_queue("chat"), c.first_attempt))
    called = c.both(c.in_queue("phone"), c.first_attempt)
    ways: Sequence[tuple[str, float, c.Values, c.Count]] = (
        ("chats answered / chats", exact.taken[0, 0], c.both(c.in_queue("chat"), reached), chats),
        ("chats answered by phone / chats", exact.taken[0, 1], c.both(_second_attempt, reached), chats),
        ("calls answered / calls", exact.taken[1, 1], c.both(called, reached), c.tally(called)),
    )
    measures = [Measure(name, "share", float(share), c.tally(over), under) for name, share, over, under in ways]
    busy = [occupancy(float(share), group=name) for name, share in zip(("chat", "phone"), exact.occupancy, strict=True)]
    return System("who finds the chat busy calls", "single lines with overflow", played, (*measures, *busy))


def _second_attempt(seen: c.Seen) -> c.Bools:
    second: c.Bools = seen.contacts.attempt == 1
    return second


def redials() -> System:
    """Who hears a busy tone or gives up tries again, as often as it takes."""
    exact = retrial_queue(
        arrivals_per_hour=14,
        handling="8 min",
        lines=2,
        redial_after="12 min",
        places=2,
        patience="5 min",
        redial_if_blocked=0.7,
        redial_if_abandoned=0.5,
    )
    habits = {"redial": {"blocked": "70 %", "abandoned": "50 %"}, "redial_delay": exponential("12 min")}
    line = Line(exponential("5 min"), exponential("8 min"), channel={"waiting_places": 2}, callers=habits)
    # The last day does not count: nobody dials after it, and who would have is cut off.
    played = scenario({"phone": line}, contacts=14 * 24, lines={"phone": 2}, last=4, attempts=50)
    offered = c.column("offered")
    first = c.tally(c.first_attempt)
    busy_first = c.tally(c.both(c.first_attempt, c.ended(Outcome.BLOCKED)))
    callers = c.column("callers", kind="channel")
    return System(
        "callers who try again",
        "M/M/2/4+M with orbit",
        played,
        (
            Measure(
                "calls per caller", "calls", exact.attempts_per_caller, c.column("attempts", kind="channel"), callers
            ),
            Measure(
                "reached in the end / callers", "share", exact.reached, c.column("reached", kind="channel"), callers
            ),
            Measure("gave up / offered", "share", exact.abandoned, c.column("abandoned"), offered),
            Measure("busy tone / offered", "share", exact.blocked, c.column("blocked"), offered),
            Measure("busy tone / first calls", "share", exact.first_blocked, busy_first, first),
            Measure("mean queue", "contacts", exact.mean_queue, c.column("queue_time"), c.column("open")),
            giving_up(300),
            occupancy(exact.occupancy),
        ),
    )


_SPEEDS = ("100 %", "70 %", "50 %")


def chats_any_work() -> System:
    """Three chats at once, each slower with others in hand, a busy tone for the fourth: any law of work."""
    exact = chat_line(arrivals_per_hour=20, handling="4 min", speeds=_SPEEDS)
    line = Line(NEVER, with_cv("gamma", "4 min", 0.7), channel=_BUSY_TONE)
    lines = {"chat": {"count": 1, "at_once": 3, "speeds": list(_SPEEDS)}}
    # What is in hand at the end of the last day is no longer slowed down by later chats.
    played = scenario({"chat": line}, contacts=480, lines=lines, last=4)
    offered, answered = c.column("offered", of="chat"), c.column("answered", of="chat")
    return System(
        "three chats at once, gamma work",
        "state-dependent service",
        played,
        (
            Measure("busy tone / offered", "share", exact.blocked, c.column("blocked", of="chat"), offered),
            Measure(
                "mean handling", "s", exact.mean_handling_s, c.scaled(c.column("handling", of="chat"), _IN_S), answered
            ),
            occupancy(exact.busy, group="chat"),
        ),
    )


def chats_that_wait() -> System:
    """Two chats at once, and others who wait for a while."""
    exact = chat_line(arrivals_per_hour=20, handling="4 min", speeds=_SPEEDS[:2], places=None, patience="6 min")
    line = Line(exponential("6 min"), exponential("4 min"))
    lines = {"chat": {"count": 1, "at_once": 2, "speeds": list(_SPEEDS[:2])}}
    played = scenario({"chat": line}, contacts=480, lines=lines, last=4)
    offered, answered = c.column("offered", of="chat"), c.column("answered", of="chat")
    at_once = c.tally(lambda seen: c.answered(seen) & (seen.wait == 0))
    queue_time, opened = c.column("queue_time", of="chat"), c.column("open", of="chat")
    return System(
        "two chats at once, others wait",
        "birth-death process",
        played,
        (
            Measure("gave up / offered", "share", exact.abandoned, c.column("abandoned", of="chat"), offered),
            Measure("answered at once / offered", "share", 1 - exact.waits, at_once, offered),
            Measure("mean queue", "contacts", exact.mean_queue, queue_time, opened),
            Measure(
                "mean handling", "s", exact.mean_handling_s, c.scaled(c.column("handling", of="chat"), _IN_S), answered
            ),
            giving_up(360, of="chat"),
            occupancy(exact.busy, group="chat"),
        ),
    )


def priorities() -> System:
    """A third of the callers goes first; nobody gives up."""
    exact = two_priorities(arrivals_per_hour=(6, 12), handling="4 min", lines=2)
    return _two_priorities("two priorities, nobody gives up", Line(NEVER, exponential("4 min")), exact)


def impatient_priorities() -> System:
    """A third of the callers goes first; everybody may give up."""
    exact = two_priorities(arrivals_per_hour=(6, 12), handling="8 min", lines=2, patience=("7 min", "7 min"))
    line = Line(exponential("7 min"), exponential("8 min"))
    return _two_priorities("two priorities, callers give up", line, exact)


def _two_priorities(name: str, line: Line, exact: TwoPriorities) -> System:
    # Who waits at the end of the last day would have been overtaken later on.
    played = scenario(
        {"phone": line},
        contacts=432,
        lines={"phone": 2},
        by_province={"urgent": 1, "other": 2},
        priorities=[{"province": "urgent"}],
        last=4,
    )

    def measures() -> Iterator[Measure]:
        for who, found in (("urgent", exact.urgent), ("other", exact.other)):
            offered = c.column("offered", kind="province", of=who)
            waits = c.scaled(c.column("wait_answered", "wait_abandoned", kind="province", of=who), _IN_S)
            yield Measure(f"mean wait of {who}", "s", found.mean_wait_s, waits, offered)
            if found.abandoned:
                gave_up = c.column("abandoned", kind="province", of=who)
                yield Measure(f"gave up / offered of {who}", "share", found.abandoned, gave_up, offered)
        yield Measure("waited / offered", "share", exact.waits, c.tally(c.waited), c.column("offered"))
        yield occupancy(exact.occupancy)

    return System(name, exact.model, played, tuple(measures()))


def callers_again() -> System:
    """Three in ten of the answered call again some time later, with as much to say as the first time."""
    again = {"calls_again": {"share": "30 %", "delay": exponential("15 min")}}
    line = Line(NEVER, exponential("7 min"), callers=again)
    # Equal work at each try is no Jackson network: waits are longer than those of M/M/c, yet work is what it is.
    played = scenario({"phone": line}, contacts=18 * 24 * 0.7, lines={"phone": 3}, last=4, attempts=50)
    repeats = c.column("called_again", kind="channel")
    return System(
        "answered callers who call again",
        "balance of work",
        played,
        (
            Measure("called again / answered", "share", 0.3, repeats, c.column("answered")),
            _offered_per_hour("phone", 18),
            occupancy(18 / 60 * 7 / 3),
        ),
    )


def passed_on() -> System:
    """Two in five are passed on, from lines without a queue and with equal handling, so that they come as they called.

    A caller with long conversations has them everywhere; with equal ones at first the specialist sees M/M/2.
    """
    second = erlang_c(arrivals_per_hour=0.4 * 15 + 5, handling="5 min", lines=2)
    passes = {"forwarded": {"to": "specialist", "share": "40 %"}}
    always = {"distribution": "deterministic", "always": "5 min"}
    played = scenario(
        {"phone": Line(NEVER, always, callers=passes), "specialist": Line(NEVER, exponential("5 min"))},
        contacts=480,
        lines={"phone": 20, "specialist": 2},
        by_channel={"phone": "75 %", "specialist": "25 %"},
        attempts=2,
    )
    waits = c.scaled(c.column("wait_answered", of="specialist"), _IN_S)
    queue_time, opened = c.column("queue_time", of="specialist"), c.column("open", of="specialist")
    return System(
        "callers passed on to a specialist",
        "M/D/infinity and M/M/2",
        played,
        (
            Measure("mean wait", "s", second.asa_s, waits, c.column("answered", of="specialist")),
            Measure("mean queue", "contacts", second.mean_queue, queue_time, opened),
            Measure("passed on / answered", "share", 0.4, c.column("forwarded"), c.column("answered")),
            _offered_per_hour("specialist", 11),
            occupancy(second.occupancy, group="specialist"),
        ),
    )


def _offered_per_hour(name: str, exact: float) -> Measure:
    opened = c.scaled(c.column("open", of=name), 1 / HOUR)
    return Measure(f"offered per hour of {name}", "per hour", exact, c.column("offered", of=name), opened)


def deskwork() -> System:
    """E-mails that a line lays aside for calls: calls see M/M/1, both together too."""
    calls = erlang_c(arrivals_per_hour=8, handling="140 s", lines=1)
    every = erlang_c(arrivals_per_hour=14, handling="140 s", lines=1)
    present = (every.mean_queue + every.carried_load) - (calls.mean_queue + calls.carried_load)
    mail = Line(NEVER, exponential("140 s"), channel={"interruptible": True})
    played = scenario(
        {"phone": Line(NEVER, exponential("140 s")), "e-mail": mail},
        contacts=14 * 24,
        lines={"desk": {"count": 1, "serves": ["phone", "e-mail"]}},
        by_channel={"phone": 8, "e-mail": 6},
        last=4,
    )
    answered = c.column("answered", of="e-mail")
    until = c.scaled(c.column("wait_answered", "handling", of="e-mail"), _IN_S)
    waits = c.scaled(c.column("wait_answered"), _IN_S)
    return System(
        "e-mails laid aside for calls",
        "M/M/1 with preemption",
        played,
        (
            Measure("mean time until an e-mail is finished", "s", present / 6 * 3600, until, answered),
            Measure("mean wait of calls", "s", calls.asa_s, waits, c.column("answered")),
            occupancy(every.occupancy, group="desk"),
        ),
    )
