"""What a comparison of plans answers, as data."""

from __future__ import annotations

from collections.abc import Iterator

from sim.answers.answer import (
    Answer,
    Bar,
    Bars,
    Column,
    Mark,
    Message,
    Named,
    Part,
    Row,
    Rows,
    Section,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.phrases import more_or_fewer, played_on
from sim.results.result import Result
from sim.scenario.types import Words
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS
from sim.studies import matters_words
from sim.studies.changes import changed
from sim.studies.compared import Compared, Difference
from sim.studies.outside_hours import left_out
from sim.studies.paired import difference_of
from sim.studies.summaries import busiest_channel, service_level

#: Measures of which more or fewer is better.
_GOOD = {"abandoned": -1, "blocked": -1, "closed": -1, "balked": -1, "sent_away": -1, "answered": 1,
         "called_back": 1, "reached": 1, "never_reached": -1, "loss": -1, "asa": -1}  # fmt: skip
_COUNTED = (
    "never_reached", "reached", "abandoned", "blocked", "balked", "sent_away", "closed", "answered", "called_back",
    "staffed",
)  # fmt: skip
_RARE = ("balked", "sent_away", "called_back", "blocked")
#: What charts show.
_DRAWN = ("never_reached", "abandoned")


def answer_of(found: Compared) -> Answer:
    """All of it."""
    played = [played_on("compare.worlds", found.worlds)]
    if found.matters is not None and found.matters.found:
        played.append(played_on("sweep.matter_on", found.matters.where))
    level = SERVICE_LEVELS[_base(found).scenario.targets.service_level]
    return Answer(
        study="compare",
        scenario=_base(found).scenario,
        heading=message("compare.compared"),
        question={
            "plans": {plan: result.store.manifest()["hash"] for plan, result in found.results.items()},
            "assumptions": found.matters.where.number if found.matters else 0,
        },
        sentences=tuple(_sentences(found)),
        played=tuple(played),
        measures=tuple(dict.fromkeys([*_COUNTED, "loss", "asa", level, "occupancy"])),
        tiles=tuple(_tiles(found)),
        sections=tuple(_sections(found)),
        tables=tuple(table for table in _tables(found) if table.rows),
    )


def _base(found: Compared) -> Result:
    return found.results[found.base]


def name_of(found: Compared, plan: str) -> Value:
    """A plan as readers know it: by the short title of its own file, or as it was named for this comparison."""
    titles = {name: _title(found, name) for name in found.results}
    codes = {code for words in titles.values() for code in words.by}
    alike = any(len({words.told(code) for words in titles.values()}) < len(titles) for code in (*codes, "en"))
    words = titles[plan]
    if alike or words == plan:
        return plan
    return Named(plan, Term("titles", tuple(words.by.items()) or (("en", str(words)),)))


def _title(found: Compared, plan: str) -> Words:
    scenario = found.results[plan].scenario
    return (Words.parse(scenario.short_title) or Words(plan)) if scenario.name == plan else Words(plan)


# ---- Sentences and tiles -----------------------------------------------------------------------------------------


def _sentences(found: Compared) -> Iterator[Message]:
    """What reaches most people, what does so without more line hours, and what the other plans do."""
    yield from _of_plans(found)
    yield from left_out([result.scenario for result in found.results.values()])
    if found.matters is not None:
        yield from matters_words.sentences(found.matters, _plans(found))


def _plans(found: Compared) -> matters_words.Plans:
    """What readers call the plans of the assumptions."""
    assert found.matters is not None
    first, second = found.matters.first, found.matters.second
    return name_of(found, found.base), name_of(found, first), name_of(found, second) if second else ""


def _of_plans(found: Compared) -> Iterator[Message]:
    order = sorted(found.plans, key=lambda plan: found.difference(plan, "never_reached").difference.value)
    best = order[0]
    if not found.difference(best, "never_reached").difference.high < 0:
        base = Term("rough", found.difference(best, "never_reached").base)
        one = len(order) == 1
        yield (
            message("answer.none_better_one", plan=name_of(found, best), base=base)
            if one
            else message("answer.none_better", base=base)
        )
        yield from _others(found, [] if one else order)
        return
    told = [best]
    yield _best(found, best)
    if equals := [plan for plan in order[1:] if not _clearly_behind(found, plan, best)]:
        yield message("answer.equals", plans=_with_sizes(found, equals))
        told += equals
    free = next((plan for plan in order if not found.difference(plan, "staffed").difference.high > 0), None)
    if free not in (best, None) and found.difference(str(free), "never_reached").difference.high < 0:
        yield _best_for_free(found, str(free))
        told.append(str(free))
    yield from _others(found, [plan for plan in order if plan not in told])


def _clearly_behind(found: Compared, plan: str, best: str) -> bool:
    """Whether a plan leaves clearly more people unreached than the best one, on the same worlds."""
    values = (found.results[name].values()[: found.replications] for name in (best, plan))
    return difference_of(DEFINITIONS["never_reached"], *values, level=found.level).low > 0


def _best(found: Compared, plan: str) -> Message:
    never, gave_up = found.difference(plan, "never_reached"), found.difference(plan, "abandoned")
    hours = found.difference(plan, "staffed").difference
    cost = message("answer.same_hours")
    if hours.low > 0:
        cost = message("answer.more_hours", hours=Term("rough", hours))
    key = "answer.best" if len(found.plans) > 1 else "answer.only"
    said: dict[str, Value] = {"never": _size(never), "abandoned": _change(gave_up), "cost": cost}
    return message(key, plan=name_of(found, plan), base=Term("rough", never.base), **said)


def _best_for_free(found: Compared, plan: str) -> Message:
    never, gave_up = found.difference(plan, "never_reached"), found.difference(plan, "abandoned")
    return message("answer.free", plan=name_of(found, plan), never=_size(never), abandoned=_change(gave_up))


def _others(found: Compared, plans: list[str]) -> Iterator[Message]:
    """What the plans that are not named yet do to people never reached."""
    differences = {plan: found.difference(plan, "never_reached").difference for plan in plans}
    kinds = {
        "others": [plan for plan, d in differences.items() if d.high < 0],
        "worse": [plan for plan, d in differences.items() if d.low > 0],
        "unclear": [plan for plan, d in differences.items() if d.low <= 0 <= d.high],
    }
    for kind, some in kinds.items():
        if some:
            yield message(f"answer.{kind}", plans=_with_sizes(found, some))


def _with_sizes(found: Compared, plans: list[str]) -> Term:
    each = (
        message("answer.other", plan=name_of(found, plan), never=_size(found.difference(plan, "never_reached")))
        for plan in plans
    )
    return Term("and", tuple(each))


def _size(found: Difference) -> Term:
    return Term("rough", found.difference.size)


def _change(found: Difference) -> Message:
    d = found.difference
    if d.low <= 0 <= d.high:
        return message("answer.no_change")
    return message("answer.more" if d.value > 0 else "answer.fewer", size=_size(found))


def _tiles(found: Compared) -> Iterator[Tile]:
    """What the plan that reaches most people changes."""
    best = min(found.plans, key=lambda plan: found.difference(plan, "never_reached").difference.value)
    if len(found.plans) > 1:
        yield Tile(message("compare.reaches_most"), name_of(found, best))
    for measure in ("never_reached", "abandoned", "staffed"):
        d = found.difference(best, measure)
        beside = message("compare.tile", value=d.value, base=d.base)
        yield Tile(message(f"measure.{measure}"), Term("change", d.difference), beside)


# ---- Sections ----------------------------------------------------------------------------------------------------


def _sections(found: Compared) -> Iterator[Section]:
    """The differences first, then what they rest on, what each plan comes to, and what the plans are."""
    shown = {table.name for table in _tables(found) if table.rows}

    def tables(*names: str) -> tuple[Show, ...]:
        return tuple(Show(name) for name in names if name in shown)

    lead = message("report.difference_lead", base=name_of(found, found.base), replications=found.replications)
    parts: tuple[Part, ...] = (lead, *(_differences_chart(found, measure) for measure in _DRAWN))
    parts += (*_changes_of_plans(found), *tables("differences", "waits", "provinces"))
    yield Section("difference", message("report.difference"), parts)
    if found.matters is not None:
        parts = (matters_words.chart_of(found.matters, _plans(found)),) if found.matters.found else ()
        mattering = matters_words.sentences(found.matters, _plans(found))
        yield Section("matters", message("report.matters"), (*mattering, *parts, *tables("assumptions")))
    yield Section("levels", message("report.levels"), (_hundred(found), *tables("levels", "fates")))
    lead = message("report.plans_lead", base=name_of(found, found.base))
    yield Section("plans", message("report.plans"), (lead, *tables("changes", "runs")))


def _changes_of_plans(found: Compared) -> Iterator[Message]:
    """Each plan with what it changes for people, calls and waits."""
    channel = busiest_channel(_base(found))
    for plan in found.plans:
        said: list[Value] = [more_or_fewer(found.difference(plan, what).difference, what) for what in _DRAWN]
        if (wait := _of_channel(found, plan, "asa", channel)) is not None:
            difference = Term("change", wait.difference)
            said.append(message("report.plan_wait", channel=Term("name", channel), difference=difference))
        yield message("compare.of_plan", plan=name_of(found, plan), changes=Term("semicolons", tuple(said)))


def _of_channel(found: Compared, plan: str, measure: str, channel: str) -> Difference | None:
    """A difference in a channel; None where either plan has nothing to form the measure from."""
    mine = (d for d in found.differences if (d.plan, d.measure, d.kind, d.name) == (plan, measure, "channel", channel))
    return next(mine, None)


def _differences_chart(found: Compared, measure: str) -> Rows:
    """Difference of each plan to the base with its interval, on one axis."""
    rows = []
    for plan in found.plans:
        d = found.difference(plan, measure).difference
        form, tone = ("circle", "better") if d.high < 0 else ("square", "worse" if d.low > 0 else "unclear")
        rows.append(Row(name_of(found, plan), (Mark(d, form, tone),), Term("change", d)))
    title = message("figure.difference", what=message(f"counted.{measure}"))
    return Rows(title, title, tuple(rows), _all_plans("report.difference_caption", found), signed=True)


def _all_plans(key: str, found: Compared, **values: Value) -> Message:
    """A text about intervals, which hold for all plans together where there are several."""
    plans = len(found.plans)
    return message(key, plans=plans, **values) if plans > 1 else message(f"{key}_one", **values)


def _hundred(found: Compared) -> Bars:
    """Of 100 people who call: reached, never reached, only called when closed; a bar for each plan."""
    bars = []
    columns = ("callers", "reached", "never_reached", "only_closed", "pending")
    for plan, result in found.results.items():
        callers, reached, never, closed, pending = result.values(columns=columns).mean(axis=0).tolist()
        if callers:
            counts = {"reached": reached, "never_open": never - closed, "never_closed": closed, "pending": pending}
            parts = tuple((tone, _exactly(100 * count / callers)) for tone, count in counts.items())
            bars.append(Bar(name_of(found, plan), parts))
    legend = {tone: message(f"report.hundred_{tone}") for tone in ("reached", "never_open", "never_closed", "pending")}
    caption = message("report.hundred_caption")
    return Bars(message("report.hundred"), "", tuple(bars), caption, legend, across=True)


def _exactly(value: float) -> Estimate:
    return Estimate(value, value, value)


# ---- Tables ------------------------------------------------------------------------------------------------------


def _tables(found: Compared) -> Iterator[Table]:
    yield _differences(found)
    yield _waits(found)
    yield _provinces(found)
    yield _levels(found)
    yield _fates(found)
    if found.matters is not None:
        yield matters_words.table_of(found.matters, _plans(found))
    yield _changes(found)
    yield _runs(found)
    yield _everything(found)


_PLAN = Column("plan", "text", message("column.plan"))


def _happens(found: Compared, measure: str) -> bool:
    """Whether it happens under any plan."""
    every = [found.difference(plan, measure) for plan in found.plans]
    return any(one.base.value or one.value.value for one in every)


def _differences(found: Compared) -> Table:
    """Differences to the base in people, contacts and line hours."""
    measures = [m for m in _COUNTED if m not in _RARE or _happens(found, m)]
    columns = [Column(m, "change", message(f"compare.{m}"), good=_GOOD.get(m, 0)) for m in measures]
    rows = [(name_of(found, plan), *(found.difference(plan, m).difference for m in measures)) for plan in found.plans]
    base = name_of(found, found.base)
    note = _all_plans("report.paired", found, base=base)
    title, short = message("compare.differences", base=base), message("workbook.differences")
    return Table("differences", title, (_PLAN, *columns), tuple(rows), note, short=short)


def _waits(found: Compared) -> Table:
    """Differences to the base in lost calls, waits and service level of the busiest channel."""
    channel, scenario = busiest_channel(_base(found)), _base(found).scenario
    level = SERVICE_LEVELS[scenario.targets.service_level]
    columns = (
        _PLAN,
        Column("loss", "change", message("report.plan_loss"), good=-1),
        Column("asa", "change in s", message("report.plan_asa"), good=-1),
        Column(level, "change", message("report.plan_level"), good=1),
    )
    rows = []
    for plan in found.plans:
        ds = [_of_channel(found, plan, measure, channel) for measure in ("loss", "asa", level)]
        rows.append((name_of(found, plan), *(d.difference if d else None for d in ds)))
    title = message("report.waits_of", channel=Term("name", channel))
    return Table("waits", title, columns, tuple(rows), service_level(scenario), short=message("waits.sheet"))


def _provinces(found: Compared) -> Table:
    """People never reached, by province: where each plan helps."""
    known = {(d.plan, d.name): d for d in found.differences if d.kind == "province" and d.measure == "never_reached"}
    provinces = [p for p in _base(found).scenario.provinces if all((plan, p) in known for plan in found.plans)]
    columns = (
        Column("province", "name", message("kind.province")),
        Column("base", "estimate", message("report.as_is", base=name_of(found, found.base))),
        *(Column(plan, "change", _head(name_of(found, plan)), good=-1) for plan in found.plans),
    )
    rows: list[tuple[Value, ...]] = [
        (province, known[found.plans[0], province].base, *(known[plan, province].difference for plan in found.plans))
        for province in (provinces if len(provinces) > 1 else ())
    ]
    title, short = message("report.never_by_province"), message("kind.province")
    note = _all_plans("report.paired", found, base=name_of(found, found.base))
    return Table("provinces", title, columns, tuple(rows), note, short=short)


def _head(name: Value) -> Message:
    return message("compare.plan_head", plan=name)


def _levels(found: Compared) -> Table:
    """What each plan comes to, the base first."""
    channel, scenario = busiest_channel(_base(found)), _base(found).scenario
    level = SERVICE_LEVELS[scenario.targets.service_level]
    of_all = ("never_reached", "never_reached_share", "abandoned", "occupancy")
    of_channel = {"loss": "channel_loss", "asa": "channel_asa", level: "channel_service"}
    columns = (
        _PLAN,
        *(Column(m, "estimate", message(f"measure.{m}")) for m in of_all),
        *(
            Column(f"{m}@{channel}", "estimate", message(f"compare.{head}", channel=Term("name", channel)))
            for m, head in of_channel.items()
        ),
    )
    rows = []
    for plan in found.results:
        values = [_value(found, plan, measure, ("all", "all")) for measure in of_all]
        values += [_value(found, plan, measure, ("channel", channel)) for measure in of_channel]
        rows.append((name_of(found, plan), *values))
    title, short = message("compare.levels"), message("report.levels")
    return Table("levels", title, columns, tuple(rows), service_level(scenario), short=short)


def _value(found: Compared, plan: str, measure: str, scope: tuple[str, str]) -> Estimate:
    """A measure of one plan; NOTHING where there is nothing to form it from."""
    mine = (
        d
        for d in found.differences
        if (d.measure, d.kind, d.name) == (measure, *scope) and plan in (found.base, d.plan)
    )
    d = next(mine, None)
    return NOTHING if d is None else d.base if plan == found.base else d.value


def _fates(found: Compared) -> Table:
    """Of 100 callers, who changes fate; no rows where no contacts were kept."""
    kept = all(result.store.kept("contacts", found.replications) for result in found.results.values())
    fates = {plan: found.fates(plan) for plan in found.plans} if kept else {}
    heads = ("newly_reached", "no_longer_reached", "reached_both", "never_both")
    columns = (_PLAN, *(Column(head, "estimate", message(f"column.{head}")) for head in heads))
    rows = [
        (name_of(found, plan), *((fate.gained, fate.lost, fate.both, fate.neither) if fate else (None,) * 4))
        for plan, fate in fates.items()
    ]
    worlds = max((fate.replications for fate in fates.values() if fate), default=0)
    note = message("compare.other_callers_note") if not all(fates.values()) else None
    title, short = message("compare.fates", worlds=worlds), message("compare.fates_sheet")
    return Table("fates", title, columns, tuple(rows if worlds else ()), note, short=short)


def _changes(found: Compared) -> Table:
    """What each plan writes differently."""
    base = _base(found).scenario
    columns = (
        _PLAN,
        Column("value_of", "path", message("column.value_of")),
        Column("in_base", "setting", _head(name_of(found, found.base))),
        Column("in_plan", "setting", message("report.in_plan")),
    )
    rows = [
        (name_of(found, plan), path, before or None, after or None)
        for plan in found.plans
        for path, before, after in changed(base, found.results[plan].scenario)
    ]
    return Table("changes", message("report.changes"), columns, tuple(rows), short=message("report.plans"))


def _runs(found: Compared) -> Table:
    """The results of each plan."""
    columns = (
        _PLAN,
        Column("results", "text", message("head.results")),
        Column("hash", "text", message("made.hash")),
    )
    rows = [
        (name_of(found, plan), str(result.folder), str(result.store.manifest()["hash"]))
        for plan, result in found.results.items()
    ]
    return Table("runs", message("compare.runs"), columns, tuple(rows), short=message("compare.runs"), filed=True)


def _everything(found: Compared) -> Table:
    """Every measure of every channel, province and in all, for every plan."""
    columns = (
        _PLAN,
        Column("kind", "kind", message("workbook.scope")),
        Column("name", "name", message("column.who")),
        Column("measure", "measure", message("workbook.measure")),
        Column("difference", "change", message("workbook.difference")),
        Column("value", "estimate", message("workbook.in_plan")),
        Column("base", "estimate", message("workbook.in_base", base=name_of(found, found.base))),
        Column("unit", "unit", message("workbook.unit")),
    )
    rows = [
        (name_of(found, d.plan), d.kind, d.name, d.measure, d.difference, d.value, d.base, d.unit)
        for d in found.differences
    ]
    title = message("workbook.all_differences")
    return Table("comparison", title, columns, tuple(rows), short=title, filed=True)
