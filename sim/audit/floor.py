"""The floor as the table has it: what every line has in hand, who waits, and which of them a line may take."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass

from sim.audit.duty import Duty
from sim.audit.rows import Row, delays
from sim.model.centre import Centre


@dataclass(slots=True)
class Line:
    """A line and how many contacts it has in hand."""

    group: int
    number: int
    at_once: int
    calls: int = 0
    deskwork: int = 0

    @property
    def in_hand(self) -> int:
        """Contacts in hand, of either kind."""
        return self.calls + self.deskwork

    def has_room(self, *, deskwork: bool) -> bool:
        """Whether a call, or deskwork, may be taken besides what is in hand (rule 2)."""
        return self.in_hand == 0 if deskwork else self.calls < self.at_once

    def add(self, row: Row, number: int) -> None:
        """Take a contact in hand (1), or be done with it (-1)."""
        if row.deskwork:
            self.deskwork += number
        else:
            self.calls += number


class Floor:
    """Lines, queues and who waits in them."""

    def __init__(self, centre: Centre, duty: Duty) -> None:
        self.centre = centre
        self.duty = duty
        self.lines = [
            [Line(number, line, group.at_once) for line in range(len(group.shifts))]
            for number, group in enumerate(centre.groups)
        ]
        #: Who waits, by queue, in the order of rule 16.
        self.queues: list[list[Row]] = [[] for _ in centre.queues]
        self.waiting: set[Row] = set()
        self.call_backs: set[Row] = set()
        self._delays = [delays(centre, queue) for queue in range(len(centre.queues))]

    def enter(self, row: Row, *, call_back: bool) -> None:
        """Let a contact wait."""
        insort(self.queues[row.queue], row, key=lambda other: other.turn)
        self.waiting.add(row)
        if call_back:
            self.call_backs.add(row)

    def leave(self, row: Row) -> None:
        """Let a contact leave its queue, if it waits."""
        if row in self.waiting:
            self.waiting.remove(row)
            self.queues[row.queue].remove(row)

    def take(self, row: Row) -> None:
        """Give a contact the line that the table names, whether it may or not."""
        self.leave(row)
        self.line_of(row).add(row, 1)

    def line_of(self, row: Row) -> Line:
        """The line that took a contact by the table."""
        return self.lines[row.group][row.line]

    def may_take(self, line: Line, row: Row, now: int) -> bool:
        """Rule 3: a line with room, and on duty or serving late."""
        return line.has_room(deskwork=row.deskwork) and (
            self.duty.on(line.group, line.number, now) or self._serves_late(line, row, now)
        )

    def _serves_late(self, line: Line, row: Row, now: int) -> bool:
        return (
            row.closes is not None
            and row.closes <= now
            and self.centre.queues[row.queue].serve_after_closing
            and row not in self.call_backs
            and self.duty.on(line.group, line.number, row.closes - 1)
        )

    def line_for(self, group: int, row: Row, now: int) -> Line | None:
        """The line of ``group`` that a contact takes, if there is one (rule 4)."""
        able = [line for line in self.lines[group] if self.may_take(line, row, now)]
        return min(able, key=lambda line: (line.in_hand, line.number), default=None)

    def next_for(self, line: Line, now: int, passed_over: set[Row]) -> Row | None:
        """The waiting contact that a line must take next, if there is one (rule 22)."""
        group = self.centre.groups[line.group]
        best: tuple[tuple[int, ...], Row] | None = None
        for place, queue in enumerate(group.serves):
            row = self._first_of(queue, line, now, passed_over)
            if row is not None:
                rank = row.turn if group.longest_wait else (row.priority, place)
                if best is None or rank < best[0]:
                    best = (rank, row)
        return best[1] if best else None

    def _first_of(self, queue: int, line: Line, now: int, passed_over: set[Row]) -> Row | None:
        """The first contact of a queue that a line may take and that has waited long enough for its group."""
        after = self._delays[queue].get(line.group)
        setting = self.centre.queues[queue]
        if after is None or not self.queues[queue] or not line.has_room(deskwork=setting.interruptible):
            return None
        on_duty = self.duty.on(line.group, line.number, now)
        if not on_duty and not setting.serve_after_closing:
            return None
        for row in self.queues[queue]:
            ripe = now - row.dialled >= after and row not in passed_over
            if ripe and (on_duty or self._serves_late(line, row, now)):
                return row
        return None

    def slots(self, queue: int, now: int) -> int:
        """Contacts that the lines on duty may have in hand in the groups that a queue may use at once (rule 13)."""
        groups = {route.group for route in self.centre.queues[queue].routes if route.after <= 0}
        return sum(self.centre.groups[group].at_once * self.duty.lines_on(group, now) for group in groups)

    def tell(self, line: Line, now: int) -> str:
        """A line and its state in words."""
        state = self.duty.tell(line.group, line.number, now)
        hand = f"{line.calls} of {line.at_once} calls"
        if line.deskwork:
            hand += f" and {line.deskwork} of deskwork"
        return f"line {line.number} of group {line.group} ({state}, {hand} in hand)"
