"""The tables by pandas, as a pandas expert would write them: `merge_asof`, `groupby`, `shift`, and no `apply`.

Everything is said with methods of Series and data frames; `pandas_numpy_way` takes the columns out of them instead.
Clean input is taken to be checked, with no corrections; no input has texts, comparators or limits of normal, which
leukon looks for. Messy rows go through `pandas_door` first.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from bench import pandas_door, rules
from bench.pandas_episodes import find_episodes
from bench.pandas_grading import days, grades, grades_by_analyte
from bench.rules import end_of

SLOTS = (
    pd.DataFrame(rules.slots(), columns=rules.SLOT_COLUMNS)
    .astype(dict.fromkeys(["due_day", *rules.SLOT_COLUMNS[4:]], "int32"))
    .astype({"test": pd.CategoricalDtype(rules.TESTS), "phase": pd.CategoricalDtype(rules.PHASES)})
    .sort_values("first_course", ascending=False, kind="stable", ignore_index=True)
)
SLOTS["place"] = SLOTS.groupby("first_course", sort=False).cumcount()
AFTER_START = pd.DataFrame(
    {
        name: pd.to_timedelta(SLOTS[name], unit="D").astype("timedelta64[us]")
        for name in ("due_day", "done_from", "done_to", "off_from", "off_to")
    }
)
LATER_COURSES = SLOTS["first_course"].sum()  # where the slots of later courses begin
LISTED_AHEAD = (SLOTS["due_day"] - SLOTS["listed_from"]).max()
DONE, OFF_TIME, INCOMPLETE, MISSED, OVERDUE, DUE, UPCOMING = range(len(rules.STATUSES))


def read(path: str | Path, as_of: date | datetime, first_row: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and doses known at `as_of`, in result units, from one MEDS file."""
    columns = ["subject_id", "time", "code", "numeric_value", "unit"]
    events = pd.read_parquet(path, columns=columns, engine="pyarrow")
    known = events["time"] <= end_of(as_of)
    counts = events[known & (events["code"] == rules.ANC)]
    doses = events[known & events["code"].isin(rules.CONCEPTS)]
    concept = doses["code"].cat.remove_unused_categories().cat.rename_categories(rules.CONCEPTS)
    counts = counts[["subject_id", "time"]].assign(row=counts.index + first_row, value=_converted(counts))
    return counts, doses[["subject_id", "time"]].assign(concept=concept, amount_mg=_converted(doses))


def _converted(rows: pd.DataFrame) -> pd.Series:
    """Values in result units."""
    per = rows["unit"].map(rules.WHOLES).astype("float64")
    return (rows["numeric_value"].astype("float64") * rules.WHOLE).round() / per


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
        return _tables_of_analytes(*pandas_door.read(path, as_of, first_row), as_of, tables)
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
    today = pd.Timestamp(end_of(as_of)).normalize()
    counts = _sorted(counts).assign(date=lambda rows: rows["time"].dt.normalize())
    doses = doses.sort_values(["subject_id", "time"], kind="stable")
    doses = doses.assign(date=doses["time"].dt.normalize())
    courses = find_courses(doses[doses["concept"] == rules.DRUG])
    # `merge_asof` wants both sides in order of time, whatever it is that they are matched by.
    by_time = counts[["subject_id", "time", "date"]].sort_values("time", kind="stable")
    if {"results", "episodes"} & {*tables}:
        counts = find_course_in_force(counts, by_time, courses)
    find = {
        "courses": lambda: courses.drop(columns=["start_date", "last_date", "next_date"]),
        "results": lambda: find_results(counts),
        "episodes": lambda: find_episodes(counts, counts["date"], courses, doses, today),
        "schedule": lambda: find_schedule(by_time, courses, today),
    }
    return {table: find[table]() for table in tables}


def _tables_of_analytes(
    measured: pd.DataFrame, doses: pd.DataFrame, as_of: date | datetime, tables: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The same of results of several analytes, which are sorted; only the ANC makes episodes."""
    today = pd.Timestamp(end_of(as_of)).normalize()
    measured = measured.assign(date=measured["time"].dt.normalize())
    doses = doses.assign(date=doses["time"].dt.normalize())
    courses = find_courses(doses[doses["concept"] == rules.DRUG])
    by_time = measured[["subject_id", "time", "date", "analyte"]].sort_values("time", kind="stable")
    if {"results", "episodes"} & {*tables}:
        measured = find_course_in_force(measured, by_time, courses)
    whole, half = (by_time[by_time["analyte"] == name] for name in (rules.COMPLETE, rules.PARTIAL))

    def episodes() -> pd.DataFrame:
        counts = measured[measured["analyte"] == rules.COMPLETE].reset_index(drop=True)
        return find_episodes(counts, counts["date"], courses, doses, today)

    find = {
        "courses": lambda: courses.drop(columns=["start_date", "last_date", "next_date"]),
        "results": lambda: find_results(measured),
        "episodes": episodes,
        "schedule": lambda: find_schedule(whole, courses, today, half),
    }
    return {table: find[table]() for table in tables}


def _sorted(counts: pd.DataFrame) -> pd.DataFrame:
    """By subject and time; of two counts at one time the higher first. Only if they are not so already."""
    subject, time = counts["subject_id"], counts["time"]
    in_order = (subject > subject.shift()) | ((subject == subject.shift()) & (time > time.shift()))
    if not in_order.iloc[1:].all():
        counts = counts.sort_values(["subject_id", "time", "value"], ascending=[True, True, False])
    return counts.reset_index(drop=True)


def find_courses(given: pd.DataFrame) -> pd.DataFrame:
    """One row a course; with the dates of its first and last dose and of the start of the subject's next course."""
    subject = given["subject_id"]
    opens = (subject != subject.shift()) | (given["date"].diff() > pd.Timedelta(days=rules.MERGE_DAYS))
    by_course = given.groupby(opens.cumsum(), sort=False)
    courses = by_course.agg(
        subject_id=("subject_id", "first"),
        start_time=("time", "first"),
        last_dose_time=("time", "last"),
        doses=("time", "size"),
    ).assign(total_dose_mg=by_course["amount_mg"].sum(skipna=False))
    courses = courses.reset_index(drop=True)
    by_subject = courses.groupby("subject_id", sort=False)
    courses.insert(1, "drug", pd.Categorical([rules.DRUG]).repeat(len(courses)))
    courses.insert(2, "course", by_subject.cumcount().astype("int32") + 1)
    return courses.assign(
        start_date=courses["start_time"].dt.normalize(),
        last_date=courses["last_dose_time"].dt.normalize(),
        next_date=by_subject["start_time"].shift(-1).dt.normalize(),
    )


def find_course_in_force(counts: pd.DataFrame, by_time: pd.DataFrame, courses: pd.DataFrame) -> pd.DataFrame:
    """Every count with its course (0: before the first) and the start of that."""
    # The first count of each course is marked with it, and every later count until the next mark is of that course.
    starts = courses[["subject_id", "start_time", "start_date", "course"]].sort_values("start_time")
    first = pd.merge_asof(
        starts, by_time[["subject_id", "time"]].reset_index(names="count_row"),
        left_on="start_time", right_on="time", by="subject_id", direction="forward",
    )  # fmt: skip
    marks = first.dropna(subset="count_row").drop_duplicates("count_row", keep="last").set_index("count_row")
    marks = marks[["course", "start_date"]].reindex(counts.index)
    in_force = marks.groupby(counts["subject_id"], sort=False).ffill()
    return counts.assign(course=in_force["course"].fillna(0).astype("int32"), start_date=in_force["start_date"])


def find_results(counts: pd.DataFrame) -> pd.DataFrame:
    """Every count with its course, its day and its grades."""
    n = len(counts)
    nothing = pd.Categorical([None]).repeat(n)
    unknown = pd.Series(float("nan"), counts.index)
    if "analyte" in counts:
        graded = grades_by_analyte(counts["value"], counts["analyte"])
    else:
        graded = {
            "analyte": pd.Categorical(["anc"]).repeat(n), "unit": pd.Categorical([rules.UNIT]).repeat(n),
            **grades(counts["value"]), "high_grade": pd.Series(None, counts.index, dtype="Int8"),
        }  # fmt: skip
    return pd.DataFrame(
        {
            "row": counts["row"], "subject_id": counts["subject_id"], "time": counts["time"],
            "day": days(counts["date"], counts["start_date"]), "course": counts["course"],
            "value": counts["value"], "comparator": nothing, "lln": unknown, "uln": unknown,
            "lln_source": nothing, "origin": pd.Categorical(["measured"]).repeat(n), **graded,
        },
        copy=False,
    )  # fmt: skip


def find_schedule(
    by_time: pd.DataFrame, courses: pd.DataFrame, today: pd.Timestamp, halves: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every slot of every course that exists and is not later than the next one of its test.

    `halves` are tests that are less than a blood count.
    """
    age = (today - courses["start_date"]).dt.days.astype("int32")
    listed = _list_slots(courses, age)
    slots = SLOTS[["test", "due_day", "phase", "done_from", "due_to", "over_from"]].take(listed["slot"])
    slots = slots.reset_index(drop=True)
    courses = courses[["subject_id", "course", "start_date", "next_date"]]
    of_course = courses.assign(age=age, started_again=courses["next_date"] < today).drop(columns="next_date")
    of_course = of_course.take(listed["course_row"]).reset_index(drop=True)
    status = (
        pd.Series(UPCOMING, listed.index, dtype="int8")
        .mask(of_course["age"] >= slots["done_from"], DUE)
        .mask(of_course["age"] > slots["due_to"], OVERDUE)
        .mask((of_course["age"] >= slots["over_from"]) | of_course["started_again"], MISSED)
    )
    done_time = pd.Series(pd.NaT, listed.index, dtype="datetime64[us]")
    cbc = listed[slots["test"] == "cbc"]
    done = _first_tests(cbc, courses, by_time, "done_from", "done_to")
    done_time.loc[done.index] = done
    status.loc[done.index] = DONE
    of_cbc = status.loc[cbc.index]
    missed = cbc[of_cbc == MISSED]
    if halves is not None:
        for rows, window in ((cbc[of_cbc != DONE], ("done_from", "done_to")), (missed, ("off_from", "off_to"))):
            status.loc[_first_tests(rows, courses, halves, *window).index] = INCOMPLETE
    off_time = _first_tests(missed, courses, by_time, "off_from", "off_to")
    status.loc[off_time.index] = OFF_TIME
    due_time = of_course["start_date"] + AFTER_START["due_day"].take(listed["slot"]).array
    return pd.DataFrame(
        {
            "subject_id": of_course["subject_id"], "course": of_course["course"], "test": slots["test"],
            "due_day": slots["due_day"], "due_time": due_time,
            "status": pd.Categorical.from_codes(status, rules.STATUSES), "done_time": done_time,
            "phase": slots["phase"],
        },
        copy=False,
    )  # fmt: skip


def _list_slots(courses: pd.DataFrame, age: pd.Series) -> pd.DataFrame:
    """Each course as often as it has slots: its row in `courses` and the row of the slot in SLOTS."""
    start = courses["start_date"]
    ends = pd.DataFrame(
        {
            "next": (courses["next_date"] - start).dt.days - 1,
            "plan": (courses["last_date"] - start).dt.days + rules.END_DAYS,
            "listed": age + LISTED_AHEAD,
        }
    )
    until = pd.DataFrame({"first_course": courses["course"] == 1, "until": ends.min(axis=1).astype("int32")})
    until = until.reset_index(names="course_row").sort_values("until")
    places = SLOTS[["first_course", "due_day", "place"]].sort_values(["due_day", "place"])
    last = pd.merge_asof(until, places, left_on="until", right_on="due_day", by="first_course")
    last = last.set_index("course_row").sort_index()
    listed = pd.DataFrame({"course_row": courses.index.repeat(last["place"] + 1)})
    row = listed["course_row"]
    slot = listed.groupby(row, sort=False).cumcount()
    listed["slot"] = slot + (LATER_COURSES * (courses["course"] > 1)).take(row).array
    is_listed = SLOTS["listed_from"].take(listed["slot"]).array <= age.take(row).array
    return listed[is_listed].reset_index(drop=True)


def _first_tests(listed: pd.DataFrame, courses: pd.DataFrame, by_time: pd.DataFrame, begin: str, end: str) -> pd.Series:
    """The time of the first test in the window of each slot, not after the day of the next course's start."""
    course = courses.take(listed["course_row"]).set_index(listed.index)
    window = AFTER_START[[begin, end]].take(listed["slot"]).set_index(listed.index)
    last = course["start_date"] + window[end]
    windows = pd.DataFrame(
        {
            "subject_id": course["subject_id"], "begin": course["start_date"] + window[begin],
            "until": last.mask(last > course["next_date"], course["next_date"]),
        }
    ).reset_index(names="listed_row").sort_values("begin")  # fmt: skip
    found = pd.merge_asof(windows, by_time, left_on="begin", right_on="date", by="subject_id", direction="forward")
    return found[found["date"] <= found["until"]].set_index("listed_row")["time"]
