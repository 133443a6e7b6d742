"""What all rivals are told: the rules of `alemtuzumab-ms`, schedule `paper`, as plain data."""

from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, time

ANC = "LOINC//751-8"
DRUG = "alemtuzumab"
CONCEPTS = {"ATC//L04AG06": DRUG, "ATC//H02AB06": "prednisolone", "ATC//L03AA02": "filgrastim"}
TREATMENTS = {"prednisolone": "corticosteroid:prednisolone", "filgrastim": "g_csf:filgrastim"}
CORTICOSTEROIDS = ["prednisolone"]
# A number of MEDS has 32 bits: 16.05 is read as 16.0499992, which 6 decimals do not heal, and 5 do up to 80.
WHOLE = 1e5
# So many of them in one unit of the result: one division of two whole numbers rounds once.
WHOLES = {"10*9/L": 1e5, "/uL": 1e8, "mg": 1e5, "ug": 1e8}
UNIT = "10^9/L"
MERGE_DAYS = 30
EPISODE_BELOW = RECOVERED_AT = 1.5
RECOVERY_RESULTS, RECOVERY_DAYS = 2, 7
END_DAYS = 1461
TESTS = ["cbc", "creatinine", "liver", "tsh", "urinalysis"]
PHASES = ["baseline", "every_15_days", "monthly", "every_3_months"]
STATUSES = ["done", "off_time", "missed", "overdue", "due", "upcoming"]


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
