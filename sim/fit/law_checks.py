"""Fitted laws beside the data they were fitted to, at points a planner knows: half an answer to how good a fit is.

A parameter's interval says how well a number is known if the law is right; these checks say whether it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import special

from sim.fit.checks import Check
from sim.fit.families import LOGNORMAL
from sim.fit.fitted import Fitted
from sim.fit.handling import Handling
from sim.fit.laws import Laws
from sim.fit.patience import Patience
from sim.fit.redials import WINDOWS, Redials
from sim.language.said import Digits, Name, Said
from sim.model.clock import MINUTE, SECOND

#: Waits at which the share still waiting is compared, seconds.
_WAITS_S = (10, 60, 300, 600)
_SHARES = (0.1, 0.5, 0.9, 0.99)
#: With fewer still waiting the curve is no fact any more.
_STILL = 30


def law_checks(laws: Laws, redials: Redials) -> list[Check]:
    """Of patience and handling of each law that is used, and of redials."""
    several = len(laws.queues) > 1
    found: list[Check] = []
    seen: set[tuple[str, str]] = set()
    for used in laws.queues:
        for kind, own in (("patience", used.patience_own), ("handling", used.handling_own)):
            whose = used.queue if own else used.channel
            if (kind, whose) not in seen:
                seen.add((kind, whose))
                checks = _patience(used.patience) if kind == "patience" else _handling(used.handling)
                found += [_of(check, whose) if several else check for check in checks]
    return [*found, *_redials(redials)]


def _of(check: Check, whose: str) -> Check:
    return replace(check, what=Said("misfit.of_law", what=check.what, whose=Name(whose)))


def _patience(patience: Patience) -> Iterator[Check]:
    fit = patience.chosen
    if fit is None:
        return
    for wait in _WAITS_S:
        still, low, high = patience.curve.at(wait)
        if patience.curve.left_after(wait) < _STILL or not 0 < still < 1:
            continue
        law = 1 - float(fit.law.cdf(np.array([1000.0 * wait]))[0])
        # The band around the curve, laid around the law: the log lies in it where the law lies in the band.
        ends = (max(law - (high - still), 0.0), min(law + (still - low), 1.0))
        model = Fitted(law, *ends, "%", Said("how.band"))
        yield Check("patience", Said("misfit.still_waiting", seconds=wait), still, model, "%")


def _handling(handling: Handling) -> Iterator[Check]:
    fit = handling.chosen
    if fit is None:
        return
    regular = handling.times_s[handling.times_s >= max(handling.short_s, 1e-3)]
    n = len(regular)
    below = float(fit.law.cdf(np.array([1000 * handling.short_s]))[0])
    for share in _SHARES:
        if n * (1 - share) < 10:
            continue
        low, high = special.bdtrik(np.array([0.025, 0.975]), n, share)
        at = float(np.quantile(regular, share))
        ends = regular[[max(int(low) - 1, 0), min(int(high) + 1, n - 1)]]
        law = float(fit.law.quantile(np.array([below + share * (1 - below)]))[0]) / SECOND
        model = Fitted(law, max(law - (ends[1] - at), 0.0), law + (at - ends[0]), "s", Said("how.binomial"))
        short = Digits(handling.short_s, 0 if handling.short_s.is_integer() else 1)
        what = Said("misfit.ended", share=round(100 * share), seconds=short)
        yield Check("handling", what, at, model, "s")


def _redials(redials: Redials) -> Iterator[Check]:
    """Redials within ten minutes, law and background together, beside those seen."""
    window = WINDOWS.index(10 * MINUTE)
    if redials.median is None or redials.sigma is None or "abandoned" not in redials.probability:
        return
    seen, served = redials.within.get("abandoned"), redials.within.get("answered")
    if seen is None:
        return
    theta = np.log([redials.median.value, max(redials.sigma.value, 1e-6)])
    gone = 1 - float(np.exp(LOGNORMAL.log_survival(theta, np.array([WINDOWS[window] / SECOND])))[0])
    anyway = served.value if served is not None else 0.0
    law = 1 - (1 - anyway) * (1 - redials.probability["abandoned"].value * gone)
    ends = (max(law - (seen.high - seen.value), 0.0), min(law + (seen.value - seen.low), 1.0))
    model = Fitted(law, *ends, "%", Said("how.law_and_background"))
    yield Check("redials", Said("misfit.calls_again"), seen.value, model, "%")
