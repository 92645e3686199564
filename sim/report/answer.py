"""The answer in a few sentences that somebody without training in statistics understands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from sim.answers.kinds import in_language
from sim.language import Language
from sim.language.shown import plain, seconds
from sim.model.clock import SECOND
from sim.results.result import Result
from sim.statistics.estimates import Estimate
from sim.statistics.summary import SERVICE_LEVELS
from sim.studies.outside_hours import left_out
from sim.studies.summaries import Of, busiest_channel, measures_of
from sim.units import format_duration

#: From so many replications on, it is said how far one period lies from another.
_ENOUGH = 100


@dataclass(frozen=True)
class Answer:
    """Three sentences, and one that says how far luck alone moves a single period ('' where too little was run)."""

    sentences: tuple[str, ...]
    luck: str


def _said(found: Estimate, say: Language) -> str:
    """A count in a sentence: whole where its interval is wider than one."""
    return plain(found, say, coarse=True)


def answer_of(result: Result, say: Language) -> Answer:
    """Who called and was reached, why the others were not, and how the busiest channel does."""
    of = measures_of(result.summary())
    sentences = (_reached(result, of, say), *_why(of, say), _channel(result, of, say))
    return Answer((*sentences, *(in_language(one, say) for one in left_out([result.scenario]))), _luck(result, say))


def _reached(result: Result, of: Of, say: Language) -> str:
    during = say.during(result.scenario.period.first, result.scenario.period.last)
    share = Estimate(*(100 - end for end in _ends(of("never_reached_share"))))
    shown = {"callers": of("callers"), "reached": of("reached"), "share": share}
    return say("answer.reached", during=during, **{name: _said(found, say) for name, found in shown.items()})


def _ends(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.high, found.low


def _why(of: Of, say: Language) -> Iterator[str]:
    never, closed = of("never_reached"), of("only_closed")
    if not never.value > 0:
        yield say("answer.everybody")
    elif closed.value > 0:
        yield say("answer.never_closed", never=_said(never, say), closed=_said(closed, say))
    else:
        yield say("answer.never", never=_said(never, say))


def _channel(result: Result, of: Of, say: Language) -> str:
    """The channel with most contacts: lost, waits, and the promise."""
    scenario = result.scenario
    name = busiest_channel(result)
    shown = {
        "channel": say.name(name),
        "loss": _said(of("loss", "channel", name), say),
        "asa": seconds(of("asa", "channel", name), say),
    }
    sentence = say("answer.channel", **shown)
    target = scenario.targets.channels.get(name)
    level = of(SERVICE_LEVELS[scenario.targets.service_level], "channel", name)
    if target is None or target.within is None or not isfinite(level.value):
        return sentence
    within = say.duration(format_duration(target.within)) if target.within >= SECOND else say("calls.at_once")
    asked = say.percent(target.answered)
    return sentence + " " + say("answer.promise", asked=asked, within=within, found=_said(level, say))


def _luck(result: Result, say: Language) -> str:
    if result.replications < _ENOUGH:
        return ""
    low, high = np.quantile(result.values(columns=("never_reached",))[:, 0], (0.05, 0.95), method="inverted_cdf")
    return say("answer.luck", low=say.number(low), high=say.number(high))
