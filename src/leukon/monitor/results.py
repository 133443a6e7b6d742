"""What was counted, when in which course, and how bad: the results with their day and grades."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.events.concepts import Concepts
from leukon.events.usable import Counts
from leukon.knowledge.criteria import Criteria
from leukon.monitor.courses import Courses, InForce, find_course_in_force
from leukon.monitor.grading import grade_decrease, grade_increase


@dataclass(frozen=True)
class Results:
    """The counts as they came through the door, with course in force and grades; one entry a row."""

    counts: Counts
    in_force: InForce
    grade_v5: Array
    reason_v5: Array
    grade_v6: Array
    reason_v6: Array
    high_grade: Array


def grade_results(counts: Counts, courses: Courses, v5: Criteria, v6: Criteria, concepts: Concepts) -> Results:
    """Grade every count in both editions and find the course in force at its time.

    A grade of -1 cannot be known; the reason (a number into GRADE_REASONS) says why.
    """
    columns = [np.empty(counts.row.size, np.int8) for _ in range(5)]
    analytes = np.flatnonzero(np.bincount(counts.analyte)) if counts.row.size else []
    for analyte in analytes:
        at = slice(None) if len(analytes) == 1 else (counts.analyte == analyte).nonzero()[0]
        name = concepts.names[analyte]
        value, comparator, lln = counts.value[at], counts.comparator[at], counts.lln[at]
        columns[0][at], columns[1][at] = grade_decrease(value, comparator, lln, v5.decreased.get(name))
        columns[2][at], columns[3][at] = grade_decrease(value, comparator, lln, v6.decreased.get(name))
        columns[4][at] = grade_increase(value, comparator, v6.increased.get(name))
    return Results(counts, find_course_in_force(courses, counts.subject, counts.time), *columns)
