"""Tables of what a campaign asks: columns by their English names, cells that are words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.language import ENGLISH, Language
from sim.language.shown import shown_value
from sim.statistics.estimates import NOTHING, Estimate
from sim.studies.asked import Try
from sim.studies.campaign_doubts import Shift
from sim.studies.campaign_size import Size
from sim.studies.campaign_start import Moved, When
from sim.studies.plan_tables import Row, group_cell


def size_rows(size: Size, say: Language = ENGLISH) -> Iterator[Row]:
    """The largest campaign by target."""
    for one in size.borne:
        yield {
            "target": one.target.told(say),
            "largest, extra contacts": one.largest or NOTHING,
            "without the campaign": one.without,
            "as stated": one.stated,
            "unit": say.known("unit", one.target.of.unit),
            "definition": one.target.of.text,
        }


def curve_rows(size: Size, say: Language = ENGLISH) -> Iterator[Row]:
    """Each target's measure by the size of the campaign; a column has the target as its name."""
    for extra, values in size.curve:
        yield {"extra contacts": extra} | {
            one.target.told(say): value for one, value in zip(size.borne, values, strict=True)
        }


def extra_rows(lines: Try, say: Language = ENGLISH) -> Iterator[Row]:
    """Extra lines of each group in each window of days."""
    for name, (staff, levels) in lines.way.staffing(lines.choice).items():
        for slot, count in zip(staff.slots, levels, strict=True):
            yield {
                "lines of": group_cell(name, say),
                "from": slot.first,
                "to": slot.last,
                "hours": say.hours(slot.hours),
                "extra lines": count,
            }


def start_rows(start: When, say: Language = ENGLISH) -> Iterator[Row]:
    """Every start that was tried; first the best one, with what fresh replications confirm."""
    if start.best is not None:
        yield _start_row(start.best, say("campaign.fresh", start=start.best.start.told(say)))
    for one in start.moved:
        if start.best is None or one.start != start.best.start:
            yield _start_row(one, one.start.told(say))


def _start_row(one: Moved, name: str) -> Row:
    return {
        "start": name,
        "never reached": one.never,
        "difference": one.difference,
        "only called while closed": one.closed,
    }


def size_shift_rows(shifts: Sequence[Shift], say: Language = ENGLISH) -> Iterator[Row]:
    """The largest campaign with one range at one end; as large as tried, without an end, where all was borne."""
    for one in shifts:
        largest = one.found if np.isfinite(one.found.value) else Estimate(one.tried, one.tried, np.inf)
        yield _end(one, say) | {"largest, extra contacts": largest, "change": one.change}


def start_shift_rows(shifts: Sequence[Shift], say: Language = ENGLISH) -> Iterator[Row]:
    """People never reached with the best start, more or fewer than with the stated one, with one range at one end."""
    for one in shifts:
        yield _end(one, say) | {"difference": one.found, "change": one.change}


def _end(one: Shift, say: Language) -> dict[str, Any]:
    return {
        "assumption": one.of.told(say),
        "from": shown_value(one.of.value, say),
        "to": shown_value(one.end, say),
    }
