"""Cohorts of a few invented people, each written as `-5:2.0 0:dose 40:0.9 38:yes`: day and ANC, dose, unwell or death."""

from tests.tables import reviewed

from leukon.cohort.counts import count_review


def cohort(*people, until=100, **how):
    """Counts of the people together, at the end of day `until`; counts are at noon, doses at midnight."""
    rows = [f"{number} {row}" for number, said in enumerate(people, 1) for row in _rows(said)]
    return count_review(reviewed("subject_id day code text_value unit\n" + "\n".join(rows), until=until, **how))


def _rows(said):
    for when, what in (part.split(":") for part in said.split()):
        if what == "dose":
            yield f"{when} alemtuzumab 12 mg"
        elif what == "yes":
            yield f"{when} unwell yes -"
        elif what == "death":
            yield f"{when} death - -"
        else:
            yield f"{float(when) + 0.5} anc {what} 10*9/L"
