"""Column names, Arrow types and meaning of the events and of the tables made at the door (MEDS names)."""

from dataclasses import dataclass

import pyarrow as pa

TIME = pa.timestamp("us")
WORD = pa.dictionary(pa.int8(), pa.string())
"""A string column of few different words."""
SUBJECT = pa.null()
"""Stands for the type of the subject ids, which come back exactly as they were given (int64 or string)."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, its Arrow type and its meaning with unit and nulls."""

    name: str
    type: pa.DataType
    meaning: str


EVENTS = (
    Column("subject_id", SUBJECT, "whose row it is: int64 or string"),
    Column("time", TIME, "when it was measured or given; wall clock; null: the row is unused (`no_time`)"),
    Column("code", pa.string(), "`VOCABULARY//code`, a bare code where unambiguous, a concept's name, or a site's own"),
    Column("numeric_value", pa.float64(), "the number, in `unit`; rounded to 6 decimals on the way in"),
    Column("text_value", pa.string(), "verbatim text; read first where it holds a number or a comparator"),
    Column("unit", pa.string(), "unit as the laboratory writes it; null: unused (`no_unit`) unless a code map says it"),
    Column("comparator", pa.string(), "< <= >= > or null"),
    Column("lln", pa.float64(), "lower limit of normal, in the row's unit; null: not known"),
    Column("uln", pa.float64(), "upper limit of normal, in the row's unit; null: not known"),
    Column("status", pa.string(), "final, corrected, amended, preliminary, cancelled, entered-in-error; null: final"),
    Column("recorded_time", TIME, "when it became known; null: with its time"),
    Column("source_id", pa.string(), "identity of the result at its source; versions of one result share it"),
)
REQUIRED = ("subject_id", "time", "code", "numeric_value")
PLACE = "place"
"""The column beside those of events in which a reader says where each row came from."""

ACCOUNT = (
    Column("use", WORD, "result, part_of_result, dose, finding, superseded, unused, other_kind, after_as_of"),
    Column("reason", WORD, "why a row is superseded or unused; null for the other uses"),
    Column("rows", pa.int64(), "rows of this use and reason; over the table they sum to the rows read"),
    Column("subjects", pa.int64(), "subjects with such a row"),
)
CODES_SEEN = (
    Column("code", pa.string(), "the code as it stands in the input; null: a row without one"),
    Column("display", pa.string(), "what the concept is called in words; null: unknown code"),
    Column("concept", pa.string(), "leukon's concept; null: unknown, or a form or event that is not mapped"),
    Column("rows", pa.int64(), "rows with this code, up to as_of"),
    Column("subjects", pa.int64(), "subjects with such a row"),
)
UNUSED = (
    Column("row", pa.int64(), "number of the row in the input, from 1"),
    Column("subject_id", SUBJECT, "whose row it is; null: `no_subject`"),
    Column("time", TIME, "the row's time; null: `no_time`"),
    Column("code", pa.string(), "as in the input"),
    Column("text_value", pa.string(), "as in the input; null: none there"),
    Column("unit", pa.string(), "as in the input; null: none there"),
    Column("reason", WORD, "why the row is not used"),
)
SUBJECTS = (
    Column("subject_id", SUBJECT, "every subject of the input that is known at as_of"),
    Column("rows", pa.int64(), "rows up to as_of, of any kind"),
    Column("results", pa.int64(), "rows of the results table"),
    Column("first_time", TIME, "time of the first row; null: no row has a time"),
    Column("last_time", TIME, "time of the last row; null: no row has a time"),
    Column("last_anc", pa.float64(), "the latest usable ANC, 10^9/L; null: there is none, which is not normal"),
    Column("last_anc_comparator", WORD, "its comparator; null: exact or none"),
    Column("last_anc_time", TIME, "its time; null: there is none"),
)

USES = ("result", "part_of_result", "dose", "finding", "superseded", "unused", "other_kind", "after_as_of")
REASONS = (
    "no_unit",
    "unknown_unit",
    "implausible",
    "not_numeric",
    "negative",
    "conflict",
    "cancelled",
    "preliminary",
    "superseded",
    "duplicate",
    "bad_status",
    "no_time",
    "no_total",
    "measured_present",
    "not_given",
    "ambiguous_comma",
    "no_subject",
)
STATUSES = ("preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error")
"""Weakest first: where versions were recorded at one time, the later one in this order stands."""
COMPARATORS = ("<", "<=", ">=", ">")
ORIGINS = ("measured", "wbc_x_percent", "wbc_x_percent_bands", "segs_plus_bands", "wbc_less_others")
LLN_SOURCES = ("row", "map")
