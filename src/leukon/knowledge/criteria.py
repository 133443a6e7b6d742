"""CTCAE editions: for each analyte the limits below and above which a grade is given."""

from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from leukon.events.data_files import Strict, Text, load_toml
from leukon.knowledge.sources import DATA, load_sources

Grade = Annotated[int, Field(ge=1, le=4)]


class Decrease(Strict):
    """A term for low values: grade g is given below its limit, the highest such g counts."""

    term: Text
    below: dict[Grade, float | Literal["lln"]] = {}
    numeric: bool = True

    @model_validator(mode="after")
    def _limits_fall(self) -> "Decrease":
        if self.numeric == (not self.below):
            raise ValueError("a numeric term needs limits, and only a numeric term has them")
        if [grade for grade, limit in self.below.items() if limit == "lln"] not in ([], [1]):
            raise ValueError("only grade 1 may begin at the lower limit of normal")
        if sorted(self.fixed, reverse=True) != [limit for _, limit in self._fixed_by_grade]:
            raise ValueError("limits must fall from grade to grade")
        return self

    @property
    def _fixed_by_grade(self) -> list[tuple[int, float]]:
        return [(grade, limit) for grade, limit in sorted(self.below.items()) if limit != "lln"]

    @cached_property
    def fixed(self) -> tuple[float, ...]:
        """The fixed limits, highest first."""
        return tuple(limit for _, limit in self._fixed_by_grade)

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """What each fixed limit adds to the grade of a value below it, highest limit first."""
        grades = [0, *(grade for grade, _ in self._fixed_by_grade)]
        return tuple(after - before for before, after in pairwise(grades))

    @cached_property
    def uses_lln(self) -> bool:
        """Whether grade 1 begins at the row's lower limit of normal."""
        return self.below.get(1) == "lln"


class Increase(Strict):
    """A term for high values: grade g is given above its limit."""

    term: Text
    above: dict[Grade, float]


class Criteria(Strict):
    """One edition of CTCAE."""

    edition: Text
    source: Text
    decreased: dict[str, Decrease]
    increased: dict[str, Increase]

    @model_validator(mode="after")
    def _source_is_known(self) -> "Criteria":
        if self.source not in load_sources():
            raise ValueError(f"the source '{self.source}' is not in sources.toml")
        return self


@lru_cache
def load_criteria(edition: str) -> Criteria:
    """Load an edition by its number, `5.0` or `6.0`."""
    return load_toml(DATA / "ctcae" / f"ctcae-{edition}.toml", Criteria)
