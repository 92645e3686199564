"""How callers behave and how long handling takes, as a scenario writes it, from what was fitted of a queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from sim.fit.families import TWO_LOGNORMALS
from sim.fit.fitted import Fitted
from sim.fit.handling import Handling, binomial
from sim.fit.laws import QueueLaws
from sim.fit.log import ANSWERED
from sim.fit.patience import Patience
from sim.fit.pieces import Pieces
from sim.fit.redials import Redials
from sim.fit.stated import Block, assumed, duration, law_block, percent, stated, two_parts
from sim.statistics.intervals import zero_count_bound

#: So much mean patience, at least, is none that a call has.
_HOURS_S = 7200.0


def handling_block(laws: QueueLaws, source: str) -> Block:
    """Conversation of a queue: the chosen law, and short calls as a part of their own."""
    found = laws.handling
    said = f"{source}: {found.regular:,} calls of {'the queue' if laws.handling_own else 'the channel'}"
    if found.chosen is None:
        return {"conversation": _few(found, source)}
    fit = found.chosen
    law = law_block(fit.family, fit.parameters, said)
    apart = list(_apart(found, source))
    taken = sum(share for share, _ in apart)
    if not apart:
        return {"conversation": law}
    rest = 1 - taken / 10_000
    others = (
        two_parts(fit.parameters, said, of=rest)
        if fit.family is TWO_LOGNORMALS
        else [{"share": f"{(10_000 - taken) / 100:.2f} %", "of": law}]
    )
    return {"conversation": {"distribution": "mixture", "parts": [*(part for _, part in apart), *others]}}


def _apart(found: Handling, source: str) -> Iterator[tuple[int, Block]]:
    """What is no ordinary call: its share in hundredths of a percent, and the part of a mixture."""
    told = found.calls / max(found.calls + found.missing, 1)
    short = min(round(10_000 * found.short_share.value * told), 9_000)
    if short >= 1:
        always = duration(max(found.short_mean_s, 0.001))
        yield short, _part(short, f"{source}: {found.short:,} calls under {found.short_s:g} s", always)
    missing = min(round(10_000 * (1 - told)), 9_900 - short)
    if missing >= 1:
        # They did not count for the lines either, so that load and lines go together.
        why = f"{source}: {found.missing:,} answered calls without a time, not seen on any line"
        yield missing, _part(missing, why, "1 ms")


def _part(share: int, source: str, always: str) -> Block:
    stated_share = {"value": f"{share / 100:.2f} %", "status": "derived", "source": source}
    return {"share": stated_share, "of": {"distribution": "deterministic", "always": always}}


def _few(found: Handling, source: str) -> Block:
    """A mean alone, or what has to be assumed where the log gives no handling time."""
    if found.calls == 0 or not found.sample_mean.value > 0:
        mean = assumed("10 min", "2 min", "40 min", f"{source} has no handling times here")
        return {"distribution": "exponential", "mean": mean}
    fitted = stated(found.sample_mean, f"{source}: mean of {found.calls} calls", write=duration, least=0.001)
    return {"distribution": "exponential", "mean": fitted}


def patience_block(patience: Patience, source: str) -> Block:
    """The chosen law; what is assumed where nobody gave up."""
    said = f"{source}: {patience.gave_up:,} gave up, {patience.answered:,} waited and were answered (censored)"
    fit = patience.chosen
    if fit is None:
        return _nobody_left(patience, source)
    rest = law_block(fit.family, fit.parameters, said)
    if not fit.at_once or round(10_000 * fit.parameters["at once"].value) == 0:
        return rest
    at_once = stated(fit.parameters["at once"], said, write=percent, most=1.0)
    return {"distribution": "mixture", "at_once": at_once, "rest": rest}


def forwarded_block(pieces: Pieces, channel: str) -> Block:
    """Who of a channel is passed on after an answer: to the channel to which most are."""
    log, queues = pieces.log, pieces.channels[channel]
    if log.forwarded is None or log.origins is None:
        return {}
    mine = np.isin(log.origins, [log.queues.index(queue) for queue in queues])
    to = Counter(pieces.places[log.queues[queue]].channel for queue in log.forwarded.queue[mine])
    to.pop(channel, None)
    if not to:
        return {}
    (other, passed), stays = to.most_common(1)[0], pieces.stays
    answered = int(((stays.outcome == ANSWERED) & np.isin(stays.queue, [log.queues.index(q) for q in queues])).sum())
    share = min(passed / max(answered, 1), 1.0)
    fit = Fitted(share, *binomial(min(passed, answered), max(answered, 1)), "%")
    source = f"{pieces.source}: {passed:,} of {answered:,} answered calls were passed on"
    return {"forwarded": {"to": other, "share": stated(fit, source, write=percent, most=1.0)}}


def _nobody_left(patience: Patience, source: str) -> Block:
    """What is known where nobody gave up: a lower bound of the mean; who waits for hours has no limit, as in e-mail."""
    if patience.missing:
        return {"distribution": "exponential", "mean": assumed("7 min", "2 min", "20 min", f"{source} does not say")}
    least = patience.waited_s / zero_count_bound()
    if least >= _HOURS_S:
        return {"distribution": "never"}
    why = f"{source}: nobody gave up; the low end follows from how long all waited"
    mean = assumed(duration(max(600.0, least)), duration(max(60.0, least)), duration(max(3600.0, 6 * least)), why)
    return {"distribution": "exponential", "mean": mean}


def redial_blocks(redials: Redials, source: str) -> Block:
    """Keys of a channel's callers that say who tries again; none where the log does not tell."""
    if redials.median is None or redials.sigma is None:
        return {}
    said = f"{source}: {redials.known:,} calls of known callers, above the background of the served"
    share = {name: stated(fit, said, write=percent, most=1.0) for name, fit in redials.probability.items()}
    delay = {
        "distribution": "lognormal",
        "median": stated(redials.median, said, write=duration, least=1.0),
        "sigma": stated(redials.sigma, said, least=0.001, most=10.0),
    }
    return {"redial": share, "redial_delay": delay}
