"""Silence is not normal: the last ANC too long ago, tests due, overdue and missed, and the end of planned monitoring."""

import pytest
from tests.spec.test_findings import all_but_tests, judged, said

DOSE = "0 alemtuzumab 12"
ROW = "urgency episode since_time comparator value unit value_time"


def silence(rows, until, columns=ROW, **how):
    return said(judged(rows, until=until, **how).findings, columns, finding="no_recent_anc")


# ---- no_recent_anc


@pytest.mark.parametrize(
    ("last", "until", "found"),
    [
        # every 15 days, 5 of tolerance: 20
        (-5, 15, ""),
        (-5, 16, "soon - -5 - 21 d -5"),
        (20, 40, ""),
        (20, 41, "soon - 20 - 21 d 20"),
        (20.9, 41, "soon - 20.9 - 21 d 20.9"),
        (74, 94, ""),
        (74, 95, "soon - 74 - 21 d 74"),
        (75, 95, ""),
        # the slot of day 90 is the next after day 74, also when the later ones lie wider apart
        (74, 96, "soon - 74 - 22 d 74"),
        (74, 115, "soon - 74 - 41 d 74"),
        # day 84 is too early for the slot of day 90, day 85 does it: the next is that of day 120
        (84, 104, ""),
        (84, 105, "soon - 84 - 21 d 84"),
        (85, 125, ""),
        (85, 126, "soon - 85 - 41 d 85"),
        (300, 340, ""),
        (300, 341, "soon - 300 - 41 d 300"),
        # the last dose was on day 0: the schedule ends on day 1461
        (1400, 1440, ""),
        (1400, 1441, "soon - 1400 - 41 d 1400"),
        (1400, 1450, "soon - 1400 - 50 d 1400"),
        (1400, 1461, "soon - 1400 - 61 d 1400"),
        (1400, 1462, ""),
        (1400, 9000, ""),
    ],
)
def test_the_last_anc_may_be_as_old_as_interval_and_tolerance_of_the_slot_in_force(last, until, found):
    assert silence(f"{DOSE}; {last} anc 3.0", until) == found


@pytest.mark.parametrize(
    ("schedule", "until", "found"),
    [
        ("label-us", 60, ""),
        ("label-us", 61, "41"),
        ("label-eu", 60, ""),
        ("label-eu", 61, "41"),
        ("paper", 41, "21"),
        ("paper-each-course", 41, "21"),
    ],
)
def test_each_schedule_has_its_own_interval(schedule, until, found):
    assert silence(f"{DOSE}; 20 anc 3.0", until, "value", schedule=schedule) == found


def test_the_slot_is_one_of_the_last_course():
    rows = f"{DOSE}; 390 anc 3.0; 400 alemtuzumab 12"
    assert silence(rows, 430, "value") == ""
    assert silence(rows, 431, "value") == "41"
    assert silence(rows, 411, "value", schedule="paper-each-course") == "21"


def test_an_undecided_count_is_a_recent_one():
    assert silence(f"{DOSE}; 10 anc 3.0; 35 anc <9", 41) == ""


@pytest.mark.parametrize(
    "other", ["35 wbc 3.0", "35 anc 3.0 status=preliminary", "35 anc 3.0 unit=-", "35 anc pending"]
)
def test_what_is_no_usable_anc_is_not(other):
    assert silence(f"{DOSE}; 10 anc 3.0; {other}", 41, "value value_time") == "31 10"


@pytest.mark.parametrize("until", [0, 1, 16, 60, 1000])
def test_nobody_with_a_slot_and_no_anc_at_all_is_left_out(until):
    assert silence(DOSE, until, "urgency episode since_time comparator value value_time") == "soon - 0 - - -"


def test_with_no_anc_since_when_is_the_start_of_the_course_in_force():
    assert silence(f"{DOSE}; 400 alemtuzumab 12", 420, "since_time value value_time") == "400 - -"


@pytest.mark.parametrize(("until", "found"), [(90, ""), (91, "soon - 50 - 41 d 50"), (9000, "soon - 50 - 8950 d 50")])
def test_without_a_schedule_an_open_episode_waits_40_days(until, found):
    assert silence("50 anc 0.9", until) == found


@pytest.mark.parametrize(("until", "found"), [(95, ""), (96, "41")])
def test_a_recovering_episode_is_open_too(until, found):
    assert silence("50 anc 0.9; 55 anc 2.0", until, "value") == found


def test_nothing_is_asked_without_course_and_open_episode():
    assert silence("50 anc 3.0", 9000) == ""
    assert silence("50 anc 0.9; 55 anc 2.0; 65 anc 2.0", 9000) == ""
    assert silence("50 wbc 3.0", 9000) == ""


@pytest.mark.parametrize(("last", "until", "found"), [(1400, 1451, "51"), (1415, 1455, ""), (1415, 1456, "41")])
def test_after_the_end_of_the_schedule_an_open_episode_is_asked_again(last, until, found):
    assert silence(f"{DOSE}; {last} anc 0.9", until, "value") == found


def test_an_open_episode_in_a_schedule_waits_no_longer_than_that():
    assert silence(f"{DOSE}; 20 anc 0.9", 41, "value") == "21"


@pytest.mark.parametrize(("until", "found"), [(60, ""), (61, "41"), (197, "177"), (198, "")])
def test_under_rituximab_the_interval_is_30_and_10_days_to_the_end_of_its_schedule(until, found):
    rows = "0 rituximab 1000; 14 rituximab 1000; 20 anc 3.0"
    assert silence(rows, until, "value", protocol="rituximab") == found


# ---- planned tests


def planned(rows, until, columns="finding since_time value next_steps", **how):
    table = judged(rows, until=until, **how).findings
    parts = [said(table, columns, finding=name) for name in ("test_missed", "test_overdue", "test_due")]
    return [row for part in parts for row in part.split(" / ") if row]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (
            0,
            """
            test_due 0 1 cbc@vakrakou-2018
            test_due 0 1 creatinine@lemtrada-us
            test_due 0 1 liver@lemtrada-us
            test_due 0 1 tsh@lemtrada-us
            test_due 0 1 urinalysis@lemtrada-us
            """,
        ),
        (
            9,
            """
            test_missed 0 1 cbc@vakrakou-2018
            test_missed 0 1 creatinine@lemtrada-us
            test_missed 0 1 liver@lemtrada-us
            test_missed 0 1 tsh@lemtrada-us
            test_missed 0 1 urinalysis@lemtrada-us
            """,
        ),
        (
            21,
            """
            test_missed 0 1 cbc@vakrakou-2018
            test_missed 0 1 creatinine@lemtrada-us
            test_missed 0 1 liver@lemtrada-us
            test_missed 0 1 tsh@lemtrada-us
            test_missed 0 1 urinalysis@lemtrada-us
            test_overdue 15 1 cbc@vakrakou-2018
            test_due 30 1 creatinine@lemtrada-us
            test_due 30 1 urinalysis@lemtrada-us
            """,
        ),
        (
            42,
            """
            test_missed 0 1 creatinine@lemtrada-us
            test_missed 0 1 liver@lemtrada-us
            test_missed 0 1 tsh@lemtrada-us
            test_missed 0 1 urinalysis@lemtrada-us
            test_missed 0 3 cbc@vakrakou-2018
            test_overdue 30 1 creatinine@lemtrada-us
            test_overdue 30 1 urinalysis@lemtrada-us
            test_due 45 1 cbc@vakrakou-2018
            """,
        ),
    ],
)
def test_planned_tests_are_one_routine_row_a_test_and_state(until, expected):
    assert planned(DOSE, until) == [line.strip() for line in expected.strip().splitlines()]


def test_a_row_of_tests_has_slots_as_its_unit_and_no_episode():
    columns = "urgency episode comparator value unit value_time fever preliminary"
    assert set(planned(f"{DOSE}; 20 anc 0.9", 30, columns)) == {
        "routine - - 1 slots - unknown False",
    }


def test_tests_that_were_done_off_time_incomplete_or_upcoming_raise_nothing():
    rows = f"""
    -5 anc 3.0; -5 creatinine 70; -5 urinalysis negative; -5 tsh 2; -5 alt 20; {DOSE}
    15 wbc 5.0; 29 anc 3.0; 53 anc 3.0; 30 creatinine 70; 30 urinalysis negative
    """
    assert [row for row in planned(rows, 53) if "cbc" in row] == ["test_missed 45 1 cbc@vakrakou-2018"]
    assert planned(rows.replace("53 anc", "44 anc"), 47) == []


@pytest.mark.parametrize(
    ("schedule", "source"),
    [
        ("paper", "vakrakou-2018 lemtrada-us lemtrada-us lemtrada-us lemtrada-us"),
        ("paper-each-course", "vakrakou-2018 lemtrada-us lemtrada-us lemtrada-us lemtrada-us"),
        ("label-us", "lemtrada-us lemtrada-us lemtrada-us lemtrada-us lemtrada-us"),
        ("label-eu", "lemtrada-eu lemtrada-eu lemtrada-eu lemtrada-eu lemtrada-eu"),
    ],
)
def test_the_first_step_names_the_test_and_the_source_of_its_plan(schedule, source):
    rows = planned(DOSE, 5, "next_steps", schedule=schedule)
    tests = ("cbc", "creatinine", "liver", "tsh", "urinalysis")
    assert rows == [f"{test}@{of}" for test, of in zip(tests, source.split(), strict=True)]


def test_slots_of_all_courses_are_counted():
    rows = f"{DOSE}; 40 alemtuzumab 12"
    assert planned(rows, 45, "finding since_time value next_steps")[-1] == "test_missed 0 4 cbc@vakrakou-2018"
    # course 1: baseline, 15, 30; course 2: baseline


def test_without_a_course_no_test_is_planned():
    assert planned("50 anc 3.0", 100) == []


def test_under_rituximab_only_the_blood_count_is_planned():
    assert planned("0 rituximab 1000", 30, protocol="rituximab") == [
        "test_missed 0 1 cbc@leukon",
        "test_due 30 1 cbc@leukon",
    ]


# ---- the end of planned monitoring


@pytest.mark.parametrize(
    ("until", "found"), [(1465, ""), (1466, "routine - 1465 - - - -"), (9000, "routine - 1465 - - - -")]
)
def test_label_monitoring_ends_1461_days_after_the_last_dose(until, found):
    rows = f"{DOSE}; 4 alemtuzumab 12"
    assert said(judged(rows, until=until).findings, ROW, finding="label_monitoring_ended") == found


def test_a_new_course_begins_it_anew():
    rows = f"{DOSE}; 400 alemtuzumab 12"
    assert said(judged(rows, until=1861).findings, "since_time", finding="label_monitoring_ended") == ""
    assert said(judged(rows, until=1862).findings, "since_time", finding="label_monitoring_ended") == "1861"


@pytest.mark.parametrize(("until", "found"), [(197, ""), (198, "197")])
def test_under_rituximab_it_ends_after_183_days(until, found):
    rows = "0 rituximab 1000; 14 rituximab 1000"
    findings = judged(rows, until=until, protocol="rituximab").findings
    assert said(findings, "since_time", finding="label_monitoring_ended") == found


def test_after_the_end_what_is_open_stays():
    rows = f"{DOSE}; 1600 anc 0.4"
    assert all_but_tests(judged(rows, until=1600)) == (
        "anc_same_day:same_day fever_not_known:same_day label_monitoring_ended:routine"
    )


def test_nothing_else_is_raised_by_what_is_not_there():
    assert all_but_tests(judged(DOSE, until=30)) == "no_recent_anc:soon"
    assert all_but_tests(judged(f"{DOSE}; 30 anc 3.0", until=30)) == ""
