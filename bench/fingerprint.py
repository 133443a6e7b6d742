"""A number for a whole table, however large: it changes if any value of any row does, or the order of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

MIX = np.uint64(0x9E3779B97F4A7C15)
NULL = np.uint64(0x5851F42D4C957F2D)


@dataclass(frozen=True)
class Fingerprint:
    rows: int
    sum: int


def fingerprint(files: Sequence[Path]) -> Fingerprint:
    """Rows and a sum over all rows of a hash of the row times its place; files are taken in their order.

    Whole numbers, floats and times are alike if they are equal; a word is its text, however it is stored.
    """
    rows, total = 0, 0
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(1 << 18):
                place = np.arange(rows, rows + batch.num_rows, dtype=np.uint64)
                total += int((_hash(batch) * (2 * place + 1)).sum(dtype=np.uint64))
                rows += batch.num_rows
    return Fingerprint(rows, total % 2**64)


def _hash(batch: pa.RecordBatch) -> np.ndarray:
    mixed = np.zeros(batch.num_rows, np.uint64)
    for name in sorted(batch.schema.names):
        mixed = (mixed ^ _bits(batch.column(name))) * MIX
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _bits(column: pa.Array) -> np.ndarray:
    """64 bits for each value; null, and NaN, which pandas writes for it, are alike."""
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), NULL)
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        words = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
        codes = np.array([crc32(str(word).encode()) for word in words.dictionary.to_pylist()], np.uint64)
        return np.append(codes, NULL)[words.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)]
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    null = column.is_null().to_numpy(zero_copy_only=False)
    numbers = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)  # exact up to 2 ** 53
    null |= np.isnan(numbers)
    return np.where(null, NULL, (numbers + 0.0).view(np.uint64))
