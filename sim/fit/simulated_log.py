"""A simulated period as a call log, written as a helpline's telephone exchange would: what is fitted to it is known."""

from __future__ import annotations

import csv
from io import StringIO

from sim.engines import simulate
from sim.engines.draw import draw_world
from sim.model.contacts import NO_GROUP, Contacts, Outcome
from sim.scenario.scenario import Scenario

#: What became of a contact, in the words of a log.
_WORDS = {
    Outcome.ANSWERED: "answered",
    Outcome.CALLED_BACK: "answered",
    Outcome.ABANDONED: "abandoned",
    Outcome.SILENT: "abandoned",
    Outcome.UNFINISHED: "abandoned",
    Outcome.BLOCKED: "blocked",
    Outcome.BALKED: "blocked",
    Outcome.CLOSED: "closed",
    Outcome.SENT_AWAY: "unknown",  # no word of a log means it, and it says nothing of patience but that it was longer
}
HEADER = ("caller", "channel", "queue", "arrival", "wait", "outcome", "handling", "line")


def simulated_log(scenario: Scenario, *, seed: int, replication: int = 0) -> str:
    """CSV of one simulated period of a scenario, a row per contact in order of arrival; durations in seconds."""
    world = draw_world(scenario, seed=seed, replication=replication)
    return tidy_csv(scenario, simulate(world, scenario.model.centre))


def tidy_csv(scenario: Scenario, contacts: Contacts) -> str:
    """The same of contacts that were simulated already."""
    buffer = StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerow(HEADER)
    centre, calendar = scenario.model.centre, scenario.model.calendar
    for row in sorted(contacts.rows(), key=lambda row: (row[3], row[0], row[1])):
        caller, _, queue, dialled, left, released, outcome, group, line = row
        channel, _, province = centre.queues[queue].name.partition("/")
        answered = group != NO_GROUP and outcome != Outcome.SILENT
        table.writerow(
            [
                f"c{caller}",
                channel,
                province or channel,
                calendar.moment(dialled).isoformat(" ", "milliseconds"),
                "" if outcome == Outcome.CLOSED else f"{(left - dialled) / 1000:.3f}",
                _WORDS[Outcome(outcome)],
                f"{(released - left) / 1000:.3f}" if answered else "",
                f"{centre.groups[group].name}-{line + 1}" if answered else "",
            ]
        )
    return buffer.getvalue()
