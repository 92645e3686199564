"""Waits of the answered where channels wait otherwise: seconds for a line, days for the answer to an e-mail.

A mean of both is exact and answers no question. So its definition says that they are together, and who asks for it is
told which channels there are.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.language import ENGLISH, Language
from sim.language.shown import and_list
from sim.scenario.routing import queues_of
from sim.scenario.scenario import Scenario

_WAITS = ("asa", "mean_wait", "longest_wait")
#: Scopes of which each has one channel.
_OF_ONE = ("channel", "queue", "lines")


def _later(scenario: Scenario, channel: str) -> bool:
    """Whether contacts of a channel come at any hour and wait for the hours of its lines, or for a promise in days."""
    target = scenario.targets.channels.get(channel)
    promised = target is not None and target.within_working_days is not None
    return promised or scenario.channels[channel].staffed is not None


def is_mixed(scenario: Scenario, measure: str, kind: str) -> bool:
    """Whether a measure of a scope of this kind puts waits together that are not alike."""
    answered = measure in _WAITS or (measure.startswith("wait_p") and measure.endswith(("_answered", "_all")))
    return answered and kind not in _OF_ONE and len({_later(scenario, name) for name in scenario.channels}) > 1


def defined(scenario: Scenario, measure: str, kind: str, definition: str, say: Language = ENGLISH) -> str:
    """A definition, with the channels that are together in it where it is mixed."""
    if not is_mixed(scenario, measure, kind):
        return definition
    return say("report.together", definition=definition, channels=and_list(list(map(say.name, scenario.channels)), say))


def why_not(scenario: Scenario, what: str, of: str, write: Callable[[str], str]) -> str:
    """That a mixed measure is asked for, and what to write instead: ``write`` names a scope in it; ``of`` is '' of all.

    Of a province there are its queues, of anything else the channels.
    """
    later = [name for name in scenario.channels if _later(scenario, name)]
    others = [name for name in scenario.channels if name not in later]
    queues = [queue for some in queues_of(scenario).values() for queue in some if of and queue.endswith(f"/{of}")]
    names = [write(name) for name in queues or scenario.channels]
    return (
        f"{what} of {of or 'all channels'} mixes waits on {and_list(others)} with those on {and_list(later)}, which "
        f"are not alike; write {', '.join(names)}" + ("" if of else f", or {write('all')} for the mixture")
    )
