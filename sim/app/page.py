"""The page of one browser window: its form, its answer, and what else it offers; state lives and ends with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from nicegui import Client, ui

from sim.app import pictures
from sim.app.cards import cards, glance
from sim.app.chooser import chooser
from sim.app.controls import Plans, Refused, Value, plans_of
from sim.app.form import form
from sim.app.house import House
from sim.app.kept import Beside, Remembered, beside
from sim.app.limits import MOST_PAGES
from sim.app.link import Asked
from sim.app.looks import Look, looks
from sim.app.page_kept import SideBySide
from sim.app.page_studies import Studies
from sim.app.parts import button, disclosure, heading, live, raw
from sim.app.words import answer, status, subject, trouble
from sim.app.work import Task, Worker
from sim.language import CODES, Language

#: How long a control must rest before its answer is begun, and how often the page looks for news.
_REST_S, _LOOK_S = 0.15, 0.1


class Page:
    """What one window shows. Work is done in threads; only the timer of the window touches its elements."""

    def __init__(self, asked: Asked, say: Language, house: House, name: str) -> None:
        self.asked, self.say, self.house, self.name = asked, say, house, name
        self.values: dict[str, Value] = dict(asked.values)
        self.worker, self.task = Worker(), Task()
        self.look: Look | None = None
        self.found: Beside | None = None
        self._remembered: Remembered = {}
        #: When the last change was made that is not being answered yet; 0 where none is.
        self._changed_at = 0.0
        #: What is wrong with a value that no control allows; nothing is answered until it is mended.
        self._refused = ""
        #: Whether the reader, or a window that is gone, has stopped the work.
        self._halted = False
        #: Whether a browser has connected, and there was room for it.
        self._inside = False
        self._told = ""

    @property
    def asked_now(self) -> Asked:
        """The settings as they stand."""
        return self.asked.at(self.values)

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
                chooser(self.asked.entry, self.house.shelf, say)
                heading(2, say("app.controls"))
                self._form()
            with ui.element("section").classes("answer").props('id="answer" tabindex="-1"'):
                self._answer()
                self.studies = Studies(self)
        # The answer in one line, for where the answer itself is out of sight.
        self.glance = raw("").classes("glance").props("aria-hidden=true")
        for part in self._answered:
            part.classes("answered")
        ui.timer(_LOOK_S, self._news)
        client.on_disconnect(self.leave)
        client.on_connect(self._connected)

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
        self.reset = raw("")

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
            error.values["key"] = self.say(control.label, name=subject(control, self.say))
            self._refused, self._changed_at = trouble(error, self.say), 0.0
            self.worker.stop()
            self._stale(self._refused)
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

    # --- the answer -----------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        say = self.say
        heading(2, say("app.answer_title"))
        raw(f'<p class="hint">{escape(self.asked.entry.title(self.say.code))}</p>')
        # What is pressed comes before what grows, so that it stays where it is.
        with ui.element("div").classes("state"):
            self.keep = button(say("app.keep"), self._keep, kind="main")
            self.run = button(say("app.run"), self.begin)
            self.stop = button(say("app.stop"), self._stop)
            self.told = live()
        self.progress = raw("", tag="div").classes("progress")
        self.summary = raw("").classes("summary")
        self.cards = raw("").classes("cards")
        self.beside = SideBySide(say, self._forget)
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
        if not self.enter():
            return
        self.look = self.found = None
        self._halted = False
        seats, plans = self.house.seats, self.plans

        def job(task: Task) -> None:
            for look in looks(plans(), task, seats):
                task.found = look

        self.task = self.worker.start(job)
        self._links()

    def _compare(self, look: Look) -> None:
        """Play the plans that are kept on the worlds of a look."""
        seats, known, now = self.house.seats, self._remembered, self.asked_now

        def job(task: Task) -> None:
            task.found = look
            task.found = beside(now, look, task, seats, known)

        self.task = self.worker.start(job)

    def _links(self) -> None:
        """Everything that holds the state as a link."""
        now = self.asked_now
        ui.navigate.history.replace(now.link(self.say.code))
        self.languages.set_content(self._language_links())
        text, link = escape(self.say("app.reset")), escape(now.at({}).link(self.say.code))
        self.reset.set_content(f'<p><a class="reset" href="{link}">{text}</a></p>')
        self.studies.links_changed()

    def _stop(self) -> None:
        self._changed_at, self._halted = 0.0, True
        self.worker.stop()

    def _keep(self) -> None:
        """Put the plan that is set among those that are kept, to be compared once a look at it is finished."""
        if not self._refused:
            self._kept(self.asked_now.with_kept())

    def _forget(self, letter: str) -> None:
        if letter in self.asked.kept:
            self._kept(self.asked.without(letter))

    def _kept(self, asked: Asked | None) -> None:
        """Go on with these plans kept; the look stays, and is not taken again where it was finished."""
        if asked is not None:
            self.asked, self._halted = replace(self.asked, kept=asked.kept), False
            self._links()
            if not asked.kept:
                self.beside.clear()

    def leave(self) -> None:
        """The window is gone, or has lost its line: nothing runs for nobody."""
        self._halted = True
        self.worker.stop()
        self.studies.leave()

    def enter(self) -> bool:
        """Take a place among the windows that are open; where there is none, say so."""
        self._inside = self.house.enter(self.name, self)
        if not self._inside:
            self._tell(self.say("app.refused_pages", most=MOST_PAGES))
        return self._inside

    def _connected(self) -> None:
        if not self._inside or (self.task.stop.is_set() and not (self._changed_at or self._refused)):
            self.begin()

    def _news(self) -> None:
        """Show what has come since; called by the window's timer."""
        if self._changed_at and time.monotonic() - self._changed_at > _REST_S:
            self.begin()
        if not self._inside:
            return
        self.studies.news()
        task = self.task
        # A plan can be kept before it is answered: nobody need wait for that.
        self.keep.set_enabled(not self._refused and self.asked_now.with_kept() is not None)
        if self._changed_at or self._refused or (task.stop.is_set() and not task.finished):
            return
        found, finished = task.seen()
        if isinstance(found, Beside) and found is not self.found:
            self.found = found
            self.beside.draw(found)
        look = found.look if isinstance(found, Beside) else found
        if isinstance(look, Look) and look is not self.look:
            self.look = look
            self._draw(look)
        if isinstance(look, Look) and finished and self._waits_for_plans(task):
            self._compare(look)
        self._state(task)

    def _waits_for_plans(self, task: Task) -> bool:
        """Whether plans are kept beside a look that is finished, and have not been played."""
        if task.error is not None or self._halted or self.look is None:
            return False
        return bool(self.asked.kept) and (self.found is None or self.found.asked.kept != self.asked.kept)

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

    @property
    def _answered(self) -> Iterator[ui.html]:
        yield from self._shown
        yield self.beside.shown

    def _stale(self, why: str) -> None:
        for part in self._answered:
            part.classes("stale")
        self._tell(why)

    def _state(self, task: Task) -> None:
        """What is said beside the buttons, and whether they may be pressed."""
        say = self.say
        over = task.finished and (task.stop.is_set() or task.error is not None)
        self.run.set_visibility(over)
        self.stop.set_visibility(not over)
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
            self._tell(status(self.look, say))
        share = 100 * task.done / task.wanted if task.wanted else 0
        bar = f'<progress max="100" value="{share:.0f}" aria-label="{escape(say("app.progress"))}"></progress>'
        self.progress.set_content("" if task.finished else bar)

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self.told.set_text(text)
