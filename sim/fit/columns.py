"""Which column of a file holds what: as the user says, else by its name and by what its cells look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from sim.errors import QuestionError
from sim.fit.values import unit_of
from sim.language.said import Said
from sim.model.clock import SECOND
from sim.units import nearest, shown

#: Names of columns by role, the most specific first; ``date`` and ``time`` together make an arrival, ``answer`` and
#: ``end`` are moments, ``wrap_up`` is added to the handling time, ``total`` runs from the arrival to the end.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "contact id", "contactid", "call id", "callid", "uniqueid", "unique id", "oproep id", "gesprek id",
           "contactnummer", "volgnummer", "linkedid", "interaction id", "conversation id", "ticket"),
    "caller": ("caller", "caller id", "callerid", "beller", "beller id", "nummer beller", "telefoonnummer", "cli",
               "clid", "customer", "customer id", "client", "client id", "klant", "klantnummer", "phone number",
               "ani", "caller number", "from number", "phone", "telephone", "msisdn", "appelant", "anrufer",
               "llamante", "numero", "telefono", "rufnummer", "src", "source number", "bellernummer", "telefoonnr"),
    "direction": ("direction", "richting", "call direction", "call type", "type", "sens", "richtung", "direccion"),
    "channel": ("channel", "kanaal", "medium", "media", "contactkanaal", "contact type", "type contact",
                "kanaaltype", "media type", "canal", "kanal"),
    "queue": ("queue", "queuename", "queue name", "wachtrij", "wachtrijnaam", "skill", "dienst", "skill group",
              "service", "cola", "file d attente", "warteschlange", "team", "department", "afdeling", "queue id"),
    "province": ("province", "provincie", "region", "regio", "provincienaam", "province name", "gewest", "area",
                 "provincia", "bundesland", "departement"),
    "arrival": ("arrival", "arrived", "arrival time", "tijdstip", "tijdstip oproep", "aankomst", "aankomsttijd",
                "datum tijd", "datumtijd", "datum en tijd", "datum uur", "datetime", "date time", "timestamp",
                "time stamp", "call datetime", "queue enter", "enqueued", "queued at", "entered", "enter time",
                "entered at", "enter queue", "start", "start time", "starttijd", "starttijdstip", "start date time",
                "start date", "started", "started at", "start timestamp", "begin", "begintijd", "begintijdstip",
                "begin time", "begonnen", "dialled", "calldate", "received", "received at", "ontvangen",
                "ontvangen op", "offered at", "gebeld op", "oproep op", "created", "created at", "aangemaakt op",
                "enqueue", "initiation", "aanvang", "event time", "moment", "fecha y hora", "fecha hora", "inicio",
                "hora inicio", "hora de inicio", "fecha inicio", "date heure", "date et heure", "horodatage",
                "debut", "heure debut", "heure de debut", "zeitstempel", "zeitpunkt", "beginn", "datum uhrzeit",
                "eingang", "anrufbeginn", "conversation start", "conversation start time"),
    "date": ("date", "datum", "dag", "day", "call date", "fecha", "dia", "jour", "tag"),
    "time": ("time", "tijd", "uur", "time of day", "call time", "hour", "hora", "heure", "uhrzeit", "zeit",
             "tijdstip", "start", "start time", "starttijd", "begin", "begin time", "begintijd", "arrival",
             "arrival time"),
    "answer": ("answer time", "pickup", "pick up", "time answered", "answered at", "answered time", "answered on",
               "answer timestamp", "answer", "answered", "connection", "agent connection", "accepted", "aanname",
               "opname", "connect time", "connected", "connected at", "connect", "pickup time", "picked up",
               "picked up at", "time of answer", "agent answer", "opgenomen", "opgenomen om", "opgenomen op",
               "beantwoord", "beantwoord om", "beantwoord op", "aangenomen", "aangenomen om", "answertime",
               "queue exit", "hora respuesta", "heure reponse", "decroche", "angenommen um", "talk start",
               "service start", "bridged at", "opneemtijd", "tijd opgenomen", "tijdstip opgenomen"),
    "end": ("end", "hangup", "hung up", "disconnect", "completed", "closed", "eind", "opgehangen", "end time",
            "ended", "ended at", "end timestamp", "finish", "finished", "finished at", "completed at", "hangup time",
            "hung up at", "hangup at", "disconnect time", "disconnected", "disconnected at", "closed at", "einde",
            "eindtijd", "eindtijdstip", "beeindigd", "beeindigd op", "opgehangen om", "fin", "hora fin", "heure fin",
            "ende", "anrufende", "stop", "stop time", "end date time", "abandoned at", "abandon time", "released",
            "release time", "opgehangen op", "tijdstip einde"),
    "wait": ("wait", "wait time", "waiting time", "wachttijd", "wacht", "wachtduur", "tijd in wachtrij",
             "queue time", "hold time", "holdtime", "time in queue", "q time", "wait length", "wait duration",
             "waited", "waiting", "queue duration", "queue wait", "queue wait time", "speed of answer",
             "speed to answer", "asa", "time to answer", "answer speed", "answer delay", "delay", "time waited",
             "wait queue", "ring time", "ring duration", "tiempo de espera", "espera", "tiempo en cola", "attente",
             "temps d attente", "duree d attente", "wartezeit", "wartedauer", "antwoordsnelheid", "opneemsnelheid",
             "wachten", "gewacht"),
    "outcome": ("outcome", "result", "resultaat", "status", "disposition", "afloop", "uitkomst", "beantwoord",
                "answered", "resultaat oproep", "oproepstatus", "call outcome", "call status", "call result",
                "state", "opgenomen", "aangenomen", "abandoned", "afgehaakt", "abandon", "missed", "gemist", "lost",
                "handled", "connected", "disposition code", "estado", "resultado", "statut", "resultat", "ergebnis",
                "repondu", "contestada", "atendida", "angenommen", "beantwortet", "end reason", "termination",
                "event type", "event", "final status", "eindstatus", "afhandeling", "answer status"),
    "handling": ("handling", "handling time", "handle", "handle time", "aht", "talk time", "talktime", "talk",
                 "talk duration", "talk length", "conversation", "conversation time", "conversation duration",
                 "conversation length", "handle length", "handle duration", "handling duration", "gesprekstijd",
                 "gesprek", "gespreksduur", "behandeltijd", "behandelduur", "afhandeltijd", "afhandelduur",
                 "service time", "service duration", "ser time", "billsec", "duur gesprek", "time on call",
                 "tiempo de conversacion", "temps de conversation", "duree de conversation", "gesprachsdauer",
                 "gesprachszeit", "handled time", "duration", "duur", "duree", "duracion", "dauer", "length"),
    "wrap_up": ("wrap up", "wrapup", "wrap up time", "wrapup time", "after call work", "after call work time", "acw",
                "acw time", "nawerktijd", "nawerk", "naverwerking", "nachbearbeitung", "post appel"),
    "total": ("total duration", "total time", "totale duur", "totale tijd", "time in system", "duree totale",
              "gesamtdauer", "duracion total", "total", "duration", "duur", "duree", "duracion", "dauer", "length"),
    "line": ("line", "lijn", "agent", "agent id", "server", "medewerker", "operator", "toestel", "extension",
             "agent name", "employee", "handled by", "answered by", "agente", "operador", "conseiller",
             "mitarbeiter", "agentnaam", "medewerkernaam", "beantwoord door"),
    "priority": ("priority", "prioriteit", "urgentie", "prioridad", "priorite", "prioritat"),
}  # fmt: skip
#: Columns that are named where they are not used.
_MOST = 8
DURATIONS = ("wait", "handling", "wrap_up", "total")
#: Words that a name may have besides what it says.
_FILLERS = frozenset({
    "call", "calls", "contact", "oproep", "gesprek", "appel", "llamada", "anruf", "the", "of", "a", "in", "de", "het",
    "van", "y", "n", "yn", "j", "jn", "hh", "mm", "ss", "h", "hhmmss", "hhmm", "mmss", "utc", "gmt", "local", "lokaal",
    "avg", "average", "gem", "gemiddelde", "mean", "mins", "secs", "iso", "yes", "no", "ja", "nee",
})  # fmt: skip
#: Words that say of a name that it is a moment; roles of moments are known without them.
_MOMENTS = frozenset(
    {"time", "timestamp", "at", "on", "om", "op", "tijd", "tijdstip", "datetime", "date", "moment", "um"}
)
_ROLES_OF_MOMENTS = ("arrival", "answer", "end")
_UTC = frozenset({"utc", "gmt"})
Fits = Callable[[str, int], bool]


def plain(name: str) -> str:
    """A column's name in small letters, without accents and marks, words of ``camelCase`` apart."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", letters).lower()
    return " ".join(re.findall(r"[a-z0-9]+", apart))


@lru_cache(maxsize=1 << 14)
def core(name: str) -> str:
    """The words of a name that say what it is; all of them where nothing else is left."""
    words = bare(name).split()
    return " ".join(word for word in words if word not in _FILLERS) or " ".join(words)


def unit_in(name: str) -> int:
    """Milliseconds of the unit that a column's name ends with, such as ``wachttijd (min)``; else seconds."""
    return stated_unit(name) or SECOND


def stated_unit(name: str) -> int | None:
    """The same; None where the name has no unit."""
    words = plain(name).split()
    return unit_of(words[-1]) if len(words) > 1 and words[-1] not in ("h", "u", "m") else _bracketed(name)


def _bracketed(name: str) -> int | None:
    found = re.search(r"[\[(]\s*([a-z]+)\s*[\])]\s*$|_(h|m)$", name.lower())
    return unit_of(found[1] or found[2]) if found else None


def in_utc(name: str) -> bool:
    """Whether a column's name says that its times are in UTC."""
    return not _UTC.isdisjoint(plain(name).split())


def bare(name: str) -> str:
    """A name without the unit at its end: ``wachttijd (min)`` is ``wachttijd``."""
    words = plain(name).split()
    hour = words[-1:] in (["uur"], ["hour"], ["hours"])
    if len(words) > 1 and stated_unit(name) and (not hour or _bracketed(name) or words[-2] in ("in", "en")):
        words = words[:-2] if len(words) > 2 and words[-2] in ("in", "en") else words[:-1]
    return " ".join(words)


def assigned(
    source: str,
    header: Sequence[str],
    mapping: Mapping[str, str] | None,
    known: Mapping[str, Sequence[str]] = SYNONYMS,
    fits: Fits | None = None,
) -> tuple[dict[str, int], tuple[Said, ...]]:
    """Number of the column for each role, and notes on what was guessed.

    ``mapping`` names columns by role, ``{"arrival": "Tijdstip"}``; the rest is guessed from ``known``, of the columns
    of which ``fits`` says that their cells may have the role.
    """
    found = {what: _stated(source, header, what, name, known) for what, name in (mapping or {}).items()}
    notes = []
    for what, names in known.items():
        if what in found:
            continue
        free = [number for number in range(len(header)) if number not in found.values()]
        # The most usual name first; then the first such column.
        moments = what in _ROLES_OF_MOMENTS
        ranked = [(rank, n) for n in free if (rank := rank_of(header[n], names, moments=moments)) is not None]
        best = next((n for _, n in sorted(ranked) if fits is None or fits(what, n)), None)
        if best is not None:
            found[what] = best
            notes.append(Said("reading.column", what=Said(f"field.{what}"), name=repr(header[best])))
    said = [Said("reading.guessed", columns=tuple(notes))] if notes else []
    return found, tuple(said)


def not_used(header: Sequence[str], used: Collection[int | None]) -> tuple[Said, ...]:
    """A note that names the columns that are not used."""
    unused = [title for number, title in enumerate(header) if number not in used and title]
    if not unused:
        return ()
    names, more = ", ".join(map(repr, unused[:_MOST])), len(unused) - _MOST
    return (Said("reading.unused_more", names=names, more=more) if more > 0 else Said("reading.unused", names=names),)


def rank_of(name: str, names: Sequence[str], *, moments: bool = False) -> int | None:
    """Place of a column's name among the known ones, None where it is none of them; fillers count last.

    ``moments``: words that say that it is a moment are fillers too.
    """
    for word in (plain(name), bare(name)):
        if word in names:
            return list(names).index(word)
    word = core(name)
    cores = [core(one) for one in names]
    if word in cores:
        return len(names) + cores.index(word)
    stem = " ".join(one for one in word.split() if one not in _MOMENTS)
    return 2 * len(names) + cores.index(stem) if moments and stem in cores else None


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
