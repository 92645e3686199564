"""Faults planted on purpose, each of which the verification must find: ``python -m tests.long.faults``.

A fault is an engine that plays another world, another centre or other rules than it was given. Nothing of the program
is changed by it; the auditor and the measures see the world and the centre as they are.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from math import isfinite
from pathlib import Path

import numpy as np

from sim.engines import simpy_engine
from sim.engines.simpy_engine import Kind, _Moment, _Play, _Waiting
from sim.engines.simpy_lines import Contact, Line
from sim.model.centre import ONE, UNLIMITED, Centre
from sim.model.contacts import Contacts, ContactTables
from sim.model.world import World, Worlds
from sim.verification.check import Play, verify
from sim.verification.verdict import Verification
from tests.long.pages import with_section

#: A right engine with something wrong.
Wrong = Callable[[World, Centre], Contacts]


@dataclass(frozen=True)
class Fault:
    """A sentence about what is wrong, and the engine that does it."""

    about: str
    play: Wrong


# Another world


def _longer_patience(world: World, centre: Centre) -> Contacts:
    return simpy_engine.simulate(replace(world, patience=world.patience * 21 // 20), centre)


def _no_wrap_up(world: World, centre: Centre) -> Contacts:
    return simpy_engine.simulate(replace(world, wrap_up=np.zeros_like(world.wrap_up)), centre)


def _lost_redials(world: World, centre: Centre) -> Contacts:
    lost = np.arange(len(world))[:, None] % 10 == 0
    return simpy_engine.simulate(replace(world, redial=np.where(lost, ONE, world.redial)), centre)


# Another centre


def _early_overflow(world: World, centre: Centre) -> Contacts:
    queues = [
        replace(queue, routes=tuple(replace(route, after=max(0, route.after - 1)) for route in queue.routes))
        for queue in centre.queues
    ]
    return simpy_engine.simulate(world, replace(centre, queues=tuple(queues)))


def _one_more_place(world: World, centre: Centre) -> Contacts:
    queues = [replace(queue, places=queue.places + 1) if queue.places < UNLIMITED else queue for queue in centre.queues]
    return simpy_engine.simulate(world, replace(centre, queues=tuple(queues)))


def _nobody_balks(world: World, centre: Centre) -> Contacts:
    queues = tuple(replace(queue, balk=(0,), balk_at_wait=()) for queue in centre.queues)
    return simpy_engine.simulate(world, replace(centre, queues=queues))


def _no_priorities(world: World, centre: Centre) -> Contacts:
    return simpy_engine.simulate(world, replace(centre, priorities=()))


def _full_speed(world: World, centre: Centre) -> Contacts:
    groups = tuple(replace(group, speeds=(100,) * group.at_once) for group in centre.groups)
    return simpy_engine.simulate(world, replace(centre, groups=groups))


def _nobody_absent(world: World, centre: Centre) -> Contacts:
    return simpy_engine.simulate(world, replace(centre, groups=tuple(replace(g, absent=0) for g in centre.groups)))


def _never_sent_away(world: World, centre: Centre) -> Contacts:
    queues = tuple(replace(queue, serve_after_closing=True) for queue in centre.queues)
    return simpy_engine.simulate(world, replace(centre, queues=queues))


# Other rules


class _PatienceFromLastTaking(_Play):
    """Patience counts from the last time somebody was taken from the queue, where that was later than the call."""

    def play(self) -> Contacts:
        self.taken = [-1] * len(self.queues)
        return super().play()

    def take(self, contact: Contact, line: Line) -> None:
        super().take(contact, line)
        self.taken[contact.queue] = self.now

    def abandon(self, moment: _Moment) -> None:
        contact: Contact = moment.about
        patience = self.world.patience.item(contact.caller, contact.attempt, contact.channel)
        until = max(contact.dialled, self.taken[contact.queue]) + patience
        if until > self.now and contact in self.queues[contact.queue]:
            self.plan(until, Kind.ABANDONMENT, contact.rank, self.abandon, contact)
        else:
            super().abandon(moment)


class _WorkCarriedOver(_Play):
    """Who waits at closing waits on for the next day where no line was there to serve them."""

    def served_late(self, queue: _Waiting) -> bool:
        return queue.rules.serve_after_closing


class _LastFirst(_Waiting):
    """Of equal priority, whoever has come last goes first."""

    def first_for(self, line: Line, now: int) -> Contact | None:
        after = self.after[line.group.number]
        for waiting in self.by_priority:
            for contact in reversed(waiting.values()):
                if now - contact.dialled >= after and line.may_take(contact, now):
                    return contact
        return None


class _LastFirstPlay(_Play):
    def __init__(self, world: World, centre: Centre) -> None:
        super().__init__(world, centre)
        self.queues = [_LastFirst(queue, len(centre.priorities) + 1) for queue in centre.queues]


def _patience_restarts(world: World, centre: Centre) -> Contacts:
    return _PatienceFromLastTaking(world, centre).play()


def _carried_over(world: World, centre: Centre) -> Contacts:
    return _WorkCarriedOver(world, centre).play()


def _last_first(world: World, centre: Centre) -> Contacts:
    return _LastFirstPlay(world, centre).play()


FAULTS: Mapping[str, Fault] = {
    "patience-restarts": Fault("patience counts from the last time that somebody was taken", _patience_restarts),
    "early-overflow": Fault("overflow to another line a millisecond early", _early_overflow),
    "no-wrap-up": Fault("wrap-up is not counted", _no_wrap_up),
    "last-first": Fault("last in, first out", _last_first),
    "lost-redials": Fault("one caller in ten never tries again", _lost_redials),
    "nobody-balks": Fault("balking is ignored", _nobody_balks),
    "longer-patience": Fault("patience with a mean that is 5 % too long", _longer_patience),
    "one-more-place": Fault("one waiting place too many", _one_more_place),
    "no-priorities": Fault("priorities are ignored", _no_priorities),
    "full-speed": Fault("chats in hand together are as fast as alone", _full_speed),
    "nobody-absent": Fault("absence is ignored", _nobody_absent),
    "never-sent-away": Fault("callers to be sent away at closing are served", _never_sent_away),
    "carried-over": Fault("calls wait for the next day where lines stop before closing", _carried_over),
}


def faulty(name: str, worlds: Worlds, centre: Centre) -> ContactTables:
    """What an engine with this fault makes of the worlds."""
    return ContactTables.of([FAULTS[name].play(world, centre) for world in worlds])


def plays(name: str) -> Mapping[str, Play]:
    """The engine with this fault in place of all engines."""
    return {name: partial(faulty, name)}


@dataclass(frozen=True)
class Caught:
    """A fault and what became of it; ``found`` is of the last verification, thorough where the quick one passed."""

    name: str
    found: Verification
    thorough: bool

    def row(self) -> str:
        """A row of the table in ``docs/verification.md``."""
        wrong, found = self.found.significant, self.found
        theory = "-"
        if wrong:
            worst = max(wrong, key=lambda score: abs(score.z) if isfinite(score.z) else 0.0)
            theory = f"{len(wrong)} of {len(found.scores)}; {worst.system}: {worst.measure}, z = {worst.z:+.1f}"
        normal = "-" if found.normal else f"{min(found.ks, found.ad):.0e}"
        balances, audits = (str(len(some)) if some else "-" for some in (found.balances, found.audits))
        mode = ("thorough" if self.thorough else "quick") if not found.passed else "**not found**"
        return f"| {FAULTS[self.name].about} | {mode} | {theory} | {normal} | {balances} | {audits} |"


def catch(name: str, *, workers: int | None = None) -> Caught:
    """Verify an engine with this fault: quickly, and thoroughly where that does not find it."""
    found = verify(plays=plays(name), workers=workers)
    if not found.passed:
        return Caught(name, found, thorough=False)
    return Caught(name, verify(plays=plays(name), thorough=True, workers=workers), thorough=True)


_PAGE = Path(__file__).parents[2] / "docs" / "verification.md"
_HEAD = (
    "| fault | found by | theory: measures that are wrong; the worst | normality: p | balances | auditor: sentences |",
    "| --- | --- | --- | --- | --- | --- |",
)


def with_table(page: str, rows: list[str]) -> str:
    """The page with these rows in its table of faults."""
    return with_section(page, "planted faults", "\n".join([*_HEAD, *rows]))


def main() -> None:
    """Plant every fault, or those named, and write the table where all were planted; exit code 1 if one is missed."""
    wanted, rows, missed = sys.argv[1:] or list(FAULTS), [], 0
    for name in wanted:
        began = time.monotonic()
        caught = catch(name)
        missed += caught.found.passed
        rows.append(caught.row())
        print(rows[-1], f"{time.monotonic() - began:.0f} s", flush=True)
    if set(wanted) == set(FAULTS):
        _PAGE.write_text(with_table(_PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    # Other processes know these functions by the module's own name.
    import_module("tests.long.faults").main()
