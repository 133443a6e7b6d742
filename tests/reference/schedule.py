"""The schedule of one patient: which test was due when, and what became of it."""

from datetime import datetime, time, timedelta

from .monitor import days_between

# A test is complete with any of these analytes or findings.
MAKES_COMPLETE = {
    "cbc": ["anc"],
    "creatinine": ["creatinine"],
    "urinalysis": ["urinalysis", "urine_rbc", "urine_protein", "urine_protein_creatinine"],
    "tsh": ["tsh"],
    "liver": ["alt", "ast", "bilirubin"],
}
MAKES_INCOMPLETE = {"cbc": ["wbc"]}


def find_schedule(subject_id, courses, happened, rules, schedule, as_of):
    """`happened`: (time, concept) of every result and finding of this patient."""
    found = []
    for course, following in zip(courses, [*courses[1:], None], strict=True) if courses else []:
        phases = rules["schedules"][schedule]["first" if course["course"] == 1 else "later"]
        last_day = days_between(course["start_time"], following["start_time"]) if following else None
        end_day = days_between(course["start_time"], course["last_dose_time"]) + rules["end_days_after_last_dose"]
        slots = find_slots(phases, end_day, last_day)
        today = days_between(course["start_time"], as_of)
        for test in sorted({slot["test"] for slot in slots}):
            of_test = [slot for slot in slots if slot["test"] == test]
            complete = on_days(happened, MAKES_COMPLETE[test], course)
            incomplete = on_days(happened, MAKES_INCOMPLETE.get(test, []), course)
            complete_of = by_nearest_slot(of_test, complete, last_day)
            incomplete_of = by_nearest_slot(of_test, incomplete, last_day)
            upcoming_listed = False
            for slot in of_test:
                if slot["phase"] == "baseline":
                    status, done_time = what_became_of_baseline(slot, complete, incomplete, today)
                else:
                    mine = complete_of[slot["due_day"]], incomplete_of[slot["due_day"]]
                    status, done_time = what_became_of(slot, *mine, today, last_day)
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


def by_nearest_slot(slots, tests, last_day):
    """The tests that belong to each due day: those nearest to it, ties to the earlier slot.

    They lie after day 0, and not after the day of the next start.
    """
    belonging = {slot["due_day"]: [] for slot in slots}
    for day, when in tests:
        if belonging and day > 0 and (last_day is None or day <= last_day):
            belonging[min(belonging, key=lambda due: (abs(day - due), due))].append((day, when))
    return belonging


def what_became_of(slot, complete, incomplete, today, last_day):
    """(status, done_time) of a slot and the tests that belong to it, by decisions 20 and 21."""
    due, tolerance, every = slot["due_day"], slot["tolerance"], slot["every"]
    within = [when for day, when in complete if abs(day - due) <= tolerance]
    if within:
        return "done", within[0]
    over = 2 * (today - due) > every or (last_day is not None and today > last_day)
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


def what_became_of_baseline(slot, complete, incomplete, today):
    """(status, done_time) by decision 22; tests of days -30 to 0, whatever else they close."""
    done = [when for day, when in complete if -slot["baseline_days"] <= day <= 0]
    if done:
        return "done", done[0]
    if any(-slot["baseline_days"] <= day <= 0 for day, _ in incomplete):
        return "incomplete", None
    return ("due" if today == 0 else "missed"), None
