"""Table 1 as data: what was printed, what is stored, and how sure it is."""

import pytest

from leukon.cohort.proportions import estimate_proportion
from leukon.knowledge.evidence import list_evidence, load_evidence

TABLE = "vakrakou-2018-table-1"


@pytest.mark.parametrize(
    ("n", "of", "percent", "low", "high"),
    [
        (127, 811, 15.66, 13.23, 18.35),
        (72, 811, 8.88, 7.01, 11.05),
        (5, 811, 0.617, 0.200, 1.433),
        (104, 808, 12.87, 10.64, 15.38),
        (12, 808, 1.485, 0.770, 2.580),
        (116, 808, 14.36, 12.01, 16.97),
        (1, 161, 0.621, 0.016, 3.412),
        (1, 100, 1.00, 0.025, 5.446),
    ],
)
def test_exact_intervals_are_those_computed_elsewhere(n, of, percent, low, high):
    found = estimate_proportion(n, of)
    digits = 2 if percent > 5 else 3
    assert [round(100 * x, digits) for x in (found.value, found.low, found.high)] == [percent, low, high]


def test_none_and_all_have_intervals_too():
    none, all_ = estimate_proportion(0, 20), estimate_proportion(20, 20)
    assert (none.low, all_.high) == (0, 1)
    assert round(none.high, 4) == round(1 - all_.low, 4) == 0.1684


def test_only_the_rows_of_one_dose_and_outcome_are_poolable():
    rows = load_evidence(TABLE).rows
    assert [row.id for row in rows if row.poolable] == [
        "baker-2017-y1-severe",
        "baker-2017-y2-mild",
        "baker-2017-y2-severe",
    ]
    assert len(rows) == 10


def test_the_contrary_review_stands_beside_the_worry_about_g_csf():
    assert any("no relapse after it" in remark.text for remark in load_evidence(TABLE).remarks)


def test_every_shipped_table_loads():
    assert TABLE in list_evidence()
    assert all(load_evidence(name).rows for name in list_evidence())


def test_the_command_shows_each_row_with_its_interval_its_print_and_its_weakness(capsys, monkeypatch):
    from leukon import cli

    monkeypatch.setattr("sys.argv", ["leukon", "evidence"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "grade III-IV: 12/808 = 1.49 % (exact 95 % interval 0.77 to 2.58 %)" in said
    assert "printed: 127/811; 15,70%; I-II" in said
    assert "not pooled: conflict: Baker's own abstract has 72/811" in said
    assert "one uncontrolled patient" in said
