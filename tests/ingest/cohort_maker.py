"""One made-up cohort, written in every format leukon reads, by code that knows nothing of the readers.

`COHORT` is the cohort; `WRITERS` writes it; `LOSSES` says what each format cannot hold. All people are made up.
"""

import csv
import json
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count, groupby

import pyarrow as pa
import pyarrow.parquet as pq

DAY_0 = datetime(2000, 1, 1)
AS_OF = "2000-04-15"
PEOPLE = ("007", "12", "305", "41", "A-77", "6", "88", "90", "91", "92", "93", "94")
"""Ids as given; where a format allows only integers, the place in this list + 500 stands for each."""

# day: of the invented calendar, day 0 is 2000-01-01; its fraction is the time. known: hours until it was recorded.
# sample: the blood (results), or the record itself (doses); versions of one result share sample and concept.
COHORT_TEXT = """
who   day     concept              value      unit    lln   uln   status           known  sample  note
007   -19.5   wbc                  6.5        10*9/L  4.0   11.0  final            2      S1      -
007   -19.5   anc                  4.1        10*9/L  2.0   7.5   final            2      S1      -
007   -19.5   hemoglobin           13.1       g/dL    12.0  16.0  final            2      S1      -
007   -19.5   platelets            250        10*9/L  150   400   final            2      S1      -
007   -19.5   creatinine           70         umol/L  45    90    final            2      S1      -
007   0.375   alemtuzumab          12         mg      -     -     final            -      D1      -
007   1.375   alemtuzumab          12         mg      -     -     final            -      D2      -
007   0.25    methylprednisolone   1000       mg      -     -     final            -      D3      -
007   31.5    anc                  1.2        10*9/L  2.0   7.5   final            2      S2      -
007   38.5    anc                  0.42       10*9/L  2.0   7.5   final            2      S3      -
007   45.5    anc                  <0.1       10*9/L  2.0   7.5   final            2      S4      -
007   46.5    filgrastim           0.3        mg      -     -     final            -      D4      -
007   52.5    anc                  1.8        10*9/L  2.0   7.5   final            2      S5      -
007   66.5    anc                  2.35       10*9/L  2.0   7.5   final            2      S6      -
12    0.375   alemtuzumab          12         mg      -     -     final            -      D5      -
12    29.5    wbc                  3.3        10*9/L  4.0   11.0  final            2      S7      -
12    29.5    neutrophils_percent  43         %       40    75    final            2      S7      -
12    29.5    lymphocytes_percent  9.5        %       20    45    final            2      S7      -
12    60.5    wbc                  2.10       10*9/L  4.0   11.0  final            2      S8      -
12    60.5    neutrophils_percent  22         %       40    75    final            2      S8      -
305   0.375   alemtuzumab          12         mg      -     -     final            -      D6      -
305   30.5    anc                  0.3        10*9/L  2.0   7.5   final            2      S9      -
305   30.5    anc                  1.3        10*9/L  2.0   7.5   corrected        26     S9      -
305   44.5    anc                  0.1        10*9/L  2.0   7.5   final            2      S10     -
305   44.5    anc                  0.1        10*9/L  2.0   7.5   entered-in-error 30     S10     -
305   58.5    platelets            21         10*9/L  150   400   cancelled        2      S11     -
41    0.375   alemtuzumab          12         mg      -     -     final            -      D7      -
41    90.5    anc                  0.9        10*9/L  2.0   7.5   final            2      S12     -
41    100.5   anc                  0.2        10*9/L  2.0   7.5   preliminary      1      S13     -
A-77  0.375   alemtuzumab          12         mg      -     -     final            -      D8      -
A-77  1.375   alemtuzumab          -          mg      -     -     final            -      D9      not-given
A-77  40.5    anc                  0.6        10*9/L  2.0   7.5   final            2      S14     -
A-77  41.5    prednisolone         5          mg      -     -     final            -      D10     eye
A-77  42.5    prednisolone         50         mg      -     -     final            -      D11     -
6     0.375   alemtuzumab          12         mg      -     -     final            -      D12     -
6     80.5    anc                  1.6        10*9/L  2.0   7.5   final            2      S15     -
6     95.5    anc                  0.4        -       -     -     final            2      S16     -
88    0.375   alemtuzumab          12         mg      -     -     final            -      D13     -
88    70.25   anc                  0.9        10*9/L  2.0   7.5   final            2      S17     -
88    70.75   anc                  1.2        10*9/L  2.0   7.5   final            2      S18     -
90    0.375   alemtuzumab          12         mg      -     -     final            -      D14     -
90    104.25  anc                  0.4        10*9/L  2.0   7.5   final            2      S19     -
90    104.25  temperature          38.4       Cel     -     -     final            0      S20     -
90    104.25  infection            positive   -       -     -     final            0      S21     -
91    0.375   alemtuzumab          12         mg      -     -     final            -      D15     -
91    50.5    anc                  450        /uL     2000  7500  final            2      S22     -
91    50.5    wbc                  2.5        10*3/uL 4.0   11.0  final            2      S22     -
91    99.5    anc                  480        /uL     2000  7500  final            2      S23     -
92    0.375   alemtuzumab          12         mg      -     -     final            -      D16     -
92    31.5    hemoglobin           79         g/L     120   160   final            2      S24     -
92    31.5    platelets            <10        10*9/L  150   400   final            2      S24     -
92    31.5    anc                  2.5        10*9/L  2.0   7.5   final            2      S24     -
92    91.5    tsh                  6.2        mU/L    0.4   4.0   final            2      S25     -
93    0.375   alemtuzumab          12         mg      -     -     final            -      D17     -
93    1.375   alemtuzumab          12         mg      -     -     final            -      D18     -
94    20.5    anc                  >=1.5      10*9/L  2.0   7.5   final            2      S26     -
94    50.5    lymphocytes          0.18       10*9/L  1.0   4.0   final            2      S27     -
"""
# LOINC (results), OMOP, LBTESTCD; drugs: RxNorm, OMOP, ATC
LABS = {
    "wbc": ("6690-2", 3000905, "WBC"),
    "anc": ("751-8", 3013650, "NEUT"),
    "neutrophils_percent": ("770-8", 3008342, "NEUTLE"),
    "lymphocytes": ("731-0", 3004327, "LYM"),
    "lymphocytes_percent": ("736-9", 3037511, "LYMLE"),
    "hemoglobin": ("718-7", 3000963, "HGB"),
    "platelets": ("777-3", 3024929, "PLAT"),
    "creatinine": ("2160-0", 3016723, "CREAT"),
    "tsh": ("3016-3", 3009201, "TSH"),
    "temperature": ("8310-5", 3020891, "TEMP"),
}
DRUGS = {
    "alemtuzumab": ("117055", 1312706, "L04AG06"),
    "methylprednisolone": ("6902", 1506270, "H02AB04"),
    "prednisolone": ("8638", 1550557, "H02AB06"),
    "filgrastim": ("68442", 1304850, "L03AA02"),
}
UNIT_IDS = {"10*9/L": 9444, "10*3/uL": 8848, "/uL": 8647, "g/dL": 8713, "g/L": 8636, "%": 8554}
HELD_BY_LAYOUT_ONLY = ("infection",)
"""Findings in words: no standard code that leukon knows stands for them, so only its own layout can say them."""


@dataclass(frozen=True)
class Row:
    """One thing the cohort says; `value` is as the laboratory writes it."""

    who: str
    time: datetime
    concept: str
    value: str | None
    unit: str | None
    lln: str | None
    uln: str | None
    status: str
    recorded: datetime | None
    sample: str
    note: str | None

    @property
    def is_dose(self):
        return self.concept in DRUGS

    @property
    def person(self):
        return 500 + PEOPLE.index(self.who)

    @property
    def comparator(self):
        return "" if self.value is None else self.value[: len(self.value) - len(self.value.lstrip("<>="))]

    @property
    def number(self):
        """Digits as written; None where the value is a word or nothing."""
        bare = (self.value or "").removeprefix(self.comparator)
        return bare if bare[:1].isdigit() else None

    @property
    def text(self):
        return "not given" if self.note == "not-given" else self.value


def _read(text):
    header, *lines = [line.split() for line in text.strip().splitlines()]
    for cells in lines:
        row = {name: None if cell == "-" else cell for name, cell in zip(header, cells, strict=True)}
        time = DAY_0 + timedelta(days=float(row.pop("day")))
        known = row.pop("known")
        yield Row(time=time, recorded=None if known is None else time + timedelta(hours=float(known)), **row)


COHORT = tuple(_read(COHORT_TEXT))


# ---- what each format cannot hold ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Losses:
    """What a format cannot hold: columns, rows (by name, see `DROPPED`), and what is spelled in its own way."""

    why: str
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    of_doses: tuple[str, ...] = ()
    of_not_given: tuple[str, ...] = ()
    integer_ids: bool = False
    extra: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)


def _newest(row):
    return max(
        (each for each in COHORT if each.sample == row.sample and each.concept == row.concept), key=lambda r: r.recorded
    )


DROPPED = {
    "words": lambda row: row.concept in HELD_BY_LAYOUT_ONLY,
    "not usable": lambda row: row.status in ("preliminary", "cancelled", "entered-in-error"),
    "older versions": lambda row: not row.is_dose and row is not _newest(row),
    "vital signs": lambda row: row.concept == "temperature",
    "eye drops": lambda row: row.note == "eye",
    "no unit": lambda row: not row.is_dose and row.unit is None and row.number is not None,
}
_CURRENT = ("not usable", "older versions")
_HAT = {"10^9/L": "10*9/L", "10^3/uL": "10*3/uL"}
LOSSES = {
    "csv": Losses("nothing is lost: it is leukon's own layout"),
    "meds": Losses("ids are integers; the other columns of events are extra columns", integer_ids=True),
    "fhir_ndjson": Losses(
        "no code for findings in words; the id of a dose is that of its resource; what was not given has no amount",
        rows=("words",),
        of_doses=("source_id",),
        of_not_given=("unit",),
        extra=("FHIR//Patient",),
    ),
    "fhir_bundle": Losses(
        "as NDJSON", rows=("words",), of_doses=("source_id",), of_not_given=("unit",), extra=("FHIR//Patient",)
    ),
    "hl7v2": Losses(
        "no code for findings in words; a dose was recorded when its message was sent",
        rows=("words",),
        of_doses=("source_id", "recorded_time"),
    ),
    "omop": Losses(
        "what is current only: no status, no versions, no time of recording, no id shared by one blood; integer ids",
        columns=("status", "recorded_time", "source_id"),
        rows=("words", *_CURRENT),
        integer_ids=True,
    ),
    "sdtm": Losses(
        "what is current only; vital signs are in another domain (VS)",
        columns=("status", "recorded_time", "source_id"),
        rows=("words", *_CURRENT, "vital signs"),
        units=_HAT,
    ),
    "visits": Losses(
        "a number in a column: what is current, with the column's unit; a cell with a unit of its own has no range",
        columns=("status", "recorded_time", "source_id"),
        rows=(*_CURRENT, "eye drops", "no unit"),
        units=_HAT,
    ),
}


def lost_of(row, name):
    """The columns of this row that a format cannot hold."""
    losses = LOSSES[name]
    lost = losses.columns + (losses.of_doses if row.is_dose else ())
    lost += losses.of_not_given if row.note == "not-given" else ()
    own_unit = name == "visits" and row.unit != HEADINGS[row.concept][1]
    return lost + (("lln", "uln") if own_unit else ())


def held(name):
    """The rows that a format can hold."""
    return [row for row in COHORT if not any(DROPPED[each](row) for each in LOSSES[name].rows)]


# ---- events, as leukon's own layout has them -----------------------------------------------------------------------


def _plain(row):
    return {
        "subject_id": row.who,
        "time": row.time,
        "code": f"ROUTE//eye//{row.concept}" if row.note == "eye" else row.concept,
        "numeric_value": None if row.number is None else float(row.number),
        "text_value": row.text,
        "unit": row.unit,
        "comparator": row.comparator or None,
        "lln": None if row.lln is None else float(row.lln),
        "uln": None if row.uln is None else float(row.uln),
        "status": row.status,
        "recorded_time": row.recorded,
        "source_id": row.sample,
    }


def events(name):
    """The cohort as an event table, without what the format cannot hold."""
    rows = [_plain(row) | dict.fromkeys(lost_of(row, name)) for row in held(name)]
    return pa.Table.from_pylist(rows, EVENT_SCHEMA)


_STAMP = pa.timestamp("us")
EVENT_SCHEMA = pa.schema(
    [
        ("subject_id", pa.string()),
        ("time", _STAMP),
        ("code", pa.string()),
        ("numeric_value", pa.float64()),
        ("text_value", pa.string()),
        ("unit", pa.string()),
        ("comparator", pa.string()),
        ("lln", pa.float64()),
        ("uln", pa.float64()),
        ("status", pa.string()),
        ("recorded_time", _STAMP),
        ("source_id", pa.string()),
    ]
)


# ---- the formats ---------------------------------------------------------------------------------------------------


def write_csv(folder):
    """leukon's own layout; values as text, so that `<0.1` stands as the laboratory wrote it."""
    file = folder / "events.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, EVENT_SCHEMA.names, delimiter=";")
        writer.writeheader()
        for row in held("csv"):
            plain = _plain(row) | {"numeric_value": row.number, "lln": row.lln, "uln": row.uln}
            times = {name: plain[name].isoformat() for name in ("time", "recorded_time") if plain[name]}
            writer.writerow({name: value or "" for name, value in (plain | times).items()})
    return file


def write_meds(folder):
    """Two shards; 32-bit numbers, as the specification wants, and the text beside them."""
    (folder / "data").mkdir()
    rows = sorted(
        (_plain(row) | {"subject_id": row.person} for row in held("meds")), key=lambda r: (r["subject_id"], r["time"])
    )
    types = {"subject_id": pa.int64(), "numeric_value": pa.float32(), "text_value": pa.large_string()}
    schema = pa.schema([(each.name, types.get(each.name, each.type)) for each in EVENT_SCHEMA])
    for shard in (0, 1):
        part = [row for row in rows if row["subject_id"] % 2 == shard]
        pq.write_table(pa.Table.from_pylist(part, schema), folder / "data" / f"{shard}.parquet")
    (folder / "metadata").mkdir()
    codes = sorted({row["code"] for row in rows})
    pq.write_table(pa.table({"code": codes}), folder / "metadata" / "codes.parquet")
    (folder / "metadata" / "dataset.json").write_text('{"dataset_name": "made up", "meds_version": "0.4.1"}')
    return folder


def _fhir_time(time):
    return f"{time:%Y-%m-%dT%H:%M:%S}Z"


def _quantity(digits, unit):
    said = {"value": json.loads(digits, parse_float=Decimal)}
    return said | ({} if unit is None else {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit})


def _observation(row, patient):
    value = _quantity(row.number, row.unit) | ({"comparator": row.comparator} if row.comparator else {})
    limits = {name: _quantity(digits, row.unit) for name, digits in (("low", row.lln), ("high", row.uln)) if digits}
    said = {
        "resourceType": "Observation",
        "id": f"{row.sample}-{row.concept.replace('_', '-')}",
        "status": row.status,
        "code": {"coding": [{"system": "http://loinc.org", "code": LABS[row.concept][0], "display": row.concept}]},
        "subject": {"reference": patient},
        "specimen": {"reference": f"Specimen/{row.sample}"},
        "effectiveDateTime": _fhir_time(row.time),
        "issued": _fhir_time(row.recorded),
        "valueQuantity": value,
    }
    return said | ({"referenceRange": [limits]} if limits else {})


def _administration(row, patient):
    site = {"eye": ("54485002", "Ophthalmic route"), None: ("47625008", "Intravenous route")}
    code, words = site.get(row.note, site[None])
    dosage = {"route": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": words}]}}
    if row.number:
        dosage["dose"] = _quantity(row.number, row.unit)
    drug = {
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "code": DRUGS[row.concept][0],
        "display": row.concept,
    }
    return {
        "resourceType": "MedicationAdministration",
        "id": row.sample,
        "status": "not-done" if row.note == "not-given" else "completed",
        "medicationCodeableConcept": {"coding": [drug]},
        "subject": {"reference": patient},
        "effectiveDateTime": _fhir_time(row.time),
        "dosage": dosage,
    }


def _resources(name, addresses):
    for who in PEOPLE:
        yield {"resourceType": "Patient", "id": who}
    for row in held(name):
        yield (_administration if row.is_dose else _observation)(row, addresses[row.who])


def _json(resource):
    """Numbers with the digits that the laboratory wrote: floats would do, but 2.0 must not become 2."""
    marks = {}

    def mark(number):
        marks[f'"@{len(marks)}@"'] = str(number)
        return list(marks)[-1].strip('"')

    text = json.dumps(resource, default=mark)
    for at, digits in marks.items():
        text = text.replace(at, digits)
    return text


def write_fhir_ndjson(folder):
    """A bulk export: one file for each kind of resource."""
    files = defaultdict(list)
    for resource in _resources("fhir_ndjson", {who: f"Patient/{who}" for who in PEOPLE}):
        files[resource["resourceType"]].append(_json(resource))
    for kind, lines in files.items():
        (folder / f"{kind}.ndjson").write_text("\n".join(lines) + "\n")
    return folder


def write_fhir_bundle(folder):
    """A collection whose entries point at one another by urn:uuid."""
    urns = {who: f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, who)}" for who in PEOPLE}
    entries = []
    for number, resource in enumerate(_resources("fhir_bundle", urns)):
        is_patient = resource["resourceType"] == "Patient"
        url = urns[resource["id"]] if is_patient else f"urn:uuid:{uuid.UUID(int=number)}"
        entries.append({"fullUrl": url, "resource": resource})
    file = folder / "cohort.json"
    file.write_text(_json({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    return file


_OBX_STATUS = {"final": "F", "corrected": "C", "preliminary": "P", "cancelled": "X", "entered-in-error": "W"}


def _hl7_time(time):
    return f"{time:%Y%m%d%H%M%S}"


def _head(kind, sent, number, who):
    return [
        f"MSH|^~\\&|LAB|HOSPITAL|LEUKON|HOSPITAL|{_hl7_time(sent)}||{kind}|M{number}|P|2.5.1|||||UNICODE UTF-8",
        f"PID|1||{who}^^^HOSPITAL^MR",
    ]


def _result_message(number, rows):
    first = rows[0]
    lines = _head("ORU^R01^ORU_R01", first.recorded, number, first.who)
    order = f"OBR|1||{first.sample}^LAB|58410-2^CBC^LN|||{_hl7_time(first.time)}|||||||||||||||{_hl7_time(first.recorded)}|||F"
    lines.append(order)
    for at, row in enumerate(rows, 1):
        kind, value = ("SN", f"{row.comparator}^{row.number}") if row.comparator else ("NM", row.number)
        limits = f"{row.lln}-{row.uln}" if row.lln else ""
        code = f"{LABS[row.concept][0]}^{row.concept}^LN"
        unit = f"{row.unit}^^UCUM" if row.unit else ""
        lines.append(
            f"OBX|{at}|{kind}|{code}||{value}|{unit}|{limits}||||{_OBX_STATUS[row.status]}|||{_hl7_time(row.time)}"
        )
    return lines


def _dose_message(number, row):
    code = f"{DRUGS[row.concept][0]}^{row.concept}^RXNORM"
    amount, done = (row.number or "", "CP") if row.note != "not-given" else ("", "NA")
    when = _hl7_time(row.time)
    return [
        *_head("RAS^O17^RAS_O17", row.time, number, row.who),
        f"ORC|RE||{row.sample}^PHARM",
        f"RXA|0|1|{when}|{when}|{code}|{amount}|{row.unit}^^UCUM|||||||||||||{done}|A",
        "RXR|OP^Ophthalmic^HL70162" if row.note == "eye" else "RXR|IV^Intravenous^HL70162",
    ]


def write_hl7v2(folder):
    """A batch of messages in the order they were sent: one for each blood and time of recording, one for each dose."""
    rows, number, messages = held("hl7v2"), count(1), []
    results = sorted((row for row in rows if not row.is_dose), key=lambda r: (r.recorded, r.sample))
    for _, group in groupby(results, key=lambda r: (r.recorded, r.sample)):
        messages.append(_result_message(next(number), list(group)))
    messages += [_dose_message(next(number), row) for row in rows if row.is_dose]
    lines = ["FHS|^~\\&|LAB", "BHS|^~\\&|LAB", *(line for each in messages for line in each)]
    lines += [f"BTS|{len(messages)}", "FTS|1"]
    file = folder / "feed.hl7"
    file.write_text("\r".join(lines) + "\r", newline="")
    return file


_OPERATORS = {"": 4172703, "<": 4171756, "<=": 4171754, ">=": 4171755, ">": 4172704}


def write_omop(folder):
    """Parquet files of MEASUREMENT, DRUG_EXPOSURE, PERSON and CONCEPT."""
    measurements, exposures = [], []
    for number, row in enumerate(held("omop"), 1):
        if row.is_dose:
            exposures.append(_exposure(number, row))
        else:
            measurements.append(_measurement(number, row))
    concepts = [(at, "LOINC", loinc, name, "Lab Test") for name, (loinc, at, _) in LABS.items()]
    concepts += [(at, "RxNorm", code, name, "Ingredient") for name, (code, at, _) in DRUGS.items()]
    names = ("concept_id", "vocabulary_id", "concept_code", "concept_name", "concept_class_id")
    tables = {
        "measurement": measurements,
        "drug_exposure": exposures,
        "person": [{"person_id": 500 + at, "person_source_value": who} for at, who in enumerate(PEOPLE)],
        "concept": [dict(zip(names, each, strict=True)) for each in concepts],
    }
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def _measurement(number, row):
    return {
        "measurement_id": number,
        "person_id": row.person,
        "measurement_concept_id": LABS[row.concept][1],
        "measurement_date": row.time.date(),
        "measurement_datetime": row.time,
        "operator_concept_id": _OPERATORS[row.comparator],
        "value_as_number": float(row.number),
        "value_as_concept_id": 0,
        "unit_concept_id": UNIT_IDS.get(row.unit, 0),
        "range_low": None if row.lln is None else float(row.lln),
        "range_high": None if row.uln is None else float(row.uln),
        "measurement_source_value": LABS[row.concept][0],
        "unit_source_value": row.unit,
        "value_source_value": row.value,
    }


def _exposure(number, row):
    return {
        "drug_exposure_id": number,
        "person_id": row.person,
        "drug_concept_id": DRUGS[row.concept][1],
        "drug_exposure_start_date": row.time.date(),
        "drug_exposure_start_datetime": row.time,
        "drug_type_concept_id": 32818,
        "stop_reason": "not given" if row.note == "not-given" else None,
        "quantity": None if row.number is None else float(row.number),
        "route_concept_id": 4184451 if row.note == "eye" else 4171047,
        "route_source_value": "eye" if row.note == "eye" else "IV",
        "drug_source_value": row.concept,
        "dose_unit_source_value": row.unit,
    }


def write_sdtm(folder):
    """LB, EX (the drug of the trial) and CM (all others) as XPT."""
    import pandas as pd
    import pyreadstat

    rows = held("sdtm")
    domains = {
        "LB": [_lab(at, row) for at, row in enumerate((r for r in rows if not r.is_dose), 1)],
        "EX": [_taken("EX", at, row) for at, row in enumerate((r for r in rows if r.concept == "alemtuzumab"), 1)],
        "CM": [
            _taken("CM", at, r) for at, r in enumerate((r for r in rows if r.is_dose and r.concept != "alemtuzumab"), 1)
        ],
    }
    for name, records in domains.items():
        frame = pd.DataFrame(records)
        pyreadstat.write_xport(frame, folder / f"{name.lower()}.xpt", table_name=name, file_format_version=5)
    return folder


def _lab(number, row):
    units = {mine: theirs for theirs, mine in _HAT.items()}
    unit = units.get(row.unit, row.unit or "")
    return {
        "STUDYID": "MADEUP",
        "DOMAIN": "LB",
        "USUBJID": row.who,
        "LBSEQ": float(number),
        "LBTESTCD": LABS[row.concept][2],
        "LBCAT": "CHEMISTRY" if row.concept in ("creatinine", "tsh") else "HEMATOLOGY",
        "LBORRES": row.value,
        "LBORRESU": unit,
        "LBORNRLO": row.lln or "",
        "LBORNRHI": row.uln or "",
        "LBSTRESC": row.value,
        "LBSTRESN": float("nan") if row.comparator else float(row.number),
        "LBSTRESU": unit,
        "LBSPEC": "BLOOD",
        "LBLOINC": LABS[row.concept][0],
        "LBDTC": f"{row.time:%Y-%m-%dT%H:%M}",
    }


def _taken(domain, number, row):
    said = {
        "SEQ": float(number),
        "TRT": row.concept.upper(),
        "DOSE": float(row.number or "nan"),
        "DOSU": row.unit,
        "ROUTE": "OPHTHALMIC" if row.note == "eye" else "INTRAVENOUS",
        "STDTC": f"{row.time:%Y-%m-%dT%H:%M}",
        "OCCUR": "N" if row.note == "not-given" else "Y",
    }
    return {"STUDYID": "MADEUP", "DOMAIN": domain, "USUBJID": row.who} | {f"{domain}{k}": v for k, v in said.items()}


HEADINGS = {
    "wbc": ("WBC (10^9/L) [4.0-11.0]", "10*9/L"),
    "anc": ("ANC (10^9/L) [2.0-7.5]", "10*9/L"),
    "neutrophils_percent": ("Neutrophils % [40-75]", "%"),
    "lymphocytes": ("Lymphocytes (10^9/L) [1.0-4.0]", "10*9/L"),
    "lymphocytes_percent": ("Lymphocytes % [20-45]", "%"),
    "hemoglobin": ("Hb (g/dL) [12.0-16.0]", "g/dL"),
    "platelets": ("Platelets (10^9/L) [150-400]", "10*9/L"),
    "creatinine": ("Creatinine (umol/L) [45-90]", "umol/L"),
    "tsh": ("TSH (mU/L) [0.4-4.0]", "mU/L"),
    "temperature": ("Temperature (Cel)", "Cel"),
    "infection": ("Infection", None),
    "alemtuzumab": ("Alemtuzumab (mg)", "mg"),
    "methylprednisolone": ("Methylprednisolone (mg)", "mg"),
    "prednisolone": ("Prednisolone (mg)", "mg"),
    "filgrastim": ("Filgrastim (mg)", "mg"),
}


VISIT_MAP = """
[visits.columns."Infection"]
code = "infection"
"""


def write_visits(folder):
    """One row a visit; a value in another unit than its column's says so in the cell. Beside it visits.toml."""
    file = folder / "visits.csv"
    (folder / "visits.toml").write_text(VISIT_MAP)
    visits = defaultdict(dict)
    for row in held("visits"):
        _, unit = HEADINGS[row.concept]
        cell = row.text if row.unit == unit or row.number is None else f"{row.value} {row.unit}"
        visits[row.who, row.time][row.concept] = cell
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["Patient", "Date", *(heading for heading, _ in HEADINGS.values())])
        for (who, time), cells in visits.items():
            writer.writerow([who, f"{time:%Y-%m-%d %H:%M}", *(cells.get(concept, "") for concept in HEADINGS)])
    return file


WRITERS = {
    "csv": write_csv,
    "visits": write_visits,
    "meds": write_meds,
    "omop": write_omop,
    "fhir_ndjson": write_fhir_ndjson,
    "fhir_bundle": write_fhir_bundle,
    "hl7v2": write_hl7v2,
    "sdtm": write_sdtm,
}
