"""The tables by NumPy, with pandas at both ends: pandas reads the file and holds the tables.

The columns are taken out of their frames and searched there (packed keys, `searchsorted`), as those do who find
pandas too slow; `pandas_way` is pandas proper.

Clean input is taken to be checked, with no corrections; no input has texts, comparators or limits of normal, which
leukon looks for. Messy rows go through `pandas_numpy_door` first.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from bench import pandas_numpy_door, rules
from bench.pandas_numpy_episodes import find_episodes
from bench.pandas_numpy_grading import days_of, grades, grades_by_analyte, integers, same_word
from bench.rules import end_of

SLOTS = pd.DataFrame(rules.slots(), columns=rules.SLOT_COLUMNS).sort_values(
    "first_course", ascending=False, kind="stable"
)
SLOTS["test"] = pd.Categorical(SLOTS["test"], categories=rules.TESTS)
SLOTS["phase"] = pd.Categorical(SLOTS["phase"], categories=rules.PHASES)
FIRST_COURSE_SLOTS = int(SLOTS["first_course"].sum())
LISTED_AHEAD = int((SLOTS["due_day"] - SLOTS["listed_from"]).max())
NEVER = 10**6  # a day no course reaches


def read(path: str | Path, as_of: date | datetime, first_row: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and doses known at `as_of`, in result units, from one MEDS file."""
    events = pd.read_parquet(path, columns=["subject_id", "time", "code", "numeric_value", "unit"])
    code, known = events["code"].cat, events["time"] <= end_of(as_of)
    is_anc = code.codes == code.categories.get_indexer([rules.ANC])[0]
    is_drug = code.codes.isin(code.categories.get_indexer(list(rules.CONCEPTS)))
    counts = events.loc[known & is_anc, ["subject_id", "time", "numeric_value", "unit"]]
    doses = events.loc[known & is_drug, ["subject_id", "time", "code", "numeric_value", "unit"]]
    concept = doses["code"].cat.remove_unused_categories().cat.rename_categories(rules.CONCEPTS)
    counts = pd.DataFrame(
        {
            "row": counts.index + first_row,
            "subject_id": counts["subject_id"],
            "time": counts["time"],
            "value": _converted(counts),
        },
        copy=False,
    )
    return counts, pd.DataFrame(
        {
            "subject_id": doses["subject_id"],
            "time": doses["time"],
            "concept": concept,
            "amount_mg": _converted(doses),
        },
        copy=False,
    )


def _converted(rows: pd.DataFrame) -> np.ndarray:
    """Values in result units; the factor is looked up once a category, not once a row."""
    unit = rows["unit"].cat
    per = unit.categories.map(rules.WHOLES).to_numpy("float64").take(unit.codes)
    return (rows["numeric_value"].to_numpy("float64") * rules.WHOLE).round() / per


def derive_file(
    path: str | Path,
    as_of: date | datetime,
    tables: Sequence[str] = rules.TABLES,
    first_row: int = 1,
    *,
    messy: bool = False,
) -> dict[str, pd.DataFrame]:
    """Courses, results, episodes and schedule, or those asked for, from one MEDS file."""
    if messy:
        return _tables_of_analytes(*pandas_numpy_door.read(path, as_of, first_row), as_of, tables)
    return _tables(*read(path, as_of, first_row), as_of, tables)


def derive(counts: pd.DataFrame, doses: pd.DataFrame, as_of: date | datetime) -> dict[str, pd.DataFrame]:
    """The same from clean frames.

    `counts` has row, subject_id, time, value; `doses` has subject_id, time, concept, amount_mg.
    """
    end = end_of(as_of)
    return _tables(counts[counts["time"] <= end], doses[doses["time"] <= end], as_of)


def _tables(
    counts: pd.DataFrame, doses: pd.DataFrame, as_of: date | datetime, tables: Sequence[str] = rules.TABLES
) -> dict[str, pd.DataFrame]:
    today = np.datetime64(end_of(as_of).date(), "D").astype(int)
    counts = _sorted(counts)
    doses = doses.sort_values(["subject_id", "time"], kind="stable")
    # Dense codes for the subjects of both frames: identifiers are too large to be packed with a day.
    subjects = np.union1d(counts["subject_id"].unique(), doses["subject_id"].unique())
    courses = find_courses(doses[doses["concept"] == rules.DRUG])
    who = _dense(counts["subject_id"].to_numpy(), subjects)
    day = days_of(counts["time"])
    if {"results", "episodes"} & {*tables}:
        in_force = find_course_in_force(counts["time"].to_numpy(), who, courses, subjects)
        counts = counts.assign(course=in_force[0], start_on=in_force[1])
    find = {
        "courses": lambda: courses.drop(columns=["next_start", "start_on", "next_on"]),
        "results": lambda: find_results(counts, day),
        "episodes": lambda: find_episodes(counts, who, day, courses, doses, today),
        "schedule": lambda: find_schedule(counts["time"], who, day, courses, subjects, today),
    }
    return {table: find[table]() for table in tables}


def _tables_of_analytes(
    measured: pd.DataFrame, doses: pd.DataFrame, as_of: date | datetime, tables: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The same of results of several analytes, which are sorted; only the ANC makes episodes."""
    today = np.datetime64(end_of(as_of).date(), "D").astype(int)
    subjects = np.union1d(measured["subject_id"].unique(), doses["subject_id"].unique())
    courses = find_courses(doses[doses["concept"] == rules.DRUG])
    who, day = _dense(measured["subject_id"].to_numpy(), subjects), days_of(measured["time"])
    if {"results", "episodes"} & {*tables}:
        in_force = find_course_in_force(measured["time"].to_numpy(), who, courses, subjects)
        measured = measured.assign(course=in_force[0], start_on=in_force[1])
    whole, half = (np.flatnonzero(measured["analyte"] == name) for name in (rules.COMPLETE, rules.PARTIAL))
    tests, halves = ((measured["time"].iloc[at], who[at], day[at]) for at in (whole, half))
    find = {
        "courses": lambda: courses.drop(columns=["next_start", "start_on", "next_on"]),
        "results": lambda: find_results(measured, day),
        "episodes": lambda: find_episodes(measured.iloc[whole], who[whole], day[whole], courses, doses, today),
        "schedule": lambda: find_schedule(*tests, courses, subjects, today, halves),
    }
    return {table: find[table]() for table in tables}


def _sorted(counts: pd.DataFrame) -> pd.DataFrame:
    """By subject and time; of two counts at one time the higher first. Only if they are not so already."""
    subject, time = counts["subject_id"].to_numpy(), counts["time"].to_numpy()
    in_order = (subject[1:] > subject[:-1]) | ((subject[1:] == subject[:-1]) & (time[1:] > time[:-1]))
    if not in_order.all():
        counts = counts.sort_values(["subject_id", "time", "value"], ascending=[True, True, False])
    return counts.reset_index(drop=True)


def _dense(ids: np.ndarray, subjects: np.ndarray) -> np.ndarray:
    """The place of each (sorted) id among all subjects: one look-up a subject."""
    new = np.ones(len(ids), bool)
    new[1:] = ids[1:] != ids[:-1]
    return subjects.searchsorted(ids[new])[new.cumsum() - 1]


def find_courses(given: pd.DataFrame) -> pd.DataFrame:
    """One row a course; `next_start` is the start of the subject's next one, `_on` the days of both."""
    subject, day = given["subject_id"], pd.Series(days_of(given["time"]), given.index)
    opens = (subject != subject.shift()) | (day.diff() > rules.MERGE_DAYS)
    firsts = np.flatnonzero(opens)
    lasts = np.append(firsts[1:], len(given))[: len(firsts)] - 1
    courses = given[["subject_id", "time"]].iloc[firsts].reset_index(drop=True)
    courses = courses.rename(columns={"time": "start_time"})
    courses["last_dose_time"] = given["time"].to_numpy()[lasts]
    courses["doses"] = lasts - firsts + 1
    total = given["amount_mg"].groupby(opens.cumsum().to_numpy(), sort=False).sum(skipna=False)
    courses["total_dose_mg"] = total.to_numpy()
    courses.insert(1, "drug", same_word(rules.DRUG, len(courses)))
    courses.insert(2, "course", courses.groupby("subject_id", sort=False).cumcount().to_numpy("int32") + 1)
    is_last = courses["subject_id"] != courses["subject_id"].shift(-1)
    courses["start_on"] = days_of(courses["start_time"])
    courses["next_start"] = courses["start_time"].shift(-1).mask(is_last)
    courses["next_on"] = courses["start_on"].shift(-1, fill_value=0).mask(is_last, NEVER)
    return courses


def find_course_in_force(
    time: np.ndarray, who: np.ndarray, courses: pd.DataFrame, subjects: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The course of every count (0: before the first) and the day on which that began."""
    n = len(time)
    of = _dense(courses["subject_id"].to_numpy(), subjects)
    # The start of each subject's k-th course as one column a k: no join. NaT is never reached.
    starts = courses.set_index([of, "course"])["start_time"].unstack().reindex(range(len(subjects)))
    course, start_on = np.zeros(n, "int32"), np.zeros(n, "int64")
    for number in starts:
        start = starts[number].to_numpy()
        in_force = time >= start[who]
        course[in_force] = number
        np.copyto(start_on, days_of(starts[number])[who], where=in_force)
    return course, start_on


def find_results(counts: pd.DataFrame, day: np.ndarray) -> pd.DataFrame:
    """Every count with its course, its day and its grades."""
    n, course = len(counts), counts["course"].to_numpy()
    empty = same_word(None, n)
    if "analyte" in counts:
        analyte = counts["analyte"].array
        unit, *graded = grades_by_analyte(counts["value"].to_numpy(), analyte.codes)
    else:
        analyte, unit = same_word("anc", n), same_word(rules.UNIT, n)
        graded = *grades(counts["value"].to_numpy()), integers(np.zeros(n, "int8"), np.ones(n, bool))
    v5, reason_v5, v6, reason_v6, high = graded
    return pd.DataFrame(
        {
            "row": counts["row"], "subject_id": counts["subject_id"], "time": counts["time"],
            "day": integers(day - counts["start_on"].to_numpy(), course == 0), "course": course,
            "analyte": analyte, "value": counts["value"], "unit": unit,
            "comparator": empty, "lln": np.full(n, np.nan), "uln": np.full(n, np.nan), "lln_source": empty,
            "origin": same_word("measured", n), "grade_v5": v5, "reason_v5": reason_v5, "grade_v6": v6,
            "reason_v6": reason_v6, "high_grade": high,
        },
        copy=False,
    )  # fmt: skip


def find_schedule(
    times: pd.Series,
    who: np.ndarray,
    day: np.ndarray,
    courses: pd.DataFrame,
    subjects: np.ndarray,
    today: int,
    halves: tuple[pd.Series, np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Every slot of every course that exists and is not later than the next one of its test.

    `halves` are time, subject and day of tests that are less than a blood count.
    """
    start = courses["start_on"].to_numpy()
    reach = courses["next_on"].to_numpy() - start
    last = np.minimum(reach - 1, days_of(courses["last_dose_time"]) + rules.END_DAYS - start)
    at, slot = _list_slots(courses["course"].to_numpy() == 1, np.minimum(last, today - start + LISTED_AHEAD))
    listed = SLOTS["listed_from"].to_numpy()[slot] <= (today - start)[at]
    at, slot = at[listed], slot[listed]
    column = {name: SLOTS[name].to_numpy("int32") for name in [*rules.SLOT_COLUMNS[4:], "due_day"]}
    now = (today - start).astype("int32")[at]
    over = (now >= column["over_from"][slot]) | (now > reach[at])
    status = np.select(
        [over, now > column["due_to"][slot], now >= column["done_from"][slot]],
        [np.int8(rules.STATUSES.index(word)) for word in ("missed", "overdue", "due")],
        default=np.int8(rules.STATUSES.index("upcoming")),
    )
    done_time = np.full(len(at), "NaT", "datetime64[us]")
    # A subject and a day packed into one number, so that one sorted search finds a test in a slot's window.
    key, of = who << 24 | day, _dense(courses["subject_id"].to_numpy(), subjects) << 24 | start
    cbc = np.flatnonzero((SLOTS["test"] == "cbc").to_numpy()[slot])

    def first_test(key: np.ndarray, rows: np.ndarray, begin: str, end: str) -> tuple[np.ndarray, np.ndarray]:
        origin = of[at[rows]]
        found = key.searchsorted(origin + column[begin][slot[rows]])
        until = origin + np.minimum(column[end][slot[rows]], reach[at[rows]])
        hit = np.append(key, np.iinfo("int64").max)[found] <= until
        return rows[hit], found[hit]

    rows, found = first_test(key, cbc, "done_from", "done_to")
    done_time[rows] = times.to_numpy()[found]
    status[rows] = rules.STATUSES.index("done")
    of_cbc = status[cbc]
    missed = cbc[of_cbc == rules.STATUSES.index("missed")]
    if halves is not None:
        not_done, half_key = cbc[of_cbc != rules.STATUSES.index("done")], halves[1] << 24 | halves[2]
        for rows, window in ((not_done, ("done_from", "done_to")), (missed, ("off_from", "off_to"))):
            status[first_test(half_key, rows, *window)[0]] = rules.STATUSES.index("incomplete")
    rows, _ = first_test(key, missed, "off_from", "off_to")
    status[rows] = rules.STATUSES.index("off_time")
    due_day = column["due_day"][slot]
    return pd.DataFrame(
        {
            "subject_id": courses["subject_id"].to_numpy()[at], "course": courses["course"].to_numpy()[at],
            "test": SLOTS["test"].array.take(slot), "due_day": due_day,
            "due_time": (start[at] + due_day).view("datetime64[D]").astype("datetime64[us]"),
            "status": pd.Categorical.from_codes(status, rules.STATUSES), "done_time": done_time,
            "phase": SLOTS["phase"].array.take(slot),
        },
        copy=False,
    )  # fmt: skip


def _list_slots(is_first: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each course its slots due up to `until`: the row of the course and the row of the slot."""
    due = SLOTS["due_day"].to_numpy()
    n = np.where(
        is_first,
        due[:FIRST_COURSE_SLOTS].searchsorted(until, "right"),
        due[FIRST_COURSE_SLOTS:].searchsorted(until, "right"),
    )
    at = np.arange(len(n)).repeat(n)
    within = np.arange(len(at)) - (n.cumsum() - n).repeat(n)
    return at, within + np.where(is_first, 0, FIRST_COURSE_SLOTS).repeat(n)
