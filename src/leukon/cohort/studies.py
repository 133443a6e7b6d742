"""Which studies stand beside one another for a question, and which of them are pooled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from leukon.cohort.own_rows import OwnRow
from leukon.errors import NoProportion
from leukon.knowledge.evidence import Evidence, Row

Role = Literal["poolable", "included", "own", "shown"]
"""Pooled because its table says so, because somebody named it, because it is one's own; or not pooled, only shown."""


@dataclass(frozen=True)
class Study:
    """One proportion of persons: `events` of `total`, what was counted, and why it is pooled or not (`role`).

    `study` names whose people they are: rows of one study may hold the same people. Null is what was not reported.
    """

    id: str
    study: str
    events: int
    total: int
    definition: str
    edition: str | None
    dose: str | None
    period: str | None
    role: Role
    note: str | None

    @property
    def is_pooled(self) -> bool:
        """True if it is among those that are pooled."""
        return self.role != "shown"


def gather_studies(
    evidence: Evidence, question: str, include: Collection[str] = (), own: Sequence[OwnRow] = ()
) -> tuple[Study, ...]:
    """Find all rows that bear on a question, those named in `include`, and own rows.

    They come by role, in the order of `Role`. Case reports have no proportion and are not among them.

    Raises
    ------
    UnknownName
        If there is no such question or study.
    NoProportion
        If a study named in `include` is a case report.
    """
    evidence.check_question(question)
    for row in map(evidence.row, include):
        if row.n is None:
            raise NoProportion(row.id)
    rows = [row for row in evidence.rows if row.id in include or row.question == question]
    found = [*_from_rows(rows, question, include), *(_from_own(row) for row in own)]
    return tuple(sorted(found, key=lambda study: get_args(Role).index(study.role)))


def _from_rows(rows: Sequence[Row], question: str, include: Collection[str]) -> list[Study]:
    found = []
    for row in rows:
        if row.n is not None and row.of is not None:
            marked = row.poolable and row.question == question
            role: Role = "poolable" if marked else "included" if row.id in include else "shown"
            what = (row.outcome, row.edition, row.dose, row.period)
            found.append(Study(row.id, row.study, row.n, row.of, *what, role, row.note))
    return found


def _from_own(row: OwnRow) -> Study:
    what = (row.definition, row.edition, row.dose, row.period)
    return Study(row.label, row.label, row.events, row.n, *what, "own", None)


def find_unlike(studies: Sequence[Study]) -> dict[str, tuple[str | None, ...]]:
    """What the pooled studies do not share: of definition, edition, dose and period, each with all its values."""
    pooled = [study for study in studies if study.is_pooled]
    values = {
        name: tuple(dict.fromkeys(getattr(study, name) for study in pooled))
        for name in ("definition", "edition", "dose", "period")
    }
    return {name: several for name, several in values.items() if len(several) > 1}


def find_same_people(studies: Sequence[Study]) -> tuple[str, ...]:
    """Ids of pooled rows whose study is pooled twice: they may hold the same people."""
    names = [study.study for study in studies if study.is_pooled]
    return tuple(study.id for study in studies if study.is_pooled and names.count(study.study) > 1)
