"""A flow between places from left to right, as SVG."""

from __future__ import annotations

from collections.abc import Iterator

from sim.answers.answer import Flow, FlowBand, FlowPlace
from sim.answers.kinds import in_language
from sim.answers.looks import TONES
from sim.answers.svg import drawing, hint, ribbon, tag, text
from sim.language import Language
from sim.language.shown import plain

_WIDTH, _TALL, _GAP, _THICK = 1000.0, 330.0, 26.0, 14.0
_X = (8.0, 160.0, 308.0, 486.0, 642.0, 796.0)
#: Less than this of all calls is not drawn.
_LEAST = 0.0005


def draw_flow(flow: Flow, say: Language) -> str:
    """The flow; the height of a band is how much it stands for. Nothing where nothing flows."""
    places = {place.id: place for place in flow.places}
    most = places[flow.most].found.value
    if not most:
        return ""
    shown = [place for place in flow.places if place.found.value > _LEAST * most]
    scale = _TALL / most
    tops = _tops(flow, shown, scale)
    parts = list(_bands(flow, places, tops, scale, say))
    for place in shown:
        parts += _place(place, tops[place.id], scale, say)
    height = max(tops[place.id] + place.found.value * scale for place in shown) + 20
    return drawing(_WIDTH, height, *parts, title=in_language(flow.title, say), kind="wide")


def _tops(flow: Flow, shown: list[FlowPlace], scale: float) -> dict[str, float]:
    """Upper end of each place, so that places of a column stand below each other with room for their words."""
    tops: dict[str, float] = {}
    for column in range(len(_X)):
        y = 40.0
        if flow.under is not None and column == flow.under[0] and flow.under[1] in tops:
            band = next(one for one in flow.bands if (one.source, one.target) == flow.under[1:])
            y = tops[band.source] + band.found.value * scale + 44
        for place in (place for place in shown if place.column == column):
            tops[place.id] = y
            y += max(place.found.value * scale, 8.0) + _GAP + 14
    return tops


def _bands(
    flow: Flow, places: dict[str, FlowPlace], tops: dict[str, float], scale: float, say: Language
) -> Iterator[str]:
    """Every band between two places; at each place they leave and enter in the order of where they go and come from."""
    bands = [one for one in flow.bands if one.found.value > 0 and one.source in tops and one.target in tops]
    start, end = dict(tops), dict(tops)
    leaves, enters = dict[FlowBand, float](), dict[FlowBand, float]()
    for one in sorted(bands, key=lambda one: (tops[one.target], places[one.target].column)):
        leaves[one] = start[one.source]
        start[one.source] += one.found.value * scale
    for one in sorted(bands, key=lambda one: (tops[one.source], places[one.source].column)):
        enters[one] = end[one.target]
        end[one.target] += one.found.value * scale
    for one in bands:
        source, target = places[one.source], places[one.target]
        words = f"{in_language(source.name, say)} → {in_language(target.name, say)}: {plain(one.found, say)}"
        at, to = _X[source.column] + _THICK, _X[target.column]
        path = ribbon(at, leaves[one], to, enters[one], one.found.value * scale)
        yield tag("path", hint(words), d=path, class_="band", fill=TONES[one.tone].drawn)


def _place(place: FlowPlace, top: float, scale: float, say: Language) -> list[str]:
    x, tall, words = _X[place.column], max(place.found.value * scale, 1.0), in_language(place.name, say)
    value = f"{plain(place.found, say)} {in_language(place.note, say)}".rstrip()
    box = {"x": x, "y": top, "width": _THICK, "height": tall, "fill": TONES[place.tone].drawn}
    return [
        tag("rect", hint(f"{words}: {value}"), class_="place", **box),
        text(x, top - 18, words, class_="label"),
        text(x, top - 5, value, class_="value"),
    ]
