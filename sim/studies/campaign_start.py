"""When to broadcast: the same campaign begun at other moments of the week, and how many callers each loses.

Every start brings the same number of extra callers, open or closed, and they come as the campaign's shape and the hours
of the day say. So a start that sends people to a closed door has more of them fail, and not fewer call.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import ScenarioError
from sim.model.clock import DAY, MINUTE
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.campaign_size import Sized
from sim.studies.means import Means
from sim.studies.staffing import PlanError
from sim.studies.trial import Trial, Which
from sim.units import parse_hours

#: Times of day that are tried besides the campaign's own.
HOURS = ("9:00", "12:00", "16:00", "20:00")
#: A start that leaves less of the campaign's shape within the period than this part of its own start's is left out.
_INSIDE = 0.9


@dataclass(frozen=True)
class Start:
    """The campaign begun at ``moment``; ``days`` and ``minutes`` later than as stated, of which shapes follow.

    ``inside``: the part of its shape that lies within the period.
    """

    moment: dt.datetime
    scenario: Scenario
    inside: float


@dataclass(frozen=True)
class Moved:
    """People never reached and people who met a closed door only, and both in difference to the start as stated."""

    start: Start
    never: Estimate
    difference: Estimate
    closed: Estimate


@dataclass(frozen=True)
class When:
    """Starts, fewest lost first; the best confirmed on fresh worlds. ``left_out``: what the period has no room for."""

    stated: Start
    moved: tuple[Moved, ...]
    best: Moved | None
    left_out: tuple[dt.datetime, ...]
    tried_on: Which | None
    confirmed_on: Which | None


def starts_of(sized: Sized, times: Sequence[str] = HOURS) -> tuple[Start, list[Start], list[dt.datetime]]:
    """The start as stated, the others of the week nearest to it, and those that the period has no room for."""
    own = min(_broadcasts(sized))
    scenario = moved(sized, 0, 0)
    if scenario is None:
        raise PlanError(f"campaign {sized.name!r}: its start cannot be moved, since nobody calls when it begins")
    stated = Start(own, scenario, _inside(scenario, sized.at))
    clocks = dict.fromkeys([own.hour * 60 + own.minute, *(minute_of(text) for text in times)])
    found, left_out = list[Start](), list[dt.datetime]()
    for weekday in range(7):
        for clock in clocks:
            days = (weekday - own.weekday() + 3) % 7 - 3
            minutes = clock - own.hour * 60 - own.minute
            other = _nearest(sized, own, days, minutes)
            if other is None:
                left_out.append(own + dt.timedelta(days=days, minutes=minutes))
            elif other.moment != own and other.inside >= _INSIDE * stated.inside:
                found.append(other)
            elif other.moment != own:
                left_out.append(other.moment)
    return stated, found, sorted(left_out)


def minute_of(text: str) -> int:
    """A time of day, in minutes; PlanError where it is none."""
    try:
        start = parse_hours(f"mon {text}-24:00").spans[0][0][0]
    except ValueError:
        raise PlanError(f"start {text!r} is not a time of day; write it as 9:00") from None
    return start // MINUTE


def _broadcasts(sized: Sized) -> list[dt.datetime]:
    """Starts of what begins at an instant; of plateaus where there is nothing else."""
    waves = sized.scenario.campaigns[sized.at].waves
    every = [(wave.shape != "plateau", at.value) for wave in waves for at in wave.at]
    return [at for sudden, at in every if sudden] or [at for _, at in every]


def _nearest(sized: Sized, own: dt.datetime, away: int, minutes: int) -> Start | None:
    """The campaign moved so many days, or else a week later or earlier, and so many minutes."""
    for days in (away, away + 7, away - 7):
        scenario = moved(sized, days, minutes)
        if scenario is not None:
            moment = own + dt.timedelta(days=days, minutes=minutes)
            return Start(moment, scenario, _inside(scenario, sized.at))
    return None


def moved(sized: Sized, days: int, minutes: int) -> Scenario | None:
    """As many extra callers from another start; None where the period has no room for it, or nobody calls then.

    The campaign is a factor on the rate of all its channels, open or closed, so that its callers come as the hours of
    the day say. Plateaus move by whole days, since they have no hour at which people call.
    """
    campaign, path = sized.scenario.campaigns[sized.at], f"campaigns.{sized.at}"
    settings = [
        f"{path}.{key}=null" for key in ("extra", "uplift", "first", "last") if getattr(campaign, key) is not None
    ]
    if campaign.by_day:
        waves = [wave.model_dump(mode="json", exclude_none=True) for wave in campaign.waves]
        settings.append(f"{path}.surge={json.dumps(waves)}")
    for number, wave in enumerate(campaign.waves):
        shift = dt.timedelta(days=days, minutes=0 if wave.shape == "plateau" else minutes)
        starts = [f"{at.value + shift:%Y-%m-%d %H:%M}" for at in wave.at]
        settings.append(f"{path}.surge.{number}.at={json.dumps(starts)}")

    def with_peak(peak: float) -> Scenario:
        return sized.scenario.with_settings([*settings, f"{path}.peak={peak!r}"])

    try:
        each = _brought(with_peak(2.0), sized.at)
        return with_peak(1 + _brought(sized.scenario, sized.at) / each) if each else None
    except ScenarioError:
        return None


def _brought(scenario: Scenario, at: int) -> float:
    """Extra first contacts of a campaign in the period, open or closed."""
    return float(scenario.model.rates.mass[1 + at].sum() * scenario.model.rates.weight[1 + at].sum())


def _inside(scenario: Scenario, at: int) -> float:
    surge = scenario.campaigns[at].surge_from(scenario.model.calendar.instant)
    within, whole = surge.integral(
        np.array([float(scenario.model.calendar.end), float(scenario.model.calendar.end + 3650 * DAY)])
    )
    return float(within / whole)


def when_best(sized: Sized, times: Sequence[str], *, replications: int, confirm: int, first: int, means: Means) -> When:
    """Try every start on some worlds, and the best of them on fresh ones; differences are paired."""
    stated, others, left_out = starts_of(sized, times)
    if not others:
        return When(stated, (), None, tuple(left_out), None, None)
    plans = {"stated": stated.scenario} | {str(n): one.scenario for n, one in enumerate(others)}
    trial = means.play(plans, replications, kinds=("all",))
    level = 1 - 0.05 / len(others)
    every = sorted(
        (_compared(trial, str(n), one, level) for n, one in enumerate(others)), key=lambda one: one.difference.value
    )
    best = every[0].start
    fresh = means.play({"stated": stated.scenario, "best": best.scenario}, confirm, first=first, kinds=("all",))
    return When(stated, tuple(every), _compared(fresh, "best", best, 0.95), tuple(left_out), trial.worlds, fresh.worlds)


def _compared(trial: Trial, plan: str, start: Start, level: float) -> Moved:
    return Moved(
        start,
        trial.estimate(plan, "never_reached"),
        trial.difference(plan, "never_reached", base="stated", level=level),
        trial.estimate(plan, "only_closed"),
    )


def calendar_weeks(scenario: Scenario, since: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each calendar week of the period that has a working day from ``since`` on."""
    calendar = scenario.model.calendar
    days = [calendar.date(day) for day in range(calendar.days) if calendar.working[day]]
    days = [day for day in days if day >= since]
    for week in dict.fromkeys(day.isocalendar()[:2] for day in days):
        mine = [day for day in days if day.isocalendar()[:2] == week]
        yield mine[0], mine[-1]
