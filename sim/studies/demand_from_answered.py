"""The people behind answered contacts, found on loading: always on the same worlds, and remembered on disk."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from math import isfinite, sqrt
from pathlib import Path

from sim.errors import SimError
from sim.language import Language
from sim.model.demand import units_of
from sim.results.store import RESULTS_VERSION, essence, write_atomically
from sim.scenario.answered import People, Unexplained
from sim.scenario.scenario import Scenario
from sim.statistics.intervals import t_quantile
from sim.statistics.summary import REGISTER
from sim.studies.engine import AUTO, chosen
from sim.studies.fit_one import FitOne, fit_one
from sim.studies.observed import Observation, Simulator
from sim.studies.outcomes import Outcome
from sim.studies.parameters import parameter_of
from sim.studies.trial import Which

#: Worlds on which people are found, so that a file means the same everywhere; no scenario has this seed by default.
SEED, WORLDS = 0, 400
_DEMAND = "demand.contacts"
#: Where people were found of whom there are none.
_NOBODY = "none: nobody was counted"


def people_behind(scenario: Scenario) -> People:
    """People per what ``contacts`` counts such that as many contacts are answered on average; Unexplained if none.

    Answered are those that a register counts, by call-backs too. The count is of days without the scenario's campaigns
    and before its change of demand, in the hours that its channels have.
    """
    plain = _as_counted(scenario)
    count = scenario.demand.contacts.value
    if count == 0:
        return People(0.0, 0.0, 0.0, 0.0, _NOBODY)
    path = _remembered(plain)
    with suppress(OSError, ValueError, TypeError):
        return People(**json.loads(path.read_text(encoding="utf-8")))
    found = _found(plain, count)
    with suppress(SimError, OSError):  # a folder that cannot be written costs time and nothing else
        write_atomically(path, json.dumps(asdict(found)))
    return found


def where_found(worlds: str, say: Language) -> str:
    """The worlds on which people were found, as a scenario names them, in the reader's language."""
    if worlds == _NOBODY:
        return say("calibrate.nobody")
    usual = Which(WORLDS, 0, SEED)
    return usual.told(say) if worlds == str(usual) else worlds


def _as_counted(scenario: Scenario) -> Scenario:
    """The scenario on the days that were counted, its demand as if those answered were those who tried."""
    if scenario.trace is not None:
        raise Unexplained("the callers come from a call log, so there are no people behind its contacts to find")
    for name, hours in scenario.demand.counted_hours.items():
        now = scenario.channels[name].hours.text
        if hours.text != now:
            raise Unexplained(
                f"answered contacts of {name} were counted in {hours.text}, while it is open {now}; state the helpline "
                "as it was then, and lay what is planned over that file with 'extends'"
            )
    quiet = {"extra": "0", "uplift": "0 %", "peak": "1"}
    without = [
        f"campaigns.{number}.{key}={nothing}"
        for number, campaign in enumerate(scenario.campaigns)
        for key, nothing in quiet.items()
        if getattr(campaign, key) is not None and not campaign.by_day
    ]
    without += [
        f"campaigns.{number}.uplift.{day}=0 %"
        for number, campaign in enumerate(scenario.campaigns)
        for day in campaign.by_day
    ]
    return scenario.with_settings(["demand.counted=offered", "demand.change=0 %", *without])


def _found(plain: Scenario, count: float) -> People:
    engine, units = chosen(AUTO), units_of(plain, plain.model.calendar)
    observed = Observation(Outcome(REGISTER), count * units)
    simulator = Simulator(plain, (parameter_of(plain, _DEMAND),), (observed,), WORLDS, SEED, engine=engine)
    found = fit_one(simulator)
    if found.estimate is None or found.compatible is None:
        raise Unexplained(_why_not(found, count * units))
    (parameter,) = simulator.parameters
    (sample,) = simulator.at([(found.estimate,)])
    error = sample.spread() / sqrt(WORLDS) if sample is not None else 0.0
    value = parameter.value(found.estimate)
    low, high = (parameter.value(end) if isfinite(end) else None for end in found.compatible)
    half = t_quantile(WORLDS, 0.95) * error * value / max(abs(found.slope), 1e-12)
    # As many digits as mean something, and always the same ones.
    short = [None if end is None else float(f"{end:.6g}") for end in (value, low, high)]
    return People(short[0] or value, short[1], short[2], float(f"{half:.3g}"), str(simulator.where))


def _why_not(found: FitOne, count: float) -> str:
    if found.most[0] < count:
        return (
            f"{count:g} contacts cannot have been answered: these lines answer {found.most[0]:.1f} on average at most, "
            "however many call; more lines, longer hours or shorter calls are needed, or another count"
        )
    return f"no number of people has {count:g} contacts answered on average; the fewest met were {found.least[0]:.1f}"


def _remembered(plain: Scenario) -> Path:
    """Where the people of this scenario are kept, below the user's cache folder."""
    content = json.dumps([RESULTS_VERSION, version("helpline-sim"), SEED, WORLDS, essence(plain)], sort_keys=True)
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return folder / "helpline-sim" / f"people-{hashlib.sha256(content.encode()).hexdigest()[:16]}.json"
