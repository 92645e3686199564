"""An answer as a page: the answer with its first numbers, its sections, then what every page has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from sim.answers.answer import Answer, Bars, Curves, Day, Heat, Message, Part, Rows, Show, Table, Tile, Value, message
from sim.answers.charts import svg_of
from sim.answers.grids import Grid, grid
from sim.answers.kinds import below, cell_of, in_language, seen
from sim.answers.looks import TONES
from sim.answers.phrases import definitions, played, title_of
from sim.language import Language
from sim.report import appendix, sections
from sim.report.page import OF_STUDIES, frame, named, rendered


def page_of(answer: Answer, say: Language, *, sensitivity: sections.Decided | None = None, wanted: bool = False) -> str:
    """The page, which needs no network.

    sensitivity: what stands with what was assumed.
    wanted: whether it is said where there is no sensitivity.
    """
    parts = sections_of(answer, say)
    tiles = [_tile(tile, say) for tile in answer.tiles]
    worlds, after = played(answer, say), OF_STUDIES if answer.scenario else ("made",)
    words = frame(answer.scenario, say) | {
        "heading": title_of(answer, say),
        "answer": {"sentences": [in_language(sentence, say) for sentence in answer.sentences]},
        "worlds": worlds,
        "tiles": tiles,
        "parts": parts,
        "study": sensitivity,
        "wanted": wanted,
        "made": made(answer, say),
        "written": written(answer, say),
        "definitions": definitions(answer, say),
        "stress": appendix.of_answer(answer, worlds, say),
        "sections": [*((one.id, one.heading) for one in parts), *named(after, say)],
    }
    return rendered("study.html", words)


def sections_of(answer: Answer, say: Language) -> list[sections.Section]:
    """The sections of an answer as a page has them."""
    found = []
    for one in answer.sections:
        heading = in_language(one.heading, say)
        parts = [_untitled(_part(part, answer, say), heading) for part in one.parts]
        found.append(sections.Section(one.id, heading, parts, one.folded))
    return found


def _untitled(part: sections.Part, heading: str) -> sections.Part:
    """A part without a title that says the same as the heading of its section."""
    if isinstance(part, sections.Picture) and part.title == heading:
        return replace(part, title="")
    return part


def _tile(tile: Tile, say: Language) -> sections.Tile:
    label, value, beside = (in_language(text, say) for text in (tile.label, tile.value, tile.beside))
    return sections.Tile(label, value, beside, tile.tone)


def _part(part: Part, answer: Answer, say: Language) -> sections.Part:
    if isinstance(part, Message):
        return sections.Words(in_language(part, say))
    if isinstance(part, Show):
        return grid_of(answer.table(part.table), say)
    legend: Mapping[str, Value] = part.legend if isinstance(part, Rows | Bars) else {}
    if isinstance(part, Day):
        legend = {"answered": message("figure.with_a_line")}
    tones = [(TONES[tone].legend, in_language(words, say)) for tone, words in legend.items()]
    caption, title = in_language(part.caption, say), in_language(part.title, say)
    mark = in_language(part.mark, say) if isinstance(part, Bars) else ""
    half = isinstance(part, Heat) or (isinstance(part, Curves) and part.half)
    return sections.Picture(
        svg_of(part, say), caption, title, half=half, legend=tones, mark=mark, day=isinstance(part, Day)
    )


def grid_of(table: Table, say: Language) -> Grid:
    """A table of a page."""
    kept = seen(table)
    rows = [[cell_of(table.columns[number], row[number], say) for number in kept] for row in table.rows[: table.most]]
    heads = [in_language(table.columns[number].head, say) for number in kept]
    return grid(in_language(table.title, say), heads, rows, note=below(table, say))


#: How runs were made, in order.
_MADE = (
    "scenario", "seed", "replications", "engine", "command", "results_version", "hash", "result_hash", "versions",
)  # fmt: skip


def made(answer: Answer, say: Language) -> list[tuple[str, str]]:
    """Name and value of everything that is needed to make an answer again."""
    if answer.made:
        rows = [(say(f"made.{name}"), answer.made.get(name, "")) for name in _MADE]
        rows.append((say("made.written"), written(answer, say)))
        return [(name, value) for name, value in rows if value]
    seeds = ", ".join(dict.fromkeys(str(one.seed) for one in answer.played))
    rows = [
        (say("made.scenario"), answer.scenario.name if answer.scenario else ""),
        (say("made.command"), answer.command),
        (say("made.seed"), seeds),
        (say("made.worlds"), "; ".join(played(answer, say))),
        (say("made.versions"), f"helpline-sim {answer.version}"),
    ]
    return [(name, value) for name, value in rows if value]


def written(answer: Answer, say: Language) -> str:
    """When the results were written; '' where that is not kept."""
    try:
        return f"{say.moment(dt.datetime.fromisoformat(answer.made.get('written', '')))} UTC"
    except ValueError:
        return ""
