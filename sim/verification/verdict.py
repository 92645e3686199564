"""What the checks come to: which are significant in a family of hundreds, and the verdict in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from scipy import special

from sim.language import CODES, ENGLISH, Language, language
from sim.language.shown import and_list
from sim.verification.scores import Score, anderson_darling, holm, kolmogorov_smirnov, two_sided

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

    def verdict(self, say: Language = ENGLISH) -> list[str]:
        """Sentences, the answer first."""
        return [
            say("verify.passed") if self.passed else say("verify.not_passed"),
            say("verify.engines", engines=", ".join(self.engines), first=self.engines[0]),
            say(
                "verify.theory",
                measures=len(self.scores),
                systems=len({score.system for score in self.scores}),
                replications=say.number(self.replications),
                contacts=say.number(self.contacts),
            ),
            *self._about_scores(say),
            self._about_normality(say),
            say("verify.no_balances", count=len(self.balances)) if self.balances else say("verify.balances"),
            self._about_rules(say),
        ]

    def _about_scores(self, say: Language) -> Iterator[str]:
        if not self.scores:
            return
        if self.significant:
            count = len(self.significant)
            yield say("verify.wrong_one") if count == 1 else say("verify.wrong", count=count)
            return
        worst = max(self.scores, key=lambda score: abs(score.z))
        yield say(
            "verify.right",
            z=("+" if worst.z >= 0 else "") + say.number(worst.z, 2),
            measure=say.known("checked", worst.measure),
            system=say.known("system", worst.system),
            limit=say.number(self.limit, 2),
        )

    def _about_normality(self, say: Language) -> str:
        found = {"count": len(self.independent), "ks": _p(self.ks, say), "ad": _p(self.ad, say)}
        return say("verify.normal", **found) if self.normal else say("verify.not_normal", **found)

    def _about_rules(self, say: Language) -> str:
        read = {"contacts": say.number(self.audited), "scenarios": self.scenarios}
        if len(self.audits) == 1:
            return say("verify.faults_one", **read)
        if self.audits:
            return say("verify.faults", count=len(self.audits), **read)
        if len(self.engines) == 1:
            return say("verify.rules", **read)
        return say("verify.rules_same", engines=and_list(self.engines, say), **read)

    def to_json(self) -> str:
        """Everything as JSON; what is infinite or unknown is null."""
        document: dict[str, Any] = {
            "passed": self.passed,
            "verdict": {code: self.verdict(language(code)) for code in CODES},
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


def _p(probability: float, say: Language) -> str:
    return say.significant(probability, 2) if probability >= 1e-6 else "< 1e-6"


def _known(value: object) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value
