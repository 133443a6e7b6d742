"""One's own incidence beside the literature, question by question."""

from collections.abc import Iterator, Sequence
from functools import partial

from leukon.cohort.own_rows import OwnRow
from leukon.knowledge.evidence import Asked, list_evidence, load_evidence
from leukon.present.cohort.section import Picture, Section
from leukon.present.forest import draw_forest
from leukon.present.pooled import pool_question
from leukon.present.timeline.marks import Row, Spec

LABEL = "This cohort"


def make_literature(incidence: Sequence[Row]) -> Section:
    """A forest plot for each question that these data answer; where the own number is hidden, the literature alone.

    Parameters
    ----------
    incidence
        Rows of the table `incidence`, as they may leave the house.
    """
    pictures = [picture for table in list_evidence() for picture in _of_table(table, incidence)]
    lead = (
        "The same question put to the literature. Definitions, doses and testing differ, and so do the people: what "
        "is pooled is said below each picture, with what speaks against it."
    )
    if not pictures:
        lead = "No published evidence that leukon ships answers the same question for these drugs."
    return Section("Beside the literature", lead, pictures)


def _of_table(table: str, incidence: Sequence[Row]) -> Iterator[Picture]:
    evidence = load_evidence(table)
    for question, asked in evidence.asked.items():
        own = [row for row in incidence if _answers(row, asked)]
        if own:
            yield partial(_draw, table, question, _own_row(own[0], asked))


def _answers(row: Row, asked: Asked) -> bool:
    return all(row[name] == getattr(asked, name) for name in ("drug", "course", "window", "limit"))


def _own_row(row: Row, asked: Asked) -> OwnRow | None:
    """The own row; None where its numbers are hidden or nobody was at risk."""
    if not row["persons"] or row["with_event"] is None:
        return None
    return OwnRow(LABEL, row["with_event"], row["persons"], asked.outcome, asked.edition, None, asked.period)


def _draw(table: str, question: str, own: OwnRow | None, width: int) -> Spec:
    answer = pool_question(load_evidence(table), question, own=() if own is None else (own,))
    title = answer.title if own is not None else f"{answer.title} (own numbers hidden or none)"
    return draw_forest(title, answer.studies, answer.pooling, width=width)
