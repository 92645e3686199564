"""What a study answers, as data: messages, typed tables, charts and tiles; identifiers and numbers, never prose.

A study makes an ``Answer``; the terminal, the page, the workbook, files and notebooks show it (see the neighbours of
this module). ``to_json`` and ``from_json`` are each other's inverse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib.metadata import version
from math import inf, isfinite, nan
from typing import Any

from sim.errors import ResultsError
from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.statistics.estimates import Estimate

#: The form in which answers are written; another one is not read.
FORMAT = 2


@dataclass(frozen=True)
class Message:
    """A text of the catalogue.

    key: of the catalogue, such as ``next.helps``.
    values: of its placeholders: each a ``Value``.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Term:
    """A value with the kind that says how people read it.

    kind: one of ``kinds.KINDS``, such as ``name``, ``share`` or ``estimate``.
    """

    kind: str
    value: Value


@dataclass(frozen=True)
class Named:
    """An identifier, with the words that people read instead."""

    id: str
    words: Message | Term


#: What stands in a placeholder or in a cell.
Value = None | bool | int | float | str | Estimate | Message | Term | Named | tuple["Value", ...]


def message(key: str, /, **values: Value) -> Message:
    """A text of the catalogue with the values of its placeholders."""
    return Message(key, values)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    name: for programs, in English; the head of the column in CSV files.
    kind: of its cells, one of ``kinds.KINDS``.
    head: what people read above it.
    good: for changes: the sign of a change for the better, 0 where neither is.
    filed: whether it stands in files and workbooks only, since another column tells people the same.
    """

    name: str
    kind: str
    head: Message | Term
    good: int = 0
    filed: bool = False


@dataclass(frozen=True)
class Table:
    """A table with typed columns.

    name: for programs; also of its CSV file and, shortened, of its sheet.
    rows: one cell for each column.
    note: what stands below it.
    most: rows that terminal and page show; files and workbooks have all of them.
    short: a title of few letters, for the tab of its sheet.
    filed: whether files and workbooks alone have it.
    """

    name: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: Message | None = None
    most: int = 60
    short: Message | None = None
    filed: bool = False


@dataclass(frozen=True)
class Mark:
    """A value in a row of a chart: an estimate, its form and its tone.

    form: bar, circle, square, diamond or ring: forms tell series apart in greyscale.
    tone: one of ``looks.TONES``.
    note: what stands beside the end of a bar, where that is short.
    """

    found: Estimate
    form: str
    tone: str
    note: Value = None


@dataclass(frozen=True)
class Row:
    """A row of a chart.

    limit: where a target lies, nan without one.
    joined: whether a thin line goes from its first mark to its last.
    """

    label: Value
    marks: tuple[Mark, ...]
    note: Value = None
    limit: float = nan
    joined: bool = False


@dataclass(frozen=True)
class Rows:
    """A chart of rows: each has a name, and values with their intervals on one axis.

    axis: what is measured, with its unit.
    legend: the meaning of tones, where there are several.
    signed: whether values are changes.
    most: where the axis ends at most, inf without an end.
    """

    title: Value
    axis: Value
    rows: tuple[Row, ...]
    caption: Value
    legend: Mapping[str, Message] = field(default_factory=dict)
    signed: bool = False
    most: float = inf


@dataclass(frozen=True)
class Axis:
    """The axis across of a chart.

    name: what it is.
    names: of the places 0, 1, 2 and so on, or of ``marks`` where these are given; () where places are numbers.
    marks: places that are shown; () for round numbers.
    zero: whether it starts at 0.
    log: whether it is logarithmic; places are above 0 then.
    """

    name: Value
    names: tuple[Value, ...] = ()
    marks: tuple[float, ...] = ()
    zero: bool = False
    log: bool = False


@dataclass(frozen=True)
class Point:
    """A value at a place across; ``said`` shows where a pointer rests, ``note`` stands beside it."""

    x: float
    found: Estimate
    said: Value = None
    note: Value = None


@dataclass(frozen=True)
class Series:
    """Points that belong together.

    name: in the legend; None without one.
    look: a number of ``looks.LOOKS``.
    line: whether a line joins the points.
    band: whether intervals are shaded, and not drawn at each point.
    bare: whether points have no mark and no interval of their own.
    """

    name: Value
    points: tuple[Point, ...]
    look: int = 0
    line: bool = True
    band: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Curves:
    """A chart of values along an axis, which start at 0.

    up: what is measured, with its unit.
    limits: values with their looks, as lines across the chart.
    span: a stretch of the axis, and what it is.
    uprights: places on the axis, and what they are.
    ring: a point that stands out (place, value), and what it is.
    half: whether two of them stand beside each other.
    """

    title: Value
    across: Axis
    up: Value
    series: tuple[Series, ...]
    caption: Value = None
    limits: tuple[tuple[float, int], ...] = ()
    span: tuple[float, float, Value] | None = None
    uprights: tuple[tuple[float, Value], ...] = ()
    ring: tuple[float, float, Value] | None = None
    half: bool = False


@dataclass(frozen=True)
class Heat:
    """A number over two settings: darker where it is more.

    down, across: name of each setting, and its levels.
    values: a row for each level down; not a number where there is none.
    """

    title: Value
    down: Axis
    across: Axis
    values: tuple[tuple[Estimate, ...], ...]
    caption: Value = None


@dataclass(frozen=True)
class Bar:
    """A bar of parts on top of each other.

    parts: tone and value of each, the lowest first.
    below: in small letters below its label.
    named: where a pointer rests; its label by default.
    mark: a value beside it, with its interval.
    """

    label: Value
    parts: tuple[tuple[str, Estimate], ...]
    below: Value = None
    named: Value = None
    mark: Estimate | None = None


@dataclass(frozen=True)
class Bars:
    """A chart of bars.

    axis: what is measured.
    legend: the meaning of each tone.
    mark: what is marked beside bars.
    across: whether bars lie, each with its name before it.
    tall: height in SVG.
    """

    title: Value
    axis: Value
    bars: tuple[Bar, ...]
    caption: Value
    legend: Mapping[str, Value] = field(default_factory=dict)
    mark: Value = None
    across: bool = False
    tall: float = 300.0


@dataclass(frozen=True)
class FlowPlace:
    """A place of a flow: its column from left to right, its tone, what flows through it."""

    id: str
    column: int
    tone: str
    found: Estimate
    name: Value
    note: Value = None


@dataclass(frozen=True)
class FlowBand:
    """What flows from one place to another."""

    source: str
    target: str
    tone: str
    found: Estimate


@dataclass(frozen=True)
class Flow:
    """A chart of what flows between places, from left to right.

    most: the place whose height is the whole.
    under: a column that begins below a band: its number, and the two places of the band.
    """

    title: Value
    places: tuple[FlowPlace, ...]
    bands: tuple[FlowBand, ...]
    most: str
    caption: Value = None
    under: tuple[int, str, str] | None = None


@dataclass(frozen=True)
class DutyLine:
    """A line of a group, numbered from 0, and its stretches of duty in ms of the day."""

    group: str
    number: int
    duty: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class DayContact:
    """A contact that was waiting or in hand on a day; times on the clock, in ms of the day, negative before it.

    line: number of the line that took it, or the one that it would have got first, among those of the day.
    lane: its place among the contacts that the line has in hand together, 0 where no line took it.
    """

    line: int
    queue: str
    outcome: str
    dialled: int
    left: int
    released: int
    lane: int

    @property
    def held(self) -> bool:
        """Whether a line took it."""
        return self.released > self.left


@dataclass(frozen=True)
class Day:
    """One day as it went: what each line did, who waited for it and who gave up.

    date: an ISO date.
    opens, shuts: hours from which to which it is shown.
    """

    title: Value
    date: str
    opens: int
    shuts: int
    lines: tuple[DutyLine, ...]
    contacts: tuple[DayContact, ...]
    caption: Value = None


@dataclass(frozen=True)
class Tile:
    """One number of the first screen: what it is, its value, and what it is held against."""

    label: Value
    value: Value
    beside: Value = None
    tone: str = ""


@dataclass(frozen=True)
class Show:
    """The place of a table in a section."""

    table: str


#: What a chart is.
Chart = Rows | Curves | Heat | Bars | Flow | Day
#: What a section holds.
Part = Message | Chart | Show


@dataclass(frozen=True)
class Section:
    """A heading with an id of its own, and what stands below it.

    folded: whether a page shows it when it is asked for, since few readers need it.
    """

    id: str
    heading: Message
    parts: tuple[Part, ...]
    folded: bool = False


@dataclass(frozen=True)
class Played:
    """Replications on which an answer rests.

    key: of a text of the catalogue that says what was done on them.
    number: how many there were, from the one numbered ``first`` of ``seed`` on.
    """

    key: str
    number: int
    first: int
    seed: int


@dataclass(frozen=True)
class Answer:
    """What a study found.

    study: its name, such as ``next-line``.
    scenario: what it is about; None where it is about no scenario.
    heading: what was asked, behind the title.
    question: all that affects the answer, as plain data.
    sentences: the answer in words, the most important first.
    played: the replications on which it rests.
    measures: names of the measures in it (see ``summary.EVERY``).
    files: further files of its folder by name, such as ``plan.yaml``.
    command: that makes it again, '' where there is none.
    title: what it is about, where that is not the scenario's title.
    made: how results on which it rests were made, by keys of the section ``made`` of the catalogue.
    """

    study: str
    scenario: Scenario | None
    heading: Message
    question: Mapping[str, Any]
    sentences: tuple[Message, ...]
    played: tuple[Played, ...]
    measures: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    title: Value = None
    made: Mapping[str, str] = field(default_factory=dict)
    version: str = field(default_factory=lambda: version("helpline-sim"))

    def table(self, name: str) -> Table:
        """A table by its name; KeyError where there is none."""
        return {table.name: table for table in self.tables}[name]

    @property
    def name(self) -> str:
        """Name of its folder: one of its own for every question."""
        played = [[one.number, one.first, one.seed] for one in self.played]
        about = "" if self.scenario is None else dumps(self.scenario)
        key = json.dumps([self.question, played], sort_keys=True, default=str) + about
        named = "" if self.scenario is None else f"{self.scenario.name}-"
        return f"{self.study}-{named}{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def to_json(self) -> str:
        """All of it, as ``docs/answers.md`` describes."""
        return json.dumps({"format": FORMAT, **_plain(self)}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Answer:
        """What ``to_json`` wrote; ResultsError where it is something else."""
        try:
            content = json.loads(text)
            written = content.pop("format", None) if isinstance(content, dict) else None
            found = _read(content) if written == FORMAT else None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ResultsError(f"not the answer of a study ({error!r})") from None
        if written is None and isinstance(content, dict) and {"study", "version"} <= content.keys():
            again = f"make it again: {content['command']}" if content.get("command") else "run the study again"
            raise ResultsError(f"was made by another version of this program; {again}")
        if written is not None and written != FORMAT:
            raise ResultsError(f"an answer in the form {written}, and this version reads the form {FORMAT}")
        if not isinstance(found, cls):
            raise ResultsError("not the answer of a study")
        return found


_CLASSES = (
    *(Answer, Message, Term, Named, Column, Table, Tile, Show, Section, Played, Estimate),
    *(
        Mark,
        Row,
        Rows,
        Axis,
        Point,
        Series,
        Curves,
        Heat,
        Bar,
        Bars,
        Flow,
        FlowPlace,
        FlowBand,
        Day,
        DutyLine,
        DayContact,
    ),
)
_BY_NAME = {one.__name__: one for one in _CLASSES}
#: Says which class an object of JSON is.
_CLASS = "is"


def _plain(value: Any) -> Any:
    """A value as JSON has it. An end of an interval that is infinite is null, and so is a number that is not known."""
    if isinstance(value, Scenario):
        return dumps(value)
    if is_dataclass(value) and not isinstance(value, type):
        kept = {one.name: getattr(value, one.name) for one in fields(value)}
        defaults = {one.name: one.default for one in fields(value)}
        some = {name: _plain(of) for name, of in kept.items() if not _same(of, defaults[name])}
        return {_CLASS: type(value).__name__, **some}
    if isinstance(value, Mapping):
        return {str(name): _plain(of) for name, of in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(of) for of in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _same(value: Any, default: Any) -> bool:
    """Whether a value is the default of its field, and need not be written."""
    return value is default or (type(value) is type(default) and value == default)


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(of) for of in value)
    if not isinstance(value, dict):
        return value
    members = {name: _read(of) for name, of in value.items() if name != _CLASS}
    if _CLASS not in value:
        return members
    kind = _BY_NAME[value[_CLASS]]
    if kind is Estimate:
        unknown = (nan, nan, nan) if members["value"] is None else (nan, -inf, inf)
        ends = zip(("value", "low", "high"), unknown, strict=True)
        return Estimate(*(missing if members[name] is None else float(members[name]) for name, missing in ends))
    if kind is Answer and members["scenario"] is not None:
        members["scenario"] = loads(members["scenario"])
    return kind(**members)
