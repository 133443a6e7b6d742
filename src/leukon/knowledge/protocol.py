"""A protocol: which drug makes a course, when a count is low, what treats, which tests are due; all with sources."""

from functools import cached_property
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from leukon.events.concepts import Concept
from leukon.events.data_files import Strict, Text
from leukon.knowledge.judgement import Judgement
from leukon.knowledge.workup import Item

Days = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Names = Annotated[tuple[Text, ...], Field(min_length=1)]
BASELINE = "baseline"


class CourseRule(Strict):
    """Doses at most `merge_days` apart are one course."""

    merge_days: Days
    source: Text


class EpisodeRule(Strict):
    """When a count is low and when an episode is over.

    A count below `below` is low, at or above `recovered_at` high; recovery is `recovery_results` high counts in an
    unbroken series over at least `recovery_days`.
    """

    below: Annotated[float, Field(gt=0)]
    recovered_at: Annotated[float, Field(gt=0)]
    recovery_results: Positive
    recovery_days: Days
    source: Text

    @model_validator(mode="after")
    def _high_is_not_low(self) -> "EpisodeRule":
        if self.recovered_at < self.below:
            raise ValueError("recovered_at is below `below`: a count would be low and high at once")
        return self


class Treatment(Strict):
    """A class of treatment: the concepts that belong to it; premedication does not count as treatment."""

    concepts: tuple[Text, ...]
    premedication: bool = Field(default=False, description="on a day of the protocol's drug it is premedication")
    source: Text


class Test(Strict):
    """A test: one of `complete` does it; one of `partial` alone leaves it incomplete."""

    __test__ = False
    display: str = ""
    complete: Names
    partial: tuple[Text, ...] = ()


class Phase(Strict):
    """A row of equal slots: every so many days from a day, to a day or to the end; or the baseline."""

    phase: Text
    tests: Names
    source: Text
    every: Positive | None = None
    first: Positive | None = Field(default=None, alias="from")
    last: Positive | None = Field(default=None, alias="to")
    tolerance: Days | None = None
    days_before: Positive | None = Field(default=None, description="the baseline: how far before day 0 a test may lie")

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Phase":
        if self.phase == BASELINE:
            if self.days_before is None or {self.every, self.first, self.last, self.tolerance} != {None}:
                raise ValueError("the baseline has days_before, and neither every nor from, to or tolerance")
            return self
        if self.every is None or self.first is None or self.tolerance is None or self.days_before is not None:
            raise ValueError("a phase has every, from and tolerance (and may have to)")
        if 2 * self.tolerance >= self.every:
            raise ValueError(
                f"a tolerance of {self.tolerance} of {self.every} days is half an interval or more: "
                "one test could do two slots; take less than half"
            )
        if self.last is not None and self.last < self.first:
            raise ValueError(f"it ends (to = {self.last}) before it begins (from = {self.first})")
        return self


class Schedule(Strict):
    """Which tests are due when, counted from the start of a course."""

    title: Text
    based_on: Text | None = Field(default=None, description="a schedule whose slots hold where this one says nothing")
    first_course_only: bool = Field(default=False, description="later courses follow `based_on`")
    end_days_after_last_dose: Positive | None = None
    source: Text
    phases: tuple[Phase, ...]

    @model_validator(mode="after")
    def _has_an_end(self) -> "Schedule":
        if (self.based_on is None) == (self.end_days_after_last_dose is None):
            raise ValueError("a schedule has an end of its own, or one it is based on, not both")
        if self.first_course_only and self.based_on is None:
            raise ValueError("first_course_only needs based_on for the later courses")
        return self


class Worked(Strict):
    """A worked patient: events and what leukon must make of them; test and documentation at once."""

    title: Text
    as_of: Text
    schedule: Text | None = None
    note: str = ""
    events: Text
    expect: dict[str, Text]


class Protocol(Judgement):
    """All that a protocol file says; whether its names lead somewhere is asked in `checks`.

    What it does not say of urgency, words, steps and work-up is that of general.toml.
    """

    id: Text
    title: Text
    drugs: Names
    default_schedule: Text
    note: str = ""
    workup_items: tuple[Text, ...] = Field(description="items of the work-up, in their order")
    workup: dict[str, Item]
    concepts: dict[str, Concept] = {}
    course: CourseRule
    episode: EpisodeRule
    treatments: dict[str, Treatment]
    tests: Annotated[dict[str, Test], Field(min_length=1)]
    schedules: dict[str, Schedule]
    worked: tuple[Worked, ...] = ()
    hash: str = Field(default="", exclude=True)

    @field_validator("concepts", mode="before")
    @classmethod
    def _drugs_need_little(cls, concepts: object) -> object:
        """A drug of a protocol file only needs its codes."""
        if not isinstance(concepts, dict):
            return concepts
        return {
            name: {"use": "dose", "kind": "drug", "display": name, **entry} if isinstance(entry, dict) else entry
            for name, entry in concepts.items()
        }

    @cached_property
    def treatment_class(self) -> dict[str, str]:
        """Class of each concept that counts as treatment."""
        return {concept: name for name, treatment in self.treatments.items() for concept in treatment.concepts}
