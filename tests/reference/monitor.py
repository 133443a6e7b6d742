"""Courses, results and episodes of one patient."""

from fractions import Fraction
from itertools import pairwise

from .values import all_at_or_above, all_below, grade, high_grade, lowness
from .vocabulary import ORIGINS, RESULT_UNITS


def days_between(earlier, later):
    """Whole days: the difference of the calendar dates; None if one is missing."""
    return None if earlier is None or later is None else (later.date() - earlier.date()).days


def as_float(number):
    return None if number is None else float(number) + 0.0


# --- courses ------------------------------------------------------------------------------------------------------


def find_courses(doses, rules):
    """A dose of another drug, or after a gap longer than merge_days, opens the next course."""
    courses = []
    doses = [dose for dose in doses if dose["concept"] in rules["drugs"]]
    for dose in sorted(doses, key=lambda dose: (dose["time"], dose["concept"], dose["row"])):
        course = courses[-1] if courses else None
        goes_on = (
            course is not None
            and course["drug"] == dose["concept"]
            and days_between(course["last_dose_time"], dose["time"]) <= rules["merge_days"]
        )
        if not goes_on:
            course = {
                "drug": dose["concept"],
                "course": len(courses) + 1,
                "start_time": dose["time"],
                "amounts": [],
            }
            courses.append(course)
        course["last_dose_time"] = dose["time"]
        course["amounts"].append(dose["number"])
    for course in courses:
        amounts = course.pop("amounts")
        course["doses"] = len(amounts)
        course["total_dose_mg"] = None if None in amounts else as_float(sum(amounts))
    return courses


def course_in_force(courses, time):
    """The last course that has started; None before the first. A dose comes before a count of the same time."""
    started = [course for course in courses if course["start_time"] <= time]
    return started[-1] if started else None


def day_in_course(course, time):
    return None if course is None else days_between(course["start_time"], time)


# --- results ------------------------------------------------------------------------------------------------------


def find_results(counts, courses):
    """One row a count, measured or derived, in the contract's order: the higher of two at one time stands first.

    What is left equal is told apart by its range and origin, for the order of the input must not show.
    """

    def null_last(number):
        return (number is None, number or 0)

    higher_first = sorted(
        counts,
        key=lambda count: (
            null_last(count["lln"]),
            null_last(count["uln"]),
            ORIGINS.index(count.get("origin", "measured")),
            count["row"],
        ),
    )
    higher_first.sort(key=lambda count: lowness(count["number"], count["comparator_read"]), reverse=True)
    counts = sorted(higher_first, key=lambda count: (count["time"], count["concept"]))
    return [one_result(count, course_in_force(courses, count["time"])) for count in counts]


def one_result(count, course):
    said = (count["number"], count["comparator_read"])
    grade_v5, reason_v5 = grade("v5", count["concept"], *said, count["lln"])
    grade_v6, reason_v6 = grade("v6", count["concept"], *said, count["lln"])
    return {
        "said": said,
        "limits": (count["lln"], count["uln"]),
        "row": count["row"],
        "subject_id": count["subject_id"],
        "time": count["time"],
        "day": day_in_course(course, count["time"]),
        "course": course["course"] if course else 0,
        "analyte": count["concept"],
        "value": as_float(count["number"]),
        "unit": RESULT_UNITS[count["concept"]],
        "comparator": count["comparator_read"],
        "lln": as_float(count["lln"]),
        "uln": as_float(count["uln"]),
        "lln_source": None if count["lln"] is None else "row",
        "origin": count.get("origin", "measured"),
        "grade_v5": grade_v5,
        "reason_v5": reason_v5,
        "grade_v6": grade_v6,
        "reason_v6": reason_v6,
        "high_grade": high_grade(count["concept"], *said),
    }


# --- episodes -----------------------------------------------------------------------------------------------------


def find_episodes(ancs, courses, doses, rules, as_of):
    """Walk through the ANCs of one patient, course by course (course 0 first)."""
    ancs = [anc | {"side": side_of(anc, rules), "place": place} for place, anc in enumerate(ancs)]
    episodes = []
    for number, course in enumerate([None, *courses]):
        following = courses[number] if number < len(courses) else None
        inside = [anc for anc in ancs if anc["course"] == number]
        for lows, series, status in cut_into_episodes(inside, following, rules):
            story = {
                "lows": lows,
                "series": series,
                "status": status,
                "course": course,
                "following": following,
            }
            episodes.append(one_episode(len(episodes) + 1, story, ancs, doses, rules, as_of))
    return episodes


def side_of(anc, rules):
    if all_below(*anc["said"], Fraction(rules["episode_below"])):
        return "low"
    if all_at_or_above(*anc["said"], Fraction(rules["recovered_at"])):
        return "high"
    return "undecided"


def cut_into_episodes(ancs, following_course, rules):
    """(low counts, the series of high counts at its end, status) of every episode among the counts of one course."""
    found, lows, series = [], [], []
    for anc in ancs:
        if anc["side"] == "low":
            lows.append(anc)
            series = []
        elif anc["side"] == "high" and lows:
            series.append(anc)
            long_enough = days_between(series[0]["time"], anc["time"]) >= rules["recovery_days"]
            if long_enough and len(series) >= rules["recovery_results"]:
                found.append((lows, series, "recovered"))
                lows, series = [], []
    if lows and following_course:
        found.append((lows, [], "carried_over"))
    elif lows:
        found.append((lows, series, "recovering" if series else "ongoing"))
    return found


def one_episode(number, story, ancs, doses, rules, as_of):
    lows, series, course = story["lows"], story["series"], story["course"]
    onset, last_low = lows[0], lows[-1]
    highs_before = [anc for anc in ancs[: onset["place"]] if anc["side"] == "high"]
    onset_after = highs_before[-1]["time"] if highs_before else None
    recovered_by = series[0]["time"] if series else None
    nadir = min(lows, key=lambda low: lowness(*low["said"]))  # the earliest of the lowest: min keeps the first
    in_course = [anc for anc in ancs if anc["course"] == onset["course"]]
    inside = [anc for anc in in_course if anc["place"] >= onset["place"]]
    if series:
        inside = [anc for anc in inside if anc["place"] <= series[0]["place"]]
    gaps = [days_between(one["time"], other["time"]) for one, other in pairwise(inside)]
    treatments, treated_from = find_treatments(story, onset["time"], recovered_by, doses, rules, as_of)
    return {
        "subject_id": onset["subject_id"],
        "episode": number,
        "course": onset["course"],
        "onset_after_time": onset_after,
        "onset_by_time": onset["time"],
        "onset_after_day": None if onset_after is None else day_in_course(course, onset_after),
        "onset_by_day": day_in_course(course, onset["time"]),
        "nadir": nadir["value"],
        "nadir_comparator": nadir["comparator"],
        "nadir_time": nadir["time"],
        "nadir_day": day_in_course(course, nadir["time"]),
        "worst_grade_v5": worst([low["grade_v5"] for low in lows]),
        "worst_grade_v6": worst([low["grade_v6"] for low in lows]),
        "results": len(lows),
        "derived_results": len([low for low in lows if low["origin"] != "measured"]),
        "recovered_after_time": last_low["time"],
        "recovered_by_time": recovered_by,
        "recovered_by_day": None if recovered_by is None else day_in_course(course, recovered_by),
        "observed_days": days_between(onset["time"], recovered_by),
        "least_days": days_between(onset["time"], last_low["time"]),
        "most_days": days_between(onset_after, recovered_by),
        "longest_gap_days": max(gaps, default=None),
        "status": story["status"],
        "treatments": treatments,
        "treatment_start_day": None if treated_from is None else day_in_course(course, treated_from),
        "days_to_recovery_after_treatment": days_between(treated_from, recovered_by),
    }


def worst(grades):
    """Unknown if one is unknown, unless another is 4: it cannot be worse than that."""
    if 4 in grades:
        return 4
    return None if None in grades else max(grades)


def find_treatments(story, onset_by, recovered_by, doses, rules, as_of):
    """(`class:concept`s by first dose, then by name; time of the first dose) from onset to the end of the window."""
    following = story["following"] if story["status"] == "carried_over" else None
    until = recovered_by or (following["start_time"] if following else as_of)
    drug_dates = {dose["time"].date() for dose in doses if dose["concept"] in rules["drugs"]}
    first_given = {}
    for dose in sorted(doses, key=lambda dose: (dose["time"], dose["concept"])):
        for kind, concepts in rules["treatments"].items():
            premedication = kind in rules["premedication"] and dose["time"].date() in drug_dates
            in_window = onset_by.date() <= dose["time"].date() <= until.date()
            if dose["concept"] in concepts and in_window and not premedication:
                first_given.setdefault(f"{kind}:{dose['concept']}", dose["time"])
    in_order = sorted(first_given, key=lambda name: (first_given[name], name))
    return ";".join(in_order) or None, min(first_given.values(), default=None)
