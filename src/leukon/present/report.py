"""The report: one HTML file that holds all it needs; a page for one patient, a work list and pages for several."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leukon.errors import UnwritableFolder
from leukon.monitor.review import Review
from leukon.present.patient import Patient, gather
from leukon.present.patient_page import PatientPage, make_page
from leukon.present.report_pictures import Drawn, draw_patient, put_in_page
from leukon.present.sentences import say_time
from leukon.present.summary import Summary, summarise
from leukon.present.templating import load_style, load_templates
from leukon.present.urgency import GROUP_MEANS, GROUPS
from leukon.present.wording import CAUTION, CAUTION_SHORT, NOT_WATCHED, say_as_of
from leukon.present.worklist import Worklist

LIMIT = 200
_PICTURES = 20
"""So many of a group get a picture, the most urgent ones: each takes 0.2 s and 45 kB."""
_FACTS, _FACTS_ALONE, _CODES = 20, 300, 40
"""So many of the latest counts and doses a table shows; the tables of the review hold all."""


def make_report(
    review: Review,
    *,
    limit: int = LIMIT,
    drawn: Sequence[Drawn] | None = None,
    notice: str = "",
    summary: Summary | None = None,
) -> str:
    """The report of a review as one HTML page that fetches nothing; the same review gives the same bytes.

    Parameters
    ----------
    review
        Of one patient: their page. Of several: a work list by urgency, then a page for each.
    limit
        At most so many patients, the most urgent ones; the page says how many were left out.
    drawn
        Pictures of the first patients where the caller has them already; else they are drawn here.
    notice
        What a reader must know of these data before all else, such as that they are an example.
    summary
        Of everybody, where `review` holds only those on its work list; else of the review.
    """
    summary = summary or summarise(review, limit)
    worklist = summary.worklist
    patients = gather(review, worklist.subject_ids)
    alone = len(patients) + worklist.left_out == 1
    if drawn is None:
        drawn = [draw_patient(patient, review, wide=alone) for patient in patients[:_PICTURES]]
    pictures = [put_in_page(picture, number, wide=alone) for number, picture in enumerate(drawn, 1)]
    pages = _pages_of(review, patients, facts=_FACTS_ALONE if alone else _FACTS)
    return _render(review, summary, list(zip_longest(pages, pictures[: len(patients)])), notice)


def _pages_of(review: Review, patients: Sequence[Patient], *, facts: int) -> Iterator[PatientPage]:
    unused = _unused_of(review, [patient.subject["subject_id"] for patient in patients])
    for number, patient in enumerate(patients, 1):
        yield make_page(number, patient, review, unused[patient.subject["subject_id"]], facts=facts)


def write_report(review: Review, path: Path, *, limit: int = LIMIT) -> Path:
    """Write the report to a file and return its path.

    Raises
    ------
    UnwritableFolder
        If the file cannot be written.
    """
    text = make_report(review, limit=limit)
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError:
        raise UnwritableFolder(path) from None
    return path


def _render(review: Review, summary: Summary, pages: Sequence[tuple[PatientPage, Drawn | None]], notice: str) -> str:
    worklist = summary.worklist
    received = "never: no data" if summary.data_up_to is None else say_time(summary.data_up_to)
    return (
        load_templates()
        .get_template("report.html.j2")
        .render(
            css=load_style(),
            caution=CAUTION,
            caution_short=CAUTION_SHORT,
            notice=notice,
            as_of=say_as_of(str(review.as_of)),
            received=received,
            worklist=len(pages) + worklist.left_out != 1,
            headline=_say_headline(worklist.people),
            groups=_group(worklist, [page for page, _ in pages]),
            left_out=worklist.left_out,
            left_out_of=_say_headline(worklist.left_out_of),
            pages=pages,
            not_watched=NOT_WATCHED,
            unknown_codes=_say_unknown_codes(summary.codes_seen),
            basis=_say_basis(review, summary, received),
        )
    )


def _say_headline(people: dict[str, int]) -> str:
    return ", ".join(f"{title.lower()} {people[group]:,}" for group, title in GROUPS.items())


def _group(worklist: Worklist, pages: Sequence[PatientPage]) -> list[tuple[str, str, int, list[PatientPage]]]:
    return [
        (title, GROUP_MEANS[group], worklist.people[group], [page for page in pages if page.group == group])
        for group, title in GROUPS.items()
    ]


def _unused_of(review: Review, subject_ids: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
    by: dict[Any, list[dict[str, Any]]] = {subject_id: [] for subject_id in subject_ids}
    ids = review.unused["subject_id"]
    for row in review.unused.filter(pc.is_in(ids, pa.array(subject_ids, ids.type))).to_pylist():
        by[row["subject_id"]].append(row)
    return by


def _say_unknown_codes(codes_seen: pa.Table) -> str:
    rows = codes_seen.filter(pc.is_null(codes_seen["concept"])).to_pylist()
    said = [
        f"“{row['code'] or 'no code'}” ({row['rows']} row{'s' if row['rows'] > 1 else ''})" for row in rows[:_CODES]
    ]
    more = f", and {len(rows) - _CODES} more codes, which the table `codes_seen` holds" if rows[_CODES:] else ""
    return ", ".join(said) + more


def _say_basis(review: Review, summary: Summary, received: str) -> list[tuple[str, str]]:
    basis, account = review.provenance, summary.account
    used = ", ".join(f"{row['rows']} {(row['reason'] or row['use']).replace('_', ' ')}" for row in account)
    return [
        ("Data received up to", received),
        ("As of", say_as_of(basis["as_of"])),
        ("leukon", f"version {basis['leukon']}"),
        ("Protocol", f"{basis['protocol']}: “{review.protocol.title}”, hash {basis['protocol_hash']}"),
        ("Schedule", f"{basis['schedule']}: “{review.protocol.schedules[basis['schedule']].title}”"),
        ("Grades", f"{basis['grading']}, each shown with its edition; neither is the default"),
        ("Rows read", f"{sum(row['rows'] for row in account)}: {used or 'none'}"),
    ]
