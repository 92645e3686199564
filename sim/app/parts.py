"""Elements of the page: headings, paragraphs, buttons and folded parts as HTML has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from sim.language.firm import firm, firm_html


class Text(TextElement):
    """An element with text and nothing else."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(tag=tag, text=firm(text))

    def set_text(self, text: str) -> Self:
        """Show this."""
        return super().set_text(firm(text))


class Button(Text):
    """A button as the browser has it."""

    def __init__(self, text: str) -> None:
        super().__init__("button", text)
        self.props("type=button")
        self._enabled = True

    def set_enabled(self, enabled: bool) -> None:
        """Whether it may be pressed."""
        if enabled != self._enabled:
            self._enabled = enabled
            self.props(remove="disabled") if enabled else self.props("disabled")


def heading(level: int, text: str) -> Text:
    """A heading."""
    return Text(f"h{level}", text)


class Raw(ui.html, component="static/raw.js"):
    """HTML of our own, in which every text was escaped; new content changes only what differs."""

    def __init__(self, content: str, tag: str) -> None:
        super().__init__(firm_html(content), sanitize=False, tag=tag)

    def set_content(self, content: str) -> Self:
        """Show this."""
        return super().set_content(firm_html(content))


def raw(content: str, *, tag: str = "div") -> Raw:
    """HTML of our own, in which every text was escaped."""
    return Raw(content, tag)


def live() -> Text:
    """A line that is read aloud when it changes."""
    found = Text("p", "")
    found.props('role="status" aria-live="polite"').classes("told")
    return found


def button(text: str, do: Callable[[], object], *, kind: str = "quiet") -> Button:
    """A button that calls ``do``."""
    found = Button(text)
    found.classes(kind).on("click", do, js_handler="() => emit()")
    return found


@contextmanager
def disclosure(text: str, *, level: int = 3, opened: bool = False, id_: str = "") -> Iterator[ui.element]:
    """A part that folds."""
    with ui.element("details").classes("fold") as found:
        found.props(f'id="{id_}"')
        if opened:
            found.props("open")
        with ui.element("summary"):
            heading(level, text)
        yield found
