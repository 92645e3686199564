"""As many replications as a wished precision takes: intervals are looked at, and the run goes on or stops.

The rule is Chow and Robbins's (1965, Annals of Mathematical Statistics 36, 457-462; for simulations Glynn and Whitt
1992, Annals of Applied Probability 2, 180-198): stop as soon as the interval is short enough. It holds in the limit
of high precision. Stopping early on a spread that came out small by chance would cost coverage, so the first look
comes late, looks are a quarter more replications apart, and those that will surely find too little are left out.
``docs/validation.md`` has the coverage after stopping. Looks fall on the ends of parts and depend on results alone:
the same question stops at the same place, wherever it was interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf

from sim.errors import QuestionError
from sim.language import ENGLISH
from sim.model.clock import MINUTE, SECOND
from sim.results.result import WAITS, Result
from sim.results.store import part_size
from sim.scenario.attributes import ages_of, causes_of, topics_of
from sim.scenario.routing import queues_of
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.mixed import is_mixed, why_not
from sim.statistics.summary import DEFINITIONS, TAKES, definitions_of
from sim.units import nearest, parse_duration

#: Replications before the first look; with fewer, the spread itself is too uncertain.
LEAST = 100
MOST = 100_000
#: Of the replications that the last look says are needed, so many must be there for another look.
_WORTH_A_LOOK = 0.8
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"
_HOUR = 60 * MINUTE
_TIMES = {"s": SECOND, "min": MINUTE, "h per period": _HOUR}


@dataclass(frozen=True)
class Wish:
    """How far the interval of one measure may reach from its value: in its unit, or relative to the value."""

    measure: str
    kind: str
    name: str
    reach: float
    relative: bool
    unit: str
    text: str

    def estimate(self, result: Result) -> Estimate:
        """What the measure is now; nan where nothing of it was seen."""
        try:
            return result.estimate(self.measure, kind=self.kind, name=self.name)
        except KeyError:
            return NOTHING

    def excess(self, found: Estimate) -> float:
        """How many times too far the interval reaches; infinite where that cannot be said."""
        allowed = self.reach * (found.value if self.relative else 1.0)
        reach = found.reach if allowed > 0 else inf
        return reach / allowed if reach < inf else inf


def wishes_of(scenario: Scenario, precision: Mapping[str, str]) -> list[Wish]:
    """Wishes such as ``{"abandonment@phone": "0.5pp", "asa@phone": "5 s"}``, or ``"2 %"``; else QuestionError."""
    return [_wish(scenario, name.strip(), str(text).strip()) for name, text in precision.items()]


def _wish(scenario: Scenario, who: str, text: str) -> Wish:
    measure, kind, name = scope_of(scenario, who)
    unit = _units(scenario)[measure]
    reach, relative = _reach(measure, unit, text)
    return Wish(measure, kind, name, reach, relative, unit, f"{who}={text}")


def scope_of(scenario: Scenario, who: str, *, besides: Iterable[str] = ()) -> tuple[str, str, str]:
    """Measure, kind and name of text such as ``abandonment@phone``; QuestionError, with what there is, if unknown.

    ``besides`` are names that the caller knows, too: they are among what there is.
    """
    measure, _, name = who.partition("@")
    units = _units(scenario)
    if measure not in units:
        known = [*units, *besides]
        raise QuestionError(f"{measure!r} is not a measure.{nearest(measure, known)} There are {', '.join(known)}")
    if not name and measure not in _measures("all"):
        raise QuestionError(f"{measure} is known of queues only; write for example {measure}@{_queues(scenario)[0]}")
    kind = _kind_of(scenario, measure, name) if name else "all"
    if is_mixed(scenario, measure, kind) and name != "all":
        raise QuestionError(why_not(scenario, measure, name, lambda one: f"{measure}@{one}"))
    return measure, kind, name or "all"


def _units(scenario: Scenario) -> dict[str, str]:
    """Measures that this scenario has, with their units."""
    used = scenario.model.centre.inputs_used()
    units = {name: d.unit for name, d in DEFINITIONS.items() if name not in TAKES or TAKES[name] & used}
    return units | dict.fromkeys(WAITS, "s")


def _measures(kind: str) -> tuple[str, ...]:
    waits = WAITS if kind in ("all", "channel", "queue", "province") else ()
    return (*(definition.name for definition in definitions_of(kind)), *waits)


def _queues(scenario: Scenario) -> list[str]:
    return [queue for some in queues_of(scenario).values() for queue in some]


def _kind_of(scenario: Scenario, measure: str, name: str) -> str:
    """The first kind of scope that has this name and knows the measure."""
    names: dict[str, Sequence[str]] = {
        "all": ("all",),
        "channel": tuple(scenario.channels),
        "queue": _queues(scenario),
        "province": scenario.provinces,
        "lines": tuple(scenario.lines),
        "cause": causes_of(scenario),
        "topic": topics_of(scenario),
        "age": ages_of(scenario),
    }
    having = [kind for kind, some in names.items() if name in some]
    if not having:
        every = list(dict.fromkeys(other for some in names.values() for other in some if other))
        raise QuestionError(f"there is no {name!r} here.{nearest(name, every)} There are {', '.join(every)}")
    kind = next((kind for kind in having if measure in _measures(kind)), None)
    if kind is None:
        raise QuestionError(f"{measure} is not known of {' or '.join(having)} {name!r}")
    return kind


def _reach(measure: str, unit: str, text: str) -> tuple[float, bool]:
    """Allowed reach in the measure's unit, or relative to its value."""
    allowed = {"%": "0.5pp (percentage points)"}.get(unit, "5 s" if unit in _TIMES else "0.5")
    if match := re.fullmatch(rf"({_NUMBER})\s*(%|pp)?", text):
        number, sign = float(match[1]), match[2]
        if number > 0 and sign == "%":
            return number / 100, True
        if number > 0 and (sign == "pp" if unit == "%" else sign is None and unit not in _TIMES):
            return number, False
    elif unit in _TIMES:
        try:
            duration = parse_duration(text)
        except ValueError:
            duration = 0
        if duration > 0:
            return duration / _TIMES[unit], False
    if (size := re.match(_NUMBER, text)) and float(size[0]) == 0:
        raise QuestionError(f"{measure}={text}: an interval of no width takes endless replications; write {allowed}")
    what = "a number per period" if unit == "per period" else f"in {unit}"
    raise QuestionError(f"{measure}={text}: {measure} is {what}; write {allowed}, or 2% of its value")


def looks(least: int = LEAST, most: int = MOST) -> Iterator[int]:
    """Numbers of replications at which intervals are looked at, each about a quarter more than the last one."""
    wanted = float(least)
    while True:
        size = part_size(int(wanted) - 1)
        while wanted > 100 * size:
            size *= 10
        number = min(size * ceil(wanted / size), most)
        yield number
        if number == most:
            return
        wanted = number * 1.25


def stop(excess: Callable[[int], float], *, least: int = LEAST, most: int = MOST) -> int:
    """The number of replications at which the rule stops; ``excess(n)`` is how many times too long intervals are."""
    needed = 0.0
    for number in looks(min(least, most), most):
        if number < min(_WORTH_A_LOOK * needed, most):
            continue
        over = excess(number)
        if over <= 1:
            break
        # Without an interval there is nothing to foresee: on to the next look.
        needed = number * over**2 if over < inf else 0.0
    return number


def until(
    extend: Callable[[int], Result],
    wishes: Sequence[Wish],
    *,
    least: int = LEAST,
    most: int = MOST,
    say: Callable[[str], None] = lambda _text: None,
) -> Result:
    """The result with as few replications as grant all wishes, or with ``most``; ``say`` is told what was reached.

    ``extend`` returns the result of so many replications.
    """
    found: list[tuple[Wish, Estimate]] = []

    def excess(number: int) -> float:
        result = extend(number)
        found[:] = [(wish, wish.estimate(result)) for wish in wishes]
        return max(wish.excess(estimate) for wish, estimate in found)

    result = extend(stop(excess, least=least, most=most))
    for wish, estimate in found:
        say(_told(wish, estimate, result.replications))
    return result


def _told(wish: Wish, found: Estimate, replications: int) -> str:
    what = f"{wish.text}: {{}} with {replications:,} replications"
    if found is NOTHING:
        return what.format("nothing to measure") + ", which is the limit"
    value, low, high = (ENGLISH.significant(number, 4) for number in (found.value, found.low, found.high))
    interval = f"{value}, between {low} and {high} {wish.unit}"
    if wish.excess(found) <= 1:
        return what.format("reached") + f": {interval}"
    return what.format("not reached") + f", which is the limit: {interval}"
