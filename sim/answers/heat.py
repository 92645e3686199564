"""A number over two settings: a small table whose cells are darker where it is larger, with the number in each."""

from __future__ import annotations

from math import isfinite

from sim.answers.answer import Heat
from sim.answers.kinds import in_language
from sim.answers.svg import drawing, hint, tag, text
from sim.language import Language
from sim.language.shown import plain

_WIDTH, _ROW, _TOP = 560.0, 40.0, 46.0
_LETTER = 7.0
#: From light to dark.
_LIGHT, _DARK = (239, 245, 250), (0, 72, 120)
_WIDEST = 130.0


def draw_heat(chart: Heat, say: Language) -> str:
    """The chart; combinations without a value stay empty."""
    known = [found.value for row in chart.values for found in row if isfinite(found.value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    names = [in_language(axis.name, say) for axis in (chart.down, chart.across)]
    down, across = ([in_language(name, say) for name in axis.names] for axis in (chart.down, chart.across))
    left = max(map(len, down)) * _LETTER + 24
    wide = min((_WIDTH - left - 8) / len(across), _WIDEST)
    parts = [text(0, 14, f"{names[0]} \N{DOWNWARDS ARROW}   {names[1]} \N{RIGHTWARDS ARROW}", class_="tick")]
    for column, other in enumerate(across):
        parts.append(text(left + wide * (column + 0.5), _TOP - 10, other, class_="label", text_anchor="middle"))
    for row, one in enumerate(down):
        y = _TOP + _ROW * row
        parts.append(text(left - 10, y + 25, one, class_="label", text_anchor="end"))
        for column, other in enumerate(across):
            found = chart.values[row][column]
            if isfinite(found.value):
                share = (found.value - low) / (high - low) if high > low else 0.0
                said = f"{names[0]} {one}, {names[1]} {other}: {plain(found, say)}"
                parts += _cell((left + wide * column, y, wide), share, plain(found, say).split(" ")[0], said)
    return drawing(_WIDTH, _TOP + _ROW * len(down) + 6, *parts, title=in_language(chart.title, say))


def _cell(place: tuple[float, float, float], share: float, shown: str, said: str) -> list[str]:
    """A cell at a place (left, top, width), darker with its share."""
    x, y, wide = place
    box = tag("rect", hint(said), fill=_shade(share), x=x, y=y, width=wide - 2, height=_ROW - 2)
    ink = "inverse" if share > 0.5 else "label"
    return [box, text(x + wide / 2 - 1, y + 24, shown, class_=f"{ink} bare", text_anchor="middle")]


def _shade(share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_LIGHT, _DARK, strict=True))
