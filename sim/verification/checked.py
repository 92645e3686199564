"""What was looked at in a verification, and which scores are significant in a family of hundreds."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import special

from sim.verification.scores import Score

#: Chance that a right program is called wrong, over all scores and both tests of normality together.
FAMILY_ERROR = 0.01


@dataclass(frozen=True)
class Checked:
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
