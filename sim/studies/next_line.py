"""Where the next line helps most: every place it could be added, on the same callers, ranked, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.streams import days_of
from sim.language import ENGLISH, Language
from sim.language.said import Shown
from sim.language.shown import more_or_fewer
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.answers import Answer
from sim.studies.bars import with_bar
from sim.studies.matters import CLOSE, WORLDS, Matters, matters
from sim.studies.matters_words import rows, sentences
from sim.studies.outside_hours import left_out
from sim.studies.places import Place, places_of
from sim.studies.trial import On, Trial, Which, try_plans
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
class NextLine:
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
        """In words and tables, as it is told and kept."""
        return answer_of(self)

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


#: How a group for any province is called in ``sim.studies.places``.
_ANYWHERE = "anywhere"


def answer_of(found: NextLine) -> Answer:
    """What is kept and told."""
    return Answer(
        study="next-line",
        scenario=found.scenario,
        asked={
            "ranked_by": found.ranked_by,
            "places": [saved.place.key for saved in (*found.all_day, *found.parts)],
            "assumptions": found.matters.where.number if found.matters else 0,
        },
        on=_played(found),
        measures=["never_reached", "abandoned", "blocked", "sent_away", "asa", "staffed"],
        sentences=lambda say: list(_sentences(found, say)),
        tables={
            "next-line": [row_of(saved) for saved in (*found.all_day, *found.parts)],
            "assumptions": rows(*_in_words(found, found.matters)) if found.matters else [],
        },
    )


def _played(found: NextLine) -> list[On]:
    on = [On("next.ranked_on", found.trial.worlds), On("next.confirmed_on", found.confirmed.worlds)]
    return [*on, On("next.assumptions_on", found.matters.where)] if found.matters and found.matters.found else on


def matters_of(found: NextLine, say: Language = ENGLISH) -> Matters | None:
    """What matters most to the first place, with the places in words."""
    return found.matters and _named(
        found, found.matters, lambda saved, say: say("next.line", place=at(saved, say)), say
    )


def _in_words(found: NextLine, matters: Matters) -> tuple[Matters, Callable[[Language], Matters]]:
    """What matters with places as programs have them, and as readers of a language do."""
    return _named(found, matters, where), lambda say: _named(found, matters, where, say)


def _named(
    found: NextLine, matters: Matters, name: Callable[[Saved, Language], str], say: Language = ENGLISH
) -> Matters:
    return matters.named(say("next.today"), *(name(saved, say) for saved in found.all_day[:2]))


def where(saved: Saved, say: Language = ENGLISH) -> str:
    """The place in words."""
    place = saved.place
    who = say("next.any", channel=say.name(place.channel)) if _anywhere(saved) else say.name(place.group)
    return f"{who}, {say.hours(place.hours)}" if place.hours else who


def _group(saved: Saved, say: Language) -> str:
    """The group of a place in words."""
    return say("next.anywhere") if _anywhere(saved) else say.name(saved.place.group)


def _anywhere(saved: Saved) -> bool:
    return saved.place.group.startswith(_ANYWHERE)


def at(saved: Saved, say: Language = ENGLISH) -> str:
    """The place behind a verb: ``for any province (phone)``, ``at antwerpen``."""
    return say("next.for_any" if _anywhere(saved) else "next.at_group", place=where(saved, say))


def row_of(saved: Saved) -> dict[str, Any]:
    """A row of the table: changes per period, paired with today."""
    return {
        "place": Shown.of(where(saved), partial(where, saved)),
        "group": Shown.of(saved.place.group, partial(_group, saved)),
        "hours": saved.place.hours or "all",
        "line_hours": saved.line_hours,
        "never_reached": saved.never_reached,
        "abandoned": saved.abandoned,
        "blocked": saved.blocked,
        "sent_away": saved.sent_away,
        "asa_s": saved.asa_s,
        "probability_best": saved.best,
    }


def sure(probability: float, say: Language = ENGLISH) -> str:
    """A probability in words that promise no more than 2,000 draws can."""
    return say("next.over") if probability > 0.99 else f"{100 * probability:.0f} %"


def _sentences(found: NextLine, say: Language) -> Iterator[str]:
    first, counted = found.first, found.ranked_by
    yield say("next.helps", place=at(first, say), change=more_or_fewer(found.confirmed_saving, counted, say))
    second = found.all_day[1] if len(found.all_day) > 1 else None
    surely = sure(first.best, say)
    if second is None:
        yield say("next.surely", sure=surely)
    else:
        change = more_or_fewer(second.by(counted), counted, say)
        yield say("next.surely_next", sure=surely, second=where(second, say), change=change)
    fixed = [saved for saved in found.all_day if not _anywhere(saved)]
    if fixed and fixed[0] is not first and fixed[0] is not second:
        yield say("next.fixed", place=where(fixed[0], say))
    best = found.by_hour[0]
    per = best.per_100_hours(counted)
    if best is not first and per.high < 0:
        other = say.number(abs(first.per_100_hours(counted).value), 1)
        change = more_or_fewer(per, counted, say)
        yield say("next.by_hour", best=at(best, say), change=change, other=other, first=at(first, say))
    yield from left_out([found.scenario], say)
    if matters := matters_of(found, say):
        yield from sentences(matters, say)
