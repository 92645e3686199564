"""What a page of a study is made of: sections of pictures, tables and sentences, in the order of reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.answers.grids import Grid


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG) with what is said below it; ``title`` stands above it, '' where the section's heading does."""

    drawing: str
    caption: str
    title: str = ""
    #: Whether two of them stand beside each other where there is room.
    half: bool = False
    #: Fill and meaning of each tone, where there are several.
    legend: Sequence[tuple[str, str]] = ()
    #: What diamonds stand for.
    mark: str = ""
    #: Whether it is of one day, whose signs have a legend of their own.
    day: bool = False


@dataclass(frozen=True)
class Words:
    """A paragraph; ``quiet``: a note."""

    text: str
    quiet: bool = False


Part = Picture | Grid | Words


@dataclass(frozen=True)
class Section:
    """A heading with an id of its own, and what stands below it."""

    id: str
    heading: str
    parts: Sequence[Part]
    #: Whether a reader has to ask for what stands below the heading.
    folded: bool = False


@dataclass(frozen=True)
class Decided:
    """What a study of sensitivity found, on the page of a run: its sections, on which worlds, the command."""

    sections: Sequence[Section]
    worlds: Sequence[str]
    command: str


@dataclass(frozen=True)
class Tile:
    """One number of the first screen: what it is, its value, and what it is held against ('' where nothing is)."""

    label: str
    value: str
    beside: str = ""
    tone: str = ""
