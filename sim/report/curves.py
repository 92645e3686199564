"""Charts of one number against another: points with intervals, lines with bands, limits, and what stands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from sim.language import Language
from sim.report.rows import point
from sim.report.svg import digits_of, drawing, hint, tag, text, ticks
from sim.statistics.estimates import Estimate

_LEFT, _RIGHT, _BELOW, _KEY = 58.0, 26.0, 58.0, 20.0
#: Width and height of the room for a chart, and of one of two beside each other.
WHOLE, HALF = (960.0, 300.0), (560.0, 220.0)
#: Colours, marks and dashes of series in turn, told apart in greyscale by mark and dash.
LOOKS = (
    ("#0072B2", "circle", ""),
    ("#D55E00", "square", "8 4"),
    ("#007A5A", "triangle", "2 3"),
    ("#000000", "diamond", "10 3 2 3"),
    ("#A4508B", "ring", "5 5"),
    ("#8a939b", "none", ""),
)
#: Numbers of looks that mean the same on every page: one of many, hollow, and a line alone.
FIRST, HOLLOW, THREAD = 0, 4, 5
#: How far a ring is from its point, and a note, which stands outside of it.
_RING, _NOTE = 12, 11


@dataclass(frozen=True)
class Point:
    """A value at a place across, with what is told where a pointer rests."""

    x: float
    found: Estimate
    said: str = ""
    note: str = ""


@dataclass(frozen=True)
class Series:
    """Points that belong together: ``look`` is a number of LOOKS, ``line`` joins them, ``band`` shades intervals."""

    name: str
    points: Sequence[Point]
    look: int = 0
    line: bool = True
    band: bool = False


@dataclass(frozen=True)
class Extras:
    """What stands out: limits (value, look) as thin lines, a span across, uprights and a ring, each with its name."""

    limits: Sequence[tuple[float, int]] = ()
    span: tuple[float, float, str] | None = None
    uprights: Sequence[tuple[float, str]] = ()
    ring: tuple[float, float, str] | None = None


@dataclass(frozen=True)
class Axis:
    """An axis across: what it is; ``names`` of places where it has some instead of numbers, or ``marks`` to show.

    ``zero``: whether it starts at 0.
    """

    name: str
    names: Sequence[str] = ()
    marks: Sequence[float] = ()
    zero: bool = False


def draw_curves(
    series: Sequence[Series],
    *,
    title: str,
    across: Axis,
    up: str,
    say: Language,
    extras: Extras | None = None,
    size: tuple[float, float] = WHOLE,
) -> str:
    """The chart; what is up starts at 0. ``size`` is WHOLE or HALF."""
    more = extras or Extras()
    keys = list(_keys(series, more))
    top = 14.0 + _KEY * len(keys) + (26.0 if up else 0.0)
    every = [p for one in series for p in one.points if isfinite(p.found.value)]
    floor = top + size[1]
    frame = _frame(every, across, more, (size[0], top, floor))
    parts = list(_grid(frame, across, up, say))
    if more.span is not None:
        x0, x1 = frame.x(more.span[0]), frame.x(more.span[1])
        parts.append(tag("rect", x=x0, y=top, width=max(x1 - x0, 1.0), height=floor - top, class_="span"))
    for value, look in more.limits:
        if value <= frame.up[-1]:
            y = frame.y(value)
            parts.append(tag("line", x1=_LEFT, x2=frame.right, y1=y, y2=y, stroke=LOOKS[look][0], class_="bound"))
    for value, _ in more.uprights:
        x = frame.x(value)
        parts.append(tag("line", x1=x, x2=x, y1=top, y2=floor, class_="upright"))
    for one in series:
        parts += _series(one, frame)
    if more.ring is not None:
        x, y = frame.x(more.ring[0]), frame.y(more.ring[1])
        parts.append(tag("circle", cx=x, cy=y, r=_RING, class_="ring"))
    for number, (of, name) in enumerate(keys):
        parts += [*_sample(of, 14 + _KEY * number), text(_LEFT + 34, 18 + _KEY * number, name, class_="label")]
    return drawing(size[0], floor + _BELOW, *parts, title=title)


@dataclass(frozen=True)
class _Frame:
    start: float
    across: float
    up: Sequence[float]
    floor: float
    tall: float
    marks: Sequence[float]
    right: float

    def x(self, value: float) -> float:
        return _LEFT + (value - self.start) * self.across

    def y(self, value: float) -> float:
        return self.floor - min(max(value, 0.0), self.up[-1]) * self.tall


def _frame(every: Sequence[Point], across: Axis, more: Extras, room: tuple[float, float, float]) -> _Frame:
    """``room`` is the width, and where the highest and the lowest value stand."""
    width, top, floor = room
    ends = [end for p in every for end in (p.found.value, p.found.high) if isfinite(end)]
    highest = max([0.0, *ends, *(value for value, _ in more.limits if value <= 1.6 * max(ends, default=1.0))])
    up = ticks(highest)
    places = [p.x for p in every] + [x for x, _ in more.uprights]
    low, high = min(places, default=0.0), max(places, default=1.0)
    if across.names:
        low, high, marks = -0.5, len(across.names) - 0.5, [float(n) for n in range(len(across.names))]
    else:
        low, high, marks = _reach(0.0 if across.zero else low, high, 7 if width > HALF[0] else 5)
    right = width - _RIGHT
    return _Frame(low, (right - _LEFT) / (high - low), up, floor, (floor - top) / up[-1], across.marks or marks, right)


def _reach(low: float, high: float, count: int) -> tuple[float, float, list[float]]:
    """Ends of an axis a little beyond its values, and the round numbers on it."""
    spread = (high - low) or abs(high) or 1.0
    step = ticks(spread, count)[1]
    start = 0.0 if low == 0 else low - 0.05 * spread
    stop = high + 0.06 * spread
    first = int(-(-start // step))
    return start, stop, [step * k for k in range(first, int(stop // step) + 1)]


def _grid(frame: _Frame, across: Axis, up: str, say: Language) -> Iterator[str]:
    digits = digits_of(frame.up)
    for mark in frame.up:
        y = frame.y(mark)
        yield tag("line", x1=_LEFT, x2=frame.right, y1=y, y2=y, class_="axis" if mark == 0 else "grid")
        yield text(_LEFT - 8, y + 4, say.number(mark, digits), class_="tick", text_anchor="end")
    yield text(_LEFT - 50, frame.y(frame.up[-1]) - 18, up, class_="tick")
    fine = digits_of(frame.marks)
    for number, mark in enumerate(frame.marks):
        x, shown = frame.x(mark), across.names[number] if across.names else say.number(mark, fine)
        yield tag("line", x1=x, x2=x, y1=frame.floor, y2=frame.floor + 4, class_="axis")
        yield text(x, frame.floor + 18, shown, class_="tick", text_anchor="middle")
    yield text((_LEFT + frame.right) / 2, frame.floor + 42, across.name, class_="tick", text_anchor="middle")


def _series(one: Series, frame: _Frame) -> Iterator[str]:
    colour, shape, dash = LOOKS[one.look]
    shown = [p for p in one.points if isfinite(p.found.value)]
    if one.band and len(shown) > 1:
        upper = [f"{frame.x(p.x):.1f} {frame.y(_end(p.found, high=True)):.1f}" for p in shown]
        lower = [f"{frame.x(p.x):.1f} {frame.y(_end(p.found, high=False)):.1f}" for p in reversed(shown)]
        yield tag("path", d=f"M{' L'.join([*upper, *lower])} Z", fill=colour, class_="shade")
    if one.line and len(shown) > 1:
        path = " L".join(f"{frame.x(p.x):.1f} {frame.y(p.found.value):.1f}" for p in shown)
        dashes = {"stroke_dasharray": dash} if dash else {}
        yield tag("path", d=f"M{path}", stroke=colour, class_="curve", **dashes)
    for p in shown:
        x, y = frame.x(p.x), frame.y(p.found.value)
        if not one.band:
            ends = {"y1": frame.y(_end(p.found, high=False)), "y2": frame.y(_end(p.found, high=True))}
            yield tag("line", x1=x, x2=x, stroke=colour, stroke_width=2, **ends)
        yield point(x, y, shape, colour, hint(p.said) if p.said else "")
        if p.note:
            yield text(x + _NOTE, y - _NOTE, p.note, class_="tick")


def _end(found: Estimate, *, high: bool) -> float:
    end = found.high if high else found.low
    return end if isfinite(end) else found.value


def _keys(series: Sequence[Series], more: Extras) -> Iterator[tuple[Series | str, str]]:
    """What each look stands for, and its name."""
    yield from ((one, one.name) for one in series if one.name)
    if more.ring is not None:
        yield "ring", more.ring[2]
    if more.span is not None:
        yield "span", more.span[2]
    yield from (("upright", name) for name in dict.fromkeys(name for _, name in more.uprights))


def _sample(of: Series | str, y: float) -> Iterator[str]:
    """A sample of a look at a height."""
    middle = _LEFT + 8
    if isinstance(of, Series):
        colour, shape, dash = LOOKS[of.look]
        if of.line:
            dashes = {"stroke_dasharray": dash} if dash else {}
            yield tag("path", d=f"M{middle - 18:.1f} {y:.1f} h36", stroke=colour, class_="curve", **dashes)
        yield point(middle, y, shape, colour)
    elif of == "ring":
        yield tag("circle", cx=middle, cy=y, r=8, class_="ring")
    elif of == "span":
        yield tag("rect", x=middle - 14, y=y - 6, width=28, height=12, class_="span")
    else:
        yield tag("line", x1=middle, x2=middle, y1=y - 8, y2=y + 8, class_="upright")
