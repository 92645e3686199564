"""The tables of a run: people and contacts by channel and province, waits, lines, days, hours, theory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.answers.colours import OUTCOMES
from sim.answers.grids import Cell, Grid, grid, number, time
from sim.answers.kinds import in_language
from sim.language import Language
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS, Row
from sim.studies.summaries import Of, busiest_channel, measures_of, service_level
from sim.tell.runs import lettered, unfit

_PEOPLE = ("callers", "attempts_each", "reached", "never_reached", "never_reached_share", "only_closed")
_RARE = ("called_back", "balked", "sent_away", "forwarded", "blocked", "abandoned")
_TIMES = ("asa", "mean_wait_abandoned", "longest_wait", "wait_p50_answered", "wait_p90_answered", "wait_p95_answered")


def people_tables(result: Result, say: Language) -> Iterator[Grid]:
    """What happened to people, by province, channel, and whatever else the scenario tells apart."""
    rows = result.summary()
    of = measures_of(rows)
    for kind in ("province", "channel", "cause", "topic", "age"):
        names = list(dict.fromkeys(row.name for row in rows if row.kind == kind))
        if len(names) < 2:
            continue
        cells: list[list[Cell]] = [
            [say.name(name), *(number(of(m, kind, name), say) for m in _PEOPLE)] for name in names
        ]
        cells.append([say("report.in_all"), *(number(of(m), say) for m in _PEOPLE)])
        title = say("report.people_by", kind=say(f"kind.{kind}"))
        yield grid(
            title, (say(f"kind.{kind}"), *(say(f"people.{m}") for m in _PEOPLE)), cells, note=say("report.people_note")
        )


def contact_tables(result: Result, say: Language) -> Iterator[Grid]:
    """What happened to contacts, and how long they waited, by channel and by queue."""
    of = measures_of(result.summary())
    scenario = result.scenario
    level = SERVICE_LEVELS[scenario.targets.service_level]
    queues = [queue.name for queue in scenario.model.centre.queues]
    scopes = [("channel", name) for name in scenario.channels] + [
        ("queue", q) for q in queues if q not in scenario.channels
    ]
    counted = (
        "offered",
        "answered",
        "called_back",
        "abandoned",
        "blocked",
        "balked",
        "sent_away",
        "closed",
        "forwarded",
        "loss",
        level,
    )
    seen = [m for m in counted if m not in _RARE or any(of(m, *scope).value > 0 for scope in scopes)]
    cells: list[list[Cell]] = [
        [say.name(name), *(number(of(m, kind, name), say) for m in seen)] for kind, name in scopes
    ]
    note = say("calls.offered") + " " + in_language(service_level(scenario), say)
    yield grid(say("report.contacts"), (say("column.queue"), *(say(f"measure.{m}") for m in seen)), cells, note=note)
    yield _waits(scopes, of, say)


def _waits(scopes: Sequence[tuple[str, str]], of: Of, say: Language) -> Grid:
    measures = (
        "asa",
        "wait_p50_answered",
        "wait_p90_answered",
        "wait_p95_answered",
        "mean_wait_abandoned",
        "longest_wait",
    )
    cells: list[list[Cell]] = [
        [say.name(name), *(time(of(m, kind, name), say) for m in measures)] for kind, name in scopes
    ]
    heads = (say("column.queue"), *(say(f"report.{m}") for m in measures))
    return grid(say("waits.title"), heads, cells, note=say("waits.caption"))


def lines_table(result: Result, say: Language) -> Grid:
    """How busy the lines were."""
    of = measures_of(result.summary())
    measures = ("staffed", "busy", "overtime", "occupancy", "all_lines_busy")
    cells: list[list[Cell]] = [
        [say.name(g.name), str(len(g.shifts)), *(number(of(m, "lines", g.name), say) for m in measures)]
        for g in result.scenario.model.centre.groups
    ]
    heads = (say("column.lines_of"), say("column.at_most"), *(say(f"busy.{m}") for m in measures))
    return grid(say("busy.title"), heads, cells, note=say("report.occupancy", definition=say("definition.occupancy")))


def day_table(result: Result, say: Language) -> Grid:
    """Contacts and people by day."""
    names = [say.short_date(date) for date in result.scenario.model.dates]
    return _sliced(result, "day", names, say("report.table_by_day"), say("column.day"), say)


def hour_table(result: Result, say: Language) -> Grid:
    """Contacts and people by hour of the day."""
    names = [say("report.hour", hour=hour, next=hour + 1) for hour in range(24)]
    return _sliced(result, "hour", names, say("report.table_by_hour"), say("report.hour_head"), say)


def _sliced(result: Result, slice_: str, names: list[str], title: str, head: str, say: Language) -> Grid:
    level = SERVICE_LEVELS[result.scenario.targets.service_level]
    rows = result.summary((slice_,))
    got = {(r.kind, r.name, r.number, r.measure): Estimate(r.estimate, r.low, r.high) for r in rows}
    channel = busiest_channel(result)
    wanted = [("all", "all", m) for m in ("offered", *OUTCOMES, "never_reached")]
    wanted += [("channel", channel, m) for m in ("loss", "asa", level)]
    days = range(len(names))
    seen = [w for w in wanted if any(got[w[0], w[1], n, w[2]].value > 0 for n in days if (w[0], w[1], n, w[2]) in got)]
    cells: list[list[Cell]] = []
    for n, name in enumerate(names):
        found = [(m, got.get((kind, of, n, m))) for kind, of, m in seen]
        if any(estimate for _, estimate in found):
            cells.append([name, *(_cell(m, estimate or NOTHING, say) for m, estimate in found)])
    heads = [
        f"{say.name(of)}: {say(f'measure.{m}')}" if kind == "channel" else say(f"measure.{m}") for kind, of, m in seen
    ]
    note = say("report.sliced_note", channel=say.name(channel)) + " " + in_language(service_level(result.scenario), say)
    return grid(title, (head, *heads), cells, note=note)


def _cell(measure: str, found: Estimate, say: Language) -> Cell:
    return time(found, say) if measure in _TIMES else number(found, say)


def theory_table(result: Result, say: Language) -> tuple[Grid | None, list[str]]:
    """Theory beside simulation of the queues that a formula fits, and why none fits the others."""
    rows = result.theory
    got = {(row.queue, row.measure): row for row in rows}
    fits = list({row.queue: row for row in rows if not row.why_not}.values())
    letters = lettered(fits)
    measures = ("loss", "asa", "occupancy")
    heads = [say("column.queue")]
    for measure in measures:
        heads += [say(f"measure.{measure}"), say("beside.theory")]
    cells: list[list[Cell]] = []
    for row in fits:
        line: list[Cell] = [say.name(row.queue)]
        for measure in measures:
            found = got.get((row.queue, measure))
            exact = Estimate(*((found.theory if found else float("nan")),) * 3)
            line += [_cell(measure, found.simulated if found else NOTHING, say), _cell(measure, exact, say)]
        broken = "\N{NO-BREAK SPACE}".join(letters[text] for text in row.breaks) or say("beside.exact")
        cells.append([*line, say.known("theory", row.short), broken])
    key = "; ".join(f"{letter}: {say.known('theory', text)}" for text, letter in letters.items())
    note = say("report.theory_note", key=key) if key else say("report.theory_exact")
    table = grid(say("beside.title"), (*heads, say("beside.model"), say("beside.breaks")), cells, note=note)
    why = [
        say("beside.none", queues=", ".join(map(say.name, queues)), reason=say.known("theory", reason))
        for reason, queues in unfit(rows).items()
    ]
    return (table if fits else None), why


def definitions(scenario: Scenario, rows: list[Row], say: Language) -> list[tuple[str, str]]:
    """Name and definition of every measure of a run, in the order of their definition."""
    del scenario
    known = {row.measure for row in rows}
    return [(say(f"measure.{name}"), say(f"definition.{name}")) for name in DEFINITIONS if name in known]
