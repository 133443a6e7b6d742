"""What a reviewer opens: the report, and the timelines of those who need somebody, as files."""

from leukon.monitor.review import Review
from leukon.present.charts import draw_timeline
from leukon.present.patient import Patient, gather
from leukon.present.pictures import render_picture
from leukon.present.report import make_report
from leukon.present.worklist import find_worklist

TIMELINES = 20
"""So many timelines at most, of the most urgent: each takes most of a second."""


def make_pages(review: Review) -> dict[str, str]:
    """`report.html` and `timeline-1.svg`, ... by their names; the numbers are those of the report, never an identifier.

    Of several people only those whose finding is not routine get a timeline of their own.
    """
    patients = gather(review, find_worklist(review, TIMELINES).subject_ids)
    alone = review.subjects.num_rows == 1
    drawn = [(number, patient) for number, patient in enumerate(patients, 1) if alone or _is_urgent(patient)]
    timelines = {f"timeline-{number}.svg": _draw(patient, review) for number, patient in drawn}
    return {"report.html": make_report(review), **timelines}


def _is_urgent(patient: Patient) -> bool:
    return any(row["urgency"] != "routine" for row in patient.findings)


def _draw(patient: Patient, review: Review) -> str:
    return render_picture(draw_timeline(patient, review.protocol, review.as_of), ".svg").decode()
