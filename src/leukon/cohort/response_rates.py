"""How often episodes ended in each state of treatment: a description; who is treated differs from who is not."""

import numpy as np
import pyarrow as pa

from leukon.cohort.course_schema import STATE
from leukon.cohort.exact import exact_rates
from leukon.cohort.kaplan_meier import estimate_kaplan_meier
from leukon.cohort.of_courses import OF_COURSE, each_course, each_of, make_estimates, number_of, numbers
from leukon.cohort.schema import DRUG, INT, TEXT
from leukon.events.arrays import NULL
from leukon.events.schema import Column

FLOAT = pa.float64()
AHEAD = 28
"""Days after a landmark at which the share recovered is told; leukon's choice."""
ONE_PERSON = "one uncontrolled patient"
RESPONSE_RATES = (
    DRUG,
    OF_COURSE,
    STATE,
    Column("episodes", INT, "episodes with a day in this state, or that began and ended in it on one day"),
    Column("persons", INT, "persons with such an episode in a course; who had it in two courses is there twice"),
    Column("without_time", INT, "episodes that came into it on or after their last day: nothing was seen after it"),
    Column("recoveries", INT, "episodes that ended in this state; provisional ones too"),
    Column("days", INT, "days of episodes in this state"),
    Column("rate", FLOAT, "recoveries for each day of an episode in this state; null: no day"),
    Column("rate_low", FLOAT, "lower end of its exact (Poisson) 95 % interval"),
    Column("rate_high", FLOAT, "its upper end"),
    Column("note", TEXT, "one uncontrolled patient, where it is one; null: more, or untreated"),
)
LANDMARKS_AHEAD = (
    DRUG,
    OF_COURSE,
    Column("landmark_day", INT, "days since the first low count"),
    Column("state", TEXT, "classes of treatment given up to that day, joined by `+`; none. Later ones change nothing"),
    Column("episodes", INT, "episodes open and followed beyond the landmark"),
    Column("recovered", INT, "of these, recovered up to 28 days after it"),
    Column("left", INT, "of these, open, with a last count before 28 days after it"),
    Column("share", FLOAT, "share recovered 28 days after the landmark (Kaplan-Meier); null: nobody seen so long"),
    Column("share_low", FLOAT, "lower end of its 95 % interval (Greenwood, log-log); null at 0 and 1"),
    Column("share_high", FLOAT, "its upper end"),
    Column("before", INT, "episodes of this state that recovered, or were last seen, up to the landmark"),
)


def estimate_response_rates(responses: pa.Table) -> pa.Table:
    """`RESPONSE_RATES` from `response_counts`: recoveries for each day, untreated until the first dose.

    They compare no treatments: who is treated, and when, depends on how ill a person is.
    """
    rows = []
    for key, of_course in each_course(responses):
        for state, own in each_of(of_course, "state"):
            names = ("episodes", "persons", "without_time", "recoveries", "days")
            sums = {name: number_of(own, name) for name in names}
            rate, low, high = exact_rates(np.asarray([sums["recoveries"]]), np.asarray([sums["days"]]))
            note = ONE_PERSON if sums["persons"] == 1 and state != "none" else None
            found = {"state": state, "rate": rate[0], "rate_low": low[0], "rate_high": high[0], "note": note}
            rows.append(key | sums | found)
    return make_estimates(RESPONSE_RATES, rows)


def estimate_landmarks(landmarks: pa.Table) -> pa.Table:
    """`LANDMARKS_AHEAD` from `landmark_counts`: from one day on, by what had been given up to it."""
    rows = []
    for key, of_course in each_course(landmarks):
        for day, of_day in each_of(of_course, "landmark_day"):
            for state, own in each_of(of_day, "state"):
                rows.append(key | {"landmark_day": day, "state": state} | _look_ahead(own))
    return make_estimates(LANDMARKS_AHEAD, rows)


def _look_ahead(own: pa.Table) -> dict[str, float]:
    days, episodes, end = numbers(own, "days"), numbers(own, "episodes"), own["end"].to_numpy()
    there, recovers, within = days != NULL, end == "recovered", days <= AHEAD
    curve = estimate_kaplan_meier(days[there], (episodes * recovers)[there], (episodes * ~recovers)[there])
    share, low, high = curve.at(AHEAD)
    return {
        "episodes": int(episodes[there].sum()),
        "recovered": int(episodes[there & recovers & within].sum()),
        "left": int(episodes[there & ~recovers & (days < AHEAD)].sum()),
        "share": share,
        "share_low": low,
        "share_high": high,
        "before": int(episodes[~there].sum()),
    }
