"""Asterisk's ``queue_log``: a line per event, of which a contact is made from where it enters a queue to where it ends.

Events and their parameters as Asterisk documents them (docs.asterisk.org, Operation, Logging, Queue Logs). JOINEMPTY,
FULL and CLOSED are written by builds of it (Wazo, XiVO) for calls that may not enter. Read are the log itself and
exports of the table in which databases keep it.

A call keeps its id, so an id that enters a queue again is no new caller: unanswered, the contact goes on waiting since
it first entered; after an answer, the caller was forwarded. An attended transfer enters the second queue as a call of
the agent's own, which is no caller either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np

from sim.errors import SimError
from sim.fit.assemble import Columns, Sieve, assembled
from sim.fit.columns import plain
from sim.fit.dates import local_of, moment, utc_of
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, NOT_SAID, UNKNOWN, Dropped, Log
from sim.fit.text import Table, cut, decoded, lines_of
from sim.fit.values import LONGEST, reason_of
from sim.language.said import Said
from sim.model.clock import SECOND

_LINE = re.compile(r"(\d{9,10})(?:\.(\d{1,6}))?", re.ASCII)
LOOKS = re.compile(r"[\d :T.-]{9,26}\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+", re.ASCII)
#: What became of those who left the queue without a line.
_LEFT = {"ABANDON": ABANDONED, "EXITWITHKEY": ABANDONED, "EXITWITHTIMEOUT": NOT_SAID, "EXITEMPTY": CLOSED}
_REFUSED = {"JOINEMPTY": CLOSED, "FULL": BLOCKED, "CLOSED": CLOSED}
#: Where among the parameters the seconds of conversation stand, from the end where it is negative.
_ENDED = {"COMPLETECALLER": 1, "COMPLETEAGENT": 1, "TRANSFER": 3, "BLINDTRANSFER": 3, "ATTENDEDTRANSFER": -2}
_EVENTS = frozenset({"ENTERQUEUE", "CONNECT", *_LEFT, *_REFUSED, *_ENDED})
#: An agent's channel, such as PJSIP/7009 or Local/7009@from-queue, and the number in it.
_AGENT = re.compile(r"[A-Za-z0-9]+/([^@/-]+)")
#: Columns of the table in a database, by their names in the schemas of Asterisk and of tools that fill it.
_TABLE = {
    "time": ("time", "time id", "timestamp", "created", "eventtime", "event time", "eventdate", "date", "datetime"),
    "call": ("callid", "call id", "uniqueid", "unique id"),
    "queue": ("queuename", "queue name", "queue", "qname"),
    "agent": ("agent", "qagent", "agentname"),
    "event": ("event", "verb", "qevent"),
}  # fmt: skip
#: So many rows of a table must have an event of queues.
_MOSTLY = 0.5


class _Event(NamedTuple):
    """One line: ``now`` in ms since 1970 in UTC, and the parameters that follow the event."""

    line: int
    now: int
    call: str
    queue: str
    agent: str
    event: str
    data: Sequence[str]


@dataclass
class _Contact:
    """A stay in a queue while it is being read; ms since 1970 in UTC.

    ``forwarded``: its caller was answered in another queue before. ``internal``: entered by an agent who is talking to
    the caller of ``parent``, and so far by nobody else.
    """

    line: int
    call: str
    queue: str
    caller: str
    entered: int
    wait: int = UNKNOWN
    outcome: int = NOT_SAID
    connected: int = UNKNOWN
    handling: int = UNKNOWN
    agent: str = ""
    over: bool = False
    hung_up: bool = False
    forwarded: bool = False
    internal: bool = False
    parent: _Contact | None = None


@dataclass
class _Reader:
    """Contacts as far as events were read: the latest of each call id, and who talks with which agent."""

    contacts: list[_Contact] = field(default_factory=list)
    current: dict[str, _Contact] = field(default_factory=dict)
    talking: dict[str, _Contact] = field(default_factory=dict)

    def read(self, one: _Event) -> bool:
        """Take an event in; False where it is about no contact. ValueError where its contact is not known."""
        known = self.current.get(one.call)
        if one.event == "ENTERQUEUE" or one.event in _REFUSED:
            self._enter(one, known)
            return True
        if one.event != "CONNECT" and one.event not in _LEFT and one.event not in _ENDED and one.event != "AGENTDUMP":
            return False
        if known is None or known.over:
            raise ValueError(Said("unread.no_beginning"))
        if not 0 <= one.now - known.entered <= LONGEST:
            raise ValueError(Said("unread.other_time"))
        if one.event == "CONNECT":
            known.outcome, known.connected, known.agent = ANSWERED, one.now, one.agent
            known.wait = one.now - known.entered
            self.talking[_number(one.agent)] = known
        elif one.event in _LEFT:
            known.outcome, known.over = _LEFT[one.event], True
            known.wait, known.hung_up = one.now - known.entered, one.event == "ABANDON"
        elif known.connected != UNKNOWN:
            self._end(known, one)
        elif one.event == "ATTENDEDTRANSFER" and (first := known.parent or self.talking.get(_number(one.agent))):
            self._end(first, one)
            self._hand_over(first, known)
        return True

    def _enter(self, one: _Event, known: _Contact | None) -> None:
        refused = one.event in _REFUSED
        waiting = known is not None and known.connected == UNKNOWN and 0 <= one.now - known.entered <= LONGEST
        # Who was not answered goes on waiting since the first time; a call that was hung up is over.
        contact = known if known is not None and waiting and not known.hung_up else self._new(one, known)
        contact.over, contact.outcome = refused, _REFUSED.get(one.event, NOT_SAID)
        contact.wait = one.now - contact.entered if refused else UNKNOWN
        self.current[one.call] = contact

    def _new(self, one: _Event, known: _Contact | None) -> _Contact:
        caller = one.data[1] if one.event == "ENTERQUEUE" and len(one.data) > 1 else ""
        contact = _Contact(one.line, one.call, one.queue, caller, one.now)
        if known is not None and known.connected != UNKNOWN:
            contact.forwarded, contact.caller, contact.parent = True, known.caller, known
            if not known.over:
                known.over, known.handling = True, one.now - known.connected
        elif first := self.talking.get(caller):
            contact.internal, contact.parent = not first.over, None if first.over else first
        self.contacts.append(contact)
        return contact

    def _end(self, contact: _Contact, one: _Event) -> None:
        """The conversation is over; how long it took is logged, or follows from its beginning."""
        data = list(one.data)
        while data and not data[-1]:
            data.pop()
        at = _ENDED.get(one.event, len(data))
        text = data[at] if -len(data) <= at < len(data) else ""
        logged = text.isascii() and text.isdigit() and len(text) < 7
        contact.handling = int(text) * SECOND if logged else one.now - contact.connected
        contact.over = True
        if "TRANSFER" in one.event:
            for other in islice(reversed(self.contacts), _RECENT):
                if other.parent is contact and other.internal and not other.over:
                    self._hand_over(contact, other)

    def _hand_over(self, first: _Contact, second: _Contact) -> None:
        """The caller of the first contact takes the place of the agent in the second."""
        second.internal, second.forwarded, second.caller, second.parent = False, True, first.caller, first
        self.current[first.call] = second


#: An agent's own call is looked for among so many contacts before a transfer.
_RECENT = 500


def _number(agent: str) -> str:
    """The number by which an agent calls: that of the channel, else the name."""
    found = _AGENT.match(agent)
    return found[1] if found else agent


def queue_log(source: str, content: bytes, *, zone: str) -> Log:
    """The log of all queues; SimError where no contact enters one."""
    text, notes = decoded(content)
    dropped: list[Dropped] = []
    events = list(_lines(text, zone, dropped))
    return _log_of(source, events, dropped, zone, len(events) + len(dropped), notes)


def _lines(text: str, zone: str, dropped: list[Dropped]) -> Iterator[_Event]:
    """Events of a text; lines that are none are put aside with the reason."""
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip():
            continue
        cells = line.strip().split("|")
        try:
            if len(cells) < 5 or not cells[4].isascii() or not cells[4]:
                raise ValueError
            now = _instant(cells[0], zone)
        except ValueError:
            dropped.append(Dropped(number, Said("unread.no_event"), cut(line)))
            continue
        yield _Event(number, now, cells[1], cells[2], cells[3], cells[4], cells[5:])


def _instant(text: str, zone: str) -> int:
    """Milliseconds since 1970 in UTC, of Unix time or of a time on the wall clock."""
    match = _LINE.fullmatch(text)
    if match:
        return int(match[1]) * SECOND + int(((match[2] or "") + "000")[:3])
    return utc_of(moment(text, zone), zone)


def is_queue_table(table: Table) -> bool:
    """Whether a table is an export of the queue log from a database."""
    return _event_column(table) is not None


def _event_column(table: Table) -> int | None:
    for number in range(len(table.header)):
        cells = table.column(number)[:1000]
        if cells and sum(cell in _EVENTS for cell in cells) > _MOSTLY * len(cells):
            return number
    return None


def queue_table(table: Table, *, zone: str) -> Log:
    """The log of an export of the queue log; SimError where a column is missing or no contact enters a queue."""
    columns = _columns(table)
    dropped = list(table.dropped)
    events = []
    rows = list(zip(table.lines, table.rows, strict=True))
    if table.header[columns["event"]].isupper():  # an export without a header
        rows.insert(0, (rows[0][0] - 1 if rows else 1, list(table.header)))
    for line, row in rows:
        try:
            now = _instant(row[columns["time"]], zone)
        except ValueError as error:
            dropped.append(Dropped(line, reason_of(error), cut(row[columns["time"]])))
            continue
        data = row[columns["event"] + 1 :]
        # One column with all parameters, or one for each.
        data = next((cell.split("|") for cell in data if "|" in cell), data)
        call, queue, agent, event = (row[columns[what]] for what in ("call", "queue", "agent", "event"))
        events.append(_Event(line, now, call, queue, agent, event, data))
    if events and events[0].now > events[-1].now:
        events.reverse()  # the latest first
    events.sort(key=lambda one: one.now)
    return _log_of(table.source, events, dropped, zone, len(rows) + len(table.dropped), table.notes)


def _columns(table: Table) -> Mapping[str, int]:
    """Columns by what they hold: by name, else by their places before the event."""
    event = _event_column(table)
    if event is None:
        raise SimError(Said("refused.no_events", source=table.source))
    names = [plain(name) for name in table.header]
    found = {}
    for back, (what, known) in enumerate(reversed(_TABLE.items())):
        at = next((names.index(name) for name in known if name in names), event - back)
        found[what] = event if what == "event" else at
    if min(found.values()) < 0:
        raise SimError(Said("refused.no_events", source=table.source))
    return found


def _log_of(
    source: str, events: Sequence[_Event], dropped: list[Dropped], zone: str, rows: int, notes: Sequence[str]
) -> Log:
    reader, aside = _Reader(), Counter[str]()
    for one in events:
        try:
            if not reader.read(one):
                aside[one.event] += 1
        except ValueError as error:
            text = "|".join([one.call, one.queue, one.agent, one.event, *one.data])
            dropped.append(Dropped(one.line, reason_of(error), cut(text)))
    contacts = [contact for contact in reader.contacts if not contact.internal]
    if not contacts:
        if dropped:
            raise SimError(Said("refusal.no_entry_why", path=source, why=dropped[0].told()))
        raise SimError(Said("refusal.no_entry", path=source))
    said = list(notes)
    if aside:
        most = ", ".join(f"{event} {count}" for event, count in aside.most_common(6))
        said.append(Said("reading.aside", lines=aside.total(), events=most))
    if internal := len(reader.contacts) - len(contacts):
        said.append(Said("reading.internal", calls=internal))
    if forwarded := sum(contact.forwarded for contact in contacts):
        said.append(Said("reading.forwarded", calls=forwarded))
    unfinished = sum(not contact.over for contact in contacts)
    if unfinished:
        said.append(Said("reading.unfinished", contacts=unfinished))
    said.append(Said("reading.unix", zone=zone))
    return _assembled(source, contacts, dropped, zone, rows, said)


def _queue(contact: _Contact) -> str:
    return cut(contact.queue) or "unknown"


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
        queue=[_queue(contact) for contact in contacts],
        line=[contact.agent for contact in contacts],
        origin=[_queue(contact.parent) if contact.forwarded and contact.parent else "" for contact in contacts],
    )
    return assembled(source, columns, sieve, rows=rows, notes=notes)
