"""A log with one row per contact and a header that names the columns, from CSV, TSV or Parquet."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.assemble import Columns, Sieve, assembled
from sim.fit.columns import DURATIONS, core, in_utc, plain, stated_unit
from sim.fit.dates import date, digits_only, moment, order_of, placed, time_of_day, utc_of
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, NOT_SAID, OUTCOMES, UNKNOWN, Log
from sim.fit.places import columns_of, queues_of
from sim.fit.roles import is_outbound, kind_of
from sim.fit.text import Table, cut
from sim.fit.values import NOT_KNOWN, cell, day_fractions, duration, parsed, whole
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, SECOND
from sim.units import nearest, shown

Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: In what words logs say what became of a contact, without fillers such as ``call``.
_WORDS = {
    ANSWERED: ("answered", "answer", "beantwoord", "aangenomen", "opgenomen", "handled", "connected", "completed",
               "complete", "afgehandeld", "agent", "served", "ok", "gesprek", "picked up", "accepted", "taken",
               "completecaller", "completeagent", "success", "successful", "geslaagd", "atendida", "contestada",
               "repondu", "repondue", "traite", "decroche", "angenommen", "beantwortet", "bereikt"),
    ABANDONED: ("abandoned", "abandon", "afgehaakt", "opgehangen", "opgegeven", "hang", "hang up", "hangup",
                "hung up", "lost", "missed", "gemist", "no answer", "noanswer", "niet beantwoord", "onbeantwoord",
                "not answered", "unanswered", "verloren", "cancelled", "canceled", "weggevallen", "afgebroken",
                "not picked up", "niet opgenomen", "niet aangenomen", "niet bereikt", "caller hung up", "gave up",
                "abandonada", "perdida", "no contestada", "abandonne", "abandonnee", "perdu", "manque", "non repondu",
                "abgebrochen", "aufgelegt", "verpasst", "nicht angenommen", "timed out", "timeout", "dropped"),
    BLOCKED: ("blocked", "busy", "bezet", "bezettoon", "geblokkeerd", "in gesprek", "rejected", "geweigerd",
              "full", "volzet", "congestion", "balked", "ocupado", "occupe", "besetzt"),
    CLOSED: ("closed", "gesloten", "outside hours", "buiten openingsuren", "buiten de uren", "buiten uren",
             "after hours", "dicht", "out of hours", "cerrado", "ferme", "geschlossen"),
    NOT_SAID: ("unknown", "onbekend", "other", "overig", "andere"),
}  # fmt: skip
_OUTCOME_OF = {core(word): outcome for outcome, words in _WORDS.items() for word in words} | {
    word: outcome for outcome, words in _WORDS.items() for word in words
}
_YES = ("ja", "yes", "true", "1", "y", "j", "oui", "si", "sim", "vrai", "wahr", "waar", "verdadero", "o", "s", "x")
_NO = ("nee", "no", "false", "0", "n", "non", "nein", "nao", "faux", "falsch", "onwaar", "falso")
_YES_NO = dict.fromkeys(_YES, ANSWERED) | dict.fromkeys(_NO, ABANDONED)
#: What a column of yes and no is about; of the latter, yes means that the call was not answered.
_ASKED = ("answered", "beantwoord", "opgenomen", "aangenomen", "handled", "connected", "contestada", "atendida",
          "repondu", "angenommen", "beantwortet")  # fmt: skip
_ASKED_NOT = ("abandoned", "afgehaakt", "abandon", "missed", "gemist", "lost", "unanswered", "not answered")
#: Of a word that is not known, so many rows have an answer, and it counts as answered.
_SURELY = 0.95
#: So many rows show whether arrivals have an offset.
_SOME = 20
#: So many callers do not all give up in the very second in which they call.
_NOT_CHANCE = 5
#: Who comes back into the queue within so long of leaving it, under the same id, never left.
_AT_ONCE = 5 * SECOND
#: A median handling time beyond it is no number of seconds.
_LONG = 6 * HOUR
#: Who is answered by a clock shown before the call came was answered after midnight, within so long.
_OVER_MIDNIGHT = 12 * HOUR
#: An id that is new in fewer rows than this is not one of contacts.
_MOSTLY = 0.9


def tidy_log(
    table: Table,
    *,
    mapping: Mapping[str, str] | None,
    outcomes: Mapping[str, str] | None,
    zone: str,
    dates: str | None = None,
) -> Log:
    """The log of a table; rows with a cell that cannot be read are kept out, with the cell."""
    found, notes = columns_of(table, mapping)
    said: list[str] = [*table.notes, *notes]
    if "arrival" not in found and not {"date", "time"} <= set(found):
        raise SimError(_no_arrival(table))
    sieve = Sieve(table.lines, list(table.dropped))
    texts = {what: table.column(number) for what, number in found.items()}
    clock = _Clock(table, found, zone, dates)
    arrival = clock.arrivals(sieve, said)
    _only_inbound(texts, sieve)
    times = _times(table, found, texts, sieve, said)
    answer, end = (clock.later(what, arrival, sieve) for what in ("answer", "end"))
    outcome = _outcomes(table, found, texts, outcomes, (times["handling"] > 0) | (answer != UNKNOWN), said)
    wait, handling = _worked_out(times, answer, end, outcome, said)
    priority = _priorities(texts, said, len(arrival))
    lines = list(texts.get("line", [""] * len(arrival)))
    if "id" in texts:
        _entered_again(texts["id"], arrival, (wait, outcome, handling, lines), sieve, said)
        _same_ids(texts["id"], sieve, said)
    channel = _channels(texts, len(arrival), said)
    queue = queues_of(texts, channel, said)
    columns = Columns(
        arrival=arrival,
        wait=wait,
        outcome=outcome,
        handling=handling,
        priority=priority,
        caller=texts.get("caller", [""] * len(arrival)),
        channel=channel,
        queue=queue,
        line=lines,
        by_province="province" in texts,
    )
    return assembled(table.source, columns, sieve, rows=len(table.rows) + len(table.dropped), notes=said)


def _no_arrival(table: Table) -> Said:
    """Why the table has no arrival; only a column whose cells are moments is named as one that may be it."""
    names = ", ".join(shown(name) for name in table.header[:12])
    of = {"source": table.source, "names": names}
    for title in table.header:
        if kind_of([title]) in ("moment", "date"):
            return Said("refused.no_header", **of)
    kinds = {name: kind_of(table.column(number)) for number, name in enumerate(table.header)}
    moments = [name for name, kind in kinds.items() if kind == "moment"]
    if moments:
        example = shlex.quote(f"arrival={moments[0]}")
        return Said("refused.which_arrival", column=repr(moments[0]), example=example, **of)
    if dates := [name for name, kind in kinds.items() if kind == "date"]:
        return Said("refused.only_dates", column=repr(dates[0]), **of)
    return Said("refused.no_moments", **of)


class _Clock:
    """Reads the moments of a table: arrivals, and the moments at which a contact was answered or ended."""

    def __init__(self, table: Table, found: Mapping[str, int], zone: str, dates: str | None) -> None:
        self.table, self.found, self.zone, self.dates = table, found, zone, dates

    def arrivals(self, sieve: Sieve, notes: list[str]) -> Whole:
        """Milliseconds since 1970 on the wall clock; rows without an arrival are kept out."""
        if "arrival" in self.found:
            found = self._moments("arrival", sieve, notes)
            self._say_zone(found, sieve, notes)
            return found
        days, times = (self._cells(what) for what in ("date", "time"))
        order = order_of(days, self.dates)
        notes += order.notes
        found, wrong = parsed(days, lambda text: date(text, month_first=order.month_first))
        sieve.drop_all(wrong, days)
        digits = digits_only(times)
        clock, no_time = parsed(times, lambda text: time_of_day(text, digits=digits))
        sieve.drop_all(no_time, times)
        header = self.table.header
        utc = in_utc(header[self.found["time"]]) or in_utc(header[self.found["date"]])
        local = found * DAY + clock
        kept = np.flatnonzero(sieve.kept)
        values, skipped = parsed(local[kept].tolist(), lambda at: placed(at, self.zone, utc=utc))
        sieve.drop_all({int(kept[row]): why for row, why in skipped.items()}, times)
        local[kept] = values
        return local

    def _say_zone(self, found: Whole, sieve: Sieve, notes: list[str]) -> None:
        """A note where arrivals have an offset from UTC, so that they were put on the clock of a zone."""
        cells = self._cells("arrival")
        first = order_of(cells, self.dates).month_first
        some = np.flatnonzero(sieve.kept)[:_SOME].tolist()
        if any(moment(cells[row], "UTC", month_first=first) != found[row] for row in some):
            notes.append(Said("reading.wall_clock", zone=self.zone))

    def later(self, what: str, arrival: Whole, sieve: Sieve) -> Whole:
        """Milliseconds from each arrival to the moment in a column, UNKNOWN where there is none."""
        if what not in self.found:
            return np.full(len(arrival), UNKNOWN, dtype=np.int64)
        cells = self._cells(what)
        if kind_of(cells) == "clock":
            digits = digits_only(cells)
            clock, wrong = parsed(cells, lambda text: _unknown_or(text, lambda: time_of_day(text, digits=digits)))
            sieve.drop_all(wrong, cells)
            away = clock - arrival % DAY
            away = np.where(away < -_OVER_MIDNIGHT, away + DAY, away)
        else:
            at = self._moments(what, sieve, [], empty=True)
            clock, away = at, self._elapsed(arrival, at)
        before = (clock != UNKNOWN) & (away < 0) & sieve.kept
        for row in np.flatnonzero(before):
            sieve.drop(int(row), Said("unread.before_arrival", what=cell(what)), cells[row])
        return np.where((clock == UNKNOWN) | before, UNKNOWN, away)

    def _elapsed(self, arrival: Whole, at: Whole) -> Whole:
        """Time that passed, also where clocks changed between."""
        pairs = zip(arrival.tolist(), at.tolist(), strict=True)
        return np.array(
            [0 if late == UNKNOWN else utc_of(late, self.zone) - utc_of(early, self.zone) for early, late in pairs],
            dtype=np.int64,
        )

    def _cells(self, what: str) -> list[str]:
        return self.table.column(self.found[what])

    def _moments(self, what: str, sieve: Sieve, notes: list[str], *, empty: bool = False) -> Whole:
        cells = self._cells(what)
        order, utc = order_of(cells, self.dates), in_utc(self.table.header[self.found[what]])
        notes += order.notes

        def read(text: str) -> int:
            return moment(text, self.zone, month_first=order.month_first, utc=utc)

        found, wrong = parsed(cells, lambda text: _unknown_or(text, lambda: read(text)) if empty else read(text))
        sieve.drop_all(wrong, cells)
        return found


def _unknown_or(text: str, read: Callable[[], int]) -> int:
    return UNKNOWN if text.lower() in NOT_KNOWN else read()


def _only_inbound(texts: Mapping[str, Sequence[str]], sieve: Sieve) -> None:
    """Keep out calls that the line itself made."""
    for row, text in enumerate(texts.get("direction", ())):
        if is_outbound(text):
            sieve.drop(row, Said("unread.outbound"), text)


def _times(
    table: Table, found: Mapping[str, int], texts: Mapping[str, Sequence[str]], sieve: Sieve, notes: list[str]
) -> dict[str, Whole]:
    """Durations by role in ms, UNKNOWN where a cell or the column is missing."""
    units = {what: stated_unit(table.header[found[what]]) for what in DURATIONS if what in found}
    fractions = {what for what, unit in units.items() if unit is None and day_fractions(texts[what])}
    # A wait of zeros or of a few seconds looks like a fraction of a day only beside others that are.
    if fractions and not (fractions & {"handling", "total"}) and units.keys() & {"handling", "total"}:
        fractions = set()
    if fractions:
        notes.append(Said("reading.day_fractions"))
    times = {}
    for what in DURATIONS:
        if what not in found:
            times[what] = np.full(len(table.rows), UNKNOWN, dtype=np.int64)
            continue
        unit = DAY if what in fractions else units[what] or SECOND
        values, wrong = parsed(
            texts[what],
            lambda text, what=what, unit=unit: duration(text, what, unit=unit, comma=table.comma),  # type: ignore[misc]
        )
        sieve.drop_all(wrong, texts[what])
        times[what] = values
        if what == "handling" and units[what] is None:
            _plausible(table, found[what], values)
    return times


def _plausible(table: Table, number: int, values: Whole) -> None:
    """Handling times without a unit that are no seconds: one error, since all that follows would be wrong."""
    known = values[values > 0]
    if len(known) and (known.max() < SECOND or np.median(known) > _LONG):
        key = "refused.too_short" if known.max() < SECOND else "refused.too_long"
        raise SimError(Said(key, source=table.source, column=repr(table.header[number])))


def _worked_out(
    times: Mapping[str, Whole], answer: Whole, end: Whole, outcome: Whole, notes: list[str]
) -> tuple[Whole, Whole]:
    """Waits and handling times: as logged, else from the moments of arrival, answer and end."""
    talk, after, total, wait = (times[what] for what in ("handling", "wrap_up", "total", "wait"))
    served, lost = outcome == ANSWERED, outcome == ABANDONED
    if _runs_to_the_end(talk, end, served, lost):
        notes.append(Said("reading.handling_is_total"))
        talk, total = np.full(len(talk), UNKNOWN, dtype=np.int64), talk
    if lost.sum() >= _NOT_CHANCE and (wait[lost] == 0).all() and (wait[served] > 0).any():
        notes.append(Said("reading.no_wait_of_lost"))
        wait = np.where(lost, UNKNOWN, wait)
    total = np.where(total == UNKNOWN, end, total)
    if ((wait == UNKNOWN) & (answer != UNKNOWN)).any():
        notes.append(Said("reading.wait_from_answer"))
    wait = np.where((wait == UNKNOWN) & served, answer, wait)
    known = (wait == UNKNOWN) & served & (total != UNKNOWN) & (talk != UNKNOWN)
    wait = np.where(known, np.maximum(total - talk, 0), wait)
    # Who was not answered waited until the end; a talk time of zero is none.
    left = (wait == UNKNOWN) & lost
    wait = np.where(left, total, wait)
    known = (talk == UNKNOWN) & served & (total != UNKNOWN) & (wait != UNKNOWN)
    talk = np.where(known, np.maximum(total - wait, 0), talk)
    return wait, np.where(talk == UNKNOWN, UNKNOWN, talk + np.maximum(after, 0))


def _runs_to_the_end(talk: Whole, end: Whole, served: Bools, lost: Bools) -> bool:
    """Whether a column of handling times has those from the arrival to the end, of who was lost as well."""
    known = (talk > 0) & (end > 0)
    alike = np.abs(talk - end) <= SECOND
    return all((known & kind).any() and alike[known & kind].mean() >= _SURELY for kind in (served, lost))


def _outcomes(
    table: Table,
    found: Mapping[str, int],
    texts: Mapping[str, Sequence[str]],
    stated: Mapping[str, str] | None,
    served: Bools,
    notes: list[str],
) -> Whole:
    """Numbers of outcomes; ``served`` rows have the time of an answer. Unknown words are listed in a note."""
    if "outcome" not in found:
        if "answer" in found:
            notes.append(Said("reading.outcome_from_answer"))
            return np.where(served, ANSWERED, ABANDONED)
        if "handling" in found:
            notes.append(Said("reading.no_outcome"))
        return np.where(served, ANSWERED, NOT_SAID)
    known = dict(_OUTCOME_OF)
    about = core(table.header[found["outcome"]])
    if about in _ASKED:
        known |= _YES_NO
    elif about in _ASKED_NOT:
        known |= {word: ANSWERED + ABANDONED - outcome for word, outcome in _YES_NO.items()}
    for word, outcome in (stated or {}).items():
        if outcome not in OUTCOMES:
            allowed = f"allowed are {', '.join(OUTCOMES)}.{nearest(outcome, OUTCOMES)}"
            raise SimError(f"outcomes: {shown(outcome)} for {shown(word)} is not an outcome; {allowed}")
        known[plain(word)] = OUTCOMES.index(outcome)
    cells = texts["outcome"]
    number = {text: known.get(plain(text), known.get(core(text), UNKNOWN)) for text in set(cells)}
    _yes_and_no(number, cells, served)
    _by_answers(number, cells, served, notes)
    strange = Counter(text for text in cells if number[text] == UNKNOWN and text.lower() not in NOT_KNOWN)
    if strange:
        words = (Said("reading.word", word=repr(cut(text)), rows=rows) for text, rows in strange.most_common(5))
        notes.append(Said("reading.strange", words=tuple(words)))
    return np.array([NOT_SAID if number[text] == UNKNOWN else number[text] for text in cells], dtype=np.int64)


def _yes_and_no(number: dict[str, int], cells: Sequence[str], served: Bools) -> None:
    """Yes and no under a name that does not say of what are answered and not, or the reverse, as answers show."""
    words = {text: _YES_NO[plain(text)] for text in number if number[text] == UNKNOWN and plain(text) in _YES_NO}
    meant = np.array([words.get(text, UNKNOWN) for text in cells])
    if set(words.values()) != {ANSWERED, ABANDONED} or not served.any():
        return
    alike = ((meant == ANSWERED) == served)[meant != UNKNOWN].mean()
    if alike >= _SURELY:
        number.update(words)
    elif alike <= 1 - _SURELY:
        number.update({text: ANSWERED + ABANDONED - outcome for text, outcome in words.items()})


def _by_answers(number: dict[str, int], cells: Sequence[str], served: Bools, notes: list[str]) -> None:
    """Words that are not known count as answered where their rows have the time of an answer."""
    rows = Counter(text for text in cells if number[text] == UNKNOWN and text.lower() not in NOT_KNOWN)
    with_answer = Counter(text for text, answered in zip(cells, served.tolist(), strict=True) if answered)
    for text, count in rows.items():
        if with_answer[text] >= _SURELY * count:
            number[text] = ANSWERED
            notes.append(Said("reading.word_answered", word=repr(cut(text)), rows=count))


def _priorities(texts: Mapping[str, Sequence[str]], notes: list[str], rows: int) -> Whole:
    if "priority" not in texts:
        return np.full(rows, UNKNOWN, dtype=np.int64)
    values, wrong = parsed(texts["priority"], lambda text: whole(text, "priority"))
    if wrong:
        example = repr(cut(texts["priority"][min(wrong)]))
        notes.append(Said("reading.priorities", rows=len(wrong), example=example))
    return values


def _entered_again(
    ids: Sequence[str], arrival: Whole, ends: tuple[Whole, Whole, Whole, list[str]], sieve: Sieve, notes: list[str]
) -> None:
    """Rows of one id, each beginning where the wait of the one before ended unanswered, are one contact.

    It comes at the first arrival and ends as the last row does: ``ends`` are waits, outcomes, handling times and lines.
    """
    wait, outcome, handling, lines = ends
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(sieve.kept)[np.argsort(arrival[sieve.kept], kind="stable")].tolist():
        if ids[row]:
            rows_of.setdefault(ids[row], []).append(row)
    pairs = [pair for rows in rows_of.values() for pair in pairwise(rows)]
    follows = [
        wait[one] >= 0 and outcome[one] != ANSWERED and abs(arrival[one] + wait[one] - arrival[after]) <= _AT_ONCE
        for one, after in pairs
    ]
    are_contacts = len(rows_of) >= _MOSTLY * sieve.kept.sum()
    if not any(follows) or not (are_contacts or sum(follows) >= _MOSTLY * len(pairs)):
        return
    first_of: dict[int, int] = {}
    for (one, row), joined in zip(pairs, follows, strict=True):
        if joined:
            first = first_of[row] = first_of.get(one, one)
            wait[first] = arrival[row] - arrival[first] + wait[row] if wait[row] >= 0 else UNKNOWN
            outcome[first], handling[first], lines[first] = outcome[row], handling[row], lines[row]
            sieve.kept[row] = False
    notes.append(Said("reading.entered_again", rows=len(first_of)))


def _same_ids(ids: Sequence[str], sieve: Sieve, notes: list[str]) -> None:
    """A contact that comes twice counts once, the first time."""
    given = [text for text, kept in zip(ids, sieve.kept.tolist(), strict=True) if text and kept]
    if len(set(given)) < _MOSTLY * len(given):
        notes.append(Said("reading.ids"))
        return
    seen: set[str] = set()
    for row, text in enumerate(ids):
        if sieve.kept[row] and text:
            if text in seen:
                sieve.drop(row, Said("unread.same_id"), text)
            seen.add(text)


def _channels(texts: Mapping[str, Sequence[str]], rows: int, notes: list[str]) -> Sequence[str]:
    if "channel" in texts:
        return ["unknown" if name.lower() in NOT_KNOWN else name for name in texts["channel"]]
    notes.append(Said("reading.no_channel"))
    return ["phone"] * rows
