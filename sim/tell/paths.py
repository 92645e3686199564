"""Paths of settings in tables of the terminal: broken behind a dot where they do not fit, and never within a word."""

from __future__ import annotations

import re

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

_PARTS = re.compile(r"[^. ]+[. ]?|[. ]")


class Dotted:
    """A path such as ``handling.phone.conversation.mean``, or such a path with words behind it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(max(map(len, _PARTS.findall(self.path)), default=0), len(self.path))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [""]
        for part in _PARTS.findall(self.path):
            if len((lines[-1] + part).rstrip()) > options.max_width and lines[-1]:
                lines.append("")
            lines[-1] += part
        yield Text("\n".join(lines), overflow="fold")
