"""Was it done: slots by their place in the schedule, and by the calendar."""

import numpy as np
import pyarrow as pa

from leukon.cohort.followed import Followed, find_row
from leukon.cohort.schema import AFTER_DEATH, COUNTS
from leukon.cohort.tally import tally
from leukon.events.arrays import Array, Words, changes
from leukon.monitor.runs import Runs
from leukon.monitor.schedule import Slots
from leukon.monitor.schema import SLOT_STATUSES


def tally_slots(slots: Slots, followed: Followed) -> tuple[pa.Table, pa.Table]:
    """`adherence_counts` and `calendar_counts`; each counts every slot once."""
    courses = followed.courses
    row, quarter = find_row(courses, slots.subject, slots.course), _quarters(slots.due_time)
    status = np.where(
        followed.died[row] & (slots.due_day > followed.follow_days[row]), len(SLOT_STATUSES), slots.status
    )
    first = int(quarter.min(initial=1 << 40))
    quarters = first + np.arange(int(quarter.max(initial=first)) - first + 1)
    keys = {
        "drug": Words(courses.drug[row], courses.drugs),
        "course": slots.course,
        "test": Words(slots.test, slots.tests),
        "phase": Words(slots.phase, slots.phases),
        "due_day": slots.due_day,
        "status": Words(status, (*SLOT_STATUSES, AFTER_DEATH)),
        "quarter": Words(quarter - first, [f"{q // 4}-Q{q % 4 + 1}" for q in quarters]),
    }
    return tally(COUNTS["adherence_counts"], keys, {}), tally(COUNTS["calendar_counts"], keys, {})


def _quarters(due_time: Array) -> Array:
    """Quarters of years since the year 0; neighbouring slots often fall due on one day."""
    days = Runs(changes(due_time))
    month = days.first(due_time).astype("M8[us]").astype("M8[M]").astype(np.int64)
    return days.spread(1970 * 4 + month // 3)
