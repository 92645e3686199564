"""A call log in arrays: one row per contact, sorted by arrival, and every row that was kept out with its reason."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.language.said import Said
from sim.model.clock import DAY, HOUR, Calendar
from sim.results.tables import csv_text

Whole = NDArray[np.int64]

#: What became of a contact; a log that says it in other words is translated by its reader.
OUTCOMES = ("answered", "abandoned", "blocked", "closed", "unknown")
ANSWERED, ABANDONED, BLOCKED, CLOSED, NOT_SAID = range(len(OUTCOMES))
#: Stands for a number that the log does not give.
UNKNOWN = -1


@dataclass(frozen=True)
class Dropped:
    """A row that was kept out: its line in the file (from 1), why in general, and the text that was the matter."""

    line: int
    reason: str
    text: str

    def told(self) -> Said:
        """It as the first of the rows that were kept out."""
        return Said("refusal.first_unread", line=str(self.line), why=self.reason, text=repr(self.text))


@dataclass(frozen=True)
class Log:
    """One row per contact, sorted by arrival; arrays have n rows.

    ``source`` is the file as the user named it; ``arrival`` counts ms from 00:00 (local wall time) of the day
    ``start``, and ``days`` calendar days are covered. ``caller`` is a number per caller; ``channel``, ``queue`` and
    ``line`` are indices into ``channels``, ``queues`` and ``lines``; ``outcome`` into ``OUTCOMES``; ``wait`` and
    ``handling`` are ms; ``priority`` is as logged. UNKNOWN stands where a number is not known. ``rows`` counts the
    rows of the file without its header, ``dropped`` those that were kept out; ``notes`` says how the file was read.
    ``by_province``: queues are named ``channel/province``, or ``channel`` where a channel has one for all provinces.
    ``forwarded``: conversations to which answered callers of this log were passed on, over the same days and with the
    same names; they are no contacts of their own. ``origins``: index of the queue in which each was answered before.
    """

    source: str
    start: dt.date
    days: int
    arrival: Whole
    caller: Whole
    channel: Whole
    queue: Whole
    wait: Whole
    outcome: Whole
    handling: Whole
    line: Whole
    priority: Whole
    channels: tuple[str, ...]
    queues: tuple[str, ...]
    lines: tuple[str, ...]
    rows: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...] = ()
    by_province: bool = False
    forwarded: Log | None = None
    origins: Whole | None = None

    def __len__(self) -> int:
        return len(self.arrival)

    def picked(self, which: NDArray[np.bool_]) -> Log:
        """The rows where ``which`` (n truth values) holds, over the same days."""
        return replace(self, **{name: getattr(self, name)[which] for name in COLUMNS})

    @property
    def with_forwarded(self) -> Log:
        """All stays in queues in order of arrival: contacts, and conversations to which callers were passed on."""
        if self.forwarded is None:
            return self
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(self.forwarded, name)]) for name in COLUMNS
        }
        order = np.argsort(columns["arrival"], kind="stable")
        return replace(self, forwarded=None, origins=None, **{name: values[order] for name, values in columns.items()})

    @property
    def calendar(self) -> Calendar:
        """The days covered; all of them count as working days, since a log does not say."""
        return Calendar(self.start, self.days, (True,) * self.days)

    @property
    def day(self) -> Whole:
        """Day of each arrival, from 0."""
        return self.arrival // DAY

    @property
    def hour(self) -> Whole:
        """Hour of the day of each arrival, 0 to 23."""
        return self.arrival % DAY // HOUR

    @property
    def weekday(self) -> Whole:
        """Weekday of each arrival, 0 for Monday."""
        return (self.start.weekday() + self.day) % 7

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """How many rows were kept out by reason, most first."""
        return tuple(Counter(row.reason for row in self.dropped).most_common())

    def of(self, outcome: str) -> NDArray[np.bool_]:
        """Whether each contact came to ``outcome``, n truth values."""
        found: NDArray[np.bool_] = self.outcome == OUTCOMES.index(outcome)
        return found


#: The columns of a log that have one value per contact.
COLUMNS = tuple(field.name for field in fields(Log) if field.type == "Whole")


def listed(dropped: Sequence[Dropped]) -> str:
    """Every row that was kept out, as CSV: its line in the file, why, and what it says."""
    return csv_text(("line", "reason", "text"), ((row.line, row.reason, row.text) for row in dropped))
