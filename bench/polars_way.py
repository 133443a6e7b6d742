"""The tables as a Polars expert would write them: asof joins, run ids, gathers, no Python per row.

Clean input is taken to be checked, with no corrections; no input has texts, comparators or limits of normal, which
leukon looks for. Messy rows go through `polars_door` first.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from bench import polars_door, rules
from bench.polars_episodes import find_episodes
from bench.polars_grading import course, days, grades, grades_by_analyte, subject
from bench.rules import end_of

Test, Phase, Status = pl.Enum(rules.TESTS), pl.Enum(rules.PHASES), pl.Enum(rules.STATUSES)
TESTS = [rules.COMPLETE, rules.PARTIAL]
SLOT_TYPES = [pl.Boolean, Test, pl.Int32, Phase, *[pl.Int32] * 7]
SLOTS = pl.DataFrame(rules.slots(), schema=dict(zip(rules.SLOT_COLUMNS, SLOT_TYPES, strict=True)), orient="row")


def read(
    path: str | Path | Sequence[Path], as_of: date | datetime, first_row: int = 1
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts and doses known at `as_of`, in result units, from one MEDS file or several."""
    events = pl.scan_parquet(path, row_index_name="row", row_index_offset=first_row)
    events = events.filter(pl.col("time") <= end_of(as_of))
    wholes = (pl.col("numeric_value").cast(pl.Float64) * rules.WHOLE).round()

    # Looked up and not chosen by `when`: where all units are alike that makes one number of the divisor, and Polars
    # divides by one number with its reciprocal, which rounds twice.
    per = pl.col("unit").replace_strict(rules.WHOLES, default=None, return_dtype=pl.Float64)
    is_anc = pl.col("code") == rules.ANC
    counts = events.filter(is_anc).select("row", subject, "time", value=wholes / per)
    concept = pl.col("code").cast(pl.String).replace_strict(rules.CONCEPTS, default=None)
    doses = events.filter(~is_anc).select(subject, "time", concept=concept, amount_mg=wholes / per)
    return tuple(pl.collect_all([counts, doses.drop_nulls("concept")]))


def derive_file(
    path: str | Path | Sequence[Path],
    as_of: date | datetime,
    tables: Sequence[str] = rules.TABLES,
    first_row: int = 1,
    *,
    messy: bool = False,
) -> dict[str, pl.DataFrame]:
    """Courses, results, episodes and schedule, or those asked for, from one MEDS file or several."""
    if messy:
        return _tables_of_analytes(*polars_door.read(path, as_of, first_row), as_of, tables)
    return _tables(*read(path, as_of, first_row), as_of, tables)


def derive(counts: pl.DataFrame, doses: pl.DataFrame, as_of: date | datetime) -> dict[str, pl.DataFrame]:
    """The same from clean frames.

    `counts` has row, subject_id, time, value; `doses` has subject_id, time, concept, amount_mg.
    """
    known = pl.col("time") <= end_of(as_of)
    return _tables(counts.filter(known), doses.filter(known), as_of)


def _tables(
    counts: pl.DataFrame, doses: pl.DataFrame, as_of: date | datetime, tables: Sequence[str] = rules.TABLES
) -> dict[str, pl.DataFrame]:
    today = end_of(as_of).date()
    counts, doses = _sorted(counts), doses.sort(subject, "time")
    courses = find_courses(doses.filter(pl.col("concept") == rules.DRUG))
    of_course = find_course_in_force(counts, courses) if {"results", "episodes"} & {*tables} else None
    find = {
        "courses": lambda: courses.drop("next_start"),
        "results": lambda: find_results(of_course),
        "episodes": lambda: find_episodes(of_course, courses, doses, today),
        "schedule": lambda: find_schedule(counts, courses, today),
    }
    return {table: find[table]() for table in tables}


def _tables_of_analytes(
    measured: pl.DataFrame, doses: pl.DataFrame, as_of: date | datetime, tables: Sequence[str]
) -> dict[str, pl.DataFrame]:
    """The same of results of several analytes, which are sorted; only the ANC makes episodes."""
    today, analyte = end_of(as_of).date(), pl.col("analyte")
    courses = find_courses(doses.filter(pl.col("concept") == rules.DRUG))
    counts = measured.filter(analyte == rules.COMPLETE).drop("analyte")
    find = {
        "courses": lambda: courses.drop("next_start"),
        "results": lambda: find_results_of_analytes(find_course_in_force(measured, courses)),
        "episodes": lambda: find_episodes(find_course_in_force(counts, courses), courses, doses, today),
        "schedule": lambda: find_schedule(measured.filter(analyte.is_in(TESTS)), courses, today),
    }
    return {table: find[table]() for table in tables}


def _sorted(counts: pl.DataFrame) -> pl.DataFrame:
    """By subject and time; of two counts at one time the higher first. Only if they are not so already."""
    later = pl.col("time") > pl.col("time").shift()
    in_order = (subject > subject.shift()) | ((subject == subject.shift()) & later)
    if counts.select(in_order.all()).item():
        return counts
    return counts.sort(subject, "time", "value", descending=[False, False, True])


def find_courses(given: pl.DataFrame) -> pl.DataFrame:
    """One row a course; `next_start` is the start of the subject's next one."""
    day, row, time = pl.col("time").dt.date(), pl.int_range(pl.len()), pl.col("time")
    opens = (subject != subject.shift()) | (days(day, day.shift()) > rules.MERGE_DAYS)
    amount = pl.col("amount_mg")
    new = (subject != subject.shift()).fill_null(True)
    return (
        given.with_columns(run=opens.fill_null(True).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            subject.first(), start_time=time.first(), last_dose_time=time.last(), doses=pl.len(),
            total_dose_mg=pl.when(amount.null_count() == 0).then(amount.sum()),
        )
        .select(
            subject, drug=pl.lit(rules.DRUG),
            course=(row - pl.when(new).then(row).forward_fill() + 1).cast(pl.Int32),
            **{name: pl.col(name) for name in ("start_time", "last_dose_time", "doses", "total_dose_mg")},
            next_start=pl.when(subject.shift(-1) == subject).then(pl.col("start_time").shift(-1)),
        )
    )  # fmt: skip


def find_course_in_force(counts: pl.DataFrame, courses: pl.DataFrame) -> pl.DataFrame:
    """Every count with its course and the start of that."""
    return counts.join_asof(
        courses.select(subject, "start_time", course),
        left_on="time", right_on="start_time", by="subject_id", check_sortedness=False,
    ).with_columns(course.fill_null(0))  # fmt: skip


def find_results(of_course: pl.DataFrame) -> pl.DataFrame:
    """Every count with its course, its day and its grades."""
    nothing = pl.lit(None, pl.String)
    return of_course.select(
        "row", subject, "time", days(pl.col("time").dt.date(), pl.col("start_time").dt.date()).alias("day"),
        course, pl.lit("anc").alias("analyte"), "value", pl.lit(rules.UNIT).alias("unit"),
        nothing.alias("comparator"), pl.lit(None, pl.Float64).alias("lln"),
        pl.lit(None, pl.Float64).alias("uln"),
        nothing.alias("lln_source"), pl.lit("measured").alias("origin"), *grades(lln=None),
        pl.lit(None, pl.Int8).alias("high_grade"),
    )  # fmt: skip


def find_results_of_analytes(of_course: pl.DataFrame) -> pl.DataFrame:
    """Every result with its course, its day and its grades by the term of its analyte."""
    nothing = pl.lit(None, pl.String)
    return of_course.select(
        "row", subject, "time", days(pl.col("time").dt.date(), pl.col("start_time").dt.date()).alias("day"),
        course, "analyte", "value", polars_door.of_analyte("unit").alias("unit"), nothing.alias("comparator"),
        pl.lit(None, pl.Float64).alias("lln"), pl.lit(None, pl.Float64).alias("uln"), nothing.alias("lln_source"),
        pl.lit("measured").alias("origin"), *grades_by_analyte(polars_door.of_analyte),
    )  # fmt: skip


def find_schedule(tests: pl.DataFrame, courses: pl.DataFrame, today: date) -> pl.DataFrame:
    """Every slot of every course that exists and is not later than the next one of its test.

    `tests` are ANC or, with a column `analyte`, ANC and WBC: white cells alone are half a blood count.
    Rows are pairs of row numbers (of the course, of the slot) for as long as possible: the columns come last.
    """
    each, tests = _pack(tests, courses, today)
    half = tests.filter(pl.col("analyte") == rules.PARTIAL) if "analyte" in tests.columns else None
    tests = tests if half is None else tests.filter(pl.col("analyte") == rules.COMPLETE)
    listed = _list_slots(each)
    cbc = listed.filter((SLOTS["test"] == "cbc").gather(listed["slot"]))
    done = _first_tests(cbc, each, tests, "done_from", "done_to")
    cbc_at = each.select("today", "reach")[cbc["at"]]
    over = (cbc_at["today"] >= SLOTS["over_from"].gather(cbc["slot"])) | (cbc_at["today"] > cbc_at["reach"])
    missed = cbc.filter(over.fill_null(False))
    off = _first_tests(missed, each, tests, "off_from", "off_to")
    done_time = pl.repeat(None, len(listed), dtype=pl.Datetime("us"), eager=True).scatter(done["row"], done["time"])
    is_off = pl.repeat(False, len(listed), dtype=pl.Boolean, eager=True).scatter(off["row"], True)
    is_half = pl.lit(False)
    if half is not None:
        parts = [_first_tests(cbc, each, half, "done_from", "done_to")]
        parts.append(_first_tests(missed, each, half, "off_from", "off_to"))
        is_half = pl.repeat(False, len(listed), dtype=pl.Boolean, eager=True).scatter(pl.concat(parts)["row"], True)
    of = {name: pl.lit(each[name]).gather(pl.col("at")) for name in each.columns}
    slot = {name: pl.lit(SLOTS[name]).gather(pl.col("slot")) for name in SLOTS.columns}
    over = (pl.col("now") >= slot["over_from"]) | (pl.col("now") > of["reach"])
    now, word = pl.col("now"), {name: pl.lit(name, Status) for name in rules.STATUSES}
    status = (
        pl.when(done_time.is_not_null()).then(word["done"]).when(is_off).then(word["off_time"])
        .when(is_half).then(word["incomplete"]).when(over).then(word["missed"])
        .when(now > slot["due_to"]).then(word["overdue"])
        .when(now >= slot["done_from"]).then(word["due"]).otherwise(word["upcoming"])
    )  # fmt: skip
    due_time = (of["start"] + slot["due_day"]).cast(pl.Date).cast(pl.Datetime("us"))
    return listed.with_columns(now=of["today"]).select(
        of["subject_id"].alias("subject_id"), of["course"].alias("course"), slot["test"].alias("test"),
        slot["due_day"].alias("due_day"), due_time.alias("due_time"), status.alias("status"),
        done_time.alias("done_time"), slot["phase"].alias("phase"),
    )  # fmt: skip


def _pack(tests: pl.DataFrame, courses: pl.DataFrame, today: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Courses and tests with the subject and the date in one number, so that an asof join needs no `by`."""
    day, start = pl.col("time").dt.date().cast(pl.Int32), pl.col("start_time").dt.date().cast(pl.Int32)
    rank = subject.rle_id().cast(pl.Int64) * 2**24
    tests = tests.with_columns(rank=rank, key=rank + day)
    ranks = tests.filter((subject != subject.shift()).fill_null(True)).select(subject, "rank")
    reach = pl.col("next_start").dt.date().cast(pl.Int32) - start
    end = pl.col("last_dose_time").dt.date().cast(pl.Int32) - start + rules.END_DAYS
    each = courses.join(ranks, on="subject_id", how="left", maintain_order="left").select(
        subject, course, start=start, first_course=course == 1, today=days(pl.lit(today), start), reach=reach,
        last=pl.min_horizontal(reach - 1, end), key=pl.col("rank") + start,
    )  # fmt: skip
    return each, tests.select(pl.col("^key|time|analyte$"))


def _list_slots(each: pl.DataFrame) -> pl.DataFrame:
    """Courses times template, less the slots that do not exist and those after the next one of their test."""
    template = SLOTS.lazy().with_row_index("slot").select("slot", "first_course", "due_day", "listed_from")
    return (
        each.lazy().with_row_index("at").select("at", "first_course", "today", "last")
        .join(template, on="first_course", maintain_order="left_right")
        .filter(pl.col("due_day") <= pl.col("last"), pl.col("listed_from") <= pl.col("today"))
        .select("at", "slot").collect(engine="streaming").with_row_index("row")
    )  # fmt: skip


def _first_tests(listed: pl.DataFrame, each: pl.DataFrame, tests: pl.DataFrame, begin: str, end: str) -> pl.DataFrame:
    """The first test on a day of [begin, end] of each slot, not after the day of the next course's start."""
    at, slot = pl.col("at"), pl.col("slot")
    key, reach = pl.lit(each["key"]).gather(at), pl.lit(each["reach"]).gather(at)
    windows = listed.select(
        "row", after=key + pl.lit(SLOTS[begin]).gather(slot),
        until=key + pl.min_horizontal(pl.lit(SLOTS[end]).gather(slot), reach),
    )  # fmt: skip
    found = windows.drop_nulls("after").sort("after").join_asof(
        tests, left_on="after", right_on="key", strategy="forward", coalesce=False, check_sortedness=False
    )  # fmt: skip
    return found.filter(pl.col("key") <= pl.col("until")).select("row", "time")
