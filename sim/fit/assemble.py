"""From parsed columns to a log: sorted by arrival, names numbered, rows far from all others kept out."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.log import UNKNOWN, Dropped, Log
from sim.fit.text import cut
from sim.fit.values import NOT_KNOWN
from sim.language.said import Said
from sim.model.clock import DAY

Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

_EPOCH = dt.date(1970, 1, 1)
#: Rows apart from all others by a gap of so many days are kept out where they are few.
_GAP_DAYS = 60
_FEW = 0.01
_MOST_DAYS = 366 * 20
#: What begins a word for a number that is not shown, in the languages of logs.
_WITHHELD = re.compile(
    r"unknown|onbekend|inconnu|unbekannt|desconocid|anon|private|priv[eé]|privado|privat|unavailable|withheld|"
    r"restricted|hidden|verborgen|geheim|afgeschermd|masqu|unterdr|ocult|suppress|undisclosed|blocked|not available|"
    r"out of area|no caller|no number|no cli|no_server|geen nummer|niet beschikbaar|niet bekend|keine|sin n[uú]mero",
    re.IGNORECASE,
)
#: Nothing but zeros and signs, or crosses in place of digits: also as statistics programs write a number column.
_ZEROS = re.compile(r"[\W_]*(?:0[\W0_]*(?:e[+-]?0+)?|[\W_]*|[xX\W]+|-1(?:[.,]0+)?)", re.IGNORECASE)
#: What one person can hardly be: so large a share of all contacts, and so many times the next caller's.
_TOO_MANY, _TIMES, _AT_LEAST = 0.05, 10, 50


def withheld(text: str) -> bool:
    """Whether a caller (or a line) is not known: every spelling of unknown, withheld, 0 and nothing."""
    if text.lower() in NOT_KNOWN or _ZEROS.fullmatch(text):
        return True
    return _WITHHELD.search(text) is not None and not any(letter.isdigit() for letter in text)


def bare_number(text: str) -> str:
    """A name without the decimals that programs give to a column of numbers: ``32470000001.0``."""
    return re.sub(r"(?<=\d)[.,]0+$", "", text)


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

    ``by_province`` is as in a log; ``origin``, where there is one, is the queue in which the caller was answered
    before, so that the row is no new contact.
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
    origin: Sequence[str] = ()


def assembled(source: str, found: Columns, sieve: Sieve, *, rows: int, notes: Sequence[str] = ()) -> Log:
    """The log of the rows that are kept; SimError where none is."""
    _keep_out_strays(found.arrival, sieve)
    kept = np.flatnonzero(sieve.kept)
    if not len(kept):
        raise SimError(Said("refusal.no_row", path=source, why=_why(sieve.dropped)))
    order = kept[np.argsort(found.arrival[kept], kind="stable")]
    first = int(found.arrival[order[0]]) // DAY
    days = int(found.arrival[order[-1]]) // DAY - first + 1
    if days > _MOST_DAYS:
        raise SimError(f"{source}: runs over {days // 365} years; name a file of at most 20, or look at its dates")
    notes = list(notes)
    people = {
        "caller": _people(_placeholders_removed(found.caller, order, notes), order),
        "line": _people(found.line, order),
    }
    names = people | {key: _numbered(getattr(found, key), order) for key in ("channel", "queue")}
    log = Log(
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
    if not any(found.origin):
        return log
    numbers = {name: number for number, name in enumerate(log.queues)}
    origins = np.array([numbers.get(found.origin[row], UNKNOWN) for row in order])
    again = origins != UNKNOWN
    return replace(log.picked(~again), forwarded=log.picked(again), origins=origins[again]) if again.any() else log


def _why(dropped: Sequence[Dropped]) -> Said:
    if not dropped:
        return Said("refusal.only_header")
    first: Dropped = min(dropped, key=lambda row: row.line)
    return first.told()


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


def _people(texts: Sequence[str], order: Whole) -> tuple[Whole, tuple[str, ...]]:
    """Numbers of callers or lines; UNKNOWN where the name stands for none."""
    known = {text: "" if withheld(text) else bare_number(text) for text in set(texts)}
    return _numbered([known[text] for text in texts], order, unknown="")


def _placeholders_removed(texts: Sequence[str], order: Whole, notes: list[str]) -> Sequence[str]:
    """Callers without a name that stands for unknown callers, which is known by how much it calls."""
    counts = Counter(texts[row] for row in order if not withheld(texts[row])).most_common(2)
    if len(counts) < 2:
        return texts
    (name, most), (_, next_most) = counts
    if most < max(_AT_LEAST, _TOO_MANY * len(order), _TIMES * next_most):
        return texts
    notes.append(Said("reading.placeholder", name=repr(cut(name)), calls=most))
    return ["" if text == name else text for text in texts]


def _numbered(texts: Sequence[str], order: Whole, unknown: str | None = None) -> tuple[Whole, tuple[str, ...]]:
    """Numbers in the order in which names first come, and the names; UNKNOWN for the name ``unknown``."""
    numbers: dict[str, int] = {}
    found = np.full(len(order), UNKNOWN, dtype=np.int64)
    for at, row in enumerate(order):
        text = texts[row]
        if text != unknown:
            found[at] = numbers.setdefault(text, len(numbers))
    return found, tuple(numbers)
