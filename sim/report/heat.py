"""A number over two settings: a small table whose cells are darker where it is larger, with the number in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from sim.language import Language
from sim.language.shown import plain
from sim.report.svg import drawing, hint, tag, text
from sim.statistics.estimates import Estimate

_WIDTH, _ROW, _TOP = 560.0, 40.0, 46.0
_LETTER = 7.0
#: From light to dark.
_LIGHT, _DARK = (239, 245, 250), (0, 72, 120)
_WIDEST = 130.0


def draw_heat(
    values: Mapping[tuple[str, str], Estimate],
    *,
    down: Sequence[str],
    across: Sequence[str],
    names: tuple[str, str],
    title: str,
    say: Language,
) -> str:
    """``values`` by name down and across; ``names`` are of both settings. Combinations without a value stay empty."""
    known = [found.value for found in values.values() if isfinite(found.value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    left = max(len(name) for name in down) * _LETTER + 24
    wide = min((_WIDTH - left - 8) / len(across), _WIDEST)
    parts = [
        text(0, 14, f"{names[0]} \N{DOWNWARDS ARROW}   {names[1]} \N{RIGHTWARDS ARROW}", class_="tick"),
        *(
            text(left + wide * (k + 0.5), _TOP - 10, n, class_="label", text_anchor="middle")
            for k, n in enumerate(across)
        ),
    ]
    for row, one in enumerate(down):
        y = _TOP + _ROW * row
        parts.append(text(left - 10, y + 25, one, class_="label", text_anchor="end"))
        for column, other in enumerate(across):
            found = values.get((one, other))
            if found is None or not isfinite(found.value):
                continue
            share = (found.value - low) / (high - low) if high > low else 0.0
            x = left + wide * column
            said = hint(f"{names[0]} {one}, {names[1]} {other}: {plain(found, say)}")
            place = {"x": x, "y": y, "width": wide - 2, "height": _ROW - 2}
            parts.append(tag("rect", said, fill=_shade(share), **place))
            ink = "inverse" if share > 0.5 else "label"
            shown = plain(found, say).split(" ")[0]
            parts.append(text(x + wide / 2 - 1, y + 24, shown, class_=f"{ink} bare", text_anchor="middle"))
    return drawing(_WIDTH, _TOP + _ROW * len(down) + 6, *parts, title=title)


def _shade(share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_LIGHT, _DARK, strict=True))
