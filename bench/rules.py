"""What all rivals are told: the rules of `alemtuzumab-ms`, schedule `paper`, as plain data."""

from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, time
from pathlib import Path

ANC = "LOINC//751-8"
DRUG = "alemtuzumab"
CONCEPTS = {"ATC//L04AG06": DRUG, "ATC//H02AB06": "prednisolone", "ATC//L03AA02": "filgrastim"}
TREATMENTS = {"prednisolone": "corticosteroid:prednisolone", "filgrastim": "g_csf:filgrastim"}
CORTICOSTEROIDS = ["prednisolone"]
# A number of MEDS has 32 bits: 275.14 is read as 275.140015, which 3 decimals heal up to 8,192. No number here has
# more decimals than that, and none beyond has any.
WHOLE = 1e3
# So many of them in one unit of the result: one division of two whole numbers rounds once.
WHOLES = {"10*9/L": 1e3, "10*3/uL": 1e3, "/uL": 1e6, "g/L": 1e3, "g/dL": 1e2, "mg": 1e3, "ug": 1e6}
UNIT = "10^9/L"
MERGE_DAYS = 30
EPISODE_BELOW = RECOVERED_AT = 1.5
RECOVERY_RESULTS, RECOVERY_DAYS = 2, 7
END_DAYS = 1461
TESTS = ["cbc", "creatinine", "liver", "tsh", "urinalysis"]
PHASES = ["baseline", "every_15_days", "monthly", "every_3_months"]
STATUSES = ["done", "off_time", "incomplete", "missed", "overdue", "due", "upcoming"]


@dataclass(frozen=True)
class Slot:
    """One slot of the template; every number is a day of the course."""

    first_course: bool
    test: str
    due_day: int
    phase: str
    done_from: int  # a test on a day of [done_from, done_to] does it
    done_to: int
    off_from: int  # a test on a day of [off_from, off_to] belongs to it
    off_to: int
    due_to: int
    over_from: int  # and from the day after the start of the next course, if that comes first
    listed_from: int  # the day from which it is the next one of its test


@dataclass(frozen=True)
class Limits:
    """Where the grades of one analyte begin: `v5_2` is the limit below which a value has grade 2 in CTCAE 5.0.

    None: no such grade by a number. A value below none of them has the grade `least_v6` or, for want of an LLN, none.
    """

    analyte: str
    code: str
    unit: str
    v5_2: float
    v5_3: float
    v5_4: float | None
    v6_1: float | None
    v6_2: float | None
    v6_3: float | None
    v6_4: float | None
    least_v6: int | None
    reason_v6: str
    high_2: float | None = None  # above it, in both editions
    high_3: float | None = None


LIMITS = [
    Limits("anc", ANC, UNIT, 1.5, 1.0, 0.5, 1.5, 1.0, 0.5, 0.1, 0, "no_lln"),
    Limits("hemoglobin", "LOINC//718-7", "g/L", 100, 80, None, None, 100, 80, None, None, "no_lln"),
    Limits("lymphocytes", "LOINC//731-0", UNIT, 0.8, 0.5, 0.2, *[None] * 5, "not_numeric_term", 4, 20),
    Limits("platelets", "LOINC//777-3", UNIT, 75, 50, 25, None, 75, 50, 10, None, "no_lln"),
    Limits("wbc", "LOINC//6690-2", UNIT, 3, 2, 1, None, 3, 2, 1, None, "no_lln", None, 100),
]
"""Sorted by analyte, as results are."""
ANALYTES = [limits.analyte for limits in LIMITS]
CODES = {limits.code: limits.analyte for limits in LIMITS}
COMPLETE, PARTIAL = "anc", "wbc"  # what does a blood count, and what is less than one
REASONS = ["no_lln", "not_numeric_term"]


def slots() -> list[tuple]:
    """The slots of a course (`first_course` or a later one), in the order in which they are shown."""
    fortnights = [(day, 15, 5, "every_15_days") for day in range(15, 91, 15)]
    months = [(day, 30, 10, "monthly") for day in range(30, END_DAYS + 400, 30)]
    quarters = [(day, 90, 30, "every_3_months") for day in range(90, END_DAYS + 400, 90)]
    after_fortnights = fortnights + [slot for slot in months if slot[0] > 90]
    plan = {"cbc": months, "creatinine": months, "urinalysis": months, "tsh": quarters, "liver": []}
    found = []
    for first_course in (True, False):
        for test, later in (plan | ({"cbc": after_fortnights} if first_course else {})).items():
            found.append(Slot(first_course, test, 0, "baseline", -30, 0, 1, 0, 0, 1, -(10**6)))
            for day, interval, tolerance, phase in later:
                before = found[-1]
                nearest_from = (before.due_day + day) // 2 + 1  # the day halfway goes to the earlier slot
                found.append(
                    Slot(first_course, test, day, phase, day - tolerance, day + tolerance, nearest_from,
                         day + interval // 2, day + tolerance, day + interval // 2 + 1, before.done_from)
                )  # fmt: skip
    return [astuple(slot) for slot in sorted(found, key=lambda slot: (slot.due_day, slot.test))]


TABLES = ("courses", "results", "episodes", "schedule")
SLOT_COLUMNS = [field.name for field in fields(Slot)]


def end_of(as_of: date | datetime) -> datetime:
    """The instant up to which rows are known: a date means the end of that day."""
    return as_of if isinstance(as_of, datetime) else datetime.combine(as_of, time.max)


def script(folder: Path, name: str, *, messy: bool) -> str:
    """The SQL of that name; for messy rows that in messy/, if there is one."""
    own = folder / "messy" / f"{name}.sql"
    return (own if messy and own.exists() else folder / f"{name}.sql").read_text()
