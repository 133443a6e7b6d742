"""A question put to the literature and to one's own numbers: rows, and what they say together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leukon.cohort.own_rows import OwnRow, read_own_rows
from leukon.cohort.pooling import Pooling, pool_proportions
from leukon.cohort.studies import Study, gather_studies
from leukon.knowledge.evidence import Evidence


@dataclass(frozen=True)
class Answer:
    """The question in words, its rows, and what those that are pooled say together."""

    title: str
    studies: tuple[Study, ...]
    pooling: Pooling


def pool_question(
    evidence: Evidence, question: str, include: Sequence[str] = (), own: Path | Sequence[OwnRow] | None = None
) -> Answer:
    """Gather the rows of a question and pool those that may be, those named in `include`, and one's own.

    `own` is a CSV file of own rows (`leukon.cohort.own_rows`), or the rows themselves.

    Raises
    ------
    UnknownName, NoProportion
        If there is no such question or study; if a study of `include` is a case report.
    UnreadableFile, InvalidRow
        If the file of own rows cannot be used.
    """
    rows = read_own_rows(own) if isinstance(own, Path) else tuple(own or ())
    studies = gather_studies(evidence, question, include, rows)
    pooled = [study for study in studies if study.is_pooled]
    pooling = pool_proportions([study.events for study in pooled], [study.total for study in pooled])
    return Answer(evidence.questions[question], studies, pooling)
