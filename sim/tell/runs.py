"""What became of a scenario's callers, in tables and plain words for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language
from sim.language.shown import plain, seconds
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.summary import SERVICE_LEVELS, Row
from sim.studies.outside_hours import left_out
from sim.studies.summaries import Of, measures_of, promise, service_level
from sim.studies.unknowns import unknowns_of

if TYPE_CHECKING:  # what a table is of takes long to load, and other tables need none of it
    from sim.beside import Beside
    from sim.results.result import Result

#: Columns of what happened to contacts, in order, and those that few scenarios know.
_CALLS = (
    "offered", "answered", "called_back", "abandoned", "blocked", "balked", "sent_away", "closed", "forwarded", "loss",
)  # fmt: skip
_RARE = ("called_back", "balked", "sent_away", "forwarded")


class _Output(Console):
    """Standard output, which leaves it to the command line what becomes of a reader who has seen enough."""

    def on_broken_pipe(self) -> None:
        """Pass on the error that is being handled."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output; wide enough for the tables where it is not a terminal."""
    found = _Output(highlight=False)
    return found if found.is_terminal else _Output(highlight=False, width=120)


def table_of(title: str, *columns: RenderableType, left: int = 1, caption: str | None = None) -> Table:
    """A plain table whose first ``left`` columns hold text and the others numbers."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption=caption,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for number, column in enumerate(columns):
        table.add_column(
            column, justify="left" if number < left else "right", overflow="fold", no_wrap=number < left == 1
        )
    return table


def printed(part: Table | str, out: Console) -> None:
    """Print a sentence, or a table that has anything in it."""
    if not isinstance(part, Table) or part.row_count:
        out.print(part)


def tell_result(result: Result, out: Console, say: Language = ENGLISH) -> None:
    """The answer first, then queues, persons and lines."""
    scenario, rows = result.scenario, result.summary()
    of = measures_of(rows)
    out.print(f"\n[bold]{escape(scenario.titled(say.code))}[/bold]")
    period = say.period(scenario.period.first, scenario.period.last)
    ends = {"replications": say.number(result.replications), "last": say.number(result.replications - 1)}
    key = "run.rests_on" if result.replications > 1 else "run.rests_on_one"
    out.print(say(key, period=period, seed=result.seed, **ends))
    people = ("callers", "first_offered", "reached", "never_reached", "never_reached_share", "only_closed")
    out.print(say("run.people", **{measure: plain(of(measure), say) for measure in people}))
    for verdict in verdicts(scenario, of, say):
        out.print(escape(verdict))
    for sentence in left_out([scenario]):
        out.print(in_language(sentence, say), markup=False)
    for part in (
        _calls(scenario, of, say),
        _waits(scenario, of, say),
        *_priorities(result, say),
        *_theory(result.theory, say),
        _people(rows, of, say),
        _lines(scenario, of, say),
    ):
        printed(part, out)
    if ranges := len(unknowns_of(scenario)):
        out.print(say("run.ranges" if ranges > 1 else "run.one_range", ranges=ranges), markup=False)


def verdicts(scenario: Scenario, of: Of, say: Language) -> Iterator[str]:
    """One sentence for each target: met or missed where the whole interval says so."""
    targets = scenario.targets
    level = SERVICE_LEVELS[targets.service_level]
    for name, target in targets.channels.items():
        found = of(level, "channel", name)
        if isfinite(found.value):
            verdict = _verdict(found.low >= 100 * target.answered, found.high < 100 * target.answered)
            asked = {"share": say.percent(target.answered), "promise": in_language(promise(target), say)}
            shown = plain(found, say)
            what = "at_once" if target.within == 0 else "answered"
            yield say(f"target.{verdict}") + " " + say(f"target.{what}", name=say.name(name), found=shown, **asked)
    if targets.never_reached is not None:
        found = of("never_reached_share")
        verdict = _verdict(found.high <= 100 * targets.never_reached, found.low > 100 * targets.never_reached)
        share = say.percent(targets.never_reached)
        yield say(f"target.{verdict}") + " " + say("target.never_reached", share=share, found=plain(found, say))


def _verdict(met: bool, missed: bool) -> str:
    return "met" if met else "missed" if missed else "undecided"


def _calls(scenario: Scenario, of: Of, say: Language) -> Table:
    measures = (*_CALLS, SERVICE_LEVELS[scenario.targets.service_level])
    queues = [queue.name for queue in scenario.model.centre.queues]
    # Columns of what this scenario does not know are left out.
    seen = {m for m in measures for queue in queues if of(m, "queue", queue).value > 0}
    shown = [m for m in measures if m in seen or m not in _RARE]
    caption = say("calls.offered") + " " + in_language(service_level(scenario), say)
    columns = [say(f"measure.{m}") if m in _CALLS else say("calls.level") for m in shown]
    table = table_of(say("calls.title"), say("column.queue"), *columns, caption=caption)
    for queue in queues:
        table.add_row(say.name(queue), *(plain(of(m, "queue", queue), say) for m in shown))
    return table


def _waits(scenario: Scenario, of: Of, say: Language) -> Table:
    measures = ("asa", "wait_p90_answered", "wait_p95_answered", "mean_wait_abandoned", "longest_wait")
    columns = (say("column.queue"), *(say(f"waits.{m}") for m in measures), say("waits.longest_queue"))
    table = table_of(say("waits.title"), *columns, caption=say("waits.caption"))
    for queue in (queue.name for queue in scenario.model.centre.queues):
        waits = (seconds(of(m, "queue", queue), say) for m in measures)
        table.add_row(say.name(queue), *waits, plain(of("longest_queue", "queue", queue), say))
    return table


def _priorities(result: Result, say: Language) -> Iterator[Table]:
    """Waits by priority, of a scenario that has priorities and a run that kept contacts."""
    from sim.studies.by_priority import waits_by_priority

    kept, found = waits_by_priority(result)
    heads = (say("column.who"), say("measure.answered"), say("waits.asa"), say("measure.abandoned"))
    caption = say("waits.by_priority_caption", kept=say.number(kept))
    table = table_of(say("waits.by_priority"), *heads, say("waits.mean_wait_abandoned"), caption=caption)
    for one in found:
        given = one.selector.model_dump(exclude_none=True).values() if one.selector else ()
        who = ", ".join(map(say.name, given)) or say("waits.others")
        waits = seconds(one.asa_s, say), seconds(one.mean_wait_abandoned_s, say)
        table.add_row(escape(who), plain(one.answered, say), waits[0], plain(one.abandoned, say), waits[1])
    if found:
        yield table


def _theory(rows: list[Beside], say: Language) -> Iterator[Table | str]:
    """Theory beside simulation of the queues that a formula fits, and why none fits the others."""
    got = {(row.queue, row.measure): row for row in rows}
    fits = list({row.queue: row for row in rows if not row.why_not}.values())
    letters = lettered(fits)
    key = ", ".join(f"[bold]{letter}[/bold] {say.known('theory', text)}" for text, letter in letters.items())
    caption = say("beside.caption", key=key) if key else None
    shown = {"loss": plain, "asa": seconds, "occupancy": plain}
    columns = [column for name in shown for column in (say(f"beside.{name}"), say("beside.theory"))]
    names = (say("column.queue"), *columns, say("beside.model"), say("beside.breaks"))
    table = table_of(say("beside.title"), *names, caption=caption)
    for row in fits:
        cells: list[str] = []
        for measure, show in shown.items():
            found = got.get((row.queue, measure))
            cells += [show(found.simulated, say), show(Estimate(*(found.theory,) * 3), say)] if found else ["-", "-"]
        broken = "".join(letters[text] for text in row.breaks)
        table.add_row(say.name(row.queue), *cells, say.known("theory", row.short), broken or say("beside.exact"))
    if fits:
        yield table
    for reason, queues in unfit(rows).items():
        yield say("beside.none", queues=", ".join(map(say.name, queues)), reason=say.known("theory", reason))


def lettered(fits: list[Beside]) -> dict[str, str]:
    """A letter for each assumption that these queues break."""
    texts = dict.fromkeys(text for row in fits for text in row.breaks)
    return {text: letter for letter, text in zip("abcdefghijklmnop", texts, strict=False)}


def unfit(rows: list[Beside]) -> dict[str, list[str]]:
    """Queues that no formula fits, by the reason."""
    reasons = dict.fromkeys(row.why_not for row in rows if row.why_not)
    return {why: list(dict.fromkeys(row.queue for row in rows if row.why_not == why)) for why in reasons}


def _people(rows: list[Row], of: Of, say: Language) -> Table:
    measures = ("callers", "attempts_each", "reached", "never_reached", "never_reached_share", "only_closed")
    columns = (say("column.who"), *(say(f"people.{m}") for m in measures))
    table = table_of(say("people.title"), *columns)
    for kind in ("province", "channel", "cause", "topic", "age"):
        names = list(dict.fromkeys(row.name for row in rows if row.kind == kind))
        if len(names) < 2:
            continue
        for name in names:
            table.add_row(f"{say(f'kind.{kind}')} {say.name(name)}", *(plain(of(m, kind, name), say) for m in measures))
        table.add_section()
    return table


def _lines(scenario: Scenario, of: Of, say: Language) -> Table:
    measures = ("staffed", "busy", "overtime", "occupancy", "all_lines_busy")
    columns = (say("column.lines_of"), say("column.at_most"), *(say(f"busy.{m}") for m in measures))
    table = table_of(say("busy.title"), *columns)
    for group in scenario.model.centre.groups:
        shown = (plain(of(m, "lines", group.name), say) for m in measures)
        table.add_row(say.name(group.name), str(len(group.shifts)), *shown)
    return table
