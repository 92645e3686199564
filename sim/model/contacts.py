"""What became of the callers: one row per attempt, no missing values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.model.clock import Times


class Outcome(IntEnum):
    """How a contact ended."""

    ANSWERED = 0
    ABANDONED = 1
    BLOCKED = 2
    BALKED = 3
    #: Came outside opening hours.
    CLOSED = 4
    #: Still in the queue when the follow-up after the period ended.
    UNFINISHED = 5
    #: Answered, but by a call-back: accepted instead of waiting, or after a voicemail.
    CALLED_BACK = 6
    #: Gave up without a sign: kept its place in the queue, and held the line that took it in vain.
    SILENT = 7
    #: Came while open, and still waited at closing with no line to serve it after that.
    SENT_AWAY = 8


#: Line group and line of a contact that no line took.
NO_GROUP = -1


@dataclass(frozen=True)
class Contacts:
    """A table of contacts as columns of equal length, sorted by caller, then attempt.

    ``dialled <= left_queue <= released`` in integer milliseconds. The wait is ``left_queue - dialled``, the time the
    contact was in hand ``released - left_queue``; for a contact that no line took ``released == left_queue``.
    ``line`` is the number of the line within its ``group``.
    """

    caller: NDArray[np.int64]
    attempt: NDArray[np.int64]
    queue: NDArray[np.int64]
    dialled: Times
    left_queue: Times
    released: Times
    outcome: NDArray[np.int64]
    group: NDArray[np.int64]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.caller)

    @classmethod
    def from_rows(cls, rows: list[tuple[int, ...]]) -> Contacts:
        """Contacts from tuples in the order of the columns, sorted here by caller and attempt."""
        table = np.array(sorted(rows), dtype=np.int64).reshape(-1, len(fields(cls)))
        return cls(*table.T.copy())

    def columns(self) -> dict[str, NDArray[np.int64]]:
        """Name and array of every column, in the order of the table."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def rows(self) -> list[tuple[int, ...]]:
        """Rows as tuples of Python integers."""
        return list(zip(*(column.tolist() for column in self.columns().values()), strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Contacts):
            return NotImplemented
        pairs = zip(self.columns().values(), other.columns().values(), strict=True)
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

    __hash__ = None  # type: ignore[assignment]  # arrays are not hashable


@dataclass(frozen=True)
class ContactTables:
    """Contacts of several worlds: one table after the other, that of world i from ``begins[i]`` on."""

    rows: Contacts
    begins: NDArray[np.int64]

    @classmethod
    def of(cls, tables: Sequence[Contacts]) -> ContactTables:
        """Tables put together."""
        names = [field.name for field in fields(Contacts)]
        columns = {name: np.concatenate([getattr(table, name) for table in tables]) for name in names}
        return cls(Contacts(**columns), np.cumsum([0, *map(len, tables)]))

    def __len__(self) -> int:
        return len(self.begins) - 1

    def __iter__(self) -> Iterator[Contacts]:
        for start, stop in pairwise(self.begins.tolist()):
            yield Contacts(**{name: column[start:stop] for name, column in self.rows.columns().items()})
