"""What is wrong with a scenario, a question or a file, in the reader's language.

Messages are made in English deep in the reading of a file, many on their way through a library that keeps nothing but
text. So they are known by that text: the catalogue has each as a template in every language, and what stands in the
English one's placeholders goes into the other's. A message that the catalogue does not have stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from sim.errors import ScenarioError
from sim.language import ENGLISH, Language
from sim.language.said import Said

_SECTION, _WORDS = ("mistake.", "refusal."), "mistaken."
#: Placeholders in which only words of the catalogue stand.
_OURS = ("what", "kind")
#: What may follow a message: the nearest name, and what is allowed besides.
_TAILS = re.compile(
    r"(?P<message>.*?)\.?(?P<guess> Did you mean .*?\?)?(?P<allowed> (?:Allowed|There) are .*)?", re.DOTALL
)


def told_error(error: Exception, say: Language) -> str:
    """What an error says; of a scenario all mistakes, a line for each."""
    if not isinstance(error, ScenarioError):
        return told_refusal(error.args[0] if error.args else str(error), say)
    return "\n".join(
        ": ".join(filter(None, [str(one.place), one.path, told_mistake(one.message, say)])) for one in error.mistakes
    )


def told_refusal(text: object, say: Language) -> str:
    """A message, with or without the path that it is about before it."""
    if isinstance(text, Said):
        return text.told(say)
    text = str(text)
    if (whole := told_mistake(text, say)) != text:
        return whole
    path, colon, message = text.partition(": ")
    return f"{path}: {told_mistake(message, say)}" if colon and " " not in path else text


def told_mistake(message: str, say: Language) -> str:
    """A message in the reader's language; as it is where the language does not know it."""
    if say.code == ENGLISH.code:
        return message
    parts = _TAILS.fullmatch(message)
    assert parts is not None
    first, *tails = [_said(part.strip(), say) for part in parts.groups() if part]
    if first is None:
        return message
    return ". ".join([first, " ".join(filter(None, tails))]) if tails else first


def _said(message: str, say: Language) -> str | None:
    """A message that a template fits; None where none does."""
    for key, pattern in _patterns():
        found = pattern.fullmatch(message)
        if found and all(found[name] in _words() for name in found.groupdict() if name in _OURS):
            return say(key, **{name: _word(value, say) for name, value in found.groupdict().items()})
    return None


def _word(value: str, say: Language) -> str:
    """What stands in a placeholder: a word of ours, keys with *and* between them, a message, or what was written."""
    if key := _words().get(value):
        return say(key)
    if re.fullmatch(r"\w+(?: and \w+)+", value):
        return say("list.and", first=", ".join(value.split(" and ")[:-1]), last=value.rpartition(" ")[2])
    return value if value.startswith(("'", "{", "[")) else _said(value, say) or value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Templates as patterns, those with most words of their own first."""
    found = []
    for key, template in ENGLISH.words.items():
        if key.startswith(_SECTION):
            parts = re.split(r"(?<!\{)\{(\w+)\}(?!\})", template)
            texts = [re.escape(text.replace("{{", "{").replace("}}", "}")) for text in parts[::2]]
            names = [f"(?P<{name}>.+?)" for name in parts[1::2]]
            pattern = "".join(part for pair in zip(texts, [*names, ""], strict=True) for part in pair)
            found.append((sum(map(len, parts[::2])), key, re.compile(pattern, re.DOTALL)))
    return tuple((key, pattern) for _, key, pattern in sorted(found, key=lambda one: -one[0]))


@cache
def _words() -> dict[str, str]:
    return {text: key for key, text in ENGLISH.words.items() if key.startswith(_WORDS)}
