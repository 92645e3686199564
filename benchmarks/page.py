"""Tables of a Markdown page."""

from __future__ import annotations

from collections.abc import Sequence

from timing import Took


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns in Markdown, the first one to the left and numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def short(number: float) -> str:
    """Three digits that count, in thousands or millions where it is large."""
    for size, name in ((1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{_digits(number / size)}{name}"
    return _digits(number)


def times(ratio: float) -> str:
    """A ratio as a factor."""
    return f"{_digits(ratio)} x"


def seconds(took: float) -> str:
    """Seconds, or milliseconds where they are few."""
    return f"{_digits(took)} s" if took >= 1 else f"{_digits(1e3 * took)} ms"


def _digits(number: float) -> str:
    if number < 0.1:
        return f"{number:.2g}"
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def rates(found: dict[str, Took], against: dict[str, Took | None]) -> list[list[str]]:
    """A row for each work: contacts, by core and second of the processor, by second on the clock, ratios."""
    return [
        [
            name,
            f"{took.contacts:,}",
            short(took.rate),
            short(took.contacts / took.wall),
            *(times(took.rate / other.rate) if other else "" for other in against.values()),
        ]
        for name, took in found.items()
    ]
