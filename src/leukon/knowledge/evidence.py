"""What has been published: each cell as it was printed, as it is stored, and what a reader should know about it."""

from functools import lru_cache
from typing import Annotated

from pydantic import Field, model_validator

from leukon.errors import UnknownName
from leukon.events.data_files import Strict, Text, load_toml
from leukon.knowledge.sources import DATA, load_sources

_SHELF = DATA / "evidence"


class Row(Strict):
    """One row of a published table. `raw` is what was printed; null is what was not reported."""

    id: Text
    study: Text
    raw: Text
    treatment: Text | None = None
    n: Annotated[int, Field(ge=0)] | None = None
    of: Annotated[int, Field(ge=1)] | None = None
    outcome: Text
    time: Text | None = None
    duration: Text | None = None
    managed_with: Text | None = None
    poolable: bool
    note: Text

    @model_validator(mode="after")
    def _count_has_a_denominator(self) -> "Row":
        if (self.n is None) != (self.of is None) or (self.n is not None and self.of is not None and self.n > self.of):
            raise ValueError("n and of stand together, and n is at most of")
        if self.poolable and self.n is None:
            raise ValueError("what has no n and of cannot be pooled")
        return self


class Remark(Strict):
    """Something a reader of the table must see beside it."""

    text: Text
    source: Text


class Evidence(Strict):
    """One table of published evidence."""

    title: Text
    source: Text
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]

    @model_validator(mode="after")
    def _sources_are_known(self) -> "Evidence":
        for source in (self.source, *(remark.source for remark in self.remarks)):
            if source not in load_sources():
                raise ValueError(f"the source '{source}' is not in sources.toml")
        return self


def list_evidence() -> tuple[str, ...]:
    """Ids of the shipped tables of evidence."""
    return tuple(sorted(path.stem for path in _SHELF.glob("*.toml")))


@lru_cache
def load_evidence(table: str) -> Evidence:
    """Load a table of evidence by its id.

    Raises
    ------
    UnknownName
        If there is no such table.
    """
    if table not in list_evidence():
        raise UnknownName("table of evidence", table, list_evidence())
    return load_toml(_SHELF / f"{table}.toml", Evidence)
