"""What all windows share: the scenarios, the seats of work, and who is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

from sim.app.limits import MOST_PAGES
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
    #: Set once the machine code is there; until then looks are taken with the other engine.
    warm: Event = field(default_factory=Event)
    windows: dict[str, Leaves] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether no more windows are let in."""
        return len(self.windows) >= MOST_PAGES

    def close(self) -> None:
        """Stop the work of all windows."""
        for window in list(self.windows.values()):
            window.leave()
