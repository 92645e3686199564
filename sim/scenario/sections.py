"""What an analyst writes, typed: the sections of a scenario file and what each key means. Data only."""

from __future__ import annotations

from functools import cached_property
from math import isfinite
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, StrictBool, model_validator
from pydantic_core import CoreSchema

from sim.errors import Place
from sim.scenario.campaigns import Campaign
from sim.scenario.distributions import AnyLaw, NeverLaw
from sim.scenario.holidays import HELP as HOLIDAYS_HELP
from sim.scenario.lines import LineGroup, RouteEntry, Selector, is_bare
from sim.scenario.profile import DayProfile
from sim.scenario.source import Located, located, write_text
from sim.scenario.trace import TraceFile
from sim.scenario.types import (
    Attempts,
    Block,
    Busyness,
    Change,
    Contacts,
    Day,
    Duration,
    DurationText,
    Holidays,
    Longer,
    Names,
    Percent,
    Places,
    Replications,
    Seed,
    Share,
    Shares,
    Stated,
    StatedHours,
    Told,
    Waiting,
    WeekdaySet,
    Weight,
    Words,
    WorkingDays,
    Zone,
    distinct_keys,
    schema_or_bare,
)
from sim.units import parse_duration

_NONE = Stated[Share].model_validate("0 %")


class Period(Block):
    """The days that are simulated, both included."""

    first: Day = Field(description="first day")
    last: Day = Field(description="last day, included")
    follow_up: Duration = Field(28 * 86_400_000, description="how long work that waits at the end is followed")
    zone: Zone | None = Field(
        None, description="time zone of the clock on the wall, such as Europe/London (default: the holidays' country's)"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        for end, day in (("first", self.first), ("last", self.last)):
            if not 1900 <= day.year <= 2100:
                raise ValueError(f"{end}: {day} is out of range; allowed are the years 1900 to 2100")
        if self.last < self.first:
            raise ValueError(f"last: {self.last} is before the first day, {self.first}")
        if (self.last - self.first).days >= 3660:
            raise ValueError(f"is {(self.last - self.first).days + 1} days long; allowed are ten years at most")
        return self


class CalendarBlock(Block):
    """Which days are working days."""

    working_days: WeekdaySet = Field((0, 1, 2, 3, 4), description="days of the week on which it is open")
    holidays: Holidays = Field("BE", description=f"whose public holidays it is closed on: {HOLIDAYS_HELP}")
    closed: tuple[Day, ...] = Field((), description="further days on which the helpline is closed")


class CallBack(Block):
    """Who waits may be called back instead, keeping the place."""

    accepted: Stated[Share] = Field(description="share that accepts")
    from_waiting: Waiting = Field(0, description="offered where so many wait already")


class Channel(Block):
    """A way to reach the helpline."""

    hours: StatedHours = Field(description="when contacts are let in")
    staffed: StatedHours | None = Field(None, description="when its lines work (default: its hours)")
    queue: Literal["per province", "shared"] = Field(
        "shared", description="one queue for each province, or one for all"
    )
    pools: dict[str, Names] = Field(
        default_factory=dict, description="provinces that share a queue, such as {west: [a, b]} or {flanders: all}"
    )
    waiting_places: Places = Field("unlimited", description="0 gives a busy tone")
    closing: Literal["serve", "send away"] = Field(
        "serve", description="whether lines that are there at closing serve those who wait, or these are sent away"
    )
    interruptible: StrictBool = Field(False, description="whether its work is laid aside for a call, and resumed")
    announce_wait: StrictBool = Field(False, description="whether callers hear how long they will wait")
    call_back: CallBack | None = Field(None, description="offer to be called back instead of waiting")
    voicemail: Stated[Share] = Field(_NONE, description="share that leaves a message when it is closed")


class Weekdays(Block):
    """Relative weight of each weekday."""

    mon: Stated[Weight] = Stated[Weight](value=1.0)
    tue: Stated[Weight] = Stated[Weight](value=1.0)
    wed: Stated[Weight] = Stated[Weight](value=1.0)
    thu: Stated[Weight] = Stated[Weight](value=1.0)
    fri: Stated[Weight] = Stated[Weight](value=1.0)
    sat: Stated[Weight] = Stated[Weight](value=1.0)
    sun: Stated[Weight] = Stated[Weight](value=1.0)

    def weights(self) -> tuple[float, ...]:
        """Monday to Sunday."""
        days = (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)
        return tuple(day.value for day in days)


class FoundFrom(Block):
    """What the stated contacts were found from, written when they were."""

    answered: Stated[Contacts] = Field(description="contacts that were counted as answered")
    simulation: float = Field(description="half the 95 % interval of `contacts` that simulation leaves")
    worlds: str = Field(description="worlds on which they were found")


class Demand(Block):
    """How many people try to reach the helpline when nobody campaigns, as people state it."""

    contacts: Stated[Contacts] = Field(description="first contacts during opening hours")
    per: Literal["period", "hour", "day", "working day", "week", "year"] = Field(
        "period", description="the time in which so many `contacts` come: an `hour` is one of opening"
    )
    counted_hours: dict[str, StatedHours] = Field(
        default_factory=dict,
        description="opening hours in which the stated contacts were counted, by channel (default: the channel's own); "
        "so that other hours meet the same callers",
    )
    counted: Literal["offered", "answered"] = Field(
        "offered", description="who tried, or only who was answered: then the people behind them are found on loading"
    )
    found_from: FoundFrom | None = Field(None, description="written where contacts were found from answered ones")
    change: Stated[Change] = Field(Stated[Change].model_validate("0 %"), description="on top of `contacts`")
    by_channel: Stated[Shares] = Field(description="how they come")
    by_province: Stated[Shares] = Field(description="where they live; this names the provinces")
    outside_hours: dict[str, Stated[Percent]] = Field(
        default_factory=dict, description="first contacts while closed, in percent of those while open"
    )
    weekdays: Weekdays = Field(Weekdays(), description="relative weight of the days of the week")
    hours: Stated[DayProfile] = Field(
        Stated[DayProfile].model_validate("flat"),
        description="relative arrival rate over the day, the same on all days or by weekday",
    )
    busyness: Stated[Busyness] = Field(
        Stated[Busyness](value=0.0), description="coefficient of variation of the day's busyness"
    )
    topics: Stated[Shares] | None = Field(None, description="what they call about")
    ages: dict[str, Stated[Shares]] = Field(default_factory=dict, description="age groups by channel")


class ByOutcome(Block):
    """A share by the outcome of a contact that was not answered."""

    any: Stated[Share] | None = Field(None, description="after every outcome that is not listed (default: 0 %)")
    abandoned: Stated[Share] | None = Field(None, description="after giving up")
    blocked: Stated[Share] | None = Field(None, description="after a busy tone")
    balked: Stated[Share] | None = Field(None, description="after leaving on meeting a queue")
    closed: Stated[Share] | None = Field(None, description="after a closed door")
    sent_away: Stated[Share] | None = Field(
        None, description="after waiting until closing without an answer (default: as after a closed door)"
    )

    def after(self, outcome: str) -> float:
        """The share after an outcome, named as the fields are."""
        as_closed = self.closed if outcome == "sent_away" else None
        found = getattr(self, outcome) or as_closed or self.any
        return found.value if found else 0.0


class RedialAfter(ByOutcome):
    """Share of callers who try again, by outcome; written bare, after every outcome."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return {"any": value} if is_bare(value) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        block = dict(handler.resolve_ref_schema(handler(schema)))
        return schema_or_bare(block, block["properties"]["any"]["anyOf"][0])


class Switch(ByOutcome):
    """Of those who try again, the share that does so on another channel."""

    to: str = Field(description="the other channel")


class Silent(Block):
    """Who gives up without a sign: the line that takes them finds nobody."""

    share: Stated[Share] = Field(description="of those who give up")
    holds: AnyLaw = Field(description="how long the line is held")

    @model_validator(mode="after")
    def _ends(self) -> Silent:
        if not isfinite(self.holds.law().mean):
            raise ValueError("holds: never ends; the line would be held for ever")
        return self


class Forwarded(Block):
    """Who is passed on to another channel after an answer."""

    to: str = Field(description="channel to which they are passed on")
    share: Stated[Share] = Field(description="of the answered")


class CallsAgain(Block):
    """Who calls again though answered."""

    share: Stated[Share] = Field(description="of the answered who are not passed on")
    delay: AnyLaw = Field(description="from the end of handling")


class Callers(Block):
    """How callers of one channel behave."""

    patience: AnyLaw = Field(NeverLaw(distribution="never"), description="longest wait")
    balk: tuple[Stated[Share], ...] = Field(
        (), description="share that leaves on meeting a queue with 0, 1, 2, ... waiting; the last holds for more"
    )
    balk_at_wait: Annotated[dict[DurationText, Stated[Share]], distinct_keys(parse_duration, "is as long as")] = Field(
        default_factory=dict,
        description="share that leaves on hearing so long a wait, such as {2 min: 10 %, 10 min: 50 %}",
    )
    redial: RedialAfter = Field(RedialAfter(), description="share that tries again: one, or by what happened")
    redial_delay: AnyLaw | None = Field(None, description="how long until then")
    closed_redial: Literal["after the call", "after opening"] = Field(
        "after opening",
        description="whether the delay after a closed door, or being sent away, counts from the next opening",
    )
    switch: Switch | None = Field(None, description="of those, who tries another channel")
    silent: Silent | None = Field(None, description="who gives up without a sign")
    forwarded: Forwarded | None = Field(None, description="who is passed on after an answer")
    calls_again: CallsAgain | None = Field(None, description="who calls again though answered")

    @model_validator(mode="after")
    def _delay_given(self) -> Callers:
        redials = any(share is not None and share.value > 0 for share in dict(self.redial).values())
        if redials and self.redial_delay is None:
            raise ValueError("has redials, so it needs a redial_delay: how long until the next call")
        return self


class Handling(Block):
    """How long contacts of one channel take."""

    conversation: AnyLaw = Field(description="time with the caller")
    wrap_up: AnyLaw | None = Field(None, description="work after it that still holds the line")
    elsewhere: Stated[Longer] = Field(
        Stated[Longer].model_validate("0 %"), description="how much longer when a line of another province answers"
    )

    @model_validator(mode="after")
    def _ends(self) -> Handling:
        for name, law in (("conversation", self.conversation), ("wrap_up", self.wrap_up)):
            if law is not None and not isfinite(law.law().mean):
                raise ValueError(f"{name}: never ends; the line would be busy for ever")
        return self


class Target(Block):
    """A promise about one channel."""

    answered: Share = Field(description="share to be answered in time")
    within: Duration | None = Field(None, description="acceptable waiting time (AWT)")
    within_working_days: WorkingDays | None = Field(
        None, description="or the promise in working days after the day of the contact"
    )

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.within is None) == (self.within_working_days is None):
            raise ValueError("needs exactly one of within and within_working_days")
        return self


class Targets(Block):
    """What good service means here; sets the thresholds that are counted and judged."""

    service_level: Literal["of offered", "excluding short abandons", "of answered"] = Field(
        "excluding short abandons", description="the formula of the service level"
    )
    short_abandon: Duration = Field(5000, description="up to this wait giving up counts as short")
    channels: dict[str, Target] = Field(default_factory=dict, description="promise of each channel")
    never_reached: Share | None = Field(None, description="at most this share of callers")


class Experiment(Block):
    """How long to look; not part of the model."""

    replications: Replications = Field(1000, description="independent periods")
    seed: Seed = Field(1712, description="of the random numbers")
    control_variates: bool = Field(
        False, description="narrower intervals: numbers of the period as if as many had called as expected"
    )
    interval: Literal["15 min", "30 min", "60 min"] | None = Field(
        None, description="count by interval of the week too, such as every half-hour of Monday"
    )


class Sections(Block):
    """A helpline, its callers and a period as they are written: the sections of a scenario file."""

    name: str = Field(
        "scenario",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
        description="of the results folder (default: made from that of the file, or from the title)",
    )
    title: Told = Field(Words(), description="of tables and pictures; in several languages as {en: ..., nl: ...}")
    short_title: Told = Field(
        Words(), description="of this file among plans held side by side, by language likewise (default: its name)"
    )
    about: Told = Field(Words(), description="what it is about, in words; by language likewise")
    period: Period = Field(description="the days")
    calendar: CalendarBlock = Field(CalendarBlock(), description="working days and holidays")
    channels: dict[str, Channel] = Field(min_length=1, description="ways to reach the helpline")
    lines: dict[str, LineGroup] = Field(min_length=1, description="line groups by name")
    routing: dict[str, tuple[RouteEntry, ...]] = Field(
        default_factory=dict, description="line groups by queue or channel: own, others, or names (default: own)"
    )
    priorities: tuple[Selector, ...] = Field((), description="who goes first, the first listed before the second")
    demand: Demand = Field(description="who calls, when nobody campaigns")
    campaigns: tuple[Campaign, ...] = Field((), description="who calls besides")
    trace: TraceFile | None = Field(None, description="call log whose callers take the place of drawn ones")
    callers: dict[str, Callers] = Field(default_factory=dict, description="how callers of each channel behave")
    attempts: Stated[Attempts] = Field(Stated[Attempts](value=5), description="contacts of one caller at most")
    handling: dict[str, Handling] = Field(description="how long contacts of each channel take")
    targets: Targets = Field(Targets(), description="what good service means")
    experiment: Experiment = Field(Experiment(), description="how long to look")

    @property
    def provinces(self) -> tuple[str, ...]:
        """Provinces in the order in which the demand names them."""
        return tuple(self.demand.by_province.value.parts)

    @cached_property
    def tree(self) -> Located:
        """The whole scenario as it would be read from a file, without lines; studies lay many settings over it."""
        return located(self.model_dump(mode="json", exclude_none=True), Place(self.name))

    def with_log_at(self, file: str) -> Self:
        """This scenario with its call log, if it has one, at another path."""
        if self.trace is None:
            return self
        return self.model_copy(update={"trace": self.trace.model_copy(update={"file": file})})

    def titled(self, code: str = "en") -> str:
        """Its title in a language; its name where it has none."""
        return Words.parse(self.title).told(code) or self.name

    def short_titled(self, code: str = "en") -> str:
        """Its short title in a language; its name where it has none."""
        return Words.parse(self.short_title).told(code) or self.name


def dumps(scenario: Sections) -> str:
    """The whole scenario as YAML, parents and defaults resolved, which ``loads`` reads back to an equal one."""
    return write_text(scenario.model_dump(mode="json", exclude_none=True))
