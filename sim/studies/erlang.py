"""What exact theory says of one queue that never changes: Erlang A, B or C, and the lines that a target needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor, isfinite
from typing import Any

from sim.answers.answer import Answer, Column, Message, Named, Section, Show, Table, Term, Tile, Value, message
from sim.answers.answered import Answered
from sim.theory import SteadyState, Target, fractional_lines_needed, lines_needed, parse_target, queue_of
from sim.units import format_duration

#: Service levels by the calls that are counted.
LEVELS = ("excluding short abandons", "of offered", "of answered")


@dataclass(frozen=True)
class Aim:
    """A target, and the lines that it needs; ``exactly``: interpolated, None where that is not possible."""

    target: Target
    lines: int
    exactly: float | None


@dataclass(frozen=True)
class Erlang(Answered):
    """A queue with ``lines`` lines, whose numbers lie between those with ``below`` and ``above`` lines.

    asked: what was asked, by the name of the argument.
    """

    lines: float
    below: SteadyState
    above: SteadyState
    within: str
    aim: Aim | None
    asked: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Whether nothing is interpolated."""
        return self.below is self.above

    @property
    def measures(self) -> dict[str, tuple[float, str]]:
        """Value and unit of each measure, interpolated linearly between two numbers of lines."""
        share, high = self.lines - self.below.lines, _measures(self.above, self.within)
        return {
            name: (value + share * (high[name][0] - value) if share else value, unit)
            for name, (value, unit) in _measures(self.below, self.within).items()
        }

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)


def erlang(
    *,
    arrivals_per_hour: float,
    handling: str,
    patience: str | None = None,
    lines: float | None = None,
    places: int | None = None,
    within: str | None = None,
    target: str | None = None,
    service_level: str = LEVELS[0],
) -> Erlang:
    """The steady state of a queue, and the lines that a target needs; ValueError says in a sentence what is wrong.

    patience: mean; None where callers never give up.
    lines: by default those that the target needs; a fraction is interpolated.
    places: waiting places, 0 for a busy tone at once, None for any number.
    within: acceptable waiting time; by default that of the target, else 60 s.
    """
    if lines is None and target is None:
        raise ValueError("give --lines, or a --target for which the lines are counted")
    queue: dict[str, Any] = {
        "arrivals_per_hour": arrivals_per_hour, "handling": handling, "patience": patience, "places": places,
    }  # fmt: skip
    goal = parse_target(target, of=service_level) if target is not None else None  # type: ignore[arg-type]
    aim = None
    if goal is not None:
        wanted = {**queue, "target": goal.text, "of": goal.of}
        aim = Aim(goal, lines_needed(**wanted), fractional_lines_needed(**wanted))
    count = lines or (aim.lines if aim else 1)
    below = queue_of(**queue, lines=floor(count))
    above = below if count == floor(count) else queue_of(**queue, lines=floor(count) + 1)
    of_target = goal.within if goal is not None and goal.what == "answered" else ""
    asked = {**queue, "lines": count, "target": target, "service_level": service_level}
    return Erlang(count, below, above, within or of_target or "60 s", aim, asked)


def _measures(queue: SteadyState, within: str) -> dict[str, tuple[float, str]]:
    shares = {"occupancy": queue.occupancy, "wait": queue.waits, "answered": queue.answered}
    shares |= {"abandoned": queue.abandoned, "blocked": queue.blocked}
    for level in ("of offered", "excluding short abandons", "of answered"):
        share = queue.answered_within(within, of=level)
        shares[f"service_level_{level.replace(' ', '_')}"] = share
    return {
        "offered_load": (queue.offered_load, "erlang"),
        "carried_load": (queue.carried_load, "erlang"),
        **{name: (share, "%") for name, share in shares.items()},
        "asa": (queue.asa_s, "s"),
        "wait_of_all": (queue.mean_wait_s, "s"),
        "wait_of_the_abandoned": (queue.mean_wait_abandoned_s, "s"),
        "wait_of_the_waiting": (queue.mean_wait_of_waiting_s, "s"),
        "mean_queue": (queue.mean_queue, "calls"),
    }


def _answer(found: Erlang) -> Answer:
    tables = [_table(found), *([_needed_table(found.aim)] if found.aim else [])]
    parts = tuple(Show(table.name) for table in tables)
    return Answer(
        study="erlang",
        scenario=None,
        heading=_model(found.below),
        question={**found.asked, "within": found.within, "source": found.below.source},
        sentences=tuple(_sentences(found)),
        played=(),
        tiles=tuple(_tiles(found)),
        sections=(Section("measures", message("erlang.measures"), parts),),
        tables=tuple(tables),
    )


def _sentences(found: Erlang) -> Iterator[Message]:
    """The lines that are needed, what is assumed, and where the formula stands."""
    if found.aim is not None:
        yield _needed(found.aim)
    yield _assumed(found)
    if not found.whole:
        yield message("erlang.interpolated", low=found.below.lines, high=found.above.lines)
    yield message("erlang.formula", source=found.below.source)


def _model(queue: SteadyState) -> Message:
    """The model's name: K is told in words."""
    impatient = isfinite(queue.patience_s)
    if queue.places is None:
        return message("erlang.a") if impatient else message("erlang.c")
    if queue.places == 0:
        return message("erlang.b")
    return message("erlang.km") if impatient else message("erlang.k")


def _needed(aim: Aim) -> Message:
    lines: Value = aim.lines
    if aim.exactly is not None:
        lines = message("erlang.needed_exactly", lines=aim.lines, exactly=Term("decimals", (aim.exactly, 2)))
    target = _target(aim.target)
    if aim.target.what != "answered":
        return message("erlang.needed", target=target, lines=lines)
    level = message(f"erlang.level_{aim.target.of.replace(' ', '_')}")
    return message("erlang.needed_level", target=target, level=level, lines=lines)


def _target(goal: Target) -> Message:
    share = Term("setting", goal.text[: goal.text.index("%") + 1].strip()) if "%" in goal.text else None
    return message(f"erlang.target_{goal.what}", share=share, within=Term("duration", goal.within))


def _assumed(found: Erlang) -> Message:
    """The queue in words, with what the model assumes."""
    queue = found.below
    mean = Term("duration", format_duration(round(1000 * queue.handling_s)))
    handling, patience = message("erlang.handling_exponential", mean=mean), message("erlang.nobody_gives_up")
    if queue.places == 0:
        handling, patience = message("erlang.handling_any", mean=mean), message("erlang.nobody_waits")
    elif isfinite(queue.patience_s):
        mean_patience = Term("duration", format_duration(round(1000 * queue.patience_s)))
        patience = message("erlang.patience", mean=mean_patience)
    lines = message("erlang.line") if found.lines == 1 else message("erlang.lines", count=_written(found.lines))
    return message(
        "erlang.assumed",
        arrivals=_written(queue.arrivals_per_hour),
        handling=handling,
        patience=patience,
        lines=lines,
        places=_places(queue.places),
    )


def _written(number: float) -> Term:
    """A number as it was asked for."""
    return Term("setting", f"{number:g}")


def _places(places: int | None) -> Message:
    if places is None:
        return message("erlang.any_places")
    return message("erlang.place") if places == 1 else message("erlang.places", count=places)


def _tiles(found: Erlang) -> Iterator[Tile]:
    if found.aim is not None:
        yield Tile(message("erlang.tile_lines"), found.aim.lines, _target(found.aim.target))
    for name in ("occupancy", "asa", "service_level_of_offered"):
        value, unit = found.measures[name]
        beside = message(f"erlang.row_{name}_text", within=Term("duration", found.within))
        yield Tile(message(f"erlang.row_{name}"), Term("theory", (_finite(value), unit)), beside)


def _table(found: Erlang) -> Table:
    columns = (
        Column("measure", "text", message("workbook.measure")),
        Column("value", "theory", message("fit.value")),
        Column("definition", "text", message("workbook.definition")),
    )
    rows = []
    for name, (value, unit) in found.measures.items():
        definition = message(f"erlang.row_{name}_text", within=Term("duration", found.within))
        cell = (_finite(value), unit)
        rows.append((Named(name, message(f"erlang.row_{name}")), cell, Named(f"{name}_text", definition)))
    return Table("measures", message("erlang.measures"), columns, tuple(rows))


def _needed_table(aim: Aim) -> Table:
    columns = (
        Column("target", "text", message("plancolumn.target")),
        Column("service_level", "text", message("erlang.service_level")),
        Column("lines", "count", message("erlang.tile_lines")),
        Column("interpolated", "number", message("erlang.exactly")),
    )
    level = Named(aim.target.of, message(f"erlang.level_{aim.target.of.replace(' ', '_')}"))
    row = (Named(aim.target.text, _target(aim.target)), level, aim.lines, aim.exactly)
    return Table("needed", message("erlang.tile_lines"), columns, (row,))


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
