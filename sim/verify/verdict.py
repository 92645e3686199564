"""What the checks come to: which are significant in a family of hundreds, and the verdict in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from scipy import special

from sim.verify.scores import Score, anderson_darling, holm, kolmogorov_smirnov, two_sided

#: Chance that a right program is called wrong, over all scores and both tests of normality together.
FAMILY_ERROR = 0.01


@dataclass(frozen=True)
class Verification:
    """Everything that was looked at.

    ``scores`` by system, each with its Holm-adjusted probability. ``independent`` are z-scores no two of which depend
    on each other; ``ks`` and ``ad`` are adjusted probabilities of Kolmogorov and Smirnov's and of Anderson and
    Darling's test that they are standard normal. ``balances`` and ``audits`` are sentences about what cannot be.
    """

    engines: tuple[str, ...]
    seed: int
    thorough: bool
    replications: int
    scores: tuple[Score, ...]
    independent: tuple[float, ...]
    ks: float
    ad: float
    balances: tuple[str, ...]
    audits: tuple[str, ...]
    contacts: int
    audited: int
    scenarios: int
    seconds: float

    @property
    def significant(self) -> list[Score]:
        """Scores that no right program has, but for the family's error; the most certain first."""
        return sorted((s for s in self.scores if s.adjusted < FAMILY_ERROR), key=lambda s: (s.adjusted, -abs(s.z)))

    @property
    def normal(self) -> bool:
        """Whether the independent z-scores look standard normal."""
        return min(self.ks, self.ad) >= FAMILY_ERROR

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.significant and self.normal and not self.balances and not self.audits

    @property
    def limit(self) -> float:
        """The z-score from which on one alone is significant among so many."""
        return float(-special.ndtri(FAMILY_ERROR / 2 / (len(self.scores) + 2)))

    def verdict(self) -> list[str]:
        """Sentences, the answer first."""
        systems = len({score.system for score in self.scores})
        return [
            "Passed: this installation gives the right numbers as far as these checks can see."
            if self.passed
            else "Not passed: this installation gives wrong numbers, or this is the one seed in a hundred.",
            f"Engines: {', '.join(self.engines)}; {self.engines[0]} is held against theory.",
            f"Theory: {len(self.scores)} measures of {systems} systems with an exact solution, "
            f"{self.replications} replications each, {self.contacts:,} contacts; " + self._about_scores(),
            self._about_normality(),
            "Balances: every contact ended in one way, and times in queues and at lines add up to the millisecond."
            if not self.balances
            else f"Balances: {len(self.balances)} do not add up.",
            f"Rules: the auditor read {self.audited:,} contacts of {self.scenarios} random scenarios "
            + ("and found nothing" if not self.audits else f"and found {len(self.audits)} faults")
            + (f"; {' and '.join(self.engines)} gave the same contacts." if self._same else "."),
        ]

    @property
    def _same(self) -> bool:
        return len(self.engines) > 1 and not self.audits

    def _about_scores(self) -> str:
        if not self.scores:
            return "none."
        if self.significant:
            return f"{len(self.significant)} of them are wrong (family-wise error 1 %)."
        worst = max(self.scores, key=lambda score: abs(score.z))
        return (
            f"the largest z-score is {worst.z:+.2f} ({worst.measure}; {worst.system}), and {self.limit:.2f} would be "
            "too large among so many."
        )

    def _about_normality(self) -> str:
        looks = "look" if self.normal else "do not look"
        return (
            f"Normality: {len(self.independent)} z-scores from separate replications {looks} standard normal "
            f"(Kolmogorov-Smirnov p {_p(self.ks)}, Anderson-Darling p {_p(self.ad)}, both adjusted)."
        )

    def to_json(self) -> str:
        """Everything as JSON; what is infinite or unknown is null."""
        document: dict[str, Any] = {
            "passed": self.passed,
            "verdict": self.verdict(),
            "family_wise_error": FAMILY_ERROR,
            "significant_z": self.limit,
            **{key: value for key, value in asdict(self).items() if key not in ("scores", "independent")},
            "scores": [{key: _known(value) for key, value in asdict(score).items()} for score in self.scores],
            "independent": [_known(z) for z in self.independent],
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def judged(scores: Sequence[Score], independent: Sequence[float], **looked: Any) -> Verification:
    """Scores and the tests of normality as one family by Holm's rule."""
    z = np.array(independent)
    p = [*(two_sided(score.z) for score in scores), kolmogorov_smirnov(z), anderson_darling(z)]
    *adjusted, ks, ad = holm(np.array(p)).tolist()
    judged = tuple(replace(score, adjusted=one) for score, one in zip(scores, adjusted, strict=True))
    return Verification(scores=judged, independent=tuple(independent), ks=ks, ad=ad, **looked)


def _p(probability: float) -> str:
    return f"{probability:.2g}" if probability >= 1e-6 else "< 1e-6"


def _known(value: object) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value
