"""Counts of a cohort, from the tables of the contract: decision 17 in plain Python, person by person."""

from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction

from .monitor import days_between

LIMITS = {"<1.5": ("1.5", False), "<1": ("1", False), "<=0.5": ("0.5", True), "<0.5": ("0.5", False), "<=0.2": ("0.2", True), "<0.1": ("0.1", False)}  # fmt: skip
WINDOWS = {"months_3": (0, 90), "year_1": (0, 365), "year_2": (366, 730), "later": (731, None), "course": (0, None)}
COLUMNS = {
    "flow_counts": "drug course limit reason",
    "incidence_counts": "drug course window limit entry",
    "interval_counts": "drug course limit entry left_day right_day",
    "onset_counts": "drug course limit entry end day",
    "episode_counts": "drug course limit status",
    "test_counts": "drug course window",
    "gap_counts": "drug course kind gap_days",
    "adherence_counts": "drug course test phase due_day status",
    "calendar_counts": "drug test quarter status",
}


def count_twin(tables, symptoms, as_of, deaths=()):
    """Every table as a list of dicts without order; `symptoms` and `deaths` are (subject_id, date) of recorded ones."""
    counts = {name: defaultdict(Counter) for name in COLUMNS}
    ancs = by_subject([row for row in tables["results"] if row["analyte"] == "anc"])
    courses, episodes = by_subject(tables["courses"]), by_subject(tables["episodes"])
    bad = defaultdict(set)
    for subject_id, date in symptoms:
        bad[subject_id] |= {date + timedelta(days=late) for late in range(3)}
    for limit in LIMITS:
        for subject_id in ancs:
            if subject_id not in courses:
                counts["flow_counts"][None, 0, limit, "no_course"]["persons"] += 1
        for subject_id, own in episodes.items():
            drugs = {course["course"]: course["drug"] for course in courses.get(subject_id, [])}
            for episode in own:
                key = (drugs.get(episode["course"]), episode["course"], limit, episode["status"])
                crossing = find_crossing(episode, ancs[subject_id], limit)
                counts["episode_counts"][key]["episodes"] += crossing is not None
                counts["episode_counts"][key]["unsure_episodes"] += is_unsure(episode, ancs[subject_id], limit)
    died = {
        subject_id: max(
            min(date for who, date in deaths if who == subject_id),
            courses[subject_id][-1]["start_time"].date(),
            *(anc["time"].date() for anc in ancs.get(subject_id, [])),
        )
        for subject_id in {who for who, _ in deaths} & courses.keys()
    }
    for subject_id, own in courses.items():
        person = (own, ancs.get(subject_id, []), episodes.get(subject_id, []), bad[subject_id])
        for course in own:
            count_tests(counts, course, *person, end_of(course, own, died.get(subject_id), as_of))
            for limit in LIMITS:
                count_limit(counts, course, *person, limit, died.get(subject_id))
    for slot in tables["schedule"]:
        course = next(c for c in courses[slot["subject_id"]] if c["course"] == slot["course"])
        date = died.get(slot["subject_id"])
        last = next_of(course, courses[slot["subject_id"]]) is None
        dead = last and date is not None and slot["due_day"] > (date - course["start_time"].date()).days
        status = "after_death" if dead else slot["status"]
        key = [slot[name] for name in ("course", "test", "phase", "due_day")]
        counts["adherence_counts"][course["drug"], *key, status]["slots"] += 1
        due = slot["due_time"]
        quarter = f"{due.year}-Q{(due.month + 2) // 3}"
        counts["calendar_counts"][course["drug"], slot["test"], quarter, status]["slots"] += 1
    return {name: as_rows(table, COLUMNS[name].split()) for name, table in counts.items()}


def by_subject(rows):
    found = {}
    for row in rows:
        found.setdefault(row["subject_id"], []).append(row)
    return found


def as_rows(table, keys):
    return [dict(zip(keys, key, strict=True)) | +values for key, values in table.items() if +values]


# --- one count and one limit ------------------------------------------------------------------------------------------


def side_of(anc, limit):
    """`beyond`: all values allowed are; `this`: none is; None: some are."""
    text, inclusive = LIMITS[limit]
    edge, value, sign = Fraction(text), Fraction(repr(anc["value"])), anc["comparator"]
    may_equal_lower = sign in ("<", "<=")  # the lowest value allowed is 0, never quite on this side
    highest_is_beyond = value < edge or (value == edge and (inclusive or sign == "<"))
    if sign in (None, "<", "<=") and highest_is_beyond:
        return "beyond"
    lowest_is_this = value > edge or (value == edge and (not inclusive or sign == ">"))
    return "this" if not may_equal_lower and lowest_is_this else None


def is_low(anc):
    return side_of(anc, "<1.5") == "beyond"


def is_decided(anc):
    return side_of(anc, "<1.5") is not None


def lows_of(episode, ancs):
    """The low counts of an episode: of its course, from its first to its last, as many as it says."""
    own = [
        anc
        for anc in ancs
        if anc["course"] == episode["course"]
        and is_low(anc)
        and episode["onset_by_time"] <= anc["time"] <= episode["recovered_after_time"]
    ]
    assert len(own) == episode["results"]
    return own


def find_crossing(episode, ancs, limit):
    return next((anc for anc in lows_of(episode, ancs) if side_of(anc, limit) == "beyond"), None)


def is_unsure(episode, ancs, limit):
    sides = [side_of(anc, limit) for anc in lows_of(episode, ancs)]
    return "beyond" not in sides and None in sides


# --- one course -------------------------------------------------------------------------------------------------------


def next_of(course, courses):
    return next((other for other in courses if other["course"] == course["course"] + 1), None)


def end_of(course, courses, died, as_of):
    """Last day of follow-up."""
    following, start = next_of(course, courses), course["start_time"]
    if following is None and died is not None:
        return (died - start.date()).days
    return days_between(start, following["start_time"] if following else as_of)


def holds(window, day):
    first, last = WINDOWS[window]
    return first <= day and (last is None or day <= last)


def days_in(window, days):
    """How many of a range of days lie in a window."""
    first, last = WINDOWS[window]
    return len(range(max(days.start, first), days.stop if last is None else min(days.stop, last + 1)))


def count_limit(counts, course, courses, ancs, episodes, bad, limit, died):
    start, number = course["start_time"], course["course"]
    own = [anc for anc in ancs if anc["course"] == number]
    seen = max((anc["day"] for anc in own if is_decided(anc)), default=-1)
    crossings, unsure, not_at_risk = [], [], []
    for episode in episodes:
        if episode["course"] != number:
            continue
        crossing = find_crossing(episode, ancs, limit)
        if is_unsure(episode, ancs, limit):
            unsure.append(episode["onset_by_day"])
        if crossing is not None:
            crossings.append(crossing)
            end = seen if episode["recovered_by_day"] is None else episode["recovered_by_day"]
            not_at_risk.append(range(crossing["day"] + 1, end + 1))
    entry = entry_of(course, ancs, episodes, limit)
    first = crossings[0] if crossings else None

    def days_at_risk(window):
        return days_in(window, range(1, seen + 1)) - sum(days_in(window, days) for days in not_at_risk)

    free_days = range(1, (seen if first is None else first["day"]) + 1)
    for window, (_, last) in WINDOWS.items():
        events = [anc for anc in crossings if holds(window, anc["day"])]
        days = days_at_risk(window)
        free, is_first = days_in(window, free_days), first is not None and holds(window, first["day"])
        counts["incidence_counts"][course["drug"], number, window, limit, entry] += Counter(
            persons=int(days > 0 or bool(events)),
            with_event=int(bool(events)),
            seen_through=int(days > 0 and not events and last is not None and seen >= last),
            events=len(events),
            events_with_symptoms=sum(anc["time"].date() in bad for anc in events),
            unsure_events=sum(holds(window, day) for day in unsure),
            person_days=days,
            free_persons=int(free > 0 or is_first),
            first_events=int(is_first),
            free_days=free,
        )
    reason = {"clear": "at_risk", "old": "old_baseline", "unknown": "no_baseline", "low": "low_before"}[entry]
    if not days_at_risk("course") and not crossings:
        reason = "not_observed" if own else "never_tested"
    counts["flow_counts"][course["drug"], number, limit, reason]["persons"] += 1
    before = [anc for anc in ancs if anc["course"] <= number]
    if first is not None:
        before = before[: before.index(first)]
    kept = [days_between(start, anc["time"]) for anc in before if side_of(anc, limit) == "this"]
    left, right = kept[-1] if kept else None, None if first is None else first["day"]
    counts["interval_counts"][course["drug"], number, limit, entry, left, right]["persons"] += 1
    following = next_of(course, courses)
    if first is not None:
        end, day = "onset", right
    elif following is not None:
        end, day = "next_course", days_between(start, following["start_time"])
    elif died is not None:
        end, day = "death", (died - start.date()).days
    else:
        end, day = "end_of_data", left
    counts["onset_counts"][course["drug"], number, limit, entry, end, day]["persons"] += 1


def entry_of(course, ancs, episodes, limit):
    before = [anc for anc in ancs if anc["course"] < course["course"] and is_decided(anc)]
    if not before:
        return "unknown"
    last = before[-1]
    for episode in episodes:
        was_open = episode["course"] == last["course"] and episode["status"] == "carried_over"
        if was_open and find_crossing(episode, ancs, limit) is not None:
            return "low"
    return "old" if days_between(course["start_time"], last["time"]) < -90 else "clear"


def count_tests(counts, course, courses, ancs, episodes, bad, end):
    start, drug, number = course["start_time"], course["drug"], course["course"]
    dates = sorted({anc["time"].date() for anc in ancs if anc["course"] == number})
    days = [(date - start.date()).days for date in dates]
    marked = [day for day, date in zip(days, dates, strict=True) if date in bad]
    seen_if_begun = {day - before for day in days for before in range(5)}
    last_test = max(days, default=0)
    unseen = [begin for begin in range(1, end + 1) if begin > last_test or begin not in seen_if_begun]
    for window in WINDOWS:
        tests = sum(holds(window, day) for day in days)
        followed = WINDOWS[window][0] <= end
        counts["test_counts"][drug, number, window] += Counter(
            persons=int(followed),
            never_tested=int(followed and not tests),
            tests=tests,
            tests_with_symptoms=sum(holds(window, day) for day in marked),
            follow_up_days=days_in(window, range(1, end + 1)),
            unseen_days=sum(holds(window, day) for day in unseen),
        )
    gaps = [later - earlier for earlier, later in zip([0, *days], days, strict=False)]
    for place, gap in enumerate(gaps):
        counts["gap_counts"][drug, number, "between" if place else "before_first", gap]["gaps"] += 1
    counts["gap_counts"][drug, number, "after_last", end - last_test]["gaps"] += 1
    if gaps:
        counts["gap_counts"][drug, number, "longest", max(gaps)]["gaps"] += 1
