"""Headings of columns: what each of them is taken for, and what none of them is taken for."""

import pytest

from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.ingest.visits_headings import recognise, says_date, says_subject
from leukon.ingest.visits_names import load_headings

RECOGNISED = """
ANC (10^9/L)                              | anc                 | 10^9/L
anc [x10*9/l]                             | anc                 | x10*9/l
ANC_10^9/L                                | anc                 | 10^9/L
ANC, K/uL                                 | anc                 | K/uL
ANC in G/L                                | anc                 | G/L
Abs. Neut. (x10E3/uL)                     | anc                 | x10E3/uL
Absolute neutrophil count (cells/µL)      | anc                 | cells/µL
Neutrophils (absolute) [10^9/L]           | anc                 | 10^9/L
Neutrophils 10*9/L                        | anc                 | 10*9/L
Neut (×10⁹/L)                             | anc                 | ×10⁹/L
NEUT# (10*3/uL)                           | anc                 | 10*3/uL
NE (10^9/L)                               | anc                 | 10^9/L
Neutrophils # Bld Auto [10*3/uL]          | anc                 | 10*3/uL
Neutrophils %                             | neutrophils_percent | %
Neutrophils (%)                           | neutrophils_percent | %
NEUT%                                     | neutrophils_percent | %
% Neut                                    | neutrophils_percent | %
NE %                                      | neutrophils_percent | %
Neutrophil percentage                     | neutrophils_percent | %
WBC x10^9/L                               | wbc                 | x10^9/L
WBC count (Thousand/uL)                   | wbc                 | Thousand/uL
WCC 10^9/L                                | wbc                 | 10^9/L
White cell count (10^9/L)                 | wbc                 | 10^9/L
Leucocytes (G/l)                          | wbc                 | G/l
Total WBC /cumm                           | wbc                 | /cumm
LYMPH 10^9/L                              | lymphocytes         | 10^9/L
ALC (K/mcL)                               | lymphocytes         | K/mcL
Lymphs %                                  | lymphocytes_percent | %
LY%                                       | lymphocytes_percent | %
Hb [g/dL]                                 | hemoglobin          | g/dL
Hb g%                                     | hemoglobin          | g%
Haemoglobin (g/L)                         | hemoglobin          | g/L
HGB mmol/L                                | hemoglobin          | mmol/L
PLT K/uL                                  | platelets           | K/uL
Platelet count, 10*9/L                    | platelets           | 10*9/L
Segs (cells/uL)                           | segs                | cells/uL
Segs %                                    | neutrophils_percent | %
Bands %                                   | bands_percent       | %
CD4 (cells/uL)                            | cd4                 | cells/uL
CD4+ T-cells (cells/µL)                   | cd4                 | cells/µL
CD4 %                                     | cd4_percent         | %
CD8+ abs /uL                              | cd8                 | /uL
CD3 cells [/uL]                           | cd3                 | /uL
CD16+56 (cells/uL)                        | nk                  | cells/uL
NK cells %                                | nk_percent          | %
CD19 (/uL)                                | b_cells             | /uL
LGL %                                     | lgl_percent         | %
Creatinine (umol/L)                       | creatinine          | umol/L
TSH mIU/L                                 | tsh                 | mIU/L
ALT (U/L)                                 | alt                 | U/L
AST [IU/L]                                | ast                 | IU/L
Bilirubin mg/dL                           | bilirubin           | mg/dL
Temp (°C)                                 | temperature         | °C
ANC (Tsd/µl)                              | anc                 | Tsd/µl
Neutrophile (Tsd./µl)                     | anc                 | Tsd./µl
Neutrophile abs. [Gpt/l]                  | anc                 | Gpt/l
Neutrophile Granulozyten %                | neutrophils_percent | %
Segmentkernige (%)                        | neutrophils_percent | %
Stabkernige (%)                           | bands_percent       | %
Leukozyten (/nl)                          | wbc                 | /nl
Leukozyten (Mrd./l)                       | wbc                 | Mrd./l
Lymphozyten absolut (G/l)                 | lymphocytes         | G/l
Lymphozyten (%)                           | lymphocytes_percent | %
Thrombozyten (Tsd/µl)                     | platelets           | Tsd/µl
Hämoglobin (g/dl)                         | hemoglobin          | g/dl
NK-Zellen (%)                             | nk_percent          | %
B-Zellen (Zellen/µl)                      | b_cells             | Zellen/µl
Kreatinin (mg/dl)                         | creatinine          | mg/dl
Temperatur (°C)                           | temperature         | °C
Körpertemperatur [°C]                     | temperature         | °C
EDSS                                      | edss                | -
Infection                                 | infection           | -
Infektion                                 | infection           | -
Infekt                                    | infection           | -
Unwell                                    | unwell              | -
Unwohlsein                                | unwell              | -
Fever                                     | unwell              | -
Fieber                                    | unwell              | -
Bleeding                                  | bleeding            | -
Blutungen                                 | bleeding            | -
Urinalysis                                | urinalysis          | -
Urinstatus                                | urinalysis          | -
Complement                                | complement          | -
Komplement                                | complement          | -
Anti-neutrophil antibodies                | antineutrophil_antibodies | -
Granulozyten-Antikörper                   | antineutrophil_antibodies | -
Haematology contacted                     | haematology_contact | -
Hämatologie kontaktiert                   | haematology_contact | -
LGL on smear                              | lgl_smear           | -
LGL im Ausstrich                          | lgl_smear           | -
Blood smear                               | blood_smear         | -
Blutausstrich                             | blood_smear         | -
Alemtuzumab Dosis (mg)                    | alemtuzumab         | mg
Alemtuzumab mg                            | alemtuzumab         | mg
Alemtuzumab dose (mg)                     | alemtuzumab         | mg
Methylprednisolone (g)                    | methylprednisolone  | g
Co-trimoxazole [mg]                       | co_trimoxazole      | mg
"""
ASKED = """
ANC                     | anc
WBC                     | wbc
Neutrophils             | anc
Neut abs                | anc
NE#                     | anc
LYMPH                   | lymphocytes
Hb                      | hemoglobin
PLT                     | platelets
CD4                     | cd4
LGL                     | lgl_percent
Temp                    | temperature
Alemtuzumab             | alemtuzumab
ANC (Mio/µl)            | anc
Neutrophile             | anc
Fever (°C)              | temperature
Fieber °C               | temperature
WBC mil/mL              | wbc
ANC %                   | anc
Hb %                    | hemoglobin
Hb g/µL                 | hemoglobin
Prednisolone mg/day     | prednisolone
"""
NOT_RECOGNISED = """
Neutrophil comment
ANC comment
ANC date
ANC nadir
ANC grade
Baseline ANC (10^9/L)
ANC/ALC
NLR
Neutrophil/lymphocyte ratio
Neutrophils toxic granulation
Immature granulocytes %
Granulocytes (10^9/L)
AGC (10^9/L)
PMN %
TLC (10^9/L)
NE
LY
NK
Atypical lymphocytes %
Lymphoma
CSF WBC (/uL)
Urine WBC (/HPF)
Urine leukocytes
Leukocytes (urine)
RBC (10^12/L)
HbA1c (%)
Hb A1c (%)
HbF %
MCH (pg)
Mean platelet volume (fL)
Creatinine clearance (mL/min)
CD4/CD8
CD4:CD8 ratio
CD3+CD56+ (cells/uL)
CD45
Alemtuzumab total (mg)
Alemtuzumab start
Alemtuzumab course
Prednisolone eye drops (mg)
Prednisolone allergy
Salt
Alternative therapy
Temporary note
Infection comment
Date of infection
Infection risk
Bleeding time
Fever since
Geburtsdatum
Erythrozyten (Tpt/l)
Complement C3 (g/L)
MRI

"""


def lines(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("heading", "concept", "unit"), lines(RECOGNISED))
def test_a_heading_says_what_and_in_which_unit(heading, concept, unit):
    meaning = recognise(heading)
    assert meaning is not None, heading
    assert (meaning.concept, meaning.unit or "-", meaning.asks) == (concept, unit, False)


@pytest.mark.parametrize(("heading", "concept"), lines(ASKED))
def test_a_known_name_without_a_known_unit_is_asked_about(heading, concept):
    meaning = recognise(heading)
    assert meaning is not None, heading
    assert (meaning.concept, meaning.unit, meaning.asks) == (concept, None, True)


@pytest.mark.parametrize("heading", [row[0] for row in lines(NOT_RECOGNISED)] + ["", " ", "%", "#", "()", "column 7"])
def test_a_heading_that_says_something_else_is_not_taken(heading):
    assert recognise(heading) is None


@pytest.mark.parametrize(
    "heading", ["anc (10^9/L)", "ANC\n(10^9/L)", "  ANC \t (10^9/L) ", "Anc ( 10^9/L )", "ANC\u00a0(10^9/L)"]
)
def test_letters_line_breaks_and_spaces_do_not_matter(heading):
    meaning = recognise(heading)
    assert meaning is not None
    assert (meaning.concept, meaning.unit) == ("anc", "10^9/L")


def test_a_reference_range_in_the_heading_is_the_range_of_its_column():
    meaning = recognise("ANC [10^9/L] (1.8-7.7)")
    assert meaning is not None
    assert (meaning.unit, meaning.lln, meaning.uln) == ("10^9/L", 1.8, 7.7)
    asked = recognise("ANC (1.8 - 7.7)")
    assert asked is not None
    assert (asked.unit, asked.lln, asked.uln, asked.asks) == (None, 1.8, 7.7, True)
    assert recognise("ANC (7.7-1.8)") is None


@pytest.mark.parametrize(
    "heading", ["Patient", "patient_id", "Patient No.", "PATIENT-ID", "Pt", "MRN", "Subject ID", "Hospital number"]
)
def test_a_column_of_patients(heading):
    assert says_subject(heading)
    assert not says_date(heading)


@pytest.mark.parametrize(
    "heading", ["Patient name", "Name", "Patient comment", "Patients", "ID card", "Patient's wishes", ""]
)
def test_not_a_column_of_patients(heading):
    assert not says_subject(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Date",
        "DATE",
        "Visit date",
        "date_of_visit",
        "Sample date",
        "Collection date",
        "Date/Time",
        "Date of blood test",
    ],
)
def test_a_column_of_dates(heading):
    assert says_date(heading)
    assert not says_subject(heading)


@pytest.mark.parametrize(
    "heading", ["Date of birth", "DOB", "Birth date", "Infusion date", "Date of diagnosis", "Update", "Time", ""]
)
def test_not_a_column_of_dates(heading):
    assert not says_date(heading)


def test_every_spelling_has_a_known_source_and_concept_and_stands_once():
    file = load_headings()
    spellings = [name for named in file.headings for name in (*named.names, *named.counts, *named.short)]
    assert len(spellings) == len(set(spellings))
    for named in file.headings:
        assert named.source in file.sources
        for concept in (named.count, named.percent):
            assert concept is None or concept in load_concepts().by_name
        if named.percent is not None:
            kind = load_concepts().by_name[named.percent].kind
            assert load_units().factor(kind, "%") is not None


@pytest.mark.parametrize("name", [name for named in load_headings().headings for name in (*named.names, *named.counts)])
def test_every_shipped_spelling_is_found(name):
    assert recognise(name) is not None


def test_every_drug_is_known_by_its_name():
    for name, concept in load_concepts().by_name.items():
        if concept.use == "dose":
            meaning = recognise(f"{name.replace('_', ' ').title()} (mg)")
            assert meaning is not None, name
            assert (meaning.concept, meaning.unit) == (name, "mg")
