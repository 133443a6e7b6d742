"""The protocol alemtuzumab-ms as a plain dict, typed from the clinical page (section 3) and the contract."""

BASELINE = {
    "phase": "baseline",
    "tests": ["cbc", "creatinine", "urinalysis", "tsh", "liver"],
    "baseline_days": 30,
}


def monthly(*tests, first_day=30):
    """A phase of one test every 30 days, to the end."""
    return {
        "phase": "monthly",
        "tests": list(tests),
        "every": 30,
        "from": first_day,
        "to": None,
        "tolerance": 10,
    }


EVERY_15_DAYS = {
    "phase": "every_15_days",
    "tests": ["cbc"],
    "every": 15,
    "from": 15,
    "to": 90,
    "tolerance": 5,
}
EVERY_3_MONTHS = {
    "phase": "every_3_months",
    "tests": ["tsh"],
    "every": 90,
    "from": 90,
    "to": None,
    "tolerance": 30,
}

LABEL_US = [BASELINE, monthly("cbc", "creatinine", "urinalysis"), EVERY_3_MONTHS]
LABEL_EU = [BASELINE, monthly("cbc", "creatinine", "urinalysis", "liver"), EVERY_3_MONTHS]
PAPER = [
    BASELINE,
    EVERY_15_DAYS,
    monthly("cbc", first_day=120),
    monthly("creatinine", "urinalysis"),
    EVERY_3_MONTHS,
]

CORTICOSTEROIDS = ["prednisolone", "methylprednisolone", "prednisone", "dexamethasone", "hydrocortisone"]
G_CSF = ["filgrastim", "pegfilgrastim", "lenograstim"]

# Drugs that lower neutrophils, antithyroid drugs first.
SUSPECTS = [
    "carbimazole", "thiamazole", "propylthiouracil", "co_trimoxazole", "aciclovir", "valaciclovir", "valganciclovir",
    "metamizole", "clozapine", "sulfasalazine", "dapsone", "ticlopidine", "rituximab", "fingolimod",
]  # fmt: skip
INFECTIONS = [
    "ebv", "cmv", "hiv", "hbv", "hcv", "parvovirus b19", "hsv", "hsv-1", "vzv", "influenza", "covid-19", "sepsis", "pneumonia",
    "sinusitis", "tuberculosis", "listeriosis",
]  # fmt: skip

# Urgency: counts in 10^9/L, haemoglobin in g/L, days are differences of dates.
URGENCY = {
    "anc_emergency_up_to": "0.2",
    "anc_same_day_up_to": "0.5",
    "anc_act_below": "1.0",
    "soon_days": 30,
    "wbc_below": "1.0",
    "platelets_emergency_below": "50",
    "platelets_low_below": "100",
    "bleeding_days": 7,
    "hemoglobin_low_below": "100",
    "hemoglobin_fall": "20",
    "fever_from": "38.0",
    "fever_high_days": 2,
    "fever_asked_days": 1,
    "creatinine_times": "1.3",
    "protein_creatinine_above": "200",
    "urine_rbc_above": "5",
    "liver_times_uln": 3,
    "silence_days": 40,
    "doubt_times": 10,
    "doubt_days": 30,
    "doubt_analytes": ["anc", "wbc", "hemoglobin", "platelets"],
    "infection_days": 7,
    "corticosteroid_days": 7,
    "contact_days": 7,
}

# Work-up, in its order.
WORKUP_ITEMS = [
    "repeat_smear", "other_drugs", "infection", "lgl_smear", "lgl_absolute", "nk_absolute", "cd8_absolute", "nk_fold", "cd8_fold",
    "b_cd4_depletion", "hemoglobin", "platelets", "complement", "antineutrophil_antibodies", "earlier_counts", "timing",
]  # fmt: skip
WORKUP = {
    "window_days": 7,
    "second_count_days": 7,
    "drug_days": 90,
    "lymphocytes_days": 7,
    "lgl_above": 15,
    "absolute_from": {"lgl_percent": "0.5", "nk_percent": "0.6", "cd8_percent": "0.9"},
    "fold_from": "1.5",
    "b_below": 5,
    "cd4_below": 30,
    "low_below": {"hemoglobin": 100, "platelets": 100},
    "normal_from": {"hemoglobin": 130, "platelets": 150},
    "benign_from": "1.0",
    "benign_results": 2,
    "late_day": 90,
}

ALEMTUZUMAB_MS = {
    "drugs": ["alemtuzumab"],
    "other_drugs": [
        *CORTICOSTEROIDS,
        *G_CSF,
        *SUSPECTS,
        "plasma_exchange",
        "immunoglobulins",
        "methotrexate",
        "natalizumab",
        "glatiramer",
    ],
    "merge_days": 30,
    "episode_below": "1.5",
    "recovered_at": "1.5",
    "recovery_results": 2,
    "recovery_days": 7,
    "treatments": {
        "corticosteroid": CORTICOSTEROIDS,
        "g_csf": G_CSF,
        "plasma_exchange": ["plasma_exchange"],
        "immunoglobulins": ["immunoglobulins"],
    },
    "premedication": ["corticosteroid"],
    "end_days_after_last_dose": 1461,
    "schedules": {
        "paper": {"first": PAPER, "later": LABEL_US},
        "paper-each-course": {"first": PAPER, "later": PAPER},
        "label-us": {"first": LABEL_US, "later": LABEL_US},
        "label-eu": {"first": LABEL_EU, "later": LABEL_EU},
    },
}
