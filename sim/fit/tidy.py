"""A log with one row per contact and a header that names the columns, from CSV, TSV or Parquet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.assemble import Columns, Sieve, assembled
from sim.fit.columns import DURATIONS, plain, unit_in
from sim.fit.dates import moment, order_of
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, NOT_SAID, OUTCOMES, UNKNOWN, Log
from sim.fit.places import columns_of, queues_of
from sim.fit.text import Table, cut
from sim.fit.values import NOT_KNOWN, duration, parsed, whole
from sim.language.said import Said
from sim.quantities import nearest, shown

Whole = NDArray[np.int64]

#: In what words logs say what became of a contact.
_WORDS = {
    ANSWERED: ("answered", "answer", "beantwoord", "aangenomen", "opgenomen", "handled", "connected", "completed",
               "complete", "afgehandeld", "agent", "served", "ok", "gesprek"),
    ABANDONED: ("abandoned", "abandon", "afgehaakt", "opgehangen", "opgegeven", "hang", "hang up", "hangup",
                "hung up", "lost", "missed", "gemist", "no answer", "noanswer", "niet beantwoord", "onbeantwoord",
                "not answered", "unanswered", "verloren", "cancelled", "canceled", "weggevallen", "afgebroken"),
    BLOCKED: ("blocked", "busy", "bezet", "bezettoon", "geblokkeerd", "in gesprek", "rejected", "geweigerd",
              "full", "volzet", "congestion", "balked"),
    CLOSED: ("closed", "gesloten", "outside hours", "buiten openingsuren", "buiten de uren", "buiten uren",
             "after hours", "dicht", "out of hours"),
    NOT_SAID: ("unknown", "onbekend", "other", "overig", "andere"),
}  # fmt: skip
_OUTCOME_OF = {word: outcome for outcome, words in _WORDS.items() for word in words}
_YES_NO = {"ja": ANSWERED, "yes": ANSWERED, "true": ANSWERED, "1": ANSWERED, "y": ANSWERED, "j": ANSWERED,
           "nee": ABANDONED, "no": ABANDONED, "false": ABANDONED, "0": ABANDONED, "n": ABANDONED}  # fmt: skip
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
    arrival = _arrivals(texts, sieve, zone, dates, said)
    times = {what: _durations(table, found, texts, what, sieve) for what in DURATIONS}
    outcome = _outcomes(table, found, texts, outcomes, times["handling"], said)
    priority = _priorities(texts, said, len(arrival))
    if "id" in texts:
        _same_ids(texts["id"], sieve, said)
    channel = _channels(texts, len(arrival), said)
    queue = queues_of(texts, channel, said)
    columns = Columns(
        arrival=arrival,
        wait=times["wait"],
        outcome=outcome,
        handling=_handling(times),
        priority=priority,
        caller=texts.get("caller", [""] * len(arrival)),
        channel=channel,
        queue=queue,
        line=texts.get("line", [""] * len(arrival)),
        by_province="province" in texts,
    )
    return assembled(table.source, columns, sieve, rows=len(table.rows) + len(table.dropped), notes=said)


def _no_arrival(table: Table) -> str:
    names = ", ".join(shown(name) for name in table.header[:12])
    for cell in table.header:
        try:
            moment(cell, "UTC")
        except ValueError:
            continue
        return f"{table.source}: has no header: the first line ({names}) looks like a row; add a line with names"
    hint = nearest(" ".join(table.header[:1]), ("tijdstip", "arrival")) if table.header else ""
    return (
        f"{table.source}: no column is known as the arrival (tijdstip, arrival, or date and time); there are {names}. "
        f"Say which one it is: --column arrival=NAME.{hint}"
    )


def _arrivals(
    texts: Mapping[str, Sequence[str]], sieve: Sieve, zone: str, dates: str | None, notes: list[str]
) -> Whole:
    if "arrival" in texts:
        cells = texts["arrival"]
    else:
        cells = [f"{date} {time}" for date, time in zip(texts["date"], texts["time"], strict=True)]
    order = order_of(cells, dates)
    notes += order.notes
    found, wrong = parsed(cells, lambda text: moment(text, zone, month_first=order.month_first))
    sieve.drop_all(wrong, cells)
    return found


def _durations(
    table: Table, found: Mapping[str, int], texts: Mapping[str, Sequence[str]], what: str, sieve: Sieve
) -> Whole:
    if what not in found:
        return np.full(len(table.rows), UNKNOWN, dtype=np.int64)
    unit = unit_in(table.header[found[what]])
    values, wrong = parsed(texts[what], lambda text: duration(text, what, unit=unit, comma=table.comma))
    sieve.drop_all(wrong, texts[what])
    return values


def _handling(times: Mapping[str, Whole]) -> Whole:
    talk, after = times["handling"], times["wrap_up"]
    return np.where(talk == UNKNOWN, UNKNOWN, talk + np.maximum(after, 0))


def _outcomes(
    table: Table,
    found: Mapping[str, int],
    texts: Mapping[str, Sequence[str]],
    stated: Mapping[str, str] | None,
    handling: Whole,
    notes: list[str],
) -> Whole:
    """Numbers of outcomes; words that nobody knows count as unknown, and are said."""
    if "outcome" not in found:
        notes.append(Said("reading.no_outcome"))
        return np.where(handling > 0, ANSWERED, NOT_SAID)
    known = dict(_OUTCOME_OF)
    if plain(table.header[found["outcome"]]) in ("answered", "beantwoord", "opgenomen", "aangenomen"):
        known |= _YES_NO
    for word, outcome in (stated or {}).items():
        if outcome not in OUTCOMES:
            allowed = f"allowed are {', '.join(OUTCOMES)}.{nearest(outcome, OUTCOMES)}"
            raise SimError(f"outcomes: {shown(outcome)} for {shown(word)} is not an outcome; {allowed}")
        known[plain(word)] = OUTCOMES.index(outcome)
    cells = texts["outcome"]
    number = {text: known.get(plain(text), UNKNOWN) for text in set(cells)}
    strange = Counter(text for text in cells if number[text] == UNKNOWN and text.lower() not in NOT_KNOWN)
    if strange:
        words = (Said("reading.word", word=repr(cut(text)), rows=rows) for text, rows in strange.most_common(5))
        notes.append(Said("reading.strange", words=tuple(words)))
    return np.array([NOT_SAID if number[text] == UNKNOWN else number[text] for text in cells], dtype=np.int64)


def _priorities(texts: Mapping[str, Sequence[str]], notes: list[str], rows: int) -> Whole:
    if "priority" not in texts:
        return np.full(rows, UNKNOWN, dtype=np.int64)
    values, wrong = parsed(texts["priority"], lambda text: whole(text, "priority"))
    if wrong:
        example = repr(cut(texts["priority"][min(wrong)]))
        notes.append(Said("reading.priorities", rows=len(wrong), example=example))
    return values


def _same_ids(ids: Sequence[str], sieve: Sieve, notes: list[str]) -> None:
    """A contact that comes twice counts once, the first time."""
    given = [text for text in ids if text]
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
        return [name or "unknown" for name in texts["channel"]]
    notes.append(Said("reading.no_channel"))
    return ["phone"] * rows
