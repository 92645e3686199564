"""One simulated day as it went: lines as rows, conversations as bars, and below them who waited and who gave up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sim.answers.answer import Day, DayContact, DutyLine
from sim.answers.kinds import in_language
from sim.answers.svg import drawing, fill_of, hint, tag, text
from sim.language import Language
from sim.model.clock import HOUR, MINUTE, SECOND

_WIDTH, _LEFT, _RIGHT, _TOP = 1000.0, 138.0, 22.0, 24.0
_ROW, _LANE, _GAP = 20.0, 7.0, 10.0
#: Rows beyond these make a picture that nobody reads, and so do more people waiting below each other.
MOST_LINES, _MOST_LANES = 24, 12


def draw_day(day: Day, say: Language) -> str:
    """The day from before opening until after closing."""
    shown = list(enumerate(day.lines))[:MOST_LINES]
    opens, shuts = day.opens * HOUR, day.shuts * HOUR
    scale = (_WIDTH - _LEFT - _RIGHT) / (shuts - opens)
    frame, parts, y = (opens, shuts, scale), list[str](), _TOP + 6
    for group, some in groupby(shown, key=lambda one: one[1].group):
        rows = list(some)
        of_group = {number for number, line in enumerate(day.lines) if line.group == group}
        waiting = _laned([c for c in day.contacts if c.line in of_group and _seen(c, opens, shuts)])
        for row, (number, line) in enumerate(rows):
            mine = [contact for contact in day.contacts if contact.line == number and contact.held]
            parts += _line(line, mine, y + row * (_ROW + 3), frame, say, alone=len(rows) == 1)
        y += len(rows) * (_ROW + 3)
        lanes = 1 + max((lane for lane, _ in waiting), default=0)
        for lane, contact in waiting:
            parts += _waiting(contact, y + 4 + lane * _LANE, frame, say)
        y += lanes * _LANE + _GAP
    title = in_language(day.title, say)
    return drawing(_WIDTH, y + 6, *_hours(day, y, opens, scale), *parts, title=title, kind="wide")


def _seen(contact: DayContact, opens: int, shuts: int) -> bool:
    return contact.left >= opens and contact.dialled <= shuts


def _laned(contacts: list[DayContact]) -> list[tuple[int, DayContact]]:
    """Contacts that waited or were turned away, each in the first lane that is free."""
    ends: list[float] = []
    found = []
    for contact in contacts:
        if contact.held and contact.left - contact.dialled <= SECOND:
            continue
        lane = next((i for i, end in enumerate(ends) if end <= contact.dialled), len(ends))
        lane = min(lane, _MOST_LANES - 1)
        ends[lane : lane + 1] = [max(contact.left, contact.dialled + 4 * MINUTE)]
        found.append((lane, contact))
    return found


def _hours(day: Day, bottom: float, opens: int, scale: float) -> Iterator[str]:
    for hour in range(day.opens, day.shuts + 1):
        x = _LEFT + (hour * HOUR - opens) * scale
        yield tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="grid")
        if (hour - day.opens) % (1 if day.shuts - day.opens <= 14 else 2) == 0:
            yield text(x, _TOP - 8, f"{hour}:00", class_="tick", text_anchor="middle")


def _line(
    line: DutyLine,
    contacts: list[DayContact],
    y: float,
    frame: tuple[int, int, float],
    say: Language,
    *,
    alone: bool,
) -> Iterator[str]:
    opens, shuts, scale = frame
    name = say.name(line.group) if alone else f"{say.name(line.group)} {line.number + 1}"
    yield text(_LEFT - 8, y + _ROW * 0.7, name, class_="label", text_anchor="end")
    for start, stop in line.duty:
        x0, x1 = (_LEFT + (min(max(at, opens), shuts) - opens) * scale for at in (start, stop))
        yield tag("rect", x=x0, y=y, width=max(x1 - x0, 0.0), height=_ROW, class_="duty")
    for contact in contacts:
        x0, x1 = (_LEFT + (min(max(at, opens), shuts) - opens) * scale for at in (contact.left, contact.released))
        if x1 > x0:
            # What is in hand together stands in steps of the same row.
            step = min(contact.lane, 2) * 5.0
            place = {"x": x0, "y": y + 1 + step, "width": max(x1 - x0, 1.5), "height": _ROW - 2 - step}
            yield tag("rect", hint(_told(contact, say)), fill=fill_of(contact.outcome), class_="talk", **place)


def _waiting(contact: DayContact, y: float, frame: tuple[int, int, float], say: Language) -> Iterator[str]:
    opens, shuts, scale = frame
    x0, x1 = (_LEFT + (min(max(at, opens), shuts) - opens) * scale for at in (contact.dialled, contact.left))
    said = hint(_told(contact, say))
    if contact.left - contact.dialled > SECOND:
        yield tag("line", said, x1=x0, x2=x1, y1=y, y2=y, class_="wait")
    if contact.outcome in ("abandoned", "silent"):
        yield tag("path", said, d=f"M{x1 - 3:.1f} {y - 3:.1f} l6 6 m0 -6 l-6 6", class_="gave-up")
    elif contact.outcome == "blocked":
        yield tag("circle", said, cx=x0, cy=y, r=3, class_="turned-away")
    elif not contact.held:
        yield tag("line", said, x1=x1, x2=x1, y1=y - 3, y2=y + 3, class_="shut")


def _told(contact: DayContact, say: Language) -> str:
    at = max(contact.dialled, 0)
    words = {"queue": say.name(contact.queue), "at": f"{at // HOUR}:{at % HOUR // MINUTE:02d}"}
    minutes = {
        "wait": say.number((contact.left - contact.dialled) / MINUTE, 1),
        "talk": say.number((contact.released - contact.left) / MINUTE, 1),
    }
    return say("report.contact", outcome=say(f"outcome.{contact.outcome}"), **words, **minutes)
