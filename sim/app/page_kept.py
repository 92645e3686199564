"""The table of plans side by side, and in a sentence which of one's own reaches most."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from nicegui import ui

from sim.app.asks import table
from sim.app.controls import Control, Part, Values
from sim.app.kept import Beside
from sim.app.link import Asked
from sim.app.looks import PLAN, TODAY
from sim.app.parts import raw
from sim.app.words import about, busiest, cell, cost_words, duration, ends, hours_of, subject, trouble
from sim.language import Language
from sim.statistics.estimates import Estimate


class SideBySide:
    """The part of a window that shows them."""

    def __init__(self, say: Language, forget: Callable[[str], None]) -> None:
        self.say = say
        self.shown: ui.html = raw("").classes("result kept").props('id="kept"')
        self.shown.on(
            "click",
            lambda event: forget(str(getattr(event, "args", ""))[:1]),
            js_handler="(e) => { const one = e.target.closest('[data-forget]'); if (one) emit(one.dataset.forget) }",
        )

    def clear(self) -> None:
        """Show nothing."""
        self.shown.set_content("")

    def draw(self, found: Beside) -> None:
        """Show the plans, and which of them reaches most."""
        say, asked = self.say, found.asked
        heads = [say(f"app.kept_{head}") for head in ("plan", "never_reached", "change", "abandoned", "wait", "hours")]
        rows = [_row(asked, found, name, say) for name in found.trial.plans]
        rows += [_failed(letter, error, say) for letter, error in found.failed.items()]
        told = "".join(f"<p><strong>{escape(text)}</strong></p>" for text in [best_words(found, say)] if text)
        self.shown.set_content(told + table(say("app.kept_title"), [*heads, ""], rows))
        self.shown.classes(remove="stale")


def best_words(found: Beside, say: Language) -> str:
    """Which of one's own plans leaves fewest people unreached, how sure that is and what it costs; '' with one plan."""
    two = found.best_two()
    if two is None:
        return ""
    first, second, change = two
    names = {"best": plan_name(first, say), "other": plan_name(second, say)}
    if not change.high < 0:
        return say("app.kept_same", interval=ends(change, say), **names)
    cost = cost_words(found.trial.difference(first, "staffed", base=second), say)
    return say("app.kept_best", size=about(change.size, say), interval=ends(change.size, say), cost=cost, **names)


def plan_name(name: str, say: Language) -> str:
    """As sentences name it: plan A, or your plan."""
    return say("app.your_lines") if name == PLAN else say("app.kept_letter", letter=name)


def _row(asked: Asked, found: Beside, name: str, say: Language) -> list[str]:
    """Name, numbers with intervals, and what may be done with it; all of it HTML."""
    trial, channel = found.trial, busiest(found.look)

    def of(measure: str, kind: str = "all", scope: str = "all") -> Estimate:
        return trial.estimate(name, measure, kind=kind, name=scope)

    wait, unit = duration(of("asa", "channel", channel), say)
    change = "" if name == TODAY else cell(trial.difference(name, "never_reached"), say, signed=True)
    hours = of("staffed")
    return [
        _label(asked, name, say),
        cell(of("never_reached"), say),
        change,
        cell(of("abandoned"), say),
        cell(wait, say, unit=f" {unit}"),
        hours_of(hours.value, say),
        _offers(asked, name, say),
    ]


def _label(asked: Asked, name: str, say: Language) -> str:
    if name == TODAY:
        return escape(say("app.column_today"))
    values = asked.plan if name == PLAN else asked.kept[name]
    told = say("app.column_plan") if name == PLAN else name
    return f"<b>{escape(told)}</b>: {escape(words(asked.entry.parts, values, say))}"


def _offers(asked: Asked, name: str, say: Language) -> str:
    if name in (TODAY, PLAN):
        return ""
    link = escape(asked.at({**asked.callers, **asked.kept[name]}).link(say.code))
    label = escape(f"{plan_name(name, say)}: {say('app.kept_forget')}")
    return (
        f'<a href="{link}">{escape(say("app.kept_set"))}</a> <button type="button" class="small" '
        f'data-forget="{name}" aria-label="{label}">{escape(say("app.kept_forget"))}</button>'
    )


def _failed(letter: str, error: Exception, say: Language) -> list[str]:
    forget = escape(say("app.kept_forget"))
    button = f'<button type="button" class="small" data-forget="{letter}">{forget}</button>'
    return [f"<b>{letter}</b>", escape(trouble(error, say)), "", "", "", "", button]


def words(parts: tuple[Part, ...], values: Values, say: Language) -> str:
    """What was set of the lines, in words."""
    controls = [control for part in parts if not part.of_callers for control in part.controls]
    changed = [_said(control, {c.key: c.today for c in controls} | dict(values), say) for control in controls]
    wanted = [text for text, control in zip(changed, controls, strict=True) if control.key in values and text]
    return "; ".join(wanted) or say("app.column_today")


def _said(control: Control, values: Values, say: Language) -> str:
    """One control; '' for one that means nothing now, and for how long others wait, which goes with their helping."""
    value, name = str(values[control.key]), subject(control, say)
    if not control.counts(values):
        return ""
    if control.key.startswith("help.") and control.options:
        key = f"app.kept_help_{value.replace(' ', '_')}"
        return say(key, name=name, after=values[f"{control.key}.after"])
    if control.key.endswith(".after"):
        return ""
    unit = f" {say.known('unit', control.unit)}" if control.unit == "%" else ""
    return f"{say(control.label, name=name)}: {value}{unit}"
