"""What does a code mean: the code lists written out, bare codes, a site's own map with units, ranges, forms, events."""

import pytest
from tests.tables import events, expect, reviewed

import leukon
from leukon.events.concepts import Concept, load_concepts

COUNTS = {
    "anc": "LOINC//751-8 LOINC//26499-4 LOINC//753-4 OMOP//3013650 OMOP//3017732 OMOP//3017501",
    "neutrophils_percent": "LOINC//770-8 LOINC//26511-6 OMOP//3008342 OMOP//3018010 LOINC//26505-8",
    "wbc": "LOINC//6690-2 LOINC//26464-8 OMOP//3000905 OMOP//3010813",
    "lymphocytes": "LOINC//731-0 LOINC//26474-7 OMOP//3004327 OMOP//3019198",
    "lymphocytes_percent": "LOINC//736-9 OMOP//3037511",
    "hemoglobin": "LOINC//718-7 OMOP//3000963",
    "platelets": "LOINC//777-3 LOINC//26515-7 OMOP//3024929 OMOP//3007461",
    "cd3": "LOINC//8122-4 OMOP//3011412",
    "cd3_percent": "LOINC//8124-0 OMOP//3022533",
    "cd4": "LOINC//24467-3 OMOP//3028167",
    "cd4_percent": "LOINC//8123-2 OMOP//3014037",
    "cd8": "LOINC//14135-8 OMOP//3001405",
    "cd8_percent": "LOINC//8101-8 OMOP//3007449",
    "b_cells": "LOINC//8116-6 OMOP//3010503",
    "b_cells_percent": "LOINC//8117-4 OMOP//3016228",
    "nk": "LOINC//20402-4 OMOP//3020358 LOINC//9728-7 OMOP//3025271",
    "nk_percent": "LOINC//18267-5 OMOP//3015455",
    "bands": "LOINC//26507-4",
    "bands_percent": "LOINC//26508-2",
    "segs": "LOINC//30451-9",
    "monocytes": "LOINC//742-7 LOINC//26484-6",
    "eosinophils": "LOINC//711-2 LOINC//26449-9",
    "basophils": "LOINC//704-7 LOINC//26444-0",
    "creatinine": "LOINC//2160-0 LOINC//14682-9",
    "tsh": "LOINC//3016-3",
    "alt": "LOINC//1742-6",
    "ast": "LOINC//1920-8",
    "bilirubin": "LOINC//1975-2",
    "urine_rbc": "LOINC//13945-1",
    "urine_protein": "LOINC//20454-5 LOINC//2888-6",
    "urine_protein_creatinine": "LOINC//2890-2",
    "temperature": "LOINC//8310-5",
    "blood_smear": "LOINC//5909-7",
}
DRUGS = {
    "alemtuzumab": "OMOP//1312706 RxNorm//117055 ATC//L04AG06 ATC//L04AA34 ATC//L01XC04",
    "natalizumab": "OMOP//735843 RxNorm//354770 ATC//L04AG03 ATC//L04AA23",
    "glatiramer": "OMOP//751889 RxNorm//214582 ATC//L03AX13",
    "ocrelizumab": "OMOP//1593457 RxNorm//1876366 ATC//L04AG08 ATC//L04AA36",
    "rituximab": "OMOP//1314273 RxNorm//121191 ATC//L01FA01 ATC//L01XC02",
    "prednisolone": "OMOP//1550557 RxNorm//8638 ATC//H02AB06",
    "methylprednisolone": "OMOP//1506270 RxNorm//6902 ATC//H02AB04",
    "filgrastim": "OMOP//1304850 RxNorm//68442 ATC//L03AA02",
    "prednisone": "RxNorm//8640 ATC//H02AB07",
    "dexamethasone": "RxNorm//3264 ATC//H02AB02",
    "pegfilgrastim": "RxNorm//338036 ATC//L03AA13",
    "lenograstim": "ATC//L03AA10",
    "carbimazole": "ATC//H03BB01",
    "thiamazole": "RxNorm//6835 ATC//H03BB02",
    "propylthiouracil": "RxNorm//8794 ATC//H03BA02",
    "co_trimoxazole": "ATC//J01EE01",
    "metamizole": "ATC//N02BB02",
    "methotrexate": "RxNorm//6851 ATC//L04AX03 ATC//L01BA01",
    "cladribine": "ATC//L04AA40 ATC//L01BB04",
    "fingolimod": "RxNorm//1012892 ATC//L04AE01 ATC//L04AA27",
    "hydrocortisone": "RxNorm//5492 ATC//H02AB09",
    "immunoglobulins": "ATC//J06BA02",
    "aciclovir": "RxNorm//281 ATC//J05AB01",
    "valaciclovir": "RxNorm//73645 ATC//J05AB11",
    "valganciclovir": "RxNorm//275891 ATC//J05AB14",
    "clozapine": "RxNorm//2626 ATC//N05AH02",
    "sulfasalazine": "RxNorm//9524 ATC//A07EC01",
    "dapsone": "RxNorm//3108 ATC//J04BA02",
    "ticlopidine": "RxNorm//10594 ATC//B01AC05",
}
TRIALS = {
    "b_cells": "SDTM//CD19",
    "b_cells_percent": "SDTM//CD19LY",
    "cd3_percent": "SDTM//CD3LY",
    "cd4_percent": "SDTM//CD4LY",
    "cd8_percent": "SDTM//CD8LY",
    "nk": "SDTM//NKCE SDTM//CD1656",
    "nk_percent": "SDTM//NKCELY SDTM//NKCELYCE SDTM//CD1656LY",
    "urine_rbc": "SDTM//URINE//RBC",
    "urine_protein": "SDTM//URINE//PROT",
    "urine_protein_creatinine": "SDTM//PROTCRT SDTM//URINE//PROTCRT",
}
PAIRS = [(code, concept) for concept, codes in (COUNTS | DRUGS).items() for code in codes.split()]
OWN_NAMES = """
    anc wbc lymphocytes hemoglobin platelets cd4 cd8 nk b_cells creatinine tsh alt ast
    lgl_percent nk_percent cd8_percent cd4_percent b_cells_percent nk_fold cd8_fold temperature
    complement infection antineutrophil_antibodies hemoglobin_finding platelets_finding urinalysis unwell
    bleeding haematology_contact lgl_smear condition alemtuzumab prednisolone filgrastim plasma_exchange
"""


def concepts_met(codes, **how):
    rows = "\n".join(f"1 {code} 1" for code in codes)
    seen = reviewed(f"day code numeric_value\n{rows}", **how).codes_seen.to_pylist()
    return {row["code"]: row["concept"] for row in seen}


@pytest.mark.parametrize(("concept", "codes"), TRIALS.items())
def test_a_test_code_of_trials_means_one_concept(concept, codes):
    assert concepts_met(codes.split()) == dict.fromkeys(codes.split(), concept)


def test_every_drug_that_a_shipped_protocol_names_has_an_atc_code():
    named = set()
    for name in leukon.list_protocols():
        protocol = leukon.load_protocol(name)
        named |= {*protocol.drugs, *(drug for group in protocol.treatments.values() for drug in group.concepts)}
        named |= set(protocol.workup["other_drugs"].drugs)
    without = {
        name for name in named if not any(code.startswith("ATC//") for code in load_concepts().by_name[name].codes)
    }
    assert without == {"plasma_exchange"}, "a procedure"


@pytest.mark.parametrize("code", ["SDTM//RBC", "SDTM//PROT", "SDTM//URINE//WBC", "SDTM//URINE//CD4LY", "ATC//D10AX05"])
def test_a_code_of_another_fluid_or_of_the_skin_means_nothing(code):
    assert concepts_met([code]) == {code: None}


@pytest.mark.parametrize(("code", "concept"), PAIRS)
def test_a_standard_code_means_its_concept(code, concept):
    assert concepts_met([code]) == {code: concept}


@pytest.mark.parametrize(("code", "concept"), PAIRS)
def test_a_code_without_its_vocabulary_means_the_same_where_it_is_unambiguous(code, concept):
    bare = code.split("//")[1]
    assert concepts_met([bare]) == {bare: concept}


@pytest.mark.parametrize("name", OWN_NAMES.split())
def test_our_own_names_mean_themselves(name):
    assert concepts_met([name]) == {name: name}


def test_a_bare_code_that_two_vocabularies_share_means_nothing():
    drug = Concept(use="dose", kind="drug", display="Alien", codes=("Local//751-8",))
    shared = leukon.load_protocol("alemtuzumab-ms").model_copy(update={"concepts": {"alien": drug}})
    met = concepts_met(["751-8", "LOINC//751-8", "Local//751-8"], protocol=shared)
    assert met == {"751-8": None, "LOINC//751-8": "anc", "Local//751-8": "alien"}


@pytest.mark.parametrize(
    "code", ["LOINC//751-9", "LOINC//3013650", "ATC//751-8", "ANC", "neutrophils", "//751-8", "751-8 "]
)
def test_a_code_that_is_not_on_the_list_is_unknown(code):
    assert concepts_met([code.replace(" ", "~")]) == {code: None}


def test_unknown_codes_are_counted_and_never_listed_one_by_one():
    table = """
    subject_id day code          numeric_value
    1          1   LOINC//0000-0 1
    1          2   LOINC//0000-0 2
    2          1   LOINC//0000-0 3
    2          1   anc           0.9
    """
    result = reviewed(table)
    expect(
        result.codes_seen,
        """
        code          display                         concept rows subjects
        LOINC//0000-0 -                               -       3    2
        anc           Absolute~neutrophil~count~(ANC) anc     1    1
        """,
    )
    expect(result.account, "use reason rows subjects\nresult - 1 1\nother_kind - 3 2")
    assert result.unused.num_rows == 0


def site(toml, tmp_path):
    path = tmp_path / "my-lab.toml"
    path.write_text(toml)
    return leukon.load_code_map(path)


def test_a_sites_map_says_what_its_codes_and_their_units_are(tmp_path):
    codes = site(
        """
        [codes.NEU]
        concept = "anc"
        unit = "/uL"
        [codes.LEU]
        concept = "wbc"
        unit = "10*9/L"
        """,
        tmp_path,
    )
    table = """
    day code numeric_value unit   | analyte value
    1   NEU  899           -      | anc     0.899
    1   LEU  2.0           -      | wbc     2
    2   NEU  0.899         10*9/L | anc     0.899
    2   LEU  2000          /uL    | wbc     2
    """
    expect(reviewed(table, codes=codes).results, table)


def test_without_the_map_the_same_rows_are_of_another_kind():
    table = "day code numeric_value\n1 NEU 899\n1 LEU 2.0"
    expect(reviewed(table).account, "use reason rows\nother_kind - 2")


def test_a_range_of_the_map_is_used_only_where_the_row_has_none(tmp_path):
    codes = site(
        """
        [codes.NEU]
        concept = "anc"
        unit = "10*9/L"
        lln = 1.8
        uln = 7.5
        range_source = "Laboratory handbook 2024, page 3"
        """,
        tmp_path,
    )
    table = """
    day code numeric_value unit   lln  uln  | value lln uln lln_source grade_v5
    1   NEU  1.799999      -      -    -    | 1.799999 1.8 7.5 map     1
    2   NEU  1.8           -      -    -    | 1.8   1.8 7.5 map        0
    3   NEU  1.8           -      2.0  7.0  | 1.8   2   7   row        1
    4   NEU  1799          /uL    -    -    | 1.799 1.8 7.5 map        1
    5   NEU  1800          /uL    -    -    | 1.8   1.8 7.5 map        0
    6   NEU  1800          /uL    2000 7000 | 1.8   2   7   row        1
    7   anc  1.8           10*9/L -    -    | 1.8   -   -   -          -
    """
    expect(reviewed(table, codes=codes).results, table)


def test_a_range_in_a_map_needs_its_unit_and_its_source(tmp_path):
    with pytest.raises(leukon.KnowledgeError, match="range_source"):
        site('[codes.NEU]\nconcept = "anc"\nunit = "10*9/L"\nlln = 1.8', tmp_path)
    with pytest.raises(leukon.KnowledgeError, match="unit"):
        site('[codes.NEU]\nconcept = "anc"\nlln = 1.8\nrange_source = "handbook"', tmp_path)


def test_a_map_may_name_only_what_leukon_knows(tmp_path):
    with pytest.raises(leukon.KnowledgeError, match="neutros"):
        site('[codes.NEU]\nconcept = "neutros"', tmp_path)
    with pytest.raises(leukon.KnowledgeError, match="numbre"):
        site('[columns]\nnumbre = "value"', tmp_path)
    with pytest.raises(leukon.KnowledgeError, match="units"):
        site('[codes.NEU]\nconcept = "anc"\nunits = "/uL"', tmp_path)


def test_only_systemic_doses_that_were_given_or_started_are_mapped(tmp_path):
    forms = ["eye", "ear", "skin", "nasal"]
    lines = [f'[codes."pred {form}"]\nconcept = "prednisolone"\nform = "{form}"' for form in forms]
    lines += [
        f'[codes."pred {event}"]\nconcept = "prednisolone"\nevent = "{event}"' for event in ("stopped", "not_given")
    ]
    lines += [f'[codes."pred {event}"]\nconcept = "prednisolone"\nevent = "{event}"' for event in ("given", "started")]
    lines += ['[codes."pred tablet"]\nconcept = "prednisolone"\nform = "systemic"']
    table = """
    day code
    1   pred~ear
    1   pred~eye
    1   pred~given
    1   pred~nasal
    1   pred~not_given
    1   pred~skin
    1   pred~started
    1   pred~stopped
    1   pred~tablet
    """
    result = reviewed(table, codes=site("\n".join(lines), tmp_path))
    expect(
        result.codes_seen,
        """
        code           concept
        pred~ear       -
        pred~eye       -
        pred~given     prednisolone
        pred~nasal     -
        pred~not_given -
        pred~skin      -
        pred~started   prednisolone
        pred~stopped   -
        pred~tablet    prednisolone
        """,
    )
    expect(result.account, "use reason rows\ndose - 3\nother_kind - 6")


def test_a_map_can_silence_a_standard_code(tmp_path):
    codes = site('[codes."ATC//H02AB06"]\nconcept = "prednisolone"\nform = "eye"', tmp_path)
    table = "day code numeric_value unit\n1 ATC//H02AB06 1 mg\n1 H02AB06 1 mg"
    expect(reviewed(table, codes=codes).codes_seen, "code concept\nATC//H02AB06 -\nH02AB06 prednisolone")


def test_a_map_says_what_the_columns_are_called(tmp_path):
    codes = site('[columns]\nnumeric_value = "value"\nsubject_id = "patient"', tmp_path)
    table = events("subject_id day code numeric_value\n7 1 anc 0.9")
    renamed = table.rename_columns(
        [{"numeric_value": "value", "subject_id": "patient"}.get(n, n) for n in table.column_names]
    )
    result = leukon.review(renamed, "alemtuzumab-ms", as_of="last", codes=codes)
    expect(result.results, "subject_id value\n7 0.9")
