"""Tables of the data-quality page: column names, types and meaning. They name rows, codes and units, never a person."""

import pyarrow as pa

from leukon.events.schema import WORD, Column

TEXT, NUMBER, RATIO = pa.string(), pa.int64(), pa.float64()

ROWS = (
    Column("went", WORD, "used, part, spare, refused, set_aside, unknown_code, unreadable or after_as_of"),
    Column("detail", TEXT, "use of a used row, reason of a spare or refused one, kind of unreadable piece; else null"),
    Column("rows", NUMBER, "rows that went so; over the table they sum to the rows read"),
    Column("subjects", NUMBER, "subjects with such a row"),
)
PLACES = (
    Column("reason", TEXT, "why the row is refused, or `unreadable`"),
    Column("place", TEXT, "where it came from, as the reader says; else the number of the row in the input"),
    Column("code", TEXT, "its code, as in the input; null: it has none"),
)
UNITS_MET = (
    Column("concept", TEXT, "the concept of the rows"),
    Column("unit", TEXT, "the unit as written; null: none, neither on the row nor in the code map"),
    Column("said_by", TEXT, "row or map; null: nobody"),
    Column("factor", TEXT, "exact factor to the result unit; null: not known for this concept, or a word"),
    Column("result_unit", TEXT, "the unit of its results"),
    Column("rows", NUMBER, "rows with this unit, up to as_of, refused ones too"),
)
UNKNOWN_CODES = (
    Column("code", TEXT, "the code as in the input, the most frequent first; null: rows without one"),
    Column("display", TEXT, "what the site calls it; null: not said"),
    Column("rows", NUMBER, "rows with this code, up to as_of"),
    Column("subjects", NUMBER, "subjects with such a row"),
    Column("units", TEXT, "units met with it, the most frequent first; null: none"),
)
ANALYTES = (
    Column("concept", TEXT, "a concept that is measured or reported, not a drug"),
    Column("rows", NUMBER, "rows with a code of this concept, up to as_of"),
    Column("used", NUMBER, "of these, used as results, as parts of a derived count, or as findings"),
    Column("derived", NUMBER, "results of this concept that were derived from other rows"),
    Column("spare", NUMBER, "rows that are not needed: superseded, duplicate, `measured_present` or `other_cells`"),
    Column("implausible", NUMBER, "rows refused because the value is not plausible"),
    Column("refused", NUMBER, "rows refused for another reason"),
    Column("results", NUMBER, "measured results: those that may carry a reference range"),
    Column("without_lln", NUMBER, "of these, without a lower limit of normal"),
    Column("without_uln", NUMBER, "of these, without an upper limit of normal"),
    Column("range_of_map", NUMBER, "of these, with a lower limit that the code map says"),
)
CLOCK = (
    Column("use", TEXT, "result, dose or finding"),
    Column("rows", NUMBER, "rows so used"),
    Column("at_midnight", NUMBER, "of these, at 00:00, which stands for a day without a time"),
)
PEOPLE = (
    Column("who", TEXT, "all, without_dose, without_anc, dose_without_anc, without_time"),
    Column("subjects", NUMBER, "subjects known at as_of of whom this holds"),
)
VERSIONS = (
    Column("what", TEXT, "superseded, duplicate, with_source_id, with_recorded_time, or `status: WORD` as it came"),
    Column("rows", NUMBER, "rows up to as_of of which this holds"),
)
WENT = ("used", "part", "spare", "refused", "set_aside", "unknown_code", "unreadable", "after_as_of")
SPARE = ("duplicate", "measured_present")
"""Reasons of unused rows by which nothing is lost: what they say is there already."""
OTHER_CELLS = "other_cells"
"""Reason of monocytes, eosinophils and basophils of which no ANC is made; their code is known all the same."""
