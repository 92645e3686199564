"""The answer in a few sentences that somebody without training in statistics understands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from sim.answers.kinds import in_language
from sim.language import Language
from sim.language.shown import and_list, plain, seconds
from sim.model.clock import SECOND
from sim.report.tables import busiest_channel
from sim.results.result import Result
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS
from sim.studies.compare import Comparison, Difference
from sim.studies.outside_hours import left_out
from sim.studies.paired import difference_of
from sim.tell.runs import Of, measures_of
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


def answer_of_comparison(found: Comparison, say: Language) -> Answer:
    """What reaches most people, what does so without more line hours, and what the other plans do."""
    order = sorted(found.plans, key=lambda plan: found.difference(plan, "never_reached").difference.value)
    best = order[0]
    if not found.difference(best, "never_reached").difference.high < 0:
        base = _said(found.difference(best, "never_reached").base, say)
        return Answer((say("answer.none_better", base=base), *_others(found, order, say), *found.left_out(say)), "")
    told = [best]
    sentences = [_best(found, best, say)]
    equals = [plan for plan in order[1:] if not _clearly_behind(found, plan, best)]
    if equals:
        sentences.append(say("answer.equals", plans=_with_sizes(found, equals, say)))
        told += equals
    free = next((plan for plan in order if not found.difference(plan, "staffed").difference.high > 0), None)
    if free not in (best, None) and found.difference(str(free), "never_reached").difference.high < 0:
        sentences.append(_best_for_free(found, str(free), say))
        told.append(str(free))
    others = _others(found, [plan for plan in order if plan not in told], say)
    return Answer((*sentences, *others, *found.left_out(say)), "")


def _clearly_behind(found: Comparison, plan: str, best: str) -> bool:
    """Whether a plan leaves clearly more people unreached than the best one, on the same worlds."""
    values = (found.results[name].values()[: found.replications] for name in (best, plan))
    return difference_of(DEFINITIONS["never_reached"], *values, level=found.level).low > 0


def _best(found: Comparison, plan: str, say: Language) -> str:
    never, gave_up = found.difference(plan, "never_reached"), found.difference(plan, "abandoned")
    hours = found.difference(plan, "staffed").difference
    cost = say("answer.more_hours", hours=_said(hours, say)) if hours.low > 0 else say("answer.same_hours")
    shown = {"never": _size(never, say), "abandoned": _change(gave_up, say), "cost": cost}
    return say("answer.best", plan=plan, base=_said(never.base, say), **shown)


def _best_for_free(found: Comparison, plan: str, say: Language) -> str:
    never, gave_up = found.difference(plan, "never_reached"), found.difference(plan, "abandoned")
    return say("answer.free", plan=plan, never=_size(never, say), abandoned=_change(gave_up, say))


def _others(found: Comparison, plans: list[str], say: Language) -> Iterator[str]:
    """What the plans that are not named yet do to people never reached."""
    differences = {plan: found.difference(plan, "never_reached").difference for plan in plans}
    kinds = {
        "others": [plan for plan, d in differences.items() if d.high < 0],
        "worse": [plan for plan, d in differences.items() if d.low > 0],
        "unclear": [plan for plan, d in differences.items() if d.low <= 0 <= d.high],
    }
    told = [say(f"answer.{kind}", plans=_with_sizes(found, some, say)) for kind, some in kinds.items() if some]
    if told:
        yield " ".join(told)


def _with_sizes(found: Comparison, plans: list[str], say: Language) -> str:
    told = [say("answer.other", plan=p, never=_size(found.difference(p, "never_reached"), say)) for p in plans]
    return and_list(told, say)


def _size(found: Difference, say: Language) -> str:
    return _said(found.difference.size, say)


def _change(found: Difference, say: Language) -> str:
    d = found.difference
    if d.low <= 0 <= d.high:
        return say("answer.no_change")
    return say("answer.more" if d.value > 0 else "answer.fewer", size=_size(found, say))
