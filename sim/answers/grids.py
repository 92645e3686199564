"""Tables as data: text and numbers in columns, split at the decimal sign so that these stand below each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from sim.language import Language
from sim.language.shown import in_time, parts, signed
from sim.statistics.estimates import Estimate

_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Number:
    """A number as it is shown: whole part, decimals with their sign, half its interval, a unit.

    ``pad`` is what would have to follow for the decimal signs of a column to stand below each other; ``tone`` is
    "better", "worse" or "unclear" for a difference.
    """

    whole: str
    decimals: str = ""
    half: str = ""
    unit: str = ""
    pad: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Code:
    """Text that is written as it would be typed, such as the path of a value, under words for it."""

    words: str
    typed: str


Cell = str | Number | Code


@dataclass(frozen=True)
class Grid:
    """A table: its title, heads of columns, rows, and a note below. Columns with a Number in them hold numbers."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    #: Widths of the columns in percent; () where they follow from what is in them.
    widths: Sequence[int] = ()

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold numbers."""
        return [any(isinstance(row[i], Number) for row in self.rows) for i in range(len(self.heads))]

    @property
    def kept(self) -> bool:
        """Whether it stays on one page."""
        texts = (cell for row in self.rows for cell in row if isinstance(cell, str))
        return len(self.rows) <= _KEPT_ROWS and all(len(cell) <= _KEPT_TEXT for cell in texts)


#: Tables with more rows, or with longer texts in them, may be broken over pages.
_KEPT_ROWS, _KEPT_TEXT = 14, 70


def grid(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, note: str = "", widths: Sequence[int] = ()
) -> Grid:
    """A table whose numbers are padded to the same decimals in each column."""
    kept = [list(row) for row in rows]
    for column in range(len(heads)):
        most = max(
            (len(cell.decimals) for cell in (row[column] for row in kept) if isinstance(cell, Number)), default=0
        )
        for row in kept:
            cell = row[column]
            if isinstance(cell, Number) and most:
                row[column] = replace(cell, pad=("." + "0" * (most - 1))[len(cell.decimals) :])
    return Grid(title, tuple(heads), tuple(tuple(row) for row in kept), note, widths)


def number(found: Estimate, say: Language, *, unit: str = "") -> Number:
    """An estimate as it is shown; of what never happened, 0 and how often it may happen all the same."""
    value, half = parts(found, say)
    return _number(value, half, say, unit=unit)


def time(found: Estimate, say: Language) -> Number:
    """A time in s, in the unit that suits it."""
    if not isfinite(found.value):
        return Number("–")
    scaled, unit = in_time(found)
    return number(scaled, say, unit=say.known("unit", unit))


def difference(found: Estimate, say: Language, *, good: int = 0) -> Number:
    """A difference with its sign; ``good`` says which sign is better, 0 where neither is."""
    value, _, half = signed(found, say).partition(" ")
    tone = "unclear" if found.low <= 0 <= found.high else ""
    if good and not tone:
        tone = "better" if found.value * good > 0 else "worse"
    return _number(value, half, say, tone=tone)


def _number(value: str, half: str, say: Language, *, unit: str = "", tone: str = "") -> Number:
    if value == "-":
        return Number("–")
    if value.startswith("<"):
        value, half = "0", value
    value = value.replace("-", _MINUS)
    # A thousands separator is another sign, so that what follows this one are decimals.
    whole, sign, decimals = value.rpartition(say.decimal)
    return Number(whole if sign else value, sign + decimals if sign else "", half, unit, tone=tone)
