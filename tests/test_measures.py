"""What is counted of handmade worlds: call-backs, messages, silent leavers, chats together, absence, forwarding."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from sim import simulate
from sim.errors import SimError
from sim.model.clock import DAY, HOUR, MINUTE, Calendar
from sim.model.contacts import ContactTables
from sim.model.targets import ServiceTargets
from sim.model.world import Worlds
from sim.statistics.cells import AT, layout_of
from sim.statistics.contact_values import MOST_PAIRS
from sim.statistics.measures import measure, queue_of
from tests.handmade import HALF, Caller, caller, centre_of, habits, queue, world_of

YES = 0


def counted(callers: list[Caller], *, channels: tuple[str, ...] = ("phone",), absence=(), days: int = 1, **centre):
    """A function of a column and a scope, for one replication."""
    world = world_of(callers, channels=channels, absence=absence)
    plan = centre_of(end=days * DAY, horizon=(days + 1) * DAY, **centre)
    tables = ContactTables.of([simulate(world, plan)])
    calendar = Calendar(dt.date(2020, 2, 10), days, (True,) * (days + 1))
    promises = ServiceTargets(5000, (MINUTE,) * len(channels), (-1,) * len(channels))
    found = measure(Worlds.of([world]), plan, tables, calendar=calendar, promises=promises)
    layout = layout_of(world, plan)

    def of(column: str, kind: str = "all", number: int = 0) -> int:
        return int(found.cells[0, layout.first(kind) + number * layout.slices, AT[column]])

    return of


def test_call_backs_and_messages_are_counted_apart() -> None:
    of = counted(
        [
            caller(8 * HOUR, talk=MINUTE, voicemail=YES),
            caller(8 * HOUR + 1),
            caller(9 * HOUR, talk=HOUR),
            caller(9 * HOUR + 10 * MINUTE, talk=MINUTE, call_back=YES),
        ],
        hours={"phone": [(9 * HOUR, 17 * HOUR)]},
        lines=[[(0, 0), (9 * HOUR, 1), (17 * HOUR, 0)]],
        queues=[queue(call_back=HALF)],
        habits=[habits(voicemail=HALF)],
    )
    assert (of("messages"), of("closed"), of("offered"), of("called_back"), of("answered")) == (1, 1, 2, 2, 1)
    assert (of("callers"), of("reached"), of("never_reached"), of("only_closed")) == (4, 3, 1, 1)
    # The message waited an hour, the call-back until the first conversation was over; neither is in the mean wait.
    assert of("wait_called_back") == HOUR + (MINUTE + HOUR - 10 * MINUTE)
    assert of("wait_answered") == MINUTE


def test_silent_leavers_gave_up_when_their_patience_ended() -> None:
    of = counted(
        [caller(0, talk=HOUR), caller(MINUTE, patience=2 * MINUTE, silent=YES, silence=5 * MINUTE)],
        habits=[habits(silent=HALF)],
    )
    assert (of("abandoned"), of("silent"), of("answered")) == (1, 1, 1)
    assert of("wait_abandoned") == 2 * MINUTE
    assert (of("handling"), of("held_in_vain"), of("busy")) == (HOUR, 5 * MINUTE, HOUR + 5 * MINUTE)
    assert of("queue_time", "queue") == HOUR - MINUTE


def test_a_line_with_two_chats_is_busy_once() -> None:
    of = counted([caller(0, talk=10 * MINUTE), caller(0, talk=10 * MINUTE)], groups=[{"speeds": (100, 50)}])
    assert of("handling") == 2 * 20 * MINUTE
    assert of("busy", "lines") == 20 * MINUTE


def test_laid_aside_work_keeps_the_line_busy_once() -> None:
    of = counted(
        [caller(0, talk=HOUR, channel=1), caller(10 * MINUTE, talk=30 * MINUTE)],
        channels=("phone", "mail"),
        hours={"phone": [(0, DAY)], "mail": [(0, DAY)]},
        queues=[queue("phone"), queue("mail", channel=1, interruptible=True)],
        habits=[habits(), habits()],
    )
    assert of("busy", "lines") == 90 * MINUTE
    assert of("handling") == 30 * MINUTE + 90 * MINUTE


def test_absence_is_no_line_time() -> None:
    of = counted(
        [],
        absence=[[[HALF - 1, HALF, HALF]]],
        days=2,
        lines=[[(0, 1), (DAY, 1), (2 * DAY, 0)]],
        groups=[{"absent": HALF}],
    )
    # A shift a day; the line is absent on the first.
    assert of("staffed", "lines") == DAY


def test_passed_on_and_lost() -> None:
    of = counted(
        [caller(0, talk=MINUTE, forward=YES), caller(HOUR, talk=MINUTE, forward=YES), caller(2 * HOUR, again=YES)],
        channels=("phone", "specialist"),
        hours={"phone": [(0, DAY)], "specialist": [(HOUR, 2 * HOUR)]},
        lines=[[(0, 1)], [(0, 1)]],
        queues=[queue("phone"), queue("specialist", channel=1, routes=[(1, 0)])],
        habits=[habits(forward=HALF, forward_to=1, again=HALF), habits()],
        attempts=2,
    )
    assert (of("forwarded"), of("forward_lost"), of("called_again")) == (2, 1, 1)


@pytest.mark.parametrize("withdrawn", [8 * HOUR, 12 * HOUR])
def test_overtime_is_work_beyond_duty(withdrawn) -> None:
    of = counted([caller(7 * HOUR, talk=3 * HOUR)], lines=[[(0, 1), (withdrawn, 0)]])
    assert of("overtime", "lines") == max(10 * HOUR - withdrawn, 0)
    assert of("staffed", "lines") == withdrawn


def test_more_queues_than_can_be_told_apart_are_refused() -> None:
    centre = replace(centre_of(), provinces=tuple(map(str, range(MOST_PAIRS + 1))))
    with pytest.raises(SimError, match=f"{MOST_PAIRS + 1:,}; at most {MOST_PAIRS:,}"):
        queue_of(centre)
