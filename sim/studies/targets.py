"""What a plan must reach: targets as people write them, each a measure of a scope with a limit.

Every target is linear in counts: it is met where a weighted sum of columns, its slack, is not negative. Slacks add
over worlds and over parts of a helpline that have nothing to do with each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from sim.answers.answer import Message, Term, message
from sim.answers.phrases import working_days
from sim.errors import QuestionError
from sim.scenario.routing import Service, queues_of
from sim.scenario.scenario import Scenario
from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import Estimate
from sim.statistics.mixed import is_mixed, why_not
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS, WHILE_OPEN, Definition
from sim.studies.trial import Trial
from sim.units import format_duration, format_percent, nearest, parse_duration, parse_percent

Floats = NDArray[np.float64]

TARGET_HELP = (
    "a target such as 'phone 80 % in 60 s', 'e-mail 95 % in 2 working days', 'never reached while open 5 %', "
    "'never reached 30 %', 'phone abandonment 5 %', 'phone loss 5 %' or 'phone mean wait 2 min'"
)
_SHARES = {
    "never reached while open": WHILE_OPEN,
    "never reached": DEFINITIONS["never_reached_share"],
    "abandonment": DEFINITIONS["abandonment"],
    "abandoned": DEFINITIONS["abandonment"],
    "loss": DEFINITIONS["loss"],
    "lost": DEFINITIONS["loss"],
}
_SHARE = re.compile(rf"(?:(?P<name>.+?)\s+)?(?P<what>{'|'.join(_SHARES)})\s+(?:at most\s+)?(?P<share>\S+\s*%)")
_LEVEL = re.compile(
    r"(?P<name>.+?)\s+(?:at least\s+)?(?P<share>\S+\s*%)\s+(?:answered\s+)?(?:with)?in\s+(?P<within>.+)"
)
_WAIT = re.compile(r"(?:(?P<name>.+?)\s+)?mean wait\s+(?:at most\s+)?(?P<wait>\d.*)")
#: An acceptable wait of nothing, as durations are written.
_AT_ONCE = "0 s"
_DAYS = re.compile(r"(\d+)\s*working days?")


class TargetError(QuestionError):
    """A target that cannot be read, is about nothing, or that nothing can meet."""


@dataclass(frozen=True)
class Target:
    """``of`` of the scope ``kind`` ``name`` is at least or at most ``limit``, in its unit.

    ``within`` is the acceptable wait that is counted, as a scenario writes it, or ''.
    """

    kind: str
    name: str
    of: Definition
    limit: float
    least: bool
    within: str = ""

    @property
    def written(self) -> str:
        """As it is written, such as ``phone 80 % in 60 s``."""
        whose = "" if self.kind == "all" else f"{self.name} "
        if self.of.name == "asa":
            return f"{whose}mean wait {format_duration(round(1000 * self.limit))}"
        share = format_percent(self.limit / 100)
        if self.within:
            return f"{whose}{share} in {self.within}"
        return f"{whose}{next(what for what, of in _SHARES.items() if of == self.of)} {share}"

    @property
    def words(self) -> Message:
        """Such as ``phone: at least 80 % answered within 1 min``."""
        what = self._what()
        return what if self.kind == "all" else message("targettext.of", who=Term("name", self.name), what=what)

    def _what(self) -> Message:
        if self.of.name == "asa":
            wait = Term("duration", format_duration(round(1000 * self.limit)))
            return message("targettext.asa", wait=wait)
        share = Term("significant", self.limit)
        if self.within == _AT_ONCE:
            return message("targettext.at_once", share=share)
        if self.within:
            days = _DAYS.fullmatch(self.within)
            within = working_days(int(days[1])) if days else Term("duration", self.within)
            return message("targettext.answered", share=share, within=within)
        return message(f"targettext.{self.of.name}", share=share)

    @cached_property
    def weights(self) -> Floats:
        """Weights over COLUMNS of the slack."""
        sign = 1.0 if self.least else -1.0
        under = self.of.under or {}
        limit = self.limit / self.of.scale
        found = np.array([self.of.over.get(column, 0) - limit * under.get(column, 0) for column in COLUMNS])
        return sign * found

    @property
    def of_persons(self) -> bool:
        """Whether it counts people, not contacts."""
        return "callers" in (self.of.under or {})

    def estimate(self, trial: Trial, plan: str) -> Estimate:
        """The measure of one plan with its interval."""
        return trial.counts[plan].estimate(self.of, self.kind, self.name)

    def met(self, found: Estimate) -> bool:
        """Whether the estimate meets it; where nobody called it is met."""
        value = found.value
        return not isfinite(value) or (value >= self.limit if self.least else value <= self.limit)

    def verdict(self, found: Estimate) -> str:
        """``met``, ``missed``, or ``met, in doubt`` and ``missed, in doubt`` where the interval has the limit in it."""
        word = "met" if self.met(found) else "missed"
        return f"{word}, in doubt" if found.low < self.limit < found.high else word


def targets_of(
    scenario: Scenario, wishes: Sequence[str] = (), *, everywhere: bool = False, some: bool = True
) -> tuple[Target, ...]:
    """``wishes``, or what the scenario promises where there are none; ``everywhere``: in each province.

    TargetError, in one sentence, where one cannot be read, two contradict each other, or ``some`` is asked and none is
    given.
    """
    found = [parse_target(scenario, wish) for wish in wishes] or list(_promised(scenario))
    if not found and some:
        raise TargetError(f"no targets: the scenario states none below targets:; give {TARGET_HELP}")
    _refuse_two_waits(scenario, found)
    if everywhere:
        found = [part for target in found for part in everywhere_of(scenario, target)]
    return tuple(target for number, target in enumerate(found) if target not in found[:number])


def with_waits(scenario: Scenario, targets: Sequence[Target]) -> Scenario:
    """The scenario with the acceptable waits that the targets count."""
    settings = []
    for target in targets:
        if target.within:
            channel = _channel(scenario, target)
            days = _DAYS.fullmatch(target.within)
            promise = {"within_working_days": int(days[1])} if days else {"within": target.within}
            block = {"answered": format_percent(target.limit / 100), **promise}
            settings.append(f"targets.channels.{channel}={json.dumps(block)}")
    return scenario.with_settings(list(dict.fromkeys(settings))) if settings else scenario


def _promised(scenario: Scenario) -> Iterator[Target]:
    level = DEFINITIONS[SERVICE_LEVELS[scenario.targets.service_level]]
    for name, target in scenario.targets.channels.items():
        within = f"{target.within_working_days} working days"
        if target.within is not None:
            within = format_duration(target.within)
        yield Target("channel", name, level, 100 * target.answered, least=True, within=within)
    if target_share := scenario.targets.never_reached:
        yield Target("all", "all", DEFINITIONS["never_reached_share"], 100 * target_share, least=False)


def parse_target(scenario: Scenario, text: str) -> Target:
    """Read one target; TargetError says what is allowed."""
    written = " ".join(text.split())
    try:
        if found := _WAIT.fullmatch(written):
            kind, name = _scope(scenario, found["name"], written)
            if is_mixed(scenario, "asa", kind) and not (found["name"] or "").startswith("all"):
                wait = found["wait"]
                why = why_not(scenario, "mean wait", found["name"] or "", lambda one: f"'{one} mean wait {wait}'")
                raise TargetError(f"target {text!r}: {why}")
            return Target(kind, name, DEFINITIONS["asa"], parse_duration(found["wait"]) / 1000, least=False)
        if found := _SHARE.fullmatch(written):
            kind, name = _scope(scenario, found["name"], written)
            share = parse_percent(found["share"])
            if share == 0:
                raise TargetError(f"target {text!r}: 0 % is reached by no plan; write for example 0.5 %")
            return Target(kind, name, _SHARES[found["what"]], 100 * share, least=False)
        if found := _LEVEL.fullmatch(written):
            return _level(scenario, text, found)
    except TargetError:
        raise
    except ValueError as error:
        raise TargetError(f"target {text!r}: {error}") from None
    words = (*_SHARES, "mean wait")
    raise TargetError(f"target {text!r} is not {TARGET_HELP}.{nearest(re.sub(r'[^a-z ]', '', written).strip(), words)}")


def _level(scenario: Scenario, text: str, found: re.Match[str]) -> Target:
    share = parse_percent(found["share"])
    if share == 1:
        raise TargetError(f"target {text!r}: 100 % is reached by no plan; write for example 99 %")
    within, days = found["within"], _DAYS.fullmatch(found["within"])
    within = f"{int(days[1])} working days" if days else format_duration(parse_duration(within))
    kind, name = _scope(scenario, found["name"], text)
    if kind not in ("channel", "queue"):
        channels = ", ".join(scenario.channels)
        raise TargetError(
            f"target {text!r}: acceptable waits are counted by channel; name one of {channels}, or one of their queues "
            "(everywhere asks it of every province)"
        )
    level = DEFINITIONS[SERVICE_LEVELS[scenario.targets.service_level]]
    return Target(kind, name, level, 100 * share, least=True, within=within)


def _scope(scenario: Scenario, name: str | None, text: str) -> tuple[str, str]:
    """The scope that a name means: a channel, a queue or a province; everybody without one."""
    if name is None or name in ("all", "all callers"):
        return "all", "all"
    queues = [queue.name for queue in scenario.model.centre.queues]
    for kind, names in (("channel", list(scenario.channels)), ("queue", queues), ("province", scenario.provinces)):
        if name in names:
            return kind, name
    if pooled := Service(scenario).queues.find(name):
        return "queue", pooled[0]  # the queue in which a province waits with others
    known = list(dict.fromkeys([*scenario.channels, *scenario.provinces, *queues]))
    raise TargetError(
        f"target {text!r}: there is no channel, province or queue {name!r}; there are {', '.join(known)}."
        f"{nearest(name, known)}"
    )


def _channel(scenario: Scenario, target: Target) -> str:
    """The channel of a target about a channel or a queue."""
    return target.name if target.kind == "channel" else Service(scenario).queues.channel(target.name)


def _refuse_two_waits(scenario: Scenario, targets: Sequence[Target]) -> None:
    waits: dict[str, Target] = {}
    for target in targets:
        if not target.within:
            continue
        channel = _channel(scenario, target)
        other = waits.setdefault(channel, target)
        if other.within != target.within:
            raise TargetError(
                f"targets: {channel} cannot be judged by two acceptable waits at once, {other.within} and "
                f"{target.within}; keep one"
            )


def everywhere_of(scenario: Scenario, target: Target) -> Iterator[Target]:
    """The same of every province, or of every queue of a channel; a shared queue stands for all its provinces.

    Who meets it in every part meets it as a whole: a ratio of sums lies between the ratios of its parts.
    """
    if target.kind == "all":
        yield from (replace(target, kind="province", name=province) for province in scenario.provinces)
    elif target.kind == "channel" and len(queues_of(scenario)[target.name]) > 1:
        yield from (replace(target, kind="queue", name=queue) for queue in queues_of(scenario)[target.name])
    else:
        yield target
