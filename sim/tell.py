"""Tables in plain words for the terminal: what a scenario means, and what became of its callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.table import Table

from sim.beside import Beside
from sim.clock import HOUR
from sim.demand import rates_of
from sim.estimates import NOTHING, Estimate
from sim.quantities import WEEKDAYS, format_duration
from sim.results import Result
from sim.scenario.build import channel_of, queues_of
from sim.scenario.marks import causes_of
from sim.scenario.model import Scenario, Target
from sim.scenario.types import Stated
from sim.summary import DEFINITIONS, SERVICE_LEVELS, Row


def console() -> Console:
    """Standard output; wide enough for the tables where it is not a terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=120)


# What a scenario means


def tell_scenario(scenario: Scenario, out: Console) -> None:
    """Everything one wants to know before anything runs."""
    days, rates = scenario.days, rates_of(scenario)
    inside, outside = rates.expected(while_open=True), rates.expected(while_open=False)
    out.print(f"[bold]{scenario.title or scenario.name}[/bold]")
    out.print(f"{scenario.period.first} to {scenario.period.last}: {days.days} days, {days.working_days} working days")
    total = inside.sum()
    out.print(
        f"Expected while open: {total:,.1f} first contacts in the period"
        + (f", {total / days.working_days:,.1f} per working day" if days.working_days else "")
    )
    if len(rates.causes) > 1 and inside[0].sum():
        rise = inside[1:].sum() / inside[0].sum()
        out.print(f"of which the campaigns bring {inside[1:].sum():,.1f} (+{rise:.1%} on {inside[0].sum():,.1f})")
    if outside.sum():
        out.print(f"Expected while closed: {outside.sum():,.1f} first contacts that nobody can answer")
    out.print(_channels(scenario, inside, outside))
    out.print(_groups(scenario))
    out.print(_queues(scenario, inside))
    out.print(_days(scenario, rates.by_day(while_open=True)))
    out.print(_assumptions(scenario))


def table_of(title: str, *columns: str, left: int = 1, caption: str | None = None) -> Table:
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


def _channels(scenario: Scenario, inside: Any, outside: Any) -> Table:
    table = table_of("Channels", "channel", "open", "lines work", "expected", "share", "while closed", left=3)
    for number, (name, channel) in enumerate(scenario.channels.items()):
        count = inside[:, number].sum()
        table.add_row(
            name,
            channel.hours.text,
            (channel.staffed or channel.hours).text,
            f"{count:,.1f}",
            f"{count / inside.sum():.1%}" if inside.sum() else "-",
            f"{outside[:, number].sum():,.1f}",
        )
    return table


def _queues(scenario: Scenario, inside: Any) -> Table:
    """Load of each queue if everyone were served, redials left out: they depend on what happens."""
    title = "Queues: load of their own lines if every first contact were served (redials come on top)"
    table = table_of(title, "queue", "line hours", "expected", "per working day", "offered load", "utilisation")
    names, centre = queues_of(scenario), scenario.centre
    for number, queue in enumerate(centre.queues):
        channel = channel_of(queue.name, names)
        c = list(names).index(channel)
        provinces = [p for p in range(len(scenario.provinces)) if centre.queue_of[c][p] == number]
        expected = inside[:, c, provinces].sum()
        handling = scenario.handling[channel]
        mean = handling.conversation.law().mean + (handling.wrap_up.law().mean if handling.wrap_up else 0.0)
        own = [centre.groups[r.group] for r in queue.routes if centre.groups[r.group].serves[:1] == (number,)]
        staffed = sum(line_time(group.levels(), centre.end) * group.at_once for group in own)
        on_duty = max((line_time([(t, min(n, 1)) for t, n in g.levels()], centre.end) for g in own), default=0)
        used = expected * mean / staffed if staffed else float("inf")
        table.add_row(
            queue.name,
            f"{staffed / HOUR:,.0f}" if own else "shared",
            f"{expected:,.1f}",
            f"{expected / max(scenario.days.working_days, 1):,.2f}",
            f"{expected * mean / on_duty:.2f} erlang" if on_duty else f"{expected * mean / HOUR:.0f} h of work",
            (f"{used:.0%}" + (" (too much)" if used > 1 else "")) if own else "-",
        )
    return table


def line_time(levels: Any, end: int) -> int:
    """Integral of (instant, lines) up to ``end``, in line ms."""
    at = [min(t, end) for t, _ in levels] + [end]
    return sum(n * (later - start) for (_, n), start, later in zip(levels, at, at[1:], strict=False))


def _some(names: list[str], after: int, channel: str) -> str:
    """Queues that are served after the same wait, the first by its name and many others by their number."""
    told = ", ".join(names) if len(names) < 4 else f"{names[0]} and {len(names) - 1} other {channel} queues"
    if after and len(names) > 3:
        told = f"{len(names)} other {channel} queues"
    return told + (f" after {format_duration(after)}" if after else "")


def _groups(scenario: Scenario) -> Table:
    """Whom each group of lines serves, in which order and after which wait."""
    centre = scenario.centre
    table = table_of("Lines", "lines of", "at most", "hours", "chats at once", "serve (own first)", left=1)
    table.columns[-1].justify = "left"
    for number, group in enumerate(centre.groups):
        helped: dict[tuple[int, int], list[str]] = {}
        for queue in group.serves:
            after = next(route.after for route in centre.queues[queue].routes if route.group == number)
            helped.setdefault((after, centre.queues[queue].channel), []).append(centre.queues[queue].name)
        served = [_some(names, after, centre.channels[channel].name) for (after, channel), names in helped.items()]
        table.add_row(
            group.name,
            str(len(group.shifts)),
            f"{line_time(group.levels(), centre.end) / HOUR:,.0f}",
            " / ".join([str(group.at_once), *(f"{speed} %" for speed in group.speeds if group.at_once > 1)]),
            ", ".join(served) + (" (longest wait first)" if group.longest_wait else ""),
        )
    return table


def _days(scenario: Scenario, by_day: Any) -> Table:
    calendar = scenario.days
    causes = causes_of(scenario)
    channels = list(scenario.channels)
    table = table_of("Expected first contacts while open, by day", "day", *channels, *causes[1:], "in all")
    for day in range(calendar.days):
        counts = by_day[..., day]
        if not counts.sum():
            continue
        table.add_row(
            f"{WEEKDAYS[calendar.weekday(day)]} {calendar.date(day)}" + ("" if calendar.working[day] else " (closed)"),
            *(f"{counts[:, c].sum():.1f}" for c in range(len(channels))),
            *(f"{counts[k].sum():.1f}" for k in range(1, len(causes))),
            f"{counts.sum():.1f}",
        )
    return table


@dataclass(frozen=True)
class Assumption:
    """A value whose origin is stated."""

    path: str
    value: str
    status: str
    range: str
    source: str


def assumptions(scenario: Scenario) -> Iterator[Assumption]:
    """Every value of a scenario that says where it comes from, in the order of the file."""
    written = scenario.model_dump(mode="json", exclude_none=True)

    def walk(value: object, dumped: Any, path: str) -> Iterator[Assumption]:
        if isinstance(value, Stated) and value.status:
            low, high = (_short(dumped.get(end)) for end in ("low", "high"))
            span = f"{low} to {high}" if low and high else ""
            yield Assumption(path, _short(dumped["value"]), value.status, span, value.source or "")
        elif isinstance(value, BaseModel):
            for name in type(value).model_fields:
                below = dumped.get(name) if isinstance(dumped, dict) else None
                yield from walk(getattr(value, name), below, f"{path}.{name}" if path else name)
        elif isinstance(value, dict):
            for name, item in value.items():
                yield from walk(item, dumped[name], f"{path}.{name}")
        elif isinstance(value, tuple) and isinstance(dumped, list):
            for number, item in enumerate(value):
                yield from walk(item, dumped[number], f"{path}.{number}")

    return walk(scenario, written, "")


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "" if value is None else str(value)


def _assumptions(scenario: Scenario) -> Table:
    table = table_of("Where the numbers come from", "value of", "is", "status", "may be", "source", left=5)
    for found in assumptions(scenario):
        table.add_row(found.path, found.value, found.status, found.range, found.source)
    return table


# What became of the callers


def tell_result(result: Result, out: Console) -> None:
    """The answer first, then queues, persons and lines."""
    scenario, rows = result.scenario, result.summary()
    got = {(row.kind, row.name, row.measure): Estimate(row.estimate, row.low, row.high) for row in rows}

    def of(measure: str, kind: str = "all", name: str = "all") -> Estimate:
        return got.get((kind, name, measure), NOTHING)

    out.print(f"\n[bold]{scenario.title or scenario.name}[/bold]")
    out.print(
        f"{scenario.period.first} to {scenario.period.last}, {result.replications:,} replications; "
        "± is half a 95 % interval of the mean"
    )
    out.print(
        f"Per period {plain(of('callers'))} people called, {plain(of('first_offered'))} of them first while open. "
        f"{plain(of('reached'))} were reached; {plain(of('never_reached'))} "
        f"([bold]{plain(of('never_reached_share'))} %[/bold]) never, "
        f"{plain(of('only_closed'))} of these because they only ever called outside opening hours."
    )
    for verdict in _verdicts(scenario, of):
        out.print(verdict)
    out.print(_calls(scenario, of))
    out.print(_waits(scenario, of))
    for part in _theory(result.theory):
        out.print(part)
    out.print(_people(scenario, rows, of))
    out.print(_lines(scenario, of))


def _verdicts(scenario: Scenario, of: Any) -> Iterator[str]:
    """One sentence for each target: met or missed where the whole interval says so."""
    targets = scenario.targets
    level = SERVICE_LEVELS[targets.service_level]
    for name, target in targets.channels.items():
        found = of(level, "channel", name)
        if isfinite(found.value):
            verdict = _verdict(found.low >= 100 * target.answered, found.high < 100 * target.answered)
            promise = f"{name}, {target.answered:.0%} answered within {_promise(target)}"
            yield f"Target {verdict}: {promise}; it is {plain(found)} %."
    if targets.never_reached is not None:
        found = of("never_reached_share")
        verdict = _verdict(found.high <= 100 * targets.never_reached, found.low > 100 * targets.never_reached)
        yield f"Target {verdict}: at most {targets.never_reached:.0%} never reached; it is {plain(found)} %."


def _verdict(met: bool, missed: bool) -> str:
    return "met" if met else "missed" if missed else "undecided (more replications would tell)"


def _calls(scenario: Scenario, of: Any) -> Table:
    level = SERVICE_LEVELS[scenario.targets.service_level]
    caption = f"offered: while open, redials included. Service level: {DEFINITIONS[level].text}; AWT: " + "; ".join(
        _awt(name, scenario) for name in scenario.channels
    )
    columns = {
        "offered": "offered",
        "answered": "answered",
        "called back": "called_back",
        "gave up": "abandoned",
        "busy": "blocked",
        "left at once": "balked",
        "closed": "closed",
        "passed on": "forwarded",
        "lost %": "loss",
        "service level %": level,
    }
    queues = [queue.name for queue in scenario.centre.queues]
    # Columns of what this scenario does not know are left out.
    seen = {m for m in columns.values() for queue in queues if of(m, "queue", queue).value > 0}
    columns = {name: m for name, m in columns.items() if m in seen or m not in ("called_back", "balked", "forwarded")}
    table = table_of("What happened to contacts, per period", "queue", *columns, caption=caption)
    for queue in queues:
        table.add_row(queue, *(plain(of(m, "queue", queue)) for m in columns.values()))
    return table


def _awt(channel: str, scenario: Scenario) -> str:
    target = scenario.targets.channels.get(channel)
    return f"{channel} {_promise(target) if target else 'at once'}"


def _promise(target: Target) -> str:
    if target.within_working_days is not None:
        return f"{target.within_working_days} working days"
    return format_duration(target.within or 0)


def _waits(scenario: Scenario, of: Any) -> Table:
    table = table_of(
        "How long people waited",
        *("queue", "answered: mean", "90 % within", "95 % within", "gave up: mean", "longest", "most waiting"),
        caption="waits of the answered include those answered at once; longest: in a period, mean over periods",
    )
    answered, gave_up = ("asa", "wait_p90_answered", "wait_p95_answered"), ("mean_wait_abandoned",)
    measures = (*answered, *gave_up, "longest_wait")
    for queue in (queue.name for queue in scenario.centre.queues):
        table.add_row(
            queue,
            *(_seconds(of(m, "queue", queue)) for m in measures),
            plain(of("longest_queue", "queue", queue)),
        )
    return table


def _theory(rows: list[Beside]) -> Iterator[Table | str]:
    """Theory beside simulation of the queues that a formula fits, and why none fits the others."""
    got = {(row.queue, row.measure): row for row in rows}
    fits = list({row.queue: row for row in rows if not row.why_not}.values())
    letters = {text: letter for letter, text in zip("abcdefghijklmnop", _texts(fits), strict=False)}
    key = ", ".join(f"[bold]{letter}[/bold] {text}" for text, letter in letters.items())
    caption = f"breaks of theory: {key}; more measures in theory.csv" if key else None
    shown = {"lost %": "loss", "answered: mean": "asa", "occupancy %": "occupancy"}
    columns = [column for name in shown for column in (name, "theory")]
    table = table_of("Theory beside simulation", "queue", *columns, "model", "breaks", caption=caption)
    for row in fits:
        cells: list[str] = []
        for measure in shown.values():
            found = got.get((row.queue, measure))
            show = _seconds if measure == "asa" else plain
            cells += [show(found.simulated), show(Estimate(*(found.theory,) * 3))] if found else ["-", "-"]
        table.add_row(row.queue, *cells, row.short, "".join(letters[text] for text in row.breaks) or "exact")
    if fits:
        yield table
    for reason in dict.fromkeys(row.why_not for row in rows if row.why_not):
        queues = dict.fromkeys(row.queue for row in rows if row.why_not == reason)
        yield f"No theory for {', '.join(queues)}: {reason}."


def _texts(rows: list[Beside]) -> dict[str, None]:
    return dict.fromkeys(text for row in rows for text in row.breaks)


def _people(scenario: Scenario, rows: list[Row], of: Any) -> Table:
    del scenario
    title = "What happened to people, per period"
    table = table_of(title, "who", "called", "calls each", "reached", "never reached", "never %", "only when closed")
    for kind in ("province", "channel", "cause", "topic", "age"):
        names = list(dict.fromkeys(row.name for row in rows if row.kind == kind))
        if len(names) < 2:
            continue
        for name in names:
            measures = ("callers", "attempts_each", "reached", "never_reached", "never_reached_share", "only_closed")
            table.add_row(f"{kind} {name}", *(plain(of(m, kind, name)) for m in measures))
        table.add_section()
    return table


def _lines(scenario: Scenario, of: Any) -> Table:
    title = "How busy the lines were, per period"
    table = table_of(title, "lines of", "at most", "on duty h", "busy h", "overtime h", "occupancy %", "all busy %")
    for group in scenario.centre.groups:
        name, measures = group.name, ("staffed", "busy", "overtime", "occupancy", "all_lines_busy")
        table.add_row(name, str(len(group.shifts)), *(plain(of(m, "lines", name)) for m in measures))
    return table


def plain(found: Estimate) -> str:
    """Value and half interval with the digits that the interval supports; a bound for what never happened."""
    if not isfinite(found.value):
        return "-"
    if found.value == 0:
        # Never seen: the bound says how rare it may still be.
        return f"<{found.high:.2g}" if 0 < found.high < inf else "0"
    if not isfinite(found.half):
        return f"{found.value:,.1f} ±?"
    digits = 1 if found.half >= 0.05 or found.half == 0 else 2 if found.half >= 0.005 else 3
    return f"{found.value:,.{digits}f}" + (f" ±{found.half:,.{digits}f}" if found.half else "")


def _seconds(found: Estimate) -> str:
    if not isfinite(found.value):
        return "-"
    for size, unit in ((1, "s"), (60, "min"), (3600, "h")):
        if found.value < 120 * size or unit == "h":
            break
    scaled = Estimate(found.value / size, found.low / size, found.high / size)
    return f"{plain(scaled)} {unit}"
