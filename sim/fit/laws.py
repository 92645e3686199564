"""Handling and patience of a log: of each channel, by queue and by priority, and whether queues differ at all.

Queues of one channel share a law unless the likelihood says that they differ (1 % error): a queue with few calls then
borrows from the others instead of standing on its own. Provinces of a channel always share its laws, as a scenario has
laws by channel; that they differ is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from sim.fit.handling import Handling, fit_handling
from sim.fit.likelihood import Peak
from sim.fit.log import ABANDONED, ANSWERED, UNKNOWN, Log
from sim.fit.patience import FEWEST, Patience, fit_patience

#: Below this chance queues that are alike would differ as much as they do.
_ERROR = 0.01
WHAT = ("handling", "patience")


@dataclass(frozen=True)
class QueueLaws:
    """Laws of one queue: its own, or its channel's where ``handling_own`` and ``patience_own`` are false."""

    queue: str
    channel: str
    handling: Handling
    patience: Patience
    handling_own: bool
    patience_own: bool


@dataclass(frozen=True)
class Laws:
    """Laws of everybody (``handling``, ``patience``), of each queue as used, and patience by priority and queue.

    ``differ`` has, for channels with several queues, the chance that equal queues would differ so much, as (channel,
    of handling, of patience).
    """

    handling: Handling
    patience: Patience
    queues: tuple[QueueLaws, ...]
    patience_by_queue: dict[str, Patience]
    patience_by_priority: dict[int, Patience]
    handling_by_queue: dict[str, Handling]
    differ: tuple[tuple[str, float, float], ...]

    @property
    def lumped(self) -> tuple[tuple[str, str], ...]:
        """Channel and ``handling`` or ``patience`` of laws that are shared by queues that clearly differ."""
        shared = {(used.channel, what) for used in self.queues for what in WHAT if not getattr(used, f"{what}_own")}
        told = [
            (channel, what, chance) for channel, *both in self.differ for what, chance in zip(WHAT, both, strict=True)
        ]
        return tuple((channel, what) for channel, what, chance in told if chance < _ERROR and (channel, what) in shared)


def fit_laws(log: Log, *, short_s: float = 10.0) -> Laws:
    """Handling times and patience of a log."""
    used: list[QueueLaws] = []
    own_handling: dict[str, Handling] = {}
    own_patience: dict[str, Patience] = {}
    differ = []
    for number, channel in enumerate(log.channels):
        mine = log.picked(log.channel == number)
        codes = [int(code) for code in np.unique(mine.queue)]
        parts = {log.queues[code]: mine.picked(mine.queue == code) for code in codes}
        whole = handling_of(mine, short_s), patience_of(mine)
        if len(parts) < 2:
            used += [QueueLaws(queue, channel, *whole, True, True) for queue in parts]
            continue
        handlings = {queue: handling_of(part, short_s) for queue, part in parts.items()}
        patiences = {queue: patience_of(part) for queue, part in parts.items()}
        chances = _handling_chance(whole[0], handlings), _patience_chance(whole[1], patiences)
        differ.append((channel, *chances))
        for queue in parts:
            handling_own = not log.by_province and chances[0] < _ERROR and handlings[queue].chosen is not None
            patience_own = not log.by_province and chances[1] < _ERROR and patiences[queue].gave_up >= FEWEST
            laws = (
                handlings[queue] if handling_own else whole[0],
                patiences[queue] if patience_own else whole[1],
            )
            used.append(QueueLaws(queue, channel, *laws, handling_own, patience_own))
        own_handling |= handlings
        own_patience |= patiences
    alone = len(used) == 1
    kinds = np.unique(log.priority).tolist()
    return Laws(
        handling=used[0].handling if alone else handling_of(log, short_s),
        patience=used[0].patience if alone else patience_of(log),
        queues=tuple(used),
        patience_by_queue=own_patience,
        patience_by_priority={kind: patience_of(log.picked(log.priority == kind)) for kind in kinds}
        if len(kinds) > 1
        else {},
        handling_by_queue=own_handling,
        differ=tuple(differ),
    )


def handling_of(log: Log, short_s: float) -> Handling:
    """Of the answered whose handling time is known."""
    times = log.handling[log.outcome == ANSWERED]
    known = times[times != UNKNOWN]
    return fit_handling(known, short_s=short_s, missing=len(times) - len(known))


def patience_of(log: Log) -> Patience:
    """Of everybody whose wait is known; the answered are censored."""
    known, left, answered = log.wait != UNKNOWN, log.outcome == ABANDONED, log.outcome == ANSWERED
    unseen = {"unknown": int((left & ~known).sum()), "uncensored": int((answered & ~known).sum())}
    return fit_patience(log.wait[known & left], log.wait[known & answered], **unseen)


def _handling_chance(whole: Handling, parts: dict[str, Handling]) -> float:
    if whole.chosen is None:
        return 1.0
    family = whole.chosen.family
    peaks = [fit.peak for part in parts.values() for fit in part.candidates if fit.family is family]
    return _apart(peaks, whole.chosen.peak)


def _patience_chance(whole: Patience, parts: dict[str, Patience]) -> float:
    if whole.chosen is None:
        return 1.0
    name = whole.chosen.name
    return _apart([fit.peak for part in parts.values() if (fit := part.named(name))], whole.chosen.peak)


def _apart(peaks: list[Peak], together: Peak) -> float:
    """Chance of gaining so much likelihood by laws apart if there is one law (likelihood ratio, Wilks 1938)."""
    gain = sum(peak.height - peak.of(together.at) for peak in peaks)
    degrees = len(together.at) * (len(peaks) - 1)
    return float(special.chdtrc(degrees, max(2 * gain, 0.0))) if degrees > 0 else 1.0
