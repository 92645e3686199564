"""Numbers that lines do not part from what belongs to them, where texts meet a page or a picture that breaks lines.

Texts elsewhere (terminal, CSV, JSON, workbooks) have plain spaces. Every page and picture lets its texts through here.
"""

from __future__ import annotations

import re

_SPACE, _JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
#: What stands behind a number, in either language: units, and words that say which way a change goes.
_UNITS = "pp|s|min|h|u|erlang|days?|dag(?:en)?|working days?|werkdag(?:en)?|more|fewer|meer|minder"
#: Before these, and before half an interval whatever is in front of it, no line is broken.
_BEHIND = re.compile(rf" (?=±[\d?])|(?<=\d) (?=%|(?:{_UNITS})\b)")
#: Hours of the day with what holds in them: 9-16 1.2.
_HOURS = re.compile(r"(?<![\d-])(\d\d?)-(\d\d?) (?=\d)")
#: Both ends of an interval.
_ENDS = re.compile(r"(?<=\d) (to|tot) (?=[+−-]?\d)(?!\d+-\d)")
_TEXT = re.compile(r"(?<=>)[^<>]+")


def firm(text: str) -> str:
    """The text with its numbers in one piece with units, intervals and other ends."""
    ended = _ENDS.sub(rf"{_SPACE}\1{_SPACE}", _BEHIND.sub(_SPACE, text))
    return _HOURS.sub(rf"\1-{_JOINER}\2{_SPACE}", ended)


def finalized(part: object) -> object:
    """What a template is about to write: text is firm, what is HTML already stays as it is."""
    return firm(part) if isinstance(part, str) and not hasattr(part, "__html__") else part


def firm_html(html: str) -> str:
    """The same of HTML: of the texts in it, not of what is in its tags."""
    return _TEXT.sub(lambda found: firm(found[0]), html)
