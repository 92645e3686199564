"""What plans and campaigns answer of their targets: sentences, tables and charts of targets and of what undoes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from sim.answers.answer import Chart, Column, Mark, Message, Named, Row, Rows, Show, Table, Term, Tile, Value, message
from sim.answers.answer import Part as SectionPart
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.asked import Try
from sim.studies.choose import Searched
from sim.studies.doubts import Doubt
from sim.studies.targets import Target
from sim.studies.unknowns import Unknown, name_of, setting_of

#: Assumptions that are shown of those that do not make the plan miss.
_DOUBTS = 6
#: Ranges that a sentence names, and letters of values that it writes out.
_NAMED, _LONGEST = 4, 40


def target(of: Target) -> Named:
    """A target as a cell has it."""
    return Named(of.written, of.words)


def verdict(of: Target, found: Estimate) -> Named:
    """Whether an estimate meets a target, and whether that is in doubt."""
    word = of.verdict(found).replace(", ", "_").replace(" ", "_")
    return Named(word, message(f"plan.verdict_{word}"))


def found_text(of: Target, found: Estimate) -> Message:
    """What a target comes to, with its unit."""
    return message("plan.found", found=found, unit=Term("unit", of.of.unit))


def missed_text(missed: Sequence[tuple[Target, Estimate]]) -> Message | Term:
    """Targets that are missed, each with what it comes to."""
    named = [message("plan.target_found", target=of.words, found=found_text(of, found)) for of, found in missed]
    text = Term("semicolons", tuple(named[:2]))
    return message("plan.and_more", targets=text, count=len(named) - 2) if len(named) > 2 else text


# ---- Sentences ---------------------------------------------------------------------------------------------------


def behind(chosen: Try) -> Iterator[Message]:
    """Provinces that miss a target which all of them meet together."""
    for of, missed in chosen.behind():
        named = [
            message("plan.name_found", name=Term("name", one.name), found=found_text(one, found))
            for one, found in missed
        ]
        yield message("plan.behind", target=of.words, named=Term("and", tuple(named)))


def unmet(chosen: Try) -> Iterator[Message]:
    """Targets that fresh worlds miss, then those that they meet in doubt."""
    for of, found in sorted(zip(chosen.way.targets, chosen.found, strict=True), key=lambda one: one[0].met(one[1])):
        said: dict[str, Value] = {"target": of.words, "found": found_text(of, found)}
        if "doubt" in of.verdict(found):
            ends: dict[str, Value] = {"low": Term("low", found), "high": Term("high", found)}
            yield message("plan.doubt" if of.met(found) else "plan.doubt_missed", **said, **ends)
        elif not of.met(found):
            yield message("plan.missed", **said)


def certainty(worlds: int, searches: Sequence[Searched], *, meets: bool) -> Message:
    """What is known of plans that are not shown, and how much cheaper they may be at most."""
    played: dict[str, Value] = {"worlds": worlds, "plans": sum(one.simulated for one in searches)}
    floor, best = min(one.floor for one in searches), min(one.objective for one in searches)
    if floor >= best:
        return message("plan.proven" if meets else "plan.proven_none", **played)
    if not meets:
        return message("plan.local_none", **played)
    return message("plan.local", gap=Term("share", 1 - floor / best), **played)


def doubtful(found: Sequence[Doubt], targets: Sequence[Target], *, of: str = "plan") -> Iterator[Message]:
    """Which stated ranges would make a plan miss; ``of`` is the section of the catalogue that says it."""
    missed = [doubt for doubt in found if doubt.missed(targets)]
    if not found:
        return
    if not missed:
        yield message(f"{of}.robust")
        return
    ends = Term("semicolons", tuple(at_end(doubt.of, doubt.end) for doubt in missed[:_NAMED]))
    more = len(missed) - _NAMED
    yield message(f"{of}.rests_on_more", ends=ends, count=more) if more > 0 else message(f"{of}.rests_on", ends=ends)


def at_end(of: Unknown, end: Any) -> Message:
    """A range at one of its ends; long values by which end it is."""
    if any(isinstance(value, dict) or len(str(value)) > _LONGEST for value in (of.value, end)):
        return message("plan.end_low" if end == of.low else "plan.end_high", what=name_of(of))
    return message("plan.end", what=name_of(of), end=Term("setting", end), stated=Term("setting", of.value))


# ---- Targets -----------------------------------------------------------------------------------------------------


def _todays(chosen: Try) -> list[Estimate]:
    """What each target comes to with today's lines; nothing where today has no such scope."""
    there = chosen.trial.counts["today"].scopes
    return [of.estimate(chosen.trial, "today") if (of.kind, of.name) in there else NOTHING for of in chosen.way.targets]


def target_table(chosen: Try) -> Table:
    """Each target with what a plan makes of it on fresh worlds, and today."""
    columns = (
        Column("target", "text", message("plancolumn.target")),
        Column("limit", "number", message("plancolumn.target"), filed=True),
        Column("today", "estimate", message("plancolumn.today")),
        Column("plan", "estimate", message("column.plan")),
        Column("unit", "unit", message("workbook.unit")),
        Column("verdict", "text", message("plancolumn.verdict")),
    )
    rows = tuple(
        (target(of), of.limit, today, found, of.of.unit, verdict(of, found))
        for of, found, today in zip(chosen.way.targets, chosen.found, _todays(chosen), strict=True)
    )
    note, short = message("told.targets_note"), message("studypage.sheet_targets")
    return Table("targets", message("told.targets_table"), columns, rows, note, short=short)


def target_chart(chosen: Try) -> Iterator[Chart]:
    """Targets in percent, today and with the plan; none where no target is."""
    rows = []
    for of, found, today in zip(chosen.way.targets, chosen.found, _todays(chosen), strict=True):
        if of.of.unit == "%":
            marks = (Mark(today, "ring", "muted"), _planned(of, found))
            rows.append(Row(of.words, marks, limit=of.limit, joined=True))
    if rows:
        axis = _axis([of for of in chosen.way.targets if of.of.unit == "%"])
        yield Rows(message("told.targets"), axis, tuple(rows), message("told.targets_caption"), most=100.0)


def _planned(of: Target, found: Estimate) -> Mark:
    return Mark(found, "circle", "better") if of.met(found) else Mark(found, "square", "worse")


def _axis(targets: Sequence[Target]) -> Message:
    """The measures of targets in percent."""
    names = dict.fromkeys(of.of.name for of in targets)
    of = Term("semicolons", tuple(Term("measure of", (name, "all", "all")) for name in names))
    return message("chart.unit", name=of, unit=Term("unit", "%"))


def target_tiles(chosen: Try, *, most: int = 1, count: bool = True) -> Iterator[Tile]:
    """How many targets are met, and the first of them; people never reached before others."""
    every = list(zip(chosen.way.targets, chosen.found, _todays(chosen), strict=True))
    if not every:
        return
    known = all(isfinite(found.value) for _, found, _ in every)
    if count and known:
        met, today = sum(of.met(found) for of, found, _ in every), sum(of.met(before) for of, _, before in every)
        beside = message("told.today", what=Term("of", (today, len(every))))
        there = all(isfinite(before.value) for *_, before in every)
        tone = "" if met == len(every) else "worse"
        yield Tile(message("told.targets_met"), Term("of", (met, len(every))), beside if there else None, tone)
    for of, found, before in sorted(every, key=lambda one: not one[0].of_persons)[:most]:
        beside = message("told.today", what=found_text(of, before))
        yield Tile(of.words, found_text(of, found), beside, "" if of.met(found) else "worse")


# ---- What undoes a plan ------------------------------------------------------------------------------------------


def _shown(found: Sequence[Doubt], targets: Sequence[Target]) -> list[Doubt]:
    """Ends of ranges: first those that make a plan miss, then the most harmful others."""
    missed = [doubt for doubt in found if doubt.missed(targets)]
    return [*missed, *[doubt for doubt in found if doubt not in missed][:_DOUBTS]]


def rests_table(found: Sequence[Doubt], targets: Sequence[Target], title: str = "told.rests_table") -> Table:
    """Ends of ranges, and what each makes of the target that it hits hardest."""
    columns = (
        Column("value_of", "path", message("plancolumn.assumption")),
        Column("stated", "setting", message("plancolumn.stated")),
        Column("set_to", "setting", message("head.set_to")),
        Column("missed", "of", message("plancolumn.missed")),
        Column("hit_hardest", "text", message("plancolumn.hardest")),
        Column("plan", "estimate", message("column.plan")),
        Column("change", "change", message("plancolumn.change")),
        Column("today", "estimate", message("plancolumn.today")),
    )
    rows = []
    for doubt in _shown(found, targets) if targets else ():
        worst, missed = hardest(doubt, targets), len(doubt.missed(targets))
        values = doubt.values[worst], doubt.changes[worst], doubt.before[worst]
        # Of one target there is no telling which is hit hardest.
        which = target(targets[worst]) if len(targets) > 1 else None
        name = Named(doubt.of.name, name_of(doubt.of))
        rows.append((name, setting_of(doubt.of.value), setting_of(doubt.end), (missed, len(targets)), which, *values))
    short = message("studypage.sheet_ranges")
    return Table("assumptions", message(title), columns, tuple(rows), short=short)


def rests_parts(found: Sequence[Doubt], targets: Sequence[Target]) -> Iterator[SectionPart]:
    """Stated ranges, one at a time at their ends, with the targets that would be missed."""
    harmful = any(doubt.missed(targets) for doubt in found)
    yield message("told.rests_missed" if harmful else "told.rests_none")
    rows, drawn = [], []
    for doubt in _shown(found, targets):
        worst, missed = hardest(doubt, targets), len(doubt.missed(targets))
        of = targets[worst]
        if of.of.unit == "%":
            drawn.append(of)
            label = message("matters.set_to", assumption=name_of(doubt.of), end=Term("setting", doubt.end))
            marks = (Mark(doubt.before[worst], "ring", "muted"), _planned(of, doubt.values[worst]))
            note = message("told.rests_misses", missed=Term("of", (missed, len(targets)))) if missed else None
            rows.append(Row(label, marks, note, limit=of.limit))
    if rows:
        title, caption = message("told.rests_picture"), message("told.rests_caption")
        yield Rows(title, _axis(drawn), tuple(rows), caption, most=100.0)
    yield Show("assumptions")


def hardest(doubt: Doubt, targets: Sequence[Target]) -> int:
    """The target that suffers most, one that is missed before others."""
    missed = doubt.missed(targets)
    return max(range(len(targets)), key=lambda t: (targets[t] in missed, _harm(targets[t], doubt.changes[t])))


def _harm(of: Target, change: Estimate) -> float:
    return (-1 if of.least else 1) * change.value / of.limit if isfinite(change.value) else 0.0
