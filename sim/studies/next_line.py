"""Where the next line helps most: every place it could be added, on the same callers, ranked, and how sure that is.

The study, and its answer as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Event

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import (
    Answer,
    Column,
    Mark,
    Message,
    Named,
    Row,
    Rows,
    Section,
    Show,
    Table,
    Term,
    Tile,
    Value,
    message,
)
from sim.answers.answered import Answered
from sim.answers.phrases import more_or_fewer, played_on
from sim.engines.streams import days_of
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies import matters_words
from sim.studies.bars import with_bar
from sim.studies.matters import CLOSE, WORLDS, Matters, matters
from sim.studies.outside_hours import left_out
from sim.studies.places import ANYWHERE, Place, places_of
from sim.studies.trial import Trial, Which, try_plans
from sim.studies.unknowns import Unknown, unknowns_of

Floats = NDArray[np.float64]
TODAY = "today"
#: What places are ranked by, the first unless asked otherwise: counts of the period, fewer is better.
RANKED_BY = ("never_reached", "abandoned", "blocked", "sent_away")
#: Drawn weights of worlds (Bayesian bootstrap) for the probability of being best.
_DRAWS = 2000


@dataclass(frozen=True)
class Saved:
    """What a line at one place changes per period: paired differences to today, intervals for all places together.

    All of it on worlds that had no part in ranking the places. ``asa_s``: mean wait of the answered of its channel.
    ``best``: probability that no other place with as much of a day (all of it, or a part) saves more. ``ranked``: the
    change in what places are ranked by, on the worlds that ranked them.
    """

    place: Place
    never_reached: Estimate
    abandoned: Estimate
    blocked: Estimate
    sent_away: Estimate
    asa_s: Estimate
    line_hours: float
    best: float
    ranked: float

    def by(self, measure: str) -> Estimate:
        """Its change in one of ``RANKED_BY``."""
        found: Estimate = getattr(self, measure)
        return found

    def per_100_hours(self, measure: str) -> Estimate:
        """The change by 100 hours of the line."""
        return self.by(measure).scaled(100 / self.line_hours)


@dataclass(frozen=True)
class NextLine(Answered):
    """All places, the best first: those for all hours of their group, then parts of a day.

    ``trial`` ranked them; what each changes was counted afresh in ``confirmed``. ``matters`` says which assumptions
    matter most to what the first place saves, where that was asked for.
    """

    scenario: Scenario
    ranked_by: str
    all_day: tuple[Saved, ...]
    parts: tuple[Saved, ...]
    trial: Trial
    confirmed: Trial
    matters: Matters | None = None

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return _answer(self)

    @property
    def first(self) -> Saved:
        """Where a line for all hours saves most."""
        return self.all_day[0]

    @property
    def confirmed_saving(self) -> Estimate:
        """What the first place saves on worlds that had no part in choosing it."""
        return self.first.by(self.ranked_by)

    @property
    def by_hour(self) -> list[Saved]:
        """All of them by what an hour of the line saves, the best first."""
        worth = [saved for saved in (*self.all_day, *self.parts) if saved.line_hours > 0]
        return sorted(worth, key=lambda saved: saved.ranked / saved.line_hours)


@with_bar
def next_line(
    scenario: Scenario,
    *,
    ranked_by: str = RANKED_BY[0],
    parts: Sequence[str] | None = None,
    replications: int = 200,
    seed: int | None = None,
    assumptions: bool = True,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Event | None = None,
) -> NextLine:
    """Try one more line at every place of ``scenario``, and rank the places by what each saves.

    ``parts`` are hours at which a line could be added for a part of the day, such as ``["mon-fri 9:00-13:00"]``
    (default: halves of the group's hours; [] for none). What each place
    changes is counted on as many fresh worlds.
    ``assumptions`` plays it at both ends of every stated range. ValueError for an unknown measure or bad hours.
    """
    if ranked_by not in RANKED_BY:
        raise ValueError(f"{ranked_by!r} is not what places are ranked by; there are {', '.join(RANKED_BY)}")
    seed = scenario.experiment.seed if seed is None else seed
    places = places_of(scenario, parts)
    plans = {TODAY: scenario} | {place.key: place.scenario for place in places}
    known = _known(scenario) if assumptions else []
    few = 2 * sum(len(one.ends) for one in known) + CLOSE
    tell = _steps(progress, 2 * len(plans) * replications + few * WORLDS)
    trial, confirmed = (
        try_plans(plans, replications=replications, seed=seed, first=first, workers=workers, progress=tell, stop=stop)
        for first in (0, replications)
    )
    all_day, some = (_ranked(trial, confirmed, group, ranked_by) for group in _by_length(places))
    found = NextLine(scenario, ranked_by, all_day, some, trial, confirmed)
    if not assumptions:
        return found
    where = Which(WORLDS, 2 * replications, seed)
    usual, measure = found.confirmed_saving, (ranked_by, "all", "all")
    first_two = {key: plans[key] for key in (TODAY, *(saved.place.key for saved in all_day[:2]))}
    return replace(found, matters=matters(
        first_two, usual, measure, where, known=known, workers=workers, progress=tell, stop=stop
    ))  # fmt: skip


def _steps(progress: Callable[[int, int], None] | None, wanted: int) -> Callable[[int, int], None]:
    """Progress over several trials as one: where the number done falls, the next one has begun."""
    before = last = 0

    def tell(done: int, _wanted: int) -> None:
        nonlocal before, last
        before += last if done < last else 0
        last = done
        if progress is not None:
            progress(min(before + done, wanted), wanted)

    return tell


def _by_length(places: list[Place]) -> tuple[list[Place], list[Place]]:
    return [place for place in places if not place.hours], [place for place in places if place.hours]


def _ranked(trial: Trial, confirmed: Trial, places: list[Place], ranked_by: str) -> tuple[Saved, ...]:
    """Places by what they save in ``trial``, with what they change in ``confirmed`` (Bonferroni intervals)."""
    if not places:
        return ()
    level, best = 1 - 0.05 / len(places), probability_best(confirmed, places, ranked_by)

    def change(place: Place, measure: str, kind: str = "all", name: str = "all") -> Estimate:
        return confirmed.difference(place.key, measure, kind=kind, name=name, level=level)

    found = [
        Saved(
            place,
            never_reached=change(place, "never_reached"),
            abandoned=change(place, "abandoned"),
            blocked=change(place, "blocked"),
            sent_away=change(place, "sent_away"),
            asa_s=change(place, "asa", "channel", place.channel),
            line_hours=confirmed.difference(place.key, "staffed").value,
            best=best[place.key],
            ranked=trial.difference(place.key, ranked_by).value,
        )
        for place in places
    ]
    return tuple(sorted(found, key=lambda saved: saved.ranked))


def probability_best(trial: Trial, places: list[Place], ranked_by: str) -> Mapping[str, float]:
    """Probability of each place to have the lowest expected count, over a posterior of the law of worlds.

    The Bayesian bootstrap: worlds are weighted by exponential variates (D. B. Rubin 1981, Annals of Statistics 9,
    130-134). Places that save equally much share.
    """
    counts = np.stack([trial.by_world(place.key, ranked_by) for place in places])
    means = _weights(trial.seed, trial.replications) @ counts.T
    lowest = means <= means.min(axis=1, keepdims=True) * (1 + 1e-12)
    shares = (lowest / lowest.sum(axis=1, keepdims=True)).mean(axis=0)
    return {place.key: float(share) for place, share in zip(places, shares, strict=True)}


@lru_cache(maxsize=1)  # the same for places all day and for parts of a day
def _weights(seed: int, worlds: int) -> Floats:
    """Drawn weights of worlds, shape (draws, worlds)."""
    uniform = days_of(seed, ("next line", "weights"), np.arange(_DRAWS), worlds).pairs()[:, 0, 0]
    return -np.log(uniform).reshape(_DRAWS, worlds)


def _known(scenario: Scenario) -> list[Unknown]:
    """Every stated range but those of numbers of lines: these are what the question is about."""
    return [one for one in unknowns_of(scenario) if one.paths[0].rpartition(".")[2] not in ("count", "shifts")]


#: Title of each table, and a short one.
_TITLES = {
    "places": ("told.all_day", "studypage.sheet_places"),
    "parts-of-the-day": ("told.parts", "studypage.sheet_parts"),
}


# ---- The answer --------------------------------------------------------------------------------------------------


def _answer(found: NextLine) -> Answer:
    everywhere = (*found.all_day, *found.parts)
    tables = [_table("places", found.all_day, found)]
    tables += [_table("parts-of-the-day", found.parts, found)] if found.parts else []
    played = [played_on("next.ranked_on", found.trial.worlds), played_on("next.confirmed_on", found.confirmed.worlds)]
    sections = list(_sections(found))
    if found.matters is not None:
        plans = _plans(found)
        tables.append(matters_words.table_of(found.matters, plans))
        if found.matters.found:
            played.append(played_on("next.assumptions_on", found.matters.where))
            parts = (matters_words.chart_of(found.matters, plans), Show("assumptions"))
            sections.append(Section("rests", message("told.rests"), parts))
    return Answer(
        study="next-line",
        scenario=found.scenario,
        heading=message("next.heading"),
        question={
            "ranked_by": found.ranked_by,
            "places": tuple(saved.place.key for saved in everywhere),
            "assumptions": found.matters.where.number if found.matters else 0,
        },
        sentences=tuple(_sentences(found)),
        played=tuple(played),
        measures=(*RANKED_BY, "asa", "staffed"),
        tiles=tuple(_tiles(found)),
        sections=tuple(sections),
        tables=tuple(tables),
    )


def place_of(saved: Saved) -> Message | Term:
    """The place in words."""
    place = saved.place
    anywhere = message("next.any", channel=Term("name", place.channel))
    who = anywhere if _is_anywhere(saved) else Term("name", place.group)
    return message("next.at_hours", place=who, hours=Term("hours", place.hours)) if place.hours else who


def _is_anywhere(saved: Saved) -> bool:
    return saved.place.group.startswith(ANYWHERE)


def _at(saved: Saved) -> Message:
    """The place behind a verb: ``for any province (phone)``, ``at antwerpen``."""
    return message("next.for_any" if _is_anywhere(saved) else "next.at_group", place=place_of(saved))


def _plans(found: NextLine) -> matters_words.Plans:
    """What today's plan and a line at each of the first two places are called."""
    lines: list[Value] = [message("next.line", place=_at(saved)) for saved in found.all_day[:2]]
    first, second = [*lines, ""][:2]
    return message("next.today"), first, second


def _sentences(found: NextLine) -> Iterator[Message]:
    first, counted = found.first, found.ranked_by
    yield message("next.helps", place=_at(first), change=more_or_fewer(found.confirmed_saving, counted))
    second = found.all_day[1] if len(found.all_day) > 1 else None
    sure = Term("probability", first.best)
    if second is None:
        yield message("next.surely", sure=sure)
    else:
        change = more_or_fewer(second.by(counted), counted)
        yield message("next.surely_next", sure=sure, second=place_of(second), change=change)
    fixed = [saved for saved in found.all_day if not _is_anywhere(saved)]
    if fixed and fixed[0] is not first and fixed[0] is not second:
        yield message("next.fixed", place=place_of(fixed[0]))
    best = found.by_hour[0]
    per = best.per_100_hours(counted)
    if best is not first and per.high < 0:
        other = Term("middle", first.per_100_hours(counted).size)
        yield message(
            "next.by_hour", best=_at(best), change=more_or_fewer(per, counted), other=other, first=_at(first)
        )  # fmt: skip
    yield from left_out([found.scenario])
    if found.matters is not None:
        yield from matters_words.sentences(found.matters, _plans(found))


def _tiles(found: NextLine) -> Iterator[Tile]:
    """The best place, what it saves, and how sure that is."""
    first, what = found.first, message(f"counted.{found.ranked_by}")
    following = message("told.next_is", place=place_of(found.all_day[1])) if len(found.all_day) > 1 else None
    yield Tile(message("told.best_place"), place_of(first), following)
    saves = found.confirmed_saving
    label = message("changed.fewer_each" if saves.value < 0 else "changed.more_each", what=what)
    yield Tile(label, saves.size, message("told.of_ranking"))
    yield Tile(message("told.probability"), Term("probability", first.best))


def _sections(found: NextLine) -> Iterator[Section]:
    """Places, then the same by the hour of the line."""
    what = message(f"counted.{found.ranked_by}")
    by_place = [(saved, saved.by(found.ranked_by)) for saved in (*found.all_day, *found.parts)]
    tables = [Show("places"), *([Show("parts-of-the-day")] if found.parts else [])]
    axis = message("changed.fewer_each", what=what)
    chart = _chart(by_place, found, message("next.figure", what=what), axis, message("told.places_caption"))
    yield Section("places", message("told.places"), (message("told.places_lead"), chart, *tables))
    by_hour = [(saved, saved.per_100_hours(found.ranked_by)) for saved in found.by_hour]
    axis = message("changed.fewer_per_100", what=what)
    chart = _chart(by_hour, found, message("next.figure_by_hour", what=what), axis, message("told.by_hour_caption"))
    yield Section("hour", message("told.by_hour"), (message("told.by_hour_lead"), chart))


def _chart(
    changes: Sequence[tuple[Saved, Estimate]], found: NextLine, title: Message, axis: Message, caption: Message
) -> Rows:
    """What a line saves at each place, the most first: bars to the right."""
    tones = {"main": message("next.legend_all"), "other": message("next.legend_part")}
    rows = tuple(
        Row(place_of(saved), (Mark(change.turned, "bar", "other" if saved.place.hours else "main"),), _sure(saved))
        for saved, change in sorted(changes, key=lambda one: one[1].value)
        if change.value
    )
    return Rows(title, axis, rows, caption, legend=tones if found.parts else {})


def _sure(saved: Saved) -> Message | None:
    """How probably a place is the best, where that is not next to nothing."""
    share = Term("probability", saved.best)
    return message("told.best_note", share=share) if saved.best >= 0.005 else None


def _table(name: str, places: Sequence[Saved], found: NextLine) -> Table:
    """Places in the order of the ranking; changes per period, paired with today."""
    counted = [measure for measure in RANKED_BY if any(saved.by(measure).value for saved in places)]
    what = message(f"counted.{found.ranked_by}")
    columns = [
        Column("place", "text", message("head.place")),
        Column("group", "name", message("column.lines_of"), filed=True),
        Column("hours", "hours", message("column.hours"), filed=True),
        *(Column(measure, "change", message(f"next.{measure}"), good=-1) for measure in counted),
        Column("asa_s", "change in s", message("next.asa"), good=-1),
        Column("line_hours", "number", message("head.hours_of_line")),
        Column("per_100_hours", "change", message("head.per_100"), good=-1),
        Column("probability_best", "probability", message("head.best")),
    ]
    rows = [
        (
            Named(saved.place.key, place_of(saved)),
            Named(ANYWHERE, message("next.anywhere")) if _is_anywhere(saved) else saved.place.group,
            saved.place.hours or None,
            *(saved.by(measure) for measure in counted),
            saved.asa_s,
            saved.line_hours,
            saved.per_100_hours(found.ranked_by),
            saved.best,
        )
        for saved in places
    ]
    title, short = map(message, _TITLES[name])
    return Table(name, title, tuple(columns), tuple(rows), message("told.places_note", what=what), short=short)
