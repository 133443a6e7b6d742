"""What may explain an episode: the items one by one, each limit and window on both sides, and what stays unknown."""

import pytest
from tests.spec.test_findings import INDEX_CASE, judged, said
from tests.tables import expect

import leukon

BASE = "0 alemtuzumab 12; 50 anc 0.9"
EXPECTED = "expected~after~depletion,~not~specific"
BOUND = "lymphocytes~at~most~WBC~-~ANC"
NOTHING = "unknown - - - -"
ITEMS = {
    "repeat_smear": "artefact",
    "other_drugs": "drug",
    "infection": "infection",
    "lgl_smear": "lgl_mechanism",
    "lgl_absolute": "lgl_mechanism",
    "nk_absolute": "lgl_mechanism",
    "cd8_absolute": "lgl_mechanism",
    "nk_fold": "lgl_mechanism",
    "cd8_fold": "lgl_mechanism",
    "b_cd4_depletion": "lgl_mechanism",
    "hemoglobin": "marrow",
    "platelets": "marrow",
    "complement": "complement",
    "antineutrophil_antibodies": "antibodies",
    "earlier_counts": "benign",
    "timing": "late_autoimmunity",
}


def look(item, rows="", *, base=BASE, columns="status comparator value unit fact_time", episode=1, **how):
    """What the work-up says of an item, with `rows` beside an ANC of 0.9 on day 50 after a dose on day 0; as_of is day 60."""
    return said(judged(f"{base}\n{rows}", **how).workup, columns, item=item, episode=episode)


def status(item, rows="", **how):
    return look(item, rows, columns="status", **how)


# ---- the index case, line by line


@pytest.fixture(scope="module")
def index_case():
    return leukon.review(leukon.read(str(INDEX_CASE)), "alemtuzumab-ms", as_of="2000-05-20").workup


def test_the_work_up_of_the_index_case(index_case):
    expect(
        index_case,
        """
        item                      cause             status   comparator value unit   fact_time
        repeat_smear              artefact          against  -          0.5   10^9/L 2000-03-11
        other_drugs               drug              unknown  -          -     -      -
        infection                 infection         against  -          -     -      2000-03-07
        lgl_smear                 lgl_mechanism     supports -          85    %      2000-03-06
        lgl_absolute              lgl_mechanism     unknown  <=         0.99  10^9/L 2000-03-06
        nk_absolute               lgl_mechanism     against  <=         0.52  10^9/L 2000-03-07
        cd8_absolute              lgl_mechanism     against  <=         0.53  10^9/L 2000-03-07
        nk_fold                   lgl_mechanism     supports -          3.2   -      2000-03-07
        cd8_fold                  lgl_mechanism     supports -          1.5   -      2000-03-07
        b_cd4_depletion           lgl_mechanism     supports -          0.6   %      2000-03-07
        hemoglobin                marrow            against  -          -     -      2000-03-07
        platelets                 marrow            against  -          -     -      2000-03-07
        complement                complement        against  -          -     -      2000-03-07
        antineutrophil_antibodies antibodies        unknown  -          -     -      -
        earlier_counts            benign            against  -          10.9  10^9/L 1999-12-31
        timing                    late_autoimmunity against  -          65    d      2000-03-06
        """,
    )


def test_its_notes_say_what_supports_little(index_case):
    expect(
        index_case,
        f"""
        subject_id    episode item                      note                               source
        vakrakou-2018 1       repeat_smear              -                                  leukon-panel
        vakrakou-2018 1       other_drugs               -                                  leukon-panel
        vakrakou-2018 1       infection                 negative                           leukon-panel
        vakrakou-2018 1       lgl_smear                 {EXPECTED}                         vakrakou-2018
        vakrakou-2018 1       lgl_absolute              {BOUND}                            leukon-panel
        vakrakou-2018 1       nk_absolute               {BOUND}                            leukon-panel
        vakrakou-2018 1       cd8_absolute              {BOUND}                            leukon-panel
        vakrakou-2018 1       nk_fold                   {EXPECTED}                         leukon-panel
        vakrakou-2018 1       cd8_fold                  {EXPECTED}                         leukon-panel
        vakrakou-2018 1       b_cd4_depletion           {EXPECTED}                         leukon-panel
        vakrakou-2018 1       hemoglobin                normal~speaks~only~weakly~against  leukon-panel
        vakrakou-2018 1       platelets                 normal~speaks~only~weakly~against  leukon-panel
        vakrakou-2018 1       complement                normal                             leukon-panel
        vakrakou-2018 1       antineutrophil_antibodies -                                  leukon-panel
        vakrakou-2018 1       earlier_counts            -                                  leukon-panel
        vakrakou-2018 1       timing                    -                                  leukon-panel
        """,
    )


def test_its_next_tests_stand_where_something_stays_unknown_and_only_there(index_case):
    said_of = {row["item"]: row["next_test"] for row in index_case.to_pylist() if row["next_test"]}
    assert said_of == {
        "other_drugs": "A look through all drugs of the last 3 months, antithyroid drugs first",
        "lgl_absolute": "Smear with a lymphocyte count of the same sample; clonality (TCR, CD57) if they persist beyond 6 months",
        "antineutrophil_antibodies": "Antineutrophil antibodies, taken before immunoglobulins; ANA, RF",
    }


def test_on_day_65_most_of_it_is_not_known_yet():
    table = leukon.review(leukon.read(str(INDEX_CASE)), "alemtuzumab-ms", as_of="2000-03-06").workup
    known = {row["item"]: row["status"] for row in table.to_pylist() if row["status"] != "unknown"}
    assert known == {"lgl_smear": "supports", "earlier_counts": "against", "timing": "against"}


# ---- rows


def test_the_columns_are_those_of_the_contract():
    names = "subject_id episode item cause status comparator value unit fact_time note next_test source"
    assert judged(BASE).workup.column_names == names.split()


def test_every_episode_has_every_item_once_in_the_order_of_the_protocol():
    review = judged(f"{BASE}; 60 anc 2.0; 70 anc 2.0; 80 anc 0.9; 400 alemtuzumab 12; 420 anc 0.9", until=430)
    assert said(review.episodes, "episode status") == "1 recovered / 2 carried_over / 3 ongoing"
    assert [(row["episode"], row["item"], row["cause"]) for row in review.workup.to_pylist()] == [
        (episode, item, cause) for episode in (1, 2, 3) for item, cause in ITEMS.items()
    ]


def test_rituximab_has_its_own_items():
    review = judged("0 rituximab 1000; 50 anc 0.9", protocol="rituximab")
    assert review.workup["item"].to_pylist() == [
        "repeat_smear",
        "other_drugs",
        "infection",
        "hemoglobin",
        "platelets",
        "complement",
        "antineutrophil_antibodies",
        "earlier_counts",
    ]


def test_without_an_episode_nothing_is_worked_up():
    assert judged("0 alemtuzumab 12; 50 anc 3.0; 50 infection positive; 50 lgl_percent 85").workup.num_rows == 0


def test_without_a_fact_nothing_is_against_anything():
    rows = judged("50 anc 0.9").workup.to_pylist()
    assert {row["status"] for row in rows} == {"unknown"}
    assert all(row["next_test"] for row in rows)


def test_a_next_test_stands_where_the_status_is_unknown_and_only_there():
    rows = """
    48 infection negative; 52 lgl_percent 85; 50 wbc 2.0; 52 nk_percent 47; 52 complement consumed; 52 hemoglobin 120
    52 antineutrophil_antibodies negative; 52 platelets 90; 53 anc 0.8; 40 carbimazole 40; -5 anc 3.0; 52 nk_fold 1.2
    """
    for row in judged(f"{BASE}\n{rows}").workup.to_pylist():
        assert (row["next_test"] is not None) == (row["status"] == "unknown"), row["item"]


def test_the_work_up_of_each_subject_is_its_own():
    table = """
    subject_id day code      numeric_value text_value unit
    1          50  anc       0.9           -          10*9/L
    2          50  anc       0.9           -          10*9/L
    2          50  infection -             positive   -
    """
    from tests.tables import reviewed

    review = reviewed(table, until=60)
    assert said(review.workup, "subject_id status", item="infection") == "1 unknown / 2 supports"


# ---- when a fact counts

ENDS = {
    "ongoing": ("", 60, 67),  # nothing after as_of is known
    "recovered": ("60 anc 2.0; 70 anc 2.0", 90, 67),
    "recovering": ("60 anc 2.0", 90, 67),
    "carried over": ("60 alemtuzumab 12; 60.5 anc 3.0", 90, 67),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("item", "fact", "found"),
    [
        ("infection", "infection positive", "supports"),
        ("complement", "complement normal", "against"),
        ("antineutrophil_antibodies", "antineutrophil_antibodies yes", "supports"),
        ("lgl_smear", "lgl_percent 85", "supports"),
        ("lgl_smear", "lgl_smear negative", "against"),
        ("nk_absolute", "nk 0.7", "supports"),
        ("nk_fold", "nk_fold 1.2", "against"),
        ("b_cd4_depletion", "cd4_percent 40", "against"),
        ("hemoglobin", "hemoglobin 90", "supports"),
        ("platelets", "platelets_finding normal", "against"),
    ],
)
def test_a_fact_counts_from_7_days_before_onset_to_7_days_after_the_end(end, item, fact, found):
    rows, until, last = ENDS[end]
    for day, expected in ((42, "unknown"), (42.9, "unknown"), (43, found), (50, found), (55, found)):
        assert status(item, f"{rows}; {day} {fact}", until=until) == expected, day
    if end != "ongoing":
        for day, expected in ((last, found), (last + 0.9, found), (last + 1, "unknown")):
            assert status(item, f"{rows}; {day} {fact}", until=until) == expected, day


def test_facts_of_an_ongoing_episode_count_up_to_as_of():
    assert status("infection", "500 infection positive", until=500) == "supports"
    assert status("infection", "500 infection positive", until=499) == "unknown"


def test_a_fact_recorded_after_as_of_is_not_known_yet():
    assert status("infection", "55 infection positive recorded=58", until=57) == "unknown"
    assert status("infection", "55 infection positive recorded=58", until=58) == "supports"


def test_of_several_facts_any_that_supports_wins():
    rows = "51 infection positive; 53 infection negative; 55 infection no"
    assert look("infection", rows) == "supports - - - 51"
    assert look("lgl_smear", "51 lgl_percent 20; 55 lgl_percent 5") == "supports - 20 % 51"
    assert look("lgl_smear", "51 lgl_smear yes; 55 lgl_percent 5") == "supports - - - 51"
    assert look("hemoglobin", "51 hemoglobin 90; 55 hemoglobin_finding normal") == "supports - 90 g/L 51"
    assert look("nk_fold", "51 nk_fold 2; 55 nk_fold 1") == "supports - 2 - 51"


def test_then_the_latest_counts():
    assert look("infection", "51 infection negative; 55 infection no", columns="note fact_time") == "no 55"
    assert look("infection", "51 infection positive; 55 infection yes", columns="note fact_time") == "yes 55"
    assert look("lgl_smear", "55 lgl_percent 5; 51 lgl_percent 10") == "against - 5 % 55"
    assert look("lgl_smear", "55 lgl_percent 20; 51 lgl_percent 85") == "supports - 20 % 55"
    assert (
        look("complement", "51 complement normal; 55 complement negative", columns="status fact_time") == "unknown 55"
    )


def test_facts_of_neighbouring_episodes_are_told_apart():
    rows = "60 anc 2.0; 70 anc 2.0; 90 anc 0.9; 62 infection positive; 95 infection negative"
    review = judged(f"{BASE}\n{rows}", until=100)
    assert said(review.workup, "episode status", item="infection") == "1 supports / 2 against"


def test_a_fact_between_two_episodes_may_count_for_both():
    rows = "54 anc 2.0; 61 anc 2.0; 68 anc 0.9; 61 infection positive"
    review = judged(f"{BASE}\n{rows}", until=100)
    assert said(review.workup, "episode status", item="infection") == "1 supports / 2 supports"


# ---- repeat_smear


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("", NOTHING),
        ("50.5 anc 0.8", "against - 0.8 10^9/L 50.5"),
        ("57 anc 0.8", "against - 0.8 10^9/L 57"),
        ("57.9 anc 1.4", "against - 1.4 10^9/L 57.9"),
        ("57 anc <0.5", "against < 0.5 10^9/L 57"),
        ("58 anc 0.8", NOTHING),
        ("50 anc 0.8", NOTHING),  # of the same moment: not a second sample
    ],
)
def test_a_second_low_count_within_7_days_is_against_an_artefact(rows, found):
    assert look("repeat_smear", rows) == found


@pytest.mark.parametrize("rows", ["55 anc 3.0", "55 anc 1.5", "55 anc >=1.5", "55 anc <9", "55 anc 2.0; 65 anc 2.0"])
def test_a_second_count_that_is_not_low_confirms_nothing(rows):
    assert look("repeat_smear", rows, columns="status next_test", until=70) == (
        "unknown A~second~count~from~a~new~sample,~with~a~smear~(clumping,~old~sample)"
    )


def test_a_low_count_after_a_high_one_within_the_7_days_still_is_against():
    assert look("repeat_smear", "53 anc 2.0; 56 anc 0.7") == "against - 0.7 10^9/L 56"


def test_a_second_low_count_is_one_also_where_a_new_course_lies_between():
    """Two samples agree that the count was low, whatever episode the second one belongs to."""
    assert look("repeat_smear", "52 alemtuzumab 12; 54 anc 0.8") == "against - 0.8 10^9/L 54"


# ---- other_drugs

DRUGS = [
    "carbimazole",
    "thiamazole",
    "propylthiouracil",
    "co_trimoxazole",
    "aciclovir",
    "valaciclovir",
    "valganciclovir",
    "metamizole",
    "clozapine",
    "sulfasalazine",
    "dapsone",
    "ticlopidine",
    "rituximab",
    "fingolimod",
]


@pytest.mark.parametrize("drug", DRUGS)
def test_each_listed_drug_supports(drug):
    assert look("other_drugs", f"40 {drug} 10", columns="status value unit fact_time note") == f"supports - - 40 {drug}"


@pytest.mark.parametrize("drug", ["alemtuzumab", "prednisolone", "filgrastim", "natalizumab", "methotrexate"])
def test_other_doses_say_nothing_and_never_that_no_drug_was_taken(drug):
    assert look("other_drugs", f"40 {drug} 10") == NOTHING


@pytest.mark.parametrize(("day", "found"), [(-41, "unknown"), (-40, "supports"), (50, "supports"), (60, "supports")])
def test_a_drug_counts_from_90_days_before_onset(day, found):
    assert status("other_drugs", f"{day} carbimazole 10") == found


@pytest.mark.parametrize(("day", "found"), [(60, "supports"), (67, "supports"), (67.9, "supports"), (68, "unknown")])
def test_and_to_7_days_after_the_end(day, found):
    assert status("other_drugs", f"60 anc 2.0; 70 anc 2.0; {day} carbimazole 10", until=90) == found


def test_several_drugs_stand_in_the_order_of_the_list_with_their_latest_dose():
    rows = "30 fingolimod 0.5; 45 valaciclovir 500; 35 carbimazole 10; 40 valaciclovir 500; 42 carbimazole 10"
    assert look("other_drugs", rows, columns="status fact_time note") == (
        "supports 45 carbimazole;valaciclovir;fingolimod"
    )


def test_a_dose_without_an_amount_counts_and_one_that_was_not_given_does_not():
    assert status("other_drugs", "40 carbimazole - unit=-") == "supports"
    assert status("other_drugs", "40 carbimazole 0") == "unknown"
    assert status("other_drugs", "40 carbimazole not~given") == "unknown"


def test_each_protocol_has_its_own_list():
    base = "0 rituximab 1000; 50 anc 0.9"
    assert status("other_drugs", base=base, protocol="rituximab") == "unknown"
    assert status("other_drugs", "40 methotrexate 10", base=base, protocol="rituximab") == "supports"
    assert status("other_drugs", "40 methotrexate 10") == "unknown"


# ---- words


@pytest.mark.parametrize(
    ("item", "word", "found"),
    [
        ("infection", "positive", "supports"),
        ("infection", "yes", "supports"),
        ("infection", "negative", "against"),
        ("infection", "no", "against"),
        ("infection", "normal", "against"),
        ("infection", "low", "unknown"),
        ("infection", "consumed", "unknown"),
        ("complement", "consumed", "supports"),
        ("complement", "low", "supports"),
        ("complement", "normal", "against"),
        ("complement", "positive", "unknown"),
        ("complement", "negative", "unknown"),
        ("complement", "yes", "unknown"),
        ("complement", "no", "unknown"),
        ("antineutrophil_antibodies", "positive", "supports"),
        ("antineutrophil_antibodies", "yes", "supports"),
    ],
)
def test_what_a_word_says(item, word, found):
    assert look(item, f"52 {item} {word}", columns="status value unit fact_time note") == f"{found} - - 52 {word}"
    assert status(item, f"52 {item} {word.upper()}") == found


def test_antibodies_that_are_negative_exclude_nothing():
    columns = "status value fact_time note next_test"
    assert look("antineutrophil_antibodies", "52 antineutrophil_antibodies negative", columns=columns) == (
        "unknown - 52 negative~does~not~exclude Antineutrophil~antibodies,~taken~before~immunoglobulins;~ANA,~RF"
    )


@pytest.mark.parametrize(
    "condition",
    [
        "ebv",
        "cmv",
        "hiv",
        "hbv",
        "hcv",
        "parvovirus~b19",
        "hsv",
        "hsv-1",
        "vzv",
        "influenza",
        "covid-19",
        "sepsis",
        "pneumonia",
        "sinusitis",
        "tuberculosis",
        "listeriosis",
    ],
)
def test_a_condition_that_is_a_listed_infection_supports_infection(condition):
    assert look("infection", f"52 condition {condition}", columns="status value fact_time note") == (
        f"supports - 52 {condition}"
    )
    assert status("infection", f"52 condition {condition.upper()}") == "supports"


@pytest.mark.parametrize("condition", ["Graves~disease", "EBV~infection", "no~ebv", "ebv-negative", "sinus"])
def test_any_other_condition_says_nothing_of_infection(condition):
    assert look("infection", f"52 condition {condition}") == NOTHING
    assert status("infection", f"52 condition {condition}; 51 infection negative") == "against"


# ---- lgl_smear


@pytest.mark.parametrize(
    ("percent", "found"),
    [
        ("0", "against - 0 % 52"),
        ("14.999999", "against - 14.999999 % 52"),
        ("15", "against - 15 % 52"),
        ("15.000001", "supports - 15.000001 % 52"),
        ("100", "supports - 100 % 52"),
        ("<15", "against < 15 % 52"),
        ("<=15", "against <= 15 % 52"),
        ("<16", "unknown < 16 % 52"),
        (">15", "supports > 15 % 52"),
        (">=15", "unknown >= 15 % 52"),
        (">=15.1", "supports >= 15.1 % 52"),
    ],
)
def test_more_than_15_percent_of_lymphocytes_supports(percent, found):
    assert look("lgl_smear", f"52 lgl_percent {percent}") == found


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("80-90", "85", "supports - 85 % 52"),
        ("16-20", "18", "supports - 18 % 52"),
        ("15-20", "18", "unknown - 18 % 52"),
        ("10-20", "18", "unknown - 18 % 52"),
        ("10-20", "12", "unknown - 12 % 52"),
        ("10-15", "12", "against - 12 % 52"),
        ("5-10", "40", "supports - 40 % 52"),  # the range does not contain the number, which therefore stands alone
        ("80-90", "10", "against - 10 % 52"),
        ("many", "40", "supports - 40 % 52"),
    ],
)
def test_a_range_in_the_text_counts_whole(text, number, found):
    assert look("lgl_smear", f"52 lgl_percent {text} number={number}") == found


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("positive", "supports"),
        ("yes", "supports"),
        ("negative", "against"),
        ("no", "against"),
        ("normal", "against"),
        ("low", "unknown"),
    ],
)
def test_the_smear_as_a_word(word, found):
    assert look("lgl_smear", f"52 lgl_smear {word}") == f"{found} - - - 52"


def test_what_supports_is_said_to_be_expected_and_not_specific():
    columns = "status note"
    assert look("lgl_smear", "52 lgl_percent 85", columns=columns) == f"supports {EXPECTED}"
    assert look("lgl_smear", "52 lgl_smear yes", columns=columns) == f"supports {EXPECTED}"
    assert look("lgl_smear", "52 lgl_percent 5", columns=columns) == "against -"
    assert look("nk_fold", "52 nk_fold 3", columns=columns) == f"supports {EXPECTED}"
    assert look("cd8_fold", "52 cd8_fold 3", columns=columns) == f"supports {EXPECTED}"
    assert look("b_cd4_depletion", "52 b_cells_percent 1; 52 cd4_percent 5", columns=columns) == f"supports {EXPECTED}"


# ---- absolute numbers


@pytest.mark.parametrize(
    ("item", "rows", "found"),
    [
        ("lgl_absolute", "52 lgl_percent 50", "supports - 0.5 10^9/L 52"),
        ("lgl_absolute", "52 lgl_percent 49.5", "supports - 0.5 10^9/L 52"),  # 0.495: half to even
        ("lgl_absolute", "52 lgl_percent 49.4", "against - 0.49 10^9/L 52"),
        ("lgl_absolute", "52 lgl_percent 50.5", "supports - 0.5 10^9/L 52"),  # 0.505: half to even
        ("nk_absolute", "52 nk_percent 60", "supports - 0.6 10^9/L 52"),
        ("nk_absolute", "52 nk_percent 59.5", "supports - 0.6 10^9/L 52"),
        ("nk_absolute", "52 nk_percent 59.4", "against - 0.59 10^9/L 52"),
        ("cd8_absolute", "52 cd8_percent 90", "supports - 0.9 10^9/L 52"),
        ("cd8_absolute", "52 cd8_percent 89.5", "supports - 0.9 10^9/L 52"),
        ("cd8_absolute", "52 cd8_percent 89.4", "against - 0.89 10^9/L 52"),
    ],
)
def test_percent_times_lymphocytes_against_each_limit(item, rows, found):
    assert look(item, f"52 lymphocytes 1.0; {rows}") == found


@pytest.mark.parametrize(
    ("item", "rows", "found"),
    [
        ("nk_absolute", "52 nk 0.6", "supports - 0.6 10^9/L 52"),
        ("nk_absolute", "52 nk 0.59", "against - 0.59 10^9/L 52"),
        ("nk_absolute", "52 nk <0.5", "against < 0.5 10^9/L 52"),
        ("nk_absolute", "52 nk >0.7", "supports > 0.7 10^9/L 52"),
        ("nk_absolute", "52 nk >0.5", "unknown > 0.5 10^9/L 52"),
        ("nk_absolute", "52 nk <0.9", "unknown < 0.9 10^9/L 52"),
        ("cd8_absolute", "52 cd8 0.9", "supports - 0.9 10^9/L 52"),
        ("cd8_absolute", "52 cd8 0.89", "against - 0.89 10^9/L 52"),
        ("cd8_absolute", "52 cd8 600 unit=/uL", "against - 0.6 10^9/L 52"),
    ],
)
def test_a_count_of_these_cells_is_a_fact_itself(item, rows, found):
    assert look(item, rows) == found


def test_of_a_count_and_a_product_the_one_that_supports_wins():
    assert look("nk_absolute", "52 nk 0.7; 54 nk_percent 20; 54 lymphocytes 1.0") == "supports - 0.7 10^9/L 52"
    assert look("nk_absolute", "52 nk 0.3; 51 nk_percent 70; 51 lymphocytes 1.0") == "supports - 0.7 10^9/L 51"
    assert look("nk_absolute", "52 nk 0.3; 54 nk_percent 20; 54 lymphocytes 1.0") == "against - 0.2 10^9/L 54"


@pytest.mark.parametrize(
    ("lymphocytes", "found"),
    [
        ("45 lymphocytes 1.0", "supports - 0.8 10^9/L 52"),
        ("45.9 lymphocytes 1.0", "supports - 0.8 10^9/L 52"),
        ("44 lymphocytes 1.0", NOTHING),
        ("59 lymphocytes 1.0", "supports - 0.8 10^9/L 52"),
        ("60 lymphocytes 1.0", NOTHING),
        ("48 lymphocytes 1.0; 55 lymphocytes 2.0", "supports - 1.6 10^9/L 52"),  # 3 days against 4
        ("49 lymphocytes 1.0; 56 lymphocytes 2.0", "supports - 0.8 10^9/L 52"),
        ("49 lymphocytes 1.0; 55 lymphocytes 2.0", "supports - 1.6 10^9/L 52"),  # as near: the later
        ("52 wbc 4.0; 52 lymphocytes_percent 25", "supports - 0.8 10^9/L 52"),  # derived
    ],
)
def test_the_nearest_lymphocytes_within_7_days_are_taken(lymphocytes, found):
    assert look("lgl_absolute", f"52 lgl_percent 80; {lymphocytes}") == found


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("80-90", "85", "supports <= 0.9 10^9/L 52"),
        ("50-60", "55", "supports <= 0.6 10^9/L 52"),
        ("40-60", "50", "unknown <= 0.6 10^9/L 52"),
        ("40-49", "45", "against <= 0.49 10^9/L 52"),
    ],
)
def test_the_ends_of_a_range_decide_and_the_upper_one_is_shown(text, number, found):
    assert look("lgl_absolute", f"52 lymphocytes 1.0; 52 lgl_percent {text} number={number}") == found


@pytest.mark.parametrize(
    ("lymphocytes", "percent", "found"),
    [
        ("<1.0", "40", "against <= 0.4 10^9/L 52"),
        ("<1.0", "80", "unknown <= 0.8 10^9/L 52"),
        (">1.0", "80", "supports >= 0.8 10^9/L 52"),
        (">=1.0", "50", "supports >= 0.5 10^9/L 52"),
        (">=1.0", "40", "unknown >= 0.4 10^9/L 52"),
    ],
)
def test_sets_are_multiplied_as_sets(lymphocytes, percent, found):
    assert look("lgl_absolute", f"52 lymphocytes {lymphocytes}; 52 lgl_percent {percent}") == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("50 wbc 1.9; 52 lgl_percent 49.4", f"against <= 0.49 10^9/L 52 {BOUND}"),
        ("50 wbc 1.9; 52 lgl_percent 50", f"unknown <= 0.5 10^9/L 52 {BOUND}"),  # a bound never supports
        ("50 wbc 9.9; 52 lgl_percent 100", f"unknown <= 9 10^9/L 52 {BOUND}"),
        ("50.5 wbc 1.9; 52 lgl_percent 40", f"{NOTHING} -"),  # not of the same time
        ("50 wbc 1.9; 57 lgl_percent 40", f"against <= 0.4 10^9/L 57 {BOUND}"),
        ("50 wbc 1.9; 58 lgl_percent 40", f"{NOTHING} -"),
        ("50 wbc 1.9; 43 lgl_percent 40", f"against <= 0.4 10^9/L 43 {BOUND}"),
        ("50 wbc >1.9; 52 lgl_percent 40", f"{NOTHING} -"),
        ("50 wbc 1.9; 54 anc 0.9; 54 wbc 1.1; 53 lgl_percent 50", f"against <= 0.1 10^9/L 53 {BOUND}"),  # nearest pair
        ("50 wbc 1.9; 52 lymphocytes 0.8; 52 lgl_percent 50", "against - 0.4 10^9/L 52 -"),  # a count is better
        ("50 wbc 1.9; 58 lymphocytes 0.8; 52 lgl_percent 50", "against - 0.4 10^9/L 52 -"),
        ("52 lgl_percent 85", f"{NOTHING} -"),
    ],
)
def test_without_lymphocytes_they_are_at_most_wbc_less_anc(rows, found):
    assert look("lgl_absolute", rows, columns="status comparator value unit fact_time note") == found


@pytest.mark.parametrize(
    ("anc", "wbc", "found"),
    [
        (">=0.9", "<=1.9", "against <= 0.4"),
        (">0.9", "<1.9", "against <= 0.4"),
        ("<0.9", "1.9", "unknown - -"),
        ("<=0.9", "<1.9", "unknown - -"),
        (">=0.9", ">=1.9", "unknown - -"),
    ],
)
def test_that_bound_needs_a_wbc_from_above_and_an_anc_from_below(anc, wbc, found):
    rows = f"54 anc {anc}; 54 wbc {wbc}; 54 lgl_percent 40"
    assert look("lgl_absolute", rows, columns="status comparator value") == found


# ---- folds


@pytest.mark.parametrize("cells", ["nk", "cd8"])
@pytest.mark.parametrize(
    ("fold", "found"),
    [
        ("1.5", "supports - 1.5 - 52"),
        ("1.499999", "against - 1.499999 - 52"),
        ("3.2", "supports - 3.2 - 52"),
        ("0.7", "against - 0.7 - 52"),
        (">=1.5", "supports >= 1.5 - 52"),
        ("<1.5", "against < 1.5 - 52"),
    ],
)
def test_a_coded_fold_of_1_5_supports(cells, fold, found):
    assert look(f"{cells}_fold", f"52 {cells}_fold {fold}") == found


@pytest.mark.parametrize("cells", ["nk", "cd8"])
@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("-5 {}_percent 20; 52 {}_percent 30", "supports - 1.5 - 52"),
        ("-5 {}_percent 20; 52 {}_percent 29.9", "supports - 1.5 - 52"),  # 1.495: half to even
        ("-5 {}_percent 20; 52 {}_percent 29.8", "against - 1.49 - 52"),
        ("-5 {}_percent 20; 52 {}_percent 30.1", "supports - 1.5 - 52"),  # 1.505
        ("-500 {}_percent 20; 52 {}_percent 64", "supports - 3.2 - 52"),  # however old
        ("-50 {}_percent 10; -5 {}_percent 40; 52 {}_percent 40", "against - 1 - 52"),  # the last one before
        ("-5 {}_percent 0; 52 {}_percent 30", NOTHING),
        ("52 {}_percent 30", NOTHING),
        ("10 {}_percent 20; 52 {}_percent 30", NOTHING),  # not from before the course
        ("-5 {}_percent 20; 42 {}_percent 60", NOTHING),  # 8 days before onset
        ("-5 {}_percent 20; 52 {}_percent <90", NOTHING),  # only exact ones
    ],
)
def test_a_percentage_over_the_last_one_before_the_course_is_a_fold_too(cells, rows, found):
    assert look(f"{cells}_fold", rows.replace("{}", cells)) == found


def test_folds_compare_like_with_like():
    assert look("nk_fold", "-5 cd8_percent 20; 52 nk_percent 60; -5 nk 0.1; 52 nk 0.9") == NOTHING


def test_the_baseline_of_a_fold_lies_before_the_episodes_own_course():
    rows = "0 alemtuzumab 12; -5 nk_percent 10; 300 nk_percent 40; 400 alemtuzumab 12; 450 anc 0.9; 452 nk_percent 40"
    assert look("nk_fold", rows, base="", until=460) == "against - 1 - 452"


def test_before_any_course_a_fold_is_known_only_if_it_is_coded():
    assert look("nk_fold", "-5 nk_percent 10; 52 nk_percent 40", base="50 anc 0.9") == NOTHING
    assert look("nk_fold", "52 nk_fold 4", base="50 anc 0.9") == "supports - 4 - 52"


# ---- b_cd4_depletion


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("52 b_cells_percent 4.9; 52 cd4_percent 29.9", "supports - 4.9 % 52"),
        ("52 b_cells_percent 5; 52 cd4_percent 29.9", "against - 5 % 52"),
        ("52 b_cells_percent 4.9; 52 cd4_percent 30", "against - 4.9 % 52"),
        ("52 b_cells_percent 5", "against - 5 % 52"),
        ("52 cd4_percent 30", "against - 30 % 52"),
        ("52 b_cells_percent 4.9", "unknown - 4.9 % 52"),
        ("52 cd4_percent 29.9", "unknown - 29.9 % 52"),
        ("52.2 b_cells_percent 4.9; 52.6 cd4_percent 29.9", "supports - 4.9 % 52.2"),  # of one day
        ("52 b_cells_percent 4.9; 53 cd4_percent 29.9", "unknown - 29.9 % 53"),  # of two
        (
            "52.2 b_cells_percent 9; 52.6 b_cells_percent 1; 52 cd4_percent 6",
            "supports - 1 % 52.6",
        ),  # the last of a day
        ("52 b_cells_percent <5; 52 cd4_percent <30", "supports < 5 % 52"),
        ("", NOTHING),
    ],
)
def test_b_below_5_and_cd4_below_30_percent_of_one_day_support(rows, found):
    assert look("b_cd4_depletion", rows) == found


# ---- haemoglobin and platelets

WEAKLY = "normal~speaks~only~weakly~against"
NO_LLN = "no~lower~limit~of~normal~came~with~it"


@pytest.mark.parametrize(
    ("item", "rows", "found"),
    [
        ("hemoglobin", "52 hemoglobin 119.999999 lln=120", "supports - 119.999999 g/L 52 -"),
        ("hemoglobin", "52 hemoglobin 120 lln=120", f"against - 120 g/L 52 {WEAKLY}"),
        ("hemoglobin", "52 hemoglobin 11.9 unit=g/dL lln=12", "supports - 119 g/L 52 -"),
        ("hemoglobin", "52 hemoglobin 95 lln=90", f"against - 95 g/L 52 {WEAKLY}"),  # its own limit goes first
        ("hemoglobin", "52 hemoglobin 99.999999", "supports - 99.999999 g/L 52 -"),
        ("hemoglobin", "52 hemoglobin 100", f"unknown - 100 g/L 52 {NO_LLN}"),
        ("hemoglobin", "52 hemoglobin 129.999999", f"unknown - 129.999999 g/L 52 {NO_LLN}"),
        ("hemoglobin", "52 hemoglobin 130", f"against - 130 g/L 52 {WEAKLY}"),
        ("hemoglobin", "52 hemoglobin_finding normal", f"against - - - 52 {WEAKLY}"),
        ("hemoglobin", "52 hemoglobin_finding low", "supports - - - 52 low"),
        ("platelets", "52 platelets 139.999999 lln=140", "supports - 139.999999 10^9/L 52 -"),
        ("platelets", "52 platelets 140 lln=140", f"against - 140 10^9/L 52 {WEAKLY}"),
        ("platelets", "52 platelets 99.999999", "supports - 99.999999 10^9/L 52 -"),
        ("platelets", "52 platelets 100", f"unknown - 100 10^9/L 52 {NO_LLN}"),
        ("platelets", "52 platelets 149.999999", f"unknown - 149.999999 10^9/L 52 {NO_LLN}"),
        ("platelets", "52 platelets 150", f"against - 150 10^9/L 52 {WEAKLY}"),
        ("platelets", "52 platelets <100", "supports < 100 10^9/L 52 -"),
        ("platelets", "52 platelets <200", f"unknown < 200 10^9/L 52 {NO_LLN}"),
        ("platelets", "52 platelets >=150", f"against >= 150 10^9/L 52 {WEAKLY}"),
        ("platelets", "52 platelets_finding normal", f"against - - - 52 {WEAKLY}"),
        ("platelets", "52 platelets_finding low", "supports - - - 52 low"),
    ],
)
def test_other_lines_are_low_by_their_own_limit_or_else_by_the_protocols(item, rows, found):
    assert look(item, rows, columns="status comparator value unit fact_time note") == found


def test_without_any_count_nothing_is_said_of_its_limit():
    assert look("hemoglobin", columns="status note") == "unknown -"
    assert look("antineutrophil_antibodies", columns="status note") == "unknown -"


# ---- earlier_counts


def last(item, rows, columns="status comparator value unit fact_time"):
    """What is said of the last episode: low counts before the dose are an earlier one."""
    return said(judged(f"{BASE}\n{rows}").workup, columns, item=item).split(" / ")[-1]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("-20 anc 1.3; -5 anc 1.2", "supports - 1.2 10^9/L -5"),
        ("-20 anc 1.0; -5 anc 1.499999", "supports - 1.499999 10^9/L -5"),
        ("-3000 anc 1.3; -2000 anc 1.2", "supports - 1.2 10^9/L -2000"),
        ("-20 anc 1.3; -10 anc 1.5; -5 anc 1.2", "against - 1.5 10^9/L -10"),
        ("-20 anc 3.0; -10 anc 2.0; -5 anc 1.2", "against - 2 10^9/L -10"),
        ("-20 anc >=1.5; -10 anc 1.3; -5 anc 1.2", "against >= 1.5 10^9/L -20"),
        ("-20 anc 0.8; -10 anc 1.5", "against - 1.5 10^9/L -10"),
    ],
)
def test_low_counts_before_the_course_support_a_benign_cause_and_one_high_count_is_against(rows, found):
    assert last("earlier_counts", rows) == found


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "-5 anc 1.3",  # one is not enough
        "-20 anc 1.3; -5 anc 0.999999",
        "-30 anc 1.3; -20 anc 0.999999; -5 anc 1.3",  # one below 1.0
        "-20 anc 0.9; -5 anc 0.9",
        "-20 anc 1.3; 0 anc 1.3",  # at the time of the dose: not before it
        "-20 anc 1.3; 10 anc 1.3",
        "-20 anc 1.3; -5 anc <9",  # undecided
    ],
)
def test_else_the_counts_before_say_nothing(rows):
    assert last("earlier_counts", rows, columns="status next_test") == (
        "unknown Counts~from~before~the~drug;~Duffy-null~associated~neutrophil~count"
    )


def test_counts_are_earlier_if_they_lie_before_the_episodes_own_course():
    rows = "0 alemtuzumab 12; 100 anc 1.2; 200 anc 1.3; 400 alemtuzumab 12; 450 anc 0.9"
    review = judged(rows, until=460)
    assert said(review.workup, "episode status value", item="earlier_counts") == "1 unknown - / 2 supports 1.3"


def test_before_any_course_nothing_is_earlier():
    rows = "10 anc 1.3; 20 anc 1.2; 30 anc 2.0; 40 anc 2.0; 50 anc 0.9"
    assert said(judged(rows).workup, "status", item="earlier_counts") == "unknown / unknown"


# ---- timing


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("50 anc 0.9", "against - 50 d 50"),
        ("10 anc 3.0; 50 anc 0.9", "against - 50 d 50"),
        ("90 anc 0.9", "against - 90 d 90"),
        ("90.5 anc 0.9", "against - 90 d 90.5"),
        ("89 anc 3.0; 90 anc 0.9", "against - 90 d 90"),
        ("90 anc 3.0; 120 anc 0.9", "supports - 90 d 90"),
        ("90 anc 3.0; 90.5 anc 0.9", "supports - 90 d 90"),  # both hold; what supports is asked first
        ("100 anc 3.0; 120 anc 0.9", "supports - 100 d 100"),
    ],
)
def test_onset_by_day_90_is_against_late_autoimmunity_and_after_it_supports(rows, found):
    assert look("timing", rows, base="0 alemtuzumab 12", until=130) == found


@pytest.mark.parametrize("rows", ["91 anc 0.9", "89 anc 3.0; 91 anc 0.9", "-5 anc 3.0; 300 anc 0.9"])
def test_an_onset_that_may_lie_on_either_side_leaves_it_unknown(rows):
    assert look("timing", rows, base="0 alemtuzumab 12", columns="status next_test", until=310) == (
        "unknown ANA,~RF,~TSH,~spleen;~twice-weekly~counts~for~6~weeks~if~it~recurs~(cyclic)"
    )


def test_before_any_course_there_is_no_timing():
    assert look("timing", base="-5 anc 3.0; 50 anc 0.9") == NOTHING


def test_the_days_count_from_the_episodes_own_course():
    rows = "0 alemtuzumab 12; 390 anc 3.0; 400 alemtuzumab 12; 450 anc 0.9"
    assert look("timing", rows, base="", until=460) == "against - 50 d 450"


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ("50 carbimazole 10", "carbimazole"),
        ("51 carbimazole 10", "carbimazole~(first~recorded~after~the~onset)"),
        ("40 carbimazole 10; 55 carbimazole 10", "carbimazole"),
        ("55 aciclovir 400; 40 dapsone 100", "aciclovir~(first~recorded~after~the~onset);dapsone"),
    ],
)
def test_a_drug_begun_after_the_fall_is_named_so(rows, note):
    assert look("other_drugs", rows, columns="status note") == f"supports {note}"
