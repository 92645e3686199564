"""The page of one browser window: its form, its answer, and what else it offers; state lives and ends with it."""

from __future__ import annotations

import time
from html import escape

from nicegui import Client, ui

from sim.app import pictures
from sim.app.controls import Plans, Refused, Value, plans_of
from sim.app.form import form
from sim.app.house import House
from sim.app.link import Asked
from sim.app.looks import Look, looks
from sim.app.page_kept import SideBySide
from sim.app.page_studies import Studies
from sim.app.parts import button, disclosure, heading, live, raw
from sim.app.words import about as shown
from sim.app.words import answer, figures, proper, status, trouble
from sim.app.words import ends as interval
from sim.app.work import Task, Worker
from sim.language import CODES, Language

#: How long a control must rest before its answer is begun, and how often the page looks for news.
_REST_S, _LOOK_S = 0.15, 0.1


class Page:
    """What one window shows. Work is done in threads; only the timer of the window touches its elements."""

    def __init__(self, asked: Asked, say: Language, house: House) -> None:
        self.asked, self.say, self.house = asked, say, house
        self.values: dict[str, Value] = dict(asked.values)
        self.worker, self.task = Worker(), Task()
        self.look: Look | None = None
        #: When the last change was made that is not being answered yet; 0 where none is.
        self._changed_at = 0.0
        #: What is wrong with a value that no control allows; nothing is answered until it is mended.
        self._refused = ""
        self._told = ""

    @property
    def asked_now(self) -> Asked:
        """The settings as they stand."""
        return Asked(self.asked.entry, self.values)

    def plans(self) -> Plans:
        """Today's lines and the plan for the settings as they stand."""
        return plans_of(self.asked.entry.scenario, self.asked.entry.parts, self.values)

    def build(self, client: Client) -> None:
        """All elements, and the first look."""
        say = self.say
        ui.add_body_html(f"<noscript>{escape(say('app.without_script'))}</noscript>")
        raw(f'<a class="skip" href="#answer">{escape(say("app.skip"))}</a>')
        with ui.element("header"):
            self._head()
        with ui.element("div").classes("columns"):
            with ui.element("section").classes("controls").props(f'aria-label="{escape(say("app.controls"))}"'):
                self._chooser()
                heading(2, say("app.controls"))
                self._form()
            with ui.element("section").classes("answer").props('id="answer" tabindex="-1"'):
                self._answer()
                self.studies = Studies(self)
        self.begin()
        # The answer in one line, for where the answer itself is out of sight.
        self.glance = raw("").classes("glance").props("aria-hidden=true")
        for part in self._shown:
            part.classes("answered")
        ui.timer(_LOOK_S, self._news)
        client.on_disconnect(self.leave)
        client.on_connect(self._back)

    # --- the form -------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        say = self.say
        heading(1, say("app.title"))
        raw(f"<p>{escape(say('app.intro'))}</p>")
        with ui.element("nav").classes("languages").props(f'aria-label="{escape(say("app.language"))}"'):
            self.languages = raw(self._language_links(), tag="span")

    def _language_links(self) -> str:
        names = {"en": "English", "nl": "Nederlands"}
        return " ".join(
            f'<a lang="{code}" href="{escape(self.asked_now.link(code))}"'
            + (' aria-current="true"' if code == self.say.code else "")
            + f">{names[code]}</a>"
            for code in CODES[::-1]
        )

    def _chooser(self) -> None:
        say, shelf = self.say, self.house.shelf
        here = self.asked.entry
        titles = shelf.titles() | ({here.name: here.title} if here.uploaded else {})
        inner = "".join(
            f'<option value="{escape(name)}"{" selected" if name == here.name else ""}>{escape(title)}</option>'
            for name, title in titles.items()
        )
        # Forms of their own, which work by address: another scenario is another page.
        raw(
            f'<form class="choose" method="get" action="/{say.code}"><h2><label for="scenario">'
            f"{escape(say('app.scenario'))}</label></h2>"
            f'<div class="pair"><select id="scenario" name="scenario">{inner}</select>'
            f'<button class="quiet">{escape(say("app.open"))}</button></div></form>'
        )
        about = escape(here.scenario.about or here.title)
        with disclosure(say("app.about"), id_="about"):
            raw(
                f"<p>{about}</p>"
                f'<form class="upload" method="post" action="/upload/{say.code}" enctype="multipart/form-data">'
                f'<label for="file">{escape(say("app.upload"))}</label>'
                f'<div class="pair"><input type="file" id="file" name="file" accept=".yaml,.yml" required>'
                f'<button class="quiet">{escape(say("app.upload_button"))}</button></div>'
                f'<p class="hint">{escape(say("app.upload_note"))}</p></form>'
            )

    def _form(self) -> None:
        say = self.say
        block = raw(form(self.asked.entry.parts, self.values, say))
        block.classes("form")
        block.on(
            "input",
            self._set,
            throttle=0.05,
            js_handler="(e) => { if (e.target.name) emit([e.target.name, e.target.value]) }",
        )
        name = escape(self.asked.entry.name)
        raw(f'<p><a class="reset" href="/{say.code}?scenario={name}">{escape(say("app.reset"))}</a></p>')

    def _set(self, event: object) -> None:
        """A control was moved: whatever is under way is of no use any more."""
        written = getattr(event, "args", None)
        if not isinstance(written, list) or len(written) != 2:
            return
        key, text = written
        if text == "":
            return  # in the middle of typing
        control = next((c for part in self.asked.entry.parts for c in part.controls if c.key == key), None)
        if control is None:
            return
        try:
            value = control.parsed(text)
        except Refused as error:
            error.values["key"] = self.say(control.label, name=proper(control.name, self.say))
            self._refused, self._changed_at = trouble(error, self.say), 0.0
            self.worker.stop()
            self._stale(self._refused)
            self.run.set_enabled(False)
            return
        self._refused = ""
        if value == control.today:
            self.values.pop(control.key, None)
        else:
            self.values[control.key] = value
        self.worker.stop()
        self._stale(self.say("app.stale"))
        self._changed_at = time.monotonic()
        self.studies.settings_changed()
        self.beside.callers_changed(self.values)

    # --- the answer -----------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        say = self.say
        heading(2, say("app.answer_title"))
        self.summary = raw("").classes("summary")
        with ui.element("div").classes("state"):
            self.run = button(say("app.run"), self.begin, kind="main")
            self.stop = button(say("app.stop"), self._stop)
            self.keep = button(say("app.keep"), self._keep)
            self.told = live()
        self.progress = raw("", tag="div").classes("progress")
        self.cards = raw("").classes("cards")
        self.beside = SideBySide(say, self.asked.entry.parts)
        with disclosure(say("app.where"), level=3, opened=True, id_="where"):
            self.where = raw("")
        with disclosure(say("app.when"), level=3, id_="when"):
            self.when = raw("").classes("two")
        with disclosure(say("app.numbers"), level=3, id_="numbers"):
            self.numbers = (
                raw("").classes("wide").props(f'tabindex=0 role=region aria-label="{escape(say("app.numbers"))}"')
            )

    def begin(self) -> None:
        """Answer the settings as they stand, from the first look on."""
        self._changed_at = 0.0
        self.look = None
        seats, warm, plans = self.house.seats, self.house.warm, self.plans

        def job(task: Task) -> None:
            for look in looks(plans(), task, seats, warm):
                task.found = look

        self.task = self.worker.start(job)
        ui.navigate.history.replace(self.asked_now.link(self.say.code))
        self.languages.set_content(self._language_links())
        self.studies.links_changed()

    def _stop(self) -> None:
        self._changed_at = 0.0
        self.worker.stop()

    def _keep(self) -> None:
        if self.look is not None and not (self._changed_at or self._refused):
            self.beside.add(self.look, self.values)

    def leave(self) -> None:
        """The window is gone, or has lost its line: nothing runs for nobody."""
        self.worker.stop()
        self.studies.leave()

    def _back(self) -> None:
        if self.task.stop.is_set() and not (self._changed_at or self._refused):
            self.begin()

    def _news(self) -> None:
        """Show what has come since; called by the window's timer."""
        if self._changed_at and time.monotonic() - self._changed_at > _REST_S:
            self.begin()
        self.studies.news()
        task = self.task
        if self._changed_at or self._refused or (task.stop.is_set() and not task.finished):
            return
        found = task.found
        if isinstance(found, Look) and found is not self.look:
            self.look = found
            self._draw(found)
        self._state(task)

    def _draw(self, look: Look) -> None:
        say = self.say
        self.summary.set_content("".join(f"<p>{escape(sentence)}</p>" for sentence in answer(look, say)))
        self.cards.set_content(cards(look, say))
        self.glance.set_content(glance(look, say))
        self.where.set_content(pictures.by_province(look, say))
        self.when.set_content(pictures.by_day(look, say) + pictures.by_hour(look, say))
        self.numbers.set_content(pictures.all_numbers(look, say))
        for part in self._shown:
            part.classes(remove="stale")

    @property
    def _shown(self) -> tuple[ui.html, ...]:
        return self.glance, self.summary, self.cards, self.where, self.when, self.numbers

    def _stale(self, why: str) -> None:
        for part in self._shown:
            part.classes("stale")
        self._tell(why)

    def _state(self, task: Task) -> None:
        """What is said beside the buttons, and whether they may be pressed."""
        say = self.say
        self.run.set_enabled(task.finished)
        self.keep.set_enabled(self.look is not None)
        self.stop.set_enabled(not task.finished)
        if task.error is not None:
            self._stale(trouble(task.error, say))
        elif task.finished and task.stop.is_set():
            self._tell(say("app.stopped" if self.look else "app.stopped_early"))
        elif task.waits:
            self._tell(say("app.waiting"))
        elif self.look is None:
            self._tell(say("app.working"))
        else:
            self._tell(status(self.look, say) if self.house.warm.is_set() else say("app.study_compiling"))
        share = 100 * task.done / task.wanted if task.wanted else 0
        bar = f'<progress max="100" value="{share:.0f}" aria-label="{escape(say("app.progress"))}"></progress>'
        self.progress.set_content("" if task.finished else bar)

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self.told.set_text(text)


def cards(look: Look, say: Language) -> str:
    """The three numbers at the top."""
    found = []
    for figure in figures(look, say):
        today = say("app.card_today", value=shown(figure.today, say) + figure.unit) if look.plans.differ else ""
        kind = "" if figure.change is None or not figure.clear else " better" if figure.change.value < 0 else " worse"
        change = figure.change_words(say)
        found.append(
            f'<div class="card{kind}"><h3>{escape(figure.name)}</h3>'
            f'<p class="big">{escape(shown(figure.now, say) + figure.unit)}</p>'
            f'<p class="interval">{escape(interval(figure.now, say) + figure.unit)}</p>'
            + (f'<p class="change">{escape(change)}</p><p class="today">{escape(today)}</p>' if change else "")
            + "</div>"
        )
    return "".join(found)


def glance(look: Look, say: Language) -> str:
    """The same numbers in one line."""
    found = (
        f"<span>{escape(figure.name)} <b>{escape(shown(figure.now, say) + figure.unit)}</b>"
        + (f" <small>{escape(figure.change_words(say))}</small>" if figure.change is not None else "")
        + "</span>"
        for figure in figures(look, say)
    )
    return "".join(found)
