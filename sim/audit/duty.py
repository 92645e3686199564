"""When lines are on duty (rule 1), and which queues they serve after closing (rules 3 and 20)."""

from __future__ import annotations

from bisect import bisect_right

from sim.model.centre import Centre, Group, Spans
from sim.model.world import World


class Duty:
    """Stretches of duty of every line of every group, before absences."""

    def __init__(self, world: World, centre: Centre) -> None:
        self._queues = centre.queues
        self._shifts = [group.shifts for group in centre.groups]
        self.stretches = [
            [_stretches(world, group, line) for line in range(len(group.shifts))] for group in centre.groups
        ]
        self._starts = [[[start for start, _ in spans] for spans in lines] for lines in self.stretches]

    def on(self, group: int, line: int, instant: int) -> bool:
        """Whether a line is on duty at ``instant``."""
        number = bisect_right(self._starts[group][line], instant) - 1
        return number >= 0 and instant < self.stretches[group][line][number][1]

    def lines_on(self, group: int, instant: int) -> int:
        """Lines of ``group`` on duty at ``instant``."""
        return sum(self.on(group, line, instant) for line in range(len(self._shifts[group])))

    def serves_late(self, queue: int, closes: int) -> bool:
        """Whether a line serves those who wait in ``queue`` when its channel closes: one that was on duty just before.

        Such a line may be of any group of the queue's routes, whatever wait that one helps after.
        """
        rules = self._queues[queue]
        return rules.serve_after_closing and any(self.lines_on(route.group, closes - 1) for route in rules.routes)

    def tell(self, group: int, line: int, instant: int) -> str:
        """Word for what a line is at ``instant``."""
        if self.on(group, line, instant):
            return "on duty"
        scheduled = any(start <= instant < stop for start, stop in self._shifts[group][line])
        return "absent" if scheduled else "off duty"


def _stretches(world: World, group: Group, line: int) -> Spans:
    """Shifts that the line does not miss, those that touch joined."""
    joined: list[tuple[int, int]] = []
    for start, stop, day in sorted(group.schedule()[line]):
        if start >= stop or _missed(world, group, line, day):
            continue
        if joined and start <= joined[-1][1]:
            start, stop = joined[-1][0], max(stop, joined.pop()[1])
        joined.append((start, stop))
    return tuple(joined)


def _missed(world: World, group: Group, line: int, day: int) -> bool:
    """Whether the line is absent on a day."""
    if not group.absent or group.name not in world.groups:
        return False
    number = world.groups.index(group.name)
    _, lines, days = world.absence.shape
    return line < lines and 0 <= day < days and int(world.absence[number, line, day]) < group.absent
