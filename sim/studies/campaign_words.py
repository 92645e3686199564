"""The answers about a campaign in sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.estimates import NOTHING
from sim.language.shown import plain
from sim.scenario.model import Scenario
from sim.studies.answers import Rows, untranslated
from sim.studies.asked import Try
from sim.studies.campaign_size import Size, Sized
from sim.studies.campaign_start import When
from sim.studies.costs import line_hours
from sim.studies.doubts import Doubt
from sim.studies.plan_words import (
    PlanAnswer,
    assumption_rows,
    certainty,
    doubtful,
    target_rows,
)
from sim.studies.staffing_words import and_list, staffing_text
from sim.summary import DEFINITIONS, Definition


def answer_of(
    asked: Mapping[str, Any],
    scenario: Scenario,
    base: Scenario,
    sized: Sized,
    size: Size | None,
    lines: Try | None,
    refused: Sequence[Try],
    start: When | None,
    found: Sequence[Doubt],
    *,
    meets: bool,
    replications: int,
) -> PlanAnswer:
    """All of it in words and tables."""
    tables: dict[str, Rows] = {}
    sentences: list[str] = []
    worlds = [f"searched on {replications:,} worlds (numbers 0 to {replications - 1:,} of seed {asked['seed']})"]
    of: dict[str, Definition] = {}
    if size is not None:
        sentences += _size(size)
        tables |= {"size": list(_size_rows(size)), "sizes": list(_curve(size))}
        worlds.append(f"size read off on {size.worlds}")
        of |= {one.target.of.name: one.target.of for one in size.borne}
    if lines is not None:
        sentences += _lines(lines, base, sized, refused, replications, meets=meets)
        sentences += doubtful(found, lines.way.targets)
        tables |= {
            "extra lines": list(_extra_rows(lines)),
            "targets": list(target_rows(lines, lines.way.targets)),
            "assumptions": list(assumption_rows(found, lines.way.targets)),
        }
        worlds.append(f"extra lines confirmed on {lines.trial.worlds}")
        of |= {target.of.name: target.of for target in lines.way.targets}
    if start is not None:
        sentences += _start(start)
        tables["starts"] = list(_start_rows(start))
        worlds += (
            [f"starts tried on {start.tried_on}, the best confirmed on {start.confirmed_on}"] if start.best else []
        )
        of |= {name: DEFINITIONS[name] for name in ("never_reached", "only_closed")}
    return PlanAnswer(
        study="campaign",
        scenario=scenario,
        asked=asked,
        worlds=untranslated(worlds),
        measures=[],
        sentences=untranslated(sentences),
        tables=tables,
        of=list(of.values()),
    )


def _size(size: Size) -> Iterator[str]:
    campaign, base = size.of.name, size.of.base
    missed = [one for one in size.borne if one.always]
    if missed:
        what = "; ".join(f"{one.target.text} (it comes to {plain(one.without)} {one.target.of.unit})" for one in missed)
        yield f"The present lines miss {_targets(len(missed), len(size.borne))} without any campaign: {what}."
        return
    if size.largest is None:
        top = size.curve[-1][0]
        yield f"The present lines bear {campaign} at any size that was tried, up to {top:,.0f} extra first contacts."
        return
    largest, first, brings = size.largest, size.first, size.of.extra
    assert first is not None
    verdict = "more than they bear" if brings > largest.high else "whether they bear that is in doubt"
    if brings <= largest.low:
        verdict = "which they bear"
    yield (
        f"The present lines bear {campaign} up to {largest.value:,.0f} extra first contacts while open "
        f"({largest.low:,.0f} to {largest.high:,.0f}), {largest.value / base:.0%} on top of the usual {base:,.0f}; as "
        f"stated it brings {brings:,.0f}, {verdict}. Missed first: {first.target.text}."
    )


def _targets(missed: int, all_: int) -> str:
    return "the target" if all_ == 1 else f"{missed} of {all_} targets"


def _lines(
    lines: Try, base: Scenario, sized: Sized, refused: Sequence[Try], replications: int, *, meets: bool
) -> Iterator[str]:
    staffing = lines.way.staffing(lines.choice)
    added = line_hours(lines.scenario) - line_hours(base)
    needed = f"{sized.name} with {sized.extra:,.0f} extra first contacts"
    if meets and not added:
        yield f"{needed} needs no extra lines: the present ones meet the targets."
    else:
        some = {name: one for name, one in staffing.items() if any(one[1])}
        start = (
            f"{needed} needs" if meets else f"No extra lines within the limits make up for {needed}; the nearest are:"
        )
        share = added / line_hours(base)
        yield f"{start} {staffing_text(some)}: {added:,.0f} line-hours more ({share:+.0%})."
    values = zip(lines.way.targets, lines.found, strict=True)
    for target, value in values:
        if "doubt" in target.verdict(value) or not target.met(value):
            yield f"{target.verdict(value).capitalize()}: {target.text}; it comes to {plain(value)} {target.of.unit}."
    if refused and meets:
        yield f"Plans that cost no more and met the targets in the search, but not on fresh worlds: {len(refused)}"
    yield certainty(replications, lines.way.searched, meets=meets)


def _start(start: When) -> Iterator[str]:
    if start.best is None:
        yield "The period has no room for another start of the campaign; lengthen the period to try some."
        return
    best, stated = start.best, start.stated
    gain = best.difference
    if gain.high < 0:
        yield (
            f"Begun on {best.start.text} instead of {stated.text}, the campaign loses {-gain.value:,.1f} callers "
            f"fewer in the period ({-gain.high:,.1f} to {-gain.low:,.1f}), on fresh worlds."
        )
    else:
        yield (
            f"No other start is clearly better than {stated.text}: the best on the worlds of the search, "
            f"{best.start.text}, loses {gain.value:+,.1f} callers on fresh ones ({gain.low:+,.1f} to "
            f"{gain.high:+,.1f})."
        )
    worst = start.moved[-1]
    if worst.difference.low > 0:
        yield f"The worst start, {worst.start.text}, loses {worst.difference.value:,.1f} more than {stated.text}."
    yield (
        "Every start brings as many extra callers in the period, open or closed, as a factor on the usual rate; "
        "plateaus move by whole days, broadcasts by the hour too."
    )
    if start.left_out:
        yield f"Left out, since the period cuts them off: {and_list(start.left_out[:6])}" + (
            f" and {len(start.left_out) - 6} more." if len(start.left_out) > 6 else "."
        )


def _size_rows(size: Size) -> Iterator[dict[str, Any]]:
    for one in size.borne:
        yield {
            "target": one.target.text,
            "largest, extra contacts": one.largest or NOTHING,
            "without the campaign": one.without,
            "as stated": one.stated,
            "unit": one.target.of.unit,
            "definition": one.target.of.text,
        }


def _curve(size: Size) -> Iterator[dict[str, Any]]:
    for extra, values in size.curve:
        yield {"extra contacts": extra} | {
            one.target.text: value for one, value in zip(size.borne, values, strict=True)
        }


def _extra_rows(lines: Try) -> Iterator[dict[str, Any]]:
    for name, (staff, levels) in lines.way.staffing(lines.choice).items():
        for slot, count in zip(staff.slots, levels, strict=True):
            yield {"lines of": name, "from": slot.first, "to": slot.last, "hours": slot.hours, "extra lines": count}


def _start_rows(start: When) -> Iterator[dict[str, Any]]:
    if start.best is not None:
        one = start.best
        yield {
            "start": f"{one.start.text} (fresh worlds)",
            "never reached": one.never,
            "difference": one.difference,
            "only called while closed": one.closed,
        }
    for one in start.moved:
        yield {
            "start": one.start.text,
            "never reached": one.never,
            "difference": one.difference,
            "only called while closed": one.closed,
        }
