"""How often: persons at risk, persons with an event, events and days at risk; and who is left out, and why."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from leukon.cohort.crossings import Crossed, Entered, words_of
from leukon.cohort.followed import Anc, Followed
from leukon.cohort.limits import Limit
from leukon.cohort.schema import COUNTS, ENTRIES, REASONS_OF_FLOW, WINDOWS
from leukon.cohort.tally import number_groups, tally
from leukon.cohort.windows import LAST, OPEN, days_up_to, is_up_to, sum_at, to_windows
from leukon.events.arrays import Array, Words

_LAYOUT = COUNTS["incidence_counts"]
_REASON_OF_ENTRY = np.asarray(
    [REASONS_OF_FLOW.index(reason) for reason in ("at_risk", "old_baseline", "no_baseline", "low_before")]
)
NEVER_TESTED, NOT_OBSERVED, NO_COURSE = (REASONS_OF_FLOW.index(reason) for reason in REASONS_OF_FLOW[-3:])


def find_incidence(crossed: Crossed, entered: Entered, followed: Followed, with_symptoms: Array) -> list[Array]:
    """Each value of `incidence_counts`, in order: one row a window, one column a course and limit."""
    size, seen = entered.row.size, followed.seen_days[entered.row]
    some, begun = (crossed.day >= 0).nonzero()[0], (crossed.unsure & (crossed.course >= 0)).nonzero()[0]
    course, day = crossed.course[some], crossed.day[some]
    early, marked = is_up_to(day), with_symptoms[crossed.at[some]]
    events = to_windows(sum_at(course, early, size))
    low_days = sum_at(course, days_up_to(day, crossed.end_day[some]), size)
    person_days = to_windows(days_up_to(0, seen) - low_days)
    free_days = to_windows(days_up_to(0, np.where(entered.first >= 0, entered.first_day, seen)))
    is_first, has_event = to_windows(is_up_to(entered.first_day).astype(np.int8)), events > 0
    at_risk = (person_days > 0) | has_event
    return [
        at_risk,
        has_event,
        at_risk & ~has_event & (LAST < OPEN) & (seen >= LAST),
        events,
        to_windows(sum_at(course[marked], early[:, marked], size)),
        to_windows(sum_at(crossed.course[begun], is_up_to(crossed.onset_day[begun]), size)),
        person_days,
        (free_days > 0) | (is_first > 0),
        is_first,
        free_days,
    ]


def tally_incidence(values: Sequence[Array], limits: Sequence[Limit], entered: Entered, followed: Followed) -> pa.Table:
    """`incidence_counts`."""
    courses, windows = followed.courses, len(WINDOWS)
    drug, course = Words(courses.drug[entered.row], courses.drugs), courses.course[entered.row]
    limit, entry = words_of(limits, entered.limit), Words(entered.entry, ENTRIES)
    group, groups = number_groups([drug, course, limit, entry])
    a_row_of = np.full(groups, -1)
    a_row_of[group] = np.arange(group.size)
    met = (a_row_of >= 0).nonzero()[0]
    row = np.tile(a_row_of[met], windows)
    keys = {
        "drug": drug.take(row),
        "course": course[row],
        "window": Words(np.arange(windows).repeat(met.size), WINDOWS),
        "limit": limit.take(row),
        "entry": entry.take(row),
    }
    sums = [sum_at(group, value, groups)[:, met].ravel() for value in values]
    return tally(_LAYOUT, keys, dict(zip(_LAYOUT.value_names, sums, strict=True)))


def tally_flow(at_risk: Array, limits: Sequence[Limit], entered: Entered, followed: Followed, anc: Anc) -> pa.Table:
    """`flow_counts`; `at_risk` says who is, over the whole course."""
    courses, row = followed.courses, entered.row
    tested = np.zeros(followed.size + 1, bool)
    tested[anc.course_row] = True
    reason = np.where(at_risk, _REASON_OF_ENTRY[entered.entry], np.where(tested[row], NOT_OBSERVED, NEVER_TESTED))
    without = np.setdiff1d(anc.subject[anc.course == 0], courses.subject).size * len(limits)
    limit = np.append(entered.limit, np.arange(without) % len(limits))
    keys = {
        "drug": Words(np.append(courses.drug[row], np.full(without, -1)), courses.drugs),
        "course": np.append(courses.course[row], np.zeros(without, np.int64)),
        "limit": words_of(limits, limit),
        "reason": Words(np.append(reason, np.full(without, NO_COURSE)), REASONS_OF_FLOW),
    }
    return tally(COUNTS["flow_counts"], keys, {})
