"""From parsed columns to a log: sorted by arrival, names numbered, rows far from all others kept out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY
from sim.errors import SimError
from sim.fit.log import UNKNOWN, Dropped, Log
from sim.fit.text import cut
from sim.fit.values import NOT_KNOWN
from sim.language.said import Said

Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

_EPOCH = dt.date(1970, 1, 1)
#: Rows apart from all others by a gap of so many days are kept out where they are few.
_GAP_DAYS = 60
_FEW = 0.01
_MOST_DAYS = 366 * 20
_NOBODY = NOT_KNOWN | {
    "0", "unknown", "onbekend", "anonymous", "anoniem", "private", "prive", "privé", "unavailable", "withheld",
    "no_server", "restricted", "<unknown>",
}  # fmt: skip


@dataclass
class Sieve:
    """Which of n rows are kept; whoever is kept out has its line, the first reason that was found, and the text."""

    lines: Sequence[int]
    dropped: list[Dropped]
    kept: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.kept = np.ones(len(self.lines), dtype=bool)

    def drop(self, row: int, reason: str, text: str) -> None:
        """Keep a row out, unless it is out already."""
        if self.kept[row]:
            self.kept[row] = False
            self.dropped.append(Dropped(int(self.lines[row]), reason, cut(text)))

    def drop_all(self, wrong: Mapping[int, str], texts: Sequence[str]) -> None:
        """Keep out the rows that are wrong, with the cell that is."""
        for row, reason in wrong.items():
            self.drop(row, reason, texts[row])


@dataclass(frozen=True)
class Columns:
    """Everything that a reader found, n rows in the order of the file; arrivals are ms since 1970 on the wall clock.

    ``by_province`` is as in a log.
    """

    arrival: Whole
    wait: Whole
    outcome: Whole
    handling: Whole
    priority: Whole
    caller: Sequence[str]
    channel: Sequence[str]
    queue: Sequence[str]
    line: Sequence[str]
    by_province: bool = False


def assembled(source: str, found: Columns, sieve: Sieve, *, rows: int, notes: Sequence[str] = ()) -> Log:
    """The log of the rows that are kept; SimError where none is."""
    _keep_out_strays(found.arrival, sieve)
    kept = np.flatnonzero(sieve.kept)
    if not len(kept):
        raise SimError(f"{source}: not one row can be read{_why(sieve.dropped)}")
    order = kept[np.argsort(found.arrival[kept], kind="stable")]
    first = int(found.arrival[order[0]]) // DAY
    days = int(found.arrival[order[-1]]) // DAY - first + 1
    if days > _MOST_DAYS:
        raise SimError(f"{source}: runs over {days // 365} years; name a file of at most 20, or look at its dates")
    people = {key: _numbered(getattr(found, key), order, _NOBODY) for key in ("caller", "line")}
    names = people | {key: _numbered(getattr(found, key), order, frozenset()) for key in ("channel", "queue")}
    return Log(
        source=source,
        start=_EPOCH + dt.timedelta(days=first),
        days=days,
        arrival=found.arrival[order] - first * DAY,
        caller=names["caller"][0],
        channel=names["channel"][0],
        queue=names["queue"][0],
        wait=found.wait[order],
        outcome=found.outcome[order],
        handling=found.handling[order],
        line=names["line"][0],
        priority=found.priority[order],
        channels=names["channel"][1],
        queues=names["queue"][1],
        lines=names["line"][1],
        rows=rows,
        dropped=tuple(sorted(sieve.dropped, key=lambda row: row.line)),
        notes=tuple(notes),
        by_province=found.by_province,
    )


def _why(dropped: Sequence[Dropped]) -> str:
    if not dropped:
        return "; there is only a header"
    first = min(dropped, key=lambda row: row.line)
    return f"; first at line {first.line}: {first.reason} ({first.text!r})"


def _keep_out_strays(arrival: Whole, sieve: Sieve) -> None:
    """A few rows far from all others are slips in a date; the days between would count as days without a call."""
    rows = np.flatnonzero(sieve.kept)
    if len(rows) < 2:
        return
    order = rows[np.argsort(arrival[rows], kind="stable")]
    days = arrival[order] // DAY
    parts = np.split(order, np.flatnonzero(np.diff(days) > _GAP_DAYS) + 1)
    largest = max(len(part) for part in parts)
    for part in parts:
        if len(part) < _FEW * len(rows) and len(part) < largest:
            for row in part:
                text = f"{_EPOCH + dt.timedelta(days=int(arrival[row] // DAY))}"
                sieve.drop(int(row), Said("unread.stray", days=_GAP_DAYS), text)


def _numbered(texts: Sequence[str], order: Whole, nobody: Set[str]) -> tuple[Whole, tuple[str, ...]]:
    """Numbers in the order in which names first come, and the names; UNKNOWN for nobody."""
    numbers: dict[str, int] = {}
    found = np.full(len(order), UNKNOWN, dtype=np.int64)
    for at, row in enumerate(order):
        text = texts[row]
        if text.lower() not in nobody:
            found[at] = numbers.setdefault(text, len(numbers))
    return found, tuple(numbers)
