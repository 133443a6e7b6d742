"""Proposals for unknown codes: with reasons, honest about ties, and never a map by themselves."""

import tomllib
from pathlib import Path

import pyarrow as pa
import pytest
from tests.tables import day, tidy

import leukon
from leukon.events.code_map import CodeMap
from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.ingest.code_hints import suggest_codes
from leukon.ingest.code_hints_said import say_suggestions
from leukon.ingest.code_hints_words import cut, find_meanings, load_hints

ROOT = Path(__file__).parents[2]
MIMIC = ROOT.parent / "shared/data/mimic-iv-demo-half.parquet"
CDISC = ROOT.parent / "shared/data/cdisc-pilot-lb.parquet"


def rows(code, values, unit=None, text=None):
    count = max(len(values), 1)
    return pa.table(
        {
            "subject_id": pa.array(range(count), pa.int64()),
            "time": pa.array([day(n) for n in range(count)], pa.timestamp("us")),
            "code": pa.array([code] * count),
            "numeric_value": pa.array(values or [None], pa.float64()),
            "text_value": pa.array([text] * count, pa.string()),
            "unit": pa.array([unit] * count, pa.string()),
        }
    )


def around(middle, count=9):
    return [middle * (0.8 + 0.4 * n / (count - 1)) for n in range(count)]


def proposed(code, values, unit=None, **more):
    return [(each.concept, each.unit, each.confidence) for each in suggest_codes(rows(code, values, unit), **more)]


def test_names_units_and_values_together_are_likely():
    expected = """
    code                       unit     middle  concept              confidence
    NEUT                       10*9/L   3.5     anc                  likely
    NEUT#                      K/uL     3.5     anc                  likely
    NEUT%                      %        55      neutrophils_percent  likely
    Neutrophils~abs            /uL      3500    anc                  likely
    LOCAL//ANC                 10*9/L   3.5     anc                  likely
    Segmented~neutrophils      %        50      neutrophils_percent  likely
    Leukozyten                 G/L      6       wbc                  likely
    White~blood~cells          10*9/L   6       wbc                  likely
    Globules~blancs            G/L      6       wbc                  likely
    Lymphozyten~%              %        25      lymphocytes_percent  likely
    Λεμφοκύτταρα               K/uL     1.8     lymphocytes          likely
    Thrombozyten               Gpt/L    250     platelets            likely
    PLT                        10*9/L   250     platelets            likely
    Hämoglobin                 g/dL     13      hemoglobin           likely
    Hb                         g/L      130     hemoglobin           likely
    CD4~absolute               /uL      600     cd4                  likely
    CD19+~B-cells              %        8       b_cells_percent      likely
    Creatinine~serum           mg/dL    0.9     creatinine           likely
    TSH                        mU/L     2       tsh                  likely
    ALAT~(GPT)                 U/L      25      alt                  likely
    RBC~urine~sediment         /HPF     2       urine_rbc            likely
    """
    found = []
    for line in expected.strip().splitlines()[1:]:
        code, unit, middle, *_ = line.split()
        for concept, _, confidence in proposed(code.replace("~", " "), around(float(middle)), unit):
            found.append(f"{code} {unit} {middle} {concept} {confidence}")
    assert tidy("\n".join(["code unit middle concept confidence", *found])) == tidy(expected)


@pytest.mark.parametrize(
    ("code", "unit", "middle"),
    [
        ("Hemoglobin A1c", "%", 6), ("MCHC (mean corpuscular hemoglobin)", "g/dL", 33), ("Mean platelet volume", "fL", 10),
        ("Neutrophils CSF", "/uL", 3500), ("Leukocytes pleural fluid", "/uL", 5000), ("WBC urine", "/HPF", 2),
        ("Leukocyte esterase", None, 1), ("Reactive lymphocytes", "%", 10), ("Creatinine clearance", "mL/min", 90),
        ("Creatinine urine", "mg/dL", 0.9), ("CD4/CD8 ratio", "1", 1.5), ("Reticulocyte hemoglobin", "pg", 30),
        ("TSH receptor antibodies", "U/L", 1), ("Monocytes", "10*9/L", 0.5), ("Glucose", "mg/dL", 0.9),
        ("Eosinophils", "%", 30), ("Hydroxy-xyz", "mg", 5),
    ],
)  # fmt: skip
def test_a_name_of_something_else_is_not_proposed(code, unit, middle):
    assert proposed(code, around(middle), unit) == []


def test_a_short_word_that_forbids_is_a_whole_word():
    assert proposed("Hb method 2", around(130), "g/L") == [("hemoglobin", None, "likely")]
    assert proposed("met Hb", around(130), "g/L") == []


def test_a_unit_chooses_between_count_and_percentage():
    assert proposed("Neutrophils", around(55), "%") == [("neutrophils_percent", None, "likely")]
    assert proposed("Neutrophils", around(3.5), "10*9/L") == [("anc", None, "likely")]


def test_without_a_unit_the_values_say_in_which_they_would_be_usual_and_nothing_is_likely():
    assert proposed("Hgb", around(13)) == [("hemoglobin", "g/dL", "possible")]
    assert proposed("Hgb", around(130)) == [("hemoglobin", "g/L", "possible")]
    assert proposed("WBC", around(6)) == [("wbc", "10^9/L", "possible")]
    assert proposed("WBC", around(6000)) == [("wbc", "/uL", "possible")]


def test_ties_are_all_listed_and_none_is_likely():
    assert proposed("Hb", around(8.4)) == [("hemoglobin", "mmol/L", "possible"), ("hemoglobin", "g/dL", "possible")]
    assert proposed("LAB//50861//IU/L", around(25)) == [("alt", "IU/L", "possible"), ("ast", "IU/L", "possible")]
    assert proposed("ALT AST", around(20), "U/L") == [("alt", None, "possible"), ("ast", None, "possible")]
    assert [each.others for each in suggest_codes(rows("LAB//50861//IU/L", around(25)))] == [1, 1]


def test_values_that_do_not_fit_take_the_confidence_away_and_are_told():
    (found,) = suggest_codes(rows("NEUT", around(3500), "10*9/L"))
    assert (found.concept, found.confidence) == ("anc", "possible")
    assert "the middle of its 9 numbers, 3.5e+03 10^9/L, is not plausible (2 to 7.5)" in found.reasons
    assert proposed("NEUT", around(11.2), "10*9/L") == [("anc", None, "likely")]  # near: people in hospital
    assert proposed("NEUT", around(11.3), "10*9/L") == [("anc", None, "possible")]


def test_four_numbers_are_too_few_to_be_likely_and_five_are_enough():
    assert proposed("NEUT", [3.0, 3.1, 3.2, 3.3], "10*9/L") == [("anc", None, "possible")]
    assert proposed("NEUT", [3.0, 3.1, 3.2, 3.3, 3.4], "10*9/L") == [("anc", None, "likely")]


def test_an_unknown_unit_is_named_and_not_guessed():
    (found,) = suggest_codes(rows("WBC", around(6), "furlong"))
    assert (found.concept, found.unit, found.confidence) == ("wbc", None, "possible")
    assert "its unit, furlong, is none that leukon converts for it" in found.reasons


def test_a_code_without_any_number_is_no_count():
    assert suggest_codes(rows("DIAGNOSIS//Neutropenia", [])) == []
    assert suggest_codes(rows("Neutrophils, comment", [], text="see note")) == []


def test_numbers_in_the_text_are_read_as_at_the_door():
    found = suggest_codes(rows("NEUT", [None] * 6, "10*9/L", text="3,4"))
    assert [(each.concept, each.confidence) for each in found] == [("anc", "likely")]


def test_unit_and_values_alone_propose_only_codes_without_a_name():
    assert proposed("LAB//51301//K/uL", around(250)) == [("platelets", "K/uL", "possible")]
    assert proposed("LAB//GLUC//K/uL", around(250)) == []
    assert proposed("LAB//51301//K/uL", around(1000)) == []
    assert proposed("LAB//51301//K/uL", [*around(250), -1]) == []
    assert proposed("LAB//51301", around(250)) == []
    assert proposed("LAB//1//%", around(70)) == [("neutrophils_percent", "%", "possible")]  # and no rare subset


def test_a_standard_code_that_leukon_does_not_know_is_not_guessed_from_its_values():
    assert proposed("LOINC//99999-9", around(250), "K/uL") == []
    assert proposed("LOINC//99999-9", around(250), "K/uL", displays={"LOINC//99999-9": "Platelets"}) == [
        ("platelets", None, "likely")
    ]


def test_known_and_mapped_codes_are_not_proposed_again():
    assert proposed("LOINC//751-8", around(3.5), "10*9/L") == []
    mapped = CodeMap.model_validate({"codes": {"NEUT": {"concept": "anc"}}})
    assert proposed("NEUT", around(3.5), "10*9/L", code_map=mapped) == []
    assert proposed("UNREADABLE//segment", around(3.5), "10*9/L") == []


def test_drugs_are_known_by_name_with_what_was_done_and_where_they_went():
    expected = """
    code                                           concept             form      event      confidence
    MED//Lemtrada~12~mg                            alemtuzumab         systemic  given      likely
    PredniSONE                                     prednisone          systemic  given      likely
    PrednisoLONE~Acetate~1%~Ophth.~Susp.           prednisolone        eye       given      likely
    MEDICATION//STOP//MethylPREDNISolone~Na~Succ   methylprednisolone  systemic  stopped    likely
    Filgrastim-sndz//Not~Given                     filgrastim          systemic  not_given  likely
    Hydrocortisone~(Rectal)~2.5%~Cream             hydrocortisone      rectal    given      likely
    Hydrocortisone~Cream                           hydrocortisone      skin      given      likely
    Neomycin-Dexamethasone                         dexamethasone       systemic  given      possible
    MTX                                            methotrexate        systemic  given      possible
    Solu-Medrol//START                             methylprednisolone  systemic  started    likely
    """
    found = []
    for line in expected.strip().splitlines()[1:]:
        code = line.split()[0]
        guesses = suggest_codes(rows(code.replace("~", " "), [1.0], "mg"))
        found += [f"{code} {each.concept} {each.form} {each.event} {each.confidence}" for each in guesses]
    assert tidy("\n".join(["code concept form event confidence", *found])) == tidy(expected)


def test_another_drug_is_none_of_ours():
    assert suggest_codes(rows("Fludrocortisone Acetate", [1.0], "mg")) == []
    assert suggest_codes(rows("Ondansetron", [1.0], "mg")) == []


def test_what_is_printed_maps_nothing_until_a_person_takes_the_sign_away(tmp_path):
    codes = ("NEUT", 'odd "name" Platelets', "PrednisoLONE Ophth.", "LAB//50861//IU/L", "WBC\x1b[2J\nx")
    tables = [rows(code, around(3.5), None if "//" in code else "10*9/L") for code in codes[:4]]
    tables += [rows(codes[4], around(6), "10*9/L")]
    said = say_suggestions(suggest_codes(pa.concat_tables(tables)))
    assert tomllib.loads(said) == {}
    assert all(line.startswith("#") for line in said.splitlines() if line)
    assert "\x1b" not in said
    uncommented = "\n".join(line.removeprefix("# ") for line in said.splitlines() if not line.startswith("##"))
    (tmp_path / "map.toml").write_text(uncommented, encoding="utf-8")
    loaded = leukon.load_code_map(tmp_path / "map.toml").codes
    assert {code: entry.concept for code, entry in loaded.items()} == {
        "NEUT": "anc",
        'odd "name" Platelets': "platelets",
        "PrednisoLONE Ophth.": "prednisolone",
        "WBC\x1b[2J\nx": "wbc",
    }
    assert loaded["PrednisoLONE Ophth."].form == "eye"


def test_nothing_to_propose_is_said():
    assert "nothing to propose" in say_suggestions([])
    assert suggest_codes(rows("NEUT", [1.0]).slice(0, 0)) == []


def test_the_most_frequent_code_comes_first():
    table = pa.concat_tables([rows("PLT", around(250), "K/uL"), rows("WBC", around(6, 30), "K/uL")])
    assert [(each.code, each.rows, each.subjects) for each in suggest_codes(table)] == [("WBC", 30, 30), ("PLT", 9, 9)]


def test_the_order_of_the_rows_changes_nothing():
    units = ("K/uL", "/uL", None)
    table = pa.concat_tables([rows("WBC", around(6), unit) for unit in units])
    shuffled = pa.concat_tables([rows("WBC", around(6), unit) for unit in reversed(units)])
    assert suggest_codes(table) == suggest_codes(shuffled)
    assert suggest_codes(table)[0].reasons[-2:] == (
        "some of its rows have other units: K/uL",
        "9 of its 27 rows carry no unit and would be refused",
    )


def test_every_word_of_the_file_can_be_met():
    """A word with a capital letter, an accent or a sign between would never be found in a name."""
    hints = load_hints()
    named = (*hints.things, *hints.events, *hints.forms)
    words = [word for each in named for word in (*each.words, *each.stems, *each.phrases)]
    words += [word for each in hints.things for word in (*each.unless, *each.beside)]
    words += [*hints.marks.absolute, *hints.marks.percent, *hints.marks.other_samples, *hints.drug_words.words]
    assert [word for word in words if " ".join(cut(word)) != word] == []


def test_every_concept_of_the_file_exists_and_what_is_usual_is_plausible():
    hints, concepts = load_hints(), load_concepts()
    for name in (*(concept for thing in hints.things for concept in thing.concepts), *hints.other_names):
        assert name in concepts.by_name
    for name, usual in hints.usual.items():
        limits = concepts.by_name[name].plausible
        assert usual.low < usual.high
        assert limits is None or limits.low <= usual.low < usual.high <= limits.high


@pytest.mark.parametrize("name", load_hints().usual)
def test_what_a_concept_is_called_is_found(name):
    """leukon's own words for what it knows mean that, and nothing else."""
    concept = load_concepts().by_name[name]
    unit = load_units().examples(concept.kind)[0]
    usual = load_hints().usual[name]
    found = proposed(concept.display.replace("leukocytes", "WBC"), around((usual.low + usual.high) / 2), unit)
    assert name in [each[0] for each in found]


def test_neutrophils_are_not_segs_and_bands():
    assert [each.concepts[0] for each in find_meanings(cut("Neutrophils"))] == ["anc"]
    assert [each.concepts[0] for each in find_meanings(cut("Segs"))] == ["segs"]
    assert [each.concepts[0] for each in find_meanings(cut("Neutrophils, band"))] == ["bands"]


@pytest.mark.skipif(not MIMIC.exists(), reason="the real data do not lie beside this repository")
def test_the_codes_of_a_real_hospital_are_proposed_as_a_person_mapped_them():
    """Its laboratory codes are numbers without a name: only unit and values can speak for them."""
    import pyarrow.parquet as pq

    mapped = leukon.load_code_map(ROOT / "examples/mimic-codes.toml")
    table = pq.read_table(MIMIC)
    found = {}
    for each in suggest_codes(table, code_map=CodeMap(columns=mapped.columns)):
        found.setdefault(each.code, []).append(each)
    met = [code for code in mapped.codes if code in set(table["code"].unique().to_pylist())]

    def is_right(code, each):
        entry = mapped.codes[code]
        return (each.concept, each.form, each.event) == (entry.concept, entry.form, entry.event)

    listed = [code for code in met if any(is_right(code, each) for each in found.get(code, []))]
    first = [code for code in met if code in found and is_right(code, found[code][0])]
    likely = [code for code in met if code in found and found[code][0].confidence == "likely"]
    said = f"of {len(met)} codes {len(listed)} are listed right, {len(first)} first, {len(likely)} as likely"
    assert (len(met), len(listed), len(first), len(likely)) == (42, 41, 40, 27), said
    assert set(likely) <= set(first), "what is likely is right"
    assert sorted(set(met) - set(listed)) == ["LAB//51144//%"], "bands are 0 or few: no value is usual"


@pytest.mark.skipif(not CDISC.exists(), reason="the real data do not lie beside this repository")
def test_the_tests_of_a_real_trial_are_told_by_their_names():
    import pyarrow.parquet as pq

    lb = pq.read_table(CDISC)
    table = pa.table(
        {
            "subject_id": lb["USUBJID"],
            "time": pa.nulls(lb.num_rows, pa.timestamp("us")),
            "code": lb["LBTESTCD"],
            "numeric_value": lb["LBSTRESN"],
            "unit": lb["LBSTRESU"],
        }
    )
    displays = dict(zip(lb["LBTESTCD"].to_pylist(), lb["LBTEST"].to_pylist(), strict=True))
    found = {}
    for each in suggest_codes(table, displays=displays):
        found.setdefault(each.code, []).append(each.concept)
    assert {code: concepts[0] for code, concepts in found.items()} == {
        "CREAT": "creatinine",
        "ALT": "alt",
        "AST": "ast",
        "BILI": "bilirubin",
        "HGB": "hemoglobin",
        "WBC": "wbc",
        "LYM": "lymphocytes",
        "PLAT": "platelets",
        "TSH": "tsh",
        "LYMLE": "lymphocytes_percent",
    }, "and none of the other 36, HBA1C, MCHC and BASOLE (basophils/leukocytes) among them"
    assert found["LYMLE"] == ["lymphocytes_percent"], "its unit, FRACTION, tells"


def test_an_order_whose_doses_are_told_by_themselves_is_not_proposed():
    assert proposed("LOCAL//alemtuzumab", [12.0], "mg") != []
    assert proposed("ORDERED//LOCAL//alemtuzumab", [12.0], "mg") == []
