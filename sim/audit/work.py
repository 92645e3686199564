"""Each line's work: when what it took is finished, from what the table has it take (rules 6 to 8)."""

from __future__ import annotations

from sim.audit.findings import Findings
from sim.audit.rows import Row
from sim.model.centre import FULL_SPEED, PER_MILLE, Centre
from sim.model.clock import FOREVER
from sim.model.contacts import Outcome
from sim.model.world import World


def check_work(world: World, centre: Centre, rows: list[Row], findings: Findings) -> dict[Row, int]:
    """Hold every release against the work in hand; returns when each contact is done with, for the sweep.

    What a line has in hand slows down the rest of it, so a wrong release casts doubt on others. Each line is read
    twice, with its releases as they must be and as the table has them, and the reading with fewer faults is told:
    a single wrong release is found by the first, a contact that is missing on the line by the second.
    """
    by_line: dict[tuple[int, int], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.left, row.caller, row.attempt)):
        if row.taken:
            by_line.setdefault((row.group, row.line), []).append(row)
    done_with: dict[Row, int] = {}
    for (group, _), taken in sorted(by_line.items()):
        works = {row: _work(world, centre, row) for row in taken}
        finished = _finished(_Bench(centre.groups[group].speeds), works)
        done = {row: finished.get(row, row.released) for row in taken}
        if len(_faults(finished, taken)) > 1:
            believed = _finished(_Bench(centre.groups[group].speeds, believes=True), works)
            if len(_faults(believed, taken)) < len(_faults(finished, taken)):
                finished, done = believed, {row: row.released for row in taken}
        for row in _faults(finished, taken):
            findings.tell(row.who, _say_released(world, centre, row, finished.get(row)))
        done_with |= done
    return done_with


def _finished(bench: _Bench, works: dict[Row, int]) -> dict[Row, int]:
    """When contacts are finished that are taken one after the other."""
    for row, work in works.items():
        bench.advance(row.left)
        bench.take(row, work)
    bench.advance(FOREVER)
    return bench.finished


def _faults(finished: dict[Row, int], taken: list[Row]) -> list[Row]:
    return [row for row in taken if row.released != finished.get(row)]


def _work(world: World, centre: Centre, row: Row) -> int:
    """Work of a contact that was taken, in ms at full speed."""
    if row.outcome == Outcome.SILENT:
        drawn = world.silence.shape[1] > row.attempt
        return max(1, int(world.silence[row.caller, row.attempt, row.channel])) if drawn else 1
    return max(1, _handling(world, row) * _factor(centre, row) // PER_MILLE)


def _handling(world: World, row: Row) -> int:
    return int(world.conversation[row.caller, row.channel]) + int(world.wrap_up[row.caller, row.channel])


def _factor(centre: Centre, row: Row) -> int:
    factor = centre.groups[row.group].factor
    return factor[row.channel][row.province] if factor else PER_MILLE


def _say_released(world: World, centre: Centre, row: Row, due: int | None) -> str:
    work, factor = _work(world, centre, row), _factor(centre, row)
    if row.outcome == Outcome.SILENT:
        take = f"its silence takes {work}"
    elif factor == PER_MILLE:
        take = f"conversation and wrap-up take {work}"
    else:
        take = f"conversation and wrap-up take {work}, {_handling(world, row)} by {factor} per mille"
    if due is None:
        until = ", and are never finished at the speeds of this line"
    elif due == row.left + work:
        until = f", until {due}"
    else:
        until = f", with all that line {row.line} had in hand until {due}"
    return f"held the line for {row.released - row.left}, until {row.released}, but {take}{until}"


class _Bench:
    """What one line has in hand, and how it goes on.

    A contact is in hand until it is finished or, if the bench ``believes``, until the table has it released.
    """

    def __init__(self, speeds: tuple[int, ...], *, believes: bool = False) -> None:
        self.speeds = speeds
        self.believes = believes
        self.now = 0
        #: Hundredths of a ms that are left of each contact that is not finished.
        self.left: dict[Row, int] = {}
        self.hand: set[Row] = set()
        self.finished: dict[Row, int] = {}

    def take(self, row: Row, work: int) -> None:
        self.left[row] = FULL_SPEED * work
        self.hand.add(row)

    def advance(self, until: int) -> None:
        """Let the work go on until an instant, at a new speed whenever the line is done with something."""
        while self.left and self.now < until:
            paces = self._paces()
            steps = [-(-left // paces[row]) for row, left in self.left.items() if paces[row] > 0]
            if self.believes:
                steps += [row.released - self.now for row in self.hand]
            if not steps:
                break
            self._work(min(*steps, until - self.now), paces)
        self.now = until

    def _work(self, step: int, paces: dict[Row, int]) -> None:
        self.now += step
        for row, pace in paces.items():
            self.left[row] -= step * pace
            if self.left[row] <= 0:
                self.finished[row] = self.now
                del self.left[row]
        self.hand = {row for row in self.hand if (row.released > self.now if self.believes else row in self.left)}

    def _paces(self) -> dict[Row, int]:
        """Percent at which each contact progresses: deskwork stands still beside calls."""
        calls = sum(not row.deskwork for row in self.hand)
        pace = self.speeds[min(max(calls, 1), len(self.speeds)) - 1]
        desk = 0 if calls else FULL_SPEED
        return {row: desk if row.deskwork else pace for row in self.left}
