"""Breaks correct tables in many ways, each of which the audit must find and tell in words that help."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import sim
from sim.audit import audit
from sim.centre import Centre
from sim.contacts import Contacts, Outcome
from sim.engines import simulate
from sim.world import World
from tests import handmade
from tests.handmade import ALWAYS, HALF, NEVER, caller, centre_of, habits, world_of

SCENARIO = Path(__file__).parents[1] / "scenarios" / "als-je-eens-wist-2020.yaml"
ANSWERED, ABANDONED, BLOCKED, BALKED, CLOSED, UNFINISHED = Outcome
YES, NO = 0, ALWAYS - 1  # uniforms of somebody who would, and of somebody who would not
BUSY = habits(redial=(NEVER, HALF, NEVER, NEVER))
OPENING = habits(redial=(NEVER, NEVER, NEVER, HALF), closed_from_opening=True)
BUSY_OR_WRITE = habits(
    redial=(NEVER, HALF, NEVER, NEVER), switch=(NEVER, HALF, NEVER, NEVER), switch_to=(-1, 1, -1, -1)
)
ONE_EACH = (((0, 1),), ((0, 1),))


class Story(NamedTuple):
    """A world and a centre, and the table that is right for them."""

    world: World
    centre: Centre
    rows: list[tuple[int, ...]]

    def broken(self, rows):
        """The table with some rows put in place of others, or added."""
        table = {row[:2]: row for row in [*self.rows, *rows]}
        return Contacts.from_rows(list(table.values()))

    def findings(self, contacts):
        return audit(self.world, self.centre, contacts)


def queue(name="phone", balk=(NEVER,), **more):
    return handmade.queue(name, balk=balk, **more)


def story(*callers, queues=None, end=900, horizon=1000, attempts=3, channels=("phone",), there=("here",), **more):
    world = world_of(callers, channels=channels, provinces=there)
    centre = centre_of(queues=queues or [queue()], end=end, horizon=horizon, attempts=attempts, provinces=there, **more)
    return Story(world, centre, simulate(world, centre).rows())


STORIES = {
    "fcfs": story(
        caller(10, talk=20), caller(12, talk=5), caller(14, talk=6, wrap=4), caller(50, talk=1)
    ),
    "frees": story(
        caller(10, talk=20), caller(15, talk=5, patience=15), caller(16, patience=18), caller(35, talk=3)
    ),
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

# How it is broken: a story, the rows put in place of those of the same caller and attempt, and telling words.
BREAKS = {
    "conversation too short": (
        "fcfs",
        [(3, 0, 0, 50, 50, 70, ANSWERED, 0)],
        "caller 3, attempt 0: held the line for 20, but conversation and wrap-up take 1",
    ),
    "wrap-up forgotten": (
        "fcfs",
        [(2, 0, 0, 14, 35, 41, ANSWERED, 0)],
        "held the line for 6, but conversation and wrap-up take 10",
    ),
    "not first come first served": (
        "fcfs",
        [(1, 0, 0, 12, 40, 45, ANSWERED, 0), (2, 0, 0, 14, 30, 40, ANSWERED, 0)],
        "caller 2, attempt 0: dialled 14, answered at 30 out of turn: caller 1",
    ),
    "two on one line": (
        "fcfs",
        [(1, 0, 0, 12, 12, 17, ANSWERED, 0)],
        "but on dialling at 12 there was no free line",
    ),
    "taken when no line comes free": (
        "fcfs",
        [(1, 0, 0, 12, 20, 25, ANSWERED, 0)],
        "caller 1, attempt 0: ANSWERED at 20 by group 0 (with 1 of 1",
    ),
    "a line left idle": (
        "fcfs",
        [(2, 0, 0, 14, 40, 50, ANSWERED, 0)],
        "caller 2, attempt 0: first in line at 35, when group 0 had a free line",
    ),
    "not answered at once": (
        "fcfs",
        [(3, 0, 0, 50, 55, 56, ANSWERED, 0)],
        "but on dialling at 50 group 0 had a free line",
    ),
    "first contact late": (
        "fcfs",
        [(3, 0, 0, 51, 51, 52, ANSWERED, 0)],
        "dialled at 51, but the first contact was due at 50",
    ),
    "patience exceeded": (
        "frees",
        [(2, 0, 0, 16, 35, 45, ANSWERED, 0)],
        "ANSWERED at 35, after patience ended at 34",
    ),
    "abandoned early": (
        "frees",
        [(2, 0, 0, 16, 33, 33, ABANDONED, -1)],
        "ABANDONED at 33, but patience ended at 34",
    ),
    "abandoned as the line frees": (
        "frees",
        [(1, 0, 0, 15, 30, 30, ABANDONED, -1)],
        "caller 1, attempt 0: first in line at 30, when group 0",
    ),
    "held a line unanswered": (
        "frees",
        [(2, 0, 0, 16, 34, 36, ABANDONED, -1)],
        "ABANDONED at 34, yet released at 36",
    ),
    "a group and no answer": ("frees", [(2, 0, 0, 16, 34, 34, ABANDONED, 0)], "yet with line group 0"),
    "answered by nobody": ("fcfs", [(3, 0, 0, 50, 50, 51, ANSWERED, -1)], "answered by group -1"),
    "redial at the wrong time": (
        "busy",
        [(3, 1, 0, 37, 37, 41, ANSWERED, 0)],
        "dialled at 37, but the redial was due at 36",
    ),
    "redial by one who would not": (
        "busy",
        [(2, 1, 0, 23, 23, 23, BLOCKED, -1)],
        "no redial was due after attempt 0 (BLOCKED)",
    ),
    "redial after an answer": (
        "busy",
        [(0, 1, 0, 50, 50, 70, ANSWERED, 0)],
        "no redial was due after attempt 0 (ANSWERED)",
    ),
    "blocked with a place": (
        "places",
        [(1, 0, 0, 11, 11, 11, BLOCKED, -1)],
        "BLOCKED at 11, but on dialling at 11 there was no free line, and 0 waited in 1",
    ),
    "too many waiting": ("places", [(2, 0, 0, 12, 40, 50, ANSWERED, 0)], "1 waited in 1 places: a busy tone"),
    "blocked late": (
        "places",
        [(2, 0, 0, 12, 13, 13, BLOCKED, -1)],
        "BLOCKED at 13, but that happens on dialling, at 12",
    ),
    "balked at an empty queue": (
        "balk",
        [(1, 0, 0, 11, 11, 11, BALKED, -1)],
        "waits, with balking uniform 0 not below 0",
    ),
    "balk missed": (
        "balk",
        [(4, 0, 0, 14, 40, 50, ANSWERED, 0)],
        "balks, with uniform 4294967295 below 4294967296",
    ),
    "answered out of hours": (
        "door",
        [(4, 0, 0, 450, 450, 460, ANSWERED, 0)],
        "dialled at 450, outside opening hours",
    ),
    "closed in hours": (
        "door",
        [(2, 0, 0, 100, 100, 100, CLOSED, -1)],
        "dialled within opening hours, which ended at 200",
    ),
    "closed after a wait": (
        "door",
        [(4, 0, 0, 450, 460, 460, CLOSED, -1)],
        "CLOSED at 460, but that happens on dialling, at 450",
    ),
    "not sent away": (
        "away",
        [(2, 0, 0, 97, 100, 100, ABANDONED, -1)],
        "who waits at closing, 100, is sent away",
    ),
    "answered after closing": (
        "away",
        [(2, 0, 0, 97, 120, 130, ANSWERED, 0)],
        "who waits at closing, 100, is sent away",
    ),
    "closed after patience": (
        "away",
        [(3, 0, 0, 98, 100, 100, CLOSED, -1)],
        "CLOSED at 100, after patience ended at 99",
    ),
    "sent away by mistake": ("served", [(3, 0, 0, 97, 100, 100, CLOSED, -1)], "CLOSED at 100"),
    "taken by a withdrawn line": (
        "withdrawn",
        [(2, 0, 0, 40, 65, 75, ANSWERED, 0)],
        "ANSWERED at 65 by group 0 (with 1 of 1 lines in use)",
    ),
    "stayed on the chat": (
        "chat",
        [(1, 1, 0, 35, 35, 35, BLOCKED, -1)],
        "in queue 0, but the redial belongs in queue 1",
    ),
    "group outside the routing": (
        "chat",
        [(0, 0, 0, 10, 10, 40, ANSWERED, 1)],
        "group 1, which is not in the routing",
    ),
    "wrong province": (
        "overflow",
        [(3, 0, 0, 35, 50, 60, ANSWERED, 1)],
        "in queue 0, but the first contact belongs in queue 1",
    ),
    "overflow too soon": (
        "overflow",
        [(1, 0, 0, 20, 29, 49, ANSWERED, 1)],
        "after a wait of 9, which may help after 10",
    ),
    "overflow too late": (
        "overflow",
        [(1, 0, 0, 20, 31, 51, ANSWERED, 1)],
        "but from 30 on group 1 had a free line for it",
    ),
    "own queue not first": (
        "overflow",
        [(2, 0, 0, 22, 50, 55, ANSWERED, 1), (3, 0, 1, 35, 55, 65, ANSWERED, 1)],
        "caller 2, attempt 0: dialled 22, answered at 50 out of turn: caller 3",
    ),
    "second group first": (
        "two",
        [(0, 0, 0, 10, 10, 30, ANSWERED, 0)],
        "but on dialling at 10 group 1 had a free line",
    ),
    "one attempt too many": ("limit", [(1, 2, 0, 40, 40, 40, BLOCKED, -1)], "beyond the limit of 2 attempts"),
    "redial after the end": (
        "end",
        [(1, 1, 0, 100, 100, 100, BLOCKED, -1)],
        "dialled at 100, but nobody dials from the end 100 on",
    ),
    "a caller after the end": (
        "end",
        [(3, 0, 0, 100, 100, 100, BLOCKED, -1)],
        "dialled at 100, but nobody dials from the end 100 on",
    ),
    "unfinished early": (
        "horizon",
        [(1, 0, 0, 60, 190, 190, UNFINISHED, -1)],
        "UNFINISHED at 190, but the horizon is 200",
    ),
    "unfinished without patience": (
        "horizon",
        [(3, 0, 0, 62, 200, 200, UNFINISHED, -1)],
        "UNFINISHED at 200, after patience ended at 199",
    ),
    "abandoned at the horizon": (
        "horizon",
        [(2, 0, 0, 61, 200, 200, ABANDONED, -1)],
        "ABANDONED at 200, at or after the horizon 200",
    ),
    "a caller of later, too soon": ("end", [(3, 0, 0, 98, 98, 98, BLOCKED, -1)], "caller 3, attempt 0:"),
    # Rows that mean nothing
    "unknown caller": ("fcfs", [(4, 0, 0, 60, 60, 70, ANSWERED, 0)], "caller 4 is unknown, there are 4"),
    "unknown queue": ("fcfs", [(0, 0, 7, 10, 10, 30, ANSWERED, 0)], "queue 7 is unknown"),
    "unknown outcome": ("fcfs", [(0, 0, 0, 10, 10, 30, 9, 0)], "outcome 9 is unknown"),
    "unknown group": ("fcfs", [(0, 0, 0, 10, 10, 30, ANSWERED, 3)], "group 3 is unknown"),
    "left before dialling": (
        "fcfs",
        [(0, 0, 0, 10, 9, 30, ANSWERED, 0)],
        "dialled 10, left the queue 9, released 30: not in this order",
    ),
    "released before": (
        "fcfs",
        [(0, 0, 0, 10, 10, 8, ANSWERED, 0)],
        "dialled 10, left the queue 10, released 8: not in this order",
    ),
    "an attempt skipped": ("fcfs", [(3, 2, 0, 60, 60, 61, ANSWERED, 0)], "made without attempt 1"),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_correct_table_is_passed(name):
    story = STORIES[name]
    assert story.findings(Contacts.from_rows(story.rows)) == []


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_table_is_found_out(how):
    name, rows, words = BREAKS[how]
    findings = STORIES[name].findings(STORIES[name].broken(rows))
    assert any(words in finding for finding in findings), findings


@pytest.mark.parametrize(
    ("name", "gone", "words"),
    [
        ("fcfs", (3, 0), "caller 3, attempt 0: missing: a first contact was due at 50"),
        ("busy", (3, 1), "caller 3, attempt 1: missing: a redial was due at 36"),
        ("busy", (3, 0), "caller 3, attempt 1: made without attempt 0"),
    ],
)
def test_a_row_that_is_not_there_is_missed(name, gone, words):
    rows = [row for row in STORIES[name].rows if row[:2] != gone]
    assert any(words in finding for finding in STORIES[name].findings(Contacts.from_rows(rows)))


def test_what_is_not_a_table_of_contacts_is_said_to_be_none():
    fcfs = STORIES["fcfs"]
    columns = Contacts.from_rows(fcfs.rows).columns()

    def findings(**changed):
        return fcfs.findings(Contacts(**{**columns, **changed}))

    backwards = fcfs.findings(Contacts(**{name: column[::-1] for name, column in columns.items()}))
    assert any("out of order" in finding for finding in backwards)
    twice = fcfs.findings(Contacts.from_rows([*fcfs.rows, fcfs.rows[0]]))
    assert twice == ["caller 0, attempt 0: is in the table twice"]
    assert "different lengths" in findings(queue=columns["queue"][:3])[0]
    assert "column dialled: not a plain column of integers" in findings(dialled=columns["dialled"] / 1.0)[0]
    assert "(2, 2)" in findings(group=columns["group"].reshape(2, 2))[0]


def test_an_empty_table_is_right_when_nobody_calls():
    nothing = Contacts.from_rows([])
    assert audit(world_of([]), centre_of(), nothing) == []
    assert "missing" in audit(world_of([caller(10)]), centre_of(), nothing)[0]


def test_there_are_never_more_findings_than_asked_for():
    story = STORIES["balk"]
    wrong = Contacts.from_rows([(*row[:5], row[5] + 1, *row[6:]) for row in story.rows])
    assert len(audit(story.world, story.centre, wrong, most=3)) == 3


@pytest.mark.parametrize("seed", range(20))
def test_no_table_however_wrong_makes_it_raise_or_goes_unnoticed(seed):
    luck = np.random.default_rng(seed)
    for story in STORIES.values():
        right = Contacts.from_rows(story.rows)
        columns = {name: column.copy() for name, column in right.columns().items()}
        for column in columns.values():
            if luck.random() < 0.5:
                column[luck.integers(len(column))] += luck.integers(-2, 3) * luck.choice([1, 10, 1 << 58])
        wrong = Contacts(**columns)
        assert bool(story.findings(wrong)) == (wrong != right), wrong.rows()


def test_it_finds_nothing_wrong_in_what_the_engine_makes_of_a_shipped_scenario():
    scenario = sim.load(SCENARIO)
    world = sim.draw_world(scenario, seed=1, replication=0)
    assert audit(world, scenario.centre, simulate(world, scenario.centre)) == []
