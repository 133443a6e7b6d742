"""False alarms: healthy people, simulated, under each schedule; how often leukon asks for somebody, by rule.

Nobody here is ill and every planned test is done on its day, so each finding above routine is a false alarm. A finding
is counted once for each time it appears: on the days on which blood was taken leukon is asked, and what was not there
on the day of blood before is an alarm. Between-person and within-person variation (CV) are of the kind that databases
of biological variation give [M]; that of neutrophils, about 26 %, decides. Fever is "no" throughout: people are asked.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import leukon
from leukon.knowledge.protocol import Protocol
from leukon.monitor.plan import plan_schedule

DAY_0 = date(2020, 1, 1)
MONTHS = 12


@dataclass(frozen=True)
class Analyte:
    """What a laboratory finds in healthy people: median, CV between and within persons, range, and decimals."""

    unit: str
    median: float
    between: float
    within: float
    lln: float | None
    uln: float | None
    decimals: int


HEALTHY = {
    "anc": Analyte("10*9/L", 3.6, 0.30, 0.26, 1.8, 7.5, 2),
    "wbc": Analyte("10*9/L", 6.2, 0.22, 0.11, 4.0, 10.0, 2),
    "lymphocytes": Analyte("10*9/L", 0.6, 0.35, 0.11, 1.0, 3.5, 2),  # low on purpose: depleted, and silent
    "platelets": Analyte("10*9/L", 245, 0.20, 0.08, 150, 400, 0),
    "hemoglobin": Analyte("g/L", 136, 0.06, 0.027, 120, 160, 0),
    "creatinine": Analyte("umol/L", 66, 0.15, 0.05, 45, 90, 0),
    "tsh": Analyte("mU/L", 1.6, 0.35, 0.18, 0.4, 4.0, 2),
    "alt": Analyte("U/L", 20, 0.35, 0.18, 5, 40, 0),
}
DONE_BY = {"cbc": ("anc", "wbc", "lymphocytes", "platelets", "hemoglobin"), "liver": ("alt",)}


def simulate(protocol: Protocol, schedule: str, people: int, seed: int = 0) -> pa.Table:
    """Events of healthy people through the first year of a course, every planned test done on its day."""
    rng = np.random.default_rng(seed)
    plan = plan_schedule(protocol, schedule, 4)
    first = np.arange(plan.due.size) < plan.later
    days = np.where(plan.due == 0, -1, plan.due)
    parts = [_doses(people)]
    for number, test in enumerate(sorted(protocol.tests)):
        when = days[first & (plan.test == number) & (plan.due <= MONTHS * 30)]
        names = DONE_BY.get(test, (test,))
        parts += [_counts(name, when, people, rng) if name in HEALTHY else _urine(when, people) for name in names]
    bled = np.unique(days[first & (plan.due <= MONTHS * 30)])
    parts.append(_rows("unwell", bled, people, text=np.full(bled.size * people, "no")))
    return pa.concat_tables(parts)


def _rows(code: str, days: np.ndarray, people: int, value=None, text=None, unit=None, lln=None, uln=None) -> pa.Table:
    many = days.size * people
    return pa.table({
        "subject_id": np.repeat(np.arange(people), days.size),
        "time": pa.array(np.tile(np.datetime64(DAY_0) + days, people).astype("M8[us]")),
        "code": pa.array([code] * many),
        "numeric_value": pa.array(np.full(many, np.nan) if value is None else value, from_pandas=True),
        "text_value": pa.array([None] * many if text is None else text, pa.string()),
        "unit": pa.array([unit] * many, pa.string()),
        "lln": pa.array([lln] * many, pa.float64()),
        "uln": pa.array([uln] * many, pa.float64()),
    })  # fmt: skip


def _doses(people: int) -> pa.Table:
    return _rows("alemtuzumab", np.arange(5), people, value=np.full(5 * people, 12.0), unit="mg")


def _urine(days: np.ndarray, people: int) -> pa.Table:
    return _rows("urinalysis", days, people, text=np.full(days.size * people, "negative"))


def _counts(name: str, days: np.ndarray, people: int, rng: np.random.Generator) -> pa.Table:
    """Log-normal around each person's own level."""
    healthy = HEALTHY[name]
    between, within = (np.sqrt(np.log1p(cv**2)) for cv in (healthy.between, healthy.within))
    level = np.repeat(rng.normal(np.log(healthy.median), between, people), days.size)
    value = np.round(np.exp(level + rng.normal(0, within, level.size)), healthy.decimals)
    return _rows(name, days, people, value=value, unit=healthy.unit, lln=healthy.lln, uln=healthy.uln)


def count_alarms(protocol: Protocol, schedule: str, people: int) -> dict[str, int]:
    """New findings above routine, by rule, over a year of days on which blood is taken."""
    events = simulate(protocol, schedule, people)
    days = pc.unique(events["time"].cast(pa.date32())).sort().to_pylist()
    alarms: dict[str, int] = {}
    before: set[tuple[int, str]] = set()
    for day in [day for day in days if day >= DAY_0]:
        review = leukon.review(events, protocol, schedule=schedule, as_of=day)
        rows = review.findings.filter(pc.not_equal(review.findings["urgency"].cast(pa.string()), "routine"))
        now = set(zip(rows["subject_id"].to_pylist(), rows["finding"].to_pylist(), strict=True))
        for _, finding in now - before:
            alarms[finding] = alarms.get(finding, 0) + 1
        before = now
    return alarms


def write_alarms(people: int = 2000) -> str:
    """False alarms for each 100 patient-months, by rule and schedule, as a table in Markdown."""
    protocol = leukon.load_protocol("alemtuzumab-ms")
    found = {schedule: count_alarms(protocol, schedule, people) for schedule in protocol.schedules}
    months = people * MONTHS / 100
    names = sorted({name for alarms in found.values() for name in alarms})
    lines = ["| finding | " + " | ".join(found) + " |", "| --- |" + " --- |" * len(found)]
    lines += [
        f"| {name} | " + " | ".join(f"{alarms.get(name, 0) / months:.2f}" for alarms in found.values()) + " |"
        for name in names
    ]
    total = " | ".join(f"{sum(alarms.values()) / months:.2f}" for alarms in found.values())
    lines.append(f"| **all** | {total} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(f"False alarms for each 100 patient-months, {MONTHS} months from {DAY_0 - timedelta(days=1)}, healthy people")
    print(write_alarms())
