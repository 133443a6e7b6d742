"""What did not come: no recent ANC, tests due, overdue and missed, monitoring that has ended. Silence is no health."""

from collections.abc import Iterator

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.knowledge.protocol import Protocol
from leukon.monitor.finding_rows import ROUTINE, SOON, FindingRows, join_rows, make_rows
from leukon.monitor.numbers import Numbers
from leukon.monitor.people import Decided, People, take_or
from leukon.monitor.plan import ALWAYS, Plan, plan_schedule
from leukon.monitor.schedule import DUE, MISSED, OVERDUE, Slots
from leukon.monitor.urgent_anc import Open

_NEVER_ASKED = np.iinfo(np.int64).max


def find_silence(
    people: People, counts: Decided, now_open: Open, slots: Slots, protocol: Protocol, schedule: str, numbers: Numbers
) -> FindingRows:
    """All rows about what did not come."""
    last_dose = people.courses.last_dose_time // DAY - people.courses.start_time // DAY
    plan = plan_schedule(protocol, schedule, int(last_dose.max(initial=0)))
    return join_rows(
        find_no_recent_anc(people, counts, now_open, protocol, plan, numbers),
        find_monitoring_ended(people, plan),
        *find_open_tests(people, slots),
    )


def find_no_recent_anc(
    people: People, counts: Decided, now_open: Open, protocol: Protocol, plan: Plan, numbers: Numbers
) -> FindingRows:
    """Who has waited for a usable ANC longer than the slot in force allows; nobody without any is left out."""
    last = counts.anc.of_latest(counts.anc.time, NULL)
    allowed = _days_allowed(people, last, plan, numbers)
    without_schedule = allowed == _NEVER_ASKED
    allowed[without_schedule & (now_open.place >= 0)] = protocol.urgency.silence.open_episode_days
    days = np.where(last == NULL, _NEVER_ASKED, people.today - last // DAY)
    at = np.flatnonzero(days > allowed)
    start = take_or(people.courses.start_time, people.last_course, NULL)
    return make_rows(
        people.subject[at],
        "no_recent_anc",
        urgency=SOON,
        since=np.where(last == NULL, start, last)[at],
        value=np.where(last[at] == NULL, np.nan, days[at].astype(float)),
        unit="d",
        value_time=last[at],
        about=people.concepts.number["anc"],
    )


def _days_allowed(people: People, last: Array, plan: Plan, numbers: Numbers) -> Array:
    """Interval and tolerance of the first slot that the last ANC came too early for; _NEVER_ASKED where there is none.

    It is that slot and not today's, so that nobody comes off the list because a schedule grows wider.
    """
    allowed = np.full(people.size, _NEVER_ASKED)
    is_anc = numbers.completes[:, numbers.anc][plan.test] & (plan.every > 0)
    person = np.flatnonzero(people.last_course >= 0)
    course = people.last_course[person]
    start = people.courses.start_time[course] // DAY
    end = people.courses.last_dose_time[course] // DAY - start + plan.end_days
    day = np.where(last[person] == NULL, ALWAYS, last[person] // DAY - start)
    is_first, is_later = people.courses.course[course] == 1, np.arange(plan.due.size) >= plan.later
    asked = people.today - start <= end
    for mine, slots in ((is_first, is_anc & ~is_later), (~is_first, is_anc & is_later)):
        slot, who = np.flatnonzero(slots), np.flatnonzero(mine & asked)
        place = plan.opens[slot].searchsorted(day[who], side="right")
        who, at = who[place < slot.size], slot[place[place < slot.size]]
        in_force = plan.due[at] <= end[who]
        tolerance = plan.late_after[at] - plan.due[at]
        allowed[person[who[in_force]]] = (plan.every[at] + tolerance)[in_force]
    return allowed


def find_monitoring_ended(people: People, plan: Plan) -> FindingRows:
    """Who is past the end of the schedule."""
    person = np.flatnonzero(people.last_course >= 0)
    end = people.courses.last_dose_time[people.last_course[person]] // DAY + plan.end_days
    over = people.today > end
    return make_rows(people.subject[person[over]], "label_monitoring_ended", urgency=ROUTINE, since=end[over] * DAY)


def find_open_tests(people: People, slots: Slots) -> Iterator[FindingRows]:
    """Slots due, overdue and missed, one row for each person and test, with how many."""
    for status, finding in ((DUE, "test_due"), (OVERDUE, "test_overdue"), (MISSED, "test_missed")):
        at = np.flatnonzero(slots.status == status)
        key = people.place(slots.subject[at]) * len(slots.tests) + slots.test[at]
        many = np.bincount(key, minlength=people.size * len(slots.tests))
        first = np.full(many.size, NULL)
        first[key[::-1]] = slots.due_time[at[::-1]]  # sorted by due day: the earliest is written last
        place = np.flatnonzero(many)
        yield make_rows(
            people.subject[place // len(slots.tests)],
            finding,
            urgency=ROUTINE,
            since=first[place],
            value=many[place],
            unit="slots",
            test=place % len(slots.tests),
        )
