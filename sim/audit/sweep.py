"""The walk through everything that happened: what each event brings about, and what the table makes of it."""

from __future__ import annotations

from typing import NamedTuple

from sim.audit.duty import Duty
from sim.audit.events import Event, Kind
from sim.audit.findings import Findings
from sim.audit.floor import Floor, Line
from sim.audit.rows import Row, falls, say_falls
from sim.model.centre import UNLIMITED, Centre, Queue
from sim.model.contacts import Outcome
from sim.model.world import World


class _Welcome(NamedTuple):
    """What a contact meets on being dialled: an outcome at once (by a line), or none and it waits; and why."""

    outcome: Outcome | None
    why: str
    line: Line | None = None
    call_back: bool = False


class Sweep:
    """Lines in use and contacts waiting while the events of the table pass by.

    At most one sentence about any contact: whoever the table treats wrongly is told of once and then left alone.
    """

    def __init__(self, world: World, centre: Centre, duty: Duty, rows: list[Row], findings: Findings) -> None:
        self.world = world
        self.centre = centre
        self.findings = findings
        self.floor = Floor(centre, duty)
        self.told = {row for row in rows if row.who in findings.doubtful}
        #: Contacts that waited and then were taken by the table, by instant, group and line.
        self.claims: dict[tuple[int, int, int], list[Row]] = {}
        for row in sorted(rows, key=lambda row: row.turn):
            if row.taken and row.waited:
                self.claims.setdefault((row.left, row.group, row.line), []).append(row)

    def happen(self, event: Event) -> None:
        """Let one event pass: check what the table makes of it, then do as the table says."""
        now, row = event.instant, event.row
        if event.kind == Kind.SCHEDULE:
            self._hand_out(self.floor.lines[event.first][event.second], now)
        elif event.kind == Kind.CLOSING:
            self._close(event.first, now)
        elif row is None:
            return
        elif event.kind == Kind.ARRIVAL:
            self._arrive(row)
        elif event.kind == Kind.END_OF_HANDLING:
            line = self.floor.line_of(row)
            line.add(row, -1)
            self._hand_out(line, now)
        elif row in self.floor.waiting:
            self._happen_to_waiting(event, row)

    def _happen_to_waiting(self, event: Event, row: Row) -> None:
        now = event.instant
        if event.kind == Kind.ENTITLEMENT:
            self._entitle(row, self.centre.queues[row.queue].routes[event.third].group, now)
        elif event.kind == Kind.LAST_CHANCE:
            self._say(row, f"{self._fate(row, now)}, but no line came free for it at that instant")
            self.floor.take(row)
        elif event.kind == Kind.ABANDONMENT and now < row.left:
            self._lose_patience(row)
        else:
            self.floor.leave(row)

    def _say(self, row: Row, what: str) -> None:
        if row not in self.told:
            self.told.add(row)
            self.findings.tell(row.who, what)

    def _fate(self, row: Row, now: int) -> str:
        """What the table says became of a contact, and the state of its line if that is now."""
        by = ""
        if row.taken:
            state = self.floor.tell(self.floor.line_of(row), now)
            by = f" by {state if row.left == now else f'line {row.line} of group {row.group}'}"
        return f"{row.outcome.name} at {row.left}{by}"

    # Lines that take what waits (rule 22)

    def _hand_out(self, line: Line, now: int) -> None:
        """A line may have come free: it must take who is next as long as it may, and leave nobody waiting."""
        while True:
            claims = self.claims.get((now, line.group, line.number), [])
            claimed = [row for row in claims if row in self.floor.waiting]
            due = self.floor.next_for(line, now, self.told.difference(claimed))
            if due is None:
                return
            if due in claimed:
                self.floor.take(due)
                continue
            could = f"first in line at {now}, when {self.floor.tell(line, now)} could take it"
            self._say(due, f"{could}: {self._fate(due, now)} is wrong")
            if not claimed:
                return
            turn = f"caller {due.caller}, attempt {due.attempt} (dialled {due.dialled}, priority {due.priority})"
            wrong = f"dialled {claimed[0].dialled}, {claimed[0].outcome.name} at {now} out of turn"
            self._say(claimed[0], f"{wrong}: {turn} was first in line for line {line.number} of group {line.group}")
            self.floor.take(claimed[0])

    def _entitle(self, row: Row, group: int, now: int) -> None:
        """A group becomes available to a waiting contact, which takes a line of it (rule 18)."""
        line = self.floor.line_for(group, row, now)
        if line is None:
            return
        taken_now = row.taken and row.left == now
        if not taken_now or (row.group, row.line) != (line.group, line.number):
            self._say(row, f"{self._fate(row, now)}, but at {now} {self._free(line, now)}")
        if taken_now:
            self.floor.take(row)

    def _free(self, line: Line, now: int) -> str:
        return f"group {line.group} had a free line for it: {self.floor.tell(line, now)}"

    # Contacts that leave without a line (rules 19 and 20)

    def _close(self, channel: int, now: int) -> None:
        """Contacts of ``channel`` that wait at closing are sent away where no line serves them; call-backs stay."""
        for number, queue in enumerate(self.centre.queues):
            if queue.channel == channel and not self.floor.duty.serves_late(number, now):
                for row in self.floor.queues[number]:
                    if row.closes == now and row not in self.floor.call_backs:
                        self._send_away(row, now)

    def _send_away(self, row: Row, now: int) -> None:
        due = Outcome.SILENT if row.silent and row.patient_until < now else Outcome.SENT_AWAY
        if row.taken or (row.outcome, row.left) != (due, now):
            self._say(row, f"{self._fate(row, now)}, but who waits at closing, {now}, is sent away: {due.name}")

    def _lose_patience(self, row: Row) -> None:
        """Patience ends of a contact that the table has wait for ever."""
        if row not in self.floor.call_backs:
            left = "it left without a sign and is SILENT" if row.silent else "it is ABANDONED"
            self._say(row, f"{self._fate(row, row.patient_until)}, after patience ended at {row.patient_until}: {left}")

    # Contacts that are dialled (rules 10 to 15)

    def _arrive(self, row: Row) -> None:
        """A contact is dialled: it is answered, turned away, leaves, or waits, by what it meets."""
        call_back = row.outcome == Outcome.CALLED_BACK or row.closes is None
        due = self._welcome(row, self.centre.queues[row.queue]) if row.closes is not None else self._leave_message(row)
        if due is not None:
            if not self._is_as_claimed(row, due):
                self._say(row, f"{self._fate(row, row.dialled)}, but on dialling at {row.dialled} {due.why}")
            if row.outcome == Outcome.UNFINISHED:
                call_back = due.call_back
        if row.waited:
            self.floor.enter(row, call_back=call_back)
        elif row.taken:
            self.floor.take(row)
        if row.waited and row.outcome == Outcome.UNFINISHED and row.patient_until <= row.dialled:
            self._lose_patience(row)

    def _leave_message(self, row: Row) -> _Welcome | None:
        """What becomes of a message left at a closed door; None where none is left."""
        if row.outcome not in (Outcome.CALLED_BACK, Outcome.UNFINISHED):
            return None
        line = self._ready_line(row, self.centre.queues[row.queue])
        if line is not None:
            return _Welcome(Outcome.CALLED_BACK, self._free(line, row.dialled), line)
        return _Welcome(None, "no line was free to call back at once: the message waits", call_back=True)

    def _ready_line(self, row: Row, queue: Queue) -> Line | None:
        """The line that a contact gets on being dialled, if any (rule 11)."""
        lines = (self.floor.line_for(route.group, row, row.dialled) for route in queue.routes if route.after <= 0)
        return next((line for line in lines if line is not None), None)

    def _is_as_claimed(self, row: Row, due: _Welcome) -> bool:
        """Whether the table has a contact go on as it must."""
        if due.outcome is None:
            as_call_back = row.outcome == Outcome.CALLED_BACK
            return row.waited and (as_call_back == due.call_back or row.outcome == Outcome.UNFINISHED)
        if row.waited or row.outcome != due.outcome:
            return False
        return due.line is None or (row.group, row.line) == (due.line.group, due.line.number)

    def _welcome(self, row: Row, queue: Queue) -> _Welcome:
        """What a contact meets in opening hours."""
        now, waiting = row.dialled, len(self.floor.queues[row.queue])
        line = self._ready_line(row, queue)
        if line is not None:
            return _Welcome(Outcome.ANSWERED, self._free(line, now), line)
        places = "unlimited" if queue.places >= UNLIMITED else str(queue.places)
        room = f"there was no free line, and {waiting} waited in {places} places"
        if waiting >= queue.places:
            return _Welcome(Outcome.BLOCKED, f"{room}: a busy tone")
        threshold, wait = self._balk_threshold(row, queue, waiting)
        draw = say_falls("balking", self.world.balk, row.caller, row.attempt, threshold) + wait
        if falls(self.world.balk, row.caller, row.attempt, threshold):
            return _Welcome(Outcome.BALKED, f"{room}: balks, with {draw}")
        return self._wait(row, queue, waiting, f"{room}, with {draw}")

    def _wait(self, row: Row, queue: Queue, waiting: int, room: str) -> _Welcome:
        """How a contact waits that does not balk."""
        call_back = self.world.call_back
        if waiting >= queue.call_back_from and falls(call_back, row.caller, row.attempt, queue.call_back):
            draw = say_falls("call-back", call_back, row.caller, row.attempt, queue.call_back)
            return _Welcome(None, f"{room}: waits as a call-back, with {draw}", call_back=True)
        if row.patient_until <= row.dialled and not row.silent:
            return _Welcome(Outcome.ABANDONED, f"{room}: abandons, with patience 0")
        draw = ""
        if queue.call_back:
            draw = "; " + say_falls("call-back", call_back, row.caller, row.attempt, queue.call_back)
            draw += f", offered from {queue.call_back_from} on"
        return _Welcome(None, f"{room}: waits{draw}")

    def _balk_threshold(self, row: Row, queue: Queue, waiting: int) -> tuple[int, str]:
        """The larger of the thresholds of rule 13, and the announced wait in words."""
        threshold = queue.balk_threshold(waiting)
        if queue.announce <= 0:
            return threshold, ""
        slots = self.floor.slots(row.queue, row.dialled)
        announced = (waiting + 1) * queue.announce // slots if slots else None
        by_wait = 0
        for wait, share in queue.balk_at_wait:
            if announced is None or wait <= announced:
                by_wait = share
        said = f" (announced wait {'endless' if announced is None else announced}, with {slots} slots)"
        return max(threshold, by_wait), said
