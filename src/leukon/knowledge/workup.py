"""What may explain an episode: the items of the work-up, each with its rule, limits, words and source."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from leukon.events.data_files import Strict, Text

Cause = Literal[
    "artefact", "drug", "infection", "lgl_mechanism", "marrow", "complement", "antibodies", "benign",
    "late_autoimmunity",
]  # fmt: skip
Status = Literal["supports", "against", "unknown"]
Days = Annotated[int, Field(ge=0)]
Limit = Annotated[float, Field(gt=0)]


class _Item(Strict):
    display: Text
    cause: Cause
    notes: dict[Status, Text] = {}
    next_test: Text
    source: Text


class SecondCount(_Item):
    """A second low ANC, soon after the first, is against."""

    rule: Literal["second_count"]
    within_days: Days


class Drugs(_Item):
    """A dose of one of these drugs supports; never against."""

    rule: Literal["drugs"]
    days_before: Days
    drugs: Annotated[tuple[Text, ...], Field(min_length=1)]


class CodedWords(_Item):
    """A coded finding: which of its words support, and which are against; and conditions that support."""

    rule: Literal["words"]
    finding: Text
    supports: tuple[Text, ...]
    against: tuple[Text, ...]
    conditions: tuple[Text, ...] = ()


class Percent(_Item):
    """A percentage above the limit supports; so does the coded finding."""

    rule: Literal["percent"]
    percent: Text
    above: Limit
    finding: Text | None = None
    supports: tuple[Text, ...] = ()
    against: tuple[Text, ...] = ()


class Absolute(_Item):
    """A percentage times the lymphocytes near it, from the limit on supports; so does the count itself."""

    rule: Literal["absolute"]
    percent: Text
    count: Text | None = None
    at_least: Limit = Field(alias="from")
    within_days: Days


class Fold(_Item):
    """A percentage over the one before the course, from the limit on supports; so does the fold itself."""

    rule: Literal["fold"]
    fold: Text
    percent: Text
    at_least: Limit = Field(alias="from")


class BothBelow(_Item):
    """Two percentages of one day, both below their limits, support."""

    rule: Literal["both_below"]
    percents: tuple[Text, Text]
    below: tuple[Limit, Limit]


class Line(_Item):
    """A count low against its range supports; normal is against."""

    rule: Literal["line"]
    analyte: Text
    finding: Text
    low_below: Limit
    normal_from: Limit

    @model_validator(mode="after")
    def _low_is_not_normal(self) -> "Line":
        if self.normal_from < self.low_below:
            raise ValueError("normal_from is less than low_below: a count would be low and normal at once")
        return self


class EarlierCounts(_Item):
    """Some counts a little low before the course, and none high, support."""

    rule: Literal["earlier_counts"]
    at_least: Limit = Field(alias="from")
    results: Annotated[int, Field(ge=1)]


class Timing(_Item):
    """Onset from that day on supports; onset by then is against."""

    rule: Literal["timing"]
    day: Days


Item = Annotated[
    SecondCount | Drugs | CodedWords | Percent | Absolute | Fold | BothBelow | Line | EarlierCounts | Timing,
    Field(discriminator="rule"),
]
