"""Plans side by side: those that were kept while trying, each as it was answered, for the same callers."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from sim.app.asks import table
from sim.app.controls import Control, Part, Values
from sim.app.looks import TODAY, Look
from sim.app.parts import raw
from sim.app.words import Figure, about, ends, figures, html, number, proper
from sim.estimates import Estimate
from sim.language import Language

_MOST = 8


@dataclass(frozen=True)
class Kept:
    """One row: what was set, and its numbers."""

    words: str
    of_callers: tuple[object, ...]
    cells: tuple[str, ...]


class SideBySide:
    """The table of one window; it is emptied when the callers change, for whom its numbers were."""

    def __init__(self, say: Language, parts: tuple[Part, ...]) -> None:
        self.say, self.parts = say, parts
        self.rows: list[Kept] = []
        self.shown: ui.html = raw("").classes("result")

    def add(self, look: Look, values: Values) -> None:
        """Keep the answer that is shown."""
        callers = self._of_callers(values)
        self.rows = [row for row in self.rows if row.of_callers == callers]
        todays = Kept(self.say("app.column_today"), callers, _cells(look, TODAY, self.say))
        mine = Kept(words(self.parts, values, self.say), callers, _cells(look, look.last, self.say))
        plans = [row for row in self.rows if row.words not in (todays.words, mine.words)]
        self.rows = [todays, *plans, *([mine] if look.plans.differ else [])][: _MOST + 1]
        self._draw()

    def callers_changed(self, values: Values) -> None:
        """Forget plans that were answered for other callers."""
        if self.rows and self.rows[0].of_callers != self._of_callers(values):
            self.rows = []
            self._draw()

    def _of_callers(self, values: Values) -> tuple[object, ...]:
        return tuple(value for part in self.parts if part.of_callers for value in part.full(values).values())

    def _draw(self) -> None:
        heads = [self.say(f"app.kept_{head}") for head in ("plan", "never_reached", "abandoned", "wait", "hours")]
        rows = [[html(row.words), *row.cells] for row in self.rows]
        self.shown.set_content(table(self.say("app.kept_title"), heads, rows) if rows else "")


def _cells(look: Look, plan: str, say: Language) -> tuple[str, ...]:
    cells = [_cell(_of(figure, plan), say, unit=figure.unit) for figure in figures(look, say)]
    staffed = look.trial.estimate(plan, "staffed")
    return (*cells, number(staffed.value, staffed.half, say))


def _of(figure: Figure, plan: str) -> Estimate:
    return figure.today if plan == TODAY else figure.now


def _cell(found: Estimate, say: Language, *, unit: str) -> str:
    return f"<b>{about(found, say)}{html(unit)}</b> <small>{ends(found, say)}</small>"


def words(parts: tuple[Part, ...], values: Values, say: Language) -> str:
    """What was set of the lines, in words."""
    controls = [control for part in parts if not part.of_callers for control in part.controls]
    changed = [_said(control, values, say) for control in controls if control.key in values]
    return "; ".join(changed) or say("app.column_today")


def _said(control: Control, values: Values, say: Language) -> str:
    value = str(values[control.key])
    if control.options and not value[:1].isdigit():
        value = say(f"app.option_{value.replace(' ', '_')}")
    elif control.unit == "s":
        value += f" {say.known('unit', 's')}"
    return f"{say(control.label, name=proper(control.name, say))}: {value}"
