"""Counts of episodes, treatments and immune cells: decision 22 in plain Python, episode by episode."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise
from math import floor, log10

from .cohort import by_subject, side_of
from .monitor import days_between
from .values import all_at_or_above, all_below

COLUMNS = {
    "duration_counts": "drug course status before_days least_days seen_days",
    "nadir_counts": "drug course status comparator nadir_per_l",
    "below_counts": "drug course status limit least_days most_days",
    "response_counts": "drug course state",
    "landmark_counts": "drug course landmark_day state end days",
    "phenotype_counts": "drug course analyte from_day ratio ratio_bin",
    "lgl_counts": "drug course from_day comparator percent",
}
LIMITS = ["<1.5", "<1", "<0.5"]
PERIODS = [0, 31, 91, 181, 271, 366, 546, 731]


def count_course_twin(tables, rows, rules, as_of):
    """Every table as a list of dicts without order; `rows` are those of the twin's door, `as_of` the last instant."""
    counts = {name: defaultdict(Counter) for name in COLUMNS}
    results, courses = by_subject(tables["results"]), by_subject(tables["courses"])
    doses = by_subject([row for row in rows if row["use"] == "dose"])
    for subject_id, episodes in by_subject(tables["episodes"]).items():
        own = courses.get(subject_id, [])
        ancs = [row for row in results[subject_id] if row["analyte"] == "anc"]
        seen = set()
        for episode in episodes:
            drug = next((c["drug"] for c in own if c["course"] == episode["course"]), None)
            count_episode(counts, (drug, episode["course"]), episode, ancs)
            steps = find_steps(episode, own, doses.get(subject_id, []), rules, as_of)
            count_states(counts, (drug, episode["course"]), spell_of(episode, ancs), steps, seen)
    for subject_id, own in courses.items():
        for course in own:
            key = course["drug"], course["course"]
            for analyte in ("cd4", "cd8", "nk", "b_cells"):
                counted = [row for row in results.get(subject_id, []) if row["analyte"] == analyte]
                count_ratios(counts, key, analyte, counted)
    for subject_id, found in by_subject(lgl_rows(rows)).items():
        count_lgl(counts, courses.get(subject_id, []), found)
    return {
        name: [dict(zip(COLUMNS[name].split(), key, strict=True)) | dict(+values) for key, values in table.items() if +values]
        for name, table in counts.items()
    }  # fmt: skip


def is_low(anc):
    return all_below(Fraction(repr(anc["value"])), anc["comparator"], Fraction("1.5"))


def is_high(anc):
    return all_at_or_above(Fraction(repr(anc["value"])), anc["comparator"], Fraction("1.5"))


# --- one episode ------------------------------------------------------------------------------------------------------


def spell_of(episode, ancs):
    """(days from the first low count to the end, does it recover, the counts from the first low one to the end)."""
    lows = [place for place, anc in enumerate(ancs) if is_low(anc) and anc["course"] == episode["course"]]
    first = next(place for place in lows if ancs[place]["time"] == episode["onset_by_time"])
    last_low = [place for place in lows if ancs[place]["time"] == episode["recovered_after_time"]][-1]
    later = [
        place
        for place, anc in enumerate(ancs)
        if place >= last_low and anc["course"] == episode["course"] and (is_low(anc) or is_high(anc))
    ]
    recovers = episode["recovered_by_time"] is not None
    end = later[1] if recovers else later[-1]
    return days_between(episode["onset_by_time"], ancs[end]["time"]), recovers, first, end


def count_episode(counts, course, episode, ancs):
    key = (*course, episode["status"])
    seen, _, first, end = spell_of(episode, ancs)
    before_days = days_between(episode["onset_after_time"], episode["onset_by_time"])
    counts["duration_counts"][*key, before_days, episode["least_days"], seen]["episodes"] += 1
    nadir = round(Fraction(repr(episode["nadir"])) * 10**9)
    counts["nadir_counts"][*key, episode["nadir_comparator"], nadir]["episodes"] += 1
    high_before = [place for place, anc in enumerate(ancs[:first]) if is_high(anc)]
    start = high_before[-1] if high_before else first
    for limit in LIMITS:
        least = most = 0
        for one, other in pairwise(ancs[start : end + 1]):
            sides = side_of(one, limit), side_of(other, limit)
            gap = days_between(one["time"], other["time"])
            least += gap if sides == ("beyond", "beyond") else 0
            most += 0 if sides == ("this", "this") else gap
        counts["below_counts"][*key, limit, least, most if high_before else None]["episodes"] += 1


# --- treatment --------------------------------------------------------------------------------------------------------


def find_steps(episode, courses, doses, rules, as_of):
    """[(day, classes given so far)] of an episode, from day 0 on; one entry a day on which a class comes in."""
    following = next((c["start_time"] for c in courses if c["course"] == episode["course"] + 1), None)
    open_until = following if episode["status"] == "carried_over" else as_of
    until = episode["recovered_by_time"] or open_until
    drug_dates = {dose["time"].date() for dose in doses if dose["concept"] in rules["drugs"]}
    first_day = {}
    for dose in sorted(doses, key=lambda dose: dose["time"]):
        date = dose["time"].date()
        for kind, concepts in rules["treatments"].items():
            prepares = kind in rules["premedication"] and date in drug_dates
            inside = episode["onset_by_time"].date() <= date <= until.date()
            if dose["concept"] in concepts and inside and not prepares:
                first_day.setdefault(kind, days_between(episode["onset_by_time"], dose["time"]))
    days = sorted({0, *first_day.values()})
    return [(day, "+".join(sorted(k for k, first in first_day.items() if first <= day)) or "none") for day in days]


def count_states(counts, course, spell, steps, seen):
    end, recovers, *_ = spell
    watched = [step for place, step in enumerate(steps) if place == 0 or step[0] < end]
    for place, (day, state) in enumerate(watched):
        until = watched[place + 1][0] if place + 1 < len(watched) else end
        row = counts["response_counts"][*course, state]
        row["episodes"] += 1
        row["days"] += until - day
        row["persons"] += (course, state) not in seen
        seen.add((course, state))
    counts["response_counts"][*course, watched[-1][1]]["recoveries"] += recovers
    for _, state in steps[len(watched) :]:
        counts["response_counts"][*course, state]["without_time"] += 1
    for landmark in (7, 14, 28):
        state = [state for day, state in steps if day <= landmark][-1]
        word = ("recovered" if recovers else "open") + ("" if end > landmark else "_before")
        days = end - landmark if end > landmark else None
        counts["landmark_counts"][*course, landmark, state, word, days]["episodes"] += 1


# --- immune cells -----------------------------------------------------------------------------------------------------


def period_of(day):
    return [start for start in PERIODS if start <= day][-1]


def count_ratios(counts, key, analyte, counted):
    _, number = key
    before = [row for row in counted if row["course"] < number]
    last = {period_of(row["day"]): row for row in counted if row["course"] == number}
    for start, row in last.items():
        known, grid = ratio_of(row, before[-1] if before else None)
        counts["phenotype_counts"][*key, analyte, start, known, grid]["persons"] += 1


def ratio_of(row, baseline):
    if baseline is None:
        return "no_baseline", None
    if baseline["value"] == 0:
        return "zero_baseline", None
    at_most = row["comparator"] in ("<", "<=") or baseline["comparator"] in (">", ">=")
    at_least = row["comparator"] in (">", ">=") or baseline["comparator"] in ("<", "<=")
    if at_most and at_least:
        return "not_known", None
    ratio = row["value"] / baseline["value"]
    grid = -300 if ratio == 0 else max(-300, min(300, floor(log10(ratio) * 100)))
    return "at_most" if at_most else "at_least" if at_least else "exact", grid


def lgl_rows(rows):
    found = [row for row in rows if row["use"] == "finding" and row["concept"] == "lgl_percent"]
    return sorted(found, key=lambda row: (row["time"], -row["number"], -DEPTH[row["comparator_read"]]))


DEPTH = {"<": 0, "<=": 1, None: 2, ">=": 3, ">": 4}


def count_lgl(counts, courses, found):
    last = {}
    for row in found:
        started = [course for course in courses if course["start_time"] <= row["time"]]
        if started:
            day = days_between(started[-1]["start_time"], row["time"])
            last[started[-1]["drug"], started[-1]["course"], period_of(day)] = row
    for key, row in last.items():
        counts["lgl_counts"][*key, row["comparator_read"], floor(row["number"])]["persons"] += 1
