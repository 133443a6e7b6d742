"""A section of a cohort's page: words, pictures and tables, ready to be shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from leukon.present.timeline.marks import Spec

Picture = Callable[[int], Spec]
"""A picture by its width in pixels."""


@dataclass(frozen=True)
class Listing:
    """A table as it is shown."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    remark: str = ""


@dataclass(frozen=True)
class Flow:
    """The persons of one course, who is left out and why, and who is at risk."""

    title: str
    persons: str
    left_out: Sequence[tuple[str, str]]
    at_risk: str


@dataclass(frozen=True)
class Section:
    """A heading, what to know before looking, pictures by width, and tables."""

    title: str
    lead: str
    pictures: Sequence[Picture] = ()
    listings: Sequence[Listing] = ()
    flows: Sequence[Flow] = field(default=())
