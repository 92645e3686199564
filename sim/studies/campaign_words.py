"""The answers about a campaign in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.language import Language, clock
from sim.language.shown import plain, rounded, signed, with_sign
from sim.scenario.scenario import Scenario
from sim.statistics.summary import DEFINITIONS, Definition
from sim.studies.answers import Rows, in_all
from sim.studies.asked import Try
from sim.studies.campaign_doubts import Shift
from sim.studies.campaign_size import Size, Sized
from sim.studies.campaign_start import When
from sim.studies.campaign_tables import (
    curve_rows,
    extra_rows,
    size_rows,
    size_shift_rows,
    start_rows,
    start_shift_rows,
)
from sim.studies.costs import line_hours
from sim.studies.doubts import Doubt
from sim.studies.plan_tables import assumption_rows, target_rows
from sim.studies.plan_words import PlanAnswer, at_end, certainty, doubtful, unmet
from sim.studies.staffing_words import staffing_text
from sim.studies.trial import On, Which

#: Ranges, and days of starts that are left out, that a sentence names.
_NAMED = 4
_DAYS = 7


@dataclass(frozen=True)
class Extra:
    """Extra lines on fresh worlds: plans that these refused, whether the targets are met, and what undoes it."""

    tried: Try
    refused: Sequence[Try]
    meets: bool
    doubts: Sequence[Doubt]


@dataclass(frozen=True)
class Found:
    """What was found of a campaign ``sized`` with the lines of ``base``; nothing of what was not asked.

    ``searched`` and ``doubted``: the worlds of the searches, and those on which stated ranges went to their ends.
    """

    sized: Sized
    base: Scenario
    size: Size | None
    size_shifts: Sequence[Shift]
    extra: Extra | None
    start: When | None
    start_shifts: Sequence[Shift]
    searched: Which
    doubted: Which

    def tables(self, say: Language) -> dict[str, Rows]:
        """All that was found."""
        tables: dict[str, Rows] = {}
        if self.size is not None:
            tables |= {"size": list(size_rows(self.size, say)), "sizes": list(curve_rows(self.size, say))}
            tables["size assumptions"] = list(size_shift_rows(self.size_shifts, say))
        if self.extra is not None:
            tables["extra lines"] = list(extra_rows(self.extra.tried, say))
            tables["targets"] = list(target_rows(self.extra.tried, say))
            tables["assumptions"] = list(assumption_rows(self.extra.doubts, self.extra.tried.way.targets, say))
        if self.start is not None:
            tables["starts"] = list(start_rows(self.start, say))
            tables["start assumptions"] = list(start_shift_rows(self.start_shifts, say))
        return tables

    def played(self) -> Iterator[On]:
        """On which worlds each rests."""
        yield On("campaign.searched", self.searched)
        if self.size is not None:
            yield On("campaign.size_worlds", self.size.worlds)
        if self.extra is not None:
            yield On("campaign.lines_worlds", self.extra.tried.trial.worlds)
        if self.start is not None and self.start.tried_on and self.start.confirmed_on:
            yield On("campaign.starts_tried", self.start.tried_on)
            yield On("campaign.starts_confirmed", self.start.confirmed_on)
        yield On("campaign.doubted", self.doubted)

    def sentences(self, say: Language) -> Iterator[str]:
        """What was asked, in its order."""
        if self.size is not None:
            yield from _size(self.size, say)
            yield from _size_rests(self.size_shifts, say)
        if self.extra is not None:
            yield from _lines(self.extra, self, say)
        if self.start is not None:
            yield from _start(self.start, self.start_shifts, say)

    def definitions(self) -> list[Definition]:
        """Of every measure."""
        targets = [one.target for one in self.size.borne] if self.size is not None else []
        targets += self.extra.tried.way.targets if self.extra is not None else ()
        found = [target.of for target in targets]
        if self.start is not None:
            found += [DEFINITIONS[name] for name in ("never_reached", "only_closed")]
        return list({one.name: one for one in found}.values())


def answer_of(asked: Mapping[str, Any], scenario: Scenario, found: Found) -> PlanAnswer:
    """All of it in words and tables."""
    return PlanAnswer(
        study="campaign",
        scenario=scenario,
        asked=asked,
        on=list(found.played()),
        measures=found.definitions(),
        sentences=lambda say: list(found.sentences(say)),
        tables=in_all(found.tables),
        shown=found.tables,
    )


def _size(size: Size, say: Language) -> Iterator[str]:
    name = say.name(size.of.name)
    if missed := [one for one in size.borne if one.always]:
        what = "; ".join(
            say(
                "campaign.always",
                target=one.target.told(say),
                found=plain(one.without, say),
                unit=say.known("unit", one.target.of.unit),
            )
            for one in missed
        )
        if len(size.borne) == 1:
            yield say("campaign.always_one", targets=what)
        else:
            yield say("campaign.always_some", missed=len(missed), all=len(size.borne), targets=what)
        return
    if size.largest is None:
        yield say("campaign.any_size", name=name, top=say.number(size.curve[-1][0]))
        return
    largest, first, brings = size.largest, size.first, size.of.extra
    assert first is not None
    verdict = "borne" if brings <= largest.low else "borne_not" if brings > largest.high else "borne_doubt"
    shown = rounded(largest, say, coarse=True)
    yield say(
        f"campaign.{verdict}",
        name=name,
        size=shown.value,
        low=shown.low,
        high=shown.high,
        share=say.percent(largest.value / size.of.base),
        base=say.number(size.of.base),
        extra=say.number(brings),
        target=first.target.told(say),
    )


def _size_rests(shifts: Sequence[Shift], say: Language) -> Iterator[str]:
    if not shifts:
        return
    ends = []
    for one in [one for one in shifts if one.clear][:_NAMED]:
        end = at_end(one.of, one.end, say)
        if np.isfinite(one.found.value):
            ends.append(say("campaign.size_end", end=end, size=say.number(one.found.value)))
        else:
            ends.append(say("campaign.size_end_over", end=end, size=say.number(one.tried)))
    yield say("campaign.size_rests", ends="; ".join(ends)) if ends else say("campaign.size_steady")


def _lines(extra: Extra, found: Found, say: Language) -> Iterator[str]:
    lines, before = extra.tried, line_hours(found.base)
    added = line_hours(lines.scenario) - before
    needed = {"name": say.name(found.sized.name), "extra": say.number(found.sized.extra)}
    if extra.meets and not added:
        yield say("campaign.none_needed", **needed)
    else:
        some = {name: one for name, one in lines.way.staffing(lines.choice).items() if any(one[1])}
        hours, share = say.number(added), say.percent(added / before, sign=True)
        how = "needs" if extra.meets else "not_enough"
        yield say(f"campaign.{how}", staffing=staffing_text(some, say), hours=hours, share=share, **needed)
    yield from unmet(lines, say)
    if (refused := len(extra.refused)) and extra.meets:
        yield say("campaign.refused_one") if refused == 1 else say("campaign.refused_more", count=refused)
    yield certainty(found.searched.number, [lines.way.searched], say, meets=extra.meets)
    if extra.meets:
        yield from doubtful(extra.doubts, lines.way.targets, say, of="campaign")


def _start(start: When, shifts: Sequence[Shift], say: Language) -> Iterator[str]:
    if start.best is None:
        yield say("campaign.no_room")
        return
    names = {"best": start.best.start.told(say), "stated": start.stated.told(say)}
    gain = start.best.difference
    if gain.high < 0:
        less = rounded(gain.turned, say)
        yield say("campaign.better", gain=less.value, low=less.low, high=less.high, **names)
    else:
        ends = {"change": gain.value, "low": gain.low, "high": gain.high}
        shown = {name: with_sign(end, rounded(gain, say).digits, say) for name, end in ends.items()}
        yield say("campaign.no_better", **names, **shown)
    worst = start.moved[-1]
    if worst.difference.low > 0:
        loss = rounded(worst.difference, say).value
        yield say("campaign.worst", worst=worst.start.told(say), loss=loss, stated=names["stated"])
    yield say("campaign.alike")
    if start.left_out:
        yield _left_out(start, say)
    yield from _start_rests(start, shifts, names, say)


def _start_rests(start: When, shifts: Sequence[Shift], names: Mapping[str, str], say: Language) -> Iterator[str]:
    if not shifts or start.best is None:
        return
    clear = [one for one in shifts if one.clear][:_NAMED]
    if not clear:
        yield say("campaign.start_steady", best=names["best"])
        return
    ends = [
        say("campaign.start_end", end=at_end(one.of, one.end, say), change=signed(one.change, say)) for one in clear
    ]
    yield say("campaign.start_rests", ends="; ".join(ends), change=signed(start.best.difference, say), **names)


def _left_out(start: When, say: Language) -> str:
    """Days of which no start is left, and times of other days."""
    kept = {start.stated.moment.date(), *(one.start.moment.date() for one in start.moved)}
    by_day: dict[dt.date, list[str]] = {}
    for moment in start.left_out:
        by_day.setdefault(moment.date(), []).append(clock(moment))
    days = [
        say("campaign.left_out_day", day=say.short_date(day), times=", ".join(times))
        if day in kept
        else say.short_date(day)
        for day, times in by_day.items()
    ]
    shown = ", ".join(days[:_DAYS])
    return say("campaign.left_out_more" if len(days) > _DAYS else "campaign.left_out", starts=shown)
