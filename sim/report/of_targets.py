"""What plans and campaigns have in common: targets today and in the plan, and the ranges that would undo it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan

from sim.answers.colours import BETTER, MUTED, WORSE
from sim.answers.rows import Line, Mark, draw_rows
from sim.language.shown import plain, seconds
from sim.report.columns import read_text, table_of
from sim.report.reading import Reader
from sim.report.sections import Part, Picture, Section, Tile, Words
from sim.report.studied import Row, Studied, estimate, text

_TARGETS = ("target", "today", "plan", "verdict")
_ASSUMPTIONS = ("assumption", "from", "to", "missed", "hit hardest", "plan", "change", "today")


def is_met(row: Row, reader: Reader, who: str) -> bool | None:
    """Whether a target is met today or in the plan; None where it cannot be told."""
    target, found = reader.targets.get(text(row, "target")), estimate(row, who)
    return target.met(found) if target is not None and isfinite(found.value) else None


def shown(row: Row, who: str, reader: Reader) -> str:
    """A value of a target with its unit."""
    found, unit = estimate(row, who), text(row, "unit")
    if unit == "s":
        return seconds(found, reader.say)
    return f"{plain(found, reader.say)} {unit}"


def target_parts(found: Studied, reader: Reader) -> Iterator[Part]:
    """Targets as a picture and as a table."""
    rows, say = found.table("targets"), reader.say
    lines = [
        Line(
            reader.target(text(row, "target")),
            [
                Mark(
                    estimate(row, "today"), "ring", MUTED, f"{say('plancolumn.today')}: {shown(row, 'today', reader)}"
                ),
                Mark(
                    estimate(row, "plan"),
                    *(("square", WORSE) if is_met(row, reader, "plan") is False else ("circle", BETTER)),
                    f"{say('told.in_plan')}: {shown(row, 'plan', reader)}",
                ),
            ],
            limit=_limit(row, reader),
            joined=True,
        )
        for row in rows
        if text(row, "unit") == "%"
    ]
    if lines:
        axis = reader.axis((text(row, "target") for row in rows if text(row, "unit") == "%"), "%")
        picture = draw_rows(lines, title=say("told.targets"), axis=axis, say=say, most=100.0)
        yield Picture(picture, say("told.targets_caption"))
    if rows:
        yield table_of(say("told.targets_table"), rows, _TARGETS, reader, note=say("told.targets_note"))


def _limit(row: Row, reader: Reader) -> float:
    target = reader.targets.get(text(row, "target"))
    return nan if target is None else target.limit


def target_tiles(found: Studied, reader: Reader, *, most: int, count: bool = True) -> Iterator[Tile]:
    """How many targets are met, and the first of them; people never reached before others."""
    rows, say = found.table("targets"), reader.say
    if not rows:
        return
    met, today = ([is_met(row, reader, who) for row in rows] for who in ("plan", "today"))
    if count and None not in met:
        beside = "" if None in today else say("told.today", what=_of(today, reader))
        yield Tile(say("told.targets_met"), _of(met, reader), beside, "" if all(met) else "worse")
    of_people = sorted(rows, key=lambda row: "never reached" not in text(row, "target"))
    for row in of_people[:most]:
        missed = is_met(row, reader, "plan") is False
        beside = say("told.today", what=shown(row, "today", reader))
        yield Tile(reader.target(text(row, "target")), shown(row, "plan", reader), beside, "worse" if missed else "")


def _of(met: Sequence[bool | None], reader: Reader) -> str:
    return reader.say("plan.of", some=sum(map(bool, met)), all=len(met))


def rests_section(found: Studied, reader: Reader) -> Iterator[Section]:
    """Stated ranges, one at a time at their ends, with the targets that would be missed."""
    rows, say = found.table("assumptions"), reader.say
    if not rows:
        return
    harmful = [row for row in rows if not text(row, "missed").startswith("0 ")]
    lead = say("told.rests_missed") if harmful else say("told.rests_none")
    parts: list[Part] = [Words(lead)]
    lines = [_rest(row, reader) for row in rows if _in_percent(row, reader)]
    if lines:
        title, caption = say("told.rests_picture"), say("told.rests_caption")
        axis = reader.axis((text(row, "hit hardest") for row in rows if _in_percent(row, reader)), "%")
        parts.append(Picture(draw_rows(lines, title=title, axis=axis, say=say, most=100.0), caption))
    heads = {"from": say("plancolumn.stated"), "to": say("head.set_to")}
    parts.append(table_of(say("told.rests_table"), rows, _ASSUMPTIONS, reader, heads=heads, good={"change": 0}))
    yield Section("rests", say("told.rests"), parts)


def _in_percent(row: Row, reader: Reader) -> bool:
    target = reader.targets.get(text(row, "hit hardest"))
    return target is not None and target.of.unit == "%"


def _rest(row: Row, reader: Reader) -> Line:
    target = reader.targets[text(row, "hit hardest")]
    end = read_text("to", text(row, "to"), reader)
    found = estimate(row, "plan")
    said = f"{target.told(reader.say)}: {plain(found, reader.say)} %"
    mark = Mark(found, *(("circle", BETTER) if target.met(found) else ("square", WORSE)), said)
    today = Mark(estimate(row, "today"), "ring", MUTED, reader.say("plancolumn.today"))
    missed = text(row, "missed")
    note = "" if missed.startswith("0 ") else reader.say("told.rests_misses", missed=reader.some_of(missed))
    name = f"{read_text('assumption', text(row, 'assumption'), reader)} = {end}"
    return Line(name, [today, mark], note=note, limit=target.limit)
