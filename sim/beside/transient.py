"""A queue in its own days: the Markov chain from empty, with arrivals, lines and closing times as they are.

Exact where handling and patience are exponential and arrivals are Poisson, also where no steady state is reached or
exists. It is computed for each opening interval, together with the next one where it does not end empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, nan

import numpy as np

from sim.beside.averages import Averages
from sim.beside.premises import Premises
from sim.beside.profile import Profile
from sim.model.centre import Centre
from sim.scenario.distributions import Exponential, Never
from sim.theory.birth_death import TooManyStatesError
from sim.theory.steps import Profile as Steps
from sim.theory.varying import Day, Rules, TooLongError, Work, played

#: Work for all queues of a result, in steps of a chain with one state: about a second.
BUDGET = 6e7
#: Contacts that may be left from an earlier opening interval while the next one is taken to begin empty.
_LEFT = 1e-6
#: Probability of a waiting place too few.
_CUT = 1e-8


@dataclass(frozen=True)
class _Stretch:
    """From an opening until the next one, in seconds from its beginning.

    ``closings``: when, and whether those who wait are sent away. ``duty``: lines on duty, where ``lines`` may still
    serve those who waited at closing. ``counted_s``: how much of it belongs to the period.
    """

    length_s: float
    counted_s: float
    rates: Steps
    lines: Steps
    duty: Steps
    closings: tuple[tuple[float, bool], ...]

    def solve(self, rules: Rules, *, endless: bool, work: Work) -> Day:
        """What is expected to happen."""
        changes = {*self.rates.starts, *self.lines.starts, *self.duty.starts, *(at for at, _ in self.closings)}
        # After closing ever fewer states matter.
        changes |= {self.closings[-1][0] + times / rules.service for times in (0.25, 1, 4)} if self.closings else set()
        inner = {at for at in (*changes, self.counted_s) if 0 < at < self.length_s}
        edges = [0.0, *sorted(inner), self.length_s]
        away = frozenset(at for at, leave in self.closings if leave)
        return played(rules, self.rates, self.lines, (edges, edges), away=away, endless=endless, cut=_CUT, work=work)

    def busy_s(self, day: Day, handling_s: float) -> float:
        """Time of lines on duty in which they are busy, within the period."""
        ends = day.ends_s
        starts = np.concatenate([[0.0], ends[:-1]])
        lines = np.array([self.lines.at(at) for at in starts])
        on_duty = np.minimum(np.array([self.duty.at(at) for at in starts]), lines)
        share = np.divide(on_duty, lines, out=np.zeros(len(lines)), where=lines > 0)
        counted = np.where(ends <= self.counted_s, ends - starts, 0.0)
        rest = day.in_hand_at_end[-1] * handling_s if self.length_s == self.counted_s and self.closings else 0.0
        return float(((day.mean_busy - day.mean_finishing) * share) @ counted + rest * share[-1])


def solvable(premises: Premises) -> bool:
    """Whether the chain describes this queue, perhaps with other laws."""
    patience = premises.patience if premises.places != 0 else Never()
    return premises.speeds == (100,) and isinstance(patience, (Exponential, Never))


def solve(premises: Premises, profile: Profile, centre: Centre, work: Work) -> Averages | str:
    """Averages over the period; the reason why there are none where the chain is too large or too long."""
    patience = premises.patience.mean / 1000 if isinstance(premises.patience, Exponential) else float("inf")
    rules = Rules(1 / premises.handling_s, 1 / patience, 8 if premises.places is None else premises.places)
    endless, known, found = premises.places is None, dict[_Stretch, Day](), list[tuple[_Stretch, Day]]()
    channel = centre.queues[premises.number].channel
    spans = [span for span in centre.channels[channel].open if span[0] < centre.until(channel)]
    first = 0
    try:
        while first < len(spans):
            for last, stop, begins in _stops(spans, first, centre.until(channel), centre.horizon, premises.handling_s):
                stretch = _stretch(spans[first:last], stop, premises, profile, centre)
                if stretch not in known:
                    known[stretch] = stretch.solve(rules, endless=endless, work=work)
                day = known[stretch]
                closed = spans[last - 1][1] <= stop
                if begins == inf and (closed or not any(stop < at < centre.horizon for at, _ in profile.levels)):
                    break  # nothing but work for the same lines
                # Once none waits, those in hand only become fewer.
                fewer = exp(-(begins - stop) / 1000 / premises.handling_s)
                if day.waiting_at_end[-1] < _LEFT and day.in_hand_at_end[-1] * fewer < _LEFT:
                    break
            found.append((stretch, day))
            first = last
    except TooLongError:
        return "too long to compute hour by hour"
    except TooManyStatesError:
        return "too many contacts may wait"
    return _averages(premises, profile, found)


def _stops(
    spans: list[tuple[int, int]], first: int, end: int, horizon: int, handling_s: float
) -> Iterator[tuple[int, int, float]]:
    """How far to look: how many opening intervals, until when (ms), and when the next one begins."""
    for last in range(first + 1, len(spans) + 1):
        begins = spans[last][0] if last < len(spans) else inf
        ends = min(spans[last - 1][1], end)
        # Where the channel stays open all day, most of the work would be done again.
        for times in (2, 8, 32) if spans[last - 1][1] <= end else (16, 64):
            if (stop := ends + round(times * handling_s * 1000)) < min(begins, horizon):
                yield last, stop, begins
        yield last, round(min(begins, horizon)), begins


def _stretch(spans: list[tuple[int, int]], stop: int, premises: Premises, profile: Profile, centre: Centre) -> _Stretch:
    """What happens from the first of these openings until ``stop`` (ms)."""
    origin, queue = spans[0][0], centre.queues[premises.number]
    inside = (profile.edges >= origin) & (profile.edges < stop)
    rates = dict(zip(profile.edges[inside].tolist(), [*profile.rates[inside[:-1]].tolist(), 0.0], strict=False))
    duty = {origin: profile.lines_at(origin)} | {at: n for at, n in profile.levels if origin < at < stop}
    lines, closings = dict[int, int](), list[tuple[float, bool]]()
    for opens, closes in spans:
        lines |= {opens: profile.lines_at(opens)} | {at: n for at, n in duty.items() if opens < at < closes}
        if closes <= stop:
            late = profile.lines_at(closes - 1)
            lines[closes] = late
            closings.append(((closes - origin) / 1000, not queue.serve_after_closing or late == 0))
    return _Stretch(
        length_s=(stop - origin) / 1000,
        counted_s=(min(stop, centre.until(queue.channel)) - origin) / 1000,
        rates=_steps(rates, origin),
        lines=_steps(lines, origin),
        duty=_steps(duty, origin),
        closings=tuple(closings),
    )


def _steps(values: dict[int, float] | dict[int, int], origin: int) -> Steps:
    """A step function in seconds from ``origin``, without steps of no height."""
    ordered = sorted(values.items())
    kept = [ordered[0], *(later for before, later in pairwise(ordered) if later[1] != before[1])]
    return Steps(tuple((at - origin) / 1000 for at, _ in kept), tuple(value for _, value in kept))


def _averages(premises: Premises, profile: Profile, found: list[tuple[_Stretch, Day]]) -> Averages:
    """Sums over the stretches, as shares of what was offered."""
    days = [day for _, day in found]

    def total(name: str) -> float:
        return float(sum(getattr(day, name).sum() for day in days))

    offered, blocked, sent_away, answered = map(total, ("offered", "blocked", "cohort_sent_away", "cohort_answered"))
    abandoned = offered - blocked - sent_away - answered
    busy = sum(stretch.busy_s(day, premises.handling_s) for stretch, day in found)
    return Averages(
        blocked=blocked / offered,
        abandoned=abandoned / offered,
        sent_away=sent_away / offered,
        waits=(total("waited") - sent_away) / offered,
        answered=answered / offered,
        answered_wait_s=total("cohort_answered_wait_s") / offered,
        occupancy=busy / profile.duty_s if profile.duty_s else nan,
        model=_model(premises, profile),
        source=days[0].source,
        breaks=_breaks(premises, profile),
    )


def _model(premises: Premises, profile: Profile) -> str:
    """In Kendall's notation, with (t) at what varies."""
    arrivals, lines = ("(t)" if varies else "" for varies in (profile.rate_varies, profile.lines_vary))
    places = "" if premises.places is None else "/c" if premises.places == 0 else "/K"
    patience = "+M" if premises.gives_up else ""
    return f"M{arrivals}/M/c{lines}{places}{patience} (transient, from empty)"


def _breaks(premises: Premises, profile: Profile) -> tuple[str, ...]:
    """What the chain leaves out: named lines, of which it is not known whether those that leave are busy."""
    broken = {"handling not exponential": not premises.exponential, "lines withdrawn while open": profile.lines_fall}
    return tuple(dict.fromkeys((*premises.breaks, *(text for text, is_broken in broken.items() if is_broken))))
