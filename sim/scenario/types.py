"""The kinds of values in a scenario: what is written, what it becomes, and how it is written back."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar, Union, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Tag,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sim import units as q
from sim.scenario.holidays import country_of
from sim.scenario.zones import parse_zone
from sim.units import WeeklyHours

T = TypeVar("T")


class Block(BaseModel):
    """A mapping of a scenario: frozen, and no key but the known ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    if not TYPE_CHECKING:  # else any attribute would seem to exist

        def __getattr__(self, name: str) -> Any:
            """UnreadableError for a field without a value: the block was read in part, as its file has mistakes."""
            if name in type(self).model_fields:
                raise UnreadableError(name)
            return super().__getattr__(name)


class UnreadableError(AttributeError):
    """A field whose value in the file is wrong or missing."""


def _kind(parse: Callable[[object], Any], write: Callable[[Any], Any], schema: dict[str, Any]) -> tuple[Any, ...]:
    return BeforeValidator(parse), PlainSerializer(write), WithJsonSchema(schema)


def _reads_text_or(kind: type, parse: Callable[[object], Any]) -> Callable[[object], Any]:
    """Parser that lets an already parsed value through."""
    return lambda value: value if isinstance(value, kind) else parse(value)


def name_from(*texts: str) -> str:
    """A name for folders and tables out of the first text that has letters or digits: ``mijn-scenario-e``.

    Letters lose their accents; what is left besides letters, digits, ``.``, ``_`` and ``-`` becomes ``-``.
    """
    for text in texts:
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).lstrip("-._")[:80].rstrip("-.")
        if name:
            return name
    return "scenario"


class Words(str):
    """Text; where it was written by language, the English or first one, with the others in ``by``."""

    by: Mapping[str, str]

    def __new__(cls, text: str = "", by: Mapping[str, str] | None = None) -> Words:
        """``text`` as such, or the one of ``by`` that stands for all."""
        words = super().__new__(cls, by.get("en", next(iter(by.values()))) if by else text)
        words.by = dict(by or {})
        return words

    def told(self, code: str) -> str:
        """In this language where it was written in it."""
        return self.by.get(code, str(self))

    @classmethod
    def parse(cls, found: object) -> Words:
        """Text, or a mapping of languages to texts; ValueError otherwise."""
        if isinstance(found, Words):
            return found
        if isinstance(found, str):
            return cls(found)
        if isinstance(found, Mapping) and found and all(isinstance(part, str) for part in found.values()):
            unknown = [code for code in found if code not in _LANGUAGES]
            if not unknown:
                return cls(by=found)
            raise ValueError(f"{unknown[0]!r} is not a language here; allowed are {' and '.join(_LANGUAGES)}")
        raise ValueError(f"{found!r} is not a text; expected one, or {{en: ..., nl: ...}}")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: type, _handler: object) -> CoreSchema:
        return core_schema.is_instance_schema(cls)

    def written(self) -> str | dict[str, str]:
        """As a file has it."""
        return dict(self.by) or str(self)


#: Languages in which a scenario may say what it is.
_LANGUAGES = ("en", "nl")
_TEXT = {"type": "string"}
Told = Annotated[
    Words,
    *_kind(
        Words.parse,
        lambda words: Words.parse(words).written(),  # text as such after model_copy
        {
            "anyOf": [
                _TEXT,
                {"type": "object", "properties": dict.fromkeys(_LANGUAGES, _TEXT), "additionalProperties": False},
            ],
        },
    ),
]
_PERCENT = {"type": "string", "pattern": r"^\s*[+-]?\d+(\.\d+)?\s*%\s*$"}
Duration = Annotated[
    int,
    *_kind(
        q.parse_duration,
        q.format_duration,
        {
            "type": "string",
            "pattern": r"^\s*(\d+(\.\d+)?\s*(ms|s|sec|seconds?|min|minutes?|h|hours?|days?|weeks?)\s*)+$",
            "description": q.DURATION_HELP,
        },
    ),
]
Share = Annotated[
    float, *_kind(q.parse_percent, q.format_percent, {**_PERCENT, "description": "a share, 0 % to 100 %"})
]
Percent = Annotated[
    float,
    *_kind(
        lambda v: q.parse_percent(v, most=100.0, what="a percentage"),
        q.format_percent,
        {**_PERCENT, "description": "a percentage, which may be over 100 %"},
    ),
]
Change = Annotated[
    float,
    *_kind(
        lambda v: q.parse_percent(v, least=-1.0, most=100.0, what="a change"),
        q.format_percent,
        {**_PERCENT, "description": "a change in percent, such as +76 % or -10 %"},
    ),
]
Longer = Annotated[
    float,
    *_kind(
        lambda v: q.parse_percent(v, least=-0.999, most=100.0, what="a change"),
        q.format_percent,
        {**_PERCENT, "description": "a change in percent that leaves something, such as +10 % or -10 %"},
    ),
]
Speed = Annotated[
    int,
    *_kind(
        q.parse_whole_percent,
        lambda speed: f"{speed} %",
        {"type": "string", "pattern": r"^\s*\d+\s*%\s*$", "description": "a whole percentage, 1 % to 100 %"},
    ),
]
Positive = Annotated[
    float,
    *_kind(
        lambda v: q.parse_number(v, least=1e-9, what="a number"),
        float,
        {"type": "number", "exclusiveMinimum": 0},
    ),
]
Variation = Annotated[
    float,
    *_kind(
        lambda v: q.parse_number(v, least=0.001, most=100, what="a coefficient of variation"),
        float,
        {"type": "number", "minimum": 0.001, "maximum": 100},
    ),
]
Sigma = Annotated[
    float,
    *_kind(
        lambda v: q.parse_number(v, least=0.001, most=10, what="a standard deviation of the logarithm"),
        float,
        {"type": "number", "minimum": 0.001, "maximum": 10},
    ),
]
LawShape = Annotated[
    float,
    *_kind(
        lambda v: q.parse_number(v, least=0.05, most=500, what="a shape"),
        float,
        {"type": "number", "minimum": 0.05, "maximum": 500},
    ),
]
Busyness = Annotated[
    float,
    *_kind(
        lambda v: q.parse_number(v, most=10, what="a coefficient of variation"),
        float,
        {"type": "number", "minimum": 0, "maximum": 10},
    ),
]
Weight = Annotated[float, *_kind(q.parse_number, float, {"type": "number", "minimum": 0})]
Contacts = Annotated[
    float,
    *_kind(
        lambda v: q.parse_number(v, most=1e7, what="a number of contacts"),
        float,
        {"type": "number", "minimum": 0, "maximum": 1e7},
    ),
]
LineCount = Annotated[
    int,
    *_kind(lambda v: q.parse_whole(v, what="lines", most=100_000), int, {"type": "integer", "minimum": 0}),
]
Attempts = Annotated[
    int,
    *_kind(
        lambda v: q.parse_whole(v, what="attempts", least=1, most=50),
        int,
        {"type": "integer", "minimum": 1, "maximum": 50},
    ),
]
Replications = Annotated[
    int,
    *_kind(
        lambda v: q.parse_whole(v, what="replications", least=1, most=100_000_000),
        int,
        {"type": "integer", "minimum": 1},
    ),
]
Seed = Annotated[
    int,
    *_kind(lambda v: q.parse_whole(v, what="seed", most=2**63), int, {"type": "integer", "minimum": 0}),
]
AtOnce = Annotated[
    int,
    *_kind(
        lambda v: q.parse_whole(v, what="contacts at once", least=1, most=20),
        int,
        {"type": "integer", "minimum": 1, "maximum": 20},
    ),
]
Waiting = Annotated[
    int, *_kind(lambda v: q.parse_whole(v, what="waiting contacts"), int, {"type": "integer", "minimum": 0})
]
WorkingDays = Annotated[
    int, *_kind(lambda v: q.parse_whole(v, what="working days", most=365), int, {"type": "integer"})
]
Places = Annotated[
    int | Literal["unlimited"],
    *_kind(
        lambda v: v if v == "unlimited" else q.parse_whole(v, what="waiting places"),
        lambda v: v,
        {"anyOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}]},
    ),
]
Day = Annotated[
    dt.date,
    *_kind(_reads_text_or(dt.date, q.parse_date), dt.date.isoformat, {"type": "string", "format": "date"}),
]
Moment = Annotated[
    dt.datetime,
    *_kind(
        _reads_text_or(dt.datetime, q.parse_moment),
        lambda moment: f"{moment:%Y-%m-%d %H:%M}",
        {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d([ T]\d{1,2}:\d\d)?$"},
    ),
]
Hours = Annotated[
    WeeklyHours,
    *_kind(
        _reads_text_or(WeeklyHours, q.parse_hours),
        lambda hours: hours.text,
        {"type": "string", "description": q.HOURS_HELP},
    ),
]
#: Keys of a mapping: what is written is checked and kept as text, in one spelling.
HoursText = Annotated[
    str,
    BeforeValidator(lambda v: q.parse_hours(v).text),
    WithJsonSchema({"type": "string", "description": q.HOURS_HELP}),
]
DayText = Annotated[
    str, BeforeValidator(lambda v: q.parse_date(v).isoformat()), WithJsonSchema({"type": "string", "format": "date"})
]
DurationText = Annotated[
    str,
    BeforeValidator(lambda v: q.format_duration(q.parse_duration(v))),
    WithJsonSchema({"type": "string", "description": q.DURATION_HELP}),
]


def distinct_keys(parse: Callable[[object], object], twice: str) -> BeforeValidator:
    """Refuses two keys of a mapping that ``parse`` reads as the same; ``twice`` says what they are."""

    def check(written: object) -> object:
        seen: dict[object, str] = {}
        for key in written if isinstance(written, dict) else ():
            try:
                first = seen.setdefault(parse(key), key)
            except ValueError:  # the type of the key says what is wrong
                continue
            if first != key:
                raise PydanticCustomError("same_key", f"{twice} {first!r}; keep one", {"key": key})
        return written

    return BeforeValidator(check)


Names = Annotated[
    tuple[str, ...],
    *_kind(
        _reads_text_or(tuple, q.parse_names),
        lambda names: names[0] if len(names) == 1 else list(names),
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    ),
]
#: Whose public holidays: a country, a part of one, or ``none``.
Holidays = Annotated[str, *_kind(country_of, str, {"type": "string", "examples": ["BE", "DE-BY", "none"]})]
WeekdaySet = Annotated[
    tuple[int, ...],
    *_kind(
        _reads_text_or(tuple, q.parse_weekday_set), q.format_weekday_set, {"type": "string", "examples": ["mon-fri"]}
    ),
]
Zone = Annotated[str, *_kind(parse_zone, str, {"type": "string", "examples": ["Europe/Brussels"]})]


class Shares(BaseModel):
    """Parts of a whole by name: all in percent, adding up to 100 %, or all plain counts such as inhabitants."""

    model_config = ConfigDict(frozen=True)
    parts: dict[str, float]
    percent: bool

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if not isinstance(value, dict) or not value:
            raise ValueError(f"{q.shown(value)} is not a mapping of names to shares, such as {{phone: 80 %}}")
        if "value" in value:
            raise ValueError("'value' is a word of scenario files; use another name")
        percent = [isinstance(part, str) and part.strip().endswith("%") for part in value.values()]
        if any(percent) and not all(percent):
            raise ValueError("mixes percentages and plain counts; write all of them the same way")
        parts = {str(name): _part(str(name), part, percent[0]) for name, part in value.items()}
        total = sum(parts.values())
        if percent[0] and abs(total - 1) > 1e-6:
            raise ValueError(f"the shares add up to {total * 100:g} %; they must add up to 100 %")
        if total <= 0:
            raise ValueError("all parts are zero; at least one must be positive")
        return {"parts": parts, "percent": percent[0]}

    @model_serializer(mode="plain")
    def _write(self) -> dict[str, Any]:
        return {name: q.format_percent(part) if self.percent else part for name, part in self.parts.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del schema, handler
        part = {"anyOf": [_PERCENT, {"type": "number", "minimum": 0}]}
        return {"type": "object", "additionalProperties": part, "minProperties": 1, "description": cls.__doc__}

    def fraction(self, name: str) -> float:
        """Share of ``name``, 0 where it has no part."""
        return self.parts.get(name, 0.0) / sum(self.parts.values())


def _part(name: str, part: object, percent: bool) -> float:
    try:
        return q.parse_percent(part) if percent else q.parse_number(part, what="a count")
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


Status = Literal["published", "derived", "assumed"]


class Stated(Block, Generic[T]):
    """A value with where it comes from: bare, or ``{value, status, source, low, high}``."""

    value: T
    status: Status | None = None
    source: Told | None = None
    low: T | None = None
    high: T | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        if isinstance(value, dict) and "value" not in value and "status" in value:
            raise ValueError("has a status but no 'value:'; write {value: ..., status: ..., source: ...}")
        return value if isinstance(value, dict) and "value" in value else {"value": value}

    @model_validator(mode="after")
    def _ranges(self) -> Stated[T]:
        if self.status == "assumed" and (self.low is None or self.high is None):
            raise ValueError("is assumed, so it needs a low and a high too: the range in which it may lie")
        if self.status == "published" and not self.source:
            raise ValueError("is published, so it needs its source")
        values = (self.low, self.value, self.high)
        if all(isinstance(v, (int, float, dt.datetime, dt.date)) for v in values):
            low, value, high = values
            if not low <= value <= high:  # type: ignore[operator]  # just checked
                written = self.model_dump(mode="json")
                of = ", ".join(f"{name} {written[name]}" for name in ("low", "value", "high"))
                raise ValueError(f"{of} do not ascend: a value lies between its low and its high")
        return self

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> Any:
        written = {name: part for name, part in handler(self).items() if part is not None}
        return written["value"] if len(written) == 1 else written

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        stated = handler.resolve_ref_schema(handler(schema))
        bare = stated["properties"]["value"]
        return {"anyOf": [bare, dict(stated)]}


class StatedHours(Stated[Hours]):
    """Hours with where they come from."""

    @property
    def text(self) -> str:
        """How they were written."""
        return self.value.text


def kinds_of(base: type[Block], key: str) -> dict[str, type[Block]]:
    """The blocks that build on ``base``, by the word that each has in ``key``, in the order of declaration."""
    return {
        get_args(kind.model_fields[key].annotation)[0]: kind
        for kind in base.__subclasses__()
        if key in kind.model_fields
    }


def tagged_union(key: str, kinds: Mapping[str, type[Block]], unknown: type[Block], tag: str) -> Any:
    """The type of a block whose ``key`` says which of ``kinds`` it is; ``unknown`` refuses all else, under ``tag``."""

    def kind_of(value: object) -> str:
        name = value.get(key) if isinstance(value, dict) else getattr(value, key, None)
        return name if isinstance(name, str) and name in kinds else tag

    members = tuple(Annotated[kind, Tag(name)] for name, kind in {**kinds, tag: unknown}.items())
    return Annotated[Union[members], Discriminator(kind_of)]  # noqa: UP007  # of so many as there are


def schema_or_bare(block: dict[str, Any], bare: dict[str, Any]) -> dict[str, Any]:
    """JSON schema of a mapping that may be written as one bare value; a mistake is reported within the one meant."""
    return {"if": {"type": "object", "not": {"required": ["value"]}}, "then": block, "else": bare}
