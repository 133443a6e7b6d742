"""The paper's claims: each verdict is what is computed, and the data file keeps its rules."""

import pytest

from leukon.errors import InvalidFile, UnknownName
from leukon.events.data_files import check_model
from leukon.knowledge.paper import Paper, list_papers, load_paper
from leukon.present.paper import CHECKS, check_paper

ANSWERS = check_paper()
HOLDS = {"agrees": True, "slip": False, "conflict": False, "doubtful": False, "opinion": None}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.claim.id)
def test_a_verdict_is_what_is_computed(answer):
    if answer.checked is not None:
        assert answer.checked.holds == HOLDS[answer.claim.verdict], answer.checked.said


def test_every_check_is_of_a_claim_and_every_claim_finds_its_check():
    assert {answer.claim.check for answer in ANSWERS} - {None} == set(CHECKS)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("mild-in-16-percent", "127/811 = 15.66 % [13.23, 18.35]"),
        ("mild-in-16-percent", "72/811 = 8.88 % [7.01, 11.05]"),
        ("severe-in-0.6-percent", "5/811 = 0.617 % [0.200, 1.433]"),
        ("year-2-in-table-1", "104/808 = 12.87 % [10.64, 15.38]; 12/808 = 1.485 % [0.770, 2.580]"),
        ("year-2-in-table-1", "116/808 = 14.36 % [12.01, 16.97]"),
        ("coles-0.60-percent", "1/161 = 0.621 % [0.016, 3.412]"),
        ("willis-1-percent", "1/100 = 1.000 % [0.025, 5.446]"),
        ("only-year-1", "odds ratio 2.43, Fisher's p 0.094"),
        ("after-the-last", "70 days after the first dose, 66 after the last"),
        ("grade-iii", "grade 3 by CTCAE 5.0, grade 2 by CTCAE 6.0"),
        ("five-and-nine-days", "at least 5 days (first to last low count), 9 observed, at most 75"),
        ("shares-of-lymphocytes", "102.2 %"),
        ("lgl-80-90-percent", "at most 0.99 x 10^9/L"),
        ("fold-increase", "1.5-fold as a share: as a count at most 0.7-fold"),
        ("fold-increase", "3.2-fold as a share: as a count at most 1.5-fold"),
        ("others-very-remote", "unknown: other_drugs, antineutrophil_antibodies"),
        ("response-to-steroids", "1 patient, no control; recovered untreated: Galgani 2018"),
        ("against-g-csf", "reports no relapse after it"),
        ("every-15-days", "no result received on days 15, 30, 45, 90"),
    ],
)
def test_what_is_computed_is_what_was_computed_elsewhere(claim, said):
    (answer,) = [answer for answer in ANSWERS if answer.claim.id == claim]
    assert said in answer.checked.said


def test_nothing_is_computed_for_what_was_not_published():
    silent = [answer for answer in ANSWERS if answer.claim.verdict in ("not published", "not checked")]
    assert len(silent) == 3
    assert all(answer.checked is None for answer in silent)


def test_no_claim_about_a_treatment_is_said_to_agree():
    opinions = {answer.claim.id for answer in ANSWERS if answer.claim.verdict == "opinion"}
    assert opinions == {"response-to-steroids", "against-g-csf", "every-15-days"}


def test_an_unknown_paper_is_named():
    assert list_papers() == ("vakrakou-2018",)
    with pytest.raises(UnknownName, match="vakrakou-2018"):
        load_paper("vakrakou-2019")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"check": None, "verdict": "agrees"}, "needs a check"),
        ({"check": "dose", "verdict": "not published"}, "has no check"),
        ({"verdict": "true"}, "verdict"),
        ({"id": "mild-in-16-percent"}, "two claims have one id"),
    ],
)
def test_a_claim_that_breaks_a_rule_is_refused(change, why):
    content = load_paper("vakrakou-2018").model_dump()
    content["claims"] = [*content["claims"][:-1], content["claims"][-1] | change]
    with pytest.raises(InvalidFile, match=why):
        check_model(content, "paper.toml", Paper)


def test_a_source_that_nobody_knows_is_refused():
    content = load_paper("vakrakou-2018").model_dump() | {"source": "nowhere"}
    with pytest.raises(InvalidFile, match="nowhere"):
        check_model(content, "paper.toml", Paper)


def test_the_command_says_claim_verdict_and_what_was_computed(capsys, monkeypatch):
    from leukon import cli

    monkeypatch.setattr("sys.argv", ["leukon", "paper"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "after-the-last: SLIP" in said
    assert "computed: ANC 0.500 x 10^9/L 70 days after the first dose, 66 after the last" in said
    assert "Not a medical device" in said
