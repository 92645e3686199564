"""What is simulated: six provinces with a line each, on their own or helping each other, as a scenario."""

from __future__ import annotations

import datetime as dt

import sim
from sim.scenario.scenario import Scenario

QUEUES, DAYS = 6, 2
#: Means in minutes; the lines could just do nine tenths of the work that comes.
CONVERSATION, WRAP_UP, PATIENCE, LOAD = 4.0, 1.0, 10.0, 0.9
#: With overflow: minutes until the others help, attempts at most, who calls again after giving up, and when (mean).
HELP_AFTER, ATTEMPTS, REDIAL_SHARE, REDIAL_DELAY = 1.0, 4, 0.5, 15.0
#: Minutes between the calls of a province.
BETWEEN = (CONVERSATION + WRAP_UP) / LOAD

TEXT = """
name: six-lines
period: {{first: 2024-01-01, last: {last}, follow_up: 2 days}}
calendar: {{working_days: mon-sun, holidays: none}}
channels: {{phone: {{hours: always, queue: per province}}}}
lines: {{{lines}}}
routing: {{phone: [{order}]}}
demand:
  contacts: {contacts}
  by_channel: {{phone: 100 %}}
  by_province: {{{shares}}}
callers:
  phone:
    patience: {{distribution: exponential, mean: {patience} min}}
    redial: {{abandoned: {redial} %}}
    redial_delay: {{distribution: exponential, mean: {delay} min}}
attempts: {attempts}
handling:
  phone:
    conversation: {{distribution: exponential, mean: {conversation} min}}
    wrap_up: {{distribution: exponential, mean: {wrap_up} min}}
targets: {{channels: {{phone: {{answered: 80 %, within: 60 s}}}}}}
experiment: {{replications: 25, seed: 1}}
"""


def scenario(*, overflow: bool, days: int = DAYS, lines: int = 1) -> Scenario:
    """Separate lines without redials, or ``overflow``: help after a minute, and half of those who gave up redial.

    ``lines`` a province, with the calls for so many.
    """
    names = [f"p{number}" for number in range(QUEUES)]
    return sim.loads(
        TEXT.format(
            last=dt.date(2024, 1, 1) + dt.timedelta(days - 1),
            lines=", ".join(f"{name}: {lines}" for name in names),
            order=f"own, {{to: others, after: {HELP_AFTER} min}}" if overflow else "own",
            contacts=round(QUEUES * lines * days * 24 * 60 / BETWEEN),
            shares=", ".join(f"{name}: 1" for name in names),
            patience=PATIENCE,
            redial=100 * REDIAL_SHARE if overflow else 0,
            attempts=ATTEMPTS if overflow else 1,
            delay=REDIAL_DELAY,
            conversation=CONVERSATION,
            wrap_up=WRAP_UP,
        )
    )
