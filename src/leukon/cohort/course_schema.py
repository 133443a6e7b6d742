"""The tables of counts about the course of episodes and of immune cells: each row tells how many there are alike."""

from leukon.cohort.schema import COUNTS, COURSE, DRUG, INT, LIMIT, TEXT, Layout
from leukon.events.schema import Column

STATUS = Column("status", TEXT, "as in `episodes`")
PERIOD = Column("from_day", INT, "first day of the period since the course's start")
STATE = Column("state", TEXT, "classes of treatment given so far in the episode, joined by `+`; none")

COURSE_COUNTS = {
    "duration_counts": Layout(
        (
            DRUG,
            COURSE,
            STATUS,
            Column("before_days", INT, "last high count before to the first low one; null: there is none"),
            Column("least_days", INT, "first to last low count"),
            Column("seen_days", INT, "first low count to that of the recovery, while open to the last decided count"),
        ),
        (Column("episodes", INT, "episodes; over the table all rows of `episodes`"),),
    ),
    "nadir_counts": Layout(
        (
            DRUG,
            COURSE,
            STATUS,
            Column("comparator", TEXT, "of the nadir: < <= >= >; null: exact"),
            Column("nadir_per_l", INT, "nadir in cells/L (10^9/L x 10^9)"),
        ),
        (Column("episodes", INT, "episodes; over the table all rows of `episodes`"),),
    ),
    "below_counts": Layout(
        (
            DRUG,
            COURSE,
            STATUS,
            LIMIT,
            Column("least_days", INT, "days between neighbouring counts both beyond the limit"),
            Column("most_days", INT, "days between neighbours not both on this side; null: no high count before"),
        ),
        (Column("episodes", INT, "episodes; for each limit all rows of `episodes`"),),
    ),
    "response_counts": Layout(
        (DRUG, COURSE, STATE),
        (
            Column("episodes", INT, "episodes with a day in this state, or that began and ended in it on one day"),
            Column("persons", INT, "persons with such an episode in this course"),
            Column("without_time", INT, "episodes that came into it on or after their last day"),
            Column("recoveries", INT, "episodes that ended in it; provisional ones too"),
            Column("days", INT, "days in it, up to recovery or the last decided count"),
        ),
    ),
    "landmark_counts": Layout(
        (
            DRUG,
            COURSE,
            Column("landmark_day", INT, "days since the first low count"),
            STATE,
            Column("end", TEXT, "recovered, open; or before the landmark: recovered_before, open_before"),
            Column("days", INT, "landmark to recovery, or to the last decided count; null: before"),
        ),
        (Column("episodes", INT, "episodes; for each landmark all rows of `episodes`"),),
    ),
    "phenotype_counts": Layout(
        (
            DRUG,
            COURSE,
            Column("analyte", TEXT, "cd4, cd8, nk or b_cells"),
            PERIOD,
            Column("ratio", TEXT, "exact, at_most, at_least, not_known, zero_baseline or no_baseline"),
            Column("ratio_bin", INT, "lower edge of log10(value / baseline) in hundredths; null: no ratio"),
        ),
        (Column("persons", INT, "persons with a value in the period; each once for each course, analyte and period"),),
    ),
    "lgl_counts": Layout(
        (
            DRUG,
            COURSE,
            PERIOD,
            Column("comparator", TEXT, "of the percentage; null: exact"),
            Column("percent", INT, "LGL in % of the lymphocytes, whole percents downwards"),
        ),
        (Column("persons", INT, "persons with a percentage in the period; each once for each course and period"),),
    ),
}  # fmt: skip
RATIOS = ("exact", "at_most", "at_least", "not_known", "zero_baseline", "no_baseline")
LANDMARK_ENDS = ("recovered", "open", "recovered_before", "open_before")
ALL_COUNTS = COUNTS | COURSE_COUNTS
"""Layouts of all tables of counts by name."""
