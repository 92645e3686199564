"""Which column of a file says what: as the user says, else by names that are usual in Dutch and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from sim.clock import SECOND
from sim.errors import QuestionError
from sim.fit.values import unit_of
from sim.language.said import Said
from sim.quantities import nearest, shown

#: What a column can be; ``date`` and ``time`` together make an arrival, ``wrap_up`` is added to the handling time.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "contact id", "contactid", "call id", "callid", "uniqueid", "unique id", "oproep id", "gesprek id",
           "contactnummer", "volgnummer"),
    "caller": ("caller", "caller id", "callerid", "beller", "beller id", "nummer beller", "telefoonnummer", "cli",
               "customer", "customer id", "client", "client id", "klant", "klantnummer", "phone number", "ani"),
    "channel": ("channel", "kanaal", "medium", "media", "contactkanaal", "contact type", "type contact", "kanaaltype"),
    "queue": ("queue", "queuename", "queue name", "wachtrij", "wachtrijnaam", "skill", "dienst"),
    "province": ("province", "provincie", "region", "regio", "provincienaam", "province name", "gewest"),
    "arrival": ("arrival", "arrived", "arrival time", "tijdstip", "tijdstip oproep", "aankomst", "aankomsttijd",
                "datum tijd", "datumtijd", "datum en tijd", "datum uur", "datetime", "date time", "timestamp",
                "start", "start time", "starttijd", "starttijdstip", "begin", "begintijd", "begintijdstip", "dialled",
                "gebeld op", "oproep op", "created", "created at", "aangemaakt op"),
    "date": ("date", "datum", "dag", "day", "call date"),
    "time": ("time", "tijd", "uur", "time of day", "call time"),
    "wait": ("wait", "wait time", "waiting time", "wachttijd", "wacht", "wachtduur", "tijd in wachtrij", "queue time",
             "hold time", "holdtime", "time in queue", "q time"),
    "outcome": ("outcome", "result", "resultaat", "status", "disposition", "afloop", "uitkomst", "beantwoord",
                "answered", "resultaat oproep", "oproepstatus"),
    "handling": ("handling", "handling time", "handle time", "aht", "talk time", "talktime", "gesprekstijd", "gesprek",
                 "gespreksduur", "duration", "duur", "behandeltijd", "behandelduur", "afhandeltijd", "afhandelduur",
                 "service time", "ser time", "billsec", "duur gesprek"),
    "wrap_up": ("wrap up", "wrapup", "wrap up time", "after call work", "acw", "nawerktijd", "nawerk", "naverwerking"),
    "line": ("line", "lijn", "agent", "agent id", "server", "medewerker", "operator", "toestel", "extension"),
    "priority": ("priority", "prioriteit", "urgentie"),
}  # fmt: skip
#: Columns that are named where they are not used.
_MOST = 8
DURATIONS = ("wait", "handling", "wrap_up")


def plain(name: str) -> str:
    """A column's name in small letters, without accents and marks."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def unit_in(name: str) -> int:
    """Milliseconds of the unit that a column's name ends with, such as ``wachttijd (min)``; else seconds."""
    words = plain(name).split()
    return (unit_of(words[-1]) if len(words) > 1 else None) or SECOND


def _bare(name: str) -> str:
    words = plain(name).split()
    return " ".join(words[:-1] if len(words) > 1 and unit_of(words[-1]) and words[-1] != "uur" else words)


def assigned(
    source: str, header: Sequence[str], mapping: Mapping[str, str] | None, known: Mapping[str, Sequence[str]] = SYNONYMS
) -> tuple[dict[str, int], tuple[Said, ...]]:
    """Number of the column for each thing that the file says, and notes on what was guessed.

    ``mapping`` names columns by what they are, ``{"arrival": "Tijdstip"}``; the rest is guessed from ``known``.
    """
    found = {what: _stated(source, header, what, name, known) for what, name in (mapping or {}).items()}
    notes = []
    for what, names in known.items():
        if what in found:
            continue
        free = [number for number in range(len(header)) if number not in found.values()]
        # The most usual name first; then the first such column.
        ranked = [(names.index(word), n) for n in free if (word := _name_in(header[n], names)) is not None]
        if ranked:
            found[what] = min(ranked)[1]
            notes.append(Said("reading.column", what=Said(f"field.{what}"), name=repr(header[found[what]])))
    said = [Said("reading.guessed", columns=tuple(notes))] if notes else []
    if unused := [title for number, title in enumerate(header) if number not in found.values() and title]:
        names = ", ".join(map(repr, unused[:_MOST]))
        more = len(unused) - _MOST
        said.append(
            Said("reading.unused_more", names=names, more=more) if more > 0 else Said("reading.unused", names=names)
        )
    return found, tuple(said)


def _name_in(name: str, names: Sequence[str]) -> str | None:
    return next((word for word in (plain(name), _bare(name)) if word in names), None)


def _stated(source: str, header: Sequence[str], what: str, name: str, known: Mapping[str, Sequence[str]]) -> int:
    if what not in known:
        raise QuestionError(
            f"columns: {shown(what)} is nothing a log says; allowed are {', '.join(known)}.{nearest(what, known)}"
        )
    for number, title in enumerate(header):
        if title == name or plain(title) == plain(name) != "":
            return number
    there = ", ".join(repr(title) for title in header[:20])
    raise QuestionError(f"{source}: has no column {shown(name)} for {what}; there are {there}.{nearest(name, header)}")
