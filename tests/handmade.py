"""Worlds and centres written by hand, a story each, with the contacts that the rules make of them.

Instants are small numbers of milliseconds and most stories play between 0 and 100, so that a reader can follow them
with a pencil. Unless a story says otherwise there is one phone channel with one queue, open all the time, one
line that never leaves, one attempt, and nobody loses patience.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.centre import ONE, UNLIMITED, Centre, Channel, Group, Habits, Priority, Queue, Route
from sim.model.clock import FOREVER
from sim.model.contacts import NO_GROUP, Contacts, Outcome
from sim.model.world import World

NEVER = 0
HALF = ONE // 2
ALWAYS = ONE

#: Attempts that the luck of a handmade caller covers.
ATTEMPTS = 4

Luck = int | Sequence[int] | Sequence[Sequence[int]]


@dataclass(frozen=True)
class Caller:
    """One caller. Luck by attempt is a number for all attempts or one for each (the last one holds on); by
    attempt and channel also rows of one number per channel."""

    arrival: int
    talk: int | Sequence[int] = 10
    wrap: int | Sequence[int] = 0
    patience: Luck = FOREVER
    redial: Luck = 0
    switch: Luck = 0
    balk: Luck = ONE - 1
    delay: Luck = 1000
    channel: int = 0
    province: int = 0
    topic: int = 0
    age: int = 0
    voicemail: Luck = ONE - 1
    call_back: Luck = ONE - 1
    silent: Luck = ONE - 1
    silence: Luck = 5
    forward: Luck = ONE - 1
    again: Luck = ONE - 1
    again_delay: Luck = 1000


def caller(arrival: int, **luck: object) -> Caller:
    """Make a caller: ``caller(3, talk=10, patience=5)`` calls at 3."""
    return Caller(arrival, **luck)  # type: ignore[arg-type]


def world_of(
    callers: Sequence[Caller],
    *,
    channels: Sequence[str] = ("phone",),
    provinces: Sequence[str] = ("here",),
    absence: Sequence[Sequence[Sequence[int]]] = (),
) -> World:
    """Make the world of these callers, which stand in order of arrival; ``absence`` is by group, line and day."""
    n = len(callers)
    assert [c.arrival for c in callers] == sorted(c.arrival for c in callers)
    zeros = np.zeros(n, dtype=np.int64)

    def by_channel(name: str) -> np.ndarray:
        rows = [np.broadcast_to(np.array(getattr(c, name)), (len(channels),)) for c in callers]
        return np.array(rows, dtype=np.int64).reshape(n, len(channels))

    def by_attempt(name: str, *more: int) -> np.ndarray:
        rows = [_attempts(getattr(c, name), *more) for c in callers]
        return np.array(rows, dtype=np.int64).reshape(n, ATTEMPTS, *more)

    return World(
        channels=tuple(channels),
        provinces=tuple(provinces),
        causes=("base",),
        topics=("any", "other"),
        ages=("any", "other"),
        channel=np.array([c.channel for c in callers], dtype=np.int64),
        province=np.array([c.province for c in callers], dtype=np.int64),
        cause=zeros,
        topic=np.array([c.topic for c in callers], dtype=np.int64),
        age=np.array([c.age for c in callers], dtype=np.int64),
        day=zeros,
        slot=np.arange(n, dtype=np.int64),
        arrival=np.array([c.arrival for c in callers], dtype=np.int64),
        conversation=by_channel("talk"),
        wrap_up=by_channel("wrap"),
        patience=by_attempt("patience", len(channels)),
        redial=by_attempt("redial"),
        switch=by_attempt("switch"),
        balk=by_attempt("balk"),
        redial_delay=by_attempt("delay", len(channels)),
        voicemail=by_attempt("voicemail"),
        call_back=by_attempt("call_back"),
        silent=by_attempt("silent"),
        silence=by_attempt("silence", len(channels)),
        forward=by_attempt("forward"),
        again=by_attempt("again"),
        again_delay=by_attempt("again_delay", len(channels)),
        groups=tuple(f"group {number}" for number in range(len(absence))),
        absence=np.array(absence, dtype=np.int64) if absence else np.zeros((0, 0, 0), dtype=np.int64),
    )


def _attempts(luck: Luck, *more: int) -> np.ndarray:
    """Spread the luck of one caller over all attempts, and over the channels if there are ``more``."""
    given = np.atleast_1d(np.array(luck, dtype=np.int64))
    rows = given[np.minimum(np.arange(ATTEMPTS), len(given) - 1)]
    return np.broadcast_to(rows[:, None], (ATTEMPTS, *more)) if more and rows.ndim == 1 else rows


def queue(
    name: str = "phone",
    *,
    channel: int = 0,
    places: int = UNLIMITED,
    serve_after_closing: bool = False,
    balk: tuple[int, ...] = (0,),
    routes: Sequence[tuple[int, int]] = ((0, 0),),
    **more: Any,
) -> Queue:
    """Make a queue; ``routes`` are (group, after)."""
    return Queue(name, channel, places, serve_after_closing, balk, tuple(Route(*route) for route in routes), **more)


def habits(
    *,
    redial: tuple[int, ...] = (NEVER,) * 4,
    switch: tuple[int, ...] = (NEVER,) * 4,
    switch_to: tuple[int, ...] = (-1,) * 4,
    closed_from_opening: bool = False,
    **more: Any,
) -> Habits:
    """Make habits: nobody redials unless said; tables go by abandoned, blocked, balked, closed and sent away.

    Tables of four have callers who are sent away do as after a closed door.
    """
    redial, switch, switch_to = ((*of, *of[3:4])[:5] for of in (redial, switch, switch_to))
    return Habits(redial, switch, switch_to, closed_from_opening, **more)


def duty(levels: Sequence[tuple[int, int]], horizon: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """By line, when it is on duty if so many lines are from each instant on: line k where there are more than k."""
    most = max(level for _, level in levels)
    ends = [*(at for at, _ in levels[1:]), horizon]
    spans = [[(at, end) for (at, level), end in zip(levels, ends, strict=True) if level > line] for line in range(most)]
    return tuple(map(tuple, spans))


def group(name: str, levels: Sequence[tuple[int, int]], serves: Sequence[int], horizon: int, **more: Any) -> Group:
    """Make a group with (instant, number of lines)."""
    return Group(name, duty(levels, horizon), tuple(serves), **more)


def serving(queues: Sequence[Queue], number: int) -> tuple[int, ...]:
    """Queues that name a group in their routes, those that name it early first."""
    ranked = {(rank, q): q for q, each in enumerate(queues) for rank, r in enumerate(each.routes) if r.group == number}
    return tuple(dict.fromkeys(ranked[key] for key in sorted(ranked)))


def centre_of(
    *,
    lines: Sequence[Sequence[tuple[int, int]]] = (((0, 1),),),
    queues: Sequence[Queue] = (queue(),),
    hours: dict[str, Sequence[tuple[int, int]]] | None = None,
    habits: Sequence[Habits] = (habits(),),
    provinces: Sequence[str] = ("here",),
    attempts: int = 1,
    end: int = 100,
    horizon: int = 200,
    priorities: Sequence[Priority] = (),
    groups: Sequence[dict[str, Any]] = (),
) -> Centre:
    """Make a centre; ``lines`` has the schedule of each group, ``hours`` the intervals of each channel.

    The queues of a channel are those of the provinces in order; a channel with one queue has it for all. ``groups``
    has more about each group: ``serves``, ``speeds`` and so on.
    """
    hours = hours or {"phone": ((0, horizon),)}
    of_channel = [[q for q in range(len(queues)) if queues[q].channel == c] for c in range(len(hours))]
    more = [{"serves": serving(queues, g), **(groups[g] if g < len(groups) else {})} for g in range(len(lines))]
    return Centre(
        channels=tuple(Channel(name, tuple(intervals)) for name, intervals in hours.items()),
        provinces=tuple(provinces),
        queues=tuple(queues),
        groups=tuple(group(f"group {g}", levels, horizon=horizon, **more[g]) for g, levels in enumerate(lines)),
        queue_of=tuple(tuple(own * len(provinces) if len(own) == 1 else own) for own in of_channel),
        habits=tuple(habits),
        attempts=attempts,
        end=end,
        horizon=horizon,
        priorities=tuple(priorities),
    )


Row = tuple[int, ...]


def answered(
    who: int,
    dialled: int,
    taken: int,
    released: int,
    *,
    attempt: int = 0,
    queue: int = 0,
    group: int = 0,
    line: int = 0,
    outcome: Outcome = Outcome.ANSWERED,
) -> Row:
    """Row of a contact that a line took."""
    return (who, attempt, queue, dialled, taken, released, outcome, group, line)


def lost(who: int, dialled: int, left: int, outcome: Outcome, *, attempt: int = 0, queue: int = 0) -> Row:
    """Row of a contact that no line answered."""
    return (who, attempt, queue, dialled, left, left, outcome, NO_GROUP, NO_GROUP)


@dataclass(frozen=True)
class Case:
    """A story, and the rows that the rules make of it."""

    name: str
    story: str
    world: World
    centre: Centre
    rows: list[Row]

    @property
    def contacts(self) -> Contacts:
        """The expected table."""
        return Contacts.from_rows(self.rows)


ABANDONED, BLOCKED, BALKED = Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED
CLOSED, SENT_AWAY, UNFINISHED = Outcome.CLOSED, Outcome.SENT_AWAY, Outcome.UNFINISHED

CASES = [
    Case(
        "first come first served",
        "Three callers meet one line and are answered in the order in which they called; wrap-up holds the line.",
        world_of([caller(0, talk=10, wrap=2), caller(1, talk=5, wrap=1), caller(2, talk=4), caller(30, talk=3)]),
        centre_of(),
        [answered(0, 0, 0, 12), answered(1, 1, 12, 18), answered(2, 2, 18, 22), answered(3, 30, 30, 33)],
    ),
    Case(
        "patience ends as the line frees",
        "The line frees at 10 and at 15, the very instants at which 1 and 3 would give up, so both are answered;"
        " 2 gives up at 14.",
        world_of(
            [
                caller(0, talk=10),
                caller(2, talk=5, patience=8),
                caller(3, talk=5, patience=11),
                caller(4, talk=5, patience=11),
            ]
        ),
        centre_of(),
        [answered(0, 0, 0, 10), answered(1, 2, 10, 15), lost(2, 3, 14, ABANDONED), answered(3, 4, 15, 20)],
    ),
    Case(
        "line released as somebody calls",
        "At 10 the line frees before 1 calls, who is answered at once; at 15 it takes 2, who waits, before 3 calls.",
        world_of([caller(0, talk=10), caller(10, talk=5), caller(12, talk=5), caller(15, talk=5)]),
        centre_of(),
        [answered(0, 0, 0, 10), answered(1, 10, 10, 15), answered(2, 12, 15, 20), answered(3, 15, 20, 25)],
    ),
    Case(
        "busy tone and redial",
        "Without waiting places 1 hears a busy tone twice and gets through the third time; the uniform of 3 is"
        " not below the probability to redial.",
        world_of(
            [
                caller(0, talk=10),
                caller(3, talk=6, redial=HALF - 1, delay=(4, 5)),
                caller(10, talk=1),
                caller(13, redial=HALF, delay=2),
            ]
        ),
        centre_of(queues=[queue(places=0)], habits=[habits(redial=(NEVER, HALF, NEVER, NEVER))], attempts=3),
        [
            answered(0, 0, 0, 10),
            lost(1, 3, 3, BLOCKED),
            lost(1, 7, 7, BLOCKED, attempt=1),
            answered(1, 12, 12, 18, attempt=2),
            answered(2, 10, 10, 11),
            lost(3, 13, 13, BLOCKED),
        ],
    ),
    Case(
        "waiting places full",
        "Two places: 3 finds both taken; at 5 the place of 1, who gives up, is free for 4, and at 10 that of 2 for 5.",
        world_of(
            [
                caller(0, talk=10),
                caller(1, patience=4),
                caller(2, talk=3),
                caller(3),
                caller(5, talk=3),
                caller(10, talk=3),
            ]
        ),
        centre_of(queues=[queue(places=2)]),
        [
            answered(0, 0, 0, 10),
            lost(1, 1, 5, ABANDONED),
            answered(2, 2, 10, 13),
            lost(3, 3, 3, BLOCKED),
            answered(4, 5, 13, 16),
            answered(5, 10, 16, 19),
        ],
    ),
    Case(
        "balking by number waiting",
        "Nobody balks at an empty queue, half do at one waiting and that half also at two or more.",
        world_of(
            [
                caller(0, talk=20),
                caller(1, balk=0, patience=5),
                caller(2, talk=5, balk=HALF),
                caller(3, balk=HALF - 1),
                caller(4, talk=5, balk=HALF),
                caller(7, balk=0),
            ]
        ),
        centre_of(queues=[queue(balk=(0, HALF))]),
        [
            answered(0, 0, 0, 20),
            lost(1, 1, 6, ABANDONED),
            answered(2, 2, 20, 25),
            lost(3, 3, 3, BALKED),
            answered(4, 4, 25, 30),
            lost(5, 7, 7, BALKED),
        ],
    ),
    Case(
        "no balking table",
        "A queue that says nothing of balking: even who balks as soon as anybody would, waits.",
        world_of([caller(0, talk=10), caller(1, talk=5, balk=0), caller(2, talk=5, balk=0)]),
        centre_of(queues=[queue(balk=())]),
        [answered(0, 0, 0, 10), answered(1, 1, 10, 15), answered(2, 2, 15, 20)],
    ),
    Case(
        "closed, then a redial after opening",
        "The delay counts from the opening at 20; who calls at the closing instant is too late, and no day follows.",
        world_of(
            [
                caller(5, talk=10, delay=4),
                caller(19, talk=5, delay=5),
                caller(20, talk=3),
                caller(60, delay=1),
            ]
        ),
        centre_of(
            hours={"phone": [(20, 60)]},
            habits=[habits(redial=(NEVER, NEVER, NEVER, ALWAYS), closed_from_opening=True)],
            attempts=2,
        ),
        [
            lost(0, 5, 5, CLOSED),
            answered(0, 24, 24, 34, attempt=1),
            lost(1, 19, 19, CLOSED),
            answered(1, 25, 34, 39, attempt=1),
            answered(2, 20, 20, 23),
            lost(3, 60, 60, CLOSED),
        ],
    ),
    Case(
        "closed, then a redial after the delay",
        "The delay counts from the call: 0 meets the closed door twice, 1 calls again at the opening instant.",
        world_of([caller(5, delay=4), caller(15, talk=5, delay=5), caller(70, delay=10)]),
        centre_of(
            hours={"phone": [(20, 60), (75, 90)]},
            habits=[habits(redial=(NEVER, NEVER, NEVER, ALWAYS))],
            attempts=2,
        ),
        [
            lost(0, 5, 5, CLOSED),
            lost(0, 9, 9, CLOSED, attempt=1),
            lost(1, 15, 15, CLOSED),
            answered(1, 20, 20, 25, attempt=1),
            lost(2, 70, 70, CLOSED),
            answered(2, 80, 80, 90, attempt=1),
        ],
    ),
    Case(
        "sent away at closing",
        "At 30 the door closes before the line frees and before 1 gives up: both who wait are sent away. 1 and 3 call"
        " again after the next opening.",
        world_of(
            [
                caller(20, talk=10),
                caller(25, talk=5, patience=5, delay=3),
                caller(26, redial=HALF),
                caller(30, talk=2, delay=4),
            ]
        ),
        centre_of(
            hours={"phone": [(0, 30), (60, 90)]},
            habits=[habits(redial=(NEVER, NEVER, NEVER, HALF), closed_from_opening=True)],
            attempts=2,
        ),
        [
            answered(0, 20, 20, 30),
            lost(1, 25, 30, SENT_AWAY),
            answered(1, 63, 63, 68, attempt=1),
            lost(2, 26, 30, SENT_AWAY),
            lost(3, 30, 30, CLOSED),
            answered(3, 64, 68, 70, attempt=1),
        ],
    ),
    Case(
        "served after closing",
        "The lines ought to leave at 30 but first serve those who wait; 3 gives up meanwhile and 5 is too late.",
        world_of(
            [
                caller(20, talk=15),
                caller(21, talk=30),
                caller(25, talk=5),
                caller(26, patience=10),
                caller(28, talk=5),
                caller(31),
            ]
        ),
        centre_of(hours={"phone": [(0, 30)]}, queues=[queue(serve_after_closing=True)], lines=[[(0, 2), (30, 0)]]),
        [
            answered(0, 20, 20, 35),
            answered(1, 21, 21, 51, line=1),
            answered(2, 25, 35, 40),
            lost(3, 26, 36, ABANDONED),
            answered(4, 28, 40, 45),
            lost(5, 31, 31, CLOSED),
        ],
    ),
    Case(
        "serving on is only for those who waited at closing",
        "The one line leaves at 30 but first serves the phone call that waits then, not the e-mail before it.",
        world_of(
            [
                caller(20, talk=15, channel=1),
                caller(22, talk=3),
                caller(25, talk=5, channel=1),
                caller(50, talk=4),
            ],
            channels=("email", "phone"),
        ),
        centre_of(
            hours={"email": [(0, 200)], "phone": [(0, 30)]},
            queues=[queue("email"), queue("phone", channel=1, serve_after_closing=True)],
            lines=[[(0, 1), (30, 0), (60, 1)]],
            habits=[habits(), habits()],
        ),
        [
            answered(0, 20, 20, 35, queue=1),
            answered(1, 22, 60, 63),
            answered(2, 25, 35, 40, queue=1),
            answered(3, 50, 63, 67),
        ],
    ),
    Case(
        "a line withdrawn while busy",
        "The second of two lines is withdrawn at 5. It finishes at 11 and leaves, though 2 waits for the other.",
        world_of([caller(0, talk=20), caller(1, talk=10), caller(3, talk=4), caller(22, talk=5)]),
        centre_of(lines=[[(0, 2), (5, 1)]]),
        [answered(0, 0, 0, 20), answered(1, 1, 1, 11, line=1), answered(2, 3, 20, 24), answered(3, 22, 24, 29)],
    ),
    Case(
        "extra lines come on",
        "Two more lines at 8 take two who wait; withdrawn at 20, they leave as they finish, and 4 waits on.",
        world_of(
            [
                caller(0, talk=30),
                caller(2, talk=10),
                caller(3, talk=14),
                caller(4, talk=2),
                caller(19, talk=1),
            ]
        ),
        centre_of(lines=[[(0, 1), (8, 3), (20, 1)]]),
        [
            answered(0, 0, 0, 30),
            answered(1, 2, 8, 18, line=1),
            answered(2, 3, 8, 22, line=2),
            answered(3, 4, 18, 20, line=1),
            answered(4, 19, 30, 31),
        ],
    ),
    Case(
        "busy chat, then an e-mail",
        "Chat gives a busy tone: 1 writes an e-mail after the delay that goes with chat, 2 tries chat again.",
        world_of(
            [
                caller(0, talk=(10, 99)),
                caller(4, talk=(99, 6), switch=HALF - 1, delay=[(3, 50)], wrap=(99, 2)),
                caller(5, talk=(4, 99), switch=HALF, delay=[(6, 50)]),
                caller(6, talk=(99, 7), channel=1),
            ],
            channels=("chat", "email"),
        ),
        centre_of(
            hours={"chat": [(0, 100)], "email": [(0, 200)]},
            queues=[queue("chat", places=0), queue("email", channel=1, routes=[(1, 0)])],
            lines=[[(0, 1)], [(0, 1)]],
            habits=[
                habits(
                    redial=(NEVER, ALWAYS, NEVER, NEVER),
                    switch=(NEVER, HALF, NEVER, NEVER),
                    switch_to=(-1, 1, -1, -1),
                ),
                habits(),
            ],
            attempts=2,
        ),
        [
            answered(0, 0, 0, 10),
            lost(1, 4, 4, BLOCKED),
            answered(1, 7, 13, 21, attempt=1, queue=1, group=1),
            lost(2, 5, 5, BLOCKED),
            answered(2, 11, 11, 15, attempt=1),
            answered(3, 6, 6, 13, queue=1, group=1),
        ],
    ),
    Case(
        "two groups in the routing list",
        "The first free group of the list is taken: 1 and 4 go to the second because the first is busy.",
        world_of(
            [
                caller(0, talk=10),
                caller(1, talk=10),
                caller(2, talk=5),
                caller(15, talk=5),
                caller(16, talk=3),
            ]
        ),
        centre_of(lines=[[(0, 1)], [(0, 1)]], queues=[queue(routes=[(0, 0), (1, 0)])]),
        [
            answered(0, 0, 0, 10),
            answered(1, 1, 1, 11, group=1),
            answered(2, 2, 10, 15),
            answered(3, 15, 15, 20),
            answered(4, 16, 16, 19, group=1),
        ],
    ),
    Case(
        "overflow to the other province",
        "After 5 the other province may help: 1 gets its free line; 3 waits longer than 4, but a line serves its own"
        " province first.",
        world_of(
            [
                caller(0, talk=30),
                caller(2, talk=4),
                caller(8, talk=10, province=1),
                caller(9, talk=4),
                caller(19, talk=3, province=1),
            ],
            provinces=("here", "there"),
        ),
        centre_of(
            provinces=("here", "there"),
            lines=[[(0, 1)], [(0, 1)]],
            queues=[queue("here", routes=[(0, 0), (1, 5)]), queue("there", routes=[(1, 0), (0, 5)])],
        ),
        [
            answered(0, 0, 0, 30),
            answered(1, 2, 7, 11, group=1),
            answered(2, 8, 11, 21, queue=1, group=1),
            answered(3, 9, 24, 28, group=1),
            answered(4, 19, 21, 24, queue=1, group=1),
        ],
    ),
    Case(
        "overflow as patience ends",
        "The other line may help after 5: at that instant 1 would give up but is answered; 2 gives up just before.",
        world_of([caller(0, talk=30), caller(2, talk=4, patience=5), caller(9, patience=4), caller(20, talk=2)]),
        centre_of(lines=[[(0, 1)], [(0, 1)]], queues=[queue(routes=[(0, 0), (1, 5)])]),
        [
            answered(0, 0, 0, 30),
            answered(1, 2, 7, 11, group=1),
            lost(2, 9, 13, ABANDONED),
            answered(3, 20, 25, 27, group=1),
        ],
    ),
    Case(
        "e-mail waits over a night",
        "The line leaves at 40, finishes its e-mail at 50, and works through the backlog when it is back at 100.",
        world_of(
            [caller(30, talk=20), caller(35, talk=5), caller(60, talk=5), caller(90, talk=5)],
            channels=("email",),
        ),
        centre_of(hours={"email": [(0, 200)]}, queues=[queue("email")], lines=[[(0, 1), (40, 0), (100, 1)]]),
        [
            answered(0, 30, 30, 50),
            answered(1, 35, 100, 105),
            answered(2, 60, 105, 110),
            answered(3, 90, 110, 115),
        ],
    ),
    Case(
        "attempt limit",
        "Two attempts: 1 hears a busy tone twice and stops; 2 is answered the second time.",
        world_of([caller(0, talk=50), caller(5, delay=5), caller(6, talk=4, delay=50)]),
        centre_of(queues=[queue(places=0)], habits=[habits(redial=(ALWAYS,) * 4)], attempts=2),
        [
            answered(0, 0, 0, 50),
            lost(1, 5, 5, BLOCKED),
            lost(1, 10, 10, BLOCKED, attempt=1),
            lost(2, 6, 6, BLOCKED),
            answered(2, 56, 56, 60, attempt=1),
        ],
    ),
    Case(
        "nobody dials from the end on",
        "The end is 50: a redial at 50 is not made, one at 49 is, and who would first call at 50 does not.",
        world_of([caller(0, talk=60), caller(10, delay=40), caller(11, delay=38), caller(50)]),
        centre_of(queues=[queue(places=0)], habits=[habits(redial=(ALWAYS,) * 4)], attempts=3, end=50),
        [
            answered(0, 0, 0, 60),
            lost(1, 10, 10, BLOCKED),
            lost(2, 11, 11, BLOCKED),
            lost(2, 49, 49, BLOCKED, attempt=1),
        ],
    ),
    Case(
        "unfinished at the horizon",
        "At 60 the follow-up ends: a conversation runs on, who waits is unfinished, even 2 about to give up.",
        world_of([caller(40, talk=30), caller(45), caller(46, patience=14), caller(47, patience=12)]),
        centre_of(habits=[habits(redial=(ALWAYS,) * 4)], attempts=2, end=50, horizon=60),
        [
            answered(0, 40, 40, 70),
            lost(1, 45, 60, UNFINISHED),
            lost(2, 46, 60, UNFINISHED),
            lost(3, 47, 59, ABANDONED),
        ],
    ),
    Case(
        "three calls at one instant",
        "They are taken in order of caller: a line, the one waiting place, a busy tone; 3 finds the place free.",
        world_of([caller(5, talk=10), caller(5, talk=4), caller(5), caller(15, talk=2)]),
        centre_of(queues=[queue(places=1)]),
        [answered(0, 5, 5, 15), answered(1, 5, 15, 19), lost(2, 5, 5, BLOCKED), answered(3, 15, 19, 21)],
    ),
    Case(
        "no patience at all",
        "1 leaves at once and takes no waiting place from 2; 3 hears the busy tone first; 4 finds the line free.",
        world_of(
            [
                caller(0, talk=10),
                caller(1, patience=0),
                caller(1, talk=2),
                caller(2, patience=0),
                caller(12, talk=3, patience=0),
            ]
        ),
        centre_of(queues=[queue(places=1)]),
        [
            answered(0, 0, 0, 10),
            lost(1, 1, 1, ABANDONED),
            answered(2, 1, 10, 12),
            lost(3, 2, 2, BLOCKED),
            answered(4, 12, 12, 15),
        ],
    ),
    Case(
        "a redial goes to the back of the queue",
        "1 gives up at 10 and calls again at 20, now behind 2 who has waited since 15; 3 gives up at 22 for good.",
        world_of(
            [
                caller(0, talk=30),
                caller(5, talk=4, patience=(5, 100), delay=10),
                caller(15, talk=5),
                caller(16, patience=6, redial=HALF),
            ]
        ),
        centre_of(habits=[habits(redial=(HALF, NEVER, NEVER, NEVER))], attempts=2),
        [
            answered(0, 0, 0, 30),
            lost(1, 5, 10, ABANDONED),
            answered(1, 20, 35, 39, attempt=1),
            answered(2, 15, 30, 35),
            lost(3, 16, 22, ABANDONED),
        ],
    ),
]
