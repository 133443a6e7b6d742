"""What has been published: each cell as it was printed, as it is stored, and what a reader should know about it."""

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from leukon.errors import UnknownName
from leukon.events.data_files import Strict, Text, check_model, load_toml
from leukon.knowledge.sources import DATA, load_sources

_SHELF = DATA / "evidence"


class Elsewhere(Strict):
    """The same study's number in another place, and whether it agrees."""

    where: Text
    n: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=1)]
    outcome: Text
    agrees: bool


class Row(Strict):
    """One row of a published table. `raw` is what was printed; null is what was not reported.

    `outcome` defines what was counted, `edition` is that of its grades. `question` is the one the row bears on, also
    where it may not be pooled.
    """

    id: Text
    study: Text
    reference: Text | None = None
    raw: Text
    question: Text | None = None
    treatment: Text | None = None
    dose: Text | None = None
    period: Text | None = None
    n: Annotated[int, Field(ge=0)] | None = None
    of: Annotated[int, Field(ge=1)] | None = None
    outcome: Text
    edition: Text | None = None
    elsewhere: Elsewhere | None = None
    time: Text | None = None
    duration: Text | None = None
    managed_with: Text | None = None
    poolable: bool
    note: Text

    @model_validator(mode="after")
    def _count_has_a_denominator(self) -> "Row":
        if (self.n is None) != (self.of is None) or (self.n is not None and self.of is not None and self.n > self.of):
            raise ValueError("n and of stand together, and n is at most of")
        if self.poolable and (self.n is None or self.question is None):
            raise ValueError("what has no n and of, or bears on no question, cannot be pooled")
        return self


class Remark(Strict):
    """Something a reader of the table must see beside it."""

    text: Text
    source: Text


class Asked(Strict):
    """What of one's own incidence answers a question: a course of a drug, a window and a limit of the ANC."""

    drug: Text
    course: Annotated[int, Field(ge=1)]
    window: Text
    limit: Text
    outcome: Text
    edition: Text
    period: Text


class Evidence(Strict):
    """One table of published evidence.

    `questions` are those its rows may bear on, in words; `asked` is what of one's own incidence answers them, where
    anything does.
    """

    title: Text
    source: Text
    questions: dict[Text, Text]
    asked: dict[Text, Asked] = {}
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]

    def row(self, id: str) -> Row:
        """The row of that id.

        Raises
        ------
        UnknownName
            If there is none.
        """
        for row in self.rows:
            if row.id == id:
                return row
        raise UnknownName("study", id, [row.id for row in self.rows])

    def check_question(self, question: str) -> str:
        """The question, if there is one of that name.

        Raises
        ------
        UnknownName
            If there is none.
        """
        if question not in self.questions:
            raise UnknownName("question", question, self.questions)
        return question

    @model_validator(mode="after")
    def _rows_have_names_and_questions(self) -> "Evidence":
        doubled = [name for name, times in Counter(row.id for row in self.rows).items() if times > 1]
        if doubled:
            raise ValueError(f"two rows have the id '{doubled[0]}'")
        for row in self.rows:
            if row.question is not None and row.question not in self.questions:
                raise ValueError(f"the row '{row.id}' names a question that is not among questions")
        for question in self.asked:
            if question not in self.questions:
                raise ValueError(f"asked names '{question}', which is not among questions")
        return self

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


class Studies(Strict):
    """A file of one's own with studies that the shipped table does not have."""

    rows: tuple[Row, ...]


def add_studies(evidence: Evidence, path: Path) -> Evidence:
    """The table and the studies of a TOML file (`[[rows]]`, as in a shipped table).

    Raises
    ------
    MissingFile, InvalidFile
        If the file cannot be opened; if it breaks a rule, an id of it is in the table, or a question is not.
    """
    rows = load_toml(path, Studies).rows
    return check_model({**evidence.model_dump(), "rows": [*evidence.rows, *rows]}, path.name, Evidence)
