"""Fields of a transport file to Arrow: text in letters of one byte or more, and numbers of an IBM mainframe.

A column is decoded at once; pyreadstat hands over each cell as an object of Python, and takes longer.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SHORTEST_NUMBER, _LONGEST_NUMBER = 2, 8
_FRACTION = np.uint64(2**56 - 1)
_MISSING = np.isin(np.arange(256), list(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
"""First bytes of what stands for "no number": a point, and the special ones `.A` to `.Z` and `._`."""
_PADDING = " \0"


@dataclass(frozen=True)
class Field:
    """Where a column stands in each row, and whether it holds text."""

    start: int
    width: int
    is_text: bool

    @property
    def is_possible(self) -> bool:
        """Whether a field can be so wide; a damaged header says anything."""
        return self.is_text or _SHORTEST_NUMBER <= self.width <= _LONGEST_NUMBER

    def read(self, rows: np.ndarray) -> pa.Array:
        """The column of some rows (bytes, one row after the other)."""
        cells = rows[:, self.start : self.start + self.width]
        return _texts(cells) if self.is_text else _numbers(cells)


def _texts(cells: np.ndarray) -> pa.Array:
    """Texts without the blanks that fill them up; the format does not name an encoding."""
    width, content = cells.shape[1], pa.py_buffer(np.ascontiguousarray(cells))
    found = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(cells), [None, content])
    try:
        texts = found.cast(pa.string())
        texts.validate(full=True)
    except pa.ArrowInvalid:
        encoded = found.dictionary_encode()
        texts = pa.array([_decode(cell) for cell in encoded.dictionary.to_pylist()]).take(encoded.indices)
    return pc.ascii_rtrim(texts, _PADDING)


def _decode(cell: bytes) -> str:
    """Text in UTF-8, which has rules that other texts break, or of Windows, or in the one that has no rules."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return cell.decode(encoding)
        except UnicodeDecodeError:
            continue
    return cell.decode("latin-1")


def _numbers(cells: np.ndarray) -> pa.Array:
    """Numbers to the base of 16, of 2 to 8 bytes: a sign, an exponent and a fraction; null where there is none.

    >>> _numbers(
    ...     np.frombuffer(bytes.fromhex("c118000000000000 4210000000000000 2e00000000000000"), np.uint8).reshape(3, 8)
    ... ).to_pylist()
    [-1.5, 16.0, None]
    """
    whole = np.zeros((len(cells), _LONGEST_NUMBER), np.uint8)
    whole[:, : cells.shape[1]] = cells
    bits = whole.view(">u8")[:, 0].astype(np.uint64)
    first, fraction = whole[:, 0], (bits & _FRACTION).astype(np.float64)
    size = np.ldexp(fraction, 4 * ((first & 127).astype(np.int32) - 64) - 56)
    nothing = (_MISSING[first] & (fraction == 0)) | np.all(cells == ord(" "), axis=1)
    return pa.array(np.where(first & 128, -size, size), mask=nothing)
