"""Which tests were due, and were they done: the slots of every schedule, and each boundary of a slot in days and in time."""

from collections import Counter

import pytest
from tests.tables import expect, reviewed, written

LONG_AFTER = 2000
DOSE = "day code text_value unit\n0 alemtuzumab 12 mg"


def due_days(result, test, course=1):
    rows = result.schedule.to_pylist()
    return [row["due_day"] for row in rows if row["test"] == test and row["course"] == course]


def slots(rows, days, *, test="cbc", until=LONG_AFTER, schedule="paper", course=1):
    """Status of the slots due on `days`, after a dose on day 0 and the tests in `rows`; `.` where no slot is listed."""
    result = reviewed("\n".join([DOSE, *rows]), until=until, schedule=schedule).schedule.to_pylist()
    status = {row["due_day"]: row["status"] for row in result if row["test"] == test and row["course"] == course}
    return " ".join(status.get(day, ".") for day in days)


def done_times(rows, **how):
    result = reviewed("\n".join([DOSE, *rows]), schedule="paper", **how).schedule
    return {row["due_day"]: row["done_time"] for row in result.to_pylist() if row["test"] == "cbc"}


# ---- which slots there are

TWO_COURSES = """
day code        numeric_value
0   alemtuzumab 12
4   alemtuzumab 12
400 alemtuzumab 12
402 alemtuzumab 12
"""
EVERY_15_THEN_MONTHLY = [0, 15, 30, 45, 60, 75, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360, 390]
MONTHLY = [0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360, 390]
EVERY_90 = [0, 90, 180, 270, 360]


@pytest.mark.parametrize(
    ("schedule", "test", "first", "later"),
    [
        ("paper", "cbc", EVERY_15_THEN_MONTHLY, MONTHLY),
        ("paper", "creatinine", MONTHLY, MONTHLY),
        ("paper", "urinalysis", MONTHLY, MONTHLY),
        ("paper", "tsh", EVERY_90, EVERY_90),
        ("paper", "liver", [0], [0]),
        ("paper-each-course", "cbc", EVERY_15_THEN_MONTHLY, EVERY_15_THEN_MONTHLY),
        ("paper-each-course", "creatinine", MONTHLY, MONTHLY),
        ("paper-each-course", "urinalysis", MONTHLY, MONTHLY),
        ("paper-each-course", "tsh", EVERY_90, EVERY_90),
        ("paper-each-course", "liver", [0], [0]),
        ("label-us", "cbc", MONTHLY, MONTHLY),
        ("label-us", "creatinine", MONTHLY, MONTHLY),
        ("label-us", "urinalysis", MONTHLY, MONTHLY),
        ("label-us", "tsh", EVERY_90, EVERY_90),
        ("label-us", "liver", [0], [0]),
        ("label-eu", "cbc", MONTHLY, MONTHLY),
        ("label-eu", "creatinine", MONTHLY, MONTHLY),
        ("label-eu", "urinalysis", MONTHLY, MONTHLY),
        ("label-eu", "tsh", EVERY_90, EVERY_90),
        ("label-eu", "liver", MONTHLY, MONTHLY),
    ],
)
def test_each_schedule_has_its_slots_in_the_first_course_and_in_later_ones(schedule, test, first, later):
    result = reviewed(TWO_COURSES, until=4000, schedule=schedule)
    assert due_days(result, test, course=1) == first
    second = due_days(result, test, course=2)
    assert second[: len(later)] == later
    step = 90 if test == "tsh" else 30
    assert second[len(later) :] == ([] if later == [0] else list(range(later[-1] + step, 1464, step)))


def test_the_paper_is_the_default_schedule():
    assert reviewed(TWO_COURSES).schedule.equals(reviewed(TWO_COURSES, schedule="paper").schedule)


@pytest.mark.parametrize(("last_dose", "last_slot"), [(8, 1440), (9, 1470), (10, 1470)])
def test_the_schedule_ends_1461_days_after_the_last_dose_and_that_day_is_in_it(last_dose, last_slot):
    table = f"day code numeric_value\n0 alemtuzumab 12\n{last_dose} alemtuzumab 12"
    assert due_days(reviewed(table, until=LONG_AFTER), "cbc")[-1] == last_slot


@pytest.mark.parametrize(("start", "last_slot"), [(389, 360), (390, 360), (391, 390)])
def test_slots_due_on_or_after_the_next_start_do_not_exist(start, last_slot):
    table = f"day code numeric_value\n0 alemtuzumab 12\n{start} alemtuzumab 12"
    assert due_days(reviewed(table, until=LONG_AFTER), "cbc")[-1] == last_slot


def test_each_slot_has_its_phase_and_the_date_on_which_it_is_due():
    table = "day code numeric_value\n0.6 alemtuzumab 12"
    rows = [row for row in reviewed(table, until=121).schedule.to_pylist() if row["test"] in ("cbc", "tsh")]
    said = "\n".join(f"{row['test']} {row['due_day']} {row['due_time']:%Y-%m-%dT%H:%M} {row['phase']}" for row in rows)
    assert said == (
        "cbc 0 2000-01-01T00:00 baseline\n"
        "tsh 0 2000-01-01T00:00 baseline\n"
        "cbc 15 2000-01-16T00:00 every_15_days\n"
        "cbc 30 2000-01-31T00:00 every_15_days\n"
        "cbc 45 2000-02-15T00:00 every_15_days\n"
        "cbc 60 2000-03-01T00:00 every_15_days\n"
        "cbc 75 2000-03-16T00:00 every_15_days\n"
        "cbc 90 2000-03-31T00:00 every_15_days\n"
        "tsh 90 2000-03-31T00:00 every_3_months\n"
        "cbc 120 2000-04-30T00:00 monthly\n"
        "cbc 150 2000-05-30T00:00 monthly\n"
        "tsh 180 2000-06-29T00:00 every_3_months"
    )


def test_without_a_course_nothing_is_due():
    assert reviewed("day code numeric_value\n1 anc 0.9").schedule.num_rows == 0


# ---- which slot a test belongs to


@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        # slots           15       30       45
        ("7", "missed missed missed"),  # as near to the baseline: 7 days against 8
        ("8", "off_time missed missed"),
        ("9", "off_time missed missed"),
        ("10", "done missed missed"),
        ("15", "done missed missed"),
        ("20", "done missed missed"),
        ("21", "off_time missed missed"),
        ("22", "off_time missed missed"),
        ("23", "missed off_time missed"),
        ("24", "missed off_time missed"),
        ("25", "missed done missed"),
        ("25.99", "missed done missed"),
        ("35", "missed done missed"),
        ("35.99", "missed done missed"),
        ("36", "missed off_time missed"),
        ("37", "missed off_time missed"),
        ("38", "missed missed off_time"),
        ("39", "missed missed off_time"),
        ("40", "missed missed done"),
        ("50", "missed missed done"),
        ("51", "missed missed off_time"),
        ("52", "missed missed off_time"),
        ("53", "missed missed missed"),
    ],
)
def test_a_test_belongs_to_the_nearest_slot_of_15_days(day, statuses):
    assert slots([f"{day} anc 3.0 10*9/L"], [15, 30, 45]) == statuses


@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        # slots           75     90      120
        ("82", "off_time missed missed"),
        ("83", "missed off_time missed"),
        ("84", "missed off_time missed"),
        ("85", "missed done missed"),
        ("95", "missed done missed"),
        ("96", "missed off_time missed"),
        ("97", "missed off_time missed"),
        ("98", "missed missed missed"),  # nearest to day 90, but more than half of its interval away
        ("105", "missed missed missed"),  # as far from 90 as from 120: the earlier one's, and too far from it
        ("106", "missed missed off_time"),
        ("109", "missed missed off_time"),
        ("110", "missed missed done"),
    ],
)
def test_a_test_belongs_to_the_nearest_slot_where_15_days_become_30(day, statuses):
    assert slots([f"{day} anc 3.0 10*9/L"], [75, 90, 120]) == statuses


@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        # slots           30     60     90
        ("15", "missed missed missed"),  # as near to the baseline, which is the earlier one
        ("16", "off_time missed missed"),
        ("19", "off_time missed missed"),
        ("20", "done missed missed"),
        ("40", "done missed missed"),
        ("41", "off_time missed missed"),
        ("45", "off_time missed missed"),  # a tie goes to the earlier slot
        ("46", "missed off_time missed"),
        ("49", "missed off_time missed"),
        ("50", "missed done missed"),
        ("70", "missed done missed"),
        ("71", "missed off_time missed"),
        ("75", "missed off_time missed"),
        ("76", "missed missed off_time"),
    ],
)
@pytest.mark.parametrize("schedule", ["label-us", "label-eu"])
def test_a_test_belongs_to_the_nearest_slot_of_a_month(schedule, day, statuses):
    assert slots([f"{day} anc 3.0 10*9/L"], [30, 60, 90], schedule=schedule) == statuses


@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        # slots           90     180
        ("45", "missed missed"),  # as near to the baseline
        ("46", "off_time missed"),
        ("59", "off_time missed"),
        ("60", "done missed"),
        ("120", "done missed"),
        ("121", "off_time missed"),
        ("135", "off_time missed"),
        ("136", "missed off_time"),
        ("149", "missed off_time"),
        ("150", "missed done"),
        ("210", "missed done"),
        ("211", "missed off_time"),
    ],
)
def test_a_test_belongs_to_the_nearest_slot_of_90_days(day, statuses):
    assert slots([f"{day} tsh 2 mU/L"], [90, 180], test="tsh") == statuses


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("-31", "missed"),
        ("-30", "done"),
        ("-29.01", "done"),
        ("-1", "done"),
        ("0", "done"),
        ("0.99", "done"),
        ("1", "missed"),
    ],
)
@pytest.mark.parametrize(
    ("test", "row"),
    [("cbc", "anc 3.0 10*9/L"), ("creatinine", "creatinine 80 umol/L"), ("tsh", "tsh 2 mU/L"), ("liver", "alt 40 U/L")],
)
def test_a_baseline_is_done_by_a_test_of_day_minus_30_to_0(test, row, day, status):
    assert slots([f"{day} {row}"], [0], test=test) == status


def test_one_test_never_closes_two_slots_of_a_course():
    people = "\n".join(f"{day + 100} 0 alemtuzumab 12\n{day + 100} {day} anc 3.0" for day in range(-40, 140))
    rows = reviewed(f"subject_id day code numeric_value\n{people}", until=LONG_AFTER).schedule.to_pylist()
    closed = Counter(row["subject_id"] for row in rows if row["status"] != "missed")
    assert len(closed) > 100
    assert set(closed.values()) == {1}


def test_done_time_is_the_first_test_within_the_tolerance_and_null_unless_done():
    times = done_times(["9 anc 3.0 10*9/L", "10.5 anc 3.0 10*9/L", "11 anc 3.0 10*9/L", "36 anc 3.0 10*9/L"])
    assert f"{times[15]:%Y-%m-%dT%H:%M}" == "2000-01-11T12:00"
    assert times[30] is None
    assert times[45] is None


# ---- in time


@pytest.mark.parametrize(
    ("until", "statuses"),
    [
        # slots 15        30        45
        (9, "upcoming . ."),
        (10, "due upcoming ."),
        (20, "due upcoming ."),
        (21, "overdue upcoming ."),
        (22, "overdue upcoming ."),
        (23, "missed upcoming ."),
        (24, "missed upcoming ."),
        (25, "missed due upcoming"),
        (35, "missed due upcoming"),
        (36, "missed overdue upcoming"),
        (37, "missed overdue upcoming"),
        (38, "missed missed upcoming"),
        (39, "missed missed upcoming"),
        (40, "missed missed due"),
    ],
)
def test_a_slot_of_15_days_goes_from_upcoming_to_due_to_overdue_to_missed(until, statuses):
    assert slots([], [15, 30, 45], until=until) == statuses


@pytest.mark.parametrize(
    ("until", "statuses"),
    [
        # slots 30      60       90
        (0, "upcoming . ."),
        (19, "upcoming . ."),
        (20, "due upcoming ."),
        (40, "due upcoming ."),
        (41, "overdue upcoming ."),
        (45, "overdue upcoming ."),
        (46, "missed upcoming ."),
        (49, "missed upcoming ."),
        (50, "missed due upcoming"),
    ],
)
def test_a_slot_of_a_month_goes_from_upcoming_to_due_to_overdue_to_missed(until, statuses):
    assert slots([], [30, 60, 90], until=until, schedule="label-us") == statuses
    assert slots([], [30, 60, 90], until=until, test="creatinine") == statuses


@pytest.mark.parametrize(
    ("until", "statuses"),
    [
        # slots 90       180
        (59, "upcoming ."),
        (60, "due upcoming"),
        (120, "due upcoming"),
        (121, "overdue upcoming"),
        (135, "overdue upcoming"),
        (136, "missed upcoming"),
        (149, "missed upcoming"),
        (150, "missed due"),
    ],
)
def test_a_slot_of_90_days_goes_from_upcoming_to_due_to_overdue_to_missed(until, statuses):
    assert slots([], [90, 180], until=until, test="tsh") == statuses


def test_a_baseline_is_due_on_day_0_and_missed_from_day_1():
    assert slots([], [0], until=0) == "due"
    assert slots([], [0], until=1) == "missed"
    assert slots(["-5 anc 3.0 10*9/L"], [0], until=0) == "done"
    assert slots(["-31 anc 3.0 10*9/L"], [0], until=0) == "due"
    assert slots(["1 anc 3.0 10*9/L"], [0], until=1) == "missed"


def test_a_slot_is_done_at_once_and_only_the_next_one_is_upcoming():
    assert slots(["10 anc 3.0 10*9/L"], [15, 30, 45], until=10) == "done upcoming ."
    assert slots(["20 anc 3.0 10*9/L"], [15, 30, 45], until=20) == "done upcoming ."


def test_before_its_time_is_over_a_slot_is_not_off_time():
    late = ["36 anc 3.0 10*9/L"]
    assert slots(late, [30], until=36) == "overdue"
    assert slots(late, [30], until=37) == "overdue"
    assert slots(late, [30], until=38) == "off_time"
    early = ["24 anc 3.0 10*9/L"]
    assert slots(early, [30], until=24) == "upcoming"
    assert slots(early, [30], until=25) == "due"
    assert slots(early, [30], until=37) == "overdue"
    assert slots(early, [30], until=38) == "off_time"


def test_a_result_of_the_past_that_is_known_later_does_the_slot_from_then_on():
    table = "day code numeric_value recorded_day\n0 alemtuzumab 12 0\n30 anc 3.0 50"
    for until, status in ((37, "overdue"), (49, "missed"), (50, "done")):
        rows = reviewed(table, until=until).schedule.to_pylist()
        assert [row["status"] for row in rows if row["test"] == "cbc" and row["due_day"] == 30] == [status]


# ---- complete and incomplete


def test_a_wbc_without_an_anc_is_incomplete_at_once_within_the_tolerance():
    wbc = ["35 wbc 3.0 10*9/L"]
    assert slots(wbc, [30], until=35) == "incomplete"
    assert slots(wbc, [30], until=LONG_AFTER) == "incomplete"
    assert slots(["0 wbc 3.0 10*9/L"], [0], until=0) == "incomplete"


def test_a_wbc_outside_the_tolerance_is_incomplete_once_the_slot_is_over():
    for wbc in (["36 wbc 3.0 10*9/L"], ["37 wbc 3.0 10*9/L"]):
        assert slots(wbc, [30], until=37) == "overdue"
        assert slots(wbc, [30], until=38) == "incomplete"
    assert slots(["38 wbc 3.0 10*9/L"], [30], until=60) == "missed"


def test_an_anc_goes_before_a_wbc():
    assert slots(["29 wbc 3.0 10*9/L", "31 anc 2.0 10*9/L"], [30]) == "done"
    both = ["31 wbc 3.0 10*9/L", "36 anc 2.0 10*9/L"]
    assert slots(both, [30], until=37) == "incomplete"
    assert slots(both, [30], until=38) == "off_time"


@pytest.mark.parametrize(
    ("test", "row", "status"),
    [
        ("cbc", "anc <9 10*9/L", "done"),
        ("cbc", "lymphocytes 1 10*9/L", "missed"),
        ("cbc", "platelets 200 10*9/L", "missed"),
        ("cbc", "anc 899 10*9/L", "missed"),
        ("cbc", "anc 0.9 -", "missed"),
        ("creatinine", "creatinine 80 umol/L", "done"),
        ("creatinine", "anc 0.9 10*9/L", "missed"),
        ("urinalysis", "urinalysis normal -", "done"),
        ("urinalysis", "LOINC//13945-1 2 /[HPF]", "done"),
        ("urinalysis", "LOINC//20454-5 10 mg/dL", "done"),
        ("urinalysis", "LOINC//2890-2 100 mg/g", "done"),
        ("urinalysis", "urinalysis odd -", "missed"),
    ],
)
def test_what_does_a_test(test, row, status):
    assert slots([f"30 {row}"], [30], test=test) == status


@pytest.mark.parametrize("row", ["alt 40 U/L", "ast 40 U/L", "LOINC//1975-2 10 umol/L"])
def test_liver_is_done_by_alt_or_ast_or_bilirubin(row):
    assert slots([f"30 {row}"], [30], test="liver", schedule="label-eu") == "done"


def test_a_derived_anc_completes_the_blood_count():
    assert slots(["30 wbc 3.0 10*9/L", "30 neutrophils_percent 50 %"], [30]) == "done"
    assert slots(["30 wbc 3.0 10*9/L", "31 neutrophils_percent 50 %"], [30]) == "incomplete"


def test_a_preliminary_result_does_no_test():
    table = "day code numeric_value status\n0 alemtuzumab 12 final\n30 anc 3.0 preliminary"
    rows = reviewed(table, until=40).schedule.to_pylist()
    assert [row["status"] for row in rows if row["test"] == "cbc" and row["due_day"] == 30] == ["missed"]


def test_another_subjects_test_closes_nothing():
    table = "subject_id day code numeric_value\n1 0 alemtuzumab 12\n2 30 anc 3.0\n3 0 alemtuzumab 12"
    assert "done" not in reviewed(table, until=LONG_AFTER).schedule["status"].to_pylist()


# ---- two courses


@pytest.mark.parametrize(
    ("day", "of_the_first", "baseline"),
    [
        ("369", "missed", "missed"),  # belongs to day 360, which is not asked here
        ("370", "missed", "done"),
        ("376", "off_time", "done"),
        ("380", "done", "done"),
        ("400", "done", "done"),
        ("401", "missed", "missed"),
    ],
)
def test_a_test_before_the_next_course_closes_its_baseline_and_a_slot_of_the_course_before(day, of_the_first, baseline):
    rows = ["400 alemtuzumab 12 mg", f"{day} anc 3.0 10*9/L"]
    assert slots(rows, [390], course=1) == of_the_first
    assert slots(rows, [0], course=2) == baseline


def test_a_slot_is_over_when_the_next_course_has_started():
    rows = ["395 alemtuzumab 12 mg"]
    assert slots(rows, [390], until=394) == "due"
    assert slots(rows, [390], until=395) == "due"
    assert slots(rows, [390], until=396) == "missed"
    assert slots(rows, [0], until=395, course=2) == "due"


def test_the_next_course_takes_the_upcoming_slots_of_the_one_before_away():
    rows = ["395 alemtuzumab 12 mg"]
    assert slots(rows, [390, 420], until=394) == "due upcoming"
    assert slots(rows, [390, 420], until=395) == "due ."
    assert slots(rows, [30], until=395, course=2) == "upcoming"


def test_without_tests_there_is_still_a_row_for_every_slot():
    result = reviewed("day code numeric_value\n0 alemtuzumab 12", until=46)
    expect(
        result.schedule,
        """
        subject_id course test       due_day due_time   status   done_time phase
        1          1      cbc        0       2000-01-01 missed   -         baseline
        1          1      creatinine 0       2000-01-01 missed   -         baseline
        1          1      liver      0       2000-01-01 missed   -         baseline
        1          1      tsh        0       2000-01-01 missed   -         baseline
        1          1      urinalysis 0       2000-01-01 missed   -         baseline
        1          1      cbc        15      2000-01-16 missed   -         every_15_days
        1          1      cbc        30      2000-01-31 missed   -         every_15_days
        1          1      creatinine 30      2000-01-31 missed   -         monthly
        1          1      urinalysis 30      2000-01-31 missed   -         monthly
        1          1      cbc        45      2000-02-15 due      -         every_15_days
        1          1      cbc        60      2000-03-01 upcoming -         every_15_days
        1          1      creatinine 60      2000-03-01 upcoming -         monthly
        1          1      urinalysis 60      2000-03-01 upcoming -         monthly
        1          1      tsh        90      2000-03-31 upcoming -         every_3_months
        """,
    )


def test_a_daylight_of_doses_on_the_first_day_does_not_move_the_schedule():
    morning = reviewed("day code numeric_value\n0.3 alemtuzumab 12\n30 anc 3.0", until=60)
    evening = reviewed("day code numeric_value\n0.9 alemtuzumab 12\n30 anc 3.0", until=60)
    columns = "course test due_day due_time status done_time phase"
    assert written(morning.schedule, columns) == written(evening.schedule, columns)
