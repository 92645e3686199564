"""Pieces of SVG as text: elements whose content and attributes are escaped, scales and ribbons."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from sim.answers.colours import OUTCOMES
from sim.language import Language

#: Patterns laid over colours, so that they are told apart in greyscale; each is drawn once per page.
_HATCHES = {
    "///": '<path d="M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5" stroke="#fff" stroke-width="1.2"/>',
    "xx": '<path d="M0 6 L6 0 M0 0 L6 6" stroke="#fff" stroke-width="0.9"/>',
    "++": '<path d="M3 0 L3 6 M0 3 L6 3" stroke="#fff" stroke-width="1"/>',
    "..": '<circle cx="3" cy="3" r="1.2" fill="#fff"/>',
    "\\\\": '<path d="M-1 5 L1 7 M0 0 L6 6 M5 -1 L7 1" stroke="#fff" stroke-width="1.2"/>',
}


def tag(name: str, *content: str, **attributes: object) -> str:
    """An element; ``content`` is SVG already, attributes are not (``stroke_width`` becomes ``stroke-width``)."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_plain(value)}"' for key, value in attributes.items())
    inside = "".join(content)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _plain(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else escape(str(value))


def text(x: float, y: float, words: str, **attributes: object) -> str:
    """Words at a place."""
    return tag("text", escape(words), x=float(x), y=float(y), **attributes)


def hint(words: str) -> str:
    """What is said of an element when a pointer rests on it."""
    return tag("title", escape(words))


def drawing(width: float, height: float, *content: str, title: str, kind: str = "") -> str:
    """A whole picture that scales with the page; ``title`` is read aloud."""
    box = f"0 0 {width:g} {height:g}"
    return tag(
        "svg",
        hint(title),
        *content,
        viewBox=box,
        role="img",
        class_=f"drawing {kind}".strip(),
        xmlns="http://www.w3.org/2000/svg",
    )


def patterns() -> str:
    """The fills of all outcomes; one per page."""
    found = []
    for outcome, (colour, hatch) in OUTCOMES.items():
        back = tag("rect", width=6, height=6, fill=colour)
        found.append(
            tag(
                "pattern",
                back,
                _HATCHES.get(hatch, ""),
                id=f"fill-{outcome}",
                width=6,
                height=6,
                patternUnits="userSpaceOnUse",
            )
        )
    return tag("svg", tag("defs", *found), width=0, height=0, aria_hidden="true", class_="patterns")


def fill_of(outcome: str) -> str:
    """Reference to the fill of an outcome."""
    known = "abandoned" if outcome == "silent" else outcome
    return f"url(#fill-{known})" if known in OUTCOMES else "#999999"


def ticks(most: float, count: int = 5) -> list[float]:
    """Round numbers from 0 up to the first that is not below ``most``."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / count
    size = 10.0 ** floor(log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough * (1 - 1e-9))
    return [step * k for k in range(int(-(-most // step)) + 1)]


def marks_between(low: float, high: float, say: Language) -> list[tuple[float, str]]:
    """Round numbers between two others, with how they are written as differences."""
    step = ticks(max(high - low, 1e-9), 6)[1]
    places = range(floor(low / step), floor(high / step) + 2)
    return [(step * k, with_sign(step * k, say)) for k in places if low <= step * k <= high]


def with_sign(value: float, say: Language) -> str:
    """A difference, short."""
    digits = 0 if abs(value) >= 10 or value == int(value) else 1 if abs(value) >= 0.1 else 2
    return ("+" if value > 0 else "") + say.number(value, digits).replace("-", "\N{MINUS SIGN}")


def ribbon(x0: float, top0: float, x1: float, top1: float, thick: float) -> str:
    """Path of a band of the same thickness from one place to another."""
    middle = (x0 + x1) / 2
    upper = f"M{x0:.1f} {top0:.1f} C{middle:.1f} {top0:.1f} {middle:.1f} {top1:.1f} {x1:.1f} {top1:.1f}"
    low0, low1 = top0 + thick, top1 + thick
    return f"{upper} L{x1:.1f} {low1:.1f} C{middle:.1f} {low1:.1f} {middle:.1f} {low0:.1f} {x0:.1f} {low0:.1f} Z"


def digits_of(marks: Sequence[float]) -> int:
    """Decimals with which all marks of an axis are told apart."""
    return next((d for d in (0, 1, 2) if all(abs(mark - round(mark, d)) < 1e-9 for mark in marks)), 3)
