"""What a reviewer opens: the report, and the timelines of those who need somebody, as files."""

from leukon.monitor.review import Review
from leukon.present.patient import Patient, gather
from leukon.present.report import LIMIT, make_report
from leukon.present.report_pictures import draw_patient
from leukon.present.summary import Summary, summarise

PICTURES = 20
"""So many people at most have pictures, of the most urgent: each takes 0.2 s."""


def make_pages(review: Review, notice: str = "", summary: Summary | None = None) -> dict[str, str]:
    """`report.html` and `timeline-1.svg`, ... by their names; the numbers are those of the report, never an identifier.

    Of several people only those whose finding is not routine get a timeline of their own. Nothing is drawn twice.
    `summary` is of everybody, where `review` holds only those on its work list.
    """
    summary = summary or summarise(review, LIMIT)
    patients = gather(review, summary.worklist.subject_ids[:PICTURES])
    alone = summary.people == 1
    drawn = [draw_patient(patient, review, wide=alone or _is_urgent(patient)) for patient in patients]
    wide = {f"timeline-{number}.svg": str(picture.wide) for number, picture in enumerate(drawn, 1) if picture.wide}
    return {"report.html": make_report(review, drawn=drawn, notice=notice, summary=summary), **wide}


def _is_urgent(patient: Patient) -> bool:
    return any(row["urgency"] != "routine" for row in patient.findings)
