"""Bars of parts on top of each other, or beside each other where bars lie; marks beside them."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from sim.answers.answer import Bar, Bars
from sim.answers.kinds import in_language
from sim.answers.looks import TONES
from sim.answers.svg import drawing, hint, tag, text, ticks
from sim.language import Language
from sim.language.shown import plain
from sim.statistics.estimates import Estimate

_WIDTH, _LEFT, _RIGHT, _TOP, _BELOW = 960.0, 48.0, 8.0, 16.0, 40.0
#: Room for the names of bars that lie, letters of a name, and the height of a bar.
_NAMES, _LONGEST, _ROW = 200.0, 30, 34.0
#: The least share of a bar in which its number is written.
_WRITTEN = 0.06


def draw_bars(chart: Bars, say: Language) -> str:
    """The chart."""
    return _lying(chart, say) if chart.across else _standing(chart, say)


def _standing(chart: Bars, say: Language) -> str:
    tops = [_whole(bar) for bar in chart.bars]
    tops += [end for bar in chart.bars if bar.mark is not None for end in _ends(bar.mark)]
    marks = ticks(max([0.0, *tops]))
    floor = chart.tall - _BELOW
    scale, step = (floor - _TOP) / marks[-1], (_WIDTH - _LEFT - _RIGHT) / max(len(chart.bars), 1)
    parts = list(_grid(marks, scale, floor, say))
    narrow = step < 44 and bool(chart.bars) and chart.bars[0].below is not None
    every = max(1, round(44 / step + 0.49)) if narrow else 1
    for number, bar in enumerate(chart.bars):
        x = _LEFT + number * step
        parts += _bar(bar, chart, (x + step * 0.14, step * 0.72, floor, scale), say)
        if number % every == 0:
            label, below = in_language(bar.label, say), in_language(bar.below, say)
            parts.append(text(x + step / 2, floor + 16, label, class_="tick", text_anchor="middle"))
            parts.append(text(x + step / 2, floor + 30, below, class_="tick faint", text_anchor="middle"))
    return drawing(_WIDTH, chart.tall, *parts, title=in_language(chart.title, say))


def _whole(bar: Bar) -> float:
    return sum(part.value for _, part in bar.parts)


def _ends(found: Estimate) -> tuple[float, float]:
    """Ends of an interval as far as they are known."""
    return found.low if isfinite(found.low) else found.value, found.high if isfinite(found.high) else found.value


def _grid(marks: list[float], scale: float, floor: float, say: Language) -> Iterator[str]:
    digits = 0 if marks[1] >= 1 else 1 if marks[1] >= 0.1 else 2
    for mark in marks:
        y = floor - mark * scale
        yield tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="axis" if mark == 0 else "grid")
        yield text(_LEFT - 6, y + 4, say.number(mark, digits), class_="tick", text_anchor="end")


def _bar(bar: Bar, chart: Bars, place: tuple[float, float, float, float], say: Language) -> Iterator[str]:
    x, width, floor, scale = place
    y, name = floor, in_language(bar.named or bar.label, say)
    for tone, found in bar.parts:
        if found.value > 0:
            tall = found.value * scale
            y -= tall
            words = f"{name}: {in_language(chart.legend.get(tone), say)} {plain(found, say)}"
            place_ = {"x": x, "y": y, "width": width, "height": tall}
            yield tag("rect", hint(words), fill=TONES[tone].drawn, class_="part", **place_)
    if bar.mark is not None and bar.mark.value > 0:
        words = f"{name}: {in_language(chart.mark, say)} {plain(bar.mark, say)}"
        yield from _diamond(bar.mark, x + width / 2, min(5.0, width / 2.2), (floor, scale), words)


def _diamond(mark: Estimate, middle: float, size: float, frame: tuple[float, float], words: str) -> Iterator[str]:
    floor, scale = frame
    at, (low, high) = floor - mark.value * scale, (floor - value * scale for value in _ends(mark))
    turns = f"l{size:.1f} {size:.1f} l{-size:.1f} {size:.1f} l{-size:.1f} {-size:.1f} Z"
    yield tag("line", x1=middle, x2=middle, y1=low, y2=high, class_="whisker")
    yield tag("path", hint(words), d=f"M{middle:.1f} {at - size:.1f} {turns}", class_="diamond")


def _lying(chart: Bars, say: Language) -> str:
    most = max((_whole(bar) for bar in chart.bars), default=1.0) or 1.0
    scale, parts = (_WIDTH - _NAMES - 30) / most, list[str]()
    for row, bar in enumerate(chart.bars):
        y, x, name = 6 + row * _ROW, _NAMES, in_language(bar.label, say)
        shown = name if len(name) < _LONGEST + 2 else name[:_LONGEST] + "…"
        parts.append(text(_NAMES - 12, y + 17, shown, class_="label", text_anchor="end"))
        for tone, found in bar.parts:
            wide = found.value * scale
            said = hint(f"{name}: {in_language(chart.legend.get(tone), say)} {say.number(found.value, 1)}")
            place = {"x": x, "y": y, "width": wide, "height": _ROW - 10}
            parts.append(tag("rect", said, fill=TONES[tone].drawn, class_="part", **place))
            if found.value > _WRITTEN * most:
                ink = "inverse" if TONES[tone].fill == "answered" else "label"
                number = say.number(found.value)
                parts.append(text(x + wide / 2, y + 17, number, class_=ink, text_anchor="middle"))
            x += wide
    return drawing(_WIDTH, 10 + _ROW * len(chart.bars), *parts, title=in_language(chart.title, say))
