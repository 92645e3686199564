"""A bar in a notebook while a study runs, where nobody else wants to be told how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

#: What is over sooner has no bar, and one that is there moves no more often, in s.
_SHOWN_AFTER_S, _EVERY_S = 1.0, 0.2


def with_bar(study: Callable[P, R]) -> Callable[P, R]:
    """``study``, whose keyword ``progress`` takes (done, wanted), with a bar for it in a notebook."""

    @wraps(study)
    def told(*args: P.args, **options: P.kwargs) -> R:
        if options.get("progress") is not None or not in_notebook():
            return study(*args, **options)
        with Bar() as bar:
            return study(*args, **cast(Any, options | {"progress": bar.tell}))

    return told


def in_notebook() -> bool:
    """Whether a kernel runs this program, and not a terminal."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython.get_ipython(), "kernel", None) is not None if ipython else False


class Bar:
    """What is done of what is wanted, with the time that is left; gone when all is done."""

    def __init__(self) -> None:
        self.start = self.told = time.monotonic()
        self.shown: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown is not None:
            self._show("")

    def tell(self, done: int, wanted: int) -> None:
        """So much is done."""
        now = time.monotonic()
        if now - self.start < _SHOWN_AFTER_S or now - self.told < _EVERY_S:
            return
        self.told = now
        left = f", {(wanted - done) * (now - self.start) / done:,.0f} s left" if done else ""
        text = f"{done:,} of {wanted:,}{left}"
        self._show(f'<progress max="{wanted}" value="{done}" aria-label="simulating"></progress> {text}')

    def _show(self, html: str) -> None:
        notebook: Any = import_module("IPython.display")
        if self.shown is None:
            self.shown = notebook.display(notebook.HTML(html), display_id=True)
        else:
            self.shown.update(notebook.HTML(html))
