"""Line groups, routing and priorities as they are written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from sim.scenario.types import (
    AtOnce,
    Block,
    Day,
    Duration,
    HoursText,
    LineCount,
    Names,
    Share,
    Speed,
    Stated,
    StatedHours,
    distinct_keys,
    schema_or_bare,
)
from sim.units import parse_hours

#: Words of routing that are no line groups.
OWN, OTHERS = "own", "others"


def is_bare(value: object) -> bool:
    """Whether ``value`` stands for one key of a block: no mapping, or a value that says where it comes from."""
    return not isinstance(value, dict) or bool({"value", "status"} & set(value))


class Extra(Block):
    """Lines on top of the usual ones."""

    count: Stated[LineCount] = Stated[LineCount](value=1)
    hours: StatedHours
    first: Day | None = Field(None, description="first day with these lines (default: the first of the period)")
    last: Day | None = Field(None, description="last day with these lines (default: no last day)")

    @model_validator(mode="after")
    def _ordered(self) -> Extra:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"last: {self.last} is before the first day, {self.first}")
        return self


class Break(Block):
    """A pause of all lines of a group, or of ``count`` of them."""

    hours: StatedHours
    count: Stated[LineCount] | None = Field(None, description="how many pause (default: all lines)")

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return {"hours": value} if is_bare(value) else value

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> Any:
        written = handler(self)
        plain = self.count is None and isinstance(written["hours"], str)
        return written["hours"] if plain else written

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        block = dict(handler.resolve_ref_schema(handler(schema)))
        return schema_or_bare(block, block["properties"]["hours"])


class LineGroup(Block):
    """Identical lines; their name says whom they serve: a province, a channel, or a queue."""

    count: Stated[LineCount] | None = None
    shifts: Annotated[dict[HoursText, Stated[LineCount]], distinct_keys(parse_hours, "is the same as")] | None = Field(
        None, description="number of lines by hours, such as {mon-fri 9:00-13:00: 2, mon-fri 13:00-17:00: 1}"
    )
    serves: Names | None = Field(None, description="queues, such as phone/antwerpen or chat, or whole channels")
    staffed: StatedHours | None = Field(None, description="when they work (default: as the channel they serve)")
    extra: tuple[Extra, ...] = Field((), description="lines on top, at some hours or on some days")
    breaks: tuple[Break, ...] = Field((), description="hours, such as mon-fri 12:00-12:30, or {hours, count}")
    absence: Stated[Share] = Field(
        Stated[Share].model_validate("0 %"), description="share of days on which a line is absent"
    )
    takes: Literal["own first", "longest wait"] = Field("own first", description="whom a free line takes first")
    at_once: Stated[AtOnce] = Field(Stated[AtOnce](value=1), description="contacts that one line handles at once")
    speeds: tuple[Stated[Speed], ...] = Field(
        (), description="speed of each contact with 1, 2, ... in hand, such as [100 %, 80 %]"
    )

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return {"count": value} if is_bare(value) else value

    @model_validator(mode="after")
    def _one_level(self) -> LineGroup:
        if (self.count is None) == (self.shifts is None):
            found = "neither" if self.count is None else "both"
            raise ValueError(f"needs count or shifts, how many lines there are; found {found}")
        if self.shifts is not None and not self.shifts:
            raise ValueError("shifts: is empty; at least one entry is needed, such as {mon-fri 9:00-17:00: 1}")
        if self.shifts is not None and self.staffed is not None:
            raise ValueError("staffed: goes with count; the shifts say themselves when there are lines")
        if self.at_once.value > max(len(self.speeds), 1):
            wanted = f"{self.at_once.value} needs as many speeds, with 1, 2, ... in hand, such as [100 %, 80 %]"
            raise ValueError(f"at_once: {wanted}; found {len(self.speeds) or 'none'}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        block = dict(handler.resolve_ref_schema(handler(schema)))
        return schema_or_bare(block, block["properties"]["count"])


class RouteEntry(Block):
    """Line groups that a queue may use, once a contact has waited so long."""

    to: Names = Field(description="own, others, or the names of line groups")
    after: Duration = 0

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return {"to": value} if is_bare(value) else value

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> Any:
        written = handler(self)
        return written["to"] if self.after == 0 and len(self.to) == 1 else written

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        block = dict(handler.resolve_ref_schema(handler(schema)))
        return schema_or_bare(block, {"type": "string"})


class Selector(Block):
    """Contacts that go first: all that is given must hold."""

    channel: str | None = None
    province: str | None = None
    campaign: str | None = Field(None, description="name of a campaign, or base for the base demand")
    topic: str | None = None
    age: str | None = None

    @model_validator(mode="after")
    def _some(self) -> Selector:
        if not any(self.model_dump().values()):
            raise ValueError(f"says nothing; give at least one of {', '.join(type(self).model_fields)}")
        return self
