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
    assert "grade III-IV: 12/808 = 1.485 % (exact 95 % interval 0.770 to 2.580 %)" in said
    assert "printed: 127/811; 15,70%; I-II" in said
    assert "not pooled: conflict: Baker's own abstract has 72/811" in said
    assert "one uncontrolled patient" in said


def run(monkeypatch, capsys, *words):
    from leukon import cli

    monkeypatch.setattr("sys.argv", ["leukon", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return ended.value.code, " ".join(said.out.split()), " ".join(said.err.split())


def test_bakers_conflict_over_year_1_stands_beside_the_row(capsys, monkeypatch):
    code, said, _ = run(monkeypatch, capsys, "evidence", "table", TABLE)
    assert code == 0
    assert "CONFLICT with Baker's own abstract: any neutropenia in year 1: 72/811 = 8.88 %" in said
    assert "agrees with Baker's own abstract: any neutropenia in year 2: 116/808 = 14.36 %" in said
    assert "dose: 24 mg/day; period: year 1; edition of grades: not reported" in said


def test_the_worked_example_names_its_method_and_its_weakness(capsys, monkeypatch):
    code, said, _ = run(monkeypatch, capsys, "evidence", "pool", "severe-year-1", "--include", "coles-2012")
    assert code == 0
    assert "0.617 % 95 % interval 0.186 to 1.518 % (profile likelihood) 95 % interval 0.278 to 1.367 % (Wald)" in said
    assert "pooled because named with --include, though not marked poolable" in said
    assert "tau not estimable, no prediction interval" in said
    assert "differ in dose: 12 mg/day | 24 mg/day" in said


def test_a_question_without_a_row_that_may_be_pooled_says_so(capsys, monkeypatch):
    code, said, _ = run(monkeypatch, capsys, "evidence", "pool", "mild-year-1")
    assert code == 0
    assert "No pooled estimate: no row of this question may be pooled." in said
    assert "shown, not pooled" in said


def test_ones_own_cohort_stands_beside_the_literature_marked_and_pooled(capsys, monkeypatch, tmp_path):
    ours = tmp_path / "ours.csv"
    ours.write_text("label,events,n,definition,edition\nour clinic,0,140,grade III-IV,CTCAE 5.0\n")
    words = ("evidence", "pool", "severe-year-1", "--include", "coles-2012", "--cohort", str(ours))
    code, said, _ = run(monkeypatch, capsys, *words)
    assert code == 0
    assert "our clinic: 0/140 = 0 % (exact 95 % interval 0 to 2.601 %) pooled: YOUR OWN row" in said
    assert "Pooled from 3 studies, 6 of 1112:" in said
    assert "1/2 is added to events and others of each study with none of either" in said
    assert "without our clinic:" in said


STUDY = """
[[rows]]
id = "clinic-2030"
study = "Clinic 2030"
raw = "3/400"
question = "severe-year-1"
n = 3
of = 400
outcome = "grade III-IV"
poolable = true
note = "invented for this test"
"""


def test_a_study_of_ones_own_reading_is_one_block_of_toml(capsys, monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(STUDY)
    code, said, _ = run(monkeypatch, capsys, "evidence", "pool", "severe-year-1", "--studies", str(file))
    assert code == 0
    assert "Pooled from 2 studies, 8 of 1211:" in said


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('id = "clinic-2030"', 'id = "coles-2012"', "two rows have the id"),
        ('question = "severe-year-1"', 'question = "severe-year-9"', "not among questions"),
        ('question = "severe-year-1"', "", "bears on no question"),
        ("n = 3", "n = 401", "n is at most of"),
        ("n = 3", "", "stand together"),
        ("poolable = true", "poolable = true\npooled = true", "this key is not known"),
    ],
)
def test_a_study_that_breaks_a_rule_is_refused(capsys, monkeypatch, tmp_path, old, new, why):
    file = tmp_path / "mine.toml"
    file.write_text(STUDY.replace(old, new))
    code, _, said = run(monkeypatch, capsys, "evidence", "pool", "severe-year-1", "--studies", str(file))
    assert code == 4
    assert why in said


@pytest.mark.parametrize(
    "words", [("pool", "nothing"), ("table", "nothing"), ("pool", "severe-year-1", "--include", "x")]
)
def test_names_that_nobody_knows_end_with_what_is_known(capsys, monkeypatch, words):
    code, _, said = run(monkeypatch, capsys, "evidence", *words)
    assert code == 2
    assert "leukon knows these" in said


def test_the_forest_is_written_to_the_file_that_was_named(capsys, monkeypatch, tmp_path):
    picture = tmp_path / "forest.svg"
    code, said, _ = run(monkeypatch, capsys, "evidence", "forest", "severe-year-1", "--out", str(picture))
    assert code == 0
    assert str(picture) in said.replace(" ", "")
    assert picture.read_text().startswith("<svg")
