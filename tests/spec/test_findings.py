"""What is urgent, and why: the index case as time goes on, every row's shape, and who never falls off the list.

The limits stand in test_findings_anc, _lines, _silence and _doubt, the steps in test_steps. What those files need to
write patients and rows down shortly stands here too.
"""

from datetime import datetime
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.tables import DAY_0, events, expect, tidy
from tests.tables import day as day_of

import leukon

CELLS = ("anc", "wbc", "lymphocytes", "platelets", "nk", "cd8", "cd4", "segs", "bands")
UNITS = {
    **dict.fromkeys(CELLS, "10*9/L"),
    "hemoglobin": "g/L",
    "temperature": "Cel",
    "creatinine": "umol/L",
    "tsh": "mU/L",
    "alt": "U/L",
    "ast": "U/L",
    "urine_rbc": "/[HPF]",
    "urine_protein_creatinine": "mg/g",
}
WORDS = [
    "infection",
    "condition",
    "complement",
    "antineutrophil_antibodies",
    "hemoglobin_finding",
    "platelets_finding",
    "urinalysis",
    "unwell",
    "bleeding",
    "haematology_contact",
    "lgl_smear",
    "nk_fold",
    "cd8_fold",
]
COLUMNS = {"number": "numeric_value", "recorded": "recorded_day", "source": "source_id"}


def judged(rows, *, until=60, protocol="alemtuzumab-ms", **how):
    """Review of rows `day code text`, one a line or a `;`, each with its usual unit; `unit=`, `lln=`, `status=` say otherwise."""
    parts = [part.split() for line in rows.strip().splitlines() for part in line.split(";") if part.strip()]
    names = ["day", "code", "text_value", "unit"]
    cells = []
    for day, code, text, *rest in parts:
        said = dict(word.split("=", 1) for word in rest)
        row = {"day": day, "code": code, "text_value": text, "unit": said.pop("unit", _unit(code))}
        row |= {COLUMNS.get(name, name): value for name, value in said.items()}
        names += [name for name in row if name not in names]
        cells.append(row)
    table = "\n".join(" ".join(row.get(name, "-") for name in names) for row in cells)
    return leukon.review(events(f"{' '.join(names)}\n{table}"), protocol, as_of=day_of(until).date(), **how)


def _unit(code):
    return "-" if code in WORDS else "%" if code.endswith("percent") else UNITS.get(code, "mg")


def said(table, columns, **where):
    """The rows where columns have these values, as words: cells by a space, rows by ` / `, times as days, null as `-`."""
    rows = [row for row in table.to_pylist() if all(row[name] == value for name, value in where.items())]
    return " / ".join(" ".join(_word(row[name]) for name in columns.split()) for row in rows)


def _word(value):
    if isinstance(value, datetime):
        value = (value - DAY_0).total_seconds() / 86400
    return "-" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value).replace(" ", "~")


def all_but_tests(review):
    """Finding and urgency of every row that is not one of the planned tests, in the order of their names."""
    rows = [row for row in review.findings.to_pylist() if not row["finding"].startswith("test_")]
    return " ".join(sorted(f"{row['finding']}:{row['urgency']}" for row in rows))


def steps(review, **where):
    """Ids of the steps of the one row where columns have these values, by spaces."""
    [row] = [row for row in review.findings.to_pylist() if all(row[name] == value for name, value in where.items())]
    return " ".join(step.split("@")[0] for step in (row["next_steps"] or "").split(";"))


# ---- the index case

INDEX_CASE = files("leukon").joinpath("examples", "index-case.csv")


def index_case(as_of):
    return leukon.review(leukon.read(str(INDEX_CASE)), "alemtuzumab-ms", as_of=as_of).findings


def test_on_day_65_the_index_case_is_a_matter_of_the_same_day_and_fever_is_asked():
    expect(
        index_case("2000-03-06"),
        """
        finding         urgency  episode since_time comparator value unit   value_time fever   preliminary
        test_missed     routine  -       2000-01-01 -          1     slots  -          unknown False
        test_missed     routine  -       2000-01-01 -          1     slots  -          unknown False
        test_missed     routine  -       2000-01-01 -          2     slots  -          unknown False
        test_missed     routine  -       2000-01-01 -          2     slots  -          unknown False
        test_missed     routine  -       2000-01-16 -          3     slots  -          unknown False
        test_due        routine  -       2000-03-01 -          1     slots  -          unknown False
        test_due        routine  -       2000-03-01 -          1     slots  -          unknown False
        anc_same_day    same_day 1       2000-03-06 -          0.899 10^9/L 2000-03-06 unknown False
        fever_not_known same_day 1       2000-03-06 -          0.899 10^9/L 2000-03-06 unknown False
        test_due        routine  -       2000-03-31 -          1     slots  -          unknown False
        """,
    )
    expect(
        index_case("2000-03-06"),
        """
        finding         next_steps
        test_missed     liver@lemtrada-us
        test_missed     tsh@lemtrada-us
        test_missed     creatinine@lemtrada-us
        test_missed     urinalysis@lemtrada-us
        test_missed     cbc@vakrakou-2018
        test_due        creatinine@lemtrada-us
        test_due        urinalysis@lemtrada-us
        anc_same_day    ask_fever@leukon-panel;haematology@leukon-panel;repeat_count@leukon-panel;look_for_infection@leukon-panel;review_drugs@leukon-panel;smear_for_lgl@vakrakou-2018;corticosteroid_not_yet@vakrakou-2018;g_csf_seen@gaitan-2017
        fever_not_known ask_fever@leukon-panel;fever_does_not_wait@leukon-panel
        test_due        tsh@lemtrada-us
        """,
    )


def test_on_day_70_her_count_is_lower_and_fever_may_be_masked():
    expect(
        index_case("2000-03-11"),
        """
        finding         urgency  episode since_time value unit   value_time fever   next_steps
        test_missed     routine  -       2000-01-01 1     slots  -          unknown liver@lemtrada-us
        test_missed     routine  -       2000-01-01 1     slots  -          unknown tsh@lemtrada-us
        test_missed     routine  -       2000-01-01 2     slots  -          unknown creatinine@lemtrada-us
        test_missed     routine  -       2000-01-01 2     slots  -          unknown urinalysis@lemtrada-us
        test_missed     routine  -       2000-01-16 3     slots  -          unknown cbc@vakrakou-2018
        test_due        routine  -       2000-03-01 1     slots  -          unknown creatinine@lemtrada-us
        test_due        routine  -       2000-03-01 1     slots  -          unknown urinalysis@lemtrada-us
        anc_same_day    same_day 1       2000-03-06 0.5   10^9/L 2000-03-11 unknown ask_fever@leukon-panel;fever_masked@leukon-panel;haematology@leukon-panel;repeat_count@leukon-panel;look_for_infection@leukon-panel;review_drugs@leukon-panel;smear_for_lgl@vakrakou-2018;corticosteroid_not_yet@vakrakou-2018;g_csf_seen@gaitan-2017
        fever_not_known same_day 1       2000-03-06 0.5   10^9/L 2000-03-11 unknown ask_fever@leukon-panel;fever_does_not_wait@leukon-panel
        test_due        routine  -       2000-03-31 1     slots  -          unknown tsh@lemtrada-us
        """,
    )


def test_on_day_74_she_is_recovering_and_it_is_not_confirmed():
    rows = index_case("2000-03-15")
    rows = rows.filter(pc.invert(pc.match_substring(rows["finding"].cast("string"), "test_")))
    expect(
        rows,
        """
        finding        urgency episode since_time comparator value unit   value_time fever   next_steps
        anc_recovering soon    1       2000-03-06 >=         1.5   10^9/L 2000-03-15 unknown fever_masked@leukon-panel;repeat_count@leukon-panel
        """,
    )


def test_on_day_140_it_is_over_in_one_routine_row():
    expect(
        index_case("2000-05-20"),
        """
        subject_id    finding      urgency episode since_time comparator value unit   value_time fever   preliminary next_steps
        vakrakou-2018 test_missed  routine -       2000-01-01 -          1     slots  -          unknown False       liver@lemtrada-us
        vakrakou-2018 test_missed  routine -       2000-01-01 -          2     slots  -          unknown False       tsh@lemtrada-us
        vakrakou-2018 test_missed  routine -       2000-01-01 -          5     slots  -          unknown False       creatinine@lemtrada-us
        vakrakou-2018 test_missed  routine -       2000-01-01 -          5     slots  -          unknown False       urinalysis@lemtrada-us
        vakrakou-2018 test_missed  routine -       2000-01-16 -          4     slots  -          unknown False       cbc@vakrakou-2018
        vakrakou-2018 episode_over routine 1       2000-03-15 -          0.5   10^9/L 2000-03-11 unknown False       -
        vakrakou-2018 test_due     routine -       2000-05-30 -          1     slots  -          unknown False       cbc@vakrakou-2018
        vakrakou-2018 test_due     routine -       2000-05-30 -          1     slots  -          unknown False       creatinine@lemtrada-us
        vakrakou-2018 test_due     routine -       2000-05-30 -          1     slots  -          unknown False       urinalysis@lemtrada-us
        """,
    )


# ---- shape


def test_the_columns_are_those_of_the_contract():
    names = (
        "subject_id episode finding urgency since_time comparator value unit value_time fever preliminary next_steps"
    )
    assert judged("50 anc 0.9").findings.column_names == names.split()


def test_rows_are_sorted_by_subject_then_since_then_finding():
    review = leukon.review(
        events(
            """
            subject_id day code      numeric_value
            10         50  anc       0.1
            9          52  platelets 20
            9          50  anc       0.1
            9          50  wbc       0.3
            """
        ),
        "alemtuzumab-ms",
        as_of=day_of(60).date(),
    )
    assert said(review.findings, "subject_id since_time finding").split(" / ") == [
        "9 50 anc_emergency",
        "9 50 fever_not_known",
        "9 52 platelets_emergency",
        "9 52 two_lines_low",
        "10 50 anc_emergency",
        "10 50 fever_not_known",
    ]


@pytest.mark.parametrize("ids", [pa.int64(), pa.string()])
def test_subject_ids_come_back_as_given(ids):
    text = "subject_id day code numeric_value\n7 50 anc 0.9\n8 50 anc 0.9\n007 50 anc 0.9"
    names = ["7", "8", "007"] if ids == pa.string() else [7, 8]
    review = leukon.review(events(text, ids), "alemtuzumab-ms", as_of="2000-03-01")
    assert set(review.findings["subject_id"].to_pylist()) == set(review.workup["subject_id"].to_pylist()) == set(names)


def test_the_order_of_the_input_does_not_matter():
    rows = (
        "0 alemtuzumab 12\n40 anc 8.0\n50 anc 0.4\n50 platelets 20\n50 temperature 38.0\n51 anc 0.3 status=preliminary"
    )
    turned = "\n".join(reversed(rows.splitlines()))
    assert judged(rows).findings.equals(judged(turned).findings)


def test_without_events_there_are_no_findings():
    assert judged("0 alemtuzumab 12", until=0).findings.num_rows >= 0
    empty = leukon.review(
        events("subject_id day code numeric_value\n1 50 anc 0.9"), "alemtuzumab-ms", as_of="1999-01-01"
    )
    assert (empty.findings.num_rows, empty.workup.num_rows) == (0, 0)


# ---- nobody falls off


@pytest.mark.parametrize("until", [50, 60, 365, 1461, 1600, 9_000])
@pytest.mark.parametrize("dose", ["", "0 alemtuzumab 12\n"])
def test_an_open_episode_keeps_its_row_however_much_time_passes(until, dose):
    review = judged(f"{dose}50 anc 0.4", until=until)
    assert said(review.findings, "finding urgency since_time value_time", episode=1, finding="anc_same_day") == (
        "anc_same_day same_day 50 50"
    )


@pytest.mark.parametrize("until", [60, 365, 1461, 1600, 9_000])
def test_a_recovery_that_was_never_confirmed_keeps_its_row_too(until):
    review = judged("0 alemtuzumab 12\n50 anc 0.4\n55 anc 2.0", until=until)
    assert said(review.findings, "finding urgency value value_time", episode=1) == "anc_recovering soon 2 55"


@pytest.mark.parametrize("until", [60, 365, 9_000])
def test_low_platelets_stay_until_another_count_comes(until):
    review = judged("0 alemtuzumab 12\n50 anc 3.0\n50 platelets 24", until=until)
    assert said(review.findings, "urgency since_time", finding="platelets_emergency") == "emergency 50"


def test_every_open_episode_has_exactly_one_anc_row_that_is_not_preliminary():
    for value in ("0", "0.2", "0.4", "0.7", "1.2", "<0.1", "<1.5"):
        for fever in ("", "\n60 temperature 38.5", "\n60 temperature 36.5"):
            for later in ("", "\n55 anc 1.9", "\n55 wbc 0.4", "\n55 anc <9", "\n55 anc 0.3 status=preliminary"):
                rows = judged(f"0 alemtuzumab 12\n50 anc {value}{later}{fever}").findings.to_pylist()
                mine = [row["finding"] for row in rows if row["episode"] == 1 and row["finding"] != "fever_not_known"]
                assert len(mine) == 1, (value, fever, later, mine)
                assert mine[0].startswith("anc_")


# ---- what was not known yet


def test_rows_after_as_of_raise_nothing_yet():
    rows = "0 alemtuzumab 12\n50 anc 0.4\n50.5 temperature 38.5\n51 platelets 20"
    assert all_but_tests(judged(rows, until=49)) == "no_recent_anc:soon"
    assert all_but_tests(judged(rows, until=50)) == "anc_emergency:emergency"
    assert all_but_tests(judged(rows, until=51)) == (
        "anc_emergency:emergency platelets_emergency:emergency two_lines_low:same_day"
    )


def test_a_row_recorded_after_as_of_raises_nothing_yet():
    rows = "50 anc 0.4 recorded=55"
    assert all_but_tests(judged(rows, until=54)) == ""
    assert all_but_tests(judged(rows, until=55)) == "anc_same_day:same_day fever_not_known:same_day"


# ---- every protocol


def test_under_rituximab_urgency_is_the_same_and_the_steps_are_the_general_ones():
    review = judged("0 rituximab 1000\n50 anc 0.4\n50 platelets 40", protocol="rituximab")
    rows = said(review.findings, "finding urgency episode value next_steps").split(" / ")
    assert tidy("\n".join(row for row in rows if not row.startswith("test_"))) == tidy(
        """
        anc_same_day        same_day  1 0.4 ask_fever@leukon-panel;haematology@leukon-panel;repeat_count@leukon-panel;look_for_infection@leukon-panel;review_drugs@leukon-panel
        fever_not_known     same_day  1 0.4 ask_fever@leukon-panel;fever_does_not_wait@leukon-panel
        platelets_emergency emergency - 40  bleeding_now@leukon-panel;repeat_citrate@leukon-panel;haematology@leukon-panel
        two_lines_low       same_day  - 2   haematology@leukon-panel;marrow@leukon-panel
        """
    )


@pytest.mark.parametrize("protocol", ["alemtuzumab-ms", "rituximab"])
def test_a_patient_without_any_course_is_judged_too(protocol):
    review = judged("50 anc 0.4\n50 platelets 99\n50 hemoglobin 99", protocol=protocol)
    assert said(review.findings, "finding urgency episode").split(" / ") == [
        "anc_same_day same_day 1",
        "fever_not_known same_day 1",
        "platelets_same_day same_day -",
        "two_lines_low same_day -",
    ]
