"""Counts by interval, as reports of contact centres have them: a row for each half-hour, quarter or hour and queue.

A file is one of counts where its rows lie on a grid of times, no time twice for a queue, beside columns of counts. It
is never read as calls: what cannot be read of it is refused with what was seen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import gcd

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.assemble import Sieve
from sim.fit.columns import SYNONYMS, not_used, plain, stated_unit
from sim.fit.dates import Order, date, digits_only, moment, order_of, time_of_day
from sim.fit.log import UNKNOWN, Dropped
from sim.fit.places import UNKNOWN_PROVINCE
from sim.fit.roles import kind_of
from sim.fit.text import Table
from sim.fit.values import NOT_KNOWN, day_fractions, duration, parsed, whole
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE, SECOND

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: What columns of a report hold, by their names without fillers; the most specific first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "offered": ("offered", "offer", "queued", "enqueued", "inkomend", "inkomende", "incoming", "inbound", "received",
                "ontvangen", "aangeboden", "binnengekomen", "binnenkomend", "binnenkomende", "presented", "entered",
                "arrived", "arrivals", "entrants", "recus", "presentes", "offerts", "angeboten", "eingehend",
                "eingehende", "eingegangen", "ofrecidas", "recibidas", "entrantes", "gebeld", "nco"),
    "answered": ("answered", "answer", "handle", "completed", "beantwoord", "beantwoorde", "handled", "afgehandeld",
                 "afgehandelde", "behandeld", "aangenomen", "opgenomen", "accepted", "taken", "served", "traites",
                 "repondus", "decroches", "angenommen", "angenommene", "beantwortet", "atendidas", "contestadas",
                 "nch"),
    "abandoned": ("abandoned", "afgehaakt", "afgehaakte", "abandons", "abandonnes", "abandon", "lost", "verloren",
                  "missed", "gemist", "gemiste", "opgehangen", "verlaten", "abandonadas", "perdidas", "aufgelegt",
                  "verlorene", "perdus", "unanswered", "onbeantwoord", "onbeantwoorde", "not answered",
                  "niet beantwoord", "niet beantwoorde", "hung up", "aba"),
    "abandon_wait": ("time to abandon", "abandon time", "abandonment time", "ata", "abandon wait", "wait abandoned",
                     "wait time abandoned", "wait of abandoned", "afhaaktijd", "wachttijd afgehaakt",
                     "wachttijd afgehaakte", "wait before abandon"),
    "asa": ("asa", "speed of answer", "speed answer", "speed to answer", "answer speed", "answer time", "answer",
            "queue answer time", "wait", "wait time", "waiting time", "wachttijd", "queue time",
            "wachttijd beantwoord", "antwoordsnelheid", "opneemsnelheid", "attente", "temps attente", "wartezeit",
            "espera", "tiempo espera", "dma"),
    "handling": ("aht", "handle time", "handle", "handling time", "handling", "afhandeltijd", "afhandelduur",
                 "behandeltijd", "behandelduur", "service time", "duree traitement", "dmt", "tmo",
                 "bearbeitungszeit"),
    "talk": ("talk time", "talk", "acd time", "att", "gespreksduur", "gesprekstijd", "conversation time", "duration",
             "duur", "duree conversation", "gesprachsdauer", "gesprachszeit", "duracion"),
    "wrap_up": ("acw", "after work", "after call work", "wrap up", "wrapup", "wrap up time", "wrap", "wrap time",
                "nawerktijd", "nawerk", "nachbearbeitung"),
    "calls": ("calls", "oproepen", "contacts", "contacten", "count", "counts", "aantal", "n", "number", "volume",
              "aantal oproepen", "aantal contacten", "aantal gesprekken", "number of calls", "number of contacts",
              "total calls", "total contacts", "call count", "nombre appels", "nombre d appels", "anzahl anrufe",
              "numero de llamadas", "telefoons", "gesprekken", "appels", "llamadas", "anrufe", "chats", "emails",
              "tickets", "total", "totaal"),
}  # fmt: skip
COUNTS = ("offered", "answered", "abandoned", "calls")
_TIMES = ("handling", "talk", "wrap_up", "asa", "abandon_wait")
_FILLERS = frozenset({
    "call", "calls", "oproep", "oproepen", "contact", "contacts", "contacten", "gesprek", "gesprekken", "appels",
    "appel", "llamadas", "llamada", "anrufe", "anruf", "number", "aantal", "nombre", "anzahl", "numero", "total",
    "totaal", "avg", "average", "gem", "gemiddelde", "mean", "moyenne", "moyen", "durchschn", "durchschnittliche",
    "medio", "media", "tiempo", "temps", "of", "de", "d", "van", "the", "het", "in", "sec", "s", "secs", "seconds",
    "seconden", "min", "mm", "ss", "hh", "queue", "phone", "telefoon", "count", "qty", "nb", "nr", "n", "acd",
})  # fmt: skip
_STARTS = ("interval start", "interval begin", "interval", "start interval", "interval time", "period start", "period",
           "periode", "half hour", "halfuur", "half uur", "kwartier", "tijdvak", "time slot", "timeslot", "slot",
           "time", "tijd", "uur", "hour", "heure", "uhrzeit", "hora", "van", "from", "begin", "start", "tijdstip",
           "tranche", "intervalle", "intervall", "intervalo", "hour of day")  # fmt: skip
_DATES = (*SYNONYMS["date"], "report date", "datum rapport", "fecha")
_GROUPS = {"queue": (*SYNONYMS["queue"], "vdn", "campaign", "lijn", "line", "group"), "channel": SYNONYMS["channel"],
           "province": (*SYNONYMS["province"], "site", "location", "vestiging", "locatie")}  # fmt: skip
_AVERAGES = frozenset({"avg", "average", "mean", "gem", "gemiddelde", "moyenne", "moyen", "medio", "durchschn"})
_SHARES = frozenset(
    {"rate", "percent", "percentage", "pct", "ratio", "level", "share", "taux", "quote", "aandeel", "sl"}
)
#: Words of a column that holds the time of all calls of a row together.
_TOTALS = frozenset({"total", "totals", "totaal", "totale", "sum", "som", "gesamt", "somme", "suma", "cumulative"})
#: Names of rows that are the total of other rows.
_ALL = frozenset({"total", "totaal", "all", "alle", "alles", "tous", "toutes", "gesamt", "todos", "grand total", "sum"})
#: Times that go so closely with the number of calls of their row are totals; of so many rows it can be told.
_TOGETHER, _ENOUGH = 0.8, 30
#: A mean handling time or wait beyond it is no number of seconds.
_LONG_S = 6 * 3600
#: So many rows must be counts, on the grid and each time once.
_MOSTLY = 0.9
#: Widths of a grid in minutes.
_WIDTHS = (5, 6, 10, 12, 15, 20, 30, 60)
_TO = r"\s*(?:-|–|—|~|/|tot|to|bis|à)\s*"
_RANGE = re.compile(
    rf"((?:.*?[\sT])?\d{{1,2}}[:.hHuU]\d{{2}}(?::\d{{2}})?(?:\s*[AaPp]\.?[Mm]\.?)?){_TO}(?:\S.*[\sT])?\d{{1,2}}[:.hHuU]\d{{2}}.*"
)
_HOURS = re.compile(rf"(\d{{1,2}}|\d{{4}})\s*(?:[hHuU]|uur|Uhr)?{_TO}(?:\d{{1,2}}|\d{{4}})\s*(?:[hHuU]|uur|Uhr)?")
_HOUR = re.compile(r"(\d{1,2})\s*(?:[hHuU]|:00|uur|Uhr)?(?:\s*([AaPp])\.?[Mm]\.?)?", re.ASCII)
_MOST_DAYS = 366 * 20
#: Calls may be rounded to a few minutes; rows this far apart with unknown columns of numbers are a report.
_SURELY_COUNTS = 15
#: Minutes of a day.
_DAY = 1440
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Part:
    """A queue, channel or province of a file of counts: totals, -1 where the file does not say."""

    name: str
    offered: int
    answered: int
    abandoned: int


@dataclass(frozen=True)
class IntervalCounts:
    """Counts of D days from ``start`` by interval of ``width`` minutes; S = 1440 / ``width``.

    ``offered``, ``answered`` and ``abandoned`` are (D, S) over all parts, the latter two None where the file does not
    say. ``talked_s`` (D,) sums the handling times of the ``talked`` (D,) answered calls with one; ``waited_s``
    the waits of ``waited`` answered calls; ``left_s`` and ``left`` those of abandoned calls; None where there is no
    such column. ``of`` says what parts are: ``channel`` or ``province``. ``answered_only``: counts of answered calls
    alone, so that who gave up is not in them. ``present`` (D,): the file has the day, of every part.
    """

    source: str
    start: dt.date
    width: int
    offered: Whole
    answered: Whole | None
    abandoned: Whole | None
    talked_s: Floats | None
    talked: Floats | None
    waited_s: Floats | None
    waited: Floats | None
    left_s: Floats | None
    left: Floats | None
    parts: tuple[Part, ...]
    of: str
    answered_only: bool
    present: Bools
    rows: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    @property
    def days(self) -> int:
        """Calendar days from the first to the last."""
        return len(self.offered)


@dataclass(frozen=True)
class Layout:
    """Columns of a file of counts: ``when`` (date and time, or one of both), counts and durations, and groups."""

    date: int
    time: int | None
    measures: Mapping[str, int]
    groups: Mapping[str, int]
    order: Order
    width: int
    day: Whole
    slot: Whole
    wrong: Mapping[int, str]


def layout_of(
    table: Table, *, mapping: Mapping[str, str] | None = None, dates: str | None = None, daily: bool = False
) -> Layout | None:
    """How a file of counts by interval (or ``daily``, by day) is laid out; None where it is none.

    SimError where it is one and its columns of counts are not known.
    """
    names = [count_name(name) for name in table.header]
    measures = _measures(table, names, mapping or {})
    counted = [what for what in COUNTS if what in measures]
    found = _grid(table, dates, measures, daily=daily)
    if found is None:
        return None
    day, slot, width, when, order, wrong = found
    right = np.array([row not in wrong for row in range(len(day))])
    if not right.any():
        return None
    groups = _groups(table, set(when) | set(measures.values()), day * _DAY + slot, right)
    if groups is None:
        return None
    if set(counted) <= {"abandoned"} and daily:
        return None
    if set(counted) <= {"abandoned"}:  # who gave up is no demand
        known = {*when, *groups.values(), *(n for what, n in measures.items() if what != "abandoned")}
        unknown = [table.header[n] for n in range(len(names)) if n not in known and _is_count(table.column(n))]
        if not unknown or not (_no_calls(table) if not counted else _above_one(table, measures["abandoned"])):
            return None
        if not counted and width < _SURELY_COUNTS:
            return None
        raise SimError(
            Said("refused.counts_unknown", source=table.source, width=width, columns=", ".join(map(repr, unknown[:8])))
        )
    return Layout(when[0], when[1] if len(when) > 1 else None, measures, groups, order, width, day, slot, wrong)


def count_name(name: str) -> str:
    """A column's name without fillers; all of its words but averages where nothing else, or a bare time, is left."""
    words = plain(name).split()
    left = [word for word in words if word not in _FILLERS]
    if left in ([], ["time"]):
        left = [word for word in words if word not in _AVERAGES] or words
    return " ".join(left)


def counted_as(name: str) -> str | None:
    """Whether a word of a column's name says that it counts offered, answered or abandoned contacts; None for none."""
    words = set(plain(name).split())
    return next((what for what in ("offered", "answered", "abandoned") if words & set(_NAMES[what])), None)


def measure_named(name: str) -> str | None:
    """The measure of which a text is a name; None where it is of none."""
    return next((what for what, known in _NAMES.items() if any(_named(count_name(name), word) for word in known)), None)


def is_group(name: str) -> bool:
    """Whether a column's name is one of queues, channels or provinces."""
    return any(plain(name) in names for names in _GROUPS.values())


def _measures(table: Table, names: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for what, title in mapping.items():
        role = "asa" if what == "wait" else what
        if role in _NAMES and title in table.header:
            found[role] = table.header.index(title)
    for what, known in _NAMES.items():
        if what in found:
            continue
        for word in known:
            at = next(
                (
                    n
                    for n, name in enumerate(names)
                    if n not in found.values() and _named(name, word) and _may(table, n, what)
                ),
                None,
            )
            if at is not None:
                found[what] = at
                break
    return found


def _may(table: Table, number: int, what: str) -> bool:
    """Whether a column may be what its name says: counts are whole and no shares, means are called so."""
    title = table.header[number]
    if "%" in title or not _SHARES.isdisjoint(plain(title).split()):
        return False
    average = not (_AVERAGES | {"time"}).isdisjoint(plain(title).split())
    return not average and _is_count(table.column(number)) if what in COUNTS else True


def _named(name: str, word: str) -> bool:
    return name == word or name == count_name(word)


def _is_count(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if cell.lower() not in NOT_KNOWN]
    return len(known) > 0.5 * len(cells) and sum(_count(cell) is not None for cell in known) > _MOSTLY * len(known)


def _count(cell: str) -> int | None:
    """A count, also with a sign for thousands; None where the cell is none."""
    try:
        return counted(cell)
    except ValueError:
        return None


def counted(cell: str) -> int:
    """A count from 0, UNKNOWN for none; ``1,234`` and ``1.234`` are thousands."""
    return whole(re.sub(r"(?<=\d)[., \u00a0\u202f'](?=\d{3}(?:\D|$))", "", cell), "count")


def _no_calls(table: Table) -> bool:
    """Whether no column says what one call has: who called, what became of it."""
    fields = {word for what in ("id", "caller", "outcome") for word in SYNONYMS[what]}
    return not any(plain(name) in fields for name in table.header)


def _above_one(table: Table, number: int) -> bool:
    """Whether a column of counts is more than yes and no."""
    return any((_count(cell) or 0) > 1 for cell in table.column(number))


def _grid(
    table: Table, dates: str | None, measures: Mapping[str, int], *, daily: bool
) -> tuple[Whole, Whole, int, tuple[int, ...], Order, dict[int, str]] | None:
    """Day and minute of each row, width of the grid, and the columns that say so; None where rows lie on no grid."""
    titles = [plain(name) for name in table.header]
    free = [number for number in range(len(titles)) if number not in measures.values()]
    kinds = {number: kind_of(table.column(number)) for number in free}
    ranged = {number: [_begin(cell) for cell in table.column(number)] for number in free}
    whole_moment = [n for n in free if kinds[n] == "moment" or kind_of(ranged[n]) == "moment"]
    only_dates = sorted((n for n in free if kinds[n] == "date"), key=lambda n: titles[n] not in _DATES)
    named = sorted((n for n in free if titles[n] in _STARTS), key=lambda n: _STARTS.index(titles[n]))
    tried: list[tuple[int, ...]] = [(n,) for n in sorted(whole_moment, key=lambda n: titles[n] not in _STARTS)]
    tried += [(only_dates[0], n) for n in named if only_dates and n != only_dates[0]]
    if only_dates:
        tried += [(only_dates[0], n) for n in free if kind_of(ranged[n]) == "clock" and n not in only_dates]
        tried += [(only_dates[0],)] if daily else []
    for when in tried:
        cells = [table.column(when[0])] if len(when) > 1 else [ranged[when[0]]]
        order = order_of(cells[0], dates)
        if len(when) > 1:
            day, wrong = parsed(cells[0], partial(date, month_first=order.month_first))
            clock, no_time = parsed(ranged[when[1]], _clock_of(ranged[when[1]]))
            wrong |= no_time
            minute = clock // MINUTE
        elif kinds[when[0]] == "date":
            day, wrong = parsed(cells[0], partial(date, month_first=order.month_first))
            return day, np.zeros(len(day), dtype=np.int64), _DAY, when, order, wrong
        else:
            at, wrong = parsed(cells[0], partial(moment, zone="UTC", month_first=order.month_first))
            day, minute, clock = at // DAY, at % DAY // MINUTE, at
        right = np.array([row not in wrong for row in range(len(day))])
        if right.sum() < max(2, 0.5 * len(day)):
            continue
        width = _width(minute[right])
        if (clock[right] % MINUTE != 0).any() or width is None:
            continue
        return day, minute // width, width, when, order, wrong
    return None


def _begin(cell: str) -> str:
    """The beginning of a range such as ``08:00-08:30``; the cell itself where it is none."""
    if len(cell) == 10 and cell.count("-") + cell.count("/") == 2:
        return cell  # a date
    found = _RANGE.fullmatch(cell) or _HOURS.fullmatch(cell)
    return found[1] if found else cell


def _clock_of(cells: Sequence[str]) -> Callable[[str], int]:
    """A parser of a column of times: hours alone, ``0830``, or times of day."""
    known = [cell for cell in cells if cell.lower() not in NOT_KNOWN]
    hours = [match for cell in known if (match := _HOUR.fullmatch(cell)) and int(match[1]) < 24]
    if known and len(hours) == len(known):
        return _hour_of
    return partial(time_of_day, digits=digits_only(known))


def _hour_of(text: str) -> int:
    match = _HOUR.fullmatch(text)
    if match is None:
        return time_of_day(text)
    hour = int(match[1])
    return (hour % 12 + 12 * (match[2] in "pP") if match[2] else hour) * HOUR


def _width(minutes: Whole) -> int | None:
    """Minutes of a grid on which all rows lie, None where they lie on none that reports have."""
    step = 60
    for minute in np.unique(minutes).tolist():
        step = gcd(step, int(minute))
    return step if step in _WIDTHS else None


def _groups(table: Table, used: set[int], keys: Whole, right: NDArray[np.bool_]) -> dict[str, int] | None:
    """Columns that tell apart rows of one time; none where each time comes once, None where it cannot be told."""
    titles = [plain(name) for name in table.header]
    found: dict[str, int] = {}
    for what, names in _GROUPS.items():
        at = next((n for word in names for n in range(len(titles)) if n not in used and titles[n] == word), None)
        if at is not None and 1 < len(set(table.column(at))) <= max(50, 0.1 * len(keys)):
            found[what] = at
    if _once(table, found, keys, right):
        return found
    free = [n for n in range(len(titles)) if n not in used and n not in found.values()]
    for number in free:
        if kind_of(table.column(number)) == "words" and _once(table, {**found, "queue": number}, keys, right):
            return {**found, "queue": number}
    return None


def _once(table: Table, groups: Mapping[str, int], keys: Whole, right: NDArray[np.bool_]) -> bool:
    columns = [table.column(number) for number in groups.values()]
    seen = {(key, *(cells[row] for cells in columns)) for row, key in enumerate(keys.tolist()) if right[row]}
    return bool(len(seen) > _MOSTLY * right.sum())


def interval_counts(table: Table, layout: Layout) -> IntervalCounts:
    """The counts of a table; rows that cannot be read are kept out."""
    sieve = Sieve(table.lines, list(table.dropped))
    when = table.column(layout.date if layout.time is None else layout.time)
    sieve.drop_all(layout.wrong, when)
    values = {what: _values(table, layout, what, sieve) for what in COUNTS if what in layout.measures}
    offered, answered, abandoned, only = _completed(values)
    times, said = _times(table, layout, offered if only else answered)
    for row in np.flatnonzero(offered == UNKNOWN).tolist():
        sieve.drop(row, Said("unread.count_unknown"), "")
    groups = [table.column(number) for number in layout.groups.values()]
    seen: set[tuple[object, ...]] = set()
    for row in np.flatnonzero(sieve.kept).tolist():
        key = (int(layout.day[row]), int(layout.slot[row]), *(cells[row] for cells in groups))
        if key in seen:
            sieve.drop(row, Said("unread.same_time"), when[row])
        seen.add(key)
    _leave_totals_out(layout, groups, offered, sieve)
    kept = np.flatnonzero(sieve.kept)
    if not len(kept) or not offered[kept].sum():
        raise SimError(Said("refused.no_counts", source=table.source, width=layout.width))
    if answered is not None and answered[kept].sum() > 1.02 * offered[kept].sum():
        raise SimError(_more_answered(table, layout))
    if answered is not None and abandoned is not None:
        both = np.maximum(answered[kept], 0) + np.maximum(abandoned[kept], 0)
        if both.sum() > 1.02 * offered[kept].sum():
            raise SimError(Said("refused.more_together", source=table.source))
    first, length = int(layout.day[kept].min()), int(layout.day[kept].max() - layout.day[kept].min()) + 1
    if length > _MOST_DAYS:
        raise SimError(f"{table.source}: runs over {length // 365} years; name a file of at most 20")
    shape = (length, _DAY // layout.width)
    where = (layout.day[kept] - first, layout.slot[kept])
    talk = _together(times)

    def summed(counts: Whole | None) -> Whole | None:
        if counts is None:
            return None
        total = np.zeros(shape, dtype=np.int64)
        np.add.at(total, where, np.maximum(counts[kept], 0))
        return total

    def weighted(weights: Whole | None, seconds: Whole | None) -> tuple[Floats | None, Floats | None]:
        """Sums of durations over days, and the calls they are of."""
        if weights is None or seconds is None:
            return None, None
        known = (seconds[kept] != UNKNOWN) & (weights[kept] > 0)
        calls, sums = np.zeros(length), np.zeros(length)
        np.add.at(calls, where[0][known], weights[kept][known])
        np.add.at(sums, where[0][known], weights[kept][known] * seconds[kept][known] / SECOND)
        return (sums, calls) if calls.any() else (None, None)

    talked_s, talked = weighted(offered if only else answered, talk)
    waited_s, waited = weighted(answered, times.get("asa"))
    left_s, left = weighted(abandoned, times.get("abandon_wait"))
    total = summed(offered)
    assert total is not None
    of, parts = _parts(layout, groups, kept, offered, answered, abandoned)
    return IntervalCounts(
        source=table.source, start=_EPOCH + dt.timedelta(days=first), width=layout.width, offered=total,
        answered=summed(answered), abandoned=summed(abandoned), talked_s=talked_s, talked=talked, waited_s=waited_s,
        waited=waited, left_s=left_s, left=left, parts=parts, of=of, answered_only=only,
        present=_present(layout.day[kept] - first, [tuple(cells[row] for cells in groups) for row in kept], length),
        rows=len(table.rows) + len(table.dropped),
        dropped=tuple(sorted(sieve.dropped, key=lambda row: row.line)),
        notes=(*table.notes, *layout.order.notes, *_notes(table, layout, only), *said),
    )  # fmt: skip


def _values(table: Table, layout: Layout, what: str, sieve: Sieve) -> Whole:
    cells = table.column(layout.measures[what])
    values, wrong = parsed(cells, counted)
    sieve.drop_all(wrong, cells)
    return values


def _leave_totals_out(layout: Layout, groups: Sequence[Sequence[str]], offered: Whole, sieve: Sieve) -> None:
    """Keep out a part whose counts are, at nearly every time, the sum of those of all other parts."""
    kept = np.flatnonzero(sieve.kept).tolist()
    rows_of: dict[tuple[str, ...], list[int]] = {}
    together: dict[tuple[int, int], int] = {}
    when = [(int(day), int(slot)) for day, slot in zip(layout.day, layout.slot, strict=True)]
    for row in kept:
        rows_of.setdefault(tuple(cells[row] for cells in groups), []).append(row)
        together[when[row]] = together.get(when[row], 0) + int(offered[row])
    for name, rows in rows_of.items():
        called_so = any(plain(word) in _ALL or "total" in plain(word).split() for word in name)
        sums = sum(2 * int(offered[row]) == together[when[row]] for row in rows)
        if (called_so or len(rows_of) > 2) and len(rows_of) > 1 and sums > _MOSTLY * len(rows):
            for row in rows:
                sieve.drop(row, Said("unread.total"), " ".join(name))
            return


def _times(table: Table, layout: Layout, calls: Whole | None) -> tuple[dict[str, Whole], list[Said]]:
    """Mean durations of each row by what they are, and notes on columns of totals over ``calls``."""
    times: dict[str, Whole] = {}
    said: list[Said] = []
    for what in _TIMES:
        if what not in layout.measures:
            continue
        title = table.header[layout.measures[what]]
        found = _durations(table, layout, what)
        if not _is_total(title, found, calls):
            times[what] = _plausible(table, title, found)
        elif what in ("asa", "abandon_wait"):
            said.append(Said("reading.total_wait", name=repr(title)))
        elif calls is not None:
            known = (found != UNKNOWN) & (calls > 0)
            times[what] = np.where(known, found // np.maximum(calls, 1), UNKNOWN)
            _plausible(table, title, times[what])
            said.append(Said("reading.total_time", name=repr(title)))
    return times, said


def _is_total(title: str, times: Whole, calls: Whole | None) -> bool:
    """Whether a column holds the time of all calls of its row: its name says so, or it grows with their number."""
    words = set(plain(title).split())
    if words & (_AVERAGES | {"asa", "aht"}):
        return False
    if words & _TOTALS:
        return True
    if calls is None:
        return False
    known = (times > 0) & (calls > 0)
    if known.sum() < _ENOUGH or not np.ptp(calls[known]) or not np.ptp(times[known]):
        return False
    return bool(np.corrcoef(times[known], calls[known])[0, 1] > _TOGETHER)


def _durations(table: Table, layout: Layout, what: str) -> Whole:
    number = layout.measures[what]
    cells, unit = table.column(number), stated_unit(table.header[number])
    if unit is None:
        unit = DAY if day_fractions(cells) else SECOND
    role = "wait" if what in ("asa", "abandon_wait") else "handling"
    # A duration that cannot be read is unknown: the counts of its row still count.
    return parsed(cells, lambda text: duration(text, role, unit=unit, comma=table.comma))[0]


def _plausible(table: Table, title: str, times: Whole) -> Whole:
    """The durations; SimError where they are hours long, or all under a second, for want of a unit."""
    known = times[times > 0]
    if len(known) and stated_unit(title) is None and (known.max() < SECOND or np.median(known) > _LONG_S * SECOND):
        key = "refused.too_short" if known.max() < SECOND else "refused.too_long"
        raise SimError(Said(key, source=table.source, column=repr(title)))
    return times


def _completed(values: Mapping[str, Whole]) -> tuple[Whole, Whole | None, Whole | None, bool]:
    """Offered, answered and abandoned of each row: as they are, else what follows; and whether only answered are."""
    answered, abandoned = values.get("answered"), values.get("abandoned")
    offered = values.get("offered")
    if offered is None and answered is not None and abandoned is not None:
        offered = np.where(answered == UNKNOWN, UNKNOWN, answered + np.maximum(abandoned, 0))
    if offered is None:
        offered = values.get("calls")
    only = offered is None
    if offered is None:
        offered, answered = answered, None
    assert offered is not None
    if answered is None and abandoned is not None and not only:
        answered = np.where(offered == UNKNOWN, UNKNOWN, np.maximum(offered - np.maximum(abandoned, 0), 0))
    if abandoned is None and answered is not None:
        abandoned = np.where(offered == UNKNOWN, UNKNOWN, np.maximum(offered - np.maximum(answered, 0), 0))
    return offered, answered, abandoned, only


def _more_answered(table: Table, layout: Layout) -> Said:
    offered = layout.measures.get("offered", layout.measures.get("calls", 0))
    names = {"offered": repr(table.header[offered]), "answered": repr(table.header[layout.measures["answered"]])}
    return Said("refused.more_answered", source=table.source, **names)


def _together(times: Mapping[str, Whole]) -> Whole | None:
    """Handling times: as they are, else talk and wrap-up together."""
    talk = times.get("handling")
    if talk is None and "talk" in times:
        after = times.get("wrap_up")
        talk = times["talk"]
        if after is not None:
            talk = np.where(talk == UNKNOWN, UNKNOWN, talk + np.maximum(after, 0))
    return talk


def _parts(
    layout: Layout,
    groups: Sequence[Sequence[str]],
    kept: Whole,
    offered: Whole,
    answered: Whole | None,
    abandoned: Whole | None,
) -> tuple[str, tuple[Part, ...]]:
    """What the parts are, and the totals of each."""
    of = "province" if "province" in layout.groups and len(layout.groups) == 1 else "channel"
    named = [[cell if cell.lower() not in NOT_KNOWN else UNKNOWN_PROVINCE for cell in cells] for cells in groups]
    names = [" ".join(cells[row] for cells in named) for row in kept] if groups else []
    parts = []
    for name in dict.fromkeys(names):
        rows = kept[[k for k, other in enumerate(names) if other == name]]
        sums = [int(np.maximum(v[rows], 0).sum()) if v is not None else UNKNOWN for v in (offered, answered, abandoned)]
        parts.append(Part(name.replace("/", "-"), *sums))
    return of, tuple(parts)


def _present(day: Whole, names: Sequence[tuple[str, ...]], days: int) -> Bools:
    """Days of which every part is in the file; any part, where most days lack some."""
    seen = len(set(names))
    found = np.bincount([day for day, _ in {*zip(day.tolist(), names, strict=True)}], minlength=days)
    every: Bools = found >= seen
    return every if every.sum() > 0.5 * (found > 0).sum() else found > 0


def _notes(table: Table, layout: Layout, only: bool) -> list[Said]:
    columns = [
        Said("reading.column", what=Said(f"field.{what}"), name=repr(table.header[number]))
        for what, number in layout.measures.items()
    ]
    columns += [
        Said("reading.column", what=Said(f"field.{what}"), name=repr(table.header[number]))
        for what, number in layout.groups.items()
    ]
    used = {layout.date, layout.time, *layout.measures.values(), *layout.groups.values()}
    alike = {number for number in range(len(table.header)) if len(set(table.column(number))) < 2}
    found = [Said("reading.guessed", columns=tuple(columns)), *not_used(table.header, used | alike)]
    found += [Said("reading.intervals", minutes=layout.width)] if layout.width < _DAY else []
    if only:
        found.append(Said("reading.answered_only"))
    return found
