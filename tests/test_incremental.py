"""A scenario with settings is the one that would be read whole, and shares what its settings leave alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import ScenarioError
from sim.model.build import build_calendar
from sim.model.compile import DEPENDS_ON
from sim.model.demand import solved
from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.scenario.source import read_text
from sim.studies.places import places_of
from sim.studies.unknowns import unknowns_of

ROOT = Path(__file__).parent.parent
CAMPAIGN = sim.load(ROOT / "scenarios" / "als-je-eens-wist-2020.yaml")
ENDS = [unknown.settings(end) for unknown in unknowns_of(CAMPAIGN) for end in unknown.ends]


@pytest.mark.parametrize(
    "settings", [*ENDS[::4], ["lines.antwerpen=2"], ["demand.change=+10 %", "attempts=2"]], ids=str
)
def test_it_is_the_one_that_is_read_whole(settings: list[str]) -> None:
    quick = CAMPAIGN.with_settings(settings)
    whole = loads(dumps(quick), name=quick.name)
    assert quick == whole
    assert dumps(quick) == dumps(whole)
    for name in ("mass", "weight", "edges", "open"):
        assert np.array_equal(getattr(quick.model.rates, name), getattr(whole.model.rates, name)), name
    assert quick.model.centre == whole.model.centre
    assert quick.model.calendar == whole.model.calendar


def test_settings_over_settings_are_settings_together() -> None:
    twice = CAMPAIGN.with_settings(["lines.antwerpen=2"]).with_settings(["lines.antwerpen.absence=5 %", "attempts=3"])
    assert twice == CAMPAIGN.with_settings(["lines.antwerpen=2", "lines.antwerpen.absence=5 %", "attempts=3"])
    place = places_of(CAMPAIGN)[0].scenario
    assert place.with_settings(ENDS[0]) == loads(dumps(place.with_settings(ENDS[0])), name=place.name)


def test_only_what_settings_change_is_worked_out_anew() -> None:
    fewer_lines = CAMPAIGN.with_settings(["lines.limburg=0"])
    assert fewer_lines.model.rates is CAMPAIGN.model.rates
    assert fewer_lines.demand is CAMPAIGN.demand
    more_calls = CAMPAIGN.with_settings(["demand.change=+10 %"])
    assert more_calls.model.rates is not CAMPAIGN.model.rates
    assert more_calls.model.calendar is CAMPAIGN.model.calendar


def test_rates_and_days_are_worked_out_of_nothing_else() -> None:
    """Whatever else is read while they are worked out would be missed when it changes."""
    seen: set[str] = set()

    class Watched(Scenario):
        def __getattribute__(self, name: str) -> object:
            if name in Scenario.model_fields:
                seen.add(name)
            return super().__getattribute__(name)

    watched = Watched.model_construct(**{name: getattr(CAMPAIGN, name) for name in Scenario.model_fields})
    calendar = build_calendar(watched.period, watched.calendar)
    assert seen == set(DEPENDS_ON["calendar"])
    solved(watched, calendar)
    assert seen == set(DEPENDS_ON["rates"])


def test_a_mistake_has_the_place_it_would_have_in_the_whole_file() -> None:
    for settings in (["lines.antwerpen=few"], ["period.first=2030-01-01"], ["handling.phone.conversation.mean=oops"]):
        with pytest.raises(ScenarioError) as told:
            CAMPAIGN.with_settings(settings)
        assert all(str(mistake.place).startswith((settings[0], f"{CAMPAIGN.name}:")) for mistake in told.value.mistakes)
    with pytest.raises(ScenarioError, match=r"als-je-eens-wist-2020:\d+:\d+: campaigns"):
        CAMPAIGN.with_settings(["period.first=2020-02-17"])


def test_the_tree_is_what_would_be_read_from_text() -> None:
    for file in sorted((ROOT / "scenarios").glob("*.yaml"))[::3]:
        scenario = sim.load(file)
        assert scenario.tree.plain() == read_text(dumps(scenario), scenario.name).plain()
