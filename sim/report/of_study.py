"""The page of a study: which numbers stand first, which sections follow, and what is told of how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType

from sim.language import Language, key_of
from sim.report import of_calibrate
from sim.report.columns import table_of
from sim.report.reading import Reader
from sim.report.sections import Section, Tile
from sim.report.studied import Row, Studied
from sim.studies.columns import LEFT_OUT

#: Who tells of which study: ``tiles`` and ``sections``.
_TOLD_BY: Mapping[str, ModuleType] = {
    "calibrate": of_calibrate,
}
#: Tables that sections show.
_TABLES = frozenset({
    "assumptions", "values", "fresh", "edge",
})  # fmt: skip


def tiles_of(found: Studied, say: Language) -> list[Tile]:
    """The numbers of the first screen."""
    told: Callable[[Studied, Reader], Iterator[Tile]] = _TOLD_BY[found.study].tiles
    return list(told(found, Reader(say)))


def sections_of(found: Studied, say: Language) -> list[Section]:
    """Everything that the study found."""
    told: Callable[[Studied, Reader], Iterator[Section]] = _TOLD_BY[found.study].sections
    reader = Reader(say)
    return [*told(found, reader), *_others(found, reader)]


def _others(found: Studied, reader: Reader) -> Iterator[Section]:
    """Tables that no section shows, with all their columns."""
    names = [name for name, rows in found.tables.items() if rows and name not in _TABLES]
    grids = [table_of(name, found.tables[name], _columns(found.tables[name]), reader) for name in names]
    if grids:
        yield Section("others", reader.say("told.other_tables"), grids)


def _columns(rows: Sequence[Row]) -> list[str]:
    return [name for name in dict.fromkeys(name for row in rows for name in row) if name not in LEFT_OUT]


def title_of(found: Studied, say: Language) -> str:
    """The title of its page."""
    return say(f"studypage.{key_of(found.study)}", title=found.scenario.titled(say.code))


def made(found: Studied, say: Language) -> list[tuple[str, str]]:
    """Name and value of everything that is needed to make the study again."""
    seed = found.asked.get("seed")
    rows = [
        (say("made.scenario"), found.scenario.name),
        (say("made.command"), found.command),
        (say("made.seed"), "" if seed is None else str(seed)),
        (say("made.worlds"), "; ".join(found.worlds(say))),
        (say("made.versions"), f"helpline-sim {found.version}"),
    ]
    return [(name, value) for name, value in rows if value]


def definitions(found: Studied, say: Language) -> list[tuple[str, str]]:
    """Name and definition of every measure."""
    return [(say.known("measure", name), text) for name, text in found.definitions(say).items()]
