"""Questions that take longer than a look, as pieces of work, and their answers as they are shown."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from sim.app.controls import ANYWHERE, Plans, Refused, Value
from sim.app.controls_all import parts_of
from sim.app.controls_lines import with_elsewhere
from sim.app.limits import REPORT_WORLDS
from sim.app.link import Asked
from sim.app.words import about, cell, duration, ends, hours_of, proper
from sim.app.work import Task
from sim.language import Language
from sim.language.shown import and_list, in_words
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.next_line import NextLine, Saved, next_line
from sim.studies.one_at_a_time import OneAtATime, one_at_a_time
from sim.studies.plan import plan
from sim.studies.planned import Planned

_NEXT_WORLDS, _PLAN_WORLDS, _CONFIRM_WORLDS, _MATTER_WORLDS = 200, 60, 200, 60
_MEASURE = "never_reached_share"
#: Targets by name: as a plan reads them, with the channel and the percentage, and the percentages that are allowed.
TARGETS = {
    "never_reached": ("never reached while open {percent} %", 1, 90),
    "abandonment": ("{channel} abandonment {percent} %", 1, 90),
    "service": ("{channel} {percent} % in 60 s", 5, 95),
}
#: Labels of controls of lines for any province.
SHARED = ("app.lines_shared", "app.lines_shared_of")
ALLOW = ("none", "overflow", "pooling")
WHERE = ("together", "every")
_SHOWN = 8
#: Columns of a table that go beside each other in the window of a phone.
_ABREAST = 4


@dataclass(frozen=True)
class Wish:
    """A target as it was chosen; Refused where it is none."""

    measure: str
    percent: int
    allow: str
    where: str = WHERE[0]

    @classmethod
    def of(cls, measure: object, percent: object, allow: object, where: object = WHERE[0]) -> Wish:
        """From what a form sends."""
        if measure not in TARGETS or allow not in ALLOW or where not in WHERE:
            raise Refused("app.refused_option", key="target", value=str(measure)[:40], allowed=", ".join(TARGETS))
        _, least, most = TARGETS[str(measure)]
        text = str(percent)[:20]
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise Refused("app.refused_number", key="target", value=text, least=least, most=most)
        return cls(str(measure), int(text), str(allow), str(where))

    def text(self, channel: str) -> str:
        """As a plan reads it."""
        return TARGETS[self.measure][0].format(channel=channel, percent=self.percent)


def ask_next(plans: Plans, task: Task) -> NextLine:
    """One more line at every place, on top of the lines that were set."""
    return next_line(
        plans.plan, parts=[], replications=_NEXT_WORLDS, assumptions=False, progress=task.tell, stop=task.stop
    )


def ask_plan(plans: Plans, wish: Wish, channel: str, task: Task) -> Planned:
    """The cheapest lines for a target, for the callers and hours that were set."""
    allow = () if wish.allow == "none" else (wish.allow,)
    return plan(
        with_elsewhere(plans.plan),
        targets=[wish.text(channel)],
        everywhere=wish.where == "every",
        allow=allow,
        replications=_PLAN_WORLDS,
        confirm=_CONFIRM_WORLDS,
        say=task.say,
        stop=task.stop,
    )


def ask_matters(plans: Plans, task: Task) -> OneAtATime:
    """Each assumption to both ends of its range."""
    return one_at_a_time(plans.plan, [_MEASURE], _MATTER_WORLDS, progress=task.tell, stop=task.stop)


def ask_report(plans: Plans, say: Language, task: Task) -> dict[str, bytes]:
    """The report and the workbook, by their names."""
    from sim.report.write import write_report
    from sim.studies.compare import Comparison
    from sim.studies.run import run

    named = {say("app.column_today"): plans.today, **({say("app.column_plan"): plans.plan} if plans.differ else {})}
    task.say(say("app.report_working", worlds=say.number(REPORT_WORLDS)))

    def tell(before: int) -> Callable[[int, int], None]:
        return lambda done, wanted: task.tell(before * wanted + done, len(named) * wanted)

    with tempfile.TemporaryDirectory(prefix="sim-app-") as scratch:
        out = Path(scratch)
        results = {
            # In threads of this program: nothing to be left behind.
            name: run(scenario, replications=REPORT_WORLDS, out=out, progress=tell(number_))
            for number_, (name, scenario) in enumerate(named.items())
        }
        folder = Comparison(results).write(out) if plans.differ else next(iter(results.values())).folder
        written = write_report(folder, say=say, excel=True)
        return {path.name: path.read_bytes() for path in written if path.suffix in (".html", ".xlsx")}


def link_to(asked: Asked, plan: Scenario, say: Language) -> str:
    """The link that sets this page's controls as they are in ``plan``."""
    today = {control.key: control for part in asked.entry.parts for control in part.controls}
    values: dict[str, Value] = dict(asked.values)
    for part in parts_of(plan):
        for control in part.controls if not part.of_callers else ():
            known = today.get(control.key)
            if known is None or control.today == known.today:
                values.pop(control.key, None)
            else:
                values[control.key] = control.today
    return asked.at(values).link(say.code)


def _shared(asked: Asked, channel: str) -> str:
    """The line group whose control adds a line for any province on a channel; '' where there is none."""
    controls = (control for part in asked.entry.parts for control in part.controls)
    found = (c.key.removeprefix("lines.") for c in controls if c.label in SHARED and c.name == channel)
    return next(found, "")


def _link_to_one_more(group: str, asked: Asked, say: Language) -> str:
    """The link that adds a line to a group; '' where no control does."""
    key = f"lines.{group}"
    control = next((c for part in asked.entry.parts for c in part.controls if c.key == key), None)
    if control is None or (more := int(asked.values.get(key, control.today)) + 1) > control.most:
        return ""
    return asked.at({**asked.values, key: more}).link(say.code)


def told_next(found: NextLine, asked: Asked, say: Language) -> str:
    """Places by what a line there saves, the best first, in a sentence and a table."""

    def name(saved: Saved) -> str:
        is_shared = saved.place.group.startswith(ANYWHERE)
        return say("app.anywhere") if is_shared else proper(saved.place.group, say)

    best, sure = found.first, found.confirmed_saving
    words = say(
        "app.next_best",
        group=name(best),
        size=about(sure.size, say),
        interval=ends(sure.size, say),
        best=say.percent(best.best),
        worlds=say.number(found.confirmed.replications),
    )
    if not sure.high < 0:
        words = say("app.next_none", worlds=say.number(found.confirmed.replications))
    heads = [say(f"app.next_{head}") for head in ("group", "never_reached", "abandoned", "wait", "hours")]
    rows = []
    for saved in found.all_day:
        group = saved.place.group
        if group not in found.scenario.lines:
            group = _shared(asked, saved.place.channel)
            if group in found.scenario.lines:
                continue  # there are shared lines already: one more of these is a place of its own
        wait, unit = duration(saved.asa_s, say)
        link = escape(_link_to_one_more(group, asked, say))
        rows.append(
            [
                escape(name(saved)),
                cell(saved.never_reached, say, signed=True),
                cell(saved.abandoned, say, signed=True),
                cell(wait, say, unit=f" {unit}", signed=True),
                f"+{hours_of(saved.line_hours, say)}",
                f'<a href="{link}">{escape(say("app.next_try"))}</a>' if link else "",
            ]
        )
    return f"<p><strong>{escape(words)}</strong></p>" + table(say("app.next_caption"), [*heads, ""], rows)


def told_plan(found: Planned, asked: Asked, say: Language) -> str:
    """The lines of the plan beside those that are, whether it meets its target on other callers, and a link to it."""
    chosen = found.chosen
    words = [say("app.plan_found" if found.meets else "app.plan_not_found")]
    if (structure := chosen.way.structure.name) and f"app.plan_way_{structure}" in say.words:
        words.append(say(f"app.plan_way_{structure}"))
    for target, value in zip(chosen.way.targets, chosen.found, strict=True):
        doubt = "_doubt" if value.low < target.limit < value.high else ""
        key = f"app.{'met' if target.met(value) else 'missed'}{doubt}"
        words.append(
            say(
                key,
                found=about(value, say, fine=True),
                interval=ends(value, say, fine=True),
                limit=say.number(target.limit),
                worlds=say.number(chosen.trial.replications),
            )
        )
    for _, missed in chosen.behind():
        found_in = ((proper(one.name.rpartition("/")[2], say), about(value, say, fine=True)) for one, value in missed)
        named = [f"{name} {value} %" for name, value in found_in]
        words.append(say("app.plan_behind", named=and_list(named, say)))
    rows = []
    for group, (staff, levels) in chosen.way.staffing(chosen.choice).items():
        lines = " / ".join(say.number(level) for level in levels) or "–"
        rows.append([escape(proper(group, say)), say.number(_most(asked.entry.scenario, group)), lines])
        del staff
    heads = [say("app.plan_group"), say("app.column_today"), say("app.plan_lines")]
    link = link_to(asked, found.plan, say)
    return (
        f"<p><strong>{escape(' '.join(words))}</strong></p>"
        + table(say("app.plan_caption"), heads, rows)
        + f'<p><a href="{escape(link)}">{escape(say("app.plan_try"))}</a></p>'
    )


def _most(scenario: Scenario, group: str) -> int:
    return scenario.model.most_lines(group) if group in scenario.lines else 0


def told_matters(found: OneAtATime, plans: Plans, say: Language) -> str:
    """The assumptions that move the share of people never reached furthest."""
    now = found.stated[found.outcomes[0].text]
    outcome, rows = found.outcomes[0].text, []
    for unknown in found.widest(outcome)[:_SHOWN]:
        by_end = {"low" if move.is_low else "high": move for move in found.of(unknown)}
        cells = []
        for end in ("low", "high"):
            move = by_end.get(end)
            if move is None:
                cells.append("–")
                continue
            change = move.differences[outcome]
            there = Estimate(*(now.value + end for end in (change.value, change.low, change.high)))
            value = about(there, say, fine=True)
            written = escape(say.value(_short(move.end))[:60])
            cells.append(f"<b>{value}</b> <small>{written}</small>")
        rows.append([escape(path_words(unknown.paths, say)), *cells])
    heads = [say("app.assumed_of"), say("app.matters_low"), say("app.matters_high")]
    whose = say("app.your_lines") if plans.differ else say("app.todays_lines")
    caption = say("app.matters_caption", whose=whose, now=about(now, say, fine=True))
    return table(caption, heads, rows) + f'<p class="note">{escape(say("app.matters_more"))}</p>'


def path_words(paths: Sequence[str], say: Language) -> str:
    """What a value is and whose, in words; equal statements of several lines are one."""
    more = f" (+{len(paths) - 1})" if len(paths) > 1 else ""
    return in_words(paths[0], say) + more


def _short(value: object) -> str:
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, dict) else str(value)


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells are HTML already. In a narrow window, cells of many columns are stacked under their names."""
    names = [escape(text) for text in heads[1:]]
    stacked = " class=stacked" if len(heads) > _ABREAST else ""
    head = "".join(
        f'<th scope="col"{" class=num" if number_ else ""}>{escape(text)}</th>' if text else "<td></td>"
        for number_, text in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f'<td class="num" data-head="{name}">{one}</td>' for name, one in zip(names, row[1:], strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table{stacked}><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
