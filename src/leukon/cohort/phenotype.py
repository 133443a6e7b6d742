"""Immune cells after the drug against the person's own before it: counts on a grid of ratios, which can be added."""

import numpy as np
import pyarrow as pa

from leukon.cohort.course_schema import COURSE_COUNTS, RATIOS
from leukon.cohort.followed import find_row
from leukon.cohort.tally import tally
from leukon.events.arrays import NULL, Array, Words, changes
from leukon.events.comparators import EXACT, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL
from leukon.events.schema import COMPARATORS
from leukon.events.table import Events
from leukon.monitor.courses import Courses, find_course_in_force
from leukon.monitor.near import last_before_course
from leukon.monitor.runs import Runs
from leukon.monitor.tables import Columns

ANALYTES = ("cd4", "cd8", "nk", "b_cells")
LGL = "lgl_percent"
PERIODS = np.asarray([0, 31, 91, 181, 271, 366, 546, 731])
"""First days of the periods since the course's start; the last one has no end."""
BINS = 100
"""Bins of the ratio for each power of ten: each is 2.3 % wide (10^(1/100))."""
EDGE = 3 * BINS
"""Ratios are told from 1/1000 to 1000; those beyond lie in the outermost bins."""
KNOWN, AT_MOST, AT_LEAST, NOT_KNOWN, ZERO_BASELINE, NO_BASELINE = range(len(RATIOS))


def tally_phenotype(columns: Columns, events: Events) -> pa.Table:
    """`phenotype_counts`: the last value of each person, course, analyte and period, over the last before the course.

    A course's baseline is the person's last value before its start, however long ago.
    """
    counts, in_force, courses = columns.results.counts, columns.results.in_force, columns.courses
    parts = []
    for number, name in enumerate(ANALYTES):
        at = (counts.analyte == events.concepts.number[name]).nonzero()[0]
        subject, course = counts.subject[at], in_force.course[at]
        kept = _last_of_period(subject, course, in_force.day[at])
        baseline = last_before_course(subject[kept], course[kept], subject, course)
        value, comparator = counts.value[at], counts.comparator[at]
        ratio, grid = _ratio(value, comparator, kept, baseline)
        parts.append((np.full(kept.size, number), subject[kept], course[kept], in_force.day[at][kept], ratio, grid))
    analyte, subject, course, day, ratio, grid = (np.concatenate(part) for part in zip(*parts, strict=True))
    keys = {
        **_course_keys(courses, subject, course, day),
        "analyte": Words(analyte, ANALYTES),
        "ratio": Words(ratio, RATIOS),
        "ratio_bin": grid,
    }
    return tally(COURSE_COUNTS["phenotype_counts"], keys, {})


def tally_lgl(columns: Columns, events: Events) -> pa.Table:
    """`lgl_counts`: the last percentage of each person, course and period."""
    facts, courses = events.findings, columns.courses
    at = (facts.finding == events.concepts.number[LGL]).nonzero()[0]
    subject = facts.subject[at]
    in_force = find_course_in_force(courses, subject, facts.time[at])
    kept = _last_of_period(subject, in_force.course, in_force.day)
    keys = {
        **_course_keys(courses, subject[kept], in_force.course[kept], in_force.day[kept]),
        "comparator": Words(facts.comparator[at][kept], COMPARATORS),
        "percent": np.floor(facts.value[at][kept]).astype(np.int64),
    }
    return tally(COURSE_COUNTS["lgl_counts"], keys, {})


def _last_of_period(subject: Array, course: Array, day: Array) -> Array:
    """Place of the last row of each person, course and period; rows before the first course have none."""
    period = np.where(course > 0, PERIODS.searchsorted(day, side="right"), 0)
    runs = Runs(changes(subject, course, period))
    last = runs.ends - 1
    return last[course[last] > 0]


def _ratio(value: Array, comparator: Array, at: Array, baseline: Array) -> tuple[Array, Array]:
    """What is known of each ratio, and its bin; a value with a comparator stands for all it allows."""
    there = baseline >= 0
    over, under = value[at], np.where(there, value[baseline], np.nan) if value.size else value
    said = comparator[at]
    base = np.where(there, comparator[baseline], EXACT) if value.size else comparator
    at_most = (said == LESS) | (said == LESS_EQUAL) | (base == GREATER) | (base == GREATER_EQUAL)
    at_least = (said == GREATER) | (said == GREATER_EQUAL) | (base == LESS) | (base == LESS_EQUAL)
    known = np.where(at_most, np.where(at_least, NOT_KNOWN, AT_MOST), np.where(at_least, AT_LEAST, KNOWN))
    known = np.where(there, np.where(under == 0, ZERO_BASELINE, known), NO_BASELINE)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.floor(np.log10(over / under) * BINS)
    grid = np.clip(np.nan_to_num(log, nan=0), -EDGE, EDGE).astype(np.int64)
    return known, np.where(known <= AT_LEAST, grid, NULL)


def _course_keys(courses: Courses, subject: Array, course: Array, day: Array) -> dict[str, Array | Words]:
    return {
        "drug": Words(courses.drug[find_row(courses, subject, course)], courses.drugs),
        "course": course,
        "from_day": PERIODS[PERIODS.searchsorted(day, side="right") - 1],
    }
