"""What a run answers, as data: what became of a scenario's callers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan

import numpy as np

from sim.answers.answer import (
    Answer,
    Bar,
    Bars,
    Column,
    Message,
    Named,
    Part,
    Played,
    Section,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.colours import OUTCOMES
from sim.beside import Beside
from sim.results.result import Result
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.mixed import is_mixed
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS
from sim.statistics.summary import Row as SummaryRow
from sim.studies.busy_day import busiest_day
from sim.studies.by_priority import waits_by_priority
from sim.studies.flow import flow_chart, flow_of
from sim.studies.outside_hours import left_out
from sim.studies.summaries import Of, busiest_channel, measures_of, promise, service_level
from sim.studies.unknowns import unknowns_of

#: From so many replications on, it is said how far one period lies from another.
_ENOUGH = 100
_PEOPLE = ("callers", "attempts_each", "reached", "never_reached", "never_reached_share", "only_closed")
_CALLS = (
    "offered", "answered", "called_back", "abandoned", "blocked", "balked", "sent_away", "closed", "forwarded", "loss",
)  # fmt: skip
_RARE = ("called_back", "balked", "sent_away", "forwarded", "blocked", "abandoned")
_WAITS = (
    "asa", "wait_p50_answered", "wait_p90_answered", "wait_p95_answered", "mean_wait_abandoned", "longest_wait",
)  # fmt: skip
_LINES = ("staffed", "busy", "overtime", "occupancy", "all_lines_busy")
_THEORY = {"loss": "estimate", "asa": "seconds", "occupancy": "estimate"}
#: What of a manifest says how a run was made.
_MADE = ("scenario", "seed", "engine", "command", "results_version", "hash", "result_hash", "written")


def answer_of(result: Result, *, whole: bool = True) -> Answer:
    """All of it; where it is not ``whole``, what a terminal shows at first, which is found without reading much."""
    rows = result.summary()
    known = {row.measure for row in rows}
    manifest = result.store.manifest()
    versions = ", ".join(f"{name} {number}" for name, number in manifest.get("versions", {}).items())
    made = {name: str(manifest[name]) for name in _MADE if manifest.get(name) not in (None, "")}
    return Answer(
        study="run",
        scenario=result.scenario,
        heading=message("run.heading"),
        question={"hash": result.hash()},
        sentences=tuple(_sentences(result)),
        played=(Played("study.on", result.replications, 0, result.seed),),
        measures=tuple(name for name in DEFINITIONS if name in known),
        tiles=tuple(_tiles(result)),
        sections=tuple(_sections(result)) if whole else (),
        tables=tuple(table for table in _tables(result, whole=whole) if table.rows),
        command=str(manifest.get("command", "")),
        made=made | {"replications": str(result.replications), "versions": versions},
    )


# ---- Sentences and tiles -----------------------------------------------------------------------------------------


def _sentences(result: Result) -> Iterator[Message]:
    """Who called and was reached, why the others were not, how the busiest channel does, and what was promised."""
    of = measures_of(result.summary())
    yield _reached(result, of)
    yield _why(of)
    yield from _channel(result, of)
    yield from verdicts(result, of)
    yield from left_out([result.scenario])
    if result.replications >= _ENOUGH:
        ends = np.quantile(result.values(columns=("never_reached",))[:, 0], (0.05, 0.95), method="inverted_cdf")
        yield message("answer.luck", low=Term("count", int(ends[0])), high=Term("count", int(ends[1])))
    if ranges := len(unknowns_of(result.scenario)):
        yield message("run.ranges" if ranges > 1 else "run.one_range", ranges=ranges)


def _reached(result: Result, of: Of) -> Message:
    period, never = result.scenario.period, of("never_reached_share")
    during = Term("during", (period.first.isoformat(), period.last.isoformat()))
    share = Estimate(100 - never.value, 100 - never.high, 100 - never.low)
    shown: dict[str, Value] = {"callers": of("callers"), "reached": of("reached"), "share": share}
    rough = {name: Term("rough", found) for name, found in shown.items()}
    return message("answer.reached", during=during, **rough)


def _why(of: Of) -> Message:
    never, closed = of("never_reached"), of("only_closed")
    if not never.value > 0:
        return message("answer.everybody")
    if closed.value > 0:
        return message("answer.never_closed", never=Term("rough", never), closed=Term("rough", closed))
    return message("answer.never", never=Term("rough", never))


def _channel(result: Result, of: Of) -> Iterator[Message]:
    """The channel with most contacts: lost, waits, and the promise."""
    name = busiest_channel(result)
    loss, asa = Term("rough", of("loss", "channel", name)), Term("seconds", of("asa", "channel", name))
    yield message("answer.channel", channel=Term("name", name), loss=loss, asa=asa)


def verdicts(result: Result, of: Of) -> Iterator[Message]:
    """One sentence for each target: met or missed where the whole interval says so."""
    targets = result.scenario.targets
    level = SERVICE_LEVELS[targets.service_level]
    for name, target in targets.channels.items():
        found = of(level, "channel", name)
        if isfinite(found.value):
            verdict = _verdict(met=found.low >= 100 * target.answered, missed=found.high < 100 * target.answered)
            asked: dict[str, Value] = {"share": Term("share", target.answered), "promise": promise(target)}
            key = "target.at_once" if target.within == 0 else "target.answered"
            yield _judged(verdict, message(key, name=Term("name", name), found=found, **asked))
    if targets.never_reached is not None:
        found, limit = of("never_reached_share"), 100 * targets.never_reached
        verdict = _verdict(met=found.high <= limit, missed=found.low > limit)
        share = Term("share", targets.never_reached)
        yield _judged(verdict, message("target.never_reached", share=share, found=found))


def _verdict(*, met: bool, missed: bool) -> str:
    return "met" if met else "missed" if missed else "undecided"


def _judged(verdict: str, what: Message) -> Message:
    return message("target.judged", verdict=message(f"target.{verdict}"), what=what)


def _tiles(result: Result) -> Iterator[Tile]:
    of, name = measures_of(result.summary()), busiest_channel(result)
    for measure in ("callers", "reached", "never_reached"):
        beside = message("run.share", share=of("never_reached_share")) if measure == "never_reached" else None
        yield Tile(message(f"measure.{measure}"), Term("rough", of(measure)), beside)
    channel = Term("name", name)
    yield Tile(message("compare.channel_loss", channel=channel), Term("rough", of("loss", "channel", name)))
    yield Tile(message("run.wait", channel=channel), Term("seconds", of("asa", "channel", name)))


# ---- Sections ----------------------------------------------------------------------------------------------------


def _sections(result: Result) -> Iterator[Section]:
    """When people call, what becomes of them, who and when, one day, and theory."""
    shown = {table.name for table in _tables(result) if table.rows}

    def tables(*names: str) -> tuple[Show, ...]:
        return tuple(Show(name) for name in names if name in shown)

    yield Section("surge", message("report.surge"), (message("report.surge_lead"), by_day(result)))
    parts: tuple[Part, ...] = (message("report.callers_lead"), flow_chart(flow_of(result)))
    yield Section("callers", message("report.callers"), parts)
    people = sorted(name for name in shown if name.startswith("people-"))
    people = [f"people-{kind}" for kind in _KINDS if f"people-{kind}" in people]
    yield Section("who", message("report.who"), tables(*people, "queues", "waits", "priorities", "lines"))
    yield Section("when", message("report.when"), (by_hour(result), *tables("hours", "days")))
    if result.store.kept("contacts", result.replications):
        parts = (message("report.one_day_lead"), busiest_day(result))
    else:
        parts = (message("report.no_contacts"),)
    yield Section("day", message("report.one_day"), parts)
    parts = (message("report.theory_lead"), *tables("theory"), *(() if "theory" in shown else _without_theory(result)))
    yield Section("theory", message("report.theory"), parts)


def by_day(result: Result) -> Bars:
    """Contacts of each day by what happened to them; diamonds: people who first called then and are never reached."""
    found, bars = _estimates(result, "day"), []
    for day, date in enumerate(result.scenario.model.dates):
        iso = date.isoformat()
        label, below = Term("day name", iso), Term("day number", iso)
        mark = found.get((day, "never_reached"))
        bars.append(Bar(label, _parts(found, day), below, Term("short day", iso), mark))
    caption = message("report.by_day_caption", level=result.replications)
    return _stacked(result, bars, ("report.by_day", "figure.contacts_a_day"), caption, 340.0)


def by_hour(result: Result) -> Bars:
    """Contacts of each hour of the day in a period, by what happened to them."""
    found = _estimates(result, "hour")
    bars = [
        Bar(str(hour), _parts(found, hour), None, _hour(hour), found.get((hour, "never_reached"))) for hour in range(24)
    ]
    return _stacked(
        result, bars, ("report.by_hour", "figure.contacts_an_hour"), message("report.by_hour_caption"), 280.0
    )


def _stacked(result: Result, bars: Sequence[Bar], keys: tuple[str, str], caption: Message, tall: float) -> Bars:
    """Bars with the outcomes that ever happened in a run, in the order in which they are stacked."""
    happened = {row.measure for row in result.summary() if row.kind == "all" and row.estimate > 0}
    legend = {outcome: message(f"outcome.{outcome}") for outcome in OUTCOMES if outcome in happened}
    title, axis = map(message, keys)
    return Bars(title, axis, tuple(bars), caption, legend, message("report.diamond"), tall=tall)


def _estimates(result: Result, slice_: str) -> dict[tuple[int, str], Estimate]:
    rows = (row for row in result.summary((slice_,)) if row.kind == "all")
    return {(row.number, row.measure): Estimate(row.estimate, row.low, row.high) for row in rows}


def _parts(found: dict[tuple[int, str], Estimate], number: int) -> tuple[tuple[str, Estimate], ...]:
    parts = ((outcome, found.get((number, outcome))) for outcome in OUTCOMES)
    return tuple((outcome, part) for outcome, part in parts if part is not None and part.value > 0)


def _hour(hour: int) -> Named:
    return Named(str(hour), message("report.hour", hour=hour, next=hour + 1))


# ---- Tables ------------------------------------------------------------------------------------------------------

_KINDS = ("province", "channel", "cause", "topic", "age")


def _tables(result: Result, *, whole: bool = True) -> Iterator[Table]:
    """The first is what the terminal shows."""
    of = measures_of(result.summary())
    yield _queues(result, of)
    yield _waits(result, of)
    yield _priorities(result)
    yield from _people(result, of)
    yield _lines(result, of)
    yield _theory(result)
    if not whole:
        return
    yield _hours(result)
    yield _days(result)
    yield _summary(result)


def _scopes(result: Result) -> list[tuple[str, str]]:
    """Channels, and the queues that are no channel."""
    channels = result.scenario.channels
    queues = [queue.name for queue in result.scenario.model.centre.queues]
    return [("channel", name) for name in channels] + [("queue", name) for name in queues if name not in channels]


def _queues(result: Result, of: Of) -> Table:
    """What happened to contacts, by channel and by queue; columns of what this scenario does not know are left out."""
    scopes, level = _scopes(result), SERVICE_LEVELS[result.scenario.targets.service_level]
    seen = [m for m in (*_CALLS, level) if m not in _RARE or any(of(m, *scope).value > 0 for scope in scopes)]
    heads = [message(f"measure.{m}" if m in _CALLS else "calls.level") for m in seen]
    columns = [Column("queue", "name", message("column.queue"))]
    columns += [Column(m, "estimate", head) for m, head in zip(seen, heads, strict=True)]
    rows: tuple[tuple[Value, ...], ...] = tuple((name, *(of(m, kind, name) for m in seen)) for kind, name in scopes)
    note = message("run.note", first=message("calls.offered"), second=service_level(result.scenario))
    return Table("queues", message("report.contacts"), tuple(columns), rows, note, short=message("workbook.queues"))


def _waits(result: Result, of: Of) -> Table:
    columns = (
        Column("queue", "name", message("column.queue")),
        *(Column(m, "seconds", message(f"report.{m}")) for m in _WAITS),
        Column("longest_queue", "estimate", message("waits.longest_queue")),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (name, *(of(m, kind, name) for m in (*_WAITS, "longest_queue"))) for kind, name in _scopes(result)
    )
    title, note = message("waits.title"), message("waits.caption")
    return Table("waits", title, columns, rows, note, short=message("waits.sheet"))


def _priorities(result: Result) -> Table:
    """Waits by priority, of a scenario that has priorities and a run that kept contacts."""
    kept, found = waits_by_priority(result)
    columns = (
        Column("who", "text", message("column.who")),
        Column("answered", "estimate", message("measure.answered")),
        Column("asa", "seconds", message("waits.asa")),
        Column("abandoned", "estimate", message("measure.abandoned")),
        Column("mean_wait_abandoned", "seconds", message("waits.mean_wait_abandoned")),
    )
    rows = []
    for one in found:
        given = [str(value) for value in one.selector.model_dump(exclude_none=True).values()] if one.selector else []
        who = Named(" ".join(given) or "others", _names(given) if given else message("waits.others"))
        rows.append((who, one.answered, one.asa_s, one.abandoned, one.mean_wait_abandoned_s))
    title, note = message("waits.by_priority"), message("waits.by_priority_caption", kept=kept)
    return Table("priorities", title, columns, tuple(rows), note, short=title)


def _names(names: Sequence[str]) -> Term:
    return Term("commas", tuple(Term("name", name) for name in names))


def _people(result: Result, of: Of) -> Iterator[Table]:
    """What happened to people, by province, channel, and whatever else the scenario tells apart."""
    for kind in _KINDS:
        names = list(dict.fromkeys(row.name for row in result.summary() if row.kind == kind))
        if len(names) < 2:
            continue
        columns = (
            Column(kind, "name", message(f"kind.{kind}")),
            *(Column(m, "estimate", message(f"people.{m}")) for m in _PEOPLE),
        )
        rows: list[tuple[Value, ...]] = [(name, *(of(m, kind, name) for m in _PEOPLE)) for name in names]
        rows.append((Named("all", message("report.in_all")), *(of(m) for m in _PEOPLE)))
        title = message("report.people_by", kind=message(f"kind.{kind}"))
        note, short = message("report.people_note"), message("run.people_sheet", kind=message(f"kind.{kind}"))
        yield Table(f"people-{kind}", title, columns, tuple(rows), note, short=short)


def _lines(result: Result, of: Of) -> Table:
    columns = (
        Column("group", "name", message("column.lines_of")),
        Column("lines", "count", message("column.at_most")),
        *(Column(m, "estimate", message(f"busy.{m}")) for m in _LINES),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (group.name, len(group.shifts), *(of(m, "lines", group.name) for m in _LINES))
        for group in result.scenario.model.centre.groups
    )
    note = message("report.occupancy", definition=message("definition.occupancy"))
    return Table("lines", message("busy.title"), columns, rows, note, short=message("studypage.sheet_lines"))


def _theory(result: Result) -> Table:
    """Theory beside simulation of the queues that a formula fits."""
    got = {(row.queue, row.measure): row for row in result.theory}
    fits = list({row.queue: row for row in result.theory if not row.why_not}.values())
    columns = [Column("queue", "name", message("column.queue"))]
    for measure, kind in _THEORY.items():
        columns += [
            Column(measure, kind, message(f"measure.{measure}")),
            Column(f"{measure}_theory", kind, message("beside.theory")),
        ]
    columns += [
        Column("model", "premise", message("beside.model")),
        Column("breaks", "text", message("beside.breaks")),
    ]
    rows = []
    for row in fits:
        values = list[Value]()
        for measure in _THEORY:
            found = got.get((row.queue, measure))
            values += [found.simulated if found else NOTHING, _exactly(found)]
        breaks = tuple(Term("premise", text) for text in row.breaks)
        exact = Named("", message("beside.exact"))
        broken = Named("; ".join(row.breaks), Term("semicolons", breaks)) if breaks else exact
        rows.append((row.queue, *values, row.short, broken))
    title = message("beside.title")
    others = Term("spaced", tuple(_without_theory(result)))
    note = message("run.note", first=message("beside.more"), second=others)
    return Table("theory", title, tuple(columns), tuple(rows), note, short=title)


def _exactly(found: Beside | None) -> Estimate:
    value = found.theory if found else nan
    return Estimate(value, value, value)


def _without_theory(result: Result) -> Iterator[Message]:
    """Queues that no formula fits, by the reason."""
    reasons = dict.fromkeys(row.why_not for row in result.theory if row.why_not)
    for why in reasons:
        queues = list(dict.fromkeys(row.queue for row in result.theory if row.why_not == why))
        yield message("beside.none", queues=_names(queues), reason=Term("premise", why))


def _days(result: Result) -> Table:
    names: list[Value] = [date.isoformat() for date in result.scenario.model.dates]
    column = Column("day", "short day", message("column.day"))
    return _sliced(result, "day", column, names, message("report.table_by_day"))


def _hours(result: Result) -> Table:
    column = Column("hour", "text", message("report.hour_head"))
    return _sliced(result, "hour", column, [_hour(hour) for hour in range(24)], message("report.table_by_hour"))


def _sliced(result: Result, slice_: str, first: Column, names: Sequence[Value], title: Message) -> Table:
    """Contacts and people of all channels by day or hour, and how the busiest channel does then."""
    level, channel = SERVICE_LEVELS[result.scenario.targets.service_level], busiest_channel(result)
    rows = result.summary((slice_,))
    got = {(r.kind, r.name, r.number, r.measure): Estimate(r.estimate, r.low, r.high) for r in rows}
    wanted = [("all", "all", m) for m in ("offered", *OUTCOMES, "callers", "never_reached")]
    wanted += [("channel", channel, m) for m in ("loss", "asa", level)]
    numbers = range(len(names))
    seen = [(kind, of, m) for kind, of, m in wanted if any(_positive(got.get((kind, of, n, m))) for n in numbers)]
    columns = [first]
    for kind, of, m in seen:
        head = message(f"measure.{m}")
        if kind == "channel":
            head = message("run.of_channel", channel=Term("name", of), measure=head)
        columns.append(Column(m if kind == "all" else f"{m}@{of}", "seconds" if m == "asa" else "estimate", head))
    found = [(name, [got.get((kind, of, n, m)) for kind, of, m in seen]) for n, name in enumerate(names)]
    cells = tuple((name, *(one or NOTHING for one in some)) for name, some in found if any(some))
    lead = message("report.sliced_note", channel=Term("name", channel))
    note = message("run.note", first=lead, second=service_level(result.scenario))
    return Table(f"{slice_}s", title, tuple(columns), cells, note, most=366, short=message(f"workbook.{slice_}s"))


def _positive(found: Estimate | None) -> bool:
    return found is not None and found.value > 0


def _definition(result: Result, row: SummaryRow) -> Message:
    """The definition of a number, with the channels that are together in it where it is mixed."""
    definition = message(f"definition.{row.measure}")
    if not is_mixed(result.scenario, row.measure, row.kind):
        return definition
    channels = Term("and", tuple(Term("name", name) for name in result.scenario.channels))
    return message("report.together", definition=definition, channels=channels)


def _summary(result: Result) -> Table:
    """Every measure of every scope."""
    columns = (
        Column("kind", "kind", message("workbook.scope")),
        Column("name", "name", message("column.who")),
        Column("measure", "measure", message("workbook.measure")),
        Column("estimate", "estimate", message("workbook.estimate")),
        Column("unit", "unit", message("workbook.unit")),
        Column("definition", "text", message("workbook.definition")),
    )
    rows = tuple(
        (
            row.kind, row.name, row.measure, Estimate(row.estimate, row.low, row.high), row.unit,
            _definition(result, row),
        )
        for row in result.summary()
    )  # fmt: skip
    title = message("workbook.summary")
    return Table("summary", title, columns, rows, short=title, filed=True)
