"""The lower part of the page: longer questions, what was assumed, a day played back, and what can be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape
from typing import Protocol

from nicegui import ui

from sim.app import asks
from sim.app.controls import Plans, Refused, Value
from sim.app.house import House
from sim.app.link import Asked
from sim.app.parts import button, disclosure, heading, live, raw
from sim.app.words import trouble
from sim.app.work import Task, Worker
from sim.language import Language
from sim.language.said import told
from sim.studies.assumed import assumptions
from sim.studies.next_line import NextLine
from sim.studies.one_at_a_time import OneAtATime
from sim.studies.planned import Planned

#: What a finished piece of work becomes on the page.
Show = Callable[[object], None]


class Host(Protocol):
    """The page that the questions stand on."""

    asked: Asked
    say: Language
    house: House
    values: dict[str, Value]

    @property
    def asked_now(self) -> Asked:
        """The settings as they stand."""

    def plans(self) -> Plans:
        """Today's lines and the plan."""

    def enter(self) -> bool:
        """Whether there is room for the window."""


class Studies:
    """One longer question at a time, with progress and Stop."""

    def __init__(self, page: Host) -> None:
        self.page, self.say = page, page.say
        self.worker = Worker()
        self._task = Task(finished=True)
        self._show: Show = _nothing
        self._shown: list[ui.html] = []
        self._build()

    def leave(self) -> None:
        """Stop what is under way."""
        self.worker.stop()

    def settings_changed(self) -> None:
        """What was found is of other settings now; it stays, and says so."""
        self.worker.stop()
        for found in self._shown:
            found.classes("stale")
        if any(found.content for found in self._shown):
            self.told.set_text(self.say("app.study_stale"))

    def links_changed(self) -> None:
        """The links that hold the settings."""
        say, query = self.say, self._query()
        name = "-plan" if self.page.values else ""
        file = f"{self.page.asked.entry.scenario.name}{name}.yaml"
        self._links.set_content(
            f'<p><a href="/{say.code}/scenario.yaml?{escape(query)}" download>{escape(say("app.yaml"))}</a> '
            f'<span class="hint">{escape(say("app.yaml_note", file=file))}</span></p>'
        )
        self._save.set_content(
            f'<a href="/{say.code}/day.html?{escape(query)}" download>{escape(say("app.play_save"))}</a>'
        )

    def _query(self) -> str:
        """The settings for a file, which plans that are kept have no part in."""
        return replace(self.page.asked_now, kept={}).query()

    # --- elements -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        say = self.say
        with ui.element("section").classes("studies").props('id="questions"'):
            heading(2, say("app.next_title"))
            with ui.element("div").classes("state"):
                self.stop = button(say("app.stop"), self.worker.stop)
                self.stop.set_visibility(False)
                self.told = live()
            self.progress = raw("").classes("progress")
            self._ask_next()
            self._ask_plan()
        with ui.element("section").classes("after").props('id="assumed"'):
            self._assumed()
        with ui.element("section").classes("after").props('id="day"'):
            self._day()
        with ui.element("section").classes("after").props('id="keep"'):
            self._keep()

    def _result(self) -> ui.html:
        found = raw("").classes("result")
        self._shown.append(found)
        return found

    def _ask_next(self) -> None:
        say = self.say
        with ui.element("div").classes("study"):
            button(say("app.next_line"), lambda: self._ask(asks.ask_next, self._next)).props('id="next-line"')
            raw(f'<p class="hint">{escape(say("app.next_note"))}</p>')
            self.next = self._result()

    def _next(self, found: object) -> None:
        if isinstance(found, NextLine):
            self._put(self.next, asks.told_next(found, self.page.asked_now, self.say))

    def _ask_plan(self) -> None:
        say = self.say
        measures = _options({name: say(f"app.plan_{name}") for name in asks.TARGETS})
        allow = _options({name: say(f"app.plan_allow_{name}") for name in asks.ALLOW})
        where = _options({name: say(f"app.plan_where_{name}") for name in asks.WHERE})
        with ui.element("div").classes("study"):
            heading(3, say("app.plan"))
            raw(f'<p class="hint">{escape(say("app.plan_note"))}</p>')
            wish = raw(
                '<div class="row"><div class="grow all">'
                f'<label for="plan-measure">{escape(say("app.plan_measure"))}</label>'
                f'<select id="plan-measure">{measures}</select></div>'
                f'<div><label for="plan-percent">{escape(say("app.plan_percent"))}</label>'
                f'<input id="plan-percent" type="number" min="1" max="95" value="10"></div>'
                f'<div class="grow"><label for="plan-allow">{escape(say("app.plan_allow"))}</label>'
                f'<select id="plan-allow">{allow}</select></div>'
                f'<div class="grow"><label for="plan-where">{escape(say("app.plan_where"))}</label>'
                f'<select id="plan-where">{where}</select></div>'
                f'<button type="button" id="plan-search" class="quiet">{escape(say("app.plan_button"))}</button></div>'
            )
            read = "(id) => document.getElementById(id).value"
            wish.on(
                "click",
                self._plan,
                js_handler=f"(e) => {{ if (e.target.id === 'plan-search') emit(['plan-measure', 'plan-percent', "
                f"'plan-allow', 'plan-where'].map({read})) }}",
            )
            self.plan = self._result()

    def _plan(self, event: object) -> None:
        sent = getattr(event, "args", None)
        if not isinstance(sent, list) or len(sent) != 4:
            return
        try:
            wish = asks.Wish.of(*sent)
        except Refused as error:
            error.values["key"] = self.say("app.plan_percent")
            self.told.set_text(trouble(error, self.say))
            return
        channel = self._channel()

        def show(found: object) -> None:
            if isinstance(found, Planned):
                self._put(self.plan, asks.told_plan(found, self.page.asked_now, self.say))

        self._ask(lambda plans, task: asks.ask_plan(plans, wish, channel, task), show)

    def _channel(self) -> str:
        """The channel that targets are about: the one most people use."""
        shares = self.page.asked.entry.scenario.demand.by_channel.value
        return max(self.page.asked.entry.scenario.channels, key=shares.fraction)

    def _assumed(self) -> None:
        say, scenario = self.say, self.page.asked.entry.scenario
        found = list(assumptions(scenario))
        by = {status: [one for one in found if one.status == status] for status in ("assumed", "derived", "published")}
        heading(2, say("app.assumed_title"))
        if not by["assumed"]:
            raw(f"<p>{escape(say('app.assumed_none'))}</p>")
            return
        raw(f"<p>{escape(say('app.assumed_intro', **{name: len(some) for name, some in by.items()}))}</p>")
        button(say("app.matters"), lambda: self._ask(asks.ask_matters, self._matters)).props('id="matters"')
        self.matters = self._result()
        first, *names = [escape(say(f"app.assumed_{head}")) for head in ("of", "value", "range", "source")]
        rows = "".join(
            f'<tr><th scope="row">{escape(asks.path_words([one.path], say))}</th>'
            + "".join(f'<td data-head="{name}">{escape(text)}</td>' for name, text in zip(names, texts, strict=True))
            + "</tr>"
            for one in by["assumed"]
            for texts in [(say.value(one.value), _range(one.low, one.high, say), one.source.told(say.code))]
        )
        heads = "".join(f'<th scope="col">{name}</th>' for name in (first, *names))
        label = escape(say("app.assumed_caption"))
        with disclosure(say("app.assumed_caption"), id_="assumptions"):
            raw(
                f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table class="stacked texts">'
                f"<thead><tr>{heads}</tr>"
                f"</thead><tbody>{rows}</tbody></table></div>"
            )

    def _matters(self, found: object) -> None:
        if isinstance(found, OneAtATime):
            self._put(self.matters, asks.told_matters(found, self.page.plans(), self.say))

    def _day(self) -> None:
        say = self.say
        heading(2, say("app.play_title"))
        raw(f"<p>{escape(say('app.play_intro'))}</p>")
        with ui.element("div").classes("state"):
            button(say("app.play_show"), self._play).props('id="play-day"')
            self._save = raw("", tag="span")
        self.day = self._result()

    def _play(self) -> None:
        query = escape(self._query())
        title = escape(self.say("app.play_title"))
        self._put(self.day, f'<iframe class="day" title="{title}" src="/{self.say.code}/day?{query}"></iframe>')

    def _keep(self) -> None:
        say = self.say
        heading(2, say("app.keep_title"))
        with ui.element("div").classes("state"):
            button(say("app.link"), self._copy).props('id="copy-link"')
            button(say("app.report"), self._report).props('id="make-report"')
            self.kept_told = live()
        self._links = raw("")
        self.files = ui.element("div").classes("state")
        if self.page.asked.entry.uploaded:
            raw(f'<p class="hint">{escape(say("app.link_upload"))}</p>')

    def _copy(self) -> None:
        ui.run_javascript("navigator.clipboard.writeText(location.href)")
        self.kept_told.set_text(self.say("app.link_done"))

    def _report(self) -> None:
        self.files.clear()
        self._ask(lambda plans, task: asks.ask_report(plans, self.say, task), self._reported)

    def _reported(self, found: object) -> None:
        if not isinstance(found, dict):
            return
        name = self.page.asked.entry.scenario.name
        self.kept_told.set_text(self.say("app.report_ready"))
        with self.files:
            for file, content in found.items():
                button(file, partial(ui.download.content, content, f"{name}-{file}"))

    # --- work -----------------------------------------------------------------------------------------------------

    def _ask(self, question: Callable[..., object], show: Show) -> None:
        """Begin a question about the settings as they stand; the one before is stopped."""
        if not self.page.enter():
            return
        seats, plans = self.page.house.long_seats, self.page.plans

        def job(task: Task) -> None:
            task.say(self.say("app.working"))
            with seats.taken(task):
                task.say(self.say("app.working"))
                task.found = question(plans(), task)

        self._show = show
        self._task = self.worker.start(job)
        self.stop.set_visibility(True)

    def news(self) -> None:
        """Show what has come since; called by the window's timer."""
        task, say = self._task, self.say
        if self._show is _nothing:
            return
        if not task.finished:
            share = f' value="{100 * task.done / task.wanted:.0f}"' if task.wanted else ""
            label = escape(say("app.progress"))
            self.progress.set_content(f'<progress max="100"{share} aria-label="{label}"></progress>')
            self.told.set_text(say("app.waiting") if task.waits else told(task.told, say))
            return
        self.progress.set_content("")
        self.stop.set_visibility(False)
        show, self._show = self._show, _nothing
        if task.error is not None:
            self.told.set_text(trouble(task.error, say))
        elif task.stop.is_set():
            self.told.set_text(say("app.study_stopped"))
        else:
            self.told.set_text("")
            show(task.found)

    def _put(self, where: ui.html, content: str) -> None:
        where.set_content(content)
        where.classes(remove="stale")


def _nothing(found: object) -> None:
    del found


def _options(words: dict[str, str]) -> str:
    return "".join(f'<option value="{escape(name)}">{escape(text)}</option>' for name, text in words.items())


def _range(low: str, high: str, say: Language) -> str:
    return say("app.interval", low=say.value(low), high=say.value(high)) if low else ""
