"""The sections of a study of sensitivity: what decides each outcome, as pages of runs have it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.language.shown import signed
from sim.report.columns import table_of
from sim.report.reading import Reader
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.sensitivity import rankings, read_sensitivity
from sim.report.studied import Row, Studied, estimate, text

_SPREADS = ("outcome", "as_stated", "low_5_percent", "middle", "high_95_percent", "simulation", "variance_by_chance")
#: Moves that are shown of an outcome; the file has all.
_MOST = 20
_MOVES = ("assumption", "stated", "to", "difference")


def tiles(found: Studied, reader: Reader) -> Iterator[Tile]:
    """Between which values each outcome lies while all is varied together, or what alone moves it most."""
    if not found.table("outcomes"):
        yield from _widest(found, reader)
    for row in found.table("outcomes")[:4]:
        ends = {end: _short(row, f"{end}_{share}_percent", reader) for end, share in (("low", 5), ("high", 95))}
        beside = reader.say("told.stated", what=_short(row, "as_stated", reader))
        yield Tile(reader.with_unit(text(row, "outcome")), reader.say("told.from_to", **ends), beside)


def _widest(found: Studied, reader: Reader) -> Iterator[Tile]:
    """The assumption that moves each outcome most, and from where to where; rows come with the widest first."""
    rows = found.table("one_at_a_time")
    for outcome in list(dict.fromkeys(text(row, "outcome") for row in rows))[:3]:
        moves = [row for row in rows if row["outcome"] == outcome]
        first = [row for row in moves if row["assumption"] == moves[0]["assumption"]]
        ends = sorted((estimate(row, "difference") for row in first), key=lambda end: end.value)
        moved = " / ".join(signed(end, reader.say).split(" ")[0].replace("-", "\N{MINUS SIGN}") for end in ends)
        label = reader.say("told.moves_most", outcome=reader.with_unit(outcome))
        yield Tile(label, moved, reader.path(text(moves[0], "assumption")))


def _short(row: Row, column: str, reader: Reader) -> str:
    return reader.say.number(estimate(row, column).value, 1)


def sections(found: Studied, reader: Reader) -> Iterator[Section]:
    """Outcomes in one table, then each of them."""
    say = reader.say
    if rows := found.table("outcomes"):
        table = table_of(say("told.spreads_table"), rows, _SPREADS, reader, note=say("told.spreads_note"))
        yield Section("spreads", say("told.spreads"), [table])
    for number, one in enumerate(rankings(read_sensitivity(found.folder), say)):
        parts: list[Part] = [Words(one.sentence)] if one.sentence else []
        if one.picture:
            parts.append(Picture(one.picture, say("ranking.caption")))
        parts += [one.table] if one.table else []
        outcome = list(dict.fromkeys(text(row, "outcome") for row in found.table("one_at_a_time")))[number]
        moves = [row for row in found.table("one_at_a_time") if row["outcome"] == outcome]
        heads = {"to": say("head.set_to")}
        note = say("ranking.cut", shown=_MOST, rows=len(moves)) if len(moves) > _MOST else ""
        good = {"difference": 0}
        parts.append(
            table_of(say("told.moves_table"), moves[:_MOST], _MOVES, reader, heads=heads, good=good, note=note)
        )
        yield Section(f"decides-{number}", one.heading, parts)
