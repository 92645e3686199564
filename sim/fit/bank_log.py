"""The layout of the anonymous bank's call logs (Technion SEE): a row per call, with its ways through menu and queue.

What is particular about it: a queue entry at 0:00:00 was never queued, the menu may end before it begins, phantom rows
are no calls, services under ten seconds were hung up by agents (they are kept, since the fit sets short calls apart by
its own rule), and customer 0 is nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.fit.assemble import Columns, Sieve, assembled
from sim.fit.dates import date
from sim.fit.log import ABANDONED, ANSWERED, NOT_SAID, UNKNOWN, Log
from sim.fit.text import Table
from sim.fit.values import duration, parsed, whole
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, SECOND

Whole = NDArray[np.int64]
NEEDED = (
    "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "q_start", "q_time", "outcome", "ser_time",
    "server",
)  # fmt: skip
#: Services shorter than this are calls that agents hung up on.
_SHORT = 10 * SECOND


def is_bank(header: Sequence[str]) -> bool:
    """Whether the header is that of the bank's logs."""
    return set(NEEDED) <= set(header)


def bank_log(table: Table) -> Log:
    """The log of a month at the bank; arrival is where the menu ends and a line is asked for."""
    texts = {name: table.column(table.header.index(name)) for name in NEEDED}
    sieve = Sieve(table.lines, list(table.dropped))
    arrival = _arrivals(texts, sieve)
    wait = _column(texts, "q_time", sieve, lambda text: duration(text, "wait", unit=SECOND, comma=False))
    service = _column(texts, "ser_time", sieve, lambda text: duration(text, "handling", unit=SECOND, comma=False))
    priority = _column(texts, "priority", sieve, lambda text: whole(text, "priority"))
    outcome = np.full(len(arrival), NOT_SAID, dtype=np.int64)
    for row, (word, queued) in enumerate(zip(texts["outcome"], texts["q_start"], strict=True)):
        if word == "PHANTOM":
            sieve.drop(row, Said("unread.phantom"), word)
        elif word == "HANG" and queued == "0:00:00":
            sieve.drop(row, Said("unread.menu"), word)
        outcome[row] = {"AGENT": ANSWERED, "HANG": ABANDONED}.get(word, NOT_SAID)
    served = outcome == ANSWERED
    short = int((served & (service < _SHORT) & sieve.kept).sum())
    columns = Columns(
        arrival=arrival,
        wait=wait,
        outcome=outcome,
        handling=np.where(served, service, UNKNOWN),
        priority=priority,
        caller=texts["customer_id"],
        channel=["phone"] * len(arrival),
        queue=texts["type"],
        line=texts["server"],
    )
    notes = (
        *table.notes,
        Said("reading.bank_menu"),
        Said("reading.bank_short", calls=short),
        Said("reading.bank_priority"),
    )
    return assembled(table.source, columns, sieve, rows=len(table.rows) + len(table.dropped), notes=notes)


def _column(texts: Mapping[str, Sequence[str]], name: str, sieve: Sieve, parse: object) -> Whole:
    values, wrong = parsed(texts[name], parse)  # type: ignore[arg-type]
    sieve.drop_all(wrong, texts[name])
    return values


def _arrivals(texts: Mapping[str, Sequence[str]], sieve: Sieve) -> Whole:
    """The menu's end, on the next day where the menu ran over midnight."""
    days = _column(texts, "date", sieve, lambda text: date(f"19{text}" if len(text) == 6 else text))
    entry = _column(texts, "vru_entry", sieve, lambda text: duration(text, "menu_entry", unit=SECOND, comma=False))
    exit_ = _column(texts, "vru_exit", sieve, lambda text: duration(text, "menu_exit", unit=SECOND, comma=False))
    return days * DAY + exit_ + np.where(exit_ < entry - 12 * HOUR, DAY, 0)
