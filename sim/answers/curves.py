"""Charts of one number against another: points with intervals, lines with bands, limits, and what stands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from sim.answers.answer import Axis, Curves, Series
from sim.answers.kinds import in_language
from sim.answers.rows import point
from sim.answers.svg import digits_of, drawing, hint, tag, text, ticks
from sim.language import Language
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
#: By which factor a logarithmic axis goes beyond its values.
_BESIDE = 1.1


def draw_curves(chart: Curves, say: Language) -> str:
    """The chart."""
    keys = list(_keys(chart, say))
    width, height = HALF if chart.half else WHOLE
    up = in_language(chart.up, say)
    top = 14.0 + _KEY * len(keys) + (26.0 if up else 0.0)
    floor = top + height
    frame = _frame(chart, (width, top, floor))
    parts = [*_grid(frame, chart.across, up, say), *_behind(chart, frame, top)]
    for one in chart.series:
        parts += _series(one, frame, say)
    if chart.ring is not None:
        x, y = frame.x(chart.ring[0]), frame.y(chart.ring[1])
        parts.append(tag("circle", cx=x, cy=y, r=_RING, class_="ring"))
    for number, (of, name) in enumerate(keys):
        parts += [*_sample(of, 14 + _KEY * number), text(_LEFT + 34, 18 + _KEY * number, name, class_="label")]
    return drawing(width, floor + _BELOW, *parts, title=in_language(chart.title, say))


def _behind(chart: Curves, frame: _Frame, top: float) -> Iterator[str]:
    """What stands behind the series: a span, limits, uprights."""
    if chart.span is not None:
        x0, x1 = frame.x(chart.span[0]), frame.x(chart.span[1])
        yield tag("rect", x=x0, y=top, width=max(x1 - x0, 1.0), height=frame.floor - top, class_="span")
    for value, look in chart.limits:
        if value <= frame.up[-1]:
            y = frame.y(value)
            yield tag("line", x1=_LEFT, x2=frame.right, y1=y, y2=y, stroke=LOOKS[look][0], class_="bound")
    for value, _ in chart.uprights:
        x = frame.x(value)
        yield tag("line", x1=x, x2=x, y1=top, y2=frame.floor, class_="upright")


@dataclass(frozen=True)
class _Frame:
    start: float
    across: float
    up: Sequence[float]
    floor: float
    tall: float
    marks: Sequence[float]
    right: float
    log: bool

    def x(self, value: float) -> float:
        return _LEFT + ((log10(value) if self.log else value) - self.start) * self.across

    def y(self, value: float) -> float:
        return self.floor - min(max(value, 0.0), self.up[-1]) * self.tall


def _frame(chart: Curves, room: tuple[float, float, float]) -> _Frame:
    """``room`` is the width, and where the highest and the lowest value stand."""
    width, top, floor = room
    across, every = chart.across, [p for one in chart.series for p in one.points if isfinite(p.found.value)]
    ends = [end for p in every for end in (p.found.value, p.found.high) if isfinite(end)]
    highest = max([0.0, *ends, *(value for value, _ in chart.limits if value <= 1.6 * max(ends, default=1.0))])
    up = ticks(highest)
    places = [p.x for p in every] + [x for x, _ in chart.uprights]
    low, high = min(places, default=0.0), max(places, default=1.0)
    marks: Sequence[float]
    if across.names and not across.marks:
        low, high, marks = -0.5, len(across.names) - 0.5, [float(n) for n in range(len(across.names))]
    elif across.log:
        low, high, marks = log10(low / _BESIDE), log10(high * _BESIDE), round_between(low / _BESIDE, high * _BESIDE)
    else:
        low, high, marks = _reach(0.0 if across.zero else low, high, 5 if chart.half else 7)
    right = width - _RIGHT
    return _Frame(
        low, (right - _LEFT) / (high - low), up, floor, (floor - top) / up[-1], across.marks or marks, right, across.log
    )


def round_between(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    marks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    return [mark for mark in marks if low <= mark <= high]


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
        x, shown = frame.x(mark), in_language(across.names[number], say) if across.names else say.number(mark, fine)
        yield tag("line", x1=x, x2=x, y1=frame.floor, y2=frame.floor + 4, class_="axis")
        yield text(x, frame.floor + 18, shown, class_="tick", text_anchor="middle")
    yield text(
        (_LEFT + frame.right) / 2, frame.floor + 42, in_language(across.name, say), class_="tick", text_anchor="middle"
    )


def _series(one: Series, frame: _Frame, say: Language) -> Iterator[str]:
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
    for p in () if one.bare else shown:
        x, y = frame.x(p.x), frame.y(p.found.value)
        if not one.band:
            ends = {"y1": frame.y(_end(p.found, high=False)), "y2": frame.y(_end(p.found, high=True))}
            yield tag("line", x1=x, x2=x, stroke=colour, stroke_width=2, **ends)
        yield point(x, y, shape, colour, hint(in_language(p.said, say)) if p.said else "")
        if p.note:
            yield text(x + _NOTE, y - _NOTE, in_language(p.note, say), class_="tick")


def _end(found: Estimate, *, high: bool) -> float:
    end = found.high if high else found.low
    return end if isfinite(end) else found.value


def _keys(chart: Curves, say: Language) -> Iterator[tuple[Series | str, str]]:
    """What each look stands for, and its name."""
    yield from ((one, in_language(one.name, say)) for one in chart.series if one.name)
    if chart.ring is not None:
        yield "ring", in_language(chart.ring[2], say)
    if chart.span is not None:
        yield "span", in_language(chart.span[2], say)
    yield from (("upright", name) for name in dict.fromkeys(in_language(name, say) for _, name in chart.uprights))


def _sample(of: Series | str, y: float) -> Iterator[str]:
    """A sample of a look at a height."""
    middle = _LEFT + 8
    if isinstance(of, Series):
        colour, shape, dash = LOOKS[of.look]
        if of.line:
            dashes = {"stroke_dasharray": dash} if dash else {}
            yield tag("path", d=f"M{middle - 18:.1f} {y:.1f} h36", stroke=colour, class_="curve", **dashes)
        if not of.bare:
            yield point(middle, y, shape, colour)
    elif of == "ring":
        yield tag("circle", cx=middle, cy=y, r=8, class_="ring")
    elif of == "span":
        yield tag("rect", x=middle - 14, y=y - 6, width=28, height=12, class_="span")
    else:
        yield tag("line", x1=middle, x2=middle, y1=y - 8, y2=y + 8, class_="upright")
