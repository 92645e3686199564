"""Systems of a day that begins empty: rates and lines that change, closing times, absent lines."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

from sim.model.clock import HOUR, SECOND
from sim.theory import varying_day
from sim.theory.varying import Day
from sim.verification import counts as c
from sim.verification.steady import giving_up
from sim.verification.system import Line, Measure, System, Tree, exponential, scenario

_HOURS = {"0-8": 0, "9-10": 1, "11-13": 3, "14-16": 2, "17-23": 0}
_WEIGHT = 2 * 1 + 3 * 3 + 3 * 2
_PATIENCE, _HANDLING = "8 min", "10 min"
#: Days of each period; all of them count.
_DAYS = 6


def _line(channel: Tree | None = None) -> Line:
    return Line(exponential(_PATIENCE), exponential(_HANDLING), channel=channel or {})


def _each(name: str, exact: float, over: c.Count, unit: str = "a day") -> Measure:
    return Measure(f"{name} a day", unit, exact, over, c.days)


def changing_day() -> System:
    """Calls that come and go, a lunch without a line, other lines after it, and a night in which all is forgotten."""
    contacts = 170.0
    each = contacts / _WEIGHT
    exact = varying_day(
        arrivals_per_hour=[("0 s", each), ("2 h", 3 * each), ("5 h", 2 * each), ("8 h", 0)],
        handling=_HANDLING,
        patience=_PATIENCE,
        lines=[("0 s", 2), ("3 h", 0), ("4 h", 3), ("8 h", 0)],
        until="15 h",
        every="1 h",
    )
    lines = {"phone": {"shifts": {"mon-sun 9:00-12:00": 2, "mon-sun 13:00-17:00": 3}}}
    played = scenario({"phone": _line()}, contacts=contacts, lines=lines, demand={"hours": _HOURS}, last=_DAYS)

    def measures() -> Iterator[Measure]:
        yield _each("gave up", float(exact.abandoned.sum()), c.column("abandoned"))
        yield _each("waited", float(exact.waited.sum()), c.tally(c.waited))
        for at, name in ((2, "11"), (3, "12"), (4, "13"), (7, "16"), (8, "17")):
            span = f"at {name}:00-{int(name) + 1}:00"
            waiting = c.scaled(c.hour("queue_time", [9 + at]), 1 / HOUR)
            busy = c.scaled(c.hour("busy", [9 + at], kind="lines"), 1 / HOUR)
            if at < 8:
                yield Measure(f"mean queue {span}", "contacts", float(exact.mean_queue[at]), waiting, c.days)
            yield Measure(f"lines busy {span}", "lines", float(exact.mean_busy[at]), busy, c.days)
        yield giving_up(480)

    return System(
        "a day of changing calls and lines", "M(t)/M/c(t)+M", played, tuple(measures()), first=0, last=_DAYS - 1
    )


def send_away() -> System:
    """Whoever waits at closing is sent away."""
    opened = "mon-sun 9:00-17:00"
    exact = varying_day(
        arrivals_per_hour=[("0 s", 20), ("8 h", 0)], handling=_HANDLING, patience=_PATIENCE, lines=3, until="8 h"
    )
    channel = {"hours": opened, "closing": "send away"}
    played = scenario({"phone": _line(channel)}, contacts=160, lines={"phone": 3}, last=_DAYS)
    measures = (
        _each("sent away", float(exact.waiting_at_end[-1]), c.column("sent_away")),
        *_of_open_day(exact, float(exact.in_hand_at_end[-1]) * 600),
    )
    return System("who waits at closing is sent away", "M(t)/M/c+M", played, measures, first=0, last=_DAYS - 1)


def send_away_one() -> System:
    """One line that cannot keep up with callers who never give up: those who wait at closing are lost."""
    hours, handling, calls = 4, "40 min", 9.0
    exact = varying_day(arrivals_per_hour=calls / hours, handling=handling, lines=1, until=f"{hours} h")
    line = Line(conversation=exponential(handling), channel={"hours": "mon-sun 13:00-17:00", "closing": "send away"})
    played = scenario({"phone": line}, contacts=calls, lines={"phone": 1}, last=_DAYS)
    return System(
        "one line, nobody gives up, sent away at closing",
        "M/M/1 of a day",
        played,
        tuple(_lost_at_closing(exact)),
        first=0,
        last=_DAYS - 1,
    )


def stop_early() -> System:
    """Lines stop an hour before closing: nobody is there to serve those who wait at closing."""
    exact = varying_day(
        arrivals_per_hour=6, handling=_HANDLING, patience="1 h", lines=[("0 s", 2), ("7 h", 0)], until="8 h"
    )
    line = Line(exponential("1 h"), exponential(_HANDLING), channel={"hours": "mon-sun 9:00-17:00"})
    lines = {"phone": {"shifts": {"mon-sun 9:00-16:00": 2}}}
    played = scenario({"phone": line}, contacts=48, lines=lines, last=_DAYS)
    return System(
        "lines that stop an hour before closing",
        "M/M/c(t)+M of a day",
        played,
        (*_lost_at_closing(exact), _each("gave up", float(exact.abandoned.sum()), c.column("abandoned"))),
        first=0,
        last=_DAYS - 1,
    )


def _lost_at_closing(exact: Day) -> Iterator[Measure]:
    offered, sent_away = float(exact.offered.sum()), float(exact.waiting_at_end[-1])
    lost, at_once = float(exact.abandoned.sum()) + sent_away, offered - float(exact.waited.sum())
    yield _each("offered", offered, c.column("offered"))
    yield _each("sent away", sent_away, c.column("sent_away"))
    yield Measure(
        "lost / offered", "share", lost / offered, c.column("abandoned", "blocked", "sent_away"), c.column("offered")
    )
    answered_at_once = c.tally(c.both(c.answered, c.at_once))
    yield Measure("answered at once / offered", "share", at_once / offered, answered_at_once, c.column("offered"))
    yield _each("answered", float(exact.answered.sum()), c.column("answered"))


def serve() -> System:
    """Whoever waits at closing is served by the lines that were working."""
    opened = "mon-sun 9:00-17:00"
    exact = varying_day(
        arrivals_per_hour=[("0 s", 20), ("8 h", 0)],
        handling=_HANDLING,
        patience=_PATIENCE,
        lines=3,
        until="15 h",
        every="1 h",
    )
    channel = {"hours": opened, "closing": "serve"}
    played = scenario({"phone": _line(channel)}, contacts=160, lines={"phone": 3}, last=_DAYS)
    overtime = float(exact.mean_busy[8:].sum()) * 3600
    return System(
        "who waits at closing is served",
        "M(t)/M/c+M",
        played,
        tuple(_of_open_day(exact, overtime)),
        first=0,
        last=_DAYS - 1,
    )


def _of_open_day(exact: Day, overtime: float) -> Iterator[Measure]:
    waited = float(exact.waited.sum())
    widths = exact.ends_s - [0.0, *exact.ends_s[:-1]]
    queue_time = float((exact.mean_queue * widths).sum())
    yield _each("gave up", float(exact.abandoned.sum()), c.column("abandoned"))
    yield _each("answered", float(exact.answered.sum()), c.column("answered"))
    yield _each("overtime", overtime, c.scaled(c.column("overtime", kind="lines"), 1 / SECOND), "s")
    yield _each("waited", waited, c.tally(c.waited))
    yield _each("time in the queue", queue_time, c.scaled(c.column("queue_time"), 1 / SECOND), "s")
    yield giving_up(480)


#: Share of days on which a line is absent, and lines.
_ABSENT, _LINES = 0.3, 3


def absent_lines() -> System:
    """Each line is absent on its own days: a mixture of days with fewer lines."""
    contacts, hours = 120.0, 8
    rates = [("0 s", contacts / hours), ("8 h", 0.0)]
    gave_up = busy = queue_time = 0.0
    for there in range(_LINES + 1):
        share = comb(_LINES, there) * (1 - _ABSENT) ** there * _ABSENT ** (_LINES - there)
        day = varying_day(
            arrivals_per_hour=rates, handling=_HANDLING, patience=_PATIENCE, lines=there, until="14 h", every="1 h"
        )
        gave_up += share * float(day.abandoned.sum())
        busy += share * float(day.mean_busy.sum()) * 3600
        queue_time += share * float(day.mean_queue.sum()) * 3600
    group = {"count": _LINES, "staffed": "mon-sun 9:00-23:00", "absence": f"{_ABSENT:.0%}"}
    weights = {"0-8": 0, "9-16": 1, "17-23": 0}
    played = scenario(
        {"phone": _line()}, contacts=contacts, lines={"phone": group}, demand={"hours": weights}, last=_DAYS
    )
    measures = (
        _each("gave up", gave_up, c.column("abandoned")),
        _each("busy", busy, c.scaled(c.column("busy", kind="lines"), 1 / SECOND), "s"),
        _each(
            "on duty", _LINES * (1 - _ABSENT) * 14 * 3600, c.scaled(c.column("staffed", kind="lines"), 1 / SECOND), "s"
        ),
        _each("time in the queue", queue_time, c.scaled(c.column("queue_time"), 1 / SECOND), "s"),
        giving_up(480),
    )
    return System(
        "lines that are absent on some days", "M(t)/M/c+M, mixture", played, measures, first=0, last=_DAYS - 1
    )
