"""DRUG_EXPOSURE to event rows: what was given, how much of it, and whether it was systemic."""

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.events.values import NUMBER
from leukon.ingest.omop_codes import codes_of, each_id, local_code
from leukon.ingest.omop_columns import Column, each_word, ids_of, names_of, numbers_of, plain, text_of
from leukon.ingest.omop_facts import load_facts
from leukon.ingest.omop_results import to_batch
from leukon.ingest.omop_tables import Piece
from leukon.ingest.omop_times import times_of
from leukon.ingest.omop_vocabulary import Vocabulary

ROUTE = "ROUTE//"
NOT_GIVEN = "not given"
_AMOUNT = re.compile(rf"\s*({NUMBER})\s*([a-zA-Z]+)\.?\s*")
_NAMED = re.compile(r"\s*(ATC|RxNorm)\s*(?://|[:|])\s*(\w+)\s*", re.IGNORECASE)
_ATC = re.compile(r"\s*([A-Z]\d{2}[A-Z]{2}\d{2})\s*")


def read_doses(piece: Piece, vocabulary: Vocabulary, zone: str | None) -> pa.RecordBatch:
    """One event row for each row of DRUG_EXPOSURE; `source_id` keeps two equal doses of one day apart."""
    rows = piece.rows
    codes = codes_of(
        rows, "drug", lambda concept: vocabulary.code(vocabulary.ingredients.get(concept, concept)), _word_code
    )
    amount, text, unit = _amounts(rows)
    columns = {
        "subject_id": names_of(rows, "person_id"),
        "time": times_of(rows, "drug_exposure_start_date", "drug_exposure_start_datetime", "", zone),
        "code": _with_forms(codes, _forms(rows, vocabulary)),
        "numeric_value": amount,
        "text_value": pc.if_else(_not_given(rows), NOT_GIVEN, text),
        "unit": unit,
        "source_id": names_of(rows, "drug_exposure_id"),
        "place": piece.places,
    }
    return to_batch(columns, rows.num_rows)


def _word_code(word: str) -> str | None:
    """Code in a drug_source_value: one that names its vocabulary, or has the shape of an ATC code that leukon knows."""
    if found := _NAMED.fullmatch(word):
        return f"{found[1]}//{found[2]}"
    if (found := _ATC.fullmatch(word)) and load_concepts().find(f"ATC//{found[1]}") >= 0:
        return f"ATC//{found[1]}"
    return local_code(word)


def _forms(rows: pa.RecordBatch, vocabulary: Vocabulary) -> Column:
    """Local form of each row: by its route, its product, or the words of its source; null: systemic or not known."""
    facts = load_facts()
    forms = each_id(ids_of(rows, "route_concept_id"), facts.form_of_concept)
    forms = pc.coalesce(forms, each_word(text_of(rows, "route_source_value"), facts.form_of_route, pa.string()))
    if vocabulary.forms:
        forms = pc.coalesce(forms, each_id(ids_of(rows, "drug_concept_id"), vocabulary.forms.get))
    return pc.coalesce(forms, each_word(text_of(rows, "drug_source_value"), facts.form_of_name, pa.string()))


def _with_forms(codes: Column, forms: Column) -> Column:
    """A local dose gets a code of its own, which means nothing to leukon but can be seen and mapped."""
    if forms.null_count == len(forms):
        return codes
    local = pc.binary_join_element_wise(ROUTE, forms, "//", pc.fill_null(codes, ""), "")
    return pc.if_else(pc.is_valid(forms), local, codes)


def _not_given(rows: pa.RecordBatch) -> Column:
    """Rows that say that nothing was given: a reason in words, or a type that is only a plan."""
    facts = load_facts().not_given
    types = ids_of(rows, "drug_type_concept_id")
    planned = pc.is_in(types, pa.array(facts.types, pa.int64())) if types.null_count < len(types) else None
    reasons = text_of(rows, "stop_reason")
    said = each_word(reasons, lambda word: word.strip().lower() in facts.reasons, pa.bool_())
    said = pc.fill_null(said, fill_value=False)
    return said if planned is None else pc.or_(said, pc.fill_null(planned, fill_value=False))


def _amounts(rows: pa.RecordBatch) -> tuple[Column, Column, Column]:
    """Number, text and unit of each amount that is a plain mass; `30 tablets` is no dose in mg, and never made one."""
    quantity, words = numbers_of(rows, "quantity")
    unit = text_of(rows, "dose_unit_source_value")
    mass = pc.fill_null(each_word(unit, _is_mass, pa.bool_()), fill_value=False)
    number, text = pc.if_else(mass, quantity, None), pc.if_else(mass, words, None)
    unit = pc.if_else(mass, plain(unit), None)
    sig = text_of(rows, "sig")
    if sig.null_count == len(sig):
        return number, text, unit
    free = pc.and_(pc.is_null(number), pc.is_null(text))
    in_sig = [pc.if_else(free, each_word(sig, _part(part), pa.string()), None) for part in (1, 2)]
    return number, pc.coalesce(text, in_sig[0]), pc.if_else(pc.is_valid(in_sig[0]), in_sig[1], unit)


def _is_mass(word: str) -> bool:
    return load_units().factor("drug", word) is not None


def _part(part: int) -> Callable[[str], str | None]:
    def read(sig: str) -> str | None:
        found = _AMOUNT.fullmatch(sig)
        return found[part] if found and _is_mass(found[2]) else None

    return read
