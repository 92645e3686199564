"""The tables and pictures of a comparison: what each plan changes, what it comes to, which callers change fate."""

from __future__ import annotations

from collections.abc import Iterator

from sim.answers.colours import BETTER, UNCLEAR, WORSE
from sim.answers.grids import Cell, Grid, Number, difference, grid, number, time
from sim.answers.svg import drawing, fill_of, hint, marks_between, tag, text, with_sign
from sim.language import Language
from sim.language.shown import more_or_fewer, signed
from sim.report.assumed import changed, named
from sim.report.flow import named as named_part
from sim.report.tables import busiest_channel
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import SERVICE_LEVELS
from sim.studies.compare import Comparison, Difference
from sim.tell.runs import service_level_of

#: Measures of which more or fewer is better.
_GOOD = {"abandoned": -1, "blocked": -1, "closed": -1, "balked": -1, "sent_away": -1, "answered": 1,
         "called_back": 1, "reached": 1, "never_reached": -1, "loss": -1, "asa": -1}  # fmt: skip
_COUNTED = (
    "never_reached",
    "reached",
    "abandoned",
    "blocked",
    "balked",
    "sent_away",
    "closed",
    "answered",
    "called_back",
    "staffed",
)
_RARE = ("balked", "sent_away", "called_back", "blocked")


def in_words(found: Comparison, say: Language) -> Comparison:
    """The same with its plans called as readers of the language call them."""
    results = {found.called(plan, say): result for plan, result in found.results.items()}
    if len(results) < len(found.results):  # two plans would be called alike
        return found
    of = found.matters
    return Comparison(results, of and of.named(*(found.called(plan, say) for plan in of.plans)))


def plan_sentences(found: Comparison, say: Language) -> list[tuple[str, str]]:
    """Each plan with what it changes for people, calls and waits, in words."""
    phone = busiest_channel(found.results[found.base])
    told = []
    for plan in found.plans:
        differences = {what: found.difference(plan, what).difference for what in ("never_reached", "abandoned")}
        words = [more_or_fewer(difference, what, say) for what, difference in differences.items()]
        if (wait := _of_channel(found, plan, "asa", phone)) is not None:
            changed_by = signed(wait.difference, say).replace("-", "\N{MINUS SIGN}")
            words.append(say("report.plan_wait", channel=say.name(phone), difference=changed_by))
        told.append((plan, "; ".join(words) + "."))
    return told


def _of_channel(found: Comparison, plan: str, measure: str, channel: str) -> Difference | None:
    """A difference in a channel; None where either plan has nothing to form the measure from."""
    mine = (d for d in found.differences if (d.plan, d.measure, d.kind, d.name) == (plan, measure, "channel", channel))
    return next(mine, None)


def _has(found: Comparison, measure: str) -> bool:
    """Whether it happens under any plan."""
    return any(
        found.difference(plan, measure).base.value or found.difference(plan, measure).value.value
        for plan in found.plans
    )


def difference_table(found: Comparison, say: Language) -> Grid:
    """Differences to the base in people, contacts and line hours."""
    measures = [m for m in _COUNTED if m not in _RARE or _has(found, m)]
    cells: list[list[Cell]] = [
        [plan, *(difference(found.difference(plan, m).difference, say, good=_GOOD.get(m, 0)) for m in measures)]
        for plan in found.plans
    ]
    heads = (say("column.plan"), *(say(f"compare.{m}") for m in measures))
    note = say("report.paired", plans=len(found.plans), base=found.base)
    return grid(say("compare.differences", base=found.base), heads, cells, note=note)


def wait_table(found: Comparison, say: Language) -> Grid:
    """Differences to the base in waits and the like of the busiest channel."""
    channel, scenario = busiest_channel(found.results[found.base]), found.results[found.base].scenario
    level = SERVICE_LEVELS[scenario.targets.service_level]
    cells: list[list[Cell]] = []
    for plan in found.plans:
        line: list[Cell] = [plan]
        for measure, good in (("loss", -1), ("asa", -1), (level, 1)):
            d = _of_channel(found, plan, measure, channel)
            show = time if measure == "asa" else number
            line += [show(d.value, say), difference(d.difference, say, good=good)] if d else [Number("–"), Number("–")]
        cells.append(line)
    heads = [say("column.plan")]
    for name in ("loss", "asa", "level"):
        heads += [say(f"report.plan_{name}"), say("report.change")]
    note = say("report.paired", plans=len(found.plans), base=found.base) + " " + service_level_of(scenario, say)
    return grid(say("report.waits_of", channel=say.name(channel)), heads, cells, note=note)


def province_table(found: Comparison, say: Language) -> Grid | None:
    """People never reached, by province: where each plan helps."""
    provinces = found.results[found.base].scenario.provinces
    if len(provinces) < 2:
        return None
    known = {(d.plan, d.name): d for d in found.differences if d.kind == "province" and d.measure == "never_reached"}
    first = [say("report.as_is", base=found.base)]
    base: list[Cell] = [
        *first,
        *(number(known[found.plans[0], p].base, say) for p in provinces if (found.plans[0], p) in known),
    ]
    cells: list[list[Cell]] = [base] if len(base) == len(provinces) + 1 else []
    cells += [
        [plan, *(difference(known[plan, p].difference, say, good=-1) for p in provinces)]
        for plan in found.plans
        if all((plan, province) in known for province in provinces)
    ]
    note = say("report.paired", plans=len(found.plans), base=found.base)
    return grid(say("report.never_by_province"), (say("column.plan"), *map(say.name, provinces)), cells, note=note)


def level_table(found: Comparison, say: Language) -> Grid:
    """What each plan comes to, the base first."""
    measures = ("never_reached", "never_reached_share", "abandoned", "occupancy")
    cells: list[list[Cell]] = []
    for plan in (found.base, *found.plans):
        values = [_value(found, plan, measure) for measure in measures]
        cells.append([plan, *(number(value, say) for value in values)])
    heads = (say("column.plan"), *(say(f"measure.{m}") for m in measures))
    return grid(
        say("compare.levels"), heads, cells, note=say("report.occupancy", definition=say("definition.occupancy"))
    )


def _value(found: Comparison, plan: str, measure: str) -> Estimate:
    """A measure of one plan; NOTHING where there is nothing to form it from."""
    mine = (d for d in found.differences if (d.measure, d.kind) == (measure, "all") and plan in (found.base, d.plan))
    d = next(mine, None)
    return NOTHING if d is None else d.base if plan == found.base else d.value


def fate_table(found: Comparison, say: Language) -> Grid | None:
    """Of 100 callers, who changes fate; None where no contacts were kept."""
    if not all(result.store.kept("contacts", found.replications) for result in found.results.values()):
        return None
    fates = {plan: found.fates(plan) for plan in found.plans}
    cells: list[list[Cell]] = [
        [plan, *(number(part, say) for part in (fate.gained, fate.lost, fate.both, fate.neither))]
        for plan, fate in fates.items()
        if fate
    ]
    if not cells:
        return None
    worlds = say.number(max(fate.replications for fate in fates.values() if fate))
    heads = ("plan", "newly_reached", "no_longer_reached", "reached_both", "never_both")
    return grid(say("compare.fates", worlds=worlds), [say(f"column.{head}") for head in heads], cells)


def changes_table(found: Comparison, say: Language) -> Grid:
    """What each plan writes differently."""
    base = found.results[found.base].scenario
    cells: list[list[Cell]] = [
        [plan, named(path, say), say.value(before) or "–", say.value(after) or "–"]
        for plan in found.plans
        for path, before, after in changed(base, found.results[plan].scenario)
    ]
    heads = (say("column.plan"), say("column.value_of"), found.base, say("report.in_plan"))
    return grid(say("report.changes"), heads, cells, widths=(18, 32, 25, 25))


_WIDTH, _LEFT, _ROW = 960.0, 200.0, 34.0


def draw_differences(found: Comparison, measure: str, say: Language) -> str:
    """Difference of each plan to the base with its interval, on one axis."""
    rows = [(plan, found.difference(plan, measure).difference) for plan in found.plans]
    ends = [end for _, d in rows for end in (d.low, d.value, d.high, 0.0) if abs(end) != float("inf")]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.12 or 1.0
    scale = (_WIDTH - _LEFT - 30) / (high - low + 2 * room)
    zero = _LEFT + (room - low) * scale
    floor = 10 + _ROW * len(rows)
    parts = []
    for mark, shown in marks_between(low, high, say):
        x = _LEFT + (mark - low + room) * scale
        parts.append(tag("line", x1=x, x2=x, y1=4, y2=floor, class_="grid"))
        parts.append(text(x, floor + 16, shown, class_="tick", text_anchor="middle"))
    parts.append(tag("line", x1=zero, x2=zero, y1=4, y2=floor, class_="axis"))
    for row, (plan, d) in enumerate(rows):
        parts += _interval(plan, d, 10 + _ROW * (row + 0.6), (low - room, high + room, scale), say)
    title = say("figure.difference", what=say(f"counted.{measure}"))
    return drawing(_WIDTH, floor + 26, *parts, title=title)


def _interval(plan: str, d: Estimate, y: float, frame: tuple[float, float, float], say: Language) -> Iterator[str]:
    start, stop, scale = frame
    x, x0, x1 = (_LEFT + (end - start) * scale for end in (d.value, max(d.low, start), min(d.high, stop)))
    colour = BETTER if d.high < 0 else WORSE if d.low > 0 else UNCLEAR
    said = hint(f"{plan}: {signed(d, say)}")
    yield text(_LEFT - 12, y + 4, plan if len(plan) < 32 else plan[:30] + "…", class_="label", text_anchor="end")
    yield tag("line", said, x1=x0, x2=max(x1, x0 + 1), y1=y, y2=y, stroke=colour, stroke_width=3)
    if d.high < 0:
        yield tag("circle", said, cx=x, cy=y, r=5, fill=colour)
    else:
        yield tag("rect", said, x=x - 4.5, y=y - 4.5, width=9, height=9, fill=colour)
    yield text(
        x,
        y - 9,
        with_sign(d.value, say) if abs(d.value) >= 10 else signed(d, say).split(" ")[0],
        class_="tick",
        text_anchor="middle",
    )


#: Parts of 100 callers: how they are counted, and their fill.
_PARTS = (("reached", "#0072B2"), ("never_open", "#D55E00"), ("never_closed", "closed"), ("pending", "#999999"))


def draw_hundred(found: Comparison, say: Language) -> str:
    """Of 100 people who call: reached, never reached, only called when closed; one bar for each plan."""
    parts, scale = [], (_WIDTH - _LEFT - 30) / 100
    for row, (plan, result) in enumerate(found.results.items()):
        y, x = 6 + row * _ROW, _LEFT
        columns = ("callers", "reached", "never_reached", "only_closed", "pending")
        callers, reached, never, only_closed, pending = result.values(columns=columns).mean(axis=0).tolist()
        if not callers:
            continue
        values = {
            "reached": reached, "never_open": never - only_closed, "never_closed": only_closed, "pending": pending
        }  # fmt: skip
        parts.append(
            text(_LEFT - 12, y + 17, plan if len(plan) < 32 else plan[:30] + "…", class_="label", text_anchor="end")
        )
        for name, fill in _PARTS:
            share = 100 * values[name] / callers
            colour = fill if fill.startswith("#") else fill_of(fill)
            said = hint(f"{plan}: {' '.join(named_part(name, say))} {say.number(share, 1)} %")
            parts.append(tag("rect", said, x=x, y=y, width=share * scale, height=_ROW - 10, fill=colour, class_="part"))
            if share > 6:
                dark = "inverse" if fill == "#0072B2" else "label"
                parts.append(text(x + share * scale / 2, y + 17, say.number(share), class_=dark, text_anchor="middle"))
            x += share * scale
    return drawing(_WIDTH, 10 + _ROW * len(found.results), *parts, title=say("report.hundred"))


def hundred_legend(say: Language) -> list[tuple[str, str]]:
    """Fill and name of the parts of 100 callers."""
    fills = [(name, fill if fill.startswith("#") else f"fill-{fill}") for name, fill in _PARTS[:3]]
    return [(fill, " ".join(named_part(name, say))) for name, fill in fills]
