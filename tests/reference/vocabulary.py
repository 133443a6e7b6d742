"""What the twin knows: concepts, units, plausible limits, CTCAE limits. Typed by hand from the contract's pages."""

from fractions import Fraction

# --- concepts -------------------------------------------------------------------------------------------------

COUNTS_OF_CELLS = ["anc", "wbc", "lymphocytes", "platelets", "cd3", "cd4", "cd8", "nk", "b_cells"]
ANALYTES = [
    *COUNTS_OF_CELLS,
    "hemoglobin",
    "creatinine",
    "tsh",
    "alt",
    "ast",
    "bilirubin",
    "urine_rbc",
    "urine_protein",
    "urine_protein_creatinine",
]  # what `results` holds
PARTS = [
    "neutrophils_percent",
    "lymphocytes_percent",
    "bands",
    "bands_percent",
    "segs",
]  # what a count is made of
OTHER_CELLS = ["monocytes", "eosinophils", "basophils"]  # what a count can be made of too; else of another kind
NUMERIC_FINDINGS = [
    "lgl_percent", "nk_percent", "cd8_percent", "cd4_percent", "cd3_percent", "b_cells_percent", "nk_fold", "cd8_fold",
    "temperature",
]  # fmt: skip
CODED_FINDINGS = [
    "complement", "infection", "antineutrophil_antibodies", "hemoglobin_finding", "platelets_finding", "urinalysis",
    "unwell", "bleeding", "haematology_contact", "lgl_smear",
]  # fmt: skip
ORIGINS = ["measured", "wbc_x_percent", "wbc_x_percent_bands", "segs_plus_bands", "wbc_less_others"]
CODED_WORDS = ["normal", "low", "consumed", "negative", "positive", "yes", "no"]
DEATH = "death"
DEATH_WORDS = ["", "yes", "dead", "died", "deceased"]  # the row alone says it
CONDITION = "condition"  # its text_value is free: "Graves disease", "EBV"

# --- units: for each kind, what one of the unit is in the unit of the result ------------------------------------

BILLION_PER_LITRE = [
    "10*9/L", "10*3/uL", "K/uL", "K/mm3", "x10E3/uL", "x10*9/L", "Thousand/uL", "giga.l-1", "G/L", "e9/l",
    "10\\S\\9/L", "10*6/mL", "/nL", "Gpt/L", "10*3/mm3", "10*9 cells/L", "10^9/L",
]  # fmt: skip
MILLION_PER_LITRE = ["/uL", "cells/uL", "{cells}/uL", "/mm3", "cells/mm3", "/cumm", "10*6/L"]

COUNT_UNITS = {unit: Fraction(1) for unit in BILLION_PER_LITRE} | {
    unit: Fraction(1, 1000) for unit in MILLION_PER_LITRE
}
UNITS = dict.fromkeys([*COUNTS_OF_CELLS, *OTHER_CELLS, "bands", "segs"], COUNT_UNITS)
UNITS |= {concept: {"%": Fraction(1)} for concept in [*PARTS, *NUMERIC_FINDINGS] if concept.endswith("_percent")}
UNITS |= {
    "hemoglobin": {
        "g/L": Fraction(1),
        "g/dL": Fraction(10),
        "mmol/L": Fraction("16.11"),
        "g/mL": Fraction(1000),
    },
    "creatinine": {"umol/L": Fraction(1), "mg/dL": Fraction("88.42")},
    "bilirubin": {"umol/L": Fraction(1), "mg/dL": Fraction("17.104")},
    "tsh": {"mU/L": Fraction(1), "mIU/L": Fraction(1), "uIU/mL": Fraction(1), "uU/mL": Fraction(1)},
    "alt": {"U/L": Fraction(1), "IU/L": Fraction(1), "ukat/L": Fraction(60)},
    "ast": {"U/L": Fraction(1), "IU/L": Fraction(1), "ukat/L": Fraction(60)},
    "urine_rbc": {"/[HPF]": Fraction(1), "/HPF": Fraction(1)},
    "urine_protein": {"mg/dL": Fraction(1), "mg/L": Fraction(1, 10), "g/L": Fraction(100)},
    "urine_protein_creatinine": {"mg/g": Fraction(1), "g/g": Fraction(1000)},
    "temperature": {"Cel": Fraction(1)},
    "nk_fold": dict.fromkeys([None, "1", "{fold}", "fold", "x", "ratio"], Fraction(1)),  # a fold has no unit
    "cd8_fold": dict.fromkeys([None, "1", "{fold}", "fold", "x", "ratio"], Fraction(1)),
}
DOSE_UNITS = {"g": Fraction(1000), "mg": Fraction(1), "ug": Fraction(1, 1000)}

RESULT_UNITS = dict.fromkeys(COUNTS_OF_CELLS, "10^9/L") | {
    "hemoglobin": "g/L", "creatinine": "umol/L", "bilirubin": "umol/L", "tsh": "mU/L", "alt": "U/L", "ast": "U/L",
    "urine_rbc": "/[HPF]", "urine_protein": "mg/dL", "urine_protein_creatinine": "mg/g",
}  # fmt: skip

# --- plausible limits, both ends allowed, in the unit of the result ---------------------------------------------

PLAUSIBLE = dict.fromkeys(["anc", "segs", "bands", "cd3", "cd4", "cd8", "nk", "b_cells"], (0, 100))
PLAUSIBLE |= {concept: (0, 100) for concept in UNITS if concept.endswith("_percent")}
PLAUSIBLE |= dict.fromkeys(["wbc", "lymphocytes", *OTHER_CELLS], (0, 500))
PLAUSIBLE |= {"platelets": (0, 5000), "hemoglobin": (10, 300)}
PLAUSIBLE |= {"creatinine": (0, 5000), "tsh": (0, 1000), "alt": (0, 50000), "ast": (0, 50000), "bilirubin": (0, 2000)}
PLAUSIBLE |= dict.fromkeys(["urine_rbc", "urine_protein", "urine_protein_creatinine"], (0, 100_000))
PLAUSIBLE |= {"temperature": (25, 45)}

# --- CTCAE: per edition and analyte, (grade, the values below this limit have it), worst first -------------------
# "LLN" stands for the row's own lower limit of normal. A missing analyte has no term.

NOT_NUMERIC = "not numeric"  # the edition has a term, but no limits


def _limits(*below):
    return [(grade, limit if limit == "LLN" else Fraction(limit)) for grade, limit in below]


_ALIKE = {
    "wbc": _limits((4, "1"), (3, "2"), (2, "3"), (1, "LLN")),
    "cd4": _limits((4, "0.05"), (3, "0.2"), (2, "0.5"), (1, "LLN")),
    "hemoglobin": _limits((3, "80"), (2, "100"), (1, "LLN")),  # grade 4 is clinical
}
CTCAE = {
    "v5": _ALIKE
    | {
        "anc": _limits((4, "0.5"), (3, "1.0"), (2, "1.5"), (1, "LLN")),
        "lymphocytes": _limits((4, "0.2"), (3, "0.5"), (2, "0.8"), (1, "LLN")),
        "platelets": _limits((4, "25"), (3, "50"), (2, "75"), (1, "LLN")),
    },
    "v6": _ALIKE
    | {
        "anc": _limits((4, "0.1"), (3, "0.5"), (2, "1.0"), (1, "1.5")),
        "lymphocytes": NOT_NUMERIC,
        "platelets": _limits((4, "10"), (3, "50"), (2, "75"), (1, "LLN")),
    },
}
# Terms for increases: (grade, the values above this limit have it), worst first; alike in all editions.
CTCAE_HIGH = {"lymphocytes": [(3, Fraction(20)), (2, Fraction(4))], "wbc": [(3, Fraction(100))]}
