"""The schedule of one patient: which test was due when, and what became of it."""

from datetime import datetime, time, timedelta

from .monitor import days_between

# A test is complete with any of these analytes or findings.
MAKES_COMPLETE = {
    "cbc": ["anc"],
    "creatinine": ["creatinine"],
    "urinalysis": ["urinalysis"],
    "tsh": ["tsh"],
    "liver": ["alt", "ast", "bilirubin"],
}
MAKES_INCOMPLETE = {"cbc": ["wbc"]}


def find_schedule(subject_id, courses, happened, rules, schedule, as_of):
    """`happened`: (time, concept) of every result and finding of this patient."""
    found = []
    for course, following in zip(courses, [*courses[1:], None], strict=False):
        phases = rules["schedules"][schedule]["first" if course["course"] == 1 else "later"]
        last_day = days_between(course["start_time"], following["start_time"]) if following else None
        end_day = (
            days_between(course["start_time"], course["last_dose_time"]) + rules["end_days_after_last_dose"]
        )
        slots = find_slots(phases, end_day, last_day)
        today = days_between(course["start_time"], as_of)
        for test in sorted({slot["test"] for slot in slots}):
            of_test = [slot for slot in slots if slot["test"] == test]
            complete = on_days(happened, MAKES_COMPLETE[test], course)
            incomplete = on_days(happened, MAKES_INCOMPLETE.get(test, []), course)
            upcoming_listed = False
            for slot in of_test:
                status, done_time = what_became_of(slot, of_test, complete, incomplete, today, last_day)
                if status == "upcoming" and upcoming_listed:
                    continue
                upcoming_listed = upcoming_listed or status == "upcoming"
                start = datetime.combine(course["start_time"].date(), time.min)
                found.append({
                    "subject_id": subject_id,
                    "course": course["course"],
                    "test": test,
                    "due_day": slot["due_day"],
                    "due_time": start + timedelta(days=slot["due_day"]),
                    "status": status,
                    "done_time": done_time,
                    "phase": slot["phase"],
                })  # fmt: skip
    return sorted(found, key=lambda slot: (slot["due_time"], slot["test"], slot["course"]))


def find_slots(phases, end_day, last_day):
    """Every slot of one course, by due day: none after the end, none on or after the day of the next start."""
    slots = []
    for phase in phases:
        if "baseline_days" in phase:
            due_days = [0]
        else:
            to = end_day if phase["to"] is None else min(phase["to"], end_day)
            due_days = range(phase["from"], to + 1, phase["every"])
        for due_day in due_days:
            if last_day is None or due_day < last_day:
                slots += [phase | {"test": test, "due_day": due_day} for test in phase["tests"]]
    return sorted(slots, key=lambda slot: slot["due_day"])


def on_days(happened, concepts, course):
    """(day in this course, time) of everything that happened under one of the concepts, in order of time."""
    times = sorted(when for when, concept in happened if concept in concepts)
    return [(days_between(course["start_time"], when), when) for when in times]


def what_became_of(slot, slots, complete, incomplete, today, last_day):
    """(status, done_time) of a slot among the slots of its test, by decisions 20 to 22."""
    if slot["phase"] == "baseline":
        return what_became_of_baseline(slot, complete, incomplete, today)
    due, tolerance, every = slot["due_day"], slot["tolerance"], slot["every"]
    complete = belonging_to(slot, slots, complete, last_day)
    incomplete = belonging_to(slot, slots, incomplete, last_day)
    within = [when for day, when in complete if abs(day - due) <= tolerance]
    if within:
        return "done", within[0]
    over = 2 * (today - due) >= every or (last_day is not None and today > last_day)
    if over:
        if any(2 * abs(day - due) <= every for day, _ in complete):
            return "off_time", None
        if any(2 * abs(day - due) <= every for day, _ in incomplete):
            return "incomplete", None
        return "missed", None
    if any(abs(day - due) <= tolerance for day, _ in incomplete):
        return "incomplete", None
    if today < due - tolerance:
        return "upcoming", None
    return ("due" if today <= due + tolerance else "overdue"), None


def belonging_to(slot, slots, tests, last_day):
    """The tests whose nearest slot this is. They lie after day 0, and not after the day of the next start."""
    mine = []
    for day, when in tests:
        if day > 0 and (last_day is None or day <= last_day):
            nearest = min(slots, key=lambda other: (abs(day - other["due_day"]), other["due_day"]))
            if nearest is slot:
                mine.append((day, when))
    return mine


def what_became_of_baseline(slot, complete, incomplete, today):
    done = [when for day, when in complete if -slot["baseline_days"] <= day <= 0]
    if done:
        return "done", done[0]
    if any(-slot["baseline_days"] <= day <= 0 for day, _ in incomplete):
        return "incomplete", None
    return ("due" if today == 0 else "missed"), None
