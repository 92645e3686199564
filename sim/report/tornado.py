"""Assumptions that move an outcome, one at a time: a bar from its low end to its high end for each, widest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.answers.colours import BETTER
from sim.answers.svg import drawing, hint, marks_between, tag, text
from sim.language import Language
from sim.language.shown import signed
from sim.statistics.estimates import Estimate

_WIDTH, _LEFT, _RIGHT, _ROW = 1000.0, 420.0, 16.0, 30.0
#: Longer names, and ends, would be cut by the picture's edge or lie over others.
_LONGEST_NAME, _LONGEST_END = 62, 12


@dataclass(frozen=True)
class Move:
    """An assumption, and the difference it makes at each end of its range; an end is told as it is written."""

    name: str
    ends: tuple[tuple[str, Estimate], ...]


def draw_tornado(moves: Sequence[Move], title: str, say: Language) -> str:
    """One bar for each assumption; '' where nothing moves."""
    values = [found.value for move in moves for _, found in move.ends]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    if not high > low:
        return ""
    room = (high - low) * 0.16
    scale = (_WIDTH - _LEFT - _RIGHT) / (high - low + 2 * room)
    start, floor = low - room, 8 + _ROW * len(moves)
    parts = []
    for mark, shown in marks_between(low, high, say):
        x = _LEFT + (mark - start) * scale
        parts.append(tag("line", x1=x, x2=x, y1=2, y2=floor, class_="axis" if mark == 0 else "grid"))
        parts.append(text(x, floor + 16, shown, class_="tick", text_anchor="middle"))
    for row, move in enumerate(moves):
        parts += _bar(move, 6 + row * _ROW, start, scale, say)
    return drawing(_WIDTH, floor + 26, *parts, title=title, kind="wide")


def _bar(move: Move, y: float, start: float, scale: float, say: Language) -> Iterator[str]:
    name = move.name if len(move.name) <= _LONGEST_NAME else "…" + move.name[1 - _LONGEST_NAME :]
    yield text(_LEFT - 12, y + 14, name, class_="label", text_anchor="end")
    zero, middle = _LEFT - start * scale, y + _ROW / 2 - 5
    for end, found in move.ends:
        stop = start + (_WIDTH - _LEFT - _RIGHT) / scale
        ends = (found.value, max(found.low, start), min(found.high, stop))
        x, low, high = (_LEFT + (at - start) * scale for at in ends)
        said = hint(f"{move.name} = {end}: {signed(found, say)}")
        place = {"x": min(x, zero), "y": y + 2, "width": abs(x - zero), "height": _ROW - 13}
        yield tag("rect", said, fill=BETTER, fill_opacity=0.75, **place)
        yield tag("line", x1=low, x2=high, y1=middle, y2=middle, class_="whisker")
        if found.value and len(end) <= _LONGEST_END:
            more = found.value > 0
            out = max(high, x) + 6 if more else min(low, x) - 6
            yield text(out, y + 14, end, class_="tick", text_anchor="start" if more else "end")
