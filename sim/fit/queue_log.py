"""Asterisk's ``queue_log``: a line per event, of which a contact is made from where it enters a queue to where it ends.

Events and their parameters as Asterisk documents them (docs.asterisk.org, Operation, Logging, Queue Logs). JOINEMPTY,
FULL and CLOSED are written by builds of it (Wazo, XiVO) for calls that may not enter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.clock import SECOND
from sim.errors import SimError
from sim.fit.assemble import Columns, Sieve, assembled
from sim.fit.dates import local_of
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, NOT_SAID, UNKNOWN, Dropped, Log
from sim.fit.text import cut, decoded, lines_of
from sim.fit.values import LONGEST, reason_of
from sim.language.said import Said

_LINE = re.compile(r"(\d{9,10})(?:\.(\d{1,6}))?", re.ASCII)
LOOKS = re.compile(r"\d{9,10}(?:\.\d+)?\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+", re.ASCII)
#: What became of those who left the queue without a line.
_LEFT = {"ABANDON": ABANDONED, "EXITWITHKEY": ABANDONED, "EXITWITHTIMEOUT": NOT_SAID, "EXITEMPTY": CLOSED}
_REFUSED = {"JOINEMPTY": CLOSED, "FULL": BLOCKED, "CLOSED": CLOSED}
#: Where among the parameters the seconds of conversation stand.
_ENDED = {"COMPLETECALLER": 1, "COMPLETEAGENT": 1, "TRANSFER": 3, "BLINDTRANSFER": 3, "ATTENDEDTRANSFER": 3}


@dataclass
class _Contact:
    """A contact while it is being read; ms since 1970 in UTC."""

    line: int
    queue: str
    caller: str
    entered: int
    wait: int = UNKNOWN
    outcome: int = NOT_SAID
    connected: int = UNKNOWN
    handling: int = UNKNOWN
    agent: str = ""
    over: bool = False


def queue_log(source: str, content: bytes, *, zone: str) -> Log:
    """The log of all queues; SimError where no contact enters one."""
    text, notes = decoded(content)
    contacts: list[_Contact] = []
    current: dict[str, _Contact] = {}
    dropped: list[Dropped] = []
    rows, aside = 0, Counter[str]()
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip():
            continue
        rows += 1
        try:
            contact, event = _event(line, number, current)
        except ValueError as error:
            dropped.append(Dropped(number, reason_of(error), cut(line)))
            continue
        if contact is None:
            aside[event] += 1
        elif contact.line == number:
            contacts.append(contact)
    if not contacts:
        why = f"; first at line {dropped[0].line}: {dropped[0].reason}" if dropped else ""
        raise SimError(f"{source}: no contact enters a queue (event ENTERQUEUE){why}")
    said = list(notes)
    if aside:
        most = ", ".join(f"{event} {count}" for event, count in aside.most_common(6))
        said.append(Said("reading.aside", lines=aside.total(), events=most))
    unfinished = sum(not contact.over for contact in contacts)
    if unfinished:
        said.append(Said("reading.unfinished", contacts=unfinished))
    said.append(Said("reading.unix", zone=zone))
    return _assembled(source, contacts, dropped, zone, rows, said)


def _event(line: str, number: int, current: dict[str, _Contact]) -> tuple[_Contact | None, str]:
    """The contact that a line is about, None where it is about none, and the event."""
    cells = line.strip().split("|")
    match = _LINE.fullmatch(cells[0])
    if match is None or len(cells) < 5 or not cells[4].isascii() or not cells[4]:
        raise ValueError(Said("unread.no_event"))
    now = int(match[1]) * SECOND + int(((match[2] or "") + "000")[:3])
    call, queue, agent, event, data = cells[1], cells[2], cells[3], cells[4], cells[5:]
    if event == "ENTERQUEUE" or event in _REFUSED:
        caller = data[1] if event == "ENTERQUEUE" and len(data) > 1 else ""
        contact = _Contact(number, queue, caller, now)
        if event in _REFUSED:
            contact.outcome, contact.wait, contact.over = _REFUSED[event], 0, True
        else:
            current[call] = contact
        return contact, event
    if event != "CONNECT" and event not in _LEFT and event not in _ENDED and event != "AGENTDUMP":
        return None, event
    known = current.get(call)
    if known is None or known.over:
        raise ValueError(Said("unread.no_beginning"))
    if not 0 <= now - known.entered <= LONGEST:
        raise ValueError(Said("unread.other_time"))
    _changed(known, event, now, agent, data)
    return known, event


def _changed(contact: _Contact, event: str, now: int, agent: str, data: Sequence[str]) -> None:
    if event == "CONNECT":
        contact.outcome, contact.connected, contact.agent = ANSWERED, now, agent
        contact.wait = now - contact.entered
    elif event in _LEFT:
        contact.outcome, contact.over = _LEFT[event], True
        contact.wait = now - contact.entered
    elif contact.connected != UNKNOWN:  # over, and how long it took
        at = _ENDED.get(event, len(data))
        said = data[at] if at < len(data) and data[at].isascii() and data[at].isdigit() and len(data[at]) < 7 else ""
        contact.handling = int(said) * SECOND if said else now - contact.connected
        contact.over = True


def _assembled(
    source: str, contacts: Sequence[_Contact], dropped: list[Dropped], zone: str, rows: int, notes: Sequence[str]
) -> Log:
    sieve = Sieve([contact.line for contact in contacts], dropped)
    arrival = np.zeros(len(contacts), dtype=np.int64)
    for row, contact in enumerate(contacts):
        try:
            arrival[row] = local_of(contact.entered, zone)
        except ValueError as error:
            sieve.drop(row, reason_of(error), str(contact.entered))

    def whole(name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([getattr(contact, name) for contact in contacts], dtype=np.int64)

    columns = Columns(
        arrival=arrival,
        wait=whole("wait"),
        outcome=whole("outcome"),
        handling=whole("handling"),
        priority=np.full(len(contacts), UNKNOWN, dtype=np.int64),
        caller=[contact.caller for contact in contacts],
        channel=["phone"] * len(contacts),
        queue=[cut(contact.queue) or "unknown" for contact in contacts],
        line=[contact.agent for contact in contacts],
    )
    return assembled(source, columns, sieve, rows=rows, notes=notes)
