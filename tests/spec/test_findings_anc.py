"""How urgent is the ANC: every limit on both sides, with fever, without, and while nobody knows."""

import pytest
from tests.spec.test_findings import all_but_tests, judged, said

FEVER = {"yes": "60 temperature 38.0", "no": "60 temperature 37.999999", "unknown": ""}
ROW = "finding urgency episode since_time comparator value unit value_time"


def anc_row(rows, columns="finding urgency", **how):
    """The ANC rows of a patient, all but `fever_not_known`."""
    findings = judged(rows, **how).findings
    ids = ("anc_emergency", "anc_same_day", "anc_low", "anc_recovering")
    return " / ".join(filter(None, (said(findings, columns, finding=name) for name in ids)))


# ---- bands

EMERGENCY, SAME_DAY, SOON = "anc_emergency emergency", "anc_same_day same_day", "anc_low soon"
BANDS = [
    # count     yes        no         unknown
    ("0", EMERGENCY, EMERGENCY, EMERGENCY),
    ("0.2", EMERGENCY, EMERGENCY, EMERGENCY),
    ("0.200001", EMERGENCY, SAME_DAY, SAME_DAY),
    ("0.5", EMERGENCY, SAME_DAY, SAME_DAY),
    ("0.500001", EMERGENCY, SOON, SAME_DAY),
    ("0.999999", EMERGENCY, SOON, SAME_DAY),
    ("1.0", SOON, SOON, SOON),
    ("1.499999", SOON, SOON, SOON),
    ("1.5", "", "", ""),
    ("<0.2", EMERGENCY, EMERGENCY, EMERGENCY),
    ("<=0.2", EMERGENCY, EMERGENCY, EMERGENCY),
    ("<0.3", EMERGENCY, SAME_DAY, SAME_DAY),
    ("<0.5", EMERGENCY, SAME_DAY, SAME_DAY),
    ("<0.6", EMERGENCY, SOON, SAME_DAY),
    ("<1.0", EMERGENCY, SOON, SAME_DAY),
    ("<1.1", SOON, SOON, SOON),
    ("<1.5", SOON, SOON, SOON),
    (">=1.5", "", "", ""),
]


@pytest.mark.parametrize(("count", "fever", "found"), [(b[0], f, b[n]) for b in BANDS for n, f in enumerate(FEVER, 1)])
def test_the_urgency_of_a_count_with_fever_without_and_unknown(count, fever, found):
    rows = f"0 alemtuzumab 12; 58 anc {count}; {FEVER[fever]}"
    assert anc_row(rows) == found
    asked = said(judged(rows).findings, "urgency", finding="fever_not_known")
    below_1 = found and not count.startswith("1") and count not in ("<1.1", "<1.5")
    assert asked == ("same_day" if fever == "unknown" and below_1 else "")


def test_the_row_shows_the_latest_count_and_since_when_it_is_low():
    rows = "0 alemtuzumab 12; 50 anc 1.2; 55 anc <0.5; 60 temperature 36.5"
    assert anc_row(rows, ROW) == "anc_same_day same_day 1 50 < 0.5 10^9/L 55"


def test_the_latest_count_decides_not_the_lowest():
    assert anc_row("50 anc 0.1; 55 anc 0.7; 60 temperature 36.5", "finding value") == "anc_low 0.7"
    assert anc_row("50 anc 0.7; 55 anc 0.1; 60 temperature 36.5", "finding value") == "anc_emergency 0.1"


def test_of_two_counts_of_one_moment_the_lower_is_the_latest():
    assert anc_row("50 anc 0.1; 50 anc 1.2; 60 temperature 36.5", "finding value") == "anc_emergency 0.1"


@pytest.mark.parametrize("count", ["<9", ">=0.1", "<=1.5", ">0.1"])
def test_an_undecided_count_hides_nothing(count):
    assert anc_row(f"50 anc 0.4; 55 anc {count}", "finding value value_time") == "anc_same_day 0.4 50"


def test_an_undecided_count_alone_opens_no_row():
    assert anc_row("50 anc <9") == ""


def test_the_second_of_two_episodes_has_the_row():
    rows = "0 alemtuzumab 12; 50 anc 0.1; 55 anc 2.0; 65 anc 2.0; 80 anc 0.7; 90 unwell no"
    assert anc_row(rows, ROW, until=90) == "anc_low soon 2 80 - 0.7 10^9/L 80"
    assert said(judged(rows, until=90).findings, "episode", finding="episode_over") == "1"


# ---- fever


@pytest.mark.parametrize(
    ("rows", "fever"),
    [
        ("", "unknown"),
        ("60 temperature 38.0", "yes"),
        ("60 temperature 37.999999", "no"),
        ("58 temperature 38.0", "yes"),
        ("58.99 temperature 38.0", "yes"),
        ("57.99 temperature 38.0", "unknown"),
        ("59 temperature 37.0", "no"),
        ("58.99 temperature 37.0", "unknown"),
        ("60 temperature 37.0; 58 temperature 38.0", "yes"),  # none of the three days may be high
        ("60 temperature 37.0; 57 temperature 38.0", "no"),
        ("60.2 temperature 38.5; 60.9 temperature 36.5", "yes"),
        ("60 temperature >=38.0", "yes"),
        ("60 temperature >38.0", "yes"),
        ("60 temperature <38.0", "no"),
        ("60 temperature <=37.9", "no"),
        ("60 temperature <=38.0", "unknown"),
        ("60 temperature <39", "unknown"),
        ("60 temperature >37", "unknown"),
        ("60 temperature 37.0; 58 temperature <39", "unknown"),  # what is undecided is not known to be low
        ("60 temperature 37.0; 57 temperature <39", "no"),
        ("60 temperature 38.0; 60 temperature <39", "yes"),
        ("60 unwell yes", "yes"),
        ("60 unwell positive", "yes"),
        ("58 unwell yes", "yes"),
        ("57 unwell yes", "unknown"),
        ("60 unwell no", "no"),
        ("60 unwell negative", "no"),
        ("60 unwell normal", "no"),
        ("59 unwell no", "no"),
        ("58 unwell no", "unknown"),
        ("60 unwell low", "unknown"),
        ("60 unwell no; 59 unwell low", "unknown"),
        ("60 unwell no; 58 temperature 38.0", "yes"),
        ("60 unwell yes; 60 temperature 36.5", "yes"),
        ("60 infection positive", "unknown"),
    ],
)
def test_what_is_known_of_fever(rows, fever):
    findings = judged(f"0 alemtuzumab 12; 58 anc 0.7; {rows}").findings
    assert set(findings["fever"].to_pylist()) == {fever}
    expected = {"yes": EMERGENCY, "no": SOON, "unknown": SAME_DAY}[fever]
    assert said(findings, "finding urgency", episode=1).split(" / ")[0] == expected


def test_fever_is_each_subjects_own_and_stands_on_each_of_its_rows():
    from tests.tables import reviewed

    table = """
    subject_id day code        numeric_value unit
    1          60  anc         0.7           10*9/L
    1          60  platelets   20            10*9/L
    1          60  temperature 39            Cel
    2          60  anc         0.7           10*9/L
    3          60  anc         0.7           10*9/L
    3          60  temperature 36            Cel
    """
    rows = reviewed(table, until=60).findings.to_pylist()
    assert {(row["subject_id"], row["fever"]) for row in rows} == {(1, "yes"), (2, "unknown"), (3, "no")}


# ---- fever_not_known


def test_fever_not_known_is_about_the_count_beside_which_it_stands():
    findings = judged("0 alemtuzumab 12; 50 anc 0.9; 55 anc <0.5").findings
    assert said(findings, ROW, finding="fever_not_known") == "fever_not_known same_day 1 50 < 0.5 10^9/L 55"


def test_it_stands_beside_an_emergency_too():
    assert all_but_tests(judged("58 anc 0.1")) == "anc_emergency:emergency fever_not_known:same_day"


def test_it_is_not_asked_of_the_recovering():
    assert all_but_tests(judged("50 anc 0.1; 58 anc 1.7")) == "anc_recovering:soon verify_now:soon"


def test_it_stands_once_a_subject_beside_the_lowest_count():
    findings = judged("50 anc 0.8; 55 anc 0.3 status=preliminary").findings
    assert said(findings, "finding value episode", urgency="same_day").split(" / ") == [
        "anc_same_day 0.8 1",
        "anc_same_day 0.3 -",
        "fever_not_known 0.3 -",
    ]


# ---- anc_low, from 1.0 up


@pytest.mark.parametrize(
    ("until", "fever", "urgency"),
    [
        (50, "no", "soon"),
        (50, "unknown", "soon"),
        (50, "yes", "soon"),
        (51, "no", "routine"),
        (51, "unknown", "routine"),
        (51, "yes", "soon"),
        (900, "no", "routine"),
        (900, "yes", "soon"),
    ],
)
def test_from_1_up_a_count_is_routine_when_30_days_have_passed_since_onset(until, fever, urgency):
    sign = {"no": f"{until} unwell no", "yes": f"{until} unwell yes", "unknown": ""}[fever]
    assert anc_row(f"0 alemtuzumab 12; 20 anc 1.2; {sign}", until=until) == f"anc_low {urgency}"


def test_the_30_days_run_from_the_onset_not_from_the_latest_count():
    assert anc_row("0 alemtuzumab 12; 20 anc 1.4; 48 anc 1.2", until=50) == "anc_low soon"
    assert anc_row("0 alemtuzumab 12; 20 anc 1.4; 48 anc 1.2", until=51) == "anc_low routine"


def test_after_a_nadir_below_1_a_mild_count_stays_soon_as_a_recovering_one_does():
    deep = "0 alemtuzumab 12; 20 anc 0.9"
    assert anc_row(f"{deep}; 60 anc 1.4999") == "anc_low soon"
    assert anc_row(f"{deep}; 60 anc 1.5") == "anc_recovering soon"


def test_a_benign_baseline_does_not_explain_a_deep_nadir():
    benign = "-30 anc 1.2; -20 anc 1.3; 0 alemtuzumab 12"
    assert anc_row(f"{benign}; 48 anc 1.2", until=50) == "anc_low routine"
    assert anc_row(f"{benign}; 47 anc 0.9; 48 anc 1.2", until=50) == "anc_low soon"


def test_an_infection_keeps_a_mild_count_soon():
    assert anc_row("0 alemtuzumab 12; 10 anc 1.2; 50 infection positive", until=50) == "anc_low soon"
    assert anc_row("0 alemtuzumab 12; 10 anc 1.2; 50 condition EBV", until=50) == "anc_low soon"
    assert anc_row("0 alemtuzumab 12; 10 anc 1.2; 50 condition gout", until=50) == "anc_low routine"


def test_the_30_days_are_dates():
    assert anc_row("20.99 anc 1.2", until=50) == "anc_low soon"
    assert anc_row("20.01 anc 1.2", until=51) == "anc_low routine"


@pytest.mark.parametrize("until", [50, 51, 900])
def test_below_1_no_time_makes_it_routine(until):
    assert anc_row(f"0 alemtuzumab 12; 20 anc 0.999999; {until} unwell no", until=until) == "anc_low soon"


@pytest.mark.parametrize(
    ("before", "sign", "urgency"),
    [
        ("-20 anc 1.3; -5 anc 1.2", "60 unwell no", "routine"),
        ("-20 anc 1.3; -5 anc 1.2", "", "routine"),
        ("-20 anc 1.3; -5 anc 1.2", "60 unwell yes", "soon"),
        ("-5 anc 1.2", "60 unwell no", "soon"),
        ("-20 anc 1.3; -10 anc 1.5; -5 anc 1.2", "60 unwell no", "soon"),
        ("-20 anc 1.3; -5 anc 0.999999", "60 unwell no", "soon"),
    ],
)
def test_a_benign_low_baseline_makes_a_count_from_1_up_routine(before, sign, urgency):
    assert anc_row(f"{before}; 0 alemtuzumab 12; 58 anc 1.2; {sign}") == f"anc_low {urgency}"


@pytest.mark.parametrize(("count", "found"), [("0.7", SOON), ("0.4", SAME_DAY), ("0.2", EMERGENCY)])
def test_but_lifts_nothing_below_1(count, found):
    assert anc_row(f"-20 anc 1.3; -5 anc 1.2; 0 alemtuzumab 12; 58 anc {count}; 60 unwell no") == found


# ---- anc_recovering


@pytest.mark.parametrize(
    ("nadir", "rows", "urgency"),
    [
        ("0.999999", "60 unwell no", "soon"),
        ("0.2", "", "soon"),
        ("<0.5", "", "soon"),
        ("1.0", "", "routine"),
        ("1.0", "60 unwell no", "routine"),
        ("<1.0", "60 unwell no", "soon"),
        ("<1.1", "60 unwell no", "routine"),
        ("1.0", "60 unwell yes", "soon"),
        ("1.0", "60 infection positive", "soon"),
        ("1.0", "60 infection yes", "soon"),
        ("1.0", "53 infection yes", "soon"),
        ("1.0", "52 infection yes", "routine"),
        ("1.0", "60 infection negative", "routine"),
        ("1.0", "59 infection yes; 60 infection negative", "soon"),
    ],
)
def test_a_recovery_is_soon_after_a_deep_nadir_or_with_fever_or_infection(nadir, rows, urgency):
    assert anc_row(f"50 anc {nadir}; 55 anc 1.7; {rows}") == f"anc_recovering {urgency}"


def test_the_row_shows_the_latest_count_not_the_nadir():
    assert anc_row("50 anc 0.3; 55 anc 1.7; 58 anc >=1.6", ROW) == "anc_recovering soon 1 50 >= 1.6 10^9/L 58"


def test_fever_does_not_make_an_emergency_of_a_recovered_count():
    assert anc_row("50 anc 0.1; 55 anc 1.5; 60 temperature 40") == "anc_recovering soon"


def test_a_low_count_after_a_short_rise_is_ongoing_again():
    assert anc_row("50 anc 0.3; 55 anc 1.7; 58 anc 1.2; 60 unwell no", "finding value") == "anc_low 1.2"


# ---- episode_over


def test_what_is_over_has_one_routine_row_with_its_nadir():
    findings = judged("0 alemtuzumab 12; 50 anc 0.9; 53 anc <0.3; 55 anc 1.7; 62 anc 1.7", until=70).findings
    assert said(findings, ROW, episode=1) == "episode_over routine 1 55 < 0.3 10^9/L 53"


@pytest.mark.parametrize("until", [70, 400, 9_000])
def test_it_stays_however_long_ago(until):
    findings = judged("50 anc 0.9; 55 anc 1.7; 62 anc 1.7", until=until).findings
    assert said(findings, "finding urgency", episode=1) == "episode_over routine"


CARRIED_OVER = "0 alemtuzumab 12; 50 anc 0.7; 53 anc 0.9; 400 alemtuzumab 12; 440 unwell no"


def test_what_a_course_carried_over_ended_with_that_course():
    findings = judged(f"{CARRIED_OVER}; 420 anc 3.0", until=440).findings
    assert said(findings, ROW, episode=1) == "episode_over routine 1 400 - 0.7 10^9/L 50"


@pytest.mark.parametrize("later", ["", "420 anc <9", "420 wbc 5.0", "420 anc 3.0 status=preliminary"])
def test_a_dose_does_not_mend_a_low_count_so_its_row_stays_until_the_next_decided_one(later):
    findings = judged(f"{CARRIED_OVER}; {later}", until=440).findings
    assert said(findings, ROW, episode=1).split(" / ") == [
        "anc_low soon 1 50 - 0.9 10^9/L 53",
        "episode_over routine 1 400 - 0.7 10^9/L 50",
    ]


def test_the_next_low_count_has_the_row_of_the_new_episode():
    findings = judged(f"{CARRIED_OVER}; 420 anc 0.4", until=440).findings
    assert said(findings, ROW, episode=1) == "episode_over routine 1 400 - 0.7 10^9/L 50"
    assert said(findings, ROW, episode=2) == "anc_same_day same_day 2 420 - 0.4 10^9/L 420"


def test_each_episode_has_its_own_row():
    rows = "50 anc 0.9; 55 anc 1.7; 62 anc 1.7; 70 anc 0.8; 75 anc 1.7; 82 anc 1.7; 90 anc 0.7; 95 unwell no"
    assert said(judged(rows, until=95).findings, "finding episode").split(" / ") == [
        "episode_over 1",
        "episode_over 2",
        "anc_low 3",
    ]


# ---- white cells without a differential


@pytest.mark.parametrize(
    ("wbc", "fever", "found"),
    [
        ("0.2", "no", "anc_emergency emergency - 58 <= 0.2 10^9/L 58"),
        ("0.200001", "no", "anc_same_day same_day - 58 <= 0.200001 10^9/L 58"),
        ("0.5", "no", "anc_same_day same_day - 58 <= 0.5 10^9/L 58"),
        ("0.5", "yes", "anc_emergency emergency - 58 <= 0.5 10^9/L 58"),
        ("0.500001", "no", "anc_low soon - 58 <= 0.500001 10^9/L 58"),
        ("0.999999", "no", "anc_low soon - 58 <= 0.999999 10^9/L 58"),
        ("0.999999", "unknown", "anc_same_day same_day - 58 <= 0.999999 10^9/L 58"),
        ("0.999999", "yes", "anc_emergency emergency - 58 <= 0.999999 10^9/L 58"),
        ("<0.4", "no", "anc_same_day same_day - 58 < 0.4 10^9/L 58"),
        ("<1.0", "no", "anc_low soon - 58 < 1 10^9/L 58"),
        ("<1.0", "yes", "anc_emergency emergency - 58 < 1 10^9/L 58"),
        ("1.0", "no", ""),
        ("1.0", "yes", ""),
        ("<=1.0", "no", ""),
        ("<2", "no", ""),
        (">0.1", "no", ""),
    ],
)
def test_white_cells_below_1_without_an_anc_are_judged_as_one(wbc, fever, found):
    rows = f"0 alemtuzumab 12; 40 anc 3.0; 58 wbc {wbc}; {FEVER[fever]}"
    assert anc_row(rows, ROW) == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 wbc 0.4", "anc_same_day <= 0.4"),
        ("58 anc 3.0; 58 wbc 0.4", ""),  # an ANC of the same time
        ("58 anc 3.0; 58.1 wbc 0.4", "anc_same_day <= 0.4"),
        ("58.1 anc 3.0; 58 wbc 0.4", ""),
        ("58 wbc 0.4; 59 anc >=0.1", "anc_same_day <= 0.4"),  # undecided
        ("58 wbc 0.4; 59 wbc 3.0", ""),
        ("58 wbc 0.4; 59 wbc 1.5", ""),
        ("58 wbc 0.4; 59 wbc 1.4", "anc_same_day <= 0.4"),  # which still allows no normal ANC
        ("58 wbc 3.0; 59 wbc 0.4", "anc_same_day <= 0.4"),
        ("58 wbc 0.4; 58 neutrophils_percent 90", "anc_same_day - 0.36"),  # a differential of the same time
    ],
)
def test_only_the_latest_white_cells_after_the_last_decided_anc_are(rows, found):
    assert anc_row(f"{rows}; 60 unwell no", "finding comparator value") == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("50 anc 0.9; 55 wbc 0.4", "anc_same_day same_day 1 50 <= 0.4 10^9/L 55"),
        ("50 anc 0.9; 55 wbc 0.1", "anc_emergency emergency 1 50 <= 0.1 10^9/L 55"),
        ("50 anc 0.3; 55 wbc 0.8", "anc_same_day same_day 1 50 - 0.3 10^9/L 50"),
        ("50 anc 0.1; 55 wbc 0.4", "anc_emergency emergency 1 50 - 0.1 10^9/L 50"),
        ("50 anc 1.2; 55 wbc <1.0", "anc_low soon 1 50 < 1 10^9/L 55"),
        ("50 anc 0.3; 53 anc 2.0; 55 wbc 0.8", "anc_low soon 1 50 <= 0.8 10^9/L 55"),
        ("50 anc 0.3; 53 anc 2.0; 55 wbc 0.1", "anc_emergency emergency 1 50 <= 0.1 10^9/L 55"),
        ("50 anc 0.3; 53 anc 2.0; 55 wbc 1.0", "anc_recovering soon 1 50 - 2 10^9/L 53"),
    ],
)
def test_in_an_open_episode_they_are_its_row_unless_the_anc_was_lower(rows, found):
    assert anc_row(f"{rows}; 60 unwell no", ROW) == found


def test_after_an_episode_that_is_over_the_row_has_no_episode():
    rows = "40 anc 0.3; 45 anc 2.0; 53 anc 2.0; 55 wbc 0.4; 60 unwell no"
    assert anc_row(rows, ROW) == "anc_same_day same_day - 55 <= 0.4 10^9/L 55"
    assert said(judged(rows).findings, "episode", finding="episode_over") == "1"


def test_fever_is_asked_beside_them():
    assert said(judged("58 wbc 0.4").findings, ROW, finding="fever_not_known") == (
        "fever_not_known same_day - 58 <= 0.4 10^9/L 58"
    )
    assert said(judged("58 wbc <1.0").findings, ROW, finding="fever_not_known") == (
        "fever_not_known same_day - 58 < 1 10^9/L 58"
    )
    assert said(judged("58 wbc <1.1").findings, ROW, finding="fever_not_known") == ""


# ---- what came and could not be read is not "no fever"


@pytest.mark.parametrize(
    "lost",
    [
        "60 temperature 39.2 unit=-",
        "60 temperature 102.6 unit=degF",
        "60 temperature 102.6",
        "60 unwell rigors unit=-",
        "58 temperature 39.2 unit=-",
        "60 temperature 39 status=F",
    ],
)
def test_a_temperature_or_word_that_cannot_be_used_leaves_fever_unknown(lost):
    rows = "58 anc 0.8; 59 temperature 36.8"
    assert said(judged(rows).findings, "finding fever") == "anc_low no"
    assert said(judged(f"{rows}; {lost}").findings, "finding fever") == "anc_same_day unknown / fever_not_known unknown"


def test_one_of_longer_ago_does_not_matter():
    assert said(judged("57 temperature 39 unit=-; 58 anc 0.8; 59 temperature 36.8").findings, "finding fever") == (
        "anc_low no"
    )
