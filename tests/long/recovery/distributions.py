"""Whether handling, patience, redials and lines of simulated logs lie in the intervals that are fitted to them.

A log is a simulated month, written as CSV and read back as any other file. Each check has its own laws; in the one of
redials callers are also put together at random into people who call for other reasons too, which is the background.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.fit.families import GAMMA, LOGNORMAL, WEIBULL, Family
from sim.fit.fitted import Fitted
from sim.fit.handling import Handling, fit_handling
from sim.fit.laws import patience_of
from sim.fit.lines import staffing
from sim.fit.log import UNKNOWN, Log
from sim.fit.patience import Patience
from sim.fit.read import read
from sim.fit.redials import fit_redials
from sim.fit.simulated_log import simulated_log
from sim.scenario.load import loads
from sim.scenario.scenario import Scenario

_SCENARIO = """
period: {{first: 2024-03-04, last: 2024-03-31, zone: UTC}}
calendar: {{working_days: mon-fri, holidays: none}}
channels: {{phone: {{hours: mon-fri 9:00-17:00}}}}
lines: {{phone: {lines}}}
demand:
  contacts: {contacts}
  per: working day
  by_channel: {{phone: 100 %}}
  by_province: {{here: 100 %}}
  outside_hours: {{phone: 20 %}}
callers:
  phone:
    patience: {patience}
    redial: {{abandoned: {again} %, closed: {closed} %}}
    redial_delay: {{distribution: lognormal, median: 20 min, sigma: 1.2}}
attempts: 50
handling: {{phone: {{conversation: {handling}}}}}
"""
_AT_ONCE = "{distribution: mixture, at_once: 6 %, rest: {distribution: exponential, mean: 5 min}}"
_WEIBULL = "{distribution: weibull, shape: 0.7, scale: 6 min}"
_EXPONENTIAL = "{distribution: exponential, mean: 4 min}"
_LOGNORMAL = "{distribution: lognormal, median: 9 min, sigma: 0.8}"
_GAMMA = "{distribution: gamma, shape: 1.8, scale: 5 min}"
_WEIBULL_TALK = "{distribution: weibull, shape: 1.4, scale: 10 min}"
_SHORT = (
    "{distribution: mixture, parts: [{share: 10 %, of: {distribution: uniform, least: 1 s, most: 8 s}}, "
    "{share: 90 %, of: {distribution: lognormal, median: 9 min, sigma: 0.8}}]}"
)
#: People into whom the callers of a log are put together for the background; some seventy new ones call a day.
_PEOPLE = 600


@lru_cache
def _scenario(
    patience: str, handling: str, again: int = 0, closed: int = 0, lines: int = 2, contacts: int = 70
) -> Scenario:
    written = _SCENARIO.format(
        patience=patience, handling=handling, again=again, closed=closed, lines=lines, contacts=contacts
    )
    return loads(written, name="recovery")


def log_of(scenario: Scenario, number: int) -> Log:
    """The simulated log ``number`` of a scenario, written and read."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.csv"
        file.write_text(simulated_log(scenario, seed=number), encoding="utf-8")
        found = read(file)
    assert isinstance(found, Log)
    return found


def _inside(truth: Mapping[str, float], found: Mapping[str, Fitted]) -> dict[str, bool]:
    return {name: found[name].covers(value) for name, value in truth.items()}


def _handling(log: Log, family: Family) -> Handling:
    """Of one family alone; the choice among families is no parameter."""
    return fit_handling(log.handling[log.handling != UNKNOWN], families=(family,))


def _of_family(log: Log, family: Family) -> dict[str, Fitted]:
    (fit,) = _handling(log, family).candidates
    return {**fit.parameters, "mean": fit.mean}


def _of_law(patience: Patience, name: str) -> dict[str, Fitted]:
    fit = patience.named(name)
    assert fit is not None  # many give up in these logs
    return {**fit.parameters, "law's mean": fit.mean}


def patience_some_at_once(number: int) -> dict[str, bool]:
    """An exponential, and some who hang up at once; lognormal handling."""
    log = log_of(_scenario(_AT_ONCE, _LOGNORMAL), number)
    patience = _of_law(patience_of(log), "exponential, some at once")
    handling = _of_family(log, LOGNORMAL)
    mean = 540.0 * float(np.exp(0.32))
    return {
        **_inside({"mean": 300.0, "at once": 0.06, "law's mean": 282.0}, patience),
        **_inside({"median": 540.0, "sigma": 0.8}, handling),
        "mean handling time": handling["mean"].covers(mean),
    }


def patience_weibull(number: int) -> dict[str, bool]:
    """A Weibull, with gamma handling."""
    log = log_of(_scenario(_WEIBULL, _GAMMA), number)
    patience = _of_law(patience_of(log), "weibull")
    handling = _of_family(log, GAMMA)
    found = _inside({"shape": 0.7, "scale": 360.0}, patience)
    return found | {
        f"handling {name}": held for name, held in _inside({"shape": 1.8, "scale": 300.0}, handling).items()
    }


def patience_exponential(number: int) -> dict[str, bool]:
    """An exponential, with Weibull handling; the band must hold the curve too."""
    log = log_of(_scenario(_EXPONENTIAL, _WEIBULL_TALK), number)
    patience = patience_of(log)
    handling = _of_family(log, WEIBULL)
    curve = {f"curve at {t} s": _held(patience, t, float(np.exp(-t / 240))) for t in (30, 120, 360)}
    found = _inside({"mean": 240.0}, _of_law(patience, "exponential"))
    return (
        found
        | curve
        | {f"handling {name}": held for name, held in _inside({"shape": 1.4, "scale": 600.0}, handling).items()}
    )


def _held(patience: Patience, time: float, truth: float) -> bool:
    _, low, high = patience.curve.at(time)
    return low <= truth <= high


def short_calls(number: int) -> dict[str, bool]:
    """One call in ten is short: the share, and the law of the others."""
    log = log_of(_scenario(_EXPONENTIAL, _SHORT), number)
    handling, own = _handling(log, LOGNORMAL), _of_family(log, LOGNORMAL)
    return {"short calls": handling.short_share.covers(0.1), **_inside({"median": 540.0, "sigma": 0.8}, own)}


def redials(number: int) -> dict[str, bool]:
    """After giving up and after a closed door, with the same delay."""
    return _redials(log_of(_scenario(_EXPONENTIAL, _LOGNORMAL, again=50, closed=30), number))


def redials_above_background(number: int) -> dict[str, bool]:
    """Callers put together at random into people: they call for other reasons too, helped or not."""
    log = log_of(_scenario(_EXPONENTIAL, _LOGNORMAL, again=50, closed=30), number)
    person = _mixed(log.caller + 100_000 * number) % _PEOPLE
    return _redials(replace(log, caller=person.astype(np.int64)))


def _mixed(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A hash of each number: the mixing of SplitMix64 (Steele, Lea and Flood 2014), so that the order is lost.

    A multiple of the golden ratio would not do: callers who come one after the other would never be one person.
    """
    z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def _redials(log: Log) -> dict[str, bool]:
    found = fit_redials(log)
    assert found.median is not None  # hundreds call again in these logs
    assert found.sigma is not None
    return {
        "after giving up": found.probability["abandoned"].covers(0.5),
        "after a closed door": found.probability["closed"].covers(0.3),
        "median delay": found.median.covers(1200.0),
        "sigma of the delay": found.sigma.covers(1.2),
    }


def lines(number: int) -> dict[str, bool]:
    """A lower bound in every quarter of an hour, and the true number wherever somebody waited."""
    log = log_of(_scenario(_EXPONENTIAL, _LOGNORMAL, lines=3, contacts=90), number)
    (found,) = staffing(log)
    inside = np.zeros(found.known.shape, dtype=bool)
    inside[:, 36:68] = True  # 9:00 to 17:00; after closing lines finish what they have
    waited = (found.waited >= 20_000) & inside
    return {
        "never more than there were": bool((found.known[inside] <= 3 + 1e-9).all() and (found.least <= 3).all()),
        "as many where somebody waited": bool((found.lines[waited] == 3).all()) and bool(waited.any()),
    }


CHECKS = {
    "patience, some at once": patience_some_at_once,
    "patience, Weibull": patience_weibull,
    "patience, exponential": patience_exponential,
    "short calls": short_calls,
    "redials": redials,
    "redials above background": redials_above_background,
    "lines": lines,
}
