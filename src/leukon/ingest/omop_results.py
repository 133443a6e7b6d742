"""MEASUREMENT and OBSERVATION to event rows, column by column."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from leukon.ingest.gathered import SCHEMA
from leukon.ingest.omop_codes import coded_ids, codes_of, each_id, local_code
from leukon.ingest.omop_columns import Column, ids_of, names_of, numbers_of, plain, text_of
from leukon.ingest.omop_facts import load_facts
from leukon.ingest.omop_tables import Clinical, Piece
from leukon.ingest.omop_times import times_of
from leukon.ingest.omop_units import Said, settle_units
from leukon.ingest.omop_vocabulary import Vocabulary


def to_batch(columns: Mapping[str, Column], rows: int) -> pa.RecordBatch:
    """Columns of events as a batch; those that are not given are null."""
    arrays = []
    for field in SCHEMA:
        column = columns.get(field.name)
        column = pa.nulls(rows, field.type) if column is None else plain(column)
        column = column if column.type == field.type else column.cast(field.type)
        arrays.append(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def read_results(piece: Piece, table: Clinical, vocabulary: Vocabulary, zone: str | None) -> pa.RecordBatch:
    """One event row for each row of MEASUREMENT or OBSERVATION.

    No row has a `source_id`: every OMOP row has an id of its own and none is a version of another, and rows with
    different ids would never be seen as one blood sample, so that no ANC could be derived from WBC x percent.
    """
    rows, kind = piece.rows, table.name
    codes = codes_of(rows, kind, vocabulary.code, local_code)
    number, in_number = numbers_of(rows, "value_as_number")
    text = _text(rows, in_number)
    lln, uln = _range(rows)
    concept = ids_of(rows, "unit_concept_id")
    units = coded_ids(concept, load_facts().unit), text_of(rows, "unit_source_value")
    said = settle_units(Said(codes, number, text, *units, _comparator(rows), lln, uln), concept)
    columns = {
        "subject_id": names_of(rows, "person_id"),
        "time": times_of(rows, f"{kind}_date", f"{kind}_datetime", f"{kind}_time", zone),
        "code": codes,
        "numeric_value": said.number,
        "text_value": said.text,
        "unit": said.unit,
        "comparator": said.comparator,
        "lln": said.lln,
        "uln": said.uln,
        "place": piece.places,
    }
    return to_batch(columns, rows.num_rows)


def _text(rows: pa.RecordBatch, in_number: Column) -> Column:
    """What the source wrote; else the words in place of the number; else what the concept says."""
    text = text_of(rows, "value_as_string")
    source = text_of(rows, "value_source_value")
    text = source if text.null_count == len(text) else pc.coalesce(plain(text), plain(source))
    if in_number.null_count < len(in_number):
        text = _with_words(plain(text), in_number)
    if text.null_count:
        answer = each_id(ids_of(rows, "value_as_concept_id"), load_facts().answer)
        text = text if answer.null_count == len(answer) else pc.coalesce(plain(text), answer)
    return text


def _with_words(text: Column, words: Column) -> Column:
    """Beside another text, words in the place of the number are shown with it: the row is refused and says why."""
    both = pc.binary_join_element_wise(text, " (value_as_number: ", words, ")", "")
    differ = pc.and_(pc.fill_null(pc.not_equal(text, words), fill_value=False), pc.is_valid(words))
    return pc.if_else(differ, both, pc.coalesce(text, words))


def _comparator(rows: pa.RecordBatch) -> Column:
    return each_id(ids_of(rows, "operator_concept_id"), load_facts().comparator)


def _range(rows: pa.RecordBatch) -> tuple[Column, Column]:
    """The reference range; 0 to 0 is what some write for "not known", and as a limit it would call all normal."""
    (lln, _), (uln, _) = numbers_of(rows, "range_low"), numbers_of(rows, "range_high")
    if lln.null_count == len(lln) or uln.null_count == len(uln):
        return lln, uln
    nothing = pc.fill_null(pc.and_(pc.equal(lln, 0), pc.equal(uln, 0)), fill_value=False)
    return pc.if_else(nothing, None, lln), pc.if_else(nothing, None, uln)
