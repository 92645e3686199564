"""What the checks come to, in every form, and the family that its scores are judged in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.answers.answer import Answer
from sim.answers.answered import Answered
from sim.verification.checked import FAMILY_ERROR, Checked
from sim.verification.checked_answer import answer_of
from sim.verification.scores import Score, anderson_darling, holm, kolmogorov_smirnov, two_sided

__all__ = ["FAMILY_ERROR", "Verification", "judged"]


class Verification(Checked, Answered):
    """Everything that was looked at, on every face."""

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return answer_of(self)


def judged(scores: Sequence[Score], independent: Sequence[float], **looked: Any) -> Verification:
    """Scores and the tests of normality as one family by Holm's rule."""
    z = np.array(independent)
    p = [*(two_sided(score.z) for score in scores), kolmogorov_smirnov(z), anderson_darling(z)]
    *adjusted, ks, ad = holm(np.array(p)).tolist()
    judged = tuple(replace(score, adjusted=one) for score, one in zip(scores, adjusted, strict=True))
    return Verification(scores=judged, independent=tuple(independent), ks=ks, ad=ad, **looked)
