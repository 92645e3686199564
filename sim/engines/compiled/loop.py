"""The event loop: what happens, in its order, and what follows from it at once."""

from __future__ import annotations

import numpy as np

from sim.clock import DAY
from sim.engines.compiled import heap
from sim.engines.compiled.flatten import Luck, Plan
from sim.engines.compiled.floor import Floor, claim, first_of, grown, has_room, new_floor, release
from sim.engines.compiled.jit import compiled, sources
from sim.engines.compiled.lines import finish, line_for, line_on_duty, set_duty, set_end, take
from sim.engines.compiled.names import (
    ABANDONED,
    ABSENT,
    AGAIN,
    ANNOUNCE,
    ANSWERED,
    ARRIVAL,
    AT_ONCE,
    ATTEMPT,
    BALKED,
    BEGINS,
    BLOCKED,
    BY,
    CALL_BACK,
    CALL_BACK_FROM,
    CALLED_BACK,
    CALLER,
    CHANNEL_OF,
    CLOSED,
    CLOSES,
    CLOSES_AT,
    CLOSING,
    COLUMNS,
    DESKWORK,
    DIALLED,
    ENDS,
    ENTITLEMENT,
    FIRST_AT_ONCE,
    FIRST_BALK,
    FIRST_WAIT,
    FORWARD,
    FORWARD_TO,
    FROM_OPENING,
    GONE,
    GROUP,
    HOLDING,
    IN_ROW,
    ITEM,
    KINDS,
    LAST_AT_ONCE,
    LAST_BALK,
    LAST_WAIT,
    LEFT_QUEUE,
    LINE,
    NEXT,
    NO_EVENT,
    OF_GROUP,
    OF_LINE,
    ON_CHANNEL,
    OPENS,
    OUTCOME,
    PLACES,
    PRESENT,
    QUEUE,
    REDIAL,
    RELEASED,
    SERVED_LATE,
    SILENT,
    SILENTLY,
    STAMP,
    START,
    STEP,
    SUBJECT,
    SWITCH,
    SWITCH_TO,
    THRESHOLD,
    TO_BE_CALLED,
    TO_GROUP,
    TRY,
    UNFINISHED,
    UNTIL,
    VOICEMAIL,
    WAIT,
    WAITS_AS,
    WHO,
)
from sim.engines.compiled.waiting import join, leave, next_for, set_timer
from sim.world import Whole


@compiled
def _interval(plan: Plan, floor: Floor, channel: int, now: int) -> int:
    """The opening interval of a channel that is now or comes next, -1 for none; time never goes back."""
    number, last = floor.interval[channel], plan.first_hours[channel + 1]
    while number < last and plan.hours[number, CLOSES_AT] <= now:
        number += 1
    floor.interval[channel] = number
    return int(number) if number < last else -1


# --- what callers do next ---


@compiled
def _dial_at(plan: Plan, floor: Floor, caller: int, attempt: int, channel: int, at: int) -> None:
    """Have a contact dialled, unless it is too late for that (rule 26)."""
    if at >= plan.end:
        return
    contact = claim(floor)
    floor.contacts[contact, BY] = caller
    floor.contacts[contact, TRY] = attempt
    floor.contacts[contact, ON_CHANNEL] = channel
    heap.put(floor.redials, floor.contacts, contact, at * KINDS + ARRIVAL, caller * plan.attempts + attempt)


@compiled
def _try_again(
    plan: Plan, luck: Luck, floor: Floor, caller: int, attempt: int, channel: int, now: int, outcome: int
) -> None:
    """After a contact that was not answered (rule 24)."""
    habits = plan.habits[channel]
    if attempt + 1 >= plan.attempts or luck.redial[caller, attempt] >= habits[REDIAL + outcome]:
        return
    on, other, since = channel, habits[SWITCH_TO + outcome], now
    if other >= 0 and luck.switch[caller, attempt] < habits[SWITCH + outcome]:
        on = other
    if outcome == CLOSED and habits[FROM_OPENING] and on == channel:
        interval = _interval(plan, floor, channel, now)
        if interval < 0:
            return
        since = max(now, plan.hours[interval, OPENS])
    _dial_at(plan, floor, caller, attempt + 1, on, since + luck.redial_delay[caller, attempt, channel])


@compiled
def _after_answer(plan: Plan, luck: Luck, floor: Floor, row: int, now: int) -> None:
    """Forwarding, or another question (rule 25)."""
    caller, attempt = floor.table[CALLER, row], floor.table[ATTEMPT, row]
    channel = plan.queues[floor.table[QUEUE, row], CHANNEL_OF]
    habits = plan.habits[channel]
    if attempt + 1 >= plan.attempts:
        return
    if habits[FORWARD] and luck.forward[caller, attempt] < habits[FORWARD]:
        _dial_at(plan, floor, caller, attempt + 1, habits[FORWARD_TO], now)
    elif habits[AGAIN] and luck.again[caller, attempt] < habits[AGAIN]:
        _dial_at(plan, floor, caller, attempt + 1, channel, now + luck.again_delay[caller, attempt, channel])


# --- arrivals ---


@compiled
def _gone(floor: Floor, row: int, now: int, outcome: int) -> None:
    """End a contact that no line took."""
    floor.table[LEFT_QUEUE, row] = now
    floor.table[RELEASED, row] = now
    floor.table[OUTCOME, row] = outcome
    floor.table[GROUP, row] = -1
    floor.table[LINE, row] = -1


@compiled
def _announced(plan: Plan, floor: Floor, queue: int) -> int:
    """Threshold to balk at the announced wait (rule 13)."""
    about, slots = plan.queues[queue], 0
    for place in range(about[FIRST_AT_ONCE], about[LAST_AT_ONCE]):
        group = plan.at_once[place]
        slots += floor.crew[group, PRESENT] * plan.groups[group, AT_ONCE]
    threshold = 0
    for step in range(about[FIRST_WAIT], about[LAST_WAIT]):
        if slots == 0 or plan.balk_at_wait[step, WAIT] <= (floor.inside[queue] + 1) * about[ANNOUNCE] // slots:
            threshold = plan.balk_at_wait[step, THRESHOLD]
    return int(threshold)


@compiled
def _balks(plan: Plan, luck: Luck, floor: Floor, caller: int, attempt: int, queue: int) -> bool:
    about, threshold = plan.queues[queue], 0
    if about[FIRST_BALK] < about[LAST_BALK]:
        threshold = plan.balk[min(about[FIRST_BALK] + floor.inside[queue], about[LAST_BALK] - 1)]
    if about[ANNOUNCE] > 0:
        threshold = max(threshold, _announced(plan, floor, queue))
    return bool(luck.balk[caller, attempt] < threshold)


@compiled
def _arrive(plan: Plan, luck: Luck, floor: Floor, caller: int, attempt: int, channel: int, now: int) -> None:
    """A contact arrives (rules 9 to 15)."""
    row, queue, table = floor.rows[0], plan.queue_of[channel, luck.province[caller]], floor.table
    floor.rows[0] += 1
    table[CALLER, row] = caller
    table[ATTEMPT, row] = attempt
    table[QUEUE, row] = queue
    table[DIALLED, row] = now
    about, interval = plan.queues[queue], _interval(plan, floor, channel, now)
    if interval < 0 or plan.hours[interval, OPENS] > now:
        message = plan.habits[channel, VOICEMAIL]
        if message and luck.voicemail[caller, attempt] < message:
            join(plan, luck, floor, row, TO_BE_CALLED, now, plan.horizon)
        else:
            _gone(floor, row, now, CLOSED)
            _try_again(plan, luck, floor, caller, attempt, channel, now, CLOSED)
        return
    for place in range(about[FIRST_AT_ONCE], about[LAST_AT_ONCE]):
        line = line_on_duty(plan, floor, plan.at_once[place], about[DESKWORK])
        if line >= 0:
            take(plan, luck, floor, line, row, now, ANSWERED)
            set_end(plan, floor, line, now)
            return
    closes, waiting = plan.hours[interval, CLOSES_AT], floor.inside[queue]
    if waiting >= about[PLACES]:
        _gone(floor, row, now, BLOCKED)
        _try_again(plan, luck, floor, caller, attempt, channel, now, BLOCKED)
    elif _balks(plan, luck, floor, caller, attempt, queue):
        _gone(floor, row, now, BALKED)
        _try_again(plan, luck, floor, caller, attempt, channel, now, BALKED)
    elif about[CALL_BACK] and waiting >= about[CALL_BACK_FROM] and luck.call_back[caller, attempt] < about[CALL_BACK]:
        join(plan, luck, floor, row, TO_BE_CALLED, closes, plan.horizon)
    else:
        join(plan, luck, floor, row, HOLDING, closes, now + luck.patience[caller, attempt, channel])


# --- events of lines and of who waits ---


@compiled
def _serve(plan: Plan, luck: Luck, floor: Floor, contact: int, line: int, now: int) -> None:
    """Let a line take a waiting contact."""
    row, waits_as = floor.contacts[contact, IN_ROW], floor.contacts[contact, WAITS_AS]
    outcome = ANSWERED
    if waits_as == TO_BE_CALLED:
        outcome = CALLED_BACK
    elif waits_as == GONE:
        outcome = SILENT
    leave(floor, contact)
    take(plan, luck, floor, line, row, now, outcome)


@compiled
def _take_all(plan: Plan, luck: Luck, floor: Floor, line: int, now: int) -> None:
    """Let a line take contacts as long as there is one that it may take (rule 22)."""
    contact = next_for(plan, floor, line, now)
    while contact:
        _serve(plan, luck, floor, contact, line, now)
        contact = next_for(plan, floor, line, now)
    set_end(plan, floor, line, now)


@compiled
def _schedule(plan: Plan, luck: Luck, floor: Floor, event: int, now: int) -> None:
    line, ends, begins = plan.calendar[event, SUBJECT], plan.calendar[event, ENDS], plan.calendar[event, BEGINS]
    was = ends >= 0 and floor.missed[ends] == 0
    comes = begins >= 0 and floor.missed[begins] == 0
    if was != comes:
        set_duty(plan, floor, line, 1 if comes else 0)
        if comes:
            _take_all(plan, luck, floor, line, now)


@compiled
def _close(plan: Plan, luck: Luck, floor: Floor, channel: int, now: int) -> None:
    """Send away who waits at a closing (rule 20)."""
    classes = len(plan.priorities) + 1
    for queue in range(len(plan.queues)):
        if plan.queues[queue, CHANNEL_OF] != channel or plan.queues[queue, SERVED_LATE]:
            continue
        for of_list in range(queue * classes, (queue + 1) * classes):
            contact = first_of(floor, of_list)
            while contact:
                about = floor.contacts[contact]
                following, caller, attempt, waits_as = about[NEXT], about[BY], about[TRY], about[WAITS_AS]
                if waits_as != TO_BE_CALLED and about[CLOSES] <= now:
                    _gone(floor, about[IN_ROW], now, SILENT if waits_as == GONE else CLOSED)
                    leave(floor, contact)
                    if waits_as == HOLDING:
                        _try_again(plan, luck, floor, caller, attempt, channel, now, CLOSED)
                contact = following


@compiled
def _entitle(plan: Plan, luck: Luck, floor: Floor, contact: int, now: int) -> None:
    group = plan.later[floor.contacts[contact, STEP], TO_GROUP]
    line = line_for(plan, floor, group, contact, now)
    if line >= 0:
        _serve(plan, luck, floor, contact, line, now)
        set_end(plan, floor, line, now)
    else:
        floor.contacts[contact, STEP] += 1
        set_timer(plan, floor, contact)


@compiled
def _lose_patience(plan: Plan, luck: Luck, floor: Floor, contact: int, now: int) -> None:
    about = floor.contacts[contact]
    caller, attempt, channel = about[BY], about[TRY], about[ON_CHANNEL]
    silently = plan.habits[channel, SILENTLY]
    if silently and luck.silent[caller, attempt] < silently:
        about[WAITS_AS] = GONE
        about[UNTIL] = plan.horizon
        set_timer(plan, floor, contact)
    else:
        _gone(floor, about[IN_ROW], now, ABANDONED)
        leave(floor, contact)
    _try_again(plan, luck, floor, caller, attempt, channel, now, ABANDONED)


@compiled
def _end(plan: Plan, luck: Luck, floor: Floor, line: int, now: int) -> None:
    """Something that a line had in hand ends; from the horizon on nothing follows."""
    row = finish(plan, floor, line, now)
    floor.table[RELEASED, row] = now
    if now >= plan.horizon:
        set_end(plan, floor, line, now)
        return
    if floor.table[OUTCOME, row] != SILENT:
        _after_answer(plan, luck, floor, row, now)
    _take_all(plan, luck, floor, line, now)


# --- a whole world ---


@compiled
def _begin(plan: Plan, luck: Luck, floor: Floor, world: int) -> None:
    """Make a floor ready for a world; the one before has left no contact in it."""
    floor.rows[0] = 0
    floor.crew[:] = 0
    floor.lines[:] = 0
    floor.interval[:] = plan.first_hours[:-1]
    for shift in range(len(plan.shifts)):
        group = plan.shifts[shift, OF_GROUP]
        absent = plan.groups[group, ABSENT]
        floor.missed[shift] = (
            absent
            and luck.absence[world, group, plan.shifts[shift, OF_LINE], plan.shifts[shift, START] // DAY] < absent
        )


@compiled
def _finish_all(plan: Plan, luck: Luck, floor: Floor) -> None:
    """The horizon: nothing happens any more but the ends of what is in hand, and who waits is unfinished."""
    while floor.ends[1, STAMP] < NO_EVENT:
        _end(plan, luck, floor, floor.ends[1, ITEM], floor.ends[1, STAMP] // KINDS)
    for of_list in range(len(floor.lists)):
        contact = first_of(floor, of_list)
        while contact:
            about = floor.contacts[contact]
            _gone(floor, about[IN_ROW], plan.horizon, SILENT if about[WAITS_AS] == GONE else UNFINISHED)
            leave(floor, contact)
            contact = first_of(floor, of_list)


@compiled
def _play(plan: Plan, luck: Luck, floor: Floor, first: int, last: int) -> Floor:
    """All events of the callers from ``first`` to before ``last``, in their order."""
    event, following, over = 0, first, plan.horizon * KINDS
    while True:
        calendar, ends, timer, redial = (
            plan.calendar[event, STAMP],
            floor.ends[1, STAMP],
            floor.timers[1, STAMP],
            floor.redials[1, STAMP],
        )
        arrival = NO_EVENT
        if following < last and luck.arrival[following] < plan.end:
            arrival = luck.arrival[following] * KINDS + ARRIVAL
        stamp = min(calendar, ends, timer, redial, arrival)
        if stamp >= over:
            return floor
        now = stamp // KINDS
        if not has_room(floor):
            floor = grown(floor)
        if stamp == ends:
            _end(plan, luck, floor, floor.ends[1, ITEM], now)
        elif stamp == timer:
            contact = floor.timers[1, ITEM]
            if stamp % KINDS == ENTITLEMENT:
                _entitle(plan, luck, floor, contact, now)
            else:
                heap.drop(floor.timers, floor.contacts, contact)
                _lose_patience(plan, luck, floor, contact, now)
        elif stamp == calendar:
            if stamp % KINDS == CLOSING:
                _close(plan, luck, floor, plan.calendar[event, SUBJECT], now)
            else:
                _schedule(plan, luck, floor, event, now)
            event += 1
        elif stamp == arrival and (redial > stamp or following * plan.attempts < floor.redials[1, WHO]):
            _arrive(plan, luck, floor, following, 0, luck.channel[following], now)
            following += 1
        else:
            contact = floor.redials[1, ITEM]
            caller, attempt = floor.contacts[contact, BY], floor.contacts[contact, TRY]
            channel = floor.contacts[contact, ON_CHANNEL]
            heap.drop(floor.redials, floor.contacts, contact)
            release(floor, contact)
            _arrive(plan, luck, floor, caller, attempt, channel, now)


@compiled
def _sorted_to(floor: Floor, out: Whole, start: int, first: int, last: int) -> None:
    """Copy the rows of a world to ``out`` by caller, then attempt, callers counted from ``first``."""
    table, rows = floor.table, floor.rows[0]
    place = np.zeros(last - first + 1, np.int64)
    for row in range(rows):
        place[table[CALLER, row] - first + 1] += 1
    for caller in range(last - first):
        place[caller + 1] += place[caller]
    for row in range(rows):
        to = start + place[table[CALLER, row] - first] + table[ATTEMPT, row]
        out[CALLER, to] = table[CALLER, row] - first
        for column in range(1, COLUMNS):
            out[column, to] = table[column, row]


def _with(version: int):  # type: ignore[no-untyped-def]
    @entry
    def run(plan: Plan, luck: Luck, starts: Whole) -> tuple[Whole, Whole]:
        """Rows of all worlds, and where each world's begin and the last one's end."""
        _ = version
        worlds = len(starts) - 1
        callers = starts[worlds]
        floor = new_floor(plan, 256, 64)
        out = np.empty((COLUMNS, callers + callers // 4 + 16), np.int64)
        begins = np.zeros(worlds + 1, np.int64)
        for world in range(worlds):
            first, last, start = starts[world], starts[world + 1], begins[world]
            _begin(plan, luck, floor, world)
            floor = _play(plan, luck, floor, first, last)
            _finish_all(plan, luck, floor)
            begins[world + 1] = start + floor.rows[0]
            if begins[world + 1] > out.shape[1]:
                more = np.empty((COLUMNS, 2 * begins[world + 1]), np.int64)
                more[:, :start] = out[:, :start]
                out = more
            _sorted_to(floor, out, start, first, last)
        return out, begins

    return run


#: The whole engine as one compiled function.
run = _with(sources())
