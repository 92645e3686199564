"""Charts of rows: each has a name, values with their intervals on one axis, and a note at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite

from sim.answers.svg import digits_of, drawing, fill_of, hint, tag, text, ticks, with_sign
from sim.language import Language
from sim.statistics.estimates import Estimate

_WIDTH, _RIGHT, _ROW, _TOP = 960.0, 20.0, 32.0, 8.0
#: Width of a letter, and letters in each of the two lines that a name has at most.
_LETTER, _LONGEST = 8.0, 42
#: Letters of a note beside a bar, and the part of the axis that is left for it.
LONGEST_NOTE, _FOR_NOTES = 12, 0.16


@dataclass(frozen=True)
class Mark:
    """A value in a row: ``shape`` is bar, circle, square, diamond or ring; ``said`` is told where a pointer rests.

    ``note`` stands beside the end of a bar, where there is room for it.
    """

    found: Estimate
    shape: str
    colour: str
    said: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A row. ``limit`` is where a target lies (nan without one); ``joined``: a thin line from the first to the last."""

    label: str
    marks: Sequence[Mark]
    note: str = ""
    limit: float = float("nan")
    joined: bool = False


@dataclass(frozen=True)
class Frame:
    """From values to places."""

    left: float
    low: float
    high: float
    scale: float

    def at(self, value: float) -> float:
        """The place of a value; beyond the ends it is the end."""
        return self.left + (min(max(value, self.low), self.high) - self.low) * self.scale


def draw_rows(
    lines: Sequence[Line], *, title: str, axis: str, say: Language, signed: bool = False, most: float | None = None
) -> str:
    """All rows on one axis that has zero in it; ``most`` is where it ends at most, such as 100 %."""
    frame, marks = _frame(lines, most)
    bottom = _TOP + _ROW * len(lines) + 4
    parts = []
    for mark in marks:
        x = frame.at(mark)
        parts.append(tag("line", x1=x, x2=x, y1=_TOP - 4, y2=bottom, class_="axis" if mark == 0 else "grid"))
        shown = with_sign(mark, say) if signed else _level(mark, marks, say)
        parts.append(text(x, bottom + 16, shown, class_="tick", text_anchor="middle"))
    parts.append(text((frame.left + _WIDTH - _RIGHT) / 2, bottom + 36, axis, class_="tick", text_anchor="middle"))
    for number, line in enumerate(lines):
        parts += _row(line, _TOP + _ROW * (number + 0.5), frame)
    return drawing(_WIDTH, bottom + 44, *parts, title=title)


def _frame(lines: Sequence[Line], most: float | None) -> tuple[Frame, list[float]]:
    ends = [0.0]
    for line in lines:
        ends += [end for mark in line.marks for end in _known(mark.found)]
        ends += [line.limit] if isfinite(line.limit) else []
    low, high = min(ends), max(ends)
    high = high if high > low else low + 1.0
    if any(mark.note for line in lines for mark in line.marks):
        room = _FOR_NOTES * (high - low)
        low, high = low - room * (low < 0), high + room * (high > 0)
    step = ticks((high - low) or 1.0, 6)[1]
    marks = [step * k for k in range(floor(low / step), ceil(high / step) + 1)]
    top = marks[-1] if most is None else min(marks[-1], most)
    longest = max((len(part) for line in lines for part in label_lines(line.label)), default=0)
    left = longest * _LETTER + 22
    room = max((len(line.note) for line in lines), default=0) * _LETTER
    scale = (_WIDTH - _RIGHT - room - left) / (top - marks[0])
    return Frame(left, marks[0], top, scale), [mark for mark in marks if mark <= top]


def label_lines(label: str) -> list[str]:
    """A name in one or two lines; of a very long one the end says more than its start."""
    if len(label) <= _LONGEST:
        return [label]
    kept = label if len(label) < 2 * _LONGEST else "…" + label[2 - 2 * _LONGEST :]
    spaces = [at for at, letter in enumerate(kept) if letter == " "]
    at = min(spaces, key=lambda space: abs(space - len(kept) / 2), default=_LONGEST)
    return [kept[:at], kept[at:].strip()]


def _known(found: Estimate) -> Iterator[float]:
    """Ends of an interval as far as they are finite."""
    yield from (end for end in (found.low, found.value, found.high) if isfinite(end))


def _level(mark: float, marks: Sequence[float], say: Language) -> str:
    return say.number(mark, digits_of(marks)).replace("-", "\N{MINUS SIGN}")


def _row(line: Line, y: float, frame: Frame) -> Iterator[str]:
    parts = label_lines(line.label)
    for number, part in enumerate(parts):
        down = 4.0 if len(parts) == 1 else -3.0 + 14 * number
        yield text(frame.left - 12, y + down, part, class_="label", text_anchor="end")
    shown = [mark for mark in line.marks if isfinite(mark.found.value)]
    if line.joined and len(shown) > 1:
        ends = (frame.at(shown[0].found.value), frame.at(shown[-1].found.value))
        yield tag("line", x1=ends[0], x2=ends[1], y1=y, y2=y, class_="joined")
    if isfinite(line.limit):
        x = frame.at(line.limit)
        yield tag("line", x1=x, x2=x, y1=y - 12, y2=y + 12, class_="limit")
    for mark in shown:
        yield from _mark(mark, y, frame)
    if line.note:
        yield text(_WIDTH - 4, y + 4, line.note, class_="tick", text_anchor="end")


def _mark(mark: Mark, y: float, frame: Frame) -> Iterator[str]:
    found, said = mark.found, hint(mark.said) if mark.said else ""
    x, zero = frame.at(found.value), frame.at(0.0)
    low, high = (frame.at(end if isfinite(end) else found.value) for end in (found.low, found.high))
    if mark.shape == "bar":
        fill = mark.colour if mark.colour.startswith("#") else fill_of(mark.colour)
        place = {"x": min(x, zero), "y": y - 9, "width": max(abs(x - zero), 0.5), "height": 18}
        yield tag("rect", said, fill=fill, **place)
        yield tag("line", x1=low, x2=high, y1=y, y2=y, class_="whisker")
        if mark.note and found.value and len(mark.note) <= LONGEST_NOTE:
            beside, anchor = (max(x, high) + 6, "start") if found.value > 0 else (min(x, low) - 6, "end")
            yield text(beside, y + 4, mark.note, class_="tick", text_anchor=anchor)
        return
    yield tag("line", said, x1=low, x2=max(high, low + 1), y1=y, y2=y, stroke=mark.colour, stroke_width=3)
    yield point(x, y, mark.shape, mark.colour, said)


def point(x: float, y: float, shape: str, colour: str, said: str = "") -> str:
    """A mark at a place; shapes tell series apart in greyscale."""
    if shape == "none":
        return ""
    if shape == "square":
        return tag("rect", said, x=x - 5.0, y=y - 5.0, width=10, height=10, fill=colour, class_="mark")
    if shape == "diamond":
        return tag("path", said, d=f"M{x:.1f} {y - 7:.1f} l7 7 -7 7 -7 -7 Z", fill=colour, class_="mark")
    if shape == "triangle":
        return tag("path", said, d=f"M{x:.1f} {y - 7:.1f} l7 12 -14 0 Z", fill=colour, class_="mark")
    if shape == "ring":
        return tag("circle", said, cx=x, cy=y, r=6, fill="#fff", stroke=colour, stroke_width=2.5)
    return tag("circle", said, cx=x, cy=y, r=5.5, fill=colour, class_="mark")
