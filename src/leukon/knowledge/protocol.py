"""A protocol: which drug makes a course, when a count is low, what treats, which tests are due; all with sources."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from leukon.events.concepts import Concept, Concepts
from leukon.events.data_files import Strict, Text
from leukon.knowledge.sources import Source, load_sources

Days = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
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
    complete: tuple[Text, ...]
    partial: tuple[Text, ...] = ()


class Phase(Strict):
    """A row of equal slots: every so many days from a day, to a day or to the end; or the baseline."""

    phase: Text
    tests: tuple[Text, ...]
    source: Text
    every: Positive | None = None
    first: Positive | None = Field(default=None, alias="from")
    last: Positive | None = Field(default=None, alias="to")
    tolerance: Days | None = None
    days_before: Positive | None = Field(default=None, description="the baseline: how far before day 0 a test may lie")

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Phase":
        if self.phase == BASELINE:
            if self.days_before is None or self.every is not None:
                raise ValueError("the baseline has days_before and nothing else")
            return self
        if self.every is None or self.first is None or self.tolerance is None or self.days_before is not None:
            raise ValueError("a phase has every, from and tolerance (and may have to)")
        if 2 * self.tolerance >= self.every:
            raise ValueError(
                f"a tolerance of {self.tolerance} of {self.every} days is half an interval or more: "
                "one test could do two slots; take less than half"
            )
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


class Protocol(Strict):
    """All that a protocol file says."""

    id: Text
    title: Text
    drugs: Annotated[tuple[Text, ...], Field(min_length=1)]
    default_schedule: Text
    note: str = ""
    sources: dict[str, Source] = {}
    concepts: dict[str, Concept] = {}
    course: CourseRule
    episode: EpisodeRule
    treatments: dict[str, Treatment]
    tests: dict[str, Test]
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

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> "Protocol":
        known = {**load_sources(), **self.sources}
        for where, source in self._named_sources():
            if source not in known:
                raise ValueError(f"{where}: the source '{source}' is neither shipped nor under [sources]")
        self._schedule(self.default_schedule)
        for name, schedule in self.schedules.items():
            if schedule.based_on is not None and self._schedule(schedule.based_on).based_on is not None:
                raise ValueError(f"schedules.{name}: based_on must name a schedule that stands alone")
            for phase in schedule.phases:
                for test in phase.tests:
                    if test not in self.tests:
                        raise ValueError(f"schedules.{name}: the test '{test}' is not under [tests]")
        return self

    def check_concepts(self, concepts: Concepts) -> Iterator[tuple[str, str]]:
        """Yield key and name of everything that is called a concept here but is none."""
        wanted = [("drugs", drug) for drug in self.drugs]
        wanted += [(f"treatments.{k}.concepts", c) for k, t in self.treatments.items() for c in t.concepts]
        wanted += [(f"tests.{k}", c) for k, t in self.tests.items() for c in (*t.complete, *t.partial)]
        return ((key, name) for key, name in wanted if name not in concepts.number)

    def _schedule(self, name: str) -> Schedule:
        if name not in self.schedules:
            raise ValueError(f"there is no schedule '{name}'; there are: {', '.join(self.schedules)}")
        return self.schedules[name]

    def _named_sources(self) -> Iterator[tuple[str, str]]:
        yield "course", self.course.source
        yield "episode", self.episode.source
        yield from ((f"treatments.{name}", treatment.source) for name, treatment in self.treatments.items())
        for name, schedule in self.schedules.items():
            yield f"schedules.{name}", schedule.source
            yield from ((f"schedules.{name}.phases", phase.source) for phase in schedule.phases)

    @cached_property
    def treatment_class(self) -> dict[str, str]:
        """Class of each concept that counts as treatment."""
        return {concept: name for name, treatment in self.treatments.items() for concept in treatment.concepts}
