"""Values that came and no rule could judge, for want of a range or of a value to compare with: never hidden."""

from collections.abc import Sequence

from leukon.knowledge.protocol import Protocol
from leukon.present.patient import Patient
from leukon.present.sentences import Reading, say_analyte, say_when
from leukon.present.urgency import Row
from leukon.present.wording import say_amount

_NEEDS_UPPER = ("alt", "ast")


def say_unjudged(patient: Patient, reading: Reading) -> tuple[str, ...]:
    """One sentence for each latest value that leukon could not judge."""
    found: list[tuple[Row, str]] = []
    for analyte in _NEEDS_UPPER:
        found += [(row, "no upper limit of normal came with it") for row in _latest(patient, analyte) if not row["uln"]]
    bare = [row for row in _latest(patient, "tsh") if row["uln"] is None and row["lln"] is None]
    found += [(row, "no limit of normal came with it") for row in bare]
    for analyte in ("creatinine", "hemoglobin"):
        rows = [row for row in patient.results if row["analyte"] == analyte]
        found += [(rows[0], "there is no earlier value to compare it with")] if len(rows) == 1 else []
    return tuple(_say(row, why, reading.protocol, reading) for row, why in found)


def _latest(patient: Patient, analyte: str) -> Sequence[Row]:
    return [row for row in patient.results if row["analyte"] == analyte][-1:]


def _say(row: Row, why: str, protocol: Protocol, reading: Reading) -> str:
    amount = say_amount(row["value"], row["comparator"], row["unit"])
    when = say_when(row["time"], reading, with_age=True)
    return f"{say_analyte(row['analyte'], protocol)} {amount} on {when} was not judged: {why}."
