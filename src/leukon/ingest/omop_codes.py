"""Codes of OMOP rows: the standard concept, else the source's concept, else the source's own word."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from leukon.ingest.omop_columns import Column, each_word, ids_of, plain, text_of

LOCAL = "LOCAL//"


def each_id(ids: Column, read: Callable[[int], str | None]) -> Column:
    """Read each different id once; null stays null."""
    return plain(coded_ids(ids, read))


def coded_ids(ids: Column, read: Callable[[int], str | None]) -> Column:
    """As `each_id`, but as a dictionary, which may hold nulls."""
    coded = ids.dictionary_encode()
    words = pa.array([read(number) for number in coded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(coded.indices, words)


def codes_of(
    rows: pa.RecordBatch, kind: str, of_concept: Callable[[int], str], of_word: Callable[[str], str | None]
) -> Column:
    """Code of each row of a table whose columns begin with `kind`; null where nothing says what it is."""
    codes = each_id(ids_of(rows, f"{kind}_concept_id"), of_concept)
    if not codes.null_count:
        return codes
    said = each_id(ids_of(rows, f"{kind}_source_concept_id"), of_concept)
    codes = pc.coalesce(codes, said)
    if not codes.null_count:
        return codes
    return pc.coalesce(codes, each_word(text_of(rows, f"{kind}_source_value"), of_word, pa.string()))


def local_code(word: str) -> str | None:
    """A site's own word as a code, letter by letter; it may mean something only in the site's code map.

    >>> local_code("NEUT#"), local_code("  ")
    ('LOCAL//NEUT#', None)
    """
    return f"{LOCAL}{word}" if word.strip() else None
