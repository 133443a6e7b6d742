"""Parquet files opened so that memory stays the same, however long a file or a row group of it is."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

BROKEN = (OSError, pa.ArrowException, UnicodeDecodeError)
"""What pyarrow raises for a file that is not whole; the last for names of columns that are no text."""
_BUFFER = 1 << 20
"""Bytes of a column that are read at once."""


def open_parquet(path: Path, *, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
    """Open a file to read it batch by batch; `dictionaries` are columns of few words, read as such.

    By itself pyarrow reads all row groups ahead, and keeps them until the end of the file.

    Raises
    ------
    OSError, pyarrow.ArrowException, UnicodeDecodeError
        `BROKEN`: if it is no whole Parquet file.
    """
    file = pq.ParquetFile(path, read_dictionary=dictionaries, pre_buffer=False, buffer_size=_BUFFER)
    _ = file.schema_arrow  # what is wrong with it shows only when it is asked for
    return file
