"""Nasty subjects out of plain bytes: on every limit and one step beside it, at every boundary and one day beside it.

A subject is a list of records; a record is a few bytes, each of which picks one entry of a table (`Picks`). So
Hypothesis draws little, what it draws can be anything, and `random.Random` can draw the same subjects by the thousand.
"""

import math
import random
import struct
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

DAY_0 = datetime(2000, 1, 1)
RECORD_BYTES = 20
SUBJECTS = 10
SCHEDULES = ("paper", "paper-each-course", "label-us", "label-eu")
CODES = {
    "LOINC//751-8": "anc", "751-8": "anc", "OMOP//3013650": "anc", "LOINC//6690-2": "wbc", "LOINC//718-7": "hemoglobin",
    "ATC//L04AG06": "alemtuzumab", "RxNorm//117055": "alemtuzumab",
}  # fmt: skip
STATUS_RANK = {"preliminary": 0, "final": 1, "amended": 2, "corrected": 3, "cancelled": 4, "entered-in-error": 4}


class Picks:
    """Bytes, each used once to pick from a table; when they run out, the first entry is picked."""

    def __init__(self, data):
        self.data = iter(data)

    def one_of(self, table):
        return table[next(self.data, 0) % len(table)]

    def number(self):
        return next(self.data, 0)


class World:
    """Rows of several subjects and the moment from which they are looked at."""

    def __init__(self, rows, as_of, bits):
        self.rows, self.as_of, self.bits = rows, as_of, bits

    def __repr__(self):  # `explain` shows the few rows that matter
        return f"{len(self.rows)} rows as of {self.as_of}, numbers of {self.bits} bits"


# --- tables to pick from ------------------------------------------------------------------------------------------

ANC = [
    "1.5", "1.4999", "0.5", "2.0", "1.0", "1.6", "0.4999", "1.5001", "0.9999", "0.2", "0.1", "0.0999", "0", "1.8", "1.7999", "2.5",
    "0.899", "1.2", "1.001", "0.5001", "0.2001", "0.1001", "5", "100", "100.1", "1.5", "1.4999", "3.1", "0.7", "4",
]  # fmt: skip
CELLS = {
    "anc": ANC,
    "wbc": ["2.0", "2.5", "1.0", "0.9999", "3", "2.999", "4", "0", "1.999", "100", "100.1", "99.9", "500", "500.1", "8.5"],
    "lymphocytes": ["0.2", "0.1999", "0.5", "0.4999", "0.8", "0.7999", "1.1", "4", "4.01", "20", "20.01", "500", "501", "0.1"],
    "platelets": ["75", "74.9", "50", "49.9", "25", "24.9", "10", "9.9", "150", "5000", "5000.1", "100", "0", "149.9"],
    "cd4": ["0.5", "0.4999", "0.2", "0.1999", "0.05", "0.0499", "1", "100", "100.1", "0"],
    "cd8": ["0.9", "0.5", "100.1"],
    "nk": ["0.6", "0.1"],
    "b_cells": ["0.1", "0.0"],
}  # fmt: skip
CELL_UNITS = [
    ("10*9/L", 1), ("/uL", 1000), ("10^9/L", 1), ("K/uL", 1), ("cells/uL", 1000), (" 10*3/uL ", 1), ("G/L", 1), ("10*6/L", 1000),
    ("10*9/L", 1), ("10\\S\\9/L", 1), ("/mm3", 1000),
]  # fmt: skip
CHEMISTRY = [
    ("hemoglobin", ["80", "79.9", "100", "99.9", "120", "10", "9.9", "300", "300.1"], [("g/L", 1)]),
    ("hemoglobin", ["8", "7.99", "10", "9.99", "12.5", "1", "0.99", "30"], [("g/dL", 1)]),
    ("hemoglobin", ["5", "6.2", "7.4"], [("mmol/L", 1)]),
    ("creatinine", ["60", "90.5"], [("umol/L", 1)]),
    ("creatinine", ["0.7", "1.02"], [("mg/dL", 1)]),
    ("tsh", ["2", "0.01"], [("mU/L", 1), ("uIU/mL", 1)]),
    ("alt", ["20", "120"], [("U/L", 1), ("IU/L", 1)]),
    ("ast", ["20"], [("U/L", 1)]),
    ("bilirubin", ["10"], [("umol/L", 1)]),
    ("bilirubin", ["1.1"], [("mg/dL", 1)]),
]
FORMS = [
    "text", "float64", "float32", "both", "both32", "text", "float64", "comma", "text<", "column<", "sign_only", "verified",
    "junk_and_number", "text", "conflict", "junk", "two_signs", "bad_sign", "ambiguous", "nothing", "infinite", "negative",
    "text", "float32", "exact_sign", "same_sign", "unit_none", "unit_bad", "text", "both",
]  # fmt: skip
WITHOUT_NUMBER = ["see note", "80-90", "", "clotted", "<", "1,5,5"]
COMPARATORS = ["<", "<=", ">=", ">"]
SIGNS = ["<", "<=", ">=", ">", "≤", "≥"]
LLN = [None, None, None, 1.8, 1.5, 2.0, "float32", math.inf, 1.4999]
STATUSES = [None] * 11 + [
    "final", "final", "corrected", "amended", "preliminary", "cancelled", "entered-in-error", "registered",
]  # fmt: skip
RECORDED_AFTER = [None, None, None, None, 0, 0, 1, 30, 400, -1]
SOURCES = [None, None, None, None, None, "a", "b", "c"]
DOSE_AMOUNTS = [
    ("12", None, "mg"), (None, 12.0, "mg"), ("12", 12.0, "mg"), (None, 12.0, "mg"), ("12", None, "mg"), ("0.012", None, "g"),
    ("12000", None, "ug"), (None, None, "mg"), ("0", None, "mg"), ("not given", None, None), ("12", None, "mL"), ("12", None, None),
    (">12", None, "mg"), ("1,200", None, "mg"), ("-12", None, "mg"), ("0", 12.0, "mg"), (None, 0.0, None), ("Not Given", 12.0, "mg"),
    ("12 mg", 12.0, "mg"), ("12", None, "mg"), (">0", None, "mg"), ("12,5", None, "mg"), (None, math.nan, "mg"), ("12", 0.0, "mg"),
]  # fmt: skip
TREATMENTS = [
    "prednisolone", "filgrastim", "methylprednisolone", "prednisolone", "dexamethasone", "plasma_exchange", "methylprednisolone",
    "lenograstim", "natalizumab", "prednisone", "pegfilgrastim",
]  # fmt: skip
FINDINGS = [
    ("urinalysis", None, "negative", None), ("urinalysis", None, " Positive ", None), ("urinalysis", None, "turbid", None),
    ("complement", None, "normal", None), ("infection", None, "", None), ("condition", None, "Graves disease", None),
    ("condition", None, None, None), ("lgl_percent", 85.0, "80-90", "%"), ("nk_percent", 100.0, None, "%"),
    ("cd8_percent", 100.1, None, "%"), ("cd4_percent", 6.6, None, None), ("nk_fold", 3.2, None, None), ("cd8_fold", 1.5, None, "{fold}"),
    ("nk_fold", None, "3.2", "ratio"), ("cd8_fold", 1.5, None, "%"), ("temperature", 38.0, None, "Cel"), ("unwell", None, "yes", None),
    ("haematology_contact", None, "no", None), ("lgl_smear", None, "positive", None), ("urinalysis", None, "low", None),
]  # fmt: skip
# What work-up and findings look at: (code, number, text, unit), each limit and one step beside it.
PERCENTS_OF_LYMPHOCYTES = [
    ("lgl_percent", 85.0, "80-90", "%"), ("lgl_percent", None, "15", "%"), ("lgl_percent", None, "15.1", "%"), ("lgl_percent", None, "<15", "%"),
    ("lgl_percent", 15.0, "14-16", "%"), ("lgl_percent", 15.5, "15.1 - 16", "%"), ("lgl_percent", 95.0, "80-90", "%"), ("lgl_percent", None, ">15", "%"),
    ("lgl_percent", 12.0, "10-15", "%"), ("lgl_percent", None, "50", "%"), ("nk_percent", None, "47", "%"), ("nk_percent", None, "54", "%"),
    ("nk_percent", None, "0", "%"), ("nk_percent", None, ">=50", "%"), ("nk_percent", 30.0, None, "%"), ("nk_percent", None, "45", "%"),
    ("nk_percent", 46.0, "44-48", "%"), ("cd8_percent", None, "48", "%"), ("cd8_percent", None, "27.3", "%"), ("cd8_percent", None, "81.8", "%"),
    ("cd8_percent", None, "90", "%"), ("cd8_percent", None, "32", "%"), ("cd8_percent", None, "<20", "%"), ("b_cells_percent", None, "0.6", "%"),
    ("b_cells_percent", None, "4.9", "%"), ("b_cells_percent", None, "5", "%"), ("b_cells_percent", None, "<5", "%"), ("cd4_percent", None, "6.6", "%"),
    ("cd4_percent", None, "29.9", "%"), ("cd4_percent", None, "30", "%"), ("cd4_percent", None, "<=30", "%"), ("cd3_percent", None, "70", "%"),
]  # fmt: skip
SAID = [
    ("infection", "positive"), ("infection", "negative"), ("infection", "normal"), ("infection", " Yes "), ("infection", "low"), ("infection", "no"),
    ("complement", "normal"), ("complement", "consumed"), ("complement", "low"), ("complement", "positive"), ("condition", "EBV"),
    ("condition", " sepsis"), ("condition", "EBV in 1999"), ("condition", "Graves disease"), ("antineutrophil_antibodies", "positive"),
    ("antineutrophil_antibodies", "negative"), ("antineutrophil_antibodies", "yes"), ("hemoglobin_finding", "normal"), ("hemoglobin_finding", "low"),
    ("hemoglobin_finding", "no"), ("platelets_finding", "normal"), ("platelets_finding", "low"), ("lgl_smear", "positive"), ("lgl_smear", "no"),
    ("lgl_smear", "consumed"), ("urinalysis", "positive"), ("urinalysis", "yes"), ("urinalysis", "normal"), ("urinalysis", "negative"),
    ("haematology_contact", "yes"), ("haematology_contact", "positive"), ("haematology_contact", "no"), ("bleeding", "yes"), ("unwell", "yes"),
]  # fmt: skip
FOLDS = [
    ("nk_fold", None, "3.2", None), ("nk_fold", 1.5, None, None), ("nk_fold", None, "1.4999", "fold"), ("nk_fold", None, ">=1.5", None),
    ("nk_fold", None, "<2", None), ("cd8_fold", None, "1.5", None), ("cd8_fold", None, "<1.5", None), ("cd8_fold", 0.7, None, "1"),
]  # fmt: skip
# Values with a range: code, text, unit, lln, uln.
RANGED = [
    ("alt", "120", "U/L", None, 40), ("alt", "119.9", "U/L", None, 40), ("alt", "2", "ukat/L", None, 0.6), ("alt", ">120", "U/L", None, 40),
    ("alt", "120", "U/L", None, None), ("ast", "120.3", "U/L", 5, 40.1), ("ast", "<120", "U/L", None, 40), ("ast", ">=119", "U/L", None, 40),
    ("ast", "121", "IU/L", None, 40), ("ast", "20", "U/L", None, 40), ("tsh", "0.4", "mU/L", 0.4, 4.0), ("tsh", "0.3999", "mU/L", 0.4, 4.0),
    ("tsh", "4.0", "mU/L", 0.4, 4.0), ("tsh", "4.0001", "uIU/mL", 0.4, 4.0), ("tsh", "<0.01", "mU/L", 0.4, 4.0), ("tsh", "<0.4", "mU/L", 0.4, None),
    ("tsh", ">4", "mU/L", None, 4.0), ("tsh", ">=4", "mU/L", None, 4.0), ("tsh", "<10", "mU/L", None, 4.0), ("tsh", "9", "mU/L", None, None),
    ("urine_protein_creatinine", "200", "mg/g", None, None), ("urine_protein_creatinine", "200.1", "mg/g", None, 150),
    ("urine_protein_creatinine", "0.2", "g/g", None, None), ("urine_protein_creatinine", "0.2001", "g/g", None, None),
    ("urine_protein_creatinine", ">200", "mg/g", None, None), ("urine_rbc", "5", "/[HPF]", None, None), ("urine_rbc", "5.1", "/[HPF]", None, None),
    ("urine_rbc", "3", "/[HPF]", None, 3), ("urine_rbc", "3.1", "/[HPF]", 0, 3), ("urine_rbc", "6", "/[HPF]", None, 10), ("urine_rbc", ">=5", "/[HPF]", None, None),
    ("urine_protein", "30", "mg/dL", None, None), ("hemoglobin", "120", "g/L", 120, 160), ("hemoglobin", "119.9", "g/L", 120, 160),
    ("hemoglobin", "130", "g/L", None, None), ("hemoglobin", "129.9", "g/L", None, None), ("hemoglobin", "11.99", "g/dL", 12.0, None),
    ("hemoglobin", "<125", "g/L", 120, None), ("platelets", "150", "10*9/L", 150, None), ("platelets", "149.9", "10*9/L", 150, None),
    ("platelets", "150", "10*9/L", None, None), ("platelets", "149.9", "10*9/L", None, None), ("nk", "0.6", "10*9/L", None, None),
    ("nk", "0.5999", "10*9/L", None, None), ("nk", "<0.6", "10*9/L", None, None), ("cd8", "0.9", "10*9/L", None, None), ("cd8", "899", "/uL", None, None),
    ("lymphocytes", "1.1", "10*9/L", None, None), ("lymphocytes", "<0.5", "10*9/L", None, None), ("lymphocytes", "2", "10*9/L", None, None),
    ("creatinine", "5001", "umol/L", None, None), ("creatinine", "91", "umol/L", None, None),
]  # fmt: skip
# (code, unit, value, a later value): just enough of a change, and just not.
CHANGES = [
    ("platelets", "10*9/L", "300.2", "150.1"), ("platelets", "10*9/L", "300.2", "150.2"), ("platelets", "10*9/L", "200", "100"), ("platelets", "10*9/L", "199.9", "99.9"),
    ("platelets", "10*9/L", "200", "<100"), ("platelets", "10*9/L", "250", "25"), ("hemoglobin", "g/L", "119.9", "99.9"), ("hemoglobin", "g/L", "120", "100.1"),
    ("hemoglobin", "g/dL", "13.1", "11.1"), ("hemoglobin", "g/L", "130", "13"), ("hemoglobin", "g/L", ">130", "100"), ("creatinine", "umol/L", "60", "78"),
    ("creatinine", "umol/L", "60", "78.0001"), ("creatinine", "mg/dL", "0.7", "0.91"), ("creatinine", "mg/dL", "0.7", "0.9101"), ("anc", "10*9/L", "0.7", "7"),
    ("anc", "10*9/L", "0.7", "6.9999"), ("anc", "10*9/L", "7", "0.7"), ("anc", "10*9/L", "7", "0.7001"), ("anc", "10*9/L", "2.1", "0"), ("anc", "10*9/L", "0", "0"),
    ("anc", "10*9/L", "7", "<0.7"), ("wbc", "10*9/L", "30.3", "3.03"), ("wbc", "10*9/L", "3.03", "30.3"), ("wbc", "10*9/L", "30.3", "3.0301"),
    ("lymphocytes", "10*9/L", "2", "0.1"), ("nk_percent", "%", "30", "45"), ("nk_percent", "%", "30", "44.8"), ("cd8_percent", "%", "33.2", "49.635"),
    ("cd8_percent", "%", "0", "49"), ("cd8_percent", "%", ">30", "49"),
]  # fmt: skip
BEFORE = [
    ("anc", "10*9/L", "1.2"), ("anc", "10*9/L", "1.0"), ("anc", "10*9/L", "1.4999"), ("anc", "10*9/L", "0.9999"), ("anc", "10*9/L", "<1.4"), ("anc", "10*9/L", "1.1"),
    ("anc", "10*9/L", "1.5"), ("platelets", "10*9/L", "300"), ("hemoglobin", "g/L", "140"), ("creatinine", "umol/L", "60"), ("nk_percent", "%", "30"),
    ("cd8_percent", "%", "18.2"), ("nk_percent", "%", "0"),
]  # fmt: skip
SUSPECTS = [
    "carbimazole", "clozapine", "co_trimoxazole", "thiamazole", "fingolimod", "rituximab", "dapsone", "valaciclovir", "methotrexate", "metamizole",
    "aciclovir", "immunoglobulins", "propylthiouracil", "hydrocortisone",
]  # fmt: skip
# What happens in the last days before as_of: (code, text, unit, status).
LAST_DAYS = [
    *[("temperature", text, "Cel", None) for text in ("36.8", "37.9", "38.0", "38.1", "37", "<38.0", ">=38.0", "<39", "36.6", "36.5", "46")],
    *[("unwell", text, None, None) for text in ("no", "yes", "normal", "low", "negative", "positive")],
    *[("bleeding", text, None, None) for text in ("yes", "no", "positive")],
    *[("infection", text, None, None) for text in ("negative", "positive", "normal", "low", "no", "negative", "negative")],
    *[("haematology_contact", text, None, None) for text in ("yes", "no", "positive", "yes")],
    *[("anc", text, "10*9/L", None) for text in ("0.2", "0.2001", "0.5", "0.5001", "0.7", "0.9999", "1.0", "1.2", "<1.5", "<0.5", "<1.0", "<=1.0", "1.5", "2", ">0.4", "<=2")],
    *[("anc", text, "10*9/L", "preliminary") for text in ("0.2", "0.5", "0.9", "1.0", "<1.5", "1.5", "101")],
    *[("wbc", text, "10*9/L", None) for text in ("0.9999", "1.0", "<1.0", "<=1.0", "0.4", "0.2", "2.0")],
    *[("wbc", text, "10*9/L", "preliminary") for text in ("0.9999", "1.0", "<1.0", "0.1")],
    *[("platelets", text, "10*9/L", None) for text in ("99.9", "100", "49.9", "50", "<100", "<50", "150", "75")],
    *[("platelets", text, "10*9/L", "preliminary") for text in ("99.9", "100", "49.9", "75")],
    *[("hemoglobin", text, "g/L", None) for text in ("99.9", "100", "<100", "80", "120")],
    *[(code, text, None, None) for code, text in (("anc", "0.4"), ("wbc", "2"), ("platelets", "80"), ("hemoglobin", "90"))],
    *[(code, text, unit, None) for code, text, unit in (("anc", "500", "10*9/L"), ("wbc", "2000", "10*9/L"), ("hemoglobin", "9", "g/L"), ("anc", "1", "mg"))],
    *[(code, "12", "mg", None) for code in ("prednisolone", "methylprednisolone", "filgrastim", "prednisolone")],
    ("disagreement", "1.6", None, None), ("disagreement", "0.4", None, None), ("disagreement", "<1.0", None, None), ("segs", "0.8", "10*9/L", None),
]  # fmt: skip
# Without fever, without infection, haematology knows; with fever; neither; nothing.
SCENES = [
    [], [], [], [("temperature", "36.8", "Cel", None), ("infection", "negative", None, None), ("haematology_contact", "yes", None, None)],
    [("temperature", "38.0", "Cel", None), ("prednisolone", "12", "mg", None)], [("temperature", "37.9", "Cel", None)],
    [("unwell", "no", None, None), ("infection", "no", None, None), ("haematology_contact", "positive", None, None)],
    [("infection", "positive", None, None), ("unwell", "normal", None, None), ("haematology_contact", "no", None, None)],
]  # fmt: skip
DAYS_BEFORE_AS_OF = [0, 0, 1, 2, 3, 7, 8, 1, 0, 30, 31, 20, 21, 40, 41, 2]
UNKNOWN_CODES = ["LOINC//9999-9", "shoe_size", None, "", "LOINC//9999-9"]

PERCENTS = ["45.0", "50", "40", "49.5", "0", "50.5", "60", "96", "100", "100.5", "75", "74.9", "10", "5", "2.5"]
PANEL_WBC = ["2.5", "2.7", "2.0", "1.0", "3", "0", "0.1", "4", "0.5", "20", "99", "300", "500", "100", "3.333"]
BANDS_PERCENT = ["5", "0", "4", "0.5", "51", "1"]
SEGS = ["1.4", "0.5", "0", "1.495", "1.485", "0.1", "99", "100", "0.25", "2"]
OTHER_CELLS = ["0.5", "0.3", "0", "0.004", "0.005", "1.5", "0.1", "0.495", "501", "1", "0.25"]
BANDS = ["0.1", "0", "0.01", "0.005", "1", "0.015", "5", "100"]
PART_SIGNS = [None] * 12 + ["<", "<=", ">=", ">"]
PANEL_SOURCES = [(None,), (None,), ("a",), (None, "a"), ("a", "b"), (None, "a", "b"), ("a",)]

STEPS = [1, 0, 7, 6, 8, 3, 15, 30, 0, -1, 7, 6, 1, 20, 45, 0]
DUE_DAYS = [15, 0, 30, 45, 60, 75, 90, 120, 150, 180, 270, 360, 390, 1440, 1470, 90]
BESIDE = [
    0, 1, -1, 5, -5, 6, -6, 7, -7, 8, -8, 10, -10, 11, -11, 15, -15, 16, -16, 14, -14, 30, -30, 31, -31, 45, -45, 46, 9, -9,
]  # fmt: skip
CLOCK = [timedelta(0)] * 6 + [timedelta(hours=8), timedelta(hours=8), timedelta(hours=23, minutes=59, seconds=59)]
COURSE_GAPS = [365, 31, 30, 29, 400, 60, 366, 15]
IDS = [
    [7, 70, 8, 1, 100, 12, 3, 9, 2, 11],
    [9_000_000_000_001, 2**62, 12, 9_000_000_000_000, 5, -4, 9_100_000_000_000, 0, 77, 2**53 + 1],
    ["007", "7", "10", "9", "0", "100", "00", "12", "5", "070"],
    ["a", "7", "007", "10", "9", "B", "b", "é", "a b", "9a"],
]


# --- one subject ----------------------------------------------------------------------------------------------------


class Subject:
    """Makes the rows of one subject, record by record."""

    def __init__(self, subject_id, header):
        self.id, self.rows, self.starts, self.ends = subject_id, [], [], []
        picks = Picks(header)
        when = DAY_0 + timedelta(days=picks.one_of([0, 0, 40])) + picks.one_of(CLOCK)
        for _ in range(picks.one_of([1, 1, 2, 2, 3, 0])):
            self.starts.append(when)
            for _ in range(picks.one_of([1, 3, 5])):
                self.add("alemtuzumab", when, "12", None, "mg")
                when += timedelta(days=1)
            when += timedelta(days=picks.one_of(COURSE_GAPS) - 1)
            self.ends.append(self.rows[-1]["time"])
        self.now = (self.starts or [DAY_0])[0]
        self.last_picks = picks

    def add(self, code, when, text, number, unit, **more):
        row = {
            "subject_id": self.id,
            "time": when,
            "code": code,
            "text_value": text,
            "numeric_value": number,
            "unit": unit,
        }
        self.rows.append(row | more)
        return self.rows[-1]

    def record(self, data):
        """Add what one record says."""
        picks = Picks(data)
        what = picks.one_of(KINDS)
        self.now = self.moment(picks)
        what(self, picks)

    def moment(self, picks):
        """A step from the last row, or a day beside a slot's, a course's start or its end."""
        how, near = picks.number() % 8, picks.number()
        start = self.starts[near % len(self.starts)] if self.starts else DAY_0
        if how < 4:
            when = self.now + timedelta(days=picks.one_of(STEPS))
        elif how < 7:
            when = start + timedelta(days=picks.one_of(DUE_DAYS) + picks.one_of(BESIDE))
        else:
            when = start + timedelta(days=picks.one_of([0, 0, -1, 1, 2]))
        clock = picks.one_of([None, None, *CLOCK])
        return when if clock is None else datetime.combine(when.date(), time.min) + clock

    def anc(self, picks):
        self.cells("anc", picks)

    def other_cells(self, picks):
        self.cells(picks.one_of(["wbc", "platelets", "lymphocytes", "wbc", "cd4", "cd8", "nk", "b_cells"]), picks)

    def cells(self, concept, picks):
        code = picks.one_of([concept] * 5 + [code for code, name in CODES.items() if name == concept])
        self.measured(code, picks.one_of(CELLS[concept]), *picks.one_of(CELL_UNITS), picks)

    def chemistry(self, picks):
        code, numbers, units = picks.one_of(CHEMISTRY)
        self.measured(code, picks.one_of(numbers), *picks.one_of(units), picks)

    def measured(self, code, number, unit, scale, picks):
        row = self.add(code, self.now, None, None, unit) | as_given(number, scale, picks)
        lln = picks.one_of(LLN)
        lln = as_float32(1.8 * scale) if lln == "float32" else lln if lln is None else lln * scale
        row |= {"lln": lln, "uln": picks.one_of([None, 7.5 * scale])} | lifecycle(self.now, picks)
        self.rows[-1] = row

    def panel(self, picks):
        """A differential: the parts of a count at one time, from one analyser or from several."""
        present, sources = picks.number(), picks.one_of(PANEL_SOURCES)
        parts = [
            ("wbc", PANEL_WBC, "10*9/L", present % 8 != 0),
            ("neutrophils_percent", PERCENTS, "%", present % 4 != 1),
            ("bands_percent", BANDS_PERCENT, "%", present % 2 == 0),
            ("segs", SEGS, "10*9/L", present % 3 == 0),
            ("bands", BANDS, "10*9/L", present % 6 < 2),
            ("lymphocytes_percent", PERCENTS, "%", present % 5 == 0),
            ("anc", ANC, "10*9/L", present % 16 == 3),
            ("lymphocytes", CELLS["lymphocytes"], "10*9/L", present % 16 == 15),
        ]
        for code, numbers, unit, here in parts:
            if here:
                self.part(code, picks.one_of(numbers), unit, picks.one_of(sources), picks)

    def differential(self, picks):
        """White cells by kind, mostly without a word of neutrophils; sometimes one kind is missing, or there twice."""
        odd, sources = picks.number(), picks.one_of([(None,), (None,), *PANEL_SOURCES])
        cells = ["wbc", "lymphocytes", "monocytes", "eosinophils", "basophils"]
        more = ["anc", "segs", "bands", "bands_percent", "neutrophils_percent", *cells, *cells]
        if odd % 8 == 0:
            cells.remove(picks.one_of(cells))
        if odd % 4 == 1:
            cells.append(picks.one_of(more))
        for code in cells:
            numbers = PANEL_WBC if code == "wbc" else OTHER_CELLS
            unit = "%" if code.endswith("percent") else "10*9/L"
            self.part(code, picks.one_of(numbers), picks.one_of([unit] * 12 + [None]), picks.one_of(sources), picks)
        if odd % 16 in (3, 7):
            self.rows[-1 - odd % len(cells)] |= {"status": picks.one_of(["preliminary", "cancelled", "pending"])}

    def part_alone(self, picks):
        """One more part, often beside those of a panel."""
        code, numbers, unit = picks.one_of([
            ("neutrophils_percent", PERCENTS, "%"), ("bands_percent", BANDS_PERCENT, "%"), ("wbc", PANEL_WBC, "10*9/L"),
            ("segs", SEGS, "10*9/L"), ("bands", BANDS, "10*9/L"), ("lymphocytes_percent", PERCENTS, "%"),
        ])  # fmt: skip
        self.part(code, picks.one_of(numbers), picks.one_of([unit] * 6 + [None, "g/L"]), picks.one_of(SOURCES), picks)

    def part(self, code, number, unit, source, picks):
        sign = picks.one_of(PART_SIGNS) if Decimal(number) else None
        self.add(code, self.now, f"{sign or ''}{number}", None, unit, source_id=source)

    def dose(self, picks):
        code = picks.one_of(["alemtuzumab", "ATC//L04AG06", "alemtuzumab"])
        self.dose_of(code, picks)

    def treatment(self, picks):
        self.dose_of(picks.one_of(TREATMENTS), picks)

    def dose_of(self, code, picks):
        text, number, unit = picks.one_of(DOSE_AMOUNTS)
        self.add(code, self.now, text, number, unit, **lifecycle(self.now, picks))

    def finding(self, picks):
        code, number, text, unit = picks.one_of(FINDINGS)
        self.add(code, self.now, text, number, unit, **lifecycle(self.now, picks))

    def flow(self, picks):
        """Percentages of lymphocytes on one day, perhaps with what makes them numbers."""
        for _ in range(picks.one_of([1, 2, 3, 4])):
            code, number, text, unit = picks.one_of(PERCENTS_OF_LYMPHOCYTES)
            self.add(code, self.now, text, number, unit, **self.rarely(picks))
        near = self.now + timedelta(days=picks.one_of([0, 0, 1, -1, 7, -7, 8, -8]))
        for code, text in picks.one_of([
            [], [("lymphocytes", "1.1")], [("wbc", "2.0"), ("anc", "0.899")], [("wbc", "<2.0"), ("anc", ">0.9")], [("lymphocytes", "<1.5")],
            [("wbc", "2.0"), ("anc", "<0.9")], [("lymphocytes", ">0.4")], [("wbc", "0.5"), ("anc", "0.9")], [("lymphocytes", "1.25")],
        ]):  # fmt: skip
            self.add(code, near, text, None, "10*9/L")

    def said(self, picks):
        """A coded finding; not all of one kind at one time, for the contract says not which of two would win."""
        code, text = picks.one_of(SAID)
        self.add(code, self.now, text, None, None, **self.rarely(picks))

    def fold(self, picks):
        code, number, text, unit = picks.one_of(FOLDS)
        self.add(code, self.now, text, number, unit)

    def ranged(self, picks):
        code, text, unit, lln, uln = picks.one_of(RANGED)
        self.add(code, self.now, text, None, unit, lln=lln, uln=uln, **self.rarely(picks))

    def change(self, picks):
        """Two values of one thing, the second some days later."""
        code, unit, *texts = picks.one_of(CHANGES)
        for text in texts:
            self.add(code, self.now, text, None, unit)
            self.now += timedelta(days=picks.one_of([1, 0, 7, 30, 31, 29]))

    def before(self, picks):
        """Values from before the first course."""
        start = (self.starts or [DAY_0])[0]
        for _ in range(picks.one_of([1, 2, 3])):
            code, unit, text = picks.one_of(BEFORE)
            self.add(code, start - timedelta(days=picks.one_of([1, 8, 30, 300])), text, None, unit)

    def suspect(self, picks):
        """A drug that may lower neutrophils, some days before."""
        code, when = picks.one_of(SUSPECTS), self.now - timedelta(days=picks.one_of([0, 90, 91, 30, -7, -8]))
        self.add(code, when, *picks.one_of([("12", None, "mg"), (None, None, None), ("0", None, "mg")]))

    def rarely(self, picks):
        return picks.one_of([{}] * 12 + [{"status": "preliminary"}, {"status": "cancelled"}])

    def last_days(self, as_of):
        """What happened beside as_of, so that what looks back a few days finds something."""
        picks = self.last_picks
        if not 1990 < as_of.year < 2100:
            return
        today = datetime.combine(as_of, time.min)
        for code, text, unit, status in picks.one_of(SCENES):
            self.add(code, today, text, None, unit, status=status)
        for _ in range(picks.one_of([0, 2, 3, 5])):
            code, text, unit, status = picks.one_of(LAST_DAYS)
            when = today - timedelta(days=picks.one_of(DAYS_BEFORE_AS_OF))
            if code == "disagreement":
                self.add("wbc", when, "2", None, "10*9/L")
                self.add("neutrophils_percent", when, picks.one_of(["80", "24.99", "50", ">30"]), None, "%")
                code, unit = "anc", "10*9/L"
            self.add(code, when, text, None, unit, status=status)

    def unknown(self, picks):
        self.add(picks.one_of(UNKNOWN_CODES), picks.one_of([self.now, self.now, None]), "42", None, None)

    def nowhere(self, picks):
        """A row without a subject, a time or a usable status."""
        row = self.add("anc", self.now, "0.4", None, "10*9/L")
        row |= picks.one_of([
            {"subject_id": None}, {"time": None}, {"status": "pending"}, {"status": ""}, {"time": datetime(1, 1, 2)},
            {"time": datetime(9990, 12, 31, 23, 59)}, {"subject_id": None, "time": None}, {"subject_id": None},
        ])  # fmt: skip

    def version(self, picks):
        """Another version of the last row: other value, status or time of recording."""
        if not self.rows:
            return
        last = self.rows[-1]
        last["source_id"] = last.get("source_id") or picks.one_of(["a", "v"])
        more = {"status": picks.one_of(STATUSES)}
        after = picks.one_of(RECORDED_AFTER)
        more["recorded_time"] = None if after is None or last["time"] is None else last["time"] + timedelta(days=after)
        if last.get("said"):
            number = picks.one_of(["0.3", "1.6", "0.5", "1.5", "6"])
            sign = picks.one_of([None, None, "<", "<="])
            more |= {"text_value": f"{sign or ''}{number}", "numeric_value": None, "comparator": None}
            more |= {"said": (Decimal(number), sign)}
        self.rows.append(last | more)

    def copy(self, _picks):
        """The last row again."""
        self.rows += [dict(row) for row in self.rows[-1:]]


KINDS = (
    [Subject.anc] * 15 + [Subject.panel] * 7 + [Subject.part_alone] * 3 + [Subject.other_cells] * 5 + [Subject.chemistry] * 4
    + [Subject.dose] * 2 + [Subject.treatment] * 5 + [Subject.finding] * 3 + [Subject.unknown] + [Subject.nowhere]
    + [Subject.version] * 5 + [Subject.copy] * 2 + [Subject.flow] * 4 + [Subject.said] * 4 + [Subject.ranged] * 4 + [Subject.change] * 3
    + [Subject.before] * 2 + [Subject.fold] + [Subject.suspect] + [Subject.differential] * 6
)  # fmt: skip


def lifecycle(when, picks):
    after = picks.one_of(RECORDED_AFTER)
    return {
        "status": picks.one_of(STATUSES),
        "recorded_time": None if after is None else when + timedelta(days=after),
        "source_id": picks.one_of(SOURCES),
    }


def as_float32(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def as_given(number, scale, picks):
    """How a laboratory may hand over a number (a string of decimals): columns of the row.

    `said` remembers what it says where that is beyond doubt (it is no column).
    """
    exact = Decimal(number) * scale
    text, form = f"{exact.normalize():f}", picks.one_of(FORMS)
    sign, word = picks.one_of(COMPARATORS), picks.one_of(SIGNS)
    other = picks.one_of([f for f in WITHOUT_NUMBER if f != "<"])
    return {
        "text": {"text_value": text, "said": (exact, None)},
        "float64": {"numeric_value": float(exact), "said": (exact, None)},
        "float32": {"numeric_value": as_float32(float(exact))},
        "both": {"text_value": text, "numeric_value": float(exact), "said": (exact, None)},
        "both32": {"text_value": text, "numeric_value": as_float32(float(exact))},
        "comma": {"text_value": text.replace(".", ",")},
        "text<": {"text_value": f"{word}{text}"},
        "column<": {"text_value": text, "comparator": sign, "said": (exact, sign)},
        "sign_only": {"text_value": word, "numeric_value": float(exact)},
        "verified": {"text_value": f"{word} {text} (verified)", "numeric_value": as_float32(float(exact))},
        "junk_and_number": {"text_value": other, "numeric_value": float(exact)},
        "conflict": {"text_value": text, "numeric_value": float(exact) + float(picks.one_of(["0.00001", "2e-7", "1"]))},
        "junk": {"text_value": picks.one_of(WITHOUT_NUMBER)},
        "two_signs": {"text_value": f"{word}{text}", "comparator": sign},
        "bad_sign": {"text_value": text, "comparator": picks.one_of(["~", "="])},
        "ambiguous": {"text_value": picks.one_of(["1,234", "0,899", "1,234.5", "1,234,567", "<1,500", "0,8999", "1.234,567"])},
        "nothing": {},
        "infinite": {"text_value": picks.one_of([None, text]), "numeric_value": picks.one_of([math.inf, math.nan])},
        "negative": {"text_value": f"-{text}"},
        "exact_sign": {"text_value": f"= {text}"},
        "same_sign": {"text_value": f"{sign}{text}", "comparator": sign},
        "unit_none": {"text_value": text, "unit": None},
        "unit_bad": {"text_value": text, "unit": picks.one_of(["10*3/mL", "%", "mg"])},
    }[form]  # fmt: skip


# --- several subjects -------------------------------------------------------------------------------------------------


def make_world(header, all_records, ids=IDS):
    """`header` and the records of each subject as bytes, to a world."""
    picks = Picks(header)
    ids = picks.one_of(ids)
    as_of_kind, as_of_bytes = picks.number(), [picks.number() for _ in range(4)]
    rows, starts, order = [], [], picks.number()
    subjects = [Subject(subject_id, records[0]) for subject_id, records in zip(ids, all_records, strict=True)]
    for subject, records in zip(subjects, all_records, strict=True):
        for record in records[1:]:
            subject.record(record)
        starts += subject.starts[1:]
    as_of = find_as_of([row for subject in subjects for row in subject.rows], starts, as_of_kind, as_of_bytes)
    for subject in subjects:
        subject.last_days(as_of)
        rows += without_open_ties(subject.rows)
    for row in rows:
        row.pop("said", None)
        if row["subject_id"] is not None:
            row.setdefault("status", None)
    if order % 2:
        rows.sort(key=lambda row: (str(row["code"]), str(row["time"])))
    return World(rows, as_of, bits=32 if order % 4 == 3 else 64)


def find_as_of(rows, starts, kind, data):
    """A date or an instant at, just before or some days beside a row or a course's start, or beside a slot's due day."""
    named = ["recorded_time", "time", "time"][kind % 3]
    near = starts if kind % 3 == 1 and starts else [row.get(named) for row in rows]
    when = near[(data[0] * 256 + data[1]) % len(near)] if near else None
    if when is None or not 1990 < when.year < 2100:
        when = datetime(2012, 1, 1)
    slot = DAY_0 + timedelta(days=DUE_DAYS[data[2] % len(DUE_DAYS)] + BESIDE[data[3] % len(BESIDE)])
    return [
        when.date(),
        when,
        when - timedelta(seconds=1),
        (when + timedelta(days=BESIDE[data[3] % len(BESIDE)])).date(),
        slot.date(),
        (slot + timedelta(days=365)).date(),
        date(2002, 2, 1),
        date(2012, 1, 1),
    ][kind // 3 % 8]


def without_open_ties(rows):
    """Versions that the contract's rules cannot tell apart: one of them loses its source_id, for nothing says who wins."""
    seen = {}
    for row in rows:
        if row.get("source_id") is None:
            continue
        rank = STATUS_RANK.get(row.get("status") or "final")
        key = (row["code"], row["time"], row["source_id"], row.get("recorded_time"), rank)
        for other in seen.setdefault(key, []):
            told_apart = row.get("said") and other.get("said") and row["said"] != other["said"]
            if not (told_apart and row["unit"] == other["unit"]) and row != other:
                row["source_id"] = None
                break
        else:
            seen[key].append(row)
    return rows


def worlds(subjects=SUBJECTS, ids=IDS):
    """Hypothesis: worlds of so many subjects."""
    record = st.binary(min_size=RECORD_BYTES, max_size=RECORD_BYTES)
    one = st.lists(record, min_size=8, max_size=30)

    @st.composite
    def world(draw):
        return make_world(draw(st.binary(min_size=8, max_size=8)), [draw(one) for _ in range(subjects)], ids)

    return world()


def random_worlds(number, seed, subjects=SUBJECTS):
    """The same without Hypothesis: always the same worlds for a seed."""
    rng = random.Random(seed)
    for _ in range(number):
        lengths = [rng.randint(8, 30) for _ in range(subjects)]
        yield make_world(rng.randbytes(8), [[rng.randbytes(RECORD_BYTES) for _ in range(n)] for n in lengths])


# --- to Arrow ---------------------------------------------------------------------------------------------------------

TYPES = {
    "time": pa.timestamp("us"), "code": pa.string(), "numeric_value": pa.float64(), "text_value": pa.string(), "unit": pa.string(),
    "comparator": pa.string(), "lln": pa.float64(), "uln": pa.float64(), "status": pa.string(), "recorded_time": pa.timestamp("us"),
    "source_id": pa.string(),
}  # fmt: skip
REQUIRED = ("subject_id", "time", "code", "numeric_value")


def to_arrow(rows, bits=64, ids_like=None):
    """Rows as an Arrow table, its numbers of 64 or 32 bits; an optional column that says nothing is left out."""
    ids = [row["subject_id"] for row in rows]
    known = [one for one in (ids if ids_like is None else ids_like) if one is not None]
    id_type = pa.string() if any(isinstance(one, str) for one in known) else pa.int64()
    columns = {"subject_id": pa.array(ids, id_type)}
    for name, type_ in TYPES.items():
        values = [row.get(name) for row in rows]
        if name in REQUIRED or any(value is not None for value in values):
            columns[name] = pa.array(values, pa.float32() if bits == 32 and type_ == pa.float64() else type_)
    return pa.table(columns)
