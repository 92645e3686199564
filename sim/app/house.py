"""What all windows share: the scenarios, the seats of work, and who is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sim.app.limits import MOST_PAGES, MOST_PENDING
from sim.app.shelf import Shelf
from sim.app.work import Seats


class Leaves(Protocol):
    """A window that can be told to stop its work."""

    def leave(self) -> None:
        """Stop everything."""


@dataclass
class House:
    """One running program."""

    folder: Path
    shelf: Shelf
    seats: Seats = field(default_factory=Seats)
    #: Longer questions have seats of their own, so that a look never waits for them.
    long_seats: Seats = field(default_factory=lambda: Seats(1))
    #: Windows to which a browser is connected, by their names.
    windows: dict[str, Leaves] = field(default_factory=dict)
    #: What drops a page that was asked for and to which no browser is connected yet, the oldest first.
    pending: dict[str, Callable[[], None]] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether no more windows are let in."""
        return len(self.windows) >= MOST_PAGES

    def expect(self, name: str, drop: Callable[[], None]) -> None:
        """A page is sent; a browser is to connect to it. Where too many are expected, the oldest are dropped."""
        self.pending[name] = drop
        while len(self.pending) > MOST_PENDING:
            self.pending.pop(next(iter(self.pending)))()

    def enter(self, name: str, window: Leaves) -> bool:
        """A browser has connected to a page; False where no more windows are let in."""
        self.pending.pop(name, None)
        if name not in self.windows and self.full:
            return False
        self.windows[name] = window
        return True

    def left(self, name: str) -> None:
        """A page is gone."""
        self.pending.pop(name, None)
        self.windows.pop(name, None)

    def close(self) -> None:
        """Stop the work of all windows."""
        for window in list(self.windows.values()):
            window.leave()
