"""Small helplines for the tests of plans and campaigns: days of four hours, some fifty calls, two milliseconds each."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sim
from sim.scenario.scenario import Scenario

SMALL = """
name: small
period: {first: 2024-03-04, last: 2024-03-06}
channels:
  phone: {hours: 'mon-fri 9:00-13:00', queue: per province}
  chat: {hours: 'mon-fri 9:00-13:00', waiting_places: 0}
lines: {north: 1, south: 1, east: 1, chat: 1}
demand:
  contacts: 60
  by_channel: {phone: 80 %, chat: 20 %}
  by_province: {north: 5, south: 3, east: 2}
  outside_hours: {phone: 60 %}
  hours: {0-8: 1, 9-10: 2, 11-23: 1}
callers:
  phone:
    patience: {distribution: exponential, mean: 4 min}
    redial: {abandoned: 40 %, closed: 30 %}
    redial_delay: {distribution: exponential, mean: 20 min}
handling:
  phone: {conversation: {distribution: exponential, mean: 18 min}}
  chat: {conversation: {distribution: exponential, mean: 25 min}}
targets: {channels: {phone: {answered: 80 %, within: 60 s}}}
experiment: {seed: 5}
"""
CAMPAIGN = """
campaigns:
  - name: tv
    extra: 40
    surge:
      - {shape: decay, at: [2024-03-05 9:00], time_constant: 4 h}
"""


def small(*settings: str) -> Scenario:
    """The small helpline with settings."""
    return sim.loads(SMALL).with_settings(list(settings))


def with_campaign(*settings: str) -> Scenario:
    """A longer one with a campaign on its second day."""
    text = SMALL.replace("last: 2024-03-06", "last: 2024-03-15").replace("contacts: 60", "contacts: 160")
    return sim.loads(text + CAMPAIGN).with_settings(list(settings))


def lines(**counts: int | dict[str, int]) -> list[str]:
    """Settings for so many lines, or shifts, of each group."""
    return [
        f"lines.{name}.shifts={json.dumps(count)}" if isinstance(count, dict) else f"lines.{name}.count={count}"
        for name, count in counts.items()
    ]


def names(plans: Sequence[Sequence[int]]) -> dict[str, Sequence[int]]:
    """Plans by a name of their own."""
    return {"-".join(map(str, plan)): plan for plan in plans}
