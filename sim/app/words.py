"""Numbers with intervals and the answer, in sentences a planner understands; all of it escaped for a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import isfinite

from sim.answers.kinds import in_language
from sim.app.controls import ANYWHERE, Control, Refused
from sim.app.looks import TODAY, Look
from sim.errors import ScenarioError
from sim.language import Language, key_of
from sim.language.mistakes import told_error, told_mistake
from sim.language.shown import in_time, in_words, rounded
from sim.statistics.estimates import Estimate
from sim.studies.outside_hours import left_out


def proper(name: str, say: Language) -> str:
    """A name of a scenario as a reader writes it: ``oost-vlaanderen`` -> ``Oost-Vlaanderen``."""
    if name == ANYWHERE:
        return say("app.any_province")
    if f"name.{key_of(name)}" in say.words:
        shown = say.name(name)
        return shown[:1].upper() + shown[1:]
    return "-".join(part[:1].upper() + part[1:] for part in name.split("-"))


def subject(control: Control, say: Language) -> str:
    """Whose control it is; a campaign is called as the scenario calls it."""
    return say.name(control.name) if control.label.startswith("app.campaign_") else proper(control.name, say)


def about(found: Estimate, say: Language, *, fine: bool = False) -> str:
    """The value, rounded with its interval; ``fine`` keeps the decimals of large numbers."""
    return "–" if not isfinite(found.value) else _minus(rounded(found, say, coarse=not fine).value)


def ends(found: Estimate, say: Language, *, fine: bool = False) -> str:
    """The interval, rounded with its value: 229 to 241."""
    shown = rounded(found, say, coarse=not fine)
    return say("app.interval", low=_minus(shown.low), high=_minus(shown.high)) if shown.low else say("app.no_interval")


def hours_of(hours: float, say: Language) -> str:
    """Line hours, which are known exactly."""
    return about(Estimate(hours, hours, hours), say)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def cell(found: Estimate, say: Language, *, unit: str = "", signed: bool = False) -> str:
    """The value and its interval if it has one, as in cells of tables; with a + where a change is to be ``signed``."""
    sign = "+" if signed and found.value > 0 else ""
    # An empty interval keeps its place, so that numbers stand below each other.
    interval = "" if found.low == found.value == found.high else escape(ends(found, say))
    return f"<b>{sign}{about(found, say)}{escape(unit)}</b> <small>{interval}</small>"


def duration(found: Estimate, say: Language) -> tuple[Estimate, str]:
    """Seconds in the unit that suits them, and its name."""
    scaled, unit = in_time(found)
    return scaled, say.known("unit", unit)


@dataclass(frozen=True)
class Figure:
    """One of the numbers at the top: today's and the plan's, and what the plan changes (None without a plan)."""

    name: str
    unit: str
    today: Estimate
    now: Estimate
    change: Estimate | None

    @property
    def clear(self) -> bool:
        """Whether the change is larger than chance explains."""
        return self.change is not None and (self.change.low > 0 or self.change.high < 0)

    def change_words(self, say: Language) -> str:
        """Fewer, more, or nothing that can be seen."""
        return "" if self.change is None else change_words(self.change, say, unit=self.unit)


def change_words(change: Estimate, say: Language, *, unit: str = "") -> str:
    """A difference: fewer or more of what is counted, shorter or longer where it has a ``unit`` of time."""
    if change.low == 0 == change.high:
        return say("app.unchanged")
    if not (change.low > 0 or change.high < 0):
        return say("app.no_change", interval=ends(change, say))
    less, more = ("shorter", "longer") if unit else ("fewer", "more")
    key = f"app.{more if change.value > 0 else less}"
    return say(key, size=about(change.size, say) + unit, interval=ends(change.size, say) + unit)


def cost_words(hours: Estimate, say: Language) -> str:
    """What a difference in line hours is called; they are known exactly."""
    if hours.value > 0.05:
        return say("app.cost_more", hours=hours_of(hours.value, say))
    if hours.value < -0.05:
        return say("app.cost_fewer", hours=hours_of(-hours.value, say))
    return say("app.cost_none")


def figures(look: Look, say: Language) -> Iterator[Figure]:
    """People never reached, calls given up, and how long those who were answered waited on the busiest channel."""
    yield _figure(look, "never_reached", say("app.never_reached"))
    yield _figure(look, "abandoned", say("app.abandoned"))
    channel = busiest(look)
    found = _figure(look, "asa", say("app.mean_wait", channel=say.name(channel)), kind="channel", name=channel)
    scaled, unit = duration(found.now, say)
    by = scaled.value / found.now.value if found.now.value and isfinite(found.now.value) else 1.0
    others = (found.today.scaled(by), None if found.change is None else found.change.scaled(by))
    yield Figure(found.name, f" {unit}", others[0], scaled, others[1])


def _figure(look: Look, measure: str, words: str, *, kind: str = "all", name: str = "all") -> Figure:
    today = look.trial.estimate(TODAY, measure, kind=kind, name=name)
    if not look.plans.differ:
        return Figure(words, "", today, today, None)
    now = look.trial.estimate(look.last, measure, kind=kind, name=name)
    return Figure(words, "", today, now, look.trial.difference(look.last, measure, kind=kind, name=name))


def busiest(look: Look) -> str:
    """The channel with most contacts."""
    channels = list(look.plans.today.channels)
    return max(channels, key=lambda name: look.trial.estimate(TODAY, "offered", kind="channel", name=name).value)


def answer(look: Look, say: Language) -> list[str]:
    """The answer in sentences: who is never reached, what a plan changes and costs, whom no line could help."""
    trial, last = look.trial, look.last
    period = look.plans.today.period
    never, callers = (trial.estimate(last, measure) for measure in ("never_reached", "callers"))
    share, closed = (trial.estimate(last, measure) for measure in ("never_reached_share", "only_closed"))
    whose = say("app.your_lines") if look.plans.differ else say("app.todays_lines")
    found = [
        say(
            "app.answer",
            whose=whose,
            period=say.period(period.first, period.last),
            never=about(never, say),
            interval=ends(never, say),
            callers=about(callers, say),
            share=about(share, say),
        )
    ]
    if look.plans.differ:
        found.append(_compared(look, say))
    if closed.value > 0:
        found.append(say("app.answer_closed", closed=about(closed, say)))
    return [*found, *(in_language(one, say) for one in left_out([look.plans.today, look.plans.plan]))]


def _compared(look: Look, say: Language) -> str:
    trial, last = look.trial, look.last
    today = about(trial.estimate(TODAY, "never_reached"), say)
    change = trial.difference(last, "never_reached")
    cost = cost_words(trial.difference(last, "staffed"), say)
    if not (change.low > 0 or change.high < 0):
        return say("app.compared_same", today=today, interval=ends(change, say), cost=cost)
    key = "app.compared_more" if change.value > 0 else "app.compared_fewer"
    return say(key, today=today, size=about(change.size, say), interval=ends(change.size, say), cost=cost)


def status(look: Look, say: Language) -> str:
    """On how many worlds an answer rests, and whether it is still being refined."""
    return say(
        "app.status_whole" if look.whole else "app.status_first",
        worlds=say.number(look.trial.replications),
        wanted=say.number(look.wanted),
    )


def trouble(error: Exception, say: Language) -> str:
    """What was wrong, without where in a file nobody sees."""
    if isinstance(error, Refused):
        hint = str(error.values.get("hint", "")).strip()
        shown = {name: say.number(value) if isinstance(value, int) else value for name, value in error.values.items()}
        return say(error.key, **shown | ({"hint": f" {told_mistake(hint, say)}"} if hint else {}))
    if isinstance(error, ScenarioError):
        some = [(in_words(one.path, say), told_mistake(one.message, say)) for one in error.mistakes[:3]]
        return say("app.not_together", why="; ".join(": ".join(filter(None, one)) for one in some))
    return say("app.failed", why=told_error(error, say)[:400])


def html(text: str) -> str:
    """Text for a page."""
    return escape(text)
