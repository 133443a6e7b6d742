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

CORTICOSTEROIDS = ["prednisolone", "methylprednisolone", "prednisone", "dexamethasone"]
G_CSF = ["filgrastim", "pegfilgrastim", "lenograstim"]

ALEMTUZUMAB_MS = {
    "drugs": ["alemtuzumab"],
    "other_drugs": [*CORTICOSTEROIDS, *G_CSF, "plasma_exchange", "natalizumab", "glatiramer"],
    "merge_days": 30,
    "episode_below": "1.5",
    "recovered_at": "1.5",
    "recovery_results": 2,
    "recovery_days": 7,
    "treatments": {"corticosteroid": CORTICOSTEROIDS, "g_csf": G_CSF, "plasma_exchange": ["plasma_exchange"]},
    "premedication": ["corticosteroid"],
    "end_days_after_last_dose": 1461,
    "schedules": {
        "paper": {"first": PAPER, "later": LABEL_US},
        "paper-each-course": {"first": PAPER, "later": PAPER},
        "label-us": {"first": LABEL_US, "later": LABEL_US},
        "label-eu": {"first": LABEL_EU, "later": LABEL_EU},
    },
}
