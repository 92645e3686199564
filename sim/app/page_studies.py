"""Questions that take longer than a look: one at a time for each window, with progress and Stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.app.work import Worker

if TYPE_CHECKING:
    from sim.app.page import Page


class Studies:
    """The part of the page below the answer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.worker = Worker()

    def settings_changed(self) -> None:
        """What was found is of other settings now."""
        self.worker.stop()

    def news(self) -> None:
        """Show what has come since."""
