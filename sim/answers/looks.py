"""Colours of charts: one tone for each thing that is shown, which greyscale tells apart as well."""

from __future__ import annotations

from dataclasses import dataclass

from sim.answers.colours import BETTER, MUTED, OUTCOMES, UNCLEAR, WORSE


@dataclass(frozen=True)
class Tone:
    """A colour, the fill of its bars in SVG, and the hatch of its bars in matplotlib."""

    colour: str
    fill: str
    hatch: str = ""

    @property
    def drawn(self) -> str:
        """Its fill in SVG."""
        return self.fill if self.fill.startswith("#") else f"url(#fill-{self.fill})"

    @property
    def legend(self) -> str:
        """The fill of its sign in the legend of a page."""
        return self.fill if self.fill.startswith("#") else f"fill-{self.fill}"


def _of_outcome(name: str) -> Tone:
    colour, hatch = OUTCOMES[name]
    return Tone(colour, name, hatch)


TONES = {
    "main": _of_outcome("answered"),
    "other": _of_outcome("blocked"),
    "better": Tone(BETTER, BETTER),
    "worse": Tone(WORSE, WORSE),
    "unclear": Tone(UNCLEAR, UNCLEAR),
    "muted": Tone(MUTED, MUTED),
    "stated": Tone("#000000", "#000000"),
    "low": Tone("#9ECAE9", "#9ECAE9"),
    "high": Tone("#0072B2", "#0072B2"),
    "reached": _of_outcome("answered"),
    "never_open": _of_outcome("abandoned"),
    "never_closed": _of_outcome("closed"),
    "pending": Tone("#999999", "#999999"),
    "helped": Tone(BETTER, BETTER),
    "unhelped": Tone(WORSE, WORSE),
    "first": Tone("#56B4E9", "#56B4E9"),
    "again": Tone("#BBBBBB", "#BBBBBB"),
    "calls": Tone("#666666", "#666666"),
    "passing": Tone("#888888", "#888888"),
    "waited": Tone("#999999", "#999999"),
    **{name: _of_outcome(name) for name in OUTCOMES},
}
