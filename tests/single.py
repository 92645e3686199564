"""Scenarios of one queue, as small as a scenario can be."""

from __future__ import annotations

import sim

TEMPLATE = """
period: {{first: 2021-03-01, last: {last}, follow_up: 2 days, zone: UTC}}
calendar: {{working_days: daily, holidays: none}}
channels:
  phone: {{hours: always, waiting_places: {places}}}
lines: {{phone: {lines}}}
demand:
  contacts: {contacts}
  per: working day
  by_channel: {{phone: 100 %}}
  by_province: {{{provinces}}}
  busyness: {busyness}
callers:
  phone: {{patience: {{distribution: exponential, mean: {patience}}}}}
attempts: 1
handling:
  phone: {{conversation: {{distribution: {handling}}}}}
"""


def single(
    *,
    contacts: float = 120,
    lines: int = 3,
    places: str = "unlimited",
    patience: str = "15 min",
    handling: str = "exponential, mean: 30 min",
    last: str = "2021-03-30",
    provinces: str = "here: 1",
    busyness: float = 0,
) -> sim.Scenario:
    """A line that is always open, with Poisson arrivals at a constant rate."""
    values = {**locals()}
    return sim.loads(TEMPLATE.format(**values))
