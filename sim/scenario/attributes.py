"""Topics and age groups by number: in the order in which a scenario first gives them."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.sections import Sections
from sim.scenario.types import Shares, Stated

#: What causes by number are called: this, then the campaigns.
BASE = "base"
#: The name of a topic or age group of which nothing is stated.
UNSTATED = ""


def causes_of(scenario: Sections) -> tuple[str, ...]:
    """Names of the causes: the base demand, then the campaigns."""
    return (BASE, *(campaign.name for campaign in scenario.campaigns))


def stated_topics(scenario: Sections) -> list[list[Stated[Shares] | None]]:
    """Shares of topics by cause and channel, None where nothing is stated."""
    base = scenario.demand.topics
    stated = [base, *(campaign.topics or base for campaign in scenario.campaigns)]
    return [[shares] * len(scenario.channels) for shares in stated]


def stated_ages(scenario: Sections) -> list[list[Stated[Shares] | None]]:
    """Shares of age groups by cause and channel, None where nothing is stated."""
    base = scenario.demand.ages
    stated: list[Mapping[str, Stated[Shares]]] = [base]
    stated += [{**base, **(campaign.ages or {})} for campaign in scenario.campaigns]
    return [[ages.get(channel) for channel in scenario.channels] for ages in stated]


def topics_of(scenario: Sections) -> tuple[str, ...]:
    """Names of the topics; the last is UNSTATED where something is not."""
    return _names(stated_topics(scenario))


def ages_of(scenario: Sections) -> tuple[str, ...]:
    """Names of the age groups; the last is UNSTATED where something is not."""
    return _names(stated_ages(scenario))


def selectable(scenario: Sections) -> dict[str, tuple[str, ...]]:
    """By key of a selector, the names that it may have, in the order of their numbers."""
    return {
        "channel": tuple(scenario.channels),
        "province": scenario.provinces,
        "campaign": causes_of(scenario),
        "topic": topics_of(scenario),
        "age": ages_of(scenario),
    }


def _names(stated: list[list[Stated[Shares] | None]]) -> tuple[str, ...]:
    every = [shares for row in stated for shares in row]
    names = dict.fromkeys(name for shares in every if shares is not None for name in shares.value.parts)
    missing = not names or any(shares is None for shares in every)
    return (*names, UNSTATED) if missing else tuple(names)
