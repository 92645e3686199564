"""How often calibration finds what is known: registers are simulated, and what is behind them is found again.

python -m tests.long.calibration [trials]

Each trial has a demand of its own (and, in the second table, calls of their own length), plays one period in a world
that nothing else meets, and calibrates on what was counted there. Reported is how often the 95 % set holds the truth.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.studies.calibrate import calibrate
from sim.studies.outcomes import outcome_of, play_variants
from sim.studies.parameters import DEMAND, parameter_of
from sim.studies.sobol import uniforms

#: Two lines, a week, phone calls that may be given up and tried again: small, and busy enough to hide people.
HELPLINE = """
period: {first: 2020-02-10, last: 2020-02-14}
calendar: {holidays: none}
channels: {phone: {hours: mon-fri 9:00-17:00}}
lines: {desk: 2}
routing: {phone: [desk]}
demand:
  contacts: 150
  by_channel: {phone: 100 %}
  by_province: {everywhere: 1}
  outside_hours: {phone: 50 %}
  busyness: 0.2
callers:
  phone:
    patience: {distribution: exponential, mean: 7 min}
    redial: {abandoned: 50 %, closed: 40 %}
    redial_delay: {distribution: exponential, mean: 1 h}
handling: {phone: {conversation: {distribution: lognormal, mean: 30 min, cv: 0.9}}}
"""
CALLS = "handling.phone.conversation.mean"
#: Seed of the worlds that are registers, and of those that are fitted on.
_REGISTERS, _FITTED = 11, 12


@dataclass(frozen=True)
class Trial:
    """The truth of one trial, what was counted, and whether the set holds the truth."""

    truth: tuple[float, ...]
    counted: tuple[float, ...]
    verdict: str
    holds: bool


def trials(
    number: int, *, two: bool = False, worlds: int = 200, helpline: str = HELPLINE, engine: str = "compiled"
) -> Iterator[Trial]:
    """So many trials of one parameter, or of two: half to twice the demand, and 2/3 to 3/2 of the length of calls."""
    scenario = loads(helpline)
    stated = [parameter_of(scenario, path).stated for path in (DEMAND, CALLS)]
    for trial, (demand, length) in enumerate(uniforms("trials", number, 2)):
        people = stated[0] * 4 ** (float(demand) - 0.5)
        milliseconds = round(stated[1] * 2.25 ** (float(length) - 0.5 if two else 0.0))
        yield _trial(scenario, trial, people, milliseconds, two=two, worlds=worlds, engine=engine)


def _trial(
    scenario: Scenario, trial: int, people: float, milliseconds: int, *, two: bool, worlds: int, engine: str
) -> Trial:
    measures = ["answered", "loss"] if two else ["answered"]
    outcomes = [outcome_of(scenario, measure) for measure in measures]
    truth = [f"{DEMAND}={people!r}", f"{CALLS}={milliseconds} ms"]
    register = play_variants(scenario, [truth], outcomes, worlds=1, seed=_REGISTERS, first=trial, engine="simpy")
    counted = tuple(float(register.values(of)[0]) for of in outcomes)
    observed = [f"answered={counted[0]:g}", *(f"loss={value!r} %" for value in counted[1:])]
    found = calibrate(
        scenario,
        observed,
        fit=(DEMAND, CALLS) if two else (DEMAND,),
        replications=worlds,
        worlds_apart=0,
        seed=_FITTED + trial,
        engine=engine,
    )
    values = (people, float(milliseconds)) if two else (people,)
    # An end that was not found excludes nothing; what is not identified names no set that could miss.
    return Trial(values, counted, found.verdict, found.verdict == "not identified" or found.holds(*values))


def main() -> None:
    """Entry point."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for two in (False, True):
        done = list(trials(number, two=two))
        verdicts = {verdict: sum(one.verdict == verdict for one in done) for verdict in {one.verdict for one in done}}
        held = sum(one.holds for one in done)
        what = "demand and length of calls" if two else "demand"
        print(f"{what}: the 95 % set holds the truth in {held} of {number} trials ({verdicts})", flush=True)


if __name__ == "__main__":
    main()
