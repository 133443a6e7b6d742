"""What is offered next: each gate on both sides, and what must never be shown."""

from itertools import product

import pytest
from tests.spec.test_findings import judged, said, steps

ANC = ("anc_emergency", "anc_same_day", "anc_low", "anc_recovering")
NO_FEVER, NO_INFECTION, CONTACT = "60 unwell no", "60 infection negative", "60 haematology_contact yes"


def offered(rows, **how):
    """Steps of the one ANC row, by spaces."""
    [name] = {row["finding"] for row in judged(rows, **how).findings.to_pylist()} & set(ANC)
    return steps(judged(rows, **how), finding=name)


# ---- whole rows


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            "58 anc 0.1",
            (
                "fever_does_not_wait ask_fever haematology repeat_count look_for_infection review_drugs smear_for_lgl "
                "corticosteroid_not_yet g_csf_seen"
            ),
        ),
        (
            f"58 anc 0.1; {NO_FEVER}; {NO_INFECTION}; {CONTACT}",
            (
                "fever_does_not_wait repeat_count look_for_infection review_drugs smear_for_lgl corticosteroid_option "
                "g_csf_seen"
            ),
        ),
        (
            f"58 anc 0.4; {NO_FEVER}",
            (
                "haematology repeat_count look_for_infection review_drugs smear_for_lgl corticosteroid_not_yet watching "
                "g_csf_seen"
            ),
        ),
        (
            "58 anc 0.7; 60 temperature 38.5; 60 infection positive",
            (
                "fever_does_not_wait haematology repeat_count look_for_infection review_drugs smear_for_lgl "
                "corticosteroid_not_yet g_csf_seen"
            ),
        ),
        (
            f"58 anc 0.7; {NO_FEVER}",
            (
                "repeat_count look_for_infection review_drugs smear_for_lgl corticosteroid_not_yet watching "
                "g_csf_concern g_csf_review"
            ),
        ),
        (
            f"58 anc 0.7; {NO_FEVER}; {NO_INFECTION}; {CONTACT}",
            (
                "repeat_count look_for_infection review_drugs smear_for_lgl corticosteroid_option watching "
                "g_csf_concern g_csf_review"
            ),
        ),
        (
            f"58 anc 0.7; {NO_FEVER}; 60 infection positive",
            "repeat_count look_for_infection review_drugs smear_for_lgl corticosteroid_not_yet",
        ),
        ("58 anc 1.2", "ask_fever repeat_count look_for_infection review_drugs smear_for_lgl"),
        (
            f"58 anc 1.2; {NO_FEVER}",
            "repeat_count look_for_infection review_drugs smear_for_lgl watching g_csf_concern g_csf_review",
        ),
        ("50 anc 0.1; 58 anc 1.7", "repeat_count"),
        (
            f"58 wbc 0.4; {NO_FEVER}",
            (
                "differential_now haematology repeat_count look_for_infection review_drugs smear_for_lgl "
                "corticosteroid_not_yet watching g_csf_seen"
            ),
        ),
        (
            f"58 anc 0.7 status=preliminary; {NO_FEVER}",
            (
                "final_result repeat_count look_for_infection review_drugs smear_for_lgl corticosteroid_not_yet watching "
                "g_csf_concern g_csf_review"
            ),
        ),
        (
            f"58 wbc 0.1 status=preliminary; {NO_FEVER}",
            (
                "fever_does_not_wait differential_now final_result haematology repeat_count look_for_infection "
                "review_drugs smear_for_lgl corticosteroid_not_yet g_csf_seen"
            ),
        ),
    ],
)
def test_the_steps_of_an_anc_row_in_their_order(rows, found):
    assert offered(rows) == found


@pytest.mark.parametrize(
    ("finding", "rows", "found"),
    [
        ("fever_not_known", "58 anc 0.4", "ask_fever fever_does_not_wait"),
        ("platelets_emergency", "58 platelets 20", "bleeding_now repeat_citrate haematology"),
        ("platelets_same_day", "58 platelets 80", "bleeding_now repeat_citrate haematology"),
        ("platelets_same_day", f"58 platelets 80; {CONTACT}", "bleeding_now repeat_citrate"),
        (
            "platelets_same_day",
            "58 platelets 80 status=preliminary",
            "final_result bleeding_now repeat_citrate haematology",
        ),
        ("platelets_fall", "50 platelets 300; 58 platelets 150", "repeat_citrate bleeding_now"),
        ("hemoglobin_fall", "50 hemoglobin 140; 58 hemoglobin 120", "bleeding_now haemolysis"),
        ("two_lines_low", "58 platelets 80; 58 hemoglobin 90", "haematology marrow"),
        ("two_lines_low", f"58 platelets 80; 58 hemoglobin 90; {CONTACT}", "marrow"),
        ("renal", "58 urinalysis positive", "kidney_now"),
        ("liver", "58 alt 400 uln=40", "liver_now"),
        ("thyroid", "58 tsh 9 uln=4", "thyroid_tests antithyroid_caution"),
        ("no_recent_anc", "0 alemtuzumab 12", "ask_elsewhere repeat_count"),
        ("verify_now", "58 anc <9", "verify_anc"),
        ("anc_disagreement", "58 anc 0.9; 58 wbc 2.0; 58 neutrophils_percent 60", "verify_anc"),
        ("episode_over", "40 anc 0.9; 45 anc 2.0; 58 anc 2.0", ""),
    ],
)
def test_the_steps_of_every_other_row(finding, rows, found):
    assert steps(judged(rows), finding=finding) == found


def test_a_row_without_steps_has_null_there():
    rows = judged("40 anc 0.9; 45 anc 2.0; 58 anc 2.0").findings
    assert said(rows, "finding next_steps") == "episode_over -"
    ended = judged("0 alemtuzumab 12", until=2000).findings
    assert said(ended, "next_steps", finding="label_monitoring_ended") == "-"


def test_each_step_stands_with_its_source():
    rows = f"0 alemtuzumab 12; 58 anc 0.7; {NO_FEVER}; {NO_INFECTION}; {CONTACT}"
    assert said(judged(rows).findings, "next_steps", finding="anc_low") == (
        "repeat_count@leukon-panel;look_for_infection@leukon-panel;review_drugs@leukon-panel;"
        "smear_for_lgl@vakrakou-2018;corticosteroid_option@vakrakou-2018;watching@galgani-2018;"
        "g_csf_concern@vakrakou-2018;g_csf_review@anti-cd20-review-2022"
    )
    kidney = judged("58 urinalysis positive").findings
    assert said(kidney, "next_steps", finding="renal") == "kidney_now@renal-from-memory"


# ---- the corticosteroid


@pytest.mark.parametrize("count", ["0.1", "0.4", "0.7", "0.999999"])
@pytest.mark.parametrize("fever", ["60 unwell no", "60 unwell yes", ""])
@pytest.mark.parametrize("infection", ["60 infection no", "60 infection yes", "", "60 infection low"])
@pytest.mark.parametrize("contact", ["60 haematology_contact yes", "60 haematology_contact no", ""])
def test_the_corticosteroid_is_an_option_only_without_fever_and_infection_and_with_haematology(
    count, fever, infection, contact
):
    found = offered(f"58 anc {count}; {fever}; {infection}; {contact}").split()
    is_option = (fever, infection, contact) == ("60 unwell no", "60 infection no", "60 haematology_contact yes")
    assert ("corticosteroid_option" in found) == is_option
    assert ("corticosteroid_not_yet" in found) == (not is_option)


@pytest.mark.parametrize("count", ["1.0", "1.4", "<1.1"])
@pytest.mark.parametrize("others", ["", f"{NO_FEVER}; {NO_INFECTION}; {CONTACT}"])
def test_from_1_up_no_corticosteroid_is_named_at_all(count, others):
    assert "corticosteroid" not in offered(f"58 anc {count}; {others}")


@pytest.mark.parametrize(
    ("infection", "is_option"),
    [
        ("53 infection no", True),
        ("53 infection normal", True),
        ("52.9 infection no", False),  # too old to say anything about today
        ("53 infection yes; 60 infection no", False),  # any that is present counts
        ("52 infection yes; 60 infection no", True),
        ("60 infection low", False),
        ("60 condition ebv", False),
    ],
)
def test_infection_is_that_of_the_last_7_days(infection, is_option):
    found = offered(f"58 anc 0.4; {NO_FEVER}; {CONTACT}; {infection}")
    assert ("corticosteroid_option" in found) == is_option


@pytest.mark.parametrize(
    ("contact", "known"),
    [
        ("60 haematology_contact yes", True),
        ("60 haematology_contact positive", True),
        ("60 haematology_contact no", False),
        ("60 haematology_contact negative", False),
        ("43 haematology_contact yes", True),
        ("42.9 haematology_contact yes", False),
        ("50 haematology_contact yes; 60 haematology_contact no", True),
    ],
)
def test_haematology_knows_from_7_days_before_the_episode(contact, known):
    found = offered(f"50 anc 0.4; {NO_FEVER}; {NO_INFECTION}; {contact}").split()
    assert ("corticosteroid_option" in found) == known
    assert ("haematology" in found) == (not known)


@pytest.mark.parametrize(("day", "known"), [("60", True), ("53", True), ("52.9", False), ("43", False)])
def test_without_an_episode_haematology_knows_from_the_last_7_days(day, known):
    found = offered(f"50 wbc 0.4; {NO_FEVER}; {NO_INFECTION}; {day} haematology_contact yes").split()
    assert ("corticosteroid_option" in found) == known
    assert ("haematology" in found) == (not known)
    platelets = steps(judged(f"50 platelets 20; {day} haematology_contact yes"), finding="platelets_emergency")
    assert ("haematology" in platelets) == (not known)


# ---- G-CSF

COUNTS = ["0", "0.2", "0.4", "0.5", "<0.5", "<0.6", "0.500001", "0.7", "0.999999", "1.0", "1.4", "<1.0", "<1.5"]
FEVERS = {"no": "60 temperature 36.5", "yes": "60 temperature 39", "unknown": ""}
INFECTIONS = {"no": "60 infection no", "yes": "60 infection yes", "unknown": ""}


@pytest.mark.parametrize("count", COUNTS)
def test_the_concern_about_g_csf_is_shown_only_above_one_half_without_fever_and_infection(count):
    above = not count.startswith("<") and float(count) > 0.5  # what may be lower is taken for lower
    for (fever, sign), (infection, word), final in product(FEVERS.items(), INFECTIONS.items(), (True, False)):
        status = "" if final else " status=preliminary"
        found = offered(f"58 anc {count}{status}; {sign}; {word}").split()
        shown = "g_csf_concern" in found
        assert shown == (above and fever == "no" and infection != "yes"), (count, fever, infection, final)
        if shown:
            assert found[found.index("g_csf_concern") + 1] == "g_csf_review"
        else:
            assert "g_csf_review" not in found


@pytest.mark.parametrize("count", ["0.5", "0.51", "0.9"])
def test_nor_is_it_shown_for_white_cells_for_the_neutrophils_may_be_fewer(count):
    assert "g_csf_concern" not in offered(f"58 wbc {count}; {NO_FEVER}")


def test_no_row_but_that_of_the_anc_names_g_csf():
    rows = "58 anc 0.1; 58 platelets 20; 58 hemoglobin 60; 58 urinalysis positive"
    for row in judged(rows).findings.to_pylist():
        if row["finding"] not in ANC:
            assert "g_csf" not in (row["next_steps"] or "")


# ---- watching


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (f"58 anc 0.7; {NO_FEVER}", True),
        (f"58 anc 0.7; {NO_FEVER}; {NO_INFECTION}", True),
        (f"58 anc 0.7; {NO_FEVER}; 60 infection yes", False),
        (f"58 anc 0.4; {NO_FEVER}", True),
        (f"58 anc 0.4; {NO_FEVER}; 60 infection yes", False),
        ("58 anc 0.4", False),
        ("58 anc 0.7; 60 unwell yes", False),
        (f"58 anc 0.2; {NO_FEVER}; {NO_INFECTION}", False),  # an emergency is not watched
        (f"58 anc 1.2; {NO_FEVER}", True),
        ("58 anc 1.2", False),
    ],
)
def test_watching_is_an_option_without_fever_and_infection(rows, shown):
    assert ("watching" in offered(rows)) == shown


# ---- fever may be masked


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ("60 prednisolone 25", True),
        ("53 prednisolone 25", True),
        ("53.9 prednisolone 25", True),
        ("52.9 prednisolone 25", False),
        ("60 methylprednisolone 1000", True),
        ("60 dexamethasone 4", True),
        ("60 hydrocortisone 20", True),
        ("60 prednisone 20", True),
        ("60 filgrastim 0.3", False),
        ("60 prednisolone 0", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("anc", ["58 anc 0.1", "58 anc 0.4", "58 anc 1.2", "50 anc 0.1; 58 anc 1.7", "58 wbc 0.4"])
def test_a_corticosteroid_of_the_last_7_days_may_mask_fever(anc, rows, shown):
    assert ("fever_masked" in offered(f"{anc}; {rows}")) == shown


def test_premedication_masks_it_too():
    rows = "0 alemtuzumab 12; 0 methylprednisolone 1000; 2 anc 0.4"
    assert "fever_masked" in offered(rows, until=7)
    assert "fever_masked" not in offered(rows, until=8)


def test_only_rows_of_the_anc_say_so():
    rows = "58 platelets 20; 60 prednisolone 25"
    assert "fever_masked" not in steps(judged(rows), finding="platelets_emergency")


def test_it_masks_fever_without_making_it_known():
    assert said(judged("58 anc 0.4; 60 prednisolone 25").findings, "finding fever") == (
        "anc_same_day unknown / fever_not_known unknown"
    )


# ---- rituximab


def test_under_rituximab_neither_smear_nor_corticosteroid_nor_g_csf_is_named():
    rows = f"0 rituximab 1000; 58 anc 0.7; {NO_FEVER}; {NO_INFECTION}; {CONTACT}"
    assert offered(rows, protocol="rituximab") == "repeat_count look_for_infection review_drugs"
    rows = "0 rituximab 1000; 58 anc 0.1; 60 prednisolone 25"
    assert offered(rows, protocol="rituximab") == (
        "fever_does_not_wait ask_fever fever_masked haematology repeat_count look_for_infection review_drugs"
    )
