"""Distributions as they are written: by name, with mean and cv or with parameters of their own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, model_validator

from sim.scenario import distributions as d
from sim.scenario.types import Block, Duration, LawShape, Share, Sigma, Stated, Variation
from sim.units import format_duration, one_of, shown


class _Named(Block):
    def law(self) -> d.Law:
        """The distribution, in milliseconds."""
        raise NotImplementedError


def _either(block: Block, *choices: tuple[str, ...]) -> None:
    """Check that exactly one of the choices of parameters was given, whole."""
    given = {name for choice in choices for name in choice if getattr(block, name) is not None}
    if given not in [set(choice) for choice in choices]:
        allowed = ", or ".join(" and ".join(choice) for choice in choices)
        found = " and ".join(sorted(given)) or "nothing"
        raise ValueError(f"needs {allowed}; found {found}")


class ExponentialLaw(_Named):
    """Memoryless, with the given mean."""

    distribution: Literal["exponential"]
    mean: Stated[Duration]

    @model_validator(mode="after")
    def _complete(self) -> ExponentialLaw:
        self.law()
        return self

    def law(self) -> d.Law:
        """See the base."""
        return d.Exponential(_positive("mean", self.mean.value))


class LognormalLaw(_Named):
    """Lognormal: mean and cv, or median and sigma."""

    distribution: Literal["lognormal"]
    mean: Stated[Duration] | None = None
    cv: Stated[Variation] | None = None
    median: Stated[Duration] | None = None
    sigma: Stated[Sigma] | None = None

    @model_validator(mode="after")
    def _complete(self) -> LognormalLaw:
        _either(self, ("mean", "cv"), ("median", "sigma"))
        self.law()
        return self

    def law(self) -> d.Law:
        """See the base."""
        if self.mean is not None and self.cv is not None:
            return d.Lognormal.from_mean_cv(_positive("mean", self.mean.value), self.cv.value)
        assert self.median is not None and self.sigma is not None  # noqa: PT018  # by _complete
        import math

        return d.Lognormal(math.log(_positive("median", self.median.value)), self.sigma.value)


class GammaLaw(_Named):
    """Gamma: mean and cv, or shape and scale."""

    distribution: Literal["gamma"]
    mean: Stated[Duration] | None = None
    cv: Stated[Variation] | None = None
    shape: Stated[LawShape] | None = None
    scale: Stated[Duration] | None = None

    @model_validator(mode="after")
    def _complete(self) -> GammaLaw:
        _either(self, ("mean", "cv"), ("shape", "scale"))
        self.law()
        return self

    def law(self) -> d.Law:
        """See the base."""
        if self.mean is not None and self.cv is not None:
            return d.Gamma.from_mean_cv(_positive("mean", self.mean.value), self.cv.value)
        assert self.shape is not None and self.scale is not None  # noqa: PT018  # by _complete
        return d.Gamma(self.shape.value, _positive("scale", self.scale.value))


class WeibullLaw(_Named):
    """Weibull: mean and cv, or shape and scale."""

    distribution: Literal["weibull"]
    mean: Stated[Duration] | None = None
    cv: Stated[Variation] | None = None
    shape: Stated[LawShape] | None = None
    scale: Stated[Duration] | None = None

    @model_validator(mode="after")
    def _complete(self) -> WeibullLaw:
        _either(self, ("mean", "cv"), ("shape", "scale"))
        self.law()
        return self

    def law(self) -> d.Law:
        """See the base."""
        if self.mean is not None and self.cv is not None:
            if not 0.02 <= self.cv.value <= 30:
                raise ValueError(f"cv: {self.cv.value:g} is out of range for a Weibull; allowed is 0.02 to 30")
            return d.Weibull.from_mean_cv(_positive("mean", self.mean.value), self.cv.value)
        assert self.shape is not None and self.scale is not None  # noqa: PT018  # by _complete
        return d.Weibull(self.shape.value, _positive("scale", self.scale.value))


class DeterministicLaw(_Named):
    """Always the same."""

    distribution: Literal["deterministic"]
    always: Stated[Duration]

    def law(self) -> d.Law:
        """See the base."""
        return d.Deterministic(float(self.always.value))


class UniformLaw(_Named):
    """Evenly spread between two durations."""

    distribution: Literal["uniform"]
    least: Stated[Duration]
    most: Stated[Duration]

    @model_validator(mode="after")
    def _ordered(self) -> UniformLaw:
        if self.least.value >= self.most.value:
            raise ValueError("least: must be less than most")
        return self

    def law(self) -> d.Law:
        """See the base."""
        return d.Uniform(float(self.least.value), float(self.most.value))


class TriangularLaw(_Named):
    """Between a least and a most, with a most likely value between them."""

    distribution: Literal["triangular"]
    min: Stated[Duration]
    mode: Stated[Duration]
    max: Stated[Duration]

    @model_validator(mode="after")
    def _ordered(self) -> TriangularLaw:
        low, mode, high = self.min.value, self.mode.value, self.max.value
        if low >= high:
            raise ValueError("min: must be less than max")
        if not low <= mode <= high:
            ends = f"{format_duration(low)} and {format_duration(high)}"
            raise ValueError(f"mode: must lie from min to max, which are {ends}")
        return self

    def law(self) -> d.Law:
        """See the base."""
        return d.Triangular(float(self.min.value), float(self.mode.value), float(self.max.value))


class EmpiricalLaw(_Named):
    """One of the observed durations, each as likely as the other."""

    distribution: Literal["empirical"]
    values: tuple[Duration, ...]

    @model_validator(mode="after")
    def _some(self) -> EmpiricalLaw:
        if not self.values:
            raise ValueError("values: is empty; list at least one duration")
        return self

    def law(self) -> d.Law:
        """See the base."""
        return d.Empirical(tuple(float(value) for value in self.values))


class NeverLaw(_Named):
    """No limit: whoever waits for an e-mail does not hang up."""

    distribution: Literal["never"]

    def law(self) -> d.Law:
        """See the base."""
        return d.Never()


class Part(Block):
    """A part of a mixture with its share."""

    share: Stated[Share]
    of: AnyLaw


class MixtureLaw(_Named):
    """Several kinds of people: each part with its share, the last may say ``rest``."""

    distribution: Literal["mixture"]
    at_once: Stated[Share] | None = None
    rest: AnyLaw | None = None
    parts: tuple[Part, ...] | None = None

    @model_validator(mode="after")
    def _complete(self) -> MixtureLaw:
        _either(self, ("at_once", "rest"), ("parts",))
        if self.parts is not None:
            total = sum(part.share.value for part in self.parts)
            if abs(total - 1) > 1e-6:
                raise ValueError(f"parts: the shares add up to {total * 100:g} %; they must add up to 100 %")
        return self

    def law(self) -> d.Law:
        """See the base."""
        if self.parts is not None:
            return d.Mixture(
                tuple(part.share.value for part in self.parts), tuple(part.of.law() for part in self.parts)
            )
        assert self.at_once is not None and self.rest is not None  # noqa: PT018  # by _complete
        share = self.at_once.value
        return d.Mixture((share, 1 - share), (d.Deterministic(0.0), self.rest.law()))


_LAWS = {
    "exponential": ExponentialLaw,
    "lognormal": LognormalLaw,
    "gamma": GammaLaw,
    "weibull": WeibullLaw,
    "deterministic": DeterministicLaw,
    "uniform": UniformLaw,
    "triangular": TriangularLaw,
    "empirical": EmpiricalLaw,
    "never": NeverLaw,
    "mixture": MixtureLaw,
}


def _name_of(value: Any) -> str:
    name = value.get("distribution") if isinstance(value, dict) else getattr(value, "distribution", None)
    return name if isinstance(name, str) and name in _LAWS else "unknown"


class UnknownLaw(_Named):
    """Never valid: it is where a missing or misspelt name gets its message."""

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, value: object) -> object:
        if not isinstance(value, dict):
            written = value if isinstance(value, str) else "25 min"
            hint = f"{{distribution: exponential, mean: {written}}}"
            raise ValueError(f"{shown(value)} is not a distribution; write for example {hint}")
        if "distribution" not in value:
            raise ValueError(f"has no 'distribution:'; allowed are {', '.join(_LAWS)}")
        raise ValueError(f"distribution: {one_of(value['distribution'], _LAWS, 'is unknown')}")


AnyLaw = Annotated[
    Annotated[ExponentialLaw, Tag("exponential")]
    | Annotated[LognormalLaw, Tag("lognormal")]
    | Annotated[GammaLaw, Tag("gamma")]
    | Annotated[WeibullLaw, Tag("weibull")]
    | Annotated[DeterministicLaw, Tag("deterministic")]
    | Annotated[UniformLaw, Tag("uniform")]
    | Annotated[TriangularLaw, Tag("triangular")]
    | Annotated[EmpiricalLaw, Tag("empirical")]
    | Annotated[NeverLaw, Tag("never")]
    | Annotated[MixtureLaw, Tag("mixture")]
    | Annotated[UnknownLaw, Tag("unknown")],
    Discriminator(_name_of),
]
#: Tags of the union above, which appear in pydantic's error locations but in no file.
TAGS = frozenset([*_LAWS, "unknown"])


def _positive(key: str, value: float) -> float:
    if value <= 0:
        raise ValueError(f"{key}: 0 s is not allowed here: this distribution needs a positive duration")
    return float(value)


Part.model_rebuild()
MixtureLaw.model_rebuild()
