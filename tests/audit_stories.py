"""Stories for the auditor's tests: a world and a centre, and the table that is right for them.

The first stories are told by the engine; those about pools, shifts and the habits of callers have their rows written
out, which the auditor must pass whatever the engine says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from sim.audit import audit
from sim.engines import simulate
from sim.model.centre import Centre, Priority, Queue, Spans
from sim.model.contacts import Contacts, Outcome
from sim.model.world import World
from tests import handmade
from tests.handmade import ALWAYS, HALF, NEVER, Caller, Row, answered, caller, centre_of, habits, lost, world_of

ABANDONED, BLOCKED, BALKED, CLOSED = Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED, Outcome.CLOSED
UNFINISHED, CALLED_BACK, SILENT = Outcome.UNFINISHED, Outcome.CALLED_BACK, Outcome.SILENT
SENT_AWAY = Outcome.SENT_AWAY
YES, NO = 0, ALWAYS - 1  # uniforms of somebody who would, and of somebody who would not
BUSY = habits(redial=(NEVER, HALF, NEVER, NEVER))
OPENING = habits(redial=(NEVER, NEVER, NEVER, HALF), closed_from_opening=True)
BUSY_OR_WRITE = habits(
    redial=(NEVER, HALF, NEVER, NEVER), switch=(NEVER, HALF, NEVER, NEVER), switch_to=(-1, 1, -1, -1)
)
ONE_EACH = (((0, 1),), ((0, 1),))
PHONE_AND_MAIL = {"channels": ("phone", "e-mail"), "hours": {"phone": ((0, 1000),), "e-mail": ((0, 1000),)}}


class Story(NamedTuple):
    """A world and a centre, and the table that is right for them."""

    world: World
    centre: Centre
    rows: list[Row]

    def broken(self, rows: list[Row]) -> Contacts:
        """The table with some rows put in place of others, or added."""
        table = {row[:2]: row for row in [*self.rows, *rows]}
        return Contacts.from_rows(list(table.values()))

    def findings(self, contacts: Contacts) -> list[str]:
        return audit(self.world, self.centre, contacts)


def queue(name: str = "phone", balk: tuple[int, ...] = (NEVER,), **more: Any) -> Queue:
    return handmade.queue(name, balk=balk, **more)


def story(
    *callers: Caller,
    rows: list[Row] | None = None,
    queues: list[Queue] | None = None,
    end: int = 900,
    horizon: int = 1000,
    attempts: int = 3,
    channels: tuple[str, ...] = ("phone",),
    there: tuple[str, ...] = ("here",),
    absence: list[list[list[int]]] | tuple[()] = (),
    shifts: tuple[Spans, ...] = (),
    **more: Any,
) -> Story:
    """A story of these callers; its rows are the engine's unless they are given, ``shifts`` are for the first group."""
    world = world_of(callers, channels=channels, provinces=there, absence=absence)
    centre = centre_of(queues=queues or [queue()], end=end, horizon=horizon, attempts=attempts, provinces=there, **more)
    if shifts:
        centre = replace(centre, groups=(replace(centre.groups[0], shifts=shifts), *centre.groups[1:]))
    return Story(world, centre, simulate(world, centre).rows() if rows is None else sorted(rows))


TOLD = {
    "fcfs": story(caller(10, talk=20), caller(12, talk=5), caller(14, talk=6, wrap=4), caller(50, talk=1)),
    "frees": story(caller(10, talk=20), caller(15, talk=5, patience=15), caller(16, patience=18), caller(35, talk=3)),
    "busy": story(
        caller(10, talk=20),
        caller(12, talk=5, delay=18),
        caller(13, redial=NO),
        caller(29, talk=4, delay=[7, 10]),
        queues=[queue(places=0)],
        habits=[BUSY],
    ),
    "places": story(
        caller(10, talk=20),
        caller(11, talk=4),
        caller(12),
        caller(30, talk=6),
        caller(33),
        caller(34, talk=1),
        queues=[queue(places=1)],
    ),
    "balk": story(
        caller(10, talk=20),
        caller(11, talk=5, balk=YES),
        caller(12, balk=YES),
        caller(13, talk=5),
        caller(14),
        caller(30, talk=1, balk=HALF),
        queues=[queue(balk=(NEVER, HALF, ALWAYS))],
    ),
    "door": story(
        caller(50, delay=5),
        caller(99, redial=NO),
        caller(100, talk=2, delay=10),
        caller(200, talk=3, delay=7),
        caller(450),
        hours={"phone": ((100, 200), (300, 400))},
        habits=[OPENING],
    ),
    "away": story(
        caller(90, talk=30),
        caller(95, delay=5),
        caller(97, patience=3, redial=NO),
        caller(98, patience=1),
        hours={"phone": ((0, 100), (200, 300))},
        habits=[OPENING],
    ),
    "served": story(
        caller(90, talk=30),
        caller(95),
        caller(96, patience=20),
        caller(97, talk=5),
        caller(100),
        queues=[queue(serve_after_closing=True)],
        hours={"phone": ((0, 100),)},
        lines=[((0, 1), (100, 0))],
    ),
    "withdrawn": story(
        caller(10, talk=100), caller(20, talk=45), caller(40), caller(70, patience=20), lines=[((0, 2), (50, 1))]
    ),
    "chat": story(
        caller(10, talk=[30, 99]),
        caller(20, talk=[99, 50], delay=15),
        caller(25, talk=[9, 99], delay=16, switch=NO),
        caller(30, talk=[99, 10], delay=20),
        caller(300),
        queues=[queue("chat", places=0), queue("e-mail", channel=1, routes=[(1, 0)])],
        channels=("chat", "e-mail"),
        hours={"chat": ((0, 200),), "e-mail": ((0, 1000),)},
        lines=ONE_EACH,
        habits=[BUSY_OR_WRITE, habits()],
    ),
    "overflow": story(
        caller(10, talk=60),
        caller(20, talk=20),
        caller(22, talk=5),
        caller(35, province=1),
        caller(62, talk=5),
        caller(64, talk=5),
        queues=[queue(routes=[(0, 0), (1, 10)]), queue(routes=[(1, 0)])],
        there=("here", "there"),
        lines=ONE_EACH,
    ),
    "two": story(
        caller(10, talk=20),
        caller(12),
        caller(14, talk=5),
        caller(30, talk=5),
        caller(31, talk=5),
        queues=[queue(routes=[(1, 0), (0, 0)])],
        lines=ONE_EACH,
    ),
    "limit": story(
        caller(10, talk=100),
        caller(20, delay=10),
        caller(40, talk=5, delay=80),
        queues=[queue(places=0)],
        habits=[BUSY],
        attempts=2,
    ),
    "end": story(
        caller(50, talk=60),
        caller(80, delay=20),
        caller(90, delay=[9, 5]),
        caller(100),
        queues=[queue(places=0)],
        habits=[BUSY],
        end=100,
        horizon=200,
    ),
    "horizon": story(
        caller(50, talk=200),
        caller(60),
        caller(61, patience=139),
        caller(62, patience=137),
        end=100,
        horizon=200,
    ),
}

WRITTEN = {
    # Line 0 is always there, 1 from 40 on, 2 is absent, 3 leaves at 40
    "shifts": story(
        caller(10, talk=50),
        caller(12, talk=10),
        caller(14, talk=20),
        caller(45, talk=5),
        caller(46, talk=5),
        shifts=(((0, 500),), ((40, 300), (300, 500)), ((0, 500),), ((0, 20), (20, 40))),
        groups=[{"absent": HALF}],
        absence=[[[NO], [NO], [YES], [NO]]],
        rows=[
            answered(0, 10, 10, 60),
            answered(1, 12, 12, 22, line=3),
            answered(2, 14, 22, 42, line=3),
            answered(3, 45, 45, 50, line=1),
            answered(4, 46, 50, 55, line=1),
        ],
    ),
    # Two lines with two chats each, at 60 % of the speed where there are two
    "chats": story(
        caller(10, talk=30),
        caller(12, talk=6),
        caller(14, talk=12),
        caller(16, talk=60),
        caller(17, talk=6),
        caller(18, talk=3),
        lines=[((0, 2),)],
        groups=[{"speeds": (100, 60)}],
        rows=[
            answered(0, 10, 10, 48),
            answered(1, 12, 12, 20, line=1),
            answered(2, 14, 14, 34),
            answered(3, 16, 16, 84, line=1),
            answered(4, 17, 20, 30, line=1),
            answered(5, 18, 30, 35, line=1),
        ],
    ),
    # A line that lays e-mail aside for the phone; it is away from 60 to 100
    "desk": story(
        caller(10, talk=20, channel=1),
        caller(15, talk=5),
        caller(16, talk=10, channel=1),
        caller(18, talk=4),
        caller(70, talk=10, channel=1),
        caller(71, talk=5),
        queues=[queue(), queue("e-mail", channel=1, interruptible=True)],
        **PHONE_AND_MAIL,
        lines=[((0, 1), (60, 0), (100, 1))],
        habits=[habits(), habits()],
        rows=[
            answered(0, 10, 10, 39, queue=1),
            answered(1, 15, 15, 20),
            answered(2, 16, 39, 49, queue=1),
            answered(3, 18, 20, 24),
            answered(4, 70, 105, 115, queue=1),
            answered(5, 71, 100, 105),
        ],
    ),
    # The second province takes half as long again
    "factor": story(
        caller(10, talk=20, wrap=1),
        caller(50, talk=20, wrap=1, province=1),
        there=("here", "there"),
        groups=[{"factor": ((1000, 1500),)}],
        rows=[answered(0, 10, 10, 31), answered(1, 50, 50, 81)],
    ),
    "own first": story(
        caller(10, talk=20),
        caller(12, talk=5, province=1),
        caller(14, talk=5),
        queues=[queue("here"), queue("there")],
        there=("here", "there"),
        rows=[answered(0, 10, 10, 30), answered(1, 12, 35, 40, queue=1), answered(2, 14, 30, 35)],
    ),
    "longest wait": story(
        caller(10, talk=20),
        caller(12, talk=5, province=1),
        caller(14, talk=5),
        queues=[queue("here"), queue("there")],
        there=("here", "there"),
        groups=[{"longest_wait": True}],
        rows=[answered(0, 10, 10, 30), answered(1, 12, 30, 35, queue=1), answered(2, 14, 35, 40)],
    ),
    # Topic 1 goes first, whoever waits longer
    "priority": story(
        caller(10, talk=20),
        caller(12, talk=5),
        caller(14, talk=7, topic=1),
        priorities=[Priority(topic=1)],
        rows=[answered(0, 10, 10, 30), answered(1, 12, 37, 42), answered(2, 14, 30, 37)],
    ),
    # The door closes at 50, the line leaves at 60 and is back at 100; 2 accepts a call-back
    "call-back": story(
        caller(10, talk=35),
        caller(12, talk=20, call_back=YES),
        caller(14, talk=9, call_back=YES, patience=5),
        caller(16, talk=5),
        queues=[queue(serve_after_closing=True, call_back=HALF, call_back_from=1)],
        hours={"phone": ((0, 50), (100, 200))},
        lines=[((0, 1), (60, 0), (100, 1))],
        rows=[
            answered(0, 10, 10, 45),
            answered(1, 12, 45, 65),
            answered(2, 14, 100, 109, outcome=CALLED_BACK),
            answered(3, 16, 65, 70),
        ],
    ),
    # Nobody is served after closing, but call-backs stay
    "call-back stays": story(
        caller(10, talk=50),
        caller(12),
        caller(14, talk=9, call_back=YES),
        queues=[queue(call_back=HALF, call_back_from=1)],
        hours={"phone": ((0, 50),)},
        rows=[answered(0, 10, 10, 60), lost(1, 12, 50, SENT_AWAY), answered(2, 14, 60, 69, outcome=CALLED_BACK)],
    ),
    "voicemail": story(
        caller(50, talk=5, voicemail=YES),
        caller(60),
        caller(110, talk=10),
        caller(250, voicemail=YES),
        hours={"phone": ((100, 200),)},
        lines=[((0, 0), (100, 1), (200, 0))],
        habits=[habits(voicemail=HALF)],
        rows=[
            answered(0, 50, 100, 105, outcome=CALLED_BACK),
            lost(1, 60, 60, CLOSED),
            answered(2, 110, 110, 120),
            lost(3, 250, 1000, UNFINISHED),
        ],
    ),
    # One line, so the announced wait is 10 for each who waits: from 15 half of them balk, from 30 all
    "announced": story(
        caller(10, talk=90),
        caller(11, talk=4, balk=YES),
        caller(12, balk=YES),
        caller(13, talk=5, balk=HALF),
        caller(14),
        queues=[queue(announce=10, balk_at_wait=((15, HALF), (30, ALWAYS)))],
        rows=[
            answered(0, 10, 10, 100),
            answered(1, 11, 100, 104),
            lost(2, 12, 12, BALKED),
            answered(3, 13, 104, 109),
            lost(4, 14, 14, BALKED),
        ],
    ),
    # 1 and 4 give up without a sign: 1 is taken in vain and calls again, 4 is sent away at closing
    "silent": story(
        caller(10, talk=50),
        caller(12, patience=(20, 500), silent=YES, silence=8, delay=100),
        caller(14, patience=30, redial=NO),
        caller(62, talk=5),
        caller(185, talk=30),
        caller(190, patience=5, silent=YES, redial=NO),
        hours={"phone": ((0, 200),)},
        habits=[habits(redial=(HALF, NEVER, NEVER, NEVER), silent=HALF)],
        rows=[
            answered(0, 10, 10, 60),
            answered(1, 12, 60, 68, outcome=SILENT),
            answered(1, 132, 132, 142, attempt=1),
            lost(2, 14, 44, ABANDONED),
            answered(3, 62, 68, 73),
            answered(4, 185, 185, 215),
            lost(5, 190, 200, SILENT),
        ],
    ),
    # 0 and 2 are passed on to e-mail, 1 calls again
    "forward": story(
        caller(10, talk=10, forward=YES),
        caller(100, talk=10, again=(YES, NO), again_delay=15),
        caller(150, talk=10, forward=YES, again=YES, again_delay=15),
        caller(200, talk=10),
        queues=[queue(), queue("e-mail", channel=1)],
        **PHONE_AND_MAIL,
        habits=[habits(forward=HALF, forward_to=1, again=HALF), habits()],
        rows=[
            answered(0, 10, 10, 20),
            answered(0, 20, 20, 30, attempt=1, queue=1),
            answered(1, 100, 100, 110),
            answered(1, 125, 125, 135, attempt=1),
            answered(2, 150, 150, 160),
            answered(2, 160, 160, 170, attempt=1, queue=1),
            answered(3, 200, 200, 210),
        ],
    ),
}

STORIES = {**TOLD, **WRITTEN}
