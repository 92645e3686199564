"""Campaigns: how large a one the lines bear, which lines a stated one needs on which days, and when to broadcast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.language.said import Said
from sim.scenario.scenario import Scenario
from sim.studies.asked import Question, Try
from sim.studies.campaign_doubts import size_shifts, start_shifts
from sim.studies.campaign_found import CampaignStudy, Extra
from sim.studies.campaign_size import Size, Sized, size_borne
from sim.studies.campaign_start import HOURS, calendar_weeks, minute_of, when_best
from sim.studies.doubts import doubts
from sim.studies.means import Means
from sim.studies.plan import confirmed, searched
from sim.studies.staffing import PlanError, Slot, Staff, hours_of
from sim.studies.structures import AS_IS, Structure, groups_about
from sim.studies.targets import with_waits
from sim.studies.trial import Which
from sim.units import nearest, parse_date

QUESTIONS = ("size", "lines", "start")
#: Extra lines that a group may have to begin with; more where the search runs into that.
_MOST = 2
#: Worlds over all trials of one question, in times those of the search.
_STEPS = 40


def campaign(
    scenario: Scenario,
    *,
    name: str | None = None,
    ask: Sequence[str] = QUESTIONS,
    targets: Sequence[str] = (),
    everywhere: bool = False,
    windows: str = "weeks",
    starts: Sequence[str] = HOURS,
    most: int | None = None,
    costs: Sequence[str] = (),
    replications: int = 100,
    confirm: int = 400,
    seed: int | None = None,
    workers: int | None = None,
    say: Callable[[str], None] | None = None,
) -> CampaignStudy:
    """What a campaign asks of the lines: ``ask`` for its largest ``size``, the extra ``lines`` it needs, its ``start``.

    ``windows``: on which days lines may be added, ``weeks``, ``days`` or ``2020-02-10..2020-02-14,...``. ``starts`` are
    times of day. ``docs/plan.md`` says how each answer is found. PlanError, TargetError or ScenarioError say in one
    sentence what is wrong with the question.
    """
    if unknown := [one for one in ask if one not in QUESTIONS]:
        raise PlanError(
            f"ask: {unknown[0]!r} is unknown; allowed are {', '.join(QUESTIONS)}.{nearest(unknown[0], QUESTIONS)}"
        )
    question = Question(
        targets=tuple(targets), everywhere=everywhere, most=most, costs=tuple(costs), replications=replications,
        confirm=confirm, seed=scenario.experiment.seed if seed is None else seed,
    )  # fmt: skip
    asked = question.asked() | {"campaign": name, "ask": tuple(ask), "windows": windows, "starts": tuple(starts)}
    base = with_waits(scenario, question.targets_in(scenario))
    sized = Sized.of(base, _number(base, name))
    means = Means.of(seed=question.seed, workers=workers, say=say)
    # What is wrong with a question is told before anything is searched for another one.
    staff = list(_staff(base, question, windows, sized)) if "lines" in ask else []
    for text in starts:
        minute_of(text)
    size = _largest(sized, base, question, means) if "size" in ask else None
    tried = _extra_lines(staff, base, question, means) if "lines" in ask else None
    lines, refused, meets = tried or (None, [], False)
    first = replications + confirm * (len(refused) + 1)
    few = max(20, min(100, replications))
    start = None
    if "start" in ask:
        means.say(Said("progress.starts"))
        start = when_best(sized, starts, replications=replications, confirm=confirm, first=first + few, means=means)
    means.say(Said("progress.ranges"))
    on: dict[str, Any] = {"replications": few, "first": first, "means": means}
    extra = None
    if lines is not None:
        extra = Extra(lines, tuple(refused), meets, tuple(doubts(lines.scenario, base, lines.way.targets, **on)))
    return CampaignStudy(
        scenario, asked, sized, base, size,
        tuple(size_shifts(size, question.targets_in(base), **on)) if size is not None else (),
        extra, start,
        tuple(start_shifts(sized, start, **on)) if start is not None else (),
        searched=Which(replications, 0, question.seed),
        doubted=Which(few, first, question.seed),
    )  # fmt: skip


def _largest(sized: Sized, base: Scenario, question: Question, means: Means) -> Size:
    means.say(Said("progress.size"))
    worlds = {"replications": question.replications, "confirm": question.confirm}
    return size_borne(sized, question.targets_in(base), **worlds, means=means)


def _extra_lines(
    staff: Sequence[Staff], base: Scenario, question: Question, means: Means
) -> tuple[Try, list[Try], bool]:
    """The cheapest extra lines that fresh worlds do not refuse, the refused ones, and whether targets are met."""
    way = searched(Structure(AS_IS, base), staff, question, means, widen=question.most is None)
    return confirmed([way], base, question, means)


def _number(scenario: Scenario, name: str | None) -> int:
    """Which of the campaigns is meant."""
    names = [one.name for one in scenario.campaigns]
    if not names:
        raise PlanError(
            "the scenario has no campaign; add one below campaigns:, or set "
            "'campaigns=[{name: tv, extra: 100, surge: [{shape: decay, at: [2020-02-10 21:00], "
            "time_constant: 4 days}]}]'"
        )
    if name is None and len(names) > 1:
        raise PlanError(f"which campaign? name one of {', '.join(names)}")
    if name is not None and name not in names:
        raise PlanError(f"there is no campaign {name!r}; there are {', '.join(names)}.{nearest(name, names)}")
    return 0 if name is None else names.index(name)


def _staff(base: Scenario, question: Question, windows: str, sized: Sized) -> Iterator[Staff]:
    """Extra lines of every group that the targets are about, in each window of days."""
    spans = list(_windows(base, windows, sized))
    for group in groups_about(base, question.targets_in(base)):
        hours = hours_of(base, group)
        slots = [
            Slot(hours.text, str(first), str(last)) for first, last in spans if _works(base, hours.spans, first, last)
        ]
        if slots:
            most = _MOST if question.most is None else question.most
            yield Staff(group, tuple(slots), 0, most, extra=True)


def _works(base: Scenario, spans: Sequence[Sequence[Any]], first: dt.date, last: dt.date) -> bool:
    """Whether a group has hours on any of these days."""
    days = [first + dt.timedelta(days=day) for day in range((last - first).days + 1)]
    return any(spans[day.weekday()] and base.model.calendar.working[(day - base.period.first).days] for day in days)


def _windows(base: Scenario, text: str, sized: Sized) -> Iterator[tuple[dt.date, dt.date]]:
    """Days on which lines may be added, from the day on which the campaign begins."""
    begins = min(at.value for wave in base.campaigns[sized.at].waves for at in wave.at).date()
    if text == "weeks":
        yield from calendar_weeks(base, begins)
    elif text == "days":
        for day in range(base.model.calendar.days):
            if base.model.calendar.working[day] and base.model.calendar.date(day) >= begins:
                yield base.model.calendar.date(day), base.model.calendar.date(day)
    else:
        for part in text.split(","):
            yield _window(base, part.strip())


def _window(base: Scenario, text: str) -> tuple[dt.date, dt.date]:
    first, _, last = text.partition("..")
    try:
        span = parse_date(first), parse_date(last or first)
    except ValueError as error:
        raise PlanError(f"windows: {error}; allowed are weeks, days, or 2020-02-10..2020-02-14,...") from None
    if not base.period.first <= span[0] <= span[1] <= base.period.last:
        raise PlanError(f"windows: {text!r} is not within the period, {base.period.first} to {base.period.last}")
    return span
