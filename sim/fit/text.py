"""A text file taken apart into cells: encoding, separator and rows as they are found, and what was not a row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.errors import SimError
from sim.fit.log import Dropped
from sim.language.said import Said
from sim.units import nearest

#: Separators that are tried; a file with none of them has one column.
_SEPARATORS = (";", "\t", ",", "|")
#: So many lines decide on the separator.
_SAMPLE = 50
#: A cell in quotes may run over so many lines.
_LONGEST_CELL = 20
_MOST_BYTES = 2_000_000_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Table:
    """Cells of a file: ``rows`` (n) with as many cells as ``header``, ``lines`` (n) where each begins, from 1.

    ``dropped`` are lines that are no rows; ``comma`` says whether a number's decimals may come after a comma.
    """

    source: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    dropped: list[Dropped]
    comma: bool
    notes: tuple[str, ...]

    def column(self, number: int) -> list[str]:
        """Cells of a column, n of them."""
        return [row[number] for row in self.rows]


def cut(text: str) -> str:
    """A text short enough for a message."""
    clean = text.replace("\x00", "␀").strip()
    return clean if len(clean) <= 80 else clean[:77] + "..."


def _beside(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.iterdir()]
    except (OSError, ValueError):
        return []


def read_bytes(path: Path, source: str) -> bytes:
    """Content of a file; SimError where there is none."""
    try:
        if path.is_dir():
            raise SimError(f"{source}: is a folder; name the file of the call log")
        if path.stat().st_size > _MOST_BYTES:
            raise SimError(f"{source}: is larger than 2 GB; split it by year or by channel")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SimError(f"{source}: cannot be read: {why}.{nearest(path.name, _beside(path))}") from None
    if not content.strip(b"\x00\r\n\t "):
        raise SimError(f"{source}: is empty")
    return content


def decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Text of a file and how it was read; bytes that are no UTF-8 are taken as Windows-1252, as spreadsheets write."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content.decode(name, errors="replace"), ()
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return content.decode("cp1252", errors="replace"), (Said("reading.windows", byte=error.start + 1),)


def lines_of(text: str) -> list[str]:
    """Lines, whichever of the three ends of line is used."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def split_line(line: str, separator: str) -> list[str] | None:
    """Cells of one line, stripped; None where a quotation mark is opened and not closed."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)] if separator else [line.strip()]
    try:
        found = list(csv.reader([line], delimiter=separator or "\x1f", strict=True, skipinitialspace=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in found[0]] if len(found) == 1 else None


def table_of(source: str, content: bytes) -> Table:
    """Header and rows of a separated text file; SimError where there is no header."""
    text, notes = decoded(content)
    lines = lines_of(text)
    first = next((number for number, line in enumerate(lines) if line.strip("\x00 \t;,|")), None)
    if first is None:
        raise SimError(f"{source}: has no line with text")
    if lines[first].lower().startswith("sep=") and len(lines[first].strip()) == 5:  # a spreadsheet's own hint
        first = next((n for n, line in enumerate(lines) if n > first and line.strip()), first)
    separator = _separator(lines[first : first + _SAMPLE])
    header = split_line(lines[first], separator)
    if header is None:
        raise SimError(f"{source}:{first + 1}: the first line has a quotation mark that is not closed")
    some = [split_line(line, separator) or [] for line in lines[first + 1 : first + _SAMPLE]]
    while len(header) > 1 and not header[-1] and not any(cells[len(header) - 1 : len(header)] > [""] for cells in some):
        header.pop()
    rows: list[list[str]] = []
    numbers: list[int] = []
    dropped: list[Dropped] = []
    for number, found in _rows(lines, first + 1, separator):
        wrong = _wrong(found, len(header)) if isinstance(found, list) else Said("unread.quotation")
        if wrong:
            dropped.append(Dropped(number + 1, wrong, cut(lines[number])))
        elif isinstance(found, list):
            rows.append(found[: len(header)])
            numbers.append(number + 1)
    name = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "bars", "": "one_column"}[separator]
    note = Said("reading.separator", name=Said(f"reading.{name}"))
    return Table(source, tuple(header), rows, numbers, dropped, separator != ",", (*notes, note))


def _separator(lines: list[str]) -> str:
    """The one that gives most lines as many cells as the first line, and of these the one with most cells."""
    some = [line for line in lines if line.strip()]

    def score(separator: str) -> tuple[float, int]:
        counts = [len(split_line(line, separator) or []) for line in some]
        alike = sum(count == counts[0] for count in counts) / len(counts)
        return (alike if counts[0] > 1 else 0.0, counts[0])

    best = max(_SEPARATORS, key=score)
    return best if score(best)[0] > 0 else ""


def _rows(lines: list[str], start: int, separator: str) -> Iterator[tuple[int, list[str] | None]]:
    """Number of the line at which each row begins, and its cells; lines without text are no rows."""
    at = start
    while at < len(lines):
        line, begun = lines[at], at
        at += 1
        if not line or line.isspace():
            continue
        found = split_line(line, separator)
        if found is None:  # perhaps a cell in quotes that runs on
            for upto in range(at + 1, min(at + _LONGEST_CELL, len(lines)) + 1):
                found = _joined(lines[begun:upto], separator)
                if found is not None:
                    at = upto
                    break
        yield begun, found


def _joined(lines: list[str], separator: str) -> list[str] | None:
    if lines[-1].count('"') % 2 == 0:
        return None
    text = "\n".join(lines)
    try:
        found = list(csv.reader(text.splitlines(keepends=True), delimiter=separator or "\x1f", strict=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in found[0]] if len(found) == 1 else None


def _wrong(cells: list[str], columns: int) -> str:
    if len(cells) < columns or any(cells[columns:]):
        return Said("unread.cells")
    return Said("unread.zero_byte") if any("\x00" in cell for cell in cells) else ""
