"""The model of the mechanism as data: parameters with tag and source, what was observed, and its variants."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from leukon.events.data_files import Strict, Text, load_toml
from leukon.knowledge.sources import DATA, Source

MECHANISM = DATA / "mechanism"
Tag = Literal["sourced", "assumed", "fitted"]
Road = Literal["infusion", "oral", "growth_factor"]
Kind = Literal["value", "at_least", "fold", "at_most_fold"]
Positive = Annotated[float, Field(gt=0)]


class Parameter(Strict):
    """One number of the model. `prior_sd` and `between_sd` are SDs of its logarithm; null: held fixed there."""

    value: Annotated[float, Field(ge=0)]
    unit: Text
    prior_sd: Positive | None = None
    between_sd: Positive | None = None
    tag: Tag
    source: Text
    meaning: Text

    @model_validator(mode="after")
    def _only_the_fitted_have_a_prior(self) -> "Parameter":
        if (self.tag == "fitted") != (self.prior_sd is not None):
            raise ValueError("a fitted parameter needs a prior_sd, and no other has one")
        if self.value == 0 and (self.prior_sd or self.between_sd):
            raise ValueError("a value of 0 has no logarithm, so it cannot vary")
        return self


class Drug(Strict):
    """How a drug enters the model, in mg: an infusion over `hours`, anything else at once."""

    road: Road
    hours: Annotated[float, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _an_infusion_takes_time(self) -> "Drug":
        if (self.road == "infusion") != (self.hours > 0):
            raise ValueError("an infusion takes hours, and nothing else does")
        return self


class Observation(Strict):
    """What was printed of the patient on a day: a value, or a bound; `error` is the SD of its logarithm."""

    day: int
    what: Text
    value: Positive
    error: Positive
    kind: Kind = "value"
    since: int | None = None
    printed: Text

    @model_validator(mode="after")
    def _a_fold_is_of_something(self) -> "Observation":
        if self.kind.endswith("fold") != (self.since is not None):
            raise ValueError("a fold needs the day it is a fold of (since), and nothing else has one")
        return self


class Case(Strict):
    """Where the patient starts, 10^9/L: not at rest."""

    neutrophils: Positive
    other: Positive
    source: Text


class Course(Strict):
    """What virtual patients are given: `mg` of a drug, infused on each of `days`."""

    drug: Text
    days: tuple[int, ...]
    mg: Positive
    source: Text


class Variant(Strict):
    """A way to build the model; `fixed` are the parameters it sets."""

    said: Text
    fixed: dict[str, float] = {}


class Mechanism(Strict):
    """The file mechanism.toml."""

    title: Text
    patient: Text
    sources: dict[str, Source]
    drugs: dict[str, Drug]
    parameters: dict[str, Parameter]
    case: Case
    course: Course
    observations: tuple[Observation, ...]
    targets: tuple[Observation, ...]
    variants: dict[str, Variant]

    @model_validator(mode="after")
    def _names_are_known(self) -> "Mechanism":
        for source in (
            self.case.source,
            self.course.source,
            *(parameter.source for parameter in self.parameters.values()),
        ):
            if source not in self.sources:
                raise ValueError(f"the source '{source}' is not under [sources]")
        if self.course.drug not in self.drugs:
            raise ValueError(f"the course's drug '{self.course.drug}' is not under [drugs]")
        for name in (name for variant in self.variants.values() for name in variant.fixed):
            if name not in self.parameters:
                raise ValueError(f"a variant sets '{name}', which is no parameter")
        return self

    def values(self, variant: str | None = None) -> dict[str, float]:
        """The value of every parameter, before any fit; as the variant sets it, where it does."""
        fixed = {} if variant is None else self.variants[variant].fixed
        return {name: parameter.value for name, parameter in self.parameters.items()} | fixed

    def fitted(self, variant: str) -> tuple[str, ...]:
        """Names of the parameters that were fitted in a variant, in the order of the file."""
        fixed = self.variants[variant].fixed
        return tuple(name for name, one in self.parameters.items() if one.tag == "fitted" and name not in fixed)


@lru_cache
def load_mechanism() -> Mechanism:
    """The shipped model (data/mechanism/mechanism.toml)."""
    return load_toml(MECHANISM / "mechanism.toml", Mechanism)
